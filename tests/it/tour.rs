//! The tour as messages: its ten steps on what the model shows, in the buyer's own order, and how it ends.

use pifa::app::coach::{self, Step};
use pifa::app::msg::{CartDeed, CartSnapshot, Sent, Status};
use pifa::app::{Fact, Model, Pane};
use pifa::domain::id::OutOrderId;
use pifa::domain::order::{Order, Reordered};
use pifa::domain::quantity::Quantity;
use pifa::domain::session::TourState;
use pifa::domain::text::Clean;
use pifa::i18n::Lang;

use crate::shell::{drawn, full};
use crate::ui_fixtures::*;

fn strip(model: &mut Model) -> String {
    let rows = drawn(model);
    rows[rows.len() - 2].clone()
}

fn our_order(state: &str, after: i64) -> Order {
    Order {
        out_order_id: Some(OutOrderId::new("0192f3c4-7d2a-7000-8000-0000000000aa")),
        ..Order::blank(Clean::new(state), at(after))
    }
}

/// A first start in the sandbox: the tour begins by itself.
fn touring(lang: Lang) -> Model {
    let mut model = ready(lang, 80, 24);
    assert_eq!(coach::step(&model), None, "before the last sitting is known to be none there is no tour");
    tell(&mut model, Fact::SessionRead(None));
    assert_eq!(coach::step(&model), Some(Step::Down));
    model
}

#[test]
fn the_tour_goes_its_ten_steps_on_what_the_model_shows() {
    for lang in Lang::ALL {
        let mut model = touring(lang);
        let at_step = |model: &mut Model, step: Step, keys: &[&str]| {
            assert_eq!(coach::step(model), Some(step), "{lang:?}");
            let said = strip(model);
            let number = Step::ALL.iter().position(|other| *other == step).unwrap() + 1;
            assert!(said.contains(&format!(" {number}/10 ")), "{said}");
            for key in keys {
                assert!(said.contains(key), "{lang:?} {step:?}: {key} in {said}");
            }
        };
        at_step(&mut model, Step::Down, &["j"]);
        press(&mut model, "up");
        at_step(&mut model, Step::Down, &[]);
        press(&mut model, "down");
        at_step(&mut model, Step::Compare, &["c ", "3"]);
        press(&mut model, "c down c");
        at_step(&mut model, Step::Compare, &["2"]);
        press(&mut model, "down c");
        at_step(&mut model, Step::Compare, &["2 "]);
        press(&mut model, "2");
        at_step(&mut model, Step::Add, &["Enter"]);
        // Something legal went in: the strip says how to break a rule.
        tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(legal_cart()) });
        press(&mut model, "g 3");
        at_step(&mut model, Step::Broken, &["Enter", "300", "g 1"]);
        tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(broken_cart()) });
        at_step(&mut model, Step::Mend, &["]", "Enter", "d"]);
        press(&mut model, "g 1");
        at_step(&mut model, Step::Mend, &["3 ", "]"]);
        tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(legal_cart()) });
        at_step(&mut model, Step::Send, &["3 ", "S"]);
        press(&mut model, "3 S");
        let generation = model.cart.generation;
        tell(&mut model, Fact::Proposed { generation, result: Ok(Box::new(proposal())) });
        at_step(&mut model, Step::Send, &["y"]);
        press(&mut model, "esc");
        // Orders from before the tour are not its own.
        tell(&mut model, Fact::OrdersRead(Ok(orders())));
        at_step(&mut model, Step::Send, &[]);
        tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(CartSnapshot::default()) });
        at_step(&mut model, Step::Send, &["Enter"]);
        tell(&mut model, Fact::Submitted(Ok(Sent { orders: vec![our_order("to_pay", 5)], held: None })));
        tell(&mut model, Fact::OrdersRead(Ok(vec![our_order("rejected", 5)])));
        at_step(&mut model, Step::Send, &[]);
        tell(&mut model, Fact::OrdersRead(Ok(vec![our_order("to_pay", 5)])));
        at_step(&mut model, Step::Pay, &["p"]);
        tell(&mut model, Fact::OrdersRead(Ok(vec![our_order("to_ship", 5)])));
        at_step(&mut model, Step::Group, &["4"]);
        press(&mut model, "g 4");
        let mut groups = groups();
        tell(&mut model, Fact::GroupsRead(Ok(Some((groups.clone(), at(0))))));
        groups[0].participants += 3;
        tell(&mut model, Fact::GroupsRead(Ok(Some((groups.clone(), at(30))))));
        at_step(&mut model, Step::Group, &[]);
        groups[0].participants += 1;
        tell(&mut model, Fact::GroupsRead(Ok(Some((groups, at(60))))));
        at_step(&mut model, Step::Again, &["5", "r"]);
        tell(&mut model, Fact::Reordered(Ok(Reordered::default())));
        at_step(&mut model, Step::Offline, &["Ctrl-o"]);
        let off = Status { online: Some(false), offline_by_wish: true, ..status() };
        tell(&mut model, Fact::StatusRead(Ok(off)));
        at_step(&mut model, Step::Offline, &["/"]);
        press(&mut model, "g 1 /");
        type_text(&mut model, "杯");
        let generation = model.search.generation;
        assert_eq!(coach::step(&model), Some(Step::Offline), "nothing was found yet");
        tell(&mut model, Fact::Searched { generation, result: Ok(page(Quantity::whole(300))) });
        assert_eq!((coach::step(&model), model.coach.state), (None, TourState::Ended));
        assert!(model.notice.as_ref().unwrap().text.contains(":tour"));
    }
}

