//! Judging one supplier's lines: what they cost, and every rule they break, in the order the market judges.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{CartLine, Measure, MixGauge, PricedLine, Rules, SupplierPart, Violation, ViolationKind};
use crate::domain::freight::{self, Destination, Freight, Shipment};
use crate::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, QuoteType};
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::domain::supplier::Mix;

/// One offer's lines within a supplier's part.
struct OfferGroup<'a> {
    offer: &'a Arc<Offer>,
    lines: Vec<&'a CartLine>,
    total: Quantity,
}

/// A minimum that its lines do not reach.
struct Missed {
    line_ids: Vec<LineId>,
    required: Quantity,
    actual: Quantity,
}

impl OfferGroup<'_> {
    fn line_ids(&self) -> Vec<LineId> {
        let mut ids: Vec<LineId> = self.lines.iter().map(|line| line.id).collect();
        ids.sort_unstable();
        ids
    }

    /// The minimums it misses: the offer's own over all its SKUs and, where tiers are per SKU, the first
    /// tier of each SKU it has lines of.
    fn missed(&self) -> Vec<Missed> {
        let whole = Missed {
            line_ids: self.line_ids(),
            required: minimum::required(self.offer, None),
            actual: self.total,
        };
        let skus = self.offer.skus.iter().filter(|_| self.offer.quote_type == QuoteType::TiersPerSku);
        let of_skus = skus.map(|sku| {
            let lines = || self.lines.iter().filter(|line| line.spec_id.as_ref() == Some(&sku.spec_id));
            let mut line_ids: Vec<LineId> = lines().map(|line| line.id).collect();
            line_ids.sort_unstable();
            let first = price::first_tier(&sku.tiers).map(|tier| tier.from_quantity);
            let actual = lines().map(|line| line.quantity).sum();
            Missed { line_ids, required: first.unwrap_or_default(), actual }
        });
        let all = std::iter::once(whole).chain(of_skus);
        all.filter(|minimum| !minimum.line_ids.is_empty() && minimum.actual < minimum.required).collect()
    }

    fn is_short(&self) -> bool {
        !self.missed().is_empty()
    }

    /// Not said counts as yes: the rule is the supplier's, an offer has to opt out of it.
    fn takes_part_in_mix(&self) -> bool {
        self.offer.mix_enabled.unwrap_or(true)
    }
}

/// One supplier's part of the cart, priced, and every rule it breaks.
pub(super) fn assess_supplier(
    supplier_id: Option<SupplierId>,
    lines: &[&CartLine],
    rules: &Rules,
    destination: &Destination,
) -> (SupplierPart, Vec<Violation>) {
    let groups = group_by_offer(lines);
    let priced: Vec<PricedLine> = lines.iter().map(|line| price_line(line, &groups)).collect();
    let goods = priced.iter().filter_map(|line| line.amount).sum();
    let goods_complete = priced.iter().all(|line| line.amount.is_some());
    let mix = gauge(&groups, &priced);
    let violations = Judge { supplier_id: &supplier_id, groups: &groups, priced: &priced, mix, rules }.all();
    let part = SupplierPart {
        supplier_name: lines.iter().find_map(|line| line.offer.supplier_name.clone()),
        freight: part_freight(&groups, &priced, destination),
        supplier_id,
        lines: priced,
        goods,
        goods_complete,
        mix,
    };
    (part, violations)
}

fn group_by_offer<'a>(lines: &[&'a CartLine]) -> Vec<OfferGroup<'a>> {
    let mut groups: Vec<OfferGroup<'a>> = Vec::new();
    for line in lines {
        match groups.iter_mut().find(|group| group.offer.key == line.offer.key) {
            Some(group) => {
                group.lines.push(line);
                group.total = group.total + line.quantity;
            }
            None => groups.push(OfferGroup { offer: &line.offer, lines: vec![line], total: line.quantity }),
        }
    }
    groups
}

