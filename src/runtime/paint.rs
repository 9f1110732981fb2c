//! From the screen that stands to the one that is wanted, in as few bytes as can be: rows that moved are scrolled by
//! the terminal, what stayed is stepped over, styles are told once, ends of lines are erased.
//!
//! Positions are certain after plain ASCII and ideographs, which every terminal draws alike. After anything else
//! (marks of ambiguous width, emoji) the cursor is placed anew, so that a terminal of another opinion is put right.
//! Of a terminal that has said how wide it draws such marks they are certain too.

mod codes;
mod glyph;
mod shift;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};

use crate::runtime::paint::codes::{PLAIN, Style, codes};
use crate::runtime::paint::glyph::{Glyph, Row, blank, of_blank, rows_of};
use crate::runtime::paint::shift::best_shift;

/// The line is erased rather than written to its end where that is more blanks than this.
const BLANKS: usize = 3;

/// What stands on the terminal, as far as it is known.
#[derive(Debug, Default)]
pub struct Painter {
    rows: Vec<Row>,
    width: usize,
    /// Whether marks of ambiguous width are known to take one cell.
    narrow: bool,
    /// What is written next looks so; `None` = not known.
    style: Option<Style>,
    /// Where the cursor stands; `None` = not certain.
    at: Option<(usize, usize)>,
    /// Where it stands if the doubtful mark it wrote last is as wide as we think.
    doubt: Option<(usize, usize)>,
    /// The line it stands in, and cells doubtful marks may have taken since its place was certain.
    line: Option<(usize, usize)>,
    /// Whether the cursor is seen, and where it was left.
    cursor: Option<Option<Position>>,
    out: Vec<u8>,
}

/// How the cursor gets somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It is there.
    Stay,
    /// So many cells on.
    On(usize),
    /// To the beginning of its line.
    Begin,
    /// To the next line, so many cells into it.
    Next(usize),
    /// To a cell of its line, counted from 1.
    Cell(usize),
    /// To a line and a cell, counted from 1.
    Place(usize, usize),
}

impl Way {
    fn told(self) -> String {
        match self {
            Way::Stay => String::new(),
            Way::On(1) => "\x1b[C".to_owned(),
            Way::On(by) => format!("\x1b[{by}C"),
            Way::Begin => "\r".to_owned(),
            Way::Next(0) => "\r\n".to_owned(),
            Way::Next(1) => "\r\n\x1b[C".to_owned(),
            Way::Next(by) => format!("\r\n\x1b[{by}C"),
            Way::Cell(cell) => format!("\x1b[{cell}G"),
            Way::Place(line, 1) => format!("\x1b[{line}H"),
            Way::Place(line, cell) => format!("\x1b[{line};{cell}H"),
        }
    }
}

impl Painter {
    /// With nothing known of the terminal: the first frame clears it.
    pub fn new() -> Self {
        Painter::default()
    }

    /// Forgets what stands on the terminal: the next frame is painted whole.
    pub fn forget(&mut self) {
        *self = Painter { narrow: self.narrow, ..Painter::default() };
    }

    /// The terminal draws marks of ambiguous width in one cell.
    pub fn trust_narrow(&mut self) {
        self.narrow = true;
    }

    /// The bytes that make the screen look like `wanted`; none when it does already. [`Painter::finish`] has them.
    pub fn paint(&mut self, wanted: &Buffer) {
        let width = usize::from(wanted.area.width);
        let rows = rows_of(wanted);
        if self.width != width || self.rows.len() != rows.len() {
            self.out.extend_from_slice(b"\x1b[0m\x1b[2J");
            (self.style, self.at, self.line, self.doubt) = (Some(PLAIN), None, None, None);
            self.width = width;
            self.rows = vec![blank(width); rows.len()];
        }
        self.scroll(&rows);
        let standing = std::mem::take(&mut self.rows);
        for (y, (old, new)) in standing.iter().zip(&rows).enumerate() {
            self.paint_row(y, old, new);
        }
        self.rows = rows;
    }

