//! What an offer cost before, from our own readings: its price at any quantity over time, the lowest of the last
//! days, and whether a discount on the label is one.
//!
//! A reading is kept as a [`Ladder`]: what the listing asks at each quantity, whatever is in stock, so that sold-out
//! sizes are no price changes. SKUs priced as bait are left out of it.

use std::collections::BTreeSet;
use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::domain::id::SpecId;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, QuoteType};
use crate::domain::price::{ladder, sku_is_bait, unit_price};
use crate::domain::quantity::Quantity;

/// Days a price is judged by.
pub const JUDGED_DAYS: i64 = 90;
/// Levels of a spark line.
pub const LEVELS: u8 = 8;
/// Most rungs of a ladder that are kept: real listings have at most a handful.
const MOST_RUNGS: usize = 32;

/// From a quantity on, what one unit costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// Least quantity.
    pub from: Quantity,
    /// Least predicted charge over the SKUs, yuan.
    pub least: Money,
    /// Greatest, yuan.
    pub greatest: Money,
    /// List price beside the least, yuan.
    pub list: Money,
}

/// What a listing asks, by quantity, ascending; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder(Vec<Rung>);

impl Ladder {
    /// What this listing asks; `None` when it names no price.
    pub fn of(offer: &Offer) -> Option<Ladder> {
        let per_sku = matches!(offer.quote_type, QuoteType::BySku | QuoteType::TiersPerSku);
        let mut specs: Vec<Option<&SpecId>> = vec![None];
        if per_sku && !offer.skus.is_empty() {
            let honest = |spec: &&SpecId| !sku_is_bait(offer, spec);
            specs = offer.skus.iter().map(|sku| &sku.spec_id).filter(honest).map(Some).collect();
        }
        let tiers = offer.tiers.iter().chain(offer.skus.iter().flat_map(|sku| &sku.tiers));
        let starts: BTreeSet<Quantity> = match offer.quote_type {
            QuoteType::ByOffer | QuoteType::ByOfferOverSkus => {
                ladder(&offer.tiers).iter().map(|tier| tier.from_quantity).collect()
            }
            QuoteType::TiersPerSku => tiers.map(|tier| tier.from_quantity).collect(),
            QuoteType::BySku => BTreeSet::new(),
        };
        let starts = if starts.is_empty() { BTreeSet::from([Quantity::ONE]) } else { starts };
        let mut rungs: Vec<Rung> = Vec::new();
        for from in starts.into_iter().take(MOST_RUNGS) {
            let prices = specs.iter().filter_map(|spec| unit_price(offer, *spec, from, from));
            let least = prices.clone().min_by_key(|price| (price.charged, price.list));
            let rung = match (least, prices.map(|price| price.charged).max(), offer.price_range) {
                (Some(least), Some(greatest), _) => {
                    Rung { from, least: least.charged, greatest, list: least.list }
                }
                (_, _, Some((least, greatest))) => Rung { from, least, greatest, list: least },
                _ => continue,
            };
            let same = |last: &Rung| Rung { from: last.from, ..rung } == *last;
            if !rungs.last().is_some_and(same) {
                rungs.push(rung);
            }
        }
        (!rungs.is_empty()).then_some(Ladder(rungs))
    }

    /// The rung at a quantity; below the first one, the first.
    pub fn at(&self, quantity: Quantity) -> Option<&Rung> {
        self.0.iter().rev().find(|rung| rung.from <= quantity).or(self.0.first())
    }

    /// Ascending.
    pub fn rungs(&self) -> &[Rung] {
        &self.0
    }

