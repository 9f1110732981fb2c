//! Worked carts.

use super::*;
use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::offer::{Completeness, PriceTier, QuoteType, Sku};
use crate::domain::quantity::Unit;
use crate::domain::supplier::{Mix, MixRule};
use crate::domain::text::Clean;
use jiff::Timestamp;

fn q(units: u32) -> Quantity {
    Quantity::whole(units)
}

fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

fn tier(from: u32, price: &str) -> PriceTier {
    PriceTier { from_quantity: q(from), price: yuan(price), promotion: None }
}

fn offer(id: i64, tiers: &[(u32, &str)]) -> Offer {
    let mut offer = Offer::blank(OfferKey::Market(id), Clean::new("杯"), Timestamp::UNIX_EPOCH);
    offer.supplier_id = Some(SupplierId::new("S1"));
    offer.unit = Some(Unit::new("个"));
    offer.tiers = tiers.iter().map(|(from, price)| tier(*from, price)).collect();
    offer.freight = FreightTerms::SellerPays;
    offer.completeness = Completeness::Full;
    offer.mix = Mix::None;
    offer
}

fn line(id: i64, offer: &Offer, units: u32) -> CartLine {
    CartLine { id: LineId(id), offer: Arc::new(offer.clone()), spec_id: None, quantity: q(units) }
}

fn found(lines: &[CartLine], shelf: &[Offer]) -> Fix {
    let shelf: Vec<Arc<Offer>> = shelf.iter().cloned().map(Arc::new).collect();
    let destination = Destination { district: Some("440111".into()), zone: Some(0) };
    fix(&Task { lines, shelf: &shelf, rules: &Rules::default(), destination: &destination })
}

/// `line(or +offer) from->to reason cost`, one a change.
fn shown(plan: &Plan) -> Vec<String> {
    let changes = plan.changes.iter().map(|change| {
        let place = change.line.map_or_else(|| format!("+{}", change.offer.key), |line| line.to_string());
        format!("{place} {}->{} {} {}", change.from, change.to, change.reason.as_str(), change.cost)
    });
    changes.collect()
}

fn mixed(offer: Offer, pieces: u32, amount: &str) -> Offer {
    Offer { mix: Mix::Rule(MixRule { pieces: Some(q(pieces)), amount: Some(yuan(amount)) }), ..offer }
}

#[test]
fn example_c_is_filled_for_twelve_yuan() {
    let short = |id, price| mixed(offer(id, &[(50, price)]), 30, "300");
    let (cup, straw) = (short(1, "9.90"), short(2, "6.50"));
    let filler = mixed(offer(3, &[(1, "1.20")]), 30, "300");
    let lines = [line(1, &cup, 12), line(2, &straw, 8)];
    let fix = found(&lines, &[cup.clone(), straw.clone(), filler]);
    assert_eq!(shown(&fix.plan), ["+3 0->10 mix 12.00"]);
    assert_eq!([fix.plan.cost_before(), fix.plan.cost_after()], [yuan("170.80"), yuan("182.80")]);
    assert!(fix.plan.no_fix.is_empty() && fix.plan.proven);
    // Without new goods: ten more of the cheaper line.
    let without = fix.without_new.unwrap();
    assert_eq!(shown(&without), ["2 8->18 mix 65.00"]);
    assert_eq!(without.extra(), yuan("65.00"));
}

#[test]
fn by_amount_where_that_is_nearer() {
    let dear = mixed(offer(1, &[(50, "99.00")]), 30, "300");
    let filler = mixed(offer(3, &[(1, "0.90")]), 30, "300");
    let fix = found(&[line(1, &dear, 3)], &[filler]);
    assert_eq!(shown(&fix.plan), ["+3 0->4 mix 3.60"]);
}

#[test]
fn minimums_lots_and_dominated_quantities() {
    let tiers = [(2, "10.00"), (100, "8.50"), (300, "7.20")];
    let mut lots = offer(2, &[(1, "3.00")]);
    lots.lot = Some(q(6));
    lots.moq = Some(q(15));
    let short = Offer { moq: Some(q(20)), ..offer(3, &[(1, "1.00")]) };
    let lines = [
        line(1, &offer(1, &tiers), 280),
        line(2, &lots, 13),
        line(3, &short, 7),
        line(4, &offer(4, &tiers), 85),
    ];
    let fix = found(&lines, &[]);
    assert_eq!(shown(&fix.plan), ["1 280->300 cheaper -220.00", "2 13->18 lot 15.00", "3 7->20 moq 13.00"]);
    assert_eq!(fix.plan.extra(), yuan("-192.00"));
    assert_eq!(fix.without_new, None);
}

