//! Offers: a listing of one supplier with its SKUs, tiers, minimum and unit.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::flow::FlowTerms;
use crate::domain::freight::FreightTerms;
use crate::domain::id::{OfferKey, SpecId, SupplierId};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::{Identity, Mix, Reputation};
use crate::domain::text::Clean;

/// How an offer's price depends on the quantity (GATEWAY.md 3.1; the numbers are the wire's).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QuoteType {
    /// 0: no SKUs, tiers by the offer's quantity.
    ByOffer,
    /// 1: a price per SKU, no tiers.
    BySku,
    /// 2: SKUs, tiers by the offer's total over them.
    ByOfferOverSkus,
    /// 3: tiers per SKU, by that SKU's quantity.
    TiersPerSku,
}

impl QuoteType {
    /// The wire's number.
    pub const fn number(self) -> u8 {
        match self {
            QuoteType::ByOffer => 0,
            QuoteType::BySku => 1,
            QuoteType::ByOfferOverSkus => 2,
            QuoteType::TiersPerSku => 3,
        }
    }

    /// From the wire's number.
    pub const fn from_number(number: i64) -> Option<Self> {
        match number {
            0 => Some(QuoteType::ByOffer),
            1 => Some(QuoteType::BySku),
            2 => Some(QuoteType::ByOfferOverSkus),
            3 => Some(QuoteType::TiersPerSku),
            _ => None,
        }
    }
}

impl Serialize for QuoteType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for QuoteType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        QuoteType::from_number(number)
            .ok_or_else(|| serde::de::Error::custom(format!("unknown quote type {number}")))
    }
}

/// From `from_quantity` on, one unit costs `price`, or `promotion` while that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceTier {
    /// Least quantity of this tier.
    pub from_quantity: Quantity,
    /// List price of one unit, yuan.
    pub price: Money,
    /// Promotion price of one unit, yuan: what is charged where present.
    pub promotion: Option<Money>,
}

impl PriceTier {
    /// What one unit is predicted to be charged at.
    pub fn charged(&self) -> Money {
        self.promotion.unwrap_or(self.price)
    }
}

/// One variant of an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sku {
    /// Unique within the offer; what orders name.
    pub spec_id: SpecId,
    /// Global id, where the market gives one.
    pub sku_id: Option<i64>,
    /// 颜色 白 / 尺码 XL, joined.
    pub name: Clean,
    /// The same translated.
    pub name_en: Option<Clean>,
    /// Quote type 1 only.
    pub price: Option<Money>,
    /// Promotion price of quote type 1.
    pub promotion: Option<Money>,
    /// Quote type 3 only.
    pub tiers: Vec<PriceTier>,
    /// In stock; `None` = unknown.
    pub stock: Option<Quantity>,
}

/// Goods, or a link that only collects a fee (补差价, 运费, 专拍, 代发费用).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    /// Real goods.
    #[default]
    Goods,
    /// A fee link; hidden from searches unless asked for.
    Fee,
}

impl OfferKind {
    /// Word in JSON and queries.
    pub const fn as_str(self) -> &'static str {
        match self {
            OfferKind::Goods => "goods",
            OfferKind::Fee => "fee",
        }
    }
}

/// How much of an offer has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// A search row: a headline price and perhaps a minimum; no tiers, supplier, unit or mix rule.
    #[default]
    Row,
    /// The whole detail.
    Full,
}

/// One thing a listing says of its goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// 材质
    pub name: Clean,
    /// Its translated name, where the market gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<Clean>,
    /// 304不锈钢
    pub value: Clean,
    /// Its translated value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_en: Option<Clean>,
}

/// What a seller promises with an offer; `None` = the market did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Services {
    /// 一件代发: single pieces are shipped to the shop's customer (`isOnePsale`).
    pub dropship: Option<bool>,
    /// 代发包邮: those ship free (`isOnePsaleFreePostage`).
    pub free_ship: Option<bool>,
    /// 七天无理由退货 (`noReason7DReturn`).
    pub return_7d: Option<bool>,
    /// An invoice can be had (`invoiceInfo`).
    pub invoice: Option<bool>,
    /// 定制: made to the buyer's wish.
    pub custom: Option<bool>,
    /// 账期, 先采后付: paid later.
    pub pay_later: Option<bool>,
}