    /// What is to be told the terminal for all that was painted, and for the cursor to be there.
    pub fn finish(&mut self, cursor: Option<Position>) -> Vec<u8> {
        self.place_cursor(cursor);
        std::mem::take(&mut self.out)
    }

    fn place_cursor(&mut self, cursor: Option<Position>) {
        match cursor {
            Some(place) => {
                let to = (usize::from(place.y), usize::from(place.x));
                if self.at != Some(to) || self.cursor.flatten() != Some(place) {
                    self.go(to.0, to.1);
                }
                if self.cursor.flatten().is_none() {
                    self.out.extend_from_slice(b"\x1b[?25h");
                }
            }
            None if self.cursor != Some(None) => self.out.extend_from_slice(b"\x1b[?25l"),
            None => {}
        }
        self.cursor = Some(cursor);
    }

    /// Lets the terminal move a block of rows, where that spares enough.
    fn scroll(&mut self, wanted: &[Row]) {
        let Some(shift) = best_shift(&self.rows, wanted) else { return };
        self.look(PLAIN);
        let (top, bottom) = (shift.top + 1, shift.bottom + 1);
        self.out.extend_from_slice(format!("\x1b[{top};{bottom}r").as_bytes());
        // Line feed at the bottom and reverse index at the top: the oldest way, that every terminal has.
        let region = shift.top..=shift.bottom;
        let Some(block) = self.rows.get_mut(region) else { return };
        if shift.up {
            self.out.extend_from_slice(format!("\x1b[{bottom};1H").as_bytes());
            self.out.extend(std::iter::repeat_n(b'\n', shift.by));
            block.rotate_left(shift.by);
            block.iter_mut().rev().take(shift.by).for_each(|row| *row = blank(self.width));
        } else {
            self.out.extend_from_slice(format!("\x1b[{top};1H").as_bytes());
            self.out.extend(b"\x1bM".repeat(shift.by));
            block.rotate_right(shift.by);
            block.iter_mut().take(shift.by).for_each(|row| *row = blank(self.width));
        }
        self.out.extend_from_slice(b"\x1b[r");
        (self.at, self.line, self.doubt) = (None, None, None);
    }

    fn paint_row(&mut self, y: usize, old: &Row, new: &Row) {
        if old == new {
            return;
        }
        // Behind the last thing that is no blank the line is erased rather than written.
        let end = new.iter().rposition(|glyph| !glyph.is_blank()).map_or(0, |last| last + 1);
        let erased = old.iter().skip(end).filter(|glyph| !glyph.is_blank()).count();
        let erase = erased > 0 && new.len() - end > BLANKS;
        let upto = if erase { end } else { new.len() };
        let differs = |at: usize| old.get(at) != new.get(at);
        let mut x = 0;
        while let Some(next) = (x..upto).find(|at| differs(*at)) {
            // A change of a second half is a change of the whole glyph.
            let first = new.get(..=next).and_then(|row| row.iter().rposition(|glyph| !glyph.is_rest()));
            let next = first.unwrap_or(next).max(x);
            let kept = new.get(x..next).unwrap_or_default();
            if !kept.is_empty() && !self.is_shorter_written(y, x, kept, new.get(next)) {
                x = next;
            }
            // What stayed and is cheaper written again, and what changed, with the whole of its last glyph.
            let mut stop = next + 1;
            while stop < new.len()
                && (new.get(stop).is_some_and(Glyph::is_rest) || stop < upto && differs(stop))
            {
                stop += 1;
            }
            for (at, glyph) in new.iter().enumerate().take(stop).skip(x) {
                self.write(y, at, glyph);
            }
            x = stop;
        }
        if erase {
            self.go(y, end);
            // What is erased takes the ground that is told, and nothing else of it.
            if self
                .style
                .is_none_or(|style| style.bg != Color::Reset || style.modifier.contains(Modifier::REVERSED))
            {
                self.look(PLAIN);
            }
            self.out.extend_from_slice(b"\x1b[K");
        }
    }

