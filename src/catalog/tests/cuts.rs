//! Writes that end in the middle: what belongs together is there together or not at all.

use super::{at, full, supplier};
use crate::catalog::facts::Facts;
use crate::catalog::{Catalog, With};
use crate::domain::id::OfferKey;
use crate::domain::offer::Offer;
use crate::domain::text::Clean;

fn named(id: i64, belt: &str) -> Offer {
    let mut offer = full(id, "保温杯", "9.00");
    offer.belt = Some(Clean::new(belt));
    offer
}

fn belts(path: &std::path::Path, catalog: &Catalog) -> Vec<(i64, String)> {
    let words: std::collections::HashMap<u32, String> = catalog.words(0).unwrap().into_iter().collect();
    let file = rusqlite::Connection::open(path).unwrap();
    let mut select = file.prepare("SELECT market_id, facts FROM offers ORDER BY market_id").unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?))).unwrap();
    rows.map(|row| {
        let (id, facts) = row.unwrap();
        (id, words[&Facts::from_bytes(&facts).unwrap().belt].clone())
    })
    .collect()
}

#[test]
fn the_cursor_moves_with_its_rows_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    let cursor = [("cursor", Some("one"))];
    catalog.upsert_with(&[named(1, "永康")], &[], &With { notes: &cursor, ..With::default() }).unwrap();
    let file = rusqlite::Connection::open(&path).unwrap();
    // The disk is full the moment the cursor is written.
    file.execute_batch(
        "CREATE TRIGGER cut BEFORE INSERT ON meta WHEN NEW.value = 'two' BEGIN SELECT RAISE(ABORT, 'cut'); END",
    )
    .unwrap();
    let offers: Vec<Offer> = (2..400).map(|id| named(id, &format!("带{id}"))).collect();
    let cursor = [("cursor", Some("two")), ("pass", Some("5"))];
    let with = With { notes: &cursor, ..With::default() };
    let cut = catalog.upsert_with(&offers, &[supplier("s9", "厂")], &with);
    assert!(cut.is_err());
    assert_eq!(catalog.stats().unwrap().offers, 1);
    assert_eq!(catalog.newest().unwrap(), catalog.stats().unwrap().newest);
    assert_eq!(catalog.cached().unwrap(), 1);
    assert_eq!(catalog.supplier(&crate::domain::id::SupplierId::new("s9")).unwrap(), None);
    assert_eq!(catalog.meta("cursor").unwrap().as_deref(), Some("one"));
    assert_eq!(catalog.meta("pass").unwrap(), None);
    file.execute_batch("DROP TRIGGER cut").unwrap();
    // Names given out in vain are given out again: nothing points at the wrong one.
    catalog.upsert(&[named(2, "义乌"), named(3, "永康")], &[]).unwrap();
    let wanted = [(1, "永康"), (2, "义乌"), (3, "永康")].map(|(id, belt)| (id, belt.to_owned()));
    assert_eq!(belts(&path, &catalog), wanted);
    catalog.clear().unwrap();
    catalog.upsert(&[named(7, "柯桥")], &[]).unwrap();
    assert_eq!(belts(&path, &catalog), [(7, "柯桥".to_owned())]);
}

#[test]
fn two_processes_give_one_name_one_number() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let (one, two) = (Catalog::open(&path).unwrap(), Catalog::open(&path).unwrap());
    one.upsert(&[named(1, "永康")], &[]).unwrap();
    two.upsert(&[named(2, "义乌"), named(3, "永康")], &[]).unwrap();
    one.upsert(&[named(4, "义乌"), named(5, "柯桥")], &[]).unwrap();
    let texts: Vec<String> = one.words(0).unwrap().into_iter().map(|(_, text)| text).collect();
    let mut distinct = texts.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(texts.len(), distinct.len());
    let found: Vec<String> = belts(&path, &two).into_iter().map(|(_, belt)| belt).collect();
    assert_eq!(found, ["永康", "义乌", "永康", "义乌", "柯桥"]);
}

#[test]
fn a_pass_ends_only_with_its_last_page_and_whatever_clocks_say() {
    let catalog = Catalog::open_in_memory().unwrap();
    catalog.upsert(&[named(1, "a"), named(2, "b"), named(3, "c")], &[]).unwrap();
    let pass = Some(at(1_000));
    // Read by a clock that is behind the one the pass began by.
    let page = |id| vec![Offer { fetched_at: at(500), ..named(id, "b") }];
    catalog.upsert_with(&page(2), &[], &With { pass, ..With::default() }).unwrap();
    assert_eq!(catalog.stats().unwrap().gone, 0);
    let done = catalog.upsert_with(&page(3), &[], &With { pass, ends: true, ..With::default() }).unwrap();
    assert_eq!((done.gone, catalog.stats().unwrap().gone), (1, 1));
    assert_eq!(catalog.newest().unwrap(), catalog.stats().unwrap().newest);
    assert!(catalog.offer(&OfferKey::Market(1)).unwrap().unwrap().gone);
    // An empty last page ends it too.
    let pass = Some(at(2_000));
    let done = catalog.upsert_with(&[], &[], &With { pass, ends: true, ..With::default() }).unwrap();
    assert_eq!(done.gone, 2);
    // What is back is on sale again, though its listing is the same as ever.
    catalog.upsert(&page(3), &[]).unwrap();
    assert_eq!(catalog.stats().unwrap().offers, 1);
}

#[test]
fn a_batch_on_two_threads_does_what_one_offer_at_a_time_does() {
    let mut offers: Vec<Offer> = (1..300).map(|id| named(id % 170, &format!("带{}", id % 7))).collect();
    for (at, offer) in offers.iter_mut().enumerate() {
        offer.sold_30d = Some(at as u64 % 5);
        offer.key = OfferKey::Market(1 + at as i64 % 170);
    }
    let (one, all) = (Catalog::open_in_memory().unwrap(), Catalog::open_in_memory().unwrap());
    let mut single = crate::catalog::Upserted::default();
    for offer in &offers {
        let done = one.upsert(std::slice::from_ref(offer), &[]).unwrap();
        (single.new, single.changed) = (single.new + done.new, single.changed + done.changed);
    }
    assert_eq!(all.upsert(&offers, &[]).unwrap(), single);
    let dump = |catalog: &Catalog| {
        let mut found = Vec::new();
        let told: Result<(), ()> = catalog
            .each_offer(&mut |offer| {
                found.push(offer.clone());
                Ok(())
            })
            .unwrap();
        told.unwrap();
        found
    };
    assert_eq!(dump(&one), dump(&all));
    assert_eq!(dump(&all).len(), 170);
}

#[test]
fn facts_follow_what_only_the_suppliers_record_tells() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    catalog.upsert(&[named(1, "a")], &[]).unwrap();
    let pickup = || {
        let file = rusqlite::Connection::open(&path).unwrap();
        let facts: Vec<u8> = file.query_row("SELECT facts FROM offers", [], |row| row.get(0)).unwrap();
        Facts::from_bytes(&facts).unwrap().pickup
    };
    assert_eq!(pickup(), None);
    let mut record = supplier("s1", "厂");
    record.pickup_48h = Some("0.97".parse().unwrap());
    let before = catalog.generation().unwrap();
    catalog.upsert(&[], &[record.clone()]).unwrap();
    assert_eq!(pickup(), Some(970_000));
    assert!(catalog.generation().unwrap() > before, "an index learns of it");
    catalog.upsert(&[named(1, "b")], &[]).unwrap();
    assert_eq!(pickup(), Some(970_000), "and a later reading keeps it");
}
