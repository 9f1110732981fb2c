//! Cart lines and the journal that undoes and redoes their changes.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerError, damaged, from_json, millis, to_json};
use crate::domain::id::{LineId, MarketId, OfferKey, SpecId};
use crate::domain::offer::Offer;
use crate::domain::quantity::Quantity;

/// One visible line as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredLine {
    /// Never changes, never reused.
    pub id: LineId,
    /// Offer.
    pub offer_key: OfferKey,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// Units.
    pub quantity: Quantity,
    /// The listing as it was when the line was added: the cart works without the catalog.
    pub frozen: Offer,
}

/// A visible line without its frozen listing, which is what takes time to read.
#[derive(Debug, Clone, PartialEq)]
pub struct LineRow {
    /// Never changes, never reused.
    pub id: LineId,
    /// Offer.
    pub offer_key: OfferKey,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// Units.
    pub quantity: Quantity,
    /// How many bytes its frozen listing takes: another number, another listing.
    pub frozen_bytes: i64,
}

/// A change to the cart.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Adds units of a SKU; an existing line of it grows.
    Add {
        /// The listing, frozen into the line.
        offer: Box<Offer>,
        /// SKU.
        spec_id: Option<SpecId>,
        /// Units to add.
        quantity: Quantity,
    },
    /// Sets a line's units.
    Set {
        /// The line.
        line: LineId,
        /// Units.
        quantity: Quantity,
    },
    /// Takes a line out.
    Remove {
        /// The line.
        line: LineId,
    },
    /// Puts another SKU in a line's place: the new line stands where it stood and has its units. A line of that SKU
    /// that is in the cart already grows by them.
    Swap {
        /// The line that goes.
        line: LineId,
        /// The listing that comes, frozen into the new line.
        offer: Box<Offer>,
        /// Its SKU.
        spec_id: Option<SpecId>,
    },
}

/// What the journal remembers of one line: its quantity, or that it was not there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Change {
    line_id: LineId,
    before: Option<Quantity>,
    after: Option<Quantity>,
}

/// Steps without effect that are passed over in one transaction.
const DEAD_STEPS: usize = if cfg!(test) { 3 } else { 500 };

impl Ledger {
    /// The market's cart in the order lines were added.
    pub fn cart_lines(&self, market: &MarketId) -> Result<Vec<StoredLine>, LedgerError> {
        self.read(|connection| visible(connection, market))
    }

