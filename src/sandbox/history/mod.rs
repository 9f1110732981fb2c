//! A buyer with a past: six months of orders put into a state when it is made, so that the first start shows
//! something to order again, to pay, to wait for and to receive.
//!
//! Everything is found in the generated world by its seed and dated from the marketplace's clock at its start.
//! The orders are marked `seeded`: they took no stock, carry no number of a create call and stay out of the
//! books unless asked for.

mod moved;
mod shelf;

use std::rc::Rc;

use rusqlite::Transaction;
use rust_decimal::Decimal;

use self::moved::Part;
use self::shelf::{Portion, Shelf, prices};
use super::address::{self, Address};
use super::carriage::{self, Parcel};
use super::goods::{Goods, Made, ship_hours};
use super::orders::{self, Order, OrderLine};
use super::rules::GENERAL;
use super::world::World;
use super::world::rng::{Permutation, Source};
use super::world::types::{WorldFreight, WorldOffer, WorldSupplier};
use crate::domain::money::Money;

/// Kind of draws this past is made of; never renumber, or every past changes.
const TOPIC: u64 = 0x0068_6973;

/// Smaller worlds have too few shops to have bought from.
const FEWEST_OFFERS: u64 = 2_000;
/// Shops looked at, at most, so that a start stays quick whatever the world.
const MOST_SHOPS: u64 = 400;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Beijing's clock is so far ahead.
const BEIJING_MS: i64 = 8 * HOUR_MS;
/// A shipped order is confirmed by itself after so long.
const RECEIVE_WITHIN_MS: i64 = 10 * DAY_MS;
/// A seller who still owes the freight keeps the order so long.
const AGREE_WITHIN_MS: i64 = 15 * DAY_MS;

/// Gives a new state its past, if the goods are a world large enough to have one.
pub(super) fn seed(
    tx: &Transaction<'_>,
    goods: &Goods,
    account_number: i64,
    now_ms: i64,
) -> rusqlite::Result<()> {
    let Made::World(world) = goods.made() else { return Ok(()) };
    if world.offer_count() < FEWEST_OFFERS {
        return Ok(());
    }
    let Some(past) = past(world, now_ms) else {
        tracing::warn!(
            seed = world.seed(),
            suppliers = world.supplier_count(),
            "the world's shops are too small for a past: no seeded orders"
        );
        return Ok(());
    };
    for mut order in past {
        orders::insert(tx, &mut order, account_number, false, false)?;
    }
    Ok(())
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Done,
    /// Done, and less came than was ordered.
    Short,
    Cancelled,
    Shipped,
    Paid,
    ToPay,
    FreightOpen,
}

/// From whom.
#[derive(Debug, Clone, Copy)]
enum From {
    /// A shop of the combined purchase, again.
    Again(usize),
    /// Another shop.
    Other,
    /// Another shop, with goods it promises within 72 hours only.
    Slow,
    /// Another shop that sets its freight after the order.
    Agreed,
    /// All eight shops at once.
    All,
}

/// One order in outline.
struct Outline {
    from: From,
    lines: usize,
    /// Of the address book.
    address: usize,
    stage: Stage,
    created: When,
    message: Option<&'static str>,
}

/// When an order was made.
#[derive(Debug, Clone, Copy)]
enum When {
    /// Days before today in Beijing, and the hour there.
    Day(i64, i64),
    /// So many minutes before now.
    Minutes(i64),
}

impl When {
    /// Unix milliseconds; `odd` spreads the minutes.
    fn ms(self, now_ms: i64, odd: i64) -> i64 {
        match self {
            When::Day(days, hour) => {
                let midnight = (now_ms + BEIJING_MS).div_euclid(DAY_MS) * DAY_MS - BEIJING_MS;
                midnight - days * DAY_MS + hour * HOUR_MS + odd * 1_000
            }
            When::Minutes(minutes) => now_ms - minutes * MINUTE_MS,
        }
    }
}

/// The fourteen, oldest first.
fn outlines() -> [Outline; 14] {
    let of = |from, lines, address, stage, created| Outline {
        from,
        lines,
        address,
        stage,
        created,
        message: None,
    };
    let day = When::Day;
    [
        of(From::Again(0), 5, 0, Stage::Done, day(178, 10)),
        of(From::Other, 3, 0, Stage::Done, day(161, 15)),
        of(From::Again(1), 6, 1, Stage::Done, day(144, 9)),
        of(From::Other, 2, 0, Stage::Cancelled, day(126, 20)),
        Outline {
            message: Some("请用加厚纸箱，谢谢"),
            ..of(From::Again(0), 7, 0, Stage::Done, day(103, 11))
        },
        of(From::Other, 12, 1, Stage::Done, day(88, 14)),
        of(From::Other, 1, 2, Stage::Done, day(61, 16)),
        of(From::Again(1), 4, 0, Stage::Done, day(44, 10)),
        of(From::All, 50, 0, Stage::Done, day(30, 9)),
        of(From::Again(2), 5, 0, Stage::Short, day(19, 13)),
        of(From::Again(0), 4, 0, Stage::Shipped, When::Minutes(6 * 24 * 60 + 75)),
        Outline {
            message: Some("发货前请核对颜色"),
            ..of(From::Slow, 4, 1, Stage::Paid, When::Minutes(26 * 60))
        },
        of(From::Other, 3, 0, Stage::ToPay, When::Minutes(24 * 60 - 12)),
        of(From::Agreed, 2, 2, Stage::FreightOpen, When::Minutes(5 * 60)),
    ]
}

