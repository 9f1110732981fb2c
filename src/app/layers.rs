//! What lies over the panes: the quantity prompt, the SKU picker, the palette, the confirm layer.

use std::sync::Arc;

use jiff::Timestamp;

use crate::app::action::ActionId;
use crate::app::list::{List, Move};
use crate::app::model::{Layer, Model, PickFor, Picker, Prompt, Tone, Wish};
use crate::app::msg::{CartDeed, Effect, NewLine};
use crate::app::{
    algebra, deals, drift, entry, facets, lists, palette, quantities, saved, search, trigger, words,
};
use crate::config::keymap::{Code, Key};
use crate::domain::id::SpecId;
use crate::domain::offer::Offer;
use crate::domain::quantity::Quantity;

/// A confirm layer is deaf until nothing was pressed for this long.
pub const QUIET_MILLIS: i64 = 300;

/// Adds an offer at Q, or asks which of its SKUs. Q is taken as it is: the cart names what it breaks.
pub fn add_or_pick(model: &mut Model, offer: Arc<Offer>, spec: Option<SpecId>) -> Vec<Effect> {
    if offer.skus.len() > 1 && spec.is_none() {
        let quantities = vec![String::new(); offer.skus.len()];
        // It opens on the first SKU that can be had.
        let at = offer.skus.iter().position(|sku| sku.stock.is_none_or(|stock| !stock.is_zero()));
        let mut list = List::default();
        list.select(at.unwrap_or(0), offer.skus.len(), model.viewport.layer_rows);
        model.layers.push(Layer::Picker(Picker { offer, list, quantities, take: PickFor::Cart }));
        return Vec::new();
    }
    let spec_id = spec.or_else(|| offer.skus.first().map(|sku| sku.spec_id.clone()));
    let quantity = model.quantity_of(&offer.key);
    let line = NewLine { offer: offer.key.clone(), spec_id, quantity };
    vec![Effect::Cart(CartDeed::Add(vec![line]))]
}

/// In a SKU picker that was just opened: begins at this SKU.
pub fn pick_first(model: &mut Model, spec: Option<&SpecId>) {
    let page = model.viewport.layer_rows;
    if let Some(Layer::Picker(picker)) = model.layers.last_mut()
        && let Some(at) = picker.offer.skus.iter().position(|sku| Some(&sku.spec_id) == spec)
    {
        picker.list.select(at, picker.quantities.len(), page);
    }
}

/// Moves in the top layer's list.
pub fn go(model: &mut Model, to: Move) -> Vec<Effect> {
    let page = model.viewport.layer_rows;
    let found = match model.layers.last() {
        Some(Layer::Palette(palette)) => palette::found(model, &palette.field.text()).len(),
        Some(Layer::Categories(picker)) => {
            let all = picker.all.as_deref().map(Vec::as_slice).unwrap_or_default();
            facets::fitting(all, &picker.field.text()).len()
        }
        _ => 0,
    };
    match model.layers.last_mut() {
        Some(Layer::Palette(palette)) => palette.list.go(to, found, page),
        Some(Layer::Categories(picker)) => picker.list.go(to, found, page),
        Some(Layer::Saved(layer)) => {
            let rows = layer.len();
            layer.list.go(to, rows, page);
        }
        Some(Layer::Lists(layer)) => layer.go(to, page),
        Some(Layer::Picker(picker)) => picker.list.go(to, picker.quantities.len(), page),
        Some(Layer::Substitute(layer)) => {
            let rows = layer.rows().count();
            layer.list.go(to, rows, page);
        }
        Some(Layer::Drift(layer)) => {
            let rows = layer.rows().len();
            layer.list.go(to, rows, page);
        }
        Some(Layer::Confirm(confirm)) => {
            let lines = confirm.len();
            let mut list = List::default();
            list.select(confirm.at, lines, page);
            list.go(to, lines, page);
            confirm.at = list.selected;
        }
        // The screen knows how long these are and never shows less than their last page.
        Some(
            Layer::Help { first }
            | Layer::Sheet(crate::app::suppliers::SheetLayer { first, .. })
            | Layer::Why(crate::app::why::WhyLayer { first, .. })
            | Layer::Entry(crate::app::entry::EntryLayer { first, .. })
            | Layer::Order(crate::app::orders::OrderLayer { first, .. })
            | Layer::Group(crate::app::deals::GroupLayer { first, .. })
            | Layer::Fix(crate::app::fix::FixLayer { first, .. })
            | Layer::Decide(crate::app::decide::Decision { first, .. }),
        ) => {
            let leap = page.saturating_sub(1).max(1);
            *first = match to {
                Move::Up => first.saturating_sub(1),
                Move::Down => first.saturating_add(1).min(MAX_SCROLL),
                Move::PageUp => first.saturating_sub(leap),
                Move::PageDown => first.saturating_add(leap).min(MAX_SCROLL),
                Move::Top => 0,
                Move::Bottom => MAX_SCROLL,
                Move::To(line) => line.min(MAX_SCROLL),
                Move::Scroll(by) => first.saturating_add_signed(by.into()).min(MAX_SCROLL),
            };
        }
        _ => {}
    }
    Vec::new()
}

