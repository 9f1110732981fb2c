//! Freight of one parcel and of several.

use pifa::domain::freight::{self, Freight, Shipment};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::cases;
use super::harness::{holds, notices};
use super::product;
use crate::oracle::freight::{self as naive, Parcel};

fn shipment(parcel: &Parcel) -> Shipment {
    Shipment {
        quantity: Decimal::from(i64::try_from(parcel.pieces).unwrap()),
        weight_kg: product::grams(parcel.grams_each),
        volume_m3: product::volume(parcel.volume_each),
        goods: product::yuan(parcel.goods),
    }
}

fn estimated(parcel: &Parcel) -> String {
    let terms = product::terms(&parcel.terms);
    product::freight_text(freight::estimate(&terms, &shipment(parcel), &product::destination()))
}

fn estimated_by(rule: impl Fn(&Parcel) -> naive::Freight) -> impl Fn(&Parcel) -> String {
    move |parcel| product::naive_freight_text(rule(parcel))
}

#[test]
fn freight_is_the_first_unit_and_every_begun_next_one() {
    holds(2000, &cases::parcel(), estimated, estimated_by(naive::estimate));
}

#[test]
fn wrong_freight_is_noticed() {
    notices(2000, &cases::parcel(), estimated, estimated_by(naive::broken_estimate_floor));
    notices(2000, &cases::parcel(), estimated, estimated_by(naive::broken_estimate_zero));
    notices(2000, &cases::parcel(), estimated, estimated_by(naive::broken_estimate_free_above));
    let one_fen_off = |parcel: &Parcel| match naive::estimate(parcel) {
        naive::Freight::Exact(fen) => naive::Freight::Exact(fen + 1),
        other => other,
    };
    notices(2000, &cases::parcel(), estimated, estimated_by(one_fen_off));
}

fn parts() -> impl Strategy<Value = Vec<naive::Freight>> {
    let part = prop_oneof![
        3 => Just(naive::Freight::Exact(0)),
        5 => (1..5000_i128).prop_map(naive::Freight::Exact),
        1 => (1..5000_i128).prop_map(naive::Freight::AtMost),
        1 => Just(naive::Freight::Unknown),
    ];
    vec(part, 0..5)
}

fn combined(parts: &Vec<naive::Freight>) -> String {
    let parts: Vec<Freight> = parts
        .iter()
        .map(|part| match part {
            naive::Freight::Exact(fen) => Freight::Known(product::yuan(*fen)),
            naive::Freight::AtMost(fen) => Freight::AtMost(product::yuan(*fen)),
            naive::Freight::Unknown => Freight::Unknown,
        })
        .collect();
    product::freight_text(freight::combine(&parts))
}

fn combined_by(rule: fn(&[naive::Freight]) -> naive::Freight) -> impl Fn(&Vec<naive::Freight>) -> String {
    move |parts| product::naive_freight_text(rule(parts))
}

#[test]
fn several_offers_add_up_to_a_bound_and_one_unknown_makes_it_unknown() {
    holds(2000, &parts(), combined, combined_by(naive::combine));
}

#[test]
fn wrong_sums_are_noticed() {
    notices(2000, &parts(), combined, combined_by(naive::broken_combine_zero));
    notices(2000, &parts(), combined, combined_by(naive::broken_combine_exact));
}

/// Parcels of one template in one order.
fn one_template() -> impl Strategy<Value = Vec<naive::Parcel>> {
    vec(cases::parcel(), 1..4).prop_map(|mut parcels| {
        let (terms, goods) = (parcels[0].terms.clone(), parcels[0].goods);
        for parcel in &mut parcels {
            parcel.terms = terms.clone();
            parcel.goods = goods;
        }
        parcels
    })
}

fn of_order(parcels: &[naive::Parcel]) -> Freight {
    let terms: Vec<_> = parcels.iter().map(|parcel| product::terms(&parcel.terms)).collect();
    let shipments: Vec<_> = terms.iter().zip(parcels.iter().map(shipment)).collect();
    freight::of_order(&shipments, &product::destination())
}

/// Whether what the market will charge for parcels that travel together is within what was said.
fn is_within(said: Freight, together: naive::Freight) -> bool {
    match (said, together) {
        (Freight::Unknown, naive::Freight::Unknown) => true,
        (Freight::Known(said), naive::Freight::Exact(fen)) => said == product::yuan(fen),
        (Freight::AtMost(bound), naive::Freight::Exact(fen)) => product::yuan(fen) <= bound,
        _ => false,
    }
}

#[test]
fn parcels_that_travel_together_cost_no_more_than_was_said() {
    let within = |parcels: &Vec<naive::Parcel>| is_within(of_order(parcels), naive::together(parcels));
    holds(4000, &one_template(), within, |_| true);
    // The sum of what each costs alone is not enough where the first unit is the cheap one.
    let summed = |parcels: &Vec<naive::Parcel>| {
        let alone: Vec<Freight> = parcels
            .iter()
            .map(|parcel| {
                freight::estimate(&product::terms(&parcel.terms), &shipment(parcel), &product::destination())
            })
            .collect();
        is_within(freight::combine(&alone), naive::together(parcels))
    };
    notices(4000, &one_template(), summed, |_| true);
}
