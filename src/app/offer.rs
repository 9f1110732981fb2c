//! What can be done with the offer (or supplier) in focus, in whatever pane: notes, links, the clipboard.

use std::sync::Arc;

use crate::app::action::ActionId;
use crate::app::model::{Layer, Model, Pane, Tone};
use crate::app::msg::{Effect, Trouble};
use crate::app::suppliers::SearchView;
use crate::app::words::{self, WordsWish};
use crate::app::{compare, deals, orders, search, suppliers};
use crate::domain::id::{OfferKey, OrderId, SpecId, SupplierId};
use crate::domain::link::{self, SharedLine};
use crate::domain::mark::{Mark, MarkEdit, Subject};
use crate::domain::offer::Offer;
use crate::domain::order::Order;
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;
use crate::i18n::messages;

/// What the buyer's cursor is on.
#[derive(Debug, Clone, PartialEq)]
pub struct Focus {
    /// What notes, tags and blocks go to: an offer, or a supplier where only that is meant.
    pub subject: Subject,
    /// Its name as the screen shows it.
    pub name: Clean,
    /// The offer as last read, where the pane has it.
    pub offer: Option<Arc<Offer>>,
    /// Whose it is.
    pub supplier: Option<SupplierId>,
    /// The chosen SKU of a line.
    pub spec: Option<SpecId>,
    /// Units of a line; Q elsewhere.
    pub quantity: Quantity,
    /// The order it stands for, when that has several offers.
    pub order: Option<OrderId>,
}

/// The offer, supplier, line or order the cursor is on.
pub fn in_focus(model: &Model) -> Option<Focus> {
    if let Some(Layer::Sheet(sheet)) = model.layers.last() {
        let named = sheet.sheet.as_ref().map(|sheet| sheet.row.supplier.name.clone());
        let name = named.or_else(|| suppliers::name_of(model, &sheet.id)).unwrap_or_default();
        return Some(of_supplier(model, sheet.id.clone(), name));
    }
    if let Some(Layer::Substitute(layer)) = model.layers.last() {
        let row = layer.selected()?;
        let of = of_offer(model, &row.of.offer);
        return Some(Focus { spec: row.at.spec_id.clone(), quantity: layer.present.quantity, ..of });
    }
    match model.pane {
        Pane::Search if model.search.view == SearchView::Suppliers => {
            let supplier = &model.suppliers.selected()?.supplier;
            Some(of_supplier(model, supplier.id.clone(), supplier.name.clone()))
        }
        Pane::Search => Some(of_offer(model, &model.search.selected()?.offer)),
        Pane::Compare => {
            let row = compare::rows(model).into_iter().nth(model.compare.list.selected)?;
            Some(of_offer(model, &row.offer))
        }
        Pane::Cart => {
            let line = &model.cart.selected()?.line;
            let of = of_offer(model, &line.offer);
            Some(Focus { spec: line.spec_id.clone(), quantity: line.quantity, ..of })
        }
        Pane::Deals => in_deals(model),
        Pane::Orders => of_order(model, orders::focus(model)?),
    }
}

fn of_supplier(model: &Model, id: SupplierId, name: Clean) -> Focus {
    Focus {
        subject: Subject::Supplier(id.clone()),
        name,
        offer: None,
        supplier: Some(id),
        spec: None,
        quantity: model.quantity,
        order: None,
    }
}

fn of_offer(model: &Model, offer: &Arc<Offer>) -> Focus {
    Focus {
        subject: Subject::Offer(offer.key.clone()),
        name: model.title_of(offer).clone(),
        offer: Some(offer.clone()),
        supplier: offer.supplier_id.clone(),
        spec: None,
        quantity: model.quantity_of(&offer.key),
        order: None,
    }
}

fn in_deals(model: &Model) -> Option<Focus> {
    let of = |key: &OfferKey, title: &Clean, translated: Option<&Clean>| Focus {
        subject: Subject::Offer(key.clone()),
        name: model.title_from(title, translated).clone(),
        offer: None,
        supplier: None,
        spec: None,
        quantity: model.quantity,
        order: None,
    };
    if let Some(deal) = deals::focused_deal(model) {
        return Some(of(&deal.offer, &deal.title, deal.title_en.as_ref()));
    }
    let group = deals::focus(model)?;
    Some(of(&group.offer, &group.title, group.title_en.as_ref()))
}

