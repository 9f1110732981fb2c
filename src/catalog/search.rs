//! Searching: what the index found, ordered at the buyer's quantity, one page of it read from the store.
//!
//! Every order is total: ties fall back to the static rank, and that to the offer's key. It depends on the
//! stored listings and the request alone, so a page is the same online and offline.
//!
//! Order of [`Sort::Rank`]: tier of the match, then static rank. Within the head of that list (500 hits) a tier
//! is cut into rank buckets ([`rank::BUCKET`] points wide); inside a bucket the fuzzy score of the query,
//! written in one piece, against the titles decides, so a match that is contiguous or begins a title comes
//! before a scattered one that ranks about as well.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;
use rusqlite::{Connection, OptionalExtension};

use crate::catalog::index::{Doc, Found, Index, Scan};
use crate::catalog::rank;
use crate::catalog::store::{Catalog, CatalogError, Failure, lock, read_offer};
use crate::domain::compare;
use crate::domain::freight::Destination;
use crate::domain::mark::Mine;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price::row_price;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::{SearchPage, SearchRequest, SearchRow, Sort};
use crate::query;

/// Hits the fuzzy score may reorder.
const HEAD: usize = 500;
/// Characters of a query the fuzzy score looks at; its cost grows with their number.
const PATTERN: usize = 48;

impl Catalog {
    /// Searches the catalog. Freight is to `destination`; where that is unknown, so is every template's freight.
    pub fn search(
        &self,
        request: &SearchRequest,
        destination: &Destination,
    ) -> Result<SearchPage, CatalogError> {
        let started = Instant::now();
        let words = query::words(&request.text);
        let mut page = self.read(|connection| {
            // One moment for index, prices and rows, whoever writes meanwhile.
            let moment = connection.unchecked_transaction()?;
            let index = self.index(&moment)?;
            let mut found = index.find(&words, request.include_fees);
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
                rows.push(SearchRow { offer: Arc::new(offer), price, matched, mine: Mine::default() });
            }
            moment.finish()?;
            Ok(SearchPage { total: found.len(), cached: index.len(), rows, ..SearchPage::default() })
        })?;
        page.took = started.elapsed();
        Ok(page)
    }

    /// The index as of `moment`, made from the one in memory and what changed since.
    fn index(&self, moment: &Connection) -> Result<Arc<Scan>, Failure> {
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
