//! Keyword search over titles: one flat lower-cased buffer, made at the first keyword query. What ranking and
//! filters need of an offer is made when the offer first is a hit, and kept.

use std::cmp::Reverse;
use std::sync::OnceLock;

use rust_decimal::Decimal;

use super::goods::{Goods, ship_hours};
use super::world::types::WorldOffer;
use crate::domain::money::Money;

/// At most this many records of one query can be reached (GATEWAY.md 1.4).
pub(super) const REACHABLE: usize = 2000;

/// Titles by running number.
#[derive(Debug)]
pub(super) struct Index {
    text: String,
    /// Where each title ends in `text`.
    ends: Vec<usize>,
    facts: Vec<OnceLock<Box<Facts>>>,
}

/// What ranking and filters need of an offer.
#[derive(Debug)]
struct Facts {
    offer_id: i64,
    price: Money,
    categories: [i64; 3],
    sold_7d: i64,
    sold_30d: i64,
    sold_total: i64,
    created_ms: i64,
    ship_hours: Option<i64>,
    words: Vec<&'static str>,
}

/// What a query asks besides its words; empty = no condition.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub price_from: Option<Money>,
    pub price_to: Option<Money>,
    /// Any of these, at any level of the tree.
    pub categories: Vec<i64>,
    /// Words of the documented `filter`; unknown ones (regions, service levels) have no effect.
    pub filter: Vec<String>,
    /// `(sales7 | sales30 | totalSales, from, to)`, all of them.
    pub sales: Vec<(String, Option<i64>, Option<i64>)>,
    /// For new7 and new30.
    pub now_ms: i64,
}

impl Index {
    /// Reads every title once.
    pub fn build(goods: &Goods) -> Index {
        let count = goods.offer_count();
        let mut text = String::new();
        let mut ends = Vec::with_capacity(count as usize);
        for number in 0..count {
            text.push_str(&goods.subject(number).unwrap_or_default().to_lowercase());
            ends.push(text.len());
        }
        let facts = (0..count).map(|_| OnceLock::new()).collect();
        Index { text, ends, facts }
    }

    /// Numbers of the offers whose title holds every blank-separated word and that meet the conditions, best
    /// selling first, then by id.
    pub fn search(&self, goods: &Goods, keyword: &str, conditions: &Conditions) -> Vec<u64> {
        let words: Vec<String> = keyword.split_whitespace().map(str::to_lowercase).collect();
        let mut start = 0;
        let mut hits = Vec::new();
        for (number, end) in self.ends.iter().enumerate() {
            let title = self.text.get(start..*end).unwrap_or_default();
            start = *end;
            if words.iter().all(|word| title.contains(word.as_str())) {
                hits.push(number as u64);
            }
        }
        self.ranked(goods, hits, conditions)
    }

    /// The given offers, filtered and ranked in the same way; `keyword` may be blank.
    pub fn among(
        &self,
        goods: &Goods,
        numbers: Vec<u64>,
        keyword: &str,
        conditions: &Conditions,
    ) -> Vec<u64> {
        let words: Vec<String> = keyword.split_whitespace().map(str::to_lowercase).collect();
        let hits = numbers
            .into_iter()
            .filter(|number| words.iter().all(|word| self.title(*number).contains(word.as_str())))
            .collect();
        self.ranked(goods, hits, conditions)
    }

    fn title(&self, number: u64) -> &str {
        let at = number as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.text.get(start..*end)).unwrap_or_default()
    }

    fn ranked(&self, goods: &Goods, hits: Vec<u64>, conditions: &Conditions) -> Vec<u64> {
        let mut ranked: Vec<(Reverse<i64>, i64, u64)> = hits
            .into_iter()
            .filter_map(|number| {
                let facts = self.facts(goods, number)?;
                conditions.met(facts).then_some((Reverse(facts.sold_30d), facts.offer_id, number))
            })
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, _, number)| number).collect()
    }

    fn facts(&self, goods: &Goods, number: u64) -> Option<&Facts> {
        let slot = self.facts.get(number as usize)?;
        if let Some(known) = slot.get() {
            return Some(known);
        }
        let offer = goods.offer(number)?;
        let factory = goods
            .supplier(offer.supplier)
            .is_some_and(|supplier| supplier.identities.iter().any(|word| word == "super_factory"));
        Some(slot.get_or_init(|| Box::new(Facts::of(&offer, factory))))
    }
}

impl Facts {
    fn of(offer: &WorldOffer, factory: bool) -> Facts {
        let flags = [
            ("noReason7DReturn", offer.return_7d),
            ("isOnePsale", offer.one_piece_dropship),
            ("isOnePsaleFreePost", offer.free_post_dropship),
            ("1688Selection", offer.yanxuan),
            ("certifiedFactory", factory),
        ];
        Facts {
            offer_id: offer.offer_id,
            price: shown_price(offer).0,
            categories: [offer.category_id, offer.second_category_id, offer.top_category_id],
            sold_7d: offer.sold_7d,
            sold_30d: offer.sold_30d,
            sold_total: offer.sold_out,
            created_ms: offer.created_ms,
            ship_hours: ship_hours(&offer.ship_guarantee),
            words: flags.into_iter().filter(|(_, set)| *set).map(|(word, _)| word).collect(),
        }
    }
}

impl Conditions {
    fn met(&self, facts: &Facts) -> bool {
        let day_ms = 24 * 3600 * 1000;
        let age = self.now_ms.saturating_sub(facts.created_ms);
        self.price_from.is_none_or(|from| facts.price >= from)
            && self.price_to.is_none_or(|to| facts.price <= to)
            && (self.categories.is_empty()
                || facts.categories.iter().any(|category| self.categories.contains(category)))
            && self.filter.iter().all(|word| match word.as_str() {
                "shipInToday" | "shipIn24Hours" => facts.ship_hours.is_some_and(|hours| hours <= 24),
                "shipIn48Hours" => facts.ship_hours.is_some_and(|hours| hours <= 48),
                "noReason7DReturn" | "isOnePsale" | "isOnePsaleFreePost" | "1688Selection"
                | "certifiedFactory" => facts.words.contains(&word.as_str()),
                "new7" => age <= 7 * day_ms,
                "new30" => age <= 30 * day_ms,
                _ => true,
            })
            && self.sales.iter().all(|(kind, from, to)| {
                let sold = match kind.as_str() {
                    "sales7" => facts.sold_7d,
                    "sales30" => facts.sold_30d,
                    "totalSales" => facts.sold_total,
                    _ => return true,
                };
                from.is_none_or(|from| sold >= from) && to.is_none_or(|to| sold <= to)
            })
    }
}

/// The price and promotion price a search row shows: of the first tier, for quote type 1 of the cheapest SKU.
pub(super) fn shown_price(offer: &WorldOffer) -> (Money, Option<Money>) {
    let cheapest = (offer.quote_type == 1)
        .then(|| offer.skus.iter().filter_map(|sku| Some((sku.price?, sku.promotion_price))).min())
        .flatten();
    cheapest.unwrap_or_else(|| {
        offer
            .tiers
            .iter()
            .min_by_key(|tier| tier.from_quantity)
            .map_or((Money::from_yuan(Decimal::ZERO), None), |tier| (tier.price, tier.promotion_price))
    })
}
