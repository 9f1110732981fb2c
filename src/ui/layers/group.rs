//! A group-buy in full: its steps and what each saves at the buyer's quantity, and what happens at the deadline.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::deals::{self, GroupLayer};
use crate::domain::group_buy::{Counts, GroupBuy, GroupState, Step};
use crate::domain::money::Money;
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::i18n::{follow, messages};
use crate::ui::pen::Pen;
use crate::ui::{clock, text};

use super::pairs::Pairs;

const COUNT: usize = 8;
const PRICE: usize = 10;
const SAVES: usize = 19;
/// The offer's own price needs a line of so many cells; on a shorter one it stands above the table only.
const OWN_FROM: usize = 76;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &GroupLayer) -> usize {
    let words = model.text();
    let width = body.width.min(100);
    let cells = usize::from(width).saturating_sub(2);
    let lines = match deals::by_id(model, &layer.id) {
        Some(group) => group_lines(model, pen, group, layer, cells),
        None => vec![Line::styled(format!(" {}", words.group_gone), pen.warn)],
    };
    let height = lines.len() as u16 + 2;
    let inner = super::popup(pen, frame, body, words.view_groups, width, height);
    super::scrolled(frame, inner, lines, layer.first)
}

/// How many more a step needs, in what it counts.
pub fn missing(model: &Model, group: &GroupBuy, step: &Step) -> String {
    let missing = step.participants.saturating_sub(group.participants);
    match group.counts {
        Counts::People => follow::more_people(model.lang, missing),
        Counts::Pieces => follow::more_pieces(model.lang, missing),
    }
}

/// How many joined, in what the steps count.
pub fn joined(model: &Model, group: &GroupBuy) -> String {
    match group.counts {
        Counts::People => follow::joined_people(model.lang, group.participants),
        Counts::Pieces => follow::joined_pieces(model.lang, group.participants),
    }
}

/// A quantity in the group's unit.
pub fn quantity(group: &GroupBuy, quantity: Quantity) -> String {
    messages::with_unit(&text::quantity(quantity), group.unit.as_ref().map_or("", |unit| unit.as_str()))
}

fn group_lines(
    model: &Model,
    pen: &Pen,
    group: &GroupBuy,
    layer: &GroupLayer,
    cells: usize,
) -> Vec<Line<'static>> {
    let words = model.text();
    let labels = [words.col_joined, words.alone_price, words.price_now, words.deadline, words.my_reservation];
    let mut pairs = Pairs::new(pen, &labels, cells);
    let title = deals::title_of(model, &group.title, group.title_en.as_ref());
    pairs.note(title.as_str(), pen.accent);
    if title != &group.title {
        pairs.note(group.title.as_str(), pen.dim);
    }
    pairs.gap();
    pairs.row(words.col_joined, &joined(model, group), pen.plain);
    let now = match group.price_now() {
        Some(price) => priced(group, price),
        None => words.no_step_yet.to_owned(),
    };
    pairs.row(words.price_now, &now, pen.selected);
    let alone = group.alone_price.map_or_else(|| "?".to_owned(), |alone| priced(group, alone));
    pairs.row(words.alone_price, &alone, pen.plain);
    let ends = match group.state {
        GroupState::Open => clock::both(model, group.deadline),
        GroupState::Succeeded => {
            format!("{}{}{}", words.group_succeeded, pen.glyphs.dot, clock::both(model, group.deadline))
        }
        GroupState::Failed => {
            format!("{}{}{}", words.group_failed, pen.glyphs.dot, clock::both(model, group.deadline))
        }
    };
    pairs.row(words.deadline, &ends, pen.plain);
    let (mine, style) = if group.my_quantity.is_zero() {
        (words.nothing_reserved.to_owned(), pen.plain)
    } else {
        (quantity(group, group.my_quantity), pen.accent)
    };
    pairs.row(words.my_reservation, &mine, style);
    pairs.gap();
    steps(model, pen, group, layer, &mut pairs, cells >= OWN_FROM);
    pairs.gap();
    pairs.note(words.at_deadline, pen.plain);
    if let Some(as_of) = model.deals.as_of {
        let said = messages::read_ago(model.lang, &text::age(model.now, as_of, words.age_units));
        pairs.note(&said, pen.dim);
    }
    pairs.into_lines()
}

fn priced(group: &GroupBuy, price: Money) -> String {
    match &group.unit {
        Some(unit) => format!("{}/{}", text::money(price), unit.as_str()),
        None => text::money(price),
    }
}

/// The steps as a table: what each costs, saves at Q, and whether it was reached.
fn steps(model: &Model, pen: &Pen, group: &GroupBuy, layer: &GroupLayer, pairs: &mut Pairs<'_>, roomy: bool) {
    let words = model.text();
    let counted = match group.counts {
        Counts::People => words.col_step_people,
        Counts::Pieces => words.col_step_pieces,
    };
    let at = model.quantity;
    // The offer's own price at Q, where one price is known for it.
    let own =
        layer.offer.as_ref().and_then(|offer| price::unit_price(offer, None, at, at)).map(|p| p.charged);
    let mut head = format!(
        " {}{}{}",
        text::right(counted, COUNT, ""),
        text::right(words.col_price, PRICE, ""),
        text::right(words.col_saves_alone, SAVES, ""),
    );
    let beside = own.filter(|_| roomy);
    if beside.is_some() {
        head += &text::right(words.col_saves_own, SAVES, "");
    }
    let mut said = follow::at_quantity(model.lang, &quantity(group, at));
    if let Some(own) = own {
        said = format!("{said}{}{} {}", pen.glyphs.dot, words.own_price, text::money(own));
    }
    pairs.note(&said, pen.dim);
    pairs.line(Line::styled(head, pen.head));
    for step in &group.steps {
        let reached = step.participants <= group.participants;
        let base = if reached { pen.selected } else { pen.plain };
        let mut spans = vec![
            Span::raw(" "),
            Span::styled(text::right(&text::count(step.participants), COUNT, ""), base),
            Span::styled(text::right(&text::money(step.unit_price), PRICE, ""), base),
            saving(model, pen, group.alone_price, step, at),
        ];
        if beside.is_some() {
            spans.push(saving(model, pen, beside, step, at));
        }
        let (state, style) = if reached {
            (words.reached.to_owned(), pen.good)
        } else {
            (missing(model, group, step), pen.dim)
        };
        spans.push(Span::styled(format!("  {state}"), style));
        pairs.line(Line::from(spans));
    }
}

/// What `at` units cost less at the step's price than at `other`; what they cost more, in words.
fn saving(model: &Model, pen: &Pen, other: Option<Money>, step: &Step, at: Quantity) -> Span<'static> {
    let (said, style): (String, Style) = match other {
        None => ("?".to_owned(), pen.plain),
        Some(other) => {
            let saved = (other - step.unit_price).times(at.decimal()).rounded();
            if saved.is_negative() {
                (follow::dearer(model.lang, &text::money(-saved)), pen.warn)
            } else {
                (text::money(saved), pen.plain)
            }
        }
    };
    Span::styled(text::right(&said, SAVES, pen.sign()), style)
}
