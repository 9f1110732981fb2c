//! Saved searches: a query with its quantity and order under a name, kept as a small text file that lives in git and
//! can be mailed; and what changed among its hits between two looks.
//!
//! The file is TOML with the keys `name`, `name_en`, `query`, `quantity`, `sort` and `note`; only `query` is needed,
//! a missing `name` is the file's own. What ships with the program (zones) is read by the same code.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

use crate::domain::id::OfferKey;
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::search::Sort;
use crate::domain::text::Clean;
use crate::domain::written::{explain, line_of, nearest};

/// Longest name, in characters.
pub const NAME_CHARS: usize = 60;
/// Longest query that can be saved, in characters.
pub const QUERY_CHARS: usize = 400;
/// Longest note, in characters.
pub const NOTE_CHARS: usize = 500;

/// Name of a saved search: also the name of its file, on every system it may be mailed to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SavedName(String);

/// Why a name cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    /// Nothing is left of it.
    #[error("a saved search needs a name")]
    Empty,
    /// Too long.
    #[error("a name has at most {NAME_CHARS} characters")]
    TooLong,
    /// Has a character no file name may have everywhere.
    #[error("a name cannot contain {0}")]
    Character(String),
    /// Begins or ends as no file name should.
    #[error("a name cannot begin with a dot or a dash, nor end with a dot or .toml")]
    Edge,
    /// A name some systems keep for devices.
    #[error("{0} is a device on some systems: take another name")]
    Reserved(String),
}

impl SavedName {
    /// Takes a name that is a safe file name, as it is; anything else is refused, never mended.
    pub fn new(raw: &str) -> Result<SavedName, BadName> {
        let name = raw.trim();
        if name.is_empty() {
            return Err(BadName::Empty);
        }
        if name.chars().count() > NAME_CHARS {
            return Err(BadName::TooLong);
        }
        if let Some(bad) = name.chars().find(|c| c.is_control() || r#"/\:*?"<>|"#.contains(*c)) {
            return Err(BadName::Character(format!("{bad:?}")));
        }
        // Marks that draw nothing or turn the line round would make two names look the same.
        if Clean::capped(name, NAME_CHARS).as_str() != name {
            return Err(BadName::Character("marks that cannot be seen, or two blanks in a row".to_owned()));
        }
        let lower = name.to_lowercase();
        if name.starts_with(['.', '-'])
            || name.ends_with('.')
            || lower.rsplit('.').next() == Some("toml") && lower.contains('.')
        {
            return Err(BadName::Edge);
        }
        let stem = lower.split('.').next().unwrap_or_default().trim_end();
        let numbered = |port: &str| {
            stem.strip_prefix(port)
                .is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
        };
        if matches!(stem, "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt") {
            return Err(BadName::Reserved(name.to_owned()));
        }
        Ok(SavedName(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Name of its file.
    pub fn file(&self) -> String {
        format!("{}.toml", self.0)
    }
}

impl fmt::Display for SavedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for SavedName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A saved search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SavedSearch {
    /// What it is called.
    pub name: SavedName,
    /// The same translated, for zones that ship with the program.
    pub name_en: Option<Clean>,
    /// In the language of searches.
    pub query: Clean,
    /// Quantity it is priced at; `None` = the buyer's Q of the day.
    pub quantity: Option<Quantity>,
    /// Order of the hits.
    pub sort: Sort,
    /// The buyer's own words.
    pub note: Clean,
}

/// A mistake in the file of a saved search.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct BadSaved {
    /// 1-based line; 0 when the file as a whole cannot be read.
    pub line: usize,
    /// What is wrong, with a suggestion where there is one.
    pub message: String,
}

/// A file read, and where its query stands: mistakes in the query are told by whoever knows its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The search.
    pub search: SavedSearch,
    /// 1-based line of the query.
    pub query_line: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Option<toml::Spanned<String>>,
    name_en: Option<String>,
    query: toml::Spanned<String>,
    quantity: Option<toml::Spanned<Number>>,
    sort: Option<toml::Spanned<String>>,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a quantity such as 300 or \"2.5\"")]
