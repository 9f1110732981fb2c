use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::domain::cart::{Assessment, CartLine, Rules, assess};
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::offer::{Offer, PriceTier, QuoteType, Sku};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::{Mix, MixRule};

fn expr(text: &str) -> Expr {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn q(units: u32) -> Quantity {
    Quantity::whole(units)
}

fn offer(id: i64, unit: &str) -> Offer {
    let mut offer = Offer::blank(OfferKey::Market(id), Clean::new("杯"), Timestamp::UNIX_EPOCH);
    offer.unit = Some(Unit::new(unit));
    offer.tiers = tiers(&[(10, "5.00"), (100, "4.00"), (300, "3.50")]);
    offer.moq = Some(q(10));
    offer.stock = Some(q(100_000));
    offer
}

fn tiers(list: &[(u32, &str)]) -> Vec<PriceTier> {
    list.iter()
        .map(|(from, price)| PriceTier {
            from_quantity: q(*from),
            price: price.parse().unwrap(),
            promotion: None,
        })
        .collect()
}

fn line(id: i64, offer: &Offer, spec: Option<&str>, units: &str) -> CartLine {
    CartLine {
        id: LineId(id),
        offer: Arc::new(offer.clone()),
        spec_id: spec.map(SpecId::new),
        quantity: units.parse().unwrap(),
    }
}

fn cart(lines: &[CartLine]) -> Assessment {
    assess(lines, &Rules::default(), &Default::default())
}

fn over(text: &str, lines: &[CartLine], chosen: &[i64]) -> Outcome {
    let chosen: HashSet<LineId> = chosen.iter().copied().map(LineId).collect();
    evaluate(&expr(text), &cart(lines), &Rules::default(), &chosen)
}

/// The quantities after it, as text; the unchanged ones with them.
fn after(text: &str, lines: &[CartLine], chosen: &[i64]) -> Vec<String> {
    let outcome = over(text, lines, chosen);
    assert_eq!(outcome.refused, [], "{text}");
    lines
        .iter()
        .map(|line| {
            let change = outcome.changes.iter().find(|change| change.line == line.id);
            change.map_or(line.quantity, |change| change.to).to_string()
        })
        .collect()
}

fn one(text: &str, offer: &Offer, units: &str) -> String {
    after(text, &[line(1, offer, None, units)], &[1]).remove(0)
}

#[test]
fn what_is_written_and_what_it_means() {
    for (text, canonical) in [
        ("300", "300"),
        ("=300", "300"),
        ("= 300", "300"),
        ("+12", "+12"),
        ("- 12", "-12"),
        ("*1.2", "*1.2"),
        ("x1.2c", "*1.2 ceil"),
        ("×1.2^", "*1.2 ceil"),
        ("＊１．２　ｃｅｉｌ", "*1.2 ceil"),
        ("*1.2 ceil lot", "*1.2 ceil lot"),
        ("*1.2 ceil moq", "*1.2 ceil moq"),
        ("+20%", "*1.2"),
        ("-5%c", "*0.95 ceil"),
        ("=moq", "=moq"),
        ("m", "=moq"),
        ("=起批", "=moq"),
        ("起批量 +10", "=moq +10"),
        ("*1.2 取整", "*1.2 ceil"),
        (">", ">"),
        (">>", "> >"),
        ("120 +6 *2 ceil >", "120 +6 *2 ceil >"),
        ("CEIL", "ceil"),
    ] {
        assert_eq!(expr(text).to_string(), canonical, "{text}");
        assert_eq!(expr(&expr(text).to_string()), expr(text), "{text}");
    }
}

#[test]
fn what_is_no_quantity_is_refused_by_name() {
    let bad = |text: &str| text.parse::<Expr>().unwrap_err();
    assert_eq!(bad(""), BadExpr::Empty);
    assert_eq!(bad("  "), BadExpr::Empty);
    assert_eq!(bad("*"), BadExpr::Unfinished('*'));
    assert_eq!(bad("300 +"), BadExpr::Unfinished('+'));
    assert_eq!(bad("="), BadExpr::Unfinished('='));
    assert_eq!(bad("1e9"), BadExpr::Unknown(Clean::new("e")));
    assert_eq!(bad("*1.2 floor"), BadExpr::Unknown(Clean::new("floor")));
    assert_eq!(bad("lot"), BadExpr::Unknown(Clean::new("lot")));
    assert_eq!(bad("+*"), BadExpr::Unknown(Clean::new("*")));
    assert_eq!(bad("3 4"), BadExpr::NotFirst(Clean::new("4")));
    assert_eq!(bad("*2 =moq"), BadExpr::NotFirst(Clean::new("moq")));
    for text in ["1.2.3", "1.2345", "*1.2345678", "1234567890123", "+0.0001"] {
        assert!(matches!(bad(text), BadExpr::Number(_)), "{text}");
    }
    assert!(matches!(bad(&"1 ".repeat(100)), BadExpr::Unknown(_)));
    assert!(matches!(bad("300;"), BadExpr::Unknown(_)));
}

#[test]
fn exact_to_the_unit() {
    let cup = offer(1, "个");
    assert_eq!(one("*1.2", &cup, "50"), "60");
    assert_eq!(one("*1.2", &cup, "7"), "9");
    assert_eq!(one("*1.1", &cup, "30"), "33", "not 34, as floats would have it");
    assert_eq!(one("+12 *2", &cup, "30"), "84");
    assert_eq!(one("*1.5 +1", &cup, "3"), "6", "4.5 + 1, rounded up once");
    let mut lots = cup.clone();
    lots.lot = Some(q(12));
    assert_eq!(one("*1.2", &lots, "48"), "58");
    assert_eq!(one("*1.2 ceil", &lots, "48"), "60");
    assert_eq!(one("=60 ceil", &lots, "48"), "60");
    let cloth = offer(2, "米");
    assert_eq!(one("*1.2", &cloth, "12.345"), "14.814");
    assert_eq!(one("*1.2345", &cloth, "12.345"), "15.24", "15.2399025, up to the thousandth");
    assert_eq!(one("+0.5", &cloth, "12.345"), "12.845");
    assert_eq!(one("1.5", &cloth, "12"), "1.5");
}

#[test]
fn what_cannot_be_is_refused_and_said_why() {
    let cup = offer(1, "个");
    let why = |text: &str, units: &str| {
        over(text, &[line(1, &cup, None, units)], &[1]).refused.first().map(|refused| refused.why)
    };
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    assert_eq!(why("0", "10"), Some(Refusal::NotAbove(number("0"))));
    assert_eq!(why("-12", "10"), Some(Refusal::NotAbove(number("-2"))));
    assert_eq!(why("*0", "10"), Some(Refusal::NotAbove(number("0"))));
    assert_eq!(why("1.5", "10"), Some(Refusal::Fraction(number("1.5"))));
    assert_eq!(why("+0.5", "10"), Some(Refusal::Fraction(number("10.5"))));
    assert_eq!(why("1000000000", "10"), Some(Refusal::TooMuch));
    assert_eq!(why("*999999999999.999999 *999999999999 *999999", "99999999"), Some(Refusal::TooMuch));
    assert_eq!(why("99999999", "10"), None);
    // One of several: the others are worked out all the same, and whoever commits looks at `refused` first.
    let lines = [line(1, &cup, None, "10"), line(2, &offer(2, "个"), None, "100")];
    let outcome = over("-12", &lines, &[1, 2]);
    assert_eq!((outcome.refused.len(), outcome.changes.len()), (1, 1));
}

#[test]
fn ceil_reaches_lot_and_minimum_unless_a_met_mix_rule_waives_it() {
    let mut cup = offer(1, "个");
    (cup.lot, cup.moq) = (Some(q(6)), Some(q(50)));
    assert_eq!(one("ceil", &cup, "8"), "54");
    assert_eq!(one("ceil lot", &cup, "8"), "12");
    assert_eq!(one("=moq", &cup, "600"), "54");
    cup.supplier_id = Some(crate::domain::id::SupplierId::new("S"));
    cup.mix = Mix::Rule(MixRule { pieces: Some(q(8)), amount: None });
    assert_eq!(one("ceil", &cup, "8"), "12", "the rule is met: eight pieces");
    assert_eq!(one("ceil moq", &cup, "8"), "54");
    assert_eq!(one("ceil", &cup, "7"), "54", "not met: the minimum counts");
}

/// 起批 is per offer, over its SKUs.
fn mugs() -> Offer {
    let mut mugs = offer(3, "个");
    mugs.quote_type = QuoteType::ByOfferOverSkus;
    mugs.moq = Some(q(100));
    mugs.tiers = tiers(&[(100, "4.00"), (300, "3.50")]);
    mugs.skus = ["w", "b", "g"]
        .map(|spec| Sku {
            spec_id: SpecId::new(spec),
            sku_id: None,
            name: Clean::new(spec),
            name_en: None,
            price: None,
            promotion: None,
            tiers: vec![],
            stock: Some(q(500)),
        })
        .to_vec();
    mugs
}

#[test]
fn lines_of_one_offer_share_what_they_have_to_reach() {
    let mugs = mugs();
    let lines = [
        line(1, &mugs, Some("w"), "10"),
        line(2, &mugs, Some("b"), "10"),
        line(3, &mugs, Some("g"), "10"),
        line(4, &offer(9, "个"), None, "20"),
    ];
    assert_eq!(after("ceil", &lines, &[1, 2, 3]), ["34", "33", "33", "20"]);
    assert_eq!(after("ceil", &lines, &[2]), ["10", "80", "10", "20"], "the others count");
    assert_eq!(after("=moq", &lines, &[1, 2]), ["50", "50", "10", "20"]);
    assert_eq!(after("=moq", &lines, &[1]), ["100", "10", "10", "20"], "the listing's number");
    assert_eq!(after("*4", &lines, &[1, 2, 3, 4]), ["40", "40", "40", "80"]);
    assert_eq!(after(">", &lines, &[1, 2, 3, 4]), ["100", "100", "100", "100"]);
    assert_eq!(after("+1", &lines, &[3, 404]), ["10", "10", "11", "20"], "what is not in the cart");
}

#[test]
fn the_next_tier_is_the_cheaper_one_within_stock_and_limit() {
    let cup = offer(1, "个");
    assert_eq!(one(">", &cup, "10"), "100");
    assert_eq!(one(">", &cup, "100"), "300");
    assert_eq!(one(">>", &cup, "10"), "300");
    let left = |cup: &Offer, units: &str| over(">", &[line(1, cup, None, units)], &[1]);
    assert_eq!(left(&cup, "300").no_tier, [LineId(1)]);
    let mut scarce = cup.clone();
    scarce.stock = Some(q(99));
    assert_eq!(left(&scarce, "10"), Outcome { no_tier: vec![LineId(1)], ..Outcome::default() });
    let mut limited = cup.clone();
    limited.purchase_limit = Some(q(50));
    assert_eq!(left(&limited, "10").no_tier.len(), 1);
    let mut lots = cup.clone();
    lots.lot = Some(q(7));
    assert_eq!(one(">", &lots, "10"), "105");
    // A tier that is dearer is none.
    let mut dearer = cup.clone();
    dearer.tiers = tiers(&[(10, "5.00"), (100, "6.00"), (200, "4.50")]);
    assert_eq!(one(">", &dearer, "10"), "200");
    // Without tiers there is nothing to reach.
    let mut by_sku = mugs();
    by_sku.quote_type = QuoteType::BySku;
    assert_eq!(over(">", &[line(1, &by_sku, Some("w"), "10")], &[1]).no_tier.len(), 1);
}

#[test]
fn tiers_of_their_own_are_reached_by_each_sku() {
    let mut mugs = mugs();
    mugs.quote_type = QuoteType::TiersPerSku;
    mugs.tiers.clear();
    mugs.moq = Some(q(30));
    for sku in &mut mugs.skus {
        sku.tiers = tiers(&[(20, "4.00"), (60, "3.00")]);
    }
    let lines = [line(1, &mugs, Some("w"), "10"), line(2, &mugs, Some("b"), "25")];
    assert_eq!(after(">", &lines, &[1, 2]), ["60", "60"]);
    assert_eq!(after("ceil", &lines, &[1]), ["20", "25"]);
    assert_eq!(after("=moq", &lines, &[1, 2]), ["20", "20"]);
}

#[test]
fn one_lot_more_or_less() {
    let mut cup = offer(1, "个");
    cup.lot = Some(q(12));
    let step = |up: bool, units: &str| {
        let lines = [line(1, &cup, None, units)];
        let outcome =
            evaluate(&Expr::step(up), &cart(&lines), &Rules::default(), &HashSet::from([LineId(1)]));
        outcome.changes.first().map(|change| change.to.to_string())
    };
    assert_eq!([step(true, "24"), step(true, "25")].map(Option::unwrap), ["36", "36"]);
    assert_eq!([step(false, "24"), step(false, "25")].map(Option::unwrap), ["12", "24"]);
    assert_eq!(step(false, "12"), None);
}

/// Fifty lines a fifth more, rounded up to their multiples, against arithmetic in whole numbers that shares nothing
/// with it.
#[test]
fn a_fifth_more_in_multiples_equals_plain_arithmetic() {
    let lots = [1u32, 2, 5, 6, 10, 12];
    let mut lines = Vec::new();
    let mut expected = Vec::new();
    for at in 0..50u32 {
        let lot = lots.iter().copied().nth(at as usize % lots.len()).unwrap();
        let mut goods = offer(i64::from(at) + 1, "个");
        goods.lot = Some(q(lot));
        let units = 17 + at * 13;
        lines.push(line(i64::from(at) + 1, &goods, None, &units.to_string()));
        let fifth_more = (units * 12).div_ceil(10);
        expected.push((fifth_more.div_ceil(lot) * lot).to_string());
    }
    let all: Vec<i64> = (1..=50).collect();
    assert_eq!(after("*1.2 ceil", &lines, &all), expected);
}
