//! The one table of settings: name, kind, default, meaning.

use std::path::PathBuf;
use std::time::Duration;

use super::{ConfigError, Constant, Environment, LogFormat, Origins, SecondFactor, Secret, SiteRole};
use crate::ephemeral::RedisSettings;
use crate::keys::{Custody, Input};
use crate::store::{DatabaseUrl, Durability, StoreError, StoreSettings};

/// One setting, for the documents.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in the file.
    pub name: &'static str,
    /// What kind of value it takes.
    pub kind: &'static str,
    /// What it decides.
    pub meaning: &'static str,
    /// Its default, as text.
    pub default: fn() -> String,
}

impl Setting {
    /// The name of its environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("YZT_{}", self.name.to_uppercase())
    }
}

/// Makes [`Config`], [`SETTINGS`] and the reading of values from entries with doc comments.
macro_rules! settings {
    ($( $(#[doc = $meaning:literal])+ $name:ident: $kind:ty, $words:literal = $default:expr; )*) => {
        /// All settings.
        #[derive(Clone, Debug)]
        pub struct Config {
            $( $(#[doc = $meaning])+ pub $name: $kind, )*
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $( $name: $default, )* }
            }
        }

        impl Config {
            /// Sets one setting from text.
            ///
            /// # Errors
            /// When there is no such setting, or it does not take this value.
            pub fn set(&mut self, name: &str, text: &str) -> Result<(), ConfigError> {
                match name {
                    $( stringify!($name) => {
                        self.$name = text.parse().map_err(|_| unfit(name, $words))?;
                    } )*
                    _ => return Err(ConfigError::Unknown(name.to_owned())),
                }
                Ok(())
            }

            /// The settings that are not the same in `other`, by name.
            #[must_use]
            pub fn differing(&self, other: &Self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $( if self.$name != other.$name { names.push(stringify!($name)); } )*
                names
            }

            /// Takes one setting over from `other`.
            pub(super) fn take_over(&mut self, name: &str, other: &Self) {
                match name {
                    $( stringify!($name) => self.$name.clone_from(&other.$name), )*
                    _ => {}
                }
            }
        }

        /// Every setting, in the order of the documents.
        pub const SETTINGS: &[Setting] = &[$( Setting {
            name: stringify!($name),
            kind: $words,
            meaning: concat!($($meaning),+),
            default: || Config::default().$name.to_string(),
        }, )*];
    };
}

settings! {
    /// Where this server runs. In production it refuses development keys, an address without HTTPS, a keystore without a passphrase of its own and weak password hashing.
    environment: Environment, "`development` or `production`" = Environment::Development;
    /// Address and port to listen on. Port 0 takes a free one.
    bind: String, "address:port" = "127.0.0.1:8080".to_owned();
    /// The address people reach this server at; it becomes part of every code. Empty: `http://` and the address it listens on.
    public_url: String, "URL without path" = String::new();
    /// Where this server keeps what it writes, unless other settings say otherwise.
    data_dir: String, "directory" = "yzt-data".to_owned();
    /// The database. Empty: `sqlite:` and `yzt.db` in `data_dir`.
    database_url: Secret, "`sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`" = Secret::default();
    /// Most database connections at once. SQLite always has one writer; this is then the number of readers.
    database_connections: u32, "number" = 8;
    /// Longest a statement on PostgreSQL may take, and a request wait for one, before it is broken off and answered 503. 0: as long as it takes.
    database_timeout: u32, "seconds" = 30;
    /// Whether an acknowledged write on SQLite survives a loss of power, and not only the end of the program.
    sqlite_survives_power_loss: bool, "`true` or `false`" = true;
    /// Redis, for several servers that share a database: they then count attempts and take challenges together. Empty: each server by itself.
    redis_url: Secret, "`redis://…`, `rediss://USER:PASSWORD@HOST:PORT` (TLS) or `unix://PATH`" = Secret::default();
    /// The certificates (PEM) that may vouch for a Redis of `rediss://`. Empty: the system's.
    redis_ca_file: String, "file" = String::new();
    /// What the names of all keys in Redis begin with.
    redis_prefix: String, "text" = "yzt:".to_owned();
    /// Whether a server that starts brings the schema up to date. If not, `yzt migrate` must have.
    migrate_on_start: bool, "`true` or `false`" = true;
    /// Whether this server takes part in the jobs of its site (`yzt jobs list`). At least one server of a site must.
    jobs: bool, "`true` or `false`" = true;
    /// Where the encrypted key files are. Empty: `keys` in `data_dir`.
    keystore_dir: String, "directory" = String::new();
    /// The passphrase of the key files. Better in a file, see `keystore_passphrase_file`. Empty: a known one, for development only.
    keystore_passphrase: Secret, "text" = Secret::default();
    /// A file whose first line is the passphrase of the key files.
    keystore_passphrase_file: String, "file" = String::new();
    /// Rounds of PBKDF2-HMAC-SM3 between the passphrase and the key that encrypts the key files.
    keystore_rounds: u32, "number" = 200_000;
    /// Where new root keys are made and kept.
    signer_root: Custody, "`keystore`, `pkcs11` or `service`" = Custody::Keystore;
    /// Where new seal keys are made and kept. A certified module, in production.
    signer_seal: Custody, "`keystore`, `pkcs11` or `service`" = Custody::Keystore;
    /// Where new presentation keys are made and kept.
    signer_presentation: Custody, "`keystore`, `pkcs11` or `service`" = Custody::Keystore;
    /// Where new status keys are made and kept.
    signer_status: Custody, "`keystore`, `pkcs11` or `service`" = Custody::Keystore;
    /// Where new keys for checkpoints of the audit log are made and kept.
    signer_audit: Custody, "`keystore`, `pkcs11` or `service`" = Custody::Keystore;
    /// The library of the PKCS#11 module. Empty: there is none. See docs/signer.md.
    pkcs11_module: String, "file" = String::new();
    /// The label of the token in the module.
    pkcs11_token: String, "text" = String::new();
    /// A file whose first line is the PIN of the token.
    pkcs11_pin_file: String, "file" = String::new();
    /// Sessions with the module, and so signatures at the same time.
    pkcs11_sessions: usize, "number" = 4;
    /// How long a signature waits for a session, in milliseconds.
    pkcs11_session_timeout: u64, "milliseconds" = 2_000;
    /// How long the module may take to answer, in milliseconds.
    pkcs11_signature_timeout: u64, "milliseconds" = 3_000;
    /// The module's number of the mechanism that signs with SM2 (CKM); each maker has its own.
    pkcs11_mechanism: Constant, "number, or `0x` and hexadecimal" = Constant(None);
    /// What that mechanism takes: the message, so that the module makes Z and hashes, or the digest over both.
    pkcs11_input: Input, "`message` or `digest`" = Input::Digest;
    /// The module's number of the mechanism that makes SM2 keys (CKM). Empty: they are made with the module's own tool.
    pkcs11_generate_mechanism: Constant, "number, or `0x` and hexadecimal" = Constant(None);
    /// The module's number of the type of SM2 keys (CKK), where making one needs it.
    pkcs11_key_type: Constant, "number, or `0x` and hexadecimal" = Constant(None);
    /// The address of the signing service. Empty: there is none. See docs/signer.md.
    signing_service_url: String, "URL" = String::new();
    /// A file whose first line is the bearer token the service knows this server by.
    signing_service_token_file: String, "file" = String::new();
    /// The certificate this server shows the service and its private key, in PEM.
    signing_service_identity_file: String, "file" = String::new();
    /// The authorities the service's certificate may come from, in PEM. Empty: those of this machine.
    signing_service_ca_file: String, "file" = String::new();
    /// How long a signature may take with all tries, in milliseconds.
    signing_service_timeout: u64, "milliseconds" = 3_000;
    /// Unused connections that are kept for the next signatures.
    signing_service_connections: usize, "number" = 8;
    /// What the service is given to sign: the message, or the digest over Z and the message.
    signing_service_input: Input, "`message` or `digest`" = Input::Digest;
    /// A file whose first line is the passphrase of backups. Empty: they are not encrypted, for development only.
    backup_passphrase_file: String, "file" = String::new();
    /// The province: the prefix of GB/T 2260 codes this server issues for.
    iss: String, "two digits" = "21".to_owned();
    /// What this site is: a province's, or the ministry's, which issues nothing and keeps what provinces collect. See docs/mutual-recognition.md.
    role: SiteRole, "`province` or `ministry`" = SiteRole::Province;
    /// The name of the issuer in the trust list.
    issuer_name: String, "text" = "辽宁省交通运输厅".to_owned();
    /// The name of the authority's seal, as it is drawn on the faces of certificates.
    seal_name: String, "text" = "辽宁省道路运输电子证照专用章".to_owned();
    /// Where the fonts are that faces of certificates are drawn with: Noto Serif CJK, as Debian's fonts-noto-cjk brings them.
    fonts_dir: String, "directory" = "/usr/share/fonts".to_owned();
    /// How long a code is good for, in seconds. The protocol allows 300 at most.
    presentation_lifetime: u32, "seconds" = 60;
    /// How long a sealed certificate is good for before it must be sealed again, in days.
    credential_lifetime: u32, "days" = 366;
    /// Whether holders may register a phone with a key of its own and make codes without network.
    device_credentials: bool, "`true` or `false`" = false;
    /// How long a credential bound to a phone is good for, in days.
    device_credential_lifetime: u32, "days" = 14;
    /// How long a trust list is good for, in seconds.
    trust_list_lifetime: u32, "seconds" = 7 * 86_400;
    /// How long a status list is good for, in seconds.
    status_list_lifetime: u32, "seconds" = 7 * 86_400;
    /// How soon clients should fetch a newer status list, in seconds.
    status_list_ttl: u32, "seconds" = 3600;
    /// How long after a status list the next may follow when a status has changed, in seconds. Presenting and online verification do not wait for it.
    status_list_interval: u32, "seconds" = 5;
    /// How long published lists are kept for disputes, in days.
    bundle_retention: u32, "days" = 400;
    /// How long an access token is good for before it must be refreshed, in seconds.
    access_lifetime: u32, "seconds" = 600;
    /// How long after a refresh the token before it still gets the same answer, in seconds. Without limit as long as the answer was not heard: see docs/sign-in.md.
    refresh_grace: u32, "seconds" = 30;
    /// How long a session of staff may go unused, in seconds.
    staff_session_idle: u32, "seconds" = 30 * 60;
    /// How long a session of staff lasts at most, in seconds.
    staff_session_lifetime: u32, "seconds" = 12 * 3600;
    /// How many sessions one of staff may have at once; with one more, the oldest ends. 0: any number.
    staff_sessions: u32, "number" = 0;
    /// How long a session of a holder may go unused, in seconds.
    holder_session_idle: u32, "seconds" = 30 * 86_400;
    /// How long a session of a holder lasts at most, in seconds.
    holder_session_lifetime: u32, "seconds" = 90 * 86_400;
    /// Rounds of PBKDF2-HMAC-SM3 for passwords. Production takes 100000 or more.
    password_rounds: u32, "number" = 120_000;
    /// Fewest characters of a password.
    password_length: u32, "number" = 10;
    /// How many passwords of an account, the present one among them, may not be chosen again.
    password_history: u32, "number" = 5;
    /// How long a password of staff is good for, in days. 0: for ever.
    password_lifetime: u32, "days" = 90;
    /// How long a login is locked after too many failures, and how long failures are remembered, in seconds.
    lockout: u32, "seconds" = 30 * 60;
    /// Whether staff prove a second factor at sign-in: see docs/sign-in.md. Production takes `required` only.
    second_factor: SecondFactor, "`required` or `off`" = SecondFactor::Required;
    /// Failed sign-ins in a row for one login, after which it is locked.
    sign_in_attempts: u32, "number" = 5;
    /// Failed sign-ins from one address within 15 minutes, after which it must wait.
    sign_in_attempts_address: u32, "number" = 100;
    /// The mini-program's AppID. Empty: nobody signs in from WeChat.
    wechat_app_id: String, "text" = String::new();
    /// The mini-program's AppSecret. Better in a file, see `wechat_secret_file`.
    wechat_secret: Secret, "text" = Secret::default();
    /// A file whose first line is the mini-program's AppSecret.
    wechat_secret_file: String, "file" = String::new();
    /// Where WeChat's `code2Session` is asked: WeChat itself, or a gateway of the site that passes requests on.
    wechat_base_url: String, "URL without path" = "https://api.weixin.qq.com".to_owned();
    /// The address of the real-name service, in the form of docs/wechat.md. Empty: nobody can bind to a holder.
    real_name_url: String, "URL" = String::new();
    /// What the real-name service knows this server by.
    real_name_app_id: String, "text" = "yzt".to_owned();
    /// The secret that requests to the real-name service are authenticated with. Better in a file, see `real_name_secret_file`.
    real_name_secret: Secret, "text" = Secret::default();
    /// A file whose first line is the real-name service's secret.
    real_name_secret_file: String, "file" = String::new();
    /// Without a real-name service, take whoever knows the citizen id and the name of a holder on record for that holder. For development; production refuses it.
    real_name_by_records: bool, "`true` or `false`" = false;
    /// Failed attempts to bind to a holder by one WeChat user, or for one citizen id, within a day, after which they must wait.
    binding_attempts: u32, "number" = 5;
    /// Longest that WeChat or the real-name service may take to answer, in seconds.
    outbound_timeout: u64, "seconds" = 5;
    /// The address of the ministry's system that certificates are collected to, in the form of docs/collection.md. Empty: none.
    ministry_url: String, "URL without path" = String::new();
    /// A file whose first line is the bearer token the ministry's system knows this site by. Empty: requests are signed with this site's own key (`yzt collection key`).
    ministry_token_file: String, "file" = String::new();
    /// Events that are collected in one request at most.
    collection_batch: u32, "number" = 200;
    /// Longest that the ministry's system may take for a request of collection, in seconds.
    collection_timeout: u64, "seconds" = 15;
    /// How long the ministry's system may be out of reach before that is an incident of its own, in seconds.
    collection_outage_after: u32, "seconds" = 600;
    /// Holidays and shifted working days (CSV as in api/data/calendar), in place of those this program knows, for the years in it. Empty: those alone.
    calendar_file: String, "file" = String::new();
    /// How long another site may take to verify a code of its own for this one, in milliseconds; then the ministry answers from its copy.
    forward_timeout: u64, "milliseconds" = 2_000;
    /// Online verifications from one address within a minute, after which it must wait. Officers who are signed in are not counted.
    verifications_address: u32, "number" = 60;
    /// How long entries of the audit log stay before they may be archived, in days. The law asks for six months: 183 at least.
    audit_retention: u32, "days" = 183;
    /// How long after a signed checkpoint of the audit log the next follows, when something was written, in seconds.
    audit_checkpoint_interval: u32, "seconds" = 600;
    /// Entries of the audit log after which a checkpoint is signed before its time.
    audit_checkpoint_entries: u32, "number" = 1000;
    /// What this site makes of the rules of conformity: other grades, and who issues where (TOML, see docs/conformity.md); the same on all servers. Empty: the rules as they are.
    conformity_file: String, "file" = String::new();
    /// Certificates that one of staff may look at, masked, in a day.
    reads_per_day: u32, "number" = 500;
    /// Lookups that one officer may make in a day, and in a minute.
    lookups_per_day: u32, "number" = 300;
    /// See `lookups_per_day`.
    lookups_per_minute: u32, "number" = 20;
    /// Certificates that one of staff may be shown unmasked in a day, each for a stated purpose.
    reveals_per_day: u32, "number" = 30;
    /// Records that one of staff may export in a day.
    exports_per_day: u32, "number" = 1000;
    /// Annotated copies that a holder's account may make in a day; those of an operator are counted as exports.
    copies_per_day: u32, "number" = 20;
    /// Faces that one account may have drawn as an image or for print in a minute, which takes some hundred milliseconds each.
    drawings_per_minute: u32, "number" = 30;
    /// How long after scanning a code an officer may be shown its certificate unmasked, in hours.
    reveal_after_check: u32, "hours" = 24;
    /// Whether the last entry of `X-Forwarded-For` is the client's address: only behind a proxy that sets it.
    trust_forwarded_for: bool, "`true` or `false`" = false;
    /// The catalogue of the kinds of certificates (电子证照目录), when it is not the one this program brings along, which is `api/data/catalogue.csv`: since when each kind is collected, its template and the items of its face.
    catalogue_file: String, "file" = String::new();
    /// Largest request body, in bytes, except for uploads.
    body_limit: usize, "bytes" = 1 << 20;
    /// Largest upload: certificates to ingest, in bytes.
    upload_limit: u64, "bytes" = 4 << 30;
    /// How long the answer of a single write under an `Idempotency-Key` is kept for its repetition, in days.
    idempotency_retention: u32, "days" = 30;
    /// Largest head of a request, in bytes: address and headers.
    head_limit: usize, "bytes" = 16_384;
    /// Seconds a client may take to send the head of a request.
    head_timeout: u32, "seconds" = 10;
    /// Seconds a request's body may keep the server waiting; every 10 KiB that came give it as long again.
    body_timeout: u32, "seconds" = 20;
    /// Seconds a request may take, uploads excepted, before it is answered 503.
    request_timeout: u32, "seconds" = 60;
    /// Requests worked on at once, above which more are answered 503 with `Retry-After`; health and metrics never are.
    in_flight_limit: usize, "number" = 1024;
    /// Connections held at once, above which new ones wait to be taken.
    connection_limit: usize, "number" = 20_000;
    /// Seconds an idle connection is kept for the client's next request. A proxy in front should give up sooner.
    keep_alive: u32, "seconds" = 15;
    /// Other sites whose pages may call this server from a browser (CORS). Empty: none.
    cors_origins: Origins, "`https://HOST[:PORT]`, separated by commas" = Origins::default();
    /// Seconds that requests in flight have to end when the server stops.
    stop_timeout: u64, "seconds" = 30;
    /// How the log is written.
    log_format: LogFormat, "`json` or `text`" = LogFormat::Json;
    /// What is logged: a level, or levels for parts of the program.
    log_level: String, "`error`, `warn`, `info`, `debug` or `PART=LEVEL,…`" = "info".to_owned();
}

impl Config {
    /// The database this server uses, with its defaults applied.
    ///
    /// # Errors
    /// When the address is not one of a database this program knows.
    pub fn store(&self) -> Result<StoreSettings, StoreError> {
        let url = if self.database_url.is_empty() {
            DatabaseUrl::Sqlite(PathBuf::from(&self.data_dir).join("yzt.db"))
        } else {
            self.database_url.reveal().parse()?
        };
        Ok(StoreSettings {
            url,
            connections: self.database_connections,
            statement_limit: self.statement_limit(),
            durability: if self.sqlite_survives_power_loss { Durability::Power } else { Durability::Process },
            migrate: self.migrate_on_start,
        })
    }

    /// Longest a statement on PostgreSQL may take, if there is a limit.
    #[must_use]
    pub fn statement_limit(&self) -> Option<Duration> {
        (self.database_timeout > 0).then(|| Duration::from_secs(self.database_timeout.into()))
    }

    /// The Redis this server uses, if one is set.
    #[must_use]
    pub fn redis(&self) -> Option<RedisSettings> {
        (!self.redis_url.is_empty()).then(|| RedisSettings {
            url: self.redis_url.clone(),
            ca_file: self.redis_ca_file.clone(),
            prefix: self.redis_prefix.clone(),
        })
    }

    /// Scheme and host people reach this server at, with the default applied; it becomes part of every code.
    #[must_use]
    pub fn public_address(&self) -> String {
        if self.public_url.is_empty() {
            format!("http://{}", self.bind)
        } else {
            self.public_url.trim_end_matches('/').to_owned()
        }
    }

    /// Where the key files are, with the default applied.
    #[must_use]
    pub fn keystore_dir(&self) -> PathBuf {
        if self.keystore_dir.is_empty() {
            PathBuf::from(&self.data_dir).join("keys")
        } else {
            PathBuf::from(&self.keystore_dir)
        }
    }
}

fn unfit(name: &str, expected: &str) -> ConfigError {
    ConfigError::Unfit { name: name.to_owned(), expected: expected.to_owned() }
}
