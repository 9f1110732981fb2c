//! A chart of prices over quantities, out of characters: one stepped line an offer, named by its letter at both ends.
//!
//! Quantities stand on a logarithmic scale, since tiers do; each column stands for one real quantity, and the starts of
//! tiers and Q are columns of their own. The reckoning in floating point is of places on the screen only.

use std::collections::BTreeMap;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::ui::pen::Pen;
use crate::ui::text;

/// Cells left of the chart: a price and the axis.
pub const SCALE: usize = 10;

/// The quantities the columns stand for.
#[derive(Debug, Clone)]
pub struct Axis {
    quantities: Vec<Quantity>,
    marks: BTreeMap<usize, Quantity>,
    here: Option<usize>,
}

impl Axis {
    /// From `low` to `high` over so many columns, with columns for `marks` and for `here`.
    pub fn new(low: Quantity, high: Quantity, marks: &[Quantity], here: Quantity, columns: usize) -> Self {
        let log = |quantity: Quantity| quantity.decimal().to_f64().unwrap_or(1.0).max(0.001).ln();
        let (left, right) = (log(low), log(high).max(log(low) + 0.1));
        let last = columns.saturating_sub(1).max(1) as f64;
        let column = |quantity: Quantity| ((log(quantity) - left) / (right - left) * last).round();
        let within = |quantity: &Quantity| (low..=high).contains(quantity);
        let mut places = BTreeMap::new();
        for mark in marks.iter().filter(|mark| within(mark)) {
            // Of two tiers in one column the later start is what the column shows.
            places.insert(column(*mark) as usize, *mark);
        }
        let here = within(&here).then(|| (column(here) as usize, here));
        if let Some((at, quantity)) = here {
            places.insert(at, quantity);
        }
        let mut quantities = Vec::with_capacity(columns);
        let mut before = low;
        for at in 0..columns {
            let between = (left + (right - left) * at as f64 / last).exp();
            // Whole numbers: whoever sells by less rounds for itself.
            let between = Decimal::try_from(between.round()).ok().and_then(Quantity::from_decimal);
            let next = places.get(&at).copied().or(between).unwrap_or(before).max(before).min(high);
            quantities.push(next);
            before = next;
        }
        Axis { quantities, marks: places, here: here.map(|(at, _)| at) }
    }

    /// What each column stands for, ascending.
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }
}

/// One offer's line.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name.
    pub letter: char,
    /// How it is drawn.
    pub style: Style,
    /// Price a column; `None` where it cannot be had.
    pub points: Vec<Option<Money>>,
    /// Columns that are shaded: a greater quantity costs less there.
    pub shaded: Vec<bool>,
}

/// The chart in `height` lines, at least four: two of them are the axis below. The first series is drawn on top.
pub fn lines(pen: &Pen, axis: &Axis, series: &[Series], height: usize) -> Vec<Line<'static>> {
    let rows = height.saturating_sub(2).max(2);
    let columns = axis.quantities.len();
    let prices = || series.iter().flat_map(|one| one.points.iter().flatten().copied());
    let (Some(least), Some(greatest)) = (prices().min(), prices().max()) else { return Vec::new() };
    let row_of = |price: Money| -> usize {
        let span = (greatest - least).yuan();
        let share = (greatest - price).yuan().checked_div(span).unwrap_or(Decimal::new(5, 1));
        (share * Decimal::from(rows - 1)).round().to_usize().unwrap_or(0).min(rows - 1)
    };
    let mut grid = Grid { rows, columns, cells: vec![None; rows * columns] };
    if let Some(here) = axis.here {
        for row in 0..rows {
            grid.put(row, here, pen.glyphs.here, pen.dim);
        }
    }
    for one in series.iter().rev() {
        let mut before: Option<usize> = None;
        for (column, point) in one.points.iter().enumerate().take(columns) {
            let row = point.map(row_of);
            if let Some(row) = row {
                grid.step(pen, column, before.unwrap_or(row), row, one.style);
                if one.shaded.get(column) == Some(&true) {
                    grid.put(row, column, pen.glyphs.shade, one.style);
                }
            }
            before = row;
        }
    }
    name_ends(&mut grid, series, columns, row_of);
    let mut lines: Vec<Line<'static>> = (0..rows)
        .map(|row| {
            let price = |at: usize| {
                // The price of a row, to the fen.
                let share = Decimal::from(at).checked_div(Decimal::from(rows - 1)).unwrap_or_default();
                Money::from_yuan(greatest.yuan() - (greatest - least).yuan() * share).rounded()
            };
            let labelled = row == 0 || row == rows - 1 || (rows >= 5 && row == (rows - 1) / 2);
            let label = match labelled {
                true if greatest == least && row != (rows - 1) / 2 => String::new(),
                true => text::money(price(row)),
                false => String::new(),
            };
            let tick = if label.is_empty() { pen.glyphs.bar } else { pen.glyphs.tick };
            let mut spans =
                vec![Span::styled(format!("{} {tick}", text::right(&label, SCALE - 2, pen.sign())), pen.dim)];
            spans.extend(grid.row(row));
            Line::from(spans)
        })
        .collect();
    lines.extend(floor(pen, axis));
    lines
}

