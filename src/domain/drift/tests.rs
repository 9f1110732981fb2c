//! Planted changes, each found once and nothing else; the same input, the same bytes.

use super::*;
use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::offer::{Completeness, PriceTier, QuoteType, Sku};
use crate::domain::supplier::{Mix, MixRule};

fn q(units: u32) -> Quantity {
    Quantity::whole(units)
}

fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

fn tier(from: u32, price: &str) -> PriceTier {
    PriceTier { from_quantity: q(from), price: yuan(price), promotion: None }
}

fn offer(number: i64) -> Offer {
    let mut offer = Offer::blank(
        OfferKey::Market(700_000 + number),
        Clean::new(&format!("杯 {number}")),
        Timestamp::UNIX_EPOCH,
    );
    offer.supplier_id = Some(SupplierId::new(&format!("S{}", number % 8)));
    offer.supplier_name = Some(Clean::new(&format!("第{}厂", number % 8)));
    offer.unit = Some(Unit::new("个"));
    offer.quote_type = QuoteType::ByOfferOverSkus;
    offer.tiers = vec![tier(10, "12.50"), tier(100, "10.60")];
    offer.skus = ["w", "b"]
        .map(|spec| Sku {
            spec_id: SpecId::new(spec),
            sku_id: None,
            name: Clean::new(spec),
            name_en: None,
            price: None,
            promotion: None,
            tiers: vec![],
            stock: Some(q(5000)),
        })
        .to_vec();
    offer.moq = Some(q(10));
    offer.lot = Some(q(2));
    offer.purchase_limit = Some(q(4000));
    offer.mix = Mix::None;
    offer.freight = template("6.00");
    offer.weight_kg = Some(Decimal::ONE);
    offer.completeness = Completeness::Full;
    offer
}

fn template(first: &str) -> FreightTerms {
    FreightTerms::Template(FreightTemplate {
        charge_by: ChargeBy::Weight,
        first_unit: Decimal::ONE,
        next_unit: Decimal::ONE,
        fees: Fees::Zones(vec![Fee { first: yuan(first), next: yuan("1.00") }]),
        free_from: None,
    })
}

fn past(offer: &Offer, quantity: u32, price: &str, known: bool) -> PastLine {
    PastLine {
        offer_id: offer.key.clone(),
        spec_id: Some(SpecId::new("w")),
        title: offer.title.clone(),
        spec_name: Clean::new("白"),
        unit: offer.unit.clone(),
        quantity: q(quantity),
        last_quantity: q(quantity),
        unit_price: Some(yuan(price)),
        amount: Some(yuan(price).times(q(quantity).decimal())),
        supplier: None,
        was: known.then(|| Arc::new(offer.clone())),
        at: None,
    }
}

fn line(past: PastLine, today: Result<Offer, Unresolved>) -> SheetLine {
    let spec_id = past.spec_id.clone();
    let wanted = past.quantity;
    SheetLine { past, today: today.map(|offer| Today { offer: Arc::new(offer), spec_id }), wanted }
}

/// Fifty lines of eight suppliers; `known` = the listings of then were kept.
fn fifty(known: bool) -> Vec<SheetLine> {
    (0..50)
        .map(|number| {
            let offer = offer(number);
            let (quantity, price) = if number % 2 == 0 { (20, "12.50") } else { (120, "10.60") };
            line(past(&offer, quantity, price, known), Ok(offer))
        })
        .collect()
}

fn sheet(lines: Vec<SheetLine>) -> Sheet {
    let destination = Destination { district: Some("440111".into()), zone: Some(0) };
    Sheet::of(lines, Rules::default(), destination)
}

fn change(line: &mut SheetLine, how: impl FnOnce(&mut Offer)) {
    let today = line.today.as_mut().unwrap();
    let mut offer = today.offer.as_ref().clone();
    how(&mut offer);
    today.offer = Arc::new(offer);
}

