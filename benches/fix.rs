//! How long a fix takes: 40 lines of 12 suppliers with broken minimums, lots and mix rules, each supplier with 40
//! offers more to fill them with. `cargo bench --bench fix` prints microseconds; the bar is 100 ms (BARS, J3).
//!
//! Worlds: one as buyers meet it; one whose prices have parts of a fen; one where every mix rule asks for a large amount
//! only and the filler is of many odd prices; one of lots of 7, 12 and 144 with freight by weight; one of tens of
//! thousands of pieces; and one where a single supplier with both kinds of minimum has twenty lines.

// A bench speaks on standard output and stops at the first thing that is wrong.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use pifa::domain::cart::{CartLine, Rules};
use pifa::domain::fix::{Task, fix};
use pifa::domain::freight::{ChargeBy, Destination, Fee, Fees, FreightTemplate, FreightTerms};
use pifa::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use pifa::domain::money::Money;
use pifa::domain::offer::{Completeness, Offer, PriceTier, QuoteType, Sku};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::supplier::{Mix, MixRule};
use pifa::domain::text::Clean;
use rust_decimal::Decimal;

const SUPPLIERS: u32 = 12;
const LINES: u32 = 40;
const SHELF: u32 = 40;
const ROUNDS: usize = 15;

/// A small generator of its own: the same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) % u64::from(n.max(1))) as u32
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum World {
    Usual,
    PartsOfAFen,
    LargeAmounts,
    Lots,
    TensOfThousands,
    OneSupplier,
}

impl World {
    fn suppliers(self) -> u32 {
        if self == World::OneSupplier { 1 } else { SUPPLIERS }
    }

    fn lines(self) -> u32 {
        if self == World::OneSupplier { 20 } else { LINES }
    }

    /// How many times as much is bought as usual.
    fn scale(self) -> u32 {
        if self == World::TensOfThousands { 100 } else { 1 }
    }

    /// What the mix rules ask for: pieces, and fen.
    fn rule(self) -> (Option<u32>, i64) {
        match self {
            World::Usual | World::PartsOfAFen => (Some(30), 30_000),
            World::LargeAmounts => (None, 120_013),
            World::Lots => (Some(500), 200_000),
            World::TensOfThousands => (Some(20_000), 2_000_000),
            World::OneSupplier => (Some(3_000), 500_000),
        }
    }
}

fn price(dice: &mut Dice, world: World) -> Money {
    let mills = match world {
        World::Usual | World::Lots | World::TensOfThousands => i64::from(50 + dice.below(3000)) * 10,
        World::PartsOfAFen | World::OneSupplier => i64::from(50 + dice.below(3000)),
        World::LargeAmounts => i64::from(37 + dice.below(900)) * 10,
    };
    Money::from_yuan(Decimal::new(mills, 3))
}

fn offer(dice: &mut Dice, world: World, id: i64, supplier: u32) -> Offer {
    let mut offer = Offer::blank(OfferKey::Market(id), Clean::new("杯"), Timestamp::UNIX_EPOCH);
    offer.supplier_id = Some(SupplierId::new(&format!("S{supplier}")));
    offer.unit = Some(Unit::new("个"));
    offer.completeness = Completeness::Full;
    offer.moq = Some(Quantity::whole(world.scale() * (2 + dice.below(60))));
    offer.lot = (dice.below(4) == 0 || world == World::Lots).then(|| {
        let lots = [7, 12, 144];
        let odd = 2 + dice.below(10);
        Quantity::whole(if world == World::Lots { *lots.get(odd as usize % 3).unwrap_or(&7) } else { odd })
    });
    offer.stock = Some(Quantity::whole(5000 * world.scale()));
    offer.weight_kg = Some(Decimal::new(i64::from(50 + dice.below(900)), 3));
    let first = price(dice, world);
    let tiers = [(2, 100), (100, 90), (300, 80)];
    offer.tiers = tiers
        .iter()
        .map(|(from, percent)| PriceTier {
            from_quantity: Quantity::whole(*from),
            price: Money::from_yuan((first.yuan() * Decimal::new(*percent, 2)).round_dp(3)),
            promotion: None,
        })
        .collect();
    if dice.below(2) == 0 {
        offer.quote_type = if dice.below(2) == 0 { QuoteType::ByOfferOverSkus } else { QuoteType::BySku };
        offer.skus = (0..4)
            .map(|spec| Sku {
                spec_id: SpecId::new(&format!("p{spec}")),
                sku_id: None,
                name: Clean::new("白"),
                name_en: None,
                price: Some(price(dice, world)),
                promotion: None,
                tiers: Vec::new(),
                stock: Some(Quantity::whole(800 * world.scale())),
            })
            .collect();
    }
    let (pieces, amount) = world.rule();
    offer.mix =
        Mix::Rule(MixRule { pieces: pieces.map(Quantity::whole), amount: Some(Money::from_fen(amount)) });
    offer.freight = match dice.below(3) {
        0 => FreightTerms::SellerPays,
        _ => FreightTerms::Template(FreightTemplate {
            charge_by: ChargeBy::Weight,
            first_unit: Decimal::ONE,
            next_unit: Decimal::ONE,
            fees: Fees::Zones(vec![Fee { first: Money::from_fen(800), next: Money::from_fen(250) }]),
            free_from: supplier.is_multiple_of(3).then(|| Money::from_fen(29_900)),
        }),
    };
    if world == World::LargeAmounts {
        offer.freight = FreightTerms::SellerPays;
    }
    offer
}

fn main() {
    for (name, world) in [
        ("usual", World::Usual),
        ("parts of a fen", World::PartsOfAFen),
        ("large amounts", World::LargeAmounts),
        ("lots", World::Lots),
        ("tens of thousands", World::TensOfThousands),
        ("one supplier", World::OneSupplier),
    ] {
        let mut dice = Dice(1688);
        let mut shelf = Vec::new();
        let mut lines = Vec::new();
        let suppliers = world.suppliers();
        for at in 0..world.lines() {
            let supplier = at % suppliers;
            let offer = Arc::new(offer(&mut dice, world, i64::from(at) + 1, supplier));
            let spec_id = offer.skus.first().map(|sku| sku.spec_id.clone());
            let most = world.scale() * if supplier < 5 { 12 } else { 300 };
            let quantity = Quantity::whole(2 + dice.below(most));
            lines.push(CartLine { id: LineId(i64::from(at) + 1), offer, spec_id, quantity });
        }
        for at in 0..suppliers * SHELF {
            shelf.push(Arc::new(offer(&mut dice, world, 1000 + i64::from(at), at % suppliers)));
        }
        let destination = Destination { district: Some("440111".into()), zone: Some(0) };
        let rules = Rules::default();
        let task = Task { lines: &lines, shelf: &shelf, rules: &rules, destination: &destination };
        let mut times: Vec<Duration> = Vec::new();
        let mut told = String::new();
        for _ in 0..ROUNDS {
            let begun = Instant::now();
            let found = fix(&task);
            times.push(begun.elapsed());
            told = format!(
                "{} changes, {} left, {} -> {}, proven {}",
                found.plan.changes.len(),
                found.plan.no_fix.len(),
                found.plan.cost_before(),
                found.plan.cost_after(),
                found.plan.proven
            );
        }
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let worst = times.last().copied().unwrap_or_default();
        println!("{name}: median {} us, worst {} us; {told}", median.as_micros(), worst.as_micros());
    }
}
