//! Substitutes (平替): what could be bought in the place of a line, at the buyer's quantity.
//!
//! Three levels: a domestic brand for a foreign one, the same goods of another supplier, other goods for the same
//! purpose. What is found is ranked here: what lands for a known sum at the quantity comes first, factories before
//! traders; unknown freight never wins, what cannot be bought at the quantity is never cheap, and other units are not
//! compared at all (DESIGN 6.2, 6.9).

pub mod noun;
pub mod rules;
pub mod words;

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::domain::compare::{self, Comparison};
use crate::domain::freight::Destination;
use crate::domain::id::{OfferKey, SpecId, SupplierId};
use crate::domain::minimum;
use crate::domain::money::Money;
use crate::domain::offer::{Offer, OfferKind, Sku};
use crate::domain::price;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::supplier::Identity;
use crate::domain::text::Clean;
use crate::domain::written::FileTrouble;

/// A seller is taken for a factory from this confidence on, percent (see [`crate::domain::factory`]).
pub const FACTORY_FROM: u32 = 70;
/// What a title must have in common with the present one, percent, where its head noun is in it too.
pub const ALIKE_FROM: u32 = 20;
/// The same where its noun is a name of anything (摆件, 用品).
pub const ALIKE_VAGUE_FROM: u32 = 40;
/// The same where nothing tells what the head noun is.
pub const ALIKE_ALONE_FROM: u32 = 60;
/// SKUs that only collect a fee.
const FEES: [&str; 8] = ["补差", "差价", "运费", "邮费", "专拍", "代发费", "服务费", "定金"];

/// How far away a substitute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A domestic brand for a foreign one, by the brand file.
    Brand,
    /// The same goods of another supplier.
    Same,
    /// Other goods for the same purpose, by the purpose file.
    Purpose,
}

impl Level {
    /// All of them.
    pub const ALL: [Level; 3] = [Level::Brand, Level::Same, Level::Purpose];

    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Brand => "brand",
            Level::Same => "same",
            Level::Purpose => "purpose",
        }
    }

    /// From how many percent of the present unit price up to how many a unit may cost; outside it is not a substitute
    /// but something else.
    const fn band(self) -> (i64, i64) {
        match self {
            Level::Brand => (10, 120),
            Level::Same => (35, 160),
            Level::Purpose => (0, 160),
        }
    }

    /// The band in yuan around a unit price.
    pub fn prices(self, unit_price: Money) -> (Money, Money) {
        let (low, high) = self.band();
        let share = |percent: i64| unit_price.times(Decimal::new(percent, 2));
        (share(low), share(high))
    }
}

/// What is to be replaced, as far as it is known: a line of the cart, a row of a comparison, a line of the past.
#[derive(Debug, Clone, PartialEq)]
pub struct Present {
    /// Its offer.
    pub key: OfferKey,
    /// Its SKU.
    pub spec_id: Option<SpecId>,
    /// Chinese subject.
    pub title: Clean,
    /// Translated subject.
    pub title_en: Option<Clean>,
    /// Words of the SKU (白 / XL).
    pub spec_name: Clean,
    /// What quantities are counted in.
    pub unit: Option<Unit>,
    /// Units wanted.
    pub quantity: Quantity,
    /// The listing, where there is one.
    pub offer: Option<Arc<Offer>>,
    /// What a unit costs, or cost when it was bought last, yuan.
    pub unit_price: Option<Money>,
    /// What the goods come to at the quantity, yuan.
    pub goods: Option<Money>,
    /// With freight; `None` where any of it is unknown, or it cannot be had.
    pub landed: Option<Money>,
}

impl Present {
    /// A line that can be had, as an order of its own to `destination`.
    pub fn of(
        offer: &Arc<Offer>,
        spec: Option<&SpecId>,
        quantity: Quantity,
        destination: &Destination,
    ) -> Present {
        let at = compare::at(offer, spec, quantity, destination);
        let sku = at.spec_id.as_ref().and_then(|spec| offer.sku(spec));
        Present {
            key: offer.key.clone(),
            spec_name: sku.map(|sku| sku.name.clone()).unwrap_or_default(),
            spec_id: at.spec_id,
            title: offer.title.clone(),
            title_en: offer.title_en.clone(),
            unit: offer.unit.clone(),
            quantity,
            offer: Some(offer.clone()),
            unit_price: at.unit_price,
            goods: at.goods,
            landed: at.landed.filter(|_| !offer.gone),
        }
    }

