//! The schema's way to the newest version, from the SQL in `/migrations`, which is built into this program.

use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, StoreError, transaction};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// What no portable SQL can say: that rows of the audit log are never changed.
const APPEND_ONLY: (&str, &str) =
    (include_str!("migrate/append_only.postgres.sql"), include_str!("migrate/append_only.sqlite.sql"));

/// Any number that no one else locks on; servers that start together take it in turn.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7215090072)";

/// Applies what is missing, all of it or nothing.
///
/// # Errors
/// When a migration fails; the schema is then as it was.
pub(super) fn up(conn: &mut Conn) -> Result<(), StoreError> {
    transaction(conn, |conn| {
        if let Conn::Postgres(conn) = conn {
            conn.batch_execute(LOCK)?;
        }
        let applied = match conn {
            Conn::Postgres(conn) => conn.run_pending_migrations(MIGRATIONS).map(|done| done.len()),
            Conn::Sqlite(conn) => conn.run_pending_migrations(MIGRATIONS).map(|done| done.len()),
        };
        let applied = applied.map_err(|error| StoreError::Migration(error.to_string()))?;
        if applied > 0 {
            make_append_only(conn)?;
        }
        tracing::info!(applied, "schema up to date");
        Ok(())
    })
}

/// Makes the triggers of the audit log, in place of those that are there.
fn make_append_only(conn: &mut Conn) -> Result<(), StoreError> {
    let made = match conn {
        Conn::Postgres(conn) => conn.batch_execute(APPEND_ONLY.0),
        Conn::Sqlite(conn) => conn.batch_execute(APPEND_ONLY.1),
    };
    made.map_err(|error| StoreError::Migration(error.to_string()))
}
