//! Mistakes in a query: pointed at on stderr, listed in the document. A search with one still answers, by what of the
//! query could be read.

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::print::Printer;
use crate::domain::mistake::Problem;
use crate::domain::text::Clean;
use crate::i18n::queries;
use crate::query::Query;

/// One of them.
#[derive(Debug, Serialize)]
pub(super) struct ProblemDocument {
    /// First character of the query it is about.
    pub from: usize,
    /// The one behind its last.
    pub to: usize,
    pub message: String,
}

/// Says on stderr what of a query could not be read, and gives the same for the document.
pub(super) fn told(text: &str, printer: &Printer) -> Vec<ProblemDocument> {
    let problems = Query::parse(text).problems;
    let tell = |problem: Problem| {
        let message = queries::expected(printer.lang, &problem.kind);
        if !printer.is_json() {
            eprintln!("{}", pointed_at(text, &problem, &message));
        }
        ProblemDocument { from: problem.at.start, to: problem.at.end, message }
    };
    problems.into_iter().map(tell).collect()
}

/// Characters shown before and of what is wrong: the line stays one on a terminal.
const AROUND: usize = 24;

/// The query with a mark under what is wrong, and what was expected.
fn pointed_at(text: &str, problem: &Problem, message: &str) -> String {
    let part = |from: usize, to: usize| -> String {
        // Cleaning trims the ends; the blanks between words have to stay where they are.
        let part: String = text.chars().skip(from).take(to.saturating_sub(from)).collect();
        let clean = Clean::new(&format!("x{part}x"));
        let inner = clean.as_str().strip_prefix('x').unwrap_or_default();
        inner.strip_suffix('x').unwrap_or(inner).to_owned()
    };
    let at = &problem.at;
    let before = part(at.start.saturating_sub(AROUND), at.start);
    let wrong = part(at.start, at.end.min(at.start + AROUND));
    let after = part(at.end, at.end + AROUND);
    let gap = " ".repeat(before.width());
    let mark = "^".repeat(wrong.width().max(1));
    format!("{before}{wrong}{after}\n{gap}{mark} {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_under_what_is_wrong_on_the_cell_grid() {
        let problem = |text: &str| Query::parse(text).problems.remove(0);
        let text = "保温杯 price<x 304";
        assert_eq!(pointed_at(text, &problem(text), "?"), "保温杯 price<x 304\n             ^ ?");
        let text = "price<\u{1b}[2J杯";
        let shown = pointed_at(text, &problem(text), "?");
        assert!(!shown.contains('\u{1b}'), "{shown}");
    }
}
