//! Making a large index of rows that come best first: two threads cut the texts, and each makes a segment of rows that
//! follow each other.
//!
//! tantivy's writer gives each batch to whichever thread is free. Then every segment has rows of all ranks, and merging
//! them means to look where each document of each term belongs. Segments of ranges are only put one behind the other.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

use tantivy::index::SegmentMeta;
use tantivy::indexer::{AddOperation, SegmentWriter};
use tantivy::{Index, TantivyError};

use crate::catalog::index::document::Listing;
use crate::catalog::store::lock;

/// Threads; one more reads the rows.
const THREADS: usize = 2;
/// Rows of a range at most.
const MOST: usize = 50_000;
/// Rows of a range at least, whoever counted them.
const LEAST: usize = if cfg!(test) { 100 } else { 5_000 };
/// Rows handed over at once: waking a thread for each costs more than the row.
const BATCH: usize = 64;
/// Bytes of terms and lists that make a segment in any case, of each thread.
const ROOM: usize = 80_000_000;

/// What a thread is given one after the other: rows of a range, a batch at a time.
type Range = Receiver<Vec<Listing>>;

/// Ranges being indexed.
pub struct Ranges {
    /// Rows of a range.
    size: usize,
    /// To the thread that has the range now read, and how many rows of it are still to come.
    range: Option<SyncSender<Vec<Listing>>>,
    left: usize,
    batch: Vec<Listing>,
    /// To the next thread that is free; the wait for it keeps rows from piling up.
    next: Option<SyncSender<Range>>,
    threads: Vec<JoinHandle<Result<Vec<SegmentMeta>, TantivyError>>>,
    is_given_up: Arc<AtomicBool>,
}

impl Ranges {
    /// For about so many rows, into an index.
    pub fn new(index: &Index, rows: usize) -> Result<Ranges, TantivyError> {
        // As many for each thread, all of a size.
        let each = rows.max(1).div_ceil(THREADS * MOST);
        let (next, ranges) = sync_channel(0);
        let ranges = Arc::new(Mutex::new(ranges));
        let is_given_up = Arc::new(AtomicBool::new(false));
        let mut made = Ranges {
            size: rows.div_ceil(THREADS * each).max(LEAST),
            range: None,
            left: 0,
            batch: Vec::new(),
            next: Some(next),
            threads: Vec::with_capacity(THREADS),
            is_given_up: Arc::clone(&is_given_up),
        };
        for nth in 0..THREADS {
            let (index, ranges) = (index.clone(), Arc::clone(&ranges));
            let is_given_up = Arc::clone(&is_given_up);
            let thread = Builder::new().name(format!("index-range{nth}"));
            made.threads.push(thread.spawn(move || work(&index, &ranges, &is_given_up))?);
        }
        Ok(made)
    }

    /// The next row. An error says only that a thread has ended; [`Ranges::end`] says why.
    pub fn take(&mut self, listing: Listing) -> Result<(), Ended> {
        self.batch.push(listing);
        if self.batch.len() >= BATCH { self.hand_over() } else { Ok(()) }
    }

    fn hand_over(&mut self) -> Result<(), Ended> {
        let batch = mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        if self.left == 0 {
            // The thread of the range before writes its segment.
            self.range = None;
            // A range may wait for its thread as a whole: the other one is at the range before it.
            let (range, rows) = sync_channel(self.size.div_ceil(BATCH) + 1);
            self.next.as_ref().ok_or(Ended)?.send(rows).map_err(|_| Ended)?;
            (self.range, self.left) = (Some(range), self.size);
        }
        self.left = self.left.saturating_sub(batch.len());
        self.range.as_ref().ok_or(Ended)?.send(batch).map_err(|_| Ended)
    }

    /// The segments, when all rows are in them.
    pub fn end(mut self) -> Result<Vec<SegmentMeta>, TantivyError> {
        let handed = if self.batch.is_empty() { Ok(()) } else { self.hand_over() };
        (self.range, self.next) = (None, None);
        let mut segments = Vec::new();
        for thread in mem::take(&mut self.threads) {
            segments.extend(thread.join().map_err(|_| ended())??);
        }
        handed.map_err(|Ended| ended())?;
        Ok(segments)
    }
}

impl Drop for Ranges {
    /// Nothing is written any more once this is gone.
    fn drop(&mut self) {
        self.is_given_up.store(true, Ordering::Release);
        (self.range, self.next) = (None, None);
        for thread in mem::take(&mut self.threads) {
            // What it made is not wanted, nor what it died of.
            let _ = thread.join();
        }
    }
}

/// A thread has ended before its time.
#[derive(Debug)]
pub struct Ended;

fn ended() -> TantivyError {
    TantivyError::ErrorInThread("a thread that makes the index has died".to_owned())
}

