//! Orders other than the rank's: every hit is looked at, the first of the order are kept.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, HashMap, HashSet};

use rusqlite::Connection;
use rust_decimal::Decimal;

use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::Column;
use crate::catalog::index::view::{Chunk, View};
use crate::catalog::index::{Halt, Place, Row, Segment, halt};
use crate::catalog::overlay::text_of;
use crate::domain::freight::{Destination, FreightTerms, Shipment, estimate};
use crate::domain::money::Money;
use crate::domain::search::{Cancel, Sort};

/// Hits in an order.
pub(super) struct Sorted {
    /// Rows of the store.
    pub rows: Vec<i64>,
    /// How many hits there are in all.
    pub total: usize,
    /// See [`crate::catalog::index::view::First::looked_at`].
    pub looked_at: Option<usize>,
}

/// A hit in an order: the smaller key comes first, then the better place.
type Key = (u64, Reverse<Place>);

/// The first `count` of a list, or the first of each supplier.
enum Best {
    Rows(usize, BinaryHeap<(Key, i64)>),
    Suppliers(HashMap<u64, (Key, i64)>),
}

impl Best {
    fn new(count: usize, one_per_supplier: bool) -> Best {
        if one_per_supplier { Best::Suppliers(HashMap::new()) } else { Best::Rows(count, BinaryHeap::new()) }
    }

    /// Whether a hit with this key could be kept: of what could not nothing else need be known.
    fn may_take(&self, key: u64) -> bool {
        match self {
            Best::Rows(count, heap) => {
                heap.len() < *count || heap.peek().is_some_and(|((worst, _), _)| key <= *worst)
            }
            Best::Suppliers(_) => true,
        }
    }

    fn take(&mut self, key: u64, row: &dyn Row) {
        if !self.may_take(key) {
            return;
        }
        let key = (key, Reverse(row.place()));
        if let Best::Rows(count, heap) = &self
            && heap.len() >= *count
            && heap.peek().is_none_or(|(worst, _)| key >= *worst)
        {
            return;
        }
        let number = row.get(Column::Row) as i64;
        // An offer of nobody known is its own.
        let supplier = || match row.get(Column::Supplier) {
            0 => u64::MAX - row.get(Column::Row),
            supplier => supplier,
        };
        self.keep((key, number), supplier);
    }

    fn keep(&mut self, hit: (Key, i64), supplier: impl FnOnce() -> u64) {
        match self {
            Best::Rows(count, heap) => {
                heap.push(hit);
                if heap.len() > *count {
                    heap.pop();
                }
            }
            Best::Suppliers(first) => {
                let kept = first.entry(supplier()).or_insert(hit);
                *kept = (*kept).min(hit);
            }
        }
    }

    /// Takes what another, of the same kind, has kept.
    fn join(&mut self, other: Best) {
        match other {
            Best::Rows(_, heap) => {
                for hit in heap {
                    self.keep(hit, || 0);
                }
            }
            Best::Suppliers(first) => {
                for (supplier, hit) in first {
                    self.keep(hit, || supplier);
                }
            }
        }
    }

    /// In order, with suppliers where only one of each is wanted.
    fn into_sorted(self) -> Vec<(Option<u64>, i64)> {
        match self {
            Best::Rows(_, heap) => heap.into_sorted_vec().into_iter().map(|(_, row)| (None, row)).collect(),
            Best::Suppliers(first) => {
                let mut all: Vec<((Key, i64), u64)> =
                    first.into_iter().map(|(supplier, of)| (of, supplier)).collect();
                all.sort_unstable();
                all.into_iter().map(|((_, row), supplier)| (Some(supplier), row)).collect()
            }
        }
    }
}

/// The first `count` hits in an order that is not the rank's.
pub(super) fn sorted(
    view: &View<'_>,
    plan: &Plan,
    sort: Sort,
    destination: &Destination,
    count: usize,
    one_per_supplier: bool,
) -> Result<Sorted, Halt> {
    match sort {
        Sort::Price | Sort::Landed => by_price(view, plan, sort, destination, count, one_per_supplier),
        Sort::Sold => by_figure(view, plan, Column::Sold, count, one_per_supplier),
        Sort::Repeat => by_figure(view, plan, Column::Repeat, count, one_per_supplier),
        Sort::Age | Sort::Rank => by_figure(view, plan, Column::Fetched, count, one_per_supplier),
    }
}

