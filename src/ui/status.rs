//! The status line: panes with their counts, Q, the market, what has not left yet, the cart's total.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::{Model, Pane};
use crate::domain::freight::Freight;
use crate::i18n::messages;
use crate::ui::LEAST;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Draws the line. What does not fit is left out, the least needed first.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) {
    let mut left: Vec<(String, Style)> = vec![(" ".to_owned(), pen.plain)];
    for pane in Pane::ALL {
        let style = if pane == model.pane { pen.accent } else { pen.plain };
        let name = if pane == model.pane {
            format!("[{} {}]", pane.number(), pane.title(model.text()))
        } else {
            format!(" {} {} ", pane.number(), pane.title(model.text()))
        };
        left.push((name, style));
        let (count, alarm) = badge(model, pane);
        if !count.is_empty() {
            let style = if alarm { pen.bad } else { pen.dim };
            left.push((format!("{count} "), style));
        }
    }
    let used: usize = left.iter().map(|(piece, _)| text::width(piece)).sum();
    let mut room = (area.width as usize).saturating_sub(used + 1);
    let mut right: Vec<(u8, String, Style)> = Vec::new();
    for (place, piece, style) in right_pieces(model, pen) {
        let cells = text::width(&piece) + 2;
        if cells <= room {
            room -= cells;
            right.push((place, piece, style));
        }
    }
    right.sort_by_key(|(place, _, _)| *place);
    let mut spans: Vec<Span<'_>> =
        left.into_iter().map(|(piece, style)| Span::styled(piece, style)).collect();
    spans.push(Span::raw(" ".repeat(room)));
    for (_, piece, style) in right {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(piece, style));
    }
    frame.render_widget(Line::from(spans), area);
}

/// What stands behind a pane's name, and whether something there is broken.
fn badge(model: &Model, pane: Pane) -> (String, bool) {
    let count = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    match pane {
        Pane::Search => (String::new(), false),
        Pane::Compare => (count(model.compare.offers.len()), false),
        Pane::Cart => {
            let broken = !model.cart.violations().is_empty();
            (format!("{}{}", count(model.cart.len()), if broken { "!" } else { "" }), broken)
        }
        Pane::Deals => {
            let mine =
                model.deals.groups.iter().flatten().filter(|group| !group.my_quantity.is_zero()).count();
            (count(mine), false)
        }
        Pane::Orders => {
            let waiting = |state: &str| {
                matches!(state, "unknown" | "queued" | "sending" | "to_pay" | "to_pay_freight_open")
            };
            let unknown = model.orders.orders.iter().any(|order| order.state.as_str() == "unknown");
            let open = model.orders.orders.iter().filter(|order| waiting(order.state.as_str())).count();
            (format!("{}{}", count(open), if unknown { "!" } else { "" }), unknown)
        }
    }
}

/// Pieces with their place from left to right, most needed first.
fn right_pieces(model: &Model, pen: &Pen) -> Vec<(u8, String, Style)> {
    let words = model.text();
    let mut pieces = vec![(1, format!("Q {}", text::quantity(model.quantity)), pen.accent)];
    if let Some(progress) = model.sync {
        pieces.push((2, messages::preparing(model.lang, progress.done, progress.total), pen.warn));
    }
    if let Some(status) = &model.status {
        if status.online == Some(false) {
            let since = status.offline_since.map(|then| text::age(model.now, then, words.age_units));
            let shown = match since {
                Some(since) => format!("{} {since}", words.offline),
                None => words.offline.to_owned(),
            };
            pieces.push((3, shown, pen.warn));
        }
        if status.unsent > 0 {
            pieces.push((5, messages::unsent(model.lang, status.unsent), pen.warn));
        }
        if status.sandbox {
            pieces.push((4, format!(" {} ", words.sandbox), pen.badge));
        } else if !status.market.is_empty() {
            pieces.push((4, text::cut(status.market.as_str(), 16, pen.sign()), pen.plain));
        }
    }
    if !model.cart.is_empty() {
        pieces.push((7, text::yuan(&cart_landed(model)), pen.plain));
    }
    if let Some(read_at) = model.status.as_ref().and_then(|status| status.read_at) {
        let age = text::age(model.now, read_at, words.age_units);
        pieces.push((6, format!("{}{age}", words.data_age), pen.dim));
    }
    pieces
}

/// Landed total of the whole cart, with its bound.
pub fn cart_landed(model: &Model) -> String {
    let assessment = &model.cart.snapshot.assessment;
    let complete = assessment.parts.iter().all(|part| part.goods_complete);
    let exact = assessment.parts.iter().map(|part| match part.freight {
        Freight::Known(exact) => exact,
        // An upper bound and an unknown add nothing to what is at least paid.
        Freight::AtMost(_) | Freight::Unknown => Default::default(),
    });
    match assessment.freight() {
        Freight::Unknown => format!(">= {}", text::money(assessment.goods() + exact.sum())),
        freight => text::landed(assessment.goods(), complete, freight),
    }
}

/// One centred line that says the least size.
pub fn too_small(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let said = messages::too_small(model.lang, LEAST.0, LEAST.1);
    let said = text::cut(&said, area.width as usize, "");
    let left = (area.width as usize - text::width(&said)) / 2;
    let middle = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
    frame.render_widget(Line::raw(format!("{}{said}", " ".repeat(left))), middle);
}
