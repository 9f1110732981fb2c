//! Preview and create (GATEWAY.md 2.6 and 2.7). Both judge by [`rules::judge`]; create judges again in the
//! transaction that takes the stock and writes the order.

use serde_json::{Value, json};

use super::super::address::{self, Address};
use super::super::envelope::{Fault, Reply};
use super::super::market::Session;
use super::super::orders::{self, Order, OrderLine};
use super::super::params::{self, Params, required};
use super::super::rules::{self, Asked, Desk, Judged, Refusal};
use super::super::{Idempotency, state};
use super::{TRADE_TYPE, yuan};

struct Asking {
    lines: Vec<Asked>,
    address: Result<Address, String>,
    flow: Option<String>,
}

fn asking(params: &Params) -> Result<Asking, Fault> {
    let cargo = params.json("cargoParamList")?;
    // One line may come without its brackets.
    let rows = match &cargo {
        Value::Array(rows) => rows.as_slice(),
        row => std::slice::from_ref(row),
    };
    if rows.is_empty() {
        return Err(Fault::missing("cargoParamList"));
    }
    let lines = rows
        .iter()
        .map(|row| {
            Ok(Asked {
                offer_id: required(params::int(row, "offerId"), "offerId")?,
                spec_id: params::text(row, "specId"),
                quantity: required(params::decimal(row, "quantity"), "quantity")?,
            })
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let address = address::resolve(&params.json("addressParam")?);
    Ok(Asking { lines, address, flow: params.get("flow").map(str::to_owned) })
}

fn desk(session: &Session<'_>, lines: &[Asked]) -> Result<Desk, Fault> {
    // Beyond the cap the order is refused anyway: no goods are made for it.
    let wanted = lines.iter().take(rules::LINE_CAP).map(|line| line.offer_id);
    let mut desk = session.market.goods.desk(wanted);
    for offer_id in desk.offers.keys() {
        desk.taken.insert(*offer_id, state::taken(session.tx, *offer_id)?);
    }
    Ok(desk)
}

/// `alibaba.createOrder.preview`.
pub(in super::super) fn preview(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let asking = asking(params)?;
    let address = match asking.address {
        Ok(address) => address,
        Err(text) => return Ok(refused_preview(&asking.lines, "400", &text)),
    };
    let desk = desk(session, &asking.lines)?;
    let judged =
        rules::judge(&desk, &asking.lines, asking.flow.as_deref(), address.zone(), session.market.lot_rule);
    Ok(match judged {
        Ok(judged) => accepted_preview(&judged),
        Err(refusal) => refused_preview(&asking.lines, refusal.code, &refusal.message),
    })
}

fn accepted_preview(judged: &Judged<'_>) -> Reply {
    let goods = judged.goods.to_fen_rounded();
    let carriage = judged.carriage.amount.to_fen_rounded();
    let cargo: Vec<Value> = judged
        .lines
        .iter()
        .map(|line| {
            json!({
                "offerId": line.offer.offer_id,
                "specId": line.sku.map(|sku| sku.spec_id.clone()),
                "skuId": line.sku.map(|sku| sku.sku_id),
                "finalUnitPrice": yuan(line.unit_price),
                "amount": yuan(line.amount),
                "cargoPromotionList": [],
            })
        })
        .collect();
    let result = json!({
        "status": true,
        "flowFlag": judged.flow,
        "tradeModeNameList": [TRADE_TYPE],
        "tradeModelList": [{"tradeType": TRADE_TYPE, "name": "担保交易", "description": "担保交易", "opSupport": true}],
        "payChannelInfos": [{"name": "alipay", "amountLimit": 0}],
        "sumPayment": goods.saturating_add(carriage),
        "sumCarriage": carriage,
        "sumPaymentNoCarriage": goods,
        "discountFee": 0,
        "additionalFee": 0,
        "taoSampleSinglePromotion": false,
        "cargoList": cargo,
        "shopPromotionList": [],
    });
    let mut body = json!({"orderPreviewResuslt": [result], "success": true});
    if !judged.carriage.by_agreement.is_empty()
        && let Some(fields) = body.as_object_mut()
    {
        fields.insert("postFeeByDescOfferList".to_owned(), json!(judged.carriage.by_agreement));
    }
    Reply::Json(body)
}

fn refused_preview(lines: &[Asked], code: &str, message: &str) -> Reply {
    let cargo: Vec<Value> =
        lines.iter().map(|line| json!({"offerId": line.offer_id, "specId": line.spec_id})).collect();
    let result = json!({
        "status": false, "resultCode": code, "message": message, "tradeModeNameList": [], "cargoList": cargo,
    });
    Reply::Json(json!({
        "orderPreviewResuslt": [result], "success": false, "errorCode": code, "errorMsg": message,
    }))
}

/// `alibaba.trade.fastCreateOrder` and `alibaba.trade.createCrossOrder`.
pub(in super::super) fn create(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let out_order_id = params.get("outOrderId").map(str::to_owned);
    if session.market.idempotency == Idempotency::OutOrderId
        && let Some(out_order_id) = &out_order_id
        && let Some(first) = orders::by_out_order_id(session.tx, out_order_id)?
    {
        return Ok(created(&first));
    }
    let asking = asking(params)?;
    let trade_type = params.require("tradeType")?;
    // Kept to the letter: it is not ours to tidy.
    let message = params.raw("message").filter(|text| !text.is_empty()).map(str::to_owned);
    let address = match asking.address {
        Ok(address) => address,
        Err(text) => return Ok(refused("400", &text, &[])),
    };
    if message.as_ref().is_some_and(|text| text.chars().count() > 500) {
        return Ok(refused("400", "400 message too long: at most 500 characters", &[]));
    }
    let desk = desk(session, &asking.lines)?;
    let judged = match rules::judge(
        &desk,
        &asking.lines,
        asking.flow.as_deref(),
        address.zone(),
        session.market.lot_rule,
    ) {
        Ok(judged) => judged,
        Err(Refusal { code, message, at }) => return Ok(refused(code, &message, &at)),
    };
    if trade_type != TRADE_TYPE {
        return Ok(refused("500", &format!("not support tradeType:【{trade_type}】"), &[]));
    }
    let mut order = Order {
        order_id: 0,
        out_order_id,
        create_seq: None,
        supplier: judged.supplier.number,
        seller_open_id: judged.supplier.seller_open_id.clone(),
        status: orders::WAIT_PAY.to_owned(),
        close_reason: None,
        flow: judged.flow.clone(),
        trade_type: trade_type.to_owned(),
        goods_fen: judged.goods.to_fen_rounded(),
        freight_fen: judged.carriage.by_agreement.is_empty().then(|| judged.carriage.amount.to_fen_rounded()),
        address: serde_json::to_string(&address).unwrap_or_default(),
        message,
        created_ms: session.now_ms,
        modified_ms: session.now_ms,
        pay_by_ms: session.now_ms.saturating_add(orders::PAY_WITHIN_MS),
        paid_ms: None,
        shipped_ms: None,
        receive_by_ms: None,
        completed_ms: None,
        discount_fen: 0,
        seeded: false,
        lines: judged
            .lines
            .iter()
            .map(|line| OrderLine {
                sub_id: 0,
                offer_id: line.offer.offer_id,
                spec_id: line.sku.map(|sku| sku.spec_id.clone()),
                sku_id: line.sku.map(|sku| sku.sku_id),
                name: line.offer.subject.clone(),
                attributes: line
                    .sku
                    .map(|sku| {
                        sku.attributes.iter().map(|a| (a.name.to_string(), a.value.to_string())).collect()
                    })
                    .unwrap_or_default(),
                quantity: line.quantity,
                unit: line.offer.unit.to_string(),
                unit_price: line.unit_price,
                amount_fen: line.amount.to_fen_rounded(),
                delivered: None,
            })
            .collect(),
    };
    orders::insert(session.tx, &mut order, session.market.identity().account_number(), true, true)?;
    Ok(created(&order))
}

fn created(order: &Order) -> Reply {
    Reply::Json(json!({
        "success": true,
        "result": {
            "orderId": order.order_id.to_string(),
            "totalSuccessAmount": order.total_fen(),
            "postFee": order.freight_fen.unwrap_or(0),
        },
    }))
}

fn refused(code: &str, message: &str, at: &[(i64, Option<String>)]) -> Reply {
    let failed: Vec<Value> = at
        .iter()
        .map(|(offer_id, spec_id)| {
            json!({"offerId": offer_id, "specId": spec_id, "errorCode": code, "errorMessage": message})
        })
        .collect();
    Reply::Json(json!({
        "success": false, "code": code, "message": message, "result": {"failedOfferList": failed},
    }))
}
