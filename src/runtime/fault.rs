//! In debug builds only: a panic on a thread of choice, so that a test on a real terminal can see what becomes of it.
//! `PIFA_TEST_PANIC` = `ui`, `worker` or `input`; each strikes at the first key.

#![allow(clippy::panic)]

use tokio::runtime::Handle;

use crate::app::Fact;

/// Words as hostile as text from outside may be.
const WORDS: &str = "struck\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e} down\n\nand out";

/// Which thread is to fail.
fn chosen() -> Option<String> {
    std::env::var("PIFA_TEST_PANIC").ok()
}

/// On the loop's own thread, or on a worker, when a key comes.
pub fn strike_on_key(fact: &Fact, workers: &Handle) {
    if !matches!(fact, Fact::KeyPressed(_)) {
        return;
    }
    match chosen().as_deref() {
        Some("ui") => std::panic::panic_any(WORDS.to_owned()),
        Some("worker") => {
            workers.spawn(async { std::panic::panic_any(WORDS.to_owned()) });
        }
        _ => {}
    }
}

/// On the thread that reads the terminal.
pub fn strike_input() {
    if chosen().as_deref() == Some("input") {
        std::panic::panic_any(WORDS.to_owned());
    }
}
