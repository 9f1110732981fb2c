//! Messages through `update` about deals and orders: what is asked, what is sent, what is heard, what wakes.

use std::sync::Arc;

use jiff::Timestamp;
use pifa::app::decide::Ask;
use pifa::app::model::{Layer, Tone};
use pifa::app::msg::{CartDeed, NewLine, OrderDeed, Status, Trouble};
use pifa::app::{Effect, Fact, Model, orders};
use pifa::config::keymap::{Code, Key};
use pifa::domain::deal::DealKind;
use pifa::domain::group_buy::GroupState;
use pifa::domain::id::{GroupId, OrderId, SpecId};
use pifa::domain::order::{Order, PayCheck, PayLink, Reordered};
use pifa::domain::quantity::Quantity;
use pifa::domain::text::Clean;
use pifa::i18n::Lang;

use crate::ui_fixtures::*;

const TO_PAY: &str = "33170822417112345";
const FREIGHT_OPEN: &str = "33170811602112345";
const SHIPPED: &str = "33169921477112345";
const DONE: &str = "33150000000012345";

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn deals_model() -> Model {
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "4");
    tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(0))))));
    model
}

fn orders_model(selected: &str) -> Model {
    let mut model = ready(Lang::En, 80, 24);
    tell(&mut model, Fact::OrdersRead(Ok(many_orders())));
    press(&mut model, "5");
    let to = orders::rows(&model).position(|order| orders::goes_by(order, selected)).unwrap();
    for _ in 0..to {
        press(&mut model, "down");
    }
    model
}

fn order(id: &str) -> Order {
    many_orders().into_iter().find(|order| orders::goes_by(order, id)).unwrap()
}

fn later(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(at(0).as_millisecond() + millis).unwrap()
}

fn key_at(model: &mut Model, millis: i64, c: char) -> Vec<Effect> {
    tell_at(model, later(millis), Fact::KeyPressed(Key::char(c)))
}

/// Without the wishes to be woken.
fn deeds(effects: Vec<Effect>) -> Vec<Effect> {
    effects.into_iter().filter(|effect| !matches!(effect, Effect::WakeAt(_))).collect()
}

fn wakes(effects: &[Effect]) -> Vec<Timestamp> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::WakeAt(at) = effect { Some(*at) } else { None })
        .collect()
}

fn asked(model: &Model) -> &Ask {
    match model.layers.last() {
        Some(Layer::Decide(decision)) => &decision.ask,
        other => panic!("nothing is asked: {other:?}"),
    }
}

#[test]
fn groups_are_sorted_mine_first_then_nearest_to_a_step() {
    let mut model = deals_model();
    let mut all = groups();
    let mut far = all[0].clone();
    far.id = GroupId::new("4");
    far.participants = 2;
    all.insert(0, far);
    tell(&mut model, Fact::GroupsRead(Ok(Some((all, at(1))))));
    let ids: Vec<&str> = model.deals.groups.iter().flatten().map(|group| group.id.as_str()).collect();
    // 2 is ours; 1 lacks 4 of 18; 4 lacks 16 of 18; 3 is past its last step.
    assert_eq!(ids, ["2", "1", "4", "3"]);
}

#[test]
fn a_join_asks_for_the_sku_then_how_much_then_for_a_yes_and_sends_what_it_shows() {
    let mut model = deals_model();
    // The selected group is on an offer with three SKUs, which the search pane has in full.
    assert!(deeds(press(&mut model, "b")).is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::Picker(_))));
    press(&mut model, "down");
    type_text(&mut model, "5");
    press(&mut model, "enter");
    assert!(matches!(model.layers.last(), Some(Layer::Prompt(_))), "{:?}", model.layers);
    type_text(&mut model, "120");
    press(&mut model, "enter");
    let Ask::Join { group, spec, quantity } = asked(&model).clone() else { panic!() };
    assert_eq!((group.id.as_str(), quantity), ("2", Quantity::whole(120)));
    assert_eq!(spec.unwrap().0, SpecId::new("b"));
    assert!(deeds(key_at(&mut model, 200, 'y')).is_empty(), "heard before it was armed");
    let effects = deeds(key_at(&mut model, 2000, 'y'));
    let join = Effect::Join {
        id: GroupId::new("2"),
        spec_id: Some(SpecId::new("b")),
        quantity: Quantity::whole(120),
    };
    assert_eq!(effects, [join]);
    assert!(model.layers.is_empty());
    // While it is under way the group is marked, and nothing else can be joined.
    assert_eq!(model.deals.busy, Some(GroupId::new("2")));
    assert!(deeds(press(&mut model, "b")).is_empty() && model.layers.is_empty());
    assert!(!said(&model).is_empty());
    let mut joined = groups()[1].clone();
    joined.my_quantity = Quantity::whole(180);
    joined.participants += 1;
    let effects = deeds(tell(&mut model, Fact::GroupActed { joined: true, result: Ok(joined) }));
    assert!(effects.contains(&Effect::ReadGroups), "{effects:?}");
    assert!(model.deals.busy.is_none() && said(&model).contains("180"), "{}", said(&model));
    let mine = model.deals.groups.iter().flatten().find(|group| group.id.as_str() == "2").unwrap();
    assert_eq!(mine.my_quantity, Quantity::whole(180));
}

