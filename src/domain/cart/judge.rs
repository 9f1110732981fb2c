//! Judging one supplier's lines: what they cost, and every rule they break, in the order the market judges.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{CartLine, Measure, MixGauge, PricedLine, Rules, SupplierPart, Violation, ViolationKind};
use crate::domain::freight::{self, Destination, Freight, FreightTerms, Shipment};
use crate::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, QuoteType};
use crate::domain::price;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::Mix;

/// One offer's lines within a supplier's part.
struct OfferGroup<'a> {
    offer: &'a Arc<Offer>,
    lines: Vec<&'a CartLine>,
    total: Quantity,
    /// The lines of each SKU. A cart has thousands of lines, and most offers one: it is asked often.
    by_spec: BTreeMap<Option<&'a SpecId>, Vec<&'a CartLine>>,
    /// The minimums it misses.
    missed: Vec<Missed>,
}

/// A minimum that its lines do not reach.
struct Missed {
    line_ids: Vec<LineId>,
    required: Quantity,
    actual: Quantity,
}

fn ids(lines: &[&CartLine]) -> Vec<LineId> {
    let mut ids: Vec<LineId> = lines.iter().map(|line| line.id).collect();
    ids.sort_unstable();
    ids
}

fn units(lines: &[&CartLine]) -> Quantity {
    lines.iter().map(|line| line.quantity).sum()
}

impl<'a> OfferGroup<'a> {
    fn new(first: &'a CartLine) -> Self {
        OfferGroup {
            offer: &first.offer,
            lines: Vec::with_capacity(1),
            total: Quantity::ZERO,
            by_spec: BTreeMap::new(),
            missed: Vec::new(),
        }
    }

    fn of_spec(&self, spec: Option<&SpecId>) -> Quantity {
        self.by_spec.get(&spec).map(|lines| units(lines)).unwrap_or_default()
    }

    /// The offer's own minimum over all its SKUs and, where tiers are per SKU, the first tier of each SKU
    /// it has lines of.
    fn find_missed(&self) -> Vec<Missed> {
        let required = minimum::required(self.offer, None);
        let mut missed = Vec::new();
        if self.total < required {
            missed.push(Missed { line_ids: ids(&self.lines), required, actual: self.total });
        }
        if self.offer.quote_type == QuoteType::TiersPerSku {
            for (spec, lines) in &self.by_spec {
                let sku = spec.and_then(|spec| self.offer.sku(spec));
                let Some(first) = sku.and_then(|sku| price::first_tier(&sku.tiers)) else { continue };
                let actual = units(lines);
                if actual < first.from_quantity {
                    missed.push(Missed { line_ids: ids(lines), required: first.from_quantity, actual });
                }
            }
        }
        missed
    }

    /// Not said counts as yes: the rule is the supplier's, an offer has to opt out of it.
    fn takes_part_in_mix(&self) -> bool {
        self.offer.mix_enabled.unwrap_or(true)
    }
}

/// A supplier's lines by offer, offers in the order of their first lines, and the group of each line.
struct Groups<'a> {
    all: Vec<OfferGroup<'a>>,
    of_line: Vec<usize>,
}

impl<'a> Groups<'a> {
    fn of(lines: &[&'a CartLine]) -> Self {
        let mut all: Vec<OfferGroup<'a>> = Vec::new();
        let mut at: HashMap<&'a OfferKey, usize> = HashMap::new();
        let mut of_line = Vec::with_capacity(lines.len());
        for line in lines {
            let index = *at.entry(&line.offer.key).or_insert_with(|| {
                all.push(OfferGroup::new(line));
                all.len() - 1
            });
            of_line.push(index);
            if let Some(group) = all.get_mut(index) {
                group.lines.push(line);
                group.total = group.total + line.quantity;
                group.by_spec.entry(line.spec_id.as_ref()).or_default().push(line);
            }
        }
        for group in &mut all {
            group.missed = group.find_missed();
        }
        Groups { all, of_line }
    }

    /// The lines as priced, each beside the group it belongs to.
    fn beside<'s>(
        &'s self,
        priced: &'s [PricedLine],
    ) -> impl Iterator<Item = (&'s OfferGroup<'a>, &'s PricedLine)> {
        self.of_line.iter().filter_map(|index| self.all.get(*index)).zip(priced)
    }
}

