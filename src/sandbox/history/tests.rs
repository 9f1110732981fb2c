//! The past over many worlds, judged by rules written here once more and by the market's own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Instant;

use super::super::rules::{Asked, Desk, judge};
use super::super::world::types::{WorldSku, Zone};
use super::super::{LotRule, orders};
use super::*;

/// 2026-11-22T00:30:00Z.
const NOW: i64 = 1_795_307_400_000;

/// What keeps a line from being ordered again as it was, found without the market's rules.
fn moves(world: &World, order: &Order, line: &OrderLine) -> Vec<&'static str> {
    let Some(offer) = world.offer_number(line.offer_id).and_then(|number| world.offer(number)) else {
        return vec!["gone"];
    };
    let sku: Option<&WorldSku> = match &line.spec_id {
        None if offer.skus.is_empty() => None,
        None => return vec!["spec"],
        Some(spec) => match offer.skus.iter().find(|sku| sku.spec_id == *spec) {
            Some(sku) => Some(sku),
            None => return vec!["spec"],
        },
    };
    let total: Decimal =
        order.lines.iter().filter(|other| other.offer_id == line.offer_id).map(|other| other.quantity).sum();
    let mut moves = Vec::new();
    if line.quantity > Decimal::from(sku.map_or(offer.stock, |sku| sku.stock)) {
        moves.push("stock");
    }
    if total < Decimal::from(offer.moq) {
        moves.push("moq");
    }
    if offer.lot.is_some_and(|lot| !(line.quantity % Decimal::from(lot)).is_zero()) {
        moves.push("lot");
    }
    if offer.purchase_limit.is_some_and(|limit| total > Decimal::from(limit)) {
        moves.push("limit");
    }
    let price = if offer.quote_type == 1 {
        let sku = sku.unwrap();
        sku.promotion_price.or(sku.price).unwrap()
    } else {
        let mut tier = &offer.tiers[0];
        for next in &offer.tiers {
            if Decimal::from(next.from_quantity) <= total {
                tier = next;
            }
        }
        tier.promotion_price.unwrap_or(tier.price)
    };
    if price != line.unit_price {
        moves.push("price");
    }
    moves
}

fn seeds() -> impl Iterator<Item = u64> {
    (0..20).map(|n| if n == 0 { 1688 } else { n * 977 + 3 })
}

fn big(past: &[Order]) -> &Order {
    let mut found = past.iter().filter(|order| order.lines.len() == 50);
    let order = found.next().unwrap();
    assert!(found.next().is_none());
    order
}

#[test]
fn fifty_lines_of_eight_shops_of_which_six_moved_each_in_its_way() {
    for seed in seeds() {
        for offers in [2_000, 20_000] {
            let world = World::new(seed, offers, None);
            let past = past(&world, NOW).unwrap_or_else(|| panic!("seed {seed}, {offers} offers"));
            let order = big(&past);
            let mut found: BTreeMap<&str, usize> = BTreeMap::new();
            let mut steady = 0;
            for line in &order.lines {
                match moves(&world, order, line).as_slice() {
                    [] => steady += 1,
                    [one] => *found.entry(one).or_default() += 1,
                    several => panic!("seed {seed}: {several:?} on {line:?}"),
                }
            }
            let each: BTreeMap<&str, usize> =
                ["gone", "lot", "moq", "price", "spec", "stock"].into_iter().map(|kind| (kind, 1)).collect();
            assert_eq!((steady, found), (44, each), "seed {seed}");
            let mut shops: BTreeMap<u64, usize> = BTreeMap::new();
            for line in &order.lines {
                if let Some(number) = world.offer_number(line.offer_id) {
                    *shops.entry(world.supplier_of_offer(number)).or_default() += 1;
                }
            }
            assert_eq!(shops.len(), 8, "seed {seed}");
            let named = shops[&order.supplier];
            assert!(shops.iter().all(|(shop, lines)| *shop == order.supplier || *lines < named));
            let keys: HashSet<_> = order.lines.iter().map(|line| (line.offer_id, &line.spec_id)).collect();
            assert_eq!(keys.len(), 50, "a variant twice, seed {seed}");
        }
    }
}

