//! The stories a buyer could tell after a morning with pifa, each in Chinese and in English: the first five minutes, a
//! group joined, the plug pulled, a price changed by the seller. The market's own books judge them.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use pifa::i18n::{Lang, follow, messages};
use serde_json::Value;

use crate::harness::Session;
use crate::market::{Browser, Market, look_at_cashier, press_pay, run};
use crate::steps::{
    LANGS, agree, before_number, beginning, borrowed, command, down_to, find, quit, selected, sum_after,
};
use crate::verb;

/// The fen of an amount in yuan.
fn fen(yuan: &str) -> i64 {
    let (yuan, fen) = yuan.split_once('.').unwrap_or((yuan, "00"));
    yuan.parse::<i64>().unwrap() * 100 + format!("{fen:0<2}").parse::<i64>().unwrap()
}

fn orders(books: &Value) -> &[Value] {
    books["orders"].as_array().unwrap()
}

#[test]
fn the_first_five_minutes_in_chinese() {
    the_first_five_minutes(LANGS[0]);
}

#[test]
fn the_first_five_minutes_in_english() {
    the_first_five_minutes(LANGS[1]);
}

fn the_first_five_minutes(lang: Lang) {
    let words = lang.text();
    let folder = crate::folder::folder().unwrap();
    let browser = Browser::new();
    let variables = browser.variables();
    let mut pifa =
        Session::start_with(folder.path(), &["--lang", lang.as_tag()], 24, 80, &borrowed(&variables));
    let step = |number: u32| format!(" {} {number}/10 ", words.tour_name);
    // Down: to an offer that cannot be had at Q, while the catalog still fills.
    pifa.wait_for(&step(1));
    pifa.wait_for("▌");
    pifa.type_text("j");
    pifa.wait_for(&step(2));
    let nearest = before_number(&messages::nearest(lang, "1"));
    let breaks = |shown: &str| selected(shown).is_some_and(|row| row.contains(&nearest));
    // Three to compare, the one that breaks a rule among them. A list that still fills may move between look and
    // press: then the mark is taken back and set again.
    let legal = (0..10).find_map(|_| {
        let shown = down_to(&mut pifa, "an offer whose rule Q breaks", breaks);
        let legal = selected(&shown).and_then(|row| sum_after(row, &nearest));
        pifa.type_text("c");
        let shown = pifa.wait_for(&messages::marked(lang, 1));
        if breaks(&shown) {
            return legal;
        }
        pifa.type_text("c");
        pifa.wait("the mark gone", |now| !now.contains(&messages::marked(lang, 1)));
        None
    });
    let legal = legal.expect("a quantity that can be had");
    for marked in 2..=3 {
        let before = pifa.contents();
        pifa.type_text("j");
        pifa.wait("the next row", |shown| shown != before);
        pifa.type_text("c");
        pifa.wait_for(&messages::marked(lang, marked));
    }
    pifa.type_text("2");
    pifa.wait_for(&step(3));
    // What can be had at Q stands before it where their units are alike; its price is the one in brackets.
    down_to(&mut pifa, "the offer whose rule Q breaks", |shown| {
        selected(shown).is_some_and(|row| row.contains('(') && row.contains(&legal))
    });
    // Added, and what it breaks is said; the cart names it, and it is set right there.
    pifa.type_text("\r");
    let shown =
        pifa.wait("added, or which SKUs", |shown| shown.contains(&step(4)) || shown.contains(words.pick_sku));
    if shown.contains(words.pick_sku) {
        // With none typed: Q of the selected one.
        pifa.type_text("\r");
        pifa.wait_for(&step(4));
    }
    pifa.type_text("g3");
    pifa.wait_for(&step(5));
    pifa.wait_for(&messages::problems(lang, 1));
    pifa.type_text("S");
    pifa.wait_for(words.why_violations);
    pifa.type_text(&format!("{legal}\r"));
    pifa.wait_for(&step(6));
    pifa.wait_for(words.no_problems);
    // Sent, after a look at what it costs.
    pifa.type_text("S");
    let asked = pifa.wait_for(&before_number(&messages::quoted_at(lang, "1")));
    assert!(asked.contains(words.sandbox_no_money), "{asked}");
    agree(&mut pifa, lang, "sent", |shown| shown.contains(&step(7)));
    pifa.wait_for(words.state_to_pay);
    // Paid at the cashier, as a browser would.
    pifa.type_text("p");
    let asked = pifa.wait_for(words.opens_cashier);
    let agreed = fen(&sum_after(&asked, words.col_total).expect("a total"));
    agree(&mut pifa, lang, "the cashier", |shown| !shown.contains(words.opens_cashier));
    let link = browser.opened(&mut pifa);
    let shown = look_at_cashier(&link);
    let [one] = shown.as_slice() else { panic!("{shown:?}") };
    assert!(one.ends_with(&format!(":{agreed}")), "{one} for {agreed}");
    assert!(press_pay(&link, &shown).contains("已付款 1 单"));
    pifa.wait_for(&step(8));
    // A group crosses its step within the hour; that it is seen is what counts.
    pifa.type_text("4");
    pifa.wait_for(&before_number(&messages::read_ago(lang, "1")));
    pifa.wait(words.alone, |shown| shown.lines().skip(3).any(|row| row.contains(words.alone)));
    command(&mut pifa, "clock.hour");
    pifa.wait_for(&step(9));
    // A day on, yesterday's order again.
    command(&mut pifa, "clock.day");
    let a_day_ahead = format!("+1{}", words.age_units[3]);
    pifa.wait(&a_day_ahead, |shown| shown.lines().next().is_some_and(|row| row.contains(&a_day_ahead)));
    pifa.type_text("5");
    pifa.wait_for(words.col_supplier);
    pifa.type_text("r");
    pifa.wait("the sheet", |shown| {
        let words = pifa::i18n::drift::words(lang);
        shown.contains(words.nothing) || shown.contains(words.col_choice)
    });
    pifa.type_text("Ac");
    pifa.wait_for(&step(10));
    pifa.wait(&legal, |shown| shown.contains(words.no_problems) && shown.contains(&legal));
    // Offline, and searched on.
    pifa.type_text("\x0f");
    // A narrow status line has no room for the word: the strip goes on to what is left of its last step.
    pifa.wait_for(messages::tour_search_on(lang, "\n").split('\n').next().unwrap());
    pifa.type_text("g1");
    pifa.wait_for("▌");
    pifa.type_text(if lang.is_chinese() { "/床" } else { "/cotton" });
    pifa.wait_for(&beginning(&messages::tour_done(lang, ":")));
    pifa.wait("no strip", |shown| !shown.contains(&format!(" {} 10/10", words.tour_name)));
    pifa.type_text("\r");
    pifa.wait_for("▌");
    quit(&mut pifa);
    // The market's books: one order, made by one create, paid at the very total that was agreed to.
    let books = verb(folder.path(), &["sandbox", "ledger"]);
    let [order] = orders(&books) else { panic!("{books}") };
    assert_eq!(order["create_seq"].as_u64(), Some(1), "{order}");
    assert_eq!(order["lines"].as_array().unwrap().len(), 1, "{order}");
    assert_eq!(order["lines"][0]["quantity"].as_u64(), legal.parse().ok(), "{order}");
    assert_eq!(fen(order["total"].as_str().unwrap()), agreed, "{order}");
    assert!(order["paid_at"].is_string() && order["state"] != "cancel", "{order}");
    // What was ordered again is in the cart, and nothing else.
    let cart = verb(folder.path(), &["--offline", "cart", "list"]);
    let again: Vec<&Value> = cart["suppliers"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|part| part["lines"].as_array().unwrap())
        .collect();
    let [line] = again.as_slice() else { panic!("{cart}") };
    assert_eq!(line["offer_id"], order["lines"][0]["offer_id"]);
}

