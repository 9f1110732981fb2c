//! What a query can ask: terms that must all hold. [`super::parse`] reads them off what was typed and
//! [`super::write`] writes them down again; what they mean for an offer is the catalog's business.
//!
//! To add a predicate: a variant of [`Is`], and a row of the table in [`super::grammar`].

use rust_decimal::Decimal;

use crate::domain::id::{OfferKey, SupplierId};
pub use crate::domain::mistake::{Problem, Wrong};
use crate::domain::offer::OfferKind;
use crate::domain::quantity::Quantity;
use crate::domain::search::{Flag, Sort};
use crate::domain::supplier::Identity;

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Whether it must not hold. A negated term finds exactly what the term itself does not.
    pub negated: bool,
    /// What it says.
    pub is: Is,
}

/// A number of an offer that can be compared. What is not known meets no comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Unit price at the quantity (`median` of the row), yuan; only where the quantity can be bought.
    Price,
    /// Least quantity, units.
    Moq,
    /// Lot, units; 1 where none is known.
    Lot,
    /// Stock over all SKUs, units.
    Stock,
    /// Sold in 30 days.
    Sold,
    /// Repeat rate, a share of 1.
    Repeat,
    /// Hours to ship.
    ShipHours,
    /// Time since it was read, hours.
    AgeHours,
    /// Supplier's share of orders collected within 48 hours, of 1.
    Pickup48,
    /// TrustPass years.
    Years,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=` and `:`
    Equal,
}

impl Op {
    /// Whether `a op b`.
    pub fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        match self {
            Op::Less => a < b,
            Op::AtMost => a <= b,
            Op::More => a > b,
            Op::AtLeast => a >= b,
            Op::Equal => a == b,
        }
    }
}

/// What is asked of a named attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// Its value contains this, folded.
    Contains(String),
    /// The first number in its value compares so.
    Number(Op, Decimal),
    /// So does it, and this unit stands behind it, folded. Nothing is converted.
    Measure(Op, Decimal, String),
}

/// Who sells it: a supplier of this id, or else one with this in the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller {
    /// As typed; empty where it can be no id.
    pub id: SupplierId,
    /// Folded.
    pub name: String,
}

/// What a term asks of an offer. All text is folded. Lists are alternatives: one of them must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Is {
    /// Contains this; blanks inside only where it was quoted.
    Text(String),
    /// Kept in sight: it or its supplier.
    Favourite,
    /// Ordered before.
    Bought,
    /// Blocked: it or its supplier.
    Blocked,
    /// Has one of these tags, or its supplier has.
    Tag(Vec<String>),
    /// Its note, or its supplier's, contains one of these.
    Note(Vec<String>),
    /// One of these sells it.
    Supplier(Vec<Seller>),
    /// One of these offers: `id:` or a pasted link.
    Offer(Vec<OfferKey>),
    /// Its belt contains one of these (also by pinyin).
    Belt(Vec<String>),
    /// Its city contains one of these (also by pinyin).
    City(Vec<String>),
    /// Its category, or one above it, has this number or this in the name (also by pinyin).
    Category(Vec<String>),
    /// Has one of these identities.
    Identity(Vec<Identity>),
    /// Goods or fee link. Asking for fee links shows them.
    Kind(OfferKind),
    /// A flag.
    Flag(Flag),
    /// A number compares so.
    Number {
        /// Which.
        field: Field,
        /// How.
        op: Op,
        /// With what, in the units of the field.
        value: Decimal,
        /// For [`Field::Price`]: at this quantity and not the request's.
        at: Option<Quantity>,
    },
    /// An attribute of the goods: 材质:304, ra>=90.
    Attribute {
        /// Its name or translated name is this, folded.
        name: String,
        /// What is asked of it: one of these.
        asks: Vec<Asks>,
    },
}

/// A query read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// All must hold.
    pub terms: Vec<Term>,
    /// The order asked for in the text (`sort:price`).
    pub sort: Option<Sort>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Query {
    /// The words that are text and must be found, in the order typed.
    pub fn words(&self) -> Vec<String> {
        let words = self.terms.iter().filter_map(|term| match &term.is {
            Is::Text(word) if !term.negated => Some(word.clone()),
            _ => None,
        });
        words.collect()
    }

    /// The terms that are not such words: predicates, and words that must not be found.
    pub fn predicates(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| term.negated || !matches!(term.is, Is::Text(_)))
    }
}
