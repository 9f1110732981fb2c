//! Files the buyer writes by hand (settings, saved searches, lists): where in them a mistake is, and what was probably
//! meant.

use std::path::Path;

use crate::domain::text::Clean;

/// A file that cannot be used: where in it, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {what}")]
pub struct FileTrouble {
    /// `path` or `path:line`.
    pub at: Clean,
    /// What is wrong.
    pub what: Clean,
}

impl FileTrouble {
    /// At a 1-based line; 0 = the file as a whole.
    pub fn new(path: &Path, line: u64, what: &str) -> FileTrouble {
        let line = if line == 0 { String::new() } else { format!(":{line}") };
        FileTrouble {
            at: Clean::capped(&format!("{}{line}", path.display()), 300),
            what: Clean::capped(what, 300),
        }
    }
}

/// 1-based line of a byte offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The words of the TOML parser on one line, with the nearest known key in front where one was misspelt.
pub fn explain(message: &str) -> String {
    let message = message.lines().collect::<Vec<_>>().join(" ");
    let message = message
        .replace("expected u32", "expected a whole number")
        .replace("expected u64", "expected a whole number");
    let mut quoted = message.split('`').skip(1).step_by(2);
    let (Some(unknown), true) = (quoted.next(), message.starts_with("unknown field")) else { return message };
    match nearest(unknown, quoted) {
        Some(known) => format!("unknown key `{unknown}`: did you mean `{known}`?"),
        None => message,
    }
}

/// The one of `known` that was most likely meant: at most three slips away.
pub fn nearest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.map(|known| (strsim::damerau_levenshtein(typed, known), known)).min()?;
    // A short word is another word after three slips.
    let most = typed.chars().count().saturating_sub(1).min(3);
    (near.0 <= most).then_some(near.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_named_only_when_it_is_near() {
        assert_eq!(nearest("佛山瓷專", ["佛山瓷砖", "南通家纺"].into_iter()), Some("佛山瓷砖"));
        assert_eq!(nearest("cups", ["家纺", "mugs-and-more"].into_iter()), None);
        assert_eq!(nearest("", ["a"].into_iter()), None);
    }
}