#[test]
fn a_buyer_who_goes_their_own_way_is_not_asked_for_what_was_done() {
    let mut model = touring(Lang::En);
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(broken_cart()) });
    press(&mut model, "3");
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(legal_cart()) });
    tell(&mut model, Fact::OrdersRead(Ok(vec![our_order("to_pay", 5)])));
    tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(CartSnapshot::default()) });
    assert_eq!(coach::step(&model), Some(Step::Down));
    press(&mut model, "g 1 down c down c down c g 2");
    assert_eq!(coach::step(&model), Some(Step::Pay), "added, broken, mended and sent already");
}

#[test]
fn esc_ends_the_tour_for_good_only_where_it_does_nothing_else_and_the_palette_brings_it_back() {
    let mut model = touring(Lang::En);
    // A layer, a sequence, a query come first.
    press(&mut model, "? esc");
    press(&mut model, "/");
    type_text(&mut model, "杯");
    press(&mut model, "enter");
    let generation = model.search.generation;
    tell(&mut model, Fact::Searched { generation, result: Ok(page(Quantity::whole(300))) });
    press(&mut model, "esc");
    assert!(model.search.query.is_empty() && coach::step(&model).is_some());
    press(&mut model, "/ esc");
    assert!(!model.search.focused && coach::step(&model).is_some());
    press(&mut model, "esc");
    assert_eq!((coach::step(&model), model.coach.state), (None, TourState::Ended));
    tell(&mut model, Fact::StatusRead(Ok(status())));
    assert_eq!(coach::step(&model), None);
    press(&mut model, ":");
    type_text(&mut model, "tour");
    press(&mut model, "enter");
    assert_eq!(coach::step(&model), Some(Step::Down));
}

#[test]
fn no_tour_by_itself_where_money_is_real_nor_on_a_small_screen() {
    let mut model = fresh(Lang::En, 80, 24);
    tell(&mut model, Fact::SessionRead(None));
    tell(&mut model, Fact::StatusRead(Ok(Status { sandbox: false, ..status() })));
    assert_eq!(coach::step(&model), None);
    press(&mut model, ":");
    type_text(&mut model, "tour");
    press(&mut model, "enter");
    assert_eq!(coach::step(&model), Some(Step::Down), "asked for, it comes anywhere");
    for (width, height, shown) in [(80, 24, true), (80, 20, true), (79, 24, false), (80, 19, false)] {
        (model.width, model.height) = (width, height);
        let rows = drawn(&mut model);
        assert_eq!(rows.iter().any(|row| row.contains(" 1/10 ")), shown, "{width}x{height}");
        assert!(rows.last().unwrap().starts_with(" ? "));
    }
}

#[test]
fn the_strip_is_one_whole_line_at_every_step_and_place() {
    for lang in Lang::ALL {
        for step in 0..Step::ALL.len() {
            for pane in Pane::ALL {
                let mut model = full(lang, 80, 24);
                tell(&mut model, Fact::SessionRead(None));
                press(&mut model, &format!("g {}", pane.number()));
                model.coach.state = TourState::At(step as u8);
                model.notice = None;
                let said = strip(&mut model);
                assert!(said.contains(&format!(" {}/10 ", step + 1)), "{said}");
                assert!(!said.contains('…'), "cut at {step} in {pane:?}: {said}");
            }
        }
    }
}
