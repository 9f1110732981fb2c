//! What an offer is, decided before anything of it is written: whose it is, what kind of goods, how it is
//! priced, how it travels. Titles, groups and whole offers all start here, so they cannot disagree.

use super::rng::{Draw, MILLION, Ppm, Sequence, Source, quantile, reflect, weyl};
use super::vocabulary::{Belt, Kind};
use super::{World, topic};

/// Counters of an offer's draws; never renumber, or every world changes.
pub(super) mod draw {
    pub const FEE: u64 = 1;
    pub const LEVEL: u64 = 2;
    pub const FREIGHT: u64 = 3;
    pub const FLOWS: u64 = 4;
    pub const SIZE: u64 = 5;
    pub const MOQ: u64 = 6;
    pub const MOQ_VALUE: u64 = 7;
    pub const LOT: u64 = 8;
    pub const UNIT: u64 = 9;
    pub const PRICE_END: u64 = 10;
    pub const REPEAT: u64 = 11;
    pub const SOLD: u64 = 12;
    pub const WEIGHT: u64 = 13;
    pub const WEIGHT_KNOWN: u64 = 14;
    pub const SIZE_KNOWN: u64 = 15;
    pub const TIERS: u64 = 16;
    pub const PROMOTION: u64 = 17;
    pub const LIMIT: u64 = 18;
    pub const MIX: u64 = 19;
    pub const CREATED: u64 = 20;
    pub const SHIP: u64 = 21;
    pub const SCORE: u64 = 22;
    pub const CARTS: u64 = 23;
    pub const BUYERS: u64 = 24;
    pub const RETURN: u64 = 25;
    pub const BADGE: u64 = 26;
    pub const FLOW_KIND: u64 = 27;
    pub const FLOW_PRICE: u64 = 28;
    pub const CHARGE: u64 = 29;
    pub const STOCK: u64 = 30;
    pub const LOOKS: u64 = 31;
    pub const AXES: u64 = 32;
    pub const SPREAD: u64 = 33;
    pub const BAIT: u64 = 34;
    pub const TEXT: u64 = 35;
    pub const CARTON: u64 = 36;
    pub const AGE: u64 = 37;
    pub const FREE_POST: u64 = 38;
    pub const TIER: u64 = 100;
    pub const ATTRIBUTE: u64 = 200;
    pub const SKU_STOCK: u64 = 300;
    pub const SKU_SOLD_OUT: u64 = 400;
    pub const SKU_PRICE: u64 = 500;
}

/// How an offer is priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pricing {
    /// Quote type 0: tiers, no SKUs.
    Plain,
    /// Quote type 1: SKUs of unlike price, perhaps with a bait among them.
    Unlike { bait: bool },
    /// Quote type 1: SKUs that happen to cost the same.
    Alike,
    /// Quote type 2: tiers by the total over SKUs.
    Total,
}

/// Who pays for the way, and whether it can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Carriage {
    SellerPays,
    Collect,
    ByAgreement,
    Template,
}

/// An offer in outline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draft {
    pub number: u64,
    pub supplier: u64,
    pub kind: &'static Kind,
    pub source: Source,
    pub words: Source,
    pub pricing: Pricing,
    pub carriage: Carriage,
    pub fee_link: bool,
    /// Whether flows besides `general` are listed.
    pub dropship: bool,
    /// Where it stands between the cheapest and the dearest of its kind; uniform.
    pub level: Ppm,
    /// Which of the kind's sizes the title names.
    pub size: usize,
}

impl Draft {
    pub fn of(world: &World, number: u64) -> Option<Draft> {
        let place = world.deal.forward(number)?;
        let supplier = world.supplier_at(place);
        let first = world.first_place(supplier);
        let local = place - first;
        let count = world.first_place(supplier + 1) - first;
        let kind = kind_of(world, supplier, local, count)?;
        let source = world.source(topic::OFFER, number);
        let own = world.source(topic::SUPPLIER, supplier);
        let fee_link = source.at(draw::FEE).chance(5_000);
        // An even walk within the shop, so that quote types keep their shares in the smallest category.
        let pricing = match weyl(local, Sequence::Trade, own.at(supplier_draw::PRICING).0).ppm() {
            _ if fee_link => Pricing::Plain,
            0..50_000 => Pricing::Unlike { bait: true },
            50_000..302_000 => Pricing::Unlike { bait: false },
            302_000..360_000 => Pricing::Alike,
            360_000..690_000 => Pricing::Total,
            _ => Pricing::Plain,
        };
        // Shops mostly ship one way: the shop's place on the circle plus a quarter turn at most.
        let offset = world.source(topic::WORLD, 0).at(Sequence::Freight as u64).0;
        let habit = weyl(supplier, Sequence::Freight, offset).ppm();
        let carriage = match (habit + source.at(draw::FREIGHT).below(250_000) as Ppm) % MILLION {
            _ if fee_link => Carriage::SellerPays,
            0..200_000 => Carriage::SellerPays,
            200_000..250_000 => Carriage::Collect,
            250_000..350_000 => Carriage::ByAgreement,
            _ => Carriage::Template,
        };
        Some(Draft {
            number,
            supplier,
            kind,
            source,
            words: world.source(topic::TITLE, number),
            pricing,
            carriage,
            fee_link,
            dropship: !fee_link && source.at(draw::FLOWS).chance(165_000),
            level: source.at(draw::LEVEL).ppm(),
            size: source.at(draw::SIZE).below(kind.sizes.values.len() as u64) as usize,
        })
    }