#[test]
fn an_offer_nobody_has_in_full_is_read_and_an_unknown_one_is_left_to_the_market() {
    let mut model = deals_model();
    model.search.page.rows.clear();
    press(&mut model, "down");
    let effects = deeds(press(&mut model, "b"));
    assert_eq!(effects, [Effect::ReadOffer(bedding().key)]);
    tell(&mut model, Fact::OfferRead { key: bedding().key, result: Ok(None) });
    assert!(matches!(model.layers.last(), Some(Layer::Prompt(_))));
    press(&mut model, "enter");
    assert!(matches!(asked(&model), Ask::Join { spec: None, .. }));
    press(&mut model, "esc");
    // Whoever left the pane meanwhile is not followed by a question.
    press(&mut model, "b");
    press(&mut model, "1");
    tell(&mut model, Fact::OfferRead { key: bedding().key, result: Ok(Some(Arc::new(bedding()))) });
    assert!(model.layers.is_empty());
}

#[test]
fn leaving_asks_and_only_what_was_joined_can_be_left() {
    let mut model = deals_model();
    press(&mut model, "L");
    assert!(matches!(asked(&model), Ask::Leave { group } if group.id.as_str() == "2"));
    let effects = deeds(key_at(&mut model, 5000, 'y'));
    assert_eq!(effects, [Effect::Leave(GroupId::new("2"))]);
    let refused = Trouble::new("the group has ended", None);
    let effects = deeds(tell(&mut model, Fact::GroupActed { joined: false, result: Err(refused) }));
    assert!(effects.contains(&Effect::ReadGroups) && model.deals.busy.is_none());
    assert_eq!(model.notice.as_ref().unwrap().tone, Tone::Bad);
    press(&mut model, "down L");
    assert!(model.layers.is_empty() && said(&model).contains("not joined"), "{}", said(&model));
}

#[test]
fn an_ended_group_and_an_offline_market_say_why_nothing_can_be_joined() {
    let mut model = deals_model();
    let mut over = groups();
    for group in &mut over {
        group.state = GroupState::Failed;
    }
    tell(&mut model, Fact::GroupsRead(Ok(Some((over, at(1))))));
    press(&mut model, "b");
    assert!(model.layers.is_empty() && said(&model).contains("ended"), "{}", said(&model));
    let mut model = deals_model();
    tell(&mut model, Fact::StatusRead(Ok(Status { online: Some(false), ..status() })));
    press(&mut model, "b");
    assert!(model.layers.is_empty() && said(&model).contains("offline"), "{}", said(&model));
}

#[test]
fn a_crossed_step_is_said_and_stays_marked_until_the_pane_is_left() {
    let mut model = deals_model();
    assert!(model.deals.crossed.is_empty(), "the first reading crosses nothing");
    let mut newer = groups();
    newer[0].participants = 18;
    tell(&mut model, Fact::GroupsRead(Ok(Some((newer.clone(), at(15))))));
    assert!(said(&model).contains("step 18 reached, now 76.00"), "{}", said(&model));
    assert_eq!(model.deals.crossed, [GroupId::new("1")]);
    tell(&mut model, Fact::GroupsRead(Ok(Some((newer, at(30))))));
    press(&mut model, "down");
    assert_eq!(model.deals.crossed.len(), 1);
    press(&mut model, "1");
    assert!(model.deals.crossed.is_empty());
}

