//! What is in a database, whatever its schema: which tables, how many rows, which version. For backups.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connect::Manager;
use super::{Conn, StoreError, StoreSettings};

/// The table in which the migrations that were applied are kept.
const APPLIED: &str = "__diesel_schema_migrations";

const SQLITE_TABLES: &str =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
const POSTGRES_TABLES: &str =
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A connection of its own, to a database as it is: nothing is migrated. What is done over it may take its time.
///
/// # Errors
/// When the database cannot be reached.
pub fn connect(settings: &StoreSettings) -> Result<Conn, StoreError> {
    let mut conn = Manager::new(settings, false, None).connect_now()?;
    if let Conn::Postgres(conn) = &mut conn {
        conn.batch_execute("SET statement_timeout = 0")?;
    }
    Ok(conn)
}

/// The rows of each table.
///
/// # Errors
/// When the database cannot.
pub fn rows(conn: &mut Conn) -> Result<BTreeMap<String, i64>, StoreError> {
    let names = tables(conn)?;
    let count = |name: String| {
        let counted = diesel::sql_query(format!("SELECT COUNT(*) AS count FROM \"{name}\""));
        let count = counted.get_result::<Count>(conn)?.count;
        Ok((name, count))
    };
    names.into_iter().map(count).collect()
}

/// The migrations that were applied, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn applied(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    if !tables(conn)?.iter().any(|table| table == APPLIED) {
        return Ok(Vec::new());
    }
    let versions = format!("SELECT version AS name FROM {APPLIED} ORDER BY version");
    let versions = diesel::sql_query(versions).load::<Name>(conn)?;
    Ok(versions.into_iter().map(|row| row.name).collect())
}

/// Begins a transaction that reads one moment, and gives it a name under which others can read the same
/// (PostgreSQL).
///
/// # Errors
/// When the database cannot.
pub fn export_snapshot(conn: &mut Conn) -> Result<String, StoreError> {
    conn.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    Ok(diesel::sql_query("SELECT pg_export_snapshot() AS name").get_result::<Name>(conn)?.name)
}

/// Whether the database file is whole, in SQLite's own judgement.
///
/// # Errors
/// When the database cannot.
pub fn is_whole(conn: &mut Conn) -> Result<bool, StoreError> {
    let check = diesel::sql_query("SELECT integrity_check AS name FROM pragma_integrity_check");
    Ok(check.load::<Name>(conn)?.iter().all(|row| row.name == "ok"))
}

fn tables(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    let tables = match conn {
        Conn::Postgres(_) => POSTGRES_TABLES,
        Conn::Sqlite(_) => SQLITE_TABLES,
    };
    let names = diesel::sql_query(tables).load::<Name>(conn)?;
    Ok(names.into_iter().map(|row| row.name).collect())
}
