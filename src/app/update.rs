//! One message in, the changed model and the wishes out. Everything that happens passes through here.

use jiff::Timestamp;

use crate::app::action::{self, ActionId, Found};
use crate::app::model::{Layer, Model, Pane, Tone, Wish};
use crate::app::msg::{CartDeed, Effect, Fact, Msg, Trouble};
use crate::app::{
    algebra, cart, coach, compare, deals, drift, entry, facets, fix, grid, layers, lists, mouse, offer,
    orders, range, reconnect, remember, rest, saved, search, substitute, suppliers, trigger, wake, why,
    words,
};
use crate::config::keymap::{Code, Key};
use crate::domain::algebra::MOST_CHARS;
use crate::i18n::messages;

/// Applies a message.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let Msg { at, fact } = msg;
    model.now = at;
    let layers = model.layers.len();
    let before = saved::focus(model);
    let hands = rest::before(model, &fact);
    let was_typing = model.search.focused;
    let answered = matches!(fact, Fact::Searched { .. });
    let mut effects = apply(model, fact, at);
    if model.layers.len() < layers {
        // Whatever closed it, a key or an answer: its last key is not meant for what lay beneath.
        layers::uncovered(model);
    }
    if model.search.focused {
        facets::leave(model);
    }
    if (was_typing || answered) && !model.search.focused {
        effects.extend(search::fill(model));
    }
    rest::watch(model, hands);
    effects.extend(saved::watch(model, &before, answered));
    effects.extend(coach::watch(model));
    algebra::watch(model);
    remember::watch(model);
    if let Some(end) = effects.iter().position(|effect| *effect == Effect::Quit)
        && let Some(keep) = remember::keep(model)
    {
        effects.insert(end, keep);
    }
    effects.extend(wake::settle(model));
    effects
}

