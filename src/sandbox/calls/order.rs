//! `TradeInfo`: one order as the list and the detail call show it (GATEWAY.md 2.8). Amounts are yuan numbers.

use serde_json::{Value, json};

use super::super::address::Address;
use super::super::goods::{member_id, member_user_id};
use super::super::market::Session;
use super::super::orders::{self, Order};
use super::super::world::types::WorldSupplier;
use super::{date, local_date, number, yuan};
use crate::domain::money::Money;

/// `idOfStr` is a number in the list and a string in the detail, as in the documented samples.
pub(super) fn trade_info(session: &Session<'_>, order: &Order, in_list: bool) -> Value {
    let supplier = session.market.goods.supplier(order.supplier);
    let address = serde_json::from_str::<Address>(&order.address).ok();
    let mut info = json!({
        "baseInfo": base_info(session, order, supplier.as_ref(), address.as_ref(), in_list),
        "nativeLogistics": address.as_ref().map(|address| json!({
            "address": address.street, "province": address.province, "city": address.city,
            "area": address.area, "areaCode": address.district, "town": address.town,
            "townCode": address.town_code, "zip": address.post, "contactPerson": address.full_name,
            "mobile": address.mobile, "logisticsItems": [],
        })),
        "productItems": product_items(order),
        "tradeTerms": [{
            "payStatus": if order.status == orders::CANCELLED { "8" } else { "1" },
            "payWay": "1",
            "phasAmount": yuan(Money::from_fen(order.total_fen())),
            "phase": order.order_id,
        }],
        "orderRateInfo": {"buyerRateStatus": 5, "sellerRateStatus": 5},
        "extAttributes": [],
    });
    if order.freight_fen.is_none()
        && let Some(fields) = info.as_object_mut()
    {
        fields.insert("extAttributes".to_owned(), json!([{"key": "postFeeByDesc", "value": "true"}]));
    }
    info
}

fn base_info(
    session: &Session<'_>,
    order: &Order,
    supplier: Option<&WorldSupplier>,
    address: Option<&Address>,
    in_list: bool,
) -> Value {
    let buyer = session.market.identity();
    let company = supplier.map(|supplier| supplier.company.as_str());
    let login = supplier.map(|supplier| supplier.login_id.as_str());
    let mut base = json!({
        "id": order.order_id,
        "idOfStr": order.order_id.to_string(),
        "status": order.status,
        "businessType": if order.flow == super::super::groups::FLOW { "hp" } else { "cn" },
        "createTime": date(order.created_ms),
        "modifyTime": date(order.modified_ms),
        "buyerID": buyer.account_id,
        "buyerUserId": buyer.account_number(),
        "buyerLoginId": "sandbox",
        "sellerID": member_id(order.supplier),
        "sellerUserId": member_user_id(order.supplier),
        "sellerLoginId": login,
        "sellerContact": {"companyName": company, "imInPlatform": login, "name": company},
        "totalAmount": yuan(Money::from_fen(order.total_fen())),
        "sumProductPayment": yuan(Money::from_fen(order.goods_fen)),
        "discount": 0,
        "refund": 0,
        "refundPayment": 0,
        "tradeType": "50060",
        "stepPayAll": false,
    });
    let Some(fields) = base.as_object_mut() else { return base };
    if in_list {
        fields.insert("idOfStr".to_owned(), Value::from(order.order_id));
    }
    if let Some(fen) = order.freight_fen {
        fields.insert("shippingFee".to_owned(), yuan(Money::from_fen(fen)));
    }
    if let Some(out_order_id) = &order.out_order_id {
        fields.insert("outOrderId".to_owned(), out_order_id.as_str().into());
    }
    if let Some(reason) = &order.close_reason {
        fields.insert("closeReason".to_owned(), reason.as_str().into());
        fields.insert("completeTime".to_owned(), date(order.modified_ms).into());
    }
    if order.status == orders::WAIT_PAY {
        let left = order.pay_by_ms.saturating_sub(session.now_ms) / 1000;
        fields.insert("payTimeout".to_owned(), Value::from(left.max(0)));
    }
    if let Some(address) = address {
        fields.insert(
            "receiverInfo".to_owned(),
            json!({
                "toFullName": address.full_name, "toDivisionCode": address.district,
                "toPost": address.post, "toTownCode": address.town_code,
                "toArea": format!("{} {}", address.region(), address.town).trim(),
            }),
        );
    }
    if let Some(message) = &order.message {
        fields.insert("buyerFeedback".to_owned(), message.as_str().into());
    }
    base
}

fn product_items(order: &Order) -> Vec<Value> {
    order
        .lines
        .iter()
        .map(|line| {
            let attributes: Vec<Value> =
                line.attributes.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
            json!({
                "productID": line.offer_id,
                "skuID": line.sku_id,
                "specId": line.spec_id,
                "name": line.name,
                "skuInfos": attributes,
                "quantity": number(line.quantity),
                "quantityFactor": 1,
                "unit": line.unit,
                "price": yuan(line.unit_price),
                "itemAmount": yuan(Money::from_fen(line.amount_fen)),
                "entryDiscount": 0,
                "refund": 0,
                "status": order.status,
                "statusStr": status_text(&order.status),
                "subItemID": line.sub_id,
                "subItemIDString": line.sub_id.to_string(),
                "type": "common",
                "guaranteesTerms": [],
                "logisticsStatus": 1,
                "gmtPayExpireTime": local_date(order.pay_by_ms),
                "productImgUrl": [],
                "productSnapshotUrl":
                    format!("https://trade.1688.com/order/offer_snapshot.htm?order_entry_id={}", line.sub_id),
            })
        })
        .collect()
}

fn status_text(status: &str) -> &'static str {
    match status {
        orders::WAIT_PAY => "等待买家付款",
        "waitsellersend" => "等待卖家发货",
        orders::WAIT_RECEIVE => "等待买家收货",
        orders::CONFIRMED => "已收货",
        "success" => "交易成功",
        _ => "交易取消",
    }
}
