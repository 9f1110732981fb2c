//! Facts against the rules they are worked out from, at quantities no table of ours has thought of.

use jiff::Timestamp;
use proptest::prelude::*;

use super::{Facts, Flags, Step, micro, milli};
use crate::catalog::words::Dictionary;
use crate::domain::id::{OfferKey, SpecId};
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, PriceTier, QuoteType, Sku};
use crate::domain::price::row_price;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

fn quantity(thousandths: u64) -> Quantity {
    Quantity::from_decimal(rust_decimal::Decimal::new(thousandths as i64, 3)).unwrap()
}

fn price(cents: u32) -> Money {
    Money::from_yuan(rust_decimal::Decimal::new(i64::from(cents), 3))
}

/// Small numbers, so that tiers, lots, minimums and stocks keep meeting.
fn amount() -> impl Strategy<Value = Quantity> {
    prop_oneof![
        (0_u64..30).prop_map(|n| quantity(n * 1000)),
        (0_u64..12).prop_map(|n| quantity(n * 5000)),
        (0_u64..30_000).prop_map(quantity),
    ]
}

fn tiers() -> impl Strategy<Value = Vec<PriceTier>> {
    let tier =
        (amount(), 1_u32..40_000, proptest::option::of(1_u32..40_000)).prop_map(|(from, list, promotion)| {
            PriceTier { from_quantity: from, price: price(list), promotion: promotion.map(price) }
        });
    proptest::collection::vec(tier, 0..4)
}

fn skus() -> impl Strategy<Value = Vec<Sku>> {
    let sku = (
        proptest::option::of(amount()),
        proptest::option::of(1_u32..40_000),
        proptest::option::of(1_u32..40_000),
        tiers(),
    );
    proptest::collection::vec(sku, 0..5).prop_map(|skus| {
        let sku = |(at, (stock, list, promotion, tiers)): (usize, (_, Option<u32>, Option<u32>, _))| Sku {
            spec_id: SpecId::new(&format!("s{at}")),
            sku_id: None,
            name: Clean::new("白"),
            name_en: None,
            price: list.map(price),
            promotion: promotion.map(price),
            tiers,
            stock,
        };
        skus.into_iter().enumerate().map(sku).collect()
    })
}

fn offers() -> impl Strategy<Value = Offer> {
    let bounds = (
        proptest::option::of(amount()),
        proptest::option::of(amount()),
        proptest::option::of(amount()),
        proptest::option::of(amount()),
    );
    let range = proptest::option::of((1_u32..9_000, 1_u32..9_000));
    (0_i64..4, tiers(), skus(), bounds, range, 0_usize..3, proptest::bool::weighted(0.1)).prop_map(
        |(quote, tiers, skus, (moq, lot, limit, stock), range, unit, gone)| {
            let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
            offer.quote_type = QuoteType::from_number(quote).unwrap();
            offer.tiers = tiers;
            offer.skus = skus;
            (offer.moq, offer.lot, offer.purchase_limit, offer.stock) = (moq, lot, limit, stock);
            offer.price_range = range.map(|(a, b)| (price(a.min(b)), price(a.max(b))));
            offer.unit = [None, Some(Unit::new("个")), Some(Unit::new("米"))][unit].clone();
            offer.gone = gone;
            offer
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn the_steps_say_what_a_row_says(
        offer in offers(),
        wanted in proptest::collection::vec(prop_oneof![0_u64..40_000, (0_u64..70).prop_map(|n| n * 500)], 12)
    ) {
        let facts = Facts::of(&offer, None, &mut Dictionary::default());
        let edges = facts.steps.iter().flat_map(|step| [step.from.saturating_sub(1), step.from, step.from + 1]);
        for at in wanted.into_iter().chain(edges) {
            let row = row_price(&offer, quantity(at));
            let (median, buyable) = facts.at(at);
            prop_assert_eq!(median, row.median.map(micro), "median at {} of {:?}", at, facts.steps);
            prop_assert_eq!(buyable, row.buyable, "buyable at {} of {:?}", at, facts.steps);
        }
        prop_assert_eq!(facts.lot_or_unit(), milli(minimum::step(&offer)));
        prop_assert_eq!(facts.steps.first().map(|step| step.from), Some(0));
        prop_assert!(facts.steps.windows(2).all(|two| two[0].from < two[1].from));
        prop_assert_eq!(Facts::from_bytes(&facts.to_bytes()), Some(facts));
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_as_something(offer in offers(), at in 0_usize..200, bits in 1_u8..=255) {
        let mut bytes = Facts::of(&offer, None, &mut Dictionary::default()).to_bytes();
        for end in 0..bytes.len() {
            prop_assert!(Facts::from_bytes(&bytes[..end]).is_none(), "cut off at {}", end);
        }
        let at = at % bytes.len();
        bytes[at] ^= bits;
        let _ = Facts::from_bytes(&bytes).map(|facts| facts.to_bytes());
    }
}

#[test]
fn every_number_comes_back() {
    let mut facts = Facts { flags: Flags(u32::MAX), ..Facts::default() };
    facts.steps = vec![
        Step { from: 0, price_micro: None, buyable: false },
        Step { from: 7, price_micro: Some(1), buyable: true },
        Step { from: 99_999_999_000, price_micro: Some(123_456_789_012), buyable: false },
    ];
    (facts.moq, facts.lot, facts.stock, facts.sold) = (Some(1), Some(2), Some(0), Some(u64::MAX));
    (facts.repeat, facts.ship_hours, facts.pickup) = (Some(5), Some(6), Some(7));
    (facts.years, facts.factory, facts.category) = (Some(8), Some(100), Some(i64::MAX));
    (facts.supplier, facts.belt, facts.city, facts.unit, facts.freight) = (1, 2, 3, 4, u32::MAX);
    (facts.weight_g, facts.volume_cm3) = (Some(3), Some(4));
    assert_eq!(Facts::from_bytes(&facts.to_bytes()), Some(facts));
    assert_eq!(Facts::from_bytes(&[]), None);
}

#[test]
fn steps_of_many_skus_are_few_where_the_price_is_one() {
    let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
    offer.quote_type = QuoteType::BySku;
    offer.moq = Some(Quantity::whole(3));
    offer.skus = (1..=60)
        .map(|n| Sku {
            spec_id: SpecId::new(&format!("s{n}")),
            sku_id: None,
            name: Clean::new("白"),
            name_en: None,
            price: Some(price(1500)),
            promotion: None,
            tiers: vec![],
            stock: Some(Quantity::whole(100 + n)),
        })
        .collect();
    let facts = Facts::of(&offer, None, &mut Dictionary::default());
    let steps: Vec<(u64, bool)> = facts.steps.iter().map(|step| (step.from, step.buyable)).collect();
    assert_eq!(steps, [(0, false), (3_000, true), (160_001, false)]);
}
