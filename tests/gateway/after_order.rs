//! Answers about what follows an order: payment links, consignments, deals, the sandbox's clock. Documented samples
//! where the shared folder is at hand, our own bodies with their oddities, and hostile variants of all.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use pifa::domain::deal::DealKind;
use pifa::domain::id::OrderId;
use pifa::domain::order::{LineShipping, OrderState, Shipment};
use pifa::domain::text::Clean;
use pifa::market::gateway::bodies::{deal, extension, logistics, order, pay};
use pifa::market::gateway::{Credentials, Gateway};
use pifa::market::{MarketError, Marketplace};
use serde_json::Value;

use crate::bench::{Doing, Fault, Proxy, hurried};
use crate::contract::{now, yuan};
use crate::hostile::{NASTY, places};

const LINK: &str = r#"{"payUrl":"https://trade.1688.com/order/cashier.htm?orderId=7","success":true}"#;
const PARTIAL: &str = r#"{"payUrl":"https://trade.1688.com/order/cashier.htm?orderId=7","success":"false","erroMsg":"not surport MANUAL-TRADE",
    "payFailureOrderList":[3317081160226242182,{"orderId":"12","errorCode":"E","errorMessage":"stock"}]}"#;
const INFOS: &str = r#"{"result":[{"logisticsId":"LP1","logisticsBillNo":"3832890717253","logisticsCompanyName":"圆通速递","status":"TRANSPORT",
    "orderEntryIds":"1,2","sendGoods":[]},{"logisticsId":"LP2","status":"ACCEPT"}],"success":true}"#;
const TRACES: &str = r#"{"logisticsTrace":[{"logisticsId":"LP1","logisticsBillNo":"3832890717253","orderId":188983797838441800,
    "logisticsSteps":[{"acceptTime":"2018-07-25 01:45:05","remark":"到达分拨中心"},{"acceptTime":"2018-07-24 21:55:33","remark":"揽件"}]}]}"#;
const NATIVE: &str = r#"{"result":{"baseInfo":{"id":7},"nativeLogistics":{"logisticsItems":[{"logisticsBillNo":"99","logisticsCompanyName":"中通",
    "status":"alreadysend","subItemIds":"1"}]}},"success":"true"}"#;
const DEALS: &str = r#"{"success":true,"result":{"server_time":"2026-11-22T00:30:00.123Z","deals":[{"deal_id":"flash-1","kind":"flash",
    "offer_id":"676651652931","title":"304保温杯","title_en":"Thermos","unit":"件","price":"7.90","list_price":"9.90",
    "starts":"2026-11-22T00:00:00Z","ends":"2026-11-22T01:00:00Z","stock":500,"limit":50,"left":312}]}}"#;
const CLOCK: &str =
    r#"{"success":true,"result":{"server_time":"2026-11-22T01:30:00.123Z","server_time_ms":1795311000123}}"#;
const ORDER: &str = r#"{"result":{"baseInfo":{"id":58218860983545944,"idOfStr":"58218860983545941","status":"waitbuyerpay",
    "createTime":"20261122083000123+0800","totalAmount":48.01,"sumProductPayment":50,"shippingFee":8,"discount":-999,
    "sellerLoginId":"义乌好店","buyerFeedback":"请用纸箱","payTimeout":259200},
    "productItems":[{"productID":7,"specId":"ab","name":"杯","quantity":5,"price":10,"itemAmount":50,"logisticsStatus":5,
    "gmtPayExpireTime":"2026-11-25 08:30:00"}]},"success":"true"}"#;

fn link_of(body: &str) -> Result<pay::Told, MarketError> {
    pay::link(body.as_bytes())
}

