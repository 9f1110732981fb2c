//! Random offers and baskets by the hundred thousand: plain dice instead of strategies, as nothing is shrunk, and each
//! case by its own number, so that one can be looked at alone and all can be shared out among the processors.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};

use super::cases::HIGHEST_START;
use crate::dice::Dice;
use crate::oracle::freight::Terms;
use crate::oracle::plain::{Basket, Line, Mill, Mix, Offer, Pieces, Sku, Tier};

/// How many cases: PIFA_CASES, or a hundred thousand.
pub fn count() -> usize {
    std::env::var("PIFA_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000)
}

/// Looks for a case two rules disagree about; what it is, and what each says.
fn difference<C: Debug, T: PartialEq + Debug>(
    count: usize,
    seed: u64,
    make: &(impl Fn(&mut Dice) -> C + Sync),
    rule: &(impl Fn(&C) -> T + Sync),
    oracle: &(impl Fn(&C) -> T + Sync),
) -> Option<String> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let found = AtomicBool::new(false);
    let found = &found;
    let look = move |first: usize| {
        for number in (first..count).step_by(threads) {
            if found.load(Ordering::Relaxed) {
                return None;
            }
            let case = make(&mut Dice(seed ^ (number as u64).wrapping_mul(0xD134_2543_DE82_EF95)));
            let (said, expected) = (rule(&case), oracle(&case));
            if said != expected {
                found.store(true, Ordering::Relaxed);
                return Some(format!(
                    "case {number} of seed {seed}: {case:?}\n rule   {said:?}\n oracle {expected:?}"
                ));
            }
        }
        None
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|first| scope.spawn(move || look(first))).collect();
        workers.into_iter().find_map(|worker| worker.join().unwrap())
    })
}

/// The rule says what the oracle says in every case of a fresh seed (`PIFA_TEST_SEED` repeats one).
#[track_caller]
pub fn holds<C: Debug, T: PartialEq + Debug>(
    make: impl Fn(&mut Dice) -> C + Sync,
    rule: impl Fn(&C) -> T + Sync,
    oracle: impl Fn(&C) -> T + Sync,
) {
    let given = std::env::var("PIFA_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    });
    if let Some(difference) = difference(count(), seed, &make, &rule, &oracle) {
        panic!("PIFA_TEST_SEED={seed}: {difference}");
    }
}

/// The oracle catches this broken copy of the rule. The seed is fixed: whether it can does not depend on luck.
#[track_caller]
pub fn catches<C: Debug, T: PartialEq + Debug>(
    name: &str,
    make: impl Fn(&mut Dice) -> C + Sync,
    broken: impl Fn(&C) -> T + Sync,
    oracle: impl Fn(&C) -> T + Sync,
) {
    assert!(difference(100_000, 1688, &make, &broken, &oracle).is_some(), "{name} went unnoticed");
}

fn from_one_to(dice: &mut Dice, most: usize) -> Pieces {
    1 + dice.below(most) as Pieces
}

fn sometimes<T>(dice: &mut Dice, percent: usize, make: impl Fn(&mut Dice) -> T) -> Option<T> {
    (dice.below(100) < percent).then(|| make(dice))
}

fn price(dice: &mut Dice) -> Mill {
    const ROUND: [Mill; 10] = [300, 500, 600, 900, 1000, 1200, 2000, 3000, 5000, 10_000];
    if dice.chance(2) { *dice.pick(&ROUND) } else { 1 + dice.below(20_000) as Mill }
}

/// Tiers in any order; some start where another does, with another price.
pub fn tiers(dice: &mut Dice, most: usize) -> Vec<Tier> {
    let mut tiers: Vec<Tier> = Vec::new();
    for _ in 0..=dice.below(most) {
        let from = match dice.below(4) {
            0 if !tiers.is_empty() => dice.pick(&tiers).from,
            1 => *dice.pick(&[1, 2, 3, 5, 10, 20]),
            _ => from_one_to(dice, HIGHEST_START as usize),
        };
        let promotion = sometimes(dice, 30, price);
        tiers.push(Tier { from, price: price(dice), promotion });
    }
    if dice.chance(3) {
        tiers.sort_by_key(|tier| tier.from);
    }
    tiers
}

fn sku(dice: &mut Dice, quote_type: u8, spec: u32) -> Sku {
    let priced = quote_type == 1;
    Sku {
        spec,
        price: priced.then(|| price(dice)),
        promotion: if priced { sometimes(dice, 30, price) } else { None },
        stock: sometimes(dice, 60, |dice| dice.below(80) as Pieces),
        tiers: if quote_type == 3 { tiers(dice, 3) } else { Vec::new() },
    }
}

pub fn offer(dice: &mut Dice, id: i64) -> Offer {
    let quote_type = dice.below(4) as u8;
    let skus = if quote_type == 0 { 0 } else { 1 + dice.below(3) };
    Offer {
        id,
        supplier: 1,
        quote_type,
        moq: sometimes(dice, 80, |dice| from_one_to(dice, 30)),
        lot: sometimes(dice, 40, |dice| *dice.pick(&[2, 3, 5, 6, 10, 12])),
        tiers: if matches!(quote_type, 0 | 2) { tiers(dice, 5) } else { Vec::new() },
        skus: (1..=skus as u32).map(|spec| sku(dice, quote_type, spec)).collect(),
        stock: sometimes(dice, 40, |dice| dice.below(120) as Pieces),
        limit: sometimes(dice, 30, |dice| from_one_to(dice, 80)),
        mix_enabled: sometimes(dice, 70, |dice| !dice.chance(3)),
        terms: Terms::SellerPays,
        grams_each: None,
        volume_each: None,
    }
}

fn mix(dice: &mut Dice) -> Mix {
    let pieces = |dice: &mut Dice| {
        if dice.chance(2) { *dice.pick(&[5, 10, 20, 30, 50]) } else { from_one_to(dice, 80) }
    };
    let amount = |dice: &mut Dice| match dice.below(3) {
        0 => *dice.pick(&[1000, 5000, 10_000, 30_000]),
        _ => 100 + dice.below(60_000) as i128,
    };
    match dice.below(6) {
        0 => Mix { pieces: Some(pieces(dice)), amount: None },
        1 => Mix { pieces: None, amount: Some(amount(dice)) },
        _ => Mix { pieces: Some(pieces(dice)), amount: Some(amount(dice)) },
    }
}

/// One supplier's part of a cart: up to three offers, up to five lines, once in a while two of one SKU.
pub fn basket(dice: &mut Dice) -> Basket {
    let offers: Vec<Offer> = (0..=dice.below(3)).map(|at| offer(dice, 100 + at as i64)).collect();
    let lines = (0..=dice.below(5))
        .map(|at| {
            let offer = if at < offers.len() { at } else { dice.below(offers.len()) };
            let skus = offers[offer].skus.len();
            let sku = (skus > 0).then(|| dice.below(skus));
            let quantity =
                if dice.chance(2) { *dice.pick(&[1, 2, 5, 6, 10, 20, 30]) } else { from_one_to(dice, 45) };
            Line { id: 1 + at as i64, offer, sku, quantity }
        })
        .collect();
    let mix = sometimes(dice, 75, mix);
    Basket { offers, mix, lines, line_cap: 50, met_mix_waives: !dice.chance(5) }
}
