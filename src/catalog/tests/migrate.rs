//! A file of the first schema, made by the SQL of that time, brought up to date: every row is kept.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use rusqlite::{Connection, params};

use super::{at, find, full, row, supplier};
use crate::catalog::facts::{Facts, milli};
use crate::catalog::{Catalog, Opened};
use crate::domain::id::OfferKey;
use crate::domain::offer::{Attribute, Offer};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;

/// As it stood in the program that wrote schema 1.
const SCHEMA_1: &str = "
CREATE TABLE state(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO state VALUES('generation', 7), ('cleared', 1);
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('cursor', 'c-17');
CREATE TABLE documents(name TEXT PRIMARY KEY, as_of INTEGER, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE suppliers(id TEXT PRIMARY KEY, derived INTEGER NOT NULL, search TEXT NOT NULL, body BLOB NOT NULL)
    WITHOUT ROWID;
CREATE TABLE offers(
    row INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, market_id INTEGER, supplier_id TEXT, kind INTEGER NOT NULL,
    gone INTEGER NOT NULL, todo INTEGER NOT NULL, headline TEXT, score INTEGER NOT NULL, sold INTEGER,
    repeat_ppm INTEGER, fetched_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, generation INTEGER NOT NULL,
    text TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX offers_generation ON offers(generation);
CREATE INDEX offers_supplier ON offers(supplier_id, gone) WHERE supplier_id IS NOT NULL;
CREATE INDEX offers_todo ON offers(todo, fetched_at, market_id) WHERE todo > 0 AND gone = 0;
CREATE INDEX offers_ages ON offers(gone, fetched_at);
PRAGMA application_id = 1885955681;
PRAGMA user_version = 1;
";

fn offers() -> Vec<Offer> {
    let mut all: Vec<Offer> = (1..=180)
        .map(|id| {
            let mut offer = full(id, &format!("保温杯 {id}"), "9.00");
            offer.moq = Some(Quantity::whole(id as u32 % 9 + 1));
            offer.belt = Some(Clean::new(["永康", "义乌", "柯桥"][id as usize % 3]));
            offer.fetched_at = at(id);
            offer.attributes = vec![Attribute {
                name: Clean::new("材質"),
                name_en: Some(Clean::new("Material")),
                value: Clean::new("304不鏽鋼"),
                value_en: None,
            }];
            offer
        })
        .collect();
    let mut local = full(0, "进口杯", "3.00");
    local.key = "L:list:A-1".parse().unwrap();
    let mut gone = full(900, "下架杯", "3.00");
    gone.gone = true;
    all.extend([local, gone, row(901, "只有一行的杯")]);
    all
}

/// Writes what the old program wrote.
fn schema_1(path: &Path, offers: &[Offer]) {
    let file = Connection::open(path).unwrap();
    file.execute_batch(SCHEMA_1).unwrap();
    let mut record = supplier("s1", "永康市好物厂");
    record.pickup_48h = Some("0.95".parse().unwrap());
    file.execute(
        "INSERT INTO suppliers VALUES('s1', 0, '永康市好物厂', ?1)",
        [serde_json::to_vec(&record).unwrap()],
    )
    .unwrap();
    for (at, offer) in offers.iter().enumerate() {
        put(&file, at as i64 * 3 + 1, offer);
    }
}

fn put(file: &Connection, row: i64, offer: &Offer) {
    let mut stored = serde_json::to_value(offer).unwrap();
    stored["fetched_at"] = "1970-01-01T00:00:00Z".into();
    file.execute(
        "INSERT OR REPLACE INTO offers VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, NULL, ?7, NULL, NULL, ?8, ?8, 5, ?9, ?10)",
        params![
            row,
            offer.key.to_string(),
            offer.key.market_id(),
            offer.supplier_id.as_ref().map(|id| id.as_str()),
            offer.gone,
            i64::from(offer.completeness == crate::domain::offer::Completeness::Row),
            1_000 + row,
            offer.fetched_at.as_millisecond(),
            crate::query::fold::fold(offer.title.as_str()),
            serde_json::to_vec(&stored).unwrap(),
        ],
    )
    .unwrap();
}

fn check(path: &Path, catalog: &Catalog, offers: &[Offer]) {
    assert_eq!(catalog.opened(), &Opened::Existing);
    for offer in offers {
        assert_eq!(catalog.offer(&offer.key).unwrap().as_ref(), Some(offer), "{}", offer.key);
    }
    let stats = catalog.stats().unwrap();
    assert_eq!((stats.offers, stats.gone), (offers.len() as u64 - 1, 1));
    assert_eq!(catalog.meta("cursor").unwrap().as_deref(), Some("c-17"), "a sync goes on where it was");
    assert_eq!(catalog.meta("migration").unwrap(), None);
    assert_eq!(catalog.incomplete(10).unwrap(), [901]);
    assert_eq!(find(catalog, "下架杯"), Vec::<i64>::new());
    assert_eq!(find(catalog, "一行"), [901]);
    let file = Connection::open(path).unwrap();
    let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 5);
    let old: i64 = file
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'offers_next'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(old, 0);
    let (score, generation, traits, facts): (i64, i64, String, Vec<u8>) = file
        .query_row("SELECT score, generation, traits, facts FROM offers WHERE market_id = 5", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    assert_eq!((score, generation), (1_013, 5), "columns stay as they were");
    assert_eq!(traits, "材质=304不锈钢\nmaterial=304不锈钢");
    let facts = Facts::from_bytes(&facts).unwrap();
    assert_eq!(facts.moq, Some(milli(Quantity::whole(6))));
    assert_eq!((facts.at(6_000), facts.pickup), ((Some(9_000_000), true), Some(950_000)));
    let words = catalog.words(0).unwrap();
    let belt = words.iter().find(|(id, _)| *id == facts.belt).map(|(_, text)| text.as_str());
    assert_eq!(belt, Some("柯桥"));
}

#[test]
fn an_old_catalog_keeps_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let offers = offers();
    schema_1(&path, &offers);
    let mut told = Vec::new();
    let catalog = Catalog::open_told(&path, &mut |at| told.push((at.done, at.total))).unwrap();
    check(&path, &catalog, &offers);
    assert!(told.len() > 2 && told.last() == Some(&(183, 183)), "{told:?}");
    // Opened again it is as it should be, and what is read again goes on being merged.
    drop(catalog);
    let catalog = Catalog::open_told(&path, &mut |_| panic!("nothing is left to do")).unwrap();
    let done = catalog.upsert(&[full(1, "保温杯 1", "8.00")], &[]).unwrap();
    assert_eq!((done.new, done.changed), (0, 1));
    let kept = catalog.offer(&OfferKey::Market(1)).unwrap().unwrap();
    assert_eq!(kept.belt, Some(Clean::new("永康")), "its supplier's record is there to complete it");
}

#[test]
fn what_was_cut_off_goes_on_and_an_old_program_in_between_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    for old_program_writes in [false, true] {
        let path = folder.path().join(format!("catalog-{old_program_writes}.db"));
        let mut offers = offers();
        schema_1(&path, &offers);
        for stop_at in [1, 2] {
            let mut calls = 0;
            let cut = catch_unwind(AssertUnwindSafe(|| {
                Catalog::open_told(&path, &mut |_| {
                    calls += 1;
                    assert!(calls < stop_at, "cut");
                })
            }));
            assert!(cut.is_err());
        }
        if old_program_writes {
            let file = Connection::open(&path).unwrap();
            offers[3].title = Clean::new("改名的杯");
            put(&file, 10, &offers[3]);
            file.execute("UPDATE state SET value = value + 1 WHERE name = 'generation'", []).unwrap();
        }
        let catalog = Catalog::open(&path).unwrap();
        check(&path, &catalog, &offers);
    }
}

#[test]
fn a_row_nobody_can_read_is_kept_and_mended_by_the_next_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    schema_1(&path, &offers());
    Connection::open(&path)
        .unwrap()
        .execute("UPDATE offers SET body = x'00ff' WHERE market_id = 3", [])
        .unwrap();
    let catalog = Catalog::open(&path).unwrap();
    assert_eq!(catalog.stats().unwrap().offers, 182);
    assert!(catalog.offer(&OfferKey::Market(3)).is_err());
    catalog.upsert(&[full(3, "新杯", "1.00")], &[]).unwrap();
    assert_eq!(catalog.offer(&OfferKey::Market(3)).unwrap().unwrap().title.as_str(), "新杯");
}