/// Greatest figure first, unknown last.
fn by_figure(
    view: &View<'_>,
    plan: &Plan,
    column: Column,
    count: usize,
    one_per_supplier: bool,
) -> Result<Sorted, Halt> {
    let best = || Best::new(count, one_per_supplier);
    let mut all = OfFigure::default();
    let add = |segment: &Segment, docs: &[u32], of: &mut OfFigure| of.add(segment, column, docs, &best);
    let mut done = |_: &Segment, of: OfFigure| all.join(of);
    let is_done = match view.plain(plan) {
        Some(plain) => plain.each(plan, &add, &mut done)?,
        None => false,
    };
    let mut looked_at = None;
    if !is_done {
        all = OfFigure::default();
        looked_at = view.each_chunk(plan, &mut |chunk| {
            match chunk {
                Chunk::Row(row) => {
                    all.total += 1;
                    all.best.get_or_insert_with(best).take(u64::MAX - row.get(column), row);
                }
                Chunk::Docs(segment, docs) => all.add(segment, column, docs, &best),
            }
            Ok(())
        })?;
    }
    let rows = all.best.map(Best::into_sorted).unwrap_or_default();
    let total = if one_per_supplier { rows.len() } else { all.total };
    Ok(Sorted { rows: rows.into_iter().map(|(_, row)| row).take(count).collect(), total, looked_at })
}

/// Hits by a figure: how many, and the greatest.
#[derive(Default)]
struct OfFigure {
    best: Option<Best>,
    total: usize,
    values: Vec<u64>,
}

impl OfFigure {
    fn add(&mut self, segment: &Segment, column: Column, docs: &[u32], best: &dyn Fn() -> Best) {
        self.total += docs.len();
        segment.columns.values(column, docs, &mut self.values);
        let best = self.best.get_or_insert_with(best);
        for (doc, value) in docs.iter().zip(&self.values) {
            best.take(u64::MAX - value, &segment.doc(*doc));
        }
    }

    fn join(&mut self, other: OfFigure) {
        self.total += other.total;
        match (&mut self.best, other.best) {
            (Some(best), Some(other)) => best.join(other),
            (best, other) => *best = best.take().or(other),
        }
    }
}

/// Units that are looked through alone, before all others are at once.
const ALONE: usize = 2;

/// Documents whose prices are read at once.
const AT_ONCE: usize = 4_096;
/// Of more than these the cheapest are looked at first, and about so many of them.
const FEW: usize = if cfg!(test) { 2 } else { 512 };

/// 0 buyable and known, 1 buyable but its landed cost unknown, 2 cannot be bought at the quantity.
type Class = u8;

