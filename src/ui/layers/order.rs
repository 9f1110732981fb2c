//! An order in full: its lines, where its goods are, what can be done next.

use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::action::ActionId;
use crate::app::orders::{self, OrderLayer};
use crate::app::trigger;
use crate::domain::order::{Order, OrderLine};
use crate::ui::pen::Pen;
use crate::ui::{clock, order_words, text};

use super::pairs::Pairs;

const QUANTITY: usize = 12;
const PRICE: usize = 11;
const AMOUNT: usize = 13;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &OrderLayer) -> usize {
    let words = model.text();
    let cells = usize::from(body.width).saturating_sub(2);
    let Some(order) = orders::by_id(model, &layer.id) else {
        let inner = super::popup(pen, frame, body, words.order_number, body.width, 3);
        let gone = vec![Line::styled(format!(" {}", words.why_no_order), pen.warn)];
        return super::scrolled(frame, inner, gone, 0);
    };
    let lines = order_lines(model, pen, order, layer, cells);
    let title = format!("{} {}", words.order_number, order_words::number(order, pen, 40));
    let inner = super::popup(pen, frame, body, &title, body.width, body.height);
    super::scrolled(frame, inner, lines, layer.first)
}

fn order_lines(
    model: &Model,
    pen: &Pen,
    order: &Order,
    layer: &OrderLayer,
    cells: usize,
) -> Vec<Line<'static>> {
    let words = model.text();
    let labels = [
        words.col_state,
        words.keys_now,
        words.order_number,
        words.our_number,
        words.col_supplier,
        words.message_sent,
        words.created,
        words.pay_until,
        words.confirms,
        words.pay_link,
    ];
    let mut pairs = Pairs::new(pen, &labels, cells);
    let (state, style) = order_words::state(model, pen, order, pen.selected, true);
    let (next, _) = order_words::next(model, pen, order);
    let state = if next.is_empty() { state } else { format!("{state}   {next}") };
    pairs.row(words.col_state, &state, style);
    pairs.spans(words.keys_now, keys(model, pen));
    pairs.maybe(
        words.reason,
        order.reason.as_ref().map(|reason| order_words::reason(words, reason).to_owned()),
        pen.warn,
    );
    let supplier = order.supplier_name.as_ref().map_or("?", |name| name.as_str());
    pairs.row(words.col_supplier, supplier, pen.plain);
    let ids: Vec<&str> = order.order_ids.iter().map(|id| id.as_str()).collect();
    let ids = if ids.is_empty() { order.order_id.iter().map(|id| id.as_str()).collect() } else { ids };
    pairs.maybe(words.order_number, Some(ids.join("  ")).filter(|ids| !ids.is_empty()), pen.plain);
    let ours = order.out_order_id.as_ref().map(|out| out.as_str().to_owned());
    pairs.maybe(words.our_number, ours, pen.dim);
    pairs.maybe(words.message_sent, order.message.as_ref().map(ToString::to_string), pen.plain);
    let link = model.orders.cashier.as_ref().filter(|cashier| orders::goes_by(order, &cashier.id));
    pairs.maybe(words.pay_link, link.map(|cashier| cashier.url.to_string()), pen.accent);
    pairs.gap();
    let at = |then: Timestamp| clock::both(model, then);
    pairs.row(words.created, &at(order.created_at), pen.plain);
    let waits = order.paid_at.is_none() && !matches!(orders::turn(order), orders::Turn::Over);
    pairs.maybe(words.pay_until, order.pay_by.filter(|_| waits).map(at), pen.accent);
    pairs.maybe(words.paid, order.paid_at.map(at), pen.plain);
    pairs.maybe(words.shipped_on, order.shipped_at.map(at), pen.plain);
    let confirms = order.confirms_at().map(|then| format!("{} {}", at(then), words.predicted_mark));
    pairs.maybe(words.confirms, confirms, pen.plain);
    pairs.maybe(words.ended_on, order.completed_at.map(at), pen.plain);
    pairs.gap();
    for line in &order.lines {
        pairs.line(goods_line(model, pen, order, line, cells));
    }
    for (label, sum) in order_words::sums(model, order) {
        pairs.line(sum_line(pen, label, &sum, cells, false));
    }
    pairs.line(sum_line(pen, words.col_total, &order_words::total(order), cells, true));
    consignments(model, pen, order, layer, &mut pairs);
    pairs.into_lines()
}

