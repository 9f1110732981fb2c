//! Flash deals (秒批: on the hour, for an hour) and discount deals (折批: for days), to be read only. Which
//! run when is a function of the world's seed and the clock, so nothing has to run for them.

use super::goods::{Goods, Made};
use super::world::World;
use super::world::rng::{Draw, Source};
use super::world::types::WorldOffer;
use crate::domain::money::Money;

/// Kinds of draws; never renumber, or every deal changes.
const FLASH: u64 = 0x0066_6c73;
const DISCOUNT: u64 = 0x0064_7363;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Beijing's clock is so far ahead.
const BEIJING_MS: i64 = 8 * HOUR_MS;

/// Hours of the day at which flash deals start, Beijing time.
const FLASH_HOURS: [i64; 3] = [10, 14, 20];
/// Deals of one start.
const FLASH_EACH: u64 = 8;
/// Discount deals at most at once.
const DISCOUNTS: u64 = 36;
/// Every deal of one moment fishes in its own offers, so no two are on one.
const PONDS: u64 = DISCOUNTS + FLASH_EACH * FLASH_HOURS.len() as u64;
/// How many offers a deal tries before it does not take place.
const TRIES: u64 = 48;

/// Sort of a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flash,
    Discount,
}

impl Kind {
    pub fn parse(word: &str) -> Option<Kind> {
        match word {
            "flash" => Some(Kind::Flash),
            "discount" => Some(Kind::Discount),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Kind::Flash => "flash",
            Kind::Discount => "discount",
        }
    }
}

/// One deal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Deal {
    pub deal_id: String,
    pub kind: Kind,
    pub offer: WorldOffer,
    /// A unit, below the first tier and its promotion.
    pub price: Money,
    /// The first tier's.
    pub list_price: Money,
    pub starts_ms: i64,
    pub ends_ms: i64,
    /// Units at this price, for everybody.
    pub stock: i64,
    /// Units at this price, for one buyer.
    pub limit: i64,
    /// Units of `stock` nobody has taken yet.
    pub left: i64,
}

/// Deals of a kind (or all) that run or come next: flash deals of the running start and the next two, soonest
/// first; discount deals that run, soonest ending first. A file of listings has none.
pub(super) fn list(goods: &Goods, kind: Option<Kind>, now_ms: i64) -> Vec<Deal> {
    let Made::World(world) = goods.made() else { return Vec::new() };
    let mut deals = Vec::new();
    if kind != Some(Kind::Discount) {
        deals.extend(flash(goods, world, now_ms));
    }
    if kind != Some(Kind::Flash) {
        let mut discounts: Vec<Deal> =
            (0..DISCOUNTS).filter_map(|slot| discount(goods, world, slot, now_ms)).collect();
        discounts.sort_by(|a, b| (a.ends_ms, &a.deal_id).cmp(&(b.ends_ms, &b.deal_id)));
        deals.extend(discounts);
    }
    deals
}

fn flash(goods: &Goods, world: &World, now_ms: i64) -> Vec<Deal> {
    let today = (now_ms + BEIJING_MS).div_euclid(DAY_MS);
    let starts = (today..today + 3).flat_map(|day| {
        let hours = FLASH_HOURS.iter().zip(0_u64..);
        hours.map(move |(hour, at)| (at, day * DAY_MS + hour * HOUR_MS - BEIJING_MS))
    });
    let mut next = 0;
    starts
        .filter(|(_, start)| start + HOUR_MS > now_ms)
        .take_while(|(_, start)| {
            next += i64::from(*start > now_ms);
            next <= 2
        })
        .flat_map(|(at, start_ms)| {
            (0..FLASH_EACH).filter_map(move |index| {
                let source =
                    Source::new(world.seed(), FLASH, (start_ms.div_euclid(HOUR_MS) as u64) << 8 | index);
                let offer = goods.standing(fish(world, source, DISCOUNTS + at * FLASH_EACH + index)?)?;
                let price = lowered(&offer, source.at(0), (550, 780))?;
                Some(Deal {
                    deal_id: format!("flash_{start_ms}_{index}"),
                    kind: Kind::Flash,
                    price,
                    list_price: offer.tiers.first()?.price,
                    starts_ms: start_ms,
                    ends_ms: start_ms + HOUR_MS,
                    limit: source.at(1).pick(&[2, 5, 10, 20]).copied()?.max(offer.moq),
                    stock: 0,
                    left: 0,
                    offer,
                })
                .map(|deal| sold(deal, source, (40, 300), (450_000, 1_250_000), now_ms))
            })
        })
        .collect()
}

fn discount(goods: &Goods, world: &World, slot: u64, now_ms: i64) -> Option<Deal> {
    let own = Source::new(world.seed(), DISCOUNT, slot);
    let period_ms = own.at(0).between(4 * 24, 9 * 24) * HOUR_MS;
    let phase_ms = own.at(1).between(0, period_ms / HOUR_MS - 1) * HOUR_MS;
    let run = (now_ms - phase_ms).div_euclid(period_ms);
    let source = Source::new(world.seed(), DISCOUNT, (slot + 1) << 40 ^ run as u64);
    let starts_ms = run * period_ms + phase_ms;
    let ends_ms = starts_ms + period_ms / HOUR_MS * source.at(0).between(850, 970) / 1000 * HOUR_MS;
    if now_ms >= ends_ms {
        return None;
    }
    let offer = goods.standing(fish(world, source, slot)?)?;
    let price = lowered(&offer, source.at(1), (760, 930))?;
    let deal = Deal {
        deal_id: format!("discount_{slot}_{starts_ms}"),
        kind: Kind::Discount,
        price,
        list_price: offer.tiers.first()?.price,
        starts_ms,
        ends_ms,
        limit: source.at(2).pick(&[20, 50, 100, 200]).copied()?.max(offer.moq),
        stock: 0,
        left: 0,
        offer,
    };
    Some(sold(deal, source, (200, 3_000), (150_000, 1_050_000), now_ms))
}

