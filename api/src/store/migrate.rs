//! The schema's way to the newest version, from the SQL in `/migrations`, which is built into this program.
//!
//! Older servers go on while it runs (docs/migrations.md): a migration waits for a lock a short time only, so that
//! nobody queues behind it for long, lets go of everything, and tries again.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Conn, StoreError, inventory, transaction};
use crate::schema::schema_support;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations");

/// What no portable SQL can say: that rows of the audit log are never changed.
const APPEND_ONLY: (&str, &str) =
    (include_str!("migrate/append_only.postgres.sql"), include_str!("migrate/append_only.sqlite.sql"));

/// Statements that PostgreSQL runs before a migration and outside its transaction: the migration's version and the
/// text of its `concurrently.sql`, one statement after another, each ended by `;`.
pub type Beforehand<'a> = &'a [(&'a str, &'a str)];

/// Those of the migrations built in.
const BEFOREHAND: Beforehand<'static> = &[];

/// Any number that no one else locks on; servers that start together take it in turn. Tried again and again and not
/// waited for: who waits in the database keeps an index from being made concurrently.
const TRY_LOCK: &str = "SELECT pg_try_advisory_lock(7215090072) AS got";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7215090072)";

/// Requests queue behind a migration that waits for a lock, so it gives up long before they do.
const LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '2s'";
const LOCKED_OUT: &str = "lock timeout";
const TRIES: u32 = 60;
const PAUSE: Duration = Duration::from_millis(500);

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    got: bool,
}

/// Applies what is missing, all of it or nothing. Returns the versions applied.
///
/// # Errors
/// When a migration fails; the schema is then as it was.
pub fn up(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    up_from(conn, &MIGRATIONS, BEFOREHAND)
}

/// As [`up`], with migrations from elsewhere: those of another version of this program.
///
/// # Errors
/// When a migration fails; the schema is then as it was.
pub fn up_from<S>(conn: &mut Conn, source: &S, beforehand: Beforehand<'_>) -> Result<Vec<String>, StoreError>
where
    S: MigrationSource<Pg> + MigrationSource<Sqlite>,
{
    alone(conn, |conn| {
        let pending = pending_in(conn, source)?;
        if let Conn::Postgres(conn) = conn {
            let due = beforehand.iter().filter(|(version, _)| pending.iter().any(|name| name == version));
            let statements = due.flat_map(|(_, text)| text.split_terminator(';')).map(str::trim);
            for statement in statements.filter(|statement| !statement.is_empty()) {
                conn.batch_execute(statement)?;
            }
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match apply(conn, source) {
                Err(StoreError::Migration(cause)) if cause.contains(LOCKED_OUT) && tries < TRIES => {
                    tracing::warn!(tries, "a table is in use: the migration lets it pass and tries again");
                    std::thread::sleep(PAUSE);
                }
                applied => return applied.map(|()| pending),
            }
        }
    })
}

fn apply<S>(conn: &mut Conn, source: &S) -> Result<(), StoreError>
where
    S: MigrationSource<Pg> + MigrationSource<Sqlite>,
{
    transaction(conn, |conn| {
        if let Conn::Postgres(conn) = conn {
            conn.batch_execute(LOCK_TIMEOUT)?;
        }
        let applied = match conn {
            Conn::Postgres(conn) => conn.run_pending_migrations(ByRef(source)).map(|done| done.len()),
            Conn::Sqlite(conn) => conn.run_pending_migrations(ByRef(source)).map(|done| done.len()),
        };
        let applied = applied.map_err(|error| StoreError::Migration(error.to_string()))?;
        if applied > 0 { make_append_only(conn) } else { Ok(()) }
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

/// Runs `work` while no other program migrates this database.
fn alone<T>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, StoreError>) -> Result<T, StoreError> {
    // SQLite lets one write at a time anyway.
    if let Conn::Postgres(conn) = conn {
        while !diesel::sql_query(TRY_LOCK).get_result::<Locked>(conn)?.got {
            std::thread::sleep(PAUSE);
        }
    }
    let done = work(conn);
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute(UNLOCK)?;
    }
    done
}

/// The migrations this program knows and the database has not had, oldest first.
///
/// # Errors
/// When the database cannot.
pub fn pending(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    pending_in(conn, &MIGRATIONS)
}

fn pending_in<S>(conn: &mut Conn, source: &S) -> Result<Vec<String>, StoreError>
where
    S: MigrationSource<Pg> + MigrationSource<Sqlite>,
{
    let names = match conn {
        Conn::Postgres(conn) => conn.pending_migrations(ByRef(source)).map(|found| versions(&found)),
        Conn::Sqlite(conn) => conn.pending_migrations(ByRef(source)).map(|found| versions(&found)),
    };
    names.map_err(|error| StoreError::Migration(error.to_string()))
}

/// The newest migration this program knows.
#[must_use]
pub fn newest_schema() -> String {
    known().into_iter().max().unwrap_or_default()
}

/// The version of the schema, when this program can work with it.
///
/// # Errors
/// When it is too old or too new for this program, or the database cannot.
pub fn fit_schema(conn: &mut Conn) -> Result<String, StoreError> {
    let applied = inventory::applied(conn)?;
    if known().iter().any(|version| !applied.contains(version)) {
        return Err(StoreError::Schema("older than this program: run `yzt migrate`"));
    }
    let least = schema_support::table.select(schema_support::least);
    let least: Option<String> = least.get_result(conn).optional()?;
    if least.is_some_and(|least| least > newest_schema()) {
        return Err(StoreError::Schema("newer than this program can work with: install the newer program"));
    }
    Ok(applied.into_iter().next_back().unwrap_or_default())
}

fn known() -> Vec<String> {
    let known = MigrationSource::<Sqlite>::migrations(&MIGRATIONS);
    known.map(|found| versions(&found)).unwrap_or_default()
}

fn versions<DB: diesel::backend::Backend>(
    found: &[Box<dyn diesel::migration::Migration<DB>>],
) -> Vec<String> {
    found.iter().map(|migration| migration.name().version().to_string()).collect()
}

/// A source that is not given away.
struct ByRef<'a, S>(&'a S);

impl<DB: diesel::backend::Backend, S: MigrationSource<DB>> MigrationSource<DB> for ByRef<'_, S> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn diesel::migration::Migration<DB>>>> {
        self.0.migrations()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_to_run_beforehand_is_listed() {
        for folder in std::fs::read_dir("../migrations").unwrap() {
            let text = std::fs::read_to_string(folder.as_ref().unwrap().path().join("concurrently.sql"));
            let name = folder.unwrap().file_name().into_string().unwrap();
            let version = name.split('_').next().unwrap();
            let listed = BEFOREHAND.iter().find(|(listed, _)| *listed == version).map(|(_, text)| *text);
            assert_eq!(listed.map(str::to_owned), text.ok(), "{name}");
        }
    }
}
