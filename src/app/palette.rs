//! The command palette: every action of the pane beneath, found by a few letters of its words or its id.

use fuzzy_matcher::FuzzyMatcher;
use fuzzy_matcher::skim::SkimMatcherV2;

use crate::app::action::{self, ACTIONS, Action, ActionId, Scope};
use crate::app::model::Model;
use crate::i18n::Lang;

/// What the whole id, and its beginning, are worth beside the letters' own score.
const WHOLE: i64 = 1_000;
const BEGINNING: i64 = 100;
/// What the screen's own words are worth over those of another language.
const OWN_WORDS: i64 = 20;

/// The actions that fit what was typed, best first; all of the pane's when nothing was. Words of every language
/// count: a buyer may know a command from the other screen.
pub fn found(model: &Model, typed: &str) -> Vec<ActionId> {
    let scopes = action::list_scopes(model);
    let offered = ACTIONS.iter().filter(|action| {
        scopes.contains(&action.scope)
            && !matches!(action.id, ActionId::Palette | ActionId::Interrupt)
            && (action.scope != Scope::Panes || !is_movement(action.id))
    });
    let typed = typed.trim().to_lowercase();
    if typed.is_empty() {
        return offered.map(|action| action.id).collect();
    }
    let matcher = SkimMatcherV2::default().ignore_case();
    let mut scored: Vec<(i64, ActionId)> = offered
        .filter_map(|action| Some((score(&matcher, model.lang, action, &typed)?, action.id)))
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, id)| id).collect()
}

/// How well an action fits; `None` = not at all.
fn score(matcher: &SkimMatcherV2, lang: Lang, action: &Action, typed: &str) -> Option<i64> {
    let of_id = matcher.fuzzy_match(action.name, typed).map(|score| match action.name {
        name if name == typed => score + WHOLE,
        name if name.starts_with(typed) => score + BEGINNING,
        _ => score,
    });
    let of_words = Lang::ALL.into_iter().filter_map(|other| {
        let words = (action.text)(other.text());
        let score = matcher.fuzzy_match(words, typed)?;
        Some(if other == lang { score + OWN_WORDS } else { score })
    });
    of_words.chain(of_id).max()
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
