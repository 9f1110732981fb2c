//! A plain gateway: places (categories, keywords) page by page, going on where the last run stopped; then details,
//! those first that the buyer looks at. Every call goes through one polite queue.

use std::collections::HashSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::queue::Queue;
use super::{Report, SyncOptions, SyncReport};
use crate::catalog::With;
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::offer::{Completeness, Offer};
use crate::domain::search::SearchRequest;
use crate::market::{KeywordQuery, MarketError, Marketplace, Page};
use crate::procure::{Desk, DeskError, off_thread};

/// Rows in one page of a keyword search (GATEWAY.md 1.4: at most 50).
const ROW_PAGE: u32 = 50;
/// Rows reachable for one keyword (GATEWAY.md 1.4).
const REACHABLE: u32 = 2000;
/// Without a limit, one sync of a plain gateway reads this many rows and details; the next goes on.
const POLITE_ROWS: usize = 1000;
const POLITE_DETAILS: usize = 100;
/// With `--older` and no limit, one sync reads this many details again.
const POLITE_AGAIN: usize = 1000;
/// Rows of the list the buyer saw last whose details are read first.
const SHOWN: usize = 50;
/// Catalog note: how far the walk got.
const WALK: &str = "walk";

/// The walk, kept between runs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Walk {
    /// Places still to visit.
    #[serde(default)]
    places: Vec<Place>,
    /// Page of the first of them to read next, from 1.
    page: u32,
    /// Whether there were places to begin with.
    started: bool,
    /// Offers the market says there are in the places met so far.
    #[serde(default)]
    said: u64,
}

/// Where rows are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// A category, or none for a keyword alone.
    category: Option<i64>,
    /// Its name, or the keyword.
    words: String,
    /// Whether it has no parts that could be visited instead.
    leaf: bool,
    /// Whether its offers are in [`Walk::said`] already, by themselves or with the place it is a part of.
    #[serde(default)]
    counted: bool,
}

impl Desk {
    /// Calls this wish takes on a gateway that counts them, about.
    pub(super) fn walk_calls(&self, options: &SyncOptions) -> Result<u64, DeskError> {
        let rows = options.limit.unwrap_or(POLITE_ROWS);
        let details = options.limit.unwrap_or(POLITE_DETAILS);
        let known = self.parts.catalog.incomplete(details)?.len();
        // Rows bring details to read with them.
        let details = details.min(known + rows);
        let pages = rows.div_ceil(ROW_PAGE as usize) as u64;
        Ok(self.tree_calls()?
            + pages
            + details as u64 * self.calls_a_detail()?
            + self.older_calls(options)?)
    }

    /// Calls a shop takes.
    pub(super) fn shop_calls(&self, options: &SyncOptions) -> Result<u64, DeskError> {
        let most = options.limit.unwrap_or(REACHABLE as usize);
        Ok(most.div_ceil(ROW_PAGE as usize) as u64 + most as u64 * self.calls_a_detail()?)
    }

    /// Calls reading old details again takes.
    pub(super) fn older_calls(&self, options: &SyncOptions) -> Result<u64, DeskError> {
        Ok(self.old_ones(options)?.len() as u64 * self.calls_a_detail()?)
    }

    /// A detail is one call, and another for its freight where the buyer's district is known.
    fn calls_a_detail(&self) -> Result<u64, DeskError> {
        Ok(if self.destination()?.district.is_some() { 2 } else { 1 })
    }

    pub(super) async fn sync_shop(
        &self,
        supplier: &SupplierId,
        options: &SyncOptions,
        queue: &mut Queue,
        told: &Report<'_>,
    ) -> Result<SyncReport, DeskError> {
        let gateway = self.gateway()?;
        let mut report = SyncReport::default();
        let most = options.limit.unwrap_or(REACHABLE as usize);
        let mut keys: Vec<OfferKey> = Vec::new();
        for number in 1..=REACHABLE / ROW_PAGE {
            let page = queue.ask(|| gateway.shop(supplier, number, ROW_PAGE)).await?;
            let read = page.items.len();
            if number == 1 && page.total == 0 && read == 0 && self.supplier(supplier)?.is_none() {
                // Nobody has heard of them: a mistyped id rather than an empty shop.
                return Err(DeskError::NoSupplier(supplier.clone()));
            }
            report.market_total = Some(page.total);
            keys.extend(page.items.iter().map(|offer| offer.key.clone()));
            self.keep_rows(page.items, None, &mut report).await?;
            told.moved(report.fetched, Some(page.total));
            if read < ROW_PAGE as usize || keys.len() >= most {
                break;
            }
        }
        keys.truncate(most);
        self.read_details(queue, &keys, false, |_| {}).await?;
        report.complete = true;
        Ok(report)
    }

