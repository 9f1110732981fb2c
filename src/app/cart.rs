//! The cart: quantities, problems, undo, and the way to an order.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::app::action::ActionId;
use crate::app::algebra;
use crate::app::layers;
use crate::app::model::{Confirm, Layer, Model, Pane, Tone};
use crate::app::msg::{CartDeed, CartSnapshot, Effect, Held, Sent, Trouble};
use crate::app::words::{self, WordsWish};
use crate::domain::algebra::Expr;
use crate::domain::id::{LineId, SpecId};
use crate::domain::minimum;
use crate::domain::order::Order;
use crate::domain::proposal::Proposal;
use crate::domain::quantity::Quantity;
use crate::i18n::{self, algebra as said, fixing, messages, substitutes, violation_message};

/// Opens the quantity field of the range or the selected line; `first` is the digit that opened it.
pub fn edit(model: &mut Model, first: Option<char>) -> Vec<Effect> {
    algebra::open(model, first);
    Vec::new()
}

/// One lot (or one unit) more or less on the range or the selected line.
pub fn step(model: &mut Model, up: bool) -> Vec<Effect> {
    let expr = Expr::step(up);
    if model.cart.visual.is_some() {
        return algebra::change(model, &expr);
    }
    model.cart.last_change = Some(expr);
    let Some(line) = model.cart.selected().map(|line| &line.line) else { return Vec::new() };
    let step = match line.offer.lot.filter(|lot| !lot.is_zero()) {
        Some(_) => minimum::step(&line.offer),
        // A thousandth of a metre more is nobody's wish.
        None => Quantity::ONE,
    };
    let wanted = if up {
        (line.quantity + step).round_down_to(step)
    } else {
        line.quantity.less(step).round_up_to(step)
    };
    if wanted.is_zero() || wanted == line.quantity {
        let reason = if up { model.text().why_most } else { model.text().why_zero };
        model.say(Tone::Warn, reason);
        return Vec::new();
    }
    let Some(wanted) = Quantity::from_decimal(wanted.decimal()) else {
        model.say(Tone::Warn, model.text().why_most);
        return Vec::new();
    };
    vec![Effect::Cart(CartDeed::Set(line.id, wanted))]
}

/// Whether words to the seller of the selected line can be taken; the reason when not.
pub fn can_message(model: &Model) -> Result<(), &'static str> {
    match model.cart.selected_part() {
        None => Err(model.text().why_cart_empty),
        Some(part) if part.supplier_id.is_none() => Err(model.text().why_no_supplier),
        Some(_) => Ok(()),
    }
}

/// Asks for words to the seller of the selected line, or of the line in focus of the confirm layer.
pub fn message(model: &mut Model) -> Vec<Effect> {
    let about = match model.layers.last() {
        Some(Layer::Confirm(confirm)) => confirm.focus().map(|(order, _)| {
            (order.supplier_id.clone(), order.supplier_name.clone(), order.message.clone())
        }),
        _ => model.cart.selected_part().and_then(|part| {
            let id = part.supplier_id.clone()?;
            let kept = model.cart.snapshot.messages.get(&id).cloned();
            Some((id, part.supplier_name.clone().unwrap_or_default(), kept))
        }),
    };
    let Some((id, about, kept)) = about else { return Vec::new() };
    let before = kept.as_ref().map_or("", |words| words.as_str());
    words::ask(model, WordsWish::Message(id), about, before);
    Vec::new()
}

/// A message to a seller was kept, or not. What the confirm layer shows is then asked for anew: it prints what is sent.
pub fn message_set(model: &mut Model, result: Result<(), Trouble>) -> Vec<Effect> {
    if let Err(trouble) = result {
        model.complain(&trouble);
        return Vec::new();
    }
    model.say(Tone::Done, model.text().message_kept);
    let mut effects = vec![Effect::Cart(CartDeed::Read)];
    effects.extend(ask_again(model));
    effects
}

