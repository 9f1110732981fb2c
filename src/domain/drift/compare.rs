//! Finding the changes: each past line beside its offer of today, and the whole at its past quantities before today's
//! rules.

use std::collections::HashMap;

use super::{DriftRow, Field, SheetLine, Value};
use crate::domain::cart::{Assessment, CartLine, Rules, Violation, ViolationKind, assess};
use crate::domain::freight::{Destination, Freight, FreightTerms, Shipment, estimate};
use crate::domain::id::{LineId, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::{Offer, PriceTier, QuoteType};
use crate::domain::order::Unresolved;
use crate::domain::price::{ladder, unit_price};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::Mix;
use crate::domain::text::Clean;

/// The id of a line of the sheet while it is judged as if it were in a cart.
pub(super) fn id_of(line: usize) -> LineId {
    LineId(i64::try_from(line).unwrap_or(i64::MAX - 1) + 1)
}

/// The line of the sheet behind such an id.
pub(super) fn line_of(id: LineId) -> Option<usize> {
    usize::try_from(id.0.checked_sub(1)?).ok()
}

/// The lines that can be had today, as a cart at their last quantities.
fn as_it_was(lines: &[SheetLine]) -> Vec<CartLine> {
    let found = lines.iter().enumerate().filter_map(|(at, line)| Some((at, line, line.today.as_ref().ok()?)));
    found
        .map(|(at, line, today)| CartLine {
            id: id_of(at),
            offer: today.offer.clone(),
            spec_id: today.spec_id.clone(),
            quantity: line.past.last_quantity,
        })
        .collect()
}

/// What a unit of this line costs today at the past quantities.
pub(super) fn price_today(lines: &[SheetLine], at: usize) -> Option<Money> {
    let line = lines.get(at)?;
    let today = line.today.as_ref().ok()?;
    let of_offer = lines.iter().filter(|other| {
        other.past.offer_id == line.past.offer_id
            && other.today.as_ref().is_ok_and(|other| other.offer.key == today.offer.key)
    });
    let total: Quantity = of_offer.map(|line| line.past.last_quantity).sum();
    unit_price(&today.offer, today.spec_id.as_ref(), total, line.past.last_quantity)
        .map(|price| price.charged)
}

/// The lines whose last quantity today's rules refuse.
fn refused(judged: &Assessment) -> Vec<usize> {
    let hard = |kind: ViolationKind| {
        matches!(
            kind,
            ViolationKind::Moq
                | ViolationKind::Lot
                | ViolationKind::Stock
                | ViolationKind::PurchaseLimit
                | ViolationKind::Mix
        )
    };
    let ids = judged.violations.iter().filter(|broken| hard(broken.kind)).flat_map(|broken| &broken.line_ids);
    let mut refused: Vec<usize> = ids.filter_map(|id| line_of(*id)).collect();
    refused.sort_unstable();
    refused.dedup();
    refused
}

/// The tiers a line is priced by.
fn steps(offer: &Offer, spec: Option<&SpecId>) -> Vec<PriceTier> {
    match (offer.quote_type, spec.and_then(|spec| offer.sku(spec))) {
        (QuoteType::TiersPerSku, Some(sku)) => ladder(&sku.tiers),
        (QuoteType::TiersPerSku | QuoteType::BySku, _) => Vec::new(),
        _ => ladder(&offer.tiers),
    }
}

fn as_ladder(steps: &[PriceTier]) -> Value {
    Value::Ladder(steps.iter().map(|step| (step.from_quantity, step.charged())).collect())
}

fn stock(offer: &Offer, spec: Option<&SpecId>) -> Option<Quantity> {
    match spec {
        Some(spec) => offer.sku(spec).and_then(|sku| sku.stock),
        None => offer.stock,
    }
}

/// Whose change it is: lines that share it share its row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Offer,
    Supplier,
}

struct Rows<'a> {
    lines: &'a [SheetLine],
    rows: Vec<DriftRow>,
}

impl Rows<'_> {
    fn tell(&mut self, at: usize, of: Of, field: Field, old: Option<Value>, new: Option<Value>) {
        let Some(line) = self.lines.get(at) else { return };
        let supplier = line.supplier_id();
        let same = |row: &&mut DriftRow| {
            let whose = match of {
                Of::Offer => row.offer_id == line.past.offer_id,
                Of::Supplier => supplier.is_some() && row.supplier_id.as_ref() == supplier,
            };
            row.field == field && whose && row.old == old && row.new == new
        };
        if let Some(row) = self.rows.iter_mut().find(same) {
            if row.spec_id != line.past.spec_id {
                row.spec_id = None;
            }
            if row.lines.last() != Some(&at) {
                row.lines.push(at);
            }
            return;
        }
        self.rows.push(DriftRow {
            field,
            offer_id: line.past.offer_id.clone(),
            spec_id: line.past.spec_id.clone(),
            supplier_id: supplier.cloned(),
            title: line.past.title.clone(),
            lines: vec![at],
            old,
            new,
        });
    }
}

