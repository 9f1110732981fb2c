//! Suppliers: finding them, and what their offers come to at a quantity.
//!
//! A list shows up to some hundred suppliers with thousands of offers between them. Their number is counted in SQL;
//! of the offers themselves only what pricing needs is read, for the suppliers shown, and kept until the catalog or
//! the quantity changes.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};

use crate::catalog::index::fresh::counters;
use crate::catalog::overlay::suppliers_named;
use crate::catalog::store::{Catalog, CatalogError, Failure, lock, read_offer, read_supplier};
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::mark::Marks;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price::row_price;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;
use crate::query::fold::fold;
use crate::query::topics::{Frequencies, topics};
use crate::query::{Is, Query};

/// Titles the frequencies of words are counted over.
const SAMPLE: usize = 2_000;
/// Words that name what a supplier sells.
const TOPICS: usize = 3;

/// What a supplier's offers come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SupplierFigures {
    /// Words of their titles that tell what they sell, see [`crate::query::topics`].
    pub categories: Vec<Clean>,
    /// Least unit price among their offers that can be bought at the quantity and are not blocked, in the unit most
    /// of those are sold in. A bait price does not count: its offer's median does.
    pub least: Option<(Money, Option<Unit>)>,
}

/// What was read of suppliers' offers, as of one state of the catalog.
#[derive(Debug, Default)]
pub(super) struct KeptFigures {
    generation: i64,
    quantity: Quantity,
    everywhere: Option<Frequencies>,
    categories: HashMap<SupplierId, Vec<Clean>>,
    buyable: HashMap<SupplierId, Vec<Buyable>>,
}

/// An offer that can be bought at the quantity.
#[derive(Debug, Clone)]
struct Buyable {
    key: OfferKey,
    price: Money,
    unit: Option<Unit>,
}

impl Catalog {
    /// A supplier with the number of its offers on sale.
    pub fn supplier(&self, id: &SupplierId) -> Result<Option<Supplier>, CatalogError> {
        self.read(|connection| {
            let body: Option<(Vec<u8>, i64)> = connection
                .prepare_cached(
                    "SELECT body, (SELECT count(*) FROM offers WHERE supplier_id = ?1 AND gone = 0)
                     FROM suppliers WHERE id = ?1",
                )?
                .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            body.map(|(body, offers)| read_supplier(id.as_str(), &body, offers)).transpose()
        })
    }

    /// Suppliers whose name, translated name, belt or id, or what the buyer notes of them, contain every word of
    /// `text` and meet its predicates (all of them for none); most offers first, then by id, blocked ones last.
    pub fn suppliers(&self, text: &str, marks: &Marks, limit: usize) -> Result<Vec<Supplier>, CatalogError> {
        let query = Query::parse(text);
        self.read(|connection| {
            let moment = connection.unchecked_transaction()?;
            let wanted = Wanted::new(&query, marks, &moment)?;
            let counts = counts(&moment)?;
            let mut found: Vec<(bool, Reverse<i64>, SupplierId)> = Vec::new();
            let mut select = moment.prepare_cached("SELECT id, search FROM suppliers")?;
            let mut rows = select.query([])?;
            while let Some(row) = rows.next()? {
                let id = SupplierId::new(row.get_ref(0)?.as_str().unwrap_or_default());
                if wanted.takes(&id, row.get_ref(1)?.as_str().unwrap_or_default()) {
                    let offers = counts.get(&id).copied().unwrap_or(0);
                    found.push((wanted.is_blocked(&id), Reverse(offers), id));
                }
            }
            found.sort_unstable();
            found.truncate(limit);
            // Records only of those that are shown.
            let mut select = moment.prepare_cached("SELECT body FROM suppliers WHERE id = ?1")?;
            let found: Result<Vec<Supplier>, Failure> = found
                .into_iter()
                .map(|(_, Reverse(offers), id)| {
                    let body: Vec<u8> = select.query_row([id.as_str()], |row| row.get(0))?;
                    read_supplier(id.as_str(), &body, offers)
                })
                .collect();
            let found = found?;
            Ok(found)
        })
    }

