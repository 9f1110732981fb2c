//! The cart's verdict: totals, and every broken rule with its shortfall (DESIGN 6.5 to 6.8).
//!
//! The sandbox judges the same rules by code of its own, written from the protocol's documentation: the
//! market judges the client, so nothing here is shared with it.

mod judge;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::freight::{Destination, Freight};
use crate::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::{Offer, Sku};
use crate::domain::quantity::Quantity;
use crate::domain::supplier::MixRule;
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

/// Which rule is broken, in the order in which a market judges (DESIGN 9): what is named first would be refused first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViolationKind {
    /// More lines than one order takes.
    LineCap,
    /// No SKU chosen, or one the offer does not have.
    UnknownSpec,
    /// No longer on sale (or an imported good no market sells).
    Gone,
    /// The market would refuse a price of zero, or no price is known.
    PriceZero,
    /// Short lines, and the supplier's mix rule is not met either.
    Mix,
    /// Below the offer's own minimum.
    Moq,
    /// Not a multiple of the lot, or a part of a counted unit.
    Lot,
    /// More than one buyer may order.
    PurchaseLimit,
    /// More than is in stock.
    Stock,
    /// No delivery address.
    NoAddress,
    /// The market offers no way to order it through its API.
    NoTradeType,
}

impl ViolationKind {
    /// All of them, in that order.
    pub const ALL: [ViolationKind; 11] = [
        ViolationKind::LineCap,
        ViolationKind::UnknownSpec,
        ViolationKind::Gone,
        ViolationKind::PriceZero,
        ViolationKind::Mix,
        ViolationKind::Moq,
        ViolationKind::Lot,
        ViolationKind::PurchaseLimit,
        ViolationKind::Stock,
        ViolationKind::NoAddress,
        ViolationKind::NoTradeType,
    ];

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// In the order of the parts, of each in the order a market judges, of each rule by its first line.
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
/// Lines of one supplier are judged together; several lines of one SKU count together for its stock. The time it
/// takes grows with the number of lines, not with its square: it is done after every edit.
pub fn assess(lines: &[CartLine], rules: &Rules, destination: &Destination) -> Assessment {
    let mut at: HashMap<Option<&SupplierId>, usize> = HashMap::new();
    let mut by_supplier: Vec<(Option<&SupplierId>, Vec<&CartLine>)> = Vec::new();
    for line in lines {
        let supplier = line.offer.supplier_id.as_ref();
        let index = *at.entry(supplier).or_insert_with(|| {
            by_supplier.push((supplier, Vec::new()));
            by_supplier.len() - 1
        });
        if let Some((_, its)) = by_supplier.get_mut(index) {
            its.push(line);
        }
    }
    let mut assessment = Assessment::default();
    for (supplier, lines) in by_supplier {
        let (part, violations) = judge::assess_supplier(supplier.cloned(), &lines, rules, destination);
        assessment.parts.push(part);
        assessment.violations.extend(violations);
    }
    assessment
}
