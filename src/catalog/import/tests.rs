//! Imports of good, bad and hostile files.

use std::fs;
use std::io::{BufReader, Read};
use std::path::Path;

use jiff::Timestamp;

use super::*;
use crate::domain::id::OfferKey;
use crate::domain::offer::QuoteType;
use crate::domain::price::row_price;
use crate::domain::quantity::Quantity;

fn now() -> Timestamp {
    Timestamp::from_second(1_760_000_000).unwrap()
}

fn all(text: &[u8], format: Format) -> (Vec<Offer>, ImportReport) {
    let mut offers = Vec::new();
    let report = read(Input::Stream(BufReader::new(text), format), "src", now(), false, &mut |batch| {
        offers.extend(batch);
        Ok(())
    })
    .unwrap();
    assert_eq!(report.read, report.imported + report.bad_rows);
    assert_eq!(offers.len(), report.imported);
    (offers, report)
}

fn bad(report: &ImportReport) -> Vec<(u64, &str)> {
    report.bad.iter().map(|bad| (bad.line, bad.reason.as_str())).collect()
}

#[test]
fn jsonl_rows_become_offers_and_every_bad_one_is_told() {
    let text = r#"{"item_id":"1","title_zh":"瑜伽裤","price":"13.83","price_min":"13.83","price_max":"13.83","currency":"CNY","quantity_begin":"2","sold_90d":"9"}

{"item_id":2,"title_zh":"套装","price":"41.0","price_min":"41.0","price_max":"138.0","quantity_begin":null}
{"item_id":"3","title_zh":null,"title_en":"Only English","price":8.5}
{"item_id":"4","title_zh":"无价"}
{"item_id":"5","title_zh":"负","price":"-1"}
{"item_id":"6","title_zh":"零","price":"0.0"}
{"title_zh":"无号","price":"1"}
{"item_id":"7","title_zh":"坏","price":"12块","quantity_begin":"-3"}
{"item_id":"1","title_zh":"又一次","price":"1"}
{"item_id":"8"
[1]
{"item_id":"9","title_zh":"反","price_min":"5","price_max":"4"}
{"item_id":"10","title_zh":["x"],"price":1e999}
"#;
    let (offers, report) = all(text.as_bytes(), Format::Jsonl);
    let keys: Vec<String> = offers.iter().map(|offer| offer.key.to_string()).collect();
    assert_eq!(keys, ["L:src:1", "L:src:2", "L:src:3"]);
    assert_eq!(
        bad(&report),
        [
            (5, "price is missing"),
            (6, "price is negative: -1"),
            (7, "price is 0"),
            (8, "id is missing"),
            (9, "minimum quantity is negative: -3; price is not a number: 12块"),
            (10, "id stands in line 1 already; that row was imported, this one was not"),
            (11, "not JSON: EOF while parsing an object at line 1 column 14"),
            (12, "not a JSON object"),
            (13, "least price 5.00 is above greatest price 4.00"),
            (14, "title is a list or an object, not text or a number; price is not a number: 1e999"),
        ]
    );
    let [one, two, three] = offers.try_into().unwrap();
    assert_eq!(
        (one.quote_type, one.moq, one.sold_30d),
        (QuoteType::ByOffer, Some(Quantity::whole(2)), Some(3))
    );
    assert_eq!(one.tiers[0].from_quantity, Quantity::whole(2));
    assert_eq!((two.quote_type, two.moq, two.tiers.len()), (QuoteType::BySku, None, 0));
    let shown = row_price(&two, Quantity::whole(300));
    assert_eq!(
        (shown.least.unwrap().to_string(), shown.greatest.unwrap().to_string()),
        ("41.00".into(), "138.00".into())
    );
    assert_eq!((three.title.as_str(), three.unit), ("Only English", None));
}

#[test]
fn csv_columns_are_found_by_their_names_and_lines_counted() {
    let text = "\u{feff}StockCode,Description,FirstUnitPrice,colour\r\n\
        85123A,  WHITE HEART ,2.55,white\r\n\
        71053,\"two\nlines\",3.39,\r\n\
        84406B,too few,2.75\r\n\
        \r\n\
        22,,1.00,\r\n\
        23,x,\"1,234.50\",\r\n\
        24,x,\"12,34\",\r\n\
        25,x,0.0,\r\n";
    let (offers, report) = all(text.as_bytes(), Format::Csv);
    let shown: Vec<(String, &str, String)> = offers
        .iter()
        .map(|offer| (offer.key.to_string(), offer.title.as_str(), offer.tiers[0].price.to_string()))
        .collect();
    assert_eq!(
        shown,
        [
            ("L:src:85123A".into(), "WHITE HEART", "2.55".into()),
            ("L:src:71053".into(), "two lines", "3.39".into()),
            ("L:src:23".into(), "x", "1234.50".into()),
        ]
    );
    assert_eq!(
        bad(&report),
        [
            (5, "3 columns where the first line names 4"),
            (7, "title is missing"),
            (9, "price is not a number: 12,34"),
            (10, "price is 0"),
        ]
    );
}

#[test]
fn other_separators_ranges_tiers_and_currencies() {
    let (offers, report) =
        all("货号;品名;单价;币种\nA;杯;¥1.60～5.80;CNY\nB;盘;2元;USD\n".as_bytes(), Format::Csv);
    assert_eq!(
        offers[0].price_range.map(|(a, b)| (a.to_string(), b.to_string())),
        Some(("1.60".into(), "5.80".into()))
    );
    assert_eq!(offers[1].tiers[0].price.to_string(), "2.00");
    assert_eq!(report.currencies, ["USD"]);
    let tiers = r#"{"id":"1","title":"杯","unit":"个","tiers":[{"from_quantity":2,"unit_price":"10.00"},{"from_quantity":100,"unit_price":"8.50"}]}"#;
    let (offers, _) = all(tiers.as_bytes(), Format::Jsonl);
    assert_eq!(offers[0].tiers.len(), 2);
    assert_eq!(row_price(&offers[0], Quantity::whole(100)).least.unwrap().to_string(), "8.50");
}

#[test]
fn files_of_another_shape_are_refused_with_what_was_found() {
    let refuse = |text: &str, format| {
        let result =
            read(Input::Stream(BufReader::new(text.as_bytes()), format), "s", now(), false, &mut |_| Ok(()));
        match result {
            Err(Stop::Error(error)) => error.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert!(refuse("a,b\n1,2\n", Format::Csv).contains("Its columns: a, b"));
    assert!(refuse("", Format::Csv).contains("empty"));
    assert!(refuse("[{\"id\":1}]", Format::Jsonl).contains("one object a line"));
    assert_eq!(format_of(Path::new("x.CSV"), b"{"), Format::Csv);
    assert_eq!(format_of(Path::new("x"), b"\xef\xbb\xbf {"), Format::Jsonl);
    assert_eq!(format_of(Path::new("x.txt"), b"a,b"), Format::Csv);
    assert_eq!(source_of(Path::new("/a/b: c\u{1b}[2J.csv")), "b-_c");
}

/// An endless file that costs nothing to hold.
struct Bomb {
    start: &'static [u8],
    fill: &'static [u8],
    left: usize,
}

impl Read for Bomb {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let source = if self.start.is_empty() { self.fill } else { self.start };
        let count = source.len().min(into.len()).min(self.left);
        into[..count].copy_from_slice(&source[..count]);
        self.left -= count;
        self.start = self.start.get(count..).unwrap_or_default();
        Ok(count)
    }
}

#[test]
fn no_line_or_record_grows_without_bound() {
    let bomb = |start: &'static [u8], fill: &'static [u8]| Bomb { start, fill, left: 1 << 20 };
    let run = |bomb, format| {
        read(Input::Stream(BufReader::new(bomb), format), "s", now(), false, &mut |_| Ok(())).unwrap()
    };
    let report = run(bomb(b"{\"id\":\"", &[b'a'; 8192]), Format::Jsonl);
    assert_eq!(bad(&report), [(1, "line is longer than 65536 bytes")]);
    let report = run(bomb(b"id,title,price\n1,\"", &[b'a'; 8192]), Format::Csv);
    assert_eq!(bad(&report), [(2, "row is longer than 65536 bytes")]);
    let report = run(bomb(b"id,title,price\n1,\"", b"aaaaaaaaaaaaaaa\n"), Format::Csv);
    assert_eq!(bad(&report)[0], (2, "row is longer than 65536 bytes: is a closing quote missing?"));
    assert!(report.read > 60_000, "reading goes on after it: {}", report.read);
}

#[test]
fn quotes_are_followed_over_lines_and_left_alone_inside_text() {
    let text = "id,title,price\n1,\"a \"\"b\"\"\n\n c\",1\n2,6\" RULER,1\n3,\"open,1\n4,x,1\n";
    let (offers, report) = all(text.as_bytes(), Format::Csv);
    assert_eq!(
        offers.iter().map(|offer| offer.title.as_str()).collect::<Vec<_>>(),
        ["a \"b\" c", "6\" RULER"]
    );
    assert_eq!(bad(&report), [(6, "a quote is opened and never closed")]);
}

#[test]
fn complaints_are_capped_but_counted() {
    let text = "{}\n".repeat(MAX_BAD + 5);
    let (_, report) = all(text.as_bytes(), Format::Jsonl);
    assert_eq!((report.bad.len(), report.bad_rows), (MAX_BAD, MAX_BAD + 5));
}

#[test]
fn hostile_text_is_cleaned() {
    let text =
        "id,title,price\n\u{1b}[31m7,\u{202e}a\u{1b}]0;x\u{7}b\u{200b}c,1\n8,\u{1b}[2J,1\n9,x,\u{1b}[2J1\n";
    let (offers, report) = all(text.as_bytes(), Format::Csv);
    assert_eq!((offers[0].key.to_string(), offers[0].title.as_str()), ("L:src:7".to_owned(), "abc"));
    assert_eq!(bad(&report), [(3, "title is missing"), (4, "price is not a number: 1")]);
    let invalid = b"id,title,price\n1,\xff\xfe,2\n2,x,2\n";
    let (offers, report) = all(invalid, Format::Csv);
    assert_eq!((offers.len(), report.bad[0].line), (1, 2));
}

#[test]
fn importing_twice_updates_the_same_goods() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stock.jsonl");
    let catalog = Catalog::open_in_memory().unwrap();
    fs::write(&path, "{\"id\":\"1\",\"title\":\"杯\",\"price\":\"1\"}\n").unwrap();
    assert_eq!(catalog.import(&path, now(), false).unwrap().upserted.new, 1);
    fs::write(&path, "{\"id\":\"1\",\"title\":\"杯\",\"price\":\"2\"}\n").unwrap();
    let report = catalog.import(&path, now(), false).unwrap();
    assert_eq!((report.upserted.new, report.upserted.changed), (0, 1));
    let key: OfferKey = "L:stock:1".parse().unwrap();
    assert_eq!(catalog.offer(&key).unwrap().unwrap().tiers[0].price.to_string(), "2.00");
    assert!(matches!(
        catalog.import(&folder.path().join("none.csv"), now(), false),
        Err(ImportError::Io { .. })
    ));
}

/// Real listings, where the machine has them; they are not part of the repository.
fn real(name: &str) -> Option<std::path::PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    let found = [path, beside].into_iter().find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: ../shared/data/{name} is not here");
    }
    found
}

