//! The cart's verdict: totals, and every broken rule with its shortfall (DESIGN 6.5 to 6.8).
//!
//! The sandbox judges the same rules by code of its own, written from the protocol's documentation: the
//! market judges the client, so nothing here is shared with it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::freight::{self, Destination, Freight, Shipment};
use crate::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, QuoteType, Sku};
use crate::domain::price;
use crate::domain::quantity::Quantity;
use crate::domain::supplier::{Mix, MixRule};
use crate::domain::text::Clean;

/// One SKU of one offer in the cart, with the offer as last read.
#[derive(Debug, Clone, PartialEq)]
pub struct CartLine {
    /// Never changes, never reused.
    pub id: LineId,
    /// The listing the line was priced by.
    pub offer: Arc<Offer>,
    /// Chosen SKU; `None` for offers without SKUs, or not chosen yet.
    pub spec_id: Option<SpecId>,
    /// Units wanted.
    pub quantity: Quantity,
}

impl CartLine {
    /// The chosen SKU, where the offer has it.
    pub fn sku(&self) -> Option<&Sku> {
        self.spec_id.as_ref().and_then(|spec| self.offer.sku(spec))
    }
}

/// Settings of the gateway that the rules depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Whether a met mix rule waives each offer's own minimum (DESIGN 6.6; default yes).
    pub mix_waives_moq: bool,
    /// SKU lines in one order (GATEWAY.md 1.4).
    pub line_cap: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { mix_waives_moq: true, line_cap: 50 }
    }
}

/// Which rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViolationKind {
    /// Below the offer's own minimum.
    Moq,
    /// Not a multiple of the lot.
    Lot,
    /// More than is in stock.
    Stock,
    /// More than one buyer may order.
    PurchaseLimit,
    /// Short lines, and the supplier's mix rule is not met either.
    Mix,
    /// More lines than one order takes.
    LineCap,
    /// No SKU chosen, or one the offer does not have.
    UnknownSpec,
    /// No longer on sale (or an imported good no market sells).
    Gone,
    /// The market would refuse a price of zero, or no price is known.
    PriceZero,
    /// No delivery address.
    NoAddress,
    /// The market offers no way to order it through its API.
    NoTradeType,
}

impl ViolationKind {
    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            ViolationKind::Moq => "moq",
            ViolationKind::Lot => "lot",
            ViolationKind::Stock => "stock",
            ViolationKind::PurchaseLimit => "purchase_limit",
            ViolationKind::Mix => "mix",
            ViolationKind::LineCap => "line_cap",
            ViolationKind::UnknownSpec => "unknown_spec",
            ViolationKind::Gone => "gone",
            ViolationKind::PriceZero => "price_zero",
            ViolationKind::NoAddress => "no_address",
            ViolationKind::NoTradeType => "no_trade_type",
        }
    }
}

/// A measure of pieces, of yuan, or of both (either one would do, for a mix rule).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Measure {
    /// Pieces.
    pub pieces: Option<Quantity>,
    /// Yuan.
    pub amount: Option<Money>,
}

impl Measure {
    /// Only pieces.
    pub fn pieces(pieces: Quantity) -> Self {
        Measure { pieces: Some(pieces), amount: None }
    }
}

/// One broken rule, with the lines it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which rule.
    pub kind: ViolationKind,
    /// The supplier it concerns.
    pub supplier_id: Option<SupplierId>,
    /// The offer it concerns, where it is one offer's rule.
    pub offer: Option<OfferKey>,
    /// The lines it belongs to, ascending.
    pub line_ids: Vec<LineId>,
    /// What the rule asks for (the limit itself, for upper bounds).
    pub required: Measure,
    /// What the cart has.
    pub actual: Measure,
    /// How much is missing (too much, for upper bounds).
    pub shortfall: Measure,
}

/// A line with its predicted price.
#[derive(Debug, Clone, PartialEq)]
pub struct PricedLine {
    /// The line.
    pub line: CartLine,
    /// Predicted charge for one unit; `None` = unknown.
    pub unit_price: Option<Money>,
    /// List price beside it.
    pub list_price: Option<Money>,
    /// Unit price x quantity, rounded to the fen.
    pub amount: Option<Money>,
}

