//! What is asked of the catalog and what it answers: rows priced at the buyer's quantity.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::factory::Confidence;
use crate::domain::id::OfferKey;
use crate::domain::mark::{Mark, Mine};
use crate::domain::money::Money;
use crate::domain::offer::Offer;
use crate::domain::price::RowPrice;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::Supplier;
use crate::domain::text::Clean;
use crate::domain::yanxuan::{Tally, Verdict};

/// Orders of a result list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Match tier, then the static rank.
    #[default]
    Rank,
    /// Median unit price at the quantity, cheapest first; what cannot be bought comes last.
    Price,
    /// Landed cost at the quantity; unknown freight comes after known, what cannot be bought last.
    Landed,
    /// Units sold in 30 days, most first.
    Sold,
    /// Repeat rate, highest first; unknown last.
    Repeat,
    /// Freshest reading first.
    Age,
}

impl Sort {
    /// All of them, in the order keys cycle through.
    pub const ALL: [Sort; 6] = [Sort::Rank, Sort::Price, Sort::Landed, Sort::Sold, Sort::Repeat, Sort::Age];

    /// Word on the command line and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Sort::Rank => "rank",
            Sort::Price => "price",
            Sort::Landed => "landed",
            Sort::Sold => "sold",
            Sort::Repeat => "repeat",
            Sort::Age => "age",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        Sort::ALL.into_iter().find(|sort| sort.as_str() == word)
    }
}

/// Yes-or-no facts a query may ask for. The numbers are bits of stored facts: add at the end, never renumber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Flag {
    /// A certified source factory (超级工厂 and what the market flags as such).
    Factory = 0,
    /// 严选
    Yanxuan = 1,
    /// Takes part in a mix rule of its supplier.
    Mix = 2,
    /// 一件代发
    Dropship = 3,
    /// 代发包邮
    FreeShip = 4,
    /// 七天无理由
    Return7 = 5,
    /// Invoice can be had.
    Invoice = 6,
    /// Made to order.
    Custom = 7,
    /// Paid later.
    PayLater = 8,
    /// An advertisement.
    Advertised = 9,
    /// 超级工厂
    SuperFactory = 10,
    /// 实力商家
    PowerfulMerchant = 11,
    /// 诚信通
    TrustPass = 12,
    /// 跨境
    Crossborder = 13,
}

impl Flag {
    /// All of them.
    pub const ALL: [Flag; 14] = [
        Flag::Factory,
        Flag::Yanxuan,
        Flag::Mix,
        Flag::Dropship,
        Flag::FreeShip,
        Flag::Return7,
        Flag::Invoice,
        Flag::Custom,
        Flag::PayLater,
        Flag::Advertised,
        Flag::SuperFactory,
        Flag::PowerfulMerchant,
        Flag::TrustPass,
        Flag::Crossborder,
    ];
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchRequest {
    /// What was typed, in the language of [`crate::query`].
    pub text: String,
    /// Every price, sort and filter is at this quantity.
    pub quantity: Quantity,
    /// Quantities of single offers that differ from it.
    pub overrides: Arc<HashMap<OfferKey, Quantity>>,
    /// Order; one named in the text goes first.
    pub sort: Sort,
    /// Rows wanted.
    pub limit: usize,
    /// Rows to skip.
    pub offset: usize,
    /// Also fee links (补差价 and the like).
    pub include_fees: bool,
    /// The moment ages are counted to; `None` = that of the newest reading in the catalog.
    pub now: Option<Timestamp>,
    /// No advertisements.
    pub hide_ads: bool,
    /// Of each supplier only the offer that comes first: with [`Sort::Rank`] the best buyable at the quantity.
    pub one_per_supplier: bool,
}

impl SearchRequest {
    /// The quantity an offer is looked at.
    pub fn quantity_of(&self, key: &OfferKey) -> Quantity {
        self.overrides.get(key).copied().unwrap_or(self.quantity)
    }
}

/// Tells a running search that nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// No answer is wanted any more.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRow {
    /// The listing as cached.
    pub offer: Arc<Offer>,
    /// Priced at the request's quantity.
    pub price: RowPrice,
    /// Character positions of the shown title that matched, ascending; for highlighting.
    pub matched: Vec<usize>,
    /// The buyer's own words on it, and what they bought of it.
    pub mine: Mine,
}

/// What suppliers are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SupplierAsk {
    /// What was typed, in the language of [`crate::query`].
    pub text: String,
    /// Prices are at this quantity.
    pub quantity: Quantity,
    /// Rows wanted.
    pub limit: usize,
    /// Only those met since the last look.
    pub only_new: bool,
    /// What counted as new in an earlier answer ([`SupplierPage::since`]); `None` = since the last look.
    pub since: Option<i64>,
}

/// Suppliers found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SupplierPage {
    /// Most offers first, blocked ones last.
    pub rows: Vec<SupplierRow>,
    /// How many there are, those beyond the limit too.
    pub total: usize,
    /// How many of those were met since the last look.
    pub new: usize,
    /// To ask again for the same new ones.
    pub since: i64,
}

