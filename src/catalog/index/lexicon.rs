//! The terms of a segment as tables to look through: those that contain something, those that can be read as pinyin.
//!
//! tantivy tells terms one after the other, which takes a tenth of a second where there are many; nobody who asks once
//! and leaves should wait for that. So whoever writes the index writes these tables beside each segment too ([`Worked`]),
//! and everybody else reads them from there. They are derived: a file that is missing, cut or of another version is as
//! good as none.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tantivy::InvertedIndexReader;
use tantivy::postings::TermInfo;

use crate::query::pinyin::{self, Constraint};

/// Where the documents of each term of a field are, by the number of the term: the dictionary itself only tells it by
/// the term.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lists {
    /// Begin of each list, and its documents; lists follow each other.
    of: Vec<(u32, u32)>,
    end: u32,
}

impl Lists {
    fn push(&mut self, info: &TermInfo) -> std::io::Result<()> {
        let place =
            |at: usize| u32::try_from(at).map_err(|_| std::io::Error::other("the index is too large"));
        self.of.push((place(info.postings_range.start)?, info.doc_freq));
        self.end = place(info.postings_range.end)?;
        Ok(())
    }

    fn get(&self, number: usize) -> TermInfo {
        let (start, docs) = self.of.get(number).copied().unwrap_or((0, 0));
        let end = self.of.get(number + 1).map_or(self.end, |(start, _)| *start);
        TermInfo { doc_freq: docs, postings_range: start as usize..end as usize, positions_range: 0..0 }
    }
}

/// The terms of a field as one text, to look for those that contain something.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lexicon {
    text: String,
    ends: Vec<u32>,
    lists: Lists,
}

impl Lexicon {
    pub(super) fn of(index: &InvertedIndexReader) -> std::io::Result<Lexicon> {
        let mut lexicon = Lexicon::default();
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            lexicon.text.push_str(std::str::from_utf8(stream.key()).unwrap_or_default());
            lexicon.text.push('\0');
            lexicon.ends.push(u32::try_from(lexicon.text.len()).unwrap_or(u32::MAX));
            lexicon.lists.push(stream.value())?;
        }
        lexicon.text.shrink_to_fit();
        lexicon.ends.shrink_to_fit();
        lexicon.lists.of.shrink_to_fit();
        Ok(lexicon)
    }

    /// Where the documents of a term are.
    pub fn info(&self, number: usize) -> TermInfo {
        self.lists.get(number)
    }

    /// The term of a number.
    pub fn term(&self, number: usize) -> &str {
        let from =
            number.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |at| *at as usize);
        let to = self.ends.get(number).map_or(0, |at| *at as usize);
        self.text.get(from..to.saturating_sub(1)).unwrap_or_default()
    }

    /// Numbers of the terms that contain a text, ascending.
    pub fn containing(&self, text: &str) -> Vec<usize> {
        let finder = memchr::memmem::Finder::new(text.as_bytes());
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = self.text.as_bytes().get(from..).and_then(|rest| finder.find(rest)) {
            let at = from + at;
            let number = self.ends.partition_point(|end| *end as usize <= at);
            found.push(number);
            let Some(end) = self.ends.get(number) else { break };
            from = *end as usize;
        }
        found
    }

    /// How many terms.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

/// Two neighbouring characters of titles, in the order of their terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    pub chars: (char, char),
    /// Documents with it, those taken out included.
    pub docs: u32,
}

/// Kinds of characters by how they can be read: 29 initials, see [`pinyin::initials`], and all others.
const KINDS: usize = 30;
const OTHER: usize = KINDS - 1;

/// All pairs of a segment, where those of each first character stand, and which of them can be read alike.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    pub pairs: Vec<Pair>,
    pub firsts: Vec<(char, Range<u32>)>,
    /// Numbers of pairs by the initials of both.
    kinds: Vec<Vec<u32>>,
    lists: Lists,
}

/// Kinds a character is of.
fn kinds_of(c: char) -> impl Iterator<Item = usize> {
    let bits = match pinyin::initials(c) {
        0 => 1 << OTHER,
        bits => bits,
    };
    (0..KINDS).filter(move |kind| bits >> kind & 1 == 1)
}

/// The kind all characters are of that fit.
fn kind_of(constraint: Constraint) -> usize {
    match constraint {
        Constraint::Char(c) => kinds_of(c).next().unwrap_or(OTHER),
        Constraint::Syllable(number) => {
            let letter = pinyin::syllable(number).bytes().next().unwrap_or(b'a');
            usize::from(letter.saturating_sub(b'a')).min(OTHER)
        }
        Constraint::Initial(number) => usize::from(number).min(OTHER),
    }
}

