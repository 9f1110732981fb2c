//! What could stand in a line's place, by looking at everything that is offered and taking the best again and again
//! (DESIGN 6.2, 6.4, 6.9; sections "Substitutes" of the documents for the order).

use super::freight::{self, Freight, Parcel};
use super::plain::*;
use super::{price, quantity, row};

/// Something found for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub offer: Offer,
    /// Colours of its SKUs, each a number; empty without SKUs.
    pub colours: Vec<u8>,
    /// Sold in another unit.
    pub other_unit: bool,
    pub gone: bool,
    pub fee: bool,
    /// 0 = brand, 1 = same goods, 2 = same purpose.
    pub level: u8,
    pub alike: u32,
    pub factory: bool,
}

/// A line and what was found for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub present: Offer,
    pub sku: Option<usize>,
    /// Colour of its SKU.
    pub colour: u8,
    pub wanted: Pieces,
    pub found: Vec<Found>,
}

/// The ways in which the list can be got wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// What is not known costs nothing.
    FreightZero,
    /// Any quantity can be bought.
    AnyQuantity,
    /// Units are all alike.
    AnyUnit,
    /// Factories have no place of their own.
    NoFactories,
    /// Bait is bought.
    Bait,
    /// A SKU of whatever colour.
    NoColours,
    /// Prices of any height.
    NoBand,
    /// The seller of today sells its substitute.
    OwnSeller,
    /// The saving is of goods alone.
    GoodsOnly,
    /// One fen too much is saved.
    OneFenMore,
}

fn goods(offer: &Offer, sku: Option<usize>, wanted: Pieces) -> Option<(Mill, Fen)> {
    let unit = price::unit_price(offer, sku, wanted, wanted)?;
    Some((unit, price::line_amount(unit, wanted)))
}

fn landed(offer: &Offer, goods: Fen, wanted: Pieces, flaw: Flaw) -> Option<Fen> {
    let parcel = Parcel {
        terms: offer.terms.clone(),
        pieces: wanted,
        goods,
        grams_each: offer.grams_each,
        volume_each: offer.volume_each,
    };
    match freight::estimate(&parcel) {
        Freight::Exact(fee) | Freight::AtMost(fee) => Some(goods + fee),
        Freight::Unknown if flaw == Flaw::FreightZero => Some(goods),
        Freight::Unknown => None,
    }
}

/// The SKU to be bought: that of the wanted colour, one that can be had, the cheapest, the first by its id.
fn sku_of(found: &Found, case: &Case, flaw: Flaw) -> Option<Option<usize>> {
    let offer = &found.offer;
    if offer.skus.is_empty() {
        return Some(None);
    }
    let bait = row::bait(offer, quantity::least(offer, None));
    let honest: Vec<usize> = (0..offer.skus.len())
        .filter(|at| flaw == Flaw::Bait || !bait.contains(&offer.skus[*at].spec))
        .collect();
    let enough: Vec<usize> = honest
        .iter()
        .copied()
        .filter(|at| offer.skus[*at].stock.is_none_or(|stock| stock >= case.wanted))
        .collect();
    let pool = if enough.is_empty() { honest } else { enough };
    let mut best: Option<usize> = None;
    for at in pool {
        let rank = |at: usize| {
            let is_right = case.sku.is_some() && found.colours[at] == case.colour;
            let is_right = flaw == Flaw::NoColours || is_right;
            let can = quantity::is_orderable(offer, Some(at), case.wanted);
            (!is_right, !can, goods(offer, Some(at), case.wanted).unwrap().0, offer.skus[at].spec)
        };
        if best.is_none_or(|best| rank(at) < rank(best)) {
            best = Some(at);
        }
    }
    best.map(Some)
}

struct Row {
    id: i64,
    text: String,
    /// What comes first, one after the other.
    order: (bool, u8, bool, Option<Fen>, u8, i64, i64),
}

/// The list: each row as `id spec standing saving`.
pub fn list(case: &Case, flaw: Flaw) -> Vec<String> {
    let now = goods(&case.present, case.sku, case.wanted);
    let now_landed = now.and_then(|(_, goods)| landed(&case.present, goods, case.wanted, flaw));
    let mut rows: Vec<Row> = Vec::new();
    for found in &case.found {
        // Of one offer at several levels the nearest counts, then the one most alike.
        let nearer = |other: &&Found| {
            other.offer.id == found.offer.id
                && (other.level < found.level || (other.level == found.level && other.alike > found.alike))
        };
        if case.found.iter().any(|other| nearer(&other)) || rows.iter().any(|row| row.id == found.offer.id) {
            continue;
        }
        let is_own = found.offer.supplier == case.present.supplier && found.level == 1;
        if found.gone || found.fee || found.offer.id == case.present.id || (is_own && flaw != Flaw::OwnSeller)
        {
            continue;
        }
        let Some(sku) = sku_of(found, case, flaw) else { continue };
        let Some((unit, sum)) = goods(&found.offer, sku, case.wanted) else { continue };
        let is_other = found.other_unit && flaw != Flaw::AnyUnit;
        if let (false, Some((now, _)), true) = (is_other, now, flaw != Flaw::NoBand) {
            let (low, high) = [(10, 120), (35, 160), (0, 160)][usize::from(found.level)];
            if unit * 100 < now * low || unit * 100 > now * high {
                continue;
            }
        }
        let lands = landed(&found.offer, sum, case.wanted, flaw);
        let can = flaw == Flaw::AnyQuantity || quantity::is_orderable(&found.offer, sku, case.wanted);
        let standing = match (is_other, can, lands) {
            (true, _, _) => 3,
            (_, false, _) => 2,
            (_, _, None) => 1,
            _ => 0,
        };
        let counts = [lands, Some(sum), None, None][standing];
        let saving = match (flaw, standing) {
            (_, 2 | 3) => None,
            (Flaw::GoodsOnly, _) => now.map(|(_, now)| now - sum),
            (Flaw::OneFenMore, _) => now_landed.zip(lands).map(|(now, then)| now - then + 1),
            _ => now_landed.zip(lands).map(|(now, then)| now - then),
        };
        let spec = sku.map_or(0, |sku| found.offer.skus[sku].spec);
        rows.push(Row {
            id: found.offer.id,
            text: format!("{} {spec} {standing} {saving:?}", found.offer.id),
            order: (
                found.level == 2,
                standing as u8,
                !found.factory && flaw != Flaw::NoFactories,
                counts,
                found.level,
                -i64::from(found.alike),
                found.offer.id,
            ),
        });
    }
    let mut told = Vec::new();
    while !rows.is_empty() {
        let best = (0..rows.len()).min_by_key(|at| rows[*at].order).unwrap();
        told.push(rows.remove(best).text);
    }
    told
}
