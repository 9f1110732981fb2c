//! `pifa sandbox pay` and `pifa sandbox clock`: what a browser and ten days of patience would do, from a script.

use serde_json::{Value, json};

use super::bench::{Buyer, Sandbox};

const HOUR: i64 = 3_600;

fn now(document: &Value) -> i64 {
    let text = document["server_time"].as_str().unwrap_or_else(|| panic!("{document}"));
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

/// Puts an offer that is buyable alone into the cart and orders it; the market's id.
fn ordered(buyer: &Buyer) -> String {
    let found = buyer.does(&["search", "", "--qty", "100", "--limit", "200"]);
    let offers = found["offers"].as_array().unwrap();
    for offer in offers.iter().filter(|offer| offer["buyable"] == json!(true)) {
        let id = offer["offer_id"].as_str().unwrap();
        let spec = offer["spec_id"].as_str().map_or(id.to_owned(), |spec| format!("{id}:{spec}"));
        buyer.does(&["cart", "add", &spec, &offer["nearest_quantity"].to_string()]);
        if buyer.says(&["cart", "check"]).code == 0 {
            let report = buyer.says(&["order", "submit"]);
            let report = report.exits(0).json();
            if let Some(id) = report["orders"][0]["order_id"].as_str() {
                return id.to_owned();
            }
        }
        buyer.does(&["cart", "clear"]);
    }
    panic!("nothing can be bought: {found}");
}

#[test]
fn an_order_is_paid_and_lives_on_by_verbs_alone() {
    let sandbox = Sandbox::start(&["--offers", "300", "--seed", "7"]);
    let buyer = Buyer::at(&sandbox);
    buyer.does(&["sync"]);
    let id = ordered(&buyer);
    let url = sandbox.url().to_owned();
    let before = sandbox.ledger()["orders"][0].clone();
    if before["freight"].is_null() {
        buyer.does(&["sandbox", "clock", "6h", "--url", &url]);
    }
    let paid = buyer.does(&["sandbox", "pay", &id, "--url", &url]);
    assert_eq!(
        (&paid["orders"][0]["order_id"], &paid["orders"][0]["state"]),
        (&json!(id), &json!("to_ship"))
    );
    assert_eq!(sandbox.ledger()["orders"][0]["state"], json!("waitsellersend"));
    buyer.says(&["sandbox", "pay", &id, "--url", &url]).fails(1);
    buyer.says(&["sandbox", "pay", "12", "--url", &url]).fails(3);
    let start = now(&buyer.does(&["sandbox", "clock", "+1h", "--url", &url]));
    let end = now(&buyer.does(&["sandbox", "clock", "+20d", "--url", &url]));
    assert!((end - start - 20 * 24 * HOUR).abs() < 60, "{start} {end}");
    let order = sandbox.ledger()["orders"][0].clone();
    assert_eq!(order["state"], json!("success"), "{order}");
    assert!(
        order["paid_at"].is_string() && order["shipped_at"].is_string() && order["completed_at"].is_string()
    );
    for bad in ["-1h", "1", "61d", "yesterday"] {
        buyer.says(&["sandbox", "clock", bad, "--url", &url]).fails(2);
    }
    let words = buyer.tells(&["--lang", "zh-CN", "sandbox", "clock", "+1d", "--url", &url]).exits(0);
    assert!(String::from_utf8_lossy(&words.out).contains("沙盒时间现在是"), "{words:?}");
}

#[test]
fn the_profiles_own_clock_stays_where_it_was_put() {
    let buyer = Buyer::embedded();
    let first = now(&buyer.does(&["sandbox", "clock", "+10d"]));
    let second = now(&buyer.does(&["sandbox", "clock", "1s"]));
    assert!((second - first) < 60, "{first} {second}");
    assert!((first - jiff::Timestamp::now().as_second() - 10 * 24 * HOUR).abs() < 60);
    buyer.says(&["sandbox", "pay", "12"]).fails(3);
    assert_eq!(buyer.does(&["sandbox", "ledger"])["orders"], json!([]));
}
