//! What changed between past lines and today's offers: old -> new and nothing else, in one order, so that the same
//! input always gives the same bytes.
//!
//! A row needs two known ends. What the past did not write down (a minimum, a lot, a stock) gives no row, with one
//! exception: a quantity that was accepted then and is refused today is a change whatever stood there, and its old
//! end is told as the bound it is (`<=12`) or left unknown.

mod compare;
mod plan;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::domain::cart::Rules;
use crate::domain::freight::Destination;
use crate::domain::id::{OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::order::Unresolved;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::substitute::Present;
use crate::domain::text::Clean;

pub use plan::{Choice, Planned, batches, planned};
pub use value::Value;

/// What can change. The order is the order of the rows of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// No longer on sale.
    Gone,
    /// The SKU was withdrawn.
    Spec,
    /// Sold in another unit.
    Unit,
    /// The seller has another name, or the offer another seller.
    Seller,
    /// What a unit is predicted to be charged at the past quantity.
    Price,
    /// The quantities from which prices hold.
    Tier,
    /// The offer's minimum.
    Moq,
    /// The lot.
    Lot,
    /// The most one buyer may order.
    Limit,
    /// No longer enough in stock.
    Stock,
    /// The supplier's mix rule.
    Mix,
    /// Freight of the offer to the buyer's district.
    Freight,
}

impl Field {
    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Field::Gone => "gone",
            Field::Spec => "spec",
            Field::Unit => "unit",
            Field::Seller => "seller",
            Field::Price => "price",
            Field::Tier => "tier",
            Field::Moq => "moq",
            Field::Lot => "lot",
            Field::Limit => "purchase_limit",
            Field::Stock => "stock",
            Field::Mix => "mix",
            Field::Freight => "freight",
        }
    }
}

/// What is remembered of one SKU over the past orders that are ordered again.
#[derive(Debug, Clone, PartialEq)]
pub struct PastLine {
    /// Offer.
    pub offer_id: OfferKey,
    /// SKU; `None` for offers without.
    pub spec_id: Option<SpecId>,
    /// Subject, as it was.
    pub title: Clean,
    /// SKU words, as they were.
    pub spec_name: Clean,
    /// Unit, where it was written down.
    pub unit: Option<Unit>,
    /// Units bought, over all orders.
    pub quantity: Quantity,
    /// Units of the latest of them: what was accepted at once.
    pub last_quantity: Quantity,
    /// What a unit cost the last time, yuan.
    pub unit_price: Option<Money>,
    /// What was paid for all of it, yuan.
    pub amount: Option<Money>,
    /// Seller and their name then; of an order under one seller's name.
    pub supplier: Option<(SupplierId, Clean)>,
    /// The listing as it was when it was ordered, where the ledger kept it.
    pub was: Option<Arc<Offer>>,
    /// When it was ordered last.
    pub at: Option<Timestamp>,
}

impl PastLine {
    /// Takes a line of the same SKU in: units and amounts add up, the latest tells the rest.
    pub fn join(&mut self, other: PastLine) {
        let quantity = self.quantity + other.quantity;
        let amount = self.amount.zip(other.amount).map(|(one, two)| one + two);
        if other.at >= self.at {
            let supplier = other.supplier.clone().or(self.supplier.take());
            let was = other.was.clone().or(self.was.take());
            *self = PastLine { supplier, was, ..other };
        }
        (self.quantity, self.amount) = (quantity, amount);
    }
}

/// What a past line means today.
#[derive(Debug, Clone, PartialEq)]
pub struct Today {
    /// The listing as last read.
    pub offer: Arc<Offer>,
    /// SKU.
    pub spec_id: Option<SpecId>,
}

/// One line of the sheet: what was, what it is today, and how much is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetLine {
    /// As it was.
    pub past: PastLine,
    /// As it is, or why there is nothing like it.
    pub today: Result<Today, Unresolved>,
    /// Units wanted: the past quantity, scaled.
    pub wanted: Quantity,
}

impl SheetLine {
    /// The line as something to find a substitute for: as it is today where it can be had, else as it was.
    pub fn present(&self, destination: &Destination) -> Present {
        if let Ok(today) = &self.today {
            return Present::of(&today.offer, today.spec_id.as_ref(), self.wanted, destination);
        }
        let past = &self.past;
        let was = past.was.clone();
        let times = |price: Money| price.times(self.wanted.decimal()).rounded();
        Present {
            key: past.offer_id.clone(),
            spec_id: past.spec_id.clone(),
            title: past.title.clone(),
            title_en: was.as_ref().and_then(|was| was.title_en.clone()),
            spec_name: past.spec_name.clone(),
            unit: past.unit.clone().or_else(|| was.as_ref().and_then(|was| was.unit.clone())),
            quantity: self.wanted,
            unit_price: past.unit_price,
            goods: past.unit_price.map(times),
            landed: None,
            offer: was,
        }
    }

