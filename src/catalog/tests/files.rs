//! Files: two handles on one, damaged ones, foreign ones.

use std::fs;
use std::path::Path;

use super::{at, find, full, request, supplier};
use crate::catalog::{Catalog, CatalogError, Opened, Unusable};
use crate::domain::freight::Destination;
use crate::domain::id::OfferKey;

fn moved(catalog: &Catalog) -> (std::path::PathBuf, Unusable) {
    match catalog.opened() {
        Opened::MovedAside { to, why } => (to.clone(), *why),
        other => panic!("{other:?}"),
    }
}

fn fill(path: &Path, count: i64) {
    let offers: Vec<_> = (1..=count).map(|id| full(id, &format!("保温杯 {id}"), "1.00")).collect();
    Catalog::open(path).unwrap().upsert(&offers, &[supplier("s1", "厂")]).unwrap();
}

#[test]
fn two_handles_on_one_file_see_each_others_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/catalog.db");
    let (one, two) = (Catalog::open(&path).unwrap(), Catalog::open(&path).unwrap());
    assert_eq!((one.opened(), two.opened()), (&Opened::Created, &Opened::Existing));
    assert!(find(&two, "杯").is_empty());
    one.upsert(&[full(1, "杯", "1.00")], &[]).unwrap();
    assert_eq!(find(&two, "杯"), [1]);
    two.upsert(&[full(2, "大杯", "1.00"), full(1, "盘", "1.00")], &[]).unwrap();
    assert_eq!((find(&one, "杯"), find(&one, "盘")), (vec![2], vec![1]));
    two.mark_gone(&[OfferKey::Market(2)], at(1)).unwrap();
    assert!(find(&one, "杯").is_empty());
    two.clear().unwrap();
    assert!(find(&one, "").is_empty());
    one.upsert(&[full(3, "碗", "1.00")], &[]).unwrap();
    assert_eq!((find(&one, ""), find(&two, "")), (vec![3], vec![3]));
}

#[test]
fn readers_and_writers_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    let other = Catalog::open(&path).unwrap();
    std::thread::scope(|scope| {
        let writers = [&catalog, &other].map(|writer| {
            scope.spawn(move || {
                for round in 0..20 {
                    let offers: Vec<_> =
                        (1..=20).map(|id| full(id, "杯", &format!("{}.00", round + 1))).collect();
                    writer.upsert(&offers, &[]).unwrap();
                }
            })
        });
        let readers = [0, 1].map(|_| {
            scope.spawn(|| {
                for _ in 0..50 {
                    let page = catalog.search(&request("杯"), &Destination::default()).unwrap();
                    assert!(page.total == page.rows.len() && [0, 20].contains(&page.total), "half a batch");
                }
            })
        });
        for thread in writers {
            thread.join().unwrap();
        }
        for thread in readers {
            thread.join().unwrap();
        }
    });
    assert_eq!(catalog.stats().unwrap().offers, 20);
}

#[test]
fn a_file_that_is_no_database_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    for (round, garbage) in
        [(1, b"not a database, but long enough to be taken for one".repeat(40)), (2, vec![7; 3])]
    {
        fs::remove_file(&path).ok();
        fs::write(&path, &garbage).unwrap();
        let catalog = Catalog::open(&path).unwrap();
        let (to, why) = moved(&catalog);
        assert_eq!(
            (to.clone(), why),
            (folder.path().join(format!("catalog.db.bad-{round}")), Unusable::Corrupt)
        );
        assert_eq!(fs::read(to).unwrap(), garbage);
        catalog.upsert(&[full(1, "杯", "1.00")], &[]).unwrap();
        assert_eq!(find(&catalog, "杯"), [1]);
        drop(catalog);
        assert_eq!(Catalog::open(&path).unwrap().opened(), &Opened::Existing);
    }
}

#[test]
fn a_truncated_file_is_found_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    fill(&path, 400);
    let length = fs::metadata(&path).unwrap().len();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length / 2).unwrap();
    let catalog = Catalog::open(&path).unwrap();
    assert_eq!(moved(&catalog).1, Unusable::Corrupt);
    assert!(find(&catalog, "").is_empty());
}

/// Of what stands in its first hundred bytes some makes SQLite refuse the file without calling it damaged.
#[test]
fn a_header_that_asks_for_what_no_sqlite_has_is_damage() {
    for (at, byte) in [(18, 9), (19, 9), (47, 9), (21, 9), (59, 7)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("catalog.db");
        fill(&path, 20);
        let mut bytes = fs::read(&path).unwrap();
        bytes[at] = byte;
        fs::write(&path, &bytes).unwrap();
        let catalog = Catalog::open(&path).unwrap();
        assert_eq!(moved(&catalog).1, Unusable::Corrupt, "byte {at}");
        assert!(find(&catalog, "").is_empty());
    }
}

