//! `offer.changes` of the extension: the whole catalog in pages, then only what changed. Rows are written straight
//! from borrowed structs: a client fills its catalog at the speed the disk takes it. `EXT.md` documents the JSON.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::envelope::{Fault, Reply};
use super::goods::{Goods, member_id, ship_hours};
use super::market::{Market, Session};
use super::params::Params;
use super::rules::left_milli;
use super::state;
use super::world::types::{Charge, WorldAttribute, WorldFreight, WorldOffer, WorldSku, WorldSupplier};
use crate::domain::money::Money;

/// Written as a string.
struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Serialize)]
struct Page<'a> {
    items: Vec<Item<'a>>,
    suppliers: Vec<SupplierRow>,
    cursor: String,
    complete: bool,
    total: u64,
    restarted: bool,
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    success: bool,
    result: &'a T,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Item<'a> {
    Offer(Box<OfferRow<'a>>),
    Gone { offer_id: Text<i64>, supplier_id: Option<String>, gone: bool, status: &'static str },
}

#[derive(Serialize)]
struct OfferRow<'a> {
    offer_id: Text<i64>,
    supplier_id: &'a str,
    gone: bool,
    status: &'static str,
    title: &'a str,
    title_en: &'a str,
    category_id: Text<i64>,
    second_category_id: Text<i64>,
    top_category_id: Text<i64>,
    unit: &'a str,
    unit_en: &'a str,
    quote_type: u8,
    tiers: Vec<TierRow>,
    skus: Vec<SkuRow<'a>>,
    stock: i64,
    moq: Option<i64>,
    lot: Option<i64>,
    purchase_limit: Option<i64>,
    mix_enabled: bool,
    freight: FreightRow,
    weight_g: Option<i64>,
    size_cm: Option<(i64, i64, i64)>,
    flows: Vec<FlowRow<'a>>,
    kind: &'static str,
    advertised: bool,
    one_piece_dropship: bool,
    free_post_dropship: bool,
    return_7d: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customizable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pay_later: Option<bool>,
    yanxuan: bool,
    select: bool,
    sold_30d: i64,
    sold_7d: i64,
    sold_total: i64,
    pay_buyers_30d: i64,
    add_cart_30d: i64,
    repeat_rate: Text<Decimal>,
    trade_score: Text<Decimal>,
    ship_guarantee: &'a str,
    ship_hours: Option<i64>,
    created_ms: i64,
    group_id: Option<&'a str>,
    attributes: Vec<AttributeRow<'a>>,
    description: &'a str,
}

#[derive(Serialize)]
struct TierRow {
    from_quantity: i64,
    price: Money,
    promotion_price: Option<Money>,
}

#[derive(Serialize)]
struct SkuRow<'a> {
    spec_id: &'a str,
    sku_id: Text<i64>,
    attributes: Vec<AttributeRow<'a>>,
    price: Option<Money>,
    promotion_price: Option<Money>,
    stock: i64,
}

#[derive(Serialize)]
struct AttributeRow<'a> {
    name: &'a str,
    name_en: &'a str,
    value: &'a str,
    value_en: &'a str,
}

impl<'a> From<&'a WorldAttribute> for AttributeRow<'a> {
    fn from(from: &'a WorldAttribute) -> Self {
        AttributeRow {
            name: &from.name,
            name_en: &from.name_en,
            value: &from.value,
            value_en: &from.value_en,
        }
    }
}

#[derive(Serialize)]
struct FlowRow<'a> {
    flow: &'a str,
    start_quantity: i64,
    price: Money,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum FreightRow {
    Template {
        template_id: Text<i64>,
        charge: &'static str,
        first_unit: Text<Decimal>,
        next_unit: Text<Decimal>,
        fees: Box<[FeeRow; 4]>,
        free_from: Option<Money>,
    },
    SellerPays,
    Collect,
    ByAgreement,
}

#[derive(Serialize)]
struct FeeRow {
    first: Money,
    next: Money,
}

impl From<&WorldFreight> for FreightRow {
    fn from(from: &WorldFreight) -> Self {
        match from {
            WorldFreight::SellerPays => FreightRow::SellerPays,
            WorldFreight::Collect => FreightRow::Collect,
            WorldFreight::ByAgreement => FreightRow::ByAgreement,
            WorldFreight::Template { template_id, charge, first_unit, next_unit, fees, free_from } => {
                FreightRow::Template {
                    template_id: Text(*template_id),
                    charge: match charge {
                        Charge::Weight => "weight",
                        Charge::Pieces => "pieces",
                        Charge::Volume => "volume",
                    },
                    first_unit: Text(*first_unit),
                    next_unit: Text(*next_unit),
                    fees: Box::new(fees.map(|(first, next)| FeeRow { first, next })),
                    free_from: *free_from,
                }
            }
        }
    }
}

