//! The world on the move, for whoever tests a client: so many offers change at once, most of them their price, some
//! stock, minimum or title; some are taken down, and some that were down come back. What is drawn for an offer
//! depends on the seed and on how the offer stands, and every change can be seen on the wire.

use std::collections::HashSet;

use rusqlite::Transaction;

use super::goods::Goods;
use super::shift::{self, Shift, TITLES};
use super::world::rng::{Permutation, Source};
use super::world::types::WorldOffer;
use crate::domain::money::Money;

/// Kind of draws; never renumber, or a seed means another churn.
const TOPIC: u64 = 0x0063_6872;
/// Of a thousand changes: listings taken down, stock, minimum, title. The rest are prices.
const GONE: u64 = 50;
const STOCK: u64 = 80;
const MINIMUM: u64 = 60;
const TITLE: u64 = 60;
/// One change of so many brings back a listing that is down, if there is one.
const RETURN_OF: u64 = 40;
/// Prices stay within these thousandths of the world's.
const PRICES: std::ops::RangeInclusive<u32> = 500..=2_000;

/// What a churn did, by offer id.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Churned {
    /// All of them, in the order they changed.
    pub changed: Vec<i64>,
    pub repriced: Vec<i64>,
    pub gone: Vec<i64>,
    pub returned: Vec<i64>,
}

/// What became of one offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Repriced,
    Gone,
    Returned,
    Other,
}

/// Changes exactly `count` offers (all of them, where there are fewer). Offers with an open join of ours stand still:
/// what one has joined for does not move.
pub(super) fn churn(tx: &Transaction<'_>, goods: &Goods, count: u64, seed: u64) -> rusqlite::Result<Churned> {
    let all = goods.made_count();
    let held: HashSet<i64> = tx
        .prepare_cached("SELECT DISTINCT offer_id FROM joins WHERE state = 'joined'")?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let count = count.min(all.saturating_sub(held.len() as u64));
    let mut done = Churned::default();
    let mut taken: HashSet<i64> = HashSet::new();
    let start = goods.made_id(Source::new(seed, TOPIC, 0).at(0).below(all)).unwrap_or_default();
    let down = shift::gone_from(tx, start, usize::try_from(count.div_ceil(RETURN_OF)).unwrap_or(usize::MAX))?;
    let order = Permutation::new(seed, TOPIC, all);
    let walk = (0..all).filter_map(|at| goods.made_id(order.forward(at)?));
    for offer_id in down.into_iter().chain(walk) {
        if done.changed.len() as u64 >= count {
            break;
        }
        if held.contains(&offer_id) || !taken.insert(offer_id) {
            continue;
        }
        let Some(mut made) = goods.made_by_id(offer_id) else { continue };
        strip(&mut made);
        let now = goods.shift_of(made.number).unwrap_or_default();
        let (next, kind) = step(&made, now, Source::new(seed, TOPIC, made.number.wrapping_add(1)));
        shift::store(tx, offer_id, next)?;
        done.changed.push(offer_id);
        match kind {
            Kind::Repriced => done.repriced.push(offer_id),
            Kind::Gone => done.gone.push(offer_id),
            Kind::Returned => done.returned.push(offer_id),
            Kind::Other => {}
        }
    }
    Ok(done)
}

/// Takes away what no change depends on: an offer is copied several times before it is known how it moves.
fn strip(offer: &mut WorldOffer) {
    offer.subject = String::new();
    offer.subject_en = String::new();
    offer.description = String::new();
    offer.attributes = Vec::new();
    for sku in &mut offer.skus {
        sku.spec_id = String::new();
        sku.attributes = Vec::new();
    }
}

/// How the offer stands next.
fn step(made: &WorldOffer, now: Shift, source: Source) -> (Shift, Kind) {
    if now.gone {
        return (Shift { gone: false, ..now }, Kind::Returned);
    }
    let other = match source.at(0).below(1000) {
        at if at < GONE => return (Shift { gone: true, ..now }, Kind::Gone),
        at if at < GONE + STOCK => restocked(made, now, source),
        at if at < GONE + STOCK + MINIMUM => another_minimum(made, now, source),
        at if at < GONE + STOCK + MINIMUM + TITLE => Some(retitled(now, source)),
        _ => None,
    };
    if let Some(next) = other {
        return (next, Kind::Other);
    }
    repriced(made, now, source).map_or((retitled(now, source), Kind::Other), |next| (next, Kind::Repriced))
}

fn retitled(now: Shift, source: Source) -> Shift {
    let step = 1 + source.at(1).below(u64::from(TITLES) - 1) as u8;
    Shift { title: (now.title + step) % TITLES, ..now }
}

fn shifted(made: &WorldOffer, shift: Shift) -> WorldOffer {
    let mut offer = made.clone();
    shift.apply(&mut offer);
    offer
}

/// Another stock, nothing left now and then.
fn restocked(made: &WorldOffer, now: Shift, source: Source) -> Option<Shift> {
    let level = source.at(2);
    let next = if level.chance(125_000) { 0 } else { 200 + level.below(1_700) as u32 };
    let next = Shift { stock: next, ..now };
    (shifted(made, next).stock != shifted(made, now).stock).then_some(next)
}

/// Half or twice the minimum, as far as steps, stock and limit leave room; no price moves with it.
fn another_minimum(made: &WorldOffer, now: Shift, source: Source) -> Option<Shift> {
    let offer = shifted(made, now);
    let up = offer.moq.max(1) * 2;
    let below = offer.tiers.get(1).map_or(i64::MAX, |tier| tier.from_quantity);
    let fits =
        up < below && up * 2 <= offer.stock && offer.purchase_limit.is_none_or(|limit| up * 2 <= limit);
    let down = offer.moq / 2;
    let next = match (fits, down >= 1) {
        (true, true) if source.at(3).chance(500_000) => up,
        (_, true) => down,
        (true, false) => up,
        (false, false) => return None,
    };
    Some(Shift { minimum: Some(u32::try_from(next).ok()?), ..now })
}

/// What each step and each SKU is charged at, promotions counted.
fn charged(offer: &WorldOffer) -> Vec<Money> {
    let tiers = offer.tiers.iter().map(|tier| tier.promotion_price.unwrap_or(tier.price));
    tiers.chain(offer.skus.iter().filter_map(|sku| sku.promotion_price.or(sku.price))).collect()
}

/// Another price, by 3 to 15 % either way; further, where less does not move every price by a fen.
fn repriced(made: &WorldOffer, now: Shift, source: Source) -> Option<Shift> {
    let before = charged(&shifted(made, now));
    let differs = |price: u32, every: bool| {
        let next = charged(&shifted(made, Shift { price, ..now }));
        if every {
            next.len() == before.len() && next.iter().zip(&before).all(|(a, b)| a != b)
        } else {
            next.first() != before.first()
        }
    };
    let by = source.at(4).between(30, 150) as u32;
    let up = source.at(5).chance(500_000);
    let first = if up { now.price + now.price * by / 1000 } else { now.price - now.price * by / 1000 };
    let further = (1..=60).flat_map(|far| [now.price + far * 25, now.price.saturating_sub(far * 25)]);
    let tries: Vec<u32> =
        std::iter::once(first).chain(further).filter(|price| PRICES.contains(price)).collect();
    let every = tries.iter().find(|price| differs(**price, true));
    every
        .or_else(|| tries.iter().find(|price| differs(**price, false)))
        .map(|price| Shift { price: *price, ..now })
}

#[cfg(test)]
#[path = "churn_tests.rs"]
mod tests;
