//! The place of an offer in the order of the static rank, as one number: so that lists are merged, ties broken and
//! documents sorted by comparing integers.
//!
//! The upper 20 bits are the score, the lower 44 a number of the offer's own ([`Tie`]), turned round, so that the
//! greater place is the better one and of two equal scores the smaller key comes first.

use crate::domain::id::OfferKey;

const TIE_BITS: u32 = 44;
const TIE_MASK: u64 = (1 << TIE_BITS) - 1;
/// Ties from here on are of offers without a market id (or with an absurd one): the row's number follows.
const LOCAL: u64 = 1 << (TIE_BITS - 1);
/// What is added to a score to make it positive.
const MIDDLE: i64 = 1 << (63 - TIE_BITS);

/// Scores are kept within these bounds, so that places tell them apart.
pub const SCORES: std::ops::RangeInclusive<i64> = -MIDDLE..=MIDDLE - 1;

/// Tells one offer from all others: its market id, or a number made of its row. Ordered as keys are among market
/// offers; imported goods come after them, in the order they were written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tie(pub u64);

impl Tie {
    /// Of an offer and its row in the store.
    pub fn of(key: &OfferKey, row: i64) -> Tie {
        Tie::of_market(key).unwrap_or(Tie(LOCAL + (row.unsigned_abs() % LOCAL)))
    }

    /// Of a row of the store, with its market id where it has one.
    pub fn of_row(market_id: Option<i64>, row: i64) -> Tie {
        let of_market = market_id.and_then(|id| Tie::of_market(&OfferKey::Market(id)));
        of_market.unwrap_or(Tie(LOCAL + (row.unsigned_abs() % LOCAL)))
    }

    /// The market id, where that is what it is.
    pub fn market_id(self) -> Option<i64> {
        (self.0 < LOCAL).then_some(self.0 as i64)
    }

    /// Of an offer whose key alone tells it.
    pub fn of_market(key: &OfferKey) -> Option<Tie> {
        let id = key.market_id().and_then(|id| u64::try_from(id).ok())?;
        (id < LOCAL).then_some(Tie(id))
    }
}

/// A place; the greater one is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place(pub u64);

impl Place {
    /// Of a score and an offer.
    pub fn new(score: i64, tie: Tie) -> Place {
        let score = (score.clamp(*SCORES.start(), *SCORES.end()) + MIDDLE) as u64;
        Place((score << TIE_BITS) | (TIE_MASK - (tie.0 & TIE_MASK)))
    }

    /// The static rank.
    pub fn score(self) -> i64 {
        (self.0 >> TIE_BITS) as i64 - MIDDLE
    }

    /// The offer.
    pub fn tie(self) -> Tie {
        Tie(TIE_MASK - (self.0 & TIE_MASK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_sort_by_score_and_then_by_key(a in -600_000_i64..600_000, b in -600_000_i64..600_000, x in 1..i64::MAX, y in 1..1_i64 << 43) {
            let place = |score, id| Place::new(score, Tie::of(&OfferKey::Market(id), 7));
            let (one, two) = (place(a, x % LOCAL as i64), place(b, y % LOCAL as i64));
            prop_assert_eq!((one.score(), one.tie()), (a.clamp(*SCORES.start(), *SCORES.end()), Tie((x % LOCAL as i64) as u64)));
            let wanted = (one.score(), std::cmp::Reverse(one.tie())).cmp(&(two.score(), std::cmp::Reverse(two.tie())));
            prop_assert_eq!(one.cmp(&two), wanted);
        }
    }

    #[test]
    fn imported_goods_come_after_market_offers_and_are_told_apart_by_their_rows() {
        let local: OfferKey = "L:uci:1".parse().unwrap();
        assert_eq!(Tie::of_market(&local), None);
        assert!(Tie::of(&local, 1) < Tie::of(&local, 2));
        assert!(Tie::of(&OfferKey::Market(999_999_999_999), 9) < Tie::of(&local, 1));
        assert!(Place::new(5, Tie::of(&local, 1)) > Place::new(5, Tie::of(&local, 2)));
    }
}
