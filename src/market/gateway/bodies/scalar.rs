//! Scalars as the gateway writes them: a number or a string of one, a percentage with or without its sign,
//! a flag in quotes (GATEWAY.md 1.5). What cannot be read exactly is said to be unreadable and never becomes
//! another value; nothing here goes through a float.

use std::borrow::Cow;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::domain::money::{Fen, Money, Yuan};
use crate::domain::quantity::Quantity;
use crate::wire::date;

/// A JSON value as written, if it is a scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Atom<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// The digits as they stand.
    Number(&'a str),
    /// Unescaped.
    Text(Cow<'a, str>),
    /// An object, a list, or a string that is no text.
    Other,
}

impl<'a> Atom<'a> {
    /// Reads one value.
    pub fn of(raw: &'a RawValue) -> Atom<'a> {
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'n') => Atom::Null,
            Some(b't') => Atom::Bool(true),
            Some(b'f') => Atom::Bool(false),
            Some(b'"') => {
                let inside =
                    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
                if !inside.contains('\\') {
                    return Atom::Text(Cow::Borrowed(inside));
                }
                serde_json::from_str::<String>(text).map_or(Atom::Other, |text| Atom::Text(Cow::Owned(text)))
            }
            Some(b'-' | b'0'..=b'9') => Atom::Number(text),
            _ => Atom::Other,
        }
    }

    /// Number or text, trimmed.
    fn written(&self) -> Option<&str> {
        match self {
            Atom::Number(text) => Some(text),
            Atom::Text(text) => Some(text.trim()),
            Atom::Null | Atom::Bool(_) | Atom::Other => None,
        }
    }
}

/// A scalar member of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Read.
    Known(T),
    /// Missing, null or empty.
    #[default]
    Absent,
    /// There, but not what it should be: a negative price, an id of forty digits, `1e999`.
    Unreadable,
}

impl<T> Field<T> {
    /// The value, where it could be read.
    pub fn get(self) -> Option<T> {
        match self {
            Field::Known(value) => Some(value),
            Field::Absent | Field::Unreadable => None,
        }
    }

    /// A look at the value, where it could be read.
    pub fn as_ref(&self) -> Option<&T> {
        match self {
            Field::Known(value) => Some(value),
            Field::Absent | Field::Unreadable => None,
        }
    }

    /// Whether something stood there that cannot be believed.
    pub const fn is_unreadable(&self) -> bool {
        matches!(self, Field::Unreadable)
    }
}

impl<T: FromAtom> Field<T> {
    /// Reads one value.
    pub fn read(atom: &Atom<'_>) -> Self {
        match atom {
            Atom::Null => Field::Absent,
            Atom::Other => Field::Unreadable,
            Atom::Text(text) if text.trim().is_empty() => T::from_empty().map_or(Field::Absent, Field::Known),
            atom => T::from_atom(atom).map_or(Field::Unreadable, Field::Known),
        }
    }
}

impl<'de, T: FromAtom> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Field::read(&Atom::of(raw)))
    }
}

/// Something that is written as a scalar.
pub trait FromAtom: Sized {
    /// `None` when this cannot be it. Never called with null, an empty string or a non-scalar.
    fn from_atom(atom: &Atom<'_>) -> Option<Self>;

    /// What an empty string means; usually nothing.
    fn from_empty() -> Option<Self> {
        None
    }
}

/// An id: digits in a number or a string, above zero, at most `i64::MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id(pub i64);

impl FromAtom for Id {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        let text = atom.written()?;
        // An exponent or a point means that it went through a float somewhere: the digits are not to be trusted.
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().filter(|id| *id > 0).map(Id)
    }
}

impl FromAtom for String {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        match atom {
            Atom::Bool(flag) => Some(flag.to_string()),
            other => other.written().map(str::to_owned),
        }
    }
}

impl FromAtom for bool {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        match atom {
            Atom::Bool(flag) => Some(*flag),
            other => match other.written()? {
                "1" => Some(true),
                "0" => Some(false),
                word if word.eq_ignore_ascii_case("true") => Some(true),
                word if word.eq_ignore_ascii_case("false") => Some(false),
                _ => None,
            },
        }
    }
}

