//! What is known of the documents of a segment beside their words: a number a document and column, and its prices by
//! quantity. Each column is as wide as its greatest number needs, and read where it lies.

use std::io;
use std::ops::RangeInclusive;

use tantivy::TantivyError;
use tantivy::directory::OwnedBytes;

use crate::catalog::facts::{Flags, WordId};
use crate::catalog::index::place::{Place, Tie};
use crate::catalog::index::quick::{self, Quick};
use crate::catalog::index::records::Records;
use crate::catalog::index::schema::Column;
use crate::catalog::index::stream::Bits;
use crate::catalog::index::tables::{Head, Packed, Table, Unpacked};

/// Documents whose values are read in a row.
const BLOCK: u32 = 1_024;

/// Columns of a segment.
pub struct Columns(Numbers);

impl Columns {
    /// Of the numbers of a segment.
    pub fn open(numbers: Option<&Numbers>) -> Result<Columns, TantivyError> {
        let broken = || TantivyError::InternalError("a segment has no numbers".to_owned());
        numbers.cloned().map(Columns).ok_or_else(broken)
    }

    /// The value of a document.
    #[inline]
    pub fn get(&self, column: Column, doc: u32) -> u64 {
        self.0.get(column, doc)
    }

    /// Values of some documents, ascending.
    pub fn values(&self, column: Column, docs: &[u32], into: &mut Vec<u64>) {
        into.clear();
        if let Some(numbers) = self.0.columns.get(column as usize) {
            numbers.of(docs, into);
        }
    }

    /// The least and the greatest value.
    pub fn bounds(&self, column: Column) -> (u64, u64) {
        self.0.columns.get(column as usize).map_or((0, u64::MAX), |numbers| (numbers.least, numbers.greatest))
    }

    /// Values of neighbouring documents, far faster than one by one. Nothing where there are not so many.
    pub fn range(&self, column: Column, from: u32, into: &mut [u64]) {
        if let Some(numbers) = self.0.columns.get(column as usize) {
            numbers.range(from as usize, into);
        }
    }

    /// The different words of the dictionary that so many documents have in a column, ascending.
    pub fn distinct(&self, column: Column, documents: u32) -> Vec<WordId> {
        let (mut words, mut values) = (Vec::new(), Vec::new());
        for from in (0..documents).step_by(BLOCK as usize) {
            values.clear();
            values.resize((documents - from).min(BLOCK) as usize, 0);
            self.range(column, from, &mut values);
            words.extend(values.iter().filter_map(|value| WordId::try_from(*value).ok()));
            // Many have the same, and a million numbers need not be held for a few thousand.
            if words.len() > 1 << 18 {
                words.sort_unstable();
                words.dedup();
            }
        }
        words.sort_unstable();
        words.dedup();
        words
    }

    /// Documents of an offer, old states of it included.
    pub fn docs_of(&self, tie: Tie) -> impl Iterator<Item = u32> {
        self.0.docs_of(tie)
    }

    /// See [`crate::catalog::index::Row::at`].
    pub fn at(&self, doc: u32, quantity: u64) -> (Option<u64>, bool) {
        let Some((price, buyable)) = self.0.steps.at(doc, quantity) else { return (None, false) };
        (
            price.checked_sub(1),
            buyable
                && quantity.is_multiple_of(self.0.quick.lot(doc).unwrap_or_else(|| self.lot_or_unit(doc))),
        )
    }

    /// Whether a document can be bought at a quantity for a price within bounds, where one look says so.
    #[inline]
    pub fn price_within(&self, doc: u32, bounds: &RangeInclusive<u64>, quantity: u64) -> Option<bool> {
        self.0.quick.price_within(doc, bounds, quantity)
    }

    /// Whether a document has any of some flags.
    #[inline]
    pub fn has_any(&self, flags: Flags, doc: u32) -> bool {
        if Quick::knows(flags) {
            return self.0.quick.has_any(flags, doc);
        }
        self.get(Column::Flags, doc) as u32 & flags.0 != 0
    }

    /// Takes documents with any of some flags out of a set; `false` where that is to be asked of each.
    pub fn remove_any(&self, flags: Flags, from: &mut Bits) -> bool {
        let is_known = Quick::knows(flags);
        if is_known {
            self.0.quick.remove_any(flags, from);
        }
        is_known
    }

