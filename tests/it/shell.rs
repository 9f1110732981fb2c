//! The shell of the screens: the mouse, what is remembered, the status line, the palette, the help.

use jiff::{SignedDuration, Timestamp};
use pifa::app::action::{self, ACTIONS};
use pifa::app::coach;
use pifa::app::model::Layer;
use pifa::app::msg::{Mouse, Status};
use pifa::app::{ActionId, Effect, Fact, Keys, Model, Msg, Pane, palette, update};
use pifa::domain::id::OfferKey;
use pifa::domain::quantity::Quantity;
use pifa::domain::search::Sort;
use pifa::domain::session::{Remembered, TourState};
use pifa::i18n::Lang;
use pifa::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use unicode_width::UnicodeWidthStr;

use crate::ui_fixtures::*;

/// Draws the model and tells it what was where, as the loop does; the rows as text.
pub fn drawn(model: &mut Model) -> Vec<String> {
    let (width, height) = (model.width, model.height);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut hits = None;
    terminal.draw(|frame| hits = Some(ui::view(model, frame))).unwrap();
    let hits = hits.unwrap();
    model.viewport = hits.viewport;
    model.places = hits.places;
    let buffer = terminal.backend().buffer();
    (0..height)
        .map(|y| {
            let mut row = String::new();
            let mut x = 0;
            while x < width {
                let symbol = buffer.cell((x, y)).unwrap().symbol();
                row.push_str(symbol);
                x += symbol.width().max(1) as u16;
            }
            row
        })
        .collect()
}

/// Where a text stands, in cells.
fn place_of(rows: &[String], text: &str) -> (u16, u16) {
    let y = rows.iter().position(|row| row.contains(text)).unwrap_or_else(|| panic!("{text:?} in {rows:#?}"));
    let before = rows[y].split(text).next().unwrap();
    (before.width() as u16, y as u16)
}

fn click(model: &mut Model, (x, y): (u16, u16)) -> Vec<Effect> {
    tell(model, Fact::Moused(Mouse::Pressed { x, y }))
}

fn wheel(model: &mut Model, (x, y): (u16, u16), up: bool) -> Vec<Effect> {
    tell(model, Fact::Moused(Mouse::Wheel { x, y, up }))
}

/// With something in every pane.
pub fn full(lang: Lang, width: u16, height: u16) -> Model {
    let mut model = ready(lang, width, height);
    with_cart(&mut model, broken_cart());
    tell(&mut model, Fact::OrdersRead(Ok(orders())));
    press(&mut model, "c down c down c g g");
    press(&mut model, "g 4");
    tell(&mut model, Fact::GroupsRead(Ok(Some((groups(), at(-60))))));
    press(&mut model, "g 1");
    model
}

/// Which row of the pane's list is selected.
fn selected(model: &Model) -> usize {
    match model.pane {
        Pane::Search => model.search.list.selected,
        Pane::Compare => model.compare.list.selected,
        Pane::Cart => model.cart.list.selected,
        Pane::Deals => model.deals.list.selected,
        Pane::Orders => model.orders.list.selected,
    }
}

