//! The marketplace's memory: one SQLite file shared by every process that serves it. Each request is one
//! `BEGIN IMMEDIATE` transaction, so what it judged is still true when it writes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use rust_decimal::Decimal;

use super::clock::Clock;
use super::{Options, StartError};

const SCHEMA_VERSION: i64 = 4;

const SCHEMA: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE requests (api TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  position INTEGER NOT NULL UNIQUE,        -- in the order they were made
  out_order_id TEXT,
  create_seq INTEGER UNIQUE,               -- NULL: not made by a create call
  supplier INTEGER NOT NULL,
  seller_open_id TEXT NOT NULL,
  status TEXT NOT NULL,
  close_reason TEXT,
  flow TEXT NOT NULL,
  trade_type TEXT NOT NULL,
  goods_fen INTEGER NOT NULL,
  freight_fen INTEGER,                     -- NULL: by agreement, not set yet
  address TEXT NOT NULL,                   -- JSON
  message TEXT,
  created_ms INTEGER NOT NULL,
  modified_ms INTEGER NOT NULL,
  pay_by_ms INTEGER NOT NULL,
  seeded INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX orders_out ON orders(out_order_id);
CREATE INDEX orders_created ON orders(created_ms);
CREATE INDEX orders_unpaid ON orders(pay_by_ms) WHERE status = 'waitbuyerpay';
CREATE TABLE order_lines (
  order_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  sub_id INTEGER NOT NULL,
  offer_id INTEGER NOT NULL,
  spec_id TEXT,
  sku_id INTEGER,
  name TEXT NOT NULL,
  attributes TEXT NOT NULL,                -- JSON [[name, value], ...]
  quantity TEXT NOT NULL,
  unit TEXT NOT NULL,
  unit_price TEXT NOT NULL,
  amount_fen INTEGER NOT NULL,
  PRIMARY KEY (order_id, position)
) WITHOUT ROWID;
CREATE TABLE joins (
  join_id TEXT PRIMARY KEY,
  position INTEGER NOT NULL UNIQUE,
  group_id TEXT NOT NULL,
  offer_id INTEGER NOT NULL,
  spec_id TEXT,
  quantity TEXT NOT NULL,
  state TEXT NOT NULL,
  address TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  deadline_ms INTEGER NOT NULL,
  order_id INTEGER
) WITHOUT ROWID;
CREATE INDEX joins_group ON joins(group_id);
CREATE INDEX joins_due ON joins(deadline_ms) WHERE state = 'joined';
CREATE TABLE stock_taken (               -- thousandths of a unit, so that metres and kilograms fit
  offer_id INTEGER NOT NULL,
  spec_id TEXT NOT NULL,
  milli INTEGER NOT NULL,
  PRIMARY KEY (offer_id, spec_id)
) WITHOUT ROWID;
CREATE TABLE changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, offer_id INTEGER NOT NULL UNIQUE);
";

/// What a state of version 1 lacks: the life of an order after its creation.
const AFTER_CREATION: &str = "
ALTER TABLE orders ADD COLUMN paid_ms INTEGER;
ALTER TABLE orders ADD COLUMN shipped_ms INTEGER;
ALTER TABLE orders ADD COLUMN receive_by_ms INTEGER;        -- confirmed by itself then
ALTER TABLE orders ADD COLUMN completed_ms INTEGER;
ALTER TABLE orders ADD COLUMN discount_fen INTEGER NOT NULL DEFAULT 0;  -- what the seller took off after ordering
ALTER TABLE order_lines ADD COLUMN delivered TEXT;          -- NULL: all of it, once shipped
";

/// What a state of version 2 lacks: when the next thing in an order's life falls due (0: look at once, NULL: never).
const FALLING_DUE: &str = "
ALTER TABLE orders ADD COLUMN due_ms INTEGER DEFAULT 0;
CREATE INDEX orders_due ON orders(due_ms) WHERE due_ms IS NOT NULL;
DROP INDEX IF EXISTS orders_unpaid;
";

