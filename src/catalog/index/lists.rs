//! Ascending lists of documents, packed, and read where they lie: 128 at a time, each as wide as the greatest step
//! between two of them needs; what is left over at the end a step a time.

use bitpacking::{BitPacker, BitPacker4x};
use tantivy::directory::OwnedBytes;

use crate::catalog::index::stream::END;

/// Documents of a block.
const BLOCK: usize = BitPacker4x::BLOCK_LEN;

/// Adds a list to some bytes: last documents of the whole blocks, their widths in bits, the blocks, the rest. Nothing
/// of it is said of how many there are. `docs` ascend, and none stands twice.
pub fn pack(docs: &[u32], into: &mut Vec<u8>) {
    let packer = BitPacker4x::new();
    let (blocks, rest) = docs.as_chunks::<BLOCK>();
    for block in blocks {
        into.extend_from_slice(&block.last().copied().unwrap_or_default().to_le_bytes());
    }
    let mut before = None;
    let mut widths = Vec::with_capacity(blocks.len());
    for block in blocks {
        widths.push(packer.num_bits_strictly_sorted(before, block));
        before = block.last().copied();
    }
    into.extend_from_slice(&widths);
    before = None;
    let mut room = [0; BLOCK * 4];
    for (block, width) in blocks.iter().zip(widths) {
        let size = packer.compress_strictly_sorted(before, block, &mut room, width);
        into.extend_from_slice(room.get(..size).unwrap_or_default());
        before = block.last().copied();
    }
    let mut next = before.map_or(0, |last| last + 1);
    for doc in rest {
        let mut step = doc - next;
        while step >= 0x80 {
            into.push(step as u8 | 0x80);
            step >>= 7;
        }
        into.push(step as u8);
        next = doc + 1;
    }
}

/// A list among the bytes of a table.
#[derive(Debug, Clone)]
pub struct List {
    bytes: OwnedBytes,
    count: usize,
}

impl List {
    /// Of the bytes of it alone, and how many documents it has.
    pub fn new(bytes: OwnedBytes, count: u32) -> List {
        List { bytes, count: count as usize }
    }

    /// How many documents.
    pub fn len(&self) -> u64 {
        self.count as u64
    }

    /// From its first document on.
    pub fn cursor(&self) -> Cursor {
        let mut cursor = Cursor {
            data: self.whole() * 5,
            list: self.clone(),
            packer: BitPacker4x::new(),
            block: 0,
            docs: [0; BLOCK],
            at: 0,
            len: 0,
        };
        cursor.load();
        cursor
    }

    /// Whole blocks.
    fn whole(&self) -> usize {
        self.count / BLOCK
    }

    /// The last document of a whole block.
    fn last(&self, block: usize) -> Option<u32> {
        Some(u32::from_le_bytes(*self.bytes.get(block * 4..)?.first_chunk::<4>()?))
    }

    /// How many bytes a whole block takes.
    fn size(&self, block: usize) -> usize {
        let width = self.bytes.get(self.whole() * 4 + block).copied().unwrap_or_default();
        BitPacker4x::compressed_block_size(width)
    }
}

/// A list that is stepped forward.
pub struct Cursor {
    list: List,
    packer: BitPacker4x,
    /// The block that is read, and where it stands among the bytes; behind the whole ones is the rest.
    block: usize,
    data: usize,
    docs: [u32; BLOCK],
    at: usize,
    len: usize,
}

impl Cursor {
    /// Where it stands.
    pub fn doc(&self) -> u32 {
        if self.at < self.len { self.docs.get(self.at).copied().unwrap_or(END) } else { END }
    }

    /// How many documents the list has.
    pub fn len(&self) -> u64 {
        self.list.len()
    }

    /// The documents from where it stands to the end of its block; none at its end.
    pub fn block(&self) -> &[u32] {
        self.docs.get(self.at..self.len).unwrap_or_default()
    }

    /// Steps behind the block it stands in.
    pub fn next_block(&mut self) {
        if self.block >= self.list.whole() {
            self.len = 0;
            return;
        }
        self.data += self.list.size(self.block);
        self.block += 1;
        self.load();
    }

