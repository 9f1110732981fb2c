//! The cheapest hits of each unit, gathered while hits are gone through, on any thread.

use std::cmp::Reverse;
use std::ops::RangeInclusive;

use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::Column;
use crate::catalog::index::{Row, Segment};
use crate::catalog::sort::freights::{dearest, goods};
use crate::catalog::sort::units::Units;
use crate::domain::search::Sort;

/// Of no more hits than these of a part everything is gathered; where there are more, they say which units likely fill the
/// page: the so many that most of them are sold in.
const SMALL: usize = if cfg!(test) { 2 } else { 1_024 };
const LIKELY: usize = if cfg!(test) { 1 } else { 2 };

/// One of so many that cannot be bought is few: three of four of the cheapest fill a page and more.
const FEW: usize = if cfg!(test) { 2 } else { 4 };
/// Prices are looked at later.
const ANY: RangeInclusive<u64> = 0..=u64::MAX;

/// What is to be gathered of the hits.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub plan: &'a Plan,
    /// By the unit price, or by what goods cost: freight is only added to the cheapest.
    pub sort: Sort,
    /// Of all units, and of what cannot be bought at its quantity as well; else of what likely fills the page.
    pub everything: bool,
    /// Of each part and unit so many that can be bought, and so many that cannot.
    pub buyable: usize,
    pub unbuyable: usize,
    /// Of this unit all that might be bought for no more than so much, however many they are.
    pub bound: Option<(u64, u64)>,
    /// Whether each is asked if it can be bought, however few cannot.
    pub is_strict: bool,
}

/// What is asked of a document beside its least price.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Nothing yet.
    Least,
    /// Whether it can be bought.
    Buyable,
    /// What it costs where it cannot, too.
    All,
}

/// What was gathered of some hits of a segment.
#[derive(Default)]
pub(super) struct Found {
    pub units: Units<OfUnit>,
    /// What is likely was chosen: the rest was only counted.
    pub is_part: bool,
    /// So few cannot be bought that it is found out of the cheapest only.
    is_lenient: bool,
    count: usize,
    /// Room for units and least prices of the documents at hand.
    words: Vec<u64>,
    leasts: Vec<u64>,
    /// Numbers of their units.
    at_hand: Vec<u32>,
}

/// The hits of one unit.
#[derive(Default)]
pub(super) struct OfUnit {
    /// How many.
    pub count: usize,
    /// The cheapest of them, where they are wanted.
    pub kept: Option<Kept>,
    /// Those at hand.
    docs: Vec<u32>,
}

/// The cheapest hits of a unit.
#[derive(Default)]
pub(super) struct Kept {
    /// Those that can be bought at their quantity, by what they cost at least.
    pub buyable: Cheapest,
    /// Those that cannot, by what they would cost.
    pub unbuyable: Cheapest,
    /// How many were found to be such.
    not_buyable: usize,
}

/// The first documents of a segment by an amount and then by place, which is the order of the documents.
#[derive(Default)]
pub(super) struct Cheapest {
    /// Amounts and documents.
    pub all: Vec<(u64, u32)>,
    /// Those from here on are not kept.
    below: Option<(u64, u32)>,
    /// Whether there were more than were to be kept.
    is_cut: bool,
}

impl Found {
    /// After the first hits: leaves the units most of them are sold in.
    fn choose(&mut self) {
        self.is_part = true;
        let not_buyable = self.units.iter().flat_map(|(_, of)| &of.kept).map(|kept| kept.not_buyable);
        self.is_lenient = not_buyable.sum::<usize>() * FEW <= self.count;
        let mut order: Vec<(usize, &mut OfUnit)> =
            self.units.iter_mut().map(|(_, of)| (of.count, of)).collect();
        order.sort_by_key(|(count, _)| Reverse(*count));
        for (_, of) in order.into_iter().skip(LIKELY) {
            of.kept = None;
        }
    }
}

impl Cheapest {
    /// Keeps a document if it is among the first so many; whether fewer will be from now on.
    #[inline]
    fn push(&mut self, one: (u64, u32), keep: usize) -> bool {
        if self.below.is_some_and(|below| one >= below) {
            return false;
        }
        self.all.push(one);
        if self.all.len() < keep.saturating_mul(2) {
            return false;
        }
        let (_, first_out, _) = self.all.select_nth_unstable(keep);
        self.below = Some(*first_out);
        self.all.truncate(keep);
        self.is_cut = true;
        true
    }

