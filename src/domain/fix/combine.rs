//! Every combination that may be the cheapest, one choice after another: only those are kept that nothing beats in what
//! they give and cost, and that the bound does not rule out. The last choice is made at once, by what is still missing.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::bound::{Choice, PART, Prices, Way};
use super::exchange::Found;
use super::options::{Key, steps};

/// Combinations kept at most after each choice.
const STATES: usize = 30_000;
/// Options by so few that all are looked at for the fewest changes, even where nothing can be cheaper.
const FEW: i64 = 300;
/// From how many on what can only come out even is left out as well.
const MANY: usize = 2_000;

pub struct Combine<'a> {
    pub choices: &'a [Choice],
    pub targets: [i64; 2],
    pub prices: Prices,
    pub work: &'a Cell<i64>,
}

/// A combination of the choices so far.
#[derive(Debug, Clone, Copy)]
struct State {
    gives: [i64; 2],
    key: Key,
    /// Cost less what is given, at the prices.
    net: i128,
    /// Index of what it was made from; the way of the last choice and the step of it.
    from: usize,
    way: (usize, i64),
}

/// What the choices still to come add.
#[derive(Debug, Clone, Copy, Default)]
struct Ahead {
    cost: i64,
    net: i128,
    /// At most.
    gives: [i64; 2],
}

/// The ways of one choice that are not ruled out.
struct Left {
    choice: usize,
    ways: Vec<(usize, i64, Way)>,
}

impl Left {
    fn options(&self) -> i64 {
        self.ways.iter().map(|(_, _, way)| way.more + 1).sum()
    }
}

