//! The command line as it is typed, and its values checked.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use rust_decimal::Decimal;

pub use super::entry_args::{CartImportArgs, CodeVerb};
pub use super::kept_args::{PackArgs, SavedArgs, UnpackArgs, WatchVerb};
use super::list_args::ListVerb;
pub use super::mark_args::{MarkArgs, MarkSubject, MarkVerb};
pub use super::sandbox_args::{IdempotencyArg, LotRuleArg, SandboxArgs, SandboxVerb};
use super::values::{
    Lines, OfferSpec, change, lang_tag, line_id, lines, offer, offer_spec, percent, profile_name, quantity,
    scale, sort, span, yuan,
};
use crate::domain::algebra::Expr;
use crate::domain::id::OfferKey;
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::search::Sort;

/// What `cart set` takes beside a number.
const CHANGES: &str = "\
Changes, worked out from the left and exact to the thousandth:
  300, =300    so many units
  +12, -12     more, less;  +20%, -5% by a share
  *1.2         times; of counted goods rounded up to whole units
  ceil         up to whole lots, and up to the minimum where no met mix rule lets a line go below it
               (ceil lot: only lots; ceil moq: the minimum in any case)
  =moq         the offer's minimum; several lines of one offer share it
  >            up to the next cheaper tier, lines of one offer together
A line that would be zero, negative, above 99,999,999, or a part of a counted unit refuses the whole change:
nothing is changed, and every such line is named (exit 2).

  pifa cart set all '*1.2 ceil'       pifa cart set 4,7 +12       pifa cart set 3-8 '>'";

/// Buy wholesale on 1688 from the keyboard. Without a verb: the screens.
#[derive(Debug, Parser)]
#[command(name = "pifa", version, about, disable_help_subcommand = true)]
pub struct Args {
    /// What holds for every verb.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// Flags that every verb takes; each can be set as PIFA_<FLAG>.
#[derive(Debug, Clone, ClapArgs)]
pub struct Global {
    /// Account to use: a folder under the user's data directory
    #[arg(long, global = true, env = "PIFA_PROFILE", default_value = "default", value_parser = profile_name, value_name = "NAME")]
    pub profile: String,
    /// Use this folder instead of the profile's
    #[arg(long, global = true, env = "PIFA_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Use this file instead of the profile's config.toml
    #[arg(long, global = true, env = "PIFA_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Market to use, for example https://gw.open.1688.com; needs PIFA_APP_KEY and PIFA_APP_SECRET. `hand`: price lists in, order sheets out, no market
    #[arg(long, global = true, env = "PIFA_MARKET", value_name = "ORIGIN")]
    pub market: Option<String>,
    /// Never touch the network
    #[arg(long, global = true, env = "PIFA_OFFLINE", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub offline: bool,
    /// Language of messages and screens: zh-CN, zh-TW or en
    #[arg(long, global = true, value_name = "TAG", value_parser = lang_tag)]
    pub lang: Option<String>,
    /// Print one JSON document
    #[arg(long, global = true, env = "PIFA_JSON", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub json: bool,
    /// Draw with ASCII marks only
    #[arg(long, global = true, env = "PIFA_ASCII", action = ArgAction::SetTrue, value_parser = FalseyValueParser::new())]
    pub ascii: bool,
    /// Log more (twice: everything) to the profile's logs
    #[arg(short, long, global = true, env = "PIFA_VERBOSE", action = ArgAction::Count)]
    pub verbose: u8,
}

/// The verbs.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Verb {
    /// Run a marketplace of its own on loopback, or read its books
    Sandbox(SandboxArgs),
    /// Fill or refresh the catalog, addresses, groups and orders
    Sync(SyncArgs),
    /// Search the cached offers
    #[command(after_long_help = super::grammar::if_asked())]
    Search(SearchArgs),
    /// Search the cached suppliers
    Suppliers(SuppliersArgs),
    /// Show one offer with its tiers and SKUs
    Show(ShowArgs),
    /// Compare offers at one quantity
    Compare(CompareArgs),
    /// What could be bought in an offer's or a cart line's place (平替)
    Substitutes(super::substitute_args::SubstitutesArgs),
    /// The cart and its verdict
    Cart {
        /// What to do with it.
        #[command(subcommand)]
        verb: CartVerb,
    },
    /// Place, pay, follow and cancel orders
    Order {
        /// What to do with them.
        #[command(subcommand)]
        verb: OrderVerb,
    },
    /// Group-buys
    Group {
        /// What to do with them.
        #[command(subcommand)]
        verb: GroupVerb,
    },
    /// What is cheaper for a while: group-buys, flash and discount deals
    Deals(DealsArgs),
    /// Put every line of past orders into the cart again, and show what changed since
    Reorder(ReorderArgs),
    /// Buying lists: the cart under a name, scaled by sets, due every so many days
    List {
        /// What to do with them.
        #[command(subcommand)]
        verb: ListVerb,
    },
    /// Delivery addresses
    Address {
        /// What to do with them.
        #[command(subcommand)]
        verb: AddressVerb,
    },
    /// The local cache of listings
    Catalog {
        /// What to do with it.
        #[command(subcommand)]
        verb: CatalogVerb,
    },
    /// Check this installation, its data and its market
    Doctor,
    /// Keep in sight, tag, note or block an offer or a supplier
    Mark(MarkArgs),
    /// Codes of your own and suppliers' item numbers, for lists and quick entry
    Code {
        /// What to do with them.
        #[command(subcommand)]
        verb: CodeVerb,
    },
    /// Be told when a price falls or rises
    Watch {
        /// What to do with them.
        #[command(subcommand)]
        verb: WatchVerb,
    },
}

