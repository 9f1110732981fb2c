//! Tables beside the segments of the index: what everybody who searches would have to work out of them.
//!
//! tantivy tells terms one after the other. Whoever asks once and leaves should not wait for that. So whoever writes the
//! index writes tables beside each segment too ([`Worked`]), which are mapped and read where they lie. They are derived:
//! a file that is missing, cut or of another version is as good as none.

use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use rusqlite::Connection;
use tantivy::directory::{MmapDirectory, OwnedBytes};
use tantivy::{Directory, InvertedIndexReader, SegmentReader};

use crate::catalog::index::beside;
use crate::catalog::index::columns::Numbers;
use crate::catalog::index::freights::FreightTable;
use crate::catalog::index::ids::Ids;
use crate::catalog::index::lexicon::{Lexicon, Pairs};
use crate::catalog::index::segment::Segment;
use crate::catalog::index::sellers::Sellers;
use crate::catalog::index::sounds::Sounds;
use crate::catalog::index::texts::Titles;

/// The beginning of every file; raise the number when their shape changes.
pub(super) const MAGIC: &[u8; 8] = b"pifa-lx8";
/// Segments of fewer documents are not worth a thread.
const SMALL: u32 = 20_000;
/// The ending of their names.
const ENDING: &str = "lexicon";

/// Writes numbers and texts one after the other, with what is needed to see that all of it is there.
pub struct Packed<'a> {
    out: &'a mut dyn Write,
    sum: crc32fast::Hasher,
    /// Not yet written: a few bytes at a time are summed and written slowly.
    room: Vec<u8>,
}

/// Bytes written at once.
const ROOM: usize = 1 << 13;

impl<'a> Packed<'a> {
    /// For a file of that name: it is part of the sum, so that no other table, of whatever shape, is taken for it.
    pub fn new(out: &'a mut dyn Write, name: &str) -> io::Result<Packed<'a>> {
        let mut packed = Packed { out, sum: sum_of(name), room: Vec::with_capacity(ROOM) };
        packed.bytes(MAGIC)?;
        Ok(packed)
    }

    /// Numbers, to be taken back without knowing how many.
    pub fn numbers(&mut self, count: usize, numbers: impl Iterator<Item = u32>) -> io::Result<()> {
        self.bytes(&(count as u32).to_le_bytes())?;
        for number in numbers {
            self.bytes(&number.to_le_bytes())?;
        }
        Ok(())
    }

    /// One number.
    pub fn number(&mut self, number: u32) -> io::Result<()> {
        self.bytes(&number.to_le_bytes())
    }

    /// Bytes as they are, to be taken back by their count.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.room.len() + bytes.len() > ROOM {
            self.write()?;
        }
        if bytes.len() > ROOM {
            self.sum.update(bytes);
            return self.out.write_all(bytes);
        }
        self.room.extend_from_slice(bytes);
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        self.sum.update(&self.room);
        self.out.write_all(&self.room)?;
        self.room.clear();
        Ok(())
    }

    /// With what is to be known of it before anything else, and the sum, at the end.
    pub fn end_with(mut self, head: &Head) -> io::Result<()> {
        self.bytes(&head.0)?;
        self.number(head.0.len() as u32)?;
        self.end()
    }

    /// With the sum at the end.
    pub fn end(mut self) -> io::Result<()> {
        self.write()?;
        self.out.write_all(&self.sum.finalize().to_le_bytes())
    }
}

/// Figures of the parts of a table, all in one place: beside the parts each would be another page of the file.
#[derive(Default)]
pub struct Head(Vec<u8>);

impl Head {
    /// A small one.
    pub fn number(&mut self, number: u32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    /// Any other.
    pub fn long(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }
}

fn sum_of(name: &str) -> crc32fast::Hasher {
    let mut sum = crc32fast::Hasher::new();
    sum.update(name.as_bytes());
    sum
}

/// Whether the table of that name is all there and as it was written; read a piece at a time, for it may be large.
pub fn is_whole(mut file: impl BufRead, name: &str, length: u64) -> io::Result<bool> {
    let Some(length) = length.checked_sub(4) else { return Ok(false) };
    let mut head = [0; MAGIC.len()];
    if length < MAGIC.len() as u64 || file.read_exact(&mut head).is_err() || head != *MAGIC {
        return Ok(false);
    }
    let mut sum = sum_of(name);
    sum.update(&head);
    let mut left = length - MAGIC.len() as u64;
    while left > 0 {
        let piece = file.fill_buf()?;
        let piece =
            piece.get(..piece.len().min(usize::try_from(left).unwrap_or(usize::MAX))).unwrap_or(piece);
        if piece.is_empty() {
            return Ok(false);
        }
        sum.update(piece);
        let count = piece.len();
        left -= count as u64;
        file.consume(count);
    }
    let mut end = [0; 4];
    file.read_exact(&mut end)?;
    Ok(sum.finalize() == u32::from_le_bytes(end))
}

/// Reads them back; `None` where something is missing. Whether they are as they were written was seen before.
pub struct Unpacked<'a> {
    rest: &'a [u8],
    /// Bytes before the rest.
    at: usize,
}

