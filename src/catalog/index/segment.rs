//! One segment of the index, opened: its columns, its terms, and what is worked out of its terms when first asked.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{InvertedIndexReader, SegmentReader, TantivyError};

use crate::catalog::facts::{Facts, Flags};
use crate::catalog::index::Halt;
use crate::catalog::index::columns::Columns;
use crate::catalog::index::freights::FreightTable;
use crate::catalog::index::ids::Ids;
use crate::catalog::index::lexicon::{Lexicon, Pairs};
use crate::catalog::index::place::Place;
use crate::catalog::index::schema::{self, Column, Entry, Fields};
use crate::catalog::index::sellers::Sellers;
use crate::catalog::index::sounds::Sounds;
use crate::catalog::index::stream::Stream;
use crate::catalog::index::tables::Worked;
use crate::catalog::index::texts::Titles;
use crate::domain::search::Cancel;

/// What can be asked of an offer beside its words, wherever it is kept.
pub trait Row {
    /// The stored value, see [`Column`].
    fn get(&self, column: Column) -> u64;
    /// Median unit price at a quantity (thousandths) in millionths of a yuan, and whether it can be bought.
    fn at(&self, quantity: u64) -> (Option<u64>, bool);
    /// Whether it can be bought at a quantity for a price within bounds, where that is found faster than
    /// [`Row::at`] would say; `None` = it would not be.
    fn price_within(&self, _bounds: &RangeInclusive<u64>, _quantity: u64) -> Option<bool> {
        None
    }
    /// Whether it has any of some flags.
    fn has_any(&self, flags: Flags) -> bool {
        self.flags().0 & flags.0 != 0
    }

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

    #[inline]
    fn price_within(&self, bounds: &RangeInclusive<u64>, quantity: u64) -> Option<bool> {
        self.columns.price_within(self.doc, bounds, quantity)
    }

    #[inline]
    fn has_any(&self, flags: Flags) -> bool {
        self.columns.has_any(flags, self.doc)
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
    titles: Option<Arc<Titles>>,
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
        let worked = match known.get(&reader.segment_id()) {
            Some(worked) => Arc::clone(worked),
            None => Arc::new(Worked::new(folder, &reader.segment_id().uuid_string())),
        };
        Ok(Segment {
            columns: Columns::open(worked.numbers(reader))?,
            chars: reader.inverted_index(fields.chars)?,
            pairs: reader.inverted_index(fields.pairs)?,
            triples: reader.inverted_index(fields.triples)?,
            words: reader.inverted_index(fields.words)?,
            shop: reader.inverted_index(fields.shop)?,
            tags: reader.inverted_index(fields.tags)?,
            titles: worked.titles(reader),
            worked,
            reader: reader.clone(),
        })
    }

    /// Writes what can be worked out of it beside it, for those who come later; whether it was not there yet.
    pub fn keep(&self, connection: &Connection) -> std::io::Result<bool> {
        self.worked.keep(self, connection)
    }

    /// The titles of its documents, where they are kept beside it.
    pub fn titles(&self) -> Option<&Titles> {
        self.titles.as_deref()
    }

    /// How its titles can be read, where that was worked out.
    pub fn sounds(&self) -> Option<&Sounds> {
        self.worked.sounds([&self.chars, &self.pairs, &self.triples], self.max_doc())
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

    /// Documents by the names of suppliers, where that was worked out.
    pub fn sellers(&self) -> Option<&Sellers> {
        self.worked.sellers(&self.shop)
    }

    /// Its suppliers by their ids, where that is kept beside it.
    pub fn ids(&self) -> Option<&Ids> {
        self.worked.ids()
    }

    /// Freight terms of its documents, where that is kept beside it.
    pub fn freights(&self) -> Option<&FreightTable> {
        self.worked.freights()
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
pub const SIDE_BY_SIDE: usize = 8;

/// Documents of any of some terms.
pub fn any_of(
    index: &InvertedIndexReader,
    infos: &[TermInfo],
    max_doc: u32,
    cancel: &Cancel,
) -> Result<Stream, Halt> {
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
    bits.insert_all(index, infos, cancel)?;
    Ok(Stream::bits(bits))
}