/// What a state of version 3 lacks: how offers stand that moved (see [`super::shift`]).
const ON_THE_MOVE: &str = "
CREATE TABLE moved (
  offer_id INTEGER PRIMARY KEY,
  gone INTEGER NOT NULL,
  price INTEGER NOT NULL,                  -- thousandths of the world's
  stock INTEGER NOT NULL,                  -- thousandths of the world's
  minimum INTEGER,                         -- NULL: the world's
  title INTEGER NOT NULL
);
CREATE INDEX moved_gone ON moved(offer_id) WHERE gone = 1;
";

/// Who the marketplace is to its one client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub app_key: String,
    pub app_secret: String,
    pub access_token: String,
    /// Member id of the buyer, e.g. `b2b-2248544159`.
    pub account_id: String,
}

impl Identity {
    pub fn market_id(&self) -> String {
        format!("{}/{}", self.app_key, self.account_id)
    }

    /// The digits of the account id.
    pub fn account_number(&self) -> i64 {
        self.account_id.rsplit('-').next().and_then(|digits| digits.parse().ok()).unwrap_or(2_200_000_000)
    }
}

/// The open file.
#[derive(Debug)]
pub(super) struct State(Mutex<Connection>);

/// `state.db` of this option: the file itself when it is one or is named like one.
pub(super) fn file_of(state: &Path) -> PathBuf {
    if state.is_file() || state.extension().is_some_and(|ending| ending == "db") {
        state.to_owned()
    } else {
        state.join("state.db")
    }
}

impl State {
    /// Opens or makes the state. `world` describes the goods it belongs to; `entropy` is fresh randomness for
    /// credentials that do not exist yet; `first` writes what a new state begins with, at the clock's start.
    pub fn open(
        options: &Options,
        world: &str,
        wall_ms: i64,
        entropy: [u8; 48],
        first: impl FnOnce(&Transaction<'_>, &Identity, i64) -> rusqlite::Result<()>,
    ) -> Result<(State, Identity), StartError> {
        let path = file_of(&options.state);
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .map_err(|source| StartError::Folder { path: folder.to_owned(), source })?;
        }
        let failed = |source| StartError::State { path: path.clone(), source };
        let mut conn = connect(&path).map_err(failed)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let found: i64 = tx.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        if found > SCHEMA_VERSION {
            return Err(StartError::NewerState { path, found, known: SCHEMA_VERSION });
        }
        if found < SCHEMA_VERSION {
            if found == 0 {
                tx.execute_batch(SCHEMA).map_err(failed)?;
            }
            if found < 2 {
                tx.execute_batch(AFTER_CREATION).map_err(failed)?;
            }
            if found < 3 {
                tx.execute_batch(FALLING_DUE).map_err(failed)?;
            }
            tx.execute_batch(ON_THE_MOVE).map_err(failed)?;
            tx.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(failed)?;
        }
        match meta(&tx, "world").map_err(failed)? {
            Some(found) if found != world => {
                return Err(StartError::OtherWorld { path, found, asked: world.to_owned() });
            }
            Some(_) => {}
            None => set_meta(&tx, "world", world).map_err(failed)?,
        }
        let identity = establish(&tx, options, entropy).map_err(failed)?;
        set_clock(&tx, options, wall_ms).map_err(failed)?;
        if found == 0 {
            let now_ms = clock(&tx).map_err(failed)?.map_or(wall_ms, |clock| clock.at(wall_ms));
            first(&tx, &identity, now_ms).map_err(failed)?;
        }
        tx.commit().map_err(failed)?;
        Ok((State(Mutex::new(conn)), identity))
    }

    /// Runs `work` in one immediate transaction; an error rolls everything back.
    pub fn transact<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut conn = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(Duration::from_secs(20))?;
    conn.set_prepared_statement_cache_capacity(64);
    // Turning to WAL does not wait for another process doing the same; waiting for the write lock does.
    for _ in 0..20 {
        match conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0)) {
            Ok(_) => break,
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                conn.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
            }
            Err(error) => return Err(error),
        }
    }
    // A killed process loses nothing with NORMAL; a power cut may lose the last requests, which a sandbox may.
    conn.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF;")?;
    Ok(conn)
}