    /// The compact form that is kept: `2:10;100:8.5-9/12` = from 2 on 10.00, from 100 on 8.50 to 9.00, list 12.00.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for rung in &self.0 {
            let separator = if text.is_empty() { "" } else { ";" };
            let number = |money: Money| money.yuan().normalize();
            // Writing to a String cannot fail.
            let _ = write!(text, "{separator}{}:{}", rung.from, number(rung.least));
            if rung.greatest != rung.least {
                let _ = write!(text, "-{}", number(rung.greatest));
            }
            if rung.list != rung.least {
                let _ = write!(text, "/{}", number(rung.list));
            }
        }
        text
    }

    /// Reads [`Ladder::to_text`]; `None` when it is anything else.
    pub fn from_text(text: &str) -> Option<Ladder> {
        let mut rungs: Vec<Rung> = Vec::new();
        for part in text.split(';') {
            let (from, price) = part.split_once(':')?;
            let (price, list) = match price.split_once('/') {
                Some((price, list)) => (price, Some(list)),
                None => (price, None),
            };
            let (least, greatest) = match price.split_once('-') {
                Some((least, greatest)) => (least, Some(greatest)),
                None => (price, None),
            };
            let least: Money = least.parse().ok()?;
            let or_least = |text: Option<&str>| text.map_or(Some(least), |text| text.parse().ok());
            let from = from.parse().ok()?;
            if rungs.last().is_some_and(|last| last.from >= from) {
                return None;
            }
            rungs.push(Rung { from, least, greatest: or_least(greatest)?, list: or_least(list)? });
        }
        (!rungs.is_empty()).then_some(Ladder(rungs))
    }
}

/// From `at` on the listing asked this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricePoint {
    /// When it was first read so.
    pub at: Timestamp,
    /// What it asked.
    pub ladder: Ladder,
}

/// An offer whose listing asks something else than at the last reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repriced {
    /// The offer.
    pub key: crate::domain::id::OfferKey,
    /// As it was, and when that was last read.
    pub old: PricePoint,
    /// As it is, and when that was read.
    pub new: PricePoint,
}

impl Repriced {
    /// Compares two readings of an offer. A row and a detail tell prices in different ways, so only like readings are
    /// compared; an offer that leaves the shelf or comes back has its price.
    pub fn between(old: &Offer, new: &Offer) -> Option<Repriced> {
        if old.completeness != new.completeness || new.gone {
            return None;
        }
        let (was, is) = (Ladder::of(old)?, Ladder::of(new)?);
        (was != is).then(|| Repriced {
            key: new.key.clone(),
            old: PricePoint { at: old.fetched_at, ladder: was },
            new: PricePoint { at: new.fetched_at, ladder: is },
        })
    }
}

/// What is known of an offer's price over time, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceHistory {
    points: Vec<PricePoint>,
}

/// What the history says of the price of today at a quantity. Discounts are percent, positive = cheaper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Price now, yuan a unit.
    pub price: Money,
    /// Since when it is this, as far as we know.
    pub since: Timestamp,
    /// Days the history covers, at most [`JUDGED_DAYS`]; 0 = less than one.
    pub days: i64,
    /// Lowest price of these days, yuan.
    pub lowest: Money,
    /// When it was first that low.
    pub lowest_at: Timestamp,
    /// Discount the label claims: the charge against the list price.
    pub label_discount: Decimal,
    /// What it used to cost before: the price it had for most of the time; `None` = it was never another.
    pub usual: Option<Money>,
    /// Discount against that.
    pub own_discount: Option<Decimal>,
}

impl Verdict {
    /// Whether it was never cheaper in these days, and once dearer.
    pub fn is_lowest(&self) -> bool {
        self.usual.is_some() && self.price == self.lowest
    }
}

impl PriceHistory {
    /// Of the snapshots kept, oldest first, and the listing as it is now.
    pub fn new(mut points: Vec<PricePoint>, offer: &Offer) -> PriceHistory {
        if let Some(ladder) = Ladder::of(offer)
            && points.last().is_none_or(|last| last.ladder != ladder)
        {
            let last = points.last().map_or(offer.fetched_at, |last| last.at.max(offer.fetched_at));
            points.push(PricePoint { at: last, ladder });
        }
        points.sort_by_key(|point| point.at);
        PriceHistory { points }
    }

    /// Oldest first.
    pub fn points(&self) -> &[PricePoint] {
        &self.points
    }