impl<'a> Unpacked<'a> {
    pub fn open(bytes: &'a [u8]) -> Option<Unpacked<'a>> {
        let (body, _) = bytes.split_last_chunk::<4>()?;
        Some(Unpacked { rest: body.strip_prefix(MAGIC.as_slice())?, at: MAGIC.len() })
    }

    /// The head of a table that has one, and what it is of.
    pub fn open_with_head(bytes: &'a [u8]) -> Option<(Unpacked<'a>, Unpacked<'a>)> {
        let Unpacked { rest, at } = Unpacked::open(bytes)?;
        let (rest, length) = rest.split_last_chunk::<4>()?;
        let (rest, head) =
            rest.split_at_checked(rest.len().checked_sub(u32::from_le_bytes(*length) as usize)?)?;
        Some((Unpacked { rest: head, at: at + rest.len() }, Unpacked { rest, at }))
    }

    /// So many bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        self.at += count;
        Some(taken)
    }

    pub fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(4)?.first_chunk::<4>()?))
    }

    pub fn long(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(*self.take(8)?.first_chunk::<8>()?))
    }

    /// What is left, the sum excepted.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// How many bytes stand before the rest.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Numbers, and where among the bytes they begin.
    pub fn numbers_at(&mut self) -> Option<(impl ExactSizeIterator<Item = u32> + use<'a>, usize)> {
        let count = self.number()? as usize;
        let at = self.at;
        let (numbers, _) = self.take(count.checked_mul(4)?)?.as_chunks::<4>();
        Some((numbers.iter().map(|number| u32::from_le_bytes(*number)), at))
    }

    pub fn numbers(&mut self) -> Option<impl ExactSizeIterator<Item = u32> + use<'a>> {
        self.numbers_at().map(|(numbers, _)| numbers)
    }
}

/// A table of a segment.
pub trait Table: Sized {
    /// As it was written; `None` where it does not hold together.
    fn open(bytes: OwnedBytes) -> Option<Self>;
}

impl<T: Table> Table for Arc<T> {
    fn open(bytes: OwnedBytes) -> Option<Self> {
        T::open(bytes).map(Arc::new)
    }
}

/// What is worked out of a segment's terms; they never change.
#[derive(Default)]
pub struct Worked {
    /// Where the tables of the segment may be kept; nothing where the index is in memory.
    file: Option<PathBuf>,
    /// Its folder, to be read from.
    folder: OnceLock<Option<MmapDirectory>>,
    words: OnceLock<Lexicon>,
    shops: OnceLock<Lexicon>,
    pairs: OnceLock<Arc<Pairs>>,
    numbers: OnceLock<Numbers>,
    sellers: OnceLock<Sellers>,
    sounds: OnceLock<Sounds>,
    ids: OnceLock<Ids>,
    freights: OnceLock<FreightTable>,
    titles: OnceLock<Arc<Titles>>,
    /// Whether a table was worked out here since it could not be read.
    is_made: AtomicBool,
}

impl Worked {
    /// Of a segment by its name in the folder of the index.
    pub fn new(folder: Option<&Path>, segment: &str) -> Worked {
        Worked { file: folder.map(|folder| folder.join(segment)), ..Worked::default() }
    }

    /// The same with nothing mapped. What was read into memory is kept.
    pub fn anew(&self) -> Worked {
        Worked { file: self.file.clone(), pairs: self.pairs.clone(), ..Worked::default() }
    }

    /// Whether a table was worked out here since it could not be read.
    pub fn is_made(&self) -> bool {
        self.is_made.load(Ordering::Relaxed)
    }

    /// Runs of letters and digits.
    pub fn words(&self, index: &InvertedIndexReader) -> io::Result<&Lexicon> {
        self.worked(&self.words, "words", |packed| Lexicon::pack(index, packed))
    }