/// What changed between each past line and its offer of today, judged by `rules` at the past quantities; and the lines
/// that those rules refuse.
pub(super) fn compare(
    lines: &[SheetLine],
    rules: &Rules,
    destination: &Destination,
) -> (Vec<DriftRow>, Vec<usize>) {
    let cart = as_it_was(lines);
    let judged = assess(&cart, rules, destination);
    let prices: HashMap<LineId, Option<Money>> = judged
        .parts
        .iter()
        .flat_map(|part| &part.lines)
        .map(|priced| (priced.line.id, priced.unit_price))
        .collect();
    let mut rows = Rows { lines, rows: Vec::new() };
    for (at, line) in lines.iter().enumerate() {
        match &line.today {
            // Nothing of that name was ever on sale here: that is no change.
            Err(Unresolved::NotFound) => {}
            Err(Unresolved::Gone) => {
                rows.tell(at, Of::Offer, Field::Gone, Some(Value::OnSale), Some(Value::Gone));
            }
            Err(Unresolved::UnknownSpec) => {
                let name = &line.past.spec_name;
                let old = Some(name).filter(|name| !name.is_empty()).map(|name| Value::Name(name.clone()));
                rows.tell(at, Of::Offer, Field::Spec, old, None);
            }
            Ok(_) => {
                of_names(&mut rows, at, line);
                of_price(&mut rows, at, line, prices.get(&id_of(at)).copied().flatten());
                of_rules(&mut rows, at, line, &judged);
                of_freight(&mut rows, at, line, &judged, destination);
            }
        }
    }
    of_mix(&mut rows, &judged);
    let mut rows = rows.rows;
    rows.sort_by_key(|row| (row.lines.first().copied(), row.field));
    (rows, refused(&judged))
}

/// Unit and seller.
fn of_names(rows: &mut Rows<'_>, at: usize, line: &SheetLine) {
    let Ok(today) = &line.today else { return };
    let (past, offer) = (&line.past, &today.offer);
    let unit = past.unit.as_ref().or(past.was.as_ref().and_then(|was| was.unit.as_ref()));
    if let (Some(then), Some(now)) = (unit, &offer.unit)
        && then != now
    {
        let name = |unit: &Unit| Value::Name(Clean::new(unit.as_str()));
        rows.tell(at, Of::Offer, Field::Unit, Some(name(then)), Some(name(now)));
    }
    let kept = past.was.as_ref().and_then(|was| Some((was.supplier_id.clone()?, was.supplier_name.clone()?)));
    // The name over an order may be one of several sellers: it tells only of lines that are still theirs.
    let named = past.supplier.clone().filter(|(id, _)| offer.supplier_id.as_ref() == Some(id));
    if let (Some((_, then)), Some(now)) = (kept.or(named), &offer.supplier_name)
        && then != *now
    {
        rows.tell(at, Of::Supplier, Field::Seller, Some(Value::Name(then)), Some(Value::Name(now.clone())));
    }
}

/// Price at the past quantity, or the tiers where their quantities moved: a price that moved with them is not told
/// twice.
fn of_price(rows: &mut Rows<'_>, at: usize, line: &SheetLine, now: Option<Money>) {
    let Ok(today) = &line.today else { return };
    let now_steps = steps(&today.offer, today.spec_id.as_ref());
    let then_steps =
        line.past.was.as_ref().map(|was| steps(was, line.past.spec_id.as_ref())).unwrap_or_default();
    let from = |steps: &[PriceTier]| steps.iter().map(|step| step.from_quantity).collect::<Vec<_>>();
    if !then_steps.is_empty() && !now_steps.is_empty() && from(&then_steps) != from(&now_steps) {
        let (old, new) = (as_ladder(&then_steps), as_ladder(&now_steps));
        rows.tell(at, Of::Offer, Field::Tier, Some(old), Some(new));
    } else if let Some(then) = line.past.unit_price
        && now != Some(then)
    {
        rows.tell(at, Of::Offer, Field::Price, Some(Value::Money(then)), now.map(Value::Money));
    }
}

fn broken(judged: &Assessment, kind: ViolationKind, at: usize) -> Option<&Violation> {
    judged.violations.iter().find(|broken| broken.kind == kind && broken.line_ids.contains(&id_of(at)))
}

