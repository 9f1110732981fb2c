//! Orders: what was meant, what became of it, and the market's word on it (DESIGN 7).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// Lines.
    pub lines: Vec<OrderLine>,
    /// Why it was held or rejected, in words.
    pub reason: Option<Clean>,
    /// When it was written (an intent) or created (a market order).
    pub created_at: Timestamp,
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
