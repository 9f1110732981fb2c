//! The question in numbers, and how little it can cost at least.
//!
//! What is asked for (pieces or an amount of the mix rule, goods for free freight) is given a price, by the relaxation in
//! which parts of an option may be taken; each option then costs what it costs less what it gives at that price, and the
//! sum of the least of these, with what is asked for at its price, is a bound that no combination is below. What an
//! option costs above the least of its part is what the bound rises by when it is taken: most options are ruled out so.

use super::options::{Key, Part, Run};

/// Prices are in this part of a fen: large enough that no sum of money is off by one for it.
pub const PART: i128 = 1 << 32;

/// Even steps of options: what the first gives and costs, and each more.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Of the aim, and of goods.
    pub gives: [i64; 2],
    pub key: Key,
    pub step: [i64; 2],
    pub dear: i64,
    pub more: i64,
}

/// What is chosen from.
#[derive(Debug)]
pub struct Choice {
    pub ways: Vec<Way>,
    /// What is not made yet: of each SKU, and the freight of all.
    pub loose: Option<(Vec<Vec<Way>>, i64)>,
}

/// What of a run counts, by its part.
#[derive(Debug, Clone, Copy)]
pub enum Counts {
    Nothing,
    Goods,
    Units,
    UnitsAndGoods,
    GoodsTwice,
    GoodsAside,
}

impl Counts {
    pub fn of(self, units: i64, goods: i64) -> [i64; 2] {
        match self {
            Counts::Nothing => [0, 0],
            Counts::Goods => [goods, 0],
            Counts::Units => [units, 0],
            Counts::UnitsAndGoods => [units, goods],
            Counts::GoodsTwice => [goods, goods],
            Counts::GoodsAside => [0, goods],
        }
    }
}

impl Way {
    pub fn after(&self, steps: i64) -> ([i64; 2], Key) {
        let [aim, goods] = self.gives;
        let cost = self.key.cost + steps * self.dear;
        ([aim + steps * self.step[0], goods + steps * self.step[1]], Key { cost, ..self.key })
    }

    fn of(run: &Run, counts: Counts) -> Way {
        let (units, goods, dear) = run.step;
        Way {
            gives: counts.of(run.units, run.amount),
            key: run.key,
            step: counts.of(units, goods),
            dear,
            more: run.more,
        }
    }
}

impl Choice {
    pub fn of(part: &Part, counts: Counts) -> Choice {
        let ways = |runs: &[Run]| runs.iter().map(|run| Way::of(run, counts)).collect();
        let loose = part.more.as_ref().map(|more| {
            let each: Vec<Vec<Way>> = more.loose.iter().map(|runs| ways(runs)).collect();
            (each, more.freight)
        });
        Choice { ways: ways(&part.runs), loose }
    }

    /// The most it can give of one thing.
    fn most(&self, axis: usize) -> i64 {
        let of = |ways: &[Way]| ways.iter().map(|way| along(way.after(way.more).0, axis)).max().unwrap_or(0);
        let loose = self.loose.as_ref().map_or(0, |(each, _)| each.iter().map(|ways| of(ways)).sum());
        of(&self.ways).max(loose)
    }
}

pub fn along(gives: [i64; 2], axis: usize) -> i64 {
    if axis == 0 { gives[0] } else { gives[1] }
}

/// Prices of what is asked for, in parts of a fen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prices(pub [i128; 2]);

impl Prices {
    /// What it costs less what it gives at these prices.
    pub fn net(self, cost: i64, gives: [i64; 2]) -> i128 {
        let Prices([aim, goods]) = self;
        i128::from(cost) * PART - aim * i128::from(gives[0]) - goods * i128::from(gives[1])
    }

    pub fn of(self, targets: [i64; 2]) -> i128 {
        -self.net(0, targets)
    }

