//! The buying lists over the panes: what each costs today and when it is due; one goes into the cart in so many sets,
//! the cart is kept as one, one is held against the cart, one is deleted.
//!
//! All of it is done by the same workflows as `pifa list`, away from the screen.

use crate::app::action::ActionId;
use crate::app::field::Field;
use crate::app::list::{List, Move};
use crate::app::model::{Layer, Model, Prompt, Tone, Wish};
use crate::app::msg::{CartDeed, Effect, ListDeed, ListOutcome, Trouble};
use crate::app::words::{self, WordsPrompt, WordsWish};
use crate::config::keymap::{Code, Key};
use crate::domain::list::{Difference, ListRow};
use crate::domain::quantity::Quantity;
use crate::domain::saved::SavedName;
use crate::domain::text::Clean;
use crate::i18n::comparing;

/// What has to be said yes to before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    Delete(SavedName),
    Replace(SavedName),
}

/// The layer.
#[derive(Debug, Clone, Default)]
pub struct ListsLayer {
    /// `None` = not read yet.
    pub rows: Option<Vec<ListRow>>,
    /// Files that could not be read: where and why.
    pub bad: Vec<Clean>,
    pub list: List,
    pub trouble: Option<Trouble>,
    /// A list beside the cart, and the first difference in view.
    pub diff: Option<(SavedName, Vec<Difference>, List)>,
    /// What is asked.
    pub asks: Option<Asks>,
    /// The one that was saved last: selected as soon as it is listed.
    wanted: Option<SavedName>,
}

impl ListsLayer {
    /// The selected list.
    pub fn selected(&self) -> Option<&ListRow> {
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

    /// Moves in what is shown.
    pub fn go(&mut self, to: Move, page: usize) {
        let rows = self.len();
        match &mut self.diff {
            Some((_, found, list)) => list.go(to, found.len(), page),
            None => self.list.go(to, rows, page),
        }
    }
}

fn layer(model: &mut Model) -> Option<&mut ListsLayer> {
    model.layers.iter_mut().find_map(|layer| match layer {
        Layer::Lists(layer) => Some(layer),
        _ => None,
    })
}

fn top(model: &Model) -> Option<&ListsLayer> {
    match model.layers.last() {
        Some(Layer::Lists(layer)) => Some(layer),
        _ => None,
    }
}

/// Opens it.
pub fn open(model: &mut Model) -> Vec<Effect> {
    model.layers.push(Layer::Lists(ListsLayer::default()));
    vec![Effect::List(ListDeed::Read)]
}

/// Whether an action can be done; the reason when not.
pub fn enabled(model: &Model, id: ActionId) -> Result<(), &'static str> {
    let text = model.text();
    let selected = top(model).filter(|layer| layer.diff.is_none()).and_then(ListsLayer::selected);
    match id {
        ActionId::ListsSave if model.cart.is_empty() => Err(text.why_cart_empty),
        ActionId::ListsSave => Ok(()),
        _ => selected.map(|_| ()).ok_or(text.why_no_list),
    }
}

