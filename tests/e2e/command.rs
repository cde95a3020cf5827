//! The `yzt` command beside a server of a test, in a process of its own.

use std::process::{Child, Command, ExitCode, Output, Stdio};

use yzt_tests::TestDatabase;

/// The arguments of the command, one a line.
const ARGUMENTS: &str = "YZT_TEST_ARGUMENTS";

#[test]
#[ignore = "run by other tests, as a process"]
fn the_command() {
    let arguments = std::env::var(ARGUMENTS).unwrap();
    let code = yzt_api::cli::run(["yzt"].into_iter().chain(arguments.lines()).map(Into::into));
    assert_eq!(code, ExitCode::SUCCESS);
}

/// Starts a command on this database.
pub(crate) fn begin(database: &TestDatabase, arguments: &[&str]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "command::the_command", "--ignored", "--nocapture"])
        .env(ARGUMENTS, arguments.join("\n"))
        .env("YZT_DATABASE_URL", database.url())
        .env("YZT_DATA_DIR", database.directory())
        .env("YZT_KEYSTORE_ROUNDS", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What a command said that did what it was asked.
pub(crate) fn run(database: &TestDatabase, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = begin(database, arguments).wait_with_output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}
