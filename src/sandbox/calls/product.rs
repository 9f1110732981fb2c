//! Categories, keyword search, a seller's shop and the freight estimate, in the shapes of GATEWAY.md 2.1, 2.2 and 2.5.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::carriage::{measure, template_fee, zone_fee};
use super::super::envelope::{Fault, Reply};
use super::super::goods::Goods;
use super::super::index::{Conditions, REACHABLE, shown_price};
use super::super::market::{Market, Session};
use super::super::params::{self, Params, required};
use super::super::world::types::{WorldCategory, WorldFreight, WorldOffer, WorldSupplier, Zone};
use super::{local_date, number, page_of, paging, percent, percent2, score, yuan_text};
use crate::domain::money::Money;

/// `alibaba.category.get`: one node and its children; 0 is the root.
pub(in super::super) fn category(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let id = params.int("categoryID")?.unwrap_or(0);
    let all = session.market.goods.categories();
    let node = all.iter().find(|category| category.id == id);
    if node.is_none() && id != 0 {
        return Ok(Reply::Json(json!({"categoryInfo": [], "succes": "true"})));
    }
    let children: Vec<Value> = all
        .iter()
        .filter(|category| category.parent == id)
        .map(|child| json!({"id": child.id, "name": child.name, "isLeaf": child.leaf, "categoryType": "1"}))
        .collect();
    let info = json!({
        "categoryID": id,
        "name": node.map_or("", |node| node.name.as_str()),
        "isLeaf": node.is_some_and(|node| node.leaf),
        "parentIDs": [node.map_or(0, |node| node.parent)],
        "childCategorys": children,
        "minOrderQuantity": 1,
        "featureInfos": [],
        "categoryType": "1",
        "isSupportProcessing": node.is_some_and(|node| node.leaf),
    });
    Ok(Reply::Json(json!({"categoryInfo": [info], "succes": "true"})))
}

struct Query {
    keyword: String,
    page: i64,
    size: i64,
    sort: Option<(String, bool)>,
    conditions: Conditions,
}

fn query(param: &Value, now_ms: i64, keyword_required: bool) -> Result<Query, Fault> {
    let keyword = params::text(param, "keyword");
    let keyword = if keyword_required { required(keyword, "keyword")? } else { keyword.unwrap_or_default() };
    let page = required(params::int(param, "beginPage"), "beginPage")?;
    let size = required(params::int(param, "pageSize"), "pageSize")?;
    required(params::text(param, "country"), "country")?;
    let price = |name: &str| -> Result<Option<Money>, Fault> {
        params::text(param, name)
            .map(|text| text.parse::<Money>().map_err(|_| Fault::invalid(name, "not a price")))
            .transpose()
    };
    let list = |name: &str| -> Vec<String> {
        match param.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(params::as_text).collect(),
            Some(value) => params::as_text(value)
                .map(|text| text.split(',').map(|word| word.trim().to_owned()).collect())
                .unwrap_or_default(),
            None => Vec::new(),
        }
    };
    let mut categories: Vec<i64> =
        list("categoryIdList").iter().filter_map(|text| text.parse().ok()).collect();
    categories.extend(params::int(param, "categoryId"));
    let sales = param.get("saleFilterList").and_then(Value::as_array).map_or_else(Vec::new, |filters| {
        filters
            .iter()
            .filter_map(|filter| {
                Some((
                    params::text(filter, "saleType")?,
                    params::int(filter, "saleStart"),
                    params::int(filter, "saleEnd"),
                ))
            })
            .collect()
    });
    // A JSON string inside the JSON (GATEWAY.md 1.1); an object is taken too.
    let sort = match param.get("sort") {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        Some(Value::Object(object)) => Some(Value::Object(object.clone())),
        _ => None,
    };
    let sort = sort.as_ref().and_then(Value::as_object).and_then(|keys| {
        let (key, direction) = keys.iter().next()?;
        Some((key.clone(), direction.as_str() == Some("desc")))
    });
    let (page, size) = paging(Some(page), Some(size), 20, 50);
    Ok(Query {
        keyword,
        page,
        size,
        sort,
        conditions: Conditions {
            price_from: price("priceStart")?,
            price_to: price("priceEnd")?,
            categories,
            filter: list("filter"),
            sales,
            now_ms,
        },
    })
}

