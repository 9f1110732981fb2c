//! One word of a query: where it may stand, and how a segment finds it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use memchr::memmem;
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;

use crate::catalog::index::finder::Finder;
use crate::catalog::index::marked::Marked;
use crate::catalog::index::reading;
use crate::catalog::index::schema::{self, Unit};
use crate::catalog::index::segment::{Row, SIDE_BY_SIDE, Segment, any_of, of_info, term};
use crate::catalog::index::settle::{Asked, Settled, settle};
use crate::catalog::index::stream::{Bits, Stream};
use crate::catalog::index::{Halt, halt};
use crate::catalog::store::lock;
use crate::domain::search::{Cancel, Tier};
use crate::query::pinyin::{self, Constraint};

/// One document in so many has a word that is common.
const COMMON: u64 = 16;

/// A word.
#[derive(Debug, Clone)]
pub struct Word {
    /// Folded.
    pub text: String,
    units: Vec<Unit>,
    pub(super) chars: Vec<char>,
    /// Tells quickly where it is not: what is looked at in vain is most of it.
    finder: Arc<memmem::Finder<'static>>,
    /// Ways to read it as pinyin.
    pub parses: Vec<Vec<Constraint>>,
    /// Offers of which the buyer says it.
    pub mine: Marked,
    /// Only looked for in the name of the supplier.
    is_of_seller: bool,
    /// How it may be read in segments looked at so far: a search passes through each several times.
    read: Arc<Mutex<HashMap<SegmentId, Arc<[reading::Way]>>>>,
    /// Terms that contain it, likewise.
    containing: Arc<Mutex<HashMap<(SegmentId, Tier), Containing>>>,
    /// What all titles of a segment said, likewise.
    settled: Arc<Mutex<HashMap<(SegmentId, Asked), Arc<Settled>>>>,
}

/// Terms of a segment that contain a word: looked for in all the text of its dictionary.
#[derive(Debug, Clone)]
enum Containing {
    /// Few: their numbers.
    Few(Arc<[usize]>),
    /// The documents of many.
    Many(Arc<Bits>),
}

/// What a document must still show when its terms are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing.
    Nothing,
    /// That the terms follow each other.
    Phrase,
    /// That the text has it; whether whole or as a part, too.
    Text,
    /// That the text has it as a whole word.
    WholeText,
    /// That the terms follow each other, and that it stands there as a whole word, else it is a part. Only so many texts
    /// are read for that, the best ranked; behind those it is a part.
    Whole,
    /// That the title can be read so.
    Pinyin,
}

impl Check {
    /// What a title is asked for it, where it can be settled for all of them.
    pub(super) fn asked(self) -> Option<Asked> {
        match self {
            Check::Text => Some(Asked::Text),
            Check::WholeText => Some(Asked::Whole),
            Check::Pinyin => Some(Asked::Reading),
            Check::Nothing | Check::Phrase | Check::Whole => None,
        }
    }
}

/// What was settled, as ways to have the word.
pub(super) fn ways_of(settled: &Settled) -> impl Iterator<Item = Way> {
    settled.0.iter().map(|(tier, bits)| Way::new(*tier, Stream::bits(Arc::clone(bits)), Check::Nothing))
}

/// One way for a document to have a word.
pub(super) struct Way {
    pub tier: Tier,
    pub stream: Stream,
    pub check: Check,
    /// Pairs of the word in its order, for [`Check::Phrase`].
    pub phrase: Stream,
}

impl Way {
    fn new(tier: Tier, stream: Stream, check: Check) -> Way {
        Way { tier, stream, check, phrase: Stream::Nothing }
    }
}

impl Word {
    /// Of a folded text.
    pub fn new(text: &str, mine: Marked) -> Word {
        let mut units = Vec::new();
        schema::units(text, &mut units);
        Word {
            units,
            chars: text.chars().collect(),
            finder: Arc::new(memmem::Finder::new(text.as_bytes()).into_owned()),
            parses: pinyin::parses(text),
            mine,
            is_of_seller: false,
            read: Arc::default(),
            containing: Arc::default(),
            settled: Arc::default(),
            text: text.to_owned(),
        }
    }