#[test]
fn the_real_listings_are_imported_whole() {
    let Some(path) = real("1688-listings.jsonl") else { return };
    let catalog = Catalog::open_in_memory().unwrap();
    let report = catalog.import(&path, now(), false).unwrap();
    assert_eq!((report.read, report.imported, report.bad_rows), (366, 366, 0), "{:?}", report.bad);
    let key: OfferKey = "L:1688-listings:862986344448".parse().unwrap();
    let offer = catalog.offer(&key).unwrap().unwrap();
    assert_eq!(
        (offer.quote_type, offer.price_range.unwrap().1.to_string()),
        (QuoteType::BySku, "138.00".into())
    );
}

#[test]
fn the_real_gift_codes_are_imported_but_for_those_without_name_or_price() {
    let Some(path) = real("uci-catalog.csv") else { return };
    let catalog = Catalog::open_in_memory().unwrap();
    let report = catalog.import(&path, now(), false).unwrap();
    let lines = fs::read_to_string(&path).unwrap();
    // Judged without the importer: its rows have no line breaks inside, so lines are rows.
    let hopeless = lines.lines().skip(1).filter(|line| line.ends_with(",0.0") || line.contains(",,")).count();
    assert_eq!((report.read, report.bad_rows), (4070, hopeless));
    let told: Vec<_> = report.bad.iter().filter(|bad| !bad.reason.ends_with("price is 0")).collect();
    assert!(told.is_empty(), "{told:?}");
    assert!(report.bad.iter().all(|bad| lines.lines().nth(bad.line as usize - 1).unwrap().ends_with(",0.0")));
}

