//! What lies over the panes. The top layer is drawn last; those under it stay in view where it leaves room.

mod categories;
mod confirm;
mod decide;
mod drift;
mod entry;
mod fix;
mod grid;
mod group;
mod help;
mod lists;
mod order;
mod pairs;
mod palette;
mod picker;
mod saved;
mod sheet;
mod substitute;
mod why;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::{Layer, Model};
use crate::ui::clear::clear;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Draws all layers; how many rows of the top one's list were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect) -> usize {
    let mut rows = 1;
    for layer in &model.layers {
        rows = match layer {
            Layer::Help { first } => help::draw(model, pen, frame, body, *first),
            Layer::Palette(palette) => palette::draw(model, pen, frame, body, palette),
            Layer::Picker(picker) => picker::draw(model, pen, frame, body, picker),
            Layer::Confirm(confirm) => confirm::draw(model, pen, frame, body, confirm),
            Layer::Sheet(sheet) => sheet::draw(model, pen, frame, body, sheet),
            Layer::Entry(layer) => entry::draw(model, pen, frame, body, layer),
            Layer::Why(why) => why::draw(model, pen, frame, body, why),
            Layer::Categories(picker) => categories::draw(model, pen, frame, body, picker),
            Layer::Saved(layer) => saved::draw(model, pen, frame, body, layer),
            Layer::Lists(layer) => lists::draw(model, pen, frame, body, layer),
            Layer::Order(order) => order::draw(model, pen, frame, body, order),
            Layer::Group(group) => group::draw(model, pen, frame, body, group),
            Layer::Grid(layer) => grid::draw(model, pen, frame, body, layer),
            Layer::Drift(layer) => drift::draw(model, pen, frame, body, layer),
            Layer::Substitute(layer) => substitute::draw(model, pen, frame, body, layer),
            Layer::Fix(layer) => fix::draw(model, pen, frame, body, layer),
            Layer::Decide(decision) => decide::draw(model, pen, frame, body, decision),
            Layer::Words(_) | Layer::Prompt(_) | Layer::QuitAnyway => rows,
        };
    }
    rows
}

/// A framed, cleared popup of at most this size in the middle of `body`; gives its inside.
fn popup(pen: &Pen, frame: &mut Frame<'_>, body: Rect, title: &str, width: u16, height: u16) -> Rect {
    let width = width.min(body.width).max(4);
    let height = height.min(body.height).max(3);
    let area =
        Rect { x: body.x + (body.width - width) / 2, y: body.y + (body.height - height) / 2, width, height };
    clear(frame.buffer_mut(), area);
    pen.window(area);
    let inner = usize::from(width) - 2;
    let [left_top, right_top, left_bottom, right_bottom] = pen.glyphs.corners;
    let title = text::cut(&format!(" {title} "), inner.saturating_sub(1), pen.sign());
    let rest = inner.saturating_sub(1 + text::width(&title));
    let top = Line::from(vec![
        Span::styled(format!("{left_top}{}", pen.glyphs.rule), pen.dim),
        Span::styled(title, pen.accent),
        Span::styled(format!("{}{right_top}", pen.glyphs.rule.repeat(rest)), pen.dim),
    ]);
    let line = |y: u16| Rect { y, height: 1, ..area };
    frame.render_widget(top, line(area.y));
    for y in area.y + 1..area.bottom() - 1 {
        let side = |x: u16| Rect { x, y, width: 1, height: 1 };
        frame.render_widget(Line::styled(pen.glyphs.bar, pen.dim), side(area.x));
        frame.render_widget(Line::styled(pen.glyphs.bar, pen.dim), side(area.right() - 1));
    }
    let bottom = format!("{left_bottom}{}{right_bottom}", pen.glyphs.rule.repeat(inner));
    frame.render_widget(Line::styled(bottom, pen.dim), line(area.bottom() - 1));
    Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 }
}

/// Draws the lines that fit from `first` on, never less than the last page; how many rows there are.
fn scrolled(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>, first: usize) -> usize {
    let page = area.height as usize;
    let first = first.min(lines.len().saturating_sub(page));
    for (at, line) in lines.into_iter().skip(first).take(page).enumerate() {
        frame.render_widget(line, Rect { y: area.y + at as u16, height: 1, ..area });
    }
    page
}
