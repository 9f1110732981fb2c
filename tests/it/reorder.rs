//! The sheet of a reorder: read, decided line by line, put into the cart or on to sending; and what it looks like.

use std::sync::Arc;

use pifa::app::msg::{CartDeed, Trouble};
use pifa::app::{Effect, Fact, Layer, Model, Pane, orders};
use pifa::domain::cart::Rules;
use pifa::domain::drift::{PastLine, Sheet, SheetLine, Today};
use pifa::domain::id::{LineId, SpecId, SupplierId};
use pifa::domain::offer::Offer;
use pifa::domain::order::{Reordered, Unresolved};
use pifa::domain::text::Clean;
use pifa::i18n::Lang;
use rust_decimal::Decimal;

use crate::screens::shown;
use crate::ui_fixtures::*;

const DONE: &str = "33150000000012345";

fn line(offer: &Offer, spec: Option<(&str, &str)>, units: u32, price: &str) -> SheetLine {
    let spec_id = spec.map(|(id, _)| SpecId::new(id));
    let past = PastLine {
        offer_id: offer.key.clone(),
        spec_id: spec_id.clone(),
        title: offer.title.clone(),
        spec_name: Clean::new(spec.map_or("", |(_, name)| name)),
        unit: offer.unit.clone(),
        quantity: q(units),
        last_quantity: q(units),
        unit_price: Some(yuan(price)),
        amount: Some(yuan(price).times(q(units).decimal())),
        supplier: offer.supplier_id.clone().zip(offer.supplier_name.clone()),
        was: None,
        at: Some(at(-75 * 86_400)),
    };
    SheetLine { wanted: past.quantity, past, today: Ok(Today { offer: Arc::new(offer.clone()), spec_id }) }
}

/// Seven lines of which so many changed, each in its own way.
pub fn sheet_of(changes: usize) -> Sheet {
    let cup = cup();
    let mut lines = vec![
        line(&cup, Some(("w", "白")), 100, "10.60"),
        line(&cup, Some(("b", "黑")), 200, "10.60"),
        line(&pot(), Some(("s", "1.5L")), 24, "21.50"),
        line(&straw(), None, 500, "11.00"),
        line(&bedding(), None, 120, "82.00"),
        line(&rival(), None, 30, "8.00"),
        line(&pot(), Some(("m", "2L")), 24, "24.00"),
    ];
    // Prices of then are today's, and stock and minimums as they were, until something changes.
    let even = Sheet::of(lines.clone(), Rules::default(), destination());
    for row in &even.rows {
        for at in &row.lines {
            let SheetLine { past, today, .. } = &mut lines[*at];
            if let Ok(today) = today {
                past.was = Some(today.offer.clone());
            }
            if let Some(pifa::domain::drift::Value::Money(now)) = &row.new {
                past.unit_price = Some(*now);
                past.amount = Some(now.times(past.quantity.decimal()));
            }
        }
    }
    let change = |line: &mut SheetLine, how: fn(&mut Offer)| {
        if let Ok(today) = &mut line.today {
            let mut offer = today.offer.as_ref().clone();
            how(&mut offer);
            today.offer = Arc::new(offer);
        }
    };
    type Change = fn(&mut Offer);
    let changed: [(usize, Change); 3] = [
        (2, |offer| offer.skus[0].price = Some("22.17".parse().unwrap())),
        (4, |offer| offer.moq = Some(q(150))),
        (3, |offer| offer.lot = Some(q(24))),
    ];
    for (at, how) in changed.into_iter().take(changes) {
        lines[at].past.was = None;
        change(&mut lines[at], how);
    }
    if changes > 3 {
        lines[5].today = Err(Unresolved::Gone);
    }
    if changes > 4 {
        lines[6].today = Err(Unresolved::UnknownSpec);
    }
    if changes > 5 {
        for line in &mut lines[..2] {
            let mut was = cup.clone();
            was.supplier_name = Some(Clean::new("永康恒致杯厂"));
            line.past.was = Some(Arc::new(was));
        }
    }
    Sheet::of(lines, Rules::default(), destination())
}

