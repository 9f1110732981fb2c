//! The product's buying rules held against the naive oracles over random offers and carts, exactly:
//! decimal strings, to the fen. Every comparison is also made against broken oracles, and must fail.
//!
//! `PROPTEST_CASES` raises the number of cases, `PROPTEST_RNG_SEED` repeats a run; a failure prints its seed.

// A test may panic: that is how it fails. Vectors are passed as generated.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic, clippy::ptr_arg)]

mod cart;
mod cases;
mod fix;
mod freight;
mod harness;
mod many;
mod many_cases;
mod pairs;
mod past;
mod price;
mod product;
mod quantity;
mod race;
mod row;
mod substitute;
mod worked;
mod yanxuan;
