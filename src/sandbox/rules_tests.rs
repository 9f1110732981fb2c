//! Worked examples of every trade rule, with the figures done by hand.

use super::super::world::types::WorldFlow;
use super::*;
use fixtures::{desk, line, money, offer, sku, spec_line, supplier, tiers};

/// Small goods that tests of the trade rules and of the carriage are about.
pub(in crate::sandbox) mod fixtures {
    use super::super::super::world::types::{
        Truth, WorldFreight, WorldMix, WorldOffer, WorldSku, WorldSupplier, WorldTier,
    };
    use super::super::{Asked, Desk};
    use crate::domain::money::Money;
    use rust_decimal::Decimal;

    pub fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    /// Quote type 0, 10.00 from 1, stock 1000, seller 1.
    pub fn offer(id: i64) -> WorldOffer {
        WorldOffer {
            offer_id: id,
            number: id as u64,
            supplier: 1,
            subject: format!("保温杯 {id}"),
            subject_en: "Cup".into(),
            category_id: 3,
            second_category_id: 2,
            top_category_id: 1,
            unit: "个".into(),
            unit_en: "pcs".into(),
            quote_type: 0,
            tiers: tiers(&[(1, "10")]),
            skus: vec![],
            stock: 1000,
            moq: 1,
            lot: None,
            purchase_limit: None,
            mix_enabled: true,
            one_piece_dropship: false,
            free_post_dropship: false,
            return_7d: false,
            invoice: None,
            customizable: None,
            pay_later: None,
            fee_link: false,
            yanxuan: false,
            select: false,
            advertised: false,
            attributes: vec![],
            freight: WorldFreight::SellerPays,
            weight_g: Some(100),
            size_cm: Some((10, 10, 10)),
            sold_30d: 0,
            sold_7d: 0,
            sold_out: 0,
            pay_buyers_30d: 0,
            add_cart_30d: 0,
            repeat_rate: Decimal::new(18, 2),
            trade_score: Decimal::new(45, 1),
            ship_guarantee: "shipIn48Hours".into(),
            created_ms: 0,
            extra_flows: vec![],
            description: String::new(),
        }
    }

    pub fn tiers(steps: &[(i64, &str)]) -> Vec<WorldTier> {
        steps
            .iter()
            .map(|(from, price)| WorldTier {
                from_quantity: *from,
                price: money(price),
                promotion_price: None,
            })
            .collect()
    }

    pub fn sku(spec: &str, price: Option<&str>, stock: i64) -> WorldSku {
        WorldSku {
            sku_id: 1,
            spec_id: spec.into(),
            attributes: vec![],
            price: price.map(money),
            promotion_price: None,
            stock,
        }
    }

    pub fn supplier(number: u64, mix: Option<(i64, i64)>) -> WorldSupplier {
        WorldSupplier {
            number,
            seller_open_id: format!("BBB{number}"),
            company: "永康杯业".into(),
            company_en: "Yongkang Cups".into(),
            login_id: format!("cups{number}"),
            province: "浙江省".into(),
            city: "金华市".into(),
            belt: "永康".into(),
            belt_en: "Yongkang".into(),
            identities: vec![],
            tp_years: 5,
            truth: Truth::Factory,
            mix: mix.map(|(pieces, amount)| WorldMix { pieces, amount }),
            scores: [Decimal::from(4); 6],
            medal_level: 3,
            repeat_rate: Decimal::ZERO,
            collect_48h: Decimal::ONE,
            quality_refund_30d: Decimal::ZERO,
        }
    }

    pub fn desk(offers: Vec<WorldOffer>, suppliers: Vec<WorldSupplier>) -> Desk {
        Desk {
            offers: offers.into_iter().map(|offer| (offer.offer_id, offer)).collect(),
            suppliers: suppliers.into_iter().map(|supplier| (supplier.number, supplier)).collect(),
            taken: std::collections::HashMap::new(),
        }
    }

