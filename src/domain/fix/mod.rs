//! Fix: the cheapest set of changes that makes a cart legal over all its suppliers (DESIGN 6.5 to 6.8, 6.11).
//!
//! It only ever raises quantities, adds goods the supplier sells, and puts split lines of one SKU together. What that
//! cannot mend (stock, purchase limit, gone, unknown spec, price zero, line cap) stays as it is and is listed apart.
//! It minimises goods and known freight to the fen, so that it also leaves dominated quantities behind and reaches a
//! free-from amount where that is cheaper than the freight. Suppliers have nothing in common: each is solved alone.
//!
//! Everything is a prediction, like the verdict it heals: [`crate::domain::cart::assess`] judges the outcome, and what
//! that still finds is what is listed as not mended.

mod bound;
mod carriage;
mod combine;
mod combos;
mod exchange;
mod field;
mod options;
mod solve;
mod spread;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::cart::{Assessment, CartLine, Rules, Violation, assess};
use crate::domain::freight::{self, Destination, Freight, Shipment};
use crate::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price;
use crate::domain::quantity::Quantity;

use field::{Field, milli_to_quantity};
use solve::{Mode, Solution};

/// Steps of thought for one plan, some ten nanoseconds each; and of how many shares a supplier may take one, at most.
const WORK: i64 = 2_000_000;
const SHARES: usize = 4;

/// What is to be mended, and with what.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The whole cart.
    pub lines: &'a [CartLine],
    /// What the suppliers of the cart sell besides; offers of other suppliers are not looked at.
    pub shelf: &'a [Arc<Offer>],
    /// The gateway's settings.
    pub rules: &'a Rules,
    /// Where goods go.
    pub destination: &'a Destination,
}

/// Why a quantity changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// To the minimum of the offer (or the first tier of the SKU).
    Moq,
    /// To a whole lot.
    Lot,
    /// To meet the supplier's mix rule.
    Mix,
    /// A larger quantity costs less.
    Cheaper,
    /// To reach the amount from which the supplier ships free.
    Freight,
    /// Two lines of one SKU become one.
    Merge,
}

impl Reason {
    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::Moq => "moq",
            Reason::Lot => "lot",
            Reason::Mix => "mix",
            Reason::Cheaper => "cheaper",
            Reason::Freight => "freight",
            Reason::Merge => "merge",
        }
    }
}

/// One SKU whose quantity changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The line; `None` = a new one.
    pub line: Option<LineId>,
    /// Other lines of the same SKU that go into it.
    pub merged: Vec<LineId>,
    /// Whose.
    pub supplier_id: Option<SupplierId>,
    /// The listing.
    pub offer: Arc<Offer>,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// Units now, over all the lines that become one.
    pub from: Quantity,
    /// Units then; never fewer.
    pub to: Quantity,
    /// What for.
    pub reason: Reason,
    /// What the offer's goods cost more (less, below nothing). The first change of an offer bears what a new tier
    /// saves on its unchanged lines, so that all changes together are the difference in goods.
    pub cost: Money,
}

/// A change as it is asked of the ledger: what is there, and what shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raise {
    /// The line; `None` = a new one.
    pub line: Option<LineId>,
    /// Other lines of the same SKU that go into it.
    pub merged: Vec<LineId>,
    /// Listing.
    pub offer: OfferKey,
    /// SKU.
    pub spec_id: Option<SpecId>,
    /// Units now, over all these lines.
    pub from: Quantity,
    /// Units then.
    pub to: Quantity,
}

impl Change {
    /// Whether it adds a SKU whose price is bait (DESIGN 6.4): the cheapest by the listing, and not always sold so.
    pub fn is_bait(&self) -> bool {
        let spec = self.spec_id.as_ref().filter(|_| self.line.is_none());
        spec.is_some_and(|spec| price::sku_is_bait(&self.offer, spec))
    }

    /// What is asked of the ledger.
    pub fn raise(&self) -> Raise {
        Raise {
            line: self.line,
            merged: self.merged.clone(),
            offer: self.offer.key.clone(),
            spec_id: self.spec_id.clone(),
            from: self.from,
            to: self.to,
        }
    }
}

/// A set of changes and what it costs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// In the order of suppliers and lines, new goods after a supplier's lines.
    pub changes: Vec<Change>,
    /// Goods now and then, as far as prices are known.
    pub goods: [Money; 2],
    /// Freight now and then, as far as it is known.
    pub freight: [Money; 2],
    /// Whether some freight is not known, now or then.
    pub freight_open: bool,
    /// What stays broken: nothing that may be raised or added mends it.
    pub no_fix: Vec<Violation>,
    /// Whether it is certain that nothing is cheaper. Where it would take too long to be, the best found by then counts:
    /// legal, and rarely dearer.
    pub proven: bool,
}

impl Plan {
    /// Goods and known freight now.
    pub fn cost_before(&self) -> Money {
        self.goods.iter().zip(&self.freight).next().map_or(Money::ZERO, |(goods, freight)| *goods + *freight)
    }

