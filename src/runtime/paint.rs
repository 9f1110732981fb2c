//! From the screen that stands to the one that is wanted, in as few bytes as can be: rows that moved are scrolled by
//! the terminal, what stayed is stepped over, styles are told once, ends of lines are erased.
//!
//! Positions are certain after plain ASCII and ideographs, which every terminal draws alike. After anything else
//! (marks of ambiguous width, emoji) the cursor is placed anew, so that a terminal of another opinion is put right.

mod codes;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use crate::runtime::paint::codes::{PLAIN, Style, codes};

/// What stands in a cell: the second half of a wide glyph is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Glyph {
    text: String,
    style: Style,
}

type Row = Vec<Glyph>;

/// A gap whose cells take so few bytes is written again rather than stepped over; so are a few blanks at the end of a line.
const GAP: usize = 4;
/// What telling another style takes, about.
const STYLE: usize = 5;
/// So many cells must be spared before rows are scrolled.
const WORTH: isize = 60;
/// Farthest a block of rows is looked for.
const FARTHEST: usize = 24;

/// What stands on the terminal, as far as it is known.
#[derive(Debug, Default)]
pub struct Painter {
    rows: Vec<Row>,
    width: usize,
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

impl Painter {
    /// With nothing known of the terminal: the first frame clears it.
    pub fn new() -> Self {
        Painter::default()
    }

    /// The bytes that make the screen look like `wanted`, with the cursor there; none when it does already.
    pub fn paint(&mut self, wanted: &Buffer, cursor: Option<Position>) -> Vec<u8> {
        let width = usize::from(wanted.area.width);
        let rows = rows_of(wanted);
        if self.width != width || self.rows.len() != rows.len() {
            self.out.extend_from_slice(b"\x1b[0m\x1b[2J");
            (self.style, self.at, self.line) = (Some(PLAIN), None, None);
            self.width = width;
            self.rows = vec![blank(width); rows.len()];
        }
        self.scroll(&rows);
        let standing = std::mem::take(&mut self.rows);
        for (y, (old, new)) in standing.iter().zip(&rows).enumerate() {
            self.paint_row(y, old, new);
        }
        self.rows = rows;
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
        (self.at, self.line) = (None, None);
    }

