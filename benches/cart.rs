//! An edit on a large cart, from the written quantity to the drawn frame: `cargo bench --bench cart [-- LINES]`.
//!
//! Milliseconds of CPU-bound work and of the ledger's own commit, median and 99th percentile of 200 edits, once for a
//! cart over many suppliers and once for all lines with one: `desk` writes the quantity (fsynced), reads the cart and
//! judges it, `draw` takes the answer into the model and draws 200 x 50 cells, `judge` is the share of the rules alone.
//! `desk` + `draw` have to stay within 16 ms at 5,000 lines.

// A bench speaks on standard output and stops at the first thing that is wrong.
#![allow(clippy::print_stdout, clippy::expect_used)]

mod desk;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use pifa::app::msg::{CartDeed, CartSnapshot};
use pifa::app::{Fact, Keys, Model, Msg, update};
use pifa::domain::cart::{self, CartLine, Rules};
use pifa::domain::freight::{ChargeBy, Destination, Fee, Fees, FreightTemplate, FreightTerms};
use pifa::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use pifa::domain::money::Money;
use pifa::domain::offer::{Completeness, Offer, PriceTier, QuoteType, Sku};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::supplier::{Mix, MixRule};
use pifa::domain::text::Clean;
use pifa::i18n::Lang;
use pifa::ledger::Edit;
use pifa::procure::{Catalog, Ledger};
use pifa::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use rust_decimal::Decimal;

use desk::{desk, market};

const EDITS: usize = 200;
const LIMIT: Duration = Duration::from_millis(16);

fn offer(number: u32, suppliers: u32) -> Offer {
    let title = format!("不锈钢保温杯 大容量 {number} 号 304 内胆 便携 车载");
    let mut offer = Offer::blank(
        OfferKey::Market(600_000_000_000 + i64::from(number)),
        Clean::new(&title),
        Timestamp::UNIX_EPOCH,
    );
    let supplier = number % suppliers;
    let tier = |from, fen| PriceTier {
        from_quantity: Quantity::whole(from),
        price: Money::from_fen(fen),
        promotion: None,
    };
    offer.supplier_id = Some(SupplierId::new(&format!("BBB{supplier}")));
    offer.supplier_name = Some(Clean::new(&format!("永康市恒致杯业 {supplier}")));
    offer.unit = Some(Unit::new("个"));
    offer.completeness = Completeness::Full;
    offer.quote_type = QuoteType::ByOfferOverSkus;
    offer.tiers = vec![tier(2, 1000), tier(100, 850), tier(300, 720)];
    offer.moq = Some(Quantity::whole(2 + number % 50));
    offer.lot = number.is_multiple_of(5).then(|| Quantity::whole(6));
    offer.mix =
        Mix::Rule(MixRule { pieces: Some(Quantity::whole(30)), amount: Some(Money::from_fen(30_000)) });
    offer.weight_kg = Some(Decimal::new(38, 2));
    offer.freight = FreightTerms::Template(FreightTemplate {
        charge_by: ChargeBy::Weight,
        first_unit: Decimal::ONE,
        next_unit: Decimal::ONE,
        fees: Fees::Zones(vec![Fee { first: Money::from_fen(600), next: Money::from_fen(200) }; 4]),
        free_from: None,
    });
    offer.skus = (0..8)
        .map(|sku| Sku {
            spec_id: SpecId::new(&format!("c1f5fb6958c3136c4eee8747580c{sku:04}")),
            sku_id: Some(i64::from(sku)),
            name: Clean::new("颜色 白 / 容量 500ml"),
            name_en: None,
            price: None,
            promotion: None,
            tiers: Vec::new(),
            stock: Some(Quantity::whole(500)),
        })
        .collect();
    offer
}

fn lines_of(cart: &pifa::procure::CartView) -> Vec<CartLine> {
    cart.assessment
        .parts
        .iter()
        .flat_map(|part| part.lines.iter().map(|priced| priced.line.clone()))
        .collect()
}

