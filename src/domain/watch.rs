//! Price watches: say once when a price at the buyer's quantity crosses a line, and not again until it has gone back
//! by a band (hysteresis), so that a price that trembles around the line does not ring all day.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::domain::id::{OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// How far a price has to go back before a watch rings again, percent, unless said otherwise.
pub const BAND_PERCENT: Decimal = Decimal::TWO;

/// What is wished to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchRule {
    /// The price falls below this, yuan.
    pub below: Option<Money>,
    /// The price rises by more than so many percent over what it was when the watch began.
    pub rise: Option<Decimal>,
    /// Percent of the line the price has to go back before it counts again.
    pub band: Decimal,
}

/// Which line was crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Crossed {
    /// It fell below the wished price.
    Below,
    /// It rose above the bearable one.
    Rise,
}

/// How a watch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WatchState {
    /// Price the rise is counted from: the first one known.
    pub base: Option<Money>,
    /// Price at the last look that knew one.
    pub last: Option<Money>,
    /// The price is beyond the lower line and was told, or was there from the beginning.
    pub is_below: bool,
    /// The same of the upper line.
    pub is_above: bool,
}

/// What a look at the price does: the state after it, and the line it crossed.
///
/// The first price known only sets the state: what is below the line from the beginning has crossed nothing. After
/// that a line is crossed by a price strictly beyond it, and armed again by one that lies back by the band or more.
/// An unknown price changes nothing.
pub fn look(rule: &WatchRule, state: WatchState, price: Option<Money>) -> (WatchState, Option<Crossed>) {
    let Some(price) = price else { return (state, None) };
    let first = state.last.is_none();
    let base = state.base.unwrap_or(price);
    let mut next = WatchState { base: Some(base), last: Some(price), ..state };
    let mut crossed = None;
    if let Some(line) = rule.below {
        if price < line {
            crossed = (!first && !state.is_below).then_some(Crossed::Below);
            next.is_below = true;
        } else if price >= percent(line, Decimal::ONE_HUNDRED + rule.band) {
            next.is_below = false;
        }
    }
    if let Some(line) = ceiling(rule, base) {
        if price > line {
            crossed = crossed.or((!first && !state.is_above).then_some(Crossed::Rise));
            next.is_above = true;
        } else if price <= percent(line, Decimal::ONE_HUNDRED - rule.band) {
            next.is_above = false;
        }
    }
    (next, crossed)
}

/// The upper line of a rule, yuan, for a watch that began at `base`.
pub fn ceiling(rule: &WatchRule, base: Money) -> Option<Money> {
    rule.rise.map(|rise| percent(base, Decimal::ONE_HUNDRED + rise))
}

fn percent(money: Money, percent: Decimal) -> Money {
    money.times(percent / Decimal::ONE_HUNDRED)
}

/// A watch as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Its number; never used again.
    pub id: i64,
    /// The offer.
    pub offer: OfferKey,
    /// One SKU of it; `None` = the least price a row of it shows.
    pub spec: Option<SpecId>,
    /// Quantity the price is taken at.
    pub quantity: Quantity,
    /// What is wished.
    pub rule: WatchRule,
    /// How it stands.
    pub state: WatchState,
    /// Since when.
    pub created_at: Timestamp,
    /// When the price was last looked at.
    pub looked_at: Option<Timestamp>,
    /// When it last told something.
    pub fired_at: Option<Timestamp>,
}

impl Watch {
    /// Whether it is a line under the offer's own price at a quantity, and nothing else: what the screens set.
    pub fn is_line_at(&self, quantity: Quantity) -> bool {
        self.spec.is_none()
            && self.quantity == quantity
            && self.rule.below.is_some()
            && self.rule.rise.is_none()
    }
}

/// A watch that has just crossed its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// The watch, as it stands after that.
    pub watch: Watch,
    /// Which line.
    pub crossed: Crossed,
    /// Price before, yuan.
    pub was: Option<Money>,
    /// Price now, yuan.
    pub price: Money,
}