#[test]
fn open_groups_in_view_are_read_every_15_seconds_and_nothing_wakes_otherwise() {
    let mut model = ready(Lang::En, 80, 24);
    let effects = press(&mut model, "4");
    assert_eq!(effects, [Effect::ReadGroups], "nothing wakes before there is something to look at");
    let effects = tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(0))))));
    assert_eq!(wakes(&effects), [at(15)]);
    // Told once, not after every key.
    assert!(wakes(&press(&mut model, "down up")).is_empty());
    assert_eq!(tell_at(&mut model, at(15), Fact::Woke), [Effect::ReadGroups]);
    let effects = tell_at(&mut model, at(16), Fact::GroupsRead(Ok(Some((groups(), at(16))))));
    assert_eq!(wakes(&effects), [at(31)]);
    // A ring too early (another wish of an earlier time) only asks for the right time again.
    assert_eq!(tell_at(&mut model, at(20), Fact::Woke), [Effect::WakeAt(at(31))]);
    press(&mut model, "1");
    assert!(tell_at(&mut model, at(31), Fact::Woke).is_empty(), "a hidden pane sleeps");
    // Coming back to an old reading reads it anew.
    assert_eq!(tell_at(&mut model, at(60), Fact::KeyPressed(Key::char('4'))), [Effect::ReadGroups]);
    tell_at(&mut model, at(61), Fact::GroupsRead(Ok(Some((groups(), at(61))))));
    tell_at(&mut model, at(62), Fact::StatusRead(Ok(Status { online: Some(false), ..status() })));
    assert!(tell_at(&mut model, at(90), Fact::Woke).is_empty(), "offline sleeps");

    let mut model = deals_model();
    let mut over = groups();
    for group in &mut over {
        group.state = GroupState::Succeeded;
    }
    tell(&mut model, Fact::GroupsRead(Ok(Some((over, at(1))))));
    assert!(tell_at(&mut model, at(40), Fact::Woke).is_empty(), "ended groups do not change");
}

#[test]
fn a_clock_set_forward_makes_every_reading_old() {
    let mut model = deals_model();
    let effects = tell(&mut model, Fact::ClockMoved(Ok(at(3600))));
    assert!(effects.contains(&Effect::ReadGroups), "{effects:?}");
    tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(0))))));
    press(&mut model, "1");
    assert!(!tell(&mut model, Fact::ClockMoved(Ok(at(7200)))).contains(&Effect::ReadGroups), "out of view");
    assert_eq!(press(&mut model, "4"), [Effect::ReadGroups]);
}

#[test]
fn flash_deals_are_read_once_and_their_offers_go_into_the_cart_at_the_normal_price() {
    let mut model = deals_model();
    assert_eq!(deeds(press(&mut model, "tab")), [Effect::ReadDeals(DealKind::Flash)]);
    let result = Ok(Some((deals(DealKind::Flash), at(0))));
    tell(&mut model, Fact::DealsRead { kind: DealKind::Flash, result });
    assert!(deeds(press(&mut model, "enter")).is_empty());
    assert!(said(&model).contains("web page") && model.layers.is_empty());
    // The second one's offer has no SKUs to choose from.
    let effects = deeds(press(&mut model, "down a"));
    let line = NewLine { offer: bedding().key, spec_id: None, quantity: Quantity::whole(300) };
    assert_eq!(effects, [Effect::Cart(CartDeed::Add(vec![line]))]);
    press(&mut model, "b");
    assert!(model.layers.is_empty(), "a flash deal was joined");
    press(&mut model, "tab tab tab");
    assert!(deeds(press(&mut model, "up")).is_empty(), "a list that is there was read again");
}

#[test]
fn orders_stand_what_waits_first_and_the_selection_stays_on_its_order() {
    let mut model = orders_model(TO_PAY);
    let states: Vec<&str> = orders::rows(&model).map(|order| order.state.as_str()).collect();
    assert_eq!(
        states,
        [
            "unknown",
            "to_pay",
            "to_pay",
            "draft",
            "shipped",
            "to_pay_freight_open",
            "queued",
            "to_ship",
            "done",
            "closed"
        ]
    );
    let sums = orders::summary(&model);
    assert_eq!((sums.to_pay, sums.to_pay_sum.to_string(), sums.freight), (2, "12808.00".to_owned(), 1));
    let mut newer = many_orders();
    newer.iter_mut().find(|order| orders::goes_by(order, "33170833417112345")).unwrap().state =
        Clean::new("closed");
    tell(&mut model, Fact::OrdersRead(Ok(newer)));
    assert!(orders::goes_by(orders::focus(&model).unwrap(), TO_PAY));
    press(&mut model, "!");
    assert_eq!(orders::rows(&model).count(), 4);
    assert!(orders::goes_by(orders::focus(&model).unwrap(), TO_PAY));
}

