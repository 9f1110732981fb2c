//! Orders: what waits for the buyer, an order in full, and what can be done with one.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};

use crate::app::decide::{self, Ask};
use crate::app::list::Move;
use crate::app::model::{Layer, Model, Pane, Tone};
use crate::app::msg::{CartDeed, Effect, OrderDeed, Trouble};
use crate::app::wake;
use crate::domain::money::Money;
use crate::domain::order::{Order, OrderState, PayCheck, PayLink, Reordered, Shipment};
use crate::domain::text::Clean;
use crate::i18n::follow;

/// While an order is at the cashier and the pane is in view, it is read this often, seconds.
pub const CASHIER_SECONDS: i64 = 10;
/// So long after the cashier was opened, seconds: who has not paid by then presses a key.
pub const CASHIER_FOR_SECONDS: i64 = 300;

/// An order in full over the panes.
#[derive(Debug, Clone)]
pub struct OrderLayer {
    /// Its id, or our number.
    pub id: String,
    /// Where its goods are; `None` until that was read.
    pub shipments: Option<Vec<Shipment>>,
    pub trouble: Option<Trouble>,
    /// First line in view.
    pub first: usize,
}

/// An order whose cashier was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cashier {
    /// The order's id.
    pub id: String,
    /// Where it is paid.
    pub url: Clean,
    /// It is looked at by itself until then.
    pub until: Timestamp,
    /// When it was last asked for.
    pub looked_at: Timestamp,
    /// Whether an answer is awaited.
    pub pending: bool,
}

/// Where an order stands, for whoever has to do something next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// Sent, and nobody knows yet what became of it.
    Unknown,
    /// To be paid.
    Pay,
    /// Kept back: the buyer has to look at it again.
    Held,
    /// On its way: to be received.
    Arrives,
    /// The seller has to set the freight.
    Freight,
    /// Waits for the network, or is on its way to the market.
    Queued,
    /// The seller has to ship.
    Ships,
    /// Nothing more comes.
    Over,
}

impl Turn {
    /// Whether the buyer has to do something about it.
    pub fn is_mine(self) -> bool {
        matches!(self, Turn::Unknown | Turn::Pay | Turn::Held | Turn::Arrives)
    }
}

/// Whose turn it is.
pub fn turn(order: &Order) -> Turn {
    match order.state.as_str() {
        "unknown" => Turn::Unknown,
        "to_pay" => Turn::Pay,
        "draft" => Turn::Held,
        "shipped" => Turn::Arrives,
        "to_pay_freight_open" => Turn::Freight,
        "queued" | "sending" => Turn::Queued,
        "to_ship" => Turn::Ships,
        _ => Turn::Over,
    }
}

/// How many orders there are of each kind that is summed up, and what is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    pub to_pay: usize,
    /// Over the orders to pay whose total is known, yuan.
    pub to_pay_sum: Money,
    pub freight: usize,
    pub arrives: usize,
    pub unknown: usize,
    pub held: usize,
    pub queued: usize,
    pub ships: usize,
}

/// Sums all orders up.
pub fn summary(model: &Model) -> Summary {
    let mut sums = Summary::default();
    for order in &model.orders.orders {
        match turn(order) {
            Turn::Unknown => sums.unknown += 1,
            Turn::Pay => {
                sums.to_pay += 1;
                sums.to_pay_sum += order.total.unwrap_or_default();
            }
            Turn::Held => sums.held += 1,
            Turn::Arrives => sums.arrives += 1,
            Turn::Freight => sums.freight += 1,
            Turn::Queued => sums.queued += 1,
            Turn::Ships => sums.ships += 1,
            Turn::Over => {}
        }
    }
    sums
}

/// The orders in view, in the order they are shown.
pub fn rows(model: &Model) -> impl Iterator<Item = &Order> {
    let all = !model.orders.waiting_only;
    model.orders.orders.iter().filter(move |order| all || turn(order).is_mine())
}

