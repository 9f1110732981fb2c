//! Compare: the marked offers at Q, landed; under them the curve of their prices and where the lead changes hands.

mod across;
mod below;
mod flows;
mod pairs;
mod table;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use crate::app::compare::{self, ACROSS_COLUMN, ACROSS_NAMES, Crown, Row};
use crate::app::{ActionId, Model};
use crate::domain::quantity::Quantity;
use crate::i18n::{buying, comparing, messages};
use crate::ui::detail::sku_name;
use crate::ui::pen::Pen;
use crate::ui::text;

use super::{empty, row, stale, troubled};

/// Height from which there is room for the curve under the rows.
const CURVE_FROM: u16 = 17;
/// Least lines of what stands below the rows then.
const BELOW: u16 = 9;
/// Lines of the selected offer in full, its rule with them.
const CHOSEN: u16 = 3;

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let words = model.text();
    let rows = compare::rows(model);
    if rows.is_empty() {
        let said = match &model.compare.trouble {
            Some(trouble) => troubled(pen, trouble),
            None if model.compare.pending => vec![(words.searching.to_owned(), pen.dim)],
            None => {
                let keys = model.keys.shown(ActionId::SearchMark);
                let mark = messages::press(model.lang, &keys, words.do_mark);
                vec![
                    (words.compare_empty.to_owned(), pen.plain),
                    (format!("{}: {mark}", words.pane_search), pen.dim),
                ]
            }
        };
        empty(pen, frame, area, &said);
        return area.height.into();
    }
    let area = match &model.compare.trouble {
        Some(trouble) if area.height > 4 => {
            let last = row(area, area.height - 1);
            frame.render_widget(stale(pen, trouble, area.width.into()), last);
            Rect { height: area.height - 1, ..area }
        }
        _ => area,
    };
    let transposed = model.compare.transposed;
    let chosen_rows = if area.height >= 10 { CHOSEN } else { 0 };
    let below = if area.height >= CURVE_FROM { BELOW } else { 0 };
    let most = area.height.saturating_sub(chosen_rows + below);
    let (page, used) = if transposed {
        let (lines, columns) = across::lines(model, pen, &rows, area.width);
        let used = (lines.len() as u16).min(area.height.saturating_sub(chosen_rows));
        for (at, line) in lines.into_iter().take(used.into()).enumerate() {
            frame.render_widget(line, row(area, at as u16));
        }
        for (place, at) in columns.enumerate() {
            let x = area.x + (ACROSS_NAMES + place * ACROSS_COLUMN) as u16;
            let column = Rect { x, y: area.y, width: ACROSS_COLUMN as u16, height: used };
            pen.listed(column.intersection(area), at);
        }
        (rows.len(), used)
    } else {
        let page = rows.len().min(usize::from(most.saturating_sub(1).max(1)));
        table::draw(model, pen, frame, Rect { height: 1 + page as u16, ..area }, &rows);
        (page, 1 + page as u16)
    };
    let Some(shown) = rows.get(model.compare.list.selected).filter(|_| chosen_rows > 0) else { return page };
    let rest = area.height.saturating_sub(used);
    chosen(model, pen, frame, Rect { y: area.y + used, height: chosen_rows, ..area }, shown);
    let under = Rect { y: area.y + used + chosen_rows, height: rest.saturating_sub(chosen_rows), ..area };
    below::draw(model, pen, frame, under, &rows, shown);
    page
}