/// `product.search.keywordQuery`.
pub(in super::super) fn keyword_query(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let param = params.json("offerQueryParam")?;
    let query = query(&param, session.now_ms, true)?;
    let market = Arc::clone(session.market);
    Ok(Reply::Later(Box::new(move || {
        let hits = market.index().search(&market.goods, &query.keyword, &query.conditions);
        answer(&market, &query, &hits, true)
    })))
}

/// `product.search.querySellerOfferList`: one seller's shop; its rows lack the minimum.
pub(in super::super) fn seller_offers(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let param = params.json("offerQueryParam")?;
    let seller = required(params::text(&param, "sellerOpenId"), "sellerOpenId")?;
    let query = query(&param, session.now_ms, false)?;
    let market = Arc::clone(session.market);
    Ok(Reply::Later(Box::new(move || {
        let offers =
            market.goods.supplier_number(&seller).map(|number| market.goods.offers_of_supplier(number));
        let hits = market.index().among(
            &market.goods,
            offers.unwrap_or_default(),
            &query.keyword,
            &query.conditions,
        );
        answer(&market, &query, &hits, false)
    })))
}

fn answer(market: &Market, query: &Query, hits: &[u64], with_minimum: bool) -> Reply {
    let reachable = hits.get(..hits.len().min(REACHABLE)).unwrap_or_default();
    let mut suppliers: HashMap<u64, Option<WorldSupplier>> = HashMap::new();
    let mut rows: Vec<WorldOffer> = page_of(reachable, query.page, query.size)
        .iter()
        .filter_map(|number| market.goods.offer(*number))
        .collect();
    // Sorting is local to the page, as documented.
    if let Some((key, descending)) = &query.sort {
        match key.as_str() {
            "price" => rows.sort_by_key(|offer| shown_price(offer).0),
            "rePurchaseRate" => rows.sort_by_key(|offer| offer.repeat_rate),
            "monthSold" => rows.sort_by_key(|offer| offer.sold_30d),
            _ => {}
        }
        if *descending && ["price", "rePurchaseRate", "monthSold"].contains(&key.as_str()) {
            rows.reverse();
        }
    }
    let data: Vec<Value> = rows
        .iter()
        .map(|offer| {
            let supplier =
                suppliers.entry(offer.supplier).or_insert_with(|| market.goods.supplier(offer.supplier));
            row(offer, supplier.as_ref(), with_minimum)
        })
        .collect();
    let pages = reachable.len().div_ceil(query.size.max(1) as usize);
    Reply::nested(json!({
        "totalRecords": hits.len(),
        "totalPage": pages,
        "pageSize": query.size,
        "currentPage": query.page,
        "data": data,
    }))
}

