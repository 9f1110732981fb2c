//! Numbers that are none, in every answer the program acts on: no panic, no nonsense shown, and above all no order
//! on a preview that cannot be believed and no second order because a list could not be read.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use rust_decimal::Decimal;
use serde_json::Value;

use crate::bad_input::Shop;
use crate::bench::{Buyer, Doing, Fault, Proxy, Sandbox, seed};

const NASTY: [&str; 8] =
    ["-1", "1e999", "null", "\"\"", "[]", "1234567890123456789012345678901234567890", "\"-1\"", "\"NaN\""];

/// `PIFA_TEST_LONG=1`: every value at every place, instead of some by turns (`PIFA_TEST_SEED` repeats a run).
fn is_long_form() -> bool {
    std::env::var_os("PIFA_TEST_LONG").is_some()
}

fn is_figure(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::String(text) => text.trim_end_matches('%').parse::<Decimal>().is_ok(),
        _ => false,
    }
}

/// Names of the members that hold figures anywhere in a document.
fn figures(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                if is_figure(member) {
                    found.insert(key.clone());
                }
                figures(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| figures(item, found)),
        _ => {}
    }
}

/// Puts nasty values where `which` says so. By way of a marker: no `Value` can hold `1e999`.
fn spoil(mut value: Value, which: &mut dyn FnMut(&str) -> Option<&'static str>) -> String {
    fn mark(
        value: &mut Value,
        which: &mut dyn FnMut(&str) -> Option<&'static str>,
        used: &mut Vec<&'static str>,
    ) {
        match value {
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    let figure = is_figure(member) || key == "outOrderId";
                    match which(key).filter(|_| figure) {
                        Some(nasty) => {
                            *member = format!("@@{}@@", used.len()).into();
                            used.push(nasty);
                        }
                        None => mark(member, which, used),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| mark(item, which, used)),
            _ => {}
        }
    }
    let mut used = Vec::new();
    mark(&mut value, which, &mut used);
    let mut text = value.to_string();
    for (n, nasty) in used.iter().enumerate() {
        text = text.replacen(&format!("\"@@{n}@@\""), nasty, 1);
    }
    text
}

/// One member of one call spoilt; `None` lets everything pass. What the call answered last is kept.
#[derive(Clone, Default)]
struct Plan {
    spoil: Arc<Mutex<Option<(String, &'static str)>>>,
    seen: Arc<Mutex<Value>>,
    lose_creates: Arc<Mutex<bool>>,
}

impl Plan {
    fn proxy(&self, market: &Sandbox, call: &'static str) -> Proxy {
        let plan = self.clone();
        Proxy::start(market.url(), "", move |path, _| {
            if path.contains(call) {
                let (spoilt, seen) = (plan.spoil.lock().unwrap().clone(), Arc::clone(&plan.seen));
                return Doing::Rewrite(Box::new(move |answer| {
                    *seen.lock().unwrap() = answer.clone();
                    spoil(answer, &mut |key| {
                        spoilt
                            .as_ref()
                            .filter(|(names, _)| names.split('|').any(|name| name == key))
                            .map(|(_, nasty)| *nasty)
                    })
                }));
            }
            let lost = path.contains("fastCreateOrder") && *plan.lose_creates.lock().unwrap();
            Doing::Fault(if lost { Fault::DropAfter } else { Fault::Pass })
        })
    }