/// Makes segments of ranges until there are no more.
fn work(
    index: &Index,
    ranges: &Mutex<Receiver<Range>>,
    is_given_up: &AtomicBool,
) -> Result<Vec<SegmentMeta>, TantivyError> {
    let mut made = Vec::new();
    loop {
        let Ok(range) = lock(ranges).recv() else { return Ok(made) };
        let mut rows = range.into_iter().peekable();
        while rows.peek().is_some() && !is_given_up.load(Ordering::Acquire) {
            made.push(segment(index, &mut rows, is_given_up)?);
        }
    }
}

/// One segment of what comes, as long as there is room.
fn segment(
    index: &Index,
    rows: &mut impl Iterator<Item = Vec<Listing>>,
    is_given_up: &AtomicBool,
) -> Result<SegmentMeta, TantivyError> {
    let segment = index.new_segment();
    let mut writer = SegmentWriter::for_segment(ROOM, segment.clone())?;
    for batch in rows {
        for document in batch {
            // Nothing is ever taken out of a range while it is being made: all of it is of the same moment.
            writer.add_document(AddOperation { opstamp: 0, document })?;
        }
        if writer.mem_usage() >= ROOM || is_given_up.load(Ordering::Acquire) {
            break;
        }
    }
    let documents = writer.max_doc();
    writer.finalize()?;
    let segment = segment.with_max_doc(documents);
    let meta = segment.meta().clone();
    meta.untrack_temp_docstore();
    Ok(meta)
}

#[cfg(test)]
mod tests {
    use tantivy::indexer::IndexWriterOptions;
    use tantivy::{IndexWriter, ReloadPolicy};

    use super::*;
    use crate::catalog::facts::Facts;
    use crate::catalog::index::beside::{self, Beside};
    use crate::catalog::index::document::Stored;
    use crate::catalog::index::place::{Place, Tie};
    use crate::catalog::index::schema::{Column, schema, settings, tokenizers};

    fn empty() -> Index {
        let builder = Index::builder().schema(schema().0).settings(settings()).tokenizers(tokenizers());
        builder.register_plugin(Arc::new(Beside)).create_in_ram().unwrap()
    }

    /// The `nth` of a list, best first.
    fn row(nth: u64) -> Listing {
        let facts = Facts { sold: Some(nth), ..Facts::default() }.to_bytes();
        let stored = Stored {
            place: Place::new(-(nth as i64), Tie(nth % 7)),
            row: nth as i64,
            fetched_ms: 5,
            facts: &facts,
            text: "\u{96e8}\u{4f1e} a\n\nb\nc",
            traits: "",
        };
        Listing::new(schema().1, &stored)
    }

    #[test]
    fn every_row_is_in_one_segment_and_segments_follow_each_other() {
        let index = empty();
        let options = IndexWriterOptions::builder().memory_budget_per_thread(15_000_000).build();
        let mut writer: IndexWriter<Listing> = index.writer_with_options(options).unwrap();
        let mut ranges = Ranges::new(&index, 1_000).unwrap();
        for nth in 0..1_000 {
            ranges.take(row(nth)).unwrap();
        }
        let segments = ranges.end().unwrap();
        assert_eq!(segments.len(), THREADS);
        for segment in segments {
            writer.add_segment(segment).unwrap();
        }
        writer.commit().unwrap();
        let places = || -> Vec<Vec<u64>> {
            let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().unwrap();
            let (searcher, mut values) = (reader.searcher(), Vec::new());
            let of_segments = searcher.segment_readers().iter().map(|segment| {
                beside::numbers(segment).unwrap().column(Column::Place, &mut values);
                values.clone()
            });
            let mut places: Vec<Vec<u64>> = of_segments.collect();
            places.sort_by(|a, b| b.cmp(a));
            places
        };
        let wanted: Vec<u64> = (0..1_000).map(|nth| row(nth).place.0).collect();
        assert_eq!(places().concat(), wanted);
        // Merged they are one list, and all of what is kept beside the terms is that of the same offers.
        writer.merge(&index.searchable_segment_ids().unwrap()).wait().unwrap();
        assert_eq!(places(), [wanted]);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().unwrap();
        let numbers = beside::numbers(&reader.searcher().segment_readers()[0]).unwrap();
        for doc in (0..1_000).step_by(37) {
            assert_eq!(numbers.get(Column::Sold, doc), u64::from(doc) + 1);
            assert!(numbers.docs_of(Tie(u64::from(doc) % 7)).any(|found| found == doc));
        }
        assert_eq!(numbers.docs_of(Tie(3)).count(), (0..1_000).filter(|nth| nth % 7 == 3).count());
        assert_eq!(numbers.docs_of(Tie(7)).count(), 0);
    }

    #[test]
    fn rows_nobody_wants_any_more_are_let_go() {
        let index = empty();
        let mut ranges = Ranges::new(&index, 10_000).unwrap();
        for nth in 0..3_000 {
            ranges.take(row(nth)).unwrap();
        }
        drop(ranges);
        assert!(Ranges::new(&index, 0).unwrap().end().unwrap().is_empty());
    }
}
