//! Searching with the buyer's own marks, against a naive statement of what they mean.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::badge::Badges;
use crate::domain::id::{OrderId, SpecId};
use crate::domain::mark::{Bought, Mark, MarkEdit, Marks, PastLine, PastOrder, Subject};
use crate::domain::offer::{OfferKind, QuoteType, Sku};
use crate::domain::price::row_price;
use crate::query::fold::fold;
use crate::query::{Is, Query};

fn of_supplier(id: i64, title: &str, supplier: &str) -> Offer {
    let mut offer = full(id, title, "1.00");
    offer.supplier_id = Some(SupplierId::new(supplier));
    offer
}

fn marked(marks: &[(Subject, MarkEdit)]) -> Marks {
    let mut all = Marks::default();
    for (subject, edit) in marks {
        let mark = match subject {
            Subject::Offer(key) => all.offers.entry(key.clone()).or_default(),
            Subject::Supplier(id) => all.suppliers.entry(id.clone()).or_default(),
        };
        mark.apply(edit.clone());
    }
    all
}

fn offer(id: i64) -> Subject {
    Subject::Offer(OfferKey::Market(id))
}

fn shop(id: &str) -> Subject {
    Subject::Supplier(SupplierId::new(id))
}

fn note(text: &str) -> MarkEdit {
    MarkEdit::Note(Clean::new(text))
}

fn tags(text: &str) -> MarkEdit {
    MarkEdit::Tags(vec![Clean::new(text)])
}

fn block() -> MarkEdit {
    MarkEdit::Block(Some(Clean::new("迟发")))
}

fn bought(offer: i64, price: &str) -> PastOrder {
    PastOrder {
        order_id: Some(OrderId::new("1")),
        supplier_id: Some(SupplierId::new("s1")),
        seller_login: None,
        created_at: at(7),
        lines: vec![PastLine {
            offer_id: OfferKey::Market(offer),
            unit: Some(Unit::new("个")),
            quantity: Quantity::whole(3),
            unit_price: Some(money(price)),
        }],
    }
}

fn found(catalog: &Catalog, marks: &Arc<Marks>, text: &str) -> Vec<i64> {
    let page = catalog.search_marked(&request(text), &Destination::default(), marks).unwrap();
    assert!(page.counted && page.total == page.rows.len());
    ids(&page)
}

fn sorted(mut ids: Vec<i64>) -> Vec<i64> {
    ids.sort_unstable();
    ids
}

#[test]
fn what_is_blocked_is_neither_listed_nor_counted_unless_asked_for() {
    let catalog = Catalog::open_in_memory().unwrap();
    let offers = [
        of_supplier(1, "杯", "s1"),
        of_supplier(2, "杯", "s1"),
        of_supplier(3, "杯", "s2"),
        of_supplier(4, "盘", "s2"),
    ];
    catalog.upsert(&offers, &[supplier("s1", "甲厂"), supplier("s2", "乙厂")]).unwrap();
    let marks = Arc::new(marked(&[(offer(1), block()), (shop("s2"), block())]));
    for sort in Sort::ALL {
        let asked = SearchRequest { sort, ..request("杯") };
        let page = catalog.search_marked(&asked, &Destination::default(), &marks).unwrap();
        assert_eq!((ids(&page), page.total, page.cached), (vec![2], 1, 4), "{sort:?}");
    }
    assert_eq!(found(&catalog, &marks, ""), [2]);
    assert_eq!(sorted(found(&catalog, &marks, "blocked")), [1, 3, 4]);
    assert_eq!(sorted(found(&catalog, &marks, "ＢＬＯＣＫＥＤ 杯")), [1, 3]);
    assert_eq!(found(&catalog, &marks, "-blocked 杯"), [2]);
    let page = catalog.search_marked(&request("blocked 盘"), &Destination::default(), &marks).unwrap();
    assert_eq!(page.rows[0].mine.supplier.blocked.as_ref().unwrap().as_str(), "迟发");
    // Offers that come later from a blocked supplier are blocked too, and one that is let go is listed again.
    catalog.upsert(&[of_supplier(5, "杯", "s2")], &[]).unwrap();
    assert_eq!(found(&catalog, &marks, "杯"), [2]);
    assert_eq!(sorted(found(&catalog, &Arc::default(), "杯")), [1, 2, 3, 5]);
}