    /// The seller today, else then.
    pub fn supplier_id(&self) -> Option<&SupplierId> {
        let today = self.today.as_ref().ok().and_then(|today| today.offer.supplier_id.as_ref());
        let was = || self.past.was.as_ref().and_then(|was| was.supplier_id.as_ref());
        today.or_else(was).or(self.past.supplier.as_ref().map(|(id, _)| id))
    }
}

/// Goods that went back: told, never ordered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Return {
    /// Line of the file.
    pub line: u64,
    /// What the file calls it.
    pub code: Clean,
    /// The offer, where it is known.
    pub offer_id: Option<OfferKey>,
    /// Its name.
    pub title: Clean,
    /// Units that went back, above zero.
    pub quantity: Quantity,
    /// Price of one, yuan.
    #[serde(serialize_with = "money")]
    pub unit_price: Option<Money>,
    /// What came back for it, yuan, above zero.
    #[serde(serialize_with = "money")]
    pub amount: Option<Money>,
}

#[allow(clippy::ref_option)] // serde gives a reference to the field.
fn money<S: Serializer>(money: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    match money {
        Some(money) => serializer.collect_str(money),
        None => serializer.serialize_none(),
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftRow {
    /// What.
    pub field: Field,
    /// The offer; the first one concerned where it is a supplier's change.
    pub offer_id: OfferKey,
    /// The SKU, where only one is concerned.
    pub spec_id: Option<SpecId>,
    /// The seller, where known.
    pub supplier_id: Option<SupplierId>,
    /// Subject of the first line concerned.
    pub title: Clean,
    /// Lines of the sheet it concerns, ascending.
    pub lines: Vec<usize>,
    /// As it was; `None` = not known, only that it was another.
    pub old: Option<Value>,
    /// As it is; `None` = there is none.
    pub new: Option<Value>,
}

/// Past lines beside what they are today.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// One line a SKU, in the order they were bought.
    pub lines: Vec<SheetLine>,
    /// What changed, in the order of lines and fields.
    pub rows: Vec<DriftRow>,
    /// Goods that went back.
    pub returns: Vec<Return>,
    /// Rows of a file that could not be read: line and reason.
    pub bad_rows: Vec<(u64, Clean)>,
    /// Paid for all that was bought, yuan; sums of what is known.
    pub bought: Money,
    /// Came back for what was returned, yuan.
    pub returned: Money,
    /// When the latest of it was ordered.
    pub at: Option<Timestamp>,
    /// Substitutes the buyer chose, by line of the sheet; they count under [`Choice::Swap`].
    pub swaps: BTreeMap<usize, Today>,
    /// Lines whose last quantity today's rules refuse, ascending.
    pub refused: Vec<usize>,
    /// What the cart will be judged by.
    pub rules: Rules,
    /// Where the goods go.
    pub destination: Destination,
}

impl Sheet {
    /// The lines beside their offers, compared.
    pub fn of(lines: Vec<SheetLine>, rules: Rules, destination: Destination) -> Sheet {
        let (rows, refused) = compare::compare(&lines, &rules, &destination);
        let bought = lines.iter().filter_map(|line| line.past.amount).sum();
        let at = lines.iter().filter_map(|line| line.past.at).max();
        Sheet { lines, rows, bought, at, refused, rules, destination, ..Sheet::default() }
    }

    /// By how many percent a unit of this line costs more than it did; `None` where it did not move, or one end is
    /// not known.
    pub fn rise_percent(&self, line: usize) -> Option<Decimal> {
        let moved = self.rows.iter().find_map(|row| match (row.field, &row.old, &row.new) {
            (Field::Price, Some(Value::Money(then)), Some(Value::Money(now)))
                if row.lines.contains(&line) =>
            {
                Some((*then, *now))
            }
            _ => None,
        });
        let by_tiers = || {
            let then = self.lines.get(line).filter(|_| self.has(line, Field::Tier))?.past.unit_price?;
            Some((then, compare::price_today(&self.lines, line)?))
        };
        let (then, now) = moved.or_else(by_tiers)?;
        if then.is_zero() {
            return None;
        }
        ((now - then).yuan() * Decimal::ONE_HUNDRED).checked_div(then.yuan())
    }

    /// Whether the buyer has to say what becomes of this line: it cannot be had as it was, or costs by more than
    /// `limit` percent more.
    pub fn asks(&self, line: usize, limit: Decimal) -> bool {
        let dead = self.lines.get(line).is_some_and(|line| line.today.is_err());
        let over = self.rise_percent(line).is_some_and(|rise| rise > limit);
        let priceless = self
            .rows
            .iter()
            .any(|row| row.field == Field::Price && row.new.is_none() && row.lines.contains(&line));
        let changed = self.rows.iter().any(|row| row.lines.contains(&line));
        dead || over || priceless || self.has(line, Field::Unit) || (changed && self.refused.contains(&line))
    }

    fn has(&self, line: usize, field: Field) -> bool {
        self.rows.iter().any(|row| row.field == field && row.lines.contains(&line))
    }
}
