//! The fix held against every quantity there is: 500 random small carts, to the fen.
//!
//! The long form: `PROPTEST_CASES=20000 cargo test --test it properties::fix`, with `PROPTEST_RNG_SEED` for a seed.

use std::sync::Arc;

use pifa::domain::cart::Rules;
use pifa::domain::fix::{Plan, Task, applied, fix, plan};
use pifa::domain::offer::Offer;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::harness::{holds, notices_as};
use super::product;
use crate::oracle::fix::{self as naive, Case, Flaw};
use crate::oracle::freight::{Basis, Template, Terms};
use crate::oracle::plain::{self, Basket, Fen, Line, Mill, Mix, Pieces, Sku, Tier};

const CASES: u32 = 500;

fn price() -> impl Strategy<Value = Mill> {
    // Whole yuan, whole fen, and parts of a fen.
    prop_oneof![2 => select(vec![500, 1000, 1200, 2000]), 2 => (2..60_i128).prop_map(|p| p * 10), 2 => 20..900_i128]
}

fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    let from = select(vec![1, 1, 2, 3, 5, 6, 8, 10]);
    let tier = (from, price(), option::weighted(0.2, price()));
    vec(tier.prop_map(|(from, price, promotion)| Tier { from, price, promotion }), 1..4)
}

fn terms() -> impl Strategy<Value = Terms> {
    let free = option::weighted(0.6, prop_oneof![200..3000_i128, select(vec![500, 1000])]);
    let template = (1..6_i128, 0..400_i128, 1..4_i128, 0..60_i128, free).prop_map(
        |(first_unit, first_fee, next_unit, next_fee, free_from)| {
            Terms::Template(Template {
                basis: Basis::Pieces,
                first_unit,
                first_fee,
                next_unit,
                next_fee,
                free_from,
            })
        },
    );
    prop_oneof![3 => template, 2 => Just(Terms::SellerPays)]
}

/// Stocks are set later, by how many things there are to try.
fn offer() -> impl Strategy<Value = plain::Offer> {
    let skus = vec((price(), option::weighted(0.2, price()), tiers()), 1..3);
    let numbers = (
        option::weighted(0.7, 1..12_i128),
        option::weighted(0.35, select(vec![2, 3, 4])),
        option::weighted(0.1, 4..20_i128),
        option::weighted(0.5, prop::bool::weighted(0.8)),
    );
    (0..4_u8, tiers(), skus, numbers, terms()).prop_map(
        |(quote_type, tiers, skus, (moq, lot, limit, mix_enabled), terms)| plain::Offer {
            id: 0,
            supplier: 1,
            quote_type,
            moq,
            lot,
            tiers: if matches!(quote_type, 0 | 2) { tiers } else { Vec::new() },
            skus: if quote_type == 0 {
                Vec::new()
            } else {
                let sku =
                    |(position, (price, promotion, tiers)): (usize, (Mill, Option<Mill>, Vec<Tier>))| Sku {
                        spec: position as u32 + 1,
                        price: (quote_type == 1).then_some(price),
                        promotion: promotion.filter(|_| quote_type == 1),
                        stock: None,
                        tiers: if quote_type == 3 { tiers } else { Vec::new() },
                    };
                skus.into_iter().enumerate().map(sku).collect()
            },
            stock: None,
            limit,
            mix_enabled,
            terms,
            grams_each: None,
            volume_each: None,
        },
    )
}

/// How far each thing may be raised, so that all combinations can be tried.
fn room(things: usize) -> Pieces {
    match things {
        0..=1 => 40,
        2 => 25,
        3 => 13,
        4 => 7,
        5 => 4,
        _ => 2,
    }
}

