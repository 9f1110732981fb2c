//! The market judges the client: this freight rule is written from GATEWAY.md 3.6 and shares nothing with the
//! client's own.
//!
//! A template charges first fee + ceil((n - first unit) / next unit) x next fee by weight, pieces or volume; lines
//! of one template in one order travel together. Freight that cannot be computed is by agreement, never free.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::world::types::{Charge, WorldFreight, WorldOffer, Zone};
use crate::domain::money::Money;

/// What an order is charged for carriage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carriage {
    /// What can be computed, in whole fen.
    pub amount: Money,
    /// Offers whose freight the seller sets after ordering.
    pub by_agreement: Vec<i64>,
}

/// A parcel: so much of an offer.
pub(super) struct Parcel<'a> {
    pub offer: &'a WorldOffer,
    pub quantity: Decimal,
    /// The flow's price includes the post.
    pub post_included: bool,
}

/// How much of what the template counts; `None` = not stated.
pub(super) fn measure(offer: &WorldOffer, charge: Charge, quantity: Decimal) -> Option<Decimal> {
    match charge {
        Charge::Weight => {
            let grams = offer.weight_g.filter(|grams| *grams > 0)?;
            Some(quantity.saturating_mul(Decimal::new(grams, 3)))
        }
        Charge::Pieces => Some(quantity),
        Charge::Volume => {
            let (length, width, height) = offer.size_cm?;
            let cubic_cm = length.checked_mul(width)?.checked_mul(height).filter(|volume| *volume > 0)?;
            Some(quantity.saturating_mul(Decimal::new(cubic_cm, 6)))
        }
    }
}

/// First unit once, then whole next units.
pub(super) fn template_fee(
    measured: Decimal,
    (first_unit, next_unit): (Decimal, Decimal),
    (first, next): (Money, Money),
) -> Money {
    if measured <= first_unit || next_unit <= Decimal::ZERO {
        return first;
    }
    let steps = measured.saturating_sub(first_unit).checked_div(next_unit).unwrap_or(Decimal::ZERO).ceil();
    first + next.times(steps)
}

/// The fee of a zone.
pub(super) fn zone_fee(fees: &[(Money, Money); 4], zone: Zone) -> (Money, Money) {
    fees.get(zone as usize).copied().unwrap_or((Money::ZERO, Money::ZERO))
}

/// Carriage of one order: `goods` is what its goods cost.
pub(super) fn of_order(parcels: &[Parcel<'_>], zone: Zone, goods: Money) -> Carriage {
    struct Load<'a> {
        freight: &'a WorldFreight,
        measured: Decimal,
    }
    let mut loads: BTreeMap<i64, Load<'_>> = BTreeMap::new();
    let mut by_agreement: Vec<i64> = Vec::new();
    for parcel in parcels.iter().filter(|parcel| !parcel.post_included) {
        let weighed = match &parcel.offer.freight {
            WorldFreight::SellerPays | WorldFreight::Collect => continue,
            // What ships free needs no weight.
            WorldFreight::Template { free_from: Some(from), .. } if goods >= *from => continue,
            WorldFreight::ByAgreement => None,
            WorldFreight::Template { template_id, charge, .. } => {
                measure(parcel.offer, *charge, parcel.quantity).map(|measured| (*template_id, measured))
            }
        };
        match weighed {
            Some((template, measured)) => {
                let load = loads
                    .entry(template)
                    .or_insert(Load { freight: &parcel.offer.freight, measured: Decimal::ZERO });
                load.measured = load.measured.saturating_add(measured);
            }
            None if !by_agreement.contains(&parcel.offer.offer_id) => {
                by_agreement.push(parcel.offer.offer_id);
            }
            None => {}
        }
    }
    let amount = loads
        .values()
        .map(|load| match load.freight {
            WorldFreight::Template { first_unit, next_unit, fees, .. } => {
                template_fee(load.measured, (*first_unit, *next_unit), zone_fee(fees, zone)).rounded()
            }
            _ => Money::ZERO,
        })
        .sum();
    Carriage { amount, by_agreement }
}

#[cfg(test)]
mod tests {
    use super::super::rules::fixtures::{money, offer};
    use super::*;

    fn template(id: i64, charge: Charge, free_from: Option<&str>) -> WorldFreight {
        WorldFreight::Template {
            template_id: id,
            charge,
            first_unit: Decimal::ONE,
            next_unit: Decimal::ONE,
            fees: [
                (money("5"), money("1.5")),
                (money("7"), money("3")),
                (money("9"), money("5")),
                (money("15"), money("12")),
            ],
            free_from: free_from.map(money),
        }
    }

    fn parcel(offer: &WorldOffer, quantity: i64) -> Parcel<'_> {
        Parcel { offer, quantity: Decimal::from(quantity), post_included: false }
    }

    #[test]
    fn first_unit_once_then_whole_next_units() {
        let units = (Decimal::ONE, Decimal::ONE);
        let fees = (money("5"), money("1.5"));
        for (kg, fee) in [("0.2", "5.00"), ("1", "5.00"), ("1.001", "6.50"), ("2", "6.50"), ("2.01", "8.00")]
        {
            assert_eq!(template_fee(kg.parse().unwrap(), units, fees).to_string(), fee, "{kg}");
        }
        assert_eq!(template_fee(Decimal::TEN, (Decimal::ONE, Decimal::ZERO), fees), money("5"));
    }

    #[test]
    fn one_template_travels_together_two_add_up() {
        let (mut a, mut b, mut c) = (offer(1), offer(2), offer(3));
        a.freight = template(7, Charge::Weight, None);
        a.weight_g = Some(600);
        b.freight = template(7, Charge::Weight, None);
        b.weight_g = Some(300);
        c.freight = template(8, Charge::Pieces, None);
        let got = of_order(&[parcel(&a, 1), parcel(&b, 2)], Zone::Near, money("10"));
        // 0.6 + 0.6 kg: 5.00 + 1.50, and not twice 5.00.
        assert_eq!(got, Carriage { amount: money("6.50"), by_agreement: vec![] });
        let got = of_order(&[parcel(&a, 1), parcel(&b, 2), parcel(&c, 3)], Zone::Remote, money("10"));
        assert_eq!(got.amount, money("27") + money("39"));
    }

    #[test]
    fn free_threshold_seller_pays_collect_agreement_and_unknown_weight() {
        let (mut free, mut pays, mut collect, mut agreed, mut unknown) =
            (offer(1), offer(2), offer(3), offer(4), offer(5));
        free.freight = template(7, Charge::Weight, Some("99"));
        free.weight_g = Some(100);
        pays.freight = WorldFreight::SellerPays;
        collect.freight = WorldFreight::Collect;
        agreed.freight = WorldFreight::ByAgreement;
        unknown.freight = template(9, Charge::Volume, None);
        unknown.size_cm = None;
        let all = [
            parcel(&free, 1),
            parcel(&pays, 1),
            parcel(&collect, 1),
            parcel(&agreed, 1),
            parcel(&unknown, 1),
            parcel(&agreed, 2),
        ];
        assert_eq!(
            of_order(&all, Zone::Near, money("98.99")),
            Carriage { amount: money("5"), by_agreement: vec![4, 5] }
        );
        assert_eq!(of_order(&all, Zone::Near, money("99")).amount, Money::ZERO);
    }

    #[test]
    fn volume_is_in_cubic_metres() {
        let mut bulky = offer(1);
        bulky.size_cm = Some((100, 50, 40));
        assert_eq!(measure(&bulky, Charge::Volume, Decimal::TEN), Some(Decimal::TWO));
    }
}
