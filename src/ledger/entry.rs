//! Lists that went into the cart, so that none goes in twice, and the buyer's own codes.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::cart::{Edit, edit_within};
use super::{Ledger, LedgerError, damaged, millis};
use crate::domain::entry::OwnCode;
use crate::domain::id::{LineId, MarketId, OfferKey, SpecId};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;

/// Which list it is: by where it lies and by what it says. Either alone makes it the same list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Its path; empty = it was pasted, or came through a pipe.
    pub source: String,
    /// Digest of all of it.
    pub content: String,
}

/// What a list put into the cart and still stands there, by SKU.
pub type Entered = HashMap<(OfferKey, Option<SpecId>), Quantity>;

impl Ledger {
    /// What this list put into the cart and still stands there.
    pub fn entered(&self, market: &MarketId, origin: &Origin) -> Result<Entered, LedgerError> {
        self.read(|connection| entered(connection, market, origin))
    }

    /// Adds the rows of a list to the cart as one step of the journal, and remembers them. `None`, and nothing done, when
    /// what it had put in is not `known` any more: somebody else entered it meanwhile.
    pub fn enter(
        &self,
        market: &MarketId,
        origin: &Origin,
        known: Option<&Entered>,
        edits: &[Edit],
        now: Timestamp,
    ) -> Result<Option<Vec<LineId>>, LedgerError> {
        self.write(|tx| {
            if let Some(known) = known
                && entered(tx, market, origin)? != *known
            {
                return Ok(None);
            }
            let Some((lines, Some(seq))) = edit_within(tx, market, "import", edits, now)? else {
                return Ok(Some(Vec::new()));
            };
            let mut insert = tx.prepare_cached(
                "INSERT INTO entered_row (market_id, source, content, offer_key, spec_id, quantity, line_id, seq)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for (edit, line) in edits.iter().zip(&lines) {
                let Edit::Add { offer, spec_id, quantity } = edit else { continue };
                insert.execute(params![
                    market.as_str(),
                    origin.source,
                    origin.content,
                    offer.key.to_string(),
                    spec_id.as_ref().map_or("", SpecId::as_str),
                    quantity.to_string(),
                    line.0,
                    seq,
                ])?;
            }
            Ok(Some(lines))
        })
    }

    /// The buyer's codes and the suppliers' item numbers they mapped, by code; with the folded code of each.
    pub fn own_codes(&self, market: &MarketId) -> Result<Vec<(String, OwnCode)>, LedgerError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT code, shown, supplier, offer_key, spec_id FROM own_code
                 WHERE market_id = ?1 ORDER BY code, supplier",
            )?;
            let rows = statement.query_map([market.as_str()], |row| {
                let (shown, supplier, key): (String, String, String) =
                    (row.get(1)?, row.get(2)?, row.get(3)?);
                let code = OwnCode {
                    code: Clean::new(&shown),
                    supplier: Some(Clean::new(&supplier)).filter(|supplier| !supplier.is_empty()),
                    offer: key.parse().map_err(|error| damaged(&error))?,
                    spec_id: row.get::<_, Option<String>>(4)?.map(|spec| SpecId::new(&spec)),
                };
                Ok((row.get(0)?, code))
            })?;
            rows.collect()
        })
    }

    /// Keeps codes, each under its folded form; one that is there already stands for the new offer from now on.
    pub fn put_codes(
        &self,
        market: &MarketId,
        codes: &[(String, OwnCode)],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            let mut insert = tx.prepare_cached(
                "INSERT OR REPLACE INTO own_code (market_id, supplier, code, shown, offer_key, spec_id, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for (folded, code) in codes {
                insert.execute(params![
                    market.as_str(),
                    code.supplier.as_ref().map_or("", Clean::as_str),
                    folded,
                    code.code.as_str(),
                    code.offer.to_string(),
                    code.spec_id.as_ref().map(SpecId::as_str),
                    millis(now),
                ])?;
            }
            Ok(())
        })
    }

    /// Forgets a code, of this supplier or (`None`) the buyer's own; whether it was there.
    pub fn forget_code(
        &self,
        market: &MarketId,
        folded: &str,
        supplier: Option<&Clean>,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let gone = tx.execute(
                "DELETE FROM own_code WHERE market_id = ?1 AND code = ?2 AND supplier = ?3",
                params![market.as_str(), folded, supplier.map_or("", Clean::as_str)],
            )?;
            Ok(gone > 0)
        })
    }
}

