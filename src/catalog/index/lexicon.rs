//! The terms of a segment as tables to look through: those that contain something, those that can be read as pinyin.
//! tantivy tells terms one after the other, which takes a tenth of a second where there are many.

use std::collections::HashMap;
use std::io;
use std::ops::Range;

use tantivy::InvertedIndexReader;
use tantivy::directory::OwnedBytes;
use tantivy::postings::TermInfo;

use crate::catalog::index::tables::{Packed, Table, Unpacked};
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

/// The terms of a field as one text, to look for those that contain something. It is read where it lies: who asks for
/// one word of a million offers should not wait for megabytes to be copied and counted.
pub struct Lexicon {
    bytes: OwnedBytes,
    /// How many terms.
    count: usize,
    /// Where the tables begin among the bytes: ends of the terms in the text, begins of their lists, their documents.
    ends: usize,
    begins: usize,
    docs: usize,
    /// End of the last list.
    end: u32,
    /// Which neighbours there are.
    near: Near,
    /// Where the text begins; it goes on to the end of the bytes.
    text: usize,
}

/// Which characters stand side by side in any of some terms, a bit each: some that do not may share it with some that do.
struct Near {
    /// Where the bits begin among the bytes, and how many bytes they are, a power of two.
    at: usize,
    bytes: usize,
}

impl Near {
    /// Most bits: of the pairs in the names of a hundred thousand suppliers every tenth has one.
    const MOST: usize = 1 << 20;

    /// The bit of a pair among so many.
    fn bit(pair: (char, char), bits: usize) -> usize {
        let pair = u64::from(u32::from(pair.0)) << 21 | u64::from(u32::from(pair.1));
        // The upper bits of a product depend on all of what is multiplied.
        (pair.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize & bits.saturating_sub(1)
    }

    fn pack(text: &[u8], packed: &mut Packed<'_>) -> io::Result<()> {
        let length = (text.len() * 2).next_power_of_two().clamp(8, Self::MOST);
        let mut bytes = vec![0_u8; length / 8];
        for term in text.split(|byte| *byte == 0) {
            let term = std::str::from_utf8(term).unwrap_or_default();
            for pair in term.chars().zip(term.chars().skip(1)) {
                let bit = Self::bit(pair, length);
                if let Some(byte) = bytes.get_mut(bit / 8) {
                    *byte |= 1 << (bit % 8);
                }
            }
        }
        packed.number(bytes.len() as u32)?;
        packed.bytes(&bytes)
    }
}

impl Lexicon {
    /// Where the documents of a term are.
    pub fn info(&self, number: usize) -> TermInfo {
        let start = self.number(self.begins, number).unwrap_or_default();
        let end = self.number(self.begins, number + 1).unwrap_or(self.end).max(start);
        let doc_freq = self.number(self.docs, number).unwrap_or_default();
        TermInfo { doc_freq, postings_range: start as usize..end as usize, positions_range: 0..0 }
    }

    /// The term of a number.
    pub fn term(&self, number: usize) -> &str {
        let from =
            number.checked_sub(1).and_then(|before| self.number(self.ends, before)).unwrap_or_default();
        let to = self.number(self.ends, number).unwrap_or_default().saturating_sub(1);
        let term = self.text().get(from as usize..to as usize).unwrap_or_default();
        std::str::from_utf8(term).unwrap_or_default()
    }

    /// Numbers of the terms that contain a text, ascending; those found so far when nobody wants them any more.
    pub fn containing(&self, text: &str, is_over: &dyn Fn() -> bool) -> Vec<usize> {
        if !self.may_contain(text) {
            return Vec::new();
        }
        let finder = memchr::memmem::Finder::new(text.as_bytes());
        let (whole, mut found, mut from, mut next) = (self.text(), Vec::new(), 0, 0);
        while let Some(at) = whole.get(from..).and_then(|rest| finder.find(rest)) {
            let number = self.term_at(from + at, next);
            next = number;
            found.push(number);
            if found.len().is_multiple_of(256) && is_over() {
                break;
            }
            let Some(end) = self.number(self.ends, number) else { break };
            // Never back: the table is not ours alone to write.
            from = (end as usize).max(from + at + 1);
        }
        found
    }

