//! Comparing the marked offers at Q (DESIGN 6.2: offers in unlike units are never ranked against each
//! other; 6.9: unknown freight never wins silently).

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::app::model::{ComparePane, Model, Tone};
use crate::app::msg::{Effect, Trouble};
use crate::domain::compare::{self, Comparison};
use crate::domain::freight::Destination;
use crate::domain::id::OfferKey;
use crate::domain::mark::Bought;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price;
use crate::domain::quantity::{Quantity, Unit};

/// One row of the comparison.
#[derive(Debug, Clone)]
pub struct Row {
    pub offer: Arc<Offer>,
    /// What it is compared at: Q, or its own quantity.
    pub quantity: Quantity,
    pub at: Comparison,
    /// Landed cost of one unit; `None` = unknown.
    pub each: Option<Money>,
    pub crown: Crown,
    /// What it is called in the curve and its sentences: A for the first row.
    pub letter: char,
    /// What was bought of it before.
    pub bought: Option<Bought>,
    /// Whether the buyer means to take it.
    pub picked: bool,
    /// Its SKU is priced to lure: it is never crowned.
    pub bait: bool,
}

impl Row {
    /// A sum by the unit, unrounded: offers looked at unlike quantities are compared by it, and those at the same one
    /// come in the same order as by their sums.
    fn per_unit(&self, sum: Option<Money>) -> Option<Decimal> {
        sum?.yuan().checked_div(self.quantity.decimal())
    }
}

/// Cells of the names left of the columns when offers are columns.
pub const ACROSS_NAMES: usize = 12;
/// Cells of one offer's column.
pub const ACROSS_COLUMN: usize = 13;
/// Most offers that are shown as columns.
pub const ACROSS_MOST: usize = 8;

/// Whether so many offers can be shown as columns on a screen so wide.
pub fn fits_across(offers: usize, width: u16) -> bool {
    offers <= ACROSS_MOST && ACROSS_NAMES + offers * ACROSS_COLUMN <= usize::from(width)
}

/// Where goods go, as far as it is known.
pub fn destination(model: &Model) -> Destination {
    model.status.as_ref().map(|status| status.destination.clone()).unwrap_or_default()
}

/// Whether a row is the cheapest of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crown {
    No,
    /// Nothing among the compared can land cheaper.
    Best,
    /// Cheapest of those whose freight is known; one with unknown freight might be cheaper.
    BestKnown,
}

/// The rows as they are shown: by unit, cheapest landed first, unknown after known, what cannot be bought
/// at this quantity last.
pub fn rows(model: &Model) -> Vec<Row> {
    let destination = destination(model);
    let mut rows: Vec<Row> = model
        .compare
        .offers
        .iter()
        .map(|offer| {
            let quantity = model.quantity_of(&offer.key);
            let at = compare::at(offer, None, quantity, &destination);
            let each = at
                .landed
                .filter(|_| !quantity.is_zero())
                .and_then(|landed| landed.yuan().checked_div(quantity.decimal()))
                .map(|each| Money::from_yuan(each).rounded());
            let bait = at.spec_id.as_ref().is_some_and(|spec| price::sku_is_bait(offer, spec));
            Row {
                bait,
                quantity,
                offer: offer.clone(),
                at,
                each,
                crown: Crown::No,
                letter: '?',
                bought: model.compare.bought.get(&offer.key).cloned(),
                picked: model.compare.pick.as_ref() == Some(&offer.key),
            }
        })
        .collect();
    let mut units: Vec<Option<Unit>> = Vec::new();
    for row in &rows {
        if !units.contains(&row.offer.unit) {
            units.push(row.offer.unit.clone());
        }
    }
    rows.sort_by_key(|row| {
        let unit = units.iter().position(|unit| *unit == row.offer.unit);
        let (landed, goods) = (row.per_unit(row.at.landed), row.per_unit(row.at.goods));
        (unit, !row.at.buyable, landed.is_none(), landed, goods.is_none(), goods)
    });
    for (row, letter) in rows.iter_mut().zip(('A'..='Z').cycle()) {
        row.letter = letter;
    }
    for unit in &units {
        crown(rows.iter_mut().filter(|row| row.offer.unit == *unit && row.at.buyable && !row.bait).collect());
    }
    rows
}