/// One supplier's part of the cart, priced, and every rule it breaks.
pub(super) fn assess_supplier(
    supplier_id: Option<SupplierId>,
    lines: &[&CartLine],
    rules: &Rules,
    destination: &Destination,
) -> (SupplierPart, Vec<Violation>) {
    let groups = Groups::of(lines);
    let of_lines = groups.of_line.iter().filter_map(|index| groups.all.get(*index));
    let priced: Vec<PricedLine> =
        lines.iter().zip(of_lines).map(|(line, group)| price_line(line, group)).collect();
    let goods = priced.iter().filter_map(|line| line.amount).sum();
    let goods_complete = priced.iter().all(|line| line.amount.is_some());
    let mix = gauge(&groups, &priced);
    let violations =
        Judge { supplier_id: &supplier_id, groups: &groups.all, priced: &priced, mix, rules }.all();
    let part = SupplierPart {
        supplier_name: lines.iter().find_map(|line| line.offer.supplier_name.clone()),
        freight: part_freight(&groups, &priced, goods, destination),
        supplier_id,
        lines: priced,
        goods,
        goods_complete,
        mix,
    };
    (part, violations)
}

fn price_line(line: &CartLine, group: &OfferGroup<'_>) -> PricedLine {
    let spec = line.spec_id.as_ref();
    let price = price::unit_price(&line.offer, spec, group.total, group.of_spec(spec));
    PricedLine {
        line: line.clone(),
        unit_price: price.map(|price| price.charged),
        list_price: price.map(|price| price.list),
        amount: price.map(|price| price.charged.times(line.quantity.decimal()).rounded()),
    }
}

fn gauge(groups: &Groups<'_>, priced: &[PricedLine]) -> Option<MixGauge> {
    let rule = groups.all.iter().find_map(|group| match group.offer.mix {
        // A rule that asks for nothing is none: it could never be met.
        Mix::Rule(rule) if rule.pieces.is_some() || rule.amount.is_some() => Some(rule),
        Mix::Rule(_) | Mix::None | Mix::Unknown => None,
    })?;
    let mut pieces = Quantity::ZERO;
    let mut amount = Money::ZERO;
    for (_, line) in groups.beside(priced).filter(|(group, _)| group.takes_part_in_mix()) {
        pieces = pieces + line.line.quantity;
        amount += line.amount.unwrap_or_default();
    }
    let met = rule.pieces.is_some_and(|needed| pieces >= needed)
        || rule.amount.is_some_and(|needed| amount >= needed);
    let needed = groups.all.iter().any(|group| group.takes_part_in_mix() && !group.missed.is_empty());
    Some(MixGauge { rule, pieces, amount, met, needed })
}

/// `goods`: of the whole part, as a free-from threshold looks at the order and a part is one order.
fn part_freight(
    groups: &Groups<'_>,
    priced: &[PricedLine],
    goods: Money,
    destination: &Destination,
) -> Freight {
    // Of an offer with a line nobody knows the price of, the freight is as unknown.
    if groups.beside(priced).any(|(_, line)| line.amount.is_none()) {
        return Freight::Unknown;
    }
    let shipments: Vec<(&FreightTerms, Shipment)> = groups
        .all
        .iter()
        .map(|group| {
            let shipment = Shipment {
                quantity: group.total.decimal(),
                weight_kg: group.offer.weight_kg,
                volume_m3: group.offer.volume_m3,
                goods,
            };
            (&group.offer.freight, shipment)
        })
        .collect();
    freight::of_order(&shipments, destination)
}

/// What quantities of an offer are multiples of: its lot; else its unit's step, where the unit is known.
fn known_step(offer: &Offer) -> Option<Quantity> {
    offer.lot.filter(|lot| !lot.is_zero()).or_else(|| offer.unit.as_ref().map(Unit::step))
}

struct Judge<'a> {
    supplier_id: &'a Option<SupplierId>,
    groups: &'a [OfferGroup<'a>],
    priced: &'a [PricedLine],
    mix: Option<MixGauge>,
    rules: &'a Rules,
}

