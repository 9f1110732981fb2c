//! `history.db`: what cannot be fetched again but is no money either (DESIGN 4): prices as we read them, looks at
//! saved searches, price watches.
//!
//! One file a profile, rows of all markets. WAL, `synchronous=NORMAL`: a power cut may lose the last seconds, never
//! the file. It is opened when it is first needed. A file that cannot be used is moved aside to `history.db.bad-<n>`,
//! never written over; one of a newer pifa is refused.
//!
//! Bounds: of each offer at most [`MOST_POINTS`] prices are kept and none that was replaced more than [`KEPT_DAYS`]
//! days ago; an offer whose price never changed takes nothing at all.

mod looks;
mod prices;
#[cfg(test)]
mod tests;
mod watches;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use looks::Look;

use crate::catalog::file;

/// Most prices kept of one offer.
pub const MOST_POINTS: i64 = 200;
/// Days a replaced price is kept.
pub const KEPT_DAYS: i64 = 400;

/// The schema this program writes (`PRAGMA user_version`).
const SCHEMA: i64 = 1;
/// `PRAGMA application_id` of our histories ("pifh").
const APPLICATION: i64 = 0x7069_6668;
const BUSY: Duration = Duration::from_secs(5);

const TABLES: &str = "
CREATE TABLE offer(
    id INTEGER PRIMARY KEY,
    market TEXT NOT NULL,
    key TEXT NOT NULL,             -- OfferKey as written in JSON
    UNIQUE(market, key)
);
CREATE TABLE price(
    offer INTEGER NOT NULL REFERENCES offer(id),
    at INTEGER NOT NULL,           -- UTC milliseconds: first read so
    ladder TEXT NOT NULL,          -- domain::price_history::Ladder::to_text
    PRIMARY KEY(offer, at)
) WITHOUT ROWID;
CREATE TABLE look(
    market TEXT NOT NULL,
    name TEXT NOT NULL,            -- of the saved search
    at INTEGER NOT NULL,
    query TEXT NOT NULL,
    quantity TEXT NOT NULL,
    hits INTEGER NOT NULL,
    body BLOB NOT NULL,            -- deflated lines: key, least, greatest
    PRIMARY KEY(market, name)
) WITHOUT ROWID;
CREATE TABLE watch(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    market TEXT NOT NULL,
    key TEXT NOT NULL,
    spec TEXT,
    quantity TEXT NOT NULL,
    below TEXT,
    rise TEXT,
    band TEXT NOT NULL,
    base TEXT,
    last TEXT,
    is_below INTEGER NOT NULL,
    is_above INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    looked_at INTEGER,
    fired_at INTEGER
);
CREATE INDEX watch_market ON watch(market);
";

/// Why the history could not be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// SQLite failed.
    #[error("the price history {path}: {source}")]
    Sqlite {
        /// The file.
        path: String,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file was written by a newer pifa.
    #[error("the price history {path} has schema {found}, this pifa knows {SCHEMA}")]
    Newer {
        /// The file.
        path: String,
        /// Its schema.
        found: i64,
    },
    /// A row does not read back.
    #[error("the price history {path} is damaged: {what}")]
    Damaged {
        /// The file.
        path: String,
        /// What was wrong.
        what: String,
    },
}

/// The history of one profile. Cloning is cheap and shares it; any thread may use it.
#[derive(Clone)]
pub struct History {
    shared: Arc<Shared>,
}

struct Shared {
    /// `None` = in memory.
    path: Option<PathBuf>,
    connection: Mutex<Option<Connection>>,
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("path", &self.shared.path).finish_non_exhaustive()
    }
}

/// A failure inside a job, before it is told with the file's name.
enum Failure {
    Sqlite(rusqlite::Error),
    Damaged(String),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Failure::Sqlite(error)
    }
}

impl History {
    /// The history in this file; it is opened, or made, when it is first used.
    pub fn at(path: &Path) -> History {
        History::of(Some(path.to_owned()))
    }

    /// One that is gone when dropped, for tests and packs.
    pub fn in_memory() -> History {
        History::of(None)
    }

