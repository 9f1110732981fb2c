//! Orders by price and by landed cost against the rule, written down once more without any index.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{full, ids, request};
use crate::catalog::Catalog;
use crate::domain::freight::{ChargeBy, Destination, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::{Offer, PriceTier};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::{Cancel, SearchRequest, Sort};

/// What an offer is made of; prices and fees in fen.
#[derive(Debug, Clone)]
struct Drawn {
    unit: usize,
    supplier: u8,
    price: Option<(i64, i64)>,
    moq: Option<u32>,
    stock: Option<u32>,
    freight: Pays,
    sold: u32,
    own_quantity: Option<u32>,
}

#[derive(Debug, Clone)]
enum Pays {
    Nobody,
    Seller,
    OnArrival,
    /// So much for a parcel of any size, nothing from a goods amount on.
    Parcel(i64, Option<i64>),
}

const UNITS: [&str; 5] = ["", "件", "个", "箱", "米"];

fn drawn() -> impl Strategy<Value = Drawn> {
    let freight = prop_oneof![
        1 => Just(Pays::Nobody),
        2 => Just(Pays::Seller),
        1 => Just(Pays::OnArrival),
        3 => (0..40_i64, prop::option::of(1..200_i64)).prop_map(|(fee, free)| Pays::Parcel(fee, free)),
    ];
    let unit = prop_oneof![1 => Just(0), 6 => Just(1), 4 => Just(2), 2 => 3..UNITS.len()];
    let price = prop_oneof![1 => Just(None), 12 => (1..16_i64, 1..16_i64).prop_map(Some)];
    let own = prop_oneof![3 => Just(None), 1 => (1..25_u32).prop_map(Some)];
    (unit, 0..9_u8, price, prop::option::of(1..30_u32), prop::option::of(0..30_u32), freight, 0..4_u32, own)
        .prop_map(|(unit, supplier, price, moq, stock, freight, sold, own_quantity)| Drawn {
            unit,
            supplier,
            price,
            moq,
            stock,
            freight,
            sold,
            own_quantity,
        })
}

fn made(id: i64, drawn: &Drawn) -> Offer {
    let mut offer = full(id, "杯", "1.00");
    offer.unit = (drawn.unit > 0).then(|| Unit::new(UNITS[drawn.unit]));
    offer.supplier_id = (drawn.supplier > 0).then(|| SupplierId::new(&format!("s{}", drawn.supplier)));
    let tier = |from, fen| PriceTier {
        from_quantity: Quantity::whole(from),
        price: Money::from_fen(fen),
        promotion: None,
    };
    offer.tiers =
        drawn.price.map_or(Vec::new(), |(one, ten)| vec![tier(1, one.max(ten)), tier(10, one.min(ten))]);
    offer.moq = drawn.moq.map(Quantity::whole);
    offer.stock = drawn.stock.map(Quantity::whole);
    offer.sold_30d = Some(u64::from(drawn.sold));
    offer.freight = match &drawn.freight {
        Pays::Nobody => FreightTerms::Unknown,
        Pays::Seller => FreightTerms::SellerPays,
        Pays::OnArrival => FreightTerms::Collect,
        Pays::Parcel(fee, free_from) => FreightTerms::Template(FreightTemplate {
            charge_by: ChargeBy::Pieces,
            first_unit: 1_000.into(),
            next_unit: 0.into(),
            fees: Fees::Zones(vec![Fee { first: Money::from_fen(*fee), next: Money::ZERO }]),
            free_from: free_from.map(Money::from_fen),
        }),
    };
    offer
}

/// What the rule needs of an offer as the catalog has it: what was written later may leave things as they were.
struct Told {
    unit: String,
    supplier: Option<SupplierId>,
    prices: Option<(i64, i64)>,
    least: u32,
    stock: u32,
    freight: FreightTerms,
}

fn told(offer: Offer) -> Told {
    let price = |tier: &PriceTier| tier.price.to_fen_rounded();
    let whole = |quantity: Quantity| quantity.to_string().parse().unwrap();
    Told {
        unit: offer.unit.map_or(String::new(), |unit| unit.as_str().to_owned()),
        supplier: offer.supplier_id,
        prices: offer.tiers.first().map(price).zip(offer.tiers.last().map(price)),
        least: offer.moq.map_or(1, whole),
        stock: offer.stock.map_or(u32::MAX, whole),
        freight: offer.freight,
    }
}

/// Class and amount.
fn key(offer: &Told, quantity: u32, sort: Sort, has_zone: bool) -> (u8, i64) {
    let Some((one, ten)) = offer.prices else { return (2, i64::MAX) };
    // Below the minimum a listing shows what it costs there, if there is as much.
    let priced_at = if offer.stock < offer.least { quantity } else { quantity.max(offer.least) };
    let price = if priced_at >= 10 { ten } else { one };
    let amount = if sort == Sort::Price { price } else { price * i64::from(quantity) };
    if quantity < offer.least || quantity > offer.stock {
        return (2, amount);
    }
    match (&offer.freight, sort) {
        (_, Sort::Price) | (FreightTerms::SellerPays, _) => (0, amount),
        (FreightTerms::Template(template), _) => match (template.free_from, &template.fees) {
            (Some(free_from), _) if Money::from_fen(amount) >= free_from => (0, amount),
            (_, Fees::Zones(fees)) if has_zone => (0, amount + fees[0].first.to_fen_rounded()),
            _ => (1, amount),
        },
        _ => (1, amount),
    }
}

/// All ids in the order that is asked for; `places` = all by rank.
fn wanted(
    all: &HashMap<i64, Told>,
    places: &[i64],
    quantity_of: &dyn Fn(i64) -> u32,
    sort: Sort,
    has_zone: bool,
    one_per_supplier: bool,
) -> Vec<i64> {
    let of_unit = |unit: &str| all.values().filter(|offer| offer.unit == unit).count();
    let mut keyed: Vec<_> = places
        .iter()
        .enumerate()
        .map(|(place, id)| {
            let offer = &all[id];
            let unit = (offer.unit.is_empty(), Reverse(of_unit(&offer.unit)), offer.unit.as_str());
            let (class, amount) = key(offer, quantity_of(*id), sort, has_zone);
            ((class, unit, amount, place), *id)
        })
        .collect();
    keyed.sort();
    let mut seen = HashSet::new();
    keyed.retain(|(_, id)| !one_per_supplier || all[id].supplier.as_ref().is_none_or(|of| seen.insert(of)));
    keyed.into_iter().map(|(_, id)| id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_cheapest_come_first_whatever_is_gathered_on_the_way(
        first in prop::collection::vec(drawn(), 1..120),
        second in prop::collection::vec((1..140_i64, drawn()), 0..40),
        later in prop::collection::vec((1..140_i64, drawn()), 0..6),
        has_tables in any::<bool>(),
        units in 0..UNITS.len(),
        asked in prop::collection::vec((prop::sample::select(vec!["", "杯"]), 1..25_u32, any::<bool>(), any::<bool>(), any::<bool>(), 1..30_usize), 12),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(&folder.path().join("catalog.db")).unwrap();
        let mut own = HashMap::new();
        let mut write = |offers: Vec<(i64, Drawn)>| {
            let sold_in = |drawn: &Drawn| Drawn { unit: drawn.unit.min(units), ..drawn.clone() };
            let all: Vec<Offer> = offers.iter().map(|(id, drawn)| made(*id, &sold_in(drawn))).collect();
            catalog.upsert(&all, &[]).unwrap();
            own.extend(offers.into_iter().filter_map(|(id, drawn)| Some((id, drawn.own_quantity?))));
        };
        let index = || while catalog.index_some(Duration::from_secs(60), &mut |_| {}).unwrap() {};
        write((1..).zip(first).collect());
        index();
        write(second);
        index();
        // In no index.
        write(later);
        if !has_tables {
            for file in std::fs::read_dir(folder.path().join("index")).into_iter().flatten().flatten() {
                if file.file_name().to_string_lossy().contains(".freights.") {
                    std::fs::remove_file(file.path()).unwrap();
                }
            }
        }
        let rank = SearchRequest { limit: 200, ..request("") };
        let places = ids(&catalog.search(&rank, &Destination::default()).unwrap());
        let keys: Vec<OfferKey> = places.iter().copied().map(OfferKey::Market).collect();
        let offers = catalog.offers(&keys).unwrap().into_iter().map(|offer| told(offer.unwrap()));
        let all: HashMap<i64, Told> = places.iter().copied().zip(offers).collect();
        let overrides: HashMap<OfferKey, Quantity> =
            own.iter().map(|(id, quantity)| (OfferKey::Market(*id), Quantity::whole(*quantity))).collect();
        let overrides = Arc::new(overrides);
        for (text, quantity, has_zone, has_own, one_per_supplier, limit) in asked {
            for sort in [Sort::Price, Sort::Landed] {
                let quantity_of =
                    |id| if has_own { own.get(&id).copied().unwrap_or(quantity) } else { quantity };
                let told = wanted(&all, &places, &quantity_of, sort, has_zone, one_per_supplier);
                let here = Destination { district: None, zone: has_zone.then_some(0) };
                for offset in [0, limit, 3 * limit] {
                    let asked = SearchRequest {
                        quantity: Quantity::whole(quantity),
                        overrides: if has_own { Arc::clone(&overrides) } else { Arc::default() },
                        sort,
                        one_per_supplier,
                        limit,
                        offset,
                        ..request(text)
                    };
                    let page = catalog.search(&asked, &here).unwrap();
                    let on_page: Vec<i64> = told.iter().copied().skip(offset).take(limit).collect();
                    prop_assert_eq!(ids(&page), on_page.clone(), "{:?}", &asked);
                    prop_assert_eq!(page.total, told.len(), "{:?}", &asked);
                    let rows = catalog.search_rows(&asked, &here, &Arc::default(), &Cancel::default());
                    prop_assert_eq!(ids(&rows.unwrap().unwrap()), on_page, "{:?}", &asked);
                }
            }
        }
    }
}

#[test]
fn a_few_of_what_is_dear_land_before_many_of_what_is_cheap() {
    let catalog = Catalog::open_in_memory().unwrap();
    let offer = |id: i64, price: &str| Offer { freight: FreightTerms::SellerPays, ..full(id, "杯", price) };
    let mut offers: Vec<Offer> = (1..40).map(|id| offer(id, "0.10")).collect();
    offers.push(offer(40, "0.15"));
    catalog.upsert(&offers, &[]).unwrap();
    while catalog.index_some(Duration::from_secs(60), &mut |_| {}).unwrap() {}
    let overrides = Arc::new(HashMap::from([(OfferKey::Market(40), Quantity::ONE)]));
    let asked = SearchRequest {
        quantity: Quantity::whole(20),
        overrides,
        sort: Sort::Landed,
        limit: 1,
        ..request("杯")
    };
    assert_eq!(ids(&catalog.search(&asked, &Destination::default()).unwrap()), [40]);
}
