//! Search: the query, the hits at Q, the detail of the selected one below them.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::trigger::DETAIL_FROM;
use crate::domain::money::Money;
use crate::domain::offer::{Completeness, Offer, OfferKind};
use crate::domain::price::RowPrice;
use crate::domain::search::SearchRow;
use crate::i18n::messages;
use crate::ui::detail;
use crate::ui::pen::Pen;
use crate::ui::text;

use super::{empty, marker, row};

/// Which columns there is room for.
struct Columns {
    title: usize,
    supplier: usize,
    belt: usize,
    repeat: usize,
}

const PRICE: usize = 15;
const UNIT: usize = 5;
const MOQ: usize = 7;
const LOT: usize = 5;
const SOLD: usize = 9;

impl Columns {
    fn of(cells: usize) -> Self {
        let (supplier, belt, repeat) = match cells {
            0..96 => (0, 0, 0),
            96..116 => (18, 0, 7),
            116..150 => (20, 9, 7),
            _ => (30, 10, 8),
        };
        let taken = 2 + PRICE + UNIT + MOQ + LOT + 2 + SOLD + supplier + belt + repeat;
        Columns { title: cells.saturating_sub(taken + 1), supplier, belt, repeat }
    }
}

/// Draws the pane.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    query_line(model, pen, frame, row(area, 0));
    let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let pane = &model.search;
    if pane.page.rows.is_empty() {
        empty(pen, frame, below, &why_empty(model, pen));
        return below.height.into();
    }
    let roomy = model.height >= DETAIL_FROM;
    let detail = pane.detail.unwrap_or(roomy);
    if detail && !roomy {
        detail::draw(model, pen, frame, below);
        return below.height.into();
    }
    let detail_rows = if detail { detail_height(below.height) } else { 0 };
    let list = Rect { height: below.height - detail_rows, ..below };
    let rows = list_of(model, pen, frame, list);
    if detail {
        let area = Rect { y: list.bottom(), height: detail_rows, ..below };
        detail::draw(model, pen, frame, area);
    }
    rows
}

/// Rows of the detail under the list: under half of what there is, and no more than it fills.
fn detail_height(rows: u16) -> u16 {
    (rows / 2).clamp(8, 12)
}

fn query_line(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) {
    let pane = &model.search;
    let words = model.text();
    let cells = area.width as usize;
    let mut said = messages::hits(model.lang, pane.page.total as u64, pane.page.cached as u64);
    if pane.sort != Default::default() {
        said = format!("{}{}{said}", words.sort_name(pane.sort), pen.glyphs.dot);
    }
    if pane.fees {
        said = format!("{}{}{said}", words.with_fees, pen.glyphs.dot);
    }
    let room = cells.saturating_sub(text::width(&said) + 6);
    let style = if pane.focused { pen.accent } else { pen.dim };
    let mut spans = vec![Span::styled(" / ", style)];
    let before = text::tail(pane.query.before(), room);
    let after = text::head(pane.query.after(), room - text::width(before));
    if pane.query.is_empty() && !pane.focused {
        let hint = text::left(words.query_hint, room, pen.sign());
        spans.push(Span::styled(hint, pen.dim));
    } else {
        let typed = text::left(&format!("{before}{after}"), room, "");
        spans.push(Span::styled(typed, if pane.focused { pen.selected } else { pen.plain }));
    }
    spans.push(Span::raw("  "));
    spans.push(Span::styled(said, pen.dim));
    frame.render_widget(Line::from(spans), area);
    if pane.focused && model.layers.is_empty() {
        let x = area.x + 3 + text::width(before) as u16;
        frame.set_cursor_position(Position::new(x.min(area.right() - 1), area.y));
    }
}

