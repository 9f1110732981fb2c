//! Pinyin: which documents of a segment may be read as what was typed.
//!
//! Each way to read it is some lists of documents ([`sounds`]) all of which a title must be on; the title is looked at
//! itself only where those do not say that its readings stand in their order. A segment that is too young for that table
//! is asked by its pairs of characters ([`guess`]).

use std::sync::Arc;

use tantivy::postings::TermInfo;

use crate::catalog::index::guess::Fitting;
use crate::catalog::index::lists::List;
use crate::catalog::index::segment::Segment;
use crate::catalog::index::sounds::{self, Sound, Sounds};
use crate::catalog::index::stream::{Bits, Stream};
use crate::catalog::index::{Halt, guess, halt};
use crate::domain::search::Cancel;
use crate::query::pinyin::Constraint;

/// Lists stepped through together, the shortest ones.
const SHORTEST: usize = 4;
/// More documents than these, and titles would be looked at in vain too often: then pairs of characters say more.
const MANY: u64 = if cfg!(test) { 3 } else { 1_000 };
/// A title costs about as much to be looked at as so many documents of pairs to be made a set.
const TITLE: u64 = 100;

/// A way to read a word, in one segment.
#[derive(Debug, Clone)]
pub struct Way {
    lists: Vec<List>,
    set: Option<Bits>,
    /// Whether every title found can be read so.
    pub is_certain: bool,
}

impl Way {
    /// Its documents.
    pub fn stream(&self, cancel: &Cancel) -> Stream {
        let lists = self.lists.iter().map(|list| Stream::Packed(Box::new(list.cursor())));
        let mut parts: Vec<Stream> = lists.chain(self.set.clone().map(Stream::bits)).collect();
        match parts.len() {
            0 => Stream::Nothing,
            1 => parts.pop().unwrap_or(Stream::Nothing),
            _ => Stream::All(parts, cancel.clone()),
        }
    }
}

/// The ways in which titles of a segment may be read so.
pub fn ways(parses: &[Vec<Constraint>], segment: &Segment, cancel: &Cancel) -> Result<Arc<[Way]>, Halt> {
    let Some(table) = segment.sounds() else {
        let found = guess::documents(parses, segment, cancel)?;
        return Ok(found
            .map(|bits| Way { lists: Vec::new(), set: Some(bits), is_certain: false })
            .into_iter()
            .collect());
    };
    let mut ways = Vec::new();
    for parse in parses {
        halt(cancel)?;
        ways.extend(way(parse, table, segment, cancel)?);
    }
    Ok(ways.into())
}

/// One of them; `None` where nothing is on a list.
fn way(
    parse: &[Constraint],
    table: &Sounds,
    segment: &Segment,
    cancel: &Cancel,
) -> Result<Option<Way>, Halt> {
    let letters = |neighbours: &[Constraint]| -> Option<Sound> {
        let letters: Option<Vec<u8>> = neighbours.iter().map(|asks| sounds::initial(*asks)).collect();
        Some(Sound::letters(&letters?))
    };
    let mut wanted: Vec<Sound> = Vec::new();
    if parse.len() > 1 {
        wanted.extend(parse.windows(parse.len().min(3)).filter_map(letters));
        // Where a character parts them there may be two letters side by side.
        if wanted.is_empty() {
            wanted.extend(parse.windows(2).filter_map(letters));
        }
    }
    // Beside others an initial of two letters is said by the list of theirs.
    let is_alone = wanted.is_empty();
    wanted.extend(parse.iter().filter_map(|asks| match asks {
        Constraint::Syllable(number) => Some(Sound::syllable(*number)),
        Constraint::Initial(number) if is_alone => Sound::double(*number),
        _ => None,
    }));
    wanted.sort_unstable();
    wanted.dedup();
    let mut lists = Vec::with_capacity(wanted.len());
    for sound in wanted {
        match table.list(sound) {
            Some(list) => lists.push(list),
            None => return Ok(None),
        }
    }
    lists.sort_by_key(List::len);
    lists.truncate(SHORTEST);
    let is_all_said = match parse {
        [alone] => !matches!(alone, Constraint::Char(_)),
        [..] if parse.len() <= 3 => parse.iter().all(|asks| sounds::is_initial(*asks)),
        _ => false,
    };
    let set = if is_all_said { None } else { pairs_of(parse, &lists, segment, cancel)? };
    if set.as_ref().is_some_and(|set| set.len() == 0) {
        return Ok(None);
    }
    let is_certain = is_all_said && segment.titles().is_some_and(|titles| titles.is_read_alone());
    Ok((!lists.is_empty() || set.is_some()).then_some(Way { lists, set, is_certain }))
}

