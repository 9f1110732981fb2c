//! Text folding and the search grammar; pure.
//!
//! A query is blank-separated words and predicates ([`terms`], read by [`parse`] off the table in [`grammar`]); an
//! offer is a hit when every predicate holds and it contains every word, as a part of its folded text or by
//! [`pinyin`]. Chinese has no blanks, so a word may be as short as one character.

pub mod fold;
pub mod grammar;
pub mod parse;
pub mod pinyin;
pub mod terms;
pub mod topics;
mod value;
mod write;

use fold::{fold, fold_with_map};
pub use parse::MAX_CHARS;
pub use terms::{Asks, Field, Is, Op, Problem, Query, Seller, Term, Wrong};

/// Most words of one query that count. Nobody types more; a pasted page must not cost a scan each.
pub const MAX_WORDS: usize = 32;

/// The distinct folded words of what was typed, in its order.
pub fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in fold(text).split_whitespace() {
        if words.len() >= MAX_WORDS {
            break;
        }
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    words
}

/// Positions of the characters of `title` that any of `words` (folded, see [`words`]) matches, ascending. A word that
/// does not stand there as typed is looked for as pinyin.
pub fn highlights(title: &str, words: &[String]) -> Vec<usize> {
    let folded = fold_with_map(title);
    let mut hit = vec![false; folded.chars.len()];
    let mut mark = |start: usize, length: usize| {
        hit.iter_mut().skip(start).take(length).for_each(|hit| *hit = true);
    };
    for typed in words {
        let word: Vec<char> = typed.chars().collect();
        if word.is_empty() {
            continue;
        }
        let mut is_there = false;
        for (start, window) in folded.chars.windows(word.len()).enumerate() {
            if window == word {
                is_there = true;
                mark(start, word.len());
            }
        }
        if is_there {
            continue;
        }
        for parse in pinyin::parses(typed) {
            for at in pinyin::all_matches(&parse, &folded.chars) {
                mark(at.start, at.len());
            }
        }
    }
    let mut positions: Vec<usize> =
        folded.source.iter().zip(&hit).filter(|(_, hit)| **hit).map(|(at, _)| *at).collect();
    positions.dedup();
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_distinct_and_split_at_any_blank() {
        assert_eq!(words("  保溫杯　ＬＯＧＯ\t定制 logo "), ["保温杯", "logo", "定制"]);
        assert!(words(" \u{3000}\n").is_empty());
        assert_eq!(words(&"a b c d e f g h ".repeat(50)).len(), 8);
    }

    #[test]
    fn highlights_name_the_characters_of_the_title_as_shown() {
        assert_eq!(highlights("新款雨傘 ＬＯＧＯ 雨伞", &words("雨伞 logo")), [2, 3, 5, 6, 7, 8, 10, 11]);
        assert_eq!(highlights("㎏秤", &words("g")), [0]);
        assert!(highlights("杯", &words("保温杯")).is_empty());
        assert!(highlights("", &words("杯")).is_empty());
        assert_eq!(highlights("304不锈钢冲孔板", &words("bxgckb")), [3, 4, 5, 6, 7, 8]);
        assert_eq!(highlights("新款保溫杯", &words("bao温b")), [2, 3, 4]);
        assert_eq!(highlights("bag 包", &words("bag")), [0, 1, 2], "as typed before pinyin");
    }
}