#[test]
fn cities_attributes_and_ratings_are_read_where_a_file_has_them() {
    let text = r#"{"id":1,"title":"杯","price":3,"city":"义乌","属性":{"材质":"304","容量":500,"x":null},"rating":"4.8"}
{"id":2,"title":"杯","price":3,"belt":"永康","city":"金华市","attributes":[{"name":"材质","value":"PP"},{"name":"y"}]}
{"id":3,"title":"杯","price":3,"attributes":"材质:304；容量：1.5L;没有"}
{"id":4,"title":"杯","price":3,"rating":7}
{"id":5,"title":"杯","price":3,"attributes":7}
"#;
    let (offers, report) = all(text.as_bytes(), Format::Jsonl);
    let shown: Vec<Vec<String>> = offers
        .iter()
        .map(|offer| offer.attributes.iter().map(|a| format!("{}={}", a.name, a.value)).collect())
        .collect();
    assert_eq!(shown, [vec!["容量=500", "材质=304"], vec!["材质=PP"], vec!["材质=304", "容量=1.5L"]]);
    let place =
        |n: usize| (offers[n].belt.as_ref().map(Clean::as_str), offers[n].city.as_ref().map(Clean::as_str));
    assert_eq!(place(0), (Some("义乌"), Some("义乌")));
    assert_eq!((place(1), place(2)), ((Some("永康"), Some("金华市")), (None, None)));
    assert_eq!(offers[0].rating, "4.8".parse().ok());
    assert_eq!(
        bad(&report),
        [(4, "rating is not between 0 and 5: 7"), (5, "attributes are neither names with values nor text"),]
    );
}

