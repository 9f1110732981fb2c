//! The precious store: carts and their undo journal, orders, the outbox of actions.
//!
//! SQLite in WAL mode with `synchronous=FULL`: what a call has returned survives a crash. Every row
//! carries its market, and every method works on one market's rows only. Several processes may have the
//! file open; writes take the database's lock at once (`BEGIN IMMEDIATE`) and wait for each other.

mod actions;
mod cart;
mod entry;
mod guard;
mod hands;
mod marks;
mod open;
mod orders;
mod pages;
mod salvage;
mod session;
mod totals;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

pub use actions::{Action, ActionId, NewAction, Outcome, Policy};
pub use cart::{Edit, LineRow, StoredLine};
pub use entry::{Entered, Origin};
pub use marks::Stamp;

use crate::domain::id::MarketId;
use crate::domain::salvage::Salvaged;
use open::{Purpose, SCHEMA};

/// How long a statement waits for another process's write.
const BUSY: Duration = Duration::from_secs(10);
/// How long one try of several waits for it, and how long it then stands back for others of this process.
const TRY: Duration = Duration::from_millis(240);
const PAUSE: Duration = Duration::from_millis(10);

/// Why the ledger could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// SQLite failed.
    #[error("the ledger {path}: {source}")]
    Sqlite {
        /// The file.
        path: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file was written by a newer pifa.
    #[error("the ledger {path} has schema {found}, this pifa knows {SCHEMA}")]
    Newer {
        /// The file.
        path: String,
        /// Its schema.
        found: i64,
    },
    /// A pifa of before has it open, which has to be brought up to date.
    #[error("the ledger {path} is open in an older pifa")]
    InUse {
        /// The file.
        path: String,
    },
    /// The folder or file could not be made.
    #[error("the ledger {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A row does not read back.
    #[error("the ledger {path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: String,
        /// What was wrong.
        what: String,
    },
}

impl LedgerError {
    /// The same damage, with more words.
    fn and(self, more: &str) -> LedgerError {
        match self {
            LedgerError::Damaged { path, what } => {
                LedgerError::Damaged { path, what: format!("{what}{more}") }
            }
            error => error,
        }
    }
}

/// The ledger of one profile.
#[derive(Clone)]
pub struct Ledger {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    connection: Mutex<Connection>,
    /// Says, as long as it is open, that somebody uses the file; see [`hold`].
    _held: Option<File>,
    salvaged: Option<Salvaged>,
    /// Writes of ours to marks and orders, see [`Stamp`].
    marked: AtomicU64,
}

impl Ledger {
    fn new(path: &Path, connection: Connection, held: Option<File>, salvaged: Option<Salvaged>) -> Ledger {
        let shared = Shared {
            path: path.to_owned(),
            connection: Mutex::new(connection),
            _held: held,
            salvaged,
            marked: AtomicU64::new(0),
        };
        Ledger { shared: Arc::new(shared) }
    }

    /// What became of the ledger, when it was found damaged as it was opened.
    pub fn salvaged(&self) -> Option<&Salvaged> {
        self.shared.salvaged.as_ref()
    }

    /// A ledger that is gone when dropped, for tests.
    pub fn in_memory() -> Result<Ledger, LedgerError> {
        let path = Path::new(":memory:");
        let sqlite = |source| LedgerError::Sqlite { path: path.display().to_string(), source };
        let mut connection = Connection::open_in_memory().map_err(sqlite)?;
        open::prepare(&mut connection, path, Purpose::New, None)?;
        Ok(Ledger::new(path, connection, None, None))
    }

    /// A remembered value.
    pub fn meta(&self, key: &str) -> Result<Option<String>, LedgerError> {
        self.read(|connection| {
            connection.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()
        })
    }

    /// Remembers a value.
    pub fn set_meta(&self, key: &str, value: &str) -> Result<(), LedgerError> {
        self.write(|tx| put_meta(tx, key, value))
    }

    /// How many cart lines and open actions belong to other markets than this one.
    pub fn others(&self, market: &MarketId) -> Result<(u64, u64), LedgerError> {
        self.read(|connection| {
            let count = |sql: &str| connection.query_row(sql, [market.as_str()], |row| row.get::<_, i64>(0));
            let lines = count(
                "SELECT count(*) FROM cart_line WHERE market_id <> ?1 AND present = 1 AND taken_by IS NULL",
            )?;
            let actions = count(
                "SELECT count(*) FROM action WHERE market_id <> ?1 AND state IN ('draft','queued','sending','unknown')",
            )?;
            Ok((lines.unsigned_abs(), actions.unsigned_abs()))
        })
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic while the lock was held rolled its transaction back: the connection is sound.
        self.shared.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        work(&self.lock()).map_err(|source| self.sqlite(source))
    }

    /// Runs `work` in one immediate transaction and commits it to the disk.
    fn write<T>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let mut connection = self.lock();
        let commit = || {
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&tx)?;
            tx.commit()?;
            Ok(value)
        };
        commit().map_err(|source| self.sqlite(source))
    }

    /// As [`Ledger::write`], but waits for at most about `patience` while another process writes, and others of this
    /// process get their turn in between: for what is not worth holding anybody up.
    fn write_within<T>(
        &self,
        patience: Duration,
        work: impl Fn(&rusqlite::Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let mut left = patience.as_millis() / (TRY + PAUSE).as_millis();
        loop {
            let mut connection = self.lock();
            let mut commit = || {
                connection.busy_timeout(TRY)?;
                let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let value = work(&tx)?;
                tx.commit()?;
                Ok(value)
            };
            let done = commit();
            connection.busy_timeout(BUSY).map_err(|source| self.sqlite(source))?;
            drop(connection);
            match done {
                Err(error) if left > 1 && is_busy(&error) => std::thread::park_timeout(PAUSE),
                done => return done.map_err(|source| self.sqlite(source)),
            }
            left -= 1;
        }
    }

    fn sqlite(&self, source: rusqlite::Error) -> LedgerError {
        failed(self.shared.path.display().to_string(), source)
    }
}

fn put_meta(tx: &rusqlite::Transaction<'_>, key: &str, value: &str) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )
    .map(|_| ())
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// A failure by what can be done about it: a damaged file is another matter than a full disk.
fn failed(path: String, source: rusqlite::Error) -> LedgerError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match source {
        rusqlite::Error::FromSqlConversionFailure(_, _, inner) => {
            LedgerError::Damaged { path, what: inner.to_string() }
        }
        source if matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)) => {
            LedgerError::Damaged { path, what: source.to_string() }
        }
        source => LedgerError::Sqlite { path, source },
    }
}

/// Makes a folder only its owner can enter.
pub fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes an empty file only its owner can read.
pub fn private_file(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

fn millis(at: Timestamp) -> i64 {
    at.as_millisecond()
}

fn instant(ms: i64) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(ms).map_err(|error| damaged(&error))
}

/// A value that does not read back, as an error of the row it stands in.
fn damaged(what: &dyn std::fmt::Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.to_string().into())
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| damaged(&error))
}

fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| damaged(&error))
}
