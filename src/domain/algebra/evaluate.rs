//! Working an expression out over lines of a cart.
//!
//! Minimum and tier count over all lines of an offer (or of a SKU, where tiers are its own), so a step is done for all
//! chosen lines before the next one. What several chosen lines have to reach together is shared among them evenly.

use std::collections::{HashMap, HashSet};

use rust_decimal::Decimal;

use super::{Expr, Op, UpTo};
use crate::domain::cart::{Assessment, CartLine, Rules};
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::minimum;
use crate::domain::offer::QuoteType;
use crate::domain::price;
use crate::domain::quantity::{Quantity, Unit};

/// A line's quantity before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The line.
    pub line: LineId,
    /// Units now.
    pub from: Quantity,
    /// Units then.
    pub to: Quantity,
}

/// Why a line cannot have what the expression gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Zero or less.
    NotAbove(Decimal),
    /// More than any order takes (99,999,999 units).
    TooMuch,
    /// A part of a unit that is counted, or finer than a thousandth of one that is measured.
    Fraction(Decimal),
}

/// A line that cannot be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The line.
    pub line: LineId,
    /// Why.
    pub why: Refusal,
}

/// What an expression gives. While a line is refused nothing is to be changed: half a change of fifty lines is found
/// out when the goods arrive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Lines whose quantity becomes another, in the order of the cart.
    pub changes: Vec<Change>,
    /// Lines that cannot have it.
    pub refused: Vec<Refused>,
    /// Lines with no cheaper tier above, or none within stock and purchase limit: `>` leaves them as they are.
    pub no_tier: Vec<LineId>,
}

/// A chosen line on its way.
struct Working<'a> {
    line: &'a CartLine,
    /// Its offer takes part in a mix rule that the cart meets, which waives its minimum.
    waived: bool,
    /// `None` once it left what decimals can hold.
    value: Option<Decimal>,
    multiplied: bool,
    no_tier: bool,
}

impl Working<'_> {
    fn step(&self) -> Decimal {
        minimum::step(&self.line.offer).decimal()
    }
}

/// Units of an offer's lines that were not chosen, by offer and by SKU.
#[derive(Default)]
struct Outside<'a> {
    of_offer: HashMap<&'a OfferKey, Decimal>,
    of_spec: HashMap<(&'a OfferKey, Option<&'a SpecId>), Decimal>,
}

/// Works `expr` out over the chosen lines; those that are not in the cart are passed over.
pub fn evaluate(expr: &Expr, cart: &Assessment, rules: &Rules, chosen: &HashSet<LineId>) -> Outcome {
    let mut outside = Outside::default();
    let mut working: Vec<Working<'_>> = Vec::new();
    for part in &cart.parts {
        let met = part.mix.is_some_and(|mix| mix.met) && rules.mix_waives_moq;
        for priced in &part.lines {
            let line = &priced.line;
            let units = line.quantity.decimal();
            if chosen.contains(&line.id) {
                let waived = met && line.offer.mix_enabled.unwrap_or(true);
                let value = Some(units);
                working.push(Working { line, waived, value, multiplied: false, no_tier: false });
            } else {
                *outside.of_offer.entry(&line.offer.key).or_default() += units;
                *outside.of_spec.entry((&line.offer.key, line.spec_id.as_ref())).or_default() += units;
            }
        }
    }
    for op in &expr.ops {
        apply(*op, &mut working, &outside);
    }
    let mut outcome = Outcome::default();
    for of in &working {
        let line = of.line;
        match settled(of) {
            Ok(to) if to == line.quantity => {}
            Ok(to) => outcome.changes.push(Change { line: line.id, from: line.quantity, to }),
            Err(why) => outcome.refused.push(Refused { line: line.id, why }),
        }
        if of.no_tier {
            outcome.no_tier.push(line.id);
        }
    }
    outcome
}

