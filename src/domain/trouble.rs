//! What can go wrong, in values instead of sentences: whoever talks to the buyer says it in their language.
//!
//! Words of others (the market, the system) stay as they came, quoted; money and ids are exact.

use crate::domain::id::{GroupId, LineId, OfferKey, OrderId, SupplierId};
use crate::domain::kept_trouble::KeptTrouble;
use crate::domain::money::Money;
use crate::domain::text::Clean;

/// Why something did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The precious store cannot be read or written: its file, and the system's words.
    LedgerUnusable {
        /// The file.
        path: Clean,
        /// What the system said.
        what: Clean,
    },
    /// The precious store was written by a newer program.
    LedgerNewer {
        /// The file.
        path: Clean,
        /// Its schema.
        found: i64,
    },
    /// An older pifa has the ledger open, which has to be brought up to date.
    LedgerInUse {
        /// Where it lies.
        path: Clean,
    },
    /// A row of the precious store does not read back.
    LedgerDamaged {
        /// The file.
        path: Clean,
        /// What is wrong.
        what: Clean,
    },
    /// The cache cannot be used.
    Catalog(Clean),
    /// No connection was made: nothing was sent.
    Unreachable(Clean),
    /// No clean answer; the market may have acted.
    Broken(Clean),
    /// Key or secret is wrong; the market's words.
    SignatureRefused(Clean),
    /// A new authorisation is wanted; the market's words.
    Unauthorized(Clean),
    /// This market has no such call.
    NotOffered,
    /// The app was not granted the call; the market's words.
    Denied(Clean),
    /// Too fast.
    Throttled,
    /// A business refusal: code and words of the market.
    Refused {
        /// For example `500_005`.
        code: Clean,
        /// Its words.
        words: Clean,
    },
    /// An answer that cannot be read.
    BadAnswer(Clean),
    /// A payment link to a host that is no cashier.
    ForeignLink(Clean),
    /// Orders of this market leave as sheets, written by the command line.
    ByHand,
    /// There is no connection, or it is switched off.
    Offline,
    /// Not in the catalog.
    NoOffer(OfferKey),
    /// Not in the cart.
    NoLine(LineId),
    /// The cart is no longer the one a plan was made for.
    CartMoved,
    /// Neither in the catalog nor in the ledger.
    NoSupplier(SupplierId),
    /// Not an order known here.
    NoOrder(Clean),
    /// Not a group-buy of this market.
    NoGroup(GroupId),
    /// Not an address of the account; `None` = it has none at all.
    NoAddress(Option<Clean>),
    /// An offer with SKUs needs one named.
    NeedsSpec(OfferKey),
    /// The sender's lease cannot be taken.
    Lease {
        /// The lock file.
        path: Clean,
        /// What the system said.
        what: Clean,
    },
    /// A list of badges cannot be read or kept.
    Badges {
        /// The file.
        path: Clean,
        /// What the system said.
        what: Clean,
    },
    /// An action's outcome is not known.
    Unknown(Clean),
    /// The total of an order is another than the accepted one.
    Repriced {
        /// The order.
        order: OrderId,
        /// What was accepted, yuan.
        old: Money,
        /// What it is now, yuan.
        new: Money,
    },
    /// The seller has not set the freight yet.
    FreightOpen(OrderId),
    /// The order does not wait for money.
    NotToPay {
        /// The order.
        order: OrderId,
        /// Where it stands, as in JSON.
        state: Clean,
    },
    /// A file the buyer keeps.
    Kept(KeptTrouble),
    /// Something of ours broke.
    Internal(Clean),
}
