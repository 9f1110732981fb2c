//! A second, naive statement of the buying rules, to hold the product's against.
//!
//! Nothing here knows the product: money is whole fen (prices 1/1000 yuan), quantities are whole
//! pieces, and everything is found by looking at every possibility in turn. Each rule also has
//! broken statements of it: a comparison that does not notice those proves nothing.

// A test may panic: that is how it fails.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

pub mod cart;
pub mod fix;
pub mod freight;
pub mod pairs;
pub mod past;
pub mod plain;
pub mod price;
pub mod quantity;
pub mod race;
pub mod row;
pub mod sieve;
pub mod substitute;
pub mod yanxuan;
