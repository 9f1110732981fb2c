//! The answer to a create (GATEWAY.md 2.7 and 1.3, family C): nested by its table, flat in two documented samples,
//! and there with `success:false` beside an order id. An id means that there is an order; only a clean refusal
//! without one means that there is none.

use serde::Deserialize;

use super::list::List;
use super::scalar::{Field, Id, money};
use crate::domain::id::{OrderId, SpecId};
use crate::domain::money::{Fen, Money};
use crate::domain::text::Clean;
use crate::market::gateway::envelope::Members;
use crate::market::{CreateError, Created, Refusal};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PartBody {
    order_id: Field<Id>,
    order_ammount: Field<Fen>,
    post_fee: Field<Fen>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct FailedBody {
    offer_id: Field<Id>,
    spec_id: Field<String>,
}

/// Reads the body of an answer with a status of success.
pub fn created(body: &[u8]) -> Result<Created, CreateError> {
    let unknown = |what: &str| CreateError::Unknown(Clean::capped(what, 200));
    let text = std::str::from_utf8(body).map_err(|_| unknown("the answer is not UTF-8"))?;
    let top = Members::read(text.trim_start_matches('\u{feff}'))
        .ok_or_else(|| unknown("the answer is not a JSON object"))?;
    let levels = levels(top);
    let mut found = Found::default();
    for level in &levels {
        found.look_at(level);
    }
    if !found.order_ids.is_empty() {
        return Ok(found.into_created());
    }
    if found.unreadable {
        return Err(unknown("the answer names an order by no readable id"));
    }
    let refused = levels.iter().any(|level| level.success() == Some(false));
    let refusal = levels.iter().find(|level| level.code().is_some()).map(|level| level.refusal());
    match refusal {
        Some(refusal) if refused => Err(refusal_error(refusal, found.failed)),
        _ => Err(unknown("the answer names neither an order nor a reason")),
    }
}

/// The object, its `result`, and that one's.
fn levels(top: Members<'_>) -> Vec<Members<'_>> {
    let mut levels = vec![top];
    for _ in 0..2 {
        match levels.last().and_then(|last| last.object("result")) {
            Some(inner) => levels.push(inner),
            None => break,
        }
    }
    levels
}

fn refusal_error(mut refusal: Refusal, failed: Vec<(i64, Option<SpecId>)>) -> CreateError {
    // Judged like the gateway's own 401, before anything was done.
    if matches!(refusal.code.as_str(), "401" | "InvalidSession") {
        let said = Clean::new(&format!("{} {}", refusal.code, refusal.message));
        return CreateError::Judged(crate::market::MarketError::Unauthorized(said));
    }
    for line in failed {
        // A pointer to the offer alone adds nothing to one at its spec.
        if !refusal.lines.iter().any(|known| known == &line || (line.1.is_none() && known.0 == line.0)) {
            refusal.lines.push(line);
        }
    }
    CreateError::Refused(refusal)
}

#[derive(Default)]
struct Found {
    order_ids: Vec<OrderId>,
    /// Of the single form.
    total: Option<Money>,
    freight: Option<Money>,
    /// Of the list's entries; `None` in it = not told.
    parts: Vec<(Option<Money>, Option<Money>)>,
    unreadable: bool,
    failed: Vec<(i64, Option<SpecId>)>,
}

impl Found {
    fn look_at(&mut self, level: &Members<'_>) {
        match level.field::<Id>("orderId") {
            Field::Known(id) => self.add(id),
            Field::Unreadable => self.unreadable = true,
            Field::Absent => {}
        }
        let list = level.raw("orderList").map(List::<PartBody>::read).unwrap_or_default();
        self.unreadable |= list.dropped > 0;
        for part in list.items {
            match part.order_id {
                Field::Known(id) => {
                    self.add(id);
                    self.parts.push((fen(part.order_ammount), fen(part.post_fee)));
                }
                Field::Unreadable => self.unreadable = true,
                Field::Absent => {}
            }
        }
        self.total = self.total.or(fen(level.field("totalSuccessAmount")));
        self.freight = self.freight.or(fen(level.field("postFee")));
        let failed = level.raw("failedOfferList").map(List::<FailedBody>::read).unwrap_or_default();
        self.failed.extend(failed.items.into_iter().filter_map(|failed| {
            let spec = failed.spec_id.get().map(|spec| SpecId::new(&spec));
            Some((failed.offer_id.get()?.0, spec.filter(|spec| !spec.as_str().is_empty())))
        }));
    }

    fn add(&mut self, id: Id) {
        let id = OrderId::new(&id.0.to_string());
        if !self.order_ids.contains(&id) {
            self.order_ids.push(id);
        }
    }

    fn into_created(self) -> Created {
        // With several orders the single order's fields are empty.
        let several = self.parts.len() > 1;
        let all = |pick: fn(&(Option<Money>, Option<Money>)) -> Option<Money>| {
            if self.parts.is_empty() { None } else { self.parts.iter().map(pick).sum::<Option<Money>>() }
        };
        let (total, freight) = (all(|part| part.0), all(|part| part.1));
        Created {
            total: if several { total } else { self.total.or(total) },
            freight: if several { freight } else { self.freight.or(freight) },
            order_ids: self.order_ids,
        }
    }
}

fn fen(field: Field<Fen>) -> Option<Money> {
    money(field).filter(|sum| !sum.is_negative())
}
