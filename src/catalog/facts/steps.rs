//! The steps of an offer: what [`crate::domain::price::row_price`] says at every quantity, worked out once.
//!
//! Everything is an integer here (thousandths of a unit, millionths of a yuan), because a catalog computes this for
//! every offer it writes. Between two neighbouring breakpoints nothing changes: a breakpoint is where a tier begins,
//! where the nearest orderable quantity begins to be rounded up into one, where a minimum is reached, and where a
//! stock or a purchase limit ends. Property tests hold every step against `row_price` itself.

use super::{Step, micro, milli};
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, PriceTier, QuoteType};

/// Places where something may change that are looked at in one offer. No real listing comes near; a hostile one must
/// not hold up a whole page.
const MOST_EVENTS: usize = 400;

/// Ascending `(from, price)`, one of each `from`, the dearest.
type Ladder = Vec<(u64, u64)>;

/// The steps of `offer`, ascending, the first from 0; neighbours differ.
pub(super) fn of(offer: &Offer) -> Vec<Step> {
    let step = milli(minimum::step(offer)).max(1);
    let limit = offer.purchase_limit.map(|limit| round_down(milli(limit), step));
    let per_sku = matches!(offer.quote_type, QuoteType::BySku | QuoteType::TiersPerSku);
    let mut steps = if per_sku && !offer.skus.is_empty() {
        Variants::new(offer, step, limit).steps()
    } else {
        whole(offer, step, limit)
    };
    if offer.gone {
        for step in &mut steps {
            step.buyable = false;
        }
    }
    steps.dedup_by(|next, kept| next.price_micro == kept.price_micro && next.buyable == kept.buyable);
    steps
}

/// An offer priced as a whole: by its tiers, or at one price.
fn whole(offer: &Offer, step: u64, limit: Option<u64>) -> Vec<Step> {
    let by_tiers = matches!(offer.quote_type, QuoteType::ByOffer | QuoteType::ByOfferOverSkus);
    let tiers = if by_tiers { ladder(&offer.tiers) } else { Ladder::new() };
    // Without a tier that applies the least and greatest of the range stand, and their middle sorts.
    let flat = offer.price_range.map(|(least, greatest)| middle(money(least), money(greatest)));
    let low = least(offer, &tiers, step);
    let high = lower(offer.stock.map(|stock| round_down(milli(stock), step)), limit);
    let bounds = Bounds { low, high };
    let mut from = vec![0, low];
    from.extend(high.map(|high| high.saturating_add(1)));
    for (start, _) in &tiers {
        from.extend([*start, rounded_into(*start, step)]);
    }
    sorted(&mut from);
    let steps = from.into_iter().map(|from| {
        let at = bounds.nearest(from, step).filter(|near| *near > from).unwrap_or(from);
        let price_micro = price_at(&tiers, at).or(flat);
        let buyable = price_micro.is_some() && low <= from && high.is_none_or(|high| from <= high);
        Step { from, price_micro, buyable }
    });
    steps.collect()
}

/// Least and greatest orderable quantity, both multiples of the lot.
#[derive(Clone, Copy)]
struct Bounds {
    low: u64,
    high: Option<u64>,
}

impl Bounds {
    /// See [`minimum::nearest`].
    fn nearest(self, wanted: u64, step: u64) -> Option<u64> {
        if self.high.is_some_and(|high| high < self.low) {
            return None;
        }
        let down = round_down(wanted, step);
        let up = round_up(wanted, step);
        let near = if up - wanted <= wanted - down { up } else { down };
        let near = near.max(self.low);
        Some(self.high.map_or(near, |high| near.min(high)))
    }

    fn hold(self, quantity: u64) -> bool {
        self.low <= quantity && self.high.is_none_or(|high| quantity <= high)
    }
}

/// An offer whose SKUs have prices or tiers of their own.
struct Variants {
    step: u64,
    skus: Vec<Variant>,
    /// Whether the price depends on the quantity too, not only which SKUs have enough.
    tiered: bool,
}

struct Variant {
    stock: Option<u64>,
    bounds: Bounds,
    tiers: Ladder,
    price: Option<u64>,
}

impl Variants {
    fn new(offer: &Offer, step: u64, limit: Option<u64>) -> Variants {
        let tiered = offer.quote_type == QuoteType::TiersPerSku;
        let skus = offer.skus.iter().map(|sku| {
            let stock = sku.stock.map(milli);
            let tiers = if tiered { ladder(&sku.tiers) } else { Ladder::new() };
            let low = least(offer, &tiers, step);
            let high = lower(stock.map(|stock| round_down(stock, step)), limit);
            let price = if tiered { None } else { sku.promotion.or(sku.price).map(money) };
            Variant { stock, bounds: Bounds { low, high }, tiers, price }
        });
        Variants { step, skus: skus.collect(), tiered }
    }

    fn steps(&self) -> Vec<Step> {
        let from = self.breakpoints();
        let mut steps: Vec<Step> = Vec::with_capacity(from.len());
        let mut unsure = false;
        for (at, start) in from.iter().enumerate() {
            let price_micro = self.median(*start);
            // Whether anything can be bought here is asked at the first multiple of the lot; a step without one
            // does not matter and takes after its neighbour.
            let first = round_up(*start, self.step);
            let has_any = from.get(at + 1).is_none_or(|next| first < *next);
            let buyable = has_any && self.is_buyable(first);
            match steps.last_mut().filter(|last| last.price_micro == price_micro) {
                Some(last) if !has_any || unsure || last.buyable == buyable => {
                    if has_any {
                        last.buyable = buyable;
                        unsure = false;
                    }
                }
                _ => {
                    steps.push(Step { from: *start, price_micro, buyable });
                    unsure = !has_any;
                }
            }
        }
        steps
    }

