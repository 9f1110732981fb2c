//! The buyer's own: marks and what was bought before, counted once and kept until the ledger changes; and where they
//! left off.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Desk, DeskError};
use crate::domain::mark::{Mark, MarkEdit, Marks, Subject};
use crate::domain::session::Remembered;
use crate::ledger::Stamp;

/// Marks as last read, and as of what.
#[derive(Debug, Default)]
pub(super) struct KeptMarks(Mutex<Option<(Stamp, Arc<Marks>)>>);

impl Desk {
    /// Everything of the buyer's own at this market: marks, what was bought of each offer (orders that were closed do
    /// not count, those before this program do), orders with each supplier, and sellers' login names. Read again only
    /// after somebody changed the ledger.
    pub fn marks(&self) -> Result<Arc<Marks>, DeskError> {
        let (market, ledger) = (&self.parts.market_id, &self.parts.ledger);
        // Held while reading, so that two searches at once do not both count a thousand orders.
        let mut kept = self.marks.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = ledger.stamp()?;
        if let Some((_, marks)) = kept.as_ref().filter(|(as_of, _)| *as_of == stamp) {
            return Ok(Arc::clone(marks));
        }
        let mut marks = Marks::default();
        for (subject, mark) in ledger.marks(market)? {
            match subject {
                Subject::Offer(key) => marks.offers.insert(key, mark),
                Subject::Supplier(id) => marks.suppliers.insert(id, mark),
            };
        }
        marks.count(ledger.past_orders(market)?);
        let marks = Arc::new(marks);
        *kept = Some((stamp, Arc::clone(&marks)));
        Ok(marks)
    }

    /// Changes the buyer's mark of an offer or supplier and returns it as it is then.
    pub fn mark(&self, subject: &Subject, edit: MarkEdit) -> Result<Mark, DeskError> {
        self.mark_all(subject, &[edit])
    }

    /// Several changes at once; none: the mark as it is.
    pub fn mark_all(&self, subject: &Subject, edits: &[MarkEdit]) -> Result<Mark, DeskError> {
        let (market, ledger) = (&self.parts.market_id, &self.parts.ledger);
        if edits.is_empty() {
            return Ok(ledger.mark(market, subject)?);
        }
        Ok(ledger.set_mark(market, subject, edits, self.now())?)
    }

    /// All marks, the one changed last first.
    pub fn marked(&self) -> Result<Vec<(Subject, Mark)>, DeskError> {
        Ok(self.parts.ledger.marks(&self.parts.market_id)?)
    }

    /// Where the buyer left off at this market. Never a reason not to start: what cannot be read is logged, and as
    /// good as nothing.
    pub fn remembered(&self) -> Option<Remembered> {
        self.parts.ledger.remembered(&self.parts.market_id).unwrap_or_else(|error| {
            tracing::warn!(%error, "the remembered session cannot be read");
            None
        })
    }

    /// Remembers where the buyer is.
    pub fn remember(&self, at: &Remembered) -> Result<(), DeskError> {
        Ok(self.parts.ledger.remember(&self.parts.market_id, at)?)
    }
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