/// Presses `p` and has the market answer with this order.
fn check(model: &mut Model, order: Order, accepted: Option<&str>) {
    let id = orders::key_of(orders::focus(model).unwrap()).unwrap();
    assert_eq!(deeds(press(model, "p")), [Effect::CheckPay(id.clone())]);
    let accepted = accepted.map(|sum| sum.parse().unwrap());
    tell(model, Fact::PayChecked { id, result: Ok(Box::new(PayCheck { order, accepted })) });
}

#[test]
fn a_changed_total_is_asked_before_any_link_and_the_printed_total_is_what_is_accepted() {
    let mut model = orders_model(TO_PAY);
    let mut repriced = order(TO_PAY);
    repriced.total = Some("12600.00".parse().unwrap());
    check(&mut model, repriced, Some("12506.00"));
    assert!(matches!(asked(&model), Ask::Pay { check } if check.is_changed()));
    // The list shows what was just read, too.
    assert_eq!(orders::by_id(&model, TO_PAY).unwrap().total.unwrap().to_string(), "12600.00");
    let drawn = crate::screens::shown(&mut model);
    assert!(drawn.contains("12,506.00 → 12,600.00") && drawn.contains("re-priced"), "{drawn}");
    // Deaf to a burst, to Enter, to a paste and to a held key.
    assert!(deeds(key_at(&mut model, 299, 'y')).is_empty());
    assert!(deeds(tell_at(&mut model, at(2), Fact::KeyPressed(Key::plain(Code::Enter)))).is_empty());
    assert!(deeds(tell_at(&mut model, at(4), Fact::Pasted("yyy\n".into()))).is_empty());
    assert!(deeds(key_at(&mut model, 4100, 'y')).is_empty(), "a paste begins the quiet anew");
    for repeat in 0..30 {
        assert!(deeds(key_at(&mut model, 4130 + repeat * 33, 'y')).is_empty(), "a held key paid");
    }
    let effects = deeds(key_at(&mut model, 9000, 'y'));
    assert_eq!(effects, [Effect::Pay { id: TO_PAY.into(), accepted: "12600.00".parse().unwrap() }]);
    assert!(deeds(key_at(&mut model, 9500, 'p')).is_empty(), "paid twice at once");
}

#[test]
fn no_to_a_changed_total_opens_nothing() {
    let mut model = orders_model(TO_PAY);
    let mut repriced = order(TO_PAY);
    repriced.total = Some("12600.00".parse().unwrap());
    check(&mut model, repriced, Some("12506.00"));
    assert!(deeds(tell_at(&mut model, at(5), Fact::KeyPressed(Key::plain(Code::Esc)))).is_empty());
    assert!(model.layers.is_empty() && model.orders.cashier.is_none() && model.orders.busy.is_none());
}

#[test]
fn a_link_is_opened_shown_and_watched_until_the_order_is_paid() {
    let mut model = orders_model(TO_PAY);
    check(&mut model, order(TO_PAY), Some("12506.00"));
    key_at(&mut model, 1000, 'y');
    let url = "http://127.0.0.1:4000/cashier?orders=33170822417112345".to_owned();
    let link = PayLink { url: url.clone(), orders: vec![OrderId::new(TO_PAY)], failed: vec![] };
    let effects = tell_at(&mut model, at(2), Fact::PayLinked { id: TO_PAY.into(), result: Ok(link) });
    assert!(effects.contains(&Effect::Open(url.clone())) && effects.contains(&Effect::ReadOrders));
    assert!(said(&model).contains(&url), "{}", said(&model));
    assert_eq!(wakes(&effects), [at(12)]);
    assert_eq!(tell_at(&mut model, at(12), Fact::Woke), [Effect::ReadOrder(TO_PAY.into())]);
    let effects = tell_at(
        &mut model,
        at(13),
        Fact::OrderRead { id: TO_PAY.into(), result: Ok(Box::new(order(TO_PAY))) },
    );
    assert_eq!(effects, [Effect::WakeAt(at(22))]);
    let mut paid = order(TO_PAY);
    paid.state = Clean::new("to_ship");
    tell_at(&mut model, at(22), Fact::Woke);
    let effects =
        tell_at(&mut model, at(23), Fact::OrderRead { id: TO_PAY.into(), result: Ok(Box::new(paid)) });
    assert!(wakes(&effects).is_empty() && model.orders.cashier.is_none());
    assert_eq!(orders::by_id(&model, TO_PAY).unwrap().state.as_str(), "to_ship");
    assert!(said(&model).contains("paid"), "{}", said(&model));
}