#[test]
fn words_stand_in_notes_and_tags_of_the_offer_and_of_its_supplier_too() {
    let catalog = Catalog::open_in_memory().unwrap();
    let offers =
        [of_supplier(1, "保温杯", "s1"), of_supplier(2, "水壶", "s1"), of_supplier(3, "礼品杯", "s2")];
    catalog.upsert(&offers, &[supplier("s1", "甲厂"), supplier("s2", "乙厂")]).unwrap();
    let marks = Arc::new(marked(&[
        (offer(1), note("年會禮品，發貨快")),
        (shop("s1"), tags("老客户")),
        (offer(2), tags("Gift")),
    ]));
    assert_eq!(found(&catalog, &marks, "礼品"), [3, 1], "titles before notes");
    assert_eq!(found(&catalog, &marks, "保温 发货快"), [1]);
    assert_eq!(sorted(found(&catalog, &marks, "老客户")), [1, 2]);
    assert_eq!(found(&catalog, &marks, "gift 老客 壶"), [2]);
    assert!(found(&catalog, &marks, "gift 保温").is_empty());
    assert_eq!(found(&catalog, &marks, "tag:gift"), [2]);
    assert!(found(&catalog, &marks, "tag:gif").is_empty(), "a tag is whole");
    assert_eq!(sorted(found(&catalog, &marks, "tag:老客户 -tag:gift")), [1]);
    assert_eq!(found(&catalog, &marks, "note:年会"), [1]);
    assert_eq!(sorted(found(&catalog, &marks, "-note:年会")), [2, 3]);
    assert!(found(&catalog, &marks, "note:老客户").is_empty(), "a tag is no note");
}

#[test]
fn favourites_what_was_bought_and_suppliers_are_asked_for_by_words() {
    let catalog = Catalog::open_in_memory().unwrap();
    let mut fee = of_supplier(4, "补差价", "s1");
    fee.kind = OfferKind::Fee;
    let offers = [of_supplier(1, "杯", "s1"), of_supplier(2, "杯", "S2"), of_supplier(3, "盘", "S2"), fee];
    let mut second = supplier("S2", "乙厂 工贸");
    second.name_en = Some(Clean::new("Second Works"));
    catalog.upsert(&offers, &[supplier("s1", "甲厂"), second]).unwrap();
    let mut marks = marked(&[(offer(1), MarkEdit::Favourite(true)), (offer(4), MarkEdit::Favourite(true))]);
    marks.count(vec![bought(3, "9.60"), bought(77, "1.00")]);
    let marks = Arc::new(marks);
    assert_eq!(found(&catalog, &marks, "fav"), [1], "fee links stay hidden");
    assert_eq!(sorted(found(&catalog, &marks, "-fav")), [2, 3]);
    assert_eq!(found(&catalog, &marks, "bought"), [3]);
    assert_eq!(found(&catalog, &marks, "bought 杯"), [] as [i64; 0]);
    assert_eq!(sorted(found(&catalog, &marks, "supplier:S2")), [2, 3]);
    assert_eq!(sorted(found(&catalog, &marks, "supplier:s2")), [2, 3]);
    assert_eq!(sorted(found(&catalog, &marks, "supplier:工贸")), [2, 3]);
    assert_eq!(found(&catalog, &marks, "supplier:second 盘"), [3]);
    assert_eq!(found(&catalog, &marks, "-supplier:乙厂"), [1]);
    assert!(found(&catalog, &marks, "supplier:nobody").is_empty());
    // Without any marks the words mean the same.
    let none = Arc::default();
    assert!(found(&catalog, &none, "fav").is_empty() && found(&catalog, &none, "bought").is_empty());
    assert_eq!(sorted(found(&catalog, &none, "-bought -blocked")), [1, 2, 3]);
    let page = catalog.search_marked(&request("盘"), &Destination::default(), &marks).unwrap();
    let mine = page.rows[0].mine.bought.clone().unwrap();
    assert_eq!(
        (mine.times, mine.last_price, mine.quantity),
        (1, Some(money("9.60")), Some(Quantity::whole(3)))
    );
}

