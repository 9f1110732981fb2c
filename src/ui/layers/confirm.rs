//! Before money is spent: printed from the very proposal that is sent when `y` is pressed. Figures are never cut; what
//! has no room beside a name gets a line of its own.

use std::collections::HashMap;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::model::Confirm;
use crate::domain::id::LineId;
use crate::domain::money::Money;
use crate::domain::order::OrderLine;
use crate::domain::proposal::ProposedOrder;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;
use crate::i18n::{buying, messages, objections};
use crate::ui::pen::Pen;
use crate::ui::text;
use crate::ui::widgets::{changed, worth};

/// Cells from which every line names its ids; on narrower screens the one in focus does.
const IDS_FROM: usize = 110;
/// Least cells of a title beside its figures.
const TITLE: usize = 16;
/// Cells of a line's number and the blanks around it.
const NUMBER: usize = 9;
/// Least cells of an amount.
const AMOUNT: usize = 12;

/// One row of the list. Cheap to make: only those in view are written out.
enum Part<'a> {
    Head(&'a ProposedOrder),
    /// What was broken into lines beforehand.
    Said(String, Style),
    Line {
        order: &'a ProposedOrder,
        line: &'a OrderLine,
        number: usize,
        focused: bool,
    },
    /// The figures of a line whose name has no room beside them.
    Figures {
        line: &'a OrderLine,
        focused: bool,
    },
    /// The ids of the line in focus.
    Ids(&'a OrderLine),
    Blank,
}

/// What all rows are written with.
struct Sheet<'a> {
    model: &'a Model,
    pen: &'a Pen,
    cells: usize,
    /// Cells of the greatest amount.
    amount: usize,
}

/// Draws the layer over the whole body.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, confirm: &Confirm) -> usize {
    let words = model.text();
    let proposal = &confirm.proposal;
    let inner = super::popup(pen, frame, body, words.confirm_title, body.width, body.height);
    let cells = inner.width as usize;
    let row = |y: u16| Rect { y: inner.y + y.min(inner.height - 1), height: 1, ..inner };
    frame.render_widget(market(model, pen, cells), row(0));
    frame.render_widget(address(model, pen, confirm, cells), row(1));

    let amounts = proposal.orders.iter().flat_map(|order| &order.lines).filter_map(|line| line.amount);
    let amount = amounts.map(|amount| text::width(&text::money(amount))).max().unwrap_or(0).max(AMOUNT);
    let sheet = Sheet { model, pen, cells, amount };
    let (parts, focus) = sheet.parts(confirm);
    let list = Rect { y: inner.y + 3, height: inner.height.saturating_sub(6), ..inner };
    let page = list.height as usize;
    // The line in focus with what stands around it.
    let first = focus.saturating_sub(page / 2).min(parts.len().saturating_sub(page));
    let shown = || parts.iter().enumerate().skip(first).take(page);
    for (at, part) in shown() {
        frame.render_widget(sheet.write(part), Rect { y: list.y + (at - first) as u16, height: 1, ..list });
    }
    // Whose lines these are stays in view.
    let head = parts.iter().take(first + 1).rev().find_map(|part| match part {
        Part::Head(order) => Some(*order),
        _ => None,
    });
    if let (true, true, Some(order)) = (first > 0, focus > first, head) {
        let place = Rect { y: list.y, height: 1, ..list };
        crate::ui::clear::clear(frame.buffer_mut(), place);
        frame.render_widget(sheet.head(order), place);
    }

    let rule = pen.glyphs.rule.repeat(cells);
    frame.render_widget(Line::styled(rule, pen.dim), row(inner.height.saturating_sub(3)));
    frame.render_widget(total(model, pen, confirm, cells), row(inner.height.saturating_sub(2)));
    let (said, style) = foot(model, pen, confirm, parts.len() > page);
    frame.render_widget(
        Line::styled(text::cut(&format!(" {said}"), cells, pen.sign()), style),
        row(inner.height.saturating_sub(1)),
    );
    page
}

/// Whose money.
fn market(model: &Model, pen: &Pen, cells: usize) -> Line<'static> {
    let words = model.text();
    let mut spans = vec![Span::raw(" ")];
    if model.status.as_ref().is_some_and(|status| status.sandbox) {
        spans.push(Span::styled(format!(" {} ", words.sandbox_no_money), pen.badge));
    } else {
        // A market nobody has read yet may be the real one.
        let market = model.status.as_ref().map_or(words.market_unread, |status| status.market.as_str());
        spans.push(Span::styled(text::cut(market, cells.saturating_sub(2), pen.sign()), pen.bad));
    }
    Line::from(spans)
}

