//! A one-line text field: insertion, deletion and movement by what a person sees as one character.

use unicode_segmentation::UnicodeSegmentation;

use crate::config::keymap::{Code, Key};
use crate::domain::text::Clean;

/// Longest text a field takes unless it is given more room, in characters: a pasted share text with its link fits.
const MAX_CHARS: usize = 500;

/// Text and a cursor between two of its characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    before: String,
    after: String,
    /// Longest text it takes, in characters; `None` = that of a query.
    most: Option<usize>,
    /// The text is what was there before and was not touched: what is typed or pasted takes its place.
    is_offered: bool,
}

impl Field {
    /// With this text and the cursor at its end.
    pub fn new(text: &str) -> Self {
        let mut field = Field::default();
        field.insert(text);
        field
    }

    /// With this text, the cursor at its end, and room for so many characters in all.
    pub fn with_room(text: &str, most: usize) -> Self {
        let mut field = Field { most: Some(most), ..Field::default() };
        field.insert(text);
        field
    }

    /// The same text as an offer: what is typed or pasted first takes its place, moving about in it accepts it.
    pub fn offered(self) -> Self {
        Field { is_offered: !self.is_empty(), ..self }
    }

    /// Whether it still holds what was offered.
    pub fn is_offered(&self) -> bool {
        self.is_offered
    }

    /// Gives it room for so many characters; what is longer stays until it is shortened.
    pub fn give_room(&mut self, most: usize) {
        self.most = Some(most);
    }

    /// Characters in it.
    pub fn chars(&self) -> usize {
        self.before.chars().count() + self.after.chars().count()
    }

    /// Longest text it takes, in characters.
    pub fn most(&self) -> usize {
        self.most.unwrap_or(MAX_CHARS)
    }

    /// The text.
    pub fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// The text left of the cursor.
    pub fn before(&self) -> &str {
        &self.before
    }

    /// The text right of the cursor.
    pub fn after(&self) -> &str {
        &self.after
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.before.clear();
        self.after.clear();
        self.is_offered = false;
    }

    /// Puts text in at the cursor: cleaned, since a paste comes from outside. Whether anything changed.
    pub fn insert(&mut self, raw: &str) -> bool {
        if self.is_offered {
            self.clear();
        }
        let room = self.most().saturating_sub(self.chars());
        // Cleaning trims the ends, but a blank typed between two words has to stay.
        let clean = Clean::capped(&format!("x{raw}x"), room + 2);
        let text = clean.as_str().strip_prefix('x').unwrap_or_default();
        let text = text.strip_suffix('x').unwrap_or(text);
        let kept: String = text.chars().take(room).collect();
        self.before.push_str(&kept);
        !kept.is_empty()
    }

    /// Handles an editing key; `None` when it is not one, else whether the text changed.
    pub fn edit(&mut self, key: Key) -> Option<bool> {
        if self.is_offered && key == Key::plain(Code::Backspace) {
            self.clear();
            return Some(true);
        }
        let edited = self.edit_text(key);
        if edited.is_some() {
            self.is_offered = false;
        }
        edited
    }

    fn edit_text(&mut self, key: Key) -> Option<bool> {
        if let Some(c) = key.typed() {
            return Some(self.insert(c.encode_utf8(&mut [0; 4])));
        }
        let ctrl = |c| key == Key::ctrl(c);
        if ctrl('u') {
            let had = !self.before.is_empty();
            self.before.clear();
            return Some(had);
        }
        if ctrl('w') {
            let kept = self.before.trim_end().rfind(' ').map_or(0, |at| at + 1);
            let had = kept < self.before.len();
            self.before.truncate(kept);
            return Some(had);
        }
        if ctrl('a') || key == Key::plain(Code::Home) {
            self.after.insert_str(0, &self.before);
            self.before.clear();
            return Some(false);
        }
        if ctrl('e') || key == Key::plain(Code::End) {
            self.before.push_str(&std::mem::take(&mut self.after));
            return Some(false);
        }
        if key.ctrl || key.alt {
            return None;
        }
        match key.code {
            Code::Backspace => {
                let last = self.before.graphemes(true).next_back().map_or(0, str::len);
                self.before.truncate(self.before.len() - last);
                Some(last > 0)
            }
            Code::Delete => {
                let first = self.after.graphemes(true).next().map_or(0, str::len);
                self.after.drain(..first);
                Some(first > 0)
            }
            Code::Left => {
                let last = self.before.graphemes(true).next_back().unwrap_or_default().to_owned();
                self.before.truncate(self.before.len() - last.len());
                self.after.insert_str(0, &last);
                Some(false)
            }
            Code::Right => {
                let first = self.after.graphemes(true).next().unwrap_or_default().to_owned();
                self.after.drain(..first.len());
                self.before.push_str(&first);
                Some(false)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_by_whole_characters() {
        let mut field = Field::new("保温杯");
        field.edit(Key::plain(Code::Backspace));
        field.edit(Key::plain(Code::Left));
        field.edit(Key::char('大'));
        assert_eq!((field.before(), field.after()), ("保大", "温"));
        field.edit(Key::ctrl('a'));
        field.edit(Key::plain(Code::Delete));
        assert_eq!(field.text(), "大温");
        field.edit(Key::ctrl('u'));
        assert_eq!(field.text(), "大温");
    }

    #[test]
    fn an_offered_text_makes_way_for_what_is_typed() {
        let offered = || Field::new("300").offered();
        let after = |keys: &[Key]| {
            let mut field = offered();
            for key in keys {
                field.edit(*key);
            }
            (field.text(), field.is_offered())
        };
        let (two, back, left) = (Key::char('2'), Key::plain(Code::Backspace), Key::plain(Code::Left));
        assert_eq!(after(&[two, two]), ("22".to_owned(), false));
        assert_eq!(after(&[back, two]), ("2".to_owned(), false));
        assert_eq!(after(&[left, two]), ("3020".to_owned(), false));
        assert_eq!(after(&[Key::ctrl('e'), back]), ("30".to_owned(), false));
        // A key that is none of the field's leaves the offer.
        assert_eq!(after(&[Key::plain(Code::Enter), two]), ("2".to_owned(), false));
        let mut pasted = offered();
        assert!(pasted.is_offered() && pasted.insert("12,000") && !pasted.is_offered());
        assert_eq!(pasted.text(), "12,000");
        assert!(!Field::default().offered().is_offered(), "nothing is no offer");
    }

    #[test]
    fn blanks_between_words_stay_and_hostile_pastes_do_not() {
        let mut field = Field::new("不锈钢");
        field.edit(Key::char(' '));
        field.insert("\u{1b}[2J保温\n杯\u{202e}");
        assert_eq!(field.text(), "不锈钢 保温 杯");
        assert_eq!(field.edit(Key::char('\u{7}')), Some(false));
        field.insert(&"x".repeat(5000));
        assert_eq!(field.text().chars().count(), MAX_CHARS);
        field.edit(Key::ctrl('w'));
        assert_eq!(field.text(), "不锈钢 保温 ");
    }
}