#[test]
fn a_group_joined_crosses_its_step_in_chinese() {
    a_group_joined_crosses_its_step(LANGS[0]);
}

#[test]
fn a_group_joined_crosses_its_step_in_english() {
    a_group_joined_crosses_its_step(LANGS[1]);
}

fn a_group_joined_crosses_its_step(lang: Lang) {
    let words = lang.text();
    // Which groups are open, and how full they are, is a matter of the hour: this market has its own.
    let market = Market::start(&["--now", "2026-03-02T01:00:00Z"]);
    let variables = market.variables.clone();
    let folder = crate::folder::folder().unwrap();
    assert_eq!(run(folder.path(), &variables, &["sync"]).0, 0);
    // The first look: from now on one group fills. It is the one two or three short that ends first, of those
    // that stay open for twelve hours yet.
    let listed = run(folder.path(), &variables, &["group", "list"]).1;
    let open_until: Timestamp = "2026-03-02T13:00:00Z".parse().unwrap();
    let short = |group: &&Value| {
        let missing = group["steps"][0]["participants"].as_u64().unwrap() as i64
            - group["participants"].as_i64().unwrap();
        let deadline: Timestamp = group["deadline"].as_str().unwrap().parse().unwrap();
        group["counts"] == "people" && (2..=3).contains(&missing) && deadline >= open_until
    };
    let group = listed["groups"].as_array().unwrap().iter().filter(short);
    let group =
        group.min_by_key(|group| group["deadline"].as_str().unwrap().to_owned()).expect("such a group");
    let first_step = group["steps"][0]["unit_price"].as_str().unwrap();
    let title = group[if lang.is_chinese() { "title" } else { "title_en" }].as_str().unwrap();
    let begins: String = title.chars().take(16).collect();
    let mut pifa =
        Session::start_with(folder.path(), &["--lang", lang.as_tag()], 24, 80, &borrowed(&variables));
    pifa.wait_for("▌");
    pifa.type_text("4");
    pifa.wait("the groups", |shown| shown.lines().skip(3).any(|row| row.contains(words.alone)));
    // Its title in full stands below the list when it is the selected one.
    down_to(&mut pifa, &begins, |shown| {
        shown.lines().any(|line| line.starts_with(' ') && line.trim_start().starts_with(&begins))
    });
    pifa.type_text("b");
    let shown = pifa.wait("which SKU, or how many", |shown| {
        shown.contains(words.pick_one) || shown.contains(words.ask_line)
    });
    if shown.contains(words.pick_one) {
        // The second: the first one of this offer is sold out in the default world.
        pifa.type_text("\x1b[B");
        pifa.type_text("\r");
        pifa.wait_for(words.ask_line);
    }
    pifa.type_text("60\r");
    let asked = pifa.wait_for(words.reserves_only);
    assert!(asked.contains(words.dropped_free), "no step is reached yet\n{asked}");
    let joined = before_number(&follow::joined(lang, "1", ""));
    let mine = format!("({})", messages::mine(lang, "60"));
    let shown = agree(&mut pifa, lang, "joined", |shown| shown.contains(&joined) && shown.contains(&mine));
    // What is ours comes first, and stays selected.
    assert!(selected(&shown).is_some_and(|row| row.contains(&mine) && row.contains(words.alone)), "{shown}");
    // An hour later there, and looked at again.
    let moved = run(folder.path(), &variables, &["sandbox", "clock", "+1h", "--url", market.url()]);
    assert_eq!(moved.0, 0, "{}", moved.1);
    pifa.type_text("r");
    let shown = pifa.wait_for(words.step_crossed);
    let row = selected(&shown).expect("a row");
    let mine = mine.trim_end_matches(')');
    // Where a row has no room for the words beside our share, a short mark stands for them.
    let is_marked = row.contains(words.step_crossed) || row.contains("[+]");
    assert!(is_marked && row.contains(mine), "{shown}");
    assert!(row.contains(first_step) && !row.contains(words.alone), "{first_step}\n{shown}");
    quit(&mut pifa);
    let books = market.books();
    assert_eq!(orders(&books).len(), 0, "{books}");
    let joins = books["joins"].as_array().unwrap();
    assert_eq!(joins.len(), 1, "{books}");
    assert_eq!(joins[0]["group_id"], group["group_id"]);
    assert_eq!(joins[0]["quantity"].as_u64(), Some(60), "{books}");
}