    /// Names of suppliers with their belts.
    pub fn shops(&self, index: &InvertedIndexReader) -> io::Result<&Lexicon> {
        self.worked(&self.shops, "shops", |packed| Lexicon::pack(index, packed))
    }

    /// Pairs of characters.
    pub fn pairs(&self, index: &InvertedIndexReader) -> io::Result<&Pairs> {
        self.worked(&self.pairs, "pairs", |packed| Pairs::pack(index, packed)).map(AsRef::as_ref)
    }

    /// What is known of the documents beside their words.
    pub fn numbers(&self, reader: &SegmentReader) -> Option<&Numbers> {
        if self.numbers.get().is_none() {
            let kept = match &self.file {
                // Not as tantivy would map it: columns are read from end to end.
                Some(file) => {
                    let length = beside::length(reader, beside::NUMBERS).ok()?;
                    let bytes = self.mapped(&file.with_extension(beside::NUMBERS))?;
                    (length <= bytes.len()).then(|| Numbers::open(bytes.slice(0..length)))??
                }
                None => beside::numbers(reader).ok()?,
            };
            let kept = Some(kept).filter(|numbers| numbers.is_of(reader.max_doc()))?;
            return Some(self.numbers.get_or_init(|| kept));
        }
        self.numbers.get()
    }

    /// How titles can be read, where it was written, or the index is in memory.
    pub fn sounds(&self, fields: [&InvertedIndexReader; 3], documents: u32) -> Option<&Sounds> {
        if self.file.is_some() && self.sounds.get().is_none() {
            let kept = self.place("sounds").and_then(|place| Sounds::open(self.mapped(&place)?))?;
            return Some(self.sounds.get_or_init(|| kept));
        }
        self.worked(&self.sounds, "sounds", |packed| Sounds::pack(fields, documents, packed)).ok()
    }

    /// Documents by the names of suppliers, where that was written, or the index is in memory.
    pub fn sellers(&self, shop: &InvertedIndexReader) -> Option<&Sellers> {
        if self.file.is_some() && self.sellers.get().is_none() {
            let kept = self.place("sellers").and_then(|place| Sellers::open(self.mapped(&place)?))?;
            return Some(self.sellers.get_or_init(|| kept));
        }
        self.worked(&self.sellers, "sellers", |packed| Sellers::pack(shop, packed)).ok()
    }

    /// Suppliers by their ids, where that was written: whoever has the index in memory alone asks the dictionary.
    pub fn ids(&self) -> Option<&Ids> {
        self.written(&self.ids, "ids")
    }

    /// Freight terms by their numbers in the dictionary, where that was written.
    pub fn freights(&self) -> Option<&FreightTable> {
        self.written(&self.freights, "freights")
    }

    /// The titles of the documents, where the index is in files.
    pub fn titles(&self, reader: &SegmentReader) -> Option<Arc<Titles>> {
        if self.titles.get().is_none() {
            let length = beside::length(reader, beside::TITLES).ok()?;
            let place = self.file.as_ref()?.with_extension(beside::TITLES);
            let mapped = self.mapped(&place).filter(|mapped| length <= mapped.len())?.slice(0..length);
            let kept = Titles::open(std::fs::File::open(place).ok()?, mapped)?;
            let kept = Some(kept).filter(|titles| titles.is_of(reader.max_doc()))?;
            return Some(Arc::clone(self.titles.get_or_init(|| Arc::new(kept))));
        }
        self.titles.get().cloned()
    }

    fn place(&self, table: &str) -> Option<PathBuf> {
        self.file.as_ref().map(|file| file.with_extension(format!("{table}.{ENDING}")))
    }

    /// A table as it lies, mapped; they are written whole or not at all, and never again.
    fn mapped(&self, table: &Path) -> Option<OwnedBytes> {
        let folder = self.folder.get_or_init(|| MmapDirectory::open(table.parent()?).ok()).as_ref()?;
        folder.open_read(Path::new(table.file_name()?)).ok()?.read_bytes().ok()
    }

