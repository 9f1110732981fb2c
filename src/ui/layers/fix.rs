//! The fix sheet: every change old to new with its cost and why, by supplier, what it comes to, and what stays broken.

use std::collections::BTreeMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::fix::FixLayer;
use crate::app::{ActionId, Model};
use crate::domain::fix::{Change, Plan};
use crate::domain::id::SupplierId;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::text::Clean;
use crate::i18n::{fixing, violation_message};
use crate::ui::detail::sku_name;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells of a unit.
const UNIT: usize = 4;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &FixLayer) -> usize {
    let words = model.text();
    let width = body.width.min(110);
    let cells = usize::from(width).saturating_sub(2);
    let mut lines = Vec::new();
    match (&layer.trouble, layer.plan()) {
        (Some(trouble), _) => {
            let hint = trouble.hint.iter().map(|hint| format!("{}{hint}", words.then)).collect::<String>();
            for part in text::fold(&format!("{}{hint}", trouble.text), cells.saturating_sub(2)) {
                lines.push(Line::styled(format!(" {part}"), pen.bad));
            }
        }
        (None, None) => lines.push(Line::styled(format!(" {}", words.why_fixing), pen.dim)),
        (None, Some(plan)) => {
            lines.extend(sums(model, pen, plan, cells));
            lines.extend(other(model, pen, layer, plan, cells));
            lines.extend(changes(model, pen, plan, cells));
            lines.extend(unmended(model, pen, plan, cells));
        }
    }
    let height = (lines.len() as u16).saturating_add(2);
    let inner = super::popup(pen, frame, body, words.fix_title, width, height);
    super::scrolled(frame, inner, lines, layer.first)
}

/// A difference with its sign.
fn signed(sum: Money) -> String {
    if sum.is_negative() { format!("-{}", text::money(-sum)) } else { format!("+{}", text::money(sum)) }
}

fn style_of(pen: &Pen, sum: Money) -> Style {
    if sum.is_negative() { pen.good } else { pen.plain }
}

fn extra(model: &Model, sum: Money) -> String {
    let size = if sum.is_negative() { -sum } else { sum };
    fixing::extra(model.lang, sum.is_negative(), &text::money(size))
}

/// How many changes, what they cost, and what that does to goods and freight.
fn sums(model: &Model, pen: &Pen, plan: &Plan, cells: usize) -> Vec<Line<'static>> {
    let words = model.text();
    if plan.changes.is_empty() {
        let said = if plan.no_fix.is_empty() { words.why_nothing_to_fix } else { words.fix_none_helps };
        return vec![Line::styled(format!(" {said}"), pen.plain)];
    }
    let [goods, freight] = [plan.goods, plan.freight].map(|[before, after]| {
        if before == after {
            text::money(after)
        } else {
            format!("{} {} {}", text::money(before), pen.glyphs.arrow, text::money(after))
        }
    });
    let open = if plan.freight_open { " + ?" } else { "" };
    let style = if plan.extra().is_negative() { pen.good } else { pen.selected };
    let mut lines = vec![Line::from(vec![
        Span::styled(format!(" {}   ", fixing::changes(model.lang, plan.changes.len())), pen.plain),
        Span::styled(extra(model, plan.extra()), style),
    ])];
    let pieces = [
        format!("{} {goods}", words.goods),
        format!("{} {freight}{open}", words.freight),
        words.prediction.to_owned(),
    ];
    for line in text::wrap(&pieces, "   ", cells.saturating_sub(2), pen.sign()) {
        lines.push(Line::styled(format!(" {line}"), pen.dim));
    }
    lines
}

/// What the other plan would come to.
fn other(model: &Model, pen: &Pen, layer: &FixLayer, plan: &Plan, cells: usize) -> Vec<Line<'static>> {
    let Some(other) = layer.other() else { return Vec::new() };
    let key = model.keys.shown(ActionId::FixWithoutNew);
    let said = if layer.without_new {
        let gap = text::money(plan.cost_after() - other.cost_after());
        fixing::with_new(model.lang, &extra(model, other.extra()), &gap, &key)
    } else if other.no_fix.len() > plan.no_fix.len() {
        fixing::without_new_leaves(model.lang, other.no_fix.len() - plan.no_fix.len(), &key)
    } else {
        let gap = text::money(other.cost_after() - plan.cost_after());
        fixing::without_new(model.lang, &extra(model, other.extra()), &gap, &key)
    };
    let parts = text::fold(&said, cells.saturating_sub(2));
    parts.into_iter().map(|part| Line::styled(format!(" {part}"), pen.warn)).collect()
}

