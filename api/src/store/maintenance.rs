//! Queries on applications to maintain data in the ministry's system.

use diesel::prelude::*;

use super::approvals::coalesce;
use super::{Conn, StoreError, attempt};
use crate::schema::{maintenance_applications as applications, maintenance_items as items};

/// An application as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = applications, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct ApplicationRow {
    /// UUIDv7.
    pub id: String,
    /// What people call it.
    pub number: String,
    /// The jurisdiction of whoever applies; `None`: the whole province.
    pub division: Option<String>,
    /// A word of `maintenance::Operation`.
    pub operation: String,
    /// A word of `maintenance::State`.
    pub state: String,
    /// The form, encrypted.
    pub form_ciphertext: Vec<u8>,
    /// Grows with every change.
    pub revision: i32,
    /// Who wrote it.
    pub created_by: String,
    /// When.
    pub created_at: i64,
    /// When it was submitted last.
    pub submitted_at: Option<i64>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// When it was completed.
    pub completed_at: Option<i64>,
}

/// A certificate that an application is about.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = items, treat_none_as_default_value = false)]
pub struct ItemRow {
    /// Of which application.
    pub application_id: String,
    /// Its place in the form, from 0.
    pub ordinal: i32,
    /// Which certificate.
    pub certificate_id: String,
    /// The newest event of all when it was submitted.
    pub since_seq: i64,
    /// The event that changed it.
    pub event_id: Option<String>,
}

/// Which applications of a list.
pub struct Filter {
    /// In this state; `None`: in any.
    pub state: Option<&'static str>,
    /// First and last jurisdiction; that of the whole province is the empty text.
    pub divisions: (String, String),
    /// Those older than the one with this id.
    pub before: String,
    /// At most so many.
    pub limit: i64,
}

/// The application with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<ApplicationRow>, StoreError> {
    Ok(applications::table.find(id).select(ApplicationRow::as_select()).get_result(conn).optional()?)
}

/// How many applications have a number that begins so.
///
/// # Errors
/// When the database cannot.
pub fn count_of(conn: &mut Conn, prefix: &str) -> Result<i64, StoreError> {
    Ok(applications::table
        .filter(applications::number.like(format!("{prefix}%")))
        .count()
        .get_result(conn)?)
}

/// Adds an application: `false` when its number is taken.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &ApplicationRow) -> Result<bool, StoreError> {
    let added = attempt(conn, |conn| diesel::insert_into(applications::table).values(row).execute(conn))?;
    Ok(added.is_some())
}

/// Puts an application in the place of the one of the revision before: `false` when that is no longer there.
///
/// # Errors
/// When the database cannot.
pub fn replace(conn: &mut Conn, row: &ApplicationRow) -> Result<bool, StoreError> {
    let before = applications::table.find(&row.id).filter(applications::revision.eq(row.revision - 1));
    Ok(diesel::update(before).set(row).execute(conn)? == 1)
}

/// Applications, newest first.
///
/// # Errors
/// When the database cannot.
pub fn page(conn: &mut Conn, filter: &Filter) -> Result<Vec<ApplicationRow>, StoreError> {
    let mut query = applications::table
        .filter(coalesce(applications::division, "").between(&filter.divisions.0, &filter.divisions.1))
        .filter(applications::id.lt(&filter.before))
        .order(applications::id.desc())
        .limit(filter.limit)
        .select(ApplicationRow::as_select())
        .into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(applications::state.eq(state));
    }
    Ok(query.load(conn)?)
}

/// The certificates of an application, in the order of the form.
///
/// # Errors
/// When the database cannot.
pub fn items_of(conn: &mut Conn, id: &str) -> Result<Vec<ItemRow>, StoreError> {
    let of = items::table.filter(items::application_id.eq(id)).order(items::ordinal);
    Ok(of.select(ItemRow::as_select()).load(conn)?)
}

/// Puts these certificates in the place of those the application was about.
///
/// # Errors
/// When the database cannot.
pub fn set_items(conn: &mut Conn, id: &str, rows: &[ItemRow]) -> Result<(), StoreError> {
    diesel::delete(items::table.filter(items::application_id.eq(id))).execute(conn)?;
    for row in rows {
        diesel::insert_into(items::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Says which event changed a certificate.
///
/// # Errors
/// When the database cannot.
pub fn link(conn: &mut Conn, id: &str, certificate_id: &str, event_id: &str) -> Result<(), StoreError> {
    let item = items::table.find((id, certificate_id));
    diesel::update(item).set(items::event_id.eq(event_id)).execute(conn)?;
    Ok(())
}
