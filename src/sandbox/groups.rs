//! Group-buys: the world says who else joins by when; ours are kept here. At the deadline a join becomes an order
//! at the reached step's price, or is dropped and nothing is charged (DESIGN 6.12). Both happen in the first
//! transaction after it.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::address::Address;
use super::carriage::{self, Parcel};
use super::goods::Goods;
use super::opening::{self, Opening};
use super::orders::{self, Order, OrderLine};
use super::state;
use super::world::types::{WorldGroup, WorldOffer};
use crate::domain::money::Money;

pub(super) const JOINED: &str = "joined";
pub(super) const LEFT: &str = "left";
pub(super) const ORDERED: &str = "ordered";
pub(super) const DROPPED: &str = "dropped";
/// The flow of an order a group made.
pub(super) const FLOW: &str = "ttpft";

/// One join of ours.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Join {
    pub join_id: String,
    pub group_id: String,
    pub offer_id: i64,
    pub spec_id: Option<String>,
    pub quantity: Decimal,
    pub state: String,
    /// JSON of the resolved address.
    pub address: String,
    pub created_ms: i64,
    pub deadline_ms: i64,
    pub order_id: Option<i64>,
}

const COLUMNS: &str =
    "join_id, group_id, offer_id, spec_id, quantity, state, address, created_ms, deadline_ms, order_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Join> {
    Ok(Join {
        join_id: row.get(0)?,
        group_id: row.get(1)?,
        offer_id: row.get(2)?,
        spec_id: row.get(3)?,
        quantity: row.get::<_, String>(4)?.parse().map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error))
        })?,
        state: row.get(5)?,
        address: row.get(6)?,
        created_ms: row.get(7)?,
        deadline_ms: row.get(8)?,
        order_id: row.get(9)?,
    })
}

/// The join of this id.
pub(super) fn by_id(tx: &Transaction<'_>, join_id: &str) -> rusqlite::Result<Option<Join>> {
    tx.prepare_cached(&format!("SELECT {COLUMNS} FROM joins WHERE join_id = ?1"))?
        .query_row([join_id], read)
        .optional()
}

/// All joins of a group, oldest first.
pub(super) fn of_group(tx: &Transaction<'_>, group_id: &str) -> rusqlite::Result<Vec<Join>> {
    tx.prepare_cached(&format!("SELECT {COLUMNS} FROM joins WHERE group_id = ?1 ORDER BY position"))?
        .query_map([group_id], read)?
        .collect()
}

/// Every join, oldest first.
pub(super) fn all(tx: &Transaction<'_>) -> rusqlite::Result<Vec<Join>> {
    tx.prepare_cached(&format!("SELECT {COLUMNS} FROM joins ORDER BY position"))?
        .query_map([], read)?
        .collect()
}

/// Keeps a join and reserves its stock.
pub(super) fn insert(tx: &Transaction<'_>, join: &Join) -> rusqlite::Result<()> {
    let position = state::next_number(tx, "join_number")?;
    tx.prepare_cached(
        "INSERT INTO joins (join_id, group_id, offer_id, spec_id, quantity, state, address, created_ms, deadline_ms, order_id,
            position) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        join.join_id,
        join.group_id,
        join.offer_id,
        join.spec_id,
        join.quantity.to_string(),
        join.state,
        join.address,
        join.created_ms,
        join.deadline_ms,
        join.order_id,
        position,
    ])?;
    state::move_stock(tx, join.offer_id, join.spec_id.as_deref(), join.quantity)
}

/// Ends a join without an order and returns its stock.
pub(super) fn release(tx: &Transaction<'_>, join: &Join, to: &str) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE joins SET state = ?2 WHERE join_id = ?1")?
        .execute(params![join.join_id, to])?;
    state::move_stock(tx, join.offer_id, join.spec_id.as_deref(), -join.quantity)
}

/// How many have joined: others and ours. People are counted once an account, pieces as they are.
pub(super) fn participants(
    goods: &Goods,
    opening: Option<&Opening>,
    group: &WorldGroup,
    joins: &[Join],
    now_ms: i64,
) -> i64 {
    let counted = |join: &&Join| join.state == JOINED || join.state == ORDERED;
    let ours = if group.counts == "pieces" {
        let pieces: Decimal = joins.iter().filter(counted).map(|join| join.quantity).sum();
        pieces.floor().to_i64().unwrap_or(i64::MAX)
    } else {
        i64::from(joins.iter().any(|join| counted(&join)))
    };
    opening::arrivals(goods, opening, group, now_ms).saturating_add(ours)
}

