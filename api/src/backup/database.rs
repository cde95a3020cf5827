//! A copy of the database at one moment, while others write; and the way back.
//!
//! SQLite copies itself with `VACUUM INTO`. For PostgreSQL its own `pg_dump` and `pg_restore` are run, of the newest
//! version on this machine: they read and write all that a later version of the schema may have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use data_encoding::HEXLOWER;
use diesel::connection::SimpleConnection;
use percent_encoding::percent_decode_str;

use super::BackupError;
use crate::store::{Conn, DatabaseUrl, StoreError, StoreSettings, audit, inventory};

const SQLITE: &str = "sqlite";
const POSTGRES: &str = "postgres";
const SQLITE_PART: &str = "database.sqlite";
const POSTGRES_PART: &str = "database.pgdump";
/// The names a database has in a backup.
pub(super) const NAMES: [&str; 2] = [SQLITE_PART, POSTGRES_PART];

/// A database copied.
#[derive(Default)]
pub(super) struct Copy {
    /// `sqlite` or `postgres`.
    pub kind: &'static str,
    /// Its name in a backup.
    pub name: &'static str,
    /// Where it lies.
    pub file: PathBuf,
    /// The newest migration.
    pub schema: String,
    /// The rows of each table.
    pub rows: BTreeMap<String, i64>,
    /// Where the audit log ends: number and hash of its last entry.
    pub audit: Option<(i64, String)>,
}

/// Copies the database into `folder`.
pub(super) fn copy(settings: &StoreSettings, folder: &Path) -> Result<Copy, BackupError> {
    match &settings.url {
        DatabaseUrl::Sqlite(path) if !path.exists() => {
            Err(std::io::Error::from(std::io::ErrorKind::NotFound).into())
        }
        DatabaseUrl::Sqlite(_) => copy_sqlite(settings, folder.join(SQLITE_PART)),
        DatabaseUrl::Postgres(url) => copy_postgres(settings, url, folder.join(POSTGRES_PART)),
    }
}

fn copy_sqlite(settings: &StoreSettings, file: PathBuf) -> Result<Copy, BackupError> {
    let mut conn = inventory::connect(settings)?;
    let quoted = file.to_string_lossy().replace('\'', "''");
    conn.batch_execute(&format!("VACUUM INTO '{quoted}'")).map_err(StoreError::from)?;
    let copied = StoreSettings { url: DatabaseUrl::Sqlite(file.clone()), ..settings.clone() };
    let mut conn = inventory::connect(&copied)?;
    what_is_in(&mut conn, Copy { kind: SQLITE, name: SQLITE_PART, file, ..Copy::default() })
}

fn copy_postgres(settings: &StoreSettings, url: &str, file: PathBuf) -> Result<Copy, BackupError> {
    let mut conn = inventory::connect(settings)?;
    // The rows are counted at the same moment that is dumped.
    let snapshot = inventory::export_snapshot(&mut conn)?;
    let copy = Copy { kind: POSTGRES, name: POSTGRES_PART, file, ..Copy::default() };
    let copy = what_is_in(&mut conn, copy)?;
    let mut dump = tool("pg_dump", url)?;
    dump.args(["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=30s"]);
    dump.arg(format!("--snapshot={snapshot}")).arg("--file").arg(&copy.file);
    run("pg_dump", dump)?;
    Ok(copy)
}

fn what_is_in(conn: &mut Conn, copy: Copy) -> Result<Copy, BackupError> {
    let head = audit::head(conn)?.map(|head| (head.seq, HEXLOWER.encode(&head.hash)));
    let schema = inventory::applied(conn)?.into_iter().next_back().unwrap_or_default();
    Ok(Copy { schema, rows: inventory::rows(conn)?, audit: head, ..copy })
}

/// The kind of database these settings name, as manifests write it.
pub(super) fn kind(settings: &StoreSettings) -> &'static str {
    match settings.url {
        DatabaseUrl::Sqlite(_) => SQLITE,
        DatabaseUrl::Postgres(_) => POSTGRES,
    }
}