/// Whether the confirm layer can take another address; the reason when not.
pub fn can_change_address(model: &Model) -> Result<(), &'static str> {
    match model.layers.last() {
        Some(Layer::Confirm(confirm)) if confirm.asking => Err(model.text().asking_market),
        Some(Layer::Confirm(confirm)) if confirm.proposal.addresses.len() < 2 => {
            Err(model.text().why_one_address)
        }
        _ => Ok(()),
    }
}

/// In the confirm layer: the account's next address, and what that costs.
pub fn next_address(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Confirm(confirm)) = model.layers.last_mut() else { return Vec::new() };
    let all = &confirm.proposal.addresses;
    let here = all.iter().position(|address| address.id == confirm.proposal.address.id);
    let next = here.map_or(0, |here| (here + 1) % all.len().max(1));
    let Some(next) = all.get(next).map(|address| address.id.clone()) else { return Vec::new() };
    confirm.asking = true;
    vec![Effect::UseAddress(next)]
}

/// Another address counts now, or still the old one. Freight hangs on it, in the cart and in what is confirmed.
pub fn address_chosen(model: &mut Model, result: Result<(), Trouble>) -> Vec<Effect> {
    if let Err(trouble) = result {
        let at = model.now;
        if let Some(confirm) = confirm_mut(model) {
            confirm.asking = false;
            confirm.quiet_since = at;
        }
        model.complain(&trouble);
        return Vec::new();
    }
    let mut effects = vec![Effect::ReadStatus, Effect::Cart(CartDeed::Read)];
    effects.extend(ask_again(model));
    effects
}

/// The confirm layer, wherever it lies.
fn confirm_mut(model: &mut Model) -> Option<&mut Confirm> {
    model.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Confirm(confirm) => Some(confirm),
        _ => None,
    })
}

/// Asks the market anew for what the confirm layer shows, if there is one.
fn ask_again(model: &mut Model) -> Option<Effect> {
    confirm_mut(model)?.asking = true;
    model.cart.generation += 1;
    model.cart.proposing = true;
    model.cart.again = true;
    Some(Effect::Propose { generation: model.cart.generation })
}

/// From the confirm layer back to the cart, on the line that was in focus.
pub fn edit_from_confirm(model: &mut Model) -> Vec<Effect> {
    let Some(Layer::Confirm(confirm)) = model.layers.pop() else { return Vec::new() };
    let line = confirm.focus().and_then(|(_, line)| line.line_id);
    // The line is looked for among all of them.
    (model.cart.narrow, model.cart.visual) = (None, None);
    let at = line.and_then(|id| model.cart.lines().position(|(_, shown)| shown.line.id == id));
    model.pane = Pane::Cart;
    model.search.focused = false;
    let (len, page) = (model.cart.len(), model.viewport.rows);
    model.cart.list.select(at.unwrap_or(model.cart.list.selected), len, page);
    Vec::new()
}

/// What was under way broke: the market's answer will not come.
pub fn broke(model: &mut Model) {
    model.cart.proposing = false;
    model.cart.again = false;
    if confirm_mut(model).is_some_and(|confirm| confirm.asking) {
        layers::drop_confirm(model);
    }
}

/// Takes the range or the selected line out.
pub fn remove(model: &mut Model) -> Vec<Effect> {
    algebra::remove(model)
}

