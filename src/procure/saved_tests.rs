//! The folder of saved searches, and looks at their hits, at a desk without a market.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::domain::cart::Rules;
use crate::domain::id::{MarketId, OutOrderId};
use crate::domain::offer::{Completeness, PriceTier};
use crate::procure::FILLED;
use crate::procure::{Catalog, DeskParts, History, Ledger};

pub(in crate::procure) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

/// A desk over a folder, with its clock at a fixed moment.
pub(in crate::procure) fn desk(folder: &Path, market: &str) -> Desk {
    desk_at(folder, market, true)
}

pub(in crate::procure) fn desk_at(folder: &Path, market: &str, sandbox: bool) -> Desk {
    Desk::new(DeskParts {
        catalog: Catalog::open_in_memory().unwrap(),
        ledger: Ledger::in_memory().unwrap(),
        market_id: MarketId::new(market),
        gateway: None,
        sandbox,
        history: History::at(&folder.join("history.db")),
        searches: folder.join("searches"),
        lease: folder.join("never"),
        rules: Rules::default(),
        quiet: Duration::ZERO,
        clock: Arc::new(|| at(1_000_000)),
        steady: crate::procure::steady(),
        numbers: Arc::new(|| OutOrderId::new("n")),
    })
}

pub(in crate::procure) fn offer(id: i64, title: &str, prices: &[(u32, &str)], read: i64) -> Offer {
    let mut offer = Offer::blank(OfferKey::Market(id), Clean::new(title), at(read));
    offer.completeness = Completeness::Full;
    offer.tiers = prices
        .iter()
        .map(|(from, price)| PriceTier {
            from_quantity: Quantity::whole(*from),
            price: price.parse().unwrap(),
            promotion: None,
        })
        .collect();
    offer
}

fn search(name: &str, query: &str) -> SavedSearch {
    SavedSearch::new(SavedName::new(name).unwrap(), query)
}

fn names(desk: &Desk) -> Vec<String> {
    let list = desk.saved_searches().unwrap();
    let own = list.searches.iter().filter(|listed| !listed.is_zone);
    own.map(|listed| listed.search.name.to_string()).collect()
}

fn code(result: Result<impl std::fmt::Debug, DeskError>) -> String {
    match result {
        Err(error) => format!("{}: {error}", error.code()),
        Ok(done) => panic!("{done:?}"),
    }
}

#[test]
fn every_zone_reads_and_asks_for_something() {
    assert_eq!(zones().count(), ZONES.len());
    for zone in zones() {
        assert_eq!(mistake(zone.query.as_str()), None, "{}", zone.name);
        assert!(Query::parse(zone.query.as_str()).predicates().next().is_some(), "{}", zone.name);
        assert!(zone.name_en.is_some() && !zone.note.is_empty());
    }
    let names: std::collections::BTreeSet<_> = zones().map(|zone| zone.name).collect();
    assert_eq!(names.len(), ZONES.len());
}

#[test]
fn searches_are_files_that_can_be_mailed() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    let mut cups = search("杯子 300", "杯");
    (cups.quantity, cups.note) = (Some(Quantity::whole(300)), Clean::new("周一看"));
    let path = desk.save_search(&cups, false).unwrap();
    assert_eq!(path, folder.path().join("searches/杯子 300.toml"));
    assert_eq!(desk.saved_search("杯子 300").unwrap(), cups);
    assert_eq!(desk.saved_search(path.to_str().unwrap()).unwrap(), cups, "by its path, anywhere");
    // The same again is nothing new, another one takes a wish of its own.
    desk.save_search(&cups, false).unwrap();
    cups.query = Clean::new("壶");
    assert!(code(desk.save_search(&cups, false)).starts_with("saved_search"));
    desk.save_search(&cups, true).unwrap();
    // A file under another file name keeps it.
    std::fs::rename(&path, folder.path().join("searches/mailed.toml")).unwrap();
    cups.query = Clean::new("盘");
    desk.save_search(&cups, true).unwrap();
    assert_eq!(names(&desk), ["杯子 300"]);
    let look = desk.take_look(&cups, Quantity::whole(300)).unwrap();
    desk.keep_look(&cups.name, &look).unwrap();
    assert_eq!(desk.forget_search("杯子 300").unwrap(), cups);
    assert!(names(&desk).is_empty());
    assert!(code(desk.saved_search("杯子 300")).starts_with("not_found"));
    // Brought back it knows what it was last looked at; saved anew it is another.
    let looked = || desk.saved_searches().unwrap().searches[0].looked_at;
    desk.restore_search(&cups).unwrap();
    assert_eq!((names(&desk), looked()), (vec!["杯子 300".to_owned()], Some(look.at)));
    assert!(code(desk.restore_search(&cups)).starts_with("saved_search"), "it is there");
    desk.forget_search("杯子 300").unwrap();
    desk.save_search(&cups, false).unwrap();
    assert_eq!(looked(), None);
}

