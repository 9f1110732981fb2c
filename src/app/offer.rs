//! What can be done with the offer (or supplier) in focus, in whatever pane: notes, links, the clipboard.

use crate::app::action::ActionId;
use crate::app::model::Model;
use crate::app::msg::{Effect, Trouble};
use crate::domain::mark::{MarkEdit, Subject};

/// Does one of the `offer.*` actions.
pub fn act(_model: &mut Model, _id: ActionId) -> Vec<Effect> {
    Vec::new()
}

/// Whether one of them can be done now; the reason when not.
pub fn enabled(model: &Model, _id: ActionId) -> Result<(), &'static str> {
    Err(model.text().why_no_offer)
}

/// The buyer's words were kept, or not.
pub fn marked(
    _model: &mut Model,
    _subject: &Subject,
    _edit: &MarkEdit,
    _result: Result<(), Trouble>,
) -> Vec<Effect> {
    Vec::new()
}

/// A browser was asked to open an address.
pub fn opened(_model: &mut Model, _url: &str, _result: Result<(), Trouble>) -> Vec<Effect> {
    Vec::new()
}

/// Text went to the clipboard.
pub fn copied(_model: &mut Model, _characters: usize) -> Vec<Effect> {
    Vec::new()
}
