//! The sandbox's reading calls and its modes: search, shop, detail, freight, groups, plain, awkward, listings.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::sandbox::{ADDRESS, CROSSBORDER, EXT, Market, TRADE, buyable, least_line, options};

async fn search(market: &Market, param: Value) -> Value {
    let param = param.to_string();
    let (status, body) =
        market.call(CROSSBORDER, "product.search.keywordQuery", &[("offerQueryParam", &param)]).await;
    assert_eq!((status, &body["result"]["success"]), (200, &json!(true)), "{body}");
    body["result"]["result"].clone()
}

#[tokio::test]
async fn keyword_search_finds_every_title_that_holds_every_word() {
    let market = Market::open(|_| {}).await;
    let offers = market.offers().await;
    let title = offers[0]["title"].as_str().unwrap();
    let characters: Vec<char> = title.chars().filter(|c| !c.is_whitespace()).collect();
    let words = [
        characters[0].to_string(),
        characters[characters.len() - 2..].iter().collect::<String>().to_uppercase(),
    ];
    for keyword in [words[0].clone(), words[1].clone(), words.join("  ")] {
        let wanted: Vec<&str> = keyword.split_whitespace().collect();
        let mut expected: Vec<(i64, i64)> = offers
            .iter()
            .filter(|offer| {
                let title = offer["title"].as_str().unwrap().to_lowercase();
                wanted.iter().all(|word| title.contains(&word.to_lowercase()))
            })
            .map(|offer| {
                (-offer["sold_30d"].as_i64().unwrap(), offer["offer_id"].as_str().unwrap().parse().unwrap())
            })
            .collect();
        expected.sort_unstable();
        let found =
            search(&market, json!({"keyword": keyword, "beginPage": 1, "pageSize": 50, "country": "en"}))
                .await;
        assert_eq!(found["totalRecords"], json!(expected.len()), "{keyword}");
        let ids: Vec<i64> =
            found["data"].as_array().unwrap().iter().map(|row| row["offerId"].as_i64().unwrap()).collect();
        let expected: Vec<i64> = expected.into_iter().map(|(_, id)| id).take(50).collect();
        assert_eq!(ids, expected, "{keyword}");
    }
    let row = &search(&market, json!({"keyword": words[0], "beginPage": 1, "pageSize": 1, "country": "en"}))
        .await["data"][0];
    for hidden in ["sellerOpenId", "companyName", "sellerMixSetting", "productSaleInfo"] {
        assert!(row.get(hidden).is_none(), "{hidden}");
    }
    assert!(row["priceInfo"]["price"].is_string());
    let none =
        search(&market, json!({"keyword": "没有这样的东西", "beginPage": 1, "pageSize": 9, "country": "en"}))
            .await;
    assert_eq!((&none["totalRecords"], &none["data"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn search_filters_by_price_and_category_and_sorts_a_page() {
    let market = Market::open(|_| {}).await;
    let offers = market.offers().await;
    let first = offers[0]["title"].as_str().unwrap().chars().next().unwrap().to_string();
    let base = json!({"keyword": first, "beginPage": 1, "pageSize": 50, "country": "en"});
    let mut param = base.clone();
    param["priceStart"] = json!("5");
    param["priceEnd"] = json!("50");
    param["sort"] = json!(r#"{"price":"asc"}"#);
    let prices: Vec<Decimal> = search(&market, param).await["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["priceInfo"]["price"].as_str().unwrap().parse().unwrap())
        .collect();
    assert!(prices.is_sorted() && prices.iter().all(|p| *p >= Decimal::from(5) && *p <= Decimal::from(50)));
    let mut param = base.clone();
    let category: i64 = offers[0]["category_id"].as_str().unwrap().parse().unwrap();
    param["categoryIdList"] = json!(category.to_string());
    let found = search(&market, param).await;
    assert!(!found["data"].as_array().unwrap().is_empty());
    assert!(found["data"].as_array().unwrap().iter().all(|row| row["thirdCategoryId"] == json!(category)));
}

#[tokio::test]
async fn a_shop_lists_its_seller_s_offers_without_minimums() {
    let market = Market::open(|_| {}).await;
    let offers = market.offers().await;
    let seller = offers[0]["supplier_id"].as_str().unwrap();
    let param = json!({"sellerOpenId": seller, "beginPage": 1, "pageSize": 50, "country": "en"}).to_string();
    let (_, body) =
        market.call(CROSSBORDER, "product.search.querySellerOfferList", &[("offerQueryParam", &param)]).await;
    let rows = body["result"]["result"]["data"].as_array().unwrap();
    let mut ids: Vec<String> = rows.iter().map(|row| row["offerId"].to_string()).collect();
    let mut expected: Vec<&str> = offers
        .iter()
        .filter(|offer| offer["supplier_id"] == json!(seller))
        .map(|offer| offer["offer_id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
    assert!(rows.iter().all(|row| row.get("minOrderQuantity").is_none()));
}

#[tokio::test]
async fn the_detail_agrees_with_the_extension_and_hides_the_limit() {
    let market = Market::open(|_| {}).await;
    let page = market.ext("offer.changes", &[("limit", "1000")]).await;
    let mut types = [0; 3];
    for offer in page["items"].as_array().unwrap().iter().take(80) {
        let param = json!({"offerId": offer["offer_id"], "country": "en"}).to_string();
        let (_, body) = market
            .call(CROSSBORDER, "product.search.queryProductDetail", &[("offerDetailParam", &param)])
            .await;
        let detail = &body["result"]["result"];
        assert_eq!(detail["offerId"].to_string(), offer["offer_id"].as_str().unwrap());
        assert_eq!(detail["minOrderQuantity"], offer["moq"]);
        assert_eq!(detail["batchNumber"], offer["lot"]);
        assert_eq!(detail["sellerOpenId"], offer["supplier_id"]);
        assert_eq!(detail["productSaleInfo"]["amountOnSale"], offer["stock"]);
        assert_eq!(detail["productSaleInfo"]["quoteType"], offer["quote_type"]);
        let kind = offer["quote_type"].as_u64().unwrap() as usize;
        types[kind] += 1;
        for sku in detail["productSkuInfos"].as_array().unwrap() {
            assert_eq!(sku["price"].is_string(), kind == 1, "{sku}");
            assert_eq!(sku["specId"].as_str().unwrap().len(), 32);
        }
        assert_eq!(detail["productSkuInfos"].as_array().unwrap().is_empty(), kind == 0);
        assert!(!detail.to_string().contains("imit"), "a purchase limit shows");
        let supplier = page["suppliers"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["supplier_id"] == offer["supplier_id"])
            .unwrap();
        assert_eq!(detail["sellerMixSetting"]["generalHunpi"], json!(!supplier["mix"].is_null()));
    }
    assert!(types.iter().all(|count| *count > 3), "{types:?}");
    let param = json!({"offerId": 5, "country": "en"}).to_string();
    let (_, body) =
        market.call(CROSSBORDER, "product.search.queryProductDetail", &[("offerDetailParam", &param)]).await;
    assert_eq!(body["result"]["success"], json!(false));
}

#[tokio::test]
async fn the_estimate_of_one_offer_is_what_its_preview_charges() {
    let market = Market::open(|_| {}).await;
    let offers = market.offers().await;
    let mut kinds = std::collections::BTreeMap::new();
    for offer in offers.iter().filter(|offer| buyable(offer) && offer["flows"] == json!([])).take(120) {
        let line = least_line(offer);
        let param = json!({
            "offerId": line["offerId"], "toProvinceCode": "440000", "toCityCode": "440100", "toCountryCode": "440111",
            "totalNum": line["quantity"], "logisticsSkuNumModels": [{"skuId": "1", "number": line["quantity"]}]});
        let (_, body) = market
            .call(
                CROSSBORDER,
                "product.freight.estimate",
                &[("productFreightQueryParamsNew", &param.to_string())],
            )
            .await;
        let estimate = &body["result"]["result"];
        let quote = market.preview(&json!([line])).await;
        let fen = &quote["orderPreviewResuslt"][0]["sumCarriage"];
        let agreed = quote.get("postFeeByDescOfferList").is_some();
        let kind = offer["freight"]["kind"].as_str().unwrap();
        *kinds.entry(kind.to_owned()).or_insert(0) += 1;
        match kind {
            "template" if estimate["freight"].is_null() => assert!(agreed, "{quote}"),
            "template" => {
                let freight: Decimal = estimate["freight"].as_str().unwrap().parse().unwrap();
                let charged = Decimal::new(fen.as_i64().unwrap(), 2);
                let free = !offer["freight"]["free_from"].is_null() && charged.is_zero();
                assert!(freight == charged || free, "{estimate} {quote}");
            }
            "seller_pays" => {
                assert_eq!((&estimate["templateType"], &estimate["freight"]), (&json!(1), &json!("0")));
                assert_eq!(fen, &json!(0));
            }
            "collect" => {
                assert_eq!((&estimate["subTemplateType"], &estimate["freight"]), (&json!(2), &Value::Null));
                assert_eq!(fen, &json!(0));
            }
            _ => {
                assert_eq!((&estimate["templateID"], &estimate["freight"]), (&json!(0), &Value::Null));
                assert!(agreed, "{quote}");
            }
        }
    }
    assert!(kinds.len() >= 3, "{kinds:?}");
}

#[tokio::test]
async fn the_order_list_filters_and_pages() {
    let market = Market::open(|_| {}).await;
    let offers = market.offers().await;
    let mut made = Vec::new();
    for (n, offer) in offers.iter().filter(|offer| buyable(offer)).take(3).enumerate() {
        let created = market.create(&json!([least_line(offer)]), &format!("o{n}")).await;
        made.push((created["result"]["orderId"].as_str().unwrap().to_owned(), offer.clone()));
    }
    let list = async |pairs: &[(&str, &str)]| {
        let (_, body) = market.call(TRADE, "alibaba.trade.getBuyerOrderList", pairs).await;
        assert!(body.get("success").is_none());
        let ids: Vec<String> = body["result"]
            .as_array()
            .unwrap()
            .iter()
            .map(|order| order["baseInfo"]["idOfStr"].to_string())
            .collect();
        (ids, body["totalRecord"].as_i64().unwrap())
    };
    let ids: Vec<String> = made.iter().rev().map(|(id, _)| id.clone()).collect();
    assert_eq!(list(&[]).await, (ids.clone(), 3));
    assert_eq!(list(&[("page", "2"), ("pageSize", "2")]).await, (ids[2..].to_vec(), 3));
    assert_eq!(list(&[("outOrderId", "o1")]).await, (vec![made[1].0.clone()], 1));
    assert_eq!(list(&[("outOrderId", "o9")]).await, (vec![], 0));
    let wanted = format!("[{},\"{}\"]", made[0].0, made[2].0);
    assert_eq!(list(&[("orderIds", &wanted)]).await.1, 2);
    let seller = made[0].1["supplier_id"].as_str().unwrap();
    let of_seller = made.iter().filter(|(_, offer)| offer["supplier_id"] == json!(seller)).count() as i64;
    assert_eq!(list(&[("sellerMemberId", seller)]).await.1, of_seller);
    assert_eq!(list(&[("sellerMemberId", "nobody")]).await.1, 0);
    assert_eq!(list(&[("orderStatus", "cancel")]).await.1, 0);
    let now = Timestamp::now();
    let window = |from: i64, to: i64| {
        let at = |s: i64| pifa::wire::date::format(Timestamp::from_second(now.as_second() + s).unwrap());
        (at(from), at(to))
    };
    let (from, to) = window(-60, 60);
    assert_eq!(list(&[("createStartTime", &from), ("createEndTime", &to)]).await.1, 3);
    assert_eq!(list(&[("modifyStartTime", &from), ("modifyEndTime", &to)]).await.1, 3);
    let (from, to) = window(-120, -60);
    assert_eq!(list(&[("createStartTime", &from), ("createEndTime", &to)]).await.1, 0);
    let (_, one) = market
        .call(TRADE, "alibaba.trade.get.buyerView", &[("webSite", "1688"), ("orderId", &made[0].0)])
        .await;
    assert_eq!(one["result"]["baseInfo"]["idOfStr"], json!(made[0].0));
    assert_eq!(one["result"]["baseInfo"]["outOrderId"], json!("o0"));
    assert_eq!(one["success"], json!("true"));
    let (_, none) =
        market.call(TRADE, "alibaba.trade.get.buyerView", &[("webSite", "1688"), ("orderId", "5")]).await;
    assert_eq!(none["errorCode"], json!("ORDER_NOT_EXIST"));
}

#[tokio::test]
async fn categories_addresses_and_suppliers_are_listed() {
    let market = Market::open(|_| {}).await;
    let (_, root) =
        market.call_as("com.alibaba.product", "alibaba.category.get", &[("categoryID", "0")]).await;
    let tops = root["categoryInfo"][0]["childCategorys"].as_array().unwrap().clone();
    assert!(tops.len() > 2 && root.get("succes").is_some());
    let top = tops[0]["id"].to_string();
    let (_, second) =
        market.call_as("com.alibaba.product", "alibaba.category.get", &[("categoryID", &top)]).await;
    assert!(!second["categoryInfo"][0]["childCategorys"].as_array().unwrap().is_empty());
    let (_, addresses) = market.call(TRADE, "alibaba.trade.receiveAddress.get", &[]).await;
    let items = addresses["result"]["receiveAddressItems"].as_array().unwrap();
    let codes: Vec<&str> = items.iter().map(|item| item["addressCode"].as_str().unwrap()).collect();
    assert_eq!(codes, ["440111", "330110", "650102"]);
    assert_eq!((&items[0]["id"], &items[0]["isDefault"]), (&json!(ADDRESS), &json!(true)));
    let all = market.ext("supplier.search", &[("pageSize", "100")]).await;
    assert_eq!(all["total"], json!(300 * 3 / 40));
    let belt = all["suppliers"][0]["belt"].as_str().unwrap();
    let found = market.ext("supplier.search", &[("keyword", belt)]).await;
    assert!(found["total"].as_i64().unwrap() >= 1);
    let name = all["suppliers"][0]["name"].as_str().unwrap();
    let found = market.ext("supplier.search", &[("keyword", name)]).await;
    assert_eq!(found["suppliers"][0]["supplier_id"], all["suppliers"][0]["supplier_id"]);
}

#[tokio::test]
async fn a_join_is_kept_once_and_becomes_an_order_or_nothing_at_the_deadline() {
    let folder = crate::folder::folder().unwrap();
    let at = |ms: i64| pifa::sandbox::Options {
        now: Some(Timestamp::from_millisecond(ms).unwrap()),
        speed: Decimal::ZERO,
        offers: 2000,
        ..options(folder.path())
    };
    let start = 1_793_000_000_000;
    let market = Market::with(at(start)).await;
    let groups = market.ext("group.list", &[("pageSize", "100")]).await["groups"].as_array().unwrap().clone();
    assert!(groups.len() > 5);
    let offers = market.offers().await;
    let mut deadline = 0;
    let mut joined = Vec::new();
    for (n, group) in groups.iter().enumerate() {
        let offer = offers.iter().find(|offer| offer["offer_id"] == group["offer_id"]).unwrap();
        assert_eq!(offer["group_id"], group["group_id"]);
        let line = least_line(offer);
        let (quantity, join_id) = (line["quantity"].to_string(), format!("join-{n}"));
        let spec = line["specId"].as_str().unwrap_or_default().to_owned();
        let id = group["group_id"].as_str().unwrap();
        let pairs =
            [("groupId", id), ("quantity", &quantity), ("joinId", &join_id), ("specId", spec.as_str())];
        let (_, first) = market.call(EXT, "group.join", &pairs).await;
        if first["success"] != json!(true) {
            continue;
        }
        let again = market.ext("group.join", &pairs).await;
        assert_eq!((&first["result"]["repeated"], &again["repeated"]), (&json!(false), &json!(true)));
        assert_eq!(first["result"]["join"], again["join"]);
        assert_eq!(again["group"]["my_quantity"], line["quantity"]);
        let end: Timestamp = group["deadline"].as_str().unwrap().parse().unwrap();
        deadline = deadline.max(end.as_millisecond());
        joined.push((id.to_owned(), join_id, line));
    }
    assert!(joined.len() > 5);
    let (left_group, left_join, _) = joined.remove(0);
    assert_eq!(market.ext("group.leave", &[("joinId", &left_join)]).await["left"], json!(1));
    assert_eq!(market.ext("group.leave", &[("groupId", &left_group)]).await["left"], json!(0));
    let (_, body) =
        market.call(EXT, "group.join", &[("groupId", "x"), ("quantity", "1"), ("joinId", "y")]).await;
    assert_eq!(body["errorCode"], json!("GROUP_NOT_EXIST"));
    market.running.stop().await;

    let market = Market::with(at(deadline)).await;
    let dump = market.dump().await;
    let state = |id: &str| {
        let join =
            dump["joins"].as_array().unwrap().iter().find(|join| join["join_id"] == json!(id)).unwrap();
        (join["state"].as_str().unwrap().to_owned(), join["order_id"].clone())
    };
    assert_eq!(state(&left_join).0, "left");
    let (mut ordered, mut dropped) = (0, 0);
    for (id, join_id, line) in &joined {
        let group = market.ext("group.get", &[("groupId", id)]).await["group"].clone();
        let (now, order_id) = state(join_id);
        if group["state"] == json!("succeeded") {
            assert_eq!(now, "ordered");
            let orders = dump["orders"].as_array().unwrap();
            let order = orders.iter().find(|order| order["order_id"] == order_id).unwrap();
            assert_eq!(order["lines"][0]["unit_price"], group["step_price"]);
            assert_eq!(order["lines"][0]["quantity"], line["quantity"]);
            assert_eq!(order["create_seq"], Value::Null);
            ordered += 1;
        } else {
            assert_eq!((now.as_str(), &order_id), ("dropped", &Value::Null));
            dropped += 1;
        }
    }
    assert!(ordered > 0 && dropped > 0, "{ordered} {dropped}");
    assert_eq!(dump["orders"].as_array().unwrap().len(), ordered);
}

#[tokio::test]
async fn the_plain_gateway_has_no_extension_and_little_patience() {
    let market = Market::open(|options| options.plain = true).await;
    let (status, body) = market.call(EXT, "capabilities", &[]).await;
    assert_eq!((status, &body["error_code"]), (400, &json!("gw.APIUnsupported")));
    let mut refused = 0;
    for _ in 0..20 {
        let (_, body) = market.call_as("system", "currentTime", &[]).await;
        refused += usize::from(body["error_code"] == json!("gw.QosAppFrequencyLimit"));
    }
    assert!(refused >= 5, "{refused}");
    assert_eq!(market.dump().await["orders"], json!([]));
}

#[tokio::test]
async fn an_awkward_market_says_the_same_in_other_spellings() {
    let folder = crate::folder::folder().unwrap();
    let plain = Market::with(options(folder.path())).await;
    let awkward = Market::with(pifa::sandbox::Options { awkward: Some(3), ..options(folder.path()) }).await;
    let offers = plain.offers().await;
    let mut different = 0;
    for offer in &offers[..40] {
        let param = json!({"offerId": offer["offer_id"], "country": "en"}).to_string();
        let pairs = [("offerDetailParam", param.as_str())];
        let (_, straight) = plain.call(CROSSBORDER, "product.search.queryProductDetail", &pairs).await;
        let (_, twisted) = awkward.call(CROSSBORDER, "product.search.queryProductDetail", &pairs).await;
        different += usize::from(straight != twisted);
        assert_eq!(straight["result"]["result"]["subject"], twisted["result"]["result"]["subject"]);
    }
    assert!(different > 20, "{different}");
    let codes: std::collections::BTreeSet<u16> = {
        let mut codes = std::collections::BTreeSet::new();
        for n in 0..20 {
            codes.insert(awkward.call(CROSSBORDER, &format!("nothing{n}"), &[]).await.0);
        }
        codes
    };
    assert_eq!(codes, [200, 400].into());
}

#[tokio::test]
async fn listings_from_a_file_are_served_and_sold() {
    let folder = crate::folder::folder().unwrap();
    let path = folder.path().join("listings.jsonl");
    std::fs::write(
        &path,
        concat!(
            r#"{"item_id":"816731226821","section":"A","title_zh":"瑜伽裤女","price":"13.83","quantity_begin":"2","free_shipping":true}"#,
            "\n",
            r#"{"item_id":"816731226822","section":"A","title_zh":"瑜伽垫","price_min":"5","price_max":"9"}"#,
        ),
    )
    .unwrap();
    let market = Market::open(|options| options.catalog = Some(path)).await;
    let found =
        search(&market, json!({"keyword": "瑜伽", "beginPage": 1, "pageSize": 9, "country": "en"})).await;
    assert_eq!(found["totalRecords"], json!(2));
    let offers = market.offers().await;
    assert_eq!((&offers[1]["moq"], &offers[1]["quote_type"]), (&Value::Null, &json!(1)));
    let created = market.create(&json!([{"offerId": 816_731_226_821_i64, "quantity": 2}]), "l").await;
    assert_eq!(created["result"]["totalSuccessAmount"], json!(2766), "{created}");
}

/// Figures of a release build; run by hand with `--release --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures, and means something in a release build only"]
async fn figures() {
    let folder = crate::folder::folder().unwrap();
    let big = || pifa::sandbox::Options { offers: 20_000, ..options(folder.path()) };
    Market::with(big()).await.running.stop().await;
    let began = std::time::Instant::now();
    let market = Market::with(big()).await;
    println!("start {:?}", began.elapsed());
    for limit in ["500", "1000"] {
        let began = std::time::Instant::now();
        let (mut cursor, mut rows, mut bytes) = (String::new(), 0, 0);
        loop {
            let pairs = [("cursor", cursor.as_str()), ("limit", limit)];
            let body = market.raw(EXT, "offer.changes", &pairs).await;
            bytes += body.len();
            let text = std::str::from_utf8(&body).unwrap();
            rows += text.matches("\"quote_type\"").count();
            let at = text.rfind("\"cursor\":\"").unwrap() + 10;
            cursor = text[at..].split('"').next().unwrap().to_owned();
            if text[at..].contains("\"complete\":true") {
                break;
            }
        }
        let took = began.elapsed();
        println!(
            "limit {limit}: {rows} offers, {} kB in {took:?}: {:.0}/s",
            bytes / 1000,
            rows as f64 / took.as_secs_f64()
        );
    }
    for _ in 0..2 {
        let began = std::time::Instant::now();
        let found =
            search(&market, json!({"keyword": "不锈钢", "beginPage": 1, "pageSize": 50, "country": "en"}))
                .await;
        println!("keyword query, {} hits: {:?}", found["totalRecords"], began.elapsed());
    }
    let began = std::time::Instant::now();
    for _ in 0..200 {
        market.preview(&json!([{"offerId": 1, "quantity": 1}])).await;
    }
    println!("a preview {:?}", began.elapsed() / 200);
}
