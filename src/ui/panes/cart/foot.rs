//! The foot of the cart once the market was asked: our prediction beside its figures, and the difference line by line.

use std::collections::HashMap;

use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::domain::id::LineId;
use crate::domain::money::Money;
use crate::i18n::buying;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Differences are told in at most so many lines.
const LINES: usize = 2;

/// From the last line of the pane upwards; none while the market was not asked.
pub fn lines(model: &Model, pen: &Pen, cells: usize) -> Vec<Line<'static>> {
    let Some(proposal) = &model.cart.quoted else { return Vec::new() };
    let words = model.text();
    let predicted = model.cart.priced().goods();
    let quoted: Money = proposal.orders.iter().map(|order| order.goods).sum();
    let clock = proposal.quoted_at.map(|at| {
        let local = at.to_zoned(model.zone.clone());
        let clock = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
        buying::asked_at(model.lang, &clock)
    });
    let clock = clock.unwrap_or_default();
    let differences = differences(model, pen);
    let mut left = format!(
        " {} {}   {} {}",
        words.predicted,
        text::money(predicted),
        words.market_says,
        text::money(quoted)
    );
    if differences.is_empty() {
        left.push_str(&format!("   {}", words.market_agrees));
    }
    let room = cells.saturating_sub(text::width(&clock) + 2);
    let first = Line::from(vec![
        Span::styled(text::left(&left, room, pen.sign()), pen.plain),
        Span::styled(format!(" {clock}"), pen.dim),
    ]);
    let told = text::wrap(&differences, pen.glyphs.dot, cells.saturating_sub(4), pen.sign());
    let more = told.len() > LINES;
    let mut told: Vec<Line<'static>> = told
        .into_iter()
        .take(LINES)
        .enumerate()
        .map(|(at, line)| {
            let sign = if more && at + 1 == LINES { format!(" {}", pen.sign()) } else { String::new() };
            Line::styled(format!("   {line}{sign}"), pen.warn)
        })
        .collect();
    told.insert(0, first);
    told.push(Line::styled(pen.glyphs.rule.repeat(cells), pen.dim));
    // The rule stands above, the sums under it, then what differs.
    told.rotate_right(1);
    told.reverse();
    told
}

/// Lines whose amounts differ, then what the sums differ by beyond them, discounts and freight.
fn differences(model: &Model, pen: &Pen) -> Vec<String> {
    let words = model.text();
    let Some(proposal) = &model.cart.quoted else { return Vec::new() };
    let numbers: HashMap<LineId, (usize, Option<Money>)> = model
        .cart
        .lines()
        .enumerate()
        .map(|(at, (_, priced))| (priced.line.id, (at + 1, priced.amount)))
        .collect();
    let mut told = Vec::new();
    let mut explained = Money::ZERO;
    let mut ours = Money::ZERO;
    for line in proposal.orders.iter().flat_map(|order| &order.lines) {
        let Some((number, predicted)) = line.line_id.and_then(|id| numbers.get(&id)) else { continue };
        let (Some(predicted), Some(quoted)) = (*predicted, line.amount) else { continue };
        ours += predicted;
        let difference = quoted - predicted;
        if !difference.is_zero() {
            explained += difference;
            told.push(buying::line_changed(model.lang, &number.to_string(), &signed(difference)));
        }
    }
    let goods: Money = proposal.orders.iter().map(|order| order.goods).sum();
    let rest = goods - ours - explained;
    if !rest.is_zero() {
        told.push(format!("{} {}", words.rest, signed(rest)));
    }
    let discount: Money = proposal.orders.iter().map(|order| order.discount).sum();
    if !discount.is_zero() {
        told.push(format!("{} {}", words.discount, signed(-discount)));
    }
    let freight: Option<Money> = proposal.orders.iter().map(|order| order.freight).sum();
    let predicted = model.cart.snapshot.assessment.freight();
    if let Some(freight) = freight.filter(|freight| predicted.amount() != Some(*freight)) {
        let change = format!(
            "{} {} {} {}",
            words.freight,
            text::freight(predicted),
            pen.glyphs.arrow,
            text::money(freight)
        );
        told.push(change);
    }
    told
}

fn signed(money: Money) -> String {
    if money.is_negative() { text::money(money) } else { format!("+{}", text::money(money)) }
}
