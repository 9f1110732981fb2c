//! Many offers at once: the same rows as one after another, the same indexes, all of them or none.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rusqlite::Connection;

use super::*;

fn local(source: &str, item: usize, price: &str) -> Offer {
    let mut offer = full(1, &format!("{} 第{item}款", ["保温杯", "雨伞", "毛巾"][item % 3]), price);
    offer.key = OfferKey::Local { source: source.to_owned(), item_no: (item * 7_919 % 100_003).to_string() };
    offer.sold_30d = Some(item as u64 * 31 % 997);
    offer.supplier_id = Some(SupplierId::new(&format!("s{}", item % 7)));
    offer.supplier_name = Some(Clean::new(&format!("第{}厂", item % 7)));
    offer
}

fn goods(source: &str, items: std::ops::Range<usize>, price: &str) -> Vec<Vec<Offer>> {
    let all: Vec<Offer> = items.map(|item| local(source, item, price)).collect();
    all.chunks(150).map(<[Offer]>::to_vec).collect()
}

/// Every offer by its key, and the column the rows are ranked by.
fn rows(catalog: &Catalog) -> BTreeMap<String, (Offer, i64)> {
    let mut rows = BTreeMap::new();
    catalog
        .each_offer::<()>(&mut |offer| {
            rows.insert(offer.key.to_string(), (offer.clone(), 0));
            Ok(())
        })
        .unwrap()
        .unwrap();
    let scores = catalog.read(|connection| {
        let mut select = connection.prepare("SELECT key, score FROM offers")?;
        let scores = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(scores.collect::<Result<Vec<(String, i64)>, _>>()?)
    });
    for (key, score) in scores.unwrap() {
        rows.get_mut(&key).unwrap().1 = score;
    }
    rows
}

