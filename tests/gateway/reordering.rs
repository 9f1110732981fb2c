//! Ordering again: what changed since is told once each and in the same bytes, the buyer's policy decides, lists and
//! plans come back as they were written. The market's own books judge what was ordered.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bench::Buyer;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn fen(value: &Value) -> i64 {
    let yuan = text(value);
    let (whole, part) = yuan.split_once('.').unwrap_or((yuan, "00"));
    whole.parse::<i64>().unwrap() * 100 + format!("{part:0<2}")[..2].parse::<i64>().unwrap()
}

/// The order of fifty lines of the profile's own past.
fn large(buyer: &Buyer) -> Value {
    let listed = buyer.does(&["order", "list"]);
    let past = list(&listed["orders"]);
    past.iter().find(|order| list(&order["lines"]).len() == 50).expect("an order of 50 lines").clone()
}

#[test]
fn six_things_changed_since_last_months_order_and_six_rows_say_so() {
    let buyer = Buyer::filled();
    let order = large(&buyer);
    let id = text(&order["order_id"]);
    let first = buyer.says(&["reorder", id, "--dry-run"]).exits(0);
    let again = buyer.says(&["reorder", id, "--dry-run"]).exits(0);
    assert_eq!(first.out, again.out, "the same input, the same bytes");
    let sheet = first.json();
    let drift = list(&sheet["drift"]);
    let fields: BTreeSet<&str> = drift.iter().map(|row| text(&row["field"])).collect();
    assert_eq!(drift.len(), 6, "{drift:#?}");
    assert_eq!(fields, BTreeSet::from(["gone", "lot", "moq", "price", "spec", "stock"]));
    let price = drift.iter().find(|row| row["field"] == "price").unwrap();
    let line = list(&sheet["lines"]).iter().find(|line| line["offer_id"] == price["offer_id"]).unwrap();
    assert_eq!((&price["old"], &price["new"]), (&line["unit_price_before"], &line["unit_price"]));
    let stock = drift.iter().find(|row| row["field"] == "stock").unwrap();
    assert!(text(&stock["old"]).starts_with(">=") && stock["new"] == "0", "{stock}");
    assert_eq!(fen(&sheet["total_before"]), fen(&order["goods"]));
    assert_eq!(list(&sheet["unresolved"]).len(), 2);
    assert_eq!(list(&sheet["split"]).len(), 8, "eight suppliers");
    // Nothing was put anywhere.
    assert_eq!(list(&buyer.does(&["cart", "list"])["suppliers"]).len(), 0);
    // Over the limit it stops, with the document all the same.
    let stopped = buyer.says(&["reorder", id, "--accept", "+3%"]).exits(6).json();
    assert!(text(&stopped["reason"]).contains("1 lines cost"), "{stopped}");
    assert_eq!(list(&buyer.does(&["cart", "list"])["suppliers"]).len(), 0);
    // What breaks a rule, or is missing, is not ordered by the way.
    buyer.says(&["reorder", id, "--submit", "--accept", "50"]).exits(6);
    buyer.says(&["reorder", id, "--submit", "--accept", "50", "--skip-missing"]).exits(4);
    assert_eq!(list(&buyer.does(&["sandbox", "ledger"])["orders"]).len(), 0);
    let sent = buyer.does(&["reorder", id, "--submit", "--accept", "50", "--skip-missing", "--raise"]);
    assert_eq!(list(&sent["orders"]).len(), 8, "{sent}");
    let books = buyer.does(&["sandbox", "ledger"]);
    let orders = list(&books["orders"]);
    assert_eq!(orders.len(), 8);
    let lines: usize = orders.iter().map(|order| list(&order["lines"]).len()).sum();
    assert_eq!(lines, 47, "fifty but for one gone, one SKU withdrawn and one sold out");
    let goods: i64 = orders.iter().map(|order| fen(&order["goods"])).sum();
    assert_eq!(goods, fen(&sent["total_after"]));
    // Ordered an hour ago, nothing has changed.
    let numbers: Vec<String> =
        list(&sent["orders"]).iter().map(|order| text(&order["order_id"]).to_owned()).collect();
    let mut arguments = vec!["reorder", "--dry-run"];
    arguments.extend(numbers.iter().map(String::as_str));
    let same = buyer.does(&arguments);
    assert_eq!(same["drift"], Value::Array(vec![]));
    assert_eq!((list(&same["lines"]).len(), &same["total_after"]), (47, &sent["total_after"]));
}

fn shared(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared/data", "../../shared/data"].map(|folder| root.join(folder).join(name));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: ../shared/data/{name} is not here");
    }
    found
}

