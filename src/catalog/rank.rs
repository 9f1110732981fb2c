//! The static rank: one number an offer, from what the market says of it and nothing of the query.
//!
//! Integers only, so that every machine orders alike. It is a function of the stored listing, not of the
//! moment of the search: the same catalog gives the same order online and offline.

use rusqlite::{Connection, OptionalExtension};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::catalog::facts::{Facts, Flags};
use crate::catalog::index::SCORES;
use crate::catalog::store::Failure;
use crate::domain::search::{Flag, WhyPart};

/// Points of a doubling of the sales.
const DOUBLING: i64 = 100;
/// What a repeat rate is shrunk to while few have bought: the median of the market (DESIGN 9), in ppm.
const PRIOR_REPEAT_PPM: i64 = 180_000;
/// Sales at which an offer's own repeat rate counts as much as the prior.
const PRIOR_SALES: i64 = 50;
/// Within this many points two offers count as equally good, and the closeness of the match decides.
pub const BUCKET: i64 = 200;
/// Points of all identities together, at most.
const IDENTITIES: i64 = 400;

pub use crate::domain::search::RankWeights as Weights;

/// Points of an offer by reason, before they are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts(pub [(WhyPart, i64); 6]);

/// The points of an offer read at `fetched_ms` (UTC milliseconds).
pub fn parts(facts: &Facts, fetched_ms: i64) -> Parts {
    let sold = i64::try_from(facts.sold.unwrap_or(0)).unwrap_or(i64::MAX).min(1 << 40);
    let repeat = facts.repeat.map_or(PRIOR_REPEAT_PPM, |ppm| i64::from(ppm.min(1_000_000)));
    let shrunk = (repeat * sold + PRIOR_REPEAT_PPM * PRIOR_SALES) / (sold + PRIOR_SALES);
    let identities: i64 = IDENTITY_POINTS
        .iter()
        .filter(|(flag, _)| facts.flags.has(Flags::of(*flag)))
        .map(|(_, points)| points)
        .sum();
    Parts([
        (WhyPart::Sales, DOUBLING * log2_hundredths(sold + 1) / 100),
        (WhyPart::Repeat, shrunk / 1_000),
        (WhyPart::Identities, identities.min(IDENTITIES)),
        (WhyPart::Years, i64::from(facts.years.unwrap_or(0).min(15)) * 8),
        // Nobody is certain to make what they sell; who surely does is worth an identity.
        (WhyPart::Factory, i64::from(facts.factory.unwrap_or(0).min(100))),
        // A point a day: a listing not seen for a year falls behind by three and a half doublings.
        (WhyPart::Freshness, fetched_ms.div_euclid(86_400_000).clamp(-100_000, 100_000)),
    ])
}

/// The rank of an offer; more is better. Equal scores are told apart by the offer's key.
pub fn score(parts: &Parts, weights: &Weights) -> i64 {
    let sum: i64 = parts.0.iter().map(|(part, points)| weighed(*part, *points, weights)).sum();
    sum.clamp(*SCORES.start(), *SCORES.end())
}

/// The points of a reason, weighed.
pub fn weighed(part: WhyPart, points: i64, weights: &Weights) -> i64 {
    points * i64::from(weights.of(part).min(Weights::MOST)) / 100
}

/// What identities are worth.
const IDENTITY_POINTS: [(Flag, i64); 5] = [
    (Flag::SuperFactory, 150),
    (Flag::PowerfulMerchant, 100),
    (Flag::Yanxuan, 100),
    (Flag::TrustPass, 40),
    (Flag::Crossborder, 40),
];

/// Tells weights from others.
pub(super) fn name(weights: &Weights) -> String {
    serde_json::to_string(weights).unwrap_or_default()
}

/// The weights the rows of a catalog are to be ranked by.
pub(super) fn stored(connection: &Connection) -> Result<Weights, Failure> {
    let text: Option<String> = connection
        .prepare_cached("SELECT value FROM meta WHERE name = 'rank'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// A share as parts per million, within 0..=1,000,000.
pub(super) fn ppm(share: Decimal) -> i64 {
    (share.clamp(Decimal::ZERO, Decimal::ONE) * Decimal::from(1_000_000)).to_i64().unwrap_or(0)
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

    fn score(facts: &Facts, fetched_ms: i64) -> i64 {
        super::score(&parts(facts, fetched_ms), &Weights::default())
    }

    fn facts(sold: Option<u64>, repeat: Option<u32>) -> Facts {
        Facts { sold, repeat, ..Facts::default() }
    }

    #[test]
    fn more_of_anything_good_ranks_higher() {
        let base = facts(Some(100), Some(200_000));
        let of = |facts: &Facts| score(facts, 0);
        assert!(of(&facts(Some(101), Some(200_000))) >= of(&base));
        assert!(of(&facts(Some(250), Some(200_000))) > of(&base));
        assert!(of(&facts(Some(100), Some(300_000))) > of(&base));
        assert!(score(&base, 86_400_000) > of(&base));
        assert!(of(&Facts { flags: Flags::of(Flag::SuperFactory), ..base.clone() }) > of(&base));
        assert!(of(&Facts { factory: Some(80), ..base.clone() }) > of(&base));
        assert!(of(&Facts { years: Some(3), ..base.clone() }) > of(&base));
    }

    #[test]
    fn a_repeat_rate_of_a_handful_of_buyers_is_shrunk() {
        let gain = |sold| score(&facts(Some(sold), Some(1_000_000)), 0) - score(&facts(Some(sold), None), 0);
        assert!(gain(1) < gain(5_000) / 10, "{} {}", gain(1), gain(5_000));
    }

    #[test]
    fn absurd_figures_stay_in_range() {
        let top = score(&facts(Some(u64::MAX), Some(u32::MAX)), i64::MAX);
        assert!(top > 0 && top <= *SCORES.end());
        assert!(score(&facts(Some(0), Some(0)), i64::MIN) < top);
        let heavy = Weights { sales: u32::MAX, freshness: u32::MAX, ..Weights::default() };
        let most = super::score(&parts(&facts(Some(u64::MAX), None), i64::MAX), &heavy);
        assert_eq!(most, *SCORES.end());
    }

    #[test]
    fn a_reason_that_counts_nothing_makes_no_difference() {
        let weights = Weights { sales: 0, ..Weights::default() };
        let of = |sold| super::score(&parts(&facts(Some(sold), Some(180_000)), 0), &weights);
        assert_eq!(of(5), of(50_000));
        let double = Weights { factory: 200, ..Weights::default() };
        let sure = parts(&Facts { factory: Some(50), ..Facts::default() }, 0);
        assert_eq!(super::score(&sure, &double) - super::score(&sure, &Weights::default()), 50);
    }

    #[test]
    fn the_logarithm_hits_the_powers_and_rises_between() {
        assert_eq!([1, 2, 4, 1024].map(log2_hundredths), [0, 100, 200, 1000]);
        assert!((1..2000).map(log2_hundredths).is_sorted());
    }
}
