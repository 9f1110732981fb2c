//! The desk with the buyer's own marks: counted once, kept until the ledger changes, obeyed by what is listed.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::catalog::Catalog;
use crate::domain::cart::Rules;
use crate::domain::id::{MarketId, OfferKey, OrderId, OutOrderId, SupplierId};
use crate::domain::mark::{MarkEdit, Subject};
use crate::domain::money::Money;
use crate::domain::offer::{Completeness, Offer, PriceTier};
use crate::domain::order::{Order, OrderLine};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::{SearchRequest, Sort, SupplierAsk, SupplierRow};
use crate::domain::session::Remembered;
use crate::domain::supplier::{Mix, Supplier};
use crate::domain::text::Clean;
use crate::ledger::Ledger;
use crate::procure::{Desk, DeskParts, steady};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

fn desk(ledger: Ledger) -> Desk {
    let catalog = Catalog::open_in_memory().unwrap();
    let offer = |id: i64, price: i64| {
        let mut offer = Offer::blank(OfferKey::Market(id), Clean::new("保温杯"), at(0));
        offer.completeness = Completeness::Full;
        offer.unit = Some(Unit::new("个"));
        offer.supplier_id = Some(SupplierId::new("s1"));
        offer.tiers =
            vec![PriceTier { from_quantity: Quantity::ONE, price: Money::from_fen(price), promotion: None }];
        offer
    };
    let supplier = Supplier {
        id: SupplierId::new("s1"),
        name: Clean::new("甲厂"),
        name_en: None,
        belt: None,
        identities: Vec::new(),
        years: None,
        mix: Mix::None,
        repeat_rate: None,
        province: None,
        city: None,
        scores: crate::domain::supplier::Scores::default(),
        medal_level: None,
        pickup_48h: None,
        quality_refund: None,
        offers: 0,
    };
    catalog.upsert(&[offer(1, 500), offer(2, 300), offer(3, 400)], &[supplier]).unwrap();
    Desk::new(DeskParts {
        catalog,
        ledger,
        market_id: MarketId::new("a/1"),
        gateway: None,
        sandbox: true,
        history: crate::procure::History::in_memory(),
        searches: std::env::temp_dir().join("never"),
        lease: std::env::temp_dir().join("never"),
        rules: Rules::default(),
        quiet: Duration::ZERO,
        clock: Arc::new(|| at(100)),
        steady: steady(),
        numbers: Arc::new(|| OutOrderId::new("n")),
    })
}

fn order(id: &str, second: i64, state: &str, offer: i64) -> Order {
    let line = OrderLine {
        line_id: None,
        offer_id: OfferKey::Market(offer),
        spec_id: None,
        title: Clean::new("保温杯"),
        spec_name: Clean::default(),
        unit: Some(Unit::new("个")),
        quantity: Quantity::whole(10),
        unit_price: Some(Money::from_fen(480)),
        amount: None,
        shipping: None,
    };
    Order {
        order_id: Some(OrderId::new(id)),
        supplier_id: Some(SupplierId::new("s1")),
        seller_login: Some(Clean::new("甲厂登录名")),
        total: Some(Money::from_fen(4_800)),
        lines: vec![line],
        ..Order::blank(Clean::new(state), at(second))
    }
}

#[test]
fn marks_are_read_again_only_after_the_ledger_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let desk = desk(Ledger::open(&path).unwrap());
    let other = Ledger::open(&path).unwrap();
    let market = desk.market_id().clone();
    let first = desk.marks().unwrap();
    assert!(first.is_empty() && Arc::ptr_eq(&first, &desk.marks().unwrap()));
    let subject = Subject::Offer(OfferKey::Market(1));
    assert!(desk.mark(&subject, MarkEdit::Favourite(true)).unwrap().favourite);
    let second = desk.marks().unwrap();
    assert!(second.of(&OfferKey::Market(1), None).offer.favourite);
    // A clone of the desk shares what was counted, and another process is noticed.
    assert!(Arc::ptr_eq(&second, &desk.clone().marks().unwrap()));
    other.store_orders(&market, &[order("1", 5, "done", 2), order("2", 9, "closed", 2)], at(10)).unwrap();
    let third = desk.marks().unwrap();
    let bought = third.bought.get(&OfferKey::Market(2)).unwrap();
    assert_eq!((bought.times, bought.last_at), (1, at(5)));
    assert_eq!(third.logins.get(&SupplierId::new("s1")).unwrap().as_str(), "甲厂登录名");
    assert_eq!(desk.marked().unwrap().len(), 1);
}

