//! Pinyin in a segment that has no table of its sounds yet: which documents may be read as what was typed, told by the
//! pairs of characters titles have.

use std::collections::HashMap;

use tantivy::postings::TermInfo;

use crate::catalog::index::lexicon::Pairs;
use crate::catalog::index::segment::Segment;
use crate::catalog::index::stream::Bits;
use crate::catalog::index::{Halt, halt};
use crate::domain::search::Cancel;
use crate::query::pinyin::{self, Constraint};

/// Pairs that fit two constraints, and their documents.
pub type Fitting = HashMap<(Constraint, Constraint), (Vec<u32>, u64)>;

/// Documents of a segment whose title may be read in one of these ways: for each way those with the rarest pairs it is
/// made of. The text itself has the last word.
pub fn documents(
    parses: &[Vec<Constraint>],
    segment: &Segment,
    cancel: &Cancel,
) -> Result<Option<Bits>, Halt> {
    /// Pairs of a reading that are looked up, the rarest ones; fewer where those leave few documents.
    const RAREST: usize = 3;
    const FEW: u32 = 2_000;
    /// More documents than these would be read in vain too often: three characters in a row say more.
    const MANY: u32 = if cfg!(test) { 0 } else { 1_000 };
    let pairs = segment.pair_lexicon()?;
    let mut known: Fitting = HashMap::new();
    let mut sets: HashMap<(Constraint, Constraint), Bits> = HashMap::new();
    let mut all: Option<Bits> = None;
    for parse in parses {
        halt(cancel)?;
        if let [alone] = parse.as_slice() {
            let mut infos = Vec::new();
            let mut stream = segment.chars.terms().stream()?;
            while stream.advance() {
                let c = std::str::from_utf8(stream.key()).ok().and_then(|term| term.chars().next());
                if c.is_some_and(|c| pinyin::fits(*alone, c)) {
                    infos.push(stream.value().clone());
                }
            }
            let all = all.get_or_insert_with(|| Bits::none(segment.max_doc()));
            all.insert_all(&segment.chars, &infos, cancel)?;
            continue;
        }
        let mut joints: Vec<(Constraint, Constraint)> =
            parse.iter().zip(parse.iter().skip(1)).map(|(a, b)| (*a, *b)).collect();
        for joint in &joints {
            halt(cancel)?;
            known.entry(*joint).or_insert_with(|| pairs.fitting(joint.0, joint.1));
        }
        joints.sort_by_key(|joint| known.get(joint).map_or(0, |(_, docs)| *docs));
        joints.dedup();
        if joints.first().and_then(|joint| known.get(joint)).is_none_or(|(_, docs)| *docs == 0) {
            continue;
        }
        let mut found: Option<Bits> = None;
        for joint in joints.into_iter().take(RAREST) {
            if found.as_ref().is_some_and(|found| found.len() < FEW) {
                break;
            }
            if let std::collections::hash_map::Entry::Vacant(e) = sets.entry(joint) {
                let numbers = known.get(&joint).map(|(numbers, _)| numbers.as_slice()).unwrap_or_default();
                let infos: Vec<TermInfo> = numbers.iter().map(|number| pairs.info(*number)).collect();
                let mut bits = Bits::none(segment.max_doc());
                bits.insert_all(&segment.pairs, &infos, cancel)?;
                e.insert(bits);
            }
            let Some(bits) = sets.get(&joint) else { continue };
            match &mut found {
                Some(found) => found.keep(bits),
                None => found = Some(bits.clone()),
            }
        }
        if let Some(found) = &mut found
            && found.len() > MANY
            && let Some(bits) = triples_fitting(segment, pairs, parse, &known, cancel)?
        {
            found.keep(&bits);
        }
        if let Some(found) = found {
            match &mut all {
                Some(all) => all.add(&found),
                None => all = Some(found),
            }
        }
    }
    // Characters of the translated title are among these too, so even two are looked at again.
    Ok(all)
}

/// Documents with three neighbours that can be read as some three of a reading, those with the fewest documents; `None`
/// where it has no three. `known` has all its pairs.
pub fn triples_fitting(
    segment: &Segment,
    pairs: &Pairs,
    parse: &[Constraint],
    known: &Fitting,
    cancel: &Cancel,
) -> Result<Option<Bits>, Halt> {
    let rarest = parse.windows(3).min_by_key(|three| {
        let docs = |a: usize, b: usize| {
            let pair = three.get(a).zip(three.get(b)).and_then(|(a, b)| known.get(&(*a, *b)));
            pair.map_or(0, |(_, docs)| *docs)
        };
        docs(0, 1) + docs(1, 2)
    });
    let Some([first, second, third]) = rarest else { return Ok(None) };
    let mut infos = Vec::new();
    for number in known.get(&(*first, *second)).map(|(numbers, _)| numbers.as_slice()).unwrap_or_default() {
        halt(cancel)?;
        let Some(pair) = pairs.pairs.get(*number as usize) else { continue };
        let head: String = [pair.chars.0, pair.chars.1].iter().collect();
        let mut stream = segment.triples.terms().range().ge(head.as_bytes()).into_stream()?;
        while stream.advance() {
            let Some(last) = stream.key().strip_prefix(head.as_bytes()) else { break };
            let last = std::str::from_utf8(last).ok().and_then(|last| last.chars().next());
            if last.is_some_and(|last| pinyin::fits(*third, last)) {
                infos.push(stream.value().clone());
            }
        }
    }
    let mut bits = Bits::none(segment.max_doc());
    bits.insert_all(&segment.triples, &infos, cancel)?;
    Ok(Some(bits))
}
