//! What can stop a workflow, with words on what to do next.

use super::pack::PackError;
use super::saved::SavedError;
use crate::catalog::CatalogError;
use crate::catalog::history::HistoryError;
use crate::domain::id::{GroupId, LineId, OfferKey, OrderId, SupplierId};
use crate::domain::kept_trouble::KeptTrouble;
use crate::domain::money::Money;
use crate::domain::saved::SavedName;
use crate::domain::text::Clean;
use crate::domain::trouble::Trouble;
use crate::domain::written::FileTrouble;
use crate::ledger::LedgerError;
use crate::market::MarketError;

/// Why a workflow stopped.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The precious store failed.
    #[error("{0}")]
    Ledger(#[from] LedgerError),
    /// The cache failed.
    #[error("{0}")]
    Catalog(#[from] CatalogError),
    /// The market failed or refused.
    #[error("{0}")]
    Market(#[from] MarketError),
    /// Orders of this market leave as sheets.
    #[error("orders by hand leave as sheets")]
    ByHand,
    /// There is no connection.
    #[error("offline: this needs the market")]
    Offline,
    /// Not in the catalog.
    #[error("offer {0} is not in the catalog")]
    NoOffer(OfferKey),
    /// Not in the catalog.
    #[error("supplier {0} is not in the catalog")]
    NoSupplier(SupplierId),
    /// Not in the cart.
    #[error("line {0} is not in the cart")]
    NoLine(LineId),
    /// The cart is no longer the one a plan was made for.
    #[error("the cart changed since")]
    CartMoved,
    /// Neither an order id nor one of our numbers.
    #[error("no order {0} here")]
    NoOrder(Clean),
    /// The market does not know the group.
    #[error("no group-buy {0} at this market")]
    NoGroup(GroupId),
    /// Not among the account's addresses.
    #[error("no address {0} in the account")]
    NoAddress(String),
    /// An offer with SKUs needs one named.
    #[error("offer {0} has several SKUs: name one as OFFER:SPEC")]
    NeedsSpec(OfferKey),
    /// The sender's lease file cannot be used.
    #[error("cannot take the sender's lease {path}: {source}")]
    Lease {
        /// The lock file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A list of badges cannot be read or kept.
    #[error("the list of badges {path} cannot be used: {source}")]
    Badges {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// An action's outcome is not known.
    #[error("no clean answer: {0}")]
    Unknown(Clean),
    /// The total of an order is another than the one the buyer accepted.
    #[error("the total of order {order} changed from {old} to {new}")]
    Repriced {
        /// The order.
        order: OrderId,
        /// What was accepted, yuan.
        old: Money,
        /// What it is now, yuan.
        new: Money,
    },
    /// There is no total to pay yet.
    #[error("the seller has not set the freight of order {0} yet")]
    FreightOpen(OrderId),
    /// It is paid, closed, or something else altogether.
    #[error("order {order} does not wait for payment: {state}")]
    NotToPay {
        /// The order.
        order: OrderId,
        /// Where it stands, as in JSON.
        state: Clean,
    },
    /// The price history failed.
    #[error("{0}")]
    History(#[from] HistoryError),
    /// A saved search cannot be read or kept.
    #[error("{0}")]
    Saved(#[from] SavedError),
    /// A pack cannot be written or used.
    #[error("{0}")]
    Pack(#[from] PackError),
    /// No watch has this number.
    #[error("no watch has the number {0}")]
    NoWatch(i64),
    /// A list, plan or history cannot be read.
    #[error("{0}")]
    File(#[from] FileTrouble),
    /// No list has this name.
    #[error("no list is called {name}")]
    NoList {
        /// As asked for.
        name: Clean,
        /// What was probably meant.
        near: Option<Clean>,
    },
    /// Another list has this name.
    #[error("a list is called {} already", .0.as_str())]
    ListTaken(SavedName),
    /// A worker died.
    #[error("internal error: a worker stopped: {0}")]
    Worker(String),
}

impl DeskError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            DeskError::Ledger(_) => "ledger",

            DeskError::Market(error) => market_code(error),
            DeskError::Offline => "offline",
            DeskError::ByHand => "by_hand",
            DeskError::NoOffer(_)
            | DeskError::NoSupplier(_)
            | DeskError::NoLine(_)
            | DeskError::NoOrder(_)
            | DeskError::NoGroup(_)
            | DeskError::NoAddress(_) => "not_found",
            DeskError::CartMoved => "cart_changed",
            DeskError::NeedsSpec(_) => "needs_spec",
            DeskError::Lease { .. } => "lease",
            DeskError::Badges { .. } => "badges",
            DeskError::Unknown(_) => "unknown_outcome",
            DeskError::Repriced { .. } => "repriced",
            DeskError::FreightOpen(_) => "freight_open",
            DeskError::NotToPay { .. } => "not_to_pay",
            DeskError::History(_) | DeskError::Catalog(CatalogError::History(_)) => "history",
            DeskError::Saved(SavedError::Unknown { .. }) | DeskError::NoWatch(_) => "not_found",
            DeskError::Saved(_) => "saved_search",
            DeskError::Pack(PackError::Foreign { .. }) => "other_market",
            DeskError::Pack(_) => "pack",
            DeskError::Catalog(_) => "catalog",
            DeskError::File(_) => "file",
            DeskError::NoList { .. } => "not_found",
            DeskError::ListTaken(_) => "taken",
            DeskError::Worker(_) => "internal",
        }
    }

    /// What went wrong as values, for whoever says it in the buyer's language.
    pub fn describe(&self) -> Trouble {
        let words = |text: &str| Clean::capped(text, 300);
        match self {
            DeskError::Ledger(error) => ledger_trouble(error),
            DeskError::History(error) | DeskError::Catalog(CatalogError::History(error)) => {
                Trouble::Kept(history_trouble(error))
            }
            DeskError::Saved(error) => Trouble::Kept(saved_trouble(error)),
            DeskError::Pack(error) => Trouble::Kept(pack_trouble(error)),
            DeskError::File(trouble) => {
                Trouble::Kept(KeptTrouble::File { at: trouble.at.clone(), what: trouble.what.clone() })
            }
            DeskError::NoList { name, near } => {
                Trouble::Kept(KeptTrouble::NoList { name: name.clone(), near: near.clone() })
            }
            DeskError::ListTaken(name) => Trouble::Kept(KeptTrouble::ListTaken(words(name.as_str()))),
            DeskError::NoWatch(id) => Trouble::Kept(KeptTrouble::NoWatch(*id)),
            DeskError::Catalog(error) => Trouble::Catalog(words(&error.to_string())),
            DeskError::Market(error) => market_trouble(error),
            DeskError::Offline => Trouble::Offline,
            DeskError::ByHand => Trouble::ByHand,
            DeskError::NoOffer(key) => Trouble::NoOffer(key.clone()),
            DeskError::NoLine(line) => Trouble::NoLine(*line),
            DeskError::CartMoved => Trouble::CartMoved,
            DeskError::NoOrder(id) => Trouble::NoOrder(id.clone()),
            DeskError::NoGroup(id) => Trouble::NoGroup(id.clone()),
            DeskError::NoAddress(id) => Trouble::NoAddress(Some(words(id)).filter(|_| id != NO_ADDRESS)),
            DeskError::NeedsSpec(key) => Trouble::NeedsSpec(key.clone()),
            DeskError::Lease { path, source } => {
                Trouble::Lease { path: words(path), what: words(&source.to_string()) }
            }
            DeskError::Badges { path, source } => {
                Trouble::Badges { path: words(path), what: words(&source.to_string()) }
            }
            DeskError::Unknown(what) => Trouble::Unknown(what.clone()),
            DeskError::Repriced { order, old, new } => {
                Trouble::Repriced { order: order.clone(), old: *old, new: *new }
            }
            DeskError::FreightOpen(order) => Trouble::FreightOpen(order.clone()),
            DeskError::NotToPay { order, state } => {
                Trouble::NotToPay { order: order.clone(), state: state.clone() }
            }
            DeskError::NoSupplier(id) => Trouble::NoSupplier(id.clone()),
            DeskError::Worker(what) => Trouble::Internal(words(what)),
        }
    }

    /// Whether the catalog's file was found damaged: opened again, it is set aside and an empty one begun.
    pub fn is_damaged_catalog(&self) -> bool {
        matches!(self, DeskError::Catalog(CatalogError::Damaged { .. }))
    }

    /// Whether the market could not be reached or gave no clean answer.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, DeskError::Offline | DeskError::Unknown(_))
            || matches!(self, DeskError::Market(error) if error.is_passing())
    }
}

fn market_code(error: &MarketError) -> &'static str {
    match error {
        MarketError::Unreachable(_) => "unreachable",
        MarketError::Broken(_) => "no_clean_answer",
        MarketError::SignatureRefused(_) => "signature_refused",
        MarketError::Unauthorized(_) => "unauthorized",
        MarketError::Unsupported => "not_offered",
        MarketError::Denied(_) => "not_granted",
        MarketError::Throttled { .. } => "throttled",
        MarketError::Refused(_) => "refused",
        MarketError::BadAnswer(_) => "bad_answer",
        MarketError::ForeignLink(_) => "foreign_link",
    }
}

/// Stands for an address where the account has none.
pub(super) const NO_ADDRESS: &str = "(none)";

fn ledger_trouble(error: &LedgerError) -> Trouble {
    let words = |text: &str| Clean::capped(text, 300);
    match error {
        LedgerError::Sqlite { path, source } => {
            Trouble::LedgerUnusable { path: words(path), what: words(&source.to_string()) }
        }
        LedgerError::Io { path, source } => {
            Trouble::LedgerUnusable { path: words(path), what: words(&source.to_string()) }
        }
        LedgerError::Newer { path, found } => Trouble::LedgerNewer { path: words(path), found: *found },
        LedgerError::InUse { path } => Trouble::LedgerInUse { path: words(path) },
        LedgerError::Damaged { path, what } => {
            Trouble::LedgerDamaged { path: words(path), what: words(what) }
        }
    }
}

fn history_trouble(error: &HistoryError) -> KeptTrouble {
    let words = |text: &str| Clean::capped(text, 300);
    match error {
        HistoryError::Sqlite { path, source } => {
            KeptTrouble::HistoryUnusable { path: words(path), what: words(&source.to_string()) }
        }
        HistoryError::Damaged { path, what } => {
            KeptTrouble::HistoryUnusable { path: words(path), what: words(what) }
        }
        HistoryError::Newer { path, found } => KeptTrouble::HistoryNewer { path: words(path), found: *found },
    }
}

fn saved_trouble(error: &SavedError) -> KeptTrouble {
    let words = |text: &str| Clean::capped(text, 300);
    match error {
        SavedError::File { path, line, message } => {
            let line = if *line == 0 { String::new() } else { format!(":{line}") };
            let at = words(&format!("{}{line}", path.display()));
            KeptTrouble::SavedFile { at, what: words(message) }
        }
        SavedError::Unknown { name, near } => {
            KeptTrouble::NoSaved { name: name.clone(), near: near.as_ref().map(|near| words(near.as_str())) }
        }
        SavedError::Name(bad) => KeptTrouble::SavedName(words(&bad.to_string())),
        SavedError::Query(mistake) => KeptTrouble::SavedQuery(words(mistake)),
        SavedError::Taken(name) => KeptTrouble::SavedTaken(words(name.as_str())),
        SavedError::Zone(name) => KeptTrouble::SavedZone(words(name.as_str())),
    }
}

fn pack_trouble(error: &PackError) -> KeptTrouble {
    let words = |text: &str| Clean::capped(text, 300);
    match error {
        PackError::Bad { file, what } => KeptTrouble::BadPack { file: words(file), what: words(what) },
        PackError::Foreign { file, market, never } => {
            KeptTrouble::ForeignPack { file: words(file), market: words(market.as_str()), never: *never }
        }
        PackError::Target { file, what } => KeptTrouble::PackTarget { file: words(file), what: words(what) },
        PackError::Empty => KeptTrouble::EmptyPack,
    }
}

fn market_trouble(error: &MarketError) -> Trouble {
    match error {
        MarketError::Unreachable(what) => Trouble::Unreachable(what.clone()),
        MarketError::Broken(what) => Trouble::Broken(what.clone()),
        MarketError::SignatureRefused(what) => Trouble::SignatureRefused(what.clone()),
        MarketError::Unauthorized(what) => Trouble::Unauthorized(what.clone()),
        MarketError::Unsupported => Trouble::NotOffered,
        MarketError::Denied(what) => Trouble::Denied(what.clone()),
        MarketError::Throttled { .. } => Trouble::Throttled,
        MarketError::Refused(refusal) => {
            Trouble::Refused { code: refusal.code.clone(), words: refusal.message.clone() }
        }
        MarketError::BadAnswer(what) => Trouble::BadAnswer(what.clone()),
        MarketError::ForeignLink(host) => Trouble::ForeignLink(host.clone()),
    }
}
