//! Conditions on what is known of an offer: one meaning, whether a document, a fresh row or a row of the store is
//! asked.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use tantivy::postings::TermInfo;

use crate::catalog::facts::Flags;
use crate::catalog::index::marked::{Marked, tagged};
use crate::catalog::index::schema::{Column, tag};
use crate::catalog::index::segment::{Row, Segment, any_of};
use crate::catalog::index::stream::{Bits, END, Stream};
use crate::catalog::index::{Halt, halt};
use crate::domain::search::Cancel;
use crate::query::{Asks, Op};

/// A condition.
#[derive(Debug, Clone)]
pub struct Test {
    /// Whether it must not hold.
    pub negated: bool,
    /// What it says.
    pub says: Says,
}

/// What a condition says.
#[derive(Debug, Clone)]
pub enum Says {
    /// A figure lies within bounds; where it is unknown, `unknown` stands for it, and no figure is within any.
    Within { column: Column, bounds: RangeInclusive<u64>, unknown: Option<u64> },
    /// The unit price lies within bounds (millionths of a yuan) at a quantity, the one asked with where `None`, and
    /// that quantity can be bought.
    Price { bounds: RangeInclusive<u64>, at: Option<u64> },
    /// Any of these flags.
    AnyFlag(Vec<Flags>),
    /// One of these words of the dictionary stands in a column.
    Word(Column, HashSet<u32>),
    /// Its category is one of these.
    Category(HashSet<i64>),
    /// Is marked so.
    Marked(Marked),
    /// An attribute.
    Trait { name: String, asks: Vec<Asks> },
    /// Can be bought at the quantity asked with.
    Buyable,
}

/// The whole numbers within a comparison, `value` scaled by a power of ten; `None` = no number is.
pub fn bounds(op: Op, value: Decimal, scale: u32) -> Option<RangeInclusive<u64>> {
    let scaled = value.checked_mul(Decimal::from(10_u64.checked_pow(scale)?));
    let Some(scaled) = scaled else {
        // Beyond any figure there is.
        return match (op, value.is_sign_positive()) {
            (Op::Less | Op::AtMost, true) | (Op::More | Op::AtLeast, false) => Some(0..=u64::MAX),
            _ => None,
        };
    };
    let (floor, ceil) = (scaled.floor(), scaled.ceil());
    let whole = |number: Decimal| if number.is_sign_negative() { Some(0) } else { number.to_u64() };
    let is_below_all = |number: Decimal| number < Decimal::ZERO;
    let most = |number: Decimal| (!is_below_all(number)).then(|| number.to_u64().unwrap_or(u64::MAX));
    Some(match op {
        Op::Less => 0..=most(ceil - Decimal::ONE)?,
        Op::AtMost => 0..=most(floor)?,
        Op::More => whole(floor + Decimal::ONE)?..=u64::MAX,
        Op::AtLeast => whole(ceil)?..=u64::MAX,
        Op::Equal if floor == ceil && !is_below_all(floor) => {
            let exactly = floor.to_u64()?;
            exactly..=exactly
        }
        Op::Equal => return None,
    })
}

/// The first number in a text, digits with a point between them, and what stands behind it.
fn number_and_rest(text: &str) -> Option<(Decimal, &str)> {
    let from = text.find(|c: char| c.is_ascii_digit())?;
    let rest = text.get(from..)?;
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole = digits(rest);
    let mut to = whole;
    if let Some(fraction) = rest.get(whole..).and_then(|behind| behind.strip_prefix('.')) {
        let more = digits(fraction);
        if more > 0 {
            to = whole + 1 + more;
        }
    }
    // A number of fifty digits is no figure of anything.
    Some((rest.get(..to.min(28))?.parse().ok()?, rest.get(to..)?))
}

/// Whether what stands behind a number is that unit, and not a longer one that begins with it.
fn is_in_unit(behind: &str, unit: &str) -> bool {
    let rest = behind.trim_start().strip_prefix(unit);
    // 5m is neither 5mm nor 5m2.
    rest.is_some_and(|rest| !(unit.is_ascii() && rest.starts_with(|c: char| c.is_ascii_alphanumeric())))
}

/// Whether the first number of a value is what is asked for; a text is not.
fn has_figure(ask: &Asks, value: &str) -> bool {
    let Some((number, behind)) = number_and_rest(value) else { return false };
    match ask {
        Asks::Number(op, wanted) => op.holds(number, *wanted),
        Asks::Measure(op, wanted, unit) => op.holds(number, *wanted) && is_in_unit(behind, unit),
        Asks::Contains(_) => false,
    }
}

