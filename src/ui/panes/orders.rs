//! Orders: what was meant, what became of it, and what waits for whom.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::orders::{self, Summary};
use crate::domain::order::Order;
use crate::i18n::follow;
use crate::ui::order_words;
use crate::ui::pen::Pen;
use crate::ui::{clock, text};

use super::{empty, marker, row, troubled};

const TOTAL: usize = 13;
const SINCE: usize = 7;

/// Cells of the columns that grow with the screen.
struct Columns {
    state: usize,
    number: usize,
    supplier: usize,
    next: usize,
    roomy: bool,
}

impl Columns {
    fn of(cells: usize) -> Columns {
        let roomy = cells >= 100;
        let (state, number, next) = match cells {
            0..74 => (16, 0, 19),
            74..100 => (16, 10, 19),
            100..120 => (25, 12, 22),
            _ => (25, 19, 26),
        };
        let gap = usize::from(number > 0) * 2;
        let supplier = cells.saturating_sub(2 + state + number + gap + TOTAL + SINCE + 2 + next);
        Columns { state, number, supplier, next, roomy }
    }
}

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let words = model.text();
    let pane = &model.orders;
    let cells = area.width as usize;
    if pane.orders.is_empty() {
        let said = match &pane.trouble {
            Some(trouble) => troubled(pen, trouble),
            None if !pane.read => vec![(words.searching.to_owned(), pen.dim)],
            None => vec![
                (words.orders_empty.to_owned(), pen.plain),
                (words.orders_empty_hint.to_owned(), pen.dim),
            ],
        };
        empty(pen, frame, area, &said);
        return area.height.into();
    }
    frame.render_widget(summary_line(model, pen, cells), row(area, 0));
    let columns = Columns::of(cells);
    let mut head = format!("  {}", text::left(words.col_state, columns.state, ""));
    if columns.number > 0 {
        head += &format!("{}  ", text::left(words.col_order, columns.number, ""));
    }
    head += &format!(
        "{}{}{}  {}",
        text::left(words.col_supplier, columns.supplier, ""),
        text::right(words.col_total, TOTAL, ""),
        text::right(words.col_since, SINCE, ""),
        text::left(&clock::heading(model, words.col_next_up), columns.next, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(area, 1));
    let below = match area.height {
        0..12 => 0,
        12..18 => 3,
        18..26 => 5,
        _ => 8,
    };
    let page = area.height.saturating_sub(2 + below).max(1) as usize;
    let shown: Vec<&Order> = orders::rows(model).collect();
    if shown.is_empty() {
        let middle = Rect { y: area.y + 2, height: area.height - 2, ..area };
        empty(pen, frame, middle, &[(words.nothing_waits.to_owned(), pen.plain)]);
        return page;
    }
    let first = pane.list.first_in_view(shown.len(), page);
    for (at, order) in shown.iter().enumerate().skip(first).take(page) {
        let line = order_line(model, pen, order, &columns, at == pane.list.selected);
        frame.render_widget(line, row(area, 2 + (at - first) as u16));
        pen.listed(row(area, 2 + (at - first) as u16), at);
    }
    if let Some(order) = shown.get(pane.list.selected).filter(|_| below > 0) {
        chosen(model, pen, frame, Rect { y: area.bottom() - below, height: below, ..area }, order);
    }
    page
}

