//! Under the rows: the curve of what one unit costs over quantities, or the table of who is the cheapest where, and
//! both in words. Only offers sold by the selected one's unit: unlike units are never compared (DESIGN 6.2).

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use rust_decimal::Decimal;

use crate::app::compare::{self, Below, Row, asked_quantity};
use crate::app::{ActionId, Model};
use crate::domain::break_even::{self, Lead, Race, Runner};
use crate::domain::compare::dominated;
use crate::domain::freight::Destination;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::Sku;
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::i18n::{buying, comparing};
use crate::ui::pen::Pen;
use crate::ui::text;
use crate::ui::widgets::curve::{self, Axis, Series};

use super::{flows, pairs, row};

/// Cells from which the words stand beside the curve.
const BESIDE_FROM: usize = 110;
/// Runs told in a sentence, ranges of one offer, words under the curve.
const RUNS_TOLD: usize = 4;
const RANGES_TOLD: usize = 3;
/// Least and most lines of the curve, its title and axis with them.
const CURVE_LEAST: usize = 7;
const CURVE_GOOD: usize = 9;
const CURVE_MOST: usize = 18;

/// The compared offers of one unit, and their races.
struct Group<'a> {
    rows: Vec<&'a Row>,
    /// Rows priced to lure, left out.
    bait: Vec<&'a Row>,
    /// Of all, at whole lots of everybody.
    race: Race,
    /// Of those that sell by the smallest step, at every quantity; where that is not all of them.
    fine: Option<(Race, Vec<usize>)>,
    destination: Destination,
}

impl<'a> Group<'a> {
    fn of(model: &Model, rows: &'a [Row], chosen: &Row) -> Self {
        let same_unit = rows.iter().filter(|shown| shown.offer.unit == chosen.offer.unit);
        let (bait, mut rows): (Vec<&Row>, Vec<&Row>) = same_unit.partition(|shown| shown.bait);
        if rows.is_empty() {
            rows.clone_from(&bait);
        }
        let destination = compare::destination(model);
        let runners: Vec<Runner<'_>> = rows.iter().map(|shown| runner(shown)).collect();
        let race = break_even::race(&runners, &destination);
        let steps: Vec<Quantity> = rows.iter().map(|shown| minimum::step(&shown.offer)).collect();
        let least = steps.iter().copied().min().unwrap_or(Quantity::ONE);
        let by_least: Vec<usize> =
            steps.iter().enumerate().filter(|(_, step)| **step == least).map(|(at, _)| at).collect();
        let fine = (race.step > least && by_least.len() > 1).then(|| {
            let runners: Vec<Runner<'_>> =
                by_least.iter().filter_map(|at| runners.get(*at).copied()).collect();
            (break_even::race(&runners, &destination), by_least)
        });
        Group { rows, bait, race, fine, destination }
    }

    /// The leads told first: the finer ones where there are, each with the row that leads.
    fn leads(&self) -> Vec<(Vec<Lead>, Quantity)> {
        let mut all = Vec::new();
        if let Some((fine, rows)) = &self.fine {
            let leads = fine.leads.iter();
            let leads =
                leads.map(|lead| Lead { winner: rows.get(lead.winner).copied().unwrap_or(0), ..*lead });
            all.push((leads.collect(), fine.step));
        }
        all.push((self.race.leads.clone(), self.race.step));
        all
    }

    fn letter(&self, index: usize) -> char {
        self.rows.get(index).map_or('?', |shown| shown.letter)
    }

    fn letters(&self, indexes: &[usize]) -> String {
        let letters: Vec<String> = indexes.iter().map(|index| self.letter(*index).to_string()).collect();
        letters.join(", ")
    }

    /// Cost of one unit: landed where the freight is known, else the goods alone.
    fn each(&self, shown: &Row, quantity: Quantity) -> Option<Money> {
        let (goods, freight) = break_even::cost(runner(shown), quantity, &self.destination)?;
        let all = goods + freight.amount().unwrap_or_default();
        Some(Money::from_yuan(all.yuan().checked_div(quantity.decimal())?))
    }
}

pub(super) fn runner(shown: &Row) -> Runner<'_> {
    Runner { offer: &shown.offer, spec: shown.at.spec_id.as_ref() }
}

fn sku(shown: &Row) -> Option<&Sku> {
    shown.at.spec_id.as_ref().and_then(|spec| shown.offer.sku(spec))
}

