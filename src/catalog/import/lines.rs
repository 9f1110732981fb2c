//! Reading lines and records of files nobody vouches for: each has a length no file can exceed.

use std::io::{self, BufRead};

/// Longest line or record, in bytes. A row of listings has a few hundred.
pub const MAX_LINE: usize = 64 * 1024;

/// A line of a file.
pub enum Line {
    /// Its bytes are in the buffer, without the line break.
    Whole,
    /// Longer than [`MAX_LINE`]; the rest was skipped.
    TooLong,
    /// The file has ended.
    End,
}

/// Reads one line into `line`, never keeping more than [`MAX_LINE`] bytes.
pub fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    line.clear();
    let mut too_long = false;
    let mut any = false;
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            break;
        }
        any = true;
        let end = memchr::memchr(b'\n', chunk);
        let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        if line.len() + part.len() > MAX_LINE {
            too_long = true;
        } else if !too_long {
            line.extend_from_slice(part);
        }
        let used = part.len() + usize::from(end.is_some());
        reader.consume(used);
        if end.is_some() {
            break;
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(match (any, too_long) {
        (false, _) => Line::End,
        (true, true) => Line::TooLong,
        (true, false) => Line::Whole,
    })
}

/// Records of a CSV file with the lines they begin on: a quoted field may run over several lines.
///
/// Cut here and not by a CSV reader: that would follow an open quote to the end of any file, and counts lines
/// otherwise than editors do.
pub struct Records<R> {
    reader: R,
    separator: u8,
    /// Lines read so far.
    line: u64,
    buffer: Vec<u8>,
    record: Vec<u8>,
}

impl<R: BufRead> Records<R> {
    /// Cuts what `reader` gives.
    pub fn new(reader: R, separator: u8) -> Self {
        Records { reader, separator, line: 0, buffer: Vec::new(), record: Vec::new() }
    }

    /// The line the next record begins on, and its bytes or what is wrong with it; `None` at the end.
    pub fn next_record(&mut self) -> io::Result<Option<(u64, Result<&[u8], String>)>> {
        self.record.clear();
        let begins = self.line + 1;
        let mut quotes = Quotes { open: false };
        loop {
            match next_line(&mut self.reader, &mut self.buffer)? {
                Line::End if quotes.open => {
                    let reason = "a quote is opened and never closed".to_owned();
                    return Ok(Some((begins, Err(reason))));
                }
                Line::End => return Ok(None),
                Line::TooLong => {
                    self.line += 1;
                    return Ok(Some((begins, Err(format!("row is longer than {MAX_LINE} bytes")))));
                }
                Line::Whole => self.line += 1,
            }
            if self.record.len() + self.buffer.len() > MAX_LINE {
                let reason = format!("row is longer than {MAX_LINE} bytes: is a closing quote missing?");
                return Ok(Some((begins, Err(reason))));
            }
            quotes.follow(&self.buffer, self.separator);
            self.record.extend_from_slice(&self.buffer);
            if !quotes.open {
                return Ok(Some((begins, Ok(&self.record))));
            }
            self.record.push(b'\n');
        }
    }
}

/// Where in a record we are: inside quotes or not, at the beginning of a field or not.
struct Quotes {
    open: bool,
}

/// What a byte of a record is.
enum Piece {
    /// Of the field's text.
    Text(u8),
    /// Between two fields.
    Separator,
}

impl Quotes {
    fn follow(&mut self, line: &[u8], separator: u8) {
        self.pieces(line, separator, |_| {});
    }

    /// A quote opens a field only where the field begins; elsewhere (6" RULER) it is text. Inside, two stand for
    /// one.
    fn pieces(&mut self, bytes: &[u8], separator: u8, mut tell: impl FnMut(Piece)) {
        let mut field_begins = !self.open;
        let mut bytes = bytes.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            if self.open {
                if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
                    self.open = false;
                } else {
                    tell(Piece::Text(byte));
                }
            } else if field_begins && byte == b'"' {
                self.open = true;
                field_begins = false;
            } else if byte == separator {
                field_begins = true;
                tell(Piece::Separator);
            } else {
                field_begins = false;
                tell(Piece::Text(byte));
            }
        }
    }
}

/// The fields of one record.
pub fn split(record: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut fields = Vec::new();
    let mut field = Vec::new();
    Quotes { open: false }.pieces(record, separator, |piece| match piece {
        Piece::Text(byte) => field.push(byte),
        Piece::Separator => fields.push(std::mem::take(&mut field)),
    });
    fields.push(field);
    fields
}