/// Offers of one supplier without SKUs, each found by its title alone, whose price at 100 and freight are known and
/// that together may be ordered: picked from the catalog, since the world is generated.
fn plain_offers(folder: &Path, market: &Market, count: usize) -> Vec<(String, String)> {
    let found = run(folder, &market.variables, &["search", "--qty", "100", "--limit", "2000", ""]).1;
    let mut of: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for offer in found["offers"].as_array().unwrap() {
        if offer["buyable"] != true || offer["unit_price"] != offer["unit_price_max"] || offer["bait"] == true
        {
            continue;
        }
        let word = |name: &str| offer[name].as_str().unwrap().to_owned();
        let id = word("offer_id");
        let Some(supplier) = offer["supplier_id"].as_str() else { continue };
        let shown = run(folder, &market.variables, &["show", &id, "--qty", "100"]).1;
        if shown["skus"].as_array().is_some_and(|skus| !skus.is_empty()) {
            continue;
        }
        let title = word("title");
        if run(folder, &market.variables, &["search", &title]).1["total"] != 1 {
            continue;
        }
        let plain = of.entry(supplier).or_default();
        plain.push((id, title));
        if plain.len() < count {
            continue;
        }
        // The cart's own verdict, with the freight; then it is emptied again.
        for (id, _) in plain.iter() {
            run(folder, &market.variables, &["cart", "add", id, "100"]);
        }
        let cart = run(folder, &market.variables, &["cart", "list"]).1;
        let (broken, _) = run(folder, &market.variables, &["cart", "check"]);
        run(folder, &market.variables, &["cart", "clear"]);
        if broken == 0 && cart["suppliers"][0]["freight"].is_string() {
            return plain.clone();
        }
        plain.clear();
    }
    panic!("no {count} offers of the kind");
}

