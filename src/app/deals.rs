//! Deals: group-buys with their steps, joined and left through a question; flash and discount deals to read.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::app::decide::{self, Ask};
use crate::app::field::Field;
use crate::app::list::{List, Move};
use crate::app::model::{Layer, Model, Pane, PickFor, Picker, Prompt, Tone, Wish};
use crate::app::msg::{CartDeed, Effect, NewLine, Trouble};
use crate::app::{layers, wake};
use crate::domain::deal::{Deal, DealKind};
use crate::domain::group_buy::{GroupBuy, GroupState};
use crate::domain::id::{GroupId, OfferKey, SpecId};
use crate::domain::offer::{Completeness, Offer};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;
use crate::i18n::follow;

/// While open group-buys are in view they are read this often, seconds.
pub const REFRESH_SECONDS: i64 = 15;

/// Flash and discount deals are read again when their view is opened and they are older than this, seconds.
const DEALS_FRESH_SECONDS: i64 = 60;

/// What the pane lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DealsView {
    #[default]
    Groups,
    Flash,
    Discount,
}

impl DealsView {
    /// All of them, in the order Tab goes through.
    pub const ALL: [DealsView; 3] = [DealsView::Groups, DealsView::Flash, DealsView::Discount];
}

/// Flash or discount deals as last read.
#[derive(Debug, Clone, Default)]
pub struct DealList {
    /// `None` = not read yet.
    pub deals: Option<Vec<Deal>>,
    /// This market has none.
    pub unsupported: bool,
    pub pending: bool,
    pub trouble: Option<Trouble>,
    pub list: List,
    pub as_of: Option<Timestamp>,
}

/// A group in full over the panes.
#[derive(Debug, Clone)]
pub struct GroupLayer {
    pub id: GroupId,
    /// The offer it is on, as cached; `None` until it was read, or not in the catalog.
    pub offer: Option<Arc<Offer>>,
    /// First line in view.
    pub first: usize,
}

/// What an offer is read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferWish {
    /// To name its SKUs before joining this group.
    Join(GroupId),
    /// To put it into the cart at Q, or ask which SKU.
    Add,
    /// To set a group's steps beside its own price.
    Show,
}

/// The flash or discount deals of a view.
pub fn deal_list(model: &Model, kind: DealKind) -> &DealList {
    match kind {
        DealKind::Flash => &model.deals.flash,
        DealKind::Discount => &model.deals.discount,
    }
}

fn deal_list_mut(model: &mut Model, kind: DealKind) -> &mut DealList {
    match kind {
        DealKind::Flash => &mut model.deals.flash,
        DealKind::Discount => &mut model.deals.discount,
    }
}

/// Which deals a view lists; `None` = group-buys.
pub fn kind_of(view: DealsView) -> Option<DealKind> {
    match view {
        DealsView::Groups => None,
        DealsView::Flash => Some(DealKind::Flash),
        DealsView::Discount => Some(DealKind::Discount),
    }
}

/// Rows of the view.
pub fn len(model: &Model) -> usize {
    match kind_of(model.deals.view) {
        None => model.deals.groups.as_ref().map_or(0, Vec::len),
        Some(kind) => deal_list(model, kind).deals.as_ref().map_or(0, Vec::len),
    }
}

/// The selection of the view.
pub fn list_mut(model: &mut Model) -> &mut List {
    match kind_of(model.deals.view) {
        None => &mut model.deals.list,
        Some(kind) => &mut deal_list_mut(model, kind).list,
    }
}

/// Moves in the view.
pub fn go(model: &mut Model, to: Move) {
    let (len, page) = (len(model), model.viewport.rows);
    list_mut(model).go(to, len, page);
}

/// The group in focus: the one in full over the panes, else the selected row.
pub fn focus(model: &Model) -> Option<&GroupBuy> {
    if let Some(Layer::Group(layer)) = model.layers.last() {
        return by_id(model, &layer.id);
    }
    let groups = model.deals.groups.as_deref().filter(|_| model.deals.view == DealsView::Groups)?;
    groups.get(model.deals.list.selected)
}

/// The selected flash or discount deal.
pub fn focused_deal(model: &Model) -> Option<&Deal> {
    let list = deal_list(model, kind_of(model.deals.view)?);
    list.deals.as_deref()?.get(list.list.selected)
}

