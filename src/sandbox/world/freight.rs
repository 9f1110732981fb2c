//! What it costs to send goods: a table of first and next fees by zone for each shop, counted by weight,
//! pieces or volume; a freight forwarder's table (first unit 30 kg) for what is too heavy for a courier.

use rust_decimal::Decimal;

use super::draft::{Carriage, Draft, draw, supplier_draw};
use super::rng::{Source, mix};
use super::types::{Charge, WorldFreight};
use super::{World, topic};
use crate::domain::money::Money;

/// From this weight of the least order on, or half of it in one piece, goods go by LTL (grams).
const LTL_FROM_G: i64 = 30_000;

/// Lowest and highest (first, next) fee by zone in yuan: first kilogram and each further one by courier.
const COURIER: [[(i64, i64); 2]; 4] =
    [[(4, 8), (1, 3)], [(6, 10), (2, 5)], [(8, 12), (5, 9)], [(12, 20), (10, 18)]];

/// The same by LTL in tenths of a yuan: the first 30 kg and each further kilogram.
const LTL: [[(i64, i64); 2]; 4] =
    [[(350, 600), (6, 12)], [(500, 800), (9, 16)], [(700, 1200), (15, 26)], [(1500, 2600), (35, 60)]];

/// The freight of an offer whose unit weighs `weight_g` and of which at least `least` are ordered.
/// `stated` says whether weight and size are on the page; volume is counted only where they are.
pub(super) fn of(world: &World, draft: &Draft, weight_g: i64, least: i64, stated: bool) -> WorldFreight {
    match draft.carriage {
        Carriage::SellerPays => return WorldFreight::SellerPays,
        Carriage::Collect => return WorldFreight::Collect,
        Carriage::ByAgreement => return WorldFreight::ByAgreement,
        Carriage::Template => {}
    }
    let shop = world.source(topic::SUPPLIER, draft.supplier);
    let free_from = {
        let draw = shop.at(supplier_draw::FREE_FROM);
        let sums = [9_900, 19_900, 29_900, 39_900, 59_900, 99_900];
        draw.chance(160_000)
            .then(|| Money::from_fen(sums.get((draw.0 % 6) as usize).copied().unwrap_or(99_900)))
    };
    if weight_g >= LTL_FROM_G / 2 || weight_g * least >= LTL_FROM_G {
        return WorldFreight::Template {
            template_id: template_id(shop, 1),
            charge: Charge::Weight,
            first_unit: Decimal::from(30),
            next_unit: Decimal::ONE,
            fees: fees(shop, &LTL, 10, 1, 4),
            free_from: None,
        };
    }
    let template = |charge: Charge, first_unit: Decimal, kilograms: i64, code: u64| WorldFreight::Template {
        template_id: template_id(shop, code),
        charge,
        first_unit,
        next_unit: first_unit,
        fees: fees(shop, &COURIER, 50, kilograms, 0),
        free_from,
    };
    match draft.at(draw::CHARGE).below(100) {
        0..14 => {
            // As many pieces as make a kilogram, or one piece at the fee of its kilograms.
            let pieces = (1_000 / weight_g.max(1)).clamp(1, 50);
            let kilograms = ((weight_g + 999) / 1_000).max(1);
            template(
                Charge::Pieces,
                Decimal::from(pieces),
                kilograms,
                1_000 + pieces as u64 * 64 + kilograms as u64,
            )
        }
        // Couriers count 6 litres as a kilogram.
        14..21 if stated => template(Charge::Volume, Decimal::new(6, 3), 1, 2),
        _ => template(Charge::Weight, Decimal::ONE, 1, 3),
    }
}

/// Fees of one shop for every zone. `grain` is what one figure of the table is drawn in (fen); a first unit
/// of several kilograms costs the first and the following ones.
fn fees(
    shop: Source,
    table: &[[(i64, i64); 2]; 4],
    grain: i64,
    kilograms: i64,
    offset: u64,
) -> [(Money, Money); 4] {
    let scale = if grain == 50 { 100 } else { 10 };
    let mut counter = supplier_draw::NEAR + offset * 2;
    table.map(|[first, next]| {
        let mut fee = |(low, high): (i64, i64)| {
            counter += 1;
            shop.at(counter).between(low * scale / grain, high * scale / grain) * grain
        };
        let (first, next) = (fee(first), fee(next));
        (Money::from_fen(first + (kilograms - 1) * next), Money::from_fen(next * kilograms))
    })
}

/// Eight digits; the same for all offers of a shop that share a table. 0 and 1 mean other things on the wire.
fn template_id(shop: Source, code: u64) -> i64 {
    10_000_000 + (mix(shop.at(supplier_draw::TEMPLATE).0 ^ code) % 90_000_000) as i64
}

impl WorldFreight {
    /// Whether a forwarder carries it instead of a courier.
    pub fn is_ltl(&self) -> bool {
        matches!(self, WorldFreight::Template { charge: Charge::Weight, first_unit, .. } if *first_unit >= Decimal::from(30))
    }
}
