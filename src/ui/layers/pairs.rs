//! Labels and what they say, in two columns: how layers print what is known of one thing.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::ui::pen::Pen;
use crate::ui::text;

/// Lines of labels and values under one another.
pub struct Pairs<'a> {
    pen: &'a Pen,
    /// Cells of the labels' column.
    label: usize,
    /// Cells of a whole line.
    cells: usize,
    lines: Vec<Line<'static>>,
}

impl<'a> Pairs<'a> {
    /// With room for the longest of these labels, on lines of `cells`.
    pub fn new(pen: &'a Pen, labels: &[&str], cells: usize) -> Self {
        let longest = labels.iter().map(|label| text::width(label)).max().unwrap_or(0);
        Pairs { pen, label: longest.min(cells / 2), cells, lines: Vec::new() }
    }

    /// One label and its value; a long value goes on under itself.
    pub fn row(&mut self, label: &str, value: &str, style: Style) {
        let room = self.cells.saturating_sub(self.label + 4);
        let mut label = label;
        for part in text::fold(value, room) {
            self.lines.push(Line::from(vec![
                Span::styled(format!(" {}  ", text::left(label, self.label, self.pen.sign())), self.pen.dim),
                Span::styled(part, style),
            ]));
            label = "";
        }
    }

    /// One label and a figure, its last digit in the column of others as wide as `widest`.
    pub fn figure(&mut self, label: &str, figure: &str, widest: usize, style: Style) {
        self.lines.push(Line::from(vec![
            Span::styled(format!(" {}  ", text::left(label, self.label, self.pen.sign())), self.pen.dim),
            Span::styled(text::right(figure, widest, ""), style),
        ]));
    }

    /// One label and what stands behind it as it is; nothing where there is nothing.
    pub fn spans(&mut self, label: &str, spans: Vec<Span<'static>>) {
        if spans.is_empty() {
            return;
        }
        let label =
            Span::styled(format!(" {}  ", text::left(label, self.label, self.pen.sign())), self.pen.dim);
        self.lines.push(Line::from(std::iter::once(label).chain(spans).collect::<Vec<_>>()));
    }

    /// The same, when there is a value.
    pub fn maybe(&mut self, label: &str, value: Option<String>, style: Style) {
        if let Some(value) = value {
            self.row(label, &value, style);
        }
    }

    /// A sentence over both columns.
    pub fn note(&mut self, sentence: &str, style: Style) {
        for part in text::fold(sentence, self.cells.saturating_sub(2)) {
            self.lines.push(Line::styled(format!(" {part}"), style));
        }
    }

    /// A line as it is.
    pub fn line(&mut self, line: Line<'static>) {
        self.lines.push(line);
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.lines.push(Line::default());
    }

    /// All lines.
    pub fn into_lines(self) -> Vec<Line<'static>> {
        self.lines
    }
}
