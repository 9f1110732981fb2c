//! The sandbox marketplace over its socket: who is let in, what an order goes through, what two servers on one
//! state agree on.

use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;
use pifa::sandbox::{Idempotency, Options, Running, start};
use pifa::wire::{form, sign};
use rust_decimal::Decimal;
use serde_json::{Value, json};

pub const CROSSBORDER: &str = "com.alibaba.fenxiao.crossborder";
pub const TRADE: &str = "com.alibaba.trade";
pub const EXT: &str = "com.pifa.ext";
/// The default address, Guangzhou.
pub const ADDRESS: i64 = 560_954_849;

/// A server with its own folder and a client for it.
pub struct Market {
    pub running: Running,
    pub folder: Option<tempfile::TempDir>,
    client: reqwest::Client,
}

pub fn options(state: &Path) -> Options {
    Options { offers: 300, seed: 7, ..Options::new(state.to_owned()) }
}

impl Market {
    pub async fn open(change: impl FnOnce(&mut Options)) -> Market {
        let folder = crate::folder::folder().unwrap();
        let mut options = options(folder.path());
        change(&mut options);
        let mut market = Market::with(options).await;
        market.folder = Some(folder);
        market
    }

    pub async fn with(options: Options) -> Market {
        // The client library wants a provider even for plain http; only the first caller installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let running = start(options).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Market { running, folder: None, client }
    }

    /// Sends these pairs as they are.
    pub async fn send(&self, path: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
        let response = self
            .client
            .post(format!("{}/openapi/{path}", self.running.url))
            .header("content-type", form::CONTENT_TYPE)
            .body(form::encode(pairs.iter().copied()))
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        (
            status,
            serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body))),
        )
    }

    /// Signs and sends, with the token.
    pub async fn call(&self, namespace: &str, name: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
        let mut pairs = pairs.to_vec();
        pairs.push(("access_token", &self.running.access_token));
        self.call_as(namespace, name, &pairs).await
    }

    /// Signs and sends just these pairs.
    pub async fn call_as(&self, namespace: &str, name: &str, pairs: &[(&str, &str)]) -> (u16, Value) {
        let path = sign::path(namespace, name, &self.running.app_key);
        let signature = sign::signature(&self.running.app_secret, &path, pairs.iter().copied());
        let mut pairs = pairs.to_vec();
        pairs.push((sign::SIGNATURE_FIELD, &signature));
        self.send(&path, &pairs).await
    }

    /// Signs and sends, with the token; the body as it came.
    pub async fn raw(&self, namespace: &str, name: &str, pairs: &[(&str, &str)]) -> Vec<u8> {
        let mut pairs = pairs.to_vec();
        pairs.push(("access_token", &self.running.access_token));
        let path = sign::path(namespace, name, &self.running.app_key);
        let signature = sign::signature(&self.running.app_secret, &path, pairs.iter().copied());
        pairs.push((sign::SIGNATURE_FIELD, &signature));
        let request = self.client.post(format!("{}/openapi/{path}", self.running.url));
        request.body(form::encode(pairs)).send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    /// An extension call's result.
    pub async fn ext(&self, name: &str, pairs: &[(&str, &str)]) -> Value {
        let (status, body) = self.call(EXT, name, pairs).await;
        assert_eq!((status, &body["success"]), (200, &json!(true)), "{name}: {body}");
        body["result"].clone()
    }

    /// Every offer row of the extension.
    pub async fn offers(&self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.ext("offer.changes", &[("cursor", &cursor), ("limit", "200")]).await;
            all.extend(page["items"].as_array().unwrap().clone());
            cursor = page["cursor"].as_str().unwrap().to_owned();
            if page["complete"] == json!(true) {
                return all;
            }
        }
    }

    pub async fn preview(&self, lines: &Value) -> Value {
        let address = json!({"addressId": ADDRESS}).to_string();
        let pairs =
            [("addressParam", address.as_str()), ("cargoParamList", &lines.to_string()), ("flow", "general")];
        self.call(TRADE, "alibaba.createOrder.preview", &pairs).await.1
    }

    pub async fn create(&self, lines: &Value, out_order_id: &str) -> Value {
        let address = json!({"addressId": ADDRESS}).to_string();
        let pairs = [
            ("addressParam", address.as_str()),
            ("cargoParamList", &lines.to_string()),
            ("flow", "general"),
            ("tradeType", "assureTrade"),
            ("outOrderId", out_order_id),
        ];
        self.call(TRADE, "alibaba.trade.fastCreateOrder", &pairs).await.1
    }

    pub async fn dump(&self) -> Value {
        self.ext("orders.dump", &[]).await
    }
}

