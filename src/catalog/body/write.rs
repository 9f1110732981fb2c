//! Writing a body. Every struct is taken apart by name: a field added to one of them does not compile until it is
//! written here too.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{VERSION, checksum, field, flag};
use crate::domain::flow::{FlowSku, FlowTerms};
use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::money::Money;
use crate::domain::offer::{Attribute, Completeness, Offer, OfferKind, PriceTier, Services, Sku};
use crate::domain::quantity::Quantity;
use crate::domain::supplier::{Identity, Mix};

/// The stored form.
pub(in crate::catalog) fn write(offer: &Offer) -> Vec<u8> {
    let Offer {
        key,
        fetched_at: _,
        title,
        title_en,
        supplier_id,
        supplier_name,
        belt,
        unit,
        quote_type,
        tiers,
        price_range,
        skus,
        moq,
        lot,
        purchase_limit,
        stock,
        mix_enabled,
        mix,
        kind,
        freight,
        weight_kg,
        volume_m3,
        per_carton,
        lead_time_hours,
        sold_30d,
        repeat_rate,
        identities,
        years,
        category_id,
        city,
        attributes,
        services,
        rating,
        flows,
        // Of the seller: it goes into the supplier's record.
        reputation: _,
        advertised,
        gone,
        completeness,
    } = offer;
    let mut out = Out(Vec::with_capacity(1024));
    out.0.extend([VERSION, 0, 0, 0, 0]);
    out.text(field::TITLE, title.as_str());
    out.some(field::TITLE_EN, title_en.as_ref().map(|text| text.as_str()));
    out.some(field::SUPPLIER_ID, supplier_id.as_ref().map(|id| id.as_str()));
    out.some(field::SUPPLIER_NAME, supplier_name.as_ref().map(|text| text.as_str()));
    out.some(field::BELT, belt.as_ref().map(|text| text.as_str()));
    out.some(field::UNIT, unit.as_ref().map(|unit| unit.as_str()));
    out.number(field::QUOTE_TYPE, u64::from(quote_type.number()));
    for tier in tiers {
        out.tier(field::TIER, tier);
    }
    if let Some((least, greatest)) = price_range {
        out.nested(field::RANGE, |out| {
            out.decimal(least.yuan());
            out.decimal(greatest.yuan());
        });
    }
    for sku in skus {
        out.nested(field::SKU, |out| out.sku(sku));
    }
    out.quantity(field::MOQ, *moq);
    out.quantity(field::LOT, *lot);
    out.quantity(field::LIMIT, *purchase_limit);
    out.quantity(field::STOCK, *stock);
    let said = [
        (flag::GONE, *gone),
        (flag::ADVERTISED, *advertised),
        (flag::FULL, *completeness == Completeness::Full),
        (flag::FEE, *kind == OfferKind::Fee),
        (flag::MIX_SAID, mix_enabled.is_some()),
        (flag::MIX_ENABLED, *mix_enabled == Some(true)),
    ];
    out.number(field::FLAGS, said.iter().filter(|(_, on)| *on).fold(0, |bits, (bit, _)| bits | bit));
    match mix {
        Mix::Unknown => {}
        Mix::None => out.nested(field::MIX, |_| {}),
        Mix::Rule(rule) => out.nested(field::MIX, |out| {
            let said = u64::from(rule.pieces.is_some()) | u64::from(rule.amount.is_some()) << 1 | 1 << 2;
            out.varint(said);
            rule.pieces.into_iter().for_each(|pieces| out.decimal(pieces.decimal()));
            rule.amount.into_iter().for_each(|amount| out.decimal(amount.yuan()));
        }),
    }
    if *freight != FreightTerms::Unknown {
        out.nested(field::FREIGHT, |out| out.freight(freight));
    }
    out.some_decimal(field::WEIGHT, *weight_kg);
    out.some_decimal(field::VOLUME, *volume_m3);
    out.quantity(field::PER_CARTON, *per_carton);
    out.some_number(field::LEAD_TIME, lead_time_hours.map(u64::from));
    out.some_number(field::SOLD, *sold_30d);
    out.some_decimal(field::REPEAT, *repeat_rate);
    for identity in identities {
        out.text(field::IDENTITY, Identity::as_str(identity));
    }
    out.some_number(field::YEARS, years.map(u64::from));
    out.some_number(field::CATEGORY, category_id.map(i64::cast_unsigned));
    out.some(field::CITY, city.as_ref().map(|text| text.as_str()));
    for Attribute { name, name_en, value, value_en } in attributes {
        out.nested(field::ATTRIBUTE, |out| {
            out.text(field::OF, name.as_str());
            out.some(field::OF_EN, name_en.as_ref().map(|text| text.as_str()));
            out.text(field::VALUE, value.as_str());
            out.some(field::VALUE_EN, value_en.as_ref().map(|text| text.as_str()));
        });
    }
    out.some_decimal(field::RATING, *rating);
    if *services != Services::default() {
        let Services { dropship, free_ship, return_7d, invoice, custom, pay_later } = services;
        let said = [dropship, free_ship, return_7d, invoice, custom, pay_later];
        // Two bits each: said, yes.
        let bits = said.iter().rev().fold(0, |bits, said| {
            bits << 2 | u64::from(said.is_some()) | u64::from(**said == Some(true)) << 1
        });
        out.number(field::SERVICES, bits);
    }
    for terms in flows {
        out.flow(terms);
    }
    if let Some((head, fields)) = out.0.split_first_chunk_mut::<5>() {
        let [one, two, three, four] = checksum(key, fields);
        *head = [VERSION, one, two, three, four];
    }
    out.0
}

