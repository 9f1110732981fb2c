//! Searching as you type: every change asks anew, the newest question wins, late answers are dropped.

use crate::app::model::{Model, PAGE_ROWS, Progress};
use crate::app::msg::{Effect, Trouble};
use crate::app::suppliers::{self, SearchView};
use crate::domain::search::{SearchPage, SearchRequest};
use crate::query::{Is, Query};

/// Asks for what the pane stands at, offers or suppliers. The buyer stays where they are.
pub fn search(model: &mut Model) -> Vec<Effect> {
    if model.search.view == SearchView::Suppliers {
        return suppliers::ask(model);
    }
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
        ..SearchRequest::default()
    };
    vec![Effect::Search { generation: pane.generation, request }]
}

/// Asks a new question: the list begins at its top again.
pub fn from_top(model: &mut Model) -> Vec<Effect> {
    model.search.limit = PAGE_ROWS;
    model.search.list = Default::default();
    model.search.touched = false;
    model.suppliers.list = Default::default();
    model.suppliers.touched = false;
    search(model)
}

/// Esc in the list: first out of the detail, then back to the suppliers it came from, then an empty query.
pub fn clear(model: &mut Model) -> Vec<Effect> {
    model.notice = None;
    if model.search.view == SearchView::Offers {
        if model.search.detail == Some(true) {
            model.search.detail = None;
            return Vec::new();
        }
        if let Some(effects) = suppliers::back(model) {
            return effects;
        }
    }
    if model.search.query.is_empty() {
        return Vec::new();
    }
    model.search.query.clear();
    from_top(model)
}

/// Whether what was typed asks for blocked offers too.
pub fn wants_blocked(text: &str) -> bool {
    Query::parse(text).terms.iter().any(|term| !term.negated && term.is == Is::Blocked)
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
            let selected = pane.selected().map(|row| row.offer.key.clone()).filter(|_| pane.touched);
            let above = pane.list.above(pane.page.rows.len(), page_rows);
            let at = selected.and_then(|key| page.rows.iter().position(|row| row.offer.key == key));
            pane.trouble = None;
            pane.page = page;
            let len = pane.page.rows.len();
            match at {
                Some(at) => pane.list.keep(at, above, len, page_rows),
                None => pane.list.settle(len, page_rows),
            }
        }
        Err(trouble) => {
            pane.page = SearchPage::default();
            pane.list = Default::default();
            pane.trouble = Some(trouble);
        }
    }
}

/// A sync got further. What was typed is searched again each time a twentieth of the catalog has arrived; a list
/// that nobody asked for stays as it is under the buyer's hands until the sync ends, once it fills the screen.
pub fn synced(
    model: &mut Model,
    done: u64,
    total: Option<u64>,
    pace: Option<(u64, Option<u64>)>,
) -> Vec<Effect> {
    model.sync = Some(Progress { done, total, pace });
    let pane = &model.search;
    let (rows, pending, touched) = match pane.view {
        SearchView::Offers => (pane.page.rows.len(), pane.pending, pane.touched),
        SearchView::Suppliers => {
            (model.suppliers.rows.len(), model.suppliers.pending, model.suppliers.touched)
        }
    };
    let step = (total.unwrap_or(20_000) / 20).max(500);
    let first = rows == 0 && done > 0 && !pending;
    let due = done >= pane.searched_at_row.saturating_add(step);
    let typed = !pane.query.text().trim().is_empty();
    let few = rows < model.viewport.rows.saturating_mul(2) && !touched;
    if first || (due && (typed || few)) {
        model.search.searched_at_row = done;
        return search(model);
    }
    Vec::new()
}