/// Minimum, lot, purchase limit and stock.
fn of_rules(rows: &mut Rows<'_>, at: usize, line: &SheetLine, judged: &Assessment) {
    let Ok(today) = &line.today else { return };
    let was = line.past.was.as_deref();
    let both = |then: Option<Quantity>, now: Option<Quantity>| then.zip(now);
    let quantity = |quantity| Some(Value::Quantity(quantity));
    match both(was.and_then(|was| was.moq), today.offer.moq) {
        Some((then, now)) if then != now => {
            rows.tell(at, Of::Offer, Field::Moq, quantity(then), quantity(now));
        }
        Some(_) => {}
        None => {
            if let Some(Violation { required, actual, .. }) = broken(judged, ViolationKind::Moq, at) {
                let (old, new) = (actual.pieces.map(Value::AtMost), required.pieces.map(Value::Quantity));
                rows.tell(at, Of::Offer, Field::Moq, old, new);
            }
        }
    }
    match both(was.and_then(|was| was.lot), today.offer.lot) {
        Some((then, now)) if then != now => {
            rows.tell(at, Of::Offer, Field::Lot, quantity(then), quantity(now));
        }
        Some(_) => {}
        None => {
            if broken(judged, ViolationKind::Lot, at).is_some() {
                rows.tell(at, Of::Offer, Field::Lot, None, today.offer.lot.map(Value::Quantity));
            }
        }
    }
    match both(was.and_then(|was| was.purchase_limit), today.offer.purchase_limit) {
        Some((then, now)) if then != now => {
            rows.tell(at, Of::Offer, Field::Limit, quantity(then), quantity(now));
        }
        Some(_) => {}
        None => {
            if let Some(Violation { required, actual, .. }) = broken(judged, ViolationKind::PurchaseLimit, at)
            {
                let (old, new) = (actual.pieces.map(Value::AtLeast), required.pieces.map(Value::Quantity));
                rows.tell(at, Of::Offer, Field::Limit, old, new);
            }
        }
    }
    if let Some(short) = broken(judged, ViolationKind::Stock, at) {
        let then = was.and_then(|was| stock(was, line.past.spec_id.as_ref()));
        let old = match then {
            // There was too little then as well.
            Some(then) if then < line.past.last_quantity => return,
            Some(then) => Value::Quantity(then),
            None => Value::AtLeast(line.past.last_quantity),
        };
        rows.tell(at, Of::Offer, Field::Stock, Some(old), short.required.pieces.map(Value::Quantity));
    }
}

fn shipment(offer: &Offer, quantity: Quantity, goods: Money) -> Shipment {
    Shipment { quantity: quantity.decimal(), weight_kg: offer.weight_kg, volume_m3: offer.volume_m3, goods }
}

/// Freight of the offer's lines, where the terms of then are known and are others.
fn of_freight(
    rows: &mut Rows<'_>,
    at: usize,
    line: &SheetLine,
    judged: &Assessment,
    destination: &Destination,
) {
    let (Ok(today), Some(was)) = (&line.today, &line.past.was) else { return };
    let known = |terms: &FreightTerms| *terms != FreightTerms::Unknown;
    if !known(&was.freight) || !known(&today.offer.freight) || was.freight == today.offer.freight {
        return;
    }
    let mut quantity = Quantity::ZERO;
    let mut goods = Money::ZERO;
    for part in &judged.parts {
        let mine = part.lines.iter().filter(|priced| priced.line.offer.key == today.offer.key);
        let of_offer: Quantity = mine.map(|priced| priced.line.quantity).sum();
        if !of_offer.is_zero() {
            (quantity, goods) = (of_offer, part.goods);
        }
    }
    let cost = |offer: &Offer| -> Freight {
        estimate(&offer.freight, &shipment(offer, quantity, goods), destination)
    };
    let (then, now) = (cost(was), cost(&today.offer));
    if then != now {
        rows.tell(at, Of::Offer, Field::Freight, Some(Value::Freight(then)), Some(Value::Freight(now)));
    }
}

/// The suppliers' mix rules: where the old one is known and another, or where what it let through is refused.
fn of_mix(rows: &mut Rows<'_>, judged: &Assessment) {
    let lines = rows.lines;
    for (at, line) in lines.iter().enumerate() {
        let (Ok(today), Some(was)) = (&line.today, &line.past.was) else { continue };
        if was.mix != Mix::Unknown && today.offer.mix != Mix::Unknown && was.mix != today.offer.mix {
            let (old, new) = (Value::Mix(was.mix.rule()), Value::Mix(today.offer.mix.rule()));
            rows.tell(at, Of::Supplier, Field::Mix, Some(old), Some(new));
        }
    }
    // A line that is missing may be what made the rule's sum up: then nothing is known to have changed.
    let misses = |supplier: Option<&SupplierId>| {
        lines.iter().any(|line| {
            line.today.is_err() && (line.supplier_id().is_none() || line.supplier_id() == supplier)
        })
    };
    for refused in judged.violations.iter().filter(|broken| broken.kind == ViolationKind::Mix) {
        if misses(refused.supplier_id.as_ref()) {
            continue;
        }
        let unknown = |at: &usize| {
            let was = lines.get(*at).and_then(|line| line.past.was.as_ref());
            let told = rows.rows.iter().any(|row| row.field == Field::Moq && row.lines.contains(at));
            was.is_none_or(|was| was.mix == Mix::Unknown) && !told
        };
        let short: Vec<usize> =
            refused.line_ids.iter().filter_map(|id| line_of(*id)).filter(unknown).collect();
        for at in short {
            let rule = lines
                .get(at)
                .and_then(|line| line.today.as_ref().ok())
                .and_then(|today| today.offer.mix.rule());
            rows.tell(at, Of::Supplier, Field::Mix, None, Some(Value::Mix(rule)));
        }
    }
}
