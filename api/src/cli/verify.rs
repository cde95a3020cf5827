//! `yzt verify`: decides about a code from files alone, without network, as an officer's device does.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use verifier_core::sm2::PublicKey;
use verifier_core::{Bundle, BundleError, Outcome, Seconds, State, Verdict};

use super::bundle::{ROOTS, STATUS_LIST, TRUST_LIST};
use super::{Failure, say};
use crate::clock::Clock;
use crate::qr;

pub(super) mod show;

const EXAMPLES: &str = "\
Examples:
  yzt verify --bundle DIR HTTPS://YZT.EXAMPLE/V/1QRMJ…       a code's text
  yzt verify --bundle DIR --image photo.png                  a picture of a code
  yzt verify --bundle DIR --at 2026-11-22T08:30:00+08:00 …   as of another time
  yzt verify --bundle DIR --json …                           the whole verdict

Ends with 0 for valid, 1 for invalid, 2 for undetermined, 64 for wrong use.";

/// Decide about a code without network
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    /// Directory with trust-list.cose, status-<iss>.cose and roots.txt
    #[arg(long, value_name = "DIR")]
    bundle: PathBuf,
    /// Time to decide for: unix seconds or RFC 3339; now if absent
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Seconds>,
    /// Print the verdict as JSON
    #[arg(long)]
    json: bool,
    /// Picture of a code, PNG or JPEG
    #[arg(long, value_name = "FILE", conflicts_with = "code")]
    image: Option<PathBuf>,
    /// Text of a code
    #[arg(required_unless_present = "image")]
    code: Option<String>,
}

impl Verify {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let code = match (&self.code, &self.image) {
            (Some(code), _) => code.trim().to_owned(),
            (None, Some(image)) => from_image(image)?,
            (None, None) => return Err(Failure::wrong_use("a code or --image is needed")),
        };
        let now = self.at.unwrap_or_else(|| Clock::System.now().seconds());
        let verdict = decide(&code, &self.bundle, now)?;
        if self.json {
            say(serde_json::to_string_pretty(&verdict).map_err(Failure::new)?);
        } else {
            say(show::text(&verdict));
        }
        Ok(ExitCode::from(match verdict.outcome {
            Outcome::Valid => 0,
            Outcome::Invalid => 1,
            Outcome::Undetermined => 2,
        }))
    }
}

/// Decides with the bundle in `directory`. What the bundle lacks or cannot prove is part of the verdict.
pub(super) fn decide(code: &str, directory: &Path, now: Seconds) -> Result<Verdict, Failure> {
    let bundle = open(directory)?;
    Ok(verifier_core::verify(code, bundle.as_ref().map_err(|error| *error), now, &State::default()))
}

fn open(directory: &Path) -> Result<Result<Bundle, BundleError>, Failure> {
    let roots = roots(&directory.join(ROOTS))?;
    let trust_list = match std::fs::read(directory.join(TRUST_LIST)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Err(BundleError::Missing)),
        Err(error) => return Err(Failure::wrong_use(format_args!("{TRUST_LIST}: {error}"))),
    };
    let lists = status_lists(directory)?;
    let lists = lists.iter().map(|(iss, bytes)| (iss.as_str(), bytes.as_slice()));
    Ok(Bundle::open(&trust_list, &roots, lists))
}

fn roots(path: &Path) -> Result<Vec<PublicKey>, Failure> {
    let unfit =
        |fault: &dyn std::fmt::Display| Failure::wrong_use(format_args!("{}: {fault}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| unfit(&error))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let key = |line: &str| {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(line.as_bytes()).ok()?;
        PublicKey::from_sec1(&bytes).ok()
    };
    let keys: Option<Vec<_>> = lines.map(key).collect();
    keys.filter(|keys| !keys.is_empty())
        .ok_or_else(|| unfit(&"not a public key, compressed, hexadecimal, in each line"))
}

fn status_lists(directory: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut lists = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let iss = name.strip_prefix(STATUS_LIST.0).and_then(|rest| rest.strip_suffix(STATUS_LIST.1));
        if let Some(iss) = iss {
            lists.push((iss.to_owned(), std::fs::read(entry.path())?));
        }
    }
    Ok(lists)
}

/// The code in a picture; of several, the one that is ours.
fn from_image(path: &Path) -> Result<String, Failure> {
    let bytes =
        std::fs::read(path).map_err(|e| Failure::wrong_use(format_args!("{}: {e}", path.display())))?;
    let codes =
        qr::read_codes(&bytes).map_err(|e| Failure::wrong_use(format_args!("{}: {e}", path.display())))?;
    let ours = codes.iter().position(|code| verifier_core::token::parse(code).is_ok());
    let found = codes.into_iter().nth(ours.unwrap_or(0));
    found.ok_or_else(|| Failure::wrong_use(format_args!("{}: no QR code could be read", path.display())))
}

fn time(text: &str) -> Result<Seconds, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Seconds(seconds));
    }
    let at: jiff::Timestamp = text.parse().map_err(|_| "neither unix seconds nor RFC 3339".to_owned())?;
    u64::try_from(at.as_second()).map(Seconds).map_err(|_| "before 1970".to_owned())
}
