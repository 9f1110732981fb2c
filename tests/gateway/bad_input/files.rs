//! Folders that cannot be written, files that are not what they should be: plain words, the documented code, and
//! the ledger never touched by a program that cannot read it.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bad_input::{Shop, cart};
use crate::bench::{Buyer, Said};

const NOISE: [u8; 6_000] = [0xa7; 6_000];

/// Verbs that open everything there is.
const VERBS: [&[&str]; 7] = [
    &["cart", "list"],
    &["search", "x"],
    &["order", "list"],
    &["order", "submit"],
    &["sync"],
    &["doctor"],
    &["group", "list"],
];

fn lines(buyer: &Buyer) -> Value {
    buyer.does(&["cart", "list"])["suppliers"][0]["lines"].clone()
}

fn only_file(folder: &Path, name: &str) -> PathBuf {
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.file_name().is_some_and(|file| file == name) {
                return path;
            }
        }
    }
    panic!("no {name}");
}

fn forget_wal(path: &Path) {
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
}

#[test]
fn a_data_folder_that_is_a_file_is_a_usage_error() {
    let buyer = Buyer::embedded();
    let file = buyer.file("notes.txt", b"mine");
    for place in [file.clone(), file.join("below")] {
        for verb in VERBS.into_iter().chain([&[][..]]) {
            let mut command = buyer.human_command();
            let said = Said::of(command.env("PIFA_DATA_DIR", &place).args(verb));
            assert!(said.code == 2 && said.out.is_empty(), "{place:?} {verb:?}: {said:?}");
            assert!(said.err.contains("notes.txt") && said.err.contains("--data-dir"), "{verb:?}: {said:?}");
        }
    }
    assert_eq!(std::fs::read(file).unwrap(), b"mine");
}

#[test]
fn a_ledger_that_is_no_ledger_is_told_and_left_as_it_is() {
    let shop = Shop::plain();
    for bytes in [&NOISE[..], b"x", b"SQLite format 3\0 but not really"] {
        let buyer = Buyer::at(&shop.market);
        let file = buyer.file("ledger.db", bytes);
        for verb in VERBS {
            let error = buyer.says(verb).fails(1);
            assert_eq!(error["code"], "ledger", "{verb:?}");
            assert!(error["message"].as_str().unwrap().contains("ledger.db"), "{error}");
            assert!(error["hint"].as_str().unwrap().contains("salvage"), "{error}");
        }
        assert_eq!(std::fs::read(file).unwrap(), bytes);
    }
    let buyer = Buyer::at(&shop.market);
    std::fs::create_dir(buyer.data_dir().join("ledger.db")).unwrap();
    assert_eq!(buyer.says(&["cart", "list"]).fails(1)["code"], "ledger");
}

#[test]
fn a_ledger_of_a_newer_pifa_is_refused_untouched() {
    let shop = Shop::plain();
    let buyer = shop.buyer();
    let before = cart(&buyer);
    let path = buyer.data_dir().join("ledger.db");
    let version = |number: Option<i64>| -> i64 {
        let connection = rusqlite::Connection::open(&path).unwrap();
        let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        if let Some(number) = number {
            connection.pragma_update(None, "user_version", number).unwrap();
        }
        found
    };
    let ours = version(Some(999));
    for verb in VERBS {
        let error = buyer.says(verb).fails(1);
        assert!(error["message"].as_str().unwrap().contains("999"), "{verb:?}: {error}");
        assert!(error["hint"].as_str().unwrap().contains("upgrade"), "{error}");
    }
    assert_eq!(version(Some(ours)), 999);
    assert_eq!(cart(&buyer), before);
    assert_eq!(shop.orders(), 0);
}

#[test]
fn a_catalog_that_is_none_is_set_aside_and_filled_again_and_the_cart_stays() {
    let shop = Shop::plain();
    let buyer = shop.buyer();
    let kept = lines(&buyer);
    let path = only_file(buyer.data_dir(), "catalog.db");
    let whole = std::fs::read(&path).unwrap();
    let half = &whole[..whole.len() / 2];
    for (n, bytes) in [&NOISE[..], b"x", half].into_iter().enumerate() {
        forget_wal(&path);
        std::fs::write(&path, bytes).unwrap();
        let said = buyer.says(&["cart", "list"]).exits(0);
        let aside = path.with_file_name(format!("catalog.db.bad-{}", n + 1));
        assert!(said.err.contains(aside.to_str().unwrap()) && said.err.contains("pifa sync"), "{said:?}");
        assert_eq!(std::fs::read(&aside).unwrap(), bytes);
        assert_eq!(said.json()["suppliers"][0]["lines"], kept);
        let empty = buyer.says(&["search", ""]).exits(0);
        assert!(empty.json()["total"] == 0 && empty.err.contains("pifa sync"), "{empty:?}");
        buyer.does(&["sync"]);
        assert_eq!(buyer.does(&["search", ""])["total"], 3);
        // Read again, so younger, and else the same.
        let mut after = lines(&buyer);
        after[0]["fetched_at"] = kept[0]["fetched_at"].clone();
        assert_eq!(after, kept);
    }
}