/// The orders whose sheet is open and may be waited for.
pub fn asked(model: &Model) -> Vec<String> {
    match model.layers.last() {
        Some(Layer::Drift(layer)) => layer.ids.clone(),
        _ => Vec::new(),
    }
}

fn orders_model(lang: Lang, width: u16, height: u16) -> Model {
    let mut model = ready(lang, width, height);
    tell(&mut model, Fact::OrdersRead(Ok(many_orders())));
    press(&mut model, "5");
    let to = orders::rows(&model).position(|order| orders::goes_by(order, DONE)).unwrap();
    for _ in 0..to {
        press(&mut model, "down");
    }
    model
}

fn read(model: &mut Model, changes: usize, limit: i64) {
    assert_eq!(press(model, "r"), [Effect::ReadDrift(vec![DONE.into()])]);
    let sheet = Box::new(sheet_of(changes));
    tell(model, Fact::DriftRead { ids: vec![DONE.into()], limit: Decimal::from(limit), result: Ok(sheet) });
}

/// The sheet of so many changes, over no limit.
pub fn opened(lang: Lang, width: u16, height: u16, changes: usize) -> Model {
    let mut model = orders_model(lang, width, height);
    read(&mut model, changes, 0);
    model
}

fn said(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| notice.text.as_str())
}

fn open(model: &Model) -> usize {
    match model.layers.last() {
        Some(Layer::Drift(layer)) => layer.open(),
        other => panic!("{other:?}"),
    }
}

/// Without the wishes to be woken.
fn deeds(effects: Vec<Effect>) -> Vec<Effect> {
    effects.into_iter().filter(|effect| !matches!(effect, Effect::WakeAt(_))).collect()
}

#[test]
fn the_fixture_changes_as_often_as_it_says() {
    for changes in 0..=6 {
        let rows = sheet_of(changes).rows;
        assert_eq!(rows.len(), changes, "{rows:#?}");
    }
}

#[test]
fn an_order_of_which_nothing_changed_goes_on_to_its_confirmation_in_two_keys() {
    let mut model = orders_model(Lang::En, 80, 24);
    read(&mut model, 0, 0);
    let effects = deeds(press(&mut model, "S"));
    let [Effect::Reorder(wanted)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!((wanted.lines.len(), wanted.left_out, wanted.submit), (7, 0, true));
    assert!(model.layers.is_empty());
    // Asked for while it is under way.
    press(&mut model, "r");
    assert!(said(&model).contains("no answer"), "{}", said(&model));
    let done = Reordered { added: vec![LineId(7)], submit: true, ..Reordered::default() };
    assert_eq!(deeds(tell(&mut model, Fact::Reordered(Ok(done)))), [Effect::Cart(CartDeed::Read)]);
    assert_eq!(model.pane, Pane::Cart);
    let effects = tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(legal_cart()) });
    assert!(matches!(deeds(effects).as_slice(), [Effect::Propose { .. }]));
    // Once only.
    let effects = tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(legal_cart()) });
    assert!(deeds(effects).is_empty());
}

#[test]
fn a_cart_that_breaks_a_rule_is_shown_and_not_proposed() {
    let mut model = orders_model(Lang::En, 80, 24);
    read(&mut model, 0, 0);
    press(&mut model, "S");
    let done = Reordered { added: vec![LineId(7)], submit: true, ..Reordered::default() };
    tell(&mut model, Fact::Reordered(Ok(done)));
    let effects = tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(broken_cart()) });
    assert!(deeds(effects).is_empty() && !said(&model).is_empty());
}

#[test]
fn what_changed_waits_for_a_word_and_one_key_gives_it() {
    let mut model = orders_model(Lang::En, 80, 24);
    read(&mut model, 6, 3);
    assert_eq!(open(&model), 5, "the seller's new name asks for nothing");
    assert!(deeds(press(&mut model, "S")).is_empty());
    assert!(said(&model).contains("5 lines to decide"), "{}", said(&model));
    // 3.1 percent is over 3; a lot, a minimum and what is gone are never within.
    press(&mut model, "a");
    assert_eq!(open(&model), 5);
    press(&mut model, "k");
    assert_eq!(open(&model), 4);
    press(&mut model, "u");
    assert_eq!(open(&model), 5);
    press(&mut model, "home d");
    press(&mut model, "A");
    assert_eq!(open(&model), 0);
    press(&mut model, "u u");
    press(&mut model, "A c");
    assert!(model.layers.is_empty(), "into the cart");
}

