//! What the adapter makes of the platform's documented and recorded bodies, where the shared folder is at hand: they
//! are not ours to put into the repository.

use std::path::PathBuf;

use pifa::domain::id::OfferKey;
use pifa::domain::offer::QuoteType;
use pifa::domain::order::OrderState;
use pifa::domain::quantity::Quantity;
use pifa::domain::supplier::{Mix, MixRule};
use pifa::market::MarketError;
use pifa::market::gateway::bodies::{account, created, detail, extension, order, preview, rows};
use pifa::wire::sign;
use serde_json::Value;

use crate::contract::{now, words, yuan};

/// The shared folder stands beside the checkout (or beside its parent); it is not part of the repository.
fn samples() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = ["../shared/gateway/samples", "../../shared/gateway/samples"];
    let found = found.iter().map(|path| root.join(path)).find(|path| path.is_dir());
    if found.is_none() {
        eprintln!("shared samples not found, using own fixtures only");
    }
    found
}

/// Payloads without an envelope, or in a proxy's, put into family A.
fn in_family_a(payload: &Value) -> Vec<u8> {
    format!(r#"{{"result":{{"success":true,"code":"200","result":{payload}}}}}"#).into_bytes()
}

#[test]
fn every_documented_sample_is_read() {
    let Some(folder) = samples() else { return };
    let mut read = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let body = std::fs::read(&path).unwrap();
        if check_sample(&name, &body) {
            read += 1;
        }
        crate::hostile::no_parser_panics(&body);
    }
    assert!(read >= 15, "only {read} samples were understood");
}

