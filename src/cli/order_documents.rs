//! The JSON documents of what follows a cart: orders, paying, tracking, deals. More fields may be added, none
//! renamed (DESIGN section 10).

use jiff::Timestamp;
use serde::Serialize;

use super::documents::{GroupDocument, ViolationDocument};
use crate::domain::deal::{Deal, DealKind};
use crate::domain::id::{OfferKey, OrderId};
use crate::domain::money::Money;
use crate::domain::order::{Order, Shipment};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// `order submit`, `order list`, `order show`, `order outbox`
#[derive(Debug, Serialize, Default)]
pub(super) struct OrdersDocument {
    pub orders: Vec<OrderDocument>,
    /// Rules that kept (part of) the cart back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub violations: Option<Vec<ViolationDocument>>,
    /// Changed figures since last shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Vec<crate::domain::proposal::Drift>>,
    /// Why it was not sent, or was queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An order with what follows from its figures.
#[derive(Debug, Clone, Serialize)]
pub(super) struct OrderDocument {
    #[serde(flatten)]
    pub order: Order,
    /// When it is confirmed by itself: predicted.
    pub confirms_at: Option<Timestamp>,
    /// Whether goods arrived short.
    pub short: bool,
}

impl From<Order> for OrderDocument {
    fn from(order: Order) -> Self {
        OrderDocument { confirms_at: order.confirms_at(), short: order.is_short(), order }
    }
}

/// `order pay`; `pay_url` null = the total changed and was not accepted.
#[derive(Debug, Serialize)]
pub(super) struct PayDocument {
    pub order_id: OrderId,
    pub pay_url: Option<String>,
    pub total: Option<Money>,
    /// The total accepted before, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_total: Option<Money>,
    pub failed: Vec<FailedPayment>,
}

/// An order the link does not pay for.
#[derive(Debug, Serialize)]
pub(super) struct FailedPayment {
    pub order_id: OrderId,
    pub reason: Clean,
}

/// `order track`
#[derive(Debug, Serialize)]
pub(super) struct TrackDocument {
    pub order_id: Option<OrderId>,
    pub shipments: Vec<Shipment>,
}

/// `deals`
#[derive(Debug, Serialize, Default)]
pub(super) struct DealsDocument {
    pub groups: Vec<GroupDocument>,
    pub deals: Vec<DealDocument>,
    pub as_of: Option<Timestamp>,
}

/// A flash or discount deal.
#[derive(Debug, Serialize)]
pub(super) struct DealDocument {
    pub deal_id: Clean,
    pub kind: DealKind,
    pub offer_id: OfferKey,
    pub title: Clean,
    pub title_en: Option<Clean>,
    pub unit: Option<Unit>,
    pub unit_price: Money,
    pub list_price: Option<Money>,
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub stock: Option<Quantity>,
    pub left: Option<Quantity>,
    pub limit: Option<Quantity>,
}

impl From<Deal> for DealDocument {
    fn from(deal: Deal) -> Self {
        DealDocument {
            deal_id: deal.id,
            kind: deal.kind,
            offer_id: deal.offer,
            title: deal.title,
            title_en: deal.title_en,
            unit: deal.unit,
            unit_price: deal.price,
            list_price: deal.list_price,
            starts: deal.starts,
            ends: deal.ends,
            stock: deal.stock,
            left: deal.left,
            limit: deal.limit,
        }
    }
}
