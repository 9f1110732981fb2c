//! Looks at saved searches: all hits of the last one with their prices, in one compressed row.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{Failure, History, HistoryError, parsed};
use crate::catalog::store::time;
use crate::domain::id::{MarketId, OfferKey};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::saved::{Hits, SavedName, SeenPrice};

/// What was seen at a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// The query as it was then: another one is another search, and nothing to compare with.
    pub query: String,
    /// The quantity it was priced at.
    pub quantity: Quantity,
    /// All hits.
    pub hits: Hits,
}

impl History {
    /// The last look at a saved search; `None` = never.
    pub fn look(&self, market: &MarketId, name: &SavedName) -> Result<Option<Look>, HistoryError> {
        self.read(|connection| {
            let found = connection
                .prepare_cached("SELECT at, query, quantity, body FROM look WHERE market = ?1 AND name = ?2")?
                .query_row([market.as_str(), name.as_str()], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get::<_, Vec<u8>>(3)?))
                })
                .optional()?;
            let Some((at, query, quantity, body)) = found else { return Ok(None) };
            Ok(Some(Look { at: time(at), query, quantity: parsed(&quantity)?, hits: unpacked(&body)? }))
        })
    }

    /// Keeps a look in the place of the last one, in one transaction.
    pub fn set_look(&self, market: &MarketId, name: &SavedName, look: &Look) -> Result<(), HistoryError> {
        let body = packed(&look.hits).map_err(|error| {
            self.failed(Failure::Damaged(format!("a look cannot be compressed: {error}")))
        })?;
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO look(market, name, at, query, quantity, hits, body)
                     VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                )?
                .execute(params![
                    market.as_str(),
                    name.as_str(),
                    look.at.as_millisecond(),
                    look.query,
                    look.quantity.to_string(),
                    look.hits.len() as i64,
                    body
                ])?;
            Ok(())
        })
    }

    /// When each saved search of a market was last looked at.
    pub fn looked(&self, market: &MarketId) -> Result<Vec<(String, Timestamp)>, HistoryError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached("SELECT name, at FROM look WHERE market = ?1")?;
            let rows = select.query_map([market.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut looked = Vec::new();
            for row in rows {
                let (name, at): (String, i64) = row?;
                looked.push((name, time(at)));
            }
            Ok(looked)
        })
    }

    /// Forgets the looks at a saved search, on all markets: it is no more.
    pub fn forget_looks(&self, name: &SavedName) -> Result<(), HistoryError> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM look WHERE name = ?1", [name.as_str()])?;
            Ok(())
        })
    }
}

fn packed(hits: &Hits) -> std::io::Result<Vec<u8>> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
    let price =
        |price: Option<Money>| price.map(|price| price.yuan().normalize().to_string()).unwrap_or_default();
    for (key, seen) in hits.as_slice() {
        writeln!(packer, "{key}\t{}\t{}", price(seen.unit_price), price(seen.unit_price_max))?;
    }
    packer.finish()
}

fn unpacked(body: &[u8]) -> Result<Hits, Failure> {
    let mut text = String::new();
    DeflateDecoder::new(body)
        .read_to_string(&mut text)
        .map_err(|error| Failure::Damaged(format!("a look cannot be read: {error}")))?;
    let price = |text: &str| if text.is_empty() { Ok(None) } else { parsed::<Money>(text).map(Some) };
    let mut hits: Vec<(OfferKey, SeenPrice)> = Vec::new();
    for line in text.lines() {
        // From the right: the key of an imported good may hold anything but a line break.
        let mut parts = line.rsplitn(3, '\t');
        let (Some(greatest), Some(least), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Failure::Damaged("a look has a broken line".to_owned()));
        };
        hits.push((parsed(key)?, SeenPrice { unit_price: price(least)?, unit_price_max: price(greatest)? }));
    }
    Ok(Hits::new(hits))
}
