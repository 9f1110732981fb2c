//! The comparison in full: eight offers either way, ranges taken from Search, a quantity tried while it is typed, the
//! other ways to order, every two against each other; and the buying lists.

use std::sync::Arc;

use jiff::civil::Date;
use pifa::app::msg::{ListDeed, ListOutcome, Trouble};
use pifa::app::{Effect, Fact, Layer, Model, Pane};
use pifa::domain::compare::Crown;
use pifa::domain::flow::{Flow, FlowTerms};
use pifa::domain::freight::FreightTerms;
use pifa::domain::id::{OfferKey, SupplierId};
use pifa::domain::list::{Difference, ListRow};
use pifa::domain::offer::{Offer, QuoteType};
use pifa::domain::price::row_price;
use pifa::domain::quantity::Unit;
use pifa::domain::saved::SavedName;
use pifa::domain::search::{SearchPage, SearchRow};
use pifa::domain::text::Clean;
use pifa::i18n::{Lang, comparing, messages};

use crate::screens::shown;
use crate::ui_fixtures::*;

fn snap(name: &str, scene: impl Fn(&mut Model)) {
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
        for (width, height) in [(80, 24), (120, 36)] {
            let mut model = ready(lang, width, height);
            scene(&mut model);
            insta::assert_snapshot!(format!("{name}_{tag}_{width}x{height}"), shown(&mut model));
        }
    }
}

fn terms(flow: Flow, start: Option<u32>, price: &str, post_included: Option<bool>) -> FlowTerms {
    let price = Some(yuan(price));
    FlowTerms { flow, start_quantity: start.map(q), price, sku_prices: Vec::new(), post_included }
}

/// Offer `n` of a series of cups, each a little dearer than the one before.
fn one(n: i64) -> Offer {
    let mut offer = if n % 2 == 0 { cup() } else { rival() };
    (offer.quote_type, offer.skus) = (QuoteType::ByOffer, Vec::new());
    offer.key = OfferKey::Market(700_000_000_000 + n);
    offer.supplier_id = Some(SupplierId::new(&format!("T{n}")));
    offer.title = Clean::new(&format!("第{n}款 {}", offer.title));
    offer.stock = Some(q(90_000));
    offer.moq = Some(q(10));
    offer.lot = None;
    offer.unit = Some(Unit::new("个"));
    for tier in &mut offer.tiers {
        tier.price += yuan("0.10").times(n.into());
    }
    match n {
        2 => {
            offer.services.return_7d = Some(true);
            offer.flows = vec![
                terms(Flow::Fenxiao, Some(1), "12.80", Some(true)),
                terms(Flow::Saleproxy, None, "7.20", None),
            ];
        }
        3 => offer.freight = FreightTerms::ByAgreement,
        6 => offer.unit = Some(Unit::new("箱")),
        _ => {}
    }
    offer
}

/// Twelve of them found.
fn found(model: &mut Model) {
    let quantity = model.quantity;
    let row = |n: i64| {
        let offer = Arc::new(one(n));
        SearchRow { price: row_price(&offer, quantity), offer, matched: vec![], mine: Default::default() }
    };
    let rows: Vec<SearchRow> = (0..12).map(row).collect();
    let page = SearchPage { total: 12, counted: true, cached: 20_000, rows, ..SearchPage::default() };
    let generation = model.search.generation;
    tell(model, Fact::Searched { generation, result: Ok(page) });
}

fn eight(model: &mut Model) {
    found(model);
    press(model, "V 8 c");
    model.notice = None;
}

#[test]
fn a_range_is_extended_by_moves_and_counts_and_taken_as_a_whole() {
    for (keys, marked) in [("V c", 1), ("V j j c", 3), ("V 4 j c", 5), ("V 5 c", 5), ("j j j V k k c", 3)] {
        let mut model = ready(Lang::En, 80, 24);
        found(&mut model);
        press(&mut model, keys);
        assert_eq!((model.compare.offers.len(), model.pane), (marked, Pane::Compare), "{keys}");
        assert!(model.search.range.is_none(), "{keys}");
        let said = comparing::taken(Lang::En, marked, 0, 8);
        assert_eq!(model.notice.as_ref().unwrap().text, said, "{keys}");
    }
}

