//! `yzt bundle export`: the files an officer's device, or a station without network, verifies with.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Failure, block_on};
use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::pinned_roots;
use crate::publish;

/// The trust list's file name.
pub(super) const TRUST_LIST: &str = "trust-list.cose";
/// The file of pinned root public keys.
pub(super) const ROOTS: &str = "roots.txt";
/// What a status list's file name begins and ends with; between them is the prefix of its issuer.
pub(super) const STATUS_LIST: (&str, &str) = ("status-", ".cose");

const EXAMPLES: &str = "\
Examples:
  yzt bundle export --out /media/usb/yzt      write the bundle onto a stick
  yzt verify --bundle /media/usb/yzt CODE     … and verify with it, without network";

/// Work with the bundle that officers carry
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Bundle {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Write trust-list.cose, status-<iss>.cose and roots.txt
    Export {
        /// Directory to write into; made if it is not there
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

impl Bundle {
    pub(super) fn run(self, config: Config) -> Result<(), Failure> {
        let Action::Export { out } = self.action;
        let files = block_on(export(config))??;
        fs::create_dir_all(&out)?;
        for (name, bytes) in &files {
            replace(&out.join(name), bytes)?;
        }
        super::say(format_args!("{} files written to {}", files.len(), out.display()));
        Ok(())
    }
}

/// The bundle as it stands now: file names and contents.
pub(super) async fn export(config: Config) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let app = App::start(config, Clock::System).await?;
    files(&app).await
}

/// The files of the bundle of a server.
pub(super) async fn files(app: &App) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let trust = publish::newest_trust_list(app).await.map_err(Failure::new)?;
    let lists = publish::newest_status_lists(app).await.map_err(Failure::new)?;
    let roots = pinned_roots(&app.signer.keys()).join("\n") + "\n";
    let (before, behind) = STATUS_LIST;
    let mut files = vec![(TRUST_LIST.to_owned(), trust.bytes), (ROOTS.to_owned(), roots.into_bytes())];
    files.extend(lists.into_iter().map(|list| (format!("{before}{}{behind}", list.iss), list.bytes)));
    Ok(files)
}

/// Writes a file beside the one there is and then puts it in its place: who reads meanwhile sees one or the other.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    fs::write(&beside, bytes)?;
    fs::rename(beside, path)
}
