//! Connections for reading: a few, opened as they are needed and kept, and whoever finds them all taken waits.
//!
//! Closing one would free nothing. SQLite's locks belong to the process, so it must not let go of a descriptor while
//! any other connection has the file open: in WAL mode a closed connection leaves its descriptor behind until the last
//! one is gone. A burst of readers, each with a connection of its own, would so be paid for until the program ends.

use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::catalog::file::Identity;

/// Most connections open for reading.
pub(super) const MOST: usize = 6;
/// Whoever waited this long gets one more all the same: a job that reads within another's would wait for itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// The connections of one catalog.
#[derive(Default)]
pub(super) struct Readers {
    /// The file all of them are of.
    which: Option<Identity>,
    kept: Mutex<Kept>,
    given_back: Condvar,
}

#[derive(Default)]
struct Kept {
    idle: Vec<Connection>,
    /// How many there are, those at work among them.
    open: usize,
}

/// A connection that is at work; given back when dropped, by a panic too.
struct Lent<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Readers {
    /// Of a file, with one that is open already.
    pub(super) fn with_one(connection: Connection, which: Identity) -> Readers {
        let kept = Kept { idle: vec![connection], open: 1 };
        Readers { which: Some(which), kept: Mutex::new(kept), given_back: Condvar::new() }
    }

    /// Runs `job` on one of the connections.
    pub(super) fn with<T>(
        &self,
        path: &Path,
        job: impl FnOnce(&Connection) -> T,
    ) -> Result<T, rusqlite::Error> {
        let idle = self.take();
        let mut lent = Lent { readers: self, connection: idle };
        let connection = match lent.connection.take() {
            Some(connection) => connection,
            None => self.which.unwrap_or_else(|| Identity::of(path)).connect(path)?,
        };
        Ok(job(lent.connection.insert(connection)))
    }

    /// One that is idle; `None` = the caller may open one.
    fn take(&self) -> Option<Connection> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let all_taken = |kept: &mut Kept| kept.idle.is_empty() && kept.open >= MOST;
        let waited = self.given_back.wait_timeout_while(kept, PATIENCE, all_taken);
        let (mut kept, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let idle = kept.idle.pop();
        kept.open += usize::from(idle.is_none());
        idle
    }

    /// How many are open.
    #[cfg(test)]
    pub(super) fn open(&self) -> usize {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).open
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut kept = self.readers.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match self.connection.take() {
            Some(connection) if kept.open <= MOST => kept.idle.push(connection),
            // One too many, or it could not be opened.
            _ => kept.open = kept.open.saturating_sub(1),
        }
        drop(kept);
        self.readers.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::catalog::Catalog;

    /// Descriptors of this process on the catalog's files.
    #[cfg(target_os = "linux")]
    fn descriptors(path: &Path) -> usize {
        let name = path.to_string_lossy().into_owned();
        let all = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        all.filter_map(|entry| std::fs::read_link(entry.path()).ok())
            .filter(|target| target.to_string_lossy().starts_with(&name))
            .count()
    }

    #[test]
    fn a_burst_of_readers_shares_a_few_connections() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        let catalog = Catalog::open(&path).unwrap();
        let all = 40;
        let (begin, at_once, most) = (Barrier::new(all), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..all {
                scope.spawn(|| {
                    begin.wait();
                    for _ in 0..20 {
                        let read = catalog.inner.readers.with(&path, |connection| {
                            most.fetch_max(1 + at_once.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
                            let count: i64 = connection
                                .query_row("SELECT count(*) FROM offers", [], |row| row.get(0))
                                .unwrap();
                            at_once.fetch_sub(1, Ordering::SeqCst);
                            count
                        });
                        assert_eq!(read.unwrap(), 0);
                    }
                });
            }
        });
        assert!(most.load(Ordering::SeqCst) <= MOST && catalog.inner.readers.open() <= MOST);
        // Each has the file and its log open, the writer too; all share one index of the log.
        #[cfg(target_os = "linux")]
        assert!(descriptors(&path) <= 2 * (MOST + 1) + 1, "{}", descriptors(&path));
    }

    #[test]
    fn a_job_within_a_job_of_everybody_is_not_stuck() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        let catalog = Catalog::open(&path).unwrap();
        let readers = &catalog.inner.readers;
        let begin = Barrier::new(MOST);
        std::thread::scope(|scope| {
            for _ in 0..MOST {
                scope.spawn(|| {
                    let inner = readers.with(&path, |_| {
                        begin.wait();
                        readers.with(&path, |connection| connection.is_autocommit())
                    });
                    assert!(inner.unwrap().unwrap());
                });
            }
        });
        assert!(readers.open() <= MOST, "what was opened beyond that is closed again");
    }

    #[test]
    fn a_file_that_cannot_be_opened_takes_no_place() {
        let readers = Readers::default();
        let nowhere = Path::new("/nowhere/at/all/catalog.db");
        for _ in 0..3 * MOST {
            assert!(readers.with(nowhere, |_| ()).is_err());
        }
        assert_eq!(readers.open(), 0);
    }
}
