//! Saved searches in a picker, what an offer cost before, and prices to be told of.
//!
//! The picker loads a search, keeps the one on the screen under a name, and deletes one; what was deleted can be brought
//! back, the last one first, as long as the picker is open.

use std::sync::Arc;

use crate::app::list::List;
use crate::app::model::{Layer, Model, Pane, Tone};
use crate::app::msg::{Effect, Trouble};
use crate::app::suppliers::SearchView;
use crate::app::words::{self, WordsPrompt, WordsWish};
use crate::app::{ActionId, search};
use crate::domain::id::OfferKey;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price_history::PriceHistory;
use crate::domain::quantity::Quantity;
use crate::domain::saved::{SavedName, SavedRow, SavedSearch};
use crate::domain::text::Clean;
use crate::domain::watch::{Watch, WatchNews};
use crate::domain::yanxuan::Verdict;
use crate::i18n::prices;

/// The picker.
#[derive(Debug, Clone, Default)]
pub struct SavedLayer {
    /// `None` = not read yet.
    pub rows: Option<Vec<SavedRow>>,
    /// Files that could not be read: where and why.
    pub bad: Vec<Clean>,
    pub list: List,
    pub trouble: Option<Trouble>,
    /// What was deleted, the last one last.
    pub forgotten: Vec<SavedSearch>,
}

impl SavedLayer {
    /// The selected search.
    pub fn selected(&self) -> Option<&SavedRow> {
        self.rows.as_ref()?.get(self.list.selected)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.as_ref().map_or(0, Vec::len)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What is known of the price of the offer in focus.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    /// Asked for; answers of before are dropped.
    asked: Option<OfferKey>,
    /// Whether an answer is still to come.
    are_awaited: bool,
    generation: u64,
    read: Option<(OfferKey, Arc<PriceHistory>)>,
    /// What the 严选 test says of it; `None` = not rated.
    yanxuan: Option<Verdict>,
    /// What is watched of it.
    watches: Vec<Watch>,
}

impl Prices {
    /// The history of this offer, once it was read.
    pub fn of(&self, key: &OfferKey) -> Option<&PriceHistory> {
        self.read.as_ref().filter(|(read, _)| read == key).map(|(_, history)| history.as_ref())
    }

    /// What the 严选 test says of this offer, once it was read.
    pub fn yanxuan(&self, key: &OfferKey) -> Option<Verdict> {
        self.read.as_ref().filter(|(read, _)| read == key).and(self.yanxuan)
    }

    /// The price below which the buyer wants to be told of this offer at a quantity, once it was read.
    pub fn watched(&self, key: &OfferKey, quantity: Quantity) -> Option<Money> {
        self.read.as_ref().filter(|(read, _)| read == key)?;
        self.watches.iter().find(|watch| watch.is_line_at(quantity))?.rule.below
    }

    /// Whether what was asked for last has not been answered.
    pub fn are_awaited(&self) -> bool {
        self.are_awaited
    }

    /// What was read is out of date.
    pub fn forget(&mut self) {
        self.asked = None;
    }
}

/// The offer whose detail is on the screen.
pub fn focus(model: &Model) -> Option<OfferKey> {
    let offers = model.pane == Pane::Search && model.search.view == SearchView::Offers;
    model.search.detailed().filter(|_| offers).map(|row| row.offer.key.clone())
}

/// After every message: when another offer came into focus, or the list was read again, its history is asked for.
pub fn watch(model: &mut Model, before: &Option<OfferKey>, answered: bool) -> Vec<Effect> {
    let now = focus(model);
    if now.is_none() || (now == *before && !answered) || now == model.prices.asked {
        return Vec::new();
    }
    read_again(model)
}

/// Asks for what is known beside the row in focus.
fn read_again(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.search.detailed() else { return Vec::new() };
    let offer = Arc::clone(&row.offer);
    let prices = &mut model.prices;
    prices.asked = Some(offer.key.clone());
    prices.are_awaited = true;
    prices.generation += 1;
    vec![Effect::ReadPrices { generation: prices.generation, offer }]
}

/// A history was read; one that cannot be is as good as none, and said once it is asked for by name.
pub fn prices_read(
    model: &mut Model,
    generation: u64,
    key: OfferKey,
    result: Result<Arc<PriceHistory>, Trouble>,
    (yanxuan, watches): (Option<Verdict>, Vec<Watch>),
) {
    if generation != model.prices.generation {
        return;
    }
    model.prices.are_awaited = false;
    match result {
        Ok(history) => {
            let prices = &mut model.prices;
            (prices.read, prices.yanxuan, prices.watches) = (Some((key, history)), yanxuan, watches);
        }
        Err(trouble) => model.complain(&trouble),
    }
}

/// Opens the picker.
pub fn open(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Saved(SavedLayer::default()));
    vec![Effect::ReadSaved]
}

