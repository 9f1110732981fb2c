//! Lists against a catalog: every planted mistake is told by its line, everything else goes in, once.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::domain::money::Money;
use crate::domain::offer::PriceTier;
use crate::procure::saved::tests::{at, desk};
use crate::table::Cell;

/// Offers 1000.. are counted, have no SKUs and a minimum of 3; 7 has two SKUs, 8 is sold by the metre.
fn stocked(folder: &Path) -> Desk {
    let desk = desk(folder, "app/me");
    let offer = |id: i64| {
        let mut offer = Offer::blank(OfferKey::Market(id), Clean::new("保温杯"), at(0));
        offer.completeness = Completeness::Full;
        offer.unit = Some(Unit::new("个"));
        offer.moq = Some(Quantity::whole(3));
        let price = Money::from_fen(500);
        offer.tiers = vec![PriceTier { from_quantity: Quantity::ONE, price, promotion: None }];
        offer
    };
    let sku = |id: &str, name: &str| Sku {
        spec_id: SpecId::new(id),
        sku_id: Some(99),
        name: Clean::new(name),
        name_en: None,
        price: None,
        promotion: None,
        tiers: Vec::new(),
        stock: None,
    };
    let mut offers: Vec<Offer> = (1000..6000).map(offer).collect();
    let two = Offer { skus: vec![sku("aa11", "红色 / XL"), sku("bb22", "白色 / M")], ..offer(7) };
    let metres = Offer { unit: Some(Unit::new("米")), ..offer(8) };
    let local = OfferKey::Local { source: "yongkang".to_owned(), item_no: "YK-9".to_owned() };
    offers.extend([two, metres, Offer { key: local, ..offer(1) }]);
    desk.parts.catalog.upsert(&offers, &[]).unwrap();
    desk
}

fn cart(desk: &Desk) -> BTreeMap<String, String> {
    let lines = desk.parts.ledger.cart_lines(&desk.parts.market_id).unwrap();
    let name = |line: &crate::ledger::StoredLine| {
        let spec = line.spec_id.as_ref().map_or_else(String::new, |spec| format!(":{spec}"));
        format!("{}{spec}", line.offer_key)
    };
    lines.iter().map(|line| (name(line), line.quantity.to_string())).collect()
}

fn told(report: &EntryReport) -> Vec<(u64, &'static str)> {
    report.bad.iter().map(|bad| (bad.line, bad.reason.word())).collect()
}

