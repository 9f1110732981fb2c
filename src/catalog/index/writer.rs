//! Bringing the index nearer to the rows, a piece at a time. Whoever holds the lock writes; all others search what is
//! there and what is not yet in it, and never wait.
//!
//! A new index is built best offers first, so that documents arrive in their order and the head of every search is
//! served from the start. After that rows are taken in the order they were written. Each commit says what it covers
//! ([`Payload`]), so whatever is cut off goes on where it stopped.

use std::cmp::Reverse;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OptionalExtension};
use tantivy::directory::error::LockError;
use tantivy::index::{Index, SegmentId};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy, NoMergePolicy, UserOperation};
use tantivy::{IndexWriter, TantivyError};

use crate::catalog::index::Halt;
use crate::catalog::index::beside::Beside;
use crate::catalog::index::document::Listing;
use crate::catalog::index::fresh::{ENTRY, SOUND, counters, listing};
use crate::catalog::index::gone::OfOffers;
use crate::catalog::index::live::{Home, vouch};
use crate::catalog::index::place::{Place, Tie};
use crate::catalog::index::ranges::{Ended, Ranges};
use crate::catalog::index::schema::{Fields, Payload, VERSION, schema, settings, tokenizers};
use crate::catalog::store::{Failure, lock};

/// What terms and lists may take before they become segments; the documents of them are some 60,000.
const ROOM: usize = 96_000_000;
/// Rows that become one segment by that.
const ONE_SEGMENT: i64 = if cfg!(test) { 800 } else { 60_000 };
/// Small segments beside a large one that are left alone.
const SMALL_ONES: usize = 3;
/// Operations handed over at once.
const BATCH: usize = 64;
/// Offers taken out at once at most.
const TAKEN_OUT: usize = 256;
/// Documents between two commits at most.
const COMMIT: usize = 150_000;
/// Time between two commits at most, while work is being done in large enough pieces: each costs some 30 ms and a
/// segment.
const PATIENCE: Duration = Duration::from_secs(5);

/// How far the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IndexProgress {
    /// Offers in the index.
    pub done: usize,
    /// Offers that belong in it.
    pub of: usize,
}

/// The one that writes.
pub(in crate::catalog) struct Writer {
    /// Threads that have ranges of the rows while a large index is built. They end before anything else of it.
    ranges: Option<Ranges>,
    writer: IndexWriter<Listing>,
    fields: Fields,
    /// Documents to be added, handed over many at once: waking a thread for each costs more than the document.
    batch: Vec<UserOperation<Listing>>,
    /// Offers whose old documents are to be taken out before those are added.
    gone: Vec<Tie>,
    /// Whether it is a large index that is built from nothing.
    is_by_ranges: bool,
    /// Fee links still to come while it is built, the best one last; `None` before anybody looked.
    fees: Option<Vec<(Place, i64)>>,
    /// What it covers with what is not committed yet.
    payload: Payload,
    /// Rows not committed yet, and since when.
    pending: usize,
    since: Instant,
    /// Held as long as this lives; other processes stay away.
    _turn: Option<File>,
}

/// What the index is to be of.
pub(in crate::catalog) struct Wanted<'a> {
    pub catalog: &'a str,
    pub weights: &'a str,
}

impl Home {
    /// Does a piece of work of about `budget`; whether there is more. Nothing while another process is at it.
    pub fn some(
        &self,
        connection: &Connection,
        wanted: &Wanted<'_>,
        budget: Duration,
        progress: &mut dyn FnMut(IndexProgress),
    ) -> Result<bool, Halt> {
        let started = Instant::now();
        let mut slot = lock(&self.writer);
        let mut writer = match slot.take() {
            Some(writer) if writer.is_of(wanted, connection)? => writer,
            before => {
                drop(before);
                match self.open_writer(wanted, connection)? {
                    Some(writer) => writer,
                    None => return Ok(false),
                }
            }
        };
        let of: i64 =
            connection.query_row("SELECT count(*) FROM offers WHERE gone = 0", [], |row| row.get(0))?;
        let mut done = writer.pending + self.live(wanted.catalog, 0).map_or(0, |live| live.len());
        loop {
            let left = budget.saturating_sub(started.elapsed());
            let before = done;
            let rows = (of as usize).saturating_sub(done);
            let has_more = writer.piece(connection, left, rows, &mut |count| {
                done = before + count;
                progress(IndexProgress { done: done.min(of as usize), of: of as usize });
            })?;
            self.committed(&writer)?;
            if !has_more {
                let Writer { writer, _turn, .. } = writer;
                writer.wait_merging_threads()?;
                self.settle()?;
                self.vouch()?;
                if let Some(live) = self.live(wanted.catalog, 0) {
                    self.keep_tables(&live, connection);
                }
                progress(IndexProgress { done: of as usize, of: of as usize });
                return Ok(false);
            }
            if started.elapsed() >= budget {
                *slot = Some(writer);
                return Ok(true);
            }
        }
    }

