//! The market judges the client: these trade rules are written from GATEWAY.md 2.6 and 3 and share nothing with
//! the client's own.
//!
//! Faults are judged in a fixed order: 500_002, 500_003, 500_001, 500_008, then 500_006 (a seller with a mix rule)
//! or 500_005, lot, limit, 500_004. All offers or lines of the first broken rule are named.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;

use super::carriage::{self, Carriage, Parcel};
use super::world::types::{WorldOffer, WorldSku, WorldSupplier, Zone};
use super::{LotRule, state};
use crate::domain::money::Money;

/// One order holds at most this many SKU lines (GATEWAY.md 1.4).
pub(super) const LINE_CAP: usize = 50;
/// The flow that minimums bind.
pub(super) const GENERAL: &str = "general";

/// One line of a `cargoParamList`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub offer_id: i64,
    pub spec_id: Option<String>,
    pub quantity: Decimal,
}

/// What the judge may look at.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub offers: HashMap<i64, WorldOffer>,
    pub suppliers: HashMap<u64, WorldSupplier>,
    /// Thousandths taken, by offer and spec.
    pub taken: HashMap<i64, HashMap<String, i64>>,
}

/// A legal order.
#[derive(Debug)]
pub(super) struct Judged<'a> {
    pub supplier: &'a WorldSupplier,
    pub flow: String,
    pub lines: Vec<Priced<'a>>,
    pub goods: Money,
    pub carriage: Carriage,
}

/// One line with what it is charged.
#[derive(Debug, Clone)]
pub(super) struct Priced<'a> {
    pub offer: &'a WorldOffer,
    pub sku: Option<&'a WorldSku>,
    pub quantity: Decimal,
    pub unit_price: Money,
    /// Rounded to the fen.
    pub amount: Money,
}

/// A broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub code: &'static str,
    /// Carries `[offerId]` or `[offerId_specId]` for everything it is about.
    pub message: String,
    pub at: Vec<(i64, Option<String>)>,
}

impl Refusal {
    fn new(code: &'static str, text: &str, at: Vec<(i64, Option<String>)>) -> Self {
        let mut seen: Vec<(i64, Option<String>)> = Vec::new();
        for place in at {
            if !seen.contains(&place) {
                seen.push(place);
            }
        }
        let places: String = seen
            .iter()
            .map(|(offer, spec)| match spec {
                Some(spec) => format!("[{offer}_{spec}]"),
                None => format!("[{offer}]"),
            })
            .collect();
        Refusal { code, message: format!("{text}{places}"), at: seen }
    }
}

/// A line with its offer and SKU found.
struct Found<'a> {
    offer: &'a WorldOffer,
    sku: Option<&'a WorldSku>,
    quantity: Decimal,
}

impl Found<'_> {
    fn place(&self) -> (i64, Option<String>) {
        (self.offer.offer_id, self.sku.map(|sku| sku.spec_id.clone()))
    }
}

/// Judges an order and prices it. `flow`: `None` = the market chooses the cheapest that applies.
pub(super) fn judge<'a>(
    desk: &'a Desk,
    asked: &[Asked],
    flow: Option<&str>,
    zone: Zone,
    lot_rule: LotRule,
) -> Result<Judged<'a>, Refusal> {
    if asked.len() > LINE_CAP {
        return Err(Refusal::new("SANDBOX_LINES", "一个订单最多50个规格", vec![]));
    }
    let (found, supplier) = identify(desk, asked)?;
    let totals = totals(&found);
    let general = check_minimums(supplier, &found, &totals, lot_rule);
    let (flow, lines) = choose_flow(&found, &totals, flow, general)?;
    check_limit(&found, &totals)?;
    check_stock(desk, &found)?;
    let goods: Money = lines.iter().map(|line| line.amount).sum();
    let parcels: Vec<Parcel<'_>> = lines
        .iter()
        .map(|line| Parcel {
            offer: line.offer,
            quantity: line.quantity,
            post_included: post_included(&flow, line.offer),
        })
        .collect();
    let carriage = carriage::of_order(&parcels, zone, goods);
    Ok(Judged { supplier, flow, lines, goods, carriage })
}

