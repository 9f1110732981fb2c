//! The suppliers of the catalog as a list in memory: names to be searched and numbers of offers, in the order they are
//! shown. Read once for each state of the catalog; their records only when a query asks of them.

use std::cmp::Reverse;
use std::sync::{Arc, OnceLock};

use rusqlite::Connection;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::catalog::store::Failure;
use crate::domain::id::SupplierId;
use crate::domain::supplier::{Identity, Mix};
use crate::query::fold::fold;

/// One supplier.
#[derive(Debug)]
pub struct Entry {
    pub id: SupplierId,
    /// Folded name, translated name, belt; one a line.
    pub search: Box<str>,
    /// In the order they were first met.
    pub number: i64,
    /// Offers on sale.
    pub offers: u32,
}

impl Entry {
    /// Name, translated name and belt, folded.
    pub fn lines(&self) -> [&str; 3] {
        let mut lines = self.search.lines();
        [(); 3].map(|()| lines.next().unwrap_or_default())
    }
}

/// What queries ask of a record.
#[derive(Debug, Default)]
pub struct Record {
    pub name: String,
    pub identities: Vec<Identity>,
    pub years: Option<u32>,
    pub has_mix: bool,
    pub repeat_rate: Option<Decimal>,
    pub pickup_48h: Option<Decimal>,
    /// Folded, with the province.
    pub city: String,
}

/// All suppliers, most offers first, then by id.
#[derive(Debug, Default)]
pub struct List {
    generation: i64,
    pub entries: Vec<Entry>,
    /// The greatest number.
    pub newest: i64,
    records: OnceLock<Vec<Record>>,
}

/// The list as of some state of the catalog.
#[derive(Debug, Default)]
pub(in crate::catalog) struct KeptList(Option<Arc<List>>);

impl KeptList {
    /// The list as of `moment`.
    pub fn of(&mut self, moment: &Connection) -> Result<Arc<List>, Failure> {
        let generation = super::generation(moment)?;
        if let Some(list) = self.0.as_ref().filter(|list| list.generation == generation) {
            return Ok(Arc::clone(list));
        }
        let list = Arc::new(List::read(generation, moment)?);
        self.0 = Some(Arc::clone(&list));
        Ok(list)
    }
}

impl List {
    fn read(generation: i64, moment: &Connection) -> Result<List, Failure> {
        // Both come in the order of ids: they are walked side by side.
        let mut count = moment.prepare_cached(
            "SELECT supplier_id, count(*) FROM offers INDEXED BY offers_supplier
             WHERE supplier_id IS NOT NULL AND gone = 0 GROUP BY supplier_id ORDER BY supplier_id",
        )?;
        let mut counts = count.query([])?;
        let mut next = counts.next()?;
        let mut select = moment.prepare_cached("SELECT id, search, number FROM suppliers ORDER BY id")?;
        let mut rows = select.query([])?;
        let mut list = List { generation, ..List::default() };
        while let Some(row) = rows.next()? {
            let id = row.get_ref(0)?.as_str().unwrap_or_default();
            let mut offers = 0;
            while let Some(counted) = next {
                let of = counted.get_ref(0)?.as_str().unwrap_or_default();
                if of == id {
                    offers = u32::try_from(counted.get::<_, i64>(1)?).unwrap_or(u32::MAX);
                }
                if of > id {
                    break;
                }
                next = counts.next()?;
            }
            let number = row.get(2)?;
            list.newest = list.newest.max(number);
            list.entries.push(Entry {
                id: SupplierId::new(id),
                search: row.get_ref(1)?.as_str().unwrap_or_default().into(),
                number,
                offers,
            });
        }
        list.entries.sort_by_key(|entry| Reverse(entry.offers));
        list.entries.shrink_to_fit();
        Ok(list)
    }

    /// The records, in the order of the entries. One that cannot be read is as good as none.
    pub fn records(&self, moment: &Connection) -> Result<&[Record], Failure> {
        if let Some(records) = self.records.get() {
            return Ok(records);
        }
        let mut select = moment.prepare_cached(
            "SELECT id, body FROM suppliers WHERE sound(sum, id, derived, search, body, number) ORDER BY id",
        )?;
        let mut rows = select.query([])?;
        let mut by_id: Vec<usize> = (0..self.entries.len()).collect();
        by_id.sort_by_key(|at| self.entries.get(*at).map(|entry| &entry.id));
        let mut records: Vec<Record> = self.entries.iter().map(|_| Record::default()).collect();
        for at in by_id {
            let Some(row) = rows.next()? else { break };
            let record = serde_json::from_slice(row.get_ref(1)?.as_blob().unwrap_or_default());
            if let (Some(slot), Ok(body)) = (records.get_mut(at), record) {
                *slot = Body::into_record(body);
            }
        }
        Ok(self.records.get_or_init(|| records))
    }
}

/// Of a stored record what queries ask of; the rest is skipped unread.
#[derive(Deserialize)]
struct Body {
    name: String,
    identities: Vec<Identity>,
    years: Option<u32>,
    mix: Mix,
    repeat_rate: Option<Decimal>,
    #[serde(default)]
    pickup_48h: Option<Decimal>,
    #[serde(default)]
    city: Option<String>,
    #[serde(default)]
    province: Option<String>,
}

impl Body {
    fn into_record(self) -> Record {
        let place = format!("{} {}", self.city.unwrap_or_default(), self.province.unwrap_or_default());
        Record {
            name: self.name,
            identities: self.identities,
            years: self.years,
            has_mix: self.mix.rule().is_some(),
            repeat_rate: self.repeat_rate,
            pickup_48h: self.pickup_48h,
            city: fold(&place),
        }
    }
}