/// A supplier as the extension shows it.
#[derive(Serialize)]
pub(super) struct SupplierRow {
    supplier_id: String,
    name: String,
    name_en: String,
    login_id: String,
    member_id: String,
    province: String,
    city: String,
    belt: String,
    belt_en: String,
    identities: Vec<String>,
    years: i64,
    mix: Option<MixRow>,
    offers: usize,
    scores: ScoreRow,
    medal_level: i64,
    repeat_rate: Text<Decimal>,
    collect_48h: Text<Decimal>,
    quality_refund_30d: Text<Decimal>,
}

#[derive(Serialize)]
struct MixRow {
    pieces: i64,
    amount: Money,
}

#[derive(Serialize)]
struct ScoreRow {
    composite: Text<Decimal>,
    logistics: Text<Decimal>,
    dispute: Text<Decimal>,
    offer: Text<Decimal>,
    after_sales: Text<Decimal>,
    consulting: Text<Decimal>,
}

impl SupplierRow {
    pub fn of(goods: &Goods, from: &WorldSupplier) -> Self {
        let [composite, logistics, dispute, offer, after_sales, consulting] = from.scores.map(Text);
        SupplierRow {
            supplier_id: from.seller_open_id.clone(),
            name: from.company.clone(),
            name_en: from.company_en.clone(),
            login_id: from.login_id.clone(),
            member_id: member_id(from.number),
            province: from.province.clone(),
            city: from.city.clone(),
            belt: from.belt.clone(),
            belt_en: from.belt_en.clone(),
            identities: from.identities.clone(),
            years: from.tp_years,
            mix: from.mix.as_ref().map(|mix| MixRow {
                pieces: mix.pieces,
                amount: Money::from_yuan(Decimal::from(mix.amount)),
            }),
            offers: goods.offers_of_supplier(from.number).len(),
            scores: ScoreRow { composite, logistics, dispute, offer, after_sales, consulting },
            medal_level: from.medal_level,
            repeat_rate: Text(from.repeat_rate),
            collect_48h: Text(from.collect_48h),
            quality_refund_30d: Text(from.quality_refund_30d),
        }
    }
}

impl<'a> OfferRow<'a> {
    fn of(
        offer: &'a WorldOffer,
        supplier_id: &'a str,
        taken: Option<&HashMap<String, i64>>,
        group_id: Option<&'a str>,
    ) -> Self {
        let left = |sku: Option<&WorldSku>| left_milli(taken, offer, sku) / 1000;
        let skus: Vec<SkuRow<'a>> = offer
            .skus
            .iter()
            .map(|sku| SkuRow {
                spec_id: &sku.spec_id,
                sku_id: Text(sku.sku_id),
                attributes: sku.attributes.iter().map(AttributeRow::from).collect(),
                price: sku.price,
                promotion_price: sku.promotion_price,
                stock: left(Some(sku)),
            })
            .collect();
        let stock = if skus.is_empty() { left(None) } else { skus.iter().map(|sku| sku.stock).sum() };
        OfferRow {
            offer_id: Text(offer.offer_id),
            supplier_id,
            gone: false,
            status: "published",
            title: &offer.subject,
            title_en: &offer.subject_en,
            category_id: Text(offer.category_id),
            second_category_id: Text(offer.second_category_id),
            top_category_id: Text(offer.top_category_id),
            unit: &offer.unit,
            unit_en: &offer.unit_en,
            quote_type: offer.quote_type,
            tiers: offer
                .tiers
                .iter()
                .map(|tier| TierRow {
                    from_quantity: tier.from_quantity,
                    price: tier.price,
                    promotion_price: tier.promotion_price,
                })
                .collect(),
            skus,
            stock,
            moq: Some(offer.moq).filter(|moq| *moq > 0),
            lot: offer.lot,
            purchase_limit: offer.purchase_limit,
            mix_enabled: offer.mix_enabled,
            freight: FreightRow::from(&offer.freight),
            weight_g: offer.weight_g,
            size_cm: offer.size_cm,
            flows: offer
                .extra_flows
                .iter()
                .map(|flow| FlowRow {
                    flow: &flow.flow,
                    start_quantity: flow.start_quantity,
                    price: flow.price,
                })
                .collect(),
            kind: if offer.fee_link { "fee" } else { "goods" },
            advertised: offer.advertised,
            one_piece_dropship: offer.one_piece_dropship,
            free_post_dropship: offer.free_post_dropship,
            return_7d: offer.return_7d,
            invoice: offer.invoice,
            customizable: offer.customizable,
            pay_later: offer.pay_later,
            yanxuan: offer.yanxuan,
            select: offer.select,
            sold_30d: offer.sold_30d,
            sold_7d: offer.sold_7d,
            sold_total: offer.sold_out,
            pay_buyers_30d: offer.pay_buyers_30d,
            add_cart_30d: offer.add_cart_30d,
            repeat_rate: Text(offer.repeat_rate),
            trade_score: Text(offer.trade_score),
            ship_guarantee: &offer.ship_guarantee,
            ship_hours: ship_hours(&offer.ship_guarantee),
            created_ms: offer.created_ms,
            group_id,
            attributes: offer.attributes.iter().map(AttributeRow::from).collect(),
            description: &offer.description,
        }
    }
}