/// Draws what there is room for.
pub fn draw(model: &Model, pen: &Pen, frame: &mut Frame<'_>, area: Rect, rows: &[Row], chosen: &Row) {
    let (cells, height) = (area.width as usize, area.height as usize);
    if height == 0 {
        return;
    }
    if model.compare.below == Below::Flows {
        for (at, line) in flows::lines(model, pen, chosen, cells).into_iter().take(height).enumerate() {
            frame.render_widget(line, row(area, at as u16));
        }
        return;
    }
    let group = Group::of(model, rows, chosen);
    let beside = cells >= BESIDE_FROM && height >= CURVE_LEAST;
    let words_cells = if beside { cells * 2 / 5 - 2 } else { cells - 2 };
    // Each line with whether its sentence goes on in the next.
    let words: Vec<(String, Style, bool)> = sentences(model, pen, &group, rows, chosen)
        .into_iter()
        .flat_map(|(said, style)| {
            let lines = text::fold(&said, words_cells);
            let last = lines.len();
            lines.into_iter().zip(1..).map(move |(line, at)| (line, style, at < last)).collect::<Vec<_>>()
        })
        .collect();
    // Under the curve the words have what is left above a height it can be read at.
    let spoken = if beside { 0 } else { words.len().min(height.saturating_sub(CURVE_GOOD)).max(1) };
    let left_cells = if beside { cells - cells * 2 / 5 } else { cells };
    let left_rows = height.saturating_sub(spoken).min(CURVE_MOST);
    let drawn = match model.compare.below {
        Below::Ranges => ranges(model, pen, &group, left_cells, left_rows),
        Below::Pairs => pairs::lines(model, pen, &group.rows, &group.destination, chosen, left_cells),
        Below::Curve if left_rows >= CURVE_LEAST.min(6) => chart(model, pen, &group, left_cells, left_rows),
        Below::Curve | Below::Flows => Vec::new(),
    };
    let used = drawn.len().min(left_rows);
    for (at, line) in drawn.into_iter().take(left_rows).enumerate() {
        let place = Rect { width: left_cells as u16, ..row(area, at as u16) };
        frame.render_widget(line, place);
    }
    let (x, y) = if beside { (left_cells as u16, 1) } else { (0, used as u16) };
    let room = height.saturating_sub(y as usize);
    for (at, (mut line, style, goes_on)) in words.into_iter().take(room).enumerate() {
        if goes_on && at + 1 == room {
            line = format!("{} {}", text::cut(&line, words_cells.saturating_sub(2), ""), pen.sign());
        }
        let place = Rect { x: area.x + x, width: area.width - x, ..row(area, y + at as u16) };
        frame.render_widget(Line::styled(format!(" {line}"), style), place);
    }
}

/// What the curve shows, in words; what decides first.
fn sentences(
    model: &Model,
    pen: &Pen,
    group: &Group<'_>,
    rows: &[Row],
    chosen: &Row,
) -> Vec<(String, Style)> {
    let lang = model.lang;
    let race = &group.race;
    let mut said = Vec::new();
    if group.rows.len() > 1 {
        for (leads, step) in &group.leads() {
            let by_all = *step == race.step;
            let by_lots = by_all && group.rows.iter().any(|shown| minimum::step(&shown.offer) != *step);
            // Where the finer steps are told and no lot seller leads, whole lots add nothing.
            let is_news = group
                .fine
                .as_ref()
                .is_none_or(|(_, fine)| !by_all || leads.iter().any(|lead| !fine.contains(&lead.winner)));
            if leads.is_empty() || !is_news {
                continue;
            }
            let runs = runs_told(model, group, leads);
            let told = if by_lots {
                buying::in_steps(lang, &text::quantity(*step), &runs)
            } else {
                buying::leads(lang, &runs)
            };
            said.push((told, pen.plain));
        }
    }
    if !group.bait.is_empty() {
        let letters: Vec<String> = group.bait.iter().map(|shown| shown.letter.to_string()).collect();
        said.push((buying::bait_left_out(lang, &letters.join(", ")), pen.warn));
    }
    if !race.unknown_freight.is_empty() {
        said.push((buying::dark_freight(lang, &group.letters(&race.unknown_freight)), pen.warn));
    }
    for shown in &group.rows {
        let runs = dominated(&shown.offer, sku(shown));
        let ranges: Vec<String> = runs.iter().take(RANGES_TOLD).map(|run| range(run.from, run.to)).collect();
        if !ranges.is_empty() {
            let more = if runs.len() > RANGES_TOLD { pen.sign() } else { "" };
            let ranges = format!("{}{more}", ranges.join(", "));
            said.push((buying::dearer_at(lang, shown.letter, &ranges), pen.plain));
        }
    }
    let unit = chosen.offer.unit.as_ref().map_or("?", |unit| unit.as_str());
    let others: Vec<String> = rows
        .iter()
        .filter(|shown| shown.offer.unit != chosen.offer.unit)
        .map(|shown| shown.letter.to_string())
        .collect();
    if !others.is_empty() {
        said.push((buying::other_units(lang, &others.join(", "), unit), pen.dim));
    }
    if !race.out.is_empty() {
        said.push((buying::never(lang, &group.letters(&race.out)), pen.warn));
    }
    if let Some(open) = race.open_from {
        said.push((buying::too_close(lang, &text::quantity(open)), pen.dim));
    }
    said
}

