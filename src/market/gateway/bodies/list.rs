//! Lists and objects inside bodies: one bad element costs that element and not the answer, and no list is longer
//! than any honest one.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::scalar::{Atom, Field};

/// Honest pages have at most 1,000 elements (the extension's) and offers at most some hundred SKUs.
const MOST: usize = 2_000;

/// A list of objects. `QUICK`: of nothing but objects, each of which can be read, or it is no list: reading it walks
/// over every byte once, where being lenient takes several walks, a list inside a list one more each. Who asks for
/// quick lists reads again leniently when that fails.
#[derive(Debug, Clone)]
pub struct List<T, const QUICK: bool = false> {
    /// Elements that could be read.
    pub items: Vec<T>,
    /// How many were left out: unreadable, or beyond the cap.
    pub dropped: usize,
}

impl<T, const QUICK: bool> Default for List<T, QUICK> {
    fn default() -> Self {
        List { items: Vec::new(), dropped: 0 }
    }
}

impl<'de, T: DeserializeOwned, const QUICK: bool> Deserialize<'de> for List<T, QUICK> {
    /// Read where it stands: cutting the list out first would walk over every byte of an export once more, for each
    /// list inside a list again.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Here<T, const QUICK: bool>(List<T, QUICK>);
        impl<'de, T: DeserializeOwned, const QUICK: bool> Visitor<'de> for Here<T, QUICK> {
            type Value = List<T, QUICK>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<List<T, QUICK>, A::Error> {
                let list = &mut self.0;
                let items = &mut list.items;
                if QUICK {
                    while let Some(item) = seq.next_element_seed(Object(PhantomData))? {
                        if items.len() >= MOST {
                            return Err(A::Error::custom("a list that is too long"));
                        }
                        items.push(item);
                    }
                    return Ok(self.0);
                }
                walk(seq, &mut list.dropped, |element| {
                    object(element).map(|item| items.push(item)).is_some()
                })?;
                Ok(self.0)
            }
            fn visit_unit<E>(self) -> Result<List<T, QUICK>, E> {
                Ok(self.0)
            }
            // Anything else is one dropped element.
            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<List<T, QUICK>, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                self.0.dropped = 1;
                Ok(self.0)
            }
            fn visit_bool<E>(mut self, _: bool) -> Result<List<T, QUICK>, E> {
                self.0.dropped = 1;
                Ok(self.0)
            }
            fn visit_i64<E>(mut self, _: i64) -> Result<List<T, QUICK>, E> {
                self.0.dropped = 1;
                Ok(self.0)
            }
            fn visit_u64<E>(mut self, _: u64) -> Result<List<T, QUICK>, E> {
                self.0.dropped = 1;
                Ok(self.0)
            }
            fn visit_f64<E>(mut self, _: f64) -> Result<List<T, QUICK>, E> {
                self.0.dropped = 1;
                Ok(self.0)
            }
            fn visit_str<E>(mut self, _: &str) -> Result<List<T, QUICK>, E> {
                self.0.dropped = 1;
                Ok(self.0)
            }
        }
        deserializer.deserialize_any(Here(List::default()))
    }
}

impl<T: DeserializeOwned> List<T> {
    /// Reads a list; null is an empty one, anything else counts as one dropped element.
    pub fn read(raw: &RawValue) -> Self {
        let mut list = List::default();
        elements(raw, &mut list.dropped, |element| {
            object(element).map(|item| list.items.push(item)).is_some()
        });
        list
    }
}

/// A list of words.
#[derive(Debug, Clone, Default)]
pub struct Words(pub Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let mut words = Vec::new();
        let mut dropped = 0;
        elements(raw, &mut dropped, |element| {
            Field::<String>::read(&Atom::of(element)).get().map(|word| words.push(word)).is_some()
        });
        Ok(Words(words))
    }
}

/// An object, and nothing that is taken for one.
struct Object<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Object<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// An object that may be missing, null or something else altogether; `QUICK`: missing, null or an object.
#[derive(Debug, Clone)]
pub struct Maybe<T, const QUICK: bool = false>(pub Option<T>);

impl<T, const QUICK: bool> Default for Maybe<T, QUICK> {
    fn default() -> Self {
        Maybe(None)
    }
}