#[test]
fn an_order_at_the_cashier_is_not_watched_for_ever_nor_from_another_pane() {
    let mut model = orders_model(TO_PAY);
    check(&mut model, order(TO_PAY), None);
    key_at(&mut model, 1000, 'y');
    let link = PayLink { url: "http://127.0.0.1:4000/c".into(), orders: vec![], failed: vec![] };
    tell_at(&mut model, at(2), Fact::PayLinked { id: TO_PAY.into(), result: Ok(link) });
    press(&mut model, "1");
    assert!(tell_at(&mut model, at(12), Fact::Woke).is_empty());
    let back = tell_at(&mut model, at(400), Fact::KeyPressed(Key::char('5')));
    assert!(wakes(&back).is_empty(), "watched after five minutes");
}

#[test]
fn an_order_without_freight_is_read_again_and_says_why_it_cannot_be_paid() {
    let mut model = orders_model(FREIGHT_OPEN);
    check(&mut model, order(FREIGHT_OPEN), None);
    assert!(model.layers.is_empty(), "an open total was asked for");
    assert!(said(&model).contains("freight"), "{}", said(&model));
    // The seller set it meanwhile: now it can be.
    let mut set = order(FREIGHT_OPEN);
    set.state = Clean::new("to_pay");
    set.freight = Some("40.00".parse().unwrap());
    set.total = Some("3100.00".parse().unwrap());
    check(&mut model, set, None);
    assert!(matches!(asked(&model), Ask::Pay { .. }));
}

#[test]
fn an_answer_that_comes_late_does_not_follow_the_buyer() {
    let mut model = orders_model(TO_PAY);
    press(&mut model, "p");
    press(&mut model, "1 /");
    let check = PayCheck { order: order(TO_PAY), accepted: None };
    tell(&mut model, Fact::PayChecked { id: TO_PAY.into(), result: Ok(Box::new(check)) });
    assert!(model.layers.is_empty() && model.orders.busy.is_none());
}

#[test]
fn keys_that_do_not_fit_the_state_say_why() {
    for (id, key, reason) in [
        (SHIPPED, "p", "already paid"),
        (SHIPPED, "X", "ask the seller"),
        (TO_PAY, "R", "not shipped"),
        (DONE, "R", "over"),
        (DONE, "X", "over"),
        ("0192f3c4-7d2a-7000-8000-000000000060", "p", "not known yet"),
        ("0192f3c4-7d2a-7000-8000-000000000060", "X", "not known yet"),
        ("0192f3c4-7d2a-7000-8000-000000001800", "p", "not sent yet"),
    ] {
        let mut model = orders_model(id);
        assert!(deeds(press(&mut model, key)).is_empty(), "{id} {key}");
        assert!(model.layers.is_empty() && said(&model).contains(reason), "{id} {key}: {}", said(&model));
    }
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "5 p");
    assert!(said(&model).contains("no order"), "{}", said(&model));
}

#[test]
fn receiving_and_cancelling_ask_and_send_the_printed_order() {
    for (id, key, deed) in [
        (SHIPPED, "R", OrderDeed::Receive),
        (TO_PAY, "X", OrderDeed::Cancel),
        ("0192f3c4-7d2a-7000-8000-000000001800", "X", OrderDeed::Cancel),
    ] {
        let mut model = orders_model(id);
        assert!(deeds(press(&mut model, key)).is_empty());
        assert!(crate::screens::shown(&mut model).contains(id), "the whole number is printed");
        let effects = deeds(key_at(&mut model, 1000, 'y'));
        assert_eq!(effects, [Effect::Order { id: id.into(), deed }]);
        let mut done = order(id);
        done.state = Clean::new("closed");
        let effects = deeds(tell(&mut model, Fact::OrderActed { id: id.into(), deed, result: Ok(done) }));
        assert!(effects.contains(&Effect::ReadOrders) && effects.contains(&Effect::ReadStatus));
        assert!(model.orders.busy.is_none());
        assert_eq!(orders::by_id(&model, id).unwrap().state.as_str(), "closed");
    }
}

