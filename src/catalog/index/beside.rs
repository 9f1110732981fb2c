//! What the index keeps of each offer beside its terms, a part of every segment like the terms themselves: its numbers
//! ([`Numbers`]) and its titles ([`Titles`]), in the order of the documents.
//!
//! tantivy has columns of its own. They pack every value to the bit, and to be searched fast they were written out once
//! more; a third of the time that building an index took went there. Here a thread that cuts the texts of an offer
//! notes what it has of it in any case, and writes it once.

use std::any::Any;
use std::cmp::Reverse;
use std::io::{self, Write};

use tantivy::directory::TerminatingWrite;
use tantivy::index::{Segment, SegmentComponent, SegmentReader};
use tantivy::indexer::DocIdMapping;
use tantivy::plugin::{PluginMergeContext, PluginWriter, PluginWriterContext, SegmentPlugin};
use tantivy::schema::Schema;
use tantivy::schema::document::ErasedDocument;
use tantivy::{DocId, TantivyError};

use crate::catalog::facts::{Facts, Flags, Step};
use crate::catalog::index::columns::{self, Numbers, Told, lot_or_unit};
use crate::catalog::index::document::Listing;
use crate::catalog::index::place::Place;
use crate::catalog::index::quick;
use crate::catalog::index::schema::{Column, value};
use crate::catalog::index::tables::{Packed, Table};
use crate::catalog::index::texts::{Mapped, Titles};

/// The ending of the file of numbers.
pub const NUMBERS: &str = "numbers";
/// The ending of the file of titles.
pub const TITLES: &str = "titles";

/// Writes it.
pub struct Beside;

fn component(name: &str) -> SegmentComponent {
    SegmentComponent::Custom(name.to_owned())
}

/// The numbers of a segment, as they lie.
pub fn numbers(reader: &SegmentReader) -> Result<Numbers, TantivyError> {
    let bytes = reader.open_read(component(NUMBERS))?.read_bytes()?;
    Numbers::open(bytes).filter(|numbers| numbers.is_of(reader.max_doc())).ok_or_else(|| broken(NUMBERS))
}

/// How long the file of numbers or titles is, without what tantivy writes behind it.
pub fn length(reader: &SegmentReader, name: &str) -> Result<usize, TantivyError> {
    Ok(tantivy::HasLen::len(&reader.open_read(component(name))?))
}

fn broken(name: &str) -> TantivyError {
    TantivyError::InternalError(format!("{name} of a segment do not hold together"))
}

impl SegmentPlugin for Beside {
    fn extensions(&self) -> &[&str] {
        &[NUMBERS, TITLES]
    }

    fn create_writer(&self, _: &PluginWriterContext<'_>) -> Result<Box<dyn PluginWriter>, TantivyError> {
        Ok(Box::new(Noted::default()))
    }

    fn merge(&self, context: PluginMergeContext<'_>) -> Result<(), TantivyError> {
        let segments = context.readers.iter().map(numbers).collect::<Result<Vec<_>, _>>()?;
        let (mut order, mut places) = (Vec::new(), Vec::new());
        for ((nth, reader), of_segment) in (0_u32..).zip(context.readers).zip(&segments) {
            of_segment.column(Column::Place, &mut places);
            let alive = reader.doc_ids_alive();
            order.extend(alive.map(|doc| (places.get(doc as usize).copied().unwrap_or_default(), nth, doc)));
        }
        // As tantivy sorts them: an offer is alive once, so no two places are the same.
        order.sort_by_key(|(place, ..)| Reverse(*place));
        write_numbers(context.target_segment, &Merged { segments: &segments, order: &order })?;
        // What lies mapped counts as this program's memory: one after the other.
        drop(segments);
        let open = |reader: &SegmentReader| {
            let bytes = reader.open_read(component(TITLES))?.read_bytes()?;
            Mapped::open(bytes).ok_or_else(|| broken(TITLES))
        };
        let segments = context.readers.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let titles = order
            .iter()
            .map(|(_, segment, doc)| segments.get(*segment as usize).map_or("", |titles| titles.get(*doc)));
        write_titles(context.target_segment, order.len(), titles)
    }
}

fn write_numbers(segment: &Segment, told: &impl Told) -> Result<(), TantivyError> {
    let mut out = segment.open_write(component(NUMBERS))?;
    Numbers::pack(told, Packed::new(&mut out, NUMBERS)?)?;
    out.flush()?;
    Ok(out.terminate()?)
}

fn write_titles<'t>(
    segment: &Segment,
    documents: usize,
    titles: impl Iterator<Item = &'t str>,
) -> Result<(), TantivyError> {
    let mut out = segment.open_write(component(TITLES))?;
    Titles::pack(documents as u32, titles, Packed::new(&mut out, TITLES)?)?;
    out.flush()?;
    Ok(out.terminate()?)
}

/// Texts or bytes one after the other.
#[derive(Default)]
struct Joined {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Joined {
    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.extend_from_slice(bytes);
        let end = u32::try_from(self.bytes.len())
            .map_err(|_| io::Error::other("a segment is larger than it may be"))?;
        self.ends.push(end);
        Ok(())
    }

    fn get(&self, nth: usize) -> &[u8] {
        let begin = nth.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(nth).copied().unwrap_or_default();
        self.bytes.get(begin as usize..end as usize).unwrap_or_default()
    }

    fn size(&self) -> usize {
        self.bytes.capacity() + 4 * self.ends.capacity()
    }
}

/// What has come so far, in the order it came.
#[derive(Default)]
struct Noted {
    /// Place, row, and when it was read.
    heads: Vec<(Place, i64, i64)>,
    facts: Joined,
    titles: Joined,
}