    /// Runs of one price at a quantity: since when, and the rung. A change at other quantities is none here.
    pub fn at(&self, quantity: Quantity) -> Vec<(Timestamp, Rung)> {
        let mut runs: Vec<(Timestamp, Rung)> = Vec::new();
        for point in &self.points {
            let Some(rung) = point.ladder.at(quantity) else { continue };
            let price = |rung: &Rung| (rung.least, rung.greatest, rung.list);
            if runs.last().is_none_or(|(_, last)| price(last) != price(rung)) {
                runs.push((point.at, *rung));
            }
        }
        runs
    }

    /// Judges the price of today at a quantity by the last [`JUDGED_DAYS`].
    pub fn verdict(&self, quantity: Quantity, now: Timestamp) -> Option<Verdict> {
        let mut runs = self.at(quantity);
        // A list price that moved is no other price.
        runs.dedup_by(|next, run| next.1.least == run.1.least);
        let (since, _) = *runs.last()?;
        let rung = *self.points.last()?.ladder.at(quantity)?;
        let window = now.checked_sub(SignedDuration::from_hours(24 * JUDGED_DAYS)).unwrap_or(now);
        let start = runs.first()?.0.max(window).min(now);
        let days = now.duration_since(start).as_hours() / 24;
        // Each run with the part of the window it covers.
        let ends = runs.iter().skip(1).map(|(at, _)| *at).chain([now.max(since)]);
        let judged: Vec<(Timestamp, Money, SignedDuration)> = runs
            .iter()
            .zip(ends)
            // What ended as the window began is not in it.
            .filter(|((at, _), end)| *end > start || *at >= start)
            .map(|((at, rung), end)| {
                let from = (*at).max(start);
                (from, rung.least, end.duration_since(from))
            })
            .collect();
        let (lowest_at, lowest) =
            judged.iter().map(|(at, price, _)| (*at, *price)).min_by_key(|(at, price)| (*price, *at))?;
        let mut before: Vec<(Money, SignedDuration)> =
            judged.iter().filter(|(at, _, _)| *at < since).map(|(_, price, time)| (*price, *time)).collect();
        let usual = longest(&mut before);
        let discount = |from: Money| {
            let share = (from.yuan() - rung.least.yuan()).checked_div(from.yuan())?;
            Some((share * Decimal::ONE_HUNDRED).round_dp(1).normalize())
        };
        Some(Verdict {
            price: rung.least,
            since,
            days,
            lowest,
            lowest_at,
            label_discount: discount(rung.list).unwrap_or_default(),
            usual,
            own_discount: usual.and_then(discount),
        })
    }

    /// A line of `cells` levels, 0 to [`LEVELS`] - 1, from the first reading (at most [`JUDGED_DAYS`] ago) to now; a
    /// price that never moved gives none.
    pub fn spark(&self, quantity: Quantity, now: Timestamp, cells: usize) -> Vec<u8> {
        let runs = self.at(quantity);
        let window = now.checked_sub(SignedDuration::from_hours(24 * JUDGED_DAYS)).unwrap_or(now);
        let Some((first, _)) = runs.first().copied() else { return Vec::new() };
        let start = first.max(window).as_millisecond();
        let span = i128::from(now.as_millisecond().saturating_sub(start).max(1));
        let mut line: Vec<Money> = Vec::new();
        for cell in 1..=cells {
            let at = i128::from(start) + span * cell as i128 / cells as i128;
            let in_force = runs.iter().rev().find(|(since, _)| i128::from(since.as_millisecond()) <= at);
            line.extend(in_force.or(runs.first()).map(|(_, rung)| rung.least));
        }
        // The price of now is the last cell even where clocks disagree.
        if let (Some(last), Some((_, rung))) = (line.last_mut(), runs.last()) {
            *last = rung.least;
        }
        let (Some(low), Some(high)) = (line.iter().min().copied(), line.iter().max().copied()) else {
            return Vec::new();
        };
        if low == high {
            return Vec::new();
        }
        let span = (high - low).yuan();
        let level = |price: &Money| {
            use rust_decimal::prelude::ToPrimitive;
            let share =
                ((*price - low).yuan() * Decimal::from(LEVELS - 1)).checked_div(span).unwrap_or_default();
            share.round().to_u8().unwrap_or(0).min(LEVELS - 1)
        };
        line.iter().map(level).collect()
    }
}

