//! What is asked, as form fields. Parameter spelling differs from call to call (GATEWAY.md 1.3): `tradeID` here,
//! `orderId` there, `page` against `beginPage`; complex parameters are one field of JSON each.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::transport::Call;
use crate::domain::deal::DealKind;
use crate::domain::id::{GroupId, OrderId, SpecId, SupplierId};
use crate::domain::minimum;
use crate::domain::offer::Offer;
use crate::domain::quantity::Quantity;
use crate::market::{
    CreateRequest, FrozenBody, JoinRequest, KeywordQuery, OrderQuery, PreviewRequest, RequestLine,
};
use crate::wire::date;

const CROSSBORDER: &str = "com.alibaba.fenxiao.crossborder";
const TRADE: &str = "com.alibaba.trade";
const PRODUCT: &str = "com.alibaba.product";
const LOGISTICS: &str = "com.alibaba.logistics";
const EXTENSION: &str = "com.pifa.ext";

/// Rows a search page can have at most.
const MOST_ROWS: u32 = 50;

/// The fields of a create, in the order they are frozen in.
const CREATE_FIELDS: [&str; 6] =
    ["addressParam", "cargoParamList", "flow", "message", "outOrderId", "tradeType"];

pub(super) fn capabilities() -> Call {
    Call::new(EXTENSION, "capabilities")
}

pub(super) fn server_time() -> Call {
    Call::anonymous("system", "currentTime")
}

pub(super) fn categories(parent: i64) -> Call {
    Call::new(PRODUCT, "alibaba.category.get").with("categoryID", parent.to_string())
}

pub(super) fn search(query: &KeywordQuery, language: &str) -> Call {
    let mut param = page_param(query.page, query.page_size, language);
    param.insert("keyword".to_owned(), query.keyword.as_str().into());
    if let Some(category) = query.category {
        param.insert("categoryId".to_owned(), category.into());
    }
    Call::new(CROSSBORDER, "product.search.keywordQuery")
        .with("offerQueryParam", Value::Object(param).to_string())
}

pub(super) fn shop(supplier: &SupplierId, page: u32, page_size: u32, language: &str) -> Call {
    let mut param = page_param(page, page_size, language);
    param.insert("keyword".to_owned(), "".into());
    param.insert("sellerOpenId".to_owned(), supplier.as_str().into());
    Call::new(CROSSBORDER, "product.search.querySellerOfferList")
        .with("offerQueryParam", Value::Object(param).to_string())
}

fn page_param(page: u32, page_size: u32, language: &str) -> Map<String, Value> {
    let mut param = Map::new();
    param.insert("beginPage".to_owned(), page.max(1).into());
    param.insert("pageSize".to_owned(), page_size.clamp(1, MOST_ROWS).into());
    // "country" is a language here.
    param.insert("country".to_owned(), language.into());
    param
}

pub(super) fn detail(offer_id: i64, language: &str) -> Call {
    Call::new(CROSSBORDER, "product.search.queryProductDetail")
        .with("offerDetailParam", json!({"offerId": offer_id, "country": language}).to_string())
}

/// The freight of the least quantity that can be ordered, and that quantity; `None` where the question cannot
/// be put: an imported offer, or a code that is no district.
pub(super) fn freight(offer: &Offer, district: &str) -> Option<(Call, Quantity)> {
    let offer_id = offer.key.market_id()?;
    if district.len() != 6 || !district.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let province = format!("{}0000", district.get(..2)?);
    let city = format!("{}00", district.get(..4)?);
    let sku =
        offer.skus.iter().find(|sku| sku.stock.is_none_or(|stock| !stock.is_zero())).or(offer.skus.first());
    let quantity = minimum::least(offer, sku);
    let models: Vec<Value> = sku
        .and_then(|sku| sku.sku_id)
        .map(|sku_id| json!({"skuId": sku_id.to_string(), "number": number(quantity)}))
        .into_iter()
        .collect();
    let param = json!({
        "offerId": offer_id, "toProvinceCode": province, "toCityCode": city, "toCountryCode": district,
        "totalNum": number(quantity), "logisticsSkuNumModels": models,
    });
    let call = Call::new(CROSSBORDER, "product.freight.estimate")
        .with("productFreightQueryParamsNew", param.to_string());
    Some((call, quantity))
}

pub(super) fn preview(request: &PreviewRequest) -> Call {
    Call::new(TRADE, "alibaba.createOrder.preview")
        .with("addressParam", address(&request.address_id))
        .with("cargoParamList", cargo(&request.lines))
        .with_some("flow", request.flow.clone())
}

