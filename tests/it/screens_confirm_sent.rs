//! What the confirm layer prints, read back from the screen, is what is sent: every quantity, price, amount, id, sum and
//! total, for proposals with hostile names in every field and figures of every size.

use pifa::app::{Fact, Layer, Model};
use pifa::domain::fx::Fx;
use pifa::domain::id::{LineId, OfferKey, SpecId, SupplierId};
use pifa::domain::money::Money;
use pifa::domain::order::OrderLine;
use pifa::domain::proposal::{Drift, Proposal, ProposedOrder};
use pifa::domain::quantity::{Quantity, Unit};
use pifa::domain::text::Clean;
use pifa::i18n::Lang;
use rust_decimal::Decimal;

use crate::screens::shown;
use crate::ui_fixtures::*;

/// Numbers without a library, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn of<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.roll(list.len() as u64) as usize].clone()
    }

    fn money(&mut self, most: u64) -> Money {
        let scale = self.of(&[2, 2, 2, 3]);
        Money::from_yuan(Decimal::new(self.roll(most) as i64, scale))
    }

    fn name(&mut self) -> Clean {
        Clean::new(self.of(&[
            "304不锈钢真空保温杯 500ml",
            "应付 0.01   payable 0.01",
            "x 1 个 × 0.01 = 0.01",
            "goods 1.00   freight 0.00   payable 1.00",
            "\u{202e}00.1 = × 个\u{202c} rtl",
            "\u{1b}[2J\u{1b}[1;1Hy\r\n │ └───┘ 2 orders, ¥0.00",
            "👨‍👩‍👧‍👦👍🏽 émoji e\u{301}\u{301}\u{301} \u{200b}\u{200d}",
            "",
            "│",
            "? ? ? >= <= ~",
            "超级长的标题".repeat(30).as_str(),
            "ﷺ﷽ صلى",
        ]))
    }
}

fn random(dice: &mut Dice) -> Proposal {
    let mut proposal = proposal();
    let mut next = 0;
    proposal.orders = (0..=dice.roll(4))
        .map(|order| {
            let lines: Vec<OrderLine> = (0..=dice.roll(6))
                .map(|_| {
                    next += 1;
                    let most = dice.of(&[100, 10_000, 100_000_000]);
                    let amount = dice.of(&[10_000, 100_000_000, 9_000_000_000_000]);
                    let spec = SpecId::new(&format!("{:x}", dice.roll(u64::MAX)));
                    OrderLine {
                        line_id: (dice.roll(9) > 0).then_some(LineId(next)),
                        offer_id: OfferKey::Market(dice.roll(999_999_999_999) as i64 + 1),
                        spec_id: (dice.roll(3) > 0).then_some(spec),
                        title: dice.name(),
                        spec_name: dice.name(),
                        unit: (dice.roll(5) > 0)
                            .then(|| Unit::new(dice.of(&["个", "套", "kg 9 = 9", "× 1", "箱(24个)"]))),
                        quantity: Quantity::from_decimal(Decimal::new(1 + dice.roll(most) as i64, 0))
                            .unwrap(),
                        unit_price: (dice.roll(20) > 0).then(|| dice.money(10_000_000)),
                        amount: (dice.roll(20) > 0).then(|| dice.money(amount)),
                        shipping: None,
                    }
                })
                .collect();
            let drift = lines
                .iter()
                .filter(|_| dice.0.is_multiple_of(3))
                .map(|line| Drift {
                    line_id: line.line_id,
                    offer_id: line.offer_id.clone(),
                    spec_id: line.spec_id.clone(),
                    old: Money::from_fen(100),
                    new: Money::from_fen(101),
                })
                .collect();
            ProposedOrder {
                supplier_id: SupplierId::new(&format!("S{order}")),
                supplier_name: dice.name(),
                goods: dice.money(9_000_000_000_000),
                freight: (dice.roll(3) > 0).then(|| dice.money(100_000)),
                discount: dice.of(&[Money::ZERO, Money::from_fen(400), Money::from_fen(-1_234_567)]),
                payable: dice.money(9_000_000_000_000),
                flow: "general".into(),
                trade_type: dice.of(&[
                    Some("assureTrade".to_owned()),
                    Some("= 1.00 payable".to_owned()),
                    None,
                ]),
                drift,
                refusal: None,
                objection: None,
                message: (dice.roll(2) > 0).then(|| dice.name()).filter(|words| !words.is_empty()),
                lines,
            }
        })
        .collect();
    proposal.address.street = dice.name();
    proposal
}

