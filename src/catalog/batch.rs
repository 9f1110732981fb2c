//! A batch of listings on its way into the tables: what is unchanged is only touched.
//!
//! What can be worked out of an offer alone (its body, its words, its facts) is worked out on a second thread, a few
//! dozen offers ahead of the one that writes; a batch takes about as long as the slower of the two.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{channel, sync_channel};

use rusqlite::{OptionalExtension, Transaction, params};

use crate::catalog::body;
use crate::catalog::facts::Facts;
use crate::catalog::history::History;
use crate::catalog::merge;
use crate::catalog::rank;
use crate::catalog::record;
use crate::catalog::row::{self, Columns, digest};
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Failure, read_offer};
use crate::catalog::words::Dictionary;
use crate::catalog::write::Upserted;
use crate::domain::id::{MarketId, SupplierId};
use crate::domain::offer::{Completeness, Offer};
use crate::domain::price_history::Repriced;
use crate::domain::supplier::Supplier;
use crate::row_sum::RowSum;

/// Offers handed from the thread that works them out to the one that writes them, and how many such parcels may wait.
const PARCEL: usize = 32;
const WAITING: usize = 4;
/// Fewer offers than this are not worth a thread.
const WORTH_A_THREAD: usize = 128;
/// Milliseconds of a day: the static rank counts days.
const DAY_MS: i64 = 86_400_000;

/// What is written inside a transaction.
pub(super) struct Batch<'a> {
    pub transaction: &'a Transaction<'a>,
    pub words: &'a mut Dictionary,
    /// Of this write.
    pub generation: i64,
    /// Every offer counts as seen then at least, UTC milliseconds.
    pub least_seen_ms: i64,
    pub offers: &'a [Offer],
    pub suppliers: &'a [Supplier],
    /// Whether an offer is certainly not stored; asked once of each of [`Batch::offers`], in their order.
    pub is_new: &'a mut dyn FnMut(&Offer) -> bool,
    /// Where changed prices are kept, before the transaction is committed: a cut in between is made good by the next
    /// reading, which keeps nothing twice.
    pub prices: Option<&'a (History, MarketId)>,
}

/// The stored keys between the least and the greatest of a batch, unless they are many more than it has: an export
/// tells its offers in order, so of a new catalog there are next to none, and no key need be looked for.
pub(super) struct Between(Option<HashSet<String>>);

