//! Keyword search over titles, made at the first keyword query: titles in flat lower-cased blocks and a small row
//! of what ranking and filters need beside each, some 130 bytes an offer. The goods as made are indexed once; how
//! they moved since is looked up at each query.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::goods::{Goods, Made, ship_hours};
use super::shift::{AllShifts, Shift};
use super::world::types::WorldOffer;
use crate::domain::money::Money;

/// At most this many records of one query can be reached (GATEWAY.md 1.4).
pub(super) const REACHABLE: usize = 2000;

/// Offers of one block.
const BLOCK: u64 = 1 << 15;
/// Threads that make blocks, at most.
const MOST_THREADS: usize = 4;

/// What was made, by running number.
#[derive(Debug)]
pub(super) struct Index {
    blocks: Vec<Block>,
}

#[derive(Debug, Default)]
struct Block {
    text: String,
    /// Where each title ends in `text`.
    ends: Vec<u32>,
    facts: Vec<Facts>,
    /// Leaf, second and top category; facts name a row of it.
    trees: Vec<[i64; 3]>,
}

/// What ranking and filters need of an offer as it was made.
#[derive(Debug, Clone, Copy)]
struct Facts {
    /// Ten-thousandths of a yuan.
    price: i64,
    sold_7d: u32,
    sold_30d: u32,
    sold_total: u32,
    /// Unix seconds.
    created: u32,
    tree: u16,
    /// 0 = not promised.
    ship_hours: u8,
    flags: u8,
}

/// Words of the documented `filter` that are a fact of the offer; bit n of [`Facts::flags`].
const FLAGS: [&str; 5] =
    ["noReason7DReturn", "isOnePsale", "isOnePsaleFreePost", "1688Selection", "certifiedFactory"];

/// What a query asks besides its words; empty = no condition.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    pub price_from: Option<Money>,
    pub price_to: Option<Money>,
    /// Any of these, at any level of the tree.
    pub categories: Vec<i64>,
    /// Words of the documented `filter`; unknown ones (regions, service levels) have no effect.
    pub filter: Vec<String>,
    /// `(sales7 | sales30 | totalSales, from, to)`, all of them.
    pub sales: Vec<(String, Option<i64>, Option<i64>)>,
    /// For new7 and new30.
    pub now_ms: i64,
}

impl Index {
    /// Looks at every offer once, on as many threads as there are cores.
    pub fn build(goods: &Goods) -> Index {
        let count = goods.made_count();
        let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
        let next = AtomicU64::new(0);
        let done: Mutex<Vec<(u64, Block)>> = Mutex::new(Vec::new());
        let work = || loop {
            let from = next.fetch_add(BLOCK, Ordering::Relaxed);
            if from >= count {
                break;
            }
            let block = Block::of(goods, from..count.min(from.saturating_add(BLOCK)));
            done.lock().unwrap_or_else(PoisonError::into_inner).push((from, block));
        };
        thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut blocks = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        blocks.sort_unstable_by_key(|(from, _)| *from);
        Index { blocks: blocks.into_iter().map(|(_, block)| block).collect() }
    }

    /// Numbers of the offers whose title holds every blank-separated word and that meet the conditions, best
    /// selling first, then by id.
    pub fn search(&self, goods: &Goods, keyword: &str, conditions: &Conditions) -> Vec<u64> {
        let words: Vec<String> = keyword.split_whitespace().map(str::to_lowercase).collect();
        let mut hits = Vec::new();
        let mut first = 0;
        for block in &self.blocks {
            let mut start = 0;
            for (number, end) in (first..).zip(&block.ends) {
                let title = block.text.get(start..*end as usize).unwrap_or_default();
                start = *end as usize;
                if words.iter().all(|word| title.contains(word.as_str())) {
                    hits.push(number);
                }
            }
            first += BLOCK;
        }
        // A title that moved may have gained the word.
        let shifts = goods.shifts();
        hits.retain(|number| shifts.of(*number).is_none_or(|shift| shift.title == 0));
        let retitled = shifts.iter().filter(|(_, shift)| shift.title > 0);
        hits.extend(
            retitled.filter(|(number, _)| self.says(&shifts, *number, &words)).map(|(number, _)| number),
        );
        self.ranked(goods, &shifts, hits, conditions)
    }

    /// The given offers, filtered and ranked in the same way; `keyword` may be blank.
    pub fn among(
        &self,
        goods: &Goods,
        numbers: Vec<u64>,
        keyword: &str,
        conditions: &Conditions,
    ) -> Vec<u64> {
        let words: Vec<String> = keyword.split_whitespace().map(str::to_lowercase).collect();
        let shifts = goods.shifts();
        let hits = numbers.into_iter().filter(|number| self.says(&shifts, *number, &words)).collect();
        self.ranked(goods, &shifts, hits, conditions)
    }

