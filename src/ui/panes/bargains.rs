//! Flash and discount deals: what is cheaper for a while, to read.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use rust_decimal::Decimal;

use crate::app::Model;
use crate::app::deals;
use crate::domain::deal::{Deal, DealKind};
use crate::i18n::follow;
use crate::ui::pen::Pen;
use crate::ui::{clock, text};

use super::deals::{nothing, with_unit};
use super::{empty, marker, row, stale};

const PRICE: usize = 13;
const WAS: usize = 11;
const OFF: usize = 7;
const LEFT: usize = 15;
const LIMIT: usize = 8;
const WHEN: usize = 18;

/// Cells of the columns that come and go with the screen.
struct Columns {
    was: usize,
    limit: usize,
    title: usize,
}

impl Columns {
    fn of(cells: usize) -> Columns {
        let was = if cells < 100 { 0 } else { WAS };
        let limit = if cells < 100 { 0 } else { LIMIT };
        Columns { was, limit, title: cells.saturating_sub(2 + PRICE + was + OFF + LEFT + limit + WHEN + 2) }
    }
}

/// Draws the list.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, kind: DealKind) -> usize {
    let words = model.text();
    let list = deals::deal_list(model, kind);
    let rows = list.deals.as_deref().unwrap_or_default();
    let (none, not_offered) = match kind {
        DealKind::Flash => (words.flash_empty, words.flash_not_offered),
        DealKind::Discount => (words.discount_empty, words.discount_not_offered),
    };
    if rows.is_empty() {
        let waits = if list.deals.is_none() { (words.asking_market, pen.dim) } else { (none, pen.plain) };
        let not_offered = list.unsupported.then_some(not_offered);
        empty(pen, frame, area, &nothing(pen, list.trouble.as_ref(), not_offered, waits));
        return area.height.into();
    }
    let columns = Columns::of(area.width as usize);
    let head = format!(
        "  {}{}{}{}{}{}  {}",
        text::right(words.col_now, PRICE, ""),
        text::right(words.col_was, columns.was, ""),
        text::right(words.col_off, OFF, ""),
        text::right(words.col_left, LEFT, ""),
        text::right(words.col_limit, columns.limit, ""),
        text::right(&clock::heading(model, words.col_when), WHEN, ""),
        text::left(words.col_offer, columns.title, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(area, 0));
    let below = if area.height >= 10 { 3 } else { 0 };
    let mut page = area.height.saturating_sub(1 + below).max(1) as usize;
    if let Some(trouble) = list.trouble.as_ref().filter(|_| page > 1) {
        page -= 1;
        frame.render_widget(stale(pen, trouble, area.width.into()), row(area, area.height - 1 - below));
    }
    let first = list.list.first_in_view(rows.len(), page);
    for (at, deal) in rows.iter().enumerate().skip(first).take(page) {
        let line = deal_line(model, pen, deal, &columns, at == list.list.selected);
        frame.render_widget(line, row(area, 1 + (at - first) as u16));
        pen.listed(row(area, 1 + (at - first) as u16), at);
    }
    if let Some(deal) = rows.get(list.list.selected).filter(|_| below > 0) {
        chosen(model, pen, frame, Rect { y: area.bottom() - below, height: below, ..area }, deal);
    }
    page
}

/// How much less than the normal price, whole percent, rounded half up; `?` when that is not told.
fn off(deal: &Deal) -> String {
    let Some(list) = deal.list_price.filter(|list| !list.is_zero()) else { return "?".to_owned() };
    let share =
        (list - deal.price).yuan().checked_div(list.yuan()).unwrap_or_default() * Decimal::ONE_HUNDRED;
    format!("{}%", -(share + Decimal::new(5, 1)).floor())
}

/// Still to be had, of how many.
fn left(model: &Model, deal: &Deal) -> String {
    match (deal.left, deal.stock) {
        (Some(left), _) if left.is_zero() => model.text().sold_out.to_owned(),
        (Some(left), Some(stock)) => follow::of(model.lang, &text::quantity(left), &text::quantity(stock)),
        (Some(left), None) => text::quantity(left),
        (None, _) => "?".to_owned(),
    }
}

fn limit(deal: &Deal) -> String {
    deal.limit.map_or_else(|| "?".to_owned(), text::quantity)
}

fn deal_line(model: &Model, pen: &Pen, deal: &Deal, columns: &Columns, selected: bool) -> Line<'static> {
    let runs = deal.starts <= model.market_now();
    let over = deal.left.is_some_and(|left| left.is_zero());
    let base = match (selected, over) {
        (true, _) => pen.selected,
        (false, true) => pen.dim,
        (false, false) => pen.plain,
    };
    let when = if runs {
        follow::to_clock(model.lang, &clock::clock(model, deal.ends))
    } else {
        follow::from_clock(model.lang, &clock::clock(model, deal.starts))
    };
    let title = deals::title_of(model, &deal.title, deal.title_en.as_ref());
    let price = with_unit(&text::money(deal.price), deal.unit.as_ref(), PRICE);
    Line::from(vec![
        marker(pen, selected),
        Span::raw(" "),
        Span::styled(text::right(&price, PRICE, pen.sign()), base),
        Span::styled(text::right(&text::money_or(deal.list_price), columns.was, pen.sign()), pen.dim),
        Span::styled(text::right(&off(deal), OFF, pen.sign()), if runs && !over { pen.good } else { base }),
        Span::styled(text::right(&left(model, deal), LEFT, pen.sign()), base),
        Span::styled(text::right(&limit(deal), columns.limit, pen.sign()), base),
        Span::styled(text::right(&when, WHEN, pen.sign()), if runs { base } else { pen.dim }),
        Span::raw("  "),
        Span::styled(text::cut(title.as_str(), columns.title, pen.sign()), base),
    ])
}

/// The selected deal: its goods, and what the columns had no room for.
fn chosen(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, deal: &Deal) {
    let words = model.text();
    let cells = area.width as usize;
    frame.render_widget(Line::styled(pen.glyphs.rule.repeat(cells), pen.dim), row(area, 0));
    let title = deals::title_of(model, &deal.title, deal.title_en.as_ref());
    let title = text::cut(&format!(" {title}"), cells, pen.sign());
    frame.render_widget(Line::styled(title, pen.accent), row(area, 1));
    let from = clock::clock(model, deal.starts);
    let to = clock::both(model, deal.ends);
    let facts = [
        format!("{} {}", words.col_was, text::money_or(deal.list_price)),
        format!("{} {}", words.col_limit, limit(deal)),
        format!("{from} {} {to}", pen.glyphs.arrow),
    ];
    let facts = text::cut(&format!(" {}", facts.join(pen.glyphs.dot)), cells, pen.sign());
    frame.render_widget(Line::raw(facts), row(area, 2));
}
