//! Why an offer stands where it does: what the rank is made of, on request.

use crate::app::model::{Layer, Model};
use crate::app::msg::{Effect, Trouble};
use crate::app::search;
use crate::domain::id::OfferKey;
use crate::domain::search::{SearchRow, Why};

/// The layer.
#[derive(Debug, Clone)]
pub struct WhyLayer {
    /// The row as it stood when it was asked about.
    pub row: SearchRow,
    /// Its place in the list, from 1.
    pub place: usize,
    /// `None` until it was told.
    pub why: Option<Box<Why>>,
    /// Why it cannot be told.
    pub trouble: Option<Trouble>,
    /// First line in view.
    pub first: usize,
}

/// Opens the layer for the selected row.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.search.selected().cloned() else { return Vec::new() };
    model.search.touched = true;
    let place = model.search.from + model.search.list.selected + 1;
    let key = row.offer.key.clone();
    model.layers.push(Layer::Why(WhyLayer { row, place, why: None, trouble: None, first: 0 }));
    vec![Effect::Explain { key, request: search::request(model, 0, 0) }]
}

/// It was told; dropped when the layer was closed meanwhile.
pub fn explained(model: &mut Model, key: &OfferKey, result: Result<Option<Box<Why>>, Trouble>) {
    let unknown = Trouble::new(model.text().why_not_found, None);
    let open = model.layers.iter_mut().find_map(|layer| match layer {
        Layer::Why(layer) if layer.row.offer.key == *key => Some(layer),
        _ => None,
    });
    let Some(layer) = open else { return };
    match result {
        Ok(Some(why)) => (layer.why, layer.trouble) = (Some(why), None),
        Ok(None) => (layer.why, layer.trouble) = (None, Some(unknown)),
        Err(trouble) => layer.trouble = Some(trouble),
    }
}
