//! Answers that come while the buyer does something else: no question opens under typing hands, no closing layer hands
//! its last key on to one that spends.

use jiff::Timestamp;
use pifa::app::model::Layer;
use pifa::app::msg::Sent;
use pifa::app::{Effect, Fact, Model, Pane, orders as pane};
use pifa::config::keymap::Key;
use pifa::domain::text::Clean;
use pifa::i18n::Lang;

use crate::ui_fixtures::*;

fn key_at(model: &mut Model, millis: i64, key: Key) -> Vec<Effect> {
    let when = Timestamp::from_millisecond(at(0).as_millisecond() + millis).unwrap();
    tell_at(model, when, Fact::KeyPressed(key))
}

fn spends(effects: &[Effect]) -> bool {
    let spending = |effect: &Effect| {
        matches!(
            effect,
            Effect::Submit(_)
                | Effect::Join { .. }
                | Effect::Leave(_)
                | Effect::Order { .. }
                | Effect::Pay { .. }
        )
    };
    effects.iter().any(spending)
}

/// The cart was asked about, and the answer is still on its way.
fn proposing() -> (Model, u64) {
    let mut model = ready(Lang::En, 80, 24);
    with_cart(&mut model, legal_cart());
    tell(&mut model, Fact::OrdersRead(Ok(many_orders())));
    press(&mut model, "3");
    let effects = press(&mut model, "S");
    let [Effect::Propose { generation }] = effects.as_slice() else { panic!("{effects:?}") };
    (model, *generation)
}

#[test]
fn figures_that_come_late_open_nothing_under_typing_hands() {
    for doing in ["g 1 /", ":", "?", "5", "g 5"] {
        let (mut model, generation) = proposing();
        press(&mut model, doing);
        let layers = model.layers.len();
        tell(&mut model, Fact::Proposed { generation, result: Ok(Box::new(proposal())) });
        let open = model.layers.iter().any(|layer| matches!(layer, Layer::Confirm(_)));
        assert!(!open && model.layers.len() == layers, "{doing}: a question opened over what was done");
        assert!(model.notice.is_some(), "{doing}: and nothing said that the figures are there");
        assert!(!spends(&key_at(&mut model, 5_000, Key::char('y'))), "{doing}: a typed letter sent the cart");
        assert!(!model.cart.proposing);
    }
}

#[test]
fn orders_that_went_out_do_not_take_the_buyer_away_from_what_they_type() {
    let (mut model, generation) = proposing();
    tell(&mut model, Fact::Proposed { generation, result: Ok(Box::new(proposal())) });
    assert!(spends(&key_at(&mut model, 5_000, Key::char('y'))));
    press(&mut model, "g 1 /");
    type_text(&mut model, "b");
    tell(&mut model, Fact::Submitted(Ok(Sent { orders: orders(), held: None })));
    assert!(model.pane == Pane::Search && model.search.focused, "taken to {:?}", model.pane);
    type_text(&mut model, "c");
    assert!(model.layers.is_empty() && model.search.query.text() == "bc");
}

/// An order is on its way, and whether to cancel another is asked; over that, whether to quit.
fn asked_twice() -> Model {
    let (mut model, generation) = proposing();
    tell(&mut model, Fact::Proposed { generation, result: Ok(Box::new(proposal())) });
    assert!(spends(&key_at(&mut model, 5_000, Key::char('y'))));
    press(&mut model, "g 5");
    let to_pay = Clean::new("to_pay");
    let to = pane::rows(&model).position(|order| order.state == to_pay).unwrap();
    for _ in 0..50 {
        press(&mut model, "up");
    }
    for _ in 0..to {
        press(&mut model, "down");
    }
    let cancel = model.keys.shown(pifa::app::action::ActionId::OrdersCancel);
    press(&mut model, &cancel);
    assert!(matches!(model.layers.last(), Some(Layer::Decide(_))), "{cancel}: {:?}", model.notice);
    press(&mut model, "ctrl-c");
    assert!(matches!(model.layers.last(), Some(Layer::QuitAnyway)));
    model
}

#[test]
fn a_question_that_goes_away_by_itself_hands_its_yes_to_no_other() {
    let mut model = asked_twice();
    let later = Timestamp::from_millisecond(at(0).as_millisecond() + 9_000).unwrap();
    tell_at(&mut model, later, Fact::Submitted(Ok(Sent { orders: orders(), held: None })));
    assert!(matches!(model.layers.last(), Some(Layer::Decide(_))));
    assert!(!spends(&key_at(&mut model, 9_050, Key::char('y'))), "the yes to quitting cancelled an order");
    assert!(spends(&key_at(&mut model, 9_400, Key::char('y'))), "and later it hears");
}

#[test]
fn a_question_is_deaf_for_a_moment_after_what_lay_over_it() {
    let mut model = asked_twice();
    let esc = Key::from_name("esc").unwrap();
    key_at(&mut model, 9_000, esc);
    assert!(matches!(model.layers.last(), Some(Layer::Decide(_))));
    assert!(!spends(&key_at(&mut model, 9_050, Key::char('y'))), "a burst behind Esc cancelled an order");
}

#[test]
fn a_market_that_was_not_read_is_never_called_one_without_money() {
    let (mut model, generation) = proposing();
    tell(&mut model, Fact::Proposed { generation, result: Ok(Box::new(proposal())) });
    assert!(crate::screens::shown(&mut model).contains(model.text().sandbox_no_money));
    model.status = None;
    let drawn = crate::screens::shown(&mut model);
    assert!(!drawn.contains(model.text().sandbox_no_money), "{drawn}");
    assert!(drawn.contains(model.text().market_unread), "{drawn}");
    let mut model = asked_twice();
    press(&mut model, "esc");
    model.status = None;
    let drawn = crate::screens::shown(&mut model);
    assert!(matches!(model.layers.last(), Some(Layer::Decide(_))));
    assert!(!drawn.contains(model.text().sandbox_no_money), "{drawn}");
    assert!(drawn.contains(model.text().market_unread), "{drawn}");
}
