//! The suppliers the query finds, as rows: from how much they sell at Q, who they are, what was ordered there.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::{ActionId, Model};
use crate::domain::search::SupplierRow;
use crate::i18n::messages;
use crate::ui::pen::Pen;
use crate::ui::{phrases, text};

use super::{empty, marker, row, troubled};

/// Which columns there is room for; 0 = not drawn.
struct Columns {
    name: usize,
    years: usize,
    belt: usize,
    categories: usize,
    mix: usize,
    offers: usize,
    ordered: usize,
    factory: usize,
}

const PRICE: usize = 11;
const UNIT: usize = 5;
/// Marker, star and note.
const MARKS: usize = 3;

impl Columns {
    fn of(model: &Model, cells: usize) -> Self {
        let words = model.text();
        let head = |word: &str, least: usize| (text::width(word) + 2).max(least);
        let (belt, categories) = match cells {
            0..96 => (0, 0),
            96..116 => (10, 0),
            116..140 => (10, 22),
            _ => (12, 36),
        };
        let mut columns = Columns {
            name: 0,
            years: head(words.col_years, 6),
            belt,
            categories,
            mix: if cells < 72 { 0 } else { head(words.col_mix, 12) },
            offers: head(words.col_offers, 8),
            ordered: head(words.col_ordered, 13),
            factory: if cells < 88 { 0 } else { head(words.col_factory, 7) },
        };
        let taken = MARKS
            + PRICE
            + UNIT
            + columns.years
            + columns.belt
            + columns.categories
            + columns.mix
            + columns.offers
            + columns.ordered
            + columns.factory
            + 1;
        columns.name = cells.saturating_sub(taken);
        columns
    }
}

/// Draws the list; how many rows were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let pane = &model.suppliers;
    if pane.rows.is_empty() {
        empty(pen, frame, area, &why_empty(model, pen));
        return area.height.into();
    }
    let columns = Columns::of(model, area.width as usize);
    frame.render_widget(heads(model, pen, &columns), row(area, 0));
    let rows = area.height.saturating_sub(1) as usize;
    let first = pane.list.first_in_view(pane.rows.len(), rows);
    for (at, supplier) in pane.rows.iter().enumerate().skip(first).take(rows) {
        let line = line(model, pen, &columns, supplier, at == pane.list.selected);
        let place = row(area, 1 + (at - first) as u16);
        frame.render_widget(line, place);
        pen.listed(place, at);
    }
    rows
}

fn why_empty(model: &Model, pen: &Pen) -> Vec<(String, Style)> {
    let words = model.text();
    let pane = &model.suppliers;
    if let Some(trouble) = &pane.trouble {
        return troubled(pen, trouble);
    }
    if !pane.answered {
        return vec![(words.reading_suppliers.to_owned(), pen.dim)];
    }
    let typed = model.search.query.text();
    if pane.only_new.is_some() && typed.trim().is_empty() && model.sync.is_none() {
        let all =
            messages::press(model.lang, &model.keys.shown(ActionId::SuppliersNew), words.do_new_suppliers);
        return vec![(words.suppliers_no_new.to_owned(), pen.plain), (all, pen.dim)];
    }
    if typed.trim().is_empty() {
        if let Some(progress) = model.sync {
            let preparing = messages::preparing(model.lang, progress.done, progress.total);
            return vec![(preparing, pen.accent), (words.suppliers_empty.to_owned(), pen.dim)];
        }
        let sync = messages::press(model.lang, &model.keys.shown(ActionId::Sync), words.do_sync);
        return vec![(words.suppliers_empty.to_owned(), pen.plain), (sync, pen.dim)];
    }
    vec![
        (messages::no_supplier_found(model.lang, typed.trim()), pen.plain),
        (words.suppliers_none_hint.to_owned(), pen.dim),
    ]
}

