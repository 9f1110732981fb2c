//! What is done to a ledger's file here is what disks do: bits turned, pages gone, moved or of yesterday. Each kind of
//! damage goes into the file itself, page by page, and the ledger that comes back is asked what it says.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::Value;

use super::super::open::{MIGRATIONS, hold};
use super::super::*;
use crate::domain::id::{OfferKey, OrderId, OutOrderId, SupplierId};
use crate::domain::mark::{MarkEdit, Subject};
use crate::domain::offer::Offer;
use crate::domain::order::{ActionKind, Order, OrderLine};
use crate::domain::quantity::Quantity;
use crate::domain::salvage::Lost;
use crate::domain::text::Clean;

const PAGE: usize = 4_096;

fn market() -> MarketId {
    MarketId::new("1234567/b2b-1")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

fn add(ledger: &Ledger, id: i64, quantity: u32) -> crate::domain::id::LineId {
    let title = format!("不锈钢保温杯第{id}款").repeat(6);
    let offer = Box::new(Offer::blank(OfferKey::Market(id), Clean::new(&title), at(0)));
    let edit = Edit::Add { offer, spec_id: None, quantity: Quantity::whole(quantity) };
    ledger.edit_cart(&market(), "add", &[edit], at(1)).unwrap().unwrap()[0]
}

/// A ledger with a row in every table, closed again.
fn filled(folder: &Path) -> PathBuf {
    let path = folder.join("ledger.db");
    let ledger = Ledger::open(&path).unwrap();
    let lines: Vec<_> = (1..=40).map(|id| add(&ledger, id, id as u32)).collect();
    for (number, line) in lines.iter().take(8).enumerate() {
        let listed = OrderLine {
            line_id: Some(*line),
            offer_id: OfferKey::Market(number as i64 + 1),
            spec_id: None,
            title: Clean::new("杯"),
            spec_name: Clean::default(),
            unit: None,
            quantity: Quantity::whole(number as u32 + 1),
            unit_price: None,
            amount: None,
            shipping: None,
        };
        let new = NewAction {
            supplier_id: Some(SupplierId::new("b2b-7")),
            lines: vec![listed],
            total: Some("44.00".parse().unwrap()),
            ..NewAction::blank(ActionKind::Create, OutOrderId::new(&format!("0192-{number}")))
        };
        let action = ledger.queue(&market(), &new, at(2)).unwrap().unwrap();
        let id = OrderId::new(&format!("55{number}"));
        ledger.finish(action, &Outcome::Done(vec![id.clone()]), at(3)).unwrap();
        let told = Order {
            order_id: Some(id.clone()),
            order_ids: vec![id],
            total: Some("44.00".parse().unwrap()),
            ..Order::blank(Clean::new("to_pay"), at(3))
        };
        ledger.store_orders(&market(), &[told], at(4)).unwrap();
    }
    for id in 1..=30 {
        let edits = [MarkEdit::Note(Clean::new("先问价")), MarkEdit::Favourite(true)];
        ledger.set_mark(&market(), &Subject::Offer(OfferKey::Market(id)), &edits, at(5)).unwrap();
    }
    ledger.set_message(&market(), &SupplierId::new("b2b-8"), Some(&Clean::new("尽快发货"))).unwrap();
    let code = crate::domain::entry::OwnCode {
        code: Clean::new("A-1"),
        supplier: None,
        offer: OfferKey::Market(3),
        spec_id: None,
    };
    ledger.put_codes(&market(), &[("a-1".to_owned(), code)], at(6)).unwrap();
    let origin = Origin { source: "/a.csv".to_owned(), content: "one".to_owned() };
    let offer = Box::new(Offer::blank(OfferKey::Market(99), Clean::new("杯"), at(0)));
    let edit = Edit::Add { offer, spec_id: None, quantity: Quantity::ONE };
    ledger.enter(&market(), &origin, None, &[edit], at(7)).unwrap().unwrap();
    drop(ledger);
    path
}

/// Everything a buyer can ask of it.
fn said(ledger: &Ledger) -> (Vec<StoredLine>, Vec<Action>, Vec<Order>, usize, usize) {
    let lines = ledger.cart_lines(&market()).unwrap();
    let marks = ledger.marks(&market()).unwrap().len() + ledger.messages(&market()).unwrap().len();
    let (actions, orders) = (ledger.actions(&market(), &[]).unwrap(), ledger.orders(&market()).unwrap());
    (lines, actions, orders, marks, ledger.own_codes(&market()).unwrap().len())
}

/// Where in the file a row of this table stands that has these bytes: on the row's own page, not on that of its copy.
fn place_of(file: &[u8], table: &str, root_has: &[u8]) -> usize {
    // Pages of the table, found by what may stand in its rows.
    let described = guard::GUARDED.iter().find(|described| described.name == table).unwrap();
    for (number, page) in file.chunks(PAGE).enumerate() {
        let mut lone = vec![0; number * PAGE];
        lone.extend_from_slice(page);
        let mut is_of_table = false;
        pages::each_row(&lone, &[], &mut |_, values| {
            let numbered = described.is_numbered();
            let fits = values.len() == described.columns.len()
                && matches!(values.first(), Some(Value::Null)) == numbered
                && matches!(values.first(), Some(Value::Text(_) | Value::Null));
            is_of_table |= fits;
        });
        let at = page.windows(root_has.len()).position(|window| window == root_has);
        if let (true, Some(at)) = (is_of_table, at) {
            return number * PAGE + at;
        }
    }
    panic!("no row of {table} with {:?}", String::from_utf8_lossy(root_has));
}

/// Opens what was damaged: what it says, and what became of it.
fn opened(path: &Path) -> (Ledger, Salvaged) {
    let damaged = std::fs::read(path).unwrap();
    let ledger = Ledger::open(path).unwrap();
    let salvaged = ledger.salvaged().expect("the damage is noticed").clone();
    assert_eq!(std::fs::read(&salvaged.bad).unwrap(), damaged, "the damaged file is kept as it was");
    // And once only.
    drop(ledger);
    let ledger = Ledger::open(path).unwrap();
    assert_eq!(ledger.salvaged(), None);
    (ledger, salvaged)
}

#[test]
fn a_sound_ledger_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let before = std::fs::read(&path).unwrap();
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(ledger.salvaged(), None);
    assert_eq!(said(&ledger).0.len(), 33);
    drop(ledger);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_bit_turned_in_any_table_is_noticed_and_made_good_where_it_was_confirmed() {
    for (table, has, lost) in [
        ("meta", "", None),
        ("cart_line", "第20款", None),
        ("action", "b2b-7", None),
        ("mark", "先问价", None),
        ("accepted_total", "44.00", None),
        ("cart_message", "尽快发货", None),
        ("own_code", "A-1", None),
        ("market_order", "to_pay", Some(Lost::Told)),
        ("cart_journal", "line_id", Some(Lost::Steps)),
        ("entered_row", "/a.csv", Some(Lost::Steps)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path());
        let ledger = Ledger::open(&path).unwrap();
        ledger.set_meta("market:x", "sandbox/b2b-2").unwrap();
        let right = said(&ledger);
        drop(ledger);
        let mut file = std::fs::read(&path).unwrap();
        let has = if table == "meta" { "sandbox/b2b-2" } else { has };
        let place = place_of(&file, table, has.as_bytes());
        // Still a letter, still well-formed: SQLite has no objection.
        file[place + has.len() - 1] ^= 1;
        std::fs::write(&path, &file).unwrap();
        // A search looks at what it reads, and leaves the rest to whoever comes next.
        if matches!(table, "meta" | "mark" | "action" | "market_order") {
            let copy = folder.path().join("copy").join("ledger.db");
            std::fs::create_dir(folder.path().join("copy")).unwrap();
            std::fs::write(&copy, &file).unwrap();
            assert!(Ledger::open_to_search(&copy).unwrap().salvaged().is_some(), "{table}");
        } else {
            assert_eq!(Ledger::open_to_search(&path).unwrap().salvaged(), None, "{table}");
            assert_eq!(std::fs::read(&path).unwrap(), file, "{table}");
        }
        let (ledger, salvaged) = opened(&path);
        let now = said(&ledger);
        assert_eq!((&now.0, &now.1, now.3, now.4), (&right.0, &right.1, right.3, right.4), "{table}");
        match lost {
            None => {
                assert_eq!((salvaged.restored, salvaged.lost), (1, vec![]), "{table}");
                assert_eq!(now.2, right.2, "{table}");
                assert_eq!(ledger.meta("market:x").unwrap().as_deref(), Some("sandbox/b2b-2"));
            }
            Some(lost) => assert_eq!((salvaged.restored, salvaged.lost), (0, vec![(lost, 1)]), "{table}"),
        }
    }
}

#[test]
fn a_bit_turned_in_a_note_of_the_guard_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let right = said(&Ledger::open(&path).unwrap());
    let mut file = std::fs::read(&path).unwrap();
    // The second copy of a line.
    let place = file
        .windows(b"cart_line".len() + 1)
        .enumerate()
        .filter(|(_, window)| window.starts_with(b"cart_line"))
        .map(|(place, _)| place)
        .find(|place| String::from_utf8_lossy(&file[*place..*place + 600]).contains("[20,"));
    let place = place.unwrap();
    let copy = file[place..].windows(4).position(|window| window == b"[20,").unwrap();
    file[place + copy + 1] ^= 1;
    std::fs::write(&path, &file).unwrap();
    let (ledger, salvaged) = opened(&path);
    assert_eq!((salvaged.unchecked, salvaged.restored, salvaged.lost), (1, 0, vec![]));
    assert_eq!(said(&ledger), right);
}