    /// The seller, where known.
    pub fn supplier_id(&self) -> Option<&SupplierId> {
        self.offer.as_ref()?.supplier_id.as_ref()
    }

    /// The leaf category, where known.
    pub fn category_id(&self) -> Option<i64> {
        self.offer.as_ref()?.category_id
    }
}

/// The line of a rule file that led to a substitute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The word of the present title that it begins with.
    pub from: Clean,
    /// What it leads to.
    pub to: Clean,
    /// `file:line`.
    pub at: Clean,
}

/// Something of the catalog that could stand in the present one's place, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The listing.
    pub offer: Arc<Offer>,
    /// How far away.
    pub level: Level,
    /// By which rule; `None` = by likeness.
    pub rule: Option<Rule>,
    /// How alike, percent.
    pub alike: u32,
    /// Words both titles have, in the order of the present one.
    pub shared: Vec<Clean>,
    /// Attributes that agree, of those both name.
    pub attributes: (u32, u32),
    /// How sure one can be that its seller makes it, percent; `None` = unknown.
    pub factory: Option<u32>,
}

/// Why a SKU was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkuBy {
    /// The offer has none, or one.
    Only,
    /// Its words are those of the present SKU.
    Words,
    /// It costs least of those there are enough of.
    Price,
}

impl SkuBy {
    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            SkuBy::Only => "only",
            SkuBy::Words => "words",
            SkuBy::Price => "price",
        }
    }
}

/// What can be said of a substitute's price. The order is that of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// It lands for a known sum at the quantity.
    Known,
    /// It can be bought at the quantity, but some of its freight is not known.
    Open,
    /// It cannot be bought at the quantity.
    NotHere,
    /// It is sold in another unit: the sums say nothing.
    OtherUnit,
}

impl Standing {
    /// Word in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Standing::Known => "known",
            Standing::Open => "freight_unknown",
            Standing::NotHere => "not_at_quantity",
            Standing::OtherUnit => "other_unit",
        }
    }
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Substitute {
    /// What, and why.
    pub of: Candidate,
    /// The SKU that would be bought, with its figures at the quantity.
    pub at: Comparison,
    /// Why that SKU.
    pub sku_by: SkuBy,
    /// What can be said of its price.
    pub standing: Standing,
    /// Whether its seller is taken for a factory.
    pub factory: bool,
    /// What it lands cheaper than the present line, yuan; below zero = dearer. `None` where either is not known.
    pub saving: Option<Money>,
    /// The same of the goods alone, for where a freight is not known.
    pub goods_saving: Option<Money>,
}

impl Substitute {
    /// The SKU that would be bought.
    pub fn sku(&self) -> Option<&Sku> {
        self.at.spec_id.as_ref().and_then(|spec| self.of.offer.sku(spec))
    }

    /// Whether it can stand in the line's place: a quantity in another unit would be another quantity.
    pub fn can_replace(&self, present: &Present) -> bool {
        present.unit.is_none() || self.of.offer.unit == present.unit
    }
}

/// What was found for a line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Substitutes {
    /// As ranked.
    pub rows: Vec<Substitute>,
    /// Lines of the rule files that cannot be used.
    pub mistakes: Vec<FileTrouble>,
}

/// Ranks what was found: one row an offer, at its nearest level. Left out are the present offer itself, what is gone,
/// fee links, what has no price, what costs something else altogether, and at the level of the same goods those of the
/// present seller.
///
/// The order is total: first what replaces the goods by themselves and then what serves their purpose; within it by
/// standing, factories first, by what it lands for (goods, where freight is open; nothing, where sums say nothing), by
/// level, likeness and key.
pub fn ranked(present: &Present, mut found: Vec<Candidate>, destination: &Destination) -> Vec<Substitute> {
    // The nearest level of an offer is the one it is shown at.
    found.sort_by(|a, b| {
        (&a.offer.key, a.level, Reverse(a.alike)).cmp(&(&b.offer.key, b.level, Reverse(b.alike)))
    });
    let mut seen = HashSet::new();
    let mut rows: Vec<Substitute> = found
        .into_iter()
        .filter(|candidate| seen.insert(candidate.offer.key.clone()))
        .filter_map(|candidate| row(present, candidate, destination))
        .collect();
    rows.sort_by_cached_key(|row| {
        let sum = match row.standing {
            Standing::Known => row.at.landed,
            Standing::Open => row.at.goods,
            Standing::NotHere | Standing::OtherUnit => None,
        };
        // Other units among each other are no more alike: they stand by their unit.
        let unit = row.of.offer.unit.clone().filter(|_| row.standing == Standing::OtherUnit);
        let offer = &row.of.offer;
        (
            row.of.level == Level::Purpose,
            row.standing,
            unit,
            !row.factory,
            sum,
            row.of.level,
            Reverse(row.of.alike),
            offer.key.clone(),
        )
    });
    rows
}

