//! The cheapest legal cart of one supplier, by trying every quantity of everything that may be bought (DESIGN 6.3 to
//! 6.9, 6.11).

use super::freight::{self, Freight, Parcel, Terms};
use super::plain::*;
use super::price;

/// A part of a cart, and what the supplier sells besides. Every stock is known: that is how far quantities are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub basket: Basket,
    pub shelf: Vec<Offer>,
}

/// The ways in which the cheapest can be got wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// Any quantity will do.
    NoLots,
    /// Pieces and amount, both.
    MixAnd,
    /// Goods alone are minimised.
    NoFreight,
    /// Nothing new is bought.
    NothingNew,
    /// The first tier sets no minimum.
    NoFirstTier,
    /// Offers out of the mix rule fill it too.
    MixCountsAll,
    /// Quantities may fall.
    Lowers,
    /// What is above its minimum is not looked at: nothing dominated is left.
    KeepsDominated,
    /// One fen too much.
    OneFenMore,
}

/// One thing that may be bought: the offer's number, its SKU, what is in the cart, and how far it goes.
struct Slot {
    offer: usize,
    sku: Option<usize>,
    current: Pieces,
    most: Pieces,
    /// What it costs, by the offer's total and its own quantity.
    amounts: Vec<Vec<Fen>>,
}

struct World<'a> {
    case: &'a Case,
    flaw: Flaw,
    offers: Vec<&'a Offer>,
    slots: Vec<Slot>,
    /// Freight by total, without a free-from amount.
    freight: Vec<Vec<Fen>>,
}

/// Every SKU of these: (offer, SKU).
pub fn skus(offer: &Offer) -> Vec<Option<usize>> {
    if offer.skus.is_empty() { vec![None] } else { (0..offer.skus.len()).map(Some).collect() }
}

fn stock(offer: &Offer, sku: Option<usize>) -> Pieces {
    match sku {
        Some(sku) => offer.skus[sku].stock.unwrap(),
        None => offer.stock.unwrap(),
    }
}

fn first_tier(tiers: &[Tier]) -> Pieces {
    tiers.iter().map(|tier| tier.from).min().unwrap_or(0)
}

fn world(case: &Case, flaw: Flaw) -> World<'_> {
    let offers: Vec<&Offer> = case.basket.offers.iter().chain(&case.shelf).collect();
    let mut slots = Vec::new();
    for (number, offer) in offers.iter().enumerate() {
        let all: Pieces = skus(offer).into_iter().map(|sku| stock(offer, sku)).sum();
        for sku in skus(offer) {
            let lines = case.basket.lines.iter().filter(|line| line.offer == number && line.sku == sku);
            let current: Pieces = lines.map(|line| line.quantity).sum();
            let most = stock(offer, sku);
            let amounts = (0..=all)
                .map(|total| {
                    let own = 0..=most.min(total);
                    own.map(|own| match price::unit_price(offer, sku, own.max(1), total.max(1)) {
                        Some(unit) => price::line_amount(unit, own),
                        None => panic!("everything has a price here"),
                    })
                    .collect()
                })
                .collect();
            slots.push(Slot { offer: number, sku, current, most, amounts });
        }
    }
    let freight = offers
        .iter()
        .map(|offer| {
            let all: Pieces = skus(offer).into_iter().map(|sku| stock(offer, sku)).sum();
            let of = |pieces| {
                let terms = match &offer.terms {
                    Terms::Template(template) => {
                        Terms::Template(freight::Template { free_from: None, ..template.clone() })
                    }
                    other => other.clone(),
                };
                let parcel = Parcel {
                    terms,
                    pieces,
                    goods: 0,
                    grams_each: offer.grams_each,
                    volume_each: offer.volume_each,
                };
                match freight::estimate(&parcel) {
                    Freight::Exact(fen) | Freight::AtMost(fen) => fen,
                    // What nobody knows is in no sum.
                    Freight::Unknown => 0,
                }
            };
            (0..=all).map(|pieces| if pieces == 0 { 0 } else { of(pieces) }).collect()
        })
        .collect();
    World { case, flaw, offers, slots, freight }
}

/// The least that a legal cart costs in goods and known freight; `None` when no quantities are legal.
pub fn cheapest(case: &Case, flaw: Flaw) -> Option<Fen> {
    let world = world(case, flaw);
    let mut quantities = Vec::new();
    let mut best = None;
    try_all(&world, &mut quantities, &mut best);
    best.map(|(_, cost)| if flaw == Flaw::OneFenMore { cost + 1 } else { cost })
}

