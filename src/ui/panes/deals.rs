//! Deals: the group-buys, how far they are from their next step, and when they end.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use rust_decimal::Decimal;

use crate::app::Model;
use crate::domain::group_buy::{GroupBuy, GroupState};
use crate::domain::text::Clean;
use crate::i18n::messages;
use crate::ui::pen::Pen;
use crate::ui::text;

use super::{empty, marker, row};

const NOW: usize = 16;
const JOINED: usize = 15;
const NEXT: usize = 17;
const ENDS: usize = 13;

/// Cells of the bar: it says again what the numbers say, so a narrow screen does without.
fn bar_cells(cells: usize) -> usize {
    if cells < 100 { 0 } else { 8 }
}

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let words = model.text();
    let pane = &model.deals;
    let groups = pane.groups.as_deref().unwrap_or_default();
    if groups.is_empty() {
        let said = match (&pane.trouble, pane.unsupported) {
            (Some(trouble), _) => {
                let mut said = vec![(trouble.text.to_string(), pen.bad)];
                said.extend(trouble.hint.as_ref().map(|hint| (hint.to_string(), pen.plain)));
                said
            }
            (None, true) => vec![(words.not_offered.to_owned(), pen.plain)],
            (None, false) if pane.groups.is_none() => vec![(words.asking_market.to_owned(), pen.dim)],
            (None, false) => vec![(words.deals_empty.to_owned(), pen.plain)],
        };
        empty(pen, frame, area, &said);
        return area.height.into();
    }
    let bar = bar_cells(area.width as usize);
    let title = (area.width as usize).saturating_sub(2 + NOW + 2 + bar + JOINED + NEXT + ENDS + 2);
    let head = format!(
        "  {}  {}{}{}{}  {}",
        text::right(words.col_price, NOW, ""),
        " ".repeat(bar),
        text::right(words.col_joined, JOINED, ""),
        text::right(words.col_next, NEXT, ""),
        text::right(words.col_ends, ENDS, ""),
        text::left(words.col_offer, title, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(area, 0));
    let below = if area.height >= 10 { 3 } else { 0 };
    let mut page = area.height.saturating_sub(1 + below) as usize;
    if let Some(trouble) = &pane.trouble {
        // What was read before still stands, with the reason why it is not newer.
        page = page.saturating_sub(1);
        let said = text::cut(&format!(" ! {}", trouble.text), area.width as usize, pen.sign());
        frame.render_widget(Line::styled(said, pen.bad), row(area, area.height - 1 - below));
    }
    let first = pane.list.first_in_view(groups.len(), page);
    for (at, group) in groups.iter().enumerate().skip(first).take(page) {
        let selected = at == pane.list.selected;
        let line = group_line(model, pen, group, [title, bar], selected);
        frame.render_widget(line, row(area, 1 + (at - first) as u16));
        pen.listed(row(area, 1 + (at - first) as u16), at);
    }
    if let Some(group) = groups.get(pane.list.selected).filter(|_| below > 0) {
        chosen(model, pen, frame, Rect { y: area.bottom() - below, height: below, ..area }, group);
    }
    page
}

/// The selected group in full: its goods and all its steps.
fn chosen(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, group: &GroupBuy) {
    let cells = area.width as usize;
    frame.render_widget(Line::styled(pen.glyphs.rule.repeat(cells), pen.dim), row(area, 0));
    let title = text::cut(&format!(" {}", title_of(model, group)), cells, pen.sign());
    frame.render_widget(Line::raw(title), row(area, 1));
    let mut facts: Vec<String> = Vec::new();
    facts.extend(group.alone_price.map(|alone| format!("{} {}", model.text().alone, text::money(alone))));
    facts.extend(group.steps.iter().map(|step| {
        messages::at_step(model.lang, &text::money(step.unit_price), &text::count(step.participants))
    }));
    facts.extend(
        model.deals.as_of.map(|as_of| {
            messages::read_ago(model.lang, &text::age(model.now, as_of, model.text().age_units))
        }),
    );
    let facts = text::cut(&format!(" {}", facts.join(pen.glyphs.dot)), cells, pen.sign());
    frame.render_widget(Line::styled(facts, pen.dim), row(area, 2));
}

fn title_of<'a>(model: &Model, group: &'a GroupBuy) -> &'a Clean {
    match &group.title_en {
        Some(translated) if !model.lang.is_chinese() && !translated.is_empty() => translated,
        _ => &group.title,
    }
}

fn group_line(
    model: &Model,
    pen: &Pen,
    group: &GroupBuy,
    [title, bar]: [usize; 2],
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
    let joined = format!("{} / {}", text::count(group.participants), text::count(goal));
    let aim = match next {
        Some(step) => {
            messages::at_step(model.lang, &text::money(step.unit_price), &text::count(step.participants))
        }
        None => words.last_step.to_owned(),
    };
    let ends = match group.state {
        GroupState::Open => clock(model, group.deadline),
        GroupState::Succeeded => words.group_succeeded.to_owned(),
        GroupState::Failed => words.group_failed.to_owned(),
    };
    let shown = title_of(model, group);
    let mine = if group.my_quantity.is_zero() {
        String::new()
    } else {
        format!("({}) ", messages::mine(model.lang, &text::quantity(group.my_quantity)))
    };
    Line::from(vec![
        marker(pen, selected),
        Span::raw(" "),
        Span::styled(text::right(&now, NOW, pen.sign()), base),
        Span::raw("  "),
        Span::styled(pen.gauge(Decimal::from(group.participants), Decimal::from(goal), bar), pen.dim),
        Span::styled(text::right(&joined, JOINED, pen.sign()), base),
        Span::styled(text::right(&aim, NEXT, pen.sign()), base),
        Span::styled(text::right(&ends, ENDS, pen.sign()), pen.dim),
        Span::raw("  "),
        Span::styled(text::cut(&format!("{mine}{shown}"), title, pen.sign()), base),
    ])
}

/// Month, day, hour and minute in the zone of the screen.
fn clock(model: &Model, then: Timestamp) -> String {
    let local = then.to_zoned(model.zone.clone());
    format!("{:02}-{:02} {:02}:{:02}", local.month(), local.day(), local.hour(), local.minute())
}
