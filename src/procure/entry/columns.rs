//! Which column of a list means what: the alias table of `assets/entry.toml`.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::query::fold::fold;

const TABLE: &str = include_str!("../../../assets/entry.toml");

/// What a column can mean; the names are the keys of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Column {
    Offer,
    Link,
    Spec,
    Code,
    Item,
    Supplier,
    Quantity,
}

/// Where in a row what stands: for each column what it means and its place among the names for it.
#[derive(Debug)]
pub(super) struct Columns(Vec<Option<(Column, usize)>>);

impl Columns {
    /// Reads a row of names; `None` when it is none: it names no goods, or holds a number.
    pub fn read(row: &[String]) -> Option<Columns> {
        static MEANINGS: OnceLock<HashMap<String, (Column, usize)>> = OnceLock::new();
        // The table is part of the program: that it can be read is a test, not a question of the run.
        let meanings = MEANINGS.get_or_init(|| read(TABLE).unwrap_or_default());
        let columns: Vec<_> = row.iter().map(|name| meanings.get(&folded(name)).copied()).collect();
        let names_goods = columns
            .iter()
            .flatten()
            .any(|(column, _)| matches!(column, Column::Offer | Column::Link | Column::Code | Column::Item));
        let is_number = |cell: &String| cell.trim().starts_with(|c: char| c.is_ascii_digit());
        (names_goods && !row.iter().any(is_number)).then_some(Columns(columns))
    }

    /// The value of a column in a row: of its best name that has one.
    pub fn value<'a>(&self, row: &'a [String], wanted: Column) -> Option<&'a str> {
        let named = self.0.iter().zip(row).filter_map(|(column, cell)| {
            let (column, place) = (*column)?;
            let cell = cell.trim();
            (column == wanted && !cell.is_empty()).then_some((place, cell))
        });
        named.min_by_key(|(place, _)| *place).map(|(_, cell)| cell)
    }

    /// How many columns were named.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn read(table: &str) -> Result<HashMap<String, (Column, usize)>, toml::de::Error> {
    let table: HashMap<Column, Vec<String>> = toml::from_str(table)?;
    let mut meanings = HashMap::new();
    for (column, names) in table {
        for (place, name) in names.iter().enumerate() {
            meanings.insert(folded(name), (column, place));
        }
    }
    Ok(meanings)
}

/// A name or a code without width, case, blanks and joints.
pub(super) fn folded(name: &str) -> String {
    fold(name).chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | '\u{feff}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_no_name_means_two_things() {
        let table: HashMap<Column, Vec<String>> = toml::from_str(TABLE).unwrap();
        let mut names: Vec<String> = table.values().flatten().map(|name| folded(name)).collect();
        names.sort();
        names.dedup();
        assert_eq!(read(TABLE).unwrap().len(), names.len());
        let all =
            |row: &[&str]| Columns::read(&row.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert!(all(&["StockCode", "Description", "Quantity"]).is_some());
        assert!(all(&["商品編號", "規格", "數量"]).is_some());
        assert!(all(&["数量", "单价"]).is_none() && all(&["offer_id", "300"]).is_none());
        let columns = all(&["规格", "spec_id", "offer_id"]).unwrap();
        let row = ["红".to_owned(), "ab12".to_owned(), " 7 ".to_owned()];
        assert_eq!(columns.value(&row, Column::Spec), Some("ab12"));
        assert_eq!(columns.value(&row, Column::Offer), Some("7"));
        assert_eq!(columns.value(&row, Column::Quantity), None);
    }
}
