//! Random carts: the client's verdict against the market's judge, which shares no code with it.
//!
//! The client reads the goods as the wire tells them and judges the cart; the market judges the same lines. Which rule
//! is refused first, which offers and SKUs it names, every price, the goods and the freight have to agree to the fen.
//! The same comparison is made with a client that gets a rule wrong, and has to notice it.
//! `PIFA_CASES` sets how many carts, `PIFA_TEST_SEED` repeats a run. `tests/gateway/carts.rs` asks over the socket.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::json;

use super::super::LotRule;
use super::super::goods::Goods;
use super::super::rules::{self, Asked, Desk, GENERAL, Judged, Refusal};
use super::super::world::World;
use super::super::world::types::Zone;
use super::rows::{OfferRow, SupplierRow, Taken};
use crate::domain::cart::{self, Assessment, CartLine, Rules, Violation, ViolationKind};
use crate::domain::freight::{Destination, Freight};
use crate::domain::id::{LineId, OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::offer::{Offer, OfferKind};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::Mix;
use crate::domain::{minimum, price};
use crate::market::gateway::bodies::extension;

const CARTS: usize = 10_000;
const OFFERS: u64 = 900;

struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn of<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The goods as the market has them, and by supplier as the client reads them.
struct Shop {
    desk: Desk,
    suppliers: Vec<Vec<Arc<Offer>>>,
}

fn shop(seed: u64) -> Shop {
    let goods = Goods::of_world(World::new(seed, OFFERS, None));
    let mut dice = Dice(seed);
    let ids: Vec<i64> = (0..OFFERS).filter_map(|number| goods.made_id(number)).collect();
    let mut desk = goods.desk(ids.into_iter());
    let mut numbers: Vec<i64> = desk.offers.keys().copied().collect();
    numbers.sort_unstable();
    for id in &numbers {
        let offer = desk.offers.get_mut(id).unwrap();
        // What the generated world has none of, or too little.
        if dice.one_in(30) {
            offer.tiers.iter_mut().for_each(|tier| (tier.price, tier.promotion_price) = (Money::ZERO, None));
            for sku in &mut offer.skus {
                sku.promotion_price = sku.promotion_price.map(|_| Money::ZERO);
                sku.price = sku.price.map(|_| Money::ZERO);
            }
        }
        if dice.one_in(12) {
            offer.purchase_limit = Some(offer.moq * 3 + dice.below(40) as i64);
        }
        if dice.one_in(8) {
            // Others were here before.
            let spec = match offer.skus.len() {
                0 => String::new(),
                n => offer.skus[dice.below(n)].spec_id.clone(),
            };
            let taken = 1000 * dice.below(1 + offer.stock.max(0) as usize) as i64;
            desk.taken.entry(*id).or_default().insert(spec, taken);
        }
    }
    let mut by_supplier: BTreeMap<u64, Vec<OfferRow<'_>>> = BTreeMap::new();
    let nothing = Taken::default();
    for id in &numbers {
        let offer = &desk.offers[id];
        let key = desk.suppliers[&offer.supplier].seller_open_id.as_str();
        let taken = desk.taken.get(id).unwrap_or(&nothing);
        by_supplier.entry(offer.supplier).or_default().push(OfferRow::of(offer, key, Some(taken), None));
    }
    let suppliers = by_supplier
        .into_iter()
        .map(|(number, items)| {
            let supplier = SupplierRow::of(&goods, &desk.suppliers[&number]);
            let page = json!({"items": items, "suppliers": [supplier], "cursor": "c", "complete": true});
            let body = serde_json::to_vec(&json!({"success": true, "result": page})).unwrap();
            let read = extension::changes(&body, Timestamp::UNIX_EPOCH).unwrap();
            read.offers.into_iter().filter(|offer| offer.kind == OfferKind::Goods).map(Arc::new).collect()
        })
        .filter(|offers: &Vec<Arc<Offer>>| !offers.is_empty())
        .collect();
    Shop { desk, suppliers }
}

/// Quantities around every boundary of the offer.
fn quantity(dice: &mut Dice, offer: &Offer) -> Quantity {
    let whole = |quantity: Quantity| quantity.decimal().trunc().to_i64().unwrap();
    let least = whole(minimum::least(offer, None));
    let lot = offer.lot.map_or(1, whole);
    let around = [
        1,
        least,
        least,
        offer.tiers.get(dice.below(offer.tiers.len())).map_or(50, |tier| whole(tier.from_quantity)),
        offer.stock.map_or(1000, whole),
        offer.skus.first().and_then(|sku| sku.stock).map_or(20, whole),
        offer.purchase_limit.map_or(30, whole),
        least / 2 + 1,
    ];
    let mut wanted = (dice.of(&around) + dice.below(3) as i64 - 1).max(1);
    // Mostly whole lots: otherwise hardly a cart would get past the lot rule.
    if !dice.one_in(5) {
        wanted = (wanted + lot - 1) / lot * lot;
    }
    let part = if dice.one_in(40) { Decimal::new(5, 1) } else { Decimal::ZERO };
    Quantity::from_decimal(Decimal::from(wanted) + part).unwrap()
}

/// Some offers of one supplier, some of their SKUs; once in a while a SKU that is not there, none where there are
/// some, a listing that is gone, and fifty lines and more.
fn part_of_cart(dice: &mut Dice, offers: &[Arc<Offer>], first_id: i64, lines: &mut Vec<CartLine>) {
    let mut id = first_id;
    for _ in 0..=dice.below(4) {
        let offer = dice.of(offers);
        let most = if dice.one_in(40) { 70 } else { 3 };
        let wanted = 1 + dice.below(most);
        let start = dice.below(offer.skus.len());
        for turn in 0..wanted {
            let mut spec_id = match offer.skus.len() {
                0 => None,
                n => Some(offer.skus[(start + turn) % n].spec_id.clone()),
            };
            if dice.one_in(60) {
                spec_id = if dice.one_in(2) { None } else { Some(SpecId::new("nosuchspec")) };
            }
            let mut offer = Arc::clone(offer);
            if dice.one_in(60) {
                let key = OfferKey::Market(900_000_000_000 + id);
                offer = Arc::new(Offer { key, gone: true, ..(*offer).clone() });
            }
            let quantity = quantity(dice, &offer);
            lines.push(CartLine { id: LineId(id), offer, spec_id, quantity });
            id += 1;
        }
    }
}

/// A way in which a client can get the rules wrong: it sees each listing through it.
type Flaw = fn(&mut Offer);

fn market_id(line: &CartLine) -> i64 {
    line.offer.key.market_id().unwrap()
}

/// Offers, and SKUs where the market names them.
type Places = BTreeSet<(i64, Option<String>)>;

fn places<'a>(lines: impl Iterator<Item = &'a CartLine>, with_spec: bool) -> Places {
    let spec =
        |line: &CartLine| line.spec_id.as_ref().filter(|_| with_spec).map(|spec| spec.as_str().to_owned());
    lines.map(|line| (market_id(line), spec(line))).collect()
}

