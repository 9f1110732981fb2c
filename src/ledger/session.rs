//! Where the buyer left off, for each market.

use std::time::Duration;

use super::{Ledger, LedgerError, put_meta, to_json};
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

    /// Remembers. While another process writes it waits for at most about `patience`.
    pub fn remember(
        &self,
        market: &MarketId,
        remembered: &Remembered,
        patience: Duration,
    ) -> Result<(), LedgerError> {
        let text = to_json(remembered).map_err(|source| self.sqlite(source))?;
        self.write_within(patience, |tx| put_meta(tx, &key(market), &text))
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
        ledger.remember(&here, &remembered, Duration::ZERO).unwrap();
        assert_eq!(ledger.remembered(&here).unwrap(), Some(remembered));
        assert_eq!(ledger.remembered(&there).unwrap(), None);
        ledger.set_meta("session:a/2", "{\"quantity\":\"many\"}").unwrap();
        assert_eq!(ledger.remembered(&there).unwrap(), None);
    }

    /// Another process has the file locked for three seconds.
    #[test]
    fn a_lock_of_seconds_is_waited_out_and_nobody_here_waits_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let ledger = Ledger::open(&path).unwrap();
        let other = rusqlite::Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let here = MarketId::new("a/1");
        let at = Remembered { pane: "cart".to_owned(), ..Remembered::default() };
        // With less patience than that it fails, and soon.
        let begun = std::time::Instant::now();
        assert!(ledger.remember(&here, &at, Duration::from_millis(500)).is_err());
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let (writer, where_to, kept) = (ledger.clone(), here.clone(), at.clone());
        let remembers =
            std::thread::spawn(move || writer.remember(&where_to, &kept, Duration::from_secs(20)));
        // Others of this process read meanwhile.
        while begun.elapsed() < Duration::from_secs(3) {
            let asked = std::time::Instant::now();
            assert_eq!(ledger.remembered(&here).unwrap(), None);
            assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        }
        other.execute_batch("COMMIT").unwrap();
        remembers.join().unwrap().unwrap();
        assert_eq!(ledger.remembered(&here).unwrap(), Some(at));
        // And other writes wait as long as ever.
        ledger.set_meta("k", "v").unwrap();
    }
}
