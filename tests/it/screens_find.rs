//! What stands beside and over the hits: counts, reasons, advertisements, own quantities, what was not searched yet.

use std::sync::Arc;

use pifa::app::{Fact, Model};
use pifa::domain::search::SearchPage;
use pifa::domain::text::Clean;
use pifa::i18n::Lang;

use crate::find_fixtures::*;
use crate::screens::{shown, snap};
use crate::ui_fixtures::*;

fn ask(model: &mut Model, text: &str, page: SearchPage) {
    press(model, "/");
    type_text(model, text);
    press(model, "enter");
    answer(model, page);
}

#[test]
fn counts_beside_the_list() {
    snap("facets_open", |model| {
        ask(model, "保温杯 belt:永康", SearchPage { total: 12_431, ..page(q(300)) });
        press(model, "f");
        count_facets(model);
        press(model, "tab");
    });
    snap("facets_counting", |model| {
        ask(model, "保温杯", SearchPage { total: 50, counted: false, ..page(q(300)) });
        press(model, "f");
    });
    snap("categories", |model| {
        press(model, "C");
        tell(model, Fact::CategoriesRead(Ok(Arc::new(categories()))));
        press(model, "down");
    });
    snap("categories_narrowed", |model| {
        press(model, "C");
        tell(model, Fact::CategoriesRead(Ok(Arc::new(categories()))));
        type_text(model, "bei");
    });
}

#[test]
fn reasons() {
    snap("why", |model| {
        ask(model, "保温杯", page_with_ads(q(300)));
        press(model, "s s down x");
        let key = pot().key;
        tell(model, Fact::Explained { key, result: Ok(Some(Box::new(why()))) });
    });
    // Under any other order the figure it goes by, and what cannot be bought at Q says where that puts it.
    let mut model = ready(Lang::En, 120, 36);
    ask(&mut model, "保温杯", page_with_ads(q(300)));
    let mut said = |keys: &str| {
        press(&mut model, keys);
        answer(&mut model, page_with_ads(q(300)));
        press(&mut model, "x");
        let screen = shown(&mut model);
        press(&mut model, "esc");
        screen
    };
    let by_price = said("s");
    assert!(by_price.contains("each at 300") && by_price.contains("the median of its SKUs"), "{by_price}");
    assert!(said("s").contains(" for 300 "));
    assert!(said("s").contains("in 30 d"));
    assert!(said("s").contains("repeat "));
    assert!(said("s").contains(" ago"));
    assert!(!said("s").contains("that figure decides"), "by rank again");
    press(&mut model, "q 1 enter s");
    answer(&mut model, page_with_ads(q(1)));
    press(&mut model, "x");
    assert!(shown(&mut model).contains("it stands behind all that can"));
}

#[test]
fn advertisements_and_one_offer_of_each_supplier() {
    snap("ads_marked", |model| {
        ask(model, "保温杯", page_with_ads(q(300)));
    });
    snap("ads_hidden_one_each", |model| {
        ask(model, "保温杯", page(q(300)));
        press(model, "A O");
        answer(model, page(q(300)));
        count(model, 218, Some(12));
    });
}

#[test]
fn own_quantities() {
    snap("own_quantity", |model| {
        ask(model, "保温杯", page(q(300)));
        press(model, "e 1 0 0 0 enter down down +");
    });
    snap("own_quantity_asked", |model| {
        press(model, "down down e");
    });
    snap("own_quantity_compared", |model| {
        press(model, "c down c down + c g 2");
    });
}

#[test]
fn what_was_searched_and_for_what() {
    snap("index_building", |model| {
        tell(model, Fact::StatusRead(Ok(market_with_more())));
        let part = SearchPage { total: 50, counted: false, searched: Some(8_000), ..page(q(300)) };
        ask(model, "保温杯", part);
    });
    snap("instead", |model| {
        let other = SearchPage { instead: Some(vec![Clean::new("保温杯")]), ..page(q(300)) };
        ask(model, "保温怀", other);
    });
}

#[test]
fn the_panel_fits_every_screen_and_character_set() {
    for lang in Lang::ALL {
        for (width, height) in [(60, 16), (80, 24), (99, 30), (100, 30), (120, 36), (200, 60)] {
            let mut model = ready(lang, width, height);
            ask(&mut model, "保温杯 belt:永康", page_with_ads(q(300)));
            press(&mut model, "A O e 7 enter f");
            answer(&mut model, SearchPage { searched: Some(3), ..page_with_ads(q(300)) });
            count_facets(&mut model);
            model.ascii = width == 80;
            for keys in ["tab", "tab", "end", "home"] {
                press(&mut model, keys);
                let drawn = shown(&mut model);
                assert!(
                    drawn.contains("7,400") || keys != "home" || height < 24,
                    "{width}x{height}\n{drawn}"
                );
                assert!(drawn.lines().last().unwrap().starts_with(" ? "), "{drawn}");
            }
        }
    }
    let mut model = ready(Lang::ZhTw, 80, 24);
    ask(&mut model, "保温杯", page(q(300)));
    press(&mut model, "f");
    count_facets(&mut model);
    insta::assert_snapshot!("facets_tw_80x24", shown(&mut model));
}
