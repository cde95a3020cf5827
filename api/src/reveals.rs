//! Reveals: the items of a certificate shown unmasked to staff, for a stated purpose (个人信息保护法 art. 6, 28;
//! GB/T 22239 8.1.4.11).
//!
//! - `reveals/purpose.rs`: what for, and for whom that is a purpose
//! - `reveals/shown.rs`: what holders and the audit administrator see of it
//!
//! Each is counted against the account's day, kept for the holder to see and written to the audit log, in the transaction
//! that reads the items: what cannot be recorded is not shown. What is not here: how items are masked (`certificates`).

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Role};
use crate::certificates::{self, Certificate};
use crate::clock::Timestamp;
use crate::outflow::Outflow;
use crate::problem::{Code, Problem};
use crate::store::certificates::CertificateRow;
use crate::store::reveals::{self as rows, RevealRow};
use crate::store::{Conn, receipts};
use crate::vault::Column;

mod purpose;
mod shown;

pub use purpose::Purpose;
pub use shown::{Reveal, Supervised, of_certificate, of_holder, supervise};

const SECONDS_PER_HOUR: i64 = 3600;

/// What staff ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedReveal)]
pub struct Wanted {
    /// What for.
    purpose: Purpose,
    /// What exactly for, 6 to 200 characters: the number of the case, of the complaint, of the request.
    #[schema(example = "案件编号 辽交执罚〔2026〕0615 号")]
    basis: String,
}

/// A certificate shown unmasked.
#[derive(Serialize, ToSchema)]
pub struct Revealed {
    /// Id of the reveal.
    id: String,
    /// When.
    revealed_at: Timestamp,
    /// The certificate with every item as it is.
    certificate: Certificate,
}

/// Shows the items of a certificate unmasked.
///
/// # Errors
/// [`Code::NotFound`], [`Code::OtherDivision`], [`Code::UnfitValue`]; [`Code::NoCheck`] for an officer who has not
/// checked it lately; [`Code::RecordLimit`].
pub async fn reveal(
    app: &Arc<App>,
    context: Context,
    account: Account,
    certificate_id: String,
    wanted: Wanted,
) -> Result<Revealed, Problem> {
    let purpose = wanted.purpose;
    let entry = move |context: Context, account: &Account, id: &str| {
        Entry::new(Action::DataRevealed, context.by(account))
            .on("certificate", id)
            .detail("purpose", purpose.word())
    };
    let refusal = entry(context.clone(), &account, &certificate_id);
    let entry = entry(context, &account, &certificate_id);
    let (server, now) = (Arc::clone(app), app.clock.now());
    let work = move |conn: &mut Conn| {
        wanted.check(account.role)?;
        let row = certificates::visible(conn, &certificate_id, &account)?;
        require_check(conn, &server, &account, &row, now)?;
        Outflow::Reveal.take(conn, &server.config, &account, 1, now)?;
        let kept = keep(conn, &server, &account, &row, &wanted, now)?;
        let entry = entry.in_division(row.division.clone()).detail("reveal", kept.id.clone());
        let certificate = certificates::in_full(conn, &server.vault, row, now.day())?;
        server.audit.append(conn, entry)?;
        Ok(Revealed { id: kept.id, revealed_at: now, certificate })
    };
    let revealed: Result<Revealed, Problem> = app.db.write(work).await;
    if let Err(problem) = &revealed {
        app.audit.note(refusal.ended_in(problem)).await;
    }
    revealed
}

impl Wanted {
    fn check(&self, role: Role) -> Result<(), Problem> {
        let findings = self.purpose.unfit_for(role, &self.basis);
        if findings.is_empty() { Ok(()) } else { Err(Problem::new(Code::UnfitValue).findings(findings)) }
    }
}

/// An officer sees what a check is about: a certificate whose code they scanned, and whose receipt they sent, lately.
fn require_check(
    conn: &mut Conn,
    app: &App,
    account: &Account,
    row: &CertificateRow,
    now: Timestamp,
) -> Result<(), Problem> {
    if account.role != Role::Officer {
        return Ok(());
    }
    let hours = i64::from(app.config.reveal_after_check);
    let since = now.plus_seconds(-hours * SECONDS_PER_HOUR);
    let has_checked = receipts::has_checked(conn, &account.id, &row.id, since.millis())?;
    if has_checked {
        Ok(())
    } else {
        Err(Problem::new(Code::NoCheck).detail(format!("within {hours} hours")))
    }
}

fn keep(
    conn: &mut Conn,
    app: &App,
    account: &Account,
    row: &CertificateRow,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<RevealRow, Problem> {
    let id = app.new_id().to_string();
    let kept = RevealRow {
        certificate_id: row.id.clone(),
        version: row.version,
        holder_id: row.holder_id.clone(),
        account_id: account.id.clone(),
        role: account.role.word().to_owned(),
        division: account.division.clone(),
        purpose: wanted.purpose.word().to_owned(),
        basis_ciphertext: app.vault.seal(&Column::RevealBasis.of(&id), wanted.basis.trim().as_bytes())?,
        revealed_at: now.millis(),
        id,
    };
    rows::insert(conn, &kept)?;
    Ok(kept)
}