/// An offer of this pond that a deal can be about: one price for all its variants, and room below it.
fn fish(world: &World, source: Source, pond: u64) -> Option<WorldOffer> {
    let size = world.offer_count() / PONDS;
    if size == 0 {
        return None;
    }
    (0..TRIES).find_map(|attempt| {
        let number = source.at(100 + attempt).below(size) * PONDS + pond;
        world.offer(number).filter(|offer| {
            !offer.fee_link
                && offer.quote_type != 1
                && offer.moq <= 20
                && offer.stock >= 60
                && offer.tiers.first().is_some_and(|tier| tier.price.to_fen_rounded() >= 200)
        })
    })
}

/// A price so many thousandths of what the first tier costs today.
fn lowered(offer: &WorldOffer, draw: Draw, (low, high): (i64, i64)) -> Option<Money> {
    let tier = offer.tiers.first()?;
    let fen = tier.promotion_price.unwrap_or(tier.price).to_fen_rounded();
    let lower = fen * draw.between(low, high) / 1000;
    // Ends like a price somebody chose.
    let lower = if lower >= 1_000 { lower / 10 * 10 } else { lower };
    (0 < lower && lower < fen).then(|| Money::from_fen(lower))
}

/// The deal with its stock, less what others have taken by now: fast at first, slower later. Where more than all
/// of it would go, it is sold out before its end.
fn sold(mut deal: Deal, source: Source, stock: (i64, i64), turnout: (i64, i64), now_ms: i64) -> Deal {
    deal.stock = source.at(5).between(stock.0, stock.1).min(deal.offer.stock);
    let length = (deal.ends_ms - deal.starts_ms).max(1);
    let gone = now_ms.saturating_sub(deal.starts_ms).clamp(0, length);
    let one = 1_000_000_i128;
    let x = i128::from(gone) * one / i128::from(length);
    let share = one - (one - x) * (one - x) / one;
    let taken =
        i128::from(deal.stock) * i128::from(source.at(6).between(turnout.0, turnout.1)) / one * share / one;
    deal.left = (deal.stock - taken as i64).max(0);
    deal
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22T00:00:00Z, 08:00 in Beijing.
    const NOW: i64 = 1_795_305_600_000;

    fn world() -> Goods {
        Goods::of_world(World::new(9, 20_000, None))
    }

    #[test]
    fn flash_deals_run_on_the_hour_in_beijing() {
        let goods = world();
        // Hours after 08:00 in Beijing; how many starts are listed, and the hours they are at.
        for (hours, expected) in [
            (0, vec![10, 14]),
            (2, vec![10, 14, 20]),
            (3, vec![14, 20]),
            (12, vec![20, 10, 14]),
            (13, vec![10, 14]),
        ] {
            let now = NOW + hours * HOUR_MS;
            let deals = list(&goods, Some(Kind::Flash), now);
            let mut starts: Vec<i64> = deals.iter().map(|deal| deal.starts_ms).collect();
            assert!(starts.is_sorted());
            starts.dedup();
            let at: Vec<i64> = starts.iter().map(|ms| (ms + BEIJING_MS) / HOUR_MS % 24).collect();
            assert_eq!(at, expected, "{hours}");
            assert_eq!(deals.len() as u64, FLASH_EACH * expected.len() as u64);
            assert!(deals.iter().all(|deal| deal.ends_ms > now && deal.ends_ms - deal.starts_ms == HOUR_MS));
        }
    }

    #[test]
    fn deals_cost_less_than_the_first_tier_and_no_two_are_on_one_offer() {
        let goods = world();
        for hours in [0, 10, 100, 1_000] {
            let deals = list(&goods, None, NOW + hours * HOUR_MS);
            let discounts = deals.iter().filter(|deal| deal.kind == Kind::Discount).count();
            assert!((20..=40).contains(&discounts), "{discounts}");
            let mut ids: Vec<i64> = deals.iter().map(|deal| deal.offer.offer_id).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), deals.len());
            for deal in &deals {
                let tier = &deal.offer.tiers[0];
                assert!(deal.price < tier.promotion_price.unwrap_or(tier.price) && deal.price > Money::ZERO);
                assert_eq!(deal.list_price, tier.price);
                assert!((0..=deal.stock).contains(&deal.left) && deal.stock <= deal.offer.stock);
                assert!(deal.limit >= 1);
            }
        }
    }

    #[test]
    fn a_deal_stays_the_same_and_only_sells() {
        let goods = world();
        let early = list(&goods, None, NOW);
        let mut sold = 0;
        for minutes in [30, 125, 150, 170] {
            let later = list(&goods, None, NOW + minutes * 60_000);
            for deal in &later {
                if let Some(before) = early.iter().find(|other| other.deal_id == deal.deal_id) {
                    assert!(deal.left <= before.left);
                    sold += i64::from(deal.left < before.left);
                    assert_eq!(&Deal { left: before.left, ..deal.clone() }, before);
                }
            }
        }
        assert!(sold > 10, "{sold}");
        assert!(list(&Goods::of_world(World::new(1, 40, None)), None, NOW).is_empty());
    }
}
