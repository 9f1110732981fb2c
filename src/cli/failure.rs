//! Exit codes, and errors as they are told at the edge: what happened, and what to do next.

use std::process::ExitCode;

use serde::Serialize;

use crate::domain::text::Clean;
use crate::domain::trouble::Trouble;
use crate::i18n::{Lang, trouble};
use crate::procure::DeskError;
use crate::procure::pack::PackError;
use crate::procure::saved::SavedError;

/// How a verb ended (DESIGN section 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done; no hits too.
    Done,
    /// 1: failed.
    Failed,
    /// 2: the command line or the configuration is wrong.
    Usage,
    /// 3: not found.
    NotFound,
    /// 4: the cart breaks a rule.
    Rule,
    /// 5: the market is unreachable, for verbs that cannot be done later.
    Unreachable,
    /// 6: refused by policy: drift, cap, other market.
    Policy,
}

impl Exit {
    /// For the process.
    pub fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::NotFound => 3,
            Exit::Rule => 4,
            Exit::Unreachable => 5,
            Exit::Policy => 6,
        })
    }
}

/// A verb that could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    exit: Exit,
    code: String,
    said: Said,
}

/// What it says: words, or values that are put into the buyer's language when they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Words { message: String, hint: String },
    Trouble(Box<Trouble>),
}

#[derive(Serialize)]
struct Document<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    hint: &'a str,
}

impl Failure {
    /// With an exit code of its own.
    pub fn new(exit: Exit, code: &str, message: impl Into<String>, hint: impl Into<String>) -> Failure {
        let said = Said::Words { message: message.into(), hint: hint.into() };
        Failure { exit, code: code.to_owned(), said }
    }

    /// Exit 1.
    pub fn failed(code: &str, message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::new(Exit::Failed, code, message, hint)
    }

    /// Exit 2.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, "usage", message, hint)
    }

    /// Prints it to stderr and gives the code to leave with.
    pub fn report(&self, json: bool, lang: Lang) -> ExitCode {
        let (message, hint) = match &self.said {
            Said::Words { message, hint } => (Clean::new(message), Clean::new(hint)),
            Said::Trouble(trouble) => {
                (Clean::new(&trouble::sentence(lang, trouble)), Clean::new(&trouble::hint(lang, trouble)))
            }
        };
        if json {
            let body = Body { code: &self.code, message: message.as_str(), hint: hint.as_str() };
            eprintln!("{}", serde_json::to_string(&Document { error: body }).unwrap_or_default());
        } else {
            eprintln!("pifa: {message}");
            if !hint.is_empty() {
                eprintln!("  -> {hint}");
            }
        }
        self.exit.code()
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Failure {
        let exit = match &error {
            error if error.is_unreachable() => Exit::Unreachable,
            error if error.code() == "not_found" => Exit::NotFound,
            DeskError::NeedsSpec(_) => Exit::Usage,
            DeskError::Saved(SavedError::Taken(_)) | DeskError::Pack(PackError::Foreign { .. }) => {
                Exit::Policy
            }
            DeskError::ListTaken(_) => Exit::Policy,
            DeskError::Saved(_) | DeskError::File(_) => Exit::Usage,
            DeskError::Repriced { .. } => Exit::Policy,
            _ => Exit::Failed,
        };
        let said = Said::Trouble(Box::new(error.describe()));
        Failure { exit, code: error.code().to_owned(), said }
    }
}
