//! The catalog as its users hold it: one writer, and readers that never wait for it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};

use crate::catalog::body;
use crate::catalog::file::{self, Identity, Opened};
use crate::catalog::history::{History, HistoryError};
use crate::catalog::index::live::Home;
use crate::catalog::index::word::Word;
use crate::catalog::index::{Fresh, fresh};
use crate::catalog::log::Log;
use crate::catalog::migrate::Migrating;
use crate::catalog::overlay::Overlay;
use crate::catalog::readers::Readers;
use crate::catalog::sound::{self, sound_offer};
use crate::catalog::suppliers::{KeptFigures, KeptList, KeptRatings};
use crate::catalog::upkeep::OnSale;
use crate::catalog::words::Dictionary;
use crate::catalog::writer::Writer;
use crate::domain::id::{BadOfferKey, MarketId, OfferKey};
use crate::domain::offer::Offer;
use crate::domain::supplier::Supplier;

/// Why the catalog could not answer.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The file cannot be opened, read or written.
    #[error("the catalog {path} cannot be used: {source}")]
    Sqlite {
        /// The file, or `(memory)`.
        path: String,
        /// SQLite's words.
        source: rusqlite::Error,
    },
    /// The file is damaged. The next start moves it aside and begins an empty one.
    #[error("the catalog {path} is damaged; start again and it is set aside and filled anew")]
    Damaged {
        /// The file.
        path: String,
    },
    /// The index cannot be written, or not even searched around.
    #[error("the index of the catalog cannot be used: {reason}")]
    Index {
        /// What is wrong with it.
        reason: String,
    },
    /// A stored record cannot be read.
    #[error("the catalog's record of {what} cannot be read: {source}")]
    Record {
        /// Key of the record.
        what: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The price history beside the catalog failed.
    #[error("{0}")]
    History(#[from] HistoryError),
}

/// Pages kept by whoever reads fifty rows and leaves: as many as SQLite takes from the system at once.
const FEW_PAGES: i64 = 20;

/// What the catalog holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stats {
    /// Offers on sale.
    pub offers: u64,
    /// Suppliers.
    pub suppliers: u64,
    /// Offers known to be gone.
    pub gone: u64,
    /// Oldest reading of an offer on sale.
    pub oldest: Option<Timestamp>,
    /// Newest.
    pub newest: Option<Timestamp>,
    /// Size on disk.
    pub bytes: u64,
}

/// The cache of listings of one market. Cloning it is cheap and shares everything; it may be used from any
/// thread, but never from the one that draws: every call may touch the disk.
#[derive(Clone)]
pub struct Catalog {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    path: Option<PathBuf>,
    opened: Opened,
    writer: Writer,
    /// `None` in memory.
    log: Option<Log>,
    pub(super) readers: Readers,
    /// The index; see [`crate::catalog::index`].
    pub(super) home: Arc<Home>,
    /// Rows that are not in it yet.
    pub(super) fresh: Mutex<Option<Arc<Fresh>>>,
    /// How many offers are on sale.
    pub(super) on_sale: Mutex<Option<OnSale>>,
    /// Words of the page searched last, with what was found out about them: its hits are counted next.
    pub(super) words_lately: Mutex<Vec<Word>>,
    /// The buyer's marks last searched with.
    pub(super) overlay: Mutex<Option<Arc<Overlay>>>,
    /// What suppliers' offers come to.
    pub(super) figures: Mutex<KeptFigures>,
    /// The suppliers, to be searched.
    pub(super) suppliers: Mutex<KeptList>,
    /// Ratings of the categories that were looked at.
    pub(super) ratings: Mutex<KeptRatings>,
    /// Where changed prices are kept, and under which market.
    pub(super) history: OnceLock<(History, MarketId)>,
    /// Numbers of names, for whoever writes.
    pub(super) words: Mutex<Dictionary>,
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalog").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl Catalog {
    /// Opens `catalog.db` at `path`, creating it where missing. A file that cannot be used is moved aside, see
    /// [`Catalog::opened`]; only a place that cannot be written is an error.
    pub fn open(path: &Path) -> Result<Catalog, CatalogError> {
        Catalog::open_with(path, Arc::new(Home::new(Some(path))), &mut |_| {})
    }

