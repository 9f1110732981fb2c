//! The outbox: sending each order once, and looking up what got no clean answer (DESIGN 7).
//!
//! queued -> (preview again, compare with what the buyer last saw) -> frozen and fsynced as *sending* ->
//! sent once -> done | rejected | unknown. Unknown is looked up by our number; two empty look-ups a quiet
//! time apart mean that it was not placed, and only then is the same number queued again.

use std::time::Duration;

use super::lease::Lease;
use super::orders::is_carried_out;
use super::{Desk, DeskError, Gateway, off_thread};
use crate::domain::id::OrderId;
use crate::domain::money::Money;
use crate::domain::order::{ActionKind, ActionState, Order, OrderLine};
use crate::domain::proposal::Drift;
use crate::domain::text::Clean;
use crate::ledger::{Action, ActionId, Outcome, Policy};
use crate::market::{
    CreateError, CreateRequest, JoinRequest, MarketError, Marketplace, PreviewRequest, Quote, QuotedLine,
    RequestLine,
};

/// How often one run may send one action again after it was proven not placed, or asked to slow down.
const RESENDS: usize = 3;
/// First wait after the market asked a create to slow down, in first waits of the gateway; doubles.
const SLOW_DOWN: u32 = 3;

/// What settling did.
#[derive(Debug, Clone, Default)]
pub(super) struct Settled {
    /// Actions it touched, in order.
    pub touched: Vec<ActionId>,
    /// Why it stopped early, when the market could not be used.
    pub stopped: Option<MarketError>,
    /// An answer about a single action that could not be used: it stays as it is.
    pub stuck: Option<MarketError>,
}

impl Desk {
    /// Looks up what is unknown and sends what is queued; the orders this touched.
    pub async fn settle(&self) -> Result<Vec<Order>, DeskError> {
        let _lease = self.lease().await?;
        let settled = self.settle_held().await?;
        self.orders_of(&settled.touched)
    }

    pub(super) async fn lease(&self) -> Result<Lease, DeskError> {
        let path = self.parts.lease.clone();
        off_thread(move || Lease::take(&path)).await?
    }

    /// Settles under a lease the caller holds.
    pub(super) async fn settle_held(&self) -> Result<Settled, DeskError> {
        let (market, ledger) = (&self.parts.market_id, &self.parts.ledger);
        let mut settled = Settled::default();
        if !self.is_online() {
            return Ok(settled);
        }
        // We hold the lease, so whoever was sending these is dead.
        ledger.recover_sending(market, self.now())?;
        for action in ledger.actions(market, &[ActionState::Unknown, ActionState::Queued])? {
            if !matches!(action.new.kind, ActionKind::Create | ActionKind::Join | ActionKind::Leave) {
                self.settle_by_order(&action).await?;
                continue;
            }
            settled.touched.push(action.id);
            match self.settle_one(action.id).await? {
                None => {}
                // It says nothing about the others, which must not wait behind it for ever.
                Some(error) if is_about_one(&error) => settled.stuck = Some(error),
                Some(error) => {
                    settled.stopped = Some(error);
                    break;
                }
            }
        }
        Ok(settled)
    }