    /// Of a folded text that stands in the name of the supplier, as typed.
    pub fn of_seller(text: &str) -> Word {
        Word { is_of_seller: true, parses: Vec::new(), ..Word::new(text, Marked::default()) }
    }

    /// What was found out about the same word in another question, for somebody who asks more of the same: how often it
    /// stands where, once it is known where it stands first.
    pub fn know(&mut self, other: &Word) {
        if self.text == other.text && self.is_of_seller == other.is_of_seller {
            self.read = Arc::clone(&other.read);
            self.containing = Arc::clone(&other.containing);
            self.settled = Arc::clone(&other.settled);
        }
    }

    /// Where it stands in the four lines of an offer: in a title, or in the names of its supplier and belt.
    pub fn in_text(&self, text: &str) -> Option<Tier> {
        self.finder.find(text.as_bytes())?;
        let mut lines = text.split('\n');
        if self.is_of_seller {
            return lines.nth(2).filter(|seller| seller.contains(&self.text)).map(|_| Tier::Supplier);
        }
        let mut found = None;
        for title in lines.by_ref().take(2) {
            for (at, _) in title.match_indices(&self.text) {
                if is_whole_word(title.as_bytes(), at, self.text.as_bytes()) {
                    return Some(Tier::Word);
                }
                found = Some(Tier::Part);
            }
        }
        found.or_else(|| lines.any(|line| line.contains(&self.text)).then_some(Tier::Supplier))
    }

    /// Where it stands in title and translated title, a line each.
    pub fn in_titles_of(&self, titles: &[u8]) -> Option<Tier> {
        // Most of what is looked at is looked at in vain, and need not be text for that.
        self.finder.find(titles)?;
        self.in_text(std::str::from_utf8(titles).ok()?).filter(|tier| *tier <= Tier::Part)
    }

    /// Whether the title, which is the first line, can be read so.
    pub fn is_read_in(&self, text: &str) -> bool {
        if self.parses.is_empty() {
            return false;
        }
        let title: Vec<char> = text.split('\n').next().unwrap_or_default().chars().collect();
        self.parses.iter().any(|parse| pinyin::matches(parse, &title).is_some())
    }

    /// The best tier at which an offer with this text has it; `most` is the last that counts.
    pub fn judge(&self, row: &(impl Row + ?Sized), text: &str, most: Tier) -> Option<Tier> {
        let said = self.in_text(text);
        if let Some(tier @ (Tier::Word | Tier::Part)) = said {
            return (tier <= most).then_some(tier);
        }
        if most >= Tier::Pinyin && self.is_read_in(text) {
            return Some(Tier::Pinyin);
        }
        if most >= Tier::Mine && self.mine.has(row) {
            return Some(Tier::Mine);
        }
        said.filter(|tier| *tier <= most)
    }