    /// The same for a program that begins: its index is opened beside it. `told` hears how far a file of an older pifa
    /// has been brought up to date, which takes about a minute for a million offers.
    pub fn open_told(path: &Path, told: &mut dyn FnMut(Migrating)) -> Result<Catalog, CatalogError> {
        let home = Arc::new(Home::new(Some(path)));
        let ahead = Arc::clone(&home);
        // Where no thread can be had it is opened by the first search.
        let _ = std::thread::Builder::new().name("index".into()).spawn(move || drop(ahead.newest()));
        Catalog::open_with(path, home, told)
    }

    /// The same for a program that ends after one search, of whose few milliseconds most are the system's: no thread,
    /// for a process that has one never has to be told what another did to its memory, and few pages kept, for each
    /// page of memory that is touched for the first time takes 2 to 3 us on a virtual machine.
    pub fn open_to_search(path: &Path, told: &mut dyn FnMut(Migrating)) -> Result<Catalog, CatalogError> {
        let catalog = Catalog::open_with(path, Arc::new(Home::new(Some(path))), told)?;
        catalog.read(|connection| Ok(connection.pragma_update(None, "cache_size", FEW_PAGES)?))?;
        Ok(catalog)
    }

    fn open_with(
        path: &Path,
        home: Arc<Home>,
        told: &mut dyn FnMut(Migrating),
    ) -> Result<Catalog, CatalogError> {
        let (connection, opened) = file::open(path, told)
            .map_err(|source| CatalogError::Sqlite { path: path.display().to_string(), source })?;
        let which = Identity::of(path);
        let (writer, readers) = (Writer::to(path, which), Readers::with_one(connection, which));
        Ok(Catalog::new(Some(path.to_owned()), opened, (writer, readers), home))
    }

    /// A catalog that lives and dies with the process.
    pub fn open_in_memory() -> Result<Catalog, CatalogError> {
        let connection = file::in_memory()
            .map_err(|source| CatalogError::Sqlite { path: "(memory)".to_owned(), source })?;
        let connections = (Writer::in_memory(connection), Readers::default());
        Ok(Catalog::new(None, Opened::Created, connections, Arc::new(Home::new(None))))
    }

    fn new(
        path: Option<PathBuf>,
        opened: Opened,
        (writer, readers): (Writer, Readers),
        home: Arc<Home>,
    ) -> Catalog {
        Catalog {
            inner: Arc::new(Inner {
                home,
                log: path.as_deref().map(Log::new),
                path,
                opened,
                writer,
                readers,
                fresh: Mutex::new(None),
                on_sale: Mutex::new(None),
                overlay: Mutex::new(None),
                figures: Mutex::new(KeptFigures::default()),
                ratings: Mutex::default(),
                words_lately: Mutex::default(),
                suppliers: Mutex::new(KeptList::default()),
                history: OnceLock::new(),
                words: Mutex::default(),
            }),
        }
    }

    /// Keeps changed prices of this market's offers in `history` from now on; the first call decides.
    pub fn keep_history(&self, history: History, market: MarketId) {
        // A second desk at one catalog is the same buyer's.
        let _ = self.inner.history.set((history, market));
    }

    /// How the file was found.
    pub fn opened(&self) -> &Opened {
        &self.inner.opened
    }

    /// One offer; `None` when the catalog does not know it.
    pub fn offer(&self, key: &OfferKey) -> Result<Option<Offer>, CatalogError> {
        Ok(self.offers(std::slice::from_ref(key))?.pop().flatten())
    }

