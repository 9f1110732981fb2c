//! Searching as you type: every change asks anew, the newest question wins, late answers are dropped.
//!
//! The first rows come at once; how many there are in all, and what they share, is counted behind them. The list in
//! memory is a window of all hits: more rows are read as the selection nears an edge of it, and as many are let go at
//! the other.

use std::collections::HashSet;

use crate::app::facets::{self, FacetsPane};
use crate::app::field::Field;
use crate::app::list::{List, Move};
use crate::app::model::{Model, Pane, Progress};
use crate::app::msg::{Counts, Effect, IndexState, Trouble};
use crate::app::range::{self, Range};
use crate::app::rest::Resting;
use crate::app::suppliers::{self, SearchView};
use crate::domain::search::{SearchPage, SearchRequest, SearchRow, Sort};
use crate::query::{Is, Query};

/// Rows asked for at first: more than a screen shows, and few enough to be there at once.
pub const FIRST_ROWS: usize = 50;
/// Fewest rows asked for while the buyer types: what is seen is enough, until a key means the list.
pub const TYPED_ROWS: usize = 20;
/// Rows asked for each time the selection nears an edge of those in memory.
pub const PAGE_ROWS: usize = 100;
/// Most rows in memory.
pub const KEPT_ROWS: usize = 600;

/// Search: the query, the hits, the detail.
#[derive(Debug, Clone)]
pub struct SearchPane {
    /// What is listed: offers or suppliers.
    pub view: SearchView,
    pub query: Field,
    /// Whether keys go to the query.
    pub focused: bool,
    pub sort: Sort,
    /// Whether fee links are shown.
    pub fees: bool,
    /// Whether advertisements are left out.
    pub hide_ads: bool,
    /// Whether of each supplier only the offer that comes first is shown.
    pub one_each: bool,
    /// The hits in memory: a window of the whole list.
    pub page: SearchPage,
    /// Hits before the first in memory.
    pub from: usize,
    /// Whether the last hit in memory is the last of all.
    pub ended: bool,
    /// What the newest search asked for.
    pub asked: Asked,
    /// More rows of the same question that are awaited.
    pub paging: Option<Paging>,
    /// Advertisements left out, once they were counted.
    pub ads_hidden: Option<usize>,
    /// The counts beside the list.
    pub facets: FacetsPane,
    pub list: List,
    /// The hit whose detail stands while the buyer types.
    pub resting: Option<Resting>,
    /// A range over the hits that is being made.
    pub range: Option<Range>,
    /// The newest search asked for; answers to older ones are dropped.
    pub generation: u64,
    /// Whether an answer is awaited.
    pub pending: bool,
    /// Whether any answer has come yet.
    pub answered: bool,
    pub trouble: Option<Trouble>,
    /// The detail in the place of the list, or none at all; `None` = below the list where there is room for it.
    pub detail: Option<bool>,
    /// Whether the buyer did something in the list since it was asked for: then it keeps the offer selected and
    /// where it stands on the screen when it is read again.
    pub touched: bool,
    /// Rows of the catalog when it was last searched during a sync.
    pub searched_at_row: u64,
}

impl Default for SearchPane {
    fn default() -> Self {
        SearchPane {
            view: SearchView::Offers,
            query: Field::default(),
            focused: false,
            sort: Sort::Rank,
            fees: false,
            hide_ads: false,
            one_each: false,
            page: SearchPage::default(),
            from: 0,
            ended: false,
            asked: Asked::default(),
            paging: None,
            ads_hidden: None,
            facets: FacetsPane::default(),
            list: List::default(),
            resting: None,
            range: None,
            generation: 0,
            pending: false,
            answered: false,
            trouble: None,
            detail: None,
            touched: false,
            searched_at_row: 0,
        }
    }
}

impl SearchPane {
    /// The selected hit.
    pub fn selected(&self) -> Option<&SearchRow> {
        self.page.rows.get(self.list.selected)
    }

    /// The hit whose detail is shown: the selected one, but while the buyer types.
    pub fn detailed(&self) -> Option<&SearchRow> {
        self.resting.as_ref().map(|resting| &resting.row).or_else(|| self.selected())
    }
}

/// What the newest search asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// Hits to skip.
    pub offset: usize,
    /// Rows wanted.
    pub limit: usize,
    /// The same question again, after something of the catalog or of the buyer's own changed.
    pub again: bool,
}

