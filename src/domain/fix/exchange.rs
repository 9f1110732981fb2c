//! A good combination, found quickly: from the options that are cheapest at the prices of the bound, one, two or three
//! choices are taken otherwise so that what is asked for is given, at best exactly.
//!
//! Mostly that costs no more than the bound, and nothing else has to be looked at.

use std::cell::Cell;

use super::bound::{Choice, PART, Prices, Rise, Way, along};
use super::options::{Key, steps};

/// A combination: of each choice the way, and the step of it.
#[derive(Debug, Clone)]
pub struct Found {
    pub key: Key,
    pub picks: Vec<(usize, i64)>,
}

/// Quantities of one way that are tried beside another.
const LONGEST: i64 = 4_096;
/// Options that are too many to go through all their combinations before three choices are tried.
const MANY: i64 = 300;
/// Tries for two choices, and for three.
const TRIES: [i64; 2] = [150_000, 100_000];

pub struct Exchange<'a> {
    pub choices: &'a [Choice],
    pub targets: [i64; 2],
    pub prices: Prices,
    /// What no combination is below, fen.
    pub least: i64,
    pub most: i64,
    pub work: &'a Cell<i64>,
    pub best: Option<Found>,
    tries: i64,
}

/// One choice taken otherwise: what that gives and costs more than what is taken now.
#[derive(Debug, Clone, Copy)]
struct Move {
    choice: usize,
    way: usize,
    more: i64,
    gives: [i64; 2],
    step: [i64; 2],
    key: Key,
    dear: i64,
    /// The same at the prices, of the first and a step; and the least of all.
    net: i128,
    each: i128,
    lowest: i128,
}

impl Move {
    fn after(&self, steps: i64) -> ([i64; 2], Key) {
        let gives = [self.gives[0] + steps * self.step[0], self.gives[1] + steps * self.step[1]];
        (gives, Key { cost: self.key.cost + steps * self.dear, ..self.key })
    }

    /// How many steps until so much is given; `None` = never.
    fn until(&self, missing: [i64; 2]) -> Option<i64> {
        let mut found = 0;
        for axis in [0, 1] {
            let left = along(missing, axis) - along(self.gives, axis);
            if left > 0 {
                if along(self.step, axis) <= 0 {
                    return None;
                }
                found = found.max(steps(left, along(self.step, axis)));
            }
        }
        (found <= self.more).then_some(found)
    }
}

/// What is taken now, and what it comes to.
struct Taken {
    picks: Vec<(usize, i64)>,
    gives: [i64; 2],
    key: Key,
}

