//! How the screens look and hear: the user's keymap.toml and theme.toml over the presets, the background and the
//! width of doubtful marks as far as the environment tells.

use std::io::ErrorKind;
use std::path::Path;

use crate::app::Keys;
use crate::config::theme::{Preset, Theme};

/// Keys and colours of the screens.
#[derive(Debug, Clone)]
pub struct Look {
    /// Which keys do what.
    pub keys: Keys,
    /// How roles of text look.
    pub theme: Theme,
}

/// A file of the user's that cannot be used: `file:line: why`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{what}")]
pub struct BadLook {
    file: String,
    what: String,
}

impl Look {
    /// Reads `keymap.toml` and `theme.toml` of this folder; what is not there is as shipped. `wished` is the theme of
    /// the settings; without one the background decides, as far as it is known.
    pub fn load(
        folder: &Path,
        wished: Option<Preset>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Look, BadLook> {
        let keys = match read(&folder.join("keymap.toml"))? {
            None => Keys::preset(),
            Some((file, text)) => {
                Keys::with_user(&text).map_err(|error| BadLook { file, what: error.to_string() })?
            }
        };
        let preset = preset(wished, &env);
        let theme = match read(&folder.join("theme.toml"))? {
            Some((file, text)) => {
                let own = Theme::parse(&text).map_err(|error| BadLook { file, what: error.to_string() })?;
                if preset == Preset::Mono { Theme::preset(preset) } else { own }
            }
            None => Theme::preset(preset),
        };
        Ok(Look { keys, theme })
    }
}

/// NO_COLOR before the settings before the background.
fn preset(wished: Option<Preset>, env: &impl Fn(&str) -> Option<String>) -> Preset {
    // https://no-color.org: set and not empty.
    if env("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return Preset::Mono;
    }
    wished.or_else(|| Preset::from_colorfgbg(&env("COLORFGBG")?)).unwrap_or(Preset::Dark)
}

fn read(path: &Path) -> Result<Option<(String, String)>, BadLook> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((file, text))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BadLook { file, what: format!(" {error}") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_file_names_itself_and_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let load = || Look::load(folder.path(), None, |_| None);
        assert!(load().is_ok());
        std::fs::write(folder.path().join("keymap.toml"), "help = \"?\"\nhepl = \"x\"\n").unwrap();
        let error = load().unwrap_err().to_string();
        assert!(error.contains("keymap.toml:2: ") && error.contains("\"help\""), "{error}");
        std::fs::write(folder.path().join("keymap.toml"), "\n\n\"cart.clear\" = \"S\"\n").unwrap();
        let error = load().unwrap_err().to_string();
        assert!(error.contains("keymap.toml:3: S is a key of both cart.submit and cart.clear"), "{error}");
        std::fs::write(folder.path().join("keymap.toml"), "").unwrap();
        std::fs::write(folder.path().join("theme.toml"), "bad = { fg = \"red\" }\nbda = {}\n").unwrap();
        let error = load().unwrap_err().to_string();
        assert!(error.contains("theme.toml:2: ") && error.contains("bda"), "{error}");
    }

    #[test]
    fn the_theme_is_chosen_by_no_color_then_settings_then_background() {
        let env = |name: &'static str, value: &'static str| {
            move |asked: &str| (asked == name).then(|| value.to_owned())
        };
        assert_eq!(preset(Some(Preset::Light), &env("NO_COLOR", "1")), Preset::Mono);
        assert_eq!(preset(Some(Preset::Light), &env("NO_COLOR", "")), Preset::Light);
        assert_eq!(preset(Some(Preset::Dark), &env("COLORFGBG", "0;15")), Preset::Dark);
        assert_eq!(preset(None, &env("COLORFGBG", "0;15")), Preset::Light);
        assert_eq!(preset(None, &env("TERM", "xterm")), Preset::Dark);
    }
}
