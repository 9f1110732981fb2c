//! What two listings have in common, by their words alone: the head noun of a title, how much of it another title
//! says, and which attributes agree. All text comes folded (lower case, simplified, half width).
//!
//! Where no list says what the noun is (see [`super::noun`]), numbers tell it: it stands in many titles of its category and in few others. A pair or triple of characters
//! scores by its share of the category's titles times the cube of how much commoner it is there than everywhere; what
//! stands in the second half of a title counts half, since aliases stand there.

use std::collections::HashMap;

use crate::domain::offer::Attribute;

/// A word that is no commoner than this in the category says nothing of it.
const LEAST_LIFT: u64 = 4;
/// Least titles of the sample with a word that may be a noun; in a large sample a fiftieth of it.
const LEAST_TITLES: u64 = 3;
/// Sixteenths of the binary logarithm that a run of letters or digits counts: as a word of every 64th title.
const RUN_WEIGHT: u64 = 8 * 16;

/// How many titles say what, for the pairs and triples of one title.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TitleCounts {
    /// Titles of the catalog.
    pub everywhere: u64,
    /// Titles of the category that were looked at.
    pub here: u64,
    /// Of a pair of neighbouring characters: titles of those with it, and titles of the catalog.
    pub pairs: HashMap<(char, char), (u64, u64)>,
    /// Of three in a row: titles of those with them.
    pub triples: HashMap<(char, char, char), u64>,
}

/// Whether it is a Chinese character.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// The pairs of neighbouring Chinese characters of a folded title, in its order.
pub fn pairs(title: &str) -> impl Iterator<Item = (char, char)> {
    title.chars().zip(title.chars().skip(1)).filter(|(a, b)| is_han(*a) && is_han(*b))
}

/// Three Chinese characters in a row, in its order.
pub fn triples(title: &str) -> impl Iterator<Item = (char, char, char)> {
    let chars = title.chars().zip(title.chars().skip(1)).zip(title.chars().skip(2));
    chars.map(|((a, b), c)| (a, b, c)).filter(|(a, b, c)| is_han(*a) && is_han(*b) && is_han(*c))
}

/// Its runs of letters and digits (304, 750ml), in its order.
pub fn runs(title: &str) -> impl Iterator<Item = &str> {
    title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() > 1)
}

/// Sixteen times the binary logarithm, near enough: exact at powers of two and straight between them.
fn log16(n: u64) -> u64 {
    let n = n.max(1);
    let whole = n.ilog2();
    let rest = n - (1 << whole);
    u64::from(whole) * 16 + rest.saturating_mul(16) / (1 << whole)
}

/// More for a word that is more like a noun of the category; 0 = none.
fn noun_score(counts: &TitleCounts, here: u64, everywhere: u64, is_late: bool) -> u64 {
    if here < LEAST_TITLES.max(counts.here / 50) || counts.here == 0 {
        return 0;
    }
    // How much commoner here, in sixteenths, so that the logarithm has something to work on.
    let lift = (u128::from(here) * u128::from(counts.everywhere) * 16)
        / (u128::from(counts.here) * u128::from(everywhere + 1));
    let lift = u64::try_from(lift).unwrap_or(u64::MAX);
    if lift < LEAST_LIFT * 16 {
        return 0;
    }
    let log = log16(lift).saturating_sub(16 * 4);
    let score = here * 1000 / counts.here * log * log / 16 * log / 16;
    if is_late { score / 2 } else { score }
}

/// The word of two or three characters at the end of a stretch of a title, where titles of the category say it and others
/// do not.
pub fn vouched(text: &str, counts: &TitleCounts) -> Option<String> {
    let mut last = text.chars().rev();
    let (c, b, a) = (last.next()?, last.next()?, last.next());
    let (here, everywhere) = counts.pairs.get(&(b, c)).copied()?;
    let three = a.and_then(|a| Some((a, counts.triples.get(&(a, b, c)).copied()?)));
    match three {
        Some((a, here_too))
            if here_too * 2 >= here && noun_score(counts, here_too, everywhere, false) > 0 =>
        {
            Some(String::from_iter([a, b, c]))
        }
        _ => (noun_score(counts, here, everywhere, false) > 0).then(|| String::from_iter([b, c])),
    }
}

