//! Markets that refuse key, signature or token, and markets that are not there: the exit code says which, what can
//! wait is queued, and nothing of the cart or the outbox is lost.

use serde_json::Value;

use crate::bad_input::{Shop, cart, nobody};
use crate::bench::{Buyer, Doing, Fault, Proxy, Sandbox};

/// Verbs that ask the market, with arguments that would do something if it answered.
const ONLINE: [&[&str]; 7] = [
    &["sync"],
    &["order", "submit"],
    &["order", "submit", "--dry-run"],
    &["order", "cancel", "4711"],
    &["group", "list"],
    &["group", "join", "4711", "3"],
    &["sync", "--supplier", "x"],
];

fn outbox(buyer: &Buyer) -> Vec<Value> {
    buyer.does(&["order", "outbox"])["orders"].as_array().unwrap().clone()
}

#[test]
fn a_refused_key_or_token_is_exit_1_and_the_cart_waits_for_the_right_one() {
    let shop = Shop::plain();
    let mut buyer = shop.buyer();
    let before = cart(&buyer);
    for (field, code, variable) in [
        ("app_secret", "signature_refused", "PIFA_APP_SECRET"),
        ("access_token", "unauthorized", "PIFA_ACCESS_TOKEN"),
    ] {
        for wrong in ["wrong", "\u{1b}[31m"] {
            let right = buyer.swaps(field, wrong);
            for verb in ONLINE {
                let said = buyer.says(verb);
                let error = said.fails(1);
                assert_eq!(error["code"], code, "{field} {verb:?}");
                assert!(error["hint"].as_str().unwrap().contains(variable), "{error}");
                assert!(
                    !said.err.contains(wrong) && !said.err.contains(&right),
                    "a secret was told: {said:?}"
                );
            }
            let doctor = buyer.says(&["doctor"]).exits(1).json();
            assert_eq!(doctor["ok"], false);
            // Also while the wrong one is set: it is the same market.
            assert_eq!(cart(&buyer), before, "{field}");
            assert!(outbox(&buyer).is_empty());
            buyer.swaps(field, &right);
            assert_eq!(cart(&buyer), before, "{field}");
        }
    }
    assert_eq!(shop.orders(), 0);
    let sent = buyer.does(&["order", "submit"]);
    assert_eq!((sent["orders"].as_array().unwrap().len(), shop.orders()), (1, 1));
}

#[test]
fn another_app_key_is_another_market_and_is_sent_nothing() {
    let shop = Shop::plain();
    let mut buyer = shop.buyer();
    let before = cart(&buyer);
    let right = buyer.swaps("app_key", "999");
    for verb in
        [&["sync"][..], &["group", "list"], &["group", "join", "4711", "3"], &["order", "cancel", "4711"]]
    {
        let error = buyer.says(verb).fails(1);
        assert_eq!(error["code"], "signature_refused", "{verb:?}: {error}");
    }
    let submit = buyer.says(&["order", "submit"]).exits(6);
    assert!(submit.err.contains("another market"), "{submit:?}");
    buyer.swaps("app_key", &right);
    assert_eq!(cart(&buyer), before);
    assert_eq!(shop.orders(), 0);
}

#[test]
fn what_is_queued_survives_a_refused_token_and_goes_out_once() {
    let shop = Shop::plain();
    let mut buyer = shop.buyer();
    buyer.reaches(&nobody());
    let queued = buyer.says(&["order", "submit"]).exits(0);
    assert_eq!(queued.json()["orders"][0]["state"], "queued");
    assert!(queued.err.contains("queued"), "{queued:?}");
    let waiting = outbox(&buyer);
    buyer.reaches(shop.market.url());
    let right = buyer.swaps("access_token", "expired");
    for _ in 0..2 {
        let said = buyer.says(&["order", "submit"]);
        assert_eq!(said.complains(1)["code"], "unauthorized");
        assert_eq!(said.json()["orders"][0]["state"], "queued");
        let still = outbox(&buyer);
        assert_eq!(
            (still.len(), &still[0]["state"], &still[0]["lines"]),
            (1, &"queued".into(), &waiting[0]["lines"])
        );
    }
    assert_eq!(shop.orders(), 0);
    buyer.swaps("access_token", &right);
    assert_eq!(buyer.does(&["order", "submit"])["orders"].as_array().unwrap().len(), 1);
    assert_eq!((shop.orders(), outbox(&buyer).len()), (1, 0));
}

