//! Imported goods by the item numbers their lists gave them.

use std::collections::{HashMap, HashSet};

use crate::catalog::store::{Catalog, CatalogError};
use crate::domain::id::OfferKey;

impl Catalog {
    /// The imported goods with one of these item numbers, whichever list they came from. Keys stand in order in an index
    /// of their own, so this is one pass over those of imported goods, and none where there are none.
    pub fn imported(&self, wanted: &HashSet<String>) -> Result<HashMap<String, Vec<OfferKey>>, CatalogError> {
        let mut found: HashMap<String, Vec<OfferKey>> = HashMap::new();
        if wanted.is_empty() {
            return Ok(found);
        }
        self.read(|connection| {
            let mut keys =
                connection.prepare_cached("SELECT key FROM offers WHERE key >= 'L:' AND key < 'L;'")?;
            let mut rows = keys.query([])?;
            while let Some(row) = rows.next()? {
                let key: String = row.get(0)?;
                let item_no = key.splitn(3, ':').nth(2).unwrap_or_default();
                if wanted.contains(item_no)
                    && let Ok(parsed) = key.parse()
                {
                    found.entry(item_no.to_owned()).or_default().push(parsed);
                }
            }
            Ok(())
        })?;
        Ok(found)
    }
}