#[test]
fn split_lines_of_one_sku_become_one() {
    let mut cup = offer(1, &[(1, "2.00")]);
    cup.lot = Some(q(6));
    let lines = [line(4, &cup, 4), line(9, &cup, 2)];
    let fix = found(&lines, &[]);
    assert_eq!(shown(&fix.plan), ["4 6->6 merge 0.00"]);
    let change = fix.plan.changes.first().unwrap();
    assert_eq!((change.merged.as_slice(), fix.plan.no_fix.len()), ([LineId(9)].as_slice(), 0));
}

#[test]
fn what_cannot_be_mended_is_listed_and_left_alone() {
    let scarce = Offer { stock: Some(q(5)), ..offer(1, &[(1, "2.00")]) };
    let gone = Offer { gone: true, ..offer(2, &[(1, "2.00")]) };
    let free = offer(3, &[(1, "0.00")]);
    let limited = Offer { purchase_limit: Some(q(3)), ..offer(4, &[(1, "2.00")]) };
    let mut unchosen = offer(5, &[(1, "2.00")]);
    unchosen.skus = vec![sku("a", "2.00", 9), sku("b", "2.00", 9)];
    let few = Offer { moq: Some(q(50)), stock: Some(q(30)), ..offer(6, &[(1, "2.00")]) };
    let short = Offer { moq: Some(q(8)), ..offer(7, &[(1, "2.00")]) };
    let offers = [scarce, gone, free, limited, unchosen, few, short];
    let lines: Vec<CartLine> =
        offers.iter().enumerate().map(|(at, offer)| line(at as i64 + 1, offer, 7)).collect();
    let fix = found(&lines, &[]);
    assert_eq!(shown(&fix.plan), ["7 7->8 moq 2.00"]);
    let kinds: BTreeSet<&str> = fix.plan.no_fix.iter().map(|violation| violation.kind.as_str()).collect();
    let expected = ["gone", "moq", "price_zero", "purchase_limit", "stock", "unknown_spec"];
    assert_eq!(kinds, BTreeSet::from(expected));
}

fn sku(spec: &str, price: &str, stock: u32) -> Sku {
    Sku {
        spec_id: SpecId::new(spec),
        sku_id: None,
        name: Clean::new(spec),
        name_en: None,
        price: Some(yuan(price)),
        promotion: None,
        tiers: vec![],
        stock: Some(q(stock)),
    }
}

#[test]
fn the_total_counts_where_the_offer_counts_and_each_sku_where_it_does_not() {
    let mut over = offer(1, &[(10, "2.00"), (20, "1.50")]);
    over.quote_type = QuoteType::ByOfferOverSkus;
    over.skus = vec![sku("a", "2.00", 9), sku("b", "2.00", 40)];
    let of = |offer: &Offer, id, spec: &str, units| CartLine {
        spec_id: Some(SpecId::new(spec)),
        ..line(id, offer, units)
    };
    // 16 cost 32.00, 20 cost 30.00; of a there are only 9.
    let fix = found(&[of(&over, 1, "a", 8), of(&over, 2, "b", 8)], &[]);
    assert_eq!(shown(&fix.plan), ["2 8->12 cheaper -2.00"]);
    let mut own = over.clone();
    own.quote_type = QuoteType::TiersPerSku;
    for sku in &mut own.skus {
        sku.tiers = vec![tier(5, "2.00"), tier(10, "1.00")];
    }
    let fix = found(&[of(&own, 1, "a", 3), of(&own, 2, "b", 6)], &[]);
    // b: 6 cost 12.00, 10 cost 10.00. a: to its first tier.
    assert_eq!(shown(&fix.plan), ["1 3->5 moq 4.00", "2 6->10 cheaper -2.00"]);
}

#[test]
fn lines_whose_price_has_parts_of_a_fen_are_left_alone_where_nothing_is_short() {
    let mut cup = offer(1, &[(1, "0.782")]);
    cup.quote_type = QuoteType::ByOfferOverSkus;
    cup.skus = vec![sku("a", "0.782", 18), sku("b", "0.782", 4)];
    let of = |id, spec: &str| CartLine { spec_id: Some(SpecId::new(spec)), ..line(id, &cup, 3) };
    let fix = found(&[of(1, "a"), of(2, "b")], &[]);
    assert!(fix.plan.changes.is_empty() && fix.plan.proven, "{:?}", shown(&fix.plan));
}

#[test]
fn a_purchase_limit_leaves_no_room_for_the_cheaper_tier_of_one_sku() {
    let mut own = Offer { purchase_limit: Some(q(5)), ..offer(1, &[]) };
    own.quote_type = QuoteType::TiersPerSku;
    own.skus = vec![sku("a", "0.50", 5), sku("b", "0.50", 4)];
    for (sku, tiers) in
        own.skus.iter_mut().zip([vec![tier(1, "0.50"), tier(5, "0.02")], vec![tier(1, "0.50")]])
    {
        sku.tiers = tiers;
    }
    let own = mixed(own, 14, "1000");
    let of = |id, spec: &str, units| CartLine { spec_id: Some(SpecId::new(spec)), ..line(id, &own, units) };
    let plain = mixed(offer(2, &[(1, "0.50")]), 14, "1000");
    let fix = found(&[of(1, "a", 1), of(2, "b", 4), line(3, &plain, 1)], &[]);
    assert!(fix.plan.changes.is_empty(), "{:?}", shown(&fix.plan));
}

