//! What the world is made of. The server (routes, trade rules) reads these and nothing else of the world.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::domain::money::Money;

/// Words that mostly stand in the vocabulary and are only lent.
pub type Said = Cow<'static, str>;

/// One listing.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldOffer {
    /// 12-digit id as on 1688 (for example 676651652931); a bijection of `(seed, number)`.
    pub offer_id: i64,
    /// Running number 0.. that the world generates from.
    pub number: u64,
    /// Number of the supplier that lists it.
    pub supplier: u64,
    /// Chinese title.
    pub subject: String,
    /// English translation of the title.
    pub subject_en: String,
    /// Leaf category and its ancestors.
    pub category_id: i64,
    pub second_category_id: i64,
    pub top_category_id: i64,
    /// 件 个 双 套 箱 包 米 公斤 ...
    pub unit: Said,
    pub unit_en: Said,
    /// 0, 1 or 2 (GATEWAY.md 3.1).
    pub quote_type: u8,
    /// Sorted by `from_quantity` in the believable world; `--awkward` shuffles later, on the wire.
    /// For quote type 1: one entry {moq, lowest price}.
    pub tiers: Vec<WorldTier>,
    /// Empty exactly for quote type 0.
    pub skus: Vec<WorldSku>,
    /// Stock of the whole offer (sum over its SKUs when there are any).
    pub stock: i64,
    pub moq: i64,
    /// Quantities must be multiples of it.
    pub lot: Option<i64>,
    /// Most one buyer may order; the documented detail never shows it.
    pub purchase_limit: Option<i64>,
    /// Whether the offer takes part in its supplier's mix rule.
    pub mix_enabled: bool,
    pub one_piece_dropship: bool,
    pub free_post_dropship: bool,
    pub return_7d: bool,
    /// Whether the seller writes an invoice; `None` = not known (a file of listings does not say).
    pub invoice: Option<bool>,
    /// Whether it is made to the buyer's wishes; `None` = not known.
    pub customizable: Option<bool>,
    /// Whether it may be paid after the goods came (账期, 先采后付); `None` = not known.
    pub pay_later: Option<bool>,
    /// 补差价, 运费, 专拍 and the like.
    pub fee_link: bool,
    pub yanxuan: bool,
    pub select: bool,
    /// Advertised in search results.
    pub advertised: bool,
    pub attributes: Vec<WorldAttribute>,
    pub freight: WorldFreight,
    /// Weight of one unit in grams; `None` = not stated.
    pub weight_g: Option<i64>,
    /// Length, width, height of one unit in cm.
    pub size_cm: Option<(i64, i64, i64)>,
    pub sold_30d: i64,
    pub sold_7d: i64,
    pub sold_out: i64,
    pub pay_buyers_30d: i64,
    pub add_cart_30d: i64,
    /// 0..=1, for example 0.18.
    pub repeat_rate: Decimal,
    /// 0.0..=5.0.
    pub trade_score: Decimal,
    /// shipIn24Hours, shipIn48Hours, shipIn72Hours ...
    pub ship_guarantee: Said,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// Flows it lists besides `general` (at most 20 % of offers have any).
    pub extra_flows: Vec<WorldFlow>,
    /// Chinese text of the description (plain; the wire wraps it in HTML), e.g. 箱规 40本/件.
    pub description: String,
}

/// `from_quantity` pieces or more at `price`.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldTier {
    pub from_quantity: i64,
    pub price: Money,
    pub promotion_price: Option<Money>,
}

/// One variant of an offer.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldSku {
    pub sku_id: i64,
    /// 32 lower-case hex digits.
    pub spec_id: String,
    /// Attribute name, its English, value, its English: 颜色/Colour: 白色/White.
    pub attributes: Vec<WorldAttribute>,
    /// Quote type 1 only.
    pub price: Option<Money>,
    pub promotion_price: Option<Money>,
    pub stock: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct WorldAttribute {
    pub name: Said,
    pub name_en: Said,
    pub value: Said,
    pub value_en: Said,
}

/// Another way of ordering with its own start quantity and price.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldFlow {
    /// fenxiao, saleproxy, boutiquefenxiao, boutiquepifa, paired, ttpft ...
    pub flow: Said,
    pub start_quantity: i64,
    pub price: Money,
}