fn apply(model: &mut Model, fact: Fact, at: Timestamp) -> Vec<Effect> {
    match fact {
        Fact::Started { width, height } => {
            (model.width, model.height) = (width, height);
            model.at_start()
        }
        Fact::Resized { width, height } => {
            (model.width, model.height) = (width, height);
            // A wider screen may show what was not counted yet, a higher one more rows than were read.
            let mut effects = facets::ask(model);
            effects.extend(search::fill_screen(model));
            effects
        }
        Fact::Resumed => Vec::new(),
        Fact::KeyPressed(key) => {
            remember::touched(model);
            pressed(model, key)
        }
        Fact::Pasted(text) => {
            remember::touched(model);
            model.begun.clear();
            pasted(model, &text)
        }
        Fact::StatusRead(result) => status_read(model, result),
        Fact::Searched { generation, result } => {
            let effects = search::answered(model, generation, result);
            remember::hits_came(model);
            effects
        }
        Fact::MoreFound { generation, offset, result } => {
            search::more_found(model, generation, offset, result);
            Vec::new()
        }
        Fact::Counted { generation, result } => {
            search::counted(model, generation, result);
            Vec::new()
        }
        Fact::Faceted { generation, result } => {
            facets::answered(model, generation, result);
            Vec::new()
        }
        Fact::Indexed(result) => search::indexed(model, result),
        Fact::Explained { key, result } => {
            why::explained(model, &key, result);
            Vec::new()
        }
        Fact::CategoriesRead(result) => {
            facets::categories_read(model, result);
            Vec::new()
        }
        Fact::CartChanged { deed, result } => {
            // What a confirm layer shows is what is sent: a cart changed under it makes it stale.
            if !matches!(deed, CartDeed::Read) {
                layers::drop_confirm(model);
            }
            let mut effects = cart::changed(model, deed, result);
            effects.extend(fix::cart_changed(model));
            effects.extend(substitute::cart_changed(model));
            effects
        }
        Fact::SubstitutesRead { generation, result } => {
            substitute::read(model, generation, result);
            Vec::new()
        }
        Fact::FixRead { generation, result } => {
            fix::read(model, generation, result);
            Vec::new()
        }
        Fact::EntryChecked { list, result } => {
            entry::checked(model, &list, result);
            Vec::new()
        }
        Fact::Entered(result) => {
            // As any other change of the cart.
            layers::drop_confirm(model);
            let mut effects = entry::entered(model, result.map(|done| *done));
            effects.extend(fix::cart_changed(model));
            effects.extend(substitute::cart_changed(model));
            effects
        }
        Fact::OrdersRead(result) => {
            let mut effects = orders::read(model, result);
            // What was bought before may have changed with the orders.
            effects.push(Effect::ReadMarks);
            effects
        }
        Fact::GroupsRead(result) => deals::groups_read(model, result),
        Fact::WatchesRang(news) => {
            saved::rang(model, &news);
            Vec::new()
        }
        Fact::WatchAdded(result) => saved::watching(model, result),
        Fact::WatchEnded(result) => saved::watch_ended(model, result),
        Fact::PricesRead { generation, key, result, yanxuan, watches } => {
            saved::prices_read(model, generation, key, result, (yanxuan, watches));
            Vec::new()
        }
        Fact::SavedRead(result) => {
            saved::read(model, result);
            Vec::new()
        }
        Fact::SearchSaved { name, is_taken: true, .. } => saved::is_taken(model, &name),
        Fact::SearchSaved { name, result, .. } => saved::kept(model, &name, result),
        Fact::SearchRestored { search, result } => saved::restored(model, *search, result),
        Fact::SearchForgotten(result) => saved::forgotten(model, result),
        Fact::ListDone { deed, result } => lists::done(model, deed, result),
        Fact::SyncProgressed { done, total, pace } => search::synced(model, done, total, pace),
        Fact::SyncEnded(result) => {
            model.prices.forget();
            model.sync = None;
            model.search.searched_at_row = 0;
            match result {
                Ok(fetched) => model.mention(Tone::Done, messages::synced(model.lang, fetched)),
                Err(trouble) => model.complain(&trouble),
            }
            let mut effects = search::search(model);
            effects.push(Effect::BuildIndex);
            effects.extend([Effect::ReadStatus, Effect::Cart(CartDeed::Read), Effect::ReadMarks]);
            effects.extend(compare::refresh(model));
            effects
        }
        Fact::Moused(mouse) => {
            remember::touched(model);
            mouse::moused(model, mouse)
        }
        Fact::AmbiguousWidth(cells) => {
            model.ascii |= cells > 1;
            if model.ascii { Vec::new() } else { vec![Effect::TrustNarrow] }
        }
        Fact::Woke => {
            model.wake = None;
            rest::woke(model);
            let mut effects = deals::woke(model);
            effects.extend(orders::woke(model));
            effects.extend(reconnect::woke(model));
            effects.extend(remember::woke(model));
            effects
        }
        Fact::SuppliersRead { generation, result } => suppliers::answered(model, generation, result),
        Fact::SheetRead { id, result } => suppliers::sheet_read(model, &id, result),
        Fact::MarksRead(result) => {
            match result {
                Ok(marks) => model.marks = Some(marks),
                Err(trouble) => model.complain(&trouble),
            }
            Vec::new()
        }
        Fact::Marked { subject, edit, result } => {
            let mut effects = offer::marked(model, &subject, &edit, result);
            effects.extend(substitute::marked(model));
            effects
        }
        Fact::DealsRead { kind, result } => deals::read(model, kind, result),
        Fact::ComparedRead { generation, result } => compare::read(model, generation, result),
        Fact::OfferRead { key, result } => deals::offer_read(model, &key, result),
        Fact::GroupActed { joined, result } => deals::acted(model, joined, result),
        Fact::OrderRead { id, result } => orders::order_read(model, &id, result),
        Fact::OrderActed { id, deed, result } => orders::acted(model, &id, deed, result),
        Fact::PayChecked { id, result } => orders::checked(model, &id, result),
        Fact::PayLinked { id, result } => orders::linked(model, &id, result),
        Fact::ShipmentsRead { id, result } => orders::tracked(model, &id, result),
        Fact::DriftRead { ids, limit, result } => {
            drift::read(model, &ids, limit, result);
            Vec::new()
        }
        Fact::Reordered(result) => {
            if result.is_ok() {
                coach::reordered(model);
            }
            orders::reordered(model, result)
        }
        Fact::HandRead { key, result } => {
            grid::hand_read(model, &key, result);
            Vec::new()
        }
        Fact::HandKept(result) => {
            if let Err(trouble) = result {
                model.complain(&trouble);
            }
            Vec::new()
        }
        Fact::MessageSet { result, .. } => cart::message_set(model, result),
        Fact::AddressChosen(result) => cart::address_chosen(model, result),
        Fact::Opened { url, result } => offer::opened(model, &url, result),
        Fact::Copied { characters } => offer::copied(model, characters),
        Fact::ClockMoved(result) => {
            if let Err(trouble) = result {
                model.complain(&trouble);
            }
            let mut effects = vec![Effect::ReadStatus, Effect::Settle];
            effects.extend(deals::clock_moved(model));
            effects
        }
        Fact::SessionRead(remembered) => remember::read(model, remembered.map(|remembered| *remembered)),
        Fact::Proposed { generation, result } => cart::proposed(model, generation, result, at),
        Fact::Submitted(result) => cart::submitted(model, result),
        Fact::Settled(result) => {
            model.orders.pending = false;
            let asked_for = reconnect::settled(model);
            match result {
                Ok(orders) if orders.is_empty() => {}
                Err(_) if !asked_for => {}
                Ok(orders) => {
                    let (tone, said) = cart::outcome(model, &orders);
                    model.say(tone, said);
                }
                Err(trouble) => model.complain(&trouble),
            }
            vec![Effect::ReadOrders, Effect::ReadStatus, Effect::Cart(CartDeed::Read)]
        }
        Fact::Mended(trouble) => {
            model.complain(&trouble);
            Vec::new()
        }
        Fact::Failed(trouble) => {
            // Whatever was under way may be what broke: nothing waits for an answer that cannot come.
            cart::broke(model);
            fix::broke(model, &trouble);
            substitute::broke(model, &trouble);
            reconnect::settled(model);
            (model.search.pending, model.search.paging) = (false, None);
            model.suppliers.pending = false;
            model.compare.pending = false;
            model.deals.pending = false;
            model.deals.flash.pending = false;
            model.deals.discount.pending = false;
            (model.deals.busy, model.deals.wanted) = (None, None);
            model.orders.pending = false;
            (model.orders.busy, model.orders.cashier) = (None, None);
            model.cart.then_submit = false;
            model.complain(&trouble);
            Vec::new()
        }
    }
}

