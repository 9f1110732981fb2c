//! Looking after what is derived from the rows: the index, the rank they are sorted by, and how many there are.
//!
//! Everything here is done a piece at a time by somebody who has nothing better to do, and is given up or repeated at
//! will: searches are right without it.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::catalog::facts::Facts;
use crate::catalog::index::guard::guarded;
use crate::catalog::index::writer::{Wanted, catalog_name};
use crate::catalog::index::{Halt, IndexProgress, fresh};
use crate::catalog::rank::{self, Weights};
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Catalog, CatalogError, Failure, lock, time};
use crate::domain::search::Cancel;

/// Rows not in the index from which it counts as behind; fewer are searched as fast without.
const BEHIND: i64 = 500;
/// Rows ranked anew in one transaction.
const BATCH: usize = 5_000;

/// How many offers are on sale, as of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OnSale {
    generation: i64,
    /// All of them.
    pub cached: usize,
    /// Without fee links.
    pub goods: usize,
}

impl Catalog {
    /// Whether there is no index that can be used: searches look through all rows then.
    pub fn is_unindexed(&self) -> Result<bool, CatalogError> {
        let none = self.with_view(&Cancel::default(), |view| Ok(view.live.is_none()))?;
        Ok(none.unwrap_or(true))
    }

    /// Whether the index is missing, being built, or far behind the rows: searches are right but slower, or say how
    /// much was searched.
    pub fn index_behind(&self) -> Result<bool, CatalogError> {
        let never = Cancel::default();
        let behind = self.with_view(&never, |view| {
            let rows: i64 = view
                .connection
                .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM offers WHERE generation > ?1 LIMIT ?2)")?
                .query_row([view.payload.generation, BEHIND], |row| row.get(0))?;
            let weights = rank::stored(view.connection)?;
            Ok(rows >= BEHIND
                || ranked_by(view.connection)? != rank::name(&weights)
                || view.payload.above.is_some()
                || view.live.as_ref().is_some_and(|live| live.payload().weights != rank::name(&weights)))
        })?;
        Ok(behind.unwrap_or(false))
    }

    /// Brings the index nearer to the rows for about `budget`, telling how far it is. Whether there is more to do.
    /// Does nothing while another process is at it. Several seconds may pass at the end, while segments are merged:
    /// not for the thread of a search.
    pub fn index_some(
        &self,
        budget: Duration,
        progress: &mut dyn FnMut(IndexProgress),
    ) -> Result<bool, CatalogError> {
        let known = self.read(catalog_name)?;
        if known.is_none() {
            self.write(|transaction| {
                transaction.execute(
                    "INSERT OR IGNORE INTO meta(name, value) VALUES('catalog', lower(hex(randomblob(16))))",
                    [],
                )?;
                Ok(())
            })?;
        }
        let started = Instant::now();
        if !self.rank_rows(budget)? {
            return Ok(true);
        }
        let budget = budget.saturating_sub(started.elapsed());
        let done = self.read(|connection| {
            let catalog = catalog_name(connection)?.unwrap_or_default();
            let weights = rank::name(&rank::stored(connection)?);
            let wanted = Wanted { catalog: &catalog, weights: &weights };
            let done = guarded(|| self.inner.home.some(connection, &wanted, budget, progress));
            Ok(done.unwrap_or_else(|| Err(Halt::Index("writing it failed".to_owned()))))
        })?;
        match done {
            Ok(has_more) => {
                if !has_more {
                    self.note_on_sale()?;
                }
                Ok(has_more)
            }
            Err(Halt::Cancelled) => Ok(false),
            Err(Halt::Store(failure)) => Err(self.failed(failure)),
            Err(Halt::Index(reason)) => {
                tracing::warn!(reason, "the index cannot be written; it is built anew");
                self.inner.home.distrust();
                Err(CatalogError::Index { reason })
            }
        }
    }

    /// Forgets the index, so that it is built again from the rows.
    pub fn forget_index(&self) -> Result<(), CatalogError> {
        match self.inner.home.forget() {
            Ok(()) | Err(Halt::Cancelled) => Ok(()),
            Err(Halt::Store(failure)) => Err(self.failed(failure)),
            Err(Halt::Index(reason)) => Err(CatalogError::Index { reason }),
        }
    }

    /// Ranks by these weights from now on. Whether they are others than before: then [`Catalog::index_some`] has work.
    pub fn set_rank(&self, weights: &Weights) -> Result<bool, CatalogError> {
        let is_same = self.read(|connection| Ok(rank::stored(connection)? == *weights))?;
        if is_same {
            return Ok(false);
        }
        self.write(|transaction| {
            // What the rows are ranked by now is noted before it is forgotten, and ranking begins again.
            let by = ranked_by(transaction)?;
            set(transaction, "ranked-by", &by)?;
            transaction.execute("DELETE FROM meta WHERE name = 'ranked-to'", [])?;
            set(transaction, "rank", &rank::name(weights))
        })?;
        Ok(true)
    }

    /// Ranks rows by the weights they are to be ranked by, for about `budget`; whether all are. Generations stay: the
    /// index is built again as a whole after that.
    fn rank_rows(&self, budget: Duration) -> Result<bool, CatalogError> {
        let started = Instant::now();
        loop {
            let is_done =
                self.read(|connection| Ok(ranked_by(connection)? == rank::name(&rank::stored(connection)?)))?;
            if is_done {
                return Ok(true);
            }
            if started.elapsed() >= budget && !budget.is_zero() {
                return Ok(false);
            }
            self.write(|transaction| {
                let weights = rank::stored(transaction)?;
                let after: i64 =
                    noted(transaction, "ranked-to")?.and_then(|row| row.parse().ok()).unwrap_or(i64::MIN);
                let mut select = transaction.prepare_cached(concat!(
                    "SELECT row, facts, fetched_at, score FROM offers WHERE row > ?1 AND ",
                    sound_offer!(),
                    " ORDER BY row LIMIT ?2"
                ))?;
                let mut update = transaction.prepare_cached("UPDATE offers SET score = ?2 WHERE row = ?1")?;
                let rows: Vec<(i64, Vec<u8>, i64, i64)> = select
                    .query_map(params![after, BATCH as i64], |row| {
                        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                    })?
                    .collect::<Result<_, _>>()?;
                let Some((last, ..)) = rows.last() else {
                    transaction.execute("DELETE FROM meta WHERE name = 'ranked-to'", [])?;
                    return set(transaction, "ranked-by", &rank::name(&weights));
                };
                set(transaction, "ranked-to", &last.to_string())?;
                for (row, facts, fetched_ms, score) in &rows {
                    let facts = Facts::from_bytes(facts).unwrap_or_default();
                    let now = rank::score(&rank::parts(&facts, *fetched_ms), &weights);
                    if now != *score {
                        update.execute([row, &now])?;
                    }
                }
                Ok(())
            })?;
        }
    }

    /// How many offers are on sale. Counted once for each state of the store, unless that was noted.
    pub(super) fn on_sale(&self, connection: &Connection, generation: i64) -> Result<OnSale, Failure> {
        if let Some(known) = self.on_sale_if_known(connection, generation)? {
            return Ok(known);
        }
        // Nobody waits for the counting who can do with an older figure.
        let on_sale = counted(connection, generation)?;
        *lock(&self.inner.on_sale) = Some(on_sale);
        Ok(on_sale)
    }

    /// The same as it was counted last: for somebody who types while the store is being filled, who would wait for
    /// a counting after each page that came.
    pub(super) fn on_sale_lately(&self, connection: &Connection, generation: i64) -> Result<OnSale, Failure> {
        let lately = *lock(&self.inner.on_sale);
        lately.map_or_else(|| self.on_sale(connection, generation), Ok)
    }

    /// How many offers are on sale, fee links among them. Counted once a generation.
    pub fn cached(&self) -> Result<usize, CatalogError> {
        self.read(|connection| {
            let (generation, _) = fresh::counters(connection)?;
            Ok(self.on_sale(connection, generation)?.cached)
        })
    }

    /// When the newest reading of an offer on sale was made; `None` = there is none.
    pub fn newest(&self) -> Result<Option<Timestamp>, CatalogError> {
        self.read(|connection| {
            // The end of an index: an aggregate beside a count would read all of it.
            let newest = connection
                .prepare_cached(
                    "SELECT fetched_at FROM offers WHERE gone = 0 ORDER BY fetched_at DESC LIMIT 1",
                )?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(newest.map(time))
        })
    }

    /// How many are on sale where it costs nothing to know.
    pub(super) fn on_sale_if_known(
        &self,
        connection: &Connection,
        generation: i64,
    ) -> Result<Option<OnSale>, Failure> {
        let kept = (*lock(&self.inner.on_sale)).filter(|on_sale| on_sale.generation == generation);
        if kept.is_some() {
            return Ok(kept);
        }
        Ok(told_on_sale(connection)?.filter(|told| told.generation == generation))
    }

    /// Notes how many are on sale for the next start.
    fn note_on_sale(&self) -> Result<(), CatalogError> {
        let (generation, told) =
            self.read(|connection| Ok((fresh::counters(connection)?.0, told_on_sale(connection)?)))?;
        if told.is_some_and(|told| told.generation == generation) {
            return Ok(());
        }
        self.write(|transaction| {
            let (generation, _) = fresh::counters(transaction)?;
            let on_sale = counted(transaction, generation)?;
            set(
                transaction,
                "on-sale",
                &format!("{} {} {}", on_sale.generation, on_sale.cached, on_sale.goods),
            )
        })
    }
}

