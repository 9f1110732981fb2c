//! Numbers that are read together, in a row: a look at one is a look at all, where columns would be as many pages.

use std::io;

use tantivy::directory::OwnedBytes;

use crate::catalog::index::columns::common;
use crate::catalog::index::tables::{Head, Packed, Unpacked};

/// What is behind the records, so that the last can be read eight bytes at a time.
const PAD: [u8; 8] = [0; 8];

/// Records of `N` numbers, each so many steps above its field's least, in as many bytes as the greatest needs.
#[derive(Clone)]
pub(super) struct Records<const N: usize> {
    bytes: OwnedBytes,
    count: usize,
    /// Bytes of one.
    length: usize,
    fields: [Field; N],
}

/// Hands over every record, in order; asked more than once.
pub(super) type Each<'a, const N: usize> = &'a dyn Fn(&mut dyn FnMut([u64; N]));

/// Where a number stands in a record: so many steps above the least.
#[derive(Clone, Copy, Default)]
struct Field {
    least: u64,
    step: u64,
    at: usize,
    mask: u64,
}

/// What the values of a field come to.
#[derive(Clone, Copy)]
struct Spread {
    least: u64,
    greatest: u64,
    step: u64,
}

impl Spread {
    /// Bytes a value needs, in steps above the least.
    fn width(&self) -> usize {
        (u64::BITS - ((self.greatest - self.least) / self.step).leading_zeros()).div_ceil(8) as usize
    }
}

impl<const N: usize> Records<N> {
    /// Writes them.
    pub fn pack(packed: &mut Packed<'_>, head: &mut Head, each: Each<'_, N>) -> io::Result<()> {
        let mut fields = [Spread { least: u64::MAX, greatest: 0, step: 0 }; N];
        let mut count = 0_u32;
        each(&mut |record| {
            count += 1;
            for (field, value) in fields.iter_mut().zip(record) {
                (field.least, field.greatest) = (field.least.min(value), field.greatest.max(value));
            }
        });
        each(&mut |record| {
            for (field, value) in fields.iter_mut().zip(record) {
                if field.step != 1 {
                    field.step = common(field.step, value - field.least);
                }
            }
        });
        head.number(count);
        for field in &mut fields {
            *field = Spread { least: field.least.min(field.greatest), step: field.step.max(1), ..*field };
            head.long(field.least);
            head.long(field.step);
            head.number(field.width() as u32);
        }
        let mut done = Ok(());
        each(&mut |record| {
            for (field, value) in fields.iter().zip(record) {
                let steps = (value - field.least) / field.step;
                let bytes = steps.to_le_bytes();
                if done.is_ok() {
                    done = packed.bytes(bytes.get(..field.width()).unwrap_or_default());
                }
            }
        });
        done?;
        packed.bytes(&PAD)
    }

    /// As they were written.
    pub fn read(head: &mut Unpacked<'_>, unpacked: &mut Unpacked<'_>, of: &OwnedBytes) -> Option<Records<N>> {
        let count = head.number()? as usize;
        let mut fields = [Field::default(); N];
        let mut length = 0;
        for field in &mut fields {
            let (least, step, width) = (head.long()?, head.long()?, head.number()?);
            let mask = match width {
                0..8 => (1 << (8 * width)) - 1,
                8 => u64::MAX,
                _ => return None,
            };
            *field = Field { least, step, at: length, mask };
            length += width as usize;
        }
        let from = unpacked.at();
        let bytes = unpacked.take(count.checked_mul(length)?.checked_add(PAD.len())?)?.len();
        Some(Records { bytes: of.slice(from..from + bytes), count, length, fields })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// One of them; `None` = there are not so many.
    #[inline]
    pub fn get(&self, nth: usize) -> Option<[u64; N]> {
        if nth >= self.count {
            return None;
        }
        let bytes = self.bytes.as_slice().get(nth * self.length..)?;
        let mut record = [0; N];
        for (value, field) in record.iter_mut().zip(&self.fields) {
            let steps = u64::from_le_bytes(*bytes.get(field.at..)?.first_chunk()?) & field.mask;
            // What a damaged table says is any number.
            *value = field.least.wrapping_add(steps.wrapping_mul(field.step));
        }
        Some(record)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn records_are_read_as_they_were(
            records in prop::collection::vec((0..5_u64, any::<u64>(), 1_000..200_000_u64), 0..60),
            step in prop_oneof![Just(1_u64), Just(1_000)],
        ) {
            let records: Vec<[u64; 4]> = records.into_iter().map(|(a, b, c)| [a, b, 77, c * step]).collect();
            let mut bytes = Vec::new();
            let mut packed = Packed::new(&mut bytes, "").unwrap();
            let mut head = Head::default();
            Records::pack(&mut packed, &mut head, &|each| records.iter().for_each(|record| each(*record))).unwrap();
            packed.number(9).unwrap();
            packed.end_with(&head).unwrap();
            let bytes = OwnedBytes::new(bytes);
            let (mut head, mut unpacked) = Unpacked::open_with_head(&bytes).unwrap();
            let read = Records::<4>::read(&mut head, &mut unpacked, &bytes).unwrap();
            prop_assert_eq!(unpacked.number(), Some(9));
            prop_assert_eq!(read.count(), records.len());
            for (nth, record) in records.iter().enumerate() {
                prop_assert_eq!(read.get(nth), Some(*record));
            }
        }
    }
}