/// A supplier found, with what the buyer decides by.
#[derive(Debug, Clone, PartialEq)]
pub struct SupplierRow {
    /// As cached.
    pub supplier: Supplier,
    /// Names of the categories most of their offers are in, or words of their titles; most offers first.
    pub categories: Vec<Clean>,
    /// Least unit price at Q among their offers that can be bought at Q, yuan, with its unit.
    pub least: Option<(Money, Option<Unit>)>,
    /// How sure one can be that they make what they sell.
    pub confidence: Confidence,
    /// Badges of the buyer's lists: 宝藏工厂, TOP100.
    pub badges: Vec<Clean>,
    /// First met after the buyer last looked.
    pub is_new: bool,
    /// The buyer's own words.
    pub mark: Mark,
    /// Orders with them that were not closed, and the newest of them.
    pub ordered: Option<(u64, Timestamp)>,
}

/// A supplier in full: the sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct SupplierSheet {
    /// The row.
    pub row: SupplierRow,
    /// Their offers as cached, best first, priced at Q.
    pub offers: Vec<SearchRow>,
    /// The 严选 test on each of those offers; `None` = not rated.
    pub verdicts: Vec<Option<Verdict>>,
    /// What the verdicts come to.
    pub tally: Tally,
    /// Orders with them, newest first: when, how much, state.
    pub orders: Vec<(Timestamp, Option<Money>, Clean)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SearchPage {
    /// Hits in the catalog, all pages; at least so many when not `counted`.
    pub total: usize,
    /// Whether `total` is exact. A first page comes before everything is counted; see `count`.
    pub counted: bool,
    /// Offers in the catalog.
    pub cached: usize,
    /// Offers searched so far while the index is built again; `None` = all.
    pub searched: Option<usize>,
    /// This page.
    pub rows: Vec<SearchRow>,
    /// Nothing held the words as typed: these were taken instead (a typo, one word less).
    pub instead: Option<Vec<Clean>>,
    /// How long the search took.
    pub took: Duration,
}

/// How many hits share a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// What to add to the query to keep only these: `belt:义乌`, `cat:1031919`, `moq<=10`.
    pub term: String,
    /// What a row shows.
    pub label: Clean,
    /// The translated label, where there is one.
    pub label_en: Option<Clean>,
    /// Hits.
    pub count: usize,
    /// Whether the query asks for it already.
    pub chosen: bool,
}

/// Counts over all hits of a query, most first (bands ascending).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// Leaf categories.
    pub categories: Vec<FacetCount>,
    /// Some of them are not in the market's tree: they are named by what their goods are called, and their number.
    pub names_missing: bool,
    /// Belts.
    pub belts: Vec<FacetCount>,
    /// Identities of sellers.
    pub identities: Vec<FacetCount>,
    /// Bands of the unit price at the quantity, yuan.
    pub prices: Vec<FacetCount>,
    /// Bands of the least quantity.
    pub moqs: Vec<FacetCount>,
    /// Hits counted.
    pub total: usize,
}

/// How much each reason of the static rank counts, in percent of its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankWeights {
    /// Sales in 30 days.
    pub sales: u32,
    /// Repeat rate.
    pub repeat: u32,
    /// Identities.
    pub identities: u32,
    /// TrustPass years.
    pub years: u32,
    /// Confidence that the seller is a factory.
    pub factory: u32,
    /// Freshness.
    pub freshness: u32,
}

impl RankWeights {
    /// More than ten times its points nothing counts.
    pub const MOST: u32 = 1_000;

    /// The weight of a reason.
    pub const fn of(&self, part: WhyPart) -> u32 {
        match part {
            WhyPart::Sales => self.sales,
            WhyPart::Repeat => self.repeat,
            WhyPart::Identities => self.identities,
            WhyPart::Years => self.years,
            WhyPart::Factory => self.factory,
            WhyPart::Freshness => self.freshness,
        }
    }
}

impl Default for RankWeights {
    fn default() -> Self {
        RankWeights { sales: 100, repeat: 100, identities: 100, years: 100, factory: 100, freshness: 100 }
    }
}

/// One reason for where a row stands, with its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyPart {
    /// Sales in 30 days, a doubling each hundred points.
    Sales,
    /// Repeat rate, small samples shrunk.
    Repeat,
    /// Identities.
    Identities,
    /// TrustPass years.
    Years,
    /// Confidence that the seller is a factory.
    Factory,
    /// Freshness of the reading.
    Freshness,
}

/// Where the words of a query stand in an offer; the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// All in a title, Latin words and numbers as whole words.
    Word,
    /// All in a title, some Latin word only as a part of a longer one.
    Part,
    /// Some only by pinyin.
    Pinyin,
    /// Some only in what the buyer says of it.
    Mine,
    /// Some only in the supplier's name or its belt.
    Supplier,
    /// Not as typed: a near word was taken.
    Near,
}

/// Why a row stands where it does under [`Sort::Rank`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The tier of the match.
    pub tier: Tier,
    /// The static rank: the sum of the parts.
    pub score: i64,
    /// Points by reason, in the order of [`WhyPart`].
    pub parts: Vec<(WhyPart, i64)>,
    /// Closeness of the words in the title, which decides between offers that rank about as well.
    pub closeness: i64,
}
