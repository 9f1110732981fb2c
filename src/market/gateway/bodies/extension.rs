//! Answers of the extension `com.pifa.ext`: what a market offers beyond the documented calls, the bulk export of
//! its offers, its suppliers and its ledger. Money is yuan in strings throughout.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::detail::volume_m3;
use super::list::{List, Maybe, Words, object};
use super::rows::{medals, score};
use super::scalar::{Field, Id, Rate, money};
use super::words;
use crate::domain::flow::{Flow, FlowTerms};
use crate::domain::freight::{ChargeBy, Fee, Fees, FreightTemplate, FreightTerms};
use crate::domain::id::{MarketId, OfferKey, SpecId, SupplierId};
use crate::domain::money::{Money, Yuan};
use crate::domain::offer::{Attribute, Completeness, Offer, OfferKind, PriceTier, QuoteType, Services, Sku};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::{Identity, Mix, MixRule, Scores, Supplier};
use crate::domain::text::Clean;
use crate::market::gateway::envelope;
use crate::market::{Capabilities, Changes, MarketError, Page};

#[derive(Deserialize, Default)]
#[serde(default)]
struct CapabilitiesBody {
    market_id: Field<String>,
    features: Words,
    freight_zones: List<ZoneBody>,
    clock_offset_ms: Field<i64>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ZoneBody {
    zone: Field<u64>,
    prefixes: Words,
}

/// What the market offers.
pub fn capabilities(body: &[u8]) -> Result<Capabilities, MarketError> {
    let body: CapabilitiesBody = payload(body)?;
    let has = |feature: &str| body.features.0.iter().any(|word| word == feature);
    let market_id = body.market_id.as_ref().map(|id| MarketId::new(id)).filter(|id| !id.as_str().is_empty());
    Ok(Capabilities {
        market_id,
        offer_changes: has("offer.changes"),
        supplier_search: has("supplier.search"),
        groups: ["group.list", "group.get", "group.join", "group.leave"].iter().all(|feature| has(feature)),
        orders_dump: has("orders.dump"),
        deals: has("deal.list"),
        best: has("offer.best"),
        clock: has("clock.move"),
        clock_offset: body.clock_offset_ms.get().map(SignedDuration::from_millis),
        freight_zones: zones(body.freight_zones),
    })
}

/// Prefixes by zone number, or none at all: a gap would put a district into the wrong zone.
fn zones(list: List<ZoneBody>) -> Vec<Vec<String>> {
    let mut zones: Vec<(u64, Vec<String>)> = Vec::new();
    for zone in list.items {
        let Some(number) = zone.zone.get() else { return Vec::new() };
        zones.push((number, zone.prefixes.0));
    }
    zones.sort_by_key(|(number, _)| *number);
    let gapless = zones.iter().enumerate().all(|(at, (number, _))| at as u64 == *number);
    if gapless && list.dropped == 0 {
        zones.into_iter().map(|(_, prefixes)| prefixes).collect()
    } else {
        Vec::new()
    }
}

/// Bodies with lists in them, of either way of reading these ([`List`]). (A derived reader cannot take defaults from a
/// body as a whole where it has a parameter, only from each field.)
macro_rules! lists {
    (struct $name:ident<$quick:ident> { $($(#[$attribute:meta])* $field:ident: $type:ty,)* }) => {
        #[derive(Deserialize, Default)]
        struct $name<const $quick: bool> {
            $($(#[$attribute])* #[serde(default)] $field: $type,)*
        }
    };
}

lists! {
struct ChangesBody<QUICK> {
    items: List<OfferBody<QUICK>, QUICK>,
    suppliers: List<SupplierBody<QUICK>, QUICK>,
    cursor: Field<String>,
    complete: Field<bool>,
    total: Field<u64>,
    restarted: Field<bool>,
    /// What an envelope has, and a page has not.
    success: Option<IgnoredAny>,
    result: Option<IgnoredAny>,
    #[serde(rename = "retCode")]
    ret_code: Option<IgnoredAny>,
    code: Option<IgnoredAny>,
}
}

lists! {
struct OfferBody<QUICK> {
    offer_id: Field<Id>,
    supplier_id: Field<String>,
    gone: Field<bool>,
    status: Field<String>,
    title: Field<String>,
    title_en: Field<String>,
    category_id: Field<Id>,
    unit: Field<String>,
    quote_type: Field<i64>,
    tiers: List<TierBody, QUICK>,
    skus: List<SkuBody<QUICK>, QUICK>,
    stock: Field<Quantity>,
    moq: Field<Quantity>,
    lot: Field<Quantity>,
    purchase_limit: Field<Quantity>,
    mix_enabled: Field<bool>,
    freight: Maybe<FreightBody<QUICK>, QUICK>,
    weight_g: Field<Decimal>,
    size_cm: Words,
    kind: Field<String>,
    advertised: Field<bool>,
    yanxuan: Field<bool>,
    select: Field<bool>,
    sold_30d: Field<u64>,
    repeat_rate: Field<Rate>,
    ship_hours: Field<u32>,
    trade_score: Field<Decimal>,
    one_piece_dropship: Field<bool>,
    free_post_dropship: Field<bool>,
    flows: List<FlowBody, QUICK>,
    return_7d: Field<bool>,
    invoice: Field<bool>,
    customizable: Field<bool>,
    pay_later: Field<bool>,
    attributes: List<AttributeBody, QUICK>,
    description: Field<String>,
}
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TierBody {
    from_quantity: Field<Quantity>,
    price: Field<Yuan>,
    promotion_price: Field<Yuan>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct FlowBody {
    flow: Field<String>,
    start_quantity: Field<Quantity>,
    price: Field<Yuan>,
}

lists! {
struct SkuBody<QUICK> {
    spec_id: Field<String>,
    sku_id: Field<Id>,
    attributes: List<AttributeBody, QUICK>,
    price: Field<Yuan>,
    promotion_price: Field<Yuan>,
    stock: Field<Quantity>,
}
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AttributeBody {
    name: Field<String>,
    name_en: Field<String>,
    value: Field<String>,
    value_en: Field<String>,
}

lists! {
struct FreightBody<QUICK> {
    kind: Field<String>,
    charge: Field<String>,
    first_unit: Field<Decimal>,
    next_unit: Field<Decimal>,
    fees: List<FeeBody, QUICK>,
    free_from: Field<Yuan>,
}
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct FeeBody {
    first: Field<Yuan>,
    next: Field<Yuan>,
}

lists! {
struct SupplierBody<QUICK> {
    supplier_id: Field<String>,
    name: Field<String>,
    name_en: Field<String>,
    province: Field<String>,
    city: Field<String>,
    belt: Field<String>,
    identities: Words,
    years: Field<u32>,
    mix: Maybe<MixBody, QUICK>,
    offers: Field<u64>,
    repeat_rate: Field<Rate>,
    scores: Maybe<ScoresBody, QUICK>,
    medal_level: Field<u32>,
    collect_48h: Field<Rate>,
    quality_refund_30d: Field<Rate>,
}
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ScoresBody {
    composite: Field<Decimal>,
    logistics: Field<Decimal>,
    dispute: Field<Decimal>,
    offer: Field<Decimal>,
    after_sales: Field<Decimal>,
    consulting: Field<Decimal>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MixBody {
    pieces: Field<Quantity>,
    amount: Field<Yuan>,
}

/// A page of the bulk export. What the page says of suppliers is put into their offers too.
pub fn changes(body: &[u8], read_at: Timestamp) -> Result<Changes, MarketError> {
    if let Some(page) = quick_page(body) {
        let cursor = page.cursor.as_ref().cloned().unwrap_or_default();
        return Ok(Changes { cursor, ..page.into_changes(read_at) });
    }
    let mut body: ChangesBody<false> = payload(body)?;
    let cursor = std::mem::take(&mut body.cursor).get();
    let cursor = cursor.ok_or_else(|| envelope::unreadable("changes without a cursor"))?;
    Ok(Changes { cursor, ..body.into_changes(read_at) })
}

/// A page in the form it nearly always has, walked over once: `{"success":true,"result":{...}}`, all of it readable.
/// `None` for anything that looks otherwise, which is for the lenient reader to judge.
fn quick_page(body: &[u8]) -> Option<ChangesBody<true>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plain {
        success: bool,
        result: Maybe<ChangesBody<true>, true>,
    }
    let text = std::str::from_utf8(body).ok()?;
    // A derived reader would take a list for an object.
    let plain: Plain = text.starts_with('{').then(|| serde_json::from_str(text).ok())??;
    let page = plain.result.0.filter(|_| plain.success)?;
    // Members of an envelope inside: what it wraps is the page.
    let wraps = [&page.success, &page.result, &page.ret_code, &page.code].into_iter().any(Option::is_some);
    (matches!(page.cursor, Field::Known(_)) && !wraps).then_some(page)
}

/// The best of one category, in the rows of [`changes`]; there is no cursor to go on from.
pub fn best(body: &[u8], read_at: Timestamp) -> Result<Changes, MarketError> {
    Ok(Changes { complete: true, ..payload::<ChangesBody<false>>(body)?.into_changes(read_at) })
}

impl<const QUICK: bool> ChangesBody<QUICK> {
    fn into_changes(self, read_at: Timestamp) -> Changes {
        let suppliers: Vec<Supplier> =
            self.suppliers.items.into_iter().filter_map(SupplierBody::into_supplier).collect();
        let by_id: std::collections::HashMap<&SupplierId, &Supplier> =
            suppliers.iter().map(|supplier| (&supplier.id, supplier)).collect();
        let offers = self.items.items.into_iter().filter_map(|item| {
            let mut offer = item.into_offer(read_at)?;
            if let Some(supplier) = offer.supplier_id.as_ref().and_then(|id| by_id.get(id)) {
                describe(&mut offer, supplier);
            }
            Some(offer)
        });
        Changes {
            offers: offers.collect(),
            cursor: String::new(),
            complete: self.complete.get().unwrap_or(false),
            total: self.total.get().unwrap_or(0),
            restarted: self.restarted.get().unwrap_or(false),
            suppliers,
        }
    }
}

/// Suppliers found.
pub fn suppliers(body: &[u8]) -> Result<Page<Supplier>, MarketError> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Body {
        suppliers: List<SupplierBody<false>>,
        total: Field<u64>,
    }
    let body: Body = payload(body)?;
    let items: Vec<Supplier> =
        body.suppliers.items.into_iter().filter_map(SupplierBody::into_supplier).collect();
    Ok(Page { total: body.total.get().unwrap_or(items.len() as u64), items })
}

/// The committed tables as they are.
pub fn ledger_dump(body: &[u8]) -> Result<serde_json::Value, MarketError> {
    let raw = envelope::payload(body)?.ok_or_else(|| envelope::unreadable("no ledger"))?;
    let dump: serde_json::Value =
        serde_json::from_str(raw.get()).map_err(|_| envelope::unreadable("a ledger that is none"))?;
    if !dump.get("orders").is_some_and(serde_json::Value::is_array) {
        return Err(envelope::unreadable("a ledger without orders"));
    }
    Ok(cleaned(dump))
}

/// A document that is passed on as it is.
pub fn document(body: &[u8]) -> Result<serde_json::Value, MarketError> {
    let raw = envelope::payload(body)?.ok_or_else(|| envelope::unreadable("no document"))?;
    let document = serde_json::from_str(raw.get()).map_err(|_| envelope::unreadable("no document"))?;
    Ok(cleaned(document))
}

/// Every text of a document that is passed on as it is.
fn cleaned(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    let clean = |text: &str| Clean::new(text).as_str().to_owned();
    match value {
        Value::String(text) => Value::String(clean(&text)),
        Value::Array(items) => items.into_iter().map(cleaned).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(key, member)| (clean(&key), cleaned(member))).collect()
        }
        plain => plain,
    }
}

pub(super) fn payload<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, MarketError> {
    let raw = envelope::payload(body)?.ok_or_else(|| envelope::unreadable("an answer without content"))?;
    object(raw).ok_or_else(|| envelope::unreadable("an answer of another form"))
}

fn describe(offer: &mut Offer, supplier: &Supplier) {
    offer.supplier_name = Some(supplier.name.clone());
    offer.belt = supplier.belt.clone();
    offer.city = supplier.city.clone();
    offer.mix = supplier.mix;
    offer.years = supplier.years;
    let mut identities = supplier.identities.clone();
    for own in std::mem::take(&mut offer.identities) {
        if !identities.contains(&own) {
            identities.push(own);
        }
    }
    offer.identities = identities;
}

impl<const QUICK: bool> OfferBody<QUICK> {
    fn into_offer(self, read_at: Timestamp) -> Option<Offer> {
        let key = OfferKey::Market(self.offer_id.get()?.0);
        let gone =
            self.gone.get() == Some(true) || self.status.as_ref().is_some_and(|word| words::is_gone(word));
        let title = match self.title.get() {
            Some(title) => words::subject(&title),
            // Rows of what is gone have none.
            None if gone => Clean::default(),
            None => return None,
        };
        let mut offer = Offer::blank(key, title, read_at);
        offer.gone = gone;
        offer.supplier_id =
            self.supplier_id.get().map(|id| SupplierId::new(&id)).filter(|id| !id.as_str().is_empty());
        offer.title_en =
            self.title_en.get().map(|title| words::subject(&title)).filter(|title| !title.is_empty());
        offer.category_id = self.category_id.get().map(|id| id.0);
        offer.unit = self.unit.get().map(|unit| Unit::new(&unit)).filter(|unit| !unit.as_str().is_empty());
        offer.skus = self.skus.items.into_iter().filter_map(SkuBody::into_sku).collect();
        let tiers = tiers(self.tiers);
        offer.quote_type = self.quote_type.get().and_then(QuoteType::from_number).unwrap_or(
            match (offer.skus.is_empty(), tiers.is_empty()) {
                (true, _) => QuoteType::ByOffer,
                (false, true) => QuoteType::BySku,
                (false, false) => QuoteType::ByOfferOverSkus,
            },
        );
        // For per-SKU prices the one entry is {moq, lowest price} and no ladder.
        if offer.quote_type != QuoteType::BySku {
            offer.tiers = tiers;
        }
        offer.stock = self.stock.get();
        offer.moq = self.moq.get().filter(|moq| !moq.is_zero());
        offer.lot = self.lot.get().filter(|lot| *lot > Quantity::ONE);
        offer.purchase_limit = self.purchase_limit.get();
        offer.mix_enabled = self.mix_enabled.get();
        offer.kind = match self.kind.as_ref().map(String::as_str) {
            Some("fee") => OfferKind::Fee,
            Some("goods") => OfferKind::Goods,
            _ => words::kind_of(&offer.title),
        };
        offer.freight = self.freight.0.map(FreightBody::into_terms).unwrap_or_default();
        offer.weight_kg = self
            .weight_g
            .get()
            .filter(|grams| !grams.is_zero())
            .and_then(|grams| grams.checked_div(Decimal::ONE_THOUSAND))
            .map(|weight| weight.normalize());
        offer.volume_m3 = volume(&self.size_cm);
        offer.per_carton = self.description.as_ref().and_then(|text| words::per_carton(text));
        offer.lead_time_hours = self.ship_hours.get();
        offer.sold_30d = self.sold_30d.get();
        offer.repeat_rate = self.repeat_rate.get().map(|rate| rate.0);
        offer.rating = score(self.trade_score);
        offer.attributes =
            words::attributes(self.attributes.items.into_iter().map(AttributeBody::into_attribute));
        offer.services = Services {
            dropship: self.one_piece_dropship.get(),
            free_ship: self.free_post_dropship.get(),
            return_7d: self.return_7d.get(),
            invoice: self.invoice.get(),
            custom: self.customizable.get(),
            pay_later: self.pay_later.get(),
        };
        let free_post = self.free_post_dropship.get();
        let flows = self.flows.items.into_iter().filter_map(|body| body.into_terms(free_post));
        offer.flows = flows.take(words::MOST_FLOWS).collect();
        let marks = [(self.yanxuan, Identity::Yanxuan), (self.select, Identity::Crossborder)];
        offer.identities = marks
            .into_iter()
            .filter(|(mark, _)| mark.get() == Some(true))
            .map(|(_, identity)| identity)
            .collect();
        offer.advertised = self.advertised.get() == Some(true);
        offer.completeness = Completeness::Full;
        Some(offer)
    }
}

fn volume(size_cm: &Words) -> Option<Decimal> {
    let side = |at: usize| -> Field<Decimal> {
        size_cm
            .0
            .get(at)
            .and_then(|text| super::scalar::decimal(text))
            .filter(|side| *side > Decimal::ZERO)
            .map_or(Field::Absent, Field::Known)
    };
    volume_m3(side(0), side(1), side(2))
}

/// All tiers, or none: with one of them missing, prices between its neighbours would be wrong.
fn tiers<const QUICK: bool>(list: List<TierBody, QUICK>) -> Vec<PriceTier> {
    if list.dropped > 0 {
        return Vec::new();
    }
    let read = |tier: TierBody| {
        if tier.promotion_price.is_unreadable() {
            return None;
        }
        Some(PriceTier {
            from_quantity: tier.from_quantity.get()?,
            price: money(tier.price)?,
            promotion: money(tier.promotion_price),
        })
    };
    list.items.into_iter().map(read).collect::<Option<Vec<_>>>().unwrap_or_default()
}

impl FlowBody {
    /// `free_post`: whether dropshipped pieces travel free.
    fn into_terms(self, free_post: Option<bool>) -> Option<FlowTerms> {
        let flow = Flow::from_word(&self.flow.get()?);
        Some(FlowTerms {
            post_included: free_post.filter(|_| flow == Flow::Fenxiao),
            start_quantity: self.start_quantity.get(),
            price: money(self.price).filter(|price| !price.is_zero()),
            sku_prices: Vec::new(),
            flow,
        })
    }
}

impl AttributeBody {
    fn into_attribute(self) -> Option<Attribute> {
        words::attribute(self.name.get(), self.name_en.get(), self.value.get(), self.value_en.get())
    }
}

impl<const QUICK: bool> SkuBody<QUICK> {
    fn into_sku(self) -> Option<Sku> {
        let spec_id = SpecId::new(&self.spec_id.get()?);
        if spec_id.as_str().is_empty() {
            return None;
        }
        let values = self.attributes.items.iter();
        let english: Option<Vec<&String>> =
            values.clone().map(|attribute| attribute.value_en.as_ref()).collect();
        let price = if self.promotion_price.is_unreadable() { None } else { money(self.price) };
        Some(Sku {
            spec_id,
            sku_id: self.sku_id.get().map(|id| id.0),
            name: words::joined(values.filter_map(|attribute| attribute.value.as_ref()).map(String::as_str)),
            name_en: english
                .map(|values| words::joined(values.into_iter().map(String::as_str)))
                .filter(|name| !name.is_empty()),
            price,
            promotion: price.and(money(self.promotion_price)),
            tiers: Vec::new(),
            stock: self.stock.get(),
        })
    }
}

impl<const QUICK: bool> FreightBody<QUICK> {
    fn into_terms(self) -> FreightTerms {
        match self.kind.as_ref().map(String::as_str) {
            Some("seller_pays") => FreightTerms::SellerPays,
            Some("collect") => FreightTerms::Collect,
            Some("by_agreement") => FreightTerms::ByAgreement,
            Some("template") => self.template().map_or(FreightTerms::Unknown, FreightTerms::Template),
            _ => FreightTerms::Unknown,
        }
    }

    fn template(self) -> Option<FreightTemplate> {
        let charge_by = match self.charge.as_ref().map(String::as_str) {
            Some("weight") => ChargeBy::Weight,
            Some("pieces") => ChargeBy::Pieces,
            Some("volume") => ChargeBy::Volume,
            _ => return None,
        };
        if self.fees.dropped > 0 || self.free_from.is_unreadable() {
            return None;
        }
        let fee = |body: FeeBody| Some(Fee { first: money(body.first)?, next: money(body.next)? });
        Some(FreightTemplate {
            charge_by,
            first_unit: self.first_unit.get()?,
            next_unit: self.next_unit.get()?,
            fees: Fees::Zones(self.fees.items.into_iter().map(fee).collect::<Option<Vec<Fee>>>()?),
            free_from: money(self.free_from),
        })
    }
}

impl<const QUICK: bool> SupplierBody<QUICK> {
    fn into_supplier(self) -> Option<Supplier> {
        let id = SupplierId::new(&self.supplier_id.get()?);
        if id.as_str().is_empty() {
            return None;
        }
        let scores = self.scores.0.unwrap_or_default();
        let city = self.city.get().map(|city| Clean::capped(&city, 40));
        Some(Supplier {
            id,
            name: Clean::capped(&self.name.get()?, 120),
            name_en: self.name_en.get().map(|name| Clean::capped(&name, 160)),
            belt: self.belt.get().map(|belt| Clean::capped(&belt, 40)).or_else(|| city.clone()),
            identities: words::identities(self.identities.0.iter().map(String::as_str)),
            years: self.years.get(),
            mix: self.mix.0.map_or(Mix::None, MixBody::into_mix),
            repeat_rate: self.repeat_rate.get().map(|rate| rate.0),
            province: self.province.get().map(|province| Clean::capped(&province, 40)),
            city,
            scores: Scores {
                composite: score(scores.composite),
                logistics: score(scores.logistics),
                dispute: score(scores.dispute),
                offer: score(scores.offer),
                after_sales: score(scores.after_sales),
                consulting: score(scores.consulting),
            },
            medal_level: medals(self.medal_level),
            pickup_48h: self.collect_48h.get().map(|rate| rate.0),
            quality_refund: self.quality_refund_30d.get().map(|rate| rate.0),
            offers: self.offers.get().unwrap_or(0),
        })
    }
}

impl MixBody {
    fn into_mix(self) -> Mix {
        let pieces = self.pieces.get().filter(|pieces| !pieces.is_zero());
        let amount: Option<Money> = money(self.amount).filter(|amount| !amount.is_zero());
        match (pieces, amount) {
            (None, None) => Mix::Unknown,
            (pieces, amount) => Mix::Rule(MixRule { pieces, amount }),
        }
    }
}
