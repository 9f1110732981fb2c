//! One file a pane. Each draws itself and tells how many rows of its list were in view.

mod bargains;
pub mod cart;
pub mod compare;
pub mod deals;
mod facets;
pub mod offer_row;
pub mod orders;
pub mod search;
pub mod suppliers;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::msg::Trouble;
use crate::ui::pen::Pen;
use crate::ui::text;

/// One line of a pane.
fn row(area: Rect, y: u16) -> Rect {
    Rect { y: area.y + y, height: 1, ..area }
}

/// Sentences in the middle of an empty pane.
fn empty(pen: &Pen, frame: &mut Frame<'_>, area: Rect, sentences: &[(String, Style)]) {
    let cells = (area.width as usize).saturating_sub(4);
    let lines: Vec<(String, Style)> = sentences
        .iter()
        .flat_map(|(sentence, style)| text::fold(sentence, cells).into_iter().map(|line| (line, *style)))
        .collect();
    let top = (area.height as usize).saturating_sub(lines.len()) / 3;
    for (at, (line, style)) in lines.iter().enumerate() {
        let y = top + at;
        if y >= area.height as usize {
            break;
        }
        let indent = (area.width as usize).saturating_sub(text::width(line)) / 2;
        let shown = Line::from(vec![Span::raw(" ".repeat(indent)), Span::styled(line.clone(), *style)]);
        frame.render_widget(shown, row(area, y as u16));
    }
    let _ = pen;
}

/// What went wrong, and what to do about it.
fn troubled(pen: &Pen, trouble: &Trouble) -> Vec<(String, Style)> {
    let mut said = vec![(trouble.text.to_string(), pen.bad)];
    said.extend(trouble.hint.as_ref().map(|hint| (hint.to_string(), pen.plain)));
    said
}

/// What was read before still stands; this line says why it is not newer.
fn stale(pen: &Pen, trouble: &Trouble, cells: usize) -> Line<'static> {
    Line::styled(text::cut(&format!(" ! {}", trouble.text), cells, pen.sign()), pen.bad)
}

/// What stands at the left of a row: the mark of the selected one.
fn marker(pen: &Pen, selected: bool) -> Span<'static> {
    if selected { Span::styled(pen.glyphs.marker, pen.accent) } else { Span::raw(" ") }
}
