//! The head of the cart: how much it is, what it weighs, what it costs, how many rules it breaks.

use ratatui::text::{Line, Span};
use rust_decimal::Decimal;

use crate::app::{ActionId, Model, algebra};
use crate::domain::freight::Freight;
use crate::domain::money::Money;
use crate::domain::parcel::{Load, Parcel, Summed};
use crate::domain::quantity::{Quantity, Unit};
use crate::i18n::{algebra as algebra_words, buying, messages, violation_message};
use crate::ui::pen::Pen;
use crate::ui::text;
use crate::ui::widgets::worth;

/// Units that are told apart; of more only their number would help nobody.
const UNITS: usize = 3;

/// Two to six lines.
pub fn lines(model: &Model, pen: &Pen, cells: usize) -> Vec<Line<'static>> {
    let assessment = model.cart.priced();
    let problems = model.cart.violations().len();
    let (verdict, style) = if problems == 0 {
        (model.text().no_problems.to_owned(), pen.good)
    } else {
        let said = messages::problems(model.lang, problems);
        let key = model.keys.shown(ActionId::CartFix);
        let way = if key.is_empty() { String::new() } else { format!("   {key} {}", model.text().do_fix) };
        (format!("{said}{way}"), pen.bad)
    };
    let counts = messages::cart_counts(model.lang, assessment.parts.len(), model.cart.len());
    let pieces = load(model, pen);
    let load = pieces.join(pen.glyphs.dot);
    let first = vec![Span::styled(format!(" {counts}   "), pen.plain), Span::styled(verdict, style)];
    let used: usize = first.iter().map(|span| text::width(&span.content)).sum();
    let mut lines = Vec::new();
    if used + 3 + text::width(&load) <= cells {
        let mut first = first;
        first.push(Span::styled(format!("   {load}"), pen.dim));
        lines.push(Line::from(first));
    } else {
        lines.push(Line::from(first));
        let told = text::wrap(&pieces, pen.glyphs.dot, cells.saturating_sub(2), pen.sign());
        lines.extend(told.into_iter().map(|line| Line::styled(format!(" {line}"), pen.dim)));
    }
    lines.push(sums(model, pen, cells));
    lines.extend(scope(model, pen, cells));
    // Rules that belong to no line: no address, for one.
    for violation in model.cart.violations().iter().filter(|violation| violation.line_ids.is_empty()) {
        let said = violation_message(model.lang, violation, None, "");
        lines.push(Line::styled(text::cut(&format!(" ! {said}"), cells, pen.sign()), pen.bad));
    }
    lines
}

/// The range that is chosen and the lines that are shown, where they are not all.
fn scope(model: &Model, pen: &Pen, cells: usize) -> Option<Line<'static>> {
    let mut said = Vec::new();
    if let Some((first, last)) = algebra::range(model) {
        let chosen = model.cart.shown().skip(first).take(last - first + 1);
        let (mut count, mut goods, mut complete) = (0, Money::ZERO, true);
        for (_, line) in chosen {
            count += 1;
            goods += line.amount.unwrap_or_default();
            complete &= line.amount.is_some();
        }
        let goods = text::money(goods);
        let goods = if complete { goods } else { format!(">= {goods}") };
        said.push(algebra_words::chosen(model.lang, count, &goods));
    }
    if let Some(narrow) = &model.cart.narrow {
        let (shown, all) = (model.cart.shown_len(), model.cart.len());
        said.push(algebra_words::narrowed(model.lang, shown, all, narrow.problems, &narrow.words));
    }
    if said.is_empty() {
        return None;
    }
    Some(Line::styled(text::cut(&format!(" {}", said.join("   ")), cells, pen.sign()), pen.accent))
}