/// More rows that are awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Hits to skip.
    pub offset: usize,
    /// Rows wanted.
    pub limit: usize,
    /// Where they go.
    pub place: PagePlace,
}

/// Where rows that are awaited go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PagePlace {
    /// Behind those in memory.
    After,
    /// Before them.
    Before,
    /// In their place, the first selected.
    Top,
    /// In their place, the last selected.
    Bottom,
}

/// Asks for what the pane stands at, offers or suppliers. The buyer stays where they are.
pub fn search(model: &mut Model) -> Vec<Effect> {
    let pane = &model.search;
    let asked = Asked { offset: pane.from, limit: pane.page.rows.len().max(first_rows(model)), again: true };
    ask(model, asked)
}

/// Asks a new question: the list begins at its top again.
pub fn from_top(model: &mut Model) -> Vec<Effect> {
    model.search.list = Default::default();
    model.search.range = None;
    model.search.touched = false;
    model.suppliers.list = Default::default();
    model.suppliers.touched = false;
    let asked = Asked { offset: 0, limit: first_rows(model), again: false };
    ask(model, asked)
}

fn ask(model: &mut Model, asked: Asked) -> Vec<Effect> {
    if model.search.view == SearchView::Suppliers {
        return suppliers::ask(model);
    }
    let pane = &mut model.search;
    pane.generation += 1;
    pane.pending = true;
    pane.paging = None;
    pane.asked = asked;
    let generation = pane.generation;
    vec![Effect::Search { generation, request: request(model, asked.offset, asked.limit) }]
}

fn first_rows(model: &Model) -> usize {
    let seen = model.viewport.rows;
    if model.search.focused { TYPED_ROWS.max(seen + 1) } else { FIRST_ROWS.max(seen.saturating_mul(2)) }
}

/// The rows that were left out while the buyer typed, once the keys go to the list.
pub fn fill(model: &mut Model) -> Vec<Effect> {
    fill_to(model, first_rows(model))
}

/// As many rows as a screen of this height can show, where fewer are in memory.
pub fn fill_screen(model: &mut Model) -> Vec<Effect> {
    fill_to(model, usize::from(model.height))
}

fn fill_to(model: &mut Model, wanted: usize) -> Vec<Effect> {
    let pane = &model.search;
    let rows = pane.page.rows.len();
    if pane.view == SearchView::Suppliers || rows == 0 || rows >= wanted || !has_more(pane) {
        return Vec::new();
    }
    let offset = pane.from.saturating_add(rows);
    page_from(model, Paging { offset, limit: PAGE_ROWS, place: PagePlace::After })
}

/// Whether there are hits behind the last in memory, as far as is known.
fn has_more(pane: &SearchPane) -> bool {
    let behind = pane.from.saturating_add(pane.page.rows.len());
    !pane.ended && (!pane.page.counted || pane.page.total > behind)
}

/// The question as it stands now.
pub fn request(model: &Model, offset: usize, limit: usize) -> SearchRequest {
    let pane = &model.search;
    SearchRequest {
        text: pane.query.text().trim().to_owned(),
        quantity: model.quantity,
        overrides: model.own_quantities.clone(),
        sort: pane.sort,
        limit,
        offset,
        include_fees: pane.fees,
        now: Some(model.now),
        hide_ads: pane.hide_ads,
        one_per_supplier: pane.one_each,
    }
}

/// The order the list is in: one named in the query goes before the one set by key.
pub fn sort_of(model: &Model) -> Sort {
    Query::parse(&model.search.query.text()).sort.unwrap_or(model.search.sort)
}

/// The next order. One named in the query is taken out of it: the key has to do what it says.
pub fn next_sort(model: &mut Model) -> Vec<Effect> {
    let now = sort_of(model);
    let at = Sort::ALL.iter().position(|sort| *sort == now).unwrap_or(0);
    model.search.sort = Sort::ALL.get(at + 1).copied().unwrap_or(Sort::Rank);
    let text = model.search.query.text();
    let mut query = Query::parse(&text);
    if query.sort.take().is_some() {
        let kept: Vec<&str> =
            facets::tokens(&text).into_iter().filter(|token| Query::parse(token).sort.is_none()).collect();
        let kept = kept.join(" ");
        let kept = if Query::parse(&kept) == query { kept } else { query.to_string() };
        model.search.query = Field::new(&kept);
    }
    from_top(model)
}