impl Pairs {
    pub(super) fn of(index: &InvertedIndexReader) -> std::io::Result<Pairs> {
        let mut found = Pairs::default();
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            let mut chars = std::str::from_utf8(stream.key()).unwrap_or_default().chars();
            // A term that is no pair keeps its place, so that places are numbers of terms.
            let chars = (chars.next().unwrap_or('\0'), chars.next().unwrap_or('\0'));
            found.add(Pair { chars, docs: stream.value().doc_freq });
            found.lists.push(stream.value())?;
        }
        found.pairs.shrink_to_fit();
        found.firsts.shrink_to_fit();
        found.lists.of.shrink_to_fit();
        found.find_kinds();
        Ok(found)
    }

    fn add(&mut self, pair: Pair) {
        let at = self.pairs.len() as u32;
        match self.firsts.last_mut() {
            Some((first, range)) if *first == pair.chars.0 => range.end = at + 1,
            _ => self.firsts.push((pair.chars.0, at..at + 1)),
        }
        self.pairs.push(pair);
    }

    /// Sorts the pairs by how they can be read.
    fn find_kinds(&mut self) {
        // Most characters stand in many pairs.
        let mut known: HashMap<char, Vec<usize>> = HashMap::new();
        let mut kinds = vec![Vec::new(); KINDS * KINDS];
        for (at, pair) in (0_u32..).zip(&self.pairs) {
            for c in [pair.chars.0, pair.chars.1] {
                known.entry(c).or_insert_with(|| kinds_of(c).collect());
            }
            let (Some(firsts), Some(seconds)) = (known.get(&pair.chars.0), known.get(&pair.chars.1)) else {
                continue;
            };
            for first in firsts {
                for second in seconds {
                    if let Some(kind) = kinds.get_mut(first * KINDS + second) {
                        kind.push(at);
                    }
                }
            }
        }
        kinds.iter_mut().for_each(Vec::shrink_to_fit);
        self.kinds = kinds;
    }

    /// Where the documents of a pair are.
    pub fn info(&self, number: u32) -> TermInfo {
        self.lists.get(number as usize)
    }

    /// Numbers of the pairs that fit two constraints, and in how many documents they are together, at most.
    pub fn fitting(&self, first: Constraint, second: Constraint) -> (Vec<u32>, u64) {
        let kind = self.kinds.get(kind_of(first) * KINDS + kind_of(second));
        let mut docs = 0;
        let fitting = kind.into_iter().flatten().copied().filter(|number| {
            let Some(pair) = self.pairs.get(*number as usize) else { return false };
            let fits = pinyin::fits(first, pair.chars.0) && pinyin::fits(second, pair.chars.1);
            docs += if fits { u64::from(pair.docs) } else { 0 };
            fits
        });
        let fitting = fitting.collect();
        (fitting, docs)
    }

    /// The pairs that begin with a character, with the number of the first.
    pub fn beginning(&self, first: char) -> (u32, &[Pair]) {
        // Terms are sorted by their bytes, which for UTF-8 is the order of the characters.
        let at = self.firsts.partition_point(|(c, _)| *c < first);
        match self.firsts.get(at) {
            Some((c, range)) if *c == first => {
                (range.start, self.pairs.get(range.start as usize..range.end as usize).unwrap_or_default())
            }
            _ => (0, &[]),
        }
    }

    /// First characters of the pairs that end with one, with their documents.
    pub fn ending(&self, second: char) -> impl Iterator<Item = (char, u32)> {
        self.pairs.iter().filter(move |pair| pair.chars.1 == second).map(|pair| (pair.chars.0, pair.docs))
    }

    /// In how many documents two characters stand side by side.
    pub fn docs(&self, first: char, second: char) -> u32 {
        let (_, pairs) = self.beginning(first);
        let at = pairs.partition_point(|pair| pair.chars.1 < second);
        pairs.get(at).filter(|pair| pair.chars.1 == second).map_or(0, |pair| pair.docs)
    }
}

/// The beginning of every file; raise the number when their shape changes.
const MAGIC: &[u8; 8] = b"pifa-lx1";
/// The ending of their names.
const ENDING: &str = "lexicon";

/// Writes numbers and texts one after the other, with what is needed to see that all of it is there.
struct Packed(Vec<u8>);

impl Packed {
    fn new() -> Packed {
        Packed(MAGIC.to_vec())
    }