    /// Goods and known freight then.
    pub fn cost_after(&self) -> Money {
        self.goods.iter().zip(&self.freight).nth(1).map_or(Money::ZERO, |(goods, freight)| *goods + *freight)
    }

    /// What the plan costs more; below nothing where it saves.
    pub fn extra(&self) -> Money {
        self.cost_after() - self.cost_before()
    }

    /// Whether it puts goods into the cart that are not in it.
    pub fn has_new_goods(&self) -> bool {
        self.changes.iter().any(|change| change.line.is_none())
    }
}

/// The cheapest plan, and beside it the one that adds nothing new.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fix {
    /// The cheapest.
    pub plan: Plan,
    /// The cheapest that only raises what is in the cart; `None` where the cheapest does just that.
    pub without_new: Option<Plan>,
}

/// The cheapest plan, and what it takes without new goods.
pub fn fix(task: &Task<'_>) -> Fix {
    let plan = plan(task, true);
    let without_new = plan.has_new_goods().then(|| self::plan(task, false));
    Fix { plan, without_new }
}

/// The cheapest plan; `new_goods` = whether goods may be added that are not in the cart.
///
/// Of equally cheap ones the one with the fewest changes, then with the earliest lines; where a great many are equally
/// cheap, the fewest that changing two things otherwise leads to. The same task gives the same plan. Measured goods without a lot are raised to a minimum or tier exactly and beyond it by whole units.
pub fn plan(task: &Task<'_>, new_goods: bool) -> Plan {
    let mut by_supplier: BTreeMap<Option<SupplierId>, Vec<&CartLine>> = BTreeMap::new();
    let mut order: Vec<Option<SupplierId>> = Vec::new();
    for line in task.lines {
        let supplier = line.offer.supplier_id.clone();
        if !by_supplier.contains_key(&supplier) {
            order.push(supplier.clone());
        }
        by_supplier.entry(supplier).or_default().push(line);
    }
    let mut changes = Vec::new();
    let mut proven = true;
    // What one supplier leaves of its share is the others'.
    let mut left = WORK;
    for (number, supplier) in order.iter().enumerate() {
        let work = Cell::new(left / (order.len() - number).min(SHARES) as i64);
        left -= work.get();
        let lines = by_supplier.remove(supplier).unwrap_or_default();
        let shelf: Vec<&Arc<Offer>> = match supplier {
            Some(_) if new_goods => {
                task.shelf.iter().filter(|offer| offer.supplier_id == *supplier).collect()
            }
            _ => Vec::new(),
        };
        let (found, certain) = of_supplier(&lines, &shelf, new_goods, task, &work);
        left += work.get().max(0);
        proven &= certain;
        changes.extend(found);
    }
    finished(task, changes, proven)
}

/// The changes of one supplier's part, and whether nothing is cheaper for certain.
fn of_supplier(
    lines: &[&CartLine],
    shelf: &[&Arc<Offer>],
    new_goods: bool,
    task: &Task<'_>,
    work: &Cell<i64>,
) -> (Vec<Change>, bool) {
    let mut field = Field::new(lines, shelf, new_goods, task.rules, task.destination);
    let solution = solve::solve(&mut field, work);
    let added =
        solution.picks.iter().zip(&field.groups).flat_map(|(pick, group)| pick.iter().zip(&group.slots));
    let added = added.filter(|(units, slot)| slot.line.is_none() && **units > 0).count();
    if new_goods && added > 0 && field.kept_lines + added > task.rules.line_cap {
        // A new line would break the cap that the order keeps now.
        let (changes, _) = of_supplier(lines, &[], false, task, work);
        return (changes, false);
    }
    (changes_of(&field, &solution), solution.proven)
}

fn changes_of(field: &Field<'_>, solution: &Solution) -> Vec<Change> {
    let mut old = Vec::new();
    let mut new = Vec::new();
    let fills_mix = solution.mode != Mode::Minimums && field.mix_was_short;
    for (group, pick) in field.groups.iter().zip(&solution.picks) {
        let total: i64 = pick.iter().sum();
        let heals_minimum = group.was_short && total >= group.asked;
        for (slot, units) in group.slots.iter().zip(pick) {
            if *units == slot.current && slot.merged.is_empty() {
                continue;
            }
            let reason = match () {
                () if slot.line.is_none() && fills_mix => Reason::Mix,
                () if slot.line.is_none() && group.was_short => Reason::Moq,
                () if slot.line.is_none() && solution.lifted => Reason::Freight,
                () if slot.line.is_none() => Reason::Cheaper,
                () if *units == slot.current => Reason::Merge,
                () if *units == slot.base => Reason::Lot,
                () if fills_mix && group.enabled => Reason::Mix,
                () if heals_minimum || slot.was_short => Reason::Moq,
                () if solution.lifted && !solve::is_cheaper(field, group, pick) => Reason::Freight,
                () => Reason::Cheaper,
            };
            let change = Change {
                line: slot.line,
                merged: slot.merged.clone(),
                supplier_id: group.offer.supplier_id.clone(),
                offer: Arc::clone(group.offer),
                spec_id: slot.spec.clone(),
                from: milli_to_quantity(slot.current),
                to: milli_to_quantity(*units),
                reason,
                cost: Money::ZERO,
            };
            if slot.line.is_some() { old.push(change) } else { new.push(change) }
        }
    }
    old.sort_by_key(|change| change.line);
    old.extend(new);
    old
}

