//! The marketplace's order book: rows in, rows out, closing and the dump. What may be ordered is judged in
//! [`super::rules`], what becomes of it in [`super::life`]; this only keeps it.

use rusqlite::{OptionalExtension, Row, ToSql, Transaction, params};
use rust_decimal::Decimal;
use serde::Serialize;

use super::state;
use crate::domain::money::Money;

/// Unpaid orders close after three days.
pub(super) const PAY_WITHIN_MS: i64 = 3 * 24 * 3600 * 1000;
/// A cancel is refused in the first ten seconds (GATEWAY.md 1.4).
pub(super) const CANCEL_AFTER_MS: i64 = 10_000;

/// A shipped order is received by itself after ten days.
pub(super) const RECEIVE_WITHIN_MS: i64 = 10 * 24 * 3600 * 1000;

pub(super) const WAIT_PAY: &str = "waitbuyerpay";
pub(super) const WAIT_SEND: &str = "waitsellersend";
pub(super) const WAIT_RECEIVE: &str = "waitbuyerreceive";
pub(super) const CONFIRMED: &str = "confirm_goods";
pub(super) const SUCCESS: &str = "success";
pub(super) const CANCELLED: &str = "cancel";

/// One order as stored.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    pub order_id: i64,
    pub out_order_id: Option<String>,
    /// Number of the accepted create call; `None` for an order a group's deadline made.
    pub create_seq: Option<i64>,
    pub supplier: u64,
    pub seller_open_id: String,
    pub status: String,
    pub close_reason: Option<String>,
    pub flow: String,
    pub trade_type: String,
    pub goods_fen: i64,
    /// `None` = by agreement, not set yet.
    pub freight_fen: Option<i64>,
    /// JSON of the resolved address.
    pub address: String,
    pub message: Option<String>,
    pub created_ms: i64,
    pub modified_ms: i64,
    pub pay_by_ms: i64,
    pub paid_ms: Option<i64>,
    pub shipped_ms: Option<i64>,
    /// When a shipped order is confirmed by itself.
    pub receive_by_ms: Option<i64>,
    pub completed_ms: Option<i64>,
    /// What the seller took off (or with a minus put on) after ordering, fen.
    pub discount_fen: i64,
    /// Part of the buyer's made-up past.
    pub seeded: bool,
    pub lines: Vec<OrderLine>,
}

impl Order {
    /// Goods less the seller's discount, plus freight as far as it is known.
    pub fn total_fen(&self) -> i64 {
        self.goods_fen.saturating_sub(self.discount_fen).saturating_add(self.freight_fen.unwrap_or(0))
    }
}

/// One line as stored, with the offer's words frozen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OrderLine {
    pub sub_id: i64,
    pub offer_id: i64,
    pub spec_id: Option<String>,
    pub sku_id: Option<i64>,
    pub name: String,
    /// Name and value pairs of the SKU.
    pub attributes: Vec<(String, String)>,
    pub quantity: Decimal,
    pub unit: String,
    pub unit_price: Money,
    pub amount_fen: i64,
    /// What of it arrived, where that is less than ordered.
    pub delivered: Option<Decimal>,
}