/// An order of one offer is that offer; one of several stands for itself, and what is noted goes to its supplier.
fn of_order(model: &Model, order: &Order) -> Option<Focus> {
    let first = order.lines.first();
    let one = first.filter(|first| order.lines.iter().all(|line| line.offer_id == first.offer_id));
    if let Some(line) = one {
        return Some(Focus {
            subject: Subject::Offer(line.offer_id.clone()),
            name: line.title.clone(),
            offer: None,
            supplier: order.supplier_id.clone(),
            spec: line.spec_id.clone(),
            quantity: line.quantity,
            order: None,
        });
    }
    let id = order.supplier_id.clone()?;
    let name = order.supplier_name.clone().or_else(|| suppliers::name_of(model, &id)).unwrap_or_default();
    Some(Focus { order: order.order_id.clone(), ..of_supplier(model, id, name) })
}

/// What the buyer noted of it, as far as was read; `None` = not read yet.
pub fn mark_of(model: &Model, subject: &Subject) -> Option<Mark> {
    if let Some(marks) = &model.marks {
        let mark = match subject {
            Subject::Offer(key) => marks.offers.get(key),
            Subject::Supplier(id) => marks.suppliers.get(id),
        };
        return Some(mark.cloned().unwrap_or_default());
    }
    // The rows on the screen carry theirs.
    match subject {
        Subject::Offer(key) => {
            let row = model.search.page.rows.iter().find(|row| &row.offer.key == key)?;
            Some(row.mine.offer.clone())
        }
        Subject::Supplier(id) => {
            let row = model.suppliers.rows.iter().find(|row| &row.supplier.id == id)?;
            Some(row.mark.clone())
        }
    }
}

/// Whether one of them can be done now; the reason when not.
pub fn enabled(model: &Model, id: ActionId) -> Result<(), &'static str> {
    let text = model.text();
    let focus = in_focus(model).ok_or(text.why_no_offer)?;
    match id {
        ActionId::OfferWeb | ActionId::OfferCopyLink => page(model, &focus).map(drop),
        ActionId::OfferCopyText if shared(model, &focus).is_empty() => Err(text.why_no_offer),
        ActionId::OfferChat => {
            origin(model)?;
            focus.supplier.map(drop).ok_or(text.why_supplier_unread)
        }
        ActionId::OfferFavourite | ActionId::OfferNote | ActionId::OfferTags | ActionId::OfferBlock => {
            mark_of(model, &focus.subject).map(drop).ok_or(text.why_marks_unread)
        }
        _ => Ok(()),
    }
}

/// Does one of the `offer.*` actions.
pub fn act(model: &mut Model, id: ActionId) -> Vec<Effect> {
    let Some(focus) = in_focus(model) else { return Vec::new() };
    // What is done to a row makes it the one the buyer stands on, also when the list is read again.
    match model.search.view {
        SearchView::Offers => model.search.touched = true,
        SearchView::Suppliers => model.suppliers.touched = true,
    }
    match id {
        ActionId::OfferWeb => page(model, &focus).map(|url| vec![Effect::Open(url)]).unwrap_or_default(),
        ActionId::OfferCopyLink => page(model, &focus).map(|url| vec![Effect::Copy(url)]).unwrap_or_default(),
        ActionId::OfferCopyText => vec![Effect::Copy(link::share_text(&shared(model, &focus)))],
        ActionId::OfferChat => chat(model, &focus),
        _ => note(model, id, focus),
    }
}

fn note(model: &mut Model, id: ActionId, focus: Focus) -> Vec<Effect> {
    let Some(mark) = mark_of(model, &focus.subject) else { return Vec::new() };
    let Focus { subject, name, .. } = focus;
    match id {
        ActionId::OfferFavourite => {
            return vec![Effect::Mark { subject, edit: MarkEdit::Favourite(!mark.favourite) }];
        }
        ActionId::OfferBlock if mark.blocked.is_some() => {
            return vec![Effect::Mark { subject, edit: MarkEdit::Block(None) }];
        }
        ActionId::OfferBlock => words::ask(model, WordsWish::Block(subject), name, ""),
        ActionId::OfferTags => {
            let tags: Vec<&str> = mark.tags.iter().map(Clean::as_str).collect();
            words::ask(model, WordsWish::Tags(subject), name, &tags.join(" "));
        }
        _ => words::ask(model, WordsWish::Note(subject), name, mark.note.as_str()),
    }
    Vec::new()
}

