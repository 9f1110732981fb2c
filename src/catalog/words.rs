//! The dictionary: one small number for each supplier id, belt, city, unit and freight terms the catalog has met.
//!
//! Facts name these by number, so that a million offers do not repeat them. Numbers are given out by whoever holds
//! the write transaction, so two processes never give one number twice; a number never changes its meaning until the
//! catalog is cleared.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::catalog::body;
use crate::catalog::facts::WordId;
use crate::catalog::store::{Catalog, CatalogError, Failure};
use crate::domain::freight::FreightTerms;

/// Numbers of words, as far as this process has met them, and what has been added since the last flush.
#[derive(Debug, Default)]
pub struct Dictionary {
    known: HashMap<Box<str>, WordId>,
    /// Freight terms met by this process, by their bytes: their JSON is written out once.
    freight: HashMap<Vec<u8>, WordId>,
    last: WordId,
    added: Vec<(WordId, Box<str>)>,
    /// The clearing of the catalog this is newer than.
    cleared: i64,
}

impl Dictionary {
    /// The number of `text`, a new one where it has none; 0 for nothing.
    pub fn id(&mut self, text: &str) -> WordId {
        if text.is_empty() {
            return 0;
        }
        if let Some(id) = self.known.get(text) {
            return *id;
        }
        // Past four billion words the rest are unknown.
        let Some(next) = self.last.checked_add(1) else { return 0 };
        self.last = next;
        self.known.insert(text.into(), next);
        self.added.push((next, text.into()));
        next
    }

    /// The number of freight terms: of their JSON.
    pub fn freight(&mut self, terms: &FreightTerms) -> WordId {
        if *terms == FreightTerms::Unknown {
            return 0;
        }
        let bytes = body::freight_bytes(terms);
        if let Some(id) = self.freight.get(&bytes) {
            return *id;
        }
        let id = serde_json::to_string(terms).map_or(0, |json| self.id(&json));
        self.freight.insert(bytes, id);
        id
    }

    /// Learns what was written since; inside a write transaction, before any [`Dictionary::id`].
    pub(super) fn begin(&mut self, transaction: &Connection) -> Result<(), Failure> {
        let cleared: i64 = transaction
            .prepare_cached("SELECT value FROM state WHERE name = 'cleared'")?
            .query_row([], |row| row.get(0))?;
        // What is still here was given out by a transaction that did not end well.
        if cleared != self.cleared || !self.added.is_empty() {
            *self = Dictionary { cleared, ..Dictionary::default() };
        }
        for (id, text) in read(transaction, self.last)? {
            self.known.insert(text.into(), id);
            self.last = self.last.max(id);
        }
        Ok(())
    }

    /// Writes what was added; inside the same transaction.
    pub(super) fn flush(&mut self, transaction: &Connection) -> Result<(), Failure> {
        let mut insert = transaction.prepare_cached("INSERT INTO words(id, text) VALUES(?1, ?2)")?;
        for (id, text) in &self.added {
            insert.execute(rusqlite::params![id, text])?;
        }
        Ok(())
    }

    /// The transaction was committed: what was flushed is known.
    pub(super) fn committed(&mut self) {
        self.added.clear();
    }
}

/// Words with numbers above `after`, ascending. Numbers beyond the range belong to a damaged row and are skipped.
pub(super) fn read(connection: &Connection, after: WordId) -> Result<Vec<(WordId, String)>, Failure> {
    let mut select = connection
        .prepare_cached("SELECT id, text FROM words WHERE id > ?1 AND sound(sum, id, text) ORDER BY id")?;
    let mut rows = select.query([after])?;
    let mut words = Vec::new();
    while let Some(row) = rows.next()? {
        if let Ok(id) = WordId::try_from(row.get::<_, i64>(0)?) {
            words.push((id, row.get(1)?));
        }
    }
    Ok(words)
}

impl Catalog {
    /// The dictionary facts refer to, by ascending number; those above `after` only (0 = all).
    pub fn words(&self, after: WordId) -> Result<Vec<(WordId, String)>, CatalogError> {
        self.read(|connection| read(connection, after))
    }
}
