//! Hostile text in titles, suppliers, units, item numbers, file names and the market's own error messages: what is
//! printed, in words or as JSON, and what is logged holds none of its escapes, controls, bidi or invisible marks.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::bad_input::Shop;
use crate::bench::{Buyer, Doing, Proxy, Said};

/// Characters that act on a terminal or hide, whatever stands around them.
fn acts_or_hides(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

pub fn harmless(text: &str, what: &str) {
    if let Some(at) = text.char_indices().find(|(_, c)| acts_or_hides(*c)) {
        let near: String =
            text.chars().skip(text[..at.0].chars().count().saturating_sub(40)).take(80).collect();
        panic!("{what}: {:?} in {near:?}", at.1);
    }
}

fn harmless_value(value: &Value, what: &str) {
    match value {
        Value::String(text) => assert!(!text.contains('\n'), "{what}: a line break in {text:?}"),
        Value::Array(items) => items.iter().for_each(|item| harmless_value(item, what)),
        Value::Object(members) => members.iter().for_each(|(key, member)| {
            harmless(key, what);
            harmless_value(member, what);
        }),
        _ => {}
    }
    if let Value::String(text) = value {
        harmless(text, what);
    }
}

/// Both streams, and the JSON after unescaping.
fn harmless_said(said: &Said, what: &str) {
    let out = std::str::from_utf8(&said.out).unwrap_or_else(|error| panic!("{what}: {error}"));
    harmless(out, what);
    harmless(&said.err, what);
    for line in out.lines().chain(said.err.lines()) {
        if let Ok(document) = serde_json::from_str::<Value>(line) {
            harmless_value(&document, what);
        }
    }
}

/// Always these, and the shared lists where they stand beside the checkout (they are not ours to ship).
fn strings() -> Vec<String> {
    let mut all: Vec<String> = [
        "\u{1b}[2J\u{1b}[H商品",
        "\u{1b}]0;pwned\u{7}标题",
        "\u{1b}]8;;http://127.0.0.1/\u{1b}\\链接\u{1b}]8;;\u{1b}\\",
        "\u{1b}P+q544e\u{1b}\\杯",
        "\u{9b}31m红\u{9d}0;x\u{9c}",
        "\u{1b}\u{1b}[[31m31m 杯",
        "杯\u{1b}",
        "\u{1b}[",
        "100元\u{8}\u{8}\u{8}\u{8}1元",
        "a\u{0}b\u{7f}c\rd\ne\tf\u{b}g\u{c}h\u{85}i",
        "\u{202e}gpj.杯\u{202c}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}",
        "女\u{200b}装\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}",
        "a\u{2028}b\u{2029}c",
        "\u{e0001}\u{e0061}\u{e0062}杯",
        "\u{1b}[201~rm -rf",
        "\u{ffff}\u{fffe}\u{fff9}杯\u{fffb}",
        "é\u{301}\u{301}\u{301}\u{301}\u{301}",
        "\"},{\"error\":1}",
        "{} %s %n ${HOME} $(id) `id`",
        "', 1); DROP TABLE offers; --",
    ]
    .map(str::to_owned)
    .to_vec();
    all.push("\u{1b}[31m".repeat(2_000));
    all.push("批".repeat(5_000));
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = ["../shared/data/hostile", "../../shared/data/hostile"].map(|path| root.join(path));
    let Some(folder) = folder.into_iter().find(|path| path.is_dir()) else {
        eprintln!("shared hostile strings not found, using own ones only");
        return all;
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let list: Value = serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let texts = list.as_array().unwrap().iter();
        all.extend(texts.filter_map(|item| item.as_str().or(item["text"].as_str())).map(str::to_owned));
    }
    all
}

/// Runs a verb for people, in one language after the other, and as JSON, which is given back.
fn both(buyer: &Buyer, arguments: &[&str]) -> Said {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let lang = ["zh-CN", "en", "zh-TW"][TURN.fetch_add(1, Ordering::Relaxed) % 3];
    let verb = &arguments[..arguments.len().min(3)];
    let mut command = buyer.human_command();
    // The log as talkative as it gets, libraries included.
    let human = Said::of(command.env("PIFA_LOG", "trace").args(["--lang", lang]).args(arguments));
    harmless_said(&human, &format!("{lang} {verb:?}"));
    let said = buyer.says(arguments);
    assert_eq!(human.code, said.code, "{verb:?}: {human:?} {said:?}");
    harmless_said(&said, &format!("{verb:?}"));
    said
}

fn ids(document: &Value) -> Vec<String> {
    let offers = document["offers"].as_array().unwrap();
    offers.iter().map(|offer| offer["offer_id"].as_str().unwrap().to_owned()).collect()
}

/// Nothing of theirs and no secret of ours.
fn logs_are_harmless(buyer: &Buyer, secrets: &Value) {
    let mut read = 0;
    for entry in std::fs::read_dir(buyer.data_dir().join("logs")).into_iter().flatten() {
        let text = String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()).into_owned();
        harmless(&text, "the log");
        for secret in ["app_secret", "access_token"] {
            assert!(!text.contains(secrets[secret].as_str().unwrap()), "{secret} is in the log");
        }
        read += text.len();
    }
    assert!(read > 0, "nothing was logged at trace level");
}

