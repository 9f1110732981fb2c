//! Orders as the market tells them (GATEWAY.md 2.8): amounts are yuan numbers, ids reach 19 digits and stand
//! there twice, of which the string is the one to believe.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::list::{List, Maybe, object};
use super::scalar::{Field, Id, Moment, money};
use super::words;
use crate::domain::id::{OfferKey, OrderId, OutOrderId, SpecId, SupplierId};
use crate::domain::money::{Fen, Money, Yuan};
use crate::domain::order::{LineShipping, Order, OrderLine, OrderState};
use crate::domain::proposal::MESSAGE_CHARS;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;
use crate::market::gateway::envelope;
use crate::market::{MarketError, MarketOrder, Page};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct TradeBody {
    base_info: Maybe<BaseBody>,
    product_items: List<ItemBody>,
    #[serde(alias = "exAttributes")]
    ext_attributes: List<PairBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct BaseBody {
    id: Field<Id>,
    id_of_str: Field<Id>,
    status: Field<String>,
    create_time: Field<Moment>,
    pay_time: Field<Moment>,
    all_delivered_time: Field<Moment>,
    complete_time: Field<Moment>,
    pay_timeout: Field<i64>,
    /// Fen, and a minus where the seller took something off (GATEWAY.md 1.5; the documented sample has -3989 on 39.90).
    discount: Field<Fen>,
    buyer_feedback: Field<String>,
    seller_login_id: Field<String>,
    out_order_id: Field<String>,
    total_amount: Field<Yuan>,
    sum_product_payment: Field<Yuan>,
    shipping_fee: Field<Yuan>,
    seller_open_id: Field<String>,
    seller_contact: Maybe<ContactBody>,
    close_reason: Field<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ContactBody {
    company_name: Field<String>,
    im_in_platform: Field<String>,
    name: Field<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ItemBody {
    #[serde(rename = "productID", alias = "productId")]
    product_id: Field<Id>,
    spec_id: Field<String>,
    name: Field<String>,
    sku_infos: List<SkuInfo>,
    quantity: Field<Quantity>,
    unit: Field<String>,
    price: Field<Yuan>,
    item_amount: Field<Yuan>,
    logistics_status: Field<i64>,
    gmt_pay_expire_time: Field<Moment>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SkuInfo {
    value: Field<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct PairBody {
    key: Field<String>,
    value: Field<String>,
}

/// A page of orders. One that cannot be read makes the whole page a bad answer: an order left out of a look-up
/// would pass for one that was never placed, and would be placed again.
pub fn orders(body: &[u8]) -> Result<Page<MarketOrder>, MarketError> {
    let top = envelope::open(body)?;
    envelope::refused(&top)?;
    let list = match top.raw("result") {
        Some(raw) => List::<TradeBody>::read(raw),
        // No list and no count is not an empty page.
        None if top.field::<u64>("totalRecord").get() != Some(0) => {
            return Err(match top.code() {
                Some(_) => envelope::business_error(&top),
                None => envelope::unreadable("an order list without its list"),
            });
        }
        None => List::default(),
    };
    if list.dropped > 0 {
        return Err(envelope::unreadable("an order in the list that is none"));
    }
    let items = list.items.into_iter().map(TradeBody::into_order).collect::<Result<Vec<_>, _>>()?;
    let total = top.field::<u64>("totalRecord").get().unwrap_or(items.len() as u64);
    Ok(Page { items, total })
}

/// One order; `None` when the market does not know it.
pub fn order(body: &[u8]) -> Result<Option<MarketOrder>, MarketError> {
    let payload: Option<&RawValue> = match envelope::payload(body) {
        Err(MarketError::Refused(refusal)) if envelope::is_not_found(&refusal) => return Ok(None),
        other => other?,
    };
    let Some(payload) = payload else { return Err(envelope::unreadable("an order without its content")) };
    let trade: TradeBody = object(payload).ok_or_else(|| envelope::unreadable("an order that is none"))?;
    trade.into_order().map(Some)
}

impl TradeBody {
    fn into_order(self) -> Result<MarketOrder, MarketError> {
        let base = self.base_info.0.ok_or_else(|| envelope::unreadable("an order without baseInfo"))?;
        let id = base.id_of_str.get().or(base.id.get());
        let id = id.ok_or_else(|| envelope::unreadable("an order without an id"))?;
        let created =
            base.create_time.get().ok_or_else(|| envelope::unreadable("an order without createTime"))?;
        let wire_state = Clean::capped(&base.status.get().unwrap_or_default(), 40);
        let by_description = self.ext_attributes.items.iter().any(|pair| {
            pair.key.as_ref().is_some_and(|key| key == "postFeeByDesc")
                && pair.value.as_ref().is_some_and(|value| value == "true")
        });
        let freight = money(base.shipping_fee);
        // Until the seller has set it there is no shipping fee, or a nought that means nothing.
        let freight_open = by_description && freight.is_none_or(|freight| freight.is_zero());
        let state = words::order_state(wire_state.as_str(), freight_open || freight.is_none());
        let freight = if freight_open && state == OrderState::ToPayFreightOpen { None } else { freight };
        let pay_by = matches!(state, OrderState::ToPay | OrderState::ToPayFreightOpen)
            .then(|| pay_by(&self.product_items.items, created.0, base.pay_timeout.get()))
            .flatten();
        let seller = base.seller_contact.0.unwrap_or_default();
        let order_id = OrderId::new(&id.0.to_string());
        let order = Order {
            order_id: Some(order_id.clone()),
            order_ids: vec![order_id],
            out_order_id: base.out_order_id.get().map(|id| OutOrderId::new(&id)),
            supplier_id: base.seller_open_id.get().map(|id| SupplierId::new(&id)),
            supplier_name: seller
                .company_name
                .get()
                .or(seller.name.get())
                .map(|name| Clean::capped(&name, 120)),
            goods: money(base.sum_product_payment),
            freight,
            total: money(base.total_amount),
            discount: base.discount.get().map(|Fen(fen)| Money::from_fen(-fen)),
            message: text(base.buyer_feedback, MESSAGE_CHARS),
            pay_by,
            paid_at: base.pay_time.get().map(|at| at.0),
            shipped_at: base.all_delivered_time.get().map(|at| at.0),
            completed_at: base.complete_time.get().map(|at| at.0),
            seller_login: text(base.seller_login_id, 60).or(text(seller.im_in_platform, 60)),
            lines: self.product_items.items.into_iter().filter_map(ItemBody::into_line).collect(),
            reason: base.close_reason.get().map(|reason| Clean::capped(&reason, 120)),
            ..Order::blank(Clean::new(state.as_str()), created.0)
        };
        Ok(MarketOrder { state, wire_state, order })
    }
}

fn text(field: Field<String>, most: usize) -> Option<Clean> {
    field.get().map(|text| Clean::capped(&text, most)).filter(|text| !text.is_empty())
}

/// The deadline its lines name. `payTimeout` is seconds, of which the documents do not say whether they run from
/// the order's creation or from now: counted from the creation they are never too long.
fn pay_by(items: &[ItemBody], created: Timestamp, timeout: Option<i64>) -> Option<Timestamp> {
    let told = items.iter().filter_map(|item| item.gmt_pay_expire_time.as_ref()).map(|at| at.0).min();
    let seconds = timeout.filter(|seconds| (1..=366 * 24 * 3600).contains(seconds));
    told.or_else(|| created.checked_add(SignedDuration::from_secs(seconds?)).ok())
}

impl ItemBody {
    fn into_line(self) -> Option<OrderLine> {
        Some(OrderLine {
            line_id: None,
            offer_id: OfferKey::Market(self.product_id.get()?.0),
            spec_id: self
                .spec_id
                .get()
                .map(|spec| SpecId::new(&spec))
                .filter(|spec| !spec.as_str().is_empty()),
            title: words::subject(&self.name.get().unwrap_or_default()),
            spec_name: words::joined(
                self.sku_infos.items.iter().filter_map(|info| info.value.as_ref()).map(String::as_str),
            ),
            unit: self.unit.get().map(|unit| Unit::new(&unit)),
            quantity: self.quantity.get()?,
            unit_price: money(self.price),
            amount: money(self.item_amount),
            shipping: self.logistics_status.get().and_then(LineShipping::from_number),
        })
    }
}

/// The answer to a cancel: nothing, or why not.
pub fn done(body: &[u8]) -> Result<(), MarketError> {
    let top = envelope::open(body)?;
    envelope::refused(&top)?;
    match (top.success(), top.code()) {
        (None, Some(_)) => Err(envelope::business_error(&top)),
        (None, None) => Err(envelope::unreadable("an answer that says neither yes nor no")),
        _ => Ok(()),
    }
}
