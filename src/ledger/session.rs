//! Where the buyer left off, for each market.

use super::{Ledger, LedgerError, to_json};
use crate::domain::id::MarketId;
use crate::domain::session::Remembered;

impl Ledger {
    /// What was remembered; `None` = nothing yet. One that does not read back is as good as none, and logged.
    pub fn remembered(&self, market: &MarketId) -> Result<Option<Remembered>, LedgerError> {
        let Some(text) = self.meta(&key(market))? else { return Ok(None) };
        match Remembered::from_json(&text) {
            Ok(remembered) => Ok(Some(remembered)),
            Err(error) => {
                tracing::warn!(%error, "the remembered session does not read back and is dropped");
                Ok(None)
            }
        }
    }

    /// Remembers.
    pub fn remember(&self, market: &MarketId, remembered: &Remembered) -> Result<(), LedgerError> {
        let text = to_json(remembered).map_err(|source| self.sqlite(source))?;
        self.set_meta(&key(market), &text)
    }
}

fn key(market: &MarketId) -> String {
    format!("session:{market}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::session::TourState;

    #[test]
    fn each_market_has_its_own_and_a_broken_one_is_dropped() {
        let ledger = Ledger::in_memory().unwrap();
        let (here, there) = (MarketId::new("a/1"), MarketId::new("a/2"));
        assert_eq!(ledger.remembered(&here).unwrap(), None);
        let remembered =
            Remembered { pane: "deals".to_owned(), tour: TourState::Ended, ..Remembered::default() };
        ledger.remember(&here, &remembered).unwrap();
        assert_eq!(ledger.remembered(&here).unwrap(), Some(remembered));
        assert_eq!(ledger.remembered(&there).unwrap(), None);
        ledger.set_meta("session:a/2", "{\"quantity\":\"many\"}").unwrap();
        assert_eq!(ledger.remembered(&there).unwrap(), None);
    }
}
