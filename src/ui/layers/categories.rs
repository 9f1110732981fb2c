//! The list of categories: a field, and those that fit it with how many offers they have.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::facets::{self, CategoryPicker};
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells of the number of a category and of its offers.
const NUMBER: usize = 14;
const COUNT: usize = 10;

/// Draws the layer; how many of its rows were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, picker: &CategoryPicker) -> usize {
    let words = model.text();
    let inner = super::popup(pen, frame, body, words.pick_category, 66, 18);
    let cells = inner.width as usize;
    let before = text::tail(picker.field.before(), cells.saturating_sub(4));
    let after = text::head(picker.field.after(), cells.saturating_sub(4 + text::width(before)));
    let typed = format!("{before}{after}");
    let (typed, style) = if typed.is_empty() {
        (text::cut(words.category_hint, cells.saturating_sub(4), pen.sign()), pen.dim)
    } else {
        (typed, pen.selected)
    };
    let field = Line::from(vec![Span::styled(" : ", pen.accent), Span::styled(typed, style)]);
    frame.render_widget(field, Rect { height: 1, ..inner });
    let x = inner.x + 3 + text::width(before) as u16;
    frame.set_cursor_position(Position::new(x.min(inner.right().saturating_sub(1)), inner.y));
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let page = list.height as usize;
    let said = |frame: &mut Frame<'_>, said: &str, style| {
        let lines = text::fold(said, cells.saturating_sub(4));
        for (at, line) in lines.into_iter().take(page).enumerate() {
            let place = Rect { y: list.y + at as u16, height: 1, ..list };
            frame.render_widget(Line::styled(format!("   {line}"), style), place);
        }
    };
    if let Some(trouble) = &picker.trouble {
        said(frame, trouble.text.as_str(), pen.bad);
        return page;
    }
    let Some(all) = &picker.all else {
        said(frame, words.reading_categories, pen.dim);
        return page;
    };
    let found = facets::fitting(all, &picker.field.text());
    if found.is_empty() {
        said(frame, words.no_category, pen.dim);
    }
    let is_narrowed = !picker.field.is_empty();
    let first = picker.list.first_in_view(found.len(), page);
    for (at, category) in found.iter().enumerate().skip(first).take(page) {
        let selected = at == picker.list.selected;
        let style = if selected { pen.selected } else { pen.plain };
        // Unsearched it is the tree; searched, each says what it is a part of.
        let (before, behind) = match &category.above {
            _ if !is_narrowed => ("  ".repeat(category.depth.min(4)), String::new()),
            Some((above, above_en)) => {
                (String::new(), format!("  {}", model.title_from(above, above_en.as_ref())))
            }
            None => (String::new(), String::new()),
        };
        let shown = format!("{before}{}", model.title_from(&category.name, category.name_en.as_ref()));
        let name = cells.saturating_sub(3 + NUMBER + COUNT + 1);
        let line = Line::from(vec![
            Span::styled(if selected { pen.glyphs.marker } else { " " }, pen.accent),
            Span::raw("  "),
            Span::styled(text::cut(&shown, name, pen.sign()), style),
            Span::styled(text::left(&behind, name.saturating_sub(text::width(&shown)), pen.sign()), pen.dim),
            Span::styled(text::right(&category.id.to_string(), NUMBER, ""), pen.dim),
            Span::styled(text::right(&text::count(category.count as u64), COUNT, ""), pen.dim),
        ]);
        let place = Rect { y: list.y + (at - first) as u16, height: 1, ..list };
        frame.render_widget(line, place);
        pen.listed(place, at);
    }
    page
}
