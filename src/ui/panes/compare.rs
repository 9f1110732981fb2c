//! Compare: the marked offers at Q, landed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::compare::{self, Crown, Row};
use crate::app::{ActionId, Model};
use crate::i18n::messages;
use crate::ui::detail::sku_name;
use crate::ui::pen::Pen;
use crate::ui::text;

use super::{empty, marker, row};

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let words = model.text();
    let rows = compare::rows(model);
    if rows.is_empty() {
        let keys = model.keys.shown(ActionId::SearchMark);
        let how = format!("{}: {}", words.pane_search, messages::press(model.lang, &keys, words.do_mark));
        empty(pen, frame, area, &[(words.compare_empty.to_owned(), pen.plain), (how, pen.dim)]);
        return area.height.into();
    }
    let cells = area.width as usize;
    let wide = cells >= 100;
    let columns = columns(words, wide);
    let title = cells.saturating_sub(12 + columns.iter().map(|(_, width)| width).sum::<usize>());
    let mut head = format!("  {}", text::left(&format!("@{}", text::quantity(model.quantity)), 8, ""));
    for (name, width) in &columns {
        head.push_str(&text::right(name, *width, ""));
    }
    head.push_str(&format!("  {}", text::left(words.col_offer, title, "")));
    frame.render_widget(Line::styled(head, pen.head), row(area, 0));
    let below = if area.height >= 10 { 3 } else { 0 };
    let page = area.height.saturating_sub(1 + below) as usize;
    let first = model.compare.list.first_in_view(rows.len(), page);
    for (at, shown) in rows.iter().enumerate().skip(first).take(page) {
        let selected = at == model.compare.list.selected;
        let base = match () {
            () if selected => pen.selected,
            () if !shown.at.buyable => pen.dim,
            () => pen.plain,
        };
        let (crown, crown_style) = match shown.crown {
            Crown::Best => (words.best, pen.good),
            Crown::BestKnown => (words.best_known, pen.warn),
            Crown::No => ("", pen.plain),
        };
        let unit = shown.offer.unit.as_ref().map(|unit| format!("/{unit}")).unwrap_or_default();
        let price = text::money_or(shown.at.unit_price);
        let price = if shown.at.buyable { format!("{price} ") } else { format!("({price})") };
        let landed = match shown.at.goods {
            Some(goods) => text::landed(goods, true, shown.at.freight),
            None => "?".to_owned(),
        };
        let mut spans = vec![
            marker(pen, selected),
            Span::styled(text::left(&format!(" {crown}"), 9, ""), crown_style),
            Span::styled(text::right(&price, 11, pen.sign()), base),
            Span::styled(text::left(&unit, 4, ""), pen.dim),
        ];
        if wide {
            spans.push(Span::styled(text::right(&text::money_or(shown.at.goods), 13, pen.sign()), base));
        }
        spans.extend([
            Span::styled(text::right(&text::freight(shown.at.freight), 11, pen.sign()), base),
            Span::styled(text::right(&landed, 15, pen.sign()), base),
            Span::styled(text::right(&text::money_or(shown.each), 9, pen.sign()), base),
        ]);
        if wide {
            let moq = shown.offer.moq.map_or_else(|| "?".to_owned(), text::quantity);
            let ships = shown.at.lead_time_hours.map_or_else(|| "?".to_owned(), |hours| format!("{hours} h"));
            spans.push(Span::styled(text::right(&moq, 7, pen.sign()), base));
            spans.push(Span::styled(text::right(&ships, 7, pen.sign()), base));
        }
        let room =
            cells.saturating_sub(spans.iter().map(|span| text::width(&span.content)).sum::<usize>() + 2);
        let title = model.title_of(&shown.offer).as_str();
        let note = match shown.at.nearest {
            _ if shown.at.buyable => String::new(),
            Some(nearest) => format!("{}  ", messages::nearest(model.lang, &text::quantity(nearest))),
            None => format!("{}  ", words.none_to_buy),
        };
        spans.push(Span::raw("  "));
        let note_cells = text::width(&note).min(room);
        spans.push(Span::styled(text::cut(&note, room, ""), pen.warn));
        spans.push(Span::styled(text::cut(title, room - note_cells, pen.sign()), base));
        frame.render_widget(Line::from(spans), row(area, 1 + (at - first) as u16));
        pen.listed(row(area, 1 + (at - first) as u16), at);
    }
    if let Some(shown) = rows.get(model.compare.list.selected).filter(|_| below > 0) {
        chosen(model, pen, frame, Rect { y: area.bottom() - below, height: below, ..area }, shown);
    }
    page
}

/// The selected offer in full: what the columns have no room for.
fn chosen(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, shown: &Row) {
    let cells = area.width as usize;
    frame.render_widget(Line::styled(pen.glyphs.rule.repeat(cells), pen.dim), row(area, 0));
    let offer = &*shown.offer;
    let sku = shown.at.spec_id.as_ref().and_then(|spec| offer.sku(spec));
    let mut title = model.title_of(offer).to_string();
    if let Some(sku) = sku {
        title = format!("{title}{}{}", pen.glyphs.dot, sku_name(model, sku));
    }
    frame.render_widget(Line::raw(text::cut(&format!(" {title}"), cells, pen.sign())), row(area, 1));
    let unit = offer.unit.as_ref().map_or("", |unit| unit.as_str());
    let mut facts = vec![offer.supplier_name.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string)];
    facts.extend(
        offer.moq.map(|moq| {
            format!("{} {}", model.text().col_moq, messages::with_unit(&text::quantity(moq), unit))
        }),
    );
    facts.extend(shown.at.goods.map(|goods| format!("{} {}", model.text().goods, text::money(goods))));
    facts.extend(shown.at.lead_time_hours.map(|hours| messages::ships_in(model.lang, hours)));
    facts.extend(offer.repeat_rate.map(|rate| {
        let percent = rate.saturating_mul(100.into()).round_dp(0).normalize().to_string();
        messages::repeat(model.lang, &percent)
    }));
    let facts = text::cut(&format!(" {}", facts.join(pen.glyphs.dot)), cells, pen.sign());
    frame.render_widget(Line::styled(facts, pen.dim), row(area, 2));
}

fn columns(words: &'static crate::i18n::Text, wide: bool) -> Vec<(&'static str, usize)> {
    // The unit price leaves room for its closing parenthesis and its unit.
    let mut columns = vec![(words.col_price, 10), (" ", 5)];
    if wide {
        columns.push((words.goods, 13));
    }
    columns.extend([(words.freight, 11), (words.landed, 15), (words.col_each, 9)]);
    if wide {
        columns.extend([(words.col_moq, 7), (words.col_ships, 7)]);
    }
    columns
}