#[test]
fn the_rows_of_a_range_are_marked_without_colour_and_esc_ends_it() {
    let mut model = ready(Lang::En, 80, 24);
    found(&mut model);
    press(&mut model, "V j j");
    let drawn = shown(&mut model);
    let marked = drawn.lines().filter(|row| row.starts_with('┃')).count();
    assert_eq!((marked, drawn.lines().filter(|row| row.starts_with('▌')).count()), (2, 1), "{drawn}");
    assert!(drawn.contains(&comparing::in_range(Lang::En, 3, "")), "{drawn}");
    // A digit is a count and no pane; what it is stands on the screen.
    press(&mut model, "2");
    assert_eq!(model.pane, Pane::Search);
    assert!(shown(&mut model).contains("2…"));
    press(&mut model, "esc");
    assert!(model.search.range.is_none() && model.compare.offers.is_empty());
    assert!(!shown(&mut model).contains('┃'));
    press(&mut model, "2");
    assert_eq!(model.pane, Pane::Compare);
}

#[test]
fn what_does_not_fit_is_counted_and_said() {
    let mut model = ready(Lang::En, 80, 24);
    found(&mut model);
    press(&mut model, "V G c");
    assert_eq!(model.compare.offers.len(), 8);
    assert_eq!(model.notice.as_ref().unwrap().text, comparing::taken(Lang::En, 8, 4, 8));
    // One that is there already takes no room twice, and a ninth is refused in words.
    press(&mut model, "g 1 g g V 8 c");
    assert_eq!(model.notice.as_ref().unwrap().text, comparing::taken(Lang::En, 0, 0, 8));
    press(&mut model, "g 1 G c");
    assert_eq!(model.compare.offers.len(), 8);
    assert_eq!(model.notice.as_ref().unwrap().text, comparing::full(Lang::En, 8));
    press(&mut model, "g g c");
    assert_eq!(model.compare.offers.len(), 7, "a mark can be taken away still");
    press(&mut model, "G c");
    assert_eq!(model.notice.as_ref().unwrap().text, messages::marked(Lang::En, 8));
}

#[test]
fn a_new_list_ends_the_range() {
    let mut model = ready(Lang::En, 80, 24);
    found(&mut model);
    press(&mut model, "V j");
    // The same question again, with the same rows: it stands.
    found(&mut model);
    assert!(model.search.range.is_some());
    let generation = model.search.generation;
    let result = Ok(page(model.quantity));
    tell(&mut model, Fact::Searched { generation, result });
    assert!(model.search.range.is_none(), "another offer stands where it was begun");
}

#[test]
fn eight_side_by_side() {
    snap("compare_eight", eight);
    snap("compare_eight_across", |model| {
        eight(model);
        press(model, "t G");
    });
}

/// Every figure of every offer can be brought to the screen at 80 columns, as columns too.
#[test]
fn each_of_eight_comes_into_view_as_a_column() {
    let mut model = ready(Lang::En, 80, 24);
    eight(&mut model);
    press(&mut model, "t");
    assert!(model.compare.transposed);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let drawn = shown(&mut model);
        let head = drawn.lines().find(|row| row.contains('▌')).unwrap_or_default().to_owned();
        seen.extend(('A'..='H').filter(|letter| head.contains(*letter)));
        let rows = pifa::app::compare::rows(&model);
        let at = model.compare.list.selected;
        if let Some(landed) = rows[at].at.landed {
            assert!(drawn.contains(&grouped(&landed.to_string())), "{landed}\n{drawn}");
        }
        press(&mut model, "j");
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
}

fn grouped(sum: &str) -> String {
    let (whole, rest) = sum.split_once('.').unwrap();
    let mut said = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            said.push(',');
        }
        said.push(digit);
    }
    format!("{said}.{rest}")
}

#[test]
fn unlike_units_are_never_crowned_against_each_other_and_unknown_freight_never_wins() {
    let mut model = ready(Lang::En, 120, 36);
    eight(&mut model);
    let rows = pifa::app::compare::rows(&model);
    let crowned: Vec<_> = rows.iter().filter(|row| row.crown != Crown::No).collect();
    assert_eq!(crowned.len(), 1);
    assert_eq!(crowned[0].offer.unit, Some(Unit::new("个")));
    assert!(crowned[0].at.landed.is_some());
    let alone = rows.iter().find(|row| row.offer.unit == Some(Unit::new("箱"))).unwrap();
    assert_eq!(alone.crown, Crown::No, "the only one by the carton wins against nobody");
    // Its goods cost less than the best lands at: the crown is of the known ones only.
    let dark = rows.iter().find(|row| row.offer.freight == FreightTerms::ByAgreement).unwrap();
    assert_eq!(dark.at.landed, None);
    let certain = dark.at.goods.unwrap() >= crowned[0].at.landed.unwrap();
    assert_eq!(crowned[0].crown, if certain { Crown::Best } else { Crown::BestKnown });
}

