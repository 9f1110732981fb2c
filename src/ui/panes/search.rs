//! Search: the query, the hits at Q, the detail of the selected one below them; or the suppliers it finds.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crate::app::suppliers::{self as found, SearchView};
use crate::app::trigger::DETAIL_FROM;
use crate::app::{ActionId, Model, query_line, range, search};
use crate::i18n::messages;
use crate::ui::detail;
use crate::ui::pen::Pen;
use crate::ui::text;

use super::offer_row::{self, Columns, Standing};
use super::{empty, facets, row, suppliers, troubled};

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    query_line(model, pen, frame, row(area, 0));
    let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let pane = &model.search;
    if pane.view == SearchView::Suppliers {
        return suppliers::draw(model, pen, frame, below);
    }
    let notes = facets::notes(model, pen, area.width as usize);
    let noted = (notes.len() as u16).min(NOTES);
    for (at, note) in notes.into_iter().take(noted.into()).enumerate() {
        frame.render_widget(note, row(below, at as u16));
    }
    let below = Rect { y: below.y + noted, height: below.height - noted, ..below };
    let (left, panel) = facets::split(model, below);
    let rows = offers(model, pen, frame, left);
    if let Some(panel) = panel {
        facets::draw(model, pen, frame, panel);
    }
    rows
}

/// Most lines under the query that say what the list leaves out.
const NOTES: u16 = 2;

fn offers(model: &Model, pen: &Pen, frame: &mut Frame<'_>, below: Rect) -> usize {
    let pane = &model.search;
    if pane.page.rows.is_empty() {
        empty(pen, frame, below, &why_empty(model, pen));
        return below.height.into();
    }
    if pane.detail == Some(true) {
        detail::draw(model, pen, frame, below);
        // Moving in the detail goes offer by offer, a page at a time too.
        return below.height.into();
    }
    let shown = pane.detail.unwrap_or(model.height >= DETAIL_FROM);
    let detail_rows = if shown { detail_height(below.height) } else { 0 };
    let list = Rect { height: below.height - detail_rows, ..below };
    let rows = list_of(model, pen, frame, list);
    if shown {
        let area = Rect { y: list.bottom(), height: detail_rows, ..below };
        detail::draw(model, pen, frame, area);
    }
    rows
}

/// Rows of the detail under the list: under half of what there is, and no more than it fills.
fn detail_height(rows: u16) -> u16 {
    (rows / 2).clamp(8, 13)
}

fn query_line(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) {
    let pane = &model.search;
    let words = model.text();
    let cells = area.width as usize;
    let unknown = match pane.view {
        SearchView::Offers => !pane.answered || pane.trouble.is_some(),
        SearchView::Suppliers => !model.suppliers.answered || model.suppliers.trouble.is_some(),
    };
    let mut said = match pane.view {
        // What was not read has no count.
        _ if unknown => String::new(),
        SearchView::Offers => {
            let page = &pane.page;
            messages::hits(model.lang, page.total as u64, page.counted, page.cached as u64)
        }
        SearchView::Suppliers => {
            let listed = &model.suppliers;
            let many = listed.total > listed.rows.len();
            let all = if many {
                messages::first_suppliers(model.lang, listed.rows.len() as u64, listed.total as u64)
            } else {
                messages::suppliers(model.lang, listed.total as u64)
            };
            // Where all are new (a first look, or the new ones alone) that needs no saying twice.
            match listed.new {
                _ if listed.only_new.is_some() && many => {
                    format!("{all}{}{}", pen.glyphs.dot, words.do_new_suppliers)
                }
                _ if listed.only_new.is_some() => messages::new_suppliers(model.lang, listed.total),
                new if new > 0 && new < listed.total => {
                    format!("{all}{}{}", pen.glyphs.dot, messages::new_suppliers(model.lang, new))
                }
                _ => all,
            }
        }
    };
    if pane.view == SearchView::Offers && !unknown {
        let sort = search::sort_of(model);
        if sort != Default::default() {
            said = format!("{}{}{said}", words.sort_name(sort), pen.glyphs.dot);
        }
        if pane.fees {
            said = format!("{}{}{said}", words.with_fees, pen.glyphs.dot);
        }
    }
    let room = cells.saturating_sub(text::width(&said) + 6);
    let style = if pane.focused { pen.accent } else { pen.dim };
    let mut spans = vec![Span::styled(" / ", style)];
    let before = text::tail(pane.query.before(), room);
    if pane.focused {
        let after = text::head(pane.query.after(), room - text::width(before));
        let typed = pane.query.text();
        let cursor = pane.query.before().chars().count();
        let wrong = query_line::marked(&typed, Some(cursor)).wrong;
        let hidden = cursor.saturating_sub(before.chars().count());
        let shown = text::left(&format!("{before}{after}"), room, "");
        spans.extend(pointed_at(&shown, hidden, &wrong, pen.selected, pen));
    } else if pane.query.is_empty() {
        let hint = match pane.view {
            SearchView::Offers => words.query_hint,
            SearchView::Suppliers => words.query_hint_suppliers,
        };
        spans.push(Span::styled(text::left(hint, room, pen.sign()), pen.dim));
    } else {
        let typed = found::query_shown(model);
        let wrong = query_line::marked(&typed, None).wrong;
        spans.extend(pointed_at(&text::left(&typed, room, pen.sign()), 0, &wrong, pen.plain, pen));
    }
    spans.push(Span::raw("  "));
    spans.push(Span::styled(said, pen.dim));
    frame.render_widget(Line::from(spans), area);
    if pane.focused && model.layers.is_empty() {
        let x = area.x + 3 + text::width(before) as u16;
        frame.set_cursor_position(Position::new(x.min(area.right() - 1), area.y));
    }
}

