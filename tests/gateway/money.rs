//! Money that moves and is none: the pay link, the cashier over real HTTP, prices that sellers change before
//! payment, and the pages beside the cashier.

use std::str::FromStr;

use pifa::sandbox::Options;
use pifa::wire::form;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::sandbox::{EXT, Market, TRADE, buyable, least_line, options};

/// A market whose clock stands until it is moved.
pub async fn frozen(change: impl FnOnce(&mut Options)) -> Market {
    Market::open(|options| {
        options.now = Some("2026-11-22T00:00:00Z".parse().unwrap());
        options.speed = Decimal::ZERO;
        change(options);
    })
    .await
}

/// Orders the least of the first offer that fits; its id.
pub async fn ordered(market: &Market, out_order_id: &str, fits: impl Fn(&Value) -> bool) -> String {
    let offers = market.offers().await;
    let offer = offers.iter().find(|offer| buyable(offer) && fits(offer)).expect("an offer that fits");
    created(market, offer, out_order_id).await
}

async fn created(market: &Market, offer: &Value, out_order_id: &str) -> String {
    let created = market.create(&json!([least_line(offer)]), out_order_id).await;
    created["result"]["orderId"].as_str().unwrap_or_else(|| panic!("{created}")).to_owned()
}

pub fn by_template(offer: &Value) -> bool {
    offer["freight"]["kind"] == json!("template") && !offer["weight_g"].is_null()
}

pub async fn view(market: &Market, id: &str) -> Value {
    let pairs = [("webSite", "1688"), ("orderId", id)];
    market.call(TRADE, "alibaba.trade.get.buyerView", &pairs).await.1["result"].clone()
}

/// This order in the market's books.
pub async fn booked(market: &Market, id: &str) -> Value {
    let dump = market.dump().await;
    dump["orders"].as_array().unwrap().iter().find(|order| order["order_id"] == json!(id)).unwrap().clone()
}

pub async fn passes(market: &Market, ms: i64) {
    market.ext("clock.move", &[("by_ms", &ms.to_string())]).await;
}

pub async fn pay_url(market: &Market, ids: &[&str]) -> Value {
    let list = format!("[{}]", ids.join(","));
    market.call(TRADE, "alibaba.alipay.url.get", &[("orderIdList", &list)]).await.1
}

