//! A list pasted into the cart: looked at first, row by row, then put in with Enter or left with Esc.

use std::sync::Arc;

use crate::app::cart;
use crate::app::model::{Layer, Model, Tone};
use crate::app::msg::{CartDeed, CartSnapshot, Effect, Trouble};
use crate::domain::entry::EntryReport;
use crate::i18n::entry as words;

/// The preview.
#[derive(Debug, Clone)]
pub struct EntryLayer {
    /// What was pasted.
    pub list: Arc<str>,
    /// What would become of it; `None` until it was looked at.
    pub report: Option<Arc<EntryReport>>,
    /// Why it could not be looked at.
    pub trouble: Option<Trouble>,
    /// First line in view.
    pub first: usize,
}

/// Text was pasted into the cart: nothing happens to the cart yet.
pub fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    model.layers.retain(|layer| !matches!(layer, Layer::Entry(_)));
    let list: Arc<str> = Arc::from(text);
    model.layers.push(Layer::Entry(EntryLayer { list: list.clone(), report: None, trouble: None, first: 0 }));
    vec![Effect::CheckEntry(list)]
}

/// The list was looked at; dropped when its preview was closed, or another list was pasted.
pub fn checked(model: &mut Model, list: &Arc<str>, result: Result<Arc<EntryReport>, Trouble>) {
    let open = model.layers.iter_mut().find_map(|layer| match layer {
        Layer::Entry(layer) if layer.list == *list => Some(layer),
        _ => None,
    });
    let Some(layer) = open else { return };
    match result {
        Ok(report) => (layer.report, layer.trouble) = (Some(report), None),
        Err(trouble) => layer.trouble = Some(trouble),
    }
}

/// Enter in the preview: puts the good rows in. It waits for what is still being looked at, and stays where nothing
/// would go in.
pub fn take(model: &mut Model, layer: EntryLayer) -> Vec<Effect> {
    let adds = layer.report.as_ref().map(|report| report.adding());
    let list = layer.list.clone();
    match adds {
        Some(adding) if adding > 0 => vec![Effect::Enter(list)],
        looked => {
            model.layers.push(Layer::Entry(layer));
            if looked.is_some() {
                model.say(Tone::Warn, model.text().entry_nothing);
            }
            Vec::new()
        }
    }
}

/// A list went into the cart.
pub fn entered(model: &mut Model, result: Result<(Arc<EntryReport>, CartSnapshot), Trouble>) -> Vec<Effect> {
    let (report, snapshot) = match result {
        Ok(done) => done,
        Err(trouble) => {
            model.complain(&trouble);
            return vec![Effect::Cart(CartDeed::Read)];
        }
    };
    let effects = cart::changed(model, CartDeed::Read, Ok(snapshot));
    let tone = if report.bad.is_empty() { Tone::Done } else { Tone::Warn };
    model.say(tone, words::entered(model.lang, report.adding(), report.already(), report.bad.len()));
    effects
}
