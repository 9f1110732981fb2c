//! The rows of the extension's offers and suppliers. They are written straight from what the world lends, figures
//! through a buffer on the stack: a client fills its catalog at the speed the disk takes it.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::super::goods::{Goods, member_id, ship_hours};
use super::super::rules::left_milli;
use super::super::world::types::{
    Charge, Said, WorldAttribute, WorldFlow, WorldFreight, WorldOffer, WorldSku, WorldSupplier, WorldTier,
};
use crate::domain::money::Money;

/// Characters a figure may have: a sign, a point and the 20 digits of any whole number of 64 bits.
const FIGURE: usize = 24;

/// Writes so many digits behind the point; `None` when they do not fit.
fn figure(buffer: &mut [u8; FIGURE], value: i64, decimals: u32) -> Option<&str> {
    let mut at = FIGURE;
    let mut rest = value.unsigned_abs();
    let mut digits = 0;
    let mut put = |at: &mut usize, byte: u8| -> Option<()> {
        *at = at.checked_sub(1)?;
        *buffer.get_mut(*at)? = byte;
        Some(())
    };
    loop {
        if digits == decimals && decimals > 0 {
            put(&mut at, b'.')?;
        }
        put(&mut at, b'0' + (rest % 10) as u8)?;
        rest /= 10;
        digits += 1;
        if rest == 0 && digits > decimals {
            break;
        }
    }
    if value < 0 {
        put(&mut at, b'-')?;
    }
    std::str::from_utf8(buffer.get(at..)?).ok()
}

/// A whole number as a string.
pub(super) struct Whole(pub i64);

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match figure(&mut [0; FIGURE], self.0, 0) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_str(&self.0),
        }
    }
}

/// A decimal as a string with the digits it has.
pub(super) struct Exact(pub Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buffer = [0; FIGURE];
        let short = i64::try_from(self.0.mantissa()).ok();
        match short.and_then(|value| figure(&mut buffer, value, self.0.scale())) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_str(&self.0),
        }
    }
}

/// Money, as everywhere: at least two digits behind the point.
struct Price(Money);

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.yuan().scale() == 2 {
            Exact(self.0.yuan()).serialize(serializer)
        } else {
            self.0.serialize(serializer)
        }
    }
}

/// What a page has of one offer.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Item<'a> {
    Offer(Box<OfferRow<'a>>),
    Gone { offer_id: Whole, supplier_id: Option<&'a str>, gone: bool, status: &'static str },
}

/// An offer as it stands.
#[derive(Serialize)]
pub(super) struct OfferRow<'a> {
    offer_id: Whole,
    supplier_id: &'a str,
    gone: bool,
    status: &'static str,
    title: &'a str,
    title_en: &'a str,
    category_id: Whole,
    second_category_id: Whole,
    top_category_id: Whole,
    unit: &'a str,
    unit_en: &'a str,
    quote_type: u8,
    tiers: Tiers<'a>,
    skus: Skus<'a>,
    stock: i64,
    moq: Option<i64>,
    lot: Option<i64>,
    purchase_limit: Option<i64>,
    mix_enabled: bool,
    freight: FreightRow<'a>,
    weight_g: Option<i64>,
    size_cm: Option<(i64, i64, i64)>,
    flows: Flows<'a>,
    kind: &'static str,
    advertised: bool,
    one_piece_dropship: bool,
    free_post_dropship: bool,
    return_7d: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customizable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_later: Option<bool>,
    yanxuan: bool,
    select: bool,
    sold_30d: i64,
    sold_7d: i64,
    sold_total: i64,
    pay_buyers_30d: i64,
    add_cart_30d: i64,
    repeat_rate: Exact,
    trade_score: Exact,
    ship_guarantee: &'a str,
    ship_hours: Option<i64>,
    created_ms: i64,
    group_id: Option<&'a str>,
    attributes: Attributes<'a>,
    description: &'a str,
}

/// A list of one thing, written item by item.
macro_rules! list {
    ($name:ident of $item:ty as $row:ident { $($field:ident: $kind:ty = $value:expr),+ $(,)? } from $from:ident) => {
        struct $name<'a>(&'a [$item]);

        impl Serialize for $name<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[derive(Serialize)]
                struct $row<'a> {
                    $($field: $kind,)+
                    #[serde(skip)]
                    _lent: std::marker::PhantomData<&'a ()>,
                }
                serializer.collect_seq(self.0.iter().map(|$from| $row {
                    $($field: $value,)+
                    _lent: std::marker::PhantomData,
                }))
            }
        }
    };
}