    fn set(&self, spoilt: Option<(&str, &'static str)>) {
        *self.spoil.lock().unwrap() = spoilt.map(|(key, nasty)| (key.to_owned(), nasty));
    }

    fn keys(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        figures(&self.seen.lock().unwrap(), &mut found);
        found
    }
}

fn buyer_through(shop: &Shop, proxy: &Proxy) -> Buyer {
    let mut buyer = shop.buyer();
    buyer.file("config.toml", b"[orders]\nquiet_seconds = 0\n");
    buyer.reaches(&proxy.url);
    buyer
}

fn refill(buyer: &Buyer) {
    if buyer.does(&["cart", "list"])["suppliers"].as_array().unwrap().is_empty() {
        buyer.does(&["cart", "add", "1001", "3"]);
    }
}

#[test]
fn no_order_is_sent_on_a_preview_that_cannot_be_believed() {
    let shop = Shop::plain();
    let plan = Plan::default();
    let proxy = plan.proxy(&shop.market, "preview");
    let buyer = buyer_through(&shop, &proxy);
    buyer.does(&["order", "submit", "--dry-run"]);
    let keys = plan.keys();
    for money in ["sumPayment", "sumPaymentNoCarriage", "sumCarriage", "finalUnitPrice", "amount"] {
        assert!(keys.contains(money), "{money} is not in {keys:?}");
    }
    let all = is_long_form();
    let mut dice = Dice(seed() | 1);
    for key in &keys {
        let essential = matches!(key.as_str(), "sumPayment" | "sumPaymentNoCarriage");
        // Each value of the sums that are paid, some of the others by turns.
        let first = dice.below(NASTY.len());
        let some = if essential || all { NASTY.len() } else { 3 };
        for nasty in NASTY.iter().copied().cycle().skip(first).take(some) {
            let before = shop.orders();
            refill(&buyer);
            plan.set(Some((key, nasty)));
            let dry = buyer.says(&["order", "submit", "--dry-run"]);
            let said = buyer.says(&["order", "submit"]);
            plan.set(None);
            let left_out = matches!(nasty, "null" | "\"\"");
            // A discount is written with either sign.
            let left_out = left_out || (key == "discountFee" && nasty.contains("-1"));
            let spends = essential
                || matches!(
                    key.as_str(),
                    "sumCarriage" | "discountFee" | "finalUnitPrice" | "amount" | "offerId"
                );
            if essential || (spends && !left_out) {
                assert!(said.code == 1 && dry.code == 1, "{key} {nasty}: {said:?} {dry:?}");
                assert_eq!(said.fails(1)["code"], "bad_answer", "{key} {nasty}");
                dry.fails(1);
                assert_eq!(shop.orders(), before, "an order was sent on {key} = {nasty}: {said:?}");
                assert!(!buyer.does(&["cart", "list"])["suppliers"].as_array().unwrap().is_empty());
                continue;
            }
            // What was left out, or does not concern money: sent is what was shown, or nothing.
            assert!(matches!(said.code, 0 | 1), "{key} {nasty}: {said:?}");
            if said.code == 0 {
                let order = said.json()["orders"][0].clone();
                assert_eq!(
                    (&order["goods"], shop.orders()),
                    (&"37.50".into(), before + 1),
                    "{key} {nasty}: {order}"
                );
                if key == "sumCarriage" {
                    dry.exits(0);
                }
            }
        }
    }
}

#[test]
fn a_preview_that_hides_a_rise_behind_missing_lines_is_held() {
    let shop = Shop::plain();
    let proxy = Proxy::start(shop.market.url(), "preview", |_, _| {
        Doing::Rewrite(Box::new(|mut answer| {
            let part = &mut answer["orderPreviewResuslt"][0];
            part["sumPaymentNoCarriage"] = 99_900.into();
            part["sumPayment"] = 99_900.into();
            part["cargoList"] = Value::Array(Vec::new());
            answer.to_string()
        }))
    });
    let buyer = buyer_through(&shop, &proxy);
    let held = buyer.says(&["order", "submit"]).exits(6);
    assert!(held.err.contains("37.50") && held.err.contains("999.00"), "{held:?}");
    assert_eq!(shop.orders(), 0);
}

#[test]
fn nonsense_in_the_answer_to_a_create_ends_as_one_order() {
    let shop = Shop::plain();
    let plan = Plan::default();
    let proxy = plan.proxy(&shop.market, "fastCreateOrder");
    let buyer = buyer_through(&shop, &proxy);
    buyer.does(&["order", "submit"]);
    let keys = plan.keys();
    assert!(keys.contains("orderId"), "{keys:?}");
    for key in &keys {
        for nasty in NASTY {
            let before = shop.orders();
            refill(&buyer);
            plan.set(Some((key, nasty)));
            buyer.says(&["order", "submit"]);
            plan.set(None);
            buyer.does(&["order", "submit"]);
            assert_eq!(shop.orders(), before + 1, "{key} = {nasty}");
            assert!(
                buyer.does(&["order", "outbox"])["orders"].as_array().unwrap().is_empty(),
                "{key} = {nasty}"
            );
        }
    }
}

#[test]
fn an_order_list_of_nonsense_never_makes_a_second_order() {
    let shop = Shop::plain();
    let plan = Plan::default();
    let proxy = plan.proxy(&shop.market, "getBuyerOrderList");
    let buyer = buyer_through(&shop, &proxy);
    buyer.does(&["order", "submit"]);
    buyer.does(&["sync"]);
    let listed = plan.keys();
    let first = usize::try_from(seed() % 8).unwrap();
    // What a look-up reads, both ids also together.
    for key in [
        "id",
        "idOfStr",
        "id|idOfStr",
        "outOrderId",
        "productID",
        "quantity",
        "price",
        "itemAmount",
        "shippingFee",
        "sumProductPayment",
        "totalAmount",
        "totalRecord",
    ] {
        assert!(key.contains(['|', 'O']) || listed.contains(key), "{key} is not in {listed:?}");
        // The numbers of orders are text: `"-1"` there is another number than ours, and a plain lie.
        let own_number = ["null", "\"\"", "[]"];
        let mut nasty: Vec<&str> = NASTY.iter().cycle().skip(first).take(3).copied().collect();
        if key == "outOrderId" {
            nasty = own_number.to_vec();
        }
        for nasty in nasty {
            let before = shop.orders();
            refill(&buyer);
            plan.set(Some((key, nasty)));
            *plan.lose_creates.lock().unwrap() = true;
            let lost = buyer.says(&["order", "submit"]);
            *plan.lose_creates.lock().unwrap() = false;
            buyer.says(&["order", "submit"]);
            assert_eq!(shop.orders(), before + 1, "{key} = {nasty}: {lost:?}");
            plan.set(None);
            buyer.does(&["order", "submit"]);
            assert_eq!(shop.orders(), before + 1, "{key} = {nasty}: {lost:?}");
            assert!(
                buyer.does(&["order", "outbox"])["orders"].as_array().unwrap().is_empty(),
                "{key} = {nasty}"
            );
        }
    }
}

/// Nothing printed is negative, infinite or absurd.
fn sane(document: &Value, what: &str) {
    match document {
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| sane(member, &format!("{what}/{key}")));
        }
        Value::Array(items) => items.iter().for_each(|item| sane(item, what)),
        Value::Number(number) => {
            let value = number.as_f64().unwrap();
            assert!((0.0..1e15).contains(&value), "{what}: {number}");
        }
        Value::String(text) if !what.ends_with("_id") => {
            let value = text.parse::<Decimal>().unwrap_or_default();
            assert!(value >= Decimal::ZERO && value < Decimal::from(10_i64.pow(15)), "{what}: {text}");
        }
        _ => {}
    }
}

