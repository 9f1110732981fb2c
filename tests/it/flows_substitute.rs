//! Substitutes: what the keys of the list do over the cart, the comparison and a reorder, what late answers may not,
//! and what it looks like.

use std::sync::Arc;

use pifa::app::msg::{CartDeed, NewLine, Trouble};
use pifa::app::substitute::{Place, SubstituteLayer};
use pifa::app::{Effect, Fact, Layer, Model};
use pifa::domain::drift::Choice;
use pifa::domain::id::{LineId, OfferKey, SpecId};
use pifa::domain::offer::Offer;
use pifa::domain::quantity::Unit;
use pifa::domain::substitute::{Candidate, Level, Present, Rule, Standing, Substitutes, ranked};
use pifa::domain::text::Clean;
use pifa::domain::written::FileTrouble;
use pifa::i18n::Lang;

use crate::screens::shown;
use crate::ui_fixtures::*;

fn candidate(offer: Offer, level: Level, alike: u32, factory: Option<u32>) -> Candidate {
    let rule = |from: &str, to: &str, at: &str| {
        let [from, to, at] = [from, to, at].map(Clean::new);
        Some(Rule { from, to, at })
    };
    Candidate {
        offer: Arc::new(offer),
        level,
        rule: match level {
            Level::Brand => rule("膳魔师", "哈尔斯", "brands.txt:6"),
            Level::Purpose => rule("保温杯", "焖烧罐", "purposes.txt:12"),
            Level::Same => None,
        },
        alike,
        shared: ["304不锈钢", "保温杯"].map(Clean::new).to_vec(),
        attributes: (3, 4),
        factory,
    }
}

/// One of each kind of row: cheaper, dearer, of unknown freight, not at this quantity, in another unit, by each level.
fn found(present: &Present) -> Substitutes {
    let other = |at: i64, change: &dyn Fn(&mut Offer)| {
        let mut offer = rival();
        offer.key = OfferKey::Market(690_000_000_000 + at);
        offer.identities.clear();
        change(&mut offer);
        offer
    };
    let titled = |offer: &mut Offer, title: &str, english: &str| {
        (offer.title, offer.title_en) = (Clean::new(title), Some(Clean::new(english)));
    };
    let all = vec![
        candidate(other(1, &|o| o.skus = vec![]), Level::Same, 72, Some(86)),
        candidate(
            other(2, &|o| {
                titled(o, "304不锈钢保温杯 直身杯 便携", "304 stainless straight cup, portable");
                o.tiers[1].price = yuan("8.40");
            }),
            Level::Same,
            64,
            Some(41),
        ),
        candidate(
            other(3, &|o| {
                titled(o, "哈尔斯 不锈钢真空杯 500ml", "Haers stainless vacuum cup 500 ml");
                o.tiers[1].price = yuan("11.60");
            }),
            Level::Brand,
            55,
            Some(91),
        ),
        candidate(
            Offer {
                freight: pifa::domain::freight::FreightTerms::ByAgreement,
                ..other(4, &|o| o.tiers[1].price = yuan("7.90"))
            },
            Level::Same,
            48,
            None,
        ),
        candidate(
            other(5, &|o| {
                o.moq = Some(q(500));
                o.tiers[1].price = yuan("7.00");
            }),
            Level::Same,
            44,
            Some(77),
        ),
        candidate(other(6, &|o| o.unit = Some(Unit::new("箱"))), Level::Same, 70, Some(88)),
        candidate(
            other(7, &|o| {
                titled(o, "焖烧罐 不锈钢 便携饭盒", "food jar, stainless lunch box");
                o.tiers[1].price = yuan("6.60");
            }),
            Level::Purpose,
            12,
            Some(75),
        ),
    ];
    Substitutes { rows: ranked(present, all, &destination()), mistakes: Vec::new() }
}

fn asked(effects: &[Effect]) -> (u64, Present) {
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::ReadSubstitutes { generation, present } => Some((*generation, present.as_ref().clone())),
        _ => None,
    });
    asked.expect("substitutes are asked for")
}

