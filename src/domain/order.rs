//! Orders: what was meant, what became of it, and the market's word on it (DESIGN 7).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::cart::PricedLine;
use crate::domain::id::{LineId, OfferKey, OrderId, OutOrderId, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// Where an outbox action stands: draft -> queued -> sending -> done | rejected | unknown, and
/// unknown -> (looked up) done | queued again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Written, not yet released to be sent.
    Draft,
    /// Waits for the network or its turn.
    Queued,
    /// Its bytes may have left; after a crash this is the same as unknown.
    Sending,
    /// The market accepted it.
    Done,
    /// The market refused it; nothing was ordered.
    Rejected,
    /// Sent, no clean answer: to be looked up, never resent blindly.
    Unknown,
    /// Given to the supplier by a person; what they call it is not known yet.
    HandedOver,
}

impl ActionState {
    /// Word in JSON and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            ActionState::Draft => "draft",
            ActionState::Queued => "queued",
            ActionState::Sending => "sending",
            ActionState::Done => "done",
            ActionState::Rejected => "rejected",
            ActionState::Unknown => "unknown",
            ActionState::HandedOver => "handed_over",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "draft" => ActionState::Draft,
            "queued" => ActionState::Queued,
            "sending" => ActionState::Sending,
            "done" => ActionState::Done,
            "rejected" => ActionState::Rejected,
            "unknown" => ActionState::Unknown,
            "handed_over" => ActionState::HandedOver,
            _ => return None,
        })
    }

    /// Whether nothing more will happen to it.
    pub const fn is_final(self) -> bool {
        matches!(self, ActionState::Done | ActionState::Rejected)
    }
}

/// What an outbox action asks of the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Create an order.
    Create,
    /// Join a group-buy.
    Join,
    /// Leave one.
    Leave,
    /// Cancel an order.
    Cancel,
    /// Confirm that goods were received.
    Receive,
}

impl ActionKind {
    /// Word in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            ActionKind::Create => "create",
            ActionKind::Join => "join",
            ActionKind::Leave => "leave",
            ActionKind::Cancel => "cancel",
            ActionKind::Receive => "receive",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "create" => ActionKind::Create,
            "join" => ActionKind::Join,
            "leave" => ActionKind::Leave,
            "cancel" => ActionKind::Cancel,
            "receive" => ActionKind::Receive,
            _ => return None,
        })
    }
}

/// Where a placed order stands, in the buyer's words (DESIGN 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// waitbuyerpay
    ToPay,
    /// waitbuyerpay, and the seller has not set the freight.
    ToPayFreightOpen,
    /// waitsellersend
    ToShip,
    /// waitbuyerreceive
    Shipped,
    /// confirm_goods, success
    Done,
    /// cancel, terminated
    Closed,
    /// A word of the market we do not know.
    Other,
}

impl OrderState {
    /// Word in JSON and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            OrderState::ToPay => "to_pay",
            OrderState::ToPayFreightOpen => "to_pay_freight_open",
            OrderState::ToShip => "to_ship",
            OrderState::Shipped => "shipped",
            OrderState::Done => "done",
            OrderState::Closed => "closed",
            OrderState::Other => "other",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Self {
        match word {
            "to_pay" => OrderState::ToPay,
            "to_pay_freight_open" => OrderState::ToPayFreightOpen,
            "to_ship" => OrderState::ToShip,
            "shipped" => OrderState::Shipped,
            "done" => OrderState::Done,
            "closed" => OrderState::Closed,
            _ => OrderState::Other,
        }
    }
}

/// One line of an order, frozen when it was ordered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// The cart line it came from, to which it returns after a rejection.
    pub line_id: Option<LineId>,
    /// Offer.
    pub offer_id: OfferKey,
    /// SKU; `None` for offers without.
    pub spec_id: Option<SpecId>,
    /// Chinese subject.
    pub title: Clean,
    /// SKU words.
    pub spec_name: Clean,
    /// Unit.
    pub unit: Option<Unit>,
    /// Units ordered.
    pub quantity: Quantity,
    /// Price of one unit: predicted until the market's preview or order replaced it.
    pub unit_price: Option<Money>,
    /// Goods amount of the line, yuan.
    pub amount: Option<Money>,
    /// How far its goods are on their way, as the market told.
    #[serde(default)]
    pub shipping: Option<LineShipping>,
}

impl OrderLine {
    /// A line of the cart at its predicted price.
    pub fn of(priced: &PricedLine) -> OrderLine {
        let line = &priced.line;
        OrderLine {
            line_id: Some(line.id),
            offer_id: line.offer.key.clone(),
            spec_id: line.spec_id.clone(),
            title: line.offer.title.clone(),
            spec_name: line.sku().map(|sku| sku.name.clone()).unwrap_or_default(),
            unit: line.offer.unit.clone(),
            quantity: line.quantity,
            unit_price: priced.unit_price,
            amount: priced.amount,
            shipping: None,
        }
    }
}

/// How far a line's goods are on their way (`logisticsStatus` of an order's line, GATEWAY.md 2.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineShipping {
    /// 1: not shipped
    Waiting,
    /// 2: shipped
    Shipped,
    /// 3: received
    Received,
    /// 4: sent back
    Returned,
    /// 5: only a part was shipped
    Partly,
}

impl LineShipping {
    /// From the wire's number.
    pub const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            1 => LineShipping::Waiting,
            2 => LineShipping::Shipped,
            3 => LineShipping::Received,
            4 => LineShipping::Returned,
            5 => LineShipping::Partly,
            _ => return None,
        })
    }
}

/// A shipped order is confirmed by itself after so many days of silence (the platform's usual term for parcels; the
/// gateway does not tell it, so what is computed from it is a prediction).
pub const AUTO_CONFIRM_DAYS: i64 = 10;

