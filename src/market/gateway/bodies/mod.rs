//! What the market's answers look like, and what they mean in the words of the domain. One file for each kind of
//! answer: a struct of the wire's fields, then the reading of it. Nothing is shared with the sandbox, so that
//! neither can inherit the other's misreading.
//!
//! Every function takes the body as it came and gives domain values or a [`MarketError`](crate::market::MarketError); none
//! sends anything, reads a clock or panics. A value that cannot be read exactly becomes unknown, a row without
//! what makes it one is left out, and an answer without its substance is a bad answer.

pub mod account;
pub mod created;
pub mod deal;
pub mod detail;
pub mod extension;
pub mod freight;
pub mod group;
pub mod list;
pub mod logistics;
pub mod order;
pub mod pay;
pub mod preview;
pub mod rows;
pub mod scalar;
pub mod words;
