//! Opening the catalog's file: its numbered schema, and what is done with a file that cannot be used.
//!
//! An older file is brought up to date row by row ([`migrate`]). The catalog is a cache all the same, so a corrupt,
//! foreign or newer file is moved aside to `<name>.bad-<n>` and an empty one takes its place; the caller is told
//! through [`Opened`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::catalog::migrate::{self, Migrating};
use crate::catalog::sound;
use crate::catalog::store::Failure;

/// Number of the schema below (`PRAGMA user_version`). Whoever raises it adds the step that gets an older file there
/// to [`migrate::STEPS`].
const SCHEMA: i64 = 5;
/// `PRAGMA application_id`: tells our files from anybody else's ("pifa").
const APPLICATION: i64 = 0x7069_6661;
/// Bytes of a page of a new file. A row has about 1,500: of smaller pages a fifth would stay empty, and each costs a
/// frame of the log and a place in a tree; of larger ones, of 16 KB, a page of hits takes a third longer to read.
const PAGE: i64 = 8_192;
/// Page cache of the connection that writes, in KiB (negative is SQLite's way to say so).
const WRITER_CACHE: i64 = -48_000;
/// How long a statement waits for another process's write: a million offers imported are one.
const BUSY: Duration = Duration::from_secs(30);

/// The tables beside the offers.
const TABLES: &str = "
CREATE TABLE state(name TEXT PRIMARY KEY, value INTEGER NOT NULL, sum INTEGER) WITHOUT ROWID;
INSERT INTO state(name, value) VALUES('generation', 1), ('cleared', 1), ('suppliers', 0), ('offers', 0);
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL, sum INTEGER) WITHOUT ROWID;
CREATE TABLE documents(name TEXT PRIMARY KEY, as_of INTEGER, body TEXT NOT NULL, sum INTEGER) WITHOUT ROWID;
CREATE TABLE suppliers(
    id TEXT PRIMARY KEY,
    derived INTEGER NOT NULL,      -- 1 = read off an offer, no record of its own
    search TEXT NOT NULL,          -- folded name, translated name, belt; one a line
    body BLOB NOT NULL,            -- Supplier as JSON
    number INTEGER NOT NULL DEFAULT 0, -- ascending in the order they were first met; 0 = before numbers
    sum INTEGER                    -- catalog::sound, as in the other tables
) WITHOUT ROWID;
";

/// The names of suppliers apart from what else is known of them, to be looked through.
pub(super) const NAMES: &str = "CREATE INDEX suppliers_named ON suppliers(search);
";

/// The dictionary of [`crate::catalog::words`].
pub(super) const WORDS: &str =
    "CREATE TABLE words(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, sum INTEGER)";

/// Columns of the offers. The long ones come last: what stands before them is read without them.
pub(super) const OFFERS: &str = "(
    row INTEGER PRIMARY KEY,
    key TEXT NOT NULL,             -- OfferKey as written in JSON; no two are the same
    market_id INTEGER,             -- NULL for imported goods
    supplier_id TEXT,
    kind INTEGER NOT NULL,         -- 0 goods, 1 fee link
    gone INTEGER NOT NULL,
    todo INTEGER NOT NULL,         -- 0 detail known, 1 only a row, 2 detail known but a later row differs
    headline TEXT,                 -- price range and minimum of the last row read
    score INTEGER NOT NULL,        -- static rank
    sold INTEGER,
    repeat_ppm INTEGER,
    fetched_at INTEGER NOT NULL,   -- UTC milliseconds
    seen_at INTEGER NOT NULL,      -- last time the market listed it at all
    generation INTEGER NOT NULL,   -- of the write that touched the row last
    digest INTEGER NOT NULL,       -- of the reading written last: the same again changes nothing
    category INTEGER,              -- leaf category
    rating INTEGER,                -- thousandths of a point
    facts BLOB NOT NULL,           -- catalog::facts; empty = nothing is known
    text TEXT NOT NULL,            -- folded title, translated title, supplier, belt; one a line
    traits TEXT NOT NULL,          -- folded attributes name=value, one a line
    body BLOB NOT NULL,            -- Offer; its time stands in fetched_at
    sum INTEGER                    -- catalog::sound; NULL in rows of before
)";

/// The one index that says what may be in the table. In files of before it is a constraint of the column, which comes
/// to the same for whoever asks.
const KEYS: &str = "offers_key";

/// Indexes over the offers. Imports come after market goods of one score, as keys are ordered.
pub(super) const INDEXES: &str = "
CREATE UNIQUE INDEX offers_key ON offers(key);
CREATE INDEX offers_generation ON offers(generation);
CREATE INDEX offers_supplier ON offers(supplier_id, gone) WHERE supplier_id IS NOT NULL;
CREATE INDEX offers_todo ON offers(todo, fetched_at, market_id) WHERE todo > 0 AND gone = 0;
CREATE INDEX offers_ages ON offers(gone, fetched_at);
CREATE INDEX offers_rated ON offers(category, rating) WHERE gone = 0 AND kind = 0 AND rating IS NOT NULL;
CREATE INDEX offers_best ON offers(score DESC, market_id IS NULL, market_id, key) WHERE gone = 0 AND kind = 0;
";

