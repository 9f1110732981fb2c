//! A desk without a market, for benches that measure what happens at it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pifa::domain::cart::Rules;
use pifa::domain::id::{MarketId, OutOrderId};
use pifa::procure::{Catalog, Desk, DeskParts, History, Ledger, steady};

/// The market it would buy from.
pub fn market() -> MarketId {
    MarketId::new("1234567/b2b-1")
}

/// Over a catalog, all else in a folder; its clock stands still.
pub fn desk(folder: &Path, catalog: &Path) -> Desk {
    Desk::new(DeskParts {
        catalog: Catalog::open(catalog).expect("the catalog opens"),
        ledger: Ledger::open(&folder.join("ledger.db")).expect("the ledger opens"),
        market_id: market(),
        gateway: None,
        sandbox: true,
        history: History::at(&folder.join("history.db")),
        searches: folder.join("searches"),
        lease: folder.join("lease"),
        rules: Rules::default(),
        quiet: Duration::ZERO,
        clock: Arc::new(|| Timestamp::UNIX_EPOCH),
        steady: steady(),
        numbers: Arc::new(|| OutOrderId::new("n")),
    })
}
