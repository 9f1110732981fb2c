//! What is known of suppliers, against the marketplace itself: their records field by field, and how well the signs
//! tell factories from traders.

use std::collections::HashMap;

use pifa::catalog::{Catalog, SupplierFigures};
use pifa::domain::factory::Confidence;
use pifa::domain::id::SupplierId;
use pifa::domain::mark::Marks;
use pifa::domain::quantity::Quantity;
use pifa::domain::supplier::Supplier;
use pifa::market::Marketplace;
use pifa::market::gateway::{Credentials, Gateway};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::bench::hurried;
use crate::sandbox::Market;

/// A market, and a catalog that has read all of it.
async fn read_whole(offers: u64, seed: u64) -> (Market, Catalog, Vec<Supplier>) {
    let market = Market::open(|options| (options.offers, options.seed) = (offers, seed)).await;
    let credentials = Credentials {
        app_key: market.running.app_key.clone(),
        app_secret: market.running.app_secret.clone(),
        access_token: Some(market.running.access_token.clone()),
    };
    let gateway = Gateway::new(credentials, hurried(&market.running.url)).unwrap();
    let catalog = Catalog::open_in_memory().unwrap();
    let mut suppliers: HashMap<SupplierId, Supplier> = HashMap::new();
    let mut cursor = String::new();
    loop {
        let page = gateway.changes(&cursor, 1000).await.unwrap();
        catalog.upsert(&page.offers, &page.suppliers).unwrap();
        suppliers.extend(page.suppliers.into_iter().map(|supplier| (supplier.id.clone(), supplier)));
        cursor = page.cursor;
        if page.complete {
            break;
        }
    }
    (market, catalog, suppliers.into_values().collect())
}

fn confidences(catalog: &Catalog, suppliers: &[Supplier]) -> Vec<Confidence> {
    let all: Vec<&Supplier> = suppliers.iter().collect();
    let figures: Vec<SupplierFigures> =
        catalog.supplier_figures(&all, Quantity::whole(100), &Marks::default()).unwrap();
    figures.into_iter().map(|figures| figures.confidence).collect()
}

/// How often one of these stands above one of those; ties count half.
fn auc(above: &[u32], below: &[u32]) -> f64 {
    let wins: f64 = above
        .iter()
        .flat_map(|a| below.iter().map(move |b| (a, b)))
        .map(|(a, b)| match a.cmp(b) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
        .sum();
    wins / (above.len() * below.len()) as f64
}

#[tokio::test]
async fn the_signs_tell_factories_from_traders_and_add_up() {
    for seed in [1, 1688] {
        let (market, catalog, suppliers) = read_whole(8_000, seed).await;
        let found = confidences(&catalog, &suppliers);
        let ids: Vec<&str> = suppliers.iter().map(|supplier| supplier.id.as_str()).collect();
        let (_, truth) =
            market.call("com.pifa.ext", "world.truth", &[("supplier_ids", &ids.join(","))]).await;
        let truth: HashMap<String, String> = truth["result"]["suppliers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (row["supplier_id"].as_str().unwrap().to_owned(), row["kind"].as_str().unwrap().to_owned())
            })
            .collect();
        let mut by_kind: HashMap<&str, Vec<u32>> = HashMap::new();
        for (supplier, confidence) in suppliers.iter().zip(&found) {
            let kind = truth[supplier.id.as_str()].as_str();
            by_kind.entry(kind).or_default().push(confidence.percent);
            let sum: i32 = 50 + confidence.reasons.iter().map(|(_, points)| points).sum::<i32>();
            assert_eq!(confidence.percent as i32, sum.clamp(1, 99), "{:?}", confidence.reasons);
        }
        let (factories, traders) = (&by_kind["factory"], &by_kind["trader"]);
        assert!(factories.len() >= 200 && traders.len() >= 100, "{} {}", factories.len(), traders.len());
        let rest: Vec<u32> = traders.iter().chain(&by_kind["unclear"]).copied().collect();
        println!(
            "seed {seed}: {:.4} against traders, {:.4} against all others",
            auc(factories, traders),
            auc(factories, &rest)
        );
        assert!(auc(factories, traders) >= 0.9, "seed {seed}: {:.4}", auc(factories, traders));
    }
}