fn fen(value: &Value) -> i64 {
    let yuan = Decimal::from_str(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap();
    (yuan * Decimal::ONE_HUNDRED).normalize().to_string().parse().unwrap()
}

/// What the gateway says of an order adds up to the fen, with the sign of the documented sample, and the books agree.
fn adds_up(info: &Value, books: &Value) -> i64 {
    let base = &info["baseInfo"];
    let total = fen(&base["totalAmount"]);
    let discount = base["discount"].as_i64().unwrap();
    let shipping = base.get("shippingFee").map_or(0, fen);
    assert_eq!(total, fen(&base["sumProductPayment"]) + discount + shipping, "{base}");
    let freight = if books["freight"].is_null() { 0 } else { fen(&books["freight"]) };
    assert_eq!(fen(&books["total"]), fen(&books["goods"]) - fen(&books["discount"]) + freight, "{books}");
    assert_eq!((fen(&books["total"]), fen(&books["discount"])), (total, -discount));
    assert_eq!(fen(&info["tradeTerms"][0]["phasAmount"]), total);
    total
}

struct Seen {
    status: u16,
    headers: reqwest::header::HeaderMap,
    html: String,
}

async fn seen(request: reqwest::RequestBuilder) -> Seen {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Seen { status, headers, html: response.text().await.unwrap() }
}

fn browser() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn visits(url: &str) -> Seen {
    seen(browser().get(url)).await
}

/// Presses a button of the form on this page: whatever hidden fields it has go with it.
async fn presses(url: &str, page: &Seen, button: &str) -> Seen {
    let mut fields = vec![("do", button)];
    if button == "pay" {
        let values = page.html.split("name=\"shown\" value=\"").skip(1);
        fields.extend(values.map(|rest| ("shown", rest.split('"').next().unwrap())));
    }
    let request = browser().post(url).header("content-type", form::CONTENT_TYPE);
    seen(request.body(form::encode(fields))).await
}

fn yuan(fen: i64) -> String {
    format!("¥{}.{:02}", fen / 100, fen % 100)
}

#[tokio::test]
async fn a_link_leads_to_a_page_whose_button_pays_once() {
    let market = frozen(|_| {}).await;
    let (one, two) = (ordered(&market, "a", by_template).await, ordered(&market, "b", by_template).await);
    let answer = pay_url(&market, &[&one, &two]).await;
    assert_eq!(answer["success"], json!(true), "{answer}");
    assert!(answer.get("payFailureOrderList").is_none(), "{answer}");
    let url = answer["payUrl"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/cashier/", market.running.url)), "{url}");
    let page = visits(url).await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
        "{policy}"
    );
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(page.headers["content-type"].to_str().unwrap().contains("utf-8"));
    assert!(page.html.contains("SANDBOX - no money moves / 沙盒：不花真钱"));
    let mut sum = 0;
    for id in [&one, &two] {
        let (info, books) = (view(&market, id).await, booked(&market, id).await);
        let total = adds_up(&info, &books);
        sum += total;
        for shown in [id.as_str(), info["productItems"][0]["name"].as_str().unwrap(), &yuan(total)] {
            assert!(page.html.contains(shown), "{shown} is not in {}", page.html);
        }
        assert!(
            page.html.contains(&yuan(fen(&books["goods"])))
                && page.html.contains(&yuan(fen(&books["freight"])))
        );
        assert_eq!((&info["tradeTerms"][0]["payStatus"], &books["paid_at"]), (&json!("1"), &Value::Null));
    }
    assert!(page.html.contains(&yuan(sum)), "{}", page.html);
    assert!(!page.html.contains("<script") && !page.html.contains("http://") && !page.html.contains("src="));

    let paid = presses(url, &page, "pay").await;
    assert!(paid.status == 200 && paid.html.contains("Paid: 2 (sandbox)"), "{}", paid.html);
    assert!(!paid.html.contains("<form"), "nothing is left to pay: {}", paid.html);
    passes(&market, 1_000).await;
    // The same form again, as when a browser is told to reload.
    let again = presses(url, &page, "pay").await;
    assert!(again.html.contains("Paid already: 2") && !again.html.contains("Paid: "), "{}", again.html);
    for id in [&one, &two] {
        let (info, books) = (view(&market, id).await, booked(&market, id).await);
        assert_eq!(books["state"], json!("waitsellersend"));
        assert_eq!(books["paid_at"], json!("2026-11-22T00:00:00.000Z"));
        assert_eq!(info["baseInfo"]["payTime"], json!("20261122080000000+0800"));
        assert_eq!(info["tradeTerms"][0]["payStatus"], json!("2"));
        assert!(info["baseInfo"].get("payTimeout").is_none());
    }
    // A link of paid orders can still be looked at, and offers nothing to press.
    assert!(!visits(url).await.html.contains("<form"));
    let refused = pay_url(&market, &[&one]).await;
    assert_eq!((&refused["success"], &refused["errorCode"]), (&json!(false), &json!("ORDER_STATUS_ERROR")));
}

#[tokio::test]
async fn declining_changes_nothing() {
    let market = frozen(|_| {}).await;
    let id = ordered(&market, "a", by_template).await;
    let before = booked(&market, &id).await;
    let url = pay_url(&market, &[&id]).await["payUrl"].as_str().unwrap().to_owned();
    let page = visits(&url).await;
    let declined = presses(&url, &page, "decline").await;
    assert!(
        declined.status == 200 && declined.html.contains("Declined: nothing was paid"),
        "{}",
        declined.html
    );
    assert_eq!(booked(&market, &id).await, before);
    // And it can be paid all the same.
    assert!(presses(&url, &declined, "pay").await.html.contains("Paid: 1"));
}

#[tokio::test]
async fn nobody_gets_to_the_cashier_without_the_seal() {
    let market = frozen(|_| {}).await;
    let (one, two) = (ordered(&market, "a", by_template).await, ordered(&market, "b", by_template).await);
    let url = pay_url(&market, &[&one]).await["payUrl"].as_str().unwrap().to_owned();
    let page = visits(&url).await;
    for forged in [
        url.replace(&one, &two),
        format!("{url},{two}"),
        url.replace("/cashier/", "/cashier/0"),
        format!("{}/cashier//{one}", market.running.url),
    ] {
        let forged_page = presses(&forged, &page, "pay").await;
        assert_eq!(forged_page.status, 404, "{forged}");
    }
    for id in [&one, &two] {
        assert_eq!(booked(&market, id).await["state"], json!("waitbuyerpay"));
    }
}

#[tokio::test]
async fn what_cannot_be_paid_is_named_with_its_reason() {
    let market = frozen(|_| {}).await;
    let good = ordered(&market, "a", by_template).await;
    let open = ordered(&market, "b", |offer| offer["freight"]["kind"] == json!("by_agreement")).await;
    let closed = ordered(&market, "c", by_template).await;
    passes(&market, 10_000).await;
    let cancel = [("webSite", "1688"), ("tradeID", closed.as_str()), ("cancelReason", "buyerCancel")];
    assert_eq!(market.call(TRADE, "alibaba.trade.cancel", &cancel).await.1["success"], json!(true));
    let answer = pay_url(&market, &["12", &good, &open, &closed, &good]).await;
    assert_eq!(answer["success"], json!(true), "{answer}");
    let failed: Vec<String> =
        answer["payFailureOrderList"].as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(failed, ["12", &open, &closed]);
    let text = answer["erroMsg"].as_str().unwrap();
    for reason in
        ["[12]订单不存在".to_owned(), format!("[{open}]卖家尚未设置运费"), format!("[{closed}]订单已关闭")]
    {
        assert!(text.contains(&reason), "{text}");
    }
    assert!(answer["payUrl"].as_str().unwrap().ends_with(&format!("/{good}")), "{answer}");
    let none = pay_url(&market, &[&open]).await;
    assert_eq!((&none["success"], none.get("payUrl")), (&json!(false), None));
    assert_eq!(pay_url(&market, &["5"]).await["errorCode"], json!("ORDER_NOT_EXIST"));
    let many: Vec<String> = (0..101).map(|n| (n + 1).to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(pay_url(&market, &many).await["errorCode"], json!("400"));
    for bad in ["[]", "[\"x\"]", "no"] {
        let (status, body) = market.call(TRADE, "alibaba.alipay.url.get", &[("orderIdList", bad)]).await;
        assert_eq!((status, &body["error_code"]), (400, &json!("gw.ParamInvalid")), "{bad}");
    }
    // The extension's way refuses the same.
    for (id, code) in
        [("12", "ORDER_NOT_EXIST"), (&open, "ORDER_STATUS_ERROR"), (&closed, "ORDER_STATUS_ERROR")]
    {
        let (_, body) = market.call(EXT, "order.pay", &[("orderId", id)]).await;
        assert_eq!(body["errorCode"], json!(code), "{body}");
    }
    let paid = market.ext("order.pay", &[("orderId", &good)]).await;
    assert_eq!((&paid["order_id"], &paid["state"]), (&json!(good), &json!("waitsellersend")));
    assert_eq!(paid["total"], booked(&market, &good).await["total"]);
    let (_, body) = market.call(EXT, "order.pay", &[("orderId", &good)]).await;
    assert_eq!(body["errorCode"], json!("ORDER_STATUS_ERROR"));
}

#[tokio::test]
async fn a_price_changed_after_the_page_was_shown_is_shown_again_and_not_paid() {
    let market = frozen(|options| options.reprice_percent = 100).await;
    let id = ordered(&market, "a", by_template).await;
    let old = adds_up(&view(&market, &id).await, &booked(&market, &id).await);
    let url = pay_url(&market, &[&id]).await["payUrl"].as_str().unwrap().to_owned();
    let page = visits(&url).await;
    passes(&market, 29_999).await;
    assert_eq!(adds_up(&view(&market, &id).await, &booked(&market, &id).await), old, "not in 30 seconds");
    passes(&market, 600_000 - 29_999).await;
    let (info, books) = (view(&market, &id).await, booked(&market, &id).await);
    let new = adds_up(&info, &books);
    assert_ne!(old, new);
    assert_ne!(info["baseInfo"]["modifyTime"], info["baseInfo"]["createTime"]);
    let refused = presses(&url, &page, "pay").await;
    assert!(refused.html.contains("Price changed by the seller, not paid: 1"), "{}", refused.html);
    assert!(refused.html.contains(&format!("{} → {}", yuan(old), yuan(new))), "{}", refused.html);
    assert_eq!(booked(&market, &id).await, books, "nothing was paid at the old total");
    // The page that shows the new total pays it.
    let paid = presses(&url, &refused, "pay").await;
    assert!(paid.html.contains("Paid: 1"), "{}", paid.html);
    let after = booked(&market, &id).await;
    assert_eq!((&after["state"], &after["total"]), (&json!("waitsellersend"), &books["total"]));
    // A paid order keeps its price.
    passes(&market, 3_600_000).await;
    assert_eq!(booked(&market, &id).await["total"], books["total"]);
}

#[tokio::test]
async fn about_the_asked_share_of_many_orders_is_re_priced_within_bounds() {
    for percent in [0_u32, 10, 35, 100] {
        let market = frozen(|options| options.reprice_percent = percent).await;
        let offers: Vec<Value> = market.offers().await.into_iter().filter(buyable).collect();
        let mut made = Vec::new();
        // So many that what is drawn of them is never few by chance.
        let most = if matches!(percent, 10 | 100) { 200 } else { 60 };
        for round in 0.. {
            for (n, offer) in offers.iter().enumerate() {
                if made.len() == most {
                    break;
                }
                let answer = market.create(&json!([least_line(offer)]), &format!("{round}-{n}")).await;
                if let Some(id) = answer["result"]["orderId"].as_str() {
                    made.push(id.to_owned());
                }
            }
            if made.len() == most {
                break;
            }
            assert!(round < 20, "the world has not enough goods");
        }
        let before = market.dump().await;
        passes(&market, 600_000).await;
        let after = market.dump().await;
        let (mut changed, mut dearer, mut carriage) = (0_usize, 0, 0);
        let pairs = before["orders"].as_array().unwrap().iter().zip(after["orders"].as_array().unwrap());
        for (old, new) in pairs {
            let id = new["order_id"].as_str().unwrap();
            adds_up(&view(&market, id).await, new);
            assert_eq!((&old["goods"], &old["lines"]), (&new["goods"], &new["lines"]));
            let (goods, discount) = (fen(&new["goods"]), fen(&new["discount"]));
            // 5 % up to 6 % down, to the fen that rounding may add; a few fen are moved by one.
            assert!(discount * 1000 <= goods * 60 + 1000 && discount * 1000 >= -goods * 50 - 1000, "{new}");
            // What the seller has not set yet is no change of price.
            let freight_changed = !old["freight"].is_null() && old["freight"] != new["freight"];
            assert_eq!(discount != 0, old["discount"] != new["discount"]);
            if discount == 0 {
                assert!(!freight_changed, "{old} {new}");
                continue;
            }
            changed += 1;
            dearer += usize::from(discount < 0);
            carriage += usize::from(freight_changed);
            assert!(old["freight"].is_null() || old["total"] != new["total"], "{old} {new}");
        }
        let expected = most * percent as usize / 100;
        assert!(changed.abs_diff(expected) <= 3, "{percent} %: {changed} of {most}");
        if percent == 100 {
            assert_eq!(changed, most);
            assert!(dearer > 5 && dearer < most - 5 && carriage > 2, "{dearer} dearer, {carriage} carriage");
        }
    }
}

#[tokio::test]
async fn a_message_to_the_seller_is_kept_to_the_letter() {
    let market = frozen(|_| {}).await;
    let offers = market.offers().await;
    let line = json!([least_line(offers.iter().find(|offer| buyable(offer)).unwrap())]).to_string();
    let address = json!({"addressId": super::sandbox::ADDRESS}).to_string();
    for message in [" 请尽快发货，谢谢！\n第二行 <b>&\"'  ", "null", "🍵"] {
        let pairs = [
            ("addressParam", address.as_str()),
            ("cargoParamList", &line),
            ("flow", "general"),
            ("tradeType", "assureTrade"),
            ("message", message),
        ];
        let (_, created) = market.call(TRADE, "alibaba.trade.fastCreateOrder", &pairs).await;
        let id = created["result"]["orderId"].as_str().unwrap();
        assert_eq!(view(&market, id).await["baseInfo"]["buyerFeedback"], json!(message));
    }
}

#[tokio::test]
async fn offers_and_sellers_have_pages_and_nothing_else_has() {
    let market = frozen(|_| {}).await;
    let url = &market.running.url;
    let page = market.ext("offer.changes", &[("limit", "1000")]).await;
    let offers = page["items"].as_array().unwrap();
    for kind in 0..3 {
        let offer = offers.iter().find(|offer| offer["quote_type"] == json!(kind)).unwrap();
        let seen = visits(&format!("{url}/offer/{}.html", offer["offer_id"].as_str().unwrap())).await;
        assert!(seen.status == 200 && seen.html.contains("<svg") && seen.html.contains("沙盒：不花真钱"));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut wanted = vec![text(&offer["title"]), format!("/chat/{}", text(&offer["supplier_id"]))];
        wanted.extend(
            offer["tiers"].as_array().unwrap().iter().map(|tier| format!("¥{}", text(&tier["price"]))),
        );
        for sku in offer["skus"].as_array().unwrap() {
            wanted.push(format!("{} {}", sku["stock"], text(&offer["unit"])));
            wanted.extend(sku["price"].as_str().map(|price| format!("¥{price}")));
        }
        for words in wanted {
            assert!(seen.html.contains(&words), "{words} is not in {}", seen.html);
        }
    }
    let supplier = &page["suppliers"][0];
    let chat = visits(&format!("{url}/chat/{}", supplier["supplier_id"].as_str().unwrap())).await;
    assert!(chat.status == 200 && chat.html.contains(supplier["name"].as_str().unwrap()), "{}", chat.html);
    assert!(chat.html.contains("Nobody answers in a sandbox"));
    for nothing in ["/", "/offer/1.html", "/offer/x", "/chat/nobody", "/cashier", "/openapi", "/favicon.ico"]
    {
        let seen = visits(&format!("{url}{nothing}")).await;
        assert_eq!(seen.status, 404, "{nothing}");
        assert!(seen.html.contains("Not found") && seen.headers.contains_key("content-security-policy"));
    }
    assert_eq!(seen(browser().delete(format!("{url}/"))).await.status, 405);
    assert_eq!(seen(browser().post(url).body(vec![b'x'; 2 << 20])).await.status, 413);
}

#[tokio::test]
async fn words_of_a_foreign_listing_are_no_markup() {
    let folder = crate::folder::folder().unwrap();
    let path = folder.path().join("listings.jsonl");
    let title = r#"<script>alert(1)</script>杯子"&'"#;
    let row = json!({"item_id": "816731226821", "section": "A", "title_zh": title, "price": "13.83",
                     "quantity_begin": "2", "free_shipping": true});
    std::fs::write(&path, row.to_string()).unwrap();
    let market = frozen(|options| options.catalog = Some(path)).await;
    let created = market.create(&json!([{"offerId": 816_731_226_821_i64, "quantity": 2}]), "l").await;
    let id = created["result"]["orderId"].as_str().unwrap();
    let cashier = pay_url(&market, &[id]).await["payUrl"].as_str().unwrap().to_owned();
    for url in [cashier, format!("{}/offer/816731226821.html", market.running.url)] {
        let seen = visits(&url).await;
        assert_eq!(seen.status, 200);
        assert!(
            !seen.html.contains("<script") && seen.html.contains("&lt;script&gt;alert(1)&lt;/script&gt;")
        );
    }
}

#[tokio::test]
async fn the_plain_gateway_pays_at_the_cashier_only() {
    let folder = crate::folder::folder().unwrap();
    let market = Market::with(Options { plain: true, ..options(folder.path()) }).await;
    for (name, pairs) in [("order.pay", ("orderId", "1")), ("clock.move", ("by_ms", "1000"))] {
        let (status, body) = market.call(EXT, name, &[pairs]).await;
        assert_eq!((status, &body["error_code"]), (400, &json!("gw.APIUnsupported")), "{name}");
    }
    market.running.stop().await;
    // What to order is asked of the same goods with the extension.
    let open = Market::with(options(folder.path())).await;
    let offers = open.offers().await;
    let offer = offers.iter().find(|offer| buyable(offer) && by_template(offer)).unwrap().clone();
    open.running.stop().await;
    let market = Market::with(Options { plain: true, ..options(folder.path()) }).await;
    let id = created(&market, &offer, "p").await;
    let url = pay_url(&market, &[&id]).await["payUrl"].as_str().unwrap().to_owned();
    let page = visits(&url).await;
    assert!(presses(&url, &page, "pay").await.html.contains("Paid: 1"));
    assert_eq!(booked(&market, &id).await["state"], json!("waitsellersend"));
    let offer_page = format!("{}/offer/{}.html", market.running.url, offer["offer_id"].as_str().unwrap());
    // Pages are no calls: looking around is not throttled.
    for _ in 0..20 {
        assert_eq!(visits(&offer_page).await.status, 200);
    }
}
