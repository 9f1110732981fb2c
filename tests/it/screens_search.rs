//! The Search pane with everything a buyer can have in it: own words in rows and detail, suppliers and their sheet,
//! the words line, and what stands there instead of rows.

use pifa::app::{Fact, Model};
use pifa::domain::search::SearchPage;
use pifa::domain::text::Clean;
use pifa::i18n::Lang;
use unicode_width::UnicodeWidthStr;

use crate::own_fixtures::*;
use crate::screens::shown;
use crate::ui_fixtures::*;

fn snap_at(name: &str, sizes: &[(u16, u16)], scene: &dyn Fn(&mut Model)) {
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
        for (width, height) in sizes {
            let mut model = ready(lang, *width, *height);
            scene(&mut model);
            let drawn = shown(&mut model);
            for row in drawn.lines() {
                assert!(row.width() <= usize::from(*width), "{row:?}");
            }
            insta::assert_snapshot!(format!("{name}_{tag}_{width}x{height}"), drawn);
        }
    }
}

fn snap(name: &str, scene: impl Fn(&mut Model)) {
    snap_at(name, &[(80, 24), (120, 36)], &scene);
}

#[test]
fn rows_with_what_the_buyer_has_on_them() {
    let scene = |model: &mut Model| {
        with_marks(model);
        press(model, "c");
    };
    snap_at("own_rows", &[(80, 24), (100, 30), (120, 36), (160, 40)], &scene);
    snap("own_detail_in_place", |model| {
        with_marks(model);
        press(model, "i");
    });
    snap("own_detail_swapped", |model| {
        with_marks(model);
        press(model, "T down");
    });
    let mut model = ready(Lang::ZhTw, 80, 24);
    with_marks(&mut model);
    insta::assert_snapshot!("own_rows_tw_80x24", shown(&mut model));
}

#[test]
fn suppliers() {
    snap_at("suppliers", &[(80, 24), (120, 36), (160, 40)], &in_suppliers);
    snap_at("suppliers_loading", &[(80, 24)], &|model| {
        press(model, "tab");
    });
    snap_at("suppliers_none", &[(80, 24)], &|model| {
        press(model, "tab /");
        type_text(model, "zzz");
        let generation = model.suppliers.generation;
        tell(model, Fact::SuppliersRead { generation, result: Ok(Default::default()) });
    });
    snap_at("suppliers_trouble", &[(80, 24)], &|model| {
        press(model, "tab");
        let generation = model.suppliers.generation;
        tell(model, Fact::SuppliersRead { generation, result: Err(trouble()) });
    });
    let mut model = ready(Lang::ZhTw, 80, 24);
    in_suppliers(&mut model);
    insta::assert_snapshot!("suppliers_tw_80x24", shown(&mut model));
}

#[test]
fn sheet_of_a_supplier() {
    snap("sheet", |model| {
        in_suppliers(model);
        press(model, "enter");
        let id = supplier_rows()[0].supplier.id.clone();
        tell(model, Fact::SheetRead { id, result: Ok(Some(Box::new(sheet()))) });
    });
    snap_at("sheet_loading", &[(80, 24)], &|model| {
        in_suppliers(model);
        press(model, "enter");
    });
    snap_at("sheet_trouble", &[(80, 24)], &|model| {
        in_suppliers(model);
        press(model, "enter");
        let id = supplier_rows()[0].supplier.id.clone();
        tell(model, Fact::SheetRead { id, result: Err(trouble()) });
    });
    snap_at("sheet_their_offers", &[(80, 24)], &|model| {
        in_suppliers(model);
        press(model, "enter enter");
        let generation = model.search.generation;
        let mut page = own_page(model.quantity);
        page.rows = sheet().offers;
        page.total = page.rows.len();
        tell(model, Fact::Searched { generation, result: Ok(page) });
    });
}

#[test]
fn words_line() {
    snap_at("words_note", &[(80, 24)], &|model| {
        with_marks(model);
        press(model, "n home right right");
    });
    snap_at("words_tags_refused", &[(80, 24)], &|model| {
        with_marks(model);
        press(model, "t");
        type_text(model, " a-tag-of-far-too-many-characters");
        press(model, "enter");
    });
    snap_at("words_full", &[(80, 24)], &|model| {
        with_marks(model);
        press(model, "B");
        tell(model, Fact::Pasted("长".repeat(900)));
    });
}

#[test]
fn nothing_found_says_what_is_hidden() {
    snap_at("nothing_found_hidden", &[(80, 24)], &|model| {
        with_marks(model);
        tell(model, Fact::SyncProgressed { done: 3_200, total: Some(20_000), pace: None });
        press(model, "/");
        type_text(model, "unobtainium");
        let generation = model.search.generation;
        tell(
            model,
            Fact::Searched { generation, result: Ok(SearchPage { cached: 3_200, ..Default::default() }) },
        );
    });
}

#[test]
fn no_browser_shows_the_address() {
    snap_at("no_browser", &[(80, 24)], &|model| {
        press(model, "o");
        let url = "http://127.0.0.1:8765/offer/676651652931.html".to_owned();
        tell(model, Fact::Opened { url, result: Err(pifa::app::msg::Trouble::new("no display", None)) });
    });
}

#[test]
fn ascii_has_marks_of_its_own() {
    let mut model = ready(Lang::En, 80, 24);
    model.ascii = true;
    with_marks(&mut model);
    let drawn = shown(&mut model);
    assert!(drawn.contains("*#  3x 9.60"), "{drawn}");
    press(&mut model, "n");
    tell(&mut model, Fact::Pasted("x".repeat(600)));
    let drawn = shown(&mut model);
    assert!(!drawn.contains(['★', '≡', '…', '│', '─', '▌', '·']), "{drawn}");
}

/// Heads are the contract of a column: at no width is one cut, and no row is longer than the screen.
#[test]
fn no_head_is_cut_at_any_width() {
    for lang in Lang::ALL {
        let words = lang.text();
        for width in 60..=200 {
            let mut model = ready(lang, width, 30);
            with_marks(&mut model);
            let drawn = shown(&mut model);
            let head = drawn.lines().find(|line| line.contains("¥@300")).unwrap().to_owned();
            for word in [words.col_moq, words.col_offer, words.col_sold, words.col_mine] {
                assert!(head.contains(word), "{lang:?} {width}: {head:?}");
            }
            assert!(drawn.lines().all(|line| line.width() <= usize::from(width)), "{drawn}");
            let mix = if width < 72 { "" } else { words.col_mix };
            in_suppliers(&mut model);
            let drawn = shown(&mut model);
            let head = drawn.lines().find(|line| line.contains("¥@300")).unwrap().to_owned();
            for word in [words.col_supplier, words.col_years, mix, words.col_offers, words.col_ordered] {
                assert!(head.contains(word), "{lang:?} {width}: {head:?}");
            }
            assert!(drawn.lines().all(|line| line.width() <= usize::from(width)), "{drawn}");
        }
    }
}

#[test]
fn a_hostile_note_cannot_reach_the_screen() {
    let mut model = ready(Lang::En, 120, 36);
    with_marks(&mut model);
    press(&mut model, "n");
    tell(&mut model, Fact::Pasted("\u{1b}[2J\u{202e}杯\u{7}".into()));
    let drawn = shown(&mut model);
    assert!(!drawn.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{drawn:?}");
    assert!(Clean::new(&drawn).as_str().contains('杯'));
}
