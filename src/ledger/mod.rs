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
mod orders;
mod pages;
mod salvage;
mod session;
mod totals;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

pub use actions::{Action, ActionId, NewAction, Outcome, Policy};
pub use cart::{Edit, LineRow, StoredLine};
pub use entry::{Entered, Origin};
pub use marks::Stamp;

use crate::domain::id::MarketId;
use crate::domain::salvage::Salvaged;

/// The schema this program writes.
const SCHEMA: i64 = 6;
const MIGRATIONS: [&str; SCHEMA as usize] = [
    include_str!("schema.sql"),
    include_str!("schema2.sql"),
    include_str!("schema3.sql"),
    include_str!("schema4.sql"),
    include_str!("schema5.sql"),
    include_str!("schema6.sql"),
];
/// The schema from which on rows are guarded.
const GUARDED_SINCE: i64 = 6;

/// How long a statement waits for another process's write.
const BUSY: Duration = Duration::from_secs(10);
/// How long one try of several waits for it, and how long it then stands back for others of this process.
const TRY: Duration = Duration::from_millis(240);
const PAUSE: Duration = Duration::from_millis(10);
/// How long others that have a damaged ledger open may take to close it.
const ALONE: Duration = Duration::from_secs(3);

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
    /// Opens or creates the ledger, migrating an older schema after a backup (`ledger.db.backup-v<n>`). One that is
    /// damaged is salvaged: see [`Ledger::salvaged`]. Where nothing of a ledger can be made out, or others use the
    /// file, it is an error and the file stays as it is.
    pub fn open(path: &Path) -> Result<Ledger, LedgerError> {
        let io = |source| LedgerError::Io { path: path.display().to_string(), source };
        if let Some(folder) = path.parent() {
            private_folder(folder).map_err(io)?;
        }
        let held = hold(path);
        Ledger::open_held(path, held)
    }

    /// The same for who only searches: of a ledger of today just the rows a search reads are looked at. Where there is
    /// anything else to it, it is opened as always.
    pub fn open_to_search(path: &Path) -> Result<Ledger, LedgerError> {
        let is_there = path.metadata().is_ok_and(|meta| meta.len() >= 100);
        if !is_there {
            return Ledger::open(path);
        }
        let held = hold(path);
        if held.is_some() && !salvage::is_unfinished(path) {
            let mut connection =
                Connection::open(path).map_err(|source| failed(path.display().to_string(), source))?;
            if prepare(&mut connection, path, Purpose::Search).is_ok() {
                return Ok(Ledger::new(path, connection, held, None));
            }
        }
        Ledger::open_held(path, held)
    }

    fn open_held(path: &Path, held: Option<File>) -> Result<Ledger, LedgerError> {
        let io = |source| LedgerError::Io { path: path.display().to_string(), source };
        if salvage::is_unfinished(path) && alone(held.as_ref()) {
            // Somebody may have been faster.
            if salvage::is_unfinished(path) {
                salvage::finish(path).map_err(io)?;
            }
            share(held.as_ref());
        }
        let damaged = match open_sound(path) {
            Ok(connection) => return Ok(Ledger::new(path, connection, held, None)),
            Err(damaged @ LedgerError::Damaged { .. }) => damaged,
            Err(error) => return Err(error),
        };
        if held.is_none() {
            // A folder that takes no mark takes no new ledger either.
            return Err(damaged);
        }
        if !alone(held.as_ref()) {
            return Err(damaged.and(", and another pifa has it open: close it and start again"));
        }
        let done = match open_sound(path) {
            // Another process has salvaged it meanwhile, and told so.
            Ok(connection) => Ok((connection, None)),
            Err(LedgerError::Damaged { .. }) => match salvage::run(path)? {
                Some(salvaged) => Ok((open_sound(path)?, Some(salvaged))),
                None => Err(damaged),
            },
            Err(error) => Err(error),
        };
        share(held.as_ref());
        done.map(|(connection, salvaged)| Ledger::new(path, connection, held, salvaged))
    }

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
        prepare(&mut connection, path, Purpose::New)?;
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