/// Where the market's pages are: `None` = the real one's.
fn origin(model: &Model) -> Result<Option<&str>, &'static str> {
    let text = model.text();
    let status = model.status.as_ref().ok_or(text.why_market_unread)?;
    match &status.web_origin {
        Some(origin) => Ok(Some(origin.as_str())),
        // A number of the sandbox's would lead to somebody else's page on the real market.
        None if status.sandbox => Err(text.why_no_pages),
        None => Ok(None),
    }
}

/// The address of the offer's page, or of the order's.
fn page(model: &Model, focus: &Focus) -> Result<String, &'static str> {
    let origin = origin(model)?;
    match (&focus.subject, &focus.order) {
        (_, Some(order)) => link::order_page(origin, order).ok_or(model.text().why_no_order_page),
        (Subject::Offer(key), None) => {
            let id = key.market_id().ok_or(model.text().why_imported)?;
            Ok(link::offer_page(origin, id))
        }
        (Subject::Supplier(_), None) => Err(model.text().why_supplier_no_page),
    }
}

/// The chat with the supplier; where it cannot be known, the offer's link goes to the clipboard instead.
fn chat(model: &mut Model, focus: &Focus) -> Vec<Effect> {
    let Some(supplier) = &focus.supplier else { return Vec::new() };
    let told = model.marks.as_ref().and_then(|marks| marks.logins.get(supplier));
    let login = told.or_else(|| {
        let theirs = |order: &&Order| order.supplier_id.as_ref() == Some(supplier);
        model.orders.orders.iter().filter(theirs).find_map(|order| order.seller_login.as_ref())
    });
    let chat = origin(model).ok().and_then(|origin| link::supplier_chat(origin, supplier, login));
    if let Some(chat) = chat {
        return vec![Effect::Open(chat)];
    }
    let text = model.text();
    match page(model, focus) {
        Ok(url) => {
            model.say(Tone::Warn, format!("{}{}{}", text.no_chat, text.then, text.link_instead));
            vec![Effect::Copy(url)]
        }
        Err(_) => {
            model.say(Tone::Warn, text.no_chat);
            Vec::new()
        }
    }
}

/// The lines to tell the supplier about: the offer at Q; in the comparison all marked ones of the same supplier;
/// in the cart all lines of that supplier; an order's lines. What goes to one supplier never shows another's offers.
fn shared(model: &Model, focus: &Focus) -> Vec<SharedLine> {
    let origin = origin(model).ok();
    let page = |key: &OfferKey| Some(link::offer_page(origin?, key.market_id()?));
    if matches!(model.layers.last(), Some(Layer::Sheet(_))) {
        return Vec::new();
    }
    match (model.pane, &focus.offer) {
        (Pane::Cart, _) => {
            let here = model.cart.selected().map(|line| line.line.id);
            let mut parts = model.cart.snapshot.assessment.parts.iter();
            let part = parts.find(|part| part.lines.iter().any(|line| Some(line.line.id) == here));
            let lines = part.into_iter().flat_map(|part| &part.lines);
            let shared = lines.map(|priced| SharedLine {
                title: priced.line.offer.title.clone(),
                link: page(&priced.line.offer.key),
                sku: priced.line.sku().map(|sku| sku.name.clone()),
                quantity: priced.line.quantity,
                unit: priced.line.offer.unit.clone(),
                unit_price: priced.unit_price,
                amount: priced.amount,
            });
            shared.collect()
        }
        (Pane::Orders, _) => {
            let lines = orders::focus(model).into_iter().flat_map(|order| &order.lines);
            let shared = lines.map(|line| SharedLine {
                title: line.title.clone(),
                link: page(&line.offer_id),
                sku: Some(line.spec_name.clone()).filter(|name| !name.is_empty()),
                quantity: line.quantity,
                unit: line.unit.clone(),
                unit_price: line.unit_price,
                amount: line.amount,
            });
            shared.collect()
        }
        (Pane::Compare, Some(focused)) => {
            let same = |offer: &&Arc<Offer>| {
                offer.key == focused.key
                    || (offer.supplier_id.is_some() && offer.supplier_id == focused.supplier_id)
            };
            model
                .compare
                .offers
                .iter()
                .filter(same)
                .map(|offer| at_q(model, offer, page(&offer.key)))
                .collect()
        }
        (_, Some(offer)) => vec![at_q(model, offer, page(&offer.key))],
        (Pane::Deals, None) => in_deal_text(model, focus, &page),
        (Pane::Search | Pane::Compare, None) => Vec::new(),
    }
}

