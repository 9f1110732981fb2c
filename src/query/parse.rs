//! Reading what was typed.
//!
//! A query is tokens between blanks. In front of a token `-` or `!` turns it round; 非 does so before a predicate. A
//! token is, in this order:
//!
//! - a text in quotation marks (`"`, “”, 「」, 『』), blanks included, never a predicate;
//! - a word of the table that stands alone: `fav`;
//! - a name of the table with a sign and a value: `price<8`, `belt:义乌,永康`, `tag:"老 客户"`. Blanks may stand around
//!   the sign of a number: `price < 8`, `孔径 >= 8`;
//! - any other name with a sign and a value: an attribute of the goods. A name begins with a letter, so 12:30 and 1:2
//!   are text, and so is what has `//` behind its colon;
//! - text. `-` in front of a Latin letter or a digit belongs to it (titles have -500ml); before a Chinese character it
//!   turns round, and `!` does before any letter or digit.
//!
//! Links of the marketplace are looked for first ([`pasted`]): what stands around one is the rest of a share text,
//! unless it is nothing but predicates.
//!
//! Everything is read off the folded text, each character of which knows where it was typed; so full-width signs and
//! traditional characters need no rules of their own, and every mistake can be pointed at. One pass, no going back.

mod values;

use std::ops::Range;

use super::MAX_WORDS;
use super::fold::{Folded, fold, fold_with_map};
use super::grammar::{self, Predicate, Reads};
use super::terms::{Field, Is, Op, Problem, Query, Term, Wrong};
use super::value;
use crate::domain::pasted;
use crate::domain::quantity::Quantity;

/// Longest text that is read, in characters: nobody types more, and a pasted page must not cost a scan.
pub const MAX_CHARS: usize = 2_000;

/// Examples for what is not in the table.
const LIKE_ATTRIBUTE: &str = "材质:304";
const LIKE_ATTRIBUTE_NUMBER: &str = "ra>=90";
const LIKE_AT: &str = "price@300<8";

impl Query {
    /// Reads what was typed. Terms beyond [`MAX_WORDS`] do not count, nor do doubled ones, nor what is wrong.
    pub fn parse(text: &str) -> Query {
        let mut typed: Vec<char> = text.chars().take(MAX_CHARS).collect();
        let mut problems = Vec::new();
        // A word that was cut in two is not a word.
        if text.chars().nth(MAX_CHARS).is_some() {
            let kept = typed.iter().rposition(|c| c.is_whitespace()).unwrap_or(typed.len());
            typed.truncate(kept);
            problems.push(Problem { at: kept..text.chars().count(), kind: Wrong::TooLong });
        }
        let head: String = typed.iter().collect();
        let mut reader = Reader {
            folded: fold_with_map(&head),
            typed,
            at: 0,
            query: Query { problems, ..Query::default() },
        };
        let (offers, is_share_text) = reader.take_links();
        reader.read();
        let mut query = reader.query;
        if !offers.is_empty() {
            // Words around a link are its share text, not something to be found as well.
            let is_bare = !is_share_text
                && query.problems.is_empty()
                && query.terms.iter().all(|term| !matches!(term.is, Is::Text(_) | Is::Attribute { .. }));
            if !is_bare {
                query = Query::default();
            }
            query.terms.splice(0..0, offers);
            query.terms.truncate(MAX_WORDS);
        }
        query.problems.sort_by_key(|problem| problem.at.start);
        query
    }

    /// Whether a mistake is only that the buyer is still typing there: the cursor (characters before it) stands at
    /// its end, and going on can make it right.
    pub fn is_unfinished(text: &str, problem: &Problem, cursor: usize) -> bool {
        if problem.at.end != cursor {
            return false;
        }
        let part: String = text.chars().take(problem.at.end).skip(problem.at.start).collect();
        let part = fold(&part);
        match &problem.kind {
            Wrong::NoValue { .. } | Wrong::OpenQuote => true,
            Wrong::NotANumber { .. } => value::may_become(&part),
            Wrong::NotAQuantity { .. } => part.is_empty(),
            Wrong::NotOneOf(choices) => choices.iter().any(|choice| choice.starts_with(&part)),
            Wrong::NotAnOffer { .. } => {
                part == "l" || (part.starts_with("l:") && part.matches(':').count() < 2)
            }
            Wrong::WrongSign { .. }
            | Wrong::TooMany
            | Wrong::TooLong
            | Wrong::NoOfferInLink
            | Wrong::NoOr => false,
        }
    }
}

