//! Fix at the desk: the plan for the cart as it stands, with what its suppliers have in the catalog, and putting one
//! into the ledger as a single step of undo.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{CartView, Desk, DeskError};
use crate::domain::cart::ViolationKind;
use crate::domain::fix::{Fix, Plan, Raise, Task, fix, plan};
use crate::domain::id::SupplierId;
use crate::domain::mark::Marks;
use crate::domain::offer::Offer;
use crate::ledger::Edit;

/// Offers of one supplier that are looked at for filling a mix rule, best ranked first.
const SHELF: usize = 500;

impl Desk {
    /// The cheapest way to make the cart legal, and the cheapest that adds nothing new; with the cart it was made for.
    pub fn fix(&self) -> Result<(Fix, CartView), DeskError> {
        let view = self.cart()?;
        let mut found = self.with_task(fix)?;
        for plan in std::iter::once(&mut found.plan).chain(&mut found.without_new) {
            add_what_no_line_has(plan, &view);
        }
        Ok((found, view))
    }

    /// The cheapest way that adds nothing new.
    pub fn fix_without_new(&self) -> Result<(Plan, CartView), DeskError> {
        let view = self.cart()?;
        let mut found = self.with_task(|task| plan(task, false))?;
        add_what_no_line_has(&mut found, &view);
        Ok((found, view))
    }

    /// Makes the changes of a plan, as one step. Refused when the cart is no longer the one it was made for.
    pub fn apply_fix(&self, raises: &[Raise]) -> Result<(), DeskError> {
        let lines = self.cart_lines()?;
        let mut edits = Vec::new();
        for raise in raises {
            let same = |line: &&crate::domain::cart::CartLine| {
                line.offer.key == raise.offer && line.spec_id == raise.spec_id
            };
            let now: Vec<_> = lines.iter().filter(same).collect();
            let mut ids: Vec<_> = now.iter().map(|line| line.id).collect();
            let mut meant: Vec<_> = raise.line.into_iter().chain(raise.merged.iter().copied()).collect();
            ids.sort_unstable();
            meant.sort_unstable();
            if ids != meant
                || now.iter().map(|line| line.quantity).sum::<crate::domain::quantity::Quantity>()
                    != raise.from
            {
                return Err(DeskError::CartMoved);
            }
            match raise.line {
                Some(line) => {
                    edits.push(Edit::Set { line, quantity: raise.to });
                    edits.extend(raise.merged.iter().map(|line| Edit::Remove { line: *line }));
                }
                None => {
                    let offer =
                        self.offer(&raise.offer)?.ok_or_else(|| DeskError::NoOffer(raise.offer.clone()))?;
                    edits.push(Edit::Add {
                        offer: Box::new(offer),
                        spec_id: raise.spec_id.clone(),
                        quantity: raise.to,
                    });
                }
            }
        }
        if !edits.is_empty() && self.edit("fix", &edits)?.is_empty() {
            return Err(DeskError::CartMoved);
        }
        Ok(())
    }

    fn with_task<T>(&self, work: impl FnOnce(&Task<'_>) -> T) -> Result<T, DeskError> {
        let lines = self.cart_lines()?;
        let suppliers: BTreeSet<SupplierId> =
            lines.iter().filter_map(|line| line.offer.supplier_id.clone()).collect();
        let marks = self.marks()?;
        let mut shelf: Vec<Arc<Offer>> = Vec::new();
        for supplier in &suppliers {
            shelf.extend(self.shelf_of(supplier, &marks));
        }
        let task = Task {
            lines: &lines,
            shelf: &shelf,
            rules: &self.parts.rules,
            destination: &self.destination()?,
        };
        Ok(work(&task))
    }

    /// What a supplier of the cart sells, without what the buyer does not want to see. The cart works without its
    /// cache: of a catalog that cannot be read nothing new is taken.
    fn shelf_of(&self, supplier: &SupplierId, marks: &Marks) -> Vec<Arc<Offer>> {
        let offers = self.parts.catalog.offers_of(supplier, SHELF).unwrap_or_else(|error| {
            tracing::warn!(%error, "catalog unreadable, nothing new is offered to fill a minimum");
            Vec::new()
        });
        let wanted = offers.into_iter().filter(|offer| marks.allows(&offer.key, Some(supplier)));
        wanted.map(Arc::new).collect()
    }
}

/// What is broken beside the lines (no address) is not mended by quantities either.
fn add_what_no_line_has(plan: &mut Plan, view: &CartView) {
    let beside =
        view.assessment.violations.iter().filter(|violation| {
            matches!(violation.kind, ViolationKind::NoAddress | ViolationKind::NoTradeType)
        });
    for violation in beside {
        if !plan.no_fix.contains(violation) {
            plan.no_fix.push(violation.clone());
        }
    }
}
