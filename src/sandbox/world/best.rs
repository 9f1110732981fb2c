//! The best sellers of one category, found from drafts alone: a first screen is filled with them while the rest
//! of the catalog still travels.

use std::collections::BTreeMap;

use super::{World, offer};

/// Worlds larger than this are looked at in even steps, so that the answer stays quick.
const LOOKED_AT: u64 = 20_000;

impl World {
    /// The leaf category with most listings, and the numbers of its best-selling ones, best first; fee links
    /// left out. In worlds of more than 20,000 offers, of an even sample of so many.
    pub fn best_sellers(&self, most: usize) -> Option<(i64, Vec<u64>)> {
        let step = self.offers.div_ceil(LOOKED_AT).max(1);
        let mut leaves: BTreeMap<i64, Vec<(i64, u64)>> = BTreeMap::new();
        for number in (0..self.offers).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let Some(draft) = self.draft(number).filter(|draft| !draft.fee_link) else { continue };
            leaves.entry(draft.kind.leaf).or_default().push((offer::sold_in_30_days(&draft), number));
        }
        let largest = leaves.values().map(Vec::len).max()?;
        let (leaf, mut rows) = leaves.into_iter().find(|(_, rows)| rows.len() == largest)?;
        rows.sort_unstable_by_key(|(sold, number)| (std::cmp::Reverse(*sold), *number));
        Some((leaf, rows.into_iter().take(most).map(|(_, number)| number).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_of_the_largest_category_sell_no_less_than_the_rest_of_it() {
        let world = World::new(1688, 4_000, None);
        let (leaf, best) = world.best_sellers(40).unwrap();
        let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
        let mut rest = 0;
        let sold = |number: u64| world.offer(number).unwrap().sold_30d;
        assert_eq!(best.len(), 40);
        assert!(best.windows(2).all(|pair| sold(pair[0]) >= sold(pair[1])));
        let least = sold(*best.last().unwrap());
        for number in 0..4_000 {
            let offer = world.offer(number).unwrap();
            if offer.fee_link {
                continue;
            }
            *counts.entry(offer.category_id).or_default() += 1;
            if offer.category_id == leaf && !best.contains(&number) {
                assert!(offer.sold_30d <= least);
                rest += 1;
            }
        }
        assert_eq!(counts.values().max(), Some(&(rest + best.len())));
        assert_eq!(counts[&leaf], rest + best.len());
        assert!(World::new(1, 0, None).best_sellers(10).is_none());
    }
}