/// The weights the rows are ranked by, by name.
fn ranked_by(connection: &Connection) -> Result<String, Failure> {
    Ok(match noted(connection, "ranked-by")? {
        Some(by) => by,
        // Never ranked anew: by the first weights there were.
        None if noted(connection, "rank")?.is_none() => rank::name(&Weights::default()),
        None => rank::name(&rank::stored(connection)?),
    })
}

fn counted(connection: &Connection, generation: i64) -> Result<OnSale, Failure> {
    let count = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    Ok(OnSale {
        generation,
        cached: count("SELECT count(*) FROM offers WHERE gone = 0")? as usize,
        goods: count("SELECT count(*) FROM offers INDEXED BY offers_best WHERE gone = 0 AND kind = 0")?
            as usize,
    })
}

fn told_on_sale(connection: &Connection) -> Result<Option<OnSale>, Failure> {
    let Some(text) = noted(connection, "on-sale")? else { return Ok(None) };
    let mut numbers = text.split(' ').map(str::parse::<i64>);
    Ok(match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(generation)), Some(Ok(cached)), Some(Ok(goods))) => {
            Some(OnSale { generation, cached: cached as usize, goods: goods as usize })
        }
        _ => None,
    })
}

fn noted(connection: &Connection, name: &str) -> Result<Option<String>, Failure> {
    Ok(connection
        .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

fn set(connection: &Connection, name: &str, value: &str) -> Result<(), Failure> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)")?
        .execute([name, value])?;
    Ok(())
}