/// Whether a word alone is more than text: it has to be quoted to be found.
pub(super) fn is_reserved(word: &str) -> bool {
    grammar::predicate(word.split('@').next().unwrap_or_default()).is_some_and(|row| {
        matches!(row.reads, Reads::Alone(_) | Reads::Number(_)) && !is_chinese_alone(row, word)
    })
}

/// Chinese words that stand alone are text.
fn is_chinese_alone(row: &Predicate, word: &str) -> bool {
    matches!(row.reads, Reads::Alone(_)) && !word.is_ascii()
}

/// What closes a quotation that this opens.
pub(super) fn closer(opener: char) -> Option<char> {
    match opener {
        '"' => Some('"'),
        '“' => Some('”'),
        '「' => Some('」'),
        '『' => Some('』'),
        _ => None,
    }
}

/// What separates alternatives.
pub(super) fn is_comma(c: char) -> bool {
    matches!(c, ',' | '、')
}

pub(super) fn is_sign(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | ':' | '≤' | '≥' | '≦' | '≧' | '≠')
}

/// Chinese characters, as words of a query have them.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

struct Reader {
    typed: Vec<char>,
    folded: Folded,
    /// Next folded character.
    at: usize,
    query: Query,
}

/// A value, and where it stands in the folded text.
struct Value {
    text: String,
    at: Range<usize>,
    /// Stood in quotation marks.
    quoted: bool,
}

impl Reader {
    fn char(&self, at: usize) -> Option<char> {
        self.folded.chars.get(at).copied()
    }

    fn is_end(&self, at: usize) -> bool {
        self.char(at).is_none_or(char::is_whitespace)
    }

    /// The end of the token that `from` is in.
    fn token_end(&self, from: usize) -> usize {
        let rest = self.folded.chars.iter().skip(from);
        from + rest.take_while(|c| !c.is_whitespace()).count()
    }

    fn after_blanks(&self, from: usize) -> usize {
        let rest = self.folded.chars.iter().skip(from);
        from + rest.take_while(|c| c.is_whitespace()).count()
    }

    fn text(&self, at: Range<usize>) -> String {
        self.folded.chars.iter().skip(at.start).take(at.len()).collect()
    }

    /// Where folded characters were typed.
    fn typed_at(&self, at: Range<usize>) -> Range<usize> {
        let source = |index: usize| self.folded.source.get(index).copied();
        let start = source(at.start).unwrap_or(self.typed.len());
        let last = at.end.checked_sub(1).and_then(source).unwrap_or(start);
        // Marks belong to the character before them; several folded characters may come of one.
        let end = source(at.end).unwrap_or(self.typed.len());
        start..if at.is_empty() { start } else { end.max(last + 1) }
    }

    /// As typed, neither folded nor in small letters.
    fn as_typed(&self, at: Range<usize>) -> String {
        let at = self.typed_at(at);
        self.typed.iter().skip(at.start).take(at.len()).collect()
    }

    fn wrong(&mut self, at: Range<usize>, kind: Wrong) {
        let at = self.typed_at(at);
        self.query.problems.push(Problem { at, kind });
    }

    fn push(&mut self, negated: bool, is: Is, at: Range<usize>) {
        let term = Term { negated, is };
        if self.query.terms.contains(&term) {
            return;
        }
        if self.query.terms.len() < MAX_WORDS {
            self.query.terms.push(term);
        } else if !self.query.problems.iter().any(|problem| problem.kind == Wrong::TooMany) {
            self.wrong(at.start..self.folded.chars.len(), Wrong::TooMany);
        }
    }

