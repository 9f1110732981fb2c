//! From a query to a plan: what each predicate means, in the numbers of the index.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use rust_decimal::Decimal;

use crate::catalog::facts::{Flags, WordId, milli};
use crate::catalog::index::Tie;
use crate::catalog::index::halt;
use crate::catalog::index::marked::{Marked, Suppliers};
use crate::catalog::index::plan::Plan;
use crate::catalog::index::schema::Column;
use crate::catalog::index::test::{Says, Test, bounds};
use crate::catalog::index::view::View;
use crate::catalog::index::word::Word;
use crate::catalog::index::{Halt, Ids, Row, Segment, WantedIds};
use crate::catalog::overlay::{Overlay, each_named, is_supplier, text_of, tie_of, word_of};
use crate::catalog::store::Failure;
use crate::domain::category::Category;
use crate::domain::offer::OfferKind;
use crate::domain::search::{Flag, SearchRequest};
use crate::domain::supplier::Identity;
use crate::query::fold::fold;
use crate::query::{Field, Is, Op, Query, Seller, pinyin};

/// What a query is made into a plan with.
pub(super) struct Asker<'a> {
    pub request: &'a SearchRequest,
    pub overlay: &'a Arc<Overlay>,
    pub view: &'a View<'a>,
    /// The moment ages are counted to; `None` = the newest reading there is.
    pub now: Option<Timestamp>,
}

/// No number is within these.
const NONE: RangeInclusive<u64> = RangeInclusive::new(1, 0);

