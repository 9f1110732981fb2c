//! What can be wrong with a query as it was typed, and where. It stands here and not beside the parser because the
//! words for it belong to the languages and the marks to the screen, and neither reads queries.

use std::ops::Range;

/// A mistake in what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: characters of the text, from..to.
    pub at: Range<usize>,
    /// What is wrong.
    pub kind: Wrong,
}

/// What can be wrong with a term; it does not count then (but for [`Wrong::OpenQuote`]).
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
    /// A quotation mark without its pair: what follows is taken as quoted to the end.
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
    /// The text is longer than is read; the range is what was not.
    TooLong,
    /// An offer's number was expected.
    NotAnOffer {
        /// A right one.
        like: &'static str,
    },
    /// A link of the marketplace that names no offer.
    NoOfferInLink,
    /// There is no OR between terms.
    NoOr,
}