#[test]
fn the_plug_is_pulled_and_one_order_comes_of_it_in_chinese() {
    the_plug_is_pulled(LANGS[0]);
}

#[test]
fn the_plug_is_pulled_and_one_order_comes_of_it_in_english() {
    the_plug_is_pulled(LANGS[1]);
}

fn the_plug_is_pulled(lang: Lang) {
    let words = lang.text();
    let mut market = Market::start(&[]);
    let folder = crate::folder::folder().unwrap();
    assert_eq!(run(folder.path(), &market.variables, &["sync"]).0, 0);
    let offers = plain_offers(folder.path(), &market, 2);
    let variables = market.variables.clone();
    let mut pifa =
        Session::start_with(folder.path(), &["--lang", lang.as_tag()], 24, 80, &borrowed(&variables));
    pifa.wait_for("▌");
    market.kill();
    // Searched and chosen from what is here.
    for (at, (_, title)) in offers.iter().enumerate() {
        find(&mut pifa, lang, title);
        pifa.type_text("a");
        let counts = messages::cart_counts(lang, 1, at + 1);
        pifa.type_text("3");
        pifa.wait_for(&counts);
        pifa.type_text("g1");
        pifa.wait_for("▌");
    }
    pifa.type_text("3");
    pifa.wait_for(words.no_problems);
    pifa.type_text("S");
    let asked = pifa.wait_for(&beginning(words.not_quoted));
    assert!(asked.contains(words.confirm_title), "{asked}");
    agree(&mut pifa, lang, "queued", |shown| shown.contains(&messages::outcome(lang, 0, 1, 0, 0)));
    pifa.wait_for(words.state_queued);
    // The market is there again, at the same place with the same books, and knows of nothing.
    market.again();
    assert_eq!(orders(&market.books()).len(), 0);
    pifa.type_text("s");
    pifa.wait_for(words.state_to_pay);
    // Once more changes nothing.
    pifa.type_text("s");
    pifa.settle(std::time::Duration::from_millis(500));
    quit(&mut pifa);
    let books = market.books();
    let [order] = orders(&books) else { panic!("{books}") };
    assert_eq!(order["create_seq"].as_u64(), Some(1), "{order}");
    let sent: BTreeMap<&str, Option<u64>> = order["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["offer_id"].as_str().unwrap(), line["quantity"].as_u64()))
        .collect();
    let wanted = offers.iter().map(|(id, _)| (id.as_str(), Some(100))).collect();
    assert_eq!(sent, wanted, "{order}");
}

#[test]
fn a_changed_price_is_paid_only_once_accepted_in_chinese() {
    a_changed_price_is_paid_only_once_accepted(LANGS[0]);
}

#[test]
fn a_changed_price_is_paid_only_once_accepted_in_english() {
    a_changed_price_is_paid_only_once_accepted(LANGS[1]);
}

fn a_changed_price_is_paid_only_once_accepted(lang: Lang) {
    let words = lang.text();
    let market = Market::start(&["--reprice", "100"]);
    let folder = crate::folder::folder().unwrap();
    assert_eq!(run(folder.path(), &market.variables, &["sync"]).0, 0);
    let offers = plain_offers(folder.path(), &market, 1);
    let browser = Browser::new();
    let mut variables = market.variables.clone();
    variables.extend(browser.variables());
    let mut pifa =
        Session::start_with(folder.path(), &["--lang", lang.as_tag()], 24, 80, &borrowed(&variables));
    pifa.wait_for("▌");
    find(&mut pifa, lang, &offers[0].1);
    pifa.type_text("a");
    pifa.wait_for(&messages::added(lang, 1));
    pifa.type_text("3");
    pifa.wait_for(words.no_problems);
    pifa.type_text("S");
    pifa.wait_for(&before_number(&messages::quoted_at(lang, "1")));
    agree(&mut pifa, lang, "sent", |shown| shown.contains(&messages::outcome(lang, 1, 0, 0, 0)));
    pifa.wait_for(words.state_to_pay);
    // At the cashier with the old total, and then the seller changes it.
    pifa.type_text("p");
    let asked = pifa.wait_for(words.opens_cashier);
    assert!(!asked.contains(words.repriced), "{asked}");
    let old = fen(&sum_after(&asked, words.col_total).expect("a total"));
    agree(&mut pifa, lang, "the cashier", |shown| !shown.contains(words.opens_cashier));
    let link = browser.opened(&mut pifa);
    let stale = look_at_cashier(&link);
    assert!(stale.len() == 1 && stale[0].ends_with(&format!(":{old}")), "{stale:?} for {old}");
    let clock = ["sandbox", "clock", "+15m", "--url", market.url()];
    assert_eq!(run(folder.path(), &market.variables, &clock).0, 0);
    assert!(press_pay(&link, &stale).contains("卖家改价"));
    let unpaid = |books: &Value| orders(books)[0]["paid_at"].is_null();
    let books = market.books();
    assert!(orders(&books).len() == 1 && unpaid(&books), "{books}");
    let new = fen(orders(&books)[0]["total"].as_str().unwrap());
    assert_ne!(new, old, "{books}");
    let id = orders(&books)[0]["order_id"].as_str().unwrap().to_owned();
    // No verb gives a link for what nobody agreed to.
    assert_eq!(run(folder.path(), &market.variables, &["order", "pay", &id]).0, 6);
    // On the screen: from what to what, and nothing is opened before that is taken.
    pifa.type_text("p");
    let asked = pifa.wait_for(words.repriced);
    let row = asked.lines().find(|line| line.contains(words.repriced)).unwrap();
    let (from, to) = row.split_once(pifa_arrow(row)).expect("old and new");
    assert_eq!(fen(&sum_after(from, words.repriced).unwrap()), old, "{asked}");
    assert_eq!(fen(&sum_after(&format!("{}{to}", words.repriced), words.repriced).unwrap()), new, "{asked}");
    pifa.type_text("\x1b");
    pifa.wait("not taken", |shown| !shown.contains(words.repriced));
    assert_eq!(run(folder.path(), &market.variables, &["order", "pay", &id]).0, 6);
    assert!(unpaid(&market.books()));
    pifa.type_text("p");
    pifa.wait_for(words.repriced);
    agree(&mut pifa, lang, "the cashier", |shown| !shown.contains(words.repriced));
    let link = browser.opened(&mut pifa);
    let shown = look_at_cashier(&link);
    assert!(shown.len() == 1 && shown[0].ends_with(&format!(":{new}")), "{shown:?} for {new}");
    assert!(press_pay(&link, &shown).contains("已付款 1 单"));
    pifa.wait_for(words.order_paid);
    quit(&mut pifa);
    let books = market.books();
    let [order] = orders(&books) else { panic!("{books}") };
    assert_eq!(order["create_seq"].as_u64(), Some(1), "{order}");
    assert!(order["paid_at"].is_string(), "{order}");
    assert_eq!(fen(order["total"].as_str().unwrap()), new, "{order}");
}

/// The arrow between two sums, as this terminal is drawn to.
fn pifa_arrow(row: &str) -> &'static str {
    if row.contains('→') { "→" } else { "->" }
}
