//! What a buyer keeps, at the built binary: saved searches and what changed among their hits, prices over time,
//! watches, and packs; judged by what the market itself says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::bench::{Buyer, Sandbox, seed};
use crate::job::text;

/// What the market says now of the hits of a query at 300: a buyer who has never seen it before asks.
fn truth(market: &Sandbox, query: &str) -> BTreeMap<String, (Value, Value)> {
    let stranger = Buyer::at(market);
    stranger.does(&["sync"]);
    let found = stranger.does(&["search", query, "--qty", "300", "--limit", "10000"]);
    let offers = found["offers"].as_array().unwrap();
    assert_eq!(found["total"], offers.len());
    let price = |offer: &Value| (offer["unit_price"].clone(), offer["unit_price_max"].clone());
    offers.iter().map(|offer| (text(&offer["offer_id"]).to_owned(), price(offer))).collect()
}

fn ids(rows: &Value) -> BTreeSet<String> {
    rows.as_array().unwrap().iter().map(|row| text(&row["offer_id"]).to_owned()).collect()
}

fn churn(market: &Sandbox, buyer: &Buyer, count: &str) -> Value {
    let churned = buyer.does(&["sandbox", "churn", "--count", count, "--url", market.url()]);
    assert_eq!(churned["changed"].as_array().unwrap().len().to_string(), count);
    churned
}

#[test]
fn a_saved_search_tells_exactly_what_changed_and_nothing_the_second_time() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "600"]);
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    // The character most titles have makes a search that some of what changes is in, and some is not.
    let rows = buyer.does(&["search", "", "--limit", "10000"]);
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for row in rows["offers"].as_array().unwrap() {
        let letters: BTreeSet<char> = text(&row["title"]).chars().filter(|c| *c > '\u{4e00}').collect();
        for c in letters {
            *counts.entry(c).or_default() += 1;
        }
    }
    let query = counts.iter().max_by_key(|(_, count)| **count).unwrap().0.to_string();
    let saved = buyer.does(&["search", "--save", "常看", &query, "--qty", "300"]);
    assert_eq!((&saved["saved"]["name"], &saved["saved"]["quantity"]), (&json!("常看"), &json!(300)));
    let none = buyer.does(&["search", "--saved", "常看", "--changed"]);
    assert_eq!((&none["first_look"], &none["new"], &none["gone"]), (&json!(false), &json!([]), &json!([])));

    let before = truth(&market, &query);
    let churned = churn(&market, &buyer, "120");
    buyer.does(&["sync"]);
    let after = truth(&market, &query);
    let keys = |map: &BTreeMap<String, (Value, Value)>| map.keys().cloned().collect::<BTreeSet<_>>();
    let (old, new) = (keys(&before), keys(&after));
    let repriced: BTreeSet<String> =
        old.intersection(&new).filter(|id| before[*id] != after[*id]).cloned().collect();

    let peeked = buyer.does(&["search", "--saved", "常看", "--changed", "--peek"]);
    let told = buyer.does(&["search", "--saved", "常看", "--changed"]);
    for field in ["new", "gone", "repriced", "total"] {
        assert_eq!(peeked[field], told[field], "looking without counting it changes nothing");
    }
    assert_eq!(ids(&told["gone"]), old.difference(&new).cloned().collect());
    assert_eq!(ids(&told["new"]), new.difference(&old).cloned().collect());
    assert_eq!(ids(&told["repriced"]), repriced);
    assert!(!repriced.is_empty() && !ids(&told["gone"]).is_empty(), "the world moved too little: {told}");
    for row in told["repriced"].as_array().unwrap() {
        let id = text(&row["offer_id"]);
        let price = |(least, most): &(Value, Value)| json!({"unit_price": least, "unit_price_max": most});
        assert_eq!((&row["old"], &row["new"]), (&price(&before[id]), &price(&after[id])), "{id}");
    }
    let moved: BTreeSet<String> = ["changed"]
        .iter()
        .flat_map(|kind| churned[*kind].as_array().unwrap().iter().map(|id| text(id).to_owned()))
        .collect();
    let all: BTreeSet<String> =
        ["new", "gone", "repriced"].iter().flat_map(|kind| ids(&told[*kind])).collect();
    assert!(all.is_subset(&moved), "{:?}", all.difference(&moved));
    let again = buyer.does(&["search", "--saved", "常看", "--changed"]);
    for kind in ["new", "gone", "repriced"] {
        assert_eq!(again[kind], json!([]), "the second time");
    }

    // What was repriced has a history, and nothing else.
    let id = repriced.iter().next().unwrap();
    let shown = buyer.does(&["show", id, "--history", "--qty", "300"]);
    let points = shown["history"].as_array().unwrap();
    let priced = |at: usize| json!([points[at]["unit_price"], points[at]["unit_price_max"]]);
    assert_eq!(points.len(), 2, "{points:?}");
    assert!(priced(0) != priced(1) || points[0]["tiers"] != points[1]["tiers"]);
    assert_eq!(shown["price_verdict"]["unit_price"], points[1]["unit_price"]);
    let still = new.intersection(&old).find(|id| !moved.contains(*id)).unwrap();
    assert_eq!(buyer.does(&["show", still, "--history"])["history"].as_array().unwrap().len(), 1);
    assert!(buyer.does(&["show", still]).get("history").is_none());
}