/// What these quantities cost, by (offer, SKU); `None` when they break a rule.
pub fn cost(case: &Case, bought: &[(usize, Option<usize>, Pieces)]) -> Option<Fen> {
    let world = world(case, Flaw::None);
    let of = |slot: &Slot| bought.iter().find(|(offer, sku, _)| (*offer, *sku) == (slot.offer, slot.sku));
    let quantities: Vec<Pieces> =
        world.slots.iter().map(|slot| of(slot).map_or(0, |(_, _, quantity)| *quantity)).collect();
    let fits = world.slots.iter().zip(&quantities).all(|(slot, quantity)| {
        let lot = world.offers[slot.offer].lot.unwrap_or(1);
        *quantity >= slot.current && *quantity <= slot.most && quantity % lot == 0
    });
    if fits { judge(&world, &quantities).map(|(_, cost)| cost) } else { None }
}

fn try_all(world: &World<'_>, quantities: &mut Vec<Pieces>, best: &mut Option<(Fen, Fen)>) {
    let Some(slot) = world.slots.get(quantities.len()) else {
        if let Some(found) = judge(world, quantities)
            && best.is_none_or(|best| found < best)
        {
            *best = Some(found);
        }
        return;
    };
    let lot = if world.flaw == Flaw::NoLots { 1 } else { world.offers[slot.offer].lot.unwrap_or(1) };
    let is_new = slot.current == 0;
    let least = match world.flaw {
        // A line stays, of however little.
        Flaw::Lowers if !is_new => 1,
        _ => slot.current,
    };
    let most = if world.flaw == Flaw::NothingNew && is_new { 0 } else { slot.most };
    for quantity in least..=most {
        if quantity % lot == 0 {
            quantities.push(quantity);
            try_all(world, quantities, best);
            quantities.pop();
        }
    }
}

/// What is minimised and what it costs, when no rule is broken.
fn judge(world: &World<'_>, quantities: &[Pieces]) -> Option<(Fen, Fen)> {
    let basket = &world.case.basket;
    let (mut goods, mut pieces, mut amount) = (0, 0, 0);
    let (mut mixed_short, mut carriage) = (false, Vec::new());
    for (number, offer) in world.offers.iter().enumerate() {
        let own = || world.slots.iter().zip(quantities).filter(|(slot, _)| slot.offer == number);
        let total: Pieces = own().map(|(_, quantity)| quantity).sum();
        if total == 0 {
            continue;
        }
        if offer.limit.is_some_and(|limit| total > limit) {
            return None;
        }
        let mut least = offer.moq.unwrap_or(0);
        if matches!(offer.quote_type, 0 | 2) && world.flaw != Flaw::NoFirstTier {
            least = least.max(first_tier(&offer.tiers));
        }
        let mut short = total < least;
        if offer.quote_type == 3 {
            short |= own().any(|(slot, quantity)| {
                *quantity > 0 && *quantity < first_tier(&offer.skus[slot.sku.unwrap()].tiers)
            });
        }
        let enabled = offer.mix_enabled != Some(false);
        if short && !(enabled && basket.mix.is_some()) {
            return None;
        }
        mixed_short |= short;
        let cost: Fen = own().map(|(slot, quantity)| slot.amounts[total as usize][*quantity as usize]).sum();
        if world.flaw == Flaw::KeepsDominated {
            let now: Pieces = own().map(|(slot, _)| slot.current).sum();
            let lot = offer.lot.unwrap_or(1);
            // What was enough already stays as it is.
            if now > 0 && now >= least && now % lot == 0 && total != now {
                return None;
            }
        }
        goods += cost;
        if enabled || world.flaw == Flaw::MixCountsAll {
            pieces += total;
            amount += cost;
        }
        carriage.push((number, total));
    }
    if mixed_short {
        let mix = basket.mix.as_ref()?;
        let by_pieces = mix.pieces.is_some_and(|needed| pieces >= needed);
        let by_amount = mix.amount.is_some_and(|needed| amount >= needed);
        let met = if world.flaw == Flaw::MixAnd { by_pieces && by_amount } else { by_pieces || by_amount };
        if !met || !basket.met_mix_waives {
            return None;
        }
    }
    let mut sum = goods;
    for (number, total) in carriage {
        let free = match &world.offers[number].terms {
            Terms::Template(template) => template.free_from.is_some_and(|from| goods >= from),
            _ => false,
        };
        if !free {
            sum += world.freight[number][total as usize];
        }
    }
    Some((if world.flaw == Flaw::NoFreight { goods } else { sum }, sum))
}
