//! What Deals and Orders look like, the layers over them and the questions they ask: full, empty, waiting, in trouble.

use pifa::app::msg::{Status, Trouble};
use pifa::app::{Fact, Model};
use pifa::domain::deal::DealKind;
use pifa::domain::order::{Order, PayCheck, PayLink};
use pifa::domain::text::Clean;
use pifa::i18n::Lang;
use unicode_width::UnicodeWidthStr;

use crate::screens::shown;
use crate::ui_fixtures::*;

fn snap(name: &str, scene: impl Fn(&mut Model)) {
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
        for (width, height) in [(80, 24), (120, 36)] {
            let mut model = ready(lang, width, height);
            scene(&mut model);
            insta::assert_snapshot!(format!("{name}_{tag}_{width}x{height}"), shown(&mut model));
        }
    }
}

/// Where the size does not matter: one of them, in English and Chinese.
fn snap_once(name: &str, scene: impl Fn(&mut Model)) {
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
        let mut model = ready(lang, 80, 24);
        scene(&mut model);
        insta::assert_snapshot!(format!("{name}_{tag}"), shown(&mut model));
    }
}

fn in_deals(model: &mut Model) {
    press(model, "4");
    tell(model, Fact::GroupsRead(Ok(Some((groups(), at(-4))))));
}

fn in_orders(model: &mut Model) {
    tell(model, Fact::OrdersRead(Ok(many_orders())));
    press(model, "5");
}

fn select(model: &mut Model, id: &str) {
    let at = pifa::app::orders::rows(model).position(|order| pifa::app::orders::goes_by(order, id)).unwrap();
    for _ in 0..at {
        press(model, "down");
    }
}

fn unreachable() -> Trouble {
    Trouble::new(
        "the market cannot be reached: connection refused",
        Some("check the network, then try again"),
    )
}

#[test]
fn group_buys() {
    snap("deals_full", in_deals);
    snap("deals_empty", |model| {
        press(model, "4");
        tell(model, Fact::GroupsRead(Ok(Some((vec![], at(-4))))));
    });
    snap_once("deals_reading", |model| {
        press(model, "4");
    });
    snap_once("deals_not_offered", |model| {
        press(model, "4");
        tell(model, Fact::GroupsRead(Ok(None)));
    });
    snap_once("deals_trouble", |model| {
        press(model, "4");
        tell(model, Fact::GroupsRead(Err(unreachable())));
    });
    snap("deals_step_crossed", |model| {
        in_deals(model);
        let mut newer = groups();
        newer[0].participants = 18;
        tell(model, Fact::GroupsRead(Ok(Some((newer, at(0))))));
    });
}

#[test]
fn flash_and_discount() {
    snap("flash_full", |model| {
        press(model, "4 tab");
        tell(
            model,
            Fact::DealsRead { kind: DealKind::Flash, result: Ok(Some((deals(DealKind::Flash), at(-30)))) },
        );
    });
    snap("discount_full", |model| {
        press(model, "4 tab tab");
        let result = Ok(Some((deals(DealKind::Discount), at(-30))));
        tell(model, Fact::DealsRead { kind: DealKind::Discount, result });
    });
    snap_once("flash_empty", |model| {
        press(model, "4 tab");
        tell(model, Fact::DealsRead { kind: DealKind::Flash, result: Ok(Some((vec![], at(-30)))) });
    });
    snap_once("discount_not_offered", |model| {
        press(model, "4 tab tab");
        tell(model, Fact::DealsRead { kind: DealKind::Discount, result: Ok(None) });
    });
}

#[test]
fn a_group_in_full_and_its_questions() {
    snap("group_layer", |model| {
        in_deals(model);
        press(model, "down enter");
    });
    snap("ask_join", |model| {
        in_deals(model);
        press(model, "down down b enter");
        press(model, "enter");
    });
    snap_once("ask_join_before_the_first_step", |model| {
        in_deals(model);
        press(model, "down b enter");
    });
    snap_once("join_picker", |model| {
        in_deals(model);
        press(model, "b");
    });
    snap_once("ask_leave", |model| {
        in_deals(model);
        press(model, "L");
    });
}