/// Frozen: a JSON object of form fields, always in the same order, so that the same intent has the same hash.
pub(super) fn freeze(request: &CreateRequest) -> FrozenBody {
    let mut fields = Map::new();
    let mut put = |key: &str, value: String| fields.insert(key.to_owned(), Value::String(value));
    put("addressParam", address(&request.address_id));
    put("cargoParamList", cargo(&request.lines));
    put("flow", request.flow.clone());
    if let Some(message) = request.message.as_ref().filter(|message| !message.trim().is_empty()) {
        put("message", message.clone());
    }
    put("outOrderId", request.out_order_id.as_str().to_owned());
    put("tradeType", request.trade_type.clone());
    FrozenBody(Value::Object(fields).to_string())
}

/// `None` when the stored text is not what [`freeze`] wrote.
pub(super) fn create(body: &FrozenBody) -> Option<Call> {
    let fields: Map<String, Value> = serde_json::from_str(&body.0).ok()?;
    let mut call = Call::new(TRADE, "alibaba.trade.fastCreateOrder");
    for (key, value) in &fields {
        if !CREATE_FIELDS.contains(&key.as_str()) {
            return None;
        }
        call = call.with(key, value.as_str()?);
    }
    // Never a create without its number or its trade type.
    let whole = ["outOrderId", "tradeType", "cargoParamList", "addressParam"];
    whole.iter().all(|key| fields.contains_key(*key)).then_some(call)
}

fn address(id: &str) -> String {
    let id = match id.parse::<i64>() {
        Ok(number) if number.to_string() == id => Value::from(number),
        _ => Value::from(id),
    };
    json!({"addressId": id}).to_string()
}

fn cargo(lines: &[RequestLine]) -> String {
    let lines: Vec<Value> = lines
        .iter()
        .map(|line| {
            let mut cargo = Map::new();
            cargo.insert("offerId".to_owned(), line.offer_id.into());
            if let Some(spec) = &line.spec_id {
                cargo.insert("specId".to_owned(), spec.as_str().into());
            }
            cargo.insert("quantity".to_owned(), number(line.quantity));
            Value::Object(cargo)
        })
        .collect();
    Value::Array(lines).to_string()
}

/// A JSON number, without a fraction when whole.
fn number(quantity: Quantity) -> Value {
    serde_json::to_value(quantity).unwrap_or(Value::Null)
}

pub(super) fn orders(query: &OrderQuery) -> Call {
    Call::new(TRADE, "alibaba.trade.getBuyerOrderList")
        .with("page", query.page.max(1).to_string())
        .with("pageSize", query.page_size.clamp(1, MOST_ROWS).to_string())
        .with_some("outOrderId", query.out_order_id.as_ref().map(|id| id.as_str().to_owned()))
        .with_some("createStartTime", query.created_from.map(date::format))
        .with_some("createEndTime", query.created_to.map(date::format))
        .with_some("isHis", query.history.then(|| "true".to_owned()))
}

pub(super) fn order(id: &OrderId) -> Call {
    Call::new(TRADE, "alibaba.trade.get.buyerView").with("webSite", "1688").with("orderId", id.as_str())
}

pub(super) fn cancel(id: &OrderId) -> Call {
    Call::new(TRADE, "alibaba.trade.cancel")
        .with("webSite", "1688")
        .with("tradeID", id.as_str())
        .with("cancelReason", "buyerCancel")
}

/// An order with its consignments, for apps without the logistics calls.
pub(super) fn order_with_logistics(id: &OrderId) -> Call {
    order(id).with("includeFields", "NativeLogistics")
}

pub(super) fn receive(id: &OrderId) -> Call {
    Call::new(TRADE, "trade.receivegoods.confirm").with("orderId", id.as_str())
}

/// Ids as numbers, as the table has them; one that is no number cannot be asked about.
pub(super) fn pay_link(ids: &[OrderId]) -> Option<Call> {
    let numbers = ids.iter().map(|id| id.as_str().parse::<i64>().ok().filter(|id| *id > 0));
    let numbers = numbers.collect::<Option<Vec<i64>>>().filter(|ids| !ids.is_empty())?;
    Some(Call::new(TRADE, "alibaba.alipay.url.get").with("orderIdList", json!(numbers).to_string()))
}

pub(super) fn logistics_infos(id: &OrderId) -> Call {
    Call::new(LOGISTICS, "alibaba.trade.getLogisticsInfos.buyerView")
        .with("webSite", "1688")
        .with("orderId", id.as_str())
        .with("fields", "company,name,sendgood")
}

pub(super) fn logistics_trace(id: &OrderId) -> Call {
    Call::new(LOGISTICS, "alibaba.trade.getLogisticsTraceInfo.buyerView")
        .with("webSite", "1688")
        .with("orderId", id.as_str())
}

