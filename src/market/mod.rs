//! The port to a marketplace: what pifa asks of one, in the words of the domain.
//!
//! [`Marketplace`] is implemented by [`gateway`] for the 1688 Open Platform (and so for the sandbox, which
//! speaks the same protocol). What a market lacks is a [`Capabilities`] flag turned off, never faked.

pub mod error;
pub mod gateway;

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use error::{CreateError, MarketError};

use crate::domain::deal::{Deal, DealKind};
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::{GroupId, MarketId, OrderId, OutOrderId, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::order::{Address, Order, OrderState, PayLink, Shipment};
use crate::domain::quantity::Quantity;
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;

/// What this market offers beyond the documented calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// Stable name of account and market; `None` when the market does not tell (the caller then derives it
    /// from app key and account).
    pub market_id: Option<MarketId>,
    /// Bulk export of changed offers.
    pub offer_changes: bool,
    /// Synchronous supplier search.
    pub supplier_search: bool,
    /// Group-buys with join and leave.
    pub groups: bool,
    /// Committed tables for testers.
    pub orders_dump: bool,
    /// Flash and discount deals.
    pub deals: bool,
    /// The best of one category at once.
    pub best: bool,
    /// A clock that can be moved, and orders paid without a browser: a sandbox.
    pub clock: bool,
    /// How far its clock is ahead of the wall clock (a minus: behind), where it tells.
    pub clock_offset: Option<SignedDuration>,
    /// Freight zones: district code prefixes by zone number; the zone without prefixes takes the rest.
    pub freight_zones: Vec<Vec<String>>,
}

impl Capabilities {
    /// The zone a district belongs to.
    pub fn zone_of(&self, district: &str) -> Option<usize> {
        let named =
            self.freight_zones.iter().position(|zone| zone.iter().any(|prefix| district.starts_with(prefix)));
        named.or_else(|| self.freight_zones.iter().position(Vec::is_empty))
    }
}

/// One page of something.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// How many there are over all pages, as the market claims.
    pub total: u64,
}

/// A keyword search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeywordQuery {
    /// Blank-separated words; may be empty when a category is given.
    pub keyword: String,
    /// Category to stay in.
    pub category: Option<i64>,
    /// 1-based.
    pub page: u32,
    /// At most 50.
    pub page_size: u32,
}

/// A node of the category tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Id.
    pub id: i64,
    /// Chinese name.
    pub name: Clean,
    /// Whether it has no children.
    pub leaf: bool,
}

/// A page of the bulk export.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes {
    /// New or changed offers; gone ones have `gone` set and little else.
    pub offers: Vec<Offer>,
    /// Suppliers of those offers.
    pub suppliers: Vec<Supplier>,
    /// Where to go on.
    pub cursor: String,
    /// Whether there is nothing more now.
    pub complete: bool,
    /// Offers of the market.
    pub total: u64,
    /// The cursor was of another market or age: the pass began again.
    pub restarted: bool,
}

/// One line to order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// Market offer.
    pub offer_id: i64,
    /// SKU; `None` for offers without.
    pub spec_id: Option<SpecId>,
    /// Units.
    pub quantity: Quantity,
}

/// What to preview: one supplier's lines to one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRequest {
    /// Lines, all of one supplier.
    pub lines: Vec<RequestLine>,
    /// Id of the delivery address.
    pub address_id: String,
    /// `general` unless the buyer chose another flow; `None` lets the market pick the cheapest.
    pub flow: Option<String>,
}

/// The market's word on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedLine {
    /// Offer.
    pub offer_id: i64,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// What one unit is charged at, yuan.
    pub unit_price: Option<Money>,
    /// What the line is charged, yuan.
    pub amount: Option<Money>,
    /// Refusal of this line, if any.
    pub refusal: Option<Refusal>,
}

/// A code of the market and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For example `500_005`; any code is carried, known or not.
    pub code: Clean,
    /// The market's words.
    pub message: Clean,
    /// Offers (and specs) the text points at, from `[offerId]` and `[offerId_specId]`.
    pub lines: Vec<(i64, Option<SpecId>)>,
}