#[test]
fn saved_searches_are_listed_replaced_and_deleted_and_bad_files_are_named() {
    let market = Sandbox::start(&["--seed", "7", "--offers", "200"]);
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    buyer.does(&["search", "--save", "a", "杯", "--note", "周一"]);
    buyer.does(&["search", "--save", "a", "杯", "--note", "周一"]);
    assert_eq!(buyer.says(&["search", "--save", "a", "壶"]).fails(6)["code"], "saved_search");
    buyer.does(&["search", "--save", "a", "壶", "--replace", "--sort", "price"]);
    let list = buyer.does(&["search", "--saved"]);
    let first = &list["searches"][0];
    assert_eq!(
        (&first["name"], &first["query"], &first["sort"], &first["zone"]),
        (&json!("a"), &json!("壶"), &json!("price"), &json!(false))
    );
    assert!(list["searches"].as_array().unwrap().iter().any(|saved| saved["zone"] == true));
    for name in ["../x", "a/b", ".x", "con", "x.toml", "\u{202e}x", ""] {
        buyer.says(&["search", "--save", name, "杯"]).fails(2);
    }
    assert!(!buyer.data_dir().join("x.toml").exists());
    let bad = buyer.file("searches/bad.toml", b"query = \"x\"\nsortt = \"price\"\n");
    let said = buyer.says(&["search", "--saved", "bad"]).fails(2);
    assert!(
        text(&said["message"]).contains("bad.toml:2") && text(&said["message"]).contains("`sort`"),
        "{said}"
    );
    let list = buyer.does(&["search", "--saved"]);
    assert_eq!((list["bad"].as_array().unwrap().len(), &list["bad"][0]["line"]), (1, &json!(2)));
    std::fs::remove_file(bad).unwrap();
    assert_eq!(buyer.says(&["search", "--saved", "nobody"]).fails(3)["code"], "not_found");
    // A file from anywhere.
    let mailed = buyer.file("mailed.toml", "name = \"寄来的\"\nquery = \"杯\"\nquantity = 50\n".as_bytes());
    let found = buyer.does(&["search", "--saved", mailed.to_str().unwrap()]);
    assert_eq!((&found["query"], &found["quantity"]), (&json!("杯"), &json!(50)));
    assert_eq!(buyer.does(&["search", "--forget", "a"])["forgotten"]["query"], "壶");
    assert_eq!(buyer.says(&["search", "--forget", "a"]).fails(3)["code"], "not_found");
}

