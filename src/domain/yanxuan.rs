//! The 严选 test, done again from what is in the catalog: an offer's rating against those of its leaf category.
//!
//! The market's pick takes only what is rated at least 80 % of the average of its kind, and has the best fifth and the
//! worst tenth looked at by hand. Exactly, over the **samples** of a leaf category (its offers on sale whose rating is
//! known; fee links are none, each offer counts once):
//!
//! - fewer than [`LEAST_SAMPLES`] samples: [`Verdict::TooFew`], and nothing else is said;
//! - otherwise an offer **passes** when 5 x its rating x samples >= 4 x the sum of all ratings, that is when its rating is
//!   at least 80 % of the mean, the mean itself not rounded;
//! - it is of the **head** when at most 20 % of the samples are rated as it is or better, it and all that tie with it
//!   counted: 5 x (samples >= its rating) <= samples. A tie across the edge leaves all of it out, so no more than a
//!   fifth is ever marked;
//! - it is of the **tail** when at most 10 % are rated as it is or worse: 10 x (samples <= its rating) <= samples. Again
//!   a tie across the edge leaves all of it out; with fewer than ten samples nothing is of the tail;
//! - an offer whose rating is not known has no verdict.
//!
//! An offer is never of the head and the tail at once: with `a` samples >= it and `b` <= it, a + b > samples, while head
//! and tail together would say a + b <= 3/10 of them.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

/// Below so many ratings a category has no mean worth the name.
pub const LEAST_SAMPLES: u64 = 5;

/// Ratings of one leaf category. Exact: each distinct rating with how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ratings {
    counts: BTreeMap<Decimal, u64>,
    samples: u64,
}

/// What the test says of one offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Too few ratings in its category.
    TooFew {
        /// So many there are.
        samples: u64,
    },
    /// Judged.
    Judged {
        /// Whether it is rated at least 80 % of the mean.
        passes: bool,
        /// Where it stands.
        place: Place,
        /// Ratings it was judged by.
        samples: u64,
    },
}

impl Verdict {
    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::TooFew { .. } => "too_few",
            Verdict::Judged { passes: true, .. } => "pass",
            Verdict::Judged { passes: false, .. } => "fail",
        }
    }

    /// Where it stands, as far as anything is said.
    pub const fn place(self) -> Place {
        match self {
            Verdict::TooFew { .. } => Place::Middle,
            Verdict::Judged { place, .. } => place,
        }
    }
}

/// Where an offer stands among the ratings of its category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// Of the best 20 %: order a sample before many.
    Head,
    /// Neither.
    #[default]
    Middle,
    /// Of the worst 10 %: order a sample before any.
    Tail,
}

impl Place {
    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Place::Head => "head",
            Place::Middle => "middle",
            Place::Tail => "tail",
        }
    }
}

impl Ratings {
    /// Adds one offer's rating, 0 to 5.
    pub fn add(&mut self, rating: Decimal) {
        self.add_many(rating, 1);
    }

    /// Adds a rating that `times` offers have.
    pub fn add_many(&mut self, rating: Decimal, times: u64) {
        if times > 0 {
            *self.counts.entry(rating).or_default() += times;
            self.samples += times;
        }
    }

    /// How many.
    pub const fn samples(&self) -> u64 {
        self.samples
    }

    /// Their mean; `None` for none. Rounded to where a decimal ends, for showing only.
    pub fn mean(&self) -> Option<Decimal> {
        if self.samples == 0 {
            return None;
        }
        self.sum().checked_div(Decimal::from(self.samples))
    }

    /// What the test says of an offer of this category with this rating.
    pub fn judge(&self, rating: Decimal) -> Verdict {
        let samples = self.samples;
        if samples < LEAST_SAMPLES {
            return Verdict::TooFew { samples };
        }
        // Ratings have a digit or two and categories some ten thousand offers: far from where a decimal ends.
        let passes = rating * Decimal::from(samples) * Decimal::from(5) >= self.sum() * Decimal::from(4);
        let as_good: u64 = self.counts.range(rating..).map(|(_, times)| times).sum();
        let as_bad: u64 = self.counts.range(..=rating).map(|(_, times)| times).sum();
        let place = if as_good * 5 <= samples {
            Place::Head
        } else if as_bad * 10 <= samples {
            Place::Tail
        } else {
            Place::Middle
        };
        Verdict::Judged { passes, place, samples }
    }

    fn sum(&self) -> Decimal {
        self.counts.iter().map(|(rating, times)| *rating * Decimal::from(*times)).sum()
    }
}

/// What the verdicts on a supplier's offers come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Offers that pass.
    pub passed: u32,
    /// Offers that do not.
    pub failed: u32,
    /// Of the head of their category.
    pub head: u32,
    /// Of its tail.
    pub tail: u32,
    /// In categories with too few ratings.
    pub too_few: u32,
    /// Without a rating.
    pub unrated: u32,
}

impl Tally {
    /// Counts one offer's verdict; `None` = no rating.
    pub fn count(&mut self, verdict: Option<Verdict>) {
        match verdict {
            None => self.unrated += 1,
            Some(Verdict::TooFew { .. }) => self.too_few += 1,
            Some(Verdict::Judged { passes, place, .. }) => {
                self.passed += u32::from(passes);
                self.failed += u32::from(!passes);
                self.head += u32::from(place == Place::Head);
                self.tail += u32::from(place == Place::Tail);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratings(all: &[(&str, u64)]) -> Ratings {
        let mut ratings = Ratings::default();
        for (rating, times) in all {
            ratings.add_many(rating.parse().unwrap(), *times);
        }
        ratings
    }

    fn says(ratings: &Ratings, rating: &str) -> (&'static str, &'static str) {
        let verdict = ratings.judge(rating.parse().unwrap());
        (verdict.as_str(), verdict.place().as_str())
    }

    #[test]
    fn fewer_than_five_are_too_few() {
        assert_eq!(says(&ratings(&[("5", 4)]), "5"), ("too_few", "middle"));
        assert_eq!(says(&ratings(&[("5", 5)]), "5"), ("pass", "middle"));
        assert_eq!(says(&Ratings::default(), "5"), ("too_few", "middle"));
    }

    #[test]
    fn exactly_eighty_percent_of_the_mean_passes() {
        // Mean 4.5: 80 % is 3.6.
        let all = ratings(&[("3.6", 1), ("4.5", 2), ("4.9", 1), ("5.0", 1)]);
        assert_eq!(all.mean(), Some("4.5".parse().unwrap()));
        assert_eq!(says(&all, "3.6").0, "pass");
        assert_eq!(says(&all, "3.59999").0, "fail");
        // A mean that no decimal holds: 13/3 over six, 80 % is 3.4666...
        let thirds = ratings(&[("4", 4), ("5", 2)]);
        assert_eq!((says(&thirds, "3.47").0, says(&thirds, "3.46").0), ("pass", "fail"));
    }

    #[test]
    fn a_tie_across_the_edge_marks_nobody() {
        let ten = ratings(&[("5", 2), ("4", 7), ("3", 1)]);
        assert_eq!(says(&ten, "5.0").1, "head");
        assert_eq!(says(&ten, "3").1, "tail");
        let tied = ratings(&[("5", 3), ("4", 5), ("3", 2)]);
        assert_eq!((says(&tied, "5").1, says(&tied, "3").1), ("middle", "middle"));
        let alike = ratings(&[("4.8", 100)]);
        assert_eq!(says(&alike, "4.8"), ("pass", "middle"));
        // Nine have no tenth.
        assert_eq!(says(&ratings(&[("5", 8), ("1", 1)]), "1").1, "middle");
    }
}