/// The market's preview: the only authority on what will be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Flow to create with.
    pub flow: String,
    /// `tradeType` values it accepts; empty = cannot be ordered through the API.
    pub trade_types: Vec<String>,
    /// Lines in the market's order.
    pub lines: Vec<QuotedLine>,
    /// Goods, yuan (sumPaymentNoCarriage).
    pub goods: Money,
    /// Carriage, yuan; `None` when the seller sets it after ordering (postFeeByDescOfferList).
    pub freight: Option<Money>,
    /// Discount, yuan.
    pub discount: Money,
    /// Payable, yuan (sumPayment).
    pub payable: Money,
    /// How many orders the market would split this into.
    pub parts: usize,
}

/// What to create, taken from a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRequest {
    /// Lines, all of one supplier.
    pub lines: Vec<RequestLine>,
    /// Id of the delivery address.
    pub address_id: String,
    /// From the quote.
    pub flow: String,
    /// From the quote's list; never left out (DESIGN 7).
    pub trade_type: String,
    /// Our unique number.
    pub out_order_id: OutOrderId,
    /// Words to the seller.
    pub message: Option<String>,
}

/// The frozen parameters of an action, as they are stored in the ledger before the first byte leaves:
/// a JSON object of form fields without signature, token or timestamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenBody(pub String);

/// What a create gave. Created means created, whatever the answer's `success` said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// One or several orders.
    pub order_ids: Vec<OrderId>,
    /// Total, yuan, where told.
    pub total: Option<Money>,
    /// Freight, yuan, where told.
    pub freight: Option<Money>,
}

/// Which orders to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderQuery {
    /// Only this intent's.
    pub out_order_id: Option<OutOrderId>,
    /// Created at or after.
    pub created_from: Option<Timestamp>,
    /// Created at or before.
    pub created_to: Option<Timestamp>,
    /// Those older than about three months, which the list leaves out by itself (GATEWAY.md 1.4).
    pub history: bool,
    /// 1-based.
    pub page: u32,
    /// At most 50.
    pub page_size: u32,
}

/// An order as the market tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct MarketOrder {
    /// In our words; `order.state` carries the same word.
    pub state: OrderState,
    /// The market's own word.
    pub wire_state: Clean,
    /// The rest.
    pub order: Order,
}

/// A join as the market confirms it.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// Pieces reserved.
    pub quantity: Quantity,
    /// The group after it.
    pub group: GroupBuy,
}

/// A group join to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinRequest {
    /// The group.
    pub group_id: GroupId,
    /// Pieces to reserve.
    pub quantity: Quantity,
    /// SKU, where the offer has any.
    pub spec_id: Option<SpecId>,
    /// Our unique number: the market takes each once.
    pub join_id: OutOrderId,
}

