//! Searching: hits against a naive oracle, and every order.

use proptest::prelude::*;

use std::sync::Arc;

use super::*;
use crate::domain::badge::Badges;
use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate};
use crate::domain::id::SpecId;
use crate::domain::offer::{OfferKind, QuoteType, Sku};
use crate::query::fold::fold;

fn sorted(catalog: &Catalog, text: &str, sort: Sort, quantity: u32) -> Vec<i64> {
    let request = SearchRequest { sort, quantity: Quantity::whole(quantity), ..request(text) };
    let destination = Destination { district: Some("330106".to_owned()), zone: Some(0) };
    ids(&catalog.search(&request, &destination).unwrap())
}

fn selling(id: i64, title: &str, sold: u64) -> Offer {
    let mut offer = full(id, title, "1.00");
    offer.sold_30d = Some(sold);
    offer
}

#[test]
fn one_chinese_character_is_enough_and_all_words_must_match() {
    let mut translated = full(3, "茶壶", "1.00");
    translated.title_en = Some(Clean::new("Ceramic Teapot with CUP"));
    let catalog = filled(&[full(1, "不锈钢保温杯 500ml", "1.00"), full(2, "雨傘", "1.00"), translated]);
    assert_eq!(find(&catalog, "杯"), [1]);
    assert_eq!(find(&catalog, "伞"), [2]);
    assert_eq!(find(&catalog, "ｃｕｐ 茶"), [3]);
    assert_eq!(find(&catalog, "杯 500ML 不鏽"), [1]);
    assert!(find(&catalog, "杯 伞").is_empty());
    assert_eq!(find(&catalog, "   ").len(), 3);
    // The supplier's name and belt count too.
    assert_eq!(find(&catalog, "永康市 壶"), [3]);
}

#[test]
fn words_do_not_match_across_fields_or_offers() {
    let mut one = full(1, "红", "1.00");
    one.title_en = Some(Clean::new("杯"));
    let catalog = filled(&[one, full(2, "杯", "1.00")]);
    assert!(find(&catalog, "红杯").is_empty());
    assert!(find(&catalog, "杯红").is_empty());
}

#[test]
fn fee_links_show_only_when_asked_for() {
    let mut fee = full(1, "补差价 杯", "1.00");
    fee.kind = OfferKind::Fee;
    let catalog = filled(&[fee, full(2, "杯", "1.00")]);
    assert_eq!(find(&catalog, "杯"), [2]);
    let page =
        catalog.search(&SearchRequest { include_fees: true, ..request("杯") }, &Destination::default());
    assert_eq!((page.as_ref().unwrap().total, page.unwrap().cached), (2, 2));
}

#[test]
fn better_places_of_a_match_come_before_better_ranks() {
    let mut shop = selling(1, "盘", 1_000_000);
    shop.supplier_id = None;
    shop.supplier_name = Some(Clean::new("cup 工厂"));
    let catalog =
        filled(&[shop, selling(2, "cupboard", 100_000), selling(3, "tea cup", 1), selling(4, "cup", 2)]);
    assert_eq!(find(&catalog, "cup")[2..], [2, 1]);
    assert_eq!(find(&catalog, "cup").len(), 4);
    let mut first = find(&catalog, "cup")[..2].to_vec();
    first.sort_unstable();
    assert_eq!(first, [3, 4]);
}

#[test]
fn among_equally_good_matches_sales_decide_and_ids_break_ties() {
    let catalog =
        filled(&[selling(9, "杯", 10), selling(1, "杯", 10), selling(5, "杯", 90_000), selling(7, "杯", 10)]);
    assert_eq!(find(&catalog, "杯"), [5, 1, 7, 9]);
}

#[test]
fn the_fuzzy_score_changes_the_order_inside_a_rank_bucket_and_only_there() {
    let scattered = selling(1, "保温 大容量 学生 水杯", 520);
    let together = selling(2, "学生 保温杯 大容量", 500);
    let catalog = filled(&[scattered.clone(), together.clone()]);
    // The scattered one sells more, so its static rank is the better one ...
    assert!(scattered.sold_30d > together.sold_30d);
    assert_eq!(find(&catalog, ""), [1, 2]);
    // ... but the query stands in one piece in the other.
    assert_eq!(find(&catalog, "保温 杯"), [2, 1]);
    // An order of magnitude of sales is another bucket: there the rank decides.
    let catalog = filled(&[selling(1, "保温 大容量 学生 水杯", 60_000), together]);
    assert_eq!(find(&catalog, "保温 杯"), [1, 2]);
    // A match at the head of the title comes before one inside.
    let catalog = filled(&[selling(1, "新款学生保温杯", 520), selling(2, "保温杯学生新款", 500)]);
    assert_eq!((find(&catalog, ""), find(&catalog, "保温杯")), (vec![1, 2], vec![2, 1]));
}

