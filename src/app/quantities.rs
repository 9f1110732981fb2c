//! Quantities: Q for all, and single offers that are looked at another one. What is bought in cartons of 48 is
//! compared at 48 and not at the 300 of everything else.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::field::Field;
use crate::app::model::{Layer, Model, Prompt, Tone, Wish};
use crate::app::msg::Effect;
use crate::app::search;
use crate::domain::id::OfferKey;
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::domain::session::MOST_OWN_QUANTITIES;
use crate::i18n::messages;

/// Asks for the quantity of the selected offer alone.
pub fn ask_own(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.search.selected() else { return Vec::new() };
    let key = row.offer.key.clone();
    let title = model.title_of(&row.offer).clone();
    let field = Field::new(&model.quantity_of(&key).to_string());
    let wish = Wish::OwnQuantity { key, title };
    model.layers.push(Layer::Prompt(Prompt { wish, field: field.offered(), trouble: None }));
    Vec::new()
}

/// The nearest quantity the selected offer can be bought at, where Q is none.
pub fn nearest(model: &Model) -> Option<(OfferKey, Quantity)> {
    let row = model.search.selected()?;
    let nearest = row.price.nearest.filter(|nearest| !row.price.buyable && !nearest.is_zero())?;
    (nearest != model.quantity_of(&row.offer.key)).then(|| (row.offer.key.clone(), nearest))
}

/// Looks at the selected offer at that quantity.
pub fn take_nearest(model: &mut Model) -> Vec<Effect> {
    let Some((key, quantity)) = nearest(model) else { return Vec::new() };
    set(model, key, Some(quantity))
}

/// Sets the quantity of one offer; `None` = Q again.
pub fn set(model: &mut Model, key: OfferKey, quantity: Option<Quantity>) -> Vec<Effect> {
    let own = Arc::make_mut(&mut model.own_quantities);
    match quantity {
        Some(quantity) => {
            if own.len() >= MOST_OWN_QUANTITIES && !own.contains_key(&key) {
                let said = messages::too_many_own(model.lang, MOST_OWN_QUANTITIES);
                model.say(Tone::Warn, said);
                return Vec::new();
            }
            own.insert(key.clone(), quantity);
        }
        None => {
            own.remove(&key);
        }
    }
    model.search.touched = true;
    reprice(model, |changed| *changed == key);
    // Where prices decide the order, or the query asks for one, the list is another now.
    search::search(model)
}

/// All offers at Q again.
pub fn clear(model: &mut Model) -> Vec<Effect> {
    let own = std::mem::take(&mut model.own_quantities);
    reprice(model, |changed| own.contains_key(changed));
    search::search(model)
}

/// Puts those of the last sitting back.
pub fn restore(model: &mut Model, own: Vec<(OfferKey, Quantity)>) {
    model.own_quantities = Arc::new(own.into_iter().collect::<HashMap<_, _>>());
}

/// In the order of their keys, as they are remembered.
pub fn listed(model: &Model) -> Vec<(OfferKey, Quantity)> {
    let mut all: Vec<_> =
        model.own_quantities.iter().map(|(key, quantity)| (key.clone(), *quantity)).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

/// Prices rows in memory at what now is their quantity, without waiting for the search to say the same.
fn reprice(model: &mut Model, changed: impl Fn(&OfferKey) -> bool) {
    let (own, q) = (&model.own_quantities, model.quantity);
    for row in model.search.page.rows.iter_mut().filter(|row| changed(&row.offer.key)) {
        let quantity = own.get(&row.offer.key).copied().unwrap_or(q);
        row.price = price::row_price(&row.offer, quantity);
    }
}
