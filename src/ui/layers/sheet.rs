//! A supplier in full: who they are, what the buyer noted and ordered there, what they sell at Q.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::suppliers::{self, SheetLayer};
use crate::domain::search::SupplierSheet;
use crate::domain::supplier::Identity;
use crate::i18n::messages;
use crate::ui::panes::offer_row::{self, Columns};
use crate::ui::pen::Pen;
use crate::ui::{phrases, text};

/// Orders listed; the pane of orders has them all.
const ORDERS: usize = 8;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &SheetLayer) -> usize {
    let known = layer.sheet.as_ref().map(|sheet| sheet.row.supplier.name.clone());
    let name = known.or_else(|| suppliers::name_of(model, &layer.id)).unwrap_or_default();
    let inner = super::popup(pen, frame, body, name.as_str(), body.width, body.height);
    let cells = inner.width as usize;
    let mut lines = Vec::new();
    if let Some(trouble) = &layer.trouble {
        let said = trouble
            .hint
            .iter()
            .fold(trouble.text.to_string(), |said, hint| format!("{said}{}{hint}", model.text().then));
        for part in text::fold(&said, cells.saturating_sub(2)) {
            lines.push(Line::styled(format!(" {part}"), pen.bad));
        }
    }
    match &layer.sheet {
        Some(sheet) => lines.extend(whole(model, pen, sheet, cells)),
        None if layer.trouble.is_none() => {
            lines.push(Line::styled(format!(" {}", model.text().reading_sheet), pen.dim));
        }
        None => {}
    }
    super::scrolled(frame, inner, lines, layer.first)
}

fn whole(model: &Model, pen: &Pen, sheet: &SupplierSheet, cells: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let row = &sheet.row;
    let supplier = &row.supplier;
    let (dot, sign, lang) = (pen.glyphs.dot, pen.sign(), model.lang);
    let room = cells.saturating_sub(2);
    let mut lines: Vec<Line<'static>> = Vec::new();
    let say = |lines: &mut Vec<Line<'static>>, pieces: Vec<String>, style| {
        for line in text::wrap(&pieces, dot, room, sign) {
            lines.push(Line::styled(format!(" {line}"), style));
        }
    };

    let mut identities: Vec<&Identity> = supplier.identities.iter().collect();
    identities.sort();
    let mut who: Vec<String> =
        identities.into_iter().map(|identity| phrases::identity_name(model, identity)).collect();
    who.extend(supplier.years.map(|years| messages::years(lang, years)));
    who.extend(supplier.belt.as_ref().map(ToString::to_string));
    who.extend(supplier.name_en.as_ref().filter(|_| !lang.is_chinese()).map(ToString::to_string));
    if row.mark.favourite {
        who.push(format!("{} {}", pen.glyphs.star, words.favourite));
    }
    say(&mut lines, who, pen.plain);

    let mut terms = vec![match supplier.repeat_rate {
        Some(rate) => messages::repeat(lang, &phrases::percent(rate)),
        None => format!("{} ?", words.col_repeat),
    }];
    terms.push(phrases::mix(model, &supplier.mix, words.pieces));
    terms.push(messages::offers(lang, supplier.offers));
    let least = row.least.as_ref().map(|(price, unit)| {
        let unit = unit.as_ref().map(|unit| format!("/{unit}")).unwrap_or_default();
        messages::from_price(lang, &format!("{}{unit}", text::money(*price)), &text::quantity(model.quantity))
    });
    terms.extend(least);
    say(&mut lines, terms, pen.plain);
    if !row.categories.is_empty() {
        let between = if lang.is_chinese() { "、" } else { ", " };
        let sells: Vec<&str> = row.categories.iter().map(|name| name.as_str()).collect();
        say(&mut lines, vec![messages::named(lang, words.col_categories, &sells.join(between))], pen.plain);
    }
    if let Some(blocked) = phrases::blocked(model, &row.mark) {
        for part in text::fold(&blocked, room) {
            lines.push(Line::styled(format!(" {part}"), pen.bad));
        }
    }
    for said in phrases::noted(model, &row.mark) {
        for part in text::fold(&said, room) {
            lines.push(Line::styled(format!(" {part}"), pen.warn));
        }
    }

    lines.push(Line::default());
    let ordered = match row.ordered {
        Some((times, last)) => messages::ordered(lang, times, &phrases::day(model, last)),
        None => words.sheet_never.to_owned(),
    };
    lines.push(Line::from(vec![
        Span::raw(" "),
        Span::styled(words.sheet_mine, pen.head),
        Span::styled(format!("  {ordered}"), pen.plain),
    ]));
    for (at, total, state) in sheet.orders.iter().take(ORDERS) {
        let total = text::money_or(*total);
        lines.push(Line::from(vec![
            Span::styled(text::right(&total, 14, sign), pen.plain),
            Span::styled(format!("  {}", text::right(&phrases::day(model, *at), 13, "")), pen.dim),
            Span::styled(
                format!("  {}", words.state_name(state.as_str()).unwrap_or(state.as_str())),
                pen.plain,
            ),
        ]));
    }

    lines.push(Line::default());
    let count = messages::offers(lang, supplier.offers);
    lines.push(Line::from(vec![
        Span::raw(" "),
        Span::styled(words.sheet_offers, pen.head),
        Span::styled(format!("  {count}"), pen.dim),
    ]));
    if !sheet.offers.is_empty() {
        let columns = Columns::of_one(model, cells);
        lines.push(offer_row::heads(model, pen, &columns));
        lines.extend(sheet.offers.iter().map(|hit| offer_row::line(model, pen, &columns, hit, false)));
    }
    lines
}
