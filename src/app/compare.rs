//! Comparing the marked offers at Q (DESIGN 6.2: offers in unlike units are never ranked against each
//! other; 6.9: unknown freight never wins silently).

use std::sync::Arc;

use crate::app::model::{Model, Tone};
use crate::app::msg::Effect;
use crate::domain::compare::{self, Comparison};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::quantity::Unit;

/// One row of the comparison.
#[derive(Debug, Clone)]
pub struct Row {
    pub offer: Arc<Offer>,
    pub at: Comparison,
    /// Landed cost of one unit; `None` = unknown.
    pub each: Option<Money>,
    pub crown: Crown,
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
    let nowhere = crate::domain::freight::Destination::default();
    let destination = model.status.as_ref().map_or(&nowhere, |status| &status.destination);
    let quantity = model.quantity;
    let mut rows: Vec<Row> = model
        .compare
        .offers
        .iter()
        .map(|offer| {
            let at = compare::at(offer, None, quantity, destination);
            let each = at
                .landed
                .filter(|_| !quantity.is_zero())
                .and_then(|landed| landed.yuan().checked_div(quantity.decimal()))
                .map(|each| Money::from_yuan(each).rounded());
            Row { offer: offer.clone(), at, each, crown: Crown::No }
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
        (unit, !row.at.buyable, row.at.landed.is_none(), row.at.landed, row.at.goods.is_none(), row.at.goods)
    });
    for unit in &units {
        crown(rows.iter_mut().filter(|row| row.offer.unit == *unit && row.at.buyable).collect());
    }
    rows
}

/// Crowns the first of the buyable rows of one unit, when there is something to win against.
fn crown(mut rows: Vec<&mut Row>) {
    if rows.len() < 2 {
        return;
    }
    let rivals: Vec<Option<Money>> = rows.iter().skip(1).map(|row| row.at.landed.or(row.at.goods)).collect();
    let Some(first) = rows.first_mut() else { return };
    let Some(landed) = first.at.landed else { return };
    let certain = rivals.iter().all(|least| least.is_some_and(|least| least >= landed));
    first.crown = if certain { Crown::Best } else { Crown::BestKnown };
}

/// Marks the selected hit, or takes its mark away.
pub fn toggle(model: &mut Model) {
    let Some(offer) = model.search.selected().map(|row| row.offer.clone()) else { return };
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
