//! Which suppliers a query wants.

use std::collections::HashSet;

use rusqlite::Connection;
use rust_decimal::Decimal;

use super::list::{Entry, List, Record};
use crate::catalog::overlay::suppliers_named;
use crate::catalog::store::Failure;
use crate::domain::badge::Badges;
use crate::domain::id::SupplierId;
use crate::domain::mark::Marks;
use crate::domain::search::Flag;
use crate::domain::supplier::Identity;
use crate::query::fold::fold;
use crate::query::pinyin::{self, Constraint};
use crate::query::{Asks, Field, Is, Op, Query};

/// Who sells what is asked of offers, each with whether that must hold.
pub type SoldBy = Vec<(bool, HashSet<SupplierId>)>;

/// Whether a predicate is about offers, so that a supplier meets it by having one that does.
pub fn is_of_offers(is: &Is) -> bool {
    match is {
        Is::Offer(_) | Is::Category(_) | Is::Kind(_) => true,
        Is::Attribute { .. } => !is_new(is),
        Is::Flag(flag) => identity_of(*flag).is_none() && !matches!(flag, Flag::Factory | Flag::Mix),
        Is::Number { field, .. } => !matches!(field, Field::Years | Field::Pickup48 | Field::Repeat),
        _ => false,
    }
}

/// `new:suppliers`; the language reads it as an attribute, of which no goods have one of this name.
fn is_new(is: &Is) -> bool {
    matches!(is, Is::Attribute { name, asks } if name == "new"
        && matches!(asks.as_slice(), [Asks::Contains(value)] if value == "suppliers"))
}

/// The identity of a seller that a flag stands for. 严选 is an offer's.
fn identity_of(flag: Flag) -> Option<Identity> {
    match flag {
        Flag::SuperFactory => Some(Identity::SuperFactory),
        Flag::PowerfulMerchant => Some(Identity::PowerfulMerchant),
        Flag::TrustPass => Some(Identity::TrustPass),
        _ => None,
    }
}

/// A word to be found, with the ways it may be read as pinyin.
struct Word {
    text: String,
    parses: Vec<Vec<Constraint>>,
}

impl Word {
    fn new(text: &str) -> Word {
        Word { text: text.to_owned(), parses: pinyin::parses(text) }
    }

    fn is_in(&self, text: &str) -> bool {
        text.contains(&self.text) || self.is_spelled_in(text)
    }

    fn is_spelled_in(&self, text: &str) -> bool {
        if self.parses.is_empty() {
            return false;
        }
        let chars: Vec<char> = text.chars().collect();
        self.parses.iter().any(|parse| pinyin::matches(parse, &chars).is_some())
    }
}

enum Condition {
    Favourite,
    Ordered,
    Blocked,
    New,
    Tag(Vec<String>),
    Note(Vec<String>),
    OneOf(HashSet<SupplierId>),
    Text(Word),
    Belt(Vec<Word>),
    City(Vec<Word>),
    Identity(Vec<Identity>),
    Mix,
    Number(Field, Op, Decimal),
}

/// What a query asks of suppliers.
pub struct Wanted<'a> {
    words: Vec<Word>,
    marks: &'a Marks,
    badges: &'a Badges,
    sold_by: &'a SoldBy,
    /// Each with whether it must hold.
    conditions: Vec<(bool, Condition)>,
    /// Of the entries, in their order; empty where nothing asks of them.
    records: &'a [Record],
}

