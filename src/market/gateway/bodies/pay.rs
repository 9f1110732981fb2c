//! The answer to `alibaba.alipay.url.get` (GATEWAY.md 1.3 and 2.9): one link for several orders, `success` that may
//! speak of some of them only, and a list of those it does not pay for, in no documented form.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::scalar::{Atom, Field, Id};
use crate::domain::id::OrderId;
use crate::domain::text::Clean;
use crate::market::MarketError;
use crate::market::gateway::envelope::{self, Members};

/// The link as it came, unchecked, and the orders it does not pay for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Not to be opened before its host was checked.
    pub url: String,
    /// Orders left out, with the market's words where it had some.
    pub failed: Vec<(OrderId, Clean)>,
}

/// Reads it. A failure list that cannot be read makes the whole answer unreadable: nobody could say what is paid.
pub fn link(body: &[u8]) -> Result<Told, MarketError> {
    let top = envelope::open(body)?;
    let inner = top.object("result");
    let level = inner.as_ref().filter(|inner| inner.raw("payUrl").is_some()).unwrap_or(&top);
    let failed = match level.raw("payFailureOrderList") {
        Some(raw) => failures(raw, level)?,
        None => Vec::new(),
    };
    let url = match level.field::<String>("payUrl") {
        Field::Known(url) => url,
        Field::Absent => return Err(without_link(level, &top)),
        Field::Unreadable => return Err(envelope::unreadable("a payment link that is none")),
    };
    // A no beside a link and without a list of what failed is a no.
    if failed.is_empty() {
        envelope::refused(&top)?;
        envelope::refused(level)?;
    }
    Ok(Told { url, failed })
}

fn without_link(level: &Members<'_>, top: &Members<'_>) -> MarketError {
    match [level, top].into_iter().find(|level| level.code().is_some() || level.message().is_some()) {
        Some(level) => envelope::business_error(level),
        None => envelope::unreadable("no payment link and no reason"),
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct FailureBody {
    #[serde(alias = "id", alias = "orderID")]
    order_id: Field<Id>,
    #[serde(alias = "erroMsg", alias = "errorMsg", alias = "errorMessage", alias = "resultMessage")]
    message: Field<String>,
    #[serde(alias = "errorCode", alias = "resultCode")]
    code: Field<String>,
}

/// Ids or objects of one; a single one may come without its brackets.
fn failures(raw: &RawValue, level: &Members<'_>) -> Result<Vec<(OrderId, Clean)>, MarketError> {
    let bad = || envelope::unreadable("orders that are not paid for, unreadable");
    let elements: Vec<&RawValue> = if raw.get().starts_with('[') {
        serde_json::from_str(raw.get()).map_err(|_| bad())?
    } else {
        vec![raw]
    };
    let shared = level.message().unwrap_or_default();
    elements
        .into_iter()
        .filter(|element| !matches!(element.get(), "null" | "\"\""))
        .map(|element| {
            let (id, why) = if element.get().starts_with('{') {
                let body: FailureBody = super::list::object(element).ok_or_else(bad)?;
                let why =
                    [body.code.get(), body.message.get()].into_iter().flatten().collect::<Vec<_>>().join(" ");
                (body.order_id, why)
            } else {
                (Field::read(&Atom::of(element)), String::new())
            };
            let id = id.get().ok_or_else(bad)?;
            let why = if why.is_empty() { shared.as_str() } else { why.as_str() };
            Ok((OrderId::new(&id.0.to_string()), Clean::capped(why, 200)))
        })
        .collect()
}
