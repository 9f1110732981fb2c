//! What stands in an offer's row beside its body: the words it is found by, its traits, its facts.
//!
//! Worked out when an offer is written, so that no search reads a body for it.

use rusqlite::Transaction;

use crate::catalog::facts::Facts;
use crate::catalog::rank;
use crate::catalog::words::Dictionary;
use crate::domain::offer::{Completeness, Offer, OfferKind};
use crate::domain::supplier::Supplier;
use crate::query::fold::fold_onto;

/// Attributes of one offer that can be asked for.
const MOST_TRAITS: usize = 32;

/// The detail is known; only a row is; a later row contradicts the detail.
pub(super) const DETAILED: i64 = 0;
pub(super) const ONLY_ROW: i64 = 1;
pub(super) const OUTDATED: i64 = 2;

/// Columns worked out from an offer.
pub(super) struct Columns {
    /// See [`text_of`].
    pub text: String,
    /// See [`traits_of`].
    pub traits: String,
    /// All but the names, which the dictionary gives when the row is written.
    pub facts: Facts,
}

impl Columns {
    /// Of `offer`, sold by `supplier` as far as the catalog has a record of it.
    pub fn of(offer: &Offer, supplier: Option<&Supplier>) -> Columns {
        Columns { text: text_of(offer), traits: traits_of(offer), facts: Facts::nameless(offer, supplier) }
    }

    /// The column `facts`.
    pub fn named(&mut self, offer: &Offer, words: &mut Dictionary) -> Vec<u8> {
        self.facts.name(offer, words);
        self.facts.to_bytes()
    }
}

/// The mark of what is still to be read of an offer.
pub(super) fn todo(offer: &Offer) -> i64 {
    if offer.completeness == Completeness::Full { DETAILED } else { ONLY_ROW }
}

/// The column `kind`.
pub(super) fn kind(offer: &Offer) -> i64 {
    match offer.kind {
        OfferKind::Goods => 0,
        OfferKind::Fee => 1,
    }
}

/// The column `sold`.
pub(super) fn sold(offer: &Offer) -> Option<i64> {
    offer.sold_30d.map(|sold| i64::try_from(sold).unwrap_or(i64::MAX))
}

/// The column `repeat_ppm`.
pub(super) fn repeat(offer: &Offer) -> Option<i64> {
    offer.repeat_rate.map(rank::ppm)
}

/// What words are looked for in, four lines: title, translated title, supplier, belt.
pub(super) fn text_of(offer: &Offer) -> String {
    lines([
        offer.title.as_str(),
        offer.title_en.as_ref().map_or("", |text| text.as_str()),
        offer.supplier_name.as_ref().map_or("", |text| text.as_str()),
        offer.belt.as_ref().map_or("", |text| text.as_str()),
    ])
}

/// Attributes as they are asked for: `name=value` folded, a line each, and the translated pair where it differs.
/// A name has no `=` of its own.
pub(super) fn traits_of(offer: &Offer) -> String {
    let room = 40 * offer.attributes.len();
    let (mut traits, mut count) = (String::with_capacity(room), 0);
    let mut line = String::with_capacity(64);
    for attribute in &offer.attributes {
        let own = (attribute.name.as_str(), attribute.value.as_str());
        let name_en = attribute.name_en.as_ref().map_or(own.0, |text| text.as_str());
        let value_en = attribute.value_en.as_ref().map_or(own.1, |text| text.as_str());
        for (name, value) in [own, (name_en, value_en)] {
            line.clear();
            fold_onto(name, &mut line);
            if line.contains('=') {
                line = line.replace('=', " ");
            }
            line.push('=');
            fold_onto(value, &mut line);
            if count >= MOST_TRAITS || traits.split('\n').any(|earlier| earlier == line) {
                continue;
            }
            if count > 0 {
                traits.push('\n');
            }
            traits.push_str(&line);
            count += 1;
        }
    }
    traits
}

/// Clean text has no line breaks, so no word matches across two lines.
pub(super) fn lines<const N: usize>(parts: [&str; N]) -> String {
    let mut lines = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
    for (at, part) in parts.into_iter().enumerate() {
        if at > 0 {
            lines.push('\n');
        }
        fold_onto(part, &mut lines);
    }
    lines
}

/// A number of some bytes; different bytes give different numbers but for one in 10^19.
pub(super) fn digest(bytes: &[u8]) -> i64 {
    // FNV-1a over words of eight bytes, stirred: the same on every machine and in every version, unlike std's.
    let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ bytes.len() as u64;
    let mut chunks = bytes.chunks(8);
    for chunk in chunks.by_ref() {
        let mut word = [0; 8];
        word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        state = (state ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        state ^= state >> 29;
    }
    state = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (state ^ (state >> 32)).cast_signed()
}

/// Runs a job of a write transaction with the dictionary; what it added is written at the end.
pub(super) fn with_words<T>(
    words: &mut Dictionary,
    transaction: &Transaction<'_>,
    job: impl FnOnce(&mut Dictionary) -> Result<T, super::store::Failure>,
) -> Result<T, super::store::Failure> {
    words.begin(transaction)?;
    let done = job(words)?;
    words.flush(transaction)?;
    Ok(done)
}