/// Selects the next (or previous) line with a problem, and says what it is.
pub fn to_problem(model: &mut Model, forward: bool) -> Vec<Effect> {
    let ids: Vec<LineId> = model.cart.shown().map(|(_, line)| line.line.id).collect();
    let len = ids.len();
    if len == 0 {
        return Vec::new();
    }
    let named: HashSet<LineId> =
        model.cart.violations().iter().flat_map(|violation| violation.line_ids.iter().copied()).collect();
    let broken = |id: &LineId| named.contains(id);
    let here = model.cart.list.selected;
    let found = (1..=len)
        .map(|by| if forward { (here + by) % len } else { (here + len - by) % len })
        .find(|at| ids.get(*at).is_some_and(broken));
    let Some(found) = found else {
        // A rule without lines: the address, for one.
        if let Some(violation) = model.cart.violations().first() {
            let said = violation_message(model.lang, violation, None, "");
            model.say(Tone::Warn, said);
        }
        return Vec::new();
    };
    let page = model.viewport.rows;
    model.cart.list.select(found, len, page);
    if let Some(said) = ids.get(found).and_then(|id| problem_of(model, *id)) {
        model.say(Tone::Warn, said);
    }
    Vec::new()
}

/// The first broken rule of a line, in words.
fn problem_of(model: &Model, id: LineId) -> Option<String> {
    let violation = model.cart.violations().iter().find(|v| v.line_ids.contains(&id))?;
    let (_, line) = model.cart.lines().find(|(_, line)| line.line.id == id)?;
    let unit = line.line.offer.unit.as_ref().map_or("", |unit| unit.as_str());
    Some(violation_message(model.lang, violation, None, unit))
}

/// Asks the market what the cart would cost.
pub fn propose(model: &mut Model) -> Vec<Effect> {
    model.cart.generation += 1;
    model.cart.proposing = true;
    model.cart.again = false;
    model.say(Tone::Info, model.text().asking_market);
    vec![Effect::Propose { generation: model.cart.generation }]
}

/// The market answered what the cart would cost: shown before anything is sent.
pub fn proposed(
    model: &mut Model,
    generation: u64,
    result: Result<Box<Proposal>, Trouble>,
    at: Timestamp,
) -> Vec<Effect> {
    if generation != model.cart.generation || !model.cart.proposing {
        return Vec::new();
    }
    model.cart.proposing = false;
    model.notice = None;
    let again = std::mem::take(&mut model.cart.again);
    let proposal = match result {
        Ok(proposal) => proposal,
        Err(trouble) => {
            // The address or the words changed, the figures did not come: the old ones are no longer to be sent.
            layers::drop_confirm(model);
            model.complain(&trouble);
            return Vec::new();
        }
    };
    model.cart.quoted = proposal.quoted_at.is_some().then(|| proposal.clone());
    // What the market objected to was read again: the cart shows what is wrong with it.
    let objected = proposal.orders.iter().any(|order| order.objection.is_some());
    let effects = if objected { vec![Effect::Cart(CartDeed::Read)] } else { Vec::new() };
    let elsewhere = model.pane != Pane::Cart || !model.layers.is_empty();
    match confirm_mut(model) {
        Some(confirm) => {
            let lines = proposal.orders.iter().map(|order| order.lines.len()).sum::<usize>();
            confirm.at = confirm.at.min(lines.saturating_sub(1));
            confirm.proposal = proposal;
            confirm.quiet_since = at;
            confirm.asking = false;
        }
        // Closed while it was asked for again.
        None if again => {}
        // Whoever went elsewhere meanwhile is not stopped there by a question that a typed letter could answer.
        None if elsewhere => {
            model.say(Tone::Info, model.text().submit_again);
        }
        None => {
            model.layers.push(Layer::Confirm(Confirm { proposal, quiet_since: at, at: 0, asking: false }));
        }
    }
    effects
}

/// Orders were sent, or queued, or it is unknown what became of them.
pub fn submitted(model: &mut Model, result: Result<Sent, Trouble>) -> Vec<Effect> {
    model.cart.submitting = false;
    if let Some(Layer::QuitAnyway) = model.layers.last() {
        model.layers.pop();
    }
    match result {
        Ok(Sent { orders, held }) => {
            let (tone, said) = match &held {
                Some(held) => (Tone::Bad, held_back(model, held)),
                None => outcome(model, &orders),
            };
            model.say(tone, said);
            // Only from where it was asked: whoever went elsewhere stays there, perhaps typing.
            if model.pane == Pane::Cart && model.layers.is_empty() && !orders.is_empty() {
                model.pane = Pane::Orders;
                model.search.focused = false;
                model.orders.list = Default::default();
            }
        }
        Err(trouble) => model.complain(&trouble),
    }
    vec![Effect::Cart(CartDeed::Read), Effect::ReadOrders, Effect::ReadStatus]
}