/// The orders of the last six months, oldest first; `None` where the world's shops do not have them.
fn past(world: &World, now_ms: i64) -> Option<Vec<Order>> {
    let shops = Permutation::new(world.seed(), TOPIC, world.supplier_count());
    let mut walk = (0..world.supplier_count().min(MOST_SHOPS)).filter_map(|at| shops.forward(at));
    let parts = moved::purchase(world, walk.by_ref())?;
    let addresses = address::book();
    let mut past = Vec::with_capacity(14);
    for (index, outline) in outlines().iter().enumerate() {
        let own = Source::new(world.seed(), TOPIC, (1 << 48) + index as u64);
        let address = addresses.get(outline.address)?;
        let bought = match outline.from {
            From::All => combined(&parts, address, own)?,
            From::Again(part) => {
                let part = parts.get(part)?;
                let portions: Vec<Portion> = part.steady.iter().take(outline.lines).cloned().collect();
                single(&part.shelf.supplier, portions, outline.stage, address, own)
            }
            From::Other => {
                let (shelf, portions) =
                    another(world, &mut walk, |shelf| shelf.fill(outline.lines, |_| true))?;
                single(&shelf.supplier, portions, outline.stage, address, own)
            }
            From::Slow => {
                let slow = |portion: &Portion| ship_hours(&portion.offer.ship_guarantee) >= Some(72);
                let (shelf, portions) = another(world, &mut walk, |shelf| {
                    shelf.fill(outline.lines, |_| true).filter(|portions| portions.iter().any(slow))
                })?;
                single(&shelf.supplier, portions, outline.stage, address, own)
            }
            From::Agreed => {
                let agreed = |offer: &WorldOffer| offer.freight == WorldFreight::ByAgreement;
                let (shelf, portions) = another(world, &mut walk, |shelf| shelf.fill(outline.lines, agreed))?;
                single(&shelf.supplier, portions, outline.stage, address, own)
            }
        };
        past.push(dated(outline, bought, address, now_ms, own.at(0).between(0, 3_500)));
    }
    Some(past)
}

/// The next shop that sells what is wanted.
fn another(
    world: &World,
    walk: &mut impl Iterator<Item = u64>,
    wanted: impl Fn(&Shelf) -> Option<Vec<Portion>>,
) -> Option<(Shelf, Vec<Portion>)> {
    walk.find_map(|supplier| {
        let shelf = Shelf::of(world, supplier)?;
        let portions = wanted(&shelf)?;
        Some((shelf, portions))
    })
}

/// What was bought, of whom, and its carriage in fen.
struct Bought {
    supplier: u64,
    seller_open_id: String,
    lines: Vec<OrderLine>,
    freight_fen: i64,
}

/// Carriage by the seller's table; what is by agreement, as the seller set it then.
fn freight_fen(
    goods: impl Iterator<Item = (Rc<WorldOffer>, i64)>,
    goods_fen: i64,
    address: &Address,
    own: Source,
) -> i64 {
    let goods: Vec<(Rc<WorldOffer>, i64)> = goods.collect();
    let parcels: Vec<Parcel<'_>> = goods
        .iter()
        .map(|(offer, quantity)| Parcel { offer, quantity: Decimal::from(*quantity), post_included: false })
        .collect();
    let carriage = carriage::of_order(&parcels, address.zone(), Money::from_fen(goods_fen));
    let set_later = if carriage.by_agreement.is_empty() { 0 } else { own.at(1).between(12, 38) * 100 };
    carriage.amount.to_fen_rounded() + set_later
}

fn goods_fen(lines: &[OrderLine]) -> i64 {
    lines.iter().map(|line| line.amount_fen).sum()
}

