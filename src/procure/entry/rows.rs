//! The rows of a list, whatever it is: a workbook, CSV with a row of names, or lines as somebody typed them.

use super::columns::{Column, Columns};
use crate::domain::entry::{self, CutShort, Reason, Subject, Wanted};
use crate::domain::text::Clean;
use crate::table::{Fault, Opened, Row, Stop, Table, Text};

/// Rows in which a row of names is looked for: forms have a heading above it.
const HEADING: usize = 10;
/// Most rows of a list: each takes a listing with it.
const MAX_ROWS: usize = 20_000;

/// What one row asks for.
#[derive(Debug)]
pub(super) struct Asked {
    /// 1-based.
    pub line: u64,
    /// What stands there.
    pub text: Clean,
    /// What it means.
    pub wanted: Result<Wanted, Reason>,
    /// Whose item number it names, where it says.
    pub supplier: Option<String>,
    /// A code or item number that stands beside an offer.
    pub code: Option<String>,
}

/// All rows of a list that are not blank.
#[derive(Debug, Default)]
pub(super) struct AskedRows {
    pub rows: Vec<Asked>,
    pub cut_short: Option<CutShort>,
    pub encodings: Vec<&'static str>,
}

/// Reads what was opened.
pub(super) fn read(opened: &Opened) -> AskedRows {
    match opened {
        Opened::Sheet(table) => of_table(table, Vec::new()),
        Opened::Text(text) => {
            let encodings = text.encodings().iter().map(|encoding| encoding.as_str());
            let encodings: Vec<_> = encodings.filter(|name| *name != "UTF-8").collect();
            let table = text.table();
            if names_at(&table).is_some() { of_table(&table, encodings) } else { of_lines(text, encodings) }
        }
    }
}

fn reason_of(fault: Fault) -> Reason {
    match fault {
        Fault::Encoding => Reason::Encoding,
        Fault::Quote => Reason::Quote,
        Fault::Wide | Fault::Long => Reason::TooLong,
    }
}

fn of_lines(text: &Text, encodings: Vec<&'static str>) -> AskedRows {
    let mut rows = Vec::new();
    let mut cut_short = None;
    for line in text.lines() {
        let (shown, wanted) = match &line.text {
            Ok(text) => (Clean::capped(text, 80), entry::line(text)),
            Err(fault) => (Clean::default(), Err(reason_of(*fault))),
        };
        let Some(wanted) = wanted.transpose() else { continue };
        if rows.len() >= MAX_ROWS {
            cut_short = Some(CutShort::Rows(rows.len()));
            break;
        }
        rows.push(Asked { line: line.number, text: shown, wanted, supplier: None, code: None });
    }
    if text.is_cut() && cut_short.is_none() {
        cut_short = Some(CutShort::Rows(rows.len()));
    }
    AskedRows { rows, cut_short, encodings }
}

/// The row of names.
fn names_at(table: &Table) -> Option<(usize, Columns)> {
    let mut rows = table.rows.iter().take(HEADING).enumerate();
    rows.find_map(|(at, row)| Some((at, Columns::read(row.cells.as_ref().ok()?)?)))
}

fn of_table(table: &Table, encodings: Vec<&'static str>) -> AskedRows {
    let cut_short = table.stopped.map(|stop| match stop {
        Stop::Rows(_) | Stop::Cells(_) => CutShort::Rows(table.rows.len()),
        Stop::Sheets(more) => CutShort::Sheets(more),
    });
    let (at, columns) = names_at(table).map_or((None, None), |(at, columns)| (Some(at), Some(columns)));
    let rows = table.rows.iter().enumerate().filter(|(here, _)| Some(*here) != at);
    let rows = rows.filter_map(|(here, row)| {
        let above = at.is_some_and(|at| here < at);
        asked(row, columns.as_ref().filter(|_| !above), above)
    });
    let mut rows: Vec<Asked> = rows.take(MAX_ROWS + 1).collect();
    let cut_short = if rows.len() > MAX_ROWS { Some(CutShort::Rows(MAX_ROWS)) } else { cut_short };
    rows.truncate(MAX_ROWS);
    AskedRows { rows, cut_short, encodings }
}

/// What a row of cells asks for; `None` for one of nothing but blanks.
fn asked(row: &Row, columns: Option<&Columns>, above: bool) -> Option<Asked> {
    let cells = match &row.cells {
        Ok(cells) => cells,
        Err(fault) => {
            let wanted = Err(reason_of(*fault));
            return Some(Asked {
                line: row.line,
                text: Clean::default(),
                wanted,
                supplier: None,
                code: None,
            });
        }
    };
    let filled: Vec<&str> = cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let text = Clean::capped(&filled.join(" "), 80);
    if filled.first().is_none_or(|first| first.starts_with('#')) {
        return None;
    }
    let (mut supplier, mut code) = (None, None);
    let wanted = match columns {
        _ if above => Err(Reason::NotARow),
        None => entry::cells_as_row(&filled),
        Some(columns) => {
            supplier = columns.value(cells, Column::Supplier).map(str::to_owned);
            let names_both =
                columns.value(cells, Column::Offer).or_else(|| columns.value(cells, Column::Link)).is_some();
            let beside = columns.value(cells, Column::Code).or_else(|| columns.value(cells, Column::Item));
            code = beside.filter(|_| names_both).map(str::to_owned);
            by_columns(cells, columns)
        }
    };
    Some(Asked { line: row.line, text, wanted, supplier, code })
}

fn by_columns(cells: &[String], columns: &Columns) -> Result<Wanted, Reason> {
    // Cells beyond the last name: a comma in a title that was not quoted moved everything behind it.
    if cells.iter().skip(columns.len()).any(|cell| !cell.trim().is_empty()) {
        return Err(Reason::NotARow);
    }
    let value = |column| columns.value(cells, column);
    let spec = value(Column::Spec).map(str::to_owned);
    let named = value(Column::Offer).or_else(|| value(Column::Link));
    let named =
        named.or_else(|| value(Column::Code)).or_else(|| value(Column::Item)).ok_or(Reason::NotARow)?;
    // A link stands in any of them: people paste what they have.
    let subject = match entry::line(named) {
        Err(reason @ Reason::BadLink(_)) => return Err(reason),
        Ok(Some(Wanted { subject: subject @ Subject::Offer(_), .. })) => subject,
        _ => Subject::Code(named.to_owned()),
    };
    if let Subject::Code(code) = &subject
        && !code.chars().any(char::is_alphanumeric)
    {
        return Err(Reason::NotARow);
    }
    let quantity = value(Column::Quantity).map(entry::quantity).transpose()?;
    Ok(Wanted { subject, spec, quantity })
}
