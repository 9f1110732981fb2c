//! Quantities of many lines at once: ranges, expressions, what they would cost before they are taken, narrowing; and
//! what it looks like.

use std::collections::HashSet;

use pifa::app::model::Layer;
use pifa::app::msg::{CartDeed, CartSnapshot};
use pifa::app::{Effect, Fact, Model, Pane};
use pifa::domain::algebra::evaluate;
use pifa::domain::cart::Rules;
use pifa::domain::id::LineId;
use pifa::domain::quantity::Quantity;
use pifa::i18n::Lang;

use crate::screens::shown;
use crate::ui_fixtures::*;

fn in_cart(lang: Lang, width: u16, height: u16, cart: CartSnapshot) -> Model {
    let mut model = ready(lang, width, height);
    with_cart(&mut model, cart);
    press(&mut model, "3");
    model
}

/// Fifty lines with lots, which are orderable as they are.
fn fifty() -> CartSnapshot {
    let lots = [1u32, 2, 5, 6, 10, 12];
    let lines: Vec<_> = (0..50)
        .map(|at| {
            let mut offer = rival();
            offer.key = pifa::domain::id::OfferKey::Market(700_000_000_000 + at);
            let lot = lots[at as usize % lots.len()];
            offer.lot = Some(q(lot));
            line(at + 1, &offer, None, lot * (10 + at as u32))
        })
        .collect();
    snapshot(&lines)
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn sets(effects: &[Effect]) -> Vec<(i64, String)> {
    let [Effect::Cart(CartDeed::SetAll(sets))] = effects else { panic!("{effects:?}") };
    sets.iter().map(|(line, quantity)| (line.0, quantity.to_string())).collect()
}

#[test]
fn fifty_lines_a_fifth_more_in_whole_lots_in_seven_keys() {
    let cart = fifty();
    let lots = [1u32, 2, 5, 6, 10, 12];
    // Plain arithmetic of whole numbers.
    let expected: Vec<(i64, String)> = (0..50u32)
        .map(|at| {
            let lot = lots[at as usize % lots.len()];
            let more = (lot * (10 + at) * 12).div_ceil(10);
            (i64::from(at) + 1, (more.div_ceil(lot) * lot).to_string())
        })
        .collect();
    let keys = ["%", "*", "1", ".", "2", "c", "enter"];
    assert!(keys.len() <= 8);
    let mut model = in_cart(Lang::En, 80, 24, cart.clone());
    assert_eq!(sets(&press(&mut model, &keys.join(" "))), expected);
    assert!(model.cart.visual.is_none() && model.layers.is_empty());
    // As it is written in the help of the verb, from the first line down.
    let mut model = in_cart(Lang::En, 80, 24, cart.clone());
    press(&mut model, "V G =");
    type_text(&mut model, "*1.2 ceil");
    assert_eq!(sets(&press(&mut model, "enter")), expected);
    // It is one step, and it is said.
    let deed = CartDeed::SetAll(vec![(LineId(1), q(12)), (LineId(2), q(12))]);
    tell(&mut model, Fact::CartChanged { deed, result: Ok(cart) });
    assert_eq!(said(&model), "2 lines changed (u undoes)");
}

#[test]
fn a_count_takes_so_many_lines() {
    let chosen = |keys: &str| {
        let mut model = in_cart(Lang::En, 80, 24, fifty());
        press(&mut model, keys);
        let effects = press(&mut model, "+");
        match effects.as_slice() {
            [Effect::Cart(CartDeed::SetAll(sets))] => sets.iter().map(|(line, _)| line.0).collect::<Vec<_>>(),
            [Effect::Cart(CartDeed::Set(line, _))] => vec![line.0],
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(chosen("V"), [1]);
    assert_eq!(chosen("V 3"), [1, 2, 3]);
    assert_eq!(chosen("V 1 2"), (1..=12).collect::<Vec<_>>());
    assert_eq!(chosen("V 3 j"), [1, 2, 3, 4], "so many further, as in an editor");
    assert_eq!(chosen("V 9 9 9"), (1..=50).collect::<Vec<_>>());
    assert_eq!(chosen("G V 2 k"), [48, 49, 50]);
    assert_eq!(chosen("j j V k"), [2, 3]);
    assert_eq!(chosen("V 3 V"), [3], "pressed again it ends");
    assert_eq!(chosen("V 3 esc"), [3]);
}

#[test]
fn what_is_typed_is_priced_before_it_is_taken() {
    let mut model = in_cart(Lang::En, 80, 24, broken_cart());
    let before = model.cart.snapshot.clone();
    let goods = before.assessment.goods();
    // The second supplier's line: 120 sets at 82.00, 150 at 78.00.
    press(&mut model, "j j =");
    assert!(model.cart.preview.is_none(), "untouched");
    type_text(&mut model, "150");
    assert_eq!(model.cart.priced().goods() - goods, yuan("1860.00"), "150 x 78 - 120 x 82");
    let screen = shown(&mut model);
    assert!(screen.contains("120 → 150") && screen.contains("82.00 → 78.00"), "{screen}");
    assert!(screen.contains("(+1,860.00)"), "{screen}");
    // The ledger was asked nothing, and Esc leaves everything as it was.
    press(&mut model, "esc");
    assert_eq!(model.cart.snapshot, before);
    assert_eq!(model.cart.priced().goods(), goods);
    // A rule that would be broken is counted while it is typed.
    press(&mut model, "=");
    type_text(&mut model, "1");
    let more = model.cart.violations().len();
    assert_eq!(more, before.assessment.violations.len() + 1);
    // Half written is no mistake; what is none is named as soon as it is.
    press(&mut model, "esc =");
    type_text(&mut model, "*");
    assert!(shown(&mut model).contains("=moq"), "what may be written");
    type_text(&mut model, "2 foo");
    assert!(shown(&mut model).contains("\"foo\" is not understood"));
    assert!(press(&mut model, "enter").is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::Prompt(_))), "it stays open");
}

#[test]
fn what_one_line_cannot_have_no_line_gets() {
    let mut model = in_cart(Lang::En, 80, 24, broken_cart());
    press(&mut model, "% =");
    type_text(&mut model, "-12");
    let screen = shown(&mut model);
    assert!(screen.contains("nothing changed: 2 lines cannot, line 1 gives -4"), "{screen}");
    assert!(press(&mut model, "enter").is_empty());
    press(&mut model, "esc");
    assert_eq!(model.cart.snapshot, broken_cart());
    for (typed, why) in [
        ("0", "a quantity is above 0"),
        ("1.5", "not sold in parts"),
        ("1000000000", "no order is that large"),
    ] {
        press(&mut model, "esc =");
        type_text(&mut model, typed);
        assert!(press(&mut model, "enter").is_empty());
        let screen = shown(&mut model);
        assert!(screen.contains(why), "{typed}: {screen}");
        press(&mut model, "esc");
    }
}

#[test]
fn the_last_change_is_repeated_elsewhere() {
    let mut model = in_cart(Lang::En, 80, 24, fifty());
    assert!(press(&mut model, ".").is_empty());
    assert_eq!(said(&model), "no quantity was changed yet");
    type_text(&mut model, "=+12");
    assert_eq!(press(&mut model, "enter"), [Effect::Cart(CartDeed::Set(LineId(1), q(22)))]);
    assert_eq!(press(&mut model, "j ."), [Effect::Cart(CartDeed::Set(LineId(2), q(34)))]);
    assert_eq!(sets(&press(&mut model, "V 2 .")), [(2, "34".to_owned()), (3, "72".to_owned())]);
    // One key goes to the next tier, and that is a change too: 60 and 500 are tiers of these goods.
    assert_eq!(press(&mut model, "g g >"), [Effect::Cart(CartDeed::Set(LineId(1), q(60)))]);
    assert_eq!(press(&mut model, "j ."), [Effect::Cart(CartDeed::Set(LineId(2), q(60)))]);
    // Nothing cheaper above: said, nothing asked.
    let mut model = in_cart(Lang::En, 80, 24, snapshot(&[line(1, &rival(), None, 500)]));
    assert!(press(&mut model, ">").is_empty());
    assert!(said(&model).starts_with("no cheaper tier"));
}

#[test]
fn lines_are_narrowed_and_then_changed() {
    let mut model = in_cart(Lang::En, 80, 24, broken_cart());
    press(&mut model, "!");
    assert_eq!(model.cart.shown_len(), 3, "the lines that break a rule");
    assert_eq!(sets(&press(&mut model, "% * 2 enter")).len(), 3);
    press(&mut model, "esc");
    assert_eq!(model.cart.shown_len(), 4);
    // By words, while they are typed; English finds a Chinese title too.
    press(&mut model, "f");
    type_text(&mut model, "velvet");
    assert_eq!(model.cart.shown_len(), 1);
    assert!(shown(&mut model).contains("only \"velvet\": 1 of 4 lines"));
    press(&mut model, "enter");
    assert_eq!(press(&mut model, "+"), [Effect::Cart(CartDeed::Set(LineId(3), q(121)))]);
    press(&mut model, "f");
    type_text(&mut model, " nothing");
    assert_eq!(model.cart.shown_len(), 0);
    assert!(shown(&mut model).contains("no line fits"));
    assert!(press(&mut model, "enter =").is_empty());
    assert_eq!(said(&model), "no line fits");
    press(&mut model, "esc");
    assert_eq!((model.cart.shown_len(), model.pane), (4, Pane::Cart));
    // Given up, it is as it was before.
    press(&mut model, "! f");
    type_text(&mut model, "cup");
    press(&mut model, "esc");
    assert_eq!(model.cart.shown_len(), 3);
}

#[test]
fn several_lines_leave_as_one_step() {
    let mut model = in_cart(Lang::En, 80, 24, fifty());
    assert_eq!(press(&mut model, "j V 2 d"), [Effect::Cart(CartDeed::RemoveAll(vec![LineId(2), LineId(3)]))]);
    let deed = CartDeed::RemoveAll(vec![LineId(2), LineId(3)]);
    tell(&mut model, Fact::CartChanged { deed, result: Ok(fifty()) });
    assert_eq!(said(&model), "2 lines removed (u undoes)");
}

#[test]
fn the_preview_is_what_the_desk_would_say() {
    let mut model = in_cart(Lang::En, 80, 24, fifty());
    press(&mut model, "% =");
    type_text(&mut model, "*3 ceil >");
    let expr = "*3 ceil >".parse().unwrap();
    let cart = fifty().assessment;
    let all: HashSet<LineId> = (1..=50).map(LineId).collect();
    let outcome = evaluate(&expr, &cart, &Rules::default(), &all);
    let to = |id: LineId, now: Quantity| {
        outcome.changes.iter().find(|change| change.line == id).map_or(now, |change| change.to)
    };
    let lines = cart.parts.iter().flat_map(|part| &part.lines).map(|priced| {
        let mut line = priced.line.clone();
        line.quantity = to(line.id, line.quantity);
        line
    });
    let lines: Vec<_> = lines.collect();
    assert_eq!(model.cart.priced(), &snapshot(&lines).assessment);
}

#[test]
fn screens() {
    type Scene = fn(&mut Model);
    let scenes: [(&str, Scene); 4] = [
        ("algebra_range", |model| drop(press(model, "V 3"))),
        ("algebra_preview", |model| {
            press(model, "V 3 =");
            type_text(model, "*1.5 ceil");
        }),
        ("algebra_refused", |model| {
            press(model, "% =");
            type_text(model, "-12");
        }),
        ("algebra_narrowed", |model| {
            press(model, "! f");
            type_text(model, "保温");
        }),
    ];
    for (name, scene) in scenes {
        for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
            for (width, height) in [(80, 24), (120, 36)] {
                let mut model = in_cart(lang, width, height, broken_cart());
                scene(&mut model);
                insta::assert_snapshot!(format!("{name}_{tag}_{width}x{height}"), shown(&mut model));
            }
        }
    }
}