fn price_line(line: &CartLine, groups: &[OfferGroup<'_>]) -> PricedLine {
    let group = groups.iter().find(|group| group.offer.key == line.offer.key);
    let total = group.map_or(line.quantity, |group| group.total);
    let of_sku = group.map_or(line.quantity, |group| {
        group.lines.iter().filter(|other| other.spec_id == line.spec_id).map(|other| other.quantity).sum()
    });
    let price = price::unit_price(&line.offer, line.spec_id.as_ref(), total, of_sku);
    PricedLine {
        line: line.clone(),
        unit_price: price.map(|price| price.charged),
        list_price: price.map(|price| price.list),
        amount: price.map(|price| price.charged.times(line.quantity.decimal()).rounded()),
    }
}

fn gauge(groups: &[OfferGroup<'_>], priced: &[PricedLine]) -> Option<MixGauge> {
    let rule = groups.iter().find_map(|group| match group.offer.mix {
        Mix::Rule(rule) => Some(rule),
        Mix::None | Mix::Unknown => None,
    })?;
    let enabled: BTreeSet<&OfferKey> =
        groups.iter().filter(|group| group.takes_part_in_mix()).map(|group| &group.offer.key).collect();
    let counted: Vec<&PricedLine> =
        priced.iter().filter(|line| enabled.contains(&line.line.offer.key)).collect();
    let pieces: Quantity = counted.iter().map(|line| line.line.quantity).sum();
    let amount: Money = counted.iter().filter_map(|line| line.amount).sum();
    let met = rule.pieces.is_some_and(|needed| pieces >= needed)
        || rule.amount.is_some_and(|needed| amount >= needed);
    let needed = groups.iter().any(|group| group.takes_part_in_mix() && group.is_short());
    Some(MixGauge { rule, pieces, amount, met, needed })
}

fn part_freight(groups: &[OfferGroup<'_>], priced: &[PricedLine], destination: &Destination) -> Freight {
    let part_goods: Money = priced.iter().filter_map(|line| line.amount).sum();
    let parts: Vec<Freight> = groups
        .iter()
        .map(|group| {
            let known = priced
                .iter()
                .filter(|line| line.line.offer.key == group.offer.key)
                .all(|line| line.amount.is_some());
            if !known {
                return Freight::Unknown;
            }
            let shipment = Shipment {
                quantity: group.total.decimal(),
                weight_kg: group.offer.weight_kg,
                volume_m3: group.offer.volume_m3,
                // A free-from threshold looks at the order, and a supplier's part is one order.
                goods: part_goods,
            };
            freight::estimate(&group.offer.freight, &shipment, destination)
        })
        .collect();
    freight::combine(&parts)
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
            } else if priced.unit_price.is_none_or(Money::is_zero) {
                found.push(self.bare(ViolationKind::PriceZero, key, line.id));
            }
        }
    }

    fn minimums(&self, found: &mut Vec<Violation>) {
        let mix_applies = self.mix.is_some();
        let mix_met = self.mix.is_some_and(|mix| mix.met);
        let mut short_in_mix: Vec<LineId> = Vec::new();
        for group in self.groups {
            let missed = group.missed();
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
                    line_ids,
                    [
                        Measure::pieces(required),
                        Measure::pieces(actual),
                        Measure::pieces(required.less(actual)),
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

    fn lots(&self, found: &mut Vec<Violation>) {
        for priced in self.priced {
            let line = &priced.line;
            let Some(lot) = line.offer.lot.filter(|lot| !lot.is_zero()) else { continue };
            if !line.quantity.is_multiple_of(lot) {
                let up = line.quantity.round_up_to(lot);
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
                group.line_ids(),
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
            let specs: BTreeSet<Option<&SpecId>> =
                group.lines.iter().map(|line| line.spec_id.as_ref()).collect();
            for spec in specs {
                let stock = match spec {
                    Some(spec) => group.offer.sku(spec).and_then(|sku| sku.stock),
                    None => group.offer.stock,
                };
                let lines: Vec<&&CartLine> =
                    group.lines.iter().filter(|line| line.spec_id.as_ref() == spec).collect();
                let wanted: Quantity = lines.iter().map(|line| line.quantity).sum();
                let Some(stock) = stock.filter(|stock| wanted > *stock) else { continue };
                let ids = lines.iter().map(|line| line.id).collect();
                found.push(self.violation(
                    ViolationKind::Stock,
                    Some(&group.offer.key),
                    ids,
                    [Measure::pieces(stock), Measure::pieces(wanted), Measure::pieces(wanted.less(stock))],
                ));
            }
        }
    }

    fn line_cap(&self, found: &mut Vec<Violation>) {
        let count = self.priced.len();
        if count > self.rules.line_cap {
            let pieces = |n: usize| Measure::pieces(Quantity::whole(u32::try_from(n).unwrap_or(u32::MAX)));
            let ids = self.priced.iter().map(|priced| priced.line.id).collect();
            found.push(self.violation(
                ViolationKind::LineCap,
                None,
                ids,
                [pieces(self.rules.line_cap), pieces(count), pieces(count - self.rules.line_cap)],
            ));
        }
    }
}
