//! What the screens look like: each pane and layer at the least size and at a roomy one, in Chinese and
//! English, full, empty, in trouble and too small.

use pifa::app::msg::{CartDeed, Trouble};
use pifa::app::{Fact, Model, Pane};
use pifa::domain::text::Clean;
use pifa::i18n::Lang;
use pifa::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use unicode_width::UnicodeWidthStr;

use crate::ui_fixtures::*;

/// The screen as text: trailing blanks cut, wide glyphs once.
pub fn shown(model: &mut Model) -> String {
    let (width, height) = (model.width, model.height);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut hits = None;
    terminal.draw(|frame| hits = Some(ui::view(model, frame))).unwrap();
    let hits = hits.unwrap();
    model.viewport = hits.viewport;
    model.places = hits.places;
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    for y in 0..height {
        let mut row = String::new();
        let mut x = 0;
        while x < width {
            let symbol = buffer.cell((x, y)).unwrap().symbol();
            row.push_str(symbol);
            x += symbol.width().max(1) as u16;
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}

pub fn snap(name: &str, scene: impl Fn(&mut Model)) {
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
        for (width, height) in [(80, 24), (120, 36)] {
            let mut model = ready(lang, width, height);
            scene(&mut model);
            insta::assert_snapshot!(format!("{name}_{tag}_{width}x{height}"), shown(&mut model));
        }
    }
}

#[test]
fn search() {
    snap("search_full", |model| {
        press(model, "/");
        type_text(model, "不锈钢 保温");
        let generation = model.search.generation;
        tell(model, Fact::Searched { generation, result: Ok(page(model.quantity)) });
    });
    snap("search_marked_second_row", |model| {
        press(model, "c down c");
    });
    snap("search_nothing_found", |model| {
        press(model, "/");
        type_text(model, "unobtainium");
        let generation = model.search.generation;
        let none = pifa::domain::search::SearchPage { cached: 20_000, ..Default::default() };
        tell(model, Fact::Searched { generation, result: Ok(none) });
    });
    snap("search_trouble", |model| {
        let generation = model.search.generation;
        let trouble = Trouble::new(
            "the catalog cannot be read: database disk image is malformed",
            Some("run pifa catalog clear, then pifa sync"),
        );
        tell(model, Fact::Searched { generation, result: Err(trouble) });
    });
}

#[test]
fn first_start_prepares_the_catalog() {
    for (lang, tag) in [(Lang::ZhCn, "zh"), (Lang::En, "en")] {
        let mut model = fresh(lang, 80, 24);
        let mut status = status();
        status.cached = 0;
        status.read_at = None;
        tell(&mut model, Fact::StatusRead(Ok(status)));
        tell(&mut model, Fact::SyncProgressed { done: 3200, total: Some(20_000), pace: None });
        insta::assert_snapshot!(format!("first_start_{tag}_80x24"), shown(&mut model));
    }
}

#[test]
fn compare() {
    snap("compare_full", |model| {
        press(model, "c down c down c down c g 2");
    });
    snap("compare_empty", |model| {
        press(model, "2");
    });
}

#[test]
fn cart() {
    snap("cart_broken", |model| {
        with_cart(model, broken_cart());
        press(model, "3 ]");
    });
    snap("cart_quantity", |model| {
        with_cart(model, broken_cart());
        press(model, "3 down 1 2");
    });
    snap("cart_empty", |model| {
        press(model, "3");
    });
    snap("cart_trouble", |model| {
        with_cart(model, legal_cart());
        press(model, "3");
        let trouble = Trouble::new("the ledger is locked by another program", Some("close it and try again"));
        tell(model, Fact::CartChanged { deed: CartDeed::Undo, result: Err(trouble) });
    });
}

#[test]
fn confirm() {
    snap("confirm", |model| {
        with_cart(model, legal_cart());
        press(model, "3 S");
        let generation = model.cart.generation;
        tell(model, Fact::Proposed { generation, result: Ok(Box::new(proposal())) });
    });
    snap("confirm_refused_offline", |model| {
        with_cart(model, legal_cart());
        press(model, "3 S");
        let mut proposal = proposal();
        proposal.quoted_at = None;
        proposal.orders[0].refusal = Some(Clean::new("500_004 库存不足[676651652931_w]"));
        let generation = model.cart.generation;
        tell(model, Fact::Proposed { generation, result: Ok(Box::new(proposal)) });
    });
}

#[test]
fn layers() {
    snap("help", |model| {
        press(model, "?");
    });
    snap("palette", |model| {
        press(model, ":");
        type_text(model, "un");
    });
    snap("picker", |model| {
        press(model, "enter 1 2 down 3 0");
    });
}

#[test]
fn traditional_chinese_ascii_and_too_small() {
    let mut model = ready(Lang::ZhTw, 80, 24);
    with_cart(&mut model, broken_cart());
    insta::assert_snapshot!("search_tw_80x24", shown(&mut model));
    press(&mut model, "3");
    insta::assert_snapshot!("cart_tw_80x24", shown(&mut model));

    let mut model = ready(Lang::En, 80, 24);
    model.ascii = true;
    let drawn = shown(&mut model);
    assert!(!drawn.contains(['▌', '█', '─', '│', '…', '·', '×', '→']), "{drawn}");
    insta::assert_snapshot!("search_ascii_80x24", drawn);

    for lang in Lang::ALL {
        let mut model = ready(lang, 59, 24);
        let drawn = shown(&mut model);
        assert!(drawn.contains("60x16"), "{drawn}");
        (model.width, model.height) = (60, 15);
        assert!(shown(&mut model).contains("60x16"));
        (model.width, model.height) = (60, 16);
        assert!(!shown(&mut model).contains("60x16"));
    }
    let mut model = ready(Lang::ZhCn, 40, 9);
    insta::assert_snapshot!("too_small_zh_40x9", shown(&mut model));
}

#[test]
fn every_line_fits_the_screen_in_every_language_and_size() {
    for lang in Lang::ALL {
        for (width, height) in [(60, 16), (72, 20), (80, 24), (99, 30), (133, 40), (200, 60)] {
            for pane in Pane::ALL {
                let mut model = ready(lang, width, height);
                with_cart(&mut model, broken_cart());
                tell(&mut model, Fact::OrdersRead(Ok(orders())));
                tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(-60))))));
                press(&mut model, "c down c");
                model.pane = pane;
                let drawn = shown(&mut model);
                // The hint line begins with the help and is never dropped.
                let hints = drawn.lines().last().unwrap();
                assert!(hints.starts_with(" ? "), "{lang:?} {width}x{height} {pane:?}: {hints:?}");
                for row in drawn.lines() {
                    assert!(row.width() <= usize::from(width), "{row:?}");
                }
            }
        }
    }
}
