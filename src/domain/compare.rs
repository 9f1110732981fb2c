//! Comparing offers at one quantity, who of them is the cheapest, and the quantities that cost more than a greater one.

use rust_decimal::Decimal;

use crate::domain::freight::{self, Destination, Freight, Shipment};
use crate::domain::id::SpecId;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, PriceTier, QuoteType, Sku};
use crate::domain::price;
use crate::domain::quantity::{Quantity, Unit};

/// Most offers that are compared side by side.
pub const MOST: usize = 8;

/// One offer at one quantity. All money is a prediction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The SKU compared: the one asked for, else the cheapest that has enough.
    pub spec_id: Option<SpecId>,
    /// Price of one unit; `None` = unknown.
    pub unit_price: Option<Money>,
    /// Unit price x quantity, rounded to the fen.
    pub goods: Option<Money>,
    /// Freight to the default district.
    pub freight: Freight,
    /// Goods + freight; `None` when either is unknown.
    pub landed: Option<Money>,
    /// Whether the quantity can be ordered alone.
    pub buyable: bool,
    /// The nearest quantity that can.
    pub nearest: Option<Quantity>,
    /// Hours until the seller promises to ship.
    pub lead_time_hours: Option<u32>,
}

/// Freight of `quantity` of `offer` alone, whose goods cost so much.
pub fn freight_of(offer: &Offer, quantity: Quantity, goods: Money, destination: &Destination) -> Freight {
    let shipment = Shipment {
        quantity: quantity.decimal(),
        weight_kg: offer.weight_kg,
        volume_m3: offer.volume_m3,
        goods,
    };
    freight::estimate(&offer.freight, &shipment, destination)
}

/// The comparison row of `offer` (of SKU `spec`, where given) at `quantity`.
pub fn at(offer: &Offer, spec: Option<&SpecId>, quantity: Quantity, destination: &Destination) -> Comparison {
    let spec_id = spec.cloned().or_else(|| price::row_price(offer, quantity).spec_id);
    let sku = spec_id.as_ref().and_then(|spec| offer.sku(spec));
    let nearest = minimum::nearest(offer, sku, quantity);
    let priced = price::unit_price(offer, spec_id.as_ref(), quantity, quantity);
    let unit_price = priced.map(|price| price.charged);
    let goods = unit_price.map(|price| price.times(quantity.decimal()).rounded());
    let freight = goods.map_or(Freight::Unknown, |goods| freight_of(offer, quantity, goods, destination));
    Comparison {
        spec_id,
        unit_price,
        goods,
        freight,
        landed: goods.zip(freight.amount()).map(|(goods, freight)| goods + freight),
        buyable: nearest == Some(quantity) && unit_price.is_some() && !offer.gone,
        nearest,
        lead_time_hours: offer.lead_time_hours,
    }
}

/// Whether one of the compared is the cheapest of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crown {
    /// It is not, or there is nothing it could win against.
    No,
    /// Nothing among the compared can land cheaper.
    Best,
    /// Cheapest of those whose freight is known; one with unknown freight might be cheaper.
    BestKnown,
}

impl Crown {
    /// Word in JSON; `None` = no crown.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Crown::No => None,
            Crown::Best => Some("best"),
            Crown::BestKnown => Some("best_known"),
        }
    }
}

/// One of the compared, as far as the crown is concerned.
#[derive(Debug, Clone, Copy)]
pub struct Rival<'a> {
    /// What it is sold by; `None` = unknown, and then it is compared with nothing.
    pub unit: Option<&'a Unit>,
    /// What it is compared at.
    pub quantity: Quantity,
    /// Its figures there.
    pub at: &'a Comparison,
    /// Priced to lure: it never wins.
    pub bait: bool,
}

impl Rival<'_> {
    /// A sum by the unit, unrounded: offers looked at unlike quantities are compared by it, and those at the same one
    /// come in the same order as by their sums.
    pub fn per_unit(&self, sum: Option<Money>) -> Option<Decimal> {
        sum?.yuan().checked_div(self.quantity.decimal())
    }
}