const MAX_SCROLL: usize = 10_000;

/// Enter in the top layer.
pub fn accept(model: &mut Model) -> Vec<Effect> {
    match model.layers.pop() {
        Some(Layer::Palette(palette)) => {
            let found = palette::found(model, &palette.field.text());
            match found.get(palette.list.selected).copied() {
                Some(id) => trigger::trigger(model, id),
                None => Vec::new(),
            }
        }
        Some(Layer::Prompt(prompt)) => take_number(model, prompt),
        Some(Layer::Picker(picker)) => take_skus(model, picker),
        Some(Layer::Categories(picker)) => facets::take_category(model, &picker),
        // Enter never spends: `y` does.
        Some(layer @ Layer::Confirm(_)) => {
            model.layers.push(layer);
            model.say(Tone::Info, model.text().press_send);
            Vec::new()
        }
        Some(Layer::Words(prompt)) => words::take(model, prompt),
        Some(layer @ Layer::Saved(_)) => {
            model.layers.push(layer);
            saved::take(model)
        }
        Some(layer @ Layer::Lists(_)) => {
            model.layers.push(layer);
            trigger::trigger(model, ActionId::ListsLoad)
        }
        Some(layer @ Layer::Decide(_)) => {
            model.layers.push(layer);
            model.say(Tone::Info, model.text().press_yes);
            Vec::new()
        }
        Some(layer @ Layer::Grid(_)) => {
            model.layers.push(layer);
            trigger::trigger(model, ActionId::GridTake)
        }
        Some(layer @ Layer::Fix(_)) => {
            model.layers.push(layer);
            trigger::trigger(model, ActionId::FixApply)
        }
        Some(layer @ Layer::Substitute(_)) => {
            model.layers.push(layer);
            trigger::trigger(model, ActionId::SubstituteTake)
        }
        Some(layer @ (Layer::Sheet(_) | Layer::Why(_) | Layer::Order(_) | Layer::Group(_))) => {
            model.layers.push(layer);
            Vec::new()
        }
        Some(layer @ Layer::Drift(_)) => {
            model.layers.push(layer);
            drift::next(model);
            Vec::new()
        }
        Some(Layer::Entry(layer)) => entry::take(model, layer),
        Some(Layer::QuitAnyway) => vec![Effect::Quit],
        Some(Layer::Help { .. }) | None => Vec::new(),
    }
}

/// Whether the confirm layer hears: nothing was pressed for a moment.
pub fn is_armed(quiet_since: Timestamp, at: Timestamp) -> bool {
    at.as_millisecond() - quiet_since.as_millisecond() >= QUIET_MILLIS
}

/// The layer that spends when it is on top: since when nothing was pressed.
fn spending(model: &mut Model) -> Option<&mut Timestamp> {
    match model.layers.last_mut() {
        Some(Layer::Confirm(confirm)) => Some(&mut confirm.quiet_since),
        Some(Layer::Decide(decision)) => Some(&mut decision.quiet_since),
        _ => None,
    }
}

/// Something was typed or pasted: whether a layer that spends hears it. Each press begins the quiet anew, so a held
/// key, a burst and a paste never spend.
pub fn hears(model: &mut Model) -> bool {
    let at = model.now;
    let Some(quiet_since) = spending(model) else { return true };
    let armed = is_armed(*quiet_since, at);
    *quiet_since = at;
    armed
}

/// Whether this action does what such a layer asks.
pub fn spends(id: ActionId) -> bool {
    matches!(id, ActionId::ConfirmSend | ActionId::DecideYes)
}

/// `y` in the confirm layer: sends exactly the proposal that is on the screen.
pub fn send(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Confirm(confirm)) = model.layers.pop() else { return Vec::new() };
    model.cart.submitting = true;
    model.say(Tone::Info, model.text().sending);
    vec![Effect::Submit(confirm.proposal)]
}

/// A layer went away: one that spends is deaf for a moment after what lay over it.
pub fn uncovered(model: &mut Model) {
    let at = model.now;
    if let Some(quiet_since) = spending(model) {
        *quiet_since = at;
    }
}

