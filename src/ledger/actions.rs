//! The outbox: one row for everything asked of a market, written before the first byte leaves.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::cart::quantity_of;
use super::totals;
use super::{Ledger, LedgerError, damaged, from_json, instant, millis, to_json};
use crate::domain::id::{MarketId, OrderId, OutOrderId, SupplierId};
use crate::domain::money::Money;
use crate::domain::order::{ActionKind, ActionState, Address, Order, OrderLine};
use crate::domain::text::Clean;

/// Row number of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub i64);

/// Under what conditions the buyer lets an order go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Policy {
    /// How far a line's goods may have risen since they were last shown, in percent.
    pub accept_drift_percent: Decimal,
    /// The most that freight may be; `None` = any.
    pub max_freight: Option<Money>,
}

/// An action to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAction {
    /// What it asks.
    pub kind: ActionKind,
    /// Our unique number.
    pub out_order_id: OutOrderId,
    /// Supplier, for creates.
    pub supplier_id: Option<SupplierId>,
    /// Company name.
    pub supplier_name: Option<Clean>,
    /// Order or group it is about, for the other kinds.
    pub target: Option<String>,
    /// Where the goods go, for creates.
    pub address: Option<Address>,
    /// Lines with the amounts last shown to the buyer.
    pub lines: Vec<OrderLine>,
    /// Goods last shown.
    pub goods: Option<Money>,
    /// Freight last shown.
    pub freight: Option<Money>,
    /// What the buyer confirmed to pay for it, where they were shown that; else what the first quote says.
    pub total: Option<Money>,
    /// Words to the seller.
    pub message: Option<String>,
    /// Under what conditions it may go out.
    pub policy: Policy,
}

impl NewAction {
    /// One that says no more than what it asks, under our number.
    pub fn blank(kind: ActionKind, out_order_id: OutOrderId) -> NewAction {
        NewAction {
            kind,
            out_order_id,
            supplier_id: None,
            supplier_name: None,
            target: None,
            address: None,
            lines: Vec::new(),
            goods: None,
            freight: None,
            total: None,
            message: None,
            policy: Policy::default(),
        }
    }
}

/// An action as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Row number.
    pub id: ActionId,
    /// What it is.
    pub new: NewAction,
    /// Where it stands.
    pub state: ActionState,
    /// Frozen parameters, once it was made ready to leave.
    pub body: Option<String>,
    /// Payable, yuan.
    pub total: Option<Money>,
    /// Lines with the market's figures as it was last made ready to leave; those of [`NewAction::lines`] stay what the
    /// buyer was shown.
    pub quoted: Option<Vec<OrderLine>>,
    /// Orders it gave.
    pub order_ids: Vec<OrderId>,
    /// Why it is held or was rejected.
    pub reason: Option<Clean>,
    /// Look-ups that found nothing, since it was sent.
    pub empty_lookups: u32,
    /// Last look-up.
    pub looked_up_at: Option<Timestamp>,
    /// When its bytes may first have left.
    pub sent_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
}

impl Action {
    /// The action as an order document.
    pub fn to_order(&self) -> Order {
        Order {
            order_id: self.order_ids.first().cloned(),
            order_ids: self.order_ids.clone(),
            out_order_id: Some(self.new.out_order_id.clone()),
            supplier_id: self.new.supplier_id.clone(),
            supplier_name: self.new.supplier_name.clone(),
            goods: self.new.goods,
            freight: self.new.freight,
            total: self.total,
            lines: self.quoted.as_ref().unwrap_or(&self.new.lines).clone(),
            reason: self.reason.clone(),
            message: self.new.message.as_deref().map(Clean::new),
            ..Order::blank(Clean::new(self.state.as_str()), self.created_at)
        }
    }
}

/// What became of an action that was sent, or why it was not.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Accepted; these orders exist.
    Done(Vec<OrderId>),
    /// Refused; its lines return to the cart.
    Rejected(Clean),
    /// Not sent; waits for the network or its turn.
    Queued(Option<Clean>),
    /// Not sent; waits for the buyer, with the reason.
    Held(Clean),
    /// An order may exist.
    Unknown(Clean),
    /// A person gave it to the supplier.
    HandedOver,
}

