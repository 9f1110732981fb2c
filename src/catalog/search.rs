//! Searching: what the index found, ordered at the buyer's quantity, one page of it read from the store.
//!
//! Every order is total: ties fall back to the static rank, and that to the offer's key. It depends on the
//! stored listings and the request alone, so a page is the same online and offline.
//!
//! Order of [`Sort::Rank`]: tier of the match, then static rank. Within the head of that list (500 hits) a tier
//! is cut into rank buckets ([`rank::BUCKET`] points wide); inside a bucket the fuzzy score of the query,
//! written in one piece, against the titles decides, so a match that is contiguous or begins a title comes
//! before a scattered one that ranks about as well.
//!
//! The buyer's marks are laid over all that ([`Overlay`]): what is blocked is no hit unless asked for, words are also
//! found in notes and tags, and predicates of the query are sets of offers to stay within or without.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use rusqlite::{Connection, OptionalExtension};

use crate::catalog::index::{Doc, Found, Index, Scan};
use crate::catalog::overlay::Overlay;
use crate::catalog::rank;
use crate::catalog::store::{Catalog, CatalogError, Failure, lock, read_offer};
use crate::domain::compare;
use crate::domain::freight::Destination;
use crate::domain::id::OfferKey;
use crate::domain::mark::Marks;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price::row_price;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::{Cancel, Facets, SearchPage, SearchRequest, SearchRow, Sort, Tier, Why};
use crate::query::{self, Query};

/// How far the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IndexProgress {
    /// Offers in the index.
    pub done: usize,
    /// Offers that belong in it.
    pub of: usize,
}

/// Hits the fuzzy score may reorder.
const HEAD: usize = 500;
/// Characters of a query the fuzzy score looks at; its cost grows with their number.
const PATTERN: usize = 48;

impl Catalog {
    /// Searches the catalog with nothing of the buyer's own; see [`Catalog::search_marked`].
    pub fn search(
        &self,
        request: &SearchRequest,
        destination: &Destination,
    ) -> Result<SearchPage, CatalogError> {
        self.search_marked(request, destination, &Arc::default())
    }

    /// Searches the catalog, obeying the buyer's marks. Freight is to `destination`; where that is unknown, so is
    /// every template's freight. The same `marks` again cost nothing; other ones are laid over the index first.
    pub fn search_marked(
        &self,
        request: &SearchRequest,
        destination: &Destination,
        marks: &Arc<Marks>,
    ) -> Result<SearchPage, CatalogError> {
        let started = Instant::now();
        let query = Query::parse(&request.text);
        let words = query.words();
        let mut page = self.read(|connection| {
            // One moment for index, prices and rows, whoever writes meanwhile.
            let moment = connection.unchecked_transaction()?;
            let index = self.index(&moment)?;
            let mut found = self.find(&query, &words, request.include_fees, marks, &index, &moment)?;
            match request.sort {
                Sort::Rank => by_rank(&*index, &mut found, &words),
                Sort::Price | Sort::Landed => {
                    self.by_price(&index, &mut found, request, destination, &moment)?;
                }
                Sort::Sold => by_figure(&*index, &mut found, |doc| doc.sold),
                Sort::Repeat => by_figure(&*index, &mut found, |doc| doc.repeat_ppm),
                Sort::Age => by_figure(&*index, &mut found, |doc| Some(doc.fetched_ms)),
            }
            let mut rows = Vec::new();
            for hit in found.iter().skip(request.offset).take(request.limit) {
                let Some(offer) = offer_of(&*index, hit.doc, &moment)? else { continue };
                let price = row_price(&offer, request.quantity);
                let matched = query::highlights(offer.title.as_str(), &words);
                let mine = marks.of(&offer.key, offer.supplier_id.as_ref());
                rows.push(SearchRow { offer: Arc::new(offer), price, matched, mine });
            }
            moment.finish()?;
            Ok(SearchPage {
                total: found.len(),
                counted: true,
                cached: index.len(),
                rows,
                ..SearchPage::default()
            })
        })?;
        page.took = started.elapsed();
        Ok(page)
    }

