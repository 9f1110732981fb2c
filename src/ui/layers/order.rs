//! An order in full: its lines, where its goods are, what can be done next.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::orders::OrderLayer;
use crate::ui::pen::Pen;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &OrderLayer) -> usize {
    let inner = super::popup(pen, frame, body, model.text().pane_search, body.width, body.height);
    super::scrolled(frame, inner, Vec::new(), layer.first)
}