impl PluginWriter for Noted {
    fn add_document(
        &mut self,
        doc: DocId,
        document: &dyn ErasedDocument,
        _: &Schema,
    ) -> Result<(), TantivyError> {
        let listing = document.as_any().downcast_ref::<Listing>();
        let Some(listing) = listing.filter(|_| doc as usize == self.heads.len()) else {
            return Err(TantivyError::InternalError("a document that is not of a row".to_owned()));
        };
        self.heads.push((listing.place, listing.row, listing.fetched_ms));
        self.facts.push(&listing.facts)?;
        self.titles.push(listing.titles().as_bytes())?;
        Ok(())
    }

    fn serialize(self: Box<Self>, segment: &Segment, _: Option<&DocIdMapping>) -> Result<(), TantivyError> {
        // As tantivy sorts them: of two states of an offer the one that came first.
        let mut order: Vec<u32> = (0..self.heads.len() as u32).collect();
        order.sort_by_key(|nth| Reverse(self.heads.get(*nth as usize).map(|(place, ..)| *place)));
        let mut sorted =
            Sorted { columns: vec![Vec::with_capacity(order.len()); Column::ALL.len()], ..Sorted::default() };
        for nth in &order {
            let nth = *nth as usize;
            let Some((place, row, fetched_ms)) = self.heads.get(nth).copied() else { continue };
            sorted.add(&Facts::from_bytes(self.facts.get(nth)).unwrap_or_default(), place, row, fetched_ms);
        }
        let titles = order.iter().map(|nth| self.titles.get(*nth as usize));
        write_numbers(segment, &sorted)?;
        let titles = titles.map(|titles| std::str::from_utf8(titles).unwrap_or_default());
        write_titles(segment, order.len(), titles)
    }

    fn mem_usage(&self) -> usize {
        self.heads.capacity() * size_of::<(Place, i64, i64)>() + self.facts.size() + self.titles.size()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Documents in their order, column by column.
#[derive(Default)]
struct Sorted {
    columns: Vec<Vec<u64>>,
    /// How many steps each has.
    counts: Vec<usize>,
    steps: Vec<columns::Step>,
    records: Vec<(Flags, quick::Record)>,
}

/// One more than the price, 0 = unknown.
fn price_of(step: &Step) -> u64 {
    step.price_micro.map_or(0, |price| price.saturating_add(1))
}

impl Sorted {
    fn add(&mut self, facts: &Facts, place: Place, row: i64, fetched_ms: i64) {
        for (column, values) in Column::ALL.into_iter().zip(&mut self.columns) {
            values.push(value(column, facts, place, row, fetched_ms));
        }
        let of = |column| value(column, facts, place, row, fetched_ms);
        let steps = facts.steps.iter();
        let steps = steps.map(|step| (step.from, step.buyable, price_of(step)));
        let lot = lot_or_unit(of(Column::Lot), || u64::from(facts.flags.0));
        self.records.push((facts.flags, quick::record(steps, of(Column::Least), lot)));
        self.counts.push(facts.steps.len());
        let steps = facts.steps.iter();
        self.steps.extend(steps.map(|step| [step.from, u64::from(step.buyable), price_of(step)]));
    }
}

impl Told for Sorted {
    fn documents(&self) -> usize {
        self.counts.len()
    }

    fn column(&self, column: Column, into: &mut Vec<u64>) {
        into.clear();
        into.extend_from_slice(self.columns.get(column as usize).map_or(&[], Vec::as_slice));
    }

    fn flags(&self, nth: u32) -> Flags {
        self.records.get(nth as usize).map_or(Flags(0), |(flags, _)| *flags)
    }

    fn record(&self, nth: u32) -> quick::Record {
        self.records.get(nth as usize).map_or(quick::Record::default(), |(_, record)| *record)
    }

    fn steps(&self, each: &mut dyn FnMut(usize)) {
        self.counts.iter().for_each(|count| each(*count));
    }

    fn each_step(&self, each: &mut dyn FnMut(columns::Step)) {
        self.steps.iter().for_each(|step| each(*step));
    }
}

/// Documents of several segments: place, segment and number of each.
struct Merged<'a> {
    segments: &'a [Numbers],
    order: &'a [(u64, u32, DocId)],
}

impl Merged<'_> {
    /// Where a document comes from.
    fn find(&self, nth: u32) -> Option<(&Numbers, DocId)> {
        let (_, segment, doc) = self.order.get(nth as usize)?;
        Some((self.segments.get(*segment as usize)?, *doc))
    }
}

impl Told for Merged<'_> {
    fn documents(&self) -> usize {
        self.order.len()
    }

    fn column(&self, column: Column, into: &mut Vec<u64>) {
        into.clear();
        into.extend(self.order.iter().map(|(_, segment, doc)| {
            self.segments.get(*segment as usize).map_or(0, |numbers| numbers.get(column, *doc))
        }));
    }

    fn flags(&self, nth: u32) -> Flags {
        Flags(self.find(nth).map_or(0, |(numbers, doc)| numbers.get(Column::Flags, doc) as u32))
    }

    fn record(&self, nth: u32) -> quick::Record {
        self.find(nth).map_or(quick::Record::default(), |(numbers, doc)| numbers.record(doc))
    }

    fn steps(&self, each: &mut dyn FnMut(usize)) {
        (0..self.order.len() as u32)
            .for_each(|nth| each(self.find(nth).map_or(0, |(numbers, doc)| numbers.steps_of(doc).len())));
    }

    fn each_step(&self, each: &mut dyn FnMut(columns::Step)) {
        for (numbers, doc) in (0..self.order.len() as u32).filter_map(|nth| self.find(nth)) {
            numbers.steps_of(doc).for_each(|step| each(numbers.step(step)));
        }
    }
}