/// A search row: no tiers, no supplier, no mix rule.
fn row(offer: &WorldOffer, supplier: Option<&WorldSupplier>, with_minimum: bool) -> Value {
    let (price, promotion) = shown_price(offer);
    let dropship =
        offer.extra_flows.iter().find(|flow| flow.flow == "fenxiao").map(|flow| yuan_text(flow.price));
    let mut row = json!({
        "imageUrl": image(offer),
        "whiteImage": "",
        "subject": offer.subject,
        "subjectTrans": offer.subject_en,
        "offerId": offer.offer_id,
        "isJxhy": false,
        "priceInfo": {
            "price": yuan_text(price),
            "jxhyPrice": null,
            "pfJxhyPrice": null,
            "consignPrice": dropship,
            "promotionPrice": promotion.map(yuan_text),
        },
        "repurchaseRate": percent(offer.repeat_rate),
        "monthSold": offer.sold_30d,
        "sales7d": offer.sold_7d.to_string(),
        "traceInfo": format!("object_id@{}^object_type@offer", offer.offer_id),
        "isOnePsale": offer.one_piece_dropship,
        "isOnePsaleFreePost": offer.free_post_dropship,
        "sellerIdentities": supplier.map(|supplier| supplier.identities.clone()).unwrap_or_default(),
        "offerIdentities": offer_identities(offer),
        "tradeScore": score(offer.trade_score),
        "promotionModel": {"hasPromotion": false},
        "topCategoryId": offer.top_category_id,
        "secondCategoryId": offer.second_category_id,
        "thirdCategoryId": offer.category_id,
        "isPatentProduct": false,
        "createDate": local_date(offer.created_ms),
        "modifyDate": local_date(offer.created_ms),
        "isSelect": offer.select,
        "sellerDataInfo": supplier.map(|supplier| seller_data(supplier, false)),
        "productSimpleShippingInfo": {
            "shippingTimeGuarantee": offer.ship_guarantee,
            "pickupWithin24hRate30d": supplier.map(|supplier| percent2(supplier.collect_48h)),
            "qualityReturnRate30d": supplier.map(|supplier| percent2(supplier.quality_refund_30d)),
        },
        "invoiceInfo": invoice_info(offer),
        "productTradeInfo": {
            "addCartCount30d": offer.add_cart_30d.to_string(),
            "payBuyerCount30d": offer.pay_buyers_30d.to_string(),
        },
        "token": "",
        "promotionURL": "",
    });
    if with_minimum
        && offer.moq > 0
        && let Some(fields) = row.as_object_mut()
    {
        fields.insert("minOrderQuantity".to_owned(), Value::from(offer.moq));
    }
    row
}

/// What the seller writes on request (GATEWAY.md 2.2); `null` when that is not known.
pub(super) fn invoice_info(offer: &WorldOffer) -> Value {
    match offer.invoice {
        None => Value::Null,
        Some(writes) => json!({
            "supportOnlineInvoice": writes,
            "supportFastInvoice": writes && offer.yanxuan,
            "invoiceTypes": if writes { vec!["普票", "专票"] } else { Vec::new() },
            "taxpayerType": writes.then_some("一般纳税人"),
        }),
    }
}

/// The offer's own level words.
pub(super) fn offer_identities(offer: &WorldOffer) -> Vec<&'static str> {
    [("yx", offer.yanxuan), ("select", offer.select)]
        .into_iter()
        .filter(|(_, has)| *has)
        .map(|(word, _)| word)
        .collect()
}

/// Scores of the seller; the detail has two more than the search row.
pub(super) fn seller_data(supplier: &WorldSupplier, detail: bool) -> Value {
    let [composite, logistics, dispute, offer, after_sales, consulting] = supplier.scores;
    let mut data = json!({
        "tradeMedalLevel": supplier.medal_level.to_string(),
        "compositeServiceScore": score(composite),
        "logisticsExperienceScore": score(logistics),
        "disputeComplaintScore": score(dispute),
        "offerExperienceScore": score(offer),
        "afterSalesExperienceScore": score(after_sales),
        "consultingExperienceScore": score(consulting),
        "repeatPurchasePercent": percent(supplier.repeat_rate),
        "tpYear": supplier.tp_years,
    });
    if detail && let Some(fields) = data.as_object_mut() {
        fields.insert("collect30DayWithin48HPercent".to_owned(), percent2(supplier.collect_48h).into());
        fields.insert("qualityRefundWithin30Day".to_owned(), percent2(supplier.quality_refund_30d).into());
    }
    data
}

/// An absolute address as on the real market; nothing is there.
pub(super) fn image(offer: &WorldOffer) -> String {
    format!("https://cbu01.alicdn.com/img/ibank/O1CN01{}_!!0-0-cib.jpg", offer.offer_id)
}

