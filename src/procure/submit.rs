//! From cart to orders: what would be sent, and sending it.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::error::NO_ADDRESS;
use super::objection::{named_by, rule_of};
use super::outbox::{against_policy, drift, preview_request, quoted_lines, trade_type};
use super::{CartView, Desk, DeskError};
use crate::domain::cart::{Measure, SupplierPart, Violation, ViolationKind};
use crate::domain::id::{LineId, OfferKey, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::{Completeness, Offer};
use crate::domain::order::{ActionKind, Address, Order, OrderLine};
use crate::domain::proposal::{Drift, Objection, Proposal, ProposedOrder};
use crate::domain::text::Clean;
use crate::ledger::{ActionId, NewAction, Policy};
use crate::market::{MarketError, Marketplace, Quote, Refusal};

/// Details are read for at most this many lines that are known only as rows, before a submit.
const MAX_FILLED: usize = 200;

/// A quote older than this is asked for again before its order leaves: those before it took their time.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// How to submit.
#[derive(Debug, Clone, Default)]
pub struct SubmitOptions {
    /// Under what conditions orders go out.
    pub policy: Policy,
    /// Whether suppliers without problems are sent while others are held back.
    pub partial: bool,
    /// Words to the sellers.
    pub message: Option<String>,
    /// Only these suppliers; all when empty.
    pub only: Vec<SupplierId>,
}

/// Why nothing (or, with `partial`, not everything) of the cart was sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Blocked {
    /// Rules are broken.
    Violations(Vec<Violation>),
    /// The buyer's policy forbids it: goods rose, or freight is over its cap.
    Policy(Vec<Clean>),
    /// This market's cart is empty, but another market's holds this many lines.
    OtherMarket(u64),
    /// The cart is not, or no longer, the one that was confirmed and quoted.
    CartChanged,
}

/// What a submit did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SubmitReport {
    /// Orders this call touched: settled, sent or queued.
    pub orders: Vec<Order>,
    /// Why something was held back.
    pub blocked: Option<Blocked>,
    /// Changed figures against what was last shown.
    pub drift: Vec<Drift>,
    /// Why the market could not be used, when it could not: orders were queued.
    pub offline: Option<String>,
    /// An answer nothing more can be done after until the buyer has mended its cause: key, authorisation,
    /// a missing grant, nonsense. What was ordered before it is in `orders` all the same.
    pub stopped: Option<MarketError>,
    /// The market's own words on what it would refuse.
    pub refusals: Vec<Clean>,
}

impl SubmitReport {
    fn stop(&mut self, error: MarketError) {
        if error.is_passing() {
            self.offline = Some(error.to_string());
        } else {
            self.stopped = Some(error);
        }
    }
}

/// A supplier's part, quoted where the market could be asked.
pub(super) struct Ready {
    pub(super) supplier_id: SupplierId,
    supplier_name: Clean,
    /// Amounts as last shown to the buyer.
    pub(super) lines: Vec<OrderLine>,
    goods: Money,
    freight: Option<Money>,
    quote: Option<Quote>,
    quoted_at: Option<Timestamp>,
    pub(super) refusal: Option<Refusal>,
    /// Where our own verdict differed.
    pub(super) objection: Option<Objection>,
    /// Words to the seller.
    message: Option<Clean>,
}

impl Ready {
    /// Whether the market quotes it and yet offers no way to order it.
    pub(super) fn has_no_trade_type(&self) -> bool {
        self.quote.as_ref().is_some_and(|quote| trade_type(quote).is_none())
    }
}