#[test]
fn rows_that_changed_places_or_are_gone_or_came_back_are_noticed() {
    let changes = [
        (
            "swapped",
            "UPDATE cart_line SET quantity = CASE line_id WHEN 21 THEN '22' WHEN 22 THEN '21' END
                     WHERE line_id IN (21, 22)",
        ),
        ("moved", "UPDATE cart_line SET line_id = 7000 WHERE line_id = 30"),
        ("lost", "DELETE FROM cart_line WHERE line_id = 25"),
        (
            "brought back",
            "INSERT INTO mark SELECT market_id, kind, '77777', favourite, tags, note, blocked, updated_at
                          FROM mark WHERE key = '7'",
        ),
        ("an order lost", "DELETE FROM action WHERE action_id = 4"),
        ("a total lowered", "UPDATE accepted_total SET total = '4.00' WHERE order_id = '553'"),
    ];
    for (how, sql) in changes {
        let folder = tempfile::tempdir().unwrap();
        let path = filled(folder.path());
        let right = said(&Ledger::open(&path).unwrap());
        let raw = Connection::open(&path).unwrap();
        // Nothing but the row: as a disk does it.
        raw.pragma_update(None, "foreign_keys", false).unwrap();
        raw.execute_batch(sql).unwrap();
        drop(raw);
        let (ledger, salvaged) = opened(&path);
        let now = said(&ledger);
        assert_eq!((&now.0, &now.1), (&right.0, &right.1), "{how}");
        assert_eq!(now.3, right.3 + usize::from(how == "brought back"), "{how}");
        if how == "brought back" {
            // Whether it ever was written nobody can tell; it is said.
            assert_eq!(salvaged.unchecked, 1);
        } else {
            assert_eq!((salvaged.restored > 0, &salvaged.lost), (true, &vec![]), "{how}");
        }
        let total = ledger.accepted_total(&market(), &OrderId::new("553")).unwrap();
        assert_eq!(total, Some("44.00".parse().unwrap()));
    }
}

