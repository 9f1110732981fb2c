//! One supplier's block: its verdict, its mix gauge, its lines, and beside or under each line what is wrong with it and
//! what the next tier would cost. Columns are the same for all suppliers.

use std::borrow::Cow;
use std::collections::HashMap;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::{Model, algebra};
use crate::domain::cart::{Measure, PricedLine, SupplierPart, Violation, ViolationKind};
use crate::domain::compare::{NextTier, next_tier};
use crate::domain::id::LineId;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::QuoteType;
use crate::domain::quantity::Quantity;
use crate::i18n::{buying, messages, violation_message};
use crate::ui::detail::sku_name;
use crate::ui::panes::marker;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells from which hints stand beside a line.
const BESIDE_FROM: usize = 112;
/// Cells of a unit.
const UNIT: usize = 4;
/// Least cells of figures, so that columns do not jump while small numbers change.
const QUANTITY: usize = 7;
const PRICE: usize = 9;
const AMOUNT: usize = 12;
/// Cells of a supplier's name that its verdict leaves.
const NAME: usize = 18;

/// How the lines of all suppliers are set.
pub struct Block<'a> {
    pub model: &'a Model,
    pen: &'a Pen,
    cells: usize,
    number: usize,
    quantity: usize,
    price: usize,
    amount: usize,
    /// Cells right of the amounts; 0 where hints stand under the lines.
    beside: usize,
    /// The suppliers with the lines that are shown of them.
    parts: Cow<'a, [SupplierPart]>,
    /// Number of each line among all, where only some are shown.
    numbers: HashMap<LineId, usize>,
    /// The range that is chosen, first and last.
    range: Option<(usize, usize)>,
    /// Quantity and price before the change that is being typed.
    before: HashMap<LineId, (Quantity, Option<Money>)>,
}

impl<'a> Block<'a> {
    /// For a screen so wide.
    pub fn new(model: &'a Model, pen: &'a Pen, cells: usize) -> Self {
        let lines = || model.cart.lines().map(|(_, line)| line);
        let most_units = lines().map(|line| line.line.quantity).max().unwrap_or_default();
        let dearest = lines().filter_map(|line| line.unit_price).max().unwrap_or_default();
        let largest = model.cart.priced().parts.iter().map(|part| part.goods).max();
        let amount = text::width(&text::money(largest.unwrap_or_default())) + 3;
        let numbers = match model.cart.narrow {
            Some(_) => model.cart.lines().enumerate().map(|(at, (_, line))| (line.line.id, at)).collect(),
            None => HashMap::new(),
        };
        let typed = model.cart.preview.as_ref().is_some_and(|preview| preview.assessment.is_some());
        let now = model.cart.snapshot.assessment.parts.iter().flat_map(|part| &part.lines);
        let before = now.filter(|_| typed).map(|line| (line.line.id, (line.line.quantity, line.unit_price)));
        Block {
            model,
            parts: shown_parts(model),
            numbers,
            range: algebra::range(model),
            before: before.collect(),
            pen,
            cells,
            number: model.cart.len().to_string().len().max(2),
            quantity: QUANTITY.max(text::width(&text::quantity(most_units)) + 1),
            price: PRICE.max(text::width(&text::money(dearest)) + 1),
            amount: AMOUNT.max(amount),
            beside: if cells >= BESIDE_FROM { (cells * 35 / 100).min(50) } else { 0 },
        }
    }

    /// The suppliers with the lines that are shown of them.
    pub fn parts(&self) -> &[SupplierPart] {
        &self.parts
    }

    /// Cells of a title: what the figures leave.
    fn title(&self) -> usize {
        let figures = self.quantity + UNIT + 4 + self.price + self.amount;
        self.cells.saturating_sub(1 + self.number + 2 + figures + self.beside)
    }

