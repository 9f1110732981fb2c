//! Quantities and the units they are counted in.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::text::Clean;

/// A quantity of goods, zero or more, with at most three decimals (gateway quantities are doubles and
/// measured goods use decimals, GATEWAY.md 3.4). The unit stands beside it, in the offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(Decimal);

/// Not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a quantity: {0:?} (a number above 0, at most three decimals, at most 99,999,999)")]
pub struct BadQuantity(pub String);

/// No order is larger; keeps every product with a price inside the decimal's range.
const MAX: Decimal = Decimal::from_parts(99_999_999, 0, 0, false, 0);

impl Quantity {
    /// None of it.
    pub const ZERO: Quantity = Quantity(Decimal::ZERO);
    /// One piece.
    pub const ONE: Quantity = Quantity(Decimal::ONE);

    /// A whole number of units, e.g. pieces.
    pub fn whole(units: u32) -> Self {
        Quantity(Decimal::from(units).min(MAX))
    }

    /// From a decimal; `None` when negative, above 99,999,999 or finer than a thousandth.
    pub fn from_decimal(units: Decimal) -> Option<Self> {
        let units = units.normalize();
        (!units.is_sign_negative() && units <= MAX && units.scale() <= 3).then_some(Quantity(units))
    }

    /// The number of units.
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// Whether it is none.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether it has no fraction.
    pub fn is_whole(self) -> bool {
        self.0.fract().is_zero()
    }

    /// `self - other`, or none where that would be negative.
    pub fn less(self, other: Quantity) -> Quantity {
        Quantity((self.0 - other.0).max(Decimal::ZERO))
    }

    /// The least multiple of `lot` that is not below this; a zero lot changes nothing.
    pub fn round_up_to(self, lot: Quantity) -> Quantity {
        if lot.is_zero() {
            return self;
        }
        let up = (self.0 / lot.0).ceil() * lot.0;
        Quantity(up.normalize())
    }

    /// The greatest multiple of `lot` that is not above this; a zero lot changes nothing.
    pub fn round_down_to(self, lot: Quantity) -> Quantity {
        if lot.is_zero() {
            return self;
        }
        let down = (self.0 / lot.0).floor() * lot.0;
        Quantity(down.normalize())
    }

    /// Whether this is a multiple of `lot`; every quantity is one of a zero lot.
    pub fn is_multiple_of(self, lot: Quantity) -> bool {
        lot.is_zero() || (self.0 % lot.0).is_zero()
    }
}

impl Add for Quantity {
    type Output = Quantity;
    fn add(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_add(other.0))
    }
}

impl Sub for Quantity {
    type Output = Quantity;
    /// Never below zero.
    fn sub(self, other: Quantity) -> Quantity {
        self.less(other)
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Quantity>>(all: I) -> Quantity {
        all.fold(Quantity::ZERO, Add::add)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.normalize().to_string())
    }
}

impl Quantity {
    /// Reads what a person types into a field: a number as [`Quantity::from_str`] reads it, thousands set off by commas,
    /// and 千, k, 万 or w behind it as in queries.
    pub fn from_typed(text: &str) -> Result<Quantity, BadQuantity> {
        let text = text.trim();
        let (number, times) = match text.char_indices().next_back() {
            Some((at, '千' | 'k' | 'K')) => (text.get(..at).unwrap_or_default(), 1_000),
            Some((at, '万' | '萬' | 'w' | 'W')) => (text.get(..at).unwrap_or_default(), 10_000),
            _ => (text, 1),
        };
        let narrow = number.replace(['，', ','], "");
        let groups: Vec<&str> = number.split(['，', ',']).collect();
        let is_grouped = groups.len() > 1;
        let whole = |group: &str| group.split('.').next().unwrap_or_default().chars().count();
        let bad = || BadQuantity(Clean::capped(text, 40).to_string());
        let begins_well = groups.first().is_some_and(|first| (1..=3).contains(&whole(first)));
        if is_grouped && (!begins_well || groups.iter().skip(1).any(|group| whole(group) != 3)) {
            return Err(bad());
        }
        let quantity: Quantity = narrow.trim_end().parse().map_err(|_| bad())?;
        let units = quantity.0.checked_mul(Decimal::from(times)).ok_or_else(bad)?;
        Quantity::from_decimal(units).ok_or_else(bad)
    }
}