    /// Several offers, in the order asked for.
    pub fn offers(&self, keys: &[OfferKey]) -> Result<Vec<Option<Offer>>, CatalogError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(concat!(
                "SELECT body, fetched_at FROM offers WHERE key = ?1 AND ",
                sound_offer!()
            ))?;
            keys.iter()
                .map(|key| {
                    let name = key.to_string();
                    let found = select
                        .query_row([&name], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?)))
                        .optional()?;
                    found.map(|(body, fetched)| read_offer(&name, &body, fetched)).transpose()
                })
                .collect()
        })
    }

    /// Another pair of numbers after every change of offers, whichever process made it: what was read of them before
    /// and has the same pair still holds.
    pub fn offers_as_of(&self) -> Result<(i64, i64), CatalogError> {
        self.read(fresh::counters)
    }

    /// Where imported goods came from: the sources of all local keys, by name.
    pub fn local_sources(&self) -> Result<Vec<String>, CatalogError> {
        self.read(Catalog::sources)
    }

    pub(super) fn sources(connection: &Connection) -> Result<Vec<String>, Failure> {
        // From one source to the next by the index of keys, however many goods each has.
        let mut next = connection
            .prepare_cached("SELECT key FROM offers WHERE key >= ?1 AND key < 'L;' ORDER BY key LIMIT 1")?;
        let mut sources: Vec<String> = Vec::new();
        let mut from = "L:".to_owned();
        loop {
            let found: Option<String> = next.query_row([&from], |row| row.get(0)).optional()?;
            let source = found.as_deref().and_then(|key| key.strip_prefix("L:")?.split_once(':'));
            let Some((source, _)) = source else { return Ok(sources) };
            // `;` is the character after `:`.
            from = format!("L:{source};");
            sources.push(source.to_owned());
        }
    }

    /// Market ids whose detail is missing, oldest reading first, then those whose detail a later row contradicts.
    pub fn incomplete(&self, limit: usize) -> Result<Vec<i64>, CatalogError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT market_id FROM offers WHERE todo > 0 AND gone = 0 AND market_id IS NOT NULL
                 ORDER BY todo, fetched_at, market_id LIMIT ?1",
            )?;
            let ids = select.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }

    /// Market ids of details read before `before`, oldest first.
    pub fn older_than(&self, before: Timestamp, limit: usize) -> Result<Vec<i64>, CatalogError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT market_id FROM offers WHERE gone = 0 AND fetched_at < ?1 AND market_id IS NOT NULL
                 ORDER BY fetched_at, market_id LIMIT ?2",
            )?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let ids = select.query_map([before.as_millisecond(), limit], |row| row.get(0))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })
    }

    /// Hands over every offer, gone ones too, by the text of its key; stops at the first failure of `each`. All of
    /// one moment, whoever writes meanwhile.
    pub fn each_offer<E>(
        &self,
        each: &mut dyn FnMut(&Offer) -> Result<(), E>,
    ) -> Result<Result<(), E>, CatalogError> {
        self.read(|connection| {
            // The rows and how many there are to be are of one moment.
            let connection = &connection.unchecked_transaction()?;
            let mut select = connection.prepare(concat!(
                "SELECT key, body, fetched_at FROM offers WHERE ",
                sound_offer!(),
                " ORDER BY key"
            ))?;
            let mut rows = select.query([])?;
            let (mut before, mut count) = (String::new(), 0);
            while let Some(row) = rows.next()? {
                let key: String = row.get(0)?;
                // A page of keys at the place of another.
                if key <= before {
                    return Err(corrupt("keys are not in their order"));
                }
                count += 1;
                let offer = read_offer(&key, row.get_ref(1)?.as_blob().unwrap_or_default(), row.get(2)?)?;
                if let Err(stop) = each(&offer) {
                    return Ok(Err(stop));
                }
                before = key;
            }
            if count != sound::offers(connection)? {
                return Err(corrupt("offers are missing"));
            }
            Ok(Ok(()))
        })
    }

    /// What the catalog holds.
    pub fn stats(&self) -> Result<Stats, CatalogError> {
        let bytes = self.inner.path.as_deref().map_or(0, file::bytes);
        self.read(|connection| {
            let (offers, oldest, newest) = connection.query_row(
                "SELECT count(*), min(fetched_at), max(fetched_at) FROM offers WHERE gone = 0",
                [],
                |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?)),
            )?;
            let count = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
            Ok(Stats {
                offers: offers as u64,
                suppliers: count("SELECT count(*) FROM suppliers")? as u64,
                gone: count("SELECT count(*) FROM offers WHERE gone = 1")? as u64,
                oldest: optional_time(oldest),
                newest: optional_time(newest),
                bytes,
            })
        })
    }

    /// Gives back what a long run of writes took: memory of the writing connection now, the write-ahead log on a
    /// thread that is waited for when the catalog is closed.
    pub fn settle_soon(&self) -> Result<(), CatalogError> {
        let done = self.inner.writer.shrink();
        if let Some(log) = &self.inner.log {
            log.begin();
        }
        done.map_err(|failure| self.failed(failure))
    }

    /// The same, and waits for it.
    pub fn settle(&self) -> Result<(), CatalogError> {
        if let Some(log) = &self.inner.log {
            log.rest();
        }
        // Somebody reading keeps a part of the log; it goes another time.
        let all = "PRAGMA shrink_memory; PRAGMA wal_checkpoint(TRUNCATE);";
        let done = self.inner.writer.with(|writer| Ok(writer.execute_batch(all)?));
        done.map_err(|failure| self.failed(failure))
    }

    /// Forgets everything, imported goods, notes and addresses too.
    pub fn clear(&self) -> Result<(), CatalogError> {
        self.write(|transaction| {
            for table in ["offers", "suppliers", "meta", "documents", "words"] {
                transaction.execute(&format!("DELETE FROM {table}"), [])?;
            }
            let generation = next_generation(transaction)?;
            transaction.execute("UPDATE state SET value = ?1 WHERE name = 'cleared'", [generation])?;
            transaction.execute("UPDATE state SET value = 0 WHERE name = 'offers'", [])?;
            Ok(())
        })?;
        let shrunk = self.inner.writer.with(|writer| {
            match writer.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);") {
                // Somebody else is reading: everything is forgotten all the same, the space is used again.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(()),
                done => Ok(done?),
            }
        });
        shrunk.map_err(|failure| self.failed(failure))
    }

    /// Runs `job` on a connection for reading.
    pub(super) fn read<T>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, CatalogError> {
        let Some(path) = &self.inner.path else {
            let answer = self.inner.writer.with(|connection| job(connection));
            return answer.map_err(|failure| self.failed(failure));
        };
        let answer = self.inner.readers.with(path, job).map_err(|error| self.failed(error.into()))?;
        answer.map_err(|failure| self.failed(failure))
    }

    /// Runs `job` in a transaction of its own (BEGIN IMMEDIATE); nothing of it stays when it fails.
    pub(super) fn write<T>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, CatalogError> {
        if self.inner.writer.is_set_aside() {
            return Err(self.failed(corrupt(file::SET_ASIDE)));
        }
        let done = self.inner.writer.with(|writer| {
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = job(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        });
        if let Some(log) = &self.inner.log {
            log.grew();
        }
        done.map_err(|failure| self.failed(failure))
    }

    pub(super) fn failed(&self, failure: Failure) -> CatalogError {
        let path =
            self.inner.path.as_ref().map_or_else(|| "(memory)".to_owned(), |p| p.display().to_string());
        match failure {
            Failure::Record { what, source } => CatalogError::Record { what, source },
            Failure::History(error) => CatalogError::History(error),
            Failure::Sqlite(source) => {
                if !file::is_damage(&source) {
                    return CatalogError::Sqlite { path, source };
                }
                // The file at that place may be another by now, and a good one.
                if self.inner.writer.is_set_aside() {
                    return CatalogError::Damaged { path };
                }
                match self.inner.path.as_deref().map(file::note_damage) {
                    Some(Ok(())) => CatalogError::Damaged { path },
                    // Without the note the next start may find the damage only where we did.
                    _ => CatalogError::Sqlite { path, source },
                }
            }
        }
    }
}

