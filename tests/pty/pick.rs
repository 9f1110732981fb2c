//! Five suppliers compared at 300 pieces and one picked, in 16 keys: the screen's figures are those of
//! `pifa compare --json`, the cart's JSON and the market's own books judge what was taken.

use pifa::i18n::{Lang, messages};
use serde_json::Value;

use crate::harness::Session;
use crate::market::{Market, run};
use crate::steps::{LANGS, beginning, borrowed, quit, rows, selected};

/// Most keys it may take.
const LIMIT: usize = 16;

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_default()
}

type Verb<'a> = &'a dyn Fn(&[&str]) -> (i32, Value);

/// The crowned one of those sold by the first one's unit: it stands first on the screen.
fn crowned(compared: &Value) -> Option<&Value> {
    let offers = rows(compared, "offers");
    let unit = &offers.first()?["unit"];
    offers.iter().find(|offer| !offer["crown"].is_null() && offer["unit"] == *unit)
}

/// A word of two characters whose first five hits, one of each supplier, are worth a comparison at 300: one of them is
/// crowned, and it is in stock whatever its SKU. What `pifa compare` says of the five.
fn worth_comparing(verb: Verb<'_>) -> Option<(String, Value)> {
    let all = verb(&["search", "", "--qty", "300", "--limit", "300"]).1;
    let chinese = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
    let mut words: Vec<String> = Vec::new();
    for offer in rows(&all, "offers") {
        let letters: Vec<char> = text(offer, "title").chars().collect();
        for pair in letters.chunks(2).filter(|pair| pair.len() == 2 && pair.iter().all(chinese)) {
            let word: String = pair.iter().collect();
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words.into_iter().take(150).find_map(|word| {
        let found = verb(&["search", &word, "--qty", "300", "--limit", "100"]).1;
        // Down to the fifth that can be had nobody stands twice: whose offer stands for a supplier is no question.
        let mut walked: Vec<&Value> = Vec::new();
        let mut five: Vec<&Value> = Vec::new();
        for offer in rows(&found, "offers") {
            if five.len() == 5 {
                break;
            }
            if walked.contains(&&offer["supplier_id"]) {
                return None;
            }
            walked.push(&offer["supplier_id"]);
            if offer["buyable"] == true {
                five.push(offer);
            }
        }
        if five.len() < 5 || five.iter().any(|offer| offer["supplier_id"].is_null()) {
            return None;
        }
        let mut asked = vec!["compare", "--qty", "300"];
        asked.extend(five.iter().map(|offer| text(offer, "offer_id")));
        let compared = verb(&asked).1;
        let best = crowned(&compared)?;
        let shown = verb(&["show", text(best, "offer_id"), "--qty", "300"]).1;
        let rich = rows(&shown, "skus")
            .iter()
            .all(|sku| sku["stock"].as_u64().is_none_or(|stock| stock == 0 || stock >= 300));
        (rich && shown["kind"] == "goods").then_some((word, compared))
    })
}

/// `3026.00` as the screens write it.
fn grouped(sum: &str) -> String {
    let (whole, rest) = sum.split_once('.').unwrap_or((sum, "00"));
    let mut said = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            said.push(',');
        }
        said.push(digit);
    }
    format!("{said}.{rest}")
}

/// The rows of the comparison: a mark or a blank, a letter.
fn compared_rows(shown: &str) -> Vec<&str> {
    let is_row = |line: &&str| {
        let mut letters = line.trim_start_matches('▌').trim_start().chars();
        matches!(letters.next(), Some('A'..='H')) && letters.next().is_some_and(|c| c == ' ')
    };
    shown.lines().skip(2).take_while(|line| !line.starts_with('─')).filter(is_row).collect()
}