/// Gives the order its ids and stores it with its stock taken; `order_id`, `create_seq` and the lines' `sub_id`
/// are filled in. Ids look like the real ones: 19 digits that end in the buyer's, sub-orders counting in front
/// of that ending.
pub(super) fn insert(
    tx: &Transaction<'_>,
    order: &mut Order,
    account_number: i64,
    by_create: bool,
    take_stock: bool,
) -> rusqlite::Result<()> {
    let position = state::next_number(tx, "order_number")?;
    let ending = account_number.rem_euclid(1_000_000);
    order.order_id = (3_317_081_160_226 + position * 64) * 1_000_000 + ending;
    order.create_seq = if by_create { Some(state::next_number(tx, "create_seq")?) } else { None };
    tx.prepare_cached(
        "INSERT INTO orders (order_id, position, out_order_id, create_seq, supplier, seller_open_id, status, close_reason,
            flow, trade_type, goods_fen, freight_fen, address, message, created_ms, modified_ms, pay_by_ms, seeded,
            paid_ms, shipped_ms, receive_by_ms, completed_ms, discount_fen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
            ?23)",
    )?
    .execute(params![
        order.order_id,
        position,
        order.out_order_id,
        order.create_seq,
        order.supplier as i64,
        order.seller_open_id,
        order.status,
        order.close_reason,
        order.flow,
        order.trade_type,
        order.goods_fen,
        order.freight_fen,
        order.address,
        order.message,
        order.created_ms,
        order.modified_ms,
        order.pay_by_ms,
        order.seeded,
        order.paid_ms,
        order.shipped_ms,
        order.receive_by_ms,
        order.completed_ms,
        order.discount_fen,
    ])?;
    let mut insert_line = tx.prepare_cached(
        "INSERT INTO order_lines (order_id, position, sub_id, offer_id, spec_id, sku_id, name, attributes, quantity, unit,
            unit_price, amount_fen, delivered) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for (index, line) in order.lines.iter_mut().enumerate() {
        line.sub_id = order.order_id + 1_000_000 * (index as i64 + 1);
        insert_line.execute(params![
            order.order_id,
            index as i64,
            line.sub_id,
            line.offer_id,
            line.spec_id,
            line.sku_id,
            line.name,
            serde_json::to_string(&line.attributes).unwrap_or_default(),
            line.quantity.to_string(),
            line.unit,
            line.unit_price.to_string(),
            line.amount_fen,
            line.delivered.map(|delivered| delivered.to_string()),
        ])?;
        if take_stock {
            state::move_stock(tx, line.offer_id, line.spec_id.as_deref(), line.quantity)?;
        }
    }
    Ok(())
}

const COLUMNS: &str =
    "order_id, out_order_id, create_seq, supplier, seller_open_id, status, close_reason, flow, trade_type,
    goods_fen, freight_fen, address, message, created_ms, modified_ms, pay_by_ms, seeded, paid_ms, shipped_ms, receive_by_ms,
    completed_ms, discount_fen";

fn read(row: &Row<'_>) -> rusqlite::Result<Order> {
    Ok(Order {
        order_id: row.get(0)?,
        out_order_id: row.get(1)?,
        create_seq: row.get(2)?,
        supplier: row.get::<_, i64>(3)? as u64,
        seller_open_id: row.get(4)?,
        status: row.get(5)?,
        close_reason: row.get(6)?,
        flow: row.get(7)?,
        trade_type: row.get(8)?,
        goods_fen: row.get(9)?,
        freight_fen: row.get(10)?,
        address: row.get(11)?,
        message: row.get(12)?,
        created_ms: row.get(13)?,
        modified_ms: row.get(14)?,
        pay_by_ms: row.get(15)?,
        seeded: row.get(16)?,
        paid_ms: row.get(17)?,
        shipped_ms: row.get(18)?,
        receive_by_ms: row.get(19)?,
        completed_ms: row.get(20)?,
        discount_fen: row.get(21)?,
        lines: Vec::new(),
    })
}

fn lines(tx: &Transaction<'_>, order_id: i64) -> rusqlite::Result<Vec<OrderLine>> {
    tx.prepare_cached(
        "SELECT sub_id, offer_id, spec_id, sku_id, name, attributes, quantity, unit, unit_price, amount_fen,
            delivered FROM order_lines WHERE order_id = ?1 ORDER BY position",
    )?
    .query_map([order_id], |row| {
        Ok(OrderLine {
            sub_id: row.get(0)?,
            offer_id: row.get(1)?,
            spec_id: row.get(2)?,
            sku_id: row.get(3)?,
            name: row.get(4)?,
            attributes: serde_json::from_str(&row.get::<_, String>(5)?)
                .map_err(|error| unreadable(5, error.into()))?,
            quantity: row.get::<_, String>(6)?.parse().map_err(|error| unreadable(6, Box::new(error)))?,
            unit: row.get(7)?,
            unit_price: row.get::<_, String>(8)?.parse().map_err(|error| unreadable(8, Box::new(error)))?,
            amount_fen: row.get(9)?,
            delivered: row
                .get::<_, Option<String>>(10)?
                .map(|text| text.parse().map_err(|error| unreadable(10, Box::new(error))))
                .transpose()?,
        })
    })?
    .collect()
}

fn unreadable(column: usize, error: Box<dyn std::error::Error + Send + Sync>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error)
}

