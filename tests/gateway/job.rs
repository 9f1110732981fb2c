//! The whole job by `--json` commands, judged by the market's own books.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::bench::{Buyer, Fault, Proxy, Sandbox, seed};

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}"))
}

fn decimal(value: &Value) -> Decimal {
    text(value).parse().unwrap()
}

pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("not a whole number: {value}"))
}

/// `OFFER:SPEC` of an offer that matches, with its document: the first SKU that has enough in stock.
pub fn pick(buyer: &Buyer, suits: impl Fn(&Value) -> bool) -> (String, Value) {
    let found = buyer.does(&["search", "", "--limit", "2000", "--qty", "1"]);
    for row in found["offers"].as_array().unwrap() {
        let shown = buyer.does(&["show", text(&row["offer_id"])]);
        if !suits(&shown) {
            continue;
        }
        let id = text(&shown["offer_id"]).to_owned();
        let skus = shown["skus"].as_array().unwrap();
        let rich = skus.iter().max_by_key(|sku| sku["stock"].as_u64().unwrap_or(0));
        return match rich {
            Some(sku) => (format!("{id}:{}", text(&sku["spec_id"])), shown),
            None => (id, shown),
        };
    }
    panic!("no such offer in this world");
}

/// An offer that can only be bought from `MOQ` on: no mix rule helps, and there is enough of it.
pub fn strict(shown: &Value) -> bool {
    let moq = shown["moq"].as_u64().unwrap_or(0);
    let lot = shown["lot"].as_u64().unwrap_or(1);
    let stock = shown["skus"].as_array().unwrap().iter().filter_map(|sku| sku["stock"].as_u64()).max();
    (5..=500).contains(&moq)
        && moq > lot
        && moq.is_multiple_of(lot)
        && shown["mix_rule"].is_null()
        && shown["purchase_limit"].is_null()
        && stock.or(shown["stock"].as_u64()).is_some_and(|stock| stock >= moq)
}

/// What the books say of an order equals what the buyer was told, to the fen.
pub fn same_order(told: &Value, booked: &Value) {
    assert_eq!(told["order_id"], booked["order_id"]);
    assert_eq!(told["out_order_id"], booked["out_order_id"]);
    assert_eq!(told["supplier_id"], booked["supplier_id"]);
    assert_eq!(decimal(&told["goods"]), decimal(&booked["goods"]));
    assert_eq!(decimal(&told["total"]), decimal(&booked["total"]));
    assert_eq!(told["freight"].is_null(), booked["freight"].is_null());
    let lines = |order: &Value| {
        let mut lines: Vec<(String, String, u64, Decimal)> = order["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| {
                let spec = line["spec_id"].as_str().unwrap_or_default().to_owned();
                (
                    text(&line["offer_id"]).to_owned(),
                    spec,
                    number(&line["quantity"]),
                    decimal(&line["amount"]),
                )
            })
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(told), lines(booked));
}