impl<'de, T: DeserializeOwned, const QUICK: bool> Deserialize<'de> for Maybe<T, QUICK> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Here<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Here<T> {
            type Value = Option<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object or null")
            }
            fn visit_unit<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
                Object(PhantomData).deserialize(deserializer).map(Some)
            }
            fn visit_none<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }
        }
        if QUICK {
            return Ok(Maybe(deserializer.deserialize_option(Here(PhantomData))?));
        }
        Ok(Maybe(object(<&'de RawValue>::deserialize(deserializer)?)))
    }
}

/// Reads an object; `None` when it is none. (A derived reader would take a list for one, by position.)
pub fn object<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    if raw.get().starts_with('{') { serde_json::from_str(raw.get()).ok() } else { None }
}

fn elements(raw: &RawValue, dropped: &mut usize, keep: impl FnMut(&RawValue) -> bool) {
    struct Walk<'a, F> {
        dropped: &'a mut usize,
        keep: F,
    }
    impl<'de, F: FnMut(&RawValue) -> bool> Visitor<'de> for Walk<'_, F> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
            walk(seq, self.dropped, self.keep)
        }
    }
    let text = raw.get();
    if text == "null" {
        return;
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    if !text.starts_with('[') || reader.deserialize_seq(Walk { dropped: &mut *dropped, keep }).is_err() {
        *dropped += 1;
    }
}

/// Hands over the first elements of a list and counts those that were not kept or come after them.
fn walk<'de, A: SeqAccess<'de>>(
    mut seq: A,
    dropped: &mut usize,
    mut keep: impl FnMut(&RawValue) -> bool,
) -> Result<(), A::Error> {
    for _ in 0..MOST {
        let Some(element) = seq.next_element::<&'de RawValue>()? else { return Ok(()) };
        if !keep(element) {
            *dropped += 1;
        }
    }
    while seq.next_element::<IgnoredAny>()?.is_some() {
        *dropped += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::scalar::Id;
    use super::*;

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Row {
        id: Field<Id>,
        tags: Words,
        inner: Maybe<Inner>,
    }

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Inner {
        id: Field<Id>,
    }

    fn rows(json: &str) -> List<Row> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_bad_element_costs_itself_only() {
        let list =
            rows(r#"[{"id":1},7,null,[2],"x",{"id":"3","tags":["a",5,null,{}],"inner":{"id":4}},{"id":-5}]"#);
        assert_eq!((list.items.len(), list.dropped), (3, 4));
        assert_eq!(list.items[1].tags.0, ["a", "5"]);
        assert_eq!(list.items[1].inner.0.as_ref().unwrap().id, Field::Known(Id(4)));
        assert!(list.items[2].id.is_unreadable());
    }

    #[test]
    fn what_is_no_list_is_an_empty_one_that_says_so() {
        assert_eq!((rows("null").items.len(), rows("null").dropped), (0, 0));
        for json in ["{}", "5", "\"[]\"", "true"] {
            assert_eq!((rows(json).items.len(), rows(json).dropped), (0, 1), "{json}");
        }
        let odd = rows(r#"[{"inner":[9],"tags":"a"},{"inner":null}]"#);
        assert!(odd.items.iter().all(|row| row.inner.0.is_none() && row.tags.0.is_empty()));
    }

    #[test]
    fn a_quick_list_is_whole_or_none() {
        let quick =
            |json: &str| serde_json::from_str::<List<Row, true>>(json).map(|list| list.items.len()).ok();
        assert_eq!(quick(r#"[{"id":1,"tags":["a"],"inner":null},{}]"#), Some(2));
        assert_eq!((quick("null"), quick("[]")), (Some(0), Some(0)));
        for odd in ["[1]", "[{},null]", "[[1]]", r#"[{"id":1,"id":2}]"#, r#"["a"]"#] {
            assert_eq!(quick(odd), None, "{odd}");
        }
        assert_eq!(quick(&format!("[{}{{}}]", "{},".repeat(5_000))), None);
        let inner =
            |json: &str| serde_json::from_str::<Maybe<Inner, true>>(json).map(|inner| inner.0.is_some()).ok();
        assert_eq!(
            (inner("{}"), inner("null"), inner("[1]"), inner("5")),
            (Some(true), Some(false), None, None)
        );
    }

    #[test]
    fn no_list_is_longer_than_an_honest_one() {
        let many = format!("[{}{{}}]", "{},".repeat(5_000));
        assert_eq!((rows(&many).items.len(), rows(&many).dropped), (MOST, 5_001 - MOST));
    }
}
