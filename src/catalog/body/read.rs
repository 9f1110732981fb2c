//! Reading a body. Anything may stand there (a file on disk is outside): what does not fit makes the whole body
//! unreadable, and text is cleaned again.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{field, flag};
use crate::domain::flow::{Flow, FlowSku, FlowTerms};
use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::id::{OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::offer::{Attribute, Completeness, Offer, OfferKind, PriceTier, QuoteType, Services, Sku};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::{Identity, Mix, MixRule};
use crate::domain::text::Clean;

pub(super) fn offer(key: OfferKey, body: &[u8], fetched_at: Timestamp) -> Option<Offer> {
    let mut offer = Offer::blank(key, Clean::default(), fetched_at);
    let mut fields = In(body);
    while let Some((number, value)) = fields.field()? {
        match number {
            field::TITLE => offer.title = clean(value)?,
            field::TITLE_EN => offer.title_en = Some(clean(value)?),
            field::SUPPLIER_ID => offer.supplier_id = Some(SupplierId::new(text(value)?)),
            field::SUPPLIER_NAME => offer.supplier_name = Some(clean(value)?),
            field::BELT => offer.belt = Some(clean(value)?),
            field::UNIT => offer.unit = Some(Unit::new(text(value)?)),
            field::QUOTE_TYPE => {
                offer.quote_type = QuoteType::from_number(i64::try_from(number_of(value)?).ok()?)?;
            }
            field::TIER => offer.tiers.push(tier(value)?),
            field::RANGE => {
                let mut value = In(value);
                offer.price_range = Some((value.money()?, value.money()?));
            }
            field::SKU => offer.skus.push(sku(value)?),
            field::MOQ => offer.moq = Some(quantity(value)?),
            field::LOT => offer.lot = Some(quantity(value)?),
            field::LIMIT => offer.purchase_limit = Some(quantity(value)?),
            field::STOCK => offer.stock = Some(quantity(value)?),
            field::FLAGS => {
                let bits = number_of(value)?;
                let has = |bit: u64| bits & bit != 0;
                offer.gone = has(flag::GONE);
                offer.advertised = has(flag::ADVERTISED);
                offer.completeness = if has(flag::FULL) { Completeness::Full } else { Completeness::Row };
                offer.kind = if has(flag::FEE) { OfferKind::Fee } else { OfferKind::Goods };
                offer.mix_enabled = has(flag::MIX_SAID).then_some(has(flag::MIX_ENABLED));
            }
            field::MIX => offer.mix = mix(value)?,
            field::FREIGHT => offer.freight = freight(value)?,
            field::WEIGHT => offer.weight_kg = Some(In(value).decimal()?),
            field::VOLUME => offer.volume_m3 = Some(In(value).decimal()?),
            field::PER_CARTON => offer.per_carton = Some(quantity(value)?),
            field::LEAD_TIME => offer.lead_time_hours = Some(u32::try_from(number_of(value)?).ok()?),
            field::SOLD => offer.sold_30d = Some(number_of(value)?),
            field::REPEAT => offer.repeat_rate = Some(In(value).decimal()?),
            field::IDENTITY => offer.identities.push(Identity::from_word(text(value)?)),
            field::YEARS => offer.years = Some(u32::try_from(number_of(value)?).ok()?),
            field::CATEGORY => offer.category_id = Some(number_of(value)?.cast_signed()),
            field::CITY => offer.city = Some(clean(value)?),
            field::ATTRIBUTE => offer.attributes.push(attribute(value)?),
            field::RATING => offer.rating = Some(In(value).decimal()?),
            field::SERVICES => offer.services = services(number_of(value)?),
            field::FLOW => offer.flows.push(flow(value)?),
            _ => {}
        }
    }
    Some(offer)
}

fn flow(body: &[u8]) -> Option<FlowTerms> {
    let mut terms = FlowTerms {
        flow: Flow::General,
        start_quantity: None,
        price: None,
        sku_prices: Vec::new(),
        post_included: None,
    };
    let mut fields = In(body);
    while let Some((number, value)) = fields.field()? {
        match number {
            field::FLOW_WORD => terms.flow = Flow::from_word(text(value)?),
            field::FLOW_START => terms.start_quantity = Some(quantity(value)?),
            field::FLOW_PRICE => terms.price = Some(In(value).money()?),
            field::FLOW_POST => terms.post_included = Some(number_of(value)? == 1),
            field::FLOW_SKU => terms.sku_prices.push(flow_sku(value)?),
            _ => {}
        }
    }
    Some(terms)
}

fn flow_sku(body: &[u8]) -> Option<FlowSku> {
    let (mut spec_id, mut price) = (SpecId::default(), None);
    let mut fields = In(body);
    while let Some((number, value)) = fields.field()? {
        match number {
            field::FLOW_SKU_SPEC => spec_id = SpecId::new(text(value)?),
            field::FLOW_SKU_PRICE => price = Some(In(value).money()?),
            _ => {}
        }
    }
    Some(FlowSku { spec_id, price: price? })
}

fn sku(body: &[u8]) -> Option<Sku> {
    let mut sku = Sku {
        spec_id: SpecId::default(),
        sku_id: None,
        name: Clean::default(),
        name_en: None,
        price: None,
        promotion: None,
        tiers: Vec::new(),
        stock: None,
    };
    let mut fields = In(body);
    while let Some((number, value)) = fields.field()? {
        match number {
            field::SPEC => sku.spec_id = SpecId::new(text(value)?),
            field::SPEC_HEX => sku.spec_id = SpecId::new(&hex(value)),
            field::SKU_ID => sku.sku_id = Some(number_of(value)?.cast_signed()),
            field::NAME => sku.name = clean(value)?,
            field::NAME_EN => sku.name_en = Some(clean(value)?),
            field::PRICE => sku.price = Some(In(value).money()?),
            field::PROMOTION => sku.promotion = Some(In(value).money()?),
            field::SKU_TIER => sku.tiers.push(tier(value)?),
            field::SKU_STOCK => sku.stock = Some(quantity(value)?),
            _ => {}
        }
    }
    Some(sku)
}

fn attribute(body: &[u8]) -> Option<Attribute> {
    let mut attribute =
        Attribute { name: Clean::default(), name_en: None, value: Clean::default(), value_en: None };
    let mut fields = In(body);
    while let Some((number, value)) = fields.field()? {
        match number {
            field::OF => attribute.name = clean(value)?,
            field::OF_EN => attribute.name_en = Some(clean(value)?),
            field::VALUE => attribute.value = clean(value)?,
            field::VALUE_EN => attribute.value_en = Some(clean(value)?),
            _ => {}
        }
    }
    Some(attribute)
}

fn tier(body: &[u8]) -> Option<PriceTier> {
    let mut value = In(body);
    Some(PriceTier {
        from_quantity: Quantity::from_decimal(value.decimal()?)?,
        price: value.money()?,
        promotion: if value.0.is_empty() { None } else { Some(value.money()?) },
    })
}

fn mix(body: &[u8]) -> Option<Mix> {
    let mut value = In(body);
    if value.0.is_empty() {
        return Some(Mix::None);
    }
    let said = value.varint()?;
    let pieces = if said & 1 == 1 { Some(Quantity::from_decimal(value.decimal()?)?) } else { None };
    let amount = if said >> 1 & 1 == 1 { Some(value.money()?) } else { None };
    Some(Mix::Rule(MixRule { pieces, amount }))
}

/// Freight terms of a body; `None` = damaged.
pub(in crate::catalog) fn freight(body: &[u8]) -> Option<FreightTerms> {
    let mut value = In(body);
    match value.byte()? {
        0 => Some(FreightTerms::Unknown),
        1 => Some(FreightTerms::SellerPays),
        2 => Some(FreightTerms::Collect),
        3 => Some(FreightTerms::ByAgreement),
        4 => {
            let charge_by = match value.byte()? {
                0 => ChargeBy::Weight,
                1 => ChargeBy::Pieces,
                2 => ChargeBy::Volume,
                _ => return None,
            };
            let (first_unit, next_unit) = (value.decimal()?, value.decimal()?);
            let fees = match value.byte()? {
                0 => {
                    let count = value.varint()?;
                    // Each takes some bytes: a damaged count must not ask for memory.
                    if count > value.0.len() as u64 {
                        return None;
                    }
                    Fees::Zones((0..count).map(|_| value.fee()).collect::<Option<_>>()?)
                }
                1 => {
                    let length = usize::try_from(value.varint()?).ok()?;
                    let code = Clean::capped(text(value.bytes(length)?)?, 20).as_str().to_owned();
                    Fees::District { code, fee: value.fee()? }
                }
                _ => return None,
            };
            let free_from = if value.0.is_empty() { None } else { Some(value.money()?) };
            Some(FreightTerms::Template(FreightTemplate {
                charge_by,
                first_unit,
                next_unit,
                fees,
                free_from,
            }))
        }
        _ => None,
    }
}

fn services(bits: u64) -> Services {
    let said = |at: u32| (bits >> (2 * at) & 1 == 1).then_some(bits >> (2 * at + 1) & 1 == 1);
    Services {
        dropship: said(0),
        free_ship: said(1),
        return_7d: said(2),
        invoice: said(3),
        custom: said(4),
        pay_later: said(5),
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn clean(bytes: &[u8]) -> Option<Clean> {
    text(bytes).map(Clean::new)
}

fn number_of(bytes: &[u8]) -> Option<u64> {
    In(bytes).varint()
}

fn quantity(bytes: &[u8]) -> Option<Quantity> {
    Quantity::from_decimal(In(bytes).decimal()?)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// What is left to read.
struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    /// The next field; `Some(None)` at the end, `None` when the bytes are damaged.
    fn field(&mut self) -> Option<Option<(u8, &'a [u8])>> {
        if self.0.is_empty() {
            return Some(None);
        }
        let number = self.byte()?;
        let length = usize::try_from(self.varint()?).ok()?;
        Some(Some((number, self.bytes(length)?)))
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return None;
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn decimal(&mut self) -> Option<Decimal> {
        let scale = self.byte()?;
        let mut folded = u128::from(self.varint()?);
        if scale & 0x80 != 0 {
            folded |= u128::from(self.varint()?) << 64;
        }
        let size = i128::try_from(folded >> 1).ok()?;
        let mantissa = if folded & 1 == 1 { -size } else { size };
        Decimal::try_from_i128_with_scale(mantissa, u32::from(scale & 0x7f)).ok()
    }

    fn money(&mut self) -> Option<Money> {
        self.decimal().map(Money::from_yuan)
    }

    fn fee(&mut self) -> Option<Fee> {
        Some(Fee { first: self.money()?, next: self.money()? })
    }
}
