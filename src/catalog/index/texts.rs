//! The titles of a segment beside it, in the order of its documents.
//!
//! Terms tell which documents may have a word; for pinyin, quoted blanks, and how closely a query stands together, the
//! titles themselves have the last word, hundreds of them in one search. The store would look each up by its row, some
//! 5 us a time. Here neighbours in rank are neighbours in the file: one read brings a block of them, and nothing stays
//! mapped, so a search through many costs time and no memory. Like all tables it is derived: where it is missing, the
//! store is asked.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};
use tantivy::index::SegmentId;

use crate::catalog::index::Halt;
use crate::catalog::index::columns::Columns;
use crate::catalog::index::schema::Column;
use crate::catalog::index::segment::Segment;
use crate::catalog::index::tables::{MAGIC, Packed};
use crate::query::pinyin;

/// Documents of a block: their titles are a few pages of memory.
const BLOCK: u32 = 64;
/// What stands behind the blocks beside where they begin: whether first titles are read alone, documents, blocks, and
/// the sum.
const FOOT: u64 = 16;

/// Titles of a segment.
pub struct Titles {
    file: File,
    documents: u32,
    is_read_alone: bool,
    /// Where each block begins in the file, and where the last one ends.
    begins: Vec<u32>,
}

impl Titles {
    /// Writes the titles of a segment's documents: of each the end of its text in the block, then the texts. What the
    /// store has no more is empty: such a document is of an old state, and nobody asks.
    pub(super) fn pack(
        columns: &Columns,
        documents: u32,
        connection: &Connection,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut packed = Packed::new(out)?;
        let mut begins = vec![MAGIC.len() as u32];
        let mut texts = String::new();
        let mut is_read_alone = true;
        let mut ends = Vec::with_capacity(BLOCK as usize);
        let mut select =
            connection.prepare_cached("SELECT text FROM offers WHERE row = ?1").map_err(io::Error::other)?;
        for from in (0..documents).step_by(BLOCK as usize) {
            texts.clear();
            ends.clear();
            for doc in from..documents.min(from + BLOCK) {
                let mut rows =
                    select.query([columns.get(Column::Row, doc) as i64]).map_err(io::Error::other)?;
                if let Some(row) = rows.next().map_err(io::Error::other)? {
                    let text = row.get_ref(0).ok().and_then(|text| text.as_str().ok());
                    let titles = titles_of(text.unwrap_or_default());
                    let translated = titles.split_once('\n').map_or("", |(_, translated)| translated);
                    is_read_alone &= translated.is_ascii() || !translated.chars().any(is_chinese);
                    texts.push_str(titles);
                }
                ends.push(texts.len() as u32);
            }
            for end in &ends {
                packed.number(*end)?;
            }
            packed.bytes(texts.as_bytes())?;
            let length = 4 * ends.len() + texts.len();
            let end = begins.last().and_then(|begin| begin.checked_add(u32::try_from(length).ok()?));
            begins.push(end.ok_or_else(|| io::Error::other("more titles than a table takes"))?);
        }
        let blocks = begins.len() as u32;
        for begin in begins {
            packed.number(begin)?;
        }
        packed.number(u32::from(is_read_alone))?;
        packed.number(documents)?;
        packed.number(blocks)?;
        packed.end()
    }

    /// Those of a file; `None` where it does not hold together. Whether it is as it was written was seen before.
    pub(super) fn open(place: &Path) -> Option<Titles> {
        let file = File::open(place).ok()?;
        let length = file.metadata().ok()?.len();
        let mut foot = [0; FOOT as usize];
        read_at(&file, &mut foot, length.checked_sub(FOOT)?).ok()?;
        let ([is_read_alone, documents, blocks, _], _) = foot.as_chunks::<4>() else { return None };
        let is_read_alone = *is_read_alone == 1_u32.to_le_bytes();
        let (documents, blocks) = (u32::from_le_bytes(*documents), u32::from_le_bytes(*blocks));
        let begins_length = 4 * u64::from(blocks);
        let begins_at = (length - FOOT).checked_sub(begins_length)?;
        if blocks != documents.div_ceil(BLOCK) + 1 {
            return None;
        }
        let mut bytes = vec![0; begins_length as usize];
        read_at(&file, &mut bytes, begins_at).ok()?;
        let begins: Vec<u32> =
            bytes.as_chunks::<4>().0.iter().map(|begin| u32::from_le_bytes(*begin)).collect();
        let ends = begins.last().is_some_and(|end| u64::from(*end) == begins_at);
        (ends && begins.is_sorted()).then_some(Titles { file, documents, is_read_alone, begins })
    }

    /// Whether it is of a segment with so many documents.
    pub fn is_of(&self, documents: u32) -> bool {
        self.documents == documents
    }

    /// Whether no translated title has a character that can be read as pinyin, beside letters.
    pub fn is_read_alone(&self) -> bool {
        self.is_read_alone
    }

    /// Reads the block of a document.
    fn block(&self, block: u32, into: &mut Vec<u8>) -> Option<()> {
        let (begin, end) = (self.begins.get(block as usize)?, self.begins.get(block as usize + 1)?);
        into.resize(end.checked_sub(*begin)? as usize, 0);
        read_at(&self.file, into, u64::from(*begin)).ok()
    }

