//! Notices rows that are not as they were written.
//!
//! SQLite trusts its file: a turned bit changes a figure without a word, a page written to the wrong place shows other
//! rows. Every row has a sum over its key and its other columns, kept by triggers (of a new offer by whoever inserts it:
//! the trigger would write the row twice) and asked for where rows are read: `sound(sum, ...)` in a query is true or
//! fails as a damaged page does, and the file is set aside. Nothing is looked at as a whole when a catalog is opened: a
//! million rows take seconds. An offer's body has a sum of its own ([`crate::catalog::body`]); its row's is over that.
//!
//! A sum that is not there (offers written before there were sums) counts as right.

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ffi};

use crate::catalog::body;
use crate::catalog::store::{Catalog, CatalogError, corrupt};

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

/// Keeps the sums from now on, and works out those of rows that are there already, but for the offers: they are many,
/// and each gets its own when it is written next.
pub(super) fn install(transaction: &Connection) -> Result<(), rusqlite::Error> {
    for (table, key, columns) in OTHERS {
        let new = after("new.", columns);
        transaction.execute_batch(&format!(
            "CREATE TRIGGER {table}_made AFTER INSERT ON {table} BEGIN
             UPDATE {table} SET sum = row_sum({new}) WHERE {key} = new.{key}; END;
             CREATE TRIGGER {table}_changed AFTER UPDATE OF {columns} ON {table} BEGIN
             UPDATE {table} SET sum = row_sum({new}) WHERE {key} = new.{key}; END;
             UPDATE {table} SET sum = row_sum({columns});"
        ))?;
    }
    let columns = summed!().replace("substr(body, 1, 5)", "body");
    let new = after("new.", &columns).replace("new.body", "substr(new.body, 1, 5)");
    transaction.execute_batch(&format!(
        "CREATE TRIGGER offers_changed AFTER UPDATE OF {columns} ON offers BEGIN
         UPDATE offers SET sum = row_sum({new}) WHERE row = new.row; END;"
    ))
}

fn after(before: &str, columns: &str) -> String {
    columns.split(", ").map(|column| format!("{before}{column}")).collect::<Vec<_>>().join(", ")
}

/// Makes the functions known to a connection.
pub(super) fn know(connection: &Connection) -> Result<(), rusqlite::Error> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection
        .create_scalar_function("row_sum", -1, flags, |context: &Context<'_>| Ok(sum_of(context, 0)))?;
    connection.create_scalar_function("sound", -1, flags, |context: &Context<'_>| match context.get_raw(0) {
        ValueRef::Null => Ok(true),
        ValueRef::Integer(sum) if sum == sum_of(context, 1) => Ok(true),
        // Without words of ours, or SQLite would take it for a mistake in the query.
        _ => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), None)),
    })
}

fn sum_of(context: &Context<'_>, from: usize) -> i64 {
    let mut row = Row::default();
    (from..context.len()).for_each(|at| row.add(context.get_raw(at)));
    row.sum()
}

/// Values of a row in the order of its sum.
#[derive(Default)]
pub(super) struct Row(Vec<u8>);

impl Row {
    /// The next value, with its kind and length: no two rows run into each other.
    pub fn add(&mut self, value: ValueRef<'_>) {
        let (kind, bytes) = match value {
            ValueRef::Null => return self.0.push(0),
            ValueRef::Integer(number) => {
                self.0.push(1);
                return self.0.extend_from_slice(&number.to_le_bytes());
            }
            ValueRef::Real(number) => {
                self.0.push(2);
                return self.0.extend_from_slice(&number.to_le_bytes());
            }
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(bytes) => (4, bytes),
        };
        self.0.push(kind);
        self.0.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// The next value: an integer, or nothing.
    pub fn integer(&mut self, number: impl Into<Option<i64>>) -> &mut Row {
        self.add(number.into().map_or(ValueRef::Null, ValueRef::Integer));
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Row {
        self.maybe_text(Some(text))
    }

    /// A text, or nothing.
    pub fn maybe_text(&mut self, text: Option<&str>) -> &mut Row {
        self.add(text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())));
        self
    }

    /// Bytes.
    pub fn blob(&mut self, bytes: &[u8]) -> &mut Row {
        self.add(ValueRef::Blob(bytes));
        self
    }

    /// The sum of what was added; the next row begins.
    pub fn sum(&mut self) -> i64 {
        let sum = i64::from(crc32fast::hash(&self.0));
        self.0.clear();
        sum
    }
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
