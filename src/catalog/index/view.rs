//! A query over everything there is at one moment: the index, what was written since, and what no index has yet.

use std::collections::BinaryHeap;
use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::Connection;

use crate::catalog::index::Halt;
use crate::catalog::index::fresh::Fresh;
use crate::catalog::index::guard::guarded;
use crate::catalog::index::live::Live;
use crate::catalog::index::pass::{Old, Pass, With, halt};
use crate::catalog::index::place::Place;
use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::{Column, Payload};
use crate::catalog::index::segment::{Row, Segment};
use crate::catalog::index::tail;
use crate::catalog::index::test::{Says, Test};
use crate::catalog::index::texts::{self, Texts};
use crate::domain::search::{Cancel, Tier};

/// A hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Its place.
    pub place: Place,
    /// How well it matches.
    pub tier: Tier,
    /// Row in the store.
    pub row: i64,
    /// Segment of the index, counted, and document; `None` for what no index has.
    pub at: Option<(usize, u32)>,
}

/// The next hit of a source.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    place: Place,
    nth: usize,
    hit: Hit,
    supplier: u64,
}

/// Everything there is at one moment.
pub struct View<'a> {
    /// Of the store.
    pub connection: &'a Connection,
    /// The index, if there is one.
    pub live: Option<Arc<Live>>,
    /// What the index covers; nothing where there is none.
    pub payload: Payload,
    /// What was written since.
    pub fresh: Arc<Fresh>,
    /// Whether to go on.
    pub cancel: &'a Cancel,
}

/// The first hits.
#[derive(Debug, Default)]
pub struct First {
    /// By tier, then place.
    pub hits: Vec<Hit>,
    /// Whether there are no others.
    pub is_all: bool,
    /// How many rows of no index were looked at; `None` where all were, or there are none.
    pub looked_at: Option<usize>,
}