/// How far a supplier's mix rule is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MixGauge {
    /// The rule.
    pub rule: MixRule,
    /// Pieces over its mix-enabled lines.
    pub pieces: Quantity,
    /// Goods amount over them, yuan.
    pub amount: Money,
    /// Pieces OR amount reached.
    pub met: bool,
    /// Whether any line needs it; when none does, the supplier is legal whatever the gauge says.
    pub needed: bool,
}

/// One supplier's part of the cart: what becomes one order.
#[derive(Debug, Clone, PartialEq)]
pub struct SupplierPart {
    /// `None` gathers offers whose supplier is not known yet.
    pub supplier_id: Option<SupplierId>,
    /// Company name.
    pub supplier_name: Option<Clean>,
    /// Lines in the order they were added.
    pub lines: Vec<PricedLine>,
    /// Sum of known amounts.
    pub goods: Money,
    /// Whether every line's amount is known.
    pub goods_complete: bool,
    /// Freight to the default district.
    pub freight: Freight,
    /// Mix rule gauge; `None` when the supplier has no rule or it is unknown.
    pub mix: Option<MixGauge>,
}

impl SupplierPart {
    /// Goods + freight, `None` when a part is unknown.
    pub fn landed(&self) -> Option<Money> {
        self.freight.amount().filter(|_| self.goods_complete).map(|freight| self.goods + freight)
    }
}

/// The whole verdict.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Assessment {
    /// By supplier, in the order of their first lines.
    pub parts: Vec<SupplierPart>,
    /// In the order of parts and lines.
    pub violations: Vec<Violation>,
}

impl Assessment {
    /// Sum of known goods.
    pub fn goods(&self) -> Money {
        self.parts.iter().map(|part| part.goods).sum()
    }

    /// Freight over all suppliers (each ships its own): known, bound or unknown.
    pub fn freight(&self) -> Freight {
        let mut sum = Money::ZERO;
        let mut bound = false;
        for part in &self.parts {
            match part.freight {
                Freight::Known(money) => sum += money,
                Freight::AtMost(money) => {
                    bound = true;
                    sum += money;
                }
                Freight::Unknown => return Freight::Unknown,
            }
        }
        if bound { Freight::AtMost(sum) } else { Freight::Known(sum) }
    }

    /// Sum of the freights that are known, for an incomplete sum shown as `>=`.
    pub fn known_freight(&self) -> Money {
        self.parts.iter().filter_map(|part| part.freight.amount()).sum()
    }

    /// Goods + freight; `None` when a part is unknown.
    pub fn landed(&self) -> Option<Money> {
        let complete = self.parts.iter().all(|part| part.goods_complete);
        self.freight().amount().filter(|_| complete).map(|freight| self.goods() + freight)
    }

    /// The violations that stand in the way of one supplier's order.
    pub fn violations_of<'a>(
        &'a self,
        supplier: Option<&'a SupplierId>,
    ) -> impl Iterator<Item = &'a Violation> {
        self.violations
            .iter()
            .filter(move |v| v.supplier_id.as_ref() == supplier || v.kind == ViolationKind::NoAddress)
    }
}

/// Prices every line and names every broken rule.
///
/// Lines of one supplier are judged together; several lines of one SKU count together for its stock.
pub fn assess(lines: &[CartLine], rules: &Rules, destination: &Destination) -> Assessment {
    let mut order: Vec<Option<SupplierId>> = Vec::new();
    let mut by_supplier: BTreeMap<Option<SupplierId>, Vec<&CartLine>> = BTreeMap::new();
    for line in lines {
        let supplier = line.offer.supplier_id.clone();
        if !by_supplier.contains_key(&supplier) {
            order.push(supplier.clone());
        }
        by_supplier.entry(supplier).or_default().push(line);
    }
    let mut assessment = Assessment::default();
    for supplier in order {
        let lines = by_supplier.remove(&supplier).unwrap_or_default();
        let (part, violations) = assess_supplier(supplier, &lines, rules, destination);
        assessment.parts.push(part);
        assessment.violations.extend(violations);
    }
    assessment
}

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

