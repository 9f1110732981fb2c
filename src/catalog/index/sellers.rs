//! The documents of each name of a supplier with its belt, one after the other: a word such as 用品 stands in thousands of
//! names of a dozen documents each, and opening as many lists of terms takes longer than reading them.

use std::io;

use tantivy::InvertedIndexReader;
use tantivy::directory::OwnedBytes;
use tantivy::schema::IndexRecordOption;

use crate::catalog::index::stream::Bits;
use crate::catalog::index::tables::{Packed, Table, Unpacked};
use crate::catalog::index::{Halt, halt};
use crate::domain::search::Cancel;

/// The table of a segment.
pub struct Sellers {
    bytes: OwnedBytes,
    /// How many names, and where the tables begin: where the documents of each name do, and the documents.
    count: usize,
    begins: usize,
    docs: usize,
}

impl Sellers {
    /// The table of a field, as it is written; names are numbered in the order of their terms.
    pub(super) fn pack(index: &InvertedIndexReader, mut packed: Packed<'_>) -> io::Result<()> {
        let (mut begins, mut docs) = (vec![0_u32], Vec::new());
        let mut stream = index.terms().stream()?;
        let mut postings = None;
        while stream.advance() {
            match &mut postings {
                Some(postings) => index.reset_block_postings_from_terminfo(stream.value(), postings)?,
                None => {
                    let first =
                        index.read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
                    postings = Some(first);
                }
            }
            let Some(postings) = &mut postings else { continue };
            while !postings.docs().is_empty() {
                docs.extend_from_slice(postings.docs());
                postings.advance();
            }
            begins.push(docs.len() as u32);
        }
        packed.numbers(begins.len(), begins.into_iter())?;
        packed.numbers(docs.len(), docs.into_iter())?;
        packed.end()
    }

    /// Adds the documents of some names, ascending, for somebody who may lose interest.
    pub fn insert_all(&self, numbers: &[usize], bits: &mut Bits, cancel: &Cancel) -> Result<(), Halt> {
        for (nth, number) in numbers.iter().enumerate() {
            if nth.is_multiple_of(256) {
                halt(cancel)?;
            }
            let (Some(from), Some(to)) = (self.begin(*number), self.begin(number + 1)) else { continue };
            let docs = self.bytes.get(self.docs + 4 * from..self.docs + 4 * to).unwrap_or_default();
            for doc in docs.as_chunks::<4>().0 {
                bits.insert(u32::from_le_bytes(*doc));
            }
        }
        Ok(())
    }

    fn begin(&self, number: usize) -> Option<usize> {
        let bytes = self.bytes.get(self.begins + 4 * number..).filter(|_| number <= self.count)?;
        Some(u32::from_le_bytes(*bytes.first_chunk::<4>()?) as usize)
    }
}

impl Table for Sellers {
    fn open(bytes: OwnedBytes) -> Option<Sellers> {
        let mut unpacked = Unpacked::open(&bytes)?;
        let (begin, begins) = unpacked.numbers_at()?;
        let count = begin.len().checked_sub(1)?;
        let (_, docs) = unpacked.numbers_at()?;
        Some(Sellers { count, begins, docs, bytes: bytes.clone() })
    }
}
