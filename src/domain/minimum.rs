//! The least quantity, lots, and the nearest quantity that can be ordered (DESIGN 6.5).

use rust_decimal::Decimal;

use crate::domain::offer::{Offer, QuoteType, Sku};
use crate::domain::price;
use crate::domain::quantity::{Quantity, Unit};

/// The step quantities of this offer move in: its lot, else one (or a thousandth of a measured unit).
pub fn step(offer: &Offer) -> Quantity {
    offer
        .lot
        .filter(|lot| !lot.is_zero())
        .or_else(|| offer.unit.as_ref().map(Unit::step))
        .unwrap_or(Quantity::ONE)
}

/// What an offer's total must reach to be ordered alone, before lots: max(MOQ, first tier). An unknown
/// MOQ asks for nothing; the screens show it as `?`.
pub fn required(offer: &Offer, sku: Option<&Sku>) -> Quantity {
    let first = match (offer.quote_type, sku) {
        (QuoteType::ByOffer | QuoteType::ByOfferOverSkus, _) => price::first_tier(&offer.tiers),
        (QuoteType::TiersPerSku, Some(sku)) => price::first_tier(&sku.tiers),
        (QuoteType::TiersPerSku, None) | (QuoteType::BySku, _) => None,
    };
    offer.moq.unwrap_or_default().max(first.map(|tier| tier.from_quantity).unwrap_or_default())
}

/// The least quantity that can be ordered alone: [`required`] rounded up to the lot, at least one step.
pub fn least(offer: &Offer, sku: Option<&Sku>) -> Quantity {
    let step = step(offer);
    required(offer, sku).max(step).round_up_to(step)
}

/// The most that can be ordered: stock and purchase limit, rounded down to the lot. `None` = no known bound.
pub fn most(offer: &Offer, sku: Option<&Sku>) -> Option<Quantity> {
    let stock = match sku {
        Some(sku) => sku.stock,
        None => offer.stock,
    };
    let bound = match (stock, offer.purchase_limit) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    bound.map(|bound| bound.round_down_to(step(offer)))
}

/// The orderable quantity closest to `wanted`, the greater of two equally close; `wanted` itself when it
/// can be ordered; `None` when nothing can.
pub fn nearest(offer: &Offer, sku: Option<&Sku>, wanted: Quantity) -> Option<Quantity> {
    let low = least(offer, sku);
    let high = most(offer, sku);
    if high.is_some_and(|high| high < low) {
        return None;
    }
    let step = step(offer);
    let down = wanted.round_down_to(step);
    let up = wanted.round_up_to(step);
    let near = if up.decimal() - wanted.decimal() <= wanted.decimal() - down.decimal() { up } else { down };
    let near = near.max(low);
    Some(high.map_or(near, |high| near.min(high)))
}

/// Whether any buyer could order exactly this quantity alone.
pub fn is_orderable(offer: &Offer, sku: Option<&Sku>, quantity: Quantity) -> bool {
    quantity.decimal() > Decimal::ZERO && nearest(offer, sku, quantity) == Some(quantity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OfferKey;
    use crate::domain::text::Clean;
    use jiff::Timestamp;

    fn offer(moq: u32, lot: Option<u32>, stock: Option<u32>) -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
        offer.moq = Some(Quantity::whole(moq));
        offer.lot = lot.map(Quantity::whole);
        offer.stock = stock.map(Quantity::whole);
        offer
    }

    fn near(offer: &Offer, wanted: u32) -> Option<u32> {
        nearest(offer, None, Quantity::whole(wanted)).map(|q| q.to_string().parse().unwrap())
    }

    #[test]
    fn least_is_rounded_up_to_the_lot() {
        assert_eq!(least(&offer(15, Some(6), None), None), Quantity::whole(18));
        assert_eq!(least(&offer(1, None, None), None), Quantity::ONE);
    }

    #[test]
    fn nearest_goes_to_the_closer_side_within_bounds() {
        let offer = offer(10, Some(4), Some(31));
        assert_eq!(
            [near(&offer, 1), near(&offer, 13), near(&offer, 14), near(&offer, 20), near(&offer, 500)],
            [Some(12), Some(12), Some(16), Some(20), Some(28)]
        );
    }

    #[test]
    fn nothing_is_near_when_the_stock_is_under_the_minimum() {
        assert_eq!(near(&offer(100, None, Some(50)), 100), None);
    }
}
