//! What is told of reveals: to the holder when, as what, of which authority and what for; to the audit administrator who,
//! and on what basis. The officer's name is not told to the holder, who can name the reveal to the authority instead.

use serde::Serialize;
use utoipa::ToSchema;

use super::Purpose;
use crate::auth::Role;
use crate::certificates;
use crate::clock::Timestamp;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::store::reveals::{self as rows, RevealRow};
use crate::vault::{Column, Vault};

/// Most reveals in one answer.
const PAGE: i64 = 100;
/// After every id.
const NEWEST: &str = "~";

/// That a holder's data was shown unmasked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reveal {
    /// UUIDv7; the authority finds it by this.
    id: String,
    /// Of which certificate.
    certificate_id: String,
    /// Which version of it.
    version: i32,
    /// When.
    revealed_at: Timestamp,
    /// As what it was seen.
    role: Role,
    /// Jurisdiction of whoever saw it, a prefix of division codes (GB/T 2260); absent: the whole province.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2101")]
    division: Option<String>,
    /// What for.
    purpose: Purpose,
    /// What that is called in Chinese.
    purpose_name: &'static str,
    /// What that is called in English.
    purpose_name_en: &'static str,
}

/// A reveal as the audit administrator sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Supervised {
    #[serde(flatten)]
    reveal: Reveal,
    /// The account that was shown the data.
    account_id: String,
    /// What exactly for.
    basis: String,
}

/// What of a holder was revealed, newest first, before the reveal with the id `before`.
///
/// # Errors
/// When the database cannot.
pub fn of_holder(conn: &mut Conn, holder_id: &str, before: Option<&str>) -> Result<Vec<Reveal>, Problem> {
    let found = rows::of_holder(conn, holder_id, before.unwrap_or(NEWEST), PAGE)?;
    found.into_iter().map(Reveal::of).collect()
}

/// As [`of_holder`], of one of their certificates.
///
/// # Errors
/// [`Code::NotFound`] when it is not theirs.
pub fn of_certificate(
    conn: &mut Conn,
    holder_id: &str,
    certificate_id: &str,
    before: Option<&str>,
) -> Result<Vec<Reveal>, Problem> {
    certificates::own(conn, certificate_id, holder_id)?;
    let before = before.unwrap_or(NEWEST);
    let found = rows::of_certificate(conn, holder_id, certificate_id, before, PAGE)?;
    found.into_iter().map(Reveal::of).collect()
}

/// A reveal with who and why.
///
/// # Errors
/// [`Code::NotFound`].
pub fn supervise(conn: &mut Conn, vault: &Vault, id: &str) -> Result<Supervised, Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    let basis = vault.open_text(&Column::RevealBasis.of(&row.id), &row.basis_ciphertext)?;
    let account_id = row.account_id.clone();
    Ok(Supervised { basis: basis.reveal().to_owned(), account_id, reveal: Reveal::of(row)? })
}

impl Reveal {
    fn of(row: RevealRow) -> Result<Self, Problem> {
        let purpose = Purpose::ALL.iter().copied().find(|purpose| purpose.word() == row.purpose);
        let purpose = purpose.ok_or_else(|| Problem::internal("a reveal without a known purpose"))?;
        let (purpose_name, purpose_name_en) = purpose.name();
        Ok(Self {
            role: row.role.parse().map_err(|()| Problem::internal("a reveal without a known role"))?,
            id: row.id,
            certificate_id: row.certificate_id,
            version: row.version,
            revealed_at: Timestamp(row.revealed_at),
            division: row.division,
            purpose,
            purpose_name,
            purpose_name_en,
        })
    }
}
