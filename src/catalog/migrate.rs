//! Bringing a file of an older pifa up to date: numbered steps, each from one schema to the next, keeping every row.
//!
//! A step works in batches and is finished by one last transaction that also writes the new number, so a file is
//! always wholly of one schema; what was cut off goes on where it stopped. Only what can be worked out again from
//! the rows (an index) may be thrown away.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::catalog::body;
use crate::catalog::file::{INDEXES, NAMES, OFFERS, WORDS};
use crate::catalog::row::{self, Columns};
use crate::catalog::sound;
use crate::catalog::store::{Failure, read_offer, read_supplier};
use crate::catalog::words::Dictionary;
use crate::domain::id::SupplierId;
use crate::domain::supplier::Supplier;

/// Rows rewritten in one transaction.
const BATCH: i64 = if cfg!(test) { 50 } else { 2_000 };
/// Note of a step that has begun: the generation of the rows it copies.
const BEGUN: &str = "migration";

/// How far a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrating {
    /// The schema being reached.
    pub schema: i64,
    /// Rows rewritten.
    pub done: u64,
    /// Rows to rewrite.
    pub total: u64,
}

type Step = fn(&mut Connection, &mut dyn FnMut(Migrating)) -> Result<(), Failure>;

/// The step at place `n` reaches schema `n + 2`; the first schema had no older one.
const STEPS: [Step; 4] = [to_2, to_3, to_4, to_5];

/// Takes the file to `schema`; one that is there already is left alone.
pub(super) fn run(
    connection: &mut Connection,
    schema: i64,
    told: &mut dyn FnMut(Migrating),
) -> Result<(), Failure> {
    loop {
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let next = usize::try_from(version - 1).ok().and_then(|at| STEPS.get(at));
        let Some(step) = next.filter(|_| version < schema) else { return Ok(()) };
        tracing::info!(version, "the catalog is brought up to date");
        step(connection, told)?;
    }
}

/// Schema 2 adds facts, traits, digests and the dictionary. The rows go through a second table that takes the first
/// one's place at the end.
fn to_2(connection: &mut Connection, told: &mut dyn FnMut(Migrating)) -> Result<(), Failure> {
    let total = count(connection, "offers")?;
    let mut words = Dictionary::default();
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let generation: i64 =
            transaction
                .query_row("SELECT value FROM state WHERE name = 'generation'", [], |row| row.get(0))?;
        let begun: Option<String> = transaction
            .query_row("SELECT value FROM meta WHERE name = ?1", [BEGUN], |row| row.get(0))
            .optional()?;
        // Rows written by an old program since the copy began would be missed: it begins again.
        if begun.as_deref() != Some(generation.to_string().as_str()) {
            transaction.execute_batch(&format!(
                "DROP TABLE IF EXISTS words; DROP TABLE IF EXISTS offers_next; {WORDS};
                 CREATE TABLE offers_next{OFFERS}"
            ))?;
            transaction.execute(
                "INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)",
                params![BEGUN, generation.to_string()],
            )?;
            words = Dictionary::default();
        }
        let copied = row::with_words(&mut words, &transaction, |words| copy(&transaction, words))?;
        let done = count(&transaction, "offers_next")?;
        if copied > 0 {
            transaction.commit()?;
            words.committed();
            told(Migrating { schema: 2, done, total });
            continue;
        }
        transaction.execute_batch(&format!(
            "DROP TABLE offers; ALTER TABLE offers_next RENAME TO offers; {INDEXES}
             ALTER TABLE suppliers ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
             INSERT OR IGNORE INTO state(name, value) VALUES('suppliers', 0);"
        ))?;
        transaction.execute("DELETE FROM meta WHERE name = ?1", [BEGUN])?;
        transaction.pragma_update(None, "user_version", 2)?;
        transaction.commit()?;
        break;
    }
    // Half of the file is free now. Without the room to shrink it stays as large, which does no harm.
    if let Err(error) = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);") {
        tracing::warn!(%error, "the catalog was not shrunk");
    }
    Ok(())
}

/// Schema 3 adds an index over the names of suppliers.
fn to_3(connection: &mut Connection, _told: &mut dyn FnMut(Migrating)) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < 3 {
        transaction.execute_batch(NAMES)?;
        transaction.pragma_update(None, "user_version", 3)?;
    }
    Ok(transaction.commit()?)
}

