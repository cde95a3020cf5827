//! `yzt audit verify`: whether the audit log, or a file of it, is as it was written.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use data_encoding::HEXLOWER;
use verifier_core::checkpoint::Checkpoint;
use verifier_core::sm2::PublicKey;

use super::BAR;
use crate::app::App;
use crate::audit::chain::MacKey;
use crate::audit::file::{self, Means};
use crate::audit::verify::Findings;
use crate::audit::{self, Inspection, Start, public_keys};
use crate::cli::progress::Progress;
use crate::cli::{Failure, block_on, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::Keystore;
use crate::store::{Conn, audit as rows};

/// Verify the audit log; ends with 1 when anything is not as it was written
#[derive(Args)]
pub(super) struct Verify {
    /// Number of the first entry; by default the first there is
    #[arg(long, conflicts_with = "file")]
    from: Option<i64>,
    /// Number of the last entry; by default the last there is
    #[arg(long, conflicts_with = "file")]
    to: Option<i64>,
    /// A checkpoint that was kept elsewhere; may be given several times
    #[arg(long = "checkpoint", value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// A file that was exported or archived, in place of the database
    #[arg(long, value_name = "FILE", requires = "keys")]
    file: Option<PathBuf>,
    /// Public key that signs checkpoints, hexadecimal; may be given several times
    #[arg(long = "key", value_name = "HEX", value_parser = public_key)]
    keys: Vec<PublicKey>,
}

impl Verify {
    pub(super) fn run(self, config: Config) -> Result<ExitCode, Failure> {
        let findings = match &self.file {
            Some(file) => self.file(file, &config)?,
            None => self.database(config)?,
        };
        for fault in &findings.faults {
            say(fault);
        }
        if findings.more > 0 {
            say(format_args!("… and {} more", findings.more));
        }
        if let Some((seq, hash)) = &findings.last {
            say(format_args!("{} entries, the last is {seq}, hash {}", findings.rows, HEXLOWER.encode(hash)));
        }
        let verdict = if findings.is_sound() { "完好 sound" } else { "已被改动 CHANGED" };
        say(verdict);
        Ok(if findings.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn database(self, config: Config) -> Result<Findings, Failure> {
        let app = App::open(config, Clock::System)?;
        let audit = app.audit.clone();
        let verify = move |conn: &mut Conn| -> Result<_, Failure> {
            let mut keys = public_keys(conn)?;
            keys.extend(self.keys.iter().cloned());
            let kept = self.kept(&keys)?;
            let start = self.from.map_or(Start::Beginning, Start::With);
            let total = rows::head(conn)?.map(|head| head.seq);
            let mut progress = Progress::begin(total.and_then(|total| u64::try_from(total).ok()), BAR);
            let what = Inspection { start, to: self.to, kept };
            let findings = audit.inspect(conn, &what, |count| progress.set(count))?;
            Ok((findings, progress.end()))
        };
        let (findings, said) = block_on(app.db.read(verify))??;
        say(said);
        Ok(findings)
    }

    /// Without a database. The secret is taken from the keystore where there is one; without it, the chain and the
    /// signed checkpoint speak for the file.
    fn file(&self, path: &Path, config: &Config) -> Result<Findings, Failure> {
        let secret = Keystore::open(config).and_then(|keystore| keystore.find(audit::SECRET, audit::SECRET));
        let key = secret.map_err(Failure::new)?.map(MacKey::new);
        if key.is_none() {
            say("no secret in the keystore: HMACs are not looked at");
        }
        let kept = self.kept(&self.keys)?;
        let unreadable = |error| Failure::wrong_use(format_args!("{}: {error}", path.display()));
        let reader = BufReader::new(File::open(path).map_err(unreadable)?);
        let mut progress = Progress::begin(None, "{spinner} {msg}");
        let means = Means { key: key.as_ref(), keys: &self.keys, kept: &kept };
        let findings = file::verify(reader, &means, |count| progress.set(count))?;
        say(progress.end());
        Ok(findings)
    }

    fn kept(&self, keys: &[PublicKey]) -> Result<Vec<Checkpoint>, Failure> {
        self.checkpoints.iter().map(|path| kept(path, keys)).collect()
    }
}

fn kept(path: &Path, keys: &[PublicKey]) -> Result<Checkpoint, Failure> {
    let bytes = std::fs::read(path);
    let bytes = bytes.map_err(|error| Failure::wrong_use(format_args!("{}: {error}", path.display())))?;
    Checkpoint::open(&bytes, keys).map_err(|error| Failure::new(format_args!("{}: {error}", path.display())))
}

fn public_key(text: &str) -> Result<PublicKey, &'static str> {
    let bytes = HEXLOWER.decode(text.as_bytes()).ok();
    let key = bytes.and_then(|bytes| PublicKey::from_sec1(&bytes).ok());
    key.ok_or("a public key is a point of the SM2 curve, 66 or 130 hexadecimal digits")
}