#[test]
fn hostile_listings_of_a_market_print_as_harmless_text_everywhere() {
    let strings = strings();
    let rows: Vec<Value> = strings
        .iter()
        .enumerate()
        .map(|(n, text)| {
            // Few suppliers, so that the cart is not one order a line.
            let shop = if n % 8 == 0 { text.clone() } else { format!("厂{}", n % 5) };
            json!({"item_id": (5_000 + n).to_string(), "title": format!("货 {text}"), "title_en": text,
                   "price": "3.00", "moq": 1, "unit": text, "shop": shop, "section": text,
                   "free_shipping": true})
        })
        .collect();
    let shop = Shop::open(&rows);
    let buyer = Buyer::at(&shop.market);
    buyer.does(&["sync"]);
    let found = both(&buyer, &["search", "货", "--limit", "10000", "--qty", "3"]).exits(0).json();
    let ids = ids(&found);
    assert_eq!(ids.len(), strings.len());
    both(&buyer, &["suppliers", "", "--limit", "10000"]).exits(0);
    both(&buyer, &["catalog", "stats"]).exits(0);
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    both(&buyer, &[&["compare", "--qty", "3"], all.as_slice()].concat()).exits(0);
    let own = (0..22).map(|n| (5_000 + n).to_string());
    for (n, id) in own.chain(ids.iter().step_by(9).cloned()).enumerate() {
        both(&buyer, &["show", &id]).exits(0);
        if n < 40 {
            buyer.does(&["cart", "add", &id, "2"]);
        }
    }
    both(&buyer, &["cart", "list"]).exits(0);
    both(&buyer, &["cart", "check"]).exits(0);
    both(&buyer, &["order", "submit", "--dry-run"]).exits(0);
    harmless_said(&buyer.says(&["order", "submit"]).exits(0), "order submit");
    assert!(shop.orders() > 3);
    both(&buyer, &["order", "list"]).exits(0);
    both(&buyer, &["group", "list"]).exits(0);
    both(&buyer, &["doctor"]);
    logs_are_harmless(&buyer, &shop.market.ready);
}

#[test]
fn hostile_rows_of_a_file_print_as_harmless_text_everywhere() {
    let strings = strings();
    let buyer = Buyer::embedded();
    let rows = |form: fn(usize, &str) -> String| -> String {
        strings.iter().enumerate().map(|(n, text)| form(n, text) + "\n").collect()
    };
    let good = rows(|n, text| {
        json!({"id": format!("{n}-{text}"), "title": format!("货 {text}"), "price": "3.00", "unit": text,
               "supplier": text, "belt": text, "currency": text})
        .to_string()
    });
    // Each bad in another place, so that each is told back in a reason.
    let bad = rows(|n, text| match n % 4 {
        0 => json!({"id": n, "title": text, "price": text}).to_string(),
        1 => json!({"id": n, "title": "x", "price": "1", "moq": text}).to_string(),
        2 => json!({"id": text.repeat(80), "title": "x", "price": "-1"}).to_string(),
        _ => format!("{{\"id\": {text}}}"),
    });
    let csv =
        rows(|n, text| format!("{n},\"{}\",{}", text.replace('"', "\"\""), text.replace(['\n', '"'], " ")));
    for (name, text) in [
        ("good\u{1b}[2J\u{202e}.jsonl", good.as_str()),
        ("bad\u{7}.jsonl", &bad),
        ("rows.csv", &format!("id,title,price\n{csv}")),
        ("\u{1b}[31mcolumns.csv", "\u{1b}[2J,\u{202e}b\n1,2\n"),
    ] {
        let file = buyer.file(name, text.as_bytes());
        let said = both(&buyer, &["--offline", "catalog", "import", file.to_str().unwrap()]);
        assert!(said.code <= 1, "{name:?}: {said:?}");
    }
    let found = both(&buyer, &["--offline", "search", "货", "--limit", "10000"]).exits(0).json();
    let ids = ids(&found);
    assert!(ids.len() > strings.len() / 2, "{} of {}", ids.len(), strings.len());
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    both(&buyer, &[&["--offline", "compare", "--qty", "3"], all.as_slice()].concat()).exits(0);
    for id in ids.iter().take(30) {
        assert_eq!(both(&buyer, &["--offline", "show", id]).exits(0).json()["offer_id"], **id);
        buyer.does(&["--offline", "cart", "add", id, "2"]);
    }
    both(&buyer, &["--offline", "cart", "list"]).exits(0);
    both(&buyer, &["--offline", "cart", "check"]);
    both(&buyer, &["--offline", "order", "submit", "--dry-run"]);
    // Imported goods are never sent to a market.
    both(&buyer, &["--offline", "order", "submit"]);
    assert!(buyer.does(&["--offline", "order", "outbox"])["orders"].as_array().unwrap().is_empty());
}

