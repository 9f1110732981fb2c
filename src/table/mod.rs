//! Tables that other programs wrote and will read: CSV in whatever encoding an office computer gives it, and XLSX.
//!
//! A table comes from outside: it is read within limits no file can exceed (S9), every row keeps the line it began on,
//! and a row that cannot be read is a [`Fault`] of its own instead of the end of the file. What is written cannot act:
//! a text that a spreadsheet would take for a formula is preceded by an apostrophe ([`neutral`]), which reading takes
//! away again ([`plain`]).

mod sheet;
mod text;
mod write;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Read;

pub use text::{Text, TextLine};
pub use write::{Cell, csv, save, xlsx};

use crate::domain::text::Clean;

/// Largest file read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;
/// Most rows read; the rest is left and [`Table::stopped`] says so.
pub const MAX_ROWS: usize = 100_000;
/// Most cells of all rows together.
pub const MAX_CELLS: usize = 1_000_000;
/// Most cells of one row.
pub const MAX_COLUMNS: usize = 200;
/// Longest line or cell, in bytes; a spreadsheet's cell holds 32,767 characters.
pub const MAX_LINE: usize = 128 << 10;

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// Neither UTF-8 nor GB18030.
    Encoding,
    /// A quote is opened and not closed where a cell ends.
    Quote,
    /// More than [`MAX_COLUMNS`] cells.
    Wide,
    /// Longer than [`MAX_LINE`].
    Long,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Fault::Encoding => "neither UTF-8 nor GB18030",
            Fault::Quote => "a quote is opened and never closed",
            Fault::Wide => "too many columns",
            Fault::Long => "the row is too long",
        })
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// 1-based line of the file, or row of the sheet, it begins on.
    pub line: u64,
    /// Its cells.
    pub cells: Result<Vec<String>, Fault>,
}

/// How a text was encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, as spreadsheets call "Unicode text".
    Utf16,
    /// GB18030, and GBK and GB2312 with it: what Chinese spreadsheets save CSV as.
    Gb18030,
}

impl Encoding {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16 => "UTF-16",
            Encoding::Gb18030 => "GB18030",
        }
    }
}

/// What was not read of a file, because there is too much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// Rows after this many.
    Rows(usize),
    /// Rows after those that had this many cells together.
    Cells(usize),
    /// This many further sheets of a workbook.
    Sheets(usize),
}

/// The rows of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Rows that are not blank.
    pub rows: Vec<Row>,
    /// What was left out.
    pub stopped: Option<Stop>,
}

/// A file that was opened.
#[derive(Debug)]
pub enum Opened {
    /// Lines of text: CSV, or anything typed or pasted.
    Text(Text),
    /// The first sheet of a workbook.
    Sheet(Table),
}

/// Why a file is no table at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Larger than [`MAX_BYTES`].
    #[error("the file is larger than {} MB", MAX_BYTES >> 20)]
    Large,
    /// A workbook that becomes too large when it is unpacked.
    #[error("the workbook holds far more than a table would: not opened")]
    Bomb,
    /// A workbook of Excel 97-2003, or one with a password.
    #[error("an old (.xls) or password-protected workbook: save it as .xlsx or .csv")]
    OldWorkbook,
    /// A workbook that cannot be read.
    #[error("the workbook cannot be read: {0}")]
    Workbook(Clean),
    /// Not text.
    #[error("neither text nor a workbook")]
    Binary,
    /// The system's words.
    #[error("{0}")]
    Io(Clean),
}

impl From<std::io::Error> for TableError {
    fn from(error: std::io::Error) -> Self {
        TableError::Io(Clean::capped(&error.to_string(), 200))
    }
}

/// Reads at most [`MAX_BYTES`].
pub fn load(reader: impl Read) -> Result<Vec<u8>, TableError> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES { Err(TableError::Large) } else { Ok(bytes) }
}

/// Opens what a file holds, by how it begins and never by its name.
pub fn open(bytes: &[u8]) -> Result<Opened, TableError> {
    if bytes.len() > MAX_BYTES {
        return Err(TableError::Large);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return sheet::read(bytes).map(Opened::Sheet);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(TableError::OldWorkbook);
    }
    Text::read(bytes).map(Opened::Text)
}

/// Rows as they are taken in, within the limits.
#[derive(Default)]
struct Taking {
    table: Table,
    cells: usize,
}

impl Taking {
    /// Whether there was room for it.
    fn take(&mut self, line: u64, cells: Result<Vec<String>, Fault>) -> bool {
        let count = cells.as_ref().map_or(1, Vec::len);
        let stop = if self.table.rows.len() >= MAX_ROWS {
            Stop::Rows(MAX_ROWS)
        } else if self.cells + count > MAX_CELLS {
            Stop::Cells(MAX_CELLS)
        } else {
            self.cells += count;
            self.table.rows.push(Row { line, cells });
            return true;
        };
        self.table.stopped = Some(stop);
        false
    }
}

/// Whether a spreadsheet may take a text that begins so for a formula; the apostrophe is among them so that taking one
/// away gives back exactly what was written.
fn acts(first: char) -> bool {
    matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\'' | '＝' | '＋' | '－' | '＠')
}

/// A text that no spreadsheet takes for a formula.
pub fn neutral(text: &str) -> Cow<'_, str> {
    if text.starts_with(acts) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// What [`neutral`] was given.
pub fn plain(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(acts)).unwrap_or(text)
}
