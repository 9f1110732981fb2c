//! What the program is looking at, and how that changes: [`Model`], [`Msg`] and the pure [`update`].
//!
//! No I/O, no clock, no randomness: time and answers arrive inside messages, wishes leave as [`Effect`]s.
//! So any session can be replayed, and a million random messages thrown at it in a test.

pub mod action;
pub mod algebra;
mod cart;
pub mod coach;
pub mod compare;
pub mod deals;
pub mod decide;
pub mod drift;
pub mod entry;
pub mod facets;
pub mod field;
pub mod fix;
pub mod grid;
mod layers;
pub mod list;
pub mod lists;
pub mod model;
pub mod mouse;
pub mod msg;
pub mod offer;
pub mod orders;
pub mod palette;
pub mod quantities;
pub mod query_line;
pub mod range;
mod reconnect;
pub mod remember;
pub mod rest;
pub mod saved;
pub mod search;
pub mod substitute;
pub mod suppliers;
pub mod trigger;
mod update;
mod wake;
pub mod why;
pub mod words;

pub use action::{Action, ActionId, Keys};
pub use model::{Layer, Model, Pane};
pub use msg::{Effect, Fact, Msg};
pub use update::update;
