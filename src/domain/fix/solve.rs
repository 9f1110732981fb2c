//! The cheapest combination of one supplier's offers.
//!
//! A part is legal when every offer reaches its own minimum, or when the mix rule is met by pieces, or by amount: three
//! questions, of which the cheapest answer counts. Each is asked once for every amount from which freight is free,
//! with the goods held at or above it; that gives the exact least, since freight never falls otherwise. Within one
//! question offers are put together one after another, and only combinations that nothing beats in what they give and
//! cost, and that can still be the cheapest, are kept.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::field::{Field, Group, milli, thresholds};
use super::options::{Aim, Key, Lens, Pick, cost_of, options};
use crate::domain::money::Money;

/// Which of the ways to be legal was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Every offer reaches its own minimum.
    Minimums,
    /// So many pieces of the mix rule.
    Pieces,
    /// So much of its amount.
    Amount,
}

/// Quantities of everything on the field.
#[derive(Debug)]
pub struct Solution {
    /// Thousandths, by group and slot.
    pub picks: Vec<Vec<i64>>,
    pub mode: Mode,
    /// Whether goods are held at an amount from which freight is free.
    pub lifted: bool,
    pub proven: bool,
}

/// Combinations kept at most after each offer, and looked at in one question.
const STATES: usize = 40_000;
const WORK: usize = 4_000_000;

/// The cheapest way to make the part legal; where there is none, the cheapest that leaves out what cannot be mended.
pub fn solve(field: &mut Field<'_>) -> Solution {
    if let Some(found) = cheapest(field) {
        return found;
    }
    if !field.doubtful.is_empty() {
        let known = field.groups.len();
        let doubtful = std::mem::take(&mut field.doubtful);
        field.groups.extend(doubtful);
        if let Some(found) = cheapest(field) {
            return found;
        }
        field.groups.truncate(known);
    }
    for group in &mut field.groups {
        let top = group.top();
        if top < group.required {
            group.required = 0;
        }
        for slot in group.slots.iter_mut().filter(|slot| slot.base + slot.room < slot.first) {
            slot.first = 0;
        }
    }
    cheapest(field).unwrap_or_else(|| Solution {
        picks: field.groups.iter().map(|g| g.slots.iter().map(|slot| slot.base).collect()).collect(),
        mode: Mode::Minimums,
        lifted: false,
        proven: true,
    })
}

/// Whether an offer costs less at these quantities than at the least it may become.
pub fn is_cheaper(field: &Field<'_>, group: &Group<'_>, picks: &[i64]) -> bool {
    let base: Vec<i64> = group.slots.iter().map(|slot| slot.base).collect();
    let at = |picks: &[i64]| cost_of(group, picks, Money::ZERO, field.destination);
    at(picks).zip(at(&base)).is_some_and(|(then, now)| then < now)
}

fn cheapest(field: &Field<'_>) -> Option<Solution> {
    let rule = field.rule;
    let mut modes = vec![(Mode::Minimums, 0)];
    modes.extend(rule.and_then(|rule| rule.pieces).map(|needed| (Mode::Pieces, milli(needed))));
    // Amounts are whole fen: what is asked for in parts of one is reached by the next.
    modes.extend(rule.and_then(|rule| rule.amount).map(|needed| (Mode::Amount, fen_up(needed))));
    let levels: Vec<Money> =
        std::iter::once(Money::ZERO).chain(thresholds(&field.groups, field.destination)).collect();
    let mut best: Option<(Key, Solution)> = None;
    let cut = Cell::new(false);
    for level in levels {
        for (mode, target) in &modes {
            let most = best.as_ref().map_or(i64::MAX, |(key, _)| key.cost);
            // Goods alone cost that much.
            if fen_up(level) > most || (*mode == Mode::Amount && *target > most) {
                continue;
            }
            let question = Question { field, mode: *mode, target: *target, level, cut: &cut };
            if let Some((key, picks)) = question.answer(most)
                && best.as_ref().is_none_or(|(least, _)| key < *least)
            {
                let lifted = level > Money::ZERO;
                best = Some((key, Solution { picks, mode: *mode, lifted, proven: true }));
            }
        }
    }
    best.map(|(_, solution)| Solution { proven: !cut.get(), ..solution })
}

