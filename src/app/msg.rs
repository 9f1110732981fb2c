//! Messages are facts, in the past tense, with the time they became true; effects are wishes.

use jiff::Timestamp;

use crate::config::keymap::Key;
use crate::domain::cart::{Assessment, Violation};
use crate::domain::freight::Destination;
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::order::Order;
pub use crate::domain::proposal::Proposal;
use crate::domain::quantity::Quantity;
use crate::domain::search::{SearchPage, SearchRequest};
use crate::domain::text::Clean;

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
    /// Take a line out.
    Remove(LineId),
    /// Take all lines out.
    Clear,
    /// Take the last step back.
    Undo,
    /// Do it again.
    Redo,
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
    /// Actions of the outbox that have not left yet, or whose outcome is unknown.
    pub unsent: u64,
    /// Where goods go.
    pub destination: Destination,
}

/// Facts.
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
    /// Something was done to the cart, or it was read.
    CartChanged { deed: CartDeed, result: Result<CartSnapshot, Trouble> },
    /// Orders of the ledger were read.
    OrdersRead(Result<Vec<Order>, Trouble>),
    /// Group-buys, and when the market told of them; `None` = this market has none.
    GroupsRead(Result<Option<(Vec<GroupBuy>, Timestamp)>, Trouble>),
    /// A sync got this far.
    SyncProgressed { done: u64, total: Option<u64> },
    /// A sync ended; how many rows were read.
    SyncEnded(Result<u64, Trouble>),
    /// The market was asked what the cart would cost.
    Proposed { generation: u64, result: Result<Box<Proposal>, Trouble> },
    /// Orders were sent, or queued.
    Submitted(Result<Sent, Trouble>),
    /// The outbox was worked through.
    Settled(Result<Vec<Order>, Trouble>),
    /// Something of ours broke; nothing was lost by it.
    Failed(Trouble),
}

/// Wishes. Those with a generation live in a slot of which only the newest counts; an order never does.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Look at market, catalog and outbox.
    ReadStatus,
    /// Search the catalog; supersedes every earlier search.
    Search { generation: u64, request: SearchRequest },
    /// Do something to the cart and read it.
    Cart(CartDeed),
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
    /// Stop like any other job of the shell.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End.
    Quit,
}
