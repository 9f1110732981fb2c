//! The search grammar: what was typed, as terms that must all hold.
//!
//! A query is tokens between blanks. A token is a predicate when it is one of the words of [`PLAIN`], or one of the
//! heads of [`HEADS`] with a colon and a value behind it; a `-` in front turns a predicate round. Everything else is
//! text to be found, `word:` with an unknown word included, so that nothing typed is ever an error. Full-width
//! letters, colons and minus signs count as the narrow ones.
//!
//! To add a predicate: a variant of [`Is`] and a row of one of the two tables. What it means for an offer is the
//! catalog's business.

use super::MAX_WORDS;
use super::fold::fold;
use rust_decimal::Decimal;

use crate::domain::id::{OfferKey, SupplierId};
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
    /// Its note, or its supplier's, contains this.
    Note(String),
    /// Its supplier has this id, or this in the name.
    Supplier {
        /// As typed.
        id: SupplierId,
        /// Folded.
        name: String,
    },
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
        /// What is asked of it.
        asks: Asks,
    },
}

/// A mistake in what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: characters of the text, from..to.
    pub at: std::ops::Range<usize>,
    /// What is wrong.
    pub kind: Wrong,
}

/// What can be wrong with a term; it does not count then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// A number was expected after the sign, `like` is an example.
    NotANumber {
        /// A right one: `price<8`.
        like: &'static str,
    },
    /// A quantity was expected after `@`.
    NotAQuantity {
        /// A right one.
        like: &'static str,
    },
    /// The value is none of those that can stand there.
    NotOneOf(Vec<&'static str>),
    /// A quotation mark without its pair.
    OpenQuote,
    /// Nothing follows the sign or colon.
    NoValue {
        /// A right one.
        like: &'static str,
    },
    /// This predicate takes a comparison, not a colon, or the other way round.
    WrongSign {
        /// A right one.
        like: &'static str,
    },
    /// More terms than count.
    TooMany,
}

/// Predicates that stand alone.
const PLAIN: [(&str, Is); 3] = [("fav", Is::Favourite), ("bought", Is::Bought), ("blocked", Is::Blocked)];

/// Makes a predicate of its value: as typed, and folded.
type Make = fn(&str, String) -> Is;

/// Predicates with a value.
const HEADS: [(&str, Make); 3] = [
    ("tag", |_, value| Is::Tag(vec![value])),
    ("note", |_, value| Is::Note(value)),
    ("supplier", |typed, name| Is::Supplier { id: SupplierId::new(typed), name }),
];

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
    /// Reads what was typed. Terms beyond [`MAX_WORDS`] do not count, nor do doubled ones.
    pub fn parse(text: &str) -> Query {
        let mut query = Query::default();
        for typed in text.split_whitespace() {
            for term in read(typed) {
                if query.terms.len() >= MAX_WORDS {
                    return query;
                }
                if !query.terms.contains(&term) {
                    query.terms.push(term);
                }
            }
        }
        query
    }

    /// The words that are text, in the order typed.
    pub fn words(&self) -> Vec<String> {
        let words = self.terms.iter().filter_map(|term| match &term.is {
            Is::Text(word) => Some(word.clone()),
            _ => None,
        });
        words.collect()
    }

    /// The terms that are not text.
    pub fn predicates(&self) -> impl Iterator<Item = &Term> {
        self.terms.iter().filter(|term| !matches!(term.is, Is::Text(_)))
    }
}

/// One token: a predicate, or the text in it. Folding may find blanks in a token (some signs are made of a blank and
/// a mark), so text may be several words.
fn read(typed: &str) -> Vec<Term> {
    let folded = fold(typed);
    let (negated, bare) = match folded.strip_prefix(MINUS) {
        Some(rest) => (true, rest),
        None => (false, folded.as_str()),
    };
    if !folded.contains(char::is_whitespace)
        && let Some(is) = predicate(typed, bare)
    {
        return vec![Term { negated, is }];
    }
    folded.split_whitespace().map(|word| Term { negated: false, is: Is::Text(word.to_owned()) }).collect()
}