#[test]
fn a_year_of_a_real_buyer_comes_out_exact() {
    let (Some(catalog), Some(past)) = (shared("uci-catalog.csv"), shared("uci-buyer-b.csv")) else { return };
    let buyer = Buyer::embedded();
    buyer.does(&["--offline", "catalog", "import", catalog.to_str().unwrap()]);
    let past = past.to_str().unwrap();
    let sheet = buyer.does(&["--offline", "reorder", "--from", past, "--dry-run"]);
    assert_eq!(list(&sheet["returns"]).len(), 113);
    assert_eq!((text(&sheet["net"]), text(&sheet["bought"])), ("88125.38", "91062.38"));
    assert_eq!((text(&sheet["total_before"]), text(&sheet["returned"])), ("91062.38", "2937.00"));
    assert_eq!(list(&sheet["bad_rows"]).len(), 0);
    let lines = list(&sheet["lines"]);
    // Four codes were not imported, for want of a price or a name: they are named, nothing is lost.
    let unresolved = list(&sheet["unresolved"]);
    assert_eq!(unresolved.len(), 4);
    let total: i64 = lines.iter().chain(unresolved).map(|line| line["quantity"].as_i64().unwrap()).sum();
    let text_of = std::fs::read_to_string(past).unwrap();
    // No field before the quantity has a comma outside quotes in this file's numbers: an oracle of its own.
    let quantities = text_of.lines().skip(1).map(|row| {
        let row = row.rsplit(',').nth(2).unwrap();
        row.parse::<i64>().unwrap()
    });
    assert_eq!(total, quantities.filter(|quantity| *quantity > 0).sum::<i64>());
    // Each row of the drift is a price that differs from the last one paid, and every such price is a row.
    for row in list(&sheet["drift"]) {
        assert_eq!(row["field"], "price", "{row}");
        assert_ne!(row["old"], row["new"]);
    }
    let moved = lines.iter().filter(|line| line["unit_price"] != line["unit_price_before"]).count();
    assert_eq!(list(&sheet["drift"]).len(), moved);
}

#[test]
fn a_history_with_mistakes_keeps_its_good_rows() {
    let buyer = Buyer::embedded();
    let goods = buyer.file("goods.csv", "code,name,price,unit\nA1,杯,2.50,个\nA2,壶,9.00,个\n".as_bytes());
    buyer.does(&["--offline", "catalog", "import", goods.to_str().unwrap()]);
    let past = buyer.file(
        "past.csv",
        "货号,品名,数量,单价(元),下单时间\nA1,杯,10,2.40,2026-01-05\nA1,杯,5,2.50,2026-02-05\nA2,壶,-3,9.00,\n\
         A9,碗,4,1.00,\nA2,壶,1.5,9.00,\n3.31E+18,盘,1,1.00,\nA2,壶,x,9.00,\n"
            .as_bytes(),
    );
    let past = past.to_str().unwrap();
    let sheet = buyer.does(&["--offline", "reorder", "--from", past, "--dry-run", "--scale", "1.5"]);
    let [line] = list(&sheet["lines"]) else { panic!("{sheet}") };
    assert_eq!((&line["quantity"], &line["quantity_before"]), (&Value::from(23), &Value::from(15)));
    assert_eq!(sheet["drift"], Value::Array(vec![]), "the latest price is today's");
    assert_eq!((text(&sheet["bought"]), text(&sheet["net"])), ("40.50", "13.50"));
    let [unknown] = list(&sheet["unresolved"]) else { panic!("{sheet}") };
    assert_eq!((text(&unknown["code"]), text(&unknown["reason"])), ("A9", "not_found"));
    let bad: Vec<u64> = list(&sheet["bad_rows"]).iter().map(|row| row["line"].as_u64().unwrap()).collect();
    assert_eq!(bad, [6, 7, 8]);
    buyer.says(&["--offline", "reorder", "--from", "nowhere.csv", "--dry-run"]).fails(2);
}

/// Two offers without SKUs that can be ordered at 300.
fn two(buyer: &Buyer) -> [String; 2] {
    let found = buyer.does(&["search", "--qty", "300", "--limit", "400", "杯"]);
    let plain: Vec<String> = list(&found["offers"])
        .iter()
        .filter(|offer| offer["buyable"] == true && offer["spec_id"].is_null())
        .map(|offer| text(&offer["offer_id"]).to_owned())
        .take(2)
        .collect();
    plain.try_into().expect("two such offers")
}

