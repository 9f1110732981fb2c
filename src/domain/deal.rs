//! Flash deals (秒批) and discount deals (折批): read-only lists of what is cheaper for a while (DESIGN section 1).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::OfferKey;
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// Which of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealKind {
    /// 秒批: on the hour, for an hour.
    Flash,
    /// 折批: the discount zone, for days.
    Discount,
}

impl DealKind {
    /// Word on the command line, in JSON and on the wire of the extension.
    pub const fn as_str(self) -> &'static str {
        match self {
            DealKind::Flash => "flash",
            DealKind::Discount => "discount",
        }
    }
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deal {
    /// Market's id.
    pub id: Clean,
    /// Which list it is on.
    pub kind: DealKind,
    /// The offer.
    pub offer: OfferKey,
    /// Chinese subject of the offer.
    pub title: Clean,
    /// Translated subject.
    pub title_en: Option<Clean>,
    /// Unit the prices are for.
    pub unit: Option<Unit>,
    /// Price of one unit in the deal, yuan.
    pub price: Money,
    /// Price of one unit outside it, yuan.
    pub list_price: Option<Money>,
    /// When it begins.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// Units set aside for it; `None` = not told.
    pub stock: Option<Quantity>,
    /// Units of those still to be had; `None` = not told.
    pub left: Option<Quantity>,
    /// Most one buyer may take; `None` = not told.
    pub limit: Option<Quantity>,
}
