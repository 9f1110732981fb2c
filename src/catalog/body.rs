//! The stored form of an offer: a version, a checksum over key and fields, then each field that is there as its number,
//! its length and its bytes. SQLite does not notice a bit of a row that a disk has turned; a price must not change so.
//!
//! A field nobody knows any more is skipped by its length, one that is missing reads as unknown, so fields come and go
//! without a row being lost. Numbers of fields are never given out twice. An offer takes about a quarter of its JSON
//! and is read several times as fast, which pages, orders by price and lists of suppliers live on. Bodies written
//! before (JSON, or without the checksum) are still read. Key and time stand in columns of their own.

mod read;
#[cfg(test)]
mod tests;
mod write;

use jiff::Timestamp;

use crate::domain::id::OfferKey;
use crate::domain::offer::Offer;

pub(super) use read::freight;
pub(super) use write::{freight_bytes, write};

/// First byte of a body; JSON begins with a brace.
const VERSION: u8 = 2;
/// That of bodies without a checksum.
const UNCHECKED: u8 = 1;

/// Numbers of an offer's fields.
mod field {
    pub const TITLE: u8 = 1;
    pub const TITLE_EN: u8 = 2;
    pub const SUPPLIER_ID: u8 = 3;
    pub const SUPPLIER_NAME: u8 = 4;
    pub const BELT: u8 = 5;
    pub const UNIT: u8 = 6;
    pub const QUOTE_TYPE: u8 = 7;
    pub const TIER: u8 = 8;
    pub const RANGE: u8 = 9;
    pub const SKU: u8 = 10;
    pub const MOQ: u8 = 11;
    pub const LOT: u8 = 12;
    pub const LIMIT: u8 = 13;
    pub const STOCK: u8 = 14;
    pub const FLAGS: u8 = 15;
    pub const MIX: u8 = 16;
    pub const FREIGHT: u8 = 17;
    pub const WEIGHT: u8 = 18;
    pub const VOLUME: u8 = 19;
    pub const PER_CARTON: u8 = 20;
    pub const LEAD_TIME: u8 = 21;
    pub const SOLD: u8 = 22;
    pub const REPEAT: u8 = 23;
    pub const IDENTITY: u8 = 24;
    pub const YEARS: u8 = 25;
    pub const CATEGORY: u8 = 26;
    pub const CITY: u8 = 27;
    pub const ATTRIBUTE: u8 = 28;
    pub const SERVICES: u8 = 29;
    pub const RATING: u8 = 30;
    pub const FLOW: u8 = 31;
    /// Numbers inside a flow.
    pub const FLOW_WORD: u8 = 1;
    pub const FLOW_START: u8 = 2;
    pub const FLOW_PRICE: u8 = 3;
    pub const FLOW_POST: u8 = 4;
    pub const FLOW_SKU: u8 = 5;
    pub const FLOW_SKU_SPEC: u8 = 1;
    pub const FLOW_SKU_PRICE: u8 = 2;
    /// Numbers inside a SKU.
    pub const SPEC: u8 = 1;
    pub const SPEC_HEX: u8 = 2;
    pub const SKU_ID: u8 = 3;
    pub const NAME: u8 = 4;
    pub const NAME_EN: u8 = 5;
    pub const PRICE: u8 = 6;
    pub const PROMOTION: u8 = 7;
    pub const SKU_TIER: u8 = 8;
    pub const SKU_STOCK: u8 = 9;
    /// Numbers inside an attribute.
    pub const OF: u8 = 1;
    pub const OF_EN: u8 = 2;
    pub const VALUE: u8 = 3;
    pub const VALUE_EN: u8 = 4;
}

/// Bits of [`field::FLAGS`].
mod flag {
    pub const GONE: u64 = 1;
    pub const ADVERTISED: u64 = 1 << 1;
    pub const FULL: u64 = 1 << 2;
    pub const FEE: u64 = 1 << 3;
    pub const MIX_SAID: u64 = 1 << 4;
    pub const MIX_ENABLED: u64 = 1 << 5;
}

/// Reads a body of either form.
pub(super) fn read(key: OfferKey, body: &[u8], fetched_at: Timestamp) -> Result<Offer, serde_json::Error> {
    let fields = match body.split_first() {
        Some((&VERSION, rest)) => Some(
            rest.split_first_chunk::<4>()
                .and_then(|(sum, fields)| (*sum == checksum(&key, fields)).then_some(fields)),
        ),
        Some((&UNCHECKED, fields)) => Some(Some(fields)),
        _ => None,
    };
    if let Some(fields) = fields {
        let offer = fields.and_then(|fields| read::offer(key, fields, fetched_at));
        return offer.ok_or_else(|| serde::de::Error::custom("a damaged body"));
    }
    let mut offer: Offer = serde_json::from_slice(body)?;
    offer.fetched_at = fetched_at;
    Ok(offer)
}

/// Whether a body is as it was written, as far as that can be told without reading it.
pub(super) fn is_sound(key: &str, body: &[u8]) -> bool {
    match (body.split_first(), key.parse()) {
        (Some((&VERSION, rest)), Ok(key)) => {
            rest.split_first_chunk::<4>().is_some_and(|(sum, fields)| *sum == checksum(&key, fields))
        }
        (Some(_), Ok(_)) => true,
        _ => false,
    }
}

/// Of the fields of an offer and whose they are.
fn checksum(key: &OfferKey, fields: &[u8]) -> [u8; 4] {
    let mut sum = crc32fast::Hasher::new();
    sum.update(key.to_string().as_bytes());
    sum.update(fields);
    sum.finalize().to_le_bytes()
}

/// Whether a body is of the newest form.
pub(super) fn is_newest(body: &[u8]) -> bool {
    body.first() == Some(&VERSION)
}
