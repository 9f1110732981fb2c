//! The SKUs of an offer as a grid: the last attribute (size) across, the others (colour) down; and what a buyer types
//! or pastes into it: runs such as `1 2 2 1 x 3`, blocks of a spreadsheet, hands (一手).

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::offer::{Offer, Sku};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;

/// Between the values of a SKU's name.
const JOINT: &str = " / ";
/// A single attribute whose values are this short (characters) is a row: sizes. Longer ones stand under each other.
const SHORT: usize = 4;
/// Most hands a run may ask for.
const MOST_HANDS: u32 = 10_000;
/// Longest run that is read, in characters.
pub const RUN_CHARS: usize = 80;

/// A value of an attribute, as the head of a row or column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// 白色
    pub name: Clean,
    /// The same translated.
    pub name_en: Option<Clean>,
}

/// Which SKU stands where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// Heads of the rows; one without words where there is a single attribute that stands across.
    pub rows: Vec<Label>,
    /// Heads of the columns.
    pub columns: Vec<Label>,
    /// By row and column: index of the SKU in its offer; `None` = the offer has no such SKU.
    pub cells: Vec<Vec<Option<usize>>>,
}

impl Grid {
    /// The grid of an offer's SKUs. Where their names do not all have the same number of attributes, or two SKUs would
    /// share a place, they stand in one column under their whole names.
    pub fn of(offer: &Offer) -> Grid {
        let split: Vec<(Vec<&str>, Option<Vec<&str>>)> = offer.skus.iter().map(parts).collect();
        let depth = split.first().map_or(0, |(parts, _)| parts.len());
        let even = split.iter().all(|(parts, _)| parts.len() == depth);
        if depth >= 2 && even {
            let keys = split.iter().map(|(parts, en)| {
                let (last, others) = (parts.last().copied().unwrap_or_default(), parts.get(..depth - 1));
                let en = en.as_ref().and_then(|en| Some((en.last()?, en.get(..en.len().checked_sub(1)?)?)));
                let row =
                    label(&others.unwrap_or_default().join(JOINT), en.map(|(_, others)| others.join(JOINT)));
                (row, label(last, en.map(|(last, _)| (*last).to_owned())))
            });
            if let Some(grid) = Grid::placed(keys.collect()) {
                return grid;
            }
        }
        let whole = |sku: &Sku| Label { name: sku.name.clone(), name_en: sku.name_en.clone() };
        let labels: Vec<Label> = offer.skus.iter().map(whole).collect();
        let all: Vec<Option<usize>> = (0..labels.len()).map(Some).collect();
        let blank = Label { name: Clean::default(), name_en: None };
        let sizes = labels.iter().all(|label| label.name.as_str().chars().count() <= SHORT);
        if sizes {
            return Grid { rows: vec![blank], columns: labels, cells: vec![all] };
        }
        let cells = all.into_iter().map(|sku| vec![sku]).collect();
        Grid { rows: labels, columns: vec![blank], cells }
    }

    fn placed(keys: Vec<(Label, Label)>) -> Option<Grid> {
        let mut grid = Grid::default();
        let (mut rows, mut columns) = (HashMap::new(), HashMap::new());
        let mut places = Vec::with_capacity(keys.len());
        let mut taken = HashSet::new();
        for (row, column) in keys {
            let at_row = *rows.entry(row.name.clone()).or_insert_with(|| {
                grid.rows.push(row);
                grid.rows.len() - 1
            });
            let at_column = *columns.entry(column.name.clone()).or_insert_with(|| {
                grid.columns.push(column);
                grid.columns.len() - 1
            });
            if !taken.insert((at_row, at_column)) {
                return None;
            }
            places.push((at_row, at_column));
        }
        grid.cells = vec![vec![None; grid.columns.len()]; grid.rows.len()];
        for (sku, (row, column)) in places.into_iter().enumerate() {
            *grid.cells.get_mut(row)?.get_mut(column)? = Some(sku);
        }
        Some(grid)
    }

    /// The SKU at a place.
    pub fn sku(&self, row: usize, column: usize) -> Option<usize> {
        self.cells.get(row)?.get(column).copied().flatten()
    }