impl Desk {
    /// What a submit would send, with the market's figures where it can be asked. Changes nothing.
    pub async fn propose(&self) -> Result<Proposal, DeskError> {
        if self.is_by_hand() {
            return Err(DeskError::ByHand);
        }
        let cart = self.complete_cart().await?;
        let address = cart.address.clone().ok_or_else(|| DeskError::NoAddress(NO_ADDRESS.to_owned()))?;
        let mut orders = Vec::new();
        let mut quoted_at = None;
        let mut online = self.is_online();
        let messages = self.messages()?;
        for part in &cart.assessment.parts {
            let Some(mut ready) = prepare(part, None, &messages) else { continue };
            if online {
                match self.quote(&mut ready, &address).await {
                    Ok(()) => {
                        quoted_at = Some(self.now());
                        // What our own rules find is no difference.
                        if cart.assessment.violations_of(part.supplier_id.as_ref()).next().is_none() {
                            self.explain(&mut ready).await?;
                        }
                    }
                    Err(error) if error.is_passing() => online = false,
                    Err(error) => return Err(error.into()),
                }
            }
            orders.push(proposed(ready));
        }
        // In the account's own order, whichever counts now: who steps through them meets each once.
        let addresses = self.parts.catalog.addresses()?;
        Ok(Proposal { address, addresses, orders, quoted_at })
    }

    /// Settles the outbox, then sends the cart: one order a supplier. Never prompts.
    ///
    /// `shown` is what the buyer confirmed; without it the local prediction counts as last shown.
    pub async fn submit(
        &self,
        shown: Option<&Proposal>,
        options: &SubmitOptions,
    ) -> Result<SubmitReport, DeskError> {
        if self.is_by_hand() {
            return Err(DeskError::ByHand);
        }
        let lease = self.lease().await?;
        let mut report = SubmitReport::default();
        let mut touched: Vec<ActionId> = Vec::new();
        if shown.is_none() {
            // A yes is one to what was shown; what is held goes out by policy, or from the cart again.
            self.parts.ledger.release_held(&self.parts.market_id, &options.policy, self.now())?;
        }
        let settled = self.settle_held().await?;
        touched.extend(settled.touched);
        let mut online = self.is_online();
        if let Some(error) = settled.stopped {
            report.stop(error);
            online = false;
        }
        if report.stopped.is_none() {
            match self.place(shown, options, &mut online, &mut touched, &mut report).await {
                Ok(()) => {}
                // Switched off on the way: what was queued waits.
                Err(DeskError::Offline) => online = false,
                // What was sent before it is told with it.
                Err(DeskError::Market(error)) => report.stopped = Some(error),
                Err(error) => return Err(error),
            }
        }
        report.stopped = report.stopped.or(settled.stuck);
        drop(lease);
        if !online && report.offline.is_none() && report.stopped.is_none() {
            report.offline = Some("offline".to_owned());
        }
        report.orders = self.orders_of(&touched)?;
        Ok(report)
    }

