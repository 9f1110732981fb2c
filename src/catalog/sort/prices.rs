//! Cheapest first.
//!
//! Prices of unlike units are never ranked against each other: the unit with most hits comes first, offers of unknown unit
//! last. All that can be bought at their quantity come before all of which only the goods' price is known, and those
//! before all that cannot be bought.
//!
//! Going through all hits gathers the cheapest of the unit that likely fills the page ([`Wanted`]); where another does, or
//! the page is not full, or freight might make others cheaper, they are gone through again for more.

use std::cmp::Reverse;
use std::collections::HashSet;

use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::Column;
use crate::catalog::index::view::{Chunk, View};
use crate::catalog::index::{Halt, Row, Segment, halt};
use crate::catalog::overlay::text_of;
use crate::catalog::sort::Sorted;
use crate::catalog::sort::best::Best;
use crate::catalog::sort::cheapest::{Found, Wanted};
use crate::catalog::sort::freights::Freights;
use crate::catalog::sort::units::Units;
use crate::domain::freight::Destination;
use crate::domain::search::{Cancel, Sort};

/// Prices at the quantity, and freight, are looked up for about so many, those of the least prices; for more where that does
/// not settle it.
const FEW: usize = if cfg!(test) { 2 } else { 1_024 };
const MORE: usize = 8;

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
    let mut freights = Freights::new(view.connection, destination);
    let mut wanted = Wanted {
        plan,
        sort,
        everything: one_per_supplier,
        // Whichever supplier a hit is of may have no other.
        buyable: if one_per_supplier {
            usize::MAX
        } else {
            FEW.max(if cfg!(test) { 0 } else { count.saturating_mul(4) })
        },
        unbuyable: if one_per_supplier { usize::MAX } else { count.max(1) },
        bound: None,
    };
    let mut is_plain = true;
    loop {
        let mut prices = Prices {
            wanted,
            count,
            one_per_supplier,
            freights: &mut freights,
            units: Units::default(),
            parts: Vec::new(),
            taken: 0,
            cancel: view.cancel,
        };
        let looked_at = prices.gather(view, &mut is_plain)?;
        match prices.page(view)? {
            Page::Rows(mut rows) => {
                let hits = prices.units.iter().map(|(_, of)| of.count).sum();
                let total = if one_per_supplier { rows.len() } else { hits };
                rows.truncate(count);
                return Ok(Sorted { rows, total, looked_at });
            }
            Page::Needs(more) => wanted = more,
        }
    }
}

/// The hits of one unit.
#[derive(Default)]
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

/// Hits by class and unit, the cheapest kept.
struct Prices<'a, 'b> {
    wanted: Wanted<'a>,
    count: usize,
    one_per_supplier: bool,
    freights: &'b mut Freights<'a>,
    units: Units<OfUnit>,
    parts: Vec<(&'b Segment, Found)>,
    /// How many were looked at closely, and whether to go on.
    taken: u32,
    cancel: &'a Cancel,
}

impl<'a, 'b> Prices<'a, 'b> {
    /// Goes through all hits; `is_plain` = it may be tried on several threads. See [`View::each_chunk`] for what is returned.
    fn gather(&mut self, view: &'b View<'_>, is_plain: &mut bool) -> Result<Option<usize>, Halt> {
        let wanted = self.wanted;
        if let Some(plain) = view.plain(wanted.plan).filter(|_| *is_plain) {
            let mut parts = Vec::new();
            let add = |segment: &Segment, docs: &[u32], found: &mut Found| wanted.add(segment, docs, found);
            *is_plain = plain.each(wanted.plan, &add, &mut |segment, found| parts.push((segment, found)))?;
            if *is_plain {
                self.parts = parts;
            }
        } else {
            *is_plain = false;
        }
        let mut looked_at = None;
        if !*is_plain {
            looked_at = view.each_chunk(wanted.plan, &mut |chunk| self.add(view, chunk))?;
        }
        for (_, found) in &self.parts {
            for (word, of) in found.units.iter() {
                if let Some(all) = self.units.entry(word) {
                    all.count += of.count;
                }
            }
        }
        Ok(looked_at)
    }

    fn add(&mut self, view: &'b View<'_>, chunk: Chunk<'_>) -> Result<(), Halt> {
        match chunk {
            Chunk::Row(row) => {
                let unit = row.get(Column::Unit);
                if let Some(of) = self.units.entry(unit) {
                    of.count += 1;
                }
                self.take(unit, row, None)?;
            }
            Chunk::Docs(segment, docs) => {
                let is_same = self.parts.last().is_some_and(|(last, _)| std::ptr::eq(*last, segment));
                if !is_same && let Some(segment) = view.segments().find(|one| std::ptr::eq(*one, segment)) {
                    self.parts.push((segment, Found::default()));
                }
                if let Some((segment, found)) = self.parts.last_mut() {
                    self.wanted.add(segment, docs, found);
                }
            }
        }
        Ok(())
    }

