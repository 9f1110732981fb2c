//! The sum of a row of SQLite's, over all its values: the same row always has the same one, and hardly another.
//!
//! SQLite trusts its file: a bit that a disk has turned changes a figure without a word. Ledger and catalog therefore keep
//! a sum for each of their rows, each in its own way (`ledger/guard`, `catalog/sound`); this is how it is worked out.

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;

/// What a function of these may be used in: triggers and conditions of any file.
pub const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Makes `row_sum(value, ...)` known to a connection.
pub fn know(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_scalar_function("row_sum", -1, FLAGS, |context: &Context<'_>| Ok(of(context, 0)))
}

/// The sum of a function's arguments, the first `from` left out.
pub fn of(context: &Context<'_>, from: usize) -> i64 {
    let mut sum = RowSum::default();
    (from..context.len()).for_each(|at| sum.add(context.get_raw(at)));
    sum.end()
}

/// Values of a row in the order of its sum. They are kept until the end: a checksum over many bytes takes a fraction of
/// one over a few at a time.
#[derive(Default)]
pub struct RowSum(Vec<u8>);

impl RowSum {
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
    pub fn integer(&mut self, number: impl Into<Option<i64>>) -> &mut RowSum {
        self.add(number.into().map_or(ValueRef::Null, ValueRef::Integer));
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut RowSum {
        self.maybe_text(Some(text))
    }

    /// A text, or nothing.
    pub fn maybe_text(&mut self, text: Option<&str>) -> &mut RowSum {
        self.add(text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())));
        self
    }

    /// Bytes.
    pub fn blob(&mut self, bytes: &[u8]) -> &mut RowSum {
        self.add(ValueRef::Blob(bytes));
        self
    }

    /// The sum of what was added; the next row begins.
    pub fn end(&mut self) -> i64 {
        let sum = i64::from(crc32fast::hash(&self.0));
        self.0.clear();
        sum
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::types::Value;

    use super::*;

    fn values() -> impl Strategy<Value = Vec<Value>> {
        let value = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Integer),
            (-1e9..1e9).prop_map(Value::Real),
            "\\PC{0,6}".prop_map(Value::Text),
            prop::collection::vec(any::<u8>(), 0..6).prop_map(Value::Blob),
        ];
        prop::collection::vec(value, 0..6)
    }

    fn here(values: &[Value]) -> i64 {
        let mut sum = RowSum::default();
        for value in values {
            sum.add(value.into());
        }
        sum.end()
    }

    proptest! {
        #[test]
        fn sqlite_and_this_program_come_to_the_same(row in values()) {
            let connection = Connection::open_in_memory().unwrap();
            know(&connection).unwrap();
            let places = vec!["?"; row.len()].join(", ");
            let there: i64 = connection
                .query_row(&format!("SELECT row_sum({places})"), rusqlite::params_from_iter(&row), |row| row.get(0))
                .unwrap();
            prop_assert_eq!(there, here(&row));
        }

        #[test]
        fn another_row_has_another_sum(one in values(), other in values()) {
            prop_assert_eq!(one == other, here(&one) == here(&other), "{:?} {:?}", one, other);
        }
    }

    #[test]
    fn values_do_not_run_into_each_other() {
        let text = |words: &[&str]| {
            here(&words.iter().map(|word| Value::Text((*word).to_owned())).collect::<Vec<_>>())
        };
        assert_ne!(text(&["ab", "c"]), text(&["a", "bc"]));
        assert_ne!(text(&["a"]), here(&[Value::Blob(b"a".to_vec())]));
        assert_ne!(here(&[Value::Null]), text(&[""]));
        let mut sum = RowSum::default();
        sum.integer(7).text("a").maybe_text(None).blob(b"b");
        let row = [Value::Integer(7), Value::Text("a".to_owned()), Value::Null, Value::Blob(b"b".to_vec())];
        assert_eq!(sum.end(), here(&row));
        assert_eq!(sum.end(), here(&[]));
    }
}