#[test]
fn a_payment_link_comes_with_the_orders_it_leaves_out() {
    assert_eq!(link_of(LINK).unwrap().failed, []);
    let failed = link_of(PARTIAL).unwrap().failed;
    let words: Vec<(&str, &str)> = failed.iter().map(|(id, why)| (id.as_str(), why.as_str())).collect();
    assert_eq!(words, [("3317081160226242182", "not surport MANUAL-TRADE"), ("12", "E stock")]);
    let nested = format!(r#"{{"success":true,"result":{LINK}}}"#);
    assert!(link_of(&nested).unwrap().url.ends_with("orderId=7"));
}

#[test]
fn a_link_without_a_yes_is_none() {
    for refused in [
        r#"{"success":false,"errorCode":"500_1","erroMsg":"stock deduction failure"}"#,
        r#"{"erroMsg":"not surport MANUAL-TRADE"}"#,
        r#"{"success":true,"payUrl":"","erroMsg":"no"}"#,
        r#"{"success":false,"payUrl":"https://trade.1688.com/x","erroMsg":"no"}"#,
        r#"{"success":false,"payFailureOrderList":["7"],"errorCode":"ORDER_STATUS_ERROR","erroMsg":"[7]"}"#,
    ] {
        assert!(matches!(link_of(refused), Err(MarketError::Refused(_))), "{refused}");
    }
    for bad in [
        "{}",
        r#"{"success":true}"#,
        r#"{"success":true,"payUrl":[]}"#,
        r#"{"success":true,"payUrl":"https://trade.1688.com/x","payFailureOrderList":[{}]}"#,
        r#"{"success":true,"payUrl":"https://trade.1688.com/x","payFailureOrderList":[-1]}"#,
        r#"{"success":true,"payUrl":"https://trade.1688.com/x","payFailureOrderList":[1e999]}"#,
        r#"{"success":true,"payUrl":"https://trade.1688.com/x","payFailureOrderList":"x"}"#,
        r#"{"success":true,"payUrl":"https://trade.1688.com/x","payFailureOrderList":["1111111111111111111111111111111111111111"]}"#,
    ] {
        assert!(matches!(link_of(bad), Err(MarketError::BadAnswer(_))), "{bad}: {:?}", link_of(bad));
    }
}

#[test]
fn consignments_and_their_traces_become_one() {
    let infos = logistics::infos(INFOS.as_bytes()).unwrap();
    let traces = logistics::traces(TRACES.as_bytes()).unwrap();
    let [first, second] = <[Shipment; 2]>::try_from(logistics::merged(infos, traces)).unwrap();
    assert_eq!((first.company.as_str(), first.status.as_str()), ("圆通速递", "TRANSPORT"));
    let steps: Vec<&str> = first.steps.iter().map(|step| step.text.as_str()).collect();
    assert_eq!(steps, ["揽件", "到达分拨中心"], "newest last");
    assert_eq!(first.steps[0].at.unwrap().to_string(), "2018-07-24T13:55:33Z", "Beijing's time");
    assert_eq!((second.id.as_str(), second.steps.len()), ("LP2", 0));
    // A trace of a parcel nobody told of is shown by itself.
    let two = logistics::infos(INFOS.as_bytes()).unwrap();
    let stray = TRACES.replace("LP1", "LP9").replace("3832890717253", "1");
    let merged = logistics::merged(two, logistics::traces(stray.as_bytes()).unwrap());
    assert_eq!((merged.len(), merged[2].id.as_str()), (3, "LP9"));
}

#[test]
fn nothing_shipped_and_no_trace_yet_are_no_failures() {
    let not_shipped = br#"{"success":false,"errorCode":"500_2","errorMessage":"x"}"#;
    assert_eq!(logistics::infos(not_shipped), Ok(vec![]));
    assert_eq!(logistics::infos(br#"{"errorCode":"500_2","errorMessage":"x"}"#), Ok(vec![]));
    for none in [
        r#"{"errorMessage":"该订单没有物流跟踪信息。","success":true}"#,
        r#"{"errorCode":"404","errorMessage":"x","success":false}"#,
        r#"{"errorCode":"order.createtime.history","errorMessage":"x","success":"false"}"#,
    ] {
        assert_eq!(logistics::traces(none.as_bytes()), Ok(vec![]), "{none}");
    }
    let forbidden = br#"{"errorCode":"order.nopermission.buyer","errorMessage":"x","success":false}"#;
    assert!(matches!(logistics::traces(forbidden), Err(MarketError::Refused(_))));
    assert!(matches!(logistics::infos(forbidden), Err(MarketError::Refused(_))));
}

#[test]
fn what_follows_an_order_is_read_from_its_body() {
    let told = order::order(ORDER.as_bytes()).unwrap().unwrap();
    let order = told.order;
    assert_eq!((told.state, order.total), (OrderState::ToPay, Some(yuan("48.01"))));
    assert_eq!(order.discount, Some(yuan("9.99")), "fen, and a minus is what the seller took off");
    assert_eq!(order.pay_by.unwrap().to_string(), "2026-11-25T00:30:00Z");
    assert_eq!(order.message, Some(Clean::new("请用纸箱")));
    assert_eq!(order.seller_login, Some(Clean::new("义乌好店")));
    assert_eq!(order.lines[0].shipping, Some(LineShipping::Partly));
    // Without the line's own deadline, seconds count from the creation; paid, there is none.
    let timeout = ORDER.replace("gmtPayExpireTime", "x");
    let order = order::order(timeout.as_bytes()).unwrap().unwrap().order;
    assert_eq!(order.pay_by.unwrap().to_string(), "2026-11-25T00:30:00.123Z");
    let shipped = ORDER.replace("waitbuyerpay", "waitbuyerreceive").replace(
        r#""payTimeout""#,
        r#""payTime":"20261122090000000+0800","allDeliveredTime":"20261123090000000+0800","payTimeout""#,
    );
    let order = order::order(shipped.as_bytes()).unwrap().unwrap().order;
    assert_eq!((order.pay_by, order.is_short()), (None, true));
    assert_eq!(order.paid_at.unwrap().to_string(), "2026-11-22T01:00:00Z");
    assert_eq!(order.confirms_at().unwrap().to_string(), "2026-12-03T01:00:00Z");
}

#[test]
fn deals_without_a_price_or_an_end_are_left_out() {
    let [deal] = <[_; 1]>::try_from(deal::deals(DEALS.as_bytes(), DealKind::Flash).unwrap()).unwrap();
    assert_eq!((deal.price, deal.list_price), (yuan("7.90"), Some(yuan("9.90"))));
    assert_eq!(
        (deal.left.unwrap().to_string(), deal.limit.unwrap().to_string()),
        ("312".into(), "50".into())
    );
    assert_eq!(deal.ends.duration_since(deal.starts), SignedDuration::from_hours(1));
    assert!(deal::deals(DEALS.as_bytes(), DealKind::Discount).unwrap().is_empty(), "another list");
    for (from, to) in [
        ("\"7.90\"", "\"-1\""),
        ("\"7.90\"", "null"),
        ("\"2026-11-22T01:00:00Z\"", "\"\""),
        ("\"2026-11-22T01:00:00Z\"", "\"2026-11-22T00:00:00Z\""),
        ("\"676651652931\"", "\"1111111111111111111111111111111111111111\""),
    ] {
        let broken = DEALS.replace(from, to);
        assert!(deal::deals(broken.as_bytes(), DealKind::Flash).unwrap().is_empty(), "{from} -> {to}");
    }
    assert!(matches!(
        deal::deals(br#"{"success":true,"result":{}}"#, DealKind::Flash),
        Err(MarketError::BadAnswer(_))
    ));
    assert_eq!(deal::clock(CLOCK.as_bytes()).unwrap().as_millisecond(), 1_795_311_000_123);
    let capable = br#"{"success":true,"result":{"features":["deal.list","offer.best","clock.move"],"clock_offset_ms":-3600000}}"#;
    let capable = extension::capabilities(capable).unwrap();
    assert!(capable.deals && capable.best && capable.clock && !capable.groups);
    assert_eq!(capable.clock_offset, Some(SignedDuration::from_hours(-1)));
}

fn sane(body: &[u8]) {
    let clean = |text: &Clean| assert!(!text.as_str().contains(['\u{1b}', '\u{202e}', '\0']));
    if let Ok(told) = pay::link(body) {
        assert!(!told.url.is_empty());
        told.failed.iter().for_each(|(id, why)| {
            assert!(!id.as_str().is_empty() && id.as_str().len() <= 19);
            clean(why);
        });
    }
    for read in [logistics::infos, logistics::traces, logistics::native] {
        for shipment in read(body).into_iter().flatten() {
            [&shipment.id, &shipment.company, &shipment.bill_no, &shipment.status]
                .into_iter()
                .for_each(clean);
            shipment.steps.iter().for_each(|step| clean(&step.text));
        }
    }
    for deal in [DealKind::Flash, DealKind::Discount]
        .map(|kind| deal::deals(body, kind))
        .into_iter()
        .flatten()
        .flatten()
    {
        assert!(
            !deal.price.is_negative()
                && deal.starts < deal.ends
                && deal.offer.market_id().is_some_and(|id| id > 0)
        );
        clean(&deal.title);
    }
    if let Ok(Some(told)) = order::order(body) {
        assert!(!told.order.total.is_some_and(pifa::domain::money::Money::is_negative));
        told.order.message.iter().chain(&told.order.seller_login).for_each(clean);
    }
    let _ = (deal::clock(body), extension::best(body, Timestamp::UNIX_EPOCH));
}

#[test]
fn every_value_of_them_can_be_nasty() {
    let mut tried = 0;
    for whole in [LINK, PARTIAL, INFOS, TRACES, NATIVE, DEALS, CLOCK, ORDER] {
        let whole: Value = serde_json::from_str(whole).unwrap();
        let mut found = Vec::new();
        places(&whole, "", &mut found);
        for place in found {
            let mut broken = whole.clone();
            *broken.pointer_mut(&place).unwrap() = "@@here@@".into();
            let marked = broken.to_string();
            for nasty in NASTY {
                sane(marked.replace("\"@@here@@\"", nasty).as_bytes());
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "{tried}");
}

#[test]
fn the_documented_samples_are_read() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folders = ["../shared/gateway/samples", "../../shared/gateway/samples"].map(|path| root.join(path));
    let Some(folder) = folders.into_iter().find(|path| path.is_dir()) else {
        eprintln!("shared samples not found");
        return;
    };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let link = pay::link(&read("trade.alipay.url.get.multi.json")).unwrap();
    assert_eq!((link.url.matches("154051432607498520").count(), link.failed.len()), (1, 0));
    let infos = logistics::infos(&read("logistics.getLogisticsInfos.buyerView.json")).unwrap();
    assert_eq!((infos[0].id.as_str(), infos[0].status.as_str()), ("BX111841674232006", "SIGN"));
    let traces = logistics::traces(&read("logistics.getLogisticsTraceInfo.buyerView.json")).unwrap();
    let [merged] = <[Shipment; 1]>::try_from(logistics::merged(infos, traces)).unwrap();
    assert_eq!((merged.bill_no.as_str(), merged.steps.len()), ("3832890717253", 9));
    assert_eq!(logistics::traces(&read("logistics.trace.none_yet_not_an_error.json")), Ok(vec![]));
    let native = logistics::native(&read("trade.get.buyerView.json")).unwrap();
    assert_eq!((native[0].id.as_str(), native[0].status.as_str()), ("BX107450035961376", "alreadysend"));
    let view = order::order(&read("trade.get.buyerView.json")).unwrap().unwrap().order;
    assert_eq!(view.seller_login, Some(Clean::new("b测试账号110")));
    assert_eq!((view.shipped_at.unwrap(), view.is_short()), ("2017-09-14T06:19:16Z".parse().unwrap(), true));
    let list = order::orders(&read("trade.getBuyerOrderList.json")).unwrap().items.remove(0).order;
    assert_eq!(
        (list.goods, list.discount, list.total),
        (Some(yuan("39.90")), Some(yuan("39.89")), Some(yuan("0.01")))
    );
    for name in [
        "trade.alipay.url.get.multi.json",
        "logistics.getLogisticsInfos.buyerView.json",
        "trade.get.buyerView.json",
    ] {
        sane(&read(name));
    }
    assert!(now() > list.created_at);
}

/// A gateway whose market answers each path with the body whose key the path contains, and the paths asked.
fn answering(answers: Vec<(&'static str, &'static str)>) -> (Gateway, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = asked.clone();
    let proxy = Proxy::start("127.0.0.1:1", "", move |path: &str, _| {
        heard.lock().unwrap().push(path.to_owned());
        let body = answers.iter().find(|(key, _)| path.contains(key)).map_or("{}", |(_, body)| body);
        Doing::Fault(Fault::Says(body))
    });
    let credentials =
        Credentials { app_key: "1".into(), app_secret: "s".into(), access_token: Some("t".into()) };
    (Gateway::new(credentials, hurried(&proxy.url)).unwrap(), asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_elsewhere_is_refused_by_the_name_of_its_host() {
    let ids = [OrderId::new("7")];
    let (gateway, _) = answering(vec![("alipay.url.get", LINK)]);
    assert_eq!(
        gateway.pay_link(&ids).await,
        Err(MarketError::ForeignLink(Clean::new("trade.1688.com"))),
        "a market on this machine leads to itself only"
    );
    let evil = r#"{"payUrl":"https://trade.1688.com@evil.example/x","success":true}"#;
    let (gateway, _) = answering(vec![("alipay.url.get", evil)]);
    assert_eq!(gateway.pay_link(&ids).await, Err(MarketError::ForeignLink(Clean::new("evil.example"))));
    let (gateway, asked) = answering(vec![("alipay.url.get", LINK)]);
    for id in ["", "x", "-7", "1.5", "1111111111111111111111111111111111111111"] {
        assert!(
            matches!(gateway.pay_link(&[OrderId::new(id)]).await, Err(MarketError::BadAnswer(_))),
            "{id}"
        );
    }
    assert!(matches!(gateway.pay_link(&[]).await, Err(MarketError::BadAnswer(_))));
    assert!(asked.lock().unwrap().is_empty(), "nothing was asked about what cannot be paid");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_the_logistics_calls_reads_the_order_instead() {
    let unsupported = r#"{"error_code":"gw.APIUnsupported","error_message":"m"}"#;
    let (gateway, asked) = answering(vec![
        ("getLogisticsInfos", unsupported),
        ("getLogisticsTraceInfo", unsupported),
        ("get.buyerView", NATIVE),
    ]);
    let shipments = gateway.shipments(&OrderId::new("7")).await.unwrap();
    assert_eq!((shipments[0].company.as_str(), shipments[0].bill_no.as_str()), ("中通", "99"));
    assert_eq!(asked.lock().unwrap().len(), 3);
    let not_shipped = r#"{"success":false,"errorCode":"500_2","errorMessage":"x"}"#;
    let (gateway, asked) = answering(vec![("getLogisticsInfos", not_shipped)]);
    assert_eq!(gateway.shipments(&OrderId::new("7")).await, Ok(vec![]));
    assert_eq!(asked.lock().unwrap().len(), 1, "no trace of what was not shipped");
}