/// One consignment of an order (GATEWAY.md 2.10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// The market's id of it.
    pub id: Clean,
    /// Carrier.
    pub company: Clean,
    /// Number of the consignment note.
    pub bill_no: Clean,
    /// The market's word: ACCEPT, TRANSPORT, SIGN ...; open.
    pub status: Clean,
    /// Where it has been, newest last; empty when the market has no trace yet.
    pub steps: Vec<TraceStep>,
}

/// One station of a consignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceStep {
    /// When; `None` when the market's time could not be read.
    pub at: Option<Timestamp>,
    /// The carrier's words.
    pub text: Clean,
}

/// Where a browser pays for orders. Only a link to an allowed host is ever made into one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayLink {
    /// The address to open.
    pub url: String,
    /// Orders it pays for.
    pub orders: Vec<OrderId>,
    /// Orders it does not pay for, and why where the market told.
    pub failed: Vec<(OrderId, Clean)>,
}

/// An order read again before it is paid (DESIGN 7: a changed total is shown old -> new and accepted first).
#[derive(Debug, Clone, PartialEq)]
pub struct PayCheck {
    /// As the market has it now.
    pub order: Order,
    /// The total the buyer last accepted; `None` when none is known.
    pub accepted: Option<Money>,
}

impl PayCheck {
    /// Whether the total is another than the accepted one.
    pub fn is_changed(&self) -> bool {
        self.accepted.is_some() && self.accepted != self.order.total
    }
}

/// What putting a past order into the cart again did, as one step of undo.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reordered {
    /// Lines that went into the cart.
    pub added: Vec<LineId>,
    /// How many were left out.
    pub left_out: usize,
    /// How many of them were noted, to find something in their place.
    pub later: usize,
    /// Whether it is on its way to being sent.
    pub submit: bool,
}

/// Why a past line has no match today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unresolved {
    /// The offer is not on sale, or not in the catalog.
    Gone,
    /// The offer has no such SKU any more.
    UnknownSpec,
    /// The catalog has nothing of that code.
    NotFound,
}

impl Unresolved {
    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Unresolved::Gone => "gone",
            Unresolved::UnknownSpec => "unknown_spec",
            Unresolved::NotFound => "not_found",
        }
    }
}

/// An order as the ledger and the JSON documents know it: one intent, one supplier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The market's id; `None` until it is known. The first where one create gave several.
    pub order_id: Option<OrderId>,
    /// All ids this create gave.
    pub order_ids: Vec<OrderId>,
    /// Our unique number of the create.
    pub out_order_id: Option<OutOrderId>,
    /// Supplier.
    pub supplier_id: Option<SupplierId>,
    /// Company name.
    pub supplier_name: Option<Clean>,
    /// One word: the action's state until it is done, then the order's.
    pub state: Clean,
    /// Goods, yuan.
    pub goods: Option<Money>,
    /// Freight, yuan; `None` = unknown or not set yet.
    pub freight: Option<Money>,
    /// Payable, yuan.
    pub total: Option<Money>,
    /// What the seller took off after ordering (a minus: put on), yuan; `None` = not told.
    #[serde(default)]
    pub discount: Option<Money>,
    /// Lines.
    pub lines: Vec<OrderLine>,
    /// Why it was held or rejected, in words.
    pub reason: Option<Clean>,
    /// Words to the seller that went with it.
    #[serde(default)]
    pub message: Option<Clean>,
    /// Until when it has to be paid.
    #[serde(default)]
    pub pay_by: Option<Timestamp>,
    /// When it was paid.
    #[serde(default)]
    pub paid_at: Option<Timestamp>,
    /// When all of it had been shipped.
    #[serde(default)]
    pub shipped_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// The seller's login name, which chat links need.
    #[serde(default)]
    pub seller_login: Option<Clean>,
    /// When it was written (an intent) or created (a market order).
    pub created_at: Timestamp,
}

impl Order {
    /// An order with nothing known of it but when it came to be.
    pub fn blank(state: Clean, created_at: Timestamp) -> Self {
        Order {
            order_id: None,
            order_ids: Vec::new(),
            out_order_id: None,
            supplier_id: None,
            supplier_name: None,
            state,
            goods: None,
            freight: None,
            total: None,
            discount: None,
            lines: Vec::new(),
            reason: None,
            message: None,
            pay_by: None,
            paid_at: None,
            shipped_at: None,
            completed_at: None,
            seller_login: None,
            created_at,
        }
    }

    /// When it is confirmed by itself: predicted from [`AUTO_CONFIRM_DAYS`].
    pub fn confirms_at(&self) -> Option<Timestamp> {
        let days = jiff::SignedDuration::from_hours(24 * AUTO_CONFIRM_DAYS);
        self.shipped_at
            .filter(|_| self.state.as_str() == OrderState::Shipped.as_str())?
            .checked_add(days)
            .ok()
    }

    /// Whether goods arrived short: the order is on its way or done, and a line is not.
    pub fn is_short(&self) -> bool {
        let on_its_way =
            [OrderState::Shipped, OrderState::Done].iter().any(|s| s.as_str() == self.state.as_str());
        let short =
            |line: &OrderLine| matches!(line.shipping, Some(LineShipping::Waiting | LineShipping::Partly));
        on_its_way && self.lines.iter().any(short)
    }
}

/// A delivery address of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Market's id.
    pub id: String,
    /// Receiver.
    pub full_name: Clean,
    /// Phone, as given.
    pub phone: Clean,
    /// Province, city, district in words.
    pub region: Clean,
    /// Street and number.
    pub street: Clean,
    /// Six digits of the district (GB/T 2260).
    pub district_code: String,
    /// The account's default.
    pub is_default: bool,
}
