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

/// Every rule a cart can break by itself, each by a line of its own and the cap by all.
#[test]
fn every_broken_rule_is_named_at_once_in_the_order_a_market_judges_with_what_is_missing() {
    let mix = thirty_or_three_hundred();
    let fine = |id: i64| {
        let mut offer = offer(id, "2.00", 1, mix);
        offer.unit = Some(crate::domain::quantity::Unit::new("个"));
        offer.mix_enabled = Some(false);
        offer
    };
    let with = |id: i64, change: &dyn Fn(&mut Offer)| {
        let mut offer = fine(id);
        change(&mut offer);
        offer
    };
    let cart = [
        line(1, with(1, &|offer| offer.stock = Some(Quantity::whole(40))), 45),
        line(2, with(2, &|offer| offer.purchase_limit = Some(Quantity::whole(10))), 12),
        line(3, with(3, &|offer| offer.lot = Some(Quantity::whole(12))), 30),
        line(4, with(4, &|offer| offer.moq = Some(Quantity::whole(50))), 12),
        line(5, with(5, &|offer| (offer.moq, offer.mix_enabled) = (Some(Quantity::whole(50)), None)), 12),
        line(6, with(6, &|offer| offer.tiers.clear()), 3),
        line(7, with(7, &|offer| offer.gone = true), 3),
        CartLine { spec_id: Some(SpecId::new("none")), ..line(8, fine(8), 3) },
        CartLine { quantity: "1.5".parse().unwrap(), ..line(9, fine(9), 1) },
    ];
    let rules = Rules { line_cap: 8, ..Rules::default() };
    let verdict = assess(&cart, &rules, &Destination::default());
    let pieces = |violation: &Violation| {
        violation.shortfall.pieces.map_or_else(|| "-".to_owned(), |pieces| pieces.to_string())
    };
    let found: Vec<(&str, Vec<i64>, String)> = verdict
        .violations
        .iter()
        .map(|v| (v.kind.as_str(), v.line_ids.iter().map(|id| id.0).collect(), pieces(v)))
        .collect();
    let said = |kind, lines: &[i64], short: &str| (kind, lines.to_vec(), short.to_owned());
    assert_eq!(
        found,
        [
            said("line_cap", &[1, 2, 3, 4, 5, 6, 7, 8, 9], "1"),
            said("unknown_spec", &[8], "-"),
            said("gone", &[7], "-"),
            said("price_zero", &[6], "-"),
            said("mix", &[5], "18"),
            said("moq", &[4], "38"),
            said("lot", &[3], "6"),
            said("lot", &[9], "0.5"),
            said("purchase_limit", &[2], "2"),
            said("stock", &[1], "5"),
        ]
    );
    assert_eq!(verdict.violations[4].shortfall.amount.unwrap().to_string(), "276.00");
    assert!(ViolationKind::ALL.is_sorted());
    // One edit mends one rule and no other.
    for (at, mended) in [(0, 40), (1, 10), (2, 36), (3, 50), (4, 50)] {
        let mut cart = cart.clone();
        cart[at].quantity = Quantity::whole(mended);
        assert_eq!(assess(&cart, &rules, &Destination::default()).violations.len(), 9, "line {}", at + 1);
    }
}

#[test]
fn a_rule_that_asks_for_nothing_is_none() {
    let cart = [line(1, offer(1, "9.90", 50, Mix::Rule(MixRule { pieces: None, amount: None })), 12)];
    let verdict = assess(&cart, &Rules::default(), &Destination::default());
    assert_eq!(verdict.violations[0].kind, ViolationKind::Moq);
    assert_eq!(verdict.parts[0].mix, None);
}

#[test]
fn a_line_of_nothing_and_a_price_below_nothing_are_no_order() {
    let mut odd = offer(1, "9.90", 0, Mix::None);
    let kinds = |offer: &Offer, quantity| -> Vec<ViolationKind> {
        let verdict = assess(&[line(1, offer.clone(), quantity)], &Rules::default(), &Destination::default());
        verdict.violations.iter().map(|violation| violation.kind).collect()
    };
    assert_eq!(kinds(&odd, 0), [ViolationKind::Lot]);
    assert_eq!(kinds(&odd, 1), []);
    odd.tiers[0].price = Money::from_fen(-1);
    assert_eq!(kinds(&odd, 1), [ViolationKind::PriceZero]);
}