    /// Whether glyphs that stand at `x` already take no more bytes to be written again than to be stepped over, `next`
    /// being written behind them.
    fn is_shorter_written(&self, y: usize, x: usize, kept: &[Glyph], next: Option<&Glyph>) -> bool {
        let Some(next) = next else { return false };
        let told = |style: Option<Style>, glyph: &Glyph| match style {
            Some(style) if is_seen_alike(style, glyph) => (0, Some(style)),
            _ => (codes(style, glyph.style).len() + "\x1b[m".len(), Some(glyph.style)),
        };
        let over = self.way(y, x + kept.len()).told().len() + told(self.style, next).0;
        let mut bytes = self.way(y, x).told().len();
        let mut style = self.style;
        for glyph in kept.iter().filter(|glyph| !glyph.is_rest()) {
            // The cursor would have to be placed behind it.
            if !glyph.is_sure(self.narrow) || bytes > over {
                return false;
            }
            let (codes, after) = told(style, glyph);
            (bytes, style) = (bytes + codes + glyph.len(), after);
        }
        bytes + told(style, next).0 <= over
    }

    /// The shortest way for the cursor, which is short where its place is certain.
    fn way(&self, y: usize, x: usize) -> Way {
        let line = self.at.or(self.line).map(|(line, _)| line);
        match self.at {
            Some(at) if at == (y, x) => Way::Stay,
            Some((row, column)) if row == y && column < x => Way::On(x - column),
            _ if line == Some(y) && x == 0 => Way::Begin,
            _ if line == Some(y) => Way::Cell(x + 1),
            _ if line.is_some_and(|line| line + 1 == y) && x < 100 => Way::Next(x),
            _ => Way::Place(y + 1, x + 1),
        }
    }

    fn go(&mut self, y: usize, x: usize) {
        self.doubt = None;
        let way = self.way(y, x);
        if way == Way::Stay {
            return;
        }
        self.out.extend_from_slice(way.told().as_bytes());
        self.at = Some((y, x));
        self.line = Some((y, 0));
    }

    fn write(&mut self, y: usize, x: usize, glyph: &Glyph) {
        if glyph.is_rest() {
            return;
        }
        let sure = glyph.is_sure(self.narrow);
        // A run of doubtful marks (a rule, a bar) is written in one go, and what follows it is placed anew.
        if sure || self.doubt != Some((y, x)) {
            self.go(y, x);
        }
        if !self.style.is_some_and(|style| is_seen_alike(style, glyph)) {
            self.look(glyph.style);
        }
        glyph.write(&mut self.out);
        let next = (y, x + glyph.width());
        self.doubt = (!sure).then_some(next);
        // However a doubtful mark is drawn, each character of it takes two cells at most: far from the end nothing begins
        // a new line.
        let before = if self.at.is_some() { Some(0) } else { self.line.map(|(_, doubts)| doubts) };
        let doubts = before.map(|doubts| doubts + if sure { 0 } else { 2 * glyph.chars() });
        self.line = doubts.filter(|doubts| next.1 + doubts < self.width).map(|doubts| (y, doubts));
        // Behind the last column terminals differ.
        self.at = (sure && next.1 < self.width).then_some(next);
    }

    /// Tells the style of what is written next.
    fn look(&mut self, style: Style) {
        if self.style == Some(style) {
            return;
        }
        let codes = codes(self.style, style);
        self.out.extend_from_slice(b"\x1b[");
        self.out.extend_from_slice(codes.as_bytes());
        self.out.push(b'm');
        self.style = Some(style);
    }
}

/// Whether a glyph looks the same in a style as in its own: a blank does in any that shows on glyphs alone.
fn is_seen_alike(style: Style, glyph: &Glyph) -> bool {
    style == glyph.style || glyph.is_blank() && of_blank(style) == PLAIN
}

#[cfg(test)]
mod tests;