/// How goods travel and who pays.
#[derive(Debug, Clone, PartialEq)]
pub enum WorldFreight {
    /// Template: first unit + next units. `charge` says what is counted. A first unit of 30 kg is a
    /// forwarder's (LTL) table: see [`WorldFreight::is_ltl`].
    Template {
        template_id: i64,
        charge: Charge,
        /// kg (weight), pieces, or m3 (volume).
        first_unit: Decimal,
        next_unit: Decimal,
        /// Fee table by destination zone: (first fee, next fee), index = [`Zone`] as usize.
        fees: [(Money, Money); 4],
        /// Goods amount of one order from which the seller ships free.
        free_from: Option<Money>,
    },
    /// The seller pays.
    SellerPays,
    /// 到付: paid to the carrier, not in the order.
    Collect,
    /// By agreement, set by the seller after ordering.
    ByAgreement,
}

/// What a freight template counts; the numbers are the wire's `chargeType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    Weight = 0,
    Pieces = 1,
    Volume = 2,
}

/// Destination zones of the freight tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// East and south.
    Near = 0,
    /// North and middle.
    Middle = 1,
    /// North-east, north-west, south-west.
    Far = 2,
    /// Xinjiang and Tibet.
    Remote = 3,
}

impl Zone {
    /// By the first two digits of a Chinese district code (GB/T 2260), e.g. `440111` is Near.
    pub fn of_district(code: &str) -> Zone {
        match code.get(..2).unwrap_or("") {
            "65" | "54" => Zone::Remote,
            "31" | "32" | "33" | "34" | "35" | "36" | "44" | "45" | "46" => Zone::Near,
            "11" | "12" | "13" | "14" | "37" | "41" | "42" | "43" => Zone::Middle,
            _ => Zone::Far,
        }
    }
}

/// What a seller truly is. No listing says so: what can be seen of a shop leans towards it, and no one sign decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    Factory,
    Trader,
    /// Makes some and trades some.
    Unclear,
}

impl Truth {
    /// The word of `world.truth`.
    pub fn word(self) -> &'static str {
        match self {
            Truth::Factory => "factory",
            Truth::Trader => "trader",
            Truth::Unclear => "unclear",
        }
    }
}

/// One seller.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldSupplier {
    pub number: u64,
    /// Like `BBBspz8Z4AmsyZ5SmwYL4Xi_A`.
    pub seller_open_id: String,
    pub company: String,
    pub company_en: String,
    pub login_id: String,
    pub province: Said,
    pub city: Said,
    /// Name of the belt, for example 永康.
    pub belt: Said,
    pub belt_en: Said,
    /// Wire words: super_factory, powerful_merchants, tp_member.
    pub identities: Vec<&'static str>,
    pub tp_years: i64,
    /// What it truly is; shown to nobody but a tester.
    pub truth: Truth,
    /// Mix rule: pieces OR yuan; `None` = the seller has none.
    pub mix: Option<WorldMix>,
    /// The six scores, 0.0..=5.0, in the wire's order: composite, logistics, dispute, offer, after-sales, consulting.
    pub scores: [Decimal; 6],
    pub medal_level: i64,
    pub repeat_rate: Decimal,
    /// Share collected within 48 hours over 30 days, 0..=1; refunds for quality within 30 days.
    pub collect_48h: Decimal,
    pub quality_refund_30d: Decimal,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldMix {
    pub pieces: i64,
    /// Whole yuan.
    pub amount: i64,
}

/// A node of the three-level category tree; the root has id 0 and is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldCategory {
    pub id: i64,
    /// 0 for a top category.
    pub parent: i64,
    pub name: String,
    pub name_en: String,
    pub leaf: bool,
}

/// A group-buy on one offer.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldGroup {
    /// Like a batch id on the wire: `{number}_{startEpochMs}`.
    pub group_id: String,
    pub number: u64,
    pub offer_id: i64,
    /// Ascending participants with a falling price, usually 18 / 168 / 1688.
    pub steps: Vec<(i64, Money)>,
    /// The offer's price alone, before the first step.
    pub alone_price: Money,
    pub start_ms: i64,
    pub deadline_ms: i64,
    /// `people` or `pieces`.
    pub counts: &'static str,
}