/// The quantity a line ends with.
fn settled(of: &Working<'_>) -> Result<Quantity, Refusal> {
    let value = of.value.ok_or(Refusal::TooMuch)?;
    if value <= Decimal::ZERO {
        return Err(Refusal::NotAbove(value.normalize()));
    }
    let unit = of.line.offer.unit.as_ref();
    let step = unit.map_or(Quantity::ONE, Unit::step).decimal();
    let value = if of.multiplied { rounded_up(value, step).ok_or(Refusal::TooMuch)? } else { value };
    // Of a unit nobody knows, thousandths may be meant.
    let counted = unit.is_some_and(|unit| !unit.is_measured());
    if (counted && !value.fract().is_zero()) || value.normalize().scale() > super::PLACES {
        return Err(Refusal::Fraction(value.normalize()));
    }
    Quantity::from_decimal(value).ok_or(Refusal::TooMuch)
}

fn rounded_up(value: Decimal, step: Decimal) -> Option<Decimal> {
    let over = value.checked_rem(step)?;
    if over.is_zero() {
        return Some(value);
    }
    let down = value.checked_sub(over)?;
    // The rest of a negative value is negative: cutting it off rounds up.
    if over.is_sign_negative() { Some(down) } else { down.checked_add(step) }
}

fn apply<'a>(op: Op, working: &mut [Working<'a>], outside: &Outside<'a>) {
    match op {
        Op::Set(number) => {
            for of in working.iter_mut() {
                of.value = Some(number);
            }
        }
        Op::Add(number) => {
            for of in working.iter_mut() {
                of.value = of.value.and_then(|value| value.checked_add(number));
            }
        }
        Op::Times(factor) => {
            for of in working.iter_mut() {
                of.value = of.value.and_then(|value| value.checked_mul(factor));
                of.multiplied = true;
            }
        }
        Op::Step(up) => {
            for of in working.iter_mut() {
                // A thousandth of a metre more is nobody's wish.
                let has_lot = of.line.offer.lot.is_some_and(|lot| !lot.is_zero());
                let step = if has_lot { of.step() } else { Decimal::ONE };
                of.value = of.value.and_then(|value| {
                    let up_to = rounded_up(value, step)?;
                    match up {
                        true if up_to == value => value.checked_add(step),
                        true => Some(up_to),
                        false => up_to.checked_sub(step),
                    }
                });
            }
        }
        Op::Ceil(up_to) => {
            for of in working.iter_mut() {
                let step = of.step();
                of.value = of.value.and_then(|value| rounded_up(value, step));
            }
            match up_to {
                UpTo::Lot => {}
                UpTo::Orderable => to_minimum(working, Some(outside), |of| !of.waived),
                UpTo::Minimum => to_minimum(working, Some(outside), |_| true),
            }
        }
        Op::Moq => {
            for of in working.iter_mut() {
                of.value = Some(of.step());
            }
            // Whoever writes `=moq` at a line means the listing's number, whatever other lines have.
            to_minimum(working, None, |_| true);
        }
        Op::NextTier => next_tiers(working, outside),
    }
}

