//! What is told of lookups: to the account its own; to the holder when, of which authority and what for; to the audit
//! administrator who, and on what basis. As with reveals, the officer's name is not told to the holder.

use serde::Serialize;
use utoipa::ToSchema;

use super::By;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::reveals::Purpose;
use crate::store::Conn;
use crate::store::lookups::{self as rows, LookupRow};
use crate::vault::{Column, Vault};

/// Most in one answer.
const PAGE: i64 = 100;
/// After every id.
const NEWEST: &str = "~";

/// That certificates of a holder were found by a lookup.
#[derive(Debug, Serialize, ToSchema)]
pub struct Looked {
    /// Id of the lookup; the authority finds it by this.
    id: String,
    /// Which certificates were found.
    certificate_ids: Vec<String>,
    /// When.
    looked_at: Timestamp,
    /// Jurisdiction of the officer, a prefix of division codes (GB/T 2260); absent: the whole province.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2101")]
    division: Option<String>,
    /// By what they were found.
    by: By,
    /// What for.
    purpose: Purpose,
    /// What that is called in Chinese.
    purpose_name: &'static str,
    /// What that is called in English.
    purpose_name_en: &'static str,
}

/// A lookup as whoever made it sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnLookup {
    /// Id of the lookup.
    id: String,
    /// When.
    looked_at: Timestamp,
    /// By what.
    by: By,
    /// What for.
    purpose: Purpose,
    /// How many certificates were found.
    found: i32,
}

/// A lookup as the audit administrator sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct SupervisedLookup {
    #[serde(flatten)]
    lookup: OwnLookup,
    /// The account that made it.
    account_id: String,
    /// What exactly for.
    basis: String,
    /// Which certificates were found.
    certificate_ids: Vec<String>,
}

/// The lookups an account made, newest first, before the one with the id `before`.
///
/// # Errors
/// When the database cannot.
pub fn of_account(
    conn: &mut Conn,
    account_id: &str,
    before: Option<&str>,
) -> Result<Vec<OwnLookup>, Problem> {
    let rows = rows::of_account(conn, account_id, before.unwrap_or(NEWEST), PAGE)?;
    rows.iter().map(OwnLookup::of).collect()
}

/// The lookups that found a holder's certificates, newest first, before the one with the id `before`.
///
/// # Errors
/// When the database cannot.
pub fn of_holder(conn: &mut Conn, holder_id: &str, before: Option<&str>) -> Result<Vec<Looked>, Problem> {
    let rows = rows::of_holder(conn, holder_id, before.unwrap_or(NEWEST), PAGE)?;
    let mut looked = Vec::with_capacity(rows.len());
    for row in rows {
        let certificate_ids = rows::hits_of_holder(conn, &row.id, holder_id)?;
        looked.push(Looked::of(row, certificate_ids)?);
    }
    Ok(looked)
}

/// A lookup with who and why.
///
/// # Errors
/// [`Code::NotFound`].
pub fn supervise(conn: &mut Conn, vault: &Vault, id: &str) -> Result<SupervisedLookup, Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    let basis = vault.open_text(&Column::LookupBasis.of(&row.id), &row.basis_ciphertext)?;
    Ok(SupervisedLookup {
        lookup: OwnLookup::of(&row)?,
        basis: basis.reveal().to_owned(),
        certificate_ids: rows::hits(conn, &row.id)?,
        account_id: row.account_id,
    })
}

impl Looked {
    fn of(row: LookupRow, certificate_ids: Vec<String>) -> Result<Self, Problem> {
        let purpose = purpose(&row)?;
        let (purpose_name, purpose_name_en) = purpose.name();
        Ok(Self {
            by: by(&row)?,
            id: row.id,
            certificate_ids,
            looked_at: Timestamp(row.looked_at),
            division: row.division,
            purpose,
            purpose_name,
            purpose_name_en,
        })
    }
}

impl OwnLookup {
    fn of(row: &LookupRow) -> Result<Self, Problem> {
        Ok(Self {
            id: row.id.clone(),
            looked_at: Timestamp(row.looked_at),
            by: by(row)?,
            purpose: purpose(row)?,
            found: row.found,
        })
    }
}

fn purpose(row: &LookupRow) -> Result<Purpose, Problem> {
    let found = Purpose::ALL.iter().copied().find(|purpose| purpose.word() == row.purpose);
    found.ok_or_else(|| Problem::internal("a lookup without a known purpose"))
}

fn by(row: &LookupRow) -> Result<By, Problem> {
    let found = By::ALL.into_iter().find(|by| by.word() == row.looked_by);
    found.ok_or_else(|| Problem::internal("a lookup by nothing known"))
}