    fn paint_row(&mut self, y: usize, old: &Row, new: &Row) {
        if old == new {
            return;
        }
        // Behind the last thing that is no blank the line is erased rather than written.
        let end = new.iter().rposition(|glyph| !is_blank(glyph)).map_or(0, |last| last + 1);
        let erased = old.iter().skip(end).filter(|glyph| !is_blank(glyph)).count();
        let erase = erased > GAP || (erased > 0 && new.len() - end > GAP);
        let upto = if erase { end } else { new.len() };
        let mut x = 0;
        while x < upto {
            if old.get(x) == new.get(x) {
                x += 1;
                continue;
            }
            // A change of a second half is a change of the whole glyph.
            let mut start = x;
            while start > 0 && new.get(start).is_some_and(|glyph| glyph.text.is_empty()) {
                start -= 1;
            }
            let mut stop = x + 1;
            let mut same = 0;
            for at in x + 1..upto {
                if old.get(at) != new.get(at) {
                    (stop, same) = (at + 1, 0);
                    continue;
                }
                same += cost(new.get(at - 1), new.get(at));
                if same > GAP {
                    break;
                }
            }
            while new.get(stop).is_some_and(|glyph| glyph.text.is_empty()) {
                stop += 1;
            }
            for (at, glyph) in new.iter().enumerate().take(stop).skip(start) {
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

    /// Moves the cursor, the short way where its place is certain.
    fn go(&mut self, y: usize, x: usize) {
        let to = Some((y, x));
        self.doubt = None;
        if self.at == to {
            return;
        }
        let moved = match self.at {
            Some((row, column)) if row == y && column < x => match x - column {
                1 => "\x1b[C".to_owned(),
                by => format!("\x1b[{by}C"),
            },
            Some((row, _)) if row == y && x == 0 => "\r".to_owned(),
            Some((row, _)) if row + 1 == y && x == 0 => "\r\n".to_owned(),
            None if self.line.is_some_and(|(row, _)| row == y) => match x {
                0 => "\r".to_owned(),
                _ => format!("\x1b[{}G", x + 1),
            },
            _ if x == 0 => format!("\x1b[{}H", y + 1),
            _ => format!("\x1b[{};{}H", y + 1, x + 1),
        };
        self.out.extend_from_slice(moved.as_bytes());
        self.at = to;
        self.line = Some((y, 0));
    }

    fn write(&mut self, y: usize, x: usize, glyph: &Glyph) {
        if glyph.text.is_empty() {
            return;
        }
        let sure = is_sure(&glyph.text);
        // A run of doubtful marks (a rule, a bar) is written in one go, and what follows it is placed anew.
        if sure || self.doubt != Some((y, x)) {
            self.go(y, x);
        }
        // A blank looks alike in any style that shows on the glyphs alone.
        if !(is_blank(glyph) && self.style.is_some_and(|style| of_blank(style) == PLAIN)) {
            self.look(glyph.style);
        }
        self.out.extend_from_slice(glyph.text.as_bytes());
        let next = (y, x + glyph.text.width());
        self.doubt = (!sure).then_some(next);
        // However a doubtful mark is drawn, each character of it takes two cells at most: far from the end nothing begins
        // a new line.
        let before = if self.at.is_some() { Some(0) } else { self.line.map(|(_, doubts)| doubts) };
        let doubts = before.map(|doubts| doubts + if sure { 0 } else { 2 * glyph.text.chars().count() });
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

/// About how many bytes it takes to write a glyph again behind another.
fn cost(before: Option<&Glyph>, glyph: Option<&Glyph>) -> usize {
    let Some(glyph) = glyph else { return 0 };
    // Behind a doubtful mark the cursor is placed anyhow, and blanks that are there already need not be written.
    let is_placed =
        before.is_some_and(|before| !before.text.is_empty() && !is_sure(&before.text)) && glyph.text == " ";
    let is_told = before.is_some_and(|before| before.style == glyph.style) || is_blank(glyph);
    glyph.text.len() + if is_told { 0 } else { STYLE } + if is_placed { GAP } else { 0 }
}

fn blank(width: usize) -> Row {
    vec![Glyph { text: " ".to_owned(), style: PLAIN }; width]
}

fn is_blank(glyph: &Glyph) -> bool {
    glyph.text == " " && glyph.style == PLAIN
}

fn rows_of(buffer: &Buffer) -> Vec<Row> {
    let width = usize::from(buffer.area.width);
    buffer.content.chunks(width.max(1)).map(|cells| row_of(cells, width)).collect()
}

fn row_of(cells: &[Cell], width: usize) -> Row {
    let mut row: Row = Vec::with_capacity(width);
    while let Some(cell) = cells.get(row.len()) {
        let style = Style { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        let wide = cell.symbol().width();
        // A glyph that would not fit the line, or that has no width, leaves a blank.
        if wide == 0 || wide > width - row.len() || cell.symbol() == " " {
            row.push(Glyph { text: " ".to_owned(), style: of_blank(style) });
            continue;
        }
        row.push(Glyph { text: cell.symbol().to_owned(), style });
        row.extend((1..wide).map(|_| Glyph { text: String::new(), style }));
    }
    row
}

/// Attributes that are seen where nothing is written.
const ON_BLANKS: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// Where nothing is written only ground and line are seen.
fn of_blank(style: Style) -> Style {
    let seen = style.modifier & ON_BLANKS;
    if seen.is_empty() && style.bg == Color::Reset { PLAIN } else { style }
}

/// Drawn alike by every terminal: plain ASCII, and ideographs in two cells.
fn is_sure(text: &str) -> bool {
    let mut chars = text.chars();
    let (Some(c), None) = (chars.next(), chars.next()) else { return false };
    matches!(c, ' '..='~' | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff60}')
}

/// A block of rows that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shift {
    /// First and last row of the block, blank rows included.
    top: usize,
    bottom: usize,
    by: usize,
    /// Towards the first row.
    up: bool,
}

/// The move that spares most, if any spares enough.
fn best_shift(old: &[Row], new: &[Row]) -> Option<Shift> {
    let height = new.len();
    let old: Vec<Vec<u64>> = old.iter().map(marks).collect();
    let new: Vec<Vec<u64>> = new.iter().map(marks).collect();
    let differ = |one: Option<&Vec<u64>>, other: Option<&Vec<u64>>| match (one, other) {
        (Some(one), Some(other)) => one.iter().zip(other).filter(|(a, b)| a != b).count() as isize,
        _ => 0,
    };
    let here: Vec<isize> = (0..height).map(|y| differ(new.get(y), old.get(y))).collect();
    if here.iter().sum::<isize>() < WORTH {
        return None;
    }
    let empty = marks(&blank(new.first().map_or(0, Vec::len)));
    let written: Vec<isize> = (0..height).map(|y| differ(new.get(y), Some(&empty))).collect();
    let at = |list: &[isize], y: usize| list.get(y).copied().unwrap_or_default();
    let mut best: Option<(isize, Shift)> = None;
    for by in 1..height.min(FARTHEST) {
        for up in [true, false] {
            // The stretch of rows that gains most by coming from `by` rows further on.
            let rows = if up { 0..height - by } else { by..height };
            let (mut sum, mut start) = (0, rows.start);
            for y in rows {
                let from = if up { y + by } else { y - by };
                if sum <= 0 {
                    (sum, start) = (0, y);
                }
                sum += at(&here, y) - differ(new.get(y), old.get(from));
                let shift = if up {
                    Shift { top: start, bottom: y + by, by, up }
                } else {
                    Shift { top: start - by, bottom: y, by, up }
                };
                // Rows that are left blank by the move have to be written.
                let blanked = if up { y + 1..=y + by } else { start - by..=start - 1 };
                let lost: isize = blanked.map(|y| (at(&written, y) - at(&here, y)).max(0)).sum();
                if best.is_none_or(|(most, _)| sum - lost > most) {
                    best = Some((sum - lost, shift));
                }
            }
        }
    }
    best.filter(|(spared, _)| *spared >= WORTH).map(|(_, shift)| shift)
}

/// A number a glyph, for quick comparing. Two glyphs of one number would cost bytes, never a wrong screen.
fn marks(row: &Row) -> Vec<u64> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    row.iter()
        .map(|glyph| {
            let mut hasher = DefaultHasher::new();
            glyph.hash(&mut hasher);
            hasher.finish()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    const WIDTH: u16 = 30;
    const HEIGHT: u16 = 12;

    fn buffer(draws: &[(u16, u16, String, u8)]) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
        for (x, y, text, style) in draws {
            let style = match style % 5 {
                0 => ratatui::style::Style::reset(),
                1 => ratatui::style::Style::reset().fg(Color::Cyan).add_modifier(Modifier::BOLD),
                2 => ratatui::style::Style::reset().add_modifier(Modifier::DIM),
                3 => ratatui::style::Style::reset().bg(Color::LightBlue).fg(Color::Black),
                _ => ratatui::style::Style::reset().add_modifier(Modifier::REVERSED | Modifier::UNDERLINED),
            };
            buffer.set_stringn(*x, *y, text, usize::from(WIDTH - x), style);
        }
        buffer
    }

    /// The screen cell by cell: glyph, colours, attributes; of a blank only what is seen of it.
    fn seen(parser: &vt100::Parser) -> Vec<String> {
        let screen = parser.screen();
        let mut cells = Vec::new();
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                let cell = screen.cell(y, x).unwrap();
                let text = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
                let blank = text == " " && !cell.inverse() && !cell.underline();
                let look = if blank {
                    format!("{:?}", cell.bgcolor())
                } else {
                    format!(
                        "{:?} {:?} {} {} {} {}",
                        cell.fgcolor(),
                        cell.bgcolor(),
                        cell.bold(),
                        cell.dim(),
                        cell.inverse(),
                        cell.underline()
                    )
                };
                cells.push(if cell.is_wide_continuation() {
                    "+".to_owned()
                } else {
                    format!("{text} {look}")
                });
            }
        }
        cells
    }

    fn glyphs() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => "[a-z0-9 ,.¥]{1,9}",
            4 => "[保温杯不锈钢，。（）]{1,5}",
            1 => prop_oneof![
                Just("…".to_owned()), Just("████░░".into()), Just(" · ".into()), Just("🙂".into()), Just("é".into()),
                Just("e\u{301}".into()), Just("──────────".into()),
            ],
        ]
    }

    fn draws() -> impl Strategy<Value = Vec<(u16, u16, String, u8)>> {
        proptest::collection::vec((0..WIDTH, 0..HEIGHT, glyphs(), any::<u8>()), 0..30)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// Whatever stood there, what is painted over it looks like what is painted onto a cleared screen, also where
        /// rows moved.
        #[test]
        fn a_frame_over_another_looks_like_itself(
            frames in proptest::collection::vec((draws(), -4..5_i32, any::<Option<(u8, u8)>>()), 2..5)
        ) {
            let mut painter = Painter::new();
            let mut shown = vt100::Parser::new(HEIGHT, WIDTH, 0);
            let mut last: Vec<(u16, u16, String, u8)> = Vec::new();
            for (fresh, moved, cursor) in frames {
                // Half of what stood moves, so that there is something to scroll.
                let mut draws: Vec<_> = last
                    .iter()
                    .filter_map(|(x, y, text, style)| {
                        let y = u16::try_from(i32::from(*y) + moved).ok().filter(|y| *y < HEIGHT)?;
                        Some((*x, y, text.clone(), *style))
                    })
                    .collect();
                draws.extend(fresh.into_iter().take(if last.is_empty() { 30 } else { 3 }));
                let wanted = buffer(&draws);
                let cursor = cursor.map(|(x, y)| Position::new(u16::from(x) % WIDTH, u16::from(y) % HEIGHT));
                shown.process(&painter.paint(&wanted, cursor));
                prop_assert!(painter.paint(&wanted, cursor).is_empty(), "painted twice");
                let mut plain = vt100::Parser::new(HEIGHT, WIDTH, 0);
                plain.process(&Painter::new().paint(&wanted, cursor));
                prop_assert_eq!(seen(&shown), seen(&plain));
                prop_assert_eq!(shown.screen().hide_cursor(), cursor.is_none());
                if let Some(cursor) = cursor {
                    prop_assert_eq!(shown.screen().cursor_position(), (cursor.y, cursor.x));
                }
                // And the cleared one looks like the buffer.
                for y in 0..HEIGHT {
                    for x in 0..WIDTH {
                        let cell = plain.screen().cell(y, x).unwrap();
                        let symbol = wanted.cell((x, y)).unwrap().symbol();
                        if !cell.is_wide_continuation() && symbol.width() == 1 && symbol != " " {
                            prop_assert_eq!(cell.contents(), symbol);
                        }
                    }
                }
                last = draws;
            }
        }
    }

    #[test]
    fn a_list_that_moves_by_a_row_costs_a_row() {
        let titles =
            ["不锈钢真空保温杯", "儿童吸管杯 卡通", "牛奶绒四件套 冬季", "thermos, 500 ml", "玻璃饭盒三件套"];
        let row = |at: usize| (0, 0, format!("{at:>3} {} {:>5}.00", titles[at % 5], at * 7919 % 9973), 0_u8);
        let list = |first: usize| -> Buffer {
            let draws: Vec<_> = (0..HEIGHT).map(|y| (0, y, row(first + usize::from(y)).2, 0)).collect();
            buffer(&draws)
        };
        let mut painter = Painter::new();
        let whole = painter.paint(&list(0), None).len();
        let moved = painter.paint(&list(1), None).len();
        assert!(moved * 5 < whole, "{moved} of {whole}");
        let back = painter.paint(&list(0), None).len();
        assert!(back * 5 < whole, "{back} of {whole}");
        assert!(painter.paint(&list(0), None).is_empty());
    }

    #[test]
    fn a_list_of_other_goods_costs_little_more_than_its_text() {
        use ratatui::style::Style;
        let mut shown = vt100::Parser::new(HEIGHT, WIDTH, 0);
        let mut painter = Painter::new();
        let titles = ["不锈钢保温杯", "儿童吸管杯 卡", "牛奶绒四件套", "玻璃饭盒三件"];
        for n in 0..3_usize {
            let mut wanted = Buffer::empty(Rect::new(0, 0, WIDTH, HEIGHT));
            let mut text = 0;
            for y in 0..HEIGHT {
                let at = usize::from(y) + n * 17;
                let parts = [
                    (0, format!("{:>5}", at * 7919 % 9973), Style::reset()),
                    (6, "/个".to_owned(), Style::reset().add_modifier(Modifier::DIM)),
                    (10, format!("{}…", titles[at % 4]), Style::reset()),
                    (24, "诚".to_owned(), Style::reset().add_modifier(Modifier::DIM)),
                    (27, format!("{}%", at % 90 + 10), Style::reset().add_modifier(Modifier::BOLD)),
                ];
                for (x, part, style) in parts {
                    text += part.len();
                    wanted.set_stringn(x, y, part, usize::from(WIDTH - x), style);
                }
            }
            let bytes = painter.paint(&wanted, None);
            shown.process(&bytes);
            let mut plain = vt100::Parser::new(HEIGHT, WIDTH, 0);
            plain.process(&Painter::new().paint(&wanted, None));
            assert_eq!(seen(&shown), seen(&plain));
            assert!(bytes.len() < text + usize::from(HEIGHT) * 36, "{} for {text}", bytes.len());
        }
    }

    #[test]
    fn a_screen_of_another_size_is_drawn_whole() {
        let mut painter = Painter::new();
        painter.paint(&buffer(&[(0, 0, "abc".into(), 0)]), None);
        let small = Buffer::with_lines(["abc"]);
        let bytes = painter.paint(&small, None);
        assert!(bytes.windows(4).any(|part| part == b"\x1b[2J") && bytes.ends_with(b"abc"), "{bytes:?}");
        painter.paint(&Buffer::empty(Rect::new(0, 0, 0, 0)), Some(Position::new(3, 3)));
    }
}
