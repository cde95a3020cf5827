//! Giving items of a certificate under a grant. First everything is made ready; then, in one transaction, the use is
//! counted, kept and audited; only then is it answered. So no use is given uncounted, however many servers are asked at
//! once, and a failure to encrypt or sign costs none.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use verifier_core::sm2::{PublicKey, Sign};

use super::{envelope, require_usable, visible};
use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Account;
use crate::certificates::{self, DataItem};
use crate::clock::Timestamp;
use crate::keys::{Use, aside};
use crate::lifecycle::Standing;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::certificates::{self as certificate_rows, CertificateRow};
use crate::store::encryption_keys::{self, EncryptionKeyRow};
use crate::store::grants::{self as rows, GrantRow, uses};

/// What stands before what is signed, so that the signature can be taken for nothing else.
const DOMAIN: &[u8] = b"yzt-grant-answer:";

/// What a recipient asks for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedUse {
    /// Of which of the grant's certificates.
    certificate_id: String,
    /// Id of the encryption key to encrypt to; the newest where it is not said.
    #[serde(default)]
    key_id: Option<String>,
}

/// Items that were given, encrypted to the recipient.
#[derive(Serialize, ToSchema)]
pub struct Given {
    /// Id of the use.
    id: String,
    /// When.
    used_at: Timestamp,
    /// How many uses are left.
    uses_left: i32,
    /// Id of the encryption key it is encrypted to.
    key_id: String,
    /// The same key as other parties name it: 8 bytes, hexadecimal.
    kid: String,
    /// The envelope: base64 of DER (GM/T 0010 envelopedData). In it is JSON, as docs/sharing.md describes it.
    envelope: String,
    /// That it is from this province.
    signature: Signed,
}

/// The signature over an envelope.
#[derive(Serialize, ToSchema)]
#[schema(as = EnvelopeSignature)]
pub struct Signed {
    /// The presentation key of the trust list that signed, hexadecimal.
    kid: String,
    /// Over `yzt-grant-answer:`, the id of the use, a colon and the envelope's bytes: r and s, hexadecimal.
    value: String,
}

/// What is in an envelope.
#[derive(Serialize)]
struct Content<'a> {
    r#use: &'a str,
    grant: &'a str,
    used_at: Timestamp,
    certificate: GivenCertificate,
}

#[derive(Serialize)]
struct GivenCertificate {
    id: String,
    kind: String,
    kind_name: &'static str,
    version: i32,
    status: Standing,
    review_overdue: bool,
    specimen: bool,
    items: Vec<DataItem>,
}

/// Everything a use needs, read before it is counted.
struct Ready {
    grant: GrantRow,
    certificate: CertificateRow,
    key: EncryptionKeyRow,
    items: Vec<DataItem>,
}

/// Gives the items of a certificate under a grant.
///
/// # Errors
/// [`Code::NotFound`], [`Code::GrantRevoked`], [`Code::GrantEnded`], [`Code::GrantNotBegun`], [`Code::GrantUsedUp`],
/// [`Code::CertificateNotGranted`], [`Code::NoEncryptionKey`].
pub async fn give(
    app: &Arc<App>,
    context: Context,
    account: Account,
    grant_id: String,
    wanted: WantedUse,
) -> Result<Given, Problem> {
    let entry = Entry::new(Action::GrantUsed, context.by(&account)).on("grant", grant_id.as_str());
    let given = try_give(app, entry.clone(), account, grant_id, wanted).await;
    if let Err(problem) = &given {
        app.audit.note(entry.ended_in(problem)).await;
    }
    given
}

async fn try_give(
    app: &Arc<App>,
    entry: Entry,
    account: Account,
    grant_id: String,
    wanted: WantedUse,
) -> Result<Given, Problem> {
    let (server, now) = (Arc::clone(app), app.clock.now());
    let ready = app.db.read(move |conn| ready(conn, &server, &account, &grant_id, &wanted, now)).await?;
    let id = app.new_id().to_string();
    let key = PublicKey::from_compressed(&ready.key.public_key).map_err(Problem::internal)?;
    let envelope = envelope::sealed(&content(&ready, &id, now)?, &key)?;
    let signature = signed(app, &id, &envelope, now).await?;
    let (kid, key_id) = (ready.key.kid.clone(), ready.key.id.clone());
    let (server, use_id) = (Arc::clone(app), id.clone());
    let uses_left = app.db.write(move |conn| count(conn, &server, entry, &ready, &use_id, now)).await?;
    Ok(Given { id, used_at: now, uses_left, key_id, kid, envelope: STANDARD.encode(envelope), signature })
}