fn sums(model: &Model, pen: &Pen, cells: usize) -> Line<'static> {
    let words = model.text();
    let assessment = model.cart.priced();
    let complete = assessment.parts.iter().all(|part| part.goods_complete);
    let goods = text::money(assessment.goods());
    let goods = if complete { goods } else { format!(">= {goods}") };
    // An upper bound and an unknown add nothing to what is at least paid.
    let exact: Money = assessment
        .parts
        .iter()
        .filter_map(|part| match part.freight {
            Freight::Known(exact) => Some(exact),
            Freight::AtMost(_) | Freight::Unknown => None,
        })
        .sum();
    let freight = match assessment.freight() {
        Freight::Unknown if exact.is_zero() => "?".to_owned(),
        Freight::Unknown => format!("{} + ?", text::money(exact)),
        freight => text::freight(freight),
    };
    let (bound, landed) = match (assessment.freight(), complete) {
        (Freight::Known(freight), true) => ("", assessment.goods() + freight),
        (Freight::AtMost(freight), true) => ("<= ", assessment.goods() + freight),
        _ => (">= ", assessment.goods() + exact),
    };
    let mut spans = vec![
        Span::styled(format!(" {} {goods}   {} {freight}   ", words.goods, words.freight), pen.plain),
        Span::styled(format!("{} {bound}{}", words.landed, text::money(landed)), pen.selected),
    ];
    let mut room = cells.saturating_sub(spans.iter().map(|span| text::width(&span.content)).sum::<usize>());
    let dim = worth(model, pen, landed).into_iter().chain([words.prediction.to_owned()]);
    for piece in dim {
        let piece = format!("  {piece}");
        if text::width(&piece) <= room {
            room -= text::width(&piece);
            spans.push(Span::styled(piece, pen.dim));
        }
    }
    Line::from(spans)
}

/// Pieces by unit, weight, volume, cartons; what some lines do not tell is counted.
fn load(model: &Model, pen: &Pen) -> Vec<String> {
    let mut units: Vec<(Option<&Unit>, Quantity)> = Vec::new();
    for (_, priced) in model.cart.lines() {
        let unit = priced.line.offer.unit.as_ref();
        match units.iter_mut().find(|(other, _)| *other == unit) {
            Some((_, sum)) => *sum = *sum + priced.line.quantity,
            None => units.push((unit, priced.line.quantity)),
        }
    }
    let mut pieces: Vec<String> = units
        .iter()
        .take(UNITS)
        .map(|(unit, sum)| messages::with_unit(&text::quantity(*sum), unit.map_or("?", |unit| unit.as_str())))
        .collect();
    if units.len() > UNITS {
        pieces.push(pen.sign().to_owned());
    }
    let loads = model.cart.lines().map(|(_, priced)| Load::of(&priced.line.offer, priced.line.quantity));
    let parcel = Parcel::of(loads);
    let mut told = vec![pieces.join(" + ")];
    told.extend(figure(model, &parcel, parcel.weight_kg, "kg", 1));
    told.extend(figure(model, &parcel, parcel.volume_m3, pen.glyphs.cubic, 2));
    if parcel.cartons.missing < parcel.lines {
        let cartons = buying::cartons(model.lang, parcel.cartons.known, &text::count(parcel.cartons.known));
        told.push(with_silent(model, cartons, parcel.cartons.missing));
    }
    told
}

/// A measured sum; `None` where no line tells it.
fn figure(model: &Model, parcel: &Parcel, sum: Summed<Decimal>, unit: &str, places: u32) -> Option<String> {
    if sum.missing >= parcel.lines {
        return None;
    }
    // Small parcels need a place more.
    let places = if sum.known < Decimal::ONE { places + 2 } else { places };
    let shown = text::grouped(&sum.known.round_dp(places).normalize().to_string());
    Some(with_silent(model, format!("{shown} {unit}"), sum.missing))
}

fn with_silent(model: &Model, shown: String, missing: usize) -> String {
    let blank = if model.lang.is_chinese() { "" } else { " " };
    if missing == 0 { shown } else { format!("{shown}{blank}{}", buying::silent_lines(model.lang, missing)) }
}
