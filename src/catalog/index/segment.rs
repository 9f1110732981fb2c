//! One segment of the index, opened: its columns, its terms, and what is worked out of its terms when first asked.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tantivy::columnar::{ColumnIndex, ColumnValues};
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{InvertedIndexReader, SegmentReader, TantivyError};

use crate::catalog::facts::{Facts, Flags};
use crate::catalog::index::place::Place;
use crate::catalog::index::schema::{self, Column, Entry, Fields, STEP_FROM, STEP_PRICE};
use crate::catalog::index::stream::Stream;
use crate::query::pinyin::{self, Constraint};

/// What can be asked of an offer beside its words, wherever it is kept.
pub trait Row {
    /// The stored value, see [`Column`].
    fn get(&self, column: Column) -> u64;
    /// Median unit price at a quantity (thousandths) in millionths of a yuan, and whether it can be bought.
    fn at(&self, quantity: u64) -> (Option<u64>, bool);

    /// Its place.
    fn place(&self) -> Place {
        Place(self.get(Column::Place))
    }

    /// Its flags.
    fn flags(&self) -> Flags {
        Flags(self.get(Column::Flags) as u32)
    }

    /// An optional figure.
    fn figure(&self, column: Column) -> Option<u64> {
        self.get(column).checked_sub(1)
    }
}

/// Columns of a segment.
pub struct Columns {
    values: Vec<Arc<dyn ColumnValues<u64>>>,
    /// `None` where no offer of the segment has a price.
    steps: Option<Steps>,
}

/// See [`STEP_FROM`].
struct Steps {
    of: ColumnIndex,
    from: Arc<dyn ColumnValues<u64>>,
    price: Arc<dyn ColumnValues<u64>>,
}

impl Columns {
    fn open(reader: &SegmentReader) -> Result<Columns, TantivyError> {
        let fast = reader.fast_fields();
        let column = |name: &str| {
            fast.column_opt::<u64>(name)?
                .ok_or_else(|| TantivyError::SchemaError(format!("the index has no column {name}")))
        };
        let mut values = Vec::with_capacity(Column::ALL.len());
        for of in Column::ALL {
            let column = column(of.name())?;
            if !matches!(column.index, ColumnIndex::Full) || column.values.num_vals() != reader.max_doc() {
                return Err(TantivyError::SchemaError(format!("the column {} has holes", of.name())));
            }
            values.push(column.values);
        }
        let from = fast.column_opt::<u64>(STEP_FROM)?;
        let price = fast.column_opt::<u64>(STEP_PRICE)?;
        let steps = from.zip(price).map(|(from, price)| Steps {
            of: from.index,
            from: from.values,
            price: price.values,
        });
        Ok(Columns { values, steps })
    }

    /// The value of a document.
    #[inline]
    pub fn get(&self, column: Column, doc: u32) -> u64 {
        self.values.get(column as usize).map_or(0, |values| values.get_val(doc))
    }

    /// Values of some documents, ascending.
    pub fn values(&self, column: Column, docs: &[u32], into: &mut Vec<u64>) {
        into.clear();
        into.resize(docs.len(), 0);
        match (docs.first(), docs.last()) {
            (Some(first), Some(last)) if (last - first) as usize + 1 == docs.len() => {
                self.range(column, *first, into);
            }
            _ => {
                if let Some(values) = self.values.get(column as usize) {
                    values.get_vals(docs, into);
                }
            }
        }
    }

    /// The least and the greatest value.
    pub fn bounds(&self, column: Column) -> (u64, u64) {
        self.values
            .get(column as usize)
            .map_or((0, u64::MAX), |values| (values.min_value(), values.max_value()))
    }

    /// Values of neighbouring documents, far faster than one by one. Nothing where there are not so many.
    pub fn range(&self, column: Column, from: u32, into: &mut [u64]) {
        if let Some(values) = self.values.get(column as usize)
            && u64::from(from) + into.len() as u64 <= u64::from(values.num_vals())
        {
            values.get_range(u64::from(from), into);
        }
    }

    /// See [`Row::at`].
    pub fn at(&self, doc: u32, quantity: u64) -> (Option<u64>, bool) {
        let mut found = None;
        let Some(steps) = &self.steps else { return (None, false) };
        for step in steps.of.value_row_ids(doc) {
            let from = steps.from.get_val(step);
            if from >> 1 > quantity {
                break;
            }
            found = Some((step, from & 1 == 1));
        }
        let Some((step, buyable)) = found else { return (None, false) };
        let price = steps.price.get_val(step).checked_sub(1);
        (price, buyable && quantity.is_multiple_of(self.lot_or_unit(doc)))
    }