fn status_read(model: &mut Model, result: Result<crate::app::msg::Status, Trouble>) -> Vec<Effect> {
    let status = match result {
        Ok(status) => status,
        Err(trouble) => {
            model.complain(&trouble);
            return Vec::new();
        }
    };
    let first = model.status.is_none();
    let was_offline = model.is_offline();
    let empty = status.cached == 0;
    let offline = status.online == Some(false);
    let (sandbox, waits) = (status.sandbox, status.unsent > status.held);
    model.status = Some(status);
    let mut effects = Vec::new();
    // The first start fills the catalog from the program's own market; any other is asked for by key.
    if first && empty && sandbox && !offline && model.sync.is_none() {
        model.sync = Some(Default::default());
        effects.push(Effect::Sync);
    }
    // What waited is sent as soon as there is a way (DESIGN 8): checked again first, by the same policy.
    if (first || was_offline) && waits && !offline {
        effects.push(Effect::Settle);
    }
    effects
}

/// Text fields first, then the action table; digits on a selected line open its quantity.
fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    let heard = layers::hears(model);
    if key == Key::plain(Code::Esc) && coach::esc_ends(model) {
        return coach::end(model);
    }
    if let Some(effects) = typed(model, key) {
        model.begun.clear();
        return effects;
    }
    let key = key.narrowed();
    if let Some(effects) = digit_on_line(model, key) {
        return effects;
    }
    model.begun.push(key);
    let scopes = action::scopes(model);
    match model.keys.find(&model.begun, scopes) {
        Found::Action(id) => {
            model.begun.clear();
            run(model, id, heard)
        }
        Found::More => Vec::new(),
        Found::Nothing => {
            let alone = model.begun.len() == 1;
            model.begun.clear();
            if alone { begin_query(model, key) } else { pressed_alone(model, key, heard) }
        }
    }
}

/// Does what a key asks; what spends only after a quiet moment.
fn run(model: &mut Model, id: ActionId, heard: bool) -> Vec<Effect> {
    if layers::spends(id) && !heard {
        model.say(Tone::Info, model.text().not_armed);
        return Vec::new();
    }
    // A notice was read by whoever pressed the next key.
    model.notice = None;
    trigger::trigger(model, id)
}

/// A sequence that led nowhere: its last key counts for itself.
fn pressed_alone(model: &mut Model, key: Key, heard: bool) -> Vec<Effect> {
    match model.keys.find(&[key], action::scopes(model)) {
        Found::Action(id) => run(model, id, heard),
        Found::More => {
            model.begun.push(key);
            Vec::new()
        }
        Found::Nothing => Vec::new(),
    }
}

/// A Chinese character in the list begins a query with it.
fn begin_query(model: &mut Model, key: Key) -> Vec<Effect> {
    let Some(c) = key.typed().filter(|c| is_cjk(*c)) else { return Vec::new() };
    if !model.layers.is_empty() || model.pane != Pane::Search {
        return Vec::new();
    }
    model.search.focused = true;
    // A character typed into the list is a new query, not the tail of the last one.
    model.search.query.clear();
    model.search.query.insert(c.encode_utf8(&mut [0; 4]));
    search::from_top(model)
}

