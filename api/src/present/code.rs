//! Making a code: the credential, signed over with the presentation key, for a minute. The code itself is neither
//! kept nor logged; what is kept is that and when it was shown.

use verifier_core::presentation::{Cti, Maker, Presentation};
use verifier_core::{Seconds, token};

use super::{allowed, credential};
use crate::app::App;
use crate::certificates::{in_force, own};
use crate::clock::Timestamp;
use crate::keys::{Use, aside};
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::activations::{self, Source};
use crate::store::certificates::CertificateRow;
use crate::store::presentations::{self, PresentationRow};

/// The protocol's longest life of a presentation, in seconds.
const MAX_LIFETIME: u64 = verifier_core::presentation::MAX_LIFETIME;
/// How soon a holder's screen shows the next code, in seconds.
const REFRESH: u64 = 30;

/// A certificate that is being shown. There is no `Debug`: whoever has the code can show it too.
pub struct Shown {
    /// The code's text.
    pub code: String,
    /// Its name.
    pub cti: Cti,
    /// When it was made.
    pub made_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// After how many seconds the next one should be asked for.
    pub refresh_after: u64,
}

/// Shows the certificate of this holder with this id.
///
/// # Errors
/// [`crate::problem::Code::NotFound`] when it is not theirs; the problem of [`allowed`] when it may not be shown.
pub async fn show(app: &App, certificate_id: String, holder_id: String) -> Result<Shown, Problem> {
    let now = app.clock.now();
    let find = move |conn: &mut Conn| {
        let certificate = own(conn, &certificate_id, &holder_id)?;
        let version = in_force(conn, &certificate)?;
        Ok::<_, Problem>((certificate, version))
    };
    let (certificate, version) = app.db.read(find).await?;
    allowed(&certificate, now.day())?;
    let sealed = credential::current(app, version, now).await?;
    let presentation = new_presentation(app, now)?;
    let key = app.signer.active(Use::Presentation, now)?;
    let signed = aside(move || presentation.sign(&sealed, Maker::Server, &key)).await?;
    let code = token::format(&app.config.public_address(), &signed);
    app.db.write(move |conn| keep(conn, &certificate, &presentation, now)).await?;
    Ok(Shown {
        code,
        cti: presentation.cti,
        made_at: presentation.made.into(),
        expires_at: presentation.expires.into(),
        refresh_after: REFRESH.min(presentation.expires.since(presentation.made).div_ceil(2)),
    })
}

fn new_presentation(app: &App, now: Timestamp) -> Result<Presentation, Problem> {
    let mut cti = [0; 8];
    getrandom::fill(&mut cti).map_err(Problem::internal)?;
    let lifetime = u64::from(app.config.presentation_lifetime).clamp(1, MAX_LIFETIME);
    let made: Seconds = now.seconds();
    Ok(Presentation { made, expires: made.plus(lifetime), cti: Cti(cti) })
}

/// Keeps that it was shown, unless it was cancelled, suspended, … since it was read.
fn keep(
    conn: &mut Conn,
    certificate: &CertificateRow,
    presentation: &Presentation,
    now: Timestamp,
) -> Result<(), Problem> {
    allowed(&own(conn, &certificate.id, &certificate.holder_id)?, now.day())?;
    let cti = presentation.cti.to_string();
    let row = PresentationRow {
        cti: cti.clone(),
        certificate_id: certificate.id.clone(),
        version: certificate.version,
        made_at: Timestamp::from(presentation.made).millis(),
        expires_at: Timestamp::from(presentation.expires).millis(),
    };
    presentations::insert(conn, &row)?;
    // A specimen is for practice: showing it is no use of a certificate.
    if !certificate.specimen {
        let used = activations::Use {
            certificate_id: &certificate.id,
            source: Source::HolderUse,
            occurred_at: now,
            recorded_at: now,
            evidence: &cti,
        };
        activations::record(conn, used)?;
    }
    Ok(())
}
