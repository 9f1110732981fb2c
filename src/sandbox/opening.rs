//! The group that fills while one looks: on a marketplace whose groups are listed for the first time, one that
//! stands just under its first step is remembered with the moment, and from then on others join it in a rhythm
//! that crosses the step about ninety seconds later. Everything follows from what was remembered and the
//! clock: processes agree, a restart changes nothing, a frozen clock holds it still.

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::goods::Goods;
use super::state;
use super::world::types::WorldGroup;

/// Where it is remembered.
const KEY: &str = "opening_group";
/// It stays open so long at least.
const OPEN_FOR_MS: i64 = 12 * 3_600_000;
/// When the last three missing for the step come, milliseconds after the first look.
const LAST_THREE_MS: [i64; 3] = [32_000, 77_000, 90_000];
/// When others come after the step was reached.
const FURTHER_MS: [i64; 8] =
    [240_000, 560_000, 1_130_000, 1_900_000, 3_050_000, 4_700_000, 7_600_000, 12_400_000];

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opening {
    pub group_id: String,
    /// Sandbox clock at the first look, Unix milliseconds.
    at_ms: i64,
    /// Others who had joined by then.
    from: i64,
    /// How many the first step takes.
    step: i64,
}

impl Opening {
    /// The one this state remembers.
    pub fn load(tx: &Transaction<'_>) -> rusqlite::Result<Option<Opening>> {
        let text = state::meta(tx, KEY)?;
        text.map(|text| {
            serde_json::from_str(&text).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
            })
        })
        .transpose()
    }

    /// The one this state remembers, or else the one that fits now, remembered from now on.
    pub fn at_first_look(
        tx: &Transaction<'_>,
        goods: &Goods,
        now_ms: i64,
    ) -> rusqlite::Result<Option<Opening>> {
        if let Some(known) = Opening::load(tx)? {
            return Ok(Some(known));
        }
        let Some(chosen) = Opening::choose(goods, &goods.groups(now_ms), now_ms) else { return Ok(None) };
        let text = serde_json::to_string(&chosen)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        state::set_meta(tx, KEY, &text)?;
        Ok(Some(chosen))
    }

    /// Two or three short of the step by itself if there is one; else the one that comes nearest from below,
    /// which is two short from now on; else one short.
    fn choose(goods: &Goods, open: &[WorldGroup], now_ms: i64) -> Option<Opening> {
        let rank = |missing: i64| match missing {
            2 | 3 => 0,
            // The buyer's own join would cross the step at once.
            1 => i64::MAX,
            more => more,
        };
        open.iter()
            .filter(|group| group.counts == "people" && group.deadline_ms - now_ms >= OPEN_FOR_MS)
            .filter_map(|group| {
                let step = group.steps.first()?.0;
                let soon = goods.arrivals(group, now_ms + LAST_THREE_MS.iter().max()?);
                let missing = step - goods.arrivals(group, now_ms);
                // One that is about to cross by itself would do so too early.
                (step > 3 && missing > 0 && soon < step).then_some((missing, step, group))
            })
            .min_by_key(|(missing, _, group)| (rank(*missing), group.deadline_ms, group.number))
            .map(|(missing, step, group)| Opening {
                group_id: group.group_id.clone(),
                at_ms: now_ms,
                from: if missing > 3 { step - 2 } else { step - missing },
                step,
            })
    }

    /// Others who have joined by a moment after the first look; nobody before it.
    fn joined(&self, now_ms: i64) -> i64 {
        let since = now_ms.saturating_sub(self.at_ms);
        if since < 0 {
            return 0;
        }
        let missing = usize::try_from(self.step - self.from).unwrap_or(0).min(LAST_THREE_MS.len());
        let last = LAST_THREE_MS.iter().skip(LAST_THREE_MS.len() - missing);
        let came = last.chain(&FURTHER_MS).filter(|after| **after <= since).count();
        self.from.saturating_add(i64::try_from(came).unwrap_or(0))
    }
}

/// Others who have joined a group by a moment: as the world has it, and no fewer than came while it was looked
/// at. Never falls; stands still after the deadline.
pub(super) fn arrivals(goods: &Goods, opening: Option<&Opening>, group: &WorldGroup, now_ms: i64) -> i64 {
    let seen = opening
        .filter(|opening| opening.group_id == group.group_id)
        .map_or(0, |opening| opening.joined(now_ms.min(group.deadline_ms)));
    goods.arrivals(group, now_ms).max(seen)
}

#[cfg(test)]
mod tests {
    use super::super::world::World;
    use super::*;

    /// 2026-11-22T00:30:00Z.
    const NOW: i64 = 1_795_307_400_000;

    #[test]
    fn whenever_one_first_looks_a_group_is_about_to_cross_its_step() {
        for seed in 0..20 {
            for offers in [300, 20_000] {
                let goods = Goods::of_world(World::new(seed, offers, None));
                let now = NOW + seed as i64 * 7_777_777;
                let opening = Opening::choose(&goods, &goods.groups(now), now).unwrap();
                let group = goods.group(&opening.group_id).unwrap();
                let step = group.steps[0].0;
                let at = |seconds: i64| arrivals(&goods, Some(&opening), &group, now + seconds * 1000);
                assert!((step - 3..step).contains(&at(0)), "seed {seed}: {} of {step}", at(0));
                assert!(at(0) >= goods.arrivals(&group, now));
                assert_eq!((at(89) < step, at(90) >= step), (true, true), "seed {seed}");
                assert!(group.deadline_ms - now >= OPEN_FOR_MS);
                let ends = (group.deadline_ms - now) / 1000;
                let curve: Vec<i64> = (0..=200).map(|k| at(ends * k / 150)).collect();
                assert!(curve.is_sorted(), "{curve:?}");
                let end = arrivals(&goods, Some(&opening), &group, group.deadline_ms);
                assert_eq!(at(ends + 999_999), end);
                assert!(end >= at(ends));
            }
        }
    }

    /// What whoever looks from outside may go by, at every hour of a fortnight in the world one starts with.
    #[test]
    fn the_one_that_fills_is_two_or_three_short_and_ends_first_of_those_open_long_enough() {
        let goods = Goods::of_world(World::new(1688, 20_000, None));
        for hour in 0..14 * 24 {
            let now = NOW + hour * 3_600_000;
            let opening = Opening::choose(&goods, &goods.groups(now), now).unwrap();
            let open = goods.groups(now);
            let short = open.iter().filter(|group| {
                let missing = group.steps[0].0 - arrivals(&goods, Some(&opening), group, now);
                group.counts == "people"
                    && (2..=3).contains(&missing)
                    && group.deadline_ms - now >= OPEN_FOR_MS
            });
            let first = short.min_by_key(|group| group.deadline_ms).map(|group| &group.group_id);
            assert_eq!(first, Some(&opening.group_id), "hour {hour}");
        }
    }

    #[test]
    fn other_groups_go_on_as_they_did() {
        let goods = Goods::of_world(World::new(4, 20_000, None));
        let open = goods.groups(NOW);
        let opening = Opening::choose(&goods, &open, NOW).unwrap();
        for group in open.iter().filter(|group| group.group_id != opening.group_id) {
            let later = NOW + 3_600_000;
            assert_eq!(arrivals(&goods, Some(&opening), group, later), goods.arrivals(group, later));
        }
    }
}
