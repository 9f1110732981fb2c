//! What the screens ask of the catalog beside plain searches: with interest that may be lost, counts, reasons, and how
//! much of the market is here.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::catalog::IndexProgress;
use crate::domain::category::{self, Category, CategoryCount};
use crate::domain::id::OfferKey;
use crate::domain::quantity::Quantity;
use crate::domain::search::{Cancel, FacetCount, Facets, SearchPage, SearchRequest, Why};
use crate::domain::substitute::noun::Names;
use crate::domain::substitute::words::TitleCounts;
use crate::domain::text::Clean;
use crate::procure::{Desk, DeskError, SyncReport};
use crate::query::fold::fold;

/// Catalog note: offers the market has as it said last, with a `+` behind them where there may be more.
const OFFERED: &str = "offered";

/// Categories without a name whose goods are looked at, and goods of each.
const MOST_UNNAMED: usize = 20;
const LOOKED_AT: usize = 12;

/// The number of the category a row counts.
fn category_of(row: &FacetCount) -> Option<i64> {
    row.term.strip_prefix("cat:")?.parse().ok()
}

impl Desk {
    /// As [`Desk::search`], for somebody who may lose interest; `None` when they did. The page may come before
    /// everything is counted.
    pub fn search_cancellable(
        &self,
        request: &SearchRequest,
        cancel: &Cancel,
    ) -> Result<Option<SearchPage>, DeskError> {
        let (destination, marks) = (self.destination()?, self.marks()?);
        Ok(self.parts.catalog.search_cancellable(request, &destination, &marks, cancel)?)
    }

    /// Between two searches of somebody who types: gives back what many of them left in memory.
    pub fn rest(&self) {
        self.parts.catalog.rest();
    }

    /// How many hits a search has; `None` when cancelled.
    pub fn count(&self, request: &SearchRequest, cancel: &Cancel) -> Result<Option<usize>, DeskError> {
        Ok(self.parts.catalog.count(request, &self.marks()?, cancel)?)
    }

    /// How many offers on sale the catalog holds.
    pub fn cached(&self) -> Result<usize, DeskError> {
        Ok(self.parts.catalog.cached()?)
    }

    /// Its hits counted by what they share; `None` when cancelled.
    pub fn facets(&self, request: &SearchRequest, cancel: &Cancel) -> Result<Option<Facets>, DeskError> {
        let Some(mut facets) = self.parts.catalog.facets(request, &self.marks()?, cancel)? else {
            return Ok(None);
        };
        // Listings name their category by number; the tree has the names.
        let tree = self.categories()?;
        let names: HashMap<i64, &Category> = tree.iter().map(|category| (category.id, category)).collect();
        let mut looked = 0;
        for row in &mut facets.categories {
            let Some(id) = category_of(row) else { continue };
            if let Some(category) = names.get(&id) {
                row.label = category.name.clone();
                row.label_en.clone_from(&category.name_en);
                continue;
            }
            facets.names_missing = true;
            looked += 1;
            if looked <= MOST_UNNAMED {
                if cancel.is_cancelled() {
                    return Ok(None);
                }
                row.label = self.called_in(id, cancel)?;
            }
        }
        Ok(Some(facets))
    }

    /// What most of a category's best ranked goods are called, and its number: in the place of a name nobody told.
    fn called_in(&self, category: i64, cancel: &Cancel) -> Result<Clean, DeskError> {
        let request =
            SearchRequest { text: format!("cat:{category}"), limit: LOOKED_AT, ..SearchRequest::default() };
        let (destination, marks) = (self.destination()?, self.marks()?);
        let page =
            self.parts.catalog.search_rows(&request, &destination, &marks, cancel)?.unwrap_or_default();
        let names = Names::shipped();
        let mut called: Vec<(usize, String)> = Vec::new();
        for row in &page.rows {
            let Some(noun) = names.noun(&fold(row.offer.title.as_str()), &TitleCounts::default()) else {
                continue;
            };
            match called.iter_mut().find(|(_, word)| *word == noun.word) {
                Some((times, _)) => *times += 1,
                None => called.push((1, noun.word)),
            }
        }
        // Of those said as often the first, which is the best ranked.
        let most = called.into_iter().rev().max_by_key(|(times, _)| *times);
        Ok(Clean::new(&most.map_or_else(|| category.to_string(), |(_, word)| format!("{word} {category}"))))
    }

    /// Why an offer stands where it does by rank; `None` when the search does not find it.
    pub fn why(&self, request: &SearchRequest, key: &OfferKey) -> Result<Option<Why>, DeskError> {
        Ok(self.parts.catalog.why(request, &self.marks()?, key)?)
    }

    /// The categories that offers of the catalog are in, in the order of the tree.
    pub fn categories_held(&self, quantity: Quantity) -> Result<Vec<CategoryCount>, DeskError> {
        let all = SearchRequest { quantity, ..SearchRequest::default() };
        let facets = self.parts.catalog.facets(&all, &self.marks()?, &Cancel::default())?;
        let counts = facets.iter().flat_map(|facets| &facets.categories);
        let counts = counts.filter_map(|row| Some((category_of(row)?, row.count))).collect();
        Ok(category::counted(&self.categories()?, &counts))
    }

    /// As of when the offers are known: the newest reading of one that is on sale, or when the market last said that
    /// nothing else had changed. `None` where there is none.
    pub fn newest(&self) -> Result<Option<Timestamp>, DeskError> {
        let newest = self.parts.catalog.newest()?;
        Ok(newest.max(self.up_to_date()?.filter(|_| newest.is_some())))
    }

    /// Whether there is no index that can be used: searches look through all rows then.
    pub fn is_unindexed(&self) -> Result<bool, DeskError> {
        Ok(self.parts.catalog.is_unindexed()?)
    }

    /// Brings the index nearer to the rows for about `budget`: how far it is, where anything was to be done, and
    /// whether there is more to do.
    pub fn index_some(&self, budget: Duration) -> Result<(Option<IndexProgress>, bool), DeskError> {
        if !self.parts.catalog.index_behind()? {
            return Ok((None, false));
        }
        let mut at = None;
        let more = self.parts.catalog.index_some(budget, &mut |progress| at = Some(progress))?;
        // Without a step there is another process at it, or nothing to do.
        Ok((at, more && at.is_some()))
    }

    /// How many offers the market has as it said in the last sync, and whether there may be more; `None` = not told.
    pub fn offered(&self) -> Result<Option<(u64, bool)>, DeskError> {
        let note = self.parts.catalog.meta(OFFERED)?;
        Ok(note.and_then(|note| {
            let figure = note.strip_suffix('+');
            Some((figure.unwrap_or(&note).parse().ok()?, figure.is_some()))
        }))
    }

    /// Keeps what the market said of its size. One without bulk export tells it by the category only: there is more.
    pub(super) fn keep_offered(&self, report: &SyncReport, exact: bool) -> Result<(), DeskError> {
        let Some(total) = report.market_total else { return Ok(()) };
        let told = if exact { total } else { total.max(self.offered()?.map_or(0, |(offers, _)| offers)) };
        let more = if exact { "" } else { "+" };
        Ok(self.parts.catalog.set_meta(OFFERED, &format!("{told}{more}"))?)
    }
}
