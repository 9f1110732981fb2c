//! Last month's order again with both dead lines swapped for substitutes and five quantities changed on the way: doubled,
//! doubled again by one key, a lot more, a number, a lot more. The keys are counted at the terminal, and the market's own
//! books judge what was ordered.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use pifa::i18n::{Lang, drift, messages};
use serde_json::Value;

use crate::harness::{DEADLINE, Session};
use crate::steps::{Again, before_number, quit, rows, word};
use crate::{filled, verb};

/// Most keys from a started program to orders that are placed (BARS J1b).
const MOST_KEYS: usize = 40;

/// What an order names: offer and SKU.
type Goods = (String, String);

struct Row {
    goods: Goods,
    units: u64,
    lot: u64,
    /// Most there can be of it.
    stock: u64,
}

/// The lines of the cart as they stand on the screen.
fn cart(folder: &Path) -> Vec<Row> {
    let cart = verb(folder, &["cart", "list"]);
    let lines = rows(&cart, "suppliers").iter().flat_map(|part| rows(part, "lines").to_vec());
    lines
        .map(|line| {
            let goods = (word(&line, "offer_id"), word(&line, "spec_id"));
            let offer = verb(folder, &["show", &goods.0]);
            let sku = offer["skus"].as_array().unwrap().iter().find(|sku| word(sku, "spec_id") == goods.1);
            let stock = sku.map_or(&offer["stock"], |sku| &sku["stock"]).as_u64().unwrap_or(0);
            let limited = offer["purchase_limit"].is_number();
            Row {
                goods,
                units: line["quantity"].as_u64().expect("whole units"),
                lot: offer["lot"].as_u64().unwrap_or(1).max(1),
                stock: if limited { 0 } else { stock },
            }
        })
        .collect()
}

fn ordered(lines: &[Value]) -> BTreeMap<Goods, u64> {
    let of =
        |line: &Value| ((word(line, "offer_id"), word(line, "spec_id")), line["quantity"].as_u64().unwrap());
    lines.iter().map(of).collect()
}

#[test]
fn with_two_swaps_and_five_other_quantities_in_chinese() {
    with_two_swaps_and_five_other_quantities(Lang::ZhCn);
}

#[test]
fn with_two_swaps_and_five_other_quantities_in_english() {
    with_two_swaps_and_five_other_quantities(Lang::En);
}

fn with_two_swaps_and_five_other_quantities(lang: Lang) {
    let words = lang.text();
    let folder = filled();
    let Again { mut pifa, before, wanted } = Again::open(folder.path(), lang);
    let mut expected = ordered(rows(&wanted, "lines"));
    // The offer that is gone is the fourth change; the SKU that is gone comes after it.
    pifa.type_text("\r\r\r");
    for left in [5, 4] {
        pifa.type_text("p");
        pifa.wait("what to take", |shown| {
            let is_list = shown.lines().nth(1).is_some_and(|row| row.contains(words.section_substitutes));
            is_list && shown.lines().skip(3).any(|row| row.contains('▌'))
        });
        pifa.type_text("\r");
        pifa.wait_for(&drift::open(lang, left));
    }
    pifa.type_text("A");
    pifa.wait("nothing to decide", |shown| !shown.contains(&drift::open(lang, 4)));
    pifa.type_text("c");
    pifa.wait_for(words.no_problems);

    let standing = cart(folder.path());
    assert_eq!(standing.len(), expected.len() + 2, "the dead lines have come back as others");
    let swapped: Vec<&Row> = standing.iter().filter(|row| !expected.contains_key(&row.goods)).collect();
    let dead = wanted["unresolved"].as_array().unwrap();
    for row in &swapped {
        assert!(!dead.iter().any(|line| word(line, "offer_id") == row.goods.0), "{dead:?}");
    }
    expected.extend(swapped.iter().map(|row| (row.goods.clone(), row.units)));
    let suppliers = verb(folder.path(), &["cart", "list"])["suppliers"].as_array().unwrap().len();
    // Three lines from the top and two from the bottom of which there is enough.
    let plenty = |row: &&(usize, &Row)| row.1.stock >= row.1.units * 4 + row.1.lot;
    let all: Vec<(usize, &Row)> = standing.iter().enumerate().collect();
    let top: Vec<&(usize, &Row)> = all.iter().filter(plenty).take(3).collect();
    let end: Vec<&(usize, &Row)> = all.iter().rev().filter(plenty).take(2).collect();
    let mut change = |of: &(usize, &Row), units: u64| {
        assert!(expected.insert(of.1.goods.clone(), units).is_some());
    };
    change(top[0], top[0].1.units * 2);
    change(top[1], top[1].1.units * 2);
    change(top[2], top[2].1.units + top[2].1.lot);
    change(end[0], end[0].1.units * 3);
    change(end[1], end[1].1.units + end[1].1.lot);
    let done = |pifa: &mut Session, of: &(usize, &Row), keys: &str| {
        pifa.type_text(keys);
        let until = Instant::now() + DEADLINE;
        loop {
            pifa.settle(Duration::from_millis(100));
            let cart = verb(folder.path(), &["cart", "list"]);
            let parts = rows(&cart, "suppliers").iter();
            let lines: Vec<Value> = parts.flat_map(|part| rows(part, "lines").to_vec()).collect();
            if ordered(&lines)[&of.1.goods] != of.1.units {
                return;
            }
            assert!(Instant::now() < until, "{keys} changed nothing\n{}", pifa.contents());
        }
    };
    pifa.type_text(&"j".repeat(top[0].0));
    pifa.type_text("=");
    pifa.wait_for("+20%");
    done(&mut pifa, top[0], "*2c\r");
    pifa.type_text(&"j".repeat(top[1].0 - top[0].0));
    done(&mut pifa, top[1], ".");
    pifa.type_text(&"j".repeat(top[2].0 - top[1].0));
    done(&mut pifa, top[2], "+");
    pifa.type_text("G");
    pifa.type_text(&"k".repeat(standing.len() - 1 - end[0].0));
    done(&mut pifa, end[0], &format!("{}\r", end[0].1.units * 3));
    pifa.type_text(&"k".repeat(end[0].0 - end[1].0));
    done(&mut pifa, end[1], "+");

    pifa.wait_for(words.no_problems);
    pifa.type_text("S");
    pifa.wait_for(&before_number(&messages::quoted_at(lang, "1")));
    // Armed after a quiet moment.
    pifa.settle(Duration::from_millis(500));
    pifa.type_text("y");
    pifa.wait_for(&messages::outcome(lang, suppliers, 0, 0, 0));
    let keys = pifa.typed - before;
    assert!(keys <= MOST_KEYS, "{keys} keys");
    quit(&mut pifa);
    let books = verb(folder.path(), &["sandbox", "ledger"]);
    let orders = rows(&books, "orders").iter();
    let bought: Vec<Value> = orders.flat_map(|order| rows(order, "lines").to_vec()).collect();
    assert_eq!(ordered(&bought), expected);
}