#[test]
fn a_quantity_is_tried_while_it_is_typed() {
    let mut model = ready(Lang::En, 120, 36);
    eight(&mut model);
    let at = |model: &Model| pifa::app::compare::rows(model)[0].quantity;
    press(&mut model, "q 9 0");
    assert_eq!((at(&model), model.quantity), (q(90), q(300)));
    assert!(shown(&mut model).contains("@90"));
    press(&mut model, "esc");
    assert_eq!(at(&model), q(300), "nothing happened");
    let key = pifa::app::compare::rows(&model)[0].offer.key.clone();
    press(&mut model, "e 4 8");
    let rows = pifa::app::compare::rows(&model);
    let own = rows.iter().find(|row| row.offer.key == key).unwrap();
    assert_eq!(own.quantity, q(48));
    assert!(rows.iter().filter(|row| row.offer.key != key).all(|row| row.quantity == q(300)));
    press(&mut model, "enter");
    assert_eq!(model.quantity_of(&key), q(48));
}

fn to_row(model: &mut Model, n: i64) {
    let key = OfferKey::Market(700_000_000_000 + n);
    let rows = pifa::app::compare::rows(model);
    let at = rows.iter().position(|row| row.offer.key == key).unwrap();
    model.compare.list.select(at, rows.len(), 20);
}

#[test]
fn the_other_ways_to_order_and_what_they_give_up() {
    snap("compare_flows", |model| {
        eight(model);
        to_row(model, 2);
        press(model, "f");
    });
    let mut model = ready(Lang::En, 80, 24);
    eight(&mut model);
    to_row(&mut model, 3);
    press(&mut model, "f");
    let drawn = shown(&mut model);
    assert!(drawn.contains(comparing::no_flows(Lang::En)), "{drawn}");
    press(&mut model, "f");
    assert!(!shown(&mut model).contains(comparing::no_flows(Lang::En)));
}

#[test]
fn every_two_against_each_other() {
    snap("compare_pairs", |model| {
        eight(model);
        press(model, "b b");
    });
    let mut model = ready(Lang::En, 80, 24);
    eight(&mut model);
    press(&mut model, "b b b");
    assert_eq!(model.compare.below, pifa::app::compare::Below::Curve);
}

#[test]
fn dominated_quantities_are_shaded_in_the_curve() {
    let mut model = ready(Lang::En, 80, 24);
    eight(&mut model);
    let drawn = shown(&mut model);
    assert!(drawn.matches('▒').count() > 1, "{drawn}");
    model.ascii = true;
    assert!(shown(&mut model).contains(&comparing::shaded(Lang::En, "%")));
}

#[test]
fn what_is_compared_is_what_is_added() {
    let mut model = ready(Lang::En, 80, 24);
    let quantity = model.quantity;
    let mut offers = [one(1), pot()];
    offers[1].unit = Some(Unit::new("个"));
    let rows = offers.map(|offer| {
        let offer = Arc::new(offer);
        SearchRow { price: row_price(&offer, quantity), offer, matched: vec![], mine: Default::default() }
    });
    let page = SearchPage { total: 2, counted: true, rows: rows.to_vec(), ..SearchPage::default() };
    let generation = model.search.generation;
    tell(&mut model, Fact::Searched { generation, result: Ok(page) });
    press(&mut model, "V j c");
    let rows = pifa::app::compare::rows(&model);
    let at = rows.iter().position(|row| row.offer.key == pot().key).unwrap();
    model.compare.list.select(at, 2, 20);
    press(&mut model, "enter");
    let Some(Layer::Picker(picker)) = model.layers.last() else { panic!("{:?}", model.layers) };
    let picked = &picker.offer.skus[picker.list.selected].spec_id;
    assert_eq!(Some(picked), rows[at].at.spec_id.as_ref());
}

fn list_rows() -> Vec<ListRow> {
    let row = |name: &str, lines, goods: &str, complete, over: Option<i64>| ListRow {
        name: SavedName::new(name).unwrap(),
        lines,
        goods: yuan(goods),
        goods_complete: complete,
        every_days: over.map(|_| 28),
        bought: None,
        due: over.map(|_| Date::constant(2026, 1, 5)),
        days_over: over,
        note: Clean::new(if complete { "先问价再下单" } else { "" }),
    };
    vec![
        row("每月补货", 50, "41204.50", true, Some(3)),
        row("双十一备货", 120, "188310.00", false, Some(-12)),
        row("to-swap", 2, "0", false, None),
    ]
}

