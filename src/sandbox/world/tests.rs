//! The world keeps its proportions (section 9 of the design), its ids lead back, and nothing repeats that
//! must not.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::types::{Charge, WorldFreight, Zone};
use super::*;
use crate::domain::money::Money;

const SEEDS: [u64; 2] = [1, 20_251_109];

/// 4,000 offers spread evenly over a world of 20,000.
fn sample(seed: u64) -> (World, Vec<WorldOffer>) {
    let world = World::new(seed, 20_000, None);
    let offers = (0..20_000).step_by(5).filter_map(|number| world.offer(number)).collect();
    (world, offers)
}

/// Asserts that `part` is `percent` of `whole`, give or take `slack` points.
fn is_share(what: &str, part: usize, whole: usize, percent: f64, slack: f64) {
    let found = part as f64 * 100.0 / whole as f64;
    assert!((found - percent).abs() <= slack, "{what}: {found:.2} % for {percent} %");
}

fn share(what: &str, offers: &[WorldOffer], percent: f64, slack: f64, is: impl Fn(&WorldOffer) -> bool) {
    is_share(what, offers.iter().filter(|offer| is(offer)).count(), offers.len(), percent, slack);
}

#[test]
fn the_same_seed_gives_the_same_goods_and_another_seed_others() {
    let (a, b, c) = (World::new(1, 500, None), World::new(1, 500, None), World::new(2, 500, None));
    for number in 0..500 {
        assert_eq!(a.offer(number), b.offer(number));
        assert_ne!(a.offer_id(number), c.offer_id(number));
    }
    assert!((0..500).filter(|n| a.subject(*n) == c.subject(*n)).count() < 10);
    assert!(
        (0..a.supplier_count()).all(|n| a.supplier(n) == b.supplier(n) && a.supplier(n) != c.supplier(n))
    );
    assert_eq!(a.offer(500), None);
    assert_eq!(a.supplier(37), None);
}

#[test]
fn a_title_alone_is_the_title_of_the_offer() {
    let world = World::new(8, 2_000, None);
    for number in 0..2_000 {
        assert_eq!(world.subject(number).unwrap(), world.offer(number).unwrap().subject);
    }
    assert_eq!(world.subject(2_000), None);
}

#[test]
fn ids_lead_back_to_their_numbers() {
    let world = World::new(4, 1_000_000, None);
    for number in (0..1_000_000).step_by(331) {
        let id = world.offer_id(number).unwrap();
        assert_eq!(id.to_string().len(), 12);
        assert_eq!(world.offer_number(id), Some(number));
    }
    assert_eq!(world.offer(77).unwrap().offer_id, world.offer_id(77).unwrap());
    for foreign in [i64::MIN, -1, 0, 99_999_999_999, 1_000_000_000_000, i64::MAX] {
        assert_eq!(world.offer_number(foreign), None);
    }
    let ours = (100_000_000_000..100_000_100_000).filter(|id| world.offer_number(*id).is_some()).count();
    assert!(ours < 10, "a million of 900 thousand million ids are ours, {ours} in 100,000");
    for number in (0..world.supplier_count()).step_by(97) {
        let supplier = world.supplier(number).unwrap();
        assert_eq!(supplier.seller_open_id.len(), 25);
        assert_eq!(world.supplier_number(&supplier.seller_open_id), Some(number));
    }
    let key = world.supplier(5).unwrap().seller_open_id;
    let altered = format!("{}{}", &key[..24], if key.ends_with('A') { 'B' } else { 'A' });
    for foreign in ["", "BBB", "BBBspz8Z4AmsyZ5SmwYL4Xi_A", "杯", altered.as_str()] {
        assert_eq!(world.supplier_number(foreign), None, "{foreign}");
    }
}

