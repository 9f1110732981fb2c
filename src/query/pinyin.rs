//! Pinyin: which Chinese characters a word of letters may stand for.
//!
//! A word is read as a chain of constraints, one for each character it stands for: a full syllable, an initial (zh, ch
//! and sh count as one too), or the character itself. `bxgckb`, `buxiuganggb` and `不xg冲kb` all find 不锈钢冲孔板. A
//! character answers to every reading it has, so 重庆 is found by chongqing and by zhongqing, 绿 by lv and by lu.
//! Latin letters in a title answer to themselves: `leddeng` finds LED灯. Letters may be parted by an apostrophe
//! (xi'an).
//!
//! The readings are those of the crate `pinyin`, packed once into a table of some 300 KB.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

use pinyin::ToPinyinMulti;

/// What one character has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Constraint {
    /// This one.
    Char(char),
    /// One that can be read so, see [`syllable`].
    Syllable(u16),
    /// One with a reading that begins so, see [`initial`]; a Latin letter answers to itself.
    Initial(u8),
}

/// Ways of reading one word that are kept. Those with the fewest characters come first.
pub const MOST_PARSES: usize = 16;
/// Longer words are no pinyin, in characters.
pub const LONGEST: usize = 64;

/// Characters the table covers.
const FIRST: u32 = 0x3007;
const LAST: u32 = 0x9fff;
/// Initials of two letters, numbered behind the 26 letters.
const DOUBLE: [&str; 3] = ["zh", "ch", "sh"];
/// Longest syllable, in letters (zhuang).
const LONGEST_SYLLABLE: usize = 6;

/// Packed readings.
struct Table {
    /// Ascending; a syllable's number is its place.
    syllables: Vec<Box<str>>,
    /// Where the readings of each character begin in `readings`; one more at the end.
    starts: Vec<u32>,
    readings: Vec<u16>,
    /// For each character a bit for each initial of a reading.
    initials: Vec<u32>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(Table::new)
}

/// A reading in plain letters; where it has ü, as people type it: v and u.
fn spellings(plain: &str) -> Vec<String> {
    let letters = |v: char| -> String {
        let letters = plain.chars().map(|c| match c {
            'ü' => v,
            'ê' => 'e',
            other => other,
        });
        letters.filter(char::is_ascii_lowercase).collect()
    };
    if plain.contains('ü') { vec![letters('v'), letters('u')] } else { vec![letters('v')] }
}

impl Table {
    fn new() -> Table {
        let of_char = |code: u32| {
            let readings = char::from_u32(code).and_then(|c| c.to_pinyin_multi());
            readings.into_iter().flatten().map(|reading| reading.plain())
        };
        let plain: BTreeSet<&'static str> = (FIRST..=LAST).flat_map(of_char).collect();
        let all: BTreeSet<String> = plain.iter().flat_map(|plain| spellings(plain)).collect();
        let syllables: Vec<Box<str>> =
            all.into_iter().filter(|syllable| !syllable.is_empty()).map(String::into_boxed_str).collect();
        let numbers: HashMap<&'static str, Vec<u16>> = plain
            .into_iter()
            .map(|plain| {
                let spellings = spellings(plain);
                let found = spellings.iter().filter_map(|spelling| {
                    let at = syllables.binary_search_by(|known| known.as_ref().cmp(spelling)).ok()?;
                    u16::try_from(at).ok()
                });
                (plain, found.collect())
            })
            .collect();
        let bits: Vec<u32> = syllables.iter().map(|syllable| bits_of(syllable)).collect();
        let mut table = Table { syllables, starts: Vec::new(), readings: Vec::new(), initials: Vec::new() };
        for code in FIRST..=LAST {
            let start = table.readings.len();
            table.starts.push(start as u32);
            let mut initials = 0;
            for plain in of_char(code) {
                for number in numbers.get(plain).into_iter().flatten() {
                    if !table.readings.iter().skip(start).any(|known| known == number) {
                        table.readings.push(*number);
                        initials |= bits.get(usize::from(*number)).copied().unwrap_or(0);
                    }
                }
            }
            table.initials.push(initials);
        }
        table.starts.push(table.readings.len() as u32);
        table.readings.shrink_to_fit();
        table
    }

