//! Comparing the marked offers at Q (DESIGN 6.2: offers in unlike units are never ranked against each
//! other; 6.9: unknown freight never wins silently).

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::app::field::Field;
use crate::app::model::{ComparePane, Layer, Model, Prompt, Tone, Wish};
use crate::app::msg::{Effect, Trouble};
use crate::domain::compare::{self, Comparison, Rival};
pub use crate::domain::compare::{Crown, MOST};
use crate::domain::flow::{self, Flow, FlowAt};
use crate::domain::freight::Destination;
use crate::domain::id::OfferKey;
use crate::domain::mark::Bought;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price;
use crate::domain::quantity::{Quantity, Unit};
use crate::i18n::comparing;

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
    /// The other ways to order it, at that quantity.
    pub flows: Vec<FlowAt>,
    /// The cheapest way to order it, where that is certain.
    pub best_flow: Option<Flow>,
}

impl Row {
    fn rival(&self) -> Rival<'_> {
        Rival { unit: self.offer.unit.as_ref(), quantity: self.quantity, at: &self.at, bait: self.bait }
    }

    /// See [`Rival::per_unit`].
    fn per_unit(&self, sum: Option<Money>) -> Option<Decimal> {
        self.rival().per_unit(sum)
    }
}

/// What stands under the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Below {
    /// What one unit costs over quantities.
    #[default]
    Curve,
    /// Who is the cheapest where, of all.
    Ranges,
    /// The selected one against each other.
    Pairs,
    /// The other ways to order the selected one.
    Flows,
}

/// Cells of the names left of the columns when offers are columns.
pub const ACROSS_NAMES: usize = 12;
/// Cells of one offer's column.
pub const ACROSS_COLUMN: usize = 13;

/// How many offers a screen so wide shows as columns; those that do not fit come into view with the selection.
pub fn columns_across(width: u16) -> usize {
    (usize::from(width).saturating_sub(ACROSS_NAMES) / ACROSS_COLUMN).max(1)
}

/// Where goods go, as far as it is known.
pub fn destination(model: &Model) -> Destination {
    model.status.as_ref().map(|status| status.destination.clone()).unwrap_or_default()
}

/// A quantity that is being typed: the comparison shows what it would be there before Enter is pressed.
fn typed(model: &Model) -> Option<(Option<&OfferKey>, Quantity)> {
    let Some(Layer::Prompt(prompt)) = model.layers.last() else { return None };
    let of = match &prompt.wish {
        Wish::Quantity => None,
        Wish::OwnQuantity { key, .. } => Some(key),
        _ => return None,
    };
    let quantity = prompt.field.text().parse::<Quantity>().ok().filter(|quantity| !quantity.is_zero())?;
    Some((of, quantity))
}

/// The quantity of all: Q, or what is being typed for it.
pub fn asked_quantity(model: &Model) -> Quantity {
    match typed(model) {
        Some((None, quantity)) => quantity,
        _ => model.quantity,
    }
}

/// The quantity one offer is compared at: its own, else that of all.
pub fn quantity_at(model: &Model, key: &OfferKey) -> Quantity {
    match typed(model) {
        Some((Some(of), quantity)) if of == key => quantity,
        _ => model.own_quantities.get(key).copied().unwrap_or_else(|| asked_quantity(model)),
    }
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
            let quantity = quantity_at(model, &offer.key);
            let at = compare::at(offer, None, quantity, &destination);
            let each = at
                .landed
                .filter(|_| !quantity.is_zero())
                .and_then(|landed| landed.yuan().checked_div(quantity.decimal()))
                .map(|each| Money::from_yuan(each).rounded());
            let bait = at.spec_id.as_ref().is_some_and(|spec| price::sku_is_bait(offer, spec));
            let flows = flow::at(offer, at.spec_id.as_ref(), quantity, &destination);
            Row {
                bait,
                quantity,
                offer: offer.clone(),
                best_flow: flow::cheapest(&at, &flows),
                flows,
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
        // What is priced to lure wins nothing: it does not stand first either.
        (unit, !row.at.buyable, row.bait, landed.is_none(), landed, goods.is_none(), goods)
    });
    let crowns = compare::crowns(&rows.iter().map(Row::rival).collect::<Vec<_>>());
    for ((row, letter), crown) in rows.iter_mut().zip(('A'..='Z').cycle()).zip(crowns) {
        (row.letter, row.crown) = (letter, crown);
    }
    rows
}