/// The id everything is asked with: the market's, else our number.
pub fn key_of(order: &Order) -> Option<String> {
    let market = order.order_id.as_ref().map(|id| id.as_str().to_owned());
    market.or_else(|| order.out_order_id.as_ref().map(|out| out.as_str().to_owned()))
}

/// Whether the order goes by this id: an order gets the market's once it is known.
pub fn goes_by(order: &Order, id: &str) -> bool {
    order.order_ids.iter().chain(&order.order_id).any(|known| known.as_str() == id)
        || order.out_order_id.as_ref().is_some_and(|out| out.as_str() == id)
}

/// An order by one of its ids.
pub fn by_id<'a>(model: &'a Model, id: &str) -> Option<&'a Order> {
    model.orders.orders.iter().find(|order| goes_by(order, id))
}

/// The order in focus: the one in full over the panes, else the selected row.
pub fn focus(model: &Model) -> Option<&Order> {
    match model.layers.last() {
        Some(Layer::Order(layer)) => by_id(model, &layer.id),
        _ => rows(model).nth(model.orders.list.selected),
    }
}

/// Whether something is being done with this order at the market.
pub fn is_busy(model: &Model, order: &Order) -> bool {
    model.orders.busy.as_ref().is_some_and(|id| goes_by(order, id))
}

/// Orders of the ledger came: what waits for the buyer first, then newest; the selection stays on its order.
pub fn read(model: &mut Model, result: Result<Vec<Order>, Trouble>) -> Vec<Effect> {
    model.orders.pending = false;
    match result {
        Ok(orders) => {
            let selected = rows(model).nth(model.orders.list.selected).and_then(key_of);
            model.orders.orders = orders;
            model.orders.read = true;
            model.orders.trouble = None;
            settle(model, selected);
        }
        Err(trouble) => {
            model.complain(&trouble);
            model.orders.trouble = Some(trouble);
        }
    }
    Vec::new()
}

fn settle(model: &mut Model, selected: Option<String>) {
    let biggest = model.orders.biggest_first;
    model.orders.orders.sort_by_cached_key(|order| {
        let turn = turn(order);
        let rank = if matches!(turn, Turn::Ships | Turn::Over) { Turn::Over } else { turn };
        let total = biggest.then_some(Reverse(order.total.or(order.goods)));
        (total, rank, Reverse(order.created_at), key_of(order))
    });
    let at = selected.and_then(|id| rows(model).position(|order| goes_by(order, &id)));
    let (len, page) = (rows(model).count(), model.viewport.rows);
    model.orders.list.select(at.unwrap_or(model.orders.list.selected), len, page);
}

/// Takes one order over that was read anew.
fn replace(model: &mut Model, order: Order) {
    let selected = rows(model).nth(model.orders.list.selected).and_then(key_of);
    let Some(id) = key_of(&order) else { return };
    match model.orders.orders.iter_mut().find(|known| goes_by(known, &id)) {
        Some(known) => *known = order,
        None => model.orders.orders.push(order),
    }
    settle(model, selected);
}

/// Moves in the list.
pub fn go(model: &mut Model, to: Move) {
    let (len, page) = (rows(model).count(), model.viewport.rows);
    model.orders.list.go(to, len, page);
}

fn selected(model: &Model) -> Result<&Order, &'static str> {
    let order = focus(model).ok_or(model.text().why_no_order)?;
    if model.orders.busy.is_some() { Err(model.text().why_busy) } else { Ok(order) }
}

/// Whether an order can be opened; the reason when not.
pub fn can_open(model: &Model) -> Result<(), &'static str> {
    focus(model).map(|_| ()).ok_or(model.text().why_no_order)
}

