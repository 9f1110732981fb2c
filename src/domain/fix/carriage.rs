//! What an offer's freight comes to, in whole numbers: it is asked for at many quantities, and over long stretches of
//! them it stays the same or grows evenly.

use std::cell::Cell;

use rust_decimal::Decimal;

use super::field::{Group, UNIT};
use crate::domain::freight::{ChargeBy, Destination, FreightTerms};
use crate::domain::money::Money;

/// Digits after the point that are kept of weights, volumes, pieces and fees.
const DIGITS: u32 = 9;
/// A fen in these.
const FEN: i128 = 10_000_000;
/// Stretches that are told apart at most, and steps of work that each is.
const STRETCHES: usize = 2_000;
const COSTLY: i64 = 40;

/// The freight of one offer by its quantity; what nobody knows counts as none.
#[derive(Debug)]
pub enum Carriage<'a> {
    /// None, whatever the quantity.
    None,
    /// By a template whose numbers are short.
    Steps(Steps),
    /// By any other template, as it is reckoned elsewhere.
    Asked(&'a Group<'a>, Money, &'a Destination),
}

/// A template for one destination. Weights (or volumes, or pieces) are in billionths of a thousandth, fees in billionths.
#[derive(Debug)]
pub struct Steps {
    /// Of a thousandth of a unit.
    each: i128,
    first_unit: i128,
    next_unit: i128,
    first_fee: i128,
    next_fee: i128,
}

/// Quantities in even steps over which freight grows evenly: the first step, how many more, and fen a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    pub from: i64,
    pub more: i64,
    pub each: i64,
}

fn whole(number: Decimal) -> Option<i128> {
    let number = number.normalize();
    let shift = DIGITS.checked_sub(number.scale())?;
    let found = number.mantissa().checked_mul(10_i128.checked_pow(shift)?)?;
    (0..10_i128.pow(24)).contains(&found).then_some(found)
}

impl<'a> Carriage<'a> {
    /// Of an offer in an order whose goods come to at least this.
    pub fn of(group: &'a Group<'a>, goods: Money, destination: &'a Destination) -> Carriage<'a> {
        let FreightTerms::Template(template) = &group.offer.freight else { return Carriage::None };
        let each = match template.charge_by {
            ChargeBy::Weight => group.offer.weight_kg,
            ChargeBy::Pieces => Some(Decimal::ONE),
            ChargeBy::Volume => group.offer.volume_m3,
        };
        let (Some(each), Some(fee)) = (each, template.fees.at(destination)) else { return Carriage::None };
        if template.free_from.is_some_and(|from| goods >= from) {
            return Carriage::None;
        }
        let steps = || {
            Some(Steps {
                each: whole(each)?,
                first_unit: whole(template.first_unit)?.checked_mul(i128::from(UNIT))?,
                next_unit: whole(template.next_unit)?.checked_mul(i128::from(UNIT))?,
                first_fee: whole(fee.first.yuan())?,
                next_fee: whole(fee.next.yuan())?,
            })
        };
        steps().map_or(Carriage::Asked(group, goods, destination), Carriage::Steps)
    }

    /// Of so many thousandths of a unit, in fen.
    pub fn at(&self, units: i64) -> i64 {
        match self {
            Carriage::None => 0,
            _ if units == 0 => 0,
            Carriage::Steps(steps) => steps.at(units),
            Carriage::Asked(group, goods, destination) => group.freight(units, *goods, destination),
        }
    }

    /// The stretches of `from`, `from + step` and so on, `more` times; and whether that is all of them.
    pub fn stretches(&self, from: i64, step: i64, more: i64, work: &Cell<i64>) -> (Vec<Stretch>, bool) {
        let mut found = Vec::new();
        let mut at = 0;
        while at <= more {
            if found.len() >= STRETCHES || (work.get() < 0 && !found.is_empty()) {
                return (found, false);
            }
            work.set(work.get() - COSTLY);
            let units = from + at * step;
            let (length, each) = match self {
                Carriage::None => (more - at, 0),
                Carriage::Steps(steps) if steps.growth(units, step).is_some() => {
                    (more - at, steps.growth(units, step).unwrap_or(0))
                }
                _ => (self.same(units, step, more - at), 0),
            };
            found.push(Stretch { from: at, more: length, each });
            at += length + 1;
        }
        (found, true)
    }

    /// How many steps more cost nothing more. It never falls, so that halving finds it.
    fn same(&self, units: i64, step: i64, most: i64) -> i64 {
        let fen = self.at(units);
        let is_same = |steps: i64| self.at(units + steps * step) == fen;
        let mut reach = 1;
        while reach <= most && is_same(reach) {
            reach *= 2;
        }
        let (mut low, mut high) = (reach / 2, reach.min(most + 1));
        while low + 1 < high {
            let middle = i64::midpoint(low, high);
            if is_same(middle) { low = middle } else { high = middle }
        }
        low
    }
}

impl Steps {
    fn over(&self, units: i64) -> i128 {
        self.each * i128::from(units) - self.first_unit
    }

    fn at(&self, units: i64) -> i64 {
        let over = self.over(units);
        let fee = if over <= 0 || self.next_unit <= 0 {
            self.first_fee
        } else {
            self.first_fee + self.next_fee * ((over + self.next_unit - 1) / self.next_unit)
        };
        i64::try_from((fee + FEN / 2) / FEN).unwrap_or(i64::MAX / 4)
    }

    /// Fen a step from here on, where each step is so many next units exactly.
    fn growth(&self, units: i64, step: i64) -> Option<i64> {
        if self.next_unit <= 0 || self.next_fee == 0 {
            return Some(0);
        }
        let counted = self.each * i128::from(step);
        let even = self.over(units) >= 0 && counted % self.next_unit == 0 && self.next_fee % FEN == 0;
        even.then(|| i64::try_from(counted / self.next_unit * (self.next_fee / FEN)).ok()).flatten()
    }
}
