//! Titles as sellers write them: what it is made of, what it can do, what it is, how large, what for, and
//! a trail of sales words. Words are picked by Zipf's law from the kind's lists, so a few are everywhere.

use super::draft::{Carriage, Draft};
use super::rng::Draw;
use super::vocabulary::{Vocabulary, Word};

/// The words of one title, in either language.
#[derive(Debug, Default)]
pub(super) struct Title {
    order: u8,
    style: Option<Word>,
    material: Option<Word>,
    features: [Option<Word>; 2],
    noun: Option<Word>,
    size: Option<Word>,
    purpose: Option<Word>,
    audience: Option<Word>,
    alias: Option<Word>,
    tails: [Option<Word>; 3],
}

/// Sellers have 30 characters; a title longer than this gets no further sales words.
const LONG: usize = 30;

impl Title {
    pub fn of(draft: &Draft, book: &Vocabulary) -> Title {
        let at = |counter: u64| draft.words.at(counter);
        if draft.fee_link {
            return Title { noun: at(0).pick(&book.fee_titles).copied(), ..Title::default() };
        }
        let kind = draft.kind;
        let maybe = |counter: u64, share: u32, list: &[Word]| -> Option<Word> {
            at(counter).chance(share).then(|| at(counter + 100).zipf_pick(list).copied()).flatten()
        };
        let noun = at(1).zipf_pick(&kind.nouns).copied();
        let said_by =
            |word: &Word, others: &[Option<Word>]| others.iter().flatten().any(|other| repeats(word, other));
        let material = maybe(2, 780_000, &kind.materials).filter(|word| !said_by(word, &[noun]));
        let first = maybe(3, 920_000, &kind.features).filter(|word| !said_by(word, &[noun, material]));
        let second =
            maybe(4, 450_000, &kind.features).filter(|word| !said_by(word, &[noun, material, first]));
        let style = maybe(8, 420_000, &kind.styles).filter(|word| !said_by(word, &[noun, first, second]));
        let audience = maybe(5, 300_000, &kind.audiences).filter(|word| !said_by(word, &[noun]));
        let alias = if at(6).chance(880_000) { other(at(106), &kind.aliases, noun) } else { None };
        let purpose =
            if audience.is_some() && !at(10).chance(400_000) { None } else { maybe(11, 850_000, &kind.uses) };
        let purpose = purpose.filter(|word| !said_by(word, &[noun, first, second, style, alias]));
        let mut title = Title {
            order: at(7).below(4) as u8,
            style,
            material,
            features: [first, second],
            noun,
            size: at(9).chance(550_000).then(|| named_size(draft)).flatten(),
            purpose,
            audience,
            alias,
            tails: [None; 3],
        };
        let said = |counter: u64| -> Option<Word> { at(counter).zipf_pick(&kind.tails).copied() };
        let mut tails = [said(12), said(13), said(14)];
        if draft.dropship && at(15).chance(600_000) {
            tails[0] = Some(Word { cn: "一件代发", en: "dropshipping" });
        }
        if draft.carriage == Carriage::SellerPays && at(16).chance(400_000) {
            tails[1] = Some(Word { cn: "包邮", en: "free shipping" });
        }
        let mut length = title.chinese().chars().count();
        for (slot, tail) in title.tails.iter_mut().zip(tails) {
            if length < LONG && at(17 + length as u64).chance(860_000) {
                length += tail.map_or(0, |word| word.cn.chars().count());
                *slot = tail;
            }
        }
        if title.tails[1] == title.tails[0] {
            title.tails[1] = None;
        }
        if title.tails[2] == title.tails[0] || title.tails[2] == title.tails[1] {
            title.tails[2] = None;
        }
        title
    }

    /// What the title says it is made of; the page must agree.
    pub fn material(&self) -> Option<Word> {
        self.material
    }

    pub fn style(&self) -> Option<Word> {
        self.style
    }

    pub fn purpose(&self) -> Option<Word> {
        self.purpose
    }

    /// Whether it promises goods made to the buyer's wishes; the page must agree.
    pub fn says_made_to_order(&self) -> bool {
        self.tails.iter().flatten().any(|word| word.cn.contains("定制"))
    }

    /// As the market shows it.
    pub fn chinese(&self) -> String {
        let mut text = Line::default();
        let [first, second] = self.features;
        match self.order {
            0 | 1 => {
                text.part(&[self.style, self.material, first, second, self.noun]);
                text.part(&[self.size]);
                text.part(&[self.audience, self.purpose, self.alias]);
            }
            2 => {
                text.part(&[self.material, first, self.noun, self.audience, second]);
                text.part(&[self.style, self.purpose, self.alias]);
                text.part(&[self.size]);
            }
            _ => text.part(&[
                self.noun,
                self.audience,
                first,
                self.size,
                self.material,
                self.style,
                second,
                self.purpose,
                self.alias,
            ]),
        }
        for tail in self.tails {
            text.part(&[tail]);
        }
        text.0
    }

    /// A readable translation, not word by word in the Chinese order.
    pub fn english(&self) -> String {
        let mut text = String::new();
        let mut say = |before: &str, word: Option<Word>| {
            if let Some(word) = word {
                if !text.is_empty() {
                    text.push_str(before);
                }
                text.push_str(word.en);
            }
        };
        let [first, second] = self.features;
        for word in [self.style, first, second, self.material, self.noun, self.size] {
            say(" ", word);
        }
        say(" for ", self.audience);
        let joined = if self.purpose.is_some() { " " } else { ", " };
        say(", ", self.purpose);
        say(joined, self.alias);
        for tail in self.tails {
            say(", ", tail);
        }
        let mut letters = text.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    }
}

/// The size a title may name: capacities and measures, not clothing sizes, which come in a run anyway.
fn named_size(draft: &Draft) -> Option<Word> {
    let axis = &draft.kind.sizes;
    if axis.is_run() { None } else { axis.values.get(draft.size).copied() }
}

/// Whether one word says again what the other says, in Chinese (two characters in a row) or in English.
fn repeats(word: &Word, other: &Word) -> bool {
    let mut pairs = word.cn.chars().zip(word.cn.chars().skip(1)).filter(|(a, _)| !a.is_ascii());
    let chinese =
        pairs.any(|(a, b)| other.cn.chars().zip(other.cn.chars().skip(1)).any(|pair| pair == (a, b)));
    let whole = word.cn.is_ascii() && other.cn.contains(word.cn);
    let mut parts = word.en.split([' ', '-']).filter(|part| part.len() > 3);
    chinese
        || whole
        || parts.any(|part| other.en.split([' ', '-']).any(|said| said.eq_ignore_ascii_case(part)))
}

/// A word of the list other than the one already said.
fn other(draw: Draw, list: &[Word], said: Option<Word>) -> Option<Word> {
    let at = draw.zipf(list.len());
    let unsaid = |word: &&Word| said.is_none_or(|said| !repeats(word, &said));
    let (before, after) = (list.get(..at)?, list.get(at..)?);
    after.iter().chain(before).find(unsaid).copied()
}

/// Parts stand apart by a blank, words within a part do not.
#[derive(Default)]
struct Line(String);

impl Line {
    fn part(&mut self, words: &[Option<Word>]) {
        let mut first = true;
        for word in words.iter().flatten() {
            // Two figures or Latin words in a row would run into one another.
            let clash = self.0.ends_with(|c: char| c.is_ascii_alphanumeric())
                && word.cn.starts_with(|c: char| c.is_ascii_alphanumeric());
            if (first || clash) && !self.0.is_empty() {
                self.0.push(' ');
            }
            first = false;
            self.0.push_str(word.cn);
        }
    }
}