/// What all orders come to: `2 to pay 1,204.00 · 1 waits for freight`; behind it, when only some are shown.
fn summary_line(model: &Model, pen: &Pen, cells: usize) -> Line<'static> {
    let lang = model.lang;
    let Summary { to_pay, to_pay_sum, freight, arrives, unknown, held, queued, ships } =
        orders::summary(model);
    let mut pieces: Vec<(String, Style)> = Vec::new();
    let mut add = |count: usize, said: String, style: Style| {
        if count > 0 {
            pieces.push((said, style));
        }
    };
    add(unknown, follow::unknown(lang, unknown), pen.bad);
    add(to_pay, follow::to_pay(lang, to_pay, &text::money(to_pay_sum)), pen.accent);
    add(held, follow::held(lang, held), pen.warn);
    add(arrives, follow::arrive(lang, arrives), pen.plain);
    add(freight, follow::await_freight(lang, freight), pen.plain);
    add(queued, follow::queued(lang, queued), pen.warn);
    add(ships, follow::to_ship(lang, ships), pen.plain);
    if pieces.is_empty() {
        pieces.push((model.text().nothing_waits.to_owned(), pen.dim));
    }
    let filter = if model.orders.waiting_only { model.text().only_waiting } else { "" };
    let mut room = cells.saturating_sub(2 + text::width(filter));
    let mut spans = vec![Span::raw(" ")];
    for (at, (said, style)) in pieces.into_iter().enumerate() {
        let between = if at == 0 { "" } else { pen.glyphs.dot };
        let wants = text::width(between) + text::width(&said);
        if wants > room {
            break;
        }
        room -= wants;
        spans.push(Span::styled(between, pen.dim));
        spans.push(Span::styled(said, style));
    }
    spans.push(Span::raw(" ".repeat(room)));
    spans.push(Span::styled(filter, pen.warn));
    Line::from(spans)
}

fn order_line(model: &Model, pen: &Pen, order: &Order, columns: &Columns, selected: bool) -> Line<'static> {
    let base = if selected { pen.selected } else { pen.plain };
    let (state, style) = order_words::state(model, pen, order, base, columns.roomy);
    let (next, next_style) = order_words::next(model, pen, order);
    let name = order.supplier_name.as_ref().map_or("?", |name| name.as_str());
    let mut spans = vec![
        marker(pen, selected),
        Span::raw(" "),
        Span::styled(text::left(&state, columns.state, pen.sign()), style),
    ];
    if columns.number > 0 {
        let number = order_words::number(order, pen, columns.number);
        spans.push(Span::styled(text::left(&number, columns.number, ""), pen.dim));
        spans.push(Span::raw("  "));
    }
    spans.extend([
        Span::styled(text::left(name, columns.supplier, pen.sign()), base),
        Span::styled(text::right(&order_words::total(order), TOTAL, pen.sign()), base),
        Span::styled(text::right(&order_words::since(model, order), SINCE, ""), pen.dim),
        Span::raw("  "),
        Span::styled(text::cut(&next, columns.next, pen.sign()), next_style),
    ]);
    Line::from(spans)
}

/// The selected order: whose, its whole number, why it stands where it does, its first lines.
fn chosen(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, order: &Order) {
    let cells = area.width as usize;
    frame.render_widget(Line::styled(pen.glyphs.rule.repeat(cells), pen.dim), row(area, 0));
    let mut said: Vec<(String, Style)> = Vec::new();
    let name = order.supplier_name.as_ref().map_or("?", |name| name.as_str());
    said.push((format!("{name}{}{}", pen.glyphs.dot, order_words::number(order, pen, cells)), pen.accent));
    if let Some(reason) = &order.reason {
        said.push((order_words::reason(model.text(), reason).to_owned(), pen.warn));
    }
    let link = model.orders.cashier.as_ref().filter(|cashier| orders::goes_by(order, &cashier.id));
    said.extend(link.map(|cashier| (format!("{} {}", model.text().pay_link, cashier.url), pen.accent)));
    said.extend(order.lines.iter().map(|line| {
        let unit = line.unit.as_ref().map(ToString::to_string).unwrap_or_default();
        let short = line.shipping.filter(|_| order.is_short());
        let short = short.map(|how| format!("  {}", order_words::shipping(model.text(), how)));
        let what = format!(
            "{} {}  {} {unit} {} {} = {}{}",
            line.title,
            line.spec_name,
            text::quantity(line.quantity),
            pen.glyphs.times,
            text::money_or(line.unit_price),
            text::money_or(line.amount),
            short.unwrap_or_default(),
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
}
