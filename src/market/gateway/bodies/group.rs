//! Answers of the extension about group-buys. The plain gateway has none.

use serde::Deserialize;

use super::extension::payload;
use super::list::{List, Maybe};
use super::scalar::{Field, Id, Moment, money};
use super::words;
use crate::domain::group_buy::{Counts, GroupBuy, GroupState, Step};
use crate::domain::id::{GroupId, OfferKey};
use crate::domain::money::Yuan;
use crate::domain::quantity::{Quantity, Unit};
use crate::market::gateway::envelope;
use crate::market::{Joined, MarketError, Page};

#[derive(Deserialize, Default)]
#[serde(default)]
struct GroupBody {
    group_id: Field<String>,
    offer_id: Field<Id>,
    title: Field<String>,
    title_en: Field<String>,
    unit: Field<String>,
    steps: List<StepBody>,
    alone_price: Field<Yuan>,
    participants: Field<u64>,
    counts: Field<String>,
    deadline: Field<Moment>,
    state: Field<String>,
    my_quantity: Field<Quantity>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct StepBody {
    participants: Field<u64>,
    unit_price: Field<Yuan>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct JoinBody {
    quantity: Field<Quantity>,
    state: Field<String>,
}

/// A page of groups; those that have not begun yet are left out. Also tells how many entries the page had, which
/// paging goes by.
pub fn groups(body: &[u8]) -> Result<(Page<GroupBuy>, usize), MarketError> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Body {
        groups: List<GroupBody>,
        total: Field<u64>,
    }
    let body: Body = payload(body)?;
    let entries = body.groups.items.len() + body.groups.dropped;
    let begun = |group: &GroupBody| group.state.as_ref().is_none_or(|state| state != "upcoming");
    let items: Vec<GroupBuy> =
        body.groups.items.into_iter().filter(begun).filter_map(GroupBody::into_group).collect();
    Ok((Page { total: body.total.get().unwrap_or(entries as u64), items }, entries))
}

/// One group; `None` when the market does not know it.
pub fn group(body: &[u8]) -> Result<Option<GroupBuy>, MarketError> {
    match payload::<OneBody>(body) {
        Err(MarketError::Refused(refusal)) if envelope::is_not_found(&refusal) => Ok(None),
        other => other?.into_group().map(Some),
    }
}

/// What a join gave.
pub fn joined(body: &[u8]) -> Result<Joined, MarketError> {
    let body: OneBody = payload(body)?;
    let join = body.join.0.as_ref().ok_or_else(|| envelope::unreadable("a join without its join"))?;
    let quantity = match join.state.as_ref().map(String::as_str) {
        // A repeated join answers as it is now.
        Some("left" | "dropped") => Quantity::ZERO,
        _ => join.quantity.get().ok_or_else(|| envelope::unreadable("a join without its quantity"))?,
    };
    Ok(Joined { quantity, group: body.into_group()? })
}

/// Whether a leave was accepted; how many joins it ended does not matter.
pub fn left(body: &[u8]) -> Result<(), MarketError> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Body {
        left: Field<u64>,
    }
    let body: Body = payload(body)?;
    body.left.get().map(|_| ()).ok_or_else(|| envelope::unreadable("a leave without its count"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OneBody {
    group: Maybe<GroupBody>,
    join: Maybe<JoinBody>,
}

impl OneBody {
    fn into_group(self) -> Result<GroupBuy, MarketError> {
        let group = self.group.0.and_then(GroupBody::into_group);
        group.ok_or_else(|| envelope::unreadable("a group that is none"))
    }
}

impl GroupBody {
    /// `None` when anything is missing that a buyer's money hangs on: steps, deadline, state.
    fn into_group(self) -> Option<GroupBuy> {
        if self.steps.dropped > 0 {
            return None;
        }
        let step = |step: StepBody| {
            Some(Step { participants: step.participants.get()?, unit_price: money(step.unit_price)? })
        };
        let mut steps = self.steps.items.into_iter().map(step).collect::<Option<Vec<Step>>>()?;
        steps.sort_by_key(|step| step.participants);
        let id = GroupId::new(&self.group_id.get()?);
        Some(GroupBuy {
            id,
            offer: OfferKey::Market(self.offer_id.get()?.0),
            title: words::subject(&self.title.get().unwrap_or_default()),
            title_en: self
                .title_en
                .get()
                .map(|title| words::subject(&title))
                .filter(|title| !title.is_empty()),
            unit: self.unit.get().map(|unit| Unit::new(&unit)),
            steps,
            alone_price: money(self.alone_price),
            participants: self.participants.get()?,
            counts: match self.counts.get().as_deref() {
                Some("pieces") => Counts::Pieces,
                _ => Counts::People,
            },
            deadline: self.deadline.get()?.0,
            state: match self.state.get()?.as_str() {
                "open" | "upcoming" => GroupState::Open,
                "succeeded" => GroupState::Succeeded,
                "failed" => GroupState::Failed,
                _ => return None,
            },
            my_quantity: self.my_quantity.get().unwrap_or_default(),
        })
    }
}
