//! Break-even: at which quantities which of the compared offers is the cheapest, and where the lead changes hands.
//!
//! Costs are lines with jumps (tiers, a free-from threshold, begun kilograms), so between two jumps one comparison at
//! both ends settles millions of quantities; only where two offers run within a jump of each other are quantities
//! looked at one by one.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::domain::freight::{self, ChargeBy, Destination, Freight, FreightTemplate, FreightTerms, Shipment};
use crate::domain::id::SpecId;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, Sku};
use crate::domain::price;
use crate::domain::quantity::Quantity;

/// One of the compared: an offer, or one SKU of it.
#[derive(Debug, Clone, Copy)]
pub struct Runner<'a> {
    /// Listing.
    pub offer: &'a Offer,
    /// SKU, where the price hangs on it.
    pub spec: Option<&'a SpecId>,
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Goods and freight.
    Landed,
    /// Goods only, because some freight is unknown: it never counts as none.
    Goods,
}

/// A run of quantities at which one offer is the cheapest of those that can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lead {
    /// Index of the runner; of equally cheap ones the first.
    pub winner: usize,
    /// First quantity of the run.
    pub from: Quantity,
    /// Last quantity of the run: every multiple of [`Race::step`] between them belongs to it.
    pub to: Quantity,
}

/// The whole answer, from the least to the greatest quantity anybody can order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Race {
    /// What was compared.
    pub basis: Basis,
    /// Runners whose freight is unknown.
    pub unknown_freight: Vec<usize>,
    /// Runners without a price, gone, or with less stock than their minimum.
    pub out: Vec<usize>,
    /// Least quantity that is a whole lot of every runner; only its multiples are compared.
    pub step: Quantity,
    /// Ascending, each as long as can be.
    pub leads: Vec<Lead>,
    /// From here on the lead changes hands too often to be worth a table.
    pub open_from: Option<Quantity>,
}

/// Greatest quantity that can be ordered anywhere.
const MOST: Decimal = Decimal::from_parts(99_999_999, 0, 0, false, 0);

/// Quantities looked at, at most; past them the rest stays open. Real comparisons need a few hundred.
const POINTS: usize = 4_000;

/// Runs of at most this many quantities are looked at one by one.
const SHORT: u64 = 4;

/// Goods and freight of `quantity` units of one SKU (or of an offer that has one price for all).
pub fn cost(runner: Runner<'_>, quantity: Quantity, destination: &Destination) -> Option<(Money, Freight)> {
    let unit_price = price::unit_price(runner.offer, runner.spec, quantity, quantity)?.charged;
    let goods = unit_price.times(quantity.decimal()).rounded();
    let shipment = Shipment {
        quantity: quantity.decimal(),
        weight_kg: runner.offer.weight_kg,
        volume_m3: runner.offer.volume_m3,
        goods,
    };
    Some((goods, freight::estimate(&runner.offer.freight, &shipment, destination)))
}

