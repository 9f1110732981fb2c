//! Files of listings, JSONL, CSV or XLSX, read row by row into offers of our own ([`OfferKey::Local`]).
//!
//! A file is streamed: it may be larger than memory, and no line, row or list of complaints in it grows without
//! bound. Good rows are imported whatever is wrong with the others; each bad one is told by its line and reason.
//!
//! [`OfferKey::Local`]: crate::domain::id::OfferKey::Local

mod cells;
mod columns;
mod lines;
mod row;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::sync_channel;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::catalog::store::{Catalog, CatalogError};
use crate::catalog::write::Upserted;
use crate::domain::id::SupplierId;
use crate::domain::offer::Offer;
use crate::domain::text::Clean;
use crate::query::fold::fold;
use crate::table::{self, Encoding, Opened, Table, TableError};

use cells::{Cell, Fault};
use columns::{Field, Meaning, Names, meaning};
use lines::{Line, MAX_LINE, Records, next_line, split};
use row::Fields;

/// Rows of one file that are read; the rest is left and the report says so.
const MAX_ROWS: usize = 1_000_000;
/// Bad rows that are told one by one; more are only counted.
const MAX_BAD: usize = 10_000;
/// Most columns of a CSV file.
const MAX_COLUMNS: usize = 1_000;
/// Offers handed over at once, and how many times that may wait.
const BATCH: usize = 2_000;
const AHEAD: usize = 4;
/// Bytes a row of a file has at least, nearly always.
const A_ROW: usize = 300;

/// Shape of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// A line of column names, then a record a row; separated by comma, semicolon or tab.
    Csv,
}

/// A row that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// 1-based line it begins on.
    pub line: u64,
    /// What is wrong, in words.
    pub reason: String,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Rows read, good and bad; blank lines and column names do not count.
    pub read: usize,
    /// Rows imported.
    pub imported: usize,
    /// Rows not imported.
    pub bad_rows: usize,
    /// The first 10,000 of those.
    pub bad: Vec<BadRow>,
    /// What the catalog made of the imported rows.
    pub upserted: Upserted,
    /// Currencies the file names that are not yuan: their figures were taken as they are.
    pub currencies: Vec<String>,
    /// Why reading stopped before the end of the file.
    pub stopped: Option<String>,
}

