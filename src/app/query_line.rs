//! The query as it is typed: where it has a mistake, and what was expected there. What is still being typed is not
//! called wrong until the cursor has left it; what is expected is said all along.

use std::ops::Range;

use crate::app::model::{Model, Pane};
use crate::domain::mistake::Wrong;
use crate::i18n::{Lang, queries};
use crate::query::Query;
use crate::query::grammar::{PREDICATES, Part, REMARKS, Three};

/// What there is to say of a query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marked {
    /// What is wrong: characters of the text, from..to, ascending.
    pub wrong: Vec<Range<usize>>,
    /// What was expected, at the cursor if something is there, else at the first mistake.
    pub expected: Option<Wrong>,
    /// Whether that is only not finished yet.
    pub unfinished: bool,
}

/// Looks at a query; `cursor`: characters before it while somebody types.
pub fn marked(text: &str, cursor: Option<usize>) -> Marked {
    let problems = Query::parse(text).problems;
    let is_unfinished =
        |problem: &_| cursor.is_some_and(|cursor| Query::is_unfinished(text, problem, cursor));
    let is_here = |at: &Range<usize>| cursor.is_some_and(|cursor| at.start <= cursor && cursor <= at.end);
    let said = problems.iter().find(|problem| is_here(&problem.at)).or(problems.first());
    Marked {
        expected: said.map(|problem| problem.kind.clone()),
        unfinished: said.is_some_and(is_unfinished),
        wrong: problems
            .iter()
            .filter(|problem| !is_unfinished(problem))
            .map(|problem| problem.at.clone())
            .collect(),
    }
}

/// What is expected in the query that is being typed, and whether it is only not finished yet.
pub fn expected(model: &Model) -> Option<(String, bool)> {
    if model.pane != Pane::Search || !model.search.focused || !model.layers.is_empty() {
        return None;
    }
    let query = &model.search.query;
    let marked = marked(&query.text(), Some(query.before().chars().count()));
    let wrong = marked.expected?;
    Some((queries::expected(model.lang, &wrong), marked.unfinished))
}

/// A part of the language for the help: its heading, and an example with what it does in each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Heading.
    pub title: &'static str,
    /// Example, other names of it, and what it does.
    pub rows: Vec<(&'static str, &'static [&'static str], &'static str)>,
}

/// The language, from its own table.
pub fn described(lang: Lang) -> Vec<Described> {
    let of = |[zh, tw, en]: Three| match lang {
        Lang::ZhCn => zh,
        Lang::ZhTw => tw,
        Lang::En => en,
    };
    let part = |part: Part| {
        let remarks = REMARKS.iter().filter(|row| row.part == part);
        let predicates = PREDICATES.iter().filter(|row| row.part == part);
        let rows = predicates.map(|row| (row.like, row.also, of(row.says)));
        Described {
            title: of(part.title()),
            rows: rows.chain(remarks.map(|row| (row.like, &[][..], of(row.says)))).collect(),
        }
    };
    Part::ALL.into_iter().map(part).collect()
}

#[cfg(test)]
// Ranges of characters, one in a list where one is marked.
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_typed_is_not_wrong_yet_but_what_is_expected_is_said() {
        let typing = marked("杯 price<", Some(8));
        assert_eq!((typing.wrong.len(), typing.unfinished), (0, true));
        assert_eq!(typing.expected, Some(Wrong::NoValue { like: "price<8" }));
        let left = marked("杯 price<", Some(1));
        assert_eq!((left.wrong, left.unfinished), (Vec::from([2..8]), false));
        assert_eq!(marked("杯 price<", None).wrong, [2..8]);
        assert_eq!(marked("杯 price<8 -红", Some(3)), Marked::default());
    }

    #[test]
    fn the_mistake_at_the_cursor_is_the_one_spoken_of() {
        let two = marked("price<x kind:y", Some(14));
        assert_eq!(two.wrong, [6..7, 13..14]);
        assert_eq!(two.expected, Some(Wrong::NotOneOf(vec!["goods", "fee"])));
        let first = marked("price<x kind:y 杯", Some(16));
        assert_eq!(first.expected, Some(Wrong::NotANumber { like: "price<8" }));
    }

    #[test]
    fn every_row_is_described_in_every_language() {
        for lang in Lang::ALL {
            let rows: usize = described(lang).iter().map(|part| part.rows.len()).sum();
            assert_eq!(rows, PREDICATES.len() + REMARKS.len());
        }
    }
}
