//! A draft written out: prices and tiers, SKUs, stock, weights, what the page says about the goods.

use rust_decimal::Decimal;

use super::draft::{Draft, Pricing, draw};
use super::rng::{MILLION, Source, mix, quantile, reflect};
use super::title::Title;
use super::types::{WorldAttribute, WorldFlow, WorldOffer, WorldSku, WorldTier};
use super::vocabulary::{Axis, Word};
use super::{World, freight, supplier, topic, truth};
use crate::domain::money::Money;

/// The oldest listing is about seven years older than this: 2025-12-31T00:00:00+08:00.
const NEWEST_MS: i64 = 1_767_110_400_000;
const DAY_MS: i64 = 86_400_000;

/// Share of offers in 严选, parts per million.
pub(super) const YANXUAN: u32 = 40_000;

/// Most SKUs of one offer, the bait not counted.
const MOST_SKUS: usize = 24;

pub(super) fn write(world: &World, draft: &Draft) -> WorldOffer {
    let kind = draft.kind;
    let title = Title::of(draft, world.vocabulary);
    let base_fen = base_price(draft);
    let moq = draft.minimum();
    let lot = draft.lot(base_fen);
    let least = least_quantity(moq, lot);
    let promotion = draft
        .at(draw::PROMOTION)
        .chance(120_000)
        .then(|| draft.at(draw::PROMOTION + 1_000).between(880, 970));
    let size_count = kind.sizes.values.len() as i64;
    let larger = size_factor(draft.size as i64, size_count);

    let weight = draft.at(draw::WEIGHT).between(kind.weight_g.0, kind.weight_g.1) * larger / 1000;
    let weight = if weight > 100 { weight / 10 * 10 } else { weight.max(1) };
    let stated = !draft.fee_link && !draft.at(draw::WEIGHT_KNOWN).chance(60_000);
    let sized = stated && draft.at(draw::SIZE_KNOWN).chance(700_000);

    let mut skus = write_skus(world, draft, base_fen, least, promotion);
    let stock = if skus.is_empty() {
        stock_level(draft, base_fen, draw::STOCK).max(least * 4)
    } else {
        if skus.iter().all(|sku| sku.stock == 0)
            && let Some(first) = skus.first_mut()
        {
            first.stock = least * 10;
        }
        skus.iter().map(|sku| sku.stock).sum()
    };
    let lowest = skus.iter().filter_map(|sku| sku.price).min();
    let tiers = match lowest {
        Some(price) => vec![tier(moq, price.to_fen_rounded(), promotion)],
        None => write_tiers(draft, base_fen, moq, promotion),
    };

    let age_days = age_days(draft);
    let sold_30d = sold(draft, base_fen);
    let extra_flows = write_flows(draft, &skus, base_fen, moq);
    let (one_piece, free_post) = dropship(draft);
    let loyalty = supplier::loyalty(world, draft.supplier);
    let mixing = !draft.fee_link && supplier::mix_rule(world, draft.supplier).is_some();
    let freight = freight::of(world, draft, weight, least, sized);
    let unit = draft.at(draw::UNIT).zipf_pick(&kind.units).copied().unwrap_or(Word { cn: "件", en: "pc" });
    let terms = truth::terms(world, draft, title.says_made_to_order());
    let attributes = write_attributes(draft, &title, terms.customizable);
    let description = describe(draft, &attributes, unit, weight, stated);
    WorldOffer {
        offer_id: world.offer_id(draft.number).unwrap_or_default(),
        number: draft.number,
        supplier: draft.supplier,
        subject: title.chinese(),
        subject_en: title.english(),
        category_id: kind.leaf,
        second_category_id: kind.second,
        top_category_id: kind.top,
        unit: unit.cn.into(),
        unit_en: unit.en.into(),
        quote_type: match draft.pricing {
            Pricing::Plain => 0,
            Pricing::Unlike { .. } | Pricing::Alike => 1,
            Pricing::Total => 2,
        },
        tiers,
        skus,
        stock,
        moq,
        lot,
        purchase_limit: (!draft.fee_link && draft.at(draw::LIMIT).chance(30_000))
            .then(|| least * draft.at(draw::LIMIT + 1_000).pick(&[2, 3, 5, 10, 20]).copied().unwrap_or(10)),
        mix_enabled: mixing && draft.at(draw::MIX).chance(900_000),
        one_piece_dropship: one_piece,
        free_post_dropship: free_post,
        return_7d: return_7d(draft),
        invoice: Some(terms.invoice),
        customizable: Some(terms.customizable),
        pay_later: Some(terms.pay_later),
        fee_link: draft.fee_link,
        yanxuan: draft.at(draw::BADGE).chance(YANXUAN),
        select: draft.at(draw::BADGE + 1_000).chance(90_000),
        advertised: draft.at(draw::BADGE + 2_000).chance(60_000),
        attributes,
        freight,
        weight_g: stated.then_some(weight),
        size_cm: sized.then(|| size_of(weight, kind.bulky)),
        sold_30d,
        sold_7d: sold_7d(draft, sold_30d),
        sold_out: sold_out(draft, sold_30d, age_days),
        pay_buyers_30d: (sold_30d / (least * draft.at(draw::BUYERS).between(1, 6)).max(1))
            .min(sold_30d)
            .max(i64::from(sold_30d > 0)),
        add_cart_30d: sold_30d / least.max(1) * draft.at(draw::CARTS).between(1, 8) / 2,
        repeat_rate: Decimal::new(draft.repeat_rate(loyalty), 4),
        trade_score: Decimal::new(
            quantile(
                &[(0, 30), (150_000, 40), (500_000, 46), (800_000, 50), (MILLION, 50)],
                reflect(loyalty, draft.at(draw::SCORE).between(-400_000, 400_000)),
            ),
            1,
        ),
        ship_guarantee: ship_guarantee(draft).into(),
        created_ms: created_ms(draft, age_days),
        extra_flows,
        description,
    }
}

