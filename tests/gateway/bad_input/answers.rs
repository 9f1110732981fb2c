//! Answers that are no answers: cut, empty, another kind of document, server errors, requests to slow down. Each
//! verb ends in bounded time with one clear message; an order whose answer was spoilt is still placed once.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bad_input::{Shop, all_at_once, cart};
use crate::bench::{Buyer, Doing, Fault, Proxy};

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

const HTML: &str = "<!DOCTYPE html><html><body>\u{1b}[2J<h1>Welcome to the hotel network</h1></body></html>";

/// Name, bytes, and whether asking again later may help (exit 5) or not (exit 1).
fn spoilt() -> Vec<(&'static str, Vec<u8>, bool)> {
    vec![
        ("html", answer("200 OK", HTML), false),
        ("empty", answer("200 OK", ""), false),
        ("null", answer("200 OK", "null"), false),
        ("a number", answer("200 OK", "7"), false),
        ("a list", answer("200 OK", "[1,2,3]"), false),
        ("no field", answer("200 OK", "{}"), false),
        ("wrong types", answer("200 OK", r#"{"success":true,"result":7,"data":"x","addresses":3}"#), false),
        ("half a document", answer("200 OK", r#"{"success":true,"result":{"items":[{"id""#), false),
        ("deep", answer("200 OK", &"[".repeat(100_000)), false),
        ("not UTF-8", b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\xff\xfe{}".to_vec(), false),
        ("500", answer("500 Internal Server Error", HTML), true),
        ("503", answer("503 Service Unavailable", ""), true),
        (
            "429",
            b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n".to_vec(),
            true,
        ),
        ("404", answer("404 Not Found", HTML), false),
        (
            "elsewhere",
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec(),
            false,
        ),
        ("cut", b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"success\":true".to_vec(), true),
        ("no http", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(), true),
        ("nothing", Vec::new(), true),
    ]
}

/// No verb of a market that answers at once may take longer, retries with their waits included.
const BOUND: Duration = Duration::from_secs(20);

#[test]
fn every_verb_ends_clearly_whatever_the_market_answers() {
    let shop = Shop::plain();
    let jobs: Vec<Box<dyn FnOnce() + Send>> = spoilt()
        .into_iter()
        .map(|(kind, bytes, passing)| -> Box<dyn FnOnce() + Send> {
            let shop = &shop;
            Box::new(move || {
                let mut buyer = shop.buyer();
                let before = cart(&buyer);
                let proxy = Proxy::start(shop.market.url(), "", move |_, _| Doing::Answer(bytes.clone()));
                buyer.reaches(&proxy.url);
                let code = if passing { 5 } else { 1 };
                for verb in [
                    &["sync"][..],
                    &["sync", "--supplier", "x"],
                    &["group", "show", "4711"],
                    &["group", "join", "4711", "3"],
                    &["order", "cancel", "4711"],
                    &["sandbox", "ledger", "--url", &proxy.url],
                ] {
                    let began = Instant::now();
                    let said = buyer.says_unhurried(verb);
                    assert_eq!(said.code, code, "{kind} {verb:?}: {said:?}");
                    said.fails(code);
                    crate::bad_input::texts::harmless(&said.err, kind);
                    assert!(began.elapsed() < BOUND, "{kind} {verb:?}: {:?}", began.elapsed());
                }
                assert_eq!(buyer.says(&["doctor"]).exits(1).json()["ok"], false, "{kind}");
                let groups = buyer.says(&["group", "list"]);
                if passing {
                    groups.exits(0).json()
                } else {
                    groups.fails(1)
                };
                let dry = buyer.says(&["order", "submit", "--dry-run"]);
                if passing {
                    dry.exits(0).json()
                } else {
                    dry.fails(1)
                };
                assert_eq!(cart(&buyer), before, "{kind}");
                // A market that cannot be used now takes the order later; one that talks nonsense is told.
                let submit = buyer.says(&["order", "submit"]);
                if passing {
                    assert_eq!(submit.exits(0).json()["orders"][0]["state"], "queued", "{kind}");
                } else {
                    submit.fails(1);
                    assert_eq!(cart(&buyer), before, "{kind}");
                }
            })
        })
        .collect();
    all_at_once(jobs);
    assert_eq!(shop.orders(), 0);
}

#[test]
fn one_spoilt_call_stops_a_sync_and_keeps_what_was_read() {
    let shop = Shop::plain();
    let calls = ["offer.changes", "receiveAddress.get", "group.list", "getBuyerOrderList"];
    let jobs: Vec<Box<dyn FnOnce() + Send>> = spoilt()
        .into_iter()
        .map(|(kind, bytes, passing)| -> Box<dyn FnOnce() + Send> {
            let shop = &shop;
            Box::new(move || {
                for call in calls {
                    let bytes = bytes.clone();
                    let proxy =
                        Proxy::start(shop.market.url(), call, move |_, _| Doing::Answer(bytes.clone()));
                    let mut buyer = Buyer::through(&shop.market, &proxy.url);
                    if call == "group.list" {
                        // Only groups that were looked at are kept fresh.
                        buyer.reaches(shop.market.url());
                        buyer.does(&["group", "list"]);
                        buyer.reaches(&proxy.url);
                    }
                    let said = buyer.says(&["sync"]);
                    let code = if passing { 5 } else { 1 };
                    assert!(said.code == code && proxy.hits() > 0, "{kind} {call}: {said:?}");
                    said.fails(code);
                    buyer.reaches(shop.market.url());
                    assert_eq!(buyer.does(&["sync"])["complete"], true, "{kind} {call}");
                    assert_eq!(buyer.does(&["catalog", "stats"])["offers"], 3, "{kind} {call}");
                }
            })
        })
        .collect();
    all_at_once(jobs);
}

#[test]
fn a_spoilt_answer_to_a_create_is_looked_up_and_ends_as_one_order() {
    let jobs: Vec<Box<dyn FnOnce() + Send>> = spoilt()
        .into_iter()
        .filter(|(kind, ..)| *kind != "429")
        .map(|(kind, bytes, _)| -> Box<dyn FnOnce() + Send> {
            Box::new(move || {
                for acted in [true, false] {
                    let shop = Shop::plain();
                    let mut buyer = shop.buyer();
                    buyer.file("config.toml", b"[orders]\nquiet_seconds = 0\n");
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let body = text.split_once("\r\n\r\n").map_or(String::new(), |(_, body)| body.to_owned());
                    let bytes = bytes.clone();
                    let proxy =
                        Proxy::start(shop.market.url(), "fastCreateOrder", move |_, before| match before {
                            0 if acted => {
                                let body = body.clone();
                                Doing::Rewrite(Box::new(move |_| body))
                            }
                            0 => Doing::Answer(bytes.clone()),
                            _ => Doing::Fault(Fault::Pass),
                        });
                    buyer.reaches(&proxy.url);
                    let mut said = buyer.says(&["order", "submit"]);
                    if said.code != 0 {
                        said = buyer.says(&["order", "submit"]).exits(0);
                    }
                    let ours: Value = said.json()["orders"][0].clone();
                    let books = shop.market.ledger();
                    let booked = books["orders"].as_array().unwrap();
                    assert_eq!(booked.len(), 1, "{kind}, acted: {acted}: {said:?}");
                    assert_eq!(booked[0]["out_order_id"], ours["out_order_id"], "{kind}, acted: {acted}");
                    assert_eq!(booked[0]["order_id"], ours["order_id"], "{kind}, acted: {acted}");
                    assert_eq!(buyer.does(&["order", "outbox"])["orders"].as_array().unwrap().len(), 0);
                }
            })
        })
        .collect();
    all_at_once(jobs);
}

#[test]
fn a_throttled_create_was_not_placed_and_waits() {
    let shop = Shop::plain();
    let busy = b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n";
    let proxy = Proxy::start(shop.market.url(), "fastCreateOrder", |_, _| Doing::Answer(busy.to_vec()));
    let mut buyer = shop.buyer();
    buyer.file("config.toml", b"[orders]\nquiet_seconds = 0\n");
    buyer.reaches(&proxy.url);
    let said = buyer.says(&["order", "submit"]);
    let state = said.json()["orders"][0]["state"].clone();
    assert!(matches!(state.as_str(), Some("queued" | "unknown")), "{said:?}");
    assert_eq!(shop.orders(), 0);
    buyer.reaches(shop.market.url());
    buyer.does(&["order", "submit"]);
    assert_eq!((shop.orders(), buyer.does(&["order", "outbox"])["orders"].as_array().unwrap().len()), (1, 0));
}