/// Title and SKU, quantity, price, amount; behind them how far its goods are.
fn goods_line(model: &Model, pen: &Pen, order: &Order, line: &OrderLine, cells: usize) -> Line<'static> {
    let unit = line.unit.as_ref().map_or("", |unit| unit.as_str());
    let quantity = crate::i18n::messages::with_unit(&text::quantity(line.quantity), unit);
    let how = line.shipping.filter(|_| orders::has_consignments(order));
    let how = how.map_or("", |how| order_words::shipping(model.text(), how));
    let mark = if how.is_empty() { String::new() } else { format!(" [{how}]") };
    let name = cells.saturating_sub(1 + QUANTITY + PRICE + AMOUNT + 1);
    let room = name.saturating_sub(text::width(&mark));
    let spec = text::cut(line.spec_name.as_str(), room / 3, pen.sign());
    let title = text::cut(line.title.as_str(), room.saturating_sub(text::width(&spec) + 1), pen.sign());
    let whole = text::left(&format!("{title} {spec}"), room, "");
    let short = order.is_short()
        && matches!(
            line.shipping,
            Some(crate::domain::order::LineShipping::Waiting | crate::domain::order::LineShipping::Partly)
        );
    Line::from(vec![
        Span::raw(" "),
        Span::raw(whole),
        Span::styled(mark, if short { pen.warn } else { pen.dim }),
        Span::raw(text::right(&quantity, QUANTITY, pen.sign())),
        Span::raw(text::right(&text::money_or(line.unit_price), PRICE, pen.sign())),
        Span::raw(text::right(&text::money_or(line.amount), AMOUNT, pen.sign())),
    ])
}

/// One sum under the amounts.
fn sum_line(pen: &Pen, label: &str, sum: &str, cells: usize, is_total: bool) -> Line<'static> {
    let style = if is_total { pen.selected } else { pen.plain };
    let value = text::width(sum).max(AMOUNT);
    let label = text::right(label, cells.saturating_sub(value + 3), pen.sign());
    Line::from(vec![
        Span::styled(format!("{label}  "), if is_total { pen.selected } else { pen.dim }),
        Span::styled(text::right(sum, value, ""), style),
    ])
}

/// Where the goods are.
fn consignments(model: &Model, pen: &Pen, order: &Order, layer: &OrderLayer, pairs: &mut Pairs<'_>) {
    let words = model.text();
    if !orders::has_consignments(order) {
        return;
    }
    pairs.gap();
    pairs.note(words.consignments, pen.head);
    if let Some(trouble) = &layer.trouble {
        pairs.note(&format!("! {}", trouble.text), pen.bad);
        if let Some(hint) = &trouble.hint {
            pairs.note(hint.as_str(), pen.plain);
        }
        return;
    }
    let Some(shipments) = &layer.shipments else {
        let said = if model.is_offline() { words.why_offline } else { words.asking_market };
        return pairs.note(said, pen.dim);
    };
    if shipments.is_empty() {
        return pairs.note(words.no_consignments, pen.dim);
    }
    for shipment in shipments {
        let head = format!("{} {}{}{}", shipment.company, shipment.bill_no, pen.glyphs.dot, shipment.status);
        pairs.note(&head, pen.plain);
        if shipment.steps.is_empty() {
            pairs.note(&format!("  {}", words.no_trace), pen.dim);
        }
        // The newest station first: that is where the goods are.
        for step in shipment.steps.iter().rev() {
            let when = step.at.map_or_else(|| "?".to_owned(), |at| clock::clock(model, at));
            pairs.note(&format!("  {}  {}", text::left(&when, 16, ""), step.text), pen.dim);
        }
    }
}

/// Which keys do something with this order now.
fn keys(model: &Model, pen: &Pen) -> Vec<Span<'static>> {
    let words = model.text();
    let all = [ActionId::OrdersPay, ActionId::OrdersReceive, ActionId::OrdersCancel, ActionId::OrdersReorder];
    let usable = all.into_iter().filter(|id| trigger::enabled(model, *id).is_ok());
    usable
        .flat_map(|id| {
            let what = (crate::app::action::row(id).text)(words);
            [Span::styled(model.keys.shown(id), pen.accent), Span::raw(format!(" {what}   "))]
        })
        .collect()
}