/// The searches were read.
pub fn read(model: &mut Model, result: Result<(Vec<SavedRow>, Vec<Clean>), Trouble>) {
    let page = model.viewport.layer_rows;
    let Some(layer) = picker(model) else { return };
    match result {
        Ok((rows, bad)) => {
            layer.list.settle(rows.len(), page);
            (layer.rows, layer.bad, layer.trouble) = (Some(rows), bad, None);
        }
        Err(trouble) => layer.trouble = Some(trouble),
    }
}

fn picker(model: &mut Model) -> Option<&mut SavedLayer> {
    model.layers.iter_mut().find_map(|layer| match layer {
        Layer::Saved(layer) => Some(layer),
        _ => None,
    })
}

fn top(model: &Model) -> Option<&SavedLayer> {
    match model.layers.last() {
        Some(Layer::Saved(layer)) => Some(layer),
        _ => None,
    }
}

/// Whether an action of the picker, or a watch, can be done; the reason when not.
pub fn enabled(model: &Model, id: ActionId) -> Result<(), &'static str> {
    let text = model.text();
    let selected = top(model).and_then(SavedLayer::selected);
    match id {
        ActionId::SavedTake => selected.map(|_| ()).ok_or(text.why_no_row),
        ActionId::SavedForget => match selected {
            None => Err(text.why_no_row),
            Some(row) if row.is_zone => Err(text.why_zone),
            Some(_) => Ok(()),
        },
        ActionId::SavedRestore => {
            let forgotten = top(model).and_then(|layer| layer.forgotten.last());
            forgotten.map(|_| ()).ok_or(text.why_none_forgotten)
        }
        _ => model.search.selected().map(|_| ()).ok_or(text.why_no_offer),
    }
}

