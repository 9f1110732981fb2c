//! What keeps searches fast: the index beside the rows.

use std::time::Duration;

use crate::catalog::IndexProgress;
use crate::procure::{Desk, DeskError};

/// Pieces of work between two words about it.
const PIECE: Duration = Duration::from_secs(1);

impl Desk {
    /// Brings the index up to the rows, however long it takes; `told` hears how far it is. Nothing while another process
    /// is at it.
    pub fn index_all(&self, told: &mut dyn FnMut(IndexProgress)) -> Result<(), DeskError> {
        while self.parts.catalog.index_behind()? && self.parts.catalog.index_some(PIECE, told)? {}
        Ok(())
    }

    /// Forgets the index and builds it again from the rows.
    pub fn rebuild_index(&self, told: &mut dyn FnMut(IndexProgress)) -> Result<(), DeskError> {
        self.parts.catalog.forget_index()?;
        while self.parts.catalog.index_some(PIECE, told)? {}
        Ok(())
    }
}
