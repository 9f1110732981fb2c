//! One segment of the index, opened: its columns, its terms, and what is worked out of its terms when first asked.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use tantivy::columnar::{ColumnIndex, ColumnValues};
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{InvertedIndexReader, SegmentReader, TantivyError};

use crate::catalog::facts::{Facts, Flags};
use crate::catalog::index::lexicon::{Lexicon, Pairs, Worked};
use crate::catalog::index::place::Place;
use crate::catalog::index::schema::{self, Column, Entry, Fields, STEP_FROM, STEP_PRICE};
use crate::catalog::index::stream::Stream;

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
    /// Opens it; what was worked out of it before is kept, or read from beside it.
    pub fn open(
        reader: &SegmentReader,
        fields: &Fields,
        known: &HashMap<SegmentId, Arc<Worked>>,
        folder: Option<&Path>,
    ) -> Result<Segment, TantivyError> {
        Ok(Segment {
            columns: Columns::open(reader)?,
            chars: reader.inverted_index(fields.chars)?,
            pairs: reader.inverted_index(fields.pairs)?,
            triples: reader.inverted_index(fields.triples)?,
            words: reader.inverted_index(fields.words)?,
            shop: reader.inverted_index(fields.shop)?,
            tags: reader.inverted_index(fields.tags)?,
            worked: match known.get(&reader.segment_id()) {
                Some(worked) => Arc::clone(worked),
                None => Arc::new(Worked::new(folder, &reader.segment_id().uuid_string())),
            },
            reader: reader.clone(),
        })
    }

    /// Writes what can be worked out of it beside it, for those who come later.
    pub fn keep(&self) -> std::io::Result<()> {
        self.worked.keep(&self.words, &self.shop, &self.pairs)
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
        self.worked.words(&self.words)
    }

    /// Names of suppliers with their belts.
    pub fn shop_lexicon(&self) -> std::io::Result<&Lexicon> {
        self.worked.shops(&self.shop)
    }

    /// Pairs of characters.
    pub fn pair_lexicon(&self) -> std::io::Result<&Pairs> {
        self.worked.pairs(&self.pairs)
    }
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
