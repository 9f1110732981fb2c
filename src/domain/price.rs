//! What a unit costs at a quantity (DESIGN 6.3 and 6.4, GATEWAY.md 3).
//!
//! Everything here predicts: the server's preview is the judge, and callers label it so.

use crate::domain::id::SpecId;
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, PriceTier, QuoteType, Sku};
use crate::domain::quantity::Quantity;

/// A SKU priced under this share (percent) of the median of its offer is bait.
const BAIT_PERCENT: i64 = 30;

/// The price of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitPrice {
    /// Predicted charge: the promotion price where present.
    pub charged: Money,
    /// List price beside it.
    pub list: Money,
}

impl UnitPrice {
    fn of_tier(tier: &PriceTier) -> Self {
        UnitPrice { charged: tier.charged(), list: tier.price }
    }
}

/// The tier that applies at `quantity`: the highest `from_quantity` not above it.
///
/// The order of `tiers` does not matter. Of several with the same `from_quantity` the dearest counts:
/// a prediction must not promise less than may be charged.
pub fn tier_at(tiers: &[PriceTier], quantity: Quantity) -> Option<&PriceTier> {
    tiers
        .iter()
        .filter(|tier| tier.from_quantity <= quantity)
        .max_by(|a, b| a.from_quantity.cmp(&b.from_quantity).then(a.charged().cmp(&b.charged())))
}

/// The tier with the lowest `from_quantity` (the dearest of several).
pub fn first_tier(tiers: &[PriceTier]) -> Option<&PriceTier> {
    tiers.iter().min_by(|a, b| a.from_quantity.cmp(&b.from_quantity).then(b.charged().cmp(&a.charged())))
}

/// Tiers as a person reads a ladder: ascending, one of each `from_quantity`.
pub fn ladder(tiers: &[PriceTier]) -> Vec<PriceTier> {
    let mut starts: Vec<Quantity> = tiers.iter().map(|tier| tier.from_quantity).collect();
    starts.sort_unstable();
    starts.dedup();
    starts.into_iter().filter_map(|start| tier_at(tiers, start).copied()).collect()
}

/// Price of one unit when `offer_total` units of the offer are bought, `sku_quantity` of them of this SKU.
///
/// Tiers go by the offer's total for quote types 0 and 2, by the SKU's own quantity for 3; type 1 has
/// none. Below the first tier the first tier's price is given: that is what a line is charged that a met
/// mix rule lets through (DESIGN 6.6). `None` when no price is known.
pub fn unit_price(
    offer: &Offer,
    spec: Option<&SpecId>,
    offer_total: Quantity,
    sku_quantity: Quantity,
) -> Option<UnitPrice> {
    let sku = match spec {
        Some(spec) => Some(offer.sku(spec)?),
        None => None,
    };
    let by_tiers = |tiers: &[PriceTier], quantity| {
        tier_at(tiers, quantity).or_else(|| first_tier(tiers)).map(UnitPrice::of_tier)
    };
    match (offer.quote_type, sku) {
        (QuoteType::ByOffer | QuoteType::ByOfferOverSkus, _) => by_tiers(&offer.tiers, offer_total),
        (QuoteType::BySku, Some(sku)) => sku_price(sku),
        (QuoteType::TiersPerSku, Some(sku)) => by_tiers(&sku.tiers, sku_quantity),
        (QuoteType::BySku | QuoteType::TiersPerSku, None) => None,
    }
    .or_else(|| flat_range(offer))
}

fn sku_price(sku: &Sku) -> Option<UnitPrice> {
    let list = sku.price.or(sku.promotion)?;
    Some(UnitPrice { charged: sku.promotion.unwrap_or(list), list })
}

/// A listing without tiers or SKUs whose least and greatest price agree has that price.
fn flat_range(offer: &Offer) -> Option<UnitPrice> {
    let (least, greatest) = offer.price_range?;
    (offer.skus.is_empty() && offer.tiers.is_empty() && least == greatest)
        .then_some(UnitPrice { charged: least, list: least })
}

/// What a row shows for an offer at a quantity, no SKU chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPrice {
    /// Least predicted unit price among what can be bought; at the nearest quantity when the wanted one
    /// is too small to be orderable. `None` = unknown.
    pub least: Option<Money>,
    /// Greatest; equal to `least` when there is one price.
    pub greatest: Option<Money>,
    /// List price beside `least`.
    pub list: Option<Money>,
    /// Spec of the least priced SKU, for quote types 1 and 3.
    pub spec_id: Option<SpecId>,
    /// What rows sort by: the median over the SKUs, so that bait does not win.
    pub median: Option<Money>,
    /// Whether the wanted quantity can be ordered alone.
    pub buyable: bool,
    /// The nearest quantity that can; `None` when there is none.
    pub nearest: Option<Quantity>,
    /// Whether the least price is bait.
    pub bait: bool,
}