fn why_empty(model: &Model, pen: &Pen) -> Vec<(String, Style)> {
    let words = model.text();
    let pane = &model.search;
    if let Some(trouble) = &pane.trouble {
        let mut said = vec![(trouble.text.to_string(), pen.bad)];
        said.extend(trouble.hint.as_ref().map(|hint| (hint.to_string(), pen.plain)));
        return said;
    }
    if let Some(progress) = model.sync {
        let preparing = messages::preparing(model.lang, progress.done, progress.total);
        return vec![(preparing, pen.accent), (words.rows_appear.to_owned(), pen.dim)];
    }
    if !pane.answered {
        return vec![(words.searching.to_owned(), pen.dim)];
    }
    if pane.page.cached == 0 {
        return vec![
            (words.catalog_empty.to_owned(), pen.plain),
            (
                messages::press(model.lang, &model.keys.shown(crate::app::ActionId::Sync), words.do_sync),
                pen.dim,
            ),
        ];
    }
    let typed = pane.query.text();
    vec![
        (messages::nothing_found(model.lang, typed.trim()), pen.plain),
        (words.nothing_found_hint.to_owned(), pen.dim),
    ]
}

fn list_of(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect) -> usize {
    let columns = Columns::of(area.width as usize);
    frame.render_widget(heads(model, pen, &columns), row(area, 0));
    let rows = area.height.saturating_sub(1) as usize;
    let pane = &model.search;
    let first = pane.list.first_in_view(pane.page.rows.len(), rows);
    for (at, hit) in pane.page.rows.iter().enumerate().skip(first).take(rows) {
        let selected = at == pane.list.selected;
        let line = hit_line(model, pen, &columns, hit, selected);
        frame.render_widget(line, row(area, 1 + (at - first) as u16));
        pen.listed(row(area, 1 + (at - first) as u16), at);
    }
    rows
}

fn heads(model: &Model, pen: &Pen, columns: &Columns) -> Line<'static> {
    let words = model.text();
    let price = format!("¥@{}", text::quantity(model.quantity));
    let mut head = format!(
        "  {} {}{}{}  {}{}",
        text::right(&price, PRICE - 1, ""),
        " ".repeat(UNIT),
        text::right(words.col_moq, MOQ, ""),
        text::right(words.col_lot, LOT, ""),
        text::left(words.col_offer, columns.title, ""),
        text::right(words.col_sold, SOLD, ""),
    );
    if columns.repeat > 0 {
        head.push_str(&text::right(words.col_repeat, columns.repeat, ""));
    }
    if columns.supplier > 0 {
        head.push_str(&text::left(&format!("  {}", words.col_supplier), columns.supplier, ""));
    }
    if columns.belt > 0 {
        head.push_str(&text::left(&format!(" {}", words.col_belt), columns.belt, ""));
    }
    Line::styled(head, pen.head)
}

fn hit_line(model: &Model, pen: &Pen, columns: &Columns, hit: &SearchRow, selected: bool) -> Line<'static> {
    let offer = &*hit.offer;
    let base = if selected { pen.selected } else { pen.plain };
    let quiet = if hit.price.buyable { base } else { pen.dim };
    let sign = pen.sign();
    let mark = if model.compare.has(&offer.key) { "c" } else { " " };
    let unit = offer.unit.as_ref().map(|unit| format!("/{unit}")).unwrap_or_default();
    let mut spans = vec![
        marker(pen, selected),
        Span::styled(mark, pen.accent),
        Span::styled(text::right(&price(&hit.price), PRICE, sign), quiet),
        Span::styled(text::left(&unit, UNIT, sign), pen.dim),
        Span::styled(text::right(&or_unknown(offer.moq.map(text::quantity)), MOQ, sign), base),
        Span::styled(text::right(&lot(offer), LOT, sign), pen.dim),
        Span::raw("  "),
    ];
    spans.extend(title(model, pen, columns.title, hit, base));
    spans.push(Span::styled(text::right(&or_unknown(offer.sold_30d.map(text::count)), SOLD, sign), base));
    if columns.repeat > 0 {
        spans.push(Span::styled(text::right(&repeat(offer), columns.repeat, sign), base));
    }
    if columns.supplier > 0 {
        let name = or_unknown(offer.supplier_name.as_ref().map(ToString::to_string));
        spans.push(Span::raw("  "));
        spans.push(Span::styled(text::left(&name, columns.supplier - 2, sign), pen.dim));
    }
    if columns.belt > 0 {
        let belt = offer.belt.as_ref().map(ToString::to_string).unwrap_or_default();
        spans.push(Span::raw(" "));
        spans.push(Span::styled(text::left(&belt, columns.belt - 1, sign), pen.dim));
    }
    Line::from(spans)
}

