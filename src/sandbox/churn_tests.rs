use std::collections::BTreeMap;

use super::super::state::{self, State};
use super::super::world::World;
use super::*;
use crate::sandbox::Options;

fn market(offers: u64) -> (tempfile::TempDir, State, Goods) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path().to_owned());
    let (state, _) = State::open(&options, "x", 0, [7; 48], |_, _, _| Ok(())).unwrap();
    (folder, state, Goods::of_world(World::new(11, offers, None)))
}

fn move_it(state: &State, goods: &Goods, count: u64, seed: u64) -> Churned {
    let done = state.transact(|tx| churn(tx, goods, count, seed)).unwrap();
    state.transact(|tx| goods.refresh(tx)).unwrap();
    done
}

fn standing(goods: &Goods) -> BTreeMap<i64, WorldOffer> {
    (0..goods.made_count())
        .filter_map(|number| goods.offer(number))
        .map(|offer| (offer.offer_id, offer))
        .collect()
}

#[test]
fn exactly_the_named_offers_change_and_each_as_it_is_said() {
    let (_folder, state, goods) = market(600);
    let mut before = standing(&goods);
    assert_eq!(before.len(), 600);
    let (mut gone, mut returned) = (0, 0);
    for round in 0..8 {
        let last = state.transact(state::last_change).unwrap();
        let done = move_it(&state, &goods, 60, round);
        let after = standing(&goods);
        assert_eq!(done.changed.len(), 60);
        let listed: Vec<i64> = state
            .transact(|tx| state::changes_after(tx, last, 9_999))
            .unwrap()
            .into_iter()
            .map(|row| row.1)
            .collect();
        assert_eq!(listed, done.changed, "the changes are those, in their order");
        for number in 0..600 {
            let id = goods.made_id(number).unwrap();
            let (was, is) = (before.get(&id), after.get(&id));
            assert_eq!(was != is, done.changed.contains(&id), "{id}");
            assert_eq!(was.is_some() && is.is_none(), done.gone.contains(&id), "{id}");
            assert_eq!(was.is_none() && is.is_some(), done.returned.contains(&id), "{id}");
            if let (Some(was), Some(is)) = (was, is) {
                let moved = done.repriced.contains(&id);
                assert_eq!(charged(was) != charged(is), moved, "{id}");
                assert!(!moved || charged(was)[0] != charged(is)[0], "{id}");
                assert_eq!(is.tiers[0].from_quantity, is.moq);
                assert!(
                    is.moq >= 1
                        && is.tiers.windows(2).all(|pair| pair[0].from_quantity < pair[1].from_quantity)
                );
            }
        }
        assert!(done.repriced.len() * 10 > 60 * 6, "{} of 60 repriced", done.repriced.len());
        gone += done.gone.len();
        assert_eq!(goods.offer_count(), after.len() as u64);
        returned += done.returned.len();
        before = after;
    }
    assert!(gone > 10, "{gone}");
    assert!(returned >= 14, "{returned}");
    let counted: u64 =
        (0..goods.supplier_count()).map(|supplier| goods.offer_count_of_supplier(supplier)).sum();
    assert_eq!(counted, goods.offer_count());
}

#[test]
fn a_process_that_starts_later_sees_what_moved() {
    let (_folder, state, goods) = market(500);
    move_it(&state, &goods, 200, 3);
    move_it(&state, &goods, 200, 4);
    let again = Goods::of_world(World::new(11, 500, None));
    state.transact(|tx| again.refresh(tx)).unwrap();
    assert_eq!(standing(&again), standing(&goods));
    assert_eq!(again.offer_count(), goods.offer_count());
}

#[test]
fn the_same_seed_moves_the_same_offers_and_all_can_move() {
    let (_a, first, goods) = market(300);
    let (_b, second, others) = market(300);
    assert_eq!(move_it(&first, &goods, 40, 5), move_it(&second, &others, 40, 5));
    let done = move_it(&first, &goods, 10_000, 6);
    assert_eq!(done.changed.len(), 300);
}

#[test]
fn every_price_moves_that_can() {
    let world = World::new(21, 800, None);
    let mut stuck = 0;
    for number in 0..800 {
        let made = world.offer(number).unwrap();
        let mut now = Shift::default();
        for round in 0..4 {
            let next = repriced(&made, now, Source::new(round, 1, number)).unwrap();
            let (was, is) = (charged(&shifted(&made, now)), charged(&shifted(&made, next)));
            assert!(PRICES.contains(&next.price) && was[0] != is[0]);
            stuck += u32::from(was.iter().zip(&is).any(|(a, b)| a == b));
            now = next;
        }
    }
    assert!(stuck < 16, "{stuck} of 3,200 left a price where it was");
}
