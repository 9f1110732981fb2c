//! Which quantities can be ordered, as a sieve (DESIGN 6.5, 6.7): every quantity is a candidate, and each rule strikes
//! out those it forbids. What is left is looked through one by one.

use super::plain::*;

/// Quantities from 1 to `bound` that break no rule of the minimum: not whole lots, under the minimum, under the first
/// tier.
pub fn from_the_least(offer: &Offer, sku: Option<usize>, bound: Pieces) -> Vec<Pieces> {
    let mut kept = vec![true; bound as usize + 1];
    kept[0] = false;
    if let Some(lot) = offer.lot {
        let mut whole = vec![false; kept.len()];
        let mut at = 0;
        while at < whole.len() {
            whole[at] = true;
            at += lot as usize;
        }
        for (keep, whole) in kept.iter_mut().zip(whole) {
            *keep &= whole;
        }
    }
    // No piece below where somebody sells.
    let starts: Vec<Pieces> = match (offer.quote_type, sku) {
        (0 | 2, _) => offer.tiers.iter().map(|tier| tier.from).collect(),
        (3, Some(sku)) => offer.skus[sku].tiers.iter().map(|tier| tier.from).collect(),
        _ => Vec::new(),
    };
    for (quantity, keep) in kept.iter_mut().enumerate() {
        let quantity = quantity as Pieces;
        let in_no_tier = !starts.is_empty() && starts.iter().all(|start| *start > quantity);
        if in_no_tier || offer.moq.is_some_and(|moq| quantity < moq) {
            *keep = false;
        }
    }
    (0..=bound).filter(|quantity| kept[*quantity as usize]).collect()
}

/// Of those, the ones that stock and limit leave.
pub fn orderable(offer: &Offer, sku: Option<usize>, bound: Pieces) -> Vec<Pieces> {
    let stock = match sku {
        Some(sku) => offer.skus[sku].stock,
        None => offer.stock,
    };
    let mut left = from_the_least(offer, sku, bound);
    left.retain(|quantity| stock.is_none_or(|stock| *quantity <= stock));
    left.retain(|quantity| offer.limit.is_none_or(|limit| *quantity <= limit));
    left
}

/// The one closest to what is wanted, the larger of two equally close.
pub fn nearest(orderable: &[Pieces], wanted: Pieces) -> Option<Pieces> {
    let mut best: Option<Pieces> = None;
    for candidate in orderable {
        if best.is_none_or(|best| (candidate - wanted).abs() <= (best - wanted).abs()) {
            best = Some(*candidate);
        }
    }
    best
}

/// What is missing to the next whole lot.
pub fn short_of_lot(offer: &Offer, quantity: Pieces) -> Pieces {
    let lot = offer.lot.unwrap_or(1);
    let mut missing = 0;
    while (quantity + missing) % lot != 0 {
        missing += 1;
    }
    missing
}