/// Letters of a sign that sellers write before a figure: Ra90, IP68, DN50.
const SIGN: std::ops::RangeInclusive<usize> = 1..=4;

/// Whether figures are asked for by a sign such sellers write, whatever the attribute is called.
fn asks_by_sign(name: &str, asks: &[Asks]) -> bool {
    SIGN.contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphabetic())
        && asks.iter().any(|ask| !matches!(ask, Asks::Contains(_)))
}

/// Whether an attribute's value is that sign with such a figure behind it; ra>=90 finds 显色指数 Ra90 so.
fn has_sign(name: &str, asks: &[Asks], value: &str) -> bool {
    let behind = value.strip_prefix(name).filter(|behind| behind.starts_with(|c: char| c.is_ascii_digit()));
    behind.is_some_and(|behind| asks.iter().any(|ask| has_figure(ask, behind)))
}

/// Whether a line `name=value` is what is asked of attributes of that name.
fn has_trait(name: &str, asks: &[Asks], line: &str) -> bool {
    line.split_once('=').is_some_and(|(named, value)| {
        (named == name && answers(asks, value)) || (asks_by_sign(name, asks) && has_sign(name, asks, value))
    })
}

/// Whether the value of an attribute is one of what is asked for.
pub fn answers(asks: &[Asks], value: &str) -> bool {
    asks.iter().any(|ask| match ask {
        Asks::Contains(text) => value.contains(text.as_str()),
        Asks::Number(..) | Asks::Measure(..) => has_figure(ask, value),
    })
}

impl Says {
    /// Whether it holds of an offer looked at at a quantity. `traits` are its lines `name=value`.
    fn holds(&self, row: &(impl Row + ?Sized), quantity: u64, traits: &str) -> bool {
        match self {
            Says::Within { column, bounds, unknown } => {
                row.figure(*column).or(*unknown).is_some_and(|figure| bounds.contains(&figure))
            }
            Says::Price { bounds, at } => {
                if let Some(is_within) = row.price_within(bounds, at.unwrap_or(quantity)) {
                    return is_within;
                }
                // Nothing is cheaper than the least of all its prices.
                if row.figure(Column::Least).is_none_or(|least| least > *bounds.end()) {
                    return false;
                }
                let (price, buyable) = row.at(at.unwrap_or(quantity));
                buyable && price.is_some_and(|price| bounds.contains(&price))
            }
            Says::AnyFlag(flags) => {
                let has = row.flags();
                flags.iter().any(|flag| has.has(*flag))
            }
            Says::Word(column, words) => words.contains(&(row.get(*column) as u32)),
            Says::Category(ids) => {
                let id = row.figure(Column::Category).and_then(|id| i64::try_from(id).ok());
                id.is_some_and(|id| ids.contains(&id))
            }
            Says::Marked(marked) => marked.has(row),
            Says::Trait { name, asks } => traits.lines().any(|line| has_trait(name, asks, line)),
            Says::Buyable => {
                if let Some(buyable) = row.price_within(&(0..=u64::MAX), quantity) {
                    return buyable;
                }
                let (price, buyable) = row.at(quantity);
                buyable && price.is_some()
            }
        }
    }
}

impl Test {
    /// The column that tells of most offers whether it could hold, and how: where the mask says no, it does not hold.
    pub fn mask(&self) -> Option<(Column, Mask<'_>)> {
        let negated = self.negated;
        match &self.says {
            Says::Within { column, bounds, unknown } => {
                let bounds = (*bounds.start(), *bounds.end());
                Some((*column, Mask::Within { bounds, unknown: *unknown, negated }))
            }
            // Nothing is cheaper than the least of all its prices.
            Says::Price { bounds, .. } if !negated => {
                Some((Column::Least, Mask::Within { bounds: (0, *bounds.end()), unknown: None, negated }))
            }
            Says::AnyFlag(flags) => Some((Column::Flags, Mask::Flags { any: flags, negated })),
            _ => None,
        }
    }

    /// Whether the mask decides it alone.
    pub fn is_mask(&self) -> bool {
        matches!(self.says, Says::Within { .. } | Says::AnyFlag(_))
    }

    /// Whether it holds of an offer that is looked at at a quantity.
    pub fn holds(&self, row: &(impl Row + ?Sized), quantity: u64, traits: &str) -> bool {
        self.says.holds(row, quantity, traits) != self.negated
    }

