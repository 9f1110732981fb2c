//! Suppliers as the buyer judges them: what they sell, from how much, whether they make it, what was ordered there
//! before, and what the buyer noted; and one of them in full.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Desk, DeskError};
use crate::catalog::SupplierRequest;
use crate::domain::badge::Badges;
use crate::domain::id::SupplierId;
use crate::domain::mark::Marks;
use crate::domain::offer::Offer;
use crate::domain::price::row_price;
use crate::domain::quantity::Quantity;
use crate::domain::search::{SearchRow, SupplierAsk, SupplierPage, SupplierRow, SupplierSheet};
use crate::domain::supplier::Supplier;
use crate::domain::yanxuan::{Ratings, Tally, Verdict};

/// Offers of one sheet; more than anybody scrolls through.
const SHEET: usize = 500;

impl Desk {
    /// Cached suppliers that meet a query; most offers first, blocked ones last. Asking for the new ones alone is a
    /// look at them: they are not new the next time.
    pub fn supplier_rows(&self, ask: &SupplierAsk) -> Result<SupplierPage, DeskError> {
        let marks = self.marks()?;
        let badges = self.badges();
        let request = SupplierRequest {
            text: ask.text.clone(),
            quantity: ask.quantity,
            limit: ask.limit,
            only_new: ask.only_new,
            since: ask.since,
        };
        let found = self.parts.catalog.suppliers(&request, &marks, &badges)?;
        if ask.only_new && ask.text.trim().is_empty() {
            self.parts.catalog.suppliers_looked_at(found.newest)?;
        }
        let rows = self.rows_of(found.suppliers, ask.quantity, &marks, &badges)?;
        Ok(SupplierPage { rows, total: found.total, new: found.new, since: found.since })
    }

    /// One supplier in full; `None` when the catalog does not know them.
    pub fn supplier_sheet(
        &self,
        id: &SupplierId,
        quantity: Quantity,
    ) -> Result<Option<SupplierSheet>, DeskError> {
        let marks = self.marks()?;
        let Some(supplier) = self.parts.catalog.supplier(id)? else { return Ok(None) };
        let rows = self.rows_of(vec![(supplier, false)], quantity, &marks, &self.badges())?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let mut offers: Vec<SearchRow> = self
            .parts
            .catalog
            .offers_of(id, SHEET)?
            .into_iter()
            .map(|offer| SearchRow {
                price: row_price(&offer, quantity),
                matched: Vec::new(),
                mine: marks.of(&offer.key, Some(id)),
                offer: Arc::new(offer),
            })
            .collect();
        // Stable: what can be bought at the quantity comes first, what is blocked last, each by rank.
        offers.sort_by_key(|row| (row.mine.offer.blocked.is_some(), !row.price.buyable));
        let offers_only: Vec<&Offer> = offers.iter().map(|row| &*row.offer).collect();
        let verdicts = self.verdicts(&offers_only)?;
        let mut tally = Tally::default();
        for verdict in &verdicts {
            tally.count(*verdict);
        }
        let orders = self.orders()?;
        let theirs = orders.into_iter().filter(|order| order.supplier_id.as_ref() == Some(id));
        let orders = theirs.map(|order| (order.created_at, order.total, order.state)).collect();
        Ok(Some(SupplierSheet { row, offers, verdicts, tally, orders }))
    }

    /// The 严选 test on these offers, each among its leaf category; `None` for one without rating or category.
    pub fn verdicts(&self, offers: &[&Offer]) -> Result<Vec<Option<Verdict>>, DeskError> {
        let mut ratings: HashMap<i64, Arc<Ratings>> = HashMap::new();
        let mut verdicts = Vec::with_capacity(offers.len());
        for offer in offers {
            let (Some(rating), Some(category)) = (offer.rating, offer.category_id) else {
                verdicts.push(None);
                continue;
            };
            if let std::collections::hash_map::Entry::Vacant(e) = ratings.entry(category) {
                e.insert(self.parts.catalog.ratings(category)?);
            }
            verdicts.push(ratings.get(&category).map(|ratings| ratings.judge(rating)));
        }
        Ok(verdicts)
    }

    fn rows_of(
        &self,
        suppliers: Vec<(Supplier, bool)>,
        quantity: Quantity,
        marks: &Marks,
        badges: &Badges,
    ) -> Result<Vec<SupplierRow>, DeskError> {
        let of: Vec<&Supplier> = suppliers.iter().map(|(supplier, _)| supplier).collect();
        let figures = self.parts.catalog.supplier_figures(&of, quantity, marks)?;
        let rows = suppliers.into_iter().zip(figures).map(|((supplier, is_new), figures)| SupplierRow {
            categories: figures.categories,
            least: figures.least,
            confidence: figures.confidence,
            badges: Desk::badges_of(badges, &supplier),
            is_new,
            mark: marks.suppliers.get(&supplier.id).cloned().unwrap_or_default(),
            ordered: marks.ordered.get(&supplier.id).copied(),
            supplier,
        });
        Ok(rows.collect())
    }
}
