//! What stands in the cells of a screen, small enough to be compared by the thousand at every key.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use crate::runtime::paint::codes::{PLAIN, Style};

/// What is written in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// The second half of a wide glyph: nothing of its own.
    Rest,
    /// Nearly every glyph there is.
    One(char),
    /// A glyph of several characters.
    Many(Box<str>),
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    pub text: Text,
    pub style: Style,
}

/// A line of the screen, a glyph a cell.
pub type Row = Vec<Glyph>;

impl Glyph {
    /// Nothing, on the terminal's own ground.
    pub const BLANK: Glyph = Glyph { text: Text::One(' '), style: PLAIN };

    pub fn is_blank(&self) -> bool {
        *self == Self::BLANK
    }

    /// Whether it is the second half of the glyph before it.
    pub fn is_rest(&self) -> bool {
        self.text == Text::Rest
    }

    /// Bytes it is written with.
    pub fn len(&self) -> usize {
        match &self.text {
            Text::Rest => 0,
            Text::One(one) => one.len_utf8(),
            Text::Many(many) => many.len(),
        }
    }

    /// Cells it takes; none for the second half of another.
    pub fn width(&self) -> usize {
        match &self.text {
            Text::Rest => 0,
            Text::One(' '..='~') => 1,
            Text::One(one) => one.encode_utf8(&mut [0; 4]).width(),
            Text::Many(many) => many.width(),
        }
    }

    /// Characters it is written with.
    pub fn chars(&self) -> usize {
        match &self.text {
            Text::Rest => 0,
            Text::One(_) => 1,
            Text::Many(many) => many.chars().count(),
        }
    }

    /// Puts its text behind `out`.
    pub fn write(&self, out: &mut Vec<u8>) {
        match &self.text {
            Text::Rest => {}
            Text::One(one) => out.extend_from_slice(one.encode_utf8(&mut [0; 4]).as_bytes()),
            Text::Many(many) => out.extend_from_slice(many.as_bytes()),
        }
    }

    /// Drawn alike by every terminal: plain ASCII, and ideographs in two cells. With `narrow` also the marks that this
    /// terminal has said to draw in one.
    pub fn is_sure(&self, narrow: bool) -> bool {
        let Text::One(one) = self.text else { return false };
        match one {
            ' '..='~'
            | '\u{3001}'..='\u{3029}'
            | '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30ff}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ff01}'..='\u{ff60}' => true,
            // The marks that were asked for, and what no terminal draws wider than those: the yen sign, rules and bars.
            '\u{a5}' | '\u{b7}' | '\u{d7}' | '\u{2026}' | '\u{2500}'..='\u{259f}' => narrow,
            _ => false,
        }
    }

    /// A number for quick comparing. Two glyphs of one number would cost bytes, never a wrong screen.
    pub fn mark(&self) -> u64 {
        let text = match &self.text {
            Text::Rest => 0,
            Text::One(one) => u64::from(*one),
            Text::Many(many) => many.bytes().fold(1 << 21, |sum, byte| mixed(sum ^ u64::from(byte))),
        };
        let style = u64::from(of_colour(self.style.fg)) << 32 | u64::from(of_colour(self.style.bg));
        mixed(text ^ mixed(style ^ u64::from(self.style.modifier.bits()) << 16))
    }
}

/// Multiplies and folds: neighbours are far apart afterwards.
fn mixed(number: u64) -> u64 {
    let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 32
}

/// A number a colour.
fn of_colour(colour: Color) -> u32 {
    match colour {
        Color::Reset => 0,
        Color::Black => 1,
        Color::Red => 2,
        Color::Green => 3,
        Color::Yellow => 4,
        Color::Blue => 5,
        Color::Magenta => 6,
        Color::Cyan => 7,
        Color::Gray => 8,
        Color::DarkGray => 9,
        Color::LightRed => 10,
        Color::LightGreen => 11,
        Color::LightYellow => 12,
        Color::LightBlue => 13,
        Color::LightMagenta => 14,
        Color::LightCyan => 15,
        Color::White => 16,
        Color::Indexed(number) => 1 << 8 | u32::from(number),
        Color::Rgb(red, green, blue) => 1 << 24 | u32::from_be_bytes([0, red, green, blue]),
    }
}

/// An empty line.
pub fn blank(width: usize) -> Row {
    vec![Glyph::BLANK; width]
}

/// The lines of a drawn screen.
pub fn rows_of(buffer: &Buffer) -> Vec<Row> {
    let width = usize::from(buffer.area.width);
    buffer.content.chunks(width.max(1)).map(|cells| row_of(cells, width)).collect()
}

fn row_of(cells: &[Cell], width: usize) -> Row {
    let mut row: Row = Vec::with_capacity(width);
    while let Some(cell) = cells.get(row.len()) {
        let style = Style { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        let symbol = cell.symbol();
        let mut chars = symbol.chars();
        let text = match (chars.next(), chars.next()) {
            (Some(' '), None) => {
                row.push(Glyph { text: Text::One(' '), style: of_blank(style) });
                continue;
            }
            (Some(one @ '!'..='~'), None) => {
                row.push(Glyph { text: Text::One(one), style });
                continue;
            }
            (Some(one), None) => Text::One(one),
            _ => Text::Many(symbol.into()),
        };
        let wide = symbol.width();
        // A glyph that would not fit the line, or that has no width, leaves a blank.
        if wide == 0 || wide > width - row.len() {
            row.push(Glyph { text: Text::One(' '), style: of_blank(style) });
            continue;
        }
        row.push(Glyph { text, style });
        row.extend((1..wide).map(|_| Glyph { text: Text::Rest, style }));
    }
    row
}

/// Attributes that are seen where nothing is written.
const ON_BLANKS: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// Where nothing is written only ground and line are seen.
pub fn of_blank(style: Style) -> Style {
    let seen = style.modifier & ON_BLANKS;
    if seen.is_empty() && style.bg == Color::Reset { PLAIN } else { style }
}
