//! Keys and keymaps: the shipped preset and the user's file are read by the same code.
//!
//! A keymap says which key sequences an action id answers to. Which ids exist is the business of the
//! action table, which checks what is read here.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;

/// A key without its modifiers. Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// Any character, Space included.
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    /// F1 to F12.
    F(u8),
}

/// A key as pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which.
    pub code: Code,
    /// With Control.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
}

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Key { code, ctrl: false, alt: false }
    }

    /// A character without modifiers.
    pub const fn char(c: char) -> Self {
        Key::plain(Code::Char(c))
    }

    /// A character with Control.
    pub const fn ctrl(c: char) -> Self {
        Key { code: Code::Char(c), ctrl: true, alt: false }
    }

    /// Full-width forms, and what a Chinese input method gives for `/ [ ]`, as their ASCII keys.
    pub fn narrowed(self) -> Self {
        let code = match self.code {
            Code::Char(c @ '！'..='～') => Code::Char(char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)),
            Code::Char('\u{3000}') => Code::Char(' '),
            Code::Char('、') => Code::Char('/'),
            Code::Char('【') => Code::Char('['),
            Code::Char('】') => Code::Char(']'),
            other => other,
        };
        Key { code, ..self }
    }

    /// The character this key types, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// From a name such as `ctrl-r`, `pgdn`, `?` or `F5`.
    pub fn from_name(name: &str) -> Option<Key> {
        let (mut ctrl, mut alt, mut rest) = (false, false, name);
        loop {
            if let Some(after) = rest.strip_prefix("ctrl-") {
                (ctrl, rest) = (true, after);
            } else if let Some(after) = rest.strip_prefix("alt-") {
                (alt, rest) = (true, after);
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) => Code::Char(c),
            _ => NAMES.iter().find(|(n, _, _)| *n == rest).map(|(_, _, code)| *code).or_else(|| {
                let number: u8 = rest.strip_prefix(['F', 'f'])?.parse().ok()?;
                (1..=12).contains(&number).then_some(Code::F(number))
            })?,
        };
        Some(Key { code, ctrl, alt })
    }
}

/// Name in files, name on the screen.
const NAMES: [(&str, &str, Code); 15] = [
    ("enter", "Enter", Code::Enter),
    ("esc", "Esc", Code::Esc),
    ("tab", "Tab", Code::Tab),
    ("backtab", "S-Tab", Code::BackTab),
    ("backspace", "BkSp", Code::Backspace),
    ("del", "Del", Code::Delete),
    ("up", "Up", Code::Up),
    ("down", "Down", Code::Down),
    ("left", "Left", Code::Left),
    ("right", "Right", Code::Right),
    ("pgup", "PgUp", Code::PageUp),
    ("pgdn", "PgDn", Code::PageDown),
    ("home", "Home", Code::Home),
    ("end", "End", Code::End),
    ("space", "Space", Code::Char(' ')),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match (NAMES.iter().find(|(_, _, code)| *code == self.code), self.code) {
            (Some((_, shown, _)), _) => f.write_str(shown),
            (None, Code::Char(c)) => write!(f, "{c}"),
            (None, Code::F(n)) => write!(f, "F{n}"),
            (None, _) => Ok(()),
        }
    }
}

/// One or more keys pressed one after another.
pub type Sequence = Vec<Key>;

/// What a file says of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Action id, e.g. `cart.submit`.
    pub action: String,
    /// Each of them triggers it; none = the action has no key.
    pub keys: Vec<Sequence>,
    /// 1-based line in the file, for messages.
    pub line: usize,
}

/// A keymap file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct BadKeymap {
    /// 1-based.
    pub line: usize,
    /// In plain words.
    pub message: String,
}

/// The keymap shipped with the program.
pub const PRESET: &str = include_str!("../../assets/keymap.toml");

/// Reads a keymap: `id = ["key", "key key"]`, one action a line.
pub fn parse(text: &str) -> Result<Vec<Binding>, BadKeymap> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Keys {
        One(String),
        Many(Vec<String>),
    }
    type File = std::collections::BTreeMap<String, toml::Spanned<Keys>>;
    let file: File = toml::from_str(text).map_err(|error| BadKeymap {
        line: line_of(text, error.span()),
        message: explain(error.message()),
    })?;
    let mut bindings = Vec::new();
    for (action, keys) in file {
        let line = line_of(text, Some(keys.span()));
        let names = match keys.into_inner() {
            Keys::One(name) => vec![name],
            Keys::Many(names) => names,
        };
        let keys = names
            .iter()
            .map(|name| sequence(name).map_err(|message| BadKeymap { line, message }))
            .collect::<Result<_, _>>()?;
        bindings.push(Binding { action, keys, line });
    }
    bindings.sort_by_key(|binding| binding.line);
    Ok(bindings)
}

fn sequence(text: &str) -> Result<Sequence, String> {
    let keys: Sequence = text
        .split_whitespace()
        .map(|name| {
            Key::from_name(name).ok_or_else(|| {
                format!("{name:?} is not a key (such as a, ?, enter, pgdn, F5, ctrl-r, or \"g 1\" for two)")
            })
        })
        .collect::<Result<_, _>>()?;
    if keys.is_empty() { Err("an empty key".to_owned()) } else { Ok(keys) }
}

/// The parser's words on one line; its word for a wrong value says nothing to a buyer.
fn explain(message: &str) -> String {
    if message.contains("untagged enum") {
        return "the keys of an action are a text or a list of texts, and an id with a dot stands in quotes, \
                such as \"cart.undo\" = [\"u\"]"
            .to_owned();
    }
    message.lines().collect::<Vec<_>>().join(" ")
}

fn line_of(text: &str, span: Option<Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start);
    1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_the_screen_shows() {
        let shown: Vec<String> = ["ctrl-r", "?", "pgdn", "F5", "space", "alt-x", "-"]
            .iter()
            .map(|name| Key::from_name(name).unwrap().to_string())
            .collect();
        assert_eq!(shown, ["Ctrl-r", "?", "PgDn", "F5", "Space", "Alt-x", "-"]);
        assert_eq!(Key::from_name("hyper-x"), None);
    }

    #[test]
    fn full_width_keys_are_their_ascii_keys() {
        let narrow = |c| Key::char(c).narrowed().typed().unwrap();
        assert_eq!(
            ['？', '：', '／', '１', '、', '】', '杯'].map(narrow),
            ['?', ':', '/', '1', '/', ']', '杯']
        );
    }

    #[test]
    fn a_bad_key_is_named_with_its_line() {
        let error = parse("help = \"?\"\n\"cart.undo\" = [\"u\", \"hyper-x\"]\n").unwrap_err();
        assert_eq!(error.line, 2);
        assert!(error.message.contains("hyper-x"), "{error}");
        assert_eq!(parse("help = 3\n").unwrap_err().line, 1);
        let error = parse("help = \"?\"\ncart.undo = \"u\"\n").unwrap_err();
        assert!(error.line == 2 && error.message.contains("in quotes"), "{error}");
        assert_eq!(parse("help = \"?\"\nhelp = \"x\"\n").unwrap_err().line, 2);
    }

    #[test]
    fn the_preset_reads() {
        assert!(parse(PRESET).unwrap().len() > 20);
    }
}