/// `false` for samples of calls that are not made yet; those are only thrown at every parser.
fn check_sample(name: &str, body: &[u8]) -> bool {
    let gateway_error = |expected: fn(&MarketError) -> bool| {
        let errors = [
            detail::offer(body, now()).err(),
            preview::preview(body).err(),
            order::orders(body).err(),
            extension::capabilities(body).err(),
            account::server_time(body).err(),
        ];
        assert!(errors.iter().all(|error| error.as_ref().is_some_and(expected)), "{name}: {errors:?}");
    };
    match name {
        "gateway_error.acl.json" => gateway_error(|error| matches!(error, MarketError::Denied(_))),
        "gateway_error.param_missing.json" => gateway_error(|error| matches!(error, MarketError::Refused(_))),
        "gateway_error.qos.json" => gateway_error(|error| matches!(error, MarketError::Throttled { .. })),
        "gateway_error.unauthorized.json" => {
            gateway_error(|error| matches!(error, MarketError::Unauthorized(_)));
        }
        "signature_vectors.json" => {
            let vectors: Vec<Value> = serde_json::from_slice(body).unwrap();
            assert!(vectors.len() >= 2);
            for vector in vectors {
                let params = vector["params"].as_object().unwrap();
                let params = params.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap()));
                let got = sign::signature(
                    vector["secret"].as_str().unwrap(),
                    vector["path"].as_str().unwrap(),
                    params,
                );
                assert_eq!(got, vector["hmac_sha1_upper"].as_str().unwrap());
            }
        }
        "product.search.keywordQuery.doc_placeholder.json" => {
            let page = rows::rows(body, None, now()).unwrap();
            let [row] = page.items.as_slice() else { panic!() };
            assert_eq!(
                (row.key.clone(), row.price_range),
                (OfferKey::Market(2), Some((yuan("10"), yuan("10"))))
            );
            assert_eq!((row.sold_30d, row.lead_time_hours, row.years), (Some(1213), Some(24), Some(1)));
            assert_eq!(
                words(&row.identities),
                ["super_factory", "powerful_merchant", "trust_pass", "yanxuan", "crossborder"]
            );
        }
        "product.detail.676651652931.quoteType1.recorded_via_proxy.json" => {
            let proxied: Value = serde_json::from_slice(body).unwrap();
            let offer = detail::offer(&in_family_a(&proxied["data"]), now()).unwrap().unwrap();
            assert_eq!((offer.quote_type, offer.moq), (QuoteType::BySku, Some(Quantity::whole(2))));
            assert!(offer.skus.iter().any(|sku| sku.price == Some(yuan("14.90"))));
            assert!(offer.skus.iter().any(|sku| sku.price == Some(yuan("13.90"))));
            assert_eq!(offer.skus[0].sku_id, Some(4_878_065_068_300));
            let rule = MixRule { pieces: Some(Quantity::whole(2)), amount: Some(yuan("100.00")) };
            assert_eq!(offer.mix, Mix::Rule(rule));
        }
        "product.detail.670291644950.quoteType2.transcribed.json" => {
            let payload: Value = serde_json::from_slice(body).unwrap();
            let offer = detail::offer(&in_family_a(&payload), now()).unwrap().unwrap();
            assert_eq!((offer.quote_type, offer.skus.len()), (QuoteType::ByOfferOverSkus, 10));
            let tiers: Vec<String> = offer.tiers.iter().map(|tier| tier.charged().to_string()).collect();
            assert_eq!(tiers, ["13.21", "12.83"]);
            assert_eq!((offer.mix_enabled, offer.lead_time_hours), (Some(true), Some(48)));
            assert_eq!(offer.belt.as_ref().unwrap().as_str(), "广州");
            assert_eq!(offer.skus[0].name.as_str(), "郁金香 / S");
            assert_eq!(offer.city.as_ref().unwrap().as_str(), "广州市");
            assert_eq!(offer.services.dropship, Some(true));
            assert!(offer.attributes.iter().any(|a| a.name.as_str() == "货号" && a.value.as_str() == "1985"));
        }
        "product.detail.903006215326.partial_values.json" => {
            let payload: Value = serde_json::from_slice(body).unwrap();
            // It has no subject: half an offer is none.
            assert!(matches!(detail::offer(&in_family_a(&payload), now()), Err(MarketError::BadAnswer(_))));
            let mut named = payload;
            named["subject"] = "测试".into();
            let offer = detail::offer(&in_family_a(&named), now()).unwrap().unwrap();
            assert_eq!(offer.repeat_rate.unwrap().to_string(), "0.6236");
            assert_eq!((words(&offer.identities), offer.skus.len()), (vec!["powerful_merchant"], 0));
        }
        "trade.createOrder.preview.json" => {
            let quote = preview::preview(body).unwrap();
            assert_eq!((quote.goods, quote.freight), (yuan("36.00"), Some(yuan("8.00"))));
            assert_eq!((quote.payable, quote.lines[0].unit_price), (yuan("44.00"), Some(yuan("18.00"))));
            assert_eq!(quote.trade_types, ["nzassure"]);
        }
        "trade.create.single_nested.json" => {
            let created = created::created(body).unwrap();
            assert_eq!((created.total, created.freight), (Some(yuan("44.00")), Some(yuan("8.00"))));
        }
        "trade.createCrossOrder.flat_alipay_doc_sample.json" => {
            assert_eq!(created::created(body).unwrap().order_ids[0].as_str(), "87407346014789305");
        }
        "trade.createCrossOrder.flat_period_doc_sample.json" => {
            assert_eq!(created::created(body).unwrap().order_ids[0].as_str(), "87407346015789305");
        }
        "trade.createCrossOrder.multi_order.json" => {
            let created = created::created(body).unwrap();
            assert_eq!((created.order_ids.len(), created.total), (2, Some(yuan("98980.00"))));
        }
        "trade.get.buyerView.json" => {
            let order = order::order(body).unwrap().unwrap();
            assert_eq!(
                order.order.order_id.as_ref().unwrap().as_str(),
                "58218860983545941",
                "the string, not the number"
            );
            assert_eq!((order.state, order.order.lines.len()), (OrderState::Shipped, 3));
            assert_eq!((order.order.total, order.order.freight), (Some(yuan("6.15")), Some(yuan("6.00"))));
            assert_eq!(order.order.created_at.to_string(), "2017-09-14T06:17:08Z");
        }
        "trade.getBuyerOrderList.json" => {
            let page = order::orders(body).unwrap();
            assert_eq!((page.total, page.items.len()), (537, 1));
            assert_eq!(
                (page.items[0].state, page.items[0].order.total),
                (OrderState::Closed, Some(yuan("0.01")))
            );
        }
        "trade.cancel.json" => assert_eq!(order::done(body), Ok(())),
        "trade.receiveAddress.get.json" => {
            let addresses = account::addresses(body).unwrap();
            assert_eq!((addresses.len(), addresses[1].district_code.as_str()), (3, "110102"));
        }
        _ => return false,
    }
    true
}