    /// Verdict and sums, the gauge where a line needs the mix rule, words to the seller.
    pub fn head(&self, part: &SupplierPart) -> Vec<Line<'static>> {
        let (model, pen, words) = (self.model, self.pen, self.model.text());
        let problems = model
            .cart
            .violations()
            .iter()
            .filter(|v| v.supplier_id == part.supplier_id && !v.line_ids.is_empty());
        let problems = problems.count();
        let (mark, style) = if problems > 0 { ("x", pen.bad) } else { ("v", pen.good) };
        let verdict = match (problems, part.mix.filter(|gauge| gauge.needed)) {
            (0, Some(_)) => words.mix_is_met.to_owned(),
            (0, None) => words.meets_minimum.to_owned(),
            (count, _) => messages::problems(model.lang, count),
        };
        let goods = text::money(part.goods);
        let goods = if part.goods_complete { goods } else { format!(">= {goods}") };
        let freight = format!("{} {}", words.freight, text::freight(part.freight));
        let edge = self.cells.saturating_sub(self.beside);
        let goods = text::right(&goods, self.amount, pen.sign());
        let (before, behind) =
            if self.beside > 0 { (String::new(), format!("   {freight}")) } else { (freight, String::new()) };
        let room = edge.saturating_sub(3 + text::width(&goods) + 1);
        // The verdict is whole before the freight has its place.
        let fits = NAME + text::width(&verdict) + 3 + text::width(&before) <= room;
        let before = if fits { before } else { String::new() };
        let room = room.saturating_sub(text::width(&before));
        let name = part.supplier_name.as_ref().map_or(words.supplier_unknown, |name| name.as_str());
        let verdict_cells = text::width(&verdict).min(room.saturating_sub(NAME));
        let name = text::cut(name, room.saturating_sub(verdict_cells + 3), pen.sign());
        let gap = room.saturating_sub(text::width(&name) + verdict_cells + 2);
        let mut lines = vec![Line::from(vec![
            Span::styled(format!(" {mark} "), style),
            Span::styled(name, pen.accent),
            Span::raw("  "),
            Span::styled(text::cut(&verdict, verdict_cells, pen.sign()), style),
            Span::raw(" ".repeat(gap)),
            Span::styled(format!("{before} "), pen.dim),
            Span::styled(goods, pen.plain),
            Span::styled(text::cut(&behind, self.beside, pen.sign()), pen.dim),
        ])];
        lines.extend(self.gauge(part));
        let message = part.supplier_id.as_ref().and_then(|id| model.cart.snapshot.messages.get(id));
        if let Some(message) = message {
            let said = format!("   {}: {message}", words.message_label);
            lines.push(Line::styled(text::cut(&said, self.cells, pen.sign()), pen.dim));
        }
        lines
    }

    /// How far the supplier's mix rule is reached, where any line needs it.
    fn gauge(&self, part: &SupplierPart) -> Option<Line<'static>> {
        let gauge = part.mix.filter(|gauge| gauge.needed)?;
        let (model, pen, words) = (self.model, self.pen, self.model.text());
        let unit =
            part.lines.first().and_then(|line| line.line.offer.unit.as_ref()).map_or("", |u| u.as_str());
        let pieces = gauge.rule.pieces.map(|needed| {
            let bar = pen.gauge(gauge.pieces.decimal(), needed.decimal(), 8);
            format!("{bar} {}", messages::with_unit(&format!("{}/{needed}", gauge.pieces), unit))
        });
        let amount = gauge.rule.amount.map(|needed| {
            let bar = pen.gauge(gauge.amount.yuan(), needed.yuan(), 8);
            format!("{bar} ¥{}/{}", text::money(gauge.amount), text::money(needed))
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
        let said = format!("   {}  {}   {verdict}", words.mix_rule_word, both.join(words.or));
        // On a narrow screen the rule's long name gives way to what is missing.
        let said = if text::width(&said) <= self.cells {
            said
        } else {
            format!("   {}  {}   {verdict}", words.mix, both.join(words.or))
        };
        Some(Line::styled(
            text::cut(&said, self.cells, pen.sign()),
            if gauge.met { pen.good } else { pen.bad },
        ))
    }

    /// A line, then its problems, then its hint where that has no room beside it.
    pub fn line(&self, part: &SupplierPart, priced: &PricedLine, number: usize) -> Vec<Line<'static>> {
        let (model, pen) = (self.model, self.pen);
        let line = &priced.line;
        let selected = number == model.cart.list.selected;
        let base: Style = if selected { pen.selected } else { pen.plain };
        let room = self.title();
        let mut name = model.title_of(&line.offer).to_string();
        if let Some(sku) = line.sku() {
            // What tells lines of one offer apart is the SKU: it is never what gets cut.
            let sku = text::cut(sku_name(model, sku), room / 2, pen.sign());
            let title = text::cut(&name, room.saturating_sub(text::width(&sku) + 1), pen.sign());
            name = format!("{title} {sku}");
        }
        let unit = line.offer.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let chosen = self.range.is_some_and(|(first, last)| (first..=last).contains(&number));
        let among_all = self.numbers.get(&line.id).copied().unwrap_or(number) + 1;
        // What the change that is being typed makes another.
        let before = self.before.get(&line.id);
        let is_other = before.is_some_and(|(quantity, _)| *quantity != line.quantity);
        let units = if is_other { pen.accent } else { base };
        let repriced = before.is_some_and(|(_, price)| *price != priced.unit_price);
        let price_style = if repriced { pen.accent } else { base };
        let mut spans = vec![
            marker(pen, selected || chosen),
            Span::styled(
                text::right(&among_all.to_string(), self.number, ""),
                if chosen { pen.badge } else { pen.dim },
            ),
            Span::raw("  "),
            Span::styled(text::left(&name, room, pen.sign()), base),
            Span::styled(text::right(&text::quantity(line.quantity), self.quantity, pen.sign()), units),
            Span::styled(text::left(&unit, UNIT, ""), pen.dim),
            Span::styled(format!(" {}  ", pen.glyphs.times), pen.dim),
            Span::styled(
                text::right(&text::money_or(priced.unit_price), self.price, pen.sign()),
                price_style,
            ),
            Span::styled(text::right(&text::money_or(priced.amount), self.amount, pen.sign()), units),
        ];
        let mut under: Vec<(String, Style)> =
            self.problems(part, priced).into_iter().map(|said| (format!("! {said}"), pen.bad)).collect();
        if let Some((hint, style)) = self.hint(part, priced) {
            if text::width(&hint) + 3 <= self.beside {
                spans.push(Span::styled(format!("   {hint}"), style));
            } else {
                under.push((hint, style));
            }
        }
        let indent = 1 + self.number + 2;
        let mut lines = vec![Line::from(spans)];
        lines.extend(under.into_iter().map(|(said, style)| {
            let said = text::cut(&said, self.cells.saturating_sub(indent + 1), pen.sign());
            Line::styled(format!("{}{said}", " ".repeat(indent)), style)
        }));
        lines
    }

    fn problems(&self, part: &SupplierPart, priced: &PricedLine) -> Vec<String> {
        let lang = self.model.lang;
        let id = priced.line.id;
        let unit = priced.line.offer.unit.as_ref().map_or("", |unit| unit.as_str());
        let its = self.model.cart.violations().iter().filter(|violation| violation.line_ids.contains(&id));
        its.filter_map(|violation: &Violation| {
            if violation.kind != ViolationKind::Mix {
                return Some(violation_message(lang, violation, None, unit));
            }
            // The supplier's line says what the mix rule misses; this one what the line misses alone.
            let required = minimum::required(&priced.line.offer, priced.line.sku());
            let total: Quantity = together(part, priced).map(|line| line.line.quantity).sum();
            let short = required.less(total);
            (!short.is_zero()).then(|| {
                messages::alone(
                    lang,
                    &messages::with_unit(&text::quantity(required), unit),
                    &messages::with_unit(&text::quantity(short), unit),
                )
            })
        })
        .collect()
    }

    /// What the next tier would cost, while it is near: at most as much again. Said on the last line of those that
    /// count together.
    fn hint(&self, part: &SupplierPart, priced: &PricedLine) -> Option<(String, Style)> {
        let lang = self.model.lang;
        let own = &priced.line;
        let mut others = Vec::new();
        let mut goods = Money::ZERO;
        let mut last = own.id;
        for line in together(part, priced) {
            goods += line.amount?;
            last = line.line.id;
            if line.line.id != own.id {
                others.push(line.line.quantity);
            }
        }
        if last != own.id {
            return None;
        }
        let total = own.quantity + others.iter().copied().sum();
        let NextTier { at, more, unit_price, extra } =
            next_tier(&own.offer, own.sku(), &others, own.quantity, goods)?;
        if more > total {
            return None;
        }
        let at = text::quantity(at);
        if extra.is_negative() {
            return Some((messages::cheaper_at(lang, &at, &text::money(-extra)), self.pen.warn));
        }
        let each = Money::from_yuan(extra.yuan().checked_div(more.decimal())?).rounded();
        let said =
            buying::next_tier(lang, &text::quantity(more), &text::money(each), &at, &text::money(unit_price));
        Some((said, self.pen.dim))
    }
}

/// The suppliers of which a line is shown, with those lines; their sums are of all their lines.
fn shown_parts(model: &Model) -> Cow<'_, [SupplierPart]> {
    let parts = &model.cart.priced().parts;
    if model.cart.narrow.is_none() {
        return Cow::Borrowed(parts);
    }
    let shown = parts.iter().filter_map(|part| {
        let lines: Vec<PricedLine> =
            part.lines.iter().filter(|line| model.cart.shows(line.line.id)).cloned().collect();
        (!lines.is_empty()).then(|| SupplierPart {
            supplier_id: part.supplier_id.clone(),
            supplier_name: part.supplier_name.clone(),
            lines,
            ..*part
        })
    });
    Cow::Owned(shown.collect())
}

/// The lines whose quantities count together for this one's tier: of its offer, or of its SKU where tiers are per SKU.
fn together<'p>(part: &'p SupplierPart, priced: &'p PricedLine) -> impl Iterator<Item = &'p PricedLine> {
    let own = &priced.line;
    let by_sku = own.offer.quote_type == QuoteType::TiersPerSku;
    part.lines.iter().filter(move |other| {
        other.line.offer.key == own.offer.key && (!by_sku || other.line.spec_id == own.spec_id)
    })
}
