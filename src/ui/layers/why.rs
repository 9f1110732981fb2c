//! Why an offer stands where it does: the match, the points with what they are for, the total.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use rust_decimal::Decimal;

use crate::app::why::WhyLayer;
use crate::app::{Model, search};
use crate::domain::search::{SearchRow, Sort, Why, WhyPart};
use crate::i18n::messages;
use crate::ui::panes::offer_row;
use crate::ui::pen::Pen;
use crate::ui::{detail, phrases, text};

/// Cells of what points are for, of the points, of their bar.
const NAME: usize = 20;
const POINTS: usize = 8;
const BAR: usize = 24;

/// Draws the layer; how many of its lines were in view.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, body: Rect, layer: &WhyLayer) -> usize {
    let words = model.text();
    let width = body.width.min(76);
    let lines = lines(model, pen, layer, usize::from(width).saturating_sub(4));
    let height = (lines.len() as u16).saturating_add(2);
    let inner = super::popup(pen, frame, body, words.why_title, width, height);
    super::scrolled(frame, inner, lines, layer.first)
}

fn lines(model: &Model, pen: &Pen, layer: &WhyLayer, cells: usize) -> Vec<Line<'static>> {
    let (words, lang) = (model.text(), model.lang);
    let mut lines = Vec::new();
    let say = |lines: &mut Vec<Line<'static>>, said: &str, style: Style| {
        lines.extend(text::fold(said, cells).into_iter().map(|line| Line::styled(format!(" {line}"), style)));
    };
    let title = model.title_of(&layer.row.offer);
    say(&mut lines, &text::cut(title.as_str(), cells, pen.sign()), pen.selected);
    let sort = search::sort_of(model);
    say(&mut lines, &messages::why_place(lang, layer.place as u64, words.sort_name(sort)), pen.dim);
    if layer.row.offer.advertised {
        say(&mut lines, words.why_ad, pen.warn);
    }
    if sort != Sort::Rank {
        for said in figure(model, &layer.row, sort) {
            say(&mut lines, &said, pen.accent);
        }
        say(&mut lines, &messages::why_other_order(lang, words.sort_name(sort)), pen.warn);
    }
    lines.push(Line::default());
    match (&layer.why, &layer.trouble) {
        (_, Some(trouble)) => {
            say(&mut lines, trouble.text.as_str(), pen.bad);
            if let Some(hint) = &trouble.hint {
                say(&mut lines, hint.as_str(), pen.plain);
            }
        }
        (Some(why), None) => {
            lines.extend(points(model, pen, why, cells));
            lines.push(Line::default());
            say(&mut lines, words.why_order, pen.dim);
            say(&mut lines, words.why_claims, pen.dim);
        }
        (None, None) => say(&mut lines, words.counting, pen.dim),
    }
    lines
}

/// The figure an order other than the rank's goes by.
fn figure(model: &Model, row: &SearchRow, sort: Sort) -> Vec<String> {
    let (lang, offer) = (model.lang, &row.offer);
    let quantity = model.quantity_of(&offer.key);
    let at = messages::with_unit(&text::quantity(quantity), detail::unit_of(offer));
    let unknown = || "?".to_owned();
    let cost = match (sort, row.price.median) {
        (Sort::Rank, _) => return Vec::new(),
        (Sort::Sold, _) => {
            return vec![messages::sold(lang, &offer.sold_30d.map_or_else(unknown, text::count))];
        }
        (Sort::Repeat, _) => {
            return vec![messages::repeat(lang, &offer.repeat_rate.map_or_else(unknown, phrases::percent))];
        }
        (Sort::Age, _) => {
            let age = text::age(model.now, offer.fetched_at, model.text().age_units);
            return vec![messages::read_ago(lang, &age)];
        }
        (Sort::Price, median) => messages::why_price(lang, &median.map_or_else(unknown, text::money), &at),
        (Sort::Landed, _) => {
            let landed = offer_row::landed(model, row).unwrap_or_else(unknown);
            messages::why_landed(lang, &landed, &at)
        }
    };
    let is_behind = row.price.median.is_some() && !row.price.buyable;
    [Some(cost), is_behind.then(|| messages::why_not_bought(lang, &at))].into_iter().flatten().collect()
}

fn points(model: &Model, pen: &Pen, why: &Why, cells: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let name = |name: &str| Span::styled(format!(" {}", text::left(name, NAME, pen.sign())), pen.dim);
    let mut lines = vec![Line::from(vec![
        name(words.why_match),
        Span::styled(
            text::cut(words.tier_name(why.tier), cells.saturating_sub(NAME), pen.sign()),
            pen.accent,
        ),
    ])];
    // Freshness is the day it was read, a figure that everything has about as much of: it would flatten all others.
    let counts = |part: WhyPart| part != WhyPart::Freshness;
    let counted = why.parts.iter().filter(|(part, _)| counts(*part));
    let most = counted.map(|(_, points)| points.unsigned_abs()).max().unwrap_or(0);
    for (part, points) in &why.parts {
        let bar = match most {
            _ if !counts(*part) => String::new(),
            0 => String::new(),
            most => pen.gauge(Decimal::from(points.unsigned_abs()), Decimal::from(most), BAR),
        };
        let style = if *points < 0 { pen.bad } else { pen.accent };
        lines.push(Line::from(vec![
            name(words.part_name(*part)),
            Span::styled(text::right(&signed(*points), POINTS, ""), pen.plain),
            Span::raw("  "),
            Span::styled(bar, style),
        ]));
    }
    let figure = |what: &str, points: i64, style| {
        Line::from(vec![name(what), Span::styled(text::right(&signed(points), POINTS, ""), style)])
    };
    lines.push(figure(words.why_total, why.score, pen.selected));
    lines.push(figure(words.why_closeness, why.closeness, pen.plain));
    lines
}

fn signed(points: i64) -> String {
    text::grouped(&points.to_string())
}
