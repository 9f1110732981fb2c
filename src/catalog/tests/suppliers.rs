//! What the catalog knows of suppliers: merged from their own records and their offers, found, counted and judged.

use std::sync::Arc;

use super::*;
use crate::domain::badge::Badges;
use crate::domain::factory::{Reason, Share};
use crate::domain::offer::{Attribute, Services};
use crate::domain::supplier::{Identity, MixRule, Reputation, Scores};

#[test]
fn a_silent_reading_erases_nothing_of_offer_or_seller() {
    let told = |figure: &str| Some(figure.parse().unwrap());
    let mut offer = full(1, "杯", "9.90");
    offer.supplier_name = Some(Clean::new("永康杯业"));
    offer.city = Some(Clean::new("金华市"));
    offer.rating = told("4.8");
    offer.services = Services { dropship: Some(true), invoice: Some(false), ..Services::default() };
    let material =
        Attribute { name: Clean::new("材质"), name_en: None, value: Clean::new("304"), value_en: None };
    offer.attributes = vec![material.clone()];
    offer.reputation = Some(Box::new(Reputation {
        scores: Scores { composite: told("4.5"), ..Scores::default() },
        pickup_48h: told("0.97"),
        ..Reputation::default()
    }));
    let catalog = Catalog::open_in_memory().unwrap();
    catalog.upsert(&[offer], &[]).unwrap();
    // A later detail, and a row, that say less: the invoice changed, the rest is not mentioned.
    let mut silent = full(1, "杯", "9.90");
    silent.supplier_name = Some(Clean::new("永康杯业"));
    silent.services.invoice = Some(true);
    silent.reputation = Some(Box::new(Reputation { medal_level: Some(4), ..Reputation::default() }));
    catalog.upsert(&[silent], &[]).unwrap();
    catalog.upsert(&[row(1, "杯")], &[]).unwrap();
    let kept = catalog.offer(&OfferKey::Market(1)).unwrap().unwrap();
    assert_eq!(kept.services, Services { dropship: Some(true), invoice: Some(true), ..Services::default() });
    assert_eq!((kept.rating, kept.attributes), (told("4.8"), vec![material]));
    assert_eq!(kept.city, Some(Clean::new("金华市")));
    let seller = catalog.supplier(&SupplierId::new("s1")).unwrap().unwrap();
    assert_eq!((seller.scores.composite, seller.pickup_48h), (told("4.5"), told("0.97")));
    assert_eq!((seller.medal_level, seller.quality_refund), (Some(4), None));
}

#[test]
fn a_record_of_the_market_stands_above_what_offers_tell() {
    let catalog = Catalog::open_in_memory().unwrap();
    let own = Supplier { pickup_48h: "0.5".parse().ok(), ..supplier("s1", "永康杯业") };
    catalog.upsert(&[], std::slice::from_ref(&own)).unwrap();
    let mut offer = full(1, "杯", "9.90");
    offer.supplier_name = Some(Clean::new("别名"));
    offer.reputation = Some(Box::new(Reputation { pickup_48h: "0.9".parse().ok(), ..Reputation::default() }));
    catalog.upsert(&[offer], &[]).unwrap();
    let read = catalog.supplier(&own.id).unwrap().unwrap();
    assert_eq!((read.name.as_str(), read.pickup_48h), ("永康杯业", own.pickup_48h));
    // A record without the figure leaves it.
    catalog.upsert(&[], &[Supplier { years: Some(4), ..supplier("s1", "永康杯业") }]).unwrap();
    let read = catalog.supplier(&own.id).unwrap().unwrap();
    assert_eq!((read.years, read.pickup_48h), (Some(4), own.pickup_48h));
}

fn found(catalog: &Catalog, text: &str) -> Vec<String> {
    found_with(catalog, text, &Badges::default())
}

fn found_with(catalog: &Catalog, text: &str, badges: &Badges) -> Vec<String> {
    let found = catalog.suppliers(&asked(text, 100), &Arc::default(), badges).unwrap();
    assert_eq!(found.total, found.suppliers.len());
    found.suppliers.into_iter().map(|(supplier, _)| supplier.id.to_string()).collect()
}

