//! Saved searches, prices over time and watches, as messages and as screens.

use std::sync::Arc;

use pifa::app::model::Layer;
use pifa::app::msg::{Msg, Trouble};
use pifa::app::{Effect, Fact, Model, update};
use pifa::domain::offer::Offer;
use pifa::domain::price_history::{Ladder, PriceHistory, PricePoint};
use pifa::domain::saved::{SavedName, SavedRow, SavedSearch};
use pifa::domain::search::Sort;
use pifa::domain::text::Clean;
use pifa::domain::watch::{Crossed, Watch, WatchNews, WatchRule, WatchState};
use pifa::i18n::Lang;

use crate::screens::{shown, snap};
use crate::ui_fixtures::*;

fn search(name: &str, query: &str) -> SavedSearch {
    SavedSearch::new(SavedName::new(name).unwrap(), query)
}

fn rows() -> Vec<SavedRow> {
    let mut cups = search("周一看的杯子", "belt:永康 杯 price<8");
    (cups.quantity, cups.sort, cups.note) = (Some(q(500)), Sort::Price, Clean::new("每周一看一次"));
    let mut zone = search("南通家纺", "belt:南通");
    (zone.name_en, zone.quantity) = (Some(Clean::new("Nantong home textiles")), Some(q(100)));
    vec![
        SavedRow { search: cups, is_zone: false, looked_at: Some(at(-7_200)) },
        SavedRow { search: zone, is_zone: true, looked_at: None },
    ]
}

fn opened(model: &mut Model) {
    assert_eq!(press(model, "z"), [Effect::ReadSaved]);
    let bad = Clean::new("searches/typo.toml:2: unknown key `qantity`: did you mean `quantity`?");
    tell(model, Fact::SavedRead(Ok((rows(), vec![bad]))));
}

/// A history of the offer in focus: dearer before, once cheaper.
fn with_prices(model: &mut Model, factors: &[(i64, i64)]) {
    let effects = press_all(model, "down up");
    let asked = effects.iter().rev().find_map(|effect| match effect {
        Effect::ReadPrices { generation, offer } => Some((*generation, Arc::clone(offer))),
        _ => None,
    });
    let (generation, offer) = asked.expect("the history of the row in focus is asked for");
    let point = |(day, percent): &(i64, i64)| {
        let mut then = Offer::clone(&offer);
        for tier in &mut then.tiers {
            tier.price = tier.price.times(rust_decimal::Decimal::new(*percent, 2)).rounded();
            tier.promotion = None;
        }
        PricePoint { at: at(day * 86_400), ladder: Ladder::of(&then).unwrap() }
    };
    let history = PriceHistory::new(factors.iter().map(point).collect(), &offer);
    let key = offer.key.clone();
    tell(
        model,
        Fact::PricesRead {
            generation,
            key,
            result: Ok(Arc::new(history)),
            yanxuan: None,
            watches: Vec::new(),
        },
    );
}

#[test]
fn the_picker_loads_keeps_deletes_and_brings_back() {
    let mut model = ready(Lang::En, 120, 36);
    opened(&mut model);
    press(&mut model, "down");
    tell(&mut model, Fact::SavedRead(Ok((rows(), Vec::new()))));
    // Zones cannot be deleted.
    assert!(press(&mut model, "d").is_empty() && model.notice.is_some());
    press(&mut model, "up");
    let name = SavedName::new("周一看的杯子").unwrap();
    assert_eq!(press(&mut model, "d"), [Effect::ForgetSearch(name.clone())]);
    let gone = rows().remove(0).search;
    assert_eq!(tell(&mut model, Fact::SearchForgotten(Ok(Box::new(gone.clone())))), [Effect::ReadSaved]);
    assert!(model.notice.as_ref().unwrap().text.contains("u brings it back"));
    let other = search("壶", "壶");
    tell(&mut model, Fact::SearchForgotten(Ok(Box::new(other.clone()))));
    // The last one first; one that cannot come back is not lost.
    let back = |search: &SavedSearch| [Effect::RestoreSearch(Box::new(search.clone()))];
    assert_eq!(press(&mut model, "u"), back(&other));
    let result = Err(Trouble::new("taken", None));
    tell(&mut model, Fact::SearchRestored { search: Box::new(other.clone()), result });
    assert_eq!(press(&mut model, "u"), back(&other));
    assert_eq!(press(&mut model, "u"), back(&gone));
    assert!(press(&mut model, "u").is_empty(), "once each");
    let restored = Fact::SearchRestored { search: Box::new(gone), result: Ok(()) };
    assert_eq!(tell(&mut model, restored), [Effect::ReadSaved]);
    assert!(model.notice.as_ref().unwrap().text.contains("周一看的杯子 is back"));
    // Loaded at its quantity and in its order.
    let effects = press(&mut model, "enter");
    assert!(model.layers.is_empty() && matches!(effects[0], Effect::Search { .. }), "{effects:?}");
    assert_eq!(model.search.query.text(), "belt:永康 杯 price<8");
    assert_eq!((model.quantity, model.search.sort), (q(500), Sort::Price));
}

