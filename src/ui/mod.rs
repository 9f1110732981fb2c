//! The model drawn. Reads only; what it learns of the screen (how many rows were in view, what was where) it hands
//! back.

mod bottom;
pub mod clear;
mod clock;
mod detail;
mod layers;
mod order_words;
mod panes;
mod pen;
mod phrases;
mod status;
pub mod text;
mod widgets;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::model::Viewport;
use crate::app::mouse::Places;
use crate::app::{Model, Pane};

/// Least size the panes are drawn at.
pub const LEAST: (u16, u16) = (60, 16);

/// What was where on the screen that was drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hits {
    /// Rows of the lists in view.
    pub viewport: Viewport,
    /// What the mouse can reach.
    pub places: Places,
}

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>) -> Hits {
    let area = frame.area();
    let mut hits = Hits { viewport: Viewport { rows: 1, layer_rows: 1 }, places: Places::default() };
    let pen = pen::Pen::new(model);
    if area.width < LEAST.0 || area.height < LEAST.1 {
        status::too_small(model, frame, area);
        return hits;
    }
    let row = |y: u16| Rect { x: area.x, y, width: area.width, height: 1 };
    hits.places.tabs = status::draw(model, &pen, frame, row(area.y));
    hits.places.hints = bottom::hints(model, &pen, frame, row(area.bottom() - 1));
    let mut bottom = area.bottom() - 1;
    if bottom::has_strip(model, area) {
        bottom -= 1;
        bottom::strip(model, &pen, frame, row(bottom));
    }
    let wanted = bottom::lines_wanted(model, area.width);
    if wanted > 0 {
        bottom -= wanted;
        bottom::line(model, &pen, frame, Rect { height: wanted, ..row(bottom) });
    }
    let body = Rect { y: area.y + 1, height: bottom - area.y - 1, ..area };
    hits.viewport.rows = match model.pane {
        Pane::Search => panes::search::draw(model, &pen, frame, body),
        Pane::Compare => panes::compare::draw(model, &pen, frame, body),
        Pane::Cart => panes::cart::draw(model, &pen, frame, body),
        Pane::Deals => panes::deals::draw(model, &pen, frame, body),
        Pane::Orders => panes::orders::draw(model, &pen, frame, body),
    };
    hits.places.rows = pen.take_rows();
    hits.places.facets = pen.take_facets();
    // The query is the first line of its pane.
    hits.places.query = (model.pane == Pane::Search).then(|| pen::area_of(row(body.y)));
    hits.viewport.layer_rows = layers::draw(model, &pen, frame, body);
    hits.places.layer = pen.take_window();
    hits.places.layer_rows = if hits.places.layer.is_some() { pen.take_rows() } else { Vec::new() };
    hits
}