    async fn place(
        &self,
        shown: Option<&Proposal>,
        options: &SubmitOptions,
        online: &mut bool,
        touched: &mut Vec<ActionId>,
        report: &mut SubmitReport,
    ) -> Result<(), DeskError> {
        let cart = if *online { self.complete_cart().await? } else { self.cart()? };
        if cart.line_count() == 0 {
            if cart.others.0 > 0 && touched.is_empty() {
                report.blocked = Some(Blocked::OtherMarket(cart.others.0));
            }
            return Ok(());
        }
        let wanted = |part: &&SupplierPart| {
            options.only.is_empty() || part.supplier_id.as_ref().is_some_and(|id| options.only.contains(id))
        };
        let parts: Vec<&SupplierPart> = cart.assessment.parts.iter().filter(wanted).collect();
        let mut violations: Vec<Violation> = parts
            .iter()
            .flat_map(|part| cart.assessment.violations_of(part.supplier_id.as_ref()))
            .cloned()
            .collect();
        violations.dedup();
        for part in parts.iter().filter(|part| part.supplier_id.is_none()) {
            if cart.assessment.violations_of(None).next().is_none() {
                violations.push(unknown_supplier(part));
            }
        }
        if shown.is_some_and(|shown| !is_as_shown(shown, &parts, &options.only)) {
            report.blocked = Some(Blocked::CartChanged);
            return Ok(());
        }
        // To the address that was confirmed, whichever was chosen since.
        let Some(address) = shown.map(|shown| shown.address.clone()).or(cart.address) else {
            report.blocked = Some(Blocked::Violations(violations));
            return Ok(());
        };
        if !violations.is_empty() && !options.partial {
            report.blocked = Some(Blocked::Violations(violations));
            return Ok(());
        }
        let messages = self.messages()?;
        let mut ready: Vec<Ready> = parts
            .iter()
            .filter(|part| cart.assessment.violations_of(part.supplier_id.as_ref()).next().is_none())
            .filter_map(|part| prepare(part, shown, &messages))
            .collect();
        let mut against = Vec::new();
        for part in &mut ready {
            if !*online {
                break;
            }
            match self.quote(part, &address).await {
                Ok(()) => self.explain(part).await?,
                Err(error) if error.is_passing() => {
                    report.offline = Some(error.to_string());
                    *online = false;
                }
                Err(error) => return Err(error.into()),
            }
            if let Some(refusal) = &part.refusal {
                violations.extend(violations_of(refusal, part));
                report.refusals.push(Clean::new(&format!(
                    "{}: {} {}",
                    part.supplier_name, refusal.code, refusal.message
                )));
            }
            if let Some(quote) = &part.quote {
                report.drift.extend(drift(&part.lines, quote));
                against.extend(against_policy(&part.lines, quote, &options.policy));
                if trade_type(quote).is_none() {
                    violations.push(part_violation(ViolationKind::NoTradeType, part));
                }
            }
        }
        let fits = |part: &Ready| {
            part.refusal.is_none()
                && part.quote.as_ref().is_none_or(|quote| {
                    against_policy(&part.lines, quote, &options.policy).is_none()
                        && trade_type(quote).is_some()
                })
        };
        if !violations.is_empty() {
            report.blocked = Some(Blocked::Violations(violations));
        } else if !against.is_empty() {
            report.blocked = Some(Blocked::Policy(against));
        }
        if report.blocked.is_some() && !options.partial {
            return Ok(());
        }
        self.freeze_listings(&parts)?;
        for part in ready.into_iter().filter(|part| fits(part)) {
            let confirmed = shown
                .and_then(|shown| shown.orders.iter().find(|order| order.supplier_id == part.supplier_id))
                .map(|order| order.payable);
            let Some(action) = self.queue_part(&part, &address, confirmed, options)? else {
                // Another window changed these lines since they were quoted: nothing of them was sent.
                report.blocked.get_or_insert(Blocked::CartChanged);
                continue;
            };
            touched.push(action);
            let (true, Some(stored)) = (*online, self.parts.ledger.action(action)?) else { continue };
            let age = part.quoted_at.map(|at| self.now().duration_since(at));
            let fresh = age.is_some_and(|age| !age.is_negative() && age <= FRESH);
            let mut stopped = self.send(&stored, part.quote.filter(|_| fresh)).await?;
            if matches!(stopped, None | Some(MarketError::Throttled { .. })) {
                // An answer that was lost is looked up at once; a throttled one waits its turn.
                stopped = self.settle_one(action).await?;
            }
            if let Some(error) = stopped {
                report.stop(error);
                *online = false;
            }
            if report.stopped.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// Lines that were added by an older listing keep the one they are ordered by: a later reorder tells what changed
    /// since then.
    fn freeze_listings(&self, parts: &[&SupplierPart]) -> Result<(), DeskError> {
        let stored = self.parts.ledger.cart_lines(&self.parts.market_id)?;
        let frozen: HashMap<LineId, _> = stored.into_iter().map(|line| (line.id, line.frozen)).collect();
        let newer: Vec<(LineId, &Offer)> = parts
            .iter()
            .flat_map(|part| &part.lines)
            .filter(|priced| frozen.get(&priced.line.id).is_some_and(|kept| *kept != *priced.line.offer))
            .map(|priced| (priced.line.id, priced.line.offer.as_ref()))
            .collect();
        if newer.is_empty() { Ok(()) } else { Ok(self.parts.ledger.freeze(&self.parts.market_id, &newer)?) }
    }

    fn queue_part(
        &self,
        part: &Ready,
        address: &Address,
        confirmed: Option<Money>,
        options: &SubmitOptions,
    ) -> Result<Option<ActionId>, DeskError> {
        let new = NewAction {
            kind: ActionKind::Create,
            out_order_id: self.fresh_number(),
            supplier_id: Some(part.supplier_id.clone()),
            supplier_name: Some(part.supplier_name.clone()),
            target: None,
            address: Some(address.clone()),
            lines: part.lines.clone(),
            goods: Some(part.goods),
            freight: part.freight,
            total: confirmed,
            message: part.message.as_ref().map(ToString::to_string).or_else(|| options.message.clone()),
            policy: options.policy,
        };
        Ok(self.parts.ledger.queue(&self.parts.market_id, &new, self.now())?)
    }

    async fn quote(&self, part: &mut Ready, address: &Address) -> Result<(), MarketError> {
        match self.connection()?.preview(&preview_request(&part.lines, &address.id)).await {
            Ok(quote) => {
                part.quote = Some(quote);
                part.quoted_at = Some(self.now());
            }
            Err(MarketError::Refused(refusal)) => part.refusal = Some(refusal),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The cart with the details of its row-only listings read first; a market that does not give them
    /// leaves them as they are.
    async fn complete_cart(&self) -> Result<CartView, DeskError> {
        let cart = self.cart()?;
        let rows: Vec<OfferKey> = cart
            .assessment
            .parts
            .iter()
            .flat_map(|part| &part.lines)
            .filter(|line| line.line.offer.completeness == Completeness::Row)
            .map(|line| line.line.offer.key.clone())
            .collect();
        if rows.is_empty() || !self.is_online() {
            return Ok(cart);
        }
        match self.fill(&rows, MAX_FILLED).await {
            Ok(_) => self.cart(),
            // Switched off on the way: as if it had been so from the start.
            Err(DeskError::Offline) => self.cart(),
            // The preview is the judge of what could not be read here.
            Err(DeskError::Market(error)) => {
                tracing::warn!(%error, "details of the cart's listings could not all be read");
                self.cart()
            }
            Err(error) => Err(error),
        }
    }
}

/// A supplier's part as order lines; `None` while the supplier is not known.
fn prepare(
    part: &SupplierPart,
    shown: Option<&Proposal>,
    messages: &HashMap<SupplierId, Clean>,
) -> Option<Ready> {
    let supplier_id = part.supplier_id.clone()?;
    let message = match shown {
        // Exactly what was confirmed, whatever was written since.
        Some(shown) => {
            let order = shown.orders.iter().find(|order| order.supplier_id == supplier_id);
            order.and_then(|order| order.message.clone())
        }
        None => messages.get(&supplier_id).cloned(),
    };
    let lines: Vec<OrderLine> = part
        .lines
        .iter()
        .map(|priced| {
            // What was confirmed for another quantity is not what was shown for this one.
            let confirmed = shown
                .and_then(|proposal| shown_line(proposal, priced.line.id))
                .filter(|shown| shown.quantity == priced.line.quantity);
            let line = OrderLine::of(priced);
            match confirmed {
                Some(shown) => OrderLine { unit_price: shown.unit_price, amount: shown.amount, ..line },
                None => line,
            }
        })
        .collect();
    Some(Ready {
        supplier_id,
        supplier_name: part.supplier_name.clone().unwrap_or_default(),
        goods: lines.iter().filter_map(|line| line.amount).sum(),
        lines,
        freight: part.freight.amount(),
        quote: None,
        quoted_at: None,
        refusal: None,
        objection: None,
        message,
    })
}

/// Whether these parts are what the buyer confirmed, line by line.
fn is_as_shown(shown: &Proposal, parts: &[&SupplierPart], only: &[SupplierId]) -> bool {
    let wanted = |id: &SupplierId| only.is_empty() || only.contains(id);
    let mut confirmed: Vec<_> = shown
        .orders
        .iter()
        .filter(|order| wanted(&order.supplier_id))
        .flat_map(|order| &order.lines)
        .map(|line| (line.line_id, line.quantity, line.spec_id.as_ref()))
        .collect();
    let mut now: Vec<_> = parts
        .iter()
        .filter(|part| part.supplier_id.is_some())
        .flat_map(|part| &part.lines)
        .map(|priced| (Some(priced.line.id), priced.line.quantity, priced.line.spec_id.as_ref()))
        .collect();
    confirmed.sort();
    now.sort();
    confirmed == now
}

fn shown_line(proposal: &Proposal, line: LineId) -> Option<&OrderLine> {
    proposal.orders.iter().flat_map(|order| &order.lines).find(|shown| shown.line_id == Some(line))
}

fn proposed(part: Ready) -> ProposedOrder {
    let refused = |refusal: Refusal| Clean::new(&format!("{} {}", refusal.code, refusal.message));
    match part.quote {
        Some(quote) => ProposedOrder {
            drift: drift(&part.lines, &quote),
            lines: quoted_lines(&part.lines, &quote),
            supplier_id: part.supplier_id,
            supplier_name: part.supplier_name,
            goods: quote.goods,
            freight: quote.freight,
            discount: quote.discount,
            payable: quote.payable,
            trade_type: trade_type(&quote).map(str::to_owned),
            flow: quote.flow,
            refusal: part.objection.as_ref().map(|objection| objection.words.clone()),
            objection: part.objection,
            message: part.message,
        },
        None => ProposedOrder {
            supplier_id: part.supplier_id,
            supplier_name: part.supplier_name,
            payable: part.goods + part.freight.unwrap_or_default(),
            lines: part.lines,
            goods: part.goods,
            freight: part.freight,
            discount: Money::ZERO,
            flow: String::new(),
            trade_type: None,
            drift: Vec::new(),
            refusal: part.refusal.map(refused),
            objection: part.objection,
            message: part.message,
        },
    }
}

/// A refusal of the market as the violations it stands for, with figures where the listings read again have them; an
/// unknown code keeps its text and is shown as the offer being unavailable.
fn violations_of(refusal: &Refusal, part: &Ready) -> Vec<Violation> {
    tracing::info!(code = %refusal.code, message = %refusal.message, "the market refused a preview");
    let found = part.objection.as_ref().map(|objection| objection.found.clone()).unwrap_or_default();
    if !found.is_empty() {
        return found;
    }
    let kind = rule_of(&refusal.code).unwrap_or(ViolationKind::Gone);
    vec![Violation { line_ids: named_by(refusal, &part.lines), ..part_violation(kind, part) }]
}

/// A listing known only as a row of a search: neither its supplier nor its SKUs are, so it is no order yet.
fn unknown_supplier(part: &SupplierPart) -> Violation {
    Violation {
        kind: ViolationKind::UnknownSpec,
        supplier_id: None,
        offer: None,
        line_ids: part.lines.iter().map(|priced| priced.line.id).collect(),
        required: Measure::default(),
        actual: Measure::default(),
        shortfall: Measure::default(),
    }
}

fn part_violation(kind: ViolationKind, part: &Ready) -> Violation {
    Violation {
        kind,
        supplier_id: Some(part.supplier_id.clone()),
        offer: None,
        line_ids: part.lines.iter().filter_map(|line| line.line_id).collect(),
        required: Measure::default(),
        actual: Measure::default(),
        shortfall: Measure::default(),
    }
}