/// Cheapest first. Prices of unlike units are never ranked against each other: the unit with most hits comes first,
/// offers of unknown unit last.
fn by_price(
    view: &View<'_>,
    plan: &Plan,
    sort: Sort,
    destination: &Destination,
    count: usize,
    one_per_supplier: bool,
) -> Result<Sorted, Halt> {
    let freights = Freights { connection: view.connection, destination, known: HashMap::new() };
    let units = Units::default();
    let mut prices = Prices { sort, count, one_per_supplier, freights, units, taken: 0, cancel: view.cancel };
    let mut hits: Vec<OfSegment<'_>> = Vec::new();
    let mut total = 0;
    let mut looked_at = None;
    // Which unit comes first is only known when all are counted.
    let add = |segment: &Segment, docs: &[u32], of: &mut ByUnit| of.add(segment, docs);
    let mut done = |segment, of: ByUnit| {
        total += of.docs.iter().map(Vec::len).sum::<usize>();
        let names = prices.units.join(&of);
        hits.push(OfSegment { segment, docs: of.docs, names });
    };
    let is_done = match view.plain(plan) {
        Some(plain) => plain.each(plan, &add, &mut done)?,
        None => false,
    };
    if !is_done {
        (hits, total) = (Vec::new(), 0);
        prices.units = Units::default();
        looked_at = view.each_chunk(plan, &mut |chunk| {
            match chunk {
                Chunk::Row(row) => {
                    total += 1;
                    let unit = prices.units.counted(row.get(Column::Unit));
                    prices.take(plan, row, unit)?;
                }
                Chunk::Docs(segment, docs) => {
                    total += docs.len();
                    let mut of = ByUnit::default();
                    of.add(segment, docs);
                    let names = prices.units.join(&of);
                    let segment = view.segments().find(|one| std::ptr::eq(*one, segment));
                    hits.extend(segment.map(|segment| OfSegment { segment, docs: of.docs, names }));
                }
            }
            Ok(())
        })?;
    }
    let mut order = Vec::new();
    for (number, (word, of)) in (0_u32..).zip(&prices.units.all) {
        let text = text_of(*word as u32, view.connection)?;
        order.push((*word == 0, Reverse(of.count), text, number));
    }
    order.sort_unstable();
    let (mut rows, mut rest) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    let mut add = |best: Option<Best>, rows: &mut Vec<i64>| {
        for (supplier, row) in best.into_iter().flat_map(Best::into_sorted) {
            if supplier.is_none_or(|supplier| seen.insert(supplier)) {
                rows.push(row);
            }
        }
    };
    let order: Vec<u32> = order.into_iter().map(|(.., unit)| unit).collect();
    // Mostly the first unit fills the page; where it does not, all others are looked through in one go.
    let alone = order.get(..if one_per_supplier { 0 } else { ALONE.min(order.len()) }).unwrap_or_default();
    for (nth, unit) in order.iter().enumerate() {
        for of in &hits {
            match nth.cmp(&alone.len()) {
                Ordering::Less => prices.take_all(plan, of, &|its| its == *unit)?,
                Ordering::Equal => prices.take_all(plan, of, &|its| !alone.contains(&its))?,
                Ordering::Greater => {}
            }
        }
        let best = prices.units.get_mut(*unit).map(|of| std::mem::take(&mut of.best));
        let [first, second, third] = best.unwrap_or_default();
        add(first, &mut rows);
        rest.push((second, third));
        // The units that follow can only add to the end.
        if !one_per_supplier && rows.len() >= count {
            break;
        }
    }
    let (seconds, thirds): (Vec<_>, Vec<_>) = rest.into_iter().unzip();
    for best in seconds.into_iter().chain(thirds) {
        add(best, &mut rows);
    }
    let total = if one_per_supplier { rows.len() } else { total };
    rows.truncate(count);
    Ok(Sorted { rows, total, looked_at })
}

/// Hits as they are found, by unit: what is looked through later is one unit mostly.
#[derive(Default)]
struct ByUnit {
    /// By the number of the unit among those met here.
    docs: Vec<Vec<u32>>,
    known: Units,
    words: Vec<u64>,
}

impl ByUnit {
    fn add(&mut self, segment: &Segment, docs: &[u32]) {
        segment.columns.values(Column::Unit, docs, &mut self.words);
        for (doc, word) in docs.iter().zip(&self.words) {
            let unit = self.known.number(*word) as usize;
            if self.docs.len() <= unit {
                self.docs.resize_with(unit + 1, Vec::new);
            }
            if let Some(of_unit) = self.docs.get_mut(unit) {
                of_unit.push(*doc);
            }
        }
    }
}

/// Some hits of a segment by their units, and the numbers of those among all.
struct OfSegment<'a> {
    segment: &'a Segment,
    docs: Vec<Vec<u32>>,
    names: Vec<u32>,
}

/// Units, counted in the order they were met: they are words of the dictionary, few of many.
#[derive(Default)]
struct Units {
    /// By the words that are small numbers, as most are, one more than the unit's own number; 0 = not met.
    small: Vec<u32>,
    large: HashMap<u64, u32>,
    all: Vec<(u64, OfUnit)>,
}

impl Units {
    /// The number of a unit.
    #[inline]
    fn number(&mut self, word: u64) -> u32 {
        const SMALL: u64 = 1 << 17;
        let known = match self.small.get(word as usize) {
            Some(number) => number.checked_sub(1),
            None => self.large.get(&word).copied(),
        };
        if let Some(known) = known {
            return known;
        }
        let number = self.all.len() as u32;
        self.all.push((word, OfUnit::default()));
        if word >= SMALL {
            self.large.insert(word, number);
            return number;
        }
        if self.small.len() <= word as usize {
            self.small.resize(word as usize + 1, 0);
        }
        if let Some(slot) = self.small.get_mut(word as usize) {
            *slot = number + 1;
        }
        number
    }