#[tokio::test]
async fn a_supplier_in_the_catalog_is_what_the_market_says_of_them() {
    let (market, catalog, suppliers) = read_whole(600, 7).await;
    let (_, told) = market.call("com.pifa.ext", "supplier.search", &[("pageSize", "100")]).await;
    let told = told["result"]["suppliers"].as_array().unwrap();
    assert!(told.len() >= 40 && told.len() <= suppliers.len());
    let decimal = |value: &Value| -> Option<Decimal> { value.as_str().map(|text| text.parse().unwrap()) };
    for row in told {
        let id = SupplierId::new(row["supplier_id"].as_str().unwrap());
        let own = catalog.supplier(&id).unwrap().unwrap();
        let text = |field: &str| row[field].as_str().map(str::to_owned);
        let shown = |field: &Option<pifa::domain::text::Clean>| field.as_ref().map(ToString::to_string);
        assert_eq!(Some(own.name.to_string()), text("name"));
        assert_eq!(
            (shown(&own.belt), shown(&own.province), shown(&own.city)),
            (text("belt"), text("province"), text("city"))
        );
        assert_eq!(own.years.map(u64::from), row["years"].as_u64());
        assert_eq!(own.medal_level.map(u64::from), row["medal_level"].as_u64());
        let rates = [own.repeat_rate, own.pickup_48h, own.quality_refund];
        assert_eq!(
            rates,
            ["repeat_rate", "collect_48h", "quality_refund_30d"].map(|field| decimal(&row[field]))
        );
        let scores = &own.scores;
        let six = [
            scores.composite,
            scores.logistics,
            scores.dispute,
            scores.offer,
            scores.after_sales,
            scores.consulting,
        ];
        let names = ["composite", "logistics", "dispute", "offer", "after_sales", "consulting"];
        assert_eq!(six, names.map(|name| decimal(&row["scores"][name])), "{id}");
    }
}

fn ids(document: &Value) -> Vec<&str> {
    document["suppliers"].as_array().unwrap().iter().map(|row| row["supplier_id"].as_str().unwrap()).collect()
}

#[test]
fn badges_new_ones_and_the_whole_of_one_at_the_built_binary() {
    let market = crate::bench::Sandbox::start(&["--offers", "400", "--seed", "3"]);
    let buyer = crate::bench::Buyer::at(&market);
    buyer.does(&["sync"]);
    let all = buyer.does(&["suppliers", "--limit", "5"]);
    let (total, listed) = (all["total"].as_u64().unwrap(), ids(&all));
    assert!(total > 5 && listed.len() == 5, "{all}");
    let (first, second) = (listed[0], &all["suppliers"][1]);

    let list = format!(
        "# a list\n{first},宝藏工厂\n{}\tTOP100\nnobody,TOP100\nno badge\n",
        second["name"].as_str().unwrap()
    );
    let file = buyer.file("top.csv", list.as_bytes());
    let report = buyer.does(&["catalog", "badges", "import", file.to_str().unwrap()]);
    assert_eq!((report["imported"].as_u64(), report["bad"][0]["line"].as_u64()), (Some(3), Some(5)));
    assert_eq!(report["unmatched"][0]["supplier"], "nobody");
    assert!(buyer.data_dir().join("badges/top.txt").is_file());
    assert_eq!(ids(&buyer.does(&["suppliers", "identity:宝藏工厂"])), [first]);
    assert_eq!(
        ids(&buyer.does(&["suppliers", "identity:TOP100"])),
        [second["supplier_id"].as_str().unwrap()]
    );
    // The cache may go, the list stays.
    buyer.does(&["catalog", "clear"]);
    buyer.does(&["sync"]);
    assert_eq!(ids(&buyer.does(&["suppliers", "identity:宝藏工厂"])), [first]);
    buyer.says(&["catalog", "badges", "import", "/no/such/list"]).exits(1);

    // All are new until somebody looked, and none after that.
    let new = buyer.does(&["suppliers", "--new", "--limit", "10000"]);
    assert_eq!((new["total"].as_u64(), ids(&new).len() as u64), (Some(total), total));
    assert_eq!(buyer.does(&["suppliers", "--new"])["total"], 0);
    assert_eq!(buyer.does(&["suppliers", "--limit", "1"])["suppliers"][0]["new"], false);

    let sheet = buyer.does(&["suppliers", "--show", first]);
    assert_eq!(sheet["badges"], serde_json::json!(["宝藏工厂"]));
    let factory = &sheet["factory"];
    let points: i64 =
        factory["reasons"].as_array().unwrap().iter().map(|reason| reason["points"].as_i64().unwrap()).sum();
    assert_eq!(
        factory["percent"].as_i64().unwrap(),
        (factory["base"].as_i64().unwrap() + points).clamp(1, 99)
    );
    let offers = sheet["listed"].as_array().unwrap();
    let said = |word: &str| offers.iter().filter(|offer| offer["yanxuan"] == word).count() as u64;
    assert_eq!(sheet["yanxuan"]["passed"].as_u64(), Some(said("pass")));
    assert_eq!(sheet["yanxuan"]["too_few"].as_u64(), Some(said("too_few")));
    let one = offers.iter().find(|offer| !offer["rating"].is_null()).unwrap();
    let shown = buyer.does(&["show", one["offer_id"].as_str().unwrap()]);
    assert_eq!((&shown["yanxuan"], &shown["rating"]), (&one["yanxuan"], &one["rating"]));
    // Asked of offers: whoever has one.
    let dropship = buyer.does(&["suppliers", "dropship", "--limit", "10000"]);
    let without = buyer.does(&["suppliers", "--limit", "10000", "--", "-dropship"]);
    assert_eq!(dropship["total"].as_u64().unwrap() + without["total"].as_u64().unwrap(), total);
    assert!(dropship["total"].as_u64().unwrap() > 0);
    buyer.says(&["suppliers", "--show", "nobody"]).exits(3);
}