/// 500_002, 500_003, 500_001, 500_008 and the quantities themselves.
fn identify<'a>(desk: &'a Desk, asked: &[Asked]) -> Result<(Vec<Found<'a>>, &'a WorldSupplier), Refusal> {
    let known = |line: &Asked| desk.offers.get(&line.offer_id);
    let first = asked.iter().find_map(known).map(|offer| offer.supplier);
    let strangers: Vec<_> = asked
        .iter()
        .filter_map(known)
        .filter(|offer| Some(offer.supplier) != first)
        .map(|offer| (offer.offer_id, None))
        .collect();
    if !strangers.is_empty() {
        return Err(Refusal::new("500_002", "一次只能购买同一个卖家的商品", strangers));
    }
    let unspecified: Vec<_> = asked
        .iter()
        .filter(|line| line.spec_id.is_none() && known(line).is_some_and(|offer| !offer.skus.is_empty()))
        .map(|line| (line.offer_id, None))
        .collect();
    if !unspecified.is_empty() {
        return Err(Refusal::new("500_002", "商品规格specId必填", unspecified));
    }
    let sku_of = |line: &Asked| -> Option<&'a WorldSku> {
        known(line)?.skus.iter().find(|sku| Some(&sku.spec_id) == line.spec_id.as_ref())
    };
    let unknown_spec: Vec<_> = asked
        .iter()
        .filter(|line| line.spec_id.is_some() && known(line).is_some() && sku_of(line).is_none())
        .map(|line| (line.offer_id, line.spec_id.clone()))
        .collect();
    if !unknown_spec.is_empty() {
        return Err(Refusal::new("500_003", "商品规格不存在", unknown_spec));
    }
    let gone: Vec<_> =
        asked.iter().filter(|line| known(line).is_none()).map(|line| (line.offer_id, None)).collect();
    if !gone.is_empty() {
        return Err(Refusal::new("500_001", "商品不支持在线交易", gone));
    }
    let found: Vec<Found<'a>> = asked
        .iter()
        .filter_map(|line| Some(Found { offer: known(line)?, sku: sku_of(line), quantity: line.quantity }))
        .collect();
    let priceless: Vec<_> = found
        .iter()
        .filter(|line| charged(line, line.quantity).yuan() <= Decimal::ZERO)
        .map(Found::place)
        .collect();
    if !priceless.is_empty() {
        return Err(Refusal::new("500_008", "商品规格价格为0", priceless));
    }
    let odd: Vec<_> = found
        .iter()
        .filter(|line| !quantity_fits(&line.offer.unit, line.quantity))
        .map(Found::place)
        .collect();
    if !odd.is_empty() {
        return Err(Refusal::new("SANDBOX_QUANTITY", "购买数量不正确", odd));
    }
    match first.and_then(|number| desk.suppliers.get(&number)) {
        Some(supplier) => Ok((found, supplier)),
        None => Err(Refusal::new("500_001", "商品不支持在线交易", vec![])),
    }
}

/// Above zero; whole for counted units, up to three decimals for measured ones.
pub(super) fn quantity_fits(unit: &str, quantity: Decimal) -> bool {
    const MEASURED: [&str; 12] =
        ["米", "公斤", "千克", "斤", "吨", "克", "码", "升", "平方米", "立方米", "kg", "m"];
    let decimals = if MEASURED.contains(&unit) { 3 } else { 0 };
    quantity > Decimal::ZERO
        && quantity <= Decimal::from(100_000_000)
        && quantity.normalize().scale() <= decimals
}

