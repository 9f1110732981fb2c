//! Flash and discount deals: lists to read, as the market last told them.

use jiff::Timestamp;

use super::{Desk, DeskError};
use crate::domain::deal::{Deal, DealKind};
use crate::market::Marketplace;

impl Desk {
    /// Deals as last read, and when that was.
    pub fn deals(&self, kind: DealKind) -> Result<(Vec<Deal>, Option<Timestamp>), DeskError> {
        Ok(self.parts.catalog.deals(kind)?)
    }

    /// Reads the deals of a kind from the market.
    pub async fn refresh_deals(&self, kind: DealKind) -> Result<(Vec<Deal>, Timestamp), DeskError> {
        let deals = self.gateway()?.deals(kind).await?;
        let now = self.read_at();
        self.parts.catalog.set_deals(kind, &deals, now)?;
        Ok((deals, now))
    }
}
