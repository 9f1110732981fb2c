//! The values of a query: what stands behind a sign, quoted or alone or several with commas between them, and what it
//! names where it names something: offers, sellers, identities. Apart from `parse`, which finds out where they stand.

use std::ops::Range;

use super::{
    LIKE_ATTRIBUTE, LIKE_ATTRIBUTE_NUMBER, Reader, Value, closer, distinct, is_attribute_name, is_comma,
    nearly,
};
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::search::Sort;
use crate::domain::supplier::Identity;
use crate::domain::text::Clean;
use crate::query::fold::fold;
use crate::query::grammar;
use crate::query::terms::{Asks, Is, Op, Seller, Wrong};
use crate::query::value;

const LIKE_OFFER: &str = "id:676651652931";

impl Reader {
    /// A name that is not in the table: an attribute of the goods, or text.
    pub(super) fn attribute(
        &mut self,
        (start, negated): (usize, bool),
        name: Range<usize>,
        word: &str,
        (op, mut from, is_colon): (Op, usize, bool),
    ) -> bool {
        let is_address = is_colon && self.char(from) == Some('/') && self.char(from + 1) == Some('/');
        if !is_attribute_name(word) || is_address {
            return false;
        }
        if !is_colon && self.is_end(from) && self.is_digit_behind(from) {
            from = self.after_blanks(from);
        }
        let is_exact = is_colon || op == Op::Equal;
        let end = self.token_end(from);
        if let Some(meant) = nearly(word) {
            self.at = end;
            self.wrong(name, Wrong::NotOneOf(vec![meant]));
            return true;
        }
        if self.is_end(from) {
            self.at = from;
            let like = if is_exact { LIKE_ATTRIBUTE } else { LIKE_ATTRIBUTE_NUMBER };
            self.wrong(start..from, Wrong::NoValue { like });
            return true;
        }
        let asks = if is_exact {
            let values = self.values(from).into_iter().filter(|value| !value.text.is_empty());
            let asks = distinct(values.map(|value| {
                match value::plain(&value.text).filter(|_| !is_colon && !value.quoted) {
                    Some(number) => Asks::Number(Op::Equal, number),
                    None => Asks::Contains(value.text),
                }
            }));
            if asks.is_empty() {
                let end = self.at;
                self.wrong(start..end, Wrong::NoValue { like: LIKE_ATTRIBUTE });
                return true;
            }
            asks
        } else {
            let text = self.text(from..end);
            let Some((number, unit)) = value::measure(&text) else {
                // `a<b` is no comparison that somebody got wrong.
                if !text.starts_with(|c: char| c.is_ascii_digit()) {
                    return false;
                }
                self.at = end;
                self.wrong(from..end, Wrong::NotANumber { like: LIKE_ATTRIBUTE_NUMBER });
                return true;
            };
            self.at = end;
            if unit.is_empty() {
                vec![Asks::Number(op, number)]
            } else {
                vec![Asks::Measure(op, number, unit.to_owned())]
            }
        };
        let at = start..self.at;
        self.push(negated, Is::Attribute { name: word.to_owned(), asks }, at);
        true
    }

    /// The order that was asked for.
    pub(super) fn sort(&mut self, negated: bool, at: Range<usize>, value: &Value) {
        match grammar::meant(&grammar::SORTS, &value.text) {
            Some(_) if negated => self.wrong(at, Wrong::WrongSign { like: "sort:price" }),
            Some(sort) => self.query.sort = Some::<Sort>(*sort),
            None => {
                let at = value.at.clone();
                self.wrong(at, Wrong::NotOneOf(grammar::choices(&grammar::SORTS)));
            }
        }
    }

    /// Numbers of offers. `id:超级工厂` is taken for what it means.
    pub(super) fn offers(&mut self, values: &[Value]) -> Option<Is> {
        let identities: Vec<Identity> = values
            .iter()
            .filter_map(|value| grammar::meant(&grammar::IDENTITIES, &value.text).cloned())
            .collect();
        if identities.len() == values.len() {
            return Some(Is::Identity(identities));
        }
        let mut offers: Vec<OfferKey> = Vec::new();
        for value in values {
            match self.offer(value) {
                Some(offer) if offers.contains(&offer) => {}
                Some(offer) => offers.push(offer),
                None => self.wrong(value.at.clone(), Wrong::NotAnOffer { like: LIKE_OFFER }),
            }
        }
        (!offers.is_empty()).then_some(Is::Offer(offers))
    }

    fn offer(&self, value: &Value) -> Option<OfferKey> {
        if let Ok(offer) = value.text.parse::<OfferKey>() {
            return Some(offer);
        }
        // A source's own number keeps its capitals.
        let typed = self.as_typed(value.at.clone());
        let rest = value.text.strip_prefix("l:").and_then(|_| typed.split_once([':', '：']))?.1;
        format!("L:{rest}").parse().ok()
    }

    pub(super) fn seller(&self, value: &Value) -> Seller {
        let typed = fold_width(&self.as_typed(value.at.clone()));
        let typed = typed.trim();
        // An id is plain; a name is only looked for as one.
        let is_id = typed.len() <= 128 && typed.bytes().all(|byte| byte.is_ascii_graphic());
        let id =
            if is_id && fold(typed) == value.text { SupplierId::new(typed) } else { SupplierId::default() };
        Seller { id, name: value.text.clone() }
    }

    pub(super) fn identity(&self, value: &Value) -> Option<Identity> {
        if let Some(identity) = grammar::meant(&grammar::IDENTITIES, &value.text) {
            return Some(identity.clone());
        }
        // The set is open: the market may have others. What nearly is a known one is a slip.
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let is_slip = grammar::choices(&grammar::IDENTITIES)
            .iter()
            .any(|known| known.starts_with(&value.text) || strsim::osa_distance(known, &value.text) <= 2);
        if is_slip || !value.text.chars().all(is_word) || value.text.len() > 40 {
            return None;
        }
        Some(Identity::Other(Clean::new(&fold_width(&self.as_typed(value.at.clone())))))
    }

    /// Alternatives, the reader behind them.
    pub(super) fn values(&mut self, from: usize) -> Vec<Value> {
        let mut values = Vec::new();
        let mut at = from;
        loop {
            values.push(self.value(at, true));
            match self.char(self.at) {
                Some(c) if is_comma(c) => at = self.at + 1,
                _ => return values,
            }
        }
    }

    /// One value, the reader behind it: quoted, or up to a blank (or a comma, in a list).
    pub(super) fn value(&mut self, from: usize, in_list: bool) -> Value {
        if self.char(from).and_then(closer).is_some() {
            return self.quoted(from);
        }
        let rest = self.folded.chars.iter().skip(from);
        let end = from + rest.take_while(|c| !(c.is_whitespace() || in_list && is_comma(**c))).count();
        self.at = end;
        Value { text: self.text(from..end), at: from..end, quoted: false }
    }

    /// What stands in quotation marks, blanks made single; to the end where they are not closed.
    pub(super) fn quoted(&mut self, from: usize) -> Value {
        let closing = self.char(from).and_then(closer);
        let inside = from + 1;
        let length = self.folded.chars.iter().skip(inside).position(|c| Some(*c) == closing);
        let end = length.map_or(self.folded.chars.len(), |length| inside + length);
        self.at = end + usize::from(length.is_some());
        if length.is_none() {
            let end = self.folded.chars.len();
            self.wrong(from..end, Wrong::OpenQuote);
        }
        let text = self.text(inside..end);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Value { text, at: inside..end, quoted: true }
    }
}

/// Narrow letters and signs for full-width ones, capitals kept.
fn fold_width(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfkc().collect()
}
