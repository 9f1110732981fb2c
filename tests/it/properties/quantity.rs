//! Least, orderable, nearest and dominated quantities.

use pifa::domain::{compare, minimum};
use proptest::prelude::*;

use super::cases::{self, HIGHEST_START};
use super::harness::{holds, notices};
use super::product;
use crate::oracle::plain::{Offer, Pieces, Sku};
use crate::oracle::quantity as naive;

type Case = ((Offer, Option<usize>), Pieces);

fn quantity_cases() -> impl Strategy<Value = Case> {
    (cases::offer_and_sku(), 1..90_i128)
}

/// Both sides see the same SKU of the same offer.
fn with<T>(
    (offer, sku): &(Offer, Option<usize>),
    ask: impl Fn(&pifa::domain::offer::Offer, Option<&pifa::domain::offer::Sku>) -> T,
) -> T {
    let offer = product::offer(offer, None);
    let sku = sku.map(|sku| &offer.skus[sku]);
    ask(&offer, sku)
}

fn least((of, _): &Case) -> String {
    with(of, |offer, sku| minimum::least(offer, sku).to_string())
}

fn least_by(rule: fn(&Offer, Option<usize>) -> Pieces) -> impl Fn(&Case) -> String {
    move |((offer, sku), _)| rule(offer, *sku).to_string()
}

#[test]
fn the_least_quantity_is_minimum_and_first_tier_in_whole_lots() {
    holds(1500, &quantity_cases(), least, least_by(naive::least));
}

#[test]
fn wrong_least_quantities_are_noticed() {
    notices(1500, &quantity_cases(), least, least_by(naive::broken_least_without_tier));
    notices(1500, &quantity_cases(), least, least_by(naive::broken_least_rounded_down));
}

/// The orderable ones of the first two hundred quantities.
fn orderable((of, _): &Case) -> Vec<Pieces> {
    with(of, |offer, sku| {
        (1..200).filter(|count| minimum::is_orderable(offer, sku, product::pieces(*count))).collect()
    })
}

fn orderable_by(rule: fn(&Offer, Option<usize>, Pieces) -> bool) -> impl Fn(&Case) -> Vec<Pieces> {
    move |((offer, sku), _)| (1..200).filter(|count| rule(offer, *sku, *count)).collect()
}

#[test]
fn exactly_whole_lots_from_the_least_to_stock_and_limit_are_orderable() {
    holds(400, &quantity_cases(), orderable, orderable_by(naive::is_orderable));
}

#[test]
fn a_last_piece_not_sold_is_noticed() {
    notices(400, &quantity_cases(), orderable, orderable_by(naive::broken_is_orderable));
}

fn nearest((of, wanted): &Case) -> Option<String> {
    with(of, |offer, sku| {
        minimum::nearest(offer, sku, product::pieces(*wanted)).map(|quantity| quantity.to_string())
    })
}

type NearestRule = fn(&Offer, Option<usize>, Pieces, Pieces) -> Option<Pieces>;

fn nearest_by(rule: NearestRule) -> impl Fn(&Case) -> Option<String> {
    // No minimum, stock or limit lies further than 150 from any wanted quantity.
    move |((offer, sku), wanted)| rule(offer, *sku, *wanted, 150).map(|count| count.to_string())
}

#[test]
fn the_nearest_orderable_quantity_is_the_closest_and_the_larger_of_two() {
    holds(1500, &quantity_cases(), nearest, nearest_by(naive::nearest));
}

#[test]
fn taking_the_smaller_of_two_is_noticed() {
    notices(1500, &quantity_cases(), nearest, nearest_by(naive::broken_nearest));
}

/// Past every generated start, rounded to the largest lot: from here on a larger quantity costs more.
const BOUND: Pieces = 2 * HIGHEST_START;