    fn place(c: char) -> Option<usize> {
        let code = u32::from(c);
        (FIRST..=LAST).contains(&code).then(|| (code - FIRST) as usize)
    }
}

/// The initials a syllable begins with, as bits.
fn bits_of(syllable: &str) -> u32 {
    let letter =
        syllable.bytes().next().map_or(0, |letter| 1 << u32::from(letter.wrapping_sub(b'a')).min(31));
    let double = DOUBLE.iter().position(|double| syllable.starts_with(double)).map_or(0, |at| 1 << (26 + at));
    letter | double
}

/// Numbers of all plain readings of a character, see [`syllable`]; none for what is no Chinese character.
pub fn readings(c: char) -> &'static [u16] {
    let table = table();
    let Some(place) = Table::place(c) else { return &[] };
    let bound = |at: usize| table.starts.get(at).map_or(0, |start| *start as usize);
    table.readings.get(bound(place)..bound(place + 1)).unwrap_or_default()
}

/// A bit for each initial a character answers to: bits 0 to 25 for the letters, 26 to 28 for zh, ch and sh. A Latin
/// letter answers to itself.
pub fn initials(c: char) -> u32 {
    if c.is_ascii_lowercase() {
        return 1 << (u32::from(c) - u32::from('a'));
    }
    Table::place(c).and_then(|place| table().initials.get(place).copied()).unwrap_or(0)
}

/// The letters of a syllable; empty for a number that is none.
pub fn syllable(number: u16) -> &'static str {
    table().syllables.get(usize::from(number)).map_or("", AsRef::as_ref)
}

/// How many syllables there are; their numbers are below it.
pub fn syllable_count() -> u16 {
    table().syllables.len() as u16
}

/// The letters of an initial.
pub fn initial(number: u8) -> &'static str {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let at = usize::from(number);
    LETTERS.get(at..=at).or_else(|| DOUBLE.get(at.checked_sub(LETTERS.len())?).copied()).unwrap_or("")
}

/// Whether a folded character is what a constraint asks for.
pub fn fits(constraint: Constraint, c: char) -> bool {
    match constraint {
        Constraint::Char(wanted) => wanted == c,
        Constraint::Syllable(number) => readings(c).contains(&number),
        Constraint::Initial(number) => initials(c) & 1_u32.checked_shl(number.into()).unwrap_or(0) != 0,
    }
}

/// The first place in a folded text where consecutive characters fit a parse.
pub fn matches(parse: &[Constraint], text: &[char]) -> Option<Range<usize>> {
    all_matches(parse, text).next()
}

/// Every such place; they may overlap.
pub fn all_matches<'a>(parse: &'a [Constraint], text: &'a [char]) -> impl Iterator<Item = Range<usize>> + 'a {
    let length = parse.len().max(1);
    text.windows(length).enumerate().filter_map(move |(start, window)| {
        let is_there = !parse.is_empty() && parse.iter().zip(window).all(|(asks, c)| fits(*asks, *c));
        is_there.then(|| start..start + length)
    })
}

/// One step of a reading: what it asks of a character, letters it takes, and what it costs.
#[derive(Clone, Copy)]
struct Step {
    asks: Option<Constraint>,
    takes: usize,
    cost: u32,
}

/// The best readings of the rest of a word: cost, first step, and which of those behind it.
type Best = Vec<(u32, Step, usize)>;

/// Full syllables are likelier than initials, and those than Latin letters that stand for themselves.
const COST_SYLLABLE: u32 = 10;
const COST_DOUBLE: u32 = 11;
const COST_LETTER: u32 = 12;
/// No syllable begins with i, u or v.
const COST_ITSELF: u32 = 25;