/// Quantity of each offer, summed over its SKUs.
fn totals(found: &[Found<'_>]) -> BTreeMap<i64, Decimal> {
    let mut totals = BTreeMap::new();
    for line in found {
        let total: &mut Decimal = totals.entry(line.offer.offer_id).or_default();
        *total = total.saturating_add(line.quantity);
    }
    totals
}

fn total_of(totals: &BTreeMap<i64, Decimal>, offer: &WorldOffer) -> Decimal {
    totals.get(&offer.offer_id).copied().unwrap_or_default()
}

/// What a piece costs in flow `general`: by the SKU for quote type 1, else by the tier the offer's total reaches,
/// and the first tier below it. The promotion price is charged where there is one.
pub(super) fn price_at(offer: &WorldOffer, sku: Option<&WorldSku>, offer_total: Decimal) -> Money {
    if offer.quote_type == 1
        && let Some(sku) = sku
    {
        return sku.promotion_price.or(sku.price).unwrap_or(Money::ZERO);
    }
    let reached = offer
        .tiers
        .iter()
        .filter(|tier| Decimal::from(tier.from_quantity) <= offer_total)
        .max_by_key(|tier| tier.from_quantity);
    let first = offer.tiers.iter().min_by_key(|tier| tier.from_quantity);
    reached.or(first).map_or(Money::ZERO, |tier| tier.promotion_price.unwrap_or(tier.price))
}

fn charged(line: &Found<'_>, offer_total: Decimal) -> Money {
    price_at(line.offer, line.sku, offer_total)
}

/// The least quantity an offer is sold at alone.
pub(super) fn minimum(offer: &WorldOffer) -> Decimal {
    let first_tier = offer.tiers.iter().map(|tier| tier.from_quantity).min().unwrap_or(1);
    let tiered = if offer.quote_type == 1 { 1 } else { first_tier };
    Decimal::from(offer.moq.max(tiered).max(1))
}

fn is_short(offer: &WorldOffer, totals: &BTreeMap<i64, Decimal>) -> bool {
    total_of(totals, offer) < minimum(offer)
}

/// What binds flow `general`: 500_006 or 500_005, then the lot.
fn check_minimums(
    supplier: &WorldSupplier,
    found: &[Found<'_>],
    totals: &BTreeMap<i64, Decimal>,
    lot_rule: LotRule,
) -> Result<(), Refusal> {
    let short_where = |mixed: bool| -> Vec<(i64, Option<String>)> {
        found
            .iter()
            .filter(|line| is_short(line.offer, totals))
            .filter(|line| (supplier.mix.is_some() && line.offer.mix_enabled) == mixed)
            .map(|line| (line.offer.offer_id, None))
            .collect()
    };
    let short_mixed = short_where(true);
    if let Some(mix) = supplier.mix.as_ref().filter(|_| !short_mixed.is_empty()) {
        let enabled = || found.iter().filter(|line| line.offer.mix_enabled);
        let pieces: Decimal = enabled().map(|line| line.quantity).sum();
        let amount: Money = enabled()
            .map(|line| charged(line, total_of(totals, line.offer)).times(line.quantity).rounded())
            .sum();
        let met =
            pieces >= Decimal::from(mix.pieces) || amount >= Money::from_yuan(Decimal::from(mix.amount));
        if !met {
            let text = format!("未达到混批条件：满{}件或满{}元", mix.pieces, mix.amount);
            return Err(Refusal::new("500_006", &text, short_mixed));
        }
    }
    let short_alone = short_where(false);
    if !short_alone.is_empty() {
        return Err(Refusal::new("500_005", "商品购买数量小于起批量", short_alone));
    }
    if lot_rule == LotRule::Refuse {
        let broken: Vec<_> = found
            .iter()
            .filter(|line| {
                line.offer.lot.filter(|lot| *lot > 1).is_some_and(|lot| {
                    !line.quantity.checked_rem(Decimal::from(lot)).unwrap_or_default().is_zero()
                })
            })
            .map(Found::place)
            .collect();
        if !broken.is_empty() {
            return Err(Refusal::new("SANDBOX_LOT", "购买数量须为每手数量的整数倍", broken));
        }
    }
    Ok(())
}

type Chosen<'a> = (String, Vec<Priced<'a>>);

fn choose_flow<'a>(
    found: &[Found<'a>],
    totals: &BTreeMap<i64, Decimal>,
    asked: Option<&str>,
    general: Result<(), Refusal>,
) -> Result<Chosen<'a>, Refusal> {
    match asked {
        Some(GENERAL) => general.map(|()| (GENERAL.to_owned(), priced(found, totals, GENERAL))),
        Some(flow) => {
            let unlisted: Vec<_> = found
                .iter()
                .filter(|line| !line.offer.extra_flows.iter().any(|listed| listed.flow == flow))
                .map(|line| (line.offer.offer_id, None))
                .collect();
            if !unlisted.is_empty() {
                let code = if flow == "saleproxy" { "500_007" } else { "SANDBOX_FLOW" };
                return Err(Refusal::new(code, "商品不支持该下单流程", unlisted));
            }
            let short: Vec<_> = found
                .iter()
                .filter(|line| !reaches_start(line.offer, totals, flow))
                .map(|line| (line.offer.offer_id, None))
                .collect();
            if !short.is_empty() {
                return Err(Refusal::new("500_005", "商品购买数量小于起批量", short));
            }
            Ok((flow.to_owned(), priced(found, totals, flow)))
        }
        None => {
            let mut best: Option<(Money, Chosen<'a>)> = None;
            let mut offer = |flow: &str| {
                let lines = priced(found, totals, flow);
                let cost: Money = lines.iter().map(|line| line.amount).sum();
                if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                    best = Some((cost, (flow.to_owned(), lines)));
                }
            };
            // First, so that an equal price stays `general`.
            if general.is_ok() {
                offer(GENERAL);
            }
            let mut flows: Vec<&str> = found
                .first()
                .map(|line| line.offer.extra_flows.iter().map(|listed| &*listed.flow).collect())
                .unwrap_or_default();
            flows.sort_unstable();
            for flow in flows {
                if found.iter().all(|line| reaches_start(line.offer, totals, flow)) {
                    offer(flow);
                }
            }
            match (best, general) {
                (Some((_, chosen)), _) => Ok(chosen),
                (None, Err(refusal)) => Err(refusal),
                (None, Ok(())) => Ok((GENERAL.to_owned(), priced(found, totals, GENERAL))),
            }
        }
    }
}