impl View<'_> {
    fn old(&self) -> Old<'_> {
        if self.fresh.is_too_many {
            Old::Rows(self.connection, &self.payload)
        } else {
            Old::Offers(self.fresh.touched())
        }
    }

    /// Titles of a hit, folded, a line each; more lines where no index has them.
    pub fn titles<'t>(&self, hit: &Hit, texts: &'t mut Texts<'_>) -> Result<&'t str, Halt> {
        match hit.at.and_then(|(nth, doc)| Some((self.segments().nth(nth)?, doc))) {
            Some((segment, doc)) => texts.titles(segment, doc),
            None => texts.text(hit.row as u64),
        }
    }

    /// Titles of these hits are read next: what is not in memory is fetched at once rather than one after the other.
    pub fn foresee_titles<'h>(&self, hits: impl Iterator<Item = &'h Hit>) {
        let mut last = None;
        for (nth, doc) in hits.filter_map(|hit| hit.at).take_while(|_| !self.cancel.is_cancelled()) {
            let block = (nth, texts::block_of(doc));
            if last.replace(block) != Some(block)
                && let Some(titles) = self.segments().nth(nth).and_then(Segment::titles)
            {
                titles.foresee(block.1);
            }
        }
    }

    /// Segments of the index.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.live.iter().flat_map(|live| live.segments())
    }

    /// Whether there are rows no index has, beside the fresh ones.
    pub fn has_tail(&self) -> bool {
        self.fresh.is_too_many || self.payload.above.is_some()
    }

    /// The first `count` hits by tier and rank, or a few more of their last tier. With `one_per_supplier` only one of
    /// each supplier: what can be bought before what cannot, each by tier and rank.
    pub fn first(
        &self,
        plan: &Plan,
        count: usize,
        enough: usize,
        one_per_supplier: bool,
    ) -> Result<First, Halt> {
        let mut first = First { is_all: true, ..First::default() };
        let tail = self.read_tail(plan, if one_per_supplier { usize::MAX } else { count }, &mut first)?;
        let mut seen: HashSet<u64> = HashSet::new();
        let groups: &[Option<bool>] = if one_per_supplier { &[Some(true), Some(false)] } else { &[None] };
        for buyable in groups {
            for tier in plan.tiers() {
                if first.hits.len() >= enough {
                    first.is_all = false;
                    return Ok(first);
                }
                self.tier(plan, tier, *buyable, &tail, count, &mut seen, one_per_supplier, &mut first)?;
            }
        }
        Ok(first)
    }

    /// Hits among the rows no index has.
    fn read_tail(&self, plan: &Plan, count: usize, first: &mut First) -> Result<Vec<(Hit, u64, bool)>, Halt> {
        let mut found = Vec::new();
        if !self.has_tail() || plan.is_hopeless {
            return Ok(found);
        }
        let mut best = 0;
        let (looked_at, is_all) =
            tail::read(self.connection, &self.payload, plan.with_fees, self.cancel, |entry| {
                // Fresh rows are in memory already.
                if !self.fresh.is_too_many && self.fresh.touched().contains(&entry.place.tie()) {
                    return Ok(true);
                }
                if let Some(tier) = plan.judge(&entry, &entry.text, &entry.traits, Tier::Supplier) {
                    let buyable = entry.at(plan.quantity_of(&entry));
                    let hit = Hit { place: entry.place, tier, row: entry.row, at: None };
                    found.push((hit, entry.get(Column::Supplier), buyable.1 && buyable.0.is_some()));
                    best += usize::from(tier == Tier::Word);
                }
                Ok(best < count)
            })?;
        first.is_all &= is_all;
        // Those that were not looked at rank below a page full of hits: nothing is missing then.
        if looked_at >= tail::MOST {
            first.looked_at = Some(looked_at);
        }
        Ok(found)
    }

    /// Adds the hits of one tier, by rank, until there are `count`.
    #[allow(clippy::too_many_arguments)]
    fn tier(
        &self,
        plan: &Plan,
        tier: Tier,
        buyable: Option<bool>,
        tail: &[(Hit, u64, bool)],
        count: usize,
        seen: &mut HashSet<u64>,
        one_per_supplier: bool,
        first: &mut First,
    ) -> Result<(), Halt> {
        let more: Vec<Test> =
            buyable.map(|is| Test { negated: !is, says: Says::Buyable }).into_iter().collect();
        let mut texts = Texts::new(self.connection);
        let mut with = With { texts: &mut texts, cancel: self.cancel, old: self.old() };
        let mut passes = Vec::new();
        for segment in self.live.iter().flat_map(|live| live.segments()) {
            // Better ones, too: how well a document has a word is guessed where very many have it, and where one was
            // guessed to be worse than it is found to be now, nobody else would show it.
            passes.push((Pass::new(plan, segment, Tier::Word..=tier, &more, self.cancel)?, segment));
        }
        let known: HashSet<(usize, u32)> = first.hits.iter().filter_map(|hit| hit.at).collect();
        let mut loose = self.loose(plan, tier, buyable, tail)?.into_iter();
        let mut next_of = |nth: usize| -> Result<Option<Head>, Halt> {
            let Some((pass, segment)) = passes.get_mut(nth) else {
                return Ok(loose.next().map(|(hit, supplier)| Head { place: hit.place, hit, supplier, nth }));
            };
            let mut found = pass.next(&mut with)?;
            while found.is_some_and(|(doc, _)| known.contains(&(nth, doc))) {
                found = pass.next(&mut with)?;
            }
            Ok(found.map(|(doc, _)| {
                let row = segment.doc(doc);
                let at = Some((nth, doc));
                let hit = Hit { place: row.place(), tier, row: row.get(Column::Row) as i64, at };
                // Each column is another page of the index.
                let supplier = if one_per_supplier { row.get(Column::Supplier) } else { 0 };
                Head { place: hit.place, hit, supplier, nth }
            }))
        };
        // Of each source its next hit; the best of them all goes first.
        let mut heads: BinaryHeap<Head> = BinaryHeap::new();
        for nth in 0..=self.segments().count() {
            heads.extend(next_of(nth)?);
        }
        while let Some(Head { hit, supplier, nth, .. }) = heads.pop() {
            if !one_per_supplier || supplier == 0 || seen.insert(supplier) {
                first.hits.push(hit);
                if first.hits.len() >= count {
                    first.is_all = false;
                    return Ok(());
                }
            }
            heads.extend(next_of(nth)?);
        }
        Ok(())
    }

    /// Hits of a tier outside the index, by rank, with their suppliers.
    fn loose(
        &self,
        plan: &Plan,
        tier: Tier,
        buyable: Option<bool>,
        tail: &[(Hit, u64, bool)],
    ) -> Result<Vec<(Hit, u64)>, Halt> {
        let mut found: Vec<(Hit, u64)> = tail
            .iter()
            .filter(|(hit, _, can)| hit.tier == tier && buyable.is_none_or(|is| is == *can))
            .map(|(hit, supplier, _)| (*hit, *supplier))
            .collect();
        if plan.is_hopeless {
            return Ok(found);
        }
        for entry in self.fresh.entries() {
            halt(self.cancel)?;
            let entry = entry.as_ref();
            if plan.judge(entry, &entry.text, &entry.traits, tier) != Some(tier) {
                continue;
            }
            if buyable.is_some_and(|is| {
                let (price, can) = entry.at(plan.quantity_of(entry));
                is != (can && price.is_some())
            }) {
                continue;
            }
            let hit = Hit { place: entry.place, tier, row: entry.row, at: None };
            found.push((hit, entry.get(Column::Supplier)));
        }
        found.sort_unstable_by_key(|(hit, _)| std::cmp::Reverse(hit.place));
        Ok(found)
    }

    /// The hits of a query where the index alone knows them all; `None` where some are in none, or there can be none.
    pub fn plain(&self, plan: &Plan) -> Option<Plain<'_>> {
        if self.has_tail() || !self.fresh.touched().is_empty() || plan.is_hopeless {
            return None;
        }
        Some(Plain { live: self.live.as_deref(), cancel: self.cancel })
    }

    /// Shows every hit, in no order; rows no index has as far as they are looked at. `None` where all were, else how
    /// many.
    pub fn each(
        &self,
        plan: &Plan,
        visit: &mut dyn FnMut(&dyn Row) -> Result<(), Halt>,
    ) -> Result<Option<usize>, Halt> {
        self.each_chunk(plan, &mut |chunk| {
            match chunk {
                Chunk::Row(row) => visit(row)?,
                Chunk::Docs(segment, docs) => {
                    for doc in docs {
                        visit(&segment.doc(*doc))?;
                    }
                }
            }
            Ok(())
        })
    }

    /// The same, documents of a segment many at once: values of a column are read far faster so.
    pub fn each_chunk(
        &self,
        plan: &Plan,
        visit: &mut dyn FnMut(Chunk<'_>) -> Result<(), Halt>,
    ) -> Result<Option<usize>, Halt> {
        if plan.is_hopeless {
            return Ok(None);
        }
        let tiers = plan.tiers();
        let most = tiers.last().copied().unwrap_or(Tier::Word);
        let mut texts = Texts::new(self.connection);
        let mut with = With { texts: &mut texts, cancel: self.cancel, old: self.old() };
        let mut docs = Vec::with_capacity(CHUNK);
        for segment in self.live.iter().flat_map(|live| live.segments()) {
            let mut pass = Pass::new(plan, segment, Tier::Word..=most, &[], self.cancel)?;
            pass.mask_all(self.cancel)?;
            pass.settle_without(&mut with)?;
            loop {
                docs.clear();
                let is_end = pass.fill(CHUNK, &mut docs, &mut with)?;
                if !docs.is_empty() {
                    visit(Chunk::Docs(segment, &docs))?;
                }
                if is_end {
                    break;
                }
            }
        }
        for entry in self.fresh.entries() {
            halt(self.cancel)?;
            if plan.judge(entry.as_ref(), &entry.text, &entry.traits, most).is_some() {
                visit(Chunk::Row(entry.as_ref()))?;
            }
        }
        if !self.has_tail() {
            return Ok(None);
        }
        let (looked_at, is_all) =
            tail::read(self.connection, &self.payload, plan.with_fees, self.cancel, |entry| {
                if !self.fresh.is_too_many && self.fresh.touched().contains(&entry.place.tie()) {
                    return Ok(true);
                }
                if plan.judge(&entry, &entry.text, &entry.traits, most).is_some() {
                    visit(Chunk::Row(&entry))?;
                }
                Ok(true)
            })?;
        Ok((!is_all).then_some(looked_at))
    }
}

