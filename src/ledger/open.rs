//! Opening the ledger's file: what is looked at first, its numbered schema, and who else has it open.

use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{BUSY, Ledger, LedgerError, PAUSE, failed, guard, private_file, private_folder, salvage};
use crate::row_sum;

/// The schema this program writes.
pub(super) const SCHEMA: i64 = 7;
pub(super) const MIGRATIONS: [&str; SCHEMA as usize] = [
    include_str!("schema.sql"),
    include_str!("schema2.sql"),
    include_str!("schema3.sql"),
    include_str!("schema4.sql"),
    include_str!("schema5.sql"),
    include_str!("schema6.sql"),
    include_str!("schema7.sql"),
];
/// The schema that brought the table of sums, its triggers in the file.
const GUARD_SINCE: i64 = 6;
/// The schema from which on sums are worked out as they are now.
const SUMS_SINCE: i64 = 7;

/// How long others that have a damaged ledger open may take to close it.
const ALONE: Duration = Duration::from_secs(3);

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
            if prepare(&mut connection, path, Purpose::Search, None).is_ok() {
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
        let damaged = match open_sound(path, held.as_ref()) {
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
        let done = match open_sound(path, held.as_ref()) {
            // Another process has salvaged it meanwhile, and told so.
            Ok(connection) => Ok((connection, None)),
            Err(LedgerError::Damaged { .. }) => match salvage::run(path)? {
                Some(salvaged) => Ok((open_sound(path, held.as_ref())?, Some(salvaged))),
                None => Err(damaged),
            },
            Err(error) => Err(error),
        };
        share(held.as_ref());
        done.map(|(connection, salvaged)| Ledger::new(path, connection, held, salvaged))
    }
}

