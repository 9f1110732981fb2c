//! The buyer's own marks at the built binary: what is set is shown and obeyed, by every verb that lists, and hostile
//! words of theirs are printed harmless.

use serde_json::{Value, json};

use crate::bench::{Buyer, Sandbox};

fn shop() -> (Sandbox, tempfile::TempDir) {
    let folder = crate::folder::folder().unwrap();
    let file = folder.path().join("goods.jsonl");
    let row = |id: &str, title: &str, shop: &str, price: &str| {
        json!({"item_id": id, "title": title, "price": price, "moq": 2, "shop": shop, "free_shipping": true})
            .to_string()
    };
    let rows = [
        row("1001", "保温杯", "甲厂", "12.50"),
        row("1002", "保温壶", "甲厂", "9.00"),
        row("1003", "毛巾", "乙厂", "3.00"),
    ];
    std::fs::write(&file, rows.join("\n")).unwrap();
    // An order can be closed 10 seconds after it was made, by the market's clock.
    (Sandbox::start(&["--catalog", file.to_str().unwrap(), "--speed", "1000"]), folder)
}

fn ids(document: &Value) -> Vec<String> {
    let mut ids: Vec<String> = document["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offer| offer["offer_id"].as_str().unwrap().to_owned())
        .collect();
    ids.sort_unstable();
    ids
}

fn found(buyer: &Buyer, query: &str) -> Vec<String> {
    let document = buyer.does(&["search", "--", query]);
    let ids = ids(&document);
    assert_eq!(document["total"], ids.len(), "{query}");
    ids
}

/// Everything the documents promised before is still there, under the same names.
fn has(row: &Value, fields: &[&str]) {
    for field in fields {
        assert!(row.get(field).is_some(), "{field} is missing: {row}");
    }
}

#[test]
fn marks_are_set_shown_and_obeyed() {
    let (market, _folder) = shop();
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    let set = buyer.does(&["mark", "1001", "--fav", "--tag", "礼品,老款", "--note", "发货快"]);
    assert_eq!(
        set,
        json!({"kind": "offer", "id": "1001", "name": "保温杯", "favourite": true, "tags": ["礼品", "老款"],
               "note": "发货快", "blocked": null})
    );
    let row = buyer.does(&["search", "保温杯"])["offers"][0].clone();
    has(
        &row,
        &["offer_id", "spec_id", "title", "unit", "unit_price", "moq", "lot", "supplier_id", "belt", "kind"],
    );
    assert_eq!(
        (&row["favourite"], &row["tags"], &row["note"], &row["bought"]),
        (&json!(true), &json!(["礼品", "老款"]), &json!("发货快"), &Value::Null)
    );
    assert_eq!(found(&buyer, "fav"), ["1001"]);
    assert_eq!(found(&buyer, "-fav"), ["1002", "1003"]);
    assert_eq!(
        (found(&buyer, "tag:礼品"), found(&buyer, "发货"), found(&buyer, "note:快 杯").len()),
        (vec!["1001".into()], vec!["1001".into()], 1)
    );
    assert_eq!(found(&buyer, "supplier:甲厂"), ["1001", "1002"]);
    // What is not said stays; what is emptied goes.
    let set = buyer.does(&["mark", "1001", "--no-fav", "--tag", ""]);
    assert_eq!(
        (&set["favourite"], &set["tags"], &set["note"]),
        (&json!(false), &json!([]), &json!("发货快"))
    );
    assert_eq!(buyer.does(&["mark", "1001"]), set, "without flags it only shows");

    let supplier = row["supplier_id"].as_str().unwrap().to_owned();
    let subject = format!("supplier:{supplier}");
    let set = buyer.does(&["mark", &subject, "--block", "上次迟发"]);
    assert_eq!(
        (&set["kind"], &set["name"], &set["blocked"]),
        (&json!("supplier"), &json!("甲厂"), &json!("上次迟发"))
    );
    assert_eq!(found(&buyer, ""), ["1003"]);
    assert_eq!(found(&buyer, "blocked"), ["1001", "1002"]);
    assert_eq!(buyer.does(&["show", "1002"])["blocked"], "上次迟发");
    let suppliers = buyer.does(&["suppliers", "--qty", "10"]);
    assert_eq!(suppliers["quantity"], 10);
    let rows = suppliers["suppliers"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["乙厂", "甲厂"], "blocked ones come last");
    has(
        &rows[1],
        &["supplier_id", "name", "belt", "identities", "years", "offers", "categories", "ordered", "tags"],
    );
    assert_eq!((&rows[1]["least_price"], &rows[1]["blocked"]), (&json!("9.00"), &json!("上次迟发")));
    assert_eq!(buyer.does(&["suppliers", "--qty", "1"])["suppliers"][0]["least_price"], Value::Null);

    let listed = buyer.does(&["mark", "list"]);
    let kinds: Vec<&str> =
        listed["marks"].as_array().unwrap().iter().map(|mark| mark["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["supplier", "offer"], "the newest change first");
    let text = String::from_utf8(buyer.tells(&["--lang", "zh-CN", "mark", "list"]).exits(0).out).unwrap();
    assert!(text.contains("上次迟发") && text.contains("保温杯") && text.contains("商品"), "{text}");
    buyer.does(&["mark", &subject, "--unblock"]);
    buyer.does(&["mark", "1001", "--note", ""]);
    assert_eq!(buyer.does(&["mark", "list"]), json!({"marks": []}));
    assert_eq!(found(&buyer, ""), ["1001", "1002", "1003"]);
}

#[test]
fn what_was_bought_is_told_after_it_was_ordered() {
    let (market, _folder) = shop();
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    for quantity in ["4", "6"] {
        buyer.does(&["cart", "add", "1002", quantity]);
        assert_eq!(buyer.does(&["order", "submit"])["orders"].as_array().unwrap().len(), 1);
    }
    buyer.does(&["sync"]);
    let row = buyer.does(&["search", "bought"])["offers"][0].clone();
    assert_eq!(row["offer_id"], "1002");
    let bought = &row["bought"];
    assert_eq!((&bought["times"], &bought["last_price"]), (&json!(2), &json!("9.00")));
    assert!(bought["last_at"].as_str().unwrap().ends_with('Z'), "{bought}");
    assert_eq!(buyer.does(&["show", "1002"])["bought"], *bought);
    let supplier = buyer.does(&["suppliers", "bought"])["suppliers"][0].clone();
    assert_eq!((&supplier["name"], &supplier["ordered"]["times"]), (&json!("甲厂"), &json!(2)));
    // A closed order is no purchase.
    let orders = buyer.does(&["order", "list"]);
    for order in orders["orders"].as_array().unwrap() {
        buyer.does(&["order", "cancel", order["order_id"].as_str().unwrap()]);
    }
    assert!(found(&buyer, "bought").is_empty());
}

#[test]
fn marks_of_one_market_are_not_anothers_and_mistakes_are_told() {
    let ((here, _one), (there, _two)) = (shop(), shop());
    let mut buyer = Buyer::at(&here);
    buyer.does(&["sync"]);
    buyer.does(&["mark", "1001", "--block", "x"]);
    for (arguments, code) in [
        (&["mark", "4711", "--fav"][..], 3),
        (&["mark", "supplier:nobody", "--fav"], 3),
        (&["mark", "杯"], 2),
        (&["mark"], 2),
        (&["mark", "1001", "--fav", "--no-fav"], 2),
        (&["mark", "1001", "--block", "\u{200b}"], 2),
    ] {
        buyer.says(arguments).fails(code);
    }
    buyer.moves_to(&there);
    buyer.does(&["sync"]);
    assert_eq!(buyer.does(&["mark", "list"]), json!({"marks": []}));
    assert_eq!(found(&buyer, "杯"), ["1001"]);
    buyer.moves_to(&here);
    assert!(found(&buyer, "杯").is_empty());
}
