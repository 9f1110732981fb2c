//! The terminal itself: the mouse, the question about doubtful marks, and what a panic on any thread leaves behind.

use std::time::Duration;

use crate::harness::Session;
use crate::{begun, filled};

#[test]
fn a_click_goes_where_it_points_and_the_mouse_is_given_back() {
    let folder = filled();
    let mut pifa = Session::start(folder.path(), &["--lang", "zh-CN"], 24, 80);
    pifa.wait_for("▌");
    // The third name of the status line, found by its place on the screen.
    let shown = pifa.contents();
    let before = shown.lines().next().unwrap().split("采购车").next().unwrap();
    let column = 1 + before.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    pifa.type_text(&format!("\x1b[<0;{column};1M\x1b[<0;{column};1m"));
    pifa.wait_for("采购车是空的");
    pifa.type_text("1");
    pifa.wait_for("▌");
    // The fourth row of the list, then the wheel.
    pifa.type_text("\x1b[<0;20;7M\x1b[<0;20;7m");
    pifa.wait("the fourth row is marked", |shown| {
        shown.lines().nth(6).is_some_and(|row| row.starts_with('▌'))
    });
    pifa.type_text("\x1b[<65;20;7M");
    pifa.wait("the row moved up", |shown| shown.lines().nth(3).is_some_and(|row| row.starts_with('▌')));
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(10)).0, 0);
    pifa.assert_restored();
}

#[test]
fn the_mouse_stays_the_terminals_where_the_settings_say_so() {
    let folder = filled();
    std::fs::write(folder.path().join("config.toml"), "mouse = false\n").unwrap();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    assert!(!String::from_utf8_lossy(&pifa.raw).contains("\x1b[?1000h"));
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(10)).0, 0);
}

#[test]
fn a_terminal_that_draws_doubtful_marks_wide_gets_ascii_ones() {
    let folder = filled();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    // It was asked, and the first frame did not wait for the answer.
    pifa.wait_for("▌");
    assert!(String::from_utf8_lossy(&pifa.raw).contains("\x1b[6n"));
    pifa.wait("marks of one cell", |shown| shown.contains('▌') && shown.contains('─'));
    // Three marks of two cells each, told in the middle of other keys.
    pifa.type_text("j\x1b[1;7Rj");
    pifa.wait("ASCII marks", |shown| !shown.contains(['▌', '─', '│', '·']) && shown.contains("\n>"));
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(10)).0, 0);
    // The settings answer in the terminal's place.
    std::fs::write(folder.path().join("config.toml"), "ambiguous_width = 1\n").unwrap();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    assert!(!String::from_utf8_lossy(&pifa.raw).contains("\x1b[6n"));
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(10)).0, 0);
}

#[test]
fn an_esc_alone_is_a_key_and_a_mistake_in_the_keymap_is_told_with_its_line() {
    let folder = filled();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 80);
    pifa.wait_for("▌");
    pifa.type_text("?");
    pifa.wait_for("help: Search");
    pifa.type_text("\x1b");
    pifa.wait("the help closed", |shown| !shown.contains("help: Search"));
    pifa.type_text("Q");
    assert_eq!(pifa.wait_for_end(Duration::from_secs(10)).0, 0);
    let keymap = folder.path().join("keymap.toml");
    std::fs::write(&keymap, "help = \"?\"\n\"cart.clear\" = \"S\"\n").unwrap();
    let mut pifa = Session::start(folder.path(), &["--lang", "en"], 24, 200);
    let (code, _) = pifa.wait_for_end(Duration::from_secs(10));
    assert_eq!(code, 2);
    let told = format!("{}:2: S is a key of both cart.submit and cart.clear", keymap.display());
    assert!(pifa.contents().contains(&told), "{}", pifa.contents());
}

/// Only debug builds can be struck.
#[cfg(debug_assertions)]
#[test]
fn a_panic_on_any_thread_gives_the_terminal_back_and_says_one_clean_thing() {
    let folder = begun();
    for thread in ["ui", "worker", "input"] {
        let mut pifa =
            Session::start_with(folder.path(), &["--lang", "en"], 24, 80, &[("PIFA_TEST_PANIC", thread)]);
        pifa.wait_for("▌");
        pifa.type_text("j");
        let (code, took) = pifa.wait_for_end(Duration::from_secs(10));
        assert_eq!(code, 101, "{thread}");
        assert!(took < Duration::from_secs(3), "{thread} took {took:?}");
        pifa.assert_restored();
        let raw = String::from_utf8_lossy(&pifa.raw).into_owned();
        let last = raw.rsplit("\x1b[?1049l").next().unwrap();
        assert_eq!(last.matches("internal error").count(), 1, "{thread}: {last:?}");
        assert!(last.contains("struck down and out"), "{thread}: {last:?}");
        for hostile in ["\x1b]0;", "\u{7}", "\x1b[2J", "\u{202e}"] {
            assert!(!last.contains(hostile), "{thread}: {hostile:?} in {last:?}");
        }
    }
}