/// Where the goods go, and which of the account's addresses that is.
fn address(model: &Model, pen: &Pen, confirm: &Confirm, cells: usize) -> Line<'static> {
    let proposal = &confirm.proposal;
    let address = &proposal.address;
    let at = proposal.addresses.iter().position(|other| other.id == address.id);
    let which = match at {
        Some(at) if proposal.addresses.len() > 1 => {
            format!(" {}", buying::one_of(model.lang, at + 1, proposal.addresses.len()))
        }
        _ => String::new(),
    };
    let to = format!(" {} {} {} {}", model.text().to, address.region, address.street, address.full_name);
    let room = cells.saturating_sub(text::width(&which) + 1);
    Line::from(vec![Span::styled(text::cut(&to, room, pen.sign()), pen.plain), Span::styled(which, pen.dim)])
}

/// All orders together, and what is paid now.
fn total(model: &Model, pen: &Pen, confirm: &Confirm, cells: usize) -> Line<'static> {
    let orders = &confirm.proposal.orders;
    let payable: Money = orders.iter().map(|order| order.payable).sum();
    let open = orders.iter().any(|order| order.freight.is_none());
    let sum = text::yuan(&if open { format!(">= {}", text::money(payable)) } else { text::money(payable) });
    let sum = buying::orders_sum(model.lang, orders.len(), &sum);
    let mut spans = vec![Span::styled(format!(" {sum}"), pen.selected)];
    let now = format!("   {}", buying::payable_now(model.lang));
    if text::width(&now) + text::width(&sum) < cells {
        spans.push(Span::styled(now, pen.plain));
    }
    Line::from(spans)
}

fn foot(model: &Model, pen: &Pen, confirm: &Confirm, scrolls: bool) -> (String, Style) {
    let words = model.text();
    if confirm.asking {
        return (words.asking_again.to_owned(), pen.warn);
    }
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
    let payable: Money = confirm.proposal.orders.iter().map(|order| order.payable).sum();
    let worth = worth(model, pen, payable).map(|worth| format!("   {worth}")).unwrap_or_default();
    let scrolls = if scrolls { format!("   {}", words.scrolls) } else { String::new() };
    let said = format!("{quoted}{worth}{scrolls}");
    (said, if confirm.proposal.quoted_at.is_some() { pen.dim } else { pen.warn })
}

/// How a trade type is called in the market's own shops; `None` for words we do not know.
fn trade_name(model: &Model, word: &str) -> Option<&'static str> {
    let words = model.text();
    Some(match word {
        "assureTrade" | "assure" | "fxassure" | "nzassure" => words.trade_assured,
        "period" => words.trade_period,
        "creditBuy" => words.trade_credit,
        "bank" => words.trade_bank,
        "alipay" => words.trade_alipay,
        "631staged" | "37staged" => words.trade_staged,
        _ => return None,
    })
}

impl<'a> Sheet<'a> {
    /// Cells of a line's text, a blank at each side.
    fn room(&self) -> usize {
        self.cells.saturating_sub(2)
    }

