//! What becomes of an order after it was created: the seller sets an open freight, now and then another price,
//! ships what was paid; what is not received in time counts as received. There are no timers: everything that fell
//! due is made up for in the transaction of the next request, each step stamped with the moment it fell due.
//!
//! How long a seller takes is a pure function of the order, so every process serving a state agrees and a failure
//! can be seen again.

use rusqlite::Transaction;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::address::Address;
use super::goods::{Goods, ship_hours};
use super::orders::{self, Order};
use super::world::rng::{Draw, Sequence, Source, mix, weyl};
use super::world::types::Zone;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// Between a buyer's confirming and the end of the order.
const SETTLED_AFTER_MS: i64 = MINUTE;
/// Offers that promise nothing ship within this many hours.
const USUAL_SHIP_HOURS: i64 = 48;
/// A piece whose weight is not stated, for a freight that is set by hand.
const USUAL_WEIGHT_G: i64 = 500;

/// Which decision about an order a draw is for; never renumber.
mod draw {
    pub const FREIGHT_AT: u64 = 1;
    pub const FREIGHT: u64 = 2;
    pub const REPRICE_AT: u64 = 3;
    pub const REPRICE: u64 = 4;
    pub const REPRICE_FREIGHT: u64 = 5;
    pub const REPRICE_FREIGHT_BY: u64 = 6;
    pub const SHIP: u64 = 7;
    pub const TRANSIT: u64 = 8;
}

/// How the sellers of this marketplace behave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sellers {
    pub seed: u64,
    /// How many of a hundred unpaid orders get another price.
    pub reprice_percent: u32,
}

/// One step of an order's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    SetFreight(i64),
    Reprice {
        discount_fen: i64,
        freight_fen: Option<i64>,
    },
    Lapse,
    Ship,
    /// Ten days are over.
    Receive,
    /// After the buyer confirmed.
    Finish,
}

/// A draw about an order, its own for each question.
pub(super) fn of_order(order: &Order, question: u64) -> Draw {
    const TOPIC: u64 = 0x6C69_6665;
    Source::new(0, TOPIC, order.order_id as u64).at(question)
}

fn zone(order: &Order) -> Zone {
    serde_json::from_str::<Address>(&order.address).map_or(Zone::Far, |address| address.zone())
}

/// When a shipped order reaches its address; `None` until it is shipped.
pub(super) fn arrival_ms(order: &Order) -> Option<i64> {
    let (least, most) = match zone(order) {
        Zone::Near => (24, 48),
        Zone::Middle => (48, 72),
        Zone::Far => (72, 120),
        Zone::Remote => (120, 192),
    };
    let transit = of_order(order, draw::TRANSIT).between(least * HOUR, most * HOUR);
    order.shipped_ms.map(|shipped| shipped.saturating_add(transit))
}

/// Weight of the whole order in grams, guessed where it is not stated.
pub(super) fn grams(order: &Order, goods: &Goods) -> i64 {
    let weight = |offer_id| goods.made_by_id(offer_id).and_then(|offer| offer.weight_g).filter(|g| *g > 0);
    let sum: Decimal = order
        .lines
        .iter()
        .map(|line| line.quantity.saturating_mul(weight(line.offer_id).unwrap_or(USUAL_WEIGHT_G).into()))
        .sum();
    sum.ceil().to_i64().unwrap_or(i64::MAX)
}

/// What a seller asks for carriage when it was left to agreement: by courier up to 30 kg, by a forwarder above,
/// dearer the farther, give or take some, in steps of half a yuan.
fn agreed_freight_fen(order: &Order, goods: &Goods) -> i64 {
    let kilograms = grams(order, goods).saturating_add(999) / 1000;
    // First kilogram, each next one; the forwarder's 30 kg, each next one.
    let (first, next, bulk, bulk_next) = match zone(order) {
        Zone::Near => (600, 120, 4_000, 80),
        Zone::Middle => (800, 220, 6_000, 130),
        Zone::Far => (1_000, 450, 8_500, 190),
        Zone::Remote => (1_800, 1_400, 16_000, 320),
    };
    let fen: i64 = if kilograms <= 30 {
        first + next * (kilograms.max(1) - 1)
    } else {
        bulk_next.min(i64::MAX / kilograms).saturating_mul(kilograms - 30).saturating_add(bulk)
    };
    let permille = of_order(order, draw::FREIGHT).between(900, 1_150);
    fen.saturating_mul(permille) / 1_000 / 50 * 50
}

