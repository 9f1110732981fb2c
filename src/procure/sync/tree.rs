//! The market's category tree, read a few calls at a time and kept in the catalog.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::queue::Queue;
use crate::domain::category::Category;
use crate::market::{MarketError, Marketplace};
use crate::procure::{Desk, DeskError};

/// Calls one sync spends on the tree; the next goes on where it stopped. Fewer where calls are counted.
pub(super) const CALLS: usize = 200;
pub(super) const COUNTED_CALLS: usize = 20;
/// A tree older than this is read again.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 14);
/// Catalog note: where reading the tree stopped.
const OPEN: &str = "tree";

/// Reading that is not at its end.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Reading {
    /// Whose children are still to be read.
    open: Vec<i64>,
    /// What was read.
    found: Vec<Category>,
}

impl Desk {
    /// The market's categories as kept; empty until a sync has read them.
    pub fn categories(&self) -> Result<Vec<Category>, DeskError> {
        Ok(self.parts.catalog.categories()?.0)
    }

    /// Calls the tree will take in this sync, about.
    pub(super) fn tree_calls(&self) -> Result<u64, DeskError> {
        let (kept, as_of) = self.parts.catalog.categories()?;
        Ok(match as_of {
            Some(as_of) if !self.is_old(as_of) => 0,
            _ if kept.is_empty() => COUNTED_CALLS as u64,
            _ => kept.iter().filter(|category| !category.leaf).count().min(COUNTED_CALLS) as u64,
        })
    }

    fn is_old(&self, as_of: Timestamp) -> bool {
        self.now().duration_since(as_of) > KEPT
    }

    /// Reads the tree where it is missing or old. A market without one, or one that will not tell it, is no reason
    /// to stop: names are a convenience.
    pub(super) async fn keep_tree(&self, queue: &mut Queue, calls: usize) -> Result<(), DeskError> {
        let (_, as_of) = self.parts.catalog.categories()?;
        if as_of.is_some_and(|as_of| !self.is_old(as_of)) {
            return Ok(());
        }
        let gateway = self.gateway()?;
        let note = self.parts.catalog.meta(OPEN)?;
        let mut reading: Reading = note
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_else(|| Reading { open: vec![0], found: Vec::new() });
        let mut known: HashSet<i64> = reading.found.iter().map(|category| category.id).collect();
        for _ in 0..calls {
            let Some(parent) = reading.open.first().copied() else { break };
            let children = match queue.ask(|| gateway.categories(parent)).await {
                Ok(children) => children,
                Err(error) if error.is_passing() => {
                    tracing::warn!(%error, "the category tree is read on another time");
                    return self.note_tree(&reading);
                }
                Err(error @ (MarketError::Unauthorized(_) | MarketError::SignatureRefused(_))) => {
                    return Err(error.into());
                }
                Err(error) => {
                    tracing::warn!(%error, parent, "a part of the category tree cannot be read");
                    Vec::new()
                }
            };
            reading.open.remove(0);
            for child in children {
                // A tree that bites its own tail is not walked in circles.
                if !known.insert(child.id) {
                    continue;
                }
                if !child.leaf {
                    reading.open.push(child.id);
                }
                let category =
                    Category { id: child.id, parent, name: child.name, name_en: None, leaf: child.leaf };
                reading.found.push(category);
            }
        }
        self.note_tree(&reading)
    }

    fn note_tree(&self, reading: &Reading) -> Result<(), DeskError> {
        let catalog = &self.parts.catalog;
        if reading.open.is_empty() {
            catalog.set_categories(&reading.found, self.now())?;
            return Ok(catalog.remove_meta(OPEN)?);
        }
        let json = serde_json::to_string(reading).unwrap_or_default();
        Ok(catalog.set_meta(OPEN, &json)?)
    }
}
