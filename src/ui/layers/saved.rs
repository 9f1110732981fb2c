//! The picker of saved searches: the buyer's own, then the zones, with what each asks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::saved::SavedLayer;
use crate::domain::saved::SavedRow;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells of the quantity and of the age of the last look.
const QUANTITY: usize = 9;
const LOOKED: usize = 8;

/// Draws the layer; how many of its rows were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &SavedLayer) -> usize {
    let words = model.text();
    let bad = layer.bad.len().min(2);
    let height = (layer.len().max(3) + 5 + bad) as u16;
    let inner = super::popup(pen, frame, body, words.saved_title, 78, height);
    let cells = inner.width as usize;
    let row =
        |y: usize| Rect { y: inner.y + (y as u16).min(inner.height.saturating_sub(1)), height: 1, ..inner };
    let name = (cells.saturating_sub(4 + QUANTITY + LOOKED) / 2).min(24);
    let query = cells.saturating_sub(4 + name + QUANTITY + LOOKED);
    let head = format!(
        "   {}{}{}{} ",
        text::left(words.col_name, name, ""),
        text::left(words.col_query, query, ""),
        text::right(words.col_quantity, QUANTITY, ""),
        text::right(words.col_looked, LOOKED, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(0));
    let foot = 1 + bad + 1;
    let page = (inner.height as usize).saturating_sub(1 + foot).max(1);
    match (&layer.rows, &layer.trouble) {
        (_, Some(trouble)) => {
            for (at, line) in
                text::fold(trouble.text.as_str(), cells.saturating_sub(4)).into_iter().take(page).enumerate()
            {
                frame.render_widget(Line::styled(format!("   {line}"), pen.bad), row(1 + at));
            }
        }
        (None, None) => {
            frame.render_widget(Line::styled(format!("   {}", words.reading_saved), pen.dim), row(1));
        }
        (Some(rows), None) => {
            let first = layer.list.first_in_view(rows.len(), page);
            for (at, saved) in rows.iter().enumerate().skip(first).take(page) {
                let selected = at == layer.list.selected;
                let style = if selected { pen.selected } else { pen.plain };
                let looked = saved.looked_at.map(|looked| text::age(model.now, looked, words.age_units));
                let quantity = saved.search.quantity.map(text::quantity).unwrap_or_default();
                let line = Line::from(vec![
                    Span::styled(if selected { pen.glyphs.marker } else { " " }, pen.accent),
                    Span::styled(if saved.is_zone { "  " } else { "* " }, pen.good),
                    Span::styled(
                        text::left(&text::cut(name_of(model, saved), name - 1, pen.sign()), name, ""),
                        style,
                    ),
                    Span::styled(
                        text::left(
                            &text::cut(saved.search.query.as_str(), query.saturating_sub(1), pen.sign()),
                            query,
                            "",
                        ),
                        pen.dim,
                    ),
                    Span::styled(text::right(&quantity, QUANTITY, ""), style),
                    Span::styled(text::right(&looked.unwrap_or_default(), LOOKED, ""), pen.dim),
                ]);
                frame.render_widget(line, row(1 + at - first));
                pen.listed(row(1 + at - first), at);
            }
        }
    }
    let last = inner.height as usize;
    for (at, said) in layer.bad.iter().take(bad).enumerate() {
        let said = text::cut(&format!(" ! {said}"), cells.saturating_sub(1), pen.sign());
        frame.render_widget(Line::styled(said, pen.bad), row(last - 1 - bad + at));
    }
    let note = layer.selected().map_or("", |saved| saved.search.note.as_str());
    let note = text::cut(&format!(" {note}"), cells.saturating_sub(1), pen.sign());
    frame.render_widget(Line::styled(note, pen.dim), row(last - 1));
    page
}

/// The name in the language of the screen.
fn name_of<'a>(model: &Model, saved: &'a SavedRow) -> &'a str {
    match &saved.search.name_en {
        Some(english) if !model.lang.is_chinese() => english.as_str(),
        _ => saved.search.name.as_str(),
    }
}