/// The same as the buyer is told, with the listing's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WatchNews {
    /// Number of the watch.
    pub watch_id: String,
    /// The offer.
    pub offer_id: OfferKey,
    /// One SKU of it.
    pub spec_id: Option<SpecId>,
    /// Its title; `None` = the catalog forgot it.
    pub title: Option<Clean>,
    /// The translated one.
    pub title_en: Option<Clean>,
    /// Unit of the price.
    pub unit: Option<Unit>,
    /// Quantity the price is taken at.
    pub quantity: Quantity,
    /// Which line.
    pub crossed: Crossed,
    /// The line, yuan.
    pub line: Option<Money>,
    /// Price before, yuan.
    pub was: Option<Money>,
    /// Price now, yuan.
    pub price: Money,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn below(line: &str) -> WatchRule {
        WatchRule { below: Some(line.parse().unwrap()), rise: None, band: BAND_PERCENT }
    }

    fn run(rule: &WatchRule, prices: &[&str]) -> Vec<usize> {
        let mut state = WatchState::default();
        let mut fired = Vec::new();
        for (at, price) in prices.iter().enumerate() {
            let (next, crossed) = look(rule, state, price.parse().ok());
            state = next;
            fired.extend(crossed.map(|_| at));
        }
        fired
    }

    #[test]
    fn it_rings_once_and_again_only_after_the_price_went_back_by_the_band() {
        let rule = below("8.00");
        assert_eq!(run(&rule, &["9", "7.99", "7.50", "8.05", "7.90", "8.15", "7.90"]), [1]);
        assert_eq!(run(&rule, &["9", "7.99", "8.16", "7.99"]), [1, 3]);
        assert_eq!(run(&rule, &["9", "8.00", "7.9999"]), [2], "the line itself is not below it");
        assert_eq!(
            run(&rule, &["7", "6", "8.16", "7"]),
            [3],
            "what lay below from the beginning crossed nothing"
        );
        assert_eq!(run(&rule, &["?", "9", "?", "7", "?", "7"]), [3], "an unknown price is no look");
        let rise = WatchRule { below: None, rise: Some(Decimal::TEN), band: BAND_PERCENT };
        // From 10.00: the line is 11.00, back means 10.78 or less.
        assert_eq!(run(&rise, &["10", "11.00", "11.01", "10.80", "11.50", "10.78", "11.01"]), [2, 6]);
    }

    proptest! {
        /// The same told another way: which looks lie beyond the line, and what lies between two of them.
        #[test]
        fn an_oracle_agrees(
            prices in prop::collection::vec(prop::option::of(50i64..150), 0..40),
            line in 60i64..140, band in 0i64..20, upper in any::<bool>(),
        ) {
            let first = prices.iter().flatten().next().copied().unwrap_or(100);
            let band_percent = Decimal::from(band);
            let rule = if upper {
                WatchRule { below: None, rise: Some(Decimal::from(line - 50)), band: band_percent }
            } else {
                WatchRule { below: Some(Money::from_fen(line)), rise: None, band: band_percent }
            };
            // In ten thousandths of a fen, whole numbers only.
            let beyond = |p: i64| if upper { p * 100 > first * (50 + line) } else { p < line };
            let back = |p: i64| if upper {
                p * 10_000 <= first * (50 + line) * (100 - band)
            } else {
                p * 100 >= line * (100 + band)
            };
            let known: Vec<(usize, i64)> =
                prices.iter().enumerate().filter_map(|(at, price)| price.map(|price| (at, price))).collect();
            let mut expected = Vec::new();
            for (n, (at, price)) in known.iter().enumerate().skip(1) {
                // The last look before this one that says anything: beyond the line, or back behind the band.
                let said = known[..n].iter().rev().find(|(_, p)| beyond(*p) || back(*p));
                let armed = said.is_none_or(|(_, p)| !beyond(*p));
                if beyond(*price) && armed {
                    expected.push(*at);
                }
            }
            let mut state = WatchState::default();
            let mut fired = Vec::new();
            for (at, price) in prices.iter().enumerate() {
                let (next, crossed) = look(&rule, state, price.map(Money::from_fen));
                state = next;
                fired.extend(crossed.map(|_| at));
            }
            prop_assert_eq!(fired, expected);
        }
    }
}
