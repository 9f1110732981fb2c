//! Substitutes: what each saves at my quantity, what it lands for, who sells it, how far away it is and why; below, the
//! selected one in full.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::substitute::SubstituteLayer;
use crate::domain::minimum;
use crate::domain::substitute::{Standing, Substitute};
use crate::i18n::{messages, substitutes as said};
use crate::ui::detail::sku_name;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells of the columns.
const SAVING: usize = 10;
const LANDED: usize = 12;
const UNIT: usize = 10;
const MOQ: usize = 6;
const FACTORY: usize = 7;
const LEVEL: usize = 7;
const REASON: usize = 14;
/// Cells from which there is room for the price of a unit, the minimum and the supplier.
const WIDE: usize = 108;

/// Draws the layer; how many of its rows were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &SubstituteLayer) -> usize {
    let words = model.text();
    let inner = super::popup(pen, frame, body, words.substitutes_title, body.width, body.height);
    let cells = usize::from(inner.width);
    let row =
        |y: usize| Rect { y: inner.y + (y as u16).min(inner.height.saturating_sub(1)), height: 1, ..inner };
    for (at, line) in present(model, pen, layer, cells).into_iter().enumerate() {
        frame.render_widget(line, row(at));
    }
    let Some(found) = &layer.found else {
        let (said, style) = match &layer.trouble {
            Some(trouble) => (trouble.text.as_str(), pen.bad),
            None => (words.substitutes_reading, pen.dim),
        };
        for (at, line) in text::fold(said, cells.saturating_sub(2)).into_iter().enumerate() {
            frame.render_widget(Line::styled(format!(" {line}"), style), row(3 + at));
        }
        return usize::from(inner.height);
    };
    // No wider than the longest reason that stands there: titles are cut first.
    let reasons = layer.rows().map(|row| text::width(&said::reason(model.lang, &row.of, pen.glyphs.arrow)));
    let least = text::width(words.col_reason);
    let columns = Columns::of(cells, reasons.max().unwrap_or(0).clamp(least, REASON.max(least)));
    let count = layer.rows().count();
    if count == 0 {
        let none = if found.rows.is_empty() { words.substitutes_none } else { words.substitutes_no_factory };
        for (at, line) in text::fold(none, cells.saturating_sub(2)).into_iter().enumerate() {
            frame.render_widget(Line::styled(format!(" {line}"), pen.plain), row(3 + at));
        }
    } else {
        frame.render_widget(Line::styled(columns.head(model, cells), pen.head), row(2));
    }
    let mut below = detail(model, pen, layer, cells);
    if let Some(first) = found.mistakes.first() {
        let wrong = said::mistakes(model.lang, &first.to_string(), found.mistakes.len() - 1);
        below.extend(
            text::fold(&wrong, cells.saturating_sub(2))
                .into_iter()
                .map(|part| Line::styled(format!(" {part}"), pen.warn)),
        );
    }
    let height = usize::from(inner.height);
    below.truncate(height.saturating_sub(5));
    let page = height.saturating_sub(3 + below.len()).max(1);
    let first = layer.list.first_in_view(count, page);
    for (at, substitute) in layer.rows().enumerate().skip(first).take(page) {
        let line = columns.row(model, pen, layer, substitute, at == layer.list.selected);
        frame.render_widget(line, row(3 + at - first));
        pen.listed(row(3 + at - first), at);
    }
    let last = height.saturating_sub(below.len());
    for (at, line) in below.into_iter().enumerate() {
        frame.render_widget(line, row(last + at));
    }
    page
}

/// What the list is about, and how many there are.
fn present(model: &Model, pen: &Pen, layer: &SubstituteLayer, cells: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let present = &layer.present;
    let unit = present.unit.as_ref().map_or("", |unit| unit.as_str());
    let sums = match (present.landed, present.goods) {
        (Some(landed), _) => format!("{} ¥{}", words.landed, text::money(landed)),
        (None, Some(goods)) => format!("{} >= ¥{}", words.landed, text::money(goods)),
        (None, None) => format!("{} ?", words.landed),
    };
    let wanted = messages::with_unit(&text::quantity(present.quantity), unit);
    let tail = format!("{wanted}   {sums}");
    let title = model.title_from(&present.title, present.title_en.as_ref());
    let sku = present.spec_id.as_ref().zip(present.offer.as_ref());
    let sku = sku.and_then(|(spec, offer)| offer.sku(spec)).map(|sku| sku_name(model, sku));
    let name = format!("{title} {}", sku.unwrap_or(present.spec_name.as_str()));
    let room = cells.saturating_sub(text::width(&tail) + 5);
    let count = layer.found.as_ref().map_or_else(String::new, |found| {
        let factories = found.rows.iter().filter(|row| row.factory).count();
        said::found(model.lang, found.rows.len(), factories)
    });
    let only = if layer.factories_only { words.substitutes_only_factories } else { "" };
    vec![
        Line::from(vec![
            Span::styled(format!(" {}", text::left(name.trim_end(), room, pen.sign())), pen.selected),
            Span::styled(format!("   {tail}"), pen.plain),
        ]),
        Line::from(vec![
            Span::styled(format!(" {count}   "), pen.dim),
            Span::styled(only, pen.accent),
            Span::styled(format!("  {}", words.prediction), pen.dim),
        ]),
    ]
}

