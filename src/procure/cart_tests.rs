//! The cart at a desk without a market: every edit is judged anew, upward and downward, and by the listings as they are
//! now.

use crate::domain::cart::ViolationKind;
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::offer::{Offer, Sku};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;
use crate::procure::Desk;
use crate::procure::saved::tests::{desk, offer};

fn pieces(count: u32) -> Quantity {
    Quantity::whole(count)
}

/// What is wrong: kind, what is missing or too much.
fn broken(desk: &Desk) -> Vec<(ViolationKind, Option<Quantity>)> {
    let cart = desk.cart().unwrap();
    let violations = cart.assessment.violations.iter();
    violations
        .filter(|violation| violation.kind != ViolationKind::NoAddress)
        .map(|violation| (violation.kind, violation.shortfall.pieces))
        .collect()
}

fn listed(desk: &Desk, change: impl Fn(&mut Offer)) {
    let mut offer = offer(7, "杯", &[(1, "10.00"), (100, "8.50")], 5);
    (offer.moq, offer.lot, offer.stock) = (Some(pieces(12)), Some(pieces(6)), Some(pieces(240)));
    change(&mut offer);
    desk.parts.catalog.upsert(&[offer], &[]).unwrap();
}

#[test]
fn a_quantity_is_judged_again_on_the_way_down_too() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "1/a");
    listed(&desk, |_| {});
    let line = desk.cart_add(&OfferKey::Market(7), None, pieces(120)).unwrap();
    assert_eq!(broken(&desk), []);
    desk.cart_set(line, pieces(6)).unwrap();
    assert_eq!(broken(&desk), [(ViolationKind::Moq, Some(pieces(6)))]);
    desk.cart_set(line, pieces(7)).unwrap();
    assert_eq!(broken(&desk), [(ViolationKind::Moq, Some(pieces(5))), (ViolationKind::Lot, Some(pieces(5)))]);
    desk.cart_set(line, pieces(246)).unwrap();
    assert_eq!(broken(&desk), [(ViolationKind::Stock, Some(pieces(6)))]);
    assert_eq!(desk.cart().unwrap().assessment.goods().to_string(), "2091.00");
    desk.undo().unwrap();
    assert_eq!(broken(&desk).len(), 2);
    desk.redo().unwrap();
    desk.cart_set(line, pieces(99)).unwrap();
    assert_eq!(desk.cart().unwrap().assessment.goods().to_string(), "990.00");
}

#[test]
fn listings_read_again_since_count_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "1/a");
    listed(&desk, |_| {});
    let line = desk.cart_add(&OfferKey::Market(7), None, pieces(12)).unwrap();
    assert_eq!((broken(&desk), broken(&desk)), (vec![], vec![]));
    listed(&desk, |offer| offer.moq = Some(pieces(48)));
    assert_eq!(broken(&desk), [(ViolationKind::Moq, Some(pieces(36)))]);
    listed(&desk, |offer| offer.gone = true);
    assert_eq!(broken(&desk).first(), Some(&(ViolationKind::Gone, None)));
    // Without its cache the cart works by the listing frozen into its line.
    desk.clear_catalog().unwrap();
    assert_eq!(broken(&desk), []);
    assert_eq!(desk.cart().unwrap().assessment.goods().to_string(), "120.00");
    desk.cart_remove(line).unwrap();
    assert_eq!(desk.cart().unwrap().line_count(), 0);
    desk.undo().unwrap();
    assert_eq!(desk.cart().unwrap().line_count(), 1);
}

#[test]
fn what_is_kept_of_many_lines_is_what_reading_them_says() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "1/a");
    let offers: Vec<Offer> = (1..40).map(|id| offer(id, "杯", &[(1, "9.90")], 5)).collect();
    desk.parts.catalog.upsert(&offers, &[]).unwrap();
    for id in 1..40 {
        desk.cart_add(&OfferKey::Market(id), None, pieces(id as u32)).unwrap();
        if id % 3 == 0 {
            desk.cart_set(LineId(id), pieces(100)).unwrap();
        }
        if id % 7 == 0 {
            desk.cart_remove(LineId(id - 2)).unwrap();
        }
        assert_eq!(desk.cart_lines().unwrap(), desk.read_cart_lines().unwrap());
    }
}

#[test]
fn several_lines_change_as_one_step_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "1/a");
    let offers: Vec<Offer> = (1..=3).map(|id| offer(id, "杯", &[(1, "10.00")], 5)).collect();
    desk.parts.catalog.upsert(&offers, &[]).unwrap();
    let lines: Vec<LineId> =
        (1..=3).map(|id| desk.cart_add(&OfferKey::Market(id), None, pieces(10)).unwrap()).collect();
    let units = || -> Vec<String> {
        desk.cart_lines().unwrap().iter().map(|line| line.quantity.to_string()).collect()
    };
    desk.cart_set_all(&[(lines[0], pieces(12)), (lines[2], pieces(30))]).unwrap();
    assert_eq!(units(), ["12", "10", "30"]);
    desk.undo().unwrap();
    assert_eq!(units(), ["10", "10", "10"]);
    // One of them is no longer there: nothing happens to the other.
    assert!(desk.cart_set_all(&[(lines[0], pieces(12)), (LineId(404), pieces(1))]).is_err());
    assert!(desk.cart_remove_all(&[lines[0], LineId(404)]).is_err());
    assert_eq!(units(), ["10", "10", "10"]);
    desk.cart_remove_all(&lines).unwrap();
    assert!(units().is_empty());
    desk.undo().unwrap();
    assert_eq!(units().len(), 3);
}

#[test]
fn a_grid_sets_adds_and_takes_out_in_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path(), "1/a");
    let mut shoe = offer(7, "鞋", &[(1, "10.00")], 5);
    let sku = |spec: &str| Sku {
        spec_id: SpecId::new(spec),
        sku_id: None,
        name: Clean::new(spec),
        name_en: None,
        price: None,
        promotion: None,
        tiers: vec![],
        stock: None,
    };
    shoe.skus = vec![sku("38"), sku("39"), sku("40")];
    desk.parts.catalog.upsert(&[shoe.clone()], &[]).unwrap();
    let (key, spec) = (OfferKey::Market(7), SpecId::new);
    let first = desk.cart_add(&key, Some(&spec("38")), pieces(5)).unwrap();
    let second = desk.cart_add(&key, Some(&spec("39")), pieces(6)).unwrap();
    let before = desk.cart_lines().unwrap();
    let cells = [
        (Some(first), spec("38"), pieces(9)),
        (Some(second), spec("39"), Quantity::ZERO),
        (None, spec("40"), pieces(2)),
    ];
    desk.cart_put(&key, &cells).unwrap();
    let now: Vec<(String, String)> = desk
        .cart_lines()
        .unwrap()
        .iter()
        .map(|line| (line.spec_id.as_ref().unwrap().as_str().to_owned(), line.quantity.to_string()))
        .collect();
    assert_eq!(now, [("38", "9"), ("40", "2")].map(|(spec, units)| (spec.to_owned(), units.to_owned())));
    desk.undo().unwrap();
    assert_eq!(desk.cart_lines().unwrap(), before);
    // What the catalog does not have cannot be added, and then nothing else is done either.
    let unknown = OfferKey::Market(404);
    let cells = [(Some(first), spec("38"), pieces(1)), (None, spec("40"), pieces(2))];
    assert!(desk.cart_put(&unknown, &cells).is_err());
    assert_eq!(desk.cart_lines().unwrap(), before);
}
