//! The cashier a pay link leads to, on this very server and without money. A link is sealed with the app's secret
//! and holds its orders, so nothing about it has to be kept; what a page showed is sent back with the form, so an
//! order is only ever paid at the total its buyer has seen.

use std::collections::HashMap;

use super::life::{self, Unpayable};
use super::market::{Market, Session};
use super::orders::{self, Order};
use super::pages::{Page, escaped, price};
use crate::domain::money::Money;
use crate::wire::sign;

/// Most orders of one link (GATEWAY.md 1.4).
pub(super) const MOST: usize = 100;

/// The address of the cashier for these orders.
pub(super) fn link(market: &Market, order_ids: &[i64]) -> String {
    let ids = order_ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let seal = sign::signature(&market.identity().app_secret, "cashier", [("orders", ids.as_str())]);
    format!("{}/cashier/{}/{ids}", market.origin(), seal.to_lowercase())
}

/// What became of an order at the buyer's click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Only looked at.
    Shown,
    PaidNow,
    /// Paid before this click.
    PaidAlready,
    Closed,
    FreightOpen,
    /// The page had shown this total, fen; `None`: it had not shown the order as payable.
    Repriced(Option<i64>),
}

/// Shows the cashier, or does what its form asks for.
pub(super) fn show(
    session: &Session<'_>,
    seal: &str,
    ids: &str,
    form: Option<&[(String, String)]>,
) -> rusqlite::Result<Page> {
    if !sign::verify(&session.market.identity().app_secret, "cashier", [("orders", ids)], seal) {
        return Ok(Page::missing());
    }
    let mut at_desk = Vec::new();
    for id in ids.split(',').filter_map(|id| id.parse().ok()).take(MOST) {
        if let Some(order) = orders::by_id(session.tx, id)? {
            at_desk.push((order, Outcome::Shown));
        }
    }
    let field = |name: &str| {
        let form = form.unwrap_or_default();
        form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    };
    let notice = match field("do") {
        Some("pay") => {
            let shown = shown_totals(form.unwrap_or_default());
            for (order, outcome) in &mut at_desk {
                *outcome = pay(session, order, shown.get(&order.order_id).copied())?;
            }
            paid_notice(&at_desk)
        }
        Some("decline") => note(
            "",
            "已取消付款：没有付款，订单没有任何变化。<br>Declined: nothing was paid and no order was changed.",
        ),
        _ => String::new(),
    };
    Ok(Page::new(200, "收银台 · Cashier", &format!("{notice}{}", desk(session, &at_desk))))
}

/// `shown` fields: `<order id>:<total in fen>`.
fn shown_totals(form: &[(String, String)]) -> HashMap<i64, i64> {
    form.iter()
        .filter(|(key, _)| key == "shown")
        .filter_map(|(_, value)| value.split_once(':'))
        .filter_map(|(id, fen)| Some((id.parse().ok()?, fen.parse().ok()?)))
        .collect()
}

fn pay(session: &Session<'_>, order: &mut Order, shown_fen: Option<i64>) -> rusqlite::Result<Outcome> {
    Ok(match life::payable(order) {
        Err(Unpayable::Paid) => Outcome::PaidAlready,
        Err(Unpayable::Closed) => Outcome::Closed,
        Err(Unpayable::FreightOpen) => Outcome::FreightOpen,
        Ok(()) if shown_fen != Some(order.total_fen()) => Outcome::Repriced(shown_fen),
        Ok(()) => match life::pay(session.tx, order, session.now_ms)? {
            Ok(()) => Outcome::PaidNow,
            // Judged a moment ago in this very transaction.
            Err(_) => Outcome::Shown,
        },
    })
}

fn note(class: &str, html: &str) -> String {
    format!("<p class=\"note {class}\">{html}</p>\n")
}

fn paid_notice(at_desk: &[(Order, Outcome)]) -> String {
    let count = |wanted: fn(&Outcome) -> bool| at_desk.iter().filter(|(_, outcome)| wanted(outcome)).count();
    let paid = count(|outcome| *outcome == Outcome::PaidNow);
    let already = count(|outcome| *outcome == Outcome::PaidAlready);
    let repriced = count(|outcome| matches!(outcome, Outcome::Repriced(_)));
    let mut notes = String::new();
    if paid > 0 {
        notes += &note("ok", &format!("已付款 {paid} 单（沙盒）。 Paid: {paid} (sandbox)."));
    }
    if already > 0 {
        notes += &note("ok", &format!("{already} 单早已付款。 Paid already: {already}."));
    }
    if repriced > 0 {
        notes += &note(
            "",
            &format!(
                "卖家改价，{repriced} 单没有付款：请看新的金额。<br>\
                 Price changed by the seller, not paid: {repriced}. Look at the new total."
            ),
        );
    }
    if paid + already + repriced == 0 {
        notes += &note("", "没有可付款的订单。 Nothing could be paid.");
    }
    notes
}

