//! Freight: what it costs to get goods here, with its unknowns kept unknown (DESIGN 6.9).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::money::Money;

/// What a template counts (GATEWAY.md 2.5 `chargeType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeBy {
    /// Kilograms.
    Weight,
    /// Units.
    Pieces,
    /// Cubic metres.
    Volume,
}

/// First unit + next units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreightTemplate {
    /// What is counted.
    pub charge_by: ChargeBy,
    /// Size of the first unit (kg, pieces or m3).
    pub first_unit: Decimal,
    /// Size of each next unit; zero = no next units are charged.
    pub next_unit: Decimal,
    /// What the units cost, by destination.
    pub fees: Fees,
    /// Goods amount from which the seller ships free.
    pub free_from: Option<Money>,
}

/// Fee for up to the first unit, and for each begun next unit, in yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// First unit.
    pub first: Money,
    /// Each begun next unit.
    pub next: Money,
}

/// Fees as a market tells them: for all its zones at once, or for the one district that was asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fees {
    /// By zone number.
    Zones(Vec<Fee>),
    /// For one district only.
    District {
        /// Six digits.
        code: String,
        /// The fee there.
        fee: Fee,
    },
}

/// Where goods go. Without a district nothing is known of any freight but the seller's own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Destination {
    /// Six digits of the district (GB/T 2260).
    pub district: Option<String>,
    /// The market's freight zone of that district, where it told its zones.
    pub zone: Option<usize>,
}

/// How one offer travels, and who pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum FreightTerms {
    /// Never read.
    #[default]
    Unknown,
    /// The seller pays.
    SellerPays,
    /// 到付: paid to the carrier on arrival, not in the order.
    Collect,
    /// Set by the seller after ordering.
    ByAgreement,
    /// By a template.
    Template(FreightTemplate),
}

/// A freight amount as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freight {
    /// This much.
    Known(Money),
    /// This much or less: offers of one supplier summed before a preview joined them.
    AtMost(Money),
    /// Not known. Never zero, never the winner of a ranking.
    Unknown,
}

impl Freight {
    /// The amount, exact or upper bound.
    pub fn amount(self) -> Option<Money> {
        match self {
            Freight::Known(money) | Freight::AtMost(money) => Some(money),
            Freight::Unknown => None,
        }
    }
}

/// What is shipped, as far as freight is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipment {
    /// Units.
    pub quantity: Decimal,
    /// Weight of one unit, kg.
    pub weight_kg: Option<Decimal>,
    /// Volume of one unit, m3.
    pub volume_m3: Option<Decimal>,
    /// Goods amount, for free-from thresholds.
    pub goods: Money,
}

/// Freight of one offer's shipment to `destination`.
///
/// Fees not known for the destination, weight or volume unknown where the template needs it makes the freight unknown, as do *collect*
/// (it is paid, but to somebody else and nobody says how much) and *by agreement*.
pub fn estimate(terms: &FreightTerms, shipment: &Shipment, destination: &Destination) -> Freight {
    amount(terms, shipment, destination, FreightTemplate::cost)
}

fn amount(
    terms: &FreightTerms,
    shipment: &Shipment,
    destination: &Destination,
    cost: fn(&FreightTemplate, Fee, Decimal) -> Money,
) -> Freight {
    match terms {
        FreightTerms::Unknown | FreightTerms::ByAgreement | FreightTerms::Collect => Freight::Unknown,
        FreightTerms::SellerPays => Freight::Known(Money::ZERO),
        FreightTerms::Template(template) => {
            if template.free_from.is_some_and(|free_from| shipment.goods >= free_from) {
                return Freight::Known(Money::ZERO);
            }
            let per_unit = match template.charge_by {
                ChargeBy::Weight => shipment.weight_kg,
                ChargeBy::Pieces => Some(Decimal::ONE),
                ChargeBy::Volume => shipment.volume_m3,
            };
            let Some(counted) = per_unit.and_then(|each| each.checked_mul(shipment.quantity)) else {
                return Freight::Unknown;
            };
            match template.fees.at(destination) {
                Some(fee) => Freight::Known(cost(template, fee, counted)),
                None => Freight::Unknown,
            }
        }
    }
}

/// Freight of several offers of one supplier in one order.
///
/// The market lets those of one template travel together and pay its first unit once. We are not told which do, so
/// more than one that pays is an upper bound: each alone, or behind another, whichever is dearer (a forwarder's first
/// 30 kg may cost less than 30 next kilograms). One unknown makes it unknown.
pub fn of_order(shipments: &[(&FreightTerms, Shipment)], destination: &Destination) -> Freight {
    let mut alone = Vec::with_capacity(shipments.len());
    let mut most = Vec::with_capacity(shipments.len());
    for (terms, shipment) in shipments {
        let own = estimate(terms, shipment, destination);
        let behind = amount(terms, shipment, destination, FreightTemplate::cost_behind);
        alone.push(own);
        most.push(match (own, behind) {
            (Freight::Known(own), Freight::Known(behind)) => Freight::Known(own.max(behind)),
            (own, _) => own,
        });
    }
    match combine(&most) {
        Freight::Known(_) => combine(&alone),
        bound => bound,
    }
}

