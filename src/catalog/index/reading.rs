//! Pinyin: which documents of a segment may be read as what was typed.
//!
//! Each way to read it is a list of terms all of which a title must have ([`sounds`]); a title is looked at itself only
//! where those do not say that its readings stand in their order.

use std::sync::Arc;

use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;

use crate::catalog::index::segment::{Segment, of_info};
use crate::catalog::index::sounds;
use crate::catalog::index::stream::{Bits, Stream};
use crate::catalog::index::{Halt, halt};
use crate::domain::search::Cancel;
use crate::query::pinyin::Constraint;

/// Terms stepped through together, the rarest ones.
const RAREST: usize = 4;
/// More documents than these, and a title would be looked at in vain too often: then pairs of characters say more.
const MANY: u64 = if cfg!(test) { 3 } else { 1_000 };
/// Pairs with more documents are not worth being made a set.
const MOST_PAIRS: u64 = 200_000;

/// A way to read a word, in one segment.
#[derive(Debug, Clone)]
pub struct Way {
    terms: Vec<TermInfo>,
    set: Option<Bits>,
    /// Whether every title with its terms can be read so.
    pub is_certain: bool,
}

impl Way {
    /// Its documents.
    pub fn stream(&self, segment: &Segment) -> Result<Stream, Halt> {
        let mut parts = Vec::with_capacity(self.terms.len() + 1);
        for info in &self.terms {
            parts.push(of_info(&segment.sounds, info, IndexRecordOption::Basic)?);
        }
        parts.extend(self.set.clone().map(Stream::bits));
        Ok(match parts.len() {
            0 => Stream::Nothing,
            1 => parts.pop().unwrap_or(Stream::Nothing),
            _ => Stream::All(parts),
        })
    }
}

/// The ways in which titles of a segment may be read so.
pub fn ways(parses: &[Vec<Constraint>], segment: &Segment, cancel: &Cancel) -> Result<Arc<[Way]>, Halt> {
    let mut ways = Vec::new();
    for parse in parses {
        halt(cancel)?;
        ways.extend(match parse.as_slice() {
            [] => None,
            [alone] => alone_of(*alone, segment, cancel)?,
            _ => way(parse, segment, cancel)?,
        });
    }
    Ok(ways.into())
}

/// Of one character.
fn alone_of(alone: Constraint, segment: &Segment, cancel: &Cancel) -> Result<Option<Way>, Halt> {
    let mut terms = Vec::new();
    match alone {
        Constraint::Syllable(number) => {
            terms.extend(segment.sounds.terms().get(sounds::syllable(number).as_bytes())?);
        }
        Constraint::Initial(initial) => {
            let mut infos = Vec::new();
            for term in sounds::beginning(initial) {
                infos.extend(segment.sounds.terms().get(term.as_bytes())?);
            }
            let mut bits = Bits::none(segment.max_doc());
            bits.insert_all(&segment.sounds, &infos, cancel)?;
            return Ok(Some(Way { terms, set: Some(bits), is_certain: true }));
        }
        // Found as itself.
        Constraint::Char(_) => {}
    }
    Ok((!terms.is_empty()).then_some(Way { terms, set: None, is_certain: true }))
}

/// Of several; `None` where a term is missing.
fn way(parse: &[Constraint], segment: &Segment, cancel: &Cancel) -> Result<Option<Way>, Halt> {
    let mut terms: Vec<TermInfo> = Vec::new();
    let is_certain = parse.len() <= 3 && parse.iter().all(|asks| sounds::is_letter(*asks));
    let mut wanted: Vec<String> = parse
        .windows(parse.len().min(3))
        .filter_map(|window| window.iter().map(|asks| sounds::letter(*asks)).collect())
        .collect();
    // Where a character parts them there may be pairs only, or none.
    if wanted.is_empty() {
        let pairs = parse.windows(2);
        wanted.extend(pairs.filter_map(|pair| -> Option<String> {
            pair.iter().map(|asks| sounds::letter(*asks)).collect()
        }));
    }
    wanted.extend(parse.iter().filter_map(|asks| match asks {
        Constraint::Syllable(number) => Some(sounds::syllable(*number)),
        _ => None,
    }));
    wanted.sort_unstable();
    wanted.dedup();
    for term in &wanted {
        match segment.sounds.terms().get(term.as_bytes())? {
            Some(info) => terms.push(info),
            None => return Ok(None),
        }
    }
    terms.sort_by_key(|info| info.doc_freq);
    terms.truncate(RAREST);
    let set = if is_certain { None } else { pairs_of(parse, &terms, segment, cancel)? };
    if set.as_ref().is_some_and(|set| set.len() == 0) {
        return Ok(None);
    }
    Ok((!terms.is_empty() || set.is_some()).then_some(Way { terms, set, is_certain }))
}

/// Documents with the rarest neighbours that can be read so, where terms alone leave too many.
fn pairs_of(
    parse: &[Constraint],
    terms: &[TermInfo],
    segment: &Segment,
    cancel: &Cancel,
) -> Result<Option<Bits>, Halt> {
    let least = terms.first().map_or(u64::MAX, |info| u64::from(info.doc_freq));
    if least <= MANY {
        return Ok(None);
    }
    let pairs = segment.pair_lexicon()?;
    let mut best: Option<(Vec<u32>, u64)> = None;
    for (first, second) in parse.iter().zip(parse.iter().skip(1)) {
        halt(cancel)?;
        // Of two letters the term says all there is to say.
        if sounds::is_letter(*first) && sounds::is_letter(*second) {
            continue;
        }
        let (numbers, docs) = pairs.fitting(*first, *second);
        if best.as_ref().is_none_or(|(_, fewest)| docs < *fewest) {
            best = Some((numbers, docs));
        }
    }
    let Some((numbers, _)) = best.filter(|(_, docs)| terms.is_empty() || *docs < MOST_PAIRS) else {
        return Ok(None);
    };
    let infos: Vec<TermInfo> = numbers.iter().map(|number| pairs.info(*number)).collect();
    let mut bits = Bits::none(segment.max_doc());
    bits.insert_all(&segment.pairs, &infos, cancel)?;
    Ok(Some(bits))
}