    fn committed(&self, writer: &Writer) -> Result<(), TantivyError> {
        self.commits.fetch_add(1, Ordering::AcqRel);
        if let Some(folder) = &self.folder {
            vouch(folder, writer.writer.index().directory());
        }
        Ok(())
    }

    /// Makes few segments of many: each costs every search a look, so an index at rest has one large one and a few
    /// small ones. What is merged is never much larger than what was added since: a document is moved a few times in
    /// its life.
    fn settle(&self) -> Result<(), TantivyError> {
        let (index, _) = self.open_index()?;
        let mut segments = index.searchable_segment_metas()?;
        segments.sort_by_key(|segment| Reverse(segment.num_docs()));
        let Some((largest, rest)) = segments.split_first() else { return Ok(()) };
        let small: u64 = rest.iter().map(|segment| u64::from(segment.num_docs())).sum();
        let together = if small * 4 > u64::from(largest.num_docs()) {
            segments.as_slice()
        } else if rest.len() > SMALL_ONES {
            rest
        } else {
            return Ok(());
        };
        let together: Vec<SegmentId> = together.iter().map(tantivy::index::SegmentMeta::id).collect();
        // Files of segments that somebody knows of are not taken away.
        drop(segments);
        let mut writer = new_writer(&index, true)?;
        writer.merge(&together).wait()?;
        writer.garbage_collect_files().wait()?;
        writer.wait_merging_threads()
    }

    /// After merges have ended.
    fn vouch(&self) -> Result<(), TantivyError> {
        self.commits.fetch_add(1, Ordering::AcqRel);
        if let Some(folder) = &self.folder {
            vouch(folder, Index::open(self.directory()?)?.directory());
        }
        Ok(())
    }

    /// Takes the index away; it is built again from the rows.
    pub fn forget(&self) -> Result<(), Halt> {
        let mut slot = lock(&self.writer);
        drop(slot.take());
        let Some(folder) = &self.folder else {
            self.commits.store(0, Ordering::Release);
            return Ok(());
        };
        let Some(_turn) = turn(folder)? else { return Ok(()) };
        put_aside(folder)?;
        Ok(())
    }

    /// A writer on an index that is of what is wanted; a new one where there is none. `None` while another process
    /// writes.
    fn open_writer(&self, wanted: &Wanted<'_>, connection: &Connection) -> Result<Option<Writer>, Halt> {
        let mut held = None;
        if let Some(folder) = &self.folder {
            let Some(turn) = turn(folder)? else { return Ok(None) };
            held = Some(turn);
            create_folder(folder)?;
        }
        let (generation, cleared) = counters(connection)?;
        let known = self.live(wanted.catalog, cleared);
        let is_same =
            |payload: &Payload| payload.weights == wanted.weights && payload.generation <= generation;
        if let Some(payload) = known.map(|live| live.payload().clone()).filter(is_same) {
            let (index, fields) = self.open_index()?;
            let is_building = payload.above.is_some();
            let writer = new_writer(&index, is_building)?;
            let is_by_ranges = is_building && is_large(connection)?;
            return Ok(Some(Writer { is_by_ranges, ..Writer::new(writer, fields, payload, held) }));
        }
        if let Some(folder) = &self.folder {
            put_aside(folder)?;
            create_folder(folder)?;
        }
        let (index, fields) = self.open_index()?;
        let writer = new_writer(&index, true)?;
        writer.delete_all_documents()?;
        let payload = Payload {
            version: VERSION,
            catalog: wanted.catalog.to_owned(),
            weights: wanted.weights.to_owned(),
            generation,
            above: Some(u64::MAX),
        };
        let is_by_ranges = is_large(connection)?;
        let mut writer = Writer { is_by_ranges, ..Writer::new(writer, fields, payload.clone(), held) };
        writer.commit(payload)?;
        self.committed(&writer)?;
        Ok(Some(writer))
    }

