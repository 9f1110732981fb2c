//! What one offer can be raised to: every total worth looking at, with what it gives to the mix rule and what it costs.
//!
//! Within one tier goods and freight only grow with the quantity, so of each tier only the first quantity that gives
//! everything that is asked for is of use, and those below it. They are even steps, and kept as such: a *run* is a first
//! quantity, a step and how many. Amounts are rounded line by line: where a price has parts of a fen, who gets the last
//! pieces matters, and each way to spread them is a run of its own, in steps after which the parts come round again.
//!
//! An offer is one *part* of the question; where each SKU has its own price and nothing joins them (no freight by the
//! total, no minimum or limit in the way) each SKU is one.

use std::cell::Cell;
use std::ops::{Add, Sub};
use std::rc::Rc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::carriage::Carriage;
use super::combos;
use super::field::{Group, Slot, UNIT, milli, round_up};
use super::spread::{Spread, order, place, room, spreads};
use crate::domain::freight::Destination;
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
    /// Steps that may still be taken.
    pub work: &'a Cell<i64>,
    /// Set when something was left out for its sheer number, and no bound knows of it.
    pub cut: &'a Cell<bool>,
}

/// Even steps of one part, each a way to buy it.
#[derive(Debug, Clone)]
pub struct Run {
    /// Units of the first: of the offer, or of its one SKU.
    pub units: i64,
    /// Goods of the first, fen.
    pub amount: i64,
    /// Of the first; all of a run have the same changes.
    pub key: Key,
    /// Units, goods and cost a step.
    pub step: (i64, i64, i64),
    /// Steps after the first.
    pub more: i64,
    pub made: Made,
}

/// How the quantities of a run's lines are found again.
#[derive(Debug, Clone)]
pub enum Made {
    /// The units are those of the part's one SKU.
    Own,
    /// So much in each line, and the rest by [`place`].
    Spread { each: Rc<[i64]>, bulk: i64, grain: i64 },
    /// These, and every step to one of them.
    Each { picks: Rc<[i64]>, grows: usize },
}

/// What is chosen from by itself: an offer, or one SKU of it.
#[derive(Debug)]
pub struct Part {
    pub group: usize,
    /// The SKU, where it is one.
    pub slot: Option<usize>,
    pub runs: Vec<Run>,
    /// Combinations of SKUs that are not among the runs yet.
    pub more: Option<combos::More>,
}

impl Run {
    /// Not bought at all.
    pub fn none(slots: usize) -> Run {
        let made = Made::Each { picks: vec![0; slots].into(), grows: 0 };
        Run { units: 0, amount: 0, key: Key::default(), step: (0, 0, 0), more: 0, made }
    }

    /// Quantities of the lines after so many steps; `None` for an offer's only SKU.
    pub fn picks(&self, group: &Group<'_>, steps: i64) -> Option<Vec<i64>> {
        match &self.made {
            Made::Own => Some(vec![self.units + steps * self.step.0]),
            Made::Spread { each, bulk, grain } => {
                place(group, &order(group, each), each, bulk + steps * self.step.0, *grain)
            }
            Made::Each { picks, grows } => {
                let mut picks = picks.to_vec();
                *picks.get_mut(*grows)? += steps * self.step.0;
                Some(picks)
            }
        }
    }
}

/// Longest period of a price's parts of a fen that is looked at.
const PERIOD: i64 = 100;
/// Quantities of one price with a longer one that are looked at.
const ODD: i64 = 2_000;

/// What `milli` thousandths at this price cost, in fen: rounded half up, in whole numbers where they are of usual size,
/// since this is asked very often.
pub fn amount(unit: Money, milli: i64) -> i64 {
    let price = unit.yuan();
    let quick = || {
        let all = i64::try_from(price.mantissa()).ok()?.checked_mul(milli).filter(|all| *all >= 0)?;
        // Hundred fen a yuan, a thousand thousandths.
        let part = 10_i64.checked_pow(price.scale() + 1)?;
        Some(all.checked_add(part / 2)? / part)
    };
    quick().unwrap_or_else(|| unit.times(Decimal::new(milli, 3)).rounded().to_fen_rounded())
}

/// Every way to buy an offer of the cart that may be part of the cheapest; for other goods also not at all.
pub fn parts(at: usize, group: &Group<'_>, lens: &Lens<'_>) -> Vec<Part> {
    let whole = |runs| vec![Part { group: at, slot: None, runs, more: None }];
    let none = || Run::none(group.slots.len());
    if !group.in_cart && lens.aim == Aim::Nothing && lens.need_goods <= 0 {
        return whole(vec![none()]);
    }
    let carriage = Carriage::of(group, lens.goods, lens.destination);
    let mut runs = Vec::new();
    if !group.in_cart {
        runs.push(none());
    }
    match group.offer.quote_type {
        QuoteType::ByOffer | QuoteType::ByOfferOverSkus => {
            by_total(group, lens, &carriage, &mut runs);
            whole(runs)
        }
        QuoteType::BySku | QuoteType::TiersPerSku if is_joined(group, lens, &carriage) => {
            let more = combos::combos(group, lens, &carriage, &mut runs);
            vec![Part { group: at, slot: None, runs, more }]
        }
        QuoteType::BySku | QuoteType::TiersPerSku => {
            let slots = group.slots.iter().enumerate();
            slots
                .map(|(slot, of)| Part {
                    group: at,
                    slot: Some(slot),
                    runs: of_slot(group, of, lens, None),
                    more: None,
                })
                .collect()
        }
    }
}

