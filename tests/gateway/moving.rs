//! A world on the move over the socket: what `world.churn` says changed is what the export, a detail, a search, a
//! preview and a later server see; cursors outlive the server; answers come packed to those who take them so.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use pifa::wire::{form, sign};
use serde_json::{Value, json};

use crate::sandbox::{CROSSBORDER, EXT, Market, buyable, least_line, options};

fn ids(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// Everything after a cursor, and the cursor then.
async fn after(market: &Market, cursor: &str, limit: &str) -> (Vec<Value>, String) {
    let (mut items, mut cursor) = (Vec::new(), cursor.to_owned());
    loop {
        let page = market.ext("offer.changes", &[("cursor", &cursor), ("limit", limit)]).await;
        assert_eq!(page["restarted"], json!(false), "{cursor}");
        items.extend(page["items"].as_array().unwrap().clone());
        page["cursor"].as_str().unwrap().clone_into(&mut cursor);
        if page["complete"] == json!(true) {
            return (items, cursor);
        }
    }
}

fn by_id(items: Vec<Value>) -> BTreeMap<String, Value> {
    items.into_iter().map(|item| (item["offer_id"].as_str().unwrap().to_owned(), item)).collect()
}

async fn detail(market: &Market, id: &str) -> Value {
    let param = json!({"offerId": id.parse::<i64>().unwrap(), "country": "en"}).to_string();
    let name = "product.search.queryProductDetail";
    market.call(CROSSBORDER, name, &[("offerDetailParam", &param)]).await.1["result"].clone()
}

#[tokio::test]
async fn what_moved_is_what_every_view_says() {
    let market = Market::open(|_| {}).await;
    let (first, cursor) = after(&market, "", "70").await;
    let mut known = by_id(first);
    assert_eq!(known.len(), 300);
    let mut cursor = cursor;
    let mut gone_once = BTreeSet::new();
    for round in 1..=6 {
        let seed = round.to_string();
        let done = market.ext("world.churn", &[("count", "40"), ("seed", &seed)]).await;
        let changed = ids(&done["changed"]);
        assert_eq!(changed.len(), 40);
        let (items, next) = after(&market, &cursor, "7").await;
        cursor = next;
        assert_eq!(items.len(), 40, "each once");
        let rows = by_id(items);
        assert_eq!(rows.keys().cloned().collect::<BTreeSet<_>>(), changed);
        let gone: BTreeSet<String> =
            rows.iter().filter(|(_, row)| row["gone"] == json!(true)).map(|(id, _)| id.clone()).collect();
        assert_eq!(gone, ids(&done["gone"]));
        gone_once.extend(gone.clone());
        for id in &gone {
            assert!(rows[id]["supplier_id"].is_string() && rows[id]["status"] == json!("deleted"));
            assert_eq!(detail(&market, id).await["success"], json!(false));
            let line = least_line(&known[id]);
            let refused = market.preview(&json!([line])).await;
            assert_eq!(refused["errorCode"], json!("500_001"), "{refused}");
        }
        for id in ids(&done["repriced"]) {
            assert_ne!(rows[&id]["tiers"][0]["price"], known[&id]["tiers"][0]["price"], "{id}");
        }
        for (id, row) in rows.iter().filter(|(id, _)| !gone.contains(*id)).take(12) {
            let page = &detail(&market, id).await["result"];
            assert_eq!(page["subject"], row["title"]);
            assert_eq!(page["minOrderQuantity"], row["moq"]);
            let price = |value: &Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
            let first = &page["productSaleInfo"]["priceRangeList"][0];
            assert_eq!(price(&first["price"]), price(&row["tiers"][0]["price"]));
            assert_eq!(page["productSaleInfo"]["amountOnSale"], row["stock"]);
        }
        // What is charged is what the row says: the promotion where there is one.
        let plain = rows.values().find(|row| {
            row["gone"] == json!(false)
                && row["quote_type"] == json!(0)
                && buyable(row)
                && ids(&done["repriced"]).contains(row["offer_id"].as_str().unwrap())
        });
        if let Some(row) = plain {
            let line = least_line(row);
            let quote = market.preview(&json!([line])).await;
            let tier = row["tiers"]
                .as_array()
                .unwrap()
                .iter()
                .rfind(|tier| tier["from_quantity"].as_i64() <= line["quantity"].as_i64())
                .unwrap();
            let price =
                if tier["promotion_price"].is_null() { &tier["price"] } else { &tier["promotion_price"] };
            let price: rust_decimal::Decimal = price.as_str().unwrap().parse().unwrap();
            let sum = price * rust_decimal::Decimal::from(line["quantity"].as_i64().unwrap() * 100);
            let charged = &quote["orderPreviewResuslt"][0]["sumPaymentNoCarriage"];
            assert_eq!(charged.to_string(), sum.normalize().to_string(), "{quote}");
        }
        known.extend(rows);
    }
    assert!(!gone_once.is_empty());
    // A new client's first pass is the world as it stands, and the old one's picture is the same.
    let standing = by_id(after(&market, "", "1000").await.0);
    known.retain(|_, row| row["gone"] == json!(false));
    assert_eq!(standing, known);
    let capabilities = market.ext("capabilities", &[]).await;
    assert_eq!(capabilities["offers"], json!(standing.len()));
    // So is a search.
    let param = json!({"keyword": "杯", "beginPage": 1, "pageSize": 50, "country": "en"}).to_string();
    let found =
        market.call(CROSSBORDER, "product.search.keywordQuery", &[("offerQueryParam", &param)]).await.1;
    let cups = standing.values().filter(|row| row["title"].as_str().unwrap().contains('杯')).count();
    assert_eq!(found["result"]["result"]["totalRecords"], json!(cups));
}

#[tokio::test]
async fn a_cursor_outlives_the_server_and_belongs_to_its_goods() {
    let folder = crate::folder::folder().unwrap();
    let market = Market::with(options(folder.path())).await;
    let whole = by_id(after(&market, "", "1000").await.0);
    let page = market.ext("offer.changes", &[("limit", "120")]).await;
    let mut seen = by_id(page["items"].as_array().unwrap().clone());
    let cursor = page["cursor"].as_str().unwrap().to_owned();
    market.running.stop().await;
    let market = Market::with(options(folder.path())).await;
    let (rest, last) = after(&market, &cursor, "120").await;
    assert_eq!(rest.len(), 180);
    seen.extend(by_id(rest));
    assert_eq!(seen, whole);
    market.ext("world.churn", &[("percent", "10")]).await;
    market.running.stop().await;
    let market = Market::with(options(folder.path())).await;
    assert_eq!(after(&market, &last, "1000").await.0.len(), 30);
    let other = Market::open(|options| options.seed = 8).await;
    for foreign in [cursor, last] {
        let page = other.ext("offer.changes", &[("cursor", &foreign), ("limit", "1000")]).await;
        assert_eq!((&page["restarted"], page["items"].as_array().unwrap().len()), (&json!(true), 300));
    }
}

#[tokio::test]
async fn the_testers_windows_are_open_under_plain_and_refuse_nonsense() {
    let market = Market::open(|options| options.plain = true).await;
    assert_eq!(market.call(EXT, "offer.changes", &[]).await.0, 400);
    let done = market.ext("world.churn", &[("count", "3"), ("seed", "1")]).await;
    assert_eq!(ids(&done["changed"]).len(), 3);
    for count in ["0", "-1", "301"] {
        let (_, body) = market.call(EXT, "world.churn", &[("count", count)]).await;
        assert_eq!(body["errorCode"], json!("CHURN_INVALID"), "{body}");
    }
    for pairs in [&[][..], &[("count", "1"), ("percent", "1")][..]] {
        assert_eq!(market.call(EXT, "world.churn", pairs).await.0, 400);
    }
    let open = Market::open(|_| {}).await;
    let page = open.ext("offer.changes", &[("limit", "300")]).await;
    let keys: Vec<&str> =
        page["suppliers"].as_array().unwrap().iter().map(|s| s["supplier_id"].as_str().unwrap()).collect();
    let told = open.ext("world.truth", &[("supplier_ids", &keys.join(","))]).await;
    let rows = told["suppliers"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["supplier_id"].as_str().unwrap()).collect::<Vec<_>>(), keys);
    let kinds: BTreeSet<&str> = rows.iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert!(kinds.iter().all(|kind| ["factory", "trader", "unclear"].contains(kind)) && kinds.len() > 1);
    // Nothing else says it.
    assert!(page["suppliers"].as_array().unwrap().iter().all(|row| row.get("kind").is_none()));
}