/// Schema 4 adds sums ([`sound`]) and how many offers there are. Rows of offers get theirs when they are written next:
/// nothing is copied.
fn to_4(connection: &mut Connection, _told: &mut dyn FnMut(Migrating)) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < 4 {
        for table in ["state", "meta", "documents", "suppliers", "words", "offers"] {
            // Tables that schema 2 makes anew have it.
            let has: i64 = transaction.query_row(
                "SELECT count(*) FROM pragma_table_info(?1) WHERE name = 'sum'",
                [table],
                |row| row.get(0),
            )?;
            if has == 0 {
                transaction.execute_batch(&format!("ALTER TABLE {table} ADD COLUMN sum INTEGER"))?;
            }
        }
        transaction.execute_batch(
            "INSERT OR REPLACE INTO state(name, value) SELECT 'offers', count(*) FROM offers",
        )?;
        sound::install(&transaction)?;
        transaction.pragma_update(None, "user_version", 4)?;
    }
    Ok(transaction.commit()?)
}

/// Schema 5 takes the triggers of the sums out of the file: they belong to each connection that writes.
fn to_5(connection: &mut Connection, _told: &mut dyn FnMut(Migrating)) -> Result<(), Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    sound::forget_triggers(&transaction)?;
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version < 5 {
        transaction.pragma_update(None, "user_version", 5)?;
    }
    Ok(transaction.commit()?)
}

fn count(connection: &Connection, table: &str) -> Result<u64, Failure> {
    let count: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
    Ok(count as u64)
}

/// Copies the next batch; how many rows it had.
fn copy(transaction: &Connection, words: &mut Dictionary) -> Result<usize, Failure> {
    let mut select = transaction.prepare_cached(
        "SELECT row, key, market_id, supplier_id, kind, gone, todo, headline, score, sold, repeat_ppm, fetched_at,
         seen_at, generation, text, body FROM offers
         WHERE row > (SELECT coalesce(max(row), -9223372036854775808) FROM offers_next) ORDER BY row LIMIT ?1",
    )?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO offers_next(row, key, market_id, supplier_id, kind, gone, todo, headline, score, sold,
         repeat_ppm, fetched_at, seen_at, generation, digest, text, traits, facts, body, category, rating)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
    )?;
    let mut rows = select.query([BATCH])?;
    let mut copied = 0;
    while let Some(old) = rows.next()? {
        let key: String = old.get(1)?;
        let supplier_id: Option<String> = old.get(3)?;
        let body: Vec<u8> = old.get(15)?;
        let supplier = supplier_id.as_deref().map(|id| record_of(transaction, id)).transpose()?.flatten();
        // A body that cannot be read is kept as it is: the next sync replaces it.
        let (mut category, mut rating) = (None, None);
        let (text, traits, facts, body) = match read_offer(&key, &body, old.get(11)?) {
            Ok(offer) => {
                let mut columns = Columns::of(&offer, supplier.as_ref());
                let facts = columns.named(&offer, words);
                (category, rating) = (columns.facts.category, columns.facts.rating);
                (columns.text, columns.traits, facts, body::write(&offer))
            }
            Err(_) => (old.get(14)?, String::new(), Vec::new(), body),
        };
        insert.execute(params![
            old.get::<_, Value>(0)?,
            key,
            old.get::<_, Value>(2)?,
            supplier_id,
            old.get::<_, Value>(4)?,
            old.get::<_, Value>(5)?,
            old.get::<_, Value>(6)?,
            old.get::<_, Value>(7)?,
            old.get::<_, Value>(8)?,
            old.get::<_, Value>(9)?,
            old.get::<_, Value>(10)?,
            old.get::<_, Value>(11)?,
            old.get::<_, Value>(12)?,
            old.get::<_, Value>(13)?,
            // The reading itself is not known any more: the next one is merged.
            0,
            text,
            traits,
            facts,
            body,
            category,
            rating
        ])?;
        copied += 1;
    }
    Ok(copied)
}

/// A supplier's own record.
fn record_of(connection: &Connection, id: &str) -> Result<Option<Supplier>, Failure> {
    let body: Option<Vec<u8>> = connection
        .prepare_cached("SELECT body FROM suppliers WHERE id = ?1 AND derived = 0")?
        .query_row([SupplierId::new(id).as_str()], |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| read_supplier(id, &body, 0).ok()))
}
