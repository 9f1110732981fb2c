//! The command palette: a field, and the actions that fit it with their keys.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::app::model::Palette;
use crate::app::{Model, action, palette, trigger};
use crate::ui::pen::Pen;
use crate::ui::text;

/// Draws the layer.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, palette: &Palette) -> usize {
    let words = model.text();
    let found = palette::found(model, &palette.field.text());
    let inner = super::popup(pen, frame, body, words.do_palette, 66, 16);
    let cells = inner.width as usize;
    let before = text::tail(palette.field.before(), cells.saturating_sub(4));
    let after = text::head(palette.field.after(), cells.saturating_sub(4 + text::width(before)));
    let field = Line::from(vec![
        Span::styled(" : ", pen.accent),
        Span::styled(format!("{before}{after}"), pen.selected),
    ]);
    frame.render_widget(field, Rect { height: 1, ..inner });
    let x = inner.x + 3 + text::width(before) as u16;
    frame.set_cursor_position(Position::new(x.min(inner.right().saturating_sub(1)), inner.y));
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    let page = list.height as usize;
    if found.is_empty() {
        let said = text::cut(words.no_command, cells.saturating_sub(3), pen.sign());
        frame.render_widget(Line::styled(format!("   {said}"), pen.dim), Rect { height: 1, ..list });
    }
    let first = palette.list.first_in_view(found.len(), page);
    for (at, id) in found.iter().enumerate().skip(first).take(page) {
        let selected = at == palette.list.selected;
        let row = action::row(*id);
        let keys = model.keys.shown(*id);
        let reason = trigger::enabled(model, *id).err();
        let style = match (selected, reason) {
            (true, _) => pen.selected,
            (false, Some(_)) => pen.dim,
            (false, None) => pen.plain,
        };
        let what = match reason {
            Some(reason) => format!("{}  ({reason})", (row.text)(words)),
            None => (row.text)(words).to_owned(),
        };
        let line = Line::from(vec![
            Span::styled(if selected { pen.glyphs.marker } else { " " }, pen.accent),
            Span::raw("  "),
            Span::styled(text::left(&what, cells.saturating_sub(14), pen.sign()), style),
            Span::styled(text::right(&keys, 10, pen.sign()), pen.dim),
        ]);
        let place = Rect { y: list.y + (at - first) as u16, height: 1, ..list };
        frame.render_widget(line, place);
        pen.listed(place, at);
    }
    page
}
