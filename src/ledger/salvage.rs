//! Saves what can be read of a damaged ledger into a new one; the damaged file is kept beside it.
//!
//! Rows are taken straight from the pages ([`super::pages`]) and told apart by what may stand in their columns. One that
//! agrees with its sum ([`super::guard`]) is certain; of one that does not, or that is gone, the second copy counts. A
//! row without any sum is taken as it is: that its sum is damaged too is likelier than that only it is.
//!
//! The new file is finished before anything happens to the old one, under a name ([`Files::finished`]) that says so:
//! whatever is cut off then is done at the next start.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::guard::{GUARDED, Guarded, Holds, sum_of};
use super::open::{Purpose, prepare};
use super::{LedgerError, failed, pages, private_file};
use crate::domain::salvage::{Lost, Salvaged};

/// Numbers of rows beyond which gaps are not counted: such a number is itself damage.
const MOST_NUMBERED: i64 = 10_000_000;

/// The files of a ledger.
struct Files<'a> {
    ledger: &'a Path,
}

impl Files<'_> {
    fn beside(&self, suffix: &str) -> PathBuf {
        beside(self.ledger, suffix)
    }

    /// A new ledger that is whole and on the disk, still to be put in place.
    fn finished(&self) -> PathBuf {
        self.beside(".salvaged")
    }

    /// Puts it there.
    fn put_in_place(&self) -> io::Result<()> {
        // The log belongs to the old file and would be played into the new one.
        for suffix in ["-wal", "-shm"] {
            gone(fs::remove_file(self.beside(suffix)))?;
        }
        fs::rename(self.finished(), self.ledger)?;
        sync_folder(self.ledger)
    }

    /// Keeps the damaged bytes, log and all, under a name nobody has.
    fn keep_bad(&self) -> io::Result<PathBuf> {
        let to = (1..=u16::MAX)
            .map(|n| self.beside(&format!(".bad-{n}")))
            .find(|to| !to.exists())
            .ok_or_else(|| io::Error::other("no free name to set it aside"))?;
        for suffix in ["-wal", ""] {
            let (from, to) = (self.beside(suffix), beside(&to, suffix));
            if from.exists() && fs::hard_link(&from, &to).is_err() {
                // A folder that knows no links.
                private_file(&to)?;
                fs::copy(&from, &to)?;
                File::open(&to)?.sync_all()?;
            }
        }
        sync_folder(self.ledger)?;
        Ok(to)
    }
}

/// Whether a salvage was cut off when its new ledger was finished.
pub(super) fn is_unfinished(ledger: &Path) -> bool {
    Files { ledger }.finished().exists()
}

/// Ends it. Only for who has the ledger alone.
pub(super) fn finish(ledger: &Path) -> io::Result<()> {
    Files { ledger }.put_in_place()
}

/// Salvages the ledger. Only for who has it alone. `None`, and nothing done: nothing of a ledger is in the file.
pub(super) fn run(ledger: &Path) -> Result<Option<Salvaged>, LedgerError> {
    let io = |source| LedgerError::Io { path: ledger.display().to_string(), source };
    let files = Files { ledger };
    let file = fs::read(ledger).map_err(io)?;
    let log = match fs::read(files.beside("-wal")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        log => log.map_err(io)?,
    };
    let found = Found::of(&file, &log);
    if !found.is_ledger {
        return Ok(None);
    }
    let chosen = found.chosen();
    let making = files.beside(".salvaging");
    for suffix in ["", "-wal", "-shm"] {
        gone(fs::remove_file(beside(&making, suffix))).map_err(io)?;
    }
    private_file(&making).map_err(io)?;
    write(&making, &chosen).map_err(|error| match error {
        LedgerError::Sqlite { source, .. } => {
            LedgerError::Sqlite { path: ledger.display().to_string(), source }
        }
        error => error,
    })?;
    let put = || {
        File::open(&making)?.sync_all()?;
        let bad = files.keep_bad()?;
        fs::rename(&making, files.finished())?;
        sync_folder(ledger)?;
        files.put_in_place()?;
        Ok(bad)
    };
    let bad = put().map_err(io)?;
    let mut lost: BTreeMap<Lost, usize> = BTreeMap::new();
    for (of, count) in &chosen.lost {
        *lost.entry(*of).or_default() += count;
    }
    Ok(Some(Salvaged {
        bad,
        kept: chosen.rows.len(),
        restored: chosen.restored,
        unchecked: chosen.unchecked,
        lost: lost.into_iter().filter(|(_, count)| *count > 0).collect(),
    }))
}

/// What the guard says of a row.
struct Noted {
    sum: i64,
    copy: Option<String>,
}

