//! The cache of listings, and search over it.
//!
//! SQLite keeps the truth ([`store`], [`write`]); an index beside it finds ([`index`]); [`search`] orders what
//! was found at the buyer's quantity. Everything here can be fetched or imported again: a file that cannot be
//! used is moved aside, never repaired. [`import`] turns files of listings into offers.

mod ask;
mod batch;
mod body;
mod closeness;
mod documents;
mod facets;
pub mod facts;
mod file;
mod fill;
mod front;
pub mod history;
pub mod import;
mod index;
mod local;
mod log;
mod merge;
mod migrate;
mod near;
mod overlay;
pub mod packed;
pub mod rank;
mod readers;
mod record;
mod row;
mod search;
mod sort;
mod sound;
mod store;
mod suppliers;
#[cfg(test)]
mod tests;
mod titles;
mod upkeep;
pub mod words;
mod write;
mod writer;

pub use file::{Opened, Unusable};
pub use index::guard::is_expected as is_expected_panic;
pub use index::{IndexProgress, Place};
pub use migrate::Migrating;
pub use store::{Catalog, CatalogError, Stats};
pub use suppliers::{SupplierFigures, SupplierRequest, SuppliersFound};
pub use write::{Upserted, With};
