//! A range over the hits: begun with a key, extended by moving, taken into the comparison as a whole.
//!
//! Places are counted over the whole list, of which only a window is in memory.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::app::compare::{self, MOST};
use crate::app::list::{List, Move};
use crate::app::model::{Model, Pane, Tone};
use crate::app::msg::Effect;
use crate::app::suppliers::SearchView;
use crate::app::trigger;
use crate::domain::id::OfferKey;
use crate::i18n::comparing;

/// Longest count that is typed, in digits.
const COUNT_DIGITS: usize = 4;

/// A range that is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Where it was begun: a place in the whole list.
    anchor: usize,
    /// Which offer stood there: with another one there it ends.
    key: OfferKey,
    /// Digits typed since the last key that was none.
    pub count: String,
}

/// Whether keys go to a range.
pub fn has_keys(model: &Model) -> bool {
    let offers = model.pane == Pane::Search && model.search.view == SearchView::Offers;
    offers && !model.search.focused && model.search.range.is_some()
}

/// Begins a range on the selected hit.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    let pane = &mut model.search;
    let Some(key) = pane.selected().map(|row| row.offer.key.clone()) else { return Vec::new() };
    let anchor = pane.from.saturating_add(pane.list.selected);
    pane.range = Some(Range { anchor, key, count: String::new() });
    pane.touched = true;
    say(model);
    Vec::new()
}

/// Ends it without doing anything.
pub fn end(model: &mut Model) -> Vec<Effect> {
    model.search.range = None;
    Vec::new()
}

/// A digit while a range is made: part of a count. A zero alone is none.
pub fn digit(model: &mut Model, digit: char) -> bool {
    if !has_keys(model) {
        return false;
    }
    let Some(range) = &mut model.search.range else { return false };
    if range.count.len() < COUNT_DIGITS && !(range.count.is_empty() && digit == '0') {
        range.count.push(digit);
    }
    say(model);
    true
}

/// How often a move is made: the count typed before it, which is used up.
pub fn times(model: &mut Model, to: Move) -> usize {
    let Some(range) = &mut model.search.range else { return 1 };
    let count = std::mem::take(&mut range.count);
    match to {
        Move::Up | Move::Down => count.parse().unwrap_or(1).max(1),
        _ => 1,
    }
}

/// The places it covers; `None` without a range.
pub fn span(model: &Model) -> Option<RangeInclusive<usize>> {
    let pane = &model.search;
    let range = pane.range.as_ref()?;
    let here = pane.from.saturating_add(pane.list.selected);
    Some(range.anchor.min(here)..=range.anchor.max(here))
}

/// Whether the hit at this index of those in memory is in it.
pub fn covers(model: &Model, index: usize) -> bool {
    span(model).is_some_and(|span| span.contains(&model.search.from.saturating_add(index)))
}

/// The list was read again: a range whose first offer stands elsewhere now is none any more.
pub fn list_changed(model: &mut Model) {
    let pane = &mut model.search;
    let stands = pane.range.as_ref().is_none_or(|range| match range.anchor.checked_sub(pane.from) {
        // Out of the window in memory: nothing says it moved.
        None => true,
        Some(at) => pane.page.rows.get(at).is_none_or(|row| row.offer.key == range.key),
    });
    if !stands {
        pane.range = None;
    }
}

/// Says how many rows are in it.
pub fn say(model: &mut Model) {
    let Some(span) = span(model) else { return };
    let rows = span.end() - span.start() + 1;
    let count = model.search.range.as_ref().map_or("", |range| range.count.as_str()).to_owned();
    let said = comparing::in_range(model.lang, rows, &count);
    model.say(Tone::Info, said);
}

/// Takes its offers into the comparison, as many as there is room for, and goes there. A count typed just before
/// stands for so many rows from the beginning of the range on.
pub fn take(model: &mut Model) -> Vec<Effect> {
    let Some(mut span) = span(model) else { return Vec::new() };
    let typed = model.search.range.as_ref().and_then(|range| range.count.parse::<usize>().ok());
    if let Some(count) = typed.filter(|count| *count > 0) {
        span = *span.start()..=span.start().saturating_add(count - 1);
    }
    let pane = &model.search;
    let all =
        if pane.page.counted { pane.page.total } else { pane.from.saturating_add(pane.page.rows.len()) };
    // A count beyond the end of the list ends with it.
    let last = (*span.end()).min(all.saturating_sub(1));
    let wanted = last.saturating_sub(*span.start()) + 1;
    let rows = pane.page.rows.iter().enumerate();
    let hits: Vec<_> = rows
        .filter(|(at, _)| (*span.start()..=last).contains(&pane.from.saturating_add(*at)))
        .map(|(_, row)| (Arc::clone(&row.offer), row.mine.bought.clone()))
        .collect();
    let out_of_reach = wanted.saturating_sub(hits.len());
    model.search.range = None;
    let (taken, left_out) = compare::take_all(model, hits);
    // What lands lowest stands first, and that is what is looked at first.
    model.compare.list = List::default();
    let effects = trigger::go(model, Pane::Compare);
    let left_out = left_out + out_of_reach;
    let tone = if left_out > 0 { Tone::Warn } else { Tone::Info };
    let said = comparing::taken(model.lang, taken, left_out, MOST);
    model.say(tone, said);
    effects
}