    /// All rows, and which of them is in focus.
    fn parts(&self, confirm: &'a Confirm) -> (Vec<Part<'a>>, usize) {
        let model = self.model;
        let in_cart: HashMap<LineId, usize> =
            model.cart.lines().enumerate().map(|(at, (_, priced))| (priced.line.id, at + 1)).collect();
        let mut parts = Vec::new();
        let mut focus = 0;
        let mut index = 0;
        for order in &confirm.proposal.orders {
            parts.push(Part::Head(order));
            let first_line = index;
            for line in &order.lines {
                let focused = index == confirm.at;
                if focused {
                    focus = parts.len();
                }
                index += 1;
                let number = line.line_id.and_then(|id| in_cart.get(&id)).copied().unwrap_or(index);
                parts.push(Part::Line { order, line, number, focused });
                if !self.is_beside(line) {
                    parts.push(Part::Figures { line, focused });
                }
                let wanted = focused || self.cells >= IDS_FROM;
                if wanted && !self.are_ids_beside(line) {
                    parts.push(Part::Ids(line));
                }
            }
            for drift in &order.drift {
                let at = order.lines.iter().position(|line| line.line_id == drift.line_id);
                let number = drift.line_id.and_then(|id| in_cart.get(&id)).copied();
                let number =
                    number.or(at.map(|at| first_line + at + 1)).map_or("?".to_owned(), |n| n.to_string());
                let change = changed(model, self.pen, order, drift);
                let said =
                    buying::since_last(model.lang, &buying::line_changed(model.lang, &number, &change));
                let style = if drift.is_rise() { self.pen.bad } else { self.pen.good };
                self.fold(&mut parts, &format!("! {said}"), style);
            }
            for line in text::wrap(&self.sums(order), "   ", self.room().saturating_sub(3), self.pen.sign()) {
                let said = text::right(&line, self.room().saturating_sub(3), "");
                parts.push(Part::Said(said, self.pen.selected));
            }
            if let Some(message) = &order.message {
                let label = model.text().message_label;
                self.fold(&mut parts, &format!("{label}: {message}"), self.pen.dim);
            }
            // What has no code is not the market's words: the sentence below says it.
            let coded = order.objection.as_ref().is_none_or(|objection| !objection.code.is_empty());
            if let Some(refusal) = order.refusal.as_ref().filter(|_| coded) {
                self.fold(&mut parts, &format!("! {}: {refusal}", model.text().refused), self.pen.bad);
            }
            if let Some(objection) = &order.objection {
                let number = |id: &LineId| {
                    let at = order.lines.iter().position(|line| line.line_id == Some(*id));
                    let number = in_cart.get(id).copied().or(at.map(|at| first_line + at + 1));
                    number.map_or_else(|| "?".to_owned(), |number| number.to_string())
                };
                let lines = |ids: &[LineId]| {
                    objections::lines(model.lang, &ids.iter().map(number).collect::<Vec<_>>())
                };
                let unit = |id: LineId| {
                    let line = order.lines.iter().find(|line| line.line_id == Some(id));
                    line.and_then(|line| line.unit.as_ref()).map(ToString::to_string).unwrap_or_default()
                };
                for said in objections::explain(model.lang, objection, lines, unit) {
                    self.fold(&mut parts, &format!("! {said}"), self.pen.warn);
                }
            }
            parts.push(Part::Blank);
        }
        (parts, focus)
    }

    fn fold(&self, parts: &mut Vec<Part<'a>>, said: &str, style: Style) {
        let lines = text::fold(said, self.room().saturating_sub(5));
        parts.extend(lines.into_iter().map(|line| Part::Said(line, style)));
    }

    /// What the order costs; each piece is a label and its figure.
    fn sums(&self, order: &ProposedOrder) -> Vec<String> {
        let words = self.model.text();
        let freight = match order.freight {
            Some(freight) => format!("{} {}", words.freight, text::money(freight)),
            None => format!("{} ? {}", words.freight, words.seller_sets),
        };
        let payable = text::money(order.payable);
        let payable = if order.freight.is_none() { format!(">= {payable}") } else { payable };
        let mut sums = vec![format!("{} {}", words.goods, text::money(order.goods)), freight];
        if !order.discount.is_zero() {
            let sign = if order.discount.is_negative() { "+" } else { "" };
            sums.push(format!("{} {sign}{}", words.discount, text::money(-order.discount)));
        }
        sums.push(format!("{} {payable}", words.payable));
        sums
    }

