//! `yzt generate`: invented certificates as a file, for demonstrations and measurements.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;

use super::progress::Progress;
use super::{Failure, say};
use crate::clock::Clock;
use crate::generate::Generator;
use crate::ingest::Format;
use crate::record::{Datum, Day, Event, Record, items, name};

const EXAMPLES: &str = "\
The same count, seed and day give the same file. Nobody in it exists.

Examples:
  yzt generate --count 1000 --out certificates.ndjson
  yzt generate --count 1000 --seed 7 --format csv --out certificates.csv
  yzt generate --count 9 --today 20260701            one of each kind, to look at";

/// Invent certificates of all nine kinds across Liaoning
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Generate {
    /// How many
    #[arg(long)]
    count: usize,
    /// Another seed, other certificates
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How to write them
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
    /// The file to write; standard output where none is named
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The day they are of, YYYYMMDD; today where none is named
    #[arg(long, value_name = "DAY", value_parser = super::day)]
    today: Option<Day>,
}

impl Generate {
    pub(super) fn run(self) -> Result<(), Failure> {
        let today = i32::try_from(Clock::System.now().day().0).ok().and_then(Day::from_days);
        let today = self.today.or(today).ok_or_else(|| Failure::new("this machine's clock is off"))?;
        let records = Generator::new(self.seed, today).take(self.count);
        match &self.out {
            None => match write(records, self.format, &mut io::stdout().lock(), |_| ()) {
                // Whoever read has read enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
                written => Ok(written?),
            },
            Some(path) => {
                let total = u64::try_from(self.count).unwrap_or(u64::MAX);
                let mut progress = Progress::begin(Some(total), "{wide_bar} {pos}/{len} {msg} {eta}");
                let bar = progress.bar();
                write(records, self.format, &mut File::create(path)?, |done| {
                    bar.iter().for_each(|bar| bar.set_position(done));
                    progress.set(done);
                })?;
                say(format_args!("{}: {}", path.display(), progress.end()));
                Ok(())
            }
        }
    }
}

/// Writes records and tells how many are written.
pub(crate) fn write(
    records: impl Iterator<Item = Record>,
    format: Format,
    out: &mut impl Write,
    mut done: impl FnMut(u64),
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    let columns = columns();
    if format == Format::Csv {
        row(&mut out, columns.iter().map(|name| (*name).to_owned()))?;
    }
    for (record, number) in records.zip(1_u64..) {
        match format {
            Format::Ndjson => {
                out.write_all(&record.to_line())?;
                out.write_all(b"\n")?;
            }
            Format::Csv => row(&mut out, columns.iter().map(|name| cell(&record, name)))?,
        }
        done(number);
    }
    out.flush()
}

/// The names of all items, each once.
fn columns() -> Vec<&'static str> {
    let mut names = Vec::new();
    for item in items::all() {
        if !names.contains(&item.name) {
            names.push(item.name);
        }
    }
    names
}

fn cell(record: &Record, column: &str) -> String {
    if column == name::EVENT && record.event() != Event::Initial {
        return record.event().code().to_owned();
    }
    match record.items().value(column) {
        None => String::new(),
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::List(list)) => list.join(";"),
        Some(Datum::Flag(flag)) => flag.to_string(),
    }
}

fn row(out: &mut impl Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells.map(String::into_bytes))?;
    let bytes = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    out.write_all(&bytes)
}