#[test]
fn what_is_to_be_swapped_later_is_noted_and_what_is_left_out_counted() {
    let mut model = orders_model(Lang::En, 80, 24);
    read(&mut model, 5, 0);
    // The price is taken; the lot, the minimum, the gone and the withdrawn follow in the order of their lines.
    press(&mut model, "k f d l l");
    let effects = deeds(press(&mut model, "c"));
    let [Effect::Reorder(wanted)] = effects.as_slice() else { panic!("{effects:?} {}", said(&model)) };
    assert_eq!((wanted.lines.len(), wanted.later.len(), wanted.left_out), (4, 2, 1));
    assert!(!wanted.submit);
    let lot = wanted.lines.iter().find(|line| line.line == 3).unwrap();
    assert_eq!(lot.quantity, q(500), "kept as it was, whatever the lot");
    let done = Reordered { added: vec![LineId(7)], left_out: 1, later: 2, submit: false };
    tell(&mut model, Fact::Reordered(Ok(done)));
    assert!(said(&model).contains("1 line added") && said(&model).contains("to-swap"), "{}", said(&model));
    let effects = tell(&mut model, Fact::CartChanged { deed: CartDeed::Read, result: Ok(legal_cart()) });
    assert!(deeds(effects).is_empty(), "only into the cart");
}

#[test]
fn a_sheet_that_cannot_be_read_says_why_and_closes() {
    let mut model = orders_model(Lang::En, 80, 24);
    press(&mut model, "r");
    let result = Err(Trouble::new("the ledger is locked", None));
    tell(&mut model, Fact::DriftRead { ids: vec![DONE.into()], limit: Decimal::ZERO, result });
    assert!(shown(&mut model).contains("the ledger is locked"));
    press(&mut model, "A");
    assert!(!said(&model).is_empty());
    press(&mut model, "esc");
    assert!(model.layers.is_empty());
    tell(&mut model, Fact::Reordered(Err(Trouble::new("the ledger is locked", None))));
    assert_eq!((model.pane, model.orders.busy.as_ref()), (Pane::Orders, None));
}

#[test]
fn the_largest_orders_come_first_on_demand() {
    let mut model = orders_model(Lang::En, 80, 24);
    press(&mut model, "b");
    let totals: Vec<_> = orders::rows(&model).map(|order| order.total.or(order.goods)).collect();
    assert!(totals.windows(2).all(|pair| pair[0] >= pair[1]), "{totals:?}");
    assert_eq!(model.orders.list.selected, 0);
    press(&mut model, "b");
    let first = orders::rows(&model).next().unwrap();
    assert_eq!(orders::turn(first), orders::Turn::Unknown);
}

#[test]
fn what_the_sheet_looks_like() {
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::ZhTw, "tw"), (Lang::En, "en")] {
        for (width, height) in [(80, 24), (120, 36)] {
            let mut model = orders_model(lang, width, height);
            read(&mut model, 6, 3);
            press(&mut model, "k down d");
            insta::assert_snapshot!(format!("drift_{tag}_{width}x{height}"), shown(&mut model));
        }
        let mut model = orders_model(lang, 80, 24);
        read(&mut model, 0, 3);
        insta::assert_snapshot!(format!("drift_nothing_{tag}"), shown(&mut model));
    }
    let mut model = orders_model(Lang::En, 80, 24);
    press(&mut model, "r");
    insta::assert_snapshot!("drift_reading", shown(&mut model));
    // Other suppliers than the order's own are counted.
    assert!(sheet_of(0).lines.iter().any(|line| line.supplier_id() != Some(&SupplierId::new("S0"))));
}
