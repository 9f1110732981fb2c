//! What the catalog knows of suppliers: merged from their own records and their offers, found, counted and judged.

use super::*;
use crate::domain::offer::{Attribute, Services};
use crate::domain::supplier::{Reputation, Scores};

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
