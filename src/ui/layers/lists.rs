//! The buying lists: what each costs today and when it is due; or one of them beside the cart.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::list::List;
use crate::app::lists::{Asks, ListsLayer};
use crate::domain::list::{Difference, ListRow};
use crate::domain::quantity::Quantity;
use crate::i18n::comparing;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells of the layer at most.
const WIDTH: u16 = 96;
const GOODS: usize = 16;
const LINES: usize = 7;
const EVERY: usize = 8;
const DUE: usize = 14;
const COUNT: usize = 10;

/// Draws the layer; how many of its rows were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &ListsLayer) -> usize {
    let words = model.text();
    let title = match &layer.diff {
        Some((name, ..)) => comparing::list_diff(model.lang, name.as_str()),
        None => words.lists_title.to_owned(),
    };
    let rows = layer.diff.as_ref().map_or(layer.len(), |(_, found, _)| found.len());
    let bad = if layer.diff.is_some() { 0 } else { layer.bad.len().min(2) };
    let height = (rows.max(3) + 5 + bad) as u16;
    let inner = super::popup(pen, frame, body, &title, WIDTH, height);
    let cells = inner.width as usize;
    let row =
        |y: usize| Rect { y: inner.y + (y as u16).min(inner.height.saturating_sub(1)), height: 1, ..inner };
    let page = (inner.height as usize).saturating_sub(2 + bad + 1).max(1);
    let last = inner.height as usize;
    match (&layer.diff, &layer.rows, &layer.trouble) {
        (Some((_, found, list)), ..) => differences(model, pen, frame, &row, cells, page, (found, list)),
        (None, _, Some(trouble)) => {
            let told = text::fold(trouble.text.as_str(), cells.saturating_sub(4));
            for (at, line) in told.into_iter().take(page).enumerate() {
                frame.render_widget(Line::styled(format!("   {line}"), pen.bad), row(1 + at));
            }
        }
        (None, None, None) => {
            frame.render_widget(Line::styled(format!("   {}", words.reading_saved), pen.dim), row(1));
        }
        (None, Some(rows), None) if rows.is_empty() => {
            frame.render_widget(Line::styled(format!("   {}", words.no_lists), pen.dim), row(1));
        }
        (None, Some(rows), None) => lists(model, pen, frame, &row, cells, page, (rows, layer.list)),
    }
    for (at, said) in layer.bad.iter().take(bad).enumerate() {
        let said = text::cut(&format!(" ! {said}"), cells.saturating_sub(1), pen.sign());
        frame.render_widget(Line::styled(said, pen.bad), row(last - 1 - bad + at));
    }
    let (foot, style) = match &layer.asks {
        Some(Asks::Delete(name)) => (comparing::delete_list(model.lang, name.as_str()), pen.warn),
        Some(Asks::Replace(name)) => (comparing::replace_list(model.lang, name.as_str()), pen.warn),
        None if layer.diff.is_some() => (String::new(), pen.dim),
        None => (layer.selected().map_or_else(String::new, |list| list.note.to_string()), pen.dim),
    };
    let foot = text::cut(&format!(" {foot}"), cells.saturating_sub(1), pen.sign());
    frame.render_widget(Line::styled(foot, style), row(last - 1));
    page
}

fn lists(
    model: &Model,
    pen: &Pen,
    frame: &mut Frame<'_>,
    row: &dyn Fn(usize) -> Rect,
    cells: usize,
    page: usize,
    (rows, list): (&[ListRow], List),
) {
    let words = model.text();
    let name = cells.saturating_sub(3 + GOODS + LINES + EVERY + DUE + 2);
    let head = format!(
        "  {}{}{}{}  {}",
        text::right(words.col_goods_today, GOODS, ""),
        text::right(words.col_lines, LINES, ""),
        text::right(words.col_due, DUE, ""),
        text::right(words.col_every, EVERY, ""),
        text::left(words.col_name, name, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(0));
    let first = list.first_in_view(rows.len(), page);
    for (at, shown) in rows.iter().enumerate().skip(first).take(page) {
        let selected = at == list.selected;
        let style = if selected { pen.selected } else { pen.plain };
        let at_least = if shown.goods_complete { "" } else { ">= " };
        let goods = format!("{at_least}{}", text::money(shown.goods));
        let due = shown.days_over.map(|over| comparing::due_in(model.lang, over)).unwrap_or_default();
        let is_due = shown.days_over.is_some_and(|over| over >= 0);
        let days = model.text().age_units[3];
        let every = shown.every_days.map(|every| format!("{every} {days}")).unwrap_or_default();
        let line = Line::from(vec![
            Span::styled(if selected { pen.glyphs.marker } else { " " }, pen.accent),
            Span::styled(if is_due { "!" } else { " " }, pen.warn),
            Span::styled(text::right(&goods, GOODS, pen.sign()), style),
            Span::styled(text::right(&shown.lines.to_string(), LINES, ""), style),
            Span::styled(text::right(&due, DUE, pen.sign()), if is_due { pen.warn } else { style }),
            Span::styled(text::right(&every, EVERY, ""), pen.dim),
            Span::raw("  "),
            Span::styled(text::left(shown.name.as_str(), name, pen.sign()), style),
        ]);
        frame.render_widget(line, row(1 + at - first));
        pen.listed(row(1 + at - first), at);
    }
}

fn differences(
    model: &Model,
    pen: &Pen,
    frame: &mut Frame<'_>,
    row: &dyn Fn(usize) -> Rect,
    cells: usize,
    page: usize,
    (found, list): (&[Difference], &List),
) {
    let words = model.text();
    if found.is_empty() {
        frame.render_widget(Line::styled(format!("   {}", words.no_difference), pen.good), row(1));
        return;
    }
    let title = cells.saturating_sub(3 + 2 * COUNT + 2);
    let head = format!(
        "  {}{}  {}",
        text::right(words.col_in_list, COUNT, ""),
        text::right(words.col_in_cart, COUNT, ""),
        text::left(words.col_offer, title, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(0));
    let count = |quantity: Option<Quantity>| quantity.map_or_else(|| "-".to_owned(), text::quantity);
    let first = list.first_in_view(found.len(), page);
    for (at, shown) in found.iter().enumerate().skip(first).take(page) {
        let selected = at == list.selected;
        let style = if selected { pen.selected } else { pen.plain };
        let said = if shown.words.is_empty() { shown.offer_id.to_string() } else { shown.words.to_string() };
        let line = Line::from(vec![
            Span::styled(if selected { pen.glyphs.marker } else { " " }, pen.accent),
            Span::raw(" "),
            Span::styled(text::right(&count(shown.here), COUNT, pen.sign()), style),
            Span::styled(text::right(&count(shown.there), COUNT, pen.sign()), style),
            Span::raw("  "),
            Span::styled(text::left(&said, title, pen.sign()), style),
        ]);
        frame.render_widget(line, row(1 + at - first));
        pen.listed(row(1 + at - first), at);
    }
}