fn layer(model: &Model) -> &SubstituteLayer {
    match model.layers.last() {
        Some(Layer::Substitute(layer)) => layer,
        other => panic!("{other:?}"),
    }
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

/// Over the cart's first line, 300 cups, with everything found.
fn open(lang: Lang, width: u16, height: u16) -> Model {
    let mut model = ready(lang, width, height);
    with_cart(&mut model, legal_cart());
    press(&mut model, "3 home");
    let (generation, present) = asked(&press(&mut model, "p"));
    assert_eq!((present.quantity, present.spec_id.clone()), (q(300), Some(SpecId::new("w"))));
    let result = Ok(Arc::new(found(&present)));
    tell(&mut model, Fact::SubstitutesRead { generation, result });
    shown(&mut model);
    model
}

#[test]
fn three_keys_from_a_line_to_the_cheapest_factory_in_its_place() {
    let mut model = open(Lang::En, 80, 24);
    let all = layer(&model).rows().count();
    assert_eq!(all, 7);
    press(&mut model, "f");
    assert!(layer(&model).rows().all(|row| row.factory) && layer(&model).rows().count() < all);
    let best = layer(&model).selected().unwrap().clone();
    let cheapest = layer(&model)
        .rows()
        .filter(|row| row.standing == Standing::Known && row.of.level != Level::Purpose)
        .min_by_key(|row| row.at.landed);
    assert_eq!(Some(&best), cheapest);
    let deed = CartDeed::Swap {
        line: LineId(1),
        offer: best.of.offer.key.clone(),
        spec_id: best.at.spec_id.clone(),
    };
    assert_eq!(press(&mut model, "enter"), [Effect::Cart(deed.clone())]);
    assert!(model.layers.is_empty());
    let cart = snapshot(&[line(9, &best.of.offer, None, 300), line(3, &bedding(), None, 120)]);
    tell(&mut model, Fact::CartChanged { deed, result: Ok(cart) });
    assert_eq!(said(&model), "swapped (u undoes)");
    assert_eq!(model.cart.selected().map(|line| line.line.id), Some(LineId(9)));
    assert_eq!(press(&mut model, "u"), [Effect::Cart(CartDeed::Undo)]);
}

#[test]
fn nothing_is_taken_before_it_is_there_and_late_answers_are_dropped() {
    let mut model = ready(Lang::En, 80, 24);
    assert!(press(&mut model, "3 p").is_empty());
    assert_eq!(said(&model), "the cart is empty");
    with_cart(&mut model, legal_cart());
    let (first, present) = asked(&press(&mut model, "p"));
    assert!(press(&mut model, "enter").is_empty());
    assert_eq!(said(&model), "looking for substitutes...");
    press(&mut model, "esc");
    let result = Ok(Arc::new(found(&present)));
    tell(&mut model, Fact::SubstitutesRead { generation: first, result: result.clone() });
    assert!(model.layers.is_empty(), "closed stays closed");
    let (second, _) = asked(&press(&mut model, "p"));
    tell(&mut model, Fact::SubstitutesRead { generation: first, result });
    assert!(layer(&model).found.is_none(), "an older answer is none");
    let trouble = Trouble::new("the catalog cannot be read", None);
    tell(&mut model, Fact::SubstitutesRead { generation: second, result: Err(trouble) });
    assert!(shown(&mut model).contains("the catalog cannot be read"));
    assert!(press(&mut model, "enter").is_empty());
}

#[test]
fn another_unit_never_takes_the_quantity_but_can_be_added_beside() {
    let mut model = open(Lang::En, 80, 24);
    while layer(&model).selected().unwrap().standing != Standing::OtherUnit {
        press(&mut model, "j");
    }
    assert!(press(&mut model, "enter").is_empty());
    assert!(said(&model).contains("another unit"), "{}", said(&model));
    let key = layer(&model).selected().unwrap().of.offer.key.clone();
    let lines = vec![NewLine { offer: key, spec_id: None, quantity: q(300) }];
    assert_eq!(press(&mut model, "a"), [Effect::Cart(CartDeed::Add(lines))]);
}

#[test]
fn the_list_follows_its_line_and_goes_with_it() {
    let mut model = open(Lang::En, 80, 24);
    let more = snapshot(&[line(1, &cup(), Some("w"), 500), line(3, &bedding(), None, 120)]);
    let effects = tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(more) });
    assert_eq!(asked(&effects).1.quantity, q(500));
    assert!(layer(&model).found.is_none());
    let without = snapshot(&[line(3, &bedding(), None, 120)]);
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(without) });
    assert!(model.layers.is_empty());
}

#[test]
fn the_web_page_and_the_marks_are_those_of_the_selected_row() {
    let mut model = open(Lang::En, 80, 24);
    let key = layer(&model).selected().unwrap().of.offer.key.market_id().unwrap().to_string();
    let effects = press(&mut model, "o");
    assert!(matches!(effects.as_slice(), [Effect::Open(url)] if url.contains(&key)), "{effects:?}");
    assert!(!layer(&model).why);
    press(&mut model, "i");
    assert!(layer(&model).why && shown(&mut model).contains("both titles say"));
    press(&mut model, "tab");
    assert!(!layer(&model).why);
}

