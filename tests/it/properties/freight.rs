//! Freight of one parcel and of several.

use pifa::domain::freight::{self, Freight, Shipment};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::cases;
use super::harness::{holds, notices};
use super::product;
use crate::oracle::freight::{self as naive, Parcel};

fn estimated(parcel: &Parcel) -> String {
    let shipment = Shipment {
        quantity: Decimal::from(i64::try_from(parcel.pieces).unwrap()),
        weight_kg: product::grams(parcel.grams_each),
        volume_m3: product::volume(parcel.volume_each),
        goods: product::yuan(parcel.goods),
    };
    let terms = product::terms(&parcel.terms);
    product::freight_text(freight::estimate(&terms, &shipment, &product::destination()))
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
