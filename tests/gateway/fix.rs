//! `cart fix` at the built binary: previewed, applied, undone, and what it made accepted by the market.

use rust_decimal::Decimal;
use serde_json::Value;

use crate::bench::{Buyer, Sandbox, seed};
use crate::job::text;

fn decimal(value: &Value) -> Decimal {
    text(value).parse().unwrap()
}

fn rows<'a>(document: &'a Value, name: &str) -> &'a Vec<Value> {
    document[name].as_array().unwrap_or_else(|| panic!("{name} is no list: {document}"))
}

/// A cart of pieces too few: single units of many offers.
fn fill(buyer: &Buyer) {
    let found = buyer.does(&["search", "", "--limit", "400", "--qty", "1"]);
    let mut lines = 0;
    for offer in rows(&found, "offers") {
        let short = offer["moq"].as_u64().is_some_and(|moq| (3..=120).contains(&moq));
        if !short || offer["gone"] == true || offer["unit"] == "米" || offer["unit"] == "公斤" {
            continue;
        }
        let id = text(&offer["offer_id"]);
        let shown = buyer.does(&["show", id]);
        let skus = rows(&shown, "skus");
        let rich = skus.iter().max_by_key(|sku| sku["stock"].as_u64().unwrap_or(0));
        let line = rich.map_or_else(|| id.to_owned(), |sku| format!("{id}:{}", text(&sku["spec_id"])));
        buyer.does(&["cart", "add", &line, "2"]);
        lines += 1;
        if lines == 12 {
            return;
        }
    }
    panic!("too few offers with a minimum in this world");
}

#[test]
fn previewed_applied_undone_and_accepted() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "800"]);
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    fill(&buyer);
    let broken = buyer.says(&["cart", "check"]).exits(4).json();
    assert!(!rows(&broken, "violations").is_empty());
    let before = buyer.does(&["cart", "list"]);

    // A preview changes nothing, and is the same twice.
    let plan = buyer.does(&["cart", "fix"]);
    assert_eq!(plan, buyer.does(&["cart", "fix"]));
    assert_eq!(buyer.does(&["cart", "list"]), before);
    // Whether nothing can be cheaper is told; with some carts it takes longer to prove than anybody waits.
    assert!(!rows(&plan, "changes").is_empty() && plan["applied"] == false && plan["proven"].is_boolean());
    let costs: Decimal = rows(&plan, "changes").iter().map(|change| decimal(&change["cost"])).sum();
    assert_eq!(costs, decimal(&plan["goods_after"]) - decimal(&plan["goods_before"]));
    assert_eq!(
        decimal(&plan["cost_before"]),
        decimal(&plan["goods_before"]) + decimal(&plan["freight_before"])
    );
    let without = buyer.does(&["cart", "fix", "--no-new-goods"]);
    assert!(rows(&without, "changes").iter().all(|change| change["line_id"].is_number()));
    if rows(&without, "no_fix").len() == rows(&plan, "no_fix").len() {
        assert!(decimal(&without["cost_after"]) >= decimal(&plan["cost_after"]));
    }
    let has_new = rows(&plan, "changes").iter().any(|change| change["line_id"].is_null());
    assert_eq!(plan["without_new_goods"].is_object(), has_new);
    if has_new {
        assert_eq!(plan["without_new_goods"]["cost_after"], without["cost_after"]);
    }

    // Applied: what is left is what it said, and one undo takes all of it back.
    let applied = buyer.does(&["cart", "fix", "--apply"]);
    assert_eq!((&applied["changes"], &applied["applied"]), (&plan["changes"], &Value::Bool(true)));
    let check = buyer.says(&["cart", "check"]).json();
    assert_eq!(rows(&check, "violations").len(), rows(&plan, "no_fix").len());
    let after = buyer.does(&["cart", "list"]);
    assert_eq!(decimal(&after["goods"]), decimal(&plan["goods_after"]));
    let again = buyer.does(&["cart", "fix"]);
    assert!(rows(&again, "changes").is_empty(), "{again}");
    assert_eq!(buyer.does(&["cart", "undo"])["done"], "fix");
    assert_eq!(buyer.does(&["cart", "list"]), before);
    buyer.does(&["cart", "redo"]);
    assert_eq!(buyer.does(&["cart", "list"]), after);

    // The market takes it as it is, without the lines that nothing mends.
    for violation in rows(&plan, "no_fix") {
        for line in rows(violation, "line_ids") {
            buyer.says(&["cart", "rm", &line.to_string()]);
        }
    }
    buyer.does(&["cart", "fix", "--apply"]);
    assert_eq!(buyer.does(&["cart", "check"])["ok"], true);
    let goods = decimal(&buyer.does(&["cart", "list"])["goods"]);
    let sent = buyer.does(&["order", "submit"]);
    assert!(!rows(&sent, "orders").is_empty());
    let books = market.ledger();
    let booked: Decimal = rows(&books, "orders").iter().map(|order| decimal(&order["goods"])).sum();
    assert!(booked <= goods, "{booked} booked, {goods} predicted");
    assert!(rows(&buyer.does(&["cart", "list"]), "suppliers").is_empty());
    assert_eq!(buyer.does(&["cart", "fix"])["changes"], Value::Array(Vec::new()));
}

#[test]
fn in_words_with_the_way_to_apply_it() {
    let market = Sandbox::start(&["--seed", "1688", "--offers", "800"]);
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    fill(&buyer);
    let words = |arguments: &[&str]| String::from_utf8(buyer.tells(arguments).exits(0).out).unwrap();
    let said = words(&["--lang", "en", "cart", "fix"]);
    assert!(said.contains("->") && said.contains("--apply makes these changes"), "{said}");
    let said = words(&["--lang", "zh-TW", "cart", "fix", "--apply"]);
    assert!(said.contains("復原"), "{said}");
}