    fn numbers(&mut self, count: usize, numbers: impl Iterator<Item = u32>) {
        self.0.extend_from_slice(&(count as u32).to_le_bytes());
        for number in numbers {
            self.0.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn end(mut self) -> Vec<u8> {
        let sum = crc32fast::hash(&self.0);
        self.0.extend_from_slice(&sum.to_le_bytes());
        self.0
    }
}

/// Reads them back; `None` where something is missing.
struct Unpacked<'a>(&'a [u8]);

impl<'a> Unpacked<'a> {
    fn open(bytes: &'a [u8]) -> Option<Unpacked<'a>> {
        let (body, sum) = bytes.split_last_chunk::<4>()?;
        let is_whole = crc32fast::hash(body) == u32::from_le_bytes(*sum);
        Some(Unpacked(body.strip_prefix(MAGIC.as_slice()).filter(|_| is_whole)?))
    }

    fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*number))
    }

    fn numbers(&mut self) -> Option<impl ExactSizeIterator<Item = u32> + use<'a>> {
        let count = self.number()? as usize;
        let (numbers, rest) = self.0.split_at_checked(count.checked_mul(4)?)?;
        self.0 = rest;
        let (numbers, _) = numbers.as_chunks::<4>();
        Some(numbers.iter().map(|number| u32::from_le_bytes(*number)))
    }
}

impl Lists {
    fn pack(&self, packed: &mut Packed) {
        packed.numbers(self.of.len(), self.of.iter().map(|(begin, _)| *begin));
        packed.numbers(self.of.len(), self.of.iter().map(|(_, docs)| *docs));
        packed.numbers(1, [self.end].into_iter());
    }

    fn unpack(unpacked: &mut Unpacked<'_>) -> Option<Lists> {
        let begins = unpacked.numbers()?;
        let docs = unpacked.numbers()?;
        let of = (begins.len() == docs.len()).then(|| begins.zip(docs).collect())?;
        Some(Lists { of, end: unpacked.numbers()?.next()? })
    }
}

/// A table of a segment's terms.
trait Table: Sized {
    fn of(index: &InvertedIndexReader) -> io::Result<Self>;
    fn pack(&self) -> Vec<u8>;
    fn unpack(bytes: &[u8]) -> Option<Self>;
}

impl Table for Lexicon {
    fn of(index: &InvertedIndexReader) -> io::Result<Self> {
        Lexicon::of(index)
    }

    fn pack(&self) -> Vec<u8> {
        let mut packed = Packed::new();
        packed.numbers(self.ends.len(), self.ends.iter().copied());
        self.lists.pack(&mut packed);
        packed.0.extend_from_slice(self.text.as_bytes());
        packed.end()
    }

    fn unpack(bytes: &[u8]) -> Option<Self> {
        let mut unpacked = Unpacked::open(bytes)?;
        let ends: Vec<u32> = unpacked.numbers()?.collect();
        let lists = Lists::unpack(&mut unpacked)?;
        let text = std::str::from_utf8(unpacked.0).ok()?.to_owned();
        let is_whole = ends.len() == lists.of.len()
            && ends.is_sorted()
            && ends.last().is_none_or(|end| *end as usize == text.len());
        is_whole.then_some(Lexicon { text, ends, lists })
    }
}

impl Table for Pairs {
    fn of(index: &InvertedIndexReader) -> io::Result<Self> {
        Pairs::of(index)
    }

    fn pack(&self) -> Vec<u8> {
        let mut packed = Packed::new();
        let count = self.pairs.len();
        packed.numbers(count, self.pairs.iter().map(|pair| u32::from(pair.chars.0)));
        packed.numbers(count, self.pairs.iter().map(|pair| u32::from(pair.chars.1)));
        packed.numbers(count, self.pairs.iter().map(|pair| pair.docs));
        self.lists.pack(&mut packed);
        packed.end()
    }

    fn unpack(bytes: &[u8]) -> Option<Self> {
        let mut unpacked = Unpacked::open(bytes)?;
        let (firsts, seconds) = (unpacked.numbers()?, unpacked.numbers()?);
        let docs = unpacked.numbers()?;
        let lists = Lists::unpack(&mut unpacked)?;
        if [seconds.len(), docs.len(), lists.of.len()] != [firsts.len(); 3] {
            return None;
        }
        let mut found = Pairs { lists, ..Pairs::default() };
        found.pairs.reserve_exact(docs.len());
        for ((first, second), docs) in firsts.zip(seconds).zip(docs) {
            found.add(Pair { chars: (char::from_u32(first)?, char::from_u32(second)?), docs });
        }
        found.find_kinds();
        Some(found)
    }
}