    /// Whether the title as it stands holds all of these.
    fn says(&self, shifts: &AllShifts<'_>, number: u64, words: &[String]) -> bool {
        let title = self.title(number);
        match shifts.of(number).map_or("", Shift::ending) {
            "" => words.iter().all(|word| title.contains(word.as_str())),
            ending => {
                let title = format!("{title} {ending}").to_lowercase();
                words.iter().all(|word| title.contains(word.as_str()))
            }
        }
    }

    fn at(&self, number: u64) -> Option<(&Block, usize)> {
        let block = self.blocks.get(usize::try_from(number / BLOCK).ok()?)?;
        Some((block, (number % BLOCK) as usize))
    }

    fn title(&self, number: u64) -> &str {
        let Some((block, at)) = self.at(number) else { return "" };
        let end = |at: usize| block.ends.get(at).map(|end| *end as usize);
        let start = at.checked_sub(1).and_then(end).unwrap_or(0);
        end(at).and_then(|end| block.text.get(start..end)).unwrap_or_default()
    }

    fn ranked(
        &self,
        goods: &Goods,
        shifts: &AllShifts<'_>,
        hits: Vec<u64>,
        conditions: &Conditions,
    ) -> Vec<u64> {
        let mut ranked: Vec<(Reverse<u32>, i64, u64)> = hits
            .into_iter()
            .filter_map(|number| {
                let (block, at) = self.at(number)?;
                let mut facts = *block.facts.get(at)?;
                if let Some(shift) = shifts.of(number) {
                    if shift.gone {
                        return None;
                    }
                    facts.price = shift.fen((facts.price + 50) / 100) * 100;
                }
                let met = conditions.met(&facts, block.trees.get(usize::from(facts.tree)));
                met.then(|| (Reverse(facts.sold_30d), goods.made_id(number).unwrap_or_default(), number))
            })
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, _, number)| number).collect()
    }
}

impl Block {
    fn of(goods: &Goods, numbers: std::ops::Range<u64>) -> Block {
        let mut block = Block::default();
        let mut rows: HashMap<[i64; 3], u16> = HashMap::new();
        for number in numbers {
            let (subject, mut facts, tree) = match goods.made() {
                Made::World(world) => match world.glance(number) {
                    Some(glance) => {
                        let flags = [
                            glance.return_7d,
                            glance.one_piece_dropship,
                            glance.free_post_dropship,
                            glance.yanxuan,
                            glance.super_factory,
                        ];
                        let facts = Facts {
                            price: price_of(glance.price),
                            sold_7d: whole(glance.sold_7d),
                            sold_30d: whole(glance.sold_30d),
                            sold_total: whole(glance.sold_out),
                            created: whole(glance.created_ms / 1000),
                            tree: 0,
                            ship_hours: hours_of(glance.ship_guarantee),
                            flags: flags_of(flags),
                        };
                        (glance.subject, facts, glance.categories)
                    }
                    None => continue,
                },
                Made::Listings(_) => match goods.made_offer(number) {
                    Some(offer) => {
                        let badge = goods
                            .supplier(offer.supplier)
                            .is_some_and(|supplier| supplier.identities.contains(&"super_factory"));
                        let facts = Facts::of(&offer, badge);
                        let tree = [offer.category_id, offer.second_category_id, offer.top_category_id];
                        (offer.subject, facts, tree)
                    }
                    None => continue,
                },
            };
            facts.tree = *rows.entry(tree).or_insert_with(|| {
                block.trees.push(tree);
                // A block has fewer offers than this has numbers.
                (block.trees.len() - 1) as u16
            });
            block.text.push_str(&subject.to_lowercase());
            // 32,768 titles of a listing's length; a longer text ends here for the search.
            block.ends.push(u32::try_from(block.text.len()).unwrap_or(u32::MAX));
            block.facts.push(facts);
        }
        block.text.shrink_to_fit();
        block
    }
}

/// Ten-thousandths of a yuan.
fn price_of(money: Money) -> i64 {
    (money.yuan().saturating_mul(Decimal::from(10_000))).round().to_i64().unwrap_or(i64::MAX)
}

fn whole(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}

fn hours_of(guarantee: &str) -> u8 {
    ship_hours(guarantee).map_or(0, |hours| u8::try_from(hours.max(0)).unwrap_or(u8::MAX))
}

fn flags_of(flags: [bool; 5]) -> u8 {
    flags.iter().enumerate().fold(0, |bits, (at, set)| bits | u8::from(*set) << at)
}

impl Facts {
    fn of(offer: &WorldOffer, badge: bool) -> Facts {
        let flags =
            [offer.return_7d, offer.one_piece_dropship, offer.free_post_dropship, offer.yanxuan, badge];
        Facts {
            price: price_of(shown_price(offer).0),
            sold_7d: whole(offer.sold_7d),
            sold_30d: whole(offer.sold_30d),
            sold_total: whole(offer.sold_out),
            created: whole(offer.created_ms / 1000),
            tree: 0,
            ship_hours: hours_of(&offer.ship_guarantee),
            flags: flags_of(flags),
        }
    }

