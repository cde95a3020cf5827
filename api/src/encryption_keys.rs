//! The keys third parties have what is shared with them encrypted to. One is registered with a proof that its private half
//! is held (`docs/sharing.md`), by a challenge as devices have it; its signature is over another text, so that neither
//! passes for the other.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::sm2::{PublicKey, Signature};

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Account;
use crate::clock::Timestamp;
use crate::devices;
use crate::problem::{Code, Finding, Problem};
use crate::store::Conn;
use crate::store::encryption_keys::{self as rows, EncryptionKeyRow};

/// What stands before the challenge in what is signed.
const DOMAIN: &[u8] = b"yzt-encryption-key:";
/// Most keys of an account that are not revoked.
const MAX_KEYS: i64 = 8;
/// Longest label, in characters.
const MAX_LABEL: usize = 64;

/// A key that wants to be registered. Bytes are hexadecimal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EncryptionKeyRegistration)]
pub struct Registration {
    /// The SM2 public key, compressed (33 bytes) or uncompressed (65 bytes).
    public_key: String,
    /// What its owner calls it: 1 to 64 characters.
    #[schema(example = "核保系统 2026")]
    label: String,
    /// The challenge, from `POST /v1/encryption-key-challenges`.
    challenge: String,
    /// The key's signature over `yzt-encryption-key:` and the challenge's 32 bytes; r and s, 64 bytes.
    signature: String,
}

/// A registered key.
#[derive(Debug, Serialize, ToSchema)]
pub struct EncryptionKey {
    /// UUIDv7.
    id: String,
    /// Id of the key, hexadecimal.
    #[schema(example = "5be1a2c3d4e5f607")]
    kid: String,
    /// Compressed, hexadecimal.
    public_key: String,
    /// What its owner calls it.
    label: String,
    /// When it was registered.
    created_at: Timestamp,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Timestamp>,
}

/// Registers a key of this account.
///
/// # Errors
/// [`Code::UnfitValue`], [`Code::ChallengeInvalid`], [`Code::KeyProofInvalid`], [`Code::KeyKnown`],
/// [`Code::TooManyKeys`].
pub async fn register(
    app: &App,
    account: Account,
    context: Context,
    wanted: Registration,
) -> Result<EncryptionKey, Problem> {
    let (key, challenge, signature) = wanted.parts()?;
    devices::take_challenge(app, &account, &challenge).await?;
    if !key.verifies(&[DOMAIN, &challenge].concat(), &signature) {
        return Err(Code::KeyProofInvalid.into());
    }
    let row = EncryptionKeyRow {
        id: app.new_id().to_string(),
        public_key: key.compressed().to_vec(),
        kid: key.id().to_string(),
        label: wanted.label,
        created_at: app.clock.now().millis(),
        revoked_at: None,
        account_id: account.id.clone(),
    };
    let entry = Entry::new(Action::EncryptionKeyAdded, context.by(&account))
        .on("encryption_key", row.id.as_str())
        .detail("kid", row.kid.as_str());
    let audit = app.audit.clone();
    let add = move |conn: &mut Conn| -> Result<EncryptionKeyRow, Problem> {
        if rows::count(conn, &row.account_id)? >= MAX_KEYS {
            return Err(Code::TooManyKeys.into());
        }
        if !rows::insert(conn, &row)? {
            return Err(Code::KeyKnown.into());
        }
        audit.append(conn, entry)?;
        Ok(row)
    };
    Ok(app.db.write(add).await?.into())
}

/// Revokes a key of this account. Once more is no error.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn revoke(app: &App, account: Account, context: Context, id: String) -> Result<(), Problem> {
    let now = app.clock.now();
    let audit = app.audit.clone();
    let revoke = move |conn: &mut Conn| -> Result<(), Problem> {
        let row = rows::find(conn, &account.id, &id)?.ok_or(Code::NotFound)?;
        rows::revoke(conn, &row.id, now.millis())?;
        let entry = Entry::new(Action::EncryptionKeyRevoked, context.by(&account));
        Ok(audit.append(conn, entry.on("encryption_key", row.id))?)
    };
    app.db.write(revoke).await
}

/// The keys of an account behind the one with the id `after`, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn list(
    conn: &mut Conn,
    account: &Account,
    after: &str,
    limit: i64,
) -> Result<Vec<EncryptionKey>, Problem> {
    Ok(rows::of_account(conn, &account.id, after, limit)?.into_iter().map(EncryptionKey::from).collect())
}

impl EncryptionKey {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl From<EncryptionKeyRow> for EncryptionKey {
    fn from(row: EncryptionKeyRow) -> Self {
        Self {
            id: row.id,
            kid: row.kid,
            public_key: HEXLOWER.encode(&row.public_key),
            label: row.label,
            created_at: Timestamp(row.created_at),
            revoked_at: row.revoked_at.map(Timestamp),
        }
    }
}

impl Registration {
    fn parts(&self) -> Result<(PublicKey, [u8; 32], Signature), Problem> {
        let key = hex(&self.public_key).and_then(|bytes| PublicKey::from_sec1(&bytes).ok());
        let challenge = hex(&self.challenge).and_then(|bytes| bytes.try_into().ok());
        let signature = hex(&self.signature).and_then(|bytes| bytes.try_into().ok());
        let broken = [
            ("public_key", "not_an_sm2_public_key", key.is_none()),
            ("challenge", "not_32_bytes", challenge.is_none()),
            ("signature", "not_64_bytes", signature.is_none()),
            ("label", "not_1_to_64_characters", !is_label(&self.label)),
        ];
        let findings: Vec<_> = broken
            .into_iter()
            .filter(|(.., broken)| *broken)
            .map(|(item, rule, _)| Finding { item: item.into(), rule: rule.into(), source: None })
            .collect();
        match (key, challenge, signature) {
            (Some(key), Some(challenge), Some(signature)) if findings.is_empty() => {
                Ok((key, challenge, signature))
            }
            _ => Err(Problem::new(Code::UnfitValue).findings(findings)),
        }
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()
}

fn is_label(text: &str) -> bool {
    let length = text.chars().count();
    (1..=MAX_LABEL).contains(&length) && !text.trim().is_empty() && !text.chars().any(char::is_control)
}
