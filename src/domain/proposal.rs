//! A proposal: what would be sent, with the market's own figures, before anything is.
//!
//! The confirm screen and `order submit --dry-run` print from these values, and exactly these values are
//! sent (DESIGN 11).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::cart::{Violation, ViolationKind};
use crate::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::order::{Address, OrderLine};
use crate::domain::text::Clean;

/// All orders a submit would place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// Where everything goes.
    pub address: Address,
    /// All addresses of the account in their order, that one among them.
    #[serde(default)]
    pub addresses: Vec<Address>,
    /// One block a supplier.
    pub orders: Vec<ProposedOrder>,
    /// When the market was asked; `None` when it could not be and the figures are predictions.
    pub quoted_at: Option<Timestamp>,
}

/// One supplier's order as it would be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProposedOrder {
    /// Supplier.
    pub supplier_id: SupplierId,
    /// Company name.
    pub supplier_name: Clean,
    /// Lines with the market's unit prices and amounts where quoted.
    pub lines: Vec<OrderLine>,
    /// Goods, yuan.
    pub goods: Money,
    /// Freight, yuan; `None` = the seller sets it after ordering, or unknown.
    pub freight: Option<Money>,
    /// Discount, yuan.
    pub discount: Money,
    /// Payable, yuan: `>=` while the freight is open.
    pub payable: Money,
    /// From the preview.
    pub flow: String,
    /// From the preview; `None` when not quoted.
    pub trade_type: Option<String>,
    /// Lines whose goods differ from what was last shown.
    pub drift: Vec<Drift>,
    /// Why the market would refuse it.
    pub refusal: Option<Clean>,
    /// The same, explained: our own rules found nothing wrong with it.
    #[serde(default)]
    pub objection: Option<Objection>,
    /// Words to the seller that go with it, at most [`MESSAGE_CHARS`] characters.
    #[serde(default)]
    pub message: Option<Clean>,
}

/// Longest message to a seller (GATEWAY.md 1.4).
pub const MESSAGE_CHARS: usize = 500;

/// A refusal of what our own rules would have sent. The market's word counts; this is where ours came to differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// The rule its code documents; `None` = a code we do not know.
    pub kind: Option<ViolationKind>,
    /// The cart lines it points at; all of the order's where it points at none.
    pub line_ids: Vec<LineId>,
    /// Its code, empty where an accepted preview leaves no way to order.
    pub code: Clean,
    /// Its words.
    pub words: Clean,
    /// What those lines break by the listings read again just now. Empty = by them nothing is wrong either.
    pub found: Vec<Violation>,
}

/// One changed figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The cart line.
    pub line_id: Option<LineId>,
    /// Offer.
    pub offer_id: OfferKey,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// Goods amount last shown, yuan.
    pub old: Money,
    /// Goods amount now, yuan.
    pub new: Money,
}

impl Drift {
    /// Whether it became dearer; only rises count against the accept policy.
    pub fn is_rise(&self) -> bool {
        self.new > self.old
    }
}
