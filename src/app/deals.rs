//! Deals: group-buys with their steps, joined and left through a question; flash and discount deals to read.

use jiff::Timestamp;

use crate::app::list::List;
use crate::app::model::Model;
use crate::app::msg::{Effect, Trouble};
use crate::domain::deal::{Deal, DealKind};
use crate::domain::group_buy::GroupBuy;
use crate::domain::id::{GroupId, SpecId};
use crate::domain::quantity::Quantity;
use crate::domain::text::Clean;

/// What the pane lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DealsView {
    #[default]
    Groups,
    Flash,
    Discount,
}

/// Flash or discount deals as last read.
#[derive(Debug, Clone, Default)]
pub struct DealList {
    /// `None` = not read yet.
    pub deals: Option<Vec<Deal>>,
    /// This market has none.
    pub unsupported: bool,
    pub pending: bool,
    pub trouble: Option<Trouble>,
    pub list: List,
    pub as_of: Option<Timestamp>,
}

/// A group in full over the panes.
#[derive(Debug, Clone)]
pub struct GroupLayer {
    pub id: GroupId,
    /// First line in view.
    pub first: usize,
}

/// Opens the selected group in full.
pub fn open(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Asks how much of the selected group to reserve.
pub fn join(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Asks whether to take our joins of the selected group back.
pub fn leave(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Flash or discount deals came.
pub fn read(
    _model: &mut Model,
    _kind: DealKind,
    _result: Result<Option<(Vec<Deal>, Timestamp)>, Trouble>,
) -> Vec<Effect> {
    Vec::new()
}

/// A group was joined or left.
pub fn acted(_model: &mut Model, _joined: bool, _result: Result<GroupBuy, Trouble>) -> Vec<Effect> {
    Vec::new()
}

/// The next of the lists; read when it was not yet.
pub fn next_view(model: &mut Model) -> Vec<Effect> {
    model.deals.view = match model.deals.view {
        DealsView::Groups => DealsView::Flash,
        DealsView::Flash => DealsView::Discount,
        DealsView::Discount => DealsView::Groups,
    };
    Vec::new()
}

/// Asks whether to reserve this much of a group.
pub fn ask_join(
    _model: &mut Model,
    _id: &GroupId,
    _spec: Option<(SpecId, Clean)>,
    _quantity: Quantity,
) -> Vec<Effect> {
    Vec::new()
}