/// Whether the offer lists this flow and its total reaches the flow's start quantity.
fn reaches_start(offer: &WorldOffer, totals: &BTreeMap<i64, Decimal>, flow: &str) -> bool {
    offer
        .extra_flows
        .iter()
        .any(|listed| listed.flow == flow && total_of(totals, offer) >= Decimal::from(listed.start_quantity))
}

fn priced<'a>(found: &[Found<'a>], totals: &BTreeMap<i64, Decimal>, flow: &str) -> Vec<Priced<'a>> {
    found
        .iter()
        .map(|line| {
            let listed = line.offer.extra_flows.iter().find(|listed| listed.flow == flow);
            let unit_price = match listed.filter(|_| flow != GENERAL) {
                Some(listed) => listed.price,
                None => charged(line, total_of(totals, line.offer)),
            };
            Priced {
                offer: line.offer,
                sku: line.sku,
                quantity: line.quantity,
                unit_price,
                amount: unit_price.times(line.quantity).rounded(),
            }
        })
        .collect()
}

/// Flows whose price is with the post: curated single pieces, and dropship of an offer that says so.
fn post_included(flow: &str, offer: &WorldOffer) -> bool {
    flow == "boutiquefenxiao" || (flow == "fenxiao" && offer.free_post_dropship)
}

fn check_limit(found: &[Found<'_>], totals: &BTreeMap<i64, Decimal>) -> Result<(), Refusal> {
    let over: Vec<_> = found
        .iter()
        .filter(|line| {
            line.offer.purchase_limit.is_some_and(|limit| total_of(totals, line.offer) > Decimal::from(limit))
        })
        .map(Found::place)
        .collect();
    if over.is_empty() { Ok(()) } else { Err(Refusal::new("SANDBOX_LIMIT", "超过限购数量", over)) }
}

fn check_stock(desk: &Desk, found: &[Found<'_>]) -> Result<(), Refusal> {
    let mut wanted: BTreeMap<(i64, Option<String>), Decimal> = BTreeMap::new();
    for line in found {
        let sum = wanted.entry(line.place()).or_default();
        *sum = sum.saturating_add(line.quantity);
    }
    let short: Vec<_> = found
        .iter()
        .filter(|line| {
            let left = left_milli(desk.taken.get(&line.offer.offer_id), line.offer, line.sku);
            wanted.get(&line.place()).is_some_and(|sum| state::milli(*sum) > left)
        })
        .map(Found::place)
        .collect();
    if short.is_empty() { Ok(()) } else { Err(Refusal::new("500_004", "商品库存不足", short)) }
}

/// Stock left, in thousandths, never below nothing.
pub(super) fn left_milli(
    taken: Option<&HashMap<String, i64>>,
    offer: &WorldOffer,
    sku: Option<&WorldSku>,
) -> i64 {
    let (stock, spec) = sku.map_or((offer.stock, ""), |sku| (sku.stock, sku.spec_id.as_str()));
    let taken = taken.and_then(|specs| specs.get(spec)).copied().unwrap_or(0);
    stock.saturating_mul(1000).saturating_sub(taken).max(0)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;

#[cfg(test)]
pub(super) use tests::fixtures;
