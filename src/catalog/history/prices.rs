//! Prices as they were read: a snapshot when a listing asks something else than before.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, Transaction, params};

use super::{Failure, History, HistoryError, KEPT_DAYS, MOST_POINTS};
use crate::catalog::store::time;
use crate::domain::id::{MarketId, OfferKey};
use crate::domain::price_history::{Ladder, PricePoint, Repriced};

impl History {
    /// Keeps price changes of a market's offers, all of them or none. What is kept already is not kept twice, so
    /// that a write that was cut between this file and the catalog may be done again.
    pub fn record(&self, market: &MarketId, changes: &[Repriced]) -> Result<(), HistoryError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            for change in changes {
                record(transaction, market, change)?;
            }
            Ok(())
        })
    }

    /// The prices kept of an offer, oldest first; none for one whose price never changed.
    pub fn prices(&self, market: &MarketId, key: &OfferKey) -> Result<Vec<PricePoint>, HistoryError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT price.at, price.ladder FROM price JOIN offer ON offer.id = price.offer
                 WHERE offer.market = ?1 AND offer.key = ?2 ORDER BY price.at",
            )?;
            let mut rows = select.query([market.as_str(), &key.to_string()])?;
            let mut points = Vec::new();
            while let Some(row) = rows.next()? {
                points.push(point(row.get(0)?, &row.get::<_, String>(1)?)?);
            }
            Ok(points)
        })
    }
}

fn point(at: i64, text: &str) -> Result<PricePoint, Failure> {
    let ladder =
        Ladder::from_text(text).ok_or_else(|| Failure::Damaged(format!("no prices are in {text:?}")))?;
    Ok(PricePoint { at: time(at), ladder })
}

fn record(transaction: &Transaction<'_>, market: &MarketId, change: &Repriced) -> Result<(), Failure> {
    let key = change.key.to_string();
    let known: Option<i64> = transaction
        .prepare_cached("SELECT id FROM offer WHERE market = ?1 AND key = ?2")?
        .query_row([market.as_str(), &key], |row| row.get(0))
        .optional()?;
    let offer = match known {
        Some(offer) => offer,
        None => {
            transaction
                .prepare_cached("INSERT INTO offer(market, key) VALUES(?1, ?2)")?
                .execute([market.as_str(), &key])?;
            transaction.last_insert_rowid()
        }
    };
    let last: Option<(i64, String)> = transaction
        .prepare_cached("SELECT at, ladder FROM price WHERE offer = ?1 ORDER BY at DESC LIMIT 1")?
        .query_row([offer], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    // What the catalog knew before is news only where it is no older than what is kept: a write that was cut is done
    // again with the same old price.
    let old =
        last.as_ref().is_none_or(|(at, _)| change.old.at.as_millisecond() >= *at).then_some(&change.old);
    let mut newest = last;
    for reading in old.into_iter().chain([&change.new]) {
        let text = reading.ladder.to_text();
        if newest.as_ref().is_some_and(|(_, last)| *last == text) {
            continue;
        }
        // A clock that was set back must not put a newer price before an older one.
        let at = match &newest {
            Some((last, _)) => reading.at.as_millisecond().max(last.saturating_add(1)),
            None => reading.at.as_millisecond(),
        };
        transaction
            .prepare_cached("INSERT INTO price(offer, at, ladder) VALUES(?1, ?2, ?3)")?
            .execute(params![offer, at, text])?;
        newest = Some((at, text));
    }
    let Some((newest, _)) = newest else { return Ok(()) };
    forget_old(transaction, offer, time(newest))
}

/// Forgets what is beyond the bounds. A price counts as replaced when the next one was read: the one in force at the
/// beginning of the kept time stays.
fn forget_old(transaction: &Transaction<'_>, offer: i64, now: Timestamp) -> Result<(), Failure> {
    let oldest = now.checked_sub(SignedDuration::from_hours(24 * KEPT_DAYS)).unwrap_or(Timestamp::MIN);
    transaction
        .prepare_cached(
            "DELETE FROM price WHERE offer = ?1 AND (
                at < (SELECT max(at) FROM price WHERE offer = ?1 AND at <= ?2)
                OR at <= (SELECT at FROM price WHERE offer = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?3))",
        )?
        .execute(params![offer, oldest.as_millisecond(), MOST_POINTS])?;
    Ok(())
}