/// A line that orders exactly the least quantity of an offer.
pub fn least_line(offer: &Value) -> Value {
    let moq = offer["moq"].as_i64().unwrap();
    let lot = offer["lot"].as_i64().unwrap_or(1);
    let quantity = (moq + lot - 1) / lot * lot;
    let spec = offer["skus"]
        .as_array()
        .unwrap()
        .iter()
        .find(|sku| sku["stock"].as_i64().unwrap() >= quantity)
        .map(|sku| sku["spec_id"].clone());
    json!({"offerId": offer["offer_id"].as_str().unwrap().parse::<i64>().unwrap(), "specId": spec, "quantity": quantity})
}

/// Whether the least quantity of an offer can be bought alone.
pub fn buyable(offer: &Value) -> bool {
    let line = least_line(offer);
    let quantity = line["quantity"].as_i64().unwrap();
    let stocked = if offer["quote_type"] == json!(0) {
        offer["stock"].as_i64().unwrap() >= quantity
    } else {
        line["specId"].is_string()
    };
    stocked && offer["purchase_limit"].as_i64().is_none_or(|limit| limit >= quantity)
}

#[tokio::test]
async fn a_marketplace_starts_answers_and_stops() {
    let market = Market::open(|_| {}).await;
    assert!(market.running.url.starts_with("http://127.0.0.1:"));
    let (status, body) = market.call_as("system", "currentTime", &[]).await;
    assert_eq!(status, 200);
    assert!(pifa::wire::date::parse(body.as_str().unwrap()).is_some(), "{body}");
    let capabilities = market.ext("capabilities", &[]).await;
    assert_eq!(capabilities["market_id"], json!(market.running.market_id));
    assert_eq!(capabilities["offers"], json!(300));
    let url = market.running.url.clone();
    let client = market.client.clone();
    market.running.stop().await;
    assert!(client.get(url).send().await.is_err());
}

#[tokio::test]
async fn only_loopback_is_served() {
    let folder = crate::folder::folder().unwrap();
    let mut options = options(folder.path());
    options.listen = "0.0.0.0:0".parse().unwrap();
    assert!(start(options).await.is_err());
}

