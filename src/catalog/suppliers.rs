//! Suppliers: finding them, what their offers come to at a quantity, and how their offers are rated.
//!
//! At a million offers there are some 75,000 suppliers. Their names and numbers of offers are kept in memory ([`list`],
//! some ten megabytes) until the catalog changes; what is asked of their records is read when a query first asks. Of the
//! offers only the facts are read, for the suppliers shown ([`figures`]).

mod confidence;
mod figures;
mod list;
mod wanted;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

pub(super) use figures::KeptFigures;
pub use figures::SupplierFigures;
pub(super) use list::KeptList;

use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Catalog, CatalogError, Failure, lock, read_offer, read_supplier};
use crate::domain::badge::Badges;
use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::mark::Marks;
use crate::domain::offer::Offer;
use crate::domain::quantity::Quantity;
use crate::domain::search::{Cancel, SearchRequest};
use crate::domain::supplier::Supplier;
use crate::domain::yanxuan::Ratings;
use crate::query::Query;

/// Note of the number of the newest supplier the buyer has looked at.
const LOOKED: &str = "suppliers.looked";

/// What suppliers are asked for.
#[derive(Debug, Clone)]
pub struct SupplierRequest {
    /// What was typed, in the language of [`crate::query`].
    pub text: String,
    /// The quantity that predicates of offers are asked at.
    pub quantity: Quantity,
    /// At most so many.
    pub limit: usize,
    /// Only those met since the last look.
    pub only_new: bool,
    /// The number the buyer had looked at, in place of the one of the last look.
    pub since: Option<i64>,
}

/// Suppliers found.
#[derive(Debug, Clone, Default)]
pub struct SuppliersFound {
    /// With the number of their offers on sale, and whether they were met since the last look.
    pub suppliers: Vec<(Supplier, bool)>,
    /// How many there are, those beyond the limit too.
    pub total: usize,
    /// How many of those were met since the last look.
    pub new: usize,
    /// The newest number, to be given to [`Catalog::suppliers_looked_at`].
    pub newest: i64,
    /// The number above which they count as new.
    pub since: i64,
}

impl Catalog {
    /// A supplier with the number of its offers on sale.
    pub fn supplier(&self, id: &SupplierId) -> Result<Option<Supplier>, CatalogError> {
        self.read(|connection| {
            let body: Option<(Vec<u8>, i64)> = connection
                .prepare_cached(
                    "SELECT body, (SELECT count(*) FROM offers WHERE supplier_id = ?1 AND gone = 0)
                     FROM suppliers WHERE id = ?1 AND sound(sum, id, derived, search, body, number)",
                )?
                .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            body.map(|(body, offers)| read_supplier(id.as_str(), &body, offers)).transpose()
        })
    }

    /// Suppliers that meet the query (all of them for none); most offers first, then by id, blocked ones last.
    ///
    /// Words are looked for in name, translated name, belt and id, by pinyin too, and in what the buyer notes of them.
    /// Predicates of a supplier (belt, city, identity, years, pickup48, repeat, mix, fav, bought, blocked, tag, note,
    /// supplier) are asked of its record; of any other it has to have one offer that meets all those that must hold,
    /// and none that meets one that must not.
    pub fn suppliers(
        &self,
        request: &SupplierRequest,
        marks: &Arc<Marks>,
        badges: &Badges,
    ) -> Result<SuppliersFound, CatalogError> {
        let query = Query::parse(&request.text);
        // Before the list is locked: the search reads on a connection of its own.
        let by_offers = self.sold_by(&query, request.quantity, marks)?;
        let looked = match request.since {
            Some(since) => since,
            None => self.meta(LOOKED)?.and_then(|number| number.parse().ok()).unwrap_or(-1),
        };
        self.read(|connection| {
            let moment = connection.unchecked_transaction()?;
            let list = lock(&self.inner.suppliers).of(&moment)?;
            let wanted = wanted::Wanted::new(&query, marks, badges, &by_offers, &list, &moment)?;
            let (mut found, mut blocked) = (Vec::new(), Vec::new());
            let (mut total, mut new) = (0, 0);
            for (at, entry) in list.entries.iter().enumerate() {
                let is_new = entry.number > looked;
                if (request.only_new && !is_new) || !wanted.takes(at, entry, is_new) {
                    continue;
                }
                total += 1;
                new += usize::from(is_new);
                let rows = if wanted.is_blocked(&entry.id) { &mut blocked } else { &mut found };
                if rows.len() < request.limit {
                    rows.push((entry, is_new));
                }
            }
            found.extend(blocked);
            found.truncate(request.limit);
            // Records only of those that are shown.
            let mut select = moment.prepare_cached(
                "SELECT body FROM suppliers WHERE id = ?1 AND sound(sum, id, derived, search, body, number)",
            )?;
            let suppliers: Result<Vec<(Supplier, bool)>, Failure> = found
                .into_iter()
                .map(|(entry, is_new)| {
                    let body: Vec<u8> = select.query_row([entry.id.as_str()], |row| row.get(0))?;
                    Ok((read_supplier(entry.id.as_str(), &body, i64::from(entry.offers))?, is_new))
                })
                .collect();
            Ok(SuppliersFound { suppliers: suppliers?, total, new, newest: list.newest, since: looked })
        })
    }

    /// The buyer has looked at the list as far as this number ([`SuppliersFound::newest`]).
    pub fn suppliers_looked_at(&self, newest: i64) -> Result<(), CatalogError> {
        let known: Option<i64> = self.meta(LOOKED)?.and_then(|number| number.parse().ok());
        // A slow answer must not make what was seen new again.
        if known.is_none_or(|known| known < newest) {
            self.set_meta(LOOKED, &newest.to_string())?;
        }
        Ok(())
    }

