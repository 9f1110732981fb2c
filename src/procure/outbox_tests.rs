//! What a quote may say before an order is held: line by line, and in all.

use super::*;
use crate::domain::id::OfferKey;
use crate::domain::quantity::Quantity;

fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

fn line(offer: i64, quantity: u32, amount: &str) -> OrderLine {
    OrderLine {
        line_id: None,
        offer_id: OfferKey::Market(offer),
        spec_id: None,
        title: Clean::new("杯"),
        spec_name: Clean::default(),
        unit: None,
        quantity: Quantity::whole(quantity),
        unit_price: None,
        amount: Some(yuan(amount)),
        shipping: None,
    }
}

fn said(offer_id: i64, unit_price: Option<&str>, amount: Option<&str>) -> QuotedLine {
    QuotedLine {
        offer_id,
        spec_id: None,
        unit_price: unit_price.map(yuan),
        amount: amount.map(yuan),
        refusal: None,
    }
}

fn quote(goods: &str, lines: Vec<QuotedLine>) -> Quote {
    Quote {
        flow: FLOW.to_owned(),
        trade_types: vec!["assureTrade".to_owned()],
        lines,
        goods: yuan(goods),
        freight: None,
        discount: Money::ZERO,
        payable: yuan(goods),
        parts: 1,
    }
}

fn forbids(lines: &[OrderLine], quote: &Quote) -> bool {
    against_policy(lines, quote, &Policy::default()).is_some()
}

#[test]
fn two_lines_of_one_sku_are_compared_each_with_its_own_figure() {
    let lines = [line(1, 10, "100.00"), line(1, 5, "50.00")];
    let same = quote("150.00", vec![said(1, Some("10"), Some("100.00")), said(1, Some("10"), Some("50.00"))]);
    assert_eq!(drift(&lines, &same), []);
    assert!(!forbids(&lines, &same));
}

#[test]
fn a_rise_the_quote_does_not_name_a_line_for_is_not_overlooked() {
    let lines = [line(1, 10, "100.00"), line(2, 1, "50.00")];
    let first = || said(1, Some("10"), Some("100.00"));
    assert!(forbids(&lines, &quote("200.00", vec![first()])));
    assert!(forbids(&lines, &quote("200.00", vec![first(), said(2, None, None)])));
    assert!(!forbids(&lines, &quote("150.00", vec![first()])));
    // A price without an amount is a price all the same.
    assert!(forbids(&lines, &quote("200.00", vec![first(), said(2, Some("100"), None)])));
    assert!(!forbids(&lines, &quote("150.00", vec![first(), said(2, Some("50"), None)])));
}
