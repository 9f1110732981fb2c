//! Cheapest first.
//!
//! Prices of unlike units are never ranked against each other: the unit with most hits comes first, offers of unknown unit
//! last. All that can be bought at their quantity come before all of which only the goods' price is known, and those
//! before all that cannot be bought.
//!
//! Going through all hits gathers the cheapest of the unit that likely fills the page ([`Wanted`]); where another does, or
//! the page is not full, or freight might make others cheaper, they are gone through again for more.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use crate::catalog::index::freights::FreightTable;
use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::Column;
use crate::catalog::index::view::{Chunk, View};
use crate::catalog::index::{Halt, Place, Row, Segment, halt};
use crate::catalog::overlay::text_of;
use crate::catalog::sort::Sorted;
use crate::catalog::sort::best::Best;
use crate::catalog::sort::cheapest::{Found, Wanted};
use crate::catalog::sort::freights::Freights;
use crate::catalog::sort::units::Units;
use crate::domain::freight::Destination;
use crate::domain::search::Sort;

/// Prices at the quantity, and freight, are looked up for about so many of each part, those of the least prices; where that
/// does not settle it for so many times as many, and then for all.
const FEW: usize = if cfg!(test) { 2 } else { 1_024 };
const MORE: usize = 16;
/// So many times a page at least.
const AT_LEAST: usize = if cfg!(test) { 0 } else { 4 };
/// Pages that begin further down than this take everything anyhow.
const DEEP: usize = 4_096;
/// Hits sorted in one go.
const RUN: usize = if cfg!(test) { 4 } else { 2_048 };
/// Documents handed over at once.
const CHUNK: usize = 1_024;

/// 0 buyable and known, 1 buyable but its landed cost unknown, 2 cannot be bought at the quantity.
type Class = usize;

pub(super) fn by_price(
    view: &View<'_>,
    plan: &Plan,
    sort: Sort,
    destination: &Destination,
    count: usize,
    one_per_supplier: bool,
) -> Result<Sorted, Halt> {
    // Of a page of nothing how many hits there are is asked all the same.
    let room = count.max(1);
    let everything = one_per_supplier || room > DEEP;
    let wanted = Wanted {
        plan,
        sort,
        everything,
        // Whichever supplier a hit is of may have no other.
        buyable: if one_per_supplier { usize::MAX } else { FEW.max(room.saturating_mul(AT_LEAST)) },
        unbuyable: if one_per_supplier { usize::MAX } else { room },
        bound: None,
        is_strict: everything,
    };
    let mut prices = Prices {
        wanted,
        count: room,
        one_per_supplier,
        freights: Freights::new(view.connection, destination),
        units: Units::default(),
        parts: Vec::new(),
        steps: 0,
        view,
        listed: None,
    };
    let mut is_again = false;
    loop {
        prices.gather()?;
        let mut rows = match prices.page()? {
            Page::Rows(rows) => rows,
            Page::Needs(more) => {
                // Nobody goes through everything a fourth time because a few more would have been needed.
                let buyable = if is_again { usize::MAX } else { more.buyable };
                prices.wanted = Wanted { buyable, is_strict: true, ..more };
                is_again = true;
                continue;
            }
        };
        let hits = prices.units.iter().map(|(_, of)| of.count).sum();
        let total = if one_per_supplier { rows.len() } else { hits };
        rows.truncate(count);
        let looked_at = prices.listed.and_then(|listed| listed.looked_at);
        return Ok(Sorted { rows, total, looked_at });
    }
}

/// The hits of one unit.
#[derive(Default, Clone)]
struct OfUnit {
    /// How many.
    count: usize,
    /// The cheapest of each class.
    best: [Option<Best>; 3],
}

/// What the hits that were gone through make.
enum Page<'a> {
    /// Rows of the store, in order.
    Rows(Vec<i64>),
    /// They have to be gone through again, for this.
    Needs(Wanted<'a>),
}

/// Hits that are not all in the index, or not found without reading titles: found once, however often they are gone
/// through.
struct Listed<'a> {
    docs: Vec<(&'a Segment, Vec<u32>)>,
    /// Those that are in no segment.
    loose: Units<OfUnit>,
    looked_at: Option<usize>,
}

/// Hits by class and unit, the cheapest kept.
struct Prices<'a> {
    wanted: Wanted<'a>,
    count: usize,
    one_per_supplier: bool,
    freights: Freights<'a>,
    units: Units<OfUnit>,
    parts: Vec<(&'a Segment, Found)>,
    /// How much was done since it was asked whether to go on.
    steps: u32,
    view: &'a View<'a>,
    listed: Option<Listed<'a>>,
}

