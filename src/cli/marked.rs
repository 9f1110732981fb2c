//! The JSON documents of what carries the buyer's own: suppliers, marks, and what was bought before.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Serialize;

use super::documents::{MixDocument, OfferDocument};
use super::mistakes::ProblemDocument;
use crate::domain::factory::Confidence;
use crate::domain::id::SupplierId;
use crate::domain::mark::{Bought, Mark, Subject};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::{SupplierRow, SupplierSheet};
use crate::domain::supplier::{Identity, Scores};
use crate::domain::text::Clean;
use crate::domain::yanxuan::{Tally, Verdict};

/// What of an offer was bought before.
#[derive(Debug, Serialize)]
pub(super) struct BoughtDocument {
    pub times: u64,
    pub quantity: Option<Quantity>,
    pub unit: Option<Unit>,
    pub last_price: Option<Money>,
    pub last_at: Timestamp,
}

impl From<&Bought> for BoughtDocument {
    fn from(bought: &Bought) -> Self {
        BoughtDocument {
            times: bought.times,
            quantity: bought.quantity,
            unit: bought.unit.clone(),
            last_price: bought.last_price,
            last_at: bought.last_at,
        }
    }
}

/// `suppliers`
#[derive(Debug, Serialize)]
pub(super) struct SuppliersDocument {
    pub quantity: Quantity,
    pub total: usize,
    pub new: usize,
    pub suppliers: Vec<SupplierDocument>,
    /// What of the query could not be read.
    pub problems: Vec<ProblemDocument>,
}

/// A supplier in a list.
#[derive(Debug, Serialize)]
pub(super) struct SupplierDocument {
    pub supplier_id: SupplierId,
    pub name: Clean,
    pub name_en: Option<Clean>,
    pub belt: Option<Clean>,
    pub identities: Vec<Identity>,
    pub years: Option<u32>,
    pub province: Option<Clean>,
    pub city: Option<Clean>,
    pub scores: Scores,
    pub medal_level: Option<u32>,
    pub pickup_48h: Option<Decimal>,
    pub quality_refund: Option<Decimal>,
    pub repeat_rate: Option<Decimal>,
    pub factory: FactoryDocument,
    pub badges: Vec<Clean>,
    #[serde(rename = "new")]
    pub is_new: bool,
    pub offers: u64,
    pub mix_rule: Option<MixDocument>,
    pub categories: Vec<Clean>,
    pub least_price: Option<Money>,
    pub least_unit: Option<Unit>,
    pub favourite: bool,
    pub tags: Vec<Clean>,
    pub note: Clean,
    pub blocked: Option<Clean>,
    pub ordered: Option<OrderedDocument>,
}

/// Orders with a supplier.
#[derive(Debug, Serialize)]
pub(super) struct OrderedDocument {
    pub times: u64,
    pub last_at: Timestamp,
}

impl From<SupplierRow> for SupplierDocument {
    fn from(row: SupplierRow) -> Self {
        let supplier = row.supplier;
        let (least_price, least_unit) = row.least.map_or((None, None), |(price, unit)| (Some(price), unit));
        SupplierDocument {
            mix_rule: supplier
                .mix
                .rule()
                .map(|rule| MixDocument { pieces: rule.pieces, amount: rule.amount }),
            supplier_id: supplier.id,
            name: supplier.name,
            name_en: supplier.name_en,
            belt: supplier.belt,
            identities: supplier.identities,
            years: supplier.years,
            province: supplier.province,
            city: supplier.city,
            scores: supplier.scores,
            medal_level: supplier.medal_level,
            pickup_48h: supplier.pickup_48h,
            quality_refund: supplier.quality_refund,
            repeat_rate: supplier.repeat_rate,
            factory: FactoryDocument::from(&row.confidence),
            badges: row.badges,
            is_new: row.is_new,
            offers: supplier.offers,
            categories: row.categories,
            least_price,
            least_unit,
            favourite: row.mark.favourite,
            tags: row.mark.tags,
            note: row.mark.note,
            blocked: row.mark.blocked,
            ordered: row.ordered.map(|(times, last_at)| OrderedDocument { times, last_at }),
        }
    }
}

/// How sure one can be of a factory: `base` and the points of the reasons, at least 1 and at most 99.
#[derive(Debug, Serialize)]
pub(super) struct FactoryDocument {
    pub percent: u32,
    pub base: i32,
    pub reasons: Vec<ReasonDocument>,
}

