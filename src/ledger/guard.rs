//! Notices rows of the ledger that are not as they were written.
//!
//! SQLite trusts its file: a bit that a disk has turned changes a quantity without a word, a page written to the wrong
//! place takes orders away or brings old ones back. So each row has a sum beside it, over its table's name, its key and
//! all its columns, in a table of its own (`guard`): a row that is changed, moved, lost or resurrected differs from its
//! sum or has none. Triggers keep them, so that no statement of this module can forget to. What was confirmed or typed
//! by the buyer stands there a second time, for [`super::salvage`]. All of it is looked at whenever a ledger is opened.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension};

use crate::domain::salvage::Lost;
use crate::row_sum::RowSum;

/// What may stand in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Int,
    MaybeInt,
    Text,
    MaybeText,
}

/// A table whose rows are guarded.
pub(super) struct Guarded {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Holds)],
    /// Columns of its key; an integer one is the row's number.
    pub key: &'static [&'static str],
    /// Under what condition a row is kept a second time, its columns after `new.`; `0` = never.
    copy: &'static str,
    pub lost: Lost,
}

use Holds::{Int, MaybeInt, MaybeText, Text};

/// All tables, what others refer to before what refers to it.
pub(super) const GUARDED: [Guarded; 10] = [
    Guarded {
        name: "meta",
        columns: &[("key", Text), ("value", Text)],
        key: &["key"],
        copy: "1",
        lost: Lost::Notes,
    },
    Guarded {
        name: "action",
        columns: &[
            ("action_id", Int),
            ("market_id", Text),
            ("kind", Text),
            ("state", Text),
            ("out_order_id", Text),
            ("supplier_id", MaybeText),
            ("supplier_name", MaybeText),
            ("target", MaybeText),
            ("body", MaybeText),
            ("body_hash", MaybeText),
            ("address", MaybeText),
            ("lines", Text),
            ("goods", MaybeText),
            ("freight", MaybeText),
            ("total", MaybeText),
            ("message", MaybeText),
            ("policy", Text),
            ("order_ids", Text),
            ("reason", MaybeText),
            ("attempts", Int),
            ("empty_lookups", Int),
            ("looked_up_at", MaybeInt),
            ("sent_at", MaybeInt),
            ("created_at", Int),
            ("updated_at", Int),
            ("quoted", MaybeText),
        ],
        key: &["action_id"],
        copy: "1",
        lost: Lost::Actions,
    },
    Guarded {
        name: "cart_line",
        columns: &[
            ("line_id", Int),
            ("market_id", Text),
            ("offer_key", Text),
            ("spec_id", MaybeText),
            ("quantity", Text),
            ("frozen", Text),
            ("present", Int),
            ("taken_by", MaybeInt),
            ("added_at", Int),
            ("place", MaybeInt),
        ],
        key: &["line_id"],
        // A line that left says in its order what was ordered.
        copy: "new.present = 1 AND new.taken_by IS NULL",
        lost: Lost::Lines,
    },
    Guarded {
        name: "cart_journal",
        columns: &[
            ("seq", Int),
            ("market_id", Text),
            ("label", Text),
            ("changes", Text),
            ("undone", Int),
            ("at", Int),
        ],
        key: &["seq"],
        copy: "0",
        lost: Lost::Steps,
    },
    Guarded {
        name: "market_order",
        columns: &[
            ("market_id", Text),
            ("order_id", Text),
            ("out_order_id", MaybeText),
            ("state", Text),
            ("body", Text),
            ("fetched_at", Int),
        ],
        key: &["market_id", "order_id"],
        copy: "0",
        lost: Lost::Told,
    },
    Guarded {
        name: "mark",
        columns: &[
            ("market_id", Text),
            ("kind", Text),
            ("key", Text),
            ("favourite", Int),
            ("tags", Text),
            ("note", Text),
            ("blocked", MaybeText),
            ("updated_at", Int),
        ],
        key: &["market_id", "kind", "key"],
        copy: "1",
        lost: Lost::Notes,
    },
    Guarded {
        name: "accepted_total",
        columns: &[("market_id", Text), ("order_id", Text), ("total", Text), ("at", Int)],
        key: &["market_id", "order_id"],
        copy: "1",
        lost: Lost::Totals,
    },
    Guarded {
        name: "cart_message",
        columns: &[("market_id", Text), ("supplier_id", Text), ("words", Text)],
        key: &["market_id", "supplier_id"],
        copy: "1",
        lost: Lost::Notes,
    },
    Guarded {
        name: "own_code",
        columns: &[
            ("market_id", Text),
            ("supplier", Text),
            ("code", Text),
            ("shown", Text),
            ("offer_key", Text),
            ("spec_id", MaybeText),
            ("at", Int),
        ],
        key: &["market_id", "supplier", "code"],
        copy: "1",
        lost: Lost::Notes,
    },
    Guarded {
        name: "entered_row",
        columns: &[
            ("market_id", Text),
            ("source", Text),
            ("content", Text),
            ("offer_key", Text),
            ("spec_id", Text),
            ("quantity", Text),
            ("line_id", Int),
            ("seq", Int),
        ],
        key: &["market_id", "content", "offer_key", "spec_id", "seq"],
        copy: "0",
        lost: Lost::Steps,
    },
];