/// An order at one shop. Prices were a little different then, save in what is not yet shipped.
fn single(
    supplier: &WorldSupplier,
    mut portions: Vec<Portion>,
    stage: Stage,
    address: &Address,
    own: Source,
) -> Bought {
    let old = matches!(stage, Stage::Done | Stage::Short | Stage::Cancelled);
    if old {
        for (at, portion) in portions.iter_mut().enumerate() {
            portion.quantity *= if own.at(10 + at as u64).chance(300_000) { 2 } else { 1 };
        }
    }
    if stage == Stage::Short
        && portions.iter().all(|portion| portion.quantity < 4)
        && let Some(first) = portions.first_mut()
    {
        first.quantity *= 4;
    }
    // One offer moved by one amount, whatever the variant.
    let then = |offer: &WorldOffer, today: Money| {
        let moved = Source::new(own.at(2).0, TOPIC, offer.number).at(0).between(960, 1_055);
        let fen = today.to_fen_rounded();
        if old { Money::from_fen((fen * moved / 1000).max(1)) } else { today }
    };
    let mut lines: Vec<OrderLine> = portions
        .iter()
        .zip(prices(&portions))
        .map(|(portion, today)| portion.at(then(&portion.offer, today)))
        .collect();
    if stage == Stage::Short
        && let Some(line) = lines.iter_mut().max_by_key(|line| line.quantity)
    {
        let missing = (line.quantity / Decimal::from(5)).ceil().max(Decimal::ONE);
        line.delivered = Some(line.quantity - missing);
    }
    let goods = portions.iter().map(|portion| (Rc::clone(&portion.offer), portion.quantity));
    let freight_fen = freight_fen(goods, goods_fen(&lines), address, own);
    Bought { supplier: supplier.number, seller_open_id: supplier.seller_open_id.clone(), lines, freight_fen }
}

/// The combined purchase: under the name of the shop with most of its lines, carriage added up over the shops.
fn combined(parts: &[Part], address: &Address, own: Source) -> Option<Bought> {
    let named = &parts.first()?.shelf.supplier;
    let mut lines = Vec::with_capacity(50);
    let mut freight = 0;
    for part in parts {
        let part_lines = part.lines();
        freight += freight_fen(moved::travelled(part), goods_fen(&part_lines), address, own);
        lines.extend(part_lines);
    }
    Some(Bought {
        supplier: named.number,
        seller_open_id: named.seller_open_id.clone(),
        lines,
        freight_fen: freight,
    })
}

/// The order with its dates.
fn dated(outline: &Outline, bought: Bought, address: &Address, now_ms: i64, odd: i64) -> Order {
    let created_ms = outline.created.ms(now_ms, odd);
    let paid = created_ms + 9 * MINUTE_MS + odd * 100;
    let shipped = paid + 26 * HOUR_MS + odd * 900;
    let completed = shipped + 4 * DAY_MS + odd * 1_000;
    let mut order = Order {
        order_id: 0,
        out_order_id: None,
        create_seq: None,
        supplier: bought.supplier,
        seller_open_id: bought.seller_open_id,
        status: orders::WAIT_PAY.to_owned(),
        close_reason: None,
        flow: GENERAL.to_owned(),
        trade_type: super::calls::TRADE_TYPE.to_owned(),
        goods_fen: goods_fen(&bought.lines),
        freight_fen: Some(bought.freight_fen),
        address: serde_json::to_string(address).unwrap_or_default(),
        message: outline.message.map(str::to_owned),
        created_ms,
        modified_ms: created_ms,
        pay_by_ms: created_ms + orders::PAY_WITHIN_MS,
        paid_ms: None,
        shipped_ms: None,
        receive_by_ms: None,
        completed_ms: None,
        discount_fen: 0,
        seeded: true,
        lines: bought.lines,
    };
    let status = |order: &mut Order, status: &str, at_ms: i64| {
        status.clone_into(&mut order.status);
        order.modified_ms = at_ms;
    };
    match outline.stage {
        Stage::Done | Stage::Short => {
            order.paid_ms = Some(paid);
            order.shipped_ms = Some(shipped);
            order.receive_by_ms = Some(shipped + RECEIVE_WITHIN_MS);
            order.completed_ms = Some(completed);
            status(&mut order, "success", completed);
        }
        Stage::Cancelled => {
            order.close_reason = Some("BUYER_CANCEL".to_owned());
            status(&mut order, orders::CANCELLED, created_ms + 95 * MINUTE_MS);
        }
        Stage::Shipped => {
            // Half of the ten days are left.
            let shipped = now_ms - RECEIVE_WITHIN_MS / 2;
            order.paid_ms = Some(created_ms + 6 * MINUTE_MS);
            order.shipped_ms = Some(shipped);
            order.receive_by_ms = Some(shipped + RECEIVE_WITHIN_MS);
            status(&mut order, orders::WAIT_RECEIVE, shipped);
        }
        Stage::Paid => {
            order.paid_ms = Some(created_ms + 2 * HOUR_MS);
            status(&mut order, "waitsellersend", created_ms + 2 * HOUR_MS);
        }
        Stage::ToPay => {}
        Stage::FreightOpen => {
            order.freight_fen = None;
            order.pay_by_ms = created_ms + AGREE_WITHIN_MS;
        }
    }
    order
}

#[cfg(test)]
mod tests;
