//! The index on disk as searches see it: opened when first asked for, looked at again when its files changed, and
//! never trusted: a file nobody vouches for is checked before it is read.
//!
//! tantivy's files carry a checksum, its code takes their contents for granted. So beside the index stands a note of
//! which files were written or checked, with their length and time; a file that differs is checked first, and an index
//! that does not pass is none: it is put aside by the next writer and built again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::UNIX_EPOCH;

use rusqlite::Connection;
use tantivy::directory::{ManagedDirectory, MmapDirectory, RamDirectory};
use tantivy::index::SegmentId;
use tantivy::{Directory, Index, IndexReader, ReloadPolicy, TantivyError};

use crate::catalog::index::beside::Beside;
use crate::catalog::index::guard::{be_quiet, guarded};
use crate::catalog::index::schema::{Payload, VERSION, schema, tokenizers};
use crate::catalog::index::segment::Segment;
use crate::catalog::index::tables::{self, Worked};
use crate::catalog::index::writer::Writer;
use crate::catalog::store::lock;

/// Note of the files that are in order.
const CHECKED: &str = "checked.json";

/// So often it is asked for before it is opened anew: a buyer's typing for some minutes.
const OFTEN: u64 = 256;
/// So often at least, where what is mapped takes much memory: each opening maps anew what is needed always.
const SELDOM: u64 = 12;
/// Mapped memory that is much, kB: with the program itself, a third of it, and what one search adds.
const MUCH: u64 = 38 << 10;

/// An index as of one commit.
pub struct Live {
    segments: Vec<Segment>,
    payload: Payload,
    // Keeps the files of the segments.
    _reader: IndexReader,
}

impl Live {
    /// Its segments.
    pub fn segments(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter()
    }

    /// Whether it is of a catalog since that was last cleared. An index of other weights is in another order, but holds
    /// the same offers: it serves until it is replaced.
    pub fn is_of(&self, catalog: &str, cleared: i64) -> bool {
        let payload = &self.payload;
        payload.version == VERSION && payload.catalog == catalog && payload.generation >= cleared
    }

    /// What it stands for.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// Offers in it, old states included.
    pub fn len(&self) -> usize {
        self.segments.iter().map(|segment| segment.reader.num_docs() as usize).sum()
    }
}

/// Where the index lives.
pub(in crate::catalog) struct Home {
    /// `None` = in memory.
    pub(super) folder: Option<PathBuf>,
    ram: RamDirectory,
    /// Commits of this process to an index in memory.
    pub(super) commits: AtomicU64,
    seen: Mutex<Seen>,
    /// How often it was asked for since it was last let go of.
    asked: AtomicU64,
    pub(super) writer: Mutex<Option<Writer>>,
}

#[derive(Default)]
struct Seen {
    stamp: Option<Stamp>,
    opened: Option<(Index, IndexReader)>,
    live: Option<Arc<Live>>,
    worked: HashMap<SegmentId, Arc<Worked>>,
}

/// Tells one state of the files from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp(u64, u64, u64);

