//! What can go wrong between us and a marketplace, sorted by what it means for the buyer.

use std::time::Duration;

use crate::domain::text::Clean;
use crate::market::Refusal;

/// Why a call gave no answer we can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketError {
    /// No connection was made (DNS, refused, TLS): nothing was sent.
    #[error("cannot reach the market: {0}")]
    Unreachable(Clean),
    /// A deadline passed, or the connection broke: the market may have acted.
    #[error("no clean answer from the market: {0}")]
    Broken(Clean),
    /// gw.SignatureInvalid, gw.SignatureMissing, gw.AppKeyMissing: key or secret is wrong.
    #[error("the market refused our key or signature: {0}")]
    SignatureRefused(Clean),
    /// "401": the access token is missing, expired or revoked.
    #[error("the market wants a new authorisation: {0}")]
    Unauthorized(Clean),
    /// gw.APIUnsupported: this market has no such call.
    #[error("not offered by this marketplace")]
    Unsupported,
    /// gw.APIACLDecline: the call exists, but this app was not granted it.
    #[error("this app was not granted the call: {0}")]
    Denied(Clean),
    /// gw.QosAppFrequencyLimit or HTTP 429: too fast.
    #[error("the market asks us to slow down")]
    Throttled {
        /// How long it asked us to wait, where it said.
        retry_after: Option<Duration>,
    },
    /// A business refusal with a code.
    #[error("refused by the market: {} {}", .0.code, .0.message)]
    Refused(Refusal),
    /// A link to pay at that leads somewhere else than to the platform's cashier; its host.
    #[error("the market's payment link leads to {0}, which is no cashier we know: it is not opened")]
    ForeignLink(Clean),
    /// An answer that is not what the protocol says: truncated, too large, not JSON, nonsense in a field.
    #[error("the market's answer cannot be read: {0}")]
    BadAnswer(Clean),
}

impl MarketError {
    /// Whether trying the same read again later can help.
    pub const fn is_passing(&self) -> bool {
        matches!(self, MarketError::Unreachable(_) | MarketError::Broken(_) | MarketError::Throttled { .. })
    }
}

/// Why a create gave no order we know of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// Nothing left this machine: it may be sent again.
    #[error("not sent: {0}")]
    NotSent(Clean),
    /// The market refused in a clean answer: nothing was ordered.
    #[error("refused by the market: {} {}", .0.code, .0.message)]
    Refused(Refusal),
    /// It judged the call before doing anything (signature, token, permission, throttle): nothing was
    /// ordered, and it may be sent again once that is mended.
    #[error("{0}")]
    Judged(MarketError),
    /// Anything else: an order may exist. Look it up; never send again blindly.
    #[error("outcome unknown: {0}")]
    Unknown(Clean),
}