fn case() -> impl Strategy<Value = Case> {
    let mix = (option::weighted(0.8, 2..22_i128), option::weighted(0.7, 100..4000_i128))
        .prop_filter("a rule asks for something", |(pieces, amount)| pieces.is_some() || amount.is_some())
        .prop_map(|(pieces, amount)| Mix { pieces, amount });
    let picks = vec((any::<prop::sample::Index>(), 1..7_i128), 1..4);
    let stocks = vec(0..=40_i128, 12);
    (
        vec(offer(), 1..3),
        vec(offer(), 0..2),
        option::weighted(0.7, mix),
        (picks, stocks, prop::bool::weighted(0.85)),
    )
        .prop_map(|(mut offers, mut shelf, mix, (picks, stocks, met_mix_waives))| {
            for (number, offer) in offers.iter_mut().chain(&mut shelf).enumerate() {
                offer.id = 100 + number as i64;
            }
            let mut lines = Vec::new();
            for (number, offer) in offers.iter().enumerate() {
                for (position, (sku, quantity)) in picks.iter().enumerate() {
                    // Each offer has a line; some have several, even of one SKU.
                    if position > 0 && (position + number) % 2 == 0 {
                        continue;
                    }
                    let skus = offer.skus.len();
                    let sku = (skus > 0).then(|| sku.index(skus));
                    lines.push(Line { id: lines.len() as i64 + 1, offer: number, sku, quantity: *quantity });
                }
            }
            let things: usize = offers.iter().chain(&shelf).map(|offer| naive::skus(offer).len()).sum();
            let mut stocks = stocks.into_iter().cycle();
            for (number, offer) in offers.iter_mut().chain(&mut shelf).enumerate() {
                for sku in naive::skus(offer) {
                    let own = lines.iter().filter(|line| line.offer == number && line.sku == sku);
                    let current: Pieces = own.map(|line| line.quantity).sum();
                    let stock = current + stocks.next().unwrap().min(room(things));
                    match sku {
                        Some(sku) => offer.skus[sku].stock = Some(stock),
                        None => offer.stock = Some(stock),
                    }
                }
                let total: Pieces =
                    lines.iter().filter(|line| line.offer == number).map(|line| line.quantity).sum();
                offer.limit = offer.limit.map(|limit| limit.max(total));
            }
            Case { basket: Basket { offers, mix, lines, line_cap: 50, met_mix_waives }, shelf }
        })
}

fn planned(case: &Case, new_goods: bool) -> Plan {
    let lines = product::lines(&case.basket);
    let mix = case.basket.mix.as_ref();
    let shelf: Vec<Arc<Offer>> =
        case.shelf.iter().map(|offer| Arc::new(product::offer(offer, mix))).collect();
    let rules = Rules { mix_waives_moq: case.basket.met_mix_waives, line_cap: case.basket.line_cap };
    let destination = product::destination();
    let task = Task { lines: &lines, shelf: &shelf, rules: &rules, destination: &destination };
    let found = plan(&task, new_goods);
    assert_eq!(found, plan(&task, new_goods), "the same cart gives the same plan");
    if new_goods {
        let both = fix(&task);
        assert_eq!(both.plan, found);
        assert_eq!(both.without_new.is_some(), found.has_new_goods());
    }
    assert!(found.proven, "so few choices are never cut short");
    assert!(found.changes.iter().all(|change| change.to >= change.from));
    let costs: pifa::domain::money::Money = found.changes.iter().map(|change| change.cost).sum();
    assert_eq!(costs, found.goods[1] - found.goods[0], "the changes add up");
    if found.no_fix.is_empty() {
        // What it buys is legal and costs what it says, by the oracle's own reckoning.
        let bought: Vec<(usize, Option<usize>, Pieces)> = applied(&lines, &found.changes)
            .iter()
            .map(|line| {
                let offers: Vec<&plain::Offer> = case.basket.offers.iter().chain(&case.shelf).collect();
                let number = offers.iter().position(|o| line.offer.key.market_id() == Some(o.id)).unwrap();
                let specs = offers[number].skus.iter().map(|sku| product::spec_id(sku.spec));
                let sku = line.spec_id.as_ref().map(|spec| specs.clone().position(|s| s == *spec).unwrap());
                (number, sku, line.quantity.to_string().parse().unwrap())
            })
            .collect();
        let cost = naive::cost(case, &bought);
        assert_eq!(cost.map(product::fen_text), Some(product::text(found.cost_after())), "{bought:?}");
    }
    found
}

/// What the plan costs; `None` when something stays broken.
fn cost_of(case: &Case) -> Option<String> {
    let found = planned(case, true);
    found.no_fix.is_empty().then(|| product::text(found.cost_after()))
}

fn cost_without_new(case: &Case) -> Option<String> {
    let found = planned(case, false);
    assert!(!found.has_new_goods());
    found.no_fix.is_empty().then(|| product::text(found.cost_after()))
}

fn cheapest(flaw: Flaw) -> impl Fn(&Case) -> Option<String> {
    move |case| naive::cheapest(case, flaw).map(|fen: Fen| product::fen_text(fen))
}

#[test]
fn nothing_legal_is_cheaper() {
    holds(CASES, &case(), cost_of, cheapest(Flaw::None));
}

#[test]
fn nothing_legal_is_cheaper_without_new_goods() {
    holds(CASES, &case(), cost_without_new, cheapest(Flaw::NothingNew));
}

#[test]
fn every_wrong_cheapest_is_noticed() {
    for flaw in [
        Flaw::NoLots,
        Flaw::MixAnd,
        Flaw::NoFreight,
        Flaw::NothingNew,
        Flaw::NoFirstTier,
        Flaw::MixCountsAll,
        Flaw::Lowers,
        Flaw::KeepsDominated,
        Flaw::OneFenMore,
    ] {
        notices_as(&format!("{flaw:?}"), CASES, &case(), cost_of, cheapest(flaw));
    }
}
