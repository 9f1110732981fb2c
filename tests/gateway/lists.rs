//! Lists at the built binary: into the cart once, every bad row by line and reason, out to files and back.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::bench::{Buyer, Said};

/// A buyer with imported goods only: twenty of one list, counted, and two by the metre.
fn buyer() -> Buyer {
    let buyer = Buyer::embedded();
    let mut rows: Vec<String> = (0..20)
        .map(|n| json!({"item_no": format!("K-{n:02}"), "title": format!("=保温杯 {n}, \"大\""), "price": "9.50", "moq": 2, "unit": "个", "supplier": "甲厂"}).to_string())
        .collect();
    rows.extend((0..2).map(|n| {
        json!({"item_no": format!("M-{n}"), "title": "纱布", "price": "1.25", "unit": "米"}).to_string()
    }));
    let file = buyer.file("prices.jsonl", rows.join("\n").as_bytes());
    buyer.says(&["--offline", "catalog", "import", file.to_str().unwrap()]).exits(0);
    buyer
}

fn lines(buyer: &Buyer) -> Vec<(String, Value)> {
    let cart = buyer.does(&["--offline", "cart", "list"]);
    let parts = cart["suppliers"].as_array().unwrap().clone();
    let lines = parts.iter().flat_map(|part| part["lines"].as_array().unwrap().clone());
    let mut lines: Vec<(String, Value)> =
        lines.map(|line| (line["offer_id"].as_str().unwrap().to_owned(), line["quantity"].clone())).collect();
    lines.sort_by(|one, other| one.0.cmp(&other.0));
    lines
}

