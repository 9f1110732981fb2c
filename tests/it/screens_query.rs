//! The query line with a mistake in it, and the help on how to write one.

use pifa::app::{Fact, Model, Pane};
use pifa::i18n::Lang;
use pifa::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;

use crate::screens::{shown, snap};
use crate::ui_fixtures::*;

fn found(model: &mut Model) {
    let generation = model.search.generation;
    tell(model, Fact::Searched { generation, result: Ok(page(model.quantity)) });
}

#[test]
fn mistakes_and_what_is_expected() {
    snap("query_wrong", |model| {
        press(model, "/");
        type_text(model, "杯 price<x 304");
        found(model);
    });
    snap("query_unfinished", |model| {
        press(model, "/");
        type_text(model, "杯 belt:");
        found(model);
    });
    snap("query_help", |model| {
        press(model, "/");
        press(model, "F1");
    });
}

/// The underlined characters of the query line.
fn underlined(model: &Model) -> String {
    let mut terminal = Terminal::new(TestBackend::new(model.width, model.height)).unwrap();
    terminal.draw(|frame| drop(ui::view(model, frame))).unwrap();
    let buffer = terminal.backend().buffer();
    let cells = (0..model.width).filter_map(|x| buffer.cell((x, 1)));
    cells.filter(|cell| cell.modifier.contains(Modifier::UNDERLINED)).map(|cell| cell.symbol()).collect()
}

#[test]
fn what_is_wrong_is_underlined_once_the_cursor_has_left_it() {
    for lang in Lang::ALL {
        let mut model = ready(lang, 80, 24);
        assert_eq!(model.pane, Pane::Search);
        press(&mut model, "/");
        type_text(&mut model, "杯 price<");
        assert_eq!(underlined(&model), "");
        assert!(shown(&mut model).lines().last().unwrap().contains("price<8"));
        type_text(&mut model, " ");
        assert_eq!(underlined(&model), "price<", "{lang:?}");
        type_text(&mut model, "8");
        assert_eq!(underlined(&model), "", "a blank may stand behind the sign");
        type_text(&mut model, "x 盘");
        assert_eq!(underlined(&model), "8x");
        press(&mut model, "down");
        assert_eq!(underlined(&model), "8x", "out of the query too");
        assert!(!shown(&mut model).lines().last().unwrap().contains("price<8"), "the hints are the list's");
    }
}

#[test]
fn a_long_query_points_at_what_is_in_view() {
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, "/");
    type_text(&mut model, &"杯".repeat(80));
    type_text(&mut model, " kind:x 盘");
    assert_eq!(underlined(&model), "x");
}