/// The row of an offer at `quantity` (DESIGN 6.4).
///
/// For quote types 1 and 3 least and greatest run over the SKUs with `stock >= quantity`; when none has
/// that much, over all SKUs in stock, and the row is not buyable.
pub fn row_price(offer: &Offer, quantity: Quantity) -> RowPrice {
    let per_sku = matches!(offer.quote_type, QuoteType::BySku | QuoteType::TiersPerSku);
    if per_sku && !offer.skus.is_empty() {
        return row_over_skus(offer, quantity);
    }
    let nearest = minimum::nearest(offer, None, quantity);
    let buyable = nearest == Some(quantity) && !offer.gone;
    let at = nearest.filter(|near| *near > quantity).unwrap_or(quantity);
    let price = unit_price(offer, None, at, at);
    let (least, greatest) = match (price, offer.price_range) {
        (Some(price), _) => (Some(price.charged), Some(price.charged)),
        (None, Some((least, greatest))) => (Some(least), Some(greatest)),
        (None, None) => (None, None),
    };
    RowPrice {
        least,
        greatest,
        list: price.map(|p| p.list).or(least),
        spec_id: None,
        median: least.zip(greatest).map(|(a, b)| if a == b { a } else { midpoint(a, b) }),
        buyable: buyable && least.is_some(),
        nearest,
        bait: false,
    }
}

fn row_over_skus(offer: &Offer, quantity: Quantity) -> RowPrice {
    let priced = |sku: &Sku, at: Quantity| unit_price(offer, Some(&sku.spec_id), at, at);
    let enough = |sku: &&Sku| sku.stock.is_none_or(|stock| stock >= quantity);
    let in_stock = |sku: &&Sku| sku.stock.is_none_or(|stock| !stock.is_zero());
    let mut pool: Vec<&Sku> = offer.skus.iter().filter(enough).collect();
    if pool.is_empty() {
        pool = offer.skus.iter().filter(in_stock).collect();
    }
    // Nearest over the SKUs: the one closest to what is wanted, the greater of two equally close.
    let nearest = pool
        .iter()
        .filter_map(|sku| minimum::nearest(offer, Some(sku), quantity))
        .min_by_key(|near| (quantity.less(*near) + near.less(quantity), std::cmp::Reverse(*near)));
    let at = nearest.filter(|near| *near > quantity).unwrap_or(quantity);
    let mut prices: Vec<(UnitPrice, &Sku)> =
        pool.iter().filter_map(|sku| priced(sku, at).map(|price| (price, *sku))).collect();
    prices.sort_by(|a, b| (a.0.charged, &a.1.spec_id).cmp(&(b.0.charged, &b.1.spec_id)));
    let median = median_price(offer, at);
    let least = prices.first();
    RowPrice {
        least: least.map(|(price, _)| price.charged),
        greatest: prices.last().map(|(price, _)| price.charged),
        list: least.map(|(price, _)| price.list),
        spec_id: least.map(|(_, sku)| sku.spec_id.clone()),
        median: median_of(prices.iter().map(|(price, _)| price.charged).collect()),
        buyable: nearest == Some(quantity) && least.is_some() && !offer.gone,
        nearest,
        bait: least.zip(median).is_some_and(|((price, _), median)| is_bait(price.charged, median)),
    }
}

/// Whether this SKU is bait: priced under 30 % of the median over all SKUs of its offer.
pub fn sku_is_bait(offer: &Offer, spec: &SpecId) -> bool {
    let at = minimum::least(offer, None);
    let price = unit_price(offer, Some(spec), at, at);
    price.zip(median_price(offer, at)).is_some_and(|(price, median)| is_bait(price.charged, median))
}

fn is_bait(price: Money, median: Money) -> bool {
    price.times(100.into()) < median.times(BAIT_PERCENT.into())
}

fn median_price(offer: &Offer, at: Quantity) -> Option<Money> {
    median_of(
        offer
            .skus
            .iter()
            .filter_map(|sku| unit_price(offer, Some(&sku.spec_id), at, at))
            .map(|p| p.charged)
            .collect(),
    )
}

/// The middle of a list of prices; the mean of the middle two when their number is even.
fn median_of(mut prices: Vec<Money>) -> Option<Money> {
    prices.sort_unstable();
    let middle = prices.len() / 2;
    let upper = *prices.get(middle)?;
    if prices.len() % 2 == 1 {
        return Some(upper);
    }
    Some(midpoint(*prices.get(middle - 1)?, upper))
}