/// Whether the order in focus may be payable: one whose freight was open may have got it meanwhile, so it is asked.
pub fn can_pay(model: &Model) -> Result<(), &'static str> {
    let order = selected(model)?;
    match turn(order) {
        Turn::Pay | Turn::Freight if model.is_offline() => Err(model.text().why_offline),
        Turn::Pay | Turn::Freight => Ok(()),
        _ => Err(why_not_payable(model, order)),
    }
}

/// Why this order cannot be paid, in words.
pub fn why_not_payable(model: &Model, order: &Order) -> &'static str {
    let text = model.text();
    match turn(order) {
        Turn::Unknown => text.why_not_known,
        Turn::Held | Turn::Queued => text.why_not_sent,
        Turn::Freight => text.why_freight_open,
        Turn::Pay if order.freight.is_none() => text.why_freight_open,
        Turn::Pay => text.why_total_unknown,
        Turn::Arrives | Turn::Ships => text.why_paid,
        Turn::Over => text.why_over,
    }
}

/// Whether the order in focus can be cancelled; the reason when not.
pub fn can_cancel(model: &Model) -> Result<(), &'static str> {
    let text = model.text();
    match turn(selected(model)?) {
        Turn::Pay | Turn::Freight if model.is_offline() => Err(text.why_offline),
        Turn::Pay | Turn::Freight | Turn::Held => Ok(()),
        Turn::Queued if focus(model).is_some_and(|order| order.state.as_str() == "sending") => {
            Err(text.why_not_known)
        }
        Turn::Queued => Ok(()),
        Turn::Unknown => Err(text.why_not_known),
        Turn::Arrives | Turn::Ships => Err(text.why_paid_no_cancel),
        Turn::Over => Err(text.why_over),
    }
}

/// Whether the goods of the order in focus can be received; the reason when not.
pub fn can_receive(model: &Model) -> Result<(), &'static str> {
    match turn(selected(model)?) {
        Turn::Arrives if model.is_offline() => Err(model.text().why_offline),
        Turn::Arrives => Ok(()),
        Turn::Over => Err(model.text().why_over),
        _ => Err(model.text().why_not_shipped),
    }
}

/// Whether the lines of the order in focus can go into the cart; the reason when not.
pub fn can_reorder(model: &Model) -> Result<(), &'static str> {
    let order = selected(model)?;
    if order.lines.is_empty() { Err(model.text().why_no_lines) } else { Ok(()) }
}

/// Opens the selected order in full; where its goods are is read when there are some under way.
pub fn open(model: &mut Model) -> Vec<Effect> {
    let Some(order) = focus(model) else { return Vec::new() };
    let Some(id) = key_of(order) else { return Vec::new() };
    let asks = has_consignments(order) && !model.is_offline();
    model.layers.push(Layer::Order(OrderLayer { id: id.clone(), shipments: None, trouble: None, first: 0 }));
    if asks { vec![Effect::ReadShipments(id)] } else { Vec::new() }
}

/// Whether the market can tell where its goods are.
pub fn has_consignments(order: &Order) -> bool {
    order.order_id.is_some()
        && [OrderState::Shipped, OrderState::Done].iter().any(|state| state.as_str() == order.state.as_str())
}

/// Reads the order in focus again, on the way to its payment.
pub fn pay(model: &mut Model) -> Vec<Effect> {
    let Some(id) = focus(model).and_then(key_of) else { return Vec::new() };
    model.orders.busy = Some(id.clone());
    model.say(Tone::Info, model.text().reading_order);
    vec![Effect::CheckPay(id)]
}

/// Asks whether the goods of the order in focus came.
pub fn receive(model: &mut Model) -> Vec<Effect> {
    let Some(order) = focus(model) else { return Vec::new() };
    let order = Box::new(order.clone());
    decide::ask(model, Ask::Receive { order });
    Vec::new()
}

/// Asks whether to cancel the order in focus.
pub fn cancel(model: &mut Model) -> Vec<Effect> {
    let Some(order) = focus(model) else { return Vec::new() };
    let order = Box::new(order.clone());
    decide::ask(model, Ask::Cancel { order });
    Vec::new()
}