    fn write(&self, part: &Part<'_>) -> Line<'static> {
        match part {
            Part::Head(order) => self.head(order),
            Part::Said(said, style) => Line::styled(format!("    {said}"), *style),
            Part::Line { order, line, number, focused } => self.line(order, line, *number, *focused),
            Part::Figures { line, focused } => {
                let style = if *focused { self.pen.selected } else { self.pen.plain };
                let figures = self.figures(line);
                Line::styled(format!("{} ", text::right(&figures, self.cells.saturating_sub(1), "")), style)
            }
            Part::Ids(line) => {
                Line::styled(format!("{}{}", " ".repeat(NUMBER), self.ids(line)), self.pen.dim)
            }
            Part::Blank => Line::default(),
        }
    }

    /// Supplier, how much of what, and how the trade is secured.
    fn head(&self, order: &ProposedOrder) -> Line<'static> {
        let model = self.model;
        let mut units: Vec<(Option<&Unit>, Quantity)> = Vec::new();
        for line in &order.lines {
            match units.iter_mut().find(|(unit, _)| *unit == line.unit.as_ref()) {
                Some((_, sum)) => *sum = *sum + line.quantity,
                None => units.push((line.unit.as_ref(), line.quantity)),
            }
        }
        let pieces: Vec<String> = units
            .iter()
            .map(|(unit, sum)| {
                messages::with_unit(&text::quantity(*sum), unit.map_or("", |unit| unit.as_str()))
            })
            .collect();
        // The market's own word: text from outside like any other.
        let word = order.trade_type.as_deref().map(|word| Clean::capped(word, 20));
        let trade = match &word {
            None => model.text().trade_unknown.to_owned(),
            Some(word) => match trade_name(model, word.as_str()) {
                Some(name) => format!("{name} {word}"),
                None => word.to_string(),
            },
        };
        let counts = format!("{}  {}", buying::lines(model.lang, order.lines.len()), pieces.join(" + "));
        let room = self.room().saturating_sub(text::width(&trade) + 2);
        let counts = text::cut(&counts, room / 2, self.pen.sign());
        let name = text::cut(
            order.supplier_name.as_str(),
            room.saturating_sub(text::width(&counts) + 2),
            self.pen.sign(),
        );
        let gap = room.saturating_sub(text::width(&name) + text::width(&counts) + 2);
        Line::from(vec![
            Span::raw(" "),
            Span::styled(name, self.pen.accent),
            Span::styled(format!("  {counts}{}", " ".repeat(gap)), self.pen.plain),
            Span::styled(format!("  {trade}"), self.pen.dim),
        ])
    }

    /// `300 个 × 9.80 = 2,940.00`.
    fn figures(&self, line: &OrderLine) -> String {
        let unit = line.unit.as_ref().map_or("", |unit| unit.as_str());
        format!(
            "{} {} {} = {}",
            messages::with_unit(&text::quantity(line.quantity), unit),
            self.pen.glyphs.times,
            text::money_or(line.unit_price),
            text::right(&text::money_or(line.amount), self.amount, ""),
        )
    }

    fn is_beside(&self, line: &OrderLine) -> bool {
        text::width(&self.figures(line)) + NUMBER + TITLE <= self.room()
    }

    /// Ids are never cut: they stand beside a line or under it.
    fn are_ids_beside(&self, line: &OrderLine) -> bool {
        let figures = if self.is_beside(line) { text::width(&self.figures(line)) } else { 0 };
        let taken = figures + text::width(&self.ids(line)) + 3 + NUMBER + TITLE;
        self.cells >= IDS_FROM && taken <= self.room()
    }

    fn ids(&self, line: &OrderLine) -> String {
        match &line.spec_id {
            Some(spec) => {
                format!("{}{}{}", line.offer_id, self.pen.glyphs.dot, Clean::capped(spec.as_str(), 40))
            }
            None => line.offer_id.to_string(),
        }
    }

    fn line(&self, order: &ProposedOrder, line: &OrderLine, number: usize, focused: bool) -> Line<'static> {
        let pen = self.pen;
        let changed =
            order.drift.iter().any(|drift| drift.line_id.is_some() && drift.line_id == line.line_id);
        let style = if focused { pen.selected } else { pen.plain };
        let beside = self.is_beside(line);
        let figures = if beside { self.figures(line) } else { String::new() };
        let ids = if self.are_ids_beside(line) { format!("  {}", self.ids(line)) } else { String::new() };
        let room = self.room().saturating_sub(text::width(&figures) + text::width(&ids) + NUMBER + 1);
        let spec = text::cut(line.spec_name.as_str(), room / 2, pen.sign());
        let title = text::cut(line.title.as_str(), room.saturating_sub(text::width(&spec) + 1), pen.sign());
        let name = text::left(&format!("{title} {spec}"), room, "");
        Line::from(vec![
            Span::styled(if focused { pen.glyphs.marker } else { " " }, pen.accent),
            Span::styled(format!("{} ", text::right(&number.to_string(), NUMBER - 4, "")), pen.dim),
            Span::styled(if changed { "! " } else { "  " }, pen.warn),
            Span::styled(name, style),
            Span::styled(format!("{ids} "), pen.dim),
            Span::styled(figures, style),
        ])
    }
}
