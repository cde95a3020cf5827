//! What is shown of a certificate, and to whom.
//!
//! A holder sees all of their own. Officers, issuers and operators of the division see personal items masked, but for
//! what the face of the code tells every officer anyway; unmasked they are shown for a purpose (`reveals`).
//!
//! What is not here: how the data came in (ingest), how it is sealed, and the code.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use verifier_core::Day;
use verifier_core::ids::{CertificateNumber, Kind};
use zeroize::Zeroizing;

use crate::app::App;
use crate::audit::{Action, Context, Entry};
use crate::auth::{Account, Role};
use crate::lifecycle::Standing;
use crate::outflow::Outflow;
use crate::present;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::certificates::{self as rows, CertificateRow, VersionRow};
use crate::vault::{Column, Vault};

mod items;

pub use items::DataItem;

/// A certificate in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Summary {
    /// UUIDv7.
    id: String,
    /// Last three digits of the type code (GB/T 36904).
    #[schema(example = "071")]
    kind: String,
    /// What the kind is called in Chinese.
    #[schema(example = "道路运输从业人员从业资格证")]
    kind_name: &'static str,
    /// What the kind is called in English.
    kind_name_en: &'static str,
    /// 证号; a citizen id is whole for its holder and masked for all others.
    number: String,
    /// Division of the issuing authority (GB/T 2260).
    #[schema(example = "210100")]
    division: String,
    /// Plate number.
    #[serde(skip_serializing_if = "Option::is_none")]
    plate: Option<String>,
    /// Plate colour code (JT/T 697.7).
    #[serde(skip_serializing_if = "Option::is_none")]
    plate_colour: Option<i32>,
    /// The version in force, from 1.
    version: i32,
    /// How it stands.
    status: Standing,
    /// Whether its annual review or integrity assessment is overdue.
    review_overdue: bool,
    /// 样证: for demonstration and training only.
    specimen: bool,
    /// Day of issue.
    #[schema(example = "2026-01-01")]
    issued_on: String,
    /// First valid day.
    #[schema(example = "2026-01-01")]
    valid_from: String,
    /// Last valid day; absent: no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2031-12-31")]
    valid_to: Option<String>,
    /// The code of the problem that presenting it now would answer; absent: it can be presented.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "certificate_suspended")]
    not_presentable: Option<&'static str>,
}

/// A certificate with its data items.
#[derive(Debug, Serialize, ToSchema)]
pub struct Certificate {
    #[serde(flatten)]
    summary: Summary,
    /// GB/T 36904 identifier of the version in force.
    identifier: String,
    /// The data items, in the order of their standard.
    items: Vec<DataItem>,
}

/// The certificate of this holder with this id.
///
/// # Errors
/// [`Code::NotFound`] when there is none, and just so when it is someone else's.
pub fn own(conn: &mut Conn, id: &str, holder_id: &str) -> Result<CertificateRow, Problem> {
    let found = rows::find(conn, id)?.filter(|row| row.holder_id == holder_id);
    found.ok_or_else(|| Code::NotFound.into())
}

/// The certificate with this id, if `account` may see it.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::OtherDivision`] for staff whose division does not cover it.
pub fn visible(conn: &mut Conn, id: &str, account: &Account) -> Result<CertificateRow, Problem> {
    if account.role == Role::Holder {
        return own(conn, id, account.holder_id.as_deref().ok_or(Code::NotFound)?);
    }
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    account.require_division(&row.division)?;
    Ok(row)
}

/// The version of a certificate that is in force.
///
/// # Errors
/// When the database cannot, or has lost it.
pub fn in_force(conn: &mut Conn, row: &CertificateRow) -> Result<VersionRow, Problem> {
    let version = rows::find_version(conn, &row.id, row.version)?;
    version.ok_or_else(|| Problem::internal("a certificate without the version in force"))
}

