//! Where the buyer left off: remembered for each market, restored at the next start. Plain words throughout, so that
//! a pane or a view that is renamed or gone is simply not restored.

use serde::{Deserialize, Serialize};

use crate::domain::id::OfferKey;
use crate::domain::quantity::Quantity;
use crate::domain::search::Sort;
use crate::domain::text::Clean;

/// How far the first tour has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TourState {
    /// This step comes next, from 0.
    NotYet {
        /// The step.
        step: u32,
    },
    /// Ended by the buyer or by its last step; only asking for it brings it back.
    Ended,
}

impl Default for TourState {
    fn default() -> Self {
        TourState::NotYet { step: 0 }
    }
}

/// What a later start restores. A field that is missing has its default; unknown ones are left alone.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    /// Word of the pane in front; empty = the first.
    pub pane: String,
    /// What was searched for.
    pub query: Clean,
    /// Quantity everything was priced at.
    pub quantity: Option<Quantity>,
    /// The selected offer.
    pub offer: Option<OfferKey>,
    /// Word of the search's view: offers or suppliers; empty = offers.
    pub view: String,
    /// Order of the rows.
    pub sort: Sort,
    /// The tour.
    pub tour: TourState,
    /// Word of the titles shown: the Chinese ones or the translated ones; empty = as the language says.
    pub titles: String,
}

impl Remembered {
    /// Reads what [`Remembered::to_json`] wrote, by this or another version.
    pub fn from_json(text: &str) -> Result<Remembered, serde_json::Error> {
        let mut read: Remembered = serde_json::from_str(text)?;
        read.quantity = read.quantity.filter(|quantity| !quantity.is_zero());
        for word in [&mut read.pane, &mut read.view, &mut read.titles] {
            *word = Clean::capped(word, 40).to_string();
        }
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
            query: Clean::new("保温杯 fav"),
            quantity: Some(Quantity::whole(300)),
            offer: Some(OfferKey::Market(7)),
            view: "suppliers".to_owned(),
            sort: Sort::Landed,
            tour: TourState::NotYet { step: 4 },
            titles: "translated".to_owned(),
        };
        let text = remembered.to_json().unwrap();
        assert_eq!(Remembered::from_json(&text).unwrap(), remembered);
        let ended = Remembered { tour: TourState::Ended, ..Remembered::default() };
        assert_eq!(Remembered::from_json(&ended.to_json().unwrap()).unwrap(), ended);
    }

    #[test]
    fn other_versions_are_read_as_far_as_they_go() {
        assert_eq!(Remembered::from_json("{}").unwrap(), Remembered::default());
        let newer = r#"{"pane":"search","zoom":3,"quantity":0,"tour":{"not_yet":{"step":2,"of":9}}}"#;
        let read = Remembered::from_json(newer).unwrap();
        assert_eq!(
            (read.pane.as_str(), read.quantity, read.tour),
            ("search", None, TourState::NotYet { step: 2 })
        );
        for broken in ["", "7", "{\"sort\":\"by_colour\"}", "{\"quantity\":-1}", "\u{0}"] {
            assert!(Remembered::from_json(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn nothing_that_acts_on_a_terminal_comes_back() {
        let read = Remembered::from_json(r#"{"pane":"\u001b[2Jcart","query":"\u001b]0;x\u0007杯"}"#).unwrap();
        assert_eq!((read.pane.as_str(), read.query.as_str()), ("cart", "杯"));
    }
}