    /// The least net cost among these ways, the number of the way and the step; of equal ones the cheapest.
    pub fn least(self, ways: &[Way]) -> Option<(i128, usize, i64)> {
        let at = |way: &Way, steps: i64| {
            let (gives, key) = way.after(steps);
            (self.net(key.cost, gives), key, steps)
        };
        let best = |(number, way): (usize, &Way)| {
            let (net, key, steps) = at(way, 0).min(at(way, way.more));
            (net, key, number, steps)
        };
        ways.iter().enumerate().map(best).min().map(|(net, _, number, steps)| (net, number, steps))
    }

    fn least_loose(self, choice: &Choice) -> Option<i128> {
        let (each, freight) = choice.loose.as_ref()?;
        let sum: Option<i128> = each.iter().map(|ways| Some(self.least(ways)?.0)).sum();
        Some(sum? + i128::from(*freight) * PART)
    }

    /// The least net cost of a choice, with what is not made yet; and whether that could be less than what is made by
    /// no more than so much.
    pub fn least_of(self, choice: &Choice) -> Option<i128> {
        let made = self.least(&choice.ways).map(|(net, ..)| net);
        match (made, self.least_loose(choice)) {
            (Some(made), Some(loose)) => Some(made.min(loose)),
            (made, loose) => made.or(loose),
        }
    }

    /// How little any combination costs at least, in parts of a fen.
    pub fn bound(self, choices: &[Choice], targets: [i64; 2]) -> Option<i128> {
        let sum: Option<i128> = choices.iter().map(|choice| self.least_of(choice)).sum();
        Some(sum? + self.of(targets))
    }

    /// How much options that are not made yet may come to at these prices, where some of them may belong to a
    /// combination of at most `most` fen.
    pub fn room(self, choice: &Choice, bound: i128, most: i64) -> Option<i128> {
        let loose = self.least_loose(choice)?;
        let made = self.least(&choice.ways).map_or(i128::MAX, |(net, ..)| net);
        let counts = choice.ways.iter().any(|way| way.gives != [0, 0] || way.step != [0, 0]);
        if !counts && made <= loose {
            return None;
        }
        let room = i128::from(most) * PART - bound + made.min(loose);
        (loose <= room).then_some(room)
    }

    /// Only what is lowest at some of the prices there may be: enough to look for better ones.
    fn lowest_of(self, choices: &[Choice]) -> Vec<Choice> {
        let Prices(now) = self;
        let tried: Vec<Prices> = (0..=6)
            .flat_map(|share| {
                let [aim, goods] = now.map(|price| 2 * price.max(PART) * share / 6);
                [Prices([aim, now[1]]), Prices([now[0], goods])]
            })
            .chain([self, Prices([PART, 0]), Prices([PART, PART])])
            .collect();
        let lowest = |ways: &Vec<Way>| -> Vec<Way> {
            let mut found: Vec<usize> =
                tried.iter().filter_map(|prices| prices.least(ways)).map(|(_, way, _)| way).collect();
            found.sort_unstable();
            found.dedup();
            found.into_iter().filter_map(|way| ways.get(way).copied()).collect()
        };
        let of = |choice: &Choice| Choice {
            ways: lowest(&choice.ways),
            loose: choice.loose.as_ref().map(|(each, freight)| (each.iter().map(lowest).collect(), *freight)),
        };
        choices.iter().map(of).collect()
    }

    /// Prices near these at which the bound is highest: it has one peak along each.
    pub fn improved(self, choices: &[Choice], targets: [i64; 2]) -> Prices {
        let exactly = |prices: Prices| prices.bound(choices, targets);
        let few = self.lowest_of(choices);
        let bound = |prices: Prices| prices.bound(&few, targets);
        let with = |prices: Prices, axis: usize, price: i128| {
            let Prices([aim, goods]) = prices;
            Prices(if axis == 0 { [price, goods] } else { [aim, price] })
        };
        let mut best = self;
        for axis in [0, 1, 0].into_iter().filter(|axis| along(targets, *axis) > 0) {
            let Prices(now) = best;
            let (mut low, mut high) = (0, 2 * (if axis == 0 { now[0] } else { now[1] }).max(PART));
            for _ in 0..24 {
                let third = (high - low) / 3;
                let (one, other) = (low + third, high - third);
                if bound(with(best, axis, one)) < bound(with(best, axis, other)) {
                    low = one;
                } else {
                    high = other;
                }
            }
            // A fen for a fen is what goods alone cost.
            for price in [low, PART] {
                let prices = with(best, axis, price);
                if exactly(prices) > exactly(best) {
                    best = prices;
                }
            }
        }
        best
    }
}