#[test]
fn every_offer_is_listed_by_its_supplier_once() {
    for (offers, suppliers) in [(3_000, None), (50, Some(7)), (5, Some(60)), (1, None), (0, None)] {
        let world = World::new(6, offers, suppliers);
        let mut listed = HashSet::new();
        for supplier in 0..world.supplier_count() {
            let own = world.offers_of_supplier(supplier);
            assert!(own.is_sorted());
            for number in own {
                assert_eq!(world.supplier_of_offer(number), supplier);
                assert!(listed.insert(number));
            }
        }
        assert_eq!(listed.len() as u64, offers);
        assert!(world.offers_of_supplier(world.supplier_count()).is_empty());
    }
    let world = World::new(6, 20_000, None);
    assert_eq!(world.supplier_count(), 1_500);
    let sizes: Vec<usize> = (0..1_500).map(|supplier| world.offers_of_supplier(supplier).len()).collect();
    assert!(sizes.iter().all(|size| (4..=31).contains(size)), "{sizes:?}");
    assert_eq!(World::new(6, 10, None).supplier_count(), 1);
}

#[test]
fn titles_read_well_and_differ() {
    let world = World::new(1, 20_000, None);
    let mut bare = HashSet::new();
    let mut words: HashMap<String, usize> = HashMap::new();
    for number in 0..20_000 {
        let title = world.subject(number).unwrap();
        let length = title.chars().count();
        assert!((4..=60).contains(&length), "{title}");
        assert!(!title.contains("  ") && title.trim() == title, "{title}");
        for word in title.split(' ') {
            *words.entry(word.to_owned()).or_default() += 1;
        }
        bare.insert(title.chars().filter(|c| !c.is_ascii_digit()).collect::<String>());
    }
    assert!(bare.len() >= 12_000 * 115 / 100, "{} distinct titles without digits of 20,000", bare.len());
    // By Zipf's law the tenth word comes some ten times less often than the first.
    let mut counts: Vec<usize> = words.into_values().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let fall = counts[0] as f64 / counts[9] as f64;
    assert!((2.0..30.0).contains(&fall) && counts[99] * 20 < counts[0], "{:?}", &counts[..20]);
}

#[test]
fn quote_types_have_their_shares_in_every_category() {
    for seed in SEEDS {
        let (_, offers) = sample(seed);
        let mut by_top: HashMap<i64, [usize; 3]> = HashMap::new();
        for offer in &offers {
            by_top.entry(offer.top_category_id).or_default()[usize::from(offer.quote_type)] += 1;
        }
        assert!(by_top.len() >= 20);
        for (top, counts) in by_top {
            let all: usize = counts.iter().sum();
            assert!(all < 25 || counts.iter().all(|n| n * 100 >= all * 15), "{top}: {counts:?}");
        }
        share("unlike prices", &offers, 30.0, 2.5, |offer| {
            let mut prices: Vec<Money> = offer.skus.iter().filter_map(|sku| sku.price).collect();
            prices.sort();
            prices.dedup();
            prices.len() > 1
        });
        share("bait", &offers, 5.0, 1.5, has_bait);
    }
}

fn has_bait(offer: &WorldOffer) -> bool {
    let mut prices: Vec<Money> = offer.skus.iter().filter_map(|sku| sku.price).collect();
    prices.sort();
    let Some(median) = prices.get(prices.len() / 2) else { return false };
    prices[0].yuan() * Decimal::TEN < median.yuan() * Decimal::from(3)
}

