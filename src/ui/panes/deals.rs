//! Deals: the group-buys, how far they are from their next step, and when they end; on Tab flash and discount deals.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use rust_decimal::Decimal;

use crate::app::Model;
use crate::app::deals::{self, DealsView};
use crate::app::msg::Trouble;
use crate::domain::group_buy::{GroupBuy, GroupState};
use crate::domain::quantity::Unit;
use crate::i18n::{follow, messages};
use crate::ui::pen::Pen;
use crate::ui::{clock, text};

use super::{bargains, empty, marker, row};

const PRICE: usize = 15;
const JOINED: usize = 15;
const NEXT: usize = 16;
const ENDS: usize = 12;

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    frame.render_widget(views_line(model, pen, area.width as usize), row(area, 0));
    let under = Rect { y: area.y + 1, height: area.height - 1, ..area };
    match deals::kind_of(model.deals.view) {
        None => groups(model, pen, frame, under),
        Some(kind) => bargains::draw(model, pen, frame, under, kind),
    }
}

/// The three views, the current one in brackets; at the right how old the reading is.
fn views_line(model: &Model, pen: &Pen, cells: usize) -> Line<'static> {
    let words = model.text();
    let mut spans = vec![Span::raw(" ")];
    let mut room = cells.saturating_sub(1);
    for view in DealsView::ALL {
        let name = match view {
            DealsView::Groups => words.view_groups,
            DealsView::Flash => words.view_flash,
            DealsView::Discount => words.view_discount,
        };
        let (shown, style) = if view == model.deals.view {
            (format!("[{name}]"), pen.accent)
        } else {
            (format!(" {name} "), pen.plain)
        };
        room = room.saturating_sub(text::width(&shown) + 1);
        spans.push(Span::styled(shown, style));
        spans.push(Span::raw(" "));
    }
    let as_of = match deals::kind_of(model.deals.view) {
        None => model.deals.as_of,
        Some(kind) => deals::deal_list(model, kind).as_of,
    };
    if let Some(as_of) = as_of {
        let said = messages::read_ago(model.lang, &text::age(model.now, as_of, words.age_units));
        spans.push(Span::styled(text::right(&said, room.saturating_sub(1), ""), pen.dim));
    }
    Line::from(spans)
}

/// What stands in a list without rows.
pub(super) fn nothing(
    pen: &Pen,
    trouble: Option<&Trouble>,
    not_offered: Option<&str>,
    otherwise: (&str, Style),
) -> Vec<(String, Style)> {
    match (trouble, not_offered) {
        (Some(trouble), _) => {
            let mut said = vec![(trouble.text.to_string(), pen.bad)];
            said.extend(trouble.hint.as_ref().map(|hint| (hint.to_string(), pen.plain)));
            said
        }
        (None, Some(words)) => vec![(words.to_owned(), pen.plain)],
        (None, None) => vec![(otherwise.0.to_owned(), otherwise.1)],
    }
}

/// Cells of the columns that come and go with the screen.
struct Columns {
    bar: usize,
    next: usize,
    title: usize,
}

impl Columns {
    fn of(cells: usize) -> Columns {
        // The bar says again what the numbers say, and the next step stands below the list too.
        let bar = if cells < 100 { 0 } else { 10 };
        let next = if cells < 76 { 0 } else { NEXT };
        Columns { bar, next, title: cells.saturating_sub(2 + PRICE + bar + JOINED + next + ENDS + 2) }
    }
}