    /// Steps to the first document not before `target`.
    pub fn seek(&mut self, target: u32) -> u32 {
        let doc = self.doc();
        if doc >= target {
            return doc;
        }
        let rest = self.docs.get(self.at..self.len).unwrap_or_default();
        if rest.last().is_some_and(|last| *last >= target) {
            self.at += rest.partition_point(|doc| *doc < target);
            return self.doc();
        }
        let whole = self.list.whole();
        if self.block >= whole {
            self.len = 0;
            return END;
        }
        loop {
            self.data += self.list.size(self.block);
            self.block += 1;
            if self.block >= whole || self.list.last(self.block).is_none_or(|last| last >= target) {
                break;
            }
        }
        self.load();
        let read = self.docs.get(..self.len).unwrap_or_default();
        self.at = read.partition_point(|doc| *doc < target);
        self.doc()
    }

    /// Reads the block it stands at; nothing where the bytes are not all there.
    fn load(&mut self) {
        (self.at, self.len) = (0, 0);
        let before = self.block.checked_sub(1).and_then(|before| self.list.last(before));
        if self.block < self.list.whole() {
            let size = self.list.size(self.block);
            let width = size * 8 / BLOCK;
            let Some(bytes) = self.list.bytes.get(self.data..self.data + size).filter(|_| width <= 32) else {
                return;
            };
            self.packer.decompress_strictly_sorted(before, bytes, &mut self.docs, width as u8);
            self.len = BLOCK;
            return;
        }
        let mut bytes = self.list.bytes.get(self.data..).unwrap_or_default().iter();
        let mut next = before.map_or(0, |last| last.saturating_add(1));
        for slot in self.docs.iter_mut().take(self.list.count % BLOCK) {
            let (mut step, mut shift) = (0_u32, 0);
            loop {
                let Some(byte) = bytes.next() else { return };
                step |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            *slot = next.saturating_add(step);
            next = slot.saturating_add(1);
            self.len += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(docs: &[u32]) -> List {
        let mut bytes = Vec::new();
        pack(docs, &mut bytes);
        List::new(OwnedBytes::new(bytes), docs.len() as u32)
    }

    proptest! {
        #[test]
        fn a_list_is_stepped_through_like_a_set(
            docs in prop::collection::btree_set(prop_oneof![0_u32..2_000, 0_u32..u32::MAX / 2], 0..700),
            steps in prop::collection::vec(prop_oneof![1_u32..9, 1_u32..4_000, 1_u32..u32::MAX / 8], 1..200),
        ) {
            let all: Vec<u32> = docs.iter().copied().collect();
            let mut by_block = list(&all).cursor();
            let mut drained = Vec::new();
            while !by_block.block().is_empty() {
                drained.extend_from_slice(by_block.block());
                by_block.next_block();
            }
            prop_assert_eq!(&drained, &all);
            let mut cursor = list(&all).cursor();
            prop_assert_eq!(cursor.len(), all.len() as u64);
            let mut target = 0_u32;
            for step in steps {
                let wanted = docs.range(target..).next().copied().unwrap_or(END);
                prop_assert_eq!(cursor.seek(target), wanted);
                prop_assert_eq!(cursor.doc(), wanted);
                target = target.saturating_add(step);
            }
        }

        #[test]
        fn bytes_that_are_no_list_are_read_to_an_end(
            bytes in prop::collection::vec(any::<u8>(), 0..900), count in 0_u32..600,
        ) {
            let mut cursor = List::new(OwnedBytes::new(bytes), count).cursor();
            for target in (0..100_000_u32).step_by(97) {
                cursor.seek(target);
            }
            prop_assert!(cursor.seek(END) >= END);
        }
    }

    #[test]
    fn every_document_comes_in_its_turn() {
        for count in [0, 1, 127, 128, 129, 256, 1_000] {
            let docs: Vec<u32> = (0..count).map(|n| n * n / 3 + n).collect();
            let mut cursor = list(&docs).cursor();
            let mut found = Vec::new();
            while cursor.doc() != END {
                found.push(cursor.doc());
                cursor.seek(cursor.doc() + 1);
            }
            assert_eq!(found, docs);
        }
    }
}
