//! Who is the cheapest at each quantity, by asking everybody at every quantity.

use super::freight::{self, Freight, Parcel};
use super::plain::*;
use super::{price, quantity};

/// One of the compared: an offer and, where it has any, one of its SKUs.
pub type Runner = (Offer, Option<usize>);

fn goods((offer, sku): &Runner, pieces: Pieces) -> Fen {
    let mills = price::unit_price(offer, *sku, pieces, pieces).unwrap() * pieces;
    (mills + 5) / 10
}

fn freight_of(runner: &Runner, pieces: Pieces) -> Freight {
    freight::estimate(&Parcel {
        terms: runner.0.terms.clone(),
        pieces,
        goods: goods(runner, pieces),
        grams_each: runner.0.grams_each,
        volume_each: runner.0.volume_each,
    })
}

/// Whether it can be had at all; no stock below a million reaches further.
fn runs((offer, sku): &Runner) -> bool {
    let least = quantity::least(offer, *sku);
    quantity::is_orderable(offer, *sku, least)
}

/// One unit of it, so cheap that nothing is free for its price, has no known freight.
fn is_dark((offer, _): &Runner) -> bool {
    let parcel = Parcel {
        terms: offer.terms.clone(),
        pieces: 1,
        goods: 0,
        grams_each: offer.grams_each,
        volume_each: offer.volume_each,
    };
    freight::estimate(&parcel) == Freight::Unknown
}

/// The step, and for each of its multiples up to `last` who leads.
pub fn leaders(runners: &[Runner], last: Pieces) -> (Pieces, Vec<Option<usize>>) {
    leaders_by(runners, last, |cost, best| cost < best)
}

/// The last of equals leads.
pub fn broken_leaders_ties(runners: &[Runner], last: Pieces) -> (Pieces, Vec<Option<usize>>) {
    leaders_by(runners, last, |cost, best| cost <= best)
}

/// The dearest leads.
pub fn broken_leaders_dearest(runners: &[Runner], last: Pieces) -> (Pieces, Vec<Option<usize>>) {
    leaders_by(runners, last, |cost, best| cost > best)
}

/// Unknown freight counts as none.
pub fn broken_leaders_dark(runners: &[Runner], last: Pieces) -> (Pieces, Vec<Option<usize>>) {
    let lit: Vec<Runner> = runners
        .iter()
        .map(|(offer, sku)| {
            let terms = if is_dark(&(offer.clone(), *sku)) {
                freight::Terms::SellerPays
            } else {
                offer.terms.clone()
            };
            (Offer { terms, ..offer.clone() }, *sku)
        })
        .collect();
    leaders(&lit, last)
}

/// Freight is left out always.
pub fn broken_leaders_goods(runners: &[Runner], last: Pieces) -> (Pieces, Vec<Option<usize>>) {
    let bare: Vec<Runner> = runners
        .iter()
        .map(|(offer, sku)| (Offer { terms: freight::Terms::SellerPays, ..offer.clone() }, *sku))
        .collect();
    leaders(&bare, last)
}

/// Who leads at one quantity above every tier and minimum, a whole lot of everybody; reckoned, since nobody can count
/// that far.
pub fn leader_far_out(runners: &[Runner], pieces: Pieces) -> Option<usize> {
    let running: Vec<(usize, &Runner)> =
        runners.iter().enumerate().filter(|(_, runner)| runs(runner)).collect();
    let only_goods = running.iter().any(|(_, runner)| is_dark(runner));
    let unbounded = running.iter().filter(|(_, (offer, sku))| quantity::most(offer, *sku).is_none());
    unbounded
        .map(|(index, runner)| {
            let (offer, sku) = runner;
            // Any quantity up here has the price of the last tier.
            let mills = price::unit_price(offer, *sku, 1000, 1000).unwrap() * pieces;
            let goods = (mills + 5) / 10;
            let freight = match &offer.terms {
                freight::Terms::Template(template) if !only_goods => {
                    far_freight(offer, template, pieces, goods)
                }
                _ => 0,
            };
            (goods + freight, *index)
        })
        .min()
        .map(|(_, index)| index)
}

fn far_freight(offer: &Offer, template: &freight::Template, pieces: Pieces, goods: Fen) -> Fen {
    if template.free_from.is_some_and(|from| goods >= from) {
        return 0;
    }
    let each = match template.basis {
        freight::Basis::Weight => offer.grams_each.unwrap(),
        freight::Basis::Volume => offer.volume_each.unwrap(),
        freight::Basis::Pieces => 1,
    };
    let over = (each * pieces - template.first_unit).max(0);
    template.first_fee + (over + template.next_unit - 1) / template.next_unit * template.next_fee
}

/// What is asked again and again of a runner: index, itself, its least quantity, its most.
type Ready<'a> = (usize, &'a Runner, Pieces, Option<Pieces>);

fn lead_of(
    running: &[Ready<'_>],
    only_goods: bool,
    pieces: Pieces,
    beats: impl Fn(Fen, Fen) -> bool,
) -> Option<usize> {
    let mut best: Option<(Fen, usize)> = None;
    for (index, runner, least, most) in running {
        if pieces < *least || most.is_some_and(|most| pieces > most) {
            continue;
        }
        let cost = match (only_goods, freight_of(runner, pieces)) {
            (false, Freight::Exact(freight)) => goods(runner, pieces) + freight,
            (false, other) => unreachable!("{other:?} among the known"),
            (true, _) => goods(runner, pieces),
        };
        if best.is_none_or(|(least, _)| beats(cost, least)) {
            best = Some((cost, *index));
        }
    }
    best.map(|(_, index)| index)
}

fn leaders_by(
    runners: &[Runner],
    last: Pieces,
    beats: impl Fn(Fen, Fen) -> bool,
) -> (Pieces, Vec<Option<usize>>) {
    let ready = |(index, runner): (usize, _)| {
        let (offer, sku): &Runner = runner;
        (index, runner, quantity::least(offer, *sku), quantity::most(offer, *sku))
    };
    let running: Vec<Ready<'_>> =
        runners.iter().enumerate().filter(|(_, runner)| runs(runner)).map(ready).collect();
    let only_goods = running.iter().any(|(_, runner, ..)| is_dark(runner));
    let mut step = 1;
    while running.iter().any(|(_, (offer, _), ..)| step % offer.lot.unwrap_or(1) != 0) {
        step += 1;
    }
    let mut leaders = Vec::new();
    let mut pieces = step;
    while pieces <= last {
        leaders.push(lead_of(&running, only_goods, pieces, &beats));
        pieces += step;
    }
    (step, leaders)
}