impl Between {
    pub fn of(transaction: &Transaction<'_>, offers: &[Offer]) -> Result<Between, Failure> {
        let keys = || offers.iter().map(|offer| offer.key.to_string());
        let (Some(least), Some(greatest)) = (keys().min(), keys().max()) else { return Ok(Between(None)) };
        let most = 2 * offers.len() + 50;
        let mut select =
            transaction.prepare_cached("SELECT key FROM offers WHERE key BETWEEN ?1 AND ?2 LIMIT ?3")?;
        let stored: HashSet<String> = select
            .query_map(params![least, greatest, most as i64], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(Between((stored.len() < most).then_some(stored)))
    }

    /// Whether an offer of the batch is certainly not stored.
    pub fn is_new(&self, offer: &Offer) -> bool {
        self.0.as_ref().is_some_and(|stored| !stored.contains(&offer.key.to_string()))
    }
}

/// Writes offers and suppliers inside a transaction.
pub(super) fn write_batch(batch: &mut Batch<'_>) -> Result<Upserted, Failure> {
    let Batch { transaction, words, generation, least_seen_ms, offers, suppliers, is_new, prices } = batch;
    let (transaction, offers, generation) = (*transaction, *offers, *generation);
    for supplier in *suppliers {
        record::write(transaction, supplier, generation)?;
    }
    let mut known: Known = suppliers.iter().map(|s| (&s.id, Some(Cow::Borrowed(s)))).collect();
    for offer in offers {
        meet_supplier(transaction, &mut known, offer)?;
    }
    // Offers named twice in one batch are looked up when their turn comes.
    let mut named = HashSet::with_capacity(offers.len());
    let mut work = Vec::with_capacity(offers.len());
    for offer in offers {
        let is_new = is_new(offer);
        let again = !named.insert(&offer.key);
        let stored = if is_new || again { None } else { stored(transaction, &offer.key.to_string())? };
        work.push(Work { offer, stored, again });
    }
    let mut batch = Writing {
        transaction,
        words,
        generation,
        least_seen_ms: *least_seen_ms,
        known: &known,
        weights: rank::stored(transaction)?,
        done: Upserted::default(),
        repriced: Vec::new(),
        summed: RowSum::default(),
    };
    let prices = *prices;
    if work.len() < WORTH_A_THREAD {
        for one in &work {
            batch.write(one, &mut prepared(one, &known))?;
        }
        return batch.end(prices);
    }
    std::thread::scope(|scope| {
        let (parcels, arriving) = sync_channel::<Vec<Prepared<'_>>>(WAITING);
        // Whoever frees what another thread has allocated waits for that one's allocator: used ones go back.
        let (used, returned) = channel();
        let (work, known) = (&work, &known);
        scope.spawn(move || {
            for some in work.chunks(PARCEL) {
                // Nobody takes them any more when writing failed.
                if parcels.send(some.iter().map(|one| prepared(one, known)).collect()).is_err() {
                    return;
                }
                returned.try_iter().for_each(drop);
            }
            drop(parcels);
            returned.iter().for_each(drop);
        });
        let mut rest = work.iter();
        for mut parcel in arriving {
            for prepared in &mut parcel {
                let Some(one) = rest.next() else { return Ok(()) };
                batch.write(one, prepared)?;
            }
            // Where nobody is there any more they end here.
            used.send(parcel).unwrap_or_default();
        }
        Ok::<_, Failure>(())
    })?;
    batch.end(prices)
}

/// Suppliers looked up so far; `None` = the catalog has no record of its own.
type Known<'a> = HashMap<&'a SupplierId, Option<Cow<'a, Supplier>>>;

/// What is stored of an offer, without its body.
#[derive(Clone)]
struct Stored {
    row: i64,
    gone: bool,
    todo: i64,
    headline: Option<String>,
    fetched_ms: i64,
    score: i64,
    digest: i64,
}

impl Stored {
    fn is_full(&self) -> bool {
        self.todo != row::ONLY_ROW
    }
}

/// An offer to write.
struct Work<'a> {
    offer: &'a Offer,
    stored: Option<Stored>,
    /// Whether an earlier one of the batch had the same key.
    again: bool,
}

/// What was worked out of an offer.
struct Prepared<'a> {
    /// With what its supplier's record adds.
    offer: Cow<'a, Offer>,
    body: Vec<u8>,
    digest: i64,
    /// For an offer not known before.
    columns: Option<Columns>,
}

fn prepared<'a>(work: &Work<'a>, known: &Known<'_>) -> Prepared<'a> {
    let mut offer = Cow::Borrowed(work.offer);
    let record = record_of(work.offer, known);
    if let Some(supplier) = record
        && merge::lacks(&offer, supplier)
    {
        merge::enrich(offer.to_mut(), supplier);
    }
    let body = body::write(&offer);
    let digest = digest(&body);
    let columns = (work.stored.is_none() && !work.again).then(|| Columns::of(&offer, record));
    Prepared { offer, body, digest, columns }
}

fn record_of<'k>(offer: &Offer, known: &'k Known<'_>) -> Option<&'k Supplier> {
    known.get(offer.supplier_id.as_ref()?)?.as_deref()
}

struct Writing<'a> {
    transaction: &'a Transaction<'a>,
    words: &'a mut Dictionary,
    generation: i64,
    least_seen_ms: i64,
    known: &'a Known<'a>,
    weights: rank::Weights,
    done: Upserted,
    /// Offers that ask another price than before.
    repriced: Vec<Repriced>,
    summed: RowSum,
}

