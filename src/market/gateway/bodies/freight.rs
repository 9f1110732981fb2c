//! Freight of one offer to one district (GATEWAY.md 2.5). The answer holds both a template and the fee it gives for
//! the quantity asked about, which lets the template be checked before it is believed.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::detail::volume_m3;
use super::list::object;
use super::scalar::{Field, money};
use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::money::{Money, Yuan};
use crate::domain::quantity::Quantity;
use crate::market::MarketError;
use crate::market::gateway::envelope;

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct EstimateBody {
    #[serde(alias = "templateId", rename = "templateID")]
    template_id: Field<i64>,
    freight: Field<Yuan>,
    first_fee: Field<Yuan>,
    first_unit: Field<Decimal>,
    next_fee: Field<Yuan>,
    next_unit: Field<Decimal>,
    discount: Field<String>,
    charge_type: Field<i64>,
    free_postage: Field<bool>,
    template_type: Field<i64>,
    sub_template_type: Field<i64>,
    single_product_weight: Field<Decimal>,
    single_product_length: Field<Decimal>,
    single_product_width: Field<Decimal>,
    single_product_height: Field<Decimal>,
}

/// What was asked about.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Six digits.
    pub district: &'a str,
    /// Units.
    pub quantity: Quantity,
    /// Weight of one unit in kg, where known.
    pub weight_kg: Option<Decimal>,
    /// Volume of one unit in m3, where known.
    pub volume_m3: Option<Decimal>,
}

/// What the answer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimated {
    /// How the offer travels to the district that was asked about.
    pub terms: FreightTerms,
    /// Weight of one unit in kg, where told.
    pub weight_kg: Option<Decimal>,
    /// Volume of one unit in m3, where told.
    pub volume_m3: Option<Decimal>,
}

/// Terms to the district asked about. A template that does not give the answer's own freight is not believed
/// (its units may be others than we think), and the terms stay unknown.
pub fn estimate(body: &[u8], asked: &Asked<'_>) -> Result<Estimated, MarketError> {
    let Some(payload) = envelope::payload(body)? else {
        return Ok(Estimated { terms: FreightTerms::Unknown, weight_kg: None, volume_m3: None });
    };
    let body: EstimateBody =
        object(payload).ok_or_else(|| envelope::unreadable("a freight estimate that is none"))?;
    let weight_kg = body.single_product_weight.get().filter(|weight| !weight.is_zero());
    let volume_m3 =
        volume_m3(body.single_product_length, body.single_product_width, body.single_product_height);
    let known = Asked {
        weight_kg: asked.weight_kg.or(weight_kg),
        volume_m3: asked.volume_m3.or(volume_m3),
        ..*asked
    };
    Ok(Estimated { terms: body.terms(&known), weight_kg, volume_m3 })
}

impl EstimateBody {
    fn terms(&self, asked: &Asked<'_>) -> FreightTerms {
        if self.sub_template_type.get() == Some(2) {
            return FreightTerms::Collect;
        }
        if self.free_postage.get() == Some(true) || self.template_type.get() == Some(1) {
            return FreightTerms::SellerPays;
        }
        match self.template_id {
            Field::Known(0) => return FreightTerms::ByAgreement,
            Field::Known(1) => return FreightTerms::SellerPays,
            _ => {}
        }
        self.template(asked).map_or(FreightTerms::Unknown, FreightTerms::Template)
    }

    fn template(&self, asked: &Asked<'_>) -> Option<FreightTemplate> {
        // Empty or 1 = none; what another value does is not documented.
        if self.discount.as_ref().is_some_and(|discount| !matches!(discount.as_str(), "1" | "1.0")) {
            return None;
        }
        let (charge_by, one) = match self.charge_type.get()? {
            0 => (ChargeBy::Weight, asked.weight_kg),
            1 => (ChargeBy::Pieces, Some(Decimal::ONE)),
            2 => (ChargeBy::Volume, asked.volume_m3),
            _ => return None,
        };
        let fee =
            Fee { first: money(self.first_fee)?, next: self.next_fee.get().map_or(Money::ZERO, Money::from) };
        if self.next_fee.is_unreadable() || self.next_unit.is_unreadable() {
            return None;
        }
        let template = FreightTemplate {
            charge_by,
            first_unit: self.first_unit.get()?,
            next_unit: self.next_unit.get().unwrap_or(Decimal::ZERO),
            fees: Fees::District { code: asked.district.to_owned(), fee },
            free_from: None,
        };
        let counted = one.and_then(|one| one.checked_mul(asked.quantity.decimal()));
        if let (Some(counted), Some(told)) = (counted, money(self.freight))
            && template.cost(fee, counted) != told.rounded()
        {
            return None;
        }
        // No freight beside a template: set by agreement after all, or nothing we can check.
        money(self.freight).map(|_| template)
    }
}
