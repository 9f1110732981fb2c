//! The index against reading every row: whatever was built, followed, deleted or not yet taken in, a query finds the
//! same offers in the same order. And both against a statement of what predicates mean that knows nothing of either.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::freight::{ChargeBy, Destination, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::mark::{Mark, Marks};
use crate::domain::offer::{Attribute, OfferKind};
use crate::domain::price::row_price;
use crate::domain::search::{Cancel, Facets, Tier};
use crate::domain::supplier::Identity;
use crate::query::fold::fold;
use crate::query::pinyin;
use crate::query::{Asks, Field, Is, Op, Query};

fn indexed(catalog: &Catalog) {
    while catalog.index_some(Duration::from_secs(60), &mut |_| {}).unwrap() {}
}

/// So much for a parcel, whatever is in it.
fn fee(fen: i64) -> FreightTerms {
    FreightTerms::Template(FreightTemplate {
        charge_by: ChargeBy::Pieces,
        first_unit: 1_000.into(),
        next_unit: 0.into(),
        fees: Fees::Zones(vec![Fee { first: Money::from_fen(fen), next: Money::ZERO }]),
        free_from: None,
    })
}

/// What a drawn offer is made of.
#[derive(Debug, Clone)]
struct Drawn {
    title: String,
    title_en: Option<String>,
    supplier: u8,
    price: i64,
    moq: Option<u32>,
    lot: Option<u32>,
    sold: Option<u64>,
    repeat: Option<i64>,
    flags: u8,
    belt: Option<String>,
    traits: Vec<(String, String)>,
    fetched: i64,
    gone: bool,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    // All triples of a word, in its order and not.
    let scattered =
        ["保温杯-温杯伞", "保温杯伞", "温杯伞a保温杯", "红a1-a1红", "a1红a1"].map(str::to_owned).to_vec();
    let title = prop_oneof![8 => "[杯伞红保温银行长aB1 -]{1,9}", 1 => prop::sample::select(scattered)];
    let words = (
        title,
        prop::option::of("[a-c1 杯-]{1,9}"),
        0..4_u8,
        prop::option::of(prop::sample::select(vec!["义乌", "永康"])),
    );
    let figures = (
        1..40_i64,
        prop::option::of(1..30_u32),
        prop::option::of(2..7_u32),
        prop::option::of(0..5_u64),
        prop::option::of(0..10_i64),
    );
    let rest = (
        any::<u8>(),
        prop::collection::vec(
            (
                prop::sample::select(vec!["材质", "ra"]),
                prop::sample::select(vec![
                    "304", "ra 95", "90", "钢", "Ra95", "ra8x", "rab90", "750 ml", "75ml", "90mlx",
                ]),
            ),
            0..3,
        ),
        0..200_i64,
        prop::bool::weighted(0.15),
    );
    (words, figures, rest).prop_map(
        |(
            (title, title_en, supplier, belt),
            (price, moq, lot, sold, repeat),
            (flags, traits, fetched, gone),
        )| Drawn {
            title,
            title_en,
            supplier,
            price,
            moq,
            lot,
            sold,
            repeat,
            flags,
            belt: belt.map(str::to_owned),
            traits: traits.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            fetched,
            gone,
        },
    )
}

