//! Worked numbers and the edges of the mix rule.

use super::*;
use crate::domain::offer::PriceTier;
use crate::domain::supplier::Mix;
use jiff::Timestamp;

fn offer(id: i64, price: &str, moq: u32, mix: Mix) -> Offer {
    let mut offer = Offer::blank(OfferKey::Market(id), Clean::new("杯"), Timestamp::UNIX_EPOCH);
    offer.supplier_id = Some(SupplierId::new("s1"));
    offer.moq = Some(Quantity::whole(moq));
    offer.tiers = vec![PriceTier {
        from_quantity: Quantity::whole(moq),
        price: price.parse().unwrap(),
        promotion: None,
    }];
    offer.mix = mix;
    offer
}

fn line(id: i64, offer: Offer, quantity: u32) -> CartLine {
    CartLine { id: LineId(id), offer: Arc::new(offer), spec_id: None, quantity: Quantity::whole(quantity) }
}

fn thirty_or_three_hundred() -> Mix {
    Mix::Rule(MixRule { pieces: Some(Quantity::whole(30)), amount: Some("300.00".parse().unwrap()) })
}

#[test]
fn worked_example_c() {
    let mix = thirty_or_three_hundred();
    let cart = [line(1, offer(1, "9.90", 50, mix), 12), line(2, offer(2, "6.50", 50, mix), 8)];
    let verdict = assess(&cart, &Rules::default(), &Destination::default());
    let [violation] = verdict.violations.as_slice() else { panic!("{:?}", verdict.violations) };
    assert_eq!(violation.kind, ViolationKind::Mix);
    assert_eq!(violation.line_ids, [LineId(1), LineId(2)]);
    assert_eq!(violation.actual.amount.unwrap().to_string(), "170.80");
    assert_eq!(
        violation.shortfall,
        Measure { pieces: Some(Quantity::whole(10)), amount: Some("129.20".parse().unwrap()) }
    );
}

#[test]
fn a_met_mix_rule_waives_minimums_only_where_the_gateway_says_so() {
    let mix = thirty_or_three_hundred();
    let cart = [line(1, offer(1, "9.90", 50, mix), 30)];
    assert!(assess(&cart, &Rules::default(), &Destination::default()).violations.is_empty());
    let strict = assess(&cart, &Rules { mix_waives_moq: false, ..Rules::default() }, &Destination::default());
    assert_eq!(strict.violations[0].kind, ViolationKind::Moq);
}

#[test]
fn the_mix_rule_is_not_asked_when_every_line_meets_its_minimum() {
    let cart = [line(1, offer(1, "1.00", 5, thirty_or_three_hundred()), 5)];
    let verdict = assess(&cart, &Rules::default(), &Destination::default());
    assert!(verdict.violations.is_empty());
    assert!(!verdict.parts[0].mix.unwrap().met && !verdict.parts[0].mix.unwrap().needed);
}

#[test]
fn a_short_line_outside_the_mix_is_a_plain_minimum() {
    let mut alone = offer(1, "9.90", 50, thirty_or_three_hundred());
    alone.mix_enabled = Some(false);
    let cart = [line(1, alone, 12), line(2, offer(2, "6.50", 5, thirty_or_three_hundred()), 40)];
    let verdict = assess(&cart, &Rules::default(), &Destination::default());
    let [violation] = verdict.violations.as_slice() else { panic!("{:?}", verdict.violations) };
    assert_eq!((violation.kind, violation.shortfall.pieces), (ViolationKind::Moq, Some(Quantity::whole(38))));
}

#[test]
fn an_imported_good_is_never_legal_to_send() {
    let mut local = offer(1, "9.90", 1, Mix::None);
    local.key = "L:uci:85123A".parse().unwrap();
    assert_eq!(
        assess(&[line(1, local, 12)], &Rules::default(), &Destination::default()).violations[0].kind,
        ViolationKind::Gone
    );
}
