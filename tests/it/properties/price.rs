//! Unit prices and line amounts.

use pifa::domain::money::Money;
use pifa::domain::price;
use pifa::domain::quantity::Quantity;
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::cases;
use super::harness::{holds, notices};
use super::product;
use crate::oracle::plain::{Mill, Offer, Pieces, Tier};
use crate::oracle::price as naive;

type TierCase = (Vec<Tier>, Pieces);

fn tier_cases() -> impl Strategy<Value = TierCase> {
    (vec(cases::tier(), 0..7), 1..60_i128)
}

fn charged((tiers, quantity): &TierCase) -> Option<String> {
    let tiers = product::tiers(tiers);
    let quantity = product::pieces(*quantity);
    let tier = price::tier_at(&tiers, quantity).or_else(|| price::first_tier(&tiers));
    tier.map(|tier| product::text(tier.charged()))
}

fn by(rule: impl Fn(&[Tier], Pieces) -> Option<Mill>) -> impl Fn(&TierCase) -> Option<String> {
    move |(tiers, quantity)| rule(tiers, *quantity).map(product::mill_text)
}

#[test]
fn the_tier_reached_last_charges_whatever_order_they_come_in() {
    holds(2000, &tier_cases(), charged, by(naive::tier_price));
}

#[test]
fn wrong_tiers_are_noticed() {
    notices(2000, &tier_cases(), charged, by(naive::broken_tier_price_strict));
    notices(2000, &tier_cases(), charged, by(naive::broken_tier_price_unsorted));
    notices(2000, &tier_cases(), charged, by(naive::broken_tier_price_without_promotion));
    notices(
        2000,
        &tier_cases(),
        charged,
        by(|tiers, quantity| naive::tier_price(tiers, quantity).map(|mill| mill + 10)),
    );
}

type UnitCase = ((Offer, Option<usize>), Pieces, Pieces);

/// An offer, one of its SKUs, its own quantity, and the quantity of the offer's other SKUs.
fn unit_cases() -> impl Strategy<Value = UnitCase> {
    (cases::offer_and_sku(), 1..40_i128, 0..40_i128)
}

fn total(sku: Option<usize>, own: Pieces, others: Pieces) -> Pieces {
    if sku.is_some() { own + others } else { own }
}

fn unit(((offer, sku), own, others): &UnitCase) -> Option<String> {
    let spec = sku.map(|sku| product::spec_id(offer.skus[sku].spec));
    let total = product::pieces(total(*sku, *own, *others));
    let price = price::unit_price(&product::offer(offer, None), spec.as_ref(), total, product::pieces(*own));
    price.map(|price| product::text(price.charged))
}

type UnitRule = fn(&Offer, Option<usize>, Pieces, Pieces) -> Option<Mill>;

fn unit_by(rule: UnitRule) -> impl Fn(&UnitCase) -> Option<String> {
    move |((offer, sku), own, others)| {
        rule(offer, *sku, *own, total(*sku, *own, *others)).map(product::mill_text)
    }
}

#[test]
fn each_quote_type_has_its_own_quantity() {
    holds(2000, &unit_cases(), unit, unit_by(naive::unit_price));
}

#[test]
fn pooling_over_the_wrong_skus_is_noticed() {
    notices(2000, &unit_cases(), unit, unit_by(naive::broken_unit_price_pooled));
}

/// A price and a measured quantity in thousandths, often exactly half a fen.
fn measured_cases() -> impl Strategy<Value = (Mill, i128)> {
    (1..100_000_i128, prop_oneof![1..100_000_i128, (1..200_i128).prop_map(|half| half * 500)])
}

fn measured((price, thousandths): &(Mill, i128)) -> (String, i64) {
    let quantity = Decimal::new(i64::try_from(*thousandths).unwrap(), 3);
    let quantity = Quantity::from_decimal(quantity).unwrap();
    let amount: Money = product::money(*price).times(quantity.decimal());
    (product::text(amount.rounded()), amount.to_fen_rounded())
}

fn measured_by(rule: fn(Mill, i128) -> i128) -> impl Fn(&(Mill, i128)) -> (String, i64) {
    move |(price, thousandths)| {
        let fen = rule(*price, *thousandths);
        (product::fen_text(fen), i64::try_from(fen).unwrap())
    }
}

#[test]
fn amounts_are_rounded_half_up_to_the_fen() {
    holds(2000, &measured_cases(), measured, measured_by(naive::measured_amount));
}

#[test]
fn a_dropped_or_added_fen_is_noticed() {
    notices(2000, &measured_cases(), measured, measured_by(naive::broken_measured_amount));
    notices(
        2000,
        &measured_cases(),
        measured,
        measured_by(|price, parts| naive::measured_amount(price, parts) + 1),
    );
}
