//! Ordering again what was ordered before: every line of past orders into the cart, as one step of undo.

use std::collections::HashMap;

use super::cart::only_sku;
use super::{Desk, DeskError};
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::offer::{Completeness, Offer};
use crate::domain::order::{OrderLine, Reordered, Unresolved};
use crate::domain::quantity::Quantity;
use crate::ledger::Edit;

/// What one SKU amounts to over all the orders.
struct Wanted {
    offer: Offer,
    spec_id: Option<SpecId>,
    quantity: Quantity,
    /// Past lines it stands for.
    lines: Vec<OrderLine>,
}

impl Desk {
    /// Puts every line of these orders (by id or our number) into the cart at its past quantity. Lines of one SKU are
    /// added up; what cannot be had today is listed and left out. Works offline.
    pub fn reorder(&self, ids: &[String]) -> Result<Reordered, DeskError> {
        let mut past: Vec<OrderLine> = Vec::new();
        let mut seen = Vec::new();
        for id in ids {
            let order = self.order(id)?;
            // The same order named twice, by its id and by our number, is one order.
            let name = (order.order_id.clone(), order.out_order_id.clone());
            if !seen.contains(&name) {
                seen.push(name);
                past.extend(order.lines);
            }
        }
        let keys: Vec<OfferKey> = past.iter().map(|line| line.offer_id.clone()).collect();
        let offers = self.parts.catalog.offers(&keys)?;
        let mut reordered = Reordered::default();
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut places: HashMap<(OfferKey, Option<SpecId>), usize> = HashMap::new();
        for (line, offer) in past.into_iter().zip(offers).filter(|(line, _)| !line.quantity.is_zero()) {
            let resolved = offer.filter(|offer| !offer.gone).ok_or(Unresolved::Gone);
            let resolved = resolved.and_then(|offer| Ok((spec_today(&line, &offer)?, offer)));
            let (spec_id, offer) = match resolved {
                Ok(found) => found,
                Err(why) => {
                    reordered.unresolved.push((line, why));
                    continue;
                }
            };
            let place = *places.entry((line.offer_id.clone(), spec_id.clone())).or_insert(wanted.len());
            match wanted.get_mut(place) {
                Some(known) => {
                    known.quantity = known.quantity + line.quantity;
                    known.lines.push(line);
                }
                None => wanted.push(Wanted { offer, spec_id, quantity: line.quantity, lines: vec![line] }),
            }
        }
        if wanted.is_empty() {
            return Ok(reordered);
        }
        let edits: Vec<Edit> = wanted
            .iter()
            .map(|one| Edit::Add {
                offer: Box::new(one.offer.clone()),
                spec_id: one.spec_id.clone(),
                quantity: one.quantity,
            })
            .collect();
        reordered.added = self.edit("reorder", &edits)?;
        reordered.moved = self.moved(&wanted, &reordered.added)?;
        Ok(reordered)
    }

    /// Past lines whose unit price differs from what the cart predicts for theirs today.
    fn moved(
        &self,
        wanted: &[Wanted],
        added: &[LineId],
    ) -> Result<Vec<(OrderLine, Money, Money)>, DeskError> {
        let cart = self.cart()?;
        let today: HashMap<LineId, Money> = cart
            .assessment
            .parts
            .iter()
            .flat_map(|part| &part.lines)
            .filter_map(|priced| Some((priced.line.id, priced.unit_price?)))
            .collect();
        let mut moved = Vec::new();
        for (one, id) in wanted.iter().zip(added) {
            let Some(now) = today.get(id) else { continue };
            for line in &one.lines {
                if let Some(then) = line.unit_price.filter(|then| then != now) {
                    moved.push((OrderLine { line_id: Some(*id), ..line.clone() }, then, *now));
                }
            }
        }
        Ok(moved)
    }
}

/// The SKU a past line means today.
fn spec_today(line: &OrderLine, offer: &Offer) -> Result<Option<SpecId>, Unresolved> {
    // A row tells of no SKUs: what was ordered is believed until the detail is read.
    if offer.completeness == Completeness::Row {
        return Ok(line.spec_id.clone());
    }
    match &line.spec_id {
        Some(spec) if offer.sku(spec).is_some() => Ok(Some(spec.clone())),
        None if offer.skus.is_empty() => Ok(None),
        None => only_sku(offer).map(Some).ok_or(Unresolved::UnknownSpec),
        Some(_) => Err(Unresolved::UnknownSpec),
    }
}