/// Cells of the columns on this screen.
struct Columns {
    is_wide: bool,
    reason: usize,
    title: usize,
    supplier: usize,
}

impl Columns {
    fn of(cells: usize, reason: usize) -> Columns {
        let is_wide = cells >= WIDE;
        let mut used = 1 + SAVING + 1 + LANDED + 2 + FACTORY + 1 + LEVEL + 1 + reason + 1;
        let mut supplier = 0;
        if is_wide {
            supplier = 18;
            used += UNIT + 1 + MOQ + 1 + supplier + 1;
        }
        Columns { is_wide, reason, title: cells.saturating_sub(used), supplier }
    }

    fn head(&self, model: &Model, cells: usize) -> String {
        let words = model.text();
        let mut head = format!(
            " {} {}  ",
            text::right(words.col_saving, SAVING, ""),
            text::right(words.landed, LANDED, "")
        );
        if self.is_wide {
            head.push_str(&format!(
                "{} {} ",
                text::right(words.col_price, UNIT, ""),
                text::right(words.col_moq, MOQ, "")
            ));
        }
        head.push_str(&format!(
            "{} {} {} {}",
            text::left(words.col_factory, FACTORY, ""),
            text::left(words.col_level, LEVEL, ""),
            text::left(words.col_reason, self.reason, ""),
            text::left(words.col_offer, self.title, ""),
        ));
        if self.is_wide {
            head.push_str(&format!(" {}", words.col_supplier));
        }
        text::cut(&head, cells, "")
    }

    fn row(
        &self,
        model: &Model,
        pen: &Pen,
        layer: &SubstituteLayer,
        row: &Substitute,
        is_selected: bool,
    ) -> Line<'static> {
        let plain = if is_selected { pen.selected } else { pen.plain };
        let lang = model.lang;
        let offer = &row.of.offer;
        let unit = offer.unit.as_ref().map_or("?", |unit| unit.as_str());
        let (saving, style) = saving(model, pen, row, unit);
        let goods = row.at.goods.map_or_else(|| "?".to_owned(), text::money);
        let landed = match row.standing {
            Standing::Known => text::money_or(row.at.landed),
            Standing::Open => format!(">={goods}"),
            Standing::NotHere => format!("({goods})"),
            Standing::OtherUnit => "-".to_owned(),
        };
        let mut spans = vec![
            Span::styled(if is_selected { pen.glyphs.marker } else { " " }, pen.accent),
            Span::styled(text::right(&saving, SAVING, pen.sign()), style),
            Span::raw(" "),
            Span::styled(text::right(&landed, LANDED, pen.sign()), plain),
            Span::raw("  "),
        ];
        if self.is_wide {
            let moq = minimum::least(offer, row.sku());
            let moq = text::quantity(moq);
            let price = format!("{}/{unit}", text::money_or(row.at.unit_price));
            spans.push(Span::styled(format!("{} ", text::right(&price, UNIT, pen.sign())), plain));
            let legal = row.at.buyable;
            let style = if legal { pen.dim } else { pen.warn };
            spans.push(Span::styled(format!("{} ", text::right(&moq, MOQ, pen.sign())), style));
        }
        let factory = said::factory(lang, row.of.factory, row.factory);
        let reason = said::reason(lang, &row.of, pen.glyphs.arrow);
        let in_cart = model.cart.lines().any(|(_, line)| line.line.offer.key == offer.key);
        let mark = if in_cart && layer.present.key != offer.key {
            format!("[{}] ", model.text().pane_cart)
        } else {
            String::new()
        };
        let title = format!("{mark}{}", model.title_of(offer));
        spans.extend([
            Span::styled(
                format!("{} ", text::left(&factory, FACTORY, pen.sign())),
                if row.factory { pen.good } else { pen.dim },
            ),
            Span::styled(
                format!("{} ", text::left(said::level(lang, row.of.level), LEVEL, pen.sign())),
                plain,
            ),
            Span::styled(format!("{} ", text::left(&reason, self.reason, pen.sign())), pen.dim),
            Span::styled(text::left(&title, self.title, pen.sign()), plain),
        ]);
        if self.is_wide {
            let name =
                offer.supplier_name.as_ref().map_or(model.text().supplier_unknown, |name| name.as_str());
            spans.push(Span::styled(format!(" {}", text::left(name, self.supplier, pen.sign())), pen.dim));
        }
        Line::from(spans)
    }
}

