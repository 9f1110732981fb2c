//! Substitutes (平替): the list over a cart line, a compared offer or a line of a reorder, and what its keys do.
//!
//! A swap in the cart is one step of its journal, one in a reorder a step of the sheet's; in the comparison the offer is
//! exchanged. What is taken is exactly what the row shows.

use std::sync::Arc;

use crate::app::action::ActionId;
use crate::app::list::{List, Move};
use crate::app::model::{Layer, Model, Pane, Tone};
use crate::app::msg::{CartDeed, Effect, NewLine, Trouble};
use crate::app::{compare, drift};
use crate::domain::drift::Today;
use crate::domain::id::{LineId, OfferKey};
use crate::domain::substitute::{Present, Substitute, Substitutes};
use crate::i18n::{comparing, substitutes as said};

/// What a substitute is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line of the cart.
    Cart(LineId),
    /// An offer of the comparison.
    Compare(OfferKey),
    /// A line of the sheet of a reorder.
    Drift(usize),
}

/// The list.
#[derive(Debug, Clone)]
pub struct SubstituteLayer {
    /// Where a substitute would go.
    pub place: Place,
    /// What it would stand for.
    pub present: Present,
    /// `None` until it was read.
    pub found: Option<Arc<Substitutes>>,
    /// Why it could not be.
    pub trouble: Option<Trouble>,
    /// Over the rows shown.
    pub list: List,
    /// Only what factories sell.
    pub factories_only: bool,
    /// Whether the selected row is told in full.
    pub why: bool,
}

impl SubstituteLayer {
    /// The rows shown.
    pub fn rows(&self) -> impl Iterator<Item = &Substitute> {
        let rows = self.found.iter().flat_map(|found| &found.rows);
        rows.filter(move |row| row.factory || !self.factories_only)
    }

    /// The selected one.
    pub fn selected(&self) -> Option<&Substitute> {
        self.rows().nth(self.list.selected)
    }
}

fn top(model: &Model) -> Option<&SubstituteLayer> {
    match model.layers.last() {
        Some(Layer::Substitute(layer)) => Some(layer.as_ref()),
        _ => None,
    }
}

fn layer_mut(model: &mut Model) -> Option<&mut SubstituteLayer> {
    model.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Substitute(layer) => Some(layer.as_mut()),
        _ => None,
    })
}

/// The line in focus, and where its substitute would go.
fn in_focus(model: &Model) -> Option<(Place, Present)> {
    let destination = compare::destination(model);
    if let Some(Layer::Drift(layer)) = model.layers.last() {
        let line = layer.line_to_swap()?;
        let present = layer.sheet.as_ref()?.lines.get(line)?.present(&destination);
        return Some((Place::Drift(line), present));
    }
    match model.pane {
        Pane::Cart => {
            let line = &model.cart.selected()?.line;
            let present = Present::of(&line.offer, line.spec_id.as_ref(), line.quantity, &destination);
            Some((Place::Cart(line.id), present))
        }
        Pane::Compare => {
            let row = compare::rows(model).into_iter().nth(model.compare.list.selected)?;
            let present = Present::of(&row.offer, row.at.spec_id.as_ref(), row.quantity, &destination);
            Some((Place::Compare(row.offer.key.clone()), present))
        }
        _ => None,
    }
}

/// Opens the list for the line in focus.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some((place, present)) = in_focus(model) else { return Vec::new() };
    model.layers.push(Layer::Substitute(Box::new(SubstituteLayer {
        place,
        present,
        found: None,
        trouble: None,
        list: List::default(),
        factories_only: false,
        why: false,
    })));
    ask(model).into_iter().collect()
}

fn ask(model: &mut Model) -> Option<Effect> {
    let present = Box::new(layer_mut(model)?.present.clone());
    model.substitutes_asked += 1;
    Some(Effect::ReadSubstitutes { generation: model.substitutes_asked, present })
}

/// They were read; dropped when the list was closed or asked anew meanwhile.
pub fn read(model: &mut Model, generation: u64, result: Result<Arc<Substitutes>, Trouble>) {
    if generation != model.substitutes_asked {
        return;
    }
    let page = model.viewport.layer_rows;
    let Some(layer) = layer_mut(model) else { return };
    match result {
        Ok(found) => {
            // The buyer stays on the row they look at, where it is still there.
            let key = layer.selected().map(|row| row.of.offer.key.clone());
            (layer.found, layer.trouble) = (Some(found), None);
            let at = key.and_then(|key| layer.rows().position(|row| row.of.offer.key == key));
            let len = layer.rows().count();
            layer.list.select(at.unwrap_or(layer.list.selected), len, page);
        }
        Err(trouble) => layer.trouble = Some(trouble),
    }
}

/// What was under way broke: no answer will come.
pub fn broke(model: &mut Model, trouble: &Trouble) {
    if let Some(layer) = layer_mut(model).filter(|layer| layer.found.is_none()) {
        layer.trouble = Some(trouble.clone());
    }
}

/// Marks changed: what was blocked is not to be offered.
pub fn marked(model: &mut Model) -> Option<Effect> {
    ask(model)
}