/// The offer of the selected row, and its title: for what can be done with an offer in any pane.
pub fn selected_offer(model: &Model) -> Option<(&OfferKey, &Clean)> {
    match focused_deal(model) {
        Some(deal) => Some((&deal.offer, &deal.title)),
        None => focus(model).map(|group| (&group.offer, &group.title)),
    }
}

/// A group of the list.
pub fn by_id<'a>(model: &'a Model, id: &GroupId) -> Option<&'a GroupBuy> {
    model.deals.groups.as_deref()?.iter().find(|group| &group.id == id)
}

/// A title in the language of the screen; the Chinese one where there is no translation.
pub fn title_of<'a>(model: &Model, title: &'a Clean, translated: Option<&'a Clean>) -> &'a Clean {
    match translated {
        Some(translated) if model.lang.is_chinese() == model.titles_swapped && !translated.is_empty() => {
            translated
        }
        _ => title,
    }
}

/// The offer, where some pane already has it in full.
fn offer_at_hand(model: &Model, key: &OfferKey) -> Option<Arc<Offer>> {
    let found = model.search.page.rows.iter().map(|row| &row.offer);
    let marked = model.compare.offers.iter();
    found.chain(marked).find(|offer| &offer.key == key && offer.completeness == Completeness::Full).cloned()
}

/// Why nothing can be joined or left now; `None` when the group in focus can be.
fn why_not(model: &Model) -> Option<&'static str> {
    let text = model.text();
    match focus(model) {
        None => Some(text.why_no_group),
        Some(_) if model.deals.busy.is_some() => Some(text.why_busy),
        Some(group) if group.state != GroupState::Open => Some(text.why_group_ended),
        Some(_) if model.is_offline() => Some(text.why_offline),
        Some(_) => None,
    }
}

/// Whether a row can be opened; the reason when not.
pub fn can_open(model: &Model) -> Result<(), &'static str> {
    if len(model) > 0 { Ok(()) } else { Err(model.text().why_nothing_here) }
}

/// Whether the group in focus can be joined; the reason when not.
pub fn can_join(model: &Model) -> Result<(), &'static str> {
    why_not(model).map_or(Ok(()), Err)
}

/// Whether there is something of ours to take back; the reason when not.
pub fn can_leave(model: &Model) -> Result<(), &'static str> {
    match (why_not(model), focus(model)) {
        (Some(reason), _) => Err(reason),
        (None, Some(group)) if group.my_quantity.is_zero() => Err(model.text().why_not_joined),
        (None, _) => Ok(()),
    }
}

/// Whether the selected deal's offer can go into the cart; the reason when not.
pub fn can_add(model: &Model) -> Result<(), &'static str> {
    let text = model.text();
    match (model.layers.is_empty(), model.deals.view, focused_deal(model)) {
        (false, _, _) | (true, DealsView::Groups, _) => Err(text.why_group_not_cart),
        (true, _, None) => Err(text.why_nothing_here),
        (true, _, Some(_)) => Ok(()),
    }
}

/// Opens the selected group in full; of a flash or discount deal it says how it is bought.
pub fn open(model: &mut Model) -> Vec<Effect> {
    if model.deals.view != DealsView::Groups {
        model.say(Tone::Info, model.text().deal_how_to_buy);
        return Vec::new();
    }
    let Some(group) = focus(model) else { return Vec::new() };
    let (id, key) = (group.id.clone(), group.offer.clone());
    let offer = offer_at_hand(model, &key);
    let wanted = offer.is_none();
    model.layers.push(Layer::Group(GroupLayer { id, offer, first: 0 }));
    if wanted { read_offer(model, key, OfferWish::Show) } else { Vec::new() }
}

/// Asks how much of the group in focus to reserve; of which SKU first, where there are several.
pub fn join(model: &mut Model) -> Vec<Effect> {
    let Some(group) = focus(model) else { return Vec::new() };
    let (id, key) = (group.id.clone(), group.offer.clone());
    match offer_at_hand(model, &key) {
        Some(offer) => {
            pick_or_ask(model, &id, Some(offer));
            Vec::new()
        }
        None => read_offer(model, key, OfferWish::Join(id)),
    }
}

