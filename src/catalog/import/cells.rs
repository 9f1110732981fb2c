//! Values of a row as they stand in its file, without copies: a line of JSON is walked over once, and only texts with
//! escapes in them are written anew.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// A value that is there.
#[derive(Debug, Clone)]
pub enum Cell<'a> {
    /// Unescaped.
    Text(Cow<'a, str>),
    /// The digits as they stand.
    Number(&'a str),
    /// True or false.
    Flag,
    /// A list, unread.
    List(&'a RawValue),
    /// An object, unread.
    Object(&'a RawValue),
}

impl<'a> Cell<'a> {
    /// Reads a value; `None` when it is null. A text that is none (half a surrogate pair) is an error in words.
    pub fn of(raw: &'a RawValue) -> Result<Option<Cell<'a>>, String> {
        let text = raw.get();
        Ok(Some(match text.as_bytes().first() {
            Some(b'n') => return Ok(None),
            Some(b't' | b'f') => Cell::Flag,
            Some(b'[') => Cell::List(raw),
            Some(b'{') => Cell::Object(raw),
            Some(b'"') => {
                let inside = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                match inside {
                    Some(inside) if !inside.contains('\\') => Cell::Text(Cow::Borrowed(inside)),
                    _ => {
                        let text: String = serde_json::from_str(text).map_err(|error| error.to_string())?;
                        Cell::Text(Cow::Owned(text))
                    }
                }
            }
            _ => Cell::Number(text),
        }))
    }

    /// A text or a number; `None` for anything else.
    pub fn scalar(raw: &'a RawValue) -> Option<Cow<'a, str>> {
        match Cell::of(raw).ok()?? {
            Cell::Text(text) => Some(text),
            Cell::Number(digits) => Some(Cow::Borrowed(digits)),
            Cell::Flag | Cell::List(_) | Cell::Object(_) => None,
        }
    }
}

/// Why a line is no row.
#[derive(Debug)]
pub enum Fault {
    /// JSON, but no object.
    NoObject,
    /// No JSON, in words.
    NoJson(String),
}

/// Hands over the members of the object a line is; all or none of it is JSON.
pub fn object<'a>(
    line: &'a [u8],
    member: &mut dyn FnMut(&str, &'a RawValue) -> Result<(), String>,
) -> Result<(), Fault> {
    let no_json = |error: serde_json::Error| Fault::NoJson(error.to_string());
    let Ok(text) = std::str::from_utf8(line) else {
        // The reader of bytes says where.
        return match serde_json::from_slice::<serde_json::Value>(line) {
            Err(error) => Err(no_json(error)),
            Ok(_) => Err(Fault::NoJson("not UTF-8 text".to_owned())),
        };
    };
    if !text.starts_with('{') {
        serde_json::from_str::<IgnoredAny>(text).map_err(no_json)?;
        return Err(Fault::NoObject);
    }
    let mut fault = None;
    let mut reader = Deserializer::from_str(text);
    let mut each = |key: &str, value: &'a RawValue| {
        if fault.is_none() {
            fault = member(key, value).err();
        }
    };
    reader.deserialize_map(Members(&mut each)).map_err(no_json)?;
    reader.end().map_err(no_json)?;
    fault.map_or(Ok(()), |fault| Err(Fault::NoJson(fault)))
}

/// The members of an object inside a row; none where it is no object.
pub fn members<'a>(raw: &'a RawValue) -> Vec<(String, &'a RawValue)> {
    let mut found = Vec::new();
    if raw.get().starts_with('{') {
        let mut each = |key: &str, value: &'a RawValue| found.push((key.to_owned(), value));
        // It was walked over with its row: it is an object.
        let _ = Deserializer::from_str(raw.get()).deserialize_map(Members(&mut each));
    }
    found
}

/// The elements of a list inside a row.
pub fn elements(raw: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

struct Members<'f, 'a>(&'f mut dyn FnMut(&str, &'a RawValue));

impl<'a> Visitor<'a> for Members<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            (self.0)(&key, map.next_value()?);
        }
        Ok(())
    }
}

/// The name of a member, borrowed where it has no escapes.
struct Key;

impl<'a> DeserializeSeed<'a> for Key {
    type Value = Cow<'a, str>;

    fn deserialize<D: serde::Deserializer<'a>>(self, reader: D) -> Result<Cow<'a, str>, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'a> Visitor<'a> for Key {
    type Value = Cow<'a, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Cow<'a, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'a, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
