//! Certificates bound to a holder's device: the phone presents them with its own key, for a few days without network.

use data_encoding::HEXLOWER;
use serde::Serialize;
use utoipa::ToSchema;
use verifier_core::sm2::PublicKey;

use crate::app::App;
use crate::auth::Holder;
use crate::certificates::{in_force, own};
use crate::clock::Timestamp;
use crate::present::{allowed, seal_for_device};
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::certificates::{CertificateRow, VersionRow};
use crate::store::devices::{self as rows, DeviceCredentialRow, DeviceRow};

use super::permitted;

/// A certificate bound to a device. Whoever has it can show nothing without the device's key.
#[derive(Serialize, ToSchema)]
pub struct DeviceCredential {
    /// The sealed credential, an untagged COSE_Sign1, hexadecimal.
    credential: String,
    /// Which certificate.
    certificate_id: String,
    /// Which version of it.
    version: i32,
    /// Bound to which device.
    device_id: String,
    /// When it was sealed.
    sealed_at: Timestamp,
    /// From when on it must be renewed, which takes network.
    expires_at: Timestamp,
    /// What a code begins with, before `/V/1`.
    #[schema(example = "https://yzt.example.gov.cn")]
    public_address: String,
    /// How long a code is good for, in seconds.
    presentation_lifetime: u32,
}

/// Binds the certificate of this holder with this id to one of their devices. Again is how it is renewed.
///
/// # Errors
/// [`Code::DeviceCredentialsOff`]; [`Code::NotFound`] when certificate or device is not theirs;
/// [`Code::DeviceRevoked`]; the problem of [`allowed`] when the certificate may not be shown.
pub async fn bind(
    app: &App,
    holder: Holder,
    certificate_id: String,
    device_id: String,
) -> Result<DeviceCredential, Problem> {
    permitted(app, holder.account.role)?;
    let now = app.clock.now();
    let find = move |conn: &mut Conn| {
        let certificate = own(conn, &certificate_id, &holder.holder_id)?;
        let device = rows::find(conn, &device_id)?.filter(|device| device.account_id == holder.account.id);
        let device = device.ok_or(Code::NotFound)?;
        let version = in_force(conn, &certificate)?;
        Ok::<_, Problem>((certificate, version, device))
    };
    let (certificate, version, device) = app.db.read(find).await?;
    allowed(&certificate, now.day())?;
    let key = usable_key(&device)?;
    let sealed = seal_for_device(app, &version, key, now).await?;
    let expires_at = Timestamp::from(sealed.expires);
    let row = row(app.new_id().to_string(), &certificate, &version, &device, now, expires_at);
    app.db.write(move |conn| rows::insert_credential(conn, &row)).await?;
    Ok(DeviceCredential {
        credential: HEXLOWER.encode(&sealed.bytes),
        certificate_id: certificate.id,
        version: certificate.version,
        device_id: device.id,
        sealed_at: now,
        expires_at,
        public_address: app.config.public_address(),
        presentation_lifetime: app.config.presentation_lifetime,
    })
}

fn usable_key(device: &DeviceRow) -> Result<PublicKey, Problem> {
    if device.revoked_at.is_some() {
        return Err(Code::DeviceRevoked.into());
    }
    PublicKey::from_compressed(&device.public_key).map_err(Problem::internal)
}

fn row(
    id: String,
    certificate: &CertificateRow,
    version: &VersionRow,
    device: &DeviceRow,
    now: Timestamp,
    expires_at: Timestamp,
) -> DeviceCredentialRow {
    DeviceCredentialRow {
        id,
        device_id: device.id.clone(),
        certificate_id: certificate.id.clone(),
        version: version.version,
        status_index: version.status_index,
        sealed_at: now.millis(),
        expires_at: expires_at.millis(),
    }
}