    /// What all that are not kept cost at least.
    fn beyond(&self) -> Option<u64> {
        self.below.map(|(amount, _)| amount)
    }

    /// The first that is not kept since there were too many.
    pub fn cut(&self) -> Option<(u64, u32)> {
        self.below.filter(|_| self.is_cut)
    }
}

impl Wanted<'_> {
    /// Goes through some documents of a segment, ascending.
    pub fn add(&self, segment: &Segment, docs: &[u32], found: &mut Found) {
        let room = if self.everything || found.is_part { usize::MAX } else { SMALL - SMALL.min(found.count) };
        let (docs, rest) = docs.split_at_checked(room).unwrap_or((docs, &[]));
        self.add_some(segment, docs, found);
        if !rest.is_empty() {
            found.choose();
            self.add_some(segment, rest, found);
        }
    }

    fn add_some(&self, segment: &Segment, docs: &[u32], found: &mut Found) {
        found.count += docs.len();
        let Found { units, is_part, is_lenient, words, leasts, at_hand, .. } = found;
        segment.columns.values(Column::Unit, docs, words);
        for (doc, word) in docs.iter().zip(words.iter()) {
            let number = units.number(*word);
            let of = units.of_mut(number);
            if of.docs.is_empty() {
                at_hand.push(number);
            }
            of.docs.push(*doc);
        }
        for number in at_hand.drain(..) {
            let Some((word, of)) = units.get_mut(number) else { continue };
            if of.count == 0 && !*is_part {
                of.kept = Some(Kept::default());
            }
            of.count += of.docs.len();
            if let Some(kept) = &mut of.kept {
                segment.columns.values(Column::Least, &of.docs, leasts);
                let look = match (*is_part, *is_lenient && !self.is_strict) {
                    (false, _) => Look::All,
                    (true, false) => Look::Buyable,
                    (true, true) => Look::Least,
                };
                self.keep(segment, &of.docs, leasts, word, kept, look);
            }
            of.docs.clear();
        }
    }

    fn keep(&self, segment: &Segment, docs: &[u32], leasts: &[u64], word: u64, kept: &mut Kept, look: Look) {
        let bound = self.bound.filter(|(unit, _)| *unit == word);
        let count = if bound.is_some() { usize::MAX } else { self.buyable };
        if let (None, Some((_, most))) = (kept.buyable.below, bound) {
            kept.buyable.below = most.checked_add(1).map(|over| (over, 0));
        }
        let everything = look == Look::All;
        let mut limit = self.limit(kept, everything);
        for (doc, least) in docs.iter().zip(leasts) {
            if *least > limit {
                continue;
            }
            let row = segment.doc(*doc);
            let quantity = self.plan.quantity_of(&row);
            let is_buyable = look == Look::Least && *least > 0 || is_buyable(&row, quantity);
            let is_less = match is_buyable {
                true => {
                    let at_least = self.amount(least.saturating_sub(1), quantity);
                    kept.buyable.push((at_least, *doc), count)
                }
                false if everything => {
                    kept.not_buyable += 1;
                    let amount = row.at(quantity).0.map_or(u64::MAX, |price| self.amount(price, quantity));
                    kept.unbuyable.push((amount, *doc), self.unbuyable)
                }
                false => false,
            };
            if is_less {
                limit = self.limit(kept, everything);
            }
        }
    }

    /// What hits are ordered by before freight: a unit price in millionths, or goods in fen.
    pub fn amount(&self, price: u64, quantity: u64) -> u64 {
        if self.sort == Sort::Price { price } else { goods(price, quantity) }
    }

    /// The least price, as it is stored, that is not yet too great for one of the kept.
    fn limit(&self, kept: &Kept, everything: bool) -> u64 {
        let unbuyable = if everything { kept.unbuyable.beyond() } else { Some(0) };
        let (Some(buyable), Some(unbuyable)) = (kept.buyable.beyond(), unbuyable) else { return u64::MAX };
        let most = buyable.max(unbuyable);
        let price = match self.sort {
            Sort::Price => most,
            _ if self.plan.overrides.is_empty() => dearest(most, self.plan.quantity),
            // Goods of many pieces of what is cheap cost as much as of few of what is not.
            _ => u64::MAX,
        };
        price.saturating_add(1)
    }
}

/// Whether an offer can be bought at a quantity.
#[inline]
fn is_buyable(row: &impl Row, quantity: u64) -> bool {
    row.price_within(&ANY, quantity).unwrap_or_else(|| matches!(row.at(quantity), (Some(_), true)))
}
