//! Price watches: kept, and looked at in one transaction, so that two processes that sync at once ring once.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Failure, History, HistoryError, parsed, parsed_or};
use crate::catalog::store::time;
use crate::domain::id::{MarketId, SpecId};
use crate::domain::money::Money;
use crate::domain::watch::{self, Fired, Watch, WatchState};

const COLUMNS: &str = "id, key, spec, quantity, below, rise, band, base, last, is_below, is_above, created_at, \
                       looked_at, fired_at";

impl History {
    /// Keeps a new watch; its number is given, the one it has is not looked at.
    pub fn add_watch(&self, market: &MarketId, watch: &Watch) -> Result<Watch, HistoryError> {
        let decimal = |money: Option<Money>| money.map(|money| money.yuan().normalize().to_string());
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO watch(market, key, spec, quantity, below, rise, band, base, last, is_below, is_above,
                     created_at, looked_at, fired_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
                )?
                .execute(params![
                    market.as_str(),
                    watch.offer.to_string(),
                    watch.spec.as_ref().map(SpecId::as_str),
                    watch.quantity.to_string(),
                    decimal(watch.rule.below),
                    watch.rule.rise.map(|rise| rise.to_string()),
                    watch.rule.band.to_string(),
                    decimal(watch.state.base),
                    decimal(watch.state.last),
                    watch.state.is_below,
                    watch.state.is_above,
                    watch.created_at.as_millisecond(),
                    watch.looked_at.map(|at| at.as_millisecond()),
                    watch.fired_at.map(|at| at.as_millisecond()),
                ])?;
            let id = transaction.last_insert_rowid();
            Ok(Watch { id, ..watch.clone() })
        })
    }

    /// The watches of a market, oldest first.
    pub fn watches(&self, market: &MarketId) -> Result<Vec<Watch>, HistoryError> {
        self.read(|connection| watches(connection, market))
    }

    /// Ends a watch; gives it as it was, `None` when there is none of this number.
    pub fn remove_watch(&self, market: &MarketId, id: i64) -> Result<Option<Watch>, HistoryError> {
        self.write(|transaction| {
            let sql = format!("DELETE FROM watch WHERE market = ?1 AND id = ?2 RETURNING {COLUMNS}");
            let found = transaction
                .prepare_cached(&sql)?
                .query_row(params![market.as_str(), id], |row| Ok(read(row)))
                .optional()?;
            found.transpose()
        })
    }

    /// Looks at the price of every watch of a market and keeps how each stands then; those that crossed a line.
    pub fn look_at_watches(
        &self,
        market: &MarketId,
        now: Timestamp,
        mut price_of: impl FnMut(&Watch) -> Option<Money>,
    ) -> Result<Vec<Fired>, HistoryError> {
        self.write(|transaction| {
            let mut fired = Vec::new();
            for mut watch in watches(transaction, market)? {
                let was = watch.state.last;
                let price = price_of(&watch);
                let (state, crossed) = watch::look(&watch.rule, watch.state, price);
                watch.state = state;
                watch.looked_at = Some(now);
                if let (Some(crossed), Some(price)) = (crossed, price) {
                    watch.fired_at = Some(now);
                    fired.push(Fired { watch: watch.clone(), crossed, was, price });
                }
                keep(transaction, &watch)?;
            }
            Ok(fired)
        })
    }
}

fn keep(connection: &Connection, watch: &Watch) -> Result<(), Failure> {
    let decimal = |money: Option<Money>| money.map(|money| money.yuan().normalize().to_string());
    let WatchState { base, last, is_below, is_above } = watch.state;
    connection
        .prepare_cached(
            "UPDATE watch SET base = ?2, last = ?3, is_below = ?4, is_above = ?5, looked_at = ?6, fired_at = ?7
             WHERE id = ?1",
        )?
        .execute(params![
            watch.id,
            decimal(base),
            decimal(last),
            is_below,
            is_above,
            watch.looked_at.map(|at| at.as_millisecond()),
            watch.fired_at.map(|at| at.as_millisecond()),
        ])?;
    Ok(())
}

fn watches(connection: &Connection, market: &MarketId) -> Result<Vec<Watch>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM watch WHERE market = ?1 ORDER BY id");
    let mut select = connection.prepare_cached(&sql)?;
    let mut rows = select.query([market.as_str()])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

fn read(row: &Row<'_>) -> Result<Watch, Failure> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let at = |column: usize| Ok::<_, Failure>(row.get::<_, Option<i64>>(column)?.map(time));
    Ok(Watch {
        id: row.get(0)?,
        offer: parsed(&row.get::<_, String>(1)?)?,
        spec: text(2)?.map(|spec| SpecId::new(&spec)),
        quantity: parsed(&row.get::<_, String>(3)?)?,
        rule: watch::WatchRule {
            below: parsed_or(text(4)?)?,
            rise: parsed_or(text(5)?)?,
            band: parsed(&row.get::<_, String>(6)?)?,
        },
        state: WatchState {
            base: parsed_or(text(7)?)?,
            last: parsed_or(text(8)?)?,
            is_below: row.get(9)?,
            is_above: row.get(10)?,
        },
        created_at: time(row.get(11)?),
        looked_at: at(12)?,
        fired_at: at(13)?,
    })
}
