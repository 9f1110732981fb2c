//! Saved searches, watches and packs as they are typed.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use rust_decimal::Decimal;

use super::values::{OfferSpec, offer_spec, percent, quantity, yuan};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::saved::SavedName;

/// What `pifa search` does with saved searches.
#[derive(Debug, Default, ClapArgs)]
pub struct SavedArgs {
    /// Keep this query, its quantity and order as a saved search
    #[arg(long, value_name = "NAME", value_parser = saved_name, conflicts_with_all = ["saved", "forget"])]
    pub save: Option<SavedName>,
    /// Replace another search saved under that name
    #[arg(long, requires = "save")]
    pub replace: bool,
    /// Words to keep with it
    #[arg(long, value_name = "TEXT", requires = "save", allow_hyphen_values = true)]
    pub note: Option<String>,
    /// Search what is saved under this name, or in this file; without a name: list what is saved
    #[arg(long, value_name = "NAME|FILE", num_args = 0..=1, conflicts_with = "forget")]
    pub saved: Option<Option<String>>,
    /// Only what is new, gone or re-priced since the last look at it
    #[arg(long, requires = "saved")]
    pub changed: bool,
    /// Do not count this as a look
    #[arg(long, requires = "changed")]
    pub peek: bool,
    /// Delete the search saved under this name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["query", "saved"])]
    pub forget: Option<String>,
}

fn saved_name(text: &str) -> Result<SavedName, String> {
    SavedName::new(text).map_err(|error| error.to_string())
}

/// `pifa watch`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum WatchVerb {
    /// Tell after a sync when the price of an offer crosses a line
    Add(WatchArgs),
    /// What is watched, and how it stands
    List,
    /// Watch it no longer
    Rm {
        /// Number of the watch
        #[arg(value_name = "ID", value_parser = clap::value_parser!(i64).range(1..), allow_negative_numbers = true)]
        id: i64,
    },
}

/// `pifa watch add`
#[derive(Debug, ClapArgs)]
#[command(group(clap::ArgGroup::new("line").required(true).multiple(true).args(["below", "rise"])))]
pub struct WatchArgs {
    /// Offer, with a SKU if one is meant
    #[arg(value_name = "OFFER[:SPEC]", value_parser = offer_spec, allow_negative_numbers = true)]
    pub offer: OfferSpec,
    /// When a unit costs less than this
    #[arg(long, value_name = "YUAN", value_parser = yuan, allow_negative_numbers = true)]
    pub below: Option<Money>,
    /// When a unit costs by more than so many percent more than now
    #[arg(long, value_name = "PCT", value_parser = percent, allow_negative_numbers = true)]
    pub rise: Option<Decimal>,
    /// Take the price at this quantity
    #[arg(long, value_name = "N", value_parser = quantity, allow_negative_numbers = true)]
    pub qty: Option<Quantity>,
    /// Tell again only after the price went back by so many percent of the line
    #[arg(long, value_name = "PCT", value_parser = band, default_value = "2", allow_negative_numbers = true)]
    pub band: Decimal,
}

fn band(text: &str) -> Result<Decimal, String> {
    percent(text).and_then(
        |band| {
            if band <= Decimal::from(50) { Ok(band) } else { Err("at most 50".to_owned()) }
        },
    )
}

/// `pifa catalog pack`
#[derive(Debug, ClapArgs)]
pub struct PackArgs {
    /// File to write: a pack of before is replaced, anything else is not
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Pack what this finds; nothing: everything
    #[arg(num_args = 0.., value_name = "QUERY")]
    pub query: Vec<String>,
    /// Pack all hits of a saved search
    #[arg(long, value_name = "NAME|FILE", conflicts_with_all = ["query", "supplier"])]
    pub saved: Option<String>,
    /// Pack what these suppliers have on sale
    #[arg(long, value_name = "ID", conflicts_with = "query")]
    pub supplier: Vec<String>,
    /// Quantity for prices in the query
    #[arg(long, value_name = "N", value_parser = quantity, allow_negative_numbers = true)]
    pub qty: Option<Quantity>,
}

/// `pifa catalog unpack`
#[derive(Debug, ClapArgs)]
pub struct UnpackArgs {
    /// The pack
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Take goods of another market as local ones, under this name (default: the file's)
    #[arg(long, value_name = "NAME", num_args = 0..=1)]
    pub as_local: Option<Option<String>>,
    /// The pack was made with another app key, at the market this profile buys at: its goods keep their ids
    #[arg(long, conflicts_with = "as_local")]
    pub same_market: bool,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::args::{Args, Verb};

    #[test]
    fn what_can_be_said_of_saved_searches_watches_and_packs() {
        let reads = |words: &str| Args::try_parse_from(words.split(' ')).is_ok();
        for good in [
            "pifa search --save 杯 杯 price<8 --qty 300 --note 周一",
            "pifa search --saved",
            "pifa search --saved 杯 --changed --peek",
            "pifa search 杯 --saved 杯",
            "pifa search --forget 杯",
            "pifa watch add 12:red --below 8 --rise 10 --qty 300 --band 0",
            "pifa watch list",
            "pifa watch rm 3",
            "pifa catalog pack x.pifa 杯",
            "pifa catalog pack x.pifa --supplier a --supplier b",
            "pifa catalog unpack x.pifa --as-local",
            "pifa catalog unpack x.pifa --same-market",
        ] {
            assert!(reads(good), "{good}");
        }
        for bad in [
            "pifa catalog unpack x.pifa --same-market --as-local",
            "pifa search --save ../x 杯",
            "pifa search --save",
            "pifa search --changed",
            "pifa search --saved x --peek",
            "pifa search --save x --saved y",
            "pifa search --replace 杯",
            "pifa watch add 12",
            "pifa watch add 12 --below -1",
            "pifa watch add 12 --below 8 --band 51",
            "pifa watch rm 0",
            "pifa catalog pack",
            "pifa catalog pack x 杯 --saved y",
        ] {
            assert!(!reads(bad), "{bad}");
        }
        let Some(Verb::Search(args)) = Args::try_parse_from(["pifa", "search", "--saved"]).unwrap().verb
        else {
            panic!("not a search");
        };
        assert_eq!(args.saved.saved, Some(None));
    }
}