fn complete(tx: &Transaction<'_>, heads: Vec<Order>) -> rusqlite::Result<Vec<Order>> {
    heads
        .into_iter()
        .map(|mut order| {
            order.lines = lines(tx, order.order_id)?;
            Ok(order)
        })
        .collect()
}

/// The order of this id.
pub(super) fn by_id(tx: &Transaction<'_>, order_id: i64) -> rusqlite::Result<Option<Order>> {
    let head = tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM orders WHERE order_id = ?1"))?
        .query_row([order_id], read)
        .optional()?;
    Ok(complete(tx, head.into_iter().collect())?.into_iter().next())
}

/// The first order a create with this `outOrderId` made.
pub(super) fn by_out_order_id(tx: &Transaction<'_>, out_order_id: &str) -> rusqlite::Result<Option<Order>> {
    let head = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM orders WHERE out_order_id = ?1 AND create_seq IS NOT NULL ORDER BY position LIMIT 1"
        ))?
        .query_row([out_order_id], read)
        .optional()?;
    Ok(complete(tx, head.into_iter().collect())?.into_iter().next())
}

/// What `getBuyerOrderList` filters by; `None` = any. Windows include both ends.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub out_order_id: Option<String>,
    pub status: Option<String>,
    pub seller: Option<u64>,
    pub created_from_ms: Option<i64>,
    pub created_to_ms: Option<i64>,
    pub modified_from_ms: Option<i64>,
    pub modified_to_ms: Option<i64>,
    /// JSON array of ids.
    pub order_ids: Option<String>,
    pub product_name: Option<String>,
}

impl Filter {
    /// The values of [`WHERE`], in its order; the number of the seller is the caller's, as SQLite counts.
    fn values<'a>(&'a self, seller: &'a dyn ToSql) -> Vec<&'a dyn ToSql> {
        vec![
            &self.out_order_id,
            &self.status,
            seller,
            &self.created_from_ms,
            &self.created_to_ms,
            &self.modified_from_ms,
            &self.modified_to_ms,
            &self.order_ids,
            &self.product_name,
        ]
    }
}

const WHERE: &str = "(?1 IS NULL OR out_order_id = ?1) AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR supplier = ?3)
    AND (?4 IS NULL OR created_ms >= ?4) AND (?5 IS NULL OR created_ms <= ?5)
    AND (?6 IS NULL OR modified_ms >= ?6) AND (?7 IS NULL OR modified_ms <= ?7)
    AND (?8 IS NULL OR order_id IN (SELECT value FROM json_each(?8)))
    AND (?9 IS NULL OR EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = orders.order_id AND instr(l.name, ?9) > 0))";

/// One page, newest first, and how many there are in all.
pub(super) fn page(
    tx: &Transaction<'_>,
    filter: &Filter,
    page: i64,
    page_size: i64,
) -> rusqlite::Result<(Vec<Order>, i64)> {
    let seller = filter.seller.map(|number| number as i64);
    let before = page_size.saturating_mul(page - 1);
    let mut values = filter.values(&seller);
    let total = tx
        .prepare_cached(&format!("SELECT COUNT(*) FROM orders WHERE {WHERE}"))?
        .query_row(values.as_slice(), |row| row.get(0))?;
    values.extend([&page_size as &dyn ToSql, &before]);
    let heads = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM orders WHERE {WHERE} ORDER BY created_ms DESC, position DESC LIMIT ?10 OFFSET ?11"
        ))?
        .query_map(values.as_slice(), read)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((complete(tx, heads)?, total))
}

/// Closes an order and returns its stock; seeded orders took none.
pub(super) fn close(
    tx: &Transaction<'_>,
    order: &mut Order,
    reason: &str,
    at_ms: i64,
) -> rusqlite::Result<()> {
    order.status = CANCELLED.to_owned();
    order.close_reason = Some(reason.to_owned());
    order.modified_ms = at_ms;
    save(tx, order, None)?;
    for line in order.lines.iter().filter(|_| !order.seeded) {
        state::move_stock(tx, line.offer_id, line.spec_id.as_deref(), -line.quantity)?;
    }
    Ok(())
}