    /// Whether a run goes down: there is one column.
    pub fn runs_down(&self) -> bool {
        self.columns.len() == 1 && self.rows.len() > 1
    }

    /// Places from this one on, along a run.
    pub fn run_from(&self, row: usize, column: usize) -> Vec<(usize, usize)> {
        if self.runs_down() {
            (row..self.rows.len()).map(|row| (row, column)).collect()
        } else {
            (column..self.columns.len()).map(|column| (row, column)).collect()
        }
    }

    /// Every place of the line a run from here goes through.
    pub fn line_of(&self, row: usize, column: usize) -> Vec<(usize, usize)> {
        if self.runs_down() { self.run_from(0, column) } else { self.run_from(row, 0) }
    }

    /// What a place is called along its line: the size.
    pub fn name_along(&self, row: usize, column: usize) -> Option<&Clean> {
        let label = if self.runs_down() { self.rows.get(row) } else { self.columns.get(column) };
        label.map(|label| &label.name)
    }
}

fn parts(sku: &Sku) -> (Vec<&str>, Option<Vec<&str>>) {
    let name: Vec<&str> = sku.name.as_str().split(JOINT).collect();
    let en = sku.name_en.as_ref().map(|name| name.as_str().split(JOINT).collect::<Vec<_>>());
    let en = en.filter(|en| en.len() == name.len());
    (name, en)
}

fn label(name: &str, name_en: Option<String>) -> Label {
    Label { name: Clean::new(name), name_en: name_en.map(|name| Clean::new(&name)) }
}

/// One hand as the buyer has it of an offer: how many of each size. A size that is not named is none of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ratio(pub Vec<(Clean, Quantity)>);

impl Ratio {
    /// Units of a size in one hand.
    pub fn of(&self, size: &Clean) -> Quantity {
        self.0.iter().find(|(name, _)| name == size).map(|(_, units)| *units).unwrap_or_default()
    }
}

/// What is typed along a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// `1 2 2 1`, `1 2 2 1 x 3`: units of the places from here on; zero empties one.
    Cells(Vec<Quantity>),
    /// `x 3`: three hands.
    Hands(u32),
}

/// Why a run cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadRun {
    /// It ends before its number.
    Unfinished,
    /// Not a number of units; the word.
    Word(Clean),
    /// More than any order takes.
    TooMuch,
}