    fn lot_or_unit(&self, doc: u32) -> u64 {
        lot_or_unit(self.get(Column::Lot, doc), || self.get(Column::Flags, doc))
    }
}

/// Of what a quantity must be a multiple (thousandths), from the columns that say it.
pub(super) fn lot_or_unit(lot: u64, flags: impl Fn() -> u64) -> u64 {
    match lot {
        0 | 1 if Flags(flags() as u32).has(Flags::MEASURED) => 1,
        0 | 1 => 1_000,
        lot => lot - 1,
    }
}

/// A step of the price: from which quantity on (thousandths); whether it can be bought there, 0 or 1; the price
/// (millionths, plus one; 0 = unknown).
pub type Step = [u64; 3];

/// Documents whose numbers are written, in their order.
pub trait Told {
    /// How many.
    fn documents(&self) -> usize;
    /// The values of a column, one a document.
    fn column(&self, column: Column, into: &mut Vec<u64>);
    /// The flags of one.
    fn flags(&self, nth: u32) -> Flags;
    /// What is found of one at one look.
    fn record(&self, nth: u32) -> quick::Record;
    /// How many steps each has.
    fn steps(&self, each: &mut dyn FnMut(usize));
    /// The steps of all.
    fn each_step(&self, each: &mut dyn FnMut(Step));
}

/// All numbers of a segment, each column as wide as its greatest number needs.
#[derive(Clone)]
pub struct Numbers {
    columns: Vec<ColumnTable>,
    steps: StepTable,
    /// Documents by the numbers of their offers: [`Tie`].
    by_tie: ColumnTable,
    quick: Quick,
}

impl Numbers {
    /// The table of a segment, as it is written.
    pub(super) fn pack(told: &impl Told, mut packed: Packed<'_>) -> io::Result<()> {
        let mut head = Head::default();
        let documents = told.documents() as u32;
        head.number(documents);
        Quick::pack(&mut packed, &mut head, documents, &|doc| told.flags(doc), &|doc| told.record(doc))?;
        head.number(Column::ALL.len() as u32);
        let (mut values, mut bytes) = (Vec::with_capacity(told.documents()), Vec::new());
        for column in Column::ALL {
            told.column(column, &mut values);
            pack_column(&mut packed, &mut head, &values, &mut bytes)?;
        }
        let mut end = 0;
        values.clear();
        values.push(end);
        told.steps(&mut |count| {
            end += count as u64;
            values.push(end);
        });
        pack_column(&mut packed, &mut head, &values, &mut bytes)?;
        Records::pack(&mut packed, &mut head, &|each| told.each_step(each))?;
        told.column(Column::Place, &mut values);
        let mut docs: Vec<(u64, u32)> =
            values.iter().zip(0..).map(|(place, doc)| (Place(*place).tie().0, doc)).collect();
        docs.sort_unstable();
        values.clear();
        values.extend(docs.into_iter().map(|(_, doc)| u64::from(doc)));
        pack_column(&mut packed, &mut head, &values, &mut bytes)?;
        packed.end_with(&head)
    }

    /// Whether it is of a segment with so many documents.
    pub fn is_of(&self, documents: u32) -> bool {
        let documents = documents as usize;
        self.columns.len() == Column::ALL.len()
            && self.columns.iter().all(|column| column.count == documents)
            && self.steps.begins.count == documents + 1
            && self.by_tie.count == documents
    }

    /// The value of a document.
    #[inline]
    pub fn get(&self, column: Column, doc: u32) -> u64 {
        self.columns.get(column as usize).map_or(0, |numbers| numbers.get(doc as usize))
    }

    /// What is found of a document at one look.
    pub fn record(&self, doc: u32) -> quick::Record {
        self.quick.record(doc)
    }

    /// All values of a column.
    pub fn column(&self, column: Column, into: &mut Vec<u64>) {
        into.clear();
        if let Some(numbers) = self.columns.get(column as usize) {
            into.resize(numbers.count, 0);
            numbers.range(0, into);
        }
    }

    /// Which steps are of a document.
    pub fn steps_of(&self, doc: u32) -> std::ops::Range<usize> {
        let begins = &self.steps.begins;
        begins.get(doc as usize) as usize..begins.get(doc as usize + 1) as usize
    }

    /// One of them.
    pub fn step(&self, step: usize) -> Step {
        self.steps.steps.get(step).unwrap_or_default()
    }