/// Documents with the rarest neighbours that can be read so, where lists alone leave too many.
fn pairs_of(
    parse: &[Constraint],
    lists: &[List],
    segment: &Segment,
    cancel: &Cancel,
) -> Result<Option<Bits>, Halt> {
    if lists.first().is_some_and(|list| list.len() <= MANY) {
        return Ok(None);
    }
    let pairs = segment.pair_lexicon()?;
    let mut known = Fitting::new();
    let mut best: Option<&(Vec<u32>, u64)> = None;
    for (first, second) in parse.iter().zip(parse.iter().skip(1)) {
        halt(cancel)?;
        known.entry((*first, *second)).or_insert_with(|| pairs.fitting(*first, *second));
    }
    for ((first, second), fitting) in &known {
        // Of two initials the list says all there is to say.
        let is_said = sounds::is_initial(*first) && sounds::is_initial(*second) && !lists.is_empty();
        if !is_said && best.is_none_or(|(_, fewest)| fitting.1 < *fewest) {
            best = Some(fitting);
        }
    }
    let least = lists.first().map(List::len);
    let is_worth = |docs: u64| least.is_none_or(|least| docs < least.saturating_mul(TITLE));
    let Some((numbers, _)) = best.filter(|(_, docs)| is_worth(*docs)) else { return Ok(None) };
    let infos: Vec<TermInfo> = numbers.iter().map(|number| pairs.info(*number)).collect();
    let mut bits = Bits::none(segment.max_doc());
    bits.insert_all(&segment.pairs, &infos, cancel)?;
    if u64::from(bits.len()) > MANY
        && let Some(three) = guess::triples_fitting(segment, pairs, parse, &known, cancel)?
    {
        bits.keep(&three);
    }
    Ok(Some(bits))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::catalog::Catalog;
    use crate::catalog::index::schema::Column;
    use crate::catalog::index::stream::END;
    use crate::catalog::index::texts::Texts;
    use crate::catalog::tests::full;
    use crate::domain::text::Clean;
    use crate::query::fold::fold;
    use crate::query::pinyin;

    fn titles_read_so(stream: &mut Stream, look: &mut dyn FnMut(u32) -> bool) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        let mut doc = stream.seek(0);
        while doc != END {
            if look(doc) {
                found.insert(doc);
            }
            doc = stream.seek(doc + 1);
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// With the tables beside a segment, without them, and by reading every title: the same documents.
        #[test]
        fn however_it_is_found_the_title_can_be_read_so(
            titles in prop::collection::vec(
                ("[重长行不锈钢冲孔板a-d1 ]{1,10}", prop::option::weighted(0.3, "[a-d 重行-]{1,5}")), 1..60),
            is_translated in any::<bool>(),
            words in prop::collection::vec(
                prop_oneof!["[a-d]{2,4}", "[bcghxz]{2,6}", "[a-d重1钢]{2,5}",
                    prop::sample::select(vec!["zhong", "chang", "buxiu", "xiugangc", "zh", "hangb", "ch", "bux"])
                        .prop_map(str::to_owned)], 1..12),
        ) {
            let folder = tempfile::tempdir().unwrap();
            let catalog = Catalog::open(&folder.path().join("catalog.db")).unwrap();
            let offers: Vec<_> = (1..).zip(&titles).map(|(id, (title, translated))| {
                let mut offer = full(id, &format!("孔{title}"), "1.00");
                offer.title_en = translated.as_deref().filter(|_| is_translated).map(Clean::new);
                offer
            }).collect();
            catalog.upsert(&offers, &[]).unwrap();
            while catalog.index_some(Duration::from_secs(60), &mut |_| {}).unwrap() {}
            let never = Cancel::default();
            catalog.with_view(&never, |view| {
                let mut texts = Texts::new(view.connection);
                for segment in view.segments() {
                    assert!(segment.sounds().is_some() && segment.titles().is_some());
                    for word in &words {
                        let parses = pinyin::parses(&fold(word));
                        let mut reads = |doc: u32| {
                            let text = texts.text(segment.columns.get(Column::Row, doc)).ok().unwrap();
                            let title: Vec<char> = text.split('\n').next().unwrap().chars().collect();
                            parses.iter().any(|parse| pinyin::matches(parse, &title).is_some())
                        };
                        let wanted: BTreeSet<u32> = (0..segment.max_doc()).filter(|doc| reads(*doc)).collect();
                        let mut by_table = BTreeSet::new();
                        for way in ways(&parses, segment, &never)?.iter() {
                            by_table.extend(titles_read_so(&mut way.stream(&never), &mut |doc| way.is_certain || reads(doc)));
                        }
                        assert_eq!(by_table, wanted, "{word} by the table");
                        let guessed = guess::documents(&parses, segment, &never)?.map_or(Stream::Nothing, Stream::bits);
                        let mut guessed = guessed;
                        assert_eq!(titles_read_so(&mut guessed, &mut reads), wanted, "{word} by its pairs");
                        for doc in 0..segment.max_doc() {
                            let row = segment.columns.get(Column::Row, doc);
                            let kept = texts.titles(segment, doc)?.to_owned();
                            let whole = texts.text(row)?;
                            assert_eq!(whole.splitn(3, '\n').take(2).collect::<Vec<_>>().join("\n"), kept);
                        }
                    }
                }
                Ok(())
            }).unwrap();
        }
    }
}