impl Judge<'_> {
    fn violation(
        &self,
        kind: ViolationKind,
        offer: Option<&OfferKey>,
        line_ids: Vec<LineId>,
        [required, actual, shortfall]: [Measure; 3],
    ) -> Violation {
        Violation {
            kind,
            supplier_id: self.supplier_id.clone(),
            offer: offer.cloned(),
            line_ids,
            required,
            actual,
            shortfall,
        }
    }

    fn bare(&self, kind: ViolationKind, offer: &OfferKey, line: LineId) -> Violation {
        self.violation(kind, Some(offer), vec![line], [Measure::default(); 3])
    }

    fn all(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        self.specs_and_prices(&mut found);
        self.minimums(&mut found);
        self.lots(&mut found);
        self.limits(&mut found);
        self.stocks(&mut found);
        self.line_cap(&mut found);
        found.sort_by(|a, b| (a.kind, a.line_ids.first()).cmp(&(b.kind, b.line_ids.first())));
        found
    }

    fn specs_and_prices(&self, found: &mut Vec<Violation>) {
        for priced in self.priced {
            let line = &priced.line;
            let key = &line.offer.key;
            let spec_missing = match &line.spec_id {
                Some(_) => line.sku().is_none(),
                None => !line.offer.skus.is_empty(),
            };
            if line.offer.gone || key.market_id().is_none() {
                found.push(self.bare(ViolationKind::Gone, key, line.id));
            } else if spec_missing {
                found.push(self.bare(ViolationKind::UnknownSpec, key, line.id));
            } else if priced.unit_price.is_none_or(|price| price.is_zero() || price.is_negative()) {
                found.push(self.bare(ViolationKind::PriceZero, key, line.id));
            }
        }
    }

    fn minimums(&self, found: &mut Vec<Violation>) {
        let mix_applies = self.mix.is_some();
        let mix_met = self.mix.is_some_and(|mix| mix.met);
        let mut short_in_mix: Vec<LineId> = Vec::new();
        for group in self.groups {
            let missed = &group.missed;
            if mix_applies && group.takes_part_in_mix() {
                short_in_mix.extend(missed.iter().flat_map(|minimum| minimum.line_ids.iter().copied()));
                if !mix_met || self.rules.mix_waives_moq {
                    continue;
                }
            }
            for Missed { line_ids, required, actual } in missed {
                found.push(self.violation(
                    ViolationKind::Moq,
                    Some(&group.offer.key),
                    line_ids.clone(),
                    [
                        Measure::pieces(*required),
                        Measure::pieces(*actual),
                        Measure::pieces(required.less(*actual)),
                    ],
                ));
            }
        }
        let Some(mix) = self.mix.filter(|mix| !mix.met && !short_in_mix.is_empty()) else { return };
        short_in_mix.sort_unstable();
        short_in_mix.dedup();
        found.push(self.violation(
            ViolationKind::Mix,
            None,
            short_in_mix,
            [
                Measure { pieces: mix.rule.pieces, amount: mix.rule.amount },
                Measure {
                    pieces: mix.rule.pieces.map(|_| mix.pieces),
                    amount: mix.rule.amount.map(|_| mix.amount),
                },
                Measure {
                    pieces: mix.rule.pieces.map(|needed| needed.less(mix.pieces)),
                    amount: mix.rule.amount.map(|needed| needed - mix.amount),
                },
            ],
        ));
    }

    /// A lot not whole, a part of a counted unit, or nothing at all.
    fn lots(&self, found: &mut Vec<Violation>) {
        for priced in self.priced {
            let line = &priced.line;
            let step = match known_step(&line.offer) {
                Some(step) => step,
                None if line.quantity.is_zero() => Quantity::ONE,
                None => continue,
            };
            let up = line.quantity.max(step).round_up_to(step);
            if up != line.quantity {
                found.push(self.violation(
                    ViolationKind::Lot,
                    Some(&line.offer.key),
                    vec![line.id],
                    [
                        Measure::pieces(up),
                        Measure::pieces(line.quantity),
                        Measure::pieces(up.less(line.quantity)),
                    ],
                ));
            }
        }
    }

    fn limits(&self, found: &mut Vec<Violation>) {
        for group in self.groups {
            let Some(limit) = group.offer.purchase_limit.filter(|limit| group.total > *limit) else {
                continue;
            };
            found.push(self.violation(
                ViolationKind::PurchaseLimit,
                Some(&group.offer.key),
                ids(&group.lines),
                [
                    Measure::pieces(limit),
                    Measure::pieces(group.total),
                    Measure::pieces(group.total.less(limit)),
                ],
            ));
        }
    }

    /// Stock is per SKU, and per offer where it has none.
    fn stocks(&self, found: &mut Vec<Violation>) {
        for group in self.groups {
            for (spec, lines) in &group.by_spec {
                let stock = match spec {
                    Some(spec) => group.offer.sku(spec).and_then(|sku| sku.stock),
                    None => group.offer.stock,
                };
                let wanted = units(lines);
                let Some(stock) = stock.filter(|stock| wanted > *stock) else { continue };
                found.push(self.violation(
                    ViolationKind::Stock,
                    Some(&group.offer.key),
                    ids(lines),
                    [Measure::pieces(stock), Measure::pieces(wanted), Measure::pieces(wanted.less(stock))],
                ));
            }
        }
    }

    fn line_cap(&self, found: &mut Vec<Violation>) {
        let count = self.priced.len();
        if count > self.rules.line_cap {
            let pieces = |n: usize| Measure::pieces(Quantity::whole(u32::try_from(n).unwrap_or(u32::MAX)));
            let mut all: Vec<LineId> = self.priced.iter().map(|priced| priced.line.id).collect();
            all.sort_unstable();
            found.push(self.violation(
                ViolationKind::LineCap,
                None,
                all,
                [pieces(self.rules.line_cap), pieces(count), pieces(count - self.rules.line_cap)],
            ));
        }
    }
}