/// Why something was not sent, in words.
fn held_back(model: &Model, held: &Held) -> String {
    let words = model.text();
    let why = match held {
        Held::Violations(violations) => {
            let said = violations.first().map(|violation| violation_message(model.lang, violation, None, ""));
            said.unwrap_or_else(|| words.why_violations.to_owned())
        }
        Held::Policy(reasons) => {
            reasons.first().map_or_else(|| words.held_policy.to_owned(), ToString::to_string)
        }
        Held::CartChanged => words.held_changed.to_owned(),
        Held::WentOffline => words.held_offline.to_owned(),
        Held::OtherMarket(lines) => messages::other_market(model.lang, *lines),
    };
    format!("{}{}{why}", words.nothing_sent, words.then)
}

/// What became of the orders a call touched, counted by state.
pub fn outcome(model: &Model, orders: &[Order]) -> (Tone, String) {
    let count = |words: &[&str]| orders.iter().filter(|order| words.contains(&order.state.as_str())).count();
    let waiting = count(&["queued", "draft"]);
    let unknown = count(&["unknown", "sending"]);
    let rejected = count(&["rejected"]);
    let placed = orders.len() - waiting - unknown - rejected;
    let tone = match () {
        () if rejected > 0 => Tone::Bad,
        () if unknown + waiting > 0 => Tone::Warn,
        () => Tone::Done,
    };
    let mut said = messages::outcome(model.lang, placed, waiting, unknown, rejected);
    let reason =
        orders.iter().find(|order| order.state.as_str() == "rejected").and_then(|o| o.reason.as_ref());
    if let Some(reason) = reason {
        said = format!("{said}{}{reason}", model.text().then);
    }
    (tone, said)
}