    /// The same without the frozen listings, for whoever has read them. That of a line in the cart stays as it is; one
    /// that was ordered and came back may have another.
    pub fn cart_rows(&self, market: &MarketId) -> Result<Vec<LineRow>, LedgerError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT line_id, offer_key, spec_id, quantity, octet_length(frozen) FROM cart_line
                 WHERE market_id = ?1 AND present = 1 AND taken_by IS NULL ORDER BY ifnull(place, line_id), line_id",
            )?;
            let rows = statement.query_map([market.as_str()], |row| {
                Ok(LineRow {
                    id: LineId(row.get(0)?),
                    offer_key: row.get_ref(1)?.as_str()?.parse().map_err(|error| damaged(&error))?,
                    spec_id: row.get_ref(2)?.as_str_or_null()?.map(SpecId::new),
                    quantity: row.get_ref(3)?.as_str()?.parse().map_err(|error| damaged(&error))?,
                    frozen_bytes: row.get(4)?,
                })
            })?;
            rows.collect()
        })
    }

    /// The listings frozen into these lines, whether they are still in the cart or were ordered since.
    pub fn listings_of(
        &self,
        market: &MarketId,
        lines: &[LineId],
    ) -> Result<Vec<(LineId, Offer)>, LedgerError> {
        self.read(|connection| {
            let mut select = connection
                .prepare_cached("SELECT frozen FROM cart_line WHERE line_id = ?1 AND market_id = ?2")?;
            let mut found = Vec::with_capacity(lines.len());
            for line in lines {
                let frozen: Option<String> =
                    select.query_row(params![line.0, market.as_str()], |row| row.get(0)).optional()?;
                if let Some(frozen) = frozen {
                    found.push((*line, from_json(&frozen)?));
                }
            }
            Ok(found)
        })
    }

    /// Freezes these listings into their lines: an order keeps what its lines were ordered by.
    pub fn freeze(&self, market: &MarketId, listings: &[(LineId, &Offer)]) -> Result<(), LedgerError> {
        self.write(|tx| {
            for (line, offer) in listings {
                tx.execute(
                    "UPDATE cart_line SET frozen = ?3 WHERE line_id = ?1 AND market_id = ?2",
                    params![line.0, market.as_str(), to_json(offer)?],
                )?;
            }
            Ok(())
        })
    }

    /// Applies edits as one step of the journal. `Ok(None)` when a line they name is not in the cart:
    /// then nothing is changed. Otherwise the line each edit touched, in order.
    pub fn edit_cart(
        &self,
        market: &MarketId,
        label: &str,
        edits: &[Edit],
        now: Timestamp,
    ) -> Result<Option<Vec<LineId>>, LedgerError> {
        self.write(|tx| match edit_within(tx, market, label, edits, now)? {
            Some((lines, _)) => Ok(lines),
            None => Err(rusqlite::Error::QueryReturnedNoRows),
        })
        .map(Some)
        .or_else(|error| match error {
            LedgerError::Sqlite { source: rusqlite::Error::QueryReturnedNoRows, .. } => Ok(None),
            error => Err(error),
        })
    }

    /// Takes the last step back; its label, or `None` when there is nothing to undo. Lines that were
    /// ordered since are left alone: undo never brings an order back.
    pub fn undo(&self, market: &MarketId) -> Result<Option<String>, LedgerError> {
        self.step(market, true)
    }

    /// Makes the last undone step again.
    pub fn redo(&self, market: &MarketId) -> Result<Option<String>, LedgerError> {
        self.step(market, false)
    }

    fn step(&self, market: &MarketId, back: bool) -> Result<Option<String>, LedgerError> {
        let sql = if back {
            "SELECT seq, label, changes FROM cart_journal WHERE market_id = ?1 AND undone = 0 ORDER BY seq DESC LIMIT 1"
        } else {
            "SELECT seq, label, changes FROM cart_journal WHERE market_id = ?1 AND undone = 1 ORDER BY seq LIMIT 1"
        };
        // A step whose lines were all ordered since has no effect left: the next is taken, and of a year of them some at a
        // time, so that nobody waits for the ledger meanwhile.
        let some = |tx: &Transaction<'_>| {
            for _ in 0..DEAD_STEPS {
                let entry: Option<(i64, String, String)> = tx
                    .query_row(sql, [market.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
                let Some((seq, label, changes)) = entry else { return Ok(Some(None)) };
                tx.execute("UPDATE cart_journal SET undone = ?2 WHERE seq = ?1", params![seq, back])?;
                let changes: Vec<Change> = from_json(&changes)?;
                let mut touched = 0;
                // Several changes of one line in one step are taken back in reverse.
                let ordered: Vec<&Change> =
                    if back { changes.iter().rev().collect() } else { changes.iter().collect() };
                for change in ordered {
                    let state = if back { change.before } else { change.after };
                    touched += match state {
                        Some(quantity) => tx.execute(
                            "UPDATE cart_line SET present = 1, quantity = ?2 WHERE line_id = ?1 AND taken_by IS NULL",
                            params![change.line_id.0, quantity.to_string()],
                        )?,
                        None => tx.execute(
                            "UPDATE cart_line SET present = 0 WHERE line_id = ?1 AND taken_by IS NULL",
                            [change.line_id.0],
                        )?,
                    };
                }
                if touched > 0 {
                    return Ok(Some(Some(label)));
                }
            }
            Ok(None)
        };
        loop {
            if let Some(done) = self.write(some)? {
                return Ok(done);
            }
        }
    }
}