/// Three shops: a factory in Yongkang with two cups, a trader in Yiwu with one lamp, one of whom little is known.
fn market() -> Catalog {
    let told = |figure: &str| Some(figure.parse().unwrap());
    let factory = Supplier {
        identities: vec![Identity::SuperFactory],
        years: Some(9),
        city: Some(Clean::new("金华市")),
        province: Some(Clean::new("浙江省")),
        pickup_48h: told("0.97"),
        repeat_rate: told("0.31"),
        mix: Mix::Rule(MixRule { pieces: Some(Quantity::whole(5)), amount: None }),
        ..supplier("s1", "永康市恒致杯业制造有限公司")
    };
    let trader = Supplier {
        years: Some(2),
        belt: Some(Clean::new("义乌")),
        pickup_48h: told("0.8"),
        ..supplier("s2", "义乌百汇贸易商行")
    };
    let unknown = Supplier { belt: None, years: None, ..supplier("s3", "某店") };
    let sold = |id: i64, title: &str, by: &str, custom: bool| {
        let mut offer = full(id, title, "9.90");
        offer.supplier_id = Some(SupplierId::new(by));
        offer.services.custom = Some(custom);
        offer.category_id = Some(if by == "s1" { 7 } else { 8 });
        offer
    };
    let catalog = Catalog::open_in_memory().unwrap();
    let offers = [sold(1, "保温杯", "s1", true), sold(2, "玻璃杯", "s1", true), sold(3, "台灯", "s2", false)];
    catalog.upsert(&offers, &[factory, trader, unknown]).unwrap();
    catalog
}

#[test]
fn suppliers_are_found_by_what_their_records_say() {
    let catalog = market();
    let find = |text: &str| found(&catalog, text).join(" ");
    assert_eq!(find(""), "s1 s2 s3");
    for (text, wanted) in [
        ("hzby", "s1"),
        ("hengzhi", "s1"),
        ("yiwu", "s2"),
        ("belt:永康", "s1"),
        ("belt:yw", "s2"),
        ("-belt:义乌", "s1 s3"),
        ("city:金华", "s1"),
        ("city:浙江", "s1"),
        ("-city:金华", "s2 s3"),
        ("identity:super_factory", "s1"),
        ("factory", "s1"),
        ("-factory", "s2 s3"),
        ("years>=5", "s1"),
        ("years<5", "s2"),
        ("-years>=5", "s2 s3"),
        ("pickup48>=95%", "s1"),
        ("repeat>=30%", "s1"),
        ("repeat<30%", ""),
        ("mix", "s1"),
        ("杯业 years>=5", "s1"),
        ("-杯业", "s2 s3"),
        ("supplier:s2", "s2"),
    ] {
        assert_eq!(find(text), wanted, "{text}");
    }
}

#[test]
fn badges_of_lists_are_identities_to_ask_for() {
    let catalog = market();
    let mut badges = Badges::default();
    let (rows, bad) =
        crate::domain::badge::read("s1,宝藏工厂\n义乌百汇贸易商行,TOP100\n别家有限公司,TOP100\n");
    assert!(bad.is_empty());
    badges.add(&rows);
    assert_eq!(found_with(&catalog, "identity:宝藏工厂", &badges), ["s1"]);
    assert_eq!(found_with(&catalog, "identity:top100", &badges), ["s2"]);
    assert_eq!(found_with(&catalog, "-identity:top100", &badges), ["s1", "s3"]);
    let named: Vec<String> = rows.iter().map(|row| row.supplier.to_string()).collect();
    assert_eq!(catalog.unknown_suppliers(&badges, &named).unwrap(), [false, false, true]);
}

