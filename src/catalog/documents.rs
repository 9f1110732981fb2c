//! What the catalog keeps beside offers and suppliers: notes of whoever fills it, and documents that are read and replaced
//! as a whole (addresses, group-buys, deals, the category tree), each with when it was read.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::catalog::store::{Catalog, CatalogError, Failure, optional_time};
use crate::domain::category::Category;
use crate::domain::deal::{Deal, DealKind};
use crate::domain::group_buy::GroupBuy;
use crate::domain::order::Address;

impl Catalog {
    /// A note of the caller's: the sync cursor, freight zones, pages walked.
    pub fn meta(&self, name: &str) -> Result<Option<String>, CatalogError> {
        self.read(|connection| {
            Ok(connection
                .prepare_cached("SELECT value FROM meta WHERE name = ?1 AND sound(sum, name, value)")?
                .query_row([name], |row| row.get(0))
                .optional()?)
        })
    }

    /// Writes a note.
    pub fn set_meta(&self, name: &str, value: &str) -> Result<(), CatalogError> {
        self.write(|transaction| {
            transaction
                .prepare_cached("INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)")?
                .execute([name, value])?;
            Ok(())
        })
    }

    /// Removes a note.
    pub fn remove_meta(&self, name: &str) -> Result<(), CatalogError> {
        self.write(|transaction| {
            transaction.prepare_cached("DELETE FROM meta WHERE name = ?1")?.execute([name])?;
            Ok(())
        })
    }

    /// Delivery addresses as last read.
    pub fn addresses(&self) -> Result<Vec<Address>, CatalogError> {
        Ok(self.document("addresses")?.map(|(addresses, _)| addresses).unwrap_or_default())
    }

    /// Replaces the delivery addresses.
    pub fn set_addresses(&self, addresses: &[Address]) -> Result<(), CatalogError> {
        self.set_document("addresses", &addresses, None)
    }

    /// Group-buys as last read, and when that was; `None` = never.
    pub fn groups(&self) -> Result<(Vec<GroupBuy>, Option<Timestamp>), CatalogError> {
        Ok(self.document("groups")?.unwrap_or_default())
    }

    /// Replaces the group-buys.
    pub fn set_groups(&self, groups: &[GroupBuy], as_of: Timestamp) -> Result<(), CatalogError> {
        self.set_document("groups", &groups, Some(as_of))
    }

    /// Deals of a kind as last read, and when that was; `None` = never.
    pub fn deals(&self, kind: DealKind) -> Result<(Vec<Deal>, Option<Timestamp>), CatalogError> {
        Ok(self.document(&format!("deals:{}", kind.as_str()))?.unwrap_or_default())
    }

    /// Replaces the deals of a kind.
    pub fn set_deals(&self, kind: DealKind, deals: &[Deal], as_of: Timestamp) -> Result<(), CatalogError> {
        self.set_document(&format!("deals:{}", kind.as_str()), &deals, Some(as_of))
    }

    /// The market's category tree as last read, and when that was; `None` = never.
    pub fn categories(&self) -> Result<(Vec<Category>, Option<Timestamp>), CatalogError> {
        Ok(self.document("categories")?.unwrap_or_default())
    }

    /// Replaces the category tree.
    pub fn set_categories(&self, categories: &[Category], as_of: Timestamp) -> Result<(), CatalogError> {
        self.set_document("categories", &categories, Some(as_of))
    }

    pub(crate) fn document<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<(T, Option<Timestamp>)>, CatalogError> {
        self.read(|connection| {
            let found: Option<(String, Option<i64>)> = connection
                .prepare_cached(
                    "SELECT body, as_of FROM documents WHERE name = ?1 AND sound(sum, name, as_of, body)",
                )?
                .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            found
                .map(|(body, as_of)| {
                    let body = serde_json::from_str(&body)
                        .map_err(|source| Failure::Record { what: name.to_owned(), source })?;
                    Ok((body, optional_time(as_of)))
                })
                .transpose()
        })
    }

    pub(crate) fn set_document<T: Serialize>(
        &self,
        name: &str,
        body: &T,
        as_of: Option<Timestamp>,
    ) -> Result<(), CatalogError> {
        self.write(|transaction| {
            let body = serde_json::to_string(body)
                .map_err(|source| Failure::Record { what: name.to_owned(), source })?;
            transaction
                .prepare_cached("INSERT OR REPLACE INTO documents(name, as_of, body) VALUES(?1, ?2, ?3)")?
                .execute(params![name, as_of.map(|time| time.as_millisecond()), body])?;
            Ok(())
        })
    }
}
