//! Rows no index has yet, read from the store best ranked first: slow, but right as far as it goes, and it says how
//! far that is.

use rusqlite::Connection;

use crate::catalog::index::Halt;
use crate::catalog::index::fresh::{ENTRY, SOUND, entry};
use crate::catalog::index::pass::halt;
use crate::catalog::index::schema::{Entry, Payload};
use crate::domain::search::Cancel;

/// Rows looked at in one search.
pub const MOST: usize = 200_000;

/// Reads rows that `payload` does not cover, by rank, until `take` says stop or too many were read; fee links, where
/// they are wanted, after all others. How many were looked at, and whether that was all of them.
pub fn read(
    connection: &Connection,
    payload: &Payload,
    with_fees: bool,
    cancel: &Cancel,
    mut take: impl FnMut(Entry) -> Result<bool, Halt>,
) -> Result<(usize, bool), Halt> {
    let mut looked_at = 0;
    for (hint, kinds, are_fees) in [("INDEXED BY offers_best", "kind = 0", false), ("", "kind <> 0", true)] {
        if are_fees && !with_fees {
            break;
        }
        let mut select = connection.prepare_cached(&format!(
            "SELECT {ENTRY} FROM offers {hint} WHERE gone = 0 AND {kinds} AND {SOUND}
             ORDER BY score DESC, market_id IS NULL, market_id, key"
        ))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            halt(cancel)?;
            let read = entry(row)?;
            let Some(entry) = read.entry else { continue };
            if payload.covers(read.generation, entry.place) {
                continue;
            }
            looked_at += 1;
            if !take(entry)? || looked_at >= MOST {
                return Ok((looked_at, false));
            }
        }
    }
    Ok((looked_at, true))
}