/// Writes what can change after an order was created. `due_ms`: when to look at it again; `Some(0)` at the next
/// request, `None` never.
pub(super) fn save(tx: &Transaction<'_>, order: &Order, due_ms: Option<i64>) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE orders SET status = ?2, close_reason = ?3, freight_fen = ?4, discount_fen = ?5, modified_ms = ?6,
            paid_ms = ?7, shipped_ms = ?8, receive_by_ms = ?9, completed_ms = ?10, due_ms = ?11
         WHERE order_id = ?1",
    )?
    .execute(params![
        order.order_id,
        order.status,
        order.close_reason,
        order.freight_fen,
        order.discount_fen,
        order.modified_ms,
        order.paid_ms,
        order.shipped_ms,
        order.receive_by_ms,
        order.completed_ms,
        due_ms,
    ])?;
    Ok(())
}

/// Orders that something falls due for, earliest first; a new or changed order always counts.
pub(super) fn due(tx: &Transaction<'_>, now_ms: i64) -> rusqlite::Result<Vec<Order>> {
    let heads = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM orders WHERE due_ms <= ?1 ORDER BY due_ms, position"
        ))?
        .query_map([now_ms], read)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    complete(tx, heads)
}

/// One order of the dump, exactly as `pifa sandbox ledger` prints it.
#[derive(Debug, Serialize)]
struct Dumped {
    order_id: String,
    out_order_id: Option<String>,
    create_seq: Option<i64>,
    supplier_id: String,
    state: String,
    goods: Money,
    freight: Option<Money>,
    /// What the seller took off after ordering (with a minus: put on): total = goods - discount + freight.
    discount: Money,
    total: Money,
    created_at: String,
    paid_at: Option<String>,
    shipped_at: Option<String>,
    completed_at: Option<String>,
    flow: String,
    seeded: bool,
    lines: Vec<DumpedLine>,
}

#[derive(Debug, Serialize)]
struct DumpedLine {
    offer_id: String,
    spec_id: Option<String>,
    quantity: Decimal,
    unit_price: Money,
    amount: Money,
}

/// Every order in the order they were made; seeded history only when asked for.
pub(super) fn dump(tx: &Transaction<'_>, all: bool) -> rusqlite::Result<Vec<serde_json::Value>> {
    let heads = tx
        .prepare_cached(&format!("SELECT {COLUMNS} FROM orders WHERE ?1 OR NOT seeded ORDER BY position"))?
        .query_map([all], read)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    complete(tx, heads)?
        .into_iter()
        .map(|order| {
            let total = Money::from_fen(order.total_fen());
            let dumped = Dumped {
                order_id: order.order_id.to_string(),
                out_order_id: order.out_order_id,
                create_seq: order.create_seq,
                supplier_id: order.seller_open_id,
                state: order.status,
                goods: Money::from_fen(order.goods_fen),
                freight: order.freight_fen.map(Money::from_fen),
                discount: Money::from_fen(order.discount_fen),
                total,
                created_at: super::calls::rfc3339(order.created_ms),
                paid_at: order.paid_ms.map(super::calls::rfc3339),
                shipped_at: order.shipped_ms.map(super::calls::rfc3339),
                completed_at: order.completed_ms.map(super::calls::rfc3339),
                flow: order.flow,
                seeded: order.seeded,
                lines: order
                    .lines
                    .into_iter()
                    .map(|line| DumpedLine {
                        offer_id: line.offer_id.to_string(),
                        spec_id: line.spec_id,
                        quantity: line.quantity.normalize(),
                        unit_price: line.unit_price,
                        amount: Money::from_fen(line.amount_fen),
                    })
                    .collect(),
            };
            Ok(dumped.into_json())
        })
        .collect()
}

impl Dumped {
    fn into_json(self) -> serde_json::Value {
        let mut value = serde_json::to_value(&self).unwrap_or_default();
        // `Decimal` serialises as a string; quantities are numbers in this document.
        let quantities = self.lines.iter().map(|line| super::calls::number(line.quantity));
        if let Some(lines) = value.get_mut("lines").and_then(serde_json::Value::as_array_mut) {
            for (line, quantity) in lines.iter_mut().zip(quantities) {
                if let Some(fields) = line.as_object_mut() {
                    fields.insert("quantity".to_owned(), quantity);
                }
            }
        }
        value
    }
}