fn indexes(catalog: &Catalog) -> Vec<String> {
    catalog
        .read(|connection| {
            let mut select = connection.prepare(
                "SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
            )?;
            let all = select.query_map([], |row| row.get(0))?;
            Ok(all.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

fn sound(catalog: &Catalog) {
    let said: String = catalog
        .read(|connection| Ok(connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?))
        .unwrap();
    assert_eq!(said, "ok");
}

fn one_after_another(parcels: &[Vec<Offer>]) -> Catalog {
    let catalog = Catalog::open_in_memory().unwrap();
    for parcel in parcels {
        catalog.upsert(parcel, &[]).unwrap();
    }
    catalog
}

#[test]
fn a_fill_leaves_what_writing_one_after_another_leaves() {
    let first = goods("a", 0..700, "1.00");
    // The same again, some dearer, and others of the file beside them.
    let mut again = goods("a", 300..900, "1.20");
    again.extend(goods("b", 0..200, "3.00"));
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(&folder.path().join("catalog.db")).unwrap();
    let before = indexes(&catalog);
    assert!(before.len() >= 7, "{before:?}");
    let done = catalog.fill(700, first.clone()).unwrap();
    assert_eq!((done.new, done.changed), (700, 0));
    let wanted = one_after_another(&first);
    assert_eq!(rows(&catalog), rows(&wanted));
    assert_eq!(indexes(&catalog), before);
    sound(&catalog);
    // Outnumbering what is stored, and not.
    for expected in [5_000, 100] {
        let done = catalog.fill(expected, again.clone()).unwrap();
        assert_eq!(done.new, if expected == 5_000 { 400 } else { 0 });
        for parcel in &again {
            wanted.upsert(parcel, &[]).unwrap();
        }
        assert_eq!(rows(&catalog), rows(&wanted));
        assert_eq!(indexes(&catalog), before);
        sound(&catalog);
    }
    assert_eq!(find_keys(&catalog, "雨伞"), find_keys(&wanted, "雨伞"));
}

fn find_keys(catalog: &Catalog, text: &str) -> Vec<String> {
    let found = catalog.search(&request(text), &Destination::default()).unwrap();
    found.rows.iter().map(|row| row.offer.key.to_string()).collect()
}

#[test]
fn an_offer_that_is_named_twice_is_one() {
    let catalog = Catalog::open_in_memory().unwrap();
    let mut parcels = goods("a", 0..300, "1.00");
    let mut dearer = local("a", 5, "2.00");
    dearer.fetched_at = at(5);
    parcels[1].push(dearer.clone());
    parcels[1].push(local("a", 5, "2.00"));
    let done = catalog.fill(300, parcels.clone()).unwrap();
    assert_eq!((done.new, done.changed), (300, 1));
    assert_eq!(rows(&catalog), rows(&one_after_another(&parcels)));
    assert_eq!(indexes(&catalog), indexes(&Catalog::open_in_memory().unwrap()));
}

#[test]
fn a_fill_that_is_cut_off_leaves_nothing_of_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    catalog.fill(30, goods("a", 0..30, "1.00")).unwrap();
    let (rows_before, indexes_before) = (rows(&catalog), indexes(&catalog));
    let reader = Catalog::open(&path).unwrap();
    let mut parcels = goods("b", 0..600, "1.00").into_iter();
    let cut = catch_unwind(AssertUnwindSafe(|| {
        let until = std::iter::from_fn(|| {
            // Whoever reads meanwhile sees neither half of the rows nor a table without indexes.
            assert_eq!(rows(&reader), rows_before);
            assert_eq!(indexes(&reader), indexes_before);
            assert!(parcels.len() > 2, "cut here");
            parcels.next()
        });
        catalog.fill(600, until)
    }));
    assert!(cut.is_err());
    assert_eq!(parcels.len(), 2, "it was cut where it was to be");
    assert_eq!(rows(&catalog), rows_before);
    assert_eq!(indexes(&catalog), indexes_before);
    catalog.fill(600, goods("b", 0..600, "1.00")).unwrap();
    assert_eq!(rows(&catalog).len(), 630);
    sound(&catalog);
}

/// A file as it was made when uniqueness was a constraint of the column, on small pages.
fn of_before(path: &Path) {
    drop(Catalog::open(path).unwrap());
    let made = Connection::open(path).unwrap();
    let sql: String =
        made.query_row("SELECT sql FROM sqlite_schema WHERE name = 'offers'", [], |row| row.get(0)).unwrap();
    let sql = sql.replace("key TEXT NOT NULL,", "key TEXT NOT NULL UNIQUE,");
    assert!(sql.contains("UNIQUE"));
    let others: Vec<String> = made
        .prepare("SELECT sql FROM sqlite_schema WHERE tbl_name = 'offers' AND type = 'index' AND name <> 'offers_key'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    made.execute_batch(&format!("DROP TABLE offers; {sql}; {}", others.join(";"))).unwrap();
    made.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA page_size = 4096; VACUUM;").unwrap();
}

#[test]
fn a_catalog_of_before_is_filled_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    of_before(&path);
    let catalog = Catalog::open(&path).unwrap();
    assert_eq!(catalog.opened(), &crate::catalog::Opened::Existing);
    let before = indexes(&catalog);
    let parcels = goods("a", 0..500, "1.00");
    catalog.fill(500, parcels.clone()).unwrap();
    catalog.fill(500, goods("a", 400..600, "1.50")).unwrap();
    assert_eq!(indexes(&catalog), before);
    assert_eq!(rows(&catalog).len(), 600);
    assert!(!before.iter().any(|sql| sql.contains("offers_key")));
    sound(&catalog);
}

#[test]
fn the_log_goes_into_the_file_while_others_read_and_write() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    let log = folder.path().join("catalog.db-wal");
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
    for round in 0..12 {
        for parcel in goods("a", round * 150..(round + 1) * 150, "1.00") {
            catalog.upsert(&parcel, &[]).unwrap();
        }
        assert_eq!(rows(&catalog).len(), (round + 1) * 150);
    }
    catalog.settle_soon().unwrap();
    catalog.settle().unwrap();
    assert_eq!(length(&log), 0);
    drop(catalog);
    sound(&Catalog::open(&path).unwrap());
}
