//! Buying without a gateway: goods come from price lists, orders leave as sheets that a person hands over.
//!
//! An order is written to the ledger first, as any other; its sheet is written next; only then it counts as handed
//! over. A crash in between leaves it queued, and the next hand-over writes its sheet (again): nothing is lost, and the
//! order's own number says that it is the same one. What the supplier calls it is typed in when they have said so.

use super::{CartView, Desk, DeskError};
use crate::domain::cart::ViolationKind;
use crate::domain::id::{MarketId, OrderId, OutOrderId};
use crate::domain::order::{ActionKind, ActionState, Order, OrderLine};
use crate::domain::text::Clean;
use crate::ledger::{Action, NewAction, Outcome, Policy};

/// The market that is no market, of this profile.
pub const HAND_MARKET: &str = "hand/self";

/// What is ready to be handed over.
#[derive(Debug, Clone, PartialEq)]
pub struct HandOver {
    /// Orders in the ledger whose sheets are to be written now.
    pub orders: Vec<Order>,
    /// The cart as it was: what breaks a rule stayed in it.
    pub cart: CartView,
}

impl Desk {
    /// Whether orders leave by hand.
    pub fn is_by_hand(&self) -> bool {
        self.parts.market_id == MarketId::new(HAND_MARKET)
    }

    /// Takes what a gateway would refuse, and a person need not, out of a verdict: imported goods are what is sold
    /// here, and where they go is said on the sheet or in the chat.
    pub(super) fn judge_by_hand(&self, view: &mut CartView) {
        if !self.is_by_hand() {
            return;
        }
        let parts = &view.assessment.parts;
        let is_gone = |line_ids: &[crate::domain::id::LineId]| {
            let lines = parts.iter().flat_map(|part| &part.lines).map(|priced| &priced.line);
            lines.filter(|line| line_ids.contains(&line.id)).any(|line| line.offer.gone)
        };
        let mut kept = view.assessment.violations.clone();
        kept.retain(|violation| match violation.kind {
            ViolationKind::NoAddress | ViolationKind::NoTradeType => false,
            ViolationKind::Gone => is_gone(&violation.line_ids),
            _ => true,
        });
        view.assessment.violations = kept;
    }

    /// Takes what is legal out of the cart, an order a supplier, and gives every order whose sheet is still to be
    /// written. Nothing leaves the cart while a rule is broken, unless `partial`.
    pub fn hand_over(&self, partial: bool) -> Result<HandOver, DeskError> {
        let cart = self.cart()?;
        if cart.assessment.violations.is_empty() || partial {
            let messages = self.messages()?;
            for part in &cart.assessment.parts {
                if cart.assessment.violations_of(part.supplier_id.as_ref()).next().is_some() {
                    continue;
                }
                let message = part.supplier_id.as_ref().and_then(|id| messages.get(id));
                let new = NewAction {
                    kind: ActionKind::Create,
                    out_order_id: self.fresh_number(),
                    supplier_id: part.supplier_id.clone(),
                    supplier_name: part.supplier_name.clone(),
                    target: None,
                    address: cart.address.clone(),
                    lines: part.lines.iter().map(OrderLine::of).collect(),
                    goods: Some(part.goods).filter(|_| part.goods_complete),
                    freight: part.freight.amount(),
                    total: None,
                    message: message.map(ToString::to_string),
                    policy: Policy::default(),
                };
                // Another window changed these lines meanwhile: they stay in the cart.
                self.parts.ledger.queue(&self.parts.market_id, &new, self.now())?;
            }
        }
        let waiting = self.parts.ledger.actions(&self.parts.market_id, &[ActionState::Queued])?;
        let waiting = waiting.iter().filter(|action| action.new.kind == ActionKind::Create);
        Ok(HandOver { orders: waiting.map(Action::to_order).collect(), cart })
    }

    /// The sheet of an order is written: it counts as handed over.
    pub fn handed_over(&self, number: &OutOrderId) -> Result<Order, DeskError> {
        let action = self.by_hand(number.as_str(), ActionState::Queued)?;
        self.parts.ledger.finish(action.id, &Outcome::HandedOver, self.now())?;
        self.order(number.as_str())
    }

    /// What the supplier calls an order that was handed over: it is placed.
    pub fn number_order(&self, number: &str, order_id: &OrderId) -> Result<Order, DeskError> {
        let action = self.by_hand(number, ActionState::HandedOver)?;
        self.parts.ledger.finish(action.id, &Outcome::Done(vec![order_id.clone()]), self.now())?;
        self.order(number)
    }

    fn by_hand(&self, number: &str, state: ActionState) -> Result<Action, DeskError> {
        let action = self.parts.ledger.action_by_number(&self.parts.market_id, number)?;
        action
            .filter(|action| action.new.kind == ActionKind::Create && action.state == state)
            .ok_or_else(|| DeskError::NoOrder(Clean::capped(number, 60)))
    }
}
