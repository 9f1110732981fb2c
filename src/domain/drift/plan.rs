//! What becomes of the lines of a sheet: the buyer's choices as quantities for the cart, and the split into orders
//! that a market takes.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::compare::{id_of, line_of};
use super::{Sheet, SheetLine};
use crate::domain::cart::{CartLine, Rules, ViolationKind, assess};
use crate::domain::freight::Destination;
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::order::Unresolved;
use crate::domain::quantity::Quantity;

/// What the buyer does with a line that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Choice {
    /// At today's terms: today's price, and as many as today's rules ask for; left out where it cannot be had.
    Take,
    /// Left out.
    Drop,
    /// As it was, whatever the rules say: the cart names what it breaks.
    Keep,
    /// Left out now and noted, to find something in its place.
    Later,
    /// Its substitute ([`Sheet::swaps`]) in its place, as many as today's rules ask for.
    Swap,
}

/// A line on its way into the cart.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Line of the sheet.
    pub line: usize,
    /// Its listing.
    pub offer: Arc<Offer>,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// Units.
    pub quantity: Quantity,
}

impl Planned {
    fn as_cart(&self) -> CartLine {
        CartLine {
            id: id_of(self.line),
            offer: self.offer.clone(),
            spec_id: self.spec_id.clone(),
            quantity: self.quantity,
        }
    }
}

/// The lines that go into the cart under these choices, one a line of the sheet; a line without one goes in as it was,
/// or not at all where there is nothing like it today.
pub fn planned(sheet: &Sheet, choices: &[Option<Choice>]) -> Vec<Planned> {
    let choice = |line: usize| choices.get(line).copied().flatten();
    let mut plan: Vec<Planned> = sheet
        .lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| {
            let quantity = line.wanted;
            match (choice(at), &line.today) {
                (Some(Choice::Drop | Choice::Later), _) | (None | Some(Choice::Take), Err(_)) => None,
                (Some(Choice::Swap), _) => sheet.swaps.get(&at).map(|swap| Planned {
                    line: at,
                    offer: swap.offer.clone(),
                    spec_id: swap.spec_id.clone(),
                    quantity,
                }),
                (Some(Choice::Keep), Err(why)) => Some(as_it_was(at, line, *why)),
                (_, Ok(today)) => Some(Planned {
                    line: at,
                    offer: today.offer.clone(),
                    spec_id: today.spec_id.clone(),
                    quantity,
                }),
            }
        })
        .filter(|line| !line.quantity.is_zero())
        .collect();
    let fits = |line: usize| matches!(choice(line), Some(Choice::Take | Choice::Swap));
    for line in plan.iter_mut().filter(|line| fits(line.line)) {
        let sku = line.spec_id.as_ref().and_then(|spec| line.offer.sku(spec));
        let least_step = minimum::step(&line.offer);
        let most = minimum::most(&line.offer, sku);
        let raised =
            if line.offer.lot.is_some() { line.quantity.round_up_to(least_step) } else { line.quantity };
        line.quantity = most.map_or(raised, |most| raised.min(most));
    }
    plan.retain(|line| !line.quantity.is_zero());
    raise_to_minimums(sheet, &mut plan, &fits);
    plan
}

/// A line nobody sells any more, for who wants to see it in the cart all the same.
fn as_it_was(at: usize, line: &SheetLine, why: Unresolved) -> Planned {
    let past = &line.past;
    let known = past.was.as_ref().map(|was| was.as_ref().clone());
    let mut offer = known.unwrap_or_else(|| {
        let mut offer = Offer::blank(
            past.offer_id.clone(),
            past.title.clone(),
            past.at.unwrap_or(jiff::Timestamp::UNIX_EPOCH),
        );
        offer.unit = past.unit.clone();
        if let Some((id, name)) = &past.supplier {
            (offer.supplier_id, offer.supplier_name) = (Some(id.clone()), Some(name.clone()));
        }
        offer
    });
    offer.gone = why != Unresolved::UnknownSpec;
    Planned { line: at, offer: Arc::new(offer), spec_id: past.spec_id.clone(), quantity: line.wanted }
}

/// Raises lines that are taken at today's terms (or swapped) until no minimum of an offer is missed, as far as stock allows.
fn raise_to_minimums(sheet: &Sheet, plan: &mut [Planned], fits: &dyn Fn(usize) -> bool) {
    let cart: Vec<CartLine> = plan.iter().map(Planned::as_cart).collect();
    let judged = assess(&cart, &sheet.rules, &sheet.destination);
    for short in judged.violations.iter().filter(|broken| broken.kind == ViolationKind::Moq) {
        let mut missing = short.shortfall.pieces.unwrap_or_default();
        for line in plan.iter_mut() {
            if missing.is_zero() || !fits(line.line) || !short.line_ids.contains(&id_of(line.line)) {
                continue;
            }
            let before = line.quantity;
            let step = minimum::step(&line.offer);
            let sku = line.spec_id.as_ref().and_then(|spec| line.offer.sku(spec));
            let wanted = (before + missing).round_up_to(step);
            let most = minimum::most(&line.offer, sku).unwrap_or(wanted);
            line.quantity = before.max(wanted.min(most));
            missing = missing.less(line.quantity.less(before));
        }
    }
}

