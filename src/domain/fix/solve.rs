//! The cheapest combination of one supplier's offers.
//!
//! A part is legal when every offer reaches its own minimum, or when the mix rule is met by pieces, or by amount: three
//! questions, of which the cheapest answer counts. Each is asked once for every amount from which freight is free,
//! with the goods held at or above it; that gives the exact least, since freight never falls otherwise. One question is
//! answered in three steps: how little it can cost ([`super::bound`]), a good combination ([`super::exchange`]), and
//! where that costs more, all combinations that may cost less ([`super::combine`]).

use std::cell::Cell;

use super::bound::{Choice, Counts, PART, Prices, Rise, even_target, relaxed};
use super::carriage::Carriage;
use super::combine::Combine;
use super::combos;
use super::exchange::{Exchange, Found};
use super::field::{Field, Group, milli, thresholds};
use super::options::{Aim, Key, Lens, Part, Run, cost_of, parts};
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

/// The cheapest way to make the part legal, with no more than so much work; where there is none, the cheapest that leaves out what cannot be mended.
pub fn solve(field: &mut Field<'_>, work: &Cell<i64>) -> Solution {
    if let Some(found) = cheapest(field, work) {
        return found;
    }
    if !field.doubtful.is_empty() {
        let known = field.groups.len();
        let doubtful = std::mem::take(&mut field.doubtful);
        field.groups.extend(doubtful);
        if let Some(found) = cheapest(field, work) {
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
    cheapest(field, work).unwrap_or_else(|| Solution {
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

fn cheapest(field: &Field<'_>, work: &Cell<i64>) -> Option<Solution> {
    let rule = field.rule;
    let mut modes = vec![(Mode::Minimums, 0)];
    modes.extend(rule.and_then(|rule| rule.pieces).map(|needed| (Mode::Pieces, milli(needed))));
    // Amounts are whole fen: what is asked for in parts of one is reached by the next.
    modes.extend(rule.and_then(|rule| rule.amount).map(|needed| (Mode::Amount, fen_up(needed))));
    let levels: Vec<Money> =
        std::iter::once(Money::ZERO).chain(thresholds(&field.groups, field.destination)).collect();
    let mut best: Option<(Key, Solution)> = None;
    // How little the questions that were not gone through can cost at least.
    let mut open = i64::MAX;
    for level in levels {
        let cut = Cell::new(false);
        let least: Vec<Least> =
            (0..field.groups.len()).map(|at| least(field, at, level, &cut, work)).collect();
        for (mode, target) in &modes {
            let most = best.as_ref().map_or(i64::MAX >> 8, |(key, _)| key.cost);
            // Goods alone cost that much.
            if fen_up(level) > most || (*mode == Mode::Amount && *target > most) {
                continue;
            }
            let cut = Cell::new(cut.get());
            let question =
                Question { field, mode: *mode, target: *target, level, least: &least, cut: &cut, work };
            let answer = question.answer(most);
            if !answer.complete || cut.get() {
                open = open.min(if cut.get() { i64::MIN } else { answer.least });
            }
            if let Some((key, picks)) = answer.found
                && best.as_ref().is_none_or(|(least, _)| key < *least)
            {
                let lifted = level > Money::ZERO;
                best = Some((key, Solution { picks, mode: *mode, lifted, proven: true }));
            }
        }
    }
    best.map(|(key, solution)| Solution { proven: key.cost <= open, ..solution })
}

fn fen_up(amount: Money) -> i64 {
    let fen = amount.to_fen_rounded();
    if Money::from_fen(fen) < amount { fen + 1 } else { fen }
}

/// The least an offer costs at a level of goods, and the least its goods come to.
#[derive(Debug, Clone, Copy)]
struct Least {
    cost: i64,
    goods: i64,
}

fn least(field: &Field<'_>, at: usize, level: Money, cut: &Cell<bool>, work: &Cell<i64>) -> Least {
    let Some(group) = field.groups.get(at) else { return Least { cost: 0, goods: 0 } };
    if !group.in_cart {
        return Least { cost: 0, goods: 0 };
    }
    let lens = Lens {
        shorts: true,
        aim: Aim::Nothing,
        need: 0,
        need_goods: 0,
        goods: level,
        destination: field.destination,
        most_cost: i64::MAX >> 8,
        work,
        cut,
    };
    let parts = parts(at, group, &lens);
    let sum = |of: fn(&Run) -> i64| {
        let least = |runs: &Vec<Run>| runs.iter().map(of).min().unwrap_or(0);
        let of_part = |part: &Part| match &part.more {
            Some(more) => more.loose.iter().map(least).sum(),
            None => least(&part.runs),
        };
        parts.iter().map(of_part).sum::<i64>()
    };
    let freight: i64 = parts.iter().filter_map(|part| part.more.as_ref()).map(|more| more.freight).sum();
    Least { cost: sum(|run| run.key.cost) + freight, goods: sum(|run| run.amount) }
}

/// One way to be legal, at one level of goods.
struct Question<'a> {
    field: &'a Field<'a>,
    mode: Mode,
    target: i64,
    level: Money,
    least: &'a [Least],
    cut: &'a Cell<bool>,
    work: &'a Cell<i64>,
}

/// What came of a question.
struct Answer {
    found: Option<(Key, Vec<Vec<i64>>)>,
    /// No answer costs less, fen.
    least: i64,
    /// Whether nothing is cheaper than what was found, for certain.
    complete: bool,
}

impl Answer {
    fn none() -> Answer {
        Answer { found: None, least: i64::MAX, complete: true }
    }
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

    /// What is asked for, and what of each offer counts for it. Where only goods are asked for, or all goods are of the
    /// mix rule, that is one thing.
    fn asked(&self) -> ([i64; 2], impl Fn(&Group<'_>) -> Counts) {
        let level = fen_up(self.level);
        let all = self.field.groups.iter().all(|group| self.aim(group) == Aim::Amount);
        let (targets, one) = match self.mode {
            Mode::Minimums => ([level, 0], true),
            Mode::Amount if all => ([self.target.max(level), 0], true),
            _ => ([self.target, level], false),
        };
        let has_level = level > 0;
        let counts = move |group: &Group<'_>| match self.aim(group) {
            _ if one => Counts::Goods,
            Aim::Nothing if has_level => Counts::GoodsAside,
            Aim::Nothing => Counts::Nothing,
            Aim::Pieces if has_level => Counts::UnitsAndGoods,
            Aim::Pieces => Counts::Units,
            Aim::Amount if has_level => Counts::GoodsTwice,
            Aim::Amount => Counts::Goods,
        };
        (targets, counts)
    }

    fn lenses(&self, most: i64) -> Vec<Lens<'_>> {
        let groups = &self.field.groups;
        let given = |group: &Group<'_>, least: &Least| match self.aim(group) {
            Aim::Nothing => 0,
            Aim::Pieces => group.base(),
            Aim::Amount => least.goods,
        };
        let both = || groups.iter().zip(self.least);
        let cost: i64 = self.least.iter().map(|least| least.cost).sum();
        let goods: i64 = self.least.iter().map(|least| least.goods).sum();
        let aim: i64 = both().map(|(group, least)| given(group, least)).sum();
        both()
            .map(|(group, least)| Lens {
                shorts: self.shorts(group),
                aim: self.aim(group),
                need: self.target - (aim - given(group, least)),
                need_goods: fen_up(self.level) - (goods - least.goods),
                goods: self.level,
                destination: self.field.destination,
                most_cost: most - (cost - least.cost),
                work: self.work,
                cut: self.cut,
            })
            .collect()
    }

    /// The cheapest at no more than `most` fen.
    fn answer(&self, most: i64) -> Answer {
        let groups = &self.field.groups;
        let (mut targets, counts) = self.asked();
        let lenses = self.lenses(most);
        let all = groups.iter().zip(&lenses).enumerate();
        let mut parts: Vec<Part> = all.flat_map(|(at, (group, lens))| parts(at, group, lens)).collect();
        if parts.iter().any(|part| part.runs.is_empty() && part.more.is_none()) {
            return Answer::none();
        }
        let choice = |part: &Part| groups.get(part.group).map(|group| Choice::of(part, counts(group)));
        let mut choices: Vec<Choice> = parts.iter().filter_map(choice).collect();
        if targets[1] <= 0 {
            targets = [even_target(&choices, targets[0]), 0];
        }
        let Some((prices, rises)) = Self::prices(&choices, targets) else { return Answer::none() };
        let Some(bound) = prices.bound(&choices, targets) else { return Answer::none() };
        let least = i64::try_from((bound + PART - 1).div_euclid(PART)).unwrap_or(0);
        if least > most {
            return Answer { least, ..Answer::none() };
        }
        let exchanged = |choices: &[Choice], prices: Prices, rises: &[Rise], most: i64| {
            let mut search = Exchange::new(choices, targets, prices, (least, most), self.work);
            search.find(rises);
            search.best
        };
        let mut best = exchanged(&choices, prices, &rises, most);
        let closed = |best: &Option<Found>| best.as_ref().is_some_and(|best| best.key.cost <= least);
        let mut complete = true;
        let cost = best.as_ref().map_or(most, |best| best.key.cost);
        let mut prices = prices;
        if !closed(&best) && choices.iter().any(|choice| choice.loose.is_some()) {
            // What was put off is made where it may matter.
            let lenses = self.lenses(cost);
            for (part, choice) in parts.iter_mut().zip(&mut choices) {
                let Some(room) = prices.room(choice, bound, cost) else { continue };
                let (Some(group), Some(lens)) = (groups.get(part.group), lenses.get(part.group)) else {
                    continue;
                };
                let Some(more) = part.more.take() else { continue };
                let carriage = Carriage::of(group, lens.goods, lens.destination);
                let counts = counts(group);
                let net = |units, goods| prices.net(goods, counts.of(units, goods));
                let limit = combos::Limit { net: &net, most: room };
                complete &= combos::rest(group, lens, &carriage, &more, &limit, &mut part.runs);
                *choice = Choice::of(part, counts);
            }
            for choice in &mut choices {
                choice.loose = None;
            }
            let Some((anew, rises)) = Self::prices(&choices, targets) else {
                return Answer { least, complete, found: None };
            };
            if anew.bound(&choices, targets) > prices.bound(&choices, targets) {
                prices = anew;
            }
            if let Some(found) = exchanged(&choices, prices, &rises, cost)
                && best.as_ref().is_none_or(|best| found.key < best.key)
            {
                best = Some(found);
            }
        }
        let cost = best.as_ref().map_or(most, |best| best.key.cost);
        for choice in &mut choices {
            choice.loose = None;
        }
        let combine = Combine { choices: &choices, targets, prices, work: self.work };
        if !closed(&best) || combine.is_short(cost) {
            let (found, all) = combine.find(cost, best.is_some());
            complete &= all || closed(&best);
            if let Some(found) = found
                && best.as_ref().is_none_or(|best| found.key < best.key)
            {
                best = Some(found);
            }
        }
        let found = best.and_then(|best| Some((best.key, self.picks(&parts, &best)?)));
        Answer { found, least, complete }
    }

    /// The prices at which the bound is highest, of those that are tried, and how to give more.
    fn prices(choices: &[Choice], targets: [i64; 2]) -> Option<(Prices, Vec<Rise>)> {
        let (first, mut rises) = relaxed(choices, 0, targets[0])?;
        if targets[1] <= 0 {
            let prices = Prices([first, 0]);
            let exact = choices.iter().all(|choice| choice.loose.is_none());
            return Some((if exact { prices } else { prices.improved(choices, targets) }, rises));
        }
        let (second, more) = relaxed(choices, 1, targets[1])?;
        rises.extend(more);
        let shares = (0..=4).map(|part| Prices([first * part / 4, second * (4 - part) / 4]));
        let best =
            shares.chain([Prices([first, second])]).max_by_key(|prices| prices.bound(choices, targets))?;
        Some((best, rises))
    }

    /// The quantities a combination stands for.
    fn picks(&self, parts: &[Part], found: &Found) -> Option<Vec<Vec<i64>>> {
        let groups = &self.field.groups;
        let mut picks: Vec<Vec<i64>> = groups.iter().map(|group| vec![0; group.slots.len()]).collect();
        for (part, (way, steps)) in parts.iter().zip(&found.picks) {
            let of = part.runs.get(*way)?.picks(groups.get(part.group)?, *steps)?;
            let own = picks.get_mut(part.group)?;
            match part.slot {
                Some(slot) => *own.get_mut(slot)? = *of.first()?,
                None => *own = of,
            }
        }
        Some(picks)
    }
}