/// Indexes of chosen lines that count together, groups in the order of their first lines.
fn groups<'a, K: std::hash::Hash + Eq>(
    working: &[Working<'a>],
    key: impl Fn(&Working<'a>) -> K,
) -> Vec<Vec<usize>> {
    let mut at: HashMap<K, usize> = HashMap::new();
    let mut all: Vec<Vec<usize>> = Vec::new();
    for (index, of) in working.iter().enumerate() {
        let group = *at.entry(key(of)).or_insert_with(|| {
            all.push(Vec::new());
            all.len() - 1
        });
        if let Some(group) = all.get_mut(group) {
            group.push(index);
        }
    }
    all
}

/// Raises the lines of each offer until they reach its minimum, with what other lines of it have where `outside` is
/// given; where tiers are per SKU, each SKU's own first tier too.
fn to_minimum<'a>(
    working: &mut [Working<'a>],
    outside: Option<&Outside<'a>>,
    binds: impl Fn(&Working<'a>) -> bool,
) {
    let by_spec = groups(working, |of| (&of.line.offer.key, of.line.spec_id.as_ref()));
    for group in by_spec {
        let Some(first) = group.first().and_then(|at| working.get(*at)) else { continue };
        let line = first.line;
        if line.offer.quote_type != QuoteType::TiersPerSku || !binds(first) {
            continue;
        }
        let Some(tier) = line.sku().and_then(|sku| price::first_tier(&sku.tiers)) else { continue };
        let others = outside
            .and_then(|outside| outside.of_spec.get(&(&line.offer.key, line.spec_id.as_ref())))
            .copied()
            .unwrap_or_default();
        lift(working, &group, others, tier.from_quantity.decimal());
    }
    let by_offer = groups(working, |of| &of.line.offer.key);
    for group in by_offer {
        let Some(first) = group.first().and_then(|at| working.get(*at)) else { continue };
        if !binds(first) {
            continue;
        }
        let offer = &first.line.offer;
        let required = minimum::required(offer, None).decimal();
        let others =
            outside.and_then(|outside| outside.of_offer.get(&offer.key)).copied().unwrap_or_default();
        lift(working, &group, others, required);
    }
}

/// Raises these lines by steps, evenly, until they and `others` are at least `wanted`.
fn lift(working: &mut [Working<'_>], group: &[usize], others: Decimal, wanted: Decimal) {
    let values = group.iter().map(|at| working.get(*at).and_then(|of| of.value));
    let Some(sum) = values.sum::<Option<Decimal>>() else { return };
    let mut short = wanted - others - sum;
    for (before, at) in group.iter().enumerate() {
        if short <= Decimal::ZERO {
            return;
        }
        let Some(of) = working.get_mut(*at) else { continue };
        let share = short / Decimal::from(group.len() - before);
        let value = of.value.unwrap_or_default();
        // The line is a whole number of steps then, whatever it was.
        let raised = value.checked_add(share).and_then(|value| rounded_up(value, of.step()));
        short -= raised.map_or(share, |raised| raised - value);
        of.value = raised;
    }
}

fn next_tiers<'a>(working: &mut [Working<'a>], outside: &Outside<'a>) {
    let per_sku = |of: &Working<'a>| of.line.offer.quote_type == QuoteType::TiersPerSku;
    let all = groups(working, |of| {
        let spec = of.line.spec_id.as_ref().filter(|_| per_sku(of));
        (&of.line.offer.key, spec)
    });
    for group in all {
        let before: Vec<Option<Decimal>> =
            group.iter().map(|at| working.get(*at).and_then(|of| of.value)).collect();
        if !reach_next(working, &group, outside) {
            for (at, value) in group.iter().zip(before) {
                if let Some(of) = working.get_mut(*at) {
                    (of.value, of.no_tier) = (value, true);
                }
            }
        }
    }
}

/// Raises lines that count together to their next cheaper tier. `false`: there is none, or the goods end before it.
fn reach_next<'a>(working: &mut [Working<'a>], group: &[usize], outside: &Outside<'a>) -> bool {
    let Some(first) = group.first().and_then(|at| working.get(*at)) else { return false };
    let line = first.line;
    let offer = &line.offer;
    let (tiers, others) = match (offer.quote_type, line.sku()) {
        (QuoteType::ByOffer | QuoteType::ByOfferOverSkus, _) => {
            (&offer.tiers, outside.of_offer.get(&offer.key))
        }
        (QuoteType::TiersPerSku, Some(sku)) => {
            (&sku.tiers, outside.of_spec.get(&(&offer.key, line.spec_id.as_ref())))
        }
        _ => return false,
    };
    let others = others.copied().unwrap_or_default();
    let values = group.iter().map(|at| working.get(*at).and_then(|of| of.value));
    let Some(sum) = values.sum::<Option<Decimal>>() else { return false };
    let Some(total) = Quantity::from_decimal((sum + others).max(Decimal::ZERO).round_dp(3)) else {
        return false;
    };
    let now = price::tier_at(tiers, total).or_else(|| price::first_tier(tiers)).map(|tier| tier.charged());
    let next = price::ladder(tiers)
        .into_iter()
        .find(|tier| tier.from_quantity > total && now.is_some_and(|now| tier.charged() < now));
    let Some(next) = next else { return false };
    let limit = offer.purchase_limit;
    lift(working, group, others, next.from_quantity.decimal());
    let mut sum = outside.of_offer.get(&offer.key).copied().unwrap_or_default();
    for at in group {
        let Some(of) = working.get(*at) else { return false };
        let Some(value) = of.value else { return false };
        sum += value;
        let stock = match of.line.sku() {
            Some(sku) => sku.stock,
            None => offer.stock,
        };
        if stock.is_some_and(|stock| value > stock.decimal()) {
            return false;
        }
    }
    limit.is_none_or(|limit| sum <= limit.decimal())
}