/// A listing of one supplier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Market id, or the key of an imported good.
    pub key: OfferKey,
    /// Chinese subject.
    pub title: Clean,
    /// Translated subject.
    pub title_en: Option<Clean>,
    /// `None` until the detail was read (a search row does not name the supplier).
    pub supplier_id: Option<SupplierId>,
    /// Company name.
    pub supplier_name: Option<Clean>,
    /// Industrial cluster.
    pub belt: Option<Clean>,
    /// `None` on a search row.
    pub unit: Option<Unit>,
    /// How the price depends on quantity.
    pub quote_type: QuoteType,
    /// As read: may be unsorted, doubled or overlapping; [`crate::domain::price::tier_at`] defines them.
    pub tiers: Vec<PriceTier>,
    /// Least and greatest unit price where no SKU or tier is known (search rows, imports with a min-max price).
    pub price_range: Option<(Money, Money)>,
    /// Variants.
    pub skus: Vec<Sku>,
    /// 起批量 over all SKUs; `None` = unknown.
    pub moq: Option<Quantity>,
    /// Quantities are multiples of it; `None` = none known.
    pub lot: Option<Quantity>,
    /// Most one buyer may order; `None` = unknown (the plain gateway never tells).
    pub purchase_limit: Option<Quantity>,
    /// In stock over all SKUs; `None` = unknown.
    pub stock: Option<Quantity>,
    /// Whether it takes part in its supplier's mix rule; `None` = not said.
    pub mix_enabled: Option<bool>,
    /// The supplier's mix rule.
    pub mix: Mix,
    /// Goods or fee link.
    pub kind: OfferKind,
    /// Freight to the buyer's default district.
    pub freight: FreightTerms,
    /// Weight of one unit in kg.
    pub weight_kg: Option<Decimal>,
    /// Volume of one unit in cubic metres.
    pub volume_m3: Option<Decimal>,
    /// Units in one carton (箱规), as the description says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_carton: Option<Quantity>,
    /// Hours until the seller promises to ship.
    pub lead_time_hours: Option<u32>,
    /// Units sold in 30 days, as the platform claims.
    pub sold_30d: Option<u64>,
    /// Share of buyers who came back, 0 to 1.
    pub repeat_rate: Option<Decimal>,
    /// Certifications of offer and seller, merged.
    pub identities: Vec<Identity>,
    /// TrustPass years of the seller.
    pub years: Option<u32>,
    /// Leaf category.
    pub category_id: Option<i64>,
    /// Where the seller sits; part of the address, not the belt.
    #[serde(default)]
    pub city: Option<Clean>,
    /// What the listing says of its goods (材质 304), in the market's order.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// What the seller promises with it.
    #[serde(default)]
    pub services: Services,
    /// What its buyers rate it, 0 to 5 (`tradeScore`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Decimal>,
    /// The other ways to order it, each with its own price and start quantity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowTerms>,
    /// What the answer told of the seller besides. It goes into the supplier's record and is not stored with the
    /// offer: what is read from the catalog has none.
    #[serde(skip)]
    pub reputation: Option<Box<Reputation>>,
    /// An advertisement.
    pub advertised: bool,
    /// No longer on sale.
    pub gone: bool,
    /// Row or whole detail.
    pub completeness: Completeness,
    /// When it was read from the market.
    pub fetched_at: Timestamp,
}

impl Services {
    /// What this reading says, and where it is silent what `earlier` said.
    #[must_use]
    pub fn or(self, earlier: Services) -> Services {
        Services {
            dropship: self.dropship.or(earlier.dropship),
            free_ship: self.free_ship.or(earlier.free_ship),
            return_7d: self.return_7d.or(earlier.return_7d),
            invoice: self.invoice.or(earlier.invoice),
            custom: self.custom.or(earlier.custom),
            pay_later: self.pay_later.or(earlier.pay_later),
        }
    }
}

impl Offer {
    /// The SKU with this spec.
    pub fn sku(&self, spec: &SpecId) -> Option<&Sku> {
        self.skus.iter().find(|sku| &sku.spec_id == spec)
    }

    /// An empty listing to fill in.
    pub fn blank(key: OfferKey, title: Clean, fetched_at: Timestamp) -> Self {
        Offer {
            key,
            title,
            title_en: None,
            supplier_id: None,
            supplier_name: None,
            belt: None,
            unit: None,
            quote_type: QuoteType::ByOffer,
            tiers: Vec::new(),
            price_range: None,
            skus: Vec::new(),
            moq: None,
            lot: None,
            purchase_limit: None,
            stock: None,
            mix_enabled: None,
            mix: Mix::Unknown,
            kind: OfferKind::Goods,
            freight: FreightTerms::Unknown,
            weight_kg: None,
            volume_m3: None,
            per_carton: None,
            lead_time_hours: None,
            sold_30d: None,
            repeat_rate: None,
            identities: Vec::new(),
            years: None,
            category_id: None,
            city: None,
            attributes: Vec::new(),
            services: Services::default(),
            rating: None,
            flows: Vec::new(),
            reputation: None,
            advertised: false,
            gone: false,
            completeness: Completeness::Row,
            fetched_at,
        }
    }
}
