//! What is asked before it is done, printed from the very values that are sent.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::deals;
use crate::app::decide::{self, Ask, Decision};
use crate::domain::group_buy::{Counts, GroupBuy};
use crate::domain::id::SpecId;
use crate::domain::money::Money;
use crate::domain::order::{LineShipping, Order, PayCheck};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;
use crate::i18n::{Text, follow};
use crate::ui::pen::Pen;
use crate::ui::{clock, order_words, text};

use super::group;
use super::pairs::Pairs;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, decision: &Decision) -> usize {
    let words = model.text();
    let width = body.width.min(78);
    let cells = usize::from(width).saturating_sub(2);
    let mut pairs = Pairs::new(pen, &labels(words), cells);
    pairs.line(market(model, pen, cells));
    pairs.gap();
    let title = match &decision.ask {
        Ask::Join { group, spec, quantity } => {
            join(model, pen, group, spec.as_ref(), *quantity, &mut pairs);
            words.ask_join_title
        }
        Ask::Leave { group } => {
            goods(model, pen, group, &mut pairs);
            pairs.row(words.my_reservation, &group::quantity(group, group.my_quantity), pen.selected);
            pairs.gap();
            pairs.note(words.leaves_all, pen.plain);
            words.ask_leave_title
        }
        Ask::Cancel { order } => {
            of_order(model, pen, order, &mut pairs);
            pairs.row(words.col_total, &order_words::total(order), pen.selected);
            pairs.gap();
            let unsent = matches!(order.state.as_str(), "queued" | "draft");
            pairs.note(if unsent { words.takes_back } else { words.cancels_unpaid }, pen.plain);
            words.ask_cancel_title
        }
        Ask::Receive { order } => {
            receive(model, pen, order, &mut pairs);
            words.ask_receive_title
        }
        Ask::Pay { check } => {
            pay(model, pen, check, &mut pairs);
            words.ask_pay_title
        }
    };
    let mut lines = pairs.into_lines();
    let room = usize::from(body.height).saturating_sub(4);
    if lines.len() > room {
        // Where there is little room, what is asked comes before how it looks.
        lines.retain(|line| line.width() > 0);
    }
    let scrolls = lines.len() > room;
    let foot = match decide::enabled(model) {
        Ok(()) => (words.foot_yes, pen.accent),
        Err(reason) => (reason, pen.bad),
    };
    let height = (lines.len() as u16).saturating_add(4);
    let inner = super::popup(pen, frame, body, title, width, height);
    let list = Rect { height: inner.height.saturating_sub(2), ..inner };
    let page = super::scrolled(frame, list, lines, decision.first);
    // The way out stands at the foot whatever is scrolled above it.
    let last = Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner };
    let more = if scrolls { words.scrolls } else { "" };
    let said = text::cut(&format!(" {}   {more}", foot.0), cells, pen.sign());
    frame.render_widget(Line::styled(said, foot.1), last);
    page
}

fn labels(words: &'static Text) -> [&'static str; 10] {
    [
        words.ask_goods,
        words.col_sku,
        words.col_quantity,
        words.if_ended_now,
        words.at_next_step,
        words.deadline,
        words.my_reservation,
        words.order_number,
        words.col_supplier,
        words.col_total,
    ]
}

/// Which market, and whether money is real there.
fn market(model: &Model, pen: &Pen, cells: usize) -> Line<'static> {
    let words = model.text();
    match &model.status {
        Some(status) if !status.sandbox => {
            let said = format!(" {}: {}", words.ask_market, status.market);
            Line::styled(text::cut(&said, cells, pen.sign()), pen.bad)
        }
        Some(_) => {
            Line::from(vec![Span::raw(" "), Span::styled(format!(" {} ", words.sandbox_no_money), pen.badge)])
        }
        // One nobody has read yet may be the real one.
        None => Line::styled(text::cut(&format!(" {}", words.market_unread), cells, pen.sign()), pen.bad),
    }
}

fn goods(model: &Model, pen: &Pen, group: &GroupBuy, pairs: &mut Pairs<'_>) {
    let title = deals::title_of(model, &group.title, group.title_en.as_ref());
    pairs.row(model.text().ask_goods, title.as_str(), pen.plain);
}

/// The group as it would be with this join: our account counts once, or with its pieces.
fn with_us(group: &GroupBuy, quantity: Quantity) -> GroupBuy {
    use rust_decimal::prelude::ToPrimitive;
    let more = match group.counts {
        Counts::People => u64::from(group.my_quantity.is_zero()),
        Counts::Pieces => quantity.decimal().floor().to_u64().unwrap_or(0),
    };
    GroupBuy { participants: group.participants.saturating_add(more), ..group.clone() }
}