/// Everything that could be made out.
#[derive(Default)]
struct Found {
    /// By table and key.
    noted: HashMap<(&'static str, String), Noted>,
    /// Rows by table and key; several where one is there more than once.
    rows: HashMap<(&'static str, String), Vec<Vec<Value>>>,
    /// Last numbers given out, by table.
    numbers: HashMap<&'static str, i64>,
    /// Whether the file was a ledger.
    is_ledger: bool,
}

/// What goes into the new ledger.
struct Chosen {
    rows: Vec<(&'static Guarded, Vec<Value>)>,
    numbers: HashMap<&'static str, i64>,
    restored: usize,
    unchecked: usize,
    lost: Vec<(Lost, usize)>,
}

impl Found {
    fn of(file: &[u8], log: &[u8]) -> Found {
        let mut found = Found::default();
        let mut tables = BTreeSet::new();
        pages::each_row(file, log, &mut |row, values| {
            if found.takes_note(&values) || found.takes_number(&values) {
                return;
            }
            if let [Value::Text(kind), Value::Text(name), ..] = values.as_slice()
                && kind == "table"
                && values.len() == 5
            {
                tables.insert(name.clone());
                return;
            }
            for table in &GUARDED {
                if let Some(values) = fitted(table, row, &values) {
                    found.rows.entry((table.name, key_of(table, &values))).or_default().push(values);
                }
            }
        });
        let agrees = |((table, key), noted): (&(&'static str, String), &Noted)| {
            let rows = found.rows.get(&(*table, key.clone()));
            rows.is_some_and(|rows| rows.iter().any(|values| sum_of(table, values) == noted.sum))
        };
        // One row that agrees with its sum is proof enough; so are the names of tables nobody else has.
        found.is_ledger = ["meta", "cart_line", "cart_journal", "action", "market_order"]
            .iter()
            .all(|name| tables.contains(*name))
            || found.noted.iter().any(agrees);
        found
    }

    /// A row of the guard, if it is one and as it was written.
    fn takes_note(&mut self, values: &[Value]) -> bool {
        let [Value::Text(name), key, Value::Integer(sum), copy, Value::Integer(own)] = values else {
            return false;
        };
        let Some(table) = GUARDED.iter().find(|table| table.name == name) else { return false };
        let copied = match copy {
            Value::Null => None,
            Value::Text(copy) => Some(copy.clone()),
            _ => return false,
        };
        let said = [Value::Text(name.clone()), key.clone(), Value::Integer(*sum), copy.clone()];
        if sum_of("guard", &said) == *own
            && let Some(key) = noted_key(key)
        {
            self.noted.insert((table.name, key), Noted { sum: *sum, copy: copied });
        }
        true
    }

    /// A row of SQLite's own table of numbers given out.
    fn takes_number(&mut self, values: &[Value]) -> bool {
        let [Value::Text(name), Value::Integer(number)] = values else { return false };
        let Some(table) = GUARDED.iter().find(|table| table.name == name && table.is_numbered()) else {
            return false;
        };
        let known = self.numbers.entry(table.name).or_default();
        *known = (*known).max(*number);
        true
    }

    /// Whether the row has a number that was never given out.
    fn is_beyond(&self, table: &Guarded, row: Option<&Vec<Value>>) -> bool {
        let Some(Value::Integer(number)) = row.and_then(|row| row.first()) else { return false };
        table.is_numbered() && self.numbers.get(table.name).is_some_and(|last| number > last)
    }

    fn chosen(mut self) -> Chosen {
        let (mut rows, mut lost) = (Vec::new(), Vec::new());
        let (mut restored, mut unchecked) = (0, 0);
        for table in &GUARDED {
            let mut keys: BTreeSet<String> = BTreeSet::new();
            let of_table = |(name, key): &(&'static str, String)| (*name == table.name).then(|| key.clone());
            keys.extend(self.noted.keys().filter_map(of_table));
            keys.extend(self.rows.keys().filter_map(of_table));
            let mut missing = 0;
            let mut numbers = BTreeSet::new();
            for key in keys {
                let at = (table.name, key);
                let there = self.rows.remove(&at).unwrap_or_default();
                let row = match self.noted.get(&at) {
                    Some(noted) => {
                        let sound = there.into_iter().find(|values| sum_of(table.name, values) == noted.sum);
                        sound.or_else(|| {
                            let copy = copied(table, noted)?;
                            restored += 1;
                            Some(copy)
                        })
                    }
                    // A number that was never given out is another row's with a bit turned.
                    None if self.is_beyond(table, there.first()) => continue,
                    None => there.into_iter().next().inspect(|_| unchecked += 1),
                };
                match row {
                    Some(row) => {
                        if let (true, Some(Value::Integer(number))) = (table.is_numbered(), row.first()) {
                            numbers.insert(*number);
                        }
                        rows.push((table, row));
                    }
                    None => missing += 1,
                }
            }
            // Of these no row is ever deleted: numbers that nobody has are rows that nobody knows of any more.
            if matches!(table.name, "action" | "cart_line") {
                let last = self
                    .numbers
                    .get(table.name)
                    .copied()
                    .unwrap_or(0)
                    .max(numbers.last().copied().unwrap_or(0));
                if last < MOST_NUMBERED {
                    let there = numbers.iter().filter(|number| (1..=last).contains(*number)).count();
                    missing = missing.max(usize::try_from(last).unwrap_or(0).saturating_sub(there));
                }
            }
            lost.push((table.lost, missing));
        }
        Chosen { rows, numbers: self.numbers, restored, unchecked, lost }
    }
}

/// The row as one of this table, if its columns may hold that; columns it is too old for are empty.
fn fitted(table: &Guarded, number: i64, values: &[Value]) -> Option<Vec<Value>> {
    if values.len() > table.columns.len() || values.is_empty() {
        return None;
    }
    let mut values = values.to_vec();
    if table.is_numbered() {
        // SQLite writes the number of the row once.
        match values.first_mut() {
            Some(first @ Value::Null) => *first = Value::Integer(number),
            _ => return None,
        }
    }
    values.resize(table.columns.len(), Value::Null);
    let fits = values.iter().zip(table.columns).all(|(value, (_, holds))| match value {
        Value::Null => matches!(holds, Holds::MaybeInt | Holds::MaybeText),
        Value::Integer(_) => matches!(holds, Holds::Int | Holds::MaybeInt),
        Value::Text(_) => matches!(holds, Holds::Text | Holds::MaybeText),
        _ => false,
    });
    fits.then_some(values)
}

/// The second copy of a row, if it agrees with the sum.
fn copied(table: &Guarded, noted: &Noted) -> Option<Vec<Value>> {
    let values: Vec<serde_json::Value> = serde_json::from_str(noted.copy.as_deref()?).ok()?;
    let values: Option<Vec<Value>> = values
        .into_iter()
        .map(|value| match value {
            serde_json::Value::Null => Some(Value::Null),
            serde_json::Value::String(text) => Some(Value::Text(text)),
            serde_json::Value::Number(number) => number.as_i64().map(Value::Integer),
            _ => None,
        })
        .collect();
    values.filter(|values| sum_of(table.name, values) == noted.sum)
}

/// The key of a row, in the form rows are told apart by here.
fn key_of(table: &Guarded, values: &[Value]) -> String {
    let own = table.columns.iter().zip(values).filter(|((name, _), _)| table.key.contains(name));
    own.map(|(_, value)| match value {
        Value::Integer(number) => serde_json::Value::from(*number).to_string(),
        Value::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        _ => String::new(),
    })
    .collect::<Vec<_>>()
    .join("\n")
}

/// The same of a key as the guard has it.
fn noted_key(key: &Value) -> Option<String> {
    match key {
        Value::Integer(number) => Some(number.to_string()),
        Value::Text(text) => {
            let parts: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
            Some(parts.iter().map(serde_json::Value::to_string).collect::<Vec<_>>().join("\n"))
        }
        _ => None,
    }
}

/// A ledger of these rows, closed again.
fn write(path: &Path, chosen: &Chosen) -> Result<(), LedgerError> {
    let sqlite = |source| failed(path.display().to_string(), source);
    let mut connection = Connection::open(path).map_err(sqlite)?;
    prepare(&mut connection, path, Purpose::New, None)?;
    let mut fill = || {
        connection.pragma_update(None, "foreign_keys", false)?;
        let tx = connection.transaction()?;
        for (table, row) in &chosen.rows {
            let places = vec!["?"; table.columns.len()].join(", ");
            let (name, columns) = (table.name, table.list(""));
            // What the schema itself forbids twice (our number of an order) is there already.
            tx.prepare_cached(&format!("INSERT OR IGNORE INTO {name} ({columns}) VALUES ({places})"))?
                .execute(params_from_iter(row))?;
        }
        for (table, number) in &chosen.numbers {
            // Numbers of lines are never given out twice, those of lost ones neither.
            tx.execute("DELETE FROM sqlite_sequence WHERE name = ?1 AND seq < ?2", (table, number))?;
            tx.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, ?2
                 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
                (table, number),
            )?;
        }
        tx.commit()?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    };
    fill().map_err(sqlite)?;
    connection.close().map_err(|(_, source)| sqlite(source))
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// That there is nothing to remove is as good.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Names are on the disk when their folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "salvage_tests.rs"]
mod tests;