#[test]
fn new_is_who_was_met_after_the_last_look() {
    let catalog = market();
    let new = |since| {
        let request = crate::catalog::SupplierRequest { only_new: true, since, ..asked("", 100) };
        let found = catalog.suppliers(&request, &Arc::default(), &Badges::default()).unwrap();
        let ids: Vec<String> = found.suppliers.iter().map(|(supplier, _)| supplier.id.to_string()).collect();
        assert!(found.suppliers.iter().all(|(_, is_new)| *is_new));
        (ids.join(" "), found.newest, found.since)
    };
    let (first, newest, since) = new(None);
    assert_eq!((first.as_str(), since), ("s1 s2 s3", -1), "nobody has looked yet");
    catalog.suppliers_looked_at(newest).unwrap();
    assert_eq!(new(None).0, "");
    // Written again, they are who they were.
    catalog.upsert(&[], &[Supplier { years: Some(5), ..supplier("s3", "某店") }]).unwrap();
    assert_eq!(new(None).0, "");
    catalog.upsert(&[], &[supplier("s0", "新来的")]).unwrap();
    assert_eq!((new(None).0.as_str(), found(&catalog, "new:suppliers").join(" ").as_str()), ("s0", "s0"));
    assert_eq!(found(&catalog, "-new:suppliers").join(" "), "s1 s2 s3");
    // The look is over, the screen that asked before still shows what was new then.
    let (_, newest, since) = new(None);
    catalog.suppliers_looked_at(newest).unwrap();
    catalog.suppliers_looked_at(newest - 1).unwrap();
    assert_eq!((new(None).0.as_str(), new(Some(since)).0.as_str()), ("", "s0"));
    catalog.clear().unwrap();
    catalog.upsert(&[], &[supplier("s1", "永康杯业")]).unwrap();
    assert_eq!(new(None).0, "s1", "a catalog that forgot everything forgot the look, too");
}

#[test]
fn ratings_are_those_of_goods_on_sale_in_the_category() {
    let catalog = Catalog::open_in_memory().unwrap();
    let rated = |id: i64, rating: Option<&str>, category: i64| {
        let mut offer = full(id, "杯", "1.00");
        (offer.rating, offer.category_id) = (rating.map(|rating| rating.parse().unwrap()), Some(category));
        offer
    };
    let mut fee = rated(6, Some("1"), 7);
    fee.kind = crate::domain::offer::OfferKind::Fee;
    let offers = [
        rated(1, Some("4.8"), 7),
        rated(2, Some("4.80"), 7),
        rated(3, Some("3.25"), 7),
        rated(4, None, 7),
        rated(5, Some("5"), 8),
        fee,
    ];
    catalog.upsert(&offers, &[]).unwrap();
    let seen = |category| {
        let ratings = catalog.ratings(category).unwrap();
        (ratings.samples(), ratings.mean().map(|mean| mean.round_dp(4).normalize().to_string()))
    };
    assert_eq!((seen(7), seen(9)), ((3, Some("4.2833".into())), (0, None)));
    catalog.mark_gone(&[OfferKey::Market(3)], at(9)).unwrap();
    catalog.upsert(&[rated(2, Some("4.6"), 7)], &[]).unwrap();
    assert_eq!((seen(7), seen(8)), ((2, Some("4.7".into())), (1, Some("5".into()))));
}

#[test]
fn the_signs_of_a_factory_are_counted_over_its_offers() {
    let catalog = market();
    let of = |id: &str| {
        let supplier = catalog.supplier(&SupplierId::new(id)).unwrap().unwrap();
        catalog.supplier_figures(&[&supplier], Quantity::ONE, &crate::domain::mark::Marks::default()).unwrap()
            [0]
        .confidence
        .clone()
    };
    let (factory, trader, unknown) = (of("s1"), of("s2"), of("s3"));
    let custom = Reason::Custom(Share { yes: 2, known: 2 });
    assert!(factory.reasons.iter().any(|(reason, points)| *reason == custom && *points > 0));
    assert!(factory.percent > 80 && trader.percent < 30, "{factory:?} {trader:?}");
    assert_eq!((unknown.percent, unknown.reasons.len()), (50, 0));
}
