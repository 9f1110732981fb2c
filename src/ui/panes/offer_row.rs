//! One offer as a row: the price at Q at the left edge, then what the buyer decides by, as far as there is room.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::{Model, search};
use crate::domain::compare;
use crate::domain::freight::Freight;
use crate::domain::mark::Mark;
use crate::domain::money::Money;
use crate::domain::offer::{Completeness, Offer, OfferKind, QuoteType};
use crate::domain::price::RowPrice;
use crate::domain::quantity::Quantity;
use crate::domain::search::{SearchRow, Sort};
use crate::i18n::messages;
use crate::ui::pen::Pen;
use crate::ui::{phrases, text};

use super::marker;

/// Which columns there is room for, and how wide they are; 0 = not drawn. No head is ever cut.
#[derive(Debug)]
pub struct Columns {
    title: usize,
    lot: usize,
    supplier: usize,
    belt: usize,
    sold: usize,
    /// Whether what Q costs at the door stands in the place of what is sold: the list is in that order.
    is_landed: bool,
    repeat: usize,
    bought: usize,
    age: usize,
    /// Whether the buyer's own column is there at all.
    own: bool,
}

/// Both ends of a range of four digits each, and the parentheses.
const PRICE: usize = 14;
const UNIT: usize = 5;
const MOQ: usize = 6;
/// Least cells of what is landed: most sums fit, and the columns stand still from one search to the next.
const LANDED: usize = 14;
/// Cells under which a title says nothing.
const LEAST_TITLE: usize = 12;
/// Marker and the sign of a marked offer.
const MARKS: usize = 2;

impl Columns {
    /// For these hits of all suppliers. On a narrow screen the buyer's own column is only there when one of them has
    /// something in it: the titles need the room.
    pub fn of(model: &Model, hits: &[SearchRow], cells: usize) -> Self {
        let words = model.text();
        let head = |word: &str, least: usize| (text::width(word) + 2).max(least);
        let (lot, supplier, belt, repeat, bought) = match cells {
            0..96 => (0, 0, 0, 0, 9),
            96..116 => (0, 16, 0, 0, 9),
            116..140 => (5, 20, 0, head(words.col_repeat, 6), 9),
            140..156 => (5, 20, 8, head(words.col_repeat, 6), 10),
            _ => (6, 30, 10, head(words.col_repeat, 8), 12),
        };
        // What is of today needs no column where there is little room; what is older is always told.
        let stale = hits.iter().any(|hit| phrases::days_old(model, hit.offer.fetched_at) > 0);
        let age = if cells >= 96 || stale { age_cells(model) } else { 0 };
        let own = cells >= 116 || hits.iter().any(|hit| is_own(model, hit));
        let is_landed = search::sort_of(model) == Sort::Landed;
        let sold = if is_landed {
            // A sum is whole or not there.
            let sums = hits.iter().filter_map(|hit| landed(model, hit));
            head(words.landed, sums.map(|sum| text::width(&sum) + 2).max().unwrap_or(0).max(LANDED))
        } else {
            head(words.col_sold, 9)
        };
        Columns { title: 0, lot, supplier, belt, sold, is_landed, repeat, bought, age, own }.filled(cells)
    }

    /// For a list of one supplier's.
    pub fn of_one(model: &Model, cells: usize) -> Self {
        let words = model.text();
        let head = |word: &str| text::width(word) + 2;
        let repeat = if cells >= 96 { head(words.col_repeat) } else { 0 };
        let lot = if cells >= 90 { 5 } else { 0 };
        Columns {
            title: 0,
            lot,
            supplier: 0,
            belt: 0,
            sold: head(words.col_sold).max(9),
            is_landed: false,
            repeat,
            bought: 9,
            age: age_cells(model),
            own: true,
        }
        .filled(cells)
    }

    fn filled(self, cells: usize) -> Self {
        let taken = MARKS
            + PRICE
            + UNIT
            + MOQ
            + self.lot
            + 2
            + self.supplier
            + self.belt
            + self.sold
            + self.repeat
            + self.age
            + self.mine()
            + 1;
        if cells < taken + LEAST_TITLE && self.age > 0 {
            // The detail tells it too; what it is, only the title does.
            return Columns { age: 0, ..self }.filled(cells);
        }
        Columns { title: cells.saturating_sub(taken), ..self }
    }

    /// A gap, the two marks, what was bought.
    fn mine(&self) -> usize {
        if self.own { 2 + 2 + self.bought } else { 0 }
    }
}

