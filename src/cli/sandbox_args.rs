//! The sandbox's own command line: the world it is made of, how it behaves, and what is done to one that runs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::values::{forward, share, speed};

/// `pifa sandbox`
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub struct SandboxArgs {
    /// Read its books instead
    #[command(subcommand)]
    pub verb: Option<SandboxVerb>,
    /// Loopback address to listen on
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Offers of its world
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=5_000_000))]
    pub offers: u64,
    /// Suppliers of its world (default: offers x 3/40)
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=5_000_000))]
    pub suppliers: Option<u64>,
    /// What its world is generated from
    #[arg(long, default_value_t = 1688)]
    pub seed: u64,
    /// Its time at the start, RFC 3339
    #[arg(long, value_name = "RFC3339")]
    pub now: Option<Timestamp>,
    /// Its seconds per real second; 0 freezes its clock
    #[arg(long, default_value = "1", value_parser = speed, allow_negative_numbers = true)]
    pub speed: Decimal,
    /// What a create with a number already used does
    #[arg(long, value_enum, default_value_t = IdempotencyArg::Off)]
    pub idempotency: IdempotencyArg,
    /// Documented calls only, five a second
    #[arg(long)]
    pub plain: bool,
    /// Mix in the gateway's documented oddities
    #[arg(long, value_name = "SEED")]
    pub awkward: Option<u64>,
    /// What breaks a lot
    #[arg(long, value_enum, default_value_t = LotRuleArg::Refuse)]
    pub lot_rule: LotRuleArg,
    /// How many of a hundred unpaid orders the sellers change the price of
    #[arg(long, default_value_t = 0, value_name = "PCT", value_parser = clap::value_parser!(u32).range(0..=100), allow_negative_numbers = true)]
    pub reprice: u32,
    /// Serve these listings (JSONL) instead of a generated world
    #[arg(long, value_name = "FILE")]
    pub catalog: Option<PathBuf>,
    /// Give its buyer six months of orders (generated worlds of 2,000 offers or more; a new state only)
    #[arg(long, conflicts_with = "catalog")]
    pub history: bool,
    /// Keep its books and credentials here (default: a temporary folder)
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// `pifa sandbox ...`
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum SandboxVerb {
    /// Dump orders and joins from the market's own books
    Ledger {
        /// A running sandbox (with PIFA_APP_KEY, PIFA_APP_SECRET, PIFA_ACCESS_TOKEN); default: the profile's own
        #[arg(long, value_name = "ORIGIN")]
        url: Option<String>,
        /// Seeded history too
        #[arg(long)]
        all: bool,
    },
    /// Pay an order there without a browser; no money moves
    Pay {
        /// Order id
        #[arg(value_name = "ORDER", allow_negative_numbers = true)]
        id: String,
        /// A running sandbox (with PIFA_APP_KEY, PIFA_APP_SECRET, PIFA_ACCESS_TOKEN); default: the profile's own
        #[arg(long, value_name = "ORIGIN")]
        url: Option<String>,
    },
    /// Make its offers change: most their price, some stock, minimum or title; some go, some come back
    #[command(group = clap::ArgGroup::new("much").required(true).args(["percent", "count"]))]
    Churn {
        /// So many of a hundred of its offers
        #[arg(long, value_name = "P", value_parser = share)]
        percent: Option<Decimal>,
        /// Exactly so many offers
        #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
        count: Option<u64>,
        /// A running sandbox (with PIFA_APP_KEY, PIFA_APP_SECRET, PIFA_ACCESS_TOKEN); default: the profile's own
        #[arg(long, value_name = "ORIGIN")]
        url: Option<String>,
        /// The same seed changes the same offers (default: others each time)
        #[arg(long, value_parser = clap::value_parser!(u64).range(..=i64::MAX as u64))]
        seed: Option<u64>,
    },
    /// Set its clock forward, for example +1h or +10d
    Clock {
        /// How far: a number with s, m, h, d or w; at most 60 days
        #[arg(value_name = "+TIME", value_parser = forward, allow_hyphen_values = true)]
        by: Duration,
        /// A running sandbox (with PIFA_APP_KEY, PIFA_APP_SECRET, PIFA_ACCESS_TOKEN); default: the profile's own
        #[arg(long, value_name = "ORIGIN")]
        url: Option<String>,
    },
}

/// `--idempotency`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum IdempotencyArg {
    /// Two orders, as the gateway documents nothing better.
    Off,
    /// The first order again.
    OutOrderId,
}

/// `--lot-rule`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LotRuleArg {
    /// Refused.
    Refuse,
    /// Sold anyway.
    Accept,
}
