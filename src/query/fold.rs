//! Folding: what makes `ＡＢＣ`, `abc` and 傘 / 伞 find each other. Both sides of a search fold alike.
//!
//! NFKC (width), lower case, traditional to simplified by the character table in `assets/fold/`. Text is
//! folded one base character (with the marks that follow it) at a time, so that every folded character
//! knows which source character it came from: highlights need that.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What each character of the block is searched as, two bytes each: `assets/fold/simplified.txt` as `build.rs` makes it.
const SIMPLIFIED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/simplified.bin"));
/// The block the table covers: CJK Unified Ideographs.
const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// Folds for matching.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_onto(text, &mut folded);
    folded
}

/// Folds for matching, onto the end of a text.
pub fn fold_onto(text: &str, folded: &mut String) {
    let begin = folded.len();
    // Nearly all listings are ideographs and ASCII, each of which folds by itself; anything else (a mark that joins
    // what stands before it, full-width forms) takes the long way, from the beginning.
    for c in text.chars() {
        match c {
            '\0'..='\x7f' => folded.push(c.to_ascii_lowercase()),
            '\u{4e00}'..='\u{9fff}' => folded.push(simplified(c)),
            _ => {
                folded.truncate(begin);
                fold_each(text, |c, _| folded.push(c));
                return;
            }
        }
    }
}

/// Folds without looking whether that is easy.
#[cfg(test)]
fn fold_slowly(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_each(text, |c, _| folded.push(c));
    folded
}

/// Folded text that remembers where each of its characters came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folded {
    /// The same as [`fold`] gives, as characters.
    pub chars: Vec<char>,
    /// For each of them the index of its source character.
    pub source: Vec<usize>,
}

/// Folds for matching and keeps the way back to the source's characters.
pub fn fold_with_map(text: &str) -> Folded {
    let mut folded = Folded::default();
    fold_each(text, |c, index| {
        folded.chars.push(c);
        folded.source.push(index);
    });
    folded
}

/// The simplified form of a character, or itself.
pub fn simplified(c: char) -> char {
    let code = u32::from(c);
    if !(FIRST..=LAST).contains(&code) {
        return c;
    }
    let (table, _) = SIMPLIFIED.as_chunks::<2>();
    let simple = table.get((code - FIRST) as usize).map(|bytes| u32::from(u16::from_le_bytes(*bytes)));
    simple.and_then(char::from_u32).unwrap_or(c)
}

fn fold_each(text: &str, mut emit: impl FnMut(char, usize)) {
    let mut rest = text.char_indices().enumerate().peekable();
    while let Some((index, (start, c))) = rest.next() {
        let mut end = start + c.len_utf8();
        let mut alone = true;
        while let Some((_, (at, mark))) = rest.next_if(|(_, (_, c))| joins_before(*c)) {
            end = at + mark.len_utf8();
            alone = false;
        }
        if alone && c.is_ascii() {
            emit(c.to_ascii_lowercase(), index);
        } else if alone && (FIRST..=LAST).contains(&u32::from(c)) {
            emit(simplified(c), index);
        } else {
            let whole = text.get(start..end).unwrap_or_default();
            // Small letters may come with marks in another order (İ): once more, so that folding twice changes nothing.
            for c in whole.nfkc().flat_map(char::to_lowercase).nfkc() {
                emit(simplified(c), index);
            }
        }
    }
}

/// Whether NFKC may join `c` to the character before it: marks, Hangul vowels and finals, half-width kana marks and Hangul.
fn joins_before(c: char) -> bool {
    !c.is_ascii()
        && (is_combining_mark(c)
            || matches!(c, '\u{1161}'..='\u{1175}' | '\u{11a8}'..='\u{11c2}' | '\u{ff9e}'..='\u{ff9f}' | '\u{ffa0}'..='\u{ffdc}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const TABLE: &str = include_str!("../../assets/fold/simplified.txt");

    /// Pairs of the shipped table, in its order.
    fn pairs() -> impl Iterator<Item = (char, char)> {
        TABLE
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .flat_map(str::split_whitespace)
            .filter_map(|pair| {
                let mut chars = pair.chars();
                Some((chars.next()?, chars.next()?))
            })
    }

    #[test]
    fn width_case_and_script_meet() {
        for (a, b) in [
            ("ＡＢＣ１２３", "abc123"),
            ("雨傘", "雨伞"),
            ("保溫杯　ＷＨＯＬＥＳＡＬＥ", "保温杯 wholesale"),
            ("歐美風連衣裙", "欧美风连衣裙"),
            ("㎏", "kg"),
            ("ｶﾞﾗｽ", "ガラス"),
            ("Cafe\u{301}", "café"),
            ("臺灣電風扇", "台湾电风扇"),
        ] {
            assert_eq!(fold(a), fold(b), "{a}");
        }
    }

    #[test]
    fn the_table_is_whole() {
        let han = |c: char| (FIRST..=LAST).contains(&u32::from(c));
        let mut seen = HashSet::new();
        for line in TABLE.lines().map(|line| line.split('#').next().unwrap()) {
            for pair in line.split_whitespace() {
                assert_eq!(pair.chars().count(), 2, "{pair}");
            }
        }
        for (traditional, simple) in pairs() {
            assert!(han(traditional) && han(simple) && traditional != simple, "{traditional}{simple}");
            assert!(seen.insert(traditional), "{traditional} stands twice");
        }
        for (traditional, simple) in pairs() {
            assert!(!seen.contains(&simple), "{traditional}{simple} leads on to another pair");
        }
        assert!(seen.len() >= 2000, "{}", seen.len());
        let told: std::collections::HashMap<char, char> = pairs().collect();
        for c in (FIRST - 1..=LAST + 1).filter_map(char::from_u32) {
            assert_eq!(simplified(c), told.get(&c).copied().unwrap_or(c));
        }
    }

    #[test]
    fn every_folded_character_knows_its_source() {
        let folded = fold_with_map("㎏傘Ａe\u{301}杯");
        assert_eq!(folded.chars.iter().collect::<String>(), "kg伞aé杯");
        assert_eq!(folded.source, [0, 0, 1, 2, 3, 5]);
    }

    proptest! {
        #[test]
        fn both_ways_of_folding_agree(text in "[\\PC]{0,40}") {
            let mapped = fold_with_map(&text);
            prop_assert_eq!(mapped.chars.iter().collect::<String>(), fold(&text));
            prop_assert_eq!(fold_slowly(&text), fold(&text));
            let count = text.chars().count();
            prop_assert!(mapped.source.iter().all(|at| *at < count));
            prop_assert!(mapped.source.is_sorted());
        }
    }
}