/// The cart as a plan leaves it. New lines get numbers above all there are; the ledger gives its own.
pub fn applied(lines: &[CartLine], changes: &[Change]) -> Vec<CartLine> {
    let gone: BTreeSet<LineId> = changes.iter().flat_map(|change| change.merged.iter().copied()).collect();
    let raised: BTreeMap<LineId, Quantity> =
        changes.iter().filter_map(|change| Some((change.line?, change.to))).collect();
    let mut after: Vec<CartLine> = lines
        .iter()
        .filter(|line| !gone.contains(&line.id))
        .map(|line| CartLine {
            quantity: raised.get(&line.id).copied().unwrap_or(line.quantity),
            ..line.clone()
        })
        .collect();
    let mut next = lines.iter().map(|line| line.id.0).max().unwrap_or(0);
    for change in changes.iter().filter(|change| change.line.is_none()) {
        next = next.saturating_add(1);
        after.push(CartLine {
            id: LineId(next),
            offer: Arc::clone(&change.offer),
            spec_id: change.spec_id.clone(),
            quantity: change.to,
        });
    }
    after
}

/// Prices the changes and judges what they lead to.
fn finished(task: &Task<'_>, mut changes: Vec<Change>, proven: bool) -> Plan {
    let before = assess(task.lines, task.rules, task.destination);
    let after_lines = applied(task.lines, &changes);
    let after = assess(&after_lines, task.rules, task.destination);
    price_changes(&mut changes, &before, &after);
    let (freight_before, open_before) = known_freight(&before, task.destination);
    let (freight_after, open_after) = known_freight(&after, task.destination);
    let known: BTreeSet<LineId> = task.lines.iter().map(|line| line.id).collect();
    let mut no_fix = after.violations.clone();
    for violation in &mut no_fix {
        violation.line_ids.retain(|line| known.contains(line));
    }
    Plan {
        changes,
        goods: [before.goods(), after.goods()],
        freight: [freight_before, freight_after],
        freight_open: open_before || open_after,
        no_fix,
        proven,
    }
}

fn price_changes(changes: &mut [Change], before: &Assessment, after: &Assessment) {
    let sums = |of: &Assessment| {
        let mut by_offer: BTreeMap<OfferKey, Money> = BTreeMap::new();
        let mut by_sku: BTreeMap<(OfferKey, Option<SpecId>), Money> = BTreeMap::new();
        for priced in of.parts.iter().flat_map(|part| &part.lines) {
            let amount = priced.amount.unwrap_or_default();
            let key = &priced.line.offer.key;
            *by_offer.entry(key.clone()).or_default() += amount;
            *by_sku.entry((key.clone(), priced.line.spec_id.clone())).or_default() += amount;
        }
        (by_offer, by_sku)
    };
    let ((offers_before, skus_before), (offers_after, skus_after)) = (sums(before), sums(after));
    // What an offer costs more or less on lines that do not change themselves.
    let mut rest: BTreeMap<OfferKey, Money> = BTreeMap::new();
    for change in changes.iter_mut() {
        let sku = (change.offer.key.clone(), change.spec_id.clone());
        let [was, is] = [&skus_before, &skus_after].map(|of| of.get(&sku).copied().unwrap_or_default());
        change.cost = is - was;
        let key = &change.offer.key;
        let whole = offers_after.get(key).copied().unwrap_or_default()
            - offers_before.get(key).copied().unwrap_or_default();
        let left = rest.entry(key.clone()).or_insert(whole);
        *left = *left - change.cost;
    }
    for change in changes.iter_mut() {
        if let Some(left) = rest.remove(&change.offer.key) {
            change.cost += left;
        }
    }
}

/// Freight of every offer as far as it is known, and whether some is not. Beside one offer that ships by agreement the
/// freight of the others is still paid.
fn known_freight(assessment: &Assessment, destination: &Destination) -> (Money, bool) {
    let mut sum = Money::ZERO;
    let mut open = false;
    for part in &assessment.parts {
        let mut totals: BTreeMap<&OfferKey, (&Offer, Quantity)> = BTreeMap::new();
        for priced in &part.lines {
            let offer = &*priced.line.offer;
            let entry = totals.entry(&offer.key).or_insert((offer, Quantity::ZERO));
            entry.1 = entry.1 + priced.line.quantity;
        }
        for (offer, quantity) in totals.into_values() {
            let shipment = Shipment {
                quantity: quantity.decimal(),
                weight_kg: offer.weight_kg,
                volume_m3: offer.volume_m3,
                goods: part.goods,
            };
            match freight::estimate(&offer.freight, &shipment, destination) {
                Freight::Known(money) | Freight::AtMost(money) => sum += money,
                Freight::Unknown => open = true,
            }
        }
    }
    (sum, open)
}