#[test]
fn any_page_may_go_and_no_order_and_no_line_of_the_cart_is_lost() {
    let source = tempfile::tempdir().unwrap();
    let path = filled(source.path());
    let right = said(&Ledger::open(&path).unwrap());
    let sound = std::fs::read(&path).unwrap();
    let pages = sound.len() / PAGE;
    assert!(pages > 20, "{pages}");
    for number in 0..pages {
        for how in ["zeros", "another", "noise"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("ledger.db");
            let mut file = sound.clone();
            let other = (number + 7) % pages * PAGE;
            for at in 0..PAGE {
                file[number * PAGE + at] = match how {
                    "zeros" => 0,
                    "another" => sound[other + at],
                    _ => (at * 31 + number * 7) as u8 ^ 0x5a,
                };
            }
            std::fs::write(&path, &file).unwrap();
            let ledger = Ledger::open(&path).unwrap();
            let now = said(&ledger);
            assert_eq!((&now.0, &now.1), (&right.0, &right.1), "page {number}, {how}");
            assert_eq!((now.3, now.4), (right.3, right.4), "page {number}, {how}");
            match ledger.salvaged() {
                Some(salvaged) => {
                    assert_eq!(std::fs::read(&salvaged.bad).unwrap(), file);
                    assert_eq!(now.2.len(), right.2.len(), "page {number}, {how}");
                }
                // A page nobody uses.
                None => assert_eq!(now, right, "page {number}, {how}"),
            }
            // Numbers of lines are never given out twice.
            let known =
                ledger.read(|c| c.query_row("SELECT max(line_id) FROM cart_line", [], |row| row.get(0)));
            let known: i64 = known.unwrap();
            assert!(add(&ledger, 4_000, 1).0 > known);
        }
    }
}