/// Imports may have the name of a supplier and no id of theirs.
#[test]
fn a_supplier_is_found_by_the_name_alone_that_an_import_came_with() {
    let imported = |number: &str, title: &str, seller: Option<&str>, belt: Option<&str>| Offer {
        supplier_id: None,
        supplier_name: seller.map(Clean::new),
        belt: belt.map(Clean::new),
        ..Offer::blank(format!("L:own:{number}").parse().unwrap(), Clean::new(title), at(0))
    };
    for with_index in [false, true] {
        let catalog = Catalog::open_in_memory().unwrap();
        let offers = [
            imported("1", "杯", Some("某某五金廠"), None),
            imported("2", "某某杯", Some("Acme, Ltd"), None),
            imported("3", "某某盘", None, Some("某某镇")),
            of_supplier(4, "盘", "s4"),
        ];
        catalog.upsert(&offers, &[supplier("s4", "某甲厂")]).unwrap();
        if with_index {
            while catalog.index_some(std::time::Duration::from_secs(60), &mut |_| {}).unwrap() {}
        }
        let found = |text: &str| -> Vec<String> {
            let page = catalog.search(&request(text), &Destination::default()).unwrap();
            let mut keys: Vec<String> = page.rows.iter().map(|row| row.offer.key.to_string()).collect();
            keys.sort();
            keys
        };
        assert_eq!(found("supplier:某某"), ["L:own:1"], "neither by title nor by belt");
        assert_eq!(found("supplier:某"), ["4", "L:own:1"]);
        assert_eq!(found("-supplier:某"), ["L:own:2", "L:own:3"]);
        assert_eq!(found("supplier:acme,甲厂"), ["4", "L:own:2"]);
        assert_eq!(found("supplier:\"acme, ltd\""), ["L:own:2"]);
        assert_eq!(found("supplier:s4"), ["4"]);
    }
}

/// What a query means, said without an index: every term looked up for every offer.
fn naive(offers: &[Offer], suppliers: &[Supplier], marks: &Marks, text: &str) -> Vec<i64> {
    let query = Query::parse(text);
    let wants_blocked = query.terms.iter().any(|term| term.is == Is::Blocked && !term.negated);
    let hit = |offer: &&Offer| {
        let own = marks.offers.get(&offer.key).cloned().unwrap_or_default();
        let id = offer.supplier_id.clone().unwrap();
        let shop = suppliers.iter().find(|shop| shop.id == id).unwrap();
        let theirs = marks.suppliers.get(&id).cloned().unwrap_or_default();
        let both: Vec<&Mark> = vec![&own, &theirs];
        let tags: Vec<String> =
            both.iter().flat_map(|mark| &mark.tags).map(|tag| fold(tag.as_str())).collect();
        let notes: Vec<String> = both.iter().map(|mark| fold(mark.note.as_str())).collect();
        let blocked = both.iter().any(|mark| mark.blocked.is_some());
        let holds = |is: &Is| match is {
            Is::Text(word) => {
                let listed = [offer.title.as_str(), shop.name.as_str(), "永康"].map(fold);
                listed.iter().chain(&tags).chain(&notes).any(|text| text.contains(word.as_str()))
            }
            Is::Favourite => both.iter().any(|mark| mark.favourite),
            Is::Bought => marks.bought.contains_key(&offer.key),
            Is::Blocked => blocked,
            Is::Tag(wanted) => wanted.iter().any(|tag| tags.contains(tag)),
            Is::Note(wanted) => {
                wanted.iter().any(|words| notes.iter().any(|text| text.contains(words.as_str())))
            }
            Is::Supplier(sellers) => sellers.iter().any(|seller| {
                let exact = suppliers.iter().any(|shop| shop.id == seller.id);
                if exact { id == seller.id } else { fold(shop.name.as_str()).contains(seller.name.as_str()) }
            }),
            other => unreachable!("{other:?} is not among the drawn terms"),
        };
        query.terms.iter().all(|term| holds(&term.is) != term.negated) && (wants_blocked || !blocked)
    };
    offers.iter().filter(hit).map(|offer| offer.key.market_id().unwrap()).collect()
}

fn edit() -> impl Strategy<Value = MarkEdit> {
    prop_oneof![
        Just(MarkEdit::Favourite(true)),
        Just(block()),
        "[红大甲x]{1,2}".prop_map(|text| tags(&text)),
        "[红大甲x ]{1,4}".prop_map(|text| note(&text)),
    ]
}

