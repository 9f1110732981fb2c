//! What becomes of a paid order on the sandbox's clock: shipped, under way, arrived, received; each at its moment,
//! however late somebody looks.

use std::path::Path;

use jiff::Timestamp;
use pifa::sandbox::Options;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::money::{booked, by_template, frozen, ordered, passes, pay_url, view};
use super::sandbox::{ADDRESS, EXT, Market, TRADE, buyable, least_line, options};

const LOGISTICS: &str = "com.alibaba.logistics";
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn ms(value: &Value) -> i64 {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse::<Timestamp>().unwrap().as_millisecond()
}

async fn infos(market: &Market, id: &str) -> Value {
    let pairs = [("webSite", "1688"), ("orderId", id)];
    market.call(LOGISTICS, "alibaba.trade.getLogisticsInfos.buyerView", &pairs).await.1
}

async fn trace(market: &Market, id: &str) -> Value {
    let pairs = [("webSite", "1688"), ("orderId", id)];
    market.call(LOGISTICS, "alibaba.trade.getLogisticsTraceInfo.buyerView", &pairs).await.1
}

async fn now_ms(market: &Market) -> i64 {
    market.ext("capabilities", &[]).await["server_time_ms"].as_i64().unwrap()
}

/// Moves the clock to this moment.
async fn until(market: &Market, at: i64) {
    passes(market, at - now_ms(market).await).await;
}

