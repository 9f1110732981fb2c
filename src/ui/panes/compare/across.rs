//! The comparison with offers as columns.

use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::compare::{ACROSS_COLUMN, ACROSS_NAMES, Row, asked_quantity, columns_across};
use crate::i18n::comparing;
use crate::ui::pen::Pen;
use crate::ui::text;

use super::{crown, landed, lot, moq, own_quantity, repeat_rate, ships, unit_price, why_not};

/// All lines: letters and titles first, then a line a figure; and which of the rows are in view. Where not all are,
/// the last line says how many stand to either side.
pub fn lines(
    model: &Model,
    pen: &Pen,
    rows: &[Row],
    width: u16,
) -> (Vec<Line<'static>>, std::ops::Range<usize>) {
    let words = model.text();
    let fit = columns_across(width).clamp(1, rows.len().max(1));
    // The selected one is in view, with as many before it as there are behind.
    let first = model.compare.list.selected.saturating_sub(fit / 2).min(rows.len().saturating_sub(fit));
    let columns = first..(first + fit).min(rows.len());
    let in_view = || rows.iter().enumerate().skip(first).take(fit);
    let at_q = format!("@{}", text::quantity(asked_quantity(model)));
    let mut head = vec![Span::styled(text::left(&format!(" {at_q}"), ACROSS_NAMES, ""), pen.head)];
    for (at, shown) in in_view() {
        let selected = at == model.compare.list.selected;
        let mark = if selected { pen.glyphs.marker } else { " " };
        let picked = if shown.picked { words.picked_mark } else { "" };
        let (crowned, style) = crown(model, pen, shown);
        let style = if selected || crowned.is_empty() { pen.accent } else { style };
        let name = format!("{mark}{}{picked} {crowned}", shown.letter);
        head.push(Span::styled(text::right(&name, ACROSS_COLUMN, ""), style));
    }
    let mut lines = vec![Line::from(head)];
    let mut add = |name: &str, cell: &dyn Fn(&Row) -> String| {
        let mut spans = vec![Span::styled(text::left(&format!(" {name}"), ACROSS_NAMES, ""), pen.dim)];
        for (at, shown) in in_view() {
            let style = match () {
                () if at == model.compare.list.selected => pen.selected,
                () if !shown.at.buyable => pen.dim,
                () => pen.plain,
            };
            let cell = text::cut(&cell(shown), ACROSS_COLUMN - 1, pen.sign());
            spans.push(Span::styled(text::right(&cell, ACROSS_COLUMN, ""), style));
        }
        lines.push(Line::from(spans));
    };
    add(words.col_offer, &|shown| format!("{}{}", own_quantity(model, shown), model.title_of(&shown.offer)));
    add(words.col_supplier, &|shown| {
        shown.offer.supplier_name.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string)
    });
    add(words.col_price, &|shown| {
        let unit = shown.offer.unit.as_ref().map(|unit| format!("/{unit}")).unwrap_or_default();
        format!("{}{unit}", unit_price(shown))
    });
    let figure = |shown: &Row, cell: String| if shown.at.buyable { cell } else { String::new() };
    add(words.goods, &|shown| {
        // The reason stands where the first figure would.
        if shown.at.buyable { text::money_or(shown.at.goods) } else { bound(model, shown) }
    });
    add(words.freight, &|shown| figure(shown, text::freight(shown.at.freight)));
    add(words.landed, &|shown| figure(shown, landed(shown)));
    add(words.col_each, &|shown| figure(shown, text::money_or(shown.each)));
    add(words.col_moq, &moq);
    add(words.col_lot, &lot);
    add(words.col_ships, &ships);
    add(words.col_repeat, &repeat_rate);
    if rows.iter().any(|shown| shown.bought.is_some()) {
        add(words.col_last_paid, &|shown| {
            shown.bought.as_ref().map(|bought| text::money_or(bought.last_price)).unwrap_or_default()
        });
    }
    if columns.len() < rows.len() {
        let said = comparing::more_columns(model.lang, first, rows.len() - columns.end);
        lines.push(Line::styled(text::cut(&format!(" {said}"), width.into(), pen.sign()), pen.dim));
    }
    (lines, columns)
}

/// From or up to which quantity it can be had.
fn bound(model: &Model, shown: &Row) -> String {
    match shown.at.nearest.filter(|_| !shown.offer.gone) {
        Some(nearest) if nearest > shown.quantity => format!(">= {}", text::quantity(nearest)),
        Some(nearest) => format!("<= {}", text::quantity(nearest)),
        None => why_not(model, shown),
    }
}
