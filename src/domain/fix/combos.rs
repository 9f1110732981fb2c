//! SKUs with prices of their own that something joins: freight by the total, a minimum or a purchase limit over all.
//!
//! Where only units matter, all but one of the SKUs stand at the begin or the end of a tier in some cheapest
//! combination: of two that do not, the cheaper could take pieces from the dearer. Where amounts matter too there may
//! be a great many combinations; those that raise one SKU are made at once, all others when a bound does not rule them
//! out.

use std::collections::BTreeMap;

use super::bound::PART;
use super::carriage::Carriage;
use super::field::Group;
use super::options::{Aim, Key, Lens, Made, Run, key_of, of_slot, steps};

/// Combinations that are made at once.
const FEW: i64 = 64;
/// Combinations kept at most, and looked at in one go.
const STATES: usize = 20_000;
const WORK: usize = 150_000;
/// Combinations of the others beside one SKU.
const KEPT: usize = 1_000;
/// The part of what may still be done that one offer's combinations may take.
const SHARES: i64 = 4;
/// Steps of work that one combination is.
const COSTLY: i64 = 10;

/// What has not been made yet.
#[derive(Debug)]
pub struct More {
    /// Of each SKU, as if it were alone.
    pub loose: Vec<Vec<Run>>,
    /// The least freight of any of it.
    pub freight: i64,
}

/// One quantity of one SKU.
#[derive(Debug, Clone, Copy)]
struct Way {
    units: i64,
    amount: i64,
}

/// Quantities of the first SKUs.
#[derive(Debug, Clone, Copy)]
struct State {
    units: i64,
    amount: i64,
    key: Key,
    from: usize,
    last: i64,
}

/// What rules combinations out: the net cost of a quantity of an SKU at the prices of the bound, and the most that a
/// combination may come to with its freight.
pub struct Limit<'a> {
    pub net: &'a dyn Fn(i64, i64) -> i128,
    pub most: i128,
}

/// What a combination is held to.
struct Bounds {
    least: i64,
    top: i64,
    most_cost: i64,
    with_amounts: bool,
}

fn bounds(group: &Group<'_>, lens: &Lens<'_>) -> Bounds {
    let least = if lens.shorts { 0 } else { group.required };
    let with_amounts = lens.aim == Aim::Amount || lens.need_goods > 0;
    Bounds { least, top: group.top(), most_cost: lens.most_cost, with_amounts }
}

fn wanted(group: &Group<'_>, lens: &Lens<'_>) -> i64 {
    let least = if lens.shorts { 0 } else { group.required };
    let pieces = if lens.aim == Aim::Pieces { lens.need } else { 0 };
    (least.max(pieces) - group.base()).max(0)
}

/// Adds what is made at once; what else there is.
pub fn combos(
    group: &Group<'_>,
    lens: &Lens<'_>,
    carriage: &Carriage<'_>,
    found: &mut Vec<Run>,
) -> Option<More> {
    let bounds = bounds(group, lens);
    let wanted = wanted(group, lens);
    let loose: Vec<Vec<Run>> =
        group.slots.iter().map(|slot| of_slot(group, slot, lens, Some(wanted))).collect();
    if loose.len() > 1 && product(&loose) <= FEW {
        all_of(group, lens, carriage, (&bounds, None), &loose, found);
        return None;
    }
    one_raised(group, lens, carriage, &bounds, &loose, found);
    (loose.len() > 1).then(|| More { loose, freight: carriage.at(group.base().max(1)) })
}

fn product(loose: &[Vec<Run>]) -> i64 {
    let options = |runs: &Vec<Run>| runs.iter().fold(0_i64, |sum, run| sum.saturating_add(run.more + 1));
    loose.iter().fold(1_i64, |all, runs| all.saturating_mul(options(runs)))
}

/// Whether there are few combinations that differ in units.
fn is_short(group: &Group<'_>, loose: &[Vec<Run>]) -> bool {
    let mut states = 1_i64;
    let mut units = 0_i64;
    let mut work = 0_i64;
    for runs in loose {
        let options = runs.iter().fold(0_i64, |sum, run| sum.saturating_add(run.more + 1));
        let most = runs.iter().map(|run| run.units + run.more * run.step.0).max().unwrap_or(0);
        units = units.saturating_add(most);
        work = work.saturating_add(states.saturating_mul(options));
        states = states.saturating_mul(options).min(units / group.step.max(1) + 1);
    }
    work <= WORK as i64
}