    fn get(&self, number: u32) -> Option<&OfUnit> {
        self.all.get(number as usize).map(|(_, of)| of)
    }

    fn get_mut(&mut self, number: u32) -> Option<&mut OfUnit> {
        self.all.get_mut(number as usize).map(|(_, of)| of)
    }

    /// The numbers here of units met elsewhere, whose hits are counted.
    fn join(&mut self, other: &ByUnit) -> Vec<u32> {
        let mut numbers = Vec::with_capacity(other.docs.len());
        for ((word, _), docs) in other.known.all.iter().zip(&other.docs) {
            let number = self.number(*word);
            if let Some(own) = self.get_mut(number) {
                own.count += docs.len();
            }
            numbers.push(number);
        }
        numbers
    }

    /// The number of a unit that has another hit.
    #[inline]
    fn counted(&mut self, word: u64) -> u32 {
        let number = self.number(word);
        if let Some(of) = self.get_mut(number) {
            of.count += 1;
        }
        number
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

/// Hits by class and unit, the cheapest kept.
struct Prices<'a> {
    sort: Sort,
    count: usize,
    one_per_supplier: bool,
    freights: Freights<'a>,
    units: Units,
    /// How many were looked at closely, and whether to go on.
    taken: u32,
    cancel: &'a Cancel,
}

impl Prices<'_> {
    /// Offers of a unit whose least price (as it is stored) is greater need not be looked at: the page is full of
    /// cheaper ones.
    fn dearest(&self, unit: u32, quantity: u64) -> u64 {
        let [buyable, ..] = match self.units.get(unit) {
            Some(of) => &of.best,
            None => return u64::MAX,
        };
        let Some(Best::Rows(count, heap)) = buyable else { return u64::MAX };
        let Some(((worst, _), _)) = heap.peek().filter(|_| heap.len() >= *count) else { return u64::MAX };
        match self.sort {
            // Stored plus one; as cheap is not dearer.
            Sort::Price => worst.saturating_add(1),
            // The least price whose goods alone, rounded to the fen, cost more than the whole of the worst.
            _ => {
                let fen = u128::from(*worst) * 10_000_000 + 5_000_000;
                let price = fen / u128::from(quantity.max(1));
                u64::try_from(price).unwrap_or(u64::MAX).saturating_add(2)
            }
        }
    }

