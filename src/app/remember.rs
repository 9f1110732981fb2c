//! What is remembered from one sitting to the next, taken from the model and put back.
//!
//! It is kept a moment after it changed, so that a killed program loses little, and always before the end. Until
//! the last sitting was read nothing is kept: it would be written over by a beginning.

use jiff::{SignedDuration, Timestamp};

use crate::app::field::Field;
use crate::app::model::{Model, Pane};
use crate::app::msg::Effect;
use crate::app::suppliers::SearchView;
use crate::app::{coach, compare, quantities, search, wake};
use crate::domain::id::OfferKey;
use crate::domain::search::Sort;
use crate::domain::session::{MOST_COMPARED, Remembered};

/// How long after a change it is kept.
const MOMENT: SignedDuration = SignedDuration::from_secs(2);

/// What is known of what is kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Memory {
    /// Whether the last sitting was read.
    pub read: bool,
    /// Whether the buyer has done anything yet: then nothing is put back under their hands.
    pub touched: bool,
    /// What was kept last.
    kept: Remembered,
    /// The offer to select as soon as it is listed.
    wanted: Option<OfferKey>,
    /// When what changed is to be kept.
    due: Option<Timestamp>,
}

const PANES: [(Pane, &str); 5] = [
    (Pane::Search, "search"),
    (Pane::Compare, "compare"),
    (Pane::Cart, "cart"),
    (Pane::Deals, "deals"),
    (Pane::Orders, "orders"),
];

/// What is worth remembering now.
pub fn remembered(model: &Model) -> Remembered {
    let pane = PANES.iter().find(|(pane, _)| *pane == model.pane).map_or("", |(_, word)| word);
    let view = match model.search.view {
        SearchView::Offers => "offers",
        SearchView::Suppliers => "suppliers",
    };
    Remembered {
        pane: pane.to_owned(),
        query: model.search.query.text(),
        quantity: Some(model.quantity),
        // What is still looked for is what was selected.
        selected: model
            .memory
            .wanted
            .clone()
            .or_else(|| model.search.selected().map(|row| row.offer.key.clone())),
        view: view.to_owned(),
        sort: model.search.sort.as_str().to_owned(),
        compared: compare::marked(model).take(MOST_COMPARED).cloned().collect(),
        own_quantities: quantities::listed(model),
        hide_ads: model.search.hide_ads,
        one_per_supplier: model.search.one_each,
        facets: model.search.facets.open,
        titles_swapped: model.titles_swapped,
        tour: model.coach.state,
    }
}

/// The last sitting was read; `None` = there was none, or it cannot be read.
pub fn read(model: &mut Model, remembered: Option<Remembered>) -> Vec<Effect> {
    model.memory.read = true;
    let Some(remembered) = remembered else { return Vec::new() };
    restore(model, remembered)
}

/// Puts the last sitting back, unless the buyer has begun to do something. How far the tour is counts always, and
/// marks to compare are kept as long as there are no newer ones.
fn restore(model: &mut Model, remembered: Remembered) -> Vec<Effect> {
    model.memory.kept = remembered.clone();
    coach::restore(model, remembered.tour);
    let mut effects = compare::restore(model, remembered.compared);
    if model.memory.touched {
        return effects;
    }
    if let Some(quantity) = remembered.quantity.filter(|quantity| !quantity.is_zero()) {
        model.quantity = quantity;
    }
    model.titles_swapped = remembered.titles_swapped;
    quantities::restore(model, remembered.own_quantities);
    model.search.hide_ads = remembered.hide_ads;
    model.search.one_each = remembered.one_per_supplier;
    model.search.facets.open = remembered.facets;
    model.search.query = Field::new(&remembered.query);
    model.search.sort = Sort::from_word(&remembered.sort).unwrap_or_default();
    model.search.view =
        if remembered.view == "suppliers" { SearchView::Suppliers } else { SearchView::Offers };
    model.memory.wanted = remembered.selected;
    effects.extend(search::from_top(model));
    if let Some((pane, _)) = PANES.iter().find(|(_, word)| *word == remembered.pane)
        && *pane != model.pane
    {
        effects.extend(crate::app::trigger::go(model, *pane));
    }
    effects
}

/// Hits came: the offer that was selected last time is selected again, if it is among them.
pub fn hits_came(model: &mut Model) {
    if model.search.pending || model.memory.touched {
        return;
    }
    let Some(wanted) = &model.memory.wanted else { return };
    let rows = &model.search.page.rows;
    if let Some(at) = rows.iter().position(|row| row.offer.key == *wanted) {
        let (len, page) = (rows.len(), model.viewport.rows);
        model.search.list.select(at, len, page);
        model.search.touched = true;
        model.memory.wanted = None;
    }
}

/// The buyer did something: what was still to be put back is not any more.
pub fn touched(model: &mut Model) {
    model.memory.touched = true;
    model.memory.wanted = None;
}

/// After every message: what changed is kept in a moment.
pub fn watch(model: &mut Model) {
    if model.memory.read && model.memory.due.is_none() && remembered(model) != model.memory.kept {
        model.memory.due = wake::after(model.now, MOMENT);
    }
}

/// When what changed is to be kept.
pub fn wants_waking(model: &Model) -> Option<Timestamp> {
    model.memory.due
}

/// The moment asked for came, or another's did.
pub fn woke(model: &mut Model) -> Vec<Effect> {
    match model.memory.due {
        Some(due) if model.now >= due => keep(model).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Keeps what changed since it was kept last.
pub fn keep(model: &mut Model) -> Option<Effect> {
    model.memory.due = None;
    let now = remembered(model);
    if !model.memory.read || now == model.memory.kept {
        return None;
    }
    model.memory.kept = now.clone();
    Some(Effect::SaveSession(Box::new(now)))
}