    fn open_index(&self) -> Result<(Index, Fields), TantivyError> {
        let (schema, fields) = schema();
        let builder = Index::builder()
            .schema(schema)
            .settings(settings())
            .tokenizers(tokenizers())
            .register_plugin(Arc::new(Beside));
        let mut index = builder.open_or_create(self.directory()?)?;
        index.set_tokenizers(tokenizers());
        Ok((index, fields))
    }
}

impl Writer {
    fn new(writer: IndexWriter<Listing>, fields: Fields, payload: Payload, turn: Option<File>) -> Writer {
        Writer {
            writer,
            fields,
            batch: Vec::with_capacity(BATCH),
            gone: Vec::new(),
            is_by_ranges: false,
            ranges: None,
            fees: None,
            payload,
            pending: 0,
            since: Instant::now(),
            _turn: turn,
        }
    }

    /// Covers more; committed when it is worth it, or there is nothing more to come.
    fn covers(&mut self, payload: Payload, has_more: bool, budget: Duration) -> Result<(), Halt> {
        if has_more && self.pending < COMMIT && self.since.elapsed() < PATIENCE.min(budget.saturating_mul(25))
        {
            self.payload = payload;
            return Ok(());
        }
        self.commit(payload)
    }

    fn is_of(&self, wanted: &Wanted<'_>, connection: &Connection) -> Result<bool, Halt> {
        let (generation, cleared) = counters(connection)?;
        Ok(self.payload.catalog == wanted.catalog
            && self.payload.weights == wanted.weights
            && (cleared..=generation).contains(&self.payload.generation))
    }