/// Who is the cheapest where. Callers pass offers of one unit only: others are never compared (DESIGN 6.2).
pub fn race(runners: &[Runner<'_>], destination: &Destination) -> Race {
    let mut out = Vec::new();
    let mut running: Vec<(usize, Runner<'_>)> = Vec::new();
    for (at, runner) in runners.iter().enumerate() {
        let sku = runner.spec.and_then(|spec| runner.offer.sku(spec));
        let least = minimum::least(runner.offer, sku);
        let possible = minimum::most(runner.offer, sku).is_none_or(|most| most >= least);
        if runner.offer.gone || !possible || cost(*runner, least, destination).is_none() {
            out.push(at);
        } else {
            running.push((at, *runner));
        }
    }
    let unknown_freight: Vec<usize> = running
        .iter()
        .filter(|(_, runner)| !freight_is_known(runner.offer, destination))
        .map(|(at, _)| *at)
        .collect();
    let basis = if unknown_freight.is_empty() { Basis::Landed } else { Basis::Goods };
    let mut race =
        Race { basis, unknown_freight, out, step: Quantity::ONE, leads: Vec::new(), open_from: None };
    let Some(step) = common_step(&running).filter(|_| !running.is_empty()) else { return race };
    race.step = step;
    let field = Field { step, basis, destination };
    let tracks: Vec<Track<'_>> =
        running.iter().filter_map(|(at, runner)| Track::new(*at, *runner, &field)).collect();
    let starts: BTreeSet<u64> = tracks.iter().flat_map(|track| track.jumps(&field)).collect();
    let mut found = Found { field: &field, points: 0, leads: Vec::new() };
    let ends = starts.iter().skip(1).map(|next| next - 1);
    for (from, to) in starts.iter().copied().zip(ends) {
        let here: Vec<&Track<'_>> =
            tracks.iter().filter(|track| track.least <= from && track.most >= to).collect();
        if here.is_empty() {
            continue;
        }
        if let Err(open) = found.settle(&here, from, to) {
            race.open_from = field.quantity(open);
            break;
        }
    }
    race.leads = found.leads.iter().filter_map(|lead| lead.on(&field)).collect();
    race
}

/// Two of the compared against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Index of the one.
    pub one: usize,
    /// Index of the other, always the greater.
    pub other: usize,
    /// Who of the two is the cheaper where; its indexes are those of the runners.
    pub race: Race,
}

/// Every two of the runners against each other. Those sold by unlike units, or by one nobody told, are no pair: they
/// are never compared (DESIGN 6.2).
pub fn pairs(runners: &[Runner<'_>], destination: &Destination) -> Vec<Pair> {
    let mut found = Vec::new();
    for (one, first) in runners.iter().enumerate() {
        for (other, second) in runners.iter().enumerate().skip(one + 1) {
            if first.offer.unit.is_none() || first.offer.unit != second.offer.unit {
                continue;
            }
            let mut race = race(&[*first, *second], destination);
            let index = |within: usize| if within == 0 { one } else { other };
            race.leads.iter_mut().for_each(|lead| lead.winner = index(lead.winner));
            race.out.iter_mut().for_each(|out| *out = index(*out));
            race.unknown_freight.iter_mut().for_each(|dark| *dark = index(*dark));
            found.push(Pair { one, other, race });
        }
    }
    found
}

/// Whether an offer's freight is known for every quantity.
fn freight_is_known(offer: &Offer, destination: &Destination) -> bool {
    let shipment = Shipment {
        quantity: Decimal::ONE,
        weight_kg: offer.weight_kg,
        volume_m3: offer.volume_m3,
        // Below every free-from threshold.
        goods: Money::ZERO,
    };
    freight::estimate(&offer.freight, &shipment, destination) != Freight::Unknown
}

/// The least common multiple of all lots and steps; `None` when it is beyond any order.
fn common_step(running: &[(usize, Runner<'_>)]) -> Option<Quantity> {
    let thousand = Decimal::ONE_THOUSAND;
    let mut all: u64 = 1;
    for (_, runner) in running {
        let step = (minimum::step(runner.offer).decimal() * thousand).to_u64().filter(|step| *step > 0)?;
        all = all.checked_mul(step / gcd(all, step))?;
    }
    Quantity::from_decimal(Decimal::from(all).checked_div(thousand)?).filter(|step| !step.is_zero())
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// What all runners have in common. Quantities are counted in steps, so that they are whole numbers.
struct Field<'a> {
    step: Quantity,
    basis: Basis,
    destination: &'a Destination,
}

impl Field<'_> {
    fn quantity(&self, steps: u64) -> Option<Quantity> {
        Quantity::from_decimal(self.step.decimal().checked_mul(Decimal::from(steps))?)
    }

    /// Steps up to this quantity: the last one not above it.
    fn down(&self, quantity: Decimal) -> u64 {
        quantity.checked_div(self.step.decimal()).and_then(|steps| steps.floor().to_u64()).unwrap_or(0)
    }

    /// The first step not below this quantity.
    fn up(&self, quantity: Decimal) -> u64 {
        quantity.checked_div(self.step.decimal()).and_then(|steps| steps.ceil().to_u64()).unwrap_or(u64::MAX)
    }
}

/// One runner, as steps.
struct Track<'a> {
    index: usize,
    runner: Runner<'a>,
    sku: Option<&'a Sku>,
    /// Where its freight counts: the template, and what it counts of one unit.
    template: Option<(&'a FreightTemplate, Decimal)>,
    least: u64,
    most: u64,
}

impl<'a> Track<'a> {
    /// `None` when no common step lies within its bounds.
    fn new(index: usize, runner: Runner<'a>, field: &Field<'_>) -> Option<Self> {
        let sku = runner.spec.and_then(|spec| runner.offer.sku(spec));
        let least = field.up(minimum::least(runner.offer, sku).decimal());
        let most = minimum::most(runner.offer, sku).map_or(MOST, |most| most.decimal().min(MOST));
        let most = field.down(most);
        let template = match &runner.offer.freight {
            FreightTerms::Template(template) if field.basis == Basis::Landed => {
                let each = match template.charge_by {
                    ChargeBy::Weight => runner.offer.weight_kg,
                    ChargeBy::Pieces => Some(Decimal::ONE),
                    ChargeBy::Volume => runner.offer.volume_m3,
                };
                each.map(|each| (template, each))
            }
            _ => None,
        };
        (least <= most).then_some(Track { index, runner, sku, template, least, most })
    }

    fn goods(&self, field: &Field<'_>, steps: u64) -> Option<Money> {
        cost(self.runner, field.quantity(steps)?, field.destination).map(|(goods, _)| goods)
    }

    fn cost(&self, field: &Field<'_>, steps: u64) -> Option<Money> {
        let (goods, freight) = cost(self.runner, field.quantity(steps)?, field.destination)?;
        match field.basis {
            Basis::Goods => Some(goods),
            Basis::Landed => freight.amount().map(|freight| goods + freight),
        }
    }

    /// Where its cost may leave its line: first and last quantity, tiers, the first unit of freight, free freight.
    fn jumps(&self, field: &Field<'_>) -> Vec<u64> {
        let mut starts = vec![self.least, self.most + 1];
        let tiers = match self.sku {
            Some(sku) if !sku.tiers.is_empty() => &sku.tiers,
            _ => &self.runner.offer.tiers,
        };
        starts.extend(tiers.iter().map(|tier| field.up(tier.from_quantity.decimal())));
        starts.retain(|start| (self.least..=self.most + 1).contains(start));
        starts.sort_unstable();
        starts.dedup();
        let Some((template, each)) = self.template else { return starts };
        if let Some(first) = template.first_unit.checked_div(each) {
            starts.push(field.down(first).saturating_add(1));
        }
        if let Some(free_from) = template.free_from {
            let runs: Vec<(u64, u64)> =
                starts.iter().copied().zip(starts.iter().skip(1).map(|next| next - 1)).collect();
            for (from, to) in runs {
                let is_free = |steps| self.goods(field, steps).is_some_and(|goods| goods >= free_from);
                if from <= to && is_free(to) {
                    starts.push(first_where(from, to, is_free));
                }
            }
        }
        starts.retain(|start| (self.least..=self.most + 1).contains(start));
        starts
    }

    /// How far its cost may stray from a line between two jumps: begun units of freight, and rounding to the fen.
    fn stray(&self, field: &Field<'_>, steps: u64) -> Stray {
        let unit_price = field
            .quantity(steps)
            .and_then(|quantity| price::unit_price(self.runner.offer, self.runner.spec, quantity, quantity));
        let mut exact = field.step.is_whole() && unit_price.is_some_and(|price| is_in_fen(price.charged));
        let mut freight = Money::ZERO;
        if let Some((template, each)) = self.template {
            let free = template
                .free_from
                .is_some_and(|from| self.goods(field, steps).is_some_and(|goods| goods >= from));
            let counted = field.quantity(steps).and_then(|quantity| quantity.decimal().checked_mul(each));
            let fee = template.fees.at(field.destination);
            if let (false, Some(counted), Some(fee)) = (free, counted, fee) {
                exact &= is_in_fen(fee.first) && is_in_fen(fee.next);
                if counted > template.first_unit && template.next_unit > Decimal::ZERO {
                    freight = fee.next;
                }
            }
        }
        Stray { freight, rounding: if exact { Money::ZERO } else { Money::from_fen(2) } }
    }

    /// Whether both pay freight by the same begun units, so that these cancel out.
    fn ships_like(&self, other: &Track<'_>) -> bool {
        match (self.template, other.template) {
            (Some((a, each_a)), Some((b, each_b))) => {
                each_a == each_b
                    && a.charge_by == b.charge_by
                    && a.first_unit == b.first_unit
                    && a.next_unit == b.next_unit
                    && a.fees == b.fees
            }
            _ => false,
        }
    }
}

#[derive(Clone, Copy)]
struct Stray {
    freight: Money,
    rounding: Money,
}

fn is_in_fen(money: Money) -> bool {
    money.yuan().normalize().scale() <= 2
}

/// The first of `from..=to` for which `holds`; it holds for `to` and, once true, stays true.
fn first_where(from: u64, to: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (from, to);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    high
}

struct Run {
    winner: usize,
    from: u64,
    to: u64,
}

impl Run {
    fn on(&self, field: &Field<'_>) -> Option<Lead> {
        Some(Lead { winner: self.winner, from: field.quantity(self.from)?, to: field.quantity(self.to)? })
    }
}

struct Found<'a> {
    field: &'a Field<'a>,
    points: usize,
    leads: Vec<Run>,
}

impl Found<'_> {
    /// The runs between two jumps; `Err` with where it gave up.
    fn settle(&mut self, tracks: &[&Track<'_>], from: u64, to: u64) -> Result<(), u64> {
        let mut waiting = vec![(from, to)];
        while let Some((from, to)) = waiting.pop() {
            if self.points > POINTS {
                return Err(from);
            }
            if let Some(winner) = self.decided(tracks, from, to) {
                self.push(winner, from, to);
            } else if to - from < SHORT {
                for steps in from..=to {
                    self.points += 1;
                    if let Some(winner) = cheapest(&self.costs(tracks, steps)) {
                        self.push(winner, steps, steps);
                    }
                }
            } else {
                let middle = from + (to - from) / 2;
                waiting.push((middle + 1, to));
                waiting.push((from, middle));
            }
        }
        Ok(())
    }

    fn costs(&self, tracks: &[&Track<'_>], steps: u64) -> Vec<(Option<Money>, usize)> {
        tracks.iter().map(|track| (track.cost(self.field, steps), track.index)).collect()
    }

    /// Who is the cheapest all along, where both ends tell it.
    fn decided(&mut self, tracks: &[&Track<'_>], from: u64, to: u64) -> Option<usize> {
        if let [only] = tracks {
            return Some(only.index);
        }
        self.points += 1;
        let (first, last) = (self.costs(tracks, from), self.costs(tracks, to));
        let winner = cheapest(&first)?;
        let at = tracks.iter().position(|track| track.index == winner)?;
        let best = tracks.get(at)?;
        let own = best.stray(self.field, from);
        for (other, track) in tracks.iter().enumerate().filter(|(other, _)| *other != at) {
            let theirs = track.stray(self.field, from);
            let both_pay = !own.freight.is_zero() && !theirs.freight.is_zero();
            let freight =
                if both_pay && best.ships_like(track) { Money::ZERO } else { own.freight + theirs.freight };
            // Twice: each end may stray one way, and a quantity between them the other.
            let stray = (freight + own.rounding + theirs.rounding).times(Decimal::TWO);
            for costs in [&first, &last] {
                let (Some(mine), Some(its)) = (costs.get(at)?.0, costs.get(other)?.0) else { return None };
                let lead = its - mine - stray;
                if lead.is_negative() || (lead.is_zero() && (!stray.is_zero() || other < at)) {
                    return None;
                }
            }
        }
        Some(winner)
    }

    fn push(&mut self, winner: usize, from: u64, to: u64) {
        match self.leads.last_mut() {
            Some(last) if last.winner == winner && last.to + 1 == from => last.to = to,
            _ => self.leads.push(Run { winner, from, to }),
        }
    }
}

fn cheapest(costs: &[(Option<Money>, usize)]) -> Option<usize> {
    costs.iter().filter_map(|(cost, index)| cost.map(|cost| (cost, *index))).min().map(|(_, index)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::freight::{Fee, Fees};
    use crate::domain::id::OfferKey;
    use crate::domain::offer::PriceTier;
    use crate::domain::text::Clean;
    use jiff::Timestamp;

    fn offer(tiers: &[(u32, &str)]) -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
        offer.tiers = tiers
            .iter()
            .map(|(from, price)| PriceTier {
                from_quantity: Quantity::whole(*from),
                price: price.parse().unwrap(),
                promotion: None,
            })
            .collect();
        offer.freight = FreightTerms::SellerPays;
        offer
    }

    fn runs(offers: &[Offer]) -> (Race, Vec<(usize, String, String)>) {
        let runners: Vec<Runner<'_>> = offers.iter().map(|offer| Runner { offer, spec: None }).collect();
        let race = race(&runners, &Destination { district: Some("440111".into()), zone: Some(0) });
        let shown =
            race.leads.iter().map(|lead| (lead.winner, lead.from.to_string(), lead.to.to_string())).collect();
        (race, shown)
    }

    fn lead(winner: usize, from: &str, to: &str) -> (usize, String, String) {
        (winner, from.to_owned(), to.to_owned())
    }

    #[test]
    fn the_lead_changes_at_tiers_and_where_stock_ends() {
        let a = offer(&[(10, "12.50"), (300, "9.80")]);
        let mut b = offer(&[(2, "10.20")]);
        b.stock = Some(Quantity::whole(500));
        let (race, shown) = runs(&[a, b]);
        assert_eq!(race.basis, Basis::Landed);
        assert_eq!(shown, [lead(1, "2", "299"), lead(0, "300", "99999999")]);
    }

    #[test]
    fn unknown_freight_leaves_goods_to_compare() {
        let a = offer(&[(1, "10.00")]);
        let mut b = offer(&[(1, "9.00")]);
        b.freight = FreightTerms::ByAgreement;
        let (race, shown) = runs(&[a, b]);
        assert_eq!((race.basis, race.unknown_freight), (Basis::Goods, vec![1]));
        assert_eq!(shown, [lead(1, "1", "99999999")]);
    }

    #[test]
    fn a_first_fee_is_earned_back_at_one_exact_quantity() {
        let mut a = offer(&[(1, "10.00")]);
        a.freight = FreightTerms::SellerPays;
        let mut b = offer(&[(1, "9.00")]);
        b.weight_kg = Some("0.1".parse().unwrap());
        b.freight = FreightTerms::Template(FreightTemplate {
            charge_by: ChargeBy::Weight,
            first_unit: Decimal::ONE,
            next_unit: Decimal::ONE,
            fees: Fees::Zones(vec![Fee { first: "8.00".parse().unwrap(), next: "2.00".parse().unwrap() }]),
            free_from: None,
        });
        // 8 kg-free pieces cost 80 either way, and the first of equals leads.
        let (_, shown) = runs(&[a, b]);
        assert_eq!(shown, [lead(0, "1", "8"), lead(1, "9", "99999999")]);
    }

    #[test]
    fn lots_are_compared_where_both_can_be_had() {
        let mut a = offer(&[(1, "10.00")]);
        a.lot = Some(Quantity::whole(4));
        let mut b = offer(&[(1, "10.00"), (60, "9.00")]);
        b.lot = Some(Quantity::whole(6));
        let (race, shown) = runs(&[a, b]);
        assert_eq!(race.step, Quantity::whole(12));
        assert_eq!(shown, [lead(0, "12", "48"), lead(1, "60", "99999996")]);
    }

    #[test]
    fn what_nobody_sells_is_nobodys_lead() {
        let mut a = offer(&[(1, "10.00")]);
        a.stock = Some(Quantity::whole(5));
        let b = offer(&[(10, "8.00")]);
        let mut gone = offer(&[(1, "1.00")]);
        gone.gone = true;
        let (race, shown) = runs(&[a, b, gone]);
        assert_eq!(race.out, [2]);
        assert_eq!(shown, [lead(0, "1", "5"), lead(1, "10", "99999999")]);
    }
}