#[test]
fn zones_are_searches_and_give_way_to_the_buyers_own() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    let zone = zones().next().unwrap();
    assert_eq!(desk.saved_search(zone.name.as_str()).unwrap(), zone);
    assert!(code(desk.forget_search(zone.name.as_str())).contains("comes with the program"));
    desk.save_search(&search(zone.name.as_str(), "杯"), false).unwrap();
    assert_eq!(desk.saved_search(zone.name.as_str()).unwrap().query.as_str(), "杯");
    desk.forget_search(zone.name.as_str()).unwrap();
    assert_eq!(desk.saved_search(zone.name.as_str()).unwrap(), zone);
    let typo: String =
        zone.name.as_str().chars().rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect();
    let error = desk.saved_search(&typo).unwrap_err();
    assert!(
        matches!(&error, DeskError::Saved(SavedError::Unknown { near: Some(near), .. }) if *near == zone.name),
        "{error:?}"
    );
}

#[test]
fn a_bad_file_is_named_with_its_line_and_spoils_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    desk.save_search(&search("good", "杯"), false).unwrap();
    let searches = folder.path().join("searches");
    std::fs::write(searches.join("typo.toml"), "query = \"杯\"\nqantity = 3\n").unwrap();
    std::fs::write(searches.join("wrong.toml"), "note = \"x\"\nquery = \"杯 price<cheap\"\n").unwrap();
    std::fs::write(searches.join("latin.toml"), b"query = \"\xb1\xad\"\n").unwrap();
    std::fs::write(searches.join("twice.toml"), "name = \"good\"\nquery = \"x\"\n").unwrap();
    std::fs::write(searches.join("big.toml"), vec![b'#'; 70_000]).unwrap();
    std::fs::create_dir(searches.join("folder.toml")).unwrap();
    std::fs::write(searches.join("notes.txt"), "no search").unwrap();
    let list = desk.saved_searches().unwrap();
    assert_eq!(names(&desk), ["good"]);
    let bad: Vec<String> = list.bad.iter().map(ToString::to_string).collect();
    let said = |file: &str, words: &str| bad.iter().any(|bad| bad.contains(file) && bad.contains(words));
    assert!(said("typo.toml:2", "did you mean `quantity`?"), "{bad:?}");
    assert!(said("wrong.toml:2", "a number was expected, as in price"), "{bad:?}");
    assert!(said("latin.toml:1", "UTF-8") && said("twice.toml:1", "good.toml, too"), "{bad:?}");
    assert!(said("big.toml", "larger than") && said("folder.toml", "is no file"), "{bad:?}");
    assert_eq!(bad.len(), 6, "{bad:?}");
    assert!(code(desk.saved_search("typo")).contains("typo.toml:2"), "asked for by name");
    assert!(code(desk.save_search(&search("typo", "杯"), false)).contains("already"));
    assert!(code(desk.save_search(&search("x", "moq<="), false)).contains("expected"));
}