struct Out(Vec<u8>);

impl Out {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn bytes(&mut self, number: u8, bytes: &[u8]) {
        self.0.push(number);
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn text(&mut self, number: u8, text: &str) {
        self.bytes(number, text.as_bytes());
    }

    fn some(&mut self, number: u8, text: Option<&str>) {
        if let Some(text) = text {
            self.text(number, text);
        }
    }

    /// A field whose length is known when it is written: nearly all are shorter than 128 bytes, so room for one byte
    /// of length is left and the rest moved where that is too little.
    fn nested(&mut self, number: u8, write: impl FnOnce(&mut Out)) {
        self.0.push(number);
        let at = self.0.len();
        self.0.push(0);
        write(self);
        let length = self.0.len() - at - 1;
        if let Ok(short) = u8::try_from(length)
            && short < 0x80
        {
            if let Some(place) = self.0.get_mut(at) {
                *place = short;
            }
            return;
        }
        let mut prefix = Out(Vec::new());
        prefix.varint(length as u64);
        self.0.splice(at..=at, prefix.0);
    }

    fn number(&mut self, number: u8, value: u64) {
        self.nested(number, |out| out.varint(value));
    }

    fn some_number(&mut self, number: u8, value: Option<u64>) {
        if let Some(value) = value {
            self.number(number, value);
        }
    }

    fn some_decimal(&mut self, number: u8, value: Option<Decimal>) {
        if let Some(value) = value {
            self.nested(number, |out| out.decimal(value));
        }
    }

    fn quantity(&mut self, number: u8, value: Option<Quantity>) {
        self.some_decimal(number, value.map(Quantity::decimal));
    }

    fn money(&mut self, number: u8, value: Option<Money>) {
        self.some_decimal(number, value.map(Money::yuan));
    }

    /// Scale and mantissa; the mantissa with its sign in the lowest bit, in two halves where it is very long.
    fn decimal(&mut self, value: Decimal) {
        let mantissa = value.mantissa();
        let folded = mantissa.unsigned_abs() << 1 | u128::from(mantissa < 0);
        let scale = value.scale() as u8;
        if let Some(short) = folded.to_u64() {
            self.0.push(scale);
            self.varint(short);
        } else {
            self.0.push(scale | 0x80);
            self.varint(folded as u64);
            self.varint((folded >> 64) as u64);
        }
    }