fn range(from: Quantity, to: Quantity) -> String {
    if from == to { text::quantity(from) } else { format!("{}-{}", text::quantity(from), text::quantity(to)) }
}

/// The runs around Q, as a list.
fn runs_told(model: &Model, group: &Group<'_>, leads: &[Lead]) -> String {
    let around = leads.iter().position(|lead| lead.to >= asked_quantity(model)).unwrap_or(leads.len());
    let first = around.saturating_sub(RUNS_TOLD / 2).min(leads.len().saturating_sub(RUNS_TOLD));
    let mut runs: Vec<String> = leads
        .iter()
        .enumerate()
        .skip(first)
        .take(RUNS_TOLD)
        .map(|(at, lead)| {
            buying::lead(model.lang, group.letter(lead.winner), &lead_range(model, leads, at, lead))
        })
        .collect();
    if leads.len() > RUNS_TOLD {
        let key = model.keys.shown(ActionId::CompareBreakEven);
        runs.push(buying::more_runs(model.lang, leads.len() - RUNS_TOLD, &key));
    }
    buying::joined(model.lang, &runs)
}

/// `up to 299`, `300-999`, `from 1,000 on`.
pub(super) fn lead_range(model: &Model, leads: &[Lead], at: usize, lead: &Lead) -> String {
    match () {
        () if at + 1 == leads.len() => buying::from_on(model.lang, &text::quantity(lead.from)),
        () if at == 0 => buying::up_to(model.lang, &text::quantity(lead.to)),
        () => range(lead.from, lead.to),
    }
}

/// Cells of the table's columns.
const QUANTITIES: usize = 24;
const EACH: usize = 11;

/// Who is the cheapest where, as a table; the run Q is in is marked.
fn ranges(model: &Model, pen: &Pen, group: &Group<'_>, cells: usize, rows: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let mut lines = vec![Line::styled(format!(" {}", words.cheapest_at), pen.accent)];
    let all = group.leads();
    if all.iter().all(|(leads, _)| leads.is_empty()) {
        lines.push(Line::styled(format!("   {}", words.no_lead), pen.dim));
        return lines;
    }
    let title = cells.saturating_sub(3 + QUANTITIES + 2 * EACH + 6);
    lines.push(Line::styled(
        format!(
            "   {}{}{}  {}",
            text::left(words.col_quantities, QUANTITIES, ""),
            text::right(words.col_at_least, EACH, ""),
            text::right(words.col_at_last, EACH, ""),
            text::left(words.col_offer, title, ""),
        ),
        pen.head,
    ));
    let blocks = all.len();
    let page = (rows.saturating_sub(lines.len() + blocks - 1) / blocks).max(1);
    for (block, (leads, step)) in all.iter().enumerate() {
        if block > 0 {
            let all_lots = buying::at_lots(model.lang, &text::quantity(*step));
            lines.push(Line::styled(format!("   {all_lots}"), pen.dim));
        }
        lines.extend(block_of(model, pen, group, leads, page, title));
    }
    lines
}

/// One block of the table: the runs around Q.
fn block_of(
    model: &Model,
    pen: &Pen,
    group: &Group<'_>,
    leads: &[Lead],
    page: usize,
    title: usize,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let here = leads.iter().position(|lead| (lead.from..=lead.to).contains(&asked_quantity(model)));
    let middle =
        here.or_else(|| leads.iter().position(|lead| lead.from > asked_quantity(model))).unwrap_or(0);
    let first = middle.saturating_sub(page / 2).min(leads.len().saturating_sub(page));
    for (at, lead) in leads.iter().enumerate().skip(first).take(page) {
        let Some(shown) = group.rows.get(lead.winner) else { continue };
        let each = |quantity: Quantity| text::money_or(group.each(shown, quantity).map(Money::rounded));
        let style = if here == Some(at) { pen.selected } else { pen.plain };
        let mark = if here == Some(at) { pen.glyphs.marker } else { " " };
        let name = format!("{} {}", shown.letter, model.title_of(&shown.offer));
        lines.push(Line::from(vec![
            Span::styled(format!("{mark}  "), pen.accent),
            Span::styled(text::left(&lead_range(model, leads, at, lead), QUANTITIES, pen.sign()), style),
            Span::styled(text::right(&each(lead.from), EACH, pen.sign()), style),
            Span::styled(text::right(&each(lead.to), EACH, pen.sign()), style),
            Span::styled(format!("  {}", text::cut(&name, title, pen.sign())), style),
        ]));
    }
    lines
}