    pub fn line(offer_id: i64, quantity: &str) -> Asked {
        Asked { offer_id, spec_id: None, quantity: quantity.parse().unwrap() }
    }

    pub fn spec_line(offer_id: i64, spec: &str, quantity: &str) -> Asked {
        Asked { spec_id: Some(spec.into()), ..line(offer_id, quantity) }
    }
}

fn try_judge<'a>(desk: &'a Desk, asked: &[Asked], flow: Option<&str>) -> Result<Judged<'a>, Refusal> {
    judge(desk, asked, flow, Zone::Near, LotRule::Refuse)
}

fn code(desk: &Desk, asked: &[Asked]) -> (&'static str, String) {
    let refusal = try_judge(desk, asked, Some(GENERAL)).unwrap_err();
    (refusal.code, refusal.message)
}

fn goods(desk: &Desk, asked: &[Asked]) -> String {
    try_judge(desk, asked, Some(GENERAL)).unwrap().goods.to_string()
}

#[test]
fn tiers_by_the_offers_total_for_types_0_and_2_by_the_sku_for_1() {
    let mut plain = offer(1);
    plain.tiers = tiers(&[(2, "10"), (100, "8.5"), (300, "7.2")]);
    plain.moq = 2;
    let mut by_total = offer(2);
    by_total.quote_type = 2;
    by_total.tiers = tiers(&[(2, "13.9"), (20, "13.5")]);
    by_total.skus = vec![sku("a", None, 500), sku("b", None, 500)];
    let mut by_sku = offer(3);
    by_sku.quote_type = 1;
    by_sku.tiers = tiers(&[(2, "13.9")]);
    by_sku.skus = vec![sku("a", Some("14.9"), 500), sku("b", Some("13.9"), 500)];
    let desk = desk(vec![plain, by_total, by_sku], vec![supplier(1, None)]);
    assert_eq!(goods(&desk, &[line(1, "99")]), "990.00");
    assert_eq!(goods(&desk, &[line(1, "100")]), "850.00");
    assert_eq!(goods(&desk, &[line(1, "300")]), "2160.00");
    assert_eq!(goods(&desk, &[spec_line(2, "a", "10"), spec_line(2, "b", "9")]), "264.10");
    assert_eq!(goods(&desk, &[spec_line(2, "a", "10"), spec_line(2, "b", "10")]), "270.00");
    assert_eq!(goods(&desk, &[spec_line(3, "a", "1"), spec_line(3, "b", "1")]), "28.80");
}

#[test]
fn promotion_prices_are_charged_and_lines_round_half_up() {
    let mut promoted = offer(1);
    promoted.tiers = tiers(&[(1, "0.2")]);
    promoted.tiers[0].promotion_price = Some(money("0.125"));
    let desk = desk(vec![promoted], vec![supplier(1, None)]);
    assert_eq!(goods(&desk, &[line(1, "1")]), "0.13");
    assert_eq!(goods(&desk, &[line(1, "3")]), "0.38");
}

#[test]
fn the_order_of_the_codes() {
    let mut with_skus = offer(1);
    with_skus.quote_type = 2;
    with_skus.skus = vec![sku("a", None, 5)];
    let mut stranger = offer(2);
    stranger.supplier = 2;
    let mut priceless = offer(3);
    priceless.tiers = tiers(&[(1, "0")]);
    let mut minimum = offer(4);
    minimum.moq = 10;
    let mut lot = offer(5);
    lot.lot = Some(12);
    let mut limited = offer(6);
    limited.purchase_limit = Some(5);
    let mut scarce = offer(7);
    scarce.stock = 3;
    let desk = desk(
        vec![with_skus, stranger, priceless, minimum, lot, limited, scarce],
        vec![supplier(1, None), supplier(2, None)],
    );
    // Every later fault is there all along; each step takes the first one away.
    let mut lines = vec![
        line(7, "4"),
        line(6, "6"),
        line(5, "13"),
        line(4, "9"),
        line(3, "1"),
        line(99, "1"),
        spec_line(1, "zz", "1"),
        line(1, "1"),
        line(2, "1"),
    ];
    let mut seen = Vec::new();
    while !lines.is_empty() {
        seen.push(code(&desk, &lines));
        lines.pop();
    }
    let want = [
        ("500_002", "[2]"),
        ("500_002", "[1]"),
        ("500_003", "[1_zz]"),
        ("500_001", "[99]"),
        ("500_008", "[3]"),
        ("500_005", "[4]"),
        ("SANDBOX_LOT", "[5]"),
        ("SANDBOX_LIMIT", "[6]"),
        ("500_004", "[7]"),
    ];
    for ((got, message), (code, place)) in seen.iter().zip(want) {
        assert_eq!(*got, code);
        assert!(message.ends_with(place), "{message}");
    }
    assert_eq!(seen.len(), want.len());
}