    fn tier(&mut self, number: u8, tier: &PriceTier) {
        let PriceTier { from_quantity, price, promotion } = tier;
        self.nested(number, |out| {
            out.decimal(from_quantity.decimal());
            out.decimal(price.yuan());
            if let Some(promotion) = promotion {
                out.decimal(promotion.yuan());
            }
        });
    }

    fn flow(&mut self, terms: &FlowTerms) {
        let FlowTerms { flow, start_quantity, price, sku_prices, post_included } = terms;
        self.nested(field::FLOW, |out| {
            out.text(field::FLOW_WORD, flow.as_str());
            out.quantity(field::FLOW_START, *start_quantity);
            out.money(field::FLOW_PRICE, *price);
            out.some_number(field::FLOW_POST, post_included.map(u64::from));
            for FlowSku { spec_id, price } in sku_prices {
                out.nested(field::FLOW_SKU, |out| {
                    out.text(field::FLOW_SKU_SPEC, spec_id.as_str());
                    out.money(field::FLOW_SKU_PRICE, Some(*price));
                });
            }
        });
    }

    fn sku(&mut self, sku: &Sku) {
        let Sku { spec_id, sku_id, name, name_en, price, promotion, tiers, stock } = sku;
        match hex(spec_id.as_str()) {
            Some(packed) => self.bytes(field::SPEC_HEX, &packed),
            None => self.text(field::SPEC, spec_id.as_str()),
        }
        self.some_number(field::SKU_ID, sku_id.map(i64::cast_unsigned));
        self.text(field::NAME, name.as_str());
        self.some(field::NAME_EN, name_en.as_ref().map(|text| text.as_str()));
        self.money(field::PRICE, *price);
        self.money(field::PROMOTION, *promotion);
        for tier in tiers {
            self.tier(field::SKU_TIER, tier);
        }
        self.quantity(field::SKU_STOCK, *stock);
    }

    fn freight(&mut self, terms: &FreightTerms) {
        match terms {
            FreightTerms::Unknown => self.0.push(0),
            FreightTerms::SellerPays => self.0.push(1),
            FreightTerms::Collect => self.0.push(2),
            FreightTerms::ByAgreement => self.0.push(3),
            FreightTerms::Template(template) => {
                self.0.push(4);
                self.template(template);
            }
        }
    }

    fn template(&mut self, template: &FreightTemplate) {
        let FreightTemplate { charge_by, first_unit, next_unit, fees, free_from } = template;
        self.0.push(match charge_by {
            ChargeBy::Weight => 0,
            ChargeBy::Pieces => 1,
            ChargeBy::Volume => 2,
        });
        self.decimal(*first_unit);
        self.decimal(*next_unit);
        match fees {
            Fees::Zones(zones) => {
                self.0.push(0);
                self.varint(zones.len() as u64);
                for fee in zones {
                    self.fee(fee);
                }
            }
            Fees::District { code, fee } => {
                self.0.push(1);
                self.varint(code.len() as u64);
                self.0.extend_from_slice(code.as_bytes());
                self.fee(fee);
            }
        }
        if let Some(amount) = free_from {
            self.decimal(amount.yuan());
        }
    }

    fn fee(&mut self, fee: &Fee) {
        let Fee { first, next } = fee;
        self.decimal(first.yuan());
        self.decimal(next.yuan());
    }
}

/// Freight terms as they stand in a body: the same terms have the same bytes. [`super::read::freight`] reads them.
pub(in crate::catalog) fn freight_bytes(terms: &FreightTerms) -> Vec<u8> {
    let mut out = Out(Vec::with_capacity(48));
    out.freight(terms);
    out.0
}

/// Spec ids are mostly 32 hexadecimal digits: half of the bytes hold them.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.last()?)?)).collect()
}