fn establish(tx: &Transaction<'_>, options: &Options, entropy: [u8; 48]) -> rusqlite::Result<Identity> {
    let (key, rest) = entropy.split_at(8);
    let (secret, rest) = rest.split_at(12);
    let (account, token) = rest.split_at(8);
    let app_key = kept(tx, "app_key", || (1_000_000 + number(key) % 9_000_000).to_string())?;
    let app_secret = kept(tx, "app_secret", || hex(secret))?;
    let account_id = kept(tx, "account_id", || format!("b2b-22{:08}", number(account) % 100_000_000))?;
    let access_token =
        if options.fixed_credentials { kept(tx, "access_token", || hex(token))? } else { hex(token) };
    Ok(Identity { app_key, app_secret, access_token, account_id })
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number.wrapping_mul(256).wrapping_add(u64::from(*byte)))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn kept(tx: &Transaction<'_>, key: &str, make: impl FnOnce() -> String) -> rusqlite::Result<String> {
    if let Some(value) = meta(tx, key)? {
        return Ok(value);
    }
    let value = make();
    set_meta(tx, key, &value)?;
    Ok(value)
}

/// `--now` counts when it is given for the first time; the same value again lets the clock go on, so a restart
/// with the same flags does not turn time back.
fn set_clock(tx: &Transaction<'_>, options: &Options, wall_ms: i64) -> rusqlite::Result<()> {
    // Time does not run backwards.
    let speed = options.speed.max(Decimal::ZERO);
    let start = options.now.map(|now| now.as_millisecond().to_string()).unwrap_or_default();
    let known = meta(tx, "clock_start")?;
    let clock = match (clock(tx)?, known) {
        (Some(clock), _) if start.is_empty() => clock,
        (Some(clock), Some(known)) if known == start => clock,
        _ => Clock {
            anchor_wall_ms: wall_ms,
            anchor_ms: options.now.map_or(wall_ms, |now| now.as_millisecond()),
            speed,
        },
    };
    let clock = if clock.speed == speed { clock } else { clock.with_speed(speed, wall_ms) };
    if !start.is_empty() {
        set_meta(tx, "clock_start", &start)?;
    }
    write_clock(tx, clock)
}

/// Turns the shared clock forward: every process that serves this state goes on from there.
pub(super) fn move_clock(tx: &Transaction<'_>, by_ms: i64) -> rusqlite::Result<()> {
    match clock(tx)? {
        Some(clock) => write_clock(tx, clock.moved(by_ms)),
        None => Ok(()),
    }
}

fn write_clock(tx: &Transaction<'_>, clock: Clock) -> rusqlite::Result<()> {
    set_meta(tx, "clock_wall_ms", &clock.anchor_wall_ms.to_string())?;
    set_meta(tx, "clock_ms", &clock.anchor_ms.to_string())?;
    set_meta(tx, "clock_speed", &clock.speed.to_string())
}

/// The shared clock; `None` only before the first start.
pub(super) fn clock(tx: &Transaction<'_>) -> rusqlite::Result<Option<Clock>> {
    let read = |key| -> rusqlite::Result<Option<String>> { meta(tx, key) };
    let (wall, at, speed) = (read("clock_wall_ms")?, read("clock_ms")?, read("clock_speed")?);
    Ok((|| {
        Some(Clock {
            anchor_wall_ms: wall?.parse().ok()?,
            anchor_ms: at?.parse().ok()?,
            speed: speed?.parse::<Decimal>().ok()?,
        })
    })())
}

/// A value kept by name.
pub(super) fn meta(tx: &Transaction<'_>, key: &str) -> rusqlite::Result<Option<String>> {
    tx.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

/// Keeps a value by name.
pub(super) fn set_meta(tx: &Transaction<'_>, key: &str, value: &str) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2",
    )?
    .execute([key, value])?;
    Ok(())
}

/// The next number of a counter that never goes back: 1, 2, 3 ...
pub(super) fn next_number(tx: &Transaction<'_>, counter: &str) -> rusqlite::Result<i64> {
    let next = meta(tx, counter)?.and_then(|value| value.parse::<i64>().ok()).unwrap_or(0) + 1;
    set_meta(tx, counter, &next.to_string())?;
    Ok(next)
}

