//! Break-even quantities between every two of up to eight offers.

use pifa::domain::break_even::{self, Runner};
use pifa::domain::offer::Offer;
use pifa::domain::quantity::Unit;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::prelude::ToPrimitive;

use super::cases;
use super::harness::{holds, notices_as};
use super::product;
use crate::oracle::pairs::{self as naive, Pair, Sold};
use crate::oracle::plain::{self, Pieces};

/// Every start, stock and lot of the cases lies well below.
const LAST: Pieces = 200;

/// Two to eight offers by three units and by none, some of like price so that the lead is close.
fn sold() -> impl Strategy<Value = Vec<Sold>> {
    let unit = select(vec![Some(0_u8), Some(0), Some(0), Some(1), None]);
    let off = select(vec![None, Some(-10_i128), Some(-1), Some(0), Some(1), Some(30)]);
    vec((cases::offer_and_sku(), unit, off), 2..9).prop_map(|mut all| {
        let first = all[0].0.0.clone();
        for ((offer, sku), _, off) in all.iter_mut().skip(1) {
            let Some(off) = off else { continue };
            if first.quote_type != 0 {
                continue;
            }
            (offer.quote_type, *sku) = (0, None);
            offer.skus.clear();
            offer.tiers.clone_from(&first.tiers);
            for tier in &mut offer.tiers {
                *tier = plain::Tier { price: (tier.price + *off).max(1), ..tier.clone() };
            }
        }
        all.into_iter().map(|(runner, unit, _)| (runner, unit)).collect()
    })
}

/// The product's pairs, as changes of the lead up to [`LAST`].
fn paired(sold: &Vec<Sold>) -> Vec<Pair> {
    let offers: Vec<Offer> = sold
        .iter()
        .map(|((offer, _), unit)| {
            let unit = unit.map(|unit| Unit::new(["件", "箱"][usize::from(unit)]));
            Offer { unit, ..product::offer(offer, None) }
        })
        .collect();
    let runners: Vec<Runner<'_>> = offers
        .iter()
        .zip(sold)
        .map(|(offer, ((_, sku), _))| Runner { offer, spec: sku.map(|sku| &offer.skus[sku].spec_id) })
        .collect();
    let whole = |quantity: pifa::domain::quantity::Quantity| quantity.decimal().to_i128().unwrap();
    break_even::pairs(&runners, &product::destination())
        .into_iter()
        .map(|pair| {
            let step = whole(pair.race.step);
            let mut changes: Vec<(Pieces, Option<usize>)> = Vec::new();
            for (at, lead) in pair.race.leads.iter().enumerate() {
                changes.push((whole(lead.from), Some(lead.winner)));
                let end = whole(lead.to) + step;
                let next = pair.race.leads.get(at + 1).map(|next| whole(next.from));
                if next != Some(end) {
                    changes.push((end, None));
                }
            }
            changes.retain(|(from, _)| *from <= LAST);
            Pair { one: pair.one, other: pair.other, step, changes }
        })
        .collect()
}

#[test]
fn the_lead_between_every_two_changes_exactly_where_counting_says() {
    holds(150, &sold(), paired, |sold| naive::pairs(sold, LAST));
}

#[test]
fn wrong_pairs_are_noticed() {
    type Rule = fn(&[Sold], Pieces) -> Vec<Pair>;
    let broken: [(&str, Rule); 2] =
        [("unlike units", naive::broken_pairs_of_all_units), ("one lot late", naive::broken_pairs_late)];
    for (name, rule) in broken {
        notices_as(name, 150, &sold(), paired, |sold| rule(sold, LAST));
    }
}