fn fen_up(amount: Money) -> i64 {
    let fen = amount.to_fen_rounded();
    if Money::from_fen(fen) < amount { fen + 1 } else { fen }
}

/// One way to be legal, at one level of goods.
struct Question<'a> {
    field: &'a Field<'a>,
    mode: Mode,
    target: i64,
    level: Money,
    cut: &'a Cell<bool>,
}

/// A combination of the offers so far.
#[derive(Debug, Clone, Copy)]
struct State {
    /// Of the aim, and of goods.
    gives: (i64, i64),
    key: Key,
    /// Index of the combination it was made from, and of the option added.
    from: (u32, u32),
}

/// What the offers still to come can add, at best.
#[derive(Debug, Clone, Copy, Default)]
struct Ahead {
    cost: i64,
    /// Cost less goods, and cost less what is given to an aim in fen.
    over_goods: i64,
    over_aim: i64,
    /// Of pieces: what all of them give at least, and the least price of more, as a fraction.
    pieces: i64,
    rate: Option<(i64, i64)>,
}

impl Question<'_> {
    fn shorts(&self, group: &Group<'_>) -> bool {
        self.mode != Mode::Minimums && group.enabled
    }

    fn aim(&self, group: &Group<'_>) -> Aim {
        match self.mode {
            Mode::Pieces if group.enabled => Aim::Pieces,
            Mode::Amount if group.enabled => Aim::Amount,
            _ => Aim::Nothing,
        }
    }

    fn gives(&self, group: &Group<'_>, pick: &Pick) -> (i64, i64) {
        let aim = match self.aim(group) {
            Aim::Nothing => 0,
            Aim::Pieces => pick.units,
            Aim::Amount => pick.amount,
        };
        (aim, pick.amount)
    }

    /// What is given beyond what is asked for is worth nothing.
    fn capped(&self, gives: (i64, i64)) -> (i64, i64) {
        (gives.0.min(self.target), gives.1.min(fen_up(self.level)))
    }

    fn is_reached(&self, gives: (i64, i64)) -> bool {
        gives.0 >= self.target && gives.1 >= fen_up(self.level)
    }

    /// The cheapest at no more than `most` fen.
    fn answer(&self, most: i64) -> Option<(Key, Vec<Vec<i64>>)> {
        let groups = &self.field.groups;
        let least: Vec<(i64, i64)> = groups.iter().map(|group| self.least(group)).collect();
        let least_cost: i64 = least.iter().map(|(cost, _)| *cost).sum();
        let least_goods: i64 = least.iter().map(|(_, goods)| *goods).sum();
        let aims = || groups.iter().zip(&least).filter(|(group, _)| self.aim(group) != Aim::Nothing);
        let given = |group: &Group<'_>, goods: i64| {
            if self.mode == Mode::Pieces { group.base() } else { goods }
        };
        let least_aim: i64 = aims().map(|(group, (_, goods))| given(group, *goods)).sum();
        let mut all: Vec<Vec<Pick>> = Vec::with_capacity(groups.len());
        for (group, (cost, goods)) in groups.iter().zip(&least) {
            let own = if self.aim(group) == Aim::Nothing { 0 } else { given(group, *goods) };
            let lens = Lens {
                shorts: self.shorts(group),
                aim: self.aim(group),
                need: self.target - (least_aim - own),
                need_goods: fen_up(self.level) - (least_goods - goods),
                goods: self.level,
                destination: self.field.destination,
                most_cost: most.saturating_sub(least_cost - cost),
                cut: self.cut,
            };
            let found =
                frontier(options(group, &lens), |pick| (self.capped(self.gives(group, pick)), pick.key));
            if found.is_empty() {
                return None;
            }
            all.push(found);
        }
        // One fen more than what is known to be possible: it is to be found again, with the fewest changes.
        let most = self.greedy(&all).map_or(most, |cost| cost.saturating_add(1).min(most));
        self.combine(&all, most)
    }

    /// The least an offer costs at this level of goods, and the least its goods come to.
    fn least(&self, group: &Group<'_>) -> (i64, i64) {
        if !group.in_cart {
            return (0, 0);
        }
        let lens = Lens {
            shorts: true,
            aim: Aim::Nothing,
            need: 0,
            need_goods: 0,
            goods: self.level,
            destination: self.field.destination,
            most_cost: i64::MAX,
            cut: self.cut,
        };
        let found = options(group, &lens);
        let cost = found.iter().map(|pick| pick.key.cost).min().unwrap_or(0);
        (cost, found.iter().map(|pick| pick.amount).min().unwrap_or(0))
    }

    /// What it costs when one offer gives all that is missing, where one can.
    fn greedy(&self, all: &[Vec<Pick>]) -> Option<i64> {
        let cheapest: Vec<&Pick> =
            all.iter().filter_map(|picks| picks.iter().min_by_key(|p| p.key)).collect();
        let groups = &self.field.groups;
        let gives = groups.iter().zip(&cheapest).map(|(group, pick)| self.gives(group, pick));
        let (aim, goods) = gives.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let cost: i64 = cheapest.iter().map(|pick| pick.key.cost).sum();
        let mut best = None;
        for ((group, base), picks) in groups.iter().zip(&cheapest).zip(all) {
            let own = self.gives(group, base);
            for pick in picks {
                let new = self.gives(group, pick);
                if self.is_reached((aim - own.0 + new.0, goods - own.1 + new.1)) {
                    let sum = cost - base.key.cost + pick.key.cost;
                    best = Some(best.map_or(sum, |best: i64| best.min(sum)));
                }
            }
        }
        best
    }

    /// For each offer what those from it on can add at best; one more at the end.
    fn ahead(&self, all: &[Vec<Pick>]) -> Vec<Ahead> {
        let mut found = vec![Ahead::default()];
        for (group, picks) in self.field.groups.iter().zip(all).rev() {
            let after = found.last().copied().unwrap_or_default();
            let least = |of: &dyn Fn(&Pick) -> i64| picks.iter().map(of).min().unwrap_or(0);
            let cost = least(&|pick| pick.key.cost);
            let mut here = Ahead {
                cost: after.cost + cost,
                over_goods: after.over_goods + least(&|pick| pick.key.cost - pick.amount),
                over_aim: after.over_aim + least(&|pick| pick.key.cost - self.gives(group, pick).0),
                ..after
            };
            if self.aim(group) == Aim::Pieces {
                let base = least(&|pick| pick.units);
                here.pieces += base;
                for pick in picks.iter().filter(|pick| pick.units > base) {
                    let rate = (pick.key.cost - cost, pick.units - base);
                    let lower = |old: (i64, i64)| {
                        i128::from(rate.0) * i128::from(old.1) < i128::from(old.0) * i128::from(rate.1)
                    };
                    if here.rate.is_none_or(lower) {
                        here.rate = Some(rate);
                    }
                }
            }
            found.push(here);
        }
        found.reverse();
        found
    }

    /// The least a combination can come to.
    fn bound(&self, state: &State, ahead: &Ahead) -> i64 {
        let mut bound = state.key.cost + ahead.cost;
        let level = fen_up(self.level);
        if level > 0 {
            bound = bound.max(state.key.cost - state.gives.1 + ahead.over_goods + level);
        }
        match self.mode {
            Mode::Minimums => {}
            Mode::Amount => {
                bound = bound.max(state.key.cost - state.gives.0 + ahead.over_aim + self.target);
            }
            Mode::Pieces => {
                let missing = self.target - state.gives.0 - ahead.pieces;
                if missing > 0 {
                    let Some((cost, units)) = ahead.rate else { return i64::MAX };
                    let more = i128::from(cost) * i128::from(missing) / i128::from(units.max(1));
                    let more = i64::try_from(more).unwrap_or(i64::MAX).max(0);
                    bound = bound.max(state.key.cost.saturating_add(ahead.cost).saturating_add(more));
                }
            }
        }
        bound
    }

    fn combine(&self, all: &[Vec<Pick>], mut most: i64) -> Option<(Key, Vec<Vec<i64>>)> {
        let ahead = self.ahead(all);
        let start = State { gives: (0, 0), key: Key::default(), from: (0, 0) };
        let floor = self.bound(&start, ahead.first()?);
        if floor > most {
            return None;
        }
        let mut layers: Vec<Vec<State>> = vec![vec![start]];
        let mut work = 0_usize;
        for ((group, picks), ahead) in self.field.groups.iter().zip(all).zip(ahead.iter().skip(1)) {
            let before = layers.last()?;
            let mut next: Vec<State> = Vec::new();
            // Where there are very many, what can only come out even is left out as well.
            let even = before.len() > 2_000;
            for (at, state) in before.iter().enumerate() {
                for (with, pick) in picks.iter().enumerate() {
                    work += 1;
                    let gives = self.gives(group, pick);
                    let more = State {
                        gives: (state.gives.0 + gives.0, state.gives.1 + gives.1),
                        key: state.key + pick.key,
                        from: (at as u32, with as u32),
                    };
                    let bound = self.bound(&more, ahead);
                    if bound > most || (even && bound >= most && !self.is_reached(more.gives)) {
                        continue;
                    }
                    if self.is_reached(more.gives) {
                        most = most.min(more.key.cost.saturating_add(ahead.cost));
                    }
                    next.push(more);
                }
                if work > WORK {
                    self.cut.set(true);
                    break;
                }
            }
            next.retain(|state| self.bound(state, ahead) <= most);
            let mut kept = frontier(next, |state| (self.capped(state.gives), state.key));
            if kept.len() > STATES {
                self.cut.set(true);
                let stride = kept.len() / STATES + 1;
                kept = kept.into_iter().step_by(stride).collect();
            }
            if kept.is_empty() {
                return None;
            }
            layers.push(kept);
        }
        self.best_of(all, &layers)
    }

    /// The best of the last layer, with the options it is made of.
    fn best_of(&self, all: &[Vec<Pick>], layers: &[Vec<State>]) -> Option<(Key, Vec<Vec<i64>>)> {
        let last = layers.last()?;
        let best = last.iter().filter(|state| self.is_reached(state.gives)).min_by_key(|state| state.key)?;
        let mut picks = Vec::with_capacity(all.len());
        let mut state = *best;
        for (layer, options) in layers.iter().rev().skip(1).zip(all.iter().rev()) {
            picks.push(options.get(state.from.1 as usize)?.picks.clone());
            state = *layer.get(state.from.0 as usize)?;
        }
        picks.reverse();
        Some((best.key, picks))
    }
}

/// What nothing beats: whatever gives as much of both costs more. Cheapest first.
fn frontier<T>(mut items: Vec<T>, of: impl Fn(&T) -> ((i64, i64), Key)) -> Vec<T> {
    items.sort_by_cached_key(|item| {
        let (gives, key) = of(item);
        (key, std::cmp::Reverse(gives))
    });
    // Of what is kept: the most goods by what is given to the aim, falling as that rises.
    let mut stairs: BTreeMap<i64, i64> = BTreeMap::new();
    items.retain(|item| {
        let ((aim, goods), _) = of(item);
        if stairs.range(aim..).next().is_some_and(|(_, most)| *most >= goods) {
            return false;
        }
        while let Some((under, _)) = stairs.range(..=aim).next_back().filter(|(_, most)| **most <= goods) {
            let under = *under;
            stairs.remove(&under);
        }
        stairs.insert(aim, goods);
        true
    });
    items
}
