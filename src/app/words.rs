//! A line of text asked for at the bottom of the screen: notes, tags, reasons, messages to sellers.

use crate::app::field::Field;
use crate::app::model::{Layer, Model};
use crate::app::msg::Effect;
use crate::app::{lists, offer, saved};
use crate::config::keymap::Key;
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::mark::{MarkEdit, Subject};
use crate::domain::saved::{NAME_CHARS, SavedName};
use crate::domain::text::Clean;
use crate::i18n::messages;

/// Longest note, in characters.
pub const NOTE_CHARS: usize = 500;
/// Longest reason, in characters.
pub const REASON_CHARS: usize = 200;
/// Longest message to a seller, in characters (GATEWAY.md 2.6).
pub const MESSAGE_CHARS: usize = 500;
/// Longest price typed, in characters.
const PRICE_CHARS: usize = 12;
/// Most tags of one offer or supplier, and the longest of them in characters.
pub const TAGS: usize = 10;
/// See [`TAGS`].
pub const TAG_CHARS: usize = 20;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordsWish {
    Note(Subject),
    Tags(Subject),
    /// Why it is blocked.
    Block(Subject),
    /// What goes to the seller with the next order to them.
    Message(SupplierId),
    /// The name to save the search on the screen under.
    SaveSearch,
    /// The name to save the cart under as a buying list.
    SaveList,
    /// The price of this offer to be told of.
    Watch(OfferKey),
}

impl WordsWish {
    /// Longest text that is taken, in characters.
    pub fn most(&self) -> usize {
        match self {
            WordsWish::Note(_) => NOTE_CHARS,
            WordsWish::Tags(_) => TAGS * (TAG_CHARS + 1),
            WordsWish::Block(_) => REASON_CHARS,
            WordsWish::Message(_) => MESSAGE_CHARS,
            WordsWish::SaveSearch | WordsWish::SaveList => NAME_CHARS,
            WordsWish::Watch(_) => PRICE_CHARS,
        }
    }
}

/// The line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsPrompt {
    pub wish: WordsWish,
    /// Whom or what it is about, in the screen's words.
    pub about: Clean,
    pub field: Field,
    /// The name that is taken: Enter on it once more replaces what has it.
    pub taken: Option<SavedName>,
    /// Why what was typed cannot be taken.
    pub trouble: Option<String>,
}

impl WordsPrompt {
    /// Whether no more can be typed.
    pub fn is_full(&self) -> bool {
        self.field.chars() >= self.wish.most()
    }
}

/// Asks for words, with those of before in the line.
pub fn ask(model: &mut Model, wish: WordsWish, about: Clean, before: &str) {
    let field = Field::with_room(before, wish.most());
    // A figure of before is rarely added to.
    let field = if matches!(wish, WordsWish::Watch(_)) { field.offered() } else { field };
    model.layers.push(Layer::Words(WordsPrompt { wish, about, field, taken: None, trouble: None }));
}

/// A key in the line; `false` when it is not one of the field's.
pub fn key(prompt: &mut WordsPrompt, key: Key) -> bool {
    prompt.trouble = None;
    prompt.field.give_room(prompt.wish.most());
    prompt.field.edit(key).is_some()
}

/// Text was pasted into the line.
pub fn pasted(prompt: &mut WordsPrompt, text: &str) {
    prompt.trouble = None;
    prompt.field.give_room(prompt.wish.most());
    prompt.field.insert(text.trim());
}

/// Enter.
pub fn take(model: &mut Model, mut prompt: WordsPrompt) -> Vec<Effect> {
    let words = Clean::capped(&prompt.field.text(), prompt.wish.most());
    let (subject, edit) = match prompt.wish.clone() {
        WordsWish::Note(subject) => (subject, MarkEdit::Note(words)),
        WordsWish::Tags(subject) => match tags(model, &words) {
            Ok(tags) => (subject, MarkEdit::Tags(tags)),
            Err(trouble) => {
                prompt.trouble = Some(trouble);
                model.layers.push(Layer::Words(prompt));
                return Vec::new();
            }
        },
        WordsWish::Block(subject) => {
            offer::hide(model, &subject, &words);
            (subject, MarkEdit::Block(Some(words)))
        }
        WordsWish::SaveSearch => return saved::take_name(model, prompt),
        WordsWish::SaveList => return lists::take_name(model, prompt),
        WordsWish::Watch(key) => return saved::take_watch(model, key, prompt),
        WordsWish::Message(supplier) => {
            let words = (!words.is_empty()).then_some(words);
            return vec![Effect::SetMessage { supplier, words }];
        }
    };
    vec![Effect::Mark { subject, edit }]
}

/// Tags stand between blanks or commas, with or without a number sign, each once.
fn tags(model: &Model, words: &Clean) -> Result<Vec<Clean>, String> {
    let mut tags: Vec<Clean> = Vec::new();
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';' | '；');
    for word in words.as_str().split(between) {
        let tag = Clean::new(word.trim_start_matches(['#', '＃']));
        if tag.is_empty() || tags.contains(&tag) {
            continue;
        }
        if tag.as_str().chars().count() > TAG_CHARS {
            return Err(messages::tag_too_long(model.lang, tag.as_str(), TAG_CHARS));
        }
        tags.push(tag);
    }
    if tags.len() > TAGS {
        return Err(messages::too_many_tags(model.lang, tags.len(), TAGS));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Keys;
    use crate::domain::quantity::Quantity;
    use crate::i18n::Lang;

    #[test]
    fn tags_are_split_at_blanks_and_commas_of_both_widths() {
        let model = Model::new(Lang::En, false, Keys::preset(), Quantity::ONE);
        let read = |text: &str| tags(&model, &Clean::new(text));
        let names = read("#礼品 年会、礼品，  gift;杯").unwrap();
        assert_eq!(names.iter().map(Clean::as_str).collect::<Vec<_>>(), ["礼品", "年会", "gift", "杯"]);
        assert!(read("").unwrap().is_empty());
        assert!(read(&"长".repeat(TAG_CHARS)).is_ok());
        assert!(read(&"长".repeat(TAG_CHARS + 1)).unwrap_err().contains("20"));
        let many: String = (0..=TAGS).map(|n| format!("t{n} ")).collect();
        assert!(read(&many).unwrap_err().contains("10"));
    }
}
