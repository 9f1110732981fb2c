//! Suppliers as the buyer judges them: what they sell, from how much, what was ordered there before, and what the
//! buyer noted; and one of them in full.

use std::sync::Arc;

use super::{Desk, DeskError};
use crate::domain::id::SupplierId;
use crate::domain::mark::Marks;
use crate::domain::price::row_price;
use crate::domain::quantity::Quantity;
use crate::domain::search::{SearchRow, SupplierRow, SupplierSheet};
use crate::domain::supplier::Supplier;

/// Offers of one sheet; more than anybody scrolls through.
const SHEET: usize = 500;

impl Desk {
    /// Cached suppliers by words of their name, belt or id or of what the buyer noted of them, and by predicates;
    /// most offers first, blocked ones last. `quantity` is what their least price is at.
    pub fn supplier_rows(
        &self,
        text: &str,
        quantity: Quantity,
        limit: usize,
    ) -> Result<Vec<SupplierRow>, DeskError> {
        let marks = self.marks()?;
        let suppliers = self.parts.catalog.suppliers(text, &marks, limit)?;
        self.rows_of(suppliers, quantity, &marks)
    }

    /// One supplier in full; `None` when the catalog does not know them.
    pub fn supplier_sheet(
        &self,
        id: &SupplierId,
        quantity: Quantity,
    ) -> Result<Option<SupplierSheet>, DeskError> {
        let marks = self.marks()?;
        let Some(supplier) = self.parts.catalog.supplier(id)? else { return Ok(None) };
        let Some(row) = self.rows_of(vec![supplier], quantity, &marks)?.pop() else { return Ok(None) };
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
        // Stable: what is blocked goes to the end in the order of its rank.
        offers.sort_by_key(|row| row.mine.offer.blocked.is_some());
        let orders = self.orders()?;
        let theirs = orders.into_iter().filter(|order| order.supplier_id.as_ref() == Some(id));
        let orders = theirs.map(|order| (order.created_at, order.total, order.state)).collect();
        Ok(Some(SupplierSheet { row, offers, orders }))
    }

    fn rows_of(
        &self,
        suppliers: Vec<Supplier>,
        quantity: Quantity,
        marks: &Marks,
    ) -> Result<Vec<SupplierRow>, DeskError> {
        let ids: Vec<SupplierId> = suppliers.iter().map(|supplier| supplier.id.clone()).collect();
        let figures = self.parts.catalog.supplier_figures(&ids, quantity, marks)?;
        let rows = suppliers.into_iter().zip(figures).map(|(supplier, figures)| SupplierRow {
            categories: figures.categories,
            least: figures.least,
            mark: marks.suppliers.get(&supplier.id).cloned().unwrap_or_default(),
            ordered: marks.ordered.get(&supplier.id).copied(),
            supplier,
        });
        Ok(rows.collect())
    }
}