const COLUMNS: &str = "action_id, kind, state, out_order_id, supplier_id, supplier_name, target, body, address, lines, \
                       goods, freight, total, message, policy, order_ids, reason, empty_lookups, looked_up_at, sent_at, created_at, \
                       quoted";

impl Ledger {
    /// Writes an action as queued and, in the same transaction, takes its lines out of the cart.
    /// `Ok(None)` when one of the lines is not in the cart any more, or not as it was quoted (another
    /// window was faster): then nothing is written.
    pub fn queue(
        &self,
        market: &MarketId,
        new: &NewAction,
        now: Timestamp,
    ) -> Result<Option<ActionId>, LedgerError> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO action (market_id, kind, state, out_order_id, supplier_id, supplier_name, target, address,
                                     lines, goods, freight, total, message, policy, created_at, updated_at)
                 VALUES (?1, ?2, 'queued', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14)",
                params![
                    market.as_str(),
                    new.kind.as_str(),
                    new.out_order_id.as_str(),
                    new.supplier_id.as_ref().map(SupplierId::as_str),
                    new.supplier_name.as_ref().map(Clean::as_str),
                    new.target,
                    new.address.as_ref().map(to_json).transpose()?,
                    to_json(&new.lines)?,
                    new.goods.map(|m| m.to_string()),
                    new.freight.map(|m| m.to_string()),
                    new.total.map(|m| m.to_string()),
                    new.message,
                    to_json(&new.policy)?,
                    millis(now),
                ],
            )?;
            let id = tx.last_insert_rowid();
            if let (ActionKind::Create, Some(supplier), Some(words)) = (new.kind, &new.supplier_id, &new.message) {
                totals::take_message(tx, market, supplier, words)?;
            }
            for line in &new.lines {
                let Some(line_id) = line.line_id else { continue };
                if quantity_of(tx, market, line_id)? != Some(line.quantity) {
                    return Err(rusqlite::Error::QueryReturnedNoRows);
                }
                tx.execute("UPDATE cart_line SET taken_by = ?2 WHERE line_id = ?1", params![line_id.0, id])?;
            }
            Ok(ActionId(id))
        })
        .map(Some)
        .or_else(|error| match error {
            LedgerError::Sqlite { source: rusqlite::Error::QueryReturnedNoRows, .. } => Ok(None),
            error => Err(error),
        })
    }

    /// Freezes what is about to be sent and marks it as sending. Once this returns it is on the disk.
    /// False when the action is not queued any more.
    pub fn mark_sending(
        &self,
        id: ActionId,
        body: &str,
        quoted: Option<&Order>,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let changed = tx.execute(
                "UPDATE action SET state = 'sending', body = ?2, body_hash = ?3, sent_at = ?4, updated_at = ?4,
                        attempts = attempts + 1, empty_lookups = 0, looked_up_at = NULL, reason = NULL
                 WHERE action_id = ?1 AND state = 'queued'",
                params![id.0, body, sha256(body), millis(now)],
            )?;
            if let Some(order) = quoted.filter(|_| changed == 1) {
                // A quote nobody looked at is no agreement: what was shown stays what a rise is measured from, and what
                // was confirmed the total agreed to.
                tx.execute(
                    "UPDATE action SET quoted = ?2, goods = ?3, freight = ?4, total = COALESCE(total, ?5)
                     WHERE action_id = ?1",
                    params![
                        id.0,
                        to_json(&order.lines)?,
                        order.goods.map(|m| m.to_string()),
                        order.freight.map(|m| m.to_string()),
                        order.total.map(|m| m.to_string()),
                    ],
                )?;
            }
            Ok(changed == 1)
        })
    }

    /// Writes down what became of an action. A rejection returns its lines to the cart.
    pub fn finish(&self, id: ActionId, outcome: &Outcome, now: Timestamp) -> Result<(), LedgerError> {
        let (state, reason, orders) = match outcome {
            Outcome::Done(orders) => (ActionState::Done, None, orders.as_slice()),
            Outcome::Rejected(reason) => (ActionState::Rejected, Some(reason), [].as_slice()),
            Outcome::Queued(reason) => (ActionState::Queued, reason.as_ref(), [].as_slice()),
            Outcome::Held(reason) => (ActionState::Draft, Some(reason), [].as_slice()),
            Outcome::Unknown(reason) => (ActionState::Unknown, Some(reason), [].as_slice()),
            Outcome::HandedOver => (ActionState::HandedOver, None, [].as_slice()),
        };
        self.write(|tx| {
            tx.execute(
                "UPDATE action SET state = ?2, reason = ?3, order_ids = ?4, updated_at = ?5 WHERE action_id = ?1",
                params![id.0, state.as_str(), reason.map(Clean::as_str), to_json(&orders)?, millis(now)],
            )?;
            if state == ActionState::Done {
                totals::accept_confirmed(tx, id.0, orders, now)?;
            }
            if state == ActionState::Rejected {
                totals::give_message_back(tx, id.0)?;
                tx.execute("UPDATE cart_line SET taken_by = NULL WHERE taken_by = ?1", [id.0])?;
            }
            Ok(())
        })
    }

    /// Releases held actions to be tried again under a new policy; how many. What the buyer allowed and
    /// forbade for an order stays with it: a new policy can accept a greater rise and name another cap on
    /// freight, but one that names no cap does not lift the order's own.
    pub fn release_held(
        &self,
        market: &MarketId,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<usize, LedgerError> {
        self.write(|tx| {
            let mut statement =
                tx.prepare("SELECT action_id, policy FROM action WHERE market_id = ?1 AND state = 'draft'")?;
            let held = statement
                .query_map([market.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
            for (id, own) in &held {
                let own: Policy = from_json(own)?;
                let policy = Policy {
                    accept_drift_percent: policy.accept_drift_percent.max(own.accept_drift_percent),
                    max_freight: policy.max_freight.or(own.max_freight),
                };
                tx.execute(
                    "UPDATE action SET state = 'queued', policy = ?2, updated_at = ?3 WHERE action_id = ?1",
                    params![id, to_json(&policy)?, millis(now)],
                )?;
            }
            Ok(held.len())
        })
    }

    /// After a crash the bytes of a sending action may have left: it is unknown. Only the holder of the
    /// sender's lease may say so. How many there were.
    pub fn recover_sending(&self, market: &MarketId, now: Timestamp) -> Result<usize, LedgerError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE action SET state = 'unknown', reason = 'interrupted while sending', updated_at = ?2
                 WHERE market_id = ?1 AND state = 'sending'",
                params![market.as_str(), millis(now)],
            )
        })
    }

    /// Counts a look-up that found nothing.
    pub fn note_empty_lookup(&self, id: ActionId, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE action SET empty_lookups = empty_lookups + 1, looked_up_at = ?2, updated_at = ?2 WHERE action_id = ?1",
                params![id.0, millis(now)],
            )
            .map(|_| ())
        })
    }

    /// Actions in these states, oldest first; all when `states` is empty.
    pub fn actions(&self, market: &MarketId, states: &[ActionState]) -> Result<Vec<Action>, LedgerError> {
        // Of most markets nearly all are done.
        let of_states = match states {
            [] => String::new(),
            states => format!(" AND state IN (?{})", ", ?".repeat(states.len() - 1)),
        };
        let keys: Vec<&str> =
            std::iter::once(market.as_str()).chain(states.iter().map(|state| state.as_str())).collect();
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM action WHERE market_id = ?{of_states} ORDER BY action_id"
            ))?;
            statement.query_map(params_from_iter(keys), read_action)?.collect()
        })
    }

    /// One action by its row.
    pub fn action(&self, id: ActionId) -> Result<Option<Action>, LedgerError> {
        self.read(|connection| action_by(connection, "action_id = ?1", params![id.0]))
    }

    /// One action by our unique number.
    pub fn action_by_number(&self, market: &MarketId, number: &str) -> Result<Option<Action>, LedgerError> {
        let by = "out_order_id = ?1 AND market_id = ?2";
        self.read(|connection| action_by(connection, by, params![number, market.as_str()]))
    }
}