    pub fn at(&self, counter: u64) -> Draw {
        self.source.at(counter)
    }

    /// Fewest pieces sold alone: 45 % one, 15 % two or three, 25 % 5-50, 12 % 100-500, 3 % 1000 and more.
    /// Cheap goods lean to large minimums, and the shares stay (see [`reflect`]).
    pub fn minimum(&self) -> i64 {
        if self.fee_link {
            return 1;
        }
        let own = u64::from(self.kind.share_ppm) * u64::from(self.level) / u64::from(MILLION);
        let dearness = (self.kind.cheaper_ppm + own as Ppm).min(MILLION - 1);
        let step = self.at(draw::MOQ).between(-600_000, 600_000);
        let choices: &[i64] = match reflect(dearness, step) {
            0..30_000 => &[1000, 1000, 2000, 1000, 3000, 5000, 1000, 2000, 10_000],
            30_000..150_000 => &[100, 200, 100, 300, 120, 500, 240, 150, 100],
            150_000..400_000 => &[10, 5, 20, 50, 10, 12, 30, 24, 6, 48, 36],
            400_000..550_000 => &[2, 3],
            _ => &[1],
        };
        self.at(draw::MOQ_VALUE).pick(choices).copied().unwrap_or(1)
    }

    /// Pieces of a lot, on one offer of five.
    pub fn lot(&self, price_fen: i64) -> Option<i64> {
        if self.fee_link {
            return None;
        }
        let draw = self.at(draw::LOT);
        if !draw.chance(200_000) {
            return None;
        }
        let choices: &[i64] = match price_fen {
            ..1_000 => &[10, 12, 5, 10, 6, 2],
            1_000..10_000 => &[2, 5, 6, 10, 12],
            _ => &[2, 2, 2, 5, 6],
        };
        // The draw is known to be small here; hash it again for the value.
        Source::new(draw.0, 0, 0).at(0).pick(choices).copied()
    }

    /// Share of buyers who come again, in parts of ten thousand: median 18 %, one in ten over 50 %.
    pub fn repeat_rate(&self, shop: Ppm) -> i64 {
        let own = reflect(shop, self.at(draw::REPEAT).between(-250_000, 250_000));
        repeat_rate(own)
    }
}

/// See [`Draft::repeat_rate`]; the same curve for shops.
pub(super) fn repeat_rate(fraction: Ppm) -> i64 {
    quantile(
        &[
            (0, 0),
            (100_000, 300),
            (300_000, 1_050),
            (500_000, 1_800),
            (700_000, 2_900),
            (900_000, 5_000),
            (MILLION, 8_600),
        ],
        fraction,
    )
}

/// Counters of a supplier's draws; never renumber, or every world changes.
pub(super) mod supplier_draw {
    pub const PRICING: u64 = 1;
    pub const KINDS: u64 = 2;
    pub const SECOND: u64 = 3;
    pub const THIRD: u64 = 4;
    pub const FACTORY: u64 = 6;
    pub const YEARS: u64 = 7;
    pub const MIX: u64 = 8;
    pub const INDUSTRY: u64 = 9;
    pub const LOGIN: u64 = 10;
    pub const MEDAL: u64 = 11;
    pub const COLLECT: u64 = 12;
    pub const REFUND: u64 = 13;
    pub const NEAR: u64 = 20;
    pub const FREE_FROM: u64 = 40;
    pub const TEMPLATE: u64 = 41;
    pub const SCORE: u64 = 60;
}

/// Belt and main kind of a supplier. The walk is even in size as well, since sizes grow smoothly with the
/// number: so a kind's share of offers is what the vocabulary says.
pub(super) fn trade_of(world: &World, supplier: u64) -> Option<(&'static Belt, usize)> {
    let book = world.vocabulary;
    let offset = world.source(topic::WORLD, 0).at(Sequence::Trade as u64).0;
    let at = weyl(supplier, Sequence::Trade, offset).0;
    let found = book.trades.partition_point(|trade| trade.up_to <= at);
    let trade = book.trades.get(found).or(book.trades.last())?;
    Some((book.belts.get(trade.belt)?, trade.kind))
}

/// What the `local`-th of a supplier's `count` offers is: mostly the main kind, then what else its belt makes.
fn kind_of(world: &World, supplier: u64, local: u64, count: u64) -> Option<&'static Kind> {
    let (belt, main) = trade_of(world, supplier)?;
    let own = world.source(topic::SUPPLIER, supplier);
    let (second_from, third_from) = match own.at(supplier_draw::KINDS).below(10) {
        0..4 => (count, count),
        4..8 => (count * 7 / 10, count),
        _ => (count * 6 / 10, count * 85 / 100),
    };
    let main = world.vocabulary.kinds.get(main)?;
    if local < second_from {
        return Some(main);
    }
    // What else the belt makes of the same sort; nobody sells both hooks and lipstick.
    let kin = || {
        let mut before = 0;
        belt.kinds.iter().filter_map(move |&(to, kind)| {
            let weight = to - std::mem::replace(&mut before, to);
            world.vocabulary.kinds.get(kind).filter(|kind| kind.top == main.top).map(|kind| (weight, kind))
        })
    };
    let counter = if local < third_from { supplier_draw::SECOND } else { supplier_draw::THIRD };
    let mut at = own.at(counter).below(kin().map(|(weight, _)| weight).sum());
    for (weight, kind) in kin() {
        if at < weight {
            return Some(kind);
        }
        at -= weight;
    }
    Some(main)
}