#[test]
fn prices_and_skus_fit_their_quote_type() {
    let (_, offers) = sample(3);
    for offer in &offers {
        assert_eq!(offer.skus.is_empty(), offer.quote_type == 0);
        assert_eq!(offer.tiers[0].from_quantity, offer.moq);
        assert!(
            offer
                .tiers
                .windows(2)
                .all(|w| w[0].from_quantity < w[1].from_quantity && w[0].price > w[1].price)
        );
        assert!(
            offer
                .tiers
                .iter()
                .all(|tier| tier.price > Money::ZERO && tier.promotion_price.is_none_or(|p| p < tier.price))
        );
        let lowest = offer.skus.iter().filter_map(|sku| sku.price).min();
        if offer.quote_type == 1 {
            assert!(offer.skus.iter().all(|sku| sku.price.is_some_and(|price| price > Money::ZERO)));
            assert_eq!((offer.tiers.len(), Some(offer.tiers[0].price)), (1, lowest));
        } else {
            assert_eq!(lowest, None);
        }
        if !offer.skus.is_empty() {
            assert_eq!(offer.skus.iter().map(|sku| sku.stock).sum::<i64>(), offer.stock);
            let values: HashSet<Vec<&str>> =
                offer.skus.iter().map(|sku| sku.attributes.iter().map(|a| &*a.value).collect()).collect();
            assert_eq!(values.len(), offer.skus.len(), "two SKUs alike in {}", offer.subject);
            assert!((2..=25).contains(&offer.skus.len()));
        }
        let least = offer.lot.map_or(offer.moq, |lot| offer.moq.div_ceil_of(lot));
        assert!(offer.stock >= least * 2 && offer.purchase_limit.is_none_or(|limit| limit >= least * 2));
        assert!(offer.created_ms < 1_767_196_800_000, "before 2026 in Beijing");
        assert!(offer.sold_7d <= offer.sold_30d && offer.pay_buyers_30d <= offer.sold_30d);
    }
}

trait Lots {
    fn div_ceil_of(self, lot: i64) -> i64;
}

impl Lots for i64 {
    fn div_ceil_of(self, lot: i64) -> i64 {
        (self + lot - 1) / lot * lot
    }
}

#[test]
fn sku_ids_and_spec_ids_do_not_repeat() {
    let world = World::new(1, 20_000, None);
    let (mut ids, mut specs) = (HashSet::new(), HashSet::new());
    for number in 0..20_000 {
        for index in 0..26 {
            let id = world.sku_id(number, index);
            assert!((1_000_000_000_000..10_000_000_000_000).contains(&id) && ids.insert(id));
        }
    }
    for number in (0..20_000).step_by(8) {
        for sku in world.offer(number).unwrap().skus {
            assert!(ids.contains(&sku.sku_id));
            assert!(
                sku.spec_id.len() == 32
                    && sku.spec_id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
            );
            assert!(specs.insert(sku.spec_id));
        }
    }
}

#[test]
fn minimums_and_lots_have_their_shares() {
    for seed in SEEDS {
        let (_, offers) = sample(seed);
        for (what, range, percent) in [
            ("one", 1..=1, 45.0),
            ("two or three", 2..=3, 15.0),
            ("5-50", 5..=50, 25.0),
            ("100-500", 100..=500, 12.0),
            ("1000+", 1_000..=i64::MAX, 3.0),
        ] {
            share(what, &offers, percent, 3.0, |offer| range.contains(&offer.moq));
        }
        share("lots", &offers, 20.0, 2.0, |offer| offer.lot.is_some());
        assert!(offers.iter().filter_map(|offer| offer.lot).all(|lot| [2, 5, 6, 10, 12].contains(&lot)));
        share("odd minimums", &offers, 12.0, 6.0, |offer| offer.lot.is_some_and(|lot| offer.moq % lot != 0));
        share("limits", &offers, 3.0, 1.0, |offer| offer.purchase_limit.is_some());
        // Nobody sells a thousand sofas at least.
        assert!(
            offers.iter().all(|offer| offer.moq < 1_000 || offer.tiers[0].price < Money::from_fen(30_000))
        );
    }
}

