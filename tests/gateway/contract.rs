//! What the adapter makes of answers: our own bodies, written from GATEWAY.md with its oddities mixed in. The
//! documented samples are in `samples`.

use std::path::PathBuf;

use jiff::Timestamp;
use pifa::domain::freight::{ChargeBy, Fees, FreightTerms};
use pifa::domain::group_buy::{Counts, GroupState};
use pifa::domain::id::{OfferKey, SpecId, SupplierId};
use pifa::domain::money::Money;
use pifa::domain::offer::{Completeness, Offer, OfferKind, QuoteType, Services};
use pifa::domain::order::OrderState;
use pifa::domain::quantity::Quantity;
use pifa::domain::supplier::{Identity, Mix, MixRule};
use pifa::market::gateway::bodies::freight::Asked;
use pifa::market::gateway::bodies::{
    account, created, detail, extension, freight, group, order, preview, rows,
};
use pifa::market::{CreateError, MarketError};
use pifa::wire::sign;
use serde_json::Value;

pub fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/gateway/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn now() -> Timestamp {
    "2026-11-22T00:30:00Z".parse().unwrap()
}

pub fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

pub fn words(identities: &[Identity]) -> Vec<&str> {
    identities.iter().map(Identity::as_str).collect()
}

fn detail_of(name: &str) -> Offer {
    detail::offer(&fixture(name), now()).unwrap().unwrap()
}

#[test]
fn signatures_match_an_independent_implementation() {
    let vectors: Vec<Value> = serde_json::from_slice(&fixture("signature_vectors.json")).unwrap();
    assert_eq!(vectors.len(), 5);
    for vector in vectors {
        let params = vector["params"].as_object().unwrap();
        let params = params.iter().map(|(key, value)| (key.as_str(), value.as_str().unwrap()));
        let secret = vector["secret"].as_str().unwrap();
        let got = sign::signature(secret, vector["path"].as_str().unwrap(), params);
        assert_eq!(got, vector["signature"].as_str().unwrap(), "{}", vector["why"]);
    }
}

#[test]
fn search_rows_are_read_and_hostile_ones_are_not_believed() {
    let page = rows::rows(&fixture("search.json"), None, now()).unwrap();
    assert_eq!(page.total, 41);
    let ids: Vec<String> = page.items.iter().map(|offer| offer.key.to_string()).collect();
    assert_eq!(ids, ["701234567890", "701234567891", "701234567892", "701234567893"]);
    let [cup, fee, hostile, odd] = page.items.as_slice() else { panic!() };
    assert_eq!(cup.title.as_str(), "保温杯316不锈钢办公杯");
    assert_eq!(cup.title_en.as_ref().unwrap().as_str(), "Thermos 316 steel");
    assert_eq!(cup.price_range, Some((yuan("17.50"), yuan("17.50"))), "the promotion is what is charged");
    assert_eq!((cup.moq, cup.sold_30d), (Some(Quantity::whole(3)), Some(812)));
    assert_eq!(cup.repeat_rate.unwrap().to_string(), "0.18");
    assert_eq!(words(&cup.identities), ["powerful_merchant", "trust_pass", "yanxuan", "crossborder"]);
    assert_eq!((cup.years, cup.lead_time_hours, cup.category_id), (Some(6), Some(48), Some(1501)));
    assert_eq!(cup.completeness, Completeness::Row);
    // What a row does not say is not made up.
    assert_eq!((&cup.supplier_id, &cup.unit, cup.mix, cup.tiers.len()), (&None, &None, Mix::Unknown, 0));
    assert_eq!((fee.kind, fee.title_en.clone(), fee.sold_30d), (OfferKind::Fee, None, None));
    assert_eq!(fee.repeat_rate.unwrap().to_string(), "0", "an empty share means none");
    assert_eq!(
        (hostile.price_range, hostile.moq, hostile.sold_30d, hostile.repeat_rate),
        (None, None, None, None)
    );
    assert_eq!((odd.price_range, odd.identities.len()), (None, 0));
    let shop = SupplierId::new("BBBown1");
    let page = rows::rows(&fixture("search.json"), Some(&shop), now()).unwrap();
    assert!(page.items.iter().all(|offer| offer.supplier_id.as_ref() == Some(&shop)));
}

