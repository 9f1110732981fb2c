//! Unit prices, line amounts, landed cost (DESIGN 6.1, 6.3; GATEWAY 3.1, 3.2).

use super::plain::*;

/// What one tier list charges per piece for `quantity`: of the tiers already reached the one that
/// starts highest; of several that start there the dearest. Nothing reached: the first tier
/// (again the dearest of those that start there).
pub fn tier_price(tiers: &[Tier], quantity: Pieces) -> Option<Mill> {
    if tiers.is_empty() {
        return None;
    }
    // Walk down from the wanted quantity until some tier starts exactly there.
    let mut start = quantity;
    while start >= 0 {
        let dearest = tiers.iter().filter(|tier| tier.from == start).map(Tier::charged).max();
        if dearest.is_some() {
            return dearest;
        }
        start -= 1;
    }
    // Below the first tier: walk up to it.
    let mut start = quantity + 1;
    loop {
        let dearest = tiers.iter().filter(|tier| tier.from == start).map(Tier::charged).max();
        if dearest.is_some() {
            return dearest;
        }
        start += 1;
    }
}

/// Off by one at every tier's start.
pub fn broken_tier_price_strict(tiers: &[Tier], quantity: Pieces) -> Option<Mill> {
    tier_price(tiers, quantity - 1)
}

/// Takes the tiers in the order they came: the last listed one reached wins.
pub fn broken_tier_price_unsorted(tiers: &[Tier], quantity: Pieces) -> Option<Mill> {
    let reached = tiers.iter().rfind(|tier| tier.from <= quantity);
    reached.or(tiers.first()).map(Tier::charged)
}

/// Shows the list price as the charge.
pub fn broken_tier_price_without_promotion(tiers: &[Tier], quantity: Pieces) -> Option<Mill> {
    let bare: Vec<Tier> = tiers.iter().map(|tier| Tier { promotion: None, ..tier.clone() }).collect();
    tier_price(&bare, quantity)
}

/// What is charged per piece when `own` pieces of the SKU and `total` pieces of its offer are bought.
pub fn unit_price(offer: &Offer, sku: Option<usize>, own: Pieces, total: Pieces) -> Option<Mill> {
    match offer.quote_type {
        0 | 2 => tier_price(&offer.tiers, total),
        1 => {
            let sku = &offer.skus[sku?];
            if sku.promotion.is_some() { sku.promotion } else { sku.price }
        }
        3 => tier_price(&offer.skus[sku?].tiers, own),
        other => unreachable!("no quote type {other}"),
    }
}

/// Pools the SKUs' quantities where each SKU has tiers of its own, and does not where it should.
pub fn broken_unit_price_pooled(
    offer: &Offer,
    sku: Option<usize>,
    own: Pieces,
    total: Pieces,
) -> Option<Mill> {
    unit_price(offer, sku, total, own)
}

/// Mills times pieces, in fen, half a fen up: counted off in fen rather than divided.
pub fn line_amount(price: Mill, quantity: Pieces) -> Fen {
    let mills = price * quantity;
    let fen = mills / 10;
    if mills - fen * 10 >= 5 { fen + 1 } else { fen }
}

/// As [`line_amount`], for a measured quantity in 1/1000 of its unit.
pub fn measured_amount(price: Mill, thousandths: i128) -> Fen {
    let parts = price * thousandths;
    let fen = parts / 10_000;
    if parts - fen * 10_000 >= 5_000 { fen + 1 } else { fen }
}

/// Drops the part of a fen.
pub fn broken_measured_amount(price: Mill, thousandths: i128) -> Fen {
    price * thousandths / 10_000
}