#[test]
fn a_watch_rings_once_after_the_sync_that_crosses_its_line() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300"]);
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    let mut watched: BTreeMap<String, (String, f64)> = BTreeMap::new();
    let rows = buyer.does(&["search", "", "--qty", "300", "--limit", "10000"]);
    for row in rows["offers"].as_array().unwrap() {
        // A hair below what it costs: any fall rings.
        if let (Some(price), false) = (row["unit_price"].as_str(), row["bait"] == true) {
            let id = text(&row["offer_id"]).to_owned();
            watched.insert(id, (price.to_owned(), price.parse().unwrap()));
        }
        if watched.len() == 60 {
            break;
        }
    }
    for (id, (price, _)) in &watched {
        let set = buyer.does(&["watch", "add", id, "--below", price, "--qty", "300"]);
        assert_eq!((&set["price"], &set["is_below"]), (&json!(price), &json!(false)));
    }
    assert!(buyer.does(&["sync"])["watches"].as_array().unwrap().is_empty());
    churn(&market, &buyer, "280");
    let told = buyer.does(&["sync"])["watches"].clone();
    let expected: BTreeSet<String> = watched
        .iter()
        .filter(|(id, (_, price))| {
            let now = buyer.does(&["show", id.as_str(), "--qty", "300"]);
            now["gone"] == false
                && now["bait"] == false
                && now["unit_price"].as_str().is_some_and(|now| now.parse::<f64>().unwrap() < *price)
        })
        .map(|(id, _)| id.clone())
        .collect();
    assert!(!expected.is_empty(), "no price fell");
    assert_eq!(ids(&told), expected);
    assert!(buyer.does(&["sync"])["watches"].as_array().unwrap().is_empty(), "once");
    let list = buyer.does(&["watch", "list"]);
    let rang = list["watches"].as_array().unwrap().iter().filter(|watch| !watch["fired_at"].is_null());
    assert_eq!(rang.count(), expected.len());
    buyer.does(&["watch", "rm", "1"]);
    assert_eq!(buyer.says(&["watch", "rm", "1"]).fails(3)["code"], "not_found");
    assert_eq!(buyer.says(&["watch", "add", "4711", "--below", "1"]).fails(3)["code"], "not_found");
}

#[test]
fn a_pack_goes_to_a_colleague_and_back() {
    let market = Sandbox::start(&["--seed", &seed().to_string(), "--offers", "300"]);
    let (here, there) = (Buyer::at(&market), Buyer::at(&market));
    here.does(&["sync"]);
    let pack = here.data_dir().join("all.pifa");
    let file = pack.to_str().unwrap();
    let packed = here.does(&["catalog", "pack", file]);
    let total = here.does(&["search", "", "--limit", "1"])["total"].clone();
    assert_eq!(packed["offers"], total);
    // A colleague of the same account, who has been told who the market is and holds nothing.
    there.does(&["sync", "--limit", "1"]);
    there.does(&["catalog", "clear"]);
    let taken = there.does(&["--offline", "catalog", "unpack", file]);
    assert_eq!((&taken["offers"], &taken["new"], &taken["source"]), (&total, &total, &Value::Null));
    let every = &["search", "", "--qty", "300", "--limit", "10000"];
    assert_eq!(there.does(every)["offers"], here.does(every)["offers"], "the same rows");
    assert_eq!(there.does(&["catalog", "stats"])["packs"][0]["sha256"], packed["sha256"]);
    let supplier = here.does(every)["offers"][0]["supplier_id"].clone();
    let part = here.data_dir().join("part.pifa");
    let packed = here.does(&["catalog", "pack", part.to_str().unwrap(), "--supplier", text(&supplier)]);
    assert_eq!(packed["suppliers"], 1);

    let other = Sandbox::start(&["--seed", "5", "--offers", "200"]);
    let stranger = Buyer::at(&other);
    stranger.does(&["sync"]);
    assert_eq!(stranger.says(&["catalog", "unpack", file]).fails(6)["code"], "other_market");
    let taken = stranger.does(&["catalog", "unpack", file, "--as-local", "小王"]);
    assert_eq!(taken["source"], "小王");
    let local = stranger.does(&["search", "", "--limit", "10000"]);
    let locals = local["offers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| text(&row["offer_id"]).starts_with("L:小王:"));
    assert_eq!(json!(locals.count()), total);
    // Damage is told, and nothing is taken.
    let mut bytes = std::fs::read(&pack).unwrap();
    bytes.truncate(bytes.len() - 20);
    std::fs::write(&pack, bytes).unwrap();
    assert_eq!(there.says(&["catalog", "unpack", file]).fails(1)["code"], "pack");
}