#[test]
fn the_minimum_counts_the_offer_over_its_skus() {
    let mut sized = offer(1);
    sized.quote_type = 2;
    sized.moq = 5;
    sized.tiers = tiers(&[(5, "10")]);
    sized.skus = vec![sku("a", None, 50), sku("b", None, 50)];
    let desk = desk(vec![sized], vec![supplier(1, None)]);
    assert_eq!(code(&desk, &[spec_line(1, "a", "2"), spec_line(1, "b", "2")]).0, "500_005");
    assert_eq!(goods(&desk, &[spec_line(1, "a", "2"), spec_line(1, "b", "3")]), "50.00");
}

#[test]
fn a_mix_rule_lets_short_offers_pass_by_pieces_or_by_amount() {
    let (mut a, mut b) = (offer(1), offer(2));
    a.moq = 10;
    a.tiers = tiers(&[(10, "10"), (20, "9")]);
    b.moq = 10;
    b.tiers = tiers(&[(10, "4")]);
    let by = |pieces, amount| desk(vec![a.clone(), b.clone()], vec![supplier(1, Some((pieces, amount)))]);
    // 2 x 10 + 1 x 4 = 24 yuan, 3 pieces; the short lines are at the first tier.
    let lines = [line(1, "2"), line(2, "1")];
    assert_eq!(goods(&by(3, 9999), &lines), "24.00");
    assert_eq!(goods(&by(9999, 24), &lines), "24.00");
    let (got, message) = code(&by(4, 25), &lines);
    assert_eq!(got, "500_006");
    assert!(message.contains("[1][2]"), "{message}");
}

#[test]
fn the_mix_rule_is_not_asked_when_every_offer_meets_its_minimum() {
    let mut a = offer(1);
    a.moq = 2;
    let desk = desk(vec![a], vec![supplier(1, Some((50, 5000)))]);
    assert_eq!(goods(&desk, &[line(1, "2")]), "20.00");
}

#[test]
fn a_short_offer_outside_the_mix_is_500_005_and_its_pieces_do_not_count() {
    let (mut inside, mut outside) = (offer(1), offer(2));
    inside.moq = 10;
    outside.moq = 10;
    outside.mix_enabled = false;
    let desk = desk(vec![inside, outside], vec![supplier(1, Some((3, 9999)))]);
    // Met by the inside line alone; the outside one stays short.
    let (got, message) = code(&desk, &[line(1, "3"), line(2, "9")]);
    assert_eq!((got, message.ends_with("[2]")), ("500_005", true));
    // 2 pieces inside, 10 outside: not met, and only the inside offer is short.
    let (got, message) = code(&desk, &[line(1, "2"), line(2, "10")]);
    assert_eq!((got, message.ends_with("[1]")), ("500_006", true));
}

#[test]
fn lots_bind_each_line_and_may_be_accepted() {
    let mut lot = offer(1);
    lot.lot = Some(6);
    let desk = desk(vec![lot], vec![supplier(1, None)]);
    assert_eq!(code(&desk, &[line(1, "9")]).0, "SANDBOX_LOT");
    assert_eq!(goods(&desk, &[line(1, "12")]), "120.00");
    let accepted = judge(&desk, &[line(1, "9")], Some(GENERAL), Zone::Near, LotRule::Accept).unwrap();
    assert_eq!(accepted.goods, money("90"));
}