/// How many days before the newest it was listed.
pub(super) fn age_days(draft: &Draft) -> i64 {
    quantile(
        &[(0, 1), (300_000, 120), (700_000, 600), (950_000, 1_800), (MILLION, 2_500)],
        draft.at(draw::CREATED).ppm(),
    )
}

pub(super) fn created_ms(draft: &Draft, age_days: i64) -> i64 {
    NEWEST_MS - age_days * DAY_MS - draft.at(draw::AGE).between(0, DAY_MS - 1) / 1000 * 1000
}

pub(super) fn sold_7d(draft: &Draft, sold_30d: i64) -> i64 {
    sold_30d * draft.at(draw::SOLD + 1_000).between(120, 330) / 1000
}

pub(super) fn sold_out(draft: &Draft, sold_30d: i64, age_days: i64) -> i64 {
    sold_30d * (age_days / 30).clamp(1, 60) * draft.at(draw::SOLD + 2_000).between(300, 1_100) / 1000
        + sold_30d
}

pub(super) fn ship_guarantee(draft: &Draft) -> &'static str {
    match draft.at(draw::SHIP).below(100) {
        0..8 => "shipInToday",
        8..40 => "shipIn24Hours",
        40..85 => "shipIn48Hours",
        _ => "shipIn72Hours",
    }
}

pub(super) fn return_7d(draft: &Draft) -> bool {
    !draft.fee_link && draft.at(draw::RETURN).chance(620_000)
}

/// Whether single pieces may be ordered for others, and post free.
pub(super) fn dropship(draft: &Draft) -> (bool, bool) {
    match draft.at(draw::FLOW_KIND).below(10) {
        _ if !draft.dropship => (false, false),
        0..7 => (true, draft.at(draw::FREE_POST).chance(300_000)),
        7 | 8 => (true, true),
        _ => (false, false),
    }
}

