//! `pifa mark` as it is typed.

use clap::{Args as ClapArgs, Subcommand};

use super::values::offer;
use crate::domain::id::{OfferKey, SupplierId};

/// `pifa mark`
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct MarkArgs {
    /// Show what is marked instead
    #[command(subcommand)]
    pub verb: Option<MarkVerb>,
    /// Offer id, a link or share text of it, or supplier:ID
    #[arg(required = true, value_name = "OFFER|supplier:ID", value_parser = mark_subject, allow_negative_numbers = true)]
    pub subject: Option<MarkSubject>,
    /// Keep it in sight
    #[arg(long)]
    pub fav: bool,
    /// No longer
    #[arg(long, conflicts_with = "fav")]
    pub no_fav: bool,
    /// These tags instead of those before; none: \"\"
    #[arg(long, value_name = "A,B")]
    pub tag: Option<String>,
    /// This note instead of the one before; none: \"\"
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub note: Option<String>,
    /// Never list it again, and why
    #[arg(long, value_name = "REASON", allow_hyphen_values = true)]
    pub block: Option<String>,
    /// List it again
    #[arg(long, conflicts_with = "block")]
    pub unblock: bool,
}

/// `pifa mark ...`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
#[command(defer = true)]
pub enum MarkVerb {
    /// Everything marked, the newest change first
    List,
}

/// What is marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkSubject {
    /// An offer.
    Offer(OfferKey),
    /// A supplier.
    Supplier(SupplierId),
}

fn mark_subject(text: &str) -> Result<MarkSubject, String> {
    match text.split_once([':', '：']) {
        Some(("supplier", id)) => {
            let id = SupplierId::new(id);
            if id.as_str().is_empty() {
                Err("the id after supplier: is missing".to_owned())
            } else {
                Ok(MarkSubject::Supplier(id))
            }
        }
        _ => offer(text).map(MarkSubject::Offer),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::args::{Args, Verb};

    #[test]
    fn offers_and_suppliers_can_be_marked() {
        let read = |words: &[&str]| {
            let all = ["pifa", "mark"].iter().chain(words);
            Args::try_parse_from(all).map(|args| match args.verb {
                Some(Verb::Mark(args)) => args,
                other => panic!("{other:?}"),
            })
        };
        let args = read(&["supplier:BBBx_1", "--tag", "a,b", "--note", "-5% ok", "--block", "late"]).unwrap();
        assert_eq!(args.subject, Some(MarkSubject::Supplier(SupplierId::new("BBBx_1"))));
        assert_eq!((args.note.as_deref(), args.block.as_deref()), (Some("-5% ok"), Some("late")));
        assert_eq!(read(&["list"]).unwrap().verb, Some(MarkVerb::List));
        assert_eq!(read(&["L:uci:1"]).unwrap().subject, Some(MarkSubject::Offer("L:uci:1".parse().unwrap())));
        for wrong in [
            &[][..],
            &["supplier:"],
            &["x"],
            &["1", "--fav", "--no-fav"],
            &["1", "--block", "x", "--unblock"],
            &["list", "--fav"],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }
}