/// When the seller sets an open freight.
fn freight_at(order: &Order) -> i64 {
    if order.seeded {
        // The past is told as waiting: the seller takes half of the time there is.
        return order.created_ms + (order.pay_by_ms - order.created_ms).max(0) / 2;
    }
    order.created_ms.saturating_add(of_order(order, draw::FREIGHT_AT).between(20 * MINUTE, 6 * HOUR))
}

/// When and how the seller changes the price of an unpaid order; most never do. Which ones do is spread evenly
/// over the create calls, so that small numbers of orders keep the share, too.
fn repricing(order: &Order, sellers: Sellers) -> Option<(i64, Step)> {
    let create_seq = order.create_seq.filter(|_| !order.seeded && order.discount_fen == 0)?;
    let place = weyl(create_seq as u64, Sequence::Trade, mix(sellers.seed));
    if !place.chance(sellers.reprice_percent.min(100) * 10_000) {
        return None;
    }
    let at = order.created_ms + of_order(order, draw::REPRICE_AT).between(30 * SECOND, 10 * MINUTE);
    // -5.0 % .. 6.0 % off the goods, nought left out.
    let drawn = of_order(order, draw::REPRICE).between(-50, 59);
    let permille = if drawn >= 0 { drawn + 1 } else { drawn };
    let share = Decimal::from(order.goods_fen).saturating_mul(Decimal::new(permille, 3)).round();
    let discount_fen = match share.to_i64().unwrap_or(0) {
        0 if permille > 0 && order.goods_fen > 1 => 1,
        0 => -1,
        fen => fen,
    };
    let freight_fen = order.freight_fen.map(|fen| {
        let changes = of_order(order, draw::REPRICE_FREIGHT).chance(250_000);
        let permille = of_order(order, draw::REPRICE_FREIGHT_BY).between(600, 1_400);
        let changed = (fen.saturating_mul(permille) / 1_000 / 50 * 50).max(50);
        // Never back to the old total.
        if changes && fen > 0 && changed - fen != discount_fen { changed } else { fen }
    });
    Some((at, Step::Reprice { discount_fen, freight_fen }))
}

/// When the seller ships what is paid: within what its offers promise, jittered.
fn ships_at(order: &Order, goods: &Goods) -> i64 {
    let promised = |offer_id| goods.made_by_id(offer_id).and_then(|offer| ship_hours(&offer.ship_guarantee));
    let hours = order.lines.iter().filter_map(|line| promised(line.offer_id)).max();
    let hours = hours.filter(|hours| *hours > 0).unwrap_or(USUAL_SHIP_HOURS);
    let permille = of_order(order, draw::SHIP).between(400, 950);
    let lead = hours.saturating_mul(HOUR / 1_000).saturating_mul(permille);
    order.paid_ms.unwrap_or(order.modified_ms).saturating_add(lead)
}

/// What happens next to an order if nobody does anything, and when; `None` at the end of its life.
fn next(order: &Order, goods: &Goods, sellers: Sellers) -> Option<(i64, Step)> {
    match order.status.as_str() {
        orders::WAIT_PAY => {
            let freight = order
                .freight_fen
                .is_none()
                .then(|| (freight_at(order), Step::SetFreight(agreed_freight_fen(order, goods))));
            let due = [freight, repricing(order, sellers), Some((order.pay_by_ms, Step::Lapse))];
            due.into_iter().flatten().min_by_key(|(at, _)| *at)
        }
        orders::WAIT_SEND => Some((ships_at(order, goods), Step::Ship)),
        orders::WAIT_RECEIVE => {
            let shipped = order.shipped_ms.unwrap_or(order.modified_ms);
            let by = order.receive_by_ms.unwrap_or(shipped.saturating_add(orders::RECEIVE_WITHIN_MS));
            Some((by, Step::Receive))
        }
        orders::CONFIRMED => {
            let received = order.receive_by_ms.unwrap_or(order.modified_ms);
            Some((received.saturating_add(SETTLED_AFTER_MS), Step::Finish))
        }
        _ => None,
    }
}

