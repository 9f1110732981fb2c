//! Least, orderable, nearest and dominated quantities (DESIGN 6.5, 6.7, 6.11; GATEWAY 3.4).

use super::plain::*;
use super::price;

/// The tiers that bound the least quantity of an offer (of its SKU when tiers are per SKU).
fn bounding_tiers(offer: &Offer, sku: Option<usize>) -> Vec<Tier> {
    match (offer.quote_type, sku) {
        (0 | 2, _) => offer.tiers.clone(),
        (3, Some(sku)) => offer.skus[sku].tiers.clone(),
        _ => Vec::new(),
    }
}

/// Where the first tier starts, if there is any.
pub fn first_tier(tiers: &[Tier]) -> Option<Pieces> {
    tiers.iter().map(|tier| tier.from).min()
}

/// The least quantity that can be ordered alone: counted up from one piece.
pub fn least(offer: &Offer, sku: Option<usize>) -> Pieces {
    let first = first_tier(&bounding_tiers(offer, sku)).unwrap_or(0);
    let lot = offer.lot.unwrap_or(1);
    let mut quantity = 1;
    while quantity < offer.moq.unwrap_or(0) || quantity < first || quantity % lot != 0 {
        quantity += 1;
    }
    quantity
}

/// Forgets the first tier.
pub fn broken_least_without_tier(offer: &Offer, sku: Option<usize>) -> Pieces {
    least(&Offer { quote_type: 1, ..offer.clone() }, sku)
}

/// Rounds down to the lot.
pub fn broken_least_rounded_down(offer: &Offer, sku: Option<usize>) -> Pieces {
    let lot = offer.lot.unwrap_or(1);
    let unrounded = least(&Offer { lot: None, ..offer.clone() }, sku);
    if unrounded < lot { lot } else { unrounded - unrounded % lot }
}

/// What stock and purchase limit leave.
pub fn most(offer: &Offer, sku: Option<usize>) -> Option<Pieces> {
    let stock = match sku {
        Some(sku) => offer.skus[sku].stock,
        None => offer.stock,
    };
    [stock, offer.limit].into_iter().flatten().min()
}

/// Whether the quantity can be ordered alone.
pub fn is_orderable(offer: &Offer, sku: Option<usize>, quantity: Pieces) -> bool {
    let lot = offer.lot.unwrap_or(1);
    quantity % lot == 0
        && quantity >= least(offer, sku)
        && most(offer, sku).is_none_or(|most| quantity <= most)
}

/// One piece short of the stock is the last one sold.
pub fn broken_is_orderable(offer: &Offer, sku: Option<usize>, quantity: Pieces) -> bool {
    is_orderable(offer, sku, quantity) && most(offer, sku).is_none_or(|most| quantity < most)
}

/// The orderable quantity nearest to the wanted one, the larger of two equally near; looked for
/// up to `bound`.
pub fn nearest(offer: &Offer, sku: Option<usize>, wanted: Pieces, bound: Pieces) -> Option<Pieces> {
    for distance in 0..=bound {
        if is_orderable(offer, sku, wanted + distance) {
            return Some(wanted + distance);
        }
        if wanted >= distance && is_orderable(offer, sku, wanted - distance) {
            return Some(wanted - distance);
        }
    }
    None
}

/// The smaller of two equally near.
pub fn broken_nearest(offer: &Offer, sku: Option<usize>, wanted: Pieces, bound: Pieces) -> Option<Pieces> {
    for distance in 0..=bound {
        if wanted >= distance && is_orderable(offer, sku, wanted - distance) {
            return Some(wanted - distance);
        }
        if is_orderable(offer, sku, wanted + distance) {
            return Some(wanted + distance);
        }
    }
    None
}

/// A larger order that costs less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Better {
    /// The quantity that costs too much.
    pub instead_of: Pieces,
    pub quantity: Pieces,
    pub cost: Fen,
    pub saving: Fen,
}

/// For each orderable quantity up to `bound`, bought alone, the larger orderable one up to `bound` that
/// saves most, where any does (the smallest of several that save the same).
pub fn dominated(offer: &Offer, sku: Option<usize>, bound: Pieces) -> Vec<Better> {
    dominated_if(offer, sku, bound, |larger, own| larger < own)
}

/// Calls an equal total better.
pub fn broken_dominated(offer: &Offer, sku: Option<usize>, bound: Pieces) -> Vec<Better> {
    dominated_if(offer, sku, bound, |larger, own| larger <= own)
}

fn dominated_if(
    offer: &Offer,
    sku: Option<usize>,
    bound: Pieces,
    wins: impl Fn(Fen, Fen) -> bool,
) -> Vec<Better> {
    let mut costs: Vec<(Pieces, Fen)> = Vec::new();
    let least = least(offer, sku);
    for pieces in least..=bound {
        if pieces % offer.lot.unwrap_or(1) != 0 || most(offer, sku).is_some_and(|most| pieces > most) {
            continue;
        }
        if let Some(unit) = price::unit_price(offer, sku, pieces, pieces) {
            costs.push((pieces, price::line_amount(unit, pieces)));
        }
    }
    let mut found = Vec::new();
    for &(own, own_cost) in &costs {
        let mut best: Option<Better> = None;
        for &(quantity, cost) in &costs {
            if quantity > own && wins(cost, own_cost) && best.is_none_or(|best| cost < best.cost) {
                best = Some(Better { instead_of: own, quantity, cost, saving: own_cost - cost });
            }
        }
        found.extend(best);
    }
    found
}
