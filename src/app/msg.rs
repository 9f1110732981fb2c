//! Messages are facts, in the past tense, with the time they became true; effects are wishes.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::app::grid::GridCell;
use crate::config::keymap::Key;
use crate::domain::cart::{Assessment, Rules, Violation};
use crate::domain::category::CategoryCount;
use crate::domain::deal::{Deal, DealKind};
use crate::domain::drift::{Planned, Sheet};
use crate::domain::entry::EntryReport;
use crate::domain::fix::{Fix, Raise};
use crate::domain::freight::Destination;
use crate::domain::grid::Ratio;
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::{GroupId, LineId, OfferKey, SpecId, SupplierId};
use crate::domain::list::{Difference, ListLine, ListRow};
use crate::domain::mark::{MarkEdit, Marks, Subject};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::order::{Order, PayCheck, PayLink, Reordered, Shipment};
use crate::domain::price_history::PriceHistory;
pub use crate::domain::proposal::Proposal;
use crate::domain::quantity::Quantity;
use crate::domain::saved::{SavedName, SavedRow, SavedSearch};
use crate::domain::search::{
    Facets, SearchPage, SearchRequest, SupplierAsk, SupplierPage, SupplierSheet, Why,
};
use crate::domain::session::Remembered;
use crate::domain::substitute::{Present, Substitutes};
use crate::domain::text::Clean;
use crate::domain::watch::{Watch, WatchNews};
use crate::domain::yanxuan::Verdict;

/// Something that happened, and when.
#[derive(Debug, Clone)]
pub struct Msg {
    /// When the runtime learned of it.
    pub at: Timestamp,
    /// What.
    pub fact: Fact,
}

/// Why something did not work, in plain words, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What happened.
    pub text: Clean,
    /// What to do next.
    pub hint: Option<Clean>,
}

impl Trouble {
    /// From words of any origin.
    pub fn new(text: &str, hint: Option<&str>) -> Self {
        let hint = hint.map(Clean::new).filter(|hint| !hint.is_empty());
        Trouble { text: Clean::new(text), hint }
    }
}

/// The cart as read after whatever was done to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CartSnapshot {
    /// Totals and broken rules.
    pub assessment: Assessment,
    /// Whether there is a step to undo.
    pub can_undo: bool,
    /// Whether there is an undone step to redo.
    pub can_redo: bool,
    /// What was asked changed nothing: there was no step to undo or redo.
    pub unchanged: bool,
    /// Messages to sellers that go with the next order to them.
    pub messages: HashMap<SupplierId, Clean>,
    /// The gateway's settings it was judged by.
    pub rules: Rules,
}

/// One line to put into the cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLine {
    /// Offer.
    pub offer: OfferKey,
    /// SKU; `None` for offers without.
    pub spec_id: Option<SpecId>,
    /// Units.
    pub quantity: Quantity,
}

/// What is asked of the cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CartDeed {
    /// Only read it.
    Read,
    /// Put these lines in, as one step of undo a line.
    Add(Vec<NewLine>),
    /// Change a line's quantity.
    Set(LineId, Quantity),
    /// Change the quantities of these lines, as one step of undo.
    SetAll(Vec<(LineId, Quantity)>),
    /// Take a line out.
    Remove(LineId),
    /// Take these lines out, as one step of undo.
    RemoveAll(Vec<LineId>),
    /// Take all lines out.
    Clear,
    /// Make these changes of a fix, as one step of undo.
    Fix(Vec<Raise>),
    /// Put another SKU in a line's place, as one step of undo.
    Swap { line: LineId, offer: OfferKey, spec_id: Option<SpecId> },
    /// Make an offer's SKUs what its grid says, as one step of undo.
    Grid { offer: OfferKey, cells: Vec<GridCell> },
    /// Take the last step back.
    Undo,
    /// Do it again.
    Redo,
}

