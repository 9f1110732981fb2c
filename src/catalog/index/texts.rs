//! The titles of a segment beside it, in the order of its documents.
//!
//! Terms tell which documents may have a word; for pinyin, quoted blanks, and how closely a query stands together, the
//! titles themselves have the last word, hundreds of them in one search. The store would look each up by its row, some
//! 5 us a time. Here neighbours in rank are neighbours in the file: one read brings a block of them, and nothing stays
//! mapped, so a search through many costs time and no memory. Where they cannot be read, the store is asked.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension};
use tantivy::directory::OwnedBytes;
use tantivy::index::SegmentId;

use crate::catalog::index::Halt;
use crate::catalog::index::schema::Column;
use crate::catalog::index::segment::Segment;
use crate::catalog::index::tables::{MAGIC, Packed};
use crate::query::pinyin;

/// Documents of a block: their titles are a few pages of memory.
const BLOCK: u32 = 64;
/// What stands behind the blocks beside where they begin: whether first titles are read alone, documents, blocks, and
/// the sum.
const FOOT: u64 = 16;

/// The block of a document.
pub fn block_of(doc: u32) -> u32 {
    doc / BLOCK
}

/// Titles of a segment.
pub struct Titles {
    file: File,
    documents: u32,
    is_read_alone: bool,
    /// Where each block begins in the file, and where the last one ends: four bytes each, as they stand there.
    begins: Vec<u8>,
}

impl Titles {
    /// Writes the titles of a segment's documents: of each block where the text of each document ends, then the texts.
    pub(super) fn pack<'t>(
        documents: u32,
        mut titles: impl Iterator<Item = &'t str>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut packed = Packed::new(out)?;
        let mut begins = vec![MAGIC.len() as u32];
        let mut texts = String::new();
        let mut is_read_alone = true;
        let mut ends = Vec::with_capacity(BLOCK as usize);
        for from in (0..documents).step_by(BLOCK as usize) {
            texts.clear();
            ends.clear();
            for titles in titles.by_ref().take((documents - from).min(BLOCK) as usize) {
                let translated = titles.split_once('\n').map_or("", |(_, translated)| translated);
                is_read_alone &= translated.is_ascii() || !translated.chars().any(is_chinese);
                texts.push_str(titles);
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

    /// Those of a file, which are so long; `None` where it does not hold together. Whether it is as it was written was
    /// seen before.
    pub(super) fn open(place: &Path, length: u64) -> Option<Titles> {
        let file = File::open(place).ok()?;
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
        let mut begins = vec![0; begins_length as usize];
        read_at(&file, &mut begins, begins_at).ok()?;
        let each = begins.as_chunks::<4>().0.iter().map(|begin| u32::from_le_bytes(*begin));
        let ends = each.clone().next_back().is_some_and(|end| u64::from(end) == begins_at);
        let are_ordered = each.is_sorted();
        (ends && are_ordered).then_some(Titles { file, documents, is_read_alone, begins })
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
        let (begin, end) = (self.begin(block)?, self.begin(block + 1)?);
        into.resize(end.checked_sub(begin)? as usize, 0);
        read_at(&self.file, into, u64::from(begin)).ok()
    }

    /// Tells the system that a block is read soon. Where it takes no advice nothing is lost but time.
    pub fn foresee(&self, block: u32) {
        #[cfg(target_os = "linux")]
        if let (Some(begin), Some(end)) = (self.begin(block), self.begin(block + 1)) {
            let length = std::num::NonZeroU64::new(u64::from(end.saturating_sub(begin)));
            let _ = rustix::fs::fadvise(&self.file, u64::from(begin), length, rustix::fs::Advice::WillNeed);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = block;
    }

    /// Where a block begins.
    fn begin(&self, block: u32) -> Option<u32> {
        self.begins.as_chunks::<4>().0.get(block as usize).map(|begin| u32::from_le_bytes(*begin))
    }

    /// Reads the text of one document: where it begins and ends in its block, and then no more than that.
    fn one<'a>(&self, block: u32, nth: usize, into: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        let begin = u64::from(self.begin(block)?);
        let whole = u64::from(self.begin(block + 1)?).checked_sub(begin)?;
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

/// Titles of a segment in memory, to be written once more.
pub struct Mapped {
    bytes: OwnedBytes,
    documents: u32,
    begins_at: usize,
}

impl Mapped {
    /// Of all the bytes that were written; `None` where they do not hold together.
    pub(super) fn open(bytes: OwnedBytes) -> Option<Mapped> {
        let foot = bytes.len().checked_sub(FOOT as usize)?;
        let ([_, documents, blocks, _], _) = bytes.get(foot..)?.as_chunks::<4>() else { return None };
        let (documents, blocks) = (u32::from_le_bytes(*documents), u32::from_le_bytes(*blocks));
        let begins_at = foot.checked_sub(4 * blocks as usize)?;
        (blocks == documents.div_ceil(BLOCK) + 1).then_some(Mapped { bytes, documents, begins_at })
    }

    /// Title and translated title of a document; nothing where they do not hold together.
    pub fn get(&self, doc: u32) -> &str {
        self.find(doc).unwrap_or_default()
    }

    fn find(&self, doc: u32) -> Option<&str> {
        let number =
            |at: usize| Some(u32::from_le_bytes(*self.bytes.get(at..)?.first_chunk::<4>()?) as usize);
        let (block, nth) = (block_of(doc), (doc % BLOCK) as usize);
        let begin = number(self.begins_at + 4 * block as usize)?;
        let count = self.documents.saturating_sub(block * BLOCK).min(BLOCK) as usize;
        let end = |nth: usize| number(begin + 4 * nth).filter(|_| nth < count);
        let from = nth.checked_sub(1).map_or(Some(0), end)?;
        let texts = begin + 4 * count;
        std::str::from_utf8(self.bytes.get(texts + from..texts + end(nth)?)?).ok()
    }
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
        let (block, nth) = (block_of(doc), (doc % BLOCK) as usize);
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn titles_are_read_as_they_were_written(
            titles in prop::collection::vec("[a红\u{1f600}]{0,4}(\n[b杯]{0,3})?", 0..200),
        ) {
            let mut bytes = Vec::new();
            Titles::pack(titles.len() as u32, titles.iter().map(String::as_str), &mut bytes).unwrap();
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), [bytes.as_slice(), b"and more"].concat()).unwrap();
            let of_file = Titles::open(file.path(), bytes.len() as u64).unwrap();
            prop_assert!(of_file.is_of(titles.len() as u32));
            let is_other = |titles: &String| !titles.split('\n').skip(1).any(|line| line.contains('杯'));
            prop_assert_eq!(of_file.is_read_alone(), titles.iter().all(is_other));
            let mapped = Mapped::open(OwnedBytes::new(bytes.clone())).unwrap();
            for (doc, titles) in (0..).zip(&titles) {
                prop_assert_eq!(mapped.get(doc), titles);
            }
            prop_assert_eq!(mapped.get(titles.len() as u32), "");
            prop_assert!(Mapped::open(OwnedBytes::new(bytes[..bytes.len() / 3].to_vec())).is_none_or(|cut| cut.get(0).len() < bytes.len()));
        }
    }
}
