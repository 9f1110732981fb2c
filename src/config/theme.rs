//! Themes: a style for each role of text. The presets use the terminal's own sixteen colours and its own
//! background, so that light, dark and colourless terminals all stay readable.

use serde::Deserialize;

/// One of the terminal's own colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    Black,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
    White,
    BrightBlack,
    BrightRed,
    BrightGreen,
    BrightYellow,
    BrightBlue,
    BrightMagenta,
    BrightCyan,
    BrightWhite,
}

/// How a role looks; what is left out is the terminal's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Look {
    /// Colour of the text.
    pub fg: Option<Colour>,
    pub bold: bool,
    pub dim: bool,
    pub reversed: bool,
    pub underlined: bool,
}

/// A style for each role.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Theme {
    /// What has the focus, the pane in front, matched characters.
    pub accent: Look,
    /// What matters second.
    pub dim: Look,
    /// Column heads.
    pub head: Look,
    /// The selected row.
    pub selected: Look,
    /// A broken rule, an error.
    pub bad: Look,
    /// Something to look at before going on.
    pub warn: Look,
    /// Done, met, best.
    pub good: Look,
    /// The market's badge while no real money is spent.
    pub badge: Look,
}

/// Sixteen colours.
pub const DEFAULT: &str = include_str!("../../assets/themes/default.toml");
/// No colours at all (NO_COLOR).
pub const MONO: &str = include_str!("../../assets/themes/mono.toml");

/// A theme file that cannot be used; the text names line and key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadTheme(pub String);

impl Theme {
    /// Reads a theme.
    pub fn parse(text: &str) -> Result<Theme, BadTheme> {
        toml::from_str(text).map_err(|error| BadTheme(error.to_string()))
    }

    /// The preset for a terminal with or without colours.
    pub fn preset(colours: bool) -> Theme {
        // The presets are checked by the test below; an unstyled screen is still a readable one.
        Theme::parse(if colours { DEFAULT } else { MONO }).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_read_and_mono_has_no_colour() {
        assert!(Theme::parse(DEFAULT).unwrap().accent.fg.is_some());
        let mono = Theme::parse(MONO).unwrap();
        let looks =
            [mono.accent, mono.dim, mono.head, mono.selected, mono.bad, mono.warn, mono.good, mono.badge];
        assert!(looks.iter().all(|look| look.fg.is_none()));
    }

    #[test]
    fn an_unknown_role_is_an_error_that_names_it() {
        let error = Theme::parse("[acent]\nbold = true\n").unwrap_err();
        assert!(error.to_string().contains("acent") && error.to_string().contains("line 1"), "{error}");
    }
}