fn made(id: i64, drawn: &Drawn) -> Offer {
    let mut offer = full(id, &format!("{} ", drawn.title), &format!("{}.50", drawn.price));
    offer.title_en = drawn.title_en.as_deref().map(Clean::new);
    offer.supplier_id = (drawn.supplier > 0).then(|| SupplierId::new(&format!("s{}", drawn.supplier)));
    offer.supplier_name = Some(Clean::new(["", "甲厂", "红社", "cup works"][usize::from(drawn.supplier)]));
    offer.belt = drawn.belt.as_deref().map(Clean::new);
    offer.tiers.push(PriceTier {
        from_quantity: Quantity::whole(10),
        price: Money::from_fen(drawn.price * 50),
        promotion: None,
    });
    (offer.moq, offer.lot) = (drawn.moq.map(Quantity::whole), drawn.lot.map(Quantity::whole));
    offer.sold_30d = drawn.sold;
    offer.repeat_rate = drawn.repeat.map(|tenths| rust_decimal::Decimal::new(tenths, 1));
    if drawn.flags & 1 != 0 {
        offer.identities.push(Identity::SuperFactory);
    }
    offer.advertised = drawn.flags & 6 == 6;
    if drawn.flags & 0b11_1000 == 0b11_1000 {
        offer.kind = OfferKind::Fee;
    }
    if drawn.flags & 64 != 0 {
        offer.unit = Some(Unit::new("箱"));
    }
    if drawn.flags & 128 != 0 {
        offer.category_id = Some(7);
    }
    let attribute = |(name, value): &(String, String)| Attribute {
        name: Clean::new(name),
        name_en: None,
        value: Clean::new(value),
        value_en: None,
    };
    offer.freight = match (drawn.fetched + drawn.price) % 4 {
        0 => FreightTerms::SellerPays,
        1 => fee(900),
        2 => fee(20_000),
        _ => FreightTerms::ByAgreement,
    };
    offer.attributes = drawn.traits.iter().map(attribute).collect();
    offer.fetched_at = at(drawn.fetched * 3_600);
    offer.gone = drawn.gone;
    offer
}

fn query() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "杯",
        "红",
        "保温",
        "温杯",
        "ab-b1",
        "-ab",
        "b1-",
        "\"b1 -\"",
        "红ab",
        "ab杯",
        "\"ab ab\"",
        "b1杯a",
        "保温杯伞",
        "a1红a1",
        "a",
        "ab",
        "b1",
        "1",
        "保温杯",
        "1杯",
        "杯a",
        "-",
        "甲",
        "cup",
        "yh",
        "bw",
        "bao",
        "hb",
        "银h",
        "伞",
        "\"a 杯\"",
        "-红",
        "-保温",
        "-保温杯大",
        "-不锈钢保温",
        "-4不",
        "-杯 -bw",
        "-\"ab-\"",
        "-bw",
    ]);
    let predicates = prop::sample::select(vec![
        "price<8",
        "price@10<8",
        "-price<8",
        "price>=20",
        "moq<=10",
        "-moq<=10",
        "moq>5",
        "lot:3",
        "lot:1",
        "sold>=2",
        "-sold>=2",
        "repeat>=30%",
        "factory",
        "-factory",
        "identity:super_factory",
        "kind:fee",
        "-kind:fee",
        "belt:义乌",
        "belt:yk",
        "-belt:义乌",
        "cat:7",
        "-cat:7",
        "材质:304",
        "-材质:304",
        "材质:304,木",
        "ra=90,80",
        "ra>=90",
        "ra>=90ml",
        "材质<200ml",
        "ra!=90",
        "age<72h",
        "supplier:s1",
        "-supplier:s2",
        "supplier:s1,s2",
        "id:2",
        "fav",
        "-fav",
        "blocked",
        "stock>=1",
    ]);
    (prop::collection::vec(words, 0..3), prop::collection::vec(predicates, 0..3))
        .prop_map(|(words, predicates)| words.into_iter().chain(predicates).collect::<Vec<_>>().join(" "))
}

