//! Suppliers: the second view of the search pane, and a supplier's sheet.

use crate::app::list::List;
use crate::app::model::Model;
use crate::app::msg::{Effect, Trouble};
use crate::domain::id::SupplierId;
use crate::domain::search::{SupplierRow, SupplierSheet};

/// What the search pane lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SearchView {
    #[default]
    Offers,
    Suppliers,
}

/// The suppliers found by the query.
#[derive(Debug, Clone, Default)]
pub struct SuppliersPane {
    pub rows: Vec<SupplierRow>,
    pub list: List,
    /// The newest asking; answers to older ones are dropped.
    pub generation: u64,
    pub pending: bool,
    /// Whether any answer has come yet.
    pub answered: bool,
    pub trouble: Option<Trouble>,
}

/// A supplier's sheet over the panes.
#[derive(Debug, Clone)]
pub struct SheetLayer {
    pub id: SupplierId,
    /// `None` until it was read.
    pub sheet: Option<Box<SupplierSheet>>,
    pub trouble: Option<Trouble>,
    /// First line in view.
    pub first: usize,
}

/// Opens the sheet of the selected supplier.
pub fn open(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// From a sheet to the offers of its supplier.
pub fn their_offers(_model: &mut Model) -> Vec<Effect> {
    Vec::new()
}

/// Suppliers came.
pub fn answered(
    _model: &mut Model,
    _generation: u64,
    _result: Result<Vec<SupplierRow>, Trouble>,
) -> Vec<Effect> {
    Vec::new()
}

/// A sheet came.
pub fn sheet_read(
    _model: &mut Model,
    _id: &SupplierId,
    _result: Result<Option<Box<SupplierSheet>>, Trouble>,
) -> Vec<Effect> {
    Vec::new()
}
