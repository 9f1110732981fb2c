//! How sure one can be of many suppliers at once that they make what they sell, and nothing else of them: for lists
//! where it decides the order. The figure is the one their sheets show.

use std::collections::{HashMap, HashSet};

use rusqlite::Connection;

use crate::catalog::facts::{Facts, Flags};
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Catalog, CatalogError, Failure};
use crate::domain::factory::{self, Signals};
use crate::domain::id::SupplierId;
use crate::domain::search::Flag;
use crate::domain::supplier::Supplier;

impl Catalog {
    /// Percent by supplier; those the catalog does not know are left out.
    pub fn confidences(
        &self,
        suppliers: &HashSet<SupplierId>,
    ) -> Result<HashMap<SupplierId, u32>, CatalogError> {
        let mut known = Vec::with_capacity(suppliers.len());
        for id in suppliers {
            known.extend(self.supplier(id)?);
        }
        self.read(|connection| {
            let mut found = HashMap::with_capacity(known.len());
            for supplier in &known {
                let signals = signals(supplier, connection)?;
                found.insert(supplier.id.clone(), factory::confidence(&signals).percent);
            }
            Ok(found)
        })
    }
}

fn signals(supplier: &Supplier, moment: &Connection) -> Result<Signals, Failure> {
    let mut signals = factory::signals_of(supplier);
    let mut leaves: HashSet<i64> = HashSet::new();
    let mut select = moment.prepare_cached(
        concat!("SELECT facts FROM offers INDEXED BY offers_supplier WHERE supplier_id = ?1 AND gone = 0 AND kind = 0 AND ", sound_offer!()),
    )?;
    let mut rows = select.query([supplier.id.as_str()])?;
    while let Some(row) = rows.next()? {
        let Some(facts) = Facts::from_bytes(row.get_ref(0)?.as_blob().unwrap_or_default()) else { continue };
        let said = |says: Flags, flag: Flag| facts.flags.has(says).then(|| facts.flags.has(Flags::of(flag)));
        signals.custom.count(said(Flags::SAYS_CUSTOM, Flag::Custom));
        signals.invoice.count(said(Flags::SAYS_INVOICE, Flag::Invoice));
        if let Some(leaf) = facts.category {
            leaves.insert(leaf);
            signals.categorised += 1;
        }
    }
    signals.categories = u32::try_from(leaves.len()).unwrap_or(u32::MAX);
    Ok(signals)
}