/// The cart is another: an open list is that of its line as it is now, or of none.
pub fn cart_changed(model: &mut Model) -> Option<Effect> {
    let Place::Cart(id) = layer_mut(model)?.place.clone() else { return None };
    let destination = compare::destination(model);
    let line = model.cart.lines().map(|(_, line)| &line.line).find(|line| line.id == id);
    let now = line.map(|line| Present::of(&line.offer, line.spec_id.as_ref(), line.quantity, &destination));
    let Some(now) = now else {
        model.layers.retain(|layer| !matches!(layer, Layer::Substitute(_)));
        return None;
    };
    let layer = layer_mut(model)?;
    if layer.present == now {
        return None;
    }
    (layer.present, layer.found) = (now, None);
    ask(model)
}

/// Whether a key of the list does something now; the reason when not.
pub fn enabled(model: &Model, id: ActionId) -> Result<(), &'static str> {
    let text = model.text();
    match id {
        ActionId::CartSubstitute if model.cart.is_empty() => return Err(text.why_cart_empty),
        ActionId::CompareSubstitute if model.compare.offers.is_empty() => {
            return Err(text.why_nothing_marked);
        }
        ActionId::CartSubstitute | ActionId::CompareSubstitute => return Ok(()),
        _ => {}
    }
    let layer = top(model).ok_or(text.why_nothing_here)?;
    if layer.found.is_none() {
        return Err(if layer.trouble.is_some() { text.why_nothing_here } else { text.substitutes_reading });
    }
    match id {
        ActionId::SubstituteFactories | ActionId::SubstituteUp | ActionId::SubstituteDown => Ok(()),
        _ => {
            let row = layer.selected().ok_or(text.why_no_row)?;
            let swaps =
                id == ActionId::SubstituteTake && matches!(layer.place, Place::Cart(_) | Place::Drift(_));
            if swaps && !row.can_replace(&layer.present) { Err(text.why_other_unit) } else { Ok(()) }
        }
    }
}

/// Does what a key of the list asks.
pub fn act(model: &mut Model, id: ActionId) -> Vec<Effect> {
    match id {
        ActionId::CartSubstitute | ActionId::CompareSubstitute => open(model),
        ActionId::SubstituteTake => take(model),
        ActionId::SubstituteAdd => add(model),
        ActionId::SubstituteUp => go(model, Move::Up),
        ActionId::SubstituteDown => go(model, Move::Down),
        ActionId::SubstituteWhy => {
            if let Some(layer) = layer_mut(model) {
                layer.why = !layer.why;
            }
            Vec::new()
        }
        ActionId::SubstituteFactories => {
            if let Some(layer) = layer_mut(model) {
                layer.factories_only = !layer.factories_only;
                layer.list = List::default();
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Moves in the list.
pub fn go(model: &mut Model, to: Move) -> Vec<Effect> {
    let page = model.viewport.layer_rows;
    if let Some(layer) = layer_mut(model) {
        let len = layer.rows().count();
        layer.list.go(to, len, page);
    }
    Vec::new()
}

/// Puts the selected one in the line's place.
fn take(model: &mut Model) -> Vec<Effect> {
    let Some(layer) = top(model) else { return Vec::new() };
    let Some(row) = layer.selected() else { return Vec::new() };
    let (offer, spec_id) = (row.of.offer.clone(), row.at.spec_id.clone());
    let (place, saving) = (layer.place.clone(), row.saving);
    let title = model.title_of(&offer).clone();
    model.layers.pop();
    match place {
        Place::Cart(line) => {
            vec![Effect::Cart(CartDeed::Swap { line, offer: offer.key.clone(), spec_id })]
        }
        Place::Compare(key) => {
            // One that is in the comparison already is not to stand there twice.
            let is_there = model.compare.has(&offer.key);
            match model.compare.offers.iter().position(|held| held.key == key) {
                Some(at) if is_there => drop(model.compare.offers.remove(at)),
                Some(at) => {
                    if let Some(slot) = model.compare.offers.get_mut(at) {
                        *slot = offer.clone();
                    }
                }
                None => {}
            }
            let at = compare::rows(model).iter().position(|row| row.offer.key == offer.key);
            let (len, page) = (model.compare.offers.len(), model.viewport.rows);
            model.compare.list.select(at.unwrap_or(model.compare.list.selected), len, page);
            model.say(Tone::Done, said::exchanged(model.lang, &title, saving));
            Vec::new()
        }
        Place::Drift(line) => {
            drift::swap(model, line, Today { offer, spec_id });
            model.say(Tone::Done, said::exchanged(model.lang, &title, saving));
            Vec::new()
        }
    }
}

/// Puts the selected one beside the line: into the cart, or into the comparison.
fn add(model: &mut Model) -> Vec<Effect> {
    let Some(layer) = top(model) else { return Vec::new() };
    let Some(row) = layer.selected() else { return Vec::new() };
    let (offer, spec_id) = (row.of.offer.clone(), row.at.spec_id.clone());
    let (place, quantity) = (layer.place.clone(), layer.present.quantity);
    model.layers.pop();
    match place {
        Place::Cart(_) | Place::Drift(_) => {
            let line = NewLine { offer: offer.key.clone(), spec_id, quantity };
            vec![Effect::Cart(CartDeed::Add(vec![line]))]
        }
        Place::Compare(_) => {
            let (_, left_out) = compare::take_all(model, vec![(offer, None)]);
            let count = model.compare.offers.len();
            if left_out > 0 {
                model.say(Tone::Warn, comparing::full(model.lang, count));
            } else {
                model.say(Tone::Info, crate::i18n::messages::marked(model.lang, count));
            }
            Vec::new()
        }
    }
}