/// The price that stood longest; of two the dearer one, so that a discount is never made of a short dip. The middle
/// would be no price anybody asked.
fn longest(runs: &mut [(Money, SignedDuration)]) -> Option<Money> {
    runs.sort_by_key(|(price, _)| *price);
    let mut best: Option<(Money, SignedDuration)> = None;
    let mut current: Option<(Money, SignedDuration)> = None;
    for (price, time) in runs.iter() {
        current = match current {
            Some((same, total)) if same == *price => Some((same, total.saturating_add(*time))),
            _ => Some((*price, *time)),
        };
        if let Some((_, total)) = current
            && best.is_none_or(|(_, most)| total >= most)
        {
            best = current;
        }
    }
    best.map(|(price, _)| price)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::id::OfferKey;
    use crate::domain::offer::{Completeness, PriceTier, Sku};
    use crate::domain::text::Clean;

    const DAY: i64 = 24 * 3600;

    fn day(n: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + n * DAY).unwrap()
    }

    fn offer(tiers: &[(u32, &str, Option<&str>)], at: Timestamp) -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), at);
        offer.completeness = Completeness::Full;
        offer.tiers = tiers
            .iter()
            .map(|(from, price, promotion)| PriceTier {
                from_quantity: Quantity::whole(*from),
                price: price.parse().unwrap(),
                promotion: promotion.map(|price| price.parse().unwrap()),
            })
            .collect();
        offer
    }

    /// A listing that asked these prices from these days on.
    fn history(prices: &[(i64, &str)]) -> PriceHistory {
        let readings: Vec<Offer> =
            prices.iter().map(|(at, price)| offer(&[(1, price, None)], day(*at))).collect();
        let points = readings
            .iter()
            .map(|offer| PricePoint { at: offer.fetched_at, ladder: Ladder::of(offer).unwrap() })
            .collect();
        PriceHistory::new(points, readings.last().unwrap())
    }

    #[test]
    fn a_ladder_is_what_the_listing_asks_whatever_is_in_stock_and_without_bait() {
        let tiers = offer(&[(100, "9", Some("8.5")), (2, "10", None), (300, "9", Some("8.5"))], day(0));
        assert_eq!(Ladder::of(&tiers).unwrap().to_text(), "2:10;100:8.5/9");
        let mut by_sku = offer(&[], day(0));
        by_sku.quote_type = QuoteType::BySku;
        let sku = |name: &str, price: &str, stock: u32| Sku {
            spec_id: SpecId::new(name),
            sku_id: None,
            name: Clean::new(name),
            name_en: None,
            price: price.parse().ok(),
            promotion: None,
            tiers: Vec::new(),
            stock: Some(Quantity::whole(stock)),
        };
        by_sku.skus = vec![sku("a", "10", 0), sku("b", "12", 9), sku("bait", "1", 9)];
        assert_eq!(Ladder::of(&by_sku).unwrap().to_text(), "1:10-12");
        let mut range = Offer::blank(OfferKey::Market(2), Clean::new("杯"), day(0));
        assert_eq!(Ladder::of(&range), None);
        range.price_range = Some(("3".parse().unwrap(), "5".parse().unwrap()));
        assert_eq!(Ladder::of(&range).unwrap().to_text(), "1:3-5");
    }

    #[test]
    fn a_detail_is_not_a_price_change_of_a_row_nor_is_leaving_the_shelf() {
        let (old, mut new) = (offer(&[(1, "10", None)], day(0)), offer(&[(1, "9", None)], day(3)));
        let repriced = Repriced::between(&old, &new).unwrap();
        assert_eq!((repriced.old.at, repriced.new.at), (day(0), day(3)));
        assert_eq!(Repriced::between(&old, &old), None);
        new.gone = true;
        assert_eq!(Repriced::between(&old, &new), None);
        new.gone = false;
        new.completeness = Completeness::Row;
        assert_eq!(Repriced::between(&old, &new), None);
    }

    #[test]
    fn a_label_that_claims_a_third_off_is_judged_by_what_was_asked_before() {
        // 10.00 for 80 days, 12.00 for three, now "9.80 instead of 14.00".
        let mut points = history(&[(0, "10"), (80, "12")]).points().to_vec();
        let now = offer(&[(1, "14", Some("9.80"))], day(83));
        points.push(PricePoint { at: day(83), ladder: Ladder::of(&now).unwrap() });
        let verdict = PriceHistory::new(points, &now).verdict(Quantity::ONE, day(85)).unwrap();
        assert_eq!((verdict.label_discount.to_string(), verdict.days), ("30".to_owned(), 85));
        assert_eq!(verdict.usual.unwrap().to_string(), "10.00");
        assert_eq!(verdict.own_discount.unwrap().to_string(), "2");
        assert!(verdict.is_lowest() && verdict.since == day(83), "{verdict:?}");
    }

    #[test]
    fn what_is_older_than_the_window_does_not_count_and_one_price_is_no_lowest() {
        let verdict = history(&[(0, "5"), (10, "9"), (60, "8")]).verdict(Quantity::ONE, day(150)).unwrap();
        assert_eq!((verdict.lowest.to_string(), verdict.days), ("8.00".to_owned(), 90));
        // The run that was in force when the window began counts from there.
        let verdict = history(&[(0, "5"), (10, "9"), (60, "8")]).verdict(Quantity::ONE, day(99)).unwrap();
        assert_eq!((verdict.lowest.to_string(), verdict.lowest_at), ("5.00".to_owned(), day(9)));
        let one = history(&[(0, "5")]);
        let verdict = one.verdict(Quantity::ONE, day(40)).unwrap();
        assert!(!verdict.is_lowest() && verdict.own_discount.is_none() && verdict.days == 40, "{verdict:?}");
        assert!(one.spark(Quantity::ONE, day(40), 10).is_empty());
    }

    #[test]
    fn a_spark_line_spans_the_known_time_and_all_levels() {
        let line = history(&[(0, "10"), (5, "17"), (8, "13")]).spark(Quantity::ONE, day(10), 10);
        assert_eq!(line, [0, 0, 0, 0, 7, 7, 7, 3, 3, 3]);
    }

    proptest! {
        #[test]
        fn ladders_are_kept_exactly(
            rungs in prop::collection::btree_map(1u32..5000, (1i64..99_999, 0i64..9_999, 0i64..9_999), 1..8),
        ) {
            let ladder = Ladder(rungs.iter().map(|(from, (least, more, off))| Rung {
                from: Quantity::whole(*from),
                least: Money::from_fen(*least),
                greatest: Money::from_fen(least + more),
                list: Money::from_fen(least + off),
            }).collect());
            prop_assert_eq!(Ladder::from_text(&ladder.to_text()), Some(ladder));
        }

        #[test]
        fn no_text_breaks_a_ladder(text in "[0-9:;/.-]{0,24}|\\PC{0,20}") {
            if let Some(ladder) = Ladder::from_text(&text) {
                prop_assert_eq!(Ladder::from_text(&ladder.to_text()), Some(ladder));
            }
        }

        /// Day by day: the lowest is the least of the prices of each day of the window.
        #[test]
        fn the_lowest_is_that_of_every_single_day(
            changes in prop::collection::btree_map(0i64..200, 1i64..20, 1..12), at in 200i64..260,
        ) {
            let prices: Vec<(i64, String)> =
                changes.iter().map(|(day, fen)| (*day, Money::from_fen(*fen).to_string())).collect();
            let borrowed: Vec<(i64, &str)> = prices.iter().map(|(day, price)| (*day, price.as_str())).collect();
            let verdict = history(&borrowed).verdict(Quantity::ONE, day(at)).unwrap();
            let price_on = |n: i64| changes.range(..=n).next_back().map(|(_, fen)| *fen);
            let least = (at - JUDGED_DAYS..=at).filter_map(price_on).min().unwrap();
            prop_assert_eq!(verdict.lowest, Money::from_fen(least));
            prop_assert_eq!(verdict.price, Money::from_fen(price_on(at).unwrap()));
            let same = |n: &i64| price_on(*n) == price_on(at);
            let since = (0..=at).rev().take_while(same).last().unwrap();
            prop_assert_eq!(verdict.since, day(since));
        }
    }
}