enum Number {
    Whole(u32),
    Words(String),
}

impl SavedSearch {
    /// With nothing but a name and a query.
    pub fn new(name: SavedName, query: &str) -> SavedSearch {
        SavedSearch {
            name,
            name_en: None,
            query: Clean::capped(query, QUERY_CHARS),
            quantity: None,
            sort: Sort::Rank,
            note: Clean::default(),
        }
    }

    /// Reads the text of a file; `stem` is the file's own name, for files that do not name themselves.
    pub fn parse(text: &str, stem: &str) -> Result<Written, BadSaved> {
        let fail = |span: Option<std::ops::Range<usize>>, message: String| BadSaved {
            line: line_of(text, span.map_or(0, |span| span.start)),
            message,
        };
        let file: File =
            toml::from_str(text).map_err(|error| fail(error.span(), explain(error.message())))?;
        let (name, span) = match &file.name {
            Some(name) => (name.get_ref().as_str(), Some(name.span())),
            None => (stem, None),
        };
        let name = SavedName::new(name).map_err(|error| fail(span, error.to_string()))?;
        let raw = file.query.get_ref();
        if raw.chars().count() > QUERY_CHARS {
            return Err(fail(
                Some(file.query.span()),
                format!("a saved query has at most {QUERY_CHARS} characters"),
            ));
        }
        let mut search = SavedSearch::new(name, raw);
        search.name_en = file.name_en.as_deref().map(|name| Clean::capped(name, NAME_CHARS));
        search.note = Clean::capped(file.note.as_deref().unwrap_or_default(), NOTE_CHARS);
        if let Some(number) = &file.quantity {
            let words = match number.get_ref() {
                Number::Whole(number) => number.to_string(),
                Number::Words(words) => words.clone(),
            };
            let quantity = words.parse::<Quantity>().ok().filter(|quantity| !quantity.is_zero());
            let bad = || fail(Some(number.span()), "quantity is a number above 0 such as 300".to_owned());
            search.quantity = Some(quantity.ok_or_else(bad)?);
        }
        if let Some(word) = &file.sort {
            search.sort = Sort::from_word(word.get_ref()).ok_or_else(|| {
                let words = Sort::ALL.map(Sort::as_str);
                let message = match nearest(word.get_ref(), words.into_iter()) {
                    Some(near) => format!("no such order {:?}: did you mean {near:?}?", word.get_ref()),
                    None => format!("sort is one of {}", words.join(", ")),
                };
                fail(Some(word.span()), message)
            })?;
        }
        Ok(Written { search, query_line: line_of(text, file.query.span().start) })
    }

    /// The text of its file; reads back as the same search.
    pub fn to_toml(&self) -> String {
        let mut text = format!("name = {}\n", quoted(self.name.as_str()));
        if let Some(name) = &self.name_en {
            text.push_str(&format!("name_en = {}\n", quoted(name.as_str())));
        }
        text.push_str(&format!("query = {}\n", quoted(self.query.as_str())));
        if let Some(quantity) = self.quantity {
            let whole = quantity.is_whole() && quantity <= Quantity::whole(u32::MAX);
            let number = quantity.to_string();
            text.push_str(&format!("quantity = {}\n", if whole { number } else { quoted(&number) }));
        }
        if self.sort != Sort::Rank {
            text.push_str(&format!("sort = \"{}\"\n", self.sort.as_str()));
        }
        if !self.note.is_empty() {
            text.push_str(&format!("note = {}\n", quoted(self.note.as_str())));
        }
        text
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A saved search as a picker lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedRow {
    /// The search.
    pub search: SavedSearch,
    /// Whether it ships with the program.
    pub is_zone: bool,
    /// When all its hits were last looked at.
    pub looked_at: Option<Timestamp>,
}

/// What a hit cost at the quantity when it was looked at; `None` = unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeenPrice {
    /// Least unit price, yuan.
    pub unit_price: Option<Money>,
    /// Greatest, yuan.
    pub unit_price_max: Option<Money>,
}

/// All hits of a search at one moment, by key, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hits(Vec<(OfferKey, SeenPrice)>);

impl Hits {
    /// Of hits in any order; of a doubled key the last counts.
    pub fn new(mut hits: Vec<(OfferKey, SeenPrice)>) -> Hits {
        hits.sort_by(|a, b| a.0.cmp(&b.0));
        hits.reverse();
        hits.dedup_by(|a, b| a.0 == b.0);
        hits.reverse();
        Hits(hits)
    }