/// Shows or hides advertisements.
pub fn toggle_ads(model: &mut Model) -> Vec<Effect> {
    model.search.hide_ads = !model.search.hide_ads;
    model.search.ads_hidden = None;
    from_top(model)
}

/// One offer of each supplier, or all.
pub fn toggle_one_each(model: &mut Model) -> Vec<Effect> {
    model.search.one_each = !model.search.one_each;
    from_top(model)
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

/// Moves in the list, and reads on where it ends in memory but not in the catalog.
pub fn go(model: &mut Model, to: Move) -> Vec<Effect> {
    let page = model.viewport.rows;
    let times = range::times(model, to);
    let pane = &mut model.search;
    pane.touched = true;
    let len = pane.page.rows.len();
    for _ in 0..times.min(len.max(1)) {
        pane.list.go(to, len, page);
    }
    range::say(model);
    let pane = &model.search;
    let known = pane.page.counted.then_some(pane.page.total);
    match to {
        Move::Top if pane.from > 0 => {
            page_from(model, Paging { offset: 0, limit: PAGE_ROWS, place: PagePlace::Top })
        }
        Move::Bottom if known.is_some_and(|total| total > pane.from.saturating_add(len + PAGE_ROWS)) => {
            let offset = known.unwrap_or(0).saturating_sub(PAGE_ROWS);
            page_from(model, Paging { offset, limit: PAGE_ROWS, place: PagePlace::Bottom })
        }
        _ => more_if_near_an_edge(model),
    }
}

/// Asks for more rows when the selection nears the end or the beginning of those in memory.
fn more_if_near_an_edge(model: &mut Model) -> Vec<Effect> {
    let pane = &model.search;
    let (rows, near) = (pane.page.rows.len(), model.viewport.rows.max(10));
    if rows == 0 {
        return Vec::new();
    }
    if has_more(pane) && pane.list.selected + near >= rows {
        let offset = pane.from.saturating_add(rows);
        return page_from(model, Paging { offset, limit: PAGE_ROWS, place: PagePlace::After });
    }
    if pane.from > 0 && pane.list.selected < near {
        let offset = pane.from.saturating_sub(PAGE_ROWS);
        let limit = pane.from - offset;
        return page_from(model, Paging { offset, limit, place: PagePlace::Before });
    }
    Vec::new()
}

fn page_from(model: &mut Model, paging: Paging) -> Vec<Effect> {
    // What a jump to an end of the list shows does not wait for rows that nobody looks at then.
    let is_jump = matches!(paging.place, PagePlace::Top | PagePlace::Bottom);
    if model.search.pending || (model.search.paging.is_some() && !is_jump) {
        return Vec::new();
    }
    model.search.paging = Some(paging);
    let generation = model.search.generation;
    vec![Effect::SearchMore { generation, request: request(model, paging.offset, paging.limit) }]
}

/// An answer came: dropped unless it answers the newest question.
pub fn answered(model: &mut Model, generation: u64, result: Result<SearchPage, Trouble>) -> Vec<Effect> {
    let page_rows = model.viewport.rows;
    let pane = &mut model.search;
    if generation != pane.generation {
        return Vec::new();
    }
    pane.pending = false;
    pane.answered = true;
    let asked = pane.asked;
    let mut page = match result {
        Ok(page) => page,
        Err(trouble) => {
            pane.page = SearchPage::default();
            pane.list = Default::default();
            (pane.from, pane.ended) = (0, true);
            pane.trouble = Some(trouble);
            return Vec::new();
        }
    };
    pane.trouble = None;
    if page.rows.is_empty() && asked.offset > 0 {
        // The catalog shrank under the window.
        return from_top(model);
    }
    // The buyer stays on the offer looked at while rows arrive around it.
    let selected = pane.selected().map(|row| row.offer.key.clone()).filter(|_| pane.touched);
    let above = pane.list.above(pane.page.rows.len(), page_rows);
    let at = selected.and_then(|key| page.rows.iter().position(|row| row.offer.key == key));
    let uncounted = !page.counted;
    if uncounted && asked.again && pane.page.counted && pane.page.total >= page.total {
        // The same question: its last count stands until the new one comes.
        (page.total, page.counted) = (pane.page.total, true);
    }
    pane.from = asked.offset;
    pane.ended = page.rows.len() < asked.limit;
    pane.page = page;
    let len = pane.page.rows.len();
    match at {
        Some(at) => pane.list.keep(at, above, len, page_rows),
        None => pane.list.settle(len, page_rows),
    }
    let hide_ads = pane.hide_ads;
    range::list_changed(model);
    let mut effects = Vec::new();
    if uncounted || hide_ads {
        effects.push(Effect::Count { generation, request: request(model, 0, 0) });
    }
    effects.extend(facets::ask(model));
    effects
}

/// Whether what stands beside the rows on the screen, how many there are and what the first cost before, is still to
/// come: usually in the same moment.
pub fn awaits_company(model: &Model) -> bool {
    let pane = &model.search;
    let is_list = model.pane == Pane::Search && pane.view == SearchView::Offers && !pane.pending;
    is_list && (!pane.page.counted || model.prices.are_awaited())
}

/// More rows of the same question came.
pub fn more_found(model: &mut Model, generation: u64, offset: usize, result: Result<SearchPage, Trouble>) {
    let view = model.viewport.rows;
    let pane = &mut model.search;
    let awaited = pane.paging.filter(|paging| paging.offset == offset && generation == pane.generation);
    let Some(paging) = awaited else { return };
    pane.paging = None;
    let page = match result {
        Ok(page) => page,
        Err(trouble) => return model.complain(&trouble),
    };
    if page.counted {
        (pane.page.total, pane.page.counted) = (page.total, true);
    } else if !pane.page.counted {
        pane.page.total = pane.page.total.max(page.total);
    }
    let full = page.rows.len() >= paging.limit;
    let held: HashSet<_> = match paging.place {
        PagePlace::After | PagePlace::Before => {
            pane.page.rows.iter().map(|row| row.offer.key.clone()).collect()
        }
        PagePlace::Top | PagePlace::Bottom => HashSet::new(),
    };
    // The catalog may have moved on between two pages: no offer stands twice.
    let fresh = page.rows.into_iter().filter(|row| !held.contains(&row.offer.key));
    match paging.place {
        PagePlace::After => {
            pane.page.rows.extend(fresh);
            pane.ended = !full;
            let over = pane.page.rows.len().saturating_sub(KEPT_ROWS).min(pane.list.selected);
            pane.page.rows.drain(..over);
            pane.from += over;
            pane.list.shift(-isize::try_from(over).unwrap_or(0));
        }
        PagePlace::Before => {
            let before: Vec<_> = fresh.collect();
            let came = before.len();
            pane.page.rows.splice(0..0, before);
            pane.from = paging.offset;
            pane.list.shift(isize::try_from(came).unwrap_or(0));
            if pane.page.rows.len() > KEPT_ROWS {
                pane.page.rows.truncate(KEPT_ROWS.max(pane.list.selected + 1));
                pane.ended = false;
            }
        }
        PagePlace::Top | PagePlace::Bottom => {
            pane.page.rows = fresh.collect();
            pane.from = paging.offset;
            pane.ended = !full || paging.place == PagePlace::Bottom;
            let to = if paging.place == PagePlace::Top { Move::Top } else { Move::Bottom };
            pane.list.go(to, pane.page.rows.len(), view);
        }
    }
    pane.list.settle(pane.page.rows.len(), view);
}

/// The hits of the newest question were counted.
pub fn counted(model: &mut Model, generation: u64, result: Result<Counts, Trouble>) {
    let pane = &mut model.search;
    if generation != pane.generation || pane.pending {
        return;
    }
    match result {
        Ok(counts) => {
            // Never fewer than are on the screen: the catalog may have moved on since they were read.
            pane.page.total = counts.total.max(pane.from.saturating_add(pane.page.rows.len()));
            pane.page.counted = true;
            // The first screen came before anybody had counted.
            pane.page.cached = pane.page.cached.max(counts.cached);
            pane.ads_hidden = counts.ads_hidden.filter(|_| pane.hide_ads);
        }
        Err(trouble) => model.complain(&trouble),
    }
}

/// The index came nearer to the rows: a list that was found without all of it is asked for again.
pub fn indexed(model: &mut Model, result: Result<IndexState, Trouble>) -> Vec<Effect> {
    match result {
        Ok(_) if model.search.page.searched.is_some() && !model.search.pending => search(model),
        Ok(_) => Vec::new(),
        Err(trouble) => {
            model.complain(&trouble);
            Vec::new()
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