/// What is asked of the buying lists.
#[derive(Debug, Clone, PartialEq)]
pub enum ListDeed {
    /// Read all of them, at today's prices.
    Read,
    /// Put one into the cart, so many sets of it, as one step of undo.
    Load { name: SavedName, sets: Quantity },
    /// Keep the cart under this name; one that is there and differs only where `replace` says so.
    Save { name: SavedName, replace: bool },
    /// Delete one.
    Delete(SavedName),
    /// Tell what differs between one and the cart.
    Diff(SavedName),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum ListOutcome {
    /// The lists, and the files that are none.
    Read {
        rows: Vec<ListRow>,
        bad: Vec<Clean>,
    },
    /// Lines that went into the cart, and how many are not on sale.
    Loaded {
        lines: usize,
        missing: usize,
    },
    Saved,
    /// Another one of that name is there.
    Taken,
    Deleted,
    Differs(Vec<Difference>),
}

/// The chosen lines of a reorder.
#[derive(Debug, Clone, PartialEq)]
pub struct Reordering {
    /// Into the cart.
    pub lines: Vec<Planned>,
    /// Noted, to find something in their place.
    pub later: Vec<ListLine>,
    /// How many others are left out.
    pub left_out: usize,
    /// Whether it is to be sent at once.
    pub submit: bool,
}

/// What a submit did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sent {
    /// Orders it touched: settled, sent or queued.
    pub orders: Vec<Order>,
    /// Why something was held back.
    pub held: Option<Held>,
}

/// Why nothing, or not everything, of the cart was sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// Rules are broken.
    Violations(Vec<Violation>),
    /// The buyer's policy forbids it, with its words.
    Policy(Vec<Clean>),
    /// The cart is no longer the one that was confirmed.
    CartChanged,
    /// The way to the market was lost, or switched off, before anything could be sent or queued.
    WentOffline,
    /// This market's cart is empty; lines of another market's.
    OtherMarket(u64),
}

/// The state of market, catalog and outbox.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// Account or market name.
    pub market: Clean,
    /// Whether no real money is spent.
    pub sandbox: bool,
    /// `Some(false)` = known to be unreachable, or asked to stay offline; `None` = not tried yet.
    pub online: Option<bool>,
    /// Since when it is unreachable.
    pub offline_since: Option<Timestamp>,
    /// When the newest rows of the catalog were read.
    pub read_at: Option<Timestamp>,
    /// Offers in the catalog.
    pub cached: u64,
    /// Offers of the market, where it is known.
    pub offered: Option<MarketSize>,
    /// Actions of the outbox that have not left yet, or whose outcome is unknown.
    pub unsent: u64,
    /// Those of them that wait for the buyer: trying them again by itself changes nothing.
    pub held: u64,
    /// Where goods go.
    pub destination: Destination,
    /// Origin of the sandbox's own pages; `None` = the real 1688.
    pub web_origin: Option<Clean>,
    /// How far the market's clock is ahead of ours, milliseconds.
    pub clock_ahead_ms: i64,
    /// Asked to work offline, by flag or by key.
    pub offline_by_wish: bool,
}

/// How many hits a question has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Hits.
    pub total: usize,
    /// Advertisements that would be hits if they were not hidden; `None` = not asked for.
    pub ads_hidden: Option<usize>,
    /// Offers on sale in the catalog, hits or not.
    pub cached: usize,
}

/// How far the index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IndexState {
    /// Offers in it.
    pub done: usize,
    /// Offers that belong in it.
    pub of: usize,
    /// Whether there is more to do.
    pub more: bool,
}

/// How many offers the market has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketSize {
    /// Offers.
    pub offers: u64,
    /// Whether there may be more.
    pub at_least: bool,
}

/// What was asked of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderDeed {
    /// To close it unpaid, or to take back what was not sent.
    Cancel,
    /// To confirm that the goods came.
    Receive,
}

/// Where a mouse did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The left button went down on this cell.
    Pressed { x: u16, y: u16 },
    /// The wheel turned over this cell; up is towards the first row.
    Wheel { x: u16, y: u16, up: bool },
}