/// Asks whether to take our joins of the group in focus back.
pub fn leave(model: &mut Model) -> Vec<Effect> {
    let Some(group) = focus(model) else { return Vec::new() };
    let group = Box::new(group.clone());
    decide::ask(model, Ask::Leave { group });
    Vec::new()
}

/// Puts the selected deal's offer into the cart at Q and at its normal price.
pub fn add(model: &mut Model) -> Vec<Effect> {
    let Some(deal) = focused_deal(model) else { return Vec::new() };
    let key = deal.offer.clone();
    match offer_at_hand(model, &key) {
        Some(offer) => layers::add_or_pick(model, offer, None),
        None => read_offer(model, key, OfferWish::Add),
    }
}

fn read_offer(model: &mut Model, key: OfferKey, wish: OfferWish) -> Vec<Effect> {
    model.deals.wanted = Some((key.clone(), wish));
    vec![Effect::ReadOffer(key)]
}

/// An offer came from the catalog: what it was read for goes on, if the buyer is still there.
pub fn offer_read(
    model: &mut Model,
    key: &OfferKey,
    result: Result<Option<Arc<Offer>>, Trouble>,
) -> Vec<Effect> {
    let offer = match result {
        Ok(offer) => offer,
        Err(trouble) => {
            model.deals.wanted = None;
            model.complain(&trouble);
            return Vec::new();
        }
    };
    let of_group = |model: &Model, id: &GroupId| by_id(model, id).is_some_and(|group| &group.offer == key);
    let shown = model.layers.iter().any(|layer| match layer {
        Layer::Group(layer) => of_group(model, &layer.id),
        _ => false,
    });
    if shown {
        for layer in &mut model.layers {
            if let Layer::Group(layer) = layer {
                layer.offer = offer.clone();
            }
        }
    }
    let Some((_, wish)) = model.deals.wanted.take_if(|(wanted, _)| wanted == key) else { return Vec::new() };
    // An answer that comes when the buyer has gone elsewhere opens nothing there.
    let here = model.pane == Pane::Deals && matches!(model.layers.last(), None | Some(Layer::Group(_)));
    match wish {
        OfferWish::Join(id) if here => {
            pick_or_ask(model, &id, offer);
            Vec::new()
        }
        OfferWish::Add if here => match offer {
            Some(offer) => layers::add_or_pick(model, offer, None),
            // Not in the catalog: the ledger's worker says what can be done about it.
            None => {
                let line = NewLine { offer: key.clone(), spec_id: None, quantity: model.quantity };
                vec![Effect::Cart(CartDeed::Add(vec![line]))]
            }
        },
        OfferWish::Join(_) | OfferWish::Add | OfferWish::Show => Vec::new(),
    }
}

/// Several SKUs: which of them; else how much. An offer nobody knows is left to the market to judge.
fn pick_or_ask(model: &mut Model, id: &GroupId, offer: Option<Arc<Offer>>) {
    match offer {
        Some(offer) if offer.skus.len() > 1 => {
            let quantities = vec![String::new(); offer.skus.len()];
            let at = offer.skus.iter().position(|sku| sku.stock.is_none_or(|stock| !stock.is_zero()));
            let mut list = List::default();
            list.select(at.unwrap_or(0), offer.skus.len(), model.viewport.layer_rows);
            let take = PickFor::Join(id.clone());
            model.layers.push(Layer::Picker(Picker { offer, list, quantities, take }));
        }
        Some(offer) => {
            let only = offer.skus.first().map(|sku| (sku.spec_id.clone(), sku.name.clone()));
            ask_quantity(model, id, only);
        }
        None => ask_quantity(model, id, None),
    }
}

/// Opens the quantity field for a join.
pub fn ask_quantity(model: &mut Model, id: &GroupId, spec: Option<(SpecId, Clean)>) {
    let Some(group) = by_id(model, id) else { return };
    let title = title_of(model, &group.title, group.title_en.as_ref()).clone();
    model.layers.push(Layer::Prompt(Prompt {
        wish: Wish::Join { id: id.clone(), spec, title },
        field: Field::new(&model.quantity.to_string()).offered(),
        trouble: None,
    }));
}

