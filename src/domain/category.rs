//! The market's tree of categories, as kept beside its listings: searches name them, facets count them.

use serde::{Deserialize, Serialize};

use crate::domain::text::Clean;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Id.
    pub id: i64,
    /// Id of the one above; 0 = none.
    pub parent: i64,
    /// Chinese name.
    pub name: Clean,
    /// Translated name, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<Clean>,
    /// Whether offers are in it and no further categories.
    pub leaf: bool,
}