#[test]
fn searches_rows_and_sheets_carry_and_obey_marks() {
    let ledger = Ledger::in_memory().unwrap();
    let market = MarketId::new("a/1");
    ledger.store_orders(&market, &[order("1", 5, "done", 3), order("2", 9, "to_pay", 3)], at(10)).unwrap();
    let desk = desk(ledger);
    desk.mark(&Subject::Offer(OfferKey::Market(2)), MarkEdit::Block(Some("bad".into()))).unwrap();
    let request = SearchRequest {
        text: "杯".to_owned(),
        quantity: Quantity::whole(5),
        sort: Sort::Price,
        limit: 10,
        offset: 0,
        include_fees: false,
        ..SearchRequest::default()
    };
    let page = desk.search(&request).unwrap();
    let ids: Vec<i64> = page.rows.iter().map(|row| row.offer.key.market_id().unwrap()).collect();
    assert_eq!((ids, page.total), (vec![3, 1], 2));
    assert_eq!(page.rows[0].mine.bought.as_ref().unwrap().times, 2);

    let rows = desk
        .supplier_rows(&SupplierAsk {
            text: "甲".into(),
            quantity: Quantity::whole(5),
            limit: 10,
            ..Default::default()
        })
        .unwrap()
        .rows;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].least, Some((Money::from_fen(400), Some(Unit::new("个")))));
    assert_eq!((rows[0].ordered, rows[0].supplier.offers), (Some((2, at(9))), 3));
    let id = SupplierId::new("s1");
    let sheet = desk.supplier_sheet(&id, Quantity::whole(5)).unwrap().unwrap();
    let ids: Vec<i64> = sheet.offers.iter().map(|row| row.offer.key.market_id().unwrap()).collect();
    assert_eq!(ids, [1, 3, 2], "what is blocked stands last");
    assert!(rows[0].is_new, "nobody has looked yet");
    assert_eq!(sheet.row, SupplierRow { is_new: false, ..rows[0].clone() });
    let orders: Vec<(Timestamp, &str)> =
        sheet.orders.iter().map(|(at, _, state)| (*at, state.as_str())).collect();
    assert_eq!(orders, [(at(9), "to_pay"), (at(5), "done")]);
    assert!(desk.supplier_sheet(&SupplierId::new("x"), Quantity::ONE).unwrap().is_none());
}

#[test]
fn orders_that_do_not_name_their_supplier_are_told_by_their_goods() {
    let ledger = Ledger::in_memory().unwrap();
    let market = MarketId::new("a/1");
    let nameless = |id: &str, offer: i64| Order { supplier_id: None, ..order(id, 5, "done", offer) };
    ledger.store_orders(&market, &[nameless("1", 3), nameless("2", 9)], at(10)).unwrap();
    let desk = desk(ledger);
    let id = SupplierId::new("s1");
    assert_eq!(desk.marks().unwrap().ordered.get(&id), Some(&(1, at(5))));
    assert_eq!(desk.supplier_sheet(&id, Quantity::ONE).unwrap().unwrap().orders.len(), 1);
    // Offer 9 becomes known later: the ledger has not changed, the catalog has.
    let mut offer = Offer::blank(OfferKey::Market(9), Clean::new("盘"), at(0));
    offer.supplier_id = Some(id.clone());
    desk.parts.catalog.upsert(&[offer], &[]).unwrap();
    let marks = desk.marks().unwrap();
    assert_eq!(marks.ordered.get(&id), Some(&(2, at(5))));
    assert_eq!(marks.logins.get(&id).unwrap().as_str(), "甲厂登录名");
    assert!(Arc::ptr_eq(&marks, &desk.marks().unwrap()));
}

#[test]
fn a_session_is_remembered() {
    let desk = desk(Ledger::in_memory().unwrap());
    assert_eq!(desk.remembered(), None);
    let at = Remembered { pane: "cart".to_owned(), ..Remembered::default() };
    desk.remember(&at).unwrap();
    assert_eq!(desk.remembered(), Some(at));
}
