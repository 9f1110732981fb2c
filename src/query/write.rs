//! A query written down: the canonical text, which reads back as the same query. Saved searches keep it, and what the
//! screen adds to a query is written by it.

use std::fmt::{self, Display, Formatter, Write};

use rust_decimal::Decimal;

use super::fold::fold;
use super::grammar::{self, Reads};
use super::parse::{closer, is_comma, is_reserved, is_sign};
use super::terms::{Asks, Field, Is, Op, Query, Seller, Term};
use super::value;
use crate::domain::id::OfferKey;
use crate::domain::search::Flag;

impl Display for Query {
    /// The terms in their order, then the order of the rows. Mistakes are not kept.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut is_first = true;
        for term in &self.terms {
            if !std::mem::take(&mut is_first) {
                f.write_char(' ')?;
            }
            term.fmt(f)?;
        }
        if let Some(sort) = self.sort {
            if !is_first {
                f.write_char(' ')?;
            }
            write!(f, "sort:{}", sort.as_str())?;
        }
        Ok(())
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_char('-')?;
        }
        match &self.is {
            Is::Text(text) => f.write_str(&word(text, self.negated)),
            Is::Tag(values) => list(f, "tag", values),
            Is::Note(values) => list(f, "note", values),
            Is::Supplier(sellers) => list(f, "supplier", &sellers.iter().map(shown).collect::<Vec<_>>()),
            Is::Offer(keys) => list(f, "id", &keys.iter().map(OfferKey::to_string).collect::<Vec<_>>()),
            Is::Belt(values) => list(f, "belt", values),
            Is::City(values) => list(f, "city", values),
            Is::Category(values) => list(f, "cat", values),
            Is::Identity(identities) => {
                list(f, "identity", &identities.iter().map(|of| of.as_str().to_owned()).collect::<Vec<_>>())
            }
            Is::Kind(kind) => write!(f, "kind:{}", kind.as_str()),
            Is::Number { field, op, value, at } => {
                f.write_str(field.name())?;
                if let Some(at) = at {
                    write!(f, "@{at}")?;
                }
                write!(f, "{}{}", op.sign(), in_units(*field, *value))
            }
            Is::Attribute { name, asks } => attribute(f, name, asks),
            alone @ (Is::Flag(_) | Is::Favourite | Is::Bought | Is::Blocked) => {
                let row = grammar::PREDICATES
                    .iter()
                    .find(|row| matches!(&row.reads, Reads::Alone(is) if is == alone));
                match (row, alone) {
                    (Some(row), _) => f.write_str(row.name),
                    // Flags that are identities have no word of their own.
                    (None, Is::Flag(flag)) => write!(f, "identity:{}", identity_of(*flag)),
                    (None, _) => Ok(()),
                }
            }
        }
    }
}

impl Field {
    /// Its name in a query.
    pub const fn name(self) -> &'static str {
        match self {
            Field::Price => "price",
            Field::Moq => "moq",
            Field::Lot => "lot",
            Field::Stock => "stock",
            Field::Sold => "sold",
            Field::Repeat => "repeat",
            Field::ShipHours => "ship",
            Field::AgeHours => "age",
            Field::Pickup48 => "pickup48",
            Field::Years => "years",
        }
    }
}

impl Op {
    /// Its sign.
    pub const fn sign(self) -> &'static str {
        match self {
            Op::Less => "<",
            Op::AtMost => "<=",
            Op::More => ">",
            Op::AtLeast => ">=",
            Op::Equal => "=",
        }
    }
}

/// A value of a field as people write it.
fn in_units(field: Field, value: Decimal) -> String {
    match field {
        Field::Repeat | Field::Pickup48 => {
            let percent = value.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(value).normalize();
            format!("{percent}%")
        }
        Field::ShipHours | Field::AgeHours => {
            let days = value.checked_div(Decimal::from(24)).unwrap_or(value).normalize();
            if days >= Decimal::TWO && days.scale() == 0 { format!("{days}d") } else { format!("{value}h") }
        }
        _ => value.to_string(),
    }
}

/// A word of text, quoted where it would read as something else.
fn word(text: &str, negated: bool) -> String {
    // A sign would be that of the word before it.
    let reads_alone = !is_reserved(text)
        && !text.strip_prefix('!').unwrap_or(text).starts_with(is_sign)
        && {
            let bare = if negated { format!("-{text}") } else { text.to_owned() };
            let read = Query::parse(&bare);
            let same = matches!(read.terms.as_slice(), [Term { negated: n, is: Is::Text(t) }] if *n == negated && t == text);
            same && read.problems.is_empty() && read.sort.is_none()
        };
    quoted_if(text, !reads_alone)
}

fn list(f: &mut Formatter<'_>, name: &str, values: &[String]) -> fmt::Result {
    write!(f, "{name}:")?;
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            f.write_char(',')?;
        }
        f.write_str(&quoted_if(value, needs_quotes(value, true)))?;
    }
    Ok(())
}

/// A seller as typed.
fn shown(seller: &Seller) -> String {
    if seller.id.as_str().is_empty() { seller.name.clone() } else { seller.id.as_str().to_owned() }
}

/// What is asked of an attribute: texts behind a colon, numbers (and texts among them) behind their sign.
fn attribute(f: &mut Formatter<'_>, name: &str, asks: &[Asks]) -> fmt::Result {
    let numbers = asks.iter().find_map(|ask| match ask {
        Asks::Number(op, _) | Asks::Measure(op, ..) => Some(op.sign()),
        Asks::Contains(_) => None,
    });
    write!(f, "{name}{}", numbers.unwrap_or(":"))?;
    for (at, ask) in asks.iter().enumerate() {
        if at > 0 {
            f.write_char(',')?;
        }
        match ask {
            Asks::Number(_, value) => write!(f, "{value}")?,
            Asks::Measure(_, value, unit) => write!(f, "{value}{unit}")?,
            Asks::Contains(value) => {
                // `name://` would be an address; behind `=` a number would be one, and a sign part of it.
                let is_misread = value.starts_with(is_sign) || value::plain(value).is_some();
                let quote =
                    value.starts_with("//") || (numbers.is_some() && is_misread) || needs_quotes(value, true);
                f.write_str(&quoted_if(value, quote))?;
            }
        }
    }
    Ok(())
}

/// The identity that a flag of the stored facts stands for.
fn identity_of(flag: Flag) -> &'static str {
    match flag {
        Flag::SuperFactory => "super_factory",
        Flag::PowerfulMerchant => "powerful_merchant",
        Flag::TrustPass => "trust_pass",
        Flag::Crossborder => "crossborder",
        _ => "yanxuan",
    }
}

fn needs_quotes(value: &str, in_list: bool) -> bool {
    let value = fold(value);
    value.is_empty()
        || value.chars().next().is_some_and(|c| closer(c).is_some())
        || value.chars().any(|c| c.is_whitespace() || (in_list && is_comma(c)))
}

/// In quotation marks whose closing one is not in the text: a text that was read has always missed one of them.
fn quoted_if(text: &str, quote: bool) -> String {
    if !quote {
        return text.to_owned();
    }
    let folded = fold(text);
    if !folded.contains('"') {
        format!("\"{text}\"")
    } else if !folded.contains('”') {
        format!("“{text}”")
    } else if !folded.contains('」') {
        format!("「{text}」")
    } else {
        format!("『{text}』")
    }
}
