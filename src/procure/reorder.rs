//! Ordering again what was ordered before: past lines beside today's offers, and the chosen ones into the cart as one
//! step of undo.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::cart::only_sku;
use super::orders::named;
use super::{Desk, DeskError};
use crate::domain::drift::{PastLine, Planned, Sheet, SheetLine, Today};
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::offer::{Completeness, Offer};
use crate::domain::order::{Order, Unresolved};
use crate::domain::quantity::Quantity;
use crate::ledger::Edit;

/// Where a past line goes: its offer and SKU of then.
type Place = (OfferKey, Option<SpecId>);

impl Desk {
    /// Every line of these orders (by id or our number) beside its offer of today, one line a SKU. Works offline and
    /// changes nothing.
    pub fn drift_of(&self, ids: &[String], scale: Option<Decimal>) -> Result<Sheet, DeskError> {
        let all = self.orders()?;
        let mut orders: Vec<Order> = Vec::new();
        for id in ids {
            let order = named(&all, id)?.clone();
            // The same order named twice, by its id and by our number, is one order.
            let name = |order: &Order| (order.order_id.clone(), order.out_order_id.clone());
            if !orders.iter().any(|known| name(known) == name(&order)) {
                orders.push(order);
            }
        }
        let line_ids: Vec<LineId> =
            orders.iter().flat_map(|order| &order.lines).filter_map(|line| line.line_id).collect();
        let listings: HashMap<LineId, Arc<Offer>> = self
            .parts
            .ledger
            .listings_of(&self.parts.market_id, &line_ids)?
            .into_iter()
            .map(|(id, offer)| (id, Arc::new(offer)))
            .collect();
        let mut past = Vec::new();
        for order in orders {
            let supplier = order.supplier_id.clone().zip(order.supplier_name.clone());
            for line in order.lines.into_iter().filter(|line| !line.quantity.is_zero()) {
                past.push((
                    PastLine {
                        amount: line.amount.or_else(|| {
                            line.unit_price.map(|price| price.times(line.quantity.decimal()).rounded())
                        }),
                        was: line.line_id.and_then(|id| listings.get(&id).cloned()),
                        offer_id: line.offer_id,
                        spec_id: line.spec_id,
                        title: line.title,
                        spec_name: line.spec_name,
                        unit: line.unit,
                        quantity: line.quantity,
                        last_quantity: line.quantity,
                        unit_price: line.unit_price,
                        supplier: supplier.clone(),
                        at: Some(order.created_at),
                    },
                    true,
                ));
            }
        }
        self.sheet(past, scale)
    }

    /// Every line of a history file beside its offer of today. Returns and rows that cannot be read are in the sheet
    /// by name.
    pub fn drift_from(&self, path: &Path, scale: Option<Decimal>) -> Result<Sheet, DeskError> {
        let past = self.past_of(path)?;
        let sheet = self.sheet(past.lines, scale)?;
        let returned = past.returns.iter().filter_map(|back| back.amount).sum();
        Ok(Sheet { returns: past.returns, bad_rows: past.bad, returned, ..sheet })
    }

    /// Past lines, and whether the catalog could know each of them.
    fn sheet(&self, past: Vec<(PastLine, bool)>, scale: Option<Decimal>) -> Result<Sheet, DeskError> {
        let keys: Vec<OfferKey> = past.iter().map(|(line, _)| line.offer_id.clone()).collect();
        let offers = self.parts.catalog.offers(&keys)?;
        let mut known: HashMap<OfferKey, Arc<Offer>> = HashMap::new();
        let mut places: HashMap<Place, usize> = HashMap::new();
        let mut lines: Vec<SheetLine> = Vec::new();
        for ((line, is_known), offer) in past.into_iter().zip(offers) {
            let offer = offer
                .filter(|offer| !offer.gone)
                .map(|offer| known.entry(offer.key.clone()).or_insert_with(|| Arc::new(offer)).clone());
            let missing = if is_known { Unresolved::Gone } else { Unresolved::NotFound };
            let today = offer
                .ok_or(missing)
                .and_then(|offer| Ok(Today { spec_id: spec_today(line.spec_id.as_ref(), &offer)?, offer }));
            // A line written without its SKU is the same goods as one written with the only one there is.
            let spec = today.as_ref().map_or(line.spec_id.clone(), |today| today.spec_id.clone());
            let place = *places.entry((line.offer_id.clone(), spec)).or_insert(lines.len());
            match lines.get_mut(place) {
                Some(same) => same.past.join(line),
                None => lines.push(SheetLine { wanted: line.quantity, past: line, today }),
            }
        }
        for line in &mut lines {
            line.wanted = scaled(line, scale);
        }
        Ok(Sheet::of(lines, self.parts.rules, self.destination()?))
    }

    /// Puts planned lines into the cart as one step of undo; the line each went to.
    pub fn put_in_cart(&self, label: &str, planned: &[Planned]) -> Result<Vec<LineId>, DeskError> {
        if planned.is_empty() {
            return Ok(Vec::new());
        }
        let edits: Vec<Edit> = planned
            .iter()
            .map(|line| Edit::Add {
                offer: Box::new(line.offer.as_ref().clone()),
                spec_id: line.spec_id.clone(),
                quantity: line.quantity,
            })
            .collect();
        self.edit(label, &edits)
    }
}

/// The quantity wanted: the past one times `scale`, rounded up to what the unit can be counted in.
fn scaled(line: &SheetLine, scale: Option<Decimal>) -> Quantity {
    let past = line.past.quantity;
    let Some(scale) = scale else { return past };
    let unit =
        line.today.as_ref().ok().and_then(|today| today.offer.unit.as_ref()).or(line.past.unit.as_ref());
    let step = unit.map_or(Quantity::ONE, |unit| unit.step());
    times(past, scale, step).unwrap_or(past)
}

/// A quantity times a factor, rounded up to whole steps; `None` where no order is that large.
pub(super) fn times(quantity: Quantity, scale: Decimal, step: Quantity) -> Option<Quantity> {
    let product = quantity.decimal().checked_mul(scale)?;
    let steps = product.checked_div(step.decimal())?.ceil();
    Quantity::from_decimal(steps.checked_mul(step.decimal())?)
}

/// The SKU a past line means today.
fn spec_today(spec: Option<&SpecId>, offer: &Offer) -> Result<Option<SpecId>, Unresolved> {
    // A row tells of no SKUs: what was ordered is believed until the detail is read.
    if offer.completeness == Completeness::Row {
        return Ok(spec.cloned());
    }
    match spec {
        Some(spec) if offer.sku(spec).is_some() => Ok(Some(spec.clone())),
        None if offer.skus.is_empty() => Ok(None),
        None => only_sku(offer).map(Some).ok_or(Unresolved::UnknownSpec),
        // Exports name a SKU by its global id.
        Some(spec) => {
            let number = spec.as_str().parse::<i64>().ok();
            let by_id = offer.skus.iter().find(|sku| sku.sku_id.is_some() && sku.sku_id == number);
            by_id.map(|sku| Some(sku.spec_id.clone())).ok_or(Unresolved::UnknownSpec)
        }
    }
}