/// Ideographs, kana, and the radicals and extensions around them.
fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn digit_on_line(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    let digit = key.typed().filter(char::is_ascii_digit)?;
    // After `g` a digit names a pane.
    if !model.layers.is_empty() || !model.begun.is_empty() {
        return None;
    }
    if range::digit(model, digit) {
        return Some(Vec::new());
    }
    match model.pane {
        Pane::Cart if model.cart.visual.is_some() => {
            algebra::digit(model, digit);
            Some(Vec::new())
        }
        Pane::Cart if !model.cart.is_empty() => Some(cart::edit(model, Some(digit))),
        Pane::Compare if !model.compare.offers.is_empty() => {
            trigger::open_quantity(model, Some(digit));
            Some(Vec::new())
        }
        _ => None,
    }
}

/// Keys of text fields: `None` when no field wants the key.
fn typed(model: &mut Model, key: Key) -> Option<Vec<Effect>> {
    match model.layers.last_mut() {
        Some(Layer::Palette(palette)) => {
            let changed = palette.field.edit(key)?;
            if changed {
                palette.list = Default::default();
            }
            Some(Vec::new())
        }
        Some(Layer::Categories(picker)) => {
            let changed = picker.field.edit(key)?;
            if changed {
                picker.list = Default::default();
            }
            Some(Vec::new())
        }
        Some(Layer::Prompt(prompt)) => layers::key_in_prompt(prompt, key).then(Vec::new),
        Some(Layer::Picker(picker)) => layers::key_in_picker(picker, key).then(Vec::new),
        Some(Layer::Grid(_)) => grid::key(model, key).then(Vec::new),
        Some(Layer::Help { .. }) => {
            // The keys that open the help close it, and so does the one that quits everything else.
            let closes = matches!(key.narrowed().code, Code::Char('?' | 'q') | Code::F(1)) && !key.ctrl;
            if closes {
                model.layers.pop();
            }
            closes.then(Vec::new)
        }
        Some(Layer::QuitAnyway) => {
            let yes = matches!(key.narrowed().typed(), Some('y' | 'Y'));
            yes.then(|| vec![Effect::Quit])
        }
        Some(Layer::Words(prompt)) => words::key(prompt, key).then(Vec::new),
        Some(Layer::Saved(_) | Layer::Drift(_) | Layer::Entry(_)) => None,
        Some(Layer::Lists(_)) => lists::key(model, key),
        Some(Layer::Why(_)) => {
            // The key that opened it closes it.
            let closes = matches!(
                model.keys.find(&[key.narrowed()], &[action::Scope::Search]),
                Found::Action(ActionId::SearchWhy)
            );
            if closes {
                model.layers.pop();
            }
            closes.then(Vec::new)
        }
        Some(
            Layer::Confirm(_)
            | Layer::Sheet(_)
            | Layer::Order(_)
            | Layer::Group(_)
            | Layer::Fix(_)
            | Layer::Substitute(_)
            | Layer::Decide(_),
        ) => None,
        None if model.pane == Pane::Search && model.search.focused => {
            let changed = model.search.query.edit(key)?;
            Some(if changed { search::from_top(model) } else { Vec::new() })
        }
        None => None,
    }
}

/// Pasted text is text: it goes into a field or nowhere, and is never a command.
fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    layers::hears(model);
    match model.layers.last_mut() {
        Some(Layer::Palette(palette)) => {
            if palette.field.insert(text) {
                palette.list = Default::default();
            }
            Vec::new()
        }
        Some(Layer::Categories(picker)) => {
            if picker.field.insert(text.trim()) {
                picker.list = Default::default();
            }
            Vec::new()
        }
        Some(Layer::Prompt(prompt)) => {
            match prompt.wish {
                Wish::Narrow { .. } => {
                    prompt.field.insert(text.trim());
                    return Vec::new();
                }
                Wish::Lines { .. } => {
                    for c in text.trim().chars().take(MOST_CHARS) {
                        layers::type_number(prompt, c);
                    }
                    return Vec::new();
                }
                _ => {}
            }
            for c in text.trim().chars().take(20).map(|c| Key::char(c).narrowed().typed().unwrap_or(c)) {
                if layers::is_number_char(c) {
                    layers::type_number(prompt, c);
                }
            }
            Vec::new()
        }
        Some(Layer::Words(prompt)) => {
            words::pasted(prompt, text);
            Vec::new()
        }
        Some(Layer::Entry(_)) => entry::pasted(model, text),
        Some(Layer::Grid(_)) => {
            grid::pasted(model, text);
            Vec::new()
        }
        Some(_) => Vec::new(),
        None if model.pane == Pane::Cart => entry::pasted(model, text),
        None if model.pane == Pane::Search => {
            if !model.search.focused {
                // Into the list: begins a query, as typing Chinese does.
                model.search.query.clear();
                model.search.focused = true;
            }
            if model.search.query.insert(text.trim()) { search::from_top(model) } else { Vec::new() }
        }
        None => Vec::new(),
    }
}
