//! Rows no index has yet, read from the store best ranked first: slow, but right as far as it goes, and it says how
//! far that is.

use rusqlite::Connection;

use crate::catalog::index::Halt;
use crate::catalog::index::fresh::{ENTRY, entry};
use crate::catalog::index::pass::halt;
use crate::catalog::index::schema::{Entry, Payload};
use crate::domain::search::Cancel;

/// Rows looked at in one search.
pub const MOST: usize = 200_000;

/// Reads rows that `payload` does not cover, by rank, until `take` says stop or too many were read. How many were
/// looked at, and whether that was all of them.
pub fn read(
    connection: &Connection,
    payload: &Payload,
    cancel: &Cancel,
    mut take: impl FnMut(Entry) -> Result<bool, Halt>,
) -> Result<(usize, bool), Halt> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {ENTRY} FROM offers WHERE gone = 0 AND kind = 0
         ORDER BY score DESC, market_id IS NULL, market_id, key"
    ))?;
    let mut rows = select.query([])?;
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        halt(cancel)?;
        let read = entry(row)?;
        let Some(entry) = read.entry.filter(|entry| !payload.covers(read.generation, entry.place)) else {
            continue;
        };
        looked_at += 1;
        if !take(entry)? {
            return Ok((looked_at, false));
        }
        if looked_at >= MOST {
            return Ok((looked_at, false));
        }
    }
    Ok((looked_at, true))
}
