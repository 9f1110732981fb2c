//! Drawings and figures that more than one screen uses.

pub mod curve;

use crate::app::Model;
use crate::domain::money::Money;
use crate::domain::proposal::{Drift, ProposedOrder};
use crate::i18n::{buying, messages};
use crate::ui::pen::Pen;
use crate::ui::text;

/// About what a sum is worth in the buyer's second currency, with the day of its rate; `None` where there is none.
pub fn worth(model: &Model, pen: &Pen, money: Money) -> Option<String> {
    let fx = model.fx.as_ref()?;
    let day = messages::rate_day(model.lang, fx);
    let shown = fx.show(money);
    let digits = shown.find(|c: char| c.is_ascii_digit()).unwrap_or(shown.len());
    let (sign, amount) = shown.split_at_checked(digits).unwrap_or((shown.as_str(), ""));
    Some(format!("{} {sign}{} ({day})", pen.glyphs.about, text::grouped(amount)))
}

/// A change of a line in words: the price of one unit where the amounts are whole multiples of one, else the amounts.
pub fn changed(model: &Model, pen: &Pen, order: &ProposedOrder, drift: &Drift) -> String {
    let line = order.lines.iter().find(|line| match drift.line_id {
        Some(id) => line.line_id == Some(id),
        None => line.offer_id == drift.offer_id && line.spec_id == drift.spec_id,
    });
    let arrow = pen.glyphs.arrow;
    let each = |amount: Money| {
        let quantity = line?.quantity.decimal();
        let each = Money::from_yuan(amount.yuan().checked_div(quantity)?.normalize());
        // Only a price that gives the amount again to the fen, and is one, says the truth.
        (each.yuan().scale() <= 4 && each.times(quantity) == amount).then_some(each)
    };
    match (each(drift.old), each(drift.new)) {
        (Some(old), Some(new)) => {
            buying::price_changed(model.lang, &text::money(old), &text::money(new), arrow)
        }
        _ => buying::amount_changed(model.lang, &text::money(drift.old), &text::money(drift.new), arrow),
    }
}
