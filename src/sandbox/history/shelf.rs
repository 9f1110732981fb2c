//! What a buyer would have taken from a shop: quantities people order, of goods that can be ordered today in
//! exactly that quantity.

use std::collections::BTreeMap;
use std::rc::Rc;

use rust_decimal::Decimal;

use super::super::orders::OrderLine;
use super::super::rules;
use super::super::world::World;
use super::super::world::rng::{Permutation, Source};
use super::super::world::types::{WorldOffer, WorldSku, WorldSupplier};
use crate::domain::money::Money;

/// Most that is spent on one listing in one order, fen.
const MOST_SPENT_FEN: i64 = 150_000;
/// Most variants of one listing in one order.
const MOST_VARIANTS: usize = 4;
/// Listings one order takes from a shop, where it has as many.
const LISTINGS: usize = 6;

/// Quantities people order.
const ROUND: [i64; 33] = [
    1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 30, 36, 40, 48, 50, 60, 80, 100, 120, 150, 200, 240, 300, 400,
    500, 600, 800, 1000, 1200, 1500, 2000,
];

/// So many of one variant.
#[derive(Debug, Clone)]
pub(super) struct Portion {
    pub offer: Rc<WorldOffer>,
    pub sku: Option<WorldSku>,
    pub quantity: i64,
}

impl Portion {
    /// As a line of an order, at this price.
    pub fn at(&self, unit_price: Money) -> OrderLine {
        let quantity = Decimal::from(self.quantity);
        OrderLine {
            sub_id: 0,
            offer_id: self.offer.offer_id,
            spec_id: self.sku.as_ref().map(|sku| sku.spec_id.clone()),
            sku_id: self.sku.as_ref().map(|sku| sku.sku_id),
            name: self.offer.subject.clone(),
            attributes: self
                .sku
                .iter()
                .flat_map(|sku| &sku.attributes)
                .map(|attribute| (attribute.name.to_string(), attribute.value.to_string()))
                .collect(),
            quantity,
            unit: self.offer.unit.to_string(),
            unit_price,
            amount_fen: unit_price.times(quantity).to_fen_rounded(),
            delivered: None,
        }
    }
}

/// What each portion costs today when they are ordered together.
pub(super) fn prices(portions: &[Portion]) -> Vec<Money> {
    let mut totals: BTreeMap<i64, Decimal> = BTreeMap::new();
    for portion in portions {
        *totals.entry(portion.offer.offer_id).or_default() += Decimal::from(portion.quantity);
    }
    portions
        .iter()
        .map(|portion| {
            let total = totals.get(&portion.offer.offer_id).copied().unwrap_or_default();
            rules::price_at(&portion.offer, portion.sku.as_ref(), total)
        })
        .collect()
}

/// A seller's goods, fee links left out, in the order this buyer looks at them.
#[derive(Debug)]
pub(super) struct Shelf {
    pub supplier: WorldSupplier,
    pub offers: Vec<Rc<WorldOffer>>,
    pub source: Source,
}

impl Shelf {
    pub fn of(world: &World, supplier: u64) -> Option<Shelf> {
        let source = Source::new(world.seed(), super::TOPIC, supplier);
        let numbers = world.offers_of_supplier(supplier);
        let order = Permutation::new(world.seed() ^ supplier, super::TOPIC, numbers.len() as u64);
        let offers = (0..numbers.len() as u64)
            .filter_map(|at| numbers.get(order.forward(at)? as usize).copied())
            .filter_map(|number| world.offer(number))
            .filter(|offer| !offer.fee_link)
            .map(Rc::new)
            .collect();
        Some(Shelf { supplier: world.supplier(supplier)?, offers, source })
    }

    /// Exactly so many lines that can be ordered together today, of listings that meet the condition; `None`
    /// when this shop does not have them.
    pub fn fill(&self, lines: usize, wanted: impl Fn(&WorldOffer) -> bool) -> Option<Vec<Portion>> {
        let mut portions = Vec::with_capacity(lines);
        let mut listings = 0;
        for offer in self.offers.iter().filter(|offer| wanted(offer)) {
            let missing = lines.saturating_sub(portions.len());
            if missing == 0 {
                break;
            }
            let share = missing.div_ceil(LISTINGS.saturating_sub(listings).max(1));
            let taken = (1..=share.min(MOST_VARIANTS)).rev().find_map(|count| self.take(offer, count));
            if let Some(taken) = taken {
                listings += 1;
                portions.extend(taken);
            }
        }
        (portions.len() == lines).then_some(portions)
    }

    /// So many variants of a listing, each in the same quantity, as may be ordered today; three times as much
    /// is in stock.
    pub fn take(&self, offer: &Rc<WorldOffer>, variants: usize) -> Option<Vec<Portion>> {
        let draw = |counter: u64| self.source.at(offer.number.wrapping_mul(8).wrapping_add(counter));
        let one = if offer.skus.is_empty() { 1 } else { variants };
        let count = i64::try_from(one).ok()?;
        let first = rules::price_at(offer, sensible(offer).first().copied(), Decimal::ONE).to_fen_rounded();
        if first <= 0 || (offer.skus.is_empty() && variants > 1) {
            return None;
        }
        let lot = offer.lot.unwrap_or(1).max(1);
        let least = rules::minimum(offer);
        let least = i64::try_from(least.ceil()).ok()?;
        let affordable = draw(0).between(4_000, 26_000) / first;
        let round = ROUND.iter().copied().take_while(|n| *n <= affordable).last().unwrap_or(1);
        let mut quantity = up_to_lot(round.max((least + count - 1) / count), lot);
        if let Some(limit) = offer.purchase_limit.filter(|limit| quantity * count > *limit) {
            quantity = limit / count / lot * lot;
        }
        if quantity < 1 || quantity * count < least || quantity * count * first > MOST_SPENT_FEN {
            return None;
        }
        if offer.skus.is_empty() {
            return (offer.stock >= quantity * 3)
                .then(|| vec![Portion { offer: Rc::clone(offer), sku: None, quantity }]);
        }
        let stocked: Vec<&WorldSku> =
            sensible(offer).into_iter().filter(|sku| sku.stock >= quantity * 3).collect();
        let from = draw(1).below(stocked.len() as u64) as usize;
        let portions: Vec<Portion> = stocked
            .iter()
            .cycle()
            .skip(from)
            .take(one.min(stocked.len()))
            .map(|sku| Portion { offer: Rc::clone(offer), sku: Some((*sku).clone()), quantity })
            .collect();
        (portions.len() == one).then_some(portions)
    }
}

/// Variants somebody means to buy: no bait far below the others' price.
pub(super) fn sensible(offer: &WorldOffer) -> Vec<&WorldSku> {
    let mut prices: Vec<i64> =
        offer.skus.iter().filter_map(|sku| sku.price).map(Money::to_fen_rounded).collect();
    prices.sort_unstable();
    let median = prices.get(prices.len() / 2).copied().unwrap_or(0);
    offer
        .skus
        .iter()
        .filter(|sku| sku.price.is_none_or(|price| price.to_fen_rounded().saturating_mul(2) >= median))
        .collect()
}

/// Rounded up to whole lots.
pub(super) fn up_to_lot(quantity: i64, lot: i64) -> i64 {
    let lot = lot.max(1);
    (quantity + lot - 1) / lot * lot
}