/// The head noun of a folded title: two or three characters that tell what the thing is; `None` where the numbers do
/// not say.
pub fn noun(title: &str, counts: &TitleCounts) -> Option<String> {
    let half = title.chars().count() / 2;
    let place = |word: &str| title.find(word).map_or(0, |at| title.get(..at).unwrap_or("").chars().count());
    let of_pair = |pair: &(char, char)| counts.pairs.get(pair).copied().unwrap_or((0, 0));
    let best = |all: Vec<(u64, String)>| {
        // Of two as good the one that stands first.
        all.into_iter()
            .filter(|(score, _)| *score > 0)
            .min_by_key(|(score, word)| (std::cmp::Reverse(*score), place(word)))
    };
    let two = best(
        pairs(title)
            .map(|pair| {
                let word = String::from_iter([pair.0, pair.1]);
                let (here, everywhere) = of_pair(&pair);
                (noun_score(counts, here, everywhere, place(&word) >= half), word)
            })
            .collect(),
    )?;
    let three = best(
        triples(title)
            .map(|triple| {
                let word = String::from_iter([triple.0, triple.1, triple.2]);
                let here = counts.triples.get(&triple).copied().unwrap_or(0);
                // At most as many titles as the rarer of its pairs.
                let [first, second] = [(triple.0, triple.1), (triple.1, triple.2)];
                let everywhere = of_pair(&first).1.min(of_pair(&second).1);
                (noun_score(counts, here, everywhere, place(&word) >= half), word)
            })
            .collect(),
    );
    match three {
        Some((score, three)) if score * 2 >= two.0 && three.contains(&two.1) => Some(three),
        _ => Some(two.1),
    }
}

/// How much of a folded title another one says, percent by weight, and the words they share, in the order of the
/// first. A word weighs more the fewer titles have it; one that nothing else in the category has is a chance meeting
/// of two words and weighs nothing.
pub fn title_alike(title: &str, other: &str, counts: &TitleCounts) -> (u32, Vec<String>) {
    let theirs: std::collections::HashSet<(char, char)> = pairs(other).collect();
    let their_runs: std::collections::HashSet<&str> = runs(other).collect();
    let (mut all, mut both) = (0_u64, 0_u64);
    let mut seen = std::collections::HashSet::new();
    let mut words: Vec<String> = Vec::new();
    // What both say in a row is told in one piece, where anything in it weighs.
    let mut row: (String, bool) = Default::default();
    let mut end = |row: &mut (String, bool)| {
        let (word, weighs) = std::mem::take(row);
        if weighs {
            words.push(word);
        }
    };
    let mut last: Option<(char, char)> = None;
    for pair in pairs(title) {
        let (here, everywhere) = counts.pairs.get(&pair).copied().unwrap_or((0, 0));
        let is_shared = theirs.contains(&pair);
        let counted = seen.insert(pair) && (counts.here == 0 || here >= 2);
        // A word of every fourth title or more weighs nothing.
        let weight = match counts.everywhere {
            // Nothing is known of any word: all weigh the same.
            0 => RUN_WEIGHT,
            all => log16((all + 1) * 4 / (everywhere + 1)).saturating_sub(4 * 16),
        };
        if counted {
            all += weight;
            both += if is_shared { weight } else { 0 };
        }
        if is_shared {
            if last.is_none_or(|last| last.1 != pair.0) {
                end(&mut row);
                row.0.push(pair.0);
            }
            row.0.push(pair.1);
            row.1 |= weight > 16;
            last = Some(pair);
        } else {
            end(&mut row);
            last = None;
        }
    }
    end(&mut row);
    for run in runs(title) {
        all += RUN_WEIGHT;
        if their_runs.contains(run) {
            both += RUN_WEIGHT;
            words.push(run.to_owned());
        }
    }
    words.dedup();
    let percent = (both * 100).checked_div(all).unwrap_or(0);
    (u32::try_from(percent).unwrap_or(100).min(100), words)
}

/// Attributes that tell makers apart and not goods.
const NO_TRAITS: [&str; 8] = ["货号", "品牌", "型号", "款号", "条码", "编号", "产地", "是否"];

/// Attributes (names and values folded by `fold`) that agree, of those both listings name.
pub fn attributes_alike(own: &[Attribute], other: &[Attribute], fold: &dyn Fn(&str) -> String) -> (u32, u32) {
    let traits = |all: &[Attribute]| -> HashMap<String, String> {
        let told = all.iter().map(|told| (fold(told.name.as_str()), fold(told.value.as_str())));
        told.filter(|(name, _)| !NO_TRAITS.iter().any(|no| name.contains(no))).collect()
    };
    let theirs = traits(other);
    let (mut agree, mut both) = (0, 0);
    for (name, value) in traits(own) {
        if let Some(other) = theirs.get(&name) {
            both += 1;
            agree += u32::from(*other == value);
        }
    }
    (agree, both)
}