/// Applies edits as one step within a transaction: the line each touched, and the step's number, `None` where nothing
/// changed. `None` when a line they name is not in the cart: the transaction is to be given up.
pub(super) fn edit_within(
    tx: &Transaction<'_>,
    market: &MarketId,
    label: &str,
    edits: &[Edit],
    now: Timestamp,
) -> rusqlite::Result<Option<(Vec<LineId>, Option<i64>)>> {
    let mut changes = Vec::with_capacity(edits.len());
    let mut lines = Vec::with_capacity(edits.len());
    for edit in edits {
        let Edit::Swap { line, offer, spec_id } = edit else {
            let Some(change) = apply(tx, market, edit, now)? else { return Ok(None) };
            lines.push(change.line_id);
            changes.push(change);
            continue;
        };
        let Some([gone, came]) = swap(tx, market, *line, offer, spec_id.as_ref(), now)? else {
            return Ok(None);
        };
        lines.push(came.line_id);
        changes.extend([gone, came]);
    }
    if changes.iter().all(|change| change.before == change.after) {
        return Ok(Some((lines, None)));
    }
    tx.execute("DELETE FROM cart_journal WHERE market_id = ?1 AND undone = 1", [market.as_str()])?;
    tx.execute(
        "INSERT INTO cart_journal (market_id, label, changes, at) VALUES (?1, ?2, ?3, ?4)",
        params![market.as_str(), label, to_json(&changes)?, millis(now)],
    )?;
    Ok(Some((lines, Some(tx.last_insert_rowid()))))
}

/// Takes a line out and puts another SKU in its place.
fn swap(
    tx: &Transaction<'_>,
    market: &MarketId,
    line: LineId,
    offer: &Offer,
    spec_id: Option<&SpecId>,
    now: Timestamp,
) -> rusqlite::Result<Option<[Change; 2]>> {
    let Some(gone) = apply(tx, market, &Edit::Remove { line }, now)? else { return Ok(None) };
    let add = Edit::Add {
        offer: Box::new(offer.clone()),
        spec_id: spec_id.cloned(),
        quantity: gone.before.unwrap_or_default(),
    };
    let Some(came) = apply(tx, market, &add, now)? else { return Ok(None) };
    if came.before.is_none() {
        tx.execute(
            "UPDATE cart_line SET place = (SELECT ifnull(place, line_id) FROM cart_line WHERE line_id = ?2)
             WHERE line_id = ?1",
            params![came.line_id.0, line.0],
        )?;
    }
    Ok(Some([gone, came]))
}

fn visible(connection: &Connection, market: &MarketId) -> rusqlite::Result<Vec<StoredLine>> {
    let mut statement = connection.prepare_cached(
        "SELECT line_id, offer_key, spec_id, quantity, frozen FROM cart_line
         WHERE market_id = ?1 AND present = 1 AND taken_by IS NULL ORDER BY ifnull(place, line_id), line_id",
    )?;
    let rows = statement.query_map([market.as_str()], |row| {
        let key: String = row.get(1)?;
        let quantity: String = row.get(3)?;
        let frozen: String = row.get(4)?;
        Ok(StoredLine {
            id: LineId(row.get(0)?),
            offer_key: key.parse().map_err(|error| damaged(&error))?,
            spec_id: row.get::<_, Option<String>>(2)?.map(|spec| SpecId::new(&spec)),
            quantity: quantity.parse().map_err(|error| damaged(&error))?,
            frozen: from_json(&frozen)?,
        })
    })?;
    rows.collect()
}

