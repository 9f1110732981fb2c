//! Last month's order again, as a buyer does it on Monday: fifty lines of eight suppliers, six of which changed since.
//! The keys are counted at the terminal, and the market's own books judge what was ordered.

use std::collections::BTreeSet;
use std::time::Duration;

use pifa::i18n::{Lang, drift, messages};
use serde_json::Value;

use crate::harness::Session;
use crate::steps::{before_number, quit};
use crate::{filled, verb};

/// Most keys from a started program to orders that are placed (BARS J1).
const MOST_KEYS: usize = 8;

fn placed(line: &Value) -> (String, String, String) {
    let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    (word("offer_id"), word("spec_id"), line["quantity"].to_string())
}

#[test]
fn last_months_order_again_in_chinese() {
    last_months_order_again(Lang::ZhCn);
}

#[test]
fn last_months_order_again_in_english() {
    last_months_order_again(Lang::En);
}

fn last_months_order_again(lang: Lang) {
    let words = lang.text();
    let folder = filled();
    let listed = verb(folder.path(), &["order", "list"]);
    let large = listed["orders"]
        .as_array()
        .unwrap()
        .iter()
        .find(|order| order["lines"].as_array().unwrap().len() == 50);
    let id = large.expect("an order of 50 lines")["order_id"].as_str().unwrap();
    // What the verb would order, at today's minimums: the screens must order the same.
    let wanted = verb(folder.path(), &["reorder", id, "--dry-run", "--raise"]);
    let mut pifa = Session::start(folder.path(), &["--lang", lang.as_tag()], 24, 80);
    pifa.wait_for("▌");
    let before = pifa.typed;
    pifa.type_text("5");
    pifa.wait_for(words.col_supplier);
    pifa.type_text("b");
    pifa.wait_for(drift::words(lang).biggest_first);
    // The order of rows is told before the rows have come.
    pifa.wait("an order in focus", |shown| shown.lines().skip(3).any(|row| row.starts_with('▌')));
    pifa.type_text("r");
    let open = drift::open(lang, 6);
    pifa.wait_for(&open);
    pifa.type_text("A");
    pifa.wait("nothing to decide", |shown| !shown.contains(&open));
    pifa.type_text("S");
    pifa.wait_for(&before_number(&messages::quoted_at(lang, "1")));
    // Armed after a quiet moment.
    pifa.settle(Duration::from_millis(500));
    pifa.type_text("y");
    pifa.wait_for(&messages::outcome(lang, 8, 0, 0, 0));
    let keys = pifa.typed - before;
    assert!(keys <= MOST_KEYS, "{keys} keys");
    quit(&mut pifa);
    let books = verb(folder.path(), &["sandbox", "ledger"]);
    let orders = books["orders"].as_array().unwrap();
    assert_eq!(orders.len(), 8, "{books}");
    let suppliers: BTreeSet<&str> =
        orders.iter().map(|order| order["supplier_id"].as_str().unwrap()).collect();
    assert_eq!(suppliers.len(), 8);
    let lines = |documents: &[Value]| documents.iter().map(placed).collect::<BTreeSet<_>>();
    let bought: Vec<Value> =
        orders.iter().flat_map(|order| order["lines"].as_array().unwrap().iter().cloned()).collect();
    assert_eq!(bought.len(), 47);
    assert_eq!(lines(&bought), lines(wanted["lines"].as_array().unwrap()));
}