    fn of(path: Option<PathBuf>) -> History {
        History { shared: Arc::new(Shared { path, connection: Mutex::default() }) }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Connection>> {
        // A panic while it was held rolled its transaction back: the connection is sound.
        self.shared.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `job` in one immediate transaction; nothing of it stays when it fails.
    fn write<T>(&self, job: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T, HistoryError> {
        self.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = job(&transaction)?;
            transaction.commit()?;
            Ok(value)
        })
    }

    /// Runs `job` on what there is; of a history that was never written the answer is the empty one.
    fn read<T: Default>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, HistoryError> {
        if self.lock().is_none() && self.shared.path.as_deref().is_some_and(|path| !path.exists()) {
            return Ok(T::default());
        }
        self.with(|connection| job(connection))
    }

    fn with<T>(&self, job: impl FnOnce(&mut Connection) -> Result<T, Failure>) -> Result<T, HistoryError> {
        let mut kept = self.lock();
        let connection = match kept.as_mut() {
            Some(connection) => connection,
            None => kept.insert(self.open()?),
        };
        job(connection).map_err(|failure| self.failed(failure))
    }

    fn open(&self) -> Result<Connection, HistoryError> {
        let sqlite = |source: rusqlite::Error| self.failed(source.into());
        let Some(path) = self.shared.path.as_deref() else {
            let mut connection = Connection::open_in_memory().map_err(sqlite)?;
            prepare(&mut connection).map_err(sqlite)?;
            return Ok(connection);
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| sqlite(file::io_error(&error)))?;
        }
        let first = match try_open(path) {
            Ok(Opened::Ready(connection)) => return Ok(connection),
            Ok(Opened::Newer(found)) => {
                return Err(HistoryError::Newer { path: path.display().to_string(), found });
            }
            Ok(Opened::Foreign) => None,
            Err(error) if file::is_damage(&error) => Some(error),
            Err(error) => return Err(sqlite(error)),
        };
        let to = file::move_aside(path).map_err(|error| sqlite(file::io_error(&error)))?;
        let why = first.map_or_else(|| "it is no history of pifa's".to_owned(), |error| error.to_string());
        tracing::warn!(to = %to.display(), why, "the price history cannot be used and was set aside");
        match try_open(path).map_err(sqlite)? {
            Opened::Ready(connection) => Ok(connection),
            _ => Err(self.failed(Failure::Damaged("a new one cannot be written".to_owned()))),
        }
    }

    fn failed(&self, failure: Failure) -> HistoryError {
        let path = self.shared.path.as_ref().map_or("(memory)".to_owned(), |path| path.display().to_string());
        match failure {
            Failure::Damaged(what) => HistoryError::Damaged { path, what },
            Failure::Sqlite(source) if file::is_damage(&source) => {
                HistoryError::Damaged { path, what: source.to_string() }
            }
            Failure::Sqlite(source) => HistoryError::Sqlite { path, source },
        }
    }
}

fn try_open(path: &Path) -> Result<Opened, rusqlite::Error> {
    file::create_private(path).map_err(|error| file::io_error(&error))?;
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (version, application) = (number("user_version")?, number("application_id")?);
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION && (application != 0 || version != 0 || tables != 0) {
        return Ok(Opened::Foreign);
    }
    if version > SCHEMA {
        return Ok(Opened::Newer(version));
    }
    prepare(&mut connection)?;
    // A first look at every table: what fails here would fail at the first sync.
    let looks = "SELECT (SELECT max(id) FROM offer), (SELECT count(*) FROM price WHERE offer < 0),
                 (SELECT count(*) FROM look WHERE market = ''), (SELECT max(id) FROM watch)";
    connection.query_row(looks, [], |_| Ok(()))?;
    Ok(Opened::Ready(connection))
}

enum Opened {
    Ready(Connection),
    Newer(i64),
    Foreign,
}

/// Sets the file up and makes its tables where there are none; two processes may do so at once.
fn prepare(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == 0 {
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", SCHEMA)?;
    }
    transaction.commit()
}

/// A stored decimal, quantity, price or key that does not read back is damage.
fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Failure::Damaged(format!("{text:?} cannot be read")))
}

fn parsed_or<T: std::str::FromStr>(text: Option<String>) -> Result<Option<T>, Failure> {
    text.map(|text| parsed(&text)).transpose()
}
