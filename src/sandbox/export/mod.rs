//! `offer.changes` of the extension: the whole catalog in pages, then only what changed. The first pass goes from
//! supplier to supplier, so that a page holds few of them. `EXT.md` documents the JSON.

mod rows;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

pub(super) use self::rows::SupplierRow;
use self::rows::{Item, OfferRow, Taken, Whole};
use super::envelope::{Fault, Reply};
use super::goods::Goods;
use super::market::{Market, Session};
use super::params::Params;
use super::rules::left_milli;
use super::state;
use super::world::types::{WorldOffer, WorldSupplier};

/// Most offers of one page: some ten megabytes.
const MOST: i64 = 2000;
/// Offers of a page when none are asked for.
const USUAL: i64 = 500;

#[derive(Serialize)]
struct Page<'a> {
    items: Vec<Item<'a>>,
    suppliers: Vec<SupplierRow>,
    cursor: String,
    complete: bool,
    total: u64,
    restarted: bool,
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    success: bool,
    result: &'a T,
}

/// Where a client is: in its first pass (next place of the walk, and the last change when the pass began), or after
/// it (last change seen).
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cursor {
    Pass { next: u64, since: i64 },
    Since(i64),
}

impl Cursor {
    /// `None` when it is not one of these goods.
    fn parse(text: &str, fingerprint: &str) -> Option<Cursor> {
        let mut parts = text.split('-');
        if parts.next() != Some(fingerprint) {
            return None;
        }
        let cursor = match parts.next()? {
            "d" => Cursor::Pass { next: parts.next()?.parse().ok()?, since: parts.next()?.parse().ok()? },
            "s" => Cursor::Since(parts.next()?.parse().ok()?),
            _ => return None,
        };
        parts.next().is_none().then_some(cursor)
    }

    fn write(&self, fingerprint: &str) -> String {
        match self {
            Cursor::Pass { next, since } => format!("{fingerprint}-d-{next}-{since}"),
            Cursor::Since(seq) => format!("{fingerprint}-s-{seq}"),
        }
    }
}

/// `offer.changes`.
pub(super) fn changes(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let limit = params.int("limit")?.unwrap_or(USUAL).clamp(1, MOST) as usize;
    let market = session.market;
    let last = state::last_change(session.tx)?;
    let given = params.get("cursor");
    let known = given.and_then(|text| Cursor::parse(text, &market.fingerprint));
    // A number beyond the last change is of a state that is gone.
    let known = known.filter(|cursor| match cursor {
        Cursor::Pass { since, .. } | Cursor::Since(since) => *since <= last,
    });
    let restarted = given.is_some() && known.is_none();
    let total = market.goods.made_count();
    let (ids, next, complete) = match known.unwrap_or(Cursor::Pass { next: 0, since: last }) {
        Cursor::Pass { next: from, since } => {
            let to = from.saturating_add(limit as u64).min(total);
            // What changed during the pass comes after it.
            let done = to >= total;
            let next = if done { Cursor::Since(since) } else { Cursor::Pass { next: to, since } };
            (Wanted::Places(from..to), next, done && since == last)
        }
        Cursor::Since(since) => {
            let rows = state::changes_after(session.tx, since, limit)?;
            let seen = rows.last().map_or(since, |(seq, _)| *seq);
            let ids = rows.into_iter().map(|(_, offer_id)| offer_id).collect();
            (Wanted::Ids(ids), Cursor::Since(seen), seen >= last)
        }
    };
    let taken = state::all_taken(session.tx)?;
    let groups = open_groups(&market.goods, session.now_ms);
    let market = Arc::clone(market);
    let cursor = next.write(&market.fingerprint);
    Ok(Reply::Later(Box::new(move || {
        Reply::Bytes(page(&market, &ids, &taken, &groups, (cursor, complete, restarted)))
    })))
}

enum Wanted {
    Places(std::ops::Range<u64>),
    Ids(Vec<i64>),
}

/// The suppliers of some offers, each once.
struct Sellers(HashMap<u64, WorldSupplier>);

impl Sellers {
    fn of(goods: &Goods, numbers: impl Iterator<Item = u64>) -> Sellers {
        let numbers: HashSet<u64> = numbers.collect();
        Sellers(numbers.into_iter().filter_map(|number| Some((number, goods.supplier(number)?))).collect())
    }

    fn key(&self, supplier: u64) -> Option<&str> {
        self.0.get(&supplier).map(|supplier| supplier.seller_open_id.as_str())
    }

    fn item<'a>(
        &'a self,
        offer: &'a WorldOffer,
        taken: &'a HashMap<i64, Taken>,
        groups: &'a HashMap<i64, String>,
    ) -> Item<'a> {
        Item::Offer(Box::new(OfferRow::of(
            offer,
            self.key(offer.supplier).unwrap_or_default(),
            taken.get(&offer.offer_id),
            groups.get(&offer.offer_id).map(String::as_str),
        )))
    }

    fn rows(&self, goods: &Goods) -> Vec<SupplierRow> {
        let mut rows: Vec<SupplierRow> =
            self.0.values().map(|supplier| SupplierRow::of(goods, supplier)).collect();
        rows.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        rows
    }
}