    /// Ascending by key.
    pub fn as_slice(&self) -> &[(OfferKey, SeenPrice)] {
        &self.0
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What differs between two looks at one search; each list ascending by key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Hits now and not before.
    pub new: Vec<(OfferKey, SeenPrice)>,
    /// Hits before and not now.
    pub gone: Vec<(OfferKey, SeenPrice)>,
    /// Hits both times at another price: key, then, now.
    pub repriced: Vec<(OfferKey, SeenPrice, SeenPrice)>,
}

impl Changes {
    /// Compares two looks.
    pub fn between(before: &Hits, now: &Hits) -> Changes {
        let mut changes = Changes::default();
        let (mut before, mut now) = (before.0.iter().peekable(), now.0.iter().peekable());
        loop {
            let order = match (before.peek(), now.peek()) {
                (None, None) => return changes,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => old.0.cmp(&new.0),
            };
            let old = if order == Ordering::Greater { None } else { before.next() };
            let new = if order == Ordering::Less { None } else { now.next() };
            match (old, new) {
                (Some(old), None) => changes.gone.push(old.clone()),
                (None, Some(new)) => changes.new.push(new.clone()),
                (Some(old), Some(new)) if old.1 != new.1 => {
                    changes.repriced.push((new.0.clone(), old.1, new.1));
                }
                _ => {}
            }
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty() && self.repriced.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_file_is_read_and_written_back_the_same() {
        let text = "name = \"义乌 \\\"小\\\"商品\"\nquery = \"belt:义乌 moq<=10 \\\\ \\\"a b\\\"\"\nquantity = 300\n\
                    sort = \"price\"\nnote = \"周一看\"\n";
        let read = SavedSearch::parse(text, "x").map(|written| written.search);
        // Quotation marks cannot stand in a file name.
        assert!(read.unwrap_err().message.contains("cannot contain"));
        let text = text.replace("\\\"小\\\"", "小");
        let read = SavedSearch::parse(&text, "x").unwrap();
        assert_eq!(read.query_line, 2);
        assert_eq!(read.search.to_toml(), text);
        assert_eq!(read.search.quantity, Some(Quantity::whole(300)));
        let bare = SavedSearch::parse("query = \"杯\"\nquantity = \"2.5\"", "杯子").unwrap().search;
        assert_eq!((bare.name.as_str(), bare.quantity.unwrap().to_string()), ("杯子", "2.5".to_owned()));
        assert_eq!(SavedSearch::parse(&bare.to_toml(), "x").unwrap().search, bare);
    }

    #[test]
    fn mistakes_name_their_line_and_what_was_meant() {
        let wrong = |text: &str| SavedSearch::parse(text, "x").unwrap_err().to_string();
        assert_eq!(wrong("query = \"\"\nnotes = \"x\"\n"), "2: unknown key `notes`: did you mean `note`?");
        assert_eq!(
            wrong("query = \"\"\nsort = \"prise\""),
            "2: no such order \"prise\": did you mean \"price\"?"
        );
        assert!(wrong("query = \"\"\nsort = \"zzzzzzzz\"").starts_with("2: sort is one of rank, price"));
        assert!(wrong("\nquery = \"\"\nquantity = 0").starts_with("3: quantity is a number above 0"));
        assert!(wrong("quantity = 3").contains("`query`"));
        assert!(wrong("query = ").starts_with("1: "));
        assert!(wrong("name = \"../x\"\nquery = \"\"").starts_with("1: a name cannot contain '/'"));
        assert!(wrong(&format!("query = \"{}\"", "长".repeat(QUERY_CHARS + 1))).contains("at most"));
    }

    #[test]
    fn hostile_names_are_refused() {
        for good in ["杯", "义乌小商品", "cups 2026-11", "a.b", "com", "console", "lpt10"] {
            assert_eq!(SavedName::new(good).unwrap().file(), format!("{good}.toml"));
        }
        let long = "长".repeat(NAME_CHARS + 1);
        for bad in [
            "",
            "  ",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            "a:b",
            "a*",
            "-x",
            ".hidden",
            "x.",
            "x.toml",
            "x.TOML",
            "nul",
            "CON.txt",
            "com1",
            "a\nb",
            "a\u{202e}b",
            "a\u{200b}",
            "\u{1b}[2J",
            "a\u{0}",
            "a  b",
            "a|b",
            "\"",
            &long,
        ] {
            assert!(SavedName::new(bad).is_err(), "{bad:?}");
        }
    }

    fn seen(fen: i64) -> SeenPrice {
        let price = Some(Money::from_fen(fen));
        SeenPrice { unit_price: price, unit_price_max: price }
    }

    proptest! {
        #[test]
        fn any_text_reads_or_is_refused_with_a_line(text in "\\PC{0,80}") {
            if let Err(error) = SavedSearch::parse(&text, "x") {
                prop_assert!(error.line >= 1 && !error.message.is_empty());
            }
        }

        #[test]
        fn what_is_saved_reads_back(name in "[a-z杯盘]{1,20}", query in "\\PC{0,60}", note in "\\PC{0,60}", q in 0u32..5000) {
            let mut search = SavedSearch::new(SavedName::new(&name).unwrap_or_else(|_| SavedName::new("x").unwrap()), &query);
            search.note = Clean::new(&note);
            search.quantity = (q > 0).then(|| Quantity::whole(q));
            prop_assert_eq!(SavedSearch::parse(&search.to_toml(), "y").unwrap().search, search);
        }

        #[test]
        fn changes_are_those_of_two_maps(
            before in prop::collection::vec((1i64..30, 1i64..5), 0..30),
            now in prop::collection::vec((1i64..30, 1i64..5), 0..30),
        ) {
            let hits = |rows: &[(i64, i64)]| {
                Hits::new(rows.iter().map(|(id, fen)| (OfferKey::Market(*id), seen(*fen))).collect())
            };
            let map = |rows: &[(i64, i64)]| rows.iter().copied().collect::<BTreeMap<i64, i64>>();
            let changes = Changes::between(&hits(&before), &hits(&now));
            let (old, new) = (map(&before), map(&now));
            let ids = |rows: &[(OfferKey, SeenPrice)]| {
                rows.iter().filter_map(|(key, _)| key.market_id()).collect::<Vec<_>>()
            };
            prop_assert_eq!(ids(&changes.new), new.keys().filter(|id| !old.contains_key(id)).copied().collect::<Vec<_>>());
            prop_assert_eq!(ids(&changes.gone), old.keys().filter(|id| !new.contains_key(id)).copied().collect::<Vec<_>>());
            let repriced: Vec<_> = changes.repriced.iter().map(|(key, a, b)| (key.clone(), *a, *b)).collect();
            let expected: Vec<_> = old
                .iter()
                .filter_map(|(id, was)| {
                    new.get(id).filter(|is| *is != was).map(|is| (OfferKey::Market(*id), seen(*was), seen(*is)))
                })
                .collect();
            prop_assert_eq!(repriced, expected);
            prop_assert!(Changes::between(&hits(&now), &hits(&now)).is_empty());
        }
    }
}