/// Who is crowned, one answer a rival: of each unit the one that can be bought and lands lowest (the first of equals),
/// where there is another to win against. Unlike units are never compared (DESIGN 6.2), and unknown freight never wins
/// (6.9): what lands at an unknown sum costs at least its goods.
pub fn crowns(rivals: &[Rival<'_>]) -> Vec<Crown> {
    let runs = |rival: &Rival<'_>| rival.at.buyable && !rival.bait;
    let landed = |rival: &Rival<'_>| rival.per_unit(rival.at.landed);
    rivals
        .iter()
        .enumerate()
        .map(|(at, own)| {
            let (Some(unit), true, Some(mine)) = (own.unit, runs(own), landed(own)) else { return Crown::No };
            let others = || {
                let all = rivals.iter().enumerate();
                all.filter(move |(other, rival)| *other != at && rival.unit == Some(unit) && runs(rival))
            };
            let beaten = |(other, rival): (usize, &Rival<'_>)| {
                landed(rival).is_some_and(|theirs| theirs < mine || (theirs == mine && other < at))
            };
            if others().next().is_none() || others().any(beaten) {
                return Crown::No;
            }
            let certain = others().all(|(_, rival)| {
                rival.per_unit(rival.at.landed.or(rival.at.goods)).is_some_and(|least| least >= mine)
            });
            if certain { Crown::Best } else { Crown::BestKnown }
        })
        .collect()
}

/// A run of orderable quantities that each cost more in total than some greater orderable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dominated {
    /// First quantity of the run.
    pub from: Quantity,
    /// Last quantity of the run.
    pub to: Quantity,
    /// The greater quantity that costs least.
    pub better: Quantity,
    /// What that one costs, yuan.
    pub better_cost: Money,
}

impl Dominated {
    /// What buying [`Dominated::better`] instead of `quantity` at `unit_price` saves.
    pub fn saving(&self, unit_price: Money, quantity: Quantity) -> Money {
        unit_price.times(quantity.decimal()).rounded() - self.better_cost
    }
}

/// The dominated quantities of an offer (or of one SKU where tiers are per SKU), ascending (DESIGN 6.11).
///
/// Goods only: freight is not counted. Within a tier the cost rises with the quantity, so only the first
/// orderable quantity of a later tier can undercut, and the dominated ones are the tail of a tier.
pub fn dominated(offer: &Offer, sku: Option<&Sku>) -> Vec<Dominated> {
    let tiers = match (offer.quote_type, sku) {
        (QuoteType::ByOffer | QuoteType::ByOfferOverSkus, _) => price::ladder(&offer.tiers),
        (QuoteType::TiersPerSku, Some(sku)) => price::ladder(&sku.tiers),
        _ => return Vec::new(),
    };
    let step = minimum::step(offer);
    let least = minimum::least(offer, sku);
    let most = minimum::most(offer, sku);
    let mut reached: Vec<(PriceTier, Quantity)> =
        tiers.into_iter().map(|tier| (tier, tier.from_quantity.round_up_to(step).max(least))).collect();
    // Of tiers whose first orderable quantity is the same, the last one sets its price; in the others no
    // orderable quantity falls (a tier from 16 before one from 20, in lots of 5).
    reached.reverse();
    reached.dedup_by_key(|(_, start)| *start);
    reached.reverse();
    let mut found = Vec::new();
    for (index, (tier, start)) in reached.iter().enumerate() {
        let Some((_, next_start)) = reached.get(index + 1) else { break };
        let better = reached
            .iter()
            .skip(index + 1)
            .filter(|(_, start)| most.is_none_or(|most| *start <= most))
            .map(|(tier, start)| (tier.charged().times(start.decimal()).rounded(), *start))
            .min();
        let Some((better_cost, better)) = better else { continue };
        // The last orderable quantity of this tier.
        let end = next_start.less(step);
        let cost = |quantity: Quantity| tier.charged().times(quantity.decimal()).rounded();
        if cost(end) <= better_cost {
            continue;
        }
        let first = first_above(*start, end, step, |quantity| cost(quantity) > better_cost);
        found.push(Dominated { from: first, to: end, better, better_cost });
    }
    found
}

/// The next cheaper tier, and what it takes to get there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextTier {
    /// Least orderable quantity of it, over all lines that count together.
    pub at: Quantity,
    /// Units missing.
    pub more: Quantity,
    /// Price of one unit there.
    pub unit_price: Money,
    /// What the goods cost more in all once there; below nothing when they cost less.
    pub extra: Money,
}

impl NextTier {
    /// What each of the missing units costs in effect.
    pub fn each(&self) -> Option<Money> {
        let each = self.extra.yuan().checked_div(self.more.decimal())?;
        Some(Money::from_yuan(each).rounded())
    }
}

