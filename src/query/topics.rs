//! Words that tell what a shop sells, from its titles alone: a catalog knows the numbers of categories, not their
//! names. A cheap rule that is good enough to recognise a shop by, not to search by.
//!
//! Pairs of Chinese characters are counted over the whole catalog (a sample will do) and over the shop. The pair that
//! is in many of the shop's titles and in few others begins a word, if one of its characters seldom stands without the
//! other (宠 is always in 宠物, but neither 布 nor 手 often in 布手); it grows by a neighbour as long as the next pair is
//! not much rarer everywhere (温杯 follows 保温 often, 杯大 hardly ever) and most of the shop's titles go on so. Pairs that hardly any other title has are made-up names, and those of every second title say
//! nothing: neither begins a word.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// Longest word, in characters.
const LONGEST: usize = 6;
/// Pairs in fewer titles of the sample begin no word.
const LEAST_KNOWN: u32 = 3;

type Pair = (char, char);

/// Hashes two characters by a multiplication: there are millions of pairs to count, and nobody gains by making them
/// collide.
#[derive(Default)]
struct PairHasher(u64);

type Mixed = BuildHasherDefault<PairHasher>;

impl Hasher for PairHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = (self.0.rotate_left(21) ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// How many titles have each pair of neighbouring Chinese characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frequencies {
    titles: u32,
    pairs: HashMap<Pair, u32, Mixed>,
    chars: HashMap<char, u32, Mixed>,
}

impl Frequencies {
    /// Whether it counts too few titles to tell common words from rare ones.
    pub fn is_thin(&self) -> bool {
        self.titles < 1_000
    }

    /// Counts over titles, folded.
    pub fn of<'a>(titles: impl Iterator<Item = &'a str>) -> Frequencies {
        let mut frequencies = Frequencies::default();
        let mut seen: HashSet<Pair, Mixed> = HashSet::default();
        let mut seen_chars: HashSet<char, Mixed> = HashSet::default();
        for title in titles {
            frequencies.titles = frequencies.titles.saturating_add(1);
            seen.clear();
            seen_chars.clear();
            for pair in pairs(title) {
                if seen.insert(pair) {
                    *frequencies.pairs.entry(pair).or_default() += 1;
                }
            }
            for c in title.chars().filter(|c| is_han(*c)) {
                if seen_chars.insert(c) {
                    *frequencies.chars.entry(c).or_default() += 1;
                }
            }
        }
        frequencies
    }

    fn of_pair(&self, pair: Pair) -> u32 {
        self.pairs.get(&pair).copied().unwrap_or(0)
    }

    /// Whether a character of the pair stands in it every third time at least.
    fn is_bound(&self, pair: Pair) -> bool {
        let of = |c: char| self.chars.get(&c).copied().unwrap_or(0);
        self.of_pair(pair) * 3 >= of(pair.0).min(of(pair.1))
    }

    /// More for what is rarer: a doubling of the titles with it is one less.
    fn weight(&self, pair: Pair) -> u32 {
        let share = (u64::from(self.titles) + 1) * 4 / (u64::from(self.of_pair(pair)) + 1);
        share.max(1).ilog2()
    }
}

/// At most `most` words of these titles (folded), the most telling first.
pub fn topics(titles: &[&str], everywhere: &Frequencies, most: usize) -> Vec<String> {
    let here = Frequencies::of(titles.iter().copied());
    // Neither a name nobody else uses nor what every second title says.
    let known = |pair: &Pair| {
        let having = everywhere.of_pair(*pair);
        having >= LEAST_KNOWN && having <= everywhere.titles / 2 && everywhere.is_bound(*pair)
    };
    let mut ranked: Vec<(u32, u32, Pair)> = here
        .pairs
        .iter()
        .filter(|(pair, _)| known(pair))
        .map(|(pair, count)| (count * everywhere.weight(*pair), *count, *pair))
        .collect();
    ranked.sort_unstable_by(|a, b| b.cmp(a));
    let mut words: Vec<Vec<char>> = Vec::new();
    for (_, count, pair) in ranked {
        // One title in eight at least; a word of fewer says nothing of the shop.
        if words.len() >= most || (count as usize) * 8 < titles.len() {
            break;
        }
        // A pair inside a word we have, or across its edge, says nothing new.
        let is_taken = |word: &Vec<char>| {
            word.first() == Some(&pair.1)
                || word.last() == Some(&pair.0)
                || word.windows(2).any(|known| known == [pair.0, pair.1])
        };
        if !words.iter().any(is_taken) {
            words.push(grown(pair, titles, everywhere));
        }
    }
    words.into_iter().map(|word| word.into_iter().collect()).collect()
}