    /// Reads the text of one document: where it begins and ends in its block, and then no more than that.
    fn one<'a>(&self, block: u32, nth: usize, into: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        let begin = u64::from(*self.begins.get(block as usize)?);
        let whole = u64::from(*self.begins.get(block as usize + 1)?).checked_sub(begin)?;
        let texts = 4 * self.len(block) as u64;
        let mut ends = [0; 8];
        let at = 4 * nth as u64;
        let (from, to) = if nth == 0 {
            let (_, end) = ends.split_at_mut(4);
            read_at(&self.file, end, begin).ok()?;
            (0, u32::from_le_bytes(*ends.last_chunk::<4>()?))
        } else {
            read_at(&self.file, &mut ends, begin + at - 4).ok()?;
            (u32::from_le_bytes(*ends.first_chunk::<4>()?), u32::from_le_bytes(*ends.last_chunk::<4>()?))
        };
        // A table that is damaged names no place outside the block.
        let length =
            to.checked_sub(from).filter(|_| nth < self.len(block) && texts + u64::from(to) <= whole)?;
        into.resize(length as usize, 0);
        read_at(&self.file, into, begin + texts + u64::from(from)).ok()?;
        Some(into)
    }

    /// How many documents a block has.
    fn len(&self, block: u32) -> usize {
        self.documents.saturating_sub(block * BLOCK).min(BLOCK) as usize
    }
}

/// Title and translated title, of the four lines of an offer.
fn titles_of(text: &str) -> &str {
    let end = text.match_indices('\n').nth(1).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

fn is_chinese(c: char) -> bool {
    !c.is_ascii() && pinyin::initials(c) != 0
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut into: &mut [u8], mut at: u64) -> io::Result<()> {
    while !into.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_read(file, into, at)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        into = into.split_at_mut(count).1;
        at += count as u64;
    }
    Ok(())
}

/// Titles of a block that are read one by one before all of it is, and how many a block must have been asked for so far
/// that all of it is read at once: a title alone costs two reads, a block as much as a few titles.
const ALONE: u32 = 3;

/// Reads titles from beside the index, a block at a time where many of a block are asked for.
#[derive(Default)]
pub struct Reader {
    /// The block read last, and whose it is.
    block: Vec<u8>,
    is_of: Option<(SegmentId, u32)>,
    /// The block of the title asked for last, and how many of it were read alone.
    near: Option<(SegmentId, u32)>,
    alone: u32,
    /// Blocks and titles that were asked for.
    blocks: u32,
    titles: u32,
    title: Vec<u8>,
}

impl Reader {
    /// Title and translated title of a document, folded, a line each; `None` where they are not kept, cannot be read, or
    /// do not hold together.
    pub fn titles(&mut self, segment: &Segment, doc: u32) -> Option<&[u8]> {
        let titles = segment.titles()?;
        let (block, nth) = (doc / BLOCK, (doc % BLOCK) as usize);
        let id = (segment.reader.segment_id(), block);
        let count = titles.len(block);
        self.titles += 1;
        if self.near != Some(id) {
            self.near = Some(id);
            self.alone = 0;
            self.blocks += 1;
            if self.blocks > 1_024 {
                (self.blocks, self.titles) = (self.blocks / 2, self.titles / 2);
            }
        }
        if self.is_of != Some(id) {
            if self.alone < ALONE && self.titles <= self.blocks.saturating_mul(ALONE) {
                self.alone += 1;
                return titles.one(block, nth, &mut self.title);
            }
            self.is_of = None;
            titles.block(block, &mut self.block)?;
            self.is_of = Some(id);
        }
        let (ends, texts) = self.block.split_at_checked(4 * count)?;
        let ends = ends.as_chunks::<4>().0;
        let end = |nth: usize| ends.get(nth).map(|end| u32::from_le_bytes(*end) as usize);
        texts.get(nth.checked_sub(1).map_or(Some(0), end)?..end(nth)?)
    }
}

/// Reads texts of offers, titles from beside the index where they are kept there.
pub struct Texts<'a> {
    connection: &'a Connection,
    beside: Reader,
    /// A text read from the store.
    own: String,
}

impl<'a> Texts<'a> {
    pub fn new(connection: &'a Connection) -> Texts<'a> {
        Texts { connection, beside: Reader::default(), own: String::new() }
    }

    /// Title and translated title of a document, folded, a line each.
    pub fn titles(&mut self, segment: &Segment, doc: u32) -> Result<&str, Halt> {
        // What does not hold together is read from the store.
        match self.beside.titles(segment, doc).and_then(|titles| std::str::from_utf8(titles).ok()) {
            Some(titles) => {
                self.own.clear();
                self.own.push_str(titles);
                Ok(&self.own)
            }
            None => self.text(segment.columns.get(Column::Row, doc)),
        }
    }

    /// The four folded lines of a row: title, translated title, supplier, belt. Nothing where there is no such row.
    pub fn text(&mut self, row: u64) -> Result<&str, Halt> {
        self.own.clear();
        let mut select = self.connection.prepare_cached("SELECT text FROM offers WHERE row = ?1")?;
        let own = &mut self.own;
        select
            .query_row([row as i64], |row| {
                own.push_str(row.get_ref(0)?.as_str().unwrap_or_default());
                Ok(())
            })
            .optional()?;
        Ok(&self.own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_are_the_titles() {
        assert_eq!(titles_of("a\nb\nc\nd"), "a\nb");
        assert_eq!(titles_of("a\n\n\n"), "a\n");
        assert_eq!(titles_of("a"), "a");
        assert_eq!(titles_of(""), "");
    }
}
