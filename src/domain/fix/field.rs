//! One supplier's part as a field of choices: what is in the cart, how far each of it may be raised, and what the
//! supplier sells besides.
//!
//! Quantities are thousandths of a unit here and money is fen: whole numbers, exact, and quick to add.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::domain::cart::{CartLine, Rules};
use crate::domain::freight::{self, Destination, Freight, FreightTerms, Shipment};
use crate::domain::id::{LineId, SpecId};
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Completeness, Offer, OfferKind, QuoteType};
use crate::domain::price;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::{Mix, MixRule};

/// A whole unit in thousandths.
pub const UNIT: i64 = 1000;

/// Where no bound is known. No quantity of goods is larger.
const BOUNDLESS: i64 = 99_999_999 * UNIT;

/// Thousandths of a quantity.
pub fn milli(quantity: Quantity) -> i64 {
    quantity.decimal().saturating_mul(Decimal::from(UNIT)).to_i64().unwrap_or(BOUNDLESS)
}

/// The quantity of so many thousandths.
pub fn milli_to_quantity(milli: i64) -> Quantity {
    Quantity::from_decimal(Decimal::new(milli, 3)).unwrap_or_default()
}

/// The least multiple of `step` that is not below `milli`.
pub fn round_up(milli: i64, step: i64) -> i64 {
    let over = milli.rem_euclid(step.max(1));
    if over == 0 { milli } else { milli + step - over }
}

/// One SKU (or an offer without SKUs).
#[derive(Debug, Clone)]
pub struct Slot {
    pub spec: Option<SpecId>,
    /// The line that stays; `None` = not in the cart.
    pub line: Option<LineId>,
    /// Other lines of it.
    pub merged: Vec<LineId>,
    /// Units in the cart.
    pub current: i64,
    /// The least it may become: a whole lot.
    pub base: i64,
    /// How much may be bought beyond that.
    pub room: i64,
    /// Its own least quantity, where tiers are per SKU.
    pub first: i64,
    /// Below that now.
    pub was_short: bool,
    /// Earlier lines before later ones, those before new goods.
    pub rank: u32,
}

impl Slot {
    /// Whether it changes even if nothing is raised.
    pub fn is_changed(&self) -> bool {
        self.is_changed_at(self.base)
    }

    /// Whether so many units are a change.
    pub fn is_changed_at(&self, units: i64) -> bool {
        units != self.current || !self.merged.is_empty()
    }
}

/// One offer.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    pub offer: &'a Arc<Offer>,
    pub slots: Vec<Slot>,
    /// Quantities move by it.
    pub step: i64,
    /// Measured goods without a lot: minimums and tiers are met exactly.
    pub measured: bool,
    /// Whether it fills the supplier's mix rule.
    pub enabled: bool,
    /// The offer's least total; 0 where it cannot be reached.
    pub required: i64,
    /// The same as the listing has it.
    pub asked: i64,
    /// Most units over all SKUs.
    pub most: i64,
    /// Whether a line of it is in the cart.
    pub in_cart: bool,
    /// Below its least total now.
    pub was_short: bool,
}

impl Group<'_> {
    /// Least units over all SKUs.
    pub fn base(&self) -> i64 {
        self.slots.iter().map(|slot| slot.base).sum()
    }

    /// Most units that can be had.
    pub fn top(&self) -> i64 {
        let base = self.base();
        let room = self.slots.iter().fold(0_i64, |sum, slot| sum.saturating_add(slot.room));
        let top = base.saturating_add(room).min(self.most);
        if self.measured { top } else { base + (top - base).max(0) / self.step * self.step }
    }

    /// Whether a purchase limit is below what there is of all SKUs.
    pub fn is_limited(&self) -> bool {
        let there = self.slots.iter().fold(self.base(), |sum, slot| sum.saturating_add(slot.room));
        self.offer.purchase_limit.is_some() && there > self.most
    }

    /// Freight of so many units in an order of at least `goods`, in fen; unknown counts as none.
    pub fn freight(&self, units: i64, goods: Money, destination: &Destination) -> i64 {
        if units == 0 {
            return 0;
        }
        estimate(self.offer, units, goods, destination).amount().map_or(0, Money::to_fen_rounded)
    }
}

fn estimate(offer: &Offer, units: i64, goods: Money, destination: &Destination) -> Freight {
    let shipment = Shipment {
        quantity: Decimal::new(units, 3),
        weight_kg: offer.weight_kg,
        volume_m3: offer.volume_m3,
        goods,
    };
    freight::estimate(&offer.freight, &shipment, destination)
}

/// One supplier's part.
#[derive(Debug)]
pub struct Field<'a> {
    /// Offers in the cart, then others.
    pub groups: Vec<Group<'a>>,
    /// Offers whose freight nobody knows: taken only where there is no other way.
    pub doubtful: Vec<Group<'a>>,
    /// The mix rule, where meeting it waives minimums.
    pub rule: Option<MixRule>,
    pub destination: &'a Destination,
    /// Whether the mix rule was consulted and not met.
    pub mix_was_short: bool,
    /// Lines of the order once split ones are one.
    pub kept_lines: usize,
}