#[test]
fn pages_are_cut_from_one_order() {
    let offers: Vec<Offer> =
        (0..1_200).map(|n| selling(n + 1, &format!("杯 {}", n % 7), (n * 37 % 900) as u64)).collect();
    let catalog = filled(&offers);
    let page = |offset, limit| {
        let request = SearchRequest { limit, offset, ..request("杯 3") };
        ids(&catalog.search(&request, &Destination::default()).unwrap())
    };
    let whole = page(0, 5_000);
    assert_eq!(whole.len(), 171);
    let pieces: Vec<i64> = (0..18).flat_map(|n| page(n * 10, 10)).collect();
    assert_eq!(pieces, whole);
    assert!(page(10_000, 10).is_empty() && page(0, 0).is_empty());
    let all = SearchRequest { limit: 5_000, ..request("杯") };
    let all = ids(&catalog.search(&all, &Destination::default()).unwrap());
    let late = SearchRequest { offset: 495, limit: 10, ..request("杯") };
    assert_eq!(ids(&catalog.search(&late, &Destination::default()).unwrap()), all[495..505]);
}

#[test]
fn the_highlights_are_those_of_the_shown_title() {
    let catalog = filled(&[full(1, "新款 雨傘 Umbrella", "1.00")]);
    let page = catalog.search(&request("UMB 伞"), &Destination::default()).unwrap();
    assert_eq!(page.rows[0].matched, [4, 6, 7, 8]);
}

#[test]
fn cheapest_first_at_the_quantity_and_what_cannot_be_bought_last() {
    let mut tiered = full(1, "杯", "10.00");
    tiered.tiers.push(PriceTier {
        from_quantity: Quantity::whole(100),
        price: money("4.00"),
        promotion: None,
    });
    let mut large = full(3, "杯", "1.00");
    large.moq = Some(Quantity::whole(500));
    let mut unknown = row(4, "杯");
    unknown.price_range = None;
    let catalog = filled(&[tiered, full(2, "杯", "5.00"), large, unknown]);
    assert_eq!(sorted(&catalog, "杯", Sort::Price, 1), [2, 1, 3, 4]);
    assert_eq!(sorted(&catalog, "杯", Sort::Price, 100), [1, 2, 3, 4]);
    assert_eq!(sorted(&catalog, "杯", Sort::Price, 500), [3, 1, 2, 4]);
}

#[test]
fn prices_are_read_anew_when_the_catalog_changes() {
    let catalog = filled(&[full(1, "杯", "1.00"), full(2, "杯", "2.00")]);
    assert_eq!(sorted(&catalog, "杯", Sort::Price, 1), [1, 2]);
    catalog.upsert(&[full(1, "杯", "3.00")], &[]).unwrap();
    assert_eq!(sorted(&catalog, "杯", Sort::Price, 1), [2, 1]);
}

#[test]
fn offers_sort_by_their_median_so_that_bait_does_not_win() {
    let sku = |spec: &str, price: &str| Sku {
        spec_id: SpecId::new(spec),
        sku_id: None,
        name: spec.into(),
        name_en: None,
        price: Some(money(price)),
        promotion: None,
        tiers: vec![],
        stock: None,
    };
    let mut bait = full(1, "杯", "1.00");
    bait.quote_type = QuoteType::BySku;
    bait.tiers.clear();
    bait.skus = vec![sku("a", "0.10"), sku("b", "9.00"), sku("c", "9.00")];
    let catalog = filled(&[bait, full(2, "杯", "5.00")]);
    assert_eq!(sorted(&catalog, "杯", Sort::Price, 1), [2, 1]);
}

