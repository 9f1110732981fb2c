//! Finds the documents of offers, so that they are taken out. An offer is told by its number alone, of which each
//! segment has a table; a term for each offer would be most of all the terms there are.

use std::sync::Arc;

use tantivy::query::{ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

use crate::catalog::index::beside;
use crate::catalog::index::place::Tie;

/// Documents of some offers.
#[derive(Debug, Clone)]
pub struct OfOffers(pub Arc<[Tie]>);

impl Query for OfOffers {
    fn weight(&self, _: EnableScoring<'_>) -> Result<Box<dyn Weight>, TantivyError> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for OfOffers {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> Result<Box<dyn Scorer>, TantivyError> {
        let numbers = beside::numbers(reader)?;
        let mut docs: Vec<DocId> = self.0.iter().flat_map(|tie| numbers.docs_of(*tie)).collect();
        docs.sort_unstable();
        docs.dedup();
        Ok(Box::new(ConstScorer::new(Docs { docs, at: 0 }, boost)))
    }

    fn explain(&self, _: &SegmentReader, _: DocId) -> Result<Explanation, TantivyError> {
        Ok(Explanation::new("one of some offers", 1.0))
    }
}

/// Some documents, ascending.
struct Docs {
    docs: Vec<DocId>,
    at: usize,
}

impl DocSet for Docs {
    fn advance(&mut self) -> DocId {
        self.at = (self.at + 1).min(self.docs.len());
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).copied().unwrap_or(TERMINATED)
    }

    fn size_hint(&self) -> u32 {
        self.docs.len() as u32
    }
}