    /// The page, unless something else has to be known for it.
    fn page(&mut self, view: &View<'_>) -> Result<Page<'a>, Halt> {
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
        let order = self.order(view)?;
        for unit in &order {
            if !self.is_kept(*unit) {
                return Ok(Page::Needs(everything));
            }
            if let Some(more) = self.settle(*unit)? {
                return Ok(Page::Needs(more));
            }
            let best = self.units.entry(*unit).map(|of| std::mem::take(&mut of.best));
            let [first, second, third] = best.unwrap_or_default();
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
    fn order(&self, view: &View<'_>) -> Result<Vec<u64>, Halt> {
        let mut order: Vec<(bool, Reverse<usize>, Option<String>, u64)> =
            self.units.iter().map(|(word, of)| (word == 0, Reverse(of.count), None, word)).collect();
        order.sort_unstable();
        // Which of several of as many: a word of the dictionary is read where it matters only.
        for alike in order.chunk_by_mut(|one, next| (one.0, one.1) == (next.0, next.1)) {
            if alike.len() > 1 {
                for (.., text, word) in &mut *alike {
                    *text = text_of(*word as u32, view.connection)?;
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
        let parts = std::mem::take(&mut self.parts);
        let done = self.settle_in(&parts, unit);
        self.parts = parts;
        done
    }

    fn settle_in(&mut self, parts: &[(&Segment, Found)], unit: u64) -> Result<Option<Wanted<'a>>, Halt> {
        let (mut buyable, mut beyond) = (Vec::new(), None);
        for (segment, found) in parts {
            let Some(kept) = found.units.find(unit).and_then(|of| of.kept.as_ref()) else { continue };
            buyable.extend(kept.buyable.all.iter().map(|(amount, doc)| (*amount, *doc, *segment)));
            if kept.buyable.is_cut {
                beyond = beyond.into_iter().chain(kept.buyable.beyond()).min();
            }
            for (amount, doc) in &kept.unbuyable.all {
                self.put(unit, 2, *amount, &segment.doc(*doc));
            }
        }
        // Of each supplier the first has to be found: all are looked at.
        if !self.one_per_supplier {
            buyable.sort_unstable_by_key(|(least, doc, _)| (*least, *doc));
        }
        for (least, doc, segment) in buyable {
            if least > self.worst(unit) {
                return Ok(None);
            }
            self.take(unit, &segment.doc(doc), Some(segment))?;
        }
        let worst = self.worst(unit);
        if beyond.is_none_or(|beyond| beyond > worst) {
            return Ok(None);
        }
        Ok(Some(match worst {
            u64::MAX => Wanted { buyable: self.wanted.buyable.saturating_mul(MORE), ..self.wanted },
            worst => Wanted { bound: Some((unit, worst)), ..self.wanted },
        }))
    }

    /// What the last of a page full of a unit costs; whatever costs more without freight is not on it.
    fn worst(&self, unit: u64) -> u64 {
        let best = self.units.find(unit).and_then(|of| of.best.first()?.as_ref());
        best.and_then(Best::worst).unwrap_or(u64::MAX)
    }

    /// Takes a hit at its quantity, of a segment or of none.
    fn take(&mut self, unit: u64, row: &dyn Row, segment: Option<&Segment>) -> Result<(), Halt> {
        // Terms of freight may have to be read for each.
        self.taken = self.taken.wrapping_add(1);
        if self.taken.is_multiple_of(32) {
            halt(self.cancel)?;
        }
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
            (true, _) if amount > self.worst(unit) => return Ok(()),
            (true, _) => match self.freights.of(row, segment, amount, quantity)? {
                Some(freight) => (0, amount.saturating_add(freight)),
                None => (1, amount),
            },
        };
        self.put(unit, class, amount, row);
        Ok(())
    }

    fn put(&mut self, unit: u64, class: Class, amount: u64, row: &dyn Row) {
        let (count, one_each) = (self.count, self.one_per_supplier);
        if let Some(best) = self.units.entry(unit).and_then(|of| of.best.get_mut(class)) {
            best.get_or_insert_with(|| Best::new(count, one_each)).take(amount, row);
        }
    }
}
