//! What is wrong with one supplier's part of a cart, and what it costs (DESIGN 6.3, 6.5 to 6.8).

use super::freight::{self, Freight, Landed, Parcel};
use super::plain::*;
use super::price;
use super::quantity;

/// One broken rule. Pieces for everything but a mix rule's amount, which is fen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    pub rule: &'static str,
    /// Line ids, ascending.
    pub lines: Vec<i64>,
    /// Required, actual, shortfall (or excess) in pieces.
    pub pieces: Option<[Pieces; 3]>,
    /// Required, actual, shortfall in fen.
    pub amount: Option<[Fen; 3]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Sorted.
    pub violations: Vec<Violation>,
    /// Line id and its amount.
    pub amounts: Vec<(i64, Option<Fen>)>,
    /// None when some line has no price.
    pub goods: Option<Fen>,
    pub freight: Freight,
    pub landed: Option<Landed>,
}

/// The ways in which a verdict can be got wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// The mix rule wants pieces and amount.
    MixAnd,
    /// Every SKU is held against the offer's minimum alone.
    MoqPerSku,
    /// The mix rule is consulted though every line meets its minimum.
    MixAlways,
    /// Lines that are not mix-enabled fill the mix rule as well.
    MixCountsAll,
    /// An offer that does not say so is not mix-enabled.
    SilentIsDisabled,
    /// Amounts are rounded down.
    RoundDown,
    /// Tiers of a SKU set no minimum.
    NoSkuMinimum,
    /// Stock is looked at line by line.
    StockPerLine,
    /// The fiftieth line is one too many.
    CapEarly,
    /// One fen too much on the total.
    OneFenOff,
    /// A mix rule that is just met is not.
    MixStrict,
}

fn quantity_of(basket: &Basket, wanted: impl Fn(&Line) -> bool) -> Pieces {
    basket.lines.iter().filter(|line| wanted(line)).map(|line| line.quantity).sum()
}

fn ids(basket: &Basket, wanted: impl Fn(&Line) -> bool) -> Vec<i64> {
    let mut ids: Vec<i64> = basket.lines.iter().filter(|line| wanted(line)).map(|line| line.id).collect();
    ids.sort_unstable();
    ids
}

fn below(rule: &'static str, lines: Vec<i64>, required: Pieces, actual: Pieces) -> Violation {
    Violation { rule, lines, pieces: Some([required, actual, required - actual]), amount: None }
}

fn above(rule: &'static str, lines: Vec<i64>, required: Pieces, actual: Pieces) -> Violation {
    Violation { rule, lines, pieces: Some([required, actual, actual - required]), amount: None }
}

pub fn verdict(basket: &Basket, flaw: Flaw) -> Verdict {
    let mut amounts: Vec<(i64, Option<Fen>)> = Vec::new();
    for line in &basket.lines {
        let own = quantity_of(basket, |other| other.offer == line.offer && other.sku == line.sku);
        let total = quantity_of(basket, |other| other.offer == line.offer);
        let unit = price::unit_price(&basket.offers[line.offer], line.sku, own, total);
        let amount = unit.map(|unit| match flaw {
            Flaw::RoundDown => unit * line.quantity / 10,
            _ => price::line_amount(unit, line.quantity),
        });
        amounts.push((line.id, amount));
    }
    amounts.sort_unstable();
    let mut goods: Option<Fen> = Some(0);
    for (_, amount) in &amounts {
        goods = goods.and_then(|sum| amount.map(|amount| sum + amount));
    }
    if flaw == Flaw::OneFenOff {
        goods = goods.map(|sum| sum + 1);
    }

    let mut violations = Vec::new();
    minimums(basket, flaw, &amounts, &mut violations);
    for line in &basket.lines {
        let lot = basket.offers[line.offer].lot.unwrap_or(1);
        let mut fitting = line.quantity;
        while fitting % lot != 0 {
            fitting += 1;
        }
        if fitting != line.quantity {
            violations.push(below("lot", vec![line.id], fitting, line.quantity));
        }
    }
    for (index, offer) in basket.offers.iter().enumerate() {
        if offer.skus.is_empty() {
            let actual = quantity_of(basket, |line| line.offer == index);
            if offer.stock.is_some_and(|stock| actual > stock) {
                let lines = ids(basket, |line| line.offer == index);
                violations.push(above("stock", lines, offer.stock.unwrap_or(0), actual));
            }
        }
        for (position, sku) in offer.skus.iter().enumerate() {
            let of_sku = |line: &Line| line.offer == index && line.sku == Some(position);
            let actual = if flaw == Flaw::StockPerLine {
                basket.lines.iter().filter(|line| of_sku(line)).map(|line| line.quantity).max().unwrap_or(0)
            } else {
                quantity_of(basket, of_sku)
            };
            if sku.stock.is_some_and(|stock| actual > stock) {
                violations.push(above("stock", ids(basket, of_sku), sku.stock.unwrap_or(0), actual));
            }
        }
        let total = quantity_of(basket, |line| line.offer == index);
        if offer.limit.is_some_and(|limit| total > limit) {
            let lines = ids(basket, |line| line.offer == index);
            violations.push(above("purchase_limit", lines, offer.limit.unwrap_or(0), total));
        }
    }
    let cap = if flaw == Flaw::CapEarly { basket.line_cap - 1 } else { basket.line_cap };
    if basket.lines.len() > cap {
        let lines = ids(basket, |_| true);
        violations.push(above("line_cap", lines, cap as Pieces, basket.lines.len() as Pieces));
    }
    violations.sort();
    let freight = freight_of(basket, goods.unwrap_or(0));
    let landed = goods.map(|goods| freight::landed(goods, freight));
    Verdict { violations, amounts, goods, freight, landed }
}

