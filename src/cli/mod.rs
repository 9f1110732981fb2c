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
mod compare_documents;
mod deals;
mod doctor;
mod documents;
mod entry;
pub mod entry_args;
mod export;
mod failure;
mod fix;
mod grammar;
mod group;
mod hand;
mod history;
pub mod kept_args;
mod list;
pub mod list_args;
mod logs;
mod mark;
mod mark_args;
mod marked;
mod mistakes;
mod order;
mod order_documents;
mod pack;
mod plan;
mod print;
mod reorder;
mod sandbox;
pub mod sandbox_args;
mod saved;
mod search;
pub mod session;
mod show;
mod substitute;
pub mod substitute_args;
mod suppliers;
mod sync;
mod values;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::domain::text::Clean;
use crate::i18n::Lang;
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
    // Until the profile is open its settings cannot be asked.
    let spoken = Lang::detect(args.global.lang.as_deref(), |name| std::env::var(name).ok());
    let (verb, profile) = match Profile::open(args.global) {
        Ok(profile) => (args.verb, profile),
        Err(failure) => return Next::Exit(failure.report(json, spoken)),
    };
    let Some(verb) = verb else {
        if json {
            let failure =
                Failure::usage("--json prints what a verb found, and no verb is given", "pifa --help");
            return Next::Exit(failure.report(true, spoken));
        }
        return Next::Screens(Box::new(profile));
    };
    let printer = Printer::new(json, profile.lang);
    let left = |done: Result<Exit, Failure>| match done {
        Ok(exit) => exit.code(),
        Err(failure) => failure.report(json, profile.lang),
    };
    // Workers for what need not wait would be started in vain.
    if let Verb::Search(args) = &verb
        && let Some(done) = search::at_once(args, &profile, &printer).transpose()
    {
        return Next::Exit(left(done));
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Next::Exit(
                Failure::failed("runtime", error.to_string(), "free some memory").report(json, spoken),
            );
        }
    };
    let done = runtime.block_on(dispatch(verb, &profile, &printer));
    // Workers that still read from a dead market must not hold the exit back.
    runtime.shutdown_background();
    Next::Exit(left(done))
}

async fn dispatch(verb: Verb, profile: &Profile, printer: &Printer) -> Result<Exit, Failure> {
    match verb {
        Verb::Sandbox(verb) => sandbox::run(verb, profile, printer).await,
        Verb::Sync(verb) => sync::run(verb, profile, printer).await,
        Verb::Search(verb) => search::run(verb, profile, printer).await,
        Verb::Suppliers(verb) => suppliers::run(verb, profile, printer).await,
        Verb::Show(verb) => show::run(verb, profile, printer).await,
        Verb::Compare(verb) => compare::run(verb, profile, printer).await,
        Verb::Substitutes(verb) => substitute::run(verb, profile, printer).await,
        Verb::Cart { verb } => cart::run(verb, profile, printer).await,
        Verb::Order { verb } => order::run(verb, profile, printer).await,
        Verb::Group { verb } => group::run(verb, profile, printer).await,
        Verb::Deals(args) => deals::run(args, profile, printer).await,
        Verb::Reorder(args) => reorder::run(args, profile, printer).await,
        Verb::List { verb } => list::run(verb, profile, printer).await,
        Verb::Address { verb } => address::run(verb, profile, printer).await,
        Verb::Catalog { verb } => catalog::run(verb, profile, printer).await,
        Verb::Doctor => doctor::run(profile, printer).await,
        Verb::Mark(verb) => mark::run(verb, profile, printer).await,
        Verb::Code { verb } => entry::codes(verb, profile, printer).await,
        Verb::Watch { verb } => watch::run(verb, profile, printer).await,
    }
}

/// Help and version go to stdout with 0; mistakes to stderr with 2, as JSON where that was asked for.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A closed pipe is the reader's choice, not a failure of ours.
        let _ = error.print();
        return Exit::Done.code();
    }
    let words = error.to_string();
    if wants_json() {
        return Failure::usage(in_short(&words), "pifa --help").report(true, Lang::En);
    }
    let plain = |line: &str| {
        let dense = line.replace(' ', "");
        Clean::capped(&dense, dense.len()).as_str() == dense
    };
    if words.lines().all(plain) {
        let _ = error.print();
    } else {
        // What was typed is repeated in the message, and it may have been pasted from anywhere.
        for line in words.lines() {
            let indent = line.len() - line.trim_start().len();
            eprintln!("{}{}", " ".repeat(indent), Clean::new(line));
        }
    }
    Exit::Usage.code()
}

/// Whether JSON was asked for, when the arguments as a whole could not be read.
fn wants_json() -> bool {
    let set = |value: std::ffi::OsString| {
        let word = value.to_string_lossy().to_lowercase();
        !matches!(word.as_str(), "" | "n" | "no" | "f" | "false" | "off" | "0")
    };
    std::env::args_os().any(|arg| arg == "--json") || std::env::var_os("PIFA_JSON").is_some_and(set)
}

/// What is wrong, on one line: everything before the usage.
fn in_short(words: &str) -> String {
    let lines = words.lines().take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let lines: Vec<&str> = lines.map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ").trim_start_matches("error: ").to_owned()
}