/// SQLite reads a row with a turned bit as if nothing were: its checksum tells, and no other figure is shown.
#[test]
fn a_row_with_a_turned_bit_is_told_and_the_file_kept_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    let catalog = Catalog::open(&path).unwrap();
    catalog.upsert(&[full(7, "杯", "1.00"), full(8, "伞", "2.00")], &[]).unwrap();
    drop(catalog);
    let file = rusqlite::Connection::open(&path).unwrap();
    let select = "SELECT body FROM offers WHERE market_id = 7";
    let mut body: Vec<u8> = file.query_row(select, [], |row| row.get(0)).unwrap();
    let middle = body.len() / 2;
    body[middle] ^= 4;
    // The sum of the row is over the body's own checksum, which does not change.
    file.execute("UPDATE offers SET body = ?1 WHERE market_id = 7", [&body]).unwrap();
    drop(file);
    let catalog = Catalog::open(&path).unwrap();
    assert_eq!(catalog.opened(), &Opened::Existing);
    assert!(catalog.offer(&OfferKey::Market(8)).unwrap().is_some());
    let told = catalog.offer(&OfferKey::Market(7));
    assert!(matches!(told, Err(CatalogError::Damaged { .. })), "{told:?}");
    drop(catalog);
    let catalog = Catalog::open(&path).unwrap();
    let (to, why) = moved(&catalog);
    assert_eq!((why, find(&catalog, "")), (Unusable::Corrupt, vec![]));
    let kept = rusqlite::Connection::open(to).unwrap();
    let found: Vec<u8> = kept.query_row(select, [], |row| row.get(0)).unwrap();
    assert_eq!(found, body, "nothing of it was touched");
}

#[test]
fn other_programs_and_other_versions_files_are_left_whole() {
    let folder = tempfile::tempdir().unwrap();
    for (name, sql, wanted) in [
        ("foreign", "CREATE TABLE t(x); INSERT INTO t VALUES(1)", Unusable::Foreign),
        (
            "newer",
            "PRAGMA application_id = 1885955681; PRAGMA user_version = 99; CREATE TABLE t(x)",
            Unusable::Newer,
        ),
        ("older", "PRAGMA application_id = 1885955681; CREATE TABLE t(x)", Unusable::Older),
    ] {
        let path = folder.path().join(name);
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let before = fs::read(&path).unwrap();
        let (to, why) = moved(&Catalog::open(&path).unwrap());
        assert_eq!((why, fs::read(to).unwrap() == before), (wanted, true), "{name}");
    }
}

/// Seeded damage in many places: never a panic, and after at most one complaint the next start is clean.
#[test]
fn random_damage_is_noticed_or_harmless_and_healed_by_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    fill(&path, 300);
    let good = fs::read(&path).unwrap();
    let mut state = 0x9e37_79b9_u64;
    let mut damaged = 0;
    for _ in 0..40 {
        let mut bytes = good.clone();
        for _ in 0..64 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let place = (state >> 20) as usize % bytes.len();
            bytes[place] ^= (state >> 11) as u8 | 1;
        }
        for suffix in ["", "-wal", "-shm"] {
            fs::remove_file(folder.path().join(format!("catalog.db{suffix}"))).ok();
        }
        fs::write(&path, &bytes).unwrap();
        let catalog = Catalog::open(&path).unwrap();
        let searched = catalog.search(&request("保温杯"), &Destination::default()).map(|_| ());
        let written = catalog.upsert(&[full(1, "保温杯", "2.00")], &[]).map(|_| ());
        drop(catalog);
        for outcome in [searched, written] {
            if let Err(CatalogError::Damaged { .. }) = outcome {
                damaged += 1;
                let next = Catalog::open(&path).unwrap();
                if matches!(next.opened(), Opened::MovedAside { .. }) {
                    assert!(find(&next, "").is_empty());
                }
            }
        }
    }
    assert!(damaged > 0, "the damage was never met: the test proves nothing");
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    let error = Catalog::open(&file.join("catalog.db")).unwrap_err();
    assert!(error.to_string().contains("catalog.db"), "{error}");
}

#[cfg(unix)]
#[test]
fn the_file_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.db");
    fill(&path, 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