/// What a term says of an offer, from the listing itself.
fn holds(is: &Is, offer: &Offer, quantity: Quantity, newest: Timestamp, marks: &Marks) -> bool {
    let both = || {
        let theirs = offer.supplier_id.as_ref().and_then(|id| marks.suppliers.get(id));
        marks.offers.get(&offer.key).into_iter().chain(theirs)
    };
    let number = |op: Op, figure: Option<rust_decimal::Decimal>, value: rust_decimal::Decimal| {
        figure.is_some_and(|figure| op.holds(figure, value))
    };
    match is {
        Is::Text(word) => {
            let title = fold(offer.title.as_str());
            let lines = [
                title.clone(),
                fold(offer.title_en.as_ref().map_or("", |text| text.as_str())),
                fold(offer.supplier_name.as_ref().map_or("", |text| text.as_str())),
                fold(offer.belt.as_ref().map_or("", |text| text.as_str())),
            ];
            let chars: Vec<char> = title.chars().collect();
            lines.iter().any(|line| line.contains(word.as_str()))
                || pinyin::parses(word).iter().any(|parse| pinyin::matches(parse, &chars).is_some())
        }
        Is::Favourite => both().any(|mark| mark.favourite),
        Is::Blocked => both().any(|mark| mark.blocked.is_some()),
        Is::Supplier(sellers) => sellers.iter().any(|one| offer.supplier_id.as_ref() == Some(&one.id)),
        Is::Offer(keys) => keys.contains(&offer.key),
        Is::Belt(names) => offer.belt.as_ref().is_some_and(|belt| {
            let chars: Vec<char> = fold(belt.as_str()).chars().collect();
            names.iter().any(|name| {
                fold(belt.as_str()).contains(name.as_str())
                    || pinyin::parses(name).iter().any(|parse| pinyin::matches(parse, &chars).is_some())
            })
        }),
        Is::Category(names) => offer.category_id.is_some_and(|id| names.contains(&id.to_string())),
        Is::Identity(wanted) => offer.identities.iter().any(|identity| wanted.contains(identity)),
        Is::Flag(_) => offer.identities.contains(&Identity::SuperFactory),
        Is::Kind(kind) => offer.kind == *kind,
        Is::Attribute { name, asks } => offer.attributes.iter().any(|attribute| {
            let value = fold(attribute.value.as_str());
            let is_figure = |ask: &Asks| matches!(ask, Asks::Number(..));
            // The sign before a figure, under whatever name.
            let is_signed = name.len() <= 4
                && name.chars().all(|c| c.is_ascii_alphabetic())
                && value.starts_with(name.as_str())
                && value.chars().nth(name.len()).is_some_and(|c| c.is_ascii_digit());
            let is_named = fold(attribute.name.as_str()) == *name;
            (is_named || (is_signed && asks.iter().any(is_figure)))
                && asks.iter().any(|ask| match ask {
                    Asks::Contains(text) => is_named && value.contains(text.as_str()),
                    Asks::Measure(op, wanted, unit) => {
                        let from = value.find(|c: char| c.is_ascii_digit()).unwrap_or(value.len());
                        let (digits, behind): (Vec<char>, Vec<char>) = (
                            value[from..].chars().take_while(char::is_ascii_digit).collect(),
                            value[from..].chars().skip_while(char::is_ascii_digit).collect(),
                        );
                        let digits: String = digits.into_iter().collect();
                        let letters: String = behind
                            .iter()
                            .skip_while(|c| **c == ' ')
                            .take_while(|c| c.is_ascii_alphabetic())
                            .collect();
                        letters == *unit
                            && digits
                                .parse()
                                .is_ok_and(|number: rust_decimal::Decimal| op.holds(number, *wanted))
                    }
                    Asks::Number(op, wanted) => {
                        let digits: String = value
                            .chars()
                            .skip_while(|c| !c.is_ascii_digit())
                            .take_while(char::is_ascii_digit)
                            .collect();
                        digits.parse().is_ok_and(|number: rust_decimal::Decimal| op.holds(number, *wanted))
                    }
                })
        }),
        Is::Number { field, op, value, at } => match field {
            Field::Price => {
                let price = row_price(offer, at.unwrap_or(quantity));
                price.buyable && number(*op, price.median.map(Money::yuan), *value)
            }
            Field::Moq => number(*op, offer.moq.map(Quantity::decimal), *value),
            Field::Lot => number(*op, Some(offer.lot.map_or(1.into(), Quantity::decimal)), *value),
            Field::Stock => number(*op, offer.stock.map(Quantity::decimal), *value),
            Field::Sold => number(*op, offer.sold_30d.map(Into::into), *value),
            Field::Repeat => number(*op, offer.repeat_rate, *value),
            Field::AgeHours => {
                let hours = (newest.as_second() - offer.fetched_at.as_second()) / 3_600;
                number(*op, Some(hours.into()), *value)
            }
            other => unreachable!("{other:?} is not drawn"),
        },
        other => unreachable!("{other:?} is not drawn"),
    }
}

fn naive(offers: &[Offer], text: &str, quantity: Quantity, marks: &Marks) -> Vec<i64> {
    let query = Query::parse(text);
    let newest =
        offers.iter().filter(|offer| !offer.gone).map(|offer| offer.fetched_at).max().unwrap_or_default();
    let asks = |is: &dyn Fn(&Is) -> bool, negated| {
        query.terms.iter().any(|term| is(&term.is) && term.negated == negated)
    };
    let fees = asks(&|is| *is == Is::Kind(OfferKind::Fee), false);
    let blocked = asks(&|is| *is == Is::Blocked, false);
    let hit = |offer: &&Offer| {
        !offer.gone
            && (fees || offer.kind == OfferKind::Goods)
            && (blocked || !holds(&Is::Blocked, offer, quantity, newest, marks))
            && query.terms.iter().all(|term| holds(&term.is, offer, quantity, newest, marks) != term.negated)
    };
    sorted(offers.iter().filter(hit).map(|offer| offer.key.market_id().unwrap()).collect())
}