/// Whether SKUs with prices of their own cannot be chosen one by one.
fn is_joined(group: &Group<'_>, lens: &Lens<'_>, carriage: &Carriage<'_>) -> bool {
    let least = if group.in_cart { group.base() } else { smallest(group, 0).max(group.step) };
    !matches!(carriage, Carriage::None) || group.is_limited() || (!lens.shorts && group.required > least)
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

impl Lens<'_> {
    /// After how many steps a larger quantity at the same price gives nothing more that is asked for.
    fn full(&self, units: i64, amount: i64, step: (i64, i64)) -> i64 {
        let (units, need) = match self.aim {
            Aim::Nothing => (0, 0),
            Aim::Pieces => (steps(self.need - units, step.0), 0),
            Aim::Amount => (0, self.need),
        };
        units.max(steps(need.max(self.need_goods) - amount, step.1))
    }
}

/// Steps until nothing is missing.
pub fn steps(missing: i64, step: i64) -> i64 {
    if missing <= 0 { 0 } else { missing.saturating_add(step.max(1) - 1) / step.max(1) }
}

/// The least that is bought of something new: a thousandth of a metre is nobody's wish.
pub fn smallest(group: &Group<'_>, base: i64) -> i64 {
    if group.measured && base == 0 { UNIT } else { 1 }
}

/// One price for all SKUs, by the total.
fn by_total(group: &Group<'_>, lens: &Lens<'_>, carriage: &Carriage<'_>, found: &mut Vec<Run>) {
    let (base, top) = (group.base(), group.top());
    let least = if lens.shorts { base } else { base.max(group.required) }.max(smallest(group, base));
    let step = if group.measured { UNIT } else { group.step };
    for (low, high, unit) in segments(&group.offer.tiers, flat_price(group.offer, group.slots.first())) {
        if high <= base || low > top {
            continue;
        }
        let floor = least.max(low);
        let period = period(unit, step);
        let line = Line { group, lens, carriage, unit, end: high.min(top.saturating_add(1)) };
        if group.measured || period > PERIOD {
            lens.cut.set(lens.cut.get() || !group.measured);
            let start = if group.measured { floor } else { base + round_up(floor - base, step) };
            let grain = if group.measured { 1 } else { step };
            for class in 0..period.min(ODD) {
                if !line.runs(start + class * step, Spread::none(), period.saturating_mul(step), grain, found)
                {
                    break;
                }
            }
            lens.cut.set(lens.cut.get() || period > ODD);
            continue;
        }
        let chunk = period * step;
        let by_chunk = amount(unit, chunk);
        // As much as may be of use, and whether one line takes it all.
        let bulk = (floor - base)
            .max(0)
            .saturating_add(lens.full(floor, 0, (chunk, by_chunk)).saturating_mul(chunk));
        let roomy = group.slots.iter().any(|slot| slot.room >= bulk.saturating_add(3 * chunk));
        for spread in spreads(group, unit, period, roomy, lens.cut) {
            let start = base + spread.extra;
            line.runs(start + round_up((floor - start).max(0), chunk), spread, chunk, chunk, found);
        }
    }
}

/// One tier of an offer that is priced by its total.
struct Line<'a> {
    group: &'a Group<'a>,
    lens: &'a Lens<'a>,
    carriage: &'a Carriage<'a>,
    unit: Money,
    /// Units that are too many.
    end: i64,
}

