//! A supplier in full.

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::app::Model;
use crate::app::suppliers::SheetLayer;
use crate::ui::pen::Pen;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &SheetLayer) -> usize {
    let inner = super::popup(pen, frame, body, model.text().pane_search, body.width, body.height);
    super::scrolled(frame, inner, Vec::new(), layer.first)
}