    /// A table that is not worked out by whoever finds none.
    fn written<'a, T: Table>(&self, slot: &'a OnceLock<T>, table: &str) -> Option<&'a T> {
        if slot.get().is_none() {
            let kept = T::open(self.mapped(&self.place(table)?)?)?;
            return Some(slot.get_or_init(|| kept));
        }
        slot.get()
    }

    fn worked<'a, T: Table>(
        &self,
        slot: &'a OnceLock<T>,
        table: &str,
        pack: impl FnOnce(Packed<'_>) -> io::Result<()>,
    ) -> io::Result<&'a T> {
        if let Some(made) = slot.get() {
            return Ok(made);
        }
        let kept = self.place(table).and_then(|place| T::open(self.mapped(&place)?));
        let made = match kept {
            Some(kept) => kept,
            None => {
                let mut bytes = Vec::new();
                pack(Packed::new(&mut bytes, table)?)?;
                self.is_made.store(true, Ordering::Relaxed);
                T::open(OwnedBytes::new(bytes))
                    .ok_or_else(|| io::Error::other("a table does not hold together"))?
            }
        };
        Ok(slot.get_or_init(|| made))
    }

    /// Writes the tables of a segment that are not there yet; whether there were such.
    pub fn keep(&self, segment: &Segment, connection: &Connection) -> io::Result<bool> {
        let sounding = [&*segment.chars, &*segment.pairs, &*segment.triples];
        let sounds = || self.keep_one("sounds", |packed| Sounds::pack(sounding, segment.max_doc(), packed));
        let others = || -> io::Result<[bool; 6]> {
            Ok([
                self.keep_one("words", |packed| Lexicon::pack(&segment.words, packed))?,
                self.keep_one("shops", |packed| Lexicon::pack(&segment.shop, packed))?,
                self.keep_one("sellers", |packed| Sellers::pack(&segment.shop, packed))?,
                self.keep_one("pairs", |packed| Pairs::pack(&segment.pairs, packed))?,
                self.keep_one("ids", |packed| {
                    Ids::pack(&segment.columns, segment.max_doc(), connection, packed)
                })?,
                self.keep_one("freights", |packed| {
                    FreightTable::pack(&segment.columns, segment.max_doc(), connection, packed)
                })?,
            ])
        };
        // The first takes as long as all the others.
        if segment.max_doc() < SMALL {
            return Ok(sounds()? | others()?.contains(&true));
        }
        let (sounds, others) = thread::scope(|scope| {
            let beside = thread::Builder::new().name("tables".to_owned()).spawn_scoped(scope, sounds);
            let others = others();
            let sounds = beside.and_then(|beside| {
                beside.join().unwrap_or_else(|_| Err(io::Error::other("a table cannot be worked out")))
            });
            (sounds, others)
        });
        Ok(sounds? | others?.contains(&true))
    }

    fn keep_one(&self, table: &str, pack: impl FnOnce(Packed<'_>) -> io::Result<()>) -> io::Result<bool> {
        let Some(place) = self.place(table).filter(|place| !is_of_this_version(place)) else {
            return Ok(false);
        };
        // Whole or not at all: what is there is never written over, another file takes its name.
        let part = place.with_extension("part");
        let mut out = BufWriter::with_capacity(1 << 16, fs::File::create(&part)?);
        let name = place.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        pack(Packed::new(&mut out, name)?)?;
        out.into_inner()?.sync_data()?;
        fs::rename(part, place)?;
        Ok(true)
    }
}

fn is_of_this_version(file: &Path) -> bool {
    let mut head = [0; MAGIC.len()];
    fs::File::open(file).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *MAGIC
}

/// Whether a file in the folder of an index is such a table.
pub fn is_table(name: &str) -> bool {
    name.ends_with(&format!(".{ENDING}"))
}

/// Whether a table is as it was written; what is not, is taken away: it is derived, and made again.
pub fn is_in_order(path: &Path) -> bool {
    let looked_at = fs::File::open(path).and_then(|file| {
        let length = file.metadata()?.len();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        is_whole(BufReader::with_capacity(1 << 16, file), name, length)
    });
    let is_whole = looked_at.unwrap_or(false);
    if !is_whole {
        let _ = fs::remove_file(path);
    }
    is_whole
}

/// Takes away the tables of segments that are no more.
pub fn forget_others(folder: &Path, is_there: impl Fn(&str) -> bool) {
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = file.file_name();
        let Some((segment, rest)) = name.to_str().and_then(|name| name.split_once('.')) else { continue };
        let is_table = rest.ends_with(ENDING) || rest.ends_with("part") && rest != "part";
        if is_table && !is_there(segment) {
            // Another time then.
            let _ = fs::remove_file(file.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_segments_that_are_gone_are_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            ["a.words.lexicon", "b.words.lexicon", "b.pairs.part", "b.term", "checked.part", "meta.json"]
        {
            fs::write(folder.path().join(name), b"x").unwrap();
        }
        forget_others(folder.path(), |segment| segment == "a");
        let mut left: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["a.words.lexicon", "b.term", "checked.part", "meta.json"]);
    }
}
