//! Archives: the months that have been kept long enough go into files, one a month, and out of the database. The chain
//! goes on from the checkpoint that closes the file.

use std::fmt;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::Offset;

use super::file::{self, Export, Exported, Means};
use super::inspect::{Inspection, Start, public_keys};
use super::{Action, Audit, AuditError, Context, Entry};
use crate::clock::Timestamp;
use crate::keys::Signer;
use crate::store::audit::{self as rows, checkpoints};
use crate::store::{Conn, StoreError};

/// China's time.
const OFFSET: Offset = Offset::constant(8);

/// A month of China's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month of an instant.
    #[must_use]
    pub fn of(at: Timestamp) -> Option<Self> {
        let at = jiff::Timestamp::from_millisecond(at.millis()).ok()?;
        Some(Self(OFFSET.to_datetime(at).date().first_of_month()))
    }

    /// The month after.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1.month()).ok().map(Self)
    }

    /// Its first instant.
    #[must_use]
    pub fn start(self) -> Option<Timestamp> {
        let at = OFFSET.to_timestamp(self.0.to_datetime(jiff::civil::Time::midnight())).ok()?;
        Some(Timestamp(at.as_millisecond()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

impl FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let month = format!("{text}-01").parse().ok().filter(|_| text.len() == 7);
        month.map(Self).ok_or("a month is written as 2026-05")
    }
}

/// A month in a file that was verified, and still in the database.
pub struct Archive {
    month: Month,
    exported: Exported,
    /// The file.
    pub path: PathBuf,
}

/// Number of the last row before an instant that is followed by no earlier one; `None` when there is none. The last
/// row of all stays, so that the log is never without one.
///
/// # Errors
/// When the database cannot.
pub fn last_before(conn: &mut Conn, end: Timestamp) -> Result<Option<i64>, StoreError> {
    let Some(first) = rows::first(conn)? else {
        return Ok(None);
    };
    let head = rows::head(conn)?.map_or(first.seq, |head| head.seq);
    let next = rows::first_since(conn, end.millis())?.unwrap_or(head);
    let last = next.min(head) - 1;
    Ok((last >= first.seq).then_some(last))
}

impl Audit {
    /// Writes the rows of a month, and what is left of those before it, into a file of `directory`, and verifies it.
    /// `None` when there are none.
    ///
    /// # Errors
    /// [`AuditError::Broken`] when the log was changed: nothing is archived then, for the rows are evidence. When the
    /// database, the signer or the directory cannot.
    pub fn write_archive(
        &self,
        conn: &mut Conn,
        (signer, iss): (&Signer, &str),
        month: Month,
        directory: &Path,
        watch: impl FnMut(u64),
    ) -> Result<Option<Archive>, AuditError> {
        let end = month.next().and_then(Month::start);
        let Some((end, first)) = end.zip(rows::first(conn)?) else {
            return Ok(None);
        };
        let Some(to) = last_before(conn, end)? else {
            return Ok(None);
        };
        let what = Inspection { start: Start::Beginning, to: Some(to), kept: Vec::new() };
        if !self.inspect(conn, &what, |_| ())?.is_sound() {
            return Err(AuditError::Broken);
        }
        fs::create_dir_all(directory)?;
        let path = directory.join(format!("audit-{month}-{}-{to}.ndjson", first.seq));
        let export = Export { signer, iss, from: first.seq, to, archived: true };
        let Some(exported) = self.write_file(conn, &export, &path, watch)? else {
            return Ok(None);
        };
        let keys = public_keys(conn)?;
        let means = Means { key: Some(self.key()), keys: &keys, kept: &[] };
        if !file::verify(BufReader::new(File::open(&path)?), &means, |_| ())?.is_sound() {
            return Err(AuditError::Unreadable(path));
        }
        Ok(Some(Archive { month, exported, path }))
    }

    /// Takes the rows of an archive out of the database, in a transaction.
    ///
    /// # Errors
    /// When the database cannot, or somebody else did so meanwhile.
    pub fn remove_archived(
        &self,
        conn: &mut Conn,
        archive: &Archive,
        context: Context,
    ) -> Result<(), AuditError> {
        let Exported { first, last, checkpoint } = &archive.exported;
        if !self.keep(conn, *last, true, checkpoint)? {
            return Err(StoreError::Busy.into());
        }
        checkpoints::remove_archived(conn, *first, *last)?;
        let entry = Entry::new(Action::AuditArchived, context).on("month", archive.month.to_string());
        Ok(self.append(conn, entry.detail("first", *first).detail("last", *last))?)
    }

    /// Writes rows to a file that is on disk, whole, when this returns.
    ///
    /// # Errors
    /// When the database, the signer or the file system cannot.
    pub fn write_file(
        &self,
        conn: &mut Conn,
        what: &Export<'_>,
        path: &Path,
        watch: impl FnMut(u64),
    ) -> Result<Option<Exported>, AuditError> {
        let beside = path.with_extension("part");
        let file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        let mut out = BufWriter::new(file);
        let exported = self.export(conn, what, &mut out, watch)?;
        let file = out.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        if exported.is_none() {
            fs::remove_file(&beside)?;
            return Ok(None);
        }
        fs::rename(&beside, path)?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(exported)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_china() {
        // 2026-05-31T23:59:59.999+08:00 and the millisecond after.
        let last = Timestamp(1_780_243_199_999);
        let (may, june) = (Month::of(last).unwrap(), Month::of(Timestamp(last.millis() + 1)).unwrap());
        assert_eq!((may.to_string(), june.to_string()), ("2026-05".to_owned(), "2026-06".to_owned()));
        assert_eq!(may.next(), Some(june));
        assert_eq!(june.start(), Some(Timestamp(last.millis() + 1)));
        assert_eq!("2026-05".parse(), Ok(may));
        assert!("2026-5".parse::<Month>().is_err() && "2026-13".parse::<Month>().is_err());
    }
}
