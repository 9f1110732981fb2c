//! The sheet of a reorder: old and new at the left edge, what changed, what becomes of it; below, the selected line in
//! full and what the whole costs.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::drift::DriftLayer;
use crate::domain::drift::{Choice, DriftRow, Field, Sheet, planned};
use crate::i18n::{drift as said, messages};
use crate::ui::detail::sku_name;
use crate::ui::pen::Pen;
use crate::ui::text;

const END: usize = 12;
const WHAT: usize = 17;
const CHOICE: usize = 10;

/// Draws the layer; how many of its rows were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &DriftLayer) -> usize {
    let words = model.text();
    let sheet_words = said::words(model.lang);
    let day = layer.sheet.as_ref().and_then(|sheet| sheet.at);
    let day = day.map_or_else(String::new, |at| at.to_zoned(model.zone.clone()).date().to_string());
    let title = said::title(model.lang, &day);
    let inner =
        super::popup(pen, frame, body, title.trim_end_matches([':', '：', ' ']), body.width, body.height);
    let cells = usize::from(inner.width);
    let row =
        |y: usize| Rect { y: inner.y + (y as u16).min(inner.height.saturating_sub(1)), height: 1, ..inner };
    let Some(sheet) = &layer.sheet else {
        let (said, style) = match &layer.trouble {
            Some(trouble) => (trouble.text.as_str(), pen.bad),
            None => (sheet_words.reading, pen.dim),
        };
        for (at, line) in text::fold(said, cells.saturating_sub(2)).into_iter().enumerate() {
            frame.render_widget(Line::styled(format!(" {line}"), style), row(at));
        }
        return usize::from(inner.height);
    };
    frame.render_widget(summary(model, pen, sheet, layer, cells), row(0));
    if layer.rows().is_empty() {
        frame.render_widget(Line::styled(format!(" {}", sheet_words.nothing), pen.good), row(2));
        return usize::from(inner.height);
    }
    let name = cells.saturating_sub(2 * END + WHAT + CHOICE + 7);
    let head = format!(
        " {} {}  {} {} {}",
        text::right(sheet_words.col_old, END, ""),
        text::right(sheet_words.col_new, END, ""),
        text::left(sheet_words.col_what, WHAT, ""),
        text::left(words.col_offer, name, ""),
        text::left(sheet_words.col_choice, CHOICE, ""),
    );
    frame.render_widget(Line::styled(text::cut(&head, cells, ""), pen.head), row(1));
    let detail = detail(model, pen, sheet, layer, cells);
    let page = usize::from(inner.height).saturating_sub(2 + detail.len()).max(1);
    let rows = layer.rows();
    let first = layer.list.first_in_view(rows.len(), page);
    for (at, change) in rows.iter().enumerate().skip(first).take(page) {
        let line = change_line(model, pen, sheet, layer, change, at == layer.list.selected, name);
        frame.render_widget(line, row(2 + at - first));
        pen.listed(row(2 + at - first), at);
    }
    let last = usize::from(inner.height).saturating_sub(detail.len());
    for (at, line) in detail.into_iter().enumerate() {
        frame.render_widget(line, row(last + at));
    }
    page
}

/// How many lines, and what they cost then and now.
fn summary(model: &Model, pen: &Pen, sheet: &Sheet, layer: &DriftLayer, cells: usize) -> Line<'static> {
    let (after, complete) = layer.after;
    let more = if complete { "" } else { ">= " };
    let mut suppliers: Vec<_> = sheet.lines.iter().filter_map(|line| line.supplier_id()).collect();
    suppliers.sort();
    suppliers.dedup();
    let counts = said::counts(model.lang, sheet, suppliers.len());
    let sums = format!(
        "¥{} {} {more}¥{}{}",
        text::money(sheet.bought),
        pen.glyphs.arrow,
        text::money(after),
        said::percent(sheet.bought, after)
    );
    let open = layer.open();
    let open = if open == 0 { String::new() } else { said::open(model.lang, open) };
    let room = cells.saturating_sub(text::width(&sums) + text::width(&open) + 6);
    Line::from(vec![
        Span::raw(format!(" {}  ", text::cut(&counts, room, pen.sign()))),
        Span::styled(sums, pen.selected),
        Span::styled(format!("  {open}"), pen.warn),
    ])
}

/// How a change is meant to the buyer.
fn style(pen: &Pen, sheet: &Sheet, layer: &DriftLayer, change: &DriftRow) -> Style {
    let dead = matches!(change.field, Field::Gone | Field::Spec);
    let asks = change.lines.iter().any(|line| sheet.asks(*line, layer.limit));
    match (dead, asks) {
        (true, _) => pen.bad,
        (_, true) => pen.warn,
        _ => pen.plain,
    }
}

/// What changed, with how far a price moved and whether that is over the limit.
fn what(model: &Model, sheet: &Sheet, layer: &DriftLayer, change: &DriftRow) -> String {
    let field = said::field(model.lang, change.field);
    let rise = change.lines.first().filter(|_| matches!(change.field, Field::Price | Field::Tier));
    match rise.and_then(|line| sheet.rise_percent(*line)) {
        Some(rise) if rise > layer.limit => format!("! {field} {}", said::rise(rise)),
        Some(rise) => format!("{field} {}", said::rise(rise)),
        None if change.lines.iter().any(|line| sheet.asks(*line, layer.limit)) => format!("! {field}"),
        None => field.to_owned(),
    }
}