/// Counts one arrived request.
pub(super) fn count_request(tx: &Transaction<'_>, api: &str) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO requests (api, count) VALUES (?1, 1) ON CONFLICT (api) DO UPDATE SET count = count + 1",
    )?
    .execute([api])?;
    Ok(())
}

/// Requests that arrived, by name of the call.
pub(super) fn request_counts(tx: &Transaction<'_>) -> rusqlite::Result<Vec<(String, i64)>> {
    tx.prepare_cached("SELECT api, count FROM requests ORDER BY api")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// What orders and joins hold of an offer, in thousandths, by spec (`""` for an offer without SKUs).
pub(super) fn taken(tx: &Transaction<'_>, offer_id: i64) -> rusqlite::Result<HashMap<String, i64>> {
    tx.prepare_cached("SELECT spec_id, milli FROM stock_taken WHERE offer_id = ?1")?
        .query_map([offer_id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// The same for every offer that has something taken.
pub(super) fn all_taken(tx: &Transaction<'_>) -> rusqlite::Result<HashMap<i64, HashMap<String, i64>>> {
    let mut all: HashMap<i64, HashMap<String, i64>> = HashMap::new();
    let mut statement =
        tx.prepare_cached("SELECT offer_id, spec_id, milli FROM stock_taken WHERE milli <> 0")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        all.entry(row.get(0)?).or_default().insert(row.get(1)?, row.get(2)?);
    }
    Ok(all)
}

/// Takes (or with a negative number returns) stock, and notes that the offer changed.
pub(super) fn move_stock(
    tx: &Transaction<'_>,
    offer_id: i64,
    spec_id: Option<&str>,
    quantity: Decimal,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO stock_taken (offer_id, spec_id, milli) VALUES (?1, ?2, ?3)
         ON CONFLICT (offer_id, spec_id) DO UPDATE SET milli = milli + ?3",
    )?
    .execute(params![offer_id, spec_id.unwrap_or(""), milli(quantity)])?;
    note_change(tx, offer_id)
}

/// Notes that an offer changed: it moves to the end of the changes.
pub(super) fn note_change(tx: &Transaction<'_>, offer_id: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("INSERT OR REPLACE INTO changes (offer_id) VALUES (?1)")?.execute([offer_id])?;
    Ok(())
}

/// Thousandths of a unit; saturates.
pub(super) fn milli(quantity: Decimal) -> i64 {
    use rust_decimal::prelude::ToPrimitive;
    quantity.saturating_mul(Decimal::ONE_THOUSAND).round().to_i64().unwrap_or(i64::MAX)
}

/// Number of the latest change; 0 when nothing ever changed.
pub(super) fn last_change(tx: &Transaction<'_>) -> rusqlite::Result<i64> {
    tx.prepare_cached("SELECT COALESCE(MAX(seq), 0) FROM changes")?.query_row([], |row| row.get(0))
}

/// Offers that changed after `seq`, oldest first.
pub(super) fn changes_after(
    tx: &Transaction<'_>,
    seq: i64,
    limit: usize,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    tx.prepare_cached("SELECT seq, offer_id FROM changes WHERE seq > ?1 ORDER BY seq LIMIT ?2")?
        .query_map(params![seq, limit as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn open(options: &Options, wall_ms: i64, entropy: u8) -> (State, Identity) {
        State::open(options, "seed 1, 300 offers", wall_ms, [entropy; 48], |_, _, _| Ok(())).unwrap()
    }

    #[test]
    fn key_secret_and_account_live_with_the_state_the_token_with_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path().to_owned());
        let (_, first) = open(&options, 0, 7);
        let (_, second) = open(&options, 0, 9);
        assert_eq!(first.market_id(), second.market_id());
        assert_eq!(first.app_secret, second.app_secret);
        assert_ne!(first.access_token, second.access_token);
        options.fixed_credentials = true;
        let (_, third) = open(&options, 0, 11);
        let (_, fourth) = open(&options, 0, 13);
        assert_eq!(third, fourth);
        assert_eq!(first.app_key.len(), 7);
    }

    #[test]
    fn other_goods_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("deep").join("down"));
        open(&options, 0, 7);
        let refused = State::open(&options, "seed 2, 300 offers", 0, [1; 48], |_, _, _| Ok(()));
        assert!(matches!(refused, Err(StartError::OtherWorld { .. })), "{refused:?}");
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().join("state.db"));
        open(&options, 0, 7);
        Connection::open(folder.path().join("state.db"))
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        assert!(matches!(
            State::open(&options, "seed 1, 300 offers", 0, [1; 48], |_, _, _| Ok(())),
            Err(StartError::NewerState { found: 99, .. })
        ));
    }

    #[test]
    fn the_clock_goes_on_over_restarts_and_a_new_now_sets_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path().to_owned());
        let read = |state: &State| state.transact(clock).unwrap().unwrap();
        assert_eq!(read(&open(&options, 5_000, 7).0).at(6_000), 6_000);
        options.now = Some(Timestamp::from_millisecond(1_000_000).unwrap());
        assert_eq!(read(&open(&options, 6_000, 7).0).at(6_500), 1_000_500);
        // The same flags again: time goes on.
        assert_eq!(read(&open(&options, 9_000, 7).0).at(9_000), 1_003_000);
        options.speed = Decimal::ZERO;
        assert_eq!(read(&open(&options, 9_000, 7).0).at(99_000), 1_003_000);
        options.now = None;
        options.speed = Decimal::ONE;
        assert_eq!(read(&open(&options, 100_000, 7).0).at(100_001), 1_003_001);
    }

    #[test]
    fn a_moved_clock_stays_moved() {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path().to_owned());
        options.now = Some(Timestamp::from_millisecond(1_000_000).unwrap());
        let (state, _) = open(&options, 5_000, 7);
        state.transact(|tx| move_clock(tx, 3_600_000)).unwrap();
        let (again, _) = open(&options, 6_000, 7);
        for state in [&state, &again] {
            assert_eq!(state.transact(clock).unwrap().unwrap().at(6_000), 4_601_000);
        }
    }

    #[test]
    fn a_state_of_version_1_gains_what_it_lacks_and_keeps_what_it_has() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let old = Connection::open(&file).unwrap();
        old.execute_batch(SCHEMA).unwrap();
        old.execute_batch(
            "INSERT INTO meta VALUES ('world', 'seed 1, 300 offers'), ('app_key', '1234567'),
                ('order_number', '1'), ('create_seq', '1');
             INSERT INTO orders (order_id, position, create_seq, supplier, seller_open_id, status, flow, trade_type,
                goods_fen, freight_fen, address, created_ms, modified_ms, pay_by_ms)
             VALUES (77, 1, 1, 0, 'x', 'confirm_goods', 'general', 'assureTrade', 1000, 500, '{}', 5, 60, 900);
             PRAGMA user_version = 1;",
        )
        .unwrap();
        drop(old);
        let (state, identity) = open(&Options::new(file), 0, 7);
        assert_eq!(identity.app_key, "1234567");
        let order = state.transact(|tx| crate::sandbox::orders::by_id(tx, 77)).unwrap().unwrap();
        assert_eq!((order.paid_ms, order.discount_fen, order.total_fen()), (None, 0, 1500));
        let due = |tx: &Transaction<'_>| crate::sandbox::orders::due(tx, 0);
        assert_eq!(state.transact(due).unwrap().len(), 1);
    }

    #[test]
    fn a_change_is_seen_once_at_its_latest_place() {
        let folder = tempfile::tempdir().unwrap();
        let (state, _) = open(&Options::new(folder.path().to_owned()), 0, 7);
        state
            .transact(|tx| {
                for offer in [1, 2, 1] {
                    move_stock(tx, offer, None, Decimal::new(15, 1))?;
                }
                assert_eq!(changes_after(tx, 0, 10)?, [(2, 2), (3, 1)]);
                assert_eq!(last_change(tx)?, 3);
                assert_eq!(taken(tx, 1)?.get(""), Some(&3_000));
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn what_fails_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (state, _) = open(&Options::new(folder.path().to_owned()), 0, 7);
        let failed: rusqlite::Result<()> = state.transact(|tx| {
            count_request(tx, "x")?;
            Err(rusqlite::Error::QueryReturnedNoRows)
        });
        assert!(failed.is_err());
        assert!(state.transact(request_counts).unwrap().is_empty());
    }
}
