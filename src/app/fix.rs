//! The fix sheet: what makes the cart legal at the least cost, as a diff; one key takes it, one shows the way without
//! new goods.

use crate::app::model::{Layer, Model, Tone};
use crate::app::msg::{CartDeed, Effect, Trouble};
use crate::domain::fix::{Change, Fix, Plan};

/// The sheet.
#[derive(Debug, Clone)]
pub struct FixLayer {
    /// `None` until it was worked out.
    pub fix: Option<Box<Fix>>,
    /// Whether the plan without new goods is shown.
    pub without_new: bool,
    /// Why it cannot be told.
    pub trouble: Option<Trouble>,
    /// First line in view.
    pub first: usize,
}

impl FixLayer {
    /// The plan in view.
    pub fn plan(&self) -> Option<&Plan> {
        let fix = self.fix.as_deref()?;
        fix.without_new.as_ref().filter(|_| self.without_new).or(Some(&fix.plan))
    }

    /// The plan that is not in view, where there are two.
    pub fn other(&self) -> Option<&Plan> {
        let fix = self.fix.as_deref()?;
        let without = fix.without_new.as_ref()?;
        Some(if self.without_new { &fix.plan } else { without })
    }
}

/// Opens the sheet and has the plan worked out.
pub fn open(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Fix(FixLayer { fix: None, without_new: false, trouble: None, first: 0 }));
    vec![ask(model)]
}

/// The cart is another: the open sheet is worked out anew.
pub fn cart_changed(model: &mut Model) -> Option<Effect> {
    let layer = layer(model)?;
    (layer.fix, layer.trouble) = (None, None);
    Some(ask(model))
}

fn ask(model: &mut Model) -> Effect {
    model.cart.fixing += 1;
    Effect::ReadFix { generation: model.cart.fixing }
}

fn layer(model: &mut Model) -> Option<&mut FixLayer> {
    model.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Fix(layer) => Some(layer),
        _ => None,
    })
}

/// It was worked out; dropped when the sheet was closed or the cart changed meanwhile.
pub fn read(model: &mut Model, generation: u64, result: Result<Box<Fix>, Trouble>) {
    if generation != model.cart.fixing {
        return;
    }
    let Some(layer) = layer(model) else { return };
    match result {
        Ok(fix) => {
            layer.without_new &= fix.without_new.is_some();
            (layer.fix, layer.trouble) = (Some(fix), None);
        }
        Err(trouble) => layer.trouble = Some(trouble),
    }
}

/// What was under way broke: no answer will come.
pub fn broke(model: &mut Model, trouble: &Trouble) {
    if let Some(layer) = layer(model).filter(|layer| layer.fix.is_none()) {
        layer.trouble = Some(trouble.clone());
    }
}

/// Whether the plan in view can be taken; the reason when not.
pub fn can_apply(model: &Model) -> Result<(), &'static str> {
    let words = model.text();
    match model.layers.last() {
        Some(Layer::Fix(layer)) => match layer.plan() {
            None => Err(words.why_fixing),
            Some(plan) if plan.changes.is_empty() => Err(words.why_nothing_to_fix),
            Some(_) => Ok(()),
        },
        _ => Err(words.why_nothing_here),
    }
}

/// Whether there is another plan to look at; the reason when not.
pub fn can_switch(model: &Model) -> Result<(), &'static str> {
    match model.layers.last() {
        Some(Layer::Fix(layer)) if layer.other().is_some() => Ok(()),
        _ => Err(model.text().why_no_new_goods),
    }
}

/// From the cheapest plan to the one without new goods, and back.
pub fn switch(model: &mut Model) {
    if let Some(layer) = layer(model) {
        layer.without_new = !layer.without_new;
        layer.first = 0;
    }
}

/// Takes the plan in view: exactly the changes that are shown, as one step of undo.
pub fn apply(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Fix(layer)) = model.layers.last() else { return Vec::new() };
    let Some(plan) = layer.plan() else { return Vec::new() };
    let raises = plan.changes.iter().map(Change::raise).collect();
    model.layers.pop();
    model.say(Tone::Info, model.text().fix_applying);
    vec![Effect::Cart(CartDeed::Fix(raises))]
}