#[test]
fn in_the_comparison_it_is_exchanged() {
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "c down c g 2");
    let rows = pifa::app::compare::rows(&model);
    let old = rows[0].offer.key.clone();
    let (generation, present) = asked(&press(&mut model, "p"));
    assert_eq!(present.key, old);
    assert_eq!(layer(&model).place, Place::Compare(old.clone()));
    let result = Ok(Arc::new(found(&present)));
    tell(&mut model, Fact::SubstitutesRead { generation, result });
    let new = layer(&model).selected().unwrap().of.offer.key.clone();
    let count = model.compare.offers.len();
    assert!(press(&mut model, "enter").is_empty());
    assert!(model.compare.has(&new) && !model.compare.has(&old));
    assert_eq!(model.compare.offers.len(), count);
}

#[test]
fn a_dead_line_of_a_reorder_is_swapped_before_it_is_sent() {
    let mut model = crate::reorder::opened(Lang::En, 80, 24, 5);
    // The gone one is the fourth change, after a price, a lot and a minimum.
    press(&mut model, "k k k");
    let (generation, present) = asked(&press(&mut model, "p"));
    assert_eq!((present.quantity, present.landed), (q(30), None));
    assert_eq!(present.goods.map(|goods| goods.to_string()).as_deref(), Some("327.00"));
    let mut found = found(&present);
    // What costs about as much as it did.
    assert!(!found.rows.is_empty(), "{found:?}");
    found.mistakes = vec![FileTrouble::new(std::path::Path::new("purposes.txt"), 7, "no -> in it")];
    let result = Ok(Arc::new(found));
    tell(&mut model, Fact::SubstitutesRead { generation, result });
    assert!(shown(&mut model).contains("purposes.txt:7"));
    let best = layer(&model).selected().unwrap().clone();
    assert!(press(&mut model, "enter").is_empty());
    let Some(Layer::Drift(drift)) = model.layers.last() else { panic!("{:?}", model.layers) };
    let line = drift.choices.iter().position(|choice| *choice == Some(Choice::Swap)).unwrap();
    assert_eq!(drift.swap_of(line).map(|swap| swap.offer.key.clone()), Some(best.of.offer.key.clone()));
    assert!(drift.planned.contains(&line));
    assert_eq!(drift.open(), 1, "the withdrawn SKU waits still");
    // Taken back, and made again.
    press(&mut model, "u");
    let Some(Layer::Drift(drift)) = model.layers.last() else { panic!("{:?}", model.layers) };
    assert_eq!((drift.open(), drift.swap_of(line)), (2, None));
    let (generation, _) = asked(&press(&mut model, "p"));
    let result = Ok(Arc::new(Substitutes { rows: vec![best.clone()], mistakes: Vec::new() }));
    tell(&mut model, Fact::SubstitutesRead { generation, result });
    press(&mut model, "enter");
    press(&mut model, "d");
    let effects = press(&mut model, "S");
    let Some(Effect::Reorder(wanted)) = effects.iter().find(|e| matches!(e, Effect::Reorder(_))) else {
        panic!("{effects:?} {}", said(&model))
    };
    let swapped = wanted.lines.iter().find(|planned| planned.line == line).unwrap();
    assert_eq!((swapped.offer.key.clone(), swapped.quantity), (best.of.offer.key.clone(), q(30)));
    assert!(wanted.submit);
}

#[test]
fn list() {
    let scenes: [(&str, fn(&mut Model)); 5] = [
        ("substitutes", |_| {}),
        ("substitutes_why", |model| drop(press(model, "down i"))),
        ("substitutes_factories", |model| drop(press(model, "f"))),
        ("substitutes_none", |model| {
            let (generation, _) = asked(&press(model, "esc p"));
            tell(model, Fact::SubstitutesRead { generation, result: Ok(Arc::default()) });
        }),
        ("substitutes_reading", |model| drop(press(model, "esc p"))),
    ];
    for (name, scene) in scenes {
        for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
            for (width, height) in [(80, 24), (120, 36)] {
                let mut model = open(lang, width, height);
                scene(&mut model);
                insta::assert_snapshot!(format!("{name}_{tag}_{width}x{height}"), shown(&mut model));
            }
        }
    }
    let mut model = open(Lang::ZhTw, 80, 24);
    insta::assert_snapshot!("substitutes_tw_80x24", shown(&mut model));
}
