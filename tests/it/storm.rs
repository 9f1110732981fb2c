//! Random messages through `update` and `view`: keys, text, pastes, clicks, resizes from 1x1 to 400x100, and facts with
//! payloads as hostile as a market or another program may send. Nothing may panic.
//!
//! The seed is of the moment, printed when it fails: `PIFA_STORM_SEED=... cargo test --test it storm` repeats it.
//! `PIFA_STORM=1000000` is the long form. `PIFA_STORM_TEXTS` names a folder of JSON lists with more texts.

use std::cell::RefCell;

use jiff::Timestamp;
use pifa::app::{Effect, Fact, Msg, update};
use pifa::config::keymap::{self, Key};
use pifa::i18n::Lang;
use pifa::ui;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::dice::Dice;
use crate::storm_payloads::{Storm, TEXTS};
use crate::ui_fixtures::*;

/// Texts of a folder, if one is named.
fn more_texts() -> Vec<String> {
    let Some(folder) = std::env::var_os("PIFA_STORM_TEXTS") else { return Vec::new() };
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let Ok(list) = serde_json::from_slice::<serde_json::Value>(&std::fs::read(entry.path()).unwrap())
        else {
            continue;
        };
        for value in list.as_array().into_iter().flatten() {
            texts.extend(value.as_str().or_else(|| value["text"].as_str()).map(str::to_owned));
        }
    }
    assert!(!texts.is_empty(), "no texts there");
    texts
}

fn run(seed: u64, messages: usize) {
    let preset = keymap::parse(keymap::PRESET).unwrap();
    let keys: Vec<Key> = preset.into_iter().flat_map(|binding| binding.keys).flatten().collect();
    let texts = TEXTS.iter().map(|text| (*text).to_owned()).chain(more_texts()).collect();
    let mut storm = Storm { dice: Dice(seed), texts, keys };
    // What panicked is told by its seed and the last messages.
    let last: RefCell<Vec<String>> = RefCell::default();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let lang = *storm.dice.pick(&Lang::ALL);
        let mut model = ready(lang, 80, 24);
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        let mut now = at(0);
        let mut quits = 0_u32;
        for round in 0..messages {
            let fact = storm.fact(&model);
            {
                let mut last = last.borrow_mut();
                if last.len() == 6 {
                    last.remove(0);
                }
                last.push(format!("{round}: {:.300}", format!("{fact:?}")));
            }
            let later = jiff::SignedDuration::from_millis(storm.dice.below(700) as i64);
            now = now.checked_add(later).unwrap_or(at(0));
            let resized = matches!(fact, Fact::Resized { .. });
            let effects = update(&mut model, Msg { at: now, fact });
            quits += u32::from(effects.contains(&Effect::Quit));
            if resized {
                terminal.backend_mut().resize(model.width, model.height);
            }
            if resized || storm.dice.chance(5) {
                let mut hits = None;
                terminal.draw(|frame| hits = Some(ui::view(&model, frame))).unwrap();
                let hits = hits.unwrap();
                model.viewport = hits.viewport;
                model.places = hits.places;
            }
            // A storm that has lost itself in one corner begins anew.
            if storm.dice.chance(4_000) {
                model.layers.clear();
                model.lang = *storm.dice.pick(&Lang::ALL);
                model.ascii = storm.dice.chance(4);
            }
        }
        assert!(messages < 10_000 || quits > 0, "the keys never reached the table");
    }));
    if let Err(panic) = outcome {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        panic!("PIFA_STORM_SEED={seed}: {words:?}, after\n{}", last.borrow().join("\n"));
    }
}

#[test]
fn a_storm_of_messages_breaks_nothing() {
    let number = |name: &str| std::env::var(name).ok().map(|value| value.parse().expect("a number"));
    let seed = number("PIFA_STORM_SEED").unwrap_or_else(|| Timestamp::now().as_nanosecond() as u64);
    let messages = number("PIFA_STORM").unwrap_or(40_000) as usize;
    // Several models, so that no one state rules; on all processors.
    let parts = 4;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..parts)
            .map(|part| scope.spawn(move || run(seed.wrapping_add(part), messages / parts as usize)))
            .collect();
        for (part, thread) in threads.into_iter().enumerate() {
            assert!(
                thread.join().is_ok(),
                "PIFA_STORM_SEED={} (part {part})",
                seed.wrapping_add(part as u64)
            );
        }
    });
}