/// A decimal of either sign, also in the form with an exponent that Java gives doubles from ten million up.
pub fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if text.is_empty() || text.len() > 40 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => {
            (digits, exponent.strip_prefix('+').unwrap_or(exponent).parse::<i32>().ok()?)
        }
        None => (text, 0),
    };
    if digits.is_empty() || !digits.bytes().all(plain) || !(-20..=20).contains(&exponent) {
        return None;
    }
    let mut value = Decimal::from_str_exact(digits).ok()?;
    for _ in 0..exponent.unsigned_abs() {
        value = if exponent > 0 {
            value.checked_mul(Decimal::TEN)?
        } else {
            // Exact as long as the scale can grow.
            if value.scale() >= Decimal::MAX_SCALE {
                return None;
            }
            value.checked_div(Decimal::TEN)?
        };
    }
    Some(value)
}

impl FromAtom for Decimal {
    /// Zero or more.
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        decimal(atom.written()?).filter(|value| *value >= Decimal::ZERO).map(|value| value.normalize())
    }
}

/// A whole number, also as `2.0` or `"2"`.
fn whole(atom: &Atom<'_>) -> Option<i64> {
    let value = decimal(atom.written()?)?;
    if !value.fract().is_zero() {
        return None;
    }
    i64::try_from(value.normalize()).ok()
}

impl FromAtom for i64 {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        whole(atom)
    }
}

impl FromAtom for u64 {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        u64::try_from(whole(atom)?).ok()
    }
}

impl FromAtom for u32 {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        u32::try_from(whole(atom)?).ok()
    }
}

/// No price and no order is dearer.
const MOST_YUAN: Decimal = Decimal::from_parts(3_567_587_328, 232, 0, false, 0); // 10^12

/// Digits behind the point that a sum of yuan can mean; what is finer is the dust of a double
/// (6.1499999999999995) and is rounded off.
const YUAN_DIGITS: u32 = 8;

impl FromAtom for Yuan {
    /// Zero or more, at most 10^12.
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        let value = decimal(atom.written()?)?;
        let value = if value.scale() > YUAN_DIGITS { value.round_dp(YUAN_DIGITS) } else { value };
        (value >= Decimal::ZERO && value <= MOST_YUAN).then(|| Yuan(value.normalize()))
    }
}

impl FromAtom for Fen {
    /// Whole, of either sign, at most 10^14.
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        whole(atom).filter(|fen| fen.unsigned_abs() <= 100_000_000_000_000).map(Fen)
    }
}

impl FromAtom for Quantity {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        Quantity::from_decimal(decimal(atom.written()?)?)
    }
}

/// A share from 0 to 1: `"10%"`, `"0.6236"`; empty means 0. A number above 1 without a sign could be either
/// and is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate(pub Decimal);

impl FromAtom for Rate {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        let text = atom.written()?;
        let share = match text.strip_suffix(['%', '％']) {
            Some(percent) => decimal(percent)?.checked_div(Decimal::ONE_HUNDRED)?,
            None => decimal(text)?,
        };
        (share >= Decimal::ZERO && share <= Decimal::ONE).then(|| Rate(share.normalize()))
    }

    fn from_empty() -> Option<Self> {
        Some(Rate(Decimal::ZERO))
    }
}

/// A point in time in any of the gateway's forms, or RFC 3339 (the extension's).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl FromAtom for Moment {
    fn from_atom(atom: &Atom<'_>) -> Option<Self> {
        let text = atom.written()?;
        date::parse(text).or_else(|| text.parse().ok()).map(Moment)
    }
}