/// Shows only what waits for the buyer, or everything again.
pub fn toggle_waiting(model: &mut Model) -> Vec<Effect> {
    let selected = rows(model).nth(model.orders.list.selected).and_then(key_of);
    model.orders.waiting_only = !model.orders.waiting_only;
    settle(model, selected);
    Vec::new()
}

/// Shows the largest orders first, or what waits for the buyer again; either way from the top.
pub fn toggle_biggest(model: &mut Model) -> Vec<Effect> {
    model.orders.biggest_first = !model.orders.biggest_first;
    settle(model, None);
    model.orders.list = Default::default();
    let words = crate::i18n::drift::words(model.lang);
    let said = if model.orders.biggest_first { words.biggest_first } else { words.waiting_first };
    model.say(Tone::Info, said);
    Vec::new()
}

fn no_longer_busy(model: &mut Model, id: &str) {
    model.orders.busy.take_if(|busy| busy == id);
}

/// An order was cancelled or received.
pub fn acted(model: &mut Model, id: &str, deed: OrderDeed, result: Result<Order, Trouble>) -> Vec<Effect> {
    no_longer_busy(model, id);
    let text = model.text();
    match result {
        Ok(order) => {
            let said = match deed {
                OrderDeed::Cancel if order.state.as_str() == "rejected" => text.order_taken_back,
                OrderDeed::Cancel => text.order_cancelled,
                OrderDeed::Receive => text.order_received,
            };
            model.say(Tone::Done, said);
            replace(model, order);
        }
        Err(trouble) => model.complain(&trouble),
    }
    // Also after a failure: only the ledger knows what became of it. Lines taken back are in the cart again.
    vec![Effect::ReadOrders, Effect::ReadStatus, Effect::Cart(CartDeed::Read)]
}

/// An order was read again before paying: what it costs now is asked, unless it cannot be paid.
pub fn checked(model: &mut Model, id: &str, result: Result<Box<PayCheck>, Trouble>) -> Vec<Effect> {
    let asked = model.orders.busy.as_deref() == Some(id);
    no_longer_busy(model, id);
    let check = match result {
        Ok(check) => check,
        Err(trouble) => {
            model.complain(&trouble);
            return vec![Effect::ReadOrders];
        }
    };
    replace(model, check.order.clone());
    if !asked {
        return Vec::new();
    }
    if decide::payable(&check).is_none() {
        let reason = why_not_payable(model, &check.order);
        model.say(Tone::Warn, reason);
        return vec![Effect::ReadOrders];
    }
    // Whoever went elsewhere meanwhile is not stopped there by a question.
    if model.pane == Pane::Orders && matches!(model.layers.last(), None | Some(Layer::Order(_))) {
        model.notice = None;
        decide::ask(model, Ask::Pay { check });
    } else {
        model.say(Tone::Info, model.text().pay_again);
    }
    Vec::new()
}

/// Where to pay came: the browser opens it, and the pane looks whether it was paid.
pub fn linked(model: &mut Model, id: &str, result: Result<PayLink, Trouble>) -> Vec<Effect> {
    no_longer_busy(model, id);
    let link = match result {
        Ok(link) => link,
        Err(trouble) => {
            model.complain(&trouble);
            return vec![Effect::ReadOrders, Effect::ReadStatus];
        }
    };
    if let Some((order, why)) = link.failed.first() {
        model.say(Tone::Bad, follow::not_paid_by_link(model.lang, order.as_str(), why.as_str()));
        if link.orders.is_empty() {
            return vec![Effect::ReadOrders, Effect::ReadStatus];
        }
    } else {
        model.say(Tone::Done, follow::pay_at(model.lang, Clean::capped(&link.url, MAX_LINK).as_str()));
    }
    let until = wake::after(model.now, SignedDuration::from_secs(CASHIER_FOR_SECONDS)).unwrap_or(model.now);
    model.orders.cashier = Some(Cashier {
        id: id.to_owned(),
        url: Clean::capped(&link.url, MAX_LINK),
        until,
        looked_at: model.now,
        pending: false,
    });
    vec![Effect::Open(link.url), Effect::ReadOrders, Effect::ReadStatus]
}

