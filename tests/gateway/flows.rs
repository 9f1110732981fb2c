//! The other ways to order an offer: read from every body that tells of them, kept in the catalog, compared with
//! what they give up, and priced as the market prices them.

use pifa::domain::flow::{Flow, FlowTerms};
use pifa::domain::id::SpecId;
use pifa::market::gateway::bodies::{detail, extension, rows};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::bench::{Buyer, Sandbox, seed};
use crate::contract::{now, yuan};

fn told(terms: &FlowTerms) -> (Flow, Option<String>, Option<String>, Option<bool>) {
    let start = terms.start_quantity.map(|start| start.to_string());
    (terms.flow.clone(), start, terms.price.map(|price| price.to_string()), terms.post_included)
}

#[test]
fn a_detail_tells_of_dropshipping_by_the_offer_and_by_sku() {
    let body = |free: Value, sale: Value, sku: Value| {
        let mut terms = json!({"onePieceFreePostage": free, "startQuantity": 2});
        terms.as_object_mut().unwrap().extend(sale.as_object().unwrap().clone());
        let body = json!({"result": {"success": true, "result": {"offerId": 5, "subject": "杯",
            "productSkuInfos": [{"specId": "a1", "price": "9.00", "fenxiaoPriceInfo": sku}, {"specId": "b2", "price": "9.50"}],
            "productSaleInfo": {"quoteType": 1, "fenxiaoSaleInfo": terms}}}});
        detail::offer(body.to_string().as_bytes(), now()).unwrap().unwrap().flows
    };
    let prices = || json!({"onePiecePrice": "15.00", "offerPrice": "11.20"});
    let flows = body(json!(true), prices(), json!({"onePiecePrice": "16.00", "offerPrice": null}));
    assert_eq!(flows.len(), 1);
    let wanted = (Flow::Fenxiao, Some("2".to_owned()), Some("15.00".to_owned()), Some(true));
    assert_eq!(told(&flows[0]), wanted);
    assert_eq!(flows[0].price_of(Some(&SpecId::new("a1"))), Some(yuan("16.00")));
    assert_eq!(flows[0].price_of(Some(&SpecId::new("b2"))), Some(yuan("15.00")));
    // Where the buyer pays the post, the price without it counts.
    let flows = body(json!(false), prices(), Value::Null);
    assert_eq!((flows[0].price, flows[0].post_included), (Some(yuan("11.20")), Some(false)));
    // What is not said is not made up.
    assert!(body(Value::Null, json!({}), Value::Null).is_empty());
    assert!(body(Value::Null, json!({"offerPrice": "0"}), Value::Null).is_empty());
}

#[test]
fn rows_tell_of_curated_goods_and_the_extension_of_every_flow() {
    let row = json!({"result": {"success": true, "result": {"totalRecords": 1, "data": [{"offerId": 7, "subject": "杯",
        "priceInfo": {"price": "9.00", "jxhyPrice": "12.00", "pfJxhyPrice": "8.80", "consignPrice": "10.00"}}]}}});
    let page = rows::rows(row.to_string().as_bytes(), None, now()).unwrap();
    let flows: Vec<_> = page.items[0].flows.iter().map(told).collect();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        flows,
        [
            (Flow::BoutiqueFenxiao, text("1"), text("12.00"), Some(true)),
            (Flow::BoutiquePifa, text("3"), text("8.80"), None),
        ]
    );
    let changes = json!({"success": true, "result": {"items": [{"offer_id": "7", "title": "杯", "free_post_dropship": true,
        "flows": [{"flow": "fenxiao", "start_quantity": 1, "price": "10.50"}, {"flow": "paired", "start_quantity": null, "price": ""},
            {"flow": "", "price": "1"}, 7]}], "suppliers": [], "cursor": "1", "complete": true}});
    let changes = extension::changes(changes.to_string().as_bytes(), now()).unwrap();
    let flows: Vec<_> = changes.offers[0].flows.iter().map(told).collect();
    assert_eq!(
        flows,
        [(Flow::Fenxiao, text("1"), text("10.50"), Some(true)), (Flow::Paired, None, None, None)]
    );
}

fn rows_of<'a>(document: &'a Value, name: &str) -> &'a [Value] {
    document[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.as_str()?.parse().ok()
}

/// The world lists flows with some of its offers; through the catalog and out of `compare` they are what it says.
#[test]
fn compare_names_flows_with_their_sums_and_what_they_give_up() {
    let seed = seed().to_string();
    let market = Sandbox::start(&["--offers", "600", "--seed", &seed]);
    let buyer = Buyer::at(&market);
    buyer.does(&["sync"]);
    let found = buyer.does(&["search", "", "--limit", "600"]);
    let ids: Vec<&str> =
        rows_of(&found, "offers").iter().map(|offer| offer["offer_id"].as_str().unwrap()).collect();
    let (mut offers, mut with_flows, mut kinds) = (0, 0, std::collections::BTreeSet::new());
    for eight in ids.chunks(8) {
        let mut asked = vec!["compare", "--qty", "60"];
        asked.extend(eight);
        let compared = buyer.does(&asked);
        for offer in rows_of(&compared, "offers") {
            offers += 1;
            let flows = rows_of(offer, "flows");
            with_flows += usize::from(!flows.is_empty());
            let mut cheapest: Option<(Decimal, &str)> = decimal(&offer["landed"])
                .filter(|_| offer["buyable"] == true)
                .map(|landed| (landed, "general"));
            for flow in flows {
                kinds.insert(flow["flow"].as_str().unwrap().to_owned());
                let price = decimal(&flow["unit_price"]).unwrap();
                assert_eq!(decimal(&flow["goods"]), Some((price * Decimal::from(60)).round_dp(2)), "{flow}");
                let landed = decimal(&flow["landed"]);
                let sum = decimal(&flow["goods"])
                    .zip(decimal(&flow["freight"]))
                    .map(|(goods, freight)| goods + freight);
                assert_eq!(landed, sum, "{flow}");
                let start = flow["start_quantity"].as_u64().unwrap();
                assert!(flow["buyable"] == false || start <= 60, "{flow}");
                let falls =
                    rows_of(&buyer.does(&["show", offer["offer_id"].as_str().unwrap()]), "tiers").len() > 1;
                let lost = rows_of(flow, "lost");
                assert!(!lost.contains(&json!("price_tiers")) || falls, "{offer}");
                assert!(rows_of(flow, "unknown").contains(&json!("assured_trade")), "{flow}");
                let proxy = flow["flow"] == "saleproxy";
                assert_eq!(rows_of(flow, "needs").contains(&json!("distribution_relation")), proxy, "{flow}");
                let free = rows_of(flow, "needs").is_empty() && flow["buyable"] == true;
                if let Some(landed) = landed.filter(|_| free)
                    && cheapest.is_none_or(|(least, _)| landed < least)
                {
                    cheapest = Some((landed, flow["flow"].as_str().unwrap()));
                }
            }
            if let Some(best) = offer["best_flow"].as_str() {
                assert_eq!(cheapest.map(|(_, flow)| flow), Some(best), "{offer}");
            }
        }
    }
    assert!(offers > 500 && with_flows * 20 > offers && with_flows * 5 <= offers, "{with_flows} of {offers}");
    assert!(kinds.len() >= 3, "{kinds:?}");
}
