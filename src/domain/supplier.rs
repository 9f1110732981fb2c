//! Suppliers: who they are, and the mix rule that lets a cart of theirs go below single minimums.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::id::SupplierId;
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;

/// What the marketplace certifies of a supplier or an offer; an open set (DESIGN section 1).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// 超级工厂
    SuperFactory,
    /// 实力商家
    PowerfulMerchant,
    /// 诚信通
    TrustPass,
    /// 严选
    Yanxuan,
    /// 跨境 select
    Crossborder,
    /// One we do not know yet, as the wire wrote it.
    Other(Clean),
}

impl Identity {
    /// Our word for it, as it stands in JSON and in the query language.
    pub fn as_str(&self) -> &str {
        match self {
            Identity::SuperFactory => "super_factory",
            Identity::PowerfulMerchant => "powerful_merchant",
            Identity::TrustPass => "trust_pass",
            Identity::Yanxuan => "yanxuan",
            Identity::Crossborder => "crossborder",
            Identity::Other(word) => word.as_str(),
        }
    }

    /// From our word.
    pub fn from_word(word: &str) -> Identity {
        match word {
            "super_factory" => Identity::SuperFactory,
            "powerful_merchant" => Identity::PowerfulMerchant,
            "trust_pass" => Identity::TrustPass,
            "yanxuan" => Identity::Yanxuan,
            "crossborder" => Identity::Crossborder,
            other => Identity::Other(Clean::capped(other, 40)),
        }
    }
}

impl Serialize for Identity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Identity {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Identity::from_word(&String::deserialize(deserializer)?))
    }
}

/// 混批: enough pieces OR enough goods amount over a supplier's mix-enabled lines lets each of them go
/// below its own minimum (GATEWAY.md 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MixRule {
    /// Pieces that satisfy it; `None` when only the amount counts.
    pub pieces: Option<Quantity>,
    /// Goods amount in yuan that satisfies it; `None` when only pieces count.
    pub amount: Option<Money>,
}

/// What is known of a supplier's mix rule. A search row says nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Mix {
    /// Not known yet; treated as no rule, so that nothing is promised.
    #[default]
    Unknown,
    /// The supplier has none.
    None,
    /// This one.
    Rule(MixRule),
}

impl Mix {
    /// The rule, where there is one.
    pub fn rule(&self) -> Option<MixRule> {
        match self {
            Mix::Rule(rule) => Some(*rule),
            Mix::Unknown | Mix::None => None,
        }
    }
}

/// The platform's six scores of a seller (`sellerDataInfo`), each 0 to 5; `None` = not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Scores {
    /// 综合服务
    pub composite: Option<Decimal>,
    /// 物流时效
    pub logistics: Option<Decimal>,
    /// 纠纷解决
    pub dispute: Option<Decimal>,
    /// 品质体验
    pub offer: Option<Decimal>,
    /// 退换体验
    pub after_sales: Option<Decimal>,
    /// 采购咨询
    pub consulting: Option<Decimal>,
}

impl Scores {
    /// What this reading says, and where it is silent what `earlier` said.
    #[must_use]
    pub fn or(self, earlier: Scores) -> Scores {
        Scores {
            composite: self.composite.or(earlier.composite),
            logistics: self.logistics.or(earlier.logistics),
            dispute: self.dispute.or(earlier.dispute),
            offer: self.offer.or(earlier.offer),
            after_sales: self.after_sales.or(earlier.after_sales),
            consulting: self.consulting.or(earlier.consulting),
        }
    }
}

/// What the page of an offer tells of its seller beside the name (`sellerDataInfo` and the address).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reputation {
    /// The six scores.
    pub scores: Scores,
    /// Medals of trade, 0 to 5.
    pub medal_level: Option<u32>,
    /// Repeat purchase rate, 0 to 1.
    pub repeat_rate: Option<Decimal>,
    /// Share of orders collected within 48 hours, 0 to 1.
    pub pickup_48h: Option<Decimal>,
    /// Share of orders refunded for quality in 30 days, 0 to 1.
    pub quality_refund: Option<Decimal>,
    /// 浙江省
    pub province: Option<Clean>,
}

/// A supplier as far as the catalog knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Supplier {
    /// `sellerOpenId`.
    pub id: SupplierId,
    /// Company name.
    pub name: Clean,
    /// Translated company name.
    pub name_en: Option<Clean>,
    /// The industrial cluster it sits in.
    pub belt: Option<Clean>,
    /// Certifications.
    pub identities: Vec<Identity>,
    /// TrustPass years.
    pub years: Option<u32>,
    /// Mix rule, as far as known.
    pub mix: Mix,
    /// Repeat purchase rate, 0 to 1.
    pub repeat_rate: Option<Decimal>,
    /// 浙江省
    #[serde(default)]
    pub province: Option<Clean>,
    /// 金华市
    #[serde(default)]
    pub city: Option<Clean>,
    /// What the platform rates them, 0 to 5.
    #[serde(default)]
    pub scores: Scores,
    /// Medals of trade, 0 to 5 (`tradeMedalLevel`).
    #[serde(default)]
    pub medal_level: Option<u32>,
    /// Share of orders collected by a carrier within 48 hours, 0 to 1 (`collect30DayWithin48HPercent`).
    #[serde(default)]
    pub pickup_48h: Option<Decimal>,
    /// Share of orders refunded for quality in 30 days, 0 to 1 (`qualityRefundWithin30Day`).
    #[serde(default)]
    pub quality_refund: Option<Decimal>,
    /// Offers of theirs in the catalog.
    pub offers: u64,
}