    fn lot_or_unit(&self, doc: u32) -> u64 {
        match self.get(Column::Lot, doc) {
            0 | 1 if Flags(self.get(Column::Flags, doc) as u32).has(Flags::MEASURED) => 1,
            0 | 1 => 1_000,
            lot => lot - 1,
        }
    }
}

/// A document.
#[derive(Clone, Copy)]
pub struct Doc<'a> {
    pub columns: &'a Columns,
    pub doc: u32,
}

impl Row for Doc<'_> {
    #[inline]
    fn get(&self, column: Column) -> u64 {
        self.columns.get(column, self.doc)
    }

    fn at(&self, quantity: u64) -> (Option<u64>, bool) {
        self.columns.at(self.doc, quantity)
    }
}

impl Row for Entry {
    fn get(&self, column: Column) -> u64 {
        schema::value(column, &self.facts, self.place, self.row, self.fetched_ms)
    }

    fn at(&self, quantity: u64) -> (Option<u64>, bool) {
        Facts::at(&self.facts, quantity)
    }
}

/// Where the documents of each term of a field are, by the number of the term: the dictionary itself only tells it by
/// the term.
#[derive(Debug, Default)]
struct Lists {
    /// Begin of each list, and its documents; lists follow each other.
    of: Vec<(u32, u32)>,
    end: u32,
}

impl Lists {
    fn push(&mut self, info: &TermInfo) -> std::io::Result<()> {
        let place =
            |at: usize| u32::try_from(at).map_err(|_| std::io::Error::other("the index is too large"));
        self.of.push((place(info.postings_range.start)?, info.doc_freq));
        self.end = place(info.postings_range.end)?;
        Ok(())
    }

    fn get(&self, number: usize) -> TermInfo {
        let (start, docs) = self.of.get(number).copied().unwrap_or((0, 0));
        let end = self.of.get(number + 1).map_or(self.end, |(start, _)| *start);
        TermInfo { doc_freq: docs, postings_range: start as usize..end as usize, positions_range: 0..0 }
    }
}

/// The terms of a field as one text, to look for those that contain something.
#[derive(Debug, Default)]
pub struct Lexicon {
    text: String,
    ends: Vec<u32>,
    lists: Lists,
}

impl Lexicon {
    fn of(index: &InvertedIndexReader) -> std::io::Result<Lexicon> {
        let mut lexicon = Lexicon::default();
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            lexicon.text.push_str(std::str::from_utf8(stream.key()).unwrap_or_default());
            lexicon.text.push('\0');
            lexicon.ends.push(u32::try_from(lexicon.text.len()).unwrap_or(u32::MAX));
            lexicon.lists.push(stream.value())?;
        }
        lexicon.text.shrink_to_fit();
        lexicon.ends.shrink_to_fit();
        lexicon.lists.of.shrink_to_fit();
        Ok(lexicon)
    }

    /// Where the documents of a term are.
    pub fn info(&self, number: usize) -> TermInfo {
        self.lists.get(number)
    }

    /// The term of a number.
    pub fn term(&self, number: usize) -> &str {
        let from =
            number.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |at| *at as usize);
        let to = self.ends.get(number).map_or(0, |at| *at as usize);
        self.text.get(from..to.saturating_sub(1)).unwrap_or_default()
    }

    /// Numbers of the terms that contain a text, ascending.
    pub fn containing(&self, text: &str) -> Vec<usize> {
        let finder = memchr::memmem::Finder::new(text.as_bytes());
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = self.text.as_bytes().get(from..).and_then(|rest| finder.find(rest)) {
            let at = from + at;
            let number = self.ends.partition_point(|end| *end as usize <= at);
            found.push(number);
            let Some(end) = self.ends.get(number) else { break };
            from = *end as usize;
        }
        found
    }

    /// How many terms.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

/// Two neighbouring characters of titles, in the order of their terms.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    pub chars: (char, char),
    /// Documents with it, those taken out included.
    pub docs: u32,
}

/// Kinds of characters by how they can be read: 29 initials, see [`pinyin::initials`], and all others.
const KINDS: usize = 30;
const OTHER: usize = KINDS - 1;