fn groups(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let words = model.text();
    let pane = &model.deals;
    let rows = pane.groups.as_deref().unwrap_or_default();
    if rows.is_empty() {
        let waits = if pane.groups.is_none() {
            (words.asking_market, pen.dim)
        } else {
            (words.deals_empty, pen.plain)
        };
        let not_offered = pane.unsupported.then_some(words.not_offered);
        empty(pen, frame, area, &nothing(pen, pane.trouble.as_ref(), not_offered, waits));
        return area.height.into();
    }
    let columns = Columns::of(area.width as usize);
    let head = format!(
        "  {}{}{}{}{}  {}",
        text::right(words.col_now, PRICE, ""),
        " ".repeat(columns.bar),
        text::right(words.col_joined, JOINED, ""),
        text::right(words.col_next, columns.next, ""),
        text::right(&clock::heading(model, words.col_ends), ENDS, ""),
        text::left(words.col_offer, columns.title, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(area, 0));
    let below = if area.height >= 10 { 3 } else { 0 };
    let mut page = area.height.saturating_sub(1 + below).max(1) as usize;
    if let Some(trouble) = pane.trouble.as_ref().filter(|_| page > 1) {
        // What was read before still stands, with the reason why it is not newer.
        page -= 1;
        let said = text::cut(&format!(" ! {}", trouble.text), area.width as usize, pen.sign());
        frame.render_widget(Line::styled(said, pen.bad), row(area, area.height - 1 - below));
    }
    let first = pane.list.first_in_view(rows.len(), page);
    for (at, group) in rows.iter().enumerate().skip(first).take(page) {
        let line = group_line(model, pen, group, &columns, at == pane.list.selected);
        frame.render_widget(line, row(area, 1 + (at - first) as u16));
        pen.listed(row(area, 1 + (at - first) as u16), at);
    }
    if let Some(group) = rows.get(pane.list.selected).filter(|_| below > 0) {
        chosen(model, pen, frame, Rect { y: area.bottom() - below, height: below, ..area }, group);
    }
    page
}

/// The selected group: its goods and all its steps.
fn chosen(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, group: &GroupBuy) {
    let cells = area.width as usize;
    frame.render_widget(Line::styled(pen.glyphs.rule.repeat(cells), pen.dim), row(area, 0));
    let title = deals::title_of(model, &group.title, group.title_en.as_ref());
    let title = text::cut(&format!(" {title}"), cells, pen.sign());
    frame.render_widget(Line::styled(title, pen.accent), row(area, 1));
    let mut facts: Vec<String> = Vec::new();
    facts.extend(group.alone_price.map(|alone| format!("{} {}", model.text().alone, text::money(alone))));
    facts.extend(group.steps.iter().map(|step| {
        let said =
            messages::at_step(model.lang, &text::money(step.unit_price), &text::count(step.participants));
        if step.participants <= group.participants {
            format!("{said} ({})", model.text().reached)
        } else {
            said
        }
    }));
    let facts = text::cut(&format!(" {}", facts.join(pen.glyphs.dot)), cells, pen.sign());
    frame.render_widget(Line::raw(facts), row(area, 2));
}

/// A price with its unit, where that fits.
pub(super) fn with_unit(price: &str, unit: Option<&Unit>, cells: usize) -> String {
    match unit {
        Some(unit) if text::width(price) + 1 + text::width(unit.as_str()) <= cells => {
            format!("{price}/{}", unit.as_str())
        }
        _ => price.to_owned(),
    }
}

fn group_line(
    model: &Model,
    pen: &Pen,
    group: &GroupBuy,
    columns: &Columns,
    selected: bool,
) -> Line<'static> {
    let words = model.text();
    let base = if selected { pen.selected } else { pen.plain };
    let now = match (group.price_now(), group.alone_price) {
        (Some(price), _) => text::money(price),
        (None, Some(alone)) => format!("{} {}", words.alone, text::money(alone)),
        (None, None) => "?".to_owned(),
    };
    let next = group.next_step();
    let goal = next.or(group.steps.last()).map_or(0, |step| step.participants);
    let joined = follow::of(model.lang, &text::count(group.participants), &text::count(goal));
    let aim = match next {
        Some(step) => {
            messages::at_step(model.lang, &text::money(step.unit_price), &text::count(step.participants))
        }
        None => words.last_step.to_owned(),
    };
    let (ends, ends_style) = match group.state {
        GroupState::Open => (clock::clock(model, group.deadline), base),
        GroupState::Succeeded => (words.group_succeeded.to_owned(), pen.good),
        GroupState::Failed => (words.group_failed.to_owned(), pen.dim),
    };
    let mut spans = vec![
        marker(pen, selected),
        Span::raw(" "),
        Span::styled(text::right(&with_unit(&now, group.unit.as_ref(), PRICE), PRICE, pen.sign()), base),
    ];
    if columns.bar > 0 {
        let gauge = pen.gauge(Decimal::from(group.participants), Decimal::from(goal), columns.bar - 2);
        spans.push(Span::raw("  "));
        spans.push(Span::styled(gauge, pen.dim));
    }
    spans.extend([
        Span::styled(text::right(&joined, JOINED, pen.sign()), base),
        Span::styled(text::right(&aim, columns.next, pen.sign()), base),
        Span::styled(text::right(&ends, ENDS, pen.sign()), ends_style),
        Span::raw("  "),
    ]);
    let mut marks: Vec<(String, Style)> = Vec::new();
    if model.deals.busy.as_ref() == Some(&group.id) {
        marks.push((words.next_busy.to_owned(), pen.warn));
    }
    if model.deals.crossed.contains(&group.id) {
        marks.push((format!("[{}]", words.step_crossed), pen.good));
    }
    if !group.my_quantity.is_zero() {
        marks.push((
            format!("({})", messages::mine(model.lang, &text::quantity(group.my_quantity))),
            pen.accent,
        ));
    }
    let mut room = columns.title;
    for (mark, style) in marks {
        let mark = text::cut(&format!("{mark} "), room, pen.sign());
        room -= text::width(&mark);
        spans.push(Span::styled(mark, style));
    }
    let title = deals::title_of(model, &group.title, group.title_en.as_ref());
    spans.push(Span::styled(text::cut(title.as_str(), room, pen.sign()), base));
    Line::from(spans)
}