fn midpoint(a: Money, b: Money) -> Money {
    (a + b).times(rust_decimal::Decimal::new(5, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::OfferKey;
    use crate::domain::text::Clean;
    use jiff::Timestamp;

    fn offer(quote_type: QuoteType, tiers: &[(u32, &str)]) -> Offer {
        let mut offer = Offer::blank(OfferKey::Market(1), Clean::new("杯"), Timestamp::UNIX_EPOCH);
        offer.quote_type = quote_type;
        offer.tiers = tiers.iter().map(|t| tier(*t)).collect();
        offer
    }

    fn tier((from, price): (u32, &str)) -> PriceTier {
        PriceTier { from_quantity: Quantity::whole(from), price: price.parse().unwrap(), promotion: None }
    }

    fn sku(spec: &str, price: Option<&str>, stock: u32) -> Sku {
        Sku {
            spec_id: SpecId::new(spec),
            sku_id: None,
            name: Clean::new(spec),
            name_en: None,
            price: price.map(|p| p.parse().unwrap()),
            promotion: None,
            tiers: vec![],
            stock: Some(Quantity::whole(stock)),
        }
    }

    #[test]
    fn every_boundary_of_unsorted_tiers() {
        let tiers = [tier((300, "7.20")), tier((2, "10.00")), tier((100, "8.50"))];
        let at = |q| tier_at(&tiers, Quantity::whole(q)).map(|t| t.price.to_string());
        assert_eq!(at(1), None);
        assert_eq!(
            [at(2), at(99), at(100), at(299), at(300), at(301)].map(Option::unwrap),
            ["10.00", "10.00", "8.50", "8.50", "7.20", "7.20"]
        );
    }

    #[test]
    fn of_doubled_tiers_the_dearest_counts() {
        let tiers = [tier((10, "5.00")), tier((10, "5.50"))];
        assert_eq!(tier_at(&tiers, Quantity::whole(10)).unwrap().price.to_string(), "5.50");
        assert_eq!(ladder(&tiers).len(), 1);
    }

    #[test]
    fn sixty_red_and_fifty_blue_reach_the_hundred_tier_only_where_the_offer_counts() {
        let sixty = Quantity::whole(60);
        let both = Quantity::whole(110);
        let mut over = offer(QuoteType::ByOfferOverSkus, &[(1, "10.00"), (100, "8.00")]);
        over.skus = vec![sku("red", None, 500), sku("blue", None, 500)];
        let price =
            |o: &Offer| unit_price(o, Some(&SpecId::new("red")), both, sixty).unwrap().charged.to_string();
        assert_eq!(price(&over), "8.00");
        let mut own = over.clone();
        own.quote_type = QuoteType::TiersPerSku;
        for sku in &mut own.skus {
            sku.tiers = over.tiers.clone();
        }
        assert_eq!(price(&own), "10.00");
        let mut single = over.clone();
        single.quote_type = QuoteType::BySku;
        single.skus = vec![sku("red", Some("9.00"), 500)];
        assert_eq!(price(&single), "9.00");
    }

    #[test]
    fn a_row_shows_least_and_greatest_of_the_skus_that_have_enough_and_names_bait() {
        let mut offer = offer(QuoteType::BySku, &[]);
        offer.skus = vec![
            sku("a", Some("10.00"), 500),
            sku("b", Some("12.00"), 50),
            sku("c", Some("2.00"), 500),
            sku("d", Some("11.00"), 500),
        ];
        let row = row_price(&offer, Quantity::whole(100));
        assert_eq!(row.least.unwrap().to_string(), "2.00");
        assert_eq!(row.greatest.unwrap().to_string(), "11.00");
        assert_eq!(row.median.unwrap().to_string(), "10.00");
        assert_eq!(row.spec_id.unwrap().as_str(), "c");
        assert!(row.bait && row.buyable);
        assert!(sku_is_bait(&offer, &SpecId::new("c")) && !sku_is_bait(&offer, &SpecId::new("a")));
    }

    #[test]
    fn a_row_that_cannot_be_bought_names_the_nearest_quantity() {
        let mut short = offer(QuoteType::ByOffer, &[(500, "11.00")]);
        short.moq = Some(Quantity::whole(500));
        let row = row_price(&short, Quantity::whole(300));
        assert!(!row.buyable);
        assert_eq!(
            (row.nearest.unwrap(), row.least.unwrap().to_string()),
            (Quantity::whole(500), "11.00".to_owned())
        );
    }
}
