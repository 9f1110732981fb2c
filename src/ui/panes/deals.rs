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

use super::{bargains, empty, marker, row, stale, troubled};

/// A price takes its unit with it as long as both stay within this.
const PRICE: usize = 16;
/// The bar of how far a group is, with the gap before it.
const BAR: usize = 10;

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
        (Some(trouble), _) => troubled(pen, trouble),
        (None, Some(words)) => vec![(words.to_owned(), pen.plain)],
        (None, None) => vec![(otherwise.0.to_owned(), otherwise.1)],
    }
}

/// What one group's row says, before it is known how much room there is.
struct Said {
    now: String,
    joined: String,
    aim: String,
    ends: (String, Style),
    /// Before the title, from left to right; each in its forms from the longest to the shortest.
    marks: Vec<(Vec<String>, Style)>,
}

impl Said {
    fn of(model: &Model, pen: &Pen, group: &GroupBuy) -> Said {
        let words = model.text();
        let now = match (group.price_now(), group.alone_price) {
            (Some(price), _) => text::money(price),
            (None, Some(alone)) => format!("{} {}", words.alone, text::money(alone)),
            (None, None) => "?".to_owned(),
        };
        let next = group.next_step();
        let goal = next.or(group.steps.last()).map_or(0, |step| step.participants);
        let aim = match next {
            Some(step) => {
                let at = text::count(step.participants);
                messages::at_step(model.lang, &text::money(step.unit_price), &at)
            }
            None => words.last_step.to_owned(),
        };
        let ends = match group.state {
            GroupState::Open => (clock::clock(model, group.deadline), pen.plain),
            GroupState::Succeeded => (words.group_succeeded.to_owned(), pen.good),
            GroupState::Failed => (words.group_failed.to_owned(), pen.dim),
        };
        let mut marks = Vec::new();
        if model.deals.busy.as_ref() == Some(&group.id) {
            marks.push((vec![words.next_busy.to_owned()], pen.warn));
        }
        if model.deals.crossed.contains(&group.id) {
            marks.push((vec![format!("[{}]", words.step_crossed), "[+]".to_owned()], pen.good));
        }
        if !group.my_quantity.is_zero() {
            let mine = messages::mine(model.lang, &text::quantity(group.my_quantity));
            marks.push((vec![format!("({mine})")], pen.accent));
        }
        Said {
            now: with_unit(&now, group.unit.as_ref(), PRICE),
            joined: follow::of(model.lang, &text::count(group.participants), &text::count(goal)),
            aim,
            ends,
            marks,
        }
    }

    /// Cells of its marks, each in its shortest form and with a blank behind it.
    fn least_marks(&self) -> usize {
        self.marks.iter().filter_map(|(forms, _)| forms.last()).map(|form| text::width(form) + 1).sum()
    }

    /// Its marks as they fit: whole or not at all, our own share before the rest.
    fn marks_in(&self, room: usize) -> Vec<(String, Style)> {
        let mut left = room;
        let mut shown: Vec<Option<&String>> = vec![None; self.marks.len()];
        for ((forms, _), shown) in self.marks.iter().zip(&mut shown).rev() {
            let Some(form) = forms.last().filter(|form| text::width(form) < left) else { continue };
            left -= text::width(form) + 1;
            *shown = Some(form);
        }
        for ((forms, _), shown) in self.marks.iter().zip(&mut shown) {
            let Some(short) = shown else { continue };
            let longer = |form: &&String| text::width(form) <= text::width(short) + left;
            if let Some(form) = forms.iter().find(longer) {
                left -= text::width(form) - text::width(short);
                *shown = Some(form);
            }
        }
        let marks = self.marks.iter().zip(shown);
        marks.filter_map(|((_, style), shown)| Some((format!("{} ", shown?), *style))).collect()
    }
}

/// Cells of the columns with the gap before each; 0 = there is no room for it. None is narrower than what stands in
/// it: no figure is cut, and none touches the next.
struct Columns {
    now: usize,
    bar: usize,
    joined: usize,
    next: usize,
    ends: usize,
    title: usize,
}