/// All pairs of a segment, where those of each first character stand, and which of them can be read alike.
#[derive(Debug, Default)]
pub struct Pairs {
    pub pairs: Vec<Pair>,
    pub firsts: Vec<(char, Range<u32>)>,
    /// Numbers of pairs by the initials of both.
    kinds: Vec<Vec<u32>>,
    lists: Lists,
}

/// Kinds a character is of.
fn kinds_of(c: char) -> impl Iterator<Item = usize> {
    let bits = match pinyin::initials(c) {
        0 => 1 << OTHER,
        bits => bits,
    };
    (0..KINDS).filter(move |kind| bits >> kind & 1 == 1)
}

/// The kind all characters are of that fit.
fn kind_of(constraint: Constraint) -> usize {
    match constraint {
        Constraint::Char(c) => kinds_of(c).next().unwrap_or(OTHER),
        Constraint::Syllable(number) => {
            let letter = pinyin::syllable(number).bytes().next().unwrap_or(b'a');
            usize::from(letter.saturating_sub(b'a')).min(OTHER)
        }
        Constraint::Initial(number) => usize::from(number).min(OTHER),
    }
}

impl Pairs {
    fn of(index: &InvertedIndexReader) -> std::io::Result<Pairs> {
        let mut found = Pairs { kinds: vec![Vec::new(); KINDS * KINDS], ..Pairs::default() };
        let mut stream = index.terms().stream()?;
        while stream.advance() {
            let mut chars = std::str::from_utf8(stream.key()).unwrap_or_default().chars();
            // A term that is no pair keeps its place, so that places are numbers of terms.
            let chars = (chars.next().unwrap_or('\0'), chars.next().unwrap_or('\0'));
            let at = found.pairs.len() as u32;
            match found.firsts.last_mut() {
                Some((first, range)) if *first == chars.0 => range.end = at + 1,
                _ => found.firsts.push((chars.0, at..at + 1)),
            }
            found.pairs.push(Pair { chars, docs: stream.value().doc_freq });
            found.lists.push(stream.value())?;
            for first in kinds_of(chars.0) {
                for second in kinds_of(chars.1) {
                    if let Some(kind) = found.kinds.get_mut(first * KINDS + second) {
                        kind.push(at);
                    }
                }
            }
        }
        found.pairs.shrink_to_fit();
        found.firsts.shrink_to_fit();
        found.lists.of.shrink_to_fit();
        found.kinds.iter_mut().for_each(Vec::shrink_to_fit);
        Ok(found)
    }

    /// Where the documents of a pair are.
    pub fn info(&self, number: u32) -> TermInfo {
        self.lists.get(number as usize)
    }

    /// Numbers of the pairs that fit two constraints, and in how many documents they are together, at most.
    pub fn fitting(&self, first: Constraint, second: Constraint) -> (Vec<u32>, u64) {
        let kind = self.kinds.get(kind_of(first) * KINDS + kind_of(second));
        let mut docs = 0;
        let fitting = kind.into_iter().flatten().copied().filter(|number| {
            let Some(pair) = self.pairs.get(*number as usize) else { return false };
            let fits = pinyin::fits(first, pair.chars.0) && pinyin::fits(second, pair.chars.1);
            docs += if fits { u64::from(pair.docs) } else { 0 };
            fits
        });
        let fitting = fitting.collect();
        (fitting, docs)
    }

    /// The pairs that begin with a character, with the number of the first.
    pub fn beginning(&self, first: char) -> (u32, &[Pair]) {
        // Terms are sorted by their bytes, which for UTF-8 is the order of the characters.
        let at = self.firsts.partition_point(|(c, _)| *c < first);
        match self.firsts.get(at) {
            Some((c, range)) if *c == first => {
                (range.start, self.pairs.get(range.start as usize..range.end as usize).unwrap_or_default())
            }
            _ => (0, &[]),
        }
    }

    /// First characters of the pairs that end with one, with their documents.
    pub fn ending(&self, second: char) -> impl Iterator<Item = (char, u32)> {
        self.pairs.iter().filter(move |pair| pair.chars.1 == second).map(|pair| (pair.chars.0, pair.docs))
    }

    /// In how many documents two characters stand side by side.
    pub fn docs(&self, first: char, second: char) -> u32 {
        let (_, pairs) = self.beginning(first);
        let at = pairs.partition_point(|pair| pair.chars.1 < second);
        pairs.get(at).filter(|pair| pair.chars.1 == second).map_or(0, |pair| pair.docs)
    }
}