/// `pifa sync`
#[derive(Debug, ClapArgs)]
pub struct SyncArgs {
    /// Everything again, not only what changed
    #[arg(long, conflicts_with = "supplier")]
    pub full: bool,
    /// Only this supplier's offers
    #[arg(long, value_name = "ID")]
    pub supplier: Option<String>,
    /// At most this many offers
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..), allow_negative_numbers = true)]
    pub limit: Option<u64>,
    /// Also read again what was read longer ago than this, for example 7d
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub older: Option<Duration>,
}

/// `pifa search`
#[derive(Debug, ClapArgs)]
pub struct SearchArgs {
    /// Words, each must occur, and conditions such as 'price<8' or belt:义乌, each with - in front for not; --help lists them all. In quotes, or after --
    #[arg(num_args = 0.., value_name = "QUERY")]
    pub query: Vec<String>,
    /// Price everything at this quantity
    #[arg(long, value_name = "N", value_parser = quantity, allow_negative_numbers = true)]
    pub qty: Option<Quantity>,
    /// rank (the default), price, landed, sold, repeat or age
    #[arg(long, value_parser = sort)]
    pub sort: Option<Sort>,
    /// At most this many rows
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000), allow_negative_numbers = true)]
    pub limit: u32,
    /// Saved searches.
    #[command(flatten)]
    pub saved: SavedArgs,
}

/// `pifa suppliers`
#[derive(Debug, ClapArgs)]
pub struct SuppliersArgs {
    /// Words of a name, a belt, an id, or of your notes and tags, by pinyin too; also belt:X, city:X, identity:X,
    /// years>=5, pickup48>=95%, repeat>=30%, fav, bought, blocked, tag:X, note:X; others ask for an offer like that
    #[arg(num_args = 0.., value_name = "QUERY")]
    pub query: Vec<String>,
    /// Only those met since the last look (without words, this is a look)
    #[arg(long, conflicts_with = "show")]
    pub new: bool,
    /// One supplier in full
    #[arg(long, value_name = "ID", conflicts_with = "query")]
    pub show: Option<String>,
    /// Their least prices at this quantity: of each offer the middle one of its SKUs, in the unit most are counted in
    #[arg(long, value_name = "N", value_parser = quantity, allow_negative_numbers = true)]
    pub qty: Option<Quantity>,
    /// At most this many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000), allow_negative_numbers = true)]
    pub limit: u32,
}

/// `pifa show`
#[derive(Debug, ClapArgs)]
pub struct ShowArgs {
    /// Offer id, L:<source>:<item> of an imported one, or a link or share text of it
    #[arg(value_name = "OFFER", value_parser = offer, allow_negative_numbers = true)]
    pub offer: OfferKey,
    /// Price it at this quantity
    #[arg(long, value_name = "N", value_parser = quantity, allow_negative_numbers = true)]
    pub qty: Option<Quantity>,
    /// What it cost before, as we read it
    #[arg(long)]
    pub history: bool,
}