#[test]
fn changes_are_told_once_and_only_among_the_hits() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    let catalog = &desk.parts.catalog;
    let listed = [
        offer(1, "保温杯", &[(1, "10"), (100, "8")], 0),
        offer(2, "纸杯", &[(1, "1")], 0),
        offer(3, "水杯", &[(1, "3")], 0),
        offer(4, "毛巾", &[(1, "5")], 0),
    ];
    catalog.upsert(&listed, &[]).unwrap();
    let cups = search("cups", "杯");
    let q = Quantity::whole(300);
    let first = desk.changes(&cups, q).unwrap();
    assert_eq!((first.since, first.look.hits.len(), first.new.len()), (None, 3, 0));
    desk.keep_look(&cups.name, &first.look).unwrap();
    assert!(desk.changes(&cups, q).unwrap().since.is_some());

    let mut gone = offer(2, "纸杯", &[(1, "1")], 10);
    gone.gone = true;
    let moved = [
        // Cheaper at one piece, the same at 300: no other price for this buyer.
        offer(1, "保温杯", &[(1, "9"), (100, "8")], 10),
        gone,
        offer(3, "水杯", &[(1, "3.20")], 10),
        offer(4, "毛巾", &[(1, "4")], 10),
        offer(5, "酒杯", &[(1, "6")], 10),
    ];
    catalog.upsert(&moved, &[]).unwrap();
    let report = desk.changes(&cups, q).unwrap();
    let ids = |rows: &[Changed]| rows.iter().filter_map(|row| row.key.market_id()).collect::<Vec<_>>();
    assert_eq!((ids(&report.new), ids(&report.gone), ids(&report.repriced)), (vec![5], vec![2], vec![3]));
    let price =
        |seen: Option<SeenPrice>| seen.and_then(|seen| seen.unit_price).map(|price| price.to_string());
    let repriced = &report.repriced[0];
    assert_eq!((price(repriced.old), price(repriced.new)), (Some("3.00".into()), Some("3.20".into())));
    assert!(report.gone[0].offer.as_ref().unwrap().gone);
    // Not kept: the same again. Kept: nothing the second time.
    assert_eq!(ids(&desk.changes(&cups, q).unwrap().new), [5]);
    desk.keep_look(&cups.name, &report.look).unwrap();
    let after = desk.changes(&cups, q).unwrap();
    assert!(after.new.is_empty() && after.gone.is_empty() && after.repriced.is_empty());
    // At another quantity, and for another query of that name, there is nothing to compare with.
    assert_eq!(desk.changes(&cups, Quantity::ONE).unwrap().since, None);
    assert_eq!(desk.changes(&search("cups", "巾"), q).unwrap().since, None);
}

#[test]
fn an_emptied_catalog_is_no_news_of_what_it_does_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    let cup = |id, price| offer(id, "杯", &[(1, price)], id);
    desk.parts.catalog.upsert(&[cup(1, "10"), cup(2, "3")], &[]).unwrap();
    let cups = search("cups", "杯");
    let first = desk.changes(&cups, Quantity::ONE).unwrap();
    desk.keep_look(&cups.name, &first.look).unwrap();
    desk.clear_catalog().unwrap();
    // Nothing is there: nothing is gone for that, and the look it is remembered as still knows both.
    let report = desk.changes(&cups, Quantity::ONE).unwrap();
    assert!(report.gone.is_empty() && report.look.hits == first.look.hits);
    desk.keep_look(&cups.name, &report.look).unwrap();
    // One is there again, at another price; of the other nobody knows.
    desk.parts.catalog.upsert(&[cup(2, "4")], &[]).unwrap();
    let report = desk.changes(&cups, Quantity::ONE).unwrap();
    assert_eq!((report.new.len(), report.gone.len(), report.repriced.len()), (0, 0, 1));
    desk.keep_look(&cups.name, &report.look).unwrap();
    // A whole sync has come to its end: what is not there by then is gone.
    desk.parts.catalog.set_meta(FILLED, "now").unwrap();
    let report = desk.changes(&cups, Quantity::ONE).unwrap();
    assert_eq!((report.new.len(), report.gone.len(), report.repriced.len()), (0, 1, 0));
}

