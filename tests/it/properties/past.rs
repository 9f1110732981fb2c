//! What was bought before, through the ledger: orders stored, read back and counted.

use jiff::Timestamp;
use pifa::domain::id::{MarketId, OfferKey, OrderId, SupplierId};
use pifa::domain::mark::Marks;
use pifa::domain::money::Money;
use pifa::domain::order::{Order, OrderLine};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::text::Clean;
use pifa::ledger::Ledger;
use proptest::prelude::*;

use super::harness::{holds, notices_as};
use crate::oracle::past::{Bought, Line, Past, Twist, bought, ordered};

const OFFERS: std::ops::Range<i64> = 1..5;
const SUPPLIERS: std::ops::Range<u32> = 0..3;

type Said = (Vec<Option<Bought>>, Vec<Option<(u64, i64)>>);

fn orders() -> impl Strategy<Value = Vec<Past>> {
    let line = (
        OFFERS,
        1..4_u32,
        prop::option::weighted(0.9, prop::sample::select(vec!["个", "个", "个", "箱"])),
        prop::option::weighted(0.9, 1..4_i64),
    )
        .prop_map(|(offer, pieces, unit, fen)| Line { offer, pieces, unit, fen });
    let state = prop::sample::select(vec!["done", "to_pay", "shipped", "closed", "word_of_tomorrow"]);
    let order = (state, 0..4_i64, SUPPLIERS, prop::collection::vec(line, 0..4));
    prop::collection::vec(order, 0..6).prop_map(|orders| {
        let numbered = (100..).zip(orders).map(|(number, (state, day, supplier, lines))| Past {
            state,
            day,
            number,
            supplier,
            lines,
        });
        numbered.collect()
    })
}

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + day * 86_400).unwrap()
}

fn stored(past: &Past) -> Order {
    let lines = past.lines.iter().map(|line| OrderLine {
        line_id: None,
        offer_id: OfferKey::Market(line.offer),
        spec_id: None,
        title: Clean::new("杯"),
        spec_name: Clean::default(),
        unit: line.unit.map(Unit::new),
        quantity: Quantity::whole(line.pieces),
        unit_price: line.fen.map(Money::from_fen),
        amount: None,
        shipping: None,
    });
    Order {
        order_id: Some(OrderId::new(&past.number.to_string())),
        supplier_id: Some(SupplierId::new(&past.supplier.to_string())),
        lines: lines.collect(),
        ..Order::blank(Clean::new(past.state), day(past.day))
    }
}

#[allow(clippy::ptr_arg)]
fn product(orders: &Vec<Past>) -> Said {
    let ledger = Ledger::in_memory().unwrap();
    let market = MarketId::new("a/1");
    let all: Vec<Order> = orders.iter().map(stored).collect();
    ledger.store_orders(&market, &all, day(9)).unwrap();
    let mut marks = Marks::default();
    marks.count(ledger.past_orders(&market).unwrap());
    let day_of = |at: Timestamp| (at.as_second() - 1_760_000_000) / 86_400;
    let one = |offer: i64| {
        marks.bought.get(&OfferKey::Market(offer)).map(|bought| {
            (
                bought.times,
                bought.quantity.map(|sum| sum.to_string().parse().unwrap()),
                bought.unit.as_ref().map(|unit| unit.as_str().to_owned()),
                bought.last_price.map(Money::to_fen_rounded),
                day_of(bought.last_at),
            )
        })
    };
    let theirs = |supplier: u32| {
        let found = marks.ordered.get(&SupplierId::new(&supplier.to_string()));
        found.map(|(times, newest)| (*times, day_of(*newest)))
    };
    (OFFERS.map(one).collect(), SUPPLIERS.map(theirs).collect())
}

fn naive(orders: &[Past], twist: Twist) -> Said {
    (
        OFFERS.map(|offer| bought(orders, offer, twist)).collect(),
        SUPPLIERS.map(|supplier| ordered(orders, supplier, twist)).collect(),
    )
}

#[test]
fn what_was_bought_is_what_the_orders_say() {
    holds(300, &orders(), product, |orders: &Vec<Past>| naive(orders, Twist::None));
}

#[test]
fn the_count_would_be_caught_wrong() {
    for twist in [Twist::ClosedCounts, Twist::TimesByLine, Twist::OldestPrice, Twist::UnitsMixed] {
        notices_as(&format!("{twist:?}"), 300, &orders(), product, |orders: &Vec<Past>| naive(orders, twist));
    }
}