#[test]
fn the_whole_job_and_again_offline() {
    let seed = seed().to_string();
    let state = crate::folder::folder().unwrap();
    let folder = state.path().to_str().unwrap().to_owned();
    let start = |listen: &str| {
        Sandbox::start(&["--seed", &seed, "--offers", "800", "--state", &folder, "--listen", listen])
    };
    let market = start("127.0.0.1:0");
    let buyer = Buyer::at(&market);
    let empty = buyer.says(&["search", "杯"]).exits(0);
    assert_eq!(empty.json()["total"], 0);
    assert!(empty.err.contains("catalog is empty: run pifa sync"), "{}", empty.err);
    let synced = buyer.does(&["sync"]);
    assert_eq!((number(&synced["fetched"]), &synced["complete"]), (800, &Value::Bool(true)));
    assert_eq!(number(&buyer.does(&["catalog", "stats"])["offers"]), 800);

    // Search and compare at 300.
    let (line, shown) = pick(&buyer, strict);
    let id = text(&shown["offer_id"]);
    let word: String = text(&shown["title"]).chars().take(2).collect();
    let found = buyer.does(&["search", word.trim(), "--qty", "300", "--limit", "10000"]);
    assert!(found["offers"].as_array().unwrap().iter().any(|row| row["offer_id"] == *id));
    let compared = buyer.does(&["compare", &line, "--qty", "300"]);
    let row = &compared["offers"][0];
    assert_eq!(decimal(&row["goods"]), decimal(&row["unit_price"]) * Decimal::from(300));

    // Below the minimum: refused, with kind and shortfall, and nothing is ordered.
    let moq = number(&shown["moq"]);
    let lot = shown["lot"].as_u64().unwrap_or(1);
    let below = (moq - lot).max(lot);
    let added = buyer.does(&["cart", "add", &line, &below.to_string()]);
    let check = buyer.says(&["cart", "check"]).exits(4).json();
    let violation = check["violations"].as_array().unwrap().iter().find(|v| v["kind"] == "moq").unwrap();
    assert_eq!(number(&violation["required"]["pieces"]), moq);
    assert_eq!(number(&violation["shortfall"]["pieces"]), moq - below);
    assert_eq!(violation["line_ids"][0], added["line_id"]);
    buyer.says(&["order", "submit"]).exits(4);
    assert!(market.ledger()["orders"].as_array().unwrap().is_empty());

    // Set right, submitted: one order with those lines and that total.
    buyer.does(&["cart", "set", &added["line_id"].to_string(), &moq.to_string()]);
    assert_eq!(buyer.does(&["cart", "check"])["ok"], true);
    let cart = buyer.does(&["cart", "list"]);
    let sent = buyer.does(&["order", "submit"]);
    let booked = market.ledger();
    assert_eq!(
        (sent["orders"].as_array().unwrap().len(), booked["orders"].as_array().unwrap().len()),
        (1, 1)
    );
    same_order(&sent["orders"][0], &booked["orders"][0]);
    assert_eq!(decimal(&cart["goods"]), decimal(&booked["orders"][0]["goods"]));
    assert!(buyer.does(&["cart", "list"])["suppliers"].as_array().unwrap().is_empty());
    assert_eq!(buyer.does(&["order", "list"])["orders"].as_array().unwrap().len(), 1);

    // The market is gone: the same bytes, and a submit queues.
    let online = buyer.says(&["search", word.trim(), "--qty", "300"]).exits(0).out;
    let port = market.port();
    market.kill();
    let offline = buyer.says(&["search", word.trim(), "--qty", "300"]).exits(0).out;
    assert_eq!(online, offline);
    assert_eq!(buyer.says(&["--offline", "search", word.trim(), "--qty", "300"]).exits(0).out, online);
    buyer.does(&["cart", "add", &line, &moq.to_string()]);
    let queued = buyer.does(&["order", "submit"]);
    assert_eq!(queued["orders"][0]["state"], "queued");
    assert_eq!(buyer.does(&["order", "outbox"])["orders"].as_array().unwrap().len(), 1);
    buyer.says(&["sync"]).exits(5);

    // Back on the same state and port: it goes out once.
    let market = start(&format!("127.0.0.1:{port}"));
    let settled = buyer.does(&["order", "submit"]);
    let booked = market.ledger();
    assert_eq!(booked["orders"].as_array().unwrap().len(), 2);
    same_order(&settled["orders"][0], &booked["orders"][1]);
    assert_eq!(settled["orders"][0]["out_order_id"], queued["orders"][0]["out_order_id"]);
    assert!(buyer.does(&["order", "submit"])["orders"].as_array().unwrap().is_empty());
    assert_eq!(market.ledger()["orders"].as_array().unwrap().len(), 2);
}

#[test]
fn an_answer_lost_after_commit_ends_as_one_order() {
    for (fault, name) in [
        (Fault::DropAfter, "dropped"),
        (Fault::Truncate, "truncated"),
        (Fault::Unavailable, "turned into 503"),
    ] {
        let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300"]);
        let proxy = Proxy::start(market.url(), "fastCreateOrder", move |_, _| fault);
        let buyer = Buyer::through(&market, &proxy.url);
        buyer.does(&["sync"]);
        let (line, shown) = pick(&buyer, strict);
        buyer.does(&["cart", "add", &line, &shown["moq"].to_string()]);
        let sent = buyer.does(&["order", "submit"]);
        let booked = market.ledger();
        assert_eq!(booked["orders"].as_array().unwrap().len(), 1, "{name}");
        assert_eq!(proxy.hits(), 1, "{name}: sent once");
        same_order(&sent["orders"][0], &booked["orders"][0]);
    }
}