    /// How it is checked in a segment.
    pub fn in_segment<'a>(&'a self, segment: &Segment, cancel: &Cancel) -> Result<InSegment<'a>, Halt> {
        // Fewer than one in so many documents: stepping through those is cheaper than asking every one.
        const FEW: u64 = 4;
        /// Suppliers of a condition that are not looked up one by one.
        const MANY: usize = if cfg!(test) { 2 } else { 2_000 };
        let drives = |stream: &Stream| !self.negated && stream.cost() * FEW < u64::from(segment.max_doc());
        let stream = match &self.says {
            Says::Trait { name, asks } => {
                let stream = with_trait(segment, name, asks, cancel)?;
                if drives(&stream) {
                    return Ok(InSegment::Driver(stream));
                }
                return Ok(InSegment::Docs(all_bits(stream, segment.max_doc(), cancel)?, self.negated));
            }
            _ if self.negated => return Ok(InSegment::Each(self)),
            // So many have much of everything: a look at each document is cheaper than at each of them.
            Says::Marked(marked) if marked.suppliers.len() > MANY => return Ok(InSegment::Each(self)),
            Says::Marked(marked) => marked.stream(segment, cancel)?,
            Says::Category(ids) => tagged(segment, ids.iter().map(|id| tag::category(*id)), cancel)?,
            Says::Word(column, words) => {
                let tag = match column {
                    Column::Supplier => tag::supplier,
                    Column::Belt => tag::belt,
                    Column::City => tag::city,
                    _ => return Ok(InSegment::Each(self)),
                };
                tagged(segment, words.iter().map(|word| tag(*word)), cancel)?
            }
            _ => return Ok(InSegment::Each(self)),
        };
        Ok(if drives(&stream) { InSegment::Driver(stream) } else { InSegment::Each(self) })
    }
}

/// What a stored value says of a condition.
pub enum Mask<'a> {
    /// The figure lies within bounds.
    Within { bounds: (u64, u64), unknown: Option<u64>, negated: bool },
    /// Has any of these.
    Flags { any: &'a [Flags], negated: bool },
}

impl Mask<'_> {
    /// Whether it can hold of any value between two. Bounds of a column may be wider than its values.
    pub fn lets_any(&self, (least, greatest): (u64, u64)) -> bool {
        match self {
            Mask::Within { bounds: (from, to), unknown: None, negated: false } => {
                let (least, greatest) = (least.saturating_sub(1), greatest.checked_sub(1));
                from <= to && greatest.is_some_and(|greatest| *from <= greatest) && least <= *to
            }
            _ => true,
        }
    }

    /// Which of up to 64 values it can hold of, a bit each, the first in the lowest: told without a branch a value.
    pub fn lets_some(&self, values: &[u64]) -> u64 {
        fn bits(values: &[u64], lets: impl Fn(u64) -> bool) -> u64 {
            (0..64).zip(values).fold(0, |bits, (at, value)| bits | u64::from(lets(*value)) << at)
        }
        match self {
            Mask::Within { bounds: (least, most), unknown, negated } => {
                let of_unknown = unknown.is_some_and(|figure| (*least..=*most).contains(&figure));
                bits(values, |value| {
                    let is_within = (*least..=*most).contains(&value.wrapping_sub(1));
                    (if value == 0 { of_unknown } else { is_within }) != *negated
                })
            }
            Mask::Flags { .. } => bits(values, |value| self.lets(value)),
        }
    }

    /// Whether the condition can hold.
    #[inline]
    pub fn lets(&self, value: u64) -> bool {
        match self {
            Mask::Within { bounds: (least, most), unknown, negated } => {
                let figure = value.checked_sub(1).or(*unknown);
                figure.is_some_and(|figure| (*least..=*most).contains(&figure)) != *negated
            }
            Mask::Flags { any, negated } => {
                let has = Flags(value as u32);
                any.iter().any(|flag| has.has(*flag)) != *negated
            }
        }
    }
}

/// A condition in one segment.
pub enum InSegment<'a> {
    /// Every document of this meets it, no other does.
    Driver(Stream),
    /// Those in the set meet it (or, when true, those outside).
    Docs(Bits, bool),
    /// Each is asked.
    Each(&'a Test),
}

fn all_bits(stream: Stream, max_doc: u32, cancel: &Cancel) -> Result<Bits, Halt> {
    Ok(match stream {
        Stream::Bits(bits, ..) => Arc::unwrap_or_clone(bits),
        mut other => {
            let mut bits = Bits::none(max_doc);
            let mut doc = other.doc();
            while doc != END {
                if doc.is_multiple_of(256) {
                    halt(cancel)?;
                }
                bits.insert(doc);
                doc = other.seek(doc + 1);
            }
            bits
        }
    })
}