#[test]
fn a_click_on_a_panes_name_goes_there_in_every_language() {
    for lang in Lang::ALL {
        for (width, height) in [(60, 16), (80, 24), (120, 36)] {
            for to in Pane::ALL {
                for from in Pane::ALL {
                    let mut model = full(lang, width, height);
                    press(&mut model, &format!("g {}", from.number()));
                    let rows = drawn(&mut model);
                    let name = format!("{} {}", to.number(), to.title(lang.text()));
                    let (x, y) = place_of(&rows, &name);
                    assert_eq!(y, 0);
                    // The first and the last cell of the name.
                    for x in [x, x + name.width() as u16 - 1] {
                        let mut model = model.clone();
                        click(&mut model, (x, y));
                        assert_eq!(model.pane, to, "{lang:?} {width} {from:?} -> {to:?} at {x}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_click_selects_the_row_under_it_in_every_pane() {
    for lang in [Lang::ZhCn, Lang::En] {
        for (width, height) in [(60, 16), (80, 24), (120, 36)] {
            for pane in Pane::ALL {
                let mut model = full(lang, width, height);
                press(&mut model, &format!("g {} down", pane.number()));
                drawn(&mut model);
                let rows = model.places.rows.clone();
                let mut seen: Vec<usize> = rows.iter().map(|(_, index)| *index).collect();
                seen.dedup();
                assert!(seen.len() >= 2, "{pane:?} {width}x{height} tells the mouse of no rows: {rows:?}");
                for (area, index) in rows {
                    for x in [area.x, area.x + area.width / 2, area.x + area.width - 1] {
                        let mut model = model.clone();
                        click(&mut model, (x, area.y));
                        assert_eq!(selected(&model), index, "{pane:?} {width}x{height} row {}", area.y);
                        // And that row is the one that is marked when it is drawn.
                        let shown = drawn(&mut model);
                        let marked = model.places.rows.iter().find(|(_, at)| *at == index).unwrap().0.y;
                        assert!(
                            shown[usize::from(marked)].starts_with('▌'),
                            "{pane:?} {}",
                            shown[usize::from(marked)]
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn offers_as_columns_and_every_list_of_deals_can_be_clicked_too() {
    let mut model = full(Lang::En, 120, 36);
    press(&mut model, "g 2 t");
    drawn(&mut model);
    let columns = model.places.rows.clone();
    assert_eq!(columns.len(), model.compare.offers.len());
    for (area, index) in columns {
        click(&mut model, (area.x + area.width - 1, area.y + 3));
        assert_eq!(model.compare.list.selected, index);
        let letters = drawn(&mut model)[usize::from(area.y)].clone();
        let (x, _) = place_of(&[letters], "▌");
        assert!((area.x..area.x + area.width).contains(&x), "{x} {area:?}");
    }
    press(&mut model, "g 5 !");
    drawn(&mut model);
    let (area, index) = *model.places.rows.last().unwrap();
    click(&mut model, (4, area.y));
    assert_eq!(model.orders.list.selected, index);
}

#[test]
fn a_click_on_the_query_a_hint_and_beside_a_window() {
    for lang in Lang::ALL {
        let mut model = full(lang, 80, 24);
        drawn(&mut model);
        click(&mut model, (10, 1));
        assert!(model.search.focused);
        // A row of the list takes the focus away again.
        let (area, _) = model.places.rows[0];
        drawn(&mut model);
        click(&mut model, (area.x + 9, area.y));
        assert!(!model.search.focused);
        // Each hint does what its key does, on its first and its last cell.
        drawn(&mut model);
        for (area, id) in model.places.hints.clone() {
            for x in [area.x, area.x + area.width - 1] {
                let (mut clicked, mut pressed) = (model.clone(), model.clone());
                let by_mouse = click(&mut clicked, (x, area.y));
                let keys = model.keys.shown(id);
                let name = pifa::config::keymap::parse(pifa::config::keymap::PRESET)
                    .unwrap()
                    .into_iter()
                    .find(|binding| binding.action == action::row(id).name)
                    .unwrap();
                assert!(!keys.is_empty() && !name.keys.is_empty());
                let by_key: Vec<Effect> =
                    name.keys[0].iter().flat_map(|key| tell(&mut pressed, Fact::KeyPressed(*key))).collect();
                assert_eq!(by_mouse, by_key, "{id:?}");
                assert_eq!(clicked.layers.len(), pressed.layers.len(), "{id:?}");
            }
        }
        // A window: a click beside it closes it, one on a row of it selects.
        press(&mut model, ":");
        drawn(&mut model);
        let (area, row) = model.places.layer_rows[3];
        click(&mut model, (area.x + 5, area.y));
        assert!(matches!(model.layers.last(), Some(Layer::Palette(palette)) if palette.list.selected == row));
        let window = model.places.layer.unwrap();
        drawn(&mut model);
        click(&mut model, (window.x, window.y));
        assert_eq!(model.layers.len(), 1, "its frame is part of it");
        click(&mut model, (window.x, window.y.saturating_sub(1)));
        assert!(model.layers.is_empty());
    }
}

#[test]
fn a_click_never_spends() {
    let mut model = full(Lang::En, 80, 24);
    with_cart(&mut model, legal_cart());
    press(&mut model, "g 3 S");
    let generation = model.cart.generation;
    tell(&mut model, Fact::Proposed { generation, result: Ok(Box::new(proposal())) });
    drawn(&mut model);
    let late = at(60);
    let (area, _) = *model.places.hints.iter().find(|(_, id)| *id == ActionId::ConfirmSend).unwrap();
    let effects = tell_at(&mut model, late, Fact::Moused(Mouse::Pressed { x: area.x, y: area.y }));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit(_))), "{effects:?}");
    assert!(matches!(model.layers.last(), Some(Layer::Confirm(_))));
    // And it begins the quiet anew, as a key does.
    let soon = late.checked_add(SignedDuration::from_millis(100)).unwrap();
    let effects = tell_at(&mut model, soon, Fact::KeyPressed(pifa::config::keymap::Key::char('y')));
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Submit(_))), "{effects:?}");
}

#[test]
fn the_wheel_scrolls_the_list_and_the_window_over_it() {
    let mut model = ready(Lang::ZhCn, 80, 24);
    let generation = model.search.generation;
    let mut hits = page(Quantity::whole(300));
    hits.rows = (0..100)
        .map(|at| {
            let mut row = hits.rows[at % 5].clone();
            let mut offer = (*row.offer).clone();
            offer.key = OfferKey::Market(at as i64 + 1);
            row.offer = std::sync::Arc::new(offer);
            row
        })
        .collect();
    tell(&mut model, Fact::Searched { generation, result: Ok(hits) });
    drawn(&mut model);
    let first = |model: &Model| model.places.rows[0].1;
    assert_eq!(first(&model), 0);
    wheel(&mut model, (5, 5), false);
    drawn(&mut model);
    assert_eq!(
        (first(&model), model.search.list.selected),
        (3, 3),
        "the view moves, the selection stays in it"
    );
    press(&mut model, "down down");
    wheel(&mut model, (5, 5), true);
    drawn(&mut model);
    assert_eq!((first(&model), model.search.list.selected), (0, 5));
    for _ in 0..99 {
        wheel(&mut model, (5, 5), false);
        drawn(&mut model);
    }
    assert_eq!(model.places.rows.last().unwrap().1, 99);
    press(&mut model, "?");
    drawn(&mut model);
    wheel(&mut model, (40, 10), false);
    assert!(matches!(model.layers.last(), Some(Layer::Help { first: 3 })));
}

// What is remembered.

fn started(lang: Lang) -> Model {
    let mut model = Model::new(lang, false, Keys::preset(), Quantity::whole(100));
    let effects = tell(&mut model, Fact::Started { width: 80, height: 24 });
    assert!(effects.contains(&Effect::ReadSession));
    model
}

fn saved(effects: &[Effect]) -> Vec<Remembered> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SaveSession(kept) => Some((**kept).clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_sitting_is_kept_at_its_end_and_put_back_at_the_next_start() {
    let mut model = started(Lang::ZhCn);
    tell(&mut model, Fact::SessionRead(None));
    tell(&mut model, Fact::StatusRead(Ok(status())));
    press(&mut model, "q 2 5 0 enter / ");
    type_text(&mut model, "保温");
    press(&mut model, "enter s T");
    let generation = model.search.generation;
    tell(&mut model, Fact::Searched { generation, result: Ok(page(Quantity::whole(250))) });
    press(&mut model, "down down 4 esc");
    let effects = press(&mut model, "Q");
    assert_eq!(effects.last(), Some(&Effect::Quit));
    let kept = saved(&effects);
    assert_eq!(kept.len(), 1, "it is kept before the end, once: {effects:?}");
    let kept = kept[0].clone();
    assert_eq!((kept.pane.as_str(), kept.query.as_str(), kept.sort.as_str()), ("deals", "保温", "price"));
    assert_eq!(kept.tour, TourState::Ended);
    // Through the file and back.
    let kept: Remembered = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();

    let mut model = started(Lang::En);
    let effects = tell(&mut model, Fact::SessionRead(Some(Box::new(kept.clone()))));
    assert_eq!((model.pane, model.quantity.to_string().as_str()), (Pane::Deals, "250"));
    assert_eq!((model.search.query.text().as_str(), model.search.sort), ("保温", Sort::Price));
    assert!(model.titles_swapped && effects.contains(&Effect::ReadGroups), "{effects:?}");
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Search { generation, request } => Some((*generation, request.clone())),
        _ => None,
    });
    let (generation, request) = asked.unwrap();
    assert_eq!((request.text.as_str(), request.quantity.to_string().as_str()), ("保温", "250"));
    tell(&mut model, Fact::Searched { generation, result: Ok(page(Quantity::whole(250))) });
    assert_eq!(model.search.list.selected, 2);
    tell(&mut model, Fact::StatusRead(Ok(status())));
    assert_eq!(coach::step(&model), None, "a tour that was sent away begins again");
    // Nothing changed: nothing is kept anew.
    assert_eq!(saved(&press(&mut model, "Q")), []);
}

#[test]
fn what_the_buyer_began_is_not_taken_from_their_hands() {
    let last = Remembered {
        pane: "cart".into(),
        query: "杯".into(),
        quantity: Some(Quantity::whole(7)),
        tour: TourState::At(4),
        ..Remembered::default()
    };
    let mut model = started(Lang::En);
    press(&mut model, "down");
    tell(&mut model, Fact::SessionRead(Some(Box::new(last.clone()))));
    assert_eq!((model.pane, model.quantity.to_string().as_str()), (Pane::Search, "100"));
    assert!(model.search.query.is_empty());
    assert_eq!(model.coach.state, TourState::At(4), "how far the tour is counts always");
    // Words nobody knows any more are left out, never an error.
    let mut model = started(Lang::En);
    let odd = Remembered {
        pane: "moon".into(),
        sort: "luck".into(),
        view: "x".into(),
        quantity: Some(Quantity::ZERO),
        ..last
    };
    tell(&mut model, Fact::SessionRead(Some(Box::new(odd))));
    assert_eq!(
        (model.pane, model.search.sort, model.quantity.to_string().as_str()),
        (Pane::Search, Sort::Rank, "100")
    );
    // Before the last sitting was read nothing is kept: it would be written over.
    let mut model = started(Lang::En);
    assert_eq!(press(&mut model, "q 5 enter Q").last(), Some(&Effect::Quit));
    assert_eq!(saved(&press(&mut model, "Q")), []);
}

#[test]
fn what_changed_is_kept_a_moment_later_by_one_alarm() {
    let mut model = started(Lang::En);
    tell(&mut model, Fact::SessionRead(Some(Box::default())));
    let effects = tell(&mut model, Fact::Resumed);
    let alarms = |effects: &[Effect]| -> Vec<Timestamp> {
        effects.iter().filter_map(|e| if let Effect::WakeAt(at) = e { Some(*at) } else { None }).collect()
    };
    assert_eq!(alarms(&effects), [], "told once");
    assert_eq!(model.wake, Some(at(2)));
    assert_eq!(alarms(&press(&mut model, "2")), [], "more changes do not put it off");
    assert_eq!(saved(&tell_at(&mut model, at(1), Fact::Woke)), [], "too early");
    let effects = tell_at(&mut model, at(2), Fact::Woke);
    assert_eq!(saved(&effects).len(), 1);
    assert_eq!(
        (saved(&effects)[0].pane.as_str(), alarms(&effects).len()),
        ("compare", 0),
        "and then it sleeps"
    );
    assert_eq!(saved(&tell_at(&mut model, at(9), Fact::Woke)), []);
}

// Status line, palette, help.

#[test]
fn the_status_line_leaves_out_the_least_needed_and_cuts_nothing() {
    for lang in Lang::ALL {
        for width in [60, 70, 80, 96, 120, 160, 200] {
            let mut model = full(lang, width, 24);
            tell(&mut model, Fact::SyncProgressed { done: 3_200, total: Some(20_000), pace: None });
            let state = Status {
                online: Some(false),
                offline_since: Some(at(-300)),
                unsent: 12,
                clock_ahead_ms: 26 * 3_600_000,
                ..status()
            };
            tell(&mut model, Fact::StatusRead(Ok(state)));
            let row = drawn(&mut model)[0].clone();
            assert!(row.contains("Q 300"), "{width} {row}");
            let whole = match lang {
                Lang::En => ["SANDBOX +1d2h", "offline 5m", "preparing 3,200 of 20,000", "12 unsent", ">= ¥"],
                Lang::ZhCn => ["沙盒 +1天2时", "离线 5分", "准备货品 3,200/20,000", "12 未发", ">= ¥"],
                Lang::ZhTw => ["沙盒 +1天2時", "離線 5分", "準備貨品 3,200/20,000", "12 未發", ">= ¥"],
            };
            let there = whole.map(|piece| row.contains(piece));
            if width >= 160 {
                assert_eq!(there, [true; 5], "{row}");
            }
            // Which market it is, and that nothing leaves, are never given up for less.
            for needed in [lang.text().sandbox, lang.text().offline] {
                assert!(row.contains(needed), "{lang:?} {width} {row}");
            }
            // A piece is whole, short or absent: what is left without the known pieces is nothing but names.
            let mut rest = row.clone();
            let short = match lang {
                Lang::En => ["offline", "SANDBOX", "data 4m", "Q 300"],
                Lang::ZhCn => ["离线", "沙盒", "数据 4分", "Q 300"],
                Lang::ZhTw => ["離線", "沙盒", "資料 4分", "Q 300"],
            };
            let landed = ">= ¥10,712.00";
            for piece in [landed].into_iter().chain(whole).chain(short).chain(["3,200/20,000", "4m", "4分"])
            {
                rest = rest.replacen(piece, "", 1);
            }
            let names: String = Pane::ALL.iter().map(|pane| pane.title(lang.text())).collect();
            let odd: Vec<char> =
                rest.chars().filter(|c| !names.contains(*c) && !" []!0123456789".contains(*c)).collect();
            assert!(odd.is_empty(), "{width}: {row:?} leaves {odd:?}");
        }
    }
}

#[test]
fn the_palette_finds_by_id_and_by_words_of_every_language() {
    for lang in Lang::ALL {
        let model = ready(lang, 80, 24);
        let first = |typed: &str| palette::found(&model, typed).first().copied();
        assert_eq!(first("tour"), Some(ActionId::Tour));
        assert_eq!(first("clock.day"), Some(ActionId::ClockDay));
        assert_eq!(first("离线"), Some(ActionId::OfflineToggle));
        assert_eq!(first("離線"), Some(ActionId::OfflineToggle));
        assert_eq!(first("work offline"), Some(ActionId::OfflineToggle));
        assert_eq!(first("QUIT"), Some(ActionId::Quit));
        assert_eq!(first("zzzz"), None);
    }
    // It shows the keys, and why something cannot be done.
    let mut model = ready(Lang::En, 80, 24);
    press(&mut model, ":");
    type_text(&mut model, "undo");
    let rows = drawn(&mut model);
    assert!(
        rows.iter().any(|row| row.contains("undo  (nothing to undo)") && row.contains(" u")),
        "{rows:#?}"
    );
}

#[test]
fn the_help_names_every_action_with_its_keys_and_begins_with_the_pane() {
    for lang in Lang::ALL {
        for (width, height) in [(80, 24), (140, 50)] {
            let mut model = ready(lang, width, height);
            press(&mut model, "5 ?");
            let mut seen = drawn(&mut model);
            let heading = place_of(&seen, &format!(" {}", lang.text().pane_orders));
            let top = seen.iter().skip(2).position(|row| row.contains(lang.text().pane_orders));
            assert_eq!(top, Some(0), "{heading:?} {seen:#?}");
            for _ in 0..20 {
                press(&mut model, "pgdn");
                seen.extend(drawn(&mut model));
            }
            for action in ACTIONS.iter().filter(|action| action.id != ActionId::Interrupt) {
                let words = (action.text)(lang.text());
                let keys = model.keys.shown(action.id);
                let keys = if keys.is_empty() { format!(":{}", action.name) } else { keys };
                let beginning: String = keys.chars().take(18).collect();
                let named =
                    |row: &String| row.match_indices(&beginning).any(|(at, _)| row[at..].contains(words));
                assert!(seen.iter().any(named), "{lang:?} {width} {} {beginning:?} {words:?}", action.name);
            }
        }
    }
}

#[test]
fn messages_in_any_order_keep_the_alarm_and_the_memory_quiet_without_a_sitting() {
    // No ReadSession was answered (an older data folder, a desk that never opened): nothing is kept, nothing rings.
    let mut model = ready(Lang::En, 80, 24);
    for key in ["down", "2", "3", "4", "5", "1"] {
        let effects = press(&mut model, key);
        let rings = effects.iter().any(|e| matches!(e, Effect::SaveSession(_)));
        assert!(!rings, "{effects:?}");
    }
    let msg = Msg { at: at(99), fact: Fact::Woke };
    assert!(update(&mut model, msg).iter().all(|effect| !matches!(effect, Effect::SaveSession(_))));
}
