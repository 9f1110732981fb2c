//! The cart: edits through the ledger, judged by the domain with the freshest listing at hand.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Desk, DeskError};
use crate::domain::cart::{self, Assessment, CartLine, Measure, Rules, Violation, ViolationKind};
use crate::domain::grid::Ratio;
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::offer::{Completeness, Offer};
use crate::domain::order::Address;
use crate::domain::quantity::Quantity;
use crate::ledger::{Edit, LineRow, StoredLine};

/// The cart as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct CartView {
    /// Prices, totals and broken rules.
    pub assessment: Assessment,
    /// Where orders would go.
    pub address: Option<Address>,
    /// Cart lines and open actions of other markets, which are neither shown nor sent here.
    pub others: (u64, u64),
}

impl CartView {
    /// Number of lines.
    pub fn line_count(&self) -> usize {
        self.assessment.parts.iter().map(|part| part.lines.len()).sum()
    }
}

impl Desk {
    /// The market's cart with its verdict.
    pub fn cart(&self) -> Result<CartView, DeskError> {
        let lines = self.cart_lines()?;
        let mut assessment = cart::assess(&lines, &self.parts.rules, &self.destination()?);
        let address = self.address()?;
        if address.is_none() && !lines.is_empty() {
            assessment.violations.push(Violation {
                kind: ViolationKind::NoAddress,
                supplier_id: None,
                offer: None,
                line_ids: Vec::new(),
                required: Measure::default(),
                actual: Measure::default(),
                shortfall: Measure::default(),
            });
        }
        let mut view = CartView { assessment, address, others: self.others()? };
        self.judge_by_hand(&mut view);
        Ok(view)
    }

    /// Adds units of an offer's SKU. Rules may be broken: the cart names them.
    pub fn cart_add(
        &self,
        key: &OfferKey,
        spec: Option<&SpecId>,
        quantity: Quantity,
    ) -> Result<LineId, DeskError> {
        let offer = self.offer(key)?.ok_or_else(|| DeskError::NoOffer(key.clone()))?;
        let spec_id = spec.cloned().or_else(|| only_sku(&offer));
        let lines = self.edit("add", &[Edit::Add { offer: Box::new(offer), spec_id, quantity }])?;
        lines.first().copied().ok_or(DeskError::NoOffer(key.clone()))
    }

    /// Sets a line's units.
    pub fn cart_set(&self, line: LineId, quantity: Quantity) -> Result<(), DeskError> {
        self.edit_line("set", line, Edit::Set { line, quantity })
    }

    /// Sets the units of several lines, as one step; of none where one of them is no longer in the cart.
    pub fn cart_set_all(&self, sets: &[(LineId, Quantity)]) -> Result<(), DeskError> {
        let edits: Vec<Edit> =
            sets.iter().map(|(line, quantity)| Edit::Set { line: *line, quantity: *quantity }).collect();
        self.edit_lines("set", &edits)
    }

    /// Takes several lines out, as one step.
    pub fn cart_remove_all(&self, lines: &[LineId]) -> Result<(), DeskError> {
        let edits: Vec<Edit> = lines.iter().map(|line| Edit::Remove { line: *line }).collect();
        self.edit_lines("rm", &edits)
    }

    /// Makes the SKUs of an offer these, as one step: a line's units become what is said (zero takes it out), and where
    /// no line is named units are added.
    pub fn cart_put(
        &self,
        key: &OfferKey,
        cells: &[(Option<LineId>, SpecId, Quantity)],
    ) -> Result<(), DeskError> {
        let mut edits = Vec::with_capacity(cells.len());
        // Read once, and only where something new is put in: a line in the cart has its own listing.
        let adds = cells.iter().any(|(line, _, _)| line.is_none());
        let offer = if adds { self.offer(key)? } else { None };
        for (line, spec, quantity) in cells {
            edits.push(match (line, &offer) {
                (Some(line), _) if quantity.is_zero() => Edit::Remove { line: *line },
                (Some(line), _) => Edit::Set { line: *line, quantity: *quantity },
                (None, Some(offer)) => Edit::Add {
                    offer: Box::new(offer.clone()),
                    spec_id: Some(spec.clone()),
                    quantity: *quantity,
                },
                (None, None) => return Err(DeskError::NoOffer(key.clone())),
            });
        }
        self.edit_lines("grid", &edits)
    }

    /// What one hand of an offer is to the buyer; `None` = they have not said.
    pub fn hand(&self, key: &OfferKey) -> Result<Option<Ratio>, DeskError> {
        Ok(self.parts.ledger.hand(&self.parts.market_id, key)?)
    }

    /// Keeps what one hand of an offer is.
    pub fn keep_hand(&self, key: &OfferKey, ratio: &Ratio) -> Result<(), DeskError> {
        Ok(self.parts.ledger.keep_hand(&self.parts.market_id, key, ratio)?)
    }

    /// The gateway's settings that carts are judged by.
    pub fn rules(&self) -> Rules {
        self.parts.rules
    }

    fn edit_lines(&self, label: &str, edits: &[Edit]) -> Result<(), DeskError> {
        if !edits.is_empty() && self.edit(label, edits)?.is_empty() {
            return Err(DeskError::CartMoved);
        }
        Ok(())
    }

    /// Takes a line out.
    pub fn cart_remove(&self, line: LineId) -> Result<(), DeskError> {
        self.edit_line("rm", line, Edit::Remove { line })
    }