fn ready(
    conn: &mut Conn,
    app: &App,
    account: &Account,
    grant_id: &str,
    wanted: &WantedUse,
    now: Timestamp,
) -> Result<Ready, Problem> {
    let grant = visible(conn, app, grant_id, account)?;
    require_usable(&grant, now)?;
    let granted = grant.certificates.split(' ').find(|id| *id == wanted.certificate_id);
    let certificate = certificate_rows::find(conn, granted.ok_or(Code::CertificateNotGranted)?)?;
    // A licence may pass to another holder, who granted nothing.
    let certificate = certificate.filter(|row| row.holder_id == grant.holder_id);
    let certificate = certificate.ok_or(Code::CertificateNotGranted)?;
    let key = match &wanted.key_id {
        Some(id) if id.contains('\0') => None,
        Some(id) => encryption_keys::find(conn, &account.id, id)?.filter(|key| key.revoked_at.is_none()),
        None => encryption_keys::newest(conn, &account.id)?,
    };
    let key = key.ok_or(Code::NoEncryptionKey)?;
    let names: Vec<&str> = grant.items.split(' ').collect();
    let items = certificates::items_named(conn, &app.vault, &certificate, &names)?;
    Ok(Ready { grant, certificate, key, items })
}

fn content(ready: &Ready, use_id: &str, now: Timestamp) -> Result<zeroize::Zeroizing<Vec<u8>>, Problem> {
    let row = &ready.certificate;
    let content = Content {
        r#use: use_id,
        grant: &ready.grant.id,
        used_at: now,
        certificate: GivenCertificate {
            id: row.id.clone(),
            kind: row.kind.clone(),
            kind_name: certificates::kind(row)?.name_zh(),
            version: row.version,
            status: row.status.parse()?,
            review_overdue: row.review_overdue,
            specimen: row.specimen,
            items: ready.items.clone(),
        },
    };
    serde_json::to_vec(&content).map(zeroize::Zeroizing::new).map_err(Problem::internal)
}

async fn signed(app: &App, use_id: &str, envelope: &[u8], now: Timestamp) -> Result<Signed, Problem> {
    let key = app.signer.active(Use::Presentation, now)?;
    let message = [DOMAIN, use_id.as_bytes(), b":", envelope].concat();
    let kid = key.key_id().to_string();
    let signature = aside(move || key.sign(&message)).await?;
    Ok(Signed { kid, value: HEXLOWER.encode(&signature) })
}

/// Counts the use, unless the grant or the certificate changed since they were read: how many are left.
fn count(
    conn: &mut Conn,
    app: &App,
    entry: Entry,
    ready: &Ready,
    use_id: &str,
    now: Timestamp,
) -> Result<i32, Problem> {
    let Ready { grant, certificate, key, .. } = ready;
    let current = certificate_rows::find(conn, &certificate.id)?;
    if current.as_ref() != Some(certificate) {
        return Err(Code::ChangedMeanwhile.into());
    }
    if !rows::take_use(conn, &grant.id, now.millis())? {
        let current = rows::find(conn, &grant.id)?.ok_or(Code::NotFound)?;
        require_usable(&current, now)?;
        return Err(Code::ChangedMeanwhile.into());
    }
    uses::insert(
        conn,
        &uses::UseRow {
            id: use_id.to_owned(),
            grant_id: grant.id.clone(),
            certificate_id: certificate.id.clone(),
            version: certificate.version,
            holder_id: grant.holder_id.clone(),
            recipient_id: grant.recipient_id.clone(),
            key_id: key.id.clone(),
            used_at: now.millis(),
        },
    )?;
    let left = rows::find(conn, &grant.id)?.map_or(0, |row| row.uses_allowed - row.uses_taken);
    let entry = entry.in_division(grant.division.clone()).detail("use", use_id);
    app.audit.append(conn, entry.detail("certificate", certificate.id.as_str()))?;
    Ok(left)
}
