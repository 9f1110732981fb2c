//! The static rank: one number an offer, from what the market says of it and nothing of the query.
//!
//! Integers only, so that every machine orders alike. It is a function of the stored listing, not of the
//! moment of the search: the same catalog gives the same order online and offline.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::domain::offer::Offer;
use crate::domain::supplier::Identity;

/// Points of a doubling of the sales.
const DOUBLING: i64 = 100;
/// What a repeat rate is shrunk to while few have bought: the median of the market (DESIGN 9), in ppm.
const PRIOR_REPEAT_PPM: i64 = 180_000;
/// Sales at which an offer's own repeat rate counts as much as the prior.
const PRIOR_SALES: i64 = 50;
/// Within this many points two offers count as equally good, and the closeness of the match decides.
pub const BUCKET: i64 = 200;

/// The rank of an offer read at `fetched_ms` (UTC milliseconds); more is better. Equal scores are told apart
/// by the offer's key.
pub fn score(offer: &Offer, fetched_ms: i64) -> i64 {
    let sold = i64::try_from(offer.sold_30d.unwrap_or(0)).unwrap_or(i64::MAX).min(1 << 40);
    let repeat = offer.repeat_rate.map_or(PRIOR_REPEAT_PPM, ppm);
    let shrunk = (repeat * sold + PRIOR_REPEAT_PPM * PRIOR_SALES) / (sold + PRIOR_SALES);
    let identities: i64 = offer.identities.iter().map(points).sum();
    let years = i64::from(offer.years.unwrap_or(0).min(15)) * 8;
    // A point a day: a listing not seen for a year falls behind by three and a half doublings.
    let freshness = fetched_ms.div_euclid(86_400_000);
    DOUBLING * log2_hundredths(sold + 1) / 100 + shrunk / 1_000 + identities.min(400) + years + freshness
}

/// A share as parts per million, within 0..=1,000,000.
pub(super) fn ppm(share: Decimal) -> i64 {
    (share.clamp(Decimal::ZERO, Decimal::ONE) * Decimal::from(1_000_000)).to_i64().unwrap_or(0)
}

fn points(identity: &Identity) -> i64 {
    match identity {
        Identity::SuperFactory => 150,
        Identity::PowerfulMerchant | Identity::Yanxuan => 100,
        Identity::TrustPass | Identity::Crossborder => 40,
        Identity::Other(_) => 0,
    }
}

/// log2 in hundredths, straight lines between the powers of two.
fn log2_hundredths(n: i64) -> i64 {
    let n = n.max(1);
    let whole = i64::from(n.ilog2());
    let base = 1_i64 << whole;
    whole * 100 + (n - base) * 100 / base
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OfferKey;
    use crate::domain::text::Clean;
    use jiff::Timestamp;

    fn offer(sold: Option<u64>, repeat: Option<&str>) -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
        offer.sold_30d = sold;
        offer.repeat_rate = repeat.map(|r| r.parse().unwrap());
        offer
    }

    #[test]
    fn more_of_anything_good_ranks_higher() {
        let base = score(&offer(Some(100), Some("0.2")), 0);
        assert!(score(&offer(Some(101), Some("0.2")), 0) >= base);
        assert!(score(&offer(Some(250), Some("0.2")), 0) > base);
        assert!(score(&offer(Some(100), Some("0.3")), 0) > base);
        assert!(score(&offer(Some(100), Some("0.2")), 86_400_000) > base);
        let mut factory = offer(Some(100), Some("0.2"));
        factory.identities = vec![Identity::SuperFactory];
        assert!(score(&factory, 0) > base);
    }

    #[test]
    fn a_repeat_rate_of_a_handful_of_buyers_is_shrunk() {
        let few = score(&offer(Some(1), Some("1")), 0) - score(&offer(Some(1), None), 0);
        let many = score(&offer(Some(5_000), Some("1")), 0) - score(&offer(Some(5_000), None), 0);
        assert!(few < many / 10, "{few} {many}");
    }

    #[test]
    fn absurd_figures_stay_in_range() {
        let top = score(&offer(Some(u64::MAX), Some("1")), i64::MAX);
        assert!(top > 0);
        assert!(score(&offer(Some(0), Some("-5")), i64::MIN) < top);
    }

    #[test]
    fn the_logarithm_hits_the_powers_and_rises_between() {
        assert_eq!([1, 2, 4, 1024].map(log2_hundredths), [0, 100, 200, 1000]);
        assert!((1..2000).map(log2_hundredths).is_sorted());
    }
}
