//! Queries on grants.
//!
//! - `store/grants/uses.rs`: what was given under them

use diesel::prelude::*;

use super::{Conn, Place, StoreError};
use crate::schema::{grant_certificates, grants};

pub mod uses;

/// A grant as it is stored. Instants are unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = grants)]
pub struct GrantRow {
    /// UUIDv7.
    pub id: String,
    /// `holder` or `authority`.
    pub grantor: String,
    /// The account that made it.
    pub granted_by: String,
    /// Whose certificates it is about.
    pub holder_id: String,
    /// Division of the first of them.
    pub division: String,
    /// The account that may use it.
    pub recipient_id: String,
    /// What for, encrypted.
    pub purpose_ciphertext: Vec<u8>,
    /// The law the authority grants it by, encrypted.
    pub basis_ciphertext: Option<Vec<u8>>,
    /// Ids of the certificates, separated by spaces.
    pub certificates: String,
    /// Names of data items, separated by spaces.
    pub items: String,
    /// From when on.
    pub valid_from: i64,
    /// Until when.
    pub valid_until: i64,
    /// How often it may be used.
    pub uses_allowed: i32,
    /// How often it was.
    pub uses_taken: i32,
    /// When it was made.
    pub created_at: i64,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// By which account.
    pub revoked_by: Option<String>,
    /// The number of the key of its code.
    pub integrity_key: i32,
    /// Its code: see `integrity.rs`.
    pub integrity_code: Vec<u8>,
}

/// How a grant stands, as it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may be used.
    Active,
    /// Its time has not begun.
    Coming,
    /// Its time is over.
    Ended,
    /// It was used as often as it may be.
    UsedUp,
    /// It was taken back.
    Revoked,
}

/// Which grants: every condition that is given.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About certificates of this holder.
    pub holder_id: Option<String>,
    /// For this recipient.
    pub recipient_id: Option<String>,
    /// First and last division.
    pub divisions: Option<(String, String)>,
    /// By `holder` or `authority`.
    pub grantor: Option<&'static str>,
    /// About this certificate.
    pub certificate_id: Option<String>,
    /// That stand so at this instant.
    pub standing: Option<(Standing, i64)>,
}

/// Adds a grant.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &GrantRow) -> Result<(), StoreError> {
    diesel::insert_into(grants::table).values(row).execute(conn)?;
    for certificate in row.certificates.split(' ') {
        let about =
            (grant_certificates::grant_id.eq(&row.id), grant_certificates::certificate_id.eq(certificate));
        diesel::insert_into(grant_certificates::table).values(about).execute(conn)?;
    }
    Ok(())
}

/// The grant with this id.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<GrantRow>, StoreError> {
    Ok(grants::table.find(id).select(GrantRow::as_select()).get_result(conn).optional()?)
}

/// Grants behind the one with the id `after`, newest or oldest first: `limit` of them.
///
/// # Errors
/// When the database cannot.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    place: &Place,
    limit: i64,
) -> Result<Vec<GrantRow>, StoreError> {
    let mut query = grants::table.select(GrantRow::as_select()).into_boxed();
    if let Some(holder) = &filter.holder_id {
        query = query.filter(grants::holder_id.eq(holder));
    }
    if let Some(recipient) = &filter.recipient_id {
        query = query.filter(grants::recipient_id.eq(recipient));
    }
    if let Some((first, last)) = &filter.divisions {
        query = query.filter(grants::division.between(first, last));
    }
    if let Some(grantor) = filter.grantor {
        query = query.filter(grants::grantor.eq(grantor));
    }
    if let Some(certificate) = &filter.certificate_id {
        let about = grant_certificates::table
            .filter(grant_certificates::certificate_id.eq(certificate))
            .select(grant_certificates::grant_id);
        query = query.filter(grants::id.eq_any(about));
    }
    if let Some((standing, now)) = filter.standing {
        let used_up = || grants::uses_taken.ge(grants::uses_allowed);
        query = match standing {
            Standing::Revoked => query.filter(grants::revoked_at.is_not_null()),
            _ => query.filter(grants::revoked_at.is_null()),
        };
        query = match standing {
            Standing::Revoked => query,
            Standing::UsedUp => query.filter(used_up()),
            Standing::Ended => query.filter(diesel::dsl::not(used_up())).filter(grants::valid_until.le(now)),
            Standing::Coming => query.filter(diesel::dsl::not(used_up())).filter(grants::valid_from.gt(now)),
            Standing::Active => query
                .filter(diesel::dsl::not(used_up()))
                .filter(grants::valid_from.le(now))
                .filter(grants::valid_until.gt(now)),
        };
    }
    let query = match (&place.after, place.newest_first) {
        (Some(after), true) => query.filter(grants::id.lt(after)),
        (Some(after), false) => query.filter(grants::id.gt(after)),
        (None, _) => query,
    };
    let query =
        if place.newest_first { query.order(grants::id.desc()) } else { query.order(grants::id.asc()) };
    Ok(query.limit(limit).load(conn)?)
}

/// Takes one use of a grant, if at this instant there is one left: `false` when there is none.
///
/// # Errors
/// When the database cannot.
pub fn take_use(conn: &mut Conn, id: &str, now: i64) -> Result<bool, StoreError> {
    let usable = grants::table
        .find(id)
        .filter(grants::revoked_at.is_null())
        .filter(grants::valid_from.le(now))
        .filter(grants::valid_until.gt(now))
        .filter(grants::uses_taken.lt(grants::uses_allowed));
    let taken = diesel::update(usable).set(grants::uses_taken.eq(grants::uses_taken + 1)).execute(conn)?;
    Ok(taken == 1)
}

/// Writes that a grant is revoked, if it still has the code it was read with: `false` when someone was first.
///
/// # Errors
/// When the database cannot.
pub fn revoke(conn: &mut Conn, row: &GrantRow, before: &[u8]) -> Result<bool, StoreError> {
    let unchanged = grants::table.find(&row.id).filter(grants::integrity_code.eq(before));
    let revoked = diesel::update(unchanged)
        .set((
            grants::revoked_at.eq(row.revoked_at),
            grants::revoked_by.eq(&row.revoked_by),
            grants::integrity_key.eq(row.integrity_key),
            grants::integrity_code.eq(&row.integrity_code),
        ))
        .execute(conn)?;
    Ok(revoked == 1)
}