/// A mark beside the ledger that it is in use; `None` where a folder takes none. Not on the ledger itself: who closes
/// that file a second time takes SQLite's own locks away.
fn hold(path: &Path) -> Option<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    private_file(&name).ok()?;
    let file = std::fs::OpenOptions::new().append(true).open(name).ok()?;
    // Waits while somebody salvages.
    file.lock_shared().ok().map(|()| file)
}

/// Whether nobody else uses the ledger, nor will until [`share`].
fn alone(held: Option<&File>) -> bool {
    let Some(file) = held else { return false };
    let until = Instant::now() + ALONE;
    loop {
        match file.try_lock() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::park_timeout(PAUSE),
            Err(_) => {
                share(held);
                return false;
            }
        }
    }
}

/// Lets others use it as well.
fn share(held: Option<&File>) {
    if let Some(file) = held
        && let Err(error) = file.lock_shared()
    {
        tracing::warn!(%error, "the mark that the ledger is in use cannot be kept");
    }
}

/// The ledger, looked at as a whole and of this program's schema.
fn open_sound(path: &Path) -> Result<Connection, LedgerError> {
    let io = |source| LedgerError::Io { path: path.display().to_string(), source };
    if !path.exists() {
        private_file(path).map_err(io)?;
    }
    // SQLite takes a file shorter than its header for an empty one and would write over it.
    let length = std::fs::metadata(path).map_err(io)?.len();
    if (1..100).contains(&length) {
        let what = format!("only {length} bytes are left of it");
        return Err(LedgerError::Damaged { path: path.display().to_string(), what });
    }
    let mut connection =
        Connection::open(path).map_err(|source| failed(path.display().to_string(), source))?;
    prepare(&mut connection, path, Purpose::Use)?;
    Ok(connection)
}

/// What a file is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To be used: all of it is looked at first.
    Use,
    /// Just to search: what is read for it is looked at.
    Search,
    /// It is new.
    New,
}

/// Looks at what is in the file, before anything is written; its schema.
fn look(connection: &mut Connection, purpose: Purpose) -> Result<Result<i64, String>, rusqlite::Error> {
    let tx = connection.transaction()?;
    let names = ["meta", "cart_line", "action", "guard"];
    let has = |name: &str| {
        tx.query_row("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1", [name], |_| Ok(()))
            .optional()
            .map(|found| found.is_some())
    };
    let tables: i64 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let own = names.iter().map(|name| has(name)).collect::<Result<Vec<bool>, _>>()?;
    let found: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if tables > 0 && own.iter().take(3).any(|own| !own) {
        return Ok(Err("it is a database of something else".to_owned()));
    }
    // Its number stands in the header, where a bit of it may be turned like any other.
    if tables > 0 && found <= SCHEMA && own.last() != Some(&(found >= GUARDED_SINCE)) {
        return Ok(Err(format!("its tables are not those of schema {found}")));
    }
    if purpose == Purpose::Search {
        let what = match found {
            SCHEMA => guard::check_for_search(&tx)?,
            _ => Some(format!("it has schema {found}")),
        };
        return Ok(what.map_or(Ok(found), Err));
    }
    if purpose == Purpose::Use
        && found <= SCHEMA
        && let Some(what) = guard::check(&tx, found >= GUARDED_SINCE)?
    {
        return Ok(Err(what));
    }
    Ok(Ok(found))
}

