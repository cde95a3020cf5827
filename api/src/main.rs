//! The `yzt` command. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    yzt_api::cli::run(std::env::args_os())
}