fn piped(buyer: &Buyer, arguments: &[&str], input: &[u8]) -> Said {
    let mut command = buyer.command();
    let mut child = command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have read enough before the end.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: output.stdout,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a_list_goes_in_once_and_its_bad_rows_are_told_by_line() {
    let buyer = buyer();
    buyer.does(&["--offline", "code", "add", "大杯", "L:prices:K-05"]);
    let list = "\u{feff}货号,规格,数量\r\nK-01,,300\r\nK-02,,0\r\nK-03,,-1\r\nK-04,,1e9\r\n大杯,,6\r\nK-06,,1.5\r\nM-0,,1.5\r\n\
                3.31E+18,,5\r\nK-99,,5\r\nK-01,,7\r\nK-07,\"open,5\r\nK-08,蓝色,5\r\n合计,,\r\nK-09,,\r\n";
    let file = buyer.file("list.csv", list.as_bytes());
    let file = file.to_str().unwrap();
    let dry = buyer.does(&["--offline", "cart", "import", file, "--dry-run"]);
    assert!(lines(&buyer).is_empty() && dry["dry_run"] == true);
    let report = buyer.does(&["--offline", "cart", "import", file]);
    assert_eq!(report["rows"], dry["rows"]);
    let bad: Vec<(u64, String)> = report["bad"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| (bad["line"].as_u64().unwrap(), bad["reason"].as_str().unwrap().to_owned()))
        .collect();
    let wanted = [
        (3, "bad_quantity"),
        (4, "bad_quantity"),
        (5, "bad_quantity"),
        (7, "fraction"),
        (9, "ruined_id"),
        (10, "unknown_offer"),
        (11, "duplicate"),
        (12, "open_quote"),
        (13, "unknown_spec"),
        (14, "unknown_offer"),
    ];
    assert_eq!(bad, wanted.map(|(line, word)| (line, word.to_owned())));
    assert_eq!((&report["read"], &report["added"], &report["bad_rows"]), (&14.into(), &4.into(), &10.into()));
    let cart = [
        ("L:prices:K-01", json!(300)),
        ("L:prices:K-05", json!(6)),
        ("L:prices:K-09", json!(2)),
        ("L:prices:M-0", json!(1.5)),
    ];
    let cart: Vec<(String, Value)> = cart.into_iter().map(|(key, units)| (key.to_owned(), units)).collect();
    assert_eq!(lines(&buyer), cart);
    // For people: file, line and sentence.
    let human = buyer.tells(&["--offline", "cart", "import", file]).exits(0);
    assert!(human.err.contains("list.csv:9: 3.31E+18 is an id a spreadsheet rounded"), "{human:?}");
    assert!(String::from_utf8_lossy(&human.out).contains("0 rows added, 4 were in already, 10 not taken"));
    assert_eq!(lines(&buyer), cart);
    // The same through a pipe is the same list; undo takes all of it back as one step.
    let again = piped(&buyer, &["--offline", "cart", "import", "-"], list.as_bytes()).exits(0).json();
    assert_eq!((&again["added"], &again["already"]), (&0.into(), &4.into()));
    assert_eq!(buyer.does(&["--offline", "cart", "undo"])["done"], "import");
    assert!(lines(&buyer).is_empty());
    buyer.does(&["--offline", "cart", "import", file]);
    assert_eq!(lines(&buyer), cart);
    buyer.does(&["--offline", "cart", "import", file, "--again"]);
    assert_eq!(lines(&buyer)[0].1, json!(600));
}

#[test]
fn what_goes_out_comes_back_and_cannot_act() {
    for ending in ["csv", "xlsx"] {
        for lang in ["en", "zh-CN", "zh-TW"] {
            let buyer = buyer();
            let list =
                (0..20).map(|n| format!("K-{n:02} {}\n", n * 7 + 2)).collect::<String>() + "M-1 2.125\n";
            piped(&buyer, &["--offline", "cart", "import", "-"], list.as_bytes()).exits(0);
            let before = lines(&buyer);
            assert_eq!(before.len(), 21);
            let file = buyer.file(&format!("cart.{ending}"), b"");
            let file = file.to_str().unwrap();
            let told = buyer.does(&["--offline", "--lang", lang, "cart", "export", file]);
            assert_eq!(told["rows"], 21);
            let bytes = std::fs::read(file).unwrap();
            if ending == "csv" {
                assert!(bytes.starts_with(b"\xef\xbb\xbf"));
                let text = String::from_utf8(bytes).unwrap();
                // A title that begins with = is no formula any more.
                assert!(
                    text.contains("\"'=保温杯 0, \"\"大\"\"\"")
                        && !text.contains(",=")
                        && !text.contains("\"="),
                    "{text}"
                );
            } else {
                assert!(bytes.starts_with(b"PK"));
            }
            buyer.does(&["--offline", "cart", "clear"]);
            let report = buyer.does(&["--offline", "cart", "import", file]);
            assert_eq!((&report["added"], &report["bad_rows"]), (&21.into(), &0.into()), "{lang} {report}");
            assert_eq!(lines(&buyer), before);
        }
    }
}

#[test]
fn a_comparison_and_orders_go_out_too_and_what_cannot_be_done_is_said() {
    let buyer = buyer();
    let file = buyer.file("compared.xlsx", b"");
    let file = file.to_str().unwrap();
    buyer.does(&["--offline", "compare", "L:prices:K-01", "L:prices:K-02", "--qty", "30", "--export", file]);
    let report = buyer.does(&["--offline", "cart", "import", file]);
    assert_eq!((&report["added"], lines(&buyer)[1].1.clone()), (&2.into(), json!(30)));
    let orders = buyer.file("orders.csv", b"");
    let told = buyer.does(&["--offline", "order", "export", orders.to_str().unwrap()]);
    let text = std::fs::read_to_string(&orders).unwrap();
    assert_eq!(text.lines().count() as u64, 1 + told["rows"].as_u64().unwrap());
    assert!(text.starts_with("\u{feff}order_id,out_order_id,state,created_at,supplier_id,"), "{text}");
    assert_eq!(buyer.says(&["--offline", "cart", "export", "cart.pdf"]).complains(2)["code"], "usage");
    assert_eq!(buyer.says(&["--offline", "cart", "import", "no-such.csv"]).complains(1)["code"], "import");
    let binary = buyer.file("x.png", b"\x89PNG\0\0\0");
    let said = buyer.says(&["--offline", "cart", "import", binary.to_str().unwrap()]).complains(1);
    assert!(said["message"].as_str().unwrap().contains("neither text nor a workbook"), "{said}");
    let huge = vec![b'x'; 17 << 20];
    assert!(piped(&buyer, &["--offline", "cart", "import", "-"], &huge).code == 1);
}

#[test]
fn codes_are_kept_listed_and_forgotten() {
    let buyer = buyer();
    let code = |arguments: &[&str]| {
        let all: Vec<&str> = ["--offline", "code"].into_iter().chain(arguments.iter().copied()).collect();
        buyer.says(&all)
    };
    code(&["add", "A-1", "L:prices:K-01"]).exits(0);
    code(&["add", "77", "L:prices:K-02", "--supplier", "甲厂"]).exits(0);
    assert_eq!(code(&["add", "A-2", "L:prices:none"]).complains(3)["code"], "not_found");
    assert_eq!(code(&["add", "A-2", "L:prices:K-01:blue"]).complains(2)["code"], "usage");
    let kept = code(&["list"]).exits(0).json();
    assert_eq!(
        kept["codes"],
        json!([
            {"code": "77", "supplier": "甲厂", "offer_id": "L:prices:K-02", "spec_id": null},
            {"code": "A-1", "supplier": null, "offer_id": "L:prices:K-01", "spec_id": null}
        ])
    );
    let list = buyer.file("codes.csv", "自编码,商品编号\nB-1,L:prices:K-03\nB-2,L:prices:none\n".as_bytes());
    let told = code(&["import", list.to_str().unwrap()]).exits(0).json();
    assert_eq!((&told["imported"], &told["bad"][0]["line"]), (&1.into(), &3.into()));
    assert_eq!(code(&["rm", "a1"]).exits(0).json()["codes"].as_array().unwrap().len(), 2);
    assert_eq!(code(&["rm", "A-1"]).complains(3)["code"], "not_found");
    piped(&buyer, &["--offline", "cart", "import", "-"], "款号,供应商,数量\n77,甲厂,4\n".as_bytes()).exits(0);
    assert_eq!(lines(&buyer), [("L:prices:K-02".to_owned(), json!(4))]);
}
