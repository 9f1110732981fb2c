//! Paying: the link to the cashier (GATEWAY.md 2.9), and the extension's way of paying without a browser.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::cashier;
use super::super::envelope::{Fault, Reply};
use super::super::life;
use super::super::market::Session;
use super::super::orders;
use super::super::params::{self, Params};
use super::rfc3339;
use crate::domain::money::Money;

/// `alibaba.alipay.url.get`: one link for every order of the list that can be paid now. The others are named; why is
/// only in the text, as no field is documented for it.
pub(in super::super) fn alipay_url(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let list = params.json("orderIdList")?;
    let ids = match &list {
        Value::Array(ids) => ids.iter().map(params::as_int).collect::<Option<Vec<_>>>(),
        one => params::as_int(one).map(|id| vec![id]),
    };
    let Some(ids) = ids.filter(|ids| !ids.is_empty()) else {
        return Err(Fault::invalid("orderIdList", "not a list of order ids"));
    };
    if ids.len() > cashier::MOST {
        return Ok(refused("400", "orderIdList: 最多批量100个订单", &ids));
    }
    let mut seen = HashSet::new();
    let (mut payable, mut failed, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    let mut code = None;
    for id in ids.into_iter().filter(|id| seen.insert(*id)) {
        let (why_code, why) = match orders::by_id(session.tx, id)? {
            None => ("ORDER_NOT_EXIST", "订单不存在"),
            Some(order) => match life::payable(&order) {
                Ok(()) => {
                    payable.push(id);
                    continue;
                }
                Err(why) => ("ORDER_STATUS_ERROR", why.text()),
            },
        };
        code.get_or_insert(why_code);
        reasons.push(format!("[{id}]{why}"));
        failed.push(id);
    }
    let text = reasons.join("；");
    if payable.is_empty() {
        return Ok(refused(code.unwrap_or("ORDER_NOT_EXIST"), &text, &failed));
    }
    let link = cashier::link(session.market, &payable);
    Ok(Reply::Json(if failed.is_empty() {
        json!({"payUrl": link, "success": true})
    } else {
        json!({
            "payUrl": link, "success": true, "payFailureOrderList": failed, "errorCode": code, "erroMsg": text,
        })
    }))
}

fn refused(code: &str, text: &str, failed: &[i64]) -> Reply {
    Reply::Json(json!({"success": false, "errorCode": code, "erroMsg": text, "payFailureOrderList": failed}))
}

/// The extension's `order.pay`: what the cashier's button does, without a browser.
pub(in super::super) fn pay(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let order = match params.int("orderId")? {
        Some(id) => orders::by_id(session.tx, id)?,
        None => None,
    };
    let Some(mut order) = order else { return Ok(Reply::refusal("ORDER_NOT_EXIST", "订单不存在")) };
    if let Err(why) = life::pay(session.tx, &mut order, session.now_ms)? {
        return Ok(Reply::refusal("ORDER_STATUS_ERROR", why.text()));
    }
    Ok(Reply::extension(json!({
        "order_id": order.order_id.to_string(),
        "state": order.status,
        "total": Money::from_fen(order.total_fen()),
        "paid_at": order.paid_ms.map(rfc3339),
    })))
}
