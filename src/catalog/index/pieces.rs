//! Bytes of different lengths at the end of a table, found by their number.

use std::io;

use tantivy::directory::OwnedBytes;

use crate::catalog::index::tables::{Packed, Unpacked};

/// The number at a place of those that begin somewhere among the bytes of a table.
#[inline]
pub(super) fn number_at(bytes: &[u8], begin: usize, nth: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(begin + nth * 4..)?.first_chunk::<4>()?))
}

/// Where each ends, and then the pieces: what a table ends with.
pub(super) struct Pieces {
    bytes: OwnedBytes,
    count: usize,
    /// Where the ends and the pieces begin among the bytes.
    ends: usize,
    from: usize,
}

impl Pieces {
    /// Writes them, and the end of the table.
    pub fn pack<'p>(
        pieces: impl Iterator<Item = &'p [u8]> + Clone,
        mut packed: Packed<'_>,
    ) -> io::Result<()> {
        let (mut ends, mut end) = (Vec::new(), 0_u32);
        for piece in pieces.clone() {
            let length = u32::try_from(piece.len()).ok().and_then(|length| end.checked_add(length));
            end = length.ok_or_else(|| io::Error::other("more than a table takes"))?;
            ends.push(end);
        }
        packed.numbers(ends.len(), ends.into_iter())?;
        for piece in pieces {
            packed.bytes(piece)?;
        }
        packed.end()
    }

    /// As they were written, behind what was taken of the table before; `None` = they do not hold together.
    pub fn read(mut unpacked: Unpacked<'_>, of: &OwnedBytes) -> Option<Pieces> {
        let (all, ends) = unpacked.numbers_at()?;
        let (count, from, length) = (all.len(), unpacked.at(), unpacked.rest().len());
        let holds = all.last().map_or(length == 0, |end| end as usize == length);
        // Without the sum at the end.
        holds.then(|| Pieces { bytes: of.slice(0..from + length), count, ends, from })
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.count
    }

    /// One of them; `None` = there are not so many, or the table is damaged.
    pub fn get(&self, nth: usize) -> Option<&[u8]> {
        let begin = nth.checked_sub(1).map_or(Some(0), |before| number_at(&self.bytes, self.ends, before))?;
        let end = number_at(&self.bytes, self.ends, nth).filter(|_| nth < self.count)?;
        self.bytes.get(self.from + begin as usize..self.from + end as usize)
    }
}