/// What turns a predicate round: minus and the signs that look like it (NFKC makes the full-width one narrow, not
/// the mathematical one).
const MINUS: [char; 2] = ['-', '\u{2212}'];

fn predicate(typed: &str, bare: &str) -> Option<Is> {
    if let Some((_, is)) = PLAIN.iter().find(|(word, _)| *word == bare) {
        return Some(is.clone());
    }
    let (head, value) = bare.split_once(':').filter(|(_, value)| !value.is_empty())?;
    let (_, make) = HEADS.iter().find(|(word, _)| *word == head)?;
    let typed = typed.split_once([':', '：']).map_or(value, |(_, value)| value);
    Some(make(typed, value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(text: &str) -> Vec<Term> {
        Query::parse(text).terms
    }

    fn says(is: Is) -> Term {
        Term { negated: false, is }
    }

    fn not(is: Is) -> Term {
        Term { negated: true, is }
    }

    #[test]
    fn predicates_and_text_stand_side_by_side() {
        assert_eq!(
            terms("保溫杯 fav -bought tag:禮品 note:快 -blocked"),
            [
                says(Is::Text("保温杯".into())),
                says(Is::Favourite),
                not(Is::Bought),
                says(Is::Tag(vec!["礼品".into()])),
                says(Is::Note("快".into())),
                not(Is::Blocked),
            ]
        );
        assert_eq!(Query::parse("a fav b").words(), ["a", "b"]);
        assert_eq!(Query::parse("a fav b -tag:x").predicates().count(), 2);
    }

    #[test]
    fn width_and_case_do_not_matter_but_a_suppliers_id_is_kept_as_typed() {
        assert_eq!(terms("ＦＡＶ －ｔａｇ：Ａ"), [says(Is::Favourite), not(Is::Tag(vec!["a".into()]))]);
        let supplier = Is::Supplier { id: SupplierId::new("BBBspz8Z"), name: "bbbspz8z".into() };
        assert_eq!(terms("supplier:BBBspz8Z"), [says(supplier.clone())]);
        assert_eq!(terms("-supplier：BBBspz8Z"), [not(supplier)]);
    }

    #[test]
    fn what_is_no_predicate_is_text() {
        for text in
            ["favourite", "tag:", "-tag:", "color:red", "-红", "-500ml", "--fav", "http://x", ":", "-", "tag"]
        {
            assert_eq!(terms(text), [says(Is::Text(fold(text)))], "{text}");
        }
        assert_eq!(terms("tag:a:b"), [says(Is::Tag(vec!["a:b".into()]))]);
        assert!(terms(" \u{3000}\t").is_empty());
    }

    #[test]
    fn terms_are_distinct_and_so_many_at_most() {
        assert_eq!(terms("fav 杯 FAV 杯 -fav").len(), 3);
        let long: String = (0..100).map(|n| format!("w{n} tag:{n} ")).collect();
        assert_eq!(terms(&long).len(), MAX_WORDS);
    }

    proptest! {
        #[test]
        fn any_text_reads_and_plain_text_reads_as_its_words(text in "\\PC{0,60}") {
            let query = Query::parse(&text);
            prop_assert!(query.terms.len() <= MAX_WORDS);
            if query.predicates().count() == 0 {
                prop_assert_eq!(query.words(), super::super::words(&text));
            }
        }

        #[test]
        fn predicates_among_words_leave_the_words_alone(
            text in "[a-c杯盘 ]{0,20}", mark in prop::sample::select(vec!["fav", "-bought", "tag:q", "-note:q", "supplier:q"]),
        ) {
            let with = Query::parse(&format!("{mark} {text} {mark}"));
            prop_assert_eq!(with.words(), Query::parse(&text).words());
            prop_assert_eq!(with.predicates().count(), 1);
        }
    }
}
