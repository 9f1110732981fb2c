//! What searching needs to know of an offer beside its words: numbers and flags, small enough that a million of them
//! are filtered and sorted without reading a single listing.
//!
//! Facts are computed once, when an offer is written ([`Facts::of`]), and stored in the column `facts` of its row in
//! the compact form of [`Facts::to_bytes`]. The index copies them into columns of its own; the scan keeps them as they
//! are. Both are asked through the same predicates, so they cannot disagree.

mod bytes;
mod of;
mod steps;
#[cfg(test)]
mod tests;

pub(super) use of::pickup;

use rust_decimal::Decimal;

use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::search::Flag;

/// A number of the store's dictionary (belts, cities, units, suppliers, freight terms); 0 = unknown.
pub type WordId = u32;

/// Yes-or-no facts, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(pub u32);

impl Flags {
    /// A fee link (补差价 and the like).
    pub const FEE: Flags = Flags(1 << 31);
    /// Whether it is made to order is known, either way.
    pub const SAYS_CUSTOM: Flags = Flags(1 << 29);
    /// Whether an invoice can be had is known, either way.
    pub const SAYS_INVOICE: Flags = Flags(1 << 28);
    /// Sold in a measured unit: without a lot, quantities move by thousandths instead of whole units.
    pub const MEASURED: Flags = Flags(1 << 30);

    /// The bit of a flag of the query language.
    pub const fn of(flag: Flag) -> Flags {
        Flags(1 << flag as u32)
    }

    /// Whether all bits of `other` are set.
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// With the bits of `other` set too.
    #[must_use]
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// From `from` on (thousandths of a unit) the row costs `price_micro` a unit, until the next step.
///
/// The steps of an offer say exactly what [`crate::domain::price::row_price`] says at every quantity: its `median`,
/// which rows sort by, and whether the quantity could be bought alone if it were a multiple of the lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Least quantity of the step, thousandths of a unit.
    pub from: u64,
    /// Median unit price in millionths of a yuan; `None` = unknown.
    pub price_micro: Option<u64>,
    /// Whether a multiple of the lot in this step is orderable.
    pub buyable: bool,
}

/// The facts of one offer. Quantities are in thousandths of a unit, shares in parts per million.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Yes or no.
    pub flags: Flags,
    /// Prices by quantity, ascending, the first from 0.
    pub steps: Vec<Step>,
    /// 起批量; `None` = unknown.
    pub moq: Option<u64>,
    /// Lot; `None` = none known.
    pub lot: Option<u64>,
    /// In stock over all SKUs, as the listing says.
    pub stock: Option<u64>,
    /// Sold in 30 days.
    pub sold: Option<u64>,
    /// Repeat rate.
    pub repeat: Option<u32>,
    /// Hours until the seller promises to ship.
    pub ship_hours: Option<u32>,
    /// Supplier's share of orders collected within 48 hours.
    pub pickup: Option<u32>,
    /// TrustPass years of the supplier.
    pub years: Option<u32>,
    /// Confidence that the seller makes what it sells, percent.
    pub factory: Option<u32>,
    /// What its buyers rate it, thousandths of a point, 0 to 5000.
    pub rating: Option<u32>,
    /// Leaf category.
    pub category: Option<i64>,
    /// Supplier, in the dictionary.
    pub supplier: WordId,
    /// Belt, in the dictionary.
    pub belt: WordId,
    /// City, in the dictionary.
    pub city: WordId,
    /// Unit, in the dictionary.
    pub unit: WordId,
    /// Freight terms, in the dictionary (their JSON).
    pub freight: WordId,
    /// Weight of one unit in grams.
    pub weight_g: Option<u64>,
    /// Volume of one unit in cubic centimetres.
    pub volume_cm3: Option<u64>,
}

impl Facts {
    /// What quantities move in, in thousandths: the lot, else one unit, or a thousandth of a measured one.
    pub fn lot_or_unit(&self) -> u64 {
        let unit = if self.flags.has(Flags::MEASURED) { 1 } else { 1000 };
        self.lot.filter(|lot| *lot > 0).unwrap_or(unit)
    }

    /// What [`crate::domain::price::row_price`] says at `quantity` (thousandths): the median in millionths of a yuan,
    /// and whether exactly this quantity can be bought alone.
    pub fn at(&self, quantity: u64) -> (Option<u64>, bool) {
        let after = self.steps.partition_point(|step| step.from <= quantity);
        let Some(step) = after.checked_sub(1).and_then(|at| self.steps.get(at)) else { return (None, false) };
        (step.price_micro, step.buyable && quantity.is_multiple_of(self.lot_or_unit()))
    }
}

/// A quantity in thousandths of a unit.
pub fn milli(quantity: Quantity) -> u64 {
    scaled(quantity.decimal(), 3)
}

/// A price in millionths of a yuan, digits past those cut off; a negative one (hostile) counts as nothing.
pub fn micro(price: Money) -> u64 {
    scaled(price.yuan(), 6)
}

/// `number` times ten to the `digits`, rounded down, within 0 to the greatest `u64`.
fn scaled(number: Decimal, digits: u32) -> u64 {
    let mantissa = number.mantissa();
    let scaled = if number.scale() <= digits {
        mantissa.saturating_mul(10_i128.pow(digits - number.scale()))
    } else {
        mantissa / 10_i128.pow(number.scale() - digits)
    };
    u64::try_from(scaled.max(0)).unwrap_or(u64::MAX)
}