    /// Whether all neighbours in a text are neighbours in some term.
    fn may_contain(&self, text: &str) -> bool {
        let bits =
            self.bytes.get(self.near.at..).and_then(|bytes| bytes.get(..self.near.bytes)).unwrap_or_default();
        text.chars().zip(text.chars().skip(1)).all(|pair| {
            let bit = Near::bit(pair, bits.len() * 8);
            bits.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
        })
    }

    /// How many terms.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The term a place of the text belongs to, not before one that is known: mostly it is near.
    fn term_at(&self, at: usize, known: usize) -> usize {
        let is_behind = |number: usize| self.number(self.ends, number).is_some_and(|end| end as usize <= at);
        let (mut low, mut step) = (known.min(self.count), 1);
        while low + step < self.count && is_behind(low + step - 1) {
            low += step;
            step *= 2;
        }
        let mut high = self.count.min(low + step);
        while low < high {
            let middle = low.midpoint(high);
            if is_behind(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// A number of a table.
    fn number(&self, table: usize, nth: usize) -> Option<u32> {
        let bytes = self.bytes.get(table + nth * 4..).filter(|_| nth < self.count)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*bytes))
    }

    fn text(&self) -> &[u8] {
        self.bytes.get(self.text..).unwrap_or_default()
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
    fn of(index: &InvertedIndexReader) -> io::Result<Pairs> {
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

    /// The table of a field, as it is written.
    pub(super) fn pack(index: &InvertedIndexReader, packed: Packed<'_>) -> io::Result<()> {
        Pairs::of(index)?.pack_into(packed)
    }

    fn pack_into(&self, mut packed: Packed<'_>) -> io::Result<()> {
        let count = self.pairs.len();
        packed.numbers(count, self.pairs.iter().map(|pair| u32::from(pair.chars.0)))?;
        packed.numbers(count, self.pairs.iter().map(|pair| u32::from(pair.chars.1)))?;
        packed.numbers(count, self.pairs.iter().map(|pair| pair.docs))?;
        self.lists.pack(&mut packed)?;
        packed.end()
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

impl Lists {
    fn pack(&self, packed: &mut Packed<'_>) -> io::Result<()> {
        packed.numbers(self.of.len(), self.of.iter().map(|(begin, _)| *begin))?;
        packed.numbers(self.of.len(), self.of.iter().map(|(_, docs)| *docs))?;
        packed.numbers(1, [self.end].into_iter())
    }

    fn unpack(unpacked: &mut Unpacked<'_>) -> Option<Lists> {
        let begins = unpacked.numbers()?;
        let docs = unpacked.numbers()?;
        let of = (begins.len() == docs.len()).then(|| begins.zip(docs).collect())?;
        Some(Lists { of, end: unpacked.numbers()?.next()? })
    }
}

impl Lexicon {
    /// The table of a field, as it is written.
    pub(super) fn pack(index: &InvertedIndexReader, packed: Packed<'_>) -> io::Result<()> {
        let (mut text, mut ends, mut lists) = (Vec::new(), Vec::new(), Lists::default());
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            text.extend_from_slice(stream.key());
            text.push(0);
            ends.push(u32::try_from(text.len()).map_err(|_| io::Error::other("the index is too large"))?);
            lists.push(stream.value())?;
        }
        pack_lexicon(&text, &ends, &lists, packed)
    }
}

impl Table for Lexicon {
    fn open(bytes: OwnedBytes) -> Option<Self> {
        let mut unpacked = Unpacked::open(&bytes)?;
        let (of_ends, ends) = unpacked.numbers_at()?;
        let (of_begins, begins) = unpacked.numbers_at()?;
        let (of_docs, docs) = unpacked.numbers_at()?;
        let end = unpacked.numbers()?.next()?;
        let length = unpacked.number()? as usize;
        let near = Near { at: unpacked.at(), bytes: length };
        unpacked.take(length)?;
        let (count, text, length) = (of_ends.len(), unpacked.at(), unpacked.rest().len());
        let holds = of_begins.len() == count
            && of_docs.len() == count
            && of_ends.last().is_none_or(|end| end as usize == length);
        // Without the sum at the end.
        let bytes = bytes.slice(0..text + length);
        holds.then_some(Lexicon { bytes, count, ends, begins, docs, end, near, text })
    }
}

fn pack_lexicon(text: &[u8], ends: &[u32], lists: &Lists, mut packed: Packed<'_>) -> io::Result<()> {
    packed.numbers(ends.len(), ends.iter().copied())?;
    lists.pack(&mut packed)?;
    Near::pack(text, &mut packed)?;
    packed.bytes(text)?;
    packed.end()
}

impl Table for Pairs {
    fn open(bytes: OwnedBytes) -> Option<Self> {
        let mut unpacked = Unpacked::open(&bytes)?;
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::catalog::index::tables::{self, is_in_order};

    fn is_whole(table: &[u8]) -> bool {
        tables::is_whole(table, "a.words.lexicon", table.len() as u64).unwrap()
    }

    const TERMS: [&str; 4] = ["304", "cm", "usb", "\u{4e0d}\u{9508}\u{94a2}"];

    fn lexicon() -> Vec<u8> {
        let (mut text, mut ends, mut lists) = (Vec::new(), Vec::new(), Lists::default());
        for (at, term) in (0_u32..).zip(TERMS) {
            text.extend_from_slice(term.as_bytes());
            text.push(0);
            ends.push(text.len() as u32);
            lists.of.push((at * 10, at + 1));
        }
        lists.end = 40;
        let mut packed = Vec::new();
        pack_lexicon(&text, &ends, &lists, Packed::new(&mut packed, "a.words.lexicon").unwrap()).unwrap();
        packed
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
        let words = Lexicon::open(OwnedBytes::new(lexicon())).unwrap();
        let terms: Vec<&str> = (0..words.len()).map(|number| words.term(number)).collect();
        assert_eq!((terms.as_slice(), words.term(4)), (TERMS.as_slice(), ""));
        let list = |number| (words.info(number).doc_freq, words.info(number).postings_range);
        assert_eq!((list(0), list(3)), ((1, 0..10), (4, 30..40)));
        assert_eq!(words.containing("\u{9508}", &|| false), [3]);
        assert_eq!((words.containing("s", &|| false), words.containing("x", &|| false)), (vec![2], vec![]));
        let mut found = Vec::new();
        pairs().pack_into(Packed::new(&mut found, "a.words.lexicon").unwrap()).unwrap();
        assert_eq!(Pairs::open(OwnedBytes::new(found.clone())), Some(pairs()));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.words.lexicon");
        for table in [lexicon(), found] {
            assert!(is_whole(&table));
            for at in 0..table.len() {
                let mut damaged = table.clone();
                damaged[at] ^= 0x10;
                assert!(!is_whole(&damaged), "byte {at} was changed");
                assert!(!is_whole(&table[..at]), "cut at {at}");
                // Nobody need have looked at it before.
                for bytes in [damaged, table[..at].to_vec()] {
                    let _ = Pairs::open(OwnedBytes::new(bytes.clone()));
                    let Some(words) = Lexicon::open(OwnedBytes::new(bytes)) else { continue };
                    let _ = words.containing("s", &|| false);
                    for number in 0..6 {
                        let _ = (words.term(number), words.info(number));
                    }
                }
            }
            fs::write(&file, &table).unwrap();
            assert!(is_in_order(&file) && file.exists());
            // All of it, but what it is of is another table.
            for name in ["a.shops.lexicon", "b.words.lexicon"] {
                let other = folder.path().join(name);
                fs::write(&other, &table).unwrap();
                assert!(!is_in_order(&other) && !other.exists(), "{name}");
            }
            fs::write(&file, &table).unwrap();
            assert!(is_in_order(&file));
            fs::write(&file, &table[1..]).unwrap();
            assert!(!is_in_order(&file) && !file.exists());
        }
    }
}