/// `pifa compare`
#[derive(Debug, ClapArgs)]
pub struct CompareArgs {
    /// Offers, each with a SKU if one is meant; links and share texts too
    #[arg(required = true, value_name = "OFFER[:SPEC]", value_parser = offer_spec)]
    pub offers: Vec<OfferSpec>,
    /// Quantity to compare at
    #[arg(long, value_name = "N", value_parser = quantity, allow_negative_numbers = true)]
    pub qty: Quantity,
    /// Also write it to a file, .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

/// `pifa cart`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum CartVerb {
    /// Lines, totals and mix rules by supplier
    List,
    /// Add units of an offer; rules may be broken, `check` names them
    Add {
        /// Offer, with a SKU if it has several
        #[arg(value_name = "OFFER[:SPEC]", value_parser = offer_spec, allow_negative_numbers = true)]
        offer: OfferSpec,
        /// Units
        #[arg(value_name = "QTY", value_parser = quantity, allow_negative_numbers = true)]
        quantity: Quantity,
    },
    /// Set or change the units of lines, as one step of undo; of none where one of them cannot be
    #[command(after_help = CHANGES)]
    Set {
        /// Line ids: 4, or 4,7,9-12, or `all`
        #[arg(value_name = "LINE", value_parser = lines, allow_negative_numbers = true)]
        lines: Lines,
        /// Units, or a change: 300 +12 -12 +20% '*1.2 ceil' =moq '>'
        #[arg(value_name = "QTY", value_parser = change, allow_hyphen_values = true)]
        change: Expr,
    },
    /// Take a line out
    Rm {
        /// Line id
        #[arg(value_parser = line_id, allow_negative_numbers = true)]
        line: i64,
    },
    /// Name every broken rule with its shortfall (exit 4 when there is one)
    Check,
    /// Write the cart as canonical text: to be read, changed, and applied
    Plan,
    /// Make the cart what a plan says; refused when the cart, or a price in it, changed since (exit 6)
    Apply {
        /// The plan
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// The cheapest changes that make it legal: quantities raised, minimums filled with what the supplier sells
    Fix {
        /// Make them (one undo takes all back)
        #[arg(long)]
        apply: bool,
        /// Only raise what is in the cart
        #[arg(long)]
        no_new_goods: bool,
    },
    /// Take the last change back
    Undo,
    /// Make the last undone change again
    Redo,
    /// Take every line out
    Clear,
    /// Put a list into the cart: good rows go in once, every bad one is told by line
    Import(CartImportArgs),
    /// Write the cart to a file, .xlsx or .csv
    Export {
        /// The file
        file: PathBuf,
    },
}

/// `pifa order`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum OrderVerb {
    /// Settle the outbox, then send the cart: one order a supplier, each exactly once
    Submit {
        /// Accept goods that rose by this many percent since last shown
        #[arg(long, value_name = "PCT", value_parser = percent, allow_negative_numbers = true)]
        accept_drift: Option<Decimal>,
        /// Send nothing whose freight is over this
        #[arg(long, value_name = "YUAN", value_parser = yuan, allow_negative_numbers = true)]
        max_freight: Option<Money>,
        /// Send suppliers without problems even if others have some
        #[arg(long)]
        partial: bool,
        /// Show what would be sent, with the market's figures, and send nothing
        #[arg(long)]
        dry_run: bool,
        /// With --market hand: write the order sheets into this folder
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
    /// With --market hand: what the supplier calls an order that was handed over
    Number {
        /// Our own number of it
        id: String,
        /// The supplier's or the market's order number
        number: String,
    },
    /// All orders known here
    List,
    /// One order
    Show {
        /// Order id, or our own number of it
        id: String,
    },
    /// Read it again and print the link to pay at; a changed total has to be accepted first (exit 6)
    Pay {
        /// Order id, or our own number of it
        id: String,
        /// The total agreed to, where it changed
        #[arg(long, value_name = "TOTAL", value_parser = yuan, allow_negative_numbers = true)]
        accept: Option<Money>,
    },
    /// Confirm that its goods were received: the seller gets the money
    Receive {
        /// Order id, or our own number of it
        id: String,
    },
    /// Where its goods are, as the market and the carrier tell
    Track {
        /// Order id, or our own number of it
        id: String,
    },
    /// Cancel an unpaid order, or take back one that was not sent
    Cancel {
        /// Order id, or our own number of it
        id: String,
    },
    /// What has not left yet, or whose outcome is unknown
    Outbox,
    /// Write all orders to a file, .xlsx or .csv, a line of them a row
    Export {
        /// The file
        file: PathBuf,
    },
}

/// `pifa group`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum GroupVerb {
    /// Open group-buys and ours
    List,
    /// One group-buy
    Show {
        /// Group id
        id: String,
    },
    /// Reserve a quantity
    Join {
        /// Group id, with a SKU if its offer has several
        #[arg(value_name = "GROUP[:SPEC]")]
        id: String,
        /// Units
        #[arg(value_name = "QTY", value_parser = quantity, allow_negative_numbers = true)]
        quantity: Quantity,
    },
    /// Take our joins back
    Leave {
        /// Group id
        id: String,
    },
}

