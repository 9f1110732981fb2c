//! Price watches and the history of prices: what the buyer asked to be told of, looked at after each sync.

use std::collections::HashMap;

use super::{Desk, DeskError};
use crate::domain::id::{OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price::{row_price, unit_price};
use crate::domain::price_history::PriceHistory;
use crate::domain::quantity::Quantity;
use crate::domain::watch::{self, Crossed, Fired, Watch, WatchNews, WatchRule, WatchState};

impl Desk {
    /// What is known of an offer's price over time: the snapshots kept, and the listing as it is now.
    pub fn price_history(&self, offer: &Offer) -> Result<PriceHistory, DeskError> {
        let kept = self.parts.history.prices(&self.parts.market_id, &offer.key)?;
        Ok(PriceHistory::new(kept, offer))
    }

    /// Watches an offer's price, or that of one of its SKUs, at a quantity. The price of now is where it begins: what
    /// lies beyond a line already is told by [`WatchState`], and rings only after it came back.
    pub fn watch(
        &self,
        key: &OfferKey,
        spec: Option<&SpecId>,
        quantity: Quantity,
        rule: WatchRule,
    ) -> Result<Watch, DeskError> {
        let offer = self.offer(key)?.ok_or_else(|| DeskError::NoOffer(key.clone()))?;
        if spec.is_some_and(|spec| offer.sku(spec).is_none()) {
            return Err(DeskError::NoOffer(key.clone()));
        }
        let now = self.read_at();
        let mut watch = Watch {
            id: 0,
            offer: key.clone(),
            spec: spec.cloned(),
            quantity,
            rule,
            state: WatchState::default(),
            created_at: now,
            looked_at: Some(now),
            fired_at: None,
        };
        (watch.state, _) = watch::look(&watch.rule, watch.state, price_of(&offer, &watch));
        Ok(self.parts.history.add_watch(&self.parts.market_id, &watch)?)
    }

    /// The watches, oldest first, each with its listing as far as the catalog has it.
    pub fn watches(&self) -> Result<Vec<(Watch, Option<Offer>)>, DeskError> {
        let watches = self.parts.history.watches(&self.parts.market_id)?;
        let keys: Vec<OfferKey> = watches.iter().map(|watch| watch.offer.clone()).collect();
        let offers = self.parts.catalog.offers(&keys)?;
        Ok(watches.into_iter().zip(offers).collect())
    }

    /// The watches of an offer, oldest first.
    pub fn watches_of(&self, key: &OfferKey) -> Result<Vec<Watch>, DeskError> {
        let mut watches = self.parts.history.watches(&self.parts.market_id)?;
        watches.retain(|watch| watch.offer == *key);
        Ok(watches)
    }

    /// Ends a watch; what it was.
    pub fn unwatch(&self, id: i64) -> Result<Watch, DeskError> {
        self.parts.history.remove_watch(&self.parts.market_id, id)?.ok_or(DeskError::NoWatch(id))
    }

    /// Looks at the price of every watch; those that crossed a line just now.
    pub fn look_at_watches(&self) -> Result<Vec<WatchNews>, DeskError> {
        let watched = self.watches()?;
        if watched.is_empty() {
            return Ok(Vec::new());
        }
        let offers: HashMap<OfferKey, Offer> = watched
            .into_iter()
            .filter_map(|(_, offer)| offer)
            .map(|offer| (offer.key.clone(), offer))
            .collect();
        let fired = self.parts.history.look_at_watches(&self.parts.market_id, self.read_at(), |watch| {
            offers.get(&watch.offer).and_then(|offer| price_of(offer, watch))
        })?;
        Ok(fired.into_iter().map(|fired| news(fired, &offers)).collect())
    }
}

/// The price a watch looks at: its SKU's, else the least a row of the offer shows, where that is bait the median. An
/// offer that is gone has none.
fn price_of(offer: &Offer, watch: &Watch) -> Option<Money> {
    if offer.gone {
        return None;
    }
    if let Some(spec) = &watch.spec {
        return unit_price(offer, Some(spec), watch.quantity, watch.quantity).map(|price| price.charged);
    }
    let row = row_price(offer, watch.quantity);
    if row.bait { row.median } else { row.least }
}

fn news(fired: Fired, offers: &HashMap<OfferKey, Offer>) -> WatchNews {
    let Fired { watch, crossed, was, price } = fired;
    let offer = offers.get(&watch.offer);
    let line = match crossed {
        Crossed::Below => watch.rule.below,
        Crossed::Rise => watch.state.base.and_then(|base| watch::ceiling(&watch.rule, base)),
    };
    WatchNews {
        watch_id: watch.id.to_string(),
        title: offer.map(|offer| offer.title.clone()),
        title_en: offer.and_then(|offer| offer.title_en.clone()),
        unit: offer.and_then(|offer| offer.unit.clone()),
        offer_id: watch.offer,
        spec_id: watch.spec,
        quantity: watch.quantity,
        crossed,
        line,
        was,
        price,
    }
}