/// What it saves, or why that cannot be told.
fn saving(model: &Model, pen: &Pen, row: &Substitute, unit: &str) -> (String, Style) {
    match (row.standing, row.saving) {
        (Standing::NotHere, _) => match row.at.nearest {
            Some(nearest) => (said::nearest(model.lang, &text::quantity(nearest)), pen.warn),
            None => (model.text().substitutes_out_of_stock.to_owned(), pen.warn),
        },
        (Standing::OtherUnit, _) => (said::other_unit(model.lang, unit), pen.dim),
        (_, Some(saving)) if saving.is_negative() => (format!("-{}", text::money(-saving)), pen.plain),
        (_, Some(saving)) => (text::money(saving), pen.good),
        (_, None) => ("?".to_owned(), pen.dim),
    }
}

/// The selected row: what would be bought of whom, what it comes to, and why it is offered.
fn detail(model: &Model, pen: &Pen, layer: &SubstituteLayer, cells: usize) -> Vec<Line<'static>> {
    let Some(row) = layer.selected() else { return Vec::new() };
    let (words, lang) = (model.text(), model.lang);
    let offer = &row.of.offer;
    let dot = pen.glyphs.dot;
    let unit = offer.unit.as_ref().map_or("?", |unit| unit.as_str());
    let mut lines = vec![Line::styled(pen.glyphs.rule.repeat(cells), pen.dim)];
    let room = cells.saturating_sub(2);
    let mut say = |said: String, style: Style, most: usize| {
        let parts = text::fold(&said, room);
        lines.extend(parts.into_iter().take(most).map(|part| Line::styled(format!(" {part}"), style)));
    };
    let sku = row.sku().map_or("", |sku| sku_name(model, sku));
    let by = said::sku_by(lang, row.sku_by);
    let by = if by.is_empty() { String::new() } else { format!(" ({by})") };
    say(format!("{} {sku}{by}", model.title_of(offer)), pen.selected, if layer.why { 2 } else { 1 });
    let supplier = offer.supplier_name.as_ref().map_or(words.supplier_unknown, |name| name.as_str());
    let sure = row.of.factory.map(|percent| messages::factory_confidence(lang, percent));
    let belt = offer.belt.as_ref().map(|belt| belt.as_str().to_owned());
    let who: Vec<String> = [Some(supplier.to_owned()), sure, belt].into_iter().flatten().collect();
    say(who.join(dot), pen.dim, 1);
    let freight = match row.at.freight.amount() {
        Some(freight) => text::money(freight),
        None => "?".to_owned(),
    };
    let lot = offer.lot.filter(|lot| !lot.is_zero());
    let lot = lot.map(|lot| format!("{} {}", words.col_lot, text::quantity(lot)));
    let sums = format!(
        "{} × {} = {} + {} {freight}",
        text::money_or(row.at.unit_price),
        messages::with_unit(&text::quantity(layer.present.quantity), unit),
        text::money_or(row.at.goods),
        words.freight,
    );
    let moq = format!("{} {}", words.col_moq, text::quantity(minimum::least(offer, row.sku())));
    let terms: Vec<String> = [Some(sums), Some(moq), lot].into_iter().flatten().collect();
    say(terms.join(dot), pen.plain, 1);
    let reasons = said::reasons(lang, &row.of, pen.glyphs.arrow);
    say(reasons.join(dot), pen.plain, if layer.why { 6 } else { 1 });
    if layer.why {
        let mut more = Vec::new();
        if row.saving.is_none()
            && let Some(goods) = row.goods_saving
        {
            more.push(said::goods_saving(lang, goods));
        }
        if let Some(price) = layer.present.unit_price {
            more.push(format!(
                "{} {} {} {}",
                words.col_price,
                text::money(price),
                pen.glyphs.arrow,
                text::money_or(row.at.unit_price)
            ));
        }
        if let Some(hours) = row.at.lead_time_hours {
            more.push(format!("{} {hours} h", words.col_ships));
        }
        if let Some(stock) = row.sku().map_or(offer.stock, |sku| sku.stock) {
            more.push(format!("{} {}", words.col_stock, text::quantity(stock)));
        }
        say(more.join(dot), pen.dim, 2);
        say(words.substitutes_alone.to_owned(), pen.dim, 2);
    }
    lines
}
