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

/// The themes shipped with the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// For dark backgrounds, and for terminals that do not say.
    Dark,
    /// For light backgrounds.
    Light,
    /// No colours at all (NO_COLOR).
    Mono,
}

impl Preset {
    /// The one for a background as `COLORFGBG` tells it (`15;0`, `0;default;15`): the last part is the colour of the
    /// background. rxvt, Konsole and others set it; most terminals do not.
    pub fn from_colorfgbg(value: &str) -> Option<Preset> {
        match value.rsplit(';').next()?.trim().parse::<u8>().ok()? {
            0..=6 | 8 => Some(Preset::Dark),
            7 | 9..=15 => Some(Preset::Light),
            _ => None,
        }
    }

    /// Its file.
    const fn text(self) -> &'static str {
        match self {
            Preset::Dark => include_str!("../../assets/themes/dark.toml"),
            Preset::Light => include_str!("../../assets/themes/light.toml"),
            Preset::Mono => include_str!("../../assets/themes/mono.toml"),
        }
    }
}

/// A theme file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct BadTheme {
    /// 1-based.
    pub line: usize,
    /// In plain words.
    pub message: String,
}

impl Theme {
    /// Reads a theme.
    pub fn parse(text: &str) -> Result<Theme, BadTheme> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
            BadTheme { line, message: error.message().lines().collect::<Vec<_>>().join(" ") }
        })
    }

    /// A shipped theme.
    pub fn preset(preset: Preset) -> Theme {
        // The presets are checked by the test below; an unstyled screen is still a readable one.
        Theme::parse(preset.text()).unwrap_or_default()
    }

    /// Every role with its name.
    pub fn looks(&self) -> [(&'static str, Look); 8] {
        [
            ("accent", self.accent),
            ("dim", self.dim),
            ("head", self.head),
            ("selected", self.selected),
            ("bad", self.bad),
            ("warn", self.warn),
            ("good", self.good),
            ("badge", self.badge),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Colour::*;

    /// Luminance as WCAG has it.
    fn luminance(rgb: u32) -> f64 {
        let part = |shift: u32| {
            let c = f64::from((rgb >> shift) & 0xff) / 255.0;
            if c <= 0.03928 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }

    fn contrast(a: u32, b: u32) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        a.max(b) / a.min(b)
    }

    /// Palettes buyers have: VGA, xterm, Windows Terminal's Campbell, GNOME's Tango, macOS Terminal.
    const PALETTES: [[(Colour, u32); 8]; 5] = [
        [
            (Red, 0xAA0000),
            (Green, 0x00AA00),
            (Yellow, 0xAA5500),
            (Blue, 0x0000AA),
            (Magenta, 0xAA00AA),
            (Cyan, 0x00AAAA),
            (BrightRed, 0xFF5555),
            (BrightBlack, 0x555555),
        ],
        [
            (Red, 0xCD0000),
            (Green, 0x00CD00),
            (Yellow, 0xCDCD00),
            (Blue, 0x0000EE),
            (Magenta, 0xCD00CD),
            (Cyan, 0x00CDCD),
            (BrightRed, 0xFF0000),
            (BrightBlack, 0x7F7F7F),
        ],
        [
            (Red, 0xC50F1F),
            (Green, 0x13A10E),
            (Yellow, 0xC19C00),
            (Blue, 0x0037DA),
            (Magenta, 0x881798),
            (Cyan, 0x3A96DD),
            (BrightRed, 0xE74856),
            (BrightBlack, 0x767676),
        ],
        [
            (Red, 0xCC0000),
            (Green, 0x4E9A06),
            (Yellow, 0xC4A000),
            (Blue, 0x3465A4),
            (Magenta, 0x75507B),
            (Cyan, 0x06989A),
            (BrightRed, 0xEF2929),
            (BrightBlack, 0x555753),
        ],
        [
            (Red, 0xC23621),
            (Green, 0x25BC24),
            (Yellow, 0xADAD27),
            (Blue, 0x492EE1),
            (Magenta, 0xD338D3),
            (Cyan, 0x33BBC8),
            (BrightRed, 0xFC391F),
            (BrightBlack, 0x818383),
        ],
    ];

    #[test]
    fn every_colour_of_a_theme_can_be_read_on_its_background() {
        for (preset, background) in [(Preset::Dark, 0x000000), (Preset::Light, 0xFFFFFF)] {
            for (role, look) in Theme::preset(preset).looks() {
                let Some(colour) = look.fg else { continue };
                for palette in PALETTES {
                    let rgb = palette.iter().find(|(name, _)| *name == colour).map(|(_, rgb)| *rgb);
                    let rgb =
                        rgb.unwrap_or_else(|| panic!("{preset:?} {role}: {colour:?} is in no palette here"));
                    let found = contrast(rgb, background);
                    assert!(found >= 3.0, "{preset:?} {role} {colour:?} {rgb:06x}: {found:.1}");
                }
            }
        }
        // The check can fail: yellow on white.
        assert!(contrast(0xCDCD00, 0xFFFFFF) < 3.0);
    }

    #[test]
    fn mono_has_no_colour_and_what_matters_is_still_set_off() {
        let mono = Theme::parse(Preset::Mono.text()).unwrap();
        assert!(mono.looks().iter().all(|(_, look)| look.fg.is_none()));
        for look in [mono.accent, mono.head, mono.selected, mono.bad, mono.warn, mono.good, mono.badge] {
            assert!(look.bold || look.reversed || look.underlined);
        }
        for preset in [Preset::Dark, Preset::Light] {
            assert!(Theme::parse(preset.text()).unwrap().accent.fg.is_some());
        }
    }

    #[test]
    fn an_unknown_role_is_an_error_that_names_it_and_its_line() {
        let error = Theme::parse("\n[acent]\nbold = true\n").unwrap_err();
        assert!(error.line == 2 && error.message.contains("acent"), "{error}");
        assert_eq!(Theme::parse("dim = { fg = \"mauve\" }").unwrap_err().line, 1);
    }

    #[test]
    fn a_background_that_is_told_chooses_the_theme() {
        let of = Preset::from_colorfgbg;
        assert_eq!(
            [of("15;0"), of("0;15"), of("0;default;15"), of("12;8"), of("0;7")],
            [
                Some(Preset::Dark),
                Some(Preset::Light),
                Some(Preset::Light),
                Some(Preset::Dark),
                Some(Preset::Light)
            ]
        );
        assert_eq!([of(""), of("15;default"), of("15;99")], [None; 3]);
    }
}
