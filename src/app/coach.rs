//! The tour: one line above the hints that says what to try next. Its steps advance on what the model shows; every
//! key passes through it.
//!
//! A step whose fact is there already when it is reached is passed over, so a buyer who goes their own way is never
//! asked for what was done.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::app::action::{self, ActionId};
use crate::app::model::{Layer, Model, Pane, Tone};
use crate::app::msg::Effect;
use crate::domain::id::GroupId;
use crate::domain::order::Order;
use crate::domain::session::TourState;
use crate::i18n::messages;

/// What is tried, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Down,
    Compare,
    Add,
    Broken,
    Mend,
    Send,
    Pay,
    Group,
    Again,
    Offline,
}

impl Step {
    /// All of them.
    pub const ALL: [Step; 10] = [
        Step::Down,
        Step::Compare,
        Step::Add,
        Step::Broken,
        Step::Mend,
        Step::Send,
        Step::Pay,
        Step::Group,
        Step::Again,
        Step::Offline,
    ];
}

/// Offers to mark before they are compared.
pub const MARKS: usize = 3;

/// Where the tour is, and what it has seen on its way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coach {
    pub state: TourState,
    /// When this sitting's part of it began: an order made later was sent during it.
    since: Option<Timestamp>,
    /// The cart was seen with a broken rule.
    broken: bool,
    /// Orders seen unpaid.
    unpaid: BTreeSet<String>,
    paid: bool,
    /// The step each group was at when first seen.
    groups: BTreeMap<GroupId, usize>,
    crossed: bool,
    reordered: bool,
}

/// The step it stands at; `None` while there is no tour.
pub fn step(model: &Model) -> Option<Step> {
    match model.coach.state {
        TourState::At(at) => Step::ALL.get(usize::from(at)).copied(),
        TourState::New | TourState::Ended => None,
    }
}

/// How far it had come last time.
pub fn restore(model: &mut Model, state: TourState) {
    // A tour asked for before the last sitting was read is the newer wish.
    if model.coach.state == TourState::New {
        model.coach.state = state;
    }
}

/// Begins the tour anew.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    model.coach = Coach { state: TourState::At(0), since: Some(model.now), ..Coach::default() };
    watch(model)
}

/// Ends it for good.
pub fn end(model: &mut Model) -> Vec<Effect> {
    model.coach.state = TourState::Ended;
    let keys = model.keys.shown(ActionId::Palette);
    model.say(Tone::Info, messages::tour_ended(model.lang, &keys));
    Vec::new()
}

/// Whether Esc ends the tour here: nothing is open that it would close and no query that it would clear.
pub fn esc_ends(model: &Model) -> bool {
    let in_query = model.pane == Pane::Search && (model.search.focused || !model.search.query.is_empty());
    let in_cart = model.pane == Pane::Cart && (model.cart.visual.is_some() || model.cart.narrow.is_some());
    let free = model.layers.is_empty() && model.begun.is_empty();
    step(model).is_some() && free && !in_query && !in_cart
}

/// Past orders were put into the cart.
pub fn reordered(model: &mut Model) {
    model.coach.reordered = true;
}

/// After every message: the tour goes on when the model shows that its step was done.
pub fn watch(model: &mut Model) -> Vec<Effect> {
    // On a first start it begins by itself where nothing costs money, once the last sitting is known to be none.
    let sandbox = model.status.as_ref().is_some_and(|status| status.sandbox);
    if model.coach.state == TourState::New && model.memory.read && sandbox {
        return begin(model);
    }
    if step(model).is_none() {
        return Vec::new();
    }
    model.coach.since.get_or_insert(model.now);
    look(model);
    let before = model.coach.state;
    while let Some(at) = step(model) {
        if !is_done(model, at) {
            break;
        }
        let next = Step::ALL.iter().position(|other| *other == at).map_or(Step::ALL.len(), |here| here + 1);
        model.coach.state = match u8::try_from(next) {
            Ok(next) if usize::from(next) < Step::ALL.len() => TourState::At(next),
            _ => TourState::Ended,
        };
    }
    if model.coach.state == TourState::Ended && before != TourState::Ended {
        let keys = model.keys.shown(ActionId::Palette);
        model.say(Tone::Done, messages::tour_done(model.lang, &keys));
    }
    Vec::new()
}

/// Takes in what has to be seen before it changes.
fn look(model: &mut Model) {
    let coach = &mut model.coach;
    coach.broken |= !model.cart.snapshot.assessment.violations.is_empty();
    for order in &model.orders.orders {
        let Some(id) = id_of(order) else { continue };
        match order.state.as_str() {
            "to_pay" | "to_pay_freight_open" => {
                coach.unpaid.insert(id);
            }
            "to_ship" | "shipped" | "done" => coach.paid |= coach.unpaid.contains(&id),
            _ => {}
        }
    }
    for group in model.deals.groups.iter().flatten() {
        let first = *coach.groups.entry(group.id.clone()).or_insert_with(|| group.step());
        coach.crossed |= group.step() > first;
    }
}

fn id_of(order: &Order) -> Option<String> {
    let market = order.order_id.as_ref().map(ToString::to_string);
    market.or_else(|| order.out_order_id.as_ref().map(ToString::to_string))
}

