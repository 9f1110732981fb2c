//! Before money is spent: printed from the very proposal that is sent when `y` is pressed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::model::Confirm;
use crate::domain::money::Money;
use crate::domain::proposal::ProposedOrder;
use crate::domain::text::Clean;
use crate::i18n::messages;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Draws the layer over the whole body.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, confirm: &Confirm) -> usize {
    let words = model.text();
    let proposal = &confirm.proposal;
    let inner = super::popup(pen, frame, body, words.confirm_title, body.width, body.height);
    let cells = inner.width as usize;
    let row = |y: u16| Rect { y: inner.y + y.min(inner.height - 1), height: 1, ..inner };
    let mut first = vec![Span::raw(" ")];
    if model.status.as_ref().is_none_or(|status| status.sandbox) {
        first.push(Span::styled(format!(" {} ", words.sandbox_no_money), pen.badge));
    } else if let Some(status) = &model.status {
        first.push(Span::styled(status.market.to_string(), pen.bad));
    }
    let address = &proposal.address;
    let to = format!("  {} {} {} {}", words.to, address.region, address.street, address.full_name);
    let used: usize = first.iter().map(|span| text::width(&span.content)).sum();
    first.push(Span::styled(text::cut(&to, cells.saturating_sub(used + 1), pen.sign()), pen.plain));
    frame.render_widget(Line::from(first), row(0));

    let mut lines = Vec::new();
    for order in &proposal.orders {
        lines.extend(order_lines(model, pen, order, cells));
    }
    let list = Rect { y: inner.y + 2, height: inner.height.saturating_sub(5), ..inner };
    let hidden = lines.len().saturating_sub(list.height as usize);
    let page = super::scrolled(frame, list, lines, confirm.first);

    let rule = pen.glyphs.rule.repeat(cells);
    frame.render_widget(Line::styled(rule, pen.dim), row(inner.height.saturating_sub(3)));
    let payable: Money = proposal.orders.iter().map(|order| order.payable).sum();
    let open = proposal.orders.iter().any(|order| order.freight.is_none());
    let total = text::yuan(&if open { format!(">= {}", text::money(payable)) } else { text::money(payable) });
    let sum = messages::confirm_total(model.lang, proposal.orders.len(), &total);
    frame.render_widget(
        Line::styled(text::cut(&format!(" {sum}"), cells, pen.sign()), pen.selected),
        row(inner.height.saturating_sub(2)),
    );
    let (said, style) = foot(model, pen, confirm, hidden > 0);
    frame.render_widget(
        Line::styled(text::cut(&format!(" {said}"), cells, pen.sign()), style),
        row(inner.height.saturating_sub(1)),
    );
    page
}

fn foot(model: &Model, pen: &Pen, confirm: &Confirm, scrolls: bool) -> (String, Style) {
    let words = model.text();
    if confirm.proposal.orders.iter().any(|order| order.refusal.is_some()) {
        return (words.why_refused.to_owned(), pen.bad);
    }
    let quoted = match confirm.proposal.quoted_at {
        Some(at) => {
            let local = at.to_zoned(model.zone.clone());
            let clock = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
            messages::quoted_at(model.lang, &clock)
        }
        None => words.not_quoted.to_owned(),
    };
    let said = if scrolls { format!("{quoted}   {}", words.scrolls) } else { quoted };
    (said, if confirm.proposal.quoted_at.is_some() { pen.dim } else { pen.warn })
}

fn order_lines(model: &Model, pen: &Pen, order: &ProposedOrder, cells: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let room = cells.saturating_sub(2);
    let freight = match order.freight {
        Some(freight) => format!("{} {}", words.freight, text::money(freight)),
        None => format!("{} ? {}", words.freight, words.seller_sets),
    };
    let payable = text::money(order.payable);
    let payable = if order.freight.is_none() { format!(">= {payable}") } else { payable };
    let mut sums = vec![format!("{} {}", words.goods, text::money(order.goods)), freight];
    if !order.discount.is_zero() {
        sums.push(format!("{} -{}", words.discount, text::money(order.discount)));
    }
    sums.push(format!("{} {payable}", words.payable));
    // The market's own word: text from outside like any other.
    let trade = Clean::capped(order.trade_type.as_deref().unwrap_or("?"), 20);
    let trade_cells = text::width(trade.as_str()) + 2;
    let name = text::left(order.supplier_name.as_str(), room.saturating_sub(trade_cells + 1), pen.sign());
    let mut lines = vec![Line::from(vec![
        Span::raw(" "),
        Span::styled(name, pen.accent),
        Span::styled(format!("  {trade}"), pen.dim),
    ])];
    for line in &order.lines {
        let unit = line.unit.as_ref().map_or("", |unit| unit.as_str());
        let figures = format!(
            "{} {} {} = {}",
            messages::with_unit(&text::quantity(line.quantity), unit),
            pen.glyphs.times,
            text::money_or(line.unit_price),
            text::right(&text::money_or(line.amount), 12, ""),
        );
        let name_room = room.saturating_sub(text::width(&figures) + 4);
        let spec = text::cut(line.spec_name.as_str(), name_room / 2, pen.sign());
        let title =
            text::cut(line.title.as_str(), name_room.saturating_sub(text::width(&spec) + 1), pen.sign());
        let name = text::left(&format!("{title} {spec}"), name_room, "");
        lines.push(Line::styled(format!("   {name} {figures}"), pen.plain));
    }
    for drift in &order.drift {
        let said =
            messages::drift(model.lang, &text::money(drift.old), &text::money(drift.new), pen.glyphs.arrow);
        let style = if drift.is_rise() { pen.bad } else { pen.good };
        lines.push(Line::styled(text::cut(&format!("   ! {said}"), room, pen.sign()), style));
    }
    for line in text::wrap(&sums, "   ", room.saturating_sub(3), pen.sign()) {
        lines.push(Line::styled(
            format!("   {}", text::right(&line, room.saturating_sub(3), "")),
            pen.selected,
        ));
    }
    if let Some(refusal) = &order.refusal {
        for part in text::fold(&format!("{}: {refusal}", words.refused), room.saturating_sub(5)) {
            lines.push(Line::styled(format!("   ! {part}"), pen.bad));
        }
    }
    lines.push(Line::default());
    lines
}