list! { Tiers of WorldTier as Tier {
    from_quantity: i64 = tier.from_quantity,
    price: Price = Price(tier.price),
    promotion_price: Option<Price> = tier.promotion_price.map(Price),
} from tier }

list! { Attributes of WorldAttribute as Attribute {
    name: &'a str = &attribute.name,
    name_en: &'a str = &attribute.name_en,
    value: &'a str = &attribute.value,
    value_en: &'a str = &attribute.value_en,
} from attribute }

list! { Flows of WorldFlow as Flow {
    flow: &'a str = &flow.flow,
    start_quantity: i64 = flow.start_quantity,
    price: Price = Price(flow.price),
} from flow }

list! { Fees of (Money, Money) as Fee {
    first: Price = Price(fee.0),
    next: Price = Price(fee.1),
} from fee }

/// What orders have taken of an offer, by spec, in thousandths.
pub(super) type Taken = HashMap<String, i64>;

/// The SKUs with what is left of each.
struct Skus<'a> {
    offer: &'a WorldOffer,
    taken: Option<&'a Taken>,
}

impl Serialize for Skus<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Row<'a> {
            spec_id: &'a str,
            sku_id: Whole,
            attributes: Attributes<'a>,
            price: Option<Price>,
            promotion_price: Option<Price>,
            stock: i64,
        }
        serializer.collect_seq(self.offer.skus.iter().map(|sku| Row {
            spec_id: &sku.spec_id,
            sku_id: Whole(sku.sku_id),
            attributes: Attributes(&sku.attributes),
            price: sku.price.map(Price),
            promotion_price: sku.promotion_price.map(Price),
            stock: left(self.taken, self.offer, Some(sku)),
        }))
    }
}

/// Whole units left.
fn left(taken: Option<&Taken>, offer: &WorldOffer, sku: Option<&WorldSku>) -> i64 {
    left_milli(taken, offer, sku) / 1000
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum FreightRow<'a> {
    Template {
        template_id: Whole,
        charge: &'static str,
        first_unit: Exact,
        next_unit: Exact,
        fees: Fees<'a>,
        free_from: Option<Price>,
    },
    SellerPays,
    Collect,
    ByAgreement,
}

impl<'a> From<&'a WorldFreight> for FreightRow<'a> {
    fn from(from: &'a WorldFreight) -> Self {
        match from {
            WorldFreight::SellerPays => FreightRow::SellerPays,
            WorldFreight::Collect => FreightRow::Collect,
            WorldFreight::ByAgreement => FreightRow::ByAgreement,
            WorldFreight::Template { template_id, charge, first_unit, next_unit, fees, free_from } => {
                FreightRow::Template {
                    template_id: Whole(*template_id),
                    charge: match charge {
                        Charge::Weight => "weight",
                        Charge::Pieces => "pieces",
                        Charge::Volume => "volume",
                    },
                    first_unit: Exact(*first_unit),
                    next_unit: Exact(*next_unit),
                    fees: Fees(fees),
                    free_from: free_from.map(Price),
                }
            }
        }
    }
}