    /// Writes rows, and where the walk stands in the same transaction.
    async fn keep_rows(
        &self,
        rows: Vec<Offer>,
        walk: Option<&Walk>,
        report: &mut SyncReport,
    ) -> Result<(), DeskError> {
        report.fetched += rows.len() as u64;
        let catalog = self.parts.catalog.clone();
        let note = walk.map(|walk| serde_json::to_string(walk).unwrap_or_default());
        let stored = off_thread(move || {
            let notes: Vec<(&str, Option<&str>)> =
                note.iter().map(|note| (WALK, Some(note.as_str()))).collect();
            catalog.upsert_with(&rows, &[], &With { notes: &notes, ..With::default() })
        })
        .await??;
        report.changed += (stored.new + stored.changed) as u64;
        Ok(())
    }

    pub(super) async fn sync_walk(
        &self,
        options: &SyncOptions,
        queue: &mut Queue,
        told: &Report<'_>,
    ) -> Result<SyncReport, DeskError> {
        let mut report = SyncReport::default();
        let mut walk = self.walk(options, queue).await?;
        let most_rows = options.limit.unwrap_or(POLITE_ROWS);
        while let Some(place) = walk.places.first().cloned() {
            if report.fetched as usize >= most_rows {
                break;
            }
            let rest = most_rows - report.fetched as usize;
            let size = u32::try_from(rest).unwrap_or(ROW_PAGE).clamp(1, ROW_PAGE);
            let page = self.rows_at(&place, walk.page, size, queue).await?;
            if let Some(first) = walk.places.first_mut().filter(|first| !first.counted) {
                first.counted = true;
                walk.said += page.total;
            }
            let read = page.items.len();
            let too_many = walk.page == 1 && page.total > u64::from(REACHABLE);
            let parts = if too_many { self.parts_of(&place)? } else { Vec::new() };
            if !parts.is_empty() {
                // Not all of it can be reached, but all of its parts: they are visited instead.
                walk.places.splice(0..1, parts);
            } else if read < size as usize || walk.page * size >= REACHABLE {
                walk.places.remove(0);
                walk.page = 1;
            } else if size == ROW_PAGE {
                // A page cut short by the limit is read again whole next time.
                walk.page += 1;
            }
            self.keep_rows(page.items, Some(&walk), &mut report).await?;
            told.moved(report.fetched, None);
        }
        // Until every place was met once nobody knows how much the market has.
        report.market_total = walk.places.iter().all(|place| place.counted).then_some(walk.said);
        let wanted = self.wanted(options.limit.unwrap_or(POLITE_DETAILS))?;
        let (rows, total) = (report.fetched, report.fetched + wanted.len() as u64);
        let filled =
            self.read_details(queue, &wanted, false, |filled| told.moved(rows + filled, Some(total))).await?;
        report.changed += filled as u64;
        report.complete = walk.places.is_empty() && self.parts.catalog.incomplete(1)?.is_empty();
        Ok(report)
    }

    /// Where the last run stopped, or the beginning.
    async fn walk(&self, options: &SyncOptions, queue: &mut Queue) -> Result<Walk, DeskError> {
        let mut walk: Walk = match self.parts.catalog.meta(WALK)? {
            Some(json) if !options.full => serde_json::from_str(&json).unwrap_or_default(),
            _ => Walk::default(),
        };
        if walk.page == 0 {
            walk.page = 1;
        }
        if !walk.started {
            let gateway = self.gateway()?;
            let top = queue.ask(|| gateway.categories(0)).await?;
            let place = |category: crate::market::Category| Place {
                category: Some(category.id),
                words: category.name.as_str().to_owned(),
                leaf: category.leaf,
                counted: false,
            };
            walk = Walk { places: top.into_iter().map(place).collect(), page: 1, started: true, said: 0 };
        }
        // What the buyer asks for comes before what there is.
        for words in options.keywords.iter().rev().filter(|words| !words.trim().is_empty()) {
            // What a keyword finds is in some category too.
            let place = Place { category: None, words: words.clone(), leaf: true, counted: true };
            if !walk.places.contains(&place) {
                walk.places.insert(0, place);
                walk.page = 1;
            }
        }
        Ok(walk)
    }

