//! What is known of the documents of a segment beside their words: a number a document and column, and its prices by
//! quantity. Read from the table beside the segment where there is one ([`Numbers`]), else from tantivy's own columns.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::sync::Arc;

use tantivy::columnar::{ColumnIndex, ColumnValues};
use tantivy::directory::OwnedBytes;
use tantivy::{SegmentReader, TantivyError};

use crate::catalog::facts::Flags;
use crate::catalog::index::quick::{self, Quick};
use crate::catalog::index::schema::{Column, STEP_FROM, STEP_PRICE};
use crate::catalog::index::tables::{Packed, Table, Unpacked};

/// Columns of a segment.
pub struct Columns {
    values: Vec<Values>,
    /// `None` where no offer of the segment has a price.
    steps: Option<Steps>,
    quick: Option<Quick>,
}

enum Values {
    Table(ColumnTable),
    Packed(Arc<dyn ColumnValues<u64>>),
}

/// See [`STEP_FROM`].
enum Steps {
    Table(StepTable),
    Packed { of: ColumnIndex, from: Arc<dyn ColumnValues<u64>>, price: Arc<dyn ColumnValues<u64>> },
}

/// tantivy's own columns of a segment.
struct Own {
    values: Vec<Arc<dyn ColumnValues<u64>>>,
    steps: Option<(ColumnIndex, Arc<dyn ColumnValues<u64>>, Arc<dyn ColumnValues<u64>>)>,
}

impl Own {
    fn open(reader: &SegmentReader) -> Result<Own, TantivyError> {
        let fast = reader.fast_fields();
        let mut values = Vec::with_capacity(Column::ALL.len());
        for of in Column::ALL {
            let column = fast
                .column_opt::<u64>(of.name())?
                .ok_or_else(|| TantivyError::SchemaError(format!("the index has no column {}", of.name())))?;
            if !matches!(column.index, ColumnIndex::Full) || column.values.num_vals() != reader.max_doc() {
                return Err(TantivyError::SchemaError(format!("the column {} has holes", of.name())));
            }
            values.push(column.values);
        }
        let from = fast.column_opt::<u64>(STEP_FROM)?;
        let price = fast.column_opt::<u64>(STEP_PRICE)?;
        let steps = from.zip(price).map(|(from, price)| (from.index, from.values, price.values));
        Ok(Own { values, steps })
    }

    fn get(&self, column: Column, doc: u32) -> u64 {
        self.values.get(column as usize).map_or(0, |values| values.get_val(doc))
    }

    fn flags(&self, doc: u32) -> Flags {
        Flags(self.get(Column::Flags, doc) as u32)
    }

    /// What is found of a document at one look.
    fn record(&self, doc: u32) -> quick::Record {
        let (least, lot) = (self.get(Column::Least, doc), self.get(Column::Lot, doc));
        let lot = lot_or_unit(lot, || u64::from(self.flags(doc).0));
        let Some((of, from, price)) = &self.steps else {
            return quick::record(std::iter::empty(), least, lot);
        };
        let steps = of.value_row_ids(doc).map(|step| {
            let from = from.get_val(step);
            (from >> 1, from & 1 == 1, price.get_val(step))
        });
        quick::record(steps, least, lot)
    }
}

impl Columns {
    /// Of a segment, from the table where there is one.
    pub fn open(reader: &SegmentReader, table: Option<&Numbers>) -> Result<Columns, TantivyError> {
        if let Some(numbers) = table.filter(|numbers| numbers.is_of(reader.max_doc())) {
            return Ok(Columns {
                values: numbers.columns.iter().cloned().map(Values::Table).collect(),
                steps: numbers.steps.clone().map(Steps::Table),
                quick: Some(numbers.quick.clone()),
            });
        }
        let Own { values, steps } = Own::open(reader)?;
        Ok(Columns {
            values: values.into_iter().map(Values::Packed).collect(),
            steps: steps.map(|(of, from, price)| Steps::Packed { of, from, price }),
            quick: None,
        })
    }

    /// The value of a document.
    #[inline]
    pub fn get(&self, column: Column, doc: u32) -> u64 {
        match self.values.get(column as usize) {
            Some(Values::Table(numbers)) => numbers.get(doc as usize),
            Some(Values::Packed(values)) => values.get_val(doc),
            None => 0,
        }
    }

    /// Values of some documents, ascending.
    pub fn values(&self, column: Column, docs: &[u32], into: &mut Vec<u64>) {
        into.clear();
        if let Some(Values::Table(numbers)) = self.values.get(column as usize) {
            return numbers.of(docs, into);
        }
        into.resize(docs.len(), 0);
        match (docs.first(), docs.last()) {
            (Some(first), Some(last)) if (last - first) as usize + 1 == docs.len() => {
                self.range(column, *first, into);
            }
            _ => {
                if let Some(Values::Packed(values)) = self.values.get(column as usize) {
                    values.get_vals(docs, into);
                }
            }
        }
    }

