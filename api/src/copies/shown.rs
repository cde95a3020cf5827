//! A copy in lists, and its files.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::app::App;
use crate::auth::{Account, Role};
use crate::clock::Timestamp;
use crate::faces::Format;
use crate::grants::Grantor;
use crate::problem::{Code, Problem};
use crate::store::copies::{self as rows, CopyRow, Filter};
use crate::store::{Conn, Place};
use crate::vault::Column;

/// An annotated copy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnnotatedCopy)]
pub struct Copy {
    /// UUIDv7.
    id: String,
    /// What it is known by on paper: 16 digits.
    serial: String,
    /// Of which certificate.
    certificate_id: String,
    /// Which version of it.
    version: i32,
    /// Under which grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
    /// Who made it.
    maker: Grantor,
    /// Who it is for.
    recipient: String,
    /// What for.
    purpose: String,
    /// The names of the items that were chosen.
    items: Vec<String>,
    /// When it was made.
    made_at: Timestamp,
    /// Not to be used from here on.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
    /// SM3 of each of its files, hexadecimal.
    digests: BTreeMap<String, String>,
}

impl Copy {
    /// The copy of this row.
    ///
    /// # Errors
    /// When the database cannot.
    pub fn of(conn: &mut Conn, app: &App, row: CopyRow) -> Result<Self, Problem> {
        let text = |column: Column, bytes: &[u8]| {
            app.vault.open_text(&column.of(&row.id), bytes).map(|text| text.reveal().to_owned())
        };
        let digests = rows::digests(conn, &row.id)?;
        Ok(Self {
            recipient: text(Column::CopyRecipient, &row.recipient_ciphertext)?,
            purpose: text(Column::CopyPurpose, &row.purpose_ciphertext)?,
            maker: if row.maker == Grantor::Holder.word() { Grantor::Holder } else { Grantor::Authority },
            serial: row.serial,
            certificate_id: row.certificate_id,
            version: row.version,
            grant_id: row.grant_id,
            items: row.items.split(' ').map(str::to_owned).collect(),
            made_at: Timestamp(row.made_at),
            valid_until: row.ends_at.map(Timestamp),
            digests: digests.into_iter().map(|(format, digest)| (format, HEXLOWER.encode(&digest))).collect(),
            id: row.id,
        })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// The copy with this id, if this account may see it.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::OtherDivision`] for an operator elsewhere.
pub fn visible(conn: &mut Conn, id: &str, account: &Account) -> Result<CopyRow, Problem> {
    let row = rows::find(conn, id)?.ok_or(Code::NotFound)?;
    if account.role == Role::Holder {
        let is_own = account.holder_id.as_deref() == Some(row.holder_id.as_str());
        return if is_own { Ok(row) } else { Err(Code::NotFound.into()) };
    }
    account.require_division(&row.division)?;
    Ok(row)
}

/// Copies, as one page of a list.
///
/// # Errors
/// When the database cannot.
pub fn page(
    conn: &mut Conn,
    app: &App,
    filter: &Filter,
    place: &Place,
    limit: i64,
) -> Result<Vec<Copy>, Problem> {
    let found = rows::page(conn, filter, place, limit)?;
    found.into_iter().map(|row| Copy::of(conn, app, row)).collect()
}

/// A file of a copy, as it was issued.
///
/// # Errors
/// When the database cannot, or has lost it.
pub fn file(conn: &mut Conn, app: &App, id: &str, format: Format) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let row = rows::find_file(conn, &file_id(id, format))?.ok_or(Code::NotFound)?;
    Ok(app.vault.open_bytes(&Column::CopyFile.of(&row.id), &row.file_ciphertext)?)
}

/// The id of a copy's file.
pub(super) fn file_id(copy_id: &str, format: Format) -> String {
    format!("{copy_id}/{}", format.word())
}
