//! What the buyer notes about offers and suppliers, and what they bought before: kept in the ledger, shown in rows,
//! searched, and obeyed (what is blocked is never ranked).

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::{OfferKey, SupplierId};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// What a note is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A listing.
    Offer(OfferKey),
    /// A supplier, with all their listings.
    Supplier(SupplierId),
}

/// The buyer's own words on an offer or supplier.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mark {
    /// Kept in sight.
    pub favourite: bool,
    /// Short words to find it by, without blanks, each once.
    pub tags: Vec<Clean>,
    /// A sentence or two.
    pub note: Clean,
    /// Never to be shown in searches again, and why.
    pub blocked: Option<Clean>,
}

impl Mark {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        *self == Mark::default()
    }
}

/// One change of a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkEdit {
    /// Keep in sight, or no longer.
    Favourite(bool),
    /// These tags instead of those before.
    Tags(Vec<Clean>),
    /// This note; empty takes it away.
    Note(Clean),
    /// Block with a reason, or `None`: no longer.
    Block(Option<Clean>),
}

impl Mark {
    /// Applies a change.
    pub fn apply(&mut self, edit: MarkEdit) {
        match edit {
            MarkEdit::Favourite(favourite) => self.favourite = favourite,
            MarkEdit::Tags(tags) => self.tags = tags,
            MarkEdit::Note(note) => self.note = note,
            MarkEdit::Block(reason) => self.blocked = reason,
        }
    }
}

/// What of an offer was bought before, over all orders that were not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// In how many orders.
    pub times: u64,
    /// Units in all, where all were in one unit.
    pub quantity: Option<Quantity>,
    /// Unit of that and of the last price.
    pub unit: Option<Unit>,
    /// What one unit cost last time, yuan.
    pub last_price: Option<Money>,
    /// When that was.
    pub last_at: Timestamp,
}

/// Everything of the buyer's own, to lay over the catalog.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    /// By offer.
    pub offers: HashMap<OfferKey, Mark>,
    /// By supplier.
    pub suppliers: HashMap<SupplierId, Mark>,
    /// What was bought, by offer.
    pub bought: HashMap<OfferKey, Bought>,
    /// Orders with each supplier that were not closed, and the newest of them.
    pub ordered: HashMap<SupplierId, (u64, Timestamp)>,
    /// Login names of sellers, where an order told them; chat links need them.
    pub logins: HashMap<SupplierId, Clean>,
}

/// What of that belongs to one hit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mine {
    /// The offer's.
    pub offer: Mark,
    /// Its supplier's.
    pub supplier: Mark,
    /// What was bought of it.
    pub bought: Option<Bought>,
}

impl Marks {
    /// What belongs to an offer of a supplier.
    pub fn of(&self, offer: &OfferKey, supplier: Option<&SupplierId>) -> Mine {
        Mine {
            offer: self.offers.get(offer).cloned().unwrap_or_default(),
            supplier: supplier.and_then(|id| self.suppliers.get(id)).cloned().unwrap_or_default(),
            bought: self.bought.get(offer).cloned(),
        }
    }

    /// Whether an offer may be shown in searches.
    pub fn allows(&self, offer: &OfferKey, supplier: Option<&SupplierId>) -> bool {
        let blocked = |mark: Option<&Mark>| mark.is_some_and(|mark| mark.blocked.is_some());
        !blocked(self.offers.get(offer)) && !blocked(supplier.and_then(|id| self.suppliers.get(id)))
    }
}