fn with_trait(segment: &Segment, name: &str, asks: &[Asks], cancel: &Cancel) -> Result<Stream, Halt> {
    let all = tag::attribute("");
    let mut infos: Vec<TermInfo> = Vec::new();
    let mut take = |head: &[u8]| -> Result<(), Halt> {
        let mut stream = segment.tags.terms().range().ge(head).into_stream()?;
        while stream.advance() && stream.key().starts_with(head) {
            halt(cancel)?;
            let line = stream.key().strip_prefix(all.as_bytes());
            let line = line.and_then(|line| std::str::from_utf8(line).ok());
            if line.is_some_and(|line| has_trait(name, asks, line)) {
                infos.push(stream.value().clone());
            }
        }
        Ok(())
    };
    take(tag::attribute(&format!("{name}=")).as_bytes())?;
    if asks_by_sign(name, asks) {
        // A sign may stand in any attribute: from one name to the next, and of each only the values that begin with it.
        let mut from = all.clone().into_bytes();
        loop {
            halt(cancel)?;
            let mut names = segment.tags.terms().range().ge(&from).into_stream()?;
            if !names.advance() || !names.key().starts_with(all.as_bytes()) {
                break;
            }
            let Some(end) = names.key().iter().position(|byte| *byte == b'=') else {
                // No attribute, and nothing to step over as one.
                from = [names.key(), &[0]].concat();
                continue;
            };
            from = names.key().get(..end).unwrap_or_default().to_vec();
            if from.strip_prefix(all.as_bytes()) != Some(name.as_bytes()) {
                take(&[from.as_slice(), b"=", name.as_bytes()].concat())?;
            }
            // `>` is the character after `=`.
            from.push(b'>');
        }
    }
    any_of(&segment.tags, &infos, segment.max_doc(), cancel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bounds_hold_what_the_comparison_does(figure in 0_u64..3_000, thousandths in -500_i64..3_500, scale in 0_u32..4) {
            let value = Decimal::new(thousandths, 3);
            for op in [Op::Less, Op::AtMost, Op::More, Op::AtLeast, Op::Equal] {
                let wanted = op.holds(Decimal::new(i64::try_from(figure).unwrap(), scale), value);
                let within = bounds(op, value, scale).is_some_and(|bounds| bounds.contains(&figure));
                prop_assert_eq!(within, wanted, "{:?} {} {} {}", op, figure, value, scale);
            }
        }
    }

    #[test]
    fn absurd_bounds_are_all_or_nothing() {
        let huge = Decimal::MAX;
        assert_eq!(bounds(Op::Less, huge, 6), Some(0..=u64::MAX));
        assert_eq!((bounds(Op::More, huge, 6), bounds(Op::Equal, huge, 6)), (None, None));
        assert_eq!(bounds(Op::AtLeast, -huge, 6), Some(0..=u64::MAX));
    }

    #[test]
    fn a_figure_with_a_unit_is_one_in_that_unit() {
        let holds = |asked: &str, value: &str| {
            let query = crate::query::Query::parse(asked);
            let Some(crate::query::Is::Attribute { asks, .. }) = query.terms.first().map(|term| &term.is)
            else {
                panic!("{asked} asks no attribute");
            };
            answers(asks, value)
        };
        for (asked, value, wanted) in [
            ("容量>=500ml", "500ml", true),
            ("容量>=500ml", "750 ml 带盖", true),
            ("容量>=500ml", "499ml", false),
            // Another unit, none, or a longer one: it is not said how much that would be.
            ("容量>=500ml", "1l", false),
            ("容量>=500ml", "500", false),
            ("容量>=500m", "500ml", false),
            ("面积>=5m", "5m2", false),
            ("面积>=5㎡", "6m2", true),
            ("长度<2米", "1.5米长", true),
            ("长度<2米", "1.5cm", false),
            ("容量>=500", "750ml", true),
        ] {
            assert_eq!(holds(asked, value), wanted, "{asked} of {value}");
        }
    }

    #[test]
    fn the_first_number_of_a_value_is_read() {
        let number = |text: &str| number_and_rest(text).map(|(number, _)| number.to_string());
        assert_eq!(number("ra95.5以上 3").as_deref(), Some("95.5"));
        assert_eq!((number("304不锈钢").as_deref(), number("2.").as_deref()), (Some("304"), Some("2")));
        assert_eq!(number("不锈钢"), None);
        assert!(number(&"9".repeat(60)).is_some());
    }
}