/// Marks the selected hit, or takes its mark away.
pub fn toggle(model: &mut Model) {
    let Some(hit) = model.search.selected() else { return };
    let (offer, bought) = (hit.offer.clone(), hit.mine.bought.clone());
    match bought {
        Some(bought) => model.compare.bought.insert(offer.key.clone(), bought),
        None => model.compare.bought.remove(&offer.key),
    };
    match model.compare.offers.iter().position(|other| other.key == offer.key) {
        Some(at) => {
            model.compare.offers.remove(at);
        }
        None if model.compare.offers.len() >= MOST => {
            model.say(Tone::Warn, comparing::full(model.lang, MOST));
            return;
        }
        None => model.compare.offers.push(offer),
    }
    let (len, page) = (model.compare.offers.len(), model.viewport.rows);
    model.compare.list.settle(len, page);
    let count = model.compare.offers.len();
    model.say(Tone::Info, crate::i18n::messages::marked(model.lang, count));
}

/// Marks these besides those that are marked, as far as there is room: how many were new, and how many are left out.
pub fn take_all(model: &mut Model, hits: Vec<(Arc<Offer>, Option<Bought>)>) -> (usize, usize) {
    let (mut taken, mut left_out) = (0, 0);
    for (offer, bought) in hits {
        if model.compare.has(&offer.key) {
            continue;
        }
        if model.compare.offers.len() >= MOST {
            left_out += 1;
            continue;
        }
        if let Some(bought) = bought {
            model.compare.bought.insert(offer.key.clone(), bought);
        }
        model.compare.offers.push(offer);
        taken += 1;
    }
    let (len, page) = (model.compare.offers.len(), model.viewport.rows);
    model.compare.list.settle(len, page);
    (taken, left_out)
}

/// The selected row.
pub fn selected(model: &Model) -> Option<Row> {
    rows(model).into_iter().nth(model.compare.list.selected)
}

/// Asks for the quantity of the selected offer alone.
pub fn ask_own(model: &mut Model) -> Vec<Effect> {
    let Some(row) = selected(model) else { return Vec::new() };
    let field = Field::new(&row.quantity.to_string());
    let wish = Wish::OwnQuantity { key: row.offer.key.clone(), title: model.title_of(&row.offer).clone() };
    model.layers.push(Layer::Prompt(Prompt { wish, field: field.offered(), trouble: None }));
    Vec::new()
}

/// The next thing under the rows: the curve, who is the cheapest where, the selected one against each other.
pub fn next_below(model: &mut Model) {
    model.compare.below = match model.compare.below {
        Below::Curve => Below::Ranges,
        Below::Ranges if model.compare.offers.len() > 2 => Below::Pairs,
        Below::Ranges | Below::Pairs | Below::Flows => Below::Curve,
    };
}

/// The other ways to order the selected one under the rows, or the curve again.
pub fn toggle_flows(model: &mut Model) {
    model.compare.below = if model.compare.below == Below::Flows { Below::Curve } else { Below::Flows };
}

/// Takes the selected row out of the comparison.
pub fn drop_selected(model: &mut Model) {
    let Some(key) = selected(model).map(|row| row.offer.key.clone()) else { return };
    model.compare.offers.retain(|offer| offer.key != key);
    let (len, page) = (model.compare.offers.len(), model.viewport.rows);
    model.compare.list.settle(len, page);
}

/// Marks the selected row as the one the buyer means to take, or takes that mark away.
pub fn pick(model: &mut Model) -> Vec<Effect> {
    let key = selected(model).map(|row| row.offer.key.clone());
    model.compare.pick = if model.compare.pick == key { None } else { key };
    Vec::new()
}

/// The offers that are marked, those still to be read among them.
pub fn marked(model: &Model) -> impl Iterator<Item = &OfferKey> {
    model.compare.offers.iter().map(|offer| &offer.key).chain(&model.compare.wanted)
}

/// Takes the marks of the last sitting up, unless there are new ones already.
pub fn restore(model: &mut Model, mut keys: Vec<OfferKey>) -> Vec<Effect> {
    // A sitting of before may have marked more.
    keys.truncate(MOST);
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
    let selected = selected(model).map(|row| row.offer.key.clone());
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