#[tokio::test]
async fn key_signature_token_grant_and_parameters_are_judged_in_this_order() {
    let market = Market::open(|_| {}).await;
    let key = &market.running.app_key;
    let code = |(status, body): (u16, Value)| (status, body["error_code"].as_str().unwrap().to_owned());
    let detail = sign::path(CROSSBORDER, "product.search.queryProductDetail", key);
    let foreign = sign::path(CROSSBORDER, "product.search.queryProductDetail", "1");
    assert_eq!(code(market.send(&foreign, &[]).await), (400, "gw.AppKeyMissing".into()));
    assert_eq!(code(market.send(&detail, &[]).await), (400, "gw.SignatureMissing".into()));
    let wrong = [(sign::SIGNATURE_FIELD, "00")];
    assert_eq!(code(market.send(&detail, &wrong).await), (400, "gw.SignatureInvalid".into()));
    // Signed, without a token; even for a call nobody serves.
    for name in ["product.search.queryProductDetail", "product.search.imageQuery", "nothing"] {
        assert_eq!(code(market.call_as(CROSSBORDER, name, &[]).await), (401, "401".into()), "{name}");
    }
    let stale = [("access_token", "0123")];
    let answer = market.call_as(CROSSBORDER, "product.search.queryProductDetail", &stale).await;
    assert_eq!(answer.1["error_message"], json!("Request need user authorized"));
    assert_eq!(
        code(market.call(CROSSBORDER, "product.search.imageQuery", &[]).await),
        (403, "gw.APIACLDecline".into())
    );
    assert_eq!(code(market.call(CROSSBORDER, "nothing", &[]).await), (400, "gw.APIUnsupported".into()));
    let missing = market.call(CROSSBORDER, "product.search.queryProductDetail", &[]).await;
    assert_eq!(missing.1["error_message"], json!("Required argument offerDetailParam"));
    let nested = [("offerDetailParam", r#"{"country":"en"}"#)];
    let missing = market.call(CROSSBORDER, "product.search.queryProductDetail", &nested).await;
    assert_eq!(missing.1["error_message"], json!("Required argument offerId"));
    // The token is ignored where none is needed, and a changed value breaks the signature.
    assert_eq!(market.call_as("com.alibaba.product", "alibaba.category.get", &stale).await.0, 200);
    let path = sign::path("system", "currentTime", key);
    let signature = sign::signature(&market.running.app_secret, &path, [("a", "1")]);
    let changed = [("a", "2"), (sign::SIGNATURE_FIELD, signature.as_str())];
    assert_eq!(code(market.send(&path, &changed).await), (400, "gw.SignatureInvalid".into()));
    // Every one of them was counted.
    let requests = market.dump().await["requests"].clone();
    assert_eq!(requests["product.search.queryProductDetail"], json!(7));
}

#[tokio::test]
async fn an_order_goes_from_preview_to_the_books() {
    let market = Market::open(|_| {}).await;
    let offers = market.offers().await;
    let offer = offers
        .iter()
        .find(|offer| {
            buyable(offer) && offer["moq"].as_i64() > Some(1) && offer["freight"]["kind"] == json!("template")
        })
        .unwrap();
    let line = least_line(offer);
    let preview = market.preview(&json!([line])).await;
    let quote = &preview["orderPreviewResuslt"][0];
    assert_eq!((&preview["success"], &quote["status"]), (&json!(true), &json!(true)), "{preview}");
    assert_eq!(quote["flowFlag"], json!("general"));
    let created = market.create(&json!([line]), "out-1").await;
    assert_eq!(created["success"], json!(true), "{created}");
    assert_eq!(created["result"]["totalSuccessAmount"], quote["sumPayment"]);
    let id = created["result"]["orderId"].as_str().unwrap();
    assert_eq!(id.len(), 19);

    let dump = market.dump().await;
    let order = &dump["orders"][0];
    assert_eq!(dump["orders"].as_array().unwrap().len(), 1);
    assert_eq!((&order["order_id"], &order["out_order_id"]), (&json!(id), &json!("out-1")));
    assert_eq!((&order["create_seq"], &order["state"]), (&json!(1), &json!("waitbuyerpay")));
    assert_eq!(order["supplier_id"], offer["supplier_id"]);
    let fen = |value: &Value| {
        (Decimal::from_str(value.as_str().unwrap()).unwrap() * Decimal::ONE_HUNDRED).normalize()
    };
    assert_eq!(fen(&order["goods"]).to_string(), quote["sumPaymentNoCarriage"].to_string());
    assert_eq!(fen(&order["freight"]).to_string(), quote["sumCarriage"].to_string());
    assert_eq!(fen(&order["total"]).to_string(), quote["sumPayment"].to_string());
    assert_eq!(order["lines"][0]["quantity"], line["quantity"]);
    assert_eq!(dump["requests"]["alibaba.trade.fastCreateOrder"], json!(1));
    assert_eq!(dump["requests"]["alibaba.createOrder.preview"], json!(1));

    // Stock went down, and the change is the only one after the first pass.
    let page = market.ext("offer.changes", &[("limit", "1000")]).await;
    let cursor = page["cursor"].as_str().unwrap().to_owned();
    assert_eq!(page["complete"], json!(true));
    market.create(&json!([line]), "out-2").await;
    let page = market.ext("offer.changes", &[("cursor", &cursor)]).await;
    let [changed] = page["items"].as_array().unwrap().as_slice() else { panic!("{page}") };
    assert_eq!(changed["offer_id"], offer["offer_id"]);
    let moved = offer["stock"].as_i64().unwrap() - changed["stock"].as_i64().unwrap();
    assert_eq!(moved, 2 * line["quantity"].as_i64().unwrap());
    assert_eq!(page["suppliers"][0]["supplier_id"], offer["supplier_id"]);
    let again = market.ext("offer.changes", &[("cursor", page["cursor"].as_str().unwrap())]).await;
    assert_eq!((&again["items"], &again["complete"]), (&json!([]), &json!(true)));
    let foreign = market.ext("offer.changes", &[("cursor", "nonsense"), ("limit", "1")]).await;
    assert_eq!(foreign["restarted"], json!(true));
}

#[tokio::test]
async fn the_same_create_twice_is_two_orders_or_one() {
    for (idempotency, orders) in [(Idempotency::Off, 2), (Idempotency::OutOrderId, 1)] {
        let market = Market::open(|options| options.idempotency = idempotency).await;
        let offers = market.offers().await;
        let line = least_line(offers.iter().find(|offer| buyable(offer)).unwrap());
        let first = market.create(&json!([line]), "same").await;
        let second = market.create(&json!([line]), "same").await;
        let same = first["result"]["orderId"] == second["result"]["orderId"];
        assert_eq!(same, orders == 1, "{first} {second}");
        let dump = market.dump().await;
        assert_eq!(dump["orders"].as_array().unwrap().len(), orders);
        assert_eq!(dump["requests"]["alibaba.trade.fastCreateOrder"], json!(2));
        let sequences: Vec<_> =
            dump["orders"].as_array().unwrap().iter().map(|o| o["create_seq"].clone()).collect();
        assert_eq!(sequences, [json!(1), json!(2)][..orders]);
    }
}

#[tokio::test]
async fn creates_are_refused_like_previews_and_take_nothing() {
    let market = Market::open(|_| {}).await;
    let offers = market.offers().await;
    let short = offers
        .iter()
        .find(|offer| {
            offer["moq"].as_i64() > Some(1)
                && offer["lot"].is_null()
                && offer["quote_type"] == json!(0)
                // A low mix rule would let a single piece pass.
                && offer["mix_enabled"] == json!(false)
        })
        .unwrap();
    let id: i64 = short["offer_id"].as_str().unwrap().parse().unwrap();
    let mut line = least_line(short);
    line["quantity"] = json!(1);
    let preview = market.preview(&json!([line])).await;
    let created = market.create(&json!([line]), "x").await;
    let code = preview["errorCode"].as_str().unwrap();
    assert!(["500_005", "500_006"].contains(&code), "{preview}");
    assert_eq!(preview["orderPreviewResuslt"][0]["resultCode"], json!(code));
    assert!(preview["errorMsg"].as_str().unwrap().contains(&format!("[{id}]")), "{preview}");
    assert_eq!((&created["success"], &created["code"]), (&json!(false), &json!(code)), "{created}");
    assert_eq!(created["result"]["failedOfferList"][0]["offerId"], json!(id));
    // Another trade type, no trade type, no such address.
    let offer = offers.iter().find(|offer| buyable(offer)).unwrap();
    let lines = json!([least_line(offer)]).to_string();
    let address = json!({"addressId": ADDRESS}).to_string();
    let base = [("addressParam", address.as_str()), ("cargoParamList", &lines), ("flow", "general")];
    let (_, body) = market
        .call(TRADE, "alibaba.trade.fastCreateOrder", &[&base[..], &[("tradeType", "period")]].concat())
        .await;
    assert_eq!(body["message"], json!("not support tradeType:【period】"));
    let (status, body) = market.call(TRADE, "alibaba.trade.fastCreateOrder", &base).await;
    assert_eq!((status, &body["error_code"]), (400, &json!("gw.ParamMissing")));
    let elsewhere = [("addressParam", r#"{"addressId":1}"#), ("cargoParamList", &lines), ("flow", "general")];
    let (_, body) = market.call(TRADE, "alibaba.createOrder.preview", &elsewhere).await;
    assert_eq!(body["errorMsg"], json!("400 AddressId invalid"));
    assert_eq!(market.dump().await["orders"], json!([]));
}

#[tokio::test]
async fn a_cancel_waits_ten_seconds_and_returns_the_stock() {
    let now: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    let folder = crate::folder::folder().unwrap();
    let frozen = |seconds: i64| Options {
        now: Some(Timestamp::from_second(now.as_second() + seconds).unwrap()),
        speed: Decimal::ZERO,
        ..options(folder.path())
    };
    let market = Market::with(frozen(0)).await;
    let offers = market.offers().await;
    let offer = offers.iter().find(|offer| buyable(offer)).unwrap();
    let created = market.create(&json!([least_line(offer)]), "c").await;
    let id = created["result"]["orderId"].as_str().unwrap().to_owned();
    let cancel = [("webSite", "1688"), ("tradeID", id.as_str()), ("cancelReason", "buyerCancel")];
    let (_, body) = market.call(TRADE, "alibaba.trade.cancel", &cancel).await;
    assert_eq!(body["errorCode"], json!("CLOSE_ORDER_TOO_FAST"));
    market.running.stop().await;

    let market = Market::with(frozen(10)).await;
    let (_, body) = market.call(TRADE, "alibaba.trade.cancel", &cancel).await;
    assert_eq!(body, json!({"success": true}));
    let (_, body) = market.call(TRADE, "alibaba.trade.cancel", &cancel).await;
    assert_eq!(body["errorCode"], json!("ORDER_STATUS_ERROR"));
    let missing = [("webSite", "1688"), ("tradeID", "12"), ("cancelReason", "buyerCancel")];
    let (_, body) = market.call(TRADE, "alibaba.trade.cancel", &missing).await;
    assert_eq!(body["errorCode"], json!("ORDER_NOT_EXIST"));
    let after = market.offers().await;
    let same = after.iter().find(|row| row["offer_id"] == offer["offer_id"]).unwrap();
    assert_eq!(same["stock"], offer["stock"]);
    let (_, shown) =
        market.call(TRADE, "alibaba.trade.get.buyerView", &[("webSite", "1688"), ("orderId", &id)]).await;
    assert_eq!(shown["result"]["baseInfo"]["status"], json!("cancel"));
    assert_eq!(shown["result"]["baseInfo"]["closeReason"], json!("BUYER_CANCEL"));
}

#[tokio::test]
async fn an_unpaid_order_closes_after_three_days_without_a_timer() {
    let folder = crate::folder::folder().unwrap();
    let at = |text: &str| Options {
        now: Some(text.parse().unwrap()),
        speed: Decimal::ZERO,
        ..options(folder.path())
    };
    let market = Market::with(at("2026-11-22T00:00:00Z")).await;
    let offers = market.offers().await;
    let offer = offers.iter().find(|offer| buyable(offer)).unwrap();
    market.create(&json!([least_line(offer)]), "late").await;
    market.running.stop().await;
    let market = Market::with(at("2026-11-24T23:59:59Z")).await;
    assert_eq!(market.dump().await["orders"][0]["state"], json!("waitbuyerpay"));
    market.running.stop().await;
    let market = Market::with(at("2026-11-25T00:00:00Z")).await;
    let (_, list) = market.call(TRADE, "alibaba.trade.getBuyerOrderList", &[("outOrderId", "late")]).await;
    let base = &list["result"][0]["baseInfo"];
    assert_eq!((&base["status"], &base["closeReason"]), (&json!("cancel"), &json!("BUYER_NO_PAY")));
    assert_eq!(base["modifyTime"], json!("20261125080000000+0800"));
}

#[tokio::test]
async fn two_servers_on_one_state_are_one_marketplace() {
    let folder = crate::folder::folder().unwrap();
    let (one, two) = tokio::join!(Market::with(options(folder.path())), Market::with(options(folder.path())));
    assert_eq!(one.running.market_id, two.running.market_id);
    assert_eq!(one.running.app_secret, two.running.app_secret);
    assert_ne!(one.running.access_token, two.running.access_token);
    let offers = one.offers().await;
    let offer = offers.iter().find(|offer| buyable(offer)).unwrap();
    let lines = json!([least_line(offer)]);
    // Many creates at once through both: each is one order.
    let creates = (0..20).map(|n| {
        let (lines, market) = (lines.clone(), if n % 2 == 0 { &one } else { &two });
        async move { market.create(&lines, &format!("n{n}")).await }
    });
    let mut done = Vec::new();
    for create in creates {
        done.push(create);
    }
    let answers = join_all(done).await;
    assert!(answers.iter().all(|answer| answer["success"] == json!(true)), "{answers:?}");
    let (a, b) = (one.dump().await, two.dump().await);
    assert_eq!(a["orders"], b["orders"]);
    assert_eq!(a["orders"].as_array().unwrap().len(), 20);
    let mut sequences: Vec<i64> =
        a["orders"].as_array().unwrap().iter().map(|order| order["create_seq"].as_i64().unwrap()).collect();
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=20).collect::<Vec<_>>());
    assert_eq!(b["requests"]["alibaba.trade.fastCreateOrder"], json!(20));
}

/// All at once, in order.
async fn join_all<F: Future<Output = Value>>(futures: Vec<F>) -> Vec<Value> {
    let mut pinned: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut ready = true;
        for (future, answer) in &mut pinned {
            if answer.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *answer = Some(value),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    pinned.into_iter().filter_map(|(_, answer)| answer).collect()
}
