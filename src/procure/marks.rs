//! The buyer's own: marks and what was bought before, counted once and kept until the ledger changes; and where they
//! left off.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Desk, DeskError, SESSION_PATIENCE};
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::mark::{Mark, MarkEdit, Marks, Subject};
use crate::domain::session::Remembered;
use crate::ledger::Stamp;

/// Marks as last read, and as of what.
#[derive(Debug, Default)]
pub(super) struct KeptMarks(Mutex<Option<Kept>>);

#[derive(Debug)]
struct Kept {
    as_of: Stamp,
    /// The catalog's generation, where some order's supplier was not known: a fuller catalog may know.
    catalog: Option<i64>,
    marks: Arc<Marks>,
}

impl Desk {
    /// Everything of the buyer's own at this market: marks, what was bought of each offer (orders that were closed do
    /// not count, those before this program do), orders with each supplier, and sellers' login names. Read again only
    /// after somebody changed the ledger.
    pub fn marks(&self) -> Result<Arc<Marks>, DeskError> {
        let (market, ledger) = (&self.parts.market_id, &self.parts.ledger);
        // Held while reading, so that two searches at once do not both count a thousand orders.
        let mut kept = self.marks.0.lock().unwrap_or_else(PoisonError::into_inner);
        let as_of = ledger.stamp()?;
        if let Some(known) = kept.as_ref().filter(|known| known.as_of == as_of)
            && (known.catalog.is_none() || known.catalog == Some(self.parts.catalog.generation()?))
        {
            return Ok(Arc::clone(&known.marks));
        }
        let mut marks = Marks::default();
        for (subject, mark) in ledger.marks(market)? {
            match subject {
                Subject::Offer(key) => marks.offers.insert(key, mark),
                Subject::Supplier(id) => marks.suppliers.insert(id, mark),
            };
        }
        let generation = self.parts.catalog.generation()?;
        let mut orders = ledger.past_orders(market)?;
        self.name_sellers(
            &mut orders,
            |order| &mut order.supplier_id,
            |order| order.lines.first().map(|line| &line.offer_id),
        )?;
        let catalog = orders.iter().any(|order| order.supplier_id.is_none()).then_some(generation);
        marks.count(orders);
        let marks = Arc::new(marks);
        *kept = Some(Kept { as_of, catalog, marks: Arc::clone(&marks) });
        Ok(marks)
    }

    /// Names the suppliers of orders that do not: all goods of an order are one supplier's, and the catalog knows
    /// whose each offer is.
    pub(super) fn name_sellers<T>(
        &self,
        orders: &mut [T],
        supplier: impl Fn(&mut T) -> &mut Option<SupplierId>,
        offer: impl Fn(&T) -> Option<&OfferKey>,
    ) -> Result<(), DeskError> {
        let mut nameless: Vec<(&mut T, OfferKey)> = Vec::new();
        for order in orders {
            if supplier(order).is_none()
                && let Some(key) = offer(order).cloned()
            {
                nameless.push((order, key));
            }
        }
        let keys: Vec<OfferKey> = nameless.iter().map(|(_, key)| key.clone()).collect();
        let sellers = self.parts.catalog.sellers(&keys)?;
        for (order, key) in nameless {
            *supplier(order) = sellers.get(&key).cloned();
        }
        Ok(())
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

    /// Remembers where the buyer is. It is not worth more than a few seconds of waiting for another process.
    pub fn remember(&self, at: &Remembered) -> Result<(), DeskError> {
        Ok(self.parts.ledger.remember(&self.parts.market_id, at, SESSION_PATIENCE)?)
    }
}

#[cfg(test)]
#[path = "marks_tests.rs"]
mod tests;
