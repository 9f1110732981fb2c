//! What one offer can be raised to: every total worth looking at, with what it gives to the mix rule and what it costs.
//!
//! Within one tier goods and freight only grow with the quantity, so of each tier only the first quantity that gives
//! everything that is asked for is of use, and those below it. Amounts are rounded line by line: where a price has
//! parts of a fen, who gets the last pieces matters, and is looked at too.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::{Add, Sub};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::field::{Group, Slot, UNIT, milli, round_up};
use crate::domain::freight::{Destination, FreightTerms};
use crate::domain::money::Money;
use crate::domain::offer::{Offer, PriceTier, QuoteType};
use crate::domain::price;
use crate::domain::quantity::Quantity;

/// What is minimised: fen, then changes, then the ranks of what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Key {
    pub cost: i64,
    pub changes: i64,
    pub rank: i64,
}

impl Add for Key {
    type Output = Key;
    fn add(self, other: Key) -> Key {
        Key {
            cost: self.cost.saturating_add(other.cost),
            changes: self.changes + other.changes,
            rank: self.rank + other.rank,
        }
    }
}

impl Sub for Key {
    type Output = Key;
    fn sub(self, other: Key) -> Key {
        Key {
            cost: self.cost.saturating_sub(other.cost),
            changes: self.changes - other.changes,
            rank: self.rank - other.rank,
        }
    }
}

/// What is to be reached together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Nothing: each offer by itself.
    Nothing,
    /// Pieces of the mix rule, thousandths.
    Pieces,
    /// Its amount, fen.
    Amount,
}

/// What options are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Lens<'a> {
    /// Whether a minimum may be missed.
    pub shorts: bool,
    pub aim: Aim,
    /// How much of the aim this offer may have to give.
    pub need: i64,
    /// How much of the order's goods, fen.
    pub need_goods: i64,
    /// The order's goods are at least this.
    pub goods: Money,
    pub destination: &'a Destination,
    /// What costs more is no use.
    pub most_cost: i64,
    /// Set when something was left out for its sheer number.
    pub cut: &'a Cell<bool>,
}

/// One way to buy an offer.
#[derive(Debug, Clone)]
pub struct Pick {
    /// Units over all SKUs.
    pub units: i64,
    /// Goods, fen.
    pub amount: i64,
    pub key: Key,
    /// Units of each slot.
    pub picks: Vec<i64>,
}

/// Combinations of SKUs that are kept at most.
const STATES: usize = 30_000;
/// SKUs of one price whose parts of a fen are told apart.
const TOLD_APART: usize = 6;
/// Longest period of a price's parts of a fen that is looked at.
const PERIOD: i64 = 100;

/// What `milli` thousandths at this price cost, in fen.
pub fn amount(unit: Money, milli: i64) -> i64 {
    unit.times(Decimal::new(milli, 3)).rounded().to_fen_rounded()
}

/// Every way to buy an offer of the cart that may be part of the cheapest; for other goods also not at all.
pub fn options(group: &Group<'_>, lens: &Lens<'_>) -> Vec<Pick> {
    let mut found = Vec::new();
    if !group.in_cart {
        found.push(Pick { units: 0, amount: 0, key: Key::default(), picks: vec![0; group.slots.len()] });
    }
    if !group.in_cart && lens.aim == Aim::Nothing && lens.need_goods <= 0 {
        return found;
    }
    match group.offer.quote_type {
        QuoteType::ByOffer | QuoteType::ByOfferOverSkus => by_total(group, lens, &mut found),
        QuoteType::BySku | QuoteType::TiersPerSku => by_sku(group, lens, &mut found),
    }
    found
}

/// From, to (not included) and price of each tier; the first tier's price holds below it too.
fn segments(tiers: &[PriceTier], flat: Option<Money>) -> Vec<(i64, i64, Money)> {
    let ladder = price::ladder(tiers);
    let starts: Vec<i64> = ladder.iter().skip(1).map(|tier| milli(tier.from_quantity)).collect();
    let lows = std::iter::once(0).chain(starts.iter().copied());
    let highs = starts.iter().copied().chain(std::iter::once(i64::MAX));
    let found: Vec<_> =
        lows.zip(highs).zip(&ladder).map(|((low, high), tier)| (low, high, tier.charged())).collect();
    match flat {
        Some(unit) if found.is_empty() => vec![(0, i64::MAX, unit)],
        _ => found,
    }
}