fn desk(session: &Session<'_>, at_desk: &[(Order, Outcome)]) -> String {
    let shown: String =
        at_desk.iter().map(|(order, outcome)| shown_order(session, order, *outcome)).collect();
    let payable: Vec<&Order> =
        at_desk.iter().map(|(order, _)| order).filter(|order| life::payable(order).is_ok()).collect();
    if payable.is_empty() {
        return format!("{shown}<p class=\"s\">没有待付款的订单。 Nothing to pay.</p>");
    }
    let total: i64 = payable.iter().map(|order| order.total_fen()).sum();
    let fields: String = payable
        .iter()
        .map(|order| {
            let (id, fen) = (order.order_id, order.total_fen());
            format!("<input type=\"hidden\" name=\"shown\" value=\"{id}:{fen}\">")
        })
        .collect();
    // Without an action a form goes to the address it came from.
    format!(
        "{shown}<h2>应付 To pay: {total}</h2>\n\
         <form method=\"post\">{fields}<button class=\"pay\" name=\"do\" value=\"pay\">付款 Pay {total}</button></form>\
         <form method=\"post\"><button name=\"do\" value=\"decline\">不付 Decline</button></form>",
        total = price(Money::from_fen(total)),
    )
}

fn shown_order(session: &Session<'_>, order: &Order, outcome: Outcome) -> String {
    let supplier = session.market.goods.supplier(order.supplier);
    let company = supplier.map(|supplier| escaped(&supplier.company)).unwrap_or_default();
    let lines: String = order
        .lines
        .iter()
        .map(|line| {
            let words: Vec<String> = line.attributes.iter().map(|(_, value)| escaped(value)).collect();
            format!(
                "<tr><td>{}<br><span class=\"s\">{}</span></td><td class=\"n\">{} {}</td><td class=\"n\">{}</td>\
                 <td class=\"n\">{}</td></tr>",
                escaped(&line.name),
                words.join(" · "),
                line.quantity.normalize(),
                escaped(&line.unit),
                price(line.unit_price),
                price(Money::from_fen(line.amount_fen)),
            )
        })
        .collect();
    let sum = |words: &str, amount: String| {
        format!("<tr><td colspan=\"3\">{words}</td><td class=\"n\">{amount}</td></tr>")
    };
    let discount = if order.discount_fen == 0 {
        String::new()
    } else {
        let words = if order.discount_fen > 0 {
            "卖家优惠 Seller's discount"
        } else {
            "卖家加价 Raised by the seller"
        };
        sum(words, price(Money::from_fen(-order.discount_fen)))
    };
    let freight = order
        .freight_fen
        .map_or("待卖家设置 seller will set it".to_owned(), |fen| price(Money::from_fen(fen)));
    format!(
        "<h2>订单 Order {id}</h2><p class=\"s\">{company} · {status}</p>{outcome}<table>\
         <tr><th>货品 Goods</th><th class=\"n\">数量 Qty</th><th class=\"n\">单价 Price</th><th class=\"n\">金额 Amount</th></tr>\
         {lines}{goods}{discount}{freight}<tr class=\"sum\"><td colspan=\"3\">合计 Total</td><td class=\"n\">{total}</td></tr>\
         </table>\n",
        id = order.order_id,
        status = status(order),
        outcome = told(order, outcome),
        goods = sum("货款 Goods", price(Money::from_fen(order.goods_fen))),
        freight = sum("运费 Freight", freight),
        total = price(Money::from_fen(order.total_fen())),
    )
}

fn status(order: &Order) -> &'static str {
    match life::payable(order) {
        Ok(()) => "待付款 to pay",
        Err(Unpayable::FreightOpen) => {
            "待卖家设置运费，暂不能付款 cannot be paid before the seller sets the freight"
        }
        Err(Unpayable::Closed) => "已关闭 closed",
        Err(Unpayable::Paid) => "已付款 paid",
    }
}

fn told(order: &Order, outcome: Outcome) -> String {
    match outcome {
        Outcome::Shown | Outcome::FreightOpen | Outcome::Closed => String::new(),
        Outcome::PaidNow => note("ok", "已付款 Paid"),
        Outcome::PaidAlready => note("ok", "早已付款，没有再付 Paid already, not paid again"),
        Outcome::Repriced(shown) => {
            let old = shown.map_or("?".to_owned(), |fen| price(Money::from_fen(fen)));
            let new = price(Money::from_fen(order.total_fen()));
            note("", &format!("卖家改价 Price changed: {old} → {new}，没有付款 not paid"))
        }
    }
}
