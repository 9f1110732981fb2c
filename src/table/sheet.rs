//! The first sheet of an XLSX workbook, cell by cell.
//!
//! A workbook is a ZIP of XML and may say one thing and be another, so everything in it is unpacked once into nothing,
//! with its bytes counted, before the reader that keeps things in memory sees it. Cells are streamed: a sheet whose last
//! cell stands in row 1,048,576 costs no more than its cells.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Reader, Xlsx};
use zip::ZipArchive;

use super::{Fault, MAX_COLUMNS, MAX_LINE, Stop, Table, TableError, Taking, plain};
use crate::domain::text::Clean;

/// Most files in a workbook.
const MAX_PARTS: usize = 2_000;
/// Largest sheet, unpacked.
const MAX_SHEET: u64 = 64 << 20;
/// Largest table of shared texts: the least of them takes five bytes here and many more in memory.
const MAX_STRINGS: u64 = 12 << 20;
/// Largest of any other part that is read.
const MAX_PART: u64 = 2 << 20;
/// A number as large as this has lost digits: a spreadsheet keeps fifteen.
const EXACT: f64 = 1e15;

pub(super) fn read(bytes: &[u8]) -> Result<Table, TableError> {
    weigh(bytes)?;
    let mut book: Xlsx<Cursor<&[u8]>> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsxError::Password => TableError::OldWorkbook,
        error => broken(&error),
    })?;
    let names = book.sheet_names();
    let Some(name) = names.first() else { return Ok(Table::default()) };
    let mut cells = book.worksheet_cells_reader(name).map_err(|error| broken(&error))?;
    let mut taking = Taking::default();
    let mut row: Option<(u32, Result<Vec<String>, Fault>)> = None;
    let mut room = true;
    while let Some(cell) = cells.next_cell().map_err(|error| broken(&error))? {
        let (at, column) = cell.get_position();
        let value = text_of(cell.get_value());
        if value.is_empty() {
            continue;
        }
        if row.as_ref().is_some_and(|(held, _)| *held != at)
            && let Some((held, cells)) = row.take()
        {
            room = taking.take(u64::from(held) + 1, cells);
            if !room {
                break;
            }
        }
        let (_, held) = row.get_or_insert_with(|| (at, Ok(Vec::new())));
        if let Ok(values) = held {
            let column = column as usize;
            if column >= MAX_COLUMNS {
                *held = Err(Fault::Wide);
            } else if value.len() > MAX_LINE {
                *held = Err(Fault::Long);
            } else {
                // Cells come in order; one that comes late takes its place all the same.
                if values.len() <= column {
                    values.resize(column + 1, String::new());
                }
                if let Some(place) = values.get_mut(column) {
                    *place = plain(&value).to_owned();
                }
            }
        }
    }
    if let Some((held, cells)) = row.filter(|_| room) {
        taking.take(u64::from(held) + 1, cells);
    }
    if taking.table.stopped.is_none() && names.len() > 1 {
        taking.table.stopped = Some(Stop::Sheets(names.len() - 1));
    }
    Ok(taking.table)
}

/// Unpacks every part into nothing.
fn weigh(bytes: &[u8]) -> Result<(), TableError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > MAX_PARTS {
        return Err(TableError::Bomb);
    }
    for number in 0..archive.len() {
        let part = archive.by_index(number).map_err(|error| broken(&error))?;
        let name = part.name().map_err(|error| broken(&error))?.to_ascii_lowercase();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let sheet = name.strip_prefix("sheet").and_then(|name| name.strip_suffix(".xml"));
        let most = match name {
            _ if sheet.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) => MAX_SHEET,
            "sharedstrings.xml" => MAX_STRINGS,
            // Pictures are never unpacked.
            name if [".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bin"]
                .iter()
                .any(|end| name.ends_with(end)) =>
            {
                continue;
            }
            _ => MAX_PART,
        };
        let mut part = part.take(most + 1);
        let unpacked = std::io::copy(&mut part, &mut std::io::sink())?;
        if unpacked > most {
            return Err(TableError::Bomb);
        }
    }
    Ok(())
}

fn broken(error: &dyn std::fmt::Display) -> TableError {
    TableError::Workbook(Clean::capped(&error.to_string(), 200))
}

/// What a cell says. A number as its fifteen digits tell, as a spreadsheet shows it; one that has lost digits in the
/// way a spreadsheet shows that.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Empty => String::new(),
        other => Data::from(other.clone()).to_string(),
    }
}

fn number_text(number: f64) -> String {
    if number.abs() >= EXACT {
        let text = format!("{number:.2E}");
        return match text.split_once('E') {
            Some((digits, power)) if !power.starts_with('-') => format!("{digits}E+{power}"),
            _ => text,
        };
    }
    let rounded = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}