fn choice_words(model: &Model, layer: &DriftLayer, change: &DriftRow) -> &'static str {
    let sheet_words = said::words(model.lang);
    match layer.choice_of(change) {
        // Today's terms of what is not to be had are to do without it.
        Some(Choice::Take) if change.lines.iter().all(|line| !layer.planned.contains(line)) => {
            sheet_words.choice_drop
        }
        Some(Choice::Take) => sheet_words.choice_take,
        Some(Choice::Drop) => sheet_words.choice_drop,
        Some(Choice::Keep) => sheet_words.choice_keep,
        Some(Choice::Later) => sheet_words.choice_later,
        Some(Choice::Swap) => sheet_words.choice_swap,
        None if change.lines.iter().any(|line| layer.is_open(*line)) => sheet_words.choice_open,
        None => "",
    }
}

fn change_line(
    model: &Model,
    pen: &Pen,
    sheet: &Sheet,
    layer: &DriftLayer,
    change: &DriftRow,
    selected: bool,
    name: usize,
) -> Line<'static> {
    let plain = if selected { pen.selected } else { pen.plain };
    let end = |value| text::right(&said::end(model.lang, change, value), END, pen.sign());
    let more = if change.lines.len() > 1 {
        format!(" {}{}", pen.glyphs.times, change.lines.len())
    } else {
        String::new()
    };
    let title =
        text::cut(title_of(model, sheet, change), name.saturating_sub(text::width(&more)), pen.sign());
    let open = change.lines.iter().any(|line| layer.is_open(*line));
    Line::from(vec![
        Span::styled(if selected { pen.glyphs.marker } else { " " }, pen.accent),
        Span::styled(end(change.old.as_ref()), pen.dim),
        Span::raw(" "),
        Span::styled(end(change.new.as_ref()), plain),
        Span::raw("  "),
        Span::styled(
            text::left(&what(model, sheet, layer, change), WHAT, pen.sign()),
            style(pen, sheet, layer, change),
        ),
        Span::raw(" "),
        Span::styled(text::left(&format!("{title}{more}"), name, ""), plain),
        Span::raw(" "),
        Span::styled(
            text::left(choice_words(model, layer, change), CHOICE, pen.sign()),
            if open { pen.warn } else { pen.good },
        ),
    ])
}

/// The title in the language of the screen, where today's listing has one.
fn title_of<'a>(model: &Model, sheet: &'a Sheet, change: &'a DriftRow) -> &'a str {
    let line = change.lines.first().and_then(|line| sheet.lines.get(*line));
    let today = line.and_then(|line| line.today.as_ref().ok());
    today.map_or(change.title.as_str(), |today| model.title_of(&today.offer).as_str())
}

/// The selected line in full: its title, both ends, and what becomes of its quantity and price.
fn detail(model: &Model, pen: &Pen, sheet: &Sheet, layer: &DriftLayer, cells: usize) -> Vec<Line<'static>> {
    let Some(change) = layer.selected() else { return Vec::new() };
    let Some(at) = change.lines.first().copied() else { return Vec::new() };
    let Some(line) = sheet.lines.get(at) else { return Vec::new() };
    let arrow = pen.glyphs.arrow;
    let unit = line.past.unit.as_ref().map_or("", |unit| unit.as_str());
    let plan = planned(sheet, &layer.choices);
    let judged = sheet.judged(&plan);
    let planned = plan.iter().find(|planned| planned.line == at);
    let mut priced = judged.parts.iter().flat_map(|part| &part.lines);
    let priced = priced.find(|priced| sheet.line_of(priced.line.id) == Some(at));
    let count = |quantity| messages::with_unit(&text::quantity(quantity), unit);
    let now = planned.map_or_else(|| "-".to_owned(), |planned| count(planned.quantity));
    let sums = format!(
        " {} {arrow} {now}   {} {arrow} {}   ¥{} {arrow} {}",
        count(line.past.quantity),
        text::money_or(line.past.unit_price),
        priced.map_or_else(|| "-".to_owned(), |priced| text::money_or(priced.unit_price)),
        text::money_or(line.past.amount),
        priced.map_or_else(|| "-".to_owned(), |priced| format!("¥{}", text::money_or(priced.amount))),
    );
    let ends = format!(
        " {}: {} {arrow} {}",
        what(model, sheet, layer, change).trim_start_matches("! "),
        said::end(model.lang, change, change.old.as_ref()),
        said::end(model.lang, change, change.new.as_ref()),
    );
    let over = sheet.rise_percent(at).is_some_and(|rise| rise > layer.limit);
    let over = if over { format!("   {}", said::over(model.lang, layer.limit)) } else { String::new() };
    let mut title = format!(" {} {}", title_of(model, sheet, change), line.past.spec_name);
    if let Some(swap) = layer.swap_of(at) {
        let sku = swap.spec_id.as_ref().and_then(|spec| swap.offer.sku(spec));
        let name = sku.map(|sku| sku_name(model, sku)).unwrap_or_default();
        let own = text::cut(title.trim_end(), cells / 3, pen.sign());
        title = format!("{own} {arrow} {} {name}", model.title_of(&swap.offer));
    }
    vec![
        Line::styled(pen.glyphs.rule.repeat(cells), pen.dim),
        Line::styled(text::cut(&title, cells, pen.sign()), pen.selected),
        Line::styled(text::cut(&format!("{ends}{over}"), cells, pen.sign()), pen.plain),
        Line::styled(text::cut(&sums, cells, pen.sign()), pen.plain),
    ]
}