/// The heads.
pub fn heads(model: &Model, pen: &Pen, columns: &Columns) -> Line<'static> {
    let words = model.text();
    let price = format!("¥@{}", text::quantity(model.quantity));
    let mut head = format!(
        "{}{} {}{}",
        " ".repeat(MARKS),
        text::right(&price, PRICE - 1, ""),
        " ".repeat(UNIT),
        text::right(words.col_moq, MOQ, ""),
    );
    head.push_str(&text::right(words.col_lot, columns.lot, ""));
    head.push_str("  ");
    head.push_str(&text::left(words.col_offer, columns.title, ""));
    if columns.supplier > 0 {
        head.push_str(&text::left(&format!("  {}", words.col_supplier), columns.supplier, ""));
    }
    if columns.belt > 0 {
        head.push_str(&text::left(&format!("  {}", words.col_belt), columns.belt, ""));
    }
    let sold = if columns.is_landed { words.landed } else { words.col_sold };
    head.push_str(&text::right(sold, columns.sold, ""));
    head.push_str(&text::right(words.col_repeat, columns.repeat, ""));
    head.push_str(&text::right(words.col_age, columns.age, ""));
    head.push_str(&text::right(if columns.own { words.col_mine } else { "" }, columns.mine(), ""));
    Line::styled(head, pen.head)
}

/// How a row stands in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Plain,
    Selected,
    /// In the range that is being made.
    Ranged,
}

/// The row.
pub fn line(model: &Model, pen: &Pen, columns: &Columns, hit: &SearchRow, at: Standing) -> Line<'static> {
    let selected = at == Standing::Selected;
    let offer = &*hit.offer;
    let base = if selected { pen.selected } else { pen.plain };
    let quiet = if hit.price.buyable { base } else { pen.dim };
    let sign = pen.sign();
    let mark = if model.compare.has(&offer.key) { "c" } else { " " };
    let unit = offer.unit.as_ref().map(|unit| format!("/{unit}")).unwrap_or_default();
    let mut spans = vec![
        match at {
            Standing::Ranged => Span::styled(pen.glyphs.ranged, pen.accent),
            _ => marker(pen, selected),
        },
        Span::styled(mark, pen.accent),
        Span::styled(text::right(&price(offer, &hit.price), PRICE, sign), quiet),
        Span::styled(text::left(&unit, UNIT, sign), quiet),
        Span::styled(text::right(&or_unknown(offer.moq.map(text::quantity)), MOQ, sign), base),
    ];
    if columns.lot > 0 {
        spans.push(Span::styled(text::right(&lot(offer), columns.lot, sign), base));
    }
    spans.push(Span::raw("  "));
    spans.extend(title(model, pen, columns.title, hit, base));
    if columns.supplier > 0 {
        spans.push(Span::raw("  "));
        spans.extend(supplier(model, pen, offer, columns.supplier - 2, base));
    }
    if columns.belt > 0 {
        let belt = offer.belt.as_ref().map(ToString::to_string).unwrap_or_default();
        spans.push(Span::styled(format!("  {}", text::left(&belt, columns.belt - 2, sign)), pen.dim));
    }
    let sold = if columns.is_landed { landed(model, hit) } else { offer.sold_30d.map(text::count) };
    let sold_style = if columns.is_landed { quiet } else { base };
    spans.push(Span::styled(text::right(&or_unknown(sold), columns.sold, sign), sold_style));
    if columns.repeat > 0 {
        let repeat = or_unknown(offer.repeat_rate.map(|rate| format!("{}%", phrases::percent(rate))));
        spans.push(Span::styled(text::right(&repeat, columns.repeat, sign), base));
    }
    if columns.age > 0 {
        let style = phrases::age_style(model, pen, offer.fetched_at);
        spans.push(Span::styled(text::right(&age(model, offer), columns.age, sign), style));
    }
    if columns.own {
        let mine = phrases::mine_of(model, &offer.key, &hit.mine);
        let bought = mine.bought.as_ref().map(|bought| phrases::bought_short(model, bought, columns.bought));
        spans.push(Span::styled(
            format!("  {}", phrases::marks(pen, &[&mine.offer, &mine.supplier])),
            pen.warn,
        ));
        spans.push(Span::styled(text::right(&bought.unwrap_or_default(), columns.bought, sign), pen.good));
    }
    Line::from(spans)
}

/// Days since it was read. Within the first day no figure that would change while the buyer types.
fn age(model: &Model, offer: &Offer) -> String {
    match phrases::days_old(model, offer.fetched_at) {
        0 => model.text().age_fresh.to_owned(),
        _ => text::age(model.now, offer.fetched_at, model.text().age_units),
    }
}

fn age_cells(model: &Model) -> usize {
    text::width(model.text().col_age).max(4) + 2
}

/// Whether the buyer has anything on it that the row shows.
fn is_own(model: &Model, hit: &SearchRow) -> bool {
    let mine = phrases::mine_of(model, &hit.offer.key, &hit.mine);
    let noted = |mark: &Mark| mark.favourite || !mark.note.is_empty() || !mark.tags.is_empty();
    mine.bought.is_some() || noted(&mine.offer) || noted(&mine.supplier)
}

/// The short name at the left, the certificate and its years at the right.
fn supplier(model: &Model, pen: &Pen, offer: &Offer, cells: usize, style: Style) -> Vec<Span<'static>> {
    let Some(name) = &offer.supplier_name else {
        return vec![Span::styled(text::left("?", cells, ""), style)];
    };
    let certificate = phrases::certificate(model, &offer.identities, offer.years);
    let behind = text::width(&certificate) + usize::from(!certificate.is_empty());
    let name = text::left(
        phrases::short_name(name.as_str(), offer.belt.as_ref().map(|belt| belt.as_str())),
        cells.saturating_sub(behind),
        pen.sign(),
    );
    vec![Span::styled(name, style), Span::styled(text::right(&certificate, cells.min(behind), ""), style)]
}

