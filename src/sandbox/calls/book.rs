//! Reading and closing orders, the address book and a seller's mix rule (GATEWAY.md 2.5, 2.8, 2.11).

use serde_json::{Value, json};

use super::super::address;
use super::super::envelope::{Fault, Reply};
use super::super::goods::member_id;
use super::super::life;
use super::super::market::Session;
use super::super::orders::{self, Filter, Order};
use super::super::params::{self, Params};
use super::order::trade_info;
use super::{date, paging};

/// `alibaba.trade.getBuyerOrderList`: newest first; on success there is no success flag.
pub(in super::super) fn list(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let (page, size) = paging(params.int("page")?, params.int("pageSize")?, 20, 50);
    let seller_key = params.get("sellerMemberId").or_else(|| params.get("sellerLoginId"));
    let order_ids = match params.get("orderIds") {
        Some(_) => {
            let ids = params.json("orderIds")?;
            let ids: Vec<i64> =
                ids.as_array().map(|ids| ids.iter().filter_map(params::as_int).collect()).unwrap_or_default();
            Some(json!(ids).to_string())
        }
        None => None,
    };
    let filter = Filter {
        out_order_id: params.get("outOrderId").map(str::to_owned),
        status: params.get("orderStatus").map(str::to_owned),
        // An unknown seller has no orders: no number is the last one.
        seller: seller_key.map(|key| session.market.goods.supplier_number(key).unwrap_or(i64::MAX as u64)),
        created_from_ms: params.date_ms("createStartTime")?,
        created_to_ms: params.date_ms("createEndTime")?,
        modified_from_ms: params.date_ms("modifyStartTime")?,
        modified_to_ms: params.date_ms("modifyEndTime")?,
        order_ids,
        product_name: params.get("productName").map(str::to_owned),
    };
    let (orders, total) = orders::page(session.tx, &filter, page, size)?;
    let rows: Vec<Value> = orders.iter().map(|order| trade_info(session, order, true)).collect();
    Ok(Reply::Json(json!({"result": rows, "totalRecord": total})))
}

fn find(session: &Session<'_>, id: Option<i64>) -> Result<Option<Order>, Fault> {
    Ok(match id {
        Some(id) => orders::by_id(session.tx, id)?,
        None => None,
    })
}

fn no_such_order() -> Reply {
    Reply::refusal("ORDER_NOT_EXIST", "订单不存在")
}

/// `alibaba.trade.get.buyerView`; its success flag is a string.
pub(in super::super) fn get(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    Ok(match find(session, params.int("orderId")?)? {
        Some(order) => Reply::Json(json!({"result": trade_info(session, &order, false), "success": "true"})),
        None => Reply::Json(json!({
            "errorCode": "ORDER_NOT_EXIST", "errorMessage": "订单不存在", "success": "false",
        })),
    })
}

/// `alibaba.trade.cancel`: unpaid orders only, and not in their first ten seconds.
pub(in super::super) fn cancel(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let Some(mut order) = find(session, params.int("tradeID")?)? else { return Ok(no_such_order()) };
    let reason = match params.require("cancelReason")? {
        "buyerCancel" => "BUYER_CANCEL",
        "sellerGoodsLack" => "SELLER_GOODS_LACK",
        "other" => "OTHER",
        _ => return Ok(Reply::refusal("400_3", "取消原因不正确")),
    };
    if order.status != orders::WAIT_PAY {
        return Ok(Reply::refusal("ORDER_STATUS_ERROR", "订单状态不允许取消"));
    }
    if session.now_ms.saturating_sub(order.created_ms) < orders::CANCEL_AFTER_MS {
        return Ok(Reply::refusal("CLOSE_ORDER_TOO_FAST", "订单创建10秒内不允许关闭"));
    }
    orders::close(session.tx, &mut order, reason, session.now_ms)?;
    Ok(Reply::Json(json!({"success": true})))
}

/// `trade.receivegoods.confirm`: what was shipped, arrived or not. The order ends a minute later.
pub(in super::super) fn confirm(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let Some(mut order) = find(session, params.int("orderId")?)? else { return Ok(no_such_order()) };
    if order.status != orders::WAIT_RECEIVE {
        return Ok(Reply::refusal("ORDER_STATUS_ERROR", "订单状态不允许确认收货"));
    }
    life::receive(session.tx, &mut order, session.now_ms)?;
    Ok(Reply::Json(json!({"success": true})))
}

/// `alibaba.trade.receiveAddress.get`.
pub(in super::super) fn addresses(_: &Session<'_>, _: &Params) -> Result<Reply, Fault> {
    let items: Vec<Value> = address::book()
        .iter()
        .enumerate()
        .map(|(index, address)| {
            json!({
                "id": address.id, "fullName": address.full_name, "address": address.street,
                "post": address.post, "phone": "", "mobilePhone": address.mobile,
                "addressCode": address.district, "addressCodeText": address.region(),
                "townCode": address.town_code, "townName": address.town, "isDefault": index == 0,
            })
        })
        .collect();
    Ok(Reply::Json(json!({"result": {"receiveAddressItems": items}, "success": true})))
}

/// `alibaba.trade.OpQueryMarketingMixConfig`.
pub(in super::super) fn mix_config(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let Some(key) = params.get("sellerMemberId").or_else(|| params.get("sellerLoginId")) else {
        return Ok(Reply::refusal("500_1", "sellerMemberId和sellerLoginId不能同时为空"));
    };
    let goods = &session.market.goods;
    let Some(supplier) = goods.supplier_number(key).and_then(|number| goods.supplier(number)) else {
        return Ok(Reply::refusal("500_2", "卖家不存在"));
    };
    let (pieces, amount) = supplier.mix.as_ref().map_or((0, 0), |mix| (mix.pieces, mix.amount));
    Ok(Reply::Json(json!({
        "result": {
            "generalHunpi": supplier.mix.is_some(), "mixAmount": amount, "mixNumber": pieces,
            "memberId": member_id(supplier.number), "gmtCreate": date(0), "gmtModified": date(0),
        },
        "success": true,
    })))
}