/// Asks whether to reserve this much of a group.
pub fn ask_join(
    model: &mut Model,
    id: &GroupId,
    spec: Option<(SpecId, Clean)>,
    quantity: Quantity,
) -> Vec<Effect> {
    match by_id(model, id) {
        Some(group) => {
            let group = Box::new(group.clone());
            decide::ask(model, Ask::Join { group, spec, quantity });
        }
        None => model.say(Tone::Warn, model.text().why_group_ended),
    }
    Vec::new()
}

/// The pane came to the front: what is not there, or not fresh, is read.
pub fn entered(model: &mut Model) -> Vec<Effect> {
    match kind_of(model.deals.view) {
        None if model.deals.pending || model.deals.unsupported => Vec::new(),
        None if model.deals.groups.is_some() && (model.is_offline() || !is_stale(model)) => Vec::new(),
        None => refresh(model),
        Some(kind) => {
            let list = deal_list(model, kind);
            let minute = SignedDuration::from_secs(DEALS_FRESH_SECONDS);
            let fresh =
                list.as_of.and_then(|as_of| wake::after(as_of, minute)).is_some_and(|end| model.now < end);
            let known = list.deals.is_some() && (fresh || model.is_offline());
            if known || list.unsupported || list.pending { Vec::new() } else { refresh(model) }
        }
    }
}

/// Reads the view from the market.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    match kind_of(model.deals.view) {
        None => {
            model.deals.pending = true;
            model.deals.looked_at = Some(model.now);
            vec![Effect::ReadGroups]
        }
        Some(kind) => {
            deal_list_mut(model, kind).pending = true;
            vec![Effect::ReadDeals(kind)]
        }
    }
}

/// The market's clock was set: what was read before is of another time.
pub fn clock_moved(model: &mut Model) -> Vec<Effect> {
    model.deals.looked_at = None;
    (model.deals.flash.as_of, model.deals.discount.as_of) = (None, None);
    if model.pane == Pane::Deals { entered(model) } else { Vec::new() }
}

fn is_stale(model: &Model) -> bool {
    due_at(model).is_none_or(|due| model.now >= due)
}

fn due_at(model: &Model) -> Option<Timestamp> {
    wake::after(model.deals.looked_at?, SignedDuration::from_secs(REFRESH_SECONDS))
}

/// When the group-buys are to be read again by themselves: only while they are in view, one is open and the market
/// can be reached, so that an idle client sleeps.
pub fn wants_waking(model: &Model) -> Option<Timestamp> {
    let open = |group: &GroupBuy| group.state == GroupState::Open;
    let in_view = model.pane == Pane::Deals && model.deals.view == DealsView::Groups;
    let any = model.deals.groups.iter().flatten().any(open);
    if !in_view || !any || model.deals.pending || model.is_offline() {
        return None;
    }
    due_at(model)
}

/// The moment asked for came.
pub fn woke(model: &mut Model) -> Vec<Effect> {
    match wants_waking(model) {
        Some(due) if model.now >= due => refresh(model),
        _ => Vec::new(),
    }
}

/// The group-buys came.
pub fn groups_read(
    model: &mut Model,
    result: Result<Option<(Vec<GroupBuy>, Timestamp)>, Trouble>,
) -> Vec<Effect> {
    model.deals.pending = false;
    model.deals.looked_at = Some(model.now);
    match result {
        Ok(Some((groups, as_of))) => {
            model.deals.unsupported = false;
            model.deals.trouble = None;
            model.deals.as_of = Some(as_of);
            take(model, groups);
        }
        Ok(None) => {
            model.deals.groups = None;
            model.deals.unsupported = true;
        }
        Err(trouble) => model.deals.trouble = Some(trouble),
    }
    Vec::new()
}

