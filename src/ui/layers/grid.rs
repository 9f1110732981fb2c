//! The grid of an offer's SKUs: sizes across, colours down, units in the cells, what a unit costs and what is in stock
//! under them, and the sums below.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::grid::{GridLayer, words_of};
use crate::domain::cart::ViolationKind;
use crate::domain::grid::Label;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::i18n::{grid as said, messages, violation_message};
use crate::ui::pen::Pen;
use crate::ui::text;

/// Least cells of a column.
const COLUMN: usize = 8;
/// Most cells of a column; longer heads are cut.
const COLUMN_MOST: usize = 14;
/// Least cells of a column where not all of them fit.
const COLUMN_NARROW: usize = 7;
/// Least and most cells of a row's head; the most where not all columns fit.
const HEAD: usize = 8;
const HEAD_MOST: usize = 24;
const HEAD_NARROW: usize = 14;
/// Lines over the cells and under them.
const OVER: usize = 2;
const UNDER: usize = 4;

/// Where prices stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Prices {
    /// They are all the same: in the line of the cell in focus.
    Below,
    /// They differ from column to column only: once, under the heads.
    OverAll,
    /// Under each row.
    UnderEach,
}

/// How the cells are set.
struct Setting<'a> {
    model: &'a Model,
    pen: &'a Pen,
    layer: &'a GridLayer,
    head: usize,
    column: usize,
    /// Columns in view, the first and how many.
    columns: (usize, usize),
    prices: Prices,
    /// What stands for an empty stock.
    sold_out: &'static str,
    /// SKUs whose units break a rule of the offer.
    wrong: Vec<usize>,
}

/// Draws the layer; how many rows are in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &GridLayer) -> usize {
    let words = model.text();
    let problems = layer.problems(&model.cart.snapshot.rules);
    let wrong = problems.iter().filter(|problem| problem.kind != ViolationKind::Moq);
    let wrong = wrong.flat_map(|problem| &problem.line_ids);
    let wrong = wrong.filter_map(|id| usize::try_from(id.0 - 1).ok()).collect();
    let each: Vec<Option<Money>> = (0..layer.offer.skus.len()).map(|sku| layer.price(sku)).collect();
    let prices = where_prices_stand(layer, &each);
    let names = |labels: &[Label]| -> usize {
        labels.iter().map(|label| text::width(name_of(model, label))).max().unwrap_or(0)
    };
    let dearest = each.iter().flatten().max().copied().unwrap_or_default();
    let stocks = layer.offer.skus.iter().filter_map(|sku| sku.stock).max().unwrap_or_default();
    let head = names(&layer.grid.rows).max(text::width(words.col_stock)).clamp(HEAD, HEAD_MOST);
    let empty = if (0..layer.offer.skus.len()).all(|sku| layer.in_stock(sku)) { "" } else { words.sold_out };
    let figures = names(&layer.grid.columns).max(text::width(&text::money(dearest)));
    let figures = figures.max(text::width(&text::quantity(stocks)));
    let column = (figures.max(text::width(empty)) + 2).clamp(COLUMN, COLUMN_MOST);
    let (rows, columns) = (layer.grid.rows.len(), layer.grid.columns.len());
    // Where not all of them fit, more of them do with less air between.
    let needs = |head: usize, column: usize| 3 + head + column * columns + 4;
    let (head, column, sold_out) = if needs(head, column) <= usize::from(body.width) {
        (head, column, words.sold_out)
    } else {
        (head.min(HEAD_NARROW), (figures + 1).clamp(COLUMN_NARROW, COLUMN_MOST), "0")
    };
    let over = if prices == Prices::OverAll { OVER + 1 } else { OVER };
    let lines_a_row = if prices == Prices::UnderEach { 3 } else { 2 };
    let width = needs(head, column).max(78) as u16;
    let height = (over + UNDER + rows * lines_a_row + 2) as u16;
    let inner = super::popup(pen, frame, body, words.grid_title, width, height);
    let cells = inner.width as usize;
    let line = |y: usize| Rect { y: inner.y + (y as u16).min(inner.height - 1), height: 1, ..inner };
    let fit_columns = ((cells.saturating_sub(3 + head)) / column).clamp(1, columns.max(1));
    let fit_rows = ((inner.height as usize).saturating_sub(over + UNDER) / lines_a_row).clamp(1, rows.max(1));
    let first_column = first_in_view(layer.column, columns, fit_columns);
    let first_row = first_in_view(layer.row, rows, fit_rows);
    let setting = Setting {
        model,
        pen,
        layer,
        head,
        column,
        columns: (first_column, fit_columns),
        prices,
        sold_out,
        wrong,
    };
    let title = text::cut(model.title_of(&layer.offer).as_str(), cells.saturating_sub(2), pen.sign());
    frame.render_widget(Line::styled(format!(" {title}"), pen.selected), line(0));
    frame.render_widget(setting.heads(), line(1));
    if prices == Prices::OverAll {
        frame.render_widget(setting.prices_of_columns(), line(2));
    }
    for row in first_row..(first_row + fit_rows).min(rows) {
        for (at, shown) in setting.row(row).into_iter().enumerate() {
            frame.render_widget(shown, line(over + (row - first_row) * lines_a_row + at));
        }
    }
    let beyond = rows > fit_rows;
    let from_to = beyond.then(|| format!("{}-{}/{rows}", first_row + 1, (first_row + fit_rows).min(rows)));
    for (at, shown) in setting.foot(cells, from_to.as_deref()).into_iter().enumerate() {
        frame.render_widget(shown, line((inner.height as usize).saturating_sub(UNDER) + at));
    }
    let x = 3 + head + column * (layer.column - first_column + 1) - 1;
    let y = line(over + (layer.row - first_row) * lines_a_row).y;
    frame.set_cursor_position(Position::new((inner.x + x as u16).min(inner.right() - 1), y));
    fit_rows
}