#[test]
fn what_stands_is_accepted_by_the_market_at_the_recorded_prices() {
    for seed in seeds().take(8) {
        let world = World::new(seed, 20_000, None);
        let past = past(&world, NOW).unwrap();
        let order = big(&past);
        let goods = Goods::of_world(world.clone());
        let mut shops: BTreeMap<u64, Vec<&OrderLine>> = BTreeMap::new();
        for line in order.lines.iter().filter(|line| moves(&world, order, line).is_empty()) {
            let number = world.offer_number(line.offer_id).unwrap();
            shops.entry(world.supplier_of_offer(number)).or_default().push(line);
        }
        for (shop, lines) in shops {
            let desk: Desk = goods.desk(lines.iter().map(|line| line.offer_id));
            let asked: Vec<Asked> = lines
                .iter()
                .map(|line| Asked {
                    offer_id: line.offer_id,
                    spec_id: line.spec_id.clone(),
                    quantity: line.quantity,
                })
                .collect();
            for flow in [Some(GENERAL), None] {
                let judged = judge(&desk, &asked, flow, Zone::Near, LotRule::Refuse)
                    .unwrap_or_else(|refusal| panic!("seed {seed}, shop {shop}: {refusal:?}"));
                let charged: Vec<Money> = judged.lines.iter().map(|line| line.unit_price).collect();
                assert_eq!(charged, lines.iter().map(|line| line.unit_price).collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn fourteen_orders_of_six_months_one_in_every_state() {
    for seed in seeds() {
        let world = World::new(seed, 20_000, None);
        let past = past(&world, NOW).unwrap();
        assert_eq!(past.len(), 14);
        assert!(past.is_sorted_by_key(|order| order.created_ms), "seed {seed}");
        let count = |status: &str| past.iter().filter(|order| order.status == status).count();
        assert_eq!(
            ["success", orders::CANCELLED, orders::WAIT_PAY, "waitsellersend", orders::WAIT_RECEIVE]
                .map(count),
            [9, 1, 2, 1, 1]
        );
        let books: BTreeSet<&str> = past.iter().map(|order| order.address.as_str()).collect();
        assert_eq!(books.len(), 3);
        for order in &past {
            assert!(order.seeded && order.create_seq.is_none());
            assert!(NOW - order.created_ms < 184 * DAY_MS && order.created_ms < NOW);
            assert!(order.modified_ms <= NOW && order.created_ms <= order.modified_ms, "{order:?}");
            let dates = [Some(order.created_ms), order.paid_ms, order.shipped_ms, order.completed_ms];
            assert!(dates.iter().flatten().is_sorted(), "{dates:?}");
            assert_eq!(order.goods_fen, order.lines.iter().map(|line| line.amount_fen).sum::<i64>());
            for line in &order.lines {
                assert_eq!(line.amount_fen, line.unit_price.times(line.quantity).to_fen_rounded());
                assert!(line.amount_fen > 0 && line.quantity > Decimal::ZERO);
            }
        }
        let open: Vec<&Order> = past.iter().filter(|order| order.freight_fen.is_none()).collect();
        assert_eq!(open.len(), 1);
        assert_eq!((open[0].status.as_str(), open[0].pay_by_ms > NOW), (orders::WAIT_PAY, true));
        let shipped = past.iter().find(|order| order.status == orders::WAIT_RECEIVE).unwrap();
        assert_eq!(shipped.receive_by_ms, Some(NOW + 5 * DAY_MS));
        let to_pay = past.iter().find(|o| o.status == orders::WAIT_PAY && o.freight_fen.is_some()).unwrap();
        assert!((DAY_MS..3 * DAY_MS).contains(&(to_pay.pay_by_ms - NOW)));
        let short: Vec<&OrderLine> =
            past.iter().flat_map(|order| &order.lines).filter(|line| line.delivered.is_some()).collect();
        assert_eq!(short.len(), 1);
        assert!(
            short[0].delivered.unwrap() < short[0].quantity && short[0].delivered.unwrap() > Decimal::ZERO
        );
        // Goods bought again and again, not always at one price.
        let mut bought: HashMap<i64, Vec<(usize, Money)>> = HashMap::new();
        for (at, order) in past.iter().enumerate() {
            for line in &order.lines {
                bought.entry(line.offer_id).or_default().push((at, line.unit_price));
            }
        }
        let repeated = bought
            .values()
            .filter(|times| {
                let orders: BTreeSet<usize> = times.iter().map(|(at, _)| *at).collect();
                let prices: BTreeSet<Money> = times.iter().map(|(_, price)| *price).collect();
                (2..=4).contains(&orders.len()) && prices.len() > 1
            })
            .count();
        assert!(repeated >= 5, "seed {seed}: {repeated}");
    }
}

#[test]
fn the_same_world_has_the_same_past_and_shops_too_small_have_none() {
    let world = World::new(5, 3_000, None);
    assert_eq!(past(&world, NOW), past(&World::new(5, 3_000, None), NOW));
    assert_ne!(past(&world, NOW), past(&World::new(6, 3_000, None), NOW));
    assert_eq!(past(&World::new(5, 2_000, Some(2_000)), NOW), None);
    assert_eq!(past(&World::new(5, 2_000, Some(3)), NOW), None);
}

#[test]
fn a_past_is_made_while_nobody_waits() {
    let mut slowest = std::time::Duration::ZERO;
    for seed in seeds() {
        let world = World::new(seed, 20_000, None);
        let began = Instant::now();
        let made = past(&world, NOW);
        slowest = slowest.max(began.elapsed());
        assert!(made.is_some());
    }
    println!("slowest past {slowest:?}");
    // 30 ms in a release build; this one is not optimised.
    let bound = if cfg!(debug_assertions) { 1_500 } else { 30 };
    assert!(slowest.as_millis() < bound, "{slowest:?}");
}