/// Each offer of the order sent by itself, or in the worst place behind the others; a free-from threshold looks at the
/// whole order.
fn freight_of(basket: &Basket, goods: Fen) -> Freight {
    let mut parcels = Vec::new();
    for (index, offer) in basket.offers.iter().enumerate() {
        let pieces = quantity_of(basket, |line| line.offer == index);
        if pieces > 0 {
            parcels.push(Parcel {
                terms: offer.terms.clone(),
                pieces,
                goods,
                grams_each: offer.grams_each,
                volume_each: offer.volume_each,
            });
        }
    }
    freight::of_order(&parcels)
}

/// The lines that are below a minimum of their own: line ids, required, actual, per minimum.
fn short_of(basket: &Basket, index: usize, flaw: Flaw) -> Vec<(Vec<i64>, Pieces, Pieces)> {
    let offer = &basket.offers[index];
    let lines = ids(basket, |line| line.offer == index);
    if lines.is_empty() {
        return Vec::new();
    }
    let total = quantity_of(basket, |line| line.offer == index);
    let mut short = Vec::new();
    // Of the offer as a whole; tiers per SKU bind SKU by SKU, beside it.
    // A minimum is named as the listing states it, before lots: a total between it and the next whole
    // lot breaks the lot rule, and only that.
    let required = quantity::least(&Offer { lot: None, ..offer.clone() }, None);
    if flaw == Flaw::MoqPerSku {
        for line in basket.lines.iter().filter(|line| line.offer == index) {
            if line.quantity < required {
                short.push((vec![line.id], required, line.quantity));
            }
        }
    } else if total < required {
        short.push((lines, required, total));
    }
    if offer.quote_type == 3 && flaw != Flaw::NoSkuMinimum {
        for (position, sku) in offer.skus.iter().enumerate() {
            let of_sku = |line: &Line| line.offer == index && line.sku == Some(position);
            let lines = ids(basket, of_sku);
            let own = quantity_of(basket, of_sku);
            let first = Offer { moq: None, lot: None, skus: vec![sku.clone()], ..offer.clone() };
            let required = quantity::least(&first, Some(0));
            if !lines.is_empty() && own < required {
                short.push((lines, required, own));
            }
        }
    }
    short
}

fn minimums(basket: &Basket, flaw: Flaw, amounts: &[(i64, Option<Fen>)], violations: &mut Vec<Violation>) {
    let mixes = |index: usize| match basket.offers[index].mix_enabled {
        Some(enabled) => enabled,
        None => flaw != Flaw::SilentIsDisabled,
    };
    let mut mixable_short: Vec<i64> = Vec::new();
    let mut mixable: Vec<Violation> = Vec::new();
    for index in 0..basket.offers.len() {
        for (lines, required, actual) in short_of(basket, index, flaw) {
            let violation = below("moq", lines.clone(), required, actual);
            if basket.mix.is_some() && mixes(index) {
                mixable_short.extend(lines);
                mixable.push(violation);
            } else {
                violations.push(violation);
            }
        }
    }
    mixable_short.sort_unstable();
    mixable_short.dedup();
    let Some(mix) = &basket.mix else {
        return;
    };
    if mixable_short.is_empty() && flaw != Flaw::MixAlways {
        return;
    }
    let counted = |line: &Line| flaw == Flaw::MixCountsAll || mixes(line.offer);
    let pieces = quantity_of(basket, counted);
    let counted_ids = ids(basket, counted);
    let amount: Fen = amounts
        .iter()
        .filter(|(id, _)| counted_ids.contains(id))
        .map(|(_, amount)| amount.unwrap_or(0))
        .sum();
    let reaches = |actual: i128, required: i128| {
        if flaw == Flaw::MixStrict { actual > required } else { actual >= required }
    };
    let by_pieces = mix.pieces.is_some_and(|required| reaches(pieces, required));
    let by_amount = mix.amount.is_some_and(|required| reaches(amount, required));
    let met = if flaw == Flaw::MixAnd { by_pieces && by_amount } else { by_pieces || by_amount };
    if !met {
        violations.push(Violation {
            rule: "mix",
            lines: mixable_short,
            pieces: mix.pieces.map(|required| [required, pieces, required - pieces]),
            amount: mix.amount.map(|required| [required, amount, required - amount]),
        });
    } else if !basket.met_mix_waives {
        violations.extend(mixable);
    }
}