impl Asker<'_> {
    /// The plan.
    pub fn plan(&self, query: &Query) -> Result<Plan, Halt> {
        let mut plan = Plan {
            with_fees: self.request.include_fees,
            hide_ads: self.request.hide_ads,
            quantity: milli(self.request.quantity),
            ..Plan::default()
        };
        for (key, quantity) in self.request.overrides.iter() {
            if let Some(tie) = tie_of(key, self.moment())? {
                plan.overrides.insert(tie, milli(*quantity));
            }
        }
        let mut asks_for_blocked = false;
        for term in &query.terms {
            let says = match &term.is {
                Is::Text(text) => {
                    let word = Word::new(text, self.overlay.saying_word(text));
                    if term.negated {
                        plan.without.push(word);
                    } else {
                        plan.words.push(word);
                    }
                    continue;
                }
                Is::Favourite => Says::Marked(self.overlay.favourite.clone()),
                Is::Bought => Says::Marked(self.overlay.bought.clone()),
                Is::Blocked => {
                    asks_for_blocked |= !term.negated;
                    Says::Marked(self.overlay.blocked.clone())
                }
                Is::Tag(tags) => Says::Marked(self.overlay.tagged(tags)),
                Is::Note(texts) => Says::Marked(self.overlay.noted(texts)),
                Is::Supplier(sellers) => Says::Marked(self.sold_by(sellers)?),
                Is::Offer(keys) => {
                    let mut marked = Marked::default();
                    for key in keys {
                        marked.offers.extend(tie_of(key, self.moment())?);
                    }
                    Says::Marked(marked)
                }
                Is::Belt(names) => Says::Word(Column::Belt, self.named(Column::Belt, "b", names)?),
                Is::City(names) => Says::Word(Column::City, self.named(Column::City, "c", names)?),
                Is::Category(names) => Says::Category(self.categories(names)?),
                Is::Identity(identities) => Says::AnyFlag(identities.iter().filter_map(flag_of).collect()),
                Is::Kind(kind) => {
                    plan.with_fees |= (*kind == OfferKind::Fee) != term.negated;
                    let fee = Says::AnyFlag(vec![Flags::FEE]);
                    plan.tests.push(Test { negated: term.negated != (*kind == OfferKind::Goods), says: fee });
                    continue;
                }
                Is::Flag(flag) => Says::AnyFlag(vec![Flags::of(*flag)]),
                Is::Number { field, op, value, at } => self.number(*field, *op, *value, at.map(milli))?,
                Is::Attribute { name, asks } => Says::Trait { name: name.clone(), asks: asks.clone() },
            };
            plan.tests.push(Test { negated: term.negated, says });
        }
        if !asks_for_blocked && !self.overlay.blocked.is_empty() {
            plan.tests.push(Test { negated: true, says: Says::Marked(self.overlay.blocked.clone()) });
        }
        // A query of text that is no word at all (a lone mark of folding) finds nothing.
        plan.is_hopeless = plan.words.iter().any(|word| word.text.is_empty());
        Ok(plan)
    }

    fn moment(&self) -> &Connection {
        self.view.connection
    }

    fn number(&self, field: Field, op: Op, value: Decimal, at: Option<u64>) -> Result<Says, Halt> {
        let within = |column, scale, unknown| {
            let bounds = bounds(op, value, scale).unwrap_or(NONE);
            Says::Within { column, bounds, unknown }
        };
        Ok(match field {
            Field::Price => Says::Price { bounds: bounds(op, value, 6).unwrap_or(NONE), at },
            Field::Moq => within(Column::Moq, 3, None),
            Field::Lot => within(Column::Lot, 3, Some(1_000)),
            Field::Stock => within(Column::Stock, 3, None),
            Field::Sold => within(Column::Sold, 0, None),
            Field::Repeat => within(Column::Repeat, 6, None),
            Field::ShipHours => within(Column::Ship, 0, None),
            Field::Pickup48 => within(Column::Pickup, 6, None),
            Field::Years => within(Column::Years, 0, None),
            Field::AgeHours => {
                let now = u64::try_from(self.now_ms()?).unwrap_or(0);
                let hour = Decimal::from(3_600_000);
                let ages =
                    value.checked_mul(hour).map_or_else(|| bounds(op, value, 0), |ms| bounds(op, ms, 0));
                // Of an age from a to b was read from now - b to now - a; what is of the future has no age yet.
                let bounds = ages.filter(|ages| *ages.start() <= now).map(|ages| {
                    let newest = if *ages.start() == 0 { u64::MAX } else { now - ages.start() };
                    now.saturating_sub(*ages.end())..=newest
                });
                Says::Within { column: Column::Fetched, bounds: bounds.unwrap_or(NONE), unknown: None }
            }
        })
    }

    fn now_ms(&self) -> Result<i64, Halt> {
        if let Some(now) = self.now {
            return Ok(now.as_millisecond());
        }
        let newest: Option<i64> = self
            .moment()
            .prepare_cached("SELECT max(fetched_at) FROM offers WHERE gone = 0")?
            .query_row([], |row| row.get(0))?;
        Ok(newest.unwrap_or(0))
    }

    /// What is sold by one of these: by a supplier of the catalog, or, as imports have it, by a name alone.
    fn sold_by(&self, sellers: &[Seller]) -> Result<Marked, Halt> {
        let mut marked = Marked::default();
        for Seller { id, name } in sellers {
            // An id that is known is no name.
            if is_supplier(id, self.moment())? {
                marked.suppliers.extend(word_of(id.as_str(), self.moment())?);
                continue;
            }
            self.named_so(name, &mut marked.suppliers)?;
            self.sold_under(name, &mut marked.offers)?;
        }
        Ok(marked)
    }

    /// Adds the suppliers with this in the name that sell something.
    fn named_so(&self, name: &str, suppliers: &mut Suppliers) -> Result<(), Halt> {
        let tables: Vec<Option<&Ids>> = self.view.segments().map(Segment::ids).collect();
        // Who has offers stands in the tables or in what was written since; without those the dictionary tells.
        let is_told = !self.view.has_tail() && tables.iter().all(Option::is_some);
        let tables: Vec<&Ids> = tables.into_iter().flatten().collect();
        let mut others = HashMap::new();
        if is_told {
            let words: Suppliers =
                self.view.fresh.entries().map(|entry| entry.get(Column::Supplier) as WordId).collect();
            for word in words.iter() {
                halt(self.view.cancel)?;
                others.extend(text_of(word, self.moment())?.map(|id| (id, word)));
            }
        }
        let mut named = WantedIds::default();
        each_named(name, self.moment(), &|| self.view.cancel.is_cancelled(), &mut |id| named.add(id))?;
        named.sort(self.view.cancel)?;
        let mut is_found = vec![false; named.len()];
        for table in tables {
            table.find_all(&named, self.view.cancel, &mut |nth, word| {
                suppliers.insert(word);
                if let Some(is_found) = is_found.get_mut(nth) {
                    *is_found = true;
                }
            })?;
        }
        let left = named.iter().zip(is_found).filter(|(_, is_found)| !is_found).map(|(id, _)| id);
        let mut left: Vec<&str> = left.collect();
        if is_told {
            suppliers.extend(left.into_iter().filter_map(|id| others.get(id).copied()));
            return Ok(());
        }
        // In the order of the dictionary neighbours are found together.
        left.sort_unstable();
        for id in left {
            halt(self.view.cancel)?;
            suppliers.extend(word_of(id, self.moment())?);
        }
        Ok(())
    }

    /// Adds offers whose seller has this in the name, but no id.
    fn sold_under(&self, name: &str, offers: &mut HashSet<Tie>) -> Result<(), Halt> {
        let have_id = |segment: &Segment| segment.columns.bounds(Column::Supplier).0 > 0;
        let fresh_have = || self.view.fresh.entries().all(|entry| entry.get(Column::Supplier) > 0);
        if !self.view.has_tail() && self.view.segments().all(have_id) && fresh_have() {
            return Ok(());
        }
        let has_supplier = Says::Within { column: Column::Supplier, bounds: 0..=u64::MAX, unknown: None };
        let plan = Plan {
            words: vec![Word::of_seller(name)],
            tests: vec![Test { negated: true, says: has_supplier }],
            with_fees: true,
            ..Plan::default()
        };
        self.view.each(&plan, &mut |row| {
            offers.insert(row.place().tie());
            Ok(())
        })?;
        Ok(())
    }

    /// Words of a column that contain one of some names, or can be read so.
    fn named(&self, column: Column, head: &str, names: &[String]) -> Result<HashSet<WordId>, Halt> {
        let mut found = HashSet::new();
        for (word, text) in self.words_of(column, head)? {
            if is_named(&fold(&text), names) {
                found.insert(word);
            }
        }
        Ok(found)
    }

    /// All words that stand in a column, with their texts.
    pub fn words_of(&self, column: Column, head: &str) -> Result<HashMap<WordId, String>, Halt> {
        let mut words: HashSet<WordId> = HashSet::new();
        for segment in self.view.live.iter().flat_map(|live| live.segments()) {
            let mut stream = segment.tags.terms().range().ge(head.as_bytes()).into_stream()?;
            while stream.advance() {
                let Some(number) = stream.key().strip_prefix(head.as_bytes()) else { break };
                words.extend(
                    std::str::from_utf8(number).ok().and_then(|number| number.parse::<WordId>().ok()),
                );
            }
        }
        words.extend(
            self.view.fresh.entries().map(|entry| entry.get(column) as WordId).filter(|word| *word != 0),
        );
        if self.view.has_tail() {
            // What no index has is asked of the dictionary: a few words too many do no harm.
            let mut select = self.moment().prepare_cached("SELECT id FROM words WHERE length(text) < 40")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                words.extend(WordId::try_from(row.get::<_, i64>(0)?));
            }
        }
        let mut texts = HashMap::with_capacity(words.len());
        for word in words {
            if let Some(text) = text_of(word, self.moment())? {
                texts.insert(word, text);
            }
        }
        Ok(texts)
    }

    /// Categories of these numbers or names, and all below them. A number the tree does not know is taken as it is.
    fn categories(&self, names: &[String]) -> Result<HashSet<i64>, Halt> {
        let numbers = names.iter().filter_map(|name| name.parse().ok());
        let mut found: HashSet<i64> = numbers.collect();
        let tree = categories(self.moment())?;
        let texts = |category: &Category| {
            [Some(&category.name), category.name_en.as_ref()].map(|name| name.map(|name| fold(name.as_str())))
        };
        found.extend(
            tree.iter()
                .filter(|category| texts(category).iter().flatten().any(|text| is_named(text, names)))
                .map(|category| category.id),
        );
        // Each round finds the children of those found so far; a tree is not deep.
        loop {
            let before = found.len();
            let below: Vec<i64> = tree
                .iter()
                .filter(|category| found.contains(&category.parent))
                .map(|category| category.id)
                .collect();
            found.extend(below);
            if found.len() == before {
                return Ok(found);
            }
        }
    }
}

