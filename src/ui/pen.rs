//! Styles and marks: the theme as ratatui wants it, and the set of glyphs the terminal is trusted with.

use std::cell::RefCell;

use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::app::Model;
use crate::app::mouse::Area;
use crate::config::theme::{Colour, Look};

/// Marks that some Chinese terminals draw two cells wide; `--ascii` avoids them all.
#[derive(Debug)]
pub struct Glyphs {
    pub ellipsis: &'static str,
    pub marker: &'static str,
    pub full: &'static str,
    pub empty: &'static str,
    pub rule: &'static str,
    pub bar: &'static str,
    pub tee: &'static str,
    /// On an axis that lies: a mark on it.
    pub tee_down: &'static str,
    /// On an axis that stands: a mark on it.
    pub tick: &'static str,
    /// A place pointed out in a chart.
    pub here: &'static str,
    /// The part of a line in a chart that is better not bought.
    pub shade: &'static str,
    /// A row of a range, beside the selected one.
    pub ranged: &'static str,
    /// A line that turns down and fell, that turns up and rose.
    pub bends: [&'static str; 4],
    pub dot: &'static str,
    pub times: &'static str,
    pub arrow: &'static str,
    /// In front of what is only about right.
    pub about: &'static str,
    /// Cubic metres.
    pub cubic: &'static str,
    /// A favourite.
    pub star: &'static str,
    /// A note or tags.
    pub note: &'static str,
    /// Heights of a spark line, the lowest first.
    pub spark: [&'static str; 8],
    /// Left top, right top, left bottom, right bottom.
    pub corners: [&'static str; 4],
}

static UNICODE: Glyphs = Glyphs {
    ellipsis: "…",
    marker: "▌",
    full: "█",
    empty: "░",
    rule: "─",
    bar: "│",
    tee: "┬",
    tee_down: "┴",
    tick: "┤",
    here: "┊",
    shade: "▒",
    ranged: "┃",
    bends: ["╮", "╰", "╯", "╭"],
    dot: " · ",
    times: "×",
    arrow: "→",
    about: "≈",
    cubic: "m³",
    star: "★",
    note: "≡",
    spark: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    corners: ["┌", "┐", "└", "┘"],
};

static ASCII: Glyphs = Glyphs {
    ellipsis: "..",
    marker: ">",
    full: "#",
    empty: "-",
    rule: "-",
    bar: "|",
    tee: "+",
    tee_down: "+",
    tick: "+",
    here: ":",
    shade: "%",
    ranged: "|",
    bends: ["+", "+", "+", "+"],
    dot: ", ",
    times: "x",
    arrow: "->",
    about: "~",
    cubic: "m3",
    star: "*",
    note: "#",
    spark: ["_", ".", ":", "-", "=", "+", "*", "#"],
    corners: ["+", "+", "+", "+"],
};

/// What a frame is drawn with.
#[derive(Debug)]
pub struct Pen {
    pub plain: Style,
    pub accent: Style,
    pub dim: Style,
    pub head: Style,
    pub selected: Style,
    pub bad: Style,
    pub warn: Style,
    pub good: Style,
    pub badge: Style,
    pub glyphs: &'static Glyphs,
    /// Lines of the counts beside the list, for the mouse.
    facets: RefCell<Vec<(Area, usize)>>,
    /// Rows of lists drawn so far, for the mouse.
    rows: RefCell<Vec<(Area, usize)>>,
    /// The window drawn last.
    window: RefCell<Option<Area>>,
}

/// Cells as the mouse knows them.
pub fn area_of(rect: Rect) -> Area {
    Area { x: rect.x, y: rect.y, width: rect.width, height: rect.height }
}

impl Pen {
    /// From the model's theme and character set.
    pub fn new(model: &Model) -> Self {
        let theme = &model.theme;
        Pen {
            plain: Style::default(),
            accent: style(theme.accent),
            dim: style(theme.dim),
            head: style(theme.head),
            selected: style(theme.selected),
            bad: style(theme.bad),
            warn: style(theme.warn),
            good: style(theme.good),
            badge: style(theme.badge),
            glyphs: if model.ascii { &ASCII } else { &UNICODE },
            facets: RefCell::default(),
            rows: RefCell::default(),
            window: RefCell::default(),
        }
    }

    /// Row `index` of the list in front was drawn here: a click on it selects it.
    pub fn listed(&self, place: Rect, index: usize) {
        self.rows.borrow_mut().push((area_of(place), index));
    }

    /// Line `index` of the counts was drawn here.
    pub fn facet_listed(&self, place: Rect, index: usize) {
        self.facets.borrow_mut().push((area_of(place), index));
    }

    /// The lines of the counts drawn.
    pub fn take_facets(&self) -> Vec<(Area, usize)> {
        self.facets.take()
    }

    /// A window was drawn here: a click beside it closes it, and only its rows can be clicked.
    pub fn window(&self, place: Rect) {
        self.rows.borrow_mut().clear();
        *self.window.borrow_mut() = Some(area_of(place));
    }

    /// The rows drawn since this was asked last.
    pub fn take_rows(&self) -> Vec<(Area, usize)> {
        self.rows.take()
    }

    /// The window drawn last.
    pub fn take_window(&self) -> Option<Area> {
        self.window.take()
    }

    /// The sign that something was cut.
    pub fn sign(&self) -> &'static str {
        self.glyphs.ellipsis
    }

    /// A bar of `cells` of which `part` of `whole` are full; something is never shown as nothing.
    pub fn gauge(&self, part: Decimal, whole: Decimal, cells: usize) -> String {
        let share = part.checked_div(whole).unwrap_or(Decimal::ZERO).clamp(Decimal::ZERO, Decimal::ONE);
        let full = (share * Decimal::from(cells)).round().to_usize().unwrap_or(0).min(cells);
        let full = if part > Decimal::ZERO { full.max(1.min(cells)) } else { full };
        format!("{}{}", self.glyphs.full.repeat(full), self.glyphs.empty.repeat(cells - full))
    }
}

fn style(look: Look) -> Style {
    let mut style = Style::default();
    if let Some(colour) = look.fg {
        style = style.fg(colour_of(colour));
    }
    for (on, modifier) in [
        (look.bold, Modifier::BOLD),
        (look.dim, Modifier::DIM),
        (look.reversed, Modifier::REVERSED),
        (look.underlined, Modifier::UNDERLINED),
    ] {
        if on {
            style = style.add_modifier(modifier);
        }
    }
    style
}

fn colour_of(colour: Colour) -> Color {
    match colour {
        Colour::Black => Color::Black,
        Colour::Red => Color::Red,
        Colour::Green => Color::Green,
        Colour::Yellow => Color::Yellow,
        Colour::Blue => Color::Blue,
        Colour::Magenta => Color::Magenta,
        Colour::Cyan => Color::Cyan,
        Colour::White => Color::Gray,
        Colour::BrightBlack => Color::DarkGray,
        Colour::BrightRed => Color::LightRed,
        Colour::BrightGreen => Color::LightGreen,
        Colour::BrightYellow => Color::LightYellow,
        Colour::BrightBlue => Color::LightBlue,
        Colour::BrightMagenta => Color::LightMagenta,
        Colour::BrightCyan => Color::LightCyan,
        Colour::BrightWhite => Color::White,
    }
}
