//! The cart: a block a supplier, each with its verdict; a line's problems in words beneath it.
//!
//! Only what is in view is laid out: a cart has thousands of lines, a screen has forty.

mod block;
mod foot;
mod head;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::app::{ActionId, Model};
use crate::domain::cart::SupplierPart;
use crate::i18n::messages;
use crate::ui::pen::Pen;

use super::{empty, row, troubled};
use block::Block;

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let words = model.text();
    if model.cart.is_empty() {
        let said = match &model.cart.trouble {
            Some(trouble) => troubled(pen, trouble),
            None if !model.cart.read => vec![(words.searching.to_owned(), pen.dim)],
            None => {
                let keys = model.keys.shown(ActionId::SearchAdd);
                let add = messages::press(model.lang, &keys, words.do_add);
                vec![
                    (words.cart_empty.to_owned(), pen.plain),
                    (format!("{}: {add}", words.pane_search), pen.dim),
                ]
            }
        };
        empty(pen, frame, area, &said);
        return area.height.into();
    }
    let cells = area.width as usize;
    let head = head::lines(model, pen, cells);
    // A small screen has room for the lines first.
    let foot = if area.height >= 12 { foot::lines(model, pen, cells) } else { Vec::new() };
    let list = Rect {
        y: area.y + head.len() as u16,
        height: area.height.saturating_sub((head.len() + foot.len()) as u16),
        ..area
    };
    for (at, line) in head.into_iter().enumerate() {
        frame.render_widget(line, row(area, at as u16));
    }
    for (at, line) in foot.into_iter().enumerate() {
        frame.render_widget(line, row(area, (area.height as usize - 1).saturating_sub(at) as u16));
    }
    let page = list.height as usize;
    if model.cart.shown_len() == 0 {
        empty(pen, frame, list, &[(words.why_no_line_shown.to_owned(), pen.dim)]);
        return page;
    }
    let block = Block::new(model, pen, cells.saturating_sub(1));
    for (at, shown) in in_view(&block, page).into_iter().enumerate() {
        frame.render_widget(shown.line, row(list, at as u16));
        if let Some(number) = shown.number {
            pen.listed(row(list, at as u16), number);
        }
    }
    page
}

/// A row of the list, and whose it is.
struct Shown {
    part: usize,
    kind: Kind,
    /// The line of the cart it belongs to, counted over all suppliers.
    number: Option<usize>,
    line: Line<'static>,
}

/// What a row begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A supplier's block.
    Verdict,
    /// A line of the cart.
    Line,
    /// Nothing: it belongs to the row above it.
    More,
}

/// Where a line of the cart stands.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    part: usize,
    line: usize,
    /// Counted over all suppliers.
    number: usize,
}

/// The rows around the selected line: that in the middle, its problems under it, and the supplier of the first row
/// always named.
fn in_view(block: &Block<'_>, page: usize) -> Vec<Shown> {
    let parts = block.parts();
    let Some(here) = place_of(parts, block.model.cart.list.selected) else { return Vec::new() };
    let selected = rows_of(block, here);
    let mut below: Vec<Shown> = Vec::new();
    let mut at = here;
    while below.len() < page {
        let Some(next) = after(parts, at) else { break };
        if next.part != at.part {
            below.extend(head_of(block, next.part));
        }
        below.extend(rows_of(block, next));
        at = next;
    }
    // From the selected line upwards, last row first.
    let mut above: Vec<Shown> = Vec::new();
    let mut at = here;
    while above.len() < page {
        if at.line == 0 {
            above.extend(head_of(block, at.part).into_iter().rev());
        }
        let Some(before) = before(parts, at) else { break };
        above.extend(rows_of(block, before).into_iter().rev());
        at = before;
    }
    let room = page.saturating_sub(selected.len());
    let wanted = (room / 2).max(room.saturating_sub(below.len()));
    let mut taken = above.len().min(wanted);
    let first_of = |taken: usize| taken.checked_sub(1).and_then(|last| above.get(last));
    let mut head = None;
    if taken < above.len() || first_of(taken).is_none_or(|first| first.kind != Kind::Verdict) {
        // The list begins within a block: its supplier is named in the first row, and then comes a whole line.
        taken = taken.min(room.saturating_sub(1));
        while taken > 0 && first_of(taken).is_some_and(|first| first.kind == Kind::More) {
            taken -= 1;
        }
        let first = first_of(taken);
        if first.is_none_or(|first| first.kind != Kind::Verdict) && room > 0 {
            let part = first.map_or(here.part, |first| first.part);
            head = head_of(block, part).into_iter().next();
        }
    }
    let above = above.into_iter().take(taken).rev();
    let rows = head.into_iter().chain(above).chain(selected).chain(below);
    rows.take(page).collect()
}

fn place_of(parts: &[SupplierPart], number: usize) -> Option<Place> {
    let mut before = 0;
    for (part, one) in parts.iter().enumerate() {
        if number < before + one.lines.len() {
            return Some(Place { part, line: number - before, number });
        }
        before += one.lines.len();
    }
    None
}

fn after(parts: &[SupplierPart], at: Place) -> Option<Place> {
    let number = at.number + 1;
    if at.line + 1 < parts.get(at.part)?.lines.len() {
        return Some(Place { line: at.line + 1, number, ..at });
    }
    let part =
        (at.part + 1..parts.len()).find(|part| parts.get(*part).is_some_and(|p| !p.lines.is_empty()))?;
    Some(Place { part, line: 0, number })
}

fn before(parts: &[SupplierPart], at: Place) -> Option<Place> {
    let number = at.number.checked_sub(1)?;
    if at.line > 0 {
        return Some(Place { line: at.line - 1, number, ..at });
    }
    let part = (0..at.part).rev().find(|part| parts.get(*part).is_some_and(|p| !p.lines.is_empty()))?;
    let last = parts.get(part)?.lines.len().saturating_sub(1);
    Some(Place { part, line: last, number })
}

fn head_of(block: &Block<'_>, part: usize) -> Vec<Shown> {
    let Some(of) = block.parts().get(part) else { return Vec::new() };
    let lines = block.head(of);
    let kind = |at| if at == 0 { Kind::Verdict } else { Kind::More };
    lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| Shown { part, kind: kind(at), number: None, line })
        .collect()
}

fn rows_of(block: &Block<'_>, at: Place) -> Vec<Shown> {
    let part = block.parts().get(at.part);
    let Some((part, priced)) = part.and_then(|part| part.lines.get(at.line).map(|line| (part, line))) else {
        return Vec::new();
    };
    let lines = block.line(part, priced, at.number);
    let kind = |row| if row == 0 { Kind::Line } else { Kind::More };
    let number = Some(at.number);
    let shown = |(row, line)| Shown { part: at.part, kind: kind(row), number, line };
    lines.into_iter().enumerate().map(shown).collect()
}
