//! A cart of 12 suppliers and 40 lines with five broken minimums, made legal at least cost in two keys, judged by the
//! market's own books.

use std::collections::BTreeMap;

use pifa::i18n::{Lang, fixing, messages};
use serde_json::Value;

use crate::harness::Session;
use crate::market::{Market, run};
use crate::steps::{borrowed, quit, rows};

const SUPPLIERS: usize = 12;
const LINES: usize = 40;
const BROKEN: usize = 5;

/// `OFFER[:SPEC]` and its least quantity, by supplier: of each offer the SKU there is most of.
fn goods(verb: &dyn Fn(&[&str]) -> (i32, Value)) -> BTreeMap<String, Vec<(String, u64)>> {
    let found = verb(&["search", "", "--limit", "2000", "--qty", "1"]).1;
    let mut of: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for offer in rows(&found, "offers") {
        let (Some(supplier), Some(least)) = (offer["supplier_id"].as_str(), offer["moq"].as_u64()) else {
            continue;
        };
        // A thousand at most: what is dear to the utmost teaches nothing.
        if !(2..=1000).contains(&least) || of.values().filter(|own| own.len() > 3).count() >= SUPPLIERS {
            continue;
        }
        let id = offer["offer_id"].as_str().unwrap();
        let shown = verb(&["show", id]).1;
        let lot = shown["lot"].as_u64().unwrap_or(1).max(1);
        let least = least.div_ceil(lot) * lot;
        let enough = |stock: &Value| stock.as_u64().is_none_or(|stock| stock >= least * 3);
        if shown["purchase_limit"].is_number() || shown["tiers"][0]["from_quantity"].as_u64() > Some(least) {
            continue;
        }
        let rich = rows(&shown, "skus").iter().max_by_key(|sku| sku["stock"].as_u64().unwrap_or(0));
        let line = match rich {
            Some(sku) if enough(&sku["stock"]) => format!("{id}:{}", sku["spec_id"].as_str().unwrap()),
            None if enough(&shown["stock"]) => id.to_owned(),
            _ => continue,
        };
        of.entry(supplier.to_owned()).or_default().push((line, least));
    }
    of.retain(|_, own| own.len() > 3);
    of
}

#[test]
fn five_broken_minimums_in_two_keys() {
    let market = Market::start(&[]);
    let folder = crate::folder::folder().unwrap();
    let verb = |arguments: &[&str]| run(folder.path(), &market.variables, arguments);
    assert_eq!(verb(&["sync"]).0, 0);
    let goods = goods(&verb);
    assert!(goods.len() >= SUPPLIERS, "only {} suppliers sell enough", goods.len());
    let mut lines = Vec::new();
    for at in 0..4 {
        for own in goods.values().take(SUPPLIERS) {
            if lines.len() < LINES {
                let (line, least) = &own[at];
                let added = verb(&["cart", "add", line, &least.to_string()]).1;
                lines.push((added["line_id"].to_string(), *least));
            }
        }
    }
    assert_eq!(lines.len(), LINES);
    assert_eq!(verb(&["cart", "check"]).0, 0, "the cart is legal at first");
    // Five of them fall below their minimum, each at another supplier or in another way.
    let mut broken = 0;
    for (line, least) in &lines {
        if broken == BROKEN {
            break;
        }
        verb(&["cart", "set", line, "1"]);
        let found = rows(&verb(&["cart", "check"]).1, "violations").len();
        // One that a mix rule lets through breaks nothing; one that breaks a lot too is one too many.
        if found == broken + 1 {
            broken += 1;
        } else {
            verb(&["cart", "set", line, &least.to_string()]);
        }
    }
    assert_eq!(rows(&verb(&["cart", "check"]).1, "violations").len(), BROKEN);
    let plan = verb(&["cart", "fix"]).1;
    assert!(rows(&plan, "no_fix").is_empty() && plan["proven"] == true, "{plan}");

    let lang = Lang::En;
    let words = lang.text();
    let mut pifa =
        Session::start_with(folder.path(), &["--lang", lang.as_tag()], 24, 80, &borrowed(&market.variables));
    pifa.wait_for("▌");
    pifa.type_text("g3");
    pifa.wait_for(&messages::problems(lang, BROKEN));
    // From here on two bytes are sent.
    pifa.type_text("F");
    pifa.wait_for(words.fix_title);
    pifa.wait_for(&fixing::changes(lang, rows(&plan, "changes").len()));
    pifa.type_text("\r");
    pifa.wait_for(words.no_problems);
    quit(&mut pifa);

    assert_eq!(verb(&["cart", "check"]).0, 0);
    let cart = verb(&["cart", "list"]).1;
    assert_eq!(cart["goods"], plan["goods_after"], "what the command line found cheapest");
    let (code, sent) = verb(&["order", "submit"]);
    assert_eq!((code, rows(&sent, "orders").len()), (0, SUPPLIERS), "{sent}");
    assert_eq!(rows(&market.books(), "orders").len(), SUPPLIERS);
}