impl Writing<'_> {
    fn end(self, prices: Option<&(History, MarketId)>) -> Result<Upserted, Failure> {
        if let Some((history, market)) = prices {
            history.record(market, &self.repriced)?;
        }
        if self.done.new > 0 {
            self.transaction
                .prepare_cached("UPDATE state SET value = value + ?1 WHERE name = 'offers'")?
                .execute([self.done.new as i64])?;
        }
        Ok(self.done)
    }

    fn write(&mut self, work: &Work<'_>, prepared: &mut Prepared<'_>) -> Result<(), Failure> {
        let incoming = work.offer;
        let fetched_ms = incoming.fetched_at.as_millisecond();
        let seen_ms = fetched_ms.max(self.least_seen_ms);
        let is_row = incoming.completeness == Completeness::Row;
        let row_headline = if is_row { merge::headline(incoming) } else { None };
        let found;
        let stored = if work.again {
            found = self::stored(self.transaction, &incoming.key.to_string())?;
            &found
        } else {
            &work.stored
        };
        let Some(stored) = stored else {
            if incoming.gone && incoming.title.is_empty() {
                return Ok(());
            }
            self.done.new += 1;
            return self.insert(prepared, row_headline, fetched_ms, seen_ms);
        };
        let mut todo = row::todo(incoming);
        if stored.is_full() && is_row {
            let contradicted =
                row_headline.is_some() && stored.headline.is_some() && row_headline != stored.headline;
            todo = if contradicted { row::OUTDATED } else { stored.todo };
        }
        let headline = row_headline.or_else(|| stored.headline.clone());
        if prepared.digest == stored.digest && incoming.gone == stored.gone {
            // The prices of a detail are as old as the detail, however often a row of it is seen.
            let fetched_ms = if stored.is_full() && is_row { stored.fetched_ms } else { fetched_ms };
            return self.touch(stored, fetched_ms, seen_ms, todo, headline);
        }
        self.merge(stored, prepared, todo, headline, seen_ms)
    }

    /// The same reading again: it is younger, nothing else.
    fn touch(
        &self,
        stored: &Stored,
        fetched_ms: i64,
        seen_ms: i64,
        todo: i64,
        headline: Option<String>,
    ) -> Result<(), Failure> {
        let same_day = fetched_ms.div_euclid(DAY_MS) == stored.fetched_ms.div_euclid(DAY_MS);
        let score = if same_day {
            stored.score
        } else {
            let facts: Vec<u8> = self
                .transaction
                .prepare_cached("SELECT facts FROM offers WHERE row = ?1")?
                .query_row([stored.row], |row| row.get(0))?;
            Facts::from_bytes(&facts).map_or(stored.score, |facts| self.score(&facts, fetched_ms))
        };
        self.transaction
            .prepare_cached(
                "UPDATE offers SET fetched_at = ?2, seen_at = ?3, score = ?4, todo = ?5, headline = ?6,
                 generation = ?7 WHERE row = ?1",
            )?
            .execute(params![stored.row, fetched_ms, seen_ms, score, todo, headline, self.generation])?;
        Ok(())
    }

    fn merge(
        &mut self,
        stored: &Stored,
        prepared: &Prepared<'_>,
        todo: i64,
        headline: Option<String>,
        seen_ms: i64,
    ) -> Result<(), Failure> {
        let mut offer = Offer::clone(&prepared.offer);
        let mut fetched_ms = offer.fetched_at.as_millisecond();
        let key = offer.key.to_string();
        let mut old_body = self.body(stored.row)?;
        // A record that cannot be read any more is simply replaced.
        if let Ok(old) = read_offer(&key, &old_body, stored.fetched_ms) {
            if !body::is_newest(&old_body) {
                old_body = body::write(&old);
            }
            let was = old.clone();
            offer = merge::merge(old, offer);
            self.repriced.extend(Repriced::between(&was, &offer));
            fetched_ms = offer.fetched_at.as_millisecond();
        }
        let body = body::write(&offer);
        if offer.gone && !stored.gone {
            self.done.gone += 1;
        } else if body != old_body {
            self.done.changed += 1;
        }
        let mut columns = Columns::of(&offer, record_of(&offer, self.known));
        let facts = columns.named(&offer, self.words);
        self.transaction
            .prepare_cached(
                "UPDATE offers SET supplier_id = ?2, kind = ?3, gone = ?4, todo = ?5, headline = ?6, score = ?7,
                 sold = ?8, repeat_ppm = ?9, fetched_at = ?10, seen_at = ?11, generation = ?12, digest = ?13,
                 facts = ?14, text = ?15, traits = ?16, body = ?17, category = ?18, rating = ?19 WHERE row = ?1",
            )?
            .execute(params![
                stored.row,
                offer.supplier_id.as_ref().map(SupplierId::as_str),
                row::kind(&offer),
                offer.gone,
                todo,
                headline,
                self.score(&columns.facts, fetched_ms),
                row::sold(&offer),
                row::repeat(&offer),
                fetched_ms,
                seen_ms,
                self.generation,
                prepared.digest,
                facts,
                columns.text,
                columns.traits,
                body,
                columns.facts.category,
                columns.facts.rating
            ])?;
        Ok(())
    }

    fn insert(
        &mut self,
        prepared: &mut Prepared<'_>,
        headline: Option<String>,
        fetched_ms: i64,
        seen_ms: i64,
    ) -> Result<(), Failure> {
        let Prepared { offer, body, digest, columns } = prepared;
        let (body, digest) = (body.as_slice(), *digest);
        let offer: &Offer = offer;
        let columns = columns.get_or_insert_with(|| Columns::of(offer, record_of(offer, self.known)));
        let facts = columns.named(offer, self.words);
        let (key, score) = (offer.key.to_string(), self.score(&columns.facts, fetched_ms));
        // In the order of `summed!`.
        let row = &mut self.summed;
        row.text(&key)
            .integer(offer.key.market_id())
            .maybe_text(offer.supplier_id.as_ref().map(SupplierId::as_str))
            .integer(row::kind(offer))
            .integer(i64::from(offer.gone))
            .integer(row::todo(offer))
            .maybe_text(headline.as_deref())
            .integer(score)
            .integer(row::sold(offer))
            .integer(row::repeat(offer))
            .integer(fetched_ms)
            .integer(seen_ms)
            .integer(self.generation)
            .integer(digest)
            .integer(columns.facts.category)
            .integer(columns.facts.rating.map(i64::from))
            .blob(&facts)
            .text(&columns.text)
            .text(&columns.traits)
            .blob(body.get(..5).unwrap_or(body));
        let sum = row.end();
        self.transaction
            .prepare_cached(
                "INSERT INTO offers(key, market_id, supplier_id, kind, gone, todo, headline, score, sold,
                 repeat_ppm, fetched_at, seen_at, generation, digest, category, rating, facts, text, traits, sum, body)
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
            )?
            .execute(params![
                key,
                offer.key.market_id(),
                offer.supplier_id.as_ref().map(SupplierId::as_str),
                row::kind(offer),
                offer.gone,
                row::todo(offer),
                headline,
                score,
                row::sold(offer),
                row::repeat(offer),
                fetched_ms,
                seen_ms,
                self.generation,
                digest,
                columns.facts.category,
                columns.facts.rating,
                facts,
                columns.text,
                columns.traits,
                sum,
                body
            ])?;
        Ok(())
    }

    fn score(&self, facts: &Facts, fetched_ms: i64) -> i64 {
        rank::score(&rank::parts(facts, fetched_ms), &self.weights)
    }

    fn body(&self, row: i64) -> Result<Vec<u8>, Failure> {
        Ok(self
            .transaction
            .prepare_cached("SELECT body FROM offers WHERE row = ?1")?
            .query_row([row], |row| row.get(0))?)
    }
}