/// Whether the model shows that a step was done.
fn is_done(model: &Model, step: Step) -> bool {
    let coach = &model.coach;
    match step {
        Step::Down => model.search.list.selected > 0,
        Step::Compare => model.compare.offers.len() >= MARKS && model.pane == Pane::Compare,
        // What was sent on the way was in the cart before.
        Step::Add => !model.cart.is_empty() || sent(model),
        Step::Broken => (coach.broken && (model.pane == Pane::Cart || is_whole(model))) || sent(model),
        Step::Mend => is_whole(model) || sent(model),
        Step::Send => sent(model),
        Step::Pay => coach.paid,
        Step::Group => coach.crossed,
        Step::Again => coach.reordered,
        Step::Offline => {
            let found = model.search.answered && !model.search.pending;
            model.is_offline() && found && !model.search.query.is_empty()
        }
    }
}

/// A cart that can be sent.
fn is_whole(model: &Model) -> bool {
    !model.cart.is_empty() && model.cart.violations().is_empty()
}

/// An order was made since the tour began; one that was refused does not count.
fn sent(model: &Model) -> bool {
    let Some(since) = model.coach.since else { return false };
    let ours = |order: &&Order| order.created_at >= since && order.out_order_id.is_some();
    model.orders.orders.iter().filter(ours).any(|order| !matches!(order.state.as_str(), "draft" | "rejected"))
}

/// What the strip says: how far it is, and what to do next from where the buyer is.
pub fn said(model: &Model) -> Option<(String, String)> {
    let at = step(model)?;
    let number = Step::ALL.iter().position(|other| *other == at)? + 1;
    let progress = format!("{number}/{}", Step::ALL.len());
    Some((progress, advice(model, at)))
}

/// The keys to a pane from here: on a line of the cart or the comparison a digit is its quantity.
fn pane_keys(model: &Model, id: ActionId) -> String {
    let on_line = match model.pane {
        Pane::Compare => !model.compare.offers.is_empty(),
        Pane::Cart => !model.cart.is_empty(),
        Pane::Search | Pane::Deals | Pane::Orders => false,
    };
    if on_line { model.keys.shown_in_all(id) } else { model.keys.shown(id) }
}

fn advice(model: &Model, step: Step) -> String {
    let lang = model.lang;
    let words = model.text();
    let key = |id: ActionId| {
        let keys = model.keys.shown(id);
        if keys.is_empty() {
            return format!("{}{}", model.keys.shown(ActionId::Palette), action::row(id).name);
        }
        keys
    };
    let to = |pane: Pane, id: ActionId, said: String| {
        if model.pane == pane {
            return said;
        }
        let keys = pane_keys(model, id);
        messages::tour_to(lang, &keys, pane.title(words), &said)
    };
    let in_search = |said: String| to(Pane::Search, ActionId::PaneSearch, said);
    match step {
        Step::Down => in_search(messages::tour_down(lang, &key(ActionId::Down))),
        Step::Compare if model.compare.offers.len() >= MARKS => {
            messages::tour_compare(lang, &pane_keys(model, ActionId::PaneCompare))
        }
        Step::Compare => {
            let marked = model.compare.offers.len();
            in_search(messages::tour_mark(lang, &key(ActionId::SearchMark), marked, MARKS))
        }
        Step::Add if model.pane == Pane::Compare => messages::tour_add(lang, &key(ActionId::CompareAdd)),
        Step::Add => in_search(messages::tour_add(lang, &key(ActionId::SearchAdd))),
        Step::Broken if model.cart.violations().is_empty() => {
            in_search(messages::tour_break(lang, &key(ActionId::SearchAdd), &model.quantity.to_string()))
        }
        Step::Broken => to(Pane::Cart, ActionId::PaneCart, words.tour_see.to_owned()),
        Step::Mend | Step::Send if model.cart.is_empty() => {
            in_search(messages::tour_add(lang, &key(ActionId::SearchAdd)))
        }
        // Mended, and broken again since.
        Step::Mend | Step::Send if !model.cart.violations().is_empty() => to(
            Pane::Cart,
            ActionId::PaneCart,
            messages::tour_mend(
                lang,
                &key(ActionId::CartNextProblem),
                &key(ActionId::CartEdit),
                &key(ActionId::CartRemove),
            ),
        ),
        Step::Mend | Step::Send if matches!(model.layers.last(), Some(Layer::Confirm(_))) => {
            messages::tour_confirm(lang, &key(ActionId::ConfirmSend))
        }
        Step::Mend | Step::Send => {
            to(Pane::Cart, ActionId::PaneCart, messages::tour_send(lang, &key(ActionId::CartSubmit)))
        }
        Step::Pay => to(
            Pane::Orders,
            ActionId::PaneOrders,
            messages::tour_pay(lang, &key(ActionId::OrdersPay), words.state_to_pay),
        ),
        Step::Group => to(Pane::Deals, ActionId::PaneDeals, words.tour_group.to_owned()),
        Step::Again => {
            to(Pane::Orders, ActionId::PaneOrders, messages::tour_again(lang, &key(ActionId::OrdersReorder)))
        }
        Step::Offline if model.is_offline() => {
            in_search(messages::tour_search_on(lang, &key(ActionId::SearchQuery)))
        }
        Step::Offline => messages::tour_offline(lang, &key(ActionId::OfflineToggle)),
    }
}