    /// Takes the marketplace's links out of the text: the offers they name, and whether something else is written
    /// close to one.
    fn take_links(&mut self) -> (Vec<Term>, bool) {
        let mut is_share_text = false;
        let mut terms: Vec<Term> = Vec::new();
        let mut wrong = Vec::new();
        for link in pasted::links(&self.folded.chars) {
            let mut start = link.at.start;
            let before = self.folded.chars.iter().take(start).rev();
            let glued = before.take_while(|c| !c.is_whitespace()).count();
            let mut front = self.text(start - glued..start);
            let mut negated = false;
            if let Some(rest) = front.strip_prefix(MINUS) {
                negated = true;
                front = rest.to_owned();
            }
            // `-https://..` and `id:https://..`; anything else in front is share text.
            let is_id = front
                .strip_suffix(':')
                .and_then(grammar::predicate)
                .is_some_and(|row| matches!(row.reads, Reads::Offers));
            if front.is_empty() || is_id {
                start -= glued;
            } else {
                negated = false;
                is_share_text = true;
            }
            is_share_text |= !self.is_end(link.at.end);
            if link.offers.is_empty() {
                wrong.push(link.at.clone());
            } else {
                match terms.iter_mut().find(|term| term.negated == negated) {
                    Some(Term { is: Is::Offer(known), .. }) => {
                        for offer in link.offers {
                            if !known.contains(&offer) {
                                known.push(offer);
                            }
                        }
                    }
                    _ => terms.push(Term { negated, is: Is::Offer(link.offers) }),
                }
            }
            self.folded.chars.iter_mut().take(link.at.end).skip(start).for_each(|c| *c = ' ');
        }
        if terms.is_empty() {
            for at in wrong {
                self.wrong(at, Wrong::NoOfferInLink);
            }
        }
        (terms, is_share_text)
    }

    fn read(&mut self) {
        loop {
            self.at = self.after_blanks(self.at);
            let Some(first) = self.char(self.at) else { return };
            let start = self.at;
            let turns = (MINUS.contains(&first) || first == '非') && !self.is_end(start + 1);
            if turns && self.term(start, start + 1, first) {
                continue;
            }
            self.term(start, start, ' ');
        }
    }

    /// Reads the token that begins at `start`; `body` is behind what turns it round. Whether it was one: a token whose
    /// first sign does not turn it round is read again with it.
    fn term(&mut self, start: usize, body: usize, turned_by: char) -> bool {
        let negated = body > start;
        let Some(first) = self.char(body) else { return false };
        if closer(first).is_some() && turned_by != '非' {
            let value = self.quoted(body);
            if !value.text.is_empty() {
                self.push(negated, Is::Text(value.text), start..value.at.end);
            }
            return true;
        }
        let end = self.token_end(body);
        let sign =
            self.folded.chars.iter().take(end).skip(body).position(|c| is_sign(*c)).map(|at| body + at);
        if let Some((end, sign)) = self.sign_of(body, end, sign) {
            // `price!=8` turns round as `-price=8` does.
            let is_not = sign > body && self.char(sign) == Some('=') && self.char(sign - 1) == Some('!');
            let turns = is_not || self.char(sign) == Some('≠');
            let end = if is_not && sign == end { end - 1 } else { end };
            let negated = negated != turns;
            if self.predicate((start, negated), body..end, sign) {
                return true;
            }
        }
        if !negated && matches!(self.as_typed(body..end).as_str(), "OR" | "|" | "||") {
            self.at = end;
            self.wrong(body..end, Wrong::NoOr);
            return true;
        }
        let word = self.text(body..end);
        if sign.is_none()
            && let Some(Reads::Alone(is)) =
                grammar::predicate(&word).filter(|row| !is_chinese_alone(row, &word)).map(|row| &row.reads)
        {
            self.at = end;
            self.push(negated, is.clone(), start..end);
            return true;
        }
        // Text: minus turns round only before Chinese.
        let turns = is_han(first) || (turned_by == '!' && first.is_alphanumeric());
        if negated && (turned_by == '非' || !turns) {
            return false;
        }
        self.at = end;
        self.push(negated, Is::Text(word), start..end);
        true
    }

