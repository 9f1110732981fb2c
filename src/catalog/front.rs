//! The first screen: all goods by rank, read from the store's own index without opening any other, so that a start
//! waits for nothing.

use std::sync::Arc;

use crate::catalog::index::fresh;
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Catalog, CatalogError, read_offer};
use crate::domain::id::SupplierId;
use crate::domain::mark::Marks;
use crate::domain::price::row_price;
use crate::domain::search::{SearchPage, SearchRequest, SearchRow, Sort};
use crate::query::Query;

impl Catalog {
    /// The page of a request that asks for nothing but goods by rank; `None` for any other.
    pub(super) fn front(
        &self,
        request: &SearchRequest,
        marks: &Arc<Marks>,
        counts: bool,
    ) -> Result<Option<SearchPage>, CatalogError> {
        let query = Query::parse(&request.text);
        let is_plain = query.terms.is_empty()
            && query.sort.unwrap_or(request.sort) == Sort::Rank
            && !request.include_fees
            && !request.hide_ads
            && !request.one_per_supplier;
        let blocks = marks.offers.values().chain(marks.suppliers.values()).any(|mark| mark.blocked.is_some());
        // What is blocked could be left out here too, but not counted.
        if !is_plain || (blocks && counts) {
            return Ok(None);
        }
        self.read(|connection| {
            let moment = connection.unchecked_transaction()?;
            let (generation, _) = fresh::counters(&moment)?;
            let known = if counts {
                Some(self.on_sale(&moment, generation)?)
            } else {
                self.on_sale_if_known(&moment, generation)?
            };
            let mut rows = Vec::new();
            let mut skipped = 0;
            {
                let mut select = moment.prepare_cached(
                    concat!("SELECT key, body, fetched_at, supplier_id FROM offers INDEXED BY offers_best WHERE gone = 0 AND kind = 0 AND ", sound_offer!(), "
                     ORDER BY score DESC, market_id IS NULL, market_id, key"),
                )?;
                let mut found = select.query([])?;
                while rows.len() < request.limit
                    && let Some(row) = found.next()?
                {
                    let key = row.get_ref(0)?.as_str().unwrap_or_default();
                    if blocks {
                        let supplier = row.get_ref(3)?.as_str().ok().map(SupplierId::new);
                        if !key.parse().is_ok_and(|key| marks.allows(&key, supplier.as_ref())) {
                            continue;
                        }
                    }
                    if skipped < request.offset {
                        skipped += 1;
                        continue;
                    }
                    let offer = read_offer(key, row.get_ref(1)?.as_blob().unwrap_or_default(), row.get(2)?)?;
                    let price = row_price(&offer, request.quantity_of(&offer.key));
                    let mine = marks.of(&offer.key, offer.supplier_id.as_ref());
                    rows.push(SearchRow { offer: Arc::new(offer), price, matched: Vec::new(), mine });
                }
            }
            moment.finish()?;
            let at_least = skipped + rows.len();
            Ok(Some(SearchPage {
                total: known.filter(|_| !blocks).map_or(at_least, |on_sale| on_sale.goods),
                counted: known.is_some() && !blocks,
                cached: known.map_or(at_least, |on_sale| on_sale.cached),
                rows,
                ..SearchPage::default()
            }))
        })
    }
}