#[test]
fn keys_of_the_list_work_on_the_order_in_full() {
    let mut model = orders_model(SHIPPED);
    assert_eq!(deeds(press(&mut model, "enter")), [Effect::ReadShipments(SHIPPED.into())]);
    tell(&mut model, Fact::ShipmentsRead { id: SHIPPED.into(), result: Ok(shipments()) });
    assert!(matches!(model.layers.last(), Some(Layer::Order(layer)) if layer.shipments.is_some()));
    press(&mut model, "enter !");
    assert!(model.layers.len() == 1 && !model.orders.waiting_only);
    press(&mut model, "R");
    assert!(matches!(asked(&model), Ask::Receive { .. }));
    press(&mut model, "esc");
    assert!(matches!(model.layers.last(), Some(Layer::Order(_))));
}

#[test]
fn a_sandbox_ahead_of_us_counts_its_deadlines_by_its_own_clock() {
    let mut model = orders_model(SHIPPED);
    let ahead = Status { clock_ahead_ms: 3 * 86_400_000, ..status() };
    tell(&mut model, Fact::StatusRead(Ok(ahead)));
    assert_eq!(model.market_now(), at(3 * 86_400));
    let drawn = crate::screens::shown(&mut model);
    // Six days and three: what the market says is that old; what never left is as old as it is here.
    let row = drawn.lines().find(|row| row.contains("shipped")).unwrap();
    assert!(row.contains(" 9d "), "{row}");
    let row = drawn.lines().find(|row| row.starts_with('▌') || row.contains("unknown")).unwrap();
    assert!(row.contains("1m") || drawn.contains(" 1m "), "{drawn}");
}