/// Prices mostly fall with the quantity, as ladders do; some do not.
fn ladder_cases() -> impl Strategy<Value = Case> {
    (cases::offer_and_sku(), 0..3_i128).prop_map(|((mut offer, sku), mode)| {
        let fall = |tiers: &mut Vec<crate::oracle::plain::Tier>| {
            let mut prices: Vec<_> = tiers.iter().map(|tier| tier.price).collect();
            prices.sort_unstable_by(|a, b| b.cmp(a));
            tiers.sort_by_key(|tier| tier.from);
            for (tier, price) in tiers.iter_mut().zip(prices) {
                tier.price = price;
                tier.promotion = None;
            }
            tiers.reverse();
        };
        if mode > 0 {
            fall(&mut offer.tiers);
            offer.skus.iter_mut().for_each(|sku: &mut Sku| fall(&mut sku.tiers));
        }
        ((offer, sku), mode)
    })
}

/// Each dominated quantity with the better one, its cost and the saving, the product's runs spelled out.
fn dominated((of, _): &Case) -> Vec<(Pieces, String, String, String)> {
    let (plain, plain_sku) = of;
    with(of, |offer, sku| {
        let mut all = Vec::new();
        for run in compare::dominated(offer, sku) {
            let own = |count: Pieces| product::pieces(count);
            for count in (1..=BOUND).filter(|count| own(*count) >= run.from && own(*count) <= run.to) {
                // Which of the run's quantities can be ordered at all, and at what price, is checked above.
                if naive::is_orderable(plain, *plain_sku, count) {
                    let price = crate::oracle::price::unit_price(plain, *plain_sku, count, count).unwrap();
                    let saving = run.saving(product::money(price), own(count));
                    all.push((
                        count,
                        run.better.to_string(),
                        product::text(run.better_cost),
                        product::text(saving),
                    ));
                }
            }
        }
        all
    })
}

type DominatedRule = fn(&Offer, Option<usize>, Pieces) -> Vec<naive::Better>;

fn dominated_by(rule: DominatedRule) -> impl Fn(&Case) -> Vec<(Pieces, String, String, String)> {
    move |((offer, sku), _)| {
        rule(offer, *sku, BOUND)
            .into_iter()
            .map(|better| {
                let (cost, saving) = (product::fen_text(better.cost), product::fen_text(better.saving));
                (better.instead_of, better.quantity.to_string(), cost, saving)
            })
            .collect()
    }
}

#[test]
fn exactly_the_quantities_a_larger_one_undercuts_are_dominated() {
    holds(1200, &ladder_cases(), dominated, dominated_by(naive::dominated));
}

#[test]
fn wrong_dominated_quantities_are_noticed() {
    notices(1200, &ladder_cases(), dominated, dominated_by(naive::broken_dominated));
    let one_fen_off = |offer: &Offer, sku: Option<usize>, bound: Pieces| -> Vec<naive::Better> {
        let found = naive::dominated(offer, sku, bound);
        found.into_iter().map(|better| naive::Better { saving: better.saving + 1, ..better }).collect()
    };
    notices(1200, &ladder_cases(), dominated, dominated_by(one_fen_off));
}

/// A run starts and ends on a dominated quantity, and the runs ascend.
#[test]
fn runs_start_and_end_on_dominated_quantities() {
    let odd_ends = |((offer, sku), _): &Case| -> Vec<String> {
        let expected = naive::dominated(offer, *sku, BOUND);
        let is_dominated =
            |quantity: &str| expected.iter().any(|better| better.instead_of.to_string() == quantity);
        with(&(offer.clone(), *sku), |offer, sku| {
            let runs = compare::dominated(offer, sku);
            assert!(runs.iter().all(|run| run.from <= run.to && run.to < run.better));
            assert!(runs.windows(2).all(|pair| pair[0].to < pair[1].from));
            let ends = runs.iter().flat_map(|run| [run.from.to_string(), run.to.to_string()]);
            ends.filter(|end| !is_dominated(end)).collect()
        })
    };
    holds(1200, &ladder_cases(), odd_ends, |_| Vec::new());
}
