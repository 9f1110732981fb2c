//! Where the market refuses what our own rules would have sent: its word counts, and the buyer is told why ours was
//! another (DESIGN 6.10). Mostly a listing has changed since it was read, so those it points at are read again.

use super::submit::Ready;
use super::sync::Queue;
use super::{Desk, DeskError};
use crate::domain::cart::{Violation, ViolationKind};
use crate::domain::id::{LineId, OfferKey};
use crate::domain::order::OrderLine;
use crate::domain::proposal::Objection;
use crate::domain::text::Clean;
use crate::market::Refusal;

/// At most so many listings are read again for one refusal.
const READ_AGAIN: usize = 20;

/// The rule a code documents (GATEWAY.md 2.6, DESIGN 9 for the sandbox's own); `None` = not one we know.
pub(super) fn rule_of(code: &Clean) -> Option<ViolationKind> {
    Some(match code.as_str() {
        "500_001" => ViolationKind::Gone,
        "500_002" | "500_003" => ViolationKind::UnknownSpec,
        "500_004" => ViolationKind::Stock,
        "500_005" | "500_009" => ViolationKind::Moq,
        "500_006" => ViolationKind::Mix,
        "500_008" => ViolationKind::PriceZero,
        "SANDBOX_LOT" | "SANDBOX_QUANTITY" => ViolationKind::Lot,
        "SANDBOX_LIMIT" => ViolationKind::PurchaseLimit,
        "SANDBOX_LINES" => ViolationKind::LineCap,
        _ => return None,
    })
}

/// The cart lines a refusal points at, ascending; all where it points at none of them.
pub(super) fn named_by(refusal: &Refusal, lines: &[OrderLine]) -> Vec<LineId> {
    let is_named = |line: &&OrderLine| {
        refusal.lines.iter().any(|(offer, spec)| {
            line.offer_id.market_id() == Some(*offer) && (spec.is_none() || *spec == line.spec_id)
        })
    };
    let mut named: Vec<LineId> = lines.iter().filter(is_named).filter_map(|line| line.line_id).collect();
    if named.is_empty() {
        named = lines.iter().filter_map(|line| line.line_id).collect();
    }
    named.sort_unstable();
    named
}

impl Desk {
    /// Finds out where our verdict differs from the market's, if it does.
    pub(super) async fn explain(&self, part: &mut Ready) -> Result<(), DeskError> {
        if let Some(refusal) = part.refusal.clone() {
            part.objection = Some(self.look_again(&refusal, part).await?);
        } else if part.has_no_trade_type() {
            part.objection = Some(Objection {
                kind: Some(ViolationKind::NoTradeType),
                line_ids: part.lines.iter().filter_map(|line| line.line_id).collect(),
                code: Clean::default(),
                words: Clean::new("no trade type"),
                found: Vec::new(),
            });
        }
        Ok(())
    }

    async fn look_again(&self, refusal: &Refusal, part: &Ready) -> Result<Objection, DeskError> {
        let line_ids = named_by(refusal, &part.lines);
        let is_named = |line: &&OrderLine| line.line_id.is_some_and(|id| line_ids.contains(&id));
        let mut keys: Vec<OfferKey> =
            part.lines.iter().filter(is_named).map(|line| line.offer_id.clone()).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.truncate(READ_AGAIN);
        // An explanation is a convenience: without one the refusal stands as it is.
        if let Err(error) = self.read_details(&mut Queue::new(), &keys, true, |_| {}).await {
            tracing::warn!(%error, "refused listings could not be read again");
        }
        let kind = rule_of(&refusal.code);
        let cart = self.cart()?;
        let broken: Vec<&Violation> = cart
            .assessment
            .violations_of(Some(&part.supplier_id))
            .filter(|violation| violation.line_ids.iter().any(|id| line_ids.contains(id)))
            .collect();
        // What it names, where that is found; else whatever is wrong with those lines by now.
        let same: Vec<&Violation> =
            broken.iter().copied().filter(|violation| Some(violation.kind) == kind).collect();
        let found = if same.is_empty() { broken } else { same };
        Ok(Objection {
            kind,
            line_ids,
            code: refusal.code.clone(),
            words: refusal.message.clone(),
            found: found.into_iter().cloned().collect(),
        })
    }
}
