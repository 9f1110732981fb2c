//! A line of text asked for at the bottom of the screen: notes, tags, reasons, messages to sellers.

use crate::app::field::Field;
use crate::app::model::Model;
use crate::app::msg::Effect;
use crate::config::keymap::Key;
use crate::domain::id::SupplierId;
use crate::domain::mark::Subject;
use crate::domain::text::Clean;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordsWish {
    Note(Subject),
    Tags(Subject),
    /// Why it is blocked.
    Block(Subject),
    /// What goes to the seller with the next order to them.
    Message(SupplierId),
}

/// The line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsPrompt {
    pub wish: WordsWish,
    /// Whom or what it is about, in the screen's words.
    pub about: Clean,
    pub field: Field,
    /// Why what was typed cannot be taken.
    pub trouble: Option<String>,
}

/// A key in the line; `false` when it is not one of the field's.
pub fn key(prompt: &mut WordsPrompt, key: Key) -> bool {
    prompt.trouble = None;
    prompt.field.edit(key).is_some()
}

/// Enter.
pub fn take(_model: &mut Model, _prompt: WordsPrompt) -> Vec<Effect> {
    Vec::new()
}
