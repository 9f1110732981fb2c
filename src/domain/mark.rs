//! What the buyer notes about offers and suppliers, and what they bought before: kept in the ledger, shown in rows,
//! searched, and obeyed (what is blocked is never ranked).

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::{OfferKey, OrderId, SupplierId};
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
    /// Applies a change. A tag with blanks in it becomes several, so that each can be typed in a search.
    pub fn apply(&mut self, edit: MarkEdit) {
        match edit {
            MarkEdit::Favourite(favourite) => self.favourite = favourite,
            MarkEdit::Tags(tags) => self.tags = tidy(&tags),
            MarkEdit::Note(note) => self.note = note,
            MarkEdit::Block(reason) => self.blocked = reason,
        }
    }
}

/// Most tags of one subject, and the longest in characters.
const MAX_TAGS: usize = 16;
const TAG_LENGTH: usize = 24;

fn tidy(tags: &[Clean]) -> Vec<Clean> {
    let mut kept: Vec<Clean> = Vec::new();
    for word in tags.iter().flat_map(|tag| tag.as_str().split_whitespace()) {
        let tag = Clean::capped(word, TAG_LENGTH);
        if kept.len() < MAX_TAGS && !tag.is_empty() && !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    kept
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

/// An order of the past, as far as it says what was bought.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastOrder {
    /// The market's id; tells orders of the same moment apart.
    pub order_id: Option<OrderId>,
    /// From whom.
    pub supplier_id: Option<SupplierId>,
    /// The seller's login name.
    #[serde(default)]
    pub seller_login: Option<Clean>,
    /// When.
    pub created_at: Timestamp,
    /// What.
    pub lines: Vec<PastLine>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PastLine {
    /// Offer.
    pub offer_id: OfferKey,
    /// Unit.
    pub unit: Option<Unit>,
    /// Units.
    pub quantity: Quantity,
    /// What one unit cost, yuan.
    pub unit_price: Option<Money>,
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
    /// Whether there is nothing a search would have to look at.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty()
            && self.suppliers.is_empty()
            && self.bought.is_empty()
            && self.ordered.is_empty()
    }

    /// Counts what was bought in these orders, in place of what was counted before. The order they come in does not
    /// matter. Closed ones must not be among them.
    ///
    /// An offer's last price is that of its line in the newest order; of several lines there (SKUs), of the one with
    /// the most units, then of the dearest. Units are added up only where every line names the same one.
    pub fn count(&mut self, mut orders: Vec<PastOrder>) {
        self.bought.clear();
        self.ordered.clear();
        self.logins.clear();
        orders.sort_by(|a, b| (a.created_at, &a.order_id).cmp(&(b.created_at, &b.order_id)));
        for mut order in orders {
            let at = order.created_at;
            if let Some(supplier) = order.supplier_id {
                if let Some(login) = order.seller_login.filter(|login| !login.is_empty()) {
                    self.logins.insert(supplier.clone(), login);
                }
                let (times, newest) = self.ordered.entry(supplier).or_insert((0, at));
                *times += 1;
                *newest = at;
            }
            // Lines of one offer stand together, the telling one last.
            order.lines.sort_by(|a, b| {
                (&a.offer_id, a.quantity, a.unit_price).cmp(&(&b.offer_id, b.quantity, b.unit_price))
            });
            let mut previous: Option<OfferKey> = None;
            for line in order.lines {
                let is_first = previous.as_ref() != Some(&line.offer_id);
                match self.bought.get_mut(&line.offer_id) {
                    Some(bought) => {
                        bought.times += u64::from(is_first);
                        let is_one_unit = bought.unit.is_some() && bought.unit == line.unit;
                        bought.quantity =
                            bought.quantity.filter(|_| is_one_unit).map(|sum| sum + line.quantity);
                        bought.unit = line.unit;
                        bought.last_price = line.unit_price;
                        bought.last_at = at;
                    }
                    None => {
                        let bought = Bought {
                            times: 1,
                            quantity: Some(line.quantity).filter(|_| line.unit.is_some()),
                            unit: line.unit,
                            last_price: line.unit_price,
                            last_at: at,
                        };
                        self.bought.insert(line.offer_id.clone(), bought);
                    }
                }
                previous = Some(line.offer_id);
            }
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_single_words_each_once() {
        let mut mark = Mark::default();
        let raw =
            ["礼品 年会", "礼品", " ", "\u{1b}[2Jred", "x".repeat(99).as_str()].map(Clean::new).to_vec();
        mark.apply(MarkEdit::Tags(raw));
        let tags: Vec<&str> = mark.tags.iter().map(Clean::as_str).collect();
        assert_eq!(tags, ["礼品", "年会", "red", "x".repeat(24).as_str()]);
        let many: Vec<Clean> = (0..99).map(|n| Clean::new(&n.to_string())).collect();
        mark.apply(MarkEdit::Tags(many));
        assert_eq!(mark.tags.len(), 16);
        mark.apply(MarkEdit::Tags(Vec::new()));
        assert!(mark.is_empty());
    }

    #[test]
    fn a_block_without_words_is_a_block() {
        let mut mark = Mark::default();
        mark.apply(MarkEdit::Block(Some(Clean::default())));
        assert!(!mark.is_empty());
        mark.apply(MarkEdit::Block(None));
        assert!(mark.is_empty());
    }
}
