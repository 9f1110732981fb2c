//! The `pifa` program: parses its arguments and hands over.

use std::process::ExitCode;

use pifa::cli::{self, Next};

fn main() -> ExitCode {
    match cli::run() {
        Next::Exit(code) => code,
        Next::Screens(_) => ExitCode::SUCCESS,
    }
}