/// Every combination that may be of use; false when there are too many.
pub fn rest(
    group: &Group<'_>,
    lens: &Lens<'_>,
    carriage: &Carriage<'_>,
    more: &More,
    limit: &Limit<'_>,
    found: &mut Vec<Run>,
) -> bool {
    let mut bounds = bounds(group, lens);
    let loose = &more.loose;
    let even = loose.iter().flatten().all(|run| run.more == 0 || run.step.0 == group.step);
    if bounds.with_amounts || (!even && is_short(group, loose)) {
        return all_of(group, lens, carriage, (&bounds, Some(limit)), loose, found);
    }
    // What costs more than to give all that is asked for by raising one SKU is no use.
    let wanted = group.base() + wanted(group, lens);
    let enough = found.iter().filter(|run| run.units > 0).filter_map(|run| {
        let needed = steps(wanted - run.units, run.step.0);
        (needed <= run.more).then(|| run.key.cost + needed * run.step.2)
    });
    bounds.most_cost = enough.min().map_or(bounds.most_cost, |cost| cost.min(bounds.most_cost));
    let mut all = even;
    for free in 0..loose.len() {
        let ends: Vec<Vec<Way>> = loose.iter().map(|runs| ends(runs)).collect();
        let (states, complete) = put_together(group, lens, (carriage, &bounds, None), &ends, Some(free));
        all &= complete && states.len() <= KEPT;
        for (rest, picks) in states.into_iter().take(KEPT) {
            grown(group, lens, carriage, &bounds, (rest, &picks, free), loose.get(free), found);
            lens.work.set(lens.work.get() - COSTLY);
        }
    }
    all
}

/// Where a tier begins and ends; not where one run goes on where another ends.
fn ends(runs: &[Run]) -> Vec<Way> {
    let at = |run: &Run, steps: i64| Way {
        units: run.units + steps * run.step.0,
        amount: run.amount + steps * run.step.1,
    };
    let goes_on = |last: Way, step: (i64, i64, i64)| {
        step.0 > 0
            && runs.iter().any(|run| (run.units, run.amount) == (last.units + step.0, last.amount + step.1))
    };
    let begins = |run: &&Run| {
        let before = |other: &Run| {
            let last = at(other, other.more);
            (last.units + run.step.0, last.amount + run.step.1) == (run.units, run.amount)
        };
        run.step.0 == 0 || !runs.iter().any(before)
    };
    let mut found: Vec<Way> = runs.iter().filter(begins).map(|run| at(run, 0)).collect();
    found.extend(
        runs.iter()
            .map(|run| (at(run, run.more), run))
            .filter(|(last, run)| run.more > 0 && !goes_on(*last, run.step))
            .map(|(last, _)| last),
    );
    found
}