#[test]
fn the_search_on_the_screen_is_kept_under_a_name_that_can_be_a_files() {
    let mut model = ready(Lang::ZhCn, 80, 24);
    press(&mut model, "/");
    type_text(&mut model, "保温杯");
    press(&mut model, "enter z s");
    type_text(&mut model, "../杯");
    assert!(press(&mut model, "enter").is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::Words(prompt)) if prompt.trouble.is_some()));
    press(&mut model, "home del del del");
    let effects = press(&mut model, "enter");
    let mut wanted = search("杯", "保温杯");
    wanted.quantity = Some(model.quantity);
    let save = |replace| [Effect::SaveSearch { search: Box::new(wanted.clone()), replace }];
    assert_eq!(effects, save(false));
    // Another has the name: Enter once more replaces it, any other name does not.
    let taken = Trouble::new("已经有叫“杯”的搜索", None);
    let name = SavedName::new("杯").unwrap();
    tell(&mut model, Fact::SearchSaved { name, result: Err(taken), is_taken: true });
    assert!(shown(&mut model).contains("再按 Enter 就替换"));
    type_text(&mut model, "子");
    let effects = press(&mut model, "enter");
    assert!(
        matches!(effects.as_slice(), [Effect::SaveSearch { search, replace: false }] if search.name.as_str() == "杯子")
    );
    let name = SavedName::new("杯").unwrap();
    tell(&mut model, Fact::SearchSaved { name, result: Err(Trouble::new("", None)), is_taken: true });
    assert_eq!(press(&mut model, "enter"), save(true));
}

#[test]
fn a_price_is_watched_from_the_row_and_news_of_it_are_said() {
    let mut model = ready(Lang::En, 120, 36);
    let row = model.search.selected().unwrap().clone();
    press(&mut model, "W");
    let before = row.price.least.unwrap().to_string();
    assert!(matches!(model.layers.last(), Some(Layer::Words(prompt)) if prompt.field.text() == before));
    // What is typed takes the place of the price that stood there.
    type_text(&mut model, "cheap");
    assert!(press(&mut model, "enter").is_empty());
    assert!(matches!(model.layers.last(), Some(Layer::Words(prompt)) if prompt.field.text() == "cheap"));
    press(&mut model, "ctrl-u");
    type_text(&mut model, "8.00");
    let effects = press(&mut model, "enter");
    let key = row.offer.key.clone();
    assert_eq!(
        effects,
        [Effect::AddWatch { key: key.clone(), quantity: model.quantity, below: yuan("8.00") }]
    );
    // Once it is known it stands beside the offer, is what the line begins with, and an empty line ends it.
    let watch = Watch {
        id: 1,
        offer: key.clone(),
        spec: None,
        quantity: model.quantity,
        rule: WatchRule { below: Some(yuan("8.00")), rise: None, band: rust_decimal::Decimal::TWO },
        state: WatchState::default(),
        created_at: at(0),
        looked_at: None,
        fired_at: None,
    };
    let added = Fact::WatchAdded(Ok(Box::new((watch.clone(), None))));
    let set = update(&mut model, Msg { at: at(0), fact: added });
    let asked = set.iter().find_map(|effect| match effect {
        Effect::ReadPrices { generation, .. } => Some(generation),
        _ => None,
    });
    let generation = asked.expect("what is known of the offer is read again");
    let history = Arc::new(PriceHistory::new(Vec::new(), &row.offer));
    let (generation, watches) = (*generation, vec![watch]);
    tell(
        &mut model,
        Fact::PricesRead { generation, key: key.clone(), result: Ok(history), yanxuan: None, watches },
    );
    assert!(shown(&mut model).contains("told below 8.00"));
    press(&mut model, "W");
    assert!(matches!(model.layers.last(), Some(Layer::Words(prompt)) if prompt.field.text() == "8.00"));
    let ended = press_all(&mut model, "backspace enter");
    assert_eq!(ended, [Effect::EndWatch { key: key.clone(), quantity: model.quantity }]);
    let news = WatchNews {
        watch_id: "1".into(),
        offer_id: key,
        spec_id: None,
        title: Some(Clean::new("保温杯")),
        title_en: None,
        unit: None,
        quantity: q(300),
        crossed: Crossed::Below,
        line: Some(yuan("8.00")),
        was: Some(yuan("8.40")),
        price: yuan("7.90"),
    };
    tell(&mut model, Fact::WatchesRang(vec![news.clone(), news]));
    let said = &model.notice.as_ref().unwrap().text;
    assert_eq!(said, "below 8.00: 保温杯 8.40 -> 7.90 @300 (and 1 more)");
}

#[test]
fn prices_of_a_row_left_behind_are_dropped() {
    let mut model = ready(Lang::En, 120, 36);
    with_prices(&mut model, &[(-60, 120), (-20, 110)]);
    let first = model.search.selected().unwrap().offer.key.clone();
    assert!(model.prices.of(&first).is_some());
    let effects = press_all(&mut model, "down");
    let asked: Vec<_> = effects.iter().filter(|effect| matches!(effect, Effect::ReadPrices { .. })).collect();
    assert_eq!(asked.len(), 1, "{effects:?}");
    let second = model.search.selected().unwrap().offer.key.clone();
    let late = PriceHistory::new(Vec::new(), &model.search.selected().unwrap().offer);
    tell(
        &mut model,
        Fact::PricesRead {
            generation: 0,
            key: second.clone(),
            result: Ok(Arc::new(late)),
            yanxuan: None,
            watches: Vec::new(),
        },
    );
    assert!(model.prices.of(&second).is_none(), "an older asking");
}

#[test]
fn screens() {
    snap("saved_picker", opened);
    snap("prices_lowest", |model| with_prices(model, &[(-80, 130), (-30, 120), (-9, 140)]));
    snap("prices_risen", |model| with_prices(model, &[(-80, 90), (-30, 85), (-9, 100)]));
    let mut model = ready(Lang::ZhCn, 120, 36);
    model.ascii = true;
    with_prices(&mut model, &[(-80, 130), (-30, 120), (-9, 140)]);
    let screen = shown(&mut model);
    assert!(!screen.contains(['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']), "{screen}");
    assert!(screen.contains("比平时"), "{screen}");
}
