//! A row on its way into the index: what tantivy makes terms of, as it came from the store. Nothing of it is copied
//! once more before a thread that cuts texts has it.

use std::array::IntoIter;
use std::fmt::Write;

use tantivy::schema::Field;
use tantivy::schema::document::{Document, ReferenceValue, ReferenceValueLeaf, Value};

use crate::catalog::facts::Facts;
use crate::catalog::index::place::Place;
use crate::catalog::index::schema::{Fields, tag};

/// The document of a row.
#[derive(Debug)]
pub struct Listing {
    fields: Fields,
    pub place: Place,
    pub row: i64,
    pub fetched_ms: i64,
    /// As they are stored; see [`Facts::from_bytes`].
    pub facts: Vec<u8>,
    /// Four folded lines: title, translated title, supplier, belt.
    text: String,
    /// Where the titles end, and the names behind them begin.
    titles: usize,
    /// Terms that may single out few offers, a line each.
    tags: String,
}

/// What the store has of a row.
pub struct Stored<'a> {
    pub place: Place,
    pub row: i64,
    pub fetched_ms: i64,
    pub facts: &'a [u8],
    pub text: &'a str,
    /// Lines `name=value`.
    pub traits: &'a str,
}

impl Listing {
    /// Of a row.
    pub fn new(fields: Fields, stored: &Stored<'_>) -> Listing {
        let facts = Facts::from_bytes(stored.facts).unwrap_or_default();
        let mut tags = String::with_capacity(stored.traits.len() + 64);
        for (kind, word) in
            [(tag::SUPPLIER, facts.supplier), (tag::BELT, facts.belt), (tag::CITY, facts.city)]
        {
            if word != 0 {
                // A string takes all that is written.
                let _ = writeln!(tags, "{kind}{word}");
            }
        }
        if let Some(category) = facts.category {
            let _ = writeln!(tags, "{}{category}", tag::CATEGORY);
        }
        for line in stored.traits.lines().filter(|line| !line.is_empty()) {
            tags.push(tag::ATTRIBUTE);
            tags.push_str(line);
            tags.push('\n');
        }
        Listing {
            fields,
            place: stored.place,
            row: stored.row,
            fetched_ms: stored.fetched_ms,
            facts: stored.facts.to_vec(),
            titles: end_of_titles(stored.text),
            text: stored.text.to_owned(),
            tags,
        }
    }

    /// Title and translated title, a line each.
    pub fn titles(&self) -> &str {
        self.text.get(..self.titles).unwrap_or_default()
    }

    /// Names of supplier and belt, a line each.
    fn shop(&self) -> &str {
        self.text.get(self.titles + 1..).unwrap_or_default()
    }
}

/// Where the titles end, of the four lines of an offer.
pub fn end_of_titles(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).nth(1).unwrap_or(text.len())
}

/// A value of a document.
#[derive(Debug, Clone, Copy)]
pub enum Told<'a> {
    Text(&'a str),
    Number(u64),
}

impl<'a> Value<'a> for Told<'a> {
    type ArrayIter = std::iter::Empty<Self>;
    type ObjectIter = std::iter::Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match self {
            Told::Text(text) => ReferenceValueLeaf::Str(text),
            Told::Number(number) => ReferenceValueLeaf::U64(*number),
        })
    }
}

impl Document for Listing {
    type Value<'a> = Told<'a>;
    type FieldsValuesIter<'a> = IntoIter<(Field, Told<'a>), 7>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        let (fields, titles) = (&self.fields, Told::Text(self.titles()));
        [
            (fields.chars, titles),
            (fields.pairs, titles),
            (fields.triples, titles),
            (fields.words, titles),
            (fields.shop, Told::Text(self.shop())),
            (fields.tags, Told::Text(&self.tags)),
            (fields.place, Told::Number(self.place.0)),
        ]
        .into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::index::schema::schema;

    #[test]
    fn lines_are_parted_as_the_store_joins_them() {
        let (_, fields) = schema();
        for (text, titles, shop) in [
            ("a\nb\nc\nd", "a\nb", "c\nd"),
            ("a\n\n\n", "a\n", "\n"),
            ("a", "a", ""),
            ("a\nb", "a\nb", ""),
            ("", "", ""),
        ] {
            let facts = Facts { supplier: 7, category: Some(-3), ..Facts::default() }.to_bytes();
            let stored = Stored {
                place: Place(9),
                row: 1,
                fetched_ms: 2,
                facts: &facts,
                text,
                traits: "\u{6750}\u{8d28}=abs\n\nx=1\n",
            };
            let listing = Listing::new(fields, &stored);
            assert_eq!((listing.titles(), listing.shop()), (titles, shop), "{text:?}");
            assert_eq!(listing.tags, "s7\nk-3\nt\u{6750}\u{8d28}=abs\ntx=1\n");
        }
    }
}
