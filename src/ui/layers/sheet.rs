//! A supplier in full: who they are, how they are rated, whether they make what they sell, what the buyer noted and
//! ordered there, what they sell at Q. What is not known is a `?`.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::Model;
use crate::app::suppliers::{self, SheetLayer};
use crate::domain::factory;
use crate::domain::search::{SupplierRow, SupplierSheet};
use crate::domain::supplier::{Identity, Supplier};
use crate::domain::yanxuan::{Place, Verdict};
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
    who.push(
        supplier.years.map_or_else(|| format!("{} ?", words.col_years), |years| messages::years(lang, years)),
    );
    who.push(supplier.belt.as_ref().map_or_else(|| format!("{} ?", words.col_belt), ToString::to_string));
    let place =
        [&supplier.province, &supplier.city].map(|place| place.as_ref().map_or("", |place| place.as_str()));
    // Of a city that is its own province once is enough.
    let [province, city] =
        if place.first() == place.last() { ["", place.last().copied().unwrap_or_default()] } else { place };
    let gap = if lang.is_chinese() || province.is_empty() { "" } else { " " };
    who.extend(Some(format!("{province}{gap}{city}")).filter(|place| !place.is_empty()));
    who.extend(row.badges.iter().map(|badge| format!("[{badge}]")));
    who.extend(supplier.name_en.as_ref().filter(|_| !lang.is_chinese()).map(ToString::to_string));
    if row.mark.favourite {
        who.push(format!("{} {}", pen.glyphs.star, words.favourite));
    }
    say(&mut lines, who, pen.plain);

    say(&mut lines, rated(model, supplier), pen.plain);
    say(&mut lines, whether_factory(model, row), pen.plain);
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
    say(&mut lines, messages::yanxuan_tally(lang, &sheet.tally), pen.dim);
    if !sheet.offers.is_empty() {
        let columns = Columns::of_one(model, cells);
        lines.push(offer_row::heads(model, pen, &columns));
        for (at, hit) in sheet.offers.iter().enumerate() {
            let mut line = offer_row::line(model, pen, &columns, hit, offer_row::Standing::Plain);
            let verdict = sheet.verdicts.get(at).copied().flatten();
            if let (Some(marker), Some(sign)) = (line.spans.first_mut(), verdict.and_then(sign_of)) {
                *marker = Span::styled(sign, if sign == "+" { pen.good } else { pen.warn });
            }
            lines.push(line);
        }
    }
    lines
}

/// One cell in front of an offer: best fifth, worst tenth, under the 严选 line.
fn sign_of(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Judged { place: Place::Head, .. } => Some("+"),
        Verdict::Judged { place: Place::Tail, .. } => Some("-"),
        Verdict::Judged { passes: false, .. } => Some("!"),
        Verdict::Judged { .. } | Verdict::TooFew { .. } => None,
    }
}

/// Pickup, refunds, medals and the six scores.
fn rated(model: &Model, supplier: &Supplier) -> Vec<String> {
    let words = model.text();
    let rate = |name: &str, rate: Option<rust_decimal::Decimal>| match rate {
        Some(rate) => format!("{name} {}%", phrases::percent_fine(rate)),
        None => format!("{name} ?"),
    };
    let scores = &supplier.scores;
    let score = |name: &str, score: Option<rust_decimal::Decimal>| match score {
        Some(score) => format!("{name} {}", score.round_dp(1)),
        None => format!("{name} ?"),
    };
    let six = [
        format!("{}: {}", words.scores, score(words.score_composite, scores.composite)),
        score(words.score_logistics, scores.logistics),
        score(words.score_dispute, scores.dispute),
        score(words.score_offer, scores.offer),
        score(words.score_after_sales, scores.after_sales),
        score(words.score_consulting, scores.consulting),
    ];
    let medals = supplier.medal_level.map_or_else(|| "?".to_owned(), |medals| medals.to_string());
    let mut said = vec![
        rate(words.pickup_48h, supplier.pickup_48h),
        rate(words.quality_refund, supplier.quality_refund),
        format!("{} {medals}", words.medals),
    ];
    said.extend(six);
    said
}

/// How sure one can be that they make what they sell, with every sign and its points: 50 and these are the figure.
fn whether_factory(model: &Model, row: &SupplierRow) -> Vec<String> {
    let lang = model.lang;
    let found = &row.confidence;
    let whole = messages::factory_confidence(lang, found.percent);
    if found.reasons.is_empty() {
        return vec![format!("{whole} ?")];
    }
    let reasons = found.reasons.iter().map(|(reason, points)| {
        format!("{} {}", messages::factory_reason(lang, reason), messages::points(*points))
    });
    std::iter::once(format!("{whole} = {}", factory::BASE)).chain(reasons).collect()
}