/// The curve with its title.
fn chart(model: &Model, pen: &Pen, group: &Group<'_>, cells: usize, rows: usize) -> Vec<Line<'static>> {
    let words = model.text();
    let columns = cells.saturating_sub(curve::SCALE + 2);
    let axis = axis(model, group, columns);
    let styles = [pen.accent, pen.good, pen.warn, pen.plain, pen.bad, pen.dim];
    let series: Vec<Series> = group
        .rows
        .iter()
        .zip(styles.iter().cycle())
        .map(|(shown, style)| Series {
            letter: shown.letter,
            style: *style,
            points: points(group, shown, axis.quantities()),
            shaded: shaded(shown, axis.quantities()),
        })
        .collect();
    let mut title = vec![Span::styled(format!(" ¥ {}", words.landed_each), pen.dim)];
    if !group.race.unknown_freight.is_empty() {
        let dark = group.letters(&group.race.unknown_freight);
        title.push(Span::styled(format!("   {dark}: {}", words.goods_each), pen.warn));
    }
    if series.iter().any(|one| one.shaded.contains(&true)) {
        let said = comparing::shaded(model.lang, pen.glyphs.shade);
        title.push(Span::styled(format!("   {said}"), pen.dim));
    }
    let mut lines = vec![Line::from(title)];
    let drawn = curve::lines(pen, &axis, &series, rows.saturating_sub(1));
    if drawn.is_empty() {
        return Vec::new();
    }
    lines.extend(drawn);
    lines
}

/// Which columns stand for a quantity that costs more than a greater one, or hide one between it and the next column.
fn shaded(shown: &Row, quantities: &[Quantity]) -> Vec<bool> {
    let runs = dominated(&shown.offer, sku(shown));
    let within = |(at, from): (usize, &Quantity)| {
        let next = quantities.get(at + 1).copied().filter(|next| next > from);
        runs.iter().any(|run| run.to >= *from && next.map_or(run.from <= *from, |next| run.from < next))
    };
    quantities.iter().enumerate().map(within).collect()
}

/// From a twentieth of Q (or the least anybody sells) to a bit past the last tier, at most twenty Q.
fn axis(model: &Model, group: &Group<'_>, columns: usize) -> Axis {
    let here = asked_quantity(model);
    let scaled = |by: Decimal| {
        let scaled = here.decimal().checked_mul(by).map(|scaled| scaled.ceil());
        scaled.and_then(Quantity::from_decimal).unwrap_or(here)
    };
    let mut marks: Vec<Quantity> = Vec::new();
    let mut least: Option<Quantity> = None;
    for shown in &group.rows {
        let starts = minimum::least(&shown.offer, sku(shown));
        least = Some(least.map_or(starts, |least| least.min(starts)));
        marks.push(starts);
        let tiers = match sku(shown) {
            Some(sku) if !sku.tiers.is_empty() => &sku.tiers,
            _ => &shown.offer.tiers,
        };
        marks.extend(price::ladder(tiers).iter().map(|tier| tier.from_quantity));
    }
    let low = least.unwrap_or(Quantity::ONE).max(scaled(Decimal::new(5, 2))).min(here);
    let last = marks.iter().copied().max().unwrap_or(here).min(scaled(Decimal::from(20)));
    let past = last.decimal().checked_mul(Decimal::new(13, 1)).map(|past| past.ceil());
    let past = past.and_then(Quantity::from_decimal).unwrap_or(last);
    marks.sort_unstable();
    marks.dedup();
    Axis::new(low, past.max(scaled(Decimal::TWO)), &marks, here, columns)
}

/// The price of one unit at each column, where the offer can be had there.
fn points(group: &Group<'_>, shown: &Row, quantities: &[Quantity]) -> Vec<Option<Money>> {
    let step = minimum::step(&shown.offer);
    let least = minimum::least(&shown.offer, sku(shown));
    let most = minimum::most(&shown.offer, sku(shown));
    quantities
        .iter()
        .enumerate()
        .map(|(at, quantity)| {
            let next = quantities.get(at + 1).copied().unwrap_or(*quantity);
            // The column the least quantity falls into begins with it.
            let starts_here = *quantity < least && least < next;
            let at = if starts_here { least } else { quantity.round_down_to(step) };
            let sold = !shown.offer.gone && at >= least && most.is_none_or(|most| at <= most);
            if sold { group.each(shown, at) } else { None }
        })
        .collect()
}
