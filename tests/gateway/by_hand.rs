//! Without a market at the built binary: price lists in, order sheets out, the supplier's number typed in later.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::bench::Said;

pub struct Hand {
    folder: tempfile::TempDir,
}

impl Hand {
    pub fn new() -> Hand {
        Hand { folder: crate::folder::folder().unwrap() }
    }

    pub fn says(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pifa"));
        command
            .env_clear()
            .env("PIFA_DATA_DIR", self.folder.path().join("data"))
            .args(["--market", "hand", "--json"]);
        Said::of(command.current_dir(self.folder.path()).args(arguments))
    }

    pub fn does(&self, arguments: &[&str]) -> Value {
        self.says(arguments).exits(0).json()
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

pub fn bundled() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/hand/price-list.csv").to_str().unwrap().to_owned()
}

#[test]
fn from_a_price_list_to_sheets_and_the_suppliers_numbers() {
    let hand = Hand::new();
    let told = hand.does(&["catalog", "import", &bundled()]);
    assert_eq!((&told["imported"], &told["bad_rows"]), (&40.into(), &0.into()));
    assert_eq!(hand.does(&["search", "保温杯", "--qty", "30"])["total"], 4);
    std::fs::write(hand.path("wanted.txt"), "YK-01 30\nYK-02 12\nNT-08 62.5\nYW-11 3\nFS-04 60\n").unwrap();
    let told = hand.does(&["cart", "import", &hand.path("wanted.txt")]);
    assert_eq!((&told["added"], &told["bad"][0]["line"]), (&4.into(), &4.into()));
    // The rules hold here as well; that the goods are of a list is no fault here.
    let check = hand.says(&["cart", "check"]).exits(4).json();
    let broken = check["violations"].as_array().unwrap();
    assert_eq!((broken.len(), &broken[0]["kind"]), (1, &json!("moq")), "{check}");
    let sheets = hand.path("sheets");
    let held = hand.says(&["order", "submit", "--to", &sheets]).exits(4).json();
    assert_eq!((held["orders"].as_array().unwrap().len(), &held["sheets"]), (0, &json!([])));
    let line = broken[0]["line_ids"][0].to_string();
    hand.does(&["cart", "set", &line, "30"]);
    let cart = hand.does(&["cart", "list"]);
    assert_eq!(cart["suppliers"].as_array().unwrap().len(), 3);
    let sent = hand.does(&["order", "submit", "--to", &sheets]);
    let orders = sent["orders"].as_array().unwrap().clone();
    assert!(orders.len() == 3 && orders.iter().all(|order| order["state"] == "handed_over"), "{sent}");
    assert_eq!(std::fs::read_dir(&sheets).unwrap().count(), 6);
    // 30 x 9.80 + 30 x 12.50
    let cups = orders.iter().find(|order| order["supplier_name"] == "永康恒泰杯业有限公司").unwrap();
    assert_eq!(cups["goods"], "669.00");
    let number = cups["out_order_id"].as_str().unwrap();
    let text = std::fs::read_to_string(format!("{sheets}/永康恒泰杯业有限公司_{number}.txt")).unwrap();
    assert!(
        text.contains("1. YK-01 304不锈钢保温杯 500ml")
            && text.contains("合计 ¥669.00")
            && text.contains(number),
        "{text}"
    );
    // Nothing is left to send; nothing is sent twice.
    let again = hand.does(&["order", "submit", "--to", &sheets]);
    assert_eq!(
        (again["orders"].as_array().unwrap().len(), std::fs::read_dir(&sheets).unwrap().count()),
        (0, 6)
    );
    // The sheet comes back as a list.
    let told = hand.does(&["cart", "import", &format!("{sheets}/永康恒泰杯业有限公司_{number}.xlsx")]);
    assert_eq!((&told["added"], &told["bad_rows"]), (&2.into(), &0.into()));
    // What the supplier calls it.
    let done = hand.does(&["order", "number", number, "2026-0815"]);
    assert_eq!(
        (&done["orders"][0]["order_id"], &done["orders"][0]["state"]),
        (&json!("2026-0815"), &json!("done"))
    );
    assert_eq!(hand.says(&["order", "number", number, "2"]).complains(3)["code"], "not_found");
    assert_eq!(hand.says(&["order", "number", "nobody", "2"]).complains(3)["code"], "not_found");
    // One that fell through comes back into the cart.
    let other = orders.iter().find(|order| order["out_order_id"] != number).unwrap();
    hand.does(&["order", "cancel", other["out_order_id"].as_str().unwrap()]);
    let lines = hand.does(&["cart", "list"])["suppliers"].as_array().unwrap().len();
    assert_eq!(lines, 2);
    let states: Vec<Value> = hand.does(&["order", "list"])["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["state"].clone())
        .collect();
    for state in ["done", "rejected", "handed_over"] {
        assert!(states.contains(&json!(state)), "{states:?}");
    }
}

#[test]
fn other_markets_write_no_sheets_and_an_empty_one_says_what_to_do() {
    let hand = Hand::new();
    let said = hand.says(&["search", "杯"]).exits(0);
    assert!(said.json()["total"] == 0 && said.err.contains("catalog import"), "{said:?}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_pifa"));
    command.env_clear().env("PIFA_DATA_DIR", hand.path("other")).args([
        "--json",
        "--offline",
        "order",
        "submit",
        "--to",
        "x",
    ]);
    assert_eq!(Said::of(&mut command).complains(2)["code"], "usage");
}