/// Titles two thirds, attributes one third; titles alone where no attribute is named by both.
pub fn alike(titles: u32, (agree, both): (u32, u32)) -> u32 {
    match (agree * 100).checked_div(both) {
        Some(attributes) => (titles * 2 + attributes) / 3,
        None => titles,
    }
}

/// How alike the words of two SKUs are (白色 / XL): for each part of the first its best match among those of the other,
/// 4 = the same, 3 = one within the other (白, 白色), 0 = nothing.
pub fn sku_alike(own: &str, other: &str) -> u32 {
    let parts = |name: &str| -> Vec<String> {
        let parts = name.split(['/', ',', '，', ';', '；', '|']);
        let plain = |part: &str| {
            let said = part.rsplit([':', '：']).next().unwrap_or(part).to_lowercase();
            said.chars().filter(|c| !c.is_whitespace()).collect::<String>()
        };
        parts.map(plain).filter(|part| !part.is_empty()).collect()
    };
    let theirs = parts(other);
    let within = |one: &str, other: &str| {
        // A figure within another figure is another size: 1.8 is not 11.8.
        let chinese = |text: &str| text.chars().all(is_han);
        chinese(one) && chinese(other) && (one.contains(other) || other.contains(one))
    };
    parts(own)
        .iter()
        .map(|part| {
            let matched = theirs.iter().map(|their| match () {
                () if part == their => 4,
                () if within(part, their) => 3,
                () => 0,
            });
            matched.max().unwrap_or(0)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(here: &[&str], elsewhere: &[&str], title: &str) -> TitleCounts {
        let mut counts = TitleCounts {
            here: here.len() as u64,
            everywhere: (here.len() + elsewhere.len()) as u64,
            ..TitleCounts::default()
        };
        for pair in pairs(title) {
            let with =
                |all: &[&str]| all.iter().filter(|title| pairs(title).any(|p| p == pair)).count() as u64;
            counts.pairs.insert(pair, (with(here), with(here) + with(elsewhere)));
        }
        for triple in triples(title) {
            let with = here.iter().filter(|title| triples(title).any(|t| t == triple)).count();
            counts.triples.insert(triple, with as u64);
        }
        counts
    }

    #[test]
    fn the_noun_is_what_the_category_says_and_others_do_not() {
        let cups =
            ["304不锈钢保温杯 批发", "大容量保温杯 批发", "真空保温杯 车载 批发", "焖烧杯 不锈钢 批发"];
        let rest: Vec<&str> = ["不锈钢锅 批发", "大容量书包 批发", "棉袜 批发", "雨伞 批发"].repeat(10);
        let title = "304不锈钢大容量保温杯 批发";
        assert_eq!(noun(title, &counts(&cups, &rest, title)).as_deref(), Some("保温杯"));
        assert_eq!(noun("批发", &counts(&cups, &rest, "批发")), None);
        assert_eq!(noun("", &TitleCounts::default()), None);
    }

    #[test]
    fn what_is_everywhere_makes_nothing_alike() {
        let here = ["保温杯 批发", "保温杯 定制 批发", "不锈钢保温杯 批发"];
        let rest = ["棉袜 批发"; 40];
        let title = "不锈钢保温杯 批发";
        let counts = counts(&here, &rest, title);
        assert_eq!(title_alike(title, "棉袜 批发", &counts).0, 0);
        let (percent, words) = title_alike(title, "保温杯 304 批发", &counts);
        assert!(percent > 60, "{percent}");
        assert_eq!(words, ["保温杯"]);
        assert_eq!(title_alike(title, title, &counts).0, 100);
    }

    #[test]
    fn sku_words_meet_by_colour_and_size() {
        assert!(sku_alike("白 / XL", "白色 / XL") > sku_alike("白 / XL", "白色 / L"));
        assert!(sku_alike("颜色:白色 / 尺码:xl", "XL / 白色") == 8);
        assert_eq!(sku_alike("1.8米", "11.8米"), 0);
        assert_eq!(sku_alike("", "白"), 0);
    }

    #[test]
    fn logarithms_grow() {
        assert_eq!([log16(0), log16(1), log16(2), log16(3), log16(1024)], [0, 0, 16, 24, 160]);
    }
}
