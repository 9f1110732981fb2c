//! Stepping through the documents of one segment that meet a query, best rank first, asking as little of each as can
//! be and stopping as soon as nobody wants more.

use std::cell::Cell;
use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension};

use crate::catalog::facts::Flags;
use crate::catalog::index::Halt;
use crate::catalog::index::finder::Finder;
use crate::catalog::index::place::Tie;
use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::{Column, Payload};
use crate::catalog::index::segment::{Row, Segment};
use crate::catalog::index::stream::{Bits, END, Positions, Stream, ones, together};
use crate::catalog::index::test::{InSegment, Mask, Test};
use crate::catalog::index::texts::Texts;
use crate::domain::search::{Cancel, Tier};

/// Documents that may be looked at in vain before whole columns are.
const VAIN: u32 = if cfg!(test) { 2 } else { 8_192 };
/// How many times as long as the shortest all lists may be for sets to be made of them.
const ALIKE: u64 = 8;
/// A word that must not be there must be nowhere.
const ANYWHERE: std::ops::RangeInclusive<Tier> = Tier::Word..=Tier::Supplier;
/// Values read in a row.
const BLOCK: u32 = 1_024;

/// Hits of one segment.
pub struct Pass<'a> {
    plan: &'a Plan,
    segment: &'a Segment,
    tiers: std::ops::RangeInclusive<Tier>,
    drivers: Vec<Stream>,
    words: Vec<Finder<'a>>,
    without: Vec<Finder<'a>>,
    sets: Vec<(Bits, bool)>,
    each: Vec<&'a Test>,
    /// Documents from here on are to be looked at, up to the end.
    next: u32,
    end: u32,
    /// Documents that were looked at and did not do.
    in_vain: u32,
    is_masked: bool,
    room: Positions,
    /// Room for documents, kept between calls.
    found: Vec<u32>,
}

/// Which of the index's offers are of an old state: their rows were written later.
#[derive(Clone, Copy)]
pub enum Old<'a> {
    /// These.
    Offers(&'a HashSet<Tie>),
    /// Those whose rows in the store say so: there are too many to know them all.
    Rows(&'a Connection, &'a Payload),
}

impl Old<'_> {
    /// Whether there are surely none.
    fn is_nothing(&self) -> bool {
        matches!(self, Old::Offers(offers) if offers.is_empty())
    }

    fn has(&self, row: &(impl Row + ?Sized)) -> Result<bool, Halt> {
        match self {
            Old::Offers(offers) => Ok(!offers.is_empty() && offers.contains(&row.place().tie())),
            Old::Rows(connection, payload) => {
                let generation: Option<i64> = connection
                    .prepare_cached("SELECT generation FROM offers WHERE row = ?1")?
                    .query_row([row.get(Column::Row) as i64], |row| row.get(0))
                    .optional()?;
                Ok(generation.is_none_or(|generation| !payload.covers(generation, row.place())))
            }
        }
    }
}

/// What a pass is run with.
pub struct With<'a> {
    /// Where texts are read.
    pub texts: &'a mut Texts<'a>,
    /// Whether to go on.
    pub cancel: &'a Cancel,
    /// Which of the index's offers are of an old state.
    pub old: Old<'a>,
}

