//! Filling and refreshing the catalog: through the bulk export where the market has one, else by keyword
//! and category paging with bounded, polite detail calls.

use serde::{Deserialize, Serialize};

use super::{CURSOR, Desk, DeskError, FILLED, FREIGHT_ZONES, off_thread};
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::offer::Offer;
use crate::domain::watch::WatchNews;
use crate::market::{Capabilities, Category, Changes, KeywordQuery, MarketError, Marketplace};

/// Offers in one page of the bulk export.
const BULK_PAGE: u32 = 1000;
/// Offers read before all others into an empty catalog: some screens full.
const BEST: u32 = 120;
/// Rows in one page of a keyword search (GATEWAY.md 1.4: at most 50).
const ROW_PAGE: u32 = 50;
/// Rows reachable for one keyword (GATEWAY.md 1.4).
const REACHABLE: u32 = 2000;
/// Without a limit, one sync of a plain gateway reads this many rows and details; the next goes on.
const POLITE_ROWS: usize = 1000;
const POLITE_DETAILS: usize = 100;
/// Catalog note: how far the walk over categories got.
const WALK: &str = "walk";

/// What to sync.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncOptions {
    /// Everything again, not only what changed.
    pub full: bool,
    /// Only this supplier's offers.
    pub supplier: Option<SupplierId>,
    /// At most this many offers.
    pub limit: Option<usize>,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncProgress {
    /// Offers read.
    pub done: u64,
    /// Offers to read, where the market says.
    pub total: Option<u64>,
    /// Offers of one category that were read before all others into an empty catalog: from the first figure with some
    /// on, a search finds something.
    pub best: u64,
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
    /// Price watches that crossed a line with it.
    pub watches: Vec<WatchNews>,
}