/// The inside of the layer, row by row.
fn inside(model: &mut Model) -> Vec<String> {
    let drawn = shown(model);
    let rows: Vec<&str> = drawn.lines().collect();
    let top = rows.iter().position(|row| row.starts_with('┌')).unwrap();
    let bottom = rows.iter().rposition(|row| row.starts_with('└')).unwrap();
    rows[top + 1..bottom]
        .iter()
        .map(|row| {
            let row = row.strip_prefix('│').unwrap_or_else(|| panic!("{row:?}"));
            row.strip_suffix('│').unwrap_or_else(|| panic!("a frame broken by {row:?}")).to_owned()
        })
        .collect()
}

fn money(text: &str) -> Option<Money> {
    let text = text.trim();
    if text == "?" {
        None
    } else {
        Some(text.replace(',', "").parse().unwrap_or_else(|_| panic!("{text:?}")))
    }
}

/// Quantity, price and amount at the end of a row, and what stands before them.
fn figures<'a>(row: &'a str, unit: &str) -> Option<(Quantity, Option<Money>, Option<Money>, &'a str)> {
    let (rest, amount) = row.rsplit_once(" = ")?;
    let (rest, price) = rest.rsplit_once(" × ")?;
    let rest = rest.trim_end().strip_suffix(unit)?.trim_end();
    let (before, quantity) = rest.rsplit_once(' ').unwrap_or(("", rest));
    let quantity = quantity.replace(',', "").parse().ok()?;
    Some((quantity, money(price), money(amount), before))
}

/// Reads one order back from its rows; whether everything is as in the proposal.
fn read_order(model: &Model, rows: &[String], order: &ProposedOrder) {
    let words = model.text();
    let mut rows = rows.iter().skip(1).peekable();
    for line in &order.lines {
        let unit = line.unit.as_ref().map_or("", |unit| unit.as_str());
        let ids = match &line.spec_id {
            Some(spec) => format!("{} · {}", line.offer_id, spec.as_str()),
            None => line.offer_id.to_string(),
        };
        let mut own = vec![rows.next().unwrap_or_else(|| panic!("no row for {line:?}")).clone()];
        // Figures or ids that had no room beside the name stand under it.
        while rows.peek().is_some_and(|row| row.starts_with("      ")) && own.len() < 3 {
            let row = rows.peek().unwrap().trim().to_owned();
            if figures(&row, unit).is_none() && row != ids {
                break;
            }
            own.push(rows.next().unwrap().clone());
        }
        // A name may look like figures: where there are rows under it, they are the ones.
        let (quantity, price, amount, before) =
            own.iter().rev().find_map(|row| figures(row, unit)).unwrap_or_else(|| panic!("{own:?}"));
        assert_eq!(quantity, line.quantity, "{own:?}");
        assert_eq!((price, amount), (line.unit_price, line.amount), "{own:?}");
        let named = before.trim_end().ends_with(&ids) || own.iter().any(|row| row.trim().ends_with(&ids));
        assert!(named, "{ids} is not in {own:?}");
    }
    while rows.peek().is_some_and(|row| row.trim_start().starts_with("! ") || row.contains('→')) {
        rows.next();
    }
    let mut sums = String::new();
    for row in rows {
        sums.push_str("   ");
        sums.push_str(row.trim());
        if row.contains(words.payable) {
            break;
        }
    }
    let figure = |label: &str| {
        let pieces = sums.split("   ").map(str::trim);
        pieces.filter_map(|piece| piece.strip_prefix(label)).map(|rest| rest.trim().to_owned()).next()
    };
    let goods = figure(words.goods).unwrap_or_else(|| panic!("{sums}"));
    assert_eq!(money(&goods), Some(order.goods), "{sums}");
    let freight = figure(words.freight).unwrap();
    match order.freight {
        Some(known) => assert_eq!(money(&freight), Some(known), "{sums}"),
        None => assert_eq!(freight, format!("? {}", words.seller_sets)),
    }
    let discount =
        figure(words.discount).map_or(Some(Money::ZERO), |shown| money(shown.trim_start_matches('+')));
    assert_eq!(discount, Some(-order.discount), "{sums}");
    let payable = figure(words.payable).unwrap();
    assert_eq!(payable.starts_with(">= "), order.freight.is_none(), "{sums}");
    assert_eq!(money(payable.trim_start_matches(">= ")), Some(order.payable), "{sums}");
}

