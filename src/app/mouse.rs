//! The mouse: a click focuses and selects, the wheel scrolls. What was where, the last frame told ([`Places`]).
//!
//! A click never spends: what sends an order or joins a group is armed for keys only.

use crate::app::action::ActionId;
use crate::app::list::Move;
use crate::app::model::{Layer, Model, Pane, Tone};
use crate::app::msg::{Effect, Mouse};
use crate::app::{facets, layers, trigger};

/// Rows one notch of the wheel moves.
const NOTCH: i16 = 3;

/// Cells of the screen, from the left and the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    /// Whether this cell belongs to it.
    pub fn has(self, x: u16, y: u16) -> bool {
        let inside =
            |at: u16, from: u16, cells: u16| at >= from && u32::from(at) < u32::from(from) + u32::from(cells);
        inside(x, self.x, self.width) && inside(y, self.y, self.height)
    }
}

/// What was where on the screen that was drawn last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// The panes' names.
    pub tabs: Vec<(Area, Pane)>,
    /// The query line.
    pub query: Option<Area>,
    /// Rows of the counts beside the list, with their index among its lines.
    pub facets: Vec<(Area, usize)>,
    /// Rows of the pane's list, with their index in it.
    pub rows: Vec<(Area, usize)>,
    /// The hints.
    pub hints: Vec<(Area, ActionId)>,
    /// The top layer.
    pub layer: Option<Area>,
    /// Rows of its list.
    pub layer_rows: Vec<(Area, usize)>,
}

/// What lies at a cell; the first of them that has it.
fn at<T: Copy>(places: &[(Area, T)], x: u16, y: u16) -> Option<T> {
    places.iter().find(|(area, _)| area.has(x, y)).map(|(_, what)| *what)
}

/// The mouse did something.
pub fn moused(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    model.begun.clear();
    // As with keys: what happens over a question begins its quiet anew.
    layers::hears(model);
    match mouse {
        Mouse::Pressed { x, y } => {
            model.notice = None;
            clicked(model, x, y)
        }
        Mouse::Wheel { up, .. } if !model.layers.is_empty() => {
            let to = if up { Move::Up } else { Move::Down };
            (0..NOTCH).flat_map(|_| layers::go(model, to)).collect()
        }
        // The cart's lines are of unlike height, so there the selection moves and the view follows.
        Mouse::Wheel { up, .. } if model.pane == Pane::Cart => {
            trigger::trigger(model, if up { ActionId::Up } else { ActionId::Down })
        }
        Mouse::Wheel { up, .. } => {
            trigger::move_in_pane(model, Move::Scroll(if up { -NOTCH } else { NOTCH }))
        }
    }
}

fn clicked(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    if let Some(id) = at(&model.places.hints, x, y) {
        if layers::spends(id) {
            model.say(Tone::Info, model.text().press_send);
            return Vec::new();
        }
        return trigger::trigger(model, id);
    }
    if let Some(layer) = model.layers.last() {
        let row = at(&model.places.layer_rows, x, y);
        let outside = !model.places.layer.is_some_and(|area| area.has(x, y));
        return match (layer, row) {
            (Layer::Palette(palette), Some(row)) if palette.list.selected == row => layers::accept(model),
            (Layer::Categories(picker), Some(row)) if picker.list.selected == row => layers::accept(model),
            (Layer::Saved(saved), Some(row)) if saved.list.selected == row => layers::accept(model),
            (Layer::Lists(lists), Some(row)) if lists.diff.is_none() && lists.list.selected == row => {
                layers::accept(model)
            }
            (_, Some(row)) => layers::go(model, Move::To(row)),
            (_, None) if outside => trigger::trigger(model, ActionId::LayerClose),
            (_, None) => Vec::new(),
        };
    }
    if let Some(pane) = at(&model.places.tabs, x, y) {
        return trigger::go(model, pane);
    }
    if model.pane == Pane::Search && model.places.query.is_some_and(|area| area.has(x, y)) {
        return trigger::trigger(model, ActionId::SearchQuery);
    }
    if model.pane == Pane::Search
        && let Some(line) = at(&model.places.facets, x, y)
    {
        return facets::clicked(model, line);
    }
    match at(&model.places.rows, x, y) {
        Some(row) => {
            model.search.focused = false;
            facets::leave(model);
            trigger::move_in_pane(model, Move::To(row))
        }
        None => Vec::new(),
    }
}
