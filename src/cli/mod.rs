//! Headless verbs, one file a verb; every screen has a `--json` twin here.
//!
//! The command line is stable (DESIGN section 10): names, JSON fields and exit codes are contracts that
//! scripts rely on. Arguments are read into [`args`], checked there, and each verb prints one document.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the module that speaks to stdout and stderr"
)]

mod address;
pub mod args;
mod cart;
mod catalog;
mod compare;
mod doctor;
mod documents;
mod failure;
mod group;
mod logs;
mod order;
mod print;
mod sandbox;
mod search;
pub mod session;
mod show;
mod suppliers;
mod sync;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Verb};
pub use failure::{Exit, Failure};
use print::Printer;
use session::Profile;

/// What main is to do.
pub enum Next {
    /// The verb ran; leave with this code.
    Exit(ExitCode),
    /// No verb was given: open the screens on this profile.
    Screens(Box<Profile>),
}

/// Parses the process's arguments and runs the verb they name.
pub fn run() -> Next {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return Next::Exit(usage(&error)),
    };
    let json = args.global.json;
    let (verb, profile) = match Profile::open(args.global) {
        Ok(profile) => (args.verb, profile),
        Err(failure) => return Next::Exit(failure.report(json)),
    };
    let Some(verb) = verb else { return Next::Screens(Box::new(profile)) };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Next::Exit(
                Failure::failed("runtime", error.to_string(), "free some memory").report(json),
            );
        }
    };
    let printer = Printer::new(json, profile.lang);
    let done = runtime.block_on(dispatch(verb, &profile, &printer));
    // Workers that still read from a dead market must not hold the exit back.
    runtime.shutdown_background();
    Next::Exit(match done {
        Ok(exit) => exit.code(),
        Err(failure) => failure.report(json),
    })
}

async fn dispatch(verb: Verb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    match verb {
        Verb::Sandbox(verb) => sandbox::run(verb, profile, printer).await,
        Verb::Sync(verb) => sync::run(verb, profile, printer).await,
        Verb::Search(verb) => search::run(verb, profile, printer).await,
        Verb::Suppliers(verb) => suppliers::run(verb, profile, printer).await,
        Verb::Show(verb) => show::run(verb, profile, printer).await,
        Verb::Compare(verb) => compare::run(verb, profile, printer).await,
        Verb::Cart { verb } => cart::run(verb, profile, printer).await,
        Verb::Order { verb } => order::run(verb, profile, printer).await,
        Verb::Group { verb } => group::run(verb, profile, printer).await,
        Verb::Address { verb } => address::run(verb, profile, printer).await,
        Verb::Catalog { verb } => catalog::run(verb, profile, printer).await,
        Verb::Doctor => doctor::run(profile, printer).await,
    }
}

/// Help and version go to stdout with 0; mistakes to stderr with 2, as JSON where that was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A closed pipe is the reader's choice, not a failure of ours.
        let _ = error.print();
        return Exit::Done.code();
    }
    if std::env::args().any(|arg| arg == "--json") {
        let words = error.to_string();
        let message = words.lines().next().unwrap_or_default().trim_start_matches("error: ");
        return Failure::usage(message, "pifa --help").report(true);
    }
    let _ = error.print();
    Exit::Usage.code()
}
