//! A word in one segment, stepped forward: which documents have it, and how well.

use crate::catalog::index::Halt;
use crate::catalog::index::segment::Segment;
use crate::catalog::index::settle::Asked;
use crate::catalog::index::stream::{Bits, END, Positions};
use crate::catalog::index::texts::Texts;
use crate::catalog::index::word::{Check, Way, Word, ways_of};
use crate::domain::search::{Cancel, Tier};

/// Texts read to tell whole words from parts, see [`Check::Whole`]: a quarter of all titles may have a letter and a sign
/// that somebody is just typing.
const TOLD_APART: u32 = 1_000;

/// So many titles are read for one pass before it is settled what all of them say, and so great a share of those that
/// would have to be read for that: a page that is full soon needs only a few.
const TITLES: u64 = if cfg!(test) { 3 } else { 1_000 };
const SHARE: u64 = 64;

/// A word in one segment, stepped forward.
pub struct Finder<'a> {
    word: &'a Word,
    ways: Vec<Way>,
    /// Texts read for [`Check::Whole`].
    told_apart: u32,
    /// Titles read for [`Check::Text`], [`Check::WholeText`] and [`Check::Pinyin`].
    read: u64,
    /// When it is next asked whether that is enough to settle the rest.
    settle_at: u64,
    cancel: Cancel,
}

impl<'a> Finder<'a> {
    /// Of a word that has these ways to be there.
    pub(super) fn new(word: &'a Word, ways: Vec<Way>, cancel: &Cancel) -> Finder<'a> {
        Finder { word, ways, told_apart: 0, read: 0, settle_at: TITLES, cancel: cancel.clone() }
    }

    /// Steps to the first document from `target` on that may have the word.
    pub fn seek(&mut self, target: u32) -> u32 {
        self.ways.iter_mut().map(|way| way.stream.seek(target)).min().unwrap_or(END)
    }

    /// Adds the documents from `from` on that may have the word, until there are `count`; where to go on.
    pub fn run(&mut self, from: u32, count: usize, into: &mut Vec<u32>) -> u32 {
        let mut stands: Vec<u32> = self.ways.iter_mut().map(|way| way.stream.seek(from)).collect();
        loop {
            let doc = stands.iter().copied().min().unwrap_or(END);
            if doc == END || into.len() >= count {
                return doc;
            }
            into.push(doc);
            for (way, stand) in self.ways.iter_mut().zip(&mut stands) {
                if *stand == doc {
                    *stand = way.stream.seek(doc + 1);
                }
            }
        }
    }

    /// Adds all documents that may have the word to a set; it has not been stepped yet.
    pub fn drain(&mut self, into: &mut Bits, cancel: &Cancel) -> Result<(), Halt> {
        self.ways.iter_mut().try_for_each(|way| way.stream.drain(into, cancel))
    }

    /// Whether every document found surely has the word at one of these tiers.
    pub fn is_certain(&self, tiers: &std::ops::RangeInclusive<Tier>) -> bool {
        self.ways.iter().all(|way| match way.check {
            Check::Nothing => tiers.contains(&way.tier),
            Check::Whole => {
                self.word.chars.len() == 2 && tiers.contains(&Tier::Word) && tiers.contains(&Tier::Part)
            }
            Check::Phrase | Check::Text | Check::WholeText | Check::Pinyin => false,
        })
    }

    /// Whether it takes the places of its terms at most to tell that a document found has the word at one of these tiers.
    pub fn is_told_by_places(&self, tiers: &std::ops::RangeInclusive<Tier>) -> bool {
        let is_told = |way: &Way| matches!(way.check, Check::Nothing | Check::Phrase);
        self.ways.iter().all(|way| is_told(way) && tiers.contains(&way.tier))
    }

    /// Whether `doc`, where [`Finder::seek`] came to, has the word, when places tell.
    pub fn has(&mut self, doc: u32, room: &mut Positions) -> bool {
        self.ways.iter_mut().any(|way| {
            way.stream.doc() == doc
                && (way.check == Check::Nothing
                    || (way.phrase.seek(doc) == doc && way.phrase.follow_each_other(room)))
        })
    }

    /// About how many documents may have it.
    pub fn cost(&self) -> u64 {
        self.ways.iter().map(|way| way.stream.cost()).sum()
    }

    /// Settles what titles have been read for again and again, see [`settle`]; the finder stands at `doc`.
    fn settle(&mut self, doc: u32, segment: &Segment) -> Result<(), Halt> {
        if self.read < self.settle_at {
            return Ok(());
        }
        self.settle_at = self.read * 2;
        let asks = |way: &Way| way.check.asked().filter(|_| way.stream.cost() < self.read * SHARE);
        let Some(asked) = self.ways.iter().find_map(asks) else { return Ok(()) };
        let Some(settled) = self.word.settle(asked, segment, &self.cancel)? else { return Ok(()) };
        // What is settled of titles is all they say, and no guess: see [`TOLD_APART`].
        let says_parts = settled.0.iter().any(|(tier, _)| *tier == Tier::Part);
        self.ways.retain(|way| match way.check {
            Check::Whole => asked == Asked::Reading,
            Check::Phrase => !says_parts,
            check => check.asked() != Some(asked),
        });
        self.ways.extend(ways_of(&settled));
        // The better way first, as they were.
        self.ways.sort_by_key(|way| way.tier);
        for way in &mut self.ways {
            way.stream.seek(doc);
        }
        Ok(())
    }

    /// The best tier at which `doc`, where [`Finder::seek`] came to, has the word.
    pub fn tier(
        &mut self,
        doc: u32,
        segment: &Segment,
        texts: &mut Texts<'_>,
        room: &mut Positions,
    ) -> Result<Option<Tier>, Halt> {
        self.settle(doc, segment)?;
        for way in &mut self.ways {
            if way.stream.doc() != doc {
                continue;
            }
            let found = match way.check {
                Check::Nothing => Some(way.tier),
                Check::Phrase => {
                    let follow = way.phrase.seek(doc) == doc && way.phrase.follow_each_other(room);
                    follow.then_some(way.tier)
                }
                Check::Text | Check::WholeText => {
                    self.read += 1;
                    let most = if way.check == Check::Text { Tier::Part } else { Tier::Word };
                    let text = texts.titles(segment, doc)?;
                    self.word.in_text(text).filter(|tier| *tier <= most)
                }
                Check::Whole if way.phrase.seek(doc) != doc || !way.phrase.follow_each_other(room) => None,
                Check::Whole if self.told_apart >= TOLD_APART => Some(Tier::Part),
                Check::Whole => {
                    self.told_apart += 1;
                    let text = texts.titles(segment, doc)?;
                    self.word.in_text(text).filter(|tier| *tier <= Tier::Part)
                }
                Check::Pinyin => {
                    self.read += 1;
                    let text = texts.titles(segment, doc)?;
                    self.word.is_read_in(text).then_some(way.tier)
                }
            };
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}