#[test]
fn what_is_in_the_log_only_is_salvaged_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let ledger = Ledger::open(&path).unwrap();
    let line = add(&ledger, 500, 5);
    // As after a cut: the log is still there.
    let copy = folder.path().join("cut");
    std::fs::create_dir(&copy).unwrap();
    for name in ["ledger.db", "ledger.db-wal"] {
        std::fs::copy(folder.path().join(name), copy.join(name)).unwrap();
    }
    let path = copy.join("ledger.db");
    let mut file = std::fs::read(&path).unwrap();
    file[..100].fill(0x55);
    std::fs::write(&path, &file).unwrap();
    let log = std::fs::read(copy.join("ledger.db-wal")).unwrap();
    assert!(log.len() > PAGE);
    let opened = Ledger::open(&path).unwrap();
    if let Some(salvaged) = opened.salvaged() {
        assert_eq!(std::fs::read(copy.join("ledger.db.bad-1-wal")).unwrap(), log);
        assert_eq!(salvaged.lost, []);
    }
    assert!(opened.cart_lines(&market()).unwrap().iter().any(|found| found.id == line));
    assert_eq!(said(&opened), said(&ledger));
}

#[test]
fn a_salvage_that_was_cut_off_is_ended_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let right = said(&Ledger::open(&path).unwrap());
    // The new one is finished, the old one still in its place, with a log that is none of the new one's.
    std::fs::rename(&path, folder.path().join("ledger.db.salvaged")).unwrap();
    std::fs::write(&path, b"damaged").unwrap();
    std::fs::write(folder.path().join("ledger.db-wal"), b"old").unwrap();
    let ledger = Ledger::open(&path).unwrap();
    assert_eq!(said(&ledger), right);
    assert!(!folder.path().join("ledger.db.salvaged").exists());
}

#[test]
fn a_damaged_ledger_others_have_open_is_left_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let other = hold(&path).unwrap();
    let mut file = std::fs::read(&path).unwrap();
    let place = place_of(&file, "mark", "先问价".as_bytes());
    file[place + 8] ^= 1;
    std::fs::write(&path, &file).unwrap();
    let told = Ledger::open(&path).err().unwrap().to_string();
    assert!(told.contains("another pifa has it open"), "{told}");
    assert_eq!(std::fs::read(&path).unwrap(), file);
    drop(other);
    assert!(Ledger::open(&path).unwrap().salvaged().is_some());
}

#[test]
fn a_ledger_of_before_the_guard_is_salvaged_as_far_as_sqlite_notices() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let old = Connection::open(&path).unwrap();
    for sql in &MIGRATIONS[..5] {
        old.execute_batch(sql).unwrap();
    }
    for number in 0..300 {
        old.execute(
            "INSERT INTO market_order VALUES ('a/1', ?1, NULL, 'done', ?2, 5)",
            (number.to_string(), "x".repeat(300)),
        )
        .unwrap();
        old.execute("INSERT INTO meta VALUES (?1, 'v')", [format!("k{number}")]).unwrap();
    }
    old.execute_batch("PRAGMA user_version = 5").unwrap();
    drop(old);
    let mut file = std::fs::read(&path).unwrap();
    let place = place_of(&file, "market_order", b"xxxx") / PAGE * PAGE;
    file[place..place + PAGE].fill(0);
    std::fs::write(&path, &file).unwrap();
    let (ledger, salvaged) = opened(&path);
    assert!(salvaged.kept > 500 && salvaged.unchecked == salvaged.kept, "{salvaged:?}");
    assert_eq!(ledger.meta("k299").unwrap().as_deref(), Some("v"));
}
