//! Group-buys: a fixed number of slots, each opening again and again in its own rhythm. Who has joined by
//! when is a curve of the group and the clock, so nothing has to run for a group to fill.

use super::draft::Pricing;
use super::rng::{Draw, Source, quantile};
use super::types::WorldGroup;
use super::{World, topic};
use crate::domain::money::Money;

const HOUR_MS: i64 = 3_600_000;

/// Slots in a large world; about 40 of them are open at any moment.
const SLOTS: u64 = 48;

/// Slot 0 carries this number.
const FIRST_NUMBER: u64 = 4_063_100;

/// How many offers a group tries before its slot stays empty (two of three are fit).
const TRIES: u64 = 64;

/// The rhythm of one slot.
#[derive(Debug, Clone, Copy)]
struct Rhythm {
    period_ms: i64,
    phase_ms: i64,
}

impl World {
    fn group_slots(&self) -> u64 {
        SLOTS.min(self.offers / 4)
    }

    fn rhythm(&self, slot: u64) -> Rhythm {
        let source = self.source(topic::GROUP, slot);
        // One slot of eight is for short runs.
        let hours = if slot % 8 == 7 { source.at(0).between(3, 10) } else { source.at(0).between(24, 80) };
        let period_ms = hours * HOUR_MS;
        // Whole minutes, so that starts read like times somebody chose.
        let phase_ms = source.at(1).between(0, period_ms / 60_000 - 1) * 60_000;
        Rhythm { period_ms, phase_ms }
    }

    /// The groups open at a moment, soonest deadline first.
    pub fn groups(&self, now_ms: i64) -> Vec<WorldGroup> {
        let mut open: Vec<WorldGroup> = (0..self.group_slots())
            .filter_map(|slot| {
                let rhythm = self.rhythm(slot);
                let run = (now_ms - rhythm.phase_ms).div_euclid(rhythm.period_ms);
                self.group_of(slot, run)
            })
            .filter(|group| group.start_ms <= now_ms && now_ms < group.deadline_ms)
            .collect();
        open.sort_by_key(|group| (group.deadline_ms, group.number));
        open
    }

    /// A group by its id, also after its end.
    pub fn group(&self, group_id: &str) -> Option<WorldGroup> {
        let (number, start) = group_id.split_once('_')?;
        let slot = number.parse::<u64>().ok()?.checked_sub(FIRST_NUMBER)?;
        let start: i64 = start.parse().ok()?;
        if slot >= self.group_slots() {
            return None;
        }
        let rhythm = self.rhythm(slot);
        let since = start.checked_sub(rhythm.phase_ms)?;
        if since.rem_euclid(rhythm.period_ms) != 0 {
            return None;
        }
        self.group_of(slot, since.div_euclid(rhythm.period_ms)).filter(|group| group.group_id == group_id)
    }

    fn group_of(&self, slot: u64, run: i64) -> Option<WorldGroup> {
        let rhythm = self.rhythm(slot);
        let start_ms = run.checked_mul(rhythm.period_ms)?.checked_add(rhythm.phase_ms)?;
        let source = self.source(topic::GROUP, (slot << 40) ^ run as u64 ^ (1 << 63));
        // Open for most of the period, at most three days.
        let open_ms = (rhythm.period_ms / 1000 * source.at(0).between(800, 980)).min(72 * HOUR_MS);
        let deadline_ms = start_ms + open_ms / 60_000 * 60_000;
        // Each slot fishes in its own offers, so no two open groups are on one.
        let slots = self.group_slots();
        let pond = self.offers / slots.max(1);
        let offer = (0..TRIES).find_map(|attempt| {
            let number = source.at(100 + attempt).below(pond) * slots + slot;
            let draft = self.draft(number)?;
            let fit = matches!(draft.pricing, Pricing::Plain | Pricing::Total)
                && !draft.fee_link
                && !draft.dropship;
            // A price must have room for three falls.
            fit.then(|| self.offer(number)).flatten().filter(|offer| {
                // A group is about buying many.
                offer.purchase_limit.is_none()
                    && offer.moq <= 50
                    && offer.tiers.first().is_some_and(|tier| tier.price.to_fen_rounded() >= 50)
            })
        })?;
        let alone_price = offer.tiers.first()?.price;
        let counts = if source.at(1).chance(100_000) { "pieces" } else { "people" };
        let people = if counts == "people" { [18, 168, 1688] } else { [180, 1680, 16_880] };
        let mut fen = alone_price.to_fen_rounded();
        let mut steps = Vec::with_capacity(3);
        for (counter, participants) in people.into_iter().enumerate() {
            let lower = fen * source.at(10 + counter as u64).between(880, 960) / 1000;
            fen = lower.min(fen - 1);
            steps.push((participants, Money::from_fen(fen)));
        }
        let number = FIRST_NUMBER + slot;
        Some(WorldGroup {
            group_id: format!("{number}_{start_ms}"),
            number,
            offer_id: offer.offer_id,
            steps,
            alone_price,
            start_ms,
            deadline_ms,
            counts,
        })
    }

