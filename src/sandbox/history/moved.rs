//! The purchase a buyer wants again after a month: fifty lines of eight shops, six of which cannot be had any
//! more as they were, each for a reason of its own. All of it is found in the world, nothing is written down.

use std::rc::Rc;

use super::super::orders::OrderLine;
use super::super::rules;
use super::super::world::World;
use super::super::world::types::WorldOffer;
use super::shelf::{Portion, Shelf, prices, sensible};
use crate::domain::money::Money;

/// Lines of each of the eight shops; fifty in all, and the first has most.
const SHARES: [usize; 8] = [9, 8, 7, 6, 6, 5, 5, 4];
/// Listings this large a shop at least has to offer, for the smallest part.
const FEWEST_LISTINGS: usize = 4;

/// How an offer has moved since it was bought, the hardest to find first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    /// The variant is sold out.
    Stock,
    /// Today's minimum is above what was bought.
    Minimum,
    /// What was bought is no multiple of today's lot.
    Lot,
    /// The listing is no longer there.
    Gone,
    /// The variant was withdrawn.
    Variant,
    /// It cost another price.
    Price,
}

const MOVES: [Move; 6] = [Move::Stock, Move::Minimum, Move::Lot, Move::Gone, Move::Variant, Move::Price];

/// What came from one shop.
#[derive(Debug)]
pub(super) struct Part {
    pub shelf: Shelf,
    /// Lines that stand today as they did.
    pub steady: Vec<Portion>,
    /// The one that does not.
    pub moved: Option<OrderLine>,
    /// The listing the moved line is or was modelled on; for its freight.
    pub model: Option<Portion>,
}

impl Part {
    /// Its lines, the moved one in the middle.
    pub fn lines(&self) -> Vec<OrderLine> {
        let mut lines: Vec<OrderLine> =
            self.steady.iter().zip(prices(&self.steady)).map(|(portion, price)| portion.at(price)).collect();
        if let Some(moved) = &self.moved {
            lines.insert(lines.len() / 2, moved.clone());
        }
        lines
    }
}

/// The eight parts, and how many shops of `order` were looked at; `None` when the world has no such shops.
pub(super) fn purchase(world: &World, order: impl Iterator<Item = u64>) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::with_capacity(SHARES.len());
    let mut open: Vec<Move> = MOVES.to_vec();
    let mut trades: Vec<i64> = Vec::new();
    for supplier in order {
        let Some(share) = SHARES.get(parts.len()).copied() else { break };
        // What eight shops sell differs.
        let trade = |shelf: &Shelf| shelf.offers.first().map(|offer| offer.second_category_id);
        let Some(shelf) = Shelf::of(world, supplier) else { continue };
        if shelf.offers.len() < FEWEST_LISTINGS || trade(&shelf).is_some_and(|one| trades.contains(&one)) {
            continue;
        }
        let found = open.iter().find_map(|kind| Some((*kind, specimen(world, &shelf, *kind)?)));
        // The last shops have to bring what is still missing.
        let left = SHARES.len() - parts.len();
        if found.is_none() && open.len() >= left {
            continue;
        }
        let model = found.as_ref().map(|(_, (model, _))| model.clone());
        let except = model.as_ref().map(|model| model.offer.offer_id);
        let lines = share - usize::from(found.is_some());
        let Some(steady) = shelf.fill(lines, |offer| Some(offer.offer_id) != except) else { continue };
        trades.extend(trade(&shelf));
        if let Some((kind, _)) = &found {
            open.retain(|other| other != kind);
        }
        parts.push(Part { shelf, steady, moved: found.map(|(_, (_, line))| line), model });
    }
    (parts.len() == SHARES.len()).then_some(parts)
}

