//! The cart: a block a supplier, each with its verdict; a line's problems in words beneath it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::{ActionId, Model};
use crate::domain::cart::{Measure, PricedLine, SupplierPart, ViolationKind};
use crate::domain::freight::Freight;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::i18n::{messages, violation_message};
use crate::ui::detail::sku_name;
use crate::ui::pen::Pen;
use crate::ui::status::cart_landed;
use crate::ui::text;

use super::{empty, marker, row};

const QUANTITY: usize = 11;
const UNIT: usize = 5;
const PRICE: usize = 11;
const AMOUNT: usize = 14;

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let words = model.text();
    if model.cart.is_empty() {
        let said = if model.cart.read { words.cart_empty } else { words.searching };
        let keys = model.keys.shown(ActionId::SearchAdd);
        let how = format!("{}: {}", words.pane_search, messages::press(model.lang, &keys, words.do_add));
        empty(pen, frame, area, &[(said.to_owned(), pen.plain), (how, pen.dim)]);
        return area.height.into();
    }
    totals(model, pen, frame, area);
    let list = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
    let page = list.height as usize;
    let (lines, starts, selected) = lines_of(model, pen, list.width as usize);
    // The selected line stands with its problems in view, its supplier above it where there is room.
    let span = selected.end.saturating_sub(selected.start).min(page);
    let middle = selected.start.saturating_sub(page.saturating_sub(span) / 2);
    let first = middle.min(lines.len().saturating_sub(page));
    for (at, line) in lines.into_iter().skip(first).take(page).enumerate() {
        frame.render_widget(line, row(list, at as u16));
        if let Some(index) = starts.iter().position(|line| line.contains(&(first + at))) {
            pen.listed(row(list, at as u16), index);
        }
    }
    page
}

fn totals(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) {
    let words = model.text();
    let assessment = &model.cart.snapshot.assessment;
    let complete = assessment.parts.iter().all(|part| part.goods_complete);
    let goods = text::money(assessment.goods());
    let goods = if complete { goods } else { format!(">= {goods}") };
    let freight = match assessment.freight() {
        Freight::Unknown => {
            let known: Money = assessment
                .parts
                .iter()
                .filter_map(|part| match part.freight {
                    Freight::Known(exact) => Some(exact),
                    Freight::AtMost(_) | Freight::Unknown => None,
                })
                .sum();
            if known.is_zero() { "?".to_owned() } else { format!("{} + ?", text::money(known)) }
        }
        freight => text::freight(freight),
    };
    let problems = model.cart.violations().len();
    let (verdict, style) = if problems == 0 {
        (words.no_problems.to_owned(), pen.good)
    } else {
        (messages::problems(model.lang, problems), pen.bad)
    };
    let counts = messages::cart_counts(model.lang, assessment.parts.len(), model.cart.len());
    let first =
        Line::from(vec![Span::styled(format!(" {counts}   "), pen.plain), Span::styled(verdict, style)]);
    let second = Line::from(vec![
        Span::styled(format!(" {} {goods}   {} {freight}   ", words.goods, words.freight), pen.plain),
        Span::styled(format!("{} {}", words.landed, cart_landed(model)), pen.selected),
        Span::styled(format!("   {}", words.prediction), pen.dim),
    ]);
    frame.render_widget(first, row(area, 0));
    frame.render_widget(second, row(area, 1));
}

/// All lines of the pane, which of them belong to each cart line, and to the selected one.
fn lines_of(
    model: &Model,
    pen: &Pen,
    cells: usize,
) -> (Vec<Line<'static>>, Vec<std::ops::Range<usize>>, std::ops::Range<usize>) {
    let mut lines = Vec::new();
    let mut spans = Vec::new();
    let mut selected = 0..1;
    let mut at = 0;
    for part in &model.cart.snapshot.assessment.parts {
        lines.extend(supplier_lines(model, pen, part, cells));
        for line in &part.lines {
            let start = lines.len();
            let is_selected = at == model.cart.list.selected;
            lines.push(cart_line(model, pen, line, cells, is_selected));
            lines.extend(problem_lines(model, pen, line, cells));
            spans.push(start..lines.len());
            if is_selected {
                selected = start..lines.len();
            }
            at += 1;
        }
    }
    // Rules that belong to no line: no address, for one.
    for violation in model.cart.violations().iter().filter(|v| v.line_ids.is_empty()) {
        let said = violation_message(model.lang, violation, None, "");
        lines.push(Line::styled(text::cut(&format!(" ! {said}"), cells, pen.sign()), pen.bad));
    }
    (lines, spans, selected)
}

