//! The titles of a segment beside it, in the order of its documents.
//!
//! Terms tell which documents may have a word; for pinyin, quoted blanks, and how closely a query stands together, the
//! titles themselves have the last word, hundreds of them in one search. The store would look each up by its row, some
//! 5 us a time. Here neighbours in rank are neighbours in the file: one read brings a block of them, and none of
//! them stays mapped, only where they are, so a search through many costs time and no memory. Where they cannot be read, the store is asked.

use std::fs::File;
use std::io;
use std::ops::Range;

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
/// What stands behind the tables: whether first titles are read alone, documents, blocks, and the sum.
const FOOT: usize = 16;

/// The block of a document.
pub fn block_of(doc: u32) -> u32 {
    doc / BLOCK
}

/// Where the titles of a segment are: behind the texts, block after block, stands where that of each document ends in
/// its block, and behind those where each block begins in the file, and where the last one ends; four bytes each.
struct Tables {
    bytes: OwnedBytes,
    documents: u32,
    ends_at: usize,
    begins_at: usize,
}

impl Tables {
    /// Of all the bytes that were written; `None` where they do not hold together.
    fn open(bytes: OwnedBytes) -> Option<(Tables, bool)> {
        let foot = bytes.len().checked_sub(FOOT)?;
        let ([is_read_alone, documents, blocks, _], _) = bytes.get(foot..)?.as_chunks::<4>() else {
            return None;
        };
        let is_read_alone = *is_read_alone == 1_u32.to_le_bytes();
        let (documents, blocks) = (u32::from_le_bytes(*documents), u32::from_le_bytes(*blocks));
        let begins_at = foot.checked_sub(4 * blocks as usize)?;
        let ends_at = begins_at.checked_sub(4 * documents as usize)?;
        if blocks != documents.div_ceil(BLOCK) + 1 {
            return None;
        }
        let tables = Tables { bytes, documents, ends_at, begins_at };
        (tables.begin(blocks - 1)? as usize == ends_at).then_some((tables, is_read_alone))
    }

    fn number(&self, at: usize) -> Option<u32> {
        Some(u32::from_le_bytes(*self.bytes.get(at..)?.first_chunk::<4>()?))
    }

    /// Where a block begins; behind the last one, where that ends.
    fn begin(&self, block: u32) -> Option<u32> {
        let is_there = block <= self.documents.div_ceil(BLOCK);
        is_there.then(|| self.number(self.begins_at + 4 * block as usize))?
    }

    /// Where a block is in the file. Damage that nobody has noticed yet names no place outside the texts.
    fn block(&self, block: u32) -> Option<Range<usize>> {
        let (begin, end) = (self.begin(block)? as usize, self.begin(block + 1)? as usize);
        (begin <= end && end <= self.ends_at).then_some(begin..end)
    }

    /// Where the text of a document is in the file.
    fn place(&self, doc: u32) -> Option<Range<usize>> {
        let end = |doc: u32| self.number(self.ends_at + 4 * doc as usize).filter(|_| doc < self.documents);
        let from = if doc.is_multiple_of(BLOCK) { Some(0) } else { end(doc - 1) }? as usize;
        let (to, block) = (end(doc)? as usize, self.block(block_of(doc))?);
        (from <= to && to <= block.len()).then(|| block.start + from..block.start + to)
    }
}

/// Titles of a segment.
pub struct Titles {
    file: File,
    tables: Tables,
    is_read_alone: bool,
}