/// Shows `account` the certificate with this id. What staff look at is counted and written to the audit log.
///
/// # Errors
/// As [`visible`]; [`Code::RecordLimit`].
pub async fn look(
    app: &Arc<App>,
    context: Context,
    account: Account,
    id: String,
) -> Result<Certificate, Problem> {
    let (server, now) = (Arc::clone(app), app.clock.now());
    if account.role == Role::Holder {
        let own = move |conn: &mut _| describe(conn, &server.vault, &id, &account, now.day());
        return app.db.read(own).await;
    }
    let entry = Entry::new(Action::CertificateRead, context.by(&account)).on("certificate", id.as_str());
    let work = move |conn: &mut _| {
        let certificate = describe(conn, &server.vault, &id, &account, now.day())?;
        Outflow::Read.take(conn, &server.config, &account, 1, now)?;
        server.audit.append(conn, entry.in_division(certificate.summary.division.clone()))?;
        Ok(certificate)
    };
    app.db.write(work).await
}

/// Everything about the certificate with this id, as `account` may see it.
///
/// # Errors
/// As [`visible`].
fn describe(
    conn: &mut Conn,
    vault: &Vault,
    id: &str,
    account: &Account,
    today: Day,
) -> Result<Certificate, Problem> {
    let row = visible(conn, id, account)?;
    described(conn, vault, row, account.role == Role::Holder, today)
}

/// A certificate with nothing masked. Whether that may be is for the caller to know (`reveals`).
///
/// # Errors
/// When the database cannot, or has lost what is in force.
pub fn in_full(
    conn: &mut Conn,
    vault: &Vault,
    row: CertificateRow,
    today: Day,
) -> Result<Certificate, Problem> {
    described(conn, vault, row, true, today)
}

fn described(
    conn: &mut Conn,
    vault: &Vault,
    row: CertificateRow,
    in_full: bool,
    today: Day,
) -> Result<Certificate, Problem> {
    let version = in_force(conn, &row)?;
    Ok(Certificate {
        items: items::of(&plain_items(vault, &version)?, kind(&row)?, in_full)?,
        identifier: row.identifier.clone(),
        summary: Summary::of(row, vault, in_full, today)?,
    })
}

/// All certificates of a holder, newest issue first.
///
/// # Errors
/// When the database cannot.
pub fn list(conn: &mut Conn, vault: &Vault, holder_id: &str, today: Day) -> Result<Vec<Summary>, Problem> {
    let rows = rows::of_holder(conn, holder_id)?;
    rows.into_iter().map(|row| Summary::of(row, vault, true, today)).collect()
}

/// A certificate in a list for staff, its number masked.
///
/// # Errors
/// When what is stored cannot be read.
pub fn masked_summary(row: CertificateRow, vault: &Vault, today: Day) -> Result<Summary, Problem> {
    Summary::of(row, vault, false, today)
}

impl Summary {
    fn of(row: CertificateRow, vault: &Vault, in_full: bool, today: Day) -> Result<Self, Problem> {
        let kind = kind(&row)?;
        let number = vault.open_text(&Column::CertificateNumber.of(&row.id), &row.number_ciphertext)?;
        let day = |day| u32::try_from(day).map(Day).map(|day| day.to_string()).map_err(Problem::internal);
        Ok(Self {
            not_presentable: present::allowed(&row, today).err().map(Code::name),
            kind_name: kind.name_zh(),
            kind_name_en: kind.name_en(),
            number: if in_full { number.reveal().to_owned() } else { masked(kind, number.reveal()) },
            status: row.status.parse()?,
            issued_on: day(row.issued_on)?,
            valid_from: day(row.valid_from)?,
            valid_to: row.valid_to.map(day).transpose()?,
            id: row.id,
            kind: row.kind,
            division: row.division,
            plate: row.plate,
            plate_colour: row.plate_colour,
            version: row.version,
            review_overdue: row.review_overdue,
            specimen: row.specimen,
        })
    }
}

/// The data items of a version, canonical JSON.
fn plain_items(vault: &Vault, version: &VersionRow) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let cell = Column::CertificateItems.of_version(&version.certificate_id, version.version);
    Ok(vault.open_bytes(&cell, &version.items_ciphertext)?)
}

fn kind(row: &CertificateRow) -> Result<Kind, Problem> {
    Kind::from_code(&row.kind).ok_or_else(|| Problem::internal("a certificate of no known kind"))
}

/// A number that cannot be read any more is not shown at all.
fn masked(kind: Kind, number: &str) -> String {
    CertificateNumber::parse(kind, number).map_or_else(|_| "*".to_owned(), |number| number.masked())
}