    async fn rows_at(
        &self,
        place: &Place,
        page: u32,
        size: u32,
        queue: &mut Queue,
    ) -> Result<Page<Offer>, DeskError> {
        let gateway = self.gateway()?;
        let keyword = if place.category.is_some() { String::new() } else { place.words.clone() };
        let query = KeywordQuery { keyword, category: place.category, page, page_size: size };
        match queue.ask(|| gateway.search(&query)).await {
            // Some gateways insist on a keyword: the category's own name is one.
            Err(MarketError::Refused(_)) if place.category.is_some() => {
                let query = KeywordQuery { keyword: place.words.clone(), ..query };
                Ok(queue.ask(|| gateway.search(&query)).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// The categories inside a place, as far as the tree was read.
    fn parts_of(&self, place: &Place) -> Result<Vec<Place>, DeskError> {
        let Some(parent) = place.category.filter(|_| !place.leaf) else { return Ok(Vec::new()) };
        let inside = self.parts.catalog.categories()?.0.into_iter().filter(|child| child.parent == parent);
        let place = |child: crate::domain::category::Category| Place {
            category: Some(child.id),
            words: child.name.as_str().to_owned(),
            leaf: child.leaf,
            counted: true,
        };
        Ok(inside.map(place).collect())
    }

    /// Rows whose details are wanted: first of what lies in the cart, is kept in sight or was shown last, then the
    /// oldest.
    fn wanted(&self, most: usize) -> Result<Vec<OfferKey>, DeskError> {
        let catalog = &self.parts.catalog;
        let mut looked_at: Vec<OfferKey> = Vec::new();
        for line in self.parts.ledger.cart_lines(&self.parts.market_id)? {
            looked_at.push(line.offer_key);
        }
        let marks = self.marks()?;
        let kept = marks.offers.iter().filter(|(_, mark)| mark.favourite).map(|(key, _)| key.clone());
        let mut kept: Vec<OfferKey> = kept.collect();
        kept.sort_unstable();
        looked_at.extend(kept);
        if let Some(before) = self.remembered() {
            looked_at.extend(before.selected);
            let request = SearchRequest {
                text: before.query,
                quantity: before.quantity.unwrap_or(crate::domain::quantity::Quantity::ONE),
                limit: SHOWN,
                ..SearchRequest::default()
            };
            looked_at.extend(self.search(&request)?.rows.into_iter().map(|row| row.offer.key.clone()));
        }
        let is_row = |offer: &Offer| offer.completeness == Completeness::Row && !offer.gone;
        let known = catalog.offers(&looked_at)?;
        let first =
            looked_at.into_iter().zip(known).filter_map(|(key, offer)| offer.filter(is_row).map(|_| key));
        let rest = catalog.incomplete(most)?.into_iter().map(OfferKey::Market);
        let mut seen = HashSet::new();
        let all = first.chain(rest).filter(|key| key.market_id().is_some() && seen.insert(key.clone()));
        Ok(all.take(most).collect())
    }

    /// What is older than the buyer wishes, oldest first.
    fn old_ones(&self, options: &SyncOptions) -> Result<Vec<OfferKey>, DeskError> {
        let Some(older) = options.older else { return Ok(Vec::new()) };
        let older = SignedDuration::try_from(older).unwrap_or(SignedDuration::MAX);
        let Ok(before) = self.now().checked_sub(older) else { return Ok(Vec::new()) };
        let most = options.limit.unwrap_or(POLITE_AGAIN);
        Ok(self.parts.catalog.older_than(before, most)?.into_iter().map(OfferKey::Market).collect())
    }

    /// Reads again what is older than the buyer wishes.
    pub(super) async fn sync_older(
        &self,
        options: &SyncOptions,
        queue: &mut Queue,
        report: &mut SyncReport,
        told: &Report<'_>,
    ) -> Result<(), DeskError> {
        let old = self.old_ones(options)?;
        let (rows, total) = (report.fetched, report.fetched + old.len() as u64);
        let read = self.read_details(queue, &old, true, |read| told.moved(rows + read, Some(total))).await?;
        report.fetched += read as u64;
        report.changed += read as u64;
        Ok(())
    }
}
