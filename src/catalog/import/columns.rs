//! Which column means what: the alias table of `assets/import.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::query::fold::fold;

const TABLE: &str = include_str!("../../../assets/import.toml");

/// Names of members that are remembered.
const MOST_NAMES: usize = 200;

/// What a column can mean; the names are the keys of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    ItemNo,
    Title,
    TitleEn,
    Price,
    PriceMin,
    PriceMax,
    Tiers,
    Currency,
    Moq,
    Lot,
    Unit,
    Stock,
    #[serde(rename = "sold_30d")]
    Sold30d,
    #[serde(rename = "sold_90d")]
    Sold90d,
    RepeatRate,
    Supplier,
    Belt,
    City,
    Attributes,
    Rating,
    WeightKg,
    Kind,
}

/// How many there are.
pub const FIELDS: usize = Field::Kind as usize + 1;

/// A column's meaning, and its place in the list of names for it: the least place that has a value wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    pub field: Field,
    pub place: usize,
}

/// What a column of this name means, if anything.
pub fn meaning(name: &str) -> Option<Meaning> {
    static MEANINGS: OnceLock<HashMap<String, Meaning>> = OnceLock::new();
    // The table is part of the program: that it can be read is a test, not a question of the run.
    MEANINGS.get_or_init(|| read(TABLE).unwrap_or_default()).get(&plain(name)).copied()
}

/// What the members of rows mean, remembered from row to row: nearly all have the same names in the same order.
#[derive(Debug, Default)]
pub struct Names {
    known: Vec<(String, Option<Meaning>)>,
    next: usize,
}

impl Names {
    /// A row begins.
    pub fn begin(&mut self) {
        self.next = 0;
    }

    /// What the next member means.
    pub fn meaning(&mut self, name: &str) -> Option<Meaning> {
        let at = match self.known.get(self.next) {
            Some((known, _)) if known == name => Some(self.next),
            _ => self.known.iter().position(|(known, _)| known == name),
        };
        if let Some(at) = at {
            self.next = at + 1;
            return self.known.get(at).and_then(|(_, meaning)| *meaning);
        }
        let meaning = meaning(name);
        // A file that names every member anew is read slowly, but in little memory.
        if self.known.len() < MOST_NAMES {
            self.known.push((name.to_owned(), meaning));
            self.next = self.known.len();
        }
        meaning
    }
}

/// The names a person may give a field, for messages.
pub fn names(field: Field) -> String {
    let table: HashMap<Field, Vec<String>> = toml::from_str(TABLE).unwrap_or_default();
    table.get(&field).map(|names| names.join(", ")).unwrap_or_default()
}

fn read(table: &str) -> Result<HashMap<String, Meaning>, toml::de::Error> {
    let table: HashMap<Field, Vec<String>> = toml::from_str(table)?;
    let mut meanings = HashMap::new();
    for (field, names) in table {
        for (place, name) in names.iter().enumerate() {
            meanings.insert(plain(name), Meaning { field, place });
        }
    }
    Ok(meanings)
}

/// A name without width, case, blanks and joints.
fn plain(name: &str) -> String {
    fold(name).chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | '\u{feff}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_whole_and_no_name_means_two_things() {
        let table: HashMap<Field, Vec<String>> = toml::from_str(TABLE).unwrap();
        assert_eq!(table.len(), FIELDS);
        let names: usize = table.values().map(Vec::len).sum();
        assert_eq!(read(TABLE).unwrap().len(), names);
    }

    #[test]
    fn what_is_remembered_is_what_is_looked_up() {
        let mut names = Names::default();
        for row in [&["id", "title", "colour"][..], &["title", "id"], &["colour", "colour", "起批量", "id"]]
        {
            names.begin();
            for name in row {
                assert_eq!(names.meaning(name), meaning(name), "{name}");
            }
        }
    }

    #[test]
    fn names_are_compared_loosely() {
        let field = |name| meaning(name).map(|meaning| meaning.field);
        assert_eq!(field("StockCode"), Some(Field::ItemNo));
        assert_eq!(field("\u{feff}Item ID"), Some(Field::ItemNo));
        assert_eq!(field("FirstUnitPrice"), Some(Field::Price));
        assert_eq!(field("起批量"), Some(Field::Moq));
        assert_eq!(field("商品標題"), Some(Field::Title));
        assert_eq!(field("colour"), None);
    }
}