    /// Takes the hits of some units in a segment; what is dearer than a whole page of its unit is passed over.
    fn take_all(
        &mut self,
        plan: &Plan,
        of: &OfSegment<'_>,
        is_wanted: &dyn Fn(u32) -> bool,
    ) -> Result<(), Halt> {
        let cancel = self.cancel;
        let quantity = plan.overrides.is_empty().then_some(plan.quantity);
        let mut leasts = Vec::new();
        for (docs, unit) in of.docs.iter().zip(&of.names).filter(|(_, unit)| is_wanted(**unit)) {
            let mut below = (0, 0);
            let is_of_freight = self.sort == Sort::Landed && !self.one_per_supplier && docs.len() > FEW;
            if let Some(quantity) = quantity.filter(|_| is_of_freight) {
                below = self.take_cheapest(plan, of.segment, docs, *unit, quantity)?;
            }
            // Only what is taken changes what is too dear.
            let too_dear =
                |prices: &Self| quantity.map_or(u64::MAX, |quantity| prices.dearest(*unit, quantity));
            let mut dearest = too_dear(self);
            for some in docs.chunks(AT_ONCE) {
                halt(cancel)?;
                of.segment.columns.values(Column::Least, some, &mut leasts);
                for (doc, least) in some.iter().zip(&leasts) {
                    if *least <= dearest && (*least == 0 || (*least, *doc) >= below) {
                        self.take(plan, &of.segment.doc(*doc), *unit)?;
                        dearest = too_dear(self);
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes those with the least prices (as they are stored, and known), the least first, until they are too dear: freight
    /// is reckoned for whatever might be on the page, and the sooner the page is cheap, the less that is. All whose least
    /// price, and then document, comes before what is returned are done then.
    fn take_cheapest(
        &mut self,
        plan: &Plan,
        segment: &Segment,
        docs: &[u32],
        unit: u32,
        quantity: u64,
    ) -> Result<(u64, u32), Halt> {
        let mut cheapest: Vec<(u64, u32)> = Vec::with_capacity(2 * FEW);
        let (mut below, mut leasts) = ((u64::MAX, u32::MAX), Vec::new());
        for some in docs.chunks(AT_ONCE) {
            halt(self.cancel)?;
            segment.columns.values(Column::Least, some, &mut leasts);
            for (doc, least) in some.iter().zip(&leasts) {
                if *least > 0 && (*least, *doc) < below {
                    cheapest.push((*least, *doc));
                }
                if cheapest.len() >= 2 * FEW {
                    let (_, dearest, _) = cheapest.select_nth_unstable(FEW);
                    below = *dearest;
                    cheapest.truncate(FEW);
                }
            }
        }
        cheapest.sort_unstable();
        for (least, doc) in cheapest {
            if least > self.dearest(unit, quantity) {
                break;
            }
            self.take(plan, &segment.doc(doc), unit)?;
        }
        Ok(below)
    }

    fn take(&mut self, plan: &Plan, row: &dyn Row, unit: u32) -> Result<(), Halt> {
        // Terms of freight may have to be read for each.
        self.taken = self.taken.wrapping_add(1);
        if self.taken.is_multiple_of(32) {
            halt(self.cancel)?;
        }
        let quantity = plan.quantity_of(row);
        let (price, can) = row.at(quantity);
        let (class, amount): (Class, _) = match (price, can, self.sort) {
            (Some(price), true, Sort::Landed) => match self.freights.landed(row, price, quantity)? {
                (goods, Some(freight)) => (0, Some(goods.saturating_add(freight))),
                (goods, None) => (1, Some(goods)),
            },
            (Some(price), false, Sort::Landed) => (2, Some(Freights::goods(price, quantity))),
            (Some(price), true, _) => (0, Some(price)),
            (price, ..) => (2, price),
        };
        let (count, one_each) = (self.count, self.one_per_supplier);
        let of = self.units.get_mut(unit);
        if let Some(best) = of.and_then(|of| of.best.get_mut(usize::from(class))) {
            best.get_or_insert_with(|| Best::new(count, one_each)).take(amount.unwrap_or(u64::MAX), row);
        }
        Ok(())
    }
}

/// Freight of offers, each terms read once.
struct Freights<'a> {
    connection: &'a Connection,
    destination: &'a Destination,
    known: HashMap<u64, FreightTerms>,
}

impl Freights<'_> {
    /// Unit price (millionths of a yuan) times quantity (thousandths), rounded to the fen, in fen.
    fn goods(price: u64, quantity: u64) -> u64 {
        let exact = u128::from(price) * u128::from(quantity);
        u64::try_from(exact.saturating_add(5_000_000) / 10_000_000).unwrap_or(u64::MAX)
    }

    /// Goods at the median price, and freight, both in fen.
    fn landed(&mut self, row: &dyn Row, price: u64, quantity: u64) -> Result<(u64, Option<u64>), Halt> {
        let goods = Freights::goods(price, quantity);
        let word = row.get(Column::Freight);
        if !self.known.contains_key(&word) {
            let text = text_of(word as u32, self.connection)?;
            let terms = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
            self.known.insert(word, terms);
        }
        let Some(terms) = self.known.get(&word) else { return Ok((goods, None)) };
        let thousandths = |value: u64, scale| Decimal::from_i128_with_scale(i128::from(value), scale);
        let shipment = Shipment {
            quantity: thousandths(quantity, 3),
            weight_kg: row.figure(Column::Weight).map(|grams| thousandths(grams, 3)),
            volume_m3: row.figure(Column::Volume).map(|cm3| thousandths(cm3, 6)),
            goods: Money::from_fen(i64::try_from(goods).unwrap_or(i64::MAX)),
        };
        let freight = estimate(terms, &shipment, self.destination).amount();
        Ok((goods, freight.map(crate::catalog::facts::micro).map(|micro| micro / 10_000)))
    }
}