impl Home {
    /// Beside a catalog's file, or in memory.
    pub fn new(catalog: Option<&Path>) -> Home {
        be_quiet();
        Home {
            folder: catalog.map(|file| file.with_file_name("index")),
            ram: RamDirectory::create(),
            commits: AtomicU64::new(0),
            seen: Mutex::default(),
            asked: AtomicU64::new(0),
            writer: Mutex::default(),
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let Some(folder) = &self.folder else {
            let commits = self.commits.load(Ordering::Acquire);
            return (commits > 0).then_some(Stamp(commits, 0, 0));
        };
        let meta = fs::metadata(folder.join("meta.json")).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&meta);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Stamp(meta.len(), nanoseconds(&meta), inode))
    }

    /// The index as it is now, where it is of this catalog and in order.
    pub fn live(&self, catalog: &str, cleared: i64) -> Option<Arc<Live>> {
        self.newest().filter(|live| live.is_of(catalog, cleared))
    }

    /// The index as it is now, whatever catalog it is of.
    pub fn newest(&self) -> Option<Arc<Live>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let stamp = self.stamp();
        let mut seen = lock(&self.seen);
        if seen.stamp != stamp {
            seen.stamp = stamp;
            let before = seen.live.take();
            if stamp.is_some() {
                // What tantivy makes of files that are not in order is not to be known.
                match guarded(|| self.open(&mut seen)) {
                    Some(Ok(live)) => seen.live = Some(Arc::new(live)),
                    Some(Err(error)) => {
                        tracing::warn!(%error, "the index cannot be used");
                        seen.opened = None;
                    }
                    None => seen.opened = None,
                }
            } else {
                seen.opened = None;
            }
            drop(before);
        }
        seen.live.clone()
    }

    /// Opens it anew once it was asked for so often, or much of it is mapped: what a search touches of the files stays so
    /// and counts as this program's memory, page after page. For somebody whom nobody waits for; whether it was.
    pub fn let_go(&self) -> bool {
        let asked = self.asked.load(Ordering::Relaxed);
        let is_due = asked >= OFTEN || (asked >= SELDOM && mapped_kb().is_some_and(|kb| kb > MUCH));
        if self.folder.is_none() || !is_due {
            return false;
        }
        // Where it cannot be done now, not at once again.
        self.asked.store(0, Ordering::Relaxed);
        // Whoever searches meanwhile does not wait.
        let stamp = self.stamp();
        let worked = match &*lock(&self.seen) {
            seen if seen.live.is_none() || seen.stamp != stamp => return false,
            // Tables that could not be read would have to be worked out again.
            seen if seen.worked.values().any(|worked| worked.is_made()) => return false,
            seen => seen.worked.iter().map(|(id, worked)| (*id, Arc::new(worked.anew()))).collect(),
        };
        let mut anew = Seen { stamp, worked, ..Seen::default() };
        let Some(Ok(live)) = guarded(|| self.open(&mut anew)) else { return false };
        anew.live = Some(Arc::new(live));
        let before = std::mem::replace(&mut *lock(&self.seen), anew);
        drop(before);
        true
    }

    /// What cannot be read is no index; until its files change nobody tries again.
    pub fn distrust(&self) {
        let mut seen = lock(&self.seen);
        seen.live = None;
        seen.opened = None;
        if let Some(folder) = &self.folder {
            let _ = fs::remove_file(folder.join(CHECKED));
            let _ = fs::write(folder.join("damaged"), b"");
        }
    }

    fn open(&self, seen: &mut Seen) -> Result<Live, TantivyError> {
        if let Some(folder) = &self.folder
            && folder.join("damaged").exists()
        {
            return Err(TantivyError::InternalError("the index was found damaged".to_owned()));
        }
        let index = match &seen.opened {
            Some((index, _)) => index.clone(),
            None => {
                let mut index = Index::open(self.directory()?)?;
                index.set_tokenizers(tokenizers());
                index.register_plugin(Arc::new(Beside));
                index
            }
        };
        let (schema, fields) = schema();
        if index.schema() != schema {
            return Err(TantivyError::SchemaError("the index is of another version".to_owned()));
        }
        // The payload must be of the very commit that is read.
        let mut metas = index.load_metas()?;
        let reader = loop {
            if let Some(folder) = &self.folder {
                // An index that was opened before another one wrote knows only the files of then.
                match &seen.opened {
                    Some(_) => check(folder, &ManagedDirectory::wrap(self.directory()?)?)?,
                    None => check(folder, index.directory())?,
                }
            }
            let reader = match seen.opened.take() {
                Some((_, reader)) => {
                    reader.reload()?;
                    reader
                }
                None => index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?,
            };
            seen.opened = Some((index.clone(), reader.clone()));
            let again = index.load_metas()?;
            if (again.opstamp, &again.payload) == (metas.opstamp, &metas.payload) {
                break reader;
            }
            metas = again;
        };
        let payload =
            metas.payload.as_deref().and_then(|payload| serde_json::from_str(payload).ok()).ok_or_else(
                || TantivyError::SchemaError("the index does not say what it holds".to_owned()),
            )?;
        let mut segments = Vec::new();
        for segment in reader.searcher().segment_readers() {
            segments.push(Segment::open(segment, &fields, &seen.worked, self.folder.as_deref())?);
        }
        seen.worked = segments.iter().map(Segment::worked).collect();
        Ok(Live { segments, payload, _reader: reader })
    }

    /// Writes beside each segment what every reader would have to work out of it, and takes away what is of segments
    /// that are no more. Readers do without where it cannot be written.
    pub(super) fn keep_tables(&self, live: &Live, connection: &Connection) {
        let Some(folder) = &self.folder else { return };
        // One moment for all that is read: each look would ask for the file's locks again.
        let moment = connection.unchecked_transaction();
        let mut is_new = false;
        for segment in live.segments() {
            match segment.keep(connection) {
                Ok(is) => is_new |= is,
                Err(error) => {
                    tracing::warn!(%error, "the tables beside the index cannot be written");
                    return;
                }
            }
        }
        drop(moment);
        if is_new {
            // Opened again when next asked, with them.
            lock(&self.seen).stamp = None;
        }
        let names: HashSet<String> =
            live.segments().map(|segment| segment.reader.segment_id().uuid_string()).collect();
        tables::forget_others(folder, |segment| names.contains(segment));
    }

    /// The folder for tantivy.
    pub(super) fn directory(&self) -> Result<Box<dyn Directory>, TantivyError> {
        let Some(folder) = &self.folder else { return Ok(Box::new(self.ram.clone())) };
        #[cfg(unix)]
        let directory = MmapDirectory::open_with_madvice(folder, tantivy::directory::Advice::Random)?;
        #[cfg(not(unix))]
        let directory = MmapDirectory::open(folder)?;
        Ok(Box::new(directory))
    }
}

