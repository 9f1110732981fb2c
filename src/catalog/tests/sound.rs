//! Rows changed behind SQLite's back, as a disk does it: none is shown, the file is set aside.

use std::path::Path;

use rusqlite::Connection;

use super::{at, full, request, row, supplier};
use crate::catalog::{Catalog, CatalogError, Opened};
use crate::domain::freight::Destination;
use crate::domain::id::{OfferKey, SupplierId};

fn filled(path: &Path) {
    let catalog = Catalog::open(path).unwrap();
    let offers: Vec<_> = (1..=60).map(|id| full(id, &format!("保温杯 {id}"), "9.00")).collect();
    catalog.upsert(&offers, &[supplier("s1", "永康市好物厂")]).unwrap();
    // Changed, seen again, gone, ranked anew: each way a row is written.
    let mut dearer = full(3, "保温杯 3", "9.50");
    dearer.fetched_at = at(5_000);
    catalog.upsert(&[dearer, full(4, "保温杯 4", "9.00"), row(5, "保温杯 5")], &[]).unwrap();
    catalog.mark_gone(&[OfferKey::Market(6)], at(6_000)).unwrap();
    catalog.set_meta("cursor", "c-17").unwrap();
    catalog.set_deals(crate::domain::deal::DealKind::Flash, &[], at(7_000)).unwrap();
    let weights = crate::catalog::rank::Weights { sales: 7, ..Default::default() };
    catalog.set_rank(&weights).unwrap();
    while catalog.index_some(std::time::Duration::ZERO, &mut |_| {}).unwrap() {}
}

/// Runs `sql` on the file, whose sums nobody keeps then.
pub(super) fn change(path: &Path, sql: &str) {
    let file = Connection::open(path).unwrap();
    assert!(file.execute(sql, []).unwrap() > 0, "{sql}");
}

fn each(catalog: &Catalog) -> Result<usize, CatalogError> {
    let mut count = 0;
    let done = catalog.each_offer::<()>(&mut |_| {
        count += 1;
        Ok(())
    });
    done.map(|_| count)
}

#[test]
fn every_row_is_as_it_was_written_however_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    filled(&path);
    let catalog = Catalog::open(&path).unwrap();
    assert_eq!(catalog.opened(), &Opened::Existing);
    assert_eq!((each(&catalog).unwrap(), catalog.examine().unwrap()), (60, 60));
    let file = Connection::open(&path).unwrap();
    for table in ["offers", "suppliers", "words", "meta", "state", "documents"] {
        let sql = format!("SELECT count(*), count(sum) FROM {table}");
        let (rows, summed): (i64, i64) =
            file.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert!(rows > 0 && rows == summed, "{table}: {summed} of {rows}");
    }
    catalog.clear().unwrap();
    assert_eq!((each(&catalog).unwrap(), catalog.examine().unwrap()), (0, 0));
}

#[test]
fn no_column_of_an_offer_can_change_without_a_word() {
    for sql in [
        "UPDATE offers SET fetched_at = fetched_at + 1 WHERE market_id = 9",
        "UPDATE offers SET facts = facts || x'00' WHERE market_id = 9",
        "UPDATE offers SET text = '水杯' || text WHERE market_id = 9",
        "UPDATE offers SET key = '9' || key WHERE market_id = 9",
        "UPDATE offers SET market_id = 12345 WHERE market_id = 9",
        "UPDATE offers SET score = score + 1 WHERE market_id = 9",
        "UPDATE offers SET digest = digest + 1 WHERE market_id = 9",
        "UPDATE offers SET gone = 1 WHERE market_id = 9",
        // The body of another row, its checksum with it.
        "UPDATE offers SET body = (SELECT body FROM offers WHERE market_id = 10) WHERE market_id = 9",
        // All of it: another row at its place.
        "UPDATE offers SET (key, body, text, facts, sum) =
         (SELECT key || '0', body, text, facts, sum FROM offers WHERE market_id = 10) WHERE market_id = 9",
        "DELETE FROM offers WHERE market_id = 9",
        "INSERT INTO offers(key, kind, gone, todo, score, fetched_at, seen_at, generation, digest, facts, text, traits, body)
         SELECT key || '1', kind, gone, todo, score, fetched_at, seen_at, generation, digest, facts, text, traits, body
         FROM offers WHERE market_id = 9",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        filled(&path);
        change(&path, sql);
        let catalog = Catalog::open(&path).unwrap();
        assert_eq!(catalog.opened(), &Opened::Existing);
        assert!(matches!(each(&catalog), Err(CatalogError::Damaged { .. })), "{sql}");
        assert!(matches!(catalog.examine(), Err(CatalogError::Damaged { .. })), "{sql}");
        drop(catalog);
        let catalog = Catalog::open(&path).unwrap();
        assert!(matches!(catalog.opened(), Opened::MovedAside { .. }), "{sql}");
        assert_eq!(each(&catalog).unwrap(), 0);
    }
}

#[test]
fn a_changed_row_is_neither_found_nor_written_over_as_if_it_were_right() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    filled(&path);
    change(&path, "UPDATE offers SET sold = 999999 WHERE market_id = 9");
    let damaged = |told: Result<(), CatalogError>| assert!(matches!(told, Err(CatalogError::Damaged { .. })));
    let catalog = Catalog::open(&path).unwrap();
    damaged(catalog.offer(&OfferKey::Market(9)).map(|_| ()));
    damaged(catalog.search(&request("保温杯"), &Destination::default()).map(|_| ()));
    damaged(catalog.search(&request(""), &Destination::default()).map(|_| ()));
    damaged(catalog.upsert(&[full(9, "保温杯 9", "9.00")], &[]).map(|_| ()));
    damaged(catalog.mark_gone(&[OfferKey::Market(9)], at(9_000)).map(|_| ()));
    // Nor is one left out that the disk has lost.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    filled(&path);
    change(&path, "DELETE FROM offers WHERE market_id = 20");
    let catalog = Catalog::open(&path).unwrap();
    damaged(catalog.search(&request("保温杯"), &Destination::default()).map(|_| ()));
    // Others are there.
    assert!(catalog.offer(&OfferKey::Market(8)).unwrap().is_some());
}

