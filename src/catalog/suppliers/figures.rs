//! What the offers of suppliers come to, from their facts alone: the least price at a quantity, what they sell in
//! words, and the signs of a factory. Read for the suppliers that are shown, and kept until the catalog changes.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension};
use rust_decimal::Decimal;

use crate::catalog::facts::{Facts, Flags, WordId, milli};
use crate::catalog::sound::sound_offer;
use crate::catalog::store::Failure;
use crate::domain::factory::{self, Confidence, Share};
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::mark::Marks;
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::Flag;
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;
use crate::query::topics::{Frequencies, topics};

/// Titles the frequencies of words are counted over.
const SAMPLE: i64 = 2_000;
/// Words that name what a supplier sells.
const TOPICS: usize = 3;
/// Titles of one supplier that its words are taken from: a hundred tell as much as a thousand.
const TITLES: usize = 100;
/// Offers whose facts are kept; some 200 bytes each.
const MOST_KEPT: usize = 60_000;

/// What a supplier's offers come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierFigures {
    /// Words of their titles that tell what they sell, see [`crate::query::topics`].
    pub categories: Vec<Clean>,
    /// Least unit price among their offers that can be bought at the quantity and are not blocked, in the unit most
    /// of those are sold in. An offer's price is the median of its SKUs, as rows are sorted by: no bait counts.
    pub least: Option<(Money, Option<Unit>)>,
    /// How sure one can be that they make what they sell.
    pub confidence: Confidence,
}

/// What was read of suppliers' offers, as of one state of the catalog.
#[derive(Debug, Default)]
pub(in crate::catalog) struct KeptFigures {
    generation: i64,
    everywhere: Option<Frequencies>,
    units: HashMap<WordId, Option<Unit>>,
    shops: HashMap<SupplierId, Shop>,
    /// Offers of all shops kept.
    offers: usize,
}

#[derive(Debug, Default)]
struct Shop {
    categories: Vec<Clean>,
    offers: Vec<(OfferKey, Facts)>,
    custom: Share,
    invoice: Share,
    leaves: u32,
    categorised: u32,
}

impl KeptFigures {
    /// Forgets what is of another state of the catalog than `moment`.
    pub fn be_of(&mut self, moment: &Connection) -> Result<(), Failure> {
        let generation = super::generation(moment)?;
        if self.generation != generation {
            // What words are common changes slowly: a sample of this run is good enough.
            let everywhere = self.everywhere.take().filter(|sample| !sample.is_thin());
            *self = KeptFigures { generation, everywhere, ..KeptFigures::default() };
        }
        Ok(())
    }

    /// Forgets everything when too much is kept.
    pub fn shrink(&mut self) {
        if self.offers > MOST_KEPT {
            self.shops.clear();
            self.offers = 0;
        }
    }

    /// Reads what is not known yet of these suppliers.
    pub fn read(&mut self, suppliers: &[&Supplier], moment: &Connection) -> Result<(), Failure> {
        let mut select = moment.prepare_cached(concat!(
            "SELECT key, facts, text FROM offers INDEXED BY offers_supplier
             WHERE supplier_id = ?1 AND gone = 0 AND kind = 0 AND ",
            sound_offer!()
        ))?;
        for supplier in suppliers {
            if self.shops.contains_key(&supplier.id) {
                continue;
            }
            let mut shop = Shop::default();
            let mut leaves: HashSet<i64> = HashSet::new();
            let mut titles: Vec<String> = Vec::new();
            let mut rows = select.query([supplier.id.as_str()])?;
            while let Some(row) = rows.next()? {
                let text = row.get_ref(2)?.as_str().unwrap_or_default();
                if titles.len() < TITLES {
                    titles.extend(text.lines().next().map(str::to_owned));
                }
                let Ok(key) = row.get_ref(0)?.as_str().unwrap_or_default().parse() else { continue };
                // Of a row that cannot be read nothing is known until it is written again.
                let facts = Facts::from_bytes(row.get_ref(1)?.as_blob().unwrap_or_default());
                let Some(facts) = facts else { continue };
                let said =
                    |says: Flags, flag: Flag| facts.flags.has(says).then(|| facts.flags.has(Flags::of(flag)));
                shop.custom.count(said(Flags::SAYS_CUSTOM, Flag::Custom));
                shop.invoice.count(said(Flags::SAYS_INVOICE, Flag::Invoice));
                if let Some(leaf) = facts.category {
                    leaves.insert(leaf);
                    shop.categorised += 1;
                }
                if let std::collections::hash_map::Entry::Vacant(e) = self.units.entry(facts.unit) {
                    e.insert(unit(facts.unit, moment)?);
                }
                shop.offers.push((key, facts));
            }
            shop.leaves = u32::try_from(leaves.len()).unwrap_or(u32::MAX);
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            if self.everywhere.is_none() {
                self.everywhere = Some(sample(moment)?);
            }
            if let Some(everywhere) = &self.everywhere {
                let words = topics(&titles, everywhere, TOPICS);
                shop.categories = words.iter().map(|word| Clean::new(word)).collect();
            }
            self.offers += shop.offers.len();
            self.shops.insert(supplier.id.clone(), shop);
        }
        Ok(())
    }