fn stored(transaction: &Transaction<'_>, key: &str) -> Result<Option<Stored>, Failure> {
    Ok(transaction
        .prepare_cached(concat!(
            "SELECT row, gone, todo, headline, fetched_at, score, digest FROM offers WHERE key = ?1 AND ",
            sound_offer!()
        ))?
        .query_row([key], |row| {
            Ok(Stored {
                row: row.get(0)?,
                gone: row.get(1)?,
                todo: row.get(2)?,
                headline: row.get(3)?,
                fetched_ms: row.get(4)?,
                score: row.get(5)?,
                digest: row.get(6)?,
            })
        })
        .optional()?)
}

/// Looks up the record of an offer's supplier; where there is none, what the offer tells becomes one.
fn meet_supplier<'a>(
    transaction: &Transaction<'_>,
    known: &mut Known<'a>,
    offer: &'a Offer,
) -> Result<(), Failure> {
    let Some(id) = &offer.supplier_id else { return Ok(()) };
    if known.contains_key(id) {
        return Ok(());
    }
    let record = record::record(transaction, id)?;
    if record.is_none()
        && let Some(derived) = merge::supplier_of(offer)
    {
        record::write_derived(transaction, &derived)?;
    }
    known.insert(id, record.map(Cow::Owned));
    Ok(())
}