/// Takes a newer reading over: sorted, the selection stays on its group, crossed steps are said and marked.
fn take(model: &mut Model, mut groups: Vec<GroupBuy>) {
    let selected = model.deals.groups.iter().flatten().nth(model.deals.list.selected).map(|g| g.id.clone());
    let older = model.deals.groups.take().unwrap_or_default();
    let crossed: Vec<GroupBuy> = groups
        .iter()
        .filter(|group| older.iter().any(|old| old.id == group.id && old.step() < group.step()))
        .cloned()
        .collect();
    if model.pane == Pane::Deals {
        for group in &crossed {
            if !model.deals.crossed.contains(&group.id) {
                model.deals.crossed.push(group.id.clone());
            }
        }
    }
    sort(&mut groups, &model.deals.crossed);
    let at = selected.and_then(|id| groups.iter().position(|group| group.id == id));
    let (len, page) = (groups.len(), model.viewport.rows);
    model.deals.groups = Some(groups);
    let at = at.unwrap_or(model.deals.list.selected);
    model.deals.list.select(at, len, page);
    if model.pane != Pane::Deals {
        return;
    }
    // What is ours is said before what is not.
    if let Some(first) = crossed.iter().min_by_key(|group| group.my_quantity.is_zero()) {
        let title = title_of(model, &first.title, first.title_en.as_ref()).to_string();
        let step = first
            .steps
            .iter()
            .filter(|step| step.participants <= first.participants)
            .max_by_key(|step| step.participants);
        if let (Some(step), Some(price)) = (step, first.price_now()) {
            let said = follow::step_reached(
                model.lang,
                &title,
                step.participants,
                &price.to_string(),
                crossed.len() - 1,
            );
            model.announce(Tone::Done, said);
        }
    }
}

/// Mine first, then what just crossed a step, so that it does not go out of view by it; then what is still open, then nearest to its next step by the share still missing, then by deadline.
fn sort(groups: &mut [GroupBuy], crossed: &[GroupId]) {
    groups.sort_by_cached_key(|group| {
        let missing = group.next_step().map_or(MILLION, |step| {
            let missing = step.participants.saturating_sub(group.participants);
            missing.saturating_mul(MILLION) / step.participants.max(1)
        });
        (
            group.my_quantity.is_zero(),
            !crossed.contains(&group.id),
            group.state != GroupState::Open,
            missing,
            group.deadline,
            group.id.as_str().to_owned(),
        )
    });
}

const MILLION: u64 = 1_000_000;

/// Flash or discount deals came.
pub fn read(
    model: &mut Model,
    kind: DealKind,
    result: Result<Option<(Vec<Deal>, Timestamp)>, Trouble>,
) -> Vec<Effect> {
    let page = model.viewport.rows;
    let list = deal_list_mut(model, kind);
    list.pending = false;
    match result {
        Ok(Some((mut deals, as_of))) => {
            deals.sort_by(|a, b| (a.starts, a.ends, &a.id).cmp(&(b.starts, b.ends, &b.id)));
            list.list.settle(deals.len(), page);
            list.deals = Some(deals);
            list.unsupported = false;
            list.trouble = None;
            list.as_of = Some(as_of);
        }
        Ok(None) => {
            list.deals = None;
            list.unsupported = true;
        }
        Err(trouble) => list.trouble = Some(trouble),
    }
    Vec::new()
}

/// A group was joined or left.
pub fn acted(model: &mut Model, joined: bool, result: Result<GroupBuy, Trouble>) -> Vec<Effect> {
    model.deals.busy = None;
    match result {
        Ok(group) => {
            let title = title_of(model, &group.title, group.title_en.as_ref()).to_string();
            let unit = group.unit.as_ref().map_or("", |unit| unit.as_str());
            let mine = crate::i18n::messages::with_unit(&group.my_quantity.to_string(), unit);
            let said = if joined {
                follow::joined(model.lang, &title, &mine)
            } else {
                follow::left(model.lang, &title)
            };
            let mut groups = model.deals.groups.clone().unwrap_or_default();
            match groups.iter_mut().find(|known| known.id == group.id) {
                Some(known) => *known = group,
                None => groups.push(group),
            }
            take(model, groups);
            model.say(Tone::Done, said);
        }
        Err(trouble) => model.complain(&trouble),
    }
    // Others may have joined meanwhile, and after a broken call only the market knows what became of it.
    model.deals.pending = true;
    model.deals.looked_at = Some(model.now);
    vec![Effect::ReadGroups, Effect::ReadStatus]
}

/// The next of the lists; read when it was not yet.
pub fn next_view(model: &mut Model) -> Vec<Effect> {
    let at = DealsView::ALL.iter().position(|view| *view == model.deals.view).unwrap_or(0);
    show_view(model, DealsView::ALL.get(at + 1).copied().unwrap_or_default())
}

/// This list; read when it was not yet.
pub fn show_view(model: &mut Model, view: DealsView) -> Vec<Effect> {
    model.deals.view = view;
    entered(model)
}