/// Does what the picker offers.
pub fn act(model: &mut Model, id: ActionId) -> Vec<Effect> {
    match id {
        ActionId::SavedTake => take(model),
        ActionId::SavedKeep => {
            let query = Clean::new(model.search.query.text().trim());
            words::ask(model, WordsWish::SaveSearch, query, "");
            Vec::new()
        }
        ActionId::SavedForget => {
            let name = top(model).and_then(SavedLayer::selected).map(|row| row.search.name.clone());
            name.map(|name| vec![Effect::ForgetSearch(name)]).unwrap_or_default()
        }
        ActionId::SavedRestore => {
            let forgotten = picker(model).and_then(|layer| layer.forgotten.pop());
            forgotten.map(|search| vec![Effect::RestoreSearch(Box::new(search))]).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Puts the selected search on the screen, at its quantity and in its order.
pub fn take(model: &mut Model) -> Vec<Effect> {
    let Some(row) = top(model).and_then(SavedLayer::selected).cloned() else { return Vec::new() };
    model.layers.pop();
    let search = row.search;
    model.pane = Pane::Search;
    model.search.view = SearchView::Offers;
    model.search.focused = false;
    model.search.query.clear();
    model.search.query.insert(search.query.as_str());
    model.search.sort = search.sort;
    if let Some(quantity) = search.quantity {
        model.quantity = quantity;
    }
    let name = match &search.name_en {
        Some(english) if !model.lang.is_chinese() => english.to_string(),
        _ => search.name.to_string(),
    };
    model.say(Tone::Info, prices::loaded(model.lang, &name));
    search::from_top(model)
}

/// Enter in the line that asks for a name.
pub fn take_name(model: &mut Model, mut prompt: WordsPrompt) -> Vec<Effect> {
    match SavedName::new(&prompt.field.text()) {
        Ok(name) => {
            let mut search = SavedSearch::new(name, &model.search.query.text());
            search.quantity = Some(model.quantity);
            search.sort = model.search.sort;
            let replace = prompt.taken.as_ref() == Some(&search.name);
            vec![Effect::SaveSearch { search: Box::new(search), replace }]
        }
        Err(_) => {
            prompt.trouble = Some(model.text().why_no_name.to_owned());
            model.layers.push(Layer::Words(prompt));
            Vec::new()
        }
    }
}

/// Another search has the name: the line is there again with it, and Enter replaces that one.
pub fn is_taken(model: &mut Model, name: &SavedName) -> Vec<Effect> {
    let query = Clean::new(model.search.query.text().trim());
    words::ask(model, WordsWish::SaveSearch, query, name.as_str());
    let trouble = prices::name_taken(model.lang, name.as_str());
    if let Some(Layer::Words(prompt)) = model.layers.last_mut() {
        (prompt.taken, prompt.trouble) = (Some(name.clone()), Some(trouble));
    }
    Vec::new()
}

/// A search was kept.
pub fn kept(model: &mut Model, name: &SavedName, result: Result<(), Trouble>) -> Vec<Effect> {
    match result {
        Ok(()) => model.say(Tone::Done, prices::saved(model.lang, name.as_str())),
        Err(trouble) => model.complain(&trouble),
    }
    if picker(model).is_some() { vec![Effect::ReadSaved] } else { Vec::new() }
}

/// A search was brought back.
pub fn restored(model: &mut Model, search: SavedSearch, result: Result<(), Trouble>) -> Vec<Effect> {
    match result {
        Ok(()) => model.say(Tone::Done, prices::restored(model.lang, search.name.as_str())),
        Err(trouble) => {
            model.complain(&trouble);
            if let Some(layer) = picker(model) {
                layer.forgotten.push(search);
            }
        }
    }
    if picker(model).is_some() { vec![Effect::ReadSaved] } else { Vec::new() }
}

/// A search was deleted; as long as the picker is open it can be brought back.
pub fn forgotten(model: &mut Model, result: Result<Box<SavedSearch>, Trouble>) -> Vec<Effect> {
    match result {
        Ok(search) => {
            let key = model.keys.shown(ActionId::SavedRestore);
            model.say(Tone::Done, prices::forgotten(model.lang, search.name.as_str(), &key));
            if let Some(layer) = picker(model) {
                layer.forgotten.push(*search);
                return vec![Effect::ReadSaved];
            }
        }
        Err(trouble) => model.complain(&trouble),
    }
    Vec::new()
}

/// Asks at which price of the offer in focus the buyer wants to be told.
pub fn ask_watch(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.search.selected() else { return Vec::new() };
    let offer: Arc<Offer> = Arc::clone(&row.offer);
    // The price a watch looks at: nobody waits for bait to get cheaper.
    let price = if row.price.bait { row.price.median } else { row.price.least };
    let price = model.prices.watched(&offer.key, model.quantity_of(&offer.key)).or(price);
    let price = price.map(|price| price.to_string()).unwrap_or_default();
    let about = model.title_of(&offer).clone();
    words::ask(model, WordsWish::Watch(offer.key.clone()), about, &price);
    Vec::new()
}

/// Enter in that line.
pub fn take_watch(model: &mut Model, key: OfferKey, mut prompt: WordsPrompt) -> Vec<Effect> {
    let quantity = model.quantity_of(&key);
    if prompt.field.text().trim().is_empty() && model.prices.watched(&key, quantity).is_some() {
        return vec![Effect::EndWatch { key, quantity }];
    }
    let below = prompt.field.text().trim().parse::<Money>().ok();
    let Some(below) = below.filter(|price| !price.is_zero() && !price.is_negative()) else {
        prompt.trouble = Some(model.text().why_no_price.to_owned());
        model.layers.push(Layer::Words(prompt));
        return Vec::new();
    };
    vec![Effect::AddWatch { quantity, key, below }]
}

/// A watch was set.
pub fn watching(model: &mut Model, result: Result<Box<(Watch, Option<Clean>)>, Trouble>) -> Vec<Effect> {
    match result {
        Ok(set) => {
            let (watch, title) = *set;
            let title = title.map_or_else(|| watch.offer.to_string(), |title| title.to_string());
            let line = watch.rule.below.map(|line| line.to_string()).unwrap_or_default();
            let said = if watch.state.is_below {
                prices::beyond_already(model.lang)
            } else {
                prices::watching(model.lang, &title, &line, &watch.quantity.to_string())
            };
            model.say(Tone::Done, said);
        }
        Err(trouble) => model.complain(&trouble),
    }
    read_again(model)
}

/// A watch was ended.
pub fn watch_ended(model: &mut Model, result: Result<(), Trouble>) -> Vec<Effect> {
    match result {
        Ok(()) => model.say(Tone::Done, prices::unwatched(model.lang)),
        Err(trouble) => model.complain(&trouble),
    }
    read_again(model)
}

/// Prices crossed the lines they are watched for.
pub fn rang(model: &mut Model, news: &[WatchNews]) {
    model.prices.forget();
    if let Some(said) = prices::rang_all(model.lang, news) {
        model.say(Tone::Warn, said);
    }
}