fn apply(tx: &Transaction<'_>, order: &mut Order, at_ms: i64, step: Step) -> rusqlite::Result<()> {
    order.modified_ms = order.modified_ms.max(at_ms);
    match step {
        Step::SetFreight(fen) => order.freight_fen = Some(fen),
        Step::Reprice { discount_fen, freight_fen } => {
            order.discount_fen = discount_fen;
            order.freight_fen = freight_fen;
        }
        Step::Lapse => orders::close(tx, order, "BUYER_NO_PAY", order.pay_by_ms)?,
        Step::Ship => {
            order.status = orders::WAIT_RECEIVE.to_owned();
            order.shipped_ms = Some(at_ms);
            order.receive_by_ms = Some(at_ms.saturating_add(orders::RECEIVE_WITHIN_MS));
        }
        Step::Receive | Step::Finish => {
            order.status = orders::SUCCESS.to_owned();
            order.completed_ms = Some(at_ms);
        }
    }
    Ok(())
}

/// Makes up for everything that fell due.
pub(super) fn settle(
    tx: &Transaction<'_>,
    goods: &Goods,
    sellers: Sellers,
    now_ms: i64,
) -> rusqlite::Result<()> {
    for mut order in orders::due(tx, now_ms)? {
        // Each step leads to another status or sets what was open, so this ends.
        let due = loop {
            match next(&order, goods, sellers) {
                Some((at_ms, step)) if at_ms <= now_ms => apply(tx, &mut order, at_ms, step)?,
                Some((at_ms, _)) => break Some(at_ms),
                None => break None,
            }
        };
        orders::save(tx, &order, due)?;
    }
    Ok(())
}

/// Why an order cannot be paid now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unpayable {
    Paid,
    Closed,
    FreightOpen,
}

impl Unpayable {
    /// For the error texts of calls.
    pub fn text(self) -> &'static str {
        match self {
            Unpayable::Paid => "订单已付款",
            Unpayable::Closed => "订单已关闭",
            Unpayable::FreightOpen => "卖家尚未设置运费，暂不能付款",
        }
    }
}

/// Whether an order can be paid.
pub(super) fn payable(order: &Order) -> Result<(), Unpayable> {
    match order.status.as_str() {
        orders::WAIT_PAY if order.freight_fen.is_none() => Err(Unpayable::FreightOpen),
        orders::WAIT_PAY => Ok(()),
        orders::CANCELLED => Err(Unpayable::Closed),
        _ => Err(Unpayable::Paid),
    }
}

/// Pays an order if it can be paid. No money moves.
pub(super) fn pay(
    tx: &Transaction<'_>,
    order: &mut Order,
    now_ms: i64,
) -> rusqlite::Result<Result<(), Unpayable>> {
    if let Err(why) = payable(order) {
        return Ok(Err(why));
    }
    order.status = orders::WAIT_SEND.to_owned();
    order.paid_ms = Some(now_ms);
    order.modified_ms = now_ms;
    orders::save(tx, order, Some(0))?;
    Ok(Ok(()))
}

/// The buyer confirms that the goods are there.
pub(super) fn receive(tx: &Transaction<'_>, order: &mut Order, now_ms: i64) -> rusqlite::Result<()> {
    order.status = orders::CONFIRMED.to_owned();
    // From here on: when it was received.
    order.receive_by_ms = Some(now_ms);
    order.modified_ms = now_ms;
    orders::save(tx, order, Some(0))
}

#[cfg(test)]
mod tests {
    use super::super::orders::OrderLine;
    use super::super::world::World;
    use super::*;
    use crate::domain::money::Money;

    fn goods() -> Goods {
        Goods::of_world(World::new(7, 300, None))
    }

    fn order(number: i64) -> Order {
        Order {
            order_id: 3_317_081_160_226_000_000 + number * 64_000_000,
            out_order_id: None,
            create_seq: Some(number),
            supplier: 0,
            seller_open_id: String::new(),
            status: orders::WAIT_PAY.to_owned(),
            close_reason: None,
            flow: "general".to_owned(),
            trade_type: "assureTrade".to_owned(),
            goods_fen: 10_000,
            freight_fen: Some(800),
            address: r"{}".to_owned(),
            message: None,
            created_ms: 0,
            modified_ms: 0,
            pay_by_ms: orders::PAY_WITHIN_MS,
            paid_ms: None,
            shipped_ms: None,
            receive_by_ms: None,
            completed_ms: None,
            discount_fen: 0,
            seeded: false,
            lines: vec![OrderLine {
                sub_id: 1,
                offer_id: 1,
                spec_id: None,
                sku_id: None,
                name: "杯".to_owned(),
                attributes: Vec::new(),
                quantity: Decimal::TEN,
                unit: "个".to_owned(),
                unit_price: Money::from_fen(1_000),
                amount_fen: 10_000,
                delivered: None,
            }],
        }
    }

