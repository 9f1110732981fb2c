//! The catalog against its own rules: merging here, searching and files that go wrong beside.

mod cuts;
mod engine;
mod files;
mod fill;
mod marks;
mod migrate;
mod names;
mod orders;
mod search;
mod sound;
mod suppliers;
mod upkeep;

use jiff::Timestamp;

use crate::catalog::Catalog;
use crate::domain::freight::{Destination, FreightTerms};
use crate::domain::group_buy::{Counts, GroupBuy, GroupState};
use crate::domain::id::{GroupId, OfferKey, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::{Completeness, Offer, PriceTier};
use crate::domain::order::Address;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::{SearchPage, SearchRequest, Sort};
use crate::domain::supplier::{Mix, Supplier};
use crate::domain::text::Clean;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn row(id: i64, title: &str) -> Offer {
    let mut offer = Offer::blank(OfferKey::Market(id), Clean::new(title), at(0));
    offer.price_range = Some((money("10.00"), money("10.00")));
    offer
}

pub(super) fn full(id: i64, title: &str, price: &str) -> Offer {
    let mut offer = Offer::blank(OfferKey::Market(id), Clean::new(title), at(0));
    offer.completeness = Completeness::Full;
    offer.unit = Some(Unit::new("个"));
    offer.supplier_id = Some(SupplierId::new("s1"));
    offer.tiers = vec![PriceTier { from_quantity: Quantity::ONE, price: money(price), promotion: None }];
    offer
}

fn supplier(id: &str, name: &str) -> Supplier {
    Supplier {
        id: SupplierId::new(id),
        name: Clean::new(name),
        name_en: None,
        belt: Some(Clean::new("永康")),
        identities: vec![],
        years: Some(3),
        mix: Mix::None,
        repeat_rate: None,
        province: None,
        city: None,
        scores: crate::domain::supplier::Scores::default(),
        medal_level: None,
        pickup_48h: None,
        quality_refund: None,
        offers: 0,
    }
}

fn asked(text: &str, limit: usize) -> crate::catalog::SupplierRequest {
    crate::catalog::SupplierRequest {
        text: text.to_owned(),
        quantity: Quantity::ONE,
        limit,
        only_new: false,
        since: None,
    }
}

fn request(text: &str) -> SearchRequest {
    SearchRequest {
        text: text.to_owned(),
        quantity: Quantity::ONE,
        sort: Sort::Rank,
        limit: 100,
        offset: 0,
        include_fees: false,
        ..SearchRequest::default()
    }
}

/// Ids of the hits; what was found instead of what was typed is none.
fn ids(page: &SearchPage) -> Vec<i64> {
    if page.instead.is_some() {
        return Vec::new();
    }
    page.rows.iter().map(|row| row.offer.key.market_id().unwrap()).collect()
}

fn find(catalog: &Catalog, text: &str) -> Vec<i64> {
    ids(&catalog.search(&request(text), &Destination::default()).unwrap())
}

fn filled(offers: &[Offer]) -> Catalog {
    let catalog = Catalog::open_in_memory().unwrap();
    catalog.upsert(offers, &[supplier("s1", "永康市好物厂")]).unwrap();
    catalog
}

#[test]
fn an_offer_comes_back_as_it_went_in() {
    let mut offer = full(7, "不锈钢保温杯", "12.50");
    offer.supplier_name = Some(Clean::new("厂"));
    offer.belt = Some(Clean::new("带"));
    offer.mix = Mix::None;
    offer.years = Some(1);
    let catalog = filled(std::slice::from_ref(&offer));
    assert_eq!(catalog.offer(&offer.key).unwrap(), Some(offer.clone()));
    let both = catalog.offers(&[OfferKey::Market(8), offer.key.clone()]).unwrap();
    assert_eq!(both, [None, Some(offer)]);
}

#[test]
fn what_an_upsert_did_is_counted() {
    let catalog = filled(&[full(1, "杯", "1.00"), full(2, "盘", "1.00")]);
    let mut later = full(1, "杯", "1.00");
    later.fetched_at = at(60);
    let mut gone = Offer::blank(OfferKey::Market(2), Clean::new(""), at(60));
    gone.gone = true;
    let mut never_known = gone.clone();
    never_known.key = OfferKey::Market(9);
    let done = catalog.upsert(&[later, full(3, "碗", "1.00"), gone, never_known], &[]).unwrap();
    assert_eq!((done.new, done.changed, done.gone), (1, 0, 1));
    assert_eq!(catalog.offer(&OfferKey::Market(1)).unwrap().unwrap().fetched_at, at(60));
    let two = catalog.offer(&OfferKey::Market(2)).unwrap().unwrap();
    assert_eq!((two.gone, two.title.as_str()), (true, "盘"));
    assert_eq!(catalog.offer(&OfferKey::Market(9)).unwrap(), None);
    assert_eq!(find(&catalog, ""), [1, 3]);
    let done = catalog.upsert(&[full(1, "杯", "2.00")], &[]).unwrap();
    assert_eq!((done.new, done.changed, done.gone), (0, 1, 0));
    let stats = catalog.stats().unwrap();
    assert_eq!((stats.offers, stats.gone, stats.suppliers), (2, 1, 1));
}

#[test]
fn a_row_never_wipes_out_a_detail() {
    let catalog = filled(&[full(1, "保温杯", "9.00")]);
    let mut later = row(1, "保温杯 促销");
    later.sold_30d = Some(77);
    later.fetched_at = at(500);
    catalog.upsert(&[later.clone()], &[]).unwrap();
    let kept = catalog.offer(&OfferKey::Market(1)).unwrap().unwrap();
    assert_eq!((kept.completeness, kept.tiers.len(), kept.title.as_str()), (Completeness::Full, 1, "保温杯"));
    assert_eq!((kept.sold_30d, kept.fetched_at), (Some(77), at(0)));
    assert!(catalog.incomplete(10).unwrap().is_empty());
    later.price_range = Some((money("8.00"), money("8.00")));
    catalog.upsert(&[later], &[]).unwrap();
    assert_eq!(catalog.incomplete(10).unwrap(), [1], "a later row tells another price than the one before");
    catalog.upsert(&[full(1, "保温杯", "8.00")], &[]).unwrap();
    assert!(catalog.incomplete(10).unwrap().is_empty());
}

#[test]
fn a_detail_replaces_a_row_and_keeps_what_only_the_row_told() {
    let mut listed = row(1, "保温杯");
    listed.sold_30d = Some(5);
    let catalog = filled(&[listed]);
    assert_eq!(catalog.incomplete(10).unwrap(), [1]);
    catalog.upsert(&[full(1, "保温杯 316", "9.00")], &[]).unwrap();
    let kept = catalog.offer(&OfferKey::Market(1)).unwrap().unwrap();
    assert_eq!((kept.sold_30d, kept.title.as_str(), kept.price_range), (Some(5), "保温杯 316", None));
    let mut with_freight = full(1, "保温杯 316", "9.00");
    with_freight.freight = FreightTerms::SellerPays;
    catalog.upsert(&[with_freight, full(1, "保温杯 316", "9.10")], &[]).unwrap();
    let kept = catalog.offer(&OfferKey::Market(1)).unwrap().unwrap();
    assert_eq!((kept.freight, kept.tiers[0].price), (FreightTerms::SellerPays, money("9.10")));
}

#[test]
fn a_shop_row_without_a_minimum_keeps_the_known_one() {
    let mut listed = row(1, "杯");
    listed.moq = Some(Quantity::whole(5));
    let catalog = filled(&[listed, row(1, "杯")]);
    assert_eq!(catalog.offer(&OfferKey::Market(1)).unwrap().unwrap().moq, Some(Quantity::whole(5)));
}

#[test]
fn a_pass_marks_what_it_has_not_seen_and_spares_imports() {
    let mut local = row(0, "本地");
    local.key = "L:uci:1".parse().unwrap();
    let catalog = filled(&[full(1, "杯", "1.00"), full(2, "盘", "1.00"), local]);
    let mut seen = full(2, "盘", "1.00");
    seen.fetched_at = at(100);
    catalog.upsert(&[seen], &[]).unwrap();
    assert_eq!(catalog.mark_unseen_gone(at(50)).unwrap(), 1);
    assert_eq!(catalog.mark_unseen_gone(at(50)).unwrap(), 0);
    assert!(catalog.offer(&OfferKey::Market(1)).unwrap().unwrap().gone);
    assert_eq!(find(&catalog, "盘"), [2]);
    assert_eq!(catalog.stats().unwrap().offers, 2);
    assert_eq!(catalog.mark_gone(&[OfferKey::Market(2), OfferKey::Market(99)], at(200)).unwrap(), 1);
    assert!(find(&catalog, "盘").is_empty());
    catalog.upsert(&[full(2, "盘", "1.00")], &[]).unwrap();
    assert_eq!(find(&catalog, "盘"), [2], "back on sale");
}

#[test]
fn notes_addresses_and_groups_are_kept() {
    let catalog = Catalog::open_in_memory().unwrap();
    assert_eq!(catalog.meta("cursor").unwrap(), None);
    catalog.set_meta("cursor", "a").unwrap();
    catalog.set_meta("cursor", "b").unwrap();
    assert_eq!(catalog.meta("cursor").unwrap().as_deref(), Some("b"));
    catalog.remove_meta("cursor").unwrap();
    assert_eq!(catalog.meta("cursor").unwrap(), None);
    let address = Address {
        id: "1".into(),
        full_name: "王".into(),
        phone: "1".into(),
        region: "浙江".into(),
        street: "路".into(),
        district_code: "330106".into(),
        is_default: true,
    };
    assert!(catalog.addresses().unwrap().is_empty());
    catalog.set_addresses(std::slice::from_ref(&address)).unwrap();
    assert_eq!(catalog.addresses().unwrap(), [address]);
    let group = GroupBuy {
        id: GroupId::new("g"),
        offer: OfferKey::Market(1),
        title: "杯".into(),
        title_en: None,
        unit: None,
        steps: vec![],
        alone_price: None,
        participants: 1,
        counts: Counts::People,
        deadline: at(9),
        state: GroupState::Open,
        my_quantity: Quantity::ZERO,
    };
    assert_eq!(catalog.groups().unwrap(), (vec![], None));
    catalog.set_groups(std::slice::from_ref(&group), at(1)).unwrap();
    assert_eq!(catalog.groups().unwrap(), (vec![group], Some(at(1))));
    catalog.clear().unwrap();
    assert!(catalog.addresses().unwrap().is_empty());
}