fn join(
    model: &Model,
    pen: &Pen,
    group: &GroupBuy,
    spec: Option<&(SpecId, Clean)>,
    quantity: Quantity,
    pairs: &mut Pairs<'_>,
) {
    let words = model.text();
    goods(model, pen, group, pairs);
    pairs.maybe(
        words.col_sku,
        spec.map(|(id, name)| if name.is_empty() { id.to_string() } else { name.to_string() }),
        pen.plain,
    );
    pairs.row(words.col_quantity, &group::quantity(group, quantity), pen.selected);
    if !group.my_quantity.is_zero() {
        let mine = group::quantity(group, group.my_quantity);
        pairs.row("", &follow::adds_to(model.lang, &mine), pen.warn);
    }
    let cost = |price: Money| {
        format!(
            "{} {} {} = {}",
            text::money(price),
            pen.glyphs.times,
            text::quantity(quantity),
            text::money(price.times(quantity.decimal()).rounded())
        )
    };
    let then = with_us(group, quantity);
    let now = then.price_now().map_or_else(|| words.dropped_free.to_owned(), cost);
    pairs.row(words.if_ended_now, &now, pen.selected);
    if let Some(step) = then.next_step() {
        let said = format!("{}   ({})", cost(step.unit_price), group::missing(model, &then, step));
        pairs.row(words.at_next_step, &said, pen.plain);
    }
    pairs.row(words.deadline, &clock::both(model, group.deadline), pen.plain);
    pairs.gap();
    pairs.note(words.reserves_only, pen.warn);
    pairs.note(words.at_deadline, pen.plain);
}

/// Whose order, its number, what is in it.
fn of_order(model: &Model, pen: &Pen, order: &Order, pairs: &mut Pairs<'_>) {
    let words = model.text();
    // In full: exactly this is sent.
    let number = crate::app::orders::key_of(order).unwrap_or_else(|| "?".to_owned());
    pairs.row(words.order_number, &number, pen.plain);
    let supplier = order.supplier_name.as_ref().map_or("?", |name| name.as_str());
    pairs.row(words.col_supplier, supplier, pen.plain);
    let first = order.lines.first().map(|line| line.title.to_string()).unwrap_or_default();
    let said = match order.lines.len() {
        0 => "?".to_owned(),
        1 => first,
        more => format!("{}{}{first} ..", follow::lines(model.lang, more), pen.glyphs.dot),
    };
    pairs.row(words.ask_contents, &said, pen.plain);
}

fn receive(model: &Model, pen: &Pen, order: &Order, pairs: &mut Pairs<'_>) {
    let words = model.text();
    of_order(model, pen, order, pairs);
    pairs.row(words.col_total, &order_words::total(order), pen.selected);
    pairs.maybe(words.shipped_on, order.shipped_at.map(|at| clock::both(model, at)), pen.plain);
    pairs.gap();
    let short = order
        .lines
        .iter()
        .filter(|line| matches!(line.shipping, Some(LineShipping::Waiting | LineShipping::Partly)))
        .count();
    if short > 0 {
        pairs.note(&format!("! {}", follow::short_lines(model.lang, short)), pen.bad);
    }
    pairs.note(words.releases_money, pen.warn);
}

fn pay(model: &Model, pen: &Pen, check: &PayCheck, pairs: &mut Pairs<'_>) {
    let words = model.text();
    let order = &check.order;
    of_order(model, pen, order, pairs);
    pairs.gap();
    let sums: Vec<(&str, String)> = order_words::sums(model, order);
    let total = order_words::total(order);
    let figures = sums.iter().map(|(_, sum)| text::width(sum)).chain([text::width(&total)]);
    let widest = figures.max().unwrap_or(0);
    for (label, sum) in &sums {
        pairs.figure(label, sum, widest, pen.plain);
    }
    let style = if check.is_changed() { pen.bad } else { pen.selected };
    pairs.figure(words.col_total, &total, widest, style);
    if let (true, Some(old)) = (check.is_changed(), check.accepted) {
        pairs.gap();
        let change: (String, Style) = match order.total {
            Some(new) => {
                let sign = if new > old { "+" } else { "" };
                let said = format!(
                    "! {}: {} {} {} ({sign}{})",
                    words.repriced,
                    text::money(old),
                    pen.glyphs.arrow,
                    text::money(new),
                    text::money(new - old)
                );
                (said, if new > old { pen.bad } else { pen.good })
            }
            None => (format!("! {}", words.repriced), pen.bad),
        };
        pairs.note(&change.0, change.1);
    }
    pairs.gap();
    pairs.note(words.opens_cashier, pen.plain);
}