    fn commit(&mut self, payload: Payload) -> Result<(), Halt> {
        let text = serde_json::to_string(&payload).map_err(|error| Halt::Index(error.to_string()))?;
        self.hand_over()?;
        self.end_ranges()?;
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&text);
        commit.commit()?;
        self.payload = payload;
        self.pending = 0;
        self.since = Instant::now();
        Ok(())
    }

    /// A row of an index that is built; about `left` are still to come.
    fn take_in_turn(&mut self, listing: Listing, left: usize) -> Result<(), Halt> {
        self.pending += 1;
        if !self.is_by_ranges {
            return self.take(listing);
        }
        let mut ranges = match self.ranges.take() {
            Some(ranges) => ranges,
            None => Ranges::new(self.writer.index(), left.min(COMMIT))?,
        };
        let taken = ranges.take(listing);
        self.ranges = Some(ranges);
        match taken {
            Ok(()) => Ok(()),
            // It says why.
            Err(Ended) => self.end_ranges(),
        }
    }

    /// Waits for the threads that have ranges.
    fn end_ranges(&mut self) -> Result<(), Halt> {
        let Some(ranges) = self.ranges.take() else { return Ok(()) };
        for segment in ranges.end()? {
            self.writer.add_segment(segment)?;
        }
        Ok(())
    }

    fn take(&mut self, listing: Listing) -> Result<(), Halt> {
        self.batch.push(UserOperation::Add(listing));
        if self.batch.len() >= BATCH { self.hand_over() } else { Ok(()) }
    }

    /// An offer of which the index may have old states; what is new of it is taken after this.
    fn take_out(&mut self, tie: Tie) -> Result<(), Halt> {
        // They are taken out before all that is handed over with them is added.
        if self.gone.len() >= TAKEN_OUT || self.gone.contains(&tie) {
            self.hand_over()?;
        }
        self.gone.push(tie);
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), Halt> {
        if !self.gone.is_empty() {
            self.writer.delete_query(Box::new(OfOffers(self.gone.drain(..).collect())))?;
        }
        if !self.batch.is_empty() {
            self.writer.run(self.batch.drain(..))?;
        }
        Ok(())
    }

    /// The next rows and a commit; whether there are more. Some `left` rows are not in it.
    fn piece(
        &mut self,
        connection: &Connection,
        budget: Duration,
        left: usize,
        added: &mut dyn FnMut(usize),
    ) -> Result<bool, Halt> {
        match self.payload.above {
            Some(above) => self.build(connection, Place(above), budget, left, added),
            None => self.follow(connection, budget, added),
        }
    }

    /// Rows that were there when the build began, best first, fee links among them.
    fn build(
        &mut self,
        connection: &Connection,
        above: Place,
        budget: Duration,
        left: usize,
        added: &mut dyn FnMut(usize),
    ) -> Result<bool, Halt> {
        let started = Instant::now();
        let moment = connection.unchecked_transaction()?;
        let mut count = 0;
        let mut fees = match self.fees.take() {
            Some(fees) => fees,
            None => fee_links(&moment, above)?,
        };
        {
            let mut select = moment.prepare_cached(&format!(
                "SELECT {ENTRY} FROM offers INDEXED BY offers_best WHERE gone = 0 AND kind = 0 AND score <= ?1 AND {SOUND}
                 ORDER BY score DESC, market_id IS NULL, market_id, key"
            ))?;
            let score = if above.0 == u64::MAX { i64::MAX } else { above.score() };
            let mut rows = select.query([score])?;
            while let Some(row) = rows.next()? {
                let read = listing(row, self.fields)?;
                let Some(listing) = read.listing.filter(|listing| listing.place < above) else { continue };
                let lowest = listing.place;
                if read.generation > self.payload.generation {
                    continue;
                }
                while let Some((_, row)) = fees.pop_if(|(place, _)| *place > lowest) {
                    count += self.take_fee_link(&moment, row, left.saturating_sub(count))?;
                }
                self.take_in_turn(listing, left.saturating_sub(count))?;
                count += 1;
                if count % 1_000 == 0 {
                    added(count);
                }
                if count >= COMMIT || (started.elapsed() >= budget && count >= 1_000) {
                    drop(rows);
                    self.fees = Some(fees);
                    self.covers(Payload { above: Some(lowest.0), ..self.payload.clone() }, true, budget)?;
                    return Ok(true);
                }
            }
            while let Some((_, row)) = fees.pop() {
                count += self.take_fee_link(&moment, row, left.saturating_sub(count))?;
            }
        }
        self.end_ranges()?;
        added(count);
        let (generation, _) = counters(&moment)?;
        let has_more = generation > self.payload.generation;
        self.covers(Payload { above: None, ..self.payload.clone() }, has_more, budget)?;
        Ok(has_more)
    }

    /// A fee link, where it still is as it was when the build began; how many were taken.
    fn take_fee_link(&mut self, moment: &Connection, row: i64, left: usize) -> Result<usize, Halt> {
        let mut select = moment.prepare_cached(&format!(
            "SELECT {ENTRY} FROM offers WHERE row = ?1 AND gone = 0 AND kind <> 0 AND generation <= ?2 AND {SOUND}"
        ))?;
        let mut rows = select.query([row, self.payload.generation])?;
        let Some(row) = rows.next()? else { return Ok(0) };
        let Some(listing) = listing(row, self.fields)?.listing else { return Ok(0) };
        self.take_in_turn(listing, left)?;
        Ok(1)
    }

    /// Rows written since, in the order they were written.
    fn follow(
        &mut self,
        connection: &Connection,
        budget: Duration,
        added: &mut dyn FnMut(usize),
    ) -> Result<bool, Halt> {
        let started = Instant::now();
        let moment = connection.unchecked_transaction()?;
        let (newest, _) = counters(&moment)?;
        let mut count = 0;
        let mut covered = self.payload.generation;
        let mut has_more = false;
        {
            let mut select = moment.prepare_cached(&format!(
                "SELECT {ENTRY} FROM offers WHERE generation > ?1 AND {SOUND} ORDER BY generation"
            ))?;
            let mut rows = select.query([self.payload.generation])?;
            while let Some(row) = rows.next()? {
                let read = listing(row, self.fields)?;
                // A generation is covered when all of its rows are.
                if read.generation > covered
                    && covered > self.payload.generation
                    && (count >= COMMIT || (started.elapsed() >= budget && count >= 1_000))
                {
                    has_more = true;
                    break;
                }
                covered = read.generation;
                self.take_out(read.tie)?;
                if let Some(listing) = read.listing {
                    self.take(listing)?;
                }
                count += 1;
                self.pending += 1;
                if count % 1_000 == 0 {
                    added(count);
                }
            }
        }
        if count > 0 || newest > self.payload.generation {
            let generation = if has_more { covered } else { newest };
            self.covers(Payload { generation, ..self.payload.clone() }, has_more, budget)?;
        } else if self.pending > 0 {
            self.commit(self.payload.clone())?;
        }
        added(count);
        Ok(has_more)
    }
}