#[test]
fn stock_counts_what_orders_took_and_sums_repeated_lines() {
    let mut desk = desk(vec![offer(1)], vec![supplier(1, None)]);
    desk.taken.entry(1).or_default().insert(String::new(), 995_000);
    assert_eq!(goods(&desk, &[line(1, "5")]), "50.00");
    assert_eq!(code(&desk, &[line(1, "3"), line(1, "3")]).0, "500_004");
}

#[test]
fn fractions_only_of_measured_units() {
    let mut cloth = offer(1);
    cloth.unit = "米".into();
    let desk = desk(vec![cloth, offer(2)], vec![supplier(1, None)]);
    assert_eq!(goods(&desk, &[line(1, "1.125")]), "11.25");
    assert_eq!(code(&desk, &[line(1, "1.1255")]).0, "SANDBOX_QUANTITY");
    assert_eq!(code(&desk, &[line(2, "1.5")]).0, "SANDBOX_QUANTITY");
    assert_eq!(code(&desk, &[line(2, "0")]).0, "SANDBOX_QUANTITY");
}

#[test]
fn fifty_lines_and_no_more() {
    let offers: Vec<_> = (1..=51).map(offer).collect();
    let desk = desk(offers, vec![supplier(1, None)]);
    let lines: Vec<Asked> = (1..=51).map(|id| line(id, "1")).collect();
    assert_eq!(goods(&desk, &lines[..50]), "500.00");
    assert_eq!(code(&desk, &lines).0, "SANDBOX_LINES");
}

#[test]
fn an_omitted_flow_is_the_cheapest_that_every_line_lists() {
    let flow = |name: &'static str, start: i64, price: &str| WorldFlow {
        flow: name.into(),
        start_quantity: start,
        price: money(price),
    };
    let (mut a, mut b) = (offer(1), offer(2));
    a.moq = 10;
    a.tiers = tiers(&[(10, "10")]);
    a.extra_flows = vec![flow("fenxiao", 1, "12"), flow("boutiquepifa", 3, "9")];
    b.extra_flows = vec![flow("fenxiao", 1, "8")];
    let desk = desk(vec![a, b], vec![supplier(1, None)]);
    let chosen = |lines: &[Asked]| {
        let judged = try_judge(&desk, lines, None).unwrap();
        (judged.flow, judged.goods.to_string())
    };
    assert_eq!(chosen(&[line(1, "10")]), ("boutiquepifa".into(), "90.00".into()));
    assert_eq!(chosen(&[line(1, "2")]), ("fenxiao".into(), "24.00".into()));
    assert_eq!(chosen(&[line(1, "10"), line(2, "1")]), ("general".into(), "110.00".into()));
    assert_eq!(chosen(&[line(2, "1")]), ("fenxiao".into(), "8.00".into()));
    let refused = |lines: &[Asked], flow| try_judge(&desk, lines, Some(flow)).unwrap_err().code;
    assert_eq!(refused(&[line(2, "1")], "saleproxy"), "500_007");
    assert_eq!(refused(&[line(2, "1")], "paired"), "SANDBOX_FLOW");
    assert_eq!(refused(&[line(1, "2")], "boutiquepifa"), "500_005");
    assert_eq!(refused(&[line(1, "2")], "general"), "500_005");
}

#[test]
fn mix_amount_is_whole_yuan() {
    let mut a = offer(1);
    a.moq = 100;
    a.tiers = tiers(&[(100, "29.99")]);
    let short = desk(vec![a.clone()], vec![supplier(1, Some((9999, 30)))]);
    assert_eq!(code(&short, &[line(1, "1")]).0, "500_006");
    a.tiers = tiers(&[(100, "30")]);
    let met = desk(vec![a], vec![supplier(1, Some((9999, 30)))]);
    assert_eq!(goods(&met, &[line(1, "1")]), "30.00");
}