#[test]
fn sellers_let_buyers_mix_as_promised() {
    for seed in SEEDS {
        let (world, offers) = sample(seed);
        let rules: Vec<_> =
            (0..world.supplier_count()).filter_map(|n| world.supplier(n)).map(|s| s.mix).collect();
        let count = |is: &dyn Fn(i64, i64) -> bool| {
            rules.iter().flatten().filter(|mix| is(mix.pieces, mix.amount)).count()
        };
        is_share("none", rules.iter().filter(|rule| rule.is_none()).count(), rules.len(), 35.0, 1.0);
        is_share(
            "low",
            count(&|n, yuan| (1..=5).contains(&n) && (10..=100).contains(&yuan)),
            rules.len(),
            40.0,
            1.0,
        );
        is_share(
            "middling",
            count(&|n, yuan| (10..=30).contains(&n) && (200..=500).contains(&yuan)),
            rules.len(),
            20.0,
            1.0,
        );
        is_share("high", count(&|n, yuan| n > 30 && yuan > 500), rules.len(), 5.0, 1.0);
        for offer in offers {
            assert!(!offer.mix_enabled || rules[offer.supplier as usize].is_some());
        }
    }
}

#[test]
fn fee_links_flows_stock_and_repeat_rates_have_their_shares() {
    for seed in SEEDS {
        let (world, offers) = sample(seed);
        share("fee links", &offers, 0.5, 0.35, |offer| offer.fee_link);
        for offer in offers.iter().filter(|offer| offer.fee_link) {
            assert!(
                ["补差价", "运费", "专拍", "代发费用"].iter().any(|word| offer.subject.contains(word)),
                "{}",
                offer.subject
            );
        }
        let general = offers.iter().filter(|offer| offer.extra_flows.is_empty()).count();
        assert!(general * 100 >= offers.len() * 80, "{general} list general alone");
        assert!(general * 100 < offers.len() * 90);
        assert!(offers.iter().all(|offer| !offer.free_post_dropship || offer.one_piece_dropship));
        let skus: Vec<i64> = offers.iter().flat_map(|offer| &offer.skus).map(|sku| sku.stock).collect();
        is_share("sold out", skus.iter().filter(|stock| **stock == 0).count(), skus.len(), 5.0, 0.7);
        for mut rates in [
            offers.iter().map(|offer| offer.repeat_rate).collect::<Vec<_>>(),
            (0..world.supplier_count())
                .filter_map(|n| world.supplier(n))
                .map(|supplier| supplier.repeat_rate)
                .collect(),
        ] {
            rates.sort();
            let at = |percent: usize| rates[rates.len() * percent / 100];
            assert!((Decimal::new(165, 3)..=Decimal::new(195, 3)).contains(&at(50)), "median {}", at(50));
            assert!((Decimal::new(47, 2)..=Decimal::new(53, 2)).contains(&at(90)), "p90 {}", at(90));
            assert!(at(0) >= Decimal::ZERO && *rates.last().unwrap() <= Decimal::ONE);
        }
    }
}