/// A minimum rounded up to whole lots.
fn least_quantity(moq: i64, lot: Option<i64>) -> i64 {
    lot.map_or(moq, |lot| (moq + lot - 1) / lot * lot)
}

/// Thousandths by which the price and weight of a kind's sizes differ from the middle.
fn size_factor(at: i64, count: i64) -> i64 {
    if count < 2 { 1000 } else { 820 + 400 * at / (count - 1) }
}

/// What one unit costs, before tiers and SKUs: most goods of a kind sit in the lower part of its range.
pub(super) fn base_price(draft: &Draft) -> i64 {
    if draft.fee_link {
        return if draft.level < 850_000 { 100 } else { 1_000 };
    }
    let (low, high) = draft.kind.price_fen;
    let level = i64::from(draft.level);
    let square = level * level / 1_000_000;
    let shaped = if high > low * 8 { square * level / 1_000_000 } else { square };
    let fen = low + (high - low) * shaped / 1_000_000;
    let fen = fen * size_factor(draft.size as i64, draft.kind.sizes.values.len() as i64) / 1000;
    believable(fen, draft.at(draw::PRICE_END).below(10))
}

/// Prices end the way sellers end them.
fn believable(fen: i64, ending: u64) -> i64 {
    let fen = match fen {
        ..200 => fen,
        200..2_000 => match ending {
            0..4 => fen / 10 * 10,
            4..7 => fen / 50 * 50,
            7 | 8 => fen / 100 * 100 + 80,
            _ => fen,
        },
        2_000..20_000 => match ending {
            0..5 => fen / 100 * 100,
            5..8 => fen / 50 * 50,
            _ => fen / 100 * 100 + 90,
        },
        _ => match ending {
            0..6 => fen / 1000 * 1000,
            6 | 7 => fen / 1000 * 1000 + 800,
            _ => fen / 100 * 100,
        },
    };
    fen.max(5)
}

fn tier(from_quantity: i64, fen: i64, promotion: Option<i64>) -> WorldTier {
    WorldTier { from_quantity, price: Money::from_fen(fen), promotion_price: promoted(fen, promotion) }
}

/// The price under a promotion of so many thousandths, if it is a fen lower at least.
fn promoted(fen: i64, promotion: Option<i64>) -> Option<Money> {
    let lower = fen * promotion? / 1000;
    (0 < lower && lower < fen).then(|| Money::from_fen(lower))
}

/// One to four steps, each at a round quantity and a lower price.
fn write_tiers(draft: &Draft, base_fen: i64, moq: i64, promotion: Option<i64>) -> Vec<WorldTier> {
    let count = match draft.at(draw::TIERS).below(100) {
        _ if draft.fee_link => 1,
        0..25 => 1,
        25..48 => 2,
        48..90 => 3,
        _ => 4,
    };
    let (mut from, mut fen) = (moq, base_fen);
    let mut tiers = vec![tier(from, fen, promotion)];
    for step in 1..count {
        let times: &[i64] = match from {
            ..10 => &[10, 20, 50, 30],
            10..100 => &[5, 10, 3],
            _ => &[5, 3, 2, 10],
        };
        let times = draft.at(draw::TIER + step).pick(times).copied().unwrap_or(10);
        from = round_quantity((from * times).max(from + 1));
        fen = (fen * draft.at(draw::TIER + 50 + step).between(865, 970) / 1000).min(fen - 1);
        if fen < 2 {
            break;
        }
        tiers.push(tier(from, fen, promotion));
    }
    tiers
}

/// The next of 10, 20, 30, 50, 100, 200, 300, 500 ...
fn round_quantity(quantity: i64) -> i64 {
    let mut unit = 1;
    loop {
        for step in [1, 2, 3, 5] {
            if step * unit >= quantity {
                return step * unit;
            }
        }
        unit *= 10;
    }
}