fn sorted(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids
}

fn marks() -> Arc<Marks> {
    let mut marks = Marks::default();
    marks
        .offers
        .insert(OfferKey::Market(3), Mark { favourite: true, note: Clean::new("红 cup"), ..Mark::default() });
    marks.offers.insert(OfferKey::Market(5), Mark { blocked: Some(Clean::new("迟")), ..Mark::default() });
    marks.suppliers.insert(SupplierId::new("s2"), Mark { favourite: true, ..Mark::default() });
    Arc::new(marks)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn as_many_are_counted_as_there_are_hits(
        first in prop::collection::vec(drawn(), 40..90),
        later in prop::collection::vec((1..90_i64, drawn()), 1..30),
        queries in prop::collection::vec(query(), 40),
        quantity in 1..13_u32,
    ) {
        let catalog = Catalog::open_in_memory().unwrap();
        let written: Vec<Offer> = (1..).zip(&first).map(|(id, drawn)| made(id, drawn)).collect();
        catalog.upsert(&written, &[]).unwrap();
        indexed(&catalog);
        // Old states of offers stay in the index, as tombstones.
        for (id, drawn) in &later {
            catalog.upsert(&[made(*id, drawn)], &[]).unwrap();
        }
        indexed(&catalog);
        let keys: Vec<OfferKey> = (1..100).map(OfferKey::Market).collect();
        let offers: Vec<Offer> = catalog.offers(&keys).unwrap().into_iter().flatten().collect();
        let quantity = Quantity::whole(quantity);
        let is_ad =
            |id: &i64| offers.iter().any(|offer| offer.advertised && offer.key == OfferKey::Market(*id));
        let words = ["杯 -红", "杯 -a", "1 -银", "a supplier:s1", "杯 cat:7", "b fav", "-红 a 杯", "杯 supplier:s2", "a -id:2"];
        for text in queries.iter().map(String::as_str).chain(words) {
            for marks in [marks(), Arc::default()] {
                let mut marks = marks;
                // Words are found in notes too, which the statement leaves to the tests of marks.
                Arc::make_mut(&mut marks).offers.values_mut().for_each(|mark| mark.note = Clean::default());
                let wanted = naive(&offers, text, quantity, &marks);
                for hide_ads in [false, true] {
                    let request = SearchRequest { quantity, hide_ads, ..request(text) };
                    let hits = wanted.iter().filter(|id| !(hide_ads && is_ad(id))).count();
                    let counted = catalog.count(&request, &marks, &Cancel::default()).unwrap();
                    // Where nothing is as typed, what is near is counted.
                    prop_assert!(counted == Some(hits) || hits == 0, "{} {}: {:?}, not {}", text, hide_ads, counted, hits);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_index_finds_what_reading_every_row_finds_and_that_is_what_the_words_mean(
        first in prop::collection::vec(drawn(), 1..14),
        later in prop::collection::vec((1..16_i64, drawn()), 0..8),
        cuts in prop::collection::vec(any::<bool>(), 8),
        queries in prop::collection::vec(query(), 6),
        quantity in 1..13_u32,
        one_per_supplier in any::<bool>(),
    ) {
        let (plain, with_index) = (Catalog::open_in_memory().unwrap(), Catalog::open_in_memory().unwrap());
        let write = |offer: &Offer| {
            for catalog in [&plain, &with_index] {
                catalog.upsert(std::slice::from_ref(offer), &[]).unwrap();
            }
        };
        for (id, drawn) in (1..).zip(&first) {
            write(&made(id, drawn));
        }
        indexed(&with_index);
        for ((id, drawn), cut) in later.iter().zip(&cuts) {
            write(&made(*id, drawn));
            if *cut {
                indexed(&with_index);
            }
        }
        let keys: Vec<OfferKey> = (1..20).map(OfferKey::Market).collect();
        let offers: Vec<Offer> = plain.offers(&keys).unwrap().into_iter().flatten().collect();
        let mut marks = marks();
        // Words are found in notes too, which the statement leaves to the tests of marks.
        Arc::make_mut(&mut marks).offers.get_mut(&OfferKey::Market(3)).unwrap().note = Clean::default();
        let quantity = Quantity::whole(quantity);
        for text in &queries {
            let request = SearchRequest { quantity, limit: 50, ..request(text) };
            let wanted = naive(&offers, text, quantity, &marks);
            let here = Destination { district: None, zone: Some(0) };
            let page = plain.search_marked(&request, &here, &marks).unwrap();
            prop_assert_eq!(sorted(ids(&page)), wanted.clone(), "read: {}", text);
            for sort in Sort::ALL {
                let request = SearchRequest { sort, one_per_supplier, ..request.clone() };
                let read = plain.search_marked(&request, &here, &marks).unwrap();
                let found = with_index.search_marked(&request, &here, &marks).unwrap();
                prop_assert_eq!(ids(&found), ids(&read), "{} {:?}", text, sort);
                // What is near may differ: pairs of titles long gone are in an index still.
                if read.instead.is_none() && found.instead.is_none() {
                    prop_assert_eq!((found.total, found.counted, found.cached), (read.total, true, read.cached), "{}", text);
                }
                let early = with_index.search_cancellable(&request, &here, &marks, &Cancel::default()).unwrap().unwrap();
                prop_assert_eq!(ids(&early), ids(&read), "{} {:?}", text, sort);
                prop_assert!(early.instead.is_some() || read.instead.is_some() || (early.total <= read.total && (!early.counted || early.total == read.total)));
                let pieces: Vec<i64> = (0..4).flat_map(|n| {
                    let piece = SearchRequest { offset: n * 5, limit: 5, ..request.clone() };
                    ids(&with_index.search_marked(&piece, &here, &marks).unwrap())
                }).collect();
                prop_assert_eq!(pieces, ids(&read), "pages of {} {:?}", text, sort);
            }
            let keys = with_index.rows_matching(&request, &marks, &Cancel::default()).unwrap().unwrap();
            prop_assert_eq!(keys.iter().map(|key| key.market_id().unwrap()).collect::<Vec<_>>(), wanted.clone());
            // Where nothing is as typed, what is near is counted.
            if !wanted.is_empty() {
            let facets = with_index.facets(&request, &marks, &Cancel::default()).unwrap().unwrap();
            // Where nothing has the words, what is counted has words near them, and those may differ.
            let facets = if wanted.is_empty() { Facets::default() } else { facets };
            if !wanted.is_empty() {
                prop_assert_eq!(&facets, &plain.facets(&request, &marks, &Cancel::default()).unwrap().unwrap());
            }
            for facet in facets.belts.iter().chain(&facets.prices).chain(&facets.moqs).chain(&facets.categories).chain(&facets.identities) {
                let narrowed = naive(&offers, &format!("{text} {}", facet.term), quantity, &marks);
                prop_assert_eq!(narrowed.len(), facet.count, "{} {}", text, &facet.term);
            }
            }
            for offer in &offers {
                let why = with_index.why(&request, &marks, &offer.key).unwrap();
                let near = |why: &Option<crate::domain::search::Why>| why.as_ref().is_some_and(|why| why.tier == Tier::Near);
                let read = plain.why(&request, &marks, &offer.key).unwrap();
                prop_assert!(why == read || near(&why) || near(&read), "{} {:?} {:?}", text, why, read);
                let is_hit = why.as_ref().is_some_and(|why| why.tier != Tier::Near);
                prop_assert_eq!(is_hit, wanted.contains(&offer.key.market_id().unwrap()));
                if let Some(why) = why {
                    prop_assert_eq!(why.parts.iter().map(|(_, points)| points).sum::<i64>(), why.score);
                }
            }
        }
    }
}

#[test]
fn quantities_of_single_offers_are_obeyed_by_filters_orders_and_rows() {
    for with_index in [false, true] {
        let mut tiered = full(1, "杯", "10.00");
        tiered.tiers.push(PriceTier {
            from_quantity: Quantity::whole(100),
            price: money("4.00"),
            promotion: None,
        });
        let catalog = filled(&[tiered, full(2, "杯", "5.00")]);
        if with_index {
            indexed(&catalog);
        }
        let overrides = Arc::new(HashMap::from([(OfferKey::Market(1), Quantity::whole(100))]));
        let asked = SearchRequest { overrides, sort: Sort::Price, ..request("杯 price<6") };
        let page = catalog.search(&asked, &Destination::default()).unwrap();
        assert_eq!(ids(&page), [1, 2]);
        assert_eq!(page.rows[0].price.least, Some(money("4.00")));
        assert_eq!(find(&catalog, "杯 price<6"), [2]);
    }
}

#[test]
fn offers_of_one_price_stand_once_in_the_order_of_landed_cost() {
    let offers: Vec<Offer> = (1..40)
        .map(|id| Offer {
            freight: fee(id * 7 % 5),
            ..full(id, "杯", if id % 9 == 0 { "2.00" } else { "1.00" })
        })
        .collect();
    let (plain, with_index) = (filled(&offers), filled(&offers));
    indexed(&with_index);
    let here = Destination { district: None, zone: Some(0) };
    let request = SearchRequest { sort: Sort::Landed, limit: 50, ..request("杯") };
    let read = ids(&plain.search(&request, &here).unwrap());
    assert_eq!(sorted(read.clone()), (1..40).collect::<Vec<_>>());
    assert_eq!(ids(&with_index.search(&request, &here).unwrap()), read);
}

#[test]
fn a_slip_is_recovered_and_said() {
    for with_index in [false, true] {
        let catalog = filled(&[
            full(1, "不锈钢保温杯", "1.00"),
            full(2, "stainless teapot", "1.00"),
            full(3, "雨伞", "1.00"),
        ]);
        if with_index {
            indexed(&catalog);
        }
        let near = |text: &str| -> (Vec<i64>, Vec<String>) {
            let page = catalog.search(&request(text), &Destination::default()).unwrap();
            let instead =
                page.instead.unwrap_or_default().iter().map(|word| word.as_str().to_owned()).collect();
            (page.rows.iter().map(|row| row.offer.key.market_id().unwrap()).collect(), instead)
        };
        for (typed, taken, id) in [
            ("不诱钢", "不锈钢", 1),
            ("保温怀", "保温杯", 1),
            ("保杯", "保温", 1),
            ("保温水杯", "保温杯", 1),
            ("温保杯", "保温杯", 1),
            ("stainles", "stainless", 2),
            ("taepot", "teapot", 2),
        ] {
            let (found, instead) = near(typed);
            // A word one letter short is part of the whole one: no slip at all.
            if instead.is_empty() {
                assert_eq!((found, typed), (vec![id], "stainles"));
                continue;
            }
            assert_eq!((found, instead), (vec![id], vec![taken.to_owned()]), "{typed}");
        }
        assert_eq!(near("杯 伞"), (vec![], vec![]), "each is there, but not together");
        assert_eq!(near("雨伞 龘龘龘龘"), (vec![3], vec!["雨伞".to_owned()]));
        assert_eq!(near("雨伞 龘"), (vec![3], vec!["雨伞".to_owned()]), "one character is told of, too");
        assert_eq!(near("雨伞"), (vec![3], vec![]));
        let why = catalog.why(&request("保温怀"), &Arc::default(), &OfferKey::Market(1)).unwrap();
        assert_eq!(why.unwrap().tier, Tier::Near);
    }
}

#[test]
fn nobody_waits_for_a_search_that_was_cancelled() {
    let catalog = filled(&[full(1, "杯", "1.00")]);
    for with_index in [false, true] {
        if with_index {
            indexed(&catalog);
        }
        let cancel = Cancel::default();
        cancel.cancel();
        let asked = request("杯");
        assert_eq!(
            catalog.search_cancellable(&asked, &Destination::default(), &Arc::default(), &cancel).unwrap(),
            None
        );
        assert_eq!(catalog.count(&asked, &Arc::default(), &cancel).unwrap(), None);
        assert_eq!(catalog.facets(&asked, &Arc::default(), &cancel).unwrap(), None);
        assert_eq!(catalog.rows_matching(&asked, &Arc::default(), &cancel).unwrap(), None);
    }
}