/// Places and rows of the fee links that are not above a place, the best one last. No index tells them, so they are
/// what two leave over: to look at every row would take longer.
fn fee_links(connection: &Connection, above: Place) -> Result<Vec<(Place, i64)>, Halt> {
    let mut select = connection.prepare_cached(
        "SELECT row, market_id, score FROM offers WHERE row IN (
             SELECT row FROM offers INDEXED BY offers_ages WHERE gone = 0
             EXCEPT SELECT row FROM offers INDEXED BY offers_best WHERE gone = 0 AND kind = 0)",
    )?;
    let links = select.query_map([], |row| {
        let number = row.get(0)?;
        Ok((Place::new(row.get(2)?, Tie::of_row(row.get(1)?, number)), number))
    })?;
    let mut links: Vec<(Place, i64)> = links.collect::<Result<_, _>>()?;
    links.retain(|(place, _)| *place < above);
    links.sort_unstable();
    Ok(links)
}

/// Whether there are more rows than one segment takes: then segments are merged at the end in any case.
fn is_large(connection: &Connection) -> Result<bool, Halt> {
    let found = connection
        .prepare_cached("SELECT 1 FROM offers LIMIT 1 OFFSET ?1")?
        .query_row([ONE_SEGMENT], |_| Ok(()))
        .optional()?;
    Ok(found.is_some())
}

/// While an index is being built its segments are left as they are: at its end they are merged once, and no document
/// is moved twice.
fn new_writer(index: &Index, is_building: bool) -> Result<IndexWriter<Listing>, TantivyError> {
    let options = IndexWriterOptions::builder()
        .num_worker_threads(1)
        .num_merge_threads(1)
        .memory_budget_per_thread(ROOM)
        .build();
    // The turn is ours ([`turn`]), but a program that this process has just started holds tantivy's lock with us until it
    // has begun: a matter of milliseconds.
    let mut tries = 200;
    let writer: IndexWriter<Listing> = loop {
        match index.writer_with_options(options.clone()) {
            Err(TantivyError::LockFailure(LockError::LockBusy, _)) if tries > 0 => {
                tries -= 1;
                std::thread::park_timeout(Duration::from_millis(10));
            }
            made => break made?,
        }
    };
    if is_building {
        writer.set_merge_policy(Box::new(NoMergePolicy));
        return Ok(writer);
    }
    let mut policy = LogMergePolicy::default();
    policy.set_min_num_segments(6);
    // A fifth of a segment may be dead: disk stays within a quarter more than what is alive.
    policy.set_del_docs_ratio_before_merge(0.2);
    writer.set_merge_policy(Box::new(policy));
    Ok(writer)
}

/// The right to write, free the moment its holder dies; `None` while somebody else has it.
fn turn(folder: &Path) -> Result<Option<File>, Halt> {
    let mut name = folder.as_os_str().to_owned();
    name.push(".lock");
    let file = File::options().create(true).append(true).open(name)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {
            Ok(Some(file))
        }
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

fn create_folder(folder: &Path) -> Result<(), Halt> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(folder)?)
}

/// Moves an index nobody can use out of the way; the one put aside before goes.
fn put_aside(folder: &Path) -> Result<(), Halt> {
    let mut name = folder.as_os_str().to_owned();
    name.push(".bad");
    let aside = Path::new(&name);
    if !folder.exists() {
        return Ok(());
    }
    // What was never more than begun is not worth keeping.
    if !folder.join("meta.json").exists() {
        return Ok(fs::remove_dir_all(folder)?);
    }
    if aside.exists() {
        fs::remove_dir_all(aside)?;
    }
    Ok(fs::rename(folder, aside)?)
}

/// The catalog's own name, made when first asked for: an index of another catalog, or of one that was set aside, is
/// not taken for its own. `None` where there is none yet.
pub(in crate::catalog) fn catalog_name(connection: &Connection) -> Result<Option<String>, Failure> {
    Ok(connection
        .prepare_cached("SELECT value FROM meta WHERE name = 'catalog'")?
        .query_row([], |row| row.get(0))
        .optional()?)
}
