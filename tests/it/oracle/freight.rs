//! Freight by template and over several offers, and the landed cost (DESIGN 6.9; GATEWAY 2.5, 3.6).

use super::plain::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    Weight,
    Pieces,
    Volume,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub basis: Basis,
    /// Grams, pieces or cubic centimetres.
    pub first_unit: i128,
    pub first_fee: Fen,
    pub next_unit: i128,
    pub next_fee: Fen,
    /// Goods amount from which nothing is charged.
    pub free_from: Option<Fen>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    Template(Template),
    SellerPays,
    /// Paid to the carrier at the door, not in the order.
    Collect,
    ByAgreement,
}

/// What one offer is said to cost to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freight {
    Exact(Fen),
    AtMost(Fen),
    Unknown,
}

/// One offer's shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub terms: Terms,
    pub pieces: Pieces,
    pub goods: Fen,
    pub grams_each: Option<i128>,
    pub volume_each: Option<i128>,
}

/// Sends the first unit, then one next unit after the other until everything is sent.
pub fn estimate(parcel: &Parcel) -> Freight {
    match &parcel.terms {
        Terms::SellerPays => Freight::Exact(0),
        // Paid at the door is paid too, and nobody says how much.
        Terms::Collect | Terms::ByAgreement => Freight::Unknown,
        Terms::Template(template) => {
            if template.free_from.is_some_and(|from| parcel.goods >= from) {
                return Freight::Exact(0);
            }
            let each = match template.basis {
                Basis::Weight => parcel.grams_each,
                Basis::Volume => parcel.volume_each,
                Basis::Pieces => Some(1),
            };
            let Some(each) = each else {
                return Freight::Unknown;
            };
            let mut left = each * parcel.pieces - template.first_unit;
            let mut fee = template.first_fee;
            while left > 0 {
                fee += template.next_fee;
                left -= template.next_unit;
            }
            Freight::Exact(fee)
        }
    }
}

/// Charges whole next units only.
pub fn broken_estimate_floor(parcel: &Parcel) -> Freight {
    let Terms::Template(template) = &parcel.terms else {
        return estimate(parcel);
    };
    let fewer = Template { next_fee: 0, ..template.clone() };
    let first = estimate(&Parcel { terms: Terms::Template(fewer), ..parcel.clone() });
    let each = match template.basis {
        Basis::Weight => parcel.grams_each,
        Basis::Volume => parcel.volume_each,
        Basis::Pieces => Some(1),
    };
    match (first, each) {
        (Freight::Exact(fee), Some(each)) if fee > 0 => {
            let over = (each * parcel.pieces - template.first_unit).max(0);
            Freight::Exact(fee + over / template.next_unit * template.next_fee)
        }
        _ => first,
    }
}

/// Takes what is not known for nothing.
pub fn broken_estimate_zero(parcel: &Parcel) -> Freight {
    match estimate(parcel) {
        Freight::Unknown => Freight::Exact(0),
        known => known,
    }
}

/// Free only above the threshold, not at it.
pub fn broken_estimate_free_above(parcel: &Parcel) -> Freight {
    let Terms::Template(template) = &parcel.terms else {
        return estimate(parcel);
    };
    let later = Template { free_from: template.free_from.map(|from| from + 1), ..template.clone() };
    estimate(&Parcel { terms: Terms::Template(later), ..parcel.clone() })
}

/// What a parcel costs that comes behind another, whose first unit it shares and finds used up.
fn behind(parcel: &Parcel) -> Freight {
    let Terms::Template(template) = &parcel.terms else {
        return estimate(parcel);
    };
    let used_up = Template { first_unit: 0, first_fee: 0, ..template.clone() };
    estimate(&Parcel { terms: Terms::Template(used_up), ..parcel.clone() })
}

/// Several parcels of one order, not knowing which travel together: the dearest each can be.
pub fn of_order(parcels: &[Parcel]) -> Freight {
    let alone: Vec<Freight> = parcels.iter().map(estimate).collect();
    let mut dearest = Vec::new();
    for (alone, parcel) in alone.iter().zip(parcels) {
        dearest.push(match (alone, behind(parcel)) {
            (Freight::Exact(alone), Freight::Exact(behind)) if behind > *alone => Freight::Exact(behind),
            _ => *alone,
        });
    }
    match combine(&dearest) {
        Freight::Exact(_) => combine(&alone),
        other => other,
    }
}

/// Parcels of one template that do travel together, put on one scale.
pub fn together(parcels: &[Parcel]) -> Freight {
    let Some(first) = parcels.first() else {
        return Freight::Exact(0);
    };
    let Terms::Template(template) = &first.terms else {
        return estimate(first);
    };
    if template.free_from.is_some_and(|from| first.goods >= from) {
        return Freight::Exact(0);
    }
    let mut all = 0;
    for parcel in parcels {
        let each = match template.basis {
            Basis::Weight => parcel.grams_each,
            Basis::Volume => parcel.volume_each,
            Basis::Pieces => Some(1),
        };
        let Some(each) = each else {
            return Freight::Unknown;
        };
        all += each * parcel.pieces;
    }
    let by_pieces = Template { basis: Basis::Pieces, ..template.clone() };
    estimate(&Parcel { terms: Terms::Template(by_pieces), pieces: all, ..first.clone() })
}

/// Several offers of one supplier: unknown if any is; more than one that costs something adds up
/// to an upper bound only.
pub fn combine(parts: &[Freight]) -> Freight {
    if parts.contains(&Freight::Unknown) {
        return Freight::Unknown;
    }
    let mut sum = 0;
    let mut costing = 0;
    let mut bound = false;
    for part in parts {
        match part {
            Freight::Exact(fen) => {
                sum += fen;
                costing += usize::from(*fen != 0);
            }
            Freight::AtMost(fen) => {
                sum += fen;
                costing += usize::from(*fen != 0);
                bound = true;
            }
            Freight::Unknown => {}
        }
    }
    if bound || costing > 1 { Freight::AtMost(sum) } else { Freight::Exact(sum) }
}

/// Skips what is not known.
pub fn broken_combine_zero(parts: &[Freight]) -> Freight {
    let known: Vec<Freight> = parts.iter().filter(|part| **part != Freight::Unknown).copied().collect();
    combine(&known)
}

/// Calls every sum exact.
pub fn broken_combine_exact(parts: &[Freight]) -> Freight {
    match combine(parts) {
        Freight::AtMost(sum) => Freight::Exact(sum),
        other => other,
    }
}

/// Goods and freight together, and how far the sum can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    Exact(Fen),
    AtMost(Fen),
    /// Freight is still to be added.
    AtLeast(Fen),
}

pub fn landed(goods: Fen, freight: Freight) -> Landed {
    match freight {
        Freight::Exact(fen) => Landed::Exact(goods + fen),
        Freight::AtMost(fen) => Landed::AtMost(goods + fen),
        Freight::Unknown => Landed::AtLeast(goods),
    }
}

/// Takes what is not known for nothing.
pub fn broken_landed(goods: Fen, freight: Freight) -> Landed {
    match freight {
        Freight::Unknown => Landed::Exact(goods),
        known => landed(goods, known),
    }
}
