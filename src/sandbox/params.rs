//! Reading what a client sent: form fields, and the JSON inside some of them. Numbers are taken as JSON numbers
//! or as strings; ids never go through a float.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::Value;

use super::envelope::Fault;

/// The decoded form (or query) of one request.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Params(pairs)
    }

    /// Every pair, as signed.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The first value of this name as sent.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The first value of this name, trimmed; `None` when it is absent, blank or `null`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|value| !value.is_empty() && *value != "null")
    }

    /// As [`Params::get`]; absent is `gw.ParamMissing`.
    pub fn require(&self, name: &str) -> Result<&str, Fault> {
        self.get(name).ok_or_else(|| Fault::missing(name))
    }

    /// A whole number; absent is `None`, anything else unreadable is an error.
    pub fn int(&self, name: &str) -> Result<Option<i64>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let unquoted = text.trim_matches('"');
        unquoted.parse().map(Some).map_err(|_| Fault::invalid(name, "not a whole number"))
    }

    /// Whether the value is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A JSON field; absent is `gw.ParamMissing`.
    pub fn json(&self, name: &str) -> Result<Value, Fault> {
        serde_json::from_str(self.require(name)?).map_err(|_| Fault::invalid(name, "not JSON"))
    }

    /// A gateway date.
    pub fn date_ms(&self, name: &str) -> Result<Option<i64>, Fault> {
        let Some(text) = self.get(name) else { return Ok(None) };
        crate::wire::date::parse(text)
            .map(|at| Some(at.as_millisecond()))
            .ok_or_else(|| Fault::invalid(name, "not a date"))
    }
}

/// A string or number as text; blank and null are `None`.
pub(super) fn text(object: &Value, key: &str) -> Option<String> {
    as_text(object.get(key)?)
}

/// A whole number given as number or string.
pub(super) fn int(object: &Value, key: &str) -> Option<i64> {
    as_int(object.get(key)?)
}

/// A decimal given as number or string.
pub(super) fn decimal(object: &Value, key: &str) -> Option<Decimal> {
    parse_decimal(&text(object, key)?)
}

/// A string or number as text.
pub(super) fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// A whole number given as number or string; a number written with a zero fraction counts.
pub(super) fn as_int(value: &Value) -> Option<i64> {
    let text = as_text(value)?;
    text.parse().ok().or_else(|| {
        use rust_decimal::prelude::ToPrimitive;
        parse_decimal(&text).filter(|number| number.fract().is_zero()).and_then(|number| number.to_i64())
    })
}

/// Plain or scientific notation.
pub(super) fn parse_decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str(text).ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// A field that must be there; nested arguments count like any other (GATEWAY.md 1.3).
pub(super) fn required<T>(value: Option<T>, name: &str) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::missing(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_and_quantities_are_read_exactly_from_numbers_and_strings() {
        let value: Value = serde_json::from_str(
            r#"{"a":3317081160226242182,"b":"3317081160226242182","c":2.5,"d":3e2,"e":4.0}"#,
        )
        .unwrap();
        assert_eq!(int(&value, "a"), Some(3_317_081_160_226_242_182));
        assert_eq!(int(&value, "b"), int(&value, "a"));
        assert_eq!(decimal(&value, "c"), Some(Decimal::new(25, 1)));
        assert_eq!(decimal(&value, "d"), Some(Decimal::from(300)));
        assert_eq!(int(&value, "e"), Some(4));
        assert_eq!(int(&value, "c"), None);
        assert_eq!(text(&json!({"x": "  "}), "x"), None);
    }
}