impl<'a> Field<'a> {
    /// The choices there are.
    pub fn new(
        lines: &[&'a CartLine],
        shelf: &[&'a Arc<Offer>],
        new_goods: bool,
        rules: &Rules,
        destination: &'a Destination,
    ) -> Field<'a> {
        let mut offers: Vec<&'a Arc<Offer>> = Vec::new();
        for line in lines {
            if !offers.iter().any(|offer| offer.key == line.offer.key) {
                offers.push(&line.offer);
            }
        }
        // The rule as the verdict reads it: of the first offer that tells one.
        let rule = offers.iter().find_map(|offer| match offer.mix {
            Mix::Rule(rule) => Some(rule),
            Mix::None | Mix::Unknown => None,
        });
        let mut rank = 0;
        let mut groups: Vec<Group<'a>> = offers
            .iter()
            .filter_map(|offer| in_cart(offer, lines, new_goods, rule.is_some(), &mut rank))
            .collect();
        for (at, slot) in groups.iter_mut().flat_map(|group| &mut group.slots).enumerate() {
            // New SKUs of offers in the cart come after every line.
            slot.rank = if slot.line.is_some() { at as u32 } else { at as u32 + 10_000 };
        }
        let open = groups
            .iter()
            .any(|group| estimate(group.offer, group.base(), Money::ZERO, destination) == Freight::Unknown);
        let mut doubtful = Vec::new();
        let mut fresh: Vec<&'a Arc<Offer>> =
            shelf.iter().filter(|offer| !offers.iter().any(|own| own.key == offer.key)).copied().collect();
        fresh.sort_by(|a, b| a.key.cmp(&b.key));
        fresh.dedup_by(|a, b| a.key == b.key);
        for offer in fresh {
            rank += 20_000;
            let Some(group) = from_shelf(offer, rule.is_some(), rank) else { continue };
            let known = estimate(offer, group.step, Money::ZERO, destination) != Freight::Unknown;
            if known || open { groups.push(group) } else { doubtful.push(group) }
        }
        let specs: BTreeSet<_> = lines.iter().map(|line| (&line.offer.key, &line.spec_id)).collect();
        let kept_lines = specs.len();
        let mut field = Field {
            groups,
            doubtful,
            rule: rule.filter(|_| rules.mix_waives_moq),
            destination,
            mix_was_short: false,
            kept_lines,
        };
        field.mix_was_short = field.is_mix_short(rule);
        field
    }

    fn is_mix_short(&self, rule: Option<MixRule>) -> bool {
        let Some(rule) = rule else { return false };
        let enabled = || self.groups.iter().filter(|group| group.in_cart && group.enabled);
        if !enabled().any(|group| group.was_short || group.slots.iter().any(|slot| slot.was_short)) {
            return false;
        }
        let pieces: i64 = enabled().flat_map(|group| &group.slots).map(|slot| slot.current).sum();
        let amount: Money = enabled().map(amount_now).sum();
        !(rule.pieces.is_some_and(|needed| pieces >= milli(needed))
            || rule.amount.is_some_and(|needed| amount >= needed))
    }
}

/// What an offer's lines cost as they are.
fn amount_now(group: &Group<'_>) -> Money {
    let total: i64 = group.slots.iter().map(|slot| slot.current).sum();
    let priced = group.slots.iter().filter_map(|slot| {
        let own = milli_to_quantity(slot.current);
        let unit = price::unit_price(group.offer, slot.spec.as_ref(), milli_to_quantity(total), own)?;
        Some(unit.charged.times(own.decimal()).rounded())
    });
    priced.sum()
}

fn steps(offer: &Offer) -> (i64, bool) {
    match offer.lot.filter(|lot| !lot.is_zero()) {
        Some(lot) => (milli(lot), false),
        None => (UNIT, offer.unit.as_ref().is_some_and(Unit::is_measured)),
    }
}

fn fills_mix(offer: &Offer, has_rule: bool) -> bool {
    has_rule && offer.mix_enabled.unwrap_or(true)
}

/// Whether this SKU can be sold at all: it is there, and has a price.
fn has_price(offer: &Offer, spec: Option<&SpecId>) -> bool {
    let known = match spec {
        Some(spec) => offer.sku(spec).is_some(),
        None => offer.skus.is_empty(),
    };
    let one = price::unit_price(offer, spec, Quantity::ONE, Quantity::ONE);
    known && one.is_some_and(|price| price.charged > Money::ZERO)
}

fn stock_of(offer: &Offer, spec: Option<&SpecId>) -> i64 {
    let stock = match spec {
        Some(spec) => offer.sku(spec).and_then(|sku| sku.stock),
        None => offer.stock,
    };
    stock.map_or(BOUNDLESS, milli)
}

/// The first tier of a SKU that has tiers of its own.
fn first_of(offer: &Offer, spec: Option<&SpecId>) -> i64 {
    let sku = spec.and_then(|spec| offer.sku(spec)).filter(|_| offer.quote_type == QuoteType::TiersPerSku);
    sku.and_then(|sku| price::first_tier(&sku.tiers)).map_or(0, |tier| milli(tier.from_quantity))
}

fn new_slot(offer: &Offer, spec: Option<SpecId>, step: i64, rank: u32) -> Option<Slot> {
    let named = spec.as_ref();
    let room = stock_of(offer, named) / step * step;
    let first = first_of(offer, named);
    (has_price(offer, named) && room >= step).then_some(Slot {
        line: None,
        merged: Vec::new(),
        current: 0,
        base: 0,
        room,
        first,
        was_short: false,
        rank,
        spec,
    })
}

/// An offer of the cart; `None` where nothing of it can be mended: it is gone, or no line of it names a SKU and price.
fn in_cart<'a>(
    offer: &'a Arc<Offer>,
    lines: &[&'a CartLine],
    new_goods: bool,
    has_rule: bool,
    rank: &mut u32,
) -> Option<Group<'a>> {
    if offer.gone || offer.key.market_id().is_none() {
        return None;
    }
    let (step, measured) = steps(offer);
    let whole = offer.unit.as_ref().is_some_and(|unit| !unit.is_measured());
    let mut slots: Vec<Slot> = Vec::new();
    let mut dead = 0;
    let mut own: Vec<&&CartLine> = lines.iter().filter(|line| line.offer.key == offer.key).collect();
    own.sort_by_key(|line| line.id);
    for line in own {
        let quantity = milli(line.quantity);
        if !has_price(offer, line.spec_id.as_ref()) {
            dead += quantity;
            continue;
        }
        match slots.iter_mut().find(|slot| slot.spec == line.spec_id) {
            Some(slot) => {
                slot.current += quantity;
                slot.merged.push(line.id);
            }
            None => slots.push(Slot {
                spec: line.spec_id.clone(),
                line: Some(line.id),
                merged: Vec::new(),
                current: quantity,
                base: 0,
                room: 0,
                first: first_of(offer, line.spec_id.as_ref()),
                was_short: false,
                rank: 0,
            }),
        }
    }
    if slots.is_empty() {
        return None;
    }
    let total: i64 = slots.iter().map(|slot| slot.current).sum();
    let most = offer.purchase_limit.map_or(BOUNDLESS, milli) - dead;
    for slot in &mut slots {
        let stock = stock_of(offer, slot.spec.as_ref());
        let lots = if measured || (offer.lot.is_none() && !whole) {
            slot.current.max(1)
        } else {
            round_up(slot.current.max(1), step)
        };
        slot.was_short = slot.current < slot.first;
        // More than there is, or may be had: raising it mends nothing.
        let is_stuck = lots > stock || total > most;
        slot.base = if is_stuck { slot.current } else { lots };
        let room = if is_stuck { 0 } else { stock - slot.base };
        slot.room = if measured { room } else { room / step * step };
        *rank += 1;
    }
    if new_goods {
        let known: Vec<Option<SpecId>> = slots.iter().map(|slot| slot.spec.clone()).collect();
        let others = offer.skus.iter().map(|sku| Some(sku.spec_id.clone()));
        slots.extend(
            others.filter(|spec| !known.contains(spec)).filter_map(|spec| new_slot(offer, spec, step, 0)),
        );
    }
    let required = milli(minimum::required(offer, None));
    Some(Group {
        offer,
        slots,
        step,
        measured,
        enabled: fills_mix(offer, has_rule),
        required,
        asked: required,
        most,
        in_cart: true,
        was_short: total < required,
    })
}