/// The walk over a plain gateway's categories, kept between runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Walk {
    /// Categories still to visit.
    open: Vec<(i64, String)>,
    /// Next page of the first of them.
    page: u32,
    /// Whether the tree was read.
    started: bool,
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
        let progress = |at: SyncProgress| progress(SyncProgress { best, ..at });
        let addresses = gateway.addresses().await?;
        self.parts.catalog.set_addresses(&addresses)?;
        let mut report = match &options.supplier {
            Some(supplier) => self.sync_shop(supplier, options.limit, &progress).await?,
            None if capabilities.offer_changes => self.sync_changes(options, &progress).await?,
            None => self.sync_walk(options, &progress).await?,
        };
        // Only what the buyer looks at is kept fresh: a sandbox's groups begin to move when they are first looked at.
        if capabilities.groups && self.groups()?.1.is_some() {
            self.refresh_groups().await?;
        }
        self.refresh_orders().await?;
        if first || options.full {
            // What is older than the list goes back by itself does not change any more: once is enough.
            self.read_orders(true).await?;
        }
        self.parts.catalog.set_meta(FILLED, &self.now().to_string())?;
        report.watches = self.look_at_watches()?;
        Ok(report)
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
        progress(SyncProgress { done: 0, total: None, best });
        Ok(best)
    }

    async fn sync_changes(
        &self,
        options: &SyncOptions,
        progress: &(impl Fn(SyncProgress) + Send + Sync),
    ) -> Result<SyncReport, DeskError> {
        let gateway = self.gateway()?;
        let started = self.now();
        let kept = if options.full { None } else { self.parts.catalog.meta(CURSOR)? };
        let mut whole_pass = kept.is_none();
        let mut report = SyncReport { cursor: kept, ..SyncReport::default() };
        let limit = options.limit.unwrap_or(usize::MAX) as u64;
        let page = |cursor: &Option<String>, fetched: u64| {
            let size = u32::try_from(limit.saturating_sub(fetched)).unwrap_or(u32::MAX).clamp(1, BULK_PAGE);
            let cursor = cursor.clone().unwrap_or_default();
            async move { gateway.changes(&cursor, size).await }
        };
        let mut next = page(&report.cursor, 0).await?;
        loop {
            let Changes { offers, suppliers, cursor, complete, total, restarted } = next;
            whole_pass |= restarted;
            report.fetched += offers.len() as u64;
            report.market_total = Some(total);
            let again = !complete && report.fetched < limit;
            let catalog = self.parts.catalog.clone();
            let note = cursor.clone();
            // The cursor is kept after its page: a cut between the two reads a page twice, never skips one.
            let store = off_thread(move || {
                let stored = catalog.upsert(&offers, &suppliers)?;
                catalog.set_meta(CURSOR, &note)?;
                Ok::<_, crate::catalog::CatalogError>(stored)
            });
            report.cursor = Some(cursor);
            // The next page travels while this one is written.
            let (stored, following) = if again {
                let (stored, following) = tokio::join!(store, page(&report.cursor, report.fetched));
                (stored, Some(following))
            } else {
                (store.await, None)
            };
            let stored = stored??;
            report.changed += (stored.new + stored.changed) as u64;
            report.gone += stored.gone as u64;
            progress(SyncProgress { done: report.fetched, total: Some(total), best: 0 });
            match following {
                Some(following) => next = following?,
                None => {
                    report.complete = complete;
                    break;
                }
            }
        }
        if whole_pass && report.complete && options.full {
            let catalog = self.parts.catalog.clone();
            report.gone += off_thread(move || catalog.mark_unseen_gone(started)).await?? as u64;
        }
        Ok(report)
    }

    async fn sync_shop(
        &self,
        supplier: &SupplierId,
        limit: Option<usize>,
        progress: &(impl Fn(SyncProgress) + Send + Sync),
    ) -> Result<SyncReport, DeskError> {
        let gateway = self.gateway()?;
        let mut report = SyncReport::default();
        let most = limit.unwrap_or(REACHABLE as usize);
        let mut keys: Vec<OfferKey> = Vec::new();
        for number in 1..=REACHABLE / ROW_PAGE {
            let page = gateway.shop(supplier, number, ROW_PAGE).await?;
            let read = page.items.len();
            report.market_total = Some(page.total);
            keys.extend(page.items.iter().map(|offer| offer.key.clone()));
            self.keep_rows(page.items, &mut report).await?;
            progress(SyncProgress { done: report.fetched, total: Some(page.total), best: 0 });
            if read < ROW_PAGE as usize || keys.len() >= most {
                break;
            }
        }
        self.fill(&keys, most).await?;
        report.complete = true;
        Ok(report)
    }

    async fn keep_rows(&self, rows: Vec<Offer>, report: &mut SyncReport) -> Result<(), DeskError> {
        report.fetched += rows.len() as u64;
        let catalog = self.parts.catalog.clone();
        let stored = off_thread(move || catalog.upsert(&rows, &[])).await??;
        report.changed += (stored.new + stored.changed) as u64;
        Ok(())
    }

    /// A plain gateway: category by category, page by page, going on where the last run stopped; then
    /// details of the oldest rows that have none.
    async fn sync_walk(
        &self,
        options: &SyncOptions,
        progress: &(impl Fn(SyncProgress) + Send + Sync),
    ) -> Result<SyncReport, DeskError> {
        let gateway = self.gateway()?;
        let mut walk: Walk = match self.parts.catalog.meta(WALK)? {
            Some(json) if !options.full => serde_json::from_str(&json).unwrap_or_default(),
            _ => Walk::default(),
        };
        if !walk.started {
            let top = gateway.categories(0).await?;
            let words = |found: Vec<Category>| found.into_iter().map(|c| (c.id, c.name.as_str().to_owned()));
            walk = Walk { open: words(top).collect(), page: 1, started: true };
        }
        let mut report = SyncReport::default();
        let most_rows = options.limit.unwrap_or(POLITE_ROWS);
        while let Some((category, name)) = walk.open.first().cloned() {
            if report.fetched as usize >= most_rows {
                break;
            }
            let size =
                u32::try_from(most_rows - report.fetched as usize).unwrap_or(ROW_PAGE).clamp(1, ROW_PAGE);
            let query = KeywordQuery {
                keyword: String::new(),
                category: Some(category),
                page: walk.page,
                page_size: size,
            };
            let page = match gateway.search(&query).await {
                // Some gateways insist on a keyword: the category's own name is one.
                Err(MarketError::Refused(_)) => {
                    gateway.search(&KeywordQuery { keyword: name, ..query }).await?
                }
                answer => answer?,
            };
            let read = page.items.len();
            report.market_total = Some(report.market_total.unwrap_or(0).max(page.total));
            self.keep_rows(page.items, &mut report).await?;
            let last = read < size as usize || walk.page * size >= REACHABLE;
            // A page cut short by the limit is read again whole next time.
            if last {
                walk.open.remove(0);
                walk.page = 1;
            } else if size == ROW_PAGE {
                walk.page += 1;
            }
            let note = serde_json::to_string(&walk).unwrap_or_default();
            self.parts.catalog.set_meta(WALK, &note)?;
            progress(SyncProgress { done: report.fetched, total: None, best: 0 });
        }
        let most_details = options.limit.unwrap_or(POLITE_DETAILS);
        let rows: Vec<OfferKey> =
            self.parts.catalog.incomplete(most_details)?.into_iter().map(OfferKey::Market).collect();
        for key in &rows {
            self.fill(std::slice::from_ref(key), 1).await?;
            report.changed += 1;
            progress(SyncProgress { done: report.changed, total: None, best: 0 });
        }
        report.complete = walk.open.is_empty() && self.parts.catalog.incomplete(1)?.is_empty();
        Ok(report)
    }
}