/// What is worked out of a segment's terms; they never change.
#[derive(Default)]
pub struct Worked {
    /// Where the tables of the segment may be kept; nothing where the index is in memory.
    file: Option<PathBuf>,
    words: OnceLock<Lexicon>,
    shops: OnceLock<Lexicon>,
    pairs: OnceLock<Pairs>,
}

impl Worked {
    /// Of a segment by its name in the folder of the index.
    pub fn new(folder: Option<&Path>, segment: &str) -> Worked {
        Worked { file: folder.map(|folder| folder.join(segment)), ..Worked::default() }
    }

    /// Runs of letters and digits.
    pub fn words(&self, index: &InvertedIndexReader) -> io::Result<&Lexicon> {
        self.worked(&self.words, "words", index)
    }

    /// Names of suppliers with their belts.
    pub fn shops(&self, index: &InvertedIndexReader) -> io::Result<&Lexicon> {
        self.worked(&self.shops, "shops", index)
    }

    /// Pairs of characters.
    pub fn pairs(&self, index: &InvertedIndexReader) -> io::Result<&Pairs> {
        self.worked(&self.pairs, "pairs", index)
    }

    fn place(&self, table: &str) -> Option<PathBuf> {
        self.file.as_ref().map(|file| file.with_extension(format!("{table}.{ENDING}")))
    }

    fn worked<'a, T: Table>(
        &self,
        slot: &'a OnceLock<T>,
        table: &str,
        index: &InvertedIndexReader,
    ) -> io::Result<&'a T> {
        if let Some(made) = slot.get() {
            return Ok(made);
        }
        let kept = self.place(table).and_then(|place| T::unpack(&fs::read(place).ok()?));
        let made = match kept {
            Some(kept) => kept,
            None => T::of(index)?,
        };
        Ok(slot.get_or_init(|| made))
    }

    /// Writes the tables that are not there yet.
    pub fn keep(
        &self,
        words: &InvertedIndexReader,
        shops: &InvertedIndexReader,
        pairs: &InvertedIndexReader,
    ) -> io::Result<()> {
        self.keep_one::<Lexicon>("words", words)?;
        self.keep_one::<Lexicon>("shops", shops)?;
        self.keep_one::<Pairs>("pairs", pairs)
    }

    fn keep_one<T: Table>(&self, table: &str, index: &InvertedIndexReader) -> io::Result<()> {
        let Some(place) = self.place(table).filter(|place| !place.exists()) else { return Ok(()) };
        // Whole or not at all: a name that is there is never written again.
        let part = place.with_extension("part");
        fs::write(&part, T::of(index)?.pack())?;
        fs::rename(part, place)
    }
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

    fn lexicon() -> Lexicon {
        let mut lexicon = Lexicon::default();
        for (at, term) in (0_u32..).zip(["304", "cm", "usb", "\u{4e0d}\u{9508}\u{94a2}"]) {
            lexicon.text.push_str(term);
            lexicon.text.push('\0');
            lexicon.ends.push(lexicon.text.len() as u32);
            lexicon.lists.of.push((at * 10, at + 1));
        }
        lexicon.lists.end = 40;
        lexicon
    }

    fn pairs() -> Pairs {
        let mut pairs = Pairs::default();
        for (at, chars) in
            (0_u32..).zip([('\u{4e0d}', '\u{9508}'), ('\u{4e0d}', '\u{94a2}'), ('\u{9508}', '\u{94a2}')])
        {
            pairs.add(Pair { chars, docs: at + 5 });
            pairs.lists.of.push((at * 7, at + 5));
        }
        pairs.lists.end = 21;
        pairs.find_kinds();
        pairs
    }

    #[test]
    fn tables_come_back_as_they_were_written_and_damaged_ones_not_at_all() {
        let (words, found) = (lexicon(), pairs());
        let (first, second) = (words.pack(), found.pack());
        assert_eq!(Lexicon::unpack(&first), Some(words));
        assert_eq!(Pairs::unpack(&second), Some(found));
        for at in 0..first.len() {
            let mut damaged = first.clone();
            damaged[at] ^= 0x10;
            assert_eq!(Lexicon::unpack(&damaged), None, "byte {at} was changed");
            assert_eq!(Lexicon::unpack(&first[..at]), None, "cut at {at}");
        }
        for at in 0..second.len() {
            assert_eq!(Pairs::unpack(&second[..at]), None, "cut at {at}");
        }
    }

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