/// A failure inside a job, before it is told with the file's name.
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    Record { what: String, source: serde_json::Error },
    History(HistoryError),
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        Failure::History(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Failure::Sqlite(error)
    }
}

/// The next number of the counter that tells other handles and processes that offers changed.
pub(super) fn next_generation(connection: &Connection) -> Result<i64, Failure> {
    Ok(connection
        .prepare_cached("UPDATE state SET value = value + 1 WHERE name = 'generation' RETURNING value")?
        .query_row([], |row| row.get(0))?)
}

pub(super) fn read_offer(key: &str, body: &[u8], fetched_ms: i64) -> Result<Offer, Failure> {
    let failed = |source| Failure::Record { what: format!("offer {key}"), source };
    let parsed: OfferKey =
        key.parse().map_err(|error: BadOfferKey| failed(serde::de::Error::custom(error)))?;
    body::read(parsed, body, time(fetched_ms)).map_err(|source| {
        if !body::is_newest(body) {
            return failed(source);
        }
        // Its checksum says that the file is not as it was written.
        corrupt(&format!("offer {key}: {source}"))
    })
}

/// What is in the file is not what was written into it.
pub(super) fn corrupt(what: &str) -> Failure {
    Failure::Sqlite(file::sqlite_corrupt(what))
}

pub(super) fn read_supplier(id: &str, body: &[u8], offers: i64) -> Result<Supplier, Failure> {
    let mut supplier: Supplier = serde_json::from_slice(body)
        .map_err(|source| Failure::Record { what: format!("supplier {id}"), source })?;
    supplier.offers = offers as u64;
    Ok(supplier)
}

/// A stored time; one outside the calendar (a damaged row) reads as the epoch: as old as can be.
pub(super) fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn optional_time(ms: Option<i64>) -> Option<Timestamp> {
    ms.map(time)
}

/// A panic elsewhere must not take the catalog with it: SQLite rolled its transaction back.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