/// What our verdict says the market will refuse first, in its own code, and what that is about.
fn foreseen(lines: &[CartLine], violations: &[&Violation]) -> Option<(&'static str, Places)> {
    let first = violations.first()?.kind;
    let named: BTreeSet<LineId> = violations
        .iter()
        .filter(|violation| violation.kind == first)
        .flat_map(|violation| violation.line_ids.iter().copied())
        .collect();
    let its = || lines.iter().filter(|line| named.contains(&line.id));
    // A part of a counted unit is no quantity at all, which the market looks at before minimums.
    let is_part = |line: &&CartLine| {
        !line.quantity.is_whole() && !line.offer.unit.as_ref().is_some_and(Unit::is_measured)
    };
    if first > ViolationKind::PriceZero && lines.iter().any(|line| is_part(&line)) {
        return Some(("SANDBOX_QUANTITY", places(lines.iter().filter(is_part), true)));
    }
    Some(match first {
        ViolationKind::LineCap => ("SANDBOX_LINES", Places::new()),
        ViolationKind::UnknownSpec if its().any(|line| line.spec_id.is_none()) => {
            ("500_002", places(its().filter(|line| line.spec_id.is_none()), false))
        }
        ViolationKind::UnknownSpec => ("500_003", places(its(), true)),
        ViolationKind::Gone => ("500_001", places(its(), false)),
        ViolationKind::PriceZero => ("500_008", places(its(), true)),
        ViolationKind::Mix => ("500_006", places(its(), false)),
        ViolationKind::Moq => ("500_005", places(its(), false)),
        ViolationKind::Lot => ("SANDBOX_LOT", places(its(), true)),
        ViolationKind::PurchaseLimit => ("SANDBOX_LIMIT", places(its(), true)),
        ViolationKind::Stock => ("500_004", places(its(), true)),
        ViolationKind::NoAddress | ViolationKind::NoTradeType => ("", Places::new()),
    })
}

