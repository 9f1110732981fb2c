//! What can stop a workflow, with words on what to do next.

use crate::catalog::CatalogError;
use crate::domain::id::{GroupId, LineId, OfferKey, SupplierId};
use crate::domain::text::Clean;
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
    /// An action's outcome is not known.
    #[error("no clean answer: {0}")]
    Unknown(Clean),
    /// A worker died.
    #[error("internal error: a worker stopped: {0}")]
    Worker(String),
}

impl DeskError {
    /// A stable word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            DeskError::Ledger(_) => "ledger",
            DeskError::Catalog(_) => "catalog",
            DeskError::Market(error) => market_code(error),
            DeskError::Offline => "offline",
            DeskError::NoOffer(_)
            | DeskError::NoSupplier(_)
            | DeskError::NoLine(_)
            | DeskError::NoOrder(_)
            | DeskError::NoGroup(_)
            | DeskError::NoAddress(_) => "not_found",
            DeskError::NeedsSpec(_) => "needs_spec",
            DeskError::Lease { .. } => "lease",
            DeskError::Unknown(_) => "unknown_outcome",
            DeskError::Worker(_) => "internal",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> String {
        match self {
            DeskError::Ledger(error) => error.hint().to_owned(),
            DeskError::Catalog(_) => {
                "the catalog is a cache: `pifa catalog clear`, then `pifa sync`".to_owned()
            }
            DeskError::Market(error) => market_hint(error).to_owned(),
            DeskError::Offline => "drop --offline, or set --market and its keys".to_owned(),
            DeskError::NoOffer(_) => {
                "search for it with `pifa search`, or refresh with `pifa sync`".to_owned()
            }
            DeskError::NoSupplier(_) => "`pifa suppliers` lists them with their ids".to_owned(),
            DeskError::NoLine(_) => "`pifa cart list` shows the lines and their ids".to_owned(),
            DeskError::NoOrder(_) => {
                "`pifa order list` shows what is known; `pifa sync` asks the market".to_owned()
            }
            DeskError::NoGroup(_) => "`pifa group list` shows the open ones".to_owned(),
            DeskError::NoAddress(_) => "`pifa address list` shows them; `pifa sync` refreshes".to_owned(),
            DeskError::NeedsSpec(key) => format!("`pifa show {key}` lists its SKUs"),
            DeskError::Lease { .. } => {
                "check the permissions of the data folder; nothing was sent".to_owned()
            }
            DeskError::Unknown(_) => {
                "run the command again: it is looked up, never sent twice blindly".to_owned()
            }
            DeskError::Worker(_) => "run it again; what was confirmed is in the ledger".to_owned(),
        }
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
    }
}

fn market_hint(error: &MarketError) -> &'static str {
    match error {
        MarketError::Unreachable(_) => {
            "check the network and --market; searching, the cart and queued orders work offline"
        }
        MarketError::Broken(_) => "try again; an order whose answer was lost is looked up, not sent twice",
        MarketError::SignatureRefused(_) => {
            "check PIFA_APP_KEY and PIFA_APP_SECRET: they belong to this market"
        }
        MarketError::Unauthorized(_) => "set PIFA_ACCESS_TOKEN to a valid token of your account",
        MarketError::Unsupported => "this market has no such call; other features go on without it",
        MarketError::Denied(_) => "order the solution that contains this call in the open platform's console",
        MarketError::Throttled { .. } => "wait a minute and try again",
        MarketError::Refused(_) => "nothing was ordered; mend what the market names and try again",
        MarketError::BadAnswer(_) => "nothing was taken over from that answer; try again, or check --market",
    }
}
