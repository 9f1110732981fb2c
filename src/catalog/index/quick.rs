//! What most questions about the offers of a segment come down to, where one look finds it: whether an offer is shown at
//! all, a bit each; and from which quantity to which it can be bought, at what prices, a few bytes in a row.
//!
//! Flags, steps and prices say the same, but lie in six columns: who counts ten thousand hits all over a million offers
//! would read every page of them. What does not fit this shape ([`ODD`]) is looked up there.

use std::io;
use std::ops::RangeInclusive;

use tantivy::directory::OwnedBytes;

use crate::catalog::facts::Flags;
use crate::catalog::index::records::Records;
use crate::catalog::index::stream::Bits;
use crate::catalog::index::tables::{Head, Packed, Unpacked};
use crate::domain::search::Flag;

/// See the module.
#[derive(Clone)]
pub(super) struct Quick {
    fees: Marks,
    advertised: Marks,
    records: Records<FIELDS>,
}

/// Numbers of a record, in the order of [`Record`].
const FIELDS: usize = 6;

/// What stands of an offer: [`EVEN`] or [`ODD`]; the least and the greatest price (millionths of a yuan) it can be
/// bought for; the least quantity (thousandths) that can be bought, 0 = none; the first above it that cannot, 0 = all
/// can; and of what each must be a multiple.
pub(super) type Record = [u64; FIELDS];

/// The record says everything.
const EVEN: u64 = 0;
/// It says nothing: the steps do.
const ODD: u64 = 1;

/// The record of an offer from its steps, ascending: the quantity each begins at, whether one can buy there, and its price
/// (one more than it is, 0 = unknown). `least` is the least of all its prices (the same way), `lot` of what quantities
/// are multiples.
pub(super) fn record(steps: impl Iterator<Item = (u64, bool, u64)>, least: u64, lot: u64) -> Record {
    let odd = [ODD, 0, 0, 0, 0, 0];
    let (mut low, mut high, mut open, mut shut) = (u64::MAX, 0, 0, 0);
    for (from, buyable, price) in steps {
        match (buyable, open > 0, shut > 0) {
            // Neither bought again above what is in stock, nor for nobody knows how much, nor from nothing on.
            (true, _, true) => return odd,
            (true, is_open, false) => {
                let Some(price) = price.checked_sub(1) else { return odd };
                if !is_open {
                    if from == 0 {
                        return odd;
                    }
                    open = from;
                }
                (low, high) = (low.min(price), high.max(price));
            }
            (false, true, false) => shut = from,
            (false, ..) => {}
        }
    }
    match least.checked_sub(1) {
        _ if open == 0 => [EVEN, 0, 0, 0, 0, lot],
        // What is never cheaper than something dearer is told so by another column.
        Some(least) if least <= low => [EVEN, low, high, open, shut, lot],
        _ => odd,
    }
}

impl Quick {
    /// Whether the flags are all among those that have a bit.
    pub fn knows(flags: Flags) -> bool {
        flags.0 & !Flags::FEE.with(Flags::of(Flag::Advertised)).0 == 0
    }

    /// Whether an offer has any of them.
    #[inline]
    pub fn has_any(&self, flags: Flags, doc: u32) -> bool {
        (flags.has(Flags::FEE) && self.fees.has(doc))
            || (flags.has(Flags::of(Flag::Advertised)) && self.advertised.has(doc))
    }

    /// Takes those with any of the flags out of a set; see [`Quick::knows`].
    pub fn remove_any(&self, flags: Flags, from: &mut Bits) {
        for (flag, marks) in [(Flags::FEE, &self.fees), (Flags::of(Flag::Advertised), &self.advertised)] {
            if flags.has(flag) {
                from.remove_marked(marks.0.as_slice());
            }
        }
    }

    /// Whether an offer can be bought at a quantity for a price within bounds; `None` = the steps say.
    #[inline]
    pub fn price_within(&self, doc: u32, bounds: &RangeInclusive<u64>, quantity: u64) -> Option<bool> {
        let [kind, low, high, open, shut, lot] = self.records.get(doc as usize)?;
        if kind != EVEN {
            return None;
        }
        if open == 0
            || quantity < open
            || (shut > 0 && quantity >= shut)
            || high < *bounds.start()
            || low > *bounds.end()
            || !quantity.is_multiple_of(lot)
        {
            return Some(false);
        }
        (low >= *bounds.start() && high <= *bounds.end()).then_some(true)
    }

    /// Of what a quantity of an offer must be a multiple; `None` = other columns say.
    pub fn lot(&self, doc: u32) -> Option<u64> {
        let [kind, .., lot] = self.records.get(doc as usize)?;
        (kind == EVEN).then_some(lot)
    }

    /// The record of a document; one that says nothing where there is none.
    pub fn record(&self, doc: u32) -> Record {
        self.records.get(doc as usize).unwrap_or([ODD, 0, 0, 0, 0, 0])
    }