/// Letters at both ends of each line, beside each other where lines begin together.
fn name_ends(grid: &mut Grid, series: &[Series], columns: usize, row_of: impl Fn(Money) -> usize) {
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for backwards in [false, true] {
        for one in series {
            let mut places: Vec<(usize, usize)> = one
                .points
                .iter()
                .enumerate()
                .take(columns)
                .filter_map(|(column, point)| point.map(|price| (row_of(price), column)))
                .collect();
            if backwards {
                places.reverse();
            }
            let free = |(row, column): &&(usize, usize)| {
                !taken.iter().any(|(other, at)| other == row && at.abs_diff(*column) < 2)
            };
            if let Some(place) = places.iter().find(free).copied() {
                taken.push(place);
                grid.put(place.0, place.1, one.letter.encode_utf8(&mut [0; 4]), one.style);
            }
        }
    }
}

/// The axis and the quantities under it; Q first, then from the left what fits.
fn floor(pen: &Pen, axis: &Axis) -> Vec<Line<'static>> {
    let columns = axis.quantities.len();
    let mut rule = String::new();
    for at in 0..columns {
        rule.push_str(if axis.marks.contains_key(&at) { pen.glyphs.tee_down } else { pen.glyphs.rule });
    }
    let mut labels: Vec<(usize, String, Style)> = Vec::new();
    let mut place = |at: usize, label: String, style: Style| {
        let cells = text::width(&label);
        let start = at.saturating_sub(cells / 2).min(columns.saturating_sub(cells));
        let clear = labels
            .iter()
            .all(|(other, taken, _)| start > other + text::width(taken) || start + cells < *other);
        if clear && cells <= columns {
            labels.push((start, label, style));
        }
    };
    if let Some((at, quantity)) = axis.here.and_then(|at| axis.marks.get(&at).map(|mark| (at, mark))) {
        place(at, format!("Q={}", text::quantity(*quantity)), pen.accent);
    }
    for (at, quantity) in &axis.marks {
        if axis.here != Some(*at) {
            place(*at, text::quantity(*quantity), pen.dim);
        }
    }
    labels.sort_by_key(|(start, _, _)| *start);
    let mut spans = vec![Span::raw(" ".repeat(SCALE))];
    let mut at = 0;
    for (start, label, style) in labels {
        spans.push(Span::raw(" ".repeat(start.saturating_sub(at))));
        at = start + text::width(&label);
        spans.push(Span::styled(label, style));
    }
    let corner = format!("{}{}", " ".repeat(SCALE - 1), pen.glyphs.corners[2]);
    vec![Line::styled(format!("{corner}{rule}"), pen.dim), Line::from(spans)]
}

/// The cells of the chart.
struct Grid {
    rows: usize,
    columns: usize,
    cells: Vec<Option<(String, Style)>>,
}

impl Grid {
    fn put(&mut self, row: usize, column: usize, glyph: &str, style: Style) {
        if row < self.rows
            && column < self.columns
            && let Some(cell) = self.cells.get_mut(row * self.columns + column)
        {
            *cell = Some((glyph.to_owned(), style));
        }
    }

    /// A line that comes in on one row and leaves on another.
    fn step(&mut self, pen: &Pen, column: usize, from: usize, to: usize, style: Style) {
        let [down, fell, up, rose] = pen.glyphs.bends;
        if from == to {
            return self.put(to, column, pen.glyphs.rule, style);
        }
        let (first, last) = if from < to { (down, fell) } else { (up, rose) };
        for row in from.min(to) + 1..from.max(to) {
            self.put(row, column, pen.glyphs.bar, style);
        }
        self.put(from, column, first, style);
        self.put(to, column, last, style);
    }

    fn row(&self, row: usize) -> Vec<Span<'static>> {
        let cells = self.cells.iter().skip(row * self.columns).take(self.columns);
        let mut spans: Vec<Span<'static>> = Vec::new();
        let mut run = (String::new(), Style::default());
        for cell in cells {
            let (glyph, style) =
                cell.as_ref().map_or((" ", Style::default()), |(glyph, style)| (glyph.as_str(), *style));
            if style != run.1 && !run.0.is_empty() {
                spans.push(Span::styled(std::mem::take(&mut run.0), run.1));
            }
            run.0.push_str(glyph);
            run.1 = style;
        }
        spans.push(Span::styled(run.0, run.1));
        spans
    }
}