fn entered(connection: &Connection, market: &MarketId, origin: &Origin) -> rusqlite::Result<Entered> {
    let mut statement = connection.prepare_cached(
        "SELECT row.offer_key, row.spec_id, row.quantity
         FROM entered_row row JOIN cart_line line USING (line_id) JOIN cart_journal step ON step.seq = row.seq
         WHERE row.market_id = ?1 AND (row.content = ?2 OR (?3 <> '' AND row.source = ?3))
           AND line.present = 1 AND line.taken_by IS NULL AND step.undone = 0",
    )?;
    let mut rows = statement.query(params![market.as_str(), origin.content, origin.source])?;
    let mut found = Entered::new();
    while let Some(row) = rows.next()? {
        let (key, spec, quantity): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let key = key.parse::<OfferKey>().map_err(|error| damaged(&error))?;
        let spec = Some(spec).filter(|spec| !spec.is_empty()).map(|spec| SpecId::new(&spec));
        let quantity = quantity.parse::<Quantity>().map_err(|error| damaged(&error))?;
        let sum = found.entry((key, spec)).or_default();
        *sum = *sum + quantity;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::offer::Offer;

    fn market() -> MarketId {
        MarketId::new("1234567/b2b-1")
    }

    fn origin(source: &str, content: &str) -> Origin {
        Origin { source: source.to_owned(), content: content.to_owned() }
    }

    fn add(id: i64, quantity: u32) -> Edit {
        let offer = Box::new(Offer::blank(OfferKey::Market(id), Clean::new("杯"), Timestamp::UNIX_EPOCH));
        Edit::Add { offer, spec_id: None, quantity: Quantity::whole(quantity) }
    }

    fn sums(ledger: &Ledger, origin: &Origin) -> Vec<(String, String)> {
        let mut sums: Vec<_> = ledger
            .entered(&market(), origin)
            .unwrap()
            .into_iter()
            .map(|((key, _), quantity)| (key.to_string(), quantity.to_string()))
            .collect();
        sums.sort();
        sums
    }

    #[test]
    fn what_a_list_put_in_counts_while_it_stands_in_the_cart() {
        let ledger = Ledger::in_memory().unwrap();
        let (list, now) = (origin("/a.csv", "one"), Timestamp::UNIX_EPOCH);
        let lines = ledger
            .enter(&market(), &list, Some(&Entered::new()), &[add(1, 5), add(2, 7)], now)
            .unwrap()
            .unwrap();
        assert_eq!(lines.len(), 2);
        let both = [("1".to_owned(), "5".to_owned()), ("2".to_owned(), "7".to_owned())];
        // Known by its place, by what it says, and by nothing else.
        assert_eq!(sums(&ledger, &list), both);
        assert_eq!(sums(&ledger, &origin("/a.csv", "two")), both);
        assert_eq!(sums(&ledger, &origin("", "one")), both);
        assert!(
            sums(&ledger, &origin("", "two")).is_empty()
                && sums(&ledger, &origin("/b.csv", "two")).is_empty()
        );
        // Whoever read the list before it was entered is told.
        assert_eq!(ledger.enter(&market(), &list, Some(&Entered::new()), &[add(1, 5)], now).unwrap(), None);
        assert_eq!(ledger.undo(&market()).unwrap().as_deref(), Some("import"));
        assert!(sums(&ledger, &list).is_empty() && ledger.cart_lines(&market()).unwrap().is_empty());
        ledger.redo(&market()).unwrap();
        assert_eq!(sums(&ledger, &list), both);
        ledger.edit_cart(&market(), "rm", &[Edit::Remove { line: lines[0] }], now).unwrap().unwrap();
        assert_eq!(sums(&ledger, &list), both[1..]);
    }

    #[test]
    fn codes_are_kept_by_supplier_and_replaced() {
        let ledger = Ledger::in_memory().unwrap();
        let code = |shown: &str, supplier: Option<&str>, id| OwnCode {
            code: Clean::new(shown),
            supplier: supplier.map(Clean::new),
            offer: OfferKey::Market(id),
            spec_id: None,
        };
        let now = Timestamp::UNIX_EPOCH;
        let put = |codes: &[(String, OwnCode)]| ledger.put_codes(&market(), codes, now).unwrap();
        put(&[("a-1".to_owned(), code("A-1", None, 1)), ("a-1".to_owned(), code("A-1", Some("永康厂"), 2))]);
        put(&[("a-1".to_owned(), code("a-1", None, 3))]);
        let kept: Vec<String> =
            ledger.own_codes(&market()).unwrap().iter().map(|(_, code)| code.offer.to_string()).collect();
        assert_eq!(kept, ["3", "2"]);
        assert!(ledger.own_codes(&MarketId::new("other/1")).unwrap().is_empty());
        assert!(ledger.forget_code(&market(), "a-1", None).unwrap());
        assert!(!ledger.forget_code(&market(), "a-1", None).unwrap());
        assert_eq!(ledger.own_codes(&market()).unwrap().len(), 1);
    }
}