/// The query with what is wrong in it pointed at. `hidden`: characters of it before what is shown.
fn pointed_at(
    shown: &str,
    hidden: usize,
    wrong: &[Range<usize>],
    style: Style,
    pen: &Pen,
) -> Vec<Span<'static>> {
    let bad = style.patch(pen.bad).add_modifier(Modifier::UNDERLINED);
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (at, c) in (hidden..).zip(shown.chars()) {
        let style = if wrong.iter().any(|wrong| wrong.contains(&at)) { bad } else { style };
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push(c),
            _ => spans.push(Span::styled(c.to_string(), style)),
        }
    }
    spans
}

/// Why there is no row, and what to do about it.
fn why_empty(model: &Model, pen: &Pen) -> Vec<(String, Style)> {
    let words = model.text();
    let pane = &model.search;
    if let Some(trouble) = &pane.trouble {
        return troubled(pen, trouble);
    }
    let typed = pane.query.text();
    let typed = typed.trim();
    if let Some(progress) = model.sync.filter(|_| typed.is_empty() || pane.page.cached == 0) {
        let preparing = messages::preparing(model.lang, progress.done, progress.total);
        return vec![(preparing, pen.accent), (words.rows_appear.to_owned(), pen.dim)];
    }
    if !pane.answered {
        return vec![(words.searching.to_owned(), pen.dim)];
    }
    if pane.page.cached == 0 {
        let sync = messages::press(model.lang, &model.keys.shown(ActionId::Sync), words.do_sync);
        return vec![(words.catalog_empty.to_owned(), pen.plain), (sync, pen.dim)];
    }
    let mut said = vec![
        (messages::nothing_found(model.lang, &found::query_shown(model)), pen.plain),
        (words.nothing_found_hint.to_owned(), pen.dim),
    ];
    if model.sync.is_some() {
        said.push((words.still_preparing.to_owned(), pen.accent));
    }
    if !pane.fees {
        let key = model.keys.shown(ActionId::SearchFees);
        said.push((messages::fees_hidden(model.lang, &key), pen.dim));
    }
    let blocked = model.marks.as_ref().filter(|_| !search::wants_blocked(typed)).map(|marks| {
        let offers = marks.offers.values().filter(|mark| mark.blocked.is_some()).count();
        let suppliers = marks.suppliers.values().filter(|mark| mark.blocked.is_some()).count();
        (offers, suppliers)
    });
    if let Some((offers, suppliers)) = blocked.filter(|counts| *counts != (0, 0)) {
        said.push((messages::blocked_hidden(model.lang, offers, suppliers), pen.dim));
    }
    said
}

fn list_of(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let columns = Columns::of(model, &model.search.page.rows, area.width as usize);
    frame.render_widget(offer_row::heads(model, pen, &columns), row(area, 0));
    let rows = area.height.saturating_sub(1) as usize;
    let pane = &model.search;
    let first = pane.list.first_in_view(pane.page.rows.len(), rows);
    for (at, hit) in pane.page.rows.iter().enumerate().skip(first).take(rows) {
        let standing = match () {
            () if at == pane.list.selected => Standing::Selected,
            () if range::covers(model, at) => Standing::Ranged,
            () => Standing::Plain,
        };
        let line = offer_row::line(model, pen, &columns, hit, standing);
        frame.render_widget(line, row(area, 1 + (at - first) as u16));
        pen.listed(row(area, 1 + (at - first) as u16), at);
    }
    rows
}