/// Prices, goods and freight of a legal part.
fn same_figures(part: &cart::SupplierPart, judged: &Judged<'_>) -> Result<(), String> {
    for (ours, theirs) in part.lines.iter().zip(&judged.lines) {
        if (ours.unit_price, ours.amount) != (Some(theirs.unit_price), Some(theirs.amount)) {
            return Err(format!(
                "line {}: we say {:?} {:?}, the market {} {}",
                ours.line.id, ours.unit_price, ours.amount, theirs.unit_price, theirs.amount
            ));
        }
    }
    if part.goods != judged.goods {
        return Err(format!("goods: we say {}, the market {}", part.goods, judged.goods));
    }
    let (exact, carriage) = (judged.carriage.by_agreement.is_empty(), judged.carriage.amount);
    match part.freight {
        Freight::Known(freight) if !exact || freight != carriage => {
            Err(format!("freight: we say {freight}, the market {carriage}"))
        }
        Freight::AtMost(bound) if !exact || carriage > bound => {
            Err(format!("freight: we say at most {bound}, the market {carriage}"))
        }
        _ => Ok(()),
    }
}

fn same_verdict(
    lines: &[CartLine],
    verdict: &Assessment,
    at: usize,
    judged: Result<&Judged<'_>, &Refusal>,
) -> Result<String, String> {
    let part = &verdict.parts[at];
    let violations: Vec<&Violation> = verdict.violations_of(part.supplier_id.as_ref()).collect();
    match (foreseen(lines, &violations), judged) {
        (None, Ok(judged)) => same_figures(part, judged).map(|()| "legal".to_owned()),
        (Some((code, _)), Ok(_)) => Err(format!("we say {code}, the market would sell")),
        (None, Err(refusal)) => Err(format!("we say legal, the market {}", refusal.message)),
        (Some((code, places)), Err(refusal)) => {
            let named: Places = refusal.at.iter().cloned().collect();
            if (code, &places) == (refusal.code, &named) {
                Ok(code.to_owned())
            } else {
                Err(format!("we say {code} {places:?}, the market {} {}", refusal.code, refusal.message))
            }
        }
    }
}

/// How often each outcome was met; or the first cart the two disagree about.
fn compare(
    shop: &Shop,
    carts: usize,
    seed: u64,
    flaw: Option<Flaw>,
) -> Result<BTreeMap<String, usize>, String> {
    let mut dice = Dice(seed ^ 0x5EED);
    let mut seen = BTreeMap::new();
    let mut flawed: HashMap<OfferKey, Arc<Offer>> = HashMap::new();
    let zones = [Zone::Near, Zone::Middle, Zone::Far, Zone::Remote];
    for number in 0..carts {
        let mut parts: Vec<Vec<CartLine>> = Vec::new();
        let mut taken = BTreeSet::new();
        for _ in 0..=dice.below(3) {
            let supplier = dice.below(shop.suppliers.len());
            if taken.insert(supplier) {
                let mut lines = Vec::new();
                part_of_cart(&mut dice, &shop.suppliers[supplier], 1 + 1000 * parts.len() as i64, &mut lines);
                parts.push(lines);
            }
        }
        let zone = dice.below(zones.len());
        let mut all: Vec<CartLine> = parts.iter().flatten().cloned().collect();
        if let Some(flaw) = flaw {
            for line in all.iter_mut().filter(|line| !line.offer.gone) {
                let seen_as = flawed.entry(line.offer.key.clone()).or_insert_with(|| {
                    let mut offer = (*line.offer).clone();
                    flaw(&mut offer);
                    Arc::new(offer)
                });
                line.offer = Arc::clone(seen_as);
            }
        }
        let destination = Destination { district: Some("330782".to_owned()), zone: Some(zone) };
        let verdict = cart::assess(&all, &Rules::default(), &destination);
        for (at, lines) in parts.iter().enumerate() {
            let asked: Vec<Asked> = lines
                .iter()
                .map(|line| Asked {
                    offer_id: market_id(line),
                    spec_id: line.spec_id.as_ref().map(|spec| spec.as_str().to_owned()),
                    quantity: line.quantity.decimal(),
                })
                .collect();
            let judged = rules::judge(&shop.desk, &asked, Some(GENERAL), zones[zone], LotRule::Refuse);
            match same_verdict(lines, &verdict, at, judged.as_ref()) {
                Ok(outcome) => *seen.entry(outcome).or_default() += 1,
                Err(difference) => return Err(format!("cart {number}: {difference}\n{asked:?}")),
            }
        }
    }
    Ok(seen)
}