    /// Brings one action as far as it goes now. `Some` when the market cannot be used at all.
    pub(super) async fn settle_one(&self, id: ActionId) -> Result<Option<MarketError>, DeskError> {
        let mut wait = self.parts.gateway.as_ref().map_or(Duration::ZERO, Gateway::first_wait) * SLOW_DOWN;
        for round in 0..=RESENDS {
            let Some(action) = self.parts.ledger.action(id)? else { return Ok(None) };
            match action.state {
                ActionState::Unknown if action.new.kind == ActionKind::Create => {
                    if let Some(error) = self.look_up(&action).await? {
                        return Ok(Some(error));
                    }
                    let still = self.parts.ledger.action(id)?.map(|action| action.state);
                    if still == Some(ActionState::Unknown) {
                        return Ok(None);
                    }
                }
                ActionState::Unknown => {
                    // A join or leave names what it wants by our own number: the market takes it once.
                    self.parts.ledger.finish(id, &Outcome::Queued(None), self.now())?;
                }
                ActionState::Queued => {
                    match self.send(&action, None).await? {
                        // Throttled is judged before anything is done: the same order may be sent again.
                        Some(MarketError::Throttled { .. }) if round < RESENDS => {
                            tokio::time::sleep(wait).await;
                            wait *= 2;
                        }
                        Some(error) => return Ok(Some(error)),
                        None => {}
                    }
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Sends one queued action, once. `quote` is the preview made just before, where there is one.
    pub(super) async fn send(
        &self,
        action: &Action,
        quote: Option<Quote>,
    ) -> Result<Option<MarketError>, DeskError> {
        match action.new.kind {
            ActionKind::Create => self.send_create(action, quote).await,
            ActionKind::Join => self.send_join(action).await,
            ActionKind::Leave => self.send_leave(action).await,
            ActionKind::Cancel | ActionKind::Receive => Ok(None),
        }
    }

    async fn send_create(
        &self,
        action: &Action,
        quote: Option<Quote>,
    ) -> Result<Option<MarketError>, DeskError> {
        let gateway = match self.connection() {
            Ok(gateway) => gateway,
            Err(off) => return Ok(Some(off)),
        };
        let Some(address) = &action.new.address else {
            self.finish(action.id, Outcome::Rejected(Clean::new("no delivery address")))?;
            return Ok(None);
        };
        let quote = match quote {
            Some(quote) => quote,
            None => match gateway.preview(&preview_request(&action.new.lines, &address.id)).await {
                Ok(quote) => quote,
                Err(MarketError::Refused(refusal)) => {
                    let words =
                        format!("the market would refuse it now: {} {}", refusal.code, refusal.message);
                    self.finish(action.id, Outcome::Held(Clean::new(&words)))?;
                    return Ok(None);
                }
                Err(error) => {
                    self.finish(action.id, Outcome::Queued(Some(Clean::new(&error.to_string()))))?;
                    return Ok(Some(error));
                }
            },
        };
        if let Some(reason) = against_policy(&action.new.lines, &quote, &action.new.policy) {
            self.finish(action.id, Outcome::Held(reason))?;
            return Ok(None);
        }
        let Some(trade_type) = trade_type(&quote) else {
            let reason = "the market offers no way to order this through its API (no trade type)";
            self.finish(action.id, Outcome::Rejected(Clean::new(reason)))?;
            return Ok(None);
        };
        let body = gateway.freeze(&CreateRequest {
            lines: request_lines(&action.new.lines),
            address_id: address.id.clone(),
            flow: quote.flow.clone(),
            trade_type: trade_type.to_owned(),
            out_order_id: action.new.out_order_id.clone(),
            message: action.new.message.clone(),
        });
        let mut quoted = action.to_order();
        quoted.lines = quoted_lines(&action.new.lines, &quote);
        quoted.goods = Some(quote.goods);
        quoted.freight = quote.freight;
        quoted.total = Some(quote.payable);
        // On the disk before the first byte leaves.
        if !self.parts.ledger.mark_sending(action.id, &body.0, Some(&quoted), self.now())? {
            return Ok(None);
        }
        match gateway.create(&body).await {
            Ok(created) => {
                self.finish(action.id, Outcome::Done(created.order_ids.clone()))?;
                self.verify(&created.order_ids).await;
                Ok(None)
            }
            Err(CreateError::NotSent(what)) => {
                self.finish(action.id, Outcome::Queued(Some(what.clone())))?;
                Ok(Some(MarketError::Unreachable(what)))
            }
            Err(CreateError::Refused(refusal)) => {
                let words = format!("refused by the market: {} {}", refusal.code, refusal.message);
                self.finish(action.id, Outcome::Rejected(Clean::new(&words)))?;
                Ok(None)
            }
            Err(CreateError::Judged(error)) => {
                self.finish(action.id, Outcome::Queued(Some(Clean::new(&error.to_string()))))?;
                Ok(Some(error))
            }
            Err(CreateError::Unknown(what)) => {
                self.finish(action.id, Outcome::Unknown(what))?;
                Ok(None)
            }
        }
    }

    /// A created order is read back. Failing to is no failure of the order: it exists.
    async fn verify(&self, ids: &[OrderId]) {
        for id in ids {
            if let Err(error) = self.fetch_order(id.as_str()).await {
                tracing::warn!(order = %id, %error, "a created order could not be read back yet");
            }
        }
    }

    async fn send_join(&self, action: &Action) -> Result<Option<MarketError>, DeskError> {
        let gateway = match self.connection() {
            Ok(gateway) => gateway,
            Err(off) => return Ok(Some(off)),
        };
        let (Some(group), Some(line)) = (&action.new.target, action.new.lines.first()) else {
            return Ok(None);
        };
        let request = JoinRequest {
            group_id: crate::domain::id::GroupId::new(group),
            quantity: line.quantity,
            spec_id: line.spec_id.clone(),
            join_id: action.new.out_order_id.clone(),
        };
        if !self.parts.ledger.mark_sending(action.id, group, None, self.now())? {
            return Ok(None);
        }
        let answer = gateway.join(&request).await.map(|_| ());
        self.finish_idempotent(action, answer)
    }

    async fn send_leave(&self, action: &Action) -> Result<Option<MarketError>, DeskError> {
        let gateway = match self.connection() {
            Ok(gateway) => gateway,
            Err(off) => return Ok(Some(off)),
        };
        let Some(group) = &action.new.target else { return Ok(None) };
        if !self.parts.ledger.mark_sending(action.id, group, None, self.now())? {
            return Ok(None);
        }
        let answer = gateway.leave(&crate::domain::id::GroupId::new(group)).await.map(|_| ());
        self.finish_idempotent(action, answer)
    }

    fn finish_idempotent(
        &self,
        action: &Action,
        answer: Result<(), MarketError>,
    ) -> Result<Option<MarketError>, DeskError> {
        let (outcome, stop) = match answer {
            Ok(()) => (Outcome::Done(Vec::new()), None),
            Err(error @ (MarketError::Broken(_) | MarketError::BadAnswer(_))) => {
                (Outcome::Unknown(Clean::new(&error.to_string())), Some(error))
            }
            Err(error @ (MarketError::Unreachable(_) | MarketError::Throttled { .. })) => {
                (Outcome::Queued(Some(Clean::new(&error.to_string()))), Some(error))
            }
            Err(error) => (Outcome::Rejected(Clean::new(&error.to_string())), Some(error)),
        };
        self.finish(action.id, outcome)?;
        Ok(stop)
    }

    /// An interrupted cancel or confirmation is settled by reading its order, never by sending it again: the buyer may
    /// have changed their mind. The market may still be at it, so that it did not happen is believed only when the
    /// order stands as it did a quiet time after it was first looked at.
    async fn settle_by_order(&self, action: &Action) -> Result<(), DeskError> {
        let Some(target) = &action.new.target else { return Ok(()) };
        let order = match self.fetch_order(target).await {
            Ok(order) => order,
            Err(error) if error.is_unreachable() => return Ok(()),
            // Only an answer about this order tells what became of it; one about key, grant or protocol tells nothing.
            Err(error @ (DeskError::NoOrder(_) | DeskError::Market(MarketError::Refused(_)))) => {
                return self.finish(action.id, Outcome::Rejected(Clean::new(&error.to_string())));
            }
            Err(DeskError::Market(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        if is_carried_out(action.new.kind, &order) {
            return self.finish(action.id, Outcome::Done(vec![OrderId::new(target)]));
        }
        // Queued: its bytes never left.
        if action.state == ActionState::Unknown {
            match self.quiet_left(action) {
                Some(Duration::ZERO) => {}
                Some(_) => return Ok(()),
                // The first look, or one of which nobody knows how long ago it was.
                None => return self.note_empty_lookup(action.id).map(drop),
            }
        }
        let words = match action.new.kind {
            ActionKind::Receive => "the order was not confirmed: confirm it again if it still should be",
            _ => "the order was not cancelled: cancel it again if it still should be",
        };
        self.finish(action.id, Outcome::Rejected(Clean::new(words)))
    }

    pub(super) fn finish(&self, id: ActionId, outcome: Outcome) -> Result<(), DeskError> {
        Ok(self.parts.ledger.finish(id, &outcome, self.now())?)
    }

    /// The order documents of these actions, with the market's word where it is known.
    pub(super) fn orders_of(&self, ids: &[ActionId]) -> Result<Vec<Order>, DeskError> {
        let all = self.orders()?;
        let mut found = Vec::new();
        for id in ids {
            let Some(action) = self.parts.ledger.action(*id)? else { continue };
            if action.new.kind != ActionKind::Create {
                continue;
            }
            let number = Some(&action.new.out_order_id);
            let order = all
                .iter()
                .find(|order| order.out_order_id.as_ref() == number && order.state.as_str() != "other");
            found.push(order.cloned().unwrap_or_else(|| action.to_order()));
        }
        Ok(found)
    }
}

/// Whether an answer speaks of the one thing asked about, and not of market, key or account as a whole.
fn is_about_one(error: &MarketError) -> bool {
    matches!(
        error,
        MarketError::BadAnswer(_)
            | MarketError::Refused(_)
            | MarketError::Denied(_)
            | MarketError::Unsupported
    )
}

/// The lines as the market is asked about them.
pub(super) fn request_lines(lines: &[OrderLine]) -> Vec<RequestLine> {
    lines
        .iter()
        .filter_map(|line| {
            Some(RequestLine {
                offer_id: line.offer_id.market_id()?,
                spec_id: line.spec_id.clone(),
                quantity: line.quantity,
            })
        })
        .collect()
}

/// The flow our own rules speak of; the market may list cheaper ones with other protections, and
/// switching to one is the buyer's decision.
const FLOW: &str = "general";

pub(super) fn preview_request(lines: &[OrderLine], address_id: &str) -> PreviewRequest {
    PreviewRequest {
        lines: request_lines(lines),
        address_id: address_id.to_owned(),
        flow: Some(FLOW.to_owned()),
    }
}

/// What the quote says of each line. Two lines of one SKU take theirs in turn.
fn said_of<'a>(lines: &[OrderLine], quote: &'a Quote) -> Vec<Option<&'a QuotedLine>> {
    let mut said: Vec<&QuotedLine> = quote.lines.iter().collect();
    lines
        .iter()
        .map(|line| {
            let is_its = |said: &&QuotedLine| {
                Some(said.offer_id) == line.offer_id.market_id() && said.spec_id == line.spec_id
            };
            said.iter().position(is_its).map(|at| said.remove(at))
        })
        .collect()
}

/// The lines with the market's prices and amounts; a line the quote does not name keeps its own.
pub(super) fn quoted_lines(lines: &[OrderLine], quote: &Quote) -> Vec<OrderLine> {
    said_of(lines, quote)
        .into_iter()
        .zip(lines)
        .map(|(said, line)| {
            let mut line = line.clone();
            if let Some(said) = said {
                let priced = said.unit_price.map(|price| price.times(line.quantity.decimal()).rounded());
                line.unit_price = said.unit_price.or(line.unit_price);
                line.amount = said.amount.or(priced).or(line.amount);
            }
            line
        })
        .collect()
}

/// Lines whose goods differ from what was last shown.
pub(super) fn drift(lines: &[OrderLine], quote: &Quote) -> Vec<Drift> {
    quoted_lines(lines, quote)
        .into_iter()
        .zip(lines)
        .filter_map(|(now, shown)| {
            let (old, new) = (shown.amount?, now.amount?);
            (old != new).then(|| Drift {
                line_id: shown.line_id,
                offer_id: shown.offer_id.clone(),
                spec_id: shown.spec_id.clone(),
                old,
                new,
            })
        })
        .collect()
}

/// Why the buyer's policy forbids sending at this quote. Only rises of goods count; freight is capped
/// where a cap is set, and freight the seller will only set later cannot be shown to keep a cap.
pub(super) fn against_policy(lines: &[OrderLine], quote: &Quote, policy: &Policy) -> Option<Clean> {
    let hundred = rust_decimal::Decimal::ONE_HUNDRED;
    let too_dear = |old: Money, new: Money| {
        new > old && (new - old).times(hundred) > old.times(policy.accept_drift_percent)
    };
    let risen = drift(lines, quote).into_iter().find(|drift| too_dear(drift.old, drift.new));
    if let Some(drift) = risen {
        let words = format!(
            "goods of {} rose from {} to {}, over the accepted {} %",
            drift.offer_id, drift.old, drift.new, policy.accept_drift_percent
        );
        return Some(Clean::new(&words));
    }
    if let Some(shown) = lines.iter().map(|line| line.amount).sum::<Option<Money>>() {
        // A preview that leaves a line's amount out still says what they cost together. Where every line was
        // named and none rose, up to a fen a line is rounding.
        let every_line_named =
            said_of(lines, quote).iter().all(|said| said.is_some_and(|said| said.amount.is_some()));
        let rounding = if every_line_named { Money::from_fen(lines.len() as i64) } else { Money::ZERO };
        let rise = quote.goods - shown;
        if rise > rounding && rise.times(hundred) > shown.times(policy.accept_drift_percent) {
            let words = format!(
                "goods rose from {shown} to {}, over the accepted {} %",
                quote.goods, policy.accept_drift_percent
            );
            return Some(Clean::new(&words));
        }
    }
    let cap = policy.max_freight?;
    match quote.freight {
        Some(freight) if freight <= cap => None,
        Some(freight) => Some(Clean::new(&format!("freight {freight} is over the cap of {cap}"))),
        None => {
            Some(Clean::new(&format!("the seller sets the freight later: the cap of {cap} cannot be kept")))
        }
    }
}

/// The trade type to create with: escrow where it is offered, else the market's first.
pub(super) fn trade_type(quote: &Quote) -> Option<&str> {
    let preferred = ["assureTrade", "fxassure", "nzassure", "assure"];
    preferred
        .iter()
        .find_map(|wanted| quote.trade_types.iter().find(|offered| offered == wanted))
        .or_else(|| quote.trade_types.first())
        .map(String::as_str)
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