/// Reads `1 2 2 1 x 3`. `×` and `*` are an `x`.
pub fn run(text: &str) -> Result<Run, BadRun> {
    let text: String = text
        .chars()
        .take(RUN_CHARS)
        .map(|c| match c {
            '×' | '*' | 'X' | '＊' | 'ｘ' => 'x',
            '　' => ' ',
            '０'..='９' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .collect();
    let (cells, times) = match text.split_once('x') {
        Some((cells, times)) => (cells, Some(times.trim())),
        None => (text.as_str(), None),
    };
    let times = match times {
        Some("") => return Err(BadRun::Unfinished),
        Some(word) => Some(
            word.parse::<u32>()
                .ok()
                .filter(|times| (1..=MOST_HANDS).contains(times))
                .ok_or_else(|| BadRun::Word(Clean::capped(word, 20)))?,
        ),
        None => None,
    };
    let mut units = Vec::new();
    for word in cells.split_whitespace() {
        let one: Quantity = word.parse().map_err(|_| BadRun::Word(Clean::capped(word, 20)))?;
        let all = one.decimal().checked_mul(Decimal::from(times.unwrap_or(1)));
        units.push(all.and_then(Quantity::from_decimal).ok_or(BadRun::TooMuch)?);
    }
    match (units.is_empty(), times) {
        (true, Some(times)) => Ok(Run::Hands(times)),
        (true, None) => Err(BadRun::Unfinished),
        (false, _) => Ok(Run::Cells(units)),
    }
}

/// A block of a spreadsheet: rows by line ends, cells by tabs (by blanks where it has no tab). An empty cell is `None`,
/// a cell that is no quantity its text. A thousands comma is no part of a number.
pub fn block(text: &str) -> Vec<Vec<Result<Option<Quantity>, Clean>>> {
    let cell = |text: &str| {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let plain = text.replace([',', '，'], "");
        plain.parse::<Quantity>().map(Some).map_err(|_| Clean::capped(text, 20))
    };
    let tabbed = text.contains('\t');
    let rows = text.trim_end_matches(['\n', '\r']).lines();
    rows.map(|row| {
        let row = row.trim_end_matches('\r');
        if tabbed { row.split('\t').map(cell).collect() } else { row.split_whitespace().map(cell).collect() }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{OfferKey, SpecId};
    use jiff::Timestamp;

    fn offer(names: &[&str]) -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("鞋"), Timestamp::UNIX_EPOCH);
        offer.skus = names
            .iter()
            .enumerate()
            .map(|(at, name)| Sku {
                spec_id: SpecId::new(&at.to_string()),
                sku_id: None,
                name: Clean::new(name),
                name_en: None,
                price: None,
                promotion: None,
                tiers: vec![],
                stock: None,
            })
            .collect();
        offer
    }

    fn heads(labels: &[Label]) -> Vec<&str> {
        labels.iter().map(|label| label.name.as_str()).collect()
    }

    #[test]
    fn the_last_attribute_stands_across_and_the_others_down() {
        let grid = Grid::of(&offer(&["白 / 38", "白 / 39", "黑 / 39", "黑 / 40"]));
        assert_eq!((heads(&grid.rows), heads(&grid.columns)), (vec!["白", "黑"], vec!["38", "39", "40"]));
        assert_eq!(grid.cells, [vec![Some(0), Some(1), None], vec![None, Some(2), Some(3)]]);
        let three = Grid::of(&offer(&["白 / 厚 / S", "白 / 薄 / S", "白 / 厚 / M"]));
        assert_eq!(heads(&three.rows), ["白 / 厚", "白 / 薄"]);
        assert_eq!(heads(&three.columns), ["S", "M"]);
        // Sizes alone are a row, longer names a column; names of unlike depth are one, too.
        assert_eq!(heads(&Grid::of(&offer(&["S", "M", "XL"])).columns), ["S", "M", "XL"]);
        let long = Grid::of(&offer(&["不锈钢本色", "磨砂黑色款"]));
        assert!(long.runs_down() && long.rows.len() == 2);
        let uneven = Grid::of(&offer(&["白 / 38", "配件"]));
        assert_eq!((heads(&uneven.rows), uneven.runs_down()), (vec!["白 / 38", "配件"], true));
        assert!(Grid::of(&offer(&["白 / 38", "白 / 38"])).runs_down(), "two in one place");
    }

    #[test]
    fn runs_are_read_and_multiplied() {
        let q = Quantity::whole;
        assert_eq!(run("1 2 2 1 x 3"), Ok(Run::Cells([3, 6, 6, 3].map(q).to_vec())));
        assert_eq!(run("1 2 0 1×2"), Ok(Run::Cells([2, 4, 0, 2].map(q).to_vec())));
        assert_eq!(run("12"), Ok(Run::Cells(vec![q(12)])));
        assert_eq!(run("x 3"), Ok(Run::Hands(3)));
        assert_eq!(run("1 2 x"), Err(BadRun::Unfinished));
        assert_eq!(run(""), Err(BadRun::Unfinished));
        assert_eq!(run("1 a"), Err(BadRun::Word(Clean::new("a"))));
        assert_eq!(run("1 x 0"), Err(BadRun::Word(Clean::new("0"))));
        assert_eq!(run("1 x 2 x 3"), Err(BadRun::Word(Clean::new("2 x 3"))));
        assert_eq!(run("99999999 x 2"), Err(BadRun::TooMuch));
    }

    #[test]
    fn blocks_of_a_spreadsheet() {
        let q = |units| Ok(Some(Quantity::whole(units)));
        assert_eq!(block("1\t2\r\n\t1,200\r\n"), [vec![q(1), q(2)], vec![Ok(None), q(1200)]]);
        assert_eq!(block("1 2\n3"), [vec![q(1), q(2)], vec![q(3)]]);
        assert_eq!(block("-1\t1e9"), [vec![Err(Clean::new("-1")), Err(Clean::new("1e9"))]]);
        assert!(block("").is_empty());
    }
}
