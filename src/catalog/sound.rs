//! Notices rows that are not as they were written.
//!
//! SQLite trusts its file: a turned bit changes a figure without a word, a page written to the wrong place shows other
//! rows. Every row has a sum over its key and its other columns, kept by triggers (of a new offer by whoever inserts it:
//! the trigger would write the row twice) and asked for where rows are read: `sound(sum, ...)` in a query is true or
//! fails as a damaged page does, and the file is set aside. Nothing is looked at as a whole when a catalog is opened: a
//! million rows take seconds. An offer's body has a sum of its own ([`crate::catalog::body`]); its row's is over that.
//!
//! A sum that is not there (offers written before there were sums) counts as right.

use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ffi};

use crate::catalog::body;
use crate::catalog::store::{Catalog, CatalogError, corrupt};
use crate::row_sum;

/// The columns of an offer its sum is over.
macro_rules! summed {
    () => {
        "key, market_id, supplier_id, kind, gone, todo, headline, score, sold, repeat_ppm, fetched_at, seen_at, \
         generation, digest, category, rating, facts, text, traits, substr(body, 1, 5)"
    };
}

/// Whether a row of the offers is sound, as a condition.
macro_rules! sound_offer {
    () => {
        concat!("sound(sum, ", crate::catalog::sound::summed!(), ")")
    };
}

pub(crate) use {sound_offer, summed};

/// Columns of the other tables their sums are over: table, key, columns.
const OTHERS: [(&str, &str, &str); 5] = [
    ("state", "name", "name, value"),
    ("meta", "name", "name, value"),
    ("documents", "name", "name, as_of, body"),
    ("suppliers", "id", "id, derived, search, body, number"),
    ("words", "id", "id, text"),
];

/// Keeps the sums of what is written over this connection from now on. The triggers are its own, not the file's: whoever
/// only reads would read all of them first.
pub(super) fn keep(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.execute_batch("PRAGMA temp_store = MEMORY")?;
    for (table, key, columns) in OTHERS {
        let new = after("new.", columns);
        connection.execute_batch(&format!(
            "CREATE TEMP TRIGGER {table}_made AFTER INSERT ON main.{table} BEGIN
             UPDATE {table} SET sum = row_sum({new}) WHERE {key} = new.{key}; END;
             CREATE TEMP TRIGGER {table}_changed AFTER UPDATE OF {columns} ON main.{table} BEGIN
             UPDATE {table} SET sum = row_sum({new}) WHERE {key} = new.{key}; END;"
        ))?;
    }
    let columns = summed!().replace("substr(body, 1, 5)", "body");
    let new = after("new.", &columns).replace("new.body", "substr(new.body, 1, 5)");
    connection.execute_batch(&format!(
        "CREATE TEMP TRIGGER offers_changed AFTER UPDATE OF {columns} ON main.offers BEGIN
         UPDATE offers SET sum = row_sum({new}) WHERE row = new.row; END;"
    ))
}

/// Works out the sums of rows that are there, but for the offers: they are many, and each gets its own when it is
/// written next.
pub(super) fn install(transaction: &Connection) -> Result<(), rusqlite::Error> {
    OTHERS.iter().try_for_each(|(table, _, columns)| {
        transaction.execute_batch(&format!("UPDATE {table} SET sum = row_sum({columns})"))
    })
}

/// Takes away triggers that stood in the file itself.
pub(super) fn forget_triggers(transaction: &Connection) -> Result<(), rusqlite::Error> {
    let others = OTHERS.iter().flat_map(|(table, ..)| [format!("{table}_made"), format!("{table}_changed")]);
    others
        .chain(["offers_changed".to_owned()])
        .try_for_each(|name| transaction.execute_batch(&format!("DROP TRIGGER IF EXISTS main.{name}")))
}

fn after(before: &str, columns: &str) -> String {
    columns.split(", ").map(|column| format!("{before}{column}")).collect::<Vec<_>>().join(", ")
}

/// Makes the functions known to a connection.
pub(super) fn know(connection: &Connection) -> Result<(), rusqlite::Error> {
    row_sum::know(connection)?;
    connection.create_scalar_function("sound", -1, row_sum::FLAGS, |context: &Context<'_>| {
        match context.get_raw(0) {
            ValueRef::Null => Ok(true),
            ValueRef::Integer(sum) if sum == row_sum::of(context, 1) => Ok(true),
            // Without words of ours, or SQLite would take it for a mistake in the query.
            _ => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), None)),
        }
    })
}

/// How many offers there are to be, gone ones too.
pub(super) fn offers(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.query_row(
        "SELECT value FROM state WHERE name = 'offers' AND sound(sum, name, value)",
        [],
        |row| row.get(0),
    )
}

impl Catalog {
    /// Looks at every row there is; how many offers. A row that is not as it was written, or missing, is
    /// [`CatalogError::Damaged`]. Takes seconds for a million.
    pub fn examine(&self) -> Result<usize, CatalogError> {
        self.read(|connection| {
            let moment = connection.unchecked_transaction()?;
            for (table, _, columns) in OTHERS {
                moment.query_row(
                    &format!("SELECT count(*) FROM {table} WHERE sound(sum, {columns})"),
                    [],
                    |_| Ok(()),
                )?;
            }
            let mut select =
                moment.prepare(concat!("SELECT key, body FROM offers NOT INDEXED WHERE ", sound_offer!()))?;
            let mut rows = select.query([])?;
            let (mut count, mut last) = (0, String::new());
            while let Some(row) = rows.next()? {
                let key = row.get_ref(0)?.as_str().unwrap_or_default();
                if !body::is_sound(key, row.get_ref(1)?.as_blob().unwrap_or_default()) || key == last {
                    return Err(corrupt(&format!("offer {key}")));
                }
                count += 1;
                key.clone_into(&mut last);
            }
            let keys: i64 =
                moment.query_row("SELECT count(DISTINCT key) FROM offers", [], |row| row.get(0))?;
            let wanted = offers(&moment)?;
            if count != wanted || keys != wanted {
                return Err(corrupt("offers are missing"));
            }
            Ok(usize::try_from(count).unwrap_or(0))
        })
    }
}