impl<'a> Wanted<'a> {
    pub fn new(
        query: &Query,
        marks: &'a Marks,
        badges: &'a Badges,
        sold_by: &'a SoldBy,
        list: &'a List,
        moment: &Connection,
    ) -> Result<Wanted<'a>, Failure> {
        let mut conditions = Vec::new();
        let mut asks_records = false;
        let words = |values: &[String]| values.iter().map(|value| Word::new(value)).collect();
        for term in query.predicates() {
            let condition = match &term.is {
                is if is_of_offers(is) => continue,
                is if is_new(is) => Condition::New,
                Is::Favourite => Condition::Favourite,
                Is::Bought => Condition::Ordered,
                Is::Blocked => Condition::Blocked,
                Is::Tag(tags) => Condition::Tag(tags.clone()),
                Is::Note(texts) => Condition::Note(texts.clone()),
                Is::Supplier(sellers) => {
                    let mut ids = HashSet::new();
                    for seller in sellers {
                        ids.extend(suppliers_named(&seller.id, &seller.name, moment, &|| false)?);
                    }
                    Condition::OneOf(ids)
                }
                Is::Text(word) => Condition::Text(Word::new(word)),
                Is::Belt(belts) => Condition::Belt(words(belts)),
                Is::City(cities) => Condition::City(words(cities)),
                Is::Identity(identities) => Condition::Identity(identities.clone()),
                Is::Flag(Flag::Mix) => Condition::Mix,
                Is::Flag(flag) => {
                    Condition::Identity(vec![identity_of(*flag).unwrap_or(Identity::SuperFactory)])
                }
                Is::Number { field, op, value, .. } => Condition::Number(*field, *op, *value),
                Is::Offer(_) | Is::Category(_) | Is::Kind(_) | Is::Attribute { .. } => continue,
            };
            asks_records |= matches!(
                condition,
                Condition::City(_) | Condition::Identity(_) | Condition::Mix | Condition::Number(..)
            );
            conditions.push((!term.negated, condition));
        }
        let records = if asks_records { list.records(moment)? } else { &[] };
        let words = query.words().iter().map(|word| Word::new(word)).collect();
        Ok(Wanted { words, marks, badges, sold_by, conditions, records })
    }

    pub fn is_blocked(&self, id: &SupplierId) -> bool {
        self.marks.suppliers.get(id).is_some_and(|mark| mark.blocked.is_some())
    }

    /// Whether it wants the supplier at this place of the list.
    pub fn takes(&self, at: usize, entry: &Entry, is_new: bool) -> bool {
        self.words.iter().all(|word| self.says(entry, word))
            && self
                .conditions
                .iter()
                .all(|(wanted, condition)| self.holds(at, entry, is_new, condition) == *wanted)
            && self.sold_by.iter().all(|(wanted, ids)| ids.contains(&entry.id) == *wanted)
    }

    fn says(&self, entry: &Entry, word: &Word) -> bool {
        let [name, _, belt] = entry.lines();
        entry.search.contains(word.text.as_str())
            || entry.id.as_str().to_ascii_lowercase().contains(word.text.as_str())
            || word.is_spelled_in(name)
            || word.is_spelled_in(belt)
            || self.marks.suppliers.get(&entry.id).is_some_and(|mark| {
                let own = mark.tags.iter().chain(std::iter::once(&mark.note));
                own.into_iter().any(|text| fold(text.as_str()).contains(word.text.as_str()))
            })
    }

    fn holds(&self, at: usize, entry: &Entry, is_new: bool, condition: &Condition) -> bool {
        let mark = self.marks.suppliers.get(&entry.id);
        let record = self.records.get(at);
        match condition {
            Condition::Favourite => mark.is_some_and(|mark| mark.favourite),
            Condition::Ordered => self.marks.ordered.contains_key(&entry.id),
            Condition::Blocked => self.is_blocked(&entry.id),
            Condition::New => is_new,
            Condition::Tag(tags) => {
                mark.is_some_and(|mark| mark.tags.iter().any(|own| tags.contains(&fold(own.as_str()))))
            }
            Condition::Note(texts) => mark.is_some_and(|mark| {
                let own = fold(mark.note.as_str());
                texts.iter().any(|text| own.contains(text))
            }),
            Condition::OneOf(ids) => ids.contains(&entry.id),
            Condition::Text(word) => self.says(entry, word),
            Condition::Belt(words) => {
                let [_, _, belt] = entry.lines();
                words.iter().any(|word| word.is_in(belt))
            }
            Condition::City(words) => {
                record.is_some_and(|record| words.iter().any(|word| word.is_in(&record.city)))
            }
            Condition::Identity(wanted) => record.is_some_and(|record| {
                let has = |identity: &Identity| record.identities.contains(identity);
                wanted.iter().any(has) || self.has_badge(entry, record, wanted)
            }),
            Condition::Mix => record.is_some_and(|record| record.has_mix),
            Condition::Number(field, op, value) => {
                let number = record.and_then(|record| match field {
                    Field::Years => record.years.map(Decimal::from),
                    Field::Repeat => record.repeat_rate,
                    Field::Pickup48 => record.pickup_48h,
                    _ => None,
                });
                number.is_some_and(|number| op.holds(number, *value))
            }
        }
    }

    fn has_badge(&self, entry: &Entry, record: &Record, wanted: &[Identity]) -> bool {
        let badges = self.badges.of(&entry.id, &record.name);
        let asked = |badge: &str| {
            wanted.iter().any(|identity| match identity {
                Identity::Other(word) => fold(word.as_str()) == fold(badge),
                _ => false,
            })
        };
        badges.iter().any(|badge| asked(badge.as_str()))
    }
}