/// Steps reached, and the price of the last one.
pub(super) fn reached(group: &WorldGroup, participants: i64) -> (usize, Option<Money>) {
    let reached = group.steps.iter().take_while(|(from, _)| participants >= *from).count();
    (reached, reached.checked_sub(1).and_then(|last| group.steps.get(last)).map(|(_, price)| *price))
}

/// Turns what has passed its deadline into orders, or drops it.
pub(super) fn settle(
    tx: &Transaction<'_>,
    goods: &Goods,
    account_number: i64,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let due: Vec<Join> = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM joins WHERE state = 'joined' AND deadline_ms <= ?1 ORDER BY deadline_ms, position"
        ))?
        .query_map([now_ms], read)?
        .collect::<rusqlite::Result<_>>()?;
    if due.is_empty() {
        return Ok(());
    }
    let opening = Opening::load(tx)?;
    // Counted before any of them changes, so that all joins of a group meet the same step.
    let mut outcomes = Vec::with_capacity(due.len());
    for join in &due {
        let known = goods.group(&join.group_id).zip(goods.offer_by_id(join.offer_id));
        let price = match &known {
            Some((group, _)) => {
                let joins = of_group(tx, &join.group_id)?;
                reached(group, participants(goods, opening.as_ref(), group, &joins, group.deadline_ms)).1
            }
            None => None,
        };
        outcomes.push(price.zip(known.map(|(_, offer)| offer)));
    }
    for (join, outcome) in due.iter().zip(outcomes) {
        let Some((price, offer)) = outcome else {
            release(tx, join, DROPPED)?;
            continue;
        };
        let order_id = order(tx, goods, account_number, join, &offer, price)?;
        tx.prepare_cached("UPDATE joins SET state = ?2, order_id = ?3 WHERE join_id = ?1")?
            .execute(params![join.join_id, ORDERED, order_id])?;
    }
    Ok(())
}

/// Orders what a join reserved; its stock is taken already.
fn order(
    tx: &Transaction<'_>,
    goods: &Goods,
    account_number: i64,
    join: &Join,
    offer: &WorldOffer,
    price: Money,
) -> rusqlite::Result<i64> {
    let sku = offer.skus.iter().find(|sku| Some(&sku.spec_id) == join.spec_id.as_ref());
    let amount = price.times(join.quantity).rounded();
    let zone = serde_json::from_str::<Address>(&join.address)
        .map_or(super::world::types::Zone::Far, |address| address.zone());
    let parcel = Parcel { offer, quantity: join.quantity, post_included: false };
    let carriage = carriage::of_order(&[parcel], zone, amount);
    let mut order = Order {
        order_id: 0,
        out_order_id: None,
        create_seq: None,
        supplier: offer.supplier,
        seller_open_id: goods.supplier(offer.supplier).map(|s| s.seller_open_id).unwrap_or_default(),
        status: orders::WAIT_PAY.to_owned(),
        close_reason: None,
        flow: FLOW.to_owned(),
        trade_type: super::calls::TRADE_TYPE.to_owned(),
        goods_fen: amount.to_fen_rounded(),
        freight_fen: carriage.by_agreement.is_empty().then(|| carriage.amount.to_fen_rounded()),
        address: join.address.clone(),
        message: None,
        created_ms: join.deadline_ms,
        modified_ms: join.deadline_ms,
        pay_by_ms: join.deadline_ms.saturating_add(orders::PAY_WITHIN_MS),
        paid_ms: None,
        shipped_ms: None,
        receive_by_ms: None,
        completed_ms: None,
        discount_fen: 0,
        seeded: false,
        lines: vec![OrderLine {
            sub_id: 0,
            offer_id: offer.offer_id,
            spec_id: join.spec_id.clone(),
            sku_id: sku.map(|sku| sku.sku_id),
            name: offer.subject.clone(),
            attributes: sku
                .map(|sku| sku.attributes.iter().map(|a| (a.name.to_string(), a.value.to_string())).collect())
                .unwrap_or_default(),
            quantity: join.quantity,
            unit: offer.unit.to_string(),
            unit_price: price,
            amount_fen: amount.to_fen_rounded(),
            delivered: None,
        }],
    };
    orders::insert(tx, &mut order, account_number, false, false)?;
    Ok(order.order_id)
}