#[test]
fn most_freight_can_be_computed_and_costs_what_couriers_ask() {
    for seed in SEEDS {
        let (_, offers) = sample(seed);
        share("free", &offers, 20.0, 2.0, |offer| offer.freight == WorldFreight::SellerPays);
        share("collect", &offers, 5.0, 1.5, |offer| offer.freight == WorldFreight::Collect);
        share("by agreement", &offers, 10.0, 2.0, |offer| offer.freight == WorldFreight::ByAgreement);
        let computable = offers.iter().filter(|offer| match &offer.freight {
            WorldFreight::SellerPays => true,
            WorldFreight::Template { charge: Charge::Weight, .. } => offer.weight_g.is_some(),
            WorldFreight::Template { charge: Charge::Volume, .. } => offer.size_cm.is_some(),
            WorldFreight::Template { charge: Charge::Pieces, .. } => true,
            _ => false,
        });
        assert!(computable.count() * 100 >= offers.len() * 75);
        for charge in [Charge::Pieces, Charge::Volume] {
            let found = offers.iter().filter(
                |offer| matches!(&offer.freight, WorldFreight::Template { charge: c, .. } if *c == charge),
            );
            assert!(found.count() * 100 > offers.len() * 2, "{charge:?}");
        }
        assert!(offers.iter().any(|offer| offer.weight_g.is_none()));
        for offer in &offers {
            let WorldFreight::Template { charge, first_unit, fees, .. } = &offer.freight else { continue };
            let (near, remote) = (&fees[Zone::Near as usize], &fees[Zone::Remote as usize]);
            let yuan = |low: i64, high: i64| Money::from_fen(low * 100)..=Money::from_fen(high * 100);
            if offer.freight.is_ltl() {
                assert!(near.1 < Money::from_fen(200) && remote.1 > near.1);
            } else if *charge == Charge::Weight {
                assert_eq!(*first_unit, Decimal::ONE);
                assert!(yuan(4, 8).contains(&near.0) && yuan(1, 3).contains(&near.1), "{near:?}");
                assert!(yuan(12, 20).contains(&remote.0) && yuan(10, 18).contains(&remote.1), "{remote:?}");
            }
            let least = offer.lot.map_or(offer.moq, |lot| offer.moq.div_ceil_of(lot));
            assert!(offer.freight.is_ltl() || offer.weight_g.is_none_or(|grams| grams * least < 30_000));
        }
        assert!(offers.iter().any(|offer| offer.freight.is_ltl()));
    }
}

#[test]
fn goods_are_described_like_their_kind() {
    let (world, offers) = sample(1);
    let name = |id: i64| world.categories().iter().find(|c| c.id == id).unwrap();
    for offer in &offers {
        let leaf = name(offer.category_id);
        assert!(leaf.leaf && leaf.parent == offer.second_category_id);
        assert_eq!(name(offer.second_category_id).parent, offer.top_category_id);
        assert!(offer.subject_en.is_ascii() && offer.subject_en.len() > 3);
        assert!(!offer.unit.is_empty() && !offer.unit_en.is_empty());
    }
    let lamps: Vec<_> = offers
        .iter()
        .filter(|offer| name(offer.top_category_id).name == "灯饰照明" && !offer.fee_link)
        .collect();
    assert!(
        lamps.iter().filter(|offer| offer.attributes.iter().any(|a| a.name == "显色指数")).count() * 10
            > lamps.len() * 8
    );
    share("carton", &offers, 42.0, 3.0, |offer| offer.description.contains("箱规"));
    assert!(offers.iter().any(|offer| offer.unit == "米"));
    let belts: HashSet<String> =
        (0..world.supplier_count()).filter_map(|n| world.supplier(n)).map(|s| s.belt.into_owned()).collect();
    for belt in ["永康", "南通", "佛山", "义乌", "晋江", "柯桥", "澄海", "古镇", "大唐"] {
        assert!(belts.contains(belt), "{belt}");
    }
}

#[test]
fn company_names_are_distinct() {
    let world = World::new(1, 20_000, None);
    let names: HashSet<String> = (0..1_500).filter_map(|n| world.supplier(n)).map(|s| s.company).collect();
    assert_eq!(names.len(), 1_500);
    let suppliers: Vec<_> = (0..1_500).filter_map(|n| world.supplier(n)).collect();
    let members = suppliers.iter().filter(|s| s.identities.contains(&"tp_member")).count();
    is_share("members", members, 1_500, 85.0, 2.0);
    assert!(
        suppliers
            .iter()
            .all(|s| s.scores.iter().all(|score| *score <= Decimal::from(5) && *score >= Decimal::from(2)))
    );
}

#[test]
fn a_world_of_a_million_is_made_at_once() {
    let world = World::new(1, 1_000_000, None);
    assert_eq!((world.offer_count(), world.supplier_count()), (1_000_000, 75_000));
    assert!(world.offer(999_999).is_some() && world.offer(1_000_000).is_none());
    assert_eq!(World::new(1, u64::MAX, Some(u64::MAX)).supplier_count(), 1 << 31);
}