    /// Others who have joined by a moment of the sandbox's clock (people, or pieces where the group counts
    /// pieces). Never falls; stands still after the deadline.
    pub fn arrivals(&self, group: &WorldGroup, now_ms: i64) -> i64 {
        let source = Source::new(self.seed ^ group.number, topic::ARRIVAL, group.start_ms as u64);
        let scale = group.steps.first().map_or(1, |step| (step.0 / 18).max(1));
        let final_count = scale * turnout(source.at(0));
        let length = (group.deadline_ms - group.start_ms).max(1);
        let gone = (now_ms - group.start_ms).clamp(0, length);
        // Thousandths of the time, folded by the group's temper, all in whole numbers.
        let x = i128::from(gone) * 1_000_000 / i128::from(length);
        let one = 1_000_000_i128;
        let share = match source.at(1).below(4) {
            // A rush at the start.
            0 => one - (one - x).pow(3) / (one * one),
            // A rush at the end.
            1 => x * x / one,
            // Slow, fast, slow.
            2 => (3 * x * x - 2 * x * x * x / one) / one,
            _ => x,
        };
        (i128::from(final_count) * share / one) as i64
    }
}

/// How many come in all: a quarter of the groups stay under 18, one in ten passes 1688.
fn turnout(draw: Draw) -> i64 {
    quantile(
        &[
            (0, 2),
            (250_000, 17),
            (260_000, 20),
            (600_000, 150),
            (660_000, 172),
            (880_000, 1_500),
            (900_000, 1_690),
            (1_000_000, 3_600),
        ],
        draw.ppm(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-11-09T05:20:00Z.
    const NOW: i64 = 1_762_665_600_000;

    #[test]
    fn about_forty_groups_are_open_whenever_one_looks() {
        for seed in [1, 77] {
            let world = World::new(seed, 20_000, None);
            for hours in [0, 1, 7, 30, 100, 9_999] {
                let now = NOW + hours * HOUR_MS;
                let open = world.groups(now);
                assert!((32..=48).contains(&open.len()), "{} at {hours}", open.len());
                let left: Vec<i64> = open.iter().map(|group| group.deadline_ms - now).collect();
                assert!(left.iter().all(|ms| (1..=72 * HOUR_MS).contains(ms)));
                assert!(left.iter().any(|ms| *ms < 8 * HOUR_MS) && left.iter().any(|ms| *ms > 36 * HOUR_MS));
                let mut offers: Vec<i64> = open.iter().map(|group| group.offer_id).collect();
                offers.sort_unstable();
                offers.dedup();
                assert_eq!(offers.len(), open.len());
            }
        }
    }

    #[test]
    fn prices_fall_from_step_to_step_on_offers_fit_for_a_group() {
        let world = World::new(3, 20_000, None);
        for group in world.groups(NOW) {
            let offer = world.offer(world.offer_number(group.offer_id).unwrap()).unwrap();
            assert!(matches!(offer.quote_type, 0 | 2) && offer.extra_flows.is_empty() && !offer.fee_link);
            assert_eq!(offer.purchase_limit, None);
            assert_eq!(offer.tiers[0].price, group.alone_price);
            let mut last = (0, group.alone_price);
            for step in &group.steps {
                assert!(step.0 > last.0 && step.1 < last.1 && step.1 > Money::ZERO);
                last = *step;
            }
        }
    }

    #[test]
    fn a_group_is_found_by_its_id_before_and_after_its_end() {
        let world = World::new(3, 5_000, None);
        for group in world.groups(NOW) {
            assert_eq!(world.group(&group.group_id).as_ref(), Some(&group));
            let later = world.groups(group.deadline_ms + 1);
            assert!(later.iter().all(|other| other.group_id != group.group_id));
        }
        for id in
            ["", "x", "1_2", "4063100_1", "4063100", "99999999999999999999_1", "4063100_-9223372036854775808"]
        {
            assert_eq!(world.group(id), None, "{id}");
        }
    }

    #[test]
    fn arrivals_never_fall_and_end_where_they_should() {
        let world = World::new(12, 20_000, None);
        let mut outcomes = [0; 4];
        for day in 0..4 {
            for group in world.groups(NOW + day * 90 * HOUR_MS) {
                assert_eq!(world.arrivals(&group, group.start_ms - 1), 0);
                let mut last = 0;
                for k in 0..=200 {
                    let now = group.start_ms + (group.deadline_ms - group.start_ms) * k / 200;
                    let joined = world.arrivals(&group, now);
                    assert!(joined >= last);
                    last = joined;
                }
                assert_eq!(world.arrivals(&group, group.deadline_ms + 1_000 * HOUR_MS), last);
                outcomes[group.steps.iter().filter(|step| step.0 <= last).count()] += 1;
            }
        }
        assert!(outcomes.iter().all(|n| *n > 0), "some fail, some reach each step: {outcomes:?}");
        assert!(outcomes[0] > 15 && outcomes[3] > 4, "{outcomes:?}");
    }

    #[test]
    fn a_world_too_small_for_groups_has_none() {
        assert!(World::new(1, 0, None).groups(NOW).is_empty());
        assert!(World::new(1, 3, None).groups(NOW).is_empty());
        assert!(World::new(1, 40, None).groups(NOW).len() <= 10);
    }
}