impl Fees {
    /// The fee at a destination; `None` = not told.
    pub fn at(&self, destination: &Destination) -> Option<Fee> {
        match self {
            Fees::Zones(zones) => zones.get(destination.zone?).copied(),
            Fees::District { code, fee } => (destination.district.as_ref() == Some(code)).then_some(*fee),
        }
    }
}

impl FreightTemplate {
    /// What as many units cost behind others that have used the first unit up, rounded to the fen.
    fn cost_behind(&self, fee: Fee, counted: Decimal) -> Money {
        if self.next_unit <= Decimal::ZERO {
            return Money::ZERO;
        }
        let steps = counted.checked_div(self.next_unit).unwrap_or(Decimal::MAX).ceil();
        fee.next.times(steps).rounded()
    }

    /// `first + ceil((n - first_unit) / next_unit) x next` (GATEWAY.md 3.6), rounded to the fen.
    pub fn cost(&self, fee: Fee, counted: Decimal) -> Money {
        // Nobody ships that much, but anybody may say so.
        let over = counted.checked_sub(self.first_unit).unwrap_or(Decimal::MAX);
        if over <= Decimal::ZERO || self.next_unit <= Decimal::ZERO {
            return fee.first.rounded();
        }
        let steps = over.checked_div(self.next_unit).unwrap_or(Decimal::MAX).ceil();
        (fee.first + fee.next.times(steps)).rounded()
    }
}

/// Several offers of one supplier in one order: with more than one paid part the sum is an upper bound
/// until the market joins them in a preview; one unknown part makes it unknown.
pub fn combine(parts: &[Freight]) -> Freight {
    let mut sum = Money::ZERO;
    let mut bound = false;
    let mut paid = 0;
    for part in parts {
        match part {
            Freight::Unknown => return Freight::Unknown,
            Freight::AtMost(money) => {
                bound = true;
                sum += *money;
            }
            Freight::Known(money) => {
                paid += usize::from(!money.is_zero());
                sum += *money;
            }
        }
    }
    if bound || paid > 1 { Freight::AtMost(sum) } else { Freight::Known(sum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(free_from: Option<&str>) -> FreightTerms {
        FreightTerms::Template(FreightTemplate {
            charge_by: ChargeBy::Weight,
            first_unit: Decimal::ONE,
            next_unit: Decimal::ONE,
            fees: Fees::Zones(vec![Fee { first: "6.00".parse().unwrap(), next: "2.00".parse().unwrap() }]),
            free_from: free_from.map(|m| m.parse().unwrap()),
        })
    }

    fn near() -> Destination {
        Destination { district: Some("440111".into()), zone: Some(0) }
    }

    fn shipment(quantity: i64, weight: Option<&str>) -> Shipment {
        Shipment {
            quantity: Decimal::from(quantity),
            weight_kg: weight.map(|w| w.parse().unwrap()),
            volume_m3: None,
            goods: "100.00".parse().unwrap(),
        }
    }

    #[test]
    fn each_begun_kilogram_is_charged() {
        let fee =
            |q| estimate(&template(None), &shipment(q, Some("0.38")), &near()).amount().unwrap().to_string();
        assert_eq!([fee(1), fee(2), fee(3), fee(300)], ["6.00", "6.00", "8.00", "232.00"]);
    }

    #[test]
    fn unknown_stays_unknown() {
        assert_eq!(estimate(&template(None), &shipment(1, None), &near()), Freight::Unknown);
        assert_eq!(estimate(&FreightTerms::Collect, &shipment(1, None), &near()), Freight::Unknown);
        assert_eq!(combine(&[Freight::Known(Money::ZERO), Freight::Unknown]), Freight::Unknown);
    }

    #[test]
    fn free_from_a_goods_amount() {
        assert_eq!(
            estimate(&template(Some("100.00")), &shipment(1, None), &near()),
            Freight::Known(Money::ZERO)
        );
    }

    #[test]
    fn two_paid_parts_are_an_upper_bound_and_one_is_exact() {
        let six = Freight::Known("6.00".parse().unwrap());
        assert_eq!(combine(&[six, Freight::Known(Money::ZERO)]), six);
        assert_eq!(combine(&[six, six]), Freight::AtMost("12.00".parse().unwrap()));
    }
}
