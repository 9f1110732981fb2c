//! The rows: one an offer, in as many columns as there is room for, the ones that decide first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::compare::{Row, asked_quantity};
use crate::ui::pen::Pen;
use crate::ui::text;

use super::{crown, landed, last_paid, lot, moq, own_quantity, repeat_rate, row, ships, unit_price, why_not};
use crate::ui::panes::marker;

/// Cells of the mark of the selected row, the letter, the pick and a blank.
const LETTER: usize = 5;
/// Least cells for a title, and what it should have at best.
const TITLE: usize = 18;
const MORE_TITLE: usize = 8;
const GAP: usize = 2;

/// One column: its name, its cells, how soon it is wanted, whether a row that cannot be had leaves it to the reason.
struct Column {
    name: &'static str,
    cells: Vec<String>,
    wanted: u8,
    figure: bool,
}

impl Column {
    fn width(&self) -> usize {
        let widest = self.cells.iter().map(|cell| text::width(cell)).max().unwrap_or(0);
        GAP + widest.max(text::width(self.name))
    }
}

/// Draws head and rows.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, rows: &[Row]) {
    let words = model.text();
    let cells = area.width as usize;
    let crown_cells = rows.iter().map(|shown| text::width(crown(model, pen, shown).0)).max().unwrap_or(0);
    let price_cells = rows
        .iter()
        .map(|shown| text::width(&unit_price(shown)) + usize::from(shown.at.buyable))
        .max()
        .unwrap_or(0)
        .max(text::width(words.col_price));
    let unit = |shown: &Row| shown.offer.unit.as_ref().map(|unit| format!("/{unit}")).unwrap_or_default();
    let unit_cells = rows.iter().map(|shown| text::width(&unit(shown))).max().unwrap_or(0).min(6);
    let at_q = format!("@{}", text::quantity(asked_quantity(model)));
    let crown_cells = crown_cells.max(text::width(&at_q));
    let fixed = LETTER + crown_cells + 1 + price_cells + unit_cells;
    let columns = columns(model, rows, cells.saturating_sub(fixed + TITLE));
    let title_cells = cells.saturating_sub(fixed + columns.iter().map(Column::width).sum::<usize>() + GAP);

    let mut head = format!("{}{}", " ".repeat(LETTER), text::left(&at_q, crown_cells + 1, ""));
    head.push_str(&text::right(words.col_price, price_cells.saturating_sub(1), ""));
    head.push_str(&" ".repeat(unit_cells + 1));
    for column in &columns {
        head.push_str(&text::right(column.name, column.width(), ""));
    }
    let names = format!("{}{}{}", words.col_offer, pen.glyphs.dot, words.col_supplier);
    head.push_str(&format!("  {}", text::left(&names, title_cells, "")));
    frame.render_widget(Line::styled(head, pen.head), row(area, 0));

    let page = area.height.saturating_sub(1) as usize;
    let first = model.compare.list.first_in_view(rows.len(), page);
    for (at, shown) in rows.iter().enumerate().skip(first).take(page) {
        let selected = at == model.compare.list.selected;
        let base = match () {
            () if selected => pen.selected,
            () if !shown.at.buyable => pen.dim,
            () => pen.plain,
        };
        let (crowned, crown_style) = crown(model, pen, shown);
        let price = unit_price(shown);
        let price = if shown.at.buyable { format!("{price} ") } else { price };
        let picked = if shown.picked { words.picked_mark } else { " " };
        let mut spans = vec![
            marker(pen, selected),
            Span::styled(format!(" {}", shown.letter), pen.accent),
            Span::styled(format!("{picked} "), pen.good),
            Span::styled(text::left(crowned, crown_cells + 1, ""), crown_style),
            Span::styled(text::right(&price, price_cells, pen.sign()), base),
            Span::styled(text::left(&unit(shown), unit_cells, ""), pen.dim),
        ];
        let mut told = shown.at.buyable;
        for (index, column) in columns.iter().enumerate() {
            if !column.figure || shown.at.buyable {
                let cell = column.cells.get(at).map_or("", String::as_str);
                spans.push(Span::styled(text::right(cell, column.width(), pen.sign()), base));
            } else if !told {
                // The reason takes the place of all figures.
                let run = columns.iter().skip(index).take_while(|column| column.figure);
                let room: usize = run.map(Column::width).sum();
                let reason = format!("  {}", why_not(model, shown));
                spans.push(Span::styled(text::left(&reason, room, pen.sign()), pen.warn));
                told = true;
            }
        }
        let supplier = shown.offer.supplier_name.as_ref().map_or("?", |name| name.as_str());
        let title = format!(
            "{}{}{}{supplier}",
            own_quantity(model, shown),
            model.title_of(&shown.offer),
            pen.glyphs.dot
        );
        spans.push(Span::raw(" ".repeat(GAP)));
        spans.push(Span::styled(text::cut(&title, title_cells, pen.sign()), base));
        frame.render_widget(Line::from(spans), row(area, 1 + (at - first) as u16));
        pen.listed(row(area, 1 + (at - first) as u16), at);
    }
}

/// The columns there is room for, in their order.
fn columns(model: &Model, rows: &[Row], room: usize) -> Vec<Column> {
    let words = model.text();
    let of = |name, wanted, figure, cell: &dyn Fn(&Row) -> String| Column {
        name,
        cells: rows.iter().map(cell).collect(),
        wanted,
        figure,
    };
    let mut all = vec![
        of(words.goods, 5, true, &|shown| text::money_or(shown.at.goods)),
        of(words.freight, 2, true, &|shown| text::freight(shown.at.freight)),
        of(words.landed, 0, true, &landed),
        of(words.col_each, 1, true, &|shown| text::money_or(shown.each)),
        of(words.col_moq, 4, false, &moq),
        of(words.col_lot, 7, false, &lot),
        of(words.col_ships, 6, false, &ships),
        of(words.col_repeat, 8, false, &repeat_rate),
    ];
    if rows.iter().any(|shown| shown.bought.is_some()) {
        all.push(of(words.col_last_paid, 3, false, &|shown| last_paid(model, shown)));
    }
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|at| all.get(*at).map(|column| column.wanted));
    let mut left = room;
    let mut kept = vec![false; all.len()];
    for at in order {
        let Some(column) = all.get(at) else { continue };
        // Without landed cost and price each there is no comparison; what is only nice to know leaves room for titles.
        let spare = if column.wanted > 3 { MORE_TITLE } else { 0 };
        if column.width() + spare <= left || column.wanted < 2 {
            left = left.saturating_sub(column.width());
            if let Some(kept) = kept.get_mut(at) {
                *kept = true;
            }
        }
    }
    all.into_iter().zip(kept).filter_map(|(column, kept)| kept.then_some(column)).collect()
}
