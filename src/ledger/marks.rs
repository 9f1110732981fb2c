//! Notes, tags, favourites and blocks, and what the orders kept here say was bought.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Ledger, LedgerError, damaged, from_json, millis, to_json};
use crate::domain::id::{MarketId, SupplierId};
use crate::domain::mark::{Mark, MarkEdit, PastOrder, Subject};
use crate::domain::order::OrderState;
use crate::domain::text::Clean;

/// As of which writes marks and orders were read: equal stamps, equal content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Changes whenever another connection, of this process or another, has committed anything.
    others: i64,
    /// Writes of ours to marks and orders.
    own: u64,
}

impl Ledger {
    /// The stamp of what is in the ledger now; cheap enough for every search.
    pub fn stamp(&self) -> Result<Stamp, LedgerError> {
        self.read(|connection| {
            // Counted before the version is read: a write of ours in between is only read once too often.
            let own = self.shared.marked.load(Ordering::Acquire);
            let others = connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
            Ok(Stamp { others, own })
        })
    }

    /// All marks of the market.
    pub fn marks(&self, market: &MarketId) -> Result<Vec<(Subject, Mark)>, LedgerError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT kind, key, favourite, tags, note, blocked FROM mark WHERE market_id = ?1
                 ORDER BY updated_at DESC, kind, key",
            )?;
            let mut rows = select.query([market.as_str()])?;
            let mut marks = Vec::new();
            while let Some(row) = rows.next()? {
                let (kind, key): (String, String) = (row.get(0)?, row.get(1)?);
                let subject = match kind.as_str() {
                    "offer" => Subject::Offer(key.parse().map_err(|error| damaged(&error))?),
                    "supplier" => Subject::Supplier(SupplierId::new(&key)),
                    other => return Err(damaged(&format!("a mark of kind {:?}", Clean::capped(other, 20)))),
                };
                marks.push((subject, mark_of(row, 2)?));
            }
            Ok(marks)
        })
    }

    /// The mark of one subject; an empty one where there is none.
    pub fn mark(&self, market: &MarketId, subject: &Subject) -> Result<Mark, LedgerError> {
        self.read(|connection| Ok(stored(connection, market, subject)?.unwrap_or_default()))
    }

    /// Changes the mark of one subject and returns it as it is then. Of an empty one nothing is kept.
    pub fn set_mark(
        &self,
        market: &MarketId,
        subject: &Subject,
        edits: &[MarkEdit],
        now: Timestamp,
    ) -> Result<Mark, LedgerError> {
        let mark = self.write(|tx| {
            let mut mark = stored(tx, market, subject)?.unwrap_or_default();
            for edit in edits {
                mark.apply(edit.clone());
            }
            let (kind, key) = name(subject);
            if mark.is_empty() {
                tx.execute(
                    "DELETE FROM mark WHERE market_id = ?1 AND kind = ?2 AND key = ?3",
                    params![market.as_str(), kind, key],
                )?;
            } else {
                tx.execute(
                    "INSERT INTO mark (market_id, kind, key, favourite, tags, note, blocked, updated_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT (market_id, kind, key) DO UPDATE SET favourite = excluded.favourite,
                         tags = excluded.tags, note = excluded.note, blocked = excluded.blocked,
                         updated_at = excluded.updated_at",
                    params![
                        market.as_str(),
                        kind,
                        key,
                        mark.favourite,
                        to_json(&mark.tags)?,
                        mark.note.as_str(),
                        mark.blocked.as_ref().map(Clean::as_str),
                        millis(now),
                    ],
                )?;
            }
            Ok(mark)
        })?;
        self.marked();
        Ok(mark)
    }

    /// Orders kept here that were not closed, as far as they say what was bought. The market's orders do not name the
    /// supplier by the id everything else goes by (GATEWAY.md 2.8); our own intents do. One that does not read back is
    /// left out and logged: a damaged order must not keep a buyer from searching.
    pub fn past_orders(&self, market: &MarketId) -> Result<Vec<PastOrder>, LedgerError> {
        self.read(|connection| {
            let mut select = connection.prepare_cached(
                "SELECT o.order_id, o.body, a.supplier_id FROM market_order o
                 LEFT JOIN action a ON a.out_order_id = o.out_order_id AND a.market_id = o.market_id
                 WHERE o.market_id = ?1 AND o.state <> ?2",
            )?;
            let mut rows = select.query(params![market.as_str(), OrderState::Closed.as_str()])?;
            let mut orders = Vec::new();
            while let Some(row) = rows.next()? {
                match serde_json::from_str::<PastOrder>(row.get_ref(1)?.as_str()?) {
                    Ok(mut order) => {
                        let ours = row.get_ref(2)?.as_str_or_null()?.map(SupplierId::new);
                        order.supplier_id = order.supplier_id.or(ours);
                        orders.push(order);
                    }
                    Err(error) => {
                        let id = Clean::capped(row.get_ref(0)?.as_str()?, 60);
                        tracing::warn!(%error, order = %id, "an order in the ledger does not read back");
                    }
                }
            }
            Ok(orders)
        })
    }

    /// Says that marks or orders were written.
    pub(super) fn marked(&self) {
        self.shared.marked.fetch_add(1, Ordering::Release);
    }
}

fn name(subject: &Subject) -> (&'static str, String) {
    match subject {
        Subject::Offer(key) => ("offer", key.to_string()),
        Subject::Supplier(id) => ("supplier", id.as_str().to_owned()),
    }
}