fn written(sheet: &Sheet) -> Vec<String> {
    let end = |value: &Option<Value>| value.as_ref().map_or_else(|| "?".to_owned(), ToString::to_string);
    let rows = sheet.rows.iter();
    rows.map(|row| format!("{} {} {} -> {}", row.lines[0], row.field.as_str(), end(&row.old), end(&row.new)))
        .collect()
}

#[test]
fn nothing_changed_gives_no_row() {
    for known in [true, false] {
        let sheet = sheet(fifty(known));
        assert_eq!(sheet.rows, []);
        assert_eq!(sheet.refused, Vec::<usize>::new());
        assert!((0..50).all(|line| !sheet.asks(line, Decimal::ZERO)));
        let plan = planned(&sheet, &sheet.within(Decimal::ZERO));
        assert_eq!(sheet.total_after(&plan), (sheet.bought, true));
    }
}

#[test]
fn six_changes_that_the_past_did_not_write_down_give_six_rows() {
    let mut lines = fifty(false);
    change(&mut lines[3], |offer| offer.tiers[1].price = yuan("10.93"));
    change(&mut lines[10], |offer| offer.moq = Some(q(24)));
    change(&mut lines[14], |offer| offer.lot = Some(q(12)));
    change(&mut lines[20], |offer| offer.skus[0].stock = Some(q(0)));
    lines[31].today = Err(Unresolved::Gone);
    lines[47].today = Err(Unresolved::UnknownSpec);
    let first = sheet(lines.clone());
    assert_eq!(
        written(&first),
        [
            "3 price 10.60 -> 10.93",
            "10 moq <=20 -> 24",
            "14 lot ? -> 12",
            "20 stock >=20 -> 0",
            "31 gone on_sale -> gone",
            "47 spec 白 -> ?",
        ]
    );
    assert_eq!(written(&first), written(&sheet(lines)));
    let asks: Vec<usize> = (0..50).filter(|at| first.asks(*at, Decimal::from(3))).collect();
    assert_eq!(asks, [3, 10, 14, 20, 31, 47]);
    assert!(!first.asks(3, Decimal::from(4)), "3.1 percent is within 4");
}

#[test]
fn every_change_of_a_listing_that_was_kept_is_one_row() {
    type Case = (&'static str, fn(&mut Offer), &'static str);
    let cases: [Case; 8] = [
        (
            "tier",
            |offer| offer.tiers[1].from_quantity = q(200),
            "1 tier 10:12.50 100:10.60 -> 10:12.50 200:10.60",
        ),
        ("moq", |offer| offer.moq = Some(q(11)), "1 moq 10 -> 11"),
        ("lot", |offer| offer.lot = Some(q(4)), "1 lot 2 -> 4"),
        ("limit", |offer| offer.purchase_limit = Some(q(3000)), "1 purchase_limit 4000 -> 3000"),
        ("stock", |offer| offer.skus[0].stock = Some(q(100)), "1 stock 5000 -> 100"),
        ("seller", |offer| offer.supplier_name = Some(Clean::new("新厂")), "1 seller 第1厂 -> 新厂"),
        (
            "mix",
            |offer| offer.mix = Mix::Rule(MixRule { pieces: Some(q(30)), amount: Some(yuan("300")) }),
            "1 mix none -> 30 or ¥300.00",
        ),
        ("freight", |offer| offer.freight = template("8.00"), "1 freight 125.00 -> 127.00"),
    ];
    for (name, how, row) in cases {
        let mut lines = fifty(true);
        change(&mut lines[1], how);
        assert_eq!(written(&sheet(lines)), [row], "{name}");
    }
    // Stock that still suffices is no news, nor is a price at another quantity than ours.
    let mut lines = fifty(true);
    change(&mut lines[1], |offer| offer.skus[0].stock = Some(q(4990)));
    change(&mut lines[2], |offer| offer.tiers[1].price = yuan("9.99"));
    assert_eq!(sheet(lines).rows, []);
}