#[test]
fn what_stands_beside_the_offers_cannot_change_either() {
    for (sql, is_met_when_opened) in [
        (
            "UPDATE suppliers SET body = CAST(replace(CAST(body AS TEXT), '永康', '永嘉') AS BLOB) WHERE id = 's1'",
            false,
        ),
        ("UPDATE suppliers SET derived = 1 WHERE id = 's1'", false),
        ("UPDATE documents SET body = '[ ]'", false),
        ("UPDATE documents SET as_of = as_of + 1", false),
        ("UPDATE words SET text = text || 'x' WHERE id = 1", false),
        ("UPDATE meta SET value = 'c-18' WHERE name = 'cursor'", true),
        ("UPDATE state SET value = value - 1 WHERE name = 'generation'", true),
        ("UPDATE state SET value = value + 1 WHERE name = 'offers'", true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        filled(&path);
        change(&path, sql);
        let catalog = Catalog::open(&path).unwrap();
        if is_met_when_opened {
            assert!(matches!(catalog.opened(), Opened::MovedAside { .. }), "{sql}");
            continue;
        }
        let told = [
            catalog.supplier(&SupplierId::new("s1")).map(|_| ()),
            catalog.deals(crate::domain::deal::DealKind::Flash).map(|_| ()),
            catalog.words(0).map(|_| ()),
        ];
        assert_eq!(
            told.iter().filter(|told| matches!(told, Err(CatalogError::Damaged { .. }))).count(),
            1,
            "{sql}"
        );
        assert!(matches!(catalog.examine(), Err(CatalogError::Damaged { .. })), "{sql}");
    }
}

/// Another process set the damaged file aside and filled a new one, while this one still has the old one open.
#[cfg(unix)]
#[test]
fn whoever_has_the_old_file_open_neither_writes_nor_tells_on_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    filled(&path);
    change(&path, "UPDATE offers SET fetched_at = fetched_at + 1 WHERE market_id = 9");
    let old = Catalog::open(&path).unwrap();
    let note = folder.path().join("catalog.db.damaged");
    assert!(matches!(old.offer(&OfferKey::Market(9)), Err(CatalogError::Damaged { .. })));
    assert!(note.exists());
    let new = Catalog::open(&path).unwrap();
    assert!(matches!(new.opened(), Opened::MovedAside { .. }) && !note.exists());
    new.upsert(&[full(70, "新杯", "1.00")], &[]).unwrap();
    for told in [
        old.offer(&OfferKey::Market(9)).map(|_| ()),
        old.upsert(&[full(71, "旧杯", "1.00")], &[]).map(|_| ()),
        old.set_meta("cursor", "c-19"),
    ] {
        assert!(matches!(told, Err(CatalogError::Damaged { .. })), "{told:?}");
    }
    assert!(!note.exists());
    assert_eq!((new.examine().unwrap(), Catalog::open(&path).unwrap().examine().unwrap()), (1, 1));
}

/// A file of schema 3, brought forward: what is beside the offers has sums at once, an offer when it is written.
#[test]
fn a_file_of_before_gets_its_sums() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    filled(&path);
    let file = Connection::open(&path).unwrap();
    for table in ["offers", "suppliers", "words", "meta", "state", "documents"] {
        file.execute_batch(&format!("ALTER TABLE {table} DROP COLUMN sum")).unwrap();
    }
    file.execute_batch("DELETE FROM state WHERE name = 'offers'; PRAGMA user_version = 3").unwrap();
    drop(file);
    let catalog = Catalog::open(&path).unwrap();
    assert_eq!(catalog.opened(), &Opened::Existing);
    assert_eq!((each(&catalog).unwrap(), catalog.examine().unwrap()), (60, 60));
    catalog.upsert(&[full(9, "保温杯 9", "9.90"), full(100, "新杯", "1.00")], &[]).unwrap();
    assert_eq!(catalog.examine().unwrap(), 61);
    drop(catalog);
    change(&path, "UPDATE offers SET fetched_at = fetched_at + 1 WHERE market_id = 9");
    let catalog = Catalog::open(&path).unwrap();
    assert!(matches!(catalog.offer(&OfferKey::Market(9)), Err(CatalogError::Damaged { .. })));
}

/// A file of schema 4 has the triggers in itself, which need a function that no other connection has.
#[test]
fn triggers_of_before_leave_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    filled(&path);
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "CREATE TRIGGER meta_made AFTER INSERT ON meta BEGIN
         UPDATE meta SET sum = row_sum(new.name, new.value) WHERE name = new.name; END;
         CREATE TRIGGER offers_changed AFTER UPDATE OF sold ON offers BEGIN
         UPDATE offers SET sum = row_sum(new.key) WHERE row = new.row; END;
         PRAGMA user_version = 4",
    )
    .unwrap();
    let catalog = Catalog::open(&path).unwrap();
    assert_eq!(catalog.opened(), &Opened::Existing);
    catalog.set_meta("cursor", "c-18").unwrap();
    catalog.mark_gone(&[OfferKey::Market(7)], at(8_000)).unwrap();
    assert_eq!(catalog.examine().unwrap(), 60);
    let left: i64 = file
        .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
}
