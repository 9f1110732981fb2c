//! The one row an offer is shown as, bait, and the comparison at one quantity.

use pifa::domain::{compare, price};
use proptest::prelude::*;

use super::cases;
use super::harness::{holds, notices};
use super::product;
use crate::oracle::plain::{Offer, Pieces};
use crate::oracle::row as naive;
use crate::oracle::{freight, price as naive_price, quantity};

type Case = (Offer, Pieces);

/// Quantities that the offer itself lets through: what a row shows below the minimum is the nearest one.
fn row_cases() -> impl Strategy<Value = Case> {
    (cases::offer(), 1..60_i128).prop_map(|(mut offer, wanted)| {
        offer.stock = None;
        offer.limit = None;
        let mut quantity = wanted;
        // No SKU has enough: told apart from the rest only where prices do not go by quantity.
        if offer.quote_type == 3 && (wanted..200).all(|count| !orderable(&offer, count)) {
            offer.skus.iter_mut().for_each(|sku| sku.stock = None);
        }
        while !quantity::is_orderable(&offer, None, quantity)
            || (offer.quote_type == 3 && !orderable(&offer, quantity))
        {
            quantity += 1;
        }
        (offer, quantity)
    })
}

/// Least, greatest, spec of the least, median; whether anything has enough, and whether the least is bait.
type Shown = (Option<String>, Option<String>, Option<String>, Option<String>, bool, bool);

fn shown((offer, quantity): &Case) -> Shown {
    let row = price::row_price(&product::offer(offer, None), product::pieces(*quantity));
    (
        row.least.map(product::text),
        row.greatest.map(product::text),
        row.spec_id.map(|spec| spec.as_str().to_owned()),
        row.median.map(product::text),
        row.buyable,
        row.bait,
    )
}

fn mills_doubled(twice: i128) -> String {
    let text = format!("{}.{:04}", twice / 2000, twice % 2000 * 5);
    let mut short = text.as_str();
    while short.ends_with('0') && short.split('.').next_back().is_some_and(|part| part.len() > 2) {
        short = &short[..short.len() - 1];
    }
    short.to_owned()
}

/// Whether the quantity can be ordered alone, of some SKU where there are any.
fn orderable(offer: &Offer, count: Pieces) -> bool {
    if offer.skus.is_empty() || offer.quote_type == 2 {
        return quantity::is_orderable(offer, None, count);
    }
    (0..offer.skus.len()).any(|sku| quantity::is_orderable(offer, Some(sku), count))
}

type Rule = fn(&Offer, Pieces) -> Option<naive::Row>;

fn shown_by(rule: Rule) -> impl Fn(&Case) -> Shown {
    move |(offer, quantity)| {
        let enough = rule(offer, *quantity);
        // Tiers per SKU may start above a quantity that its stock would cover.
        let buyable = enough.is_some() && orderable(offer, *quantity);
        let Some(row) = enough.or_else(|| naive::row_of_the_rest(offer, *quantity)) else {
            return (None, None, None, None, false, false);
        };
        (
            Some(product::mill_text(row.least)),
            Some(product::mill_text(row.greatest)),
            row.spec.map(|spec| product::spec_id(spec).as_str().to_owned()),
            Some(mills_doubled(row.twice_median)),
            buyable,
            row.spec.is_some_and(|spec| naive::bait(offer, *quantity).contains(&spec)),
        )
    }
}

#[test]
fn a_row_runs_from_least_to_greatest_over_what_has_enough() {
    holds(1500, &row_cases(), shown, shown_by(naive::row));
}

#[test]
fn wrong_rows_are_noticed() {
    notices(1500, &row_cases(), shown, shown_by(naive::broken_row_stock));
    notices(1500, &row_cases(), shown, shown_by(naive::broken_row_median));
}

/// The specs of an offer by SKU that are bait.
fn bait(offer: &Offer) -> Vec<String> {
    let domain = product::offer(offer, None);
    let mut specs: Vec<String> = domain
        .skus
        .iter()
        .filter(|sku| price::sku_is_bait(&domain, &sku.spec_id))
        .map(|sku| sku.spec_id.as_str().to_owned())
        .collect();
    specs.sort_unstable();
    specs
}

fn bait_by(rule: fn(&Offer, Pieces) -> Vec<u32>) -> impl Fn(&Offer) -> Vec<String> {
    move |offer| rule(offer, 1).into_iter().map(|spec| product::spec_id(spec).as_str().to_owned()).collect()
}

#[test]
fn bait_is_under_thirty_percent_of_the_median() {
    holds(1500, &cases::offer_of(1), bait, bait_by(naive::bait));
}

#[test]
fn a_wrong_share_is_noticed() {
    notices(1500, &cases::offer_of(1), bait, bait_by(naive::broken_bait));
}

type CompareCase = ((Offer, Option<usize>), Pieces);

/// An SKU of an offer at a quantity that can be ordered, in three of four cases.
fn compare_cases() -> impl Strategy<Value = CompareCase> {
    (cases::offer_and_sku(), 1..60_i128).prop_map(|((offer, sku), wanted)| {
        let fitting = quantity::nearest(&offer, sku, wanted, 150).unwrap_or(wanted);
        ((offer, sku), if wanted % 4 == 0 { wanted } else { fitting })
    })
}

/// Unit price, goods, freight, landed cost: only where the quantity can be ordered.
type Compared = Option<(String, String, String, Option<String>)>;

fn compared(((offer, sku), count): &CompareCase) -> Compared {
    let spec = sku.map(|sku| product::spec_id(offer.skus[sku].spec));
    let at = compare::at(
        &product::offer(offer, None),
        spec.as_ref(),
        product::pieces(*count),
        &product::destination(),
    );
    at.buyable.then(|| {
        assert_eq!(at.spec_id, spec);
        (
            product::text(at.unit_price.unwrap()),
            product::text(at.goods.unwrap()),
            product::freight_text(at.freight),
            at.landed.map(product::text),
        )
    })
}

fn compared_by(
    estimate: fn(&freight::Parcel) -> freight::Freight,
    landed: fn(i128, freight::Freight) -> freight::Landed,
    extra: i128,
) -> impl Fn(&CompareCase) -> Compared {
    move |((offer, sku), count)| {
        if !quantity::is_orderable(offer, *sku, *count) {
            return None;
        }
        let unit = naive_price::unit_price(offer, *sku, *count, *count)?;
        let goods = naive_price::line_amount(unit, *count) + extra;
        let freight = estimate(&freight::Parcel {
            terms: offer.terms.clone(),
            pieces: *count,
            goods,
            grams_each: offer.grams_each,
            volume_each: offer.volume_each,
        });
        let landed = match landed(goods, freight) {
            freight::Landed::Exact(fen) | freight::Landed::AtMost(fen) => Some(product::fen_text(fen)),
            freight::Landed::AtLeast(_) => None,
        };
        Some((
            product::mill_text(unit),
            product::fen_text(goods),
            product::naive_freight_text(freight),
            landed,
        ))
    }
}

#[test]
fn a_comparison_is_price_times_quantity_and_freight() {
    holds(1500, &compare_cases(), compared, compared_by(freight::estimate, freight::landed, 0));
}

#[test]
fn wrong_comparisons_are_noticed() {
    notices(1500, &compare_cases(), compared, compared_by(freight::broken_estimate_zero, freight::landed, 0));
    notices(1500, &compare_cases(), compared, compared_by(freight::estimate, freight::broken_landed, 0));
    notices(1500, &compare_cases(), compared, compared_by(freight::estimate, freight::landed, 1));
}
