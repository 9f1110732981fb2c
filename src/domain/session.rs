//! What is remembered from one sitting to the next: where the buyer was, and how far the tour had come.

use serde::{Deserialize, Serialize};

use crate::domain::id::OfferKey;
use crate::domain::quantity::Quantity;

/// Where the buyer was. Words that are not known any more are left out, never an error.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Word of the pane.
    pub pane: String,
    /// What was searched for.
    pub query: String,
    /// Q.
    pub quantity: Option<Quantity>,
    /// The offer that was selected.
    pub selected: Option<OfferKey>,
    /// Word of the view of the search pane: offers or suppliers.
    pub view: String,
    /// Word of the result order.
    pub sort: String,
    /// Whether titles are shown in the other language than the screen's.
    pub titles_swapped: bool,
    /// The tour.
    pub tour: TourState,
}

/// How far the tour has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TourState {
    /// On a first start: begins.
    #[default]
    New,
    /// At this step, from 0.
    At(u8),
    /// Gone through, or sent away.
    Ended,
}
