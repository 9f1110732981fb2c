//! Text from outside is hostile until it is [`Clean`].
//!
//! Only `Clean` text may reach a widget, a log, a window title or stdout (DESIGN section 11):
//! escape sequences, control characters, bidi overrides and zero-width characters are gone, line breaks
//! are spaces, and both its length and its stacks of combining marks are capped.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::char::is_combining_mark;

/// Longest text kept, in characters; titles on 1688 have at most 60.
const MAX_CHARS: usize = 500;
/// Longest stack of combining marks on one base character; real scripts need no more.
const MAX_MARKS: usize = 3;

/// Text that is safe to show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Clean(String);

impl Clean {
    /// Cleans `raw`, keeping at most 500 characters.
    pub fn new(raw: &str) -> Self {
        Clean::capped(raw, MAX_CHARS)
    }

    /// Cleans `raw`, keeping at most `max_chars` characters.
    pub fn capped(raw: &str, max_chars: usize) -> Self {
        if is_plain(raw, max_chars) { Clean(raw.to_owned()) } else { Clean::picked(raw, max_chars) }
    }

    /// Cleans character by character.
    fn picked(raw: &str, max_chars: usize) -> Self {
        let mut kept = String::with_capacity(raw.len().min(max_chars * 4));
        let mut count = 0;
        let mut marks = 0;
        let mut rest = raw.chars();
        while let Some(c) = rest.next() {
            if count >= max_chars {
                break;
            }
            if c == '\u{1b}' || c == '\u{9b}' || c == '\u{9d}' || c == '\u{90}' {
                rest = after_escape(c, rest);
                continue;
            }
            if is_combining_mark(c) {
                marks += 1;
                // A mark with nothing to stand on would attach to whatever the screen drew before it.
                if marks > MAX_MARKS || kept.is_empty() || is_dropped(c) {
                    continue;
                }
            } else if is_space(c) {
                marks = 0;
                if kept.is_empty() || kept.ends_with(' ') {
                    continue;
                }
                kept.push(' ');
                count += 1;
                continue;
            } else if is_dropped(c) {
                continue;
            } else {
                marks = 0;
            }
            kept.push(c);
            count += 1;
        }
        kept.truncate(kept.trim_end().len());
        Clean(kept)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a text is clean as it is: ideographs, ASCII and its full-width forms, single blanks between them. Nearly
/// all texts are, and a catalog reads millions.
fn is_plain(raw: &str, max_chars: usize) -> bool {
    let mut count = 0;
    let mut after_blank = true;
    for c in raw.chars() {
        match c {
            '!'..='~' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}' => after_blank = false,
            ' ' if !after_blank => after_blank = true,
            _ => return false,
        }
        count += 1;
    }
    count <= max_chars && (!after_blank || count == 0)
}

/// Skips the body of an escape sequence where it has one; an unterminated string sequence loses only
/// its introducer, so that a hostile prefix cannot swallow a whole title.
fn after_escape(introducer: char, rest: std::str::Chars<'_>) -> std::str::Chars<'_> {
    let mut ahead = rest.clone();
    let kind = match introducer {
        '\u{1b}' => ahead.next(),
        '\u{9b}' => Some('['),
        '\u{9d}' => Some(']'),
        _ => Some('P'),
    };
    match kind {
        Some('[') => {
            for c in ahead.by_ref() {
                if ('\u{40}'..='\u{7e}').contains(&c) {
                    return ahead;
                }
                if !('\u{20}'..='\u{3f}').contains(&c) {
                    break;
                }
            }
            rest
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            while let Some(c) = ahead.next() {
                if c == '\u{7}' || c == '\u{9c}' {
                    return ahead;
                }
                if c == '\u{1b}' {
                    let mut after = ahead.clone();
                    if after.next() == Some('\\') {
                        return after;
                    }
                    break;
                }
            }
            rest
        }
        _ => rest,
    }
}

fn is_space(c: char) -> bool {
    c.is_whitespace() && c != '\u{85}'
        || matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{2028}' | '\u{2029}')
}

fn is_dropped(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

impl fmt::Display for Clean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for Clean {
    fn from(raw: &str) -> Self {
        Clean::new(raw)
    }
}

impl AsRef<str> for Clean {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Serialize for Clean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Text is cleaned again when it is read back: a file on disk is outside too.
impl<'de> Deserialize<'de> for Clean {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Clean::new(&String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_leave_with_their_bodies() {
        assert_eq!(Clean::new("\u{1b}[2J\u{1b}[H商品").as_str(), "商品");
        assert_eq!(Clean::new("\u{1b}]0;pwned\u{7}标题").as_str(), "标题");
        assert_eq!(Clean::new("\u{1b}]8;;http://x/\u{1b}\\链接\u{1b}]8;;\u{1b}\\").as_str(), "链接");
        assert_eq!(Clean::new("\u{9b}31m红").as_str(), "红");
    }

    #[test]
    fn an_unterminated_sequence_does_not_swallow_the_title() {
        assert_eq!(Clean::new("\u{1b}]0;保温杯").as_str(), "]0;保温杯");
    }

    #[test]
    fn invisible_and_bidi_characters_are_stripped_and_breaks_become_spaces() {
        assert_eq!(Clean::new("女\u{200b}装\u{202e}x\u{2067}").as_str(), "女装x");
        assert_eq!(Clean::new("行一\n行二\t三\u{3000}四").as_str(), "行一 行二 三 四");
        assert_eq!(Clean::new("100元\u{8}\u{8}1元\u{0}").as_str(), "100元1元");
    }

    #[test]
    fn stacks_of_marks_and_length_are_capped() {
        let zalgo = format!("a{}", "\u{301}".repeat(50));
        assert_eq!(Clean::new(&zalgo).as_str().chars().count(), 1 + MAX_MARKS);
        assert_eq!(Clean::new(&"好".repeat(2000)).as_str().chars().count(), MAX_CHARS);
    }

    #[test]
    fn plain_texts_are_what_picking_makes_of_them() {
        let pieces =
            ["保温杯", "a", "Ｂ（", " ", "  ", "\u{301}", "\u{200b}", "\t", "é", "。", "\u{1b}[1m", "~", "!"];
        let mut state = 7_usize;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..state % 6 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) % pieces.len()]);
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            let most = (state >> 40) % 12;
            assert_eq!(Clean::capped(&text, most), Clean::picked(&text, most), "{text:?} {most}");
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        for raw in ["\u{1b}\u{1b}[[31m31m x", "a \u{200b} b", "\u{301}a", "\u{1b}]\u{1b}[1m"] {
            let once = Clean::new(raw);
            assert_eq!(Clean::new(once.as_str()), once, "{raw:?}");
        }
    }
}