/// The lot; blank where the detail says there is none, unknown while only the row was read.
fn lot(offer: &Offer) -> String {
    match offer.lot {
        None if offer.completeness == Completeness::Full => String::new(),
        lot => or_unknown(lot.map(text::quantity)),
    }
}

/// The price at Q, its last digit always in the same column: in parentheses when Q cannot be bought.
fn price(price: &RowPrice) -> String {
    let shown = match (price.least, price.greatest) {
        (Some(least), Some(greatest)) if least != greatest => range(least, greatest),
        (Some(one), _) | (None, Some(one)) => one.to_string(),
        (None, None) => "?".to_owned(),
    };
    if price.buyable || price.least.is_none() { format!("{shown} ") } else { format!("({shown})") }
}

/// Both ends while they fit, else "from".
fn range(least: Money, greatest: Money) -> String {
    let both = format!("{least}-{greatest}");
    if both.len() <= PRICE - 2 { both } else { format!("{least}+") }
}

fn repeat(offer: &Offer) -> String {
    or_unknown(offer.repeat_rate.map(|rate| {
        let percent = rate.saturating_mul(100.into()).round_dp(0).normalize();
        format!("{percent}%")
    }))
}

fn or_unknown(shown: Option<String>) -> String {
    shown.unwrap_or_else(|| "?".to_owned())
}

/// The title with what matched set off, and behind it what stands in the way of buying Q of it.
fn title(model: &Model, pen: &Pen, cells: usize, hit: &SearchRow, base: Style) -> Vec<Span<'static>> {
    let note = note(model, hit);
    let note_cells = if note.is_empty() { 0 } else { text::width(&note) + 2 };
    let room = cells.saturating_sub(note_cells);
    let whole = model.title_of(&hit.offer).as_str();
    let shown = text::cut(whole, room, pen.sign());
    let mut spans = Vec::new();
    let matched = matched(model, hit, whole);
    let mut piece = String::new();
    let mut lit = false;
    for (at, c) in shown.chars().enumerate() {
        let hit_here = matched.binary_search(&at).is_ok();
        if hit_here != lit && !piece.is_empty() {
            let style = if lit { pen.accent } else { base };
            spans.push(Span::styled(std::mem::take(&mut piece), style));
        }
        lit = hit_here;
        piece.push(c);
    }
    let style = if lit { pen.accent } else { base };
    spans.push(Span::styled(piece, style));
    spans.push(Span::raw(" ".repeat(room.saturating_sub(text::width(&shown)))));
    if note_cells > 0 {
        spans.push(Span::raw("  "));
        spans.push(Span::styled(note, pen.warn));
    }
    spans
}

/// Characters of the shown title that matched: the catalog knows them for the Chinese one.
fn matched(model: &Model, hit: &SearchRow, shown: &str) -> Vec<usize> {
    if shown == hit.offer.title.as_str() {
        return hit.matched.clone();
    }
    let title = shown.to_lowercase();
    let mut found = Vec::new();
    for word in model.search.query.text().to_lowercase().split_whitespace() {
        if let Some(at) = title.find(word) {
            let start = title.get(..at).unwrap_or_default().chars().count();
            found.extend(start..start + word.chars().count());
        }
    }
    found.sort_unstable();
    found
}

fn note(model: &Model, hit: &SearchRow) -> String {
    let words = model.text();
    let offer = &hit.offer;
    if offer.gone {
        return words.gone.to_owned();
    }
    if hit.price.least.is_some() && !hit.price.buyable {
        return match hit.price.nearest {
            Some(nearest) => messages::nearest(model.lang, &text::quantity(nearest)),
            None => words.none_to_buy.to_owned(),
        };
    }
    match () {
        () if offer.kind == OfferKind::Fee => words.fee.to_owned(),
        () if hit.price.bait => words.bait.to_owned(),
        () if offer.advertised => words.ad.to_owned(),
        () => String::new(),
    }
}