impl Titles {
    /// Writes the titles of a segment's documents: the texts, and behind them where they are.
    pub(super) fn pack<'t>(
        documents: u32,
        titles: impl Iterator<Item = &'t str>,
        mut packed: Packed<'_>,
    ) -> io::Result<()> {
        let (mut begins, mut ends) = (Vec::new(), Vec::with_capacity(documents as usize));
        let mut at = MAGIC.len() as u32;
        let mut is_read_alone = true;
        for (doc, titles) in (0..documents).zip(titles) {
            if doc.is_multiple_of(BLOCK) {
                begins.push(at);
            }
            let translated = titles.split_once('\n').map_or("", |(_, translated)| translated);
            is_read_alone &= translated.is_ascii() || !translated.chars().any(is_chinese);
            packed.bytes(titles.as_bytes())?;
            let end = u32::try_from(titles.len()).ok().and_then(|length| at.checked_add(length));
            at = end.ok_or_else(|| io::Error::other("more titles than a table takes"))?;
            ends.push(at - begins.last().copied().unwrap_or_default());
        }
        begins.push(at);
        let blocks = begins.len() as u32;
        for number in ends.into_iter().chain(begins) {
            packed.number(number)?;
        }
        packed.number(u32::from(is_read_alone))?;
        packed.number(documents)?;
        packed.number(blocks)?;
        packed.end()
    }

    /// Those of a file, of which all that was written is mapped too: where the titles are is looked up there, they
    /// themselves are read, so that none of them stays in memory. `None` where it does not hold together. Whether it is as
    /// it was written was seen before.
    pub(super) fn open(file: File, mapped: OwnedBytes) -> Option<Titles> {
        let (tables, is_read_alone) = Tables::open(mapped)?;
        Some(Titles { file, tables, is_read_alone })
    }

    /// Whether it is of a segment with so many documents.
    pub fn is_of(&self, documents: u32) -> bool {
        self.tables.documents == documents
    }

    /// Whether no translated title has a character that can be read as pinyin, beside letters.
    pub fn is_read_alone(&self) -> bool {
        self.is_read_alone
    }

    /// Reads the texts of a block.
    fn block(&self, block: u32, into: &mut Vec<u8>) -> Option<()> {
        let place = self.tables.block(block)?;
        into.resize(place.len(), 0);
        read_at(&self.file, into, place.start as u64).ok()
    }

    /// Tells the system that a block is read soon. Where it takes no advice nothing is lost but time.
    pub fn foresee(&self, block: u32) {
        #[cfg(target_os = "linux")]
        if let Some(place) = self.tables.block(block)
            && let Some(length) = std::num::NonZeroU64::new(place.len() as u64)
        {
            let advice = rustix::fs::Advice::WillNeed;
            let _ = rustix::fs::fadvise(&self.file, place.start as u64, Some(length), advice);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = block;
    }

    /// Reads the text of one document, and no more than that.
    fn one<'a>(&self, doc: u32, into: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        let place = self.tables.place(doc)?;
        into.resize(place.len(), 0);
        read_at(&self.file, into, place.start as u64).ok()?;
        Some(into)
    }
}

/// Titles of a segment in memory, to be written once more.
pub struct Mapped(Tables);

impl Mapped {
    /// Of all the bytes that were written; `None` where they do not hold together.
    pub(super) fn open(bytes: OwnedBytes) -> Option<Mapped> {
        Tables::open(bytes).map(|(tables, _)| Mapped(tables))
    }

    /// Title and translated title of a document; nothing where they do not hold together.
    pub fn get(&self, doc: u32) -> &str {
        self.find(doc).unwrap_or_default()
    }

    fn find(&self, doc: u32) -> Option<&str> {
        std::str::from_utf8(self.0.bytes.get(self.0.place(doc)?)?).ok()
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
/// that all of it is read at once: a block costs as much as a few titles.
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
        let block = block_of(doc);
        let id = (segment.reader.segment_id(), block);
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
                return titles.one(doc, &mut self.title);
            }
            self.is_of = None;
            titles.block(block, &mut self.block)?;
            self.is_of = Some(id);
        }
        let (block, place) = (titles.tables.block(block)?, titles.tables.place(doc)?);
        self.block.get(place.start - block.start..place.end - block.start)
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
            Titles::pack(titles.len() as u32, titles.iter().map(String::as_str), Packed::new(&mut bytes, "").unwrap()).unwrap();
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), [bytes.as_slice(), b"and more"].concat()).unwrap();
            let of_file = Titles::open(File::open(file.path()).unwrap(), OwnedBytes::new(bytes.clone())).unwrap();
            let mut room = Vec::new();
            prop_assert!(of_file.is_of(titles.len() as u32));
            let is_other = |titles: &String| !titles.split('\n').skip(1).any(|line| line.contains('杯'));
            prop_assert_eq!(of_file.is_read_alone(), titles.iter().all(is_other));
            let mapped = Mapped::open(OwnedBytes::new(bytes.clone())).unwrap();
            for (doc, titles) in (0..).zip(&titles) {
                prop_assert_eq!(mapped.get(doc), titles);
                prop_assert_eq!(of_file.one(doc, &mut room), Some(titles.as_bytes()));
            }
            prop_assert_eq!(mapped.get(titles.len() as u32), "");
            // Whatever is damaged after it was looked at: another text or none, and no more memory than the file.
            for at in (0..bytes.len()).rev().step_by(3).take(24) {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x80;
                let file = File::open(file.path()).unwrap();
                let Some(of_file) = Titles::open(file, OwnedBytes::new(damaged)) else { continue };
                for doc in 0..titles.len() as u32 {
                    let _ = of_file.one(doc, &mut room);
                    of_file.block(block_of(doc), &mut room);
                    of_file.foresee(block_of(doc));
                    prop_assert!(room.capacity() <= 2 * bytes.len() + 64);
                }
            }
            prop_assert!(Mapped::open(OwnedBytes::new(bytes[..bytes.len() / 3].to_vec())).is_none_or(|cut| cut.get(0).len() < bytes.len()));
        }
    }
}
