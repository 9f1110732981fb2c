//! Filling rows: a search row has no tiers, supplier or mix rule, so its detail is read when it is needed,
//! one bounded, polite call at a time (GATEWAY.md 2.1).

use super::{Desk, DeskError, off_thread};
use crate::domain::freight::FreightTerms;
use crate::domain::id::OfferKey;
use crate::domain::offer::{Completeness, Offer};
use crate::market::Marketplace;

impl Desk {
    /// Reads the details of those of these offers that are known only as rows, at most `most` of them;
    /// how many were filled. An offer the market does not know any more is marked gone.
    pub async fn fill(&self, keys: &[OfferKey], most: usize) -> Result<usize, DeskError> {
        let district = self.destination()?.district;
        let mut filled = 0;
        for key in keys {
            if filled >= most {
                break;
            }
            let (Some(id), Some(known)) = (key.market_id(), self.offer(key)?) else { continue };
            if known.completeness == Completeness::Full || known.gone {
                continue;
            }
            // Asked for anew each time: whoever switches off on the way is obeyed.
            let gateway = self.gateway()?;
            let offer = match gateway.offer(id).await? {
                Some(offer) => match &district {
                    Some(district) if offer.freight == FreightTerms::Unknown => {
                        let kept = offer.clone();
                        // Freight is a convenience: an app without that call still gets the detail.
                        gateway.with_freight(offer, district).await.unwrap_or_else(|error| {
                            tracing::warn!(%error, "freight estimate failed, freight stays unknown");
                            kept
                        })
                    }
                    _ => offer,
                },
                None => Offer { gone: true, fetched_at: self.now(), ..known },
            };
            let catalog = self.parts.catalog.clone();
            off_thread(move || catalog.upsert(&[offer], &[])).await??;
            filled += 1;
        }
        Ok(filled)
    }
}
