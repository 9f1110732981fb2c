//! The workflows that both the command line and the screens call.
//!
//! A [`Desk`] is one buyer at one market: the local catalog, the ledger, and, unless offline, a
//! connection. Methods that are plain functions read and write the data folder only; `async` ones talk to
//! the market.

mod badges;
mod cart;
mod clock;
mod deals;
pub mod entry;
mod error;
mod fill;
mod find;
mod fix;
mod groups;
mod hand;
mod lease;
pub mod list_rows;
pub mod lists;
mod lookup;
mod marks;
mod objection;
mod orders;
mod outbox;
pub mod pack;
mod past;
mod pay;
mod quiet;
mod reorder;
pub mod saved;
mod submit;
mod substitute;
mod suppliers;
mod sync;
mod upkeep;
mod watch;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

pub use crate::catalog::history::{History, Look};
pub use crate::catalog::import::{BadRow, ImportError, ImportReport};
pub use crate::catalog::{Catalog, CatalogError, IndexProgress, Migrating, Opened, Stats, is_expected_panic};
pub use crate::ledger::{Ledger, LedgerError, Policy, private_file, private_folder};
pub use crate::market::gateway::{Credentials, Gateway, GatewayOptions};
pub use crate::market::{Capabilities, MarketError, Marketplace};
pub use badges::BadgeReport;
pub use cart::CartView;
pub use error::DeskError;
pub use hand::{HAND_MARKET, HandOver};
pub use quiet::{Steady, steady};
pub use submit::{Blocked, SubmitOptions, SubmitReport};
pub use sync::{Estimate, SyncOptions, SyncProgress, SyncReport};

use crate::domain::cart::Rules;
use crate::domain::freight::Destination;
use crate::domain::id::{MarketId, OfferKey, OutOrderId, SupplierId};
use crate::domain::offer::Offer;
use crate::domain::order::Address;
use crate::domain::proposal::MESSAGE_CHARS;
use crate::domain::search::{SearchPage, SearchRequest};
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;

/// Where the time comes from: injected, so that tests and the sandbox's moved clock are possible.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
/// Where unique numbers come from: a UUIDv7 each.
pub type Numbers = Arc<dyn Fn() -> OutOrderId + Send + Sync>;

/// What a desk is made of.
pub struct DeskParts {
    /// The market's cache.
    pub catalog: Catalog,
    /// The profile's ledger.
    pub ledger: Ledger,
    /// Which account on which market.
    pub market_id: MarketId,
    /// The connection; `None` = offline.
    pub gateway: Option<Gateway>,
    /// Whether the market is the profile's own sandbox.
    pub sandbox: bool,
    /// Prices over time, looks and watches.
    pub history: History,
    /// Folder of the saved searches.
    pub searches: PathBuf,
    /// File whose lock is the sender's lease.
    pub lease: PathBuf,
    /// Settings of the gateway that the rules depend on.
    pub rules: Rules,
    /// Time between two empty look-ups that together mean "not placed".
    pub quiet: Duration,
    /// The clock.
    pub clock: Clock,
    /// What quiet times are measured with.
    pub steady: Steady,
    /// Unique numbers.
    pub numbers: Numbers,
}

/// One buyer at one market.
#[derive(Clone)]
pub struct Desk {
    parts: Arc<DeskParts>,
    line: Arc<clock::Line>,
    marks: Arc<marks::KeptMarks>,
    badges: Arc<badges::KeptBadges>,
    looks: Arc<quiet::Looks>,
    lines: Arc<cart::KeptLines>,
}

impl Desk {
    /// Sits down.
    pub fn new(parts: DeskParts) -> Desk {
        let line = Arc::new(clock::Line::of(&parts.catalog));
        parts.catalog.keep_history(parts.history.clone(), parts.market_id.clone());
        let (marks, badges, looks, lines) = (Arc::default(), Arc::default(), Arc::default(), Arc::default());
        Desk { parts: Arc::new(parts), line, marks, badges, looks, lines }
    }

    /// Which account on which market.
    pub fn market_id(&self) -> &MarketId {
        &self.parts.market_id
    }

    /// Whether there is a connection to use, and it is not switched off.
    pub fn is_online(&self) -> bool {
        self.parts.gateway.as_ref().is_some_and(|gateway| !gateway.is_off())
    }

    /// Where the market's own pages are (`/offer/<id>.html`, `/chat/<seller>`), for a sandbox on this machine; `None`
    /// for the real marketplace, whose addresses are known.
    pub fn web_origin(&self) -> Option<String> {
        self.parts.gateway.as_ref()?.web_origin().map(str::to_owned)
    }

    /// Words that will go with the next order to each supplier.
    pub fn messages(&self) -> Result<HashMap<SupplierId, Clean>, DeskError> {
        Ok(self.parts.ledger.messages(&self.parts.market_id)?)
    }

    /// Sets or removes the words to a supplier; at most [`MESSAGE_CHARS`] characters of them are kept.
    pub fn set_message(&self, supplier: &SupplierId, words: Option<&Clean>) -> Result<(), DeskError> {
        let words = words.map(|words| Clean::capped(words.as_str(), MESSAGE_CHARS));
        Ok(self.parts.ledger.set_message(&self.parts.market_id, supplier, words.as_ref())?)
    }

    /// Whether the market is the profile's own sandbox: no real money.
    pub fn is_sandbox(&self) -> bool {
        self.parts.sandbox
    }

    /// The desk's clock.
    pub fn now(&self) -> Timestamp {
        (self.parts.clock)()
    }