fn flat_price(offer: &Offer, slot: Option<&Slot>) -> Option<Money> {
    let spec = slot.and_then(|slot| slot.spec.as_ref());
    price::unit_price(offer, spec, Quantity::ONE, Quantity::ONE).map(|price| price.charged)
}

/// After how many steps the parts of a fen of this price come round again.
fn period(unit: Money, step: i64) -> i64 {
    let fen = unit.times(Decimal::new(step, 3)).times(Decimal::ONE_HUNDRED).yuan().normalize();
    let Some(whole) = 10_i64.checked_pow(fen.scale()) else { return i64::MAX };
    let part = (fen.fract() * Decimal::from(whole)).to_i64().unwrap_or(0);
    whole / greatest_common(part, whole)
}

fn greatest_common(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs().max(1) } else { greatest_common(b, a % b) }
}

/// A start: so many thousandths beyond the base, spread over the slots so that the amount is this.
#[derive(Debug, Clone)]
struct Spread {
    extra: i64,
    amount: i64,
    /// What still fits in, in whole periods.
    room: i64,
    changes: i64,
    each: Vec<i64>,
}

/// Every way to spread less than a period over the slots that differs in amount.
fn spreads(group: &Group<'_>, unit: Money, period: i64) -> Vec<Spread> {
    let chunk = period * group.step;
    let none = Spread { extra: 0, amount: 0, room: 0, changes: 0, each: Vec::new() };
    let mut all: BTreeMap<(i64, i64), Spread> = BTreeMap::from([((0, 0), none)]);
    for (at, slot) in group.slots.iter().enumerate() {
        let most = if period == 1 || at >= TOLD_APART { 0 } else { period - 1 };
        let mut next: BTreeMap<(i64, i64), Spread> = BTreeMap::new();
        for spread in all.values() {
            for steps in 0..=most {
                let extra = steps * group.step;
                if extra > slot.room {
                    break;
                }
                let units = slot.base + extra;
                let mut each = spread.each.clone();
                each.push(extra);
                let more = Spread {
                    extra: spread.extra + extra,
                    amount: spread.amount + if units > 0 { amount(unit, units) } else { 0 },
                    room: spread.room.saturating_add((slot.room - extra) / chunk * chunk),
                    changes: spread.changes + i64::from(extra > 0 || slot.is_changed()),
                    each,
                };
                let place = (more.extra, more.amount);
                let better = |old: &Spread| (old.room, -old.changes) < (more.room, -more.changes);
                if next.get(&place).is_none_or(better) {
                    next.insert(place, more);
                }
            }
        }
        all = next;
    }
    all.into_values().collect()
}

/// Puts `bulk` into the slots in chunks: into one that changes anyway, else one in the cart, else a new one, and into
/// several only where one has no room.
fn place(group: &Group<'_>, each: &[i64], bulk: i64, chunk: i64) -> Option<Vec<i64>> {
    let mut picks: Vec<i64> =
        group.slots.iter().enumerate().map(|(at, slot)| slot.base + each.get(at).unwrap_or(&0)).collect();
    let room = |at: usize| {
        let slot = group.slots.get(at)?;
        Some((slot.room - each.get(at).copied().unwrap_or(0)) / chunk * chunk)
    };
    let mut order: Vec<usize> = (0..group.slots.len()).collect();
    order.sort_by_key(|at| {
        let slot = group.slots.get(*at);
        let changes = slot.is_some_and(Slot::is_changed) || each.get(*at).is_some_and(|extra| *extra > 0);
        let class = match slot {
            _ if changes => 0,
            Some(slot) if slot.line.is_some() => 1,
            _ => 2,
        };
        (class, *at)
    });
    let mut left = bulk;
    if left > 0
        && let Some(one) = order.iter().copied().find(|at| room(*at).is_some_and(|room| room >= bulk))
    {
        *picks.get_mut(one)? += bulk;
        return Some(picks);
    }
    for at in order {
        let here = room(at)?.min(left);
        if here > 0 {
            *picks.get_mut(at)? += here;
            left -= here;
        }
    }
    (left == 0).then_some(picks)
}