/// Everything this can be told, in any order, with keys between: nothing panics, nothing is sent twice at once, and
/// nothing is spent within 300 ms of another key.
#[test]
fn random_messages_about_deals_and_orders_break_nothing() {
    let keys = ['4', '5', 'b', 'L', 'a', 'p', 'r', 'R', 'X', 'y', '!', 's', 'j', 'k', '1', '9'];
    let named = [Code::Enter, Code::Enter, Code::Esc, Code::Tab, Code::Down, Code::PageDown];
    let mut spent = 0;
    for seed in [0x1688_u64, 0xBEEF] {
        let mut dice = crate::flows::Dice(seed);
        let mut model = ready(Lang::ALL[(seed % 3) as usize], 80, 24);
        let (mut pressed, mut now) = (0, 0);
        for step in 0..4_000_i64 {
            now += 20 + dice.roll(700) as i64;
            let ids = [TO_PAY, FREIGHT_OPEN, SHIPPED, DONE, "0192f3c4-7d2a-7000-8000-000000001800"];
            let id = ids[dice.roll(5) as usize].to_owned();
            let bad = dice.roll(4) == 0;
            let trouble = || Trouble::new("no \u{1b}[31m", None);
            let mut group = groups()[dice.roll(3) as usize].clone();
            group.participants = dice.roll(2000);
            let of = order(&id);
            let asking = matches!(model.layers.last(), Some(Layer::Decide(_)));
            let refused =
                matches!(model.layers.last(), Some(Layer::Prompt(prompt)) if prompt.trouble.is_some());
            let fact = match dice.roll(36) {
                0..12 if asking => Fact::KeyPressed(Key::char('y')),
                0..12 if refused => Fact::KeyPressed(Key::ctrl('u')),
                0 => Fact::GroupsRead(if bad { Err(trouble()) } else { Ok(Some((groups(), at(0)))) }),
                1 => Fact::GroupsRead(Ok(if bad { None } else { Some((vec![group], at(0))) })),
                2 => Fact::GroupActed { joined: bad, result: Ok(group) },
                3 => Fact::GroupActed { joined: bad, result: Err(trouble()) },
                4 => Fact::OrdersRead(Ok(if bad { vec![] } else { many_orders() })),
                5 => Fact::PayChecked {
                    id,
                    result: if bad {
                        Err(trouble())
                    } else {
                        Ok(Box::new(PayCheck { order: of, accepted: None }))
                    },
                },
                6 => {
                    let link = PayLink { url: "http://127.0.0.1:1/".into(), orders: vec![], failed: vec![] };
                    Fact::PayLinked { id, result: if bad { Err(trouble()) } else { Ok(link) } }
                }
                7 => Fact::OrderRead { id, result: if bad { Err(trouble()) } else { Ok(Box::new(of)) } },
                8 => Fact::OrderActed {
                    id,
                    deed: OrderDeed::Receive,
                    result: if bad { Err(trouble()) } else { Ok(of) },
                },
                9 => Fact::ShipmentsRead { id, result: if bad { Err(trouble()) } else { Ok(shipments()) } },
                10 => Fact::Reordered(if bad { Err(trouble()) } else { Ok(Reordered::default()) }),
                11 => Fact::DealsRead {
                    kind: DealKind::Flash,
                    result: Ok(Some((deals(DealKind::Flash), at(0)))),
                },
                12 => Fact::OfferRead {
                    key: cup().key,
                    result: if bad { Err(trouble()) } else { Ok(Some(Arc::new(cup()))) },
                },
                13 => Fact::Woke,
                14 => Fact::Pasted("y\n12".into()),
                15 => Fact::Resized { width: 1 + dice.roll(160) as u16, height: 1 + dice.roll(50) as u16 },
                16 => Fact::StatusRead(Ok(Status { online: Some(!bad), ..status() })),
                17 | 18 => Fact::KeyPressed(dice.key()),
                19..24 => Fact::KeyPressed(Key::plain(named[dice.roll(6) as usize])),
                _ => Fact::KeyPressed(Key::char(keys[dice.roll(16) as usize])),
            };
            let is_key = matches!(fact, Fact::KeyPressed(_) | Fact::Pasted(_));
            let effects = tell_at(&mut model, later(now), fact);
            for effect in &effects {
                if let Effect::Join { .. } | Effect::Leave(_) | Effect::Pay { .. } | Effect::Order { .. } =
                    effect
                {
                    assert!(now - pressed >= 300, "spent {} ms after a key: {effect:?}", now - pressed);
                    spent += 1;
                }
            }
            if is_key {
                pressed = now;
            }
            if step % 5 == 0 {
                crate::screens::shown(&mut model);
            }
        }
    }
    assert!(spent > 10, "the walk never got to spending: {spent}");
}

#[test]
fn what_waits_for_the_market_is_tried_again_quietly_until_it_went_out() {
    let mut model = ready(Lang::En, 80, 24);
    let offline = |by_wish| Status {
        online: Some(false),
        offline_since: Some(at(0)),
        offline_by_wish: by_wish,
        unsent: 1,
        ..status()
    };
    assert!(!tell(&mut model, Fact::StatusRead(Ok(offline(true)))).contains(&Effect::WakeAt(at(30))));
    let effects = tell(&mut model, Fact::StatusRead(Ok(offline(false))));
    assert!(effects.contains(&Effect::WakeAt(at(30))), "{effects:?}");
    let effects = tell_at(&mut model, at(30), Fact::Woke);
    assert!(effects.contains(&Effect::Settle), "{effects:?}");
    model.notice = None;
    let lost = Fact::Settled(Err(Trouble::new("nobody answers", None)));
    let effects = tell_at(&mut model, at(31), lost.clone());
    assert!(model.notice.is_none(), "{:?}", model.notice);
    assert!(effects.contains(&Effect::WakeAt(at(60))), "{effects:?}");
    // One that was asked for is told.
    tell_at(&mut model, at(32), lost);
    assert_eq!(said(&model), "nobody answers");
    // Back: what waited is sent at once, and nobody is woken again.
    let back = Status { unsent: 1, ..status() };
    assert!(tell_at(&mut model, at(33), Fact::StatusRead(Ok(back))).contains(&Effect::Settle));
    let effects = tell_at(&mut model, at(34), Fact::StatusRead(Ok(status())));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::WakeAt(_))), "{effects:?}");
}