/// The word a pair begins.
fn grown(pair: Pair, titles: &[&str], everywhere: &Frequencies) -> Vec<char> {
    let mut word = vec![pair.0, pair.1];
    let mut outer = (pair, pair);
    while word.len() < LONGEST {
        let right = neighbour(&word, titles, true).map(|c| (outer.1.1, c));
        if let Some(next) = right.filter(|next| cohere(everywhere, outer.1, *next)) {
            word.push(next.1);
            outer.1 = next;
            continue;
        }
        let left = neighbour(&word, titles, false).map(|c| (c, outer.0.0));
        match left.filter(|next| cohere(everywhere, outer.0, *next)) {
            Some(next) => {
                word.insert(0, next.0);
                outer.0 = next;
            }
            None => break,
        }
    }
    word
}

/// Whether a pair belongs to the word its neighbour is in: it is not much rarer, so the one seldom stands without it.
fn cohere(everywhere: &Frequencies, known: Pair, next: Pair) -> bool {
    everywhere.of_pair(next) * 2 >= everywhere.of_pair(known)
}

/// The character that stands behind (or before) a word in more than half of the titles that have the word.
fn neighbour(word: &[char], titles: &[&str], behind: bool) -> Option<char> {
    let text: String = word.iter().collect();
    let mut counts: HashMap<char, usize> = HashMap::new();
    let mut having = 0_usize;
    for title in titles {
        let Some((before, after)) = title.split_once(&text) else { continue };
        having += 1;
        let c = if behind { after.chars().next() } else { before.chars().next_back() };
        if let Some(c) = c.filter(|c| is_han(*c)) {
            *counts.entry(c).or_default() += 1;
        }
    }
    counts.into_iter().find(|(_, count)| count * 2 > having).map(|(c, _)| c)
}

fn pairs(title: &str) -> impl Iterator<Item = Pair> {
    title.chars().zip(title.chars().skip(1)).filter(|(a, b)| is_han(*a) && is_han(*b))
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EVERYWHERE: [&str; 10] = [
        "不锈钢保温杯批发",
        "学生保温杯定制批发",
        "保温杯大容量批发",
        "不锈钢饭盒批发",
        "不锈钢水壶厂家批发",
        "雨伞广告定制批发",
        "雨伞折叠批发",
        "儿童雨伞批发",
        "毛巾批发",
        "玻璃杯批发",
    ];

    fn everywhere() -> Frequencies {
        Frequencies::of(EVERYWHERE.iter().copied())
    }

    #[test]
    fn the_goods_are_named_and_what_everybody_says_is_not() {
        let shop = ["保温杯学生批发", "大容量保温杯 批发", "新款保温杯礼盒批发", "雨伞批发"];
        let words = topics(&shop, &everywhere(), 2);
        assert_eq!(words, ["保温杯", "雨伞"]);
        assert_eq!(topics(&["儿童折叠雨伞"], &everywhere(), 1), ["雨伞"]);
    }

    #[test]
    fn names_nobody_else_uses_and_no_titles_give_nothing() {
        assert!(topics(&["晶彩琉光", "steel cup 500ml"], &everywhere(), 3).is_empty());
        assert!(topics(&[], &everywhere(), 3).is_empty());
        assert!(topics(&["保温杯"], &Frequencies::default(), 3).is_empty());
    }

    proptest! {
        #[test]
        fn words_stand_in_the_titles(titles in prop::collection::vec("[保温杯雨伞批发 a]{0,12}", 0..8)) {
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            for word in topics(&titles, &everywhere(), 3) {
                prop_assert!((2..=LONGEST).contains(&word.chars().count()));
                prop_assert!(titles.iter().any(|title| title.contains(&word)));
            }
        }
    }
}