#[test]
fn price_lists_of_office_computers_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::open_in_memory().unwrap();
    let text = "货号,品名,单价,起批量,供应商\nYK-1,保温杯,9.80,30,永康甲厂\nYK-2,水壶,x,5,永康甲厂\n3.31E+18,杯刷,1.20,5,义乌乙厂\n";
    let rows = |text: &str| -> Vec<Vec<crate::table::Cell>> {
        let cells =
            |line: &str| line.split(',').map(|cell| crate::table::Cell::Text(cell.to_owned())).collect();
        text.lines().skip(1).map(cells).collect()
    };
    let heads = ["货号", "品名", "单价", "起批量", "供应商"];
    for (name, bytes) in [
        ("gb.csv", encoding_rs::GB18030.encode(text).0.into_owned()),
        ("bom.csv", format!("\u{feff}{text}").into_bytes()),
        (
            "utf16.txt",
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
        ),
        ("book.xlsx", crate::table::xlsx(&heads, &rows(text)).unwrap()),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let report = catalog.import(&path, now(), true).unwrap();
        let bad: Vec<(u64, bool)> =
            report.bad.iter().map(|bad| (bad.line, bad.reason.contains("a spreadsheet rounded"))).collect();
        assert_eq!((report.read, report.imported, bad), (3, 1, vec![(3, false), (4, true)]), "{name}");
        let source = path.file_stem().unwrap().to_string_lossy().into_owned();
        let key = OfferKey::Local { source, item_no: "YK-1".to_owned() };
        let offer = catalog.offer(&key).unwrap().unwrap();
        assert_eq!((offer.title.as_str(), offer.moq), ("保温杯", Some(Quantity::whole(30))), "{name}");
        assert!(offer.supplier_id.is_some_and(|id| id.as_str().starts_with("L:")));
    }
}