fn key_of(group: &Group<'_>, cost: i64, picks: &[i64]) -> Key {
    let changed = group
        .slots
        .iter()
        .zip(picks)
        .filter(|(slot, units)| **units != slot.current || !slot.merged.is_empty());
    let ranks: Vec<i64> = changed.map(|(slot, _)| i64::from(slot.rank)).collect();
    Key { cost, changes: ranks.len() as i64, rank: ranks.iter().sum() }
}

impl Lens<'_> {
    /// Whether a larger quantity at the same price gives nothing more that is asked for.
    fn is_full(&self, units: i64, amount: i64) -> bool {
        let enough = match self.aim {
            Aim::Nothing => true,
            Aim::Pieces => units >= self.need,
            Aim::Amount => amount >= self.need,
        };
        enough && amount >= self.need_goods
    }
}

/// The least that is bought of something new: a thousandth of a metre is nobody's wish.
fn smallest(group: &Group<'_>, base: i64) -> i64 {
    if group.measured && base == 0 { UNIT } else { 1 }
}

/// One price for all SKUs, by the total.
fn by_total(group: &Group<'_>, lens: &Lens<'_>, found: &mut Vec<Pick>) {
    let (base, top) = (group.base(), group.top());
    let least = if lens.shorts { base } else { base.max(group.required) }.max(smallest(group, base));
    for (low, high, unit) in segments(&group.offer.tiers, flat_price(group.offer, group.slots.first())) {
        if high <= base || low > top {
            continue;
        }
        let floor = least.max(low);
        let period = period(unit, group.step);
        if group.measured || period > PERIOD {
            lens.cut.set(lens.cut.get() || !group.measured);
            exactly(group, lens, (floor, high.min(top.saturating_add(1)), unit), found);
            continue;
        }
        let chunk = period * group.step;
        let by_chunk = amount(unit, chunk);
        if period > 1 && group.slots.len() > TOLD_APART {
            lens.cut.set(true);
        }
        for spread in spreads(group, unit, period) {
            let start = base + spread.extra;
            let mut bulk = round_up((floor - start).max(0), chunk);
            loop {
                let units = start + bulk;
                if units >= high || units > top || bulk > spread.room {
                    break;
                }
                let goods = spread.amount + bulk / chunk * by_chunk;
                let cost = goods + group.freight(units, lens.goods, lens.destination);
                if cost > lens.most_cost {
                    break;
                }
                if let Some(picks) = place(group, &spread.each, bulk, chunk) {
                    let key = key_of(group, cost, &picks);
                    found.push(Pick { units, amount: goods, key, picks });
                }
                if lens.is_full(units, goods) {
                    break;
                }
                bulk += chunk;
            }
        }
    }
}

/// Measured goods: a minimum or a tier exactly, and whole units beyond it.
fn exactly(group: &Group<'_>, lens: &Lens<'_>, (floor, end, unit): (i64, i64, Money), found: &mut Vec<Pick>) {
    let base = group.base();
    let step = if group.measured { UNIT } else { group.step };
    let mut units = if group.measured { floor } else { base + round_up(floor - base, step) };
    while units < end {
        let chunk = if group.measured { 1 } else { step };
        let Some(picks) = place(group, &[], units - base, chunk) else { return };
        let goods = picks.iter().filter(|units| **units > 0).map(|units| amount(unit, *units)).sum();
        let cost = goods + group.freight(units, lens.goods, lens.destination);
        if cost > lens.most_cost {
            return;
        }
        let key = key_of(group, cost, &picks);
        found.push(Pick { units, amount: goods, key, picks });
        if lens.is_full(units, goods) {
            return;
        }
        units += step;
    }
}