/// `product.freight.estimate`: one offer to one district.
pub(in super::super) fn freight(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let param = params.json("productFreightQueryParamsNew")?;
    let offer_id = required(params::int(&param, "offerId"), "offerId")?;
    let province = required(params::text(&param, "toProvinceCode"), "toProvinceCode")?;
    required(params::text(&param, "toCityCode"), "toCityCode")?;
    required(params::text(&param, "toCountryCode"), "toCountryCode")?;
    let total = required(params::decimal(&param, "totalNum"), "totalNum")?;
    let skus =
        required(param.get("logisticsSkuNumModels").and_then(Value::as_array), "logisticsSkuNumModels")?;
    if total <= Decimal::ZERO {
        return Err(Fault::invalid("totalNum", "not above zero"));
    }
    let Some(offer) = session.market.goods.offer_by_id(offer_id) else {
        return Ok(Reply::nested_refusal("404", &format!("offer does not exist [{offer_id}]")));
    };
    let zone = Zone::of_district(&province);
    let mut payload = freight_payload(&offer, zone, total);
    if let Some(fields) = payload.as_object_mut() {
        let models: Vec<Value> = skus
            .iter()
            .map(|sku| {
                json!({
                    "skuId": params::text(sku, "skuId"),
                    "singleSkuWeight": offer.weight_g.map(|grams| number(Decimal::new(grams, 3))),
                })
            })
            .collect();
        fields.insert("productFreightSkuInfoModels".to_owned(), Value::Array(models));
    }
    Ok(Reply::nested(payload))
}

fn freight_payload(offer: &WorldOffer, zone: Zone, total: Decimal) -> Value {
    let base = |template_type: i64, sub_type: i64, template_id: i64, freight: Option<&str>, free: bool| {
        json!({
            "offerId": offer.offer_id, "freight": freight, "templateID": template_id,
            "templateType": template_type, "subTemplateType": sub_type, "freePostage": free,
            "firstFee": null, "firstUnit": null, "nextFee": null, "nextUnit": null, "discount": "1",
            "chargeType": null,
            "singleProductWeight": offer.weight_g.map(|grams| number(Decimal::new(grams, 3))),
            "singleProductLength": offer.size_cm.map(|size| size.0),
            "singleProductWidth": offer.size_cm.map(|size| size.1),
            "singleProductHeight": offer.size_cm.map(|size| size.2),
        })
    };
    match &offer.freight {
        WorldFreight::SellerPays => base(1, 0, 1, Some("0"), true),
        WorldFreight::Collect => base(2, 2, 2, None, false),
        WorldFreight::ByAgreement => base(2, 0, 0, None, false),
        WorldFreight::Template { template_id, charge, first_unit, next_unit, fees, .. } => {
            let fee = zone_fee(fees, zone);
            let freight = measure(offer, *charge, total)
                .map(|measured| template_fee(measured, (*first_unit, *next_unit), fee).rounded());
            let mut payload = base(2, 0, *template_id, freight.map(yuan_text).as_deref(), false);
            if let Some(fields) = payload.as_object_mut() {
                fields.insert("firstFee".to_owned(), yuan_text(fee.0).into());
                fields.insert("nextFee".to_owned(), yuan_text(fee.1).into());
                fields.insert("firstUnit".to_owned(), first_unit.normalize().to_string().into());
                fields.insert("nextUnit".to_owned(), next_unit.normalize().to_string().into());
                fields.insert("chargeType".to_owned(), Value::from(*charge as i64));
            }
            payload
        }
    }
}

/// Names of the category and its ancestors, for the supplier search.
pub(super) fn category_names(goods: &Goods, id: i64) -> Vec<&WorldCategory> {
    let all = goods.categories();
    let mut names = Vec::new();
    let mut next = id;
    // Three levels; bounded whatever the tree says.
    for _ in 0..4 {
        let Some(category) = all.iter().find(|category| category.id == next) else { break };
        names.push(category);
        next = category.parent;
    }
    names
}