impl Combine<'_> {
    /// The cheapest at no more than `most` fen, and whether nothing is cheaper for certain. `known`: one that costs that
    /// much is known.
    pub fn find(&self, most: i64, known: bool) -> (Option<Found>, bool) {
        let Some(mut left) = self.left(most) else { return (None, true) };
        left.sort_by_key(|left| (left.options(), left.choice));
        let mut ahead = vec![Ahead::default()];
        for one in left.iter().rev() {
            let after = ahead.last().copied().unwrap_or_default();
            ahead.push(self.before(one, after));
        }
        ahead.reverse();
        let start = State { gives: [0, 0], key: Key::default(), net: 0, from: 0, way: (0, 0) };
        let mut layers = vec![vec![start]];
        let mut complete = true;
        let mut most = most;
        let Some((last, others)) = left.split_last() else { return (None, true) };
        for (one, ahead) in others.iter().zip(ahead.iter().skip(1)) {
            let states = layers.last().map_or(&[][..], Vec::as_slice);
            let strict = known && states.len() > MANY;
            let mut next = Vec::new();
            'all: for (from, state) in states.iter().enumerate() {
                for (number, first, way) in &one.ways {
                    for at in 0..=way.more {
                        let more = self.with(state, from, (*number, *first), way, at);
                        let reached = self.is_reached(more.gives);
                        if self.may(&more, ahead, most, strict && !reached) {
                            if reached && more.key.cost + ahead.cost < most {
                                most = more.key.cost + ahead.cost;
                            }
                            self.work.set(self.work.get() - 4);
                            next.push(more);
                        }
                        self.work.set(self.work.get() - 1);
                        if reached || more.key.cost.saturating_add(ahead.cost) > most {
                            break;
                        }
                    }
                    if self.work.get() <= 0 {
                        complete = false;
                        break 'all;
                    }
                }
            }
            next.retain(|state| self.may(state, ahead, most, false));
            let mut kept = self.frontier(next);
            if kept.len() > STATES {
                complete = false;
                kept.sort_by_key(|state| (state.net, state.key));
                kept.truncate(STATES);
            }
            layers.push(kept);
        }
        (self.closed(&layers, last, &left, most), complete)
    }

    /// Whether few options are left that may be in a combination of no more than `most`.
    pub fn is_short(&self, most: i64) -> bool {
        self.left(most).is_none_or(|left| left.iter().map(Left::options).sum::<i64>() <= FEW)
    }

    /// The options that may be in a combination of no more than `most`; `None` where a choice has none.
    fn left(&self, most: i64) -> Option<Vec<Left>> {
        let least: Option<Vec<i128>> =
            self.choices.iter().map(|choice| Some(self.prices.least(&choice.ways)?.0)).collect();
        let least = least?;
        let gap = i128::from(most) * PART - self.prices.of(self.targets) - least.iter().sum::<i128>();
        let mut found = Vec::new();
        for (number, (choice, least)) in self.choices.iter().zip(least).enumerate() {
            let mut ways = Vec::new();
            for (at, way) in choice.ways.iter().enumerate() {
                let first = gap - (self.prices.net(way.key.cost, way.gives) - least);
                let each = self.prices.net(way.dear, way.step);
                let (low, high) = match each {
                    0 if first >= 0 => (0, way.more),
                    1.. if first >= 0 => (0, i64::try_from(first / each).unwrap_or(i64::MAX).min(way.more)),
                    ..0 if first >= 0 => (0, way.more),
                    ..0 => (i64::try_from((first + each + 1) / each).unwrap_or(i64::MAX), way.more),
                    _ => continue,
                };
                if low > high {
                    continue;
                }
                let (gives, key) = way.after(low);
                ways.push((at, low, Way { gives, key, more: high - low, ..*way }));
            }
            if ways.is_empty() {
                return None;
            }
            found.push(Left { choice: number, ways });
        }
        Some(found)
    }

    fn before(&self, one: &Left, after: Ahead) -> Ahead {
        let mut here = Ahead { cost: i64::MAX, net: i128::MAX, gives: [0, 0] };
        for (_, _, way) in &one.ways {
            let (gives, key) = way.after(way.more);
            let net = self.prices.net(way.key.cost, way.gives).min(self.prices.net(key.cost, gives));
            here.cost = here.cost.min(way.key.cost);
            here.net = here.net.min(net);
            here.gives = [here.gives[0].max(gives[0]), here.gives[1].max(gives[1])];
        }
        Ahead {
            cost: after.cost + here.cost,
            net: after.net + here.net,
            gives: [after.gives[0] + here.gives[0], after.gives[1] + here.gives[1]],
        }
    }

    fn with(&self, state: &State, from: usize, (number, first): (usize, i64), way: &Way, at: i64) -> State {
        let (gives, key) = way.after(at);
        State {
            gives: [state.gives[0] + gives[0], state.gives[1] + gives[1]],
            key: state.key + key,
            net: state.net + self.prices.net(key.cost, gives),
            from,
            way: (number, first + at),
        }
    }

    fn is_reached(&self, gives: [i64; 2]) -> bool {
        gives[0] >= self.targets[0] && gives[1] >= self.targets[1]
    }

    /// Whether it may become the cheapest.
    fn may(&self, state: &State, ahead: &Ahead, most: i64, strict: bool) -> bool {
        let most = if strict { most - 1 } else { most };
        state.key.cost + ahead.cost <= most
            && state.net + ahead.net + self.prices.of(self.targets) <= i128::from(most) * PART
            && state.gives[0] + ahead.gives[0] >= self.targets[0]
            && state.gives[1] + ahead.gives[1] >= self.targets[1]
    }

    /// What nothing beats: whatever gives as much of both costs more. What is given beyond what is asked for is worth
    /// nothing.
    fn frontier(&self, mut states: Vec<State>) -> Vec<State> {
        let capped =
            |state: &State| [state.gives[0].min(self.targets[0]), state.gives[1].min(self.targets[1])];
        states.sort_unstable_by_key(|state| {
            (state.key, std::cmp::Reverse(capped(state)), state.from, state.way)
        });
        if self.targets[1] <= 0 {
            let mut most = i64::MIN;
            states.retain(|state| {
                let [aim, _] = capped(state);
                let is_more = aim > most;
                most = most.max(aim);
                is_more
            });
            return states;
        }
        // Of what is kept: the most goods by what is given to the aim, falling as that rises.
        let mut stairs: BTreeMap<i64, i64> = BTreeMap::new();
        states.retain(|state| {
            let [aim, goods] = capped(state);
            if stairs.range(aim..).next().is_some_and(|(_, most)| *most >= goods) {
                return false;
            }
            while let Some((under, _)) = stairs.range(..=aim).next_back().filter(|(_, most)| **most <= goods)
            {
                let under = *under;
                stairs.remove(&under);
            }
            stairs.insert(aim, goods);
            true
        });
        states
    }

    /// The last choice, for each combination of the others the least that gives what is missing.
    fn closed(&self, layers: &[Vec<State>], last: &Left, left: &[Left], most: i64) -> Option<Found> {
        let mut best: Option<State> = None;
        for (from, state) in layers.last()?.iter().enumerate() {
            for (number, first, way) in &last.ways {
                let until = |axis: usize| {
                    let (target, has, gives, step) = if axis == 0 {
                        (self.targets[0], state.gives[0], way.gives[0], way.step[0])
                    } else {
                        (self.targets[1], state.gives[1], way.gives[1], way.step[1])
                    };
                    let missing = target - has - gives;
                    if missing > 0 && step <= 0 { i64::MAX } else { steps(missing, step) }
                };
                let at = until(0).max(until(1));
                if at > way.more {
                    continue;
                }
                let more = self.with(state, from, (*number, *first), way, at);
                if more.key.cost <= most && best.is_none_or(|best| more.key < best.key) {
                    best = Some(more);
                }
            }
        }
        let best = best?;
        let mut picks = vec![(0, 0); self.choices.len()];
        let mut state = best;
        for (number, one) in left.iter().enumerate().rev() {
            *picks.get_mut(one.choice)? = state.way;
            state = *layers.get(number)?.get(state.from)?;
        }
        Some(Found { key: best.key, picks })
    }
}
