//! The JSON documents of what carries the buyer's own: suppliers, marks, and what was bought before.

use jiff::Timestamp;
use serde::Serialize;

use super::documents::MixDocument;
use crate::domain::id::SupplierId;
use crate::domain::mark::{Bought, Mark, Subject};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::search::SupplierRow;
use crate::domain::supplier::Identity;
use crate::domain::text::Clean;

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
    pub suppliers: Vec<SupplierDocument>,
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