fn stored(connection: &Connection, market: &MarketId, subject: &Subject) -> rusqlite::Result<Option<Mark>> {
    let (kind, key) = name(subject);
    connection
        .prepare_cached(
            "SELECT favourite, tags, note, blocked FROM mark WHERE market_id = ?1 AND kind = ?2 AND key = ?3",
        )?
        .query_row(params![market.as_str(), kind, key], |row| mark_of(row, 0))
        .optional()
}

/// Four columns from `at` on. Text is cleaned again: a file is outside too.
fn mark_of(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Mark> {
    Ok(Mark {
        favourite: row.get(at)?,
        tags: from_json(row.get_ref(at + 1)?.as_str()?)?,
        note: Clean::new(row.get_ref(at + 2)?.as_str()?),
        blocked: row.get_ref(at + 3)?.as_str_or_null()?.map(Clean::new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{OfferKey, OrderId};
    use crate::domain::order::Order;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).unwrap()
    }

    fn offer(id: i64) -> Subject {
        Subject::Offer(OfferKey::Market(id))
    }

    #[test]
    fn marks_are_kept_by_market_and_an_empty_one_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let (here, there) = (MarketId::new("a/1"), MarketId::new("a/2"));
        let ledger = Ledger::open(&path).unwrap();
        let edits = [
            MarkEdit::Favourite(true),
            MarkEdit::Tags(vec![Clean::new("礼品 年会")]),
            MarkEdit::Note(Clean::new("发货快 \u{1b}[2J")),
        ];
        let mark = ledger.set_mark(&here, &offer(7), &edits, at(0)).unwrap();
        assert_eq!((mark.tags.len(), mark.note.as_str()), (2, "发货快"));
        let supplier = Subject::Supplier(SupplierId::new("s1"));
        ledger.set_mark(&here, &supplier, &[MarkEdit::Block(Some("迟发".into()))], at(1)).unwrap();
        drop(ledger);
        let ledger = Ledger::open(&path).unwrap();
        let blocked = Mark { blocked: Some("迟发".into()), ..Mark::default() };
        assert_eq!(ledger.marks(&here).unwrap(), [(supplier.clone(), blocked), (offer(7), mark.clone())]);
        assert_eq!(
            (ledger.mark(&here, &offer(7)).unwrap(), ledger.mark(&there, &offer(7)).unwrap()),
            (mark, Mark::default())
        );
        assert!(ledger.marks(&there).unwrap().is_empty());
        ledger.set_mark(&here, &supplier, &[MarkEdit::Block(None)], at(2)).unwrap();
        let none = [MarkEdit::Favourite(false), MarkEdit::Tags(vec![]), MarkEdit::Note(Clean::default())];
        ledger.set_mark(&here, &offer(7), &none, at(2)).unwrap();
        let rows: i64 =
            ledger.read(|c| c.query_row("SELECT count(*) FROM mark", [], |row| row.get(0))).unwrap();
        assert_eq!(rows, 0);
    }

    #[test]
    fn the_stamp_changes_with_marks_and_orders_of_this_and_of_other_processes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        let market = MarketId::new("a/1");
        let (ours, theirs) = (Ledger::open(&path).unwrap(), Ledger::open(&path).unwrap());
        let first = ours.stamp().unwrap();
        assert_eq!(ours.stamp().unwrap(), first);
        ours.set_meta("k", "v").unwrap();
        assert_eq!(ours.stamp().unwrap(), first, "a note of ours says nothing of marks");
        ours.set_mark(&market, &offer(1), &[MarkEdit::Favourite(true)], at(0)).unwrap();
        let second = ours.stamp().unwrap();
        assert_ne!(first, second);
        ours.clone().store_orders(&market, &[], at(0)).unwrap();
        let third = ours.stamp().unwrap();
        assert_ne!(second, third);
        theirs.set_mark(&market, &offer(2), &[MarkEdit::Favourite(true)], at(0)).unwrap();
        assert_ne!(ours.stamp().unwrap(), third);
    }

    #[test]
    fn closed_orders_and_damaged_ones_are_no_past() {
        let ledger = Ledger::in_memory().unwrap();
        let market = MarketId::new("a/1");
        let order = |id: &str, state: &str| Order {
            order_id: Some(OrderId::new(id)),
            supplier_id: Some(SupplierId::new("s1")),
            seller_login: Some("永康厂".into()),
            ..Order::blank(state.into(), at(5))
        };
        let orders =
            [order("1", "done"), order("2", "closed"), order("3", "to_pay"), order("4", "some_new_word")];
        ledger.store_orders(&market, &orders, at(9)).unwrap();
        ledger.store_orders(&MarketId::new("a/2"), &[order("5", "done")], at(9)).unwrap();
        ledger
            .write(|tx| tx.execute("UPDATE market_order SET body = '{' WHERE order_id = '3'", []).map(|_| ()))
            .unwrap();
        let past = ledger.past_orders(&market).unwrap();
        let ids: Vec<&str> =
            past.iter().filter_map(|order| order.order_id.as_ref()).map(OrderId::as_str).collect();
        assert_eq!(ids, ["1", "4"]);
        assert_eq!((past[0].created_at, past[0].seller_login.as_ref().unwrap().as_str()), (at(5), "永康厂"));
    }

    #[test]
    fn a_mark_that_does_not_read_back_is_damage() {
        let ledger = Ledger::in_memory().unwrap();
        let market = MarketId::new("a/1");
        ledger.set_mark(&market, &offer(1), &[MarkEdit::Favourite(true)], at(0)).unwrap();
        ledger.write(|tx| tx.execute("UPDATE mark SET key = 'x'", []).map(|_| ())).unwrap();
        assert!(matches!(ledger.marks(&market), Err(LedgerError::Damaged { .. })));
    }
}