    /// The least and the greatest value.
    pub fn bounds(&self, column: Column) -> (u64, u64) {
        match self.values.get(column as usize) {
            Some(Values::Table(numbers)) => (numbers.least, numbers.greatest),
            Some(Values::Packed(values)) => (values.min_value(), values.max_value()),
            None => (0, u64::MAX),
        }
    }

    /// Values of neighbouring documents, far faster than one by one. Nothing where there are not so many.
    pub fn range(&self, column: Column, from: u32, into: &mut [u64]) {
        match self.values.get(column as usize) {
            Some(Values::Table(numbers)) => numbers.range(from as usize, into),
            Some(Values::Packed(values))
                if u64::from(from) + into.len() as u64 <= u64::from(values.num_vals()) =>
            {
                values.get_range(u64::from(from), into);
            }
            _ => {}
        }
    }

    /// See [`crate::catalog::index::Row::at`].
    pub fn at(&self, doc: u32, quantity: u64) -> (Option<u64>, bool) {
        let found = match &self.steps {
            Some(Steps::Table(steps)) => steps.at(doc, quantity),
            Some(Steps::Packed { of, from, price }) => {
                let mut found = None;
                for step in of.value_row_ids(doc) {
                    let from = from.get_val(step);
                    if from >> 1 > quantity {
                        break;
                    }
                    found = Some((step, from & 1 == 1));
                }
                found.map(|(step, buyable)| (price.get_val(step), buyable))
            }
            None => None,
        };
        let Some((price, buyable)) = found else { return (None, false) };
        (price.checked_sub(1), buyable && quantity.is_multiple_of(self.lot_or_unit(doc)))
    }

    /// Whether a document can be bought at a quantity for a price within bounds, where one look says so.
    #[inline]
    pub fn price_within(&self, doc: u32, bounds: &RangeInclusive<u64>, quantity: u64) -> Option<bool> {
        self.quick.as_ref()?.price_within(doc, bounds, quantity)
    }

    /// Whether a document has any of some flags.
    #[inline]
    pub fn has_any(&self, flags: Flags, doc: u32) -> bool {
        match &self.quick {
            Some(quick) if Quick::knows(flags) => quick.has_any(flags, doc),
            _ => self.get(Column::Flags, doc) as u32 & flags.0 != 0,
        }
    }

    fn lot_or_unit(&self, doc: u32) -> u64 {
        lot_or_unit(self.get(Column::Lot, doc), || self.get(Column::Flags, doc))
    }
}

/// Of what a quantity must be a multiple (thousandths), from the columns that say it.
fn lot_or_unit(lot: u64, flags: impl Fn() -> u64) -> u64 {
    match lot {
        0 | 1 if Flags(flags() as u32).has(Flags::MEASURED) => 1,
        0 | 1 => 1_000,
        lot => lot - 1,
    }
}

/// All numbers of a segment, each column as wide as its greatest number needs.
pub struct Numbers {
    columns: Vec<ColumnTable>,
    steps: Option<StepTable>,
    quick: Quick,
}

impl Numbers {
    /// The table of a segment, as it is written.
    pub(super) fn pack(reader: &SegmentReader, out: &mut dyn Write) -> io::Result<()> {
        let own = Own::open(reader).map_err(io::Error::other)?;
        let mut packed = Packed::new(out)?;
        packed.number(reader.max_doc())?;
        Quick::pack(&mut packed, reader.max_doc(), &|doc| own.flags(doc), &|doc| own.record(doc))?;
        let Own { values, steps } = own;
        packed.number(values.len() as u32)?;
        for column in &values {
            pack_column(&mut packed, column.num_vals(), &|visit| each_value(column.as_ref(), visit))?;
        }
        let Some((of, from, price)) = &steps else { return packed.end() };
        pack_column(&mut packed, reader.max_doc() + 1, &|visit| {
            let mut at = 0;
            for doc in 0..reader.max_doc() {
                visit(u64::from(at))?;
                at = of.value_row_ids(doc).end.max(at);
            }
            visit(u64::from(at))
        })?;
        // The quantity and whether it can be bought are two things: apart, both are small.
        pack_column(&mut packed, from.num_vals(), &|visit| {
            each_value(from.as_ref(), &mut |from| visit(from >> 1))
        })?;
        pack_column(&mut packed, from.num_vals(), &|visit| {
            each_value(from.as_ref(), &mut |from| visit(from & 1))
        })?;
        pack_column(&mut packed, price.num_vals(), &|visit| each_value(price.as_ref(), visit))?;
        packed.end()
    }