/// Facts.
// Each is moved through the queue once; a box for the keys would cost more than it saves.
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Clone)]
pub enum Fact {
    /// The program came up on a screen of this size.
    Started { width: u16, height: u16 },
    /// A key was pressed.
    KeyPressed(Key),
    /// Text was pasted.
    Pasted(String),
    /// The screen has another size.
    Resized { width: u16, height: u16 },
    /// The program was stopped and goes on.
    Resumed,
    /// The market, catalog and outbox were looked at.
    StatusRead(Result<Status, Trouble>),
    /// A search ended.
    Searched { generation: u64, result: Result<SearchPage, Trouble> },
    /// More rows of the same question came, from this offset on.
    MoreFound { generation: u64, offset: usize, result: Result<SearchPage, Trouble> },
    /// The hits of a question were counted.
    Counted { generation: u64, result: Result<Counts, Trouble> },
    /// The hits of a question were counted by what they share.
    Faceted { generation: u64, result: Result<Facets, Trouble> },
    /// The index was brought nearer to the rows.
    Indexed(Result<IndexState, Trouble>),
    /// Why a row stands where it does; `None` = the question no longer finds it.
    Explained { key: OfferKey, result: Result<Option<Box<Why>>, Trouble> },
    /// All categories that have offers.
    CategoriesRead(Result<Arc<Vec<CategoryCount>>, Trouble>),
    /// Something was done to the cart, or it was read.
    CartChanged { deed: CartDeed, result: Result<CartSnapshot, Trouble> },
    /// What makes the cart legal at the least cost was worked out.
    FixRead { generation: u64, result: Result<Box<Fix>, Trouble> },
    /// What could stand in a line's place was looked for.
    SubstitutesRead { generation: u64, result: Result<Arc<Substitutes>, Trouble> },
    /// A pasted list was looked at.
    EntryChecked { list: Arc<str>, result: Result<Arc<EntryReport>, Trouble> },
    /// A list went into the cart: what became of it, and the cart.
    Entered(Result<Box<(Arc<EntryReport>, CartSnapshot)>, Trouble>),
    /// Orders of the ledger were read.
    OrdersRead(Result<Vec<Order>, Trouble>),
    /// Group-buys, and when the market told of them; `None` = this market has none.
    GroupsRead(Result<Option<(Vec<GroupBuy>, Timestamp)>, Trouble>),
    /// Watched prices crossed their lines.
    WatchesRang(Vec<WatchNews>),
    /// A watch was set, with the title of its offer.
    WatchAdded(Result<Box<(Watch, Option<Clean>)>, Trouble>),
    /// A watch was ended.
    WatchEnded(Result<(), Trouble>),
    /// What an offer cost before.
    /// What is known beside the row of the offer in focus: what it cost before, and what the 严选 test says of it.
    PricesRead {
        generation: u64,
        key: OfferKey,
        result: Result<Arc<PriceHistory>, Trouble>,
        yanxuan: Option<Verdict>,
        /// The prices of it that are watched.
        watches: Vec<Watch>,
    },
    /// Saved searches, and the files that are none.
    SavedRead(Result<(Vec<SavedRow>, Vec<Clean>), Trouble>),
    /// A search was kept.
    SearchSaved {
        name: SavedName,
        result: Result<(), Trouble>,
        /// Another has its name: nothing was written.
        is_taken: bool,
    },
    /// A deleted search was brought back, or could not be.
    SearchRestored { search: Box<SavedSearch>, result: Result<(), Trouble> },
    /// A saved search was deleted; what it was.
    SearchForgotten(Result<Box<SavedSearch>, Trouble>),
    /// Something was done with the buying lists.
    ListDone { deed: ListDeed, result: Result<ListOutcome, Trouble> },
    /// A sync got so far; `pace` = offers a second, and seconds left.
    SyncProgressed { done: u64, total: Option<u64>, pace: Option<(u64, Option<u64>)> },
    /// A sync ended; how many rows were read.
    SyncEnded(Result<u64, Trouble>),
    /// The market was asked what the cart would cost.
    Proposed { generation: u64, result: Result<Box<Proposal>, Trouble> },
    /// Orders were sent, or queued.
    Submitted(Result<Sent, Trouble>),
    /// The outbox was worked through.
    Settled(Result<Vec<Order>, Trouble>),
    /// The mouse did something.
    Moused(Mouse),
    /// The terminal answered how wide it draws marks of ambiguous width: 1 or 2 cells.
    AmbiguousWidth(u8),
    /// The moment asked for with [`Effect::WakeAt`] came.
    Woke,
    /// Suppliers found.
    SuppliersRead { generation: u64, result: Result<SupplierPage, Trouble> },
    /// A supplier's sheet; `None` = not in the catalog.
    SheetRead { id: SupplierId, result: Result<Option<Box<SupplierSheet>>, Trouble> },
    /// The buyer's words on an offer or supplier were kept.
    Marked { subject: Subject, edit: MarkEdit, result: Result<(), Trouble> },
    /// Everything of the buyer's own was read.
    MarksRead(Result<Arc<Marks>, Trouble>),
    /// Flash or discount deals, and when the market told of them; `None` = this market has none.
    DealsRead { kind: DealKind, result: Result<Option<(Vec<Deal>, Timestamp)>, Trouble> },
    /// The marked offers as the catalog has them now; those it does not have are left out.
    ComparedRead { generation: u64, result: Result<Vec<Arc<Offer>>, Trouble> },
    /// An offer of the catalog; `None` = not in it.
    OfferRead { key: OfferKey, result: Result<Option<Arc<Offer>>, Trouble> },
    /// A group was joined (or left).
    GroupActed { joined: bool, result: Result<GroupBuy, Trouble> },
    /// An order was read from the market, into the ledger.
    OrderRead { id: String, result: Result<Box<Order>, Trouble> },
    /// An order was cancelled or received.
    OrderActed { id: String, deed: OrderDeed, result: Result<Order, Trouble> },
    /// An order was read again before paying.
    PayChecked { id: String, result: Result<Box<PayCheck>, Trouble> },
    /// Where to pay.
    PayLinked { id: String, result: Result<PayLink, Trouble> },
    /// Where an order's goods are.
    ShipmentsRead { id: String, result: Result<Vec<Shipment>, Trouble> },
    /// Past lines beside their offers of today, and by how many percent a price may rise without a word.
    DriftRead { ids: Vec<String>, limit: Decimal, result: Result<Box<Sheet>, Trouble> },
    /// Past orders were put into the cart.
    Reordered(Result<Reordered, Trouble>),
    /// What one hand of an offer is; `None` = not said.
    HandRead { key: OfferKey, result: Result<Option<Ratio>, Trouble> },
    /// What one hand of an offer is was kept.
    HandKept(Result<(), Trouble>),
    /// A message to a seller was kept for the next order to them.
    MessageSet { supplier: SupplierId, result: Result<(), Trouble> },
    /// Another delivery address counts now.
    AddressChosen(Result<(), Trouble>),
    /// A browser was asked to open an address; on failure the address is to be shown.
    Opened { url: String, result: Result<(), Trouble> },
    /// Text went to the clipboard (as far as a terminal tells).
    Copied { characters: usize },
    /// The sandbox's clock was set forward; its time now.
    ClockMoved(Result<Timestamp, Trouble>),
    /// What was remembered of the last session.
    SessionRead(Option<Box<Remembered>>),
    /// Something of ours broke; nothing was lost by it.
    Failed(Trouble),
    /// A file of the profile was found damaged as it was opened; what became of it.
    Mended(Trouble),
}