#[test]
fn an_unknown_order_is_shown_as_unknown_until_the_market_can_be_asked() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300"]);
    // The answer to the create is lost, and so is every look-up after it, at first.
    let deaf = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let hears = std::sync::Arc::clone(&deaf);
    let proxy = Proxy::start(market.url(), "trade", move |path, _| {
        let lost = path.contains("fastCreateOrder") || path.contains("getBuyerOrderList");
        if lost && hears.load(std::sync::atomic::Ordering::SeqCst) { Fault::DropAfter } else { Fault::Pass }
    });
    let direct = Buyer::at(&market);
    direct.does(&["sync"]);
    let (line, shown) = pick(&direct, strict);
    let mut buyer = direct;
    let moq = shown["moq"].to_string();
    buyer.does(&["cart", "add", &line, &moq]);
    let through = Buyer::through(&market, &proxy.url);
    // The same folder by way of the proxy: the market is who it says it is, not where it is reached.
    let command = |arguments: &[&str]| {
        let mut command = through.command();
        command.env("PIFA_DATA_DIR", buyer.data_dir()).args(arguments).output().unwrap()
    };
    let sent = command(&["order", "submit"]);
    assert_eq!(sent.status.code(), Some(1), "{}", String::from_utf8_lossy(&sent.stderr));
    let said: Value = serde_json::from_slice(&sent.stdout).unwrap();
    assert_eq!(said["orders"][0]["state"], "unknown");
    assert_eq!(buyer.does(&["order", "outbox"])["orders"][0]["state"], "unknown");
    deaf.store(false, std::sync::atomic::Ordering::SeqCst);
    let settled: Value = serde_json::from_slice(&command(&["order", "submit"]).stdout).unwrap();
    let booked = market.ledger();
    assert_eq!(booked["orders"].as_array().unwrap().len(), 1);
    same_order(&settled["orders"][0], &booked["orders"][0]);
    buyer.moves_to(&market);
    assert!(buyer.does(&["order", "outbox"])["orders"].as_array().unwrap().is_empty());
}

#[test]
fn a_create_the_market_never_saw_is_sent_again_under_the_same_number() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300"]);
    let proxy = Proxy::start(market.url(), "fastCreateOrder", |_, before| {
        if before == 0 { Fault::DropBefore } else { Fault::Pass }
    });
    let buyer = Buyer::through(&market, &proxy.url);
    buyer.file("config.toml", b"[orders]\nquiet_seconds = 0\n");
    buyer.does(&["sync"]);
    let (line, shown) = pick(&buyer, strict);
    buyer.does(&["cart", "add", &line, &shown["moq"].to_string()]);
    let sent = buyer.does(&["order", "submit"]);
    let booked = market.ledger();
    assert_eq!((booked["orders"].as_array().unwrap().len(), proxy.hits()), (1, 2));
    same_order(&sent["orders"][0], &booked["orders"][0]);
}

#[test]
fn two_windows_on_one_profile_see_one_marketplace() {
    let buyer = Buyer::filled();
    let (line, shown) = pick(&buyer, strict);
    let moq = shown["moq"].to_string();
    let mut windows = Vec::new();
    for _ in 0..2 {
        let added = buyer.command().args(["cart", "add", &line, &moq]).output().unwrap();
        assert!(added.status.success());
    }
    // Both submit at once: the cart is ordered once, and both see it in one market's books.
    for _ in 0..2 {
        let mut command = buyer.command();
        windows.push(command.args(["order", "submit"]).stdout(std::process::Stdio::piped()).spawn().unwrap());
    }
    let said: Vec<Value> = windows
        .into_iter()
        .map(|window| serde_json::from_slice(&window.wait_with_output().unwrap().stdout).unwrap())
        .collect();
    let sent: Vec<&Value> = said.iter().flat_map(|said| said["orders"].as_array().unwrap()).collect();
    let booked = buyer.does(&["sandbox", "ledger"]);
    assert_eq!((sent.len(), booked["orders"].as_array().unwrap().len()), (1, 1));
    same_order(sent[0], &booked["orders"][0]);
    assert_eq!(number(&booked["orders"][0]["lines"][0]["quantity"]), 2 * number(&shown["moq"]));
}

#[test]
fn a_cart_filled_on_one_market_is_never_sent_to_another() {
    let first = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300"]);
    let other = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300"]);
    let mut buyer = Buyer::at(&first);
    buyer.does(&["sync"]);
    let (line, shown) = pick(&buyer, strict);
    buyer.does(&["cart", "add", &line, &shown["moq"].to_string()]);
    buyer.moves_to(&other);
    let refused = buyer.says(&["order", "submit"]).exits(6);
    assert!(refused.err.contains("another market"), "{}", refused.err);
    assert!(other.ledger()["orders"].as_array().unwrap().is_empty());
    let listed = buyer.does(&["cart", "list"]);
    assert_eq!(
        (listed["suppliers"].as_array().unwrap().len(), &listed["other_markets_lines"]),
        (0, &Value::from(1))
    );
    buyer.moves_to(&first);
    buyer.does(&["order", "submit"]);
    assert_eq!(first.ledger()["orders"].as_array().unwrap().len(), 1);
}