/// A marketplace.
///
/// Every method may fail with [`MarketError`]; reads are safe to repeat. `create` is the one call that must
/// never be repeated blindly and has an error type of its own.
pub trait Marketplace: Send + Sync {
    /// What it offers beyond the documented calls; a plain gateway answers all-off, not an error.
    fn capabilities(&self) -> impl Future<Output = Result<Capabilities, MarketError>> + Send;
    /// Its clock; proves reachability, key and secret without a token.
    fn server_time(&self) -> impl Future<Output = Result<Timestamp, MarketError>> + Send;
    /// Children of a category; 0 = the top.
    fn categories(&self, parent: i64) -> impl Future<Output = Result<Vec<Category>, MarketError>> + Send;
    /// Rows by keyword: at most 2,000 reachable over all pages.
    fn search(&self, query: &KeywordQuery) -> impl Future<Output = Result<Page<Offer>, MarketError>> + Send;
    /// Rows of one supplier's shop; they carry no minimum.
    fn shop(
        &self,
        supplier: &SupplierId,
        page: u32,
        page_size: u32,
    ) -> impl Future<Output = Result<Page<Offer>, MarketError>> + Send;
    /// The whole detail of one offer; `None` when the market does not know it.
    fn offer(&self, offer_id: i64) -> impl Future<Output = Result<Option<Offer>, MarketError>> + Send;
    /// `offer` with its freight terms to a district read (one more call).
    fn with_freight(
        &self,
        offer: Offer,
        district: &str,
    ) -> impl Future<Output = Result<Offer, MarketError>> + Send;
    /// The market's price for these lines. A refusal is `Err(MarketError::Refused)`.
    fn preview(&self, request: &PreviewRequest) -> impl Future<Output = Result<Quote, MarketError>> + Send;
    /// The frozen form of a create, to be written to the ledger first.
    fn freeze(&self, request: &CreateRequest) -> FrozenBody;
    /// Sends a frozen create, once, on a client of its own without retries, pools or redirects.
    fn create(&self, body: &FrozenBody) -> impl Future<Output = Result<Created, CreateError>> + Send;
    /// A page of the buyer's orders, newest first.
    fn orders(
        &self,
        query: &OrderQuery,
    ) -> impl Future<Output = Result<Page<MarketOrder>, MarketError>> + Send;
    /// One order; `None` when the market does not know it.
    fn order(&self, id: &OrderId) -> impl Future<Output = Result<Option<MarketOrder>, MarketError>> + Send;
    /// Cancels an unpaid order.
    fn cancel(&self, id: &OrderId) -> impl Future<Output = Result<(), MarketError>> + Send;
    /// Delivery addresses of the account.
    fn addresses(&self) -> impl Future<Output = Result<Vec<Address>, MarketError>> + Send;
    /// Suppliers by keyword; `Err(Unsupported)` where the market has no such call.
    fn suppliers(
        &self,
        keyword: &str,
        page: u32,
        page_size: u32,
    ) -> impl Future<Output = Result<Page<Supplier>, MarketError>> + Send;
    /// Offers changed since a cursor (empty = all); `Err(Unsupported)` on a plain gateway.
    fn changes(&self, cursor: &str, limit: u32) -> impl Future<Output = Result<Changes, MarketError>> + Send;
    /// Open group-buys and those we joined.
    fn groups(&self) -> impl Future<Output = Result<Vec<GroupBuy>, MarketError>> + Send;
    /// One group-buy; `None` when the market does not know it.
    fn group(&self, id: &GroupId) -> impl Future<Output = Result<Option<GroupBuy>, MarketError>> + Send;
    /// Joins; repeating the same `join_id` changes nothing.
    fn join(&self, request: &JoinRequest) -> impl Future<Output = Result<Joined, MarketError>> + Send;
    /// Leaves all our open joins of a group.
    fn leave(&self, id: &GroupId) -> impl Future<Output = Result<GroupBuy, MarketError>> + Send;
    /// Where a browser pays for these orders; the adapter refuses links to hosts that take no payments.
    fn pay_link(&self, ids: &[OrderId]) -> impl Future<Output = Result<PayLink, MarketError>> + Send;
    /// Confirms that an order's goods were received.
    fn receive(&self, id: &OrderId) -> impl Future<Output = Result<(), MarketError>> + Send;
    /// An order's consignments with their traces; empty when nothing was shipped yet.
    fn shipments(&self, id: &OrderId) -> impl Future<Output = Result<Vec<Shipment>, MarketError>> + Send;
    /// Flash or discount deals; `Err(Unsupported)` on a plain gateway.
    fn deals(&self, kind: DealKind) -> impl Future<Output = Result<Vec<Deal>, MarketError>> + Send;
    /// The best of one category, to have something to show while the rest is read; `Err(Unsupported)` on a
    /// plain gateway.
    fn best(&self, limit: u32) -> impl Future<Output = Result<Changes, MarketError>> + Send;
    /// Sets a sandbox's clock forward and tells its time; `Err(Unsupported)` elsewhere.
    fn move_clock(&self, by: Duration) -> impl Future<Output = Result<Timestamp, MarketError>> + Send;
    /// Pays a sandbox's order without a browser; `Err(Unsupported)` elsewhere.
    fn sandbox_pay(&self, id: &OrderId) -> impl Future<Output = Result<(), MarketError>> + Send;
    /// The market's committed tables as JSON (sandbox only).
    fn ledger_dump(&self, all: bool) -> impl Future<Output = Result<serde_json::Value, MarketError>> + Send;
}