    /// Takes every line out, as one step; how many.
    pub fn cart_clear(&self) -> Result<usize, DeskError> {
        let edits: Vec<Edit> =
            self.stored_lines()?.into_iter().map(|line| Edit::Remove { line: line.id }).collect();
        self.edit("clear", &edits)?;
        Ok(edits.len())
    }

    /// Takes the last cart step back; its name.
    pub fn undo(&self) -> Result<Option<String>, DeskError> {
        Ok(self.parts.ledger.undo(&self.parts.market_id)?)
    }

    /// Makes the last undone cart step again; its name.
    pub fn redo(&self) -> Result<Option<String>, DeskError> {
        Ok(self.parts.ledger.redo(&self.parts.market_id)?)
    }

    pub(super) fn cart_lines(&self) -> Result<Vec<CartLine>, DeskError> {
        // A catalog that cannot say leaves nothing to keep.
        if let Ok(as_of) = self.parts.catalog.offers_as_of() {
            let rows = self.parts.ledger.cart_rows(&self.parts.market_id)?;
            if let Some(lines) = self.lines.of(as_of, &rows) {
                return Ok(lines);
            }
            let lines = self.read_cart_lines()?;
            self.lines.keep(as_of, &rows, &lines);
            return Ok(lines);
        }
        self.read_cart_lines()
    }

    fn read_cart_lines(&self) -> Result<Vec<CartLine>, DeskError> {
        let stored = self.stored_lines()?;
        let keys: Vec<OfferKey> = stored.iter().map(|line| line.offer_key.clone()).collect();
        // The cart works without its cache: a catalog that cannot be read leaves the frozen listings.
        let cached = self.parts.catalog.offers(&keys).unwrap_or_else(|error| {
            tracing::warn!(%error, "catalog unreadable, the cart uses its frozen listings");
            Vec::new()
        });
        let mut cached = cached.into_iter();
        Ok(stored.into_iter().map(|line| freshest(line, cached.next().flatten())).collect())
    }

    fn stored_lines(&self) -> Result<Vec<StoredLine>, DeskError> {
        Ok(self.parts.ledger.cart_lines(&self.parts.market_id)?)
    }

    pub(super) fn edit(&self, label: &str, edits: &[Edit]) -> Result<Vec<LineId>, DeskError> {
        let lines = self.parts.ledger.edit_cart(&self.parts.market_id, label, edits, self.now())?;
        Ok(lines.unwrap_or_default())
    }

    fn edit_line(&self, label: &str, line: LineId, edit: Edit) -> Result<(), DeskError> {
        if self.edit(label, &[edit])?.is_empty() { Err(DeskError::NoLine(line)) } else { Ok(()) }
    }
}

/// The listings of the cart's lines as last read. An edit of one line leaves those of all others as they were, and
/// reading thousands of them anew takes longer than the buyer should wait for a figure.
#[derive(Default)]
pub(super) struct KeptLines(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// The state of the catalog they were read at.
    as_of: (i64, i64),
    /// With the bytes of the frozen listing.
    offers: HashMap<LineId, (i64, Arc<Offer>)>,
}

impl KeptLines {
    /// The lines, where the listing of each is kept and nothing in the catalog changed since. Those of lines that left
    /// the cart are forgotten.
    fn of(&self, as_of: (i64, i64), rows: &[LineRow]) -> Option<Vec<CartLine>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.as_of != as_of {
            return None;
        }
        let line = |row: &LineRow| {
            let (bytes, offer) = kept.offers.get(&row.id)?;
            (*bytes == row.frozen_bytes).then(|| CartLine {
                id: row.id,
                offer: Arc::clone(offer),
                spec_id: row.spec_id.clone(),
                quantity: row.quantity,
            })
        };
        let lines: Vec<CartLine> = rows.iter().map(line).collect::<Option<_>>()?;
        if kept.offers.len() > rows.len() {
            let present: HashSet<LineId> = rows.iter().map(|row| row.id).collect();
            kept.offers.retain(|id, _| present.contains(id));
        }
        Some(lines)
    }

    /// Keeps what was read after these rows and this state.
    fn keep(&self, as_of: (i64, i64), rows: &[LineRow], lines: &[CartLine]) {
        let offers = rows
            .iter()
            .zip(lines)
            .filter(|(row, line)| row.id == line.id)
            .map(|(row, line)| (row.id, (row.frozen_bytes, Arc::clone(&line.offer))))
            .collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Kept { as_of, offers };
    }
}

/// The single SKU of an offer that has just one: there is nothing to choose.
pub(super) fn only_sku(offer: &Offer) -> Option<SpecId> {
    match offer.skus.as_slice() {
        [sku] => Some(sku.spec_id.clone()),
        _ => None,
    }
}

/// The cached listing where it says more than the frozen one. A gone listing carries little but that it is
/// gone: the frozen one is kept and marked.
fn freshest(line: StoredLine, cached: Option<Offer>) -> CartLine {
    let offer = match cached {
        Some(cached) if cached.gone => Offer { gone: true, ..line.frozen },
        Some(cached)
            if cached.completeness == Completeness::Full || line.frozen.completeness == Completeness::Row =>
        {
            cached
        }
        _ => line.frozen,
    };
    CartLine { id: line.id, offer: Arc::new(offer), spec_id: line.spec_id, quantity: line.quantity }
}

#[cfg(test)]
#[path = "cart_tests.rs"]
mod tests;
