//! `cart set`: many lines by one expression, one step of undo, or nothing at all and every reason.

use serde_json::{Value, json};

use crate::by_hand::{Hand, bundled};

/// Line ids and units of the cart, in its order.
fn cart(hand: &Hand) -> Vec<(String, String)> {
    let cart = hand.does(&["cart", "list"]);
    let parts = cart["suppliers"].as_array().unwrap();
    let lines = parts.iter().flat_map(|part| part["lines"].as_array().unwrap());
    lines.map(|line| (line["line_id"].to_string(), line["quantity"].to_string())).collect()
}

fn units(hand: &Hand) -> Vec<String> {
    cart(hand).into_iter().map(|(_, units)| units).collect()
}

#[test]
fn one_expression_for_many_lines_is_one_step() {
    let hand = Hand::new();
    hand.does(&["catalog", "import", &bundled()]);
    // Three kinds of cups (minimums 30, 30 and 24) and cloth by the metre.
    std::fs::write(hand.path("wanted.txt"), "YK-01 30\nYK-02 7\nYK-03 24\nNT-08 62.5\n").unwrap();
    assert_eq!(hand.does(&["cart", "import", &hand.path("wanted.txt")])["added"], 4);
    let lines = cart(&hand);
    assert_eq!(units(&hand), ["30", "7", "24", "62.5"]);
    let told = hand.does(&["cart", "set", "all", "*1.2"]);
    // 8.4 cups are nine; cloth is cut to the millimetre.
    assert_eq!(units(&hand), ["36", "9", "29", "75"]);
    let change: Value =
        json!({ "line_id": lines[1].0.parse::<i64>().unwrap(), "from_quantity": 7, "to_quantity": 9 });
    assert_eq!(
        (&told["line_id"], &told["done"], &told["changes"][1]),
        (&json!(null), &json!("set"), &change)
    );
    assert_eq!(hand.does(&["cart", "undo"])["done"], "set");
    assert_eq!(units(&hand), ["30", "7", "24", "62.5"], "one step for all of them");

    hand.does(&["cart", "set", "all", "*1.2 ceil"]);
    assert_eq!(units(&hand), ["36", "30", "29", "75"], "and up to the minimum");
    hand.does(&["cart", "set", "all", "=moq"]);
    assert_eq!(units(&hand)[..3], ["30", "30", "24"]);
    let range = format!("{}-{}", lines[0].0, lines[1].0);
    hand.does(&["cart", "set", &range, "-12"]);
    assert_eq!(units(&hand)[..3], ["18", "18", "24"]);
    let two = format!("{},{}", lines[0].0, lines[2].0);
    hand.does(&["cart", "set", &two, "+20%"]);
    assert_eq!(units(&hand)[..3], ["22", "18", "29"]);
    let told = hand.does(&["cart", "set", &lines[3].0, "1.25"]);
    assert_eq!(told["line_id"].to_string(), lines[3].0);
    assert_eq!(units(&hand)[3], "1.25");
    let told = hand.does(&["cart", "set", &lines[0].0, ">"]);
    assert_eq!(told["no_tier"].to_string(), format!("[{}]", lines[0].0), "the list has one price");
}

#[test]
fn what_one_line_cannot_have_changes_none_and_every_reason_is_told() {
    let hand = Hand::new();
    hand.does(&["catalog", "import", &bundled()]);
    std::fs::write(hand.path("wanted.txt"), "YK-01 30\nYK-02 7\nYK-03 5\nNT-08 62.5\n").unwrap();
    hand.does(&["cart", "import", &hand.path("wanted.txt")]);
    let before = cart(&hand);
    for (change, words) in [
        ("-7", vec!["gives 0", "gives -2"]),
        ("+0.5", vec!["30.5", "7.5", "not sold in parts"]),
        ("*99999999", vec!["99,999,999"]),
        ("=1.5", vec!["not sold in parts"]),
        ("*2 foo", vec!["not understood: foo"]),
        ("1e9", vec!["not a quantity"]),
        ("1000000000", vec!["quantity"]),
        ("0", vec!["quantity"]),
        ("*", vec!["missing after *"]),
    ] {
        let said = hand.says(&["--lang", "en", "cart", "set", "all", change]);
        let error = said.fails(2);
        let message = error["message"].as_str().unwrap();
        for word in words {
            assert!(message.contains(word), "{change}: {message}");
        }
        assert_eq!(cart(&hand), before, "{change}");
    }
    assert_eq!(hand.says(&["cart", "set", "404", "+1"]).fails(3)["code"], "not_found");
    assert_eq!(hand.says(&["cart", "set", "900-999", "+1"]).fails(3)["code"], "not_found");
    assert_eq!(cart(&hand), before);
}