/// Stock of one SKU: thousands of cheap things, dozens of dear ones.
fn stock_level(draft: &Draft, base_fen: i64, counter: u64) -> i64 {
    let level = quantile(
        &[(0, 30), (250_000, 400), (500_000, 1_800), (800_000, 9_000), (950_000, 40_000), (MILLION, 200_000)],
        draft.at(counter).ppm(),
    );
    (level * 4_000 / (base_fen + 2_000)).max(5)
}

/// What [`write()`] says was sold in thirty days, without the rest.
pub(super) fn sold_in_30_days(draft: &Draft) -> i64 {
    sold(draft, base_price(draft))
}

/// What was sold in thirty days: nothing for one in eight, then a long tail.
pub(super) fn sold(draft: &Draft, base_fen: i64) -> i64 {
    let pieces = quantile(
        &[
            (0, 0),
            (120_000, 0),
            (121_000, 2),
            (400_000, 40),
            (650_000, 260),
            (850_000, 1_800),
            (950_000, 9_000),
            (990_000, 45_000),
            (MILLION, 180_000),
        ],
        draft.at(draw::SOLD).ppm(),
    );
    pieces * 3_000 / (base_fen + 1_500)
}

/// Both numbers in 32 lower-case hex digits.
fn hex(high: u64, low: u64) -> String {
    let mut text = String::with_capacity(32);
    for half in [high, low] {
        text.extend((0..16).rev().map(|at| {
            let digit = (half >> (4 * at) & 15) as u8;
            char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit })
        }));
    }
    text
}

fn attribute(name: Word, value: Word) -> WorldAttribute {
    WorldAttribute {
        name: name.cn.into(),
        name_en: name.en.into(),
        value: value.cn.into(),
        value_en: value.en.into(),
    }
}

/// `count` values of an axis in its order, around the one at `about`.
fn stretch(axis: &Axis, about: usize, count: usize) -> impl Iterator<Item = Word> + '_ {
    let all = axis.values.len();
    let first = about.saturating_sub(count / 2).min(all.saturating_sub(count));
    axis.values.iter().skip(first).take(count).copied()
}