/// A sign with its points.
#[derive(Debug, Serialize)]
pub(super) struct ReasonDocument {
    pub reason: &'static str,
    pub points: i32,
}

impl From<&Confidence> for FactoryDocument {
    fn from(found: &Confidence) -> Self {
        let reason = |(reason, points): &(crate::domain::factory::Reason, i32)| ReasonDocument {
            reason: reason.as_str(),
            points: *points,
        };
        FactoryDocument {
            percent: found.percent,
            base: crate::domain::factory::BASE,
            reasons: found.reasons.iter().map(reason).collect(),
        }
    }
}

/// `suppliers --show`
#[derive(Debug, Serialize)]
pub(super) struct SheetDocument {
    pub quantity: Quantity,
    #[serde(flatten)]
    pub supplier: SupplierDocument,
    pub yanxuan: TallyDocument,
    pub orders: Vec<PastDocument>,
    pub listed: Vec<ListedDocument>,
}

/// What the 严选 test says of their offers.
#[derive(Debug, Serialize)]
pub(super) struct TallyDocument {
    pub passed: u32,
    pub failed: u32,
    pub head: u32,
    pub tail: u32,
    pub too_few: u32,
    pub unrated: u32,
}

impl From<Tally> for TallyDocument {
    fn from(tally: Tally) -> Self {
        let Tally { passed, failed, head, tail, too_few, unrated } = tally;
        TallyDocument { passed, failed, head, tail, too_few, unrated }
    }
}

/// One of their offers.
#[derive(Debug, Serialize)]
pub(super) struct ListedDocument {
    #[serde(flatten)]
    pub offer: OfferDocument,
    pub rating: Option<Decimal>,
    /// pass, fail, too_few; null = not rated.
    pub yanxuan: Option<&'static str>,
    /// head, middle, tail.
    pub place: &'static str,
    /// Ratings it was judged by.
    pub samples: Option<u64>,
}

/// An order with them.
#[derive(Debug, Serialize)]
pub(super) struct PastDocument {
    pub created_at: Timestamp,
    pub total: Option<Money>,
    pub state: Clean,
}

impl SheetDocument {
    pub fn new(sheet: SupplierSheet, quantity: Quantity) -> SheetDocument {
        let verdicts = sheet.verdicts.into_iter().chain(std::iter::repeat(None));
        let listed = sheet.offers.iter().zip(verdicts).map(|(row, verdict)| ListedDocument {
            offer: OfferDocument::new(&row.offer, &row.price, &row.mine),
            rating: row.offer.rating,
            yanxuan: verdict.map(Verdict::as_str),
            place: verdict.map(Verdict::place).unwrap_or_default().as_str(),
            samples: verdict.map(|verdict| match verdict {
                Verdict::TooFew { samples } | Verdict::Judged { samples, .. } => samples,
            }),
        });
        let orders = sheet.orders.into_iter();
        SheetDocument {
            quantity,
            listed: listed.collect(),
            supplier: SupplierDocument::from(sheet.row),
            yanxuan: sheet.tally.into(),
            orders: orders
                .map(|(created_at, total, state)| PastDocument { created_at, total, state })
                .collect(),
        }
    }
}

/// `mark`
#[derive(Debug, Serialize)]
pub(super) struct MarkDocument {
    pub kind: &'static str,
    pub id: String,
    pub name: Option<Clean>,
    pub favourite: bool,
    pub tags: Vec<Clean>,
    pub note: Clean,
    pub blocked: Option<Clean>,
}

impl MarkDocument {
    pub fn new(subject: &Subject, name: Option<Clean>, mark: &Mark) -> MarkDocument {
        let (kind, id) = match subject {
            Subject::Offer(key) => ("offer", key.to_string()),
            Subject::Supplier(id) => ("supplier", id.to_string()),
        };
        MarkDocument {
            kind,
            id,
            name,
            favourite: mark.favourite,
            tags: mark.tags.clone(),
            note: mark.note.clone(),
            blocked: mark.blocked.clone(),
        }
    }
}

/// `mark list`
#[derive(Debug, Serialize)]
pub(super) struct MarksDocument {
    pub marks: Vec<MarkDocument>,
}