fn prepare(connection: &mut Connection, path: &Path, purpose: Purpose) -> Result<(), LedgerError> {
    let shown = path.display().to_string();
    let sqlite = |source| failed(shown.clone(), source);
    connection.busy_timeout(BUSY).map_err(sqlite)?;
    guard::know(connection).map_err(sqlite)?;
    // A damaged file stays as it is, with its log.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(sqlite)?;
    let found = match look(connection, purpose) {
        Ok(Ok(found)) => found,
        Ok(Err(what)) => return Err(LedgerError::Damaged { path: shown, what }),
        Err(error) if is_unreadable(&error) => {
            return Err(LedgerError::Damaged { path: shown, what: error.to_string() });
        }
        Err(error) => return Err(sqlite(error)),
    };
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(sqlite)?;
    connection.pragma_update(None, "journal_mode", "WAL").map_err(sqlite)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(sqlite)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(sqlite)?;
    // What was deleted must not be found on a free page by a salvage.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(())).map_err(sqlite)?;
    let version = |c: &Connection| c.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    if found > SCHEMA {
        return Err(LedgerError::Newer { path: shown, found });
    }
    if found == SCHEMA {
        return Ok(());
    }
    if found > 0 {
        let backup = format!("{shown}.backup-v{found}");
        // SQLite would make it readable to everybody; into an empty file it writes as well.
        private_file(Path::new(&backup))
            .map_err(|source| LedgerError::Io { path: backup.clone(), source })?;
        connection.execute("VACUUM INTO ?1", [&backup]).map_err(sqlite)?;
    }
    let mut migrate = || {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have migrated while we waited for the lock.
        let found = version(&tx)?;
        for (number, sql) in (0..).zip(MIGRATIONS).skip_while(|(number, _)| *number < found) {
            tx.execute_batch(sql)?;
            tx.pragma_update(None, "user_version", number + 1)?;
        }
        if found < SCHEMA {
            guard::install(&tx)?;
        }
        tx.commit()
    };
    migrate().map_err(sqlite)
}

/// Whether SQLite could make nothing of what it read, rather than not read at all.
fn is_unreadable(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, Unknown};
    match error {
        rusqlite::Error::SqlInputError { .. }
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::Utf8Error(..) => true,
        error => matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase | Unknown)),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_of_something_else_is_refused_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        for version in [0, 2, SCHEMA] {
            let _ = std::fs::remove_file(&path);
            let other = Connection::open(&path).unwrap();
            let sql =
                format!("CREATE TABLE meta(name); CREATE TABLE offers(row); PRAGMA user_version = {version}");
            other.execute_batch(&sql).unwrap();
            drop(other);
            let before = std::fs::read(&path).unwrap();
            let told = Ledger::open(&path).err();
            assert!(matches!(told, Some(LedgerError::Damaged { .. })), "{told:?}");
            assert_eq!(std::fs::read(&path).unwrap(), before);
            let lock = folder.path().join("ledger.db.lock");
            assert_eq!(std::fs::metadata(&lock).unwrap().len(), 0);
            std::fs::remove_file(lock).unwrap();
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing lies beside it");
        }
    }

    #[test]
    fn a_newer_schema_is_refused_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        drop(Ledger::open(&path).unwrap());
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Ledger::open(&path), Err(LedgerError::Newer { found: 99, .. })));
    }

    #[cfg(unix)]
    #[test]
    fn folder_and_file_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profile").join("ledger.db");
        drop(Ledger::open(&path).unwrap());
        let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(path.parent().unwrap()), mode(&path)), (0o700, 0o600));
    }

    #[test]
    fn an_older_schema_is_migrated_after_a_backup_as_private_as_the_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.execute_batch("INSERT INTO meta VALUES ('k', 'v'); PRAGMA user_version = 1").unwrap();
        drop(old);
        let ledger = Ledger::open(&path).unwrap();
        assert_eq!(ledger.meta("k").unwrap().as_deref(), Some("v"));
        assert!(ledger.marks(&MarketId::new("a/1")).unwrap().is_empty());
        let backup = folder.path().join("ledger.db.backup-v1");
        let kept: String = Connection::open(&backup)
            .unwrap()
            .query_row("SELECT value FROM meta WHERE key = 'k'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(kept, "v");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn garbage_in_the_place_of_the_ledger_is_an_error_and_not_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        std::fs::write(&path, vec![7u8; 5000]).unwrap();
        assert!(Ledger::open(&path).is_err());
    }
}
