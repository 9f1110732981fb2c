//! Filling and refreshing the catalog: through the bulk export where the market has one ([`changes`]), else by
//! keyword and category paging with bounded, polite detail calls ([`walk`]).

mod changes;
mod pace;
mod queue;
mod tree;
mod walk;

use std::sync::Mutex;
use std::time::Duration;

use serde::Serialize;

use super::{Desk, DeskError, FILLED, FREIGHT_ZONES, off_thread};
use crate::domain::id::SupplierId;
use crate::domain::watch::WatchNews;
use crate::market::{Capabilities, Marketplace};

pub use pace::Estimate;
pub(super) use queue::Queue;

/// Offers read before all others into an empty catalog: some screens full.
const BEST: u32 = 120;

/// What to sync.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncOptions {
    /// Everything again, not only what changed; a full pass that was cut off is gone on with.
    pub full: bool,
    /// Only this supplier's offers.
    pub supplier: Option<SupplierId>,
    /// At most this many offers.
    pub limit: Option<usize>,
    /// Also read again what was read longer ago than this.
    pub older: Option<Duration>,
    /// On a plain gateway: what to look for before the categories.
    pub keywords: Vec<String>,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncProgress {
    /// Offers read.
    pub done: u64,
    /// Offers to read, where the market says.
    pub total: Option<u64>,
    /// Offers of one category that were read before all others into an empty catalog: from the first figure with some
    /// on, a search finds something.
    pub best: u64,
    /// Offers a second over the last seconds; `None` while it is too early to tell.
    pub rate: Option<u64>,
    /// Time left at that rate.
    pub left: Option<Duration>,
    /// What the wish costs, told once before it begins on a market that counts calls.
    pub estimate: Option<Estimate>,
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SyncReport {
    /// Offers read.
    pub fetched: u64,
    /// New or changed ones.
    pub changed: u64,
    /// Ones no longer on sale.
    pub gone: u64,
    /// Where the next sync goes on; `None` on a market without bulk export.
    pub cursor: Option<String>,
    /// Whether everything the market would show has been read.
    pub complete: bool,
    /// Offers the market says it has.
    pub market_total: Option<u64>,
    /// Offers on sale the catalog holds now, imported ones too.
    pub held: u64,
    /// Price watches that crossed a line with it.
    pub watches: Vec<WatchNews>,
    /// What the wish was reckoned to cost; `None` on a market with bulk export.
    pub estimate: Option<Estimate>,
}

/// Who hears how far a sync is.
struct Report<'a> {
    desk: &'a Desk,
    told: &'a (dyn Fn(SyncProgress) + Send + Sync),
    pace: Mutex<pace::Pace>,
    best: u64,
}

impl Report<'_> {
    fn moved(&self, done: u64, total: Option<u64>) {
        let mut pace = self.pace.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let rate = pace.rate(self.desk.now(), done);
        drop(pace);
        let left = total.and_then(|total| pace::left(total.saturating_sub(done), rate));
        (self.told)(SyncProgress { done, total, best: self.best, rate, left, estimate: None });
    }
}

impl Desk {
    /// Fills or refreshes the catalog, addresses, groups and orders. Resumable: what was read stays.
    pub async fn sync(
        &self,
        options: &SyncOptions,
        progress: impl Fn(SyncProgress) + Send + Sync,
    ) -> Result<SyncReport, DeskError> {
        let gateway = self.gateway()?;
        let capabilities = self.capabilities().await?;
        self.keep_zones(&capabilities)?;
        let first = self.never_filled()?;
        let best = if capabilities.best && first && options.supplier.is_none() {
            self.take_best(&capabilities, &progress).await?
        } else {
            0
        };
        let addresses = gateway.addresses().await?;
        self.parts.catalog.set_addresses(&addresses)?;
        let estimate = self.estimate(options, &capabilities)?;
        if estimate.is_some() {
            progress(SyncProgress { best, estimate, ..SyncProgress::default() });
        }
        let told = Report { desk: self, told: &progress, pace: Mutex::default(), best };
        let mut queue = Queue::new();
        let mut report = match &options.supplier {
            Some(supplier) => self.sync_shop(supplier, options, &mut queue, &told).await?,
            None if capabilities.offer_changes => {
                let report = self.sync_changes(options, &told).await?;
                // The tree comes after the goods: an empty screen waits for those.
                self.keep_tree(&mut queue, tree::CALLS).await?;
                report
            }
            None => {
                let report = self.sync_walk(options, &mut queue, &told).await?;
                self.keep_tree(&mut queue, tree::COUNTED_CALLS).await?;
                report
            }
        };
        if options.older.is_some() {
            self.sync_older(options, &mut queue, &mut report, &told).await?;
        }
        // Only what the buyer looks at is kept fresh: a sandbox's groups begin to move when they are first looked at.
        if capabilities.groups && self.groups()?.1.is_some() {
            self.refresh_groups().await?;
        }
        self.refresh_orders().await?;
        if first || options.full {
            // What is older than the list goes back by itself does not change any more: once is enough.
            self.read_orders(true).await?;
        }
        if options.supplier.is_none() {
            self.keep_offered(&report, capabilities.offer_changes)?;
        }
        self.parts.catalog.set_meta(FILLED, &self.now().to_string())?;
        let catalog = self.parts.catalog.clone();
        report.held = off_thread(move || {
            catalog.settle_soon()?;
            catalog.stats()
        })
        .await??
        .offers;
        report.estimate = estimate;
        report.watches = self.look_at_watches()?;
        Ok(report)
    }

    /// What a wish costs where calls are counted; `None` where everything comes by the thousand.
    fn estimate(
        &self,
        options: &SyncOptions,
        capabilities: &Capabilities,
    ) -> Result<Option<Estimate>, DeskError> {
        let calls = match (&options.supplier, capabilities.offer_changes) {
            (Some(_), true) => return Ok(None),
            (Some(_), false) => self.shop_calls(options)?,
            (None, false) => self.walk_calls(options)?,
            (None, true) if options.older.is_some() => self.older_calls(options)?,
            (None, true) => return Ok(None),
        };
        Ok(Some(Estimate::of(calls)))
    }

    fn keep_zones(&self, capabilities: &Capabilities) -> Result<(), DeskError> {
        if !capabilities.freight_zones.is_empty() {
            let json = serde_json::to_string(&capabilities.freight_zones).unwrap_or_default();
            self.parts.catalog.set_meta(FREIGHT_ZONES, &json)?;
        }
        Ok(())
    }

    /// The best of one category into an empty catalog, so that a screen has something to show at once.
    async fn take_best(
        &self,
        capabilities: &Capabilities,
        progress: &(impl Fn(SyncProgress) + Send + Sync),
    ) -> Result<u64, DeskError> {
        if self.parts.catalog.stats()?.offers > 0 {
            return Ok(0);
        }
        let found = match self.gateway()?.best(BEST).await {
            Ok(found) => found,
            // It only saves waiting: everything is read anyway.
            Err(error) if capabilities.offer_changes && !error.is_passing() => {
                tracing::warn!(%error, "the best of a category could not be read first");
                return Ok(0);
            }
            Err(error) => return Err(error.into()),
        };
        let best = found.offers.len() as u64;
        let catalog = self.parts.catalog.clone();
        off_thread(move || catalog.upsert(&found.offers, &found.suppliers)).await??;
        progress(SyncProgress { best, ..SyncProgress::default() });
        Ok(best)
    }
}
