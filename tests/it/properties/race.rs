//! Break-even: who is the cheapest at each quantity.

use pifa::domain::break_even::{Race, Runner, race};
use pifa::domain::offer::Offer;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::prelude::ToPrimitive;

use super::cases;
use super::harness::{holds, notices_as};
use super::product;
use crate::oracle::plain::{self, Pieces};
use crate::oracle::race as naive;

/// Every start, stock and lot of the cases lies well below.
const LAST: Pieces = 200;

/// Two to four offers, often of like price and freight, so that the lead is close.
fn runners() -> impl Strategy<Value = Vec<naive::Runner>> {
    let like = (any::<bool>(), any::<bool>(), select(vec![-20_i128, -10, -1, 0, 1, 5, 10, 30]));
    (vec(cases::offer_and_sku(), 2..5), vec(like, 4)).prop_map(|(mut runners, likes)| {
        let first = runners[0].clone();
        for ((offer, sku), (same_freight, same_price, off)) in runners.iter_mut().skip(1).zip(likes) {
            if same_freight {
                (offer.terms, offer.grams_each, offer.volume_each) =
                    (first.0.terms.clone(), first.0.grams_each, first.0.volume_each);
            }
            if same_price && first.0.quote_type == 0 {
                (offer.quote_type, *sku) = (0, None);
                offer.skus.clear();
                offer.tiers = first.0.tiers.clone();
                for tier in &mut offer.tiers {
                    *tier = plain::Tier { price: (tier.price + off).max(1), ..tier.clone() };
                }
            }
        }
        runners
    })
}

fn raced(runners: &[naive::Runner]) -> Race {
    let offers: Vec<Offer> = runners.iter().map(|(offer, _)| product::offer(offer, None)).collect();
    let built: Vec<Runner<'_>> = offers
        .iter()
        .zip(runners)
        .map(|(offer, (_, sku))| Runner { offer, spec: sku.map(|sku| &offer.skus[sku].spec_id) })
        .collect();
    race(&built, &product::destination())
}

/// The leads spread over the quantities; that each is as long as can be is looked at on the way.
fn leaders(runners: &Vec<naive::Runner>) -> (Pieces, Vec<Option<usize>>) {
    let race = raced(runners);
    assert!(race.open_from.is_none_or(|open| open > product::pieces(LAST)), "gave up early: {race:?}");
    for pair in race.leads.windows(2) {
        let touching = pair[0].to + race.step == pair[1].from;
        assert!(pair[0].to < pair[1].from && !(touching && pair[0].winner == pair[1].winner), "{race:?}");
    }
    let step = race.step.decimal().to_i128().unwrap();
    let mut leaders = Vec::new();
    let mut at = step;
    while at <= LAST {
        let lead = race.leads.iter().find(|lead| (lead.from..=lead.to).contains(&product::pieces(at)));
        leaders.push(lead.map(|lead| lead.winner));
        at += step;
    }
    (step, leaders)
}

#[test]
fn who_leads_at_each_quantity_is_who_is_the_cheapest_there() {
    holds(300, &runners(), leaders, |runners| naive::leaders(runners, LAST));
}

#[test]
fn wrong_leaders_are_noticed() {
    type Rule = fn(&[naive::Runner], Pieces) -> (Pieces, Vec<Option<usize>>);
    let broken: [(&str, Rule); 4] = [
        ("the last of equals", naive::broken_leaders_ties),
        ("the dearest", naive::broken_leaders_dearest),
        ("unknown freight as none", naive::broken_leaders_dark),
        ("no freight at all", naive::broken_leaders_goods),
    ];
    for (name, rule) in broken {
        notices_as(name, 300, &runners(), leaders, |runners| rule(runners, LAST));
    }
}

/// Far out too, where nobody can count up to.
#[test]
fn the_lead_far_out_is_the_cheapest_there_too() {
    let far = |runners: &Vec<naive::Runner>| {
        let race = raced(runners);
        let step = race.step.decimal().to_i128().unwrap();
        [200_003_i128, 7_000_001, 99_000_000].map(|at| {
            let at = at / step * step;
            if race.open_from.is_some_and(|open| open <= product::pieces(at)) {
                // Given up, and said so: nothing is claimed.
                return None;
            }
            let lead = race.leads.iter().find(|lead| (lead.from..=lead.to).contains(&product::pieces(at)));
            Some((at, lead.map(|lead| lead.winner)))
        })
    };
    let claimed = std::cell::Cell::new(0);
    let check = |runners: &Vec<naive::Runner>| {
        far(runners).map(|claim| {
            claim.is_none_or(|(at, winner)| {
                claimed.set(claimed.get() + usize::from(winner.is_some()));
                winner == naive::leader_far_out(runners, at)
            })
        })
    };
    holds(200, &runners(), check, |_| [true; 3]);
    assert!(claimed.get() > 100, "hardly anything was claimed: {}", claimed.get());
}