/// Ids of the groups open at a moment, by offer.
fn open_groups(goods: &Goods, now_ms: i64) -> HashMap<i64, String> {
    goods.groups(now_ms).into_iter().map(|group| (group.offer_id, group.group_id)).collect()
}

#[derive(Serialize)]
struct Best<'a> {
    category_id: Whole,
    category: Option<&'a str>,
    category_en: Option<&'a str>,
    items: Vec<Item<'a>>,
    suppliers: Vec<SupplierRow>,
}

/// `offer.best`: the first `limit` of these numbers that have something left, in the rows of `offer.changes`.
/// The category's names are Chinese and English.
pub(super) fn best(
    market: &Market,
    (category_id, names): (i64, Option<(&str, &str)>),
    numbers: &[u64],
    limit: usize,
    taken: &HashMap<i64, Taken>,
    now_ms: i64,
) -> Vec<u8> {
    let goods = &market.goods;
    let has_some = |offer: &WorldOffer| {
        let taken = taken.get(&offer.offer_id);
        if offer.skus.is_empty() {
            return left_milli(taken, offer, None) > 0;
        }
        offer.skus.iter().any(|sku| left_milli(taken, offer, Some(sku)) > 0)
    };
    let offers: Vec<WorldOffer> =
        numbers.iter().filter_map(|number| goods.offer(*number)).filter(has_some).take(limit).collect();
    let groups = open_groups(goods, now_ms);
    let sellers = Sellers::of(goods, offers.iter().map(|offer| offer.supplier));
    let best = Best {
        category_id: Whole(category_id),
        category: names.map(|(name, _)| name),
        category_en: names.map(|(_, name)| name),
        items: offers.iter().map(|offer| sellers.item(offer, taken, &groups)).collect(),
        suppliers: sellers.rows(goods),
    };
    written(&best, offers.len())
}

fn written<T: Serialize>(result: &T, offers: usize) -> Vec<u8> {
    // A row is some three kilobytes.
    let mut bytes = Vec::with_capacity(4096 * (offers + 1));
    if let Err(error) = serde_json::to_writer(&mut bytes, &Envelope { success: true, result }) {
        tracing::error!(%error, "an answer of the extension could not be written");
        bytes.clear();
    }
    bytes
}

fn page(
    market: &Market,
    wanted: &Wanted,
    taken: &HashMap<i64, Taken>,
    groups: &HashMap<i64, String>,
    (cursor, complete, restarted): (String, bool, bool),
) -> Vec<u8> {
    let goods = &market.goods;
    // What is gone is left with its id and whose it was.
    let offers: Vec<Result<WorldOffer, (i64, Option<u64>)>> = match wanted {
        Wanted::Places(range) => {
            range.clone().filter_map(|place| goods.offer(goods.number_at(place)?)).map(Ok).collect()
        }
        Wanted::Ids(ids) => ids
            .iter()
            .map(|id| {
                let number = goods.offer_number(*id);
                let offer = number.and_then(|number| goods.offer(number));
                offer.ok_or((*id, number.and_then(|number| goods.supplier_of_offer(number))))
            })
            .collect(),
    };
    let sellers = Sellers::of(
        goods,
        offers.iter().filter_map(|offer| match offer {
            Ok(offer) => Some(offer.supplier),
            Err((_, supplier)) => *supplier,
        }),
    );
    let items = offers
        .iter()
        .map(|offer| match offer {
            Ok(offer) => sellers.item(offer, taken, groups),
            Err((id, supplier)) => Item::Gone {
                offer_id: Whole(*id),
                supplier_id: supplier.and_then(|supplier| sellers.key(supplier)),
                gone: true,
                status: "deleted",
            },
        })
        .collect();
    let rows = sellers.rows(goods);
    let page = Page { items, suppliers: rows, cursor, complete, total: goods.offer_count(), restarted };
    written(&page, offers.len())
}

#[cfg(test)]
mod preview_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_back_and_foreign_ones_are_not() {
        for cursor in [Cursor::Pass { next: 500, since: 7 }, Cursor::Since(0)] {
            assert_eq!(Cursor::parse(&cursor.write("abc"), "abc"), Some(cursor.clone()));
            assert_eq!(Cursor::parse(&cursor.write("abc"), "abd"), None);
        }
        for text in ["", "abc", "abc-", "abc-d-1", "abc-s-x", "abc-s-1-2", "abc-d-1-2-3", "abc-p-1-2"] {
            assert_eq!(Cursor::parse(text, "abc"), None, "{text}");
        }
    }
}
