//! Queries on records of training and information, with the files that prove them.

use diesel::prelude::*;

use super::{Conn, StoreError};
use crate::schema::trainings;

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = trainings)]
pub struct TrainingRow {
    /// UUID.
    pub id: String,
    /// Two, four or six digits.
    pub division: String,
    /// `staff` or `public`.
    pub audience: String,
    /// What it was.
    pub title: String,
    /// When it was held.
    pub held_on: i32,
    /// How many it reached.
    pub reached: i32,
    /// Of how many.
    pub of: i32,
    /// What the evidence is.
    pub media_type: String,
    /// The file.
    pub evidence: Vec<u8>,
    /// SM3 of the file.
    pub digest: Vec<u8>,
    /// The account that recorded it.
    pub recorded_by: String,
    /// When, unix milliseconds.
    pub recorded_at: i64,
}

/// The same without the file.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = trainings)]
pub struct Listed {
    /// UUID.
    pub id: String,
    /// Two, four or six digits.
    pub division: String,
    /// `staff` or `public`.
    pub audience: String,
    /// What it was.
    pub title: String,
    /// When it was held.
    pub held_on: i32,
    /// How many it reached.
    pub reached: i32,
    /// Of how many.
    pub of: i32,
    /// What the evidence is.
    pub media_type: String,
    /// SM3 of the file.
    pub digest: Vec<u8>,
    /// When it was recorded, unix milliseconds.
    pub recorded_at: i64,
}

impl From<TrainingRow> for Listed {
    fn from(row: TrainingRow) -> Self {
        let TrainingRow {
            id,
            division,
            audience,
            title,
            held_on,
            reached,
            of,
            media_type,
            digest,
            recorded_at,
            ..
        } = row;
        Self { id, division, audience, title, held_on, reached, of, media_type, digest, recorded_at }
    }
}

/// What counts of a record.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = trainings)]
pub struct Held {
    /// `staff` or `public`.
    pub audience: String,
    /// How many it reached.
    pub reached: i32,
    /// Of how many.
    pub of: i32,
}

/// Adds a record.
///
/// # Errors
/// When the database cannot.
pub fn insert(conn: &mut Conn, row: &TrainingRow) -> Result<(), StoreError> {
    diesel::insert_into(trainings::table).values(row).execute(conn)?;
    Ok(())
}

/// What was held on these days, both included, in this very jurisdiction.
///
/// # Errors
/// When the database cannot.
pub fn of_days(conn: &mut Conn, days: (i32, i32), division: &str) -> Result<Vec<Held>, StoreError> {
    Ok(trainings::table
        .filter(trainings::held_on.between(days.0, days.1))
        .filter(trainings::division.eq(division))
        .select(Held::as_select())
        .load(conn)?)
}

/// Records of jurisdictions, oldest first, `limit` of them after the one with this id.
///
/// # Errors
/// When the database cannot.
pub fn list(
    conn: &mut Conn,
    divisions: &(String, String),
    after: &str,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    Ok(trainings::table
        .filter(trainings::division.between(&divisions.0, &divisions.1))
        .filter(trainings::id.gt(after))
        .order(trainings::id)
        .limit(limit)
        .select(Listed::as_select())
        .load(conn)?)
}

/// A record with its file.
///
/// # Errors
/// When the database cannot.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<TrainingRow>, StoreError> {
    Ok(trainings::table.find(id).select(TrainingRow::as_select()).get_result(conn).optional()?)
}
