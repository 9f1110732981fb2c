//! The 1688 Open Platform adapter: [`Gateway`] is a [`Marketplace`] behind a socket.
//!
//! | file | job |
//! |---|---|
//! | `options` | origin, secrets, patience; checked before the first request |
//! | `pay` | which links may be opened to pay |
//! | `transport` | sign, post, wait, cap; what may have happened afterwards |
//! | `inflate` | bodies under a cap, packed or not |
//! | [`envelope`] | who says no, and where the payload is |
//! | [`bodies`] | what answers look like and mean |
//! | `requests` | what is asked, as form fields |
//!
//! This file only joins them: one method of the port, one call (or two).

pub mod bodies;
pub mod envelope;
mod inflate;
mod options;
mod pay;
mod requests;
mod transport;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

pub use options::{Credentials, GatewayOptions, OriginError};

use self::bodies::freight::Asked;
use self::transport::{Failure, Reply, Transport};
use crate::domain::deal::{Deal, DealKind};
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::{GroupId, OrderId, SupplierId};
use crate::domain::offer::Offer;
use crate::domain::order::{Address, PayLink, Shipment};
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;
use crate::market::{
    Capabilities, Category, Changes, CreateError, CreateRequest, Created, FrozenBody, JoinRequest, Joined,
    KeywordQuery, MarketError, MarketOrder, Marketplace, OrderQuery, Page, PreviewRequest, Quote,
};

/// Pages of groups read at most: a market that never ends its list must not keep us reading.
const MOST_GROUP_PAGES: u32 = 50;

/// A marketplace that speaks the 1688 Open Platform's protocol.
pub struct Gateway {
    transport: Transport,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

impl Gateway {
    /// Checks the origin; sends nothing.
    pub fn new(credentials: Credentials, options: GatewayOptions) -> Result<Gateway, OriginError> {
        Ok(Gateway { transport: Transport::new(credentials, options)? })
    }

    /// The market's origin where it is a sandbox on this machine, whose pages a browser may open; `None` elsewhere.
    pub fn web_origin(&self) -> Option<&str> {
        let origin = self.transport.origin();
        origin.loopback.then_some(origin.base.as_str())
    }

    /// Stays offline, or not any longer: nothing is sent until then, and what waits to be asked again is given up. What
    /// is on its way already is not called back.
    pub fn set_off(&self, off: bool) {
        self.transport.set_off(off);
    }

    /// Whether it is to stay offline.
    pub fn is_off(&self) -> bool {
        self.transport.is_off()
    }

    /// How long is waited before what the market turned away is asked again for the first time.
    pub fn first_wait(&self) -> Duration {
        self.transport.first_wait()
    }

    /// Makes a sandbox's world move: so many offers (`("count", "200")`) or so many of a hundred (`("percent", "1")`)
    /// change. Answers the ids as the sandbox says them. Sent once: moved twice is moved further.
    pub async fn churn(
        &self,
        how_much: (&str, &str),
        seed: Option<u64>,
    ) -> Result<serde_json::Value, MarketError> {
        bodies::extension::document(&self.transport.act(&requests::churn(how_much, seed)).await?)
    }

    async fn group_pages(&self, mine: bool) -> Result<Vec<GroupBuy>, MarketError> {
        let mut groups = Vec::new();
        let mut seen = 0;
        for page in 1..=MOST_GROUP_PAGES {
            let body = self.transport.read(&requests::groups(page, mine)).await?;
            let (found, entries) = bodies::group::groups(&body)?;
            seen += entries as u64;
            groups.extend(found.items);
            if entries == 0 || seen >= found.total {
                break;
            }
        }
        Ok(groups)
    }
}

impl Marketplace for Gateway {
    async fn capabilities(&self) -> Result<Capabilities, MarketError> {
        match self.transport.read(&requests::capabilities()).await {
            Ok(body) => bodies::extension::capabilities(&body),
            // A real gateway may look at token and grant before it notices that it has no such call.
            Err(MarketError::Unsupported | MarketError::Denied(_) | MarketError::Unauthorized(_)) => {
                Ok(Capabilities::default())
            }
            Err(error) => Err(error),
        }
    }

    async fn server_time(&self) -> Result<Timestamp, MarketError> {
        bodies::account::server_time(&self.transport.read(&requests::server_time()).await?)
    }

    async fn categories(&self, parent: i64) -> Result<Vec<Category>, MarketError> {
        bodies::rows::categories(&self.transport.read(&requests::categories(parent)).await?, parent)
    }

    async fn search(&self, query: &KeywordQuery) -> Result<Page<Offer>, MarketError> {
        let body = self.transport.read(&requests::search(query, self.transport.language())).await?;
        bodies::rows::rows(&body, None, Timestamp::now())
    }