    /// Writes it of so many documents.
    pub fn pack(
        packed: &mut Packed<'_>,
        head: &mut Head,
        documents: u32,
        flags: &dyn Fn(u32) -> Flags,
        record: &dyn Fn(u32) -> Record,
    ) -> io::Result<()> {
        for flag in [Flags::FEE, Flags::of(Flag::Advertised)] {
            for first in (0..documents).step_by(8) {
                let eight = (first..documents.min(first + 8)).filter(|doc| flags(*doc).has(flag));
                packed.bytes(&[eight.fold(0_u8, |byte, doc| byte | 1 << (doc - first))])?;
            }
        }
        Records::pack(packed, head, &|each| (0..documents).for_each(|doc| each(record(doc))))
    }

    /// As it was written of so many documents.
    pub fn read(
        head: &mut Unpacked<'_>,
        unpacked: &mut Unpacked<'_>,
        of: &OwnedBytes,
        documents: usize,
    ) -> Option<Quick> {
        let mut marks = || {
            let from = unpacked.at();
            let length = unpacked.take(documents.div_ceil(8))?.len();
            Some(Marks(of.slice(from..from + length)))
        };
        let (fees, advertised) = (marks()?, marks()?);
        let records = Records::read(head, unpacked, of)?;
        (records.count() == documents).then_some(Quick { fees, advertised, records })
    }
}

/// A bit a document.
#[derive(Clone)]
struct Marks(OwnedBytes);

impl Marks {
    #[inline]
    fn has(&self, doc: u32) -> bool {
        self.0.as_slice().get(doc as usize / 8).is_some_and(|byte| byte >> (doc % 8) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the steps of an offer say, looked at one by one.
    fn by_steps(
        steps: &[(u64, bool, u64)],
        least: u64,
        lot: u64,
        bounds: &RangeInclusive<u64>,
        quantity: u64,
    ) -> bool {
        if least.checked_sub(1).is_none_or(|least| least > *bounds.end()) {
            return false;
        }
        let Some((_, buyable, price)) = steps.iter().rev().find(|(from, ..)| *from <= quantity) else {
            return false;
        };
        *buyable
            && quantity.is_multiple_of(lot)
            && price.checked_sub(1).is_some_and(|price| bounds.contains(&price))
    }

    fn offer() -> impl Strategy<Value = (Vec<(u64, bool, u64)>, u64, u64)> {
        let step = (0..9_u64, prop::bool::weighted(0.7), 0..7_u64);
        (prop::collection::vec(step, 0..5), prop::bool::weighted(0.8), 0..7_u64, 1..5_u64).prop_map(
            |(mut steps, is_least, any, lot)| {
                steps.sort_by_key(|(from, ..)| *from);
                steps.dedup_by_key(|(from, ..)| *from);
                let known = steps.iter().map(|(.., price)| *price).filter(|price| *price > 0).min();
                (steps, if is_least { known.unwrap_or(0) } else { any }, lot)
            },
        )
    }

    proptest! {
        #[test]
        fn records_say_what_the_steps_do(
            offers in prop::collection::vec((offer(), 0..4_u32), 1..70), from in 0..7_u64, to in 0..7_u64, quantity in 0..12_u64,
        ) {
            let flag = |nth: u32| [Flags::default(), Flags::FEE, Flags::of(Flag::Advertised), Flags::FEE.with(Flags::of(Flag::Advertised))][nth as usize];
            let mut bytes = Vec::new();
            let mut packed = Packed::new(&mut bytes, "").unwrap();
            let record_of = |doc: u32| {
                let ((steps, least, lot), _) = &offers[doc as usize];
                record(steps.iter().copied(), *least, *lot)
            };
            let mut head = Head::default();
            Quick::pack(&mut packed, &mut head, offers.len() as u32, &|doc| flag(offers[doc as usize].1), &record_of).unwrap();
            packed.end_with(&head).unwrap();
            let bytes = OwnedBytes::new(bytes);
            let (mut head, mut unpacked) = Unpacked::open_with_head(&bytes).unwrap();
            let quick = Quick::read(&mut head, &mut unpacked, &bytes, offers.len()).unwrap();
            prop_assert!(head.rest().is_empty() && unpacked.rest().is_empty());
            let bounds = from..=to;
            for (doc, ((steps, least, lot), flags)) in (0..).zip(&offers) {
                let told = by_steps(steps, *least, *lot, &bounds, quantity);
                if let Some(said) = quick.price_within(doc, &bounds, quantity) {
                    prop_assert_eq!(said, told, "{:?} {} {}", steps, least, lot);
                }
                // Ascending prices and a minimum are what nearly all have: those are said.
                if steps.iter().all(|(from, buyable, price)| *buyable && *from > 0 && *price > 0) && *least > 0 && from == 0 && to == 6 {
                    let least = least - 1;
                    prop_assert!(steps.iter().any(|(.., price)| price - 1 < least) || quick.price_within(doc, &bounds, quantity).is_some());
                }
                for nth in 0..4 {
                    prop_assert_eq!(quick.has_any(flag(nth), doc), flag(nth).0 & flag(*flags).0 != 0);
                }
            }
            // Of a document there is not, any answer will do.
            let _ = quick.price_within(offers.len() as u32 + 9, &bounds, quantity);
        }
    }
}
