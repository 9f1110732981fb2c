//! One line of the cart replaced by its cheapest source-factory substitute, in both languages: the keys are counted, and
//! the cart's JSON and the market's own books say what was bought.

use pifa::i18n::{Lang, messages, substitutes};
use serde_json::Value;

use crate::harness::Session;
use crate::market::{Market, run};
use crate::steps::{LANGS, borrowed, quit, rows};

/// Keys that may be pressed, from the cart with the line selected.
const KEYS: usize = 4;

fn fen(yuan: &Value) -> i64 {
    let (yuan, fen) = yuan.as_str().unwrap().split_once('.').unwrap();
    let sign = if yuan.starts_with('-') { -1 } else { 1 };
    yuan.parse::<i64>().unwrap() * 100 + sign * fen.parse::<i64>().unwrap()
}

#[test]
fn the_cheapest_factory_in_chinese() {
    the_cheapest_factory(LANGS[0]);
}

#[test]
fn the_cheapest_factory_in_english() {
    the_cheapest_factory(LANGS[1]);
}

fn the_cheapest_factory(lang: Lang) {
    let market = Market::start(&[]);
    let folder = crate::folder::folder().unwrap();
    let verb = |arguments: &[&str]| run(folder.path(), &market.variables, arguments);
    assert_eq!(verb(&["sync"]).0, 0);
    // A line that a factory sells cheaper, and that can be bought at once both ways.
    let found = verb(&["search", "", "--limit", "600", "--qty", "60"]).1;
    let line = rows(&found, "offers").iter().find_map(|offer| {
        let id = offer["offer_id"].as_str()?;
        if offer["buyable"] != true || offer["unit_price"] != offer["unit_price_max"] {
            return None;
        }
        let list = verb(&["substitutes", id, "--qty", "60", "--factories"]).1;
        let first = rows(&list, "substitutes").first()?;
        let saves = first["standing"] == "known" && first["saving"].is_string() && fen(&first["saving"]) > 0;
        (saves && first["level"] == "same").then(|| match list["present"]["spec_id"].as_str() {
            Some(spec) => format!("{id}:{spec}"),
            None => id.to_owned(),
        })
    });
    let line = line.expect("goods that a factory sells cheaper");
    let added = verb(&["cart", "add", &line, "60"]).1;
    let id = added["line_id"].to_string();
    let list = verb(&["substitutes", "--line", &id, "--factories"]).1;
    // The oracle: of all factory rows that land for a known sum the cheapest, whatever order they came in.
    let known =
        |row: &&Value| row["standing"] == "known" && row["level"] != "purpose" && row["factory"] == true;
    let best = rows(&list, "substitutes").iter().filter(known).min_by_key(|row| fen(&row["landed"])).unwrap();
    let saving = fen(&list["present"]["landed"]) - fen(&best["landed"]);
    assert_eq!(fen(&best["saving"]), saving, "to the fen: {best}");
    let before = verb(&["cart", "list"]).1;

    let words = lang.text();
    let mut pifa =
        Session::start_with(folder.path(), &["--lang", lang.as_tag()], 24, 80, &borrowed(&market.variables));
    pifa.wait_for("▌");
    pifa.type_text("g3");
    pifa.wait_for(&messages::with_unit("60", best["unit"].as_str().unwrap()));
    // From here on the keys count.
    let mut keys = 0;
    let mut press = |pifa: &mut Session, key: &str| {
        keys += 1;
        pifa.type_text(key);
    };
    press(&mut pifa, "p");
    pifa.wait_for(words.substitutes_title);
    pifa.wait_for(words.col_saving);
    press(&mut pifa, "f");
    pifa.wait_for(words.substitutes_only_factories);
    press(&mut pifa, "\r");
    let swapped = substitutes::swapped(lang, "u");
    pifa.wait_for(&swapped);
    assert!(keys <= KEYS, "{keys} keys");

    let cart = verb(&["cart", "list"]).1;
    let lines: Vec<&Value> = rows(&cart, "suppliers").iter().flat_map(|part| rows(part, "lines")).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (&lines[0]["offer_id"], &lines[0]["spec_id"], &lines[0]["quantity"]),
        (&best["offer_id"], &best["spec_id"], &serde_json::json!(60))
    );
    assert_eq!(fen(&before["landed"]) - fen(&cart["landed"]), saving, "the cart is cheaper by what was said");
    // One step back brings the same bytes, one forward the swap again.
    pifa.type_text("u");
    pifa.wait_for(words.undone);
    assert_eq!(verb(&["cart", "list"]).1, before);
    assert_eq!(verb(&["cart", "redo"]).0, 0);
    assert_eq!(verb(&["cart", "list"]).1, cart);
    quit(&mut pifa);
    let (code, sent) = verb(&["order", "submit"]);
    assert_eq!(code, 0, "{sent}");
    let books = market.books();
    let ordered: Vec<&Value> = rows(&books, "orders").iter().flat_map(|order| rows(order, "lines")).collect();
    assert_eq!(ordered.len(), 1);
    assert_eq!(
        (&ordered[0]["offer_id"], &ordered[0]["quantity"]),
        (&best["offer_id"], &serde_json::json!(60))
    );
}
