//! Messages through `update`: what follows a search (counts, pages, facets, reasons), quantities of single offers.

use std::collections::BTreeSet;
use std::sync::Arc;

use pifa::app::model::Layer;
use pifa::app::search::KEPT_ROWS;
use pifa::app::{Effect, Fact, Model, compare, facets, remember};
use pifa::domain::search::{SearchPage, Sort};
use pifa::domain::text::Clean;
use pifa::i18n::Lang;

use crate::find_fixtures::*;
use crate::ui_fixtures::*;

fn model() -> Model {
    let mut model = ready(Lang::En, 120, 36);
    model.viewport.rows = 20;
    model
}

fn counts(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Count { .. })).count()
}

#[test]
fn the_first_rows_come_before_the_count_and_late_counts_are_dropped() {
    let mut model = model();
    press(&mut model, "/");
    type_text(&mut model, "杯");
    let effects = answer(&mut model, slice(0, 50, 12_431, false));
    assert!(model.search.page.total == 50 && !model.search.page.counted);
    assert_eq!(counts(&effects), 1, "{effects:?}");
    let old = model.search.generation;
    type_text(&mut model, "子");
    let late = pifa::app::msg::Counts { total: 12_431, ads_hidden: None, cached: 0 };
    tell(&mut model, Fact::Counted { generation: old, result: Ok(late) });
    assert!(!model.search.page.counted, "the count of an older question was taken");
    answer(&mut model, slice(0, 50, 900, false));
    count(&mut model, 900, None);
    assert_eq!((model.search.page.total, model.search.page.counted), (900, true));
    // The same question again (after a sync) keeps its count until the new one is there.
    tell(&mut model, Fact::SyncEnded(Ok(3)));
    answer(&mut model, slice(0, 50, 900, false));
    assert_eq!((model.search.page.total, model.search.page.counted), (900, true));
    // A page that knows its count needs none.
    type_text(&mut model, "x");
    assert_eq!(counts(&answer(&mut model, slice(0, 50, 3, true))), 0);
}

/// Does what the runtime would with a list of `total` hits.
fn serve(model: &mut Model, effects: Vec<Effect>, total: usize) {
    for effect in effects {
        if let Effect::SearchMore { generation, request } = effect {
            let page = slice(request.offset, request.limit, total, false);
            tell(model, Fact::MoreFound { generation, offset: request.offset, result: Ok(page) });
        }
    }
}

fn here(model: &Model) -> usize {
    number_of(model.search.selected().unwrap())
}

#[test]
fn a_long_list_is_walked_through_in_a_window_of_bounded_size_and_none_is_left_out() {
    let total = 1_830;
    let mut model = model();
    press(&mut model, "/");
    type_text(&mut model, "杯");
    press(&mut model, "enter");
    answer(&mut model, slice(0, 50, total, false));
    count(&mut model, total, None);
    let mut seen = BTreeSet::from([here(&model)]);
    for _ in 0..total + 20 {
        let effects = press(&mut model, "down");
        serve(&mut model, effects, total);
        seen.insert(here(&model));
        assert!(model.search.page.rows.len() <= KEPT_ROWS);
    }
    assert!(seen.iter().copied().eq(0..total), "{} of {total}", seen.len());
    let mut back = BTreeSet::new();
    for _ in 0..total + 20 {
        let effects = press(&mut model, "up");
        serve(&mut model, effects, total);
        assert!(model.search.page.rows.len() <= KEPT_ROWS);
        back.insert(here(&model));
    }
    assert_eq!((here(&model), back.len()), (0, total - 1));
    // To the end and back at once.
    let effects = press(&mut model, "end");
    serve(&mut model, effects, total);
    assert_eq!((here(&model), model.search.from), (total - 1, total - 100));
    let effects = press(&mut model, "up");
    serve(&mut model, effects, total);
    let effects = press(&mut model, "home");
    serve(&mut model, effects, total);
    assert_eq!((here(&model), model.search.from), (0, 0));
}

#[test]
fn rows_of_an_older_question_and_rows_that_are_there_already_are_not_added() {
    let mut model = model();
    press(&mut model, "/");
    type_text(&mut model, "杯");
    press(&mut model, "enter");
    answer(&mut model, slice(0, 50, 500, false));
    let effects = press(&mut model, "end");
    let Some(Effect::SearchMore { generation, request }) = effects.first().cloned() else {
        panic!("{effects:?}");
    };
    assert_eq!((request.offset, request.text.as_str()), (50, "杯"));
    // Not asked twice.
    assert!(press(&mut model, "end").is_empty());
    // The catalog moved on by one between the pages.
    tell(&mut model, Fact::MoreFound { generation, offset: 50, result: Ok(slice(49, 100, 500, false)) });
    assert_eq!(model.search.page.rows.len(), 149);
    let effects = press(&mut model, "end");
    assert_eq!(effects.len(), 1);
    type_text(&mut model, "大");
    answer(&mut model, slice(0, 50, 60, true));
    tell(&mut model, Fact::MoreFound { generation, offset: 149, result: Ok(slice(149, 100, 500, false)) });
    assert_eq!(model.search.page.rows.len(), 50);
}