impl Line<'_> {
    /// The runs from `start` on. Whose quantity the steps go to changes where a line is full, and begins a new run.
    /// False = already the first is too many, too dear, or all that is asked for.
    fn runs(&self, start: i64, spread: Spread, chunk: i64, grain: i64, found: &mut Vec<Run>) -> bool {
        let group = self.group;
        let each: Rc<[i64]> = spread.each.into();
        let order = order(group, &each);
        let base = group.base() + spread.extra;
        if start >= self.end {
            return false;
        }
        let last = (self.end - 1 - start) / chunk;
        let by_chunk = amount(self.unit, chunk);
        let mut ends = vec![0];
        let (mut most, mut sum) = (0, 0_i64);
        for at in &order {
            most = most.max(room(group, &each, *at, grain));
            ends.push(most);
        }
        for at in &order {
            sum = sum.saturating_add(room(group, &each, *at, grain));
            ends.push(sum.max(most));
        }
        let mut at = 0;
        while at <= last {
            let bulk = start + at * chunk - base;
            let Some(end) = ends.iter().find(|end| **end >= bulk) else { break };
            let Some(picks) = place(group, &order, &each, bulk, grain) else { break };
            let units = start + at * chunk;
            let goods: i64 =
                picks.iter().filter(|units| **units > 0).map(|units| amount(self.unit, *units)).sum();
            let least = goods + self.carriage.at(units);
            if least > self.lens.most_cost {
                return at > 0;
            }
            let full = self.lens.full(units, goods, (chunk, by_chunk));
            let dear = self.lens.most_cost.saturating_sub(least).checked_div(by_chunk).unwrap_or(i64::MAX);
            let more = (last - at).min((end - bulk) / chunk).min(full).min(dear);
            let key = key_of(group, 0, &picks);
            let (stretches, all) = self.carriage.stretches(units, chunk, more, self.lens.work);
            self.lens.cut.set(self.lens.cut.get() || !all);
            for stretch in stretches {
                let goods = goods + stretch.from * by_chunk;
                let units = units + stretch.from * chunk;
                found.push(Run {
                    units,
                    amount: goods,
                    key: Key { cost: goods + self.carriage.at(units), ..key },
                    step: (chunk, by_chunk, by_chunk + stretch.each),
                    more: stretch.more,
                    made: Made::Spread { each: each.clone(), bulk: bulk + stretch.from * chunk, grain },
                });
            }
            if more == full {
                return at > 0 || full > 0;
            }
            at += more + 1;
        }
        true
    }
}

/// What changes, and what it costs.
pub fn key_of(group: &Group<'_>, cost: i64, picks: &[i64]) -> Key {
    let changed = group.slots.iter().zip(picks).filter(|(slot, units)| slot.is_changed_at(**units));
    let ranks: Vec<i64> = changed.map(|(slot, _)| i64::from(slot.rank)).collect();
    Key { cost, changes: ranks.len() as i64, rank: ranks.iter().sum() }
}

fn key_of_slot(slot: &Slot, units: i64, cost: i64) -> Key {
    let changed = slot.is_changed_at(units);
    Key { cost, changes: i64::from(changed), rank: if changed { i64::from(slot.rank) } else { 0 } }
}

/// One SKU that is priced by itself; `wanted`: units beyond its least after which more are of no use, where that is
/// known better than by the lens.
pub fn of_slot(group: &Group<'_>, slot: &Slot, lens: &Lens<'_>, wanted: Option<i64>) -> Vec<Run> {
    let mut found = Vec::new();
    let offer = group.offer;
    let tiers = match (&slot.spec, offer.quote_type) {
        (Some(spec), QuoteType::TiersPerSku) => {
            offer.sku(spec).map(|sku| sku.tiers.as_slice()).unwrap_or_default()
        }
        _ => &[],
    };
    if slot.line.is_none() {
        found.push(Run { made: Made::Own, ..Run::none(0) });
    }
    let least =
        if lens.shorts { slot.base } else { slot.base.max(slot.first) }.max(smallest(group, slot.base));
    let step = if group.measured { UNIT } else { group.step };
    let pieces = if lens.aim == Aim::Pieces { lens.need - group.base() } else { 0 };
    let need_units = wanted.unwrap_or(pieces).max(0);
    let need_amount = if lens.aim == Aim::Amount { lens.need } else { 0 }.max(lens.need_goods);
    for (low, high, unit) in segments(tiers, flat_price(offer, Some(slot))) {
        let floor = least.max(low);
        let start = if group.measured { floor } else { slot.base + round_up(floor - slot.base, step) };
        let end = high.min(slot.base.saturating_add(slot.room).saturating_add(1));
        let period = period(unit, step);
        lens.cut.set(lens.cut.get() || (period > PERIOD && !group.measured) || period > ODD);
        let chunk = period.saturating_mul(step);
        let by_chunk = amount(unit, chunk);
        let mut push = |start: i64, one: bool| {
            let goods = amount(unit, start);
            if start >= end || goods > lens.most_cost {
                return;
            }
            let full = steps(slot.base + need_units - start, chunk).max(steps(need_amount - goods, by_chunk));
            let dear = (lens.most_cost - goods).checked_div(by_chunk).unwrap_or(i64::MAX);
            let more = if one { 0 } else { ((end - 1 - start) / chunk).min(full).min(dear) };
            let mut run = Run {
                units: start,
                amount: goods,
                key: key_of_slot(slot, start, goods),
                step: (chunk, by_chunk, by_chunk),
                more,
                made: Made::Own,
            };
            if more > 0 && !slot.is_changed_at(start) {
                found.push(Run { more: 0, ..run.clone() });
                run.units += chunk;
                run.amount += by_chunk;
                run.key = key_of_slot(slot, run.units, run.amount);
                run.more -= 1;
            }
            found.push(run);
        };
        for class in 0..period.min(ODD) {
            push(start + class * step, false);
            // What already gives everything has no use for more.
            let here = start + class * step;
            if here >= end || (here - slot.base >= need_units && amount(unit, here) >= need_amount) {
                break;
            }
        }
        // Of measured goods also exactly what the minimum of the whole offer still lacks.
        let exact = slot.base + need_units;
        if group.measured && exact > start && (exact - start) % step != 0 {
            push(exact, true);
        }
    }
    found
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