/// What it takes to reach the next cheaper tier by buying more of one line.
///
/// `others` are the quantities of the lines that count together with it (of its offer, or of its SKU where tiers are
/// per SKU), `own` is its own, `goods` what they all cost now. `None` where there is no such tier, or the stock ends
/// before it. A prediction.
pub fn next_tier(
    offer: &Offer,
    sku: Option<&Sku>,
    others: &[Quantity],
    own: Quantity,
    goods: Money,
) -> Option<NextTier> {
    let tiers = match (offer.quote_type, sku) {
        (QuoteType::ByOffer | QuoteType::ByOfferOverSkus, _) => &offer.tiers,
        (QuoteType::TiersPerSku, Some(sku)) => &sku.tiers,
        _ => return None,
    };
    let total = own + others.iter().copied().sum();
    let now = price::tier_at(tiers, total).or_else(|| price::first_tier(tiers))?.charged();
    let step = minimum::step(offer);
    let next =
        price::ladder(tiers).into_iter().find(|tier| tier.from_quantity > total && tier.charged() < now)?;
    let own_then = next.from_quantity.less(total) + own;
    let own_then = own_then.round_up_to(step);
    let at = own_then + others.iter().copied().sum();
    let most = minimum::most(offer, sku);
    if most.is_some_and(|most| most < own_then) || offer.purchase_limit.is_some_and(|limit| limit < at) {
        return None;
    }
    let unit_price = price::tier_at(tiers, at)?.charged();
    let amount = |quantity: Quantity| unit_price.times(quantity.decimal()).rounded();
    let then: Money = others.iter().map(|other| amount(*other)).sum::<Money>() + amount(own_then);
    Some(NextTier { at, more: own_then.less(own), unit_price, extra: then - goods })
}

/// The first quantity of `start, start+step, ..., end` for which `is_above` holds; it holds for `end` and,
/// once true, stays true.
fn first_above(
    start: Quantity,
    end: Quantity,
    step: Quantity,
    is_above: impl Fn(Quantity) -> bool,
) -> Quantity {
    let steps = ((end.decimal() - start.decimal()) / step.decimal()).round();
    let nth = |n: Decimal| Quantity::from_decimal(start.decimal() + step.decimal() * n).unwrap_or(end);
    let (mut low, mut high) = (Decimal::ZERO, steps);
    while low < high {
        let middle = ((low + high) / Decimal::TWO).floor();
        if is_above(nth(middle)) {
            high = middle;
        } else {
            low = middle + Decimal::ONE;
        }
    }
    nth(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OfferKey;
    use crate::domain::text::Clean;
    use jiff::Timestamp;

    fn example_a() -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
        offer.tiers = [(2, "10.00"), (100, "8.50"), (300, "7.20")]
            .map(|(from, price): (u32, &str)| PriceTier {
                from_quantity: Quantity::whole(from),
                price: price.parse().unwrap(),
                promotion: None,
            })
            .to_vec();
        offer
    }

    #[test]
    fn worked_example_a() {
        let runs = dominated(&example_a(), None);
        let ranges: Vec<(String, String, String)> =
            runs.iter().map(|d| (d.from.to_string(), d.to.to_string(), d.better.to_string())).collect();
        assert_eq!(
            ranges,
            [("86".into(), "99".into(), "100".into()), ("255".into(), "299".into(), "300".into())]
        );
        let saving = runs[1].saving("8.50".parse().unwrap(), Quantity::whole(280));
        assert_eq!(saving.to_string(), "220.00");
    }

    #[test]
    fn a_later_tier_out_of_stock_undercuts_nothing() {
        let mut offer = example_a();
        offer.stock = Some(Quantity::whole(299));
        assert_eq!(dominated(&offer, None).len(), 1);
    }

    #[test]
    fn the_next_tier_and_what_each_of_the_missing_costs() {
        let mut offer = example_a();
        offer.tiers = [(2, "86.00"), (50, "82.00"), (150, "78.00")]
            .map(|(from, price): (u32, &str)| PriceTier {
                from_quantity: Quantity::whole(from),
                price: price.parse().unwrap(),
                promotion: None,
            })
            .to_vec();
        let now = |goods: &str| goods.parse::<Money>().unwrap();
        let next = next_tier(&offer, None, &[], Quantity::whole(120), now("9840")).unwrap();
        assert_eq!((next.at, next.more), (Quantity::whole(150), Quantity::whole(30)));
        assert_eq!(next.each().unwrap().to_string(), "62.00");
        // Dominated: 148 cost more than 150.
        let next =
            next_tier(&offer, None, &[Quantity::whole(100)], Quantity::whole(48), now("12136")).unwrap();
        assert_eq!((next.more, next.extra.to_string()), (Quantity::whole(2), "-436.00".to_owned()));
        assert_eq!(next_tier(&offer, None, &[], Quantity::whole(150), now("11700")), None);
        offer.stock = Some(Quantity::whole(149));
        assert_eq!(next_tier(&offer, None, &[], Quantity::whole(120), now("9840")), None);
        offer.stock = None;
        offer.lot = Some(Quantity::whole(40));
        let next = next_tier(&offer, None, &[], Quantity::whole(120), now("9840")).unwrap();
        assert_eq!((next.at, next.more), (Quantity::whole(160), Quantity::whole(40)));
    }

    #[test]
    fn unknown_freight_makes_the_landed_cost_unknown() {
        let row = at(&example_a(), None, Quantity::whole(300), &Destination::default());
        assert_eq!(row.goods.unwrap().to_string(), "2160.00");
        assert_eq!((row.freight, row.landed), (Freight::Unknown, None));
    }
}
