//! One end of a change, and the one way it is written: scripts compare these bytes.

use std::fmt;

use crate::domain::freight::Freight;
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::supplier::MixRule;
use crate::domain::text::Clean;

/// A value of the past or of today.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Yuan for one unit.
    Money(Money),
    /// Units.
    Quantity(Quantity),
    /// Not more than so many units: they were accepted.
    AtMost(Quantity),
    /// Not less than so many units: they were had.
    AtLeast(Quantity),
    /// A name: a seller, a SKU, a unit.
    Name(Clean),
    /// From so many units on, a unit costs so much.
    Ladder(Vec<(Quantity, Money)>),
    /// A mix rule; `None` = the supplier has none.
    Mix(Option<MixRule>),
    /// Freight.
    Freight(Freight),
    /// On sale.
    OnSale,
    /// Not on sale.
    Gone,
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Money(money) => write!(f, "{money}"),
            Value::Quantity(quantity) => write!(f, "{quantity}"),
            Value::AtMost(quantity) => write!(f, "<={quantity}"),
            Value::AtLeast(quantity) => write!(f, ">={quantity}"),
            Value::Name(name) => write!(f, "{name}"),
            Value::Ladder(steps) => {
                for (at, (from, price)) in steps.iter().enumerate() {
                    let gap = if at == 0 { "" } else { " " };
                    write!(f, "{gap}{from}:{price}")?;
                }
                Ok(())
            }
            Value::Mix(None) => write!(f, "none"),
            Value::Mix(Some(rule)) => match (rule.pieces, rule.amount) {
                (Some(pieces), Some(amount)) => write!(f, "{pieces} or ¥{amount}"),
                (Some(pieces), None) => write!(f, "{pieces}"),
                (None, Some(amount)) => write!(f, "¥{amount}"),
                (None, None) => write!(f, "?"),
            },
            Value::Freight(Freight::Known(money)) => write!(f, "{money}"),
            Value::Freight(Freight::AtMost(money)) => write!(f, "<={money}"),
            Value::Freight(Freight::Unknown) => write!(f, "?"),
            Value::OnSale => write!(f, "on_sale"),
            Value::Gone => write!(f, "gone"),
        }
    }
}
