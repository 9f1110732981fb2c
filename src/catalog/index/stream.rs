//! Ascending lists of documents of one segment, and how they are stepped through together.

use std::sync::Arc;

use tantivy::postings::{BlockSegmentPostings, Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocSet, InvertedIndexReader, TERMINATED};

use crate::catalog::index::lists::Cursor;
use crate::catalog::index::{Halt, halt};
use crate::domain::search::Cancel;

/// After the last document.
pub const END: u32 = TERMINATED;

/// A set of documents, one bit each.
#[derive(Debug, Clone, Default)]
pub struct Bits {
    words: Vec<u64>,
}

/// Which bits of a word are set, the lowest first.
pub fn ones(word: u64) -> impl Iterator<Item = u32> {
    let rest = std::iter::successors(Some(word), |word| Some(word & word.wrapping_sub(1)));
    rest.take_while(|word| *word != 0).map(u64::trailing_zeros)
}

impl Bits {
    /// None of `count` documents.
    pub fn none(count: u32) -> Bits {
        Bits { words: vec![0; (count as usize).div_ceil(64)] }
    }

    pub fn insert(&mut self, doc: u32) {
        if let Some(word) = self.words.get_mut((doc / 64) as usize) {
            *word |= 1 << (doc % 64);
        }
    }