fn write_skus(
    world: &World,
    draft: &Draft,
    base_fen: i64,
    least: i64,
    promotion: Option<i64>,
) -> Vec<WorldSku> {
    let (unlike, bait, priced) = match draft.pricing {
        Pricing::Plain => return Vec::new(),
        Pricing::Total => (false, false, false),
        Pricing::Alike => (false, false, true),
        Pricing::Unlike { bait } => (true, bait, true),
    };
    let kind = draft.kind;
    let axes = draft.at(draw::AXES);
    let look_count = 2 + axes.zipf(kind.looks.values.len().saturating_sub(1).min(9));
    let size_count = match kind.sizes.values.len() {
        0 | 1 => 0,
        // Without a second axis prices differ by look; two of three offers have one.
        _ if axes.0.is_multiple_of(3) => 0,
        all => (2 + (axes.0 >> 8) as usize % 4).min(all),
    };
    let offset = draft.at(draw::LOOKS).below(kind.looks.values.len() as u64) as usize;
    let looks: Vec<Word> = kind
        .looks
        .values
        .iter()
        .cycle()
        .skip(offset)
        .take(look_count.min(kind.looks.values.len()))
        .copied()
        .collect();
    let sizes: Vec<Word> = stretch(&kind.sizes, draft.size, size_count).collect();
    // Between 6 and 45 % from one size to the next, or 3-30 % from look to look; never more than double.
    let rise = draft.at(draw::SPREAD).between(60, 450);
    let mut skus = Vec::with_capacity(MOST_SKUS + 1);
    let mut add = |attributes: Vec<WorldAttribute>, fen: Option<i64>, stock: i64| {
        let index = skus.len() as u64;
        let hash = world.source(topic::SPEC, draft.number);
        skus.push(WorldSku {
            sku_id: world.sku_id(draft.number, index),
            spec_id: hex(hash.at(2 * index).0, hash.at(2 * index + 1).0),
            attributes,
            price: fen.map(Money::from_fen),
            promotion_price: fen.and_then(|fen| promoted(fen, promotion)),
            stock,
        });
    };
    let mut prices = Vec::with_capacity(MOST_SKUS);
    'all: for (look_at, look) in looks.iter().enumerate() {
        for size_at in 0..sizes.len().max(1) {
            let index = prices.len();
            if index >= MOST_SKUS {
                break 'all;
            }
            let steps = if sizes.is_empty() { look_at } else { size_at } as i64;
            let more = if !unlike || steps == 0 { 0 } else { (rise * steps).min(1_000 - 40 / steps) };
            let mut fen = base_fen + base_fen * more / 1000;
            if unlike && steps > 0 {
                fen = (fen + draft.at(draw::SKU_PRICE + steps as u64).between(0, base_fen / 20))
                    .max(base_fen + steps);
            }
            prices.push(fen);
            let mut attributes = vec![attribute(kind.looks.name, *look)];
            attributes.extend(sizes.get(size_at).map(|size| attribute(kind.sizes.name, *size)));
            let stock = if draft.at(draw::SKU_SOLD_OUT + index as u64).chance(50_000) {
                0
            } else {
                stock_level(draft, base_fen, draw::SKU_STOCK + index as u64).max(least * 2)
            };
            add(attributes, priced.then_some(fen), stock);
        }
    }
    if bait && let Some(name) = draft.at(draw::BAIT).zipf_pick(&world.vocabulary.baits) {
        prices.sort_unstable();
        let median = prices.get(prices.len() / 2).copied().unwrap_or(base_fen);
        let fen = (median * draft.at(draw::BAIT + 1_000).between(50, 250) / 1000).max(1);
        let mut attributes = vec![attribute(kind.looks.name, *name)];
        attributes.extend(sizes.first().map(|size| attribute(kind.sizes.name, *size)));
        add(attributes, Some(fen), stock_level(draft, base_fen, draw::BAIT + 2_000).max(least * 2));
    }
    skus
}

/// Ways to order single pieces, on about one offer of six.
fn write_flows(draft: &Draft, skus: &[WorldSku], base_fen: i64, moq: i64) -> Vec<WorldFlow> {
    if !draft.dropship {
        return Vec::new();
    }
    // One price for all SKUs, so it covers the dearest.
    let top = skus.iter().filter_map(|sku| sku.price).max().map_or(base_fen, Money::to_fen_rounded);
    let flow = |name: &'static str, start_quantity: i64, thousandths: i64| WorldFlow {
        flow: name.into(),
        start_quantity,
        price: Money::from_fen((top * thousandths / 1000).max(top + 1)),
    };
    let extra = draft.at(draw::FLOW_PRICE).between(1_050, 1_250);
    match draft.at(draw::FLOW_KIND).below(10) {
        0..5 => vec![flow("fenxiao", 1, extra)],
        5 | 6 => vec![flow("fenxiao", 1, extra), flow("saleproxy", 1, extra + 20)],
        7 | 8 => vec![flow("boutiquefenxiao", 1, extra + 200), flow("boutiquepifa", 3, extra)],
        _ => vec![flow("paired", (moq / 2).max(1), extra - 30)],
    }
}