fn supplier_lines(model: &Model, pen: &Pen, part: &SupplierPart, cells: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let broken = model.cart.violations().iter().any(|v| {
        v.supplier_id == part.supplier_id && part.lines.iter().any(|l| v.line_ids.contains(&l.line.id))
    });
    let (mark, style) = if broken { ("x", pen.bad) } else { ("v", pen.good) };
    let goods = text::money(part.goods);
    let goods = if part.goods_complete { goods } else { format!(">= {goods}") };
    let freight = format!("{} {}", words.freight, text::freight(part.freight));
    let sums = format!("{freight}   {}", text::right(&goods, AMOUNT, pen.sign()));
    let room = cells.saturating_sub(3 + text::width(&sums) + 2 + 1);
    let name = part.supplier_name.as_ref().map_or(words.supplier_unknown, |name| name.as_str());
    let mut lines = vec![Line::from(vec![
        Span::styled(format!(" {mark} "), style),
        Span::styled(text::left(name, room, pen.sign()), pen.accent),
        Span::raw("  "),
        Span::styled(sums, pen.dim),
    ])];
    lines.extend(gauge_line(model, pen, part, cells));
    lines
}

/// How far the supplier's mix rule is reached, where any line needs it.
fn gauge_line(model: &Model, pen: &Pen, part: &SupplierPart, cells: usize) -> Option<Line<'static>> {
    let gauge = part.mix.filter(|gauge| gauge.needed)?;
    let words = model.text();
    let unit = part.lines.first().and_then(|line| line.line.offer.unit.as_ref()).map_or("", |u| u.as_str());
    let pieces = gauge.rule.pieces.map(|needed| {
        let bar = pen.gauge(gauge.pieces.decimal(), needed.decimal(), 8);
        let count = messages::with_unit(&format!("{}/{}", gauge.pieces, needed), unit);
        format!("{bar} {count}")
    });
    let amount = gauge.rule.amount.map(|needed| {
        let bar = pen.gauge(gauge.amount.yuan(), needed.yuan(), 8);
        format!("{bar} ¥{}/{}", gauge.amount, needed)
    });
    let both: Vec<String> = pieces.into_iter().chain(amount).collect();
    let verdict = if gauge.met {
        words.mix_met.to_owned()
    } else {
        let short = Measure {
            pieces: gauge.rule.pieces.map(|needed| needed.less(gauge.pieces)),
            amount: gauge.rule.amount.map(|needed| needed - gauge.amount),
        };
        messages::short(model.lang, &messages::measure(model.lang, &short, unit))
    };
    let said = format!("   {}  {}   {verdict}", words.mix, both.join(words.or));
    Some(Line::styled(text::cut(&said, cells, pen.sign()), if gauge.met { pen.good } else { pen.bad }))
}

fn cart_line(model: &Model, pen: &Pen, priced: &PricedLine, cells: usize, selected: bool) -> Line<'static> {
    let line = &priced.line;
    let base: Style = if selected { pen.selected } else { pen.plain };
    let room = cells.saturating_sub(4 + QUANTITY + UNIT + 3 + PRICE + AMOUNT + 1);
    let mut name = model.title_of(&line.offer).to_string();
    if let Some(sku) = line.sku() {
        // What tells lines of one offer apart is the SKU: it is never what gets cut.
        let sku = text::cut(sku_name(model, sku), room / 2, pen.sign());
        let title = text::cut(&name, room.saturating_sub(text::width(&sku) + 1), pen.sign());
        name = format!("{title} {sku}");
    }
    let unit = line.offer.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    Line::from(vec![
        marker(pen, selected),
        Span::raw("   "),
        Span::styled(text::left(&name, room, pen.sign()), base),
        Span::styled(text::right(&text::quantity(line.quantity), QUANTITY, pen.sign()), base),
        Span::styled(text::left(&unit, UNIT, ""), pen.dim),
        Span::styled(format!("{}  ", pen.glyphs.times), pen.dim),
        Span::styled(text::right(&text::money_or(priced.unit_price), PRICE, pen.sign()), base),
        Span::styled(text::right(&text::money_or(priced.amount), AMOUNT, pen.sign()), base),
    ])
}

fn problem_lines(model: &Model, pen: &Pen, priced: &PricedLine, cells: usize) -> Vec<Line<'static>> {
    let id = priced.line.id;
    let unit = priced.line.offer.unit.as_ref().map_or("", |unit| unit.as_str());
    model
        .cart
        .violations()
        .iter()
        .filter(|violation| violation.line_ids.contains(&id))
        .map(|violation| {
            let said = if violation.kind == ViolationKind::Mix {
                // The supplier's line says what the mix rule misses; this one what the line misses alone.
                let required = minimum::required(&priced.line.offer, priced.line.sku());
                let total = offer_total(model, priced);
                messages::alone(
                    model.lang,
                    &messages::with_unit(&required.to_string(), unit),
                    &messages::with_unit(&required.less(total).to_string(), unit),
                )
            } else {
                violation_message(model.lang, violation, None, unit)
            };
            Line::styled(text::cut(&format!("      ! {said}"), cells, pen.sign()), pen.bad)
        })
        .collect()
}

fn offer_total(model: &Model, priced: &PricedLine) -> crate::domain::quantity::Quantity {
    model
        .cart
        .lines()
        .filter(|(_, other)| other.line.offer.key == priced.line.offer.key)
        .map(|(_, other)| other.line.quantity)
        .sum()
}
