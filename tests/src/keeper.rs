//! A shell that keeps a service for a test: it takes orders, and ends the service when the test process ends.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The shell and its service.
pub struct Keeper {
    shell: Child,
    orders: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
    directory: PathBuf,
}

impl Keeper {
    /// Starts a service by the script of this name in `tests/services`, in a directory it removes at its end.
    #[must_use]
    pub fn start<'a>(script: &str, directory: PathBuf, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("services").join(script);
        let log = File::options().create(true).append(true).open(directory.join("log")).unwrap();
        let mut shell = Command::new("sh")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let orders = shell.stdin.take();
        let said = BufReader::new(shell.stdout.take().unwrap());
        let mut keeper = Self { shell, orders, said, directory };
        keeper.hear("ready");
        keeper
    }

    /// Has it do something, and waits until it is done.
    pub fn order(&mut self, order: &str) {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        self.hear(order);
    }

    /// Where the service keeps its things.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn hear(&mut self, word: &str) {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), word, "see the log in {}", self.directory.display());
    }
}

/// A new directory with a short path: that of a socket has 107 bytes at most.
#[must_use]
pub fn directory() -> PathBuf {
    tempfile::Builder::new().prefix("yzt").tempdir_in("/tmp").unwrap().keep()
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.shell.wait();
    }
}
