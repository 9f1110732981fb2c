//! Text of unknown encoding as lines, and lines as records of CSV.
//!
//! Cut here and not by a CSV reader: that would follow an open quote to the end of any file, and everything behind it
//! would be lost. A record that does not close is a fault of its first line only; reading goes on with the next.

use super::{Encoding, Fault, MAX_COLUMNS, MAX_LINE, Stop, Table, TableError, Taking, plain};

/// Most lines of a text: a file of nothing but line breaks has millions.
const MAX_LINES: usize = 300_000;
/// Lines one record may run over.
const MAX_RECORD_LINES: usize = 100;

/// A line of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLine {
    /// 1-based.
    pub number: u64,
    /// Without its line break.
    pub text: Result<String, Fault>,
    /// Whether its break was CR LF: inside a quoted cell that belongs to the text.
    cr: bool,
}

/// A text read from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    lines: Vec<TextLine>,
    encodings: Vec<Encoding>,
    is_cut: bool,
}

impl Text {
    /// Reads bytes of unknown encoding: by their byte order mark, as UTF-8 where all of them are, else line by line
    /// as UTF-8 or GB18030: files are pasted together from several.
    pub(super) fn read(bytes: &[u8]) -> Result<Text, TableError> {
        if let Some((text, _)) = utf16(bytes) {
            return if text.contains('\0') {
                Err(TableError::Binary)
            } else {
                Ok(Text::typed_as(&text, Encoding::Utf16))
            };
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if memchr::memchr(0, bytes).is_some() {
            return Err(TableError::Binary);
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Ok(Text::typed_as(text, Encoding::Utf8));
        }
        let mut encodings = Vec::new();
        let mut lines = Vec::new();
        let mut all = (1..).zip(bytes.split(|byte| *byte == b'\n'));
        for (number, raw) in all.by_ref().take(MAX_LINES) {
            let cr = raw.last() == Some(&b'\r');
            let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
            let text = decoded(raw).map(|(text, encoding)| {
                if !text.is_ascii() && !encodings.contains(&encoding) {
                    encodings.push(encoding);
                }
                text
            });
            lines.push(TextLine { number, text: text.and_then(within), cr });
        }
        Ok(Text { lines, encodings, is_cut: all.next().is_some() })
    }

    /// Text that is text already: typed or pasted.
    pub fn typed(text: &str) -> Text {
        Text::typed_as(text.strip_prefix('\u{feff}').unwrap_or(text), Encoding::Utf8)
    }

    fn typed_as(text: &str, encoding: Encoding) -> Text {
        // A terminal pastes lines with a bare CR between them.
        let bare = !text.contains('\n') && text.contains('\r');
        let mut all = (1..).zip(text.split(if bare { '\r' } else { '\n' }));
        let lines = all.by_ref().take(MAX_LINES).map(|(number, line)| {
            let cr = line.ends_with('\r');
            let line = line.strip_suffix('\r').unwrap_or(line);
            let text = if line.len() > MAX_LINE { Err(Fault::Long) } else { Ok(line.to_owned()) };
            TextLine { number, text, cr }
        });
        let lines = lines.collect();
        Text { lines, encodings: vec![encoding], is_cut: all.next().is_some() }
    }

    /// Its lines, blank ones too.
    pub fn lines(&self) -> &[TextLine] {
        &self.lines
    }

    /// Whether it has more lines than were read.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// What it was encoded in.
    pub fn encodings(&self) -> &[Encoding] {
        &self.encodings
    }

    /// Its lines as records of CSV, separated by what its first line is separated by: tab, semicolon or comma.
    pub fn table(&self) -> Table {
        let first =
            self.lines.iter().find_map(|line| line.text.as_ref().ok().filter(|text| !text.trim().is_empty()));
        let separator = first.map_or(',', |line| separator(line));
        let mut taking = Taking::default();
        let mut rest = self.lines.as_slice();
        while let Some((line, after)) = rest.split_first() {
            let blank = matches!(&line.text, Ok(text) if text.trim().is_empty());
            let (cells, next) = match record(rest, separator) {
                Ok((cells, next)) => (Ok(cells), next),
                Err(fault) => (Err(fault), after),
            };
            rest = next;
            if !blank && !taking.take(line.number, cells) {
                break;
            }
        }
        let mut table = taking.table;
        if self.is_cut && table.stopped.is_none() {
            table.stopped = Some(Stop::Rows(table.rows.len()));
        }
        table
    }
}

fn within(text: String) -> Result<String, Fault> {
    if text.len() > MAX_LINE { Err(Fault::Long) } else { Ok(text) }
}

/// UTF-16 by its mark, or by the zero bytes that ASCII has in it.
fn utf16(bytes: &[u8]) -> Option<(String, bool)> {
    let (encoding, body) = match bytes {
        [0xff, 0xfe, body @ ..] => (encoding_rs::UTF_16LE, body),
        [0xfe, 0xff, body @ ..] => (encoding_rs::UTF_16BE, body),
        _ => {
            let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
            let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
            let most = head.len() / 4;
            match (zeros(0), zeros(1)) {
                (0, low) if low > most => (encoding_rs::UTF_16LE, bytes),
                (high, 0) if high > most => (encoding_rs::UTF_16BE, bytes),
                _ => return None,
            }
        }
    };
    let (text, broken) = encoding.decode_without_bom_handling(body);
    Some((text.into_owned(), broken))
}

/// One line. UTF-8 is believed where its characters are those of Chinese text (three bytes and more): two bytes of
/// GB18030 can look like a two-byte character of UTF-8.
fn decoded(raw: &[u8]) -> Result<(String, Encoding), Fault> {
    let utf8 = std::str::from_utf8(raw).ok();
    if let Some(text) = utf8
        && text.chars().all(|c| c.is_ascii() || c >= '\u{800}')
    {
        return Ok((text.to_owned(), Encoding::Utf8));
    }
    let (text, broken) = encoding_rs::GB18030.decode_without_bom_handling(raw);
    if !broken {
        return Ok((text.into_owned(), Encoding::Gb18030));
    }
    utf8.map(|text| (text.to_owned(), Encoding::Utf8)).ok_or(Fault::Encoding)
}

/// The likeliest separator of a line: the one that stands in it most often outside quotes.
pub(super) fn separator(line: &str) -> char {
    let count = |separator: char| {
        let mut open = false;
        line.chars()
            .filter(|c| {
                open ^= *c == '"';
                !open && *c == separator
            })
            .count()
    };
    // The later of equals wins, so the comma stands last.
    ['\t', ';', ','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(',')
}

/// The cells of the record that begins with the first line, and the lines after it.
fn record(lines: &[TextLine], separator: char) -> Result<(Vec<String>, &[TextLine]), Fault> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let (mut open, mut closed) = (false, false);
    let mut rest = lines;
    let mut length = 0;
    for _ in 0..MAX_RECORD_LINES {
        let Some((line, after)) = rest.split_first() else { break };
        let first = rest.len() == lines.len();
        rest = after;
        let text = match &line.text {
            Ok(text) => text,
            Err(fault) => return Err(if first { *fault } else { Fault::Quote }),
        };
        length += text.len();
        if length > MAX_LINE {
            return Err(if first { Fault::Long } else { Fault::Quote });
        }
        let mut chars = text.chars().peekable();
        let mut begins = !open;
        while let Some(c) = chars.next() {
            if open {
                if c != '"' {
                    cell.push(c);
                } else if chars.next_if_eq(&'"').is_some() {
                    cell.push('"');
                } else {
                    (open, closed) = (false, true);
                }
            } else if c == separator {
                push(&mut cells, &mut cell)?;
                (begins, closed) = (true, false);
            } else if closed {
                // Text behind a closing quote: an earlier quote was left open, and this one closed it.
                return Err(Fault::Quote);
            } else if begins && c == '"' {
                (open, begins) = (true, false);
            } else {
                begins = false;
                cell.push(c);
            }
        }
        if !open {
            push(&mut cells, &mut cell)?;
            return Ok((cells, rest));
        }
        cell.push_str(if line.cr { "\r\n" } else { "\n" });
    }
    Err(Fault::Quote)
}

fn push(cells: &mut Vec<String>, cell: &mut String) -> Result<(), Fault> {
    if cells.len() >= MAX_COLUMNS {
        return Err(Fault::Wide);
    }
    let taken = std::mem::take(cell);
    let kept = plain(&taken);
    cells.push(if kept.len() == taken.len() { taken } else { kept.to_owned() });
    Ok(())
}