    async fn shop(
        &self,
        supplier: &SupplierId,
        page: u32,
        page_size: u32,
    ) -> Result<Page<Offer>, MarketError> {
        let call = requests::shop(supplier, page, page_size, self.transport.language());
        bodies::rows::rows(&self.transport.read(&call).await?, Some(supplier), Timestamp::now())
    }

    async fn offer(&self, offer_id: i64) -> Result<Option<Offer>, MarketError> {
        let body = self.transport.read(&requests::detail(offer_id, self.transport.language())).await?;
        let offer = bodies::detail::offer(&body, Timestamp::now())?;
        match offer {
            Some(offer) if offer.key.market_id() != Some(offer_id) => {
                Err(envelope::unreadable("another offer than the one asked for"))
            }
            offer => Ok(offer),
        }
    }

    async fn with_freight(&self, offer: Offer, district: &str) -> Result<Offer, MarketError> {
        let Some((call, quantity)) = requests::freight(&offer, district) else { return Ok(offer) };
        let body = self.transport.read(&call).await?;
        let asked = Asked { district, quantity, weight_kg: offer.weight_kg, volume_m3: offer.volume_m3 };
        let told = bodies::freight::estimate(&body, &asked)?;
        Ok(Offer {
            freight: told.terms,
            weight_kg: offer.weight_kg.or(told.weight_kg),
            volume_m3: offer.volume_m3.or(told.volume_m3),
            ..offer
        })
    }

    async fn preview(&self, request: &PreviewRequest) -> Result<Quote, MarketError> {
        bodies::preview::preview(&self.transport.read(&requests::preview(request)).await?)
    }

    fn freeze(&self, request: &CreateRequest) -> FrozenBody {
        requests::freeze(request)
    }

    async fn create(&self, body: &FrozenBody) -> Result<Created, CreateError> {
        let call = requests::create(body)
            .ok_or_else(|| CreateError::NotSent(Clean::new("the stored request cannot be read")))?;
        match self.transport.send_once(&call).await {
            Ok(reply) => judge_create(&reply),
            Err(Failure::NotSent(why)) => Err(CreateError::NotSent(why)),
            Err(Failure::Deadline(why) | Failure::Broken(why) | Failure::Unusable(why)) => {
                Err(CreateError::Unknown(why))
            }
        }
    }

    async fn orders(&self, query: &OrderQuery) -> Result<Page<MarketOrder>, MarketError> {
        bodies::order::orders(&self.transport.read(&requests::orders(query)).await?)
    }

    async fn order(&self, id: &OrderId) -> Result<Option<MarketOrder>, MarketError> {
        bodies::order::order(&self.transport.read(&requests::order(id)).await?)
    }

    async fn cancel(&self, id: &OrderId) -> Result<(), MarketError> {
        bodies::order::done(&self.transport.act(&requests::cancel(id)).await?)
    }

    async fn addresses(&self) -> Result<Vec<Address>, MarketError> {
        bodies::account::addresses(&self.transport.read(&requests::addresses()).await?)
    }

    async fn suppliers(
        &self,
        keyword: &str,
        page: u32,
        page_size: u32,
    ) -> Result<Page<Supplier>, MarketError> {
        let call = requests::suppliers(keyword, page, page_size);
        bodies::extension::suppliers(&self.transport.read(&call).await?)
    }

    async fn changes(&self, cursor: &str, limit: u32) -> Result<Changes, MarketError> {
        let body = self.transport.read(&requests::changes(cursor, limit)).await?;
        bodies::extension::changes(&body, Timestamp::now())
    }

    async fn groups(&self) -> Result<Vec<GroupBuy>, MarketError> {
        let mut groups = self.group_pages(false).await?;
        // Those we joined, closed ones too.
        for mine in self.group_pages(true).await? {
            match groups.iter_mut().find(|group| group.id == mine.id) {
                Some(known) => *known = mine,
                None => groups.push(mine),
            }
        }
        Ok(groups)
    }

    async fn group(&self, id: &GroupId) -> Result<Option<GroupBuy>, MarketError> {
        bodies::group::group(&self.transport.read(&requests::group(id)).await?)
    }

    async fn join(&self, request: &JoinRequest) -> Result<Joined, MarketError> {
        bodies::group::joined(&self.transport.act(&requests::join(request)).await?)
    }

    async fn leave(&self, id: &GroupId) -> Result<GroupBuy, MarketError> {
        bodies::group::left(&self.transport.act(&requests::leave(id)).await?)?;
        // Leaving twice is leaving once, so a failure from here on may be repeated as a whole.
        self.group(id).await?.ok_or_else(|| envelope::unreadable("the group is gone after leaving it"))
    }