#[test]
fn a_dead_market_is_exit_5_where_nothing_can_wait_and_the_cache_or_the_queue_elsewhere() {
    let market = Sandbox::start(&["--offers", "120", "--seed", "7"]);
    let mut buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    let groups = buyer.does(&["group", "list"]);
    let known = groups["groups"][0]["group_id"].as_str().expect("this world has group-buys").to_owned();
    let dead = nobody();
    for flag in [&[][..], &["--offline"]] {
        buyer.reaches(if flag.is_empty() { &dead } else { market.url() });
        let run = |arguments: &[&str]| buyer.says(&[flag, arguments].concat());
        for verb in [
            &["sync"][..],
            &["sync", "--full"],
            &["group", "join", &known, "3"],
            &["group", "leave", &known],
            &["group", "show", "4711"],
            &["order", "cancel", "4711"],
        ] {
            let error = run(verb).fails(5);
            assert!(matches!(error["code"].as_str(), Some("unreachable" | "offline")), "{verb:?}: {error}");
        }
        let listed = run(&["group", "list"]).exits(0);
        assert!(listed.err.contains("no market"), "{listed:?}");
        let cached = listed.json();
        assert!(cached["as_of"].is_string() && cached["groups"] == groups["groups"], "{cached}");
        assert_eq!(run(&["group", "show", &known]).exits(0).json()["groups"][0], groups["groups"][0]);
        assert_eq!(run(&["doctor"]).exits(1).json()["ok"], false);
        assert!(outbox(&buyer).is_empty(), "a join that failed was kept for later");
    }
    buyer.says(&["sandbox", "ledger", "--url", &dead]).fails(5);
    buyer.reaches(&dead);
    assert_eq!(buyer.does(&["order", "submit"])["orders"].as_array().unwrap().len(), 0);
    buyer.reaches(market.url());
    assert_eq!(market.ledger()["joins"].as_array().unwrap().len(), 0);
}

#[test]
fn a_join_that_was_said_to_have_failed_is_not_sent_later() {
    let market = Sandbox::start(&["--offers", "120", "--seed", "7"]);
    let busy = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n";
    let proxy = Proxy::start(market.url(), "group.join", |_, _| Doing::Answer(busy.to_vec()));
    let mut buyer = Buyer::through(&market, &proxy.url);
    buyer.does(&["sync"]);
    let groups = buyer.does(&["group", "list"]);
    let group = &groups["groups"].as_array().unwrap()[0];
    let shown = buyer.does(&["show", group["offer_id"].as_str().unwrap()]);
    let id = group["group_id"].as_str().unwrap();
    let name = match shown["skus"][0]["spec_id"].as_str() {
        Some(spec) => format!("{id}:{spec}"),
        None => id.to_owned(),
    };
    assert_eq!(buyer.says(&["group", "join", &name, "3"]).fails(5)["code"], "throttled");
    assert!(proxy.hits() > 0);
    buyer.reaches(market.url());
    buyer.does(&["order", "submit"]);
    assert_eq!(market.ledger()["joins"].as_array().unwrap().len(), 0);
}

#[test]
fn an_answer_lost_on_the_way_to_a_plain_read_is_asked_for_again() {
    let shop = Shop::plain();
    let proxy = Proxy::start(shop.market.url(), "", |_, before| {
        // Every other request, whatever it asks.
        if before % 2 == 0 { Fault::DropAfter } else { Fault::Pass }
    });
    let buyer = Buyer::through(&shop.market, &proxy.url);
    assert_eq!(buyer.does(&["sync"])["complete"], true);
}