/// A longer address is none of a cashier.
const MAX_LINK: usize = 2_000;

/// When the order at the cashier is to be read again by itself: only while the pane is in view and the market can be
/// reached, and for a few minutes only.
pub fn wants_waking(model: &Model) -> Option<Timestamp> {
    let cashier = model.orders.cashier.as_ref()?;
    if model.pane != Pane::Orders || cashier.pending || model.is_offline() || model.now >= cashier.until {
        return None;
    }
    wake::after(cashier.looked_at, SignedDuration::from_secs(CASHIER_SECONDS))
}

/// The moment asked for came.
pub fn woke(model: &mut Model) -> Vec<Effect> {
    let due = wants_waking(model).is_some_and(|due| model.now >= due);
    let Some(cashier) = model.orders.cashier.as_mut().filter(|_| due) else { return Vec::new() };
    cashier.pending = true;
    cashier.looked_at = model.now;
    vec![Effect::ReadOrder(cashier.id.clone())]
}

/// An order was read from the market: the one at the cashier, to see whether it was paid.
pub fn order_read(model: &mut Model, id: &str, result: Result<Box<Order>, Trouble>) -> Vec<Effect> {
    let watched = model.orders.cashier.as_ref().is_some_and(|cashier| cashier.id == id);
    let order = match result {
        Ok(order) => order,
        Err(trouble) => {
            if watched {
                // It is not asked again by itself: the next time the buyer does.
                model.orders.cashier = None;
            }
            model.complain(&trouble);
            return Vec::new();
        }
    };
    if let Some(cashier) = model.orders.cashier.as_mut().filter(|cashier| cashier.id == id) {
        cashier.pending = false;
    }
    let waits = matches!(turn(&order), Turn::Pay | Turn::Freight);
    let paid = matches!(turn(&order), Turn::Ships | Turn::Arrives);
    replace(model, *order);
    if !watched || waits {
        return Vec::new();
    }
    model.orders.cashier = None;
    if paid {
        model.say(Tone::Done, model.text().order_paid);
    }
    vec![Effect::ReadOrders, Effect::ReadStatus]
}

/// Where an order's goods are came.
pub fn tracked(model: &mut Model, id: &str, result: Result<Vec<Shipment>, Trouble>) -> Vec<Effect> {
    for layer in &mut model.layers {
        if let Layer::Order(layer) = layer
            && layer.id == id
        {
            match result {
                Ok(shipments) => (layer.shipments, layer.trouble) = (Some(shipments), None),
                Err(trouble) => layer.trouble = Some(trouble),
            }
            break;
        }
    }
    Vec::new()
}

/// Past orders were put into the cart.
pub fn reordered(model: &mut Model, result: Result<Reordered, Trouble>) -> Vec<Effect> {
    model.orders.busy = None;
    match result {
        Ok(done) => {
            let said = follow::reordered(model.lang, &done);
            let tone = if done.left_out + done.later == 0 { Tone::Done } else { Tone::Warn };
            model.say(tone, said);
            // Only from where it was asked: whoever went elsewhere stays there.
            if model.pane == Pane::Orders
                && !done.added.is_empty()
                && matches!(model.layers.last(), None | Some(Layer::Order(_)))
            {
                model.layers.clear();
                model.pane = Pane::Cart;
                model.search.focused = false;
                model.cart.then_submit = done.submit;
            }
        }
        Err(trouble) => model.complain(&trouble),
    }
    vec![Effect::Cart(CartDeed::Read)]
}