/// Documents looked at for which another thread is worth its while.
const MANY: u64 = if cfg!(test) { 4 } else { 20_000 };

/// A view that is the index and nothing else: it can be looked at on any thread.
#[derive(Clone, Copy)]
pub struct Plain<'a> {
    live: Option<&'a Live>,
    cancel: &'a Cancel,
}

impl<'a> Plain<'a> {
    /// The same for somebody else who may lose interest.
    pub fn until(self, cancel: &'a Cancel) -> Plain<'a> {
        Plain { cancel, ..self }
    }

    /// Whether going through all hits is worth a thread.
    pub fn is_much(self, plan: &Plan) -> Result<bool, Halt> {
        let most = plan.tiers().last().copied().unwrap_or(Tier::Word);
        let mut cost = 0;
        for segment in self.live.into_iter().flat_map(Live::segments) {
            cost += Pass::new(plan, segment, Tier::Word..=most, &[], self.cancel)?.cost();
        }
        Ok(cost >= MANY)
    }

    /// How many hits there are, on two threads where they are many; `None` where titles have to be read for it.
    pub fn count(self, plan: &Plan) -> Result<Option<usize>, Halt> {
        let mut total = 0;
        let count = |_: &Segment, docs: &[u32], sum: &mut usize| *sum += docs.len();
        for segment in self.live.into_iter().flat_map(Live::segments) {
            let mut pass = self.pass(plan, segment)?;
            if pass.cost() >= MANY
                && let Some(hits) = pass.count_at_once(self.cancel)?
            {
                total += hits;
                continue;
            }
            if !self.each_of(segment, pass, plan, &count, &mut |_, sum| total += sum)? {
                return Ok(None);
            }
        }
        Ok(Some(total))
    }

    fn pass<'p>(self, plan: &'p Plan, segment: &'p Segment) -> Result<Pass<'p>, Halt> {
        let most = plan.tiers().last().copied().unwrap_or(Tier::Word);
        Pass::new(plan, segment, Tier::Word..=most, &[], self.cancel)
    }

    /// Goes through all hits, on two threads where they are many: `add` takes some, ascending, on its thread, and `done`
    /// what it made of them, in the order of the documents. `false` where titles have to be read for it: nothing is
    /// worth anything then.
    pub fn each<T: Default + Send>(
        self,
        plan: &Plan,
        add: &(dyn Fn(&Segment, &[u32], &mut T) + Sync),
        done: &mut dyn FnMut(&'a Segment, T),
    ) -> Result<bool, Halt> {
        for segment in self.live.into_iter().flat_map(Live::segments) {
            let pass = self.pass(plan, segment)?;
            if !self.each_of(segment, pass, plan, add, done)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The same of one segment, and a pass through it that has not begun.
    fn each_of<T: Default + Send>(
        self,
        segment: &'a Segment,
        first: Pass<'_>,
        plan: &Plan,
        add: &(dyn Fn(&Segment, &[u32], &mut T) + Sync),
        done: &mut dyn FnMut(&'a Segment, T),
    ) -> Result<bool, Halt> {
        let cancel = self.cancel;
        let run = |mut pass: Pass<'_>| -> Result<Option<T>, Halt> {
            let (mut docs, mut made) = (Vec::with_capacity(CHUNK), T::default());
            pass.mask_all(cancel)?;
            loop {
                docs.clear();
                let Some(is_end) = pass.fill_plainly(CHUNK, &mut docs, cancel)? else { return Ok(None) };
                add(segment, &docs, &mut made);
                if is_end {
                    return Ok(Some(made));
                }
            }
        };
        if first.cost() < MANY {
            let Some(made) = run(first)? else { return Ok(false) };
            done(segment, made);
            return Ok(true);
        }
        let (middle, end) = (segment.max_doc() / 2, segment.max_doc());
        let (before, behind) = std::thread::scope(|scope| {
            let behind = scope.spawn(|| guarded(|| run(self.pass(plan, segment)?.within(middle..end))));
            (run(first.within(0..middle)), behind.join())
        });
        let behind = behind.ok().flatten().unwrap_or_else(|| Err(Halt::failed()));
        let (Some(before), Some(behind)) = (before?, behind?) else { return Ok(false) };
        done(segment, before);
        done(segment, behind);
        Ok(true)
    }
}

/// Documents handed over at once.
const CHUNK: usize = 1_024;

/// Hits, as they come.
pub enum Chunk<'a> {
    /// Documents of a segment, ascending.
    Docs(&'a Segment, &'a [u32]),
    /// Any other.
    Row(&'a dyn Row),
}
