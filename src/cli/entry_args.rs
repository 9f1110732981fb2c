//! The command line of lists and codes: what goes into the cart by file, and what comes out.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::values::{OfferSpec, offer_spec};

/// `pifa cart import`
#[derive(Debug, ClapArgs)]
pub struct CartImportArgs {
    /// CSV, XLSX or lines of `OFFER[:SPEC] QTY`, links and codes; - reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Say what would go in, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Add everything, also what this list put into the cart before
    #[arg(long)]
    pub again: bool,
}

/// `pifa code`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum CodeVerb {
    /// Let a code of your own stand for an offer
    Add {
        /// The code
        code: String,
        /// Offer, with a SKU if the code means one
        #[arg(value_name = "OFFER[:SPEC]", value_parser = offer_spec)]
        offer: OfferSpec,
        /// It is this supplier's item number (id or name as your lists write it)
        #[arg(long, value_name = "NAME")]
        supplier: Option<String>,
    },
    /// Forget a code
    Rm {
        /// The code
        code: String,
        /// Whose item number it is
        #[arg(long, value_name = "NAME")]
        supplier: Option<String>,
    },
    /// All codes
    List,
    /// Take in a list with a code and an offer in each row; - reads standard input
    Import {
        /// CSV or XLSX
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}