/// SQLite reads a row with a turned bit as if nothing were.
#[test]
fn a_ledger_with_a_turned_bit_is_salvaged_and_told_once() {
    let shop = Shop::plain();
    let buyer = shop.buyer();
    let before = cart(&buyer);
    let path = buyer.data_dir().join("ledger.db");
    forget_wal(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    let title = bytes.windows(9).position(|window| window == b"\"title\":\"").unwrap();
    bytes[title + 9] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let said = buyer.says(&["cart", "list"]).exits(0);
    let aside = path.with_file_name("ledger.db.bad-1");
    assert!(said.err.contains("salvaged") && said.err.contains(aside.to_str().unwrap()), "{said:?}");
    assert!(said.err.contains("nothing is known to be lost"), "{said:?}");
    assert_eq!(std::fs::read(aside).unwrap(), bytes);
    assert_eq!(cart(&buyer), before);
    assert!(buyer.says(&["cart", "list"]).exits(0).err.is_empty());
}

#[test]
fn a_sync_that_meets_a_changed_row_fills_a_new_catalog() {
    let shop = Shop::plain();
    let buyer = shop.buyer();
    let path = only_file(buyer.data_dir(), "catalog.db");
    let file = rusqlite::Connection::open(&path).unwrap();
    file.execute_batch("UPDATE offers SET sold = 999, seen_at = 1").unwrap();
    drop(file);
    let said = buyer.says(&["sync"]).exits(0);
    assert!(said.err.contains("catalog.db.bad-1"), "{said:?}");
    assert_eq!(buyer.does(&["search", ""])["total"], 3);
    assert_eq!(buyer.says(&["doctor"]).exits(0).json()["ok"], true);
}

#[test]
fn a_sandbox_state_that_is_none_is_told_and_the_profile_stays_usable() {
    let buyer = Buyer::embedded();
    let goods = buyer.file("goods.jsonl", br#"{"id":"1","title":"x","price":"1"}"#);
    buyer.does(&["--offline", "catalog", "import", goods.to_str().unwrap()]);
    buyer.does(&["--offline", "cart", "add", "L:goods:1", "3"]);
    let before = buyer.says(&["--offline", "cart", "list"]).exits(0).out;
    let path = buyer.data_dir().join("sandbox").join("state.db");
    forget_wal(&path);
    std::fs::write(&path, NOISE).unwrap();
    for verb in [&["sync"][..], &["order", "submit"], &["group", "list"], &["doctor"], &["sandbox", "ledger"]]
    {
        let error = buyer.says(verb).fails(1);
        assert_eq!(error["code"], "sandbox", "{verb:?}");
        assert!(error["message"].as_str().unwrap().contains("state.db"), "{error}");
        assert!(error["hint"].as_str().unwrap().contains("move that file away"), "{error}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), NOISE);
    assert_eq!(buyer.says(&["--offline", "cart", "list"]).exits(0).out, before);
    // As the hint says.
    std::fs::rename(&path, path.with_extension("old")).unwrap();
    buyer.does(&["sandbox", "ledger"]);
    let running = buyer.says(&["sandbox", "--state", path.with_extension("old").to_str().unwrap()]);
    running.fails(1);
}

/// Another user of this machine that has no entry anywhere, where we are allowed to become one.
#[cfg(unix)]
fn as_nobody(command: &mut std::process::Command) -> bool {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    let root = std::fs::metadata(crate::folder::folder().unwrap().path()).unwrap().uid() == 0;
    if root {
        command.uid(54_321).gid(54_321);
    }
    root
}

#[cfg(unix)]
#[test]
fn without_a_home_the_program_says_so() {
    let buyer = Buyer::embedded();
    for json in [false, true] {
        for verb in VERBS {
            let mut command = if json { buyer.command() } else { buyer.human_command() };
            command.env_remove("PIFA_DATA_DIR").env_remove("HOME").env_remove("XDG_DATA_HOME").args(verb);
            // With an entry in the user database there is a home all the same, and it is the developer's.
            if !as_nobody(&mut command) {
                eprintln!("skipped: only root can become a user without a home");
                return;
            }
            match command.output() {
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    eprintln!("skipped: another user may not run {command:?}");
                    return;
                }
                _ => {}
            }
            let said = Said::of(&mut command);
            if json {
                said.fails(2);
            }
            assert!(said.code == 2 && said.err.contains("PIFA_DATA_DIR"), "{verb:?}: {said:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told_in_plain_words_and_loses_nothing() {
    use std::os::unix::fs::PermissionsExt;
    fn allow(folder: &Path, files: u32, folders: u32) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                allow(&path, files, folders);
            } else {
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(files)).unwrap();
            }
        }
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(folders)).unwrap();
    }
    let shop = Shop::plain();
    let filled = shop.buyer();
    let before = cart(&filled);
    let empty = Buyer::at(&shop.market);
    for buyer in [&filled, &empty] {
        allow(buyer.data_dir(), 0o444, 0o555);
        for verb in VERBS {
            let mut command = buyer.command();
            as_nobody(&mut command);
            command.args(verb);
            match command.output() {
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    eprintln!("skipped: another user may not run {command:?}");
                    allow(buyer.data_dir(), 0o600, 0o700);
                    return;
                }
                _ => {}
            }
            let said = Said::of(&mut command);
            let error = said.fails(1);
            let told = format!("{} {}", error["message"], error["hint"]);
            assert!(told.contains("permission") && told.contains("ledger"), "{verb:?}: {said:?}");
        }
        allow(buyer.data_dir(), 0o600, 0o700);
    }
    assert_eq!(cart(&filled), before);
    assert_eq!(shop.orders(), 0);
}