impl<'a> Pass<'a> {
    /// Hits of the given tiers; `more` are conditions beside the plan's.
    pub fn new(
        plan: &'a Plan,
        segment: &'a Segment,
        tiers: std::ops::RangeInclusive<Tier>,
        more: &'a [Test],
        cancel: &Cancel,
    ) -> Result<Pass<'a>, Halt> {
        let mut pass = Pass {
            plan,
            segment,
            drivers: Vec::new(),
            words: Vec::new(),
            without: Vec::new(),
            sets: Vec::new(),
            each: Vec::new(),
            next: 0,
            end: segment.max_doc(),
            in_vain: 0,
            is_masked: false,
            room: Positions::default(),
            found: Vec::new(),
            tiers,
        };
        if plan.is_hopeless {
            pass.next = END;
            return Ok(pass);
        }
        let most = *pass.tiers.end();
        for word in &plan.words {
            halt(cancel)?;
            let finder = word.finder(segment, most, cancel)?;
            if finder.cost() == 0 {
                pass.next = END;
                return Ok(pass);
            }
            pass.words.push(finder);
        }
        pass.words.sort_by_cached_key(Finder::cost);
        for word in &plan.without {
            halt(cancel)?;
            let finder = word.finder(segment, Tier::Supplier, cancel)?;
            if finder.cost() > 0 {
                pass.without.push(finder);
            }
        }
        for test in plan.tests.iter().chain(more) {
            halt(cancel)?;
            match test.in_segment(segment, cancel)? {
                InSegment::Driver(stream) => pass.drivers.push(stream),
                InSegment::Docs(bits, outside) => pass.sets.push((bits, outside)),
                InSegment::Each(test) => {
                    // No document can meet it: nothing need be read.
                    if test
                        .mask()
                        .is_some_and(|(column, mask)| !mask.lets_any(segment.columns.bounds(column)))
                    {
                        pass.next = END;
                        return Ok(pass);
                    }
                    pass.each.push(test);
                }
            }
        }
        pass.drivers.sort_by_cached_key(Stream::cost);
        // A figure is one number, a price several: where the figure says no, nobody asks for the price.
        pass.each.sort_by_key(|test| !test.is_mask());
        Ok(pass)
    }

    /// Only the documents of a range.
    pub fn within(mut self, range: std::ops::Range<u32>) -> Pass<'a> {
        self.next = self.next.max(range.start);
        self.end = self.end.min(range.end);
        self
    }

    /// About how many documents are looked at.
    pub fn cost(&self) -> u64 {
        let drivers = self.drivers.iter().map(Stream::cost);
        let words = self.words.iter().map(Finder::cost);
        drivers.chain(words).min().unwrap_or(u64::from(self.segment.max_doc()))
    }

    /// The next hit: document and tier.
    pub fn next(&mut self, with: &mut With<'_>) -> Result<Option<(u32, Tier)>, Halt> {
        loop {
            halt(with.cancel)?;
            let doc = self.candidate(self.next, with.cancel)?;
            if doc >= self.end {
                self.next = END;
                return Ok(None);
            }
            self.next = doc + 1;
            if let Some(tier) = self.judge(doc, with)? {
                halt(with.cancel)?;
                return Ok(Some((doc, tier)));
            }
            self.in_vain += 1;
            if self.in_vain >= VAIN && !self.is_masked {
                self.mask(with.cancel)?;
            }
        }
    }

    /// The same at once, where all documents are to be looked at and no word says which.
    pub fn mask_all(&mut self, cancel: &Cancel) -> Result<(), Halt> {
        if self.words.is_empty() && !self.plan.is_hopeless { self.mask(cancel) } else { Ok(()) }
    }

    /// Looks through whole columns for what can meet the conditions at all: few do, and reading values in a row is
    /// many times faster than asking each document.
    pub fn mask(&mut self, cancel: &Cancel) -> Result<(), Halt> {
        self.is_masked = true;
        let mut masks: Vec<(Column, Mask<'_>)> = self.each.iter().filter_map(|test| test.mask()).collect();
        let hidden = self.plan.hidden();
        if masks.is_empty() && hidden == Flags::default() && !self.words.is_empty() {
            return Ok(());
        }
        // What the mask alone decides need not be asked again.
        self.each.retain(|test| !test.is_mask());
        // Prices let the fewest pass, flags the most.
        masks.sort_by_key(|(column, _)| match column {
            Column::Least => 0,
            Column::Flags => 2,
            _ => 1,
        });
        let (from, end) = (self.next, self.end);
        let mut bits = Bits::none(self.segment.max_doc());
        if masks.is_empty() {
            bits.insert_range(from..end);
        } else {
            self.insert_unmasked(&masks, &mut bits, cancel)?;
        }
        if hidden != Flags::default() && !self.segment.columns.remove_any(hidden, &mut bits) {
            let mut shown = Bits::none(self.segment.max_doc());
            for (nth, doc) in bits.iter().enumerate() {
                if nth.is_multiple_of(1_024) {
                    halt(cancel)?;
                }
                if !self.segment.columns.has_any(hidden, doc) {
                    shown.insert(doc);
                }
            }
            bits = shown;
        }
        self.drivers.push(Stream::bits(bits));
        self.drivers.sort_by_cached_key(Stream::cost);
        Ok(())
    }

    /// Adds the documents still to be looked at that all of some columns let pass, and perhaps some beside them.
    fn insert_unmasked(
        &self,
        masks: &[(Column, Mask<'_>)],
        bits: &mut Bits,
        cancel: &Cancel,
    ) -> Result<(), Halt> {
        let mut values = vec![0_u64; BLOCK as usize];
        let mut words = [0_u64; (BLOCK / 64) as usize];
        for first in (self.next / 64 * 64..self.end).step_by(BLOCK as usize) {
            halt(cancel)?;
            let count = BLOCK.min(self.segment.max_doc() - first);
            words.fill(u64::MAX);
            for (column, mask) in masks {
                let left: u32 = words.iter().map(|word| word.count_ones()).sum();
                // Where few are left they are read one by one.
                if left * 8 < BLOCK {
                    for (word, at) in words.iter_mut().zip((first..).step_by(64)) {
                        for bit in ones(*word) {
                            let lets = mask.lets(self.segment.columns.get(*column, at + bit));
                            *word &= !(u64::from(!lets) << bit);
                        }
                    }
                    continue;
                }
                let Some(values) = values.get_mut(..count as usize) else { break };
                self.segment.columns.range(*column, first, values);
                let lets = values.chunks(64).map(|some| mask.lets_some(some)).chain(std::iter::repeat(0));
                words.iter_mut().zip(lets).for_each(|(word, lets)| *word &= lets);
            }
            bits.insert_words(first, &words);
        }
        Ok(())
    }

    /// Looks up once for all which documents have the words they must not have, where titles tell and fewer may have them
    /// than are looked at: the others need not be asked one by one then.
    pub fn settle_without(&mut self, with: &mut With<'_>) -> Result<(), Halt> {
        let most = self.cost();
        let (asked, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.without)
            .into_iter()
            .partition(|word| !word.is_certain(&ANYWHERE) && word.cost() < most);
        self.without = rest;
        for mut word in asked {
            let mut bits = Bits::none(self.segment.max_doc());
            let mut doc = word.seek(self.next);
            while doc < self.end {
                halt(with.cancel)?;
                if word.tier(doc, self.segment, with.texts, &mut self.room)?.is_some() {
                    bits.insert(doc);
                }
                doc = word.seek(doc + 1);
            }
            halt(with.cancel)?;
            self.sets.push((bits, true));
        }
        Ok(())
    }

    /// Adds the next hits, up to `count`; whether there are no more.
    pub fn fill(&mut self, count: usize, docs: &mut Vec<u32>, with: &mut With<'_>) -> Result<bool, Halt> {
        if with.old.is_nothing()
            && let Some(is_end) = self.fill_plainly(count, docs, with.cancel)?
        {
            return Ok(is_end);
        }
        while docs.len() < count {
            match self.next(with)? {
                Some((doc, _)) => docs.push(doc),
                None => return Ok(true),
            }
        }
        Ok(false)
    }

    /// The same where neither titles nor rows have to be read, at most the places of phrases, and none of the documents is
    /// of an old state; `None` where that is not enough.
    pub fn fill_plainly(
        &mut self,
        count: usize,
        docs: &mut Vec<u32>,
        cancel: &Cancel,
    ) -> Result<Option<bool>, Halt> {
        if !self.without.iter().all(|word| word.is_certain(&ANYWHERE)) {
            return Ok(None);
        }
        if !self.words.is_empty() || !self.each.is_empty() || !self.is_masked {
            // Whether a document on every list is a hit when its columns allow it, and perhaps the places of a phrase: its
            // tier does not matter then.
            let is_quick =
                |word: &Finder<'_>| word.is_certain(&self.tiers) || word.is_told_by_places(&self.tiers);
            let is_quick = self.words.iter().all(is_quick);
            return if is_quick { self.fill_quickly(count, docs, cancel).map(Some) } else { Ok(None) };
        }
        halt(cancel)?;
        let alive = self.segment.reader.alive_bitset();
        if let [Stream::Bits(bits, ..)] = self.drivers.as_slice() {
            // One set alone is run through.
            self.found.clear();
            self.next = bits.run(self.next..self.end, count.saturating_sub(docs.len()), &mut self.found);
            if let Some(alive) = alive {
                self.found.retain(|doc| alive.is_alive(*doc));
            }
            if !self.sets.is_empty() || !self.without.is_empty() {
                self.found.retain(|doc| lets(&self.sets, &mut self.without, *doc));
            }
            docs.append(&mut self.found);
            return Ok(Some(self.next >= self.end));
        }
        while docs.len() < count {
            let doc = together(&mut self.drivers, self.next, cancel)?;
            if doc >= self.end {
                self.next = END;
                return Ok(Some(true));
            }
            self.next = doc + 1;
            if alive.is_none_or(|alive| alive.is_alive(doc)) && lets(&self.sets, &mut self.without, doc) {
                docs.push(doc);
            }
        }
        Ok(Some(false))
    }

    /// As [`Pass::fill`], columns read for many documents at once.
    fn fill_quickly(&mut self, count: usize, docs: &mut Vec<u32>, cancel: &Cancel) -> Result<bool, Halt> {
        halt(cancel)?;
        let alive = self.segment.reader.alive_bitset();
        let mut is_end = false;
        self.found.clear();
        let is_certain = self.words.iter().all(|word| word.is_certain(&self.tiers));
        if let ([word], [], true) = (self.words.as_mut_slice(), self.drivers.as_slice(), is_certain) {
            // One list alone is run through.
            self.next = word.run(self.next, count, &mut self.found);
            halt(cancel)?;
            is_end = self.next >= self.end;
            let within = self.found.partition_point(|doc| *doc < self.end);
            self.found.truncate(within);
            if let Some(alive) = alive {
                self.found.retain(|doc| alive.is_alive(*doc));
            }
        }
        if let ([], [Stream::Bits(bits, ..)]) = (self.words.as_slice(), self.drivers.as_slice()) {
            // So is one set.
            self.next = bits.run(self.next..self.end, count, &mut self.found);
            is_end = self.next >= self.end;
            if let Some(alive) = alive {
                self.found.retain(|doc| alive.is_alive(*doc));
            }
        }
        for turn in 1_u32.. {
            if self.found.len() >= count || is_end {
                break;
            }
            // What is told by places may be told in vain again and again.
            if turn.is_multiple_of(64) {
                halt(cancel)?;
            }
            let doc = self.candidate(self.next, cancel)?;
            if doc >= self.end {
                self.next = END;
                is_end = true;
                break;
            }
            self.next = doc + 1;
            if alive.is_none_or(|alive| alive.is_alive(doc))
                && (is_certain
                    || self
                        .words
                        .iter_mut()
                        .all(|word| word.is_certain(&self.tiers) || word.has(doc, &mut self.room)))
            {
                self.found.push(doc);
            }
        }
        let hidden = self.plan.hidden();
        if !self.is_masked && hidden != Flags::default() {
            let columns = &self.segment.columns;
            self.found.retain(|doc| !columns.has_any(hidden, *doc));
        }
        if !self.sets.is_empty() || !self.without.is_empty() {
            self.found.retain(|doc| lets(&self.sets, &mut self.without, *doc));
        }
        let (plan, segment, each) = (self.plan, self.segment, &self.each);
        if each.is_empty() {
            docs.append(&mut self.found);
            return Ok(is_end);
        }
        sift(&mut self.found, |doc| {
            let row = segment.doc(doc);
            let quantity = plan.quantity_of(&row);
            each.iter().all(|test| test.holds(&row, quantity, ""))
        });
        docs.append(&mut self.found);
        Ok(is_end)
    }

    /// How many hits there are, where lists alone say it and all of them are about as long: sets are made of them at
    /// once then, a block of documents at a time, which costs far less than stepping through them together. It has not
    /// been stepped yet, and cannot be afterwards. `None` = not so, and nothing was done.
    pub fn count_at_once(&mut self, cancel: &Cancel) -> Result<Option<usize>, Halt> {
        if self.next >= self.end {
            // A word of it is nowhere, or no document can meet a condition: nothing else was looked up.
            return Ok(Some(0));
        }
        let is_plain = !self.words.is_empty()
            && self.each.is_empty()
            && self.words.iter().all(|word| word.is_certain(&self.tiers))
            && self.without.iter().all(|word| word.is_certain(&ANYWHERE));
        let lists = self.drivers.iter().map(Stream::cost).chain(self.words.iter().map(Finder::cost));
        let lists = lists.chain(self.without.iter().map(Finder::cost));
        if !is_plain || lists.sum::<u64>() > self.cost().saturating_mul(ALIKE) {
            return Ok(None);
        }
        let (segment, hidden) = (self.segment, self.plan.hidden());
        let max_doc = segment.max_doc();
        let mut all: Option<Bits> = None;
        let mut keep = |bits: Bits| match &mut all {
            Some(all) => all.keep(&bits),
            None => all = Some(bits),
        };
        for word in &mut self.words {
            let mut bits = Bits::none(max_doc);
            word.drain(&mut bits, cancel)?;
            keep(bits);
        }
        for driver in &mut self.drivers {
            let mut bits = Bits::none(max_doc);
            driver.drain(&mut bits, cancel)?;
            keep(bits);
        }
        let mut all = all.unwrap_or_default();
        for word in &mut self.without {
            let mut bits = Bits::none(max_doc);
            word.drain(&mut bits, cancel)?;
            all.remove(&bits);
        }
        for (set, outside) in &self.sets {
            if *outside { all.remove(set) } else { all.keep(set) }
        }
        let is_shown = hidden == Flags::default() || segment.columns.remove_any(hidden, &mut all);
        let alive = segment.reader.alive_bitset();
        if is_shown && alive.is_none() {
            return Ok(Some(all.len() as usize));
        }
        let counts = |doc: &u32| {
            alive.is_none_or(|alive| alive.is_alive(*doc))
                && (is_shown || !segment.columns.has_any(hidden, *doc))
        };
        Ok(Some(all.iter().filter(counts).count()))
    }

    /// The first document from `target` on that is on every list.
    fn candidate(&mut self, target: u32, cancel: &Cancel) -> Result<u32, Halt> {
        let mut doc = target;
        let mut rounds = 0_u32;
        'again: loop {
            if doc >= self.end {
                // A list may have ended because nobody waits.
                halt(cancel)?;
                return Ok(END);
            }
            rounds += 1;
            if rounds.is_multiple_of(256) {
                halt(cancel)?;
            }
            if !self.drivers.is_empty() {
                doc = together(&mut self.drivers, doc, cancel)?;
            }
            let before = doc;
            for (nth, word) in self.words.iter_mut().enumerate() {
                let at = word.seek(doc);
                if at != doc {
                    doc = at;
                    // The rarest word has just moved, and nothing else was asked yet.
                    if nth == 0 && self.drivers.is_empty() {
                        continue;
                    }
                    continue 'again;
                }
            }
            if doc == before || self.drivers.is_empty() {
                return Ok(doc);
            }
        }
    }

    fn judge(&mut self, doc: u32, with: &mut With<'_>) -> Result<Option<Tier>, Halt> {
        if self.segment.reader.is_deleted(doc) {
            return Ok(None);
        }
        let row = self.segment.doc(doc);
        if (!self.is_masked && !self.plan.shows(&row))
            || self.sets.iter().any(|(set, outside)| set.contains(doc) == *outside)
        {
            return Ok(None);
        }
        if !self.each.is_empty() {
            let quantity = self.plan.quantity_of(&row);
            if !self.each.iter().all(|test| test.holds(&row, quantity, "")) {
                return Ok(None);
            }
        }
        if with.old.has(&row)? {
            return Ok(None);
        }
        let mut worst = Tier::Word;
        for word in &mut self.words {
            match word.tier(doc, self.segment, with.texts, &mut self.room)? {
                Some(tier) => worst = worst.max(tier),
                None => return Ok(None),
            }
        }
        if !self.tiers.contains(&worst) {
            return Ok(None);
        }
        for word in &mut self.without {
            if word.seek(doc) == doc && word.tier(doc, self.segment, with.texts, &mut self.room)?.is_some() {
                return Ok(None);
            }
        }
        Ok(Some(worst))
    }
}

/// Keeps the documents that pass, as `retain` does, but without a branch: whether one of them passes is anybody's guess,
/// and a processor that guesses wrong every other time waits longer than it works.
fn sift(docs: &mut Vec<u32>, mut passes: impl FnMut(u32) -> bool) {
    let slots = Cell::from_mut(docs.as_mut_slice()).as_slice_of_cells();
    let mut kept = 0;
    for slot in slots {
        let doc = slot.get();
        if let Some(next) = slots.get(kept) {
            next.set(doc);
        }
        kept += usize::from(passes(doc));
    }
    docs.truncate(kept);
}

/// Whether a document is in every set it must be in, and has none of the words it must not have, which are all certain.
#[inline]
fn lets(sets: &[(Bits, bool)], without: &mut [Finder<'_>], doc: u32) -> bool {
    sets.iter().all(|(set, outside)| set.contains(doc) != *outside)
        && without.iter_mut().all(|word| word.seek(doc) != doc)
}

/// An error when nobody waits any more.
pub fn halt(cancel: &Cancel) -> Result<(), Halt> {
    if cancel.is_cancelled() { Err(Halt::Cancelled) } else { Ok(()) }
}
