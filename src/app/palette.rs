//! The command palette: every action of the pane beneath, found by a few letters of its words or its id.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use crate::app::action::{self, ACTIONS, ActionId, Scope};
use crate::app::model::Model;

/// The actions that fit what was typed, best first; all of the pane's when nothing was.
pub fn found(model: &Model, typed: &str) -> Vec<ActionId> {
    let scopes = action::pane_scopes(model.pane);
    let offered = ACTIONS.iter().filter(|action| {
        scopes.contains(&action.scope)
            && !matches!(action.id, ActionId::Palette | ActionId::Interrupt)
            && (action.scope != Scope::Panes || !is_movement(action.id))
    });
    let typed = typed.trim();
    if typed.is_empty() {
        return offered.map(|action| action.id).collect();
    }
    let matcher = SkimMatcherV2::default().ignore_case();
    let mut scored: Vec<(i64, ActionId)> = offered
        .filter_map(|action| {
            let words = (action.text)(model.text());
            let score = matcher.fuzzy_match(words, typed).max(matcher.fuzzy_match(action.name, typed))?;
            Some((score, action.id))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, id)| id).collect()
}

/// Nobody looks up how to go one line down by name.
fn is_movement(id: ActionId) -> bool {
    matches!(
        id,
        ActionId::Up
            | ActionId::Down
            | ActionId::PageUp
            | ActionId::PageDown
            | ActionId::Top
            | ActionId::Bottom
    )
}
