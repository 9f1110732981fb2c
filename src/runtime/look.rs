//! The user's keymap.toml and theme.toml over the presets.

use std::io::ErrorKind;
use std::path::Path;

use crate::app::Keys;
use crate::config::theme::Theme;

/// Keys and colours of the screens.
#[derive(Debug, Clone)]
pub struct Look {
    /// Which keys do what.
    pub keys: Keys,
    /// How roles of text look.
    pub theme: Theme,
}

/// A file of the user's that cannot be used: which, where and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}")]
pub struct BadLook {
    file: String,
    what: String,
}

impl Look {
    /// Reads `keymap.toml` and `theme.toml` of this folder; what is not there is as shipped.
    pub fn load(folder: &Path, colours: bool) -> Result<Look, BadLook> {
        let keys = match read(&folder.join("keymap.toml"))? {
            None => Keys::preset(),
            Some((file, text)) => {
                Keys::with_user(&text).map_err(|error| BadLook { file, what: error.to_string() })?
            }
        };
        let theme = match read(&folder.join("theme.toml"))? {
            Some((file, text)) if colours => {
                Theme::parse(&text).map_err(|error| BadLook { file, what: error.to_string() })?
            }
            _ => Theme::preset(colours),
        };
        Ok(Look { keys, theme })
    }
}

fn read(path: &Path) -> Result<Option<(String, String)>, BadLook> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some((file, text))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BadLook { file, what: error.to_string() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_file_names_itself_and_its_line() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Look::load(folder.path(), true).is_ok());
        std::fs::write(folder.path().join("keymap.toml"), "help = \"?\"\nhepl = \"x\"\n").unwrap();
        let error = Look::load(folder.path(), true).unwrap_err().to_string();
        assert!(error.contains("keymap.toml: line 2") && error.contains("\"help\""), "{error}");
    }
}