/// Refuses a database that has anything in it.
pub(super) fn must_be_empty(settings: &StoreSettings) -> Result<(), BackupError> {
    match &settings.url {
        DatabaseUrl::Sqlite(path) if path.exists() => Err(BackupError::NotEmpty(path.display().to_string())),
        DatabaseUrl::Sqlite(_) => Ok(()),
        DatabaseUrl::Postgres(_) if inventory::rows(&mut inventory::connect(settings)?)?.is_empty() => Ok(()),
        DatabaseUrl::Postgres(_) => Err(BackupError::NotEmpty("database_url".to_owned())),
    }
}

/// Puts the copy in `folder` where the settings say: all of it or nothing.
pub(super) fn put_back(settings: &StoreSettings, folder: &Path) -> Result<(), BackupError> {
    match &settings.url {
        DatabaseUrl::Sqlite(path) => put_back_sqlite(settings, &folder.join(SQLITE_PART), path),
        DatabaseUrl::Postgres(url) => {
            let mut restore = tool("pg_restore", url)?;
            restore.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]);
            restore.arg(folder.join(POSTGRES_PART));
            run("pg_restore", restore)
        }
    }
}

fn put_back_sqlite(settings: &StoreSettings, copy: &Path, path: &Path) -> Result<(), BackupError> {
    let copied = StoreSettings { url: DatabaseUrl::Sqlite(copy.to_owned()), ..settings.clone() };
    if !inventory::is_whole(&mut inventory::connect(&copied)?)? {
        return Err(BackupError::Damaged(SQLITE_PART.to_owned()));
    }
    let folder = super::folder_of(path);
    std::fs::create_dir_all(folder)?;
    // The link, unlike a rename, never takes the place of a file that has come to be there meanwhile.
    std::fs::hard_link(copy, path)?;
    Ok(std::fs::File::open(folder)?.sync_all()?)
}

/// A program of PostgreSQL's client package, told which database. The password goes by the environment: arguments
/// are for all to see.
fn tool(name: &'static str, url: &str) -> Result<Command, BackupError> {
    let mut command = Command::new(find(name).ok_or(BackupError::ToolMissing(name))?);
    let (url, password) = without_password(url);
    command.arg(format!("--dbname={url}")).arg("--no-password").env("PGCONNECT_TIMEOUT", "10");
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    Ok(command)
}

fn run(name: &'static str, mut command: Command) -> Result<(), BackupError> {
    let done = command.stdin(Stdio::null()).output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(BackupError::ToolFailed(name, String::from_utf8_lossy(&done.stderr).into_owned()))
}

/// The newest of Debian's versions, which lie out of the path, else what the path has.
fn find(name: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let number = |folder: &Path| folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok());
    let mut versions: Vec<_> =
        versions.map(|entry| entry.path()).filter(|folder| number(folder).is_some()).collect();
    versions.sort_by_key(|folder| number(folder));
    let of_debian = versions.into_iter().rev().map(|folder| folder.join("bin").join(name));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let of_path = std::env::split_paths(&path).map(|folder| folder.join(name)).collect::<Vec<_>>();
    of_debian.chain(of_path).find(|file| file.is_file())
}

/// The address without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let whole = || (url.to_owned(), None);
    let Some((scheme, rest)) = url.split_once("://") else { return whole() };
    let authority = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(authority);
    let Some((user, hosts)) = authority.rsplit_once('@') else { return whole() };
    let Some((user, password)) = user.split_once(':') else { return whole() };
    let password = percent_decode_str(password).decode_utf8_lossy().into_owned();
    (format!("{scheme}://{user}@{hosts}{rest}"), Some(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_the_address_and_decoded() {
        let (url, password) = without_password("postgres://yzt:a%40b:c@h1:5432,h2/yzt?sslmode=require");
        assert_eq!(url, "postgres://yzt@h1:5432,h2/yzt?sslmode=require");
        assert_eq!(password.as_deref(), Some("a@b:c"));
        let none = "postgres:///yzt?host=/run/postgresql&user=yzt";
        assert_eq!(without_password(none), (none.to_owned(), None));
    }
}