/// What has no price yet says nothing of where prices differ.
fn where_prices_stand(layer: &GridLayer, each: &[Option<Money>]) -> Prices {
    let mut known = each.iter().flatten();
    let first = known.next();
    if known.all(|price| Some(price) == first) {
        return Prices::Below;
    }
    let (rows, columns) = (layer.grid.rows.len(), layer.grid.columns.len());
    let of = |row, column| layer.grid.sku(row, column).and_then(|sku| each.get(sku).copied().flatten());
    let one_each = (0..columns).all(|column| {
        let mut down = (0..rows).filter_map(|row| of(row, column));
        let first = down.next();
        down.all(|price| Some(price) == first)
    });
    if one_each && rows > 1 { Prices::OverAll } else { Prices::UnderEach }
}

/// Whole pages, so that what is in view does not move with every key.
fn first_in_view(at: usize, all: usize, page: usize) -> usize {
    ((at / page.max(1)) * page).min(all.saturating_sub(page))
}

fn name_of<'a>(model: &Model, label: &'a Label) -> &'a str {
    model.title_from(&label.name, label.name_en.as_ref()).as_str()
}

impl Setting<'_> {
    fn in_view(&self) -> impl Iterator<Item = usize> {
        let (first, count) = self.columns;
        first..(first + count).min(self.layer.grid.columns.len())
    }

    fn heads(&self) -> Line<'static> {
        let (pen, layer) = (self.pen, self.layer);
        let (first, count) = self.columns;
        let left = if first > 0 { "<" } else { " " };
        let mut spans = vec![Span::styled(format!("{}{left} ", " ".repeat(self.head + 1)), pen.accent)];
        for column in self.in_view() {
            let name = layer.grid.columns.get(column).map_or("", |label| name_of(self.model, label));
            let name = text::cut(name, self.column - 1, pen.sign());
            let style = if column == layer.column { pen.accent } else { pen.head };
            spans.push(Span::styled(text::right(&name, self.column, pen.sign()), style));
        }
        if first + count < layer.grid.columns.len() {
            spans.push(Span::styled(" >", pen.accent));
        }
        Line::from(spans)
    }

    /// What the SKUs of each column cost, where those of one cost the same.
    fn prices_of_columns(&self) -> Line<'static> {
        let (pen, layer, words) = (self.pen, self.layer, self.model.text());
        let label = text::right(words.col_price, self.head, pen.sign());
        let mut spans = vec![Span::styled(format!("  {label} "), pen.dim)];
        for column in self.in_view() {
            let skus = (0..layer.grid.rows.len()).filter_map(|row| layer.grid.sku(row, column));
            let price = skus.into_iter().find_map(|sku| layer.price(sku));
            let price = text::right(&text::money_or(price), self.column, pen.sign());
            spans.push(Span::styled(price, pen.dim));
        }
        Line::from(spans)
    }

    /// The units of a row, what they cost where that differs, and what is in stock.
    fn row(&self, row: usize) -> Vec<Line<'static>> {
        let (pen, layer, words) = (self.pen, self.layer, self.model.text());
        let name = layer.grid.rows.get(row).map_or("", |label| name_of(self.model, label));
        let here = row == layer.row;
        let marker = if here { pen.glyphs.marker } else { " " };
        let mut units = vec![
            Span::styled(marker, pen.accent),
            Span::styled(
                format!(" {} ", text::left(name, self.head, pen.sign())),
                if here { pen.selected } else { pen.plain },
            ),
        ];
        let under = |label: &str| {
            vec![Span::styled(format!("  {} ", text::right(label, self.head, pen.sign())), pen.dim)]
        };
        let (mut prices, mut stocks) = (under(words.col_price), under(words.col_stock));
        for column in self.in_view() {
            let cursor = here && column == layer.column;
            let Some(sku) = layer.grid.sku(row, column) else {
                let none = text::right("-", self.column, "");
                units.push(Span::styled(none, if cursor { pen.accent } else { pen.dim }));
                prices.push(Span::raw(" ".repeat(self.column)));
                stocks.push(Span::raw(" ".repeat(self.column)));
                continue;
            };
            let many = layer.units.get(sku).copied().unwrap_or_default();
            let shown = if many.is_zero() {
                if cursor { "_".to_owned() } else { ".".to_owned() }
            } else {
                text::quantity(many)
            };
            let style: Style = match () {
                () if self.wrong.contains(&sku) => pen.bad,
                () if cursor => pen.badge,
                () if many.is_zero() => pen.dim,
                () => pen.accent,
            };
            let shown = text::cut(&shown, self.column - 1, pen.sign());
            units.push(Span::raw(" ".repeat(self.column.saturating_sub(text::width(&shown)))));
            units.push(Span::styled(shown, style));
            let price = text::money_or(layer.price(sku));
            prices.push(Span::styled(text::right(&price, self.column, pen.sign()), pen.dim));
            let stock = match layer.offer.skus.get(sku).and_then(|sku| sku.stock) {
                Some(stock) if stock.is_zero() => self.sold_out.to_owned(),
                Some(stock) => text::quantity(stock),
                None => "?".to_owned(),
            };
            let style = if layer.in_stock(sku) { pen.dim } else { pen.warn };
            stocks.push(Span::styled(text::right(&stock, self.column, pen.sign()), style));
        }
        let each = self.prices == Prices::UnderEach;
        let lines = if each { vec![units, prices, stocks] } else { vec![units, stocks] };
        lines.into_iter().map(Line::from).collect()
    }

    /// The cell in focus, the sums, what is wrong, and what is typed or may be.
    fn foot(&self, cells: usize, from_to: Option<&str>) -> Vec<Line<'static>> {
        let (model, pen, layer, words) = (self.model, self.pen, self.layer, self.model.text());
        let unit = layer.offer.unit.as_ref().map_or("", |unit| unit.as_str());
        let rule = pen.glyphs.rule.repeat(cells);
        let here = layer.here().map_or_else(String::new, |sku| {
            let of = layer.offer.skus.get(sku);
            let name = of.map_or("", |of| model.title_from(&of.name, of.name_en.as_ref()).as_str());
            let stock = of.and_then(|of| of.stock).map_or_else(|| "?".to_owned(), text::quantity);
            let price = text::money_or(layer.price(sku));
            format!("{name}   {} {price}   {} {stock}", words.col_price, words.col_stock)
        });
        let sizes = layer.ratio.as_ref().map(words_of);
        let hand = said::hand(model.lang, sizes.as_deref());
        let here = [Some(here.as_str()), Some(hand.as_str()), from_to];
        let here: Vec<&str> = here.into_iter().flatten().filter(|said| !said.is_empty()).collect();
        let pieces = layer.pieces();
        let mut sums = format!(
            "{}   {} {}",
            messages::with_unit(&text::quantity(pieces), unit),
            words.goods,
            text::money_or(layer.goods())
        );
        let problems = layer.problems(&model.cart.snapshot.rules);
        let mut style = pen.plain;
        if let Some(first) = problems.first().filter(|_| !pieces.is_zero()) {
            sums.push_str(&format!("   ! {}", violation_message(model.lang, first, None, unit)));
            if problems.len() > 1 {
                sums.push_str(&format!(" (+{})", problems.len() - 1));
            }
            style = pen.warn;
        } else {
            let least = minimum::required(&layer.offer, None);
            if !least.is_zero() {
                let least = messages::with_unit(&text::quantity(least), unit);
                sums.push_str(&format!("   {} {least}", words.col_moq));
            }
        }
        let typed = match (&layer.trouble, &layer.typing) {
            (Some(trouble), Some(typing)) => (format!("{}   ! {trouble}", typing.text), pen.bad),
            (Some(trouble), None) => (format!("! {trouble}"), pen.bad),
            (None, Some(typing)) => (typing.text.clone(), pen.accent),
            (None, None) => (words.grid_hint.to_owned(), pen.dim),
        };
        let line = |said: &str, style| Line::styled(text::cut(&format!(" {said}"), cells, pen.sign()), style);
        vec![
            Line::styled(rule, pen.dim),
            line(&here.join("   "), pen.dim),
            line(&sums, style),
            line(&typed.0, typed.1),
        ]
    }
}