    fn breakpoints(&self) -> Vec<u64> {
        let mut events: Vec<u64> = Vec::new();
        for sku in &self.skus {
            events.push(sku.bounds.low);
            events.extend(sku.stock.map(|stock| stock.saturating_add(1)));
            events.extend(sku.bounds.high.map(|high| high.saturating_add(1)));
            if self.tiered {
                events.extend(sku.tiers.iter().map(|(start, _)| *start));
                events.extend(sku.bounds.high);
                events.extend(sku.stock);
            }
        }
        sorted(&mut events);
        events.truncate(MOST_EVENTS);
        let mut from = vec![0];
        from.extend(&events);
        if self.tiered {
            // The nearest quantity is rounded, and may be another SKU's least one: both change half a lot away.
            for event in &events {
                let down = round_down(*event, self.step);
                for lot in [down, down.saturating_add(self.step), down.saturating_add(2 * self.step)] {
                    let half = half_below(lot, self.step);
                    from.extend([lot, lot.saturating_add(1), half, half.saturating_add(1)]);
                }
            }
        }
        sorted(&mut from);
        from
    }

    /// The SKUs a row looks at: those with enough, else those with any.
    fn pool(&self, quantity: u64) -> impl Iterator<Item = &Variant> {
        let enough = move |sku: &&Variant| sku.stock.is_none_or(|stock| stock >= quantity);
        let any = self.skus.iter().any(|sku| enough(&sku));
        let in_stock = |sku: &&Variant| sku.stock.is_none_or(|stock| stock > 0);
        self.skus.iter().filter(move |sku| if any { enough(sku) } else { in_stock(sku) })
    }

    fn median(&self, quantity: u64) -> Option<u64> {
        let at = if self.tiered {
            let near = self.pool(quantity).filter_map(|sku| sku.bounds.nearest(quantity, self.step));
            let nearest = near.min_by_key(|near| (near.abs_diff(quantity), std::cmp::Reverse(*near)));
            nearest.filter(|near| *near > quantity).unwrap_or(quantity)
        } else {
            quantity
        };
        let mut prices: Vec<u64> =
            self.pool(quantity).filter_map(|sku| sku.price.or_else(|| price_at(&sku.tiers, at))).collect();
        let half = prices.len() / 2;
        if half >= prices.len() {
            return None;
        }
        let even = prices.len().is_multiple_of(2);
        let (below, upper, _) = prices.select_nth_unstable(half);
        let upper = *upper;
        Some(if even { middle(below.iter().copied().max().unwrap_or(upper), upper) } else { upper })
    }

    /// Whether a multiple of the lot can be bought.
    fn is_buyable(&self, quantity: u64) -> bool {
        quantity > 0
            && self.pool(quantity).any(|sku| sku.bounds.hold(quantity))
            && self.pool(quantity).any(|sku| sku.price.is_some() || !sku.tiers.is_empty())
    }
}

/// See [`minimum::least`].
fn least(offer: &Offer, tiers: &[(u64, u64)], step: u64) -> u64 {
    let first = tiers.first().map_or(0, |(start, _)| *start);
    let moq = offer.moq.map_or(0, milli);
    round_up(moq.max(first).max(step), step)
}

fn ladder(tiers: &[PriceTier]) -> Ladder {
    let mut ladder: Ladder =
        tiers.iter().map(|tier| (milli(tier.from_quantity), money(tier.charged()))).collect();
    // The dearest of those with one start comes first and stays.
    ladder.sort_unstable_by_key(|(from, price)| (*from, std::cmp::Reverse(*price)));
    ladder.dedup_by_key(|(from, _)| *from);
    ladder
}

fn price_at(tiers: &[(u64, u64)], quantity: u64) -> Option<u64> {
    let applies = tiers.iter().rev().find(|(from, _)| *from <= quantity);
    applies.or_else(|| tiers.first()).map(|(_, price)| *price)
}

/// The least quantity that is rounded up to the first multiple of `step` not below `start`.
fn rounded_into(start: u64, step: u64) -> u64 {
    half_below(round_up(start, step), step)
}

/// Half a step below `lot`, rounded up to the thousandth.
fn half_below(lot: u64, step: u64) -> u64 {
    lot.saturating_sub(step / 2)
}

fn round_down(quantity: u64, step: u64) -> u64 {
    quantity - quantity % step
}

fn round_up(quantity: u64, step: u64) -> u64 {
    let down = round_down(quantity, step);
    if down == quantity { quantity } else { down.saturating_add(step) }
}

fn lower(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

fn sorted(numbers: &mut Vec<u64>) {
    numbers.sort_unstable();
    numbers.dedup();
}

fn middle(a: u64, b: u64) -> u64 {
    a / 2 + b / 2 + u64::midpoint(a % 2, b % 2)
}

fn money(price: Money) -> u64 {
    micro(price)
}