#[test]
fn a_facet_writes_itself_into_the_query_and_out_of_it_again() {
    let mut model = model();
    press(&mut model, "/");
    type_text(&mut model, "保温杯 belt:永康");
    press(&mut model, "enter");
    answer(&mut model, page(q(300)));
    let effects = press(&mut model, "f");
    assert!(matches!(effects.as_slice(), [Effect::ReadFacets { .. }]), "{effects:?}");
    assert!(facets::has_keys(&model));
    count_facets(&mut model);
    // Asked for once.
    press(&mut model, "f");
    assert!(!facets::is_shown(&model));
    assert!(press(&mut model, "f").is_empty());
    let effects = press(&mut model, "enter");
    assert_eq!(asked(&effects).unwrap().text, "保温杯 belt:永康 cat:1031919");
    // The counts follow the query.
    let effects = answer(&mut model, page(q(300)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ReadFacets { request, .. }
        if request.text == "保温杯 belt:永康 cat:1031919")));
    let old = model.search.generation;
    count_facets(&mut model);
    // To the belts; the chosen one goes.
    let effects = press(&mut model, "tab space");
    assert_eq!(asked(&effects).unwrap().text, "保温杯 cat:1031919");
    tell(&mut model, Fact::Faceted { generation: old, result: Ok(Default::default()) });
    assert!(model.search.facets.facets.as_ref().unwrap().total > 0, "late counts were taken");
    // A band is two terms; back over the groups, and round.
    answer(&mut model, page(q(300)));
    count_facets(&mut model);
    let effects = press(&mut model, "backtab backtab backtab j enter");
    assert_eq!(asked(&effects).unwrap().text, "保温杯 cat:1031919 price>=5 price<10");
    assert_eq!(model.search.query.text(), "保温杯 cat:1031919 price>=5 price<10 ");
    // Esc gives the keys back and leaves panel and query.
    press(&mut model, "esc");
    assert!(facets::is_shown(&model) && !facets::has_keys(&model));
    assert!(!model.search.query.is_empty());
    // A narrow screen shows it only while it has the keys.
    tell(&mut model, Fact::Resized { width: 80, height: 24 });
    assert!(!facets::is_shown(&model));
    press(&mut model, "f");
    assert!(facets::has_keys(&model));
    press(&mut model, "/");
    assert!(!facets::has_keys(&model), "the query has the keys");
}

#[test]
fn moving_in_the_panel_never_stops_on_a_heading() {
    let mut model = model();
    press(&mut model, "f");
    count_facets(&mut model);
    let on_row = |model: &Model| {
        let held = model.search.facets.facets.as_ref().unwrap();
        matches!(facets::lines(held)[model.search.facets.list.selected], facets::FacetLine::Row(_))
    };
    for keys in ["j", "down", "k", "G", "k", "pgup", "home", "up", "pgdn", "tab", "backtab", "end", "tab"] {
        for _ in 0..8 {
            press(&mut model, keys);
            assert!(on_row(&model), "{keys}");
        }
    }
    let selected = model.search.list.selected;
    assert_eq!(selected, 0, "the list stayed where it was");
}

#[test]
fn an_offer_is_looked_at_bought_and_compared_at_its_own_quantity() {
    let mut model = model();
    let cup = cup().key;
    press(&mut model, "e");
    assert!(matches!(model.layers.last(), Some(Layer::Prompt(_))));
    let effects = press(&mut model, "1 0 0 0 enter");
    let request = asked(&effects).unwrap();
    assert_eq!((request.quantity, request.quantity_of(&cup)), (q(300), q(1000)));
    // At once, not when the search answers.
    assert_eq!(model.search.selected().unwrap().price.least, Some(yuan("9.20")));
    assert_eq!(model.search.page.rows[1].price.least, page(q(300)).rows[1].price.least);
    let effects = press(&mut model, "c down c");
    assert!(asked(&effects).is_none());
    let rows = compare::rows(&model);
    let of_cup = rows.iter().find(|row| row.offer.key == cup).unwrap();
    assert_eq!((of_cup.quantity, of_cup.at.unit_price), (q(1000), Some(yuan("9.20"))));
    assert!(rows.iter().any(|row| row.quantity == q(300)));
    // Into the cart with it: one SKU that is had at its own quantity.
    press(&mut model, "home down down down e 4 0 enter");
    let effects = press(&mut model, "enter");
    let Some(Effect::Cart(pifa::app::msg::CartDeed::Add(lines))) = effects.first() else {
        panic!("{effects:?}");
    };
    assert_eq!(lines[0].quantity, q(40));
    // Nothing typed: Q again.
    let effects = press(&mut model, "e backspace enter");
    assert_eq!(asked(&effects).unwrap().quantity_of(&bedding().key), q(300));
    assert_eq!(model.own_quantities.len(), 1);
    press(&mut model, "e 0 enter");
    assert!(matches!(model.layers.last(), Some(Layer::Prompt(prompt)) if prompt.trouble.is_some()));
}