    /// Whether it is of a segment with so many documents.
    pub fn is_of(&self, documents: u32) -> bool {
        let documents = documents as usize;
        self.columns.len() == Column::ALL.len()
            && self.columns.iter().all(|column| column.count == documents)
            && self.steps.as_ref().is_none_or(|steps| steps.begins.count == documents + 1)
    }
}

impl Table for Numbers {
    fn open(bytes: OwnedBytes) -> Option<Self> {
        let mut unpacked = Unpacked::open(&bytes)?;
        let documents = unpacked.number()? as usize;
        let quick = Quick::read(&mut unpacked, &bytes, documents)?;
        let mut columns = Vec::new();
        for _ in 0..(unpacked.number()? as usize).min(Column::ALL.len()) {
            columns.push(ColumnTable::read(&mut unpacked, &bytes)?);
        }
        if unpacked.rest().is_empty() {
            return Some(Numbers { columns, steps: None, quick });
        }
        let begins = ColumnTable::read(&mut unpacked, &bytes)?;
        let from = ColumnTable::read(&mut unpacked, &bytes)?;
        let buyable = ColumnTable::read(&mut unpacked, &bytes)?;
        let price = ColumnTable::read(&mut unpacked, &bytes)?;
        Some(Numbers { columns, steps: Some(StepTable { begins, from, buyable, price }), quick })
    }
}

/// Shows all values of a column, in their order.
fn each_value(
    column: &dyn ColumnValues<u64>,
    visit: &mut dyn FnMut(u64) -> io::Result<()>,
) -> io::Result<()> {
    let count = column.num_vals();
    let mut block = [0; 1_024];
    let mut from = 0;
    while from < count {
        let length = (count - from).min(block.len() as u32);
        let Some(values) = block.get_mut(..length as usize) else { break };
        column.get_range(u64::from(from), values);
        values.iter().try_for_each(|value| visit(*value))?;
        from += length;
    }
    Ok(())
}

/// Writes a column of so many numbers; `each` shows them, twice, and both times the same.
fn pack_column(
    packed: &mut Packed<'_>,
    count: u32,
    each: &dyn Fn(&mut dyn FnMut(u64) -> io::Result<()>) -> io::Result<()>,
) -> io::Result<()> {
    let (mut least, mut greatest) = (u64::MAX, 0);
    each(&mut |value| {
        (least, greatest) = (least.min(value), greatest.max(value));
        Ok(())
    })?;
    if count == 0 {
        least = 0;
    }
    // Prices are whole fen mostly, quantities whole pieces.
    let mut step = 0;
    each(&mut |value| {
        if step != 1 {
            step = common(step, value - least);
        }
        Ok(())
    })?;
    let step = step.max(1);
    let width = (u64::BITS - ((greatest - least) / step).leading_zeros()).div_ceil(8);
    packed.number(width)?;
    packed.number(count)?;
    for number in [least, greatest, step] {
        packed.bytes(&number.to_le_bytes())?;
    }
    each(&mut |value| {
        let steps = (value - least) / step;
        packed.bytes(steps.to_le_bytes().get(..width as usize).unwrap_or_default())
    })
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
    fn read(unpacked: &mut Unpacked<'_>, of: &OwnedBytes) -> Option<ColumnTable> {
        let width = u8::try_from(unpacked.number()?).ok().filter(|width| *width <= 8)?;
        let count = unpacked.number()? as usize;
        let mut number = || Some(u64::from_le_bytes(*unpacked.take(8)?.first_chunk()?));
        let (least, greatest, step) = (number()?, number()?, number()?);
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

/// Prices by quantity, see [`STEP_FROM`].
#[derive(Clone)]
struct StepTable {
    /// Where the steps of each document begin, and the end of the last.
    begins: ColumnTable,
    from: ColumnTable,
    buyable: ColumnTable,
    price: ColumnTable,
}

impl StepTable {
    /// The stored price of the last step at or under a quantity, and whether it can be bought there.
    #[inline]
    fn at(&self, doc: u32, quantity: u64) -> Option<(u64, bool)> {
        let doc = doc as usize;
        let (mut step, end) = (self.begins.get(doc) as usize, self.begins.get(doc + 1) as usize);
        let mut found = None;
        while step < end {
            if self.from.get(step) > quantity {
                break;
            }
            found = Some(step);
            step += 1;
        }
        found.map(|step| (self.price.get(step), self.buyable.get(step) == 1))
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
            let mut packed = Packed::new(&mut bytes).unwrap();
            pack_column(&mut packed, told.len() as u32, &|visit| told.iter().try_for_each(|value| visit(*value))).unwrap();
            packed.end().unwrap();
            let bytes = OwnedBytes::new(bytes);
            let column = ColumnTable::read(&mut Unpacked::open(&bytes).unwrap(), &bytes).unwrap();
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