/// Why a file could not be imported at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error("{path} cannot be read: {source}")]
    Io {
        /// The file.
        path: String,
        /// The system's words.
        source: io::Error,
    },
    /// Its shape is not one of ours.
    #[error("{0}")]
    Shape(String),
    /// The catalog does not take it.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Catalog {
    /// Imports the file at `path`; its name without the ending becomes the source in `L:<source>:<item>`.
    /// Importing it again updates the same offers.
    ///
    /// `by_name`: suppliers get an id of their name, so that goods of one supplier are ordered together.
    pub fn import(&self, path: &Path, now: Timestamp, by_name: bool) -> Result<ImportReport, ImportError> {
        let io = |source| ImportError::Io { path: path.display().to_string(), source };
        let mut reader = BufReader::new(File::open(path).map_err(io)?);
        let format = format_of(path, reader.fill_buf().map_err(io)?);
        let table = tabular(path, format).map_err(|error| ImportError::Shape(error.to_string()))?;
        let bytes = usize::try_from(std::fs::metadata(path).map_err(io)?.len()).unwrap_or(usize::MAX);
        let expected = (bytes / A_ROW).min(MAX_ROWS);
        let read = std::thread::scope(|scope| {
            // The next batch is read while this one is written.
            let (batches, arriving) = sync_channel::<Vec<Offer>>(AHEAD);
            let writer = scope.spawn(move || self.fill(expected, arriving));
            let mut send = |offers| batches.send(offers).map_err(|_| Stop::Writer);
            let input = match table {
                Some(table) => Input::Table(table),
                None => Input::Stream(reader, format),
            };
            let read = read(input, &source_of(path), now, by_name, &mut send);
            drop(batches);
            match writer.join() {
                Ok(Ok(upserted)) => read.map(|report| ImportReport { upserted, ..report }),
                // What stopped the writer stopped the reader.
                Ok(Err(error)) => Err(error.into()),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
        let report = read.map_err(|stop| match stop {
            Stop::Io(source) => io(source),
            Stop::Error(error) => error,
            Stop::Writer => ImportError::Shape("the catalog took no more rows".to_owned()),
        })?;
        self.settle_soon()?;
        Ok(report)
    }
}

/// Takes a batch of offers.
type Sink<'a> = dyn FnMut(Vec<Offer>) -> Result<(), Stop> + 'a;

#[derive(Debug)]
enum Stop {
    Io(io::Error),
    Error(ImportError),
    /// Nobody writes any more; why is the writer's to tell.
    Writer,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Io(error)
    }
}

impl From<CatalogError> for Stop {
    fn from(error: CatalogError) -> Self {
        Stop::Error(error.into())
    }
}

fn shape(message: impl Into<String>) -> Stop {
    Stop::Error(ImportError::Shape(message.into()))
}

/// What rows are read from.
enum Input<R> {
    /// A file of any size, in UTF-8.
    Stream(R, Format),
    /// One that was read whole: a workbook, or text in another encoding.
    Table(Table),
}

fn read<R: BufRead>(
    input: Input<R>,
    source: &str,
    now: Timestamp,
    by_name: bool,
    sink: &mut Sink<'_>,
) -> Result<ImportReport, Stop> {
    let mut rows = Rows {
        source,
        now,
        by_name,
        lines: HashMap::new(),
        batch: Vec::with_capacity(BATCH),
        report: ImportReport::default(),
        sink,
    };
    match input {
        Input::Stream(reader, Format::Jsonl) => jsonl(reader, &mut rows)?,
        Input::Stream(reader, Format::Csv) => csv(reader, &mut rows)?,
        Input::Table(table) => sheet(table, &mut rows)?,
    }
    rows.flush()?;
    Ok(rows.report)
}

/// By the name's ending, else by how the content begins.
fn format_of(path: &Path, begin: &[u8]) -> Format {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("jsonl" | "ndjson" | "json") => Format::Jsonl,
        Some("csv" | "tsv") => Format::Csv,
        _ => {
            let first = begin.trim_ascii_start().strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin);
            if first.trim_ascii_start().first() == Some(&b'{') { Format::Jsonl } else { Format::Csv }
        }
    }
}

fn source_of(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let clean = Clean::capped(&stem.replace(':', "-"), 40).as_str().replace(char::is_whitespace, "_");
    if clean.is_empty() { "import".to_owned() } else { clean }
}

/// What has been read so far.
struct Rows<'a> {
    source: &'a str,
    now: Timestamp,
    /// Whether suppliers get an id of their name.
    by_name: bool,
    /// Hash of each item number -> line of its row: the numbers themselves may be any length and number.
    lines: HashMap<u64, u64>,
    batch: Vec<Offer>,
    report: ImportReport,
    sink: &'a mut Sink<'a>,
}

impl Rows<'_> {
    /// Counts a row; false when the file has had its share.
    fn begin(&mut self) -> bool {
        if self.report.read >= MAX_ROWS {
            self.report.stopped = Some(format!("only the first {MAX_ROWS} rows were read"));
            return false;
        }
        self.report.read += 1;
        true
    }

    fn bad(&mut self, line: u64, reason: impl Into<String>) {
        self.report.bad_rows += 1;
        if self.report.bad.len() < MAX_BAD {
            self.report.bad.push(BadRow { line, reason: reason.into() });
        }
    }

    fn take(&mut self, line: u64, fields: &Fields<'_>) -> Result<(), Stop> {
        let offer = match row::offer(fields, self.source, self.now) {
            Ok(offer) if self.by_name => named(offer),
            Ok(offer) => offer,
            Err(reason) => {
                self.bad(line, reason);
                return Ok(());
            }
        };
        let mut hasher = DefaultHasher::new();
        offer.key.hash(&mut hasher);
        if let Some(first) = self.lines.insert(hasher.finish(), line) {
            self.lines.insert(hasher.finish(), first);
            self.bad(
                line,
                format!("id stands in line {first} already; that row was imported, this one was not"),
            );
            return Ok(());
        }
        if let Some(currency) = fields.foreign_currency()
            && self.report.currencies.len() < 20
            && !self.report.currencies.contains(&currency)
        {
            self.report.currencies.push(currency);
        }
        self.report.imported += 1;
        self.batch.push(offer);
        if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        if !self.batch.is_empty() {
            (self.sink)(std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH)))?;
        }
        Ok(())
    }
}