/// Quantities and amounts of one SKU that is priced by itself.
fn of_slot(group: &Group<'_>, slot: &Slot, lens: &Lens<'_>, need_units: i64) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let offer = group.offer;
    let tiers = match (&slot.spec, offer.quote_type) {
        (Some(spec), QuoteType::TiersPerSku) => {
            offer.sku(spec).map(|sku| sku.tiers.as_slice()).unwrap_or_default()
        }
        _ => &[],
    };
    if slot.line.is_none() {
        found.push((0, 0));
    }
    let least =
        if lens.shorts { slot.base } else { slot.base.max(slot.first) }.max(smallest(group, slot.base));
    let top = slot.base.saturating_add(slot.room);
    let step = if group.measured { UNIT } else { group.step };
    for (low, high, unit) in segments(tiers, flat_price(offer, Some(slot))) {
        let floor = least.max(low);
        let exact =
            |units: i64| if group.measured { units } else { slot.base + round_up(units - slot.base, step) };
        // Of measured goods also exactly what the minimum of the whole offer still lacks.
        let wanted = group.measured.then_some(slot.base + need_units);
        let mut units = exact(floor);
        while units < high && units <= top {
            let goods = amount(unit, units);
            if goods > lens.most_cost {
                break;
            }
            found.push((units, goods));
            let by_amount = lens.aim != Aim::Amount || goods >= lens.need;
            if units - slot.base >= need_units && by_amount && goods >= lens.need_goods {
                break;
            }
            units = match wanted {
                Some(wanted) if wanted > units && wanted < units + step => wanted,
                _ => units + step,
            };
        }
    }
    found
}

/// A price for each SKU: combinations of them.
fn by_sku(group: &Group<'_>, lens: &Lens<'_>, found: &mut Vec<Pick>) {
    let base = group.base();
    let missing = if lens.shorts { 0 } else { (group.required - base).max(0) };
    let pieces = if lens.aim == Aim::Pieces { lens.need - base } else { 0 };
    let need_units = missing.max(pieces).max(0);
    // Freight goes by units, and is looked up once they are all known.
    let pays = matches!(group.offer.freight, FreightTerms::Template(_));
    // A purchase limit looks at all of them too.
    let limited = group.slots.iter().fold(base, |sum, slot| sum.saturating_add(slot.room)) > group.most;
    let with_units = need_units > 0 || pays || limited;
    let with_amounts = lens.aim == Aim::Amount || lens.need_goods > 0;
    let top = group.top();
    // Units and amount (where they matter) of the SKUs so far.
    let mut all: BTreeMap<(i64, i64), Pick> = BTreeMap::new();
    all.insert((0, 0), Pick { units: 0, amount: 0, key: Key::default(), picks: Vec::new() });
    for slot in &group.slots {
        let ways = of_slot(group, slot, lens, need_units);
        let mut next: BTreeMap<(i64, i64), Pick> = BTreeMap::new();
        for before in all.values() {
            for (units, goods) in &ways {
                let total = before.units + units;
                let sum = before.amount + goods;
                if total > top || sum > lens.most_cost {
                    continue;
                }
                let changed = *units != slot.current || !slot.merged.is_empty();
                let more = Key {
                    cost: *goods,
                    changes: i64::from(changed),
                    rank: if changed { i64::from(slot.rank) } else { 0 },
                };
                let key = before.key + more;
                let place = (if with_units { total } else { 0 }, if with_amounts { sum } else { 0 });
                let better = |old: &Pick| (key, total) < (old.key, old.units);
                match next.get(&place) {
                    Some(old) if !better(old) => continue,
                    None if next.len() >= STATES => {
                        lens.cut.set(true);
                        continue;
                    }
                    _ => {}
                }
                let mut picks = before.picks.clone();
                picks.push(*units);
                next.insert(place, Pick { units: total, amount: sum, key, picks });
            }
        }
        all = next;
    }
    for mut pick in all.into_values() {
        let too_few = !lens.shorts && pick.units < group.required;
        if pick.units == 0 || too_few {
            continue;
        }
        pick.key.cost = pick.amount + group.freight(pick.units, lens.goods, lens.destination);
        if pick.key.cost <= lens.most_cost {
            found.push(pick);
        }
    }
}

/// What an offer costs at these quantities, in fen.
pub fn cost_of(group: &Group<'_>, picks: &[i64], goods: Money, destination: &Destination) -> Option<i64> {
    let total: i64 = picks.iter().sum();
    let mut sum = group.freight(total, goods, destination);
    for (slot, units) in group.slots.iter().zip(picks).filter(|(_, units)| **units > 0) {
        let [whole, own] = [total, *units].map(super::field::milli_to_quantity);
        let unit = price::unit_price(group.offer, slot.spec.as_ref(), whole, own)?.charged;
        sum += amount(unit, *units);
    }
    Some(sum)
}