/// The selected offer in full: what the columns have no room for.
fn chosen(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, shown: &Row) {
    let words = model.text();
    let cells = area.width as usize;
    frame.render_widget(Line::styled(pen.glyphs.rule.repeat(cells), pen.dim), row(area, 0));
    let offer = &*shown.offer;
    let sku = shown.at.spec_id.as_ref().and_then(|spec| offer.sku(spec));
    let mut title = format!("{} {}", shown.letter, model.title_of(offer));
    if let Some(sku) = sku {
        title = format!("{title}{}{}", pen.glyphs.dot, sku_name(model, sku));
    }
    frame.render_widget(Line::raw(text::cut(&format!(" {title}"), cells, pen.sign())), row(area, 1));
    let unit = offer.unit.as_ref().map_or("", |unit| unit.as_str());
    let mut facts = Vec::new();
    facts.extend(shown.picked.then(|| words.picked.to_owned()));
    facts.push(offer.supplier_name.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string));
    facts.extend(
        offer.moq.map(|moq| format!("{} {}", words.col_moq, messages::with_unit(&text::quantity(moq), unit))),
    );
    facts.extend(
        offer
            .lot
            .filter(|lot| *lot != Quantity::ONE)
            .map(|lot| format!("{} {}", words.col_lot, text::quantity(lot))),
    );
    facts.extend(shown.at.goods.map(|goods| format!("{} {}", words.goods, text::money(goods))));
    facts.extend(shown.at.lead_time_hours.map(|hours| messages::ships_in(model.lang, hours)));
    facts.extend(offer.repeat_rate.map(|rate| messages::repeat(model.lang, &percent(rate))));
    facts.extend(shown.flows.first().map(|flow| {
        let key = model.keys.shown(ActionId::CompareFlows);
        let name = comparing::flow(model.lang, &flow.flow);
        comparing::also(model.lang, &name, &text::money_or(flow.unit_price), &key)
    }));
    // What does not fit is left out whole.
    let facts = text::wrap(&facts, pen.glyphs.dot, cells.saturating_sub(2), pen.sign());
    let facts = facts.first().map_or("", String::as_str);
    frame.render_widget(Line::styled(format!(" {facts}"), pen.dim), row(area, 2));
}

/// A share of 1 in whole percent.
fn percent(rate: rust_decimal::Decimal) -> String {
    rate.saturating_mul(100.into()).round_dp(0).normalize().to_string()
}

fn crown<'a>(model: &Model, pen: &Pen, shown: &Row) -> (&'a str, Style) {
    match shown.crown {
        Crown::Best => (model.text().best, pen.good),
        Crown::BestKnown => (model.text().best_known, pen.warn),
        Crown::No if shown.bait => (model.text().bait, pen.warn),
        Crown::No => ("", pen.plain),
    }
}

/// Why a row cannot be had at Q, and at what it can.
fn why_not(model: &Model, shown: &Row) -> String {
    match shown.at.nearest {
        _ if shown.offer.gone => model.text().gone.to_owned(),
        Some(nearest) if nearest > shown.quantity => buying::not_under(model.lang, &text::quantity(nearest)),
        Some(nearest) if nearest < shown.quantity => buying::only_up_to(model.lang, &text::quantity(nearest)),
        Some(_) => "?".to_owned(),
        None => model.text().none_to_buy.to_owned(),
    }
}

/// `9.80/个`, in parentheses where it cannot be had at Q.
fn unit_price(shown: &Row) -> String {
    let price = text::money_or(shown.at.unit_price);
    if shown.at.buyable { price } else { format!("({price})") }
}

/// `@500 ` before the title of an offer that is compared at a quantity of its own.
fn own_quantity(model: &Model, shown: &Row) -> String {
    if shown.quantity == compare::asked_quantity(model) {
        return String::new();
    }
    format!("@{} ", text::quantity(shown.quantity))
}

fn landed(shown: &Row) -> String {
    shown.at.goods.map_or_else(|| "?".to_owned(), |goods| text::landed(goods, true, shown.at.freight))
}

/// What one unit cost last time, and when: `9.60 (21 Oct)`.
fn last_paid(model: &Model, shown: &Row) -> String {
    let Some(bought) = &shown.bought else { return String::new() };
    let price = text::money_or(bought.last_price);
    let local = bought.last_at.to_zoned(model.zone.clone());
    let day = if model.lang.is_chinese() {
        format!("{}/{}", local.month(), local.day())
    } else {
        local.strftime("%-d %b").to_string()
    };
    format!("{price} ({day})")
}

/// How many hours until it ships.
fn ships(shown: &Row) -> String {
    shown.at.lead_time_hours.map_or_else(|| "?".to_owned(), |hours| format!("{hours} h"))
}

fn moq(shown: &Row) -> String {
    shown.offer.moq.map_or_else(|| "?".to_owned(), text::quantity)
}

fn lot(shown: &Row) -> String {
    shown.offer.lot.map(text::quantity).unwrap_or_default()
}

fn repeat_rate(shown: &Row) -> String {
    shown.offer.repeat_rate.map_or_else(|| "?".to_owned(), |rate| format!("{}%", percent(rate)))
}