/// Goods of the supplier that are not in the cart; `None` where they cannot be bought.
fn from_shelf(offer: &Arc<Offer>, has_rule: bool, rank: u32) -> Option<Group<'_>> {
    let sold = !offer.gone
        && offer.key.market_id().is_some()
        && offer.kind == OfferKind::Goods
        && offer.completeness == Completeness::Full;
    if !sold {
        return None;
    }
    let (step, measured) = steps(offer);
    let specs: Vec<Option<SpecId>> = if offer.skus.is_empty() {
        vec![None]
    } else {
        offer.skus.iter().map(|sku| Some(sku.spec_id.clone())).collect()
    };
    let slots: Vec<Slot> = specs
        .into_iter()
        .enumerate()
        .filter_map(|(at, spec)| new_slot(offer, spec, step, rank + at as u32))
        .collect();
    let required = milli(minimum::required(offer, None));
    (!slots.is_empty()).then_some(Group {
        offer,
        slots,
        step,
        measured,
        enabled: fills_mix(offer, has_rule),
        required,
        asked: required,
        most: offer.purchase_limit.map_or(BOUNDLESS, milli),
        in_cart: false,
        was_short: false,
    })
}

/// The amounts from which something ships free to a known fee, ascending.
pub fn thresholds(groups: &[Group<'_>], destination: &Destination) -> Vec<Money> {
    let mut found: Vec<Money> = groups
        .iter()
        .filter_map(|group| match &group.offer.freight {
            FreightTerms::Template(template) => {
                template.free_from.filter(|_| template.fees.at(destination).is_some())
            }
            _ => None,
        })
        .filter(|from| *from > Money::ZERO)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