fn jsonl(mut reader: impl BufRead, rows: &mut Rows<'_>) -> Result<(), Stop> {
    let mut buffer = Vec::new();
    let mut names = Names::default();
    let mut number = 0;
    loop {
        number += 1;
        let whole = match next_line(&mut reader, &mut buffer)? {
            Line::End => return Ok(()),
            Line::Whole => true,
            Line::TooLong => false,
        };
        let line = buffer.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&buffer).trim_ascii();
        if whole && line.is_empty() {
            continue;
        }
        if number == 1 && line.first() == Some(&b'[') {
            return Err(shape("the file is one JSON list; one object a line is wanted (JSONL)"));
        }
        if !rows.begin() {
            return Ok(());
        }
        if !whole {
            rows.bad(number, format!("line is longer than {MAX_LINE} bytes"));
            continue;
        }
        let mut fields = Fields::default();
        names.begin();
        let read = cells::object(line, &mut |name, value| {
            if let Some(meaning) = names.meaning(name)
                && let Some(cell) = Cell::of(value)?
            {
                fields.put(meaning, cell);
            }
            Ok(())
        });
        match read {
            Ok(()) => rows.take(number, &fields)?,
            Err(Fault::NoObject) => rows.bad(number, "not a JSON object"),
            Err(Fault::NoJson(error)) => {
                rows.bad(number, format!("not JSON: {}", Clean::capped(&error, 120)));
            }
        }
    }
}

fn csv(mut reader: impl BufRead, rows: &mut Rows<'_>) -> Result<(), Stop> {
    let separator = separator(reader.fill_buf()?);
    let mut records = Records::new(reader, separator);
    let mut columns: Option<Vec<Option<Meaning>>> = None;
    while let Some((line, whole)) = records.next_record()? {
        if matches!(whole, Ok(bytes) if bytes.trim_ascii().is_empty()) {
            continue;
        }
        let Some(columns) = &columns else {
            let Ok(bytes) = whole else { return Err(shape("the first line does not end")) };
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            columns = Some(header(&split(bytes, separator))?);
            continue;
        };
        if !rows.begin() {
            return Ok(());
        }
        let record = match whole {
            Ok(bytes) => split(bytes, separator),
            Err(reason) => {
                rows.bad(line, reason);
                continue;
            }
        };
        if record.len() != columns.len() {
            rows.bad(line, format!("{} columns where the first line names {}", record.len(), columns.len()));
            continue;
        }
        let mut fields = Fields::default();
        let mut readable = true;
        for (meaning, value) in columns.iter().zip(record) {
            let Some(meaning) = meaning else { continue };
            match String::from_utf8(value) {
                Ok(value) => fields.put(*meaning, Cell::Text(Cow::Owned(value))),
                Err(_) => readable = false,
            }
        }
        if readable {
            rows.take(line, &fields)?;
        } else {
            rows.bad(line, "not UTF-8 text: save the file as UTF-8");
        }
    }
    if columns.is_none() {
        return Err(shape("the file is empty"));
    }
    Ok(())
}