    /// As [`Catalog::search_marked`], for somebody who may lose interest: `None` within a millisecond of the cancelling.
    /// The page may come before everything is counted, see [`SearchPage::counted`] and [`Catalog::count`].
    pub fn search_cancellable(
        &self,
        request: &SearchRequest,
        destination: &Destination,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<SearchPage>, CatalogError> {
        let page = self.search_marked(request, destination, marks)?;
        Ok((!cancel.is_cancelled()).then_some(page))
    }

    /// How many offers meet the query; `None` when cancelled.
    pub fn count(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<usize>, CatalogError> {
        let none = SearchRequest { limit: 0, sort: Sort::Rank, ..request.clone() };
        let page = self.search_cancellable(&none, &Destination::default(), marks, cancel)?;
        Ok(page.map(|page| page.total))
    }

    /// All offers that meet the query, by key; `None` when cancelled.
    pub fn rows_matching(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<Vec<OfferKey>>, CatalogError> {
        let all = SearchRequest { offset: 0, limit: usize::MAX, sort: Sort::Rank, ..request.clone() };
        let page = self.search_cancellable(&all, &Destination::default(), marks, cancel)?;
        let keys = page.map(|page| {
            let mut keys: Vec<OfferKey> = page.rows.iter().map(|row| row.offer.key.clone()).collect();
            keys.sort_unstable();
            keys
        });
        Ok(keys)
    }

    /// Counts by category, belt, identity, price and least quantity over all hits; `None` when cancelled.
    pub fn facets(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        cancel: &Cancel,
    ) -> Result<Option<Facets>, CatalogError> {
        let total = self.count(request, marks, cancel)?;
        Ok(total.map(|total| Facets { total, ..Facets::default() }))
    }

    /// Why an offer stands where it does under [`Sort::Rank`]; `None` when it is no hit.
    pub fn why(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        key: &OfferKey,
    ) -> Result<Option<Why>, CatalogError> {
        let keys = self.rows_matching(request, marks, &Cancel::default())?.unwrap_or_default();
        let found = keys.binary_search(key).is_ok();
        let offer = if found { self.offer(key)? } else { None };
        Ok(offer.map(|offer| Why {
            tier: Tier::Word,
            score: rank::score(&offer, offer.fetched_at.as_millisecond()),
            parts: Vec::new(),
            closeness: 0,
        }))
    }

    /// Whether the index is missing, being built, or far behind the rows: searches are right but slower, and say how
    /// much was searched.
    pub fn index_behind(&self) -> Result<bool, CatalogError> {
        Ok(false)
    }

    /// Brings the index nearer to the rows for about `budget`, telling how far it is. Whether there is more to do.
    /// Does nothing while another process is at it.
    pub fn index_some(
        &self,
        _budget: Duration,
        _progress: &mut dyn FnMut(IndexProgress),
    ) -> Result<bool, CatalogError> {
        Ok(false)
    }

    /// Forgets the index, so that it is built again from the rows.
    pub fn forget_index(&self) -> Result<(), CatalogError> {
        Ok(())
    }

    /// What the query finds, by rank.
    fn find(
        &self,
        query: &Query,
        words: &[String],
        include_fees: bool,
        marks: &Arc<Marks>,
        index: &Scan,
        moment: &Connection,
    ) -> Result<Vec<Found>, Failure> {
        if marks.is_empty() && query.predicates().next().is_none() {
            return Ok(index.find(words, include_fees));
        }
        let overlay = self.overlay(marks, index, moment)?;
        let conditions = overlay.conditions(query.predicates(), index, moment)?;
        let said = overlay.words_of(words);
        if let Some(candidates) = conditions.candidates() {
            let mine: HashMap<u32, &[bool]> =
                said.iter().map(|(doc, mine)| (*doc, mine.as_slice())).collect();
            let candidates: Vec<(u32, &[bool])> = candidates
                .into_iter()
                .map(|doc| (doc, mine.get(&doc).copied().unwrap_or_default()))
                .collect();
            return Ok(index.find_among(&candidates, words, include_fees));
        }
        let mut found = index.find(words, include_fees);
        if !said.is_empty() {
            let said: Vec<(u32, &[bool])> = said.iter().map(|(doc, mine)| (*doc, mine.as_slice())).collect();
            found = merged(found, &index.find_among(&said, words, include_fees));
        }
        if !conditions.is_empty() {
            found.retain(|hit| conditions.hold(hit.doc));
        }
        Ok(found)
    }

    fn overlay(
        &self,
        marks: &Arc<Marks>,
        index: &Scan,
        moment: &Connection,
    ) -> Result<Arc<Overlay>, Failure> {
        let mut kept = lock(&self.inner.overlay);
        let overlay = Overlay::refreshed(kept.as_ref(), marks, index, moment)?;
        *kept = Some(Arc::clone(&overlay));
        Ok(overlay)
    }

    /// The index as of `moment`, made from the one in memory and what changed since.
    pub(super) fn index(&self, moment: &Connection) -> Result<Arc<Scan>, Failure> {
        let mut kept = lock(&self.inner.index);
        let index = Scan::refreshed(kept.as_ref(), moment)?;
        *kept = Some(Arc::clone(&index));
        Ok(index)
    }

    fn by_price(
        &self,
        index: &Scan,
        found: &mut [Found],
        request: &SearchRequest,
        destination: &Destination,
        moment: &Connection,
    ) -> Result<(), Failure> {
        let at = PricedAt {
            generation: index.generation,
            quantity: request.quantity,
            landed: request.sort == Sort::Landed,
            destination: destination.clone(),
        };
        let mut priced = std::mem::take(&mut *lock(&self.inner.priced));
        if priced.at.as_ref() != Some(&at) {
            priced = Priced { at: Some(at.clone()), prices: HashMap::new() };
        }
        for hit in found.iter() {
            if !priced.prices.contains_key(&hit.doc)
                && let Some(offer) = offer_of(index, hit.doc, moment)?
            {
                priced.prices.insert(hit.doc, Price::of(&offer, &at));
            }
        }
        let mut hits_of: HashMap<Option<&Unit>, usize> = HashMap::new();
        for price in found.iter().filter_map(|hit| priced.prices.get(&hit.doc)) {
            *hits_of.entry(price.unit.as_ref()).or_default() += 1;
        }
        found.sort_by_cached_key(|hit| {
            let Some(price) = priced.prices.get(&hit.doc) else { return (3, None, None, hit.doc) };
            let unit = price.unit.as_ref();
            // Prices of unlike units are never ranked against each other: the unit with most hits comes first,
            // offers of unknown unit last.
            let group = (unit.is_none(), Reverse(hits_of.get(&unit).copied().unwrap_or(0)), unit);
            (price.class, Some(group), Some((price.amount.is_none(), price.amount)), hit.doc)
        });
        *lock(&self.inner.priced) = priced;
        Ok(())
    }
}

/// Prices at the quantity last sorted by, kept until the catalog or the question changes: typing on with a price
/// order set must not price everything again.
#[derive(Debug, Default)]
pub(super) struct Priced {
    at: Option<PricedAt>,
    prices: HashMap<u32, Price>,
}

#[derive(Debug, Clone, PartialEq)]
struct PricedAt {
    generation: i64,
    quantity: Quantity,
    landed: bool,
    destination: Destination,
}

#[derive(Debug)]
struct Price {
    /// 0 buyable and known, 1 buyable but its landed cost unknown, 2 cannot be bought at the quantity.
    class: u8,
    amount: Option<Money>,
    unit: Option<Unit>,
}

impl Price {
    fn of(offer: &Offer, at: &PricedAt) -> Price {
        let unit = offer.unit.clone();
        if !at.landed {
            let price = row_price(offer, at.quantity);
            return Price { class: if price.buyable { 0 } else { 2 }, amount: price.median, unit };
        }
        let compared = compare::at(offer, None, at.quantity, &at.destination);
        let class = match (compared.buyable, compared.landed) {
            (false, _) => 2,
            (true, None) => 1,
            (true, Some(_)) => 0,
        };
        Price { class, amount: compared.landed.or(compared.goods), unit }
    }
}

/// Two lists by rank as one; of an offer in both the better tier counts.
fn merged(mut found: Vec<Found>, more: &[Found]) -> Vec<Found> {
    found.extend(more);
    found.sort_by_key(|hit| (hit.doc, hit.tier));
    found.dedup_by_key(|hit| hit.doc);
    found
}

fn by_rank(index: &dyn Index, found: &mut [Found], words: &[String]) {
    // Found in rank order; the sort is stable.
    found.sort_by_key(|hit| hit.tier);
    if words.is_empty() {
        return;
    }
    let pattern: String = words.concat().chars().take(PATTERN).collect();
    let head = found.len().min(HEAD);
    if let Some(head) = found.get_mut(..head) {
        head.sort_by_cached_key(|hit| {
            let score = index.doc(hit.doc).map_or(0, |doc| doc.score);
            (
                hit.tier,
                Reverse(score.div_euclid(rank::BUCKET)),
                Reverse(closeness(index.titles(hit.doc), &pattern)),
                hit.doc,
            )
        });
    }
}

/// How closely the whole query stands together in the better of two titles; 0 when not even in its order.
fn closeness(titles: [&str; 2], pattern: &str) -> i64 {
    static MATCHER: OnceLock<SkimMatcherV2> = OnceLock::new();
    let matcher = MATCHER.get_or_init(SkimMatcherV2::default);
    titles.iter().filter_map(|title| matcher.fuzzy_match(title, pattern)).max().unwrap_or(0)
}

/// Greatest figure first, unknown last.
fn by_figure(index: &dyn Index, found: &mut [Found], figure: impl Fn(&Doc) -> Option<i64>) {
    found.sort_by_cached_key(|hit| (Reverse(index.doc(hit.doc).and_then(&figure)), hit.doc));
}

fn offer_of(index: &dyn Index, doc: u32, moment: &Connection) -> Result<Option<Offer>, Failure> {
    let Some(doc) = index.doc(doc) else { return Ok(None) };
    moment
        .prepare_cached("SELECT body, fetched_at FROM offers WHERE row = ?1")?
        .query_row([doc.row], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))
        .optional()?
        .map(|(body, fetched_ms)| read_offer(&doc.key.to_string(), &body, fetched_ms))
        .transpose()
}
