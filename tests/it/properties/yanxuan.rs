//! The 严选 test over random categories, ties and all.

use pifa::domain::yanxuan::{Ratings, Verdict};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::harness::{holds, notices_as};
use crate::oracle::yanxuan as naive;

/// Ratings in tenths, few of them distinct, and which one is judged.
fn categories() -> impl Strategy<Value = (Vec<i64>, prop::sample::Index)> {
    let rating = prop_oneof![0..51_i64, 38..51_i64, Just(50_i64)];
    (vec(rating, 1..40), any::<prop::sample::Index>())
}

fn judged((all, which): &(Vec<i64>, prop::sample::Index)) -> String {
    let mut ratings = Ratings::default();
    for tenths in all {
        ratings.add(Decimal::new(*tenths, 1));
    }
    let verdict = ratings.judge(Decimal::new(all[which.index(all.len())], 1));
    match verdict {
        Verdict::TooFew { samples } => {
            assert_eq!(samples, all.len() as u64);
            "too few".to_owned()
        }
        Verdict::Judged { .. } => format!("{} {}", verdict.as_str(), verdict.place().as_str()),
    }
}

fn by(rule: impl Fn(&[i64], i64) -> String) -> impl Fn(&(Vec<i64>, prop::sample::Index)) -> String {
    move |(all, which)| rule(all, all[which.index(all.len())])
}

#[test]
fn the_test_says_what_laying_them_out_says() {
    holds(3000, &categories(), judged, by(naive::verdict));
}

#[test]
fn wrong_tests_are_noticed() {
    notices_as("ties let in", 3000, &categories(), judged, by(naive::broken_ties_in));
    notices_as("four samples", 3000, &categories(), judged, by(naive::broken_four));
    notices_as("a rounded mean", 3000, &categories(), judged, by(naive::broken_rounded));
}