#[test]
fn what_a_hostile_market_says_about_itself_is_printed_harmlessly() {
    let shop = Shop::plain();
    for text in strings().into_iter().take(22).filter(|text| text.len() < 5_000) {
        let whole = json!({"error_code": format!("gw.{text}"), "error_message": text, "request_id": text,
                           "success": false, "errorCode": text, "errorMsg": text, "code": text, "message": text});
        let (refusal, refusal_text) = (whole.to_string(), text.clone());
        let buyer = {
            let mut buyer = shop.buyer();
            let proxy = Proxy::start(shop.market.url(), "", move |path, _| {
                let refusal = refusal.clone();
                // The preview keeps its shape and is refused with hostile words; everything else is a bare error.
                if path.contains("preview") {
                    let text = text.clone();
                    Doing::Rewrite(Box::new(move |_| {
                        json!({"success": false, "errorCode": "500_999", "errorMsg": text,
                               "orderPreviewResuslt": [{"status": false, "resultCode": text, "message": text}]})
                        .to_string()
                    }))
                } else if path.contains("capabilities") {
                    Doing::Fault(crate::bench::Fault::Pass)
                } else {
                    Doing::Rewrite(Box::new(move |_| refusal))
                }
            });
            buyer.reaches(&proxy.url);
            buyer
        };
        let books = json!({"orders": [{"state": refusal_text, refusal_text.as_str(): 1}], "joins": [], "requests": {}});
        let lying = Proxy::start(shop.market.url(), "orders.dump", move |_, _| {
            let books = json!({"success": true, "result": books}).to_string();
            Doing::Rewrite(Box::new(move |_| books))
        });
        both(&buyer, &["sandbox", "ledger", "--url", &lying.url]);
        for verb in [&["sync"][..], &["doctor"], &["group", "list"], &["order", "cancel", "4711"]] {
            assert!(matches!(both(&buyer, verb).code, 1 | 3 | 5), "{verb:?}");
        }
        assert_eq!(both(&buyer, &["order", "submit", "--dry-run"]).code, 4);
        assert_eq!(both(&buyer, &["order", "submit"]).code, 4);
        logs_are_harmless(&buyer, &shop.market.ready);
    }
    assert_eq!(shop.orders(), 0);
}

#[test]
fn hostile_words_of_the_buyers_own_print_as_harmless_text_everywhere() {
    let shop = Shop::plain();
    let buyer = shop.buyer();
    let supplier = buyer.does(&["show", "1001"])["supplier_id"].as_str().unwrap().to_owned();
    let subject = format!("supplier:{supplier}");
    // An argument cannot hold a NUL, and the system caps its length.
    let strings = strings().into_iter().filter(|text| !text.contains('\0') && text.len() < 100_000);
    for (n, text) in strings.enumerate().filter(|(n, _)| *n < 22 || n % 6 == 0) {
        let tag = format!("t,{text}");
        both(&buyer, &["mark", "1001", "--note", &text, "--tag", &tag]).exits(0);
        let reason = format!("x {text}");
        both(&buyer, &["mark", &subject, "--note", &text, "--block", &reason]).exits(0);
        let query = format!("blocked note:{text} {text}");
        both(&buyer, &["search", "--", &query]).exits(0);
        if n % 7 == 0 {
            both(&buyer, &["search", "--", "blocked"]).exits(0);
            both(&buyer, &["mark", "list"]).exits(0);
            both(&buyer, &["show", "1001"]).exits(0);
            both(&buyer, &["suppliers", "--", &text]).exits(0);
            both(&buyer, &["suppliers"]).exits(0);
            both(&buyer, &["mark", &text]);
        }
    }
    both(&buyer, &["doctor"]);
    logs_are_harmless(&buyer, &shop.market.ready);
}