impl Guarded {
    /// Whether its key is the number of the row.
    pub fn is_numbered(&self) -> bool {
        matches!(self.columns.first(), Some((name, Int)) if self.key == [*name])
    }

    /// Its columns, each after `before`.
    pub fn list(&self, before: &str) -> String {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| format!("{before}{name}")).collect();
        names.join(", ")
    }

    /// The key of a row as `guard` has it, of columns after `before`. A number as such, without the affinity of its
    /// column: SQLite would bring every key to that before it compares them, and look through all of them for each.
    fn key_of(&self, before: &str) -> String {
        let names: Vec<String> = self.key.iter().map(|name| format!("{before}{name}")).collect();
        if self.is_numbered() {
            format!("+{}", names.concat())
        } else {
            format!("json_array({})", names.join(", "))
        }
    }

    fn sum_of(&self, before: &str) -> String {
        format!("row_sum('{}', {})", self.name, self.list(before))
    }

    /// Writes down what the row `new` is, in place of what stands there.
    fn note(&self) -> String {
        let Guarded { name, copy, .. } = self;
        let (key, sum, columns) = (self.key_of("new."), self.sum_of("new."), self.list("new."));
        format!(
            "DELETE FROM guard WHERE tbl = '{name}' AND key = {key};
             INSERT INTO guard (tbl, key, sum, copy, own)
             SELECT '{name}', k, s, c, row_sum('guard', '{name}', k, s, c)
             FROM (SELECT {key} AS k, {sum} AS s, CASE WHEN {copy} THEN json_array({columns}) END AS c);"
        )
    }

    /// Writes every row once more as it is. By its last column, which is nobody's key: of a key all that refers to it would
    /// be looked for.
    fn touch(&self) -> String {
        let column = self.columns.last().map(|(column, _)| *column).unwrap_or_default();
        format!("UPDATE {} SET {column} = {column}", self.name)
    }

    fn triggers(&self) -> String {
        let (name, note, old) = (self.name, self.note(), self.key_of("old."));
        format!(
            "CREATE TEMP TRIGGER guard_{name}_made AFTER INSERT ON main.{name} BEGIN {note} END;
             CREATE TEMP TRIGGER guard_{name}_changed AFTER UPDATE ON main.{name} BEGIN
             DELETE FROM guard WHERE tbl = '{name}' AND key = {old}; {note} END;
             CREATE TEMP TRIGGER guard_{name}_gone AFTER DELETE ON main.{name} BEGIN
             DELETE FROM guard WHERE tbl = '{name}' AND key = {old}; END;"
        )
    }
}

/// The sum of a row of `table`, as `guard` has it.
pub(super) fn sum_of(table: &str, values: &[Value]) -> i64 {
    let mut sum = RowSum::default();
    sum.add(ValueRef::Text(table.as_bytes()));
    for value in values {
        sum.add(value.into());
    }
    sum.end()
}

/// Guards what is written over this connection from now on. The triggers are its own, not the file's: reading thirty of
/// them took two thirds of the time a search had for the ledger.
pub(super) fn keep(connection: &Connection) -> rusqlite::Result<()> {
    GUARDED.iter().try_for_each(|table| connection.execute_batch(&table.triggers()))
}

/// Guards every row there is, over a connection that [`keep`]s them; within the transaction that brings the schema up to
/// date.
pub(super) fn install(tx: &Connection) -> rusqlite::Result<()> {
    tx.execute_batch("DELETE FROM guard")?;
    for table in &GUARDED {
        // The trigger writes them down; and records of before a column was added are whole from then on.
        tx.execute_batch(&table.touch())?;
    }
    Ok(())
}

/// Looks at every page and every row; what is wrong, where anything is.
pub(super) fn check(connection: &Connection, guarded: bool) -> rusqlite::Result<Option<String>> {
    let sound: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Ok(Some(sound));
    }
    if guarded { check_rows(connection, |_| true) } else { Ok(None) }
}

/// Looks at the rows a search reads, and at no others: that takes a twentieth of the time.
pub(super) fn check_for_search(connection: &Connection) -> rusqlite::Result<Option<String>> {
    check_rows(connection, |table| matches!(table, "meta" | "mark" | "action" | "market_order"))
}