impl<'a> Prices<'a> {
    /// Goes through all hits.
    fn gather(&mut self) -> Result<(), Halt> {
        let wanted = self.wanted;
        self.units = Units::default();
        self.parts.clear();
        let mut is_gathered = false;
        if let (Some(plain), None) = (self.view.plain(wanted.plan), &self.listed) {
            let mut parts = Vec::new();
            let add = |segment: &Segment, docs: &[u32], found: &mut Found| wanted.add(segment, docs, found);
            is_gathered =
                plain.each(wanted.plan, &add, &mut |segment, found| parts.push((segment, found)))?;
            if is_gathered {
                self.parts = parts;
            }
        }
        if !is_gathered {
            let listed = match self.listed.take() {
                Some(listed) => listed,
                None => self.list()?,
            };
            self.units = listed.loose.clone();
            for (segment, docs) in &listed.docs {
                let mut found = Found::default();
                for some in docs.chunks(CHUNK) {
                    halt(self.view.cancel)?;
                    wanted.add(segment, some, &mut found);
                }
                self.parts.push((*segment, found));
            }
            self.listed = Some(listed);
        }
        for (_, found) in &self.parts {
            for (word, of) in found.units.iter() {
                self.units.entry(word).count += of.count;
            }
        }
        Ok(())
    }