impl Sheet {
    /// What the planned lines are predicted to cost, goods only: the sum of what is known, and whether all is.
    pub fn total_after(&self, plan: &[Planned]) -> (Money, bool) {
        let cart: Vec<CartLine> = plan.iter().map(Planned::as_cart).collect();
        let judged = assess(&cart, &self.rules, &self.destination);
        (judged.goods(), judged.parts.iter().all(|part| part.goods_complete))
    }

    /// The planned lines priced together: unit price and amount by line of the sheet, and what they break.
    pub fn judged(&self, plan: &[Planned]) -> crate::domain::cart::Assessment {
        let cart: Vec<CartLine> = plan.iter().map(Planned::as_cart).collect();
        assess(&cart, &self.rules, &self.destination)
    }

    /// The line of the sheet a judged line belongs to.
    pub fn line_of(&self, id: LineId) -> Option<usize> {
        line_of(id).filter(|line| *line < self.lines.len())
    }

    /// What is taken without asking: every line whose change is within `limit` percent and breaks nothing.
    pub fn within(&self, limit: Decimal) -> Vec<Option<Choice>> {
        (0..self.lines.len()).map(|line| (!self.asks(line, limit)).then_some(Choice::Take)).collect()
    }
}

/// Splits the lines of each supplier into orders of at most `rules.line_cap` lines, all SKUs of an offer in the same
/// one, the minimums still met where that can be: by supplier in the order of their first lines, then order by order.
///
/// A supplier whose whole part breaks a minimum anyway is split all the same; an offer of more lines than an order
/// takes stays in one piece and the cart names it.
pub fn batches(lines: &[CartLine], rules: &Rules, destination: &Destination) -> Vec<Vec<LineId>> {
    let whole = assess(lines, rules, destination);
    let mut all = Vec::new();
    for part in &whole.parts {
        let cap = rules.line_cap.max(1);
        let ids: Vec<LineId> = part.lines.iter().map(|priced| priced.line.id).collect();
        if ids.len() <= cap {
            all.push(ids);
            continue;
        }
        let mut groups: Vec<(OfferKey, Vec<LineId>, Money)> = Vec::new();
        for priced in &part.lines {
            let key = &priced.line.offer.key;
            let amount = priced.amount.unwrap_or_default();
            match groups.iter_mut().find(|(known, _, _)| known == key) {
                Some((_, ids, sum)) => {
                    ids.push(priced.line.id);
                    *sum += amount;
                }
                None => groups.push((key.clone(), vec![priced.line.id], amount)),
            }
        }
        let legal = |orders: &[Vec<LineId>]| {
            orders.iter().all(|order| {
                let of_order: Vec<CartLine> =
                    lines.iter().filter(|line| order.contains(&line.id)).cloned().collect();
                let judged = assess(&of_order, rules, destination);
                !judged.violations.iter().any(|b| matches!(b.kind, ViolationKind::Mix | ViolationKind::Moq))
            })
        };
        let filled = fill(&groups, cap);
        let orders = if legal(&filled) {
            filled
        } else {
            let level = level(&groups, cap, filled.len());
            if legal(&level) { level } else { filled }
        };
        all.extend(orders);
    }
    all
}

/// One order after the other, each as full as it gets.
fn fill(groups: &[(OfferKey, Vec<LineId>, Money)], cap: usize) -> Vec<Vec<LineId>> {
    let mut orders: Vec<Vec<LineId>> = Vec::new();
    for (_, ids, _) in groups {
        match orders.last_mut().filter(|order| order.len() + ids.len() <= cap) {
            Some(order) => order.extend(ids),
            None => orders.push(ids.clone()),
        }
    }
    orders
}

/// The dearest offers first, each into the order that is worth least so far: a mix rule by amount is then met in all
/// of them if it can be.
fn level(groups: &[(OfferKey, Vec<LineId>, Money)], cap: usize, count: usize) -> Vec<Vec<LineId>> {
    let mut sorted: Vec<&(OfferKey, Vec<LineId>, Money)> = groups.iter().collect();
    sorted.sort_by(|(_, _, one), (_, _, two)| two.cmp(one));
    let mut orders: Vec<(Money, Vec<LineId>)> = vec![(Money::ZERO, Vec::new()); count];
    for (_, ids, amount) in sorted {
        let room = orders.iter_mut().filter(|(_, order)| order.is_empty() || order.len() + ids.len() <= cap);
        match room.min_by_key(|(sum, _)| *sum) {
            Some((sum, order)) => {
                *sum += *amount;
                order.extend(ids);
            }
            None => orders.push((*amount, ids.clone())),
        }
    }
    let mut orders: Vec<Vec<LineId>> = orders.into_iter().map(|(_, order)| order).collect();
    for order in &mut orders {
        order.sort_unstable();
    }
    orders.retain(|order| !order.is_empty());
    orders
}