    async fn pay_link(&self, ids: &[OrderId]) -> Result<PayLink, MarketError> {
        let call = requests::pay_link(ids)
            .ok_or_else(|| envelope::unreadable("an order whose id is no number cannot be paid"))?;
        // The link that is asked for spends nothing: asking again is harmless.
        let told = bodies::pay::link(&self.transport.read(&call).await?)?;
        let url = pay::checked(&told.url, self.transport.origin()).map_err(MarketError::ForeignLink)?;
        let (failed, others): (Vec<_>, Vec<_>) =
            told.failed.into_iter().partition(|(id, _)| ids.contains(id));
        if !others.is_empty() {
            return Err(envelope::unreadable("a payment link for other orders than those asked about"));
        }
        let paid = |id: &&OrderId| !failed.iter().any(|(out, _)| out == *id);
        let orders: Vec<OrderId> = ids.iter().filter(paid).cloned().collect();
        match (orders.is_empty(), failed.first()) {
            // A link that pays for none of them is none.
            (true, Some((_, why))) => Err(MarketError::Refused(envelope::refusal("", why.as_str()))),
            _ => Ok(PayLink { url, orders, failed }),
        }
    }

    async fn receive(&self, id: &OrderId) -> Result<(), MarketError> {
        bodies::order::done(&self.transport.act(&requests::receive(id)).await?)
    }

    async fn shipments(&self, id: &OrderId) -> Result<Vec<Shipment>, MarketError> {
        let infos = match self.transport.read(&requests::logistics_infos(id)).await {
            Ok(body) => bodies::logistics::infos(&body)?,
            // Some apps are not given the call; the order itself still tells a little (GATEWAY.md 1.3).
            Err(MarketError::Unsupported | MarketError::Denied(_)) => {
                let body = self.transport.read(&requests::order_with_logistics(id)).await?;
                bodies::logistics::native(&body)?
            }
            Err(error) => return Err(error),
        };
        if infos.is_empty() {
            return Ok(infos);
        }
        let traces = match self.transport.read(&requests::logistics_trace(id)).await {
            Ok(body) => bodies::logistics::traces(&body)?,
            Err(MarketError::Unsupported | MarketError::Denied(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(bodies::logistics::merged(infos, traces))
    }

    async fn deals(&self, kind: DealKind) -> Result<Vec<Deal>, MarketError> {
        bodies::deal::deals(&self.transport.read(&requests::deals(kind)).await?, kind)
    }

    async fn best(&self, limit: u32) -> Result<Changes, MarketError> {
        bodies::extension::best(&self.transport.read(&requests::best(limit)).await?, Timestamp::now())
    }

    async fn move_clock(&self, by: Duration) -> Result<Timestamp, MarketError> {
        // Once: moved twice is moved further.
        bodies::deal::clock(&self.transport.act(&requests::move_clock(by)).await?)
    }

    async fn sandbox_pay(&self, id: &OrderId) -> Result<(), MarketError> {
        bodies::order::done(&self.transport.act(&requests::sandbox_pay(id)).await?)
    }

    async fn ledger_dump(&self, all: bool) -> Result<serde_json::Value, MarketError> {
        bodies::extension::ledger_dump(&self.transport.read(&requests::ledger_dump(all)).await?)
    }
}

/// What became of a create whose answer came whole. Only a clean answer says yes or no: server errors,
/// redirects and statuses without a word of the gateway's leave it unknown.
fn judge_create(reply: &Reply) -> Result<Created, CreateError> {
    let unknown = |what: &str| Err(CreateError::Unknown(Clean::capped(what, 200)));
    if reply.status >= 500 {
        return unknown(&format!("HTTP {}", reply.status));
    }
    if let Some(fault) = envelope::gateway_fault(&reply.body) {
        // Whatever it says went wrong, an answer that names an order has made one.
        if let Ok(created) = bodies::created::created(&reply.body) {
            return Ok(created);
        }
        return match reply.fault_error(&fault) {
            _ if !fault.is_before_execution() => unknown(&format!("{} {}", fault.code, fault.message)),
            // The request itself is at fault: sending it again mends nothing.
            MarketError::Refused(refusal) => Err(CreateError::Refused(refusal)),
            judged => Err(CreateError::Judged(judged)),
        };
    }
    match reply.status {
        200..=299 => bodies::created::created(&reply.body),
        // A business answer with a status to match; without an order or a reason in it, unknown.
        400..=428 | 430..=499 if envelope::is_business(&reply.body) => bodies::created::created(&reply.body),
        other => unknown(&format!("HTTP {other}")),
    }
}