#[test]
fn our_verdict_on_ten_thousand_random_carts_is_the_markets() {
    let seed = given("PIFA_TEST_SEED").unwrap_or_else(|| {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).unwrap();
        u64::from(u32::from_le_bytes(bytes))
    });
    let carts = given("PIFA_CASES").map_or(CARTS, |cases| cases as usize);
    let shop = shop(seed);
    let seen = compare(&shop, carts, seed, None)
        .unwrap_or_else(|difference| panic!("PIFA_TEST_SEED={seed}\n{difference}"));
    for code in [
        "legal",
        "SANDBOX_LINES",
        "SANDBOX_QUANTITY",
        "500_001",
        "500_002",
        "500_003",
        "500_004",
        "500_005",
        "500_006",
        "500_008",
        "SANDBOX_LOT",
        "SANDBOX_LIMIT",
    ] {
        let least = carts / if code == "legal" { 10 } else { 1000 };
        assert!(
            seen.get(code).is_some_and(|times| *times >= least),
            "{code} too rare: {seen:?}, seed {seed}"
        );
    }
}

/// The seed is fixed: whether the comparison can fail does not depend on luck.
#[test]
fn a_client_that_gets_a_rule_wrong_is_noticed() {
    const FLAWS: [(&str, Flaw); 14] = [
        ("no minimum", |offer| offer.moq = None),
        ("a minimum of one more", |offer| offer.moq = offer.moq.map(|moq| moq + Quantity::ONE)),
        ("no lot", |offer| offer.lot = None),
        ("no stock", |offer| {
            offer.stock = None;
            offer.skus.iter_mut().for_each(|sku| sku.stock = None);
        }),
        ("a piece more in stock", |offer| {
            let more = |stock: Option<Quantity>| stock.map(|stock| stock + Quantity::ONE);
            offer.stock = more(offer.stock);
            offer.skus.iter_mut().for_each(|sku| sku.stock = more(sku.stock));
        }),
        ("no limit", |offer| offer.purchase_limit = None),
        ("no mix rule", |offer| offer.mix = Mix::None),
        ("every offer in the mix", |offer| offer.mix_enabled = Some(true)),
        ("a mix rule of one fen more", |offer| {
            if let Mix::Rule(rule) = &mut offer.mix {
                rule.amount = rule.amount.map(|amount| amount + Money::from_fen(1));
                rule.pieces = rule.pieces.map(|pieces| pieces + Quantity::ONE);
            }
        }),
        ("list prices", |offer| {
            offer.tiers.iter_mut().for_each(|tier| tier.promotion = None);
            offer.skus.iter_mut().for_each(|sku| sku.promotion = None);
        }),
        ("one fen off", |offer| {
            offer.tiers.iter_mut().for_each(|tier| tier.price += Money::from_fen(1));
            offer
                .skus
                .iter_mut()
                .for_each(|sku| sku.price = sku.price.map(|price| price + Money::from_fen(1)));
        }),
        ("tiers one piece late", |offer| {
            offer
                .tiers
                .iter_mut()
                .skip(1)
                .for_each(|tier| tier.from_quantity = tier.from_quantity + Quantity::ONE);
        }),
        ("the first tier only", |offer| {
            offer.tiers = price::ladder(&offer.tiers).into_iter().take(1).collect();
        }),
        ("units that can be cut", |offer| offer.unit = Some(Unit::new("米"))),
    ];
    let shop = shop(1688);
    assert_eq!(compare(&shop, 300, 1688, None).err(), None);
    for (name, flaw) in FLAWS {
        assert!(compare(&shop, CARTS, 1688, Some(flaw)).is_err(), "{name} went unnoticed");
    }
}