/// Where a client is: in its first pass (next number, and the last change when the pass began), or after it
/// (last change seen).
#[derive(Debug, Clone, PartialEq, Eq)]
enum Cursor {
    Pass { next: u64, since: i64 },
    Since(i64),
}

impl Cursor {
    /// `None` when it is not one of these goods.
    fn parse(text: &str, fingerprint: &str) -> Option<Cursor> {
        let mut parts = text.split('-');
        if parts.next() != Some(fingerprint) {
            return None;
        }
        let cursor = match parts.next()? {
            "p" => Cursor::Pass { next: parts.next()?.parse().ok()?, since: parts.next()?.parse().ok()? },
            "s" => Cursor::Since(parts.next()?.parse().ok()?),
            _ => return None,
        };
        parts.next().is_none().then_some(cursor)
    }

    fn write(&self, fingerprint: &str) -> String {
        match self {
            Cursor::Pass { next, since } => format!("{fingerprint}-p-{next}-{since}"),
            Cursor::Since(seq) => format!("{fingerprint}-s-{seq}"),
        }
    }
}

/// `offer.changes`.
pub(super) fn changes(session: &Session<'_>, params: &Params) -> Result<Reply, Fault> {
    let limit = params.int("limit")?.unwrap_or(500).clamp(1, 1000) as usize;
    let market = session.market;
    let last = state::last_change(session.tx)?;
    let given = params.get("cursor");
    let known = given.and_then(|text| Cursor::parse(text, &market.fingerprint));
    // A number beyond the last change is of a state that is gone.
    let known = known.filter(|cursor| match cursor {
        Cursor::Pass { since, .. } | Cursor::Since(since) => *since <= last,
    });
    let restarted = given.is_some() && known.is_none();
    let total = market.goods.offer_count();
    let (ids, next, complete) = match known.unwrap_or(Cursor::Pass { next: 0, since: last }) {
        Cursor::Pass { next: from, since } => {
            let to = from.saturating_add(limit as u64).min(total);
            // What changed during the pass comes after it.
            let done = to >= total;
            let next = if done { Cursor::Since(since) } else { Cursor::Pass { next: to, since } };
            (Wanted::Numbers(from..to), next, done && since == last)
        }
        Cursor::Since(since) => {
            let rows = state::changes_after(session.tx, since, limit)?;
            let seen = rows.last().map_or(since, |(seq, _)| *seq);
            let ids = rows.into_iter().map(|(_, offer_id)| offer_id).collect();
            (Wanted::Ids(ids), Cursor::Since(seen), seen >= last)
        }
    };
    let taken = state::all_taken(session.tx)?;
    let groups = open_groups(&market.goods, session.now_ms);
    let market = Arc::clone(market);
    let cursor = next.write(&market.fingerprint);
    Ok(Reply::Later(Box::new(move || {
        Reply::Bytes(page(&market, &ids, &taken, &groups, (cursor, complete, restarted)))
    })))
}

enum Wanted {
    Numbers(std::ops::Range<u64>),
    Ids(Vec<i64>),
}

/// The suppliers of some offers, each once.
struct Sellers(HashMap<u64, WorldSupplier>);