/// A stream of choices, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

#[test]
fn listings_addresses_and_groups_of_nonsense_are_left_out_or_unknown() {
    let seed = seed() | 1;
    let market = Sandbox::start(&["--offers", "40", "--seed", "11"]);
    let supplier = {
        let buyer = Buyer::at(&market);
        buyer.does(&["sync"]);
        buyer.does(&["search", "", "--limit", "1"])["offers"][0]["supplier_id"].as_str().unwrap().to_owned()
    };
    let calls = [
        "offer.changes",
        "querySellerOfferList",
        "queryProductDetail",
        "freight.estimate",
        "group.list",
        "receiveAddress.get",
        "capabilities",
        "getBuyerOrderList",
    ];
    for (number, call) in (1..).zip(calls) {
        // All figures one nasty value; then a third of them any.
        for round in 0..if is_long_form() { 24_u64 } else { 3 } {
            let mut dice = Dice(seed.wrapping_mul(number * 32 + round + 1) | 1);
            let all = (round % 3 < 2).then(|| NASTY[dice.below(NASTY.len())]);
            let proxy = Proxy::start(market.url(), call, move |_, asked| {
                let mut dice = Dice(dice.0.wrapping_mul(asked as u64 * 2 + 1));
                Doing::Rewrite(Box::new(move |answer| {
                    spoil(answer, &mut |_| {
                        all.or_else(|| (dice.below(3) == 0).then(|| NASTY[dice.below(NASTY.len())]))
                    })
                }))
            });
            let mut buyer = Buyer::through(&market, &proxy.url);
            if call == "group.list" {
                // Only groups that were looked at are kept fresh.
                buyer.reaches(market.url());
                buyer.does(&["group", "list"]);
                buyer.reaches(&proxy.url);
            }
            let of_a_shop = call.starts_with("query") || call.starts_with("freight");
            let sync: &[&str] = if of_a_shop { &["sync", "--supplier", &supplier] } else { &["sync"] };
            let what = format!("{call} round {round}");
            let said = buyer.says(sync);
            // A list of goods that was made to be empty is one of a supplier nobody has heard of.
            let is_unheard_of = call == "querySellerOfferList" && said.code == 3;
            assert!(matches!(said.code, 0 | 1 | 5) || is_unheard_of, "{what}: {said:?}");
            assert!(proxy.hits() > 0 || call == "freight.estimate" && said.code != 0, "{what} was not asked");
            let found = buyer.does(&["search", "", "--limit", "1000", "--qty", "7"]);
            sane(&found, &what);
            if let Some(id) = found["offers"][0]["offer_id"].as_str() {
                sane(&buyer.does(&["show", id]), &what);
                buyer.does(&["cart", "add", id, "7"]);
                sane(&buyer.does(&["cart", "list"]), &what);
            }
            match call {
                "group.list" => {
                    let groups = buyer.says(&["group", "list"]);
                    if groups.code == 0 {
                        sane(&groups.json(), &what);
                    }
                }
                "receiveAddress.get" => drop(buyer.does(&["address", "list"])),
                "getBuyerOrderList" => sane(&buyer.does(&["order", "list"]), &what),
                _ => {}
            }
        }
    }
}