fn pick_one_of_five(lang: Lang) {
    let market = Market::start(&[]);
    let folder = crate::folder::folder().unwrap();
    let verb = |arguments: &[&str]| run(folder.path(), &market.variables, arguments);
    assert_eq!(verb(&["sync"]).0, 0);
    let (word, compared) = worth_comparing(&verb).expect("a word that finds five suppliers worth comparing");
    let offers = rows(&compared, "offers");
    let best = crowned(&compared).unwrap();

    let mut pifa =
        Session::start_with(folder.path(), &["--lang", lang.as_tag()], 24, 80, &borrowed(&market.variables));
    pifa.wait_for("▌");
    let mut keys = 0;
    let mut press = |pifa: &mut Session, typed: &str| {
        keys += typed.chars().count();
        pifa.type_text(typed);
        keys
    };
    press(&mut pifa, "q300\r");
    pifa.wait_for("¥@300");
    press(&mut pifa, &word);
    let hits = verb(&["search", &word, "--qty", "300", "--limit", "1"]).1["total"].as_u64().unwrap();
    // What stands before the size of the catalog, whatever that is.
    let [one, other] = [1, 2].map(|cached| messages::hits(lang, hits, true, cached));
    let counted: String =
        one.chars().zip(other.chars()).take_while(|(one, other)| one == other).map(|(c, _)| c).collect();
    pifa.wait("the hits", |shown| shown.lines().nth(1).is_some_and(|row| row.contains(&counted)));
    press(&mut pifa, "\r");
    // One offer of each supplier, five of them into the comparison.
    let of_all = pifa.contents();
    press(&mut pifa, "O");
    pifa.wait("one of each supplier", |shown| shown != of_all);
    pifa.settle(std::time::Duration::from_millis(300));
    press(&mut pifa, "V5c");
    let shown = pifa.wait("the comparison", |shown| {
        shown.contains("[2 ") && compared_rows(shown).len() == 5 && shown.contains("@300")
    });

    // What the screen says is what the command line says.
    let lines = compared_rows(&shown);
    for offer in offers {
        let landed = match (offer["landed"].as_str(), offer["goods"].as_str()) {
            (Some(landed), _) => grouped(landed),
            (None, Some(goods)) => format!(">= {}", grouped(goods)),
            (None, None) => "?".to_owned(),
        };
        let price = offer["unit_price"].as_str().map_or_else(|| "?".to_owned(), grouped);
        let found = lines.iter().any(|line| {
            if offer["buyable"] == true {
                line.contains(&price) && line.contains(&landed)
            } else {
                line.contains(&format!("({price})"))
            }
        });
        assert!(found, "{price} {landed} of {}\n{shown}", offer["offer_id"]);
    }
    let crown = if best["crown"] == "best" { lang.text().best } else { lang.text().best_known };
    let first = selected(&shown).expect("a selected row");
    assert!(first.contains(crown) && first.contains(&grouped(text(best, "landed"))), "{shown}");

    // The crowned one stands first: it is taken.
    press(&mut pifa, "\r");
    let added = beginning(&messages::added(lang, 1));
    let done = |shown: &str| shown.contains(&added);
    let shown = pifa.wait("it in the cart", |shown| done(shown) || shown.contains(lang.text().pick_sku));
    let mut used = 0;
    if !done(&shown) {
        used = press(&mut pifa, "\r");
        pifa.wait("it in the cart", done);
    }
    let used = used.max(press(&mut pifa, ""));
    assert!(used <= LIMIT, "{used} keys, {LIMIT} at most");
    quit(&mut pifa);

    // Judged by the cart, and by what the market then has in its books.
    let cart = verb(&["cart", "list"]).1;
    let suppliers = rows(&cart, "suppliers");
    assert_eq!(suppliers.len(), 1, "{cart}");
    let line = &rows(&suppliers[0], "lines")[0];
    assert_eq!((&line["offer_id"], line["quantity"].as_u64()), (&best["offer_id"], Some(300)), "{cart}");
    assert_eq!((&line["unit_price"], &line["amount"]), (&best["unit_price"], &best["goods"]), "{cart}");
    let (code, sent) = verb(&["order", "submit"]);
    assert_eq!(code, 0, "{sent}");
    let books = market.books();
    let orders = rows(&books, "orders");
    assert_eq!(orders.len(), 1, "{books}");
    assert_eq!(orders[0]["lines"][0]["offer_id"], best["offer_id"], "{books}");
    assert_eq!(orders[0]["goods"], best["goods"], "{books}");
    assert_eq!(orders[0]["freight"], best["freight"], "{books}");
}

#[test]
fn one_of_five_suppliers_in_chinese() {
    pick_one_of_five(LANGS[0]);
}

#[test]
fn one_of_five_suppliers_in_english() {
    pick_one_of_five(LANGS[1]);
}

/// What `compare` says of two offers holds when it is asked again on both sides of each change.
#[test]
fn the_lead_changes_where_the_command_line_says() {
    let market = Market::start(&[]);
    let folder = crate::folder::folder().unwrap();
    let verb = |arguments: &[&str]| run(folder.path(), &market.variables, arguments);
    assert_eq!(verb(&["sync"]).0, 0);
    let found = verb(&["search", "", "--qty", "300", "--limit", "400"]).1;
    let by_piece =
        rows(&found, "offers").iter().filter(|offer| offer["unit"] == "个" && offer["buyable"] == true);
    let mut asked = vec!["compare", "--qty", "300"];
    asked.extend(by_piece.take(8).map(|offer| text(offer, "offer_id")));
    let compared = verb(&asked).1;
    assert!(!rows(&compared, "break_even").is_empty(), "{compared}");
    let mut looked = 0;
    for pair in rows(&compared, "break_even") {
        let runs = rows(pair, "cheapest");
        for run in runs.iter().skip(1).take(3) {
            let from = run["from"].as_u64().unwrap();
            let named = rows(pair, "offers");
            let spec = |offer: &Value| match offer["spec_id"].as_str() {
                Some(spec) => format!("{}:{spec}", text(offer, "offer_id")),
                None => text(offer, "offer_id").to_owned(),
            };
            let (one, other) = (spec(&named[0]), spec(&named[1]));
            let at = verb(&["compare", "--qty", &from.to_string(), &one, &other]).1;
            let figure = |offer: &Value| {
                let basis = text(pair, "basis");
                let sum = offer[basis].as_str().filter(|_| offer["buyable"] == true)?;
                sum.replace('.', "").parse::<u64>().ok()
            };
            let cheapest = rows(&at, "offers")
                .iter()
                .filter_map(|offer| Some((figure(offer)?, text(offer, "offer_id"))))
                .min_by_key(|(sum, _)| *sum)
                .expect("one of them can be had");
            let leader = rows(&at, "offers").iter().find(|offer| offer["offer_id"] == run["offer_id"]);
            assert_eq!(figure(leader.unwrap()), Some(cheapest.0), "{pair}\n{at}");
            looked += 1;
        }
    }
    assert!(looked > 0, "no lead changes at all: {compared}");
}