    /// Of names, ids or both, those that no supplier of the catalog bears.
    pub fn unknown_suppliers(&self, named: &Badges, rows: &[String]) -> Result<Vec<bool>, CatalogError> {
        self.read(|connection| {
            let mut met: HashSet<String> = HashSet::new();
            let mut select = connection.prepare_cached(
                "SELECT id, body FROM suppliers WHERE sound(sum, id, derived, search, body, number)",
            )?;
            let mut suppliers = select.query([])?;
            while let Some(row) = suppliers.next()? {
                let (id, body): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
                let supplier = read_supplier(&id, &body, 0)?;
                for name in [id.as_str(), supplier.name.as_str()] {
                    if named.names(name) {
                        met.insert(crate::domain::badge::plain(name));
                    }
                }
            }
            Ok(rows.iter().map(|row| !met.contains(&crate::domain::badge::plain(row))).collect())
        })
    }

    /// What the offers of these suppliers come to at `quantity`, in the order asked for.
    pub fn supplier_figures(
        &self,
        suppliers: &[&Supplier],
        quantity: Quantity,
        marks: &Marks,
    ) -> Result<Vec<SupplierFigures>, CatalogError> {
        self.read(|connection| {
            let moment = connection.unchecked_transaction()?;
            let mut kept = std::mem::take(&mut *lock(&self.inner.figures));
            kept.be_of(&moment)?;
            // What failed half-way is not kept: it would pass for read.
            kept.read(suppliers, &moment)?;
            let figures = suppliers.iter().map(|supplier| kept.figures(supplier, quantity, marks)).collect();
            kept.shrink();
            *lock(&self.inner.figures) = kept;
            Ok(figures)
        })
    }

    /// The ratings of a leaf category's offers on sale, fee links left out. Read once a state of the catalog.
    pub fn ratings(&self, category: i64) -> Result<Arc<Ratings>, CatalogError> {
        self.read(|connection| {
            let generation = generation(connection)?;
            if let Some(ratings) = lock(&self.inner.ratings).of(generation, category) {
                return Ok(ratings);
            }
            let mut select = connection.prepare_cached(
                "SELECT rating, count(*) FROM offers INDEXED BY offers_rated
                 WHERE category = ?1 AND gone = 0 AND kind = 0 AND rating IS NOT NULL GROUP BY rating",
            )?;
            let mut rows = select.query([category])?;
            let mut ratings = Ratings::default();
            while let Some(row) = rows.next()? {
                let (thousandths, times): (i64, i64) = (row.get(0)?, row.get(1)?);
                ratings
                    .add_many(rust_decimal::Decimal::new(thousandths, 3).normalize(), times.unsigned_abs());
            }
            let ratings = Arc::new(ratings);
            lock(&self.inner.ratings).keep(generation, category, &ratings);
            Ok(ratings)
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

    /// A number that changes whenever offers or suppliers do.
    pub fn generation(&self) -> Result<i64, CatalogError> {
        self.read(generation)
    }

    /// A supplier's offers on sale, best ranked first; fee links are left out.
    pub fn offers_of(&self, id: &SupplierId, limit: usize) -> Result<Vec<Offer>, CatalogError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                concat!("SELECT key, body, fetched_at FROM offers WHERE supplier_id = ?1 AND gone = 0 AND kind = 0 AND ", sound_offer!(), "
                 ORDER BY score DESC, market_id, key LIMIT ?2"),
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

    /// Who sells what the query asks of offers: for all that must hold at once, and for each that must not.
    fn sold_by(
        &self,
        query: &Query,
        quantity: Quantity,
        marks: &Arc<Marks>,
    ) -> Result<wanted::SoldBy, CatalogError> {
        let mut asked: Vec<(bool, Query)> = Vec::new();
        for term in query.predicates().filter(|term| wanted::is_of_offers(&term.is)) {
            let bare = crate::query::Term { negated: false, is: term.is.clone() };
            match asked.iter_mut().find(|(holds, _)| *holds && !term.negated) {
                Some((_, together)) => together.terms.push(bare),
                None => asked.push((!term.negated, Query { terms: vec![bare], ..Query::default() })),
            }
        }
        let mut found = Vec::new();
        for (holds, query) in asked {
            let request = SearchRequest {
                text: query.to_string(),
                quantity,
                limit: usize::MAX,
                include_fees: false,
                one_per_supplier: true,
                ..SearchRequest::default()
            };
            let keys = self.rows_matching(&request, marks, &Cancel::default())?.unwrap_or_default();
            found.push((holds, self.sellers(&keys)?.into_values().collect()));
        }
        Ok(found)
    }
}

/// The ratings of categories that were looked at, as of one state of the catalog.
#[derive(Debug, Default)]
pub(super) struct KeptRatings {
    generation: i64,
    of: HashMap<i64, Arc<Ratings>>,
}

impl KeptRatings {
    /// Categories kept at most: more than a market has that anybody looks at in one sitting.
    const MOST: usize = 512;

    fn of(&self, generation: i64, category: i64) -> Option<Arc<Ratings>> {
        self.of.get(&category).filter(|_| self.generation == generation).cloned()
    }

    fn keep(&mut self, generation: i64, category: i64, ratings: &Arc<Ratings>) {
        if self.generation != generation || self.of.len() >= Self::MOST {
            self.of.clear();
        }
        self.generation = generation;
        self.of.insert(category, Arc::clone(ratings));
    }
}

fn generation(connection: &Connection) -> Result<i64, Failure> {
    Ok(connection
        .prepare_cached("SELECT value FROM state WHERE name = 'generation'")?
        .query_row([], |row| row.get(0))?)
}