/// Closes a confirm layer whose proposal no longer fits the cart.
pub fn drop_confirm(model: &mut Model) {
    model.layers.retain(|layer| !matches!(layer, Layer::Confirm(_)));
}

/// A digit, point or editing key in a number field. The first digit replaces what was there.
pub fn type_number(prompt: &mut Prompt, c: char) {
    prompt.trouble = None;
    prompt.field.insert(c.encode_utf8(&mut [0; 4]));
}

/// Whether a character can stand in a quantity.
pub fn is_number_char(c: char) -> bool {
    c.is_ascii_digit() || c == '.'
}

/// A key in the quantity prompt; `false` when it is not one of the field's.
pub fn key_in_prompt(prompt: &mut Prompt, key: Key) -> bool {
    if let Wish::Narrow { .. } = prompt.wish {
        return prompt.field.edit(key).is_some();
    }
    if let Some(c) = key.narrowed().typed() {
        // What stands for no number is refused when it is taken: a character left out would be another number.
        type_number(prompt, c);
        return true;
    }
    let handled = prompt.field.edit(key).is_some();
    if handled {
        prompt.trouble = None;
    }
    handled
}

/// A key in the SKU picker: digits are the quantity of the selected SKU.
pub fn key_in_picker(picker: &mut Picker, key: Key) -> bool {
    if picker.take != PickFor::Cart {
        return false;
    }
    let Some(text) = picker.quantities.get_mut(picker.list.selected) else { return false };
    if let Some(c) = key.narrowed().typed()
        && is_number_char(c)
    {
        if text.len() < 12 {
            text.push(c);
        }
        return true;
    }
    if key == Key::plain(Code::Backspace) {
        text.pop();
        return true;
    }
    false
}

fn take_number(model: &mut Model, mut prompt: Prompt) -> Vec<Effect> {
    let typed = prompt.field.text();
    match &prompt.wish {
        Wish::Lines { ids, .. } => {
            let ids = ids.clone();
            return algebra::take(model, prompt, &ids);
        }
        Wish::Narrow { .. } => {
            algebra::narrowed(model, &typed);
            return Vec::new();
        }
        _ => {}
    }
    if let (Wish::OwnQuantity { key, .. }, true) = (&prompt.wish, typed.trim().is_empty()) {
        return quantities::set(model, key.clone(), None);
    }
    let quantity = Quantity::from_typed(&typed).ok().filter(|quantity| !quantity.is_zero());
    let Some(quantity) = quantity else {
        prompt.trouble = Some(model.text().why_not_a_quantity.to_owned());
        model.layers.push(Layer::Prompt(prompt));
        return Vec::new();
    };
    match prompt.wish {
        Wish::Quantity => {
            model.quantity = quantity;
            // The same offers at another price: the buyer stays on the row unless prices decide the order.
            search::search(model)
        }
        Wish::OwnQuantity { key, .. } => quantities::set(model, key, Some(quantity)),
        Wish::Sets { name } => lists::load(name, quantity),
        // Taken before a number is looked for.
        Wish::Lines { .. } | Wish::Narrow { .. } => Vec::new(),
        Wish::Join { id, spec, .. } => deals::ask_join(model, &id, spec, quantity),
    }
}

fn take_skus(model: &mut Model, picker: Picker) -> Vec<Effect> {
    if let PickFor::Join(id) = &picker.take {
        let picked = picker.offer.skus.get(picker.list.selected);
        deals::ask_quantity(model, id, picked.map(|sku| (sku.spec_id.clone(), sku.name.clone())));
        return Vec::new();
    }
    let mut lines = Vec::new();
    for (at, (sku, text)) in picker.offer.skus.iter().zip(&picker.quantities).enumerate() {
        if text.is_empty() {
            continue;
        }
        match text.parse::<Quantity>() {
            Ok(quantity) if quantity.is_zero() => {}
            Ok(quantity) => lines.push(NewLine {
                offer: picker.offer.key.clone(),
                spec_id: Some(sku.spec_id.clone()),
                quantity,
            }),
            Err(_) => {
                let mut picker = picker.clone();
                picker.list.select(at, picker.quantities.len(), model.viewport.layer_rows);
                model.layers.push(Layer::Picker(picker));
                model.say(Tone::Warn, model.text().why_not_a_quantity);
                return Vec::new();
            }
        }
    }
    if lines.is_empty() {
        let Some(sku) = picker.offer.skus.get(picker.list.selected) else { return Vec::new() };
        lines.push(NewLine {
            offer: picker.offer.key.clone(),
            spec_id: Some(sku.spec_id.clone()),
            quantity: model.quantity_of(&picker.offer.key),
        });
    }
    vec![Effect::Cart(CartDeed::Add(lines))]
}
