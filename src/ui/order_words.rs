//! An order in words: its state, its total, what comes next. The same in the list, in full and in a question.

use ratatui::style::Style;

use crate::app::Model;
use crate::app::orders::{self, Turn};
use crate::domain::order::{LineShipping, Order};
use crate::domain::text::Clean;
use crate::i18n::{Text, follow};
use crate::ui::clock;
use crate::ui::pen::Pen;
use crate::ui::text;

/// The state in the buyer's words, and how it is to be taken. `roomy` = there is room for the longer words.
pub fn state(model: &Model, pen: &Pen, order: &Order, base: Style, roomy: bool) -> (String, Style) {
    let words = model.text();
    let (said, style) = match order.state.as_str() {
        "draft" => (words.state_held, pen.warn),
        "queued" => (words.state_queued, pen.warn),
        "sending" => (words.state_sending, pen.warn),
        "unknown" => (words.state_unknown_short, pen.bad),
        "rejected" => (words.state_rejected_short, pen.bad),
        "to_pay" => (words.state_to_pay, pen.accent),
        "to_pay_freight_open" if roomy => {
            let said = [words.state_to_pay, words.state_freight_short].join(pen.glyphs.dot);
            return (said, base);
        }
        "to_pay_freight_open" => (words.state_freight_short, base),
        "to_ship" => (words.state_to_ship, base),
        "shipped" => (words.state_shipped, base),
        "done" => (words.state_done, pen.good),
        "closed" => (words.state_closed, pen.dim),
        other => return (other.to_owned(), base),
    };
    if order.is_short() {
        return (format!("{said}{}{}", pen.glyphs.dot, words.short_mark), pen.warn);
    }
    (said.to_owned(), style)
}

/// What is to be paid: exact, at least so much while the freight is open, or unknown.
pub fn total(order: &Order) -> String {
    match (order.total, order.freight) {
        (Some(total), Some(_)) => text::money(total),
        (Some(total), None) => format!(">= {}", text::money(total)),
        (None, _) => order.goods.map_or_else(|| "?".to_owned(), |goods| format!(">= {}", text::money(goods))),
    }
}

/// Its number: the market's, else ours in parentheses; its end where there is no room for all of it.
pub fn number(order: &Order, pen: &Pen, cells: usize) -> String {
    match (&order.order_id, &order.out_order_id) {
        (Some(id), _) => end(id.as_str(), pen, cells),
        (None, Some(out)) => format!("({})", end(out.as_str(), pen, cells.saturating_sub(2))),
        (None, None) => "?".to_owned(),
    }
}

/// The end of an id: orders of one account begin alike, being of one time, and differ before the account's digits.
fn end(id: &str, pen: &Pen, cells: usize) -> String {
    if text::width(id) <= cells {
        return id.to_owned();
    }
    let room = cells.saturating_sub(text::width(pen.sign()));
    format!("{}{}", pen.sign(), text::tail(id, room))
}

/// What comes next, and whether it is urgent.
pub fn next(model: &Model, pen: &Pen, order: &Order) -> (String, Style) {
    let words = model.text();
    if orders::is_busy(model, order) {
        return (words.next_busy.to_owned(), pen.warn);
    }
    let at_cashier = model.orders.cashier.as_ref().is_some_and(|cashier| orders::goes_by(order, &cashier.id));
    match orders::turn(order) {
        Turn::Unknown => (words.next_unknown.to_owned(), pen.warn),
        Turn::Queued if order.state.as_str() == "sending" => (words.next_sending.to_owned(), pen.plain),
        Turn::Queued => (words.next_queued.to_owned(), pen.plain),
        Turn::Held => (words.next_held.to_owned(), pen.warn),
        Turn::Pay if at_cashier => (words.next_cashier.to_owned(), pen.accent),
        Turn::Pay => match order.pay_by {
            Some(by) => (follow::pay_by(model.lang, &clock::clock(model, by)), pen.accent),
            None => (words.next_pay.to_owned(), pen.accent),
        },
        Turn::Freight => (words.next_freight.to_owned(), pen.dim),
        Turn::Ships => (words.next_ship.to_owned(), pen.dim),
        Turn::Arrives => {
            let at = order.confirms_at().map(|at| follow::confirms_at(model.lang, &clock::clock(model, at)));
            (at.unwrap_or_default(), pen.plain)
        }
        Turn::Over if order.state.as_str() == "rejected" => (words.next_rejected.to_owned(), pen.dim),
        Turn::Over => {
            let reason = order.reason.as_ref().map(|reason| self::reason(words, reason));
            (reason.unwrap_or_default().to_owned(), pen.dim)
        }
    }
}

/// Why an order stands where it does: the market's words for closing are said in ours, all else as it is.
pub fn reason<'a>(words: &Text, reason: &'a Clean) -> &'a str {
    match reason.as_str() {
        "BUYER_CANCEL" => words.closed_by_buyer,
        "SELLER_CANCEL" => words.closed_by_seller,
        "BUYER_NO_PAY" => words.closed_unpaid,
        other => other,
    }
}

/// How long ago it came to be: orders of the market by its clock, what has not left by ours.
pub fn since(model: &Model, order: &Order) -> String {
    let now = if order.order_id.is_some() { model.market_now() } else { model.now };
    text::age(now, order.created_at, model.text().age_units)
}

/// Goods, freight and what was taken off, in words.
pub fn sums(model: &Model, order: &Order) -> Vec<(&'static str, String)> {
    let words = model.text();
    let mut sums = vec![(words.goods, text::money_or(order.goods))];
    let freight = order.freight.map_or_else(|| words.not_set_yet.to_owned(), text::money);
    sums.push((words.freight, freight));
    if let Some(discount) = order.discount.filter(|discount| !discount.is_zero()) {
        // What the seller took off is a minus on the bill; what was put on, a plus.
        let taken_off = -discount;
        let sign = if taken_off.is_negative() { "" } else { "+" };
        sums.push((words.discount, format!("{sign}{}", text::money(taken_off))));
    }
    sums
}

/// How far a line is, where the market told.
pub fn shipping(words: &'static Text, shipping: LineShipping) -> &'static str {
    match shipping {
        LineShipping::Waiting => words.line_waiting,
        LineShipping::Shipped => words.line_shipped,
        LineShipping::Received => words.line_received,
        LineShipping::Returned => words.line_returned,
        LineShipping::Partly => words.line_partly,
    }
}
