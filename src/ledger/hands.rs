//! What one hand (一手) of an offer is to this buyer: how many of each size.

use super::{Ledger, LedgerError, from_json, to_json};
use crate::domain::grid::Ratio;
use crate::domain::id::{MarketId, OfferKey};

impl Ledger {
    /// One hand of an offer; `None` = the buyer has not said.
    pub fn hand(&self, market: &MarketId, offer: &OfferKey) -> Result<Option<Ratio>, LedgerError> {
        let Some(text) = self.meta(&key(market, offer))? else { return Ok(None) };
        from_json(&text).map(Some).map_err(|source| self.sqlite(source))
    }

    /// Keeps what one hand of an offer is.
    pub fn keep_hand(&self, market: &MarketId, offer: &OfferKey, ratio: &Ratio) -> Result<(), LedgerError> {
        let text = to_json(ratio).map_err(|source| self.sqlite(source))?;
        self.set_meta(&key(market, offer), &text)
    }
}

fn key(market: &MarketId, offer: &OfferKey) -> String {
    format!("hand:{market}:{offer}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quantity::Quantity;
    use crate::domain::text::Clean;

    #[test]
    fn each_offer_has_its_own_and_it_reads_back() {
        let ledger = Ledger::in_memory().unwrap();
        let (market, other) = (MarketId::new("a/1"), MarketId::new("a/2"));
        let (shoe, boot) = (OfferKey::Market(1), OfferKey::Market(2));
        assert_eq!(ledger.hand(&market, &shoe).unwrap(), None);
        let ratio = Ratio(vec![(Clean::new("38"), Quantity::ONE), (Clean::new("39"), Quantity::whole(2))]);
        ledger.keep_hand(&market, &shoe, &ratio).unwrap();
        assert_eq!(ledger.hand(&market, &shoe).unwrap(), Some(ratio));
        assert_eq!(ledger.hand(&market, &boot).unwrap(), None);
        assert_eq!(ledger.hand(&other, &shoe).unwrap(), None);
    }
}