#[test]
fn an_offer_without_skus_has_its_ladder_lot_and_mix_rule() {
    let cup = detail_of("detail_by_offer.json");
    assert_eq!((cup.quote_type, cup.completeness, cup.gone), (QuoteType::ByOffer, Completeness::Full, false));
    let tiers: Vec<String> = cup
        .tiers
        .iter()
        .map(|tier| format!("{}:{}:{}", tier.from_quantity, tier.price, tier.charged()))
        .collect();
    assert_eq!(tiers, ["100:7.90:7.90", "3:9.90:9.50"]);
    assert_eq!((cup.moq, cup.lot), (Some(Quantity::whole(3)), Some(Quantity::whole(6))));
    assert_eq!(cup.stock, Some(Quantity::whole(5000)));
    let rule = MixRule { pieces: Some(Quantity::whole(10)), amount: Some(yuan("200.00")) };
    assert_eq!((cup.mix, cup.mix_enabled), (Mix::Rule(rule), Some(false)));
    assert_eq!(cup.unit.as_ref().unwrap().as_str(), "个");
    assert_eq!(cup.weight_kg.unwrap().to_string(), "0.38");
    assert_eq!(cup.volume_m3.unwrap().to_string(), "0.0025");
    assert_eq!((cup.lead_time_hours, cup.years, cup.category_id), (Some(24), Some(12), Some(150_102)));
    assert_eq!(cup.belt.as_ref().unwrap().as_str(), "永康");
    assert_eq!(words(&cup.identities), ["super_factory", "yanxuan"]);
    assert_eq!(cup.supplier_id, Some(SupplierId::new("BBBown00000000000001")));
    assert_eq!(cup.repeat_rate.unwrap().to_string(), "0.235");
}

#[test]
fn an_offer_priced_over_its_skus_keeps_the_orderable_ones() {
    let bedding = detail_of("detail_over_skus.json");
    assert_eq!((bedding.quote_type, bedding.mix), (QuoteType::ByOfferOverSkus, Mix::None));
    assert!(bedding.gone, "the member expired");
    let [mauve, blue] = bedding.skus.as_slice() else { panic!("{:?}", bedding.skus) };
    assert_eq!(
        (mauve.name.as_str(), mauve.name_en.as_ref().unwrap().as_str()),
        ("豆沙 / 1.8m", "Mauve / 1.8m")
    );
    assert_eq!(
        (mauve.stock, mauve.price, mauve.sku_id),
        (Some(Quantity::whole(40)), None, Some(5_100_000_000_001))
    );
    assert_eq!((blue.stock, blue.name_en.clone()), (None, None), "a negative stock is unknown");
    assert_eq!(bedding.lot, None);
    assert_eq!(bedding.weight_kg.unwrap().to_string(), "2.4", "the heaviest package");
    assert_eq!(bedding.tiers[1].charged(), yuan("82.50"));
}

