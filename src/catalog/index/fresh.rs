//! Rows written since the index was: kept in memory, found by reading them one after another.

use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::{Connection, Row};

use crate::catalog::facts::Facts;
use crate::catalog::index::document::{Listing, Stored};
use crate::catalog::index::place::{Place, Tie};
use crate::catalog::index::schema::{Entry, Fields, Payload};
use crate::catalog::store::Failure;

/// More rows than these are read from the store instead.
pub const MOST: usize = if cfg!(test) { 12 } else { 50_000 };

/// Columns an [`Entry`] is read from, see [`entry`].
pub const ENTRY: &str = "row, market_id, gone, score, fetched_at, generation, facts, text, traits";

/// That such a row is as it was written.
pub const SOUND: &str = crate::catalog::sound::sound_offer!();

/// An entry, or for one that is gone only who it was.
pub struct Read {
    pub tie: Tie,
    pub generation: i64,
    pub entry: Option<Entry>,
}

/// Reads a row of [`ENTRY`].
pub fn entry(row: &Row<'_>) -> Result<Read, rusqlite::Error> {
    let number: i64 = row.get(0)?;
    let tie = Tie::of_row(row.get(1)?, number);
    let generation = row.get(5)?;
    if row.get(2)? {
        return Ok(Read { tie, generation, entry: None });
    }
    // Facts of a damaged row are none: it is found by its words.
    let facts = Facts::from_bytes(row.get_ref(6)?.as_blob().unwrap_or_default()).unwrap_or_default();
    let entry = Entry {
        row: number,
        place: Place::new(row.get(3)?, tie),
        fetched_ms: row.get(4)?,
        facts,
        text: row.get(7)?,
        traits: row.get(8)?,
    };
    Ok(Read { tie, generation, entry: Some(entry) })
}

/// A row to be indexed, or for one that is gone only who it was.
pub struct Written {
    pub tie: Tie,
    pub generation: i64,
    pub listing: Option<Listing>,
}

/// Reads a row of [`ENTRY`] for the index.
pub fn listing(row: &Row<'_>, fields: Fields) -> Result<Written, rusqlite::Error> {
    let number: i64 = row.get(0)?;
    let tie = Tie::of_row(row.get(1)?, number);
    let generation = row.get(5)?;
    if row.get(2)? {
        return Ok(Written { tie, generation, listing: None });
    }
    let stored = Stored {
        row: number,
        place: Place::new(row.get(3)?, tie),
        fetched_ms: row.get(4)?,
        facts: row.get_ref(6)?.as_blob().unwrap_or_default(),
        text: row.get_ref(7)?.as_str()?,
        traits: row.get_ref(8)?.as_str()?,
    };
    Ok(Written { tie, generation, listing: Some(Listing::new(fields, &stored)) })
}

/// Rows that the index does not have as they are now.
#[derive(Debug, Default)]
pub struct Fresh {
    /// Rows of later generations than this one ...
    after: i64,
    /// ... up to this one.
    pub generation: i64,
    /// By rank.
    entries: Vec<(i64, Arc<Entry>)>,
    /// All of them, those that are gone too.
    touched: HashSet<Tie>,
    gone: Vec<(i64, Tie)>,
    /// There are too many to keep.
    pub is_too_many: bool,
}

impl Fresh {
    /// The rows written after what `payload` covers, made from what is known. `connection` must be inside a
    /// transaction, so that counter and rows are of one moment.
    pub fn refreshed(
        current: Option<&Arc<Fresh>>,
        payload: &Payload,
        connection: &Connection,
    ) -> Result<Arc<Fresh>, Failure> {
        let (generation, cleared) = counters(connection)?;
        let known = current.filter(|fresh| {
            fresh.after <= payload.generation
                && (cleared..=generation).contains(&fresh.generation)
                && !fresh.is_too_many
        });
        if let Some(fresh) =
            current.filter(|fresh| fresh.after == payload.generation && fresh.generation == generation)
        {
            return Ok(Arc::clone(fresh));
        }
        let known_to = known.map_or(payload.generation, |fresh| fresh.generation.max(payload.generation));
        let mut next = Fresh { after: payload.generation, generation, ..Fresh::default() };
        let mut select = connection.prepare_cached(&format!(
            "SELECT {ENTRY} FROM offers WHERE generation > ?1 AND {SOUND} ORDER BY generation LIMIT ?2"
        ))?;
        let mut rows = select.query([known_to, MOST as i64 + 1])?;
        while let Some(row) = rows.next()? {
            let read = entry(row)?;
            next.touched.insert(read.tie);
            match read.entry {
                Some(entry) => next.entries.push((read.generation, Arc::new(entry))),
                None => next.gone.push((read.generation, read.tie)),
            }
        }
        if let Some(known) = known {
            let is_kept = |generation: i64, tie: Tie, touched: &HashSet<Tie>| {
                generation > payload.generation && !touched.contains(&tie)
            };
            let kept: Vec<(i64, Arc<Entry>)> = known
                .entries
                .iter()
                .filter(|(generation, entry)| is_kept(*generation, entry.place.tie(), &next.touched))
                .cloned()
                .collect();
            let gone: Vec<(i64, Tie)> = known
                .gone
                .iter()
                .filter(|(generation, tie)| is_kept(*generation, *tie, &next.touched))
                .copied()
                .collect();
            next.touched.extend(kept.iter().map(|(_, entry)| entry.place.tie()));
            next.touched.extend(gone.iter().map(|(_, tie)| *tie));
            next.entries.extend(kept);
            next.gone.extend(gone);
        }
        if next.touched.len() > MOST {
            return Ok(Arc::new(Fresh {
                is_too_many: true,
                after: payload.generation,
                generation,
                ..Fresh::default()
            }));
        }
        next.entries.sort_unstable_by_key(|(_, entry)| std::cmp::Reverse(entry.place));
        Ok(Arc::new(next))
    }

    /// By rank.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.iter().map(|(_, entry)| entry)
    }

    /// Offers of which the index holds an old state, if it holds them.
    pub fn touched(&self) -> &HashSet<Tie> {
        &self.touched
    }
}

/// The counters of the store: of the write that was last, and of the last clearing.
pub fn counters(connection: &Connection) -> Result<(i64, i64), Failure> {
    Ok(connection
        .prepare_cached(
            "SELECT (SELECT value FROM state WHERE name = 'generation'),
                    (SELECT value FROM state WHERE name = 'cleared')",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
}
