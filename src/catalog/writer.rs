//! The connection that writes: one for all, opened when it is first needed. Many a program only searches.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rusqlite::Connection;

use crate::catalog::file::{self, Identity};
use crate::catalog::store::{Failure, lock};

pub(super) struct Writer {
    /// `None` in memory.
    file: Option<(PathBuf, Identity)>,
    connection: Mutex<Option<Connection>>,
}

impl Writer {
    /// To a file that was opened for reading.
    pub(super) fn to(path: &Path, which: Identity) -> Writer {
        Writer { file: Some((path.to_owned(), which)), connection: Mutex::default() }
    }

    /// Whether another file has taken its place: what is written now nobody would find.
    pub(super) fn is_set_aside(&self) -> bool {
        self.file.as_ref().is_some_and(|(path, which)| Identity::of(path) != *which)
    }

    /// One that is all there is.
    pub(super) fn in_memory(connection: Connection) -> Writer {
        Writer { file: None, connection: Mutex::new(Some(connection)) }
    }

    /// Runs `job` with it; others who want to write wait.
    pub(super) fn with<T>(
        &self,
        job: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut kept = lock(&self.connection);
        let connection = match (kept.take(), &self.file) {
            (Some(connection), _) => connection,
            (None, Some((path, which))) => file::connect_to_write(path, *which)?,
            (None, None) => file::in_memory()?,
        };
        job(kept.insert(connection))
    }

    /// Gives back the memory of its cache.
    pub(super) fn shrink(&self) -> Result<(), Failure> {
        match &*lock(&self.connection) {
            Some(connection) => Ok(connection.execute_batch("PRAGMA shrink_memory")?),
            None => Ok(()),
        }
    }
}