fn subject() -> impl Strategy<Value = Subject> {
    prop_oneof![(1..9_i64).prop_map(offer), (0..3_u8).prop_map(|n| shop(&format!("s{n}")))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn marks_mean_what_the_naive_statement_says(
        titles in prop::collection::vec("[红大杯x]{1,3}", 1..8),
        marks in prop::collection::vec((subject(), edit()), 0..6),
        past in prop::collection::vec(1..9_i64, 0..3),
        queries in prop::collection::vec(prop::collection::vec(prop::sample::select(vec![
            "红", "大", "x", "甲", "fav", "-fav", "bought", "-bought", "blocked", "-blocked", "tag:红", "-tag:x",
            "note:大", "-note:甲", "note:大,甲", "supplier:乙,社", "-supplier:s1,甲", "supplier:s1", "-supplier:s1", "supplier:厂", "supplier:甲",
        ]), 0..4), 1..6),
    ) {
        let suppliers = [supplier("s0", "甲厂"), supplier("s1", "乙厂"), supplier("s2", "甲社")];
        let offers: Vec<Offer> = (1_i64..)
            .zip(&titles)
            .map(|(id, title)| of_supplier(id, title, &format!("s{}", id % 3)))
            .collect();
        let catalog = Catalog::open_in_memory().unwrap();
        catalog.upsert(&offers, &suppliers).unwrap();
        let mut marks = marked(&marks);
        marks.count(past.iter().map(|id| bought(*id, "1.00")).collect());
        let marks = Arc::new(marks);
        for query in queries {
            let text = query.join(" ");
            prop_assert_eq!(sorted(found(&catalog, &marks, &text)), naive(&offers, &suppliers, &marks, &text), "{}", text);
        }
    }
}

#[test]
fn suppliers_are_found_by_the_buyers_words_and_blocked_ones_come_last() {
    let catalog = Catalog::open_in_memory().unwrap();
    let offers = [
        of_supplier(1, "杯", "s1"),
        of_supplier(2, "杯", "s1"),
        of_supplier(3, "杯", "s2"),
        of_supplier(4, "杯", "s3"),
    ];
    let shops = [supplier("s1", "甲厂"), supplier("s2", "乙厂"), supplier("s3", "丙厂")];
    catalog.upsert(&offers, &shops).unwrap();
    let mut marks = marked(&[
        (shop("s1"), block()),
        (shop("s2"), note("老板姓陳")),
        (shop("s3"), MarkEdit::Favourite(true)),
        (shop("s3"), tags("Gift")),
    ]);
    marks.count(vec![bought(1, "1.00")]);
    let marks = Arc::new(marks);
    let find = |text: &str| -> Vec<String> {
        let found = catalog.suppliers(&asked(text, 10), &marks, &Badges::default()).unwrap();
        found.suppliers.into_iter().map(|(s, _)| s.id.to_string()).collect()
    };
    assert_eq!(find(""), ["s2", "s3", "s1"]);
    assert_eq!(find("厂 永康"), ["s2", "s3", "s1"]);
    assert_eq!(
        (find("陈"), find("gift"), find("S3")),
        (vec!["s2".into()], vec!["s3".into()], vec!["s3".into()])
    );
    assert_eq!((find("fav"), find("-fav 厂").len()), (vec!["s3".to_owned()], 2));
    assert_eq!(
        (find("blocked"), find("-blocked"), find("bought")),
        (vec!["s1".into()], vec!["s2".into(), "s3".into()], vec!["s1".into()])
    );
    assert_eq!(
        (find("tag:gift"), find("note:姓陈"), find("supplier:乙")),
        (vec!["s3".into()], vec!["s2".into()], vec!["s2".into()])
    );
    assert_eq!(find("")[0], "s2");
}

#[test]
fn the_least_price_is_of_what_can_be_bought_in_the_commonest_unit() {
    let priced = |id: i64, price: &str, unit: &str, moq: u32| {
        let mut offer = full(id, "保温杯", price);
        (offer.unit, offer.moq) = (Some(Unit::new(unit)), Some(Quantity::whole(moq)));
        offer
    };
    let mut fee = priced(7, "0.01", "个", 1);
    fee.kind = OfferKind::Fee;
    let catalog = filled(&[
        priced(1, "5.00", "个", 1),
        priced(2, "4.00", "个", 1),
        priced(3, "3.00", "个", 500),
        priced(4, "0.50", "箱", 1),
        priced(5, "2.00", "个", 1),
        fee,
    ]);
    let whose = supplier("s1", "永康市好物厂");
    let least = |quantity: u32, marks: &Marks| {
        catalog.supplier_figures(&[&whose], Quantity::whole(quantity), marks).unwrap()[0].least.clone()
    };
    let piece = Some(Unit::new("个"));
    let none = Marks::default();
    assert_eq!(least(10, &none), Some((money("2.00"), piece.clone())));
    assert_eq!(least(10, &marked(&[(offer(5), block())])), Some((money("4.00"), piece.clone())));
    let all = [1, 2, 5].map(|id| (offer(id), block()));
    assert_eq!(least(10, &marked(&all)), Some((money("0.50"), Some(Unit::new("箱")))));
    catalog.upsert(&[priced(5, "1.00", "个", 1)], &[]).unwrap();
    assert_eq!(least(10, &none), Some((money("1.00"), piece.clone())), "a changed catalog is read again");
    let mut gone = Offer::blank(OfferKey::Market(5), Clean::new(""), at(9));
    gone.gone = true;
    catalog.upsert(&[gone], &[]).unwrap();
    assert_eq!(least(500, &none), Some((money("3.00"), piece)));
    let nobody = catalog.supplier_figures(&[&supplier("x", "某店")], Quantity::ONE, &none).unwrap();
    assert_eq!((nobody[0].least.clone(), nobody[0].categories.len()), (None, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Suppliers are priced from the facts of their offers: these must tell the same as the offers.
    #[test]
    fn a_supplier_is_priced_as_its_offers_are(
        kind in 0..4_i64, prices in prop::collection::vec(1..500_i64, 1..4), starts in prop::collection::vec(1..50_u32, 1..4),
        stock in prop::option::of(0..80_u32), moq in prop::option::of(1..60_u32), lot in prop::option::of(2..9_u32),
        limit in prop::option::of(1..90_u32), quantity in 1..70_u32, measured in any::<bool>(),
    ) {
        let mut offer = full(1, "杯", "1.00");
        offer.quote_type = QuoteType::from_number(kind).unwrap();
        offer.unit = Some(Unit::new(if measured { "米" } else { "个" }));
        let tiers: Vec<PriceTier> = prices.iter().zip(&starts).map(|(fen, from)| PriceTier {
            from_quantity: Quantity::whole(*from), price: Money::from_fen(*fen), promotion: (fen % 3 == 0).then(|| Money::from_fen(fen / 2 + 1)),
        }).collect();
        offer.tiers = if kind == 0 || kind == 2 { tiers.clone() } else { Vec::new() };
        if kind > 0 {
            offer.skus = prices.iter().enumerate().map(|(n, fen)| Sku {
                spec_id: SpecId::new(&format!("k{n}")), sku_id: None, name: Clean::new("红"), name_en: None,
                price: (kind == 1).then(|| Money::from_fen(*fen)), promotion: None,
                tiers: if kind == 3 { tiers.clone() } else { Vec::new() }, stock: stock.map(Quantity::whole),
            }).collect();
        }
        offer.stock = stock.map(Quantity::whole);
        (offer.moq, offer.lot, offer.purchase_limit) =
            (moq.map(Quantity::whole), lot.map(Quantity::whole), limit.map(Quantity::whole));
        let price = row_price(&offer, Quantity::whole(quantity));
        let wanted = price.median.filter(|_| price.buyable).map(|price| (price, offer.unit.clone()));
        let catalog = filled(&[offer]);
        let figures = catalog.supplier_figures(&[&supplier("s1", "永康市好物厂")], Quantity::whole(quantity), &Marks::default()).unwrap();
        prop_assert_eq!(&figures[0].least, &wanted);
    }
}

#[test]
fn a_sheet_lists_goods_by_rank_and_old_records_still_read() {
    let mut better = full(2, "杯", "1.00");
    better.sold_30d = Some(9_000);
    let mut fee = full(3, "补差价", "1.00");
    fee.kind = OfferKind::Fee;
    let catalog = filled(&[full(1, "杯", "1.00"), better, fee]);
    let keys = |limit| -> Vec<i64> {
        let offers = catalog.offers_of(&SupplierId::new("s1"), limit).unwrap();
        offers.iter().map(|offer| offer.key.market_id().unwrap()).collect()
    };
    assert_eq!((keys(10), keys(1)), (vec![2, 1], vec![2]));
    // A record from before cartons were read has no such field, and one without says nothing of it.
    let text = serde_json::to_string(&full(1, "杯", "1.00")).unwrap();
    assert!(!text.contains("per_carton"));
    assert_eq!(serde_json::from_str::<Offer>(&text).unwrap().per_carton, None);
    let mut packed = full(1, "杯", "1.00");
    packed.per_carton = Some(Quantity::whole(40));
    catalog.upsert(&[packed], &[]).unwrap();
    catalog.upsert(&[full(1, "杯", "2.00")], &[]).unwrap();
    let kept = catalog.offer(&OfferKey::Market(1)).unwrap().unwrap();
    assert_eq!(kept.per_carton, Some(Quantity::whole(40)), "a silent reading erases nothing");
}

#[test]
fn bought_is_one_thing_and_marked_another() {
    let none = Marks::default().of(&OfferKey::Market(1), None);
    assert_eq!((none.bought.is_none(), none.offer.is_empty()), (true, true));
    let known = Bought { times: 1, quantity: None, unit: None, last_price: None, last_at: at(0) };
    let mut marks = Marks::default();
    marks.bought.insert(OfferKey::Market(1), known.clone());
    assert_eq!(marks.of(&OfferKey::Market(1), None).bought, Some(known));
    assert!(!marks.is_empty() && marks.allows(&OfferKey::Market(1), None));
}
