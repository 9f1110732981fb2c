//! Answers of the extension about flash and discount deals, and about the sandbox's clock. The plain gateway has
//! neither.

use jiff::Timestamp;
use serde::Deserialize;

use super::extension::payload;
use super::list::List;
use super::scalar::{Field, Id, Moment, money};
use super::words;
use crate::domain::deal::{Deal, DealKind};
use crate::domain::id::OfferKey;
use crate::domain::money::Yuan;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;
use crate::market::MarketError;
use crate::market::gateway::envelope;

#[derive(Deserialize, Default)]
#[serde(default)]
struct DealBody {
    deal_id: Field<String>,
    kind: Field<String>,
    offer_id: Field<Id>,
    title: Field<String>,
    title_en: Field<String>,
    unit: Field<String>,
    price: Field<Yuan>,
    list_price: Field<Yuan>,
    starts: Field<Moment>,
    ends: Field<Moment>,
    stock: Field<Quantity>,
    left: Field<Quantity>,
    limit: Field<Quantity>,
}

/// Deals of the kind that was asked for; those without id, price or times are left out, others of another kind too.
pub fn deals(body: &[u8], kind: DealKind) -> Result<Vec<Deal>, MarketError> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Body {
        deals: Option<List<DealBody>>,
    }
    let body: Body = payload(body)?;
    let list = body.deals.ok_or_else(|| envelope::unreadable("deals without their list"))?;
    Ok(list.items.into_iter().filter_map(|deal| deal.into_deal(kind)).collect())
}

/// The market's time after its clock was moved.
pub fn clock(body: &[u8]) -> Result<Timestamp, MarketError> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Body {
        server_time: Field<Moment>,
        server_time_ms: Field<i64>,
    }
    let body: Body = payload(body)?;
    let millis = body.server_time_ms.get().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let told = body.server_time.get().map(|at| at.0).or(millis);
    told.ok_or_else(|| envelope::unreadable("a clock without its time"))
}

impl DealBody {
    fn into_deal(self, asked: DealKind) -> Option<Deal> {
        if self.kind.get().is_some_and(|kind| kind != asked.as_str()) {
            return None;
        }
        let (starts, ends) = (self.starts.get()?.0, self.ends.get()?.0);
        let text = |field: Field<String>| {
            field.get().map(|text| words::subject(&text)).filter(|text| !text.is_empty())
        };
        (starts < ends).then_some(())?;
        Some(Deal {
            id: Clean::capped(&self.deal_id.get()?, 80),
            kind: asked,
            offer: OfferKey::Market(self.offer_id.get()?.0),
            title: text(self.title)?,
            title_en: text(self.title_en),
            unit: self.unit.get().map(|unit| Unit::new(&unit)).filter(|unit| !unit.as_str().is_empty()),
            price: money(self.price)?,
            list_price: money(self.list_price),
            starts,
            ends,
            stock: self.stock.get(),
            left: self.left.get(),
            limit: self.limit.get(),
        })
    }
}