    /// Where the name ends and where the sign begins. The sign of a number may stand apart from its name.
    fn sign_of(&self, body: usize, end: usize, sign: Option<usize>) -> Option<(usize, usize)> {
        if let Some(sign) = sign {
            return Some((sign, sign));
        }
        let mut next = self.after_blanks(end);
        if (self.char(next), self.char(next + 1)) == (Some('!'), Some('=')) {
            next += 1;
        }
        if !self.char(next).is_some_and(|c| is_sign(c) && c != ':') {
            return None;
        }
        let name = self.text(body..end);
        let is_of_table = is_reserved(&name) && self.is_number(body..end);
        // Of an attribute only with a number behind it: `a > b` is text.
        let is_attribute = || {
            let (_, from, _) = self.op(next);
            is_attribute_name(&name) && grammar::predicate(&name).is_none() && self.is_digit_behind(from)
        };
        (is_of_table || is_attribute()).then_some((end, next))
    }

    /// Whether a digit comes next, blanks left out.
    fn is_digit_behind(&self, from: usize) -> bool {
        self.char(self.after_blanks(from)).is_some_and(|c| c.is_ascii_digit())
    }

    fn is_number(&self, name: Range<usize>) -> bool {
        let name = self.text(name);
        let name = name.split('@').next().unwrap_or_default();
        grammar::predicate(name).is_some_and(|row| matches!(row.reads, Reads::Number(_)))
    }

    /// A sign: what it means, where its value begins, and whether it is a colon.
    fn op(&self, at: usize) -> (Op, usize, bool) {
        match (self.char(at), self.char(at + 1)) {
            (Some('<'), Some('=')) | (Some('='), Some('<')) => (Op::AtMost, at + 2, false),
            (Some('>'), Some('=')) | (Some('='), Some('>')) => (Op::AtLeast, at + 2, false),
            (Some('<'), _) => (Op::Less, at + 1, false),
            (Some('>'), _) => (Op::More, at + 1, false),
            (Some('≤' | '≦'), _) => (Op::AtMost, at + 1, false),
            (Some('≥' | '≧'), _) => (Op::AtLeast, at + 1, false),
            (Some('='), Some('=')) => (Op::Equal, at + 2, false),
            (Some('=' | '≠'), _) => (Op::Equal, at + 1, false),
            _ => (Op::Equal, at + 1, true),
        }
    }

    /// A name with a sign and perhaps a value; `false` when it is no predicate after all.
    fn predicate(&mut self, (start, negated): (usize, bool), name: Range<usize>, sign: usize) -> bool {
        let word = self.text(name.clone());
        let (op, mut from, is_colon) = self.op(sign);
        let (bare, quantity) = match word.split_once('@') {
            Some((bare, quantity)) => (bare, Some(quantity)),
            None => (word.as_str(), None),
        };
        let row = grammar::predicate(bare)
            .filter(|row| quantity.is_none() || matches!(row.reads, Reads::Number(_)));
        let Some(row) = row else {
            // 非洲:.. is a name, not the contrary of 洲.
            return (name.start == start || self.char(start) != Some('非'))
                && self.attribute((start, negated), name, &word, (op, from, is_colon));
        };
        if let Reads::Number(field) = row.reads {
            let next = self.after_blanks(from);
            if self.is_end(from)
                && !is_colon
                && self.char(next).is_some_and(|c| c.is_ascii_digit() || c == '¥')
            {
                from = next;
            }
            self.number((start, negated), name, (field, row), (op, from), quantity);
            return true;
        }
        if !is_colon && op != Op::Equal || matches!(row.reads, Reads::Alone(_)) {
            let end = self.token_end(start);
            self.at = end;
            self.wrong(start..end, Wrong::WrongSign { like: row.like });
            return true;
        }
        if self.is_end(from) {
            self.at = from;
            self.wrong(start..from, Wrong::NoValue { like: row.like });
            return true;
        }
        let values = if row.takes_alternatives() { self.values(from) } else { vec![self.value(from, false)] };
        let at = start..self.at;
        let values: Vec<Value> = values.into_iter().filter(|value| !value.text.is_empty()).collect();
        let Some(first) = values.first() else {
            self.wrong(at, Wrong::NoValue { like: row.like });
            return true;
        };
        let is = match &row.reads {
            Reads::List(make) => make(distinct(values.into_iter().map(|value| value.text))),
            Reads::Supplier => Is::Supplier(distinct(values.iter().map(|value| self.seller(value)))),
            Reads::Offers => match self.offers(&values) {
                Some(is) => is,
                None => return true,
            },
            Reads::Identity => {
                let mut identities = Vec::new();
                for value in &values {
                    match self.identity(value) {
                        Some(identity) if identities.contains(&identity) => {}
                        Some(identity) => identities.push(identity),
                        None => {
                            let choices = grammar::choices(&grammar::IDENTITIES);
                            self.wrong(value.at.clone(), Wrong::NotOneOf(choices));
                        }
                    }
                }
                if identities.is_empty() {
                    return true;
                }
                Is::Identity(identities)
            }
            Reads::Kind => match grammar::meant(&grammar::KINDS, &first.text) {
                Some(kind) => Is::Kind(*kind),
                None => {
                    let at = first.at.clone();
                    self.wrong(at, Wrong::NotOneOf(grammar::choices(&grammar::KINDS)));
                    return true;
                }
            },
            Reads::Sort => {
                self.sort(negated, at, first);
                return true;
            }
            Reads::Fact => match grammar::predicate(&first.text).map(|row| &row.reads) {
                Some(Reads::Alone(is)) => is.clone(),
                _ => {
                    let at = first.at.clone();
                    let names = grammar::PREDICATES.iter().filter(|row| matches!(row.reads, Reads::Alone(_)));
                    self.wrong(at, Wrong::NotOneOf(names.map(|row| row.name).collect()));
                    return true;
                }
            },
            Reads::Alone(_) | Reads::Number(_) => return true,
        };
        self.push(negated, is, at);
        true
    }