/// Where a sum of money stands, in domain terms.
pub fn money<T: Into<Money>>(field: Field<T>) -> Option<Money> {
    field.get().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read<T: FromAtom>(json: &str) -> Field<T> {
        serde_json::from_str(json).unwrap()
    }

    fn yuan(json: &str) -> Option<String> {
        money(read::<Yuan>(json)).map(|money| money.to_string())
    }

    #[test]
    fn ids_keep_every_digit_in_both_forms() {
        for json in ["3317081160226242182", "\"3317081160226242182\"", "\" 3317081160226242182 \""] {
            assert_eq!(read::<Id>(json), Field::Known(Id(3_317_081_160_226_242_182)), "{json}");
        }
        for json in [
            "-1",
            "0",
            "1.0",
            "5.8218860983545944E16",
            "\"12a\"",
            "true",
            "[]",
            "{}",
            "1e999",
            "1111111111111111111111111111111111111111",
            "9223372036854775808",
        ] {
            assert_eq!(read::<Id>(json), Field::Unreadable, "{json}");
        }
        for json in ["null", "\"\"", "\"  \""] {
            assert_eq!(read::<Id>(json), Field::Absent, "{json}");
        }
    }

    #[test]
    fn yuan_is_exact_and_the_dust_of_doubles_is_rounded_off() {
        assert_eq!(yuan("6.15").unwrap(), "6.15");
        assert_eq!(yuan("\"13.9\"").unwrap(), "13.90");
        assert_eq!(yuan("6.1499999999999995").unwrap(), "6.15");
        assert_eq!(yuan("0.30000000000000004").unwrap(), "0.30");
        assert_eq!(yuan("1.23456789E7").unwrap(), "12345678.90");
        assert_eq!(yuan("1.0E-3").unwrap(), "0.001");
        assert_eq!(yuan("1000000000000").unwrap(), "1000000000000.00");
        for json in [
            "-1",
            "\"-0.01\"",
            "1e999",
            "1e20",
            "\"1,234\"",
            "\"1_000\"",
            "\"NaN\"",
            "\"¥5\"",
            "[5]",
            "true",
            "1000000000000.01",
            "\"1e\"",
            "\"e5\"",
            "\".\"",
            "\"--1\"",
        ] {
            assert_eq!(read::<Yuan>(json), Field::Unreadable, "{json}");
        }
        assert_eq!((yuan("null"), yuan("\"\"")), (None, None));
    }

    #[test]
    fn fen_are_whole_and_signed() {
        assert_eq!(read::<Fen>("4400"), Field::Known(Fen(4400)));
        assert_eq!(read::<Fen>("\"-3989\""), Field::Known(Fen(-3989)));
        assert_eq!(read::<Fen>("4400.0"), Field::Known(Fen(4400)));
        for json in ["44.5", "1e15", "\"4400分\""] {
            assert_eq!(read::<Fen>(json), Field::Unreadable, "{json}");
        }
    }

    #[test]
    fn shares_come_with_and_without_a_sign() {
        let rate = |json| read::<Rate>(json).get().map(|rate| rate.0.to_string());
        assert_eq!(rate("\"10%\"").unwrap(), "0.1");
        assert_eq!(rate("\"52.48%\"").unwrap(), "0.5248");
        assert_eq!(rate("\"0.6236\"").unwrap(), "0.6236");
        assert_eq!(rate("\"0.00%\"").unwrap(), "0");
        assert_eq!(rate("\"\"").unwrap(), "0");
        assert_eq!(rate("1").unwrap(), "1");
        for json in ["\"11\"", "\"150%\"", "\"-5%\"", "\"%\"", "null"] {
            assert_eq!(rate(json), None, "{json}");
        }
    }

    #[test]
    fn flags_come_in_quotes_too() {
        for json in ["true", "\"true\"", "\"True\"", "1", "\"1\""] {
            assert_eq!(read::<bool>(json), Field::Known(true), "{json}");
        }
        assert_eq!(read::<bool>("\"false\""), Field::Known(false));
        assert_eq!(read::<bool>("\"yes\""), Field::Unreadable);
    }

    #[test]
    fn counts_and_quantities() {
        assert_eq!(read::<u64>("\"1213\""), Field::Known(1213));
        assert_eq!(read::<u64>("2.0"), Field::Known(2));
        assert_eq!(read::<u64>("-1"), Field::Unreadable);
        assert_eq!(read::<Quantity>("\"1.250\"").get().unwrap().to_string(), "1.25");
        assert_eq!(read::<Quantity>("1e999"), Field::Unreadable);
    }

    proptest! {
        #[test]
        fn no_scalar_panics_or_becomes_another_number(text in "[-+0-9.eE%_, ]{0,45}", quoted: bool) {
            let json = if quoted { serde_json::to_string(&text).unwrap() } else { text.clone() };
            let Ok(raw) = serde_json::from_str::<&RawValue>(&json) else { return Ok(()) };
            let atom = Atom::of(raw);
            let _ = (Field::<Id>::read(&atom), Field::<Rate>::read(&atom), Field::<Moment>::read(&atom));
            let _ = (Field::<bool>::read(&atom), Field::<u64>::read(&atom), Field::<Quantity>::read(&atom));
            let _ = Field::<Fen>::read(&atom);
            if let Field::Known(Yuan(value)) = Field::<Yuan>::read(&atom) {
                // A float is good enough to notice a value that is off by more than rounding.
                let near: f64 = text.trim().parse().unwrap();
                let got: f64 = value.to_string().parse().unwrap();
                prop_assert!((near - got).abs() <= 1e-8 + near.abs() * 1e-12, "{text}: {got}");
            }
        }

        #[test]
        fn every_exact_price_is_read_exactly(fen in 0i64..100_000_000_000_000, quoted: bool) {
            let written = Money::from_fen(fen).to_string();
            let json = if quoted { format!("\"{written}\"") } else { written.clone() };
            prop_assert_eq!(yuan(&json), Some(written));
        }
    }
}
