//! Reading what may be damaged: tantivy takes the contents of its files for granted, and where they are wrong it
//! panics. Files are checked before they are read, so this is the second line: such a panic ends the search, not the
//! program, and nobody sees it.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Threads of tantivy's own and those that write for it, by how their names begin: what they die of is told by the writer that waits for them.
const THREADS: [&str; 4] = ["thrd-tantivy", "merge_thread", "segment_updater", "index-range"];

/// Runs `job`; `None` when it panicked.
pub fn guarded<T>(job: impl FnOnce() -> T) -> Option<T> {
    let outer = GUARDED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(job));
    GUARDED.set(outer);
    done.ok()
}

/// Whether a panic on this thread, now, is caught and told where it belongs: whoever hooks panics has to let it pass.
pub fn is_expected() -> bool {
    GUARDED.get()
        || std::thread::current().name().is_some_and(|name| THREADS.iter().any(|of| name.starts_with(of)))
}

/// Keeps such panics from being printed.
pub fn be_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !is_expected() {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_told_and_one_outside_is_not_expected() {
        assert!(!is_expected());
        let inside = guarded(|| {
            assert!(is_expected());
            std::panic::panic_any("damaged")
        });
        assert_eq!(inside, None::<()>);
        assert!(!is_expected());
        assert_eq!(guarded(|| guarded(|| 1)), Some(Some(1)));
    }
}