/// 5,000 rows of which some are wrong in one of ten ways: the rows, and what is to be told.
fn planted(seed: u64) -> (Vec<[String; 4]>, Vec<(u64, &'static str)>, BTreeMap<String, String>) {
    let mut state = seed;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let mut rows = Vec::new();
    let (mut wrong, mut right) = (Vec::new(), BTreeMap::new());
    for at in 0..5_000u64 {
        let id = (1000 + at).to_string();
        let quantity = (1 + random(500)).to_string();
        let mut row = [id.clone(), String::new(), "保温杯，大号".to_owned(), quantity.clone()];
        let kind = if at % 31 == 7 { 1 + random(10) } else { 0 };
        let word = match kind {
            1 => {
                row[3] = ["0", "-1", "1e9", "999999999", "六"][random(5) as usize].to_owned();
                "bad_quantity"
            }
            2 => {
                row[3] = "1.5".to_owned();
                "fraction"
            }
            3 => {
                row[0] = format!("90000{at}");
                "unknown_offer"
            }
            4 => {
                row[1] = "cc33".to_owned();
                "unknown_spec"
            }
            5 => {
                row[0] = "7".to_owned();
                "needs_spec"
            }
            6 => {
                row[0] = "3.31E+18".to_owned();
                "ruined_id"
            }
            7 => {
                row[0] = "1000".to_owned();
                "duplicate"
            }
            8 => {
                row[0] = String::new();
                "not_a_row"
            }
            9 => {
                row[0] = "https://qr.1688.com/s/x".to_owned();
                "bad_link"
            }
            10 => {
                row[3] = "2.0005".to_owned();
                "bad_quantity"
            }
            _ => "",
        };
        // The row of names is line 1.
        if word.is_empty() {
            right.insert(id, quantity);
        } else {
            wrong.push((at + 2, word));
        }
        rows.push(row);
    }
    (rows, wrong, right)
}

#[test]
fn of_five_thousand_rows_the_good_ones_go_in_once_and_the_others_are_each_told() {
    let heads = ["商品编号", "规格", "品名", "数量"];
    for (seed, form) in [(1, "utf8"), (2, "bom"), (3, "gb"), (4, "utf16"), (5, "xlsx")] {
        let folder = tempfile::tempdir().unwrap();
        let desk = stocked(folder.path());
        let (rows, wrong, right) = planted(seed);
        assert!(wrong.len() > 120 && right.len() + wrong.len() == 5_000);
        let cells: Vec<Vec<Cell>> =
            rows.iter().map(|row| row.iter().map(|cell| Cell::Text(cell.clone())).collect()).collect();
        let csv = String::from_utf8(table::csv(&heads, &cells)).unwrap();
        let csv = csv.trim_start_matches('\u{feff}').replace("'-1", "-1");
        let bytes = match form {
            "utf8" => csv.into_bytes(),
            "bom" => format!("\u{feff}{csv}").into_bytes(),
            "gb" => encoding_rs::GB18030.encode(&csv).0.into_owned(),
            "utf16" => {
                [0xff, 0xfe].into_iter().chain(csv.encode_utf16().flat_map(u16::to_le_bytes)).collect()
            }
            _ => table::xlsx(&heads, &cells).unwrap(),
        };
        let path = folder.path().join("list.any");
        std::fs::write(&path, &bytes).unwrap();
        let list = EntryList::file(&path).unwrap();
        let looked = desk.check_entry(&list).unwrap();
        assert!(cart(&desk).is_empty(), "looking changes nothing");
        let report = desk.enter(&list).unwrap();
        assert_eq!(looked, report);
        assert_eq!(told(&report), wrong, "{form}");
        assert_eq!((cart(&desk), report.adding()), (right.clone(), right.len()), "{form}");
        // What follows goes by what was read, whatever it was read from: once as text and once as a workbook.
        if !matches!(form, "utf8" | "xlsx") {
            continue;
        }
        // The same file, a copy of it, and what it says through a pipe.
        let copy = folder.path().join("copy.any");
        std::fs::copy(&path, &copy).unwrap();
        for again in [EntryList::file(&path), EntryList::file(&copy), EntryList::bytes(&bytes)] {
            let report = desk.enter(&again.unwrap()).unwrap();
            assert_eq!((report.adding(), report.already(), told(&report)), (0, right.len(), wrong.clone()));
        }
        assert_eq!(cart(&desk), right);
        // One step of undo; a list that was taken back can be entered again.
        assert_eq!(desk.undo().unwrap().as_deref(), Some("import"));
        assert!(cart(&desk).is_empty() && desk.undo().unwrap().is_none());
        assert_eq!(desk.enter(&list).unwrap().adding(), right.len());
        assert_eq!(cart(&desk), right);
    }
}

#[test]
fn lines_of_several_encodings_and_broken_ones_are_read_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let desk = stocked(folder.path());
    let mut bytes = "编号,规格,数量\n1001,,5\n".as_bytes().to_vec();
    bytes.extend(encoding_rs::GB18030.encode("7,红色 / XL,6\n").0.iter());
    bytes.extend(b"\xff\xff,,3\n1002,\"open,4\n1003,,5\n");
    bytes.extend("7,白色/M,８\n8,,1.5\n".as_bytes());
    let report = desk.enter(&EntryList::bytes(&bytes).unwrap()).unwrap();
    assert_eq!(told(&report), [(4, "encoding"), (5, "open_quote")]);
    assert_eq!(report.encodings, ["GB18030"]);
    let lines: Vec<(String, String)> = cart(&desk).into_iter().collect();
    let wanted = [("1001", "5"), ("1003", "5"), ("7:aa11", "6"), ("7:bb22", "8"), ("8", "1.5")];
    assert_eq!(lines, wanted.map(|(key, quantity)| (key.to_owned(), quantity.to_owned())));
}

