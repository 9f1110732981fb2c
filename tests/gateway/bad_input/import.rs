//! `pifa catalog import` of files that are missing, no files, no listings, or listings with broken rows among the
//! good ones: each bad row by line and reason, the good ones in, and a second time nothing new.

use serde_json::Value;

use crate::bench::{Buyer, Said};

fn import(buyer: &Buyer, file: &str) -> Said {
    buyer.says(&["--offline", "catalog", "import", file])
}

fn counts(buyer: &Buyer) -> (Value, Value, Value) {
    let stats = buyer.does(&["--offline", "catalog", "stats"]);
    (stats["offers"].clone(), stats["suppliers"].clone(), stats["gone"].clone())
}

/// Kind of the mistake, the row, and what the reason has to name.
const BROKEN: [(&str, &[u8], &str); 14] = [
    ("no JSON", b"this is no listing", "not JSON"),
    ("cut", br#"{"id":"b1","title":"x","price":"1"#, "not JSON"),
    ("a list", br#"["b2","x","1"]"#, "not a JSON object"),
    ("no id", br#"{"title":"x","price":"1"}"#, "id is missing"),
    ("no title", br#"{"id":"b3","price":"1"}"#, "title is missing"),
    ("no price", br#"{"id":"b4","title":"x"}"#, "price is missing"),
    ("a negative price", br#"{"id":"b5","title":"x","price":-1}"#, "price is negative"),
    ("price nought", br#"{"id":"b6","title":"x","price":"0.00"}"#, "price is 0"),
    ("no number", br#"{"id":"b7","title":"x","price":"cheap"}"#, "price is not a number"),
    ("infinite", br#"{"id":"b8","title":"x","price":"1e999"}"#, "price is not a number"),
    (
        "a negative minimum",
        br#"{"id":"b9","title":"x","price":"1","moq":-3}"#,
        "minimum quantity is negative",
    ),
    ("an object", br#"{"id":"b10","title":"x","price":{"a":1}}"#, "price is a list or an object"),
    ("not UTF-8", b"{\"id\":\"b11\",\"title\":\"\xff\xfe\",\"price\":\"1\"}", "not JSON"),
    ("twice", br#"{"id":"good-0","title":"x","price":"1"}"#, "stands in line 1 already"),
];

#[test]
fn broken_rows_are_named_by_line_and_reason_and_the_good_ones_go_in_once() {
    let buyer = Buyer::embedded();
    let mut text = Vec::new();
    for (n, (_, row, _)) in BROKEN.iter().enumerate() {
        let good = format!(r#"{{"id":"good-{n}","title":"保温杯 {n}","price":"9.{n}0","moq":2}}"#);
        text.extend_from_slice(good.as_bytes());
        text.extend_from_slice(if n % 2 == 0 { b"\n" } else { b"\r\n\r\n" });
        text.extend_from_slice(row);
        text.push(b'\n');
    }
    let file = buyer.file("mixed.jsonl", &text);
    let file = file.to_str().unwrap();
    let report = import(&buyer, file).exits(0).json();
    assert_eq!(
        (&report["read"], &report["imported"], &report["bad_rows"]),
        (&28.into(), &14.into(), &14.into())
    );
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let bad = report["bad"].as_array().unwrap();
    assert_eq!(bad.len(), BROKEN.len());
    for (told, (kind, row, reason)) in bad.iter().zip(BROKEN) {
        let line = usize::try_from(told["line"].as_u64().unwrap()).unwrap();
        assert_eq!(lines[line - 1], row, "{kind}: {told}");
        assert!(told["reason"].as_str().unwrap().contains(reason), "{kind}: {told}");
    }
    let human = buyer.tells(&["--offline", "catalog", "import", file]).exits(0);
    for told in bad {
        let place = format!("mixed.jsonl:{}: ", told["line"]);
        assert!(human.err.lines().any(|line| line.contains(&place)), "{place}: {human:?}");
    }
    let once = counts(&buyer);
    assert_eq!(once.0, 14);
    let again = import(&buyer, file).exits(0).json();
    assert_eq!((&again["imported"], &again["new"], &again["bad_rows"]), (&14.into(), &0.into(), &14.into()));
    assert_eq!(counts(&buyer), once);
    let found = buyer.does(&["--offline", "search", "保温杯", "--limit", "100"]);
    assert_eq!(found["total"], 14);
    assert!(found["offers"].as_array().unwrap().iter().all(|row| row["moq"] == 2));
    assert_eq!(buyer.does(&["--offline", "show", "L:mixed:good-3"])["tiers"][0]["unit_price"], "9.30");
}

#[test]
fn broken_rows_of_a_table_are_named_too() {
    let buyer = Buyer::embedded();
    let file = buyer.file(
        "table.csv",
        "\u{feff}货号,名称,单价,起批量\n1,杯,9.90,2\n2,杯\n3,杯,cheap,2\n4,\"杯\n子\",3.00,1\n5,,3.00,1\n6,杯,3.00,many\n7,\"杯,3,1\n"
            .as_bytes(),
    );
    let report = import(&buyer, file.to_str().unwrap()).exits(0).json();
    let lines: Vec<u64> =
        report["bad"].as_array().unwrap().iter().map(|bad| bad["line"].as_u64().unwrap()).collect();
    assert_eq!((&report["imported"], lines), (&2.into(), vec![3, 4, 7, 8, 9]));
    assert_eq!(counts(&buyer).0, 2);
}

#[test]
fn what_is_no_file_of_listings_is_told_and_leaves_the_catalog_as_it_was() {
    let buyer = Buyer::embedded();
    let good = buyer.file("good.jsonl", br#"{"id":"1","title":"x","price":"1"}"#);
    import(&buyer, good.to_str().unwrap()).exits(0);
    let before = counts(&buyer);
    let noise: Vec<u8> = (0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let folder = buyer.data_dir().join("folder");
    std::fs::create_dir(&folder).unwrap();
    for (file, word) in [
        (buyer.data_dir().join("nowhere.csv"), "nowhere.csv"),
        (folder, "folder"),
        (buyer.file("empty.csv", b""), "empty"),
        (buyer.file("empty", b""), "empty"),
        (buyer.file("empty.jsonl", b""), "empty"),
        (buyer.file("blank.jsonl", b"\n \n\r\n"), "blank"),
        (buyer.file("noise.csv", &noise), ""),
        (buyer.file("noise", &noise), ""),
        (buyer.file("columns.csv", b"a,b,c\n1,2,3\n"), "a, b, c"),
        (buyer.file("noprice.csv", b"id,title\n1,x\n"), "price"),
        (buyer.file("list.json", b"[{\"id\":1}]"), "JSONL"),
    ] {
        let said = import(&buyer, file.to_str().unwrap());
        let error = said.fails(1);
        assert_eq!(error["code"], "import", "{file:?}");
        assert!(error["message"].as_str().unwrap().contains(word), "{file:?}: {error}");
        let human = buyer.tells(&["--offline", "catalog", "import", file.to_str().unwrap()]).exits(1);
        assert!(human.err.contains("JSONL"), "{file:?}: {human:?}");
        assert_eq!(counts(&buyer), before, "{file:?}");
    }
    // Rows there are, but not one good one: the report says which and why.
    for (file, rows) in [
        (buyer.file("noise.jsonl", &noise), 1),
        (buyer.file("zeros.jsonl", &vec![0; 300_000]), 1),
        (buyer.file("bad.jsonl", b"{}\n{}\n{}\n"), 3),
    ] {
        let report = import(&buyer, file.to_str().unwrap()).exits(1).json();
        assert!(report["bad"].as_array().unwrap().len() >= rows, "{file:?}: {report}");
        assert_eq!(counts(&buyer), before, "{file:?}");
    }
}

#[test]
fn goods_imported_on_a_fresh_profile_are_still_there_when_the_market_has_been_asked() {
    let buyer = Buyer::embedded();
    let good = buyer.file("good.jsonl", br#"{"id":"1","title":"x","price":"1"}"#);
    import(&buyer, good.to_str().unwrap()).exits(0);
    buyer.does(&["--offline", "cart", "add", "L:good:1", "3"]);
    // Starts the embedded market and asks it.
    buyer.does(&["sandbox", "ledger"]);
    assert_eq!(counts(&buyer).0, 1);
    let cart = buyer.does(&["--offline", "cart", "list"]);
    assert_eq!((&cart["goods"], &cart["other_markets_lines"]), (&"3.00".into(), &0.into()));
}