#[test]
fn a_detail_tells_what_is_promised_and_how_its_seller_is_rated() {
    let body = r#"{"result":{"success":true,"result":{"offerId":5,"subject":"杯","tradeScore":"4.8",
        "productAttribute":[{"attributeId":"1","attributeName":"材质","value":"304","attributeNameTrans":"Material","valueTrans":"304"},
            {"attributeId":"2","attributeName":"加工定制","value":"是"},7],
        "tagInfoList":[{"key":"isOnePsale","value":true},{"key":"noReason7DReturn","value":"false"}],
        "productSaleInfo":{"fenxiaoSaleInfo":{"onePieceFreePostage":true}},
        "invoiceInfo":{"supportOnlineInvoice":false,"supportFastInvoice":false,"invoiceTypes":[]},
        "productShippingInfo":{"sendGoodsAddressText":"浙江省金华市永康市"},
        "sellerDataInfo":{"tradeMedalLevel":"3","compositeServiceScore":"4.5","logisticsExperienceScore":"99",
            "repeatPurchasePercent":"52.48%","collect30DayWithin48HPercent":"1.0","qualityRefundWithin30Day":"0.12%"}}}}"#;
    let cup = detail::offer(body.as_bytes(), now()).unwrap().unwrap();
    assert_eq!((cup.attributes.len(), cup.attributes[0].value.as_str()), (2, "304"));
    let promised = Services {
        dropship: Some(true),
        free_ship: Some(true),
        return_7d: Some(false),
        invoice: Some(false),
        custom: Some(true),
        pay_later: None,
    };
    assert_eq!(cup.services, promised);
    assert_eq!(cup.rating.unwrap().to_string(), "4.8");
    assert_eq!((cup.belt.unwrap().as_str(), cup.city.unwrap().as_str()), ("永康", "金华市"));
    let told = cup.reputation.unwrap();
    let shown = |figure: Option<rust_decimal::Decimal>| figure.map(|figure| figure.to_string());
    assert_eq!((shown(told.scores.composite).as_deref(), told.scores.logistics), (Some("4.5"), None));
    assert_eq!((shown(told.pickup_48h).as_deref(), told.medal_level), (Some("1"), Some(3)));
    assert_eq!(shown(told.quality_refund).as_deref(), Some("0.0012"));
    assert_eq!(shown(told.repeat_rate).as_deref(), Some("0.5248"));
    assert_eq!(told.province.unwrap().as_str(), "浙江省");

    let silent = r#"{"result":{"success":true,"result":{"offerId":5,"subject":"杯"}}}"#;
    let silent = detail::offer(silent.as_bytes(), now()).unwrap().unwrap();
    assert_eq!((silent.services, silent.rating, silent.city), (Services::default(), None, None));
    assert!(silent.reputation.is_none() && silent.attributes.is_empty());
}

#[test]
fn a_ladder_with_an_unreadable_tier_is_no_ladder() {
    let towel = detail_of("detail_torn_ladder.json");
    assert!(
        towel.tiers.is_empty() && towel.price_range.is_none(),
        "a price between the others would be wrong"
    );
}