/// A copy of a state, to live the same time again.
fn copied(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn standing(folder: &Path) -> Options {
    Options { now: Some("2026-11-22T00:00:00Z".parse().unwrap()), speed: Decimal::ZERO, ..options(folder) }
}

#[tokio::test]
async fn an_order_ships_arrives_and_is_received_at_its_moments_however_late_one_looks() {
    let (early, late) = (crate::folder::folder().unwrap(), crate::folder::folder().unwrap());
    let market = Market::with(standing(early.path())).await;
    let offers = market.offers().await;
    let offer = offers.iter().find(|offer| buyable(offer) && by_template(offer)).unwrap();
    let promised = offer["ship_hours"].as_i64().unwrap() * HOUR;
    let made = market.create(&json!([least_line(offer)]), "a").await;
    let id = made["result"]["orderId"].as_str().unwrap();
    passes(&market, 1_234).await;
    market.ext("order.pay", &[("orderId", id)]).await;
    let paid = ms(&booked(&market, id).await["paid_at"]);
    assert_eq!(paid, now_ms(&market).await);
    market.running.stop().await;
    copied(early.path(), late.path());

    // One server is asked a month later, and tells when it all was.
    let market = Market::with(standing(late.path())).await;
    passes(&market, 30 * DAY).await;
    let told = booked(&market, id).await;
    let (shipped, completed) = (ms(&told["shipped_at"]), ms(&told["completed_at"]));
    assert_eq!(told["state"], json!("success"));
    assert!(
        shipped - paid >= promised * 40 / 100 && shipped - paid <= promised * 95 / 100,
        "{}",
        shipped - paid
    );
    assert_eq!(completed, shipped + 10 * DAY);
    let steps = trace(&market, id).await["logisticsTrace"][0]["logisticsSteps"].as_array().unwrap().clone();
    assert!(steps.len() >= 6, "{steps:?}");
    let at = |step: &Value| {
        pifa::wire::date::parse(step["acceptTime"].as_str().unwrap()).unwrap().as_millisecond()
    };
    assert!(steps.is_sorted_by_key(at), "{steps:?}");
    let arrived = at(steps.last().unwrap());
    assert!((24 * HOUR - 1_000..=48 * HOUR).contains(&(arrived - shipped)), "{}", arrived - shipped);
    market.running.stop().await;

    // The other lives through it moment by moment.
    let market = Market::with(standing(early.path())).await;
    let state = async || view(&market, id).await["baseInfo"]["status"].clone();
    until(&market, shipped - 1).await;
    assert_eq!(state().await, json!("waitsellersend"));
    assert_eq!(infos(&market, id).await["errorCode"], json!("500_2"));
    assert_eq!(trace(&market, id).await["errorCode"], json!("404"));
    assert_eq!(view(&market, id).await["nativeLogistics"]["logisticsItems"], json!([]));
    passes(&market, 1).await;
    let info = view(&market, id).await;
    assert_eq!(info["baseInfo"]["status"], json!("waitbuyerreceive"));
    for stamp in ["allDeliveredTime", "modifyTime"] {
        let told = pifa::wire::date::parse(info["baseInfo"][stamp].as_str().unwrap()).unwrap();
        assert_eq!(told.as_millisecond(), shipped, "{stamp}");
    }
    assert_eq!(info["productItems"][0]["logisticsStatus"], json!(2));
    assert_eq!(info["productItems"][0]["status"], json!("waitbuyerreceive"));
    let parcel = infos(&market, id).await["result"][0].clone();
    let item = &info["nativeLogistics"]["logisticsItems"][0];
    assert_eq!(item["logisticsBillNo"], parcel["logisticsBillNo"]);
    assert_eq!(item["logisticsCompanyName"], parcel["logisticsCompanyName"]);
    assert_eq!(item["subItemIds"], parcel["orderEntryIds"]);
    assert_eq!(parcel["orderEntryIds"], info["productItems"][0]["subItemIDString"]);
    assert_eq!(
        (&parcel["status"], &parcel["receiver"]["receiverCity"]),
        (&json!("WAITACCEPT"), &json!("广州市"))
    );
    assert_eq!(parcel["sendGoods"][0]["quantity"], info["productItems"][0]["quantity"]);
    // Shipped and not scanned yet: an error text and success.
    let none = trace(&market, id).await;
    assert_eq!((&none["success"], none.get("logisticsTrace")), (&json!(true), None));
    assert!(none["errorMessage"].is_string());
    // The trace grows scan by scan, and only that.
    let mut seen = 0;
    for (n, step) in steps.iter().enumerate() {
        until(&market, at(step) + 999).await;
        let grown =
            trace(&market, id).await["logisticsTrace"][0]["logisticsSteps"].as_array().unwrap().clone();
        assert_eq!(grown, steps[..=n]);
        seen += 1;
        let status = infos(&market, id).await["result"][0]["status"].clone();
        let wanted = match n {
            0 | 1 => "ACCEPT",
            n if n + 1 == steps.len() => "SIGN",
            _ => "TRANSPORT",
        };
        assert_eq!(status, json!(wanted), "{step}");
    }
    assert_eq!(seen, steps.len());
    assert!(steps.last().unwrap()["remark"].as_str().unwrap().contains("签收"));
    assert!(steps.iter().any(|step| step["remark"].as_str().unwrap().contains("广州")));
    until(&market, completed - 1).await;
    assert_eq!(state().await, json!("waitbuyerreceive"));
    passes(&market, 1).await;
    let info = view(&market, id).await;
    assert_eq!(info["baseInfo"]["status"], json!("success"));
    for stamp in ["receivingTime", "completeTime", "modifyTime"] {
        let told = pifa::wire::date::parse(info["baseInfo"][stamp].as_str().unwrap()).unwrap();
        assert_eq!(told.as_millisecond(), completed, "{stamp}");
    }
    assert_eq!(info["productItems"][0]["logisticsStatus"], json!(3));
    // Both books say the same.
    assert_eq!(booked(&market, id).await, told);
}

#[tokio::test]
async fn the_far_west_waits_longer() {
    let market = frozen(|_| {}).await;
    let offers = market.offers().await;
    let line = least_line(offers.iter().find(|offer| buyable(offer) && by_template(offer)).unwrap());
    let mut days = Vec::new();
    for address in [ADDRESS, 584_414_269] {
        let address = json!({"addressId": address}).to_string();
        let lines = json!([line]).to_string();
        let pairs = [
            ("addressParam", address.as_str()),
            ("cargoParamList", &lines),
            ("flow", "general"),
            ("tradeType", "assureTrade"),
        ];
        let (_, made) = market.call(TRADE, "alibaba.trade.fastCreateOrder", &pairs).await;
        let id = made["result"]["orderId"].as_str().unwrap().to_owned();
        market.ext("order.pay", &[("orderId", &id)]).await;
        passes(&market, 30 * DAY).await;
        let shipped = ms(&booked(&market, &id).await["shipped_at"]);
        let steps =
            trace(&market, &id).await["logisticsTrace"][0]["logisticsSteps"].as_array().unwrap().clone();
        let signed = pifa::wire::date::parse(steps.last().unwrap()["acceptTime"].as_str().unwrap()).unwrap();
        days.push((signed.as_millisecond() - shipped) / HOUR);
    }
    assert!((23..=48).contains(&days[0]) && (119..=192).contains(&days[1]), "{days:?} hours");
}

#[tokio::test]
async fn a_confirmed_order_is_received_then_done() {
    let market = frozen(|_| {}).await;
    let id = ordered(&market, "a", by_template).await;
    let confirm = async || market.call(TRADE, "trade.receivegoods.confirm", &[("orderId", &id)]).await.1;
    assert_eq!(confirm().await["errorCode"], json!("ORDER_STATUS_ERROR"));
    market.ext("order.pay", &[("orderId", &id)]).await;
    assert_eq!(confirm().await["errorCode"], json!("ORDER_STATUS_ERROR"));
    passes(&market, 7 * DAY).await;
    assert_eq!(confirm().await, json!({"success": true}));
    let confirmed_at = now_ms(&market).await;
    let info = view(&market, &id).await;
    assert_eq!(info["baseInfo"]["status"], json!("confirm_goods"));
    assert!(info["baseInfo"]["receivingTime"].is_string() && info["baseInfo"].get("completeTime").is_none());
    assert_eq!(confirm().await["errorCode"], json!("ORDER_STATUS_ERROR"));
    passes(&market, DAY).await;
    let books = booked(&market, &id).await;
    assert_eq!(books["state"], json!("success"));
    assert_eq!(ms(&books["completed_at"]), confirmed_at + 60_000);
    let told = view(&market, &id).await["baseInfo"]["receivingTime"].clone();
    assert_eq!(pifa::wire::date::parse(told.as_str().unwrap()).unwrap().as_millisecond(), confirmed_at);
    let missing = market.call(TRADE, "trade.receivegoods.confirm", &[("orderId", "5")]).await.1;
    assert_eq!(missing["errorCode"], json!("ORDER_NOT_EXIST"));
}

#[tokio::test]
async fn an_open_freight_is_set_within_hours_and_only_then_can_be_paid() {
    let market = frozen(|_| {}).await;
    let id = ordered(&market, "a", |offer| offer["freight"]["kind"] == json!("by_agreement")).await;
    passes(&market, 20 * 60_000 - 1).await;
    let info = view(&market, &id).await;
    assert!(info["baseInfo"].get("shippingFee").is_none());
    assert_eq!(info["extAttributes"], json!([{"key": "postFeeByDesc", "value": "true"}]));
    assert_eq!(pay_url(&market, &[&id]).await["success"], json!(false));
    passes(&market, 6 * HOUR).await;
    let (info, books) = (view(&market, &id).await, booked(&market, &id).await);
    assert_eq!(info["extAttributes"], json!([]));
    let freight: Decimal = books["freight"].as_str().unwrap().parse().unwrap();
    let total: Decimal = books["total"].as_str().unwrap().parse().unwrap();
    let goods: Decimal = books["goods"].as_str().unwrap().parse().unwrap();
    assert!(freight >= Decimal::from(5) && total == goods + freight, "{books}");
    assert_eq!(info["baseInfo"]["shippingFee"].to_string(), freight.normalize().to_string());
    let set = pifa::wire::date::parse(info["baseInfo"]["modifyTime"].as_str().unwrap()).unwrap();
    let waited = set.as_millisecond() - ms(&books["created_at"]);
    assert!((20 * 60_000..=6 * HOUR).contains(&waited), "{waited}");
    let url = pay_url(&market, &[&id]).await;
    assert_eq!(url["success"], json!(true), "{url}");
}

#[tokio::test]
async fn heavier_goods_cost_more_by_agreement() {
    let market = frozen(|_| {}).await;
    let offers = market.offers().await;
    let mut seen: Vec<(i64, Decimal)> = Vec::new();
    for (n, offer) in offers.iter().enumerate() {
        if !buyable(offer) || offer["freight"]["kind"] != json!("by_agreement") || offer["weight_g"].is_null()
        {
            continue;
        }
        let line = least_line(offer);
        let grams = offer["weight_g"].as_i64().unwrap() * line["quantity"].as_i64().unwrap();
        let made = market.create(&json!([line]), &format!("h{n}")).await;
        let id = made["result"]["orderId"].as_str().unwrap().to_owned();
        passes(&market, 6 * HOUR).await;
        seen.push((grams, booked(&market, &id).await["freight"].as_str().unwrap().parse().unwrap()));
    }
    seen.sort_unstable();
    assert!(seen.len() > 4, "{seen:?}");
    let (light, heavy) = (seen[0], seen[seen.len() - 1]);
    assert!(heavy.0 < 5 * light.0 || heavy.1 > light.1, "{seen:?}");
    assert!(
        seen.iter().all(|(grams, fee)| *fee >= Decimal::from(5) && *fee <= Decimal::from(60 + grams / 500))
    );
}

#[tokio::test]
async fn the_clock_moves_forward_for_every_server_of_a_state() {
    let folder = crate::folder::folder().unwrap();
    let (one, two) = (Market::with(options(folder.path())).await, Market::with(options(folder.path())).await);
    assert!(one.ext("capabilities", &[]).await["clock_offset_ms"].as_i64().unwrap().abs() <= 1);
    let moved = one.ext("clock.move", &[("by_ms", "3600000")]).await;
    assert!((moved["offset_ms"].as_i64().unwrap() - HOUR).abs() <= 1, "{moved}");
    assert_eq!(ms(&moved["server_time"]), moved["server_time_ms"].as_i64().unwrap());
    let there = two.ext("capabilities", &[]).await;
    assert!((there["clock_offset_ms"].as_i64().unwrap() - HOUR).abs() <= 1, "{there}");
    let features = there["features"].as_array().unwrap();
    assert!(features.contains(&json!("order.pay")) && features.contains(&json!("clock.move")));
    for bad in ["0", "-1", "5184000001"] {
        let (_, body) = one.call(EXT, "clock.move", &[("by_ms", bad)]).await;
        assert_eq!(body["errorCode"], json!("CLOCK_MOVE_INVALID"), "{bad}");
    }
    let (status, body) = one.call(EXT, "clock.move", &[("by_ms", "1h")]).await;
    assert_eq!((status, &body["error_code"]), (400, &json!("gw.ParamInvalid")));
    two.ext("clock.move", &[("by_ms", "5184000000")]).await;
    let offset = one.ext("capabilities", &[]).await["clock_offset_ms"].as_i64().unwrap();
    assert!((offset - HOUR - 60 * DAY).abs() <= 1, "{offset}");
}