#[test]
fn unlike_units_are_never_ranked_against_each_other() {
    let boxed = |id, price| {
        let mut offer = full(id, "杯", price);
        offer.unit = Some(Unit::new("箱"));
        offer
    };
    let mut no_unit = row(9, "杯");
    no_unit.price_range = Some((money("0.01"), money("0.01")));
    let catalog = filled(&[
        boxed(1, "2.00"),
        full(2, "杯", "3.00"),
        full(3, "杯", "1.00"),
        boxed(4, "0.50"),
        full(5, "杯", "9.00"),
        no_unit,
    ]);
    assert_eq!(sorted(&catalog, "杯", Sort::Price, 1), [3, 2, 5, 4, 1, 9]);
    let fee = FreightTerms::SellerPays;
    let free: Vec<Offer> = [
        boxed(1, "2.00"),
        full(2, "杯", "3.00"),
        full(3, "杯", "1.00"),
        boxed(4, "0.50"),
        full(5, "杯", "9.00"),
    ]
    .into_iter()
    .map(|offer| Offer { freight: fee.clone(), ..offer })
    .collect();
    catalog.upsert(&free, &[]).unwrap();
    assert_eq!(sorted(&catalog, "杯", Sort::Landed, 1), [3, 2, 5, 4, 1, 9]);
}

#[test]
fn unknown_freight_never_wins() {
    let with = |id, price, freight| Offer { freight, ..full(id, "杯", price) };
    let template = |fee: &str| {
        FreightTerms::Template(FreightTemplate {
            charge_by: ChargeBy::Pieces,
            first_unit: 1_000.into(),
            next_unit: 0.into(),
            fees: Fees::Zones(vec![Fee { first: money(fee), next: Money::ZERO }]),
            free_from: None,
        })
    };
    let mut large = with(5, "0.10", FreightTerms::SellerPays);
    large.moq = Some(Quantity::whole(500));
    let catalog = filled(&[
        with(1, "1.00", FreightTerms::ByAgreement),
        with(2, "2.00", FreightTerms::SellerPays),
        with(3, "1.50", template("8.00")),
        with(4, "0.50", FreightTerms::Collect),
        large,
    ]);
    assert_eq!(sorted(&catalog, "杯", Sort::Landed, 10), [2, 3, 4, 1, 5]);
    assert_eq!(sorted(&catalog, "杯", Sort::Landed, 100), [3, 2, 4, 1, 5]);
    // Nowhere to send it: templates are unknown too.
    let request = SearchRequest { sort: Sort::Landed, quantity: Quantity::whole(100), ..request("杯") };
    assert_eq!(ids(&catalog.search(&request, &Destination::default()).unwrap()), [2, 4, 1, 3, 5]);
}

#[test]
fn figures_sort_greatest_first_and_unknown_last() {
    let mut offers = vec![full(1, "杯", "1.00"), selling(2, "杯", 5), selling(3, "杯", 50)];
    offers[0].repeat_rate = Some("0.3".parse().unwrap());
    offers[1].repeat_rate = Some("0.4".parse().unwrap());
    offers[2].fetched_at = at(9);
    offers[0].fetched_at = at(5);
    let catalog = filled(&offers);
    assert_eq!(sorted(&catalog, "杯", Sort::Sold, 1), [3, 2, 1]);
    assert_eq!(sorted(&catalog, "杯", Sort::Repeat, 1), [2, 1, 3]);
    assert_eq!(sorted(&catalog, "杯", Sort::Age, 1), [3, 1, 2]);
}

#[test]
fn suppliers_are_found_by_name_translation_and_belt() {
    let mut second = supplier("s2", "義烏小百貨");
    second.name_en = Some(Clean::new("Yiwu Small Goods"));
    second.belt = Some(Clean::new("义乌"));
    let catalog = filled(&[full(1, "杯", "1.00")]);
    let mut derived = full(4, "灯", "1.00");
    derived.supplier_id = Some(SupplierId::new("s3"));
    derived.supplier_name = Some(Clean::new("古镇灯饰"));
    let of_second = |id| Offer { supplier_id: Some(SupplierId::new("s2")), ..full(id, "碗", "1.00") };
    catalog.upsert(&[of_second(2), of_second(3), derived], &[second]).unwrap();
    let names = |text: &str| -> Vec<(String, u64)> {
        catalog
            .suppliers(&asked(text, 10), &Arc::default(), &Badges::default())
            .unwrap()
            .suppliers
            .into_iter()
            .map(|(s, _)| (s.id.to_string(), s.offers))
            .collect()
    };
    assert_eq!(names(""), [("s2".into(), 2), ("s1".into(), 1), ("s3".into(), 1)]);
    assert_eq!(names("义乌 SMALL"), [("s2".into(), 2)]);
    assert_eq!(names("燈飾"), [("s3".into(), 1)]);
    assert_eq!(names("永康"), [("s1".into(), 1)]);
    let one = catalog.suppliers(&asked("", 1), &Arc::default(), &Badges::default()).unwrap();
    assert_eq!((one.suppliers.len(), one.total), (1, 3));
    // A record of its own replaces what an offer told, and is not replaced by it.
    catalog.upsert(&[], &[supplier("s3", "古镇灯饰有限公司")]).unwrap();
    let mut again = full(5, "灯", "1.00");
    again.supplier_id = Some(SupplierId::new("s3"));
    again.supplier_name = Some(Clean::new("别名"));
    catalog.upsert(&[again], &[]).unwrap();
    let third = catalog.supplier(&SupplierId::new("s3")).unwrap().unwrap();
    assert_eq!((third.name.as_str(), third.offers), ("古镇灯饰有限公司", 2));
    assert_eq!(catalog.supplier(&SupplierId::new("s9")).unwrap(), None);
}

