//! Tables for other programs: CSV with the byte order mark spreadsheets want, and XLSX.
//!
//! Only what a spreadsheet should add up is a number; ids are text, since a spreadsheet keeps fifteen digits of a
//! number. The workbook is written here: it is six small files in a ZIP, the same bytes for the same table.

use std::fmt::Write as _;
use std::io::{Cursor, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{TableError, neutral};
use crate::domain::text::Clean;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words or an id.
    Text(String),
    /// A decimal, as it is to be read: `12.50`.
    Number(String),
    /// Nothing.
    Empty,
}

impl Cell {
    /// Words or an id; nothing where there is none.
    pub fn text(text: Option<impl ToString>) -> Cell {
        text.map_or(Cell::Empty, |text| Cell::Text(text.to_string()))
    }

    /// A decimal; nothing where there is none.
    pub fn number(number: Option<impl ToString>) -> Cell {
        number.map_or(Cell::Empty, |number| Cell::Number(number.to_string()))
    }
}

/// Writes a table to a file: a workbook where its name ends in `.xlsx`, else CSV. The file is complete or is not there.
pub fn save(path: &Path, heads: &[&str], rows: &[Vec<Cell>]) -> Result<(), TableError> {
    let is_book = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    let bytes = if is_book { xlsx(heads, rows)? } else { csv(heads, rows) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| TableError::from(error.error))?;
    Ok(())
}

/// As CSV: UTF-8 with a byte order mark, commas, CR LF.
pub fn csv(heads: &[&str], rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut text = String::from("\u{feff}");
    let heads: Vec<Cell> = heads.iter().map(|head| Cell::Text((*head).to_owned())).collect();
    for row in std::iter::once(&heads).chain(rows) {
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push(',');
            }
            match cell {
                Cell::Empty => {}
                Cell::Number(number) => text.push_str(number),
                Cell::Text(words) => quoted(&neutral(words), &mut text),
            }
        }
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn quoted(words: &str, text: &mut String) {
    let risky = |c: char| matches!(c, '"' | ',' | ';' | '\t' | '\r' | '\n');
    if words.is_empty() || words.contains(risky) || words.starts_with(' ') || words.ends_with(' ') {
        text.push('"');
        text.push_str(&words.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(words);
    }
}

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>"#;
const PACKAGE: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="pifa" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const PARTS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
/// Style 1 is text (format 49), so that an id stays one when its cell is edited; style 2 the bold heads.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs></styleSheet>"#;

/// As a workbook of one sheet, its first row in bold and in place when the others scroll.
pub fn xlsx(heads: &[&str], rows: &[Vec<Cell>]) -> Result<Vec<u8>, TableError> {
    let mut sheet = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>"#,
    );
    let heads: Vec<Cell> = heads.iter().map(|head| Cell::Text((*head).to_owned())).collect();
    for (number, row) in (1..).zip(std::iter::once(&heads).chain(rows)) {
        let style = if number == 1 { 2 } else { 1 };
        let _ = write!(sheet, r#"<row r="{number}">"#);
        for (at, cell) in row.iter().enumerate() {
            let place = format!("{}{number}", letters(at));
            let _ = match cell {
                Cell::Empty => Ok(()),
                Cell::Number(value) => write!(sheet, r#"<c r="{place}"><v>{}</v></c>"#, escaped(value)),
                Cell::Text(words) => write!(
                    sheet,
                    r#"<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#,
                    escaped(&neutral(words))
                ),
            };
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    let broken = |error: &dyn std::fmt::Display| TableError::Workbook(Clean::capped(&error.to_string(), 200));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", PACKAGE),
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", PARTS),
        ("xl/styles.xml", STYLES),
        ("xl/worksheets/sheet1.xml", &sheet),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).map_err(|error| broken(&error))?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish().map_err(|error| broken(&error))?.into_inner())
}

/// A column's name: A, Z, AA.
fn letters(mut at: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(char::from(b'A' + (at % 26) as u8));
        if at < 26 {
            return name.into_iter().rev().collect();
        }
        at = at / 26 - 1;
    }
}

/// Text inside XML. What XML cannot hold is written as workbooks write it, `_x000D_`, and so is a text that only looks
/// like that.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '_' if looks_escaped(text.get(at..).unwrap_or_default()) => out.push_str("_x005F_"),
            '\t' | '\n' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(out, "_x{:04X}_", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// `_x005F_`
fn looks_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes, [b'_', b'x' | b'X', digits @ .., ] if digits.len() >= 5
        && digits.iter().take(4).all(u8::is_ascii_hexdigit)
        && digits.get(4) == Some(&b'_'))
}