    fn number(
        &mut self,
        (start, negated): (usize, bool),
        name: Range<usize>,
        (field, row): (Field, &'static Predicate),
        (op, from): (Op, usize),
        quantity: Option<&str>,
    ) {
        let end = self.token_end(from);
        self.at = end;
        let at = match quantity {
            None => None,
            Some(_) if field != Field::Price => {
                self.wrong(start..end, Wrong::WrongSign { like: row.like });
                return;
            }
            Some(quantity) => {
                match quantity.parse::<Quantity>().ok().filter(|quantity| !quantity.is_zero()) {
                    Some(quantity) => Some(quantity),
                    None => {
                        // With nothing behind it, the sign itself.
                        let from = name.end - quantity.chars().count();
                        let at = if from == name.end { from - 1..from } else { from..name.end };
                        self.wrong(at, Wrong::NotAQuantity { like: LIKE_AT });
                        return;
                    }
                }
            }
        };
        if from >= end {
            self.wrong(start..from, Wrong::NoValue { like: row.like });
            return;
        }
        match value::number(field, &self.text(from..end)) {
            Some(value) => {
                self.push(negated, Is::Number { field, op, value, at }, start..end);
            }
            None => self.wrong(from..end, Wrong::NotANumber { like: row.like }),
        }
    }
}

/// What turns a term round: minus and the signs that look like it (NFKC makes the full-width one narrow, not the
/// mathematical one), and the exclamation mark.
const MINUS: [char; 3] = ['-', '\u{2212}', '!'];

/// A name of the table that a Latin word misses by one letter.
fn nearly(word: &str) -> Option<&'static str> {
    const LEAST: usize = 4;
    if word.len() < LEAST || !word.is_ascii() {
        return None;
    }
    let names =
        grammar::PREDICATES.iter().filter(|row| !matches!(row.reads, Reads::Alone(_))).map(|row| row.name);
    names.filter(|name| name.len() >= LEAST).find(|name| strsim::osa_distance(name, word) == 1)
}

/// Whether a word may be the name of an attribute.
fn is_attribute_name(word: &str) -> bool {
    let is_inside =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '(' | ')' | '·' | '%');
    word.chars().next().is_some_and(char::is_alphabetic) && word.chars().all(is_inside)
}

fn distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