/// Something was done to the cart.
pub fn changed(model: &mut Model, deed: CartDeed, result: Result<CartSnapshot, Trouble>) -> Vec<Effect> {
    let snapshot = match result {
        Ok(snapshot) => snapshot,
        Err(trouble) => {
            model.complain(&trouble);
            // What was asked may or may not have happened: look.
            if deed != CartDeed::Read {
                return vec![Effect::Cart(CartDeed::Read)];
            }
            model.cart.trouble = Some(trouble);
            return Vec::new();
        }
    };
    let selected = model.cart.selected().map(|line| line.line.id);
    let unchanged = snapshot.unchanged;
    if !is_same_cart(&model.cart.snapshot, &snapshot) {
        // The market's figures were for another cart.
        model.cart.quoted = None;
    }
    model.cart.snapshot = snapshot;
    model.cart.read = true;
    model.cart.trouble = None;
    algebra::cart_read(model);
    let at = selected.and_then(|id| model.cart.shown().position(|(_, line)| line.line.id == id));
    let (len, page) = (model.cart.shown_len(), model.viewport.rows);
    model.cart.list.select(at.unwrap_or(model.cart.list.selected), len, page);
    let go_on = std::mem::take(&mut model.cart.then_submit);
    match deed {
        CartDeed::Read if go_on && !model.cart.is_empty() && model.pane == Pane::Cart => {
            if !model.cart.violations().is_empty() {
                return to_problem(model, true);
            }
            return propose(model);
        }
        CartDeed::Read => {}
        CartDeed::Add(lines) => {
            let added: Vec<LineId> = model
                .cart
                .lines()
                .map(|(_, line)| &line.line)
                .filter(|line| {
                    lines.iter().any(|new| new.offer == line.offer.key && new.spec_id == line.spec_id)
                })
                .map(|line| line.id)
                .collect();
            // Back in the cart pane the buyer stands on what was added last.
            if let Some(at) =
                added.last().and_then(|id| model.cart.shown().position(|(_, l)| l.line.id == *id))
            {
                model.cart.list.select(at, len, page);
            }
            let said = messages::added(model.lang, lines.len());
            match added.iter().find_map(|id| problem_of(model, *id)) {
                Some(problem) => model.say(Tone::Warn, format!("{said}{}{problem}", model.text().then)),
                None => model.say(Tone::Done, said),
            }
        }
        CartDeed::Set(id, _) => {
            if model.notice.as_ref().is_some_and(|notice| notice.tone != Tone::Bad) {
                model.notice = None;
            }
            if model.pane != Pane::Cart
                && let Some(problem) = problem_of(model, id)
            {
                model.say(Tone::Warn, problem);
            }
        }
        CartDeed::Fix(raises) => {
            let undo = model.keys.shown(ActionId::CartUndo);
            model.say(Tone::Done, fixing::fixed(model.lang, raises.len(), &undo));
        }
        CartDeed::Swap { offer, spec_id, .. } => {
            // The buyer stays on the place: the substitute stands there now, or in its own supplier's part.
            let mut shown = model.cart.shown();
            let at = shown.position(|(_, line)| line.line.offer.key == offer && line.line.spec_id == spec_id);
            drop(shown);
            if let Some(at) = at {
                model.cart.list.select(at, len, page);
            }
            let undo = model.keys.shown(ActionId::CartUndo);
            let swapped = substitutes::swapped(model.lang, &undo);
            let line = model.cart.selected().map(|line| line.line.id);
            match line.and_then(|id| problem_of(model, id)) {
                Some(problem) => {
                    model.say(Tone::Warn, format!("{swapped}{}{problem}", model.text().then));
                }
                None => model.say(Tone::Done, swapped),
            }
        }
        CartDeed::Grid { offer, cells } => {
            let mut shown = model.cart.shown();
            let at = shown.position(|(_, line)| line.line.offer.key == offer);
            drop(shown);
            if let Some(at) = at {
                model.cart.list.select(at, len, page);
            }
            let undo = model.keys.shown(ActionId::CartUndo);
            model.say(Tone::Done, i18n::grid::taken(model.lang, cells.len(), &undo));
        }
        CartDeed::SetAll(sets) => {
            let undo = model.keys.shown(ActionId::CartUndo);
            model.say(Tone::Done, said::changed(model.lang, sets.len(), &undo));
        }
        CartDeed::RemoveAll(lines) => {
            let undo = model.keys.shown(ActionId::CartUndo);
            model.say(Tone::Done, said::removed(model.lang, lines.len(), &undo));
        }
        CartDeed::Remove(_) => model.say(Tone::Done, model.text().removed),
        CartDeed::Clear => model.say(Tone::Done, model.text().cleared),
        CartDeed::Undo if unchanged => model.say(Tone::Warn, model.text().why_no_undo),
        CartDeed::Redo if unchanged => model.say(Tone::Warn, model.text().why_no_redo),
        CartDeed::Undo => model.say(Tone::Done, model.text().undone),
        CartDeed::Redo => model.say(Tone::Done, model.text().redone),
    }
    Vec::new()
}

/// Whether both have the same quantities of the same goods.
fn is_same_cart(one: &CartSnapshot, other: &CartSnapshot) -> bool {
    fn lines(cart: &CartSnapshot) -> impl Iterator<Item = (LineId, Option<&SpecId>, Quantity)> {
        let parts = cart.assessment.parts.iter();
        parts.flat_map(|part| {
            part.lines.iter().map(|priced| {
                let line = &priced.line;
                (line.id, line.spec_id.as_ref(), line.quantity)
            })
        })
    }
    lines(one).eq(lines(other))
}