fn all_of(
    group: &Group<'_>,
    lens: &Lens<'_>,
    carriage: &Carriage<'_>,
    (bounds, limit): (&Bounds, Option<&Limit<'_>>),
    loose: &[Vec<Run>],
    found: &mut Vec<Run>,
) -> bool {
    let ways = |run: &Run| {
        let (units, amount, step) = (run.units, run.amount, run.step);
        (0..=run.more).map(move |at| Way { units: units + at * step.0, amount: amount + at * step.1 })
    };
    let ways: Vec<Vec<Way>> = loose.iter().map(|runs| runs.iter().flat_map(ways).collect()).collect();
    let (states, all) = put_together(group, lens, (carriage, bounds, limit), &ways, None);
    for (state, picks) in states {
        if state.units == 0 || state.units < bounds.least {
            continue;
        }
        let cost = state.amount + carriage.at(state.units);
        if cost <= bounds.most_cost {
            found.push(Run {
                units: state.units,
                amount: state.amount,
                key: Key { cost, ..state.key },
                step: (0, 0, 0),
                more: 0,
                made: Made::Each { picks: picks.into(), grows: 0 },
            });
        }
    }
    all
}

/// Each SKU raised alone, the others at their cheapest.
fn one_raised(
    group: &Group<'_>,
    lens: &Lens<'_>,
    carriage: &Carriage<'_>,
    bounds: &Bounds,
    loose: &[Vec<Run>],
    found: &mut Vec<Run>,
) {
    let cheapest: Vec<Way> = loose
        .iter()
        .filter_map(|runs| runs.iter().min_by_key(|run| run.key))
        .map(|run| Way { units: run.units, amount: run.amount })
        .collect();
    if cheapest.len() < loose.len() {
        return;
    }
    for (free, runs) in loose.iter().enumerate() {
        let mut picks: Vec<i64> = cheapest.iter().map(|way| way.units).collect();
        if let Some(own) = picks.get_mut(free) {
            *own = 0;
        }
        let others = || cheapest.iter().enumerate().filter(|(at, _)| *at != free).map(|(_, way)| way);
        let rest = State {
            units: others().map(|way| way.units).sum(),
            amount: others().map(|way| way.amount).sum(),
            key: Key::default(),
            from: 0,
            last: 0,
        };
        grown(group, lens, carriage, bounds, (rest, &picks, free), Some(runs), found);
    }
}

/// The runs of one SKU beside what the others have.
fn grown(
    group: &Group<'_>,
    lens: &Lens<'_>,
    carriage: &Carriage<'_>,
    bounds: &Bounds,
    (rest, picks, free): (State, &[i64], usize),
    runs: Option<&Vec<Run>>,
    found: &mut Vec<Run>,
) {
    for run in runs.into_iter().flatten() {
        let first = steps(bounds.least - rest.units - run.units, run.step.0);
        if first > run.more {
            continue;
        }
        let units = rest.units + run.units + first * run.step.0;
        let goods = rest.amount + run.amount + first * run.step.1;
        let least = goods + carriage.at(units);
        if units == 0 || units > bounds.top || least > bounds.most_cost {
            continue;
        }
        let fits = (bounds.top - units).checked_div(run.step.0).unwrap_or(0);
        let dear = (bounds.most_cost - least).checked_div(run.step.1).unwrap_or(0);
        let full = if bounds.with_amounts { i64::MAX } else { full_units(lens, units, run.step.0) };
        let more = (run.more - first).min(fits).min(dear).min(full);
        let mut picks = picks.to_vec();
        if let Some(own) = picks.get_mut(free) {
            *own = run.units + first * run.step.0;
        }
        let (stretches, all) = carriage.stretches(units, run.step.0, more, lens.work);
        lens.cut.set(lens.cut.get() || !all);
        for stretch in stretches {
            let mut picks = picks.clone();
            if let Some(own) = picks.get_mut(free) {
                *own += stretch.from * run.step.0;
            }
            let units = units + stretch.from * run.step.0;
            let amount = goods + stretch.from * run.step.1;
            found.push(Run {
                units,
                amount,
                key: key_of(group, amount + carriage.at(units), &picks),
                step: (run.step.0, run.step.1, run.step.1 + stretch.each),
                more: stretch.more,
                made: Made::Each { picks: picks.into(), grows: free },
            });
        }
    }
}

fn full_units(lens: &Lens<'_>, units: i64, step: i64) -> i64 {
    if lens.aim == Aim::Pieces { steps(lens.need - units, step) } else { 0 }
}

/// One way of each SKU, in every combination that differs; false when there are too many. The free one is left at
/// nothing.
fn put_together(
    group: &Group<'_>,
    lens: &Lens<'_>,
    (carriage, bounds, limit): (&Carriage<'_>, &Bounds, Option<&Limit<'_>>),
    ways: &[Vec<Way>],
    free: Option<usize>,
) -> (Vec<(State, Vec<i64>)>, bool) {
    let start = State { units: 0, amount: 0, key: Key::default(), from: 0, last: 0 };
    // At the same amount fewer units are never worse: freight does not fall.
    let by_amount = bounds.with_amounts && lens.aim != Aim::Pieces;
    let most = lens.work.get() / SHARES;
    // What the SKUs still to come add at least, and what all may add.
    let ahead: Vec<i128> = limit.map_or_else(Vec::new, |limit| {
        let least =
            |ways: &Vec<Way>| ways.iter().map(|way| (limit.net)(way.units, way.amount)).min().unwrap_or(0);
        let mut sums: Vec<i128> = ways
            .iter()
            .rev()
            .scan(0, |sum, ways| {
                let after = *sum;
                *sum += least(ways);
                Some(after)
            })
            .collect();
        sums.reverse();
        sums
    });
    let mut layers = vec![vec![start]];
    let mut all = true;
    let mut work = 0_usize;
    for (at, (slot, ways)) in group.slots.iter().zip(ways).enumerate() {
        let none = [Way { units: 0, amount: 0 }];
        let is_free = free == Some(at);
        let ways = if is_free { &none } else { ways.as_slice() };
        let mut next: BTreeMap<(i64, i64), State> = BTreeMap::new();
        for (from, before) in layers.last().into_iter().flatten().enumerate() {
            for way in ways {
                work += 1;
                let units = before.units + way.units;
                let amount = before.amount + way.amount;
                if units > bounds.top || amount > bounds.most_cost {
                    continue;
                }
                if let (Some(limit), Some(ahead)) = (limit, ahead.get(at)) {
                    let freight = i128::from(carriage.at(units)) * PART;
                    if (limit.net)(units, amount) + ahead + freight > limit.most {
                        continue;
                    }
                }
                let changed = !is_free && slot.is_changed_at(way.units);
                let rank = if changed { i64::from(slot.rank) } else { 0 };
                let key = before.key + Key { cost: way.amount, changes: i64::from(changed), rank };
                let place = (
                    if by_amount { units.min(bounds.least) } else { units },
                    if bounds.with_amounts { amount } else { 0 },
                );
                match next.get(&place) {
                    Some(old) if by_amount && (old.units, old.key) <= (units, key) => continue,
                    Some(old) if !by_amount && (old.key, old.units) <= (key, units) => continue,
                    None if next.len() >= STATES => {
                        all = false;
                        continue;
                    }
                    _ => {}
                }
                next.insert(place, State { units, amount, key, from, last: way.units });
            }
            if work > WORK || most < work as i64 * COSTLY {
                all = false;
                break;
            }
        }
        layers.push(next.into_values().collect());
    }
    lens.work.set(lens.work.get() - work as i64 * COSTLY);
    let last = layers.last().map_or(&[][..], Vec::as_slice);
    let found = last.iter().filter_map(|state| Some((*state, traced(&layers, state)?)));
    (found.collect(), all)
}

fn traced(layers: &[Vec<State>], end: &State) -> Option<Vec<i64>> {
    let mut picks = Vec::with_capacity(layers.len());
    let mut state = *end;
    for layer in layers.iter().rev().skip(1) {
        picks.push(state.last);
        state = *layer.get(state.from)?;
    }
    picks.reverse();
    Some(picks)
}