impl FromStr for Quantity {
    type Err = BadQuantity;

    /// Reads what a person types: digits, full-width digits, one point. Zero is not a quantity to buy,
    /// but is read: the caller decides what it means.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || BadQuantity(Clean::capped(text, 40).to_string());
        let narrow: String = text
            .trim()
            .chars()
            .map(|c| match c {
                '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
                '．' => '.',
                other => other,
            })
            .collect();
        if narrow.is_empty()
            || !narrow.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            || narrow.starts_with('.')
        {
            return Err(bad());
        }
        Decimal::from_str_exact(&narrow).ok().and_then(Quantity::from_decimal).ok_or_else(bad)
    }
}

/// In JSON a quantity is a number, without a fraction when whole (DESIGN section 10).
impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number: serde_json::Number = self.to_string().parse().map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        // Nearly all are whole, and a catalog reads a great many.
        if let Some(whole) = number.as_u64().and_then(|whole| u32::try_from(whole).ok())
            && Decimal::from(whole) <= MAX
        {
            return Ok(Quantity::whole(whole));
        }
        number.to_string().parse().map_err(serde::de::Error::custom)
    }
}

/// A unit as the listing gives it: 件 个 双 套 箱 包 米 公斤.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(Clean);

impl Unit {
    /// From the listing's text.
    pub fn new(raw: &str) -> Self {
        Unit(Clean::capped(raw, 12))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether goods in it are measured (three decimals allowed) rather than counted.
    pub fn is_measured(&self) -> bool {
        let lower = self.0.as_str().to_lowercase();
        matches!(
            lower.as_str(),
            "米" | "公斤"
                | "千克"
                | "克"
                | "斤"
                | "吨"
                | "码"
                | "平方米"
                | "平米"
                | "立方米"
                | "升"
                | "毫升"
                | "kg"
                | "g"
                | "m"
                | "t"
                | "l"
        )
    }

    /// The smallest step a quantity in this unit can take without a lot.
    pub fn step(&self) -> Quantity {
        if self.is_measured() { Quantity(Decimal::new(1, 3)) } else { Quantity::ONE }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_round_up_as_the_worked_numbers_say() {
        let lot = Quantity::whole(3);
        let least = |q: u32| Quantity::whole(q).max(Quantity::whole(15)).round_up_to(lot);
        assert_eq!([least(1), least(13), least(16)].map(|q| q.to_string()), ["15", "15", "18"]);
    }

    #[test]
    fn reads_what_people_type_and_refuses_the_rest() {
        assert_eq!("３００".parse::<Quantity>().unwrap(), Quantity::whole(300));
        assert_eq!("1.250".parse::<Quantity>().unwrap().to_string(), "1.25");
        for text in ["", "-1", "1e9", "NaN", "1.2345", "100000000", ".5", "1.2.3", "12 个", "1,000"] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }

    #[test]
    fn json_numbers_have_no_fraction_when_whole() {
        let shown = serde_json::to_string(&["300", "1.50"].map(|t| t.parse::<Quantity>().unwrap())).unwrap();
        assert_eq!(shown, "[300,1.5]");
        let back: Vec<Quantity> = serde_json::from_str(&shown).unwrap();
        assert_eq!(back[0], Quantity::whole(300));
    }

    #[test]
    fn typed_quantities_may_have_the_units_that_queries_have() {
        let typed = |text: &str| Quantity::from_typed(text).ok().map(|quantity| quantity.to_string());
        assert_eq!(typed("1万"), Some("10000".to_owned()));
        assert_eq!(typed("1.5k"), Some("1500".to_owned()));
        assert_eq!(typed("2千"), Some("2000".to_owned()));
        assert_eq!(typed(" 12,000 "), Some("12000".to_owned()));
        assert_eq!(typed("１２"), Some("12".to_owned()));
        assert_eq!(typed("2.5"), Some("2.5".to_owned()));
        for bad in ["", "万", "k", "1,2", "12,00", "1kk", "-1", "1e9", "9999999万", "abc", ",000", "1万2"]
        {
            assert_eq!(typed(bad), None, "{bad}");
        }
    }
}