#[test]
fn a_list_comes_back_scaled_and_comes_due() {
    let buyer = Buyer::filled();
    let [one, other] = two(&buyer);
    buyer.says(&["list", "save", "每月"]).fails(1);
    buyer.does(&["cart", "add", &one, "10"]);
    buyer.does(&["cart", "add", &other, "4"]);
    let kept =
        buyer.does(&["list", "save", "每月", "--every", "28", "--since", "2020-01-01", "--note", "先问价"]);
    let path = text(&kept["path"]);
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written.starts_with("name: 每月\nevery: 28 days\nsince: 2020-01-01\nnote: 先问价\n\n"),
        "{written}"
    );
    assert!(written.contains(&format!("\n{one} 10  # ")), "{written}");
    // The same again changes nothing; another cart under that name has to be meant.
    buyer.does(&["cart", "add", &one, "1"]);
    buyer.says(&["list", "save", "每月"]).fails(6);
    let found = buyer.does(&["list", "diff", "每月"]);
    let [difference] = list(&found["differences"]) else { panic!("{found}") };
    assert_eq!((&difference["here"], &difference["there"]), (&Value::from(10), &Value::from(11)));
    // Due since long ago; put into the cart today it is due in 28 days.
    let due = buyer.does(&["list", "due"]);
    assert!(list(&due["lists"])[0]["days_over"].as_i64().unwrap() > 365, "{due}");
    buyer.does(&["cart", "clear"]);
    let loaded = buyer.does(&["list", "load", "每月", "--scale", "2.5"]);
    assert_eq!(list(&loaded["line_ids"]).len(), 2);
    let cart = buyer.does(&["cart", "list"]);
    let mut quantities: Vec<(String, i64)> = list(&cart["suppliers"])
        .iter()
        .flat_map(|part| list(&part["lines"]))
        .map(|line| (text(&line["offer_id"]).to_owned(), line["quantity"].as_i64().unwrap()))
        .collect();
    quantities.sort();
    let mut wanted = vec![(one.clone(), 25), (other.clone(), 10)];
    wanted.sort();
    assert_eq!(quantities, wanted);
    assert_eq!(list(&buyer.does(&["list", "due"])["lists"]).len(), 0);
    assert_eq!(list(&buyer.does(&["list", "due", "--within", "28"])["lists"]).len(), 1);
    // One step of undo; renamed and merged, the quantities add up.
    buyer.does(&["cart", "undo"]);
    assert_eq!(list(&buyer.does(&["cart", "list"])["suppliers"]).len(), 0);
    buyer.does(&["list", "rename", "每月", "月月"]);
    let both = buyer.does(&["list", "merge", "两月", "月月", "月月"]);
    assert_eq!(list(&both["items"]).iter().map(|item| item["quantity"].as_i64().unwrap()).sum::<i64>(), 28);
    assert_eq!(list(&buyer.does(&["list", "all"])["lists"]).len(), 2);
    buyer.says(&["list", "show", "每月"]).fails(3);
    buyer.does(&["list", "rm", "两月"]);
    // A mistake in one file is told with its line and leaves the others.
    let folder = Path::new(path).parent().unwrap();
    std::fs::write(folder.join("坏.txt"), "100 x\n").unwrap();
    let all = buyer.does(&["list", "all"]);
    assert_eq!((list(&all["lists"]).len(), list(&all["bad"]).len()), (1, 1));
    assert!(text(&list(&all["bad"])[0]["at"]).ends_with("坏.txt:1"), "{all}");
    buyer.says(&["list", "show", "坏"]).fails(2);
}

#[test]
fn a_plan_is_applied_once_and_refused_when_stale() {
    let buyer = Buyer::filled();
    let [one, other] = two(&buyer);
    buyer.does(&["cart", "add", &one, "10"]);
    let written = || String::from_utf8(buyer.tells(&["cart", "plan"]).exits(0).out.clone()).unwrap();
    let plan = written();
    assert_eq!(plan, written(), "the same cart, the same bytes");
    let file = buyer.file("plan.txt", plan.as_bytes());
    let file = file.to_str().unwrap();
    let same = buyer.does(&["cart", "apply", file]);
    assert_eq!((&same["applied"], list(&same["changes"]).len()), (&Value::Bool(true), 0));
    // Reviewed: more of one, and another.
    let reviewed = plan.replace(&format!("{one} 10 "), &format!("{one} 24 ")) + &format!("{other} 6\n");
    buyer.file("plan.txt", reviewed.as_bytes());
    let applied = buyer.does(&["cart", "apply", file]);
    assert_eq!(list(&applied["changes"]).len(), 2, "{applied}");
    // The cart is another one now.
    let stale = buyer.says(&["cart", "apply", file]).exits(6).json();
    assert_eq!(list(&stale["stale"])[0]["reason"], "cart_changed");
    assert_eq!(buyer.does(&["cart", "undo"])["lines"], 1, "one step");
    // A price that is not today's.
    let price = plan.lines().last().unwrap().split(' ').nth(2).unwrap().to_owned();
    let dear = plan.replace(&format!("{one} 10 {price}"), &format!("{one} 10 0.01"));
    buyer.file("plan.txt", dear.as_bytes());
    let stale = buyer.says(&["cart", "apply", file]).exits(6).json();
    let why = &list(&stale["stale"])[0];
    assert_eq!(
        (&why["reason"], text(&why["old"]), text(&why["new"])),
        (&"price_moved".into(), "0.01", &*price)
    );
    // A line taken out of the plan leaves the cart.
    let none: String =
        plan.lines().filter(|line| !line.starts_with(&one)).map(|line| format!("{line}\n")).collect();
    buyer.file("plan.txt", none.as_bytes());
    buyer.does(&["cart", "apply", file]);
    assert_eq!(list(&buyer.does(&["cart", "list"])["suppliers"]).len(), 0);
    buyer.file("plan.txt", b"hello\n");
    buyer.says(&["cart", "apply", file]).fails(2);
}
