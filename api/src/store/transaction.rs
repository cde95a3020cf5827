//! Transactions that behave the same on both databases.

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel::{Connection, PgConnection};

use super::{Conn, StoreError};

/// Runs `work` in one transaction, or in a savepoint when there is one already.
///
/// SQLite takes the write lock at the start: a transaction that reads first and asks for the lock later is
/// refused at once when another process wrote in between, however long it would wait.
///
/// # Errors
/// What `work` answers, after everything it did is undone, or that the commit failed.
pub fn transaction<T, E>(conn: &mut Conn, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<StoreError>,
{
    begin(conn).map_err(StoreError::from)?;
    match work(conn) {
        Ok(value) => {
            commit(conn).map_err(StoreError::from)?;
            Ok(value)
        }
        Err(error) => {
            // When even this fails the connection is broken, and the pool drops it.
            let _ = rollback(conn);
            Err(error)
        }
    }
}

/// Runs an insert that may meet its own duplicate: `None` when it did, with the transaction around it intact.
///
/// PostgreSQL needs a savepoint for that. SQLite would do without one for a single statement; it gets one all the
/// same, so that what stands in `insert` is undone as a whole on both.
///
/// # Errors
/// Whatever else went wrong.
pub fn attempt<T>(
    conn: &mut Conn,
    insert: impl FnOnce(&mut Conn) -> QueryResult<T>,
) -> QueryResult<Option<T>> {
    match conn.transaction(insert) {
        Ok(value) => Ok(Some(value)),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The turn of those who publish a list.
pub const PUBLICATION: i64 = 7_215_090_073;

/// Waits until no other transaction on any server has this turn; it ends with the transaction. SQLite lets one writer
/// after another pass by itself.
///
/// # Errors
/// [`StoreError::Busy`] when the others take too long.
pub fn in_turn(conn: &mut Conn, turn: i64) -> Result<(), StoreError> {
    if let Conn::Postgres(conn) = conn {
        conn.batch_execute(&format!("SELECT pg_advisory_xact_lock({turn})"))?;
    }
    Ok(())
}

fn begin(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Postgres(conn) => <PgConnection as Connection>::TransactionManager::begin_transaction(conn),
        Conn::Sqlite(conn) => {
            let depth = AnsiTransactionManager::transaction_manager_status_mut(conn).transaction_depth()?;
            match depth {
                None => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
                Some(_) => AnsiTransactionManager::begin_transaction(conn),
            }
        }
    }
}

fn commit(conn: &mut Conn) -> QueryResult<()> {
    <Conn as Connection>::TransactionManager::commit_transaction(conn)
}

fn rollback(conn: &mut Conn) -> QueryResult<()> {
    <Conn as Connection>::TransactionManager::rollback_transaction(conn)
}