fn row(present: &Present, of: Candidate, destination: &Destination) -> Option<Substitute> {
    let offer = &of.offer;
    let own = present.supplier_id().is_some_and(|own| offer.supplier_id.as_ref() == Some(own));
    if offer.gone
        || offer.kind == OfferKind::Fee
        || offer.key == present.key
        || (of.level == Level::Same && own)
    {
        return None;
    }
    let (spec, sku_by) = choose_sku(present, offer)?;
    let at = compare::at(offer, spec.as_ref(), present.quantity, destination);
    let (unit_price, goods) = (at.unit_price?, at.goods?);
    let same_unit = offer.unit.is_some() && offer.unit == present.unit;
    if same_unit && let Some(now) = present.unit_price {
        let (low, high) = of.level.prices(now);
        if unit_price < low || unit_price > high {
            return None;
        }
    }
    let standing = match at {
        _ if !same_unit => Standing::OtherUnit,
        Comparison { buyable: false, .. } => Standing::NotHere,
        Comparison { landed: None, .. } => Standing::Open,
        _ => Standing::Known,
    };
    // A sum that nobody would pay is no saving.
    let counts = matches!(standing, Standing::Known | Standing::Open);
    let less = |now: Option<Money>, then: Option<Money>| {
        now.zip(then).filter(|_| counts).map(|(now, then)| now - then)
    };
    let certified = offer.identities.iter().any(|identity| match identity {
        Identity::SuperFactory => true,
        Identity::Other(word) => {
            matches!(word.as_str(), "factory" | "certifiedFactory" | "certified_factory")
        }
        _ => false,
    });
    Some(Substitute {
        factory: certified || of.factory.is_some_and(|percent| percent >= FACTORY_FROM),
        saving: less(present.landed, at.landed),
        goods_saving: less(present.goods, Some(goods)),
        sku_by,
        standing,
        at,
        of,
    })
}

/// The SKU to buy in the present one's place: the one whose words are most like its own, else the one of least price;
/// of those there are enough of, where there are any. Bait and fees are none of them. `None` when nothing is left;
/// `Some((None, _))` for an offer without SKUs.
fn choose_sku(present: &Present, offer: &Offer) -> Option<(Option<SpecId>, SkuBy)> {
    if offer.skus.is_empty() {
        return Some((None, SkuBy::Only));
    }
    let honest = |sku: &&Sku| {
        !FEES.iter().any(|fee| sku.name.as_str().contains(fee)) && !price::sku_is_bait(offer, &sku.spec_id)
    };
    let all: Vec<&Sku> = offer.skus.iter().filter(honest).collect();
    let enough: Vec<&Sku> =
        all.iter().copied().filter(|sku| sku.stock.is_none_or(|stock| stock >= present.quantity)).collect();
    let pool = if enough.is_empty() { all } else { enough };
    let rank = |sku: &&&Sku| {
        let alike = words::sku_alike(present.spec_name.as_str(), sku.name.as_str());
        let buyable = minimum::is_orderable(offer, Some(sku), present.quantity);
        let price = price::unit_price(offer, Some(&sku.spec_id), present.quantity, present.quantity);
        let price = price.map(|price| price.charged);
        (Reverse(alike), !buyable, price.is_none(), price, sku.spec_id.clone())
    };
    let best = pool.iter().min_by_key(rank)?;
    let by = if offer.skus.len() == 1 {
        SkuBy::Only
    } else if words::sku_alike(present.spec_name.as_str(), best.name.as_str()) > 0 {
        SkuBy::Words
    } else {
        SkuBy::Price
    };
    Some((Some(best.spec_id.clone()), by))
}