/// What is worked out of a segment's terms; they never change.
#[derive(Default)]
pub struct Worked {
    words: OnceLock<Lexicon>,
    shops: OnceLock<Lexicon>,
    pairs: OnceLock<Pairs>,
}

/// A segment.
pub struct Segment {
    pub reader: SegmentReader,
    pub columns: Columns,
    pub chars: Arc<InvertedIndexReader>,
    pub pairs: Arc<InvertedIndexReader>,
    pub triples: Arc<InvertedIndexReader>,
    pub words: Arc<InvertedIndexReader>,
    pub shop: Arc<InvertedIndexReader>,
    pub tags: Arc<InvertedIndexReader>,
    worked: Arc<Worked>,
}

impl Segment {
    /// Opens it; what was worked out of it before is kept.
    pub fn open(
        reader: &SegmentReader,
        fields: &Fields,
        known: &HashMap<SegmentId, Arc<Worked>>,
    ) -> Result<Segment, TantivyError> {
        Ok(Segment {
            columns: Columns::open(reader)?,
            chars: reader.inverted_index(fields.chars)?,
            pairs: reader.inverted_index(fields.pairs)?,
            triples: reader.inverted_index(fields.triples)?,
            words: reader.inverted_index(fields.words)?,
            shop: reader.inverted_index(fields.shop)?,
            tags: reader.inverted_index(fields.tags)?,
            worked: known.get(&reader.segment_id()).cloned().unwrap_or_default(),
            reader: reader.clone(),
        })
    }

    /// What was worked out of it, to be kept.
    pub fn worked(&self) -> (SegmentId, Arc<Worked>) {
        (self.reader.segment_id(), Arc::clone(&self.worked))
    }

    /// Documents, those taken out included.
    pub fn max_doc(&self) -> u32 {
        self.reader.max_doc()
    }

    /// A document.
    pub fn doc(&self, doc: u32) -> Doc<'_> {
        Doc { columns: &self.columns, doc }
    }

    /// Runs of letters and digits.
    pub fn word_lexicon(&self) -> std::io::Result<&Lexicon> {
        worked(&self.worked.words, || Lexicon::of(&self.words))
    }

    /// Names of suppliers with their belts.
    pub fn shop_lexicon(&self) -> std::io::Result<&Lexicon> {
        worked(&self.worked.shops, || Lexicon::of(&self.shop))
    }

    /// Pairs of characters.
    pub fn pair_lexicon(&self) -> std::io::Result<&Pairs> {
        worked(&self.worked.pairs, || Pairs::of(&self.pairs))
    }
}

fn worked<T>(slot: &OnceLock<T>, make: impl FnOnce() -> std::io::Result<T>) -> std::io::Result<&T> {
    if let Some(made) = slot.get() {
        return Ok(made);
    }
    let made = make()?;
    Ok(slot.get_or_init(|| made))
}

/// Documents of a term; nothing where there is no such term.
pub fn term(index: &InvertedIndexReader, text: &str, option: IndexRecordOption) -> std::io::Result<Stream> {
    match index.terms().get(text.as_bytes())? {
        Some(info) => of_info(index, &info, option),
        None => Ok(Stream::Nothing),
    }
}

/// Documents of a term known by its number.
pub fn of_info(
    index: &InvertedIndexReader,
    info: &TermInfo,
    option: IndexRecordOption,
) -> std::io::Result<Stream> {
    Ok(Stream::Term(Box::new(index.read_postings_from_terminfo(info, option)?)))
}

/// Few enough terms are stepped through side by side; more become a set first.
const SIDE_BY_SIDE: usize = 8;

/// Documents of any of some terms.
pub fn any_of(index: &InvertedIndexReader, infos: &[TermInfo], max_doc: u32) -> std::io::Result<Stream> {
    if infos.len() <= SIDE_BY_SIDE {
        let mut parts = Vec::with_capacity(infos.len());
        for info in infos {
            parts.push(of_info(index, info, IndexRecordOption::Basic)?);
        }
        return Ok(match parts.len() {
            0 => Stream::Nothing,
            1 => parts.pop().unwrap_or(Stream::Nothing),
            _ => Stream::Any(parts),
        });
    }
    let mut bits = super::stream::Bits::none(max_doc);
    bits.insert_all(index, infos)?;
    Ok(Stream::bits(bits))
}