    /// What the offers of these suppliers come to at `quantity`, in the order asked for.
    pub fn supplier_figures(
        &self,
        ids: &[SupplierId],
        quantity: Quantity,
        marks: &Marks,
    ) -> Result<Vec<SupplierFigures>, CatalogError> {
        self.read(|connection| {
            let moment = connection.unchecked_transaction()?;
            let (generation, _) = counters(&moment)?;
            let mut kept = std::mem::take(&mut *lock(&self.inner.figures));
            kept.be_of(generation, quantity);
            // What failed half-way is not kept: it would pass for read.
            kept.read(ids, &moment)?;
            let figures = ids.iter().map(|id| kept.figures(id, marks)).collect();
            *lock(&self.inner.figures) = kept;
            Ok(figures)
        })
    }

    /// Whose offers these are, as far as the catalog knows; also of those that are gone.
    pub fn sellers(&self, keys: &[OfferKey]) -> Result<HashMap<OfferKey, SupplierId>, CatalogError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT supplier_id FROM offers WHERE key = ?1 AND supplier_id IS NOT NULL",
            )?;
            let mut sellers = HashMap::new();
            for key in keys {
                let seller: Option<String> =
                    select.query_row([key.to_string()], |row| row.get(0)).optional()?;
                sellers.extend(seller.map(|id| (key.clone(), SupplierId::new(&id))));
            }
            Ok(sellers)
        })
    }

    /// A number that changes whenever offers do.
    pub fn generation(&self) -> Result<i64, CatalogError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT value FROM state WHERE name = 'generation'")?
                .query_row([], |row| row.get(0))?)
        })
    }

    /// A supplier's offers on sale, best ranked first; fee links are left out.
    pub fn offers_of(&self, id: &SupplierId, limit: usize) -> Result<Vec<Offer>, CatalogError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT key, body, fetched_at FROM offers WHERE supplier_id = ?1 AND gone = 0 AND kind = 0
                 ORDER BY score DESC, market_id, key LIMIT ?2",
            )?;
            let mut rows =
                select.query(rusqlite::params![id.as_str(), i64::try_from(limit).unwrap_or(i64::MAX)])?;
            let mut offers = Vec::new();
            while let Some(row) = rows.next()? {
                let (key, body) = (row.get_ref(0)?, row.get_ref(1)?);
                offers.push(read_offer(
                    key.as_str().unwrap_or_default(),
                    body.as_blob().unwrap_or_default(),
                    row.get(2)?,
                )?);
            }
            Ok(offers)
        })
    }
}

impl KeptFigures {
    fn be_of(&mut self, generation: i64, quantity: Quantity) {
        if self.generation != generation {
            *self = KeptFigures { generation, quantity, ..KeptFigures::default() };
        } else if self.quantity != quantity {
            self.quantity = quantity;
            self.buyable.clear();
        }
    }