fn heads(model: &Model, pen: &Pen, columns: &Columns) -> Line<'static> {
    let words = model.text();
    let price = format!("¥@{}", text::quantity(model.quantity));
    let mut head = format!(
        "{}{}{}{}",
        " ".repeat(MARKS),
        text::right(&price, PRICE, ""),
        " ".repeat(UNIT),
        text::left(&format!("  {}", words.col_supplier), columns.name, ""),
    );
    head.push_str(&text::right(words.col_years, columns.years, ""));
    head.push_str(&text::right(words.col_factory, columns.factory, ""));
    for (word, cells) in [(words.col_belt, columns.belt), (words.col_categories, columns.categories)] {
        if cells > 0 {
            head.push_str(&text::left(&format!("  {word}"), cells, ""));
        }
    }
    head.push_str(&text::right(words.col_mix, columns.mix, ""));
    head.push_str(&text::right(words.col_offers, columns.offers, ""));
    head.push_str(&text::right(words.col_ordered, columns.ordered, ""));
    Line::styled(head, pen.head)
}

fn line(model: &Model, pen: &Pen, columns: &Columns, hit: &SupplierRow, selected: bool) -> Line<'static> {
    let supplier = &hit.supplier;
    let base = match () {
        () if hit.mark.blocked.is_some() => pen.dim,
        () if selected => pen.selected,
        () => pen.plain,
    };
    let sign = pen.sign();
    let (price, unit) = match &hit.least {
        Some((price, unit)) => {
            (text::money(*price), unit.as_ref().map(|unit| format!("/{unit}")).unwrap_or_default())
        }
        None => ("?".to_owned(), String::new()),
    };
    let words = model.text();
    // The first badge tells most where there is no room for all.
    let (blocked, told) = match (&hit.mark.blocked, hit.is_new, hit.badges.first()) {
        (Some(_), _, _) => (words.blocked, pen.bad),
        (None, true, _) => (words.new_mark, pen.accent),
        (None, false, Some(badge)) => (badge.as_str(), pen.good),
        (None, false, None) => ("", pen.plain),
    };
    let behind = if blocked.is_empty() { 0 } else { text::width(blocked) + 1 };
    let name = phrases::short_name(supplier.name.as_str(), supplier.belt.as_ref().map(|belt| belt.as_str()));
    let name = text::left(name, columns.name.saturating_sub(2 + behind), sign);
    let certificate = phrases::certificate(model, &supplier.identities, supplier.years);
    let mut spans = vec![
        marker(pen, selected),
        Span::styled(phrases::marks(pen, &[&hit.mark]), pen.warn),
        Span::styled(text::right(&price, PRICE, sign), base),
        Span::styled(text::left(&unit, UNIT, sign), pen.dim),
        Span::styled(format!("  {name}"), base),
        Span::styled(text::right(blocked, behind, ""), told),
        Span::styled(text::right(&certificate, columns.years, sign), pen.dim),
        Span::styled(text::right(&format!("{}%", hit.confidence.percent), columns.factory, sign), pen.plain),
    ];
    if columns.belt > 0 {
        let belt = supplier.belt.as_ref().map_or("?", |belt| belt.as_str());
        spans.push(Span::styled(format!("  {}", text::left(belt, columns.belt - 2, sign)), pen.dim));
    }
    if columns.categories > 0 {
        let between = if model.lang.is_chinese() { "、" } else { ", " };
        let sells: Vec<&str> = hit.categories.iter().map(|name| name.as_str()).collect();
        let sells = text::left(&sells.join(between), columns.categories - 2, sign);
        spans.push(Span::styled(format!("  {sells}"), pen.plain));
    }
    let ordered = hit.ordered.map(|(times, last)| {
        format!("{} {}", messages::times(model.lang, times), phrases::day_short(model, last))
    });
    spans.push(Span::styled(
        text::right(&phrases::mix_short(model, &supplier.mix), columns.mix, sign),
        pen.plain,
    ));
    spans.push(Span::styled(text::right(&text::count(supplier.offers), columns.offers, sign), base));
    spans.push(Span::styled(text::right(&ordered.unwrap_or_default(), columns.ordered, sign), pen.good));
    Line::from(spans)
}
