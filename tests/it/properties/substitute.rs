//! Substitutes: the order of the list and what each saves, over random small catalogs.

use std::sync::Arc;

use pifa::domain::offer::{Offer, OfferKind};
use pifa::domain::quantity::Unit;
use pifa::domain::substitute::{Candidate, Level, Present, ranked};
use pifa::domain::text::Clean;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::cases;
use super::harness::{holds, notices_as};
use super::product;
use crate::oracle::plain::{self, Pieces};
use crate::oracle::substitute::{Case, Flaw, Found, list};

const CASES: u32 = 2_000;
const COLOURS: [&str; 3] = ["白", "黑", "蓝"];

fn found() -> impl Strategy<Value = Found> {
    let facts = (
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        0..3_u8,
        select(vec![20_u32, 40, 40, 60]),
        any::<bool>(),
    );
    (cases::offer(), vec(0..3_u8, 5), facts, 1..4_u32, 1..12_i64).prop_map(
        |(offer, mut colours, (other_unit, gone, fee, level, alike, factory), supplier, id)| {
            colours.truncate(offer.skus.len());
            let offer = plain::Offer { id, supplier, ..offer };
            Found { offer, colours, other_unit, gone, fee, level, alike, factory }
        },
    )
}

fn case() -> impl Strategy<Value = Case> {
    let like = (any::<bool>(), select(vec![-100_i128, -10, -1, 0, 1, 10, 200]));
    let wanted = prop_oneof![select(vec![1, 10, 20, 30]), 1..60_i128];
    (cases::offer_and_sku(), wanted, 0..3_u8, vec((found(), like), 1..9)).prop_map(
        |((present, sku), wanted, colour, found)| {
            // Often of like price, so that the order is close and the band is met.
            let now = crate::oracle::price::unit_price(&present, sku, wanted, wanted);
            let found = found.into_iter().map(|(mut found, (is_like, off))| {
                if let (true, Some(now)) = (is_like, now) {
                    for tier in &mut found.offer.tiers {
                        (tier.price, tier.promotion) = ((now + off).max(1), None);
                    }
                }
                found
            });
            // An offer is one offer: whatever is found of it twice is the same.
            let mut all: Vec<Found> = Vec::new();
            for found in found {
                match all.iter().find(|known| known.offer.id == found.offer.id).cloned() {
                    Some(known) => {
                        let (level, alike) = (found.level, found.alike);
                        if !all.iter().any(|other| {
                            other.offer.id == known.offer.id && (other.level, other.alike) == (level, alike)
                        }) {
                            all.push(Found { level, alike, ..known });
                        }
                    }
                    None => all.push(found),
                }
            }
            Case { present, sku, colour, wanted, found: all }
        },
    )
}

fn named(plain: &plain::Offer, colours: &[u8]) -> Offer {
    let mut offer = product::offer(plain, None);
    for (sku, colour) in offer.skus.iter_mut().zip(colours) {
        sku.name = Clean::new(&format!("颜色:{}色", COLOURS[usize::from(*colour)]));
    }
    offer
}

fn ranking(case: &Case) -> Vec<String> {
    let present = Arc::new(named(&case.present, &vec![case.colour; case.present.skus.len()]));
    let spec = case.sku.map(|sku| product::spec_id(case.present.skus[sku].spec));
    let destination = product::destination();
    let now = Present::of(&present, spec.as_ref(), product::pieces(case.wanted), &destination);
    let candidates: Vec<Candidate> = case
        .found
        .iter()
        .map(|found| {
            let mut offer = named(&found.offer, &found.colours);
            offer.gone = found.gone;
            offer.kind = if found.fee { OfferKind::Fee } else { OfferKind::Goods };
            if found.other_unit {
                offer.unit = Some(Unit::new("箱"));
            }
            Candidate {
                offer: Arc::new(offer),
                level: Level::ALL[usize::from(found.level)],
                rule: None,
                alike: found.alike,
                shared: Vec::new(),
                attributes: (0, 0),
                factory: Some(if found.factory { 80 } else { 40 }),
            }
        })
        .collect();
    let mut shuffled = candidates.clone();
    shuffled.reverse();
    let rows = ranked(&now, candidates, &destination);
    assert_eq!(rows, ranked(&now, shuffled, &destination), "whatever order they were found in");
    rows.iter()
        .map(|row| {
            let id = row.of.offer.key.market_id().unwrap();
            let spec = row
                .sku()
                .map_or(0, |sku| sku.spec_id.as_str().trim_start_matches('s').parse::<u32>().unwrap());
            let saving: Option<Pieces> = row.saving.map(|saving| {
                assert_eq!(saving, saving.rounded());
                saving.to_fen_rounded().into()
            });
            format!("{id} {spec} {} {saving:?}", row.standing as u8)
        })
        .collect()
}

#[test]
fn the_order_and_every_saving_are_those_of_somebody_who_looks_at_everything() {
    holds(CASES / 3, &case(), ranking, |case| list(case, Flaw::None));
}

#[test]
fn every_wrong_list_is_noticed() {
    for flaw in [
        Flaw::FreightZero,
        Flaw::AnyQuantity,
        Flaw::AnyUnit,
        Flaw::NoFactories,
        Flaw::Bait,
        Flaw::NoColours,
        Flaw::NoBand,
        Flaw::OwnSeller,
        Flaw::GoodsOnly,
        Flaw::OneFenMore,
    ] {
        notices_as(&format!("{flaw:?}"), CASES, &case(), ranking, |case| list(case, flaw));
    }
}
