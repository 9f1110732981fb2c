//! The whole detail of an offer (GATEWAY.md 2.3): the only documented place that tells tiers, SKUs, unit, supplier
//! and mix rule.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::list::{List, Maybe, Words, object};
use super::rows::{InvoiceBody, SellerData, score};
use super::scalar::{Field, Id, Rate, money};
use super::words;
use crate::domain::flow::{Flow, FlowSku, FlowTerms};
use crate::domain::id::{OfferKey, SpecId, SupplierId};
use crate::domain::money::{Money, Yuan};
use crate::domain::offer::{Attribute, Completeness, Offer, PriceTier, QuoteType, Services, Sku};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::{Mix, MixRule};
use crate::domain::text::Clean;
use crate::market::MarketError;
use crate::market::gateway::envelope;

/// Unit of `sellerMixSetting.mixAmount`, which the platform does not document: whole yuan is the plausible reading
/// of the values seen (2, 10, 30, 99, 100 beside 1 to 5 pieces; GATEWAY.md 3.5). The preview decides.
const YUAN_PER_MIX_AMOUNT: Decimal = Decimal::ONE;

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct DetailBody {
    offer_id: Field<Id>,
    category_id: Field<Id>,
    third_category_id: Field<Id>,
    subject: Field<String>,
    subject_trans: Field<String>,
    description: Field<String>,
    product_attribute: List<PropertyBody>,
    product_sku_infos: List<SkuBody>,
    product_sale_info: Maybe<SaleBody>,
    product_shipping_info: Maybe<ShippingBody>,
    min_order_quantity: Field<Quantity>,
    batch_number: Field<Quantity>,
    seller_mix_setting: Maybe<MixBody>,
    seller_open_id: Field<String>,
    company_name: Field<String>,
    seller_data_info: Maybe<SellerData>,
    tag_info_list: List<TagBody>,
    invoice_info: Maybe<InvoiceBody>,
    trade_score: Field<Decimal>,
    status: Field<String>,
    is_select: Field<bool>,
    offer_identities: Words,
    seller_identities: Words,
    month_sold: Field<u64>,
    repurchase_rate: Field<Rate>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct SkuBody {
    sku_id: Field<Id>,
    spec_id: Field<String>,
    amount_on_sale: Field<Decimal>,
    price: Field<Yuan>,
    promotion_price: Field<Yuan>,
    fenxiao_price_info: Maybe<DropshipPriceBody>,
    sku_attributes: List<AttributeBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct AttributeBody {
    value: Field<String>,
    value_trans: Field<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PropertyBody {
    attribute_name: Field<String>,
    attribute_name_trans: Field<String>,
    value: Field<String>,
    value_trans: Field<String>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct SaleBody {
    amount_on_sale: Field<Decimal>,
    quote_type: Field<i64>,
    price_range_list: List<TierBody>,
    unit_info: Maybe<UnitBody>,
    fenxiao_sale_info: Maybe<DropshipBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct DropshipBody {
    one_piece_free_postage: Field<bool>,
    start_quantity: Field<Quantity>,
    one_piece_price: Field<Yuan>,
    offer_price: Field<Yuan>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct DropshipPriceBody {
    one_piece_price: Field<Yuan>,
    offer_price: Field<Yuan>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct TierBody {
    start_quantity: Field<Quantity>,
    price: Field<Yuan>,
    promotion_price: Field<Yuan>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct UnitBody {
    unit: Field<String>,
}

/// Kilograms and centimetres.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ShippingBody {
    send_goods_address_text: Field<String>,
    weight: Field<Decimal>,
    length: Field<Decimal>,
    width: Field<Decimal>,
    height: Field<Decimal>,
    shipping_time_guarantee: Field<String>,
    sku_shipping_details: List<PackageBody>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PackageBody {
    weight: Field<Decimal>,
    length: Field<Decimal>,
    width: Field<Decimal>,
    height: Field<Decimal>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct MixBody {
    general_hunpi: Field<bool>,
    mix_amount: Field<Decimal>,
    mix_number: Field<Quantity>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct TagBody {
    key: Field<String>,
    value: Field<bool>,
}

/// One offer; `None` when the market does not know it.
pub fn offer(body: &[u8], read_at: Timestamp) -> Result<Option<Offer>, MarketError> {
    let payload = match envelope::payload(body) {
        Err(MarketError::Refused(refusal)) if envelope::is_not_found(&refusal) => return Ok(None),
        other => other?,
    };
    let Some(payload) = payload else { return Ok(None) };
    let detail: DetailBody = object(payload).ok_or_else(|| envelope::unreadable("an offer that is none"))?;
    detail.into_offer(read_at).map(Some)
}

impl DetailBody {
    fn into_offer(self, read_at: Timestamp) -> Result<Offer, MarketError> {
        let id = self.offer_id.get().ok_or_else(|| envelope::unreadable("an offer without an id"))?;
        let subject = self.subject.get().ok_or_else(|| envelope::unreadable("an offer without a subject"))?;
        let mut offer = Offer::blank(OfferKey::Market(id.0), words::subject(&subject), read_at);
        offer.kind = words::kind_of(&offer.title);
        offer.title_en =
            self.subject_trans.get().map(|text| words::subject(&text)).filter(|text| !text.is_empty());
        offer.gone = self.status.as_ref().is_some_and(|status| words::is_gone(status));
        offer.supplier_id =
            self.seller_open_id.get().map(|id| SupplierId::new(&id)).filter(|id| !id.as_str().is_empty());
        offer.supplier_name = self.company_name.get().map(|name| Clean::capped(&name, 120));

        let sale = self.product_sale_info.0.unwrap_or_default();
        let dropship = sale.fenxiao_sale_info.0.unwrap_or_default();
        let free_post = dropship.one_piece_free_postage.get();
        let sku_prices = self.product_sku_infos.items.iter().filter_map(|sku| sku.in_dropship(free_post));
        offer.flows = dropship.into_terms(sku_prices.collect()).into_iter().collect();
        offer.skus = self.product_sku_infos.items.into_iter().filter_map(SkuBody::into_sku).collect();
        let first_range = sale.price_range_list.items.iter().find_map(|tier| tier.start_quantity.get());
        let tiers = tiers(sale.price_range_list);
        offer.quote_type = quote_type(sale.quote_type, &offer.skus, &tiers);
        offer.moq = self.min_order_quantity.get().filter(|moq| !moq.is_zero());
        if offer.quote_type == QuoteType::BySku {
            // The range list of a per-SKU offer shows its minimum and its lowest price; it is no ladder.
            offer.moq = offer.moq.or(first_range);
        } else {
            offer.tiers = tiers;
        }
        offer.unit = sale
            .unit_info
            .0
            .and_then(|info| info.unit.get())
            .map(|unit| Unit::new(&unit))
            .filter(|unit| !unit.as_str().is_empty());
        offer.stock = stock(sale.amount_on_sale);
        offer.lot = self.batch_number.get().filter(|lot| *lot > Quantity::ONE);

        let tag = |name: &str| {
            let tag =
                self.tag_info_list.items.iter().find(|tag| tag.key.as_ref().is_some_and(|key| key == name));
            tag.and_then(|tag| tag.value.get())
        };
        offer.mix_enabled = tag("isSupportMix");
        offer.mix = self.seller_mix_setting.0.map_or(Mix::None, MixBody::into_mix);
        let select = self.is_select.get() == Some(true) || tag("select") == Some(true);
        let more = [(tag("1688_yx") == Some(true)).then_some("yx"), select.then_some("select")];
        offer.identities = words::identities(
            self.seller_identities
                .0
                .iter()
                .chain(&self.offer_identities.0)
                .map(String::as_str)
                .chain(more.into_iter().flatten()),
        );
        offer.attributes =
            words::attributes(self.product_attribute.items.into_iter().map(PropertyBody::into_attribute));
        offer.services = Services {
            dropship: tag("isOnePsale"),
            free_ship: tag("isOnePsaleFreePostage").or(free_post),
            return_7d: tag("noReason7DReturn"),
            invoice: self.invoice_info.0.and_then(|info| info.can_be_had()),
            // The protocol has no field for it; pages say it among their attributes.
            custom: words::made_to_order(&offer.attributes),
            // Not told by the documented calls.
            pay_later: None,
        };
        offer.rating = score(self.trade_score);
        let mut reputation = None;
        if let Some(seller) = self.seller_data_info.0 {
            offer.years = seller.tp_year.get();
            let told = seller.reputation();
            offer.repeat_rate = told.repeat_rate;
            reputation = Some(told);
        }
        offer.repeat_rate = self.repurchase_rate.get().map(|rate| rate.0).or(offer.repeat_rate);
        offer.sold_30d = self.month_sold.get();
        offer.category_id = self.third_category_id.get().or(self.category_id.get()).map(|id| id.0);
        if let Some(shipping) = self.product_shipping_info.0 {
            if let Some(address) = shipping.send_goods_address_text.as_ref() {
                offer.belt = words::place(address);
                let (province, city) = words::province_and_city(address);
                offer.city = city;
                if province.is_some() {
                    reputation.get_or_insert_default().province = province;
                }
            }
            offer.lead_time_hours =
                shipping.shipping_time_guarantee.as_ref().and_then(|promise| words::lead_time_hours(promise));
            offer.weight_kg = shipping.weight_kg();
            offer.volume_m3 = shipping.volume_m3();
        }
        offer.per_carton = self.description.as_ref().and_then(|text| words::per_carton(text));
        offer.reputation = reputation.map(Box::new);
        offer.completeness = Completeness::Full;
        Ok(offer)
    }
}

impl PropertyBody {
    fn into_attribute(self) -> Option<Attribute> {
        words::attribute(
            self.attribute_name.get(),
            self.attribute_name_trans.get(),
            self.value.get(),
            self.value_trans.get(),
        )
    }
}

/// The price that is with the post where the post is free, else the plain one; whichever is told.
fn dropship_price(free_post: Option<bool>, with_post: Field<Yuan>, plain: Field<Yuan>) -> Option<Money> {
    let (with_post, plain) = (promotion(with_post), promotion(plain));
    if free_post == Some(true) { with_post.or(plain) } else { plain.or(with_post) }
}

impl DropshipBody {
    /// Flow `fenxiao`, where anything is told of it.
    fn into_terms(self, sku_prices: Vec<FlowSku>) -> Option<FlowTerms> {
        let free_post = self.one_piece_free_postage.get();
        let price = dropship_price(free_post, self.one_piece_price, self.offer_price);
        (price.is_some() || !sku_prices.is_empty()).then(|| FlowTerms {
            flow: Flow::Fenxiao,
            start_quantity: self.start_quantity.get(),
            price,
            sku_prices,
            post_included: free_post,
        })
    }
}

impl SkuBody {
    /// What it costs dropshipped.
    fn in_dropship(&self, free_post: Option<bool>) -> Option<FlowSku> {
        let prices = self.fenxiao_price_info.0.as_ref()?;
        let price = dropship_price(free_post, prices.one_piece_price, prices.offer_price)?;
        let spec_id = SpecId::new(self.spec_id.as_ref()?);
        (!spec_id.as_str().is_empty()).then_some(FlowSku { spec_id, price })
    }

    /// A SKU without a spec id cannot be ordered and is left out.
    fn into_sku(self) -> Option<Sku> {
        let spec_id = SpecId::new(&self.spec_id.get()?);
        if spec_id.as_str().is_empty() {
            return None;
        }
        let translated = self.sku_attributes.items.iter().map(|attribute| attribute.value_trans.as_ref());
        let translated: Option<Vec<&String>> = translated.collect();
        // A promotion that cannot be read would leave a price that is not the one charged.
        let price = if self.promotion_price.is_unreadable() { None } else { money(self.price) };
        Some(Sku {
            spec_id,
            sku_id: self.sku_id.get().map(|id| id.0),
            name: words::joined(
                self.sku_attributes
                    .items
                    .iter()
                    .filter_map(|attribute| attribute.value.as_ref())
                    .map(String::as_str),
            ),
            name_en: translated
                .map(|values| words::joined(values.into_iter().map(String::as_str)))
                .filter(|name| !name.is_empty()),
            price,
            promotion: price.and(promotion(self.promotion_price)),
            tiers: Vec::new(),
            stock: stock(self.amount_on_sale),
        })
    }
}

/// A promotion price of nothing is none.
fn promotion(field: Field<Yuan>) -> Option<Money> {
    money(field).filter(|price| !price.is_zero())
}

/// Stock beyond the largest quantity is as good as the largest; what is no number is unknown.
fn stock(field: Field<Decimal>) -> Option<Quantity> {
    let amount = field.get()?;
    Quantity::from_decimal(amount)
        .or_else(|| (amount > Decimal::from(99_999_999)).then(|| Quantity::whole(u32::MAX)))
}

/// All tiers, or none: with one of them missing, prices between its neighbours would be wrong.
fn tiers(list: List<TierBody>) -> Vec<PriceTier> {
    if list.dropped > 0 {
        return Vec::new();
    }
    let tiers: Option<Vec<PriceTier>> = list
        .items
        .into_iter()
        .map(|tier| {
            if tier.promotion_price.is_unreadable() {
                return None;
            }
            Some(PriceTier {
                from_quantity: tier.start_quantity.get()?,
                price: money(tier.price)?,
                promotion: promotion(tier.promotion_price),
            })
        })
        .collect();
    tiers.unwrap_or_default()
}

/// As told, or else as the shape of the answer says.
fn quote_type(told: Field<i64>, skus: &[Sku], tiers: &[PriceTier]) -> QuoteType {
    if let Some(told) = told.get().and_then(QuoteType::from_number) {
        return told;
    }
    match (skus.is_empty(), skus.iter().any(|sku| sku.price.is_some()), tiers.is_empty()) {
        (true, _, _) => QuoteType::ByOffer,
        (false, false, false) => QuoteType::ByOfferOverSkus,
        (false, _, _) => QuoteType::BySku,
    }
}

impl MixBody {
    /// A rule whose numbers cannot be read promises nothing.
    fn into_mix(self) -> Mix {
        if self.general_hunpi.get() != Some(true) {
            return if self.general_hunpi.is_unreadable() { Mix::Unknown } else { Mix::None };
        }
        let pieces = self.mix_number.get().filter(|pieces| !pieces.is_zero());
        let amount = self
            .mix_amount
            .get()
            .filter(|amount| !amount.is_zero())
            .and_then(|amount| amount.checked_mul(YUAN_PER_MIX_AMOUNT))
            .map(Money::from_yuan);
        match (pieces, amount) {
            (None, None) => Mix::Unknown,
            (pieces, amount) => Mix::Rule(MixRule { pieces, amount }),
        }
    }
}

impl ShippingBody {
    /// One unit's weight. Where only packages of SKUs tell, the heaviest counts: freight must not be
    /// promised lower than it may be.
    fn weight_kg(&self) -> Option<Decimal> {
        let said = |weight: &Field<Decimal>| weight.get().filter(|weight| !weight.is_zero());
        said(&self.weight).or_else(|| {
            self.sku_shipping_details.items.iter().filter_map(|package| said(&package.weight)).max()
        })
    }

    /// One unit's volume; of several packages the largest.
    fn volume_m3(&self) -> Option<Decimal> {
        volume_m3(self.length, self.width, self.height).or_else(|| {
            let packages = self.sku_shipping_details.items.iter();
            packages.filter_map(|package| volume_m3(package.length, package.width, package.height)).max()
        })
    }
}

/// Volume in cubic metres of sides in centimetres; `None` when one is unknown or zero.
pub(super) fn volume_m3(
    length: Field<Decimal>,
    width: Field<Decimal>,
    height: Field<Decimal>,
) -> Option<Decimal> {
    let cubic_cm = length.get()?.checked_mul(width.get()?)?.checked_mul(height.get()?)?;
    let volume = cubic_cm.checked_div(Decimal::from(1_000_000))?;
    (volume > Decimal::ZERO).then(|| volume.normalize())
}
