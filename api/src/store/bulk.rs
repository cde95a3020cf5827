//! Many rows at once, in the one way that is fast on each database: PostgreSQL takes them in one COPY and finds them
//! in one query, SQLite, which is in this process, one after another.

/// Adds rows to a table. A row that is taken already is an error, and then none is added: to be called in an
/// [`attempt`](super::attempt).
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let (conn, rows) = ($conn, $rows);
        match conn {
            _ if rows.is_empty() => Ok(()),
            Conn::Postgres(conn) => diesel::copy_from($table).from_insertable(rows).execute(conn).map(|_| ()),
            Conn::Sqlite(conn) => rows
                .iter()
                .try_for_each(|row| diesel::insert_into($table).values(row).execute(conn).map(|_| ())),
        }
    }};
}

/// The rows of a table whose column has any of these values, in any order.
macro_rules! find_all {
    ($conn:expr, $table:expr, $column:expr, $values:expr, $selection:expr) => {{
        let (conn, values) = ($conn, $values);
        match conn {
            Conn::Postgres(conn) => $table.filter($column.eq_any(values)).select($selection).load(conn),
            Conn::Sqlite(conn) => values.iter().try_fold(Vec::new(), |mut found, value| {
                found.extend($table.filter($column.eq(value)).select($selection).load(conn)?);
                Ok(found)
            }),
        }
    }};
}

pub(super) use {find_all, insert_all};