    /// The moment of a reading, as exact as the catalog keeps it: read back it is the same.
    fn read_at(&self) -> Timestamp {
        let now = self.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    /// Searches the local catalog, obeying the buyer's marks.
    pub fn search(&self, request: &SearchRequest) -> Result<SearchPage, DeskError> {
        let request = SearchRequest { now: request.now.or_else(|| Some(self.now())), ..request.clone() };
        Ok(self.parts.catalog.search_marked(&request, &self.destination()?, &self.marks()?)?)
    }

    /// One cached listing.
    pub fn offer(&self, key: &OfferKey) -> Result<Option<Offer>, DeskError> {
        Ok(self.parts.catalog.offer(key)?)
    }

    /// Cached listings, in the order asked for.
    pub fn offers(&self, keys: &[OfferKey]) -> Result<Vec<Option<Offer>>, DeskError> {
        Ok(self.parts.catalog.offers(keys)?)
    }

    /// One cached supplier.
    pub fn supplier(&self, id: &SupplierId) -> Result<Option<Supplier>, DeskError> {
        Ok(self.parts.catalog.supplier(id)?)
    }

    /// Counts and ages of the catalog.
    pub fn stats(&self) -> Result<Stats, DeskError> {
        Ok(self.parts.catalog.stats()?)
    }

    /// Every listing of the catalog in the order of their keys; `each` may stop it.
    pub fn dump<E>(&self, each: &mut dyn FnMut(&Offer) -> Result<(), E>) -> Result<Result<(), E>, DeskError> {
        Ok(self.parts.catalog.each_offer(each)?)
    }

    /// Imports a file of listings, JSONL, CSV or XLSX: good rows go in, every bad one is named.
    pub fn import(&self, path: &Path) -> Result<ImportReport, ImportError> {
        self.parts.catalog.import(path, self.now(), self.is_by_hand())
    }

    /// Whether no sync has ever come to its end here.
    pub fn never_filled(&self) -> Result<bool, DeskError> {
        Ok(self.parts.catalog.meta(FILLED)?.is_none())
    }

    /// Looks at every row of the catalog; how many offers. See [`Catalog::examine`].
    pub fn examine_catalog(&self) -> Result<usize, DeskError> {
        Ok(self.parts.catalog.examine()?)
    }

    /// Empties the catalog; the ledger keeps everything of worth.
    pub fn clear_catalog(&self) -> Result<(), DeskError> {
        Ok(self.parts.catalog.clear()?)
    }

    /// How many cart lines and open actions belong to other markets.
    pub fn others(&self) -> Result<(u64, u64), DeskError> {
        Ok(self.parts.ledger.others(&self.parts.market_id)?)
    }

    /// Cached delivery addresses, the chosen one first.
    pub fn addresses(&self) -> Result<Vec<Address>, DeskError> {
        let mut all = self.parts.catalog.addresses()?;
        let chosen = self.parts.ledger.meta(&self.address_key())?;
        all.sort_by_key(|address| (Some(&address.id) != chosen.as_ref(), !address.is_default));
        Ok(all)
    }

    /// Makes this address the one orders go to.
    pub fn use_address(&self, id: &str) -> Result<Address, DeskError> {
        let address = self
            .parts
            .catalog
            .addresses()?
            .into_iter()
            .find(|address| address.id == id)
            .ok_or_else(|| DeskError::NoAddress(id.to_owned()))?;
        self.parts.ledger.set_meta(&self.address_key(), id)?;
        Ok(address)
    }

    /// Where goods go: the chosen address, else the account's default, else the first.
    pub fn address(&self) -> Result<Option<Address>, DeskError> {
        Ok(self.addresses()?.into_iter().next())
    }

    /// District and freight zone of that address.
    pub fn destination(&self) -> Result<Destination, DeskError> {
        let Some(address) = self.address()? else { return Ok(Destination::default()) };
        let zones = self.parts.catalog.meta(FREIGHT_ZONES)?;
        let zones: Vec<Vec<String>> =
            zones.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        let zone =
            Capabilities { freight_zones: zones, ..Capabilities::default() }.zone_of(&address.district_code);
        Ok(Destination { district: Some(address.district_code), zone })
    }

    /// How many addresses the account has; proves the token.
    pub async fn market_addresses(&self) -> Result<usize, DeskError> {
        Ok(self.gateway()?.addresses().await?.len())
    }

    /// The market's own books, where it shows them (a sandbox).
    pub async fn market_ledger(&self, all: bool) -> Result<serde_json::Value, DeskError> {
        Ok(self.gateway()?.ledger_dump(all).await?)
    }

    fn address_key(&self) -> String {
        format!("address:{}", self.parts.market_id)
    }

    fn gateway(&self) -> Result<&Gateway, DeskError> {
        self.connection().map_err(|_| DeskError::Offline)
    }

    /// The connection, for work that goes on another day without one.
    fn connection(&self) -> Result<&Gateway, MarketError> {
        let there = self.parts.gateway.as_ref().filter(|gateway| !gateway.is_off());
        there.ok_or_else(|| MarketError::Unreachable(Clean::new("offline")))
    }

    fn fresh_number(&self) -> OutOrderId {
        (self.parts.numbers)()
    }
}

/// How long keeping the session waits while another process writes the ledger. The end of the program waits a moment
/// longer than this for it: nearly always it is done in milliseconds, a lock of some seconds is waited out, and one of
/// many loses where the buyer was rather than hold up whoever wants to leave.
pub const SESSION_PATIENCE: Duration = Duration::from_secs(4);

/// Catalog note: the market's freight zones as JSON.
const FREIGHT_ZONES: &str = "freight_zones";
/// Catalog note: that a sync came to its end.
const FILLED: &str = "filled";
/// Catalog note: where the bulk export goes on.
const CURSOR: &str = "cursor";

/// Runs blocking work of the stores off the async workers.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DeskError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| DeskError::Worker(error.to_string()))
}