/// Median and 99th percentile, in milliseconds.
fn figures(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() - 1) * percent / 100).copied().unwrap_or_default();
    format!("{:7.2} / {:7.2}", at(50).as_secs_f64() * 1e3, at(99).as_secs_f64() * 1e3)
}

fn measure(lines: u32, suppliers: u32) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(folder.path(), &folder.path().join("catalog.db"));
    let offers: Vec<Offer> = (0..lines).map(|number| offer(number, suppliers)).collect();
    {
        let catalog = Catalog::open(&folder.path().join("catalog.db")).expect("the catalog opens");
        let ledger = Ledger::open(&folder.path().join("ledger.db")).expect("the ledger opens");
        catalog.upsert(&offers, &[]).expect("the offers are stored");
        let edits: Vec<Edit> = offers
            .iter()
            .zip(0..)
            .map(|(offer, number)| Edit::Add {
                spec_id: offer.skus.get(number % 8).map(|sku| sku.spec_id.clone()),
                offer: Box::new(offer.clone()),
                quantity: Quantity::whole(6 + (number % 90) as u32),
            })
            .collect();
        ledger.edit_cart(&market(), "fill", &edits, Timestamp::UNIX_EPOCH).expect("the cart is filled");
    }
    let mut model = Model::new(Lang::ZhCn, false, Keys::preset(), Quantity::whole(300));
    let tell = |model: &mut Model, fact| drop(update(model, Msg { at: Timestamp::UNIX_EPOCH, fact }));
    tell(&mut model, Fact::Started { width: 200, height: 50 });
    model.pane = pifa::app::model::Pane::Cart;
    let mut terminal = Terminal::new(TestBackend::new(200, 50)).expect("a terminal");
    let (mut at_desk, mut drawing, mut judging, mut whole) = (vec![], vec![], vec![], vec![]);
    let mut step = lines / 3;
    for edit in 0..=EDITS {
        step = step.wrapping_mul(48_271).wrapping_add(11) % lines;
        let line = LineId(i64::from(step) + 1);
        let began = Instant::now();
        let quantity = Quantity::whole(1 + (edit as u32 * 37) % 400);
        desk.cart_set(line, quantity).expect("the quantity is set");
        let cart = desk.cart().expect("the cart is read");
        let read = began.elapsed();
        let kept = (edit % 20 == 0).then(|| lines_of(&cart));
        let drawn = Instant::now();
        let snapshot =
            CartSnapshot { assessment: cart.assessment, can_undo: true, ..CartSnapshot::default() };
        tell(&mut model, Fact::CartChanged { deed: CartDeed::Set(line, quantity), result: Ok(snapshot) });
        terminal.draw(|frame| drop(ui::view(&model, frame))).expect("the frame is drawn");
        // The first edit reads every listing; it is not what a buyer waits for edit after edit.
        if edit > 0 {
            at_desk.push(read);
            drawing.push(drawn.elapsed());
            whole.push(read + drawn.elapsed());
        }
        if let Some(lines) = kept {
            let began = Instant::now();
            let verdict = cart::assess(&lines, &Rules::default(), &Destination::default());
            judging.push(began.elapsed());
            assert_eq!(verdict.parts.len(), suppliers as usize);
        }
    }
    let within = {
        whole.sort_unstable();
        whole.get(whole.len() / 2).is_some_and(|median| *median <= LIMIT)
    };
    println!(
        "{lines} lines, {suppliers:4} suppliers, ms p50 / p99: desk {}, draw {}, judge {}, whole {} {}",
        figures(&mut at_desk),
        figures(&mut drawing),
        figures(&mut judging),
        figures(&mut whole),
        if within { "within 16 ms" } else { "OVER 16 ms" },
    );
    within
}

fn main() {
    let given = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let lines = given.unwrap_or(5_000);
    let mut within = true;
    for suppliers in [1, 200] {
        within &= measure(lines, suppliers);
    }
    std::process::exit(i32::from(!within));
}
