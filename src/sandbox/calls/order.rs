//! `TradeInfo`: one order as the list and the detail call show it (GATEWAY.md 2.8). Amounts are yuan numbers.

use serde_json::{Value, json};

use super::super::address::Address;
use super::super::consignment::{self, Consignment};
use super::super::goods::{member_id, member_user_id};
use super::super::market::Session;
use super::super::orders::{self, Order, OrderLine};
use super::super::world::types::WorldSupplier;
use super::logistics::entry_ids;
use super::{date, local_date, number, yuan};
use crate::domain::money::Money;

/// `idOfStr` is a number in the list and a string in the detail, as in the documented samples.
pub(super) fn trade_info(session: &Session<'_>, order: &Order, in_list: bool) -> Value {
    let supplier = session.market.goods.supplier(order.supplier);
    let address = serde_json::from_str::<Address>(&order.address).ok();
    let parcel = consignment::of_order(order, &session.market.goods, session.now_ms);
    json!({
        "baseInfo": base_info(session, order, supplier.as_ref(), address.as_ref(), in_list),
        "nativeLogistics": native_logistics(order, address.as_ref(), parcel.as_ref()),
        "productItems": product_items(order),
        "tradeTerms": [trade_term(order)],
        "orderRateInfo": {"buyerRateStatus": 5, "sellerRateStatus": 5},
        "extAttributes": ext_attributes(order),
    })
}

/// The one phase of payment; `payStatus` 1 not paid, 2 paid, 8 closed before that.
fn trade_term(order: &Order) -> Value {
    let status = match order.status.as_str() {
        orders::CANCELLED => "8",
        orders::WAIT_PAY => "1",
        _ => "2",
    };
    let mut term = json!({
        "payStatus": status,
        "payWay": "1",
        "phasAmount": yuan(Money::from_fen(order.total_fen())),
        "phase": order.order_id,
    });
    if let (Some(fields), Some(paid)) = (term.as_object_mut(), order.paid_ms) {
        fields.insert("payTime".to_owned(), date(paid).into());
    }
    term
}

/// Freight by agreement that the seller still has to set, for which the documents have no field.
fn ext_attributes(order: &Order) -> Value {
    match order.freight_fen {
        None => json!([{"key": "postFeeByDesc", "value": "true"}]),
        Some(_) => json!([]),
    }
}

fn native_logistics(order: &Order, address: Option<&Address>, parcel: Option<&Consignment>) -> Value {
    let items: Vec<Value> = parcel
        .iter()
        .map(|parcel| {
            json!({
                "id": parcel.id,
                "logisticsCode": parcel.logistics_id,
                "logisticsBillNo": parcel.bill_no,
                "logisticsCompanyName": parcel.company,
                "logisticsCompanyId": parcel.company_id,
                "logisticsCompanyNo": parcel.company_no,
                "type": "0",
                "status": "alreadysend",
                "deliveredTime": date(parcel.shipped_ms),
                "gmtCreate": date(parcel.shipped_ms),
                "gmtModified": date(parcel.shipped_ms),
                "subItemIds": entry_ids(order),
            })
        })
        .collect();
    let Some(address) = address else { return json!({"logisticsItems": items}) };
    json!({
        "address": address.street, "province": address.province, "city": address.city,
        "area": address.area, "areaCode": address.district, "town": address.town,
        "townCode": address.town_code, "zip": address.post, "contactPerson": address.full_name,
        "mobile": address.mobile, "logisticsItems": items,
    })
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
        // Fen, signed as in the documented sample: what comes on top, so a discount has a minus and
        // totalAmount = sumProductPayment + discount / 100 + shippingFee.
        "discount": -order.discount_fen,
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
    // Received when it was confirmed, by the buyer or by itself; at the latest when it ended.
    let received = [order.receive_by_ms, order.completed_ms].into_iter().flatten().min();
    let moments = [
        ("payTime", order.paid_ms),
        ("allDeliveredTime", order.shipped_ms),
        ("receivingTime", received.filter(|_| is_received(order))),
        ("completeTime", order.completed_ms),
    ];
    for (name, at) in moments {
        if let Some(at) = at {
            fields.insert(name.to_owned(), date(at).into());
        }
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
                "logisticsStatus": logistics_status(order, line),
                "gmtPayExpireTime": local_date(order.pay_by_ms),
                "productImgUrl": [],
                "productSnapshotUrl":
                    format!("https://trade.1688.com/order/offer_snapshot.htm?order_entry_id={}", line.sub_id),
            })
        })
        .collect()
}

fn is_received(order: &Order) -> bool {
    order.status == orders::CONFIRMED || order.status == orders::SUCCESS
}

/// 1 not shipped, 2 shipped, 3 received, 5 partly shipped.
fn logistics_status(order: &Order, line: &OrderLine) -> i64 {
    match line.delivered {
        _ if order.shipped_ms.is_none() => 1,
        Some(delivered) if delivered < line.quantity => 5,
        _ if is_received(order) => 3,
        _ => 2,
    }
}

fn status_text(status: &str) -> &'static str {
    match status {
        orders::WAIT_PAY => "等待买家付款",
        orders::WAIT_SEND => "等待卖家发货",
        orders::WAIT_RECEIVE => "等待买家收货",
        orders::CONFIRMED => "已收货",
        orders::SUCCESS => "交易成功",
        _ => "交易取消",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn a_line_says_how_far_its_goods_are() {
        let line = |delivered: Option<i64>| OrderLine {
            sub_id: 1,
            offer_id: 1,
            spec_id: None,
            sku_id: None,
            name: String::new(),
            attributes: Vec::new(),
            quantity: Decimal::TEN,
            unit: String::new(),
            unit_price: Money::ZERO,
            amount_fen: 0,
            delivered: delivered.map(Decimal::from),
        };
        let order = |status: &str, shipped_ms| Order {
            order_id: 1,
            out_order_id: None,
            create_seq: None,
            supplier: 0,
            seller_open_id: String::new(),
            status: status.to_owned(),
            close_reason: None,
            flow: String::new(),
            trade_type: String::new(),
            goods_fen: 0,
            freight_fen: None,
            address: String::new(),
            message: None,
            created_ms: 0,
            modified_ms: 0,
            pay_by_ms: 0,
            paid_ms: None,
            shipped_ms,
            receive_by_ms: None,
            completed_ms: None,
            discount_fen: 0,
            seeded: false,
            lines: Vec::new(),
        };
        let shipped = order(orders::WAIT_RECEIVE, Some(1));
        assert_eq!(logistics_status(&order(orders::WAIT_SEND, None), &line(None)), 1);
        assert_eq!(logistics_status(&shipped, &line(None)), 2);
        assert_eq!(logistics_status(&shipped, &line(Some(10))), 2);
        assert_eq!(logistics_status(&shipped, &line(Some(9))), 5);
        let done = order(orders::SUCCESS, Some(1));
        assert_eq!((logistics_status(&done, &line(None)), logistics_status(&done, &line(Some(0)))), (3, 5));
    }
}
