//! What is remembered from one sitting to the next: where the buyer was, and how far the tour had come. Plain words
//! throughout, so that a pane or a view that is renamed or gone is simply not restored.

use serde::{Deserialize, Serialize};

use crate::domain::id::OfferKey;
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;

/// Most offers that keep a quantity of their own: more are no longer a choice somebody remembers.
pub const MOST_OWN_QUANTITIES: usize = 500;

/// Most marks that are remembered: nobody compares more.
pub const MOST_COMPARED: usize = 100;

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
    /// Offers marked for comparison.
    pub compared: Vec<OfferKey>,
    /// Word of the view of the search pane: offers or suppliers.
    pub view: String,
    /// Word of the result order.
    pub sort: String,
    /// Quantities of single offers that differ from Q, by key.
    pub own_quantities: Vec<(OfferKey, Quantity)>,
    /// Whether advertisements are hidden.
    pub hide_ads: bool,
    /// Whether of each supplier only one offer is shown.
    pub one_per_supplier: bool,
    /// Whether the counts beside the list are shown.
    pub facets: bool,
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

impl Remembered {
    /// Reads what [`Remembered::to_json`] wrote, by this or another version.
    pub fn from_json(text: &str) -> Result<Remembered, serde_json::Error> {
        let mut read: Remembered = serde_json::from_str(text)?;
        read.quantity = read.quantity.filter(|quantity| !quantity.is_zero());
        for word in [&mut read.pane, &mut read.view, &mut read.sort] {
            *word = Clean::capped(word, 40).to_string();
        }
        read.own_quantities.retain(|(_, quantity)| !quantity.is_zero());
        read.own_quantities.truncate(MOST_OWN_QUANTITIES);
        read.compared.truncate(MOST_COMPARED);
        read.query = Clean::capped(&read.query, 400).to_string();
        Ok(read)
    }

    /// As text.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back() {
        let remembered = Remembered {
            pane: "cart".to_owned(),
            query: "保温杯 fav".to_owned(),
            quantity: Some(Quantity::whole(300)),
            selected: Some(OfferKey::Market(7)),
            compared: vec![OfferKey::Market(8), OfferKey::Market(7)],
            view: "suppliers".to_owned(),
            sort: "landed".to_owned(),
            own_quantities: vec![(OfferKey::Market(7), Quantity::whole(500))],
            hide_ads: true,
            one_per_supplier: true,
            facets: true,
            tour: TourState::At(4),
            titles_swapped: true,
        };
        let text = remembered.to_json().unwrap();
        assert_eq!(Remembered::from_json(&text).unwrap(), remembered);
        let ended = Remembered { tour: TourState::Ended, ..Remembered::default() };
        assert_eq!(Remembered::from_json(&ended.to_json().unwrap()).unwrap(), ended);
    }

    #[test]
    fn other_versions_are_read_as_far_as_they_go() {
        assert_eq!(Remembered::from_json("{}").unwrap(), Remembered::default());
        let newer = r#"{"pane":"search","zoom":3,"quantity":0,"tour":{"at":2}}"#;
        let read = Remembered::from_json(newer).unwrap();
        assert_eq!((read.pane.as_str(), read.quantity, read.tour), ("search", None, TourState::At(2)));
        for broken in ["", "7", "{\"tour\":\"flown\"}", "{\"quantity\":-1}", "\u{0}"] {
            assert!(Remembered::from_json(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn nothing_that_acts_on_a_terminal_comes_back() {
        let read = Remembered::from_json(r#"{"pane":"\u001b[2Jcart","query":"\u001b]0;x\u0007杯"}"#).unwrap();
        assert_eq!((read.pane.as_str(), read.query.as_str()), ("cart", "杯"));
    }
}