    pub fn contains(&self, doc: u32) -> bool {
        self.words.get((doc / 64) as usize).is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// Adds every document of many terms, for somebody who may lose interest.
    pub fn insert_all(
        &mut self,
        index: &InvertedIndexReader,
        infos: &[TermInfo],
        cancel: &Cancel,
    ) -> Result<(), Halt> {
        let mut postings: Option<BlockSegmentPostings> = None;
        let mut blocks = 0_u32;
        for info in infos {
            halt(cancel)?;
            match &mut postings {
                Some(postings) => index.reset_block_postings_from_terminfo(info, postings)?,
                None => {
                    postings = Some(index.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?);
                }
            }
            let Some(postings) = &mut postings else { continue };
            loop {
                let docs = postings.docs();
                if docs.is_empty() {
                    break;
                }
                for doc in docs {
                    self.insert(*doc);
                }
                blocks += 1;
                if blocks.is_multiple_of(64) {
                    halt(cancel)?;
                }
                postings.advance();
            }
        }
        Ok(())
    }

    /// Adds documents that ascend: those of one word of the set are gathered first.
    pub fn insert_ascending(&mut self, docs: &[u32]) {
        let (mut at, mut gathered) = (0, 0);
        for doc in docs {
            let word = (doc / 64) as usize;
            if word != at {
                self.add_word(at, gathered);
                (at, gathered) = (word, 0);
            }
            gathered |= 1 << (doc % 64);
        }
        self.add_word(at, gathered);
    }

    /// Adds documents by their words: bits of 64 each, the first of which is of `first`, itself one of 64.
    pub fn insert_words(&mut self, first: u32, words: &[u64]) {
        for (at, gathered) in (first as usize / 64..).zip(words) {
            self.add_word(at, *gathered);
        }
    }

    /// Adds documents that follow each other.
    pub fn insert_range(&mut self, docs: std::ops::Range<u32>) {
        let (mut doc, end) = (docs.start, docs.end.min(self.words.len() as u32 * 64));
        while doc < end {
            let (word, last) = (doc / 64, end.min((doc / 64 + 1) * 64) - 1);
            self.add_word(word as usize, (u64::MAX << (doc % 64)) & (u64::MAX >> (63 - last % 64)));
            doc = last + 1;
        }
    }

    #[inline]
    fn add_word(&mut self, at: usize, gathered: u64) {
        if let Some(word) = self.words.get_mut(at) {
            *word |= gathered;
        }
    }

    /// Takes away what is in `other`.
    pub fn remove(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Takes away what is marked in bytes, eight documents each, the first in the lowest bit.
    pub fn remove_marked(&mut self, marks: &[u8]) {
        for (word, eight) in self.words.iter_mut().zip(marks.chunks(8)) {
            let mut bytes = [0; 8];
            bytes.iter_mut().zip(eight).for_each(|(byte, mark)| *byte = *mark);
            *word &= !u64::from_le_bytes(bytes);
        }
    }

    /// Its documents, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        let next = |from: u32| Some(self.seek(from)).filter(|doc| *doc != END);
        std::iter::successors(next(0), move |doc| next(doc + 1))
    }

    /// Keeps what is in `other` too.
    pub fn keep(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Adds what is in `other`.
    pub fn add(&mut self, other: &Bits) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// How many.
    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Adds its documents of a range, up to `count`; where to go on.
    pub fn run(&self, range: std::ops::Range<u32>, count: usize, into: &mut Vec<u32>) -> u32 {
        let (mut from, most) = (range.start, into.len() + count);
        while from < range.end && into.len() < most {
            let Some(word) = self.words.get((from / 64) as usize) else { return END };
            let (word, first) = (word & (u64::MAX << (from % 64)), from / 64 * 64);
            from = first + 64;
            for doc in ones(word).map(|bit| first + bit) {
                if doc >= range.end || into.len() >= most {
                    return doc;
                }
                into.push(doc);
            }
        }
        from
    }

    /// The first document from `from` on.
    pub fn seek(&self, from: u32) -> u32 {
        let mut at = (from / 64) as usize;
        let Some(first) = self.words.get(at) else { return END };
        let mut word = first & (u64::MAX << (from % 64));
        loop {
            if word != 0 {
                return at as u32 * 64 + word.trailing_zeros();
            }
            at += 1;
            match self.words.get(at) {
                Some(next) => word = *next,
                None => return END,
            }
        }
    }
}

/// A list that is only ever stepped forward.
pub enum Stream {
    /// Documents of a term.
    Term(Box<SegmentPostings>),
    /// A set, where it stands in it, and how many are in it: it is asked often.
    Bits(Arc<Bits>, u32, u32),
    /// Few documents, ascending.
    List(std::iter::Peekable<std::vec::IntoIter<u32>>),
    /// Documents of a term that have it so many times.
    Often(Box<SegmentPostings>, u32),
    /// Documents of a list of our own.
    Packed(Box<Cursor>),
    /// In all of these, until nobody wants them any more: then it has come to its end too soon, and whoever steps through
    /// it is told so by [`halt`].
    All(Vec<Stream>, Cancel),
    /// In any of these.
    Any(Vec<Stream>),
    /// Nothing.
    Nothing,
}

impl Stream {
    /// A list of documents in any order.
    pub fn list(mut docs: Vec<u32>) -> Stream {
        docs.sort_unstable();
        docs.dedup();
        Stream::List(docs.into_iter().peekable())
    }

    /// A set, which may be others' too.
    pub fn bits(bits: impl Into<Arc<Bits>>) -> Stream {
        let bits = bits.into();
        let (first, count) = (bits.seek(0), bits.len());
        Stream::Bits(bits, first, count)
    }

    /// Where it stands.
    pub fn doc(&mut self) -> u32 {
        match self {
            Stream::Term(postings) => postings.doc(),
            Stream::Often(..) => self.seek(0),
            Stream::Bits(_, at, _) => *at,
            Stream::List(docs) => docs.peek().copied().unwrap_or(END),
            Stream::Packed(cursor) => cursor.doc(),
            Stream::All(..) => self.seek(0),
            Stream::Any(parts) => parts.iter_mut().map(Stream::doc).min().unwrap_or(END),
            Stream::Nothing => END,
        }
    }

    /// Steps to the first document not before `target`, and returns it.
    pub fn seek(&mut self, target: u32) -> u32 {
        match self {
            Stream::Term(postings) => {
                let doc = postings.doc();
                if doc >= target {
                    doc
                } else if doc + 1 == target {
                    // What a search through all of a list does most.
                    postings.advance()
                } else {
                    postings.seek(target)
                }
            }
            Stream::Often(postings, times) => {
                let mut doc = postings.doc();
                if doc < target {
                    doc = postings.seek(target);
                }
                while doc != END && postings.term_freq() < *times {
                    doc = postings.advance();
                }
                doc
            }
            Stream::Bits(bits, at, _) => {
                if *at < target {
                    *at = bits.seek(target);
                }
                *at
            }
            Stream::List(docs) => {
                while docs.next_if(|doc| *doc < target).is_some() {}
                docs.peek().copied().unwrap_or(END)
            }
            Stream::Packed(cursor) => cursor.seek(target),
            Stream::All(parts, cancel) => together(parts, target, cancel).unwrap_or(END),
            Stream::Any(parts) => parts.iter_mut().map(|part| part.seek(target)).min().unwrap_or(END),
            Stream::Nothing => END,
        }
    }

    /// Adds all its documents to a set, for somebody who may lose interest; it has not been stepped yet.
    pub fn drain(&mut self, into: &mut Bits, cancel: &Cancel) -> Result<(), Halt> {
        match self {
            Stream::Term(postings) => {
                let mut docs = [0; COLLECT_BLOCK_BUFFER_LEN];
                for round in 0_u32.. {
                    if round.is_multiple_of(128) {
                        halt(cancel)?;
                    }
                    let count = postings.fill_buffer(&mut docs);
                    into.insert_ascending(docs.get(..count).unwrap_or_default());
                    if count < docs.len() {
                        break;
                    }
                }
            }
            Stream::Packed(cursor) => {
                for round in 0_u32.. {
                    if round.is_multiple_of(64) {
                        halt(cancel)?;
                    }
                    let docs = cursor.block();
                    if docs.is_empty() {
                        break;
                    }
                    into.insert_ascending(docs);
                    cursor.next_block();
                }
            }
            Stream::Bits(bits, ..) => into.add(bits),
            Stream::Any(parts) => {
                for part in parts {
                    part.drain(into, cancel)?;
                }
            }
            Stream::List(_) | Stream::Often(..) | Stream::All(..) | Stream::Nothing => {
                let mut doc = self.seek(0);
                while doc != END {
                    halt(cancel)?;
                    into.insert(doc);
                    doc = self.seek(doc + 1);
                }
                halt(cancel)?;
            }
        }
        Ok(())
    }

    /// About how many documents it has; the least of several goes first.
    pub fn cost(&self) -> u64 {
        match self {
            Stream::Term(postings) | Stream::Often(postings, _) => u64::from(postings.doc_freq()),
            Stream::Bits(.., count) => u64::from(*count),
            Stream::List(docs) => docs.len() as u64,
            Stream::Packed(cursor) => cursor.len(),
            Stream::All(parts, _) => parts.iter().map(Stream::cost).min().unwrap_or(0),
            Stream::Any(parts) => parts.iter().map(Stream::cost).sum(),
            Stream::Nothing => 0,
        }
    }

    /// Whether the terms of a phrase follow each other at the document all of them stand at.
    pub fn follow_each_other(&mut self, room: &mut Positions) -> bool {
        let Stream::All(parts, _) = self else { return true };
        let count = parts.len() as u32;
        room.here.clear();
        for (at, part) in (0_u32..).zip(parts) {
            let Stream::Term(postings) = part else { return true };
            // Counted from the end of the phrase, so that no offset is negative.
            postings.positions_with_offset(count - at, &mut room.next);
            if at == 0 {
                std::mem::swap(&mut room.here, &mut room.next);
            } else {
                room.here.retain(|place| room.next.binary_search(place).is_ok());
            }
            if room.here.is_empty() {
                return false;
            }
        }
        true
    }
}

/// Room for positions, kept between documents.
#[derive(Debug, Default)]
pub struct Positions {
    here: Vec<u32>,
    next: Vec<u32>,
}

/// Steps all lists to the first document from `target` on that is in every one of them. Long ones may never meet: now and
/// then it asks whether anybody waits.
pub fn together(parts: &mut [Stream], target: u32, cancel: &Cancel) -> Result<u32, Halt> {
    let Some((first, rest)) = parts.split_first_mut() else { return Ok(END) };
    let mut doc = first.seek(target);
    let mut rounds = 0_u32;
    'again: while doc != END {
        rounds += 1;
        if rounds.is_multiple_of(512) {
            halt(cancel)?;
        }
        for part in rest.iter_mut() {
            let at = part.seek(doc);
            if at != doc {
                doc = first.seek(at);
                continue 'again;
            }
        }
        return Ok(doc);
    }
    // It may be the end of one that was cut short.
    halt(cancel)?;
    Ok(END)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn of(docs: &BTreeSet<u32>, as_bits: bool) -> Stream {
        if !as_bits {
            return Stream::list(docs.iter().copied().collect());
        }
        let mut bits = Bits::none(300);
        for doc in docs {
            bits.insert(*doc);
        }
        Stream::bits(bits)
    }

    proptest! {
        #[test]
        fn lists_meet_and_join_like_sets(
            a in prop::collection::btree_set(0_u32..300, 0..80), b in prop::collection::btree_set(0_u32..300, 0..80),
            c in prop::collection::btree_set(0_u32..300, 0..80), bits in any::<[bool; 3]>(), steps in prop::collection::vec(1_u32..40, 1..40),
            range in (0_u32..340, 0_u32..340),
        ) {
            let wanted: BTreeSet<u32> = a.intersection(&b.union(&c).copied().collect()).copied().collect();
            let mut drained = Bits::none(300);
            Stream::Any(vec![of(&a, bits[0]), Stream::All(vec![of(&b, bits[1]), of(&c, bits[2])], Cancel::default())])
                .drain(&mut drained, &Cancel::default())
                .ok()
                .unwrap();
            let both: BTreeSet<u32> = a.union(&b.intersection(&c).copied().collect()).copied().collect();
            prop_assert_eq!(drained.iter().collect::<BTreeSet<_>>(), both.clone());
            prop_assert_eq!(drained.len() as usize, both.len());
            let mut at_once = Bits::none(300);
            at_once.insert_ascending(&both.iter().copied().collect::<Vec<_>>());
            let marks: Vec<u8> = (0..300_u32.div_ceil(8))
                .map(|eight| (0..8).fold(0, |byte, bit| byte | u8::from(c.contains(&(eight * 8 + bit))) << bit))
                .collect();
            let mut without = at_once.clone();
            without.remove_marked(&marks);
            at_once.remove(&{ let mut bits = Bits::none(300); bits.insert_ascending(&c.iter().copied().collect::<Vec<_>>()); bits });
            let left: BTreeSet<u32> = both.difference(&c).copied().collect();
            prop_assert_eq!(at_once.iter().collect::<BTreeSet<_>>(), left.clone());
            prop_assert_eq!(without.iter().collect::<BTreeSet<_>>(), left.clone());
            // A run through some of them, in parts.
            let (from, to) = (range.0.min(range.1), range.0.max(range.1));
            let (mut at, mut ran) = (from, Vec::new());
            while at < to {
                let before = ran.len();
                at = without.run(at..to, steps[0] as usize, &mut ran);
                prop_assert!(ran.len() <= before + steps[0] as usize);
            }
            prop_assert_eq!(ran, left.iter().copied().filter(|doc| (from..to).contains(doc)).collect::<Vec<_>>());
            let mut some = Bits::none(300);
            some.insert_range(from..to);
            prop_assert_eq!(some.iter().collect::<Vec<_>>(), (from..to.min(320)).collect::<Vec<_>>());
            some.insert_words(64, &[5, 0, 1 << 63]);
            let added = some.iter().filter(|doc| !(from..to).contains(doc)).collect::<Vec<_>>();
            prop_assert_eq!(added, [64, 66, 255].into_iter().filter(|doc| !(from..to).contains(doc)).collect::<Vec<_>>());
            let mut stream = Stream::All(vec![of(&a, bits[0]), Stream::Any(vec![of(&b, bits[1]), of(&c, bits[2])])], Cancel::default());
            let mut target = 0;
            for step in steps {
                let found = stream.seek(target);
                prop_assert_eq!(found, wanted.range(target..).next().copied().unwrap_or(END));
                if found == END { break; }
                target = (target + step).max(found + 1);
            }
        }
    }
}
