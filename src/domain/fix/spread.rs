//! Who gets the pieces, where several SKUs have one price: amounts are rounded line by line, so that where a price has
//! parts of a fen it matters.

use std::cell::Cell;

use super::field::{Group, Slot};
use super::options::amount;
use crate::domain::money::Money;

/// SKUs of one price for which every way is kept that differs; of more, those that differ by less than whole periods.
const TOLD_APART: usize = 6;

/// A start: so many thousandths beyond the base, spread over the slots.
#[derive(Debug, Clone)]
pub struct Spread {
    pub extra: i64,
    pub each: Vec<i64>,
}

impl Spread {
    /// Nothing but the base.
    pub fn none() -> Spread {
        Spread { extra: 0, each: Vec::new() }
    }
}

/// A spread over the first slots.
#[derive(Debug, Clone, Copy)]
struct Begun {
    extra: i64,
    amount: i64,
    /// What still fits in, in whole periods.
    room: i64,
    changes: i64,
    /// Index of what it was made from, and what the last slot got.
    from: usize,
    last: i64,
}

/// Every way to spread less than a period over the slots that differs in amount. `roomy`: one slot has room for whatever
/// may be asked for, so that of two ways that differ by whole periods the smaller is enough.
pub fn spreads(group: &Group<'_>, unit: Money, period: i64, roomy: bool, cut: &Cell<bool>) -> Vec<Spread> {
    if period == 1 {
        return vec![Spread::none()];
    }
    let chunk = period * group.step;
    let by_chunk = amount(unit, chunk);
    let many = group.slots.len() > TOLD_APART;
    // Near the end of a stock it would matter which of the ways it is.
    cut.set(cut.get() || (many && !roomy));
    let fold = many || roomy;
    let none = Begun { extra: 0, amount: 0, room: 0, changes: 0, from: 0, last: 0 };
    let mut layers = vec![vec![none]];
    let mut base = 0;
    for (number, slot) in (1..).zip(&group.slots) {
        base += slot.base;
        let amounts: Vec<i64> =
            (0..period).map(|steps| amount(unit, slot.base + steps * group.step)).collect();
        // Each line is off by half a fen at most.
        let off: i64 = number + 1;
        let steps = if fold { period } else { number * (period - 1) + 1 };
        let even: Vec<i64> = (0..steps).map(|steps| amount(unit, base + steps * group.step)).collect();
        let mut next: Vec<Option<Begun>> = vec![None; usize::try_from(steps * (2 * off + 1)).unwrap_or(0)];
        for (from, spread) in layers.last().into_iter().flatten().enumerate() {
            for (steps, amount) in (0..).zip(&amounts) {
                let last = steps * group.step;
                if last > slot.room {
                    break;
                }
                let more = Begun {
                    extra: spread.extra + last,
                    amount: spread.amount + amount,
                    room: spread.room.saturating_add((slot.room - last) / chunk * chunk),
                    changes: spread.changes + i64::from(slot.is_changed_at(slot.base + last)),
                    from,
                    last,
                };
                let whole = if fold { more.extra / chunk } else { 0 };
                let over = (more.extra - whole * chunk) / group.step;
                let usual = usize::try_from(over).ok().and_then(|over| even.get(over)).copied().unwrap_or(0);
                let beside = more.amount - whole * by_chunk - usual;
                let place = over * (2 * off + 1) + beside.clamp(-off, off) + off;
                let Some(place) = usize::try_from(place).ok().and_then(|place| next.get_mut(place)) else {
                    continue;
                };
                let rank = |of: &Begun| (if fold { of.extra } else { 0 }, -of.room, of.changes);
                if place.as_ref().is_none_or(|old| rank(&more) < rank(old)) {
                    *place = Some(more);
                }
            }
        }
        layers.push(next.into_iter().flatten().collect());
    }
    let ends = layers.last().map_or(0, Vec::len);
    (0..ends).filter_map(|end| traced(&layers, end)).collect()
}

fn traced(layers: &[Vec<Begun>], end: usize) -> Option<Spread> {
    let extra = layers.last()?.get(end)?.extra;
    let mut each = Vec::with_capacity(layers.len());
    let mut at = end;
    for layer in layers.iter().skip(1).rev() {
        let here = layer.get(at)?;
        each.push(here.last);
        at = here.from;
    }
    each.reverse();
    Some(Spread { extra, each })
}

/// How much more fits into a slot, in whole grains.
pub fn room(group: &Group<'_>, each: &[i64], at: usize, grain: i64) -> i64 {
    let extra = each.get(at).copied().unwrap_or(0);
    group.slots.get(at).map_or(0, |slot| (slot.room - extra) / grain * grain)
}

/// Slots in the order in which they are filled: those that change anyway, then those in the cart, then new ones.
pub fn order(group: &Group<'_>, each: &[i64]) -> Vec<usize> {
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
    order
}

/// Puts `bulk` into the slots in grains: into the first that has room for all of it, and into several only where none
/// has.
pub fn place(group: &Group<'_>, order: &[usize], each: &[i64], bulk: i64, grain: i64) -> Option<Vec<i64>> {
    let mut picks: Vec<i64> =
        group.slots.iter().enumerate().map(|(at, slot)| slot.base + each.get(at).unwrap_or(&0)).collect();
    let mut left = bulk;
    if left > 0
        && let Some(one) = order.iter().find(|at| room(group, each, **at, grain) >= bulk)
    {
        *picks.get_mut(*one)? += bulk;
        return Some(picks);
    }
    for at in order {
        let here = room(group, each, *at, grain).min(left);
        if here > 0 {
            *picks.get_mut(*at)? += here;
            left -= here;
        }
    }
    (left == 0).then_some(picks)
}