impl<'a> Exchange<'a> {
    pub fn new(
        choices: &'a [Choice],
        targets: [i64; 2],
        prices: Prices,
        (least, most): (i64, i64),
        work: &'a Cell<i64>,
    ) -> Exchange<'a> {
        Exchange { choices, targets, prices, least, most, work, best: None, tries: 0 }
    }

    /// Whether nothing can be cheaper.
    pub fn is_closed(&self) -> bool {
        self.best.as_ref().is_some_and(|best| best.key.cost <= self.least)
    }

    /// Looks for it.
    pub fn find(&mut self, rises: &[Rise]) {
        let picks = self.choices.iter().map(|choice| {
            let (_, way, steps) = self.prices.least(&choice.ways)?;
            Some((way, steps))
        });
        let Some(picks) = picks.collect::<Option<Vec<(usize, i64)>>>() else { return };
        let Some(mut taken) = self.taken(picks) else { return };
        let mut moves = self.moves(&taken);
        self.with_one(&taken, &moves);
        for rise in rises {
            if self.best.is_some() {
                break;
            }
            let mut picks = taken.picks.clone();
            let Some(pick) = picks.get_mut(rise.choice) else { continue };
            *pick = rise.to;
            let Some(next) = self.taken(picks) else { continue };
            if next.gives[0] < taken.gives[0] || next.gives[1] < taken.gives[1] {
                continue;
            }
            taken = next;
            moves = self.moves(&taken);
            self.with_one(&taken, &moves);
        }
        self.drop_dear(&taken, &mut moves);
        // The fewest changes and the earliest lines first.
        moves.sort_unstable_by_key(|one| (one.key.changes, one.key.rank, one.choice, one.way));
        self.tries = TRIES[0];
        self.with_two(&taken, &moves, 0);
        self.drop_dear(&taken, &mut moves);
        // Of few options all combinations are soon gone through.
        if !self.is_closed() && self.options(&taken, &moves) > MANY {
            self.tries = TRIES[1];
            self.with_three(&taken, &moves);
        }
    }

    fn taken(&self, picks: Vec<(usize, i64)>) -> Option<Taken> {
        let mut taken = Taken { picks: Vec::new(), gives: [0, 0], key: Key::default() };
        for (choice, (way, steps)) in self.choices.iter().zip(&picks) {
            let (gives, key) = choice.ways.get(*way)?.after(*steps);
            taken.gives = [taken.gives[0] + gives[0], taken.gives[1] + gives[1]];
            taken.key = taken.key + key;
        }
        taken.picks = picks;
        Some(taken)
    }

    /// What may be taken otherwise.
    fn moves(&self, taken: &Taken) -> Vec<Move> {
        let mut moves = Vec::new();
        for (number, (choice, pick)) in self.choices.iter().zip(&taken.picks).enumerate() {
            let Some((own, key)) = choice.ways.get(pick.0).map(|way| way.after(pick.1)) else { continue };
            let net = self.prices.net(key.cost, own);
            moves.extend(choice.ways.iter().enumerate().map(|(at, way): (usize, &Way)| {
                let first = self.prices.net(way.key.cost, way.gives) - net;
                let each = self.prices.net(way.dear, way.step);
                Move {
                    choice: number,
                    way: at,
                    more: way.more,
                    gives: [way.gives[0] - own[0], way.gives[1] - own[1]],
                    step: way.step,
                    key: way.key - key,
                    dear: way.dear,
                    net: first,
                    each,
                    lowest: first.min(first + each * i128::from(way.more)),
                }
            }));
        }
        moves
    }

    fn missing(&self, taken: &Taken) -> [i64; 2] {
        [self.targets[0] - taken.gives[0], self.targets[1] - taken.gives[1]]
    }

    /// By how much the net cost may rise.
    fn gap(&self, taken: &Taken) -> i128 {
        let most = self.best.as_ref().map_or(self.most, |best| best.key.cost);
        let now = self.prices.net(taken.key.cost, taken.gives) + self.prices.of(self.targets);
        i128::from(most) * PART - now
    }

    /// Leaves out what is in no combination that is cheap enough.
    fn drop_dear(&self, taken: &Taken, moves: &mut Vec<Move>) {
        let mut saved = vec![0_i128; self.choices.len()];
        for one in moves.iter() {
            if let Some(saved) = saved.get_mut(one.choice) {
                *saved = one.lowest.min(*saved);
            }
        }
        let all: i128 = saved.iter().sum();
        let gap = self.gap(taken);
        moves.retain(|one| one.lowest + all - saved.get(one.choice).copied().unwrap_or(0) <= gap);
    }

    /// How many options are left.
    fn options(&self, taken: &Taken, moves: &[Move]) -> i64 {
        let gap = self.gap(taken);
        let within = |one: &Move| match one.each.abs() {
            0 => one.more,
            each => one.more.min(i64::try_from((gap - one.lowest).max(0) / each).unwrap_or(i64::MAX)),
        };
        moves.iter().map(|one| within(one) + 1).sum()
    }

    fn offer(&mut self, taken: &Taken, key: Key, moves: &[(&Move, i64)]) {
        if key.cost > self.most || self.best.as_ref().is_some_and(|best| best.key <= key) {
            return;
        }
        let mut picks = taken.picks.clone();
        for (one, steps) in moves {
            if let Some(pick) = picks.get_mut(one.choice) {
                *pick = (one.way, *steps);
            }
        }
        self.best = Some(Found { key, picks });
    }

    fn with_one(&mut self, taken: &Taken, moves: &[Move]) {
        let missing = self.missing(taken);
        if missing[0] <= 0 && missing[1] <= 0 {
            self.offer(taken, taken.key, &[]);
        }
        for one in moves {
            if let Some(steps) = one.until(missing) {
                self.offer(taken, taken.key + one.after(steps).1, &[(one, steps)]);
            }
        }
    }

    fn spend(&mut self, tries: i64) -> bool {
        self.tries -= tries;
        self.work.set(self.work.get() - tries);
        self.tries > 0 && self.work.get() > 0
    }

    /// Two moves; the choices of both after `from`.
    fn with_two(&mut self, taken: &Taken, moves: &[Move], from: usize) {
        let missing = self.missing(taken);
        let order = |key: Key| (key.changes, key.rank);
        for (at, one) in moves.iter().enumerate().filter(|(_, one)| one.choice >= from) {
            let mut gap = self.gap(taken);
            let mut passed = 0;
            for other in moves.iter().skip(at + 1).filter(|other| other.choice >= from) {
                passed += 1;
                let key = taken.key + one.key + other.key;
                if self.is_closed() && self.best.as_ref().is_some_and(|best| order(best.key) <= order(key)) {
                    break;
                }
                if one.choice == other.choice || one.lowest + other.lowest > gap {
                    continue;
                }
                let (few, many) = if one.more <= other.more { (one, other) } else { (other, one) };
                self.join(taken, missing, few, many);
                gap = self.gap(taken);
                if !self.spend(0) {
                    return;
                }
            }
            // Passing one by is a fraction of a try.
            if !self.spend(1 + passed / 4) {
                return;
            }
        }
    }

    /// The best of two ways together.
    fn join(&mut self, taken: &Taken, missing: [i64; 2], one: &Move, other: &Move) {
        let left = |by: [i64; 2]| [missing[0] - by[0], missing[1] - by[1]];
        let Some(low) = one.until(left(other.after(other.more).0)) else {
            self.spend(1);
            return;
        };
        let mut low = low;
        let mut high = one.until(left(other.gives)).unwrap_or(one.more);
        let gap = self.gap(taken) - one.net - other.lowest;
        if one.each > 0 {
            high = high.min(i64::try_from((gap / one.each).max(-1)).unwrap_or(i64::MAX));
        } else if one.each < 0 && gap < 0 {
            low = low.max(i64::try_from((gap + one.each + 1) / one.each).unwrap_or(i64::MAX));
        }
        high = high.min(low.saturating_add(LONGEST));
        for steps in low..=high {
            if !self.spend(1) {
                return;
            }
            let (gives, key) = one.after(steps);
            let Some(others) = other.until(left(gives)) else { continue };
            let sum = taken.key + key + other.after(others).1;
            if self.best.as_ref().is_none_or(|best| sum < best.key) {
                self.offer(taken, sum, &[(one, steps), (other, others)]);
                if self.is_closed() {
                    return;
                }
            }
        }
    }

    /// Three: one as it comes, and two that close what it leaves.
    fn with_three(&mut self, taken: &Taken, moves: &[Move]) {
        for one in moves {
            for steps in 0..=one.more {
                if one.net + one.each * i128::from(steps) > self.gap(taken) {
                    if one.each >= 0 {
                        break;
                    }
                    continue;
                }
                let (gives, _) = one.after(steps);
                if self.missing(taken)[0] <= gives[0] && self.missing(taken)[1] <= gives[1] {
                    break;
                }
                let mut picks = taken.picks.clone();
                if let Some(pick) = picks.get_mut(one.choice) {
                    *pick = (one.way, steps);
                }
                let Some(next) = self.taken(picks) else { continue };
                self.with_two(&next, moves, one.choice + 1);
                if !self.spend(1 + self.choices.len() as i64 / 4) || self.is_closed() {
                    return;
                }
            }
        }
    }
}