fn action_by(
    connection: &Connection,
    condition: &str,
    values: impl rusqlite::Params,
) -> rusqlite::Result<Option<Action>> {
    connection
        .query_row(&format!("SELECT {COLUMNS} FROM action WHERE {condition}"), values, read_action)
        .optional()
}

fn read_action(row: &Row<'_>) -> rusqlite::Result<Action> {
    let text = |index: usize| row.get::<_, Option<String>>(index);
    let money = |index: usize| -> rusqlite::Result<Option<Money>> {
        text(index)?.map(|t| t.parse().map_err(|error| damaged(&error))).transpose()
    };
    let word = |index: usize| row.get::<_, String>(index);
    let kind = word(1)?;
    let state = word(2)?;
    Ok(Action {
        id: ActionId(row.get(0)?),
        state: ActionState::from_word(&state).ok_or_else(|| damaged(&format!("action state {state}")))?,
        new: NewAction {
            kind: ActionKind::from_word(&kind).ok_or_else(|| damaged(&format!("action kind {kind}")))?,
            out_order_id: OutOrderId::new(&word(3)?),
            supplier_id: text(4)?.map(|id| SupplierId::new(&id)),
            supplier_name: text(5)?.map(|name| Clean::new(&name)),
            target: text(6)?,
            address: text(8)?.map(|json| from_json(&json)).transpose()?,
            lines: from_json(&word(9)?)?,
            goods: money(10)?,
            freight: money(11)?,
            total: money(12)?,
            message: text(13)?,
            policy: from_json(&word(14)?)?,
        },
        body: text(7)?,
        total: money(12)?,
        order_ids: from_json(&word(15)?)?,
        reason: text(16)?.map(|reason| Clean::new(&reason)),
        empty_lookups: row.get(17)?,
        looked_up_at: row.get::<_, Option<i64>>(18)?.map(instant).transpose()?,
        sent_at: row.get::<_, Option<i64>>(19)?.map(instant).transpose()?,
        created_at: instant(row.get(20)?)?,
        quoted: text(21)?.map(|json| from_json(&json)).transpose()?,
    })
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Edit;
    use super::*;
    use crate::domain::id::{LineId, OfferKey};
    use crate::domain::offer::Offer;
    use crate::domain::quantity::Quantity;

    fn market() -> MarketId {
        MarketId::new("1234567/b2b-1")
    }

    fn with_queued() -> (Ledger, ActionId, LineId) {
        let ledger = Ledger::in_memory().unwrap();
        let offer = Box::new(Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH));
        let add = Edit::Add { offer, spec_id: None, quantity: Quantity::whole(5) };
        let line = ledger.edit_cart(&market(), "add", &[add], Timestamp::UNIX_EPOCH).unwrap().unwrap()[0];
        let new = NewAction {
            lines: vec![OrderLine {
                line_id: Some(line),
                offer_id: OfferKey::Market(1),
                spec_id: None,
                title: Clean::new("杯"),
                spec_name: Clean::default(),
                unit: None,
                quantity: Quantity::whole(5),
                unit_price: None,
                amount: None,
                shipping: None,
            }],
            ..NewAction::blank(ActionKind::Create, OutOrderId::new("0192-a"))
        };
        let id = ledger.queue(&market(), &new, Timestamp::UNIX_EPOCH).unwrap().unwrap();
        (ledger, id, line)
    }

    #[test]
    fn lines_leave_with_their_order_and_undo_does_not_bring_them_back() {
        let (ledger, _, _) = with_queued();
        assert!(ledger.cart_lines(&market()).unwrap().is_empty());
        assert_eq!(ledger.undo(&market()).unwrap(), None);
        assert!(ledger.cart_lines(&market()).unwrap().is_empty());
    }

    #[test]
    fn a_rejection_brings_the_same_lines_back() {
        let (ledger, id, line) = with_queued();
        ledger.finish(id, &Outcome::Rejected(Clean::new("500_004")), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(ledger.cart_lines(&market()).unwrap()[0].id, line);
        assert_eq!(ledger.action(id).unwrap().unwrap().state, ActionState::Rejected);
    }

    #[test]
    fn a_line_can_be_ordered_once_only() {
        let (ledger, id, _) = with_queued();
        let mut again = ledger.action(id).unwrap().unwrap().new;
        again.out_order_id = OutOrderId::new("0192-b");
        assert_eq!(ledger.queue(&market(), &again, Timestamp::UNIX_EPOCH).unwrap(), None);
        assert_eq!(ledger.actions(&market(), &[]).unwrap().len(), 1);
    }

    #[test]
    fn a_line_whose_quantity_was_changed_since_it_was_quoted_is_not_ordered() {
        let (ledger, first, line) = with_queued();
        ledger.finish(first, &Outcome::Rejected(Clean::new("500_004")), Timestamp::UNIX_EPOCH).unwrap();
        let mut quoted = ledger.action(first).unwrap().unwrap().new;
        quoted.out_order_id = OutOrderId::new("0192-b");
        let edit = Edit::Set { line, quantity: Quantity::whole(7) };
        ledger.edit_cart(&market(), "set", &[edit], Timestamp::UNIX_EPOCH).unwrap().unwrap();
        assert_eq!(ledger.queue(&market(), &quoted, Timestamp::UNIX_EPOCH).unwrap(), None);
        assert_eq!(ledger.actions(&market(), &[]).unwrap().len(), 1);
        assert_eq!(ledger.cart_lines(&market()).unwrap()[0].quantity, Quantity::whole(7));
    }

    #[test]
    fn a_held_order_keeps_its_cap_on_freight_unless_a_new_one_is_named() {
        let (ledger, id, _) = with_queued();
        let cap = |yuan: &str| Some(yuan.parse::<Money>().unwrap());
        let percent = |n: i64| Decimal::from(n);
        let own = Policy { accept_drift_percent: percent(5), max_freight: cap("20.00") };
        let now = Timestamp::UNIX_EPOCH;
        let released = |with: Policy| {
            ledger.finish(id, &Outcome::Held(Clean::new("freight 50.00 is over the cap")), now).unwrap();
            assert_eq!(ledger.release_held(&market(), &with, now).unwrap(), 1);
            ledger.action(id).unwrap().unwrap().new.policy
        };
        assert_eq!(released(own), own);
        assert_eq!(released(Policy::default()), own);
        let raised = Policy { accept_drift_percent: percent(8), max_freight: cap("60.00") };
        assert_eq!(released(raised), raised);
    }

    #[test]
    fn what_was_shown_stays_the_baseline_however_often_it_is_made_ready() {
        let (ledger, first, line) = with_queued();
        ledger.finish(first, &Outcome::Rejected(Clean::new("500_004")), Timestamp::UNIX_EPOCH).unwrap();
        let yuan = |text: &str| text.parse::<Money>().unwrap();
        let mut new = ledger.action(first).unwrap().unwrap().new;
        new.out_order_id = OutOrderId::new("0192-b");
        new.lines[0].amount = Some(yuan("100.00"));
        assert_eq!(new.lines[0].line_id, Some(line));
        let id = ledger.queue(&market(), &new, Timestamp::UNIX_EPOCH).unwrap().unwrap();
        for risen in ["104.00", "108.00"] {
            let mut quoted = ledger.action(id).unwrap().unwrap().to_order();
            quoted.lines[0].amount = Some(yuan(risen));
            quoted.goods = Some(yuan(risen));
            assert!(ledger.mark_sending(id, "{}", Some(&quoted), Timestamp::UNIX_EPOCH).unwrap());
            ledger.finish(id, &Outcome::Queued(None), Timestamp::UNIX_EPOCH).unwrap();
            let action = ledger.action(id).unwrap().unwrap();
            assert_eq!(action.new.lines[0].amount, Some(yuan("100.00")), "what the buyer saw");
            let told = action.to_order();
            assert_eq!((told.lines[0].amount, told.goods), (Some(yuan(risen)), Some(yuan(risen))));
        }
    }

    #[test]
    fn only_a_queued_action_can_start_to_send_and_a_crash_makes_it_unknown() {
        let (ledger, id, _) = with_queued();
        assert!(ledger.mark_sending(id, "{}", None, Timestamp::UNIX_EPOCH).unwrap());
        assert!(!ledger.mark_sending(id, "{}", None, Timestamp::UNIX_EPOCH).unwrap());
        assert_eq!(ledger.recover_sending(&market(), Timestamp::UNIX_EPOCH).unwrap(), 1);
        assert_eq!(ledger.action(id).unwrap().unwrap().state, ActionState::Unknown);
    }
}