#[test]
fn free_freight_is_reached_where_the_goods_for_it_cost_less() {
    let mut cup = offer(1, &[(1, "9.50")]);
    let template = FreightTemplate {
        charge_by: ChargeBy::Pieces,
        first_unit: 1.into(),
        next_unit: 1.into(),
        fees: Fees::Zones(vec![Fee { first: yuan("12.00"), next: yuan("0.10") }]),
        free_from: Some(yuan("100.00")),
    };
    cup.freight = FreightTerms::Template(template);
    let fix = found(&[line(1, &cup, 10)], &[]);
    assert_eq!(shown(&fix.plan), ["1 10->11 freight 9.50"]);
    assert_eq!(fix.plan.extra(), yuan("-3.40"));
    let fix = found(&[line(1, &cup, 10)], &[offer(2, &[(1, "5.00")])]);
    assert_eq!(shown(&fix.plan), ["+2 0->1 freight 5.00"]);
    let fix = found(&[line(1, &cup, 8)], &[]);
    assert!(fix.plan.changes.is_empty(), "24.00 more for 12.70 of freight");
}

#[test]
fn goods_whose_freight_nobody_knows_are_the_last_resort() {
    let cup = mixed(offer(1, &[(50, "9.00")]), 10, "1000");
    let by_word = Offer { freight: FreightTerms::ByAgreement, ..mixed(offer(2, &[(1, "1.00")]), 10, "1000") };
    let known = mixed(offer(3, &[(1, "2.00")]), 10, "1000");
    let fix = found(&[line(1, &cup, 8)], &[by_word.clone(), known]);
    assert_eq!(shown(&fix.plan), ["+3 0->2 mix 4.00"]);
    // What is in the cart already can be raised: dearer, and its freight is known.
    let fix = found(&[line(1, &cup, 8)], std::slice::from_ref(&by_word));
    assert_eq!(shown(&fix.plan), ["1 8->10 mix 18.00"]);
    let scarce = Offer { stock: Some(q(8)), ..cup };
    let fix = found(&[line(1, &scarce, 8)], &[by_word]);
    assert_eq!(shown(&fix.plan), ["+2 0->2 mix 2.00"]);
    assert!(fix.plan.freight_open);
}

#[test]
fn a_new_line_never_breaks_the_line_cap() {
    let cup = mixed(offer(1, &[(50, "9.00")]), 10, "1000");
    let filler = Arc::new(mixed(offer(2, &[(1, "1.00")]), 10, "1000"));
    let rules = Rules { line_cap: 1, ..Rules::default() };
    let lines = [line(1, &cup, 8)];
    let destination = Destination::default();
    let task = Task { lines: &lines, shelf: &[filler], rules: &rules, destination: &destination };
    assert_eq!(shown(&plan(&task, true)), ["1 8->10 mix 18.00"]);
}

#[test]
fn where_a_met_mix_rule_waives_nothing_each_minimum_is_met() {
    let cup = mixed(offer(1, &[(20, "9.00")]), 10, "100");
    let rules = Rules { mix_waives_moq: false, ..Rules::default() };
    let (lines, destination) = ([line(1, &cup, 8)], Destination::default());
    let task = Task { lines: &lines, shelf: &[], rules: &rules, destination: &destination };
    let plan = plan(&task, true);
    assert_eq!(shown(&plan), ["1 8->20 moq 108.00"]);
    assert!(plan.no_fix.is_empty());
}

#[test]
fn measured_goods_are_raised_to_their_minimum_exactly() {
    let mut cloth = Offer { moq: Some("10.5".parse().unwrap()), ..offer(1, &[(1, "7.30")]) };
    cloth.unit = Some(Unit::new("米"));
    let mut lines = [line(1, &cloth, 1)];
    lines[0].quantity = "2.25".parse().unwrap();
    assert_eq!(shown(&found(&lines, &[]).plan), ["1 2.25->10.5 moq 60.22"]);
}

#[test]
fn an_empty_cart_and_a_legal_one_need_nothing() {
    assert_eq!(found(&[], &[]).plan.changes, []);
    let fix = found(&[line(1, &offer(1, &[(1, "2.00")]), 3)], &[offer(2, &[(1, "0.01")])]);
    assert!(fix.plan.changes.is_empty() && fix.plan.no_fix.is_empty() && fix.without_new.is_none());
}