    /// Reads what is not known yet of these suppliers.
    fn read(&mut self, ids: &[SupplierId], moment: &Connection) -> Result<(), Failure> {
        let mut select = moment.prepare_cached(
            "SELECT text, key, body FROM offers INDEXED BY offers_supplier
             WHERE supplier_id = ?1 AND gone = 0 AND kind = 0",
        )?;
        let mut stored: Vec<Stored> = Vec::new();
        let mut unnamed: Vec<(&SupplierId, Vec<String>)> = Vec::new();
        for id in ids {
            let is_unnamed = !self.categories.contains_key(id);
            if !is_unnamed && self.buyable.contains_key(id) {
                continue;
            }
            let mut rows = select.query([id.as_str()])?;
            let mut titles = Vec::new();
            while let Some(row) = rows.next()? {
                if is_unnamed {
                    titles.push(title_of(row.get_ref(0)?.as_str().unwrap_or_default()));
                }
                let Ok(key) = row.get_ref(1)?.as_str().unwrap_or_default().parse() else { continue };
                stored.push(Stored { supplier: id.clone(), key, body: row.get(2)? });
            }
            if is_unnamed {
                unnamed.push((id, titles));
            }
            self.buyable.insert(id.clone(), Vec::new());
        }
        let quantity = self.quantity;
        if self.everywhere.is_none() && !unnamed.is_empty() {
            self.everywhere = Some(everywhere(moment)?);
        }
        let known = Frequencies::default();
        let everywhere = self.everywhere.as_ref().unwrap_or(&known);
        // Reading records is most of the cost of a list of suppliers, so it is shared among the processors; their
        // titles are read meanwhile.
        let priced = std::thread::scope(|scope| {
            let shares: Vec<_> = stored
                .chunks(share_of(stored.len()))
                .map(|share| scope.spawn(move || priced(share, quantity)))
                .collect();
            for (id, titles) in unnamed {
                let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
                let words = topics(&titles, everywhere, TOPICS);
                let words = words.iter().map(|word| Clean::new(word)).collect();
                self.categories.insert(id.clone(), words);
            }
            let mut all = Vec::with_capacity(stored.len());
            for done in shares {
                match done.join() {
                    Ok(priced) => all.extend(priced?),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            Ok::<_, Failure>(all)
        })?;
        for (supplier, buyable) in priced {
            self.buyable.entry(supplier).or_default().push(buyable);
        }
        Ok(())
    }

    fn figures(&self, id: &SupplierId, marks: &Marks) -> SupplierFigures {
        let offers = self.buyable.get(id).map(Vec::as_slice).unwrap_or_default();
        let is_blocked =
            |offer: &&Buyable| marks.offers.get(&offer.key).is_some_and(|mark| mark.blocked.is_some());
        let offers: Vec<&Buyable> = offers.iter().filter(|offer| !is_blocked(offer)).collect();
        let mut sold_in: HashMap<Option<&Unit>, usize> = HashMap::new();
        for offer in &offers {
            *sold_in.entry(offer.unit.as_ref()).or_default() += 1;
        }
        // An unknown unit only where no other is known; of two as frequent, the first by its text.
        let unit = sold_in
            .into_iter()
            .max_by(|(a, n), (b, m)| (a.is_some(), n).cmp(&(b.is_some(), m)).then_with(|| b.cmp(a)))
            .map(|(unit, _)| unit);
        let least = unit.and_then(|unit| {
            let prices = offers.iter().filter(|offer| offer.unit.as_ref() == unit).map(|offer| offer.price);
            prices.min().map(|price| (price, unit.cloned()))
        });
        SupplierFigures { categories: self.categories.get(id).cloned().unwrap_or_default(), least }
    }
}

/// The first of the four lines an offer is found by.
fn title_of(text: &str) -> String {
    text.split('\n').next().unwrap_or_default().to_owned()
}

/// How often words stand in titles, counted over a sample taken evenly over all rows.
fn everywhere(moment: &Connection) -> Result<Frequencies, Failure> {
    let (first, last): (i64, i64) = moment
        .prepare_cached("SELECT coalesce(min(row), 0), coalesce(max(row), -1) FROM offers")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let step = last.saturating_sub(first) / SAMPLE as i64 + 1;
    let mut select = moment.prepare_cached(
        "SELECT text FROM offers NOT INDEXED WHERE row >= ?1 AND row < ?2 AND gone = 0 LIMIT 1",
    )?;
    let mut titles = Vec::new();
    let mut at = first;
    while at <= last {
        let text: Option<String> =
            select.query_row([at, at.saturating_add(step)], |row| row.get(0)).optional()?;
        titles.extend(text.map(|text| title_of(&text)));
        at = at.saturating_add(step);
    }
    Ok(Frequencies::of(titles.iter().map(String::as_str)))
}

/// Offers on sale by supplier.
fn counts(moment: &Connection) -> Result<HashMap<SupplierId, i64>, Failure> {
    let mut select = moment.prepare_cached(
        "SELECT supplier_id, count(*) FROM offers INDEXED BY offers_supplier
         WHERE supplier_id IS NOT NULL AND gone = 0 GROUP BY supplier_id",
    )?;
    let mut rows = select.query([])?;
    let mut counts = HashMap::new();
    while let Some(row) = rows.next()? {
        let id = SupplierId::new(row.get_ref(0)?.as_str().unwrap_or_default());
        counts.insert(id, row.get(1)?);
    }
    Ok(counts)
}

/// An offer as stored.
struct Stored {
    supplier: SupplierId,
    key: OfferKey,
    body: Vec<u8>,
}

/// Records for one thread: as many for each processor, but not so few that a thread is not worth it.
fn share_of(records: usize) -> usize {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    records.div_ceil(workers).max(300)
}

/// Those that can be bought at a quantity, in their order, each with its supplier.
fn priced(stored: &[Stored], quantity: Quantity) -> Result<Vec<(SupplierId, Buyable)>, Failure> {
    let mut all = Vec::with_capacity(stored.len());
    for record in stored {
        let offer = read_offer(&record.key.to_string(), &record.body, 0)?;
        let price = row_price(&offer, quantity);
        let shown = if price.bait { price.median } else { price.least };
        if let Some(least) = shown.filter(|_| price.buyable) {
            let buyable = Buyable { key: offer.key, price: least, unit: offer.unit };
            all.push((record.supplier.clone(), buyable));
        }
    }
    Ok(all)
}

/// Which suppliers a query wants.
struct Wanted<'a> {
    words: Vec<String>,
    marks: &'a Marks,
    /// Each with whether it must hold.
    conditions: Vec<(bool, Condition)>,
}

enum Condition {
    Favourite,
    Ordered,
    Blocked,
    Tag(Vec<String>),
    Note(String),
    OneOf(HashSet<SupplierId>),
}

impl<'a> Wanted<'a> {
    fn new(query: &Query, marks: &'a Marks, moment: &Connection) -> Result<Wanted<'a>, Failure> {
        let mut conditions = Vec::new();
        for term in query.predicates() {
            let condition = match &term.is {
                Is::Text(_)
                | Is::Offer(_)
                | Is::Belt(_)
                | Is::City(_)
                | Is::Category(_)
                | Is::Identity(_)
                | Is::Kind(_)
                | Is::Flag(_)
                | Is::Number { .. }
                | Is::Attribute { .. } => continue,
                Is::Favourite => Condition::Favourite,
                Is::Bought => Condition::Ordered,
                Is::Blocked => Condition::Blocked,
                Is::Tag(tags) => Condition::Tag(tags.clone()),
                Is::Note(words) => Condition::Note(words.clone()),
                Is::Supplier { id, name } => Condition::OneOf(suppliers_named(id, name, moment)?),
            };
            conditions.push((!term.negated, condition));
        }
        Ok(Wanted { words: query.words(), marks, conditions })
    }

    fn is_blocked(&self, id: &SupplierId) -> bool {
        self.marks.suppliers.get(id).is_some_and(|mark| mark.blocked.is_some())
    }

    fn takes(&self, id: &SupplierId, search: &str) -> bool {
        let mark = self.marks.suppliers.get(id);
        let holds = |condition: &Condition| match condition {
            Condition::Favourite => mark.is_some_and(|mark| mark.favourite),
            Condition::Ordered => self.marks.ordered.contains_key(id),
            Condition::Blocked => self.is_blocked(id),
            Condition::Tag(tags) => {
                mark.is_some_and(|mark| mark.tags.iter().any(|own| tags.contains(&fold(own.as_str()))))
            }
            Condition::Note(words) => mark.is_some_and(|mark| fold(mark.note.as_str()).contains(words)),
            Condition::OneOf(ids) => ids.contains(id),
        };
        let says = |word: &String| {
            search.contains(word.as_str())
                || id.as_str().to_ascii_lowercase().contains(word.as_str())
                || mark.is_some_and(|mark| {
                    let own = mark.tags.iter().chain(std::iter::once(&mark.note));
                    own.into_iter().any(|text| fold(text.as_str()).contains(word.as_str()))
                })
        };
        self.words.iter().all(says)
            && self.conditions.iter().all(|(wanted, condition)| holds(condition) == *wanted)
    }
}