fn lists(model: &mut Model) {
    with_cart(model, legal_cart());
    press(model, "3");
    assert_eq!(press(model, "l"), [Effect::List(ListDeed::Read)]);
    let bad = vec![Clean::new("lists/tippfehler.txt:2: \"x\" is no quantity")];
    let result = Ok(ListOutcome::Read { rows: list_rows(), bad });
    tell(model, Fact::ListDone { deed: ListDeed::Read, result });
}

#[test]
fn the_lists_on_the_screen() {
    snap("lists", lists);
    snap("lists_diff", |model| {
        lists(model);
        let name = list_rows()[0].name.clone();
        assert_eq!(press(model, "c"), [Effect::List(ListDeed::Diff(name.clone()))]);
        let line = |words: &str, here, there| Difference {
            offer_id: cup().key,
            spec_id: None,
            words: Clean::new(words),
            here,
            there,
        };
        let found = vec![
            line("304不锈钢真空保温杯 白", Some(q(300)), Some(q(240))),
            line("吸管杯 350ml", Some(q(48)), None),
            line("牛奶绒四件套 1.8m 灰", None, Some(q(120))),
        ];
        tell(model, Fact::ListDone { deed: ListDeed::Diff(name), result: Ok(ListOutcome::Differs(found)) });
    });
}

#[test]
fn a_list_goes_into_the_cart_in_so_many_sets() {
    let mut model = ready(Lang::En, 80, 24);
    lists(&mut model);
    let name = list_rows()[1].name.clone();
    let load = |sets| ListDeed::Load { name: name.clone(), sets };
    assert_eq!(press(&mut model, "down enter enter"), [Effect::List(load(q(1)))]);
    assert_eq!(press(&mut model, "enter 3 enter"), [Effect::List(load(q(3)))]);
    let result = Ok(ListOutcome::Loaded { lines: 118, missing: 2 });
    let effects = tell(&mut model, Fact::ListDone { deed: load(q(3)), result });
    assert!(matches!(effects.as_slice(), [Effect::Cart(_)]), "{effects:?}");
    assert!(model.layers.is_empty() && model.pane == Pane::Cart);
    assert!(model.notice.as_ref().unwrap().text.contains("2 not on sale"));
}

#[test]
fn the_cart_is_kept_as_a_list_and_another_one_is_not_written_over_unasked() {
    let mut model = ready(Lang::En, 80, 24);
    lists(&mut model);
    let name = list_rows()[0].name.clone();
    let save = |replace| ListDeed::Save { name: name.clone(), replace };
    press(&mut model, "s");
    assert_eq!(press(&mut model, "enter"), [Effect::List(save(false))]);
    tell(&mut model, Fact::ListDone { deed: save(false), result: Ok(ListOutcome::Taken) });
    assert!(shown(&mut model).contains("y replaces"));
    assert_eq!(press(&mut model, "n"), [], "any other key does not");
    assert!(!shown(&mut model).contains("y replaces"));
    tell(&mut model, Fact::ListDone { deed: save(false), result: Ok(ListOutcome::Taken) });
    assert_eq!(press(&mut model, "y"), [Effect::List(save(true))]);
    let effects = tell(&mut model, Fact::ListDone { deed: save(true), result: Ok(ListOutcome::Saved) });
    assert_eq!(effects, [Effect::List(ListDeed::Read)]);
    // A name that no file can have is asked for again.
    press(&mut model, "s");
    type_text(&mut model, "/../x");
    assert_eq!(press(&mut model, "enter"), []);
    assert!(shown(&mut model).contains(Lang::En.text().why_no_name));
}

#[test]
fn a_list_is_deleted_only_after_a_yes() {
    let mut model = ready(Lang::En, 80, 24);
    lists(&mut model);
    let name = list_rows()[0].name.clone();
    assert_eq!(press(&mut model, "d"), []);
    assert!(shown(&mut model).contains("y deletes"));
    assert_eq!(press(&mut model, "esc"), []);
    assert!(!model.layers.is_empty(), "Esc answers the question and closes nothing");
    assert_eq!(press(&mut model, "d y"), [Effect::List(ListDeed::Delete(name.clone()))]);
    let deed = ListDeed::Delete(name);
    let effects = tell(&mut model, Fact::ListDone { deed, result: Ok(ListOutcome::Deleted) });
    assert_eq!(effects, [Effect::List(ListDeed::Read)]);
    let trouble = Trouble::new("the folder cannot be read", None);
    tell(&mut model, Fact::ListDone { deed: ListDeed::Read, result: Err(trouble) });
    assert!(shown(&mut model).contains("cannot be read"));
}