    #[test]
    fn the_past_and_what_groups_made_keep_their_price() {
        let all = Sellers { seed: 1, reprice_percent: 100 };
        assert!(repricing(&order(1), all).is_some());
        assert!(repricing(&Order { seeded: true, ..order(1) }, all).is_none());
        assert!(repricing(&Order { create_seq: None, ..order(1) }, all).is_none());
        assert!(repricing(&Order { discount_fen: -1, ..order(1) }, all).is_none());
    }

    #[test]
    fn every_run_of_creates_keeps_the_share_and_seeds_choose_differently() {
        let chosen = |seed, percent, from: i64| {
            let sellers = Sellers { seed, reprice_percent: percent };
            (from..from + 200).filter(|n| repricing(&order(*n), sellers).is_some()).collect::<Vec<_>>()
        };
        for (percent, expected) in [(0, 0), (10, 20_usize), (50, 100), (100, 200)] {
            for from in [1, 777, 100_000] {
                assert!(chosen(1688, percent, from).len().abs_diff(expected) <= 2, "{percent} from {from}");
            }
        }
        assert_ne!(chosen(1, 10, 1), chosen(2, 10, 1));
    }

    #[test]
    fn another_price_is_another_total_even_for_a_fen() {
        let all = Sellers { seed: 3, reprice_percent: 100 };
        for number in 1..500 {
            for (goods_fen, freight_fen) in
                [(1, Some(0)), (2, Some(50)), (10_000, Some(800)), (999_999, None)]
            {
                let before = Order { goods_fen, freight_fen, ..order(number) };
                let Some((at, Step::Reprice { discount_fen, freight_fen })) = repricing(&before, all) else {
                    panic!("{number}");
                };
                let after = Order { freight_fen, discount_fen, ..before.clone() };
                assert_ne!(after.total_fen(), before.total_fen(), "{number} {goods_fen}");
                assert!(after.total_fen() > 0 && (30 * SECOND..=10 * MINUTE).contains(&at));
                assert_eq!(after.freight_fen.is_some(), before.freight_fen.is_some());
            }
        }
    }

    #[test]
    fn agreed_freight_grows_with_weight_and_distance() {
        let goods = goods();
        let fee = |quantity: i64, district: &str| {
            let mut order = order(5);
            order.address = serde_json::to_string(&Address {
                district: district.to_owned(),
                ..super::super::address::book().into_iter().next().unwrap()
            })
            .unwrap();
            order.lines[0].quantity = Decimal::from(quantity);
            agreed_freight_fen(&order, &goods)
        };
        // Unknown goods weigh half a kilogram: 1 kg, 10 kg, 100 kg, and more than anybody ships.
        for districts in [["330110", "110101"], ["110101", "510100"], ["510100", "650102"]] {
            let [near, far] = districts;
            for quantity in [2, 20, 200] {
                assert!(fee(quantity, near) < fee(quantity, far), "{quantity} {districts:?}");
            }
        }
        assert!((500..=700).contains(&fee(2, "330110")));
        assert!(fee(2, "440111") < fee(20, "440111") && fee(20, "440111") < fee(200, "440111"));
        assert!(fee(i64::MAX / 2, "650102") > 0);
    }

    #[test]
    fn the_past_waits_for_its_freight_half_of_the_time_there_is() {
        let sellers = Sellers { seed: 1, reprice_percent: 0 };
        let waiting =
            Order { seeded: true, freight_fen: None, created_ms: 1_000, pay_by_ms: 9_000, ..order(1) };
        let (at, step) = next(&waiting, &goods(), sellers).unwrap();
        assert!(at == 5_000 && matches!(step, Step::SetFreight(fen) if fen > 0), "{at} {step:?}");
        let (at, _) = next(&Order { seeded: false, ..waiting.clone() }, &goods(), sellers).unwrap();
        assert_eq!(at, 9_000, "closed before the seller got to it");
    }

    #[test]
    fn orders_of_an_older_state_lack_moments_and_go_on_all_the_same() {
        let sellers = Sellers { seed: 1, reprice_percent: 10 };
        for (status, expected) in
            [(orders::WAIT_RECEIVE, orders::RECEIVE_WITHIN_MS), (orders::CONFIRMED, MINUTE)]
        {
            let old = Order { status: status.to_owned(), ..order(1) };
            assert_eq!(next(&old, &goods(), sellers).unwrap().0, expected, "{status}");
        }
        assert!(next(&Order { status: "success".to_owned(), ..order(1) }, &goods(), sellers).is_none());
    }
}