    fn ships_within(&self, hours: u8) -> bool {
        self.ship_hours > 0 && self.ship_hours <= hours
    }
}

impl Conditions {
    fn met(&self, facts: &Facts, tree: Option<&[i64; 3]>) -> bool {
        let day_ms = 24 * 3600 * 1000;
        let age = self.now_ms.saturating_sub(i64::from(facts.created) * 1000);
        let price = || Money::from_yuan(Decimal::new(facts.price, 4));
        self.price_from.is_none_or(|from| price() >= from)
            && self.price_to.is_none_or(|to| price() <= to)
            && (self.categories.is_empty()
                || tree.is_some_and(|tree| tree.iter().any(|category| self.categories.contains(category))))
            && self.filter.iter().all(|word| match word.as_str() {
                "shipInToday" | "shipIn24Hours" => facts.ships_within(24),
                "shipIn48Hours" => facts.ships_within(48),
                "new7" => age <= 7 * day_ms,
                "new30" => age <= 30 * day_ms,
                word => {
                    FLAGS.iter().position(|flag| *flag == word).is_none_or(|at| facts.flags & (1 << at) != 0)
                }
            })
            && self.sales.iter().all(|(kind, from, to)| {
                let sold = i64::from(match kind.as_str() {
                    "sales7" => facts.sold_7d,
                    "sales30" => facts.sold_30d,
                    "totalSales" => facts.sold_total,
                    _ => return true,
                });
                from.is_none_or(|from| sold >= from) && to.is_none_or(|to| sold <= to)
            })
    }
}

/// The price and promotion price a search row shows: of the first tier, for quote type 1 of the cheapest SKU.
pub(super) fn shown_price(offer: &WorldOffer) -> (Money, Option<Money>) {
    let cheapest = (offer.quote_type == 1)
        .then(|| offer.skus.iter().filter_map(|sku| Some((sku.price?, sku.promotion_price))).min())
        .flatten();
    cheapest.unwrap_or_else(|| {
        offer
            .tiers
            .iter()
            .min_by_key(|tier| tier.from_quantity)
            .map_or((Money::from_yuan(Decimal::ZERO), None), |tier| (tier.price, tier.promotion_price))
    })
}

#[cfg(test)]
mod tests {
    use super::super::churn;
    use super::super::state::State;
    use super::super::world::World;
    use super::*;
    use crate::sandbox::Options;

    /// Titles by a plain walk over the goods as they stand.
    fn plain(standing: &[WorldOffer], words: &[&str]) -> Vec<u64> {
        let mut found: Vec<&WorldOffer> = standing
            .iter()
            .filter(|offer| words.iter().all(|word| offer.subject.to_lowercase().contains(word)))
            .collect();
        found.sort_by_key(|offer| (Reverse(offer.sold_30d), offer.offer_id));
        found.into_iter().map(|offer| offer.number).collect()
    }

    #[test]
    fn finds_what_a_walk_over_the_goods_finds_before_and_after_they_moved() {
        let folder = tempfile::tempdir().unwrap();
        let options = Options::new(folder.path().to_owned());
        let (state, _) = State::open(&options, "x", 0, [7; 48], |_, _, _| Ok(())).unwrap();
        // Two blocks.
        let goods = Goods::of_world(World::new(2, 33_500, None));
        let index = Index::build(&goods);
        for round in 0..2 {
            let standing: Vec<WorldOffer> =
                (0..goods.made_count()).filter_map(|number| goods.offer(number)).collect();
            for (keyword, words) in [
                ("保温杯", vec!["保温杯"]),
                ("LED 灯", vec!["led", "灯"]),
                ("热卖", vec!["热卖"]),
                ("杯 新款", vec!["杯", "新款"]),
            ] {
                let found = index.search(&goods, keyword, &Conditions::default());
                assert_eq!(found, plain(&standing, &words), "{keyword}, round {round}");
                assert!(!found.is_empty() || keyword == "热卖" && round == 0, "{keyword}");
            }
            let conditions = Conditions {
                price_from: Some(Money::from_fen(1_000)),
                price_to: Some(Money::from_fen(2_500)),
                filter: vec!["noReason7DReturn".to_owned(), "shipIn48Hours".to_owned()],
                ..Conditions::default()
            };
            let found = index.search(&goods, "杯", &conditions);
            let expected: Vec<u64> = plain(&standing, &["杯"])
                .into_iter()
                .filter(|number| {
                    let offer = goods.offer(*number).unwrap();
                    let price = shown_price(&offer).0;
                    (1_000..=2_500).contains(&price.to_fen_rounded())
                        && offer.return_7d
                        && ship_hours(&offer.ship_guarantee).is_some_and(|hours| hours <= 48)
                })
                .collect();
            assert_eq!(found, expected);
            assert!(found.len() > 20);
            state.transact(|tx| churn::churn(tx, &goods, 3_000, 1)).unwrap();
            state.transact(|tx| goods.refresh(tx)).unwrap();
        }
    }
}