    /// What is known of one supplier's offers.
    pub fn figures(&self, supplier: &Supplier, quantity: Quantity, marks: &Marks) -> SupplierFigures {
        let none = Shop::default();
        let shop = self.shops.get(&supplier.id).unwrap_or(&none);
        let signals = factory::Signals {
            custom: shop.custom,
            invoice: shop.invoice,
            categories: shop.leaves,
            categorised: shop.categorised,
            ..factory::signals_of(supplier)
        };
        SupplierFigures {
            categories: shop.categories.clone(),
            least: self.least(shop, quantity, marks),
            confidence: factory::confidence(&signals),
        }
    }

    fn least(&self, shop: &Shop, quantity: Quantity, marks: &Marks) -> Option<(Money, Option<Unit>)> {
        let at = milli(quantity);
        let is_blocked = |key: &OfferKey| marks.offers.get(key).is_some_and(|mark| mark.blocked.is_some());
        let buyable = shop.offers.iter().filter(|(key, _)| !is_blocked(key)).filter_map(|(_, facts)| {
            let (price, buyable) = facts.at(at);
            let unit = self.units.get(&facts.unit).and_then(Option::as_ref);
            price.filter(|_| buyable).map(|price| (unit, price))
        });
        // How many are sold in each unit, and the least price in it.
        let mut sold_in: HashMap<Option<&Unit>, (usize, u64)> = HashMap::new();
        for (unit, price) in buyable {
            let of = sold_in.entry(unit).or_insert((0, price));
            *of = (of.0 + 1, of.1.min(price));
        }
        // An unknown unit only where no other is known; of two as frequent, the first by its text.
        let (unit, (_, price)) = sold_in.into_iter().max_by(|(a, (n, _)), (b, (m, _))| {
            (a.is_some(), n).cmp(&(b.is_some(), m)).then_with(|| b.cmp(a))
        })?;
        let price = i64::try_from(price).ok()?;
        Some((Money::from_yuan(Decimal::new(price, 6).normalize()), unit.cloned()))
    }
}

/// The unit of this number in the dictionary.
fn unit(id: WordId, moment: &Connection) -> Result<Option<Unit>, Failure> {
    let text: Option<String> = moment
        .prepare_cached("SELECT text FROM words WHERE id = ?1 AND sound(sum, id, text)")?
        .query_row([id], |row| row.get(0))
        .optional()?;
    Ok(text.map(|text| Unit::new(&text)))
}

/// Counts words over titles spread evenly.
fn sample(moment: &Connection) -> Result<Frequencies, Failure> {
    let (first, last): (Option<i64>, Option<i64>) = (
        moment.query_row("SELECT min(row) FROM offers", [], |row| row.get(0))?,
        moment.query_row("SELECT max(row) FROM offers", [], |row| row.get(0))?,
    );
    let (Some(first), Some(last)) = (first, last) else { return Ok(Frequencies::default()) };
    let step = (last.saturating_sub(first) / SAMPLE).max(1);
    let mut select =
        moment.prepare_cached("SELECT row, text FROM offers WHERE row >= ?1 ORDER BY row LIMIT 1")?;
    let mut titles = Vec::new();
    let mut at = first;
    while at <= last {
        let found: Option<(i64, String)> =
            select.query_row([at], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((row, text)) = found else { break };
        titles.extend(text.lines().next().map(str::to_owned));
        at = row.max(at).saturating_add(step);
    }
    Ok(Frequencies::of(titles.iter().map(String::as_str)))
}
