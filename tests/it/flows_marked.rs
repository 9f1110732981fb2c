//! The marked offers: read anew where they are compared, kept from one sitting to the next.

use std::sync::Arc;

use pifa::app::msg::Trouble;
use pifa::app::{Effect, Fact, Model, Pane};
use pifa::domain::id::OfferKey;
use pifa::domain::offer::Offer;
use pifa::domain::session::Remembered;
use pifa::i18n::Lang;

use crate::ui_fixtures::*;

fn marked(model: &Model) -> Vec<OfferKey> {
    model.compare.offers.iter().map(|offer| offer.key.clone()).collect()
}

/// The marks that are to be read, and the number to answer with.
fn asked(effects: &[Effect]) -> Option<(u64, Vec<OfferKey>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::ReadCompared { generation, keys } => Some((*generation, keys.clone())),
        _ => None,
    })
}

fn answer(model: &mut Model, generation: u64, offers: &[Offer]) {
    let found = offers.iter().cloned().map(Arc::new).collect();
    tell(model, Fact::ComparedRead { generation, result: Ok(found) });
}

fn three_marked() -> Model {
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "c down c down c");
    assert_eq!(model.compare.offers.len(), 3);
    model
}

#[test]
fn compared_is_what_the_catalog_says_now_and_not_what_was_marked() {
    let mut model = three_marked();
    let before = marked(&model);
    let (generation, keys) = asked(&press(&mut model, "2")).unwrap();
    assert_eq!(keys, before);
    press(&mut model, "down");
    let stood = pifa::app::compare::rows(&model)[1].offer.key.clone();
    // The selected one got so dear that its row moves; another is gone from the catalog and stays as it was marked.
    let mut dearer = (*model.compare.offers.iter().find(|offer| offer.key == stood).unwrap().clone()).clone();
    for tier in &mut dearer.tiers {
        (tier.price, tier.promotion) = (yuan("9999.00"), None);
    }
    for sku in &mut dearer.skus {
        sku.price = sku.price.map(|_| yuan("9999.00"));
    }
    answer(&mut model, generation, &[dearer.clone()]);
    assert_eq!(marked(&model), before);
    let held = model.compare.offers.iter().find(|offer| offer.key == stood).unwrap();
    assert_eq!(**held, dearer);
    let selected = pifa::app::compare::rows(&model)[model.compare.list.selected].offer.key.clone();
    assert_eq!(selected, stood, "the selection stays on its offer");
    // A sync reads them again, wherever the buyer is.
    press(&mut model, "g 1");
    let effects = tell(&mut model, Fact::SyncEnded(Ok(7)));
    assert_eq!(asked(&effects).unwrap().1, before);
}

#[test]
fn a_late_answer_brings_no_mark_back() {
    let mut model = three_marked();
    let (generation, _) = asked(&press(&mut model, "2")).unwrap();
    let all: Vec<Offer> = model.compare.offers.iter().map(|offer| (**offer).clone()).collect();
    press(&mut model, "d");
    let left = marked(&model);
    assert_eq!(left.len(), 2);
    answer(&mut model, generation, &all);
    assert_eq!(marked(&model), left);
    // Cleared, and one marked anew: the answer to the older asking is not one to the newer.
    let (older, _) = asked(&tell(&mut model, Fact::SyncEnded(Ok(1)))).unwrap();
    pifa::app::compare::clear(&mut model);
    press(&mut model, "g 1 c");
    let (newer, _) = asked(&press(&mut model, "2")).unwrap();
    assert!(newer > older);
    let trouble = Trouble::new("the catalog cannot be read", None);
    tell(&mut model, Fact::ComparedRead { generation: older, result: Err(trouble) });
    assert!(model.compare.trouble.is_none() && model.compare.pending);
}

#[test]
fn marks_are_there_again_in_the_next_sitting() {
    let mut model = three_marked();
    tell(&mut model, Fact::SessionRead(None));
    let before = marked(&model);
    let kept = press(&mut model, "g 2 Q").into_iter().find_map(|effect| match effect {
        Effect::SaveSession(kept) => Some(kept),
        _ => None,
    });
    let kept = kept.unwrap();
    assert_eq!(kept.compared, before);
    let again = Remembered::from_json(&kept.to_json().unwrap()).unwrap();
    // Even where the buyer was quicker than the ledger: marks are not put under anybody's hands.
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "down");
    let effects = tell(&mut model, Fact::SessionRead(Some(Box::new(again.clone()))));
    let (generation, keys) = asked(&effects).unwrap();
    assert_eq!((keys, model.pane), (before.clone(), Pane::Search));
    // While they are on their way they are still what is remembered.
    assert_eq!(pifa::app::remember::remembered(&model).compared, before);
    // One left the catalog: there is nothing to show of it.
    let found: Vec<Offer> = page(model.quantity)
        .rows
        .iter()
        .map(|row| (*row.offer).clone())
        .filter(|o| o.key != before[1])
        .collect();
    answer(&mut model, generation, &found);
    assert_eq!(marked(&model).len(), 2);
    assert!(!marked(&model).contains(&before[1]));
    // New marks are not replaced by old ones.
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "c");
    let own = marked(&model);
    assert!(asked(&tell(&mut model, Fact::SessionRead(Some(Box::new(again))))).is_none());
    assert_eq!(marked(&model), own);
}