/// A file that the streaming readers cannot read: a workbook, or text that is not UTF-8 but GB18030 or UTF-16.
fn tabular(path: &Path, format: Format) -> Result<Option<Table>, TableError> {
    let small = std::fs::metadata(path)?.len() <= table::MAX_BYTES as u64;
    let mut begin = [0; 4];
    let read = File::open(path)?.read(&mut begin)?;
    let is_book =
        begin.get(..read).is_some_and(|begin| begin == b"PK\x03\x04" || begin == b"\xd0\xcf\x11\xe0");
    if !is_book && (!small || format == Format::Jsonl) {
        return Ok(None);
    }
    let bytes = table::load(File::open(path)?)?;
    if !is_book && std::str::from_utf8(&bytes).is_ok() {
        return Ok(None);
    }
    match table::open(&bytes) {
        Ok(Opened::Sheet(table)) => Ok(Some(table)),
        // Of lines that are of no encoding at all the streaming reader tells as well.
        Ok(Opened::Text(text)) => {
            let other = text.encodings().iter().any(|encoding| *encoding != Encoding::Utf8);
            Ok(other.then(|| text.table()))
        }
        Err(TableError::Binary) if !is_book => Ok(None),
        Err(error) => Err(error),
    }
}

fn sheet(table: Table, rows: &mut Rows<'_>) -> Result<(), Stop> {
    let mut columns: Option<Vec<Option<Meaning>>> = None;
    for row in table.rows {
        let Some(columns) = &columns else {
            let names = row.cells.map_err(|_| shape("the first row cannot be read"))?;
            let names: Vec<Vec<u8>> = names.into_iter().map(String::into_bytes).collect();
            columns = Some(header(&names)?);
            continue;
        };
        if !rows.begin() {
            return Ok(());
        }
        let cells = match row.cells {
            Ok(cells) if cells.len() <= columns.len() => cells,
            Ok(cells) => {
                rows.bad(
                    row.line,
                    format!("{} columns where the first line names {}", cells.len(), columns.len()),
                );
                continue;
            }
            Err(fault) => {
                rows.bad(row.line, fault.to_string());
                continue;
            }
        };
        let mut fields = Fields::default();
        for (meaning, value) in columns.iter().zip(cells) {
            let Some(meaning) = meaning else { continue };
            fields.put(*meaning, Cell::Text(Cow::Owned(value)));
        }
        rows.take(row.line, &fields)?;
    }
    if columns.is_none() {
        return Err(shape("the file is empty"));
    }
    if let Some(stop) = table.stopped {
        rows.report.stopped = Some(match stop {
            table::Stop::Rows(_) | table::Stop::Cells(_) => "the file is too long".to_owned(),
            table::Stop::Sheets(more) => format!("only the first sheet was read; {more} more were not"),
        });
    }
    Ok(())
}

/// With an id made of the supplier's name, where the file names one.
fn named(mut offer: Offer) -> Offer {
    if let (None, Some(name)) = (&offer.supplier_id, &offer.supplier_name) {
        let digest = Sha256::digest(fold(name.as_str()).as_bytes());
        let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        offer.supplier_id = Some(SupplierId::new(&format!("L:{hex}")));
    }
    offer
}

fn header(record: &[Vec<u8>]) -> Result<Vec<Option<Meaning>>, Stop> {
    if record.len() > MAX_COLUMNS {
        return Err(shape(format!("the first line names more than {MAX_COLUMNS} columns")));
    }
    let columns: Vec<Option<Meaning>> =
        record.iter().map(|name| meaning(&String::from_utf8_lossy(name))).collect();
    let has = |field| columns.iter().flatten().any(|meaning| meaning.field == field);
    let missing = if !has(Field::ItemNo) {
        Field::ItemNo
    } else if !has(Field::Title) && !has(Field::TitleEn) {
        Field::Title
    } else if ![Field::Price, Field::PriceMin, Field::PriceMax].into_iter().any(has) {
        Field::Price
    } else {
        return Ok(columns);
    };
    let found: Vec<String> = record
        .iter()
        .take(20)
        .map(|name| Clean::capped(&String::from_utf8_lossy(name), 30).to_string())
        .collect();
    Err(shape(format!(
        "no column of the first line is one of: {}. Its columns: {}",
        columns::names(missing),
        found.join(", ")
    )))
}

/// The likeliest separator: the one that stands most often in the first line.
fn separator(begin: &[u8]) -> u8 {
    let line = begin.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| memchr::memchr_iter(separator, line).count();
    // The later of equals wins, so the comma stands last.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}
