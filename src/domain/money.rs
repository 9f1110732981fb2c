//! Money, exactly: decimal yuan, and the two units the gateway writes it in.
//!
//! A wire field is fen or yuan as GATEWAY.md 1.5 says, never by guess: the adapter reads it into
//! [`Fen`] or [`Yuan`] and converts at the edge.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount or a price in yuan, exact. Amounts are rounded to whole fen by [`Money::to_fen_rounded`];
/// unit prices keep whatever digits they were quoted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Money = Money(Decimal::ZERO);

    /// From a decimal number of yuan.
    pub const fn from_yuan(yuan: Decimal) -> Self {
        Money(yuan)
    }

    /// From a whole number of fen (1 yuan = 100 fen).
    pub fn from_fen(fen: i64) -> Self {
        Money(Decimal::new(fen, 2))
    }

    /// The decimal number of yuan.
    pub const fn yuan(self) -> Decimal {
        self.0
    }

    /// Rounded half-up to whole fen, as a sum of yuan: what a line is charged.
    pub fn rounded(self) -> Self {
        Money(self.0.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Whole fen after half-up rounding; saturates far outside any sum of money.
    pub fn to_fen_rounded(self) -> i64 {
        use rust_decimal::prelude::ToPrimitive;
        let fen = (self.0.saturating_mul(Decimal::ONE_HUNDRED))
            .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        fen.to_i64().unwrap_or(if fen.is_sign_negative() { i64::MIN } else { i64::MAX })
    }

    /// This unit price times a quantity, not yet rounded.
    pub fn times(self, quantity: Decimal) -> Self {
        Money(self.0.saturating_mul(quantity))
    }

    /// Whether this is exactly nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether this is below nothing.
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }
}

/// At least two decimals, more only where the price has them: `12.50`, `0.125`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.normalize();
        if shown.scale() < 2 {
            shown.rescale(2);
        }
        f.pad(&shown.to_string())
    }
}

impl FromStr for Money {
    type Err = rust_decimal::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Decimal::from_str_exact(text.trim()).map(Money)
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        *self = *self + other;
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(all: I) -> Money {
        all.fold(Money::ZERO, Add::add)
    }
}

impl<'a> Sum<&'a Money> for Money {
    fn sum<I: Iterator<Item = &'a Money>>(all: I) -> Money {
        all.copied().sum()
    }
}

/// In JSON money is a decimal string (DESIGN section 10).
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(InWords)
    }
}

/// Reads the text where it stands: prices are most of what a catalog reads.
struct InWords;

impl serde::de::Visitor<'_> for InWords {
    type Value = Money;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount of yuan as text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Money, E> {
        text.parse().map_err(E::custom)
    }
}

/// A wire field that counts fen (for example `sumPayment`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fen(pub i64);

impl From<Fen> for Money {
    fn from(fen: Fen) -> Money {
        Money::from_fen(fen.0)
    }
}

/// A wire field that is a decimal number of yuan (for example `totalAmount`, `priceRangeList.price`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Yuan(pub Decimal);

impl From<Yuan> for Money {
    fn from(yuan: Yuan) -> Money {
        Money(yuan.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_at_least_two_decimals() {
        let shown: Vec<String> = ["12.5", "12", "0.125", "1.10000", "-3.1"]
            .iter()
            .map(|t| t.parse::<Money>().unwrap().to_string())
            .collect();
        assert_eq!(shown, ["12.50", "12.00", "0.125", "1.10", "-3.10"]);
    }

    #[test]
    fn a_line_is_rounded_half_up_to_the_fen() {
        let price: Money = "0.125".parse().unwrap();
        assert_eq!(price.times(Decimal::from(1)).rounded().to_string(), "0.13");
        assert_eq!(price.times(Decimal::from(3)).to_fen_rounded(), 38);
    }

    #[test]
    fn no_sum_of_money_overflows_into_a_panic() {
        let huge = Money::from_yuan(Decimal::MAX);
        assert_eq!((huge + huge).to_fen_rounded(), i64::MAX);
        assert_eq!(huge.times(Decimal::MAX), huge);
    }

    #[test]
    fn fen_and_yuan_meet() {
        assert_eq!(Money::from(Fen(4400)), Money::from(Yuan(Decimal::from(44))));
    }
}