/// Crowns the first of the buyable rows of one unit, when there is something to win against.
fn crown(mut rows: Vec<&mut Row>) {
    if rows.len() < 2 {
        return;
    }
    let rivals: Vec<Option<Decimal>> =
        rows.iter().skip(1).map(|row| row.per_unit(row.at.landed.or(row.at.goods))).collect();
    let Some(first) = rows.first_mut() else { return };
    let Some(landed) = first.per_unit(first.at.landed) else { return };
    let certain = rivals.iter().all(|least| least.is_some_and(|least| least >= landed));
    first.crown = if certain { Crown::Best } else { Crown::BestKnown };
}

/// Marks the selected hit, or takes its mark away.
pub fn toggle(model: &mut Model) {
    let Some(hit) = model.search.selected() else { return };
    let (offer, bought) = (hit.offer.clone(), hit.mine.bought.clone());
    match bought {
        Some(bought) => model.compare.bought.insert(offer.key.clone(), bought),
        None => model.compare.bought.remove(&offer.key),
    };
    let marked = &mut model.compare.offers;
    match marked.iter().position(|other| other.key == offer.key) {
        Some(at) => {
            marked.remove(at);
        }
        None => marked.push(offer),
    }
    let (len, page) = (model.compare.offers.len(), model.viewport.rows);
    model.compare.list.settle(len, page);
    let count = model.compare.offers.len();
    model.say(Tone::Info, crate::i18n::messages::marked(model.lang, count));
}

/// Takes the selected row out of the comparison.
pub fn drop_selected(model: &mut Model) {
    let Some(key) = rows(model).into_iter().nth(model.compare.list.selected).map(|row| row.offer.key.clone())
    else {
        return;
    };
    model.compare.offers.retain(|offer| offer.key != key);
    let (len, page) = (model.compare.offers.len(), model.viewport.rows);
    model.compare.list.settle(len, page);
}

/// Marks the selected row as the one the buyer means to take, or takes that mark away.
pub fn pick(model: &mut Model) -> Vec<Effect> {
    let key = rows(model).into_iter().nth(model.compare.list.selected).map(|row| row.offer.key.clone());
    model.compare.pick = if model.compare.pick == key { None } else { key };
    Vec::new()
}

/// The offers that are marked, those still to be read among them.
pub fn marked(model: &Model) -> impl Iterator<Item = &OfferKey> {
    model.compare.offers.iter().map(|offer| &offer.key).chain(&model.compare.wanted)
}

/// Takes the marks of the last sitting up, unless there are new ones already.
pub fn restore(model: &mut Model, keys: Vec<OfferKey>) -> Vec<Effect> {
    if !model.compare.offers.is_empty() {
        return Vec::new();
    }
    model.compare.wanted = keys;
    refresh(model)
}

/// Reads the marked offers anew: since they were marked a sync may have changed their prices.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    let keys: Vec<OfferKey> = marked(model).cloned().collect();
    if keys.is_empty() || model.compare.pending {
        return Vec::new();
    }
    let pane = &mut model.compare;
    pane.generation += 1;
    pane.pending = true;
    vec![Effect::ReadCompared { generation: pane.generation, keys }]
}

/// The marked offers came. One that the catalog no longer has stays as it was marked; one of the last sitting, of
/// which there is nothing to show, is forgotten.
pub fn read(model: &mut Model, generation: u64, result: Result<Vec<Arc<Offer>>, Trouble>) -> Vec<Effect> {
    if generation != model.compare.generation {
        return Vec::new();
    }
    model.compare.pending = false;
    let found = match result {
        Ok(found) => found,
        Err(trouble) => {
            model.compare.trouble = Some(trouble);
            return Vec::new();
        }
    };
    let selected = rows(model).into_iter().nth(model.compare.list.selected).map(|row| row.offer.key.clone());
    let pane = &mut model.compare;
    pane.trouble = None;
    let wanted = std::mem::take(&mut pane.wanted);
    for offer in found {
        match pane.offers.iter_mut().find(|held| held.key == offer.key) {
            Some(held) => *held = offer,
            None if wanted.contains(&offer.key) => pane.offers.push(offer),
            // Its mark was taken away meanwhile.
            None => {}
        }
    }
    let at = selected.and_then(|key| rows(model).iter().position(|row| row.offer.key == key));
    let (len, page) = (model.compare.offers.len(), model.viewport.rows);
    model.compare.list.select(at.unwrap_or(model.compare.list.selected), len, page);
    Vec::new()
}

/// Takes all marks away.
pub fn clear(model: &mut Model) {
    // The number goes on: an answer that is still under way is not one to a later asking.
    model.compare = ComparePane { generation: model.compare.generation, ..ComparePane::default() };
}