#[test]
fn an_offer_the_market_does_not_know_is_none_and_another_refusal_is_one() {
    let body = |code: &str| format!(r#"{{"result":{{"success":false,"code":"{code}","message":"m [5]"}}}}"#);
    for unknown in ["404", "OFFER_NOT_EXIST"] {
        assert_eq!(detail::offer(body(unknown).as_bytes(), now()), Ok(None));
    }
    let Err(MarketError::Refused(refusal)) = detail::offer(body("500_001").as_bytes(), now()) else {
        panic!()
    };
    assert_eq!(refusal.lines, [(5, None)]);
    assert_eq!(detail::offer(br#"{"result":{"success":true,"code":"200","result":null}}"#, now()), Ok(None));
}

#[test]
fn a_freight_template_is_believed_when_it_gives_the_answers_own_freight() {
    let body = fixture("freight_template.json");
    let ask = |quantity| {
        let asked = Asked {
            district: "330784",
            quantity: Quantity::whole(quantity),
            weight_kg: None,
            volume_m3: None,
        };
        freight::estimate(&body, &asked).unwrap()
    };
    // 5 x 0.38 kg = 1.9 kg: 6.00 + 1 x 2.50.
    let FreightTerms::Template(template) = ask(5).terms else { panic!() };
    assert_eq!((template.charge_by, template.first_unit.to_string()), (ChargeBy::Weight, "1".to_owned()));
    let Fees::District { code, fee } = &template.fees else { panic!() };
    assert_eq!((code.as_str(), fee.first, fee.next), ("330784", yuan("6.00"), yuan("2.50")));
    assert_eq!(ask(5).weight_kg.unwrap().to_string(), "0.38");
    // The same numbers for 50 pieces contradict it.
    assert_eq!(ask(50).terms, FreightTerms::Unknown);
}

#[test]
fn other_ways_of_freight_keep_their_names() {
    let asked = Asked { district: "330784", quantity: Quantity::ONE, weight_kg: None, volume_m3: None };
    let terms = |inner: &str| {
        let body = format!(r#"{{"result":{{"success":true,"result":{inner}}}}}"#);
        freight::estimate(body.as_bytes(), &asked).unwrap().terms
    };
    assert_eq!(terms(r#"{"templateType":1,"freePostage":true,"freight":"0"}"#), FreightTerms::SellerPays);
    assert_eq!(terms(r#"{"freePostage":"true","freight":null}"#), FreightTerms::SellerPays);
    assert_eq!(terms(r#"{"templateID":5,"subTemplateType":"2","freight":null}"#), FreightTerms::Collect);
    assert_eq!(terms(r#"{"templateID":0,"freight":""}"#), FreightTerms::ByAgreement);
    assert_eq!(terms(r#"{"templateID":9,"freight":"5"}"#), FreightTerms::Unknown);
    assert_eq!(
        terms(
            r#"{"templateID":9,"freight":"5","firstFee":"5","firstUnit":"1","chargeType":1,"discount":"0.9"}"#
        ),
        FreightTerms::Unknown
    );
}

#[test]
fn a_quote_mixes_fen_and_yuan_and_keeps_them_apart() {
    let quote = preview::preview(&fixture("preview.json")).unwrap();
    assert_eq!((quote.goods, quote.freight), (yuan("57.00"), Some(yuan("8.50"))));
    assert_eq!((quote.discount, quote.payable), (yuan("1.00"), yuan("64.50")));
    assert_eq!(
        (quote.flow.as_str(), quote.trade_types.join(",")),
        ("general", "assureTrade,alipay".to_owned())
    );
    let [line] = quote.lines.as_slice() else { panic!() };
    assert_eq!(
        (line.offer_id, line.unit_price, line.amount),
        (701_234_567_890, Some(yuan("9.50")), Some(yuan("57.00")))
    );
    assert_eq!((&line.spec_id, &line.refusal), (&None, &None));
}

#[test]
fn a_split_quote_is_added_up_and_offers_what_every_part_accepts() {
    let quote = preview::preview(&fixture("preview_split.json")).unwrap();
    assert_eq!((quote.parts, quote.goods, quote.payable), (2, yuan("35.50"), yuan("41.50")));
    assert_eq!(
        (quote.freight, quote.trade_types.as_slice()),
        (Some(yuan("6.00")), ["assureTrade".to_owned()].as_slice())
    );
    assert_eq!(quote.lines[1].spec_id, Some(SpecId::new("0f0f")));
}

#[test]
fn freight_by_agreement_is_unknown_and_never_nothing() {
    let quote = preview::preview(&fixture("preview_freight_open.json")).unwrap();
    assert_eq!((quote.freight, quote.payable), (None, yuan("10.00")));
}

#[test]
fn a_refused_preview_names_code_words_and_lines() {
    let Err(MarketError::Refused(refusal)) = preview::preview(&fixture("preview_refused.json")) else {
        panic!()
    };
    assert_eq!(refusal.code.as_str(), "500_005");
    assert_eq!(
        refusal.lines,
        [(701_234_567_890, None), (701_234_567_900, None), (701_234_567_891, Some(SpecId::new("0f01")))]
    );
    let unknown = br#"{"success":false,"errorCode":"SANDBOX_LOT","errorMsg":"not a multiple [7_ab]"}"#;
    let Err(MarketError::Refused(refusal)) = preview::preview(unknown) else { panic!() };
    assert_eq!((refusal.code.as_str(), refusal.lines.len()), ("SANDBOX_LOT", 1));
}

#[test]
fn a_preview_without_its_sums_is_no_quote() {
    for body in [
        r#"{"success":true,"orderPreviewResuslt":[]}"#,
        r#"{"success":true}"#,
        r#"{"success":true,"orderPreviewResuslt":[{"status":true,"sumPayment":-1,"sumPaymentNoCarriage":1}]}"#,
        r#"{"success":true,"orderPreviewResuslt":[{"status":true,"sumPayment":12.5,"sumPaymentNoCarriage":1}]}"#,
        r#"{"success":true,"orderPreviewResuslt":[{"flowFlag":"a","sumPayment":1,"sumPaymentNoCarriage":1},
            {"flowFlag":"b","sumPayment":1,"sumPaymentNoCarriage":1}]}"#,
    ] {
        assert!(matches!(preview::preview(body.as_bytes()), Err(MarketError::BadAnswer(_))), "{body}");
    }
}

#[test]
fn an_order_id_means_created_whatever_success_says() {
    for body in [
        r#"{"success":false,"orderId":"87407346014789305","totalSuccessAmount":156800}"#,
        r#"{"success":false,"errorCode":"X","result":{"orderId":87407346014789305}}"#,
        r#"{"result":{"success":"false","result":{"orderId":"87407346014789305"}}}"#,
        r#"{"orderList":[{"orderId":"87407346014789305","success":false,"resultCode":"E"}]}"#,
    ] {
        let created = created::created(body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
        assert_eq!(created.order_ids[0].as_str(), "87407346014789305", "{body}");
    }
}

#[test]
fn only_a_clean_refusal_means_that_nothing_was_ordered() {
    let refused = br#"{"success":false,"code":"500_004","message":"stock [9_ab]","result":{"failedOfferList":
        [{"offerId":9,"specId":"ab"},{"offerId":"8"}]}}"#;
    let Err(CreateError::Refused(refusal)) = created::created(refused) else { panic!() };
    assert_eq!(refusal.lines, [(9, Some(SpecId::new("ab"))), (8, None)]);
    for body in [
        "",
        "{",
        "[]",
        "null",
        "<html>502</html>",
        "{}",
        r#"{"success":true}"#,
        r#"{"success":true,"result":{}}"#,
        r#"{"success":false}"#,
        r#"{"code":"500_004","message":"no word on success"}"#,
        r#"{"success":false,"code":"E","orderId":-1}"#,
        r#"{"success":false,"code":"E","result":{"orderId":"1111111111111111111111111111111111111111"}}"#,
        r#"{"success":false,"code":"E","orderList":[{"orderId":1e999}]}"#,
        r#"{"success":false,"code":"E","orderList":["x"]}"#,
    ] {
        let outcome = created::created(body.as_bytes());
        assert!(matches!(outcome, Err(CreateError::Unknown(_))), "{body}: {outcome:?}");
    }
    let session = br#"{"success":false,"code":"InvalidSession","message":"m"}"#;
    assert!(matches!(created::created(session), Err(CreateError::Judged(MarketError::Unauthorized(_)))));
}

#[test]
fn several_orders_add_up_and_an_unknown_part_leaves_the_sum_unknown() {
    let two = br#"{"success":true,"result":{"orderId":"","orderList":[
        {"orderId":"11","orderAmmount":1000,"postFee":100},{"orderId":12,"orderAmmount":"250","postFee":0}]}}"#;
    let both = created::created(two).unwrap();
    assert_eq!(
        (both.order_ids.len(), both.total, both.freight),
        (2, Some(yuan("12.50")), Some(yuan("1.00")))
    );
    let torn = br#"{"result":{"orderList":[{"orderId":"11","orderAmmount":1000},{"orderId":12,"orderAmmount":"?"}]}}"#;
    assert_eq!(created::created(torn).unwrap().total, None);
}

#[test]
fn orders_keep_all_digits_and_open_freight_stays_open() {
    let page = order::orders(&fixture("order_list.json")).unwrap();
    assert_eq!((page.total, page.items.len()), (2, 2));
    let [unpaid, done] = page.items.as_slice() else { panic!() };
    assert_eq!(unpaid.order.order_id.as_ref().unwrap().as_str(), "3317081160226242182");
    assert_eq!(
        (unpaid.state, unpaid.order.state.as_str()),
        (OrderState::ToPayFreightOpen, "to_pay_freight_open")
    );
    assert_eq!((unpaid.order.freight, unpaid.order.goods), (None, Some(yuan("57.00"))));
    assert_eq!(unpaid.order.out_order_id.as_ref().unwrap().as_str(), "0192f0aa-0000-7000-8000-000000000001");
    assert_eq!(unpaid.order.created_at.to_string(), "2026-11-22T00:30:00.123Z");
    assert_eq!((done.state, done.wire_state.as_str()), (OrderState::Done, "success"));
    assert_eq!(done.order.created_at.to_string(), "2026-11-01T14:00:00Z", "the offset is honoured");
    let [line] = done.order.lines.as_slice() else {
        panic!("unreadable lines are left out: {:?}", done.order.lines)
    };
    assert_eq!((line.quantity.to_string(), line.spec_name.as_str()), ("1.5".to_owned(), "豆沙 / 1.8m"));
    assert_eq!(line.unit_price.unwrap(), yuan("74.66666667"));
}

#[test]
fn an_order_that_cannot_be_read_spoils_the_page_instead_of_vanishing_from_it() {
    for body in [
        r#"{"result":["x"],"totalRecord":1}"#,
        r#"{"result":[{"baseInfo":null}],"totalRecord":1}"#,
        r#"{"result":[{"baseInfo":{"id":-5,"createTime":"20261122083000123+0800"}}],"totalRecord":1}"#,
        r#"{"result":"none"}"#,
        r#"{"totalRecord":3}"#,
        r"{}",
    ] {
        assert!(matches!(order::orders(body.as_bytes()), Err(MarketError::BadAnswer(_))), "{body}");
    }
    for empty in
        [r#"{"result":[],"totalRecord":0}"#, r#"{"totalRecord":0}"#, r#"{"result":null,"totalRecord":"0"}"#]
    {
        assert_eq!(order::orders(empty.as_bytes()).unwrap().items.len(), 0, "{empty}");
    }
}

#[test]
fn an_unknown_order_is_none_and_a_cancel_says_why_not() {
    let unknown = r#"{"errorCode":"ORDER_NOT_EXIST","errorMessage":"订单不存在","success":"false"}"#;
    assert_eq!(order::order(unknown.as_bytes()), Ok(None));
    let soon = br#"{"success":false,"errorCode":"CLOSE_ORDER_TOO_FAST","errorMessage":"wait"}"#;
    let Err(MarketError::Refused(refusal)) = order::done(soon) else { panic!() };
    assert_eq!(refusal.code.as_str(), "CLOSE_ORDER_TOO_FAST");
    assert_eq!(order::done(br#"{"success":"true"}"#), Ok(()));
    assert!(order::done(b"{}").is_err());
}

#[test]
fn addresses_categories_and_the_clock() {
    let addresses = account::addresses(&fixture("addresses.json")).unwrap();
    let [home, second] = addresses.as_slice() else { panic!() };
    assert_eq!((home.id.as_str(), home.full_name.as_str()), ("9000000000000000001", "样例收件人"));
    assert_eq!((home.region.as_str(), home.street.as_str()), ("浙江省 金华市 永康市 芝英镇", "工业路 9号"));
    assert_eq!((home.district_code.as_str(), home.is_default), ("330784", true));
    assert_eq!(
        (second.phone.as_str(), second.district_code.as_str(), second.is_default),
        ("0571-1", "", false)
    );
    let tops = rows::categories(&fixture("categories.json"), 0).unwrap();
    let named: Vec<(i64, bool)> = tops.iter().map(|category| (category.id, category.leaf)).collect();
    assert_eq!(named, [(15, false), (1_031_919, true)]);
    for body in
        [r#""20261122083000123+0800""#, "20261122083000123+0800", r#"{"result":"20261122083000123+0800"}"#]
    {
        let time = account::server_time(body.as_bytes()).unwrap();
        assert_eq!(time.to_string(), "2026-11-22T00:30:00.123Z", "{body}");
    }
    for body in
        ["", "null", "5", r#""yesterday""#, r#"{"error_code":"gw.SignatureInvalid","error_message":"x"}"#]
    {
        assert!(account::server_time(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn the_extension_tells_what_the_plain_gateway_does_not() {
    let can = extension::capabilities(&fixture("capabilities.json")).unwrap();
    assert!(can.offer_changes && can.supplier_search && can.groups && can.orders_dump);
    assert_eq!(can.market_id.as_ref().unwrap().as_str(), "1234567/b2b-1");
    assert_eq!((can.zone_of("330784"), can.zone_of("650102")), (Some(0), Some(1)));

    let changes = extension::changes(&fixture("changes.json"), now()).unwrap();
    assert_eq!(
        (changes.cursor.as_str(), changes.complete, changes.total, changes.restarted),
        ("abc", false, 20_000, false)
    );
    let [cup, gone, fee] = changes.offers.as_slice() else { panic!() };
    assert_eq!((cup.quote_type, cup.tiers.len()), (QuoteType::BySku, 0));
    assert_eq!(cup.skus[0].promotion, Some(yuan("9.10")));
    assert_eq!(
        (cup.skus[0].name_en.as_ref().unwrap().as_str(), cup.skus[1].name_en.clone()),
        ("White / 500ml", None)
    );
    assert_eq!(
        (cup.purchase_limit, cup.weight_kg.unwrap().to_string()),
        (Some(Quantity::whole(500)), "0.38".to_owned())
    );
    assert_eq!(cup.volume_m3.unwrap().to_string(), "0.0025");
    let FreightTerms::Template(template) = &cup.freight else { panic!() };
    assert_eq!((template.next_unit.to_string(), template.free_from), ("0.5".to_owned(), Some(yuan("99.00"))));
    let Fees::Zones(zones) = &template.fees else { panic!() };
    assert_eq!((zones.len(), zones[1].next), (2, yuan("4.00")));
    // The page's suppliers are put into their offers.
    assert_eq!(
        (cup.supplier_name.as_ref().unwrap().as_str(), cup.years),
        ("永康市样例杯业有限公司", Some(8))
    );
    assert_eq!(cup.mix, changes.suppliers[0].mix);
    assert_eq!(words(&cup.identities), ["super_factory", "trust_pass", "yanxuan"]);
    assert_eq!(cup.city.as_ref().unwrap().as_str(), "金华市");
    assert_eq!(cup.rating.unwrap().to_string(), "4.9");
    let said: Vec<(&str, &str, Option<&str>)> = cup
        .attributes
        .iter()
        .map(|a| (a.name.as_str(), a.value.as_str(), a.value_en.as_ref().map(|value| value.as_str())))
        .collect();
    assert_eq!(said, [("材质", "316不锈钢", Some("Stainless steel 316")), ("容量", "500ml", None)]);
    let promised = Services {
        dropship: Some(true),
        free_ship: Some(false),
        return_7d: None,
        invoice: Some(true),
        custom: Some(false),
        pay_later: None,
    };
    assert_eq!(cup.services, promised);
    let seller = &changes.suppliers[0];
    let shown = |figure: Option<rust_decimal::Decimal>| figure.map(|figure| figure.to_string());
    assert_eq!(shown(seller.scores.composite).as_deref(), Some("4.5"));
    assert_eq!((seller.scores.dispute, seller.scores.offer), (None, None), "off the scale; not told");
    assert_eq!((seller.medal_level, shown(seller.pickup_48h).as_deref()), (Some(3), Some("0.99")));
    assert_eq!(shown(seller.quality_refund).as_deref(), Some("0.0012"));
    assert_eq!(seller.province.as_ref().unwrap().as_str(), "浙江省");
    assert!(cup.advertised && gone.gone && gone.title.is_empty());
    assert_eq!((fee.kind, &fee.freight), (OfferKind::Fee, &FreightTerms::Collect));
}

#[test]
fn groups_are_read_and_those_that_make_no_sense_are_not() {
    let (page, entries) = group::groups(&fixture("group_list.json")).unwrap();
    assert_eq!((entries, page.total), (4, 4));
    let states: Vec<GroupState> = page.items.iter().map(|group| group.state).collect();
    assert_eq!(states, [GroupState::Open, GroupState::Succeeded]);
    let bedding = &page.items[0];
    assert_eq!((bedding.offer.clone(), bedding.counts), (OfferKey::Market(701_234_567_900), Counts::People));
    assert_eq!((bedding.step(), bedding.price_now()), (1, Some(yuan("76.00"))));
    let joined = group::joined(&fixture("group_join.json")).unwrap();
    assert_eq!(joined.quantity, Quantity::whole(24));
    let gone = br#"{"success":false,"errorCode":"GROUP_NOT_EXIST","errorMessage":"m"}"#;
    assert_eq!(group::group(gone), Ok(None));
}