/// How many rows of each of these tables are not as they were written, each a query that finds one number.
fn row_checks(of: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
    GUARDED.iter().filter(move |table| of(table.name)).map(|table| {
        let (name, key, sum) = (table.name, table.key_of("t."), table.sum_of("t."));
        format!(
            "SELECT count(*) FROM {name} t LEFT JOIN guard g ON g.tbl = '{name}' AND g.key = {key}
             WHERE g.sum IS NOT {sum}"
        )
    })
}

fn check_rows(connection: &Connection, of: impl Fn(&str) -> bool) -> rusqlite::Result<Option<String>> {
    let odd: Option<String> = connection
        .query_row(
            "SELECT tbl FROM guard WHERE own <> row_sum('guard', tbl, key, sum, copy) LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(table) = odd {
        return Ok(Some(format!("a note on a row of {table} is not as it was written")));
    }
    for (table, sql) in GUARDED.iter().filter(|table| of(table.name)).zip(row_checks(&of)) {
        let name = table.name;
        let changed: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if changed > 0 {
            return Ok(Some(format!("{changed} rows of {name} are not as they were written")));
        }
        let missing: i64 = connection.query_row(
            &format!(
                "SELECT (SELECT count(*) FROM guard WHERE tbl = '{name}') - (SELECT count(*) FROM {name} NOT INDEXED)"
            ),
            [],
            |row| row.get(0),
        )?;
        if missing != 0 {
            return Ok(Some(format!("{missing} rows of {name} are missing")));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::ledger::Ledger;

    /// One row more in every table, of this number.
    fn add(tx: &Connection, number: i64) -> rusqlite::Result<()> {
        for table in &GUARDED {
            let values: Vec<Value> = table
                .columns
                .iter()
                .map(|(_, holds)| match holds {
                    Int => Value::Integer(number),
                    Text => Value::Text(number.to_string()),
                    MaybeInt | MaybeText => Value::Null,
                })
                .collect();
            let places = vec!["?"; values.len()].join(", ");
            let sql = format!("INSERT INTO {} ({}) VALUES ({places})", table.name, table.list(""));
            tx.execute(&sql, rusqlite::params_from_iter(values))?;
        }
        Ok(())
    }

    /// What SQLite does for a statement.
    fn steps(tx: &Connection, sql: &str) -> rusqlite::Result<i32> {
        let mut statement = tx.prepare(sql)?;
        assert_eq!(statement.execute([])?, 1, "{sql}");
        Ok(statement.get_status(StatementStatus::VmStep))
    }

    #[test]
    fn what_a_row_costs_does_not_grow_with_the_ledger() {
        let ledger = Ledger::in_memory().unwrap();
        let write_some = |tx: &rusqlite::Transaction<'_>| {
            let mut all = Vec::new();
            for table in &GUARDED {
                let key = table.key.first().copied().unwrap_or_default();
                let mut columns = table.columns.iter().map(|(column, _)| *column);
                let other = columns.find(|column| !table.key.contains(column)).unwrap_or(key);
                let sql = format!("UPDATE {} SET {other} = {other} WHERE {key} = '7'", table.name);
                all.push(steps(tx, &sql)?);
            }
            Ok(all)
        };
        let fill =
            |from: i64, to: i64| ledger.write(|tx| (from..to).try_for_each(|nth| add(tx, nth))).unwrap();
        fill(1, 50);
        let of_few = ledger.write(write_some).unwrap();
        fill(50, 2_000);
        let of_many = ledger.write(write_some).unwrap();
        for ((few, many), table) in of_few.into_iter().zip(of_many).zip(&GUARDED) {
            assert!(many < 2 * few, "{}: {few} steps of few rows, {many} of many", table.name);
        }
    }

    #[test]
    fn looking_at_all_rows_and_writing_them_anew_takes_as_long_as_there_are_rows() {
        let ledger = Ledger::in_memory().unwrap();
        let mut counted = Vec::new();
        for (from, to) in [(1, 500), (500, 5_000)] {
            ledger.write(|tx| (from..to).try_for_each(|nth| add(tx, nth))).unwrap();
            let looked = ledger.read(|connection| {
                let mut all = 0;
                for sql in row_checks(|_| true) {
                    let mut statement = connection.prepare(&sql)?;
                    let odd: i64 = statement.query_row([], |row| row.get(0))?;
                    assert_eq!(odd, 0, "{sql}");
                    all += i64::from(statement.get_status(StatementStatus::VmStep));
                }
                Ok(all)
            });
            let written = ledger.write(|tx| {
                let mut all = 0;
                for table in &GUARDED {
                    let mut statement = tx.prepare(&table.touch())?;
                    statement.execute([])?;
                    all += i64::from(statement.get_status(StatementStatus::VmStep));
                }
                Ok(all)
            });
            counted.push(looked.unwrap() + written.unwrap());
        }
        let [few, many] = counted[..] else { panic!("{counted:?}") };
        assert!(many < 15 * few, "{few} steps for 500 rows, {many} for 5,000");
    }
}