fn in_deal_text(model: &Model, focus: &Focus, page: &dyn Fn(&OfferKey) -> Option<String>) -> Vec<SharedLine> {
    let Subject::Offer(key) = &focus.subject else { return Vec::new() };
    let (title, unit) = match (deals::focused_deal(model), deals::focus(model)) {
        (Some(deal), _) => (deal.title.clone(), deal.unit.clone()),
        (None, Some(group)) => (group.title.clone(), group.unit.clone()),
        (None, None) => (focus.name.clone(), None),
    };
    // At which step it ends, and so the price, nobody knows yet.
    let line = SharedLine {
        title,
        link: page(key),
        sku: None,
        quantity: focus.quantity,
        unit,
        unit_price: None,
        amount: None,
    };
    vec![line]
}

/// The offer at Q, with its price where one price holds for Q.
fn at_q(model: &Model, offer: &Offer, link: Option<String>) -> SharedLine {
    let quantity = model.quantity_of(&offer.key);
    let row = price::row_price(offer, quantity);
    let one = row.least.filter(|least| row.buyable && row.greatest == Some(*least));
    SharedLine {
        title: offer.title.clone(),
        link,
        sku: None,
        quantity,
        unit: offer.unit.clone(),
        unit_price: one,
        amount: one.map(|price| price.times(quantity.decimal()).rounded()),
    }
}

/// Takes what was just blocked out of the list, before the ledger has it.
pub fn hide(model: &mut Model, subject: &Subject, reason: &Clean) {
    if let Subject::Supplier(id) = subject
        && let Some(row) = model.suppliers.rows.iter_mut().find(|row| &row.supplier.id == id)
    {
        row.mark.blocked = Some(reason.clone());
    }
    if search::wants_blocked(&model.search.query.text()) {
        return;
    }
    let page = model.viewport.rows;
    let pane = &mut model.search;
    let before = pane.page.rows.len();
    pane.page.rows.retain(|row| match subject {
        Subject::Offer(key) => &row.offer.key != key,
        Subject::Supplier(id) => row.offer.supplier_id.as_ref() != Some(id),
    });
    let len = pane.page.rows.len();
    pane.page.total = pane.page.total.saturating_sub(before - len);
    pane.list.settle(len, page);
}

/// The buyer's words were kept, or not: either way what is shown is read again.
pub fn marked(
    model: &mut Model,
    subject: &Subject,
    edit: &MarkEdit,
    result: Result<(), Trouble>,
) -> Vec<Effect> {
    let text = model.text();
    match result {
        Ok(()) => {
            let key = model.keys.shown(ActionId::OfferBlock);
            let said = match edit {
                MarkEdit::Favourite(true) => text.kept_favourite.to_owned(),
                MarkEdit::Favourite(false) => text.dropped_favourite.to_owned(),
                MarkEdit::Tags(tags) if tags.is_empty() => text.dropped_tags.to_owned(),
                MarkEdit::Tags(tags) => {
                    let first = tags.first().map_or("", Clean::as_str);
                    messages::kept_tags(model.lang, tags.len(), first)
                }
                MarkEdit::Note(note) if note.is_empty() => text.dropped_note.to_owned(),
                MarkEdit::Note(_) => text.kept_note.to_owned(),
                MarkEdit::Block(None) => text.unblocked.to_owned(),
                MarkEdit::Block(Some(_)) => match subject {
                    Subject::Offer(_) => messages::blocked_offer(model.lang, &key),
                    Subject::Supplier(_) => messages::blocked_supplier(model.lang, &key),
                },
            };
            model.say(Tone::Done, said);
        }
        Err(trouble) => model.complain(&trouble),
    }
    let mut effects = vec![Effect::ReadMarks];
    effects.extend(search::search(model));
    effects.extend(suppliers::read_again(model));
    effects
}

/// A browser was asked to open an address. Where there is none, the address is shown and copied.
pub fn opened(model: &mut Model, url: &str, result: Result<(), Trouble>) -> Vec<Effect> {
    let shown = Clean::capped(url, 300);
    match result {
        Ok(()) => {
            model.say(Tone::Info, messages::opened(model.lang, shown.as_str()));
            Vec::new()
        }
        Err(trouble) => {
            let said = messages::not_opened(model.lang, trouble.text.as_str(), shown.as_str());
            model.say(Tone::Warn, said);
            vec![Effect::Copy(url.to_owned())]
        }
    }
}

/// Text went to the clipboard. What was said when it was sent there stays.
pub fn copied(model: &mut Model, characters: usize) -> Vec<Effect> {
    if model.notice.is_none() {
        model.say(Tone::Done, messages::copied(model.lang, characters));
    }
    Vec::new()
}