/// A column is never narrower than this, so that the list does not jump with every figure.
const LEAST: usize = 11;
/// Cells between two columns.
const GAP: usize = 2;
/// Of a title less than this says nothing.
const LEAST_TITLE: usize = 8;

impl Columns {
    fn of(model: &Model, said: &[Said], cells: usize) -> Columns {
        let words = model.text();
        let widest = |head: &str, cell: fn(&Said) -> &str| {
            let cells = said.iter().map(|said| text::width(cell(said)));
            cells.chain([text::width(head), LEAST]).max().unwrap_or(LEAST) + GAP
        };
        let now = widest(words.col_now, |said| &said.now);
        let joined = widest(words.col_joined, |said| &said.joined);
        let marks = said.iter().map(Said::least_marks).max().unwrap_or(0).max(LEAST_TITLE);
        let mut room = cells.saturating_sub(now + joined + GAP + marks);
        let mut fitting = |column: usize| {
            let fits = column <= room;
            room -= if fits { column } else { 0 };
            if fits { column } else { 0 }
        };
        let ends = fitting(widest(&clock::heading(model, words.col_ends), |said| &said.ends.0));
        // The next step stands below the list too, and the bar says again what the numbers say.
        let next = fitting(widest(words.col_next, |said| &said.aim));
        let bar = if cells < 100 { 0 } else { fitting(BAR) };
        let title = cells.saturating_sub(now + bar + joined + next + ends + GAP);
        Columns { now, bar, joined, next, ends, title }
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
    let said: Vec<Said> = rows.iter().map(|group| Said::of(model, pen, group)).collect();
    let columns = Columns::of(model, &said, area.width as usize);
    let head = format!(
        "{}{}{}{}{}  {}",
        text::right(words.col_now, columns.now, ""),
        " ".repeat(columns.bar),
        text::right(words.col_joined, columns.joined, ""),
        text::right(words.col_next, columns.next, ""),
        text::right(&clock::heading(model, words.col_ends), columns.ends, ""),
        text::left(words.col_offer, columns.title, ""),
    );
    frame.render_widget(Line::styled(head, pen.head), row(area, 0));
    let below = if area.height >= 10 { 3 } else { 0 };
    let mut page = area.height.saturating_sub(1 + below).max(1) as usize;
    if let Some(trouble) = pane.trouble.as_ref().filter(|_| page > 1) {
        // What was read before still stands, with the reason why it is not newer.
        page -= 1;
        frame.render_widget(stale(pen, trouble, area.width.into()), row(area, area.height - 1 - below));
    }
    let first = pane.list.first_in_view(rows.len(), page);
    for (at, (group, said)) in rows.iter().zip(&said).enumerate().skip(first).take(page) {
        let line = group_line(model, pen, (group, said), &columns, at == pane.list.selected);
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
    (group, said): (&GroupBuy, &Said),
    columns: &Columns,
    selected: bool,
) -> Line<'static> {
    let base = if selected { pen.selected } else { pen.plain };
    let mut spans = vec![
        marker(pen, selected),
        Span::styled(text::right(&said.now, columns.now.saturating_sub(1), pen.sign()), base),
    ];
    if columns.bar > 0 {
        let goal = group.next_step().or(group.steps.last()).map_or(0, |step| step.participants);
        let gauge = pen.gauge(Decimal::from(group.participants), Decimal::from(goal), columns.bar - GAP);
        spans.push(Span::raw("  "));
        spans.push(Span::styled(gauge, pen.dim));
    }
    let (ends, ends_style) = &said.ends;
    let ends_style = if group.state == GroupState::Open { base } else { *ends_style };
    spans.extend([
        Span::styled(text::right(&said.joined, columns.joined, pen.sign()), base),
        Span::styled(text::right(&said.aim, columns.next, pen.sign()), base),
        Span::styled(text::right(ends, columns.ends, pen.sign()), ends_style),
        Span::raw("  "),
    ]);
    let mut room = columns.title;
    for (mark, style) in said.marks_in(room) {
        room = room.saturating_sub(text::width(&mark));
        spans.push(Span::styled(mark, style));
    }
    let title = deals::title_of(model, &group.title, group.title_en.as_ref());
    spans.push(Span::styled(text::cut(title.as_str(), room, pen.sign()), base));
    Line::from(spans)
}