    fn list(&mut self) -> Result<Listed<'a>, Halt> {
        let (view, plan) = (self.view, self.wanted.plan);
        let mut docs: Vec<(&Segment, Vec<u32>)> = Vec::new();
        let looked_at = view.each_chunk(plan, &mut |chunk| {
            match chunk {
                Chunk::Row(row) => {
                    let unit = row.get(Column::Unit);
                    self.units.entry(unit).count += 1;
                    self.take(unit, row, None)?;
                }
                Chunk::Docs(segment, some) => match docs.last_mut() {
                    Some((last, docs)) if std::ptr::eq(*last, segment) => docs.extend_from_slice(some),
                    _ => {
                        let segment = view.segments().find(|one| std::ptr::eq(*one, segment));
                        docs.extend(segment.map(|segment| (segment, some.to_vec())));
                    }
                },
            }
            Ok(())
        })?;
        Ok(Listed { docs, loose: std::mem::take(&mut self.units), looked_at })
    }

    /// The page, unless something else has to be known for it.
    fn page(&mut self) -> Result<Page<'a>, Halt> {
        let (mut rows, mut rest) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        let mut add = |best: Option<Best>, rows: &mut Vec<i64>| {
            for (supplier, row) in best.into_iter().flat_map(Best::into_sorted) {
                if supplier.is_none_or(|supplier| seen.insert(supplier)) {
                    rows.push(row);
                }
            }
        };
        let everything = Wanted { everything: true, ..self.wanted };
        let order = self.order()?;
        for unit in &order {
            if !self.is_kept(*unit) {
                return Ok(Page::Needs(everything));
            }
            if let Some(more) = self.settle(*unit)? {
                return Ok(Page::Needs(more));
            }
            let [first, second, third] = std::mem::take(&mut self.units.entry(*unit).best);
            add(first, &mut rows);
            // The units that follow, and what is less known, can only add to the end.
            if !self.one_per_supplier && rows.len() >= self.count {
                return Ok(Page::Rows(rows));
            }
            rest.push((second, third));
        }
        let hits: usize = self.units.iter().map(|(_, of)| of.count).sum();
        if rows.len() < hits && self.parts.iter().any(|(_, found)| found.is_part) {
            return Ok(Page::Needs(everything));
        }
        let (seconds, thirds): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
        for best in seconds.into_iter().chain(thirds) {
            add(best, &mut rows);
        }
        Ok(Page::Rows(rows))
    }

    /// Units, that of most hits first, the unknown one last.
    fn order(&mut self) -> Result<Vec<u64>, Halt> {
        let mut order: Vec<(bool, Reverse<usize>, Option<String>, u64)> =
            self.units.iter().map(|(word, of)| (word == 0, Reverse(of.count), None, word)).collect();
        order.sort_unstable();
        // Which of several of as many: a word of the dictionary is read where it matters only.
        for alike in order.chunk_by_mut(|one, next| (one.0, one.1) == (next.0, next.1)) {
            if alike.len() > 1 {
                for (.., text, word) in &mut *alike {
                    self.step()?;
                    *text = text_of(*word as u32, self.view.connection)?;
                }
                alike.sort_unstable();
            }
        }
        Ok(order.into_iter().map(|(.., word)| word).collect())
    }

    /// Whether the cheapest of a unit were gathered.
    fn is_kept(&self, unit: u64) -> bool {
        let mut of = self.parts.iter().filter_map(|(_, found)| found.units.find(unit));
        of.all(|of| of.kept.is_some())
    }

    /// Puts what was gathered of a unit in order; what else would have to be gathered for that.
    fn settle(&mut self, unit: u64) -> Result<Option<Wanted<'a>>, Halt> {
        let (mut lists, mut cuts) = (Vec::new(), Vec::new());
        let mut parts = std::mem::take(&mut self.parts);
        for (segment, found) in &mut parts {
            let Some(kept) = found.units.find_mut(unit).and_then(|of| of.kept.take()) else { continue };
            for (amount, doc) in kept.unbuyable.all {
                self.step()?;
                self.put(unit, 2, amount, &segment.doc(doc));
            }
            cuts.extend(kept.buyable.cut().map(|(amount, doc)| (amount, Reverse(segment.doc(doc).place()))));
            lists.push((*segment, segment.freights(), kept.buyable.all));
        }
        self.parts = parts;
        self.take_all(unit, &mut lists)?;
        // What was cut off costs no less than this, and what costs as much stands behind this: is a full page better?
        let worst = self.worst(unit);
        if cuts.into_iter().all(|cut| worst.is_some_and(|worst| cut > worst)) {
            return Ok(None);
        }
        Ok(Some(match worst {
            None => Wanted { buyable: self.wanted.buyable.saturating_mul(MORE), ..self.wanted },
            Some((worst, _)) => Wanted { bound: Some((unit, worst)), ..self.wanted },
        }))
    }

    /// Takes hits of a unit, of each list those that cost least first, until they cost more than all of a full page.
    fn take_all(
        &mut self,
        unit: u64,
        lists: &mut [(&Segment, Option<&FreightTable>, Vec<(u64, u32)>)],
    ) -> Result<(), Halt> {
        if self.one_per_supplier {
            // Nobody's page is full before all suppliers are known.
            for (segment, freights, list) in lists {
                for (_, doc) in list {
                    self.take(unit, &segment.doc(*doc), *freights)?;
                }
            }
            return Ok(());
        }
        let mut heads = BinaryHeap::new();
        for (nth, (.., list)) in lists.iter_mut().enumerate() {
            for (run, hits) in list.chunks_mut(RUN).enumerate() {
                halt(self.view.cancel)?;
                hits.sort_unstable();
                heads.extend(hits.first().map(|(least, doc)| Reverse((*least, *doc, nth, run * RUN))));
            }
        }
        while let Some(Reverse((least, doc, nth, at))) = heads.pop() {
            if self.worst(unit).is_some_and(|(worst, _)| least > worst) {
                break;
            }
            let Some((segment, freights, list)) = lists.get(nth) else { break };
            self.take(unit, &segment.doc(doc), *freights)?;
            let next = list.get(at + 1).filter(|_| !(at + 1).is_multiple_of(RUN));
            heads.extend(next.map(|(least, doc)| Reverse((*least, *doc, nth, at + 1))));
        }
        Ok(())
    }

    /// The last of a page full of hits of a unit that can be bought, by what they cost.
    fn worst(&self, unit: u64) -> Option<(u64, Reverse<Place>)> {
        self.units.find(unit).and_then(|of| of.best.first()?.as_ref()).and_then(Best::worst)
    }

    /// Takes a hit at its quantity; where it is in a segment, with the terms of freight that are kept there.
    fn take(&mut self, unit: u64, row: &dyn Row, freights: Option<&FreightTable>) -> Result<(), Halt> {
        self.step()?;
        let quantity = self.wanted.plan.quantity_of(row);
        let (price, is_buyable) = row.at(quantity);
        let Some(amount) = price.map(|price| self.wanted.amount(price, quantity)) else {
            self.put(unit, 2, u64::MAX, row);
            return Ok(());
        };
        let (class, amount) = match (is_buyable, self.wanted.sort) {
            (false, _) => (2, amount),
            (true, Sort::Price) => (0, amount),
            // Freight costs nothing at best.
            (true, _) if self.worst(unit).is_some_and(|(worst, _)| amount > worst) => return Ok(()),
            (true, _) => match self.freights.of(row, freights, amount, quantity)? {
                Some(freight) => (0, amount.saturating_add(freight)),
                None => (1, amount),
            },
        };
        self.put(unit, class, amount, row);
        Ok(())
    }

    fn put(&mut self, unit: u64, class: Class, amount: u64, row: &dyn Row) {
        let (count, one_each) = (self.count, self.one_per_supplier);
        if let Some(best) = self.units.entry(unit).best.get_mut(class) {
            best.get_or_insert_with(|| Best::new(count, one_each)).take(amount, row);
        }
    }

    /// Asks now and then whether to go on: terms of freight may have to be read for each hit.
    fn step(&mut self) -> Result<(), Halt> {
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(32) { halt(self.view.cancel) } else { Ok(()) }
    }
}
