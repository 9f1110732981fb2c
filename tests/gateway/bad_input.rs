//! Bad input of every kind at the built binary: what was typed, settings and files of the user's, markets that
//! refuse, are dead or lie, and hostile text. Each ends with the documented exit code and a message that says what
//! happened and what to do; nothing is lost, nothing panics, no byte of theirs reaches the terminal.

mod answers;
mod arguments;
mod figures;
mod files;
mod import;
mod markets;
mod texts;

use serde_json::{Value, json};

use crate::bench::{Buyer, Sandbox};

/// A market of a few goods with plain prices: any quantity of `1001` can be ordered at once.
struct Shop {
    market: Sandbox,
    _folder: tempfile::TempDir,
}

impl Shop {
    fn open(rows: &[Value]) -> Shop {
        let folder = crate::folder::folder().unwrap();
        let file = folder.path().join("goods.jsonl");
        let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        Shop { market: Sandbox::start(&["--catalog", file.to_str().unwrap()]), _folder: folder }
    }

    fn plain() -> Shop {
        let row = |id: &str, title: &str, shop: &str| {
            json!({"item_id": id, "title": title, "price": "12.50", "moq": 2, "shop": shop,
                   "free_shipping": true})
        };
        Shop::open(&[row("1001", "保温杯", "甲厂"), row("1002", "毛巾", "乙厂"), row("1003", "拖鞋", "丙厂")])
    }

    /// A buyer who has synced and has three of `1001` in the cart.
    fn buyer(&self) -> Buyer {
        let buyer = Buyer::at(&self.market);
        buyer.does(&["sync"]);
        buyer.does(&["cart", "add", "1001", "3"]);
        assert_eq!(buyer.does(&["cart", "check"])["ok"], true);
        buyer
    }

    fn orders(&self) -> usize {
        self.market.ledger()["orders"].as_array().unwrap().len()
    }
}

/// The cart as its document's bytes: equal bytes, nothing lost.
fn cart(buyer: &Buyer) -> Vec<u8> {
    buyer.says(&["cart", "list"]).exits(0).out
}

/// An origin of this machine where nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Runs all of these at the same time: they wait more than they work.
fn all_at_once<T: Send>(jobs: Vec<Box<dyn FnOnce() -> T + Send + '_>>) -> Vec<T> {
    std::thread::scope(|scope| {
        let running: Vec<_> = jobs.into_iter().map(|job| scope.spawn(job)).collect();
        running.into_iter().map(|job| job.join().unwrap()).collect()
    })
}