pub(super) fn quantity_of(
    tx: &Transaction<'_>,
    market: &MarketId,
    line: LineId,
) -> rusqlite::Result<Option<Quantity>> {
    let text: Option<String> = tx
        .query_row(
            "SELECT quantity FROM cart_line WHERE line_id = ?1 AND market_id = ?2 AND present = 1 AND taken_by IS NULL",
            params![line.0, market.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    text.map(|text| text.parse().map_err(|error| damaged(&error))).transpose()
}

fn apply(
    tx: &Transaction<'_>,
    market: &MarketId,
    edit: &Edit,
    now: Timestamp,
) -> rusqlite::Result<Option<Change>> {
    let set = |line: LineId, quantity: Quantity| {
        tx.execute(
            "UPDATE cart_line SET quantity = ?2 WHERE line_id = ?1",
            params![line.0, quantity.to_string()],
        )
    };
    match edit {
        Edit::Set { line, quantity } => {
            let Some(before) = quantity_of(tx, market, *line)? else { return Ok(None) };
            set(*line, *quantity)?;
            Ok(Some(Change { line_id: *line, before: Some(before), after: Some(*quantity) }))
        }
        // Two changes: made by `swap`.
        Edit::Swap { .. } => Ok(None),
        Edit::Remove { line } => {
            let Some(before) = quantity_of(tx, market, *line)? else { return Ok(None) };
            tx.execute("UPDATE cart_line SET present = 0 WHERE line_id = ?1", [line.0])?;
            Ok(Some(Change { line_id: *line, before: Some(before), after: None }))
        }
        Edit::Add { offer, spec_id, quantity } => {
            let key = offer.key.to_string();
            let spec = spec_id.as_ref().map(SpecId::as_str);
            let existing: Option<i64> = tx
                .query_row(
                    "SELECT line_id FROM cart_line
                     WHERE market_id = ?1 AND offer_key = ?2 AND spec_id IS ?3 AND present = 1 AND taken_by IS NULL",
                    params![market.as_str(), key, spec],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(line) = existing.map(LineId) {
                let Some(before) = quantity_of(tx, market, line)? else { return Ok(None) };
                let after = before + *quantity;
                set(line, after)?;
                return Ok(Some(Change { line_id: line, before: Some(before), after: Some(after) }));
            }
            tx.execute(
                "INSERT INTO cart_line (market_id, offer_key, spec_id, quantity, frozen, present, added_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)",
                params![market.as_str(), key, spec, quantity.to_string(), to_json(offer)?, millis(now)],
            )?;
            Ok(Some(Change { line_id: LineId(tx.last_insert_rowid()), before: None, after: Some(*quantity) }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Clean;

    fn market() -> MarketId {
        MarketId::new("1234567/b2b-1")
    }

    fn add(ledger: &Ledger, id: i64, quantity: u32) -> LineId {
        let offer = Box::new(Offer::blank(OfferKey::Market(id), Clean::new("杯"), Timestamp::UNIX_EPOCH));
        let edit = Edit::Add { offer, spec_id: None, quantity: Quantity::whole(quantity) };
        ledger.edit_cart(&market(), "add", &[edit], Timestamp::UNIX_EPOCH).unwrap().unwrap()[0]
    }

    fn state(ledger: &Ledger) -> Vec<(i64, String)> {
        ledger
            .cart_lines(&market())
            .unwrap()
            .iter()
            .map(|line| (line.id.0, line.quantity.to_string()))
            .collect()
    }

    #[test]
    fn adding_a_sku_again_grows_its_line() {
        let ledger = Ledger::in_memory().unwrap();
        let first = add(&ledger, 1, 5);
        assert_eq!(add(&ledger, 1, 7), first);
        assert_eq!(state(&ledger), [(first.0, "12".to_owned())]);
    }

    #[test]
    fn a_line_id_is_never_reused_and_undo_brings_the_same_one_back() {
        let ledger = Ledger::in_memory().unwrap();
        let first = add(&ledger, 1, 5);
        ledger
            .edit_cart(&market(), "rm", &[Edit::Remove { line: first }], Timestamp::UNIX_EPOCH)
            .unwrap()
            .unwrap();
        let second = add(&ledger, 1, 6);
        assert_ne!(first, second);
        assert_eq!(ledger.undo(&market()).unwrap().as_deref(), Some("add"));
        assert_eq!(ledger.undo(&market()).unwrap().as_deref(), Some("rm"));
        assert_eq!(state(&ledger), [(first.0, "5".to_owned())]);
        assert_eq!(ledger.redo(&market()).unwrap().as_deref(), Some("rm"));
        assert_eq!(ledger.redo(&market()).unwrap().as_deref(), Some("add"));
        assert_eq!(state(&ledger), [(second.0, "6".to_owned())]);
    }

    #[test]
    fn a_swap_stands_in_the_place_of_its_line_and_is_one_step() {
        let ledger = Ledger::in_memory().unwrap();
        let [first, second, third] = [1, 2, 3].map(|id| add(&ledger, id, 5 + id as u32));
        let all = ledger.cart_lines(&market()).unwrap();
        let swap = |line: LineId, id: i64| {
            let offer = Box::new(Offer::blank(OfferKey::Market(id), Clean::new("壶"), Timestamp::UNIX_EPOCH));
            let edit = Edit::Swap { line, offer, spec_id: None };
            ledger.edit_cart(&market(), "substitute", &[edit], Timestamp::UNIX_EPOCH).unwrap()
        };
        let came = swap(second, 9).unwrap()[0];
        let expected = [(first.0, "6".to_owned()), (came.0, "7".to_owned()), (third.0, "8".to_owned())];
        assert_eq!(
            state(&ledger),
            expected,
            "the new line stands between the others, with the old one's units"
        );
        // Swapped once more it stands there still.
        let again = swap(came, 10).unwrap()[0];
        assert_eq!(state(&ledger)[1], (again.0, "7".to_owned()));
        let rows: Vec<LineId> = ledger.cart_rows(&market()).unwrap().iter().map(|row| row.id).collect();
        assert_eq!(rows, [first, again, third]);
        for _ in 0..2 {
            assert_eq!(ledger.undo(&market()).unwrap().as_deref(), Some("substitute"));
        }
        assert_eq!(ledger.cart_lines(&market()).unwrap(), all, "byte for byte what it was");
        assert_eq!(ledger.redo(&market()).unwrap().as_deref(), Some("substitute"));
        assert_eq!(state(&ledger)[1], (came.0, "7".to_owned()));
        // For goods that are in the cart already, theirs grows.
        assert_eq!(swap(first, 3).unwrap(), [third]);
        assert_eq!(state(&ledger), [(came.0, "7".to_owned()), (third.0, "14".to_owned())]);
        ledger.undo(&market()).unwrap();
        assert_eq!(state(&ledger).len(), 3);
        assert_eq!(swap(LineId(404), 3), None);
    }

    #[test]
    fn an_edit_of_a_missing_line_changes_nothing_at_all() {
        let ledger = Ledger::in_memory().unwrap();
        let line = add(&ledger, 1, 5);
        let edits = [Edit::Set { line, quantity: Quantity::whole(9) }, Edit::Remove { line: LineId(404) }];
        assert_eq!(ledger.edit_cart(&market(), "bad", &edits, Timestamp::UNIX_EPOCH).unwrap(), None);
        assert_eq!(state(&ledger), [(line.0, "5".to_owned())]);
    }

    #[test]
    fn steps_whose_lines_were_all_ordered_are_passed_over() {
        let ledger = Ledger::in_memory().unwrap();
        let kept = add(&ledger, 99, 1);
        let ordered: Vec<LineId> = (1..=10).map(|id| add(&ledger, id, 5)).collect();
        for line in &ordered {
            let sql = "UPDATE cart_line SET taken_by = 1 WHERE line_id = ?1";
            ledger
                .write(|tx| {
                    tx.execute(
                        "INSERT OR IGNORE INTO action (action_id, market_id, kind, state, out_order_id, lines, policy,
                         created_at, updated_at) VALUES (1, 'm', 'create', 'done', 'o', '[]', 'ask', 0, 0)",
                        [],
                    )?;
                    tx.execute(sql, [line.0])
                })
                .unwrap();
        }
        // More of them than one transaction takes.
        assert!(ordered.len() > DEAD_STEPS);
        assert!(ledger.undo(&market()).unwrap().is_some());
        assert!(state(&ledger).is_empty(), "{kept:?} was added first of all");
        assert_eq!(ledger.undo(&market()).unwrap(), None);
        assert!(ledger.redo(&market()).unwrap().is_some());
        assert_eq!(state(&ledger), [(kept.0, "1".to_owned())]);
        assert_eq!(ledger.redo(&market()).unwrap(), None, "what is left has no effect");
    }

    #[test]
    fn undoing_everything_and_redoing_everything_meet_both_ends() {
        let ledger = Ledger::in_memory().unwrap();
        let mut seed = 88172645463325252u64;
        let mut random = |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        for _ in 0..300 {
            let lines = ledger.cart_lines(&market()).unwrap();
            match (random(3), lines.get(random(lines.len().max(1) as u64) as usize)) {
                (0, Some(line)) => {
                    let edit = Edit::Set { line: line.id, quantity: Quantity::whole(1 + random(500) as u32) };
                    ledger.edit_cart(&market(), "set", &[edit], Timestamp::UNIX_EPOCH).unwrap();
                }
                (1, Some(line)) => {
                    ledger
                        .edit_cart(&market(), "rm", &[Edit::Remove { line: line.id }], Timestamp::UNIX_EPOCH)
                        .unwrap();
                }
                _ => {
                    add(&ledger, 1 + random(20) as i64, 1 + random(50) as u32);
                }
            }
        }
        let end = state(&ledger);
        let mut steps = 0;
        while ledger.undo(&market()).unwrap().is_some() {
            steps += 1;
        }
        assert!(steps > 200 && state(&ledger).is_empty());
        while ledger.redo(&market()).unwrap().is_some() {}
        assert_eq!(state(&ledger), end);
    }
}
