//! The fix sheet: what its keys do, what late answers may not, and what it looks like.

use std::sync::Arc;

use pifa::app::model::{Layer, Tone};
use pifa::app::msg::{CartDeed, Trouble};
use pifa::app::{Effect, Fact, Model};
use pifa::domain::cart::CartLine;
use pifa::domain::fix::{Change, Fix, Task, fix};
use pifa::domain::id::LineId;
use pifa::i18n::Lang;

use crate::screens::shown;
use crate::ui_fixtures::*;

fn lines(model: &Model) -> Vec<CartLine> {
    model.cart.lines().map(|(_, priced)| priced.line.clone()).collect()
}

/// What the desk would answer for the cart of this model.
fn answer(model: &Model) -> Box<Fix> {
    let (lines, shelf) = (lines(model), [Arc::new(filler())]);
    let (rules, destination) = (Default::default(), destination());
    let task = Task { lines: &lines, shelf: &shelf, rules: &rules, destination: &destination };
    Box::new(fix(&task))
}

fn generation(effects: &[Effect]) -> u64 {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::ReadFix { generation } => Some(*generation),
        _ => None,
    });
    found.expect("the fix is asked for")
}

fn in_cart(lang: Lang, width: u16, height: u16) -> Model {
    let mut model = ready(lang, width, height);
    with_cart(&mut model, broken_cart());
    press(&mut model, "3");
    model
}

/// With the sheet open and answered.
fn open(lang: Lang, width: u16, height: u16) -> Model {
    let mut model = in_cart(lang, width, height);
    let generation = generation(&press(&mut model, "F"));
    let result = Ok(answer(&model));
    tell(&mut model, Fact::FixRead { generation, result });
    model
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

#[test]
fn two_keys_from_a_broken_cart_to_its_cheapest_changes() {
    let mut model = open(Lang::En, 80, 24);
    let expected: Vec<_> = answer(&model).plan.changes.iter().map(Change::raise).collect();
    assert!(expected.iter().any(|raise| raise.line.is_none()) && expected.len() >= 2, "{expected:?}");
    let effects = press(&mut model, "enter");
    assert_eq!(effects, [Effect::Cart(CartDeed::Fix(expected.clone()))]);
    assert!(model.layers.is_empty());
    let deed = CartDeed::Fix(expected.clone());
    tell(&mut model, Fact::CartChanged { deed, result: Ok(legal_cart()) });
    assert_eq!(said(&model), format!("fixed: {} changes (u undoes)", expected.len()));
    assert_eq!(press(&mut model, "u"), [Effect::Cart(CartDeed::Undo)]);
}

#[test]
fn nothing_is_taken_before_it_is_shown() {
    let mut model = in_cart(Lang::En, 80, 24);
    let asked = generation(&press(&mut model, "F"));
    assert!(press(&mut model, "enter").is_empty());
    assert_eq!(said(&model), "working it out...");
    // A late answer to an older question is dropped; Esc leaves, and then the newest is dropped too.
    let fix = answer(&model);
    tell(&mut model, Fact::FixRead { generation: asked - 1, result: Ok(fix.clone()) });
    assert!(matches!(model.layers.last(), Some(Layer::Fix(layer)) if layer.fix.is_none()));
    press(&mut model, "esc");
    assert!(model.layers.is_empty());
    tell(&mut model, Fact::FixRead { generation: asked, result: Ok(fix) });
    assert!(model.layers.is_empty());
}

#[test]
fn one_key_shows_the_way_without_new_goods_and_takes_that() {
    let mut model = open(Lang::En, 80, 24);
    let without = answer(&model).without_new.unwrap();
    assert!(press(&mut model, "n").is_empty());
    assert!(shown(&mut model).contains("this is without new goods"));
    let raises: Vec<_> = without.changes.iter().map(Change::raise).collect();
    assert!(raises.iter().all(|raise| raise.line.is_some()));
    assert_eq!(press(&mut model, "enter"), [Effect::Cart(CartDeed::Fix(raises))]);
    let mut model = open(Lang::En, 80, 24);
    press(&mut model, "n n");
    assert!(matches!(model.layers.last(), Some(Layer::Fix(layer)) if !layer.without_new));
}

#[test]
fn a_cart_that_changes_beneath_is_worked_out_anew() {
    let mut model = open(Lang::En, 80, 24);
    let cart = Ok(legal_cart());
    let effects = tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: cart });
    let asked = generation(&effects);
    assert!(press(&mut model, "enter").is_empty(), "what is gone from the screen is not taken");
    let result = Ok(answer(&model));
    tell(&mut model, Fact::FixRead { generation: asked, result });
    assert!(shown(&mut model).contains("nothing to fix"));
    assert!(press(&mut model, "enter").is_empty());
    assert_eq!(said(&model), "nothing to fix");
}

#[test]
fn what_goes_wrong_is_said() {
    let mut model = in_cart(Lang::En, 80, 24);
    let generation = generation(&press(&mut model, "F"));
    let trouble = Trouble::new("the disk is full", Some("make room"));
    tell(&mut model, Fact::FixRead { generation, result: Err(trouble.clone()) });
    assert!(shown(&mut model).contains("the disk is full. make room"));
    // Refused at the ledger: told, and the cart is read again.
    let mut model = open(Lang::En, 80, 24);
    press(&mut model, "enter");
    let deed = CartDeed::Fix(Vec::new());
    let effects = tell(&mut model, Fact::CartChanged { deed, result: Err(trouble) });
    assert_eq!(effects, [Effect::Cart(CartDeed::Read)]);
    assert!(model.notice.as_ref().is_some_and(|notice| notice.tone == Tone::Bad));
    // An empty cart has nothing to fix.
    let mut model = ready(Lang::En, 80, 24);
    assert!(press(&mut model, "3 F").is_empty());
    assert_eq!(said(&model), "the cart is empty");
}

#[test]
fn sheet() {
    let scenes: [(&str, fn(&mut Model)); 3] =
        [("fix", |_| {}), ("fix_without_new", |model| drop(press(model, "n"))), ("fix_unmended", unmended)];
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
    insta::assert_snapshot!("fix_tw_80x24", shown(&mut model));
}

/// A line that is gone, one over stock, and split lines.
fn unmended(model: &mut Model) {
    let mut gone = bedding();
    gone.gone = true;
    let mut straw = straw();
    straw.stock = Some(q(400));
    let cart = [
        line(1, &cup(), Some("w"), 280),
        line(2, &cup(), Some("w"), 10),
        line(3, &gone, None, 120),
        line(4, &straw, None, 300),
        line(5, &pot(), Some("m"), 30),
    ];
    let result = Ok(snapshot(&cart));
    let effects = tell(model, Fact::CartChanged { deed: CartDeed::Read, result });
    let generation = generation(&effects);
    let result = Ok(answer(model));
    tell(model, Fact::FixRead { generation, result });
    assert!(lines(model).iter().any(|line| line.id == LineId(2)));
}
