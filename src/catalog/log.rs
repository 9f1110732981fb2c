//! The write-ahead log on its way into the file: on a thread of its own, so that whoever fills the catalog does not
//! wait for the disk.
//!
//! A commit only appends to the log, which is quick on any disk; bringing the log into the file must wait until both
//! are really there, and on a slow disk that takes longer than working out the rows. Nothing is lost by leaving it for
//! later: what stands in the log is committed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;

use crate::catalog::file;

/// Bytes of the log from which it is worth bringing into the file.
const WORTH_IT: u64 = if cfg!(test) { 256 << 10 } else { 64 << 20 };
/// Bytes of the log at which whoever writes waits for the disk after all.
const MOST: u64 = if cfg!(test) { 1 << 20 } else { 1 << 30 };
/// Looks at what was written meanwhile, each shorter than the one before.
const ROUNDS: usize = 3;
/// How long the last, short piece may keep writers waiting for it to begin.
const PATIENCE: Duration = Duration::from_millis(200);

/// The log of one file.
pub(super) struct Log {
    path: PathBuf,
    work: Mutex<Work>,
}

#[derive(Default)]
struct Work {
    /// Kept from one time to the next: closing one would leave a descriptor behind (see [`crate::catalog::readers`]).
    connection: Option<Connection>,
    /// At work, or ended and not yet asked for its connection.
    thread: Option<JoinHandle<Option<Connection>>>,
}

impl Log {
    /// Of the catalog at `path`.
    pub fn new(path: &Path) -> Log {
        Log { path: path.to_owned(), work: Mutex::default() }
    }

    /// Something was committed.
    pub fn grew(&self) {
        let bytes = fs::metadata(file::log_of(&self.path)).map_or(0, |meta| meta.len());
        if bytes < WORTH_IT {
            return;
        }
        let mut work = self.work();
        work.begin(&self.path);
        if bytes >= MOST {
            work.wait();
        }
    }

    /// Begins to bring all of it into the file, unless that is being done.
    pub fn begin(&self) {
        self.work().begin(&self.path);
    }

    /// Waits until nothing is being done.
    pub fn rest(&self) {
        self.work().wait();
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.rest();
    }
}

impl Work {
    fn begin(&mut self, path: &Path) {
        if self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        self.wait();
        let (connection, path) = (self.connection.take(), path.to_owned());
        // Without a thread the log stays; closing the last connection brings it into the file.
        self.thread = Builder::new()
            .name("catalog-log".to_owned())
            .spawn(move || {
                let connection = connection.or_else(|| file::connect(&path).ok())?;
                if let Err(error) = into_file(&connection) {
                    tracing::debug!(%error, "the log of the catalog stays as it is");
                }
                Some(connection)
            })
            .ok();
    }

    fn wait(&mut self) {
        // A panic in there is one line in the log of the program; the rows are safe all the same.
        if let Some(thread) = self.thread.take() {
            self.connection = thread.join().ok().flatten();
        }
    }
}

/// Most of it while others write, then the short rest with writers kept away for a moment, so that the log begins
/// anew. Somebody reading an older state keeps a part of it; it goes another time.
fn into_file(connection: &Connection) -> Result<(), rusqlite::Error> {
    let rest = |mode: &str| -> Result<i64, rusqlite::Error> {
        connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
            Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?)
        })
    };
    for _ in 0..ROUNDS {
        if rest("PASSIVE")? <= 0 {
            break;
        }
    }
    connection.busy_timeout(PATIENCE)?;
    rest("TRUNCATE").map(drop)
}