#[test]
fn a_change_of_one_offer_or_seller_is_one_row_for_all_its_lines() {
    let cup = offer(1);
    let mut other = past(&cup, 120, "10.60", true);
    other.spec_id = Some(SpecId::new("b"));
    let mut today = cup.clone();
    today.moq = Some(q(300));
    today.supplier_name = Some(Clean::new("新厂"));
    let lines = vec![line(past(&cup, 120, "10.60", true), Ok(today.clone())), line(other, Ok(today))];
    let sheet = sheet(lines);
    assert_eq!(written(&sheet), ["0 seller 第1厂 -> 新厂", "0 moq 10 -> 300"]);
    assert!(sheet.rows.iter().all(|row| row.lines == [0, 1] && row.spec_id.is_none()));
    // 240 are 60 short: the first line is raised, in lots, and no more than that.
    let plan = planned(&sheet, &[Some(Choice::Take), Some(Choice::Take)]);
    assert_eq!(plan.iter().map(|line| line.quantity).collect::<Vec<_>>(), [q(180), q(120)]);
}

#[test]
fn choices_become_quantities() {
    let mut lines = fifty(false);
    lines.truncate(4);
    change(&mut lines[0], |offer| offer.moq = Some(q(25)));
    change(&mut lines[1], |offer| offer.skus[0].stock = Some(q(33)));
    change(&mut lines[2], |offer| offer.skus[0].stock = Some(q(0)));
    lines[3].today = Err(Unresolved::Gone);
    let sheet = sheet(lines);
    let quantities = |choices: [Option<Choice>; 4]| {
        planned(&sheet, &choices).iter().map(|line| (line.line, line.quantity)).collect::<Vec<_>>()
    };
    assert_eq!(quantities([Some(Choice::Take); 4]), [(0, q(26)), (1, q(32))]);
    assert_eq!(quantities([Some(Choice::Keep); 4]), [(0, q(20)), (1, q(120)), (2, q(20)), (3, q(120))]);
    assert_eq!(quantities([Some(Choice::Drop); 4]), []);
    assert_eq!(quantities([Some(Choice::Later); 4]), []);
    assert_eq!(quantities([None; 4]), [(0, q(20)), (1, q(120)), (2, q(20))]);
}

#[test]
fn a_line_bought_twice_tells_its_latest_price_and_adds_up() {
    let cup = offer(2);
    let mut line =
        PastLine { at: Some(Timestamp::from_second(200).unwrap()), ..past(&cup, 20, "12.50", false) };
    let older = PastLine { at: Some(Timestamp::from_second(100).unwrap()), ..past(&cup, 40, "13.00", true) };
    line.join(older);
    assert_eq!((line.quantity, line.last_quantity, line.unit_price), (q(60), q(20), Some(yuan("12.50"))));
    assert_eq!(line.amount, Some(yuan("770.00")));
}

#[test]
fn orders_of_fifty_lines_still_meet_the_mix_rule() {
    // 101 lines of one supplier, each below its own minimum; the rule asks for 300 yuan. Filled in turn, the last
    // order would be one line of 12.50.
    let mut lines = Vec::new();
    for number in 0..101 {
        let mut cup = offer(8 * number);
        cup.mix = Mix::Rule(MixRule { pieces: None, amount: Some(yuan("300")) });
        lines.push(crate::domain::cart::CartLine {
            id: crate::domain::id::LineId(number + 1),
            offer: Arc::new(cup),
            spec_id: Some(SpecId::new("w")),
            quantity: q(4),
        });
    }
    let orders = batches(&lines, &Rules::default(), &Destination::default());
    assert_eq!(orders.len(), 3);
    assert!(orders.iter().all(|order| order.len() <= 50));
    let mut all: Vec<i64> = orders.iter().flatten().map(|id| id.0).collect();
    all.sort_unstable();
    assert_eq!(all, (1..=101).collect::<Vec<_>>());
    for order in &orders {
        let of_order: Vec<_> = lines.iter().filter(|line| order.contains(&line.id)).cloned().collect();
        let judged = crate::domain::cart::assess(&of_order, &Rules::default(), &Destination::default());
        assert_eq!(judged.violations, []);
    }
}
