//! Filling rows: a search row has no tiers, supplier or mix rule, so its detail is read when it is needed,
//! one bounded, polite call at a time (GATEWAY.md 2.1).

use super::sync::Queue;
use super::{Desk, DeskError, off_thread};
use crate::domain::freight::FreightTerms;
use crate::domain::id::OfferKey;
use crate::domain::offer::{Completeness, Offer};
use crate::market::{MarketError, Marketplace};

impl Desk {
    /// A listing of the catalog. One that is not there is read from the market, where that can be reached, and kept: who
    /// joins a group while the catalog is still being filled is asked for its SKU all the same.
    pub async fn offer_or_read(&self, key: &OfferKey) -> Result<Option<Offer>, DeskError> {
        let known = self.offer(key)?;
        let (None, Some(id), true) = (&known, key.market_id(), self.is_online()) else { return Ok(known) };
        let Some(offer) = self.gateway()?.offer(id).await? else { return Ok(None) };
        let (catalog, kept) = (self.parts.catalog.clone(), offer.clone());
        off_thread(move || catalog.upsert(&[kept], &[])).await??;
        Ok(Some(offer))
    }

    /// Reads the details of those of these offers that are known only as rows, at most `most` of them; how many were.
    pub async fn fill(&self, keys: &[OfferKey], most: usize) -> Result<usize, DeskError> {
        let known = self.parts.catalog.offers(keys)?;
        let is_row = |offer: &Offer| offer.completeness == Completeness::Row && !offer.gone;
        let rows = keys.iter().zip(known).filter(|(_, offer)| offer.as_ref().is_some_and(is_row));
        let rows: Vec<OfferKey> = rows.map(|(key, _)| key.clone()).take(most).collect();
        self.read_details(&mut Queue::new(), &rows, false, |_| {}).await
    }

    /// Reads the details of those of these offers that are known only as rows (with `again`, of all of them); how
    /// many were read. An offer the market does not know any more is marked gone. `told` hears of each. A market
    /// that does not stop asking to slow down ends it early: the rest is for the next time.
    pub(super) async fn read_details(
        &self,
        queue: &mut Queue,
        keys: &[OfferKey],
        again: bool,
        told: impl Fn(u64) + Send + Sync,
    ) -> Result<usize, DeskError> {
        let district = self.destination()?.district;
        let mut filled = 0;
        for key in keys {
            let (Some(id), Some(known)) = (key.market_id(), self.offer(key)?) else { continue };
            if known.gone || (known.completeness == Completeness::Full && !again) {
                continue;
            }
            // Asked for anew each time: whoever switches off on the way is obeyed.
            let gateway = self.gateway()?;
            let offer = match queue.ask(|| gateway.offer(id)).await {
                Ok(Some(offer)) => match &district {
                    Some(district) if offer.freight == FreightTerms::Unknown => {
                        let kept = offer.clone();
                        // Freight is a convenience: an app without that call still gets the detail.
                        queue.ask(|| gateway.with_freight(offer.clone(), district)).await.unwrap_or_else(
                            |error| {
                                tracing::warn!(%error, "freight estimate failed, freight stays unknown");
                                kept
                            },
                        )
                    }
                    _ => offer,
                },
                Ok(None) => Offer { gone: true, fetched_at: self.now(), ..known },
                Err(error @ MarketError::Throttled { .. }) => {
                    tracing::warn!(%error, filled, "the rest of the details is read another time");
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            let catalog = self.parts.catalog.clone();
            off_thread(move || catalog.upsert(&[offer], &[])).await??;
            filled += 1;
            told(filled as u64);
        }
        Ok(filled)
    }
}
