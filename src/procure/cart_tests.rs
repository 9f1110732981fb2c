//! The cart at a desk without a market: every edit is judged anew, upward and downward, and by the listings as they are
//! now.

use crate::domain::cart::ViolationKind;
use crate::domain::id::{LineId, OfferKey};
use crate::domain::offer::Offer;
use crate::domain::quantity::Quantity;
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
