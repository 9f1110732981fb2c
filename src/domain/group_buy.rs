//! Group-buys (团批): steps of buyers, each with a price, and a deadline (DESIGN 6.12).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::{GroupId, OfferKey};
use crate::domain::money::Money;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::text::Clean;

/// From `participants` on, one unit costs `unit_price`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Buyers (or pieces, see [`Counts`]) this step needs.
    pub participants: u64,
    /// Price of one unit once it is reached, yuan.
    pub unit_price: Money,
}

/// What the steps count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// Buyers; the default.
    #[default]
    People,
    /// Pieces.
    Pieces,
}

/// Where a group stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupState {
    /// Open to join.
    Open,
    /// Ended with a step reached: joins became orders.
    Succeeded,
    /// Ended under its first step: nothing was charged.
    Failed,
}

/// One group-buy as last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupBuy {
    /// Market's id.
    pub id: GroupId,
    /// The offer it is on.
    pub offer: OfferKey,
    /// Chinese subject of the offer.
    pub title: Clean,
    /// Translated subject.
    pub title_en: Option<Clean>,
    /// Unit the prices are for.
    pub unit: Option<Unit>,
    /// Ascending.
    pub steps: Vec<Step>,
    /// Price of one unit alone, outside the group.
    pub alone_price: Option<Money>,
    /// Joined so far, our own joining included.
    pub participants: u64,
    /// What the steps count.
    pub counts: Counts,
    /// When it ends.
    pub deadline: Timestamp,
    /// Open, succeeded or failed.
    pub state: GroupState,
    /// What we reserved; zero when we have not joined.
    pub my_quantity: Quantity,
}

impl GroupBuy {
    /// Number of steps reached: 0 before the first.
    pub fn step(&self) -> usize {
        self.steps.iter().filter(|step| step.participants <= self.participants).count()
    }

    /// The group's price now; `None` before the first step: there is only the price alone.
    pub fn price_now(&self) -> Option<Money> {
        self.steps
            .iter()
            .filter(|step| step.participants <= self.participants)
            .map(|step| step.unit_price)
            .min()
    }

    /// The next step not reached yet.
    pub fn next_step(&self) -> Option<&Step> {
        self.steps
            .iter()
            .filter(|step| step.participants > self.participants)
            .min_by_key(|step| step.participants)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_the_first_step_there_is_no_group_price() {
        let step = |participants, price: &str| Step { participants, unit_price: price.parse().unwrap() };
        let mut group = GroupBuy {
            id: GroupId::new("1_1"),
            offer: OfferKey::Market(1),
            title: Clean::new("四件套"),
            title_en: None,
            unit: None,
            steps: vec![step(18, "76.00"), step(168, "72.00")],
            alone_price: None,
            participants: 17,
            counts: Counts::People,
            deadline: Timestamp::UNIX_EPOCH,
            state: GroupState::Open,
            my_quantity: Quantity::ZERO,
        };
        assert_eq!((group.step(), group.price_now(), group.next_step().unwrap().participants), (0, None, 18));
        group.participants = 18;
        assert_eq!((group.step(), group.price_now().unwrap().to_string()), (1, "76.00".to_owned()));
        group.participants = 168;
        assert!(group.next_step().is_none());
    }
}