/// A mark beside the ledger that it is in use; `None` where a folder takes none. Not on the ledger itself: who closes
/// that file a second time takes SQLite's own locks away.
pub(super) fn hold(path: &Path) -> Option<File> {
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
fn open_sound(path: &Path, held: Option<&File>) -> Result<Connection, LedgerError> {
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
    let mut header = [0; 100];
    // A version beyond 2 to be written by: SQLite would read the file and never write it.
    if length > 0
        && File::open(path).and_then(|mut file| file.read_exact(&mut header)).is_ok()
        && header[18] > 2
    {
        let what = "its header says that it cannot be written".to_owned();
        return Err(LedgerError::Damaged { path: path.display().to_string(), what });
    }
    let mut connection =
        Connection::open(path).map_err(|source| failed(path.display().to_string(), source))?;
    prepare(&mut connection, path, Purpose::Use, held)?;
    Ok(connection)
}

/// What a file is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
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
    if tables > 0 && found <= SCHEMA && own.last() != Some(&(found >= GUARD_SINCE)) {
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
        && let Some(what) = guard::check(&tx, found >= SUMS_SINCE)?
    {
        return Ok(Err(what));
    }
    Ok(Ok(found))
}

pub(super) fn prepare(
    connection: &mut Connection,
    path: &Path,
    purpose: Purpose,
    held: Option<&File>,
) -> Result<(), LedgerError> {
    let shown = path.display().to_string();
    let sqlite = |source| failed(shown.clone(), source);
    connection.busy_timeout(BUSY).map_err(sqlite)?;
    row_sum::know(connection).map_err(sqlite)?;
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
    if purpose == Purpose::Search {
        // Nothing keeps the sums of what it would write.
        return connection.pragma_update(None, "query_only", true).map_err(sqlite);
    }
    connection.pragma_update(None, "journal_mode", "WAL").map_err(sqlite)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(sqlite)?;
    connection.pragma_update(None, "foreign_keys", true).map_err(sqlite)?;
    connection.pragma_update(None, "temp_store", "MEMORY").map_err(sqlite)?;
    // What was deleted must not be found on a free page by a salvage.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(())).map_err(sqlite)?;
    if found > SCHEMA {
        return Err(LedgerError::Newer { path: shown, found });
    }
    if found == SCHEMA {
        return guard::keep(connection).map_err(sqlite);
    }
    // A pifa of schema 6 leaves the sums to triggers in the file: without them it would write rows that have none.
    let others_stay = found > 0 && held.is_some() && !alone(held);
    let done = migrate(connection, path, others_stay);
    if found > 0 {
        share(held);
    }
    done
}

/// Brings the schema up to date, after a backup. That has to wait while `others` have the file open, unless one of them
/// has done it.
fn migrate(connection: &mut Connection, path: &Path, others: bool) -> Result<(), LedgerError> {
    let shown = path.display().to_string();
    let sqlite = |source| failed(shown.clone(), source);
    let version = |c: &Connection| c.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0));
    let found = version(connection).map_err(sqlite)?;
    if found > 0 && found < SCHEMA {
        if others {
            return Err(LedgerError::InUse { path: shown });
        }
        let backup = format!("{shown}.backup-v{found}");
        let io = |source| LedgerError::Io { path: backup.clone(), source };
        // One that is there is of a migration that was cut off; SQLite would not write over it.
        match std::fs::remove_file(&backup) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        // SQLite would make it readable to everybody; into an empty file it writes as well.
        private_file(Path::new(&backup)).map_err(io)?;
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
        guard::keep(&tx)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::MarketId;

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

    /// A ledger as a pifa of schema 6 left it: triggers of its own in the file.
    fn of_schema_6(path: &Path) {
        Ledger::open(path).unwrap().set_meta("k", "v").unwrap();
        let old = Connection::open(path).unwrap();
        old.execute_batch(
            "DROP INDEX market_order_number; DROP INDEX cart_line_taken; DROP INDEX cart_journal_undone;
             CREATE TRIGGER guard_meta_gone AFTER DELETE ON meta BEGIN SELECT row_sum(old.key); END;
             UPDATE guard SET sum = 1, own = 2; PRAGMA user_version = 6",
        )
        .unwrap();
    }

    #[test]
    fn triggers_of_before_leave_the_file_and_its_rows_are_guarded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        of_schema_6(&path);
        let ledger = Ledger::open(&path).unwrap();
        assert_eq!((ledger.salvaged(), ledger.meta("k").unwrap().as_deref()), (None, Some("v")));
        ledger.set_meta("k", "w").unwrap();
        drop(ledger);
        assert_eq!(Ledger::open(&path).unwrap().salvaged(), None);
        let raw = Connection::open(&path).unwrap();
        let left: i64 = raw
            .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(left, 0);
        raw.execute("UPDATE meta SET value = 'x'", []).unwrap();
        drop(raw);
        let ledger = Ledger::open(&path).unwrap();
        assert!(ledger.salvaged().is_some());
        assert_eq!(ledger.meta("k").unwrap().as_deref(), Some("w"));
    }

    #[test]
    fn an_older_pifa_that_still_writes_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        of_schema_6(&path);
        let before = std::fs::read(&path).unwrap();
        let other = hold(&path);
        assert!(other.is_some());
        let told = Ledger::open(&path).err();
        assert!(matches!(told, Some(LedgerError::InUse { .. })), "{told:?}");
        assert_eq!(std::fs::read(&path).unwrap(), before);
        drop(other);
        assert_eq!(Ledger::open(&path).unwrap().meta("k").unwrap().as_deref(), Some("v"));
    }

    #[test]
    fn who_searches_reads_and_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        Ledger::open(&path).unwrap().set_meta("k", "v").unwrap();
        let ledger = Ledger::open_to_search(&path).unwrap();
        assert_eq!(ledger.meta("k").unwrap().as_deref(), Some("v"));
        assert!(matches!(ledger.set_meta("k", "w"), Err(LedgerError::Sqlite { .. })));
        assert_eq!(ledger.meta("k").unwrap().as_deref(), Some("v"));
    }

    #[test]
    fn a_migration_that_was_cut_off_begins_again_with_a_backup_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        of_schema_6(&path);
        let backup = folder.path().join("ledger.db.backup-v6");
        std::fs::write(&backup, "half a backup").unwrap();
        assert_eq!(Ledger::open(&path).unwrap().meta("k").unwrap().as_deref(), Some("v"));
        assert!(std::fs::read(&backup).unwrap().starts_with(b"SQLite format 3"));
    }

    #[test]
    fn garbage_in_the_place_of_the_ledger_is_an_error_and_not_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        std::fs::write(&path, vec![7u8; 5000]).unwrap();
        assert!(Ledger::open(&path).is_err());
    }
}