impl Sellers {
    fn of<'o>(goods: &Goods, offers: impl Iterator<Item = &'o WorldOffer>) -> Sellers {
        let numbers: HashSet<u64> = offers.map(|offer| offer.supplier).collect();
        Sellers(numbers.into_iter().filter_map(|number| Some((number, goods.supplier(number)?))).collect())
    }

    fn item<'a>(
        &'a self,
        offer: &'a WorldOffer,
        taken: &HashMap<i64, HashMap<String, i64>>,
        groups: &'a HashMap<i64, String>,
    ) -> Item<'a> {
        let supplier = self.0.get(&offer.supplier).map_or("", |supplier| supplier.seller_open_id.as_str());
        Item::Offer(Box::new(OfferRow::of(
            offer,
            supplier,
            taken.get(&offer.offer_id),
            groups.get(&offer.offer_id).map(String::as_str),
        )))
    }

    fn rows(&self, goods: &Goods) -> Vec<SupplierRow> {
        let mut rows: Vec<SupplierRow> =
            self.0.values().map(|supplier| SupplierRow::of(goods, supplier)).collect();
        rows.sort_unstable_by(|a, b| a.supplier_id.cmp(&b.supplier_id));
        rows
    }
}

/// Ids of the groups open at a moment, by offer.
fn open_groups(goods: &Goods, now_ms: i64) -> HashMap<i64, String> {
    goods.groups(now_ms).into_iter().map(|group| (group.offer_id, group.group_id)).collect()
}

#[derive(Serialize)]
struct Best<'a> {
    category_id: Text<i64>,
    category: Option<&'a str>,
    category_en: Option<&'a str>,
    items: Vec<Item<'a>>,
    suppliers: Vec<SupplierRow>,
}

/// `offer.best`: the first `limit` of these numbers that have something left, in the rows of `offer.changes`.
/// The category's names are Chinese and English.
pub(super) fn best(
    market: &Market,
    (category_id, names): (i64, Option<(&str, &str)>),
    numbers: &[u64],
    limit: usize,
    taken: &HashMap<i64, HashMap<String, i64>>,
    now_ms: i64,
) -> Vec<u8> {
    let goods = &market.goods;
    let has_some = |offer: &WorldOffer| {
        let taken = taken.get(&offer.offer_id);
        if offer.skus.is_empty() {
            return left_milli(taken, offer, None) > 0;
        }
        offer.skus.iter().any(|sku| left_milli(taken, offer, Some(sku)) > 0)
    };
    let offers: Vec<WorldOffer> =
        numbers.iter().filter_map(|number| goods.offer(*number)).filter(has_some).take(limit).collect();
    let groups = open_groups(goods, now_ms);
    let sellers = Sellers::of(goods, offers.iter());
    written(&Best {
        category_id: Text(category_id),
        category: names.map(|(name, _)| name),
        category_en: names.map(|(_, name)| name),
        items: offers.iter().map(|offer| sellers.item(offer, taken, &groups)).collect(),
        suppliers: sellers.rows(goods),
    })
}

fn written<T: Serialize>(result: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 << 20);
    if let Err(error) = serde_json::to_writer(&mut bytes, &Envelope { success: true, result }) {
        tracing::error!(%error, "an answer of the extension could not be written");
        bytes.clear();
    }
    bytes
}

fn page(
    market: &Market,
    wanted: &Wanted,
    taken: &HashMap<i64, HashMap<String, i64>>,
    groups: &HashMap<i64, String>,
    (cursor, complete, restarted): (String, bool, bool),
) -> Vec<u8> {
    let goods = &market.goods;
    let offers: Vec<Result<WorldOffer, i64>> = match wanted {
        Wanted::Numbers(range) => range.clone().filter_map(|number| goods.offer(number)).map(Ok).collect(),
        Wanted::Ids(ids) => ids.iter().map(|id| goods.offer_by_id(*id).ok_or(*id)).collect(),
    };
    let sellers = Sellers::of(goods, offers.iter().flatten());
    let items = offers
        .iter()
        .map(|offer| match offer {
            Ok(offer) => sellers.item(offer, taken, groups),
            Err(id) => Item::Gone { offer_id: Text(*id), supplier_id: None, gone: true, status: "deleted" },
        })
        .collect();
    let rows = sellers.rows(goods);
    let page = Page { items, suppliers: rows, cursor, complete, total: goods.offer_count(), restarted };
    written(&page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_back_and_foreign_ones_are_not() {
        for cursor in [Cursor::Pass { next: 500, since: 7 }, Cursor::Since(0)] {
            assert_eq!(Cursor::parse(&cursor.write("abc"), "abc"), Some(cursor.clone()));
            assert_eq!(Cursor::parse(&cursor.write("abc"), "abd"), None);
        }
        for text in ["", "abc", "abc-", "abc-p-1", "abc-s-x", "abc-s-1-2", "abc-p-1-2-3"] {
            assert_eq!(Cursor::parse(text, "abc"), None, "{text}");
        }
    }
}
