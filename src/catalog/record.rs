//! Records of suppliers: those a market told, and those read off an offer where it told none.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::catalog::facts::{self, Facts};
use crate::catalog::merge;
use crate::catalog::row::lines;
use crate::catalog::sound::sound_offer;
use crate::catalog::store::{Failure, read_supplier};
use crate::domain::id::SupplierId;
use crate::domain::supplier::Supplier;

/// A supplier's own record; `None` when there is none or it cannot be read.
pub(super) fn record(transaction: &Transaction<'_>, id: &SupplierId) -> Result<Option<Supplier>, Failure> {
    let body = stored(transaction, id)?.filter(|(derived, _)| !derived);
    Ok(body.and_then(|(_, body)| read_supplier(id.as_str(), &body, 0).ok()))
}

/// Writes what a market told. Facts of the supplier's offers that only this record tells follow it.
pub(super) fn write(
    transaction: &Transaction<'_>,
    supplier: &Supplier,
    generation: i64,
) -> Result<(), Failure> {
    let Some(before) = put(transaction, supplier, false)? else { return Ok(()) };
    let before = before.and_then(|body| read_supplier(supplier.id.as_str(), &body, 0).ok());
    // A silent reading leaves what was known.
    let pickup = facts::pickup(Some(supplier)).or(facts::pickup(before.as_ref()));
    if facts::pickup(before.as_ref()) == pickup {
        return Ok(());
    }
    let mut select = transaction.prepare_cached(concat!(
        "SELECT row, facts FROM offers WHERE supplier_id = ?1 AND ",
        sound_offer!()
    ))?;
    let mut update =
        transaction.prepare_cached("UPDATE offers SET facts = ?2, generation = ?3 WHERE row = ?1")?;
    let offers: Vec<(i64, Vec<u8>)> = select
        .query_map([supplier.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (row, bytes) in offers {
        if let Some(mut facts) = Facts::from_bytes(&bytes) {
            facts.pickup = pickup;
            update.execute(params![row, facts.to_bytes(), generation])?;
        }
    }
    Ok(())
}

/// Writes what an offer tells of its supplier; a record of the market's own is left alone.
pub(super) fn write_derived(transaction: &Transaction<'_>, supplier: &Supplier) -> Result<(), Failure> {
    put(transaction, supplier, true).map(|_| ())
}

/// Writes a record; the one before it, or `None` when nothing was written.
fn put(
    transaction: &Transaction<'_>,
    supplier: &Supplier,
    derived: bool,
) -> Result<Option<Option<Vec<u8>>>, Failure> {
    let before = stored(transaction, &supplier.id)?;
    let told = to_body(supplier)?;
    if before.as_ref().is_some_and(|(was, old)| (derived && !was) || (*was == derived && *old == told)) {
        return Ok(None);
    }
    // What this reading is silent about, the one before still says. One that cannot be read is simply replaced.
    let earlier = before.as_ref().and_then(|(_, old)| read_supplier(supplier.id.as_str(), old, 0).ok());
    let merged = earlier.map(|earlier| merge::merge_suppliers(earlier, supplier.clone()));
    let supplier = merged.as_ref().unwrap_or(supplier);
    let body = to_body(supplier)?;
    if before.as_ref().is_some_and(|(was, old)| *was == derived && *old == body) {
        return Ok(None);
    }
    let number: i64 = match &before {
        // It keeps its number.
        Some(_) => 0,
        None => transaction
            .prepare_cached("UPDATE state SET value = value + 1 WHERE name = 'suppliers' RETURNING value")?
            .query_row([], |row| row.get(0))?,
    };
    let parts = [Some(&supplier.name), supplier.name_en.as_ref(), supplier.belt.as_ref()];
    let search = lines(parts.map(|part| part.map_or("", |part| part.as_str())));
    transaction
        .prepare_cached(
            "INSERT INTO suppliers(id, derived, search, body, number) VALUES(?1, ?2, ?3, ?4, ?5)
             ON CONFLICT(id) DO UPDATE SET derived = excluded.derived, search = excluded.search,
             body = excluded.body",
        )?
        .execute(params![supplier.id.as_str(), derived, search, body, number])?;
    Ok(Some(before.map(|(_, body)| body)))
}

/// The stored form: without the number of offers, which is counted.
fn to_body(supplier: &Supplier) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(&Supplier { offers: 0, ..supplier.clone() })
        .map_err(|source| Failure::Record { what: format!("supplier {}", supplier.id), source })
}

fn stored(transaction: &Transaction<'_>, id: &SupplierId) -> Result<Option<(bool, Vec<u8>)>, Failure> {
    Ok(transaction
        .prepare_cached("SELECT derived, body FROM suppliers WHERE id = ?1 AND sound(sum, id, derived, search, body, number)")?
        .query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}