fn assess_supplier(
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::offer::PriceTier;
    use jiff::Timestamp;

    fn offer(id: i64, price: &str, moq: u32, mix: Mix) -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(id), Clean::new("杯"), Timestamp::UNIX_EPOCH);
        offer.supplier_id = Some(SupplierId::new("s1"));
        offer.moq = Some(Quantity::whole(moq));
        offer.tiers = vec![PriceTier {
            from_quantity: Quantity::whole(moq),
            price: price.parse().unwrap(),
            promotion: None,
        }];
        offer.mix = mix;
        offer
    }

    fn line(id: i64, offer: Offer, quantity: u32) -> CartLine {
        CartLine {
            id: LineId(id),
            offer: Arc::new(offer),
            spec_id: None,
            quantity: Quantity::whole(quantity),
        }
    }

    fn thirty_or_three_hundred() -> Mix {
        Mix::Rule(MixRule { pieces: Some(Quantity::whole(30)), amount: Some("300.00".parse().unwrap()) })
    }

    #[test]
    fn worked_example_c() {
        let mix = thirty_or_three_hundred();
        let cart = [line(1, offer(1, "9.90", 50, mix), 12), line(2, offer(2, "6.50", 50, mix), 8)];
        let verdict = assess(&cart, &Rules::default(), &Destination::default());
        let [violation] = verdict.violations.as_slice() else { panic!("{:?}", verdict.violations) };
        assert_eq!(violation.kind, ViolationKind::Mix);
        assert_eq!(violation.line_ids, [LineId(1), LineId(2)]);
        assert_eq!(violation.actual.amount.unwrap().to_string(), "170.80");
        assert_eq!(
            violation.shortfall,
            Measure { pieces: Some(Quantity::whole(10)), amount: Some("129.20".parse().unwrap()) }
        );
    }

    #[test]
    fn a_met_mix_rule_waives_minimums_only_where_the_gateway_says_so() {
        let mix = thirty_or_three_hundred();
        let cart = [line(1, offer(1, "9.90", 50, mix), 30)];
        assert!(assess(&cart, &Rules::default(), &Destination::default()).violations.is_empty());
        let strict =
            assess(&cart, &Rules { mix_waives_moq: false, ..Rules::default() }, &Destination::default());
        assert_eq!(strict.violations[0].kind, ViolationKind::Moq);
    }

    #[test]
    fn the_mix_rule_is_not_asked_when_every_line_meets_its_minimum() {
        let cart = [line(1, offer(1, "1.00", 5, thirty_or_three_hundred()), 5)];
        let verdict = assess(&cart, &Rules::default(), &Destination::default());
        assert!(verdict.violations.is_empty());
        assert!(!verdict.parts[0].mix.unwrap().met && !verdict.parts[0].mix.unwrap().needed);
    }

    #[test]
    fn a_short_line_outside_the_mix_is_a_plain_minimum() {
        let mut alone = offer(1, "9.90", 50, thirty_or_three_hundred());
        alone.mix_enabled = Some(false);
        let cart = [line(1, alone, 12), line(2, offer(2, "6.50", 5, thirty_or_three_hundred()), 40)];
        let verdict = assess(&cart, &Rules::default(), &Destination::default());
        let [violation] = verdict.violations.as_slice() else { panic!("{:?}", verdict.violations) };
        assert_eq!(
            (violation.kind, violation.shortfall.pieces),
            (ViolationKind::Moq, Some(Quantity::whole(38)))
        );
    }

    #[test]
    fn an_imported_good_is_never_legal_to_send() {
        let mut local = offer(1, "9.90", 1, Mix::None);
        local.key = "L:uci:85123A".parse().unwrap();
        assert_eq!(
            assess(&[line(1, local, 12)], &Rules::default(), &Destination::default()).violations[0].kind,
            ViolationKind::Gone
        );
    }
}