fn write_attributes(draft: &Draft, title: &Title, customizable: bool) -> Vec<WorldAttribute> {
    if draft.fee_link {
        return Vec::new();
    }
    let kind = draft.kind;
    let named = |cn, en| Word { cn, en };
    let mut all = Vec::with_capacity(6 + kind.attributes.len());
    let material = title.material().or_else(|| draft.at(draw::ATTRIBUTE).zipf_pick(&kind.materials).copied());
    all.extend(material.map(|value| attribute(named("材质", "Material"), value)));
    if draft.pricing == Pricing::Plain {
        all.extend(kind.sizes.values.get(draft.size).map(|size| attribute(kind.sizes.name, *size)));
        all.extend(
            draft.at(draw::LOOKS).pick(&kind.looks.values).map(|look| attribute(kind.looks.name, *look)),
        );
    }
    for (counter, axis) in kind.attributes.iter().enumerate() {
        // Sellers leave fields out.
        let draw = draft.at(draw::ATTRIBUTE + 10 + counter as u64);
        if !draw.chance(80_000) {
            let value = Source::new(draw.0, 0, 0).at(0).zipf_pick(&axis.values).copied();
            all.extend(value.map(|value| attribute(axis.name, value)));
        }
    }
    all.extend(title.style().map(|value| attribute(named("风格", "Style"), value)));
    all.extend(title.purpose().map(|value| attribute(named("适用场景", "Suitable for"), value)));
    let code = mix(draft.at(draw::ATTRIBUTE + 1).0);
    let letters = ["A", "HZ", "K", "XL", "TB", "M", "YX", "JH"];
    let number =
        format!("{}{}", letters.get((code % 8) as usize).copied().unwrap_or("A"), 100 + code / 8 % 9_900);
    all.push(WorldAttribute {
        name: "货号".into(),
        name_en: "Item No.".into(),
        value: number.clone().into(),
        value_en: number.into(),
    });
    if customizable {
        all.push(attribute(named("是否支持定制", "Customisation"), named("是", "Yes")));
    }
    // The page of goods that come in several sizes names the one of its title.
    if draft.pricing != Pricing::Plain
        && !kind.sizes.is_run()
        && let Some(size) = kind.sizes.values.get(draft.size)
    {
        all.push(attribute(kind.sizes.name, *size));
    }
    all
}

/// The text of the page. Two of five name the contents of a carton, as the protocol has no field for it.
fn describe(draft: &Draft, attributes: &[WorldAttribute], unit: Word, weight_g: i64, stated: bool) -> String {
    if draft.fee_link {
        return "此链接用于补差价、补运费，不单独发货，请联系客服后再拍。".to_owned();
    }
    let mut text = String::with_capacity(160);
    for fact in attributes.iter().take(3) {
        text.push_str(&fact.name);
        text.push('：');
        text.push_str(&fact.value);
        text.push('\n');
    }
    let carton = draft.at(draw::CARTON);
    if carton.chance(420_000) {
        let usual = [12, 20, 24, 36, 40, 48, 50, 60, 100, 120, 200, 500];
        let fits = usual.iter().rposition(|pieces| pieces * weight_g <= 18_000).unwrap_or(0);
        let pieces = usual.get(fits.saturating_sub((carton.0 % 3) as usize)).copied().unwrap_or(12);
        text.push_str(&format!("箱规 {pieces}{}/件", unit.cn));
        if stated {
            let gross = pieces * weight_g / 100 + 5;
            text.push_str(&format!("，毛重约{}.{}kg", gross / 10, gross % 10));
        }
        text.push('\n');
    }
    let usual = [
        "厂家直销，量大从优，支持来样定制。",
        "现货供应，下单后48小时内发货。",
        "可印LOGO，打样3-5天，大货7-15天。",
        "实物拍摄，因光线和显示器不同可能略有色差。",
        "签收后请当面验货，破损请联系客服补发。",
        "支持混批，拿样请联系客服。",
    ];
    let say = draft.at(draw::TEXT);
    let first = say.0 % 6;
    for at in [first, (first + 1 + (say.0 >> 16) % 5) % 6] {
        text.push_str(usual.get(at as usize).copied().unwrap_or_default());
    }
    text
}

/// Length, width and height in cm of a box for goods of this weight: a quarter of water's density, or a
/// twelfth when they are bulky.
fn size_of(weight_g: i64, bulky: bool) -> (i64, i64, i64) {
    let volume = weight_g * if bulky { 12 } else { 4 };
    let mut side = 1;
    while side * side * side < volume {
        side += 1;
    }
    ((side * 14 / 10).max(1), side, (side * 7 / 10).max(1))
}