#[test]
fn the_whole_job_on_a_plain_gateway() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300", "--plain"]);
    let buyer = Buyer::at(&market);
    let synced = buyer.says(&["sync", "--limit", "12"]).exits(0);
    assert_eq!(synced.json()["complete"], false);
    assert!(synced.err.contains("holding 12 of"), "{}", synced.err);
    // Rows start incomplete and fill.
    let rows = buyer.does(&["search", "", "--limit", "100"]);
    assert!(rows["offers"].as_array().unwrap().iter().any(|row| row["complete"] == true));
    let (line, shown) = pick(&buyer, |shown| {
        let stock = shown["skus"].as_array().unwrap().iter().filter_map(|sku| sku["stock"].as_u64()).max();
        let enough = stock.or(shown["stock"].as_u64()).unwrap_or(0);
        let moq = shown["moq"].as_u64().unwrap_or(0);
        shown["complete"] == true
            && moq >= 1
            && moq <= enough.min(500)
            && moq.is_multiple_of(shown["lot"].as_u64().unwrap_or(1))
    });
    buyer.does(&["cart", "add", &line, &shown["moq"].to_string()]);
    let sent = buyer.does(&["order", "submit"]);
    let booked = market.ledger();
    assert_eq!(booked["orders"].as_array().unwrap().len(), 1);
    same_order(&sent["orders"][0], &booked["orders"][0]);
    let groups = buyer.says(&["group", "list"]).exits(1);
    assert!(groups.err.contains("not offered by this marketplace"), "{}", groups.err);
}

#[test]
fn a_group_is_joined_once_and_left() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "800"]);
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    let groups = buyer.does(&["group", "list"]);
    let open: Vec<&Value> =
        groups["groups"].as_array().unwrap().iter().filter(|group| group["state"] == "open").collect();
    assert!(open.len() >= 5, "{}", open.len());
    let (id, quantity) = open
        .iter()
        .find_map(|group| {
            let shown = buyer.does(&["show", text(&group["offer_id"])]);
            let spec = shown["skus"].as_array().unwrap().iter().max_by_key(|sku| sku["stock"].as_u64());
            let id = text(&group["group_id"]).to_owned();
            let id = spec.map_or(id.clone(), |sku| format!("{id}:{}", text(&sku["spec_id"])));
            let lot = shown["lot"].as_u64().unwrap_or(1);
            (shown["purchase_limit"].is_null()).then_some((id, lot * 2))
        })
        .unwrap();
    let joined = buyer.does(&["group", "join", &id, &quantity.to_string()]);
    assert_eq!(number(&joined["groups"][0]["my_quantity"]), quantity);
    assert_eq!(number(&market.ledger()["joins"][0]["quantity"]), quantity);
    let group = id.split(':').next().unwrap();
    let left = buyer.does(&["group", "leave", group]);
    assert_eq!(number(&left["groups"][0]["my_quantity"]), 0);
    market.kill();
    let cached = buyer.says(&["group", "list"]).exits(0);
    assert!(!cached.json()["as_of"].is_null());
    buyer.says(&["group", "join", &id, "5"]).exits(5);
}

#[test]
fn an_unpaid_order_is_cancelled_after_the_first_ten_seconds() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300", "--speed", "1000"]);
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    let (line, shown) = pick(&buyer, strict);
    buyer.does(&["cart", "add", &line, &shown["moq"].to_string()]);
    let sent = buyer.does(&["order", "submit"]);
    let id = text(&sent["orders"][0]["order_id"]).to_owned();
    // At a thousandfold speed the ten seconds are over by the time the next process has started.
    let cancelled = buyer.does(&["order", "cancel", &id]);
    assert_eq!(cancelled["orders"][0]["state"], "closed");
    assert_eq!(market.ledger()["orders"][0]["state"], "cancel");
    buyer.says(&["order", "cancel", "404404"]).exits(3);

    let frozen = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300", "--speed", "0"]);
    let hasty = Buyer::at(&frozen);
    hasty.does(&["sync"]);
    let (line, shown) = pick(&hasty, strict);
    hasty.does(&["cart", "add", &line, &shown["moq"].to_string()]);
    let sent = hasty.does(&["order", "submit"]);
    let refused = hasty.says(&["order", "cancel", text(&sent["orders"][0]["order_id"])]).exits(1);
    assert!(refused.err.contains("CLOSE_ORDER_TOO_FAST"), "{}", refused.err);
}