#[test]
fn prices_are_remembered_as_they_are_written_and_watches_ring_once() {
    use crate::domain::watch::{BAND_PERCENT, Crossed, WatchRule};

    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    let write = |price: &str, read: i64| {
        desk.parts.catalog.upsert(&[offer(1, "杯", &[(1, "10"), (100, price)], read)], &[]).unwrap();
        desk.look_at_watches().unwrap()
    };
    write("8.40", 0);
    let key = OfferKey::Market(1);
    let rule = WatchRule { below: "8".parse().ok(), rise: None, band: BAND_PERCENT };
    let watch = desk.watch(&key, None, Quantity::whole(300), rule.clone()).unwrap();
    assert!(write("8.40", 10).is_empty() && write("8.10", 20).is_empty());
    let rang = write("7.90", 30);
    assert_eq!((rang.len(), rang[0].crossed, rang[0].price.to_string()), (1, Crossed::Below, "7.90".into()));
    assert_eq!((rang[0].title.clone(), rang[0].line), (Some(Clean::new("杯")), rule.below));
    assert!(write("7.80", 40).is_empty() && write("8.10", 50).is_empty() && write("7.90", 60).is_empty());
    assert!(write("8.20", 70).is_empty());
    assert_eq!(write("7.90", 80).len(), 1);

    let listing = desk.offer(&key).unwrap().unwrap();
    let history = desk.price_history(&listing).unwrap();
    let prices: Vec<String> =
        history.at(Quantity::whole(300)).iter().map(|(_, rung)| rung.least.to_string()).collect();
    assert_eq!(prices, ["8.40", "8.10", "7.90", "7.80", "8.10", "7.90", "8.20", "7.90"]);
    // Read at 10 for the last time before it changed.
    assert_eq!(history.points()[0].at, at(10));
    assert_eq!(desk.unwatch(watch.id).unwrap().id, watch.id);
    assert!(code(desk.unwatch(watch.id)).starts_with("not_found"));
}

#[test]
fn ages_are_of_now_and_not_of_the_newest_row() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    // The clock stands at 1,000,000 s: read eleven and a half days, eight days and two hours ago.
    let (old, older, newer) = (0, 1_000_000 - 8 * 86_400, 1_000_000 - 2 * 3_600);
    let all = [(1, old), (2, older), (3, newer)].map(|(id, read)| offer(id, "保温杯", &[(1, "9.00")], read));
    let ids = |text: &str| -> Vec<i64> {
        let request = SearchRequest { text: text.to_owned(), limit: 9, ..SearchRequest::default() };
        let found = desk.search(&request).unwrap().rows;
        let found: Vec<i64> = found.iter().map(|row| row.offer.key.market_id().unwrap()).collect();
        // A saved search, a pack and a watch read the same.
        let mut every: Vec<i64> =
            desk.all_hits(&request).unwrap().iter().map(|key| key.market_id().unwrap()).collect();
        let mut sorted = found.clone();
        every.sort_unstable();
        sorted.sort_unstable();
        assert_eq!(every, sorted, "{text}");
        found
    };
    // Of the two oldest alone the newest would be of no age at all.
    desk.parts.catalog.upsert(&all[..2], &[]).unwrap();
    assert_eq!(ids("age<7d"), Vec::<i64>::new());
    assert_eq!(ids("age>=7d age<9d"), [2]);
    desk.parts.catalog.upsert(&all[2..], &[]).unwrap();
    assert_eq!(ids("age<7d"), [3]);
    assert_eq!(ids("age>1h age<3h"), [3]);
    assert_eq!(ids("保温杯 sort:age"), [3, 2, 1]);
}

#[test]
fn categories_nobody_named_are_called_by_their_goods_and_that_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "app/me");
    let goods = [
        (1, "304不锈钢保温杯 车载", Some(11)),
        (2, "真空保温杯 礼品 批发", Some(11)),
        (3, "玻璃杯 双层", Some(11)),
        (4, "XKQ-9 07款", Some(22)),
        (5, "折叠伞 防晒", Some(33)),
        (6, "雨伞", None),
    ];
    let offers: Vec<Offer> = goods
        .iter()
        .map(|(id, title, category)| {
            let mut offer = offer(*id, title, &[(1, "9.00")], 0);
            offer.category_id = *category;
            offer
        })
        .collect();
    desk.parts.catalog.upsert(&offers, &[]).unwrap();
    let counted = || desk.facets(&SearchRequest::default(), &Cancel::default()).unwrap().unwrap();
    let labels = |facets: &crate::domain::search::Facets| -> Vec<String> {
        facets.categories.iter().map(|row| row.label.to_string()).collect()
    };
    let without = counted();
    assert!(without.names_missing);
    assert_eq!(labels(&without), ["保温杯 11", "22", "折叠伞 33"]);
    let node = |id, name: &str| crate::domain::category::Category {
        id,
        parent: 0,
        name: Clean::new(name),
        name_en: None,
        leaf: true,
    };
    let tree = [node(11, "杯子"), node(22, "配件"), node(33, "伞")];
    desk.parts.catalog.set_categories(&tree, at(0)).unwrap();
    let with = counted();
    assert!(!with.names_missing);
    assert_eq!(labels(&with), ["杯子", "配件", "伞"]);
}