/// How much of files this program has in memory, kB; `None` where the system does not say.
fn mapped_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssFile:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn nanoseconds(meta: &fs::Metadata) -> u64 {
    let since = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |since| since.as_nanos() as u64)
}

/// Checks the files nobody vouches for.
fn check(folder: &Path, directory: &ManagedDirectory) -> Result<(), TantivyError> {
    let known = vouched(folder);
    let mut now = states(folder, directory);
    now.retain(|name, state| {
        !tables::is_table(name) || known.get(name) == Some(state) || tables::is_in_order(&folder.join(name))
    });
    for (name, state) in &now {
        if known.get(name) == Some(state) || tables::is_table(name) || !has_checksum(name) {
            continue;
        }
        match directory.validate_checksum(Path::new(name)) {
            Ok(true) => {}
            Ok(false) => return Err(TantivyError::InternalError(format!("{name} is damaged"))),
            // Taken away meanwhile by whoever writes: nothing refers to it any more.
            Err(tantivy::directory::error::OpenReadError::FileDoesNotExist(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if known != now {
        vouch_for(folder, &now);
    }
    Ok(())
}

/// Notes that all files are in order: they were just written. Tables are not among those, and are looked at when they
/// are next read.
pub(super) fn vouch(folder: &Path, directory: &ManagedDirectory) {
    let known = vouched(folder);
    let mut now = states(folder, directory);
    now.retain(|name, state| !tables::is_table(name) || known.get(name) == Some(state));
    vouch_for(folder, &now);
}

fn has_checksum(name: &str) -> bool {
    !Path::new(name).extension().is_some_and(|extension| extension == "json" || extension == "lock")
}

/// Length and time of each file.
type States = BTreeMap<String, (u64, u64)>;

fn states(folder: &Path, directory: &ManagedDirectory) -> States {
    let tables = fs::read_dir(folder).into_iter().flatten().flatten();
    let tables = tables.map(|file| PathBuf::from(file.file_name()));
    let tables = tables.filter(|file| file.to_str().is_some_and(tables::is_table));
    let files = directory.list_managed_files().into_iter().chain(tables);
    let states = files.filter_map(|file| {
        let name = file.to_str()?.to_owned();
        let meta = fs::metadata(folder.join(&file)).ok()?;
        Some((name, (meta.len(), nanoseconds(&meta))))
    });
    states.collect()
}

fn vouched(folder: &Path) -> States {
    let text = fs::read(folder.join(CHECKED)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

fn vouch_for(folder: &Path, states: &States) {
    let text = serde_json::to_vec(states).unwrap_or_default();
    // Without the note they are checked again.
    let part = folder.join("checked.part");
    if fs::write(&part, text).is_ok() {
        let _ = fs::rename(part, folder.join(CHECKED));
    }
}