/// The ways a folded word can be read as pinyin, the likeliest first; none where there are no letters in it, where it
/// is a single letter, too long, or has a blank inside: what was put in quotes for that is meant as it stands. Readings
/// by initials alone are always among them.
pub fn parses(word: &str) -> Vec<Vec<Constraint>> {
    let chars: Vec<char> = word.chars().take(LONGEST + 1).map(|c| if c == 'ü' { 'v' } else { c }).collect();
    let is_read = chars.iter().any(char::is_ascii_lowercase) && !chars.iter().any(|c| c.is_whitespace());
    if !(2..=LONGEST).contains(&chars.len()) || !is_read {
        return Vec::new();
    }
    // Best readings of what begins at each place, from the end.
    let mut best: Vec<Best> = vec![Vec::new(); chars.len()];
    best.push(vec![(0, Step { asks: None, takes: 0, cost: 0 }, 0)]);
    for from in (0..chars.len()).rev() {
        let mut found: Best = Vec::new();
        for step in steps(chars.get(from..).unwrap_or_default()) {
            let behind = best.get(from + step.takes).map_or(0, Vec::len);
            for nth in 0..behind {
                let cost = best.get(from + step.takes).and_then(|of| of.get(nth)).map_or(0, |of| of.0);
                found.push((cost + step.cost, step, nth));
            }
        }
        found.sort_by_key(|(cost, ..)| *cost);
        found.truncate(MOST_PARSES);
        if let Some(slot) = best.get_mut(from) {
            *slot = found;
        }
    }
    let count = best.first().map_or(0, Vec::len);
    let mut all: Vec<Vec<Constraint>> = (0..count).map(|nth| chain(&best, nth)).collect();
    all.retain(|parse| !parse.is_empty());
    all.dedup();
    // However many other ways there are: by initials alone.
    let is_itself = |c: &char| matches!(c, 'i' | 'u' | 'v');
    if !chars.iter().any(is_itself) {
        let alone: Vec<Constraint> = chars.iter().filter(|c| !is_parting(**c)).map(|c| letter(*c)).collect();
        if !all.contains(&alone) {
            all.truncate(MOST_PARSES - 1);
            all.push(alone);
        }
    }
    all
}

/// Follows one reading from the beginning of a word to its end.
fn chain(best: &[Best], nth: usize) -> Vec<Constraint> {
    let mut parse = Vec::new();
    let (mut at, mut nth) = (0, nth);
    while let Some((_, step, next)) = best.get(at).and_then(|of| of.get(nth)) {
        if step.takes == 0 {
            break;
        }
        parse.extend(step.asks);
        at += step.takes;
        nth = *next;
    }
    parse
}

fn is_parting(c: char) -> bool {
    matches!(c, '\'' | '’')
}

fn letter(c: char) -> Constraint {
    if c.is_ascii_lowercase() {
        Constraint::Initial((u32::from(c) - u32::from('a')) as u8)
    } else {
        Constraint::Char(c)
    }
}

/// What a rest of a word can begin with.
fn steps(rest: &[char]) -> Vec<Step> {
    let Some(first) = rest.first().copied() else { return Vec::new() };
    if is_parting(first) {
        return vec![Step { asks: None, takes: 1, cost: 0 }];
    }
    let cost = match first {
        'i' | 'u' | 'v' => COST_ITSELF,
        _ => COST_LETTER,
    };
    let mut steps = vec![Step { asks: Some(letter(first)), takes: 1, cost }];
    let head: String = rest.iter().take_while(|c| c.is_ascii_lowercase()).take(LONGEST_SYLLABLE).collect();
    if let Some(at) = DOUBLE.iter().position(|double| head.starts_with(double)) {
        steps.push(Step { asks: Some(Constraint::Initial(26 + at as u8)), takes: 2, cost: COST_DOUBLE });
    }
    let table = table();
    for length in 2..=head.len() {
        let spelled = head.get(..length).unwrap_or_default();
        if let Ok(at) = table.syllables.binary_search_by(|known| known.as_ref().cmp(spelled)) {
            let asks = Some(Constraint::Syllable(at as u16));
            steps.push(Step { asks, takes: length, cost: COST_SYLLABLE });
        }
    }
    // The longest first among those that cost the same.
    steps.reverse();
    steps
}

#[cfg(test)]
#[path = "pinyin_tests.rs"]
mod tests;