    /// Finds it in a segment, at tiers up to `most`.
    pub fn finder<'a>(&'a self, segment: &Segment, most: Tier, cancel: &Cancel) -> Result<Finder<'a>, Halt> {
        let mut ways = Vec::new();
        if !self.is_of_seller {
            self.in_titles(segment, most, &mut ways, cancel)?;
        }
        if most >= Tier::Pinyin && !self.parses.is_empty() {
            ways.extend(self.by_pinyin(segment, cancel)?);
        }
        if most >= Tier::Mine && !self.mine.is_empty() {
            let stream = self.mine.stream(segment, cancel)?;
            ways.push(Way::new(Tier::Mine, stream, Check::Nothing));
        }
        if most >= Tier::Supplier {
            let stream = self.in_terms(segment, Tier::Supplier, cancel)?;
            ways.push(Way::new(Tier::Supplier, stream, Check::Nothing));
        }
        ways.retain(|way| !matches!(way.stream, Stream::Nothing));
        Ok(Finder::new(self, ways, cancel))
    }

    fn in_titles(
        &self,
        segment: &Segment,
        most: Tier,
        ways: &mut Vec<Way>,
        cancel: &Cancel,
    ) -> Result<(), Halt> {
        let is_run = |unit: &Unit| unit.is_run;
        let has_blank = self.chars.iter().any(|c| c.is_whitespace());
        if !has_blank && self.units.len() == 1 && self.units.iter().all(is_run) {
            let whole = segment.words.terms().get(self.text.as_bytes())?;
            if let Some(info) = &whole {
                let stream = of_info(&segment.words, info, IndexRecordOption::Basic)?;
                ways.push(Way::new(Tier::Word, stream, Check::Nothing));
            }
            if most >= Tier::Part {
                let stream = self.in_terms(segment, Tier::Part, cancel)?;
                ways.push(Way::new(Tier::Part, stream, Check::Nothing));
            }
            return Ok(());
        }
        if !has_blank && !self.units.iter().any(is_run) {
            let index = match self.chars.len() {
                0 => return Ok(()),
                1 => &segment.chars,
                2 => &segment.pairs,
                3 => &segment.triples,
                _ => {
                    let triples = self.all_triples(segment, cancel)?;
                    let phrase = match &triples {
                        Stream::Nothing => Stream::Nothing,
                        _ => self.all_pairs(segment, IndexRecordOption::WithFreqsAndPositions, cancel)?,
                    };
                    ways.push(Way { phrase, ..Way::new(Tier::Word, triples, Check::Phrase) });
                    return Ok(());
                }
            };
            let stream = term(index, &self.text, IndexRecordOption::Basic)?;
            ways.push(Way::new(Tier::Word, stream, Check::Nothing));
            return Ok(());
        }
        if !has_blank {
            return self.mixed(segment, most, ways, cancel);
        }
        self.by_text(segment, most, ways, cancel)
    }

    /// What must be there, and then the text itself: for words with blanks inside, and for what pairs do not say.
    fn by_text(
        &self,
        segment: &Segment,
        most: Tier,
        ways: &mut Vec<Way>,
        cancel: &Cancel,
    ) -> Result<(), Halt> {
        match self.settled_text(segment, most) {
            Some(settled) => ways.extend(ways_of(&settled)),
            None => ways.extend(self.text_way(segment, self.asks_text(most), cancel)?),
        }
        Ok(())
    }

    /// What titles are asked where these tiers count.
    fn asks_text(&self, most: Tier) -> Asked {
        let is_at_edge = |unit: &Unit| unit.is_run && (unit.from == 0 || unit.to == self.text.len());
        if most == Tier::Word && self.units.iter().any(is_at_edge) { Asked::Whole } else { Asked::Text }
    }

    /// What was settled of that. Whole words and parts say whole words, too.
    fn settled_text(&self, segment: &Segment, most: Tier) -> Option<Arc<Settled>> {
        let asked = self.asks_text(most);
        self.settled(Asked::Text, segment).or_else(|| self.settled(asked, segment))
    }

    /// The documents whose text is to be looked at. Where only a whole word counts, a run at its edge must be one: half of
    /// all offers may have one that begins so.
    fn text_way(&self, segment: &Segment, asked: Asked, cancel: &Cancel) -> Result<Option<Way>, Halt> {
        let is_whole = asked == Asked::Whole;
        let mut parts = Vec::new();
        let mut pairs: BTreeMap<(char, char), u32> = BTreeMap::new();
        for pair in self.chars.iter().copied().zip(self.chars.iter().copied().skip(1)) {
            let is_other = |c: char| !c.is_ascii_alphanumeric();
            if !pair.0.is_whitespace() && !pair.1.is_whitespace() && (is_other(pair.0) || is_other(pair.1)) {
                *pairs.entry(pair).or_default() += 1;
            }
        }
        for ((a, b), times) in pairs {
            let pair: String = [a, b].iter().collect();
            let option = if times > 1 { IndexRecordOption::WithFreqs } else { IndexRecordOption::Basic };
            parts.push(match term(&segment.pairs, &pair, option)? {
                Stream::Nothing => return Ok(None),
                // A word that says it twice stands where it is twice.
                Stream::Term(postings) if times > 1 => Stream::Often(postings, times),
                stream => stream,
            });
        }
        for unit in &self.units {
            let text = self.text.get(unit.from..unit.to).unwrap_or_default();
            if !unit.is_run {
                // Without a neighbour it is in no pair.
                parts.push(term(&segment.chars, text, IndexRecordOption::Basic)?);
                continue;
            }
            // At an edge of the word the run in the title may be longer.
            let open = (unit.from == 0, unit.to == self.text.len());
            if is_whole || open == (false, false) {
                parts.push(term(&segment.words, text, IndexRecordOption::Basic)?);
                continue;
            }
            let lexicon = segment.word_lexicon()?;
            let fits = |term: &str| match open {
                (true, false) => term.ends_with(text),
                (false, true) => term.starts_with(text),
                _ => true,
            };
            let infos: Vec<TermInfo> = lexicon
                .containing(text, &|| cancel.is_cancelled())
                .into_iter()
                .filter(|number| fits(lexicon.term(*number)))
                .map(|number| lexicon.info(number))
                .collect();
            parts.push(any_of(&segment.words, &infos, segment.max_doc(), cancel)?);
        }
        if parts.iter().any(|part| matches!(part, Stream::Nothing)) || parts.is_empty() {
            return Ok(None);
        }
        parts.sort_by_cached_key(Stream::cost);
        let check = if is_whole { Check::WholeText } else { Check::Text };
        Ok(Some(Way::new(Tier::Word, Stream::All(parts, cancel.clone()), check)))
    }

    /// Runs and other characters side by side: all its pairs follow each other where it stands, and where a run at its
    /// edge stands whole too, it may be a whole word. Pairs inside a run are those of the first title alone ([`schema`]):
    /// in the other one the text has the word.
    fn mixed(&self, segment: &Segment, most: Tier, ways: &mut Vec<Way>, cancel: &Cancel) -> Result<(), Halt> {
        let is_long = |unit: &Unit| unit.is_run && unit.to - unit.from > 1;
        if !self.units.iter().any(is_long) {
            return self.by_pairs(segment, most, ways, cancel);
        }
        // What is settled is all there is, and no guess.
        if let Some(settled) = self.settled_text(segment, most) {
            ways.extend(ways_of(&settled));
            return Ok(());
        }
        self.by_pairs(segment, most, ways, cancel)?;
        ways.extend(self.text_way(segment, self.asks_text(most), cancel)?);
        Ok(())
    }

    fn by_pairs(
        &self,
        segment: &Segment,
        most: Tier,
        ways: &mut Vec<Way>,
        cancel: &Cancel,
    ) -> Result<(), Halt> {
        let pairs = || -> Result<Vec<Stream>, Halt> {
            Ok(match self.all_pairs(segment, IndexRecordOption::Basic, cancel)? {
                Stream::All(pairs, _) => pairs,
                _ => Vec::new(),
            })
        };
        let phrase = || self.all_pairs(segment, IndexRecordOption::WithFreqsAndPositions, cancel);
        let way = |tier, mut parts: Vec<Stream>, check| -> Result<Way, Halt> {
            parts.sort_by_cached_key(Stream::cost);
            Ok(Way { phrase: phrase()?, ..Way::new(tier, Stream::All(parts, cancel.clone()), check) })
        };
        let mut whole = pairs()?;
        if whole.is_empty() {
            return Ok(());
        }
        let mut has_run_at_edge = false;
        for unit in self.units.iter().filter(|unit| unit.is_run) {
            if unit.from == 0 || unit.to == self.text.len() {
                has_run_at_edge = true;
                let run = self.text.get(unit.from..unit.to).unwrap_or_default();
                whole.push(term(&segment.words, run, IndexRecordOption::Basic)?);
            }
        }
        if !has_run_at_edge {
            ways.push(way(Tier::Word, whole, Check::Phrase)?);
            return Ok(());
        }
        if !whole.iter().any(|part| matches!(part, Stream::Nothing)) {
            ways.push(way(Tier::Word, whole, Check::Whole)?);
        }
        if most >= Tier::Part {
            let check = if self.chars.len() == 2 { Check::Nothing } else { Check::Phrase };
            ways.push(way(Tier::Part, pairs()?, check)?);
        }
        Ok(())
    }

    /// What was settled of a segment.
    fn settled(&self, asked: Asked, segment: &Segment) -> Option<Arc<Settled>> {
        lock(&self.settled).get(&(segment.reader.segment_id(), asked)).cloned()
    }

    pub(super) fn settle(
        &self,
        asked: Asked,
        segment: &Segment,
        cancel: &Cancel,
    ) -> Result<Option<Arc<Settled>>, Halt> {
        // What says both says this too.
        let both = if asked == Asked::Whole { self.settled(Asked::Text, segment) } else { None };
        if let Some(known) = both.or_else(|| self.settled(asked, segment)) {
            return Ok(Some(known));
        }
        // Not what was settled meanwhile for somebody else: that is no list to go through.
        let stream_of = |asked: Asked| -> Result<Stream, Halt> {
            Ok(match asked {
                Asked::Text | Asked::Whole => {
                    self.text_way(segment, asked, cancel)?.map_or(Stream::Nothing, |way| way.stream)
                }
                Asked::Reading => self.readings(segment, cancel)?.1,
            })
        };
        // Where so many have it whole there are few more to look at for parts, and nothing is read twice.
        let is_common =
            asked == Asked::Whole && stream_of(asked)?.cost() * COMMON > u64::from(segment.max_doc());
        let asked = if is_common { Asked::Text } else { asked };
        let settled = settle(asked, self, segment, &|| stream_of(asked), cancel)?.map(Arc::new);
        if let Some(settled) = &settled {
            lock(&self.settled).insert((segment.reader.segment_id(), asked), Arc::clone(settled));
        }
        Ok(settled)
    }

    /// Documents with a longer run that contains it, or with such a name of a supplier or belt.
    fn in_terms(&self, segment: &Segment, tier: Tier, cancel: &Cancel) -> Result<Stream, Halt> {
        let id = (segment.reader.segment_id(), tier);
        let (lexicon, index) = match tier {
            Tier::Part => (segment.word_lexicon()?, &segment.words),
            _ => (segment.shop_lexicon()?, &segment.shop),
        };
        let any_of = |numbers: &[usize]| {
            let infos: Vec<TermInfo> = numbers.iter().map(|number| lexicon.info(*number)).collect();
            any_of(index, &infos, segment.max_doc(), cancel)
        };
        let known = lock(&self.containing).get(&id).cloned();
        match known {
            Some(Containing::Few(numbers)) => return any_of(&numbers),
            Some(Containing::Many(bits)) => return Ok(Stream::bits(bits)),
            None => {}
        }
        let mut numbers = lexicon.containing(&self.text, &|| cancel.is_cancelled());
        halt(cancel)?;
        if self.is_of_seller {
            // The line behind is the belt.
            let seller = |number: usize| lexicon.term(number).split('\n').next().unwrap_or_default();
            numbers.retain(|number| seller(*number).contains(&self.text));
        }
        let sellers = if tier == Tier::Part { None } else { segment.sellers() };
        let stream = match sellers.filter(|_| numbers.len() > SIDE_BY_SIDE) {
            Some(sellers) => {
                let mut bits = Bits::none(segment.max_doc());
                sellers.insert_all(&numbers, &mut bits, cancel)?;
                Stream::bits(bits)
            }
            None => {
                numbers.retain(|number| tier != Tier::Part || lexicon.term(*number) != self.text);
                any_of(&numbers)?
            }
        };
        let found = match &stream {
            Stream::Bits(bits, ..) => Containing::Many(Arc::clone(bits)),
            _ => Containing::Few(numbers.into()),
        };
        lock(&self.containing).insert(id, found);
        Ok(stream)
    }

    /// Documents with every three neighbours of a word of other characters, the rarest first.
    fn all_triples(&self, segment: &Segment, cancel: &Cancel) -> Result<Stream, Halt> {
        let mut parts = Vec::new();
        for triple in self.chars.windows(3) {
            let triple: String = triple.iter().collect();
            match term(&segment.triples, &triple, IndexRecordOption::Basic)? {
                Stream::Nothing => return Ok(Stream::Nothing),
                stream => parts.push(stream),
            }
        }
        parts.sort_by_cached_key(Stream::cost);
        Ok(Stream::All(parts, cancel.clone()))
    }

    /// Documents with all pairs of neighbours (without blanks), in the order of the word.
    fn all_pairs(
        &self,
        segment: &Segment,
        option: IndexRecordOption,
        cancel: &Cancel,
    ) -> Result<Stream, Halt> {
        let mut parts = Vec::new();
        for (a, b) in self.chars.iter().zip(self.chars.iter().skip(1)) {
            if a.is_whitespace() || b.is_whitespace() {
                continue;
            }
            let pair: String = [*a, *b].iter().collect();
            match term(&segment.pairs, &pair, option)? {
                Stream::Nothing => return Ok(Stream::Nothing),
                stream => parts.push(stream),
            }
        }
        Ok(Stream::All(parts, cancel.clone()))
    }

    /// Ways by documents whose title can be read so.
    fn by_pinyin(&self, segment: &Segment, cancel: &Cancel) -> Result<Vec<Way>, Halt> {
        let (certain, others) = self.readings(segment, cancel)?;
        let mut ways = vec![Way::new(Tier::Pinyin, certain, Check::Nothing)];
        match self.settled(Asked::Reading, segment) {
            Some(settled) => ways.extend(ways_of(&settled)),
            None => ways.push(Way::new(Tier::Pinyin, others, Check::Pinyin)),
        }
        Ok(ways)
    }

    /// Documents whose title can be read so, and those where it must be looked at.
    fn readings(&self, segment: &Segment, cancel: &Cancel) -> Result<(Stream, Stream), Halt> {
        let id = segment.reader.segment_id();
        let known = lock(&self.read).get(&id).cloned();
        let read = match known {
            Some(read) => read,
            None => {
                let read = reading::ways(&self.parses, segment, cancel)?;
                lock(&self.read).insert(id, Arc::clone(&read));
                read
            }
        };
        let (mut certain, mut others) = (Vec::new(), Vec::new());
        for way in read.iter() {
            let stream = way.stream(cancel);
            if way.is_certain { certain.push(stream) } else { others.push(stream) }
        }
        let any = |mut parts: Vec<Stream>| match parts.len() {
            0 => Stream::Nothing,
            1 => parts.pop().unwrap_or(Stream::Nothing),
            _ => Stream::Any(parts),
        };
        Ok((any(certain), any(others)))
    }
}

/// Whether a Latin word or number found at `at` begins and ends where words do. Chinese has no such places: any
/// is good.
fn is_whole_word(text: &[u8], at: usize, word: &[u8]) -> bool {
    let latin = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    let after = text.get(at + word.len());
    let cut_before = latin(word.first()) && latin(before);
    let cut_after = latin(word.last()) && latin(after);
    !cut_before && !cut_after
}