#[test]
fn what_cannot_be_bought_at_q_is_taken_at_the_nearest_with_one_key() {
    let mut model = model();
    // Bought as it is: nothing to take.
    assert!(asked(&press(&mut model, "+")).is_none());
    let effects = press(&mut model, "down down +");
    assert_eq!(asked(&effects).unwrap().quantity_of(&straw().key), q(500));
    let row = model.search.selected().unwrap();
    assert!(row.price.buyable && row.offer.key == straw().key);
    // It is kept, and put back.
    let last = remember::remembered(&model);
    assert_eq!(last.own_quantities, [(straw().key, q(500))]);
    let mut next = fresh(Lang::En, 120, 36);
    let effects = tell(&mut next, Fact::SessionRead(Some(Box::new(last))));
    assert_eq!(asked(&effects).unwrap().quantity_of(&straw().key), q(500));
}

#[test]
fn toggles_ask_anew_are_counted_and_remembered() {
    let mut model = model();
    let effects = press(&mut model, "A");
    assert!(asked(&effects).unwrap().hide_ads);
    // How many were left out is asked for even where the page knows its own count.
    let effects = answer(&mut model, page(q(300)));
    assert_eq!(counts(&effects), 1);
    count(&mut model, 218, Some(12));
    assert_eq!(model.search.ads_hidden, Some(12));
    assert!(asked(&press(&mut model, "O")).unwrap().one_per_supplier);
    press(&mut model, "f");
    let last = remember::remembered(&model);
    assert!(last.hide_ads && last.one_per_supplier && last.facets);
    let mut next = fresh(Lang::En, 120, 36);
    let effects = tell(&mut next, Fact::SessionRead(Some(Box::new(last))));
    let request = asked(&effects).unwrap();
    assert!(request.hide_ads && request.one_per_supplier);
    let effects = answer(&mut next, page(q(300)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ReadFacets { .. })));
    let effects = press(&mut next, "A O");
    let request = asked(&effects).unwrap();
    assert!(!request.hide_ads && !request.one_per_supplier);
}

#[test]
fn the_reason_is_told_for_the_row_it_was_asked_for() {
    let mut model = model();
    let effects = press(&mut model, "down x");
    let Some(Effect::Explain { key, .. }) = effects.first().cloned() else { panic!("{effects:?}") };
    assert_eq!(key, pot().key);
    tell(&mut model, Fact::Explained { key: cup().key, result: Ok(Some(Box::new(why()))) });
    assert!(
        matches!(model.layers.last(), Some(Layer::Why(layer)) if layer.why.is_none() && layer.place == 2)
    );
    tell(&mut model, Fact::Explained { key: key.clone(), result: Ok(Some(Box::new(why()))) });
    assert!(matches!(model.layers.last(), Some(Layer::Why(layer)) if layer.why.is_some()));
    tell(&mut model, Fact::Explained { key, result: Ok(None) });
    assert!(matches!(model.layers.last(), Some(Layer::Why(layer)) if layer.trouble.is_some()));
    press(&mut model, "x");
    assert!(model.layers.is_empty());
}

#[test]
fn a_category_is_found_by_a_part_of_its_name_and_goes_into_the_query() {
    let mut model = model();
    let effects = press(&mut model, "C");
    assert!(matches!(effects.as_slice(), [Effect::ReadCategories { .. }]), "{effects:?}");
    tell(&mut model, Fact::CategoriesRead(Ok(Arc::new(categories()))));
    type_text(&mut model, "焖燒");
    let effects = press(&mut model, "enter");
    assert_eq!(asked(&effects).unwrap().text, "cat:1031920");
    assert!(model.layers.is_empty());
    // What fits nothing changes nothing.
    press(&mut model, "C");
    tell(&mut model, Fact::CategoriesRead(Ok(Arc::new(categories()))));
    type_text(&mut model, "飞机");
    assert!(press(&mut model, "enter").is_empty());
    assert_eq!(model.search.query.text(), "cat:1031920 ");
}

#[test]
fn hits_of_other_words_and_of_a_part_of_the_catalog_are_told_apart() {
    let mut model = model();
    let told = SearchPage {
        instead: Some(vec![Clean::new("保温杯")]),
        searched: Some(400_000),
        ..slice(0, 50, 70, false)
    };
    press(&mut model, "/");
    type_text(&mut model, "保温怀");
    answer(&mut model, told);
    let drawn = crate::screens::shown(&mut model);
    assert!(drawn.contains("nothing for \"保温怀\"; showing \"保温杯\""), "{drawn}");
    assert!(drawn.contains("400,000 of 1,000,000 searched"), "{drawn}");
    assert!(drawn.contains("50+ of 1,000,000"), "{drawn}");
    assert_eq!(model.search.sort, Sort::Rank);
}
