//! Builds the product's offers and carts from the plain data, and writes what the oracles say the way
//! the product writes it: money as decimal strings.

use std::sync::Arc;

use jiff::Timestamp;
use pifa::domain::cart::CartLine;
use pifa::domain::freight::{ChargeBy, Destination, Fee, Fees, Freight, FreightTemplate, FreightTerms};
use pifa::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use pifa::domain::money::Money;
use pifa::domain::offer::{Completeness, Offer, PriceTier, QuoteType, Sku};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::supplier::{Mix, MixRule};
use pifa::domain::text::Clean;
use rust_decimal::Decimal;

use crate::oracle::freight as naive;
use crate::oracle::plain::{self, Fen, Mill, Pieces};

pub const DISTRICT: &str = "330782";

pub fn money(mill: Mill) -> Money {
    Money::from_yuan(Decimal::new(i64::try_from(mill).unwrap(), 3))
}

pub fn yuan(fen: Fen) -> Money {
    Money::from_fen(i64::try_from(fen).unwrap())
}

pub fn pieces(count: Pieces) -> Quantity {
    Quantity::whole(u32::try_from(count).unwrap())
}

/// Fen as `12.50`.
pub fn fen_text(fen: Fen) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
}

/// Mills as `12.50` or, where it has a part of a fen, `12.505`.
pub fn mill_text(mill: Mill) -> String {
    if mill % 10 == 0 { fen_text(mill / 10) } else { format!("{}.{:03}", mill / 1000, mill % 1000) }
}

pub fn text(money: Money) -> String {
    money.to_string()
}

pub fn spec_id(spec: u32) -> SpecId {
    SpecId::new(&format!("s{spec:04}"))
}

pub fn supplier_id(supplier: u32) -> SupplierId {
    SupplierId::new(&format!("BBB{supplier}"))
}

pub fn destination() -> Destination {
    Destination { district: Some(DISTRICT.to_owned()), zone: None }
}

pub fn tiers(tiers: &[plain::Tier]) -> Vec<PriceTier> {
    tiers
        .iter()
        .map(|tier| PriceTier {
            from_quantity: pieces(tier.from),
            price: money(tier.price),
            promotion: tier.promotion.map(money),
        })
        .collect()
}

pub fn terms(terms: &naive::Terms) -> FreightTerms {
    match terms {
        naive::Terms::SellerPays => FreightTerms::SellerPays,
        naive::Terms::Collect => FreightTerms::Collect,
        naive::Terms::ByAgreement => FreightTerms::ByAgreement,
        naive::Terms::Template(template) => {
            // Grams to kilograms, cubic centimetres to cubic metres.
            let (charge_by, scale) = match template.basis {
                naive::Basis::Weight => (ChargeBy::Weight, 3),
                naive::Basis::Pieces => (ChargeBy::Pieces, 0),
                naive::Basis::Volume => (ChargeBy::Volume, 6),
            };
            let size = |units: i128| Decimal::new(i64::try_from(units).unwrap(), scale);
            let fee = Fee { first: yuan(template.first_fee), next: yuan(template.next_fee) };
            FreightTerms::Template(FreightTemplate {
                charge_by,
                first_unit: size(template.first_unit),
                next_unit: size(template.next_unit),
                fees: Fees::District { code: DISTRICT.to_owned(), fee },
                free_from: template.free_from.map(yuan),
            })
        }
    }
}

pub fn grams(each: Option<i128>) -> Option<Decimal> {
    each.map(|grams| Decimal::new(i64::try_from(grams).unwrap(), 3))
}

pub fn volume(each: Option<i128>) -> Option<Decimal> {
    each.map(|cubic| Decimal::new(i64::try_from(cubic).unwrap(), 6))
}

/// The product's offer; `mix` is its supplier's rule.
pub fn offer(plain: &plain::Offer, mix: Option<&plain::Mix>) -> Offer {
    let skus = plain
        .skus
        .iter()
        .map(|sku| Sku {
            spec_id: spec_id(sku.spec),
            sku_id: None,
            name: Clean::new("规格"),
            name_en: None,
            price: sku.price.map(money),
            promotion: sku.promotion.map(money),
            tiers: tiers(&sku.tiers),
            stock: sku.stock.map(pieces),
        })
        .collect();
    Offer {
        supplier_id: Some(supplier_id(plain.supplier)),
        unit: Some(Unit::new("件")),
        quote_type: QuoteType::from_number(i64::from(plain.quote_type)).unwrap(),
        tiers: tiers(&plain.tiers),
        skus,
        moq: plain.moq.map(pieces),
        lot: plain.lot.map(pieces),
        purchase_limit: plain.limit.map(pieces),
        stock: plain.stock.map(pieces),
        mix_enabled: plain.mix_enabled,
        mix: match mix {
            None => Mix::None,
            Some(mix) => Mix::Rule(MixRule { pieces: mix.pieces.map(pieces), amount: mix.amount.map(yuan) }),
        },
        freight: terms(&plain.terms),
        weight_kg: grams(plain.grams_each),
        volume_m3: volume(plain.volume_each),
        completeness: Completeness::Full,
        ..Offer::blank(OfferKey::Market(plain.id), Clean::new("商品"), Timestamp::UNIX_EPOCH)
    }
}

/// The lines of one supplier as the product's cart lines.
pub fn lines(basket: &plain::Basket) -> Vec<CartLine> {
    let offers: Vec<Arc<Offer>> =
        basket.offers.iter().map(|plain| Arc::new(offer(plain, basket.mix.as_ref()))).collect();
    basket
        .lines
        .iter()
        .map(|line| CartLine {
            id: LineId(line.id),
            offer: Arc::clone(&offers[line.offer]),
            spec_id: line.sku.map(|sku| spec_id(basket.offers[line.offer].skus[sku].spec)),
            quantity: pieces(line.quantity),
        })
        .collect()
}

pub fn freight_text(freight: Freight) -> String {
    match freight {
        Freight::Known(money) => text(money),
        Freight::AtMost(money) => format!("<={money}"),
        Freight::Unknown => "?".to_owned(),
    }
}

pub fn naive_freight_text(freight: naive::Freight) -> String {
    match freight {
        naive::Freight::Exact(fen) => fen_text(fen),
        naive::Freight::AtMost(fen) => format!("<={}", fen_text(fen)),
        naive::Freight::Unknown => "?".to_owned(),
    }
}
