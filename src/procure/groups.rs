//! Group-buys: read, joined and left through the outbox.

use jiff::Timestamp;

use super::{Desk, DeskError};
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::{GroupId, SpecId};
use crate::domain::order::{ActionKind, ActionState, OrderLine};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;
use crate::ledger::{NewAction, Outcome};
use crate::market::Marketplace;

impl Desk {
    /// Group-buys as last read, and when that was.
    pub fn groups(&self) -> Result<(Vec<GroupBuy>, Option<Timestamp>), DeskError> {
        Ok(self.parts.catalog.groups()?)
    }

    /// Reads the open group-buys and ours from the market.
    pub async fn refresh_groups(&self) -> Result<(Vec<GroupBuy>, Timestamp), DeskError> {
        let groups = self.gateway()?.groups().await?;
        let now = self.read_at();
        self.parts.catalog.set_groups(&groups, now)?;
        Ok((groups, now))
    }

    /// Reads one group-buy from the market.
    pub async fn group(&self, id: &GroupId) -> Result<GroupBuy, DeskError> {
        self.gateway()?.group(id).await?.ok_or_else(|| DeskError::NoGroup(id.clone()))
    }

    /// Reserves a quantity in a group-buy.
    pub async fn join(
        &self,
        id: &GroupId,
        spec: Option<&SpecId>,
        quantity: Quantity,
    ) -> Result<GroupBuy, DeskError> {
        let group = self.group(id).await?;
        let offer = self.offer_or_read(&group.offer).await?;
        let spec_id = match (spec, &offer) {
            (Some(spec), _) => Some(spec.clone()),
            (None, Some(offer)) => match offer.skus.as_slice() {
                [] => None,
                [sku] => Some(sku.spec_id.clone()),
                _ => return Err(DeskError::NeedsSpec(group.offer)),
            },
            (None, None) => None,
        };
        let line = OrderLine {
            line_id: None,
            offer_id: group.offer.clone(),
            spec_id,
            title: group.title.clone(),
            spec_name: Clean::default(),
            unit: group.unit.clone(),
            quantity,
            unit_price: group.price_now().or(group.alone_price),
            amount: None,
            shipping: None,
        };
        self.act(ActionKind::Join, id, vec![line]).await?;
        let (groups, _) = self.refresh_groups().await?;
        match groups.into_iter().find(|group| &group.id == id) {
            Some(group) => Ok(group),
            None => self.group(id).await,
        }
    }

    /// Takes all of our open joins of a group-buy back.
    pub async fn leave(&self, id: &GroupId) -> Result<GroupBuy, DeskError> {
        self.group(id).await?;
        self.act(ActionKind::Leave, id, Vec::new()).await?;
        self.refresh_groups().await?;
        self.group(id).await
    }

    async fn act(&self, kind: ActionKind, id: &GroupId, lines: Vec<OrderLine>) -> Result<(), DeskError> {
        let _lease = self.lease().await?;
        let ledger = &self.parts.ledger;
        let market = &self.parts.market_id;
        // What was asked of this group before and got no clean answer comes first: left behind it, an old
        // leave would take back a newer join, and the same join asked for again would count twice.
        ledger.recover_sending(market, self.now())?;
        let mut again = None;
        for open in ledger.actions(market, &[ActionState::Unknown, ActionState::Queued])? {
            let about_it = matches!(open.new.kind, ActionKind::Join | ActionKind::Leave)
                && open.new.target.as_deref() == Some(id.as_str());
            if !about_it {
                continue;
            }
            if again.is_none() && open.new.kind == kind && same_goods(&open.new.lines, &lines) {
                again = Some(open.id);
            } else if let Some(error) = self.settle_one(open.id).await? {
                return Err(error.into());
            }
        }
        let new = NewAction {
            target: Some(id.as_str().to_owned()),
            lines,
            ..NewAction::blank(kind, self.fresh_number())
        };
        let action = match again {
            Some(action) => action,
            None => match ledger.queue(market, &new, self.now())? {
                Some(action) => action,
                None => return Ok(()),
            },
        };
        let stopped = self.settle_one(action).await?;
        if again.is_none() && ledger.action(action)?.is_some_and(|now| now.state == ActionState::Queued) {
            // It never left, and this verb cannot be done later (DESIGN 10): nothing stays behind to be
            // sent when nobody expects it.
            let why = stopped.as_ref().map_or_else(Clean::default, |error| Clean::new(&error.to_string()));
            ledger.finish(action, &Outcome::Rejected(why), self.now())?;
        }
        match ledger.action(action)?.map(|action| (action.state, action.reason)) {
            Some((ActionState::Done, _)) => Ok(()),
            Some((ActionState::Queued, reason)) => {
                // The buyer is told that it failed: it must not be sent behind their back with the next orders.
                let words = Clean::new("not sent, and not kept for later");
                self.finish(action, Outcome::Rejected(reason.clone().unwrap_or(words)))?;
                Err(stopped.map_or_else(|| DeskError::Unknown(reason.unwrap_or_default()), DeskError::Market))
            }
            Some((ActionState::Unknown, reason)) => Err(DeskError::Unknown(reason.unwrap_or_default())),
            _ => Err(stopped.map_or_else(|| DeskError::NoGroup(id.clone()), DeskError::Market)),
        }
    }
}

fn same_goods(some: &[OrderLine], others: &[OrderLine]) -> bool {
    let goods = |lines: &[OrderLine]| -> Vec<_> {
        lines.iter().map(|line| (line.offer_id.clone(), line.spec_id.clone(), line.quantity)).collect()
    };
    goods(some) == goods(others)
}