/// A line of this shop that moved in this way and in no other.
fn specimen(world: &World, shelf: &Shelf, kind: Move) -> Option<(Portion, OrderLine)> {
    shelf.offers.iter().find_map(|offer| {
        // Ordered like this it would be legal today.
        let usual = shelf.take(offer, 1)?.into_iter().next()?;
        let portion = match kind {
            Move::Stock => {
                let sku = sensible(offer).into_iter().find(|sku| sku.stock == 0)?.clone();
                Portion { sku: Some(sku), ..usual }
            }
            Move::Minimum => {
                let quantity = below_minimum(shelf, offer)?;
                Portion { quantity, ..usual }
            }
            Move::Lot => {
                // Half a lot more: 18 of what now comes in twelves.
                let lot = offer.lot.filter(|lot| *lot > 5)?;
                let quantity = usual.quantity + lot / 2;
                offer.purchase_limit.is_none_or(|limit| quantity <= limit).then_some(())?;
                Portion { quantity, ..usual }
            }
            Move::Gone | Move::Variant | Move::Price => usual,
        };
        let today = prices(std::slice::from_ref(&portion)).first().copied()?;
        let line = match kind {
            Move::Stock | Move::Minimum | Move::Lot => portion.at(today),
            Move::Price => portion.at(cheaper(shelf, offer, today)?),
            Move::Variant => withdrawn(shelf, &portion, today)?,
            Move::Gone => delisted(world, shelf, &portion, today)?,
        };
        Some((portion, line))
    })
}

/// A quantity that was a whole order and is too little today, where no mix rule helps.
fn below_minimum(shelf: &Shelf, offer: &WorldOffer) -> Option<i64> {
    let waived = shelf.supplier.mix.is_some() && offer.mix_enabled;
    let least = i64::try_from(rules::minimum(offer)).ok()?;
    let lot = offer.lot.unwrap_or(1).max(1);
    let quantity = least * 2 / 3 / lot * lot;
    (!waived && quantity >= 1 && quantity < least).then_some(quantity)
}

/// A past price, a tenth lower or so.
fn cheaper(shelf: &Shelf, offer: &WorldOffer, today: Money) -> Option<Money> {
    let fen = today.to_fen_rounded();
    let past = fen * shelf.source.at(offer.number.wrapping_mul(8).wrapping_add(2)).between(860, 930) / 1000;
    (past > 0 && past < fen).then(|| Money::from_fen(past))
}

/// A variant that is not among today's.
fn withdrawn(shelf: &Shelf, portion: &Portion, price: Money) -> Option<OrderLine> {
    let sku = portion.sku.as_ref()?;
    let mut line = portion.at(price);
    let spec = invented_spec(shelf, portion);
    if portion.offer.skus.iter().any(|other| other.spec_id == spec) {
        return None;
    }
    line.spec_id = Some(spec);
    line.sku_id = Some(sku.sku_id.wrapping_add(1_000_003));
    if let Some((_, value)) = line.attributes.first_mut() {
        value.push_str("（旧款）");
    }
    Some(line)
}

/// The same goods under the id of a listing that is no more: shops delist goods and list them anew.
fn delisted(world: &World, shelf: &Shelf, portion: &Portion, price: Money) -> Option<OrderLine> {
    let number = portion.offer.number;
    let offer_id = (0..16).find_map(|attempt| {
        let draw = shelf.source.at(number.wrapping_mul(64).wrapping_add(1 << 40).wrapping_add(attempt));
        let id = draw.between(500_000_000_000, 899_999_999_999);
        world.offer_number(id).is_none().then_some(id)
    })?;
    let mut line = portion.at(price);
    line.offer_id = offer_id;
    if portion.sku.is_some() {
        line.spec_id = Some(invented_spec(shelf, portion));
        line.sku_id = line.sku_id.map(|id| id.wrapping_add(1_000_003));
    }
    Some(line)
}

fn invented_spec(shelf: &Shelf, portion: &Portion) -> String {
    let at = |counter: u64| {
        shelf.source.at(portion.offer.number.wrapping_mul(64).wrapping_add(1 << 41).wrapping_add(counter)).0
    };
    format!("{:016x}{:016x}", at(0), at(1))
}

/// The portions that travelled, for the freight: of a moved line, what it is modelled on.
pub(super) fn travelled(part: &Part) -> impl Iterator<Item = (Rc<WorldOffer>, i64)> + '_ {
    part.steady.iter().chain(&part.model).map(|portion| (Rc::clone(&portion.offer), portion.quantity))
}