/// The lot; blank where the detail says there is none, unknown while only the row was read.
fn lot(offer: &Offer) -> String {
    match offer.lot {
        None if offer.completeness == Completeness::Full => String::new(),
        lot => or_unknown(lot.map(text::quantity)),
    }
}

/// The price at Q, its last digit always in the same column: in parentheses when Q cannot be bought, with a tilde
/// while only the search row was read and the detail may say something else.
fn price(offer: &Offer, price: &RowPrice) -> String {
    let shown = match (price.least, price.greatest) {
        (Some(least), Some(greatest)) if least != greatest => range(least, greatest),
        (Some(one), _) | (None, Some(one)) => text::money(one),
        (None, None) => return "? ".to_owned(),
    };
    let about = if offer.completeness == Completeness::Row { "~" } else { "" };
    if price.buyable || price.least.is_none() {
        format!("{about}{shown} ")
    } else {
        format!("({about}{shown})")
    }
}

/// What Q of it costs at the door by the price that rows sort by, as far as it is known; of what cannot be bought at Q
/// the goods alone count. Both as the catalog orders them.
pub fn landed(model: &Model, hit: &SearchRow) -> Option<String> {
    let quantity = model.quantity_of(&hit.offer.key);
    let goods = hit.price.median?.times(quantity.decimal()).rounded();
    let freight = match &model.status {
        Some(status) if hit.price.buyable => {
            compare::freight_of(&hit.offer, quantity, goods, &status.destination)
        }
        _ => Freight::Unknown,
    };
    Some(text::landed(goods, true, freight))
}

/// Both ends while they fit, else "from".
fn range(least: Money, greatest: Money) -> String {
    let both = format!("{least}-{greatest}");
    if both.len() <= PRICE - 3 { both } else { format!("{}+", text::money(least)) }
}

fn or_unknown(shown: Option<String>) -> String {
    shown.unwrap_or_else(|| "?".to_owned())
}

/// The title with what matched set off, and behind it what stands in the way of buying Q of it.
fn title(model: &Model, pen: &Pen, cells: usize, hit: &SearchRow, base: Style) -> Vec<Span<'static>> {
    let note = note(model, hit, cells);
    let note_cells = if note.is_empty() { 0 } else { text::width(&note) + 2 };
    let mut spans = Vec::new();
    let mut used = note_cells;
    // What the title must not be read without: that it is paid for, and that its figures are at another quantity.
    let own = model.own_quantities.get(&hit.offer.key).map(|own| format!("@{} ", text::quantity(*own)));
    let ad = hit.offer.advertised.then(|| format!("{} ", model.text().ad));
    for (said, style) in [(own, pen.accent), (ad, pen.warn)] {
        if let Some(said) = said
            && used + text::width(&said) < cells
        {
            used += text::width(&said);
            spans.push(Span::styled(said, style));
        }
    }
    let room = cells.saturating_sub(used);
    let whole = model.title_of(&hit.offer).as_str();
    let shown = text::cut(whole, room, pen.sign());
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

/// What stands in the way, in a few words that leave the title at least a half of its column.
fn note(model: &Model, hit: &SearchRow, cells: usize) -> String {
    let words = model.text();
    let offer = &hit.offer;
    let said = match () {
        () if offer.gone => words.gone.to_owned(),
        () if hit.mine.offer.blocked.is_some() || hit.mine.supplier.blocked.is_some() => {
            words.blocked.to_owned()
        }
        () if hit.price.least.is_some() && !hit.price.buyable => match hit.price.nearest {
            Some(nearest) => return nearest_note(model, hit, nearest, cells),
            None => words.none_to_buy.to_owned(),
        },
        () if offer.kind == OfferKind::Fee => words.fee.to_owned(),
        () if hit.price.bait => words.bait.to_owned(),
        () if is_for_a_sku(hit) && cells >= 40 => words.pick_a_sku.to_owned(),
        () => String::new(),
    };
    text::cut(&said, cells / 2, "")
}

/// From which quantity on, or up to which, it can be bought: in words while they leave the title its half, else in signs.
/// A figure is whole or not there.
fn nearest_note(model: &Model, hit: &SearchRow, nearest: Quantity, cells: usize) -> String {
    let figure = text::quantity(nearest);
    let said = messages::nearest(model.lang, &figure);
    if text::width(&said) <= cells / 2 {
        return said;
    }
    let sign = if nearest > model.quantity_of(&hit.offer.key) { ">=" } else { "<=" };
    Some(format!("{sign}{figure}")).filter(|short| short.len() + 2 <= cells).unwrap_or_default()
}

/// Whether the price depends on which SKU is taken.
fn is_for_a_sku(hit: &SearchRow) -> bool {
    matches!(hit.offer.quote_type, QuoteType::BySku | QuoteType::TiersPerSku)
        && hit.price.least != hit.price.greatest
}