/// Every change under its supplier.
fn changes(model: &Model, pen: &Pen, plan: &Plan, cells: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let from = |change: &Change| match change.line {
        Some(_) => text::quantity(change.from),
        None => words.fix_new.to_owned(),
    };
    let widest = |of: &dyn Fn(&Change) -> String| {
        plan.changes.iter().map(|change| text::width(&of(change))).max().unwrap_or(0)
    };
    let columns = Columns {
        from: widest(&from).max(3),
        to: widest(&|change| text::quantity(change.to)),
        cost: widest(&|change| signed(change.cost)),
        reason: widest(&|change| fixing::reason(model.lang, change.reason).to_owned()),
    };
    let mut lines = Vec::new();
    let mut last: Option<&Option<SupplierId>> = None;
    for change in &plan.changes {
        if last != Some(&change.supplier_id) {
            last = Some(&change.supplier_id);
            lines.push(head(model, pen, plan, change, cells));
        }
        lines.push(row(model, pen, change, &from(change), &columns, cells));
    }
    lines
}

struct Columns {
    from: usize,
    to: usize,
    cost: usize,
    reason: usize,
}

/// A supplier, and what the goods there cost more.
fn head(model: &Model, pen: &Pen, plan: &Plan, change: &Change, cells: usize) -> Line<'static> {
    let theirs = plan.changes.iter().filter(|other| other.supplier_id == change.supplier_id);
    let sum = signed(theirs.map(|change| change.cost).sum());
    let own = model.cart.snapshot.assessment.parts.iter();
    let name = own.clone().find(|part| part.supplier_id == change.supplier_id);
    let name = name
        .and_then(|part| part.supplier_name.as_ref())
        .map_or(model.text().supplier_unknown, Clean::as_str);
    let room = cells.saturating_sub(text::width(&sum) + 4);
    Line::from(vec![
        Span::raw(" "),
        Span::styled(text::left(name, room, pen.sign()), pen.accent),
        Span::styled(format!("  {sum}"), pen.dim),
    ])
}

fn row(
    model: &Model,
    pen: &Pen,
    change: &Change,
    from: &str,
    columns: &Columns,
    cells: usize,
) -> Line<'static> {
    let unit = change.offer.unit.as_ref().map_or("", |unit| unit.as_str());
    let arrow = pen.glyphs.arrow;
    let before = format!("   {} {arrow} ", text::right(from, columns.from, ""));
    let to = text::right(&text::quantity(change.to), columns.to, "");
    let unit = format!(" {}", text::left(unit, UNIT, ""));
    let cost = text::right(&signed(change.cost), columns.cost, "");
    let reason = text::left(fixing::reason(model.lang, change.reason), columns.reason, "");
    let used =
        [before.as_str(), &to, &unit, &cost, &reason].iter().map(|part| text::width(part)).sum::<usize>() + 4;
    let title = text::cut(&title(model, &change.offer, change), cells.saturating_sub(used + 1), pen.sign());
    Line::from(vec![
        Span::styled(before, pen.dim),
        Span::styled(to, pen.selected),
        Span::styled(unit, pen.dim),
        Span::styled(cost, style_of(pen, change.cost)),
        Span::styled(format!("  {reason}  "), if change.line.is_some() { pen.dim } else { pen.warn }),
        Span::styled(title, pen.plain),
    ])
}

fn title(model: &Model, offer: &Offer, change: &Change) -> String {
    let sku = change.spec_id.as_ref().and_then(|spec| offer.sku(spec)).map(|sku| sku_name(model, sku));
    let title = model.title_of(offer);
    let bait = if change.is_bait() { format!("! {} ", model.text().bait) } else { String::new() };
    match sku {
        Some(sku) if !sku.is_empty() => format!("{bait}{sku} {title}"),
        _ => format!("{bait}{title}"),
    }
}

/// What the buyer has to decide.
fn unmended(model: &Model, pen: &Pen, plan: &Plan, cells: usize) -> Vec<Line<'static>> {
    if plan.no_fix.is_empty() {
        return Vec::new();
    }
    let offers: BTreeMap<_, &Offer> =
        model.cart.lines().map(|(_, priced)| (priced.line.id, &*priced.line.offer)).collect();
    let mut lines =
        vec![Line::styled(format!(" {}", fixing::no_fix(model.lang, plan.no_fix.len())), pen.head)];
    for violation in &plan.no_fix {
        let offer = violation.line_ids.first().and_then(|line| offers.get(line));
        let unit = offer.and_then(|offer| offer.unit.as_ref()).map_or("", |unit| unit.as_str());
        let said = violation_message(model.lang, violation, None, unit);
        let about = offer.map(|offer| format!("   {}", model.title_of(offer))).unwrap_or_default();
        let line = text::cut(&format!("   ! {said}{about}"), cells, pen.sign());
        lines.push(Line::styled(line, pen.bad));
    }
    lines
}