#[test]
fn pasted_lines_links_and_codes() {
    let folder = tempfile::tempdir().unwrap();
    let desk = stocked(folder.path());
    desk.put_code("大杯", None, &OfferKey::Market(1005), None).unwrap().unwrap();
    desk.put_code("K-1", Some("甲厂"), &OfferKey::Market(7), Some("白色 / M")).unwrap().unwrap();
    desk.put_code("K-1", Some("乙厂"), &OfferKey::Market(1006), None).unwrap().unwrap();
    assert!(matches!(
        desk.put_code("x", None, &OfferKey::Market(7), Some("no")).unwrap(),
        Err(Reason::UnknownSpec { .. })
    ));
    assert!(matches!(desk.put_code("x", None, &OfferKey::Market(99), None), Err(DeskError::NoOffer(_))));
    let text = "大杯 12\r\nyk-9 4\r\nYK-9 4\r\n7:aa11 x 6\r\nhttps://detail.1688.com/offer/1007.html 9\r\n\
                1008\r\nK-1 3\r\nnothing 3\r\n7:zz 1\r\n1009.0 2";
    let report = desk.enter(&EntryList::text(text)).unwrap();
    assert_eq!(
        told(&report),
        [(2, "unknown_offer"), (7, "ambiguous_code"), (8, "unknown_offer"), (9, "unknown_spec")]
    );
    // Nothing said is the least that can be ordered.
    let least = report.good.iter().find(|row| row.line == 6).unwrap();
    assert!(least.is_least && least.quantity == Quantity::whole(3));
    assert_eq!(cart(&desk).len(), 6);
    let table = "供应商,款号,数量\n甲厂,K-1,5\n乙厂,k1,6\n丙厂,K-1,7\n";
    let report = desk.enter(&EntryList::text(table)).unwrap();
    assert_eq!(told(&report), [(4, "ambiguous_code")]);
    assert_eq!((cart(&desk)["7:bb22"].as_str(), cart(&desk)["1006"].as_str()), ("5", "6"));
    assert!(desk.forget_code("大杯", None).unwrap() && !desk.forget_code("大杯", None).unwrap());
}

#[test]
fn a_list_that_grew_adds_what_is_new_of_it_and_takes_nothing_out() {
    let folder = tempfile::tempdir().unwrap();
    let desk = stocked(folder.path());
    let path = folder.path().join("list.csv");
    let enter = |text: &str| {
        std::fs::write(&path, text).unwrap();
        desk.enter(&EntryList::file(&path).unwrap()).unwrap()
    };
    enter("code,qty\n1001,10\n1002,10\n");
    let line = desk.cart_lines().unwrap()[0].id;
    desk.cart_set(line, Quantity::whole(50)).unwrap();
    let report = enter("code,qty\n1001,25\n1002,4\n1003,7\n");
    assert_eq!(told(&report), [(3, "lowered")]);
    // 15 more than the list said before, on top of what the buyer made of it.
    let wanted = [("1001", "65"), ("1002", "10"), ("1003", "7")];
    assert_eq!(cart(&desk), wanted.map(|(key, quantity)| (key.to_owned(), quantity.to_owned())).into());
    assert_eq!(enter("code,qty\n1001,25\n1003,7\n").adding(), 0);
    // Another list asks for its own.
    desk.enter(&EntryList::text("1003 7\n")).unwrap();
    assert_eq!(cart(&desk)["1003"], "14");
    // Everything once more, because the buyer says so.
    desk.enter(&EntryList::file(&path).unwrap().again(true)).unwrap();
    assert_eq!((cart(&desk)["1001"].as_str(), cart(&desk)["1003"].as_str()), ("90", "21"));
}

#[test]
fn codes_come_from_a_list_too() {
    let folder = tempfile::tempdir().unwrap();
    let desk = stocked(folder.path());
    let list = "自编码,供应商,offer_id,规格\nA1,,1001,\nA2,甲厂,7,白色/M\nA3,,99,\n,,1002,\n";
    let (kept, bad) = desk.import_codes(&EntryList::text(list)).unwrap();
    let bad: Vec<_> = bad.iter().map(|bad| (bad.line, bad.reason.word())).collect();
    assert_eq!((kept, bad), (2, vec![(4, "unknown_offer"), (5, "not_a_row")]));
    let report = desk.enter(&EntryList::text("A1 5\nA2 6")).unwrap();
    assert_eq!((report.adding(), cart(&desk)["7:bb22"].as_str()), (2, "6"));
}

#[test]
fn hostile_lists_are_told_or_taken_and_never_shown_raw() {
    let folder = tempfile::tempdir().unwrap();
    let desk = stocked(folder.path());
    let mut hostile = String::new();
    for text in [
        "\u{1b}[2J1001 5",
        "\u{202e}1002 5",
        "=cmd|' /C calc'!A0 5",
        "'; DROP TABLE cart_line;-- 5",
        "1003\u{200b} 5",
    ] {
        hostile.push_str(text);
        hostile.push('\n');
    }
    hostile.push_str(&"x".repeat(300_000));
    let report = desk.enter(&EntryList::text(&hostile)).unwrap();
    assert_eq!(report.good.len() + report.bad.len(), 6);
    for bad in &report.bad {
        let shown = format!("{}{}", bad.text, crate::i18n::entry::reason(crate::i18n::Lang::En, &bad.reason));
        assert!(shown.chars().all(|c| !c.is_control() && c != '\u{202e}' && c != '\u{200b}'), "{shown:?}");
        assert!(shown.chars().count() < 300);
    }
}
