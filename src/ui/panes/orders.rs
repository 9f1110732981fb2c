//! Orders: what was meant, what became of it, and what waits for whom.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::domain::order::Order;
use crate::ui::pen::Pen;
use crate::ui::text;

use super::{empty, marker, row};

const STATE: usize = 22;
const ID: usize = 21;
const TOTAL: usize = 16;
const SINCE: usize = 7;

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let words = model.text();
    let pane = &model.orders;
    if pane.orders.is_empty() {
        let said = if pane.read { words.orders_empty } else { words.searching };
        empty(pen, frame, area, &[(said.to_owned(), pen.plain)]);
        return area.height.into();
    }
    let cells = area.width as usize;
    let supplier = cells.saturating_sub(2 + STATE + ID + TOTAL + SINCE + 2);
    let head = format!(
        "  {}{}{}{}  {}",
        text::left(words.col_state, STATE, ""),
        text::right(words.col_total, TOTAL, ""),
        text::right(words.col_since, SINCE, ""),
        text::right(words.col_order, ID, ""),
        text::left(words.col_supplier, supplier, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(area, 0));
    let reason_rows = 3.min(area.height.saturating_sub(4));
    let page = (area.height - 1 - reason_rows) as usize;
    let first = pane.list.first_in_view(pane.orders.len(), page);
    for (at, order) in pane.orders.iter().enumerate().skip(first).take(page) {
        let selected = at == pane.list.selected;
        let base = if selected { pen.selected } else { pen.plain };
        let (state, style) = state(model, pen, order, base);
        let name = order.supplier_name.as_ref().map_or("?", |name| name.as_str());
        let line = Line::from(vec![
            marker(pen, selected),
            Span::raw(" "),
            Span::styled(text::left(&state, STATE, pen.sign()), style),
            Span::styled(text::right(&total(order), TOTAL, pen.sign()), base),
            Span::styled(
                text::right(&text::age(model.now, order.created_at, words.age_units), SINCE, ""),
                pen.dim,
            ),
            Span::styled(text::right(&number(order), ID, pen.sign()), pen.dim),
            Span::raw("  "),
            Span::styled(text::left(name, supplier, pen.sign()), base),
        ]);
        frame.render_widget(line, row(area, 1 + (at - first) as u16));
        pen.listed(row(area, 1 + (at - first) as u16), at);
    }
    if let Some(order) = pane.orders.get(pane.list.selected) {
        let below = Rect { y: area.bottom() - reason_rows, height: reason_rows, ..area };
        chosen(model, pen, frame, below, order);
    }
    page
}

/// Lines and reason of the selected order.
fn chosen(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, order: &Order) {
    if area.height < 2 {
        return;
    }
    let cells = area.width as usize;
    frame.render_widget(Line::styled(pen.glyphs.rule.repeat(cells), pen.dim), row(area, 0));
    let mut said: Vec<(String, Style)> = Vec::new();
    if let Some(reason) = &order.reason {
        said.push((reason.to_string(), pen.warn));
    }
    said.extend(order.lines.iter().map(|line| {
        let unit = line.unit.as_ref().map(ToString::to_string).unwrap_or_default();
        let what = format!(
            "{} {}  {} {unit} {} {} = {}",
            line.title,
            line.spec_name,
            text::quantity(line.quantity),
            pen.glyphs.times,
            text::money_or(line.unit_price),
            text::money_or(line.amount)
        );
        (what, pen.plain)
    }));
    let room = area.height as usize - 1;
    let more = said.len().saturating_sub(room);
    for (at, (line, style)) in said.into_iter().take(room).enumerate() {
        let line = if more > 0 && at + 1 == room {
            format!("{} (+{more})", text::cut(&line, cells.saturating_sub(8), pen.sign()))
        } else {
            text::cut(&line, cells.saturating_sub(1), pen.sign())
        };
        frame.render_widget(Line::styled(format!(" {line}"), style), row(area, 1 + at as u16));
    }
    let _ = model;
}

/// The state in words, and how it is to be taken.
fn state(model: &Model, pen: &Pen, order: &Order, base: Style) -> (String, Style) {
    let words = model.text();
    let (said, style) = match order.state.as_str() {
        "draft" => (words.state_draft, pen.dim),
        "queued" => (words.state_queued, pen.warn),
        "sending" => (words.state_sending, pen.warn),
        "unknown" => (words.state_unknown, pen.bad),
        "rejected" => (words.state_rejected, pen.bad),
        "to_pay" => (words.state_to_pay, base),
        "to_pay_freight_open" => (words.state_to_pay_freight_open, base),
        "to_ship" => (words.state_to_ship, base),
        "shipped" => (words.state_shipped, base),
        "done" => (words.state_done, pen.good),
        "closed" => (words.state_closed, pen.dim),
        other => return (other.to_owned(), base),
    };
    (said.to_owned(), style)
}

fn total(order: &Order) -> String {
    match (order.total, order.freight) {
        (Some(total), Some(_)) => text::money(total),
        (Some(total), None) => format!(">= {}", text::money(total)),
        (None, _) => order.goods.map_or_else(|| "?".to_owned(), |goods| format!(">= {}", text::money(goods))),
    }
}

fn number(order: &Order) -> String {
    match (&order.order_id, &order.out_order_id) {
        (Some(id), _) => id.to_string(),
        (None, Some(out)) => format!("({})", text::head(out.as_str(), 13)),
        (None, None) => "?".to_owned(),
    }
}
