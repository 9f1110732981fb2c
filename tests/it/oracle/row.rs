//! The one row an offer is shown as at a quantity (DESIGN 6.4).

use super::plain::*;
use super::price;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub least: Mill,
    pub greatest: Mill,
    /// Of the least one.
    pub spec: Option<u32>,
    /// Twice the median, so that the mean of two prices stays whole.
    pub twice_median: Mill,
}

/// What is shown when nothing has enough: the same over whatever is in stock at all.
pub fn row_of_the_rest(offer: &Offer, quantity: Pieces) -> Option<Row> {
    row_of(offer, quantity, |stock, _| stock > 0, twice_median)
}

/// Twice the middle one (or the sum of the two in the middle) of some prices.
pub fn twice_median(prices: &[Mill]) -> Option<Mill> {
    let mut sorted = prices.to_vec();
    sorted.sort_unstable();
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(2 * sorted[count / 2]),
        count => Some(sorted[count / 2 - 1] + sorted[count / 2]),
    }
}

/// The upper of the two in the middle.
fn broken_twice_median(prices: &[Mill]) -> Option<Mill> {
    let mut sorted = prices.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).map(|price| 2 * price)
}

/// The row at `quantity`.
pub fn row(offer: &Offer, quantity: Pieces) -> Option<Row> {
    row_of(offer, quantity, |stock, quantity| stock >= quantity, twice_median)
}

/// Stock that is just enough is not.
pub fn broken_row_stock(offer: &Offer, quantity: Pieces) -> Option<Row> {
    row_of(offer, quantity, |stock, quantity| stock > quantity, twice_median)
}

/// Takes one of the middle two for their mean.
pub fn broken_row_median(offer: &Offer, quantity: Pieces) -> Option<Row> {
    row_of(offer, quantity, |stock, quantity| stock >= quantity, broken_twice_median)
}

fn row_of(
    offer: &Offer,
    quantity: Pieces,
    enough: impl Fn(Pieces, Pieces) -> bool,
    median: impl Fn(&[Mill]) -> Option<Mill>,
) -> Option<Row> {
    if matches!(offer.quote_type, 0 | 2) {
        let price = price::tier_price(&offer.tiers, quantity)?;
        return Some(Row { least: price, greatest: price, spec: None, twice_median: 2 * price });
    }
    let mut prices = Vec::new();
    let mut cheapest: Option<(Mill, u32)> = None;
    for (index, sku) in offer.skus.iter().enumerate() {
        if sku.stock.is_some_and(|stock| !enough(stock, quantity)) {
            continue;
        }
        let Some(price) = price::unit_price(offer, Some(index), quantity, quantity) else {
            continue;
        };
        prices.push(price);
        let here = (price, sku.spec);
        if cheapest.is_none_or(|cheapest| here < cheapest) {
            cheapest = Some(here);
        }
    }
    let (least, spec) = cheapest?;
    Some(Row { least, greatest: *prices.iter().max()?, spec: Some(spec), twice_median: median(&prices)? })
}

/// The SKUs under 30 % of the median over all SKUs at `quantity`, by spec.
pub fn bait(offer: &Offer, quantity: Pieces) -> Vec<u32> {
    bait_of(offer, quantity, |price, twice_median| 20 * price < 3 * twice_median)
}

/// 30 % itself is bait too.
pub fn broken_bait(offer: &Offer, quantity: Pieces) -> Vec<u32> {
    bait_of(offer, quantity, |price, twice_median| 20 * price <= 3 * twice_median)
}

fn bait_of(offer: &Offer, quantity: Pieces, under: impl Fn(Mill, Mill) -> bool) -> Vec<u32> {
    let priced: Vec<(u32, Mill)> = offer
        .skus
        .iter()
        .enumerate()
        .filter_map(|(index, sku)| {
            price::unit_price(offer, Some(index), quantity, quantity).map(|price| (sku.spec, price))
        })
        .collect();
    let prices: Vec<Mill> = priced.iter().map(|(_, price)| *price).collect();
    let Some(twice_median) = twice_median(&prices) else {
        return Vec::new();
    };
    let mut specs: Vec<u32> =
        priced.iter().filter(|(_, price)| under(*price, twice_median)).map(|(spec, _)| *spec).collect();
    specs.sort_unstable();
    specs
}