impl<'a> OfferRow<'a> {
    pub fn of(
        offer: &'a WorldOffer,
        supplier_id: &'a str,
        taken: Option<&'a Taken>,
        group_id: Option<&'a str>,
    ) -> Self {
        let stock = if offer.skus.is_empty() {
            left(taken, offer, None)
        } else {
            offer.skus.iter().map(|sku| left(taken, offer, Some(sku))).sum()
        };
        OfferRow {
            offer_id: Whole(offer.offer_id),
            supplier_id,
            gone: false,
            status: "published",
            title: &offer.subject,
            title_en: &offer.subject_en,
            category_id: Whole(offer.category_id),
            second_category_id: Whole(offer.second_category_id),
            top_category_id: Whole(offer.top_category_id),
            unit: &offer.unit,
            unit_en: &offer.unit_en,
            quote_type: offer.quote_type,
            tiers: Tiers(&offer.tiers),
            skus: Skus { offer, taken },
            stock,
            moq: Some(offer.moq).filter(|moq| *moq > 0),
            lot: offer.lot,
            purchase_limit: offer.purchase_limit,
            mix_enabled: offer.mix_enabled,
            freight: FreightRow::from(&offer.freight),
            weight_g: offer.weight_g,
            size_cm: offer.size_cm,
            flows: Flows(&offer.extra_flows),
            kind: if offer.fee_link { "fee" } else { "goods" },
            advertised: offer.advertised,
            one_piece_dropship: offer.one_piece_dropship,
            free_post_dropship: offer.free_post_dropship,
            return_7d: offer.return_7d,
            invoice: offer.invoice,
            customizable: offer.customizable,
            pay_later: offer.pay_later,
            yanxuan: offer.yanxuan,
            select: offer.select,
            sold_30d: offer.sold_30d,
            sold_7d: offer.sold_7d,
            sold_total: offer.sold_out,
            pay_buyers_30d: offer.pay_buyers_30d,
            add_cart_30d: offer.add_cart_30d,
            repeat_rate: Exact(offer.repeat_rate),
            trade_score: Exact(offer.trade_score),
            ship_guarantee: &offer.ship_guarantee,
            ship_hours: ship_hours(&offer.ship_guarantee),
            created_ms: offer.created_ms,
            group_id,
            attributes: Attributes(&offer.attributes),
            description: &offer.description,
        }
    }
}

/// A supplier as the extension shows it.
#[derive(Serialize)]
pub(in super::super) struct SupplierRow {
    supplier_id: String,
    name: String,
    name_en: String,
    login_id: String,
    member_id: String,
    province: Said,
    city: Said,
    belt: Said,
    belt_en: Said,
    identities: Vec<&'static str>,
    years: i64,
    mix: Option<MixRow>,
    offers: u64,
    scores: ScoreRow,
    medal_level: i64,
    repeat_rate: Exact,
    collect_48h: Exact,
    quality_refund_30d: Exact,
}

#[derive(Serialize)]
struct MixRow {
    pieces: i64,
    amount: Money,
}

#[derive(Serialize)]
struct ScoreRow {
    composite: Exact,
    logistics: Exact,
    dispute: Exact,
    offer: Exact,
    after_sales: Exact,
    consulting: Exact,
}

impl SupplierRow {
    pub fn of(goods: &Goods, from: &WorldSupplier) -> Self {
        let [composite, logistics, dispute, offer, after_sales, consulting] = from.scores.map(Exact);
        SupplierRow {
            supplier_id: from.seller_open_id.clone(),
            name: from.company.clone(),
            name_en: from.company_en.clone(),
            login_id: from.login_id.clone(),
            member_id: member_id(from.number),
            province: from.province.clone(),
            city: from.city.clone(),
            belt: from.belt.clone(),
            belt_en: from.belt_en.clone(),
            identities: from.identities.clone(),
            years: from.tp_years,
            mix: from.mix.as_ref().map(|mix| MixRow {
                pieces: mix.pieces,
                amount: Money::from_yuan(Decimal::from(mix.amount)),
            }),
            offers: goods.offer_count_of_supplier(from.number),
            scores: ScoreRow { composite, logistics, dispute, offer, after_sales, consulting },
            medal_level: from.medal_level,
            repeat_rate: Exact(from.repeat_rate),
            collect_48h: Exact(from.collect_48h),
            quality_refund_30d: Exact(from.quality_refund_30d),
        }
    }

    /// Its key, which rows are sorted by.
    pub fn key(&self) -> &str {
        &self.supplier_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_their_types_show_themselves() {
        for value in [0, 1, -1, 9, 10, 1250, -1205, i64::MAX, i64::MIN] {
            assert_eq!(serde_json::to_string(&Whole(value)).unwrap(), format!("\"{value}\""));
            for scale in [0, 1, 2, 4, 18] {
                let decimal = Decimal::new(value, scale);
                assert_eq!(serde_json::to_string(&Exact(decimal)).unwrap(), format!("\"{decimal}\""));
                let money = Money::from_yuan(decimal);
                assert_eq!(serde_json::to_string(&Price(money)).unwrap(), format!("\"{money}\""));
            }
        }
        let long: Decimal = "12345678901234567890.123".parse().unwrap();
        assert_eq!(serde_json::to_string(&Exact(long)).unwrap(), "\"12345678901234567890.123\"");
    }
}