    /// Documents of an offer, old states of it included.
    pub fn docs_of(&self, tie: Tie) -> impl Iterator<Item = u32> {
        let doc = |nth: usize| self.by_tie.get(nth) as u32;
        let tie_of = move |nth: usize| Place(self.get(Column::Place, doc(nth))).tie();
        let (mut low, mut high) = (0, self.by_tie.count);
        while low < high {
            let middle = low.midpoint(high);
            if tie_of(middle) < tie {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        (low..self.by_tie.count).take_while(move |nth| tie_of(*nth) == tie).map(doc)
    }
}

impl Table for Numbers {
    fn open(bytes: OwnedBytes) -> Option<Self> {
        let (mut head, mut unpacked) = Unpacked::open_with_head(&bytes)?;
        let documents = head.number()? as usize;
        let quick = Quick::read(&mut head, &mut unpacked, &bytes, documents)?;
        let count = head.number()? as usize;
        let mut columns = Vec::with_capacity(Column::ALL.len());
        for _ in 0..count.min(Column::ALL.len()) {
            columns.push(ColumnTable::read(&mut head, &mut unpacked, &bytes)?);
        }
        let begins = ColumnTable::read(&mut head, &mut unpacked, &bytes)?;
        let steps = StepTable { begins, steps: Records::read(&mut head, &mut unpacked, &bytes)? };
        let by_tie = ColumnTable::read(&mut head, &mut unpacked, &bytes)?;
        Some(Numbers { columns, steps, by_tie, quick })
    }
}

/// Writes a column; `bytes` is room to use.
fn pack_column(
    packed: &mut Packed<'_>,
    head: &mut Head,
    values: &[u64],
    bytes: &mut Vec<u8>,
) -> io::Result<()> {
    let least = values.iter().copied().min().unwrap_or_default();
    let greatest = values.iter().copied().max().unwrap_or_default();
    // Prices are whole fen mostly, quantities whole pieces.
    let mut step = 0;
    for value in values {
        step = common(step, value - least);
        if step == 1 {
            break;
        }
    }
    let step = step.max(1);
    let width = (u64::BITS - ((greatest - least) / step).leading_zeros()).div_ceil(8);
    head.number(width);
    head.number(values.len() as u32);
    for number in [least, greatest, step] {
        head.long(number);
    }
    for some in values.chunks(1 << 13) {
        bytes.clear();
        for value in some {
            let steps = if step == 1 { value - least } else { (value - least) / step };
            bytes.extend_from_slice(steps.to_le_bytes().get(..width as usize).unwrap_or_default());
        }
        packed.bytes(bytes)?;
    }
    Ok(())
}

/// The greatest number that divides both.
pub(super) fn common(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// One column: so many numbers, each so many steps above the least as its bytes say.
#[derive(Clone)]
struct ColumnTable {
    bytes: OwnedBytes,
    /// Bytes a number; 0 = all are the least.
    width: u8,
    count: usize,
    least: u64,
    greatest: u64,
    step: u64,
}

/// Does something for the width a column has, known when it is compiled: reading is a load then.
macro_rules! by_width {
    ($column:expr, $none:expr, $width:ident => $do:expr) => {
        match $column.width {
            1 => {
                const $width: usize = 1;
                $do
            }
            2 => {
                const $width: usize = 2;
                $do
            }
            3 => {
                const $width: usize = 3;
                $do
            }
            4 => {
                const $width: usize = 4;
                $do
            }
            5 => {
                const $width: usize = 5;
                $do
            }
            6 => {
                const $width: usize = 6;
                $do
            }
            7 => {
                const $width: usize = 7;
                $do
            }
            8 => {
                const $width: usize = 8;
                $do
            }
            _ => $none,
        }
    };
}

impl ColumnTable {
    fn read(head: &mut Unpacked<'_>, unpacked: &mut Unpacked<'_>, of: &OwnedBytes) -> Option<ColumnTable> {
        let width = u8::try_from(head.number()?).ok().filter(|width| *width <= 8)?;
        let count = head.number()? as usize;
        let (least, greatest, step) = (head.long()?, head.long()?, head.long()?);
        let from = unpacked.at();
        let length = unpacked.take(count.checked_mul(usize::from(width))?)?.len();
        Some(ColumnTable { bytes: of.slice(from..from + length), width, count, least, greatest, step })
    }

    /// A number so many steps above the least; what a damaged table says is any number.
    #[inline]
    fn above(&self, steps: u64) -> u64 {
        self.least.wrapping_add(steps.wrapping_mul(self.step))
    }

    #[inline]
    fn get(&self, nth: usize) -> u64 {
        let bytes = self.bytes.as_slice();
        self.above(by_width!(self, 0, WIDTH => number::<WIDTH>(bytes, nth)))
    }

    fn of(&self, docs: &[u32], into: &mut Vec<u64>) {
        let bytes = self.bytes.as_slice();
        by_width!(self, into.resize(docs.len(), self.least), WIDTH => {
            into.extend(docs.iter().map(|doc| self.above(number::<WIDTH>(bytes, *doc as usize))));
        });
    }

    fn range(&self, from: usize, into: &mut [u64]) {
        by_width!(self, into.fill(self.least), WIDTH => {
            let (numbers, _) = self.bytes.as_slice().as_chunks::<WIDTH>();
            for (into, number) in into.iter_mut().zip(numbers.get(from..).unwrap_or_default()) {
                *into = self.above(widened(number));
            }
        });
    }
}

#[inline]
fn number<const WIDTH: usize>(bytes: &[u8], nth: usize) -> u64 {
    let (numbers, _) = bytes.as_chunks::<WIDTH>();
    numbers.get(nth).map_or(0, widened)
}

#[inline]
fn widened<const WIDTH: usize>(bytes: &[u8; WIDTH]) -> u64 {
    let mut wide = [0_u8; 8];
    if let Some(first) = wide.first_chunk_mut::<WIDTH>() {
        *first = *bytes;
    }
    u64::from_le_bytes(wide)
}

/// Prices by quantity.
#[derive(Clone)]
struct StepTable {
    /// Where the steps of each document begin, and the end of the last.
    begins: ColumnTable,
    steps: Records<3>,
}

impl StepTable {
    /// The stored price of the last step at or under a quantity, and whether it can be bought there.
    #[inline]
    fn at(&self, doc: u32, quantity: u64) -> Option<(u64, bool)> {
        let doc = doc as usize;
        let (begin, end) = (self.begins.get(doc) as usize, self.begins.get(doc + 1) as usize);
        let steps = (begin..end).map_while(|step| self.steps.get(step));
        let last = steps.take_while(|[from, ..]| *from <= quantity).last();
        last.map(|[_, buyable, price]| (price, buyable == 1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn columns_of_any_width_are_read_as_they_were(
            least in prop_oneof![Just(0), 0..300_u64, any::<u64>()], span in prop_oneof![Just(0), Just(200), Just(60_000), Just(1 << 31), any::<u64>()],
            parts in prop::collection::vec(any::<u32>(), 1..3_000), step in prop_oneof![Just(1_u64), Just(1_000), Just(7)], from in 0..3_000_usize,
        ) {
            let told: Vec<u64> = parts.iter().map(|part| {
                let above = u128::from(span) * u128::from(*part) / u128::from(u32::MAX);
                least.saturating_add(above as u64 / step * step)
            }).collect();
            let mut bytes = Vec::new();
            let mut packed = Packed::new(&mut bytes, "").unwrap();
            let mut head = Head::default();
            pack_column(&mut packed, &mut head, &told, &mut Vec::new()).unwrap();
            packed.end_with(&head).unwrap();
            let bytes = OwnedBytes::new(bytes);
            let (mut head, mut unpacked) = Unpacked::open_with_head(&bytes).unwrap();
            let column = ColumnTable::read(&mut head, &mut unpacked, &bytes).unwrap();
            let docs: Vec<u32> = (0..parts.len() as u32).filter(|doc| doc % 3 != 1).collect();
            let (mut some, mut run) = (Vec::new(), vec![7; 50]);
            column.of(&docs, &mut some);
            column.range(from, &mut run);
            for (doc, value) in docs.iter().zip(&some) {
                prop_assert_eq!(*value, told[*doc as usize]);
                prop_assert_eq!(column.get(*doc as usize), *value);
                prop_assert!((column.least..=column.greatest).contains(value));
            }
            for (value, told) in run.iter().zip(told.get(from..).unwrap_or_default()) {
                prop_assert_eq!(value, told);
            }
            prop_assert_eq!(column.count, told.len());
        }
    }
}