#[test]
fn orders_pane() {
    snap("orders_full", in_orders);
    snap("orders_empty", |model| {
        press(model, "5");
    });
    snap_once("orders_waiting_only", |model| {
        in_orders(model);
        press(model, "!");
    });
    snap_once("orders_nothing_waits", |model| {
        let done = many_orders().into_iter().take(2).collect();
        tell(model, Fact::OrdersRead(Ok(done)));
        press(model, "5 !");
    });
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
        let mut model = fresh(lang, 80, 24);
        press(&mut model, "5");
        insta::assert_snapshot!(format!("orders_reading_{tag}"), shown(&mut model));
        let broken = Trouble::new("the ledger is locked by another program", Some("close it and try again"));
        tell(&mut model, Fact::OrdersRead(Err(broken)));
        insta::assert_snapshot!(format!("orders_trouble_{tag}"), shown(&mut model));
    }
}

#[test]
fn an_order_in_full() {
    snap("order_layer_shipped", |model| {
        in_orders(model);
        select(model, "33169921477112345");
        press(model, "enter");
        let id = "33169921477112345".to_owned();
        tell(model, Fact::ShipmentsRead { id, result: Ok(shipments()) });
    });
    snap("order_layer_freight_open", |model| {
        in_orders(model);
        select(model, "33170811602112345");
        press(model, "enter");
    });
    snap_once("order_layer_no_answer", |model| {
        in_orders(model);
        select(model, "33169921477112345");
        press(model, "enter");
        tell(model, Fact::ShipmentsRead { id: "33169921477112345".into(), result: Err(unreachable()) });
    });
}

fn paying(model: &mut Model, accepted: &str) {
    in_orders(model);
    select(model, "33170822417112345");
    press(model, "p");
    let id = "33170822417112345".to_owned();
    let order = many_orders().into_iter().find(|order| pifa::app::orders::goes_by(order, &id)).unwrap();
    let check = PayCheck { order, accepted: Some(accepted.parse().unwrap()) };
    tell(model, Fact::PayChecked { id, result: Ok(Box::new(check)) });
}

#[test]
fn questions_about_orders() {
    snap("ask_pay", |model| paying(model, "12506.00"));
    snap("ask_pay_repriced", |model| paying(model, "12420.00"));
    snap_once("ask_pay_real_market", |model| {
        let real = Status { sandbox: false, market: Clean::new("7654321/采购01"), ..status() };
        tell(model, Fact::StatusRead(Ok(real)));
        paying(model, "13000.00");
    });
    snap_once("paid_at_the_cashier", |model| {
        paying(model, "12506.00");
        tell_at(model, at(1), Fact::KeyPressed(pifa::config::keymap::Key::char('y')));
        let id = "33170822417112345".to_owned();
        let url = "http://127.0.0.1:43121/cashier?orders=33170822417112345&sig=9f8e7d".to_owned();
        tell_at(
            model,
            at(1),
            Fact::PayLinked { id, result: Ok(PayLink { url, orders: vec![], failed: vec![] }) },
        );
    });
    snap_once("ask_receive", |model| {
        in_orders(model);
        select(model, "33169921477112345");
        press(model, "R");
    });
    snap_once("ask_cancel", |model| {
        in_orders(model);
        select(model, "33170833417112345");
        press(model, "X");
    });
}

#[test]
fn every_line_fits_at_every_size_and_language() {
    let few: Vec<Order> = many_orders();
    for lang in Lang::ALL {
        for (width, height) in [(60, 16), (74, 18), (80, 24), (99, 30), (133, 40), (200, 60)] {
            for keys in ["4", "4 enter", "4 L", "4 tab", "4 tab tab", "5", "5 !", "5 enter", "5 down X"] {
                let mut model = ready(lang, width, height);
                tell(&mut model, Fact::OrdersRead(Ok(few.clone())));
                tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(-60))))));
                for kind in [DealKind::Flash, DealKind::Discount] {
                    tell(&mut model, Fact::DealsRead { kind, result: Ok(Some((deals(kind), at(-60)))) });
                }
                press(&mut model, keys);
                for ascii in [false, true] {
                    model.ascii = ascii;
                    let drawn = shown(&mut model);
                    for row in drawn.lines() {
                        assert!(row.width() <= usize::from(width), "{keys} {row:?}");
                    }
                    let marks = drawn.contains(['▌', '█', '─', '│', '…', '·', '×', '→']);
                    assert!(!(ascii && marks), "{lang:?} {keys} {drawn}");
                }
            }
        }
    }
}