/// A way to give more, by what more costs: from one option of a choice to another.
#[derive(Debug, Clone, Copy)]
pub struct Rise {
    pub choice: usize,
    pub gives: i64,
    pub cost: i64,
    /// The way and the step that are gone to.
    pub to: (usize, i64),
}

/// The relaxation for one of the two things asked for: its price, and how to give more of it, cheapest first. `None` =
/// there is not so much.
pub fn relaxed(choices: &[Choice], axis: usize, target: i64) -> Option<(i128, Vec<Rise>)> {
    let most: i64 = choices.iter().map(|choice| choice.most(axis)).sum();
    if most < target {
        return None;
    }
    let mut rises: Vec<Rise> = Vec::new();
    let mut given = 0;
    for (number, choice) in choices.iter().enumerate() {
        let ends = |(at, way): (usize, &Way)| [(at, way.after(0), 0), (at, way.after(way.more), way.more)];
        let mut points: Vec<(i64, i64, (usize, i64))> = choice
            .ways
            .iter()
            .enumerate()
            .flat_map(ends)
            .map(|(at, (gives, key), steps)| (along(gives, axis), key.cost, (at, steps)))
            .collect();
        let Some(start) = points.iter().min_by_key(|point| (point.1, -point.0)).copied() else { continue };
        given += start.0;
        points.retain(|point| point.0 > start.0);
        points.sort_unstable();
        points.dedup_by_key(|point| point.0);
        let mut hull = vec![start];
        for point in points {
            while let [.., before, last] = hull.as_slice()
                && rate_is_less(*last, point, *before, *last)
            {
                hull.pop();
            }
            hull.push(point);
        }
        rises.extend(hull.windows(2).filter_map(|pair| match pair {
            [from, to] => Some(Rise { choice: number, gives: to.0 - from.0, cost: to.1 - from.1, to: to.2 }),
            _ => None,
        }));
    }
    rises.sort_by(|a, b| {
        let [one, other] =
            [(a.cost, b.gives), (b.cost, a.gives)].map(|(cost, gives)| i128::from(cost) * i128::from(gives));
        one.cmp(&other)
    });
    let mut price = 0;
    for rise in &rises {
        if given >= target {
            break;
        }
        price = i128::from(rise.cost) * PART / i128::from(rise.gives.max(1));
        given += rise.gives;
    }
    Some((price, rises))
}

/// Whether giving more costs less from `c` to `d` than from `a` to `b`, or as much.
fn rate_is_less(
    c: (i64, i64, (usize, i64)),
    d: (i64, i64, (usize, i64)),
    a: (i64, i64, (usize, i64)),
    b: (i64, i64, (usize, i64)),
) -> bool {
    i128::from(d.1 - c.1) * i128::from(b.0 - a.0) <= i128::from(b.1 - a.1) * i128::from(d.0 - c.0)
}

/// A target that every combination meets which meets this one: all that is given comes in steps of one size.
pub fn even_target(choices: &[Choice], target: i64) -> i64 {
    let mut step = 0;
    let mut sum = 0;
    for choice in choices {
        let ways =
            || choice.ways.iter().chain(choice.loose.iter().flat_map(|(each, _)| each.iter().flatten()));
        if choice.loose.is_some() {
            // A combination gives a sum of what its SKUs give.
            step = ways().fold(step, |step, way| common(common(step, way.gives[0]), way.step[0]));
            continue;
        }
        let first = ways().next().map_or(0, |way| way.gives[0]);
        sum += first;
        step = ways().fold(step, |step, way| common(common(step, way.gives[0] - first), way.step[0]));
    }
    let missing = target - sum;
    if step == 0 { target } else { sum + super::field::round_up(missing, step) }
}

fn common(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { common(b, a % b) }
}
