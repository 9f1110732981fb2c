//! Searching as you type: every change asks anew, the newest question wins, late answers are dropped.

use crate::app::model::{Model, PAGE_ROWS, Progress};
use crate::app::msg::{Effect, Trouble};
use crate::domain::search::{SearchPage, SearchRequest};

/// Asks for what the pane stands at.
pub fn search(model: &mut Model) -> Vec<Effect> {
    let pane = &mut model.search;
    pane.generation += 1;
    pane.pending = true;
    let request = SearchRequest {
        text: pane.query.text().trim().to_owned(),
        quantity: model.quantity,
        sort: pane.sort,
        limit: pane.limit,
        offset: 0,
        include_fees: pane.fees,
    };
    vec![Effect::Search { generation: pane.generation, request }]
}

/// Asks a new question: the list begins at its top again.
pub fn from_top(model: &mut Model) -> Vec<Effect> {
    model.search.limit = PAGE_ROWS;
    model.search.list = Default::default();
    search(model)
}

/// Asks for more rows when the last one is selected and there are more.
pub fn more_if_at_end(model: &mut Model) -> Vec<Effect> {
    let pane = &mut model.search;
    let rows = pane.page.rows.len();
    let at_end = pane.list.selected + 1 >= rows && rows >= pane.limit && pane.page.total > rows;
    if !at_end || pane.pending {
        return Vec::new();
    }
    pane.limit += PAGE_ROWS;
    search(model)
}

/// An answer came: dropped unless it answers the newest question.
pub fn answered(model: &mut Model, generation: u64, result: Result<SearchPage, Trouble>) {
    let page_rows = model.viewport.rows;
    let pane = &mut model.search;
    if generation != pane.generation {
        return;
    }
    pane.pending = false;
    pane.answered = true;
    match result {
        Ok(page) => {
            // The buyer stays on the offer looked at while rows arrive around it.
            let selected = pane.selected().map(|row| row.offer.key.clone());
            let at = selected
                .filter(|_| pane.list.selected > 0)
                .and_then(|key| page.rows.iter().position(|row| row.offer.key == key));
            pane.trouble = None;
            pane.page = page;
            let len = pane.page.rows.len();
            pane.list.select(at.unwrap_or(pane.list.selected), len, page_rows);
        }
        Err(trouble) => {
            pane.page = SearchPage::default();
            pane.list = Default::default();
            pane.trouble = Some(trouble);
        }
    }
}

/// A sync got further: the list is searched again each time a twentieth of the catalog has arrived.
pub fn synced(model: &mut Model, done: u64, total: Option<u64>) -> Vec<Effect> {
    model.sync = Some(Progress { done, total });
    let step = (total.unwrap_or(20_000) / 20).max(500);
    let first = model.search.page.rows.is_empty() && done > 0 && !model.search.pending;
    if first || done >= model.search.searched_at_row.saturating_add(step) {
        model.search.searched_at_row = done;
        return search(model);
    }
    Vec::new()
}