#[tokio::test]
async fn answers_come_packed_to_those_who_take_them_so() {
    let market = Market::open(|_| {}).await;
    let path = sign::path(EXT, "offer.changes", &market.running.app_key);
    let token = market.running.access_token.clone();
    let mut pairs = vec![("limit", "300"), ("access_token", token.as_str())];
    let signature = sign::signature(&market.running.app_secret, &path, pairs.iter().copied());
    pairs.push((sign::SIGNATURE_FIELD, &signature));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut bodies = Vec::new();
    for accepted in ["identity", "gzip", "deflate, gzip;q=0"] {
        let request = client
            .post(format!("{}/openapi/{path}", market.running.url))
            .header("accept-encoding", accepted)
            .body(form::encode(pairs.iter().copied()));
        let response = request.send().await.unwrap();
        let packed = response.headers().get("content-encoding").is_some_and(|coding| coding == "gzip");
        assert_eq!(packed, accepted == "gzip");
        let body = response.bytes().await.unwrap().to_vec();
        if packed {
            let mut whole = Vec::new();
            flate2::read::GzDecoder::new(body.as_slice()).read_to_end(&mut whole).unwrap();
            assert!(body.len() * 3 < whole.len(), "{} of {}", body.len(), whole.len());
            bodies.push(whole);
        } else {
            bodies.push(body);
        }
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
}
