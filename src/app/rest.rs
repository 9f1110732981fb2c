//! The detail rests while the buyer types: the list goes with every key, the detail below it once the fingers pause.
//!
//! Nobody reads the tiers of an offer that is gone with the next key, and drawing them is a third of what a key writes
//! to the terminal. Whatever else is done than typing shows the offer selected at once.

use jiff::{SignedDuration, Timestamp};

use crate::app::model::{Model, Pane};
use crate::app::msg::Fact;
use crate::app::suppliers::SearchView;
use crate::app::wake;
use crate::domain::search::SearchRow;

/// How long no key comes until the detail follows: fast fingers leave less between two keys.
const PAUSE: SignedDuration = SignedDuration::from_millis(150);

/// The hit whose detail stands while the buyer types.
#[derive(Debug, Clone)]
pub struct Resting {
    pub row: SearchRow,
    /// When the detail follows.
    until: Timestamp,
}

/// What the detail showed and was asked before a message that came from the buyer's hands.
pub struct Before {
    row: Option<SearchRow>,
    generation: u64,
}

/// Before every message: `None` for what others than the buyer say.
pub fn before(model: &Model, fact: &Fact) -> Option<Before> {
    let by_hand = matches!(fact, Fact::KeyPressed(_) | Fact::Pasted(_) | Fact::Moused(_));
    by_hand.then(|| {
        let pane = &model.search;
        let row = pane.focused.then(|| pane.detailed().cloned()).flatten();
        Before { row, generation: pane.generation }
    })
}

/// After every message: typing holds the detail, anything else lets it go.
pub fn watch(model: &mut Model, before: Option<Before>) {
    let Some(before) = before else { return };
    let until = wake::after(model.now, PAUSE);
    let pane = &mut model.search;
    let typed = pane.focused
        && pane.generation != before.generation
        && model.pane == Pane::Search
        && pane.view == SearchView::Offers
        // In the place of the list it is what the buyer looks at.
        && pane.detail != Some(true)
        && model.layers.is_empty();
    let held = before.row.zip(until).filter(|_| typed);
    pane.resting = held.map(|(row, until)| Resting { row, until });
}

/// When the detail wants to follow.
pub fn wants_waking(model: &Model) -> Option<Timestamp> {
    model.search.resting.as_ref().map(|resting| resting.until)
}

/// The moment asked for came, or another's did.
pub fn woke(model: &mut Model) {
    let now = model.now;
    model.search.resting = model.search.resting.take().filter(|resting| now < resting.until);
}