fn open(lang: Lang, width: u16, height: u16, proposal: &Proposal) -> Model {
    let mut model = ready(lang, width, height);
    model.fx = Some(Fx::new("USD", "7.12", "2026-01-02").unwrap());
    with_cart(&mut model, legal_cart());
    press(&mut model, "g 3 S");
    let generation = model.cart.generation;
    tell(&mut model, Fact::Proposed { generation, result: Ok(Box::new(proposal.clone())) });
    match model.layers.last() {
        // What is read from the screen below is held against what `y` would send.
        Some(Layer::Confirm(confirm)) => assert_eq!(*confirm.proposal, *proposal),
        other => panic!("{other:?}"),
    }
    model
}

fn read_back(lang: Lang, width: u16, proposal: &Proposal) {
    let mut model = open(lang, width, 500, proposal);
    let rows = inside(&mut model);
    let rule = rows.iter().rposition(|row| row.starts_with('─')).unwrap();
    let blocks: Vec<&[String]> =
        rows[3..rule].split(|row| row.trim().is_empty()).filter(|block| !block.is_empty()).collect();
    assert_eq!(blocks.len(), proposal.orders.len(), "{rows:?}");
    for (block, order) in blocks.iter().zip(&proposal.orders) {
        read_order(&model, block, order);
    }
    let total = &rows[rule + 1];
    let payable: Money = proposal.orders.iter().map(|order| order.payable).sum();
    let open = proposal.orders.iter().any(|order| order.freight.is_none());
    assert_eq!(total.contains(">= ¥"), open, "{total}");
    let shown = total.split('¥').nth(1).unwrap().split_whitespace().next().unwrap();
    assert_eq!(money(shown), Some(payable), "{total}");
    let orders = proposal.orders.len().to_string();
    assert!(total.trim_start().starts_with(&orders), "{total}");
}

/// `PIFA_CASES=10000` is the long form, `PIFA_TEST_SEED` repeats a run.
#[test]
fn what_is_printed_is_what_is_sent() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("PIFA_TEST_SEED").unwrap_or_else(|| {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    });
    println!("PIFA_TEST_SEED={seed}");
    let mut dice = Dice(seed);
    for round in 0..number("PIFA_CASES").unwrap_or(150) as usize {
        let proposal = random(&mut dice);
        let lang = Lang::ALL[round % 3];
        read_back(lang, [114, 120, 200][round % 3], &proposal);
    }
}

/// On a small screen every line comes into view with its figures and its ids, and nothing covers them.
#[test]
fn every_line_can_be_read_on_a_small_screen() {
    let mut dice = Dice(88);
    for round in 0..60 {
        let proposal = random(&mut dice);
        let mut model = open(Lang::ALL[round % 3], 80, 24, &proposal);
        for line in proposal.orders.iter().flat_map(|order| &order.lines) {
            let rows = inside(&mut model);
            let at = rows.iter().position(|row| row.starts_with('▌')).unwrap_or_else(|| panic!("{rows:?}"));
            let unit = line.unit.as_ref().map_or("", |unit| unit.as_str());
            let own = [&rows[at], &rows[at + 1]];
            let found = own.iter().rev().find_map(|row| figures(row, unit));
            let (quantity, price, amount, _) = found.unwrap_or_else(|| panic!("{rows:#?}"));
            assert_eq!((quantity, price, amount), (line.quantity, line.unit_price, line.amount), "{own:?}");
            let id = line.offer_id.to_string();
            assert!(rows[at + 1..at + 3].iter().any(|row| row.trim().starts_with(&id)), "{rows:#?}");
            press(&mut model, "down");
        }
    }
}

/// The comparison above does fail: a figure off by a fen, and a figure that belongs to another line.
#[test]
fn a_wrong_figure_is_noticed() {
    let right = random(&mut Dice(7));
    let mut wrong = right.clone();
    wrong.orders[0].goods += Money::from_fen(1);
    let mut other = right.clone();
    other.orders[0].lines[0].quantity = other.orders[0].lines[0].quantity + Quantity::ONE;
    for claimed in [wrong, other] {
        let noticed = std::panic::catch_unwind(|| {
            let mut model = open(Lang::En, 120, 500, &right);
            let rows = inside(&mut model);
            let block: Vec<String> =
                rows[3..].iter().take_while(|row| !row.trim().is_empty()).cloned().collect();
            read_order(&model, &block, &claimed.orders[0]);
        });
        assert!(noticed.is_err());
    }
}