/// Why a file could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// SQLite cannot read it, or found it damaged the last time.
    Corrupt,
    /// A database of some other program.
    Foreign,
    /// Written by a newer pifa.
    Newer,
    /// Written by a pifa older than any schema.
    Older,
}

/// How the catalog was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It was there.
    Existing,
    /// It was not; it is empty now.
    Created,
    /// It could not be used and lies at `to`; it is empty now.
    MovedAside {
        /// Where the old file is.
        to: PathBuf,
        /// What was wrong with it.
        why: Unusable,
    },
}

/// Opens or creates the file at `path`, bringing an older one up to date (which `told` follows) and moving an unusable
/// one aside; a connection for reading.
pub(super) fn open(
    path: &Path,
    told: &mut dyn FnMut(Migrating),
) -> Result<(Connection, Opened), rusqlite::Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| io_error(&error))?;
    }
    // Two processes must not both judge and move the file.
    let _turn = lock(path).map_err(|error| io_error(&error))?;
    let existed = path.exists();
    create_private(path).map_err(|error| io_error(&error))?;
    let why = match try_open(path, told) {
        Ok(Ok(connection)) => {
            return Ok((connection, if existed { Opened::Existing } else { Opened::Created }));
        }
        Ok(Err(why)) => why,
        Err(error) if is_damage(&error) || is_unreadable(&error) => Unusable::Corrupt,
        Err(error) => return Err(error),
    };
    let to = move_aside(path).map_err(|error| io_error(&error))?;
    create_private(path).map_err(|error| io_error(&error))?;
    match try_open(path, told)? {
        Ok(connection) => Ok((connection, Opened::MovedAside { to, why })),
        Err(_) => Err(io_error(&io::Error::other("a new catalog file cannot be written"))),
    }
}

/// What is told to whoever still has an older file open.
pub(super) const SET_ASIDE: &str = "it was set aside meanwhile";

/// What is in the file is not what was written into it, in SQLite's words.
pub(super) fn sqlite_corrupt(what: &str) -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some(what.to_owned()))
}

/// Which file lies at a path: another process may set aside the one that was opened and begin another in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(Option<(u64, u64)>);

impl Identity {
    /// Of the file that is there now.
    pub fn of(path: &Path) -> Identity {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Identity(fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino())))
        }
        #[cfg(not(unix))]
        Identity(path.exists().then_some((0, 0)))
    }

    /// A further connection, as long as that file is still there.
    pub fn connect(self, path: &Path) -> Result<Connection, rusqlite::Error> {
        if Identity::of(path) != self {
            return Err(sqlite_corrupt(SET_ASIDE));
        }
        connect(path)
    }
}

/// A connection for writing to a file that [`open`] has judged.
pub(super) fn connect_to_write(path: &Path, which: Identity) -> Result<Connection, rusqlite::Error> {
    let connection = which.connect(path)?;
    // It writes in batches of a thousand offers: pages that many of them touch (indexes) stay in memory. The log goes into
    // the file on another thread, see `log`.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", WRITER_CACHE)?;
    sound::keep(&connection)?;
    Ok(connection)
}

/// A further connection to a file that [`open`] has judged.
pub(super) fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = bare(path)?;
    prepare(&connection)?;
    Ok(connection)
}

fn bare(path: &Path) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    sound::know(&connection)?;
    Ok(connection)
}

/// A catalog that lives and dies with the process.
pub(super) fn in_memory() -> Result<Connection, rusqlite::Error> {
    let mut connection = Connection::open_in_memory()?;
    sound::know(&connection)?;
    prepare(&connection)?;
    create_tables(&mut connection)?;
    sound::keep(&connection)?;
    Ok(connection)
}

/// Whether SQLite said that the file itself is bad.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Notes beside the file that it is damaged, so that the next [`open`] moves it aside.
pub(super) fn note_damage(path: &Path) -> io::Result<()> {
    File::create(beside(path, ".damaged")).map(|_| ())
}

/// Size on disk, the write-ahead log included.
pub(super) fn bytes(path: &Path) -> u64 {
    [path.to_owned(), log_of(path)].iter().map(|file| fs::metadata(file).map_or(0, |meta| meta.len())).sum()
}

