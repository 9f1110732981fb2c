//! Where the goods are (GATEWAY.md 2.10): the parcels of an order, and their scans in Beijing's local time.

use serde_json::{Value, json};

use super::super::address::Address;
use super::super::consignment::{self, Consignment};
use super::super::envelope::{Fault, Reply};
use super::super::market::Session;
use super::super::orders::{self, Order};
use super::super::params::Params;
use super::{date, local_date, number};

/// Traces are not kept longer.
const KEPT_MS: i64 = 365 * 24 * 3600 * 1000;

fn find(session: &Session<'_>, params: &Params) -> Result<Option<Order>, Fault> {
    Ok(match params.int("orderId")? {
        Some(id) => orders::by_id(session.tx, id)?,
        None => None,
    })
}

fn parcel_of(session: &Session<'_>, order: &Order) -> Option<Consignment> {
    consignment::of_order(order, &session.market.goods, session.now_ms)
}

/// `alibaba.trade.getLogisticsInfos.buyerView`.
pub(in super::super) fn infos(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let Some(order) = find(session, params)? else {
        return Ok(Reply::refusal("ORDER_NOT_EXIST", "订单不存在"));
    };
    let Some(parcel) = parcel_of(session, &order) else {
        return Ok(Reply::refusal("500_2", "订单未发货，暂无物流详情，请稍后再试"));
    };
    let goods: Vec<Value> = order
        .lines
        .iter()
        .map(|line| {
            let sent = line.delivered.unwrap_or(line.quantity);
            json!({"goodName": line.name, "quantity": number(sent), "unit": line.unit})
        })
        .collect();
    let mut info = json!({
        "logisticsId": parcel.logistics_id,
        "logisticsBillNo": parcel.bill_no,
        "orderEntryIds": entry_ids(&order),
        "status": parcel.stage.word(),
        "logisticsCompanyId": parcel.company_id,
        "logisticsCompanyName": parcel.company,
        "logisticsCompanyNo": parcel.company_no,
        "remarks": "",
        "gmtSystemSend": date(parcel.shipped_ms),
        "sendGoods": goods,
    });
    if let Some(fields) = info.as_object_mut() {
        if let Some(supplier) = session.market.goods.supplier(order.supplier) {
            fields.insert(
                "sender".to_owned(),
                json!({
                    "senderName": supplier.company, "senderProvince": supplier.province,
                    "senderCity": supplier.city, "senderCounty": "", "senderAddress": "",
                    "senderMobile": "13000000000", "senderPhone": "", "encrypt": "CN",
                }),
            );
        }
        if let Ok(address) = serde_json::from_str::<Address>(&order.address) {
            fields.insert("receiver".to_owned(), receiver(&address));
        }
    }
    Ok(Reply::Json(json!({"result": [info], "success": true})))
}

fn receiver(address: &Address) -> Value {
    let level = |digits: usize| {
        let known = address.district.get(..digits).unwrap_or_default();
        format!("{known:0<6}")
    };
    json!({
        "receiverName": address.full_name, "receiverMobile": address.mobile, "receiverPhone": "",
        "receiverProvince": address.province, "receiverCity": address.city, "receiverCounty": address.area,
        "receiverAddress": format!("{} {}", address.town, address.street).trim(),
        "receiverProvinceCode": level(2), "receiverCityCode": level(4),
        "receiverCountyCode": address.district, "encrypt": "CN",
    })
}

/// `alibaba.trade.getLogisticsTraceInfo.buyerView`. Before the first scan it answers as the real one does: no trace,
/// an error text, and success.
pub(in super::super) fn trace(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let Some(order) = find(session, params)? else {
        return Ok(Reply::refusal("order.nopermission.buyer", "无权限获取该订单信息（买家）"));
    };
    if session.now_ms.saturating_sub(order.created_ms) > KEPT_MS {
        return Ok(Reply::refusal("order.createtime.history", "不支持查询一年前的物流跟踪信息"));
    }
    let parcel = parcel_of(session, &order);
    let wanted = params.get("logisticsId");
    let Some(parcel) = parcel.filter(|parcel| wanted.is_none_or(|id| id == parcel.logistics_id)) else {
        return Ok(Reply::refusal("404", "查询不到对应的物流跟踪信息"));
    };
    if parcel.scans.is_empty() {
        return Ok(Reply::Json(json!({"errorMessage": "该订单没有物流跟踪信息。", "success": true})));
    }
    let steps: Vec<Value> = parcel
        .scans
        .iter()
        .map(|scan| json!({"acceptTime": local_date(scan.at_ms), "remark": scan.remark}))
        .collect();
    Ok(Reply::Json(json!({
        "logisticsTrace": [{
            "logisticsId": parcel.logistics_id, "logisticsBillNo": parcel.bill_no, "orderId": order.order_id,
            "logisticsSteps": steps,
        }],
        "success": true,
    })))
}

/// Sub-orders of a parcel, comma-separated.
pub(super) fn entry_ids(order: &Order) -> String {
    order.lines.iter().map(|line| line.sub_id.to_string()).collect::<Vec<_>>().join(",")
}