/// `pifa deals`
#[derive(Debug, ClapArgs)]
pub struct DealsArgs {
    /// Only these (default: all the market has)
    #[arg(long, value_enum)]
    pub kind: Option<DealKindArg>,
}

/// `--kind`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DealKindArg {
    /// Cheaper the more buyers join.
    Group,
    /// On the hour, for an hour.
    Flash,
    /// For days.
    Discount,
}

/// `pifa reorder`
#[derive(Debug, ClapArgs)]
pub struct ReorderArgs {
    /// Order ids, or our own numbers of them
    #[arg(required_unless_present = "from", value_name = "ORDER")]
    pub orders: Vec<String>,
    /// Take the lines of an order history (CSV or XLSX) instead: its columns are known by their names
    #[arg(long, value_name = "FILE", conflicts_with = "orders")]
    pub from: Option<PathBuf>,
    /// Order so many times as much, rounded up
    #[arg(long, value_name = "X", value_parser = scale, allow_negative_numbers = true)]
    pub scale: Option<Decimal>,
    /// Show what changed and what it would cost; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Stop when a unit costs by more than so many percent more than it did
    #[arg(long, value_name = "PCT", value_parser = percent, allow_negative_numbers = true)]
    pub accept: Option<Decimal>,
    /// Order as many as today's minimums and lots ask for, and no more than there is
    #[arg(long)]
    pub raise: bool,
    /// Order what can be had when some of it cannot
    #[arg(long)]
    pub skip_missing: bool,
    /// Place the orders: one a supplier, more where it has more lines than an order takes
    #[arg(long, conflicts_with = "dry_run")]
    pub submit: bool,
    /// With --submit: the most that freight of an order may be
    #[arg(long, value_name = "YUAN", value_parser = yuan, requires = "submit", allow_negative_numbers = true)]
    pub max_freight: Option<Money>,
}

/// `pifa address`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum AddressVerb {
    /// The account's addresses, the one orders go to first
    List,
    /// Send orders there
    Use {
        /// Address id
        id: String,
    },
}

/// `pifa catalog`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum CatalogVerb {
    /// Import listings from a JSONL or CSV file
    Import {
        /// JSONL, CSV or XLSX; - reads standard input
        file: PathBuf,
    },
    /// Lists of badges (宝藏工厂, 产地王牌, TOP100), found by identity:NAME
    Badges {
        /// What to do with them.
        #[command(subcommand)]
        verb: BadgesVerb,
    },
    /// Pack listings into one file for a colleague
    Pack(PackArgs),
    /// Take over what a colleague packed
    Unpack(UnpackArgs),
    /// Counts and ages
    Stats,
    /// Print every listing, one a line as JSON, by id
    Dump {
        /// Also when each was read
        #[arg(long)]
        ages: bool,
    },
    /// Throw the search index away and build it again from the listings
    RebuildIndex,
    /// Forget all listings (carts and orders keep their own)
    Clear,
}

/// `pifa catalog badges`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum BadgesVerb {
    /// Take in a list: a supplier (id or company name) and a badge a line
    Import {
        /// The file
        file: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