const TITLE: &str = "[杯傘伞红保温 aB1Ａ-]{0,12}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// The oracle knows nothing of buffers, tiers and generations: it folds and looks.
    #[test]
    fn hits_are_those_a_naive_scan_finds(
        titles in proptest::collection::vec((TITLE, proptest::option::of(TITLE), 0_u64..4, any::<bool>()), 1..25),
        query in "[杯傘伞红保温aB1 Ａ]{0,6}",
        later in proptest::collection::vec((0_usize..25, TITLE), 0..5),
    ) {
        let mut offers: Vec<Offer> = titles
            .iter()
            .zip(1..)
            .map(|((title, title_en, sold, gone), id)| {
                let mut offer = selling(id, &format!("x{title}"), *sold);
                offer.supplier_id = None;
                offer.title_en = title_en.as_deref().map(Clean::new);
                offer.gone = *gone;
                offer
            })
            .collect();
        let catalog = Catalog::open_in_memory().unwrap();
        catalog.upsert(&offers, &[]).unwrap();
        find(&catalog, &query);
        // Changed after the index was made.
        for (place, title) in later {
            if let Some(offer) = offers.get_mut(place) {
                offer.title = Clean::new(&format!("y{title}"));
                offer.title_en = None;
                offer.gone = false;
                // A detail that is silent about the translation keeps the one known.
                let merged = catalog.offer(&offer.key).unwrap().unwrap().title_en;
                catalog.upsert(std::slice::from_ref(offer), &[]).unwrap();
                offer.title_en = merged;
            }
        }
        let words: Vec<String> = fold(&query).split_whitespace().map(str::to_owned).collect();
        let mut wanted: Vec<i64> = offers
            .iter()
            .filter(|offer| !offer.gone)
            .filter(|offer| words.iter().all(|word| {
                fold(offer.title.as_str()).contains(word)
                    || offer.title_en.as_ref().is_some_and(|text| fold(text.as_str()).contains(word))
                    || crate::query::pinyin::parses(word).iter().any(|parse| {
                        let title: Vec<char> = fold(offer.title.as_str()).chars().collect();
                        crate::query::pinyin::matches(parse, &title).is_some()
                    })
            }))
            .map(|offer| offer.key.market_id().unwrap())
            .collect();
        let page = catalog.search(&request(&query), &Destination::default()).unwrap();
        let mut found = ids(&page);
        prop_assert!(page.total == found.len() || page.instead.is_some());
        found.sort_unstable();
        wanted.sort_unstable();
        prop_assert_eq!(found, wanted);
    }

    /// Every order holds the same hits, and asking twice gives the same order.
    #[test]
    fn every_order_is_total_and_stable(
        figures in proptest::collection::vec((0_u64..5, proptest::option::of(0_u32..3), 1_u32..4, 0_i64..3), 1..30),
        quantity in 1_u32..5,
    ) {
        let offers: Vec<Offer> = figures
            .iter()
            .zip(1..)
            .map(|((sold, repeat, price, age), id)| {
                let mut offer = full(id, "杯", &format!("{price}.00"));
                offer.sold_30d = Some(*sold);
                offer.repeat_rate = repeat.map(|tenths| rust_decimal::Decimal::new(tenths.into(), 1));
                offer.moq = Some(Quantity::whole(*price));
                offer.fetched_at = at(*age);
                offer
            })
            .collect();
        let (one, two) = (filled(&offers), filled(&offers.iter().rev().cloned().collect::<Vec<_>>()));
        for sort in Sort::ALL {
            let order = sorted(&one, "杯", sort, quantity);
            prop_assert_eq!(&order, &sorted(&one, "杯", sort, quantity));
            prop_assert_eq!(&order, &sorted(&two, "杯", sort, quantity), "depends on the order of writing: {:?}", sort);
            let mut all = order.clone();
            all.sort_unstable();
            prop_assert_eq!(all, (1..=offers.len() as i64).collect::<Vec<_>>());
        }
    }
}
