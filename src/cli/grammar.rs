//! The language of searches as `pifa search --help` tells it, from its own table. The help of the verbs is English.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::query::grammar::{PREDICATES, Part, REMARKS};

/// Cells of the column with the examples.
const LIKE: usize = 24;

/// The same where somebody may read it: clap asks for it at every start.
pub(super) fn if_asked() -> String {
    let is_asked = std::env::args_os().any(|word| word.to_str().is_some_and(|word| word.contains("help")));
    if is_asked { long_help() } else { String::new() }
}

/// What stands below the options.
fn long_help() -> String {
    let mut help = String::new();
    for part in Part::ALL {
        let [.., title] = part.title();
        let _ = writeln!(help, "{title}");
        let predicates =
            PREDICATES.iter().filter(|row| row.part == part).map(|row| (row.like, row.also, row.says));
        let remarks = REMARKS.iter().filter(|row| row.part == part).map(|row| (row.like, &[][..], row.says));
        for (like, also, [.., says]) in predicates.chain(remarks) {
            let gap = " ".repeat(LIKE.saturating_sub(like.width()));
            let names = if also.is_empty() { String::new() } else { format!(" ({})", also.join(" ")) };
            let _ = writeln!(help, "  {like}{gap}  {says}{names}");
        }
        help.push('\n');
    }
    help.push_str("A mistake is pointed at on stderr; the search answers by what could be read.");
    help
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_told() {
        let help = long_help();
        for row in &PREDICATES {
            assert!(help.contains(&format!("  {}", row.like)), "{}", row.like);
        }
        assert!(help.lines().count() > PREDICATES.len() + REMARKS.len());
    }
}
