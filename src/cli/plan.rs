//! `pifa cart plan` and `pifa cart apply`: the cart as text that is reviewed before it counts.

use std::path::Path;

use serde::Serialize;

use super::failure::{Exit, Failure};
use super::print::{Printer, line, note};
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;
use crate::procure::Desk;
use crate::procure::lists::{PlanChange, Stale};

#[derive(Serialize)]
struct PlanDocument {
    plan: String,
}

#[derive(Serialize)]
struct AppliedDocument {
    applied: bool,
    changes: Vec<ChangeDocument>,
    stale: Vec<StaleDocument>,
}

#[derive(Serialize)]
struct ChangeDocument {
    line_id: Option<LineId>,
    offer_id: OfferKey,
    spec_id: Option<SpecId>,
    from_quantity: Quantity,
    to_quantity: Quantity,
}

impl From<PlanChange> for ChangeDocument {
    fn from(change: PlanChange) -> Self {
        ChangeDocument {
            line_id: change.line_id,
            offer_id: change.offer_id,
            spec_id: change.spec_id,
            from_quantity: change.from,
            to_quantity: change.to,
        }
    }
}

#[derive(Serialize)]
struct StaleDocument {
    reason: &'static str,
    about: Option<Clean>,
    old: Option<Money>,
    new: Option<Money>,
}

impl From<Stale> for StaleDocument {
    fn from(stale: Stale) -> Self {
        let (reason, about, old, new) = match stale {
            Stale::Market(market) => ("other_market", Some(market), None, None),
            Stale::Cart => ("cart_changed", None, None, None),
            Stale::Price { key, old, new } => ("price_moved", Some(key), old, new),
            Stale::Gone(key) => ("gone", Some(key), None, None),
        };
        StaleDocument { reason, about, old, new }
    }
}

/// `pifa cart plan`
pub(super) fn write(desk: &Desk, printer: &Printer) -> Result<Exit, Failure> {
    let plan = desk.plan()?;
    if printer.is_json() {
        printer.document(&PlanDocument { plan }, String::new)?;
    } else {
        line(plan.trim_end())?;
    }
    Ok(Exit::Done)
}

/// `pifa cart apply`
pub(super) fn apply(desk: &Desk, file: &Path, printer: &Printer) -> Result<Exit, Failure> {
    let applied = desk.apply_plan(file)?;
    let document = AppliedDocument {
        applied: applied.stale.is_empty(),
        changes: applied.changes.into_iter().map(ChangeDocument::from).collect(),
        stale: applied.stale.into_iter().map(StaleDocument::from).collect(),
    };
    printer.document(&document, || words(&document, printer))?;
    if document.applied {
        return Ok(Exit::Done);
    }
    note(printer.words(
        "the plan is stale: nothing was changed, write a new one with `pifa cart plan`",
        "计划已过期：什么都没有改动，用 `pifa cart plan` 重新生成",
        "計畫已過期：什麼都沒有改動，用 `pifa cart plan` 重新產生",
    ));
    Ok(Exit::Policy)
}

fn words(document: &AppliedDocument, printer: &Printer) -> String {
    let known = |money: Option<Money>| money.map_or_else(|| "?".to_owned(), |money| money.to_string());
    let mut text = String::new();
    for stale in &document.stale {
        let about = stale.about.as_ref().map_or("", |about| about.as_str());
        text.push_str(&match stale.reason {
            "other_market" => {
                format!(
                    "{}: {about}\n",
                    printer.words("of another market", "属于另一个市场", "屬於另一個市場")
                )
            }
            "price_moved" => {
                format!(
                    "{} {about}: {} -> {}\n",
                    printer.words("price moved", "价格变了", "價格變了"),
                    known(stale.old),
                    known(stale.new)
                )
            }
            "gone" => format!("{about}: {}\n", printer.words("not on sale", "已下架或没有", "已下架或沒有")),
            _ => format!("{}\n", printer.words("the cart changed since", "采购车已经变了", "採購車已經變了")),
        });
    }
    for change in &document.changes {
        let spec = change.spec_id.as_ref().map(|spec| format!(":{}", spec.as_str())).unwrap_or_default();
        text.push_str(&format!(
            "{}{spec}: {} -> {}\n",
            change.offer_id, change.from_quantity, change.to_quantity
        ));
    }
    if document.applied && document.changes.is_empty() {
        text.push_str(printer.words("the cart is as planned", "采购车和计划一致", "採購車和計畫一致"));
    }
    text
}
