//! What the program is looking at, and how that changes: [`Model`], [`Msg`] and the pure [`update`].
//!
//! No I/O, no clock, no randomness: time and answers arrive inside messages, wishes leave as [`Effect`]s.
//! So any session can be replayed, and a million random messages thrown at it in a test.

pub mod action;
mod cart;
pub mod compare;
pub mod field;
mod layers;
pub mod list;
pub mod model;
pub mod msg;
pub mod palette;
mod search;
pub mod trigger;
mod update;

pub use action::{Action, ActionId, Keys};
pub use model::{Layer, Model, Pane};
pub use msg::{Effect, Fact, Msg};
pub use update::update;