/// Does what the layer offers.
pub fn act(model: &mut Model, id: ActionId) -> Vec<Effect> {
    let selected = top(model).and_then(ListsLayer::selected).map(|row| row.name.clone());
    match (id, selected) {
        (ActionId::ListsLoad, Some(name)) => {
            // Once unless another number is typed: Enter takes it.
            let (wish, field) = (Wish::Sets { name }, Field::new("1"));
            model.layers.push(Layer::Prompt(Prompt { wish, field: field.offered(), trouble: None }));
            Vec::new()
        }
        (ActionId::ListsSave, known) => {
            let before = known.map(|name| name.to_string()).unwrap_or_default();
            words::ask(model, WordsWish::SaveList, Clean::default(), &before);
            Vec::new()
        }
        (ActionId::ListsDiff, Some(name)) => vec![Effect::List(ListDeed::Diff(name))],
        (ActionId::ListsDelete, Some(name)) => {
            if let Some(layer) = layer(model) {
                layer.asks = Some(Asks::Delete(name));
            }
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// The keys that answer a question, and Esc out of the differences; `None` = any other key is an action's.
pub fn key(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let layer = layer(model)?;
    if let Some(asks) = layer.asks.take() {
        let yes = matches!(key.narrowed().typed(), Some('y' | 'Y'));
        return Some(match asks {
            _ if !yes => Vec::new(),
            Asks::Delete(name) => vec![Effect::List(ListDeed::Delete(name))],
            Asks::Replace(name) => vec![Effect::List(ListDeed::Save { name, replace: true })],
        });
    }
    if layer.diff.is_some() && key == Key::plain(Code::Esc) {
        layer.diff = None;
        return Some(Vec::new());
    }
    None
}

/// Puts so many sets of a list into the cart.
pub fn load(name: SavedName, sets: Quantity) -> Vec<Effect> {
    vec![Effect::List(ListDeed::Load { name, sets })]
}

/// Enter in the line that asks for a name.
pub fn take_name(model: &mut Model, mut prompt: WordsPrompt) -> Vec<Effect> {
    match SavedName::new(&prompt.field.text()) {
        Ok(name) => vec![Effect::List(ListDeed::Save { name, replace: false })],
        Err(_) => {
            prompt.trouble = Some(model.text().why_no_name.to_owned());
            model.layers.push(Layer::Words(prompt));
            Vec::new()
        }
    }
}

/// Something was done with the lists.
pub fn done(model: &mut Model, deed: ListDeed, result: Result<ListOutcome, Trouble>) -> Vec<Effect> {
    let (lang, page) = (model.lang, model.viewport.layer_rows);
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(trouble) => {
            match layer(model).filter(|layer| deed == ListDeed::Read && layer.rows.is_none()) {
                Some(layer) => layer.trouble = Some(trouble),
                None => model.complain(&trouble),
            }
            return Vec::new();
        }
    };
    match (deed, outcome) {
        (_, ListOutcome::Read { rows, bad }) => {
            if let Some(layer) = layer(model) {
                let wanted = layer.wanted.take();
                let at = wanted.and_then(|name| rows.iter().position(|row| row.name == name));
                layer.list.select(at.unwrap_or(layer.list.selected), rows.len(), page);
                (layer.rows, layer.bad, layer.trouble) = (Some(rows), bad, None);
            }
            Vec::new()
        }
        (ListDeed::Load { name, .. }, ListOutcome::Loaded { lines, missing }) => {
            if lines == 0 {
                model.say(Tone::Warn, comparing::list_all_missing(lang, name.as_str()));
                return Vec::new();
            }
            // What went in is looked at next.
            model.layers.retain(|layer| !matches!(layer, Layer::Lists(_)));
            let effects = crate::app::trigger::go(model, crate::app::Pane::Cart);
            let tone = if missing == 0 { Tone::Done } else { Tone::Warn };
            model.say(tone, comparing::list_loaded(lang, name.as_str(), lines, missing));
            [Effect::Cart(CartDeed::Read)].into_iter().chain(effects).collect()
        }
        (ListDeed::Save { name, .. }, ListOutcome::Taken) => {
            if let Some(layer) = layer(model) {
                layer.asks = Some(Asks::Replace(name));
            }
            Vec::new()
        }
        (ListDeed::Save { name, .. }, ListOutcome::Saved) => {
            model.say(Tone::Done, comparing::list_saved(lang, name.as_str()));
            if let Some(layer) = layer(model) {
                layer.wanted = Some(name);
                return vec![Effect::List(ListDeed::Read)];
            }
            Vec::new()
        }
        (ListDeed::Delete(name), ListOutcome::Deleted) => {
            model.say(Tone::Done, comparing::list_deleted(lang, name.as_str()));
            if layer(model).is_some() { vec![Effect::List(ListDeed::Read)] } else { Vec::new() }
        }
        (ListDeed::Diff(name), ListOutcome::Differs(found)) => {
            if let Some(layer) = layer(model) {
                layer.diff = Some((name, found, List::default()));
            }
            Vec::new()
        }
        // Each deed has its own outcome.
        _ => Vec::new(),
    }
}