/// The category tree as last read; empty when it never was, or cannot be read.
pub(super) fn categories(moment: &Connection) -> Result<Vec<Category>, Failure> {
    let text: Option<String> = moment
        .prepare_cached(
            "SELECT body FROM documents WHERE name = 'categories' AND sound(sum, name, as_of, body)",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Whether a folded name contains one of some, or can be read so.
pub(super) fn is_named(text: &str, names: &[String]) -> bool {
    names.iter().any(|name| {
        text.contains(name.as_str()) || {
            let chars: Vec<char> = text.chars().collect();
            pinyin::parses(name).iter().any(|parse| pinyin::matches(parse, &chars).is_some())
        }
    })
}

fn flag_of(identity: &Identity) -> Option<Flags> {
    let flag = match identity {
        Identity::SuperFactory => Flag::SuperFactory,
        Identity::PowerfulMerchant => Flag::PowerfulMerchant,
        Identity::TrustPass => Flag::TrustPass,
        Identity::Yanxuan => Flag::Yanxuan,
        Identity::Crossborder => Flag::Crossborder,
        Identity::Other(word)
            if matches!(word.as_str(), "factory" | "certifiedFactory" | "certified_factory") =>
        {
            Flag::Factory
        }
        Identity::Other(_) => return None,
    };
    Some(Flags::of(flag))
}
