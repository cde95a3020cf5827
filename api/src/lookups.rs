//! Lookups: an officer finds certificates without their holder's phone, by plate and colour, number or holder, so that
//! nobody is asked for paper (Liaoning's standard, 应用与服务: 不得要求申请人提供纸质证照).
//!
//! - `lookups/wanted.rs`: what may be looked for, and its form
//! - `lookups/shown.rs`: what is told of a lookup afterwards: to who made it, to holders, to the audit administrator
//!
//! Each states its purpose and is limited, kept, shown to the holders of what it found and written to the audit log, in
//! the transaction that reads: what cannot be recorded is not shown. Nothing of it counts as 亮证: nobody presented
//! anything. What is not here: unmasked items (`reveals`), and deciding about a code (`verification`).

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::Account;
use crate::certificates::{self, Summary};
use crate::clock::Timestamp;
use crate::limits::Limit;
use crate::outflow::Outflow;
use crate::problem::Problem;
use crate::store::certificates::{self as certificate_rows, CertificateRow};
use crate::store::lookups::{self as rows, HitRow, LookupRow};
use crate::store::{Conn, holders};
use crate::vault::{Column, Field, Vault};

mod shown;
mod wanted;

pub use shown::{Looked, OwnLookup, SupervisedLookup, of_account, of_holder, supervise};
pub use wanted::{By, WantedLookup};

use wanted::{Key, Sought};

/// Most certificates found at once. A holder or a vehicle with more is looked at in the office.
const MOST_FOUND: usize = 50;
const MINUTE: u32 = 60;

/// What was found.
#[derive(Serialize, ToSchema)]
pub struct Lookup {
    /// Id of the lookup: UUIDv7.
    id: String,
    /// When.
    looked_at: Timestamp,
    /// Those that can be presented first, then by day of issue; 50 at most.
    certificates: Vec<Found>,
    /// Whether there are more than are shown.
    has_more: bool,
}

/// A certificate that was found: what the face of its code tells every officer.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundCertificate)]
pub struct Found {
    /// The name of the person or organisation.
    holder_name: String,
    /// The certificate, its number masked where it is personal.
    #[serde(flatten)]
    certificate: Summary,
}

/// Looks certificates up.
///
/// # Errors
/// [`crate::problem::Code::UnfitValue`]; [`crate::problem::Code::TooManyAttempts`] and
/// [`crate::problem::Code::RecordLimit`] when it is too often.
pub async fn look_up(
    app: &Arc<App>,
    context: Context,
    account: Account,
    wanted: WantedLookup,
) -> Result<Lookup, Problem> {
    let entry = Entry::new(Action::LookedUp, context.by(&account)).detail("purpose", wanted.purpose().word());
    let refusal = entry.clone();
    let looked = try_look_up(app, entry, account, wanted).await;
    if let Err(problem) = &looked {
        app.audit.note(refusal.ended_in(problem)).await;
    }
    looked
}

async fn try_look_up(
    app: &Arc<App>,
    entry: Entry,
    account: Account,
    wanted: WantedLookup,
) -> Result<Lookup, Problem> {
    let sought = wanted.checked(account.role)?;
    let limit = Limit { name: "lookups", most: app.config.lookups_per_minute, window: MINUTE };
    limit.count(app, &account.id).await?;
    let (server, now) = (Arc::clone(app), app.clock.now());
    let work = move |conn: &mut Conn| {
        Outflow::Lookup.take(conn, &server.config, &account, 1, now)?;
        let (found, has_more) = find(conn, &server, &sought.key, now)?;
        let id = keep(conn, &server, &account, &sought, &found, now)?;
        let certificates = shown(conn, &server.vault, found, now)?;
        let entry = entry.on("lookup", id.as_str()).detail("by", sought.key.by().word());
        server.audit.append(conn, entry.detail("found", certificates.len()))?;
        Ok::<_, Problem>(Lookup { id, looked_at: now, certificates, has_more })
    };
    app.db.write(work).await
}

/// What there is, those that can be presented first, and whether that is not all.
fn find(
    conn: &mut Conn,
    app: &App,
    key: &Key,
    now: Timestamp,
) -> Result<(Vec<CertificateRow>, bool), Problem> {
    let mut found = match key {
        Key::Plate { number, colour } => certificate_rows::of_plate(conn, number, *colour)?,
        Key::Number(number) => {
            let index = app.vault.index(Field::CertificateNumber, number);
            certificate_rows::find_all_by_number(conn, &[&index])?
        }
        Key::HolderCode(code) => {
            let index = app.vault.index(Field::HolderCode, code);
            let mut found = Vec::new();
            for holder in holders::find_all(conn, &[&index])? {
                found.extend(certificate_rows::of_holder(conn, &holder.id)?);
            }
            found
        }
    };
    let today = now.day();
    found.sort_by_key(|row| (crate::present::allowed(row, today).is_err(), std::cmp::Reverse(row.issued_on)));
    let has_more = found.len() > MOST_FOUND;
    found.truncate(MOST_FOUND);
    Ok((found, has_more))
}

fn keep(
    conn: &mut Conn,
    app: &App,
    account: &Account,
    sought: &Sought,
    found: &[CertificateRow],
    now: Timestamp,
) -> Result<String, Problem> {
    let id = app.new_id().to_string();
    let row = LookupRow {
        account_id: account.id.clone(),
        division: account.division.clone(),
        looked_by: sought.key.by().word().to_owned(),
        purpose: sought.purpose.word().to_owned(),
        basis_ciphertext: app.vault.seal(&Column::LookupBasis.of(&id), sought.basis.as_bytes())?,
        found: i32::try_from(found.len()).unwrap_or(i32::MAX),
        looked_at: now.millis(),
        id: id.clone(),
    };
    let hit = |row: &CertificateRow| HitRow {
        lookup_id: id.clone(),
        certificate_id: row.id.clone(),
        holder_id: row.holder_id.clone(),
    };
    let hits: Vec<HitRow> = found.iter().map(hit).collect();
    rows::insert(conn, &row, &hits)?;
    Ok(id)
}

fn shown(
    conn: &mut Conn,
    vault: &Vault,
    found: Vec<CertificateRow>,
    now: Timestamp,
) -> Result<Vec<Found>, Problem> {
    let mut shown = Vec::with_capacity(found.len());
    for row in found {
        let holder = holders::find(conn, &row.holder_id)?;
        let holder = holder.ok_or_else(|| Problem::internal("a certificate without a holder"))?;
        let certificate = certificates::masked_summary(row, vault, now.day())?;
        shown.push(Found { holder_name: holder.name, certificate });
    }
    Ok(shown)
}