/// The write-ahead log of the file.
pub(super) fn log_of(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// Indexes over the offers that are taken away while many rows are written: making one of all rows at the end sorts
/// them once, while adding to it row by row looks for the place of each.
///
/// Nobody ever sees the table without them: they go and come back in one transaction.
pub(super) struct TakenAway(Vec<(String, String)>);

impl TakenAway {
    /// Takes them away, that of the keys only `with_keys`.
    pub fn from(transaction: &Connection, with_keys: bool) -> Result<TakenAway, rusqlite::Error> {
        let mut select = transaction.prepare(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'offers' AND sql IS NOT NULL",
        )?;
        let all = select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let mut taken: Vec<(String, String)> = all.collect::<Result<_, _>>()?;
        drop(select);
        taken.retain(|(name, _)| with_keys || name != KEYS);
        for (name, _) in &taken {
            transaction.execute_batch(&format!("DROP INDEX \"{name}\""))?;
        }
        Ok(TakenAway(taken))
    }

    /// Puts back that of the keys, where it was taken: somebody wants to look one up.
    pub fn put_back_keys(&mut self, transaction: &Connection) -> Result<(), rusqlite::Error> {
        let (keys, rest) = std::mem::take(&mut self.0).into_iter().partition(|(name, _)| name == KEYS);
        self.0 = rest;
        TakenAway(keys).put_back(transaction)
    }

    /// Puts them back, as they were.
    pub fn put_back(self, transaction: &Connection) -> Result<(), rusqlite::Error> {
        for (_, sql) in self.0 {
            transaction.execute_batch(&sql)?;
        }
        Ok(())
    }
}

fn try_open(
    path: &Path,
    told: &mut dyn FnMut(Migrating),
) -> Result<Result<Connection, Unusable>, rusqlite::Error> {
    if beside(path, ".damaged").exists() || is_cut_or_locked(path).map_err(|error| io_error(&error))? {
        return Ok(Err(Unusable::Corrupt));
    }
    let mut connection = bare(path)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != APPLICATION {
        if application != 0 || version != 0 || tables != 0 {
            return Ok(Err(Unusable::Foreign));
        }
        // Before anything is written, or it stays as it is.
        connection.pragma_update(None, "page_size", PAGE)?;
        prepare(&connection)?;
        create_tables(&mut connection)?;
    } else if version > SCHEMA {
        return Ok(Err(Unusable::Newer));
    } else if version < 1 {
        return Ok(Err(Unusable::Older));
    }
    prepare(&connection)?;
    match migrate::run(&mut connection, SCHEMA, told) {
        Ok(()) => {}
        Err(Failure::Sqlite(error)) if !is_unreadable(&error) => return Err(error),
        Err(Failure::Sqlite(_) | Failure::Record { .. } | Failure::History(_)) => {
            return Ok(Err(Unusable::Corrupt));
        }
    }
    // A first look at every table: a file that fails here would fail at the first search.
    let looks = "SELECT (SELECT count(*) FROM state WHERE sound(sum, name, value)),
                 (SELECT count(*) FROM meta WHERE sound(sum, name, value)),
                 (SELECT max(row) FROM offers), (SELECT max(id) FROM suppliers), (SELECT max(id) FROM words)";
    match connection.query_row(looks, [], |row| row.get::<_, i64>(0)) {
        Ok(4) => Ok(Ok(connection)),
        Ok(_) => Ok(Err(Unusable::Corrupt)),
        Err(error) if is_damage(&error) || is_unreadable(&error) => Ok(Err(Unusable::Corrupt)),
        Err(error) => Err(error),
    }
}

/// Whether SQLite could make nothing of the tables it found: there are others, or its header asks for what no SQLite has.
fn is_unreadable(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqlInputError { .. })
        || matches!(error.sqlite_error_code(), Some(ErrorCode::Unknown))
}

fn prepare(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

fn create_tables(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(&format!("{TABLES}{NAMES}{WORDS}; CREATE TABLE offers{OFFERS}; {INDEXES}"))?;
    sound::install(&transaction)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", SCHEMA)?;
    transaction.commit()
}

/// Whether the file ends before the last page its header counts, which SQLite itself notices only when it gets there, or
/// its header says that it can be read and never written.
fn is_cut_or_locked(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut header = [0; 100];
    if length == 0 {
        return Ok(false);
    }
    if file.read_exact(&mut header).is_err() {
        return Ok(wal_length(path) == 0);
    }
    let write_version = header[18];
    // A log that has begun since may have changed the header before the file.
    if wal_length(path) > 0 || write_version > 2 {
        return Ok(write_version > 2);
    }
    let number = |at: usize| -> u64 {
        header.iter().skip(at).take(4).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    };
    let page = match number(16) >> 16 {
        1 => 65_536,
        size => size,
    };
    // The count is only valid where the change counter agrees (file format, 1.3.7).
    Ok(number(24) == number(92) && number(28) * page > length)
}

fn wal_length(path: &Path) -> u64 {
    fs::metadata(log_of(path)).map_or(0, |meta| meta.len())
}

pub(super) fn move_aside(path: &Path) -> io::Result<PathBuf> {
    let to = (1..=u16::MAX)
        .map(|n| beside(path, &format!(".bad-{n}")))
        .find(|to| !to.exists())
        .ok_or_else(|| io::Error::other("no free name to move the catalog to"))?;
    fs::rename(path, &to)?;
    for suffix in ["-wal", "-shm"] {
        match fs::rename(beside(path, suffix), beside(&to, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    match fs::remove_file(beside(path, ".damaged")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(to),
    }
}

/// The file holds delivery addresses: nobody else's business.
pub(super) fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).append(true).open(beside(path, ".lock"))?;
    match file.lock() {
        Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
        _ => Ok(file),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Wraps a file error in SQLite's clothes, so that opening has one error type.
pub(super) fn io_error(error: &io::Error) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(
        rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
        Some(error.to_string()),
    )
}