/// Wishes. Those with a generation live in a slot of which only the newest counts; an order never does.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Look at market, catalog and outbox.
    ReadStatus,
    /// Search the catalog; supersedes every earlier search, and every counting of one.
    Search { generation: u64, request: SearchRequest },
    /// More rows of the question that was answered last.
    SearchMore { generation: u64, request: SearchRequest },
    /// Count the hits of the question, and the advertisements it hides; supersedes every earlier counting.
    Count { generation: u64, request: SearchRequest },
    /// Count its hits by what they share; supersedes every earlier counting of that kind.
    ReadFacets { generation: u64, request: SearchRequest },
    /// Bring the index up to the rows, in the background; nothing where it is.
    BuildIndex,
    /// Tell why this offer stands where it does.
    Explain { key: OfferKey, request: SearchRequest },
    /// Read the categories that have offers.
    ReadCategories { quantity: Quantity },
    /// Do something to the cart and read it.
    Cart(CartDeed),
    /// Work out what makes the cart legal at the least cost.
    ReadFix { generation: u64 },
    /// Look for what could stand in this one's place; supersedes every earlier asking.
    ReadSubstitutes { generation: u64, present: Box<Present> },
    /// Look at a pasted list, changing nothing.
    CheckEntry(Arc<str>),
    /// Put the good rows of a list into the cart.
    Enter(Arc<str>),
    /// Read the orders.
    ReadOrders,
    /// Read the group-buys, from the market.
    ReadGroups,
    /// Fill or refresh the catalog.
    Sync,
    /// Ask the market what the cart would cost; supersedes every earlier asking.
    Propose { generation: u64 },
    /// Send exactly this.
    Submit(Box<Proposal>),
    /// Look up unknown outcomes, send what is queued.
    Settle,
    /// Say [`Fact::Woke`] at this time; supersedes an earlier wish.
    WakeAt(Timestamp),
    /// Find suppliers; supersedes every earlier asking.
    ReadSuppliers { generation: u64, ask: SupplierAsk },
    /// Read a supplier's sheet, priced at this quantity.
    ReadSheet { id: SupplierId, quantity: Quantity },
    /// Keep the buyer's words on an offer or supplier.
    Mark { subject: Subject, edit: MarkEdit },
    /// Read everything of the buyer's own: marks, what was bought before, sellers' login names.
    ReadMarks,
    /// Read flash or discount deals, from the market.
    ReadDeals(DealKind),
    /// Read the marked offers anew; supersedes every earlier asking.
    ReadCompared { generation: u64, keys: Vec<OfferKey> },
    /// Read an offer of the catalog.
    ReadOffer(OfferKey),
    /// Reserve a quantity in a group-buy.
    Join { id: GroupId, spec_id: Option<SpecId>, quantity: Quantity },
    /// Take our joins of a group-buy back.
    Leave(GroupId),
    /// Read an order from the market, into the ledger.
    ReadOrder(String),
    /// Cancel or receive an order, by its id or our number.
    Order { id: String, deed: OrderDeed },
    /// Read an order again before paying it.
    CheckPay(String),
    /// Ask where to pay an order whose total was accepted.
    Pay { id: String, accepted: Money },
    /// Ask where an order's goods are.
    ReadShipments(String),
    /// Compare the lines of past orders with their offers of today.
    ReadDrift(Vec<String>),
    /// Put the chosen lines of past orders into the cart.
    Reorder(Box<Reordering>),
    /// Read what one hand of an offer is.
    ReadHand(OfferKey),
    /// Keep what one hand of an offer is.
    KeepHand { key: OfferKey, ratio: Ratio },
    /// Keep a message to a seller for the next order to them.
    SetMessage { supplier: SupplierId, words: Option<Clean> },
    /// Send goods to this address from now on.
    UseAddress(String),
    /// Open an address in the browser.
    Open(String),
    /// Read what an offer cost before; supersedes every earlier asking.
    ReadPrices { generation: u64, offer: Arc<Offer> },
    /// Be told when an offer costs less than this.
    AddWatch { key: OfferKey, quantity: Quantity, below: Money },
    /// Be told no more of an offer's price at a quantity.
    EndWatch { key: OfferKey, quantity: Quantity },
    /// Read the saved searches.
    ReadSaved,
    /// Keep a search.
    SaveSearch {
        search: Box<SavedSearch>,
        /// Also in the place of another of its name.
        replace: bool,
    },
    /// Delete a saved search.
    ForgetSearch(SavedName),
    /// Bring one back that was deleted.
    RestoreSearch(Box<SavedSearch>),
    /// Do something with the buying lists.
    List(ListDeed),
    /// Put text on the clipboard.
    Copy(String),
    /// Set the sandbox's clock forward by so many hours.
    MoveClock { hours: u32 },
    /// Work offline, or no longer.
    SetOffline(bool),
    /// Read what was remembered of the last session.
    ReadSession,
    /// Remember this.
    SaveSession(Box<Remembered>),
    /// Stop like any other job of the shell.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// Marks of ambiguous width take one cell on this terminal: less is told to be sure of it.
    TrustNarrow,
    /// End.
    Quit,
}