pub(super) fn deals(kind: DealKind) -> Call {
    Call::new(EXTENSION, "deal.list").with("kind", kind.as_str())
}

pub(super) fn best(limit: u32) -> Call {
    Call::new(EXTENSION, "offer.best").with("limit", limit.clamp(1, 1_000).to_string())
}

pub(super) fn move_clock(by: Duration) -> Call {
    Call::new(EXTENSION, "clock.move").with("by_ms", by.as_millis().to_string())
}

pub(super) fn sandbox_pay(id: &OrderId) -> Call {
    Call::new(EXTENSION, "order.pay").with("orderId", id.as_str())
}

pub(super) fn addresses() -> Call {
    Call::new(TRADE, "alibaba.trade.receiveAddress.get")
}

pub(super) fn suppliers(keyword: &str, page: u32, page_size: u32) -> Call {
    Call::new(EXTENSION, "supplier.search")
        .with("keyword", keyword)
        .with("page", page.max(1).to_string())
        .with("pageSize", page_size.clamp(1, 100).to_string())
}

pub(super) fn changes(cursor: &str, limit: u32) -> Call {
    let cursor = (!cursor.is_empty()).then(|| cursor.to_owned());
    Call::new(EXTENSION, "offer.changes")
        .with_some("cursor", cursor)
        .with("limit", limit.clamp(1, 1_000).to_string())
}

pub(super) fn groups(page: u32, mine: bool) -> Call {
    Call::new(EXTENSION, "group.list")
        .with("page", page.to_string())
        .with("pageSize", "100")
        .with_some("mine", mine.then(|| "true".to_owned()))
}

pub(super) fn group(id: &GroupId) -> Call {
    Call::new(EXTENSION, "group.get").with("groupId", id.as_str())
}

pub(super) fn join(request: &JoinRequest) -> Call {
    Call::new(EXTENSION, "group.join")
        .with("groupId", request.group_id.as_str())
        .with("quantity", request.quantity.to_string())
        .with("joinId", request.join_id.as_str())
        .with_some("specId", request.spec_id.as_ref().map(SpecId::as_str).map(str::to_owned))
}

pub(super) fn leave(id: &GroupId) -> Call {
    Call::new(EXTENSION, "group.leave").with("groupId", id.as_str())
}

pub(super) fn ledger_dump(all: bool) -> Call {
    Call::new(EXTENSION, "orders.dump").with_some("all", all.then(|| "true".to_owned()))
}

pub(super) fn churn(how_much: (&str, &str), seed: Option<u64>) -> Call {
    Call::new(EXTENSION, "world.churn")
        .with(how_much.0, how_much.1)
        .with_some("seed", seed.map(|seed| seed.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OutOrderId;

    fn request(message: Option<&str>) -> CreateRequest {
        CreateRequest {
            lines: vec![
                RequestLine {
                    offer_id: 676_651_652_931,
                    spec_id: Some(SpecId::new("b222c2964434b1ab3e92753338fa6af2")),
                    quantity: "2".parse().unwrap(),
                },
                RequestLine { offer_id: 12, spec_id: None, quantity: "1.250".parse().unwrap() },
            ],
            address_id: "560954849".to_owned(),
            flow: "general".to_owned(),
            trade_type: "assureTrade".to_owned(),
            out_order_id: OutOrderId::new("0192-aa"),
            message: message.map(str::to_owned),
        }
    }

    #[test]
    fn a_frozen_create_is_always_the_same_text() {
        assert_eq!(
            freeze(&request(Some("尽快"))).0,
            concat!(
                r#"{"addressParam":"{\"addressId\":560954849}","#,
                r#""cargoParamList":"[{\"offerId\":676651652931,\"quantity\":2,\"specId\":\"b222c2964434b1ab3e92753338fa6af2\"},"#,
                r#"{\"offerId\":12,\"quantity\":1.25}]","#,
                r#""flow":"general","message":"尽快","outOrderId":"0192-aa","tradeType":"assureTrade"}"#
            )
        );
        assert!(!freeze(&request(Some(" "))).0.contains("message"));
    }

    #[test]
    fn only_a_whole_frozen_create_is_sent() {
        assert!(create(&freeze(&request(None))).is_some());
        for broken in ["", "{}", "[]", r#"{"outOrderId":"1"}"#, r#"{"access_token":"x"}"#] {
            assert!(create(&FrozenBody(broken.to_owned())).is_none(), "{broken}");
        }
        let without_type = freeze(&request(None)).0.replace("tradeType", "flow2");
        assert!(create(&FrozenBody(without_type)).is_none());
    }
}
