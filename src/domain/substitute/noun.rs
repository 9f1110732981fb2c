//! What a title calls the goods: its head noun, the word a buyer would ask for.
//!
//! Chinese puts the head last, and sellers write strings of features around it: 加厚防水 保温杯 男女 户外 水杯. So a title
//! is cut into words by two lists, the names of goods (the buyer may edit them) and the words that are no names
//! (materials, uses, people, ways of selling). What is left between those is a name where it ends like one (…杯, …绳), and
//! the more so where titles of its category vouch for it. Of several names the best known counts, then the one said most
//! often, then the first: aliases stand behind. Only where nothing of that is found, numbers alone decide
//! ([`super::words::noun`]), and only over what is no feature: 耐咬 is commoner among dog leads than anywhere else, and still
//! no lead.
//!
//! All text comes folded.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::rules;
use super::words::{self, TitleCounts, is_han};
use crate::domain::text::Clean;

/// The names of goods that ship; a buyer's file counts in their place.
pub const NAMES: &str = include_str!("../../../assets/substitutes/nouns.txt");
/// The words that are no names.
const FEATURES: &str = include_str!("../../../assets/substitutes/features.txt");
/// Characters that names of goods end with.
const HEADS: &str = "杯壶瓶碗盘碟锅刀勺叉筷铲架箱盒袋包篮筐桶盆桌椅凳床柜灯绳链圈环镯钉坠表钟衣裤裙衫服袜鞋靴帽巾伞垫毯被枕帘\
    布纸笔本机器仪锁钩夹扣网板砖管线膜霜刷镜框车球拍棒棍杆轮锤钳锯钻斧锹尺秤笼窝屋篷罩套壳贴卡牌旗灶炉扇塞阀泵带";
/// The one of them that also says what a thing comes with (带盖), and makes no name of the word before it.
const WITH: char = '带';
/// Ends of things that belong to other things: what stands before them says to which (手机 + 支架).
const PARTS: &str = "架盒袋套壳膜盖刷扣芯座垫绳贴线料布框托";
/// Most characters of a word of the lists.
const LONGEST: usize = 8;
/// Characters of a name that is on no list.
const UNLISTED: usize = 3;

/// How well known it is that a word is a name. The order is that of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// Only numbers say so.
    Guessed,
    /// A name of anything (用品, 摆件).
    Vague,
    /// It ends like a name.
    Shaped,
    /// It ends like a name, and titles of the category say it.
    Vouched,
    /// It is on the list.
    Listed,
}

/// A name of goods in a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noun {
    /// As the title says it.
    pub word: String,
    /// How well known.
    pub known: Known,
    /// Its place in the list of names; names of one place are the same goods.
    place: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Of this place of the list.
    Name(usize),
    Vague,
    Feature,
}

/// A stretch of a title.
#[derive(Debug, Clone, Copy)]
enum Piece<'a> {
    Listed(&'a str, Word),
    /// Chinese that is on no list.
    Unlisted(&'a str),
    /// Anything that parts words.
    Gap(&'a str),
}

/// The two lists.
#[derive(Debug, Clone, Default)]
pub struct Names {
    words: HashMap<String, Word>,
    /// The names of each place.
    places: Vec<Vec<String>>,
}

impl Names {
    /// Those that ship. Their files are written folded.
    pub fn shipped() -> &'static Names {
        static SHIPPED: OnceLock<Names> = OnceLock::new();
        SHIPPED.get_or_init(|| {
            let (places, _) = rules::read_names(NAMES);
            let place = |names: Vec<Clean>| names.iter().map(|name| name.as_str().to_owned()).collect();
            Names::new(places.into_iter().map(place).collect())
        })
    }

    /// From the names that mean the same, place by place, folded. A name wins over the same word as no name, the first
    /// place over later ones.
    pub fn new(places: Vec<Vec<String>>) -> Names {
        let others = FEATURES;
        let mut words = HashMap::new();
        for (place, names) in places.iter().enumerate() {
            for name in names {
                words.entry(name.clone()).or_insert(Word::Name(place));
            }
        }
        let mut kind = Word::Feature;
        for word in others
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .flat_map(str::split_whitespace)
        {
            if word == "[vague]" {
                kind = Word::Vague;
            } else {
                words.entry(word.to_owned()).or_insert(kind);
            }
        }
        Names { words, places }
    }

    /// The longest listed word that a text begins with. Letters and digits stand by themselves: pe is not in open.
    fn listed<'a>(&self, text: &'a str, before: Option<char>) -> Option<(&'a str, Word)> {
        let latin = |c: char| c.is_ascii_alphanumeric();
        if before.is_some_and(latin) && text.starts_with(latin) {
            return None;
        }
        let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST);
        let mut found = None;
        for end in ends {
            let Some((word, rest)) = text.split_at_checked(end) else { break };
            if word.ends_with(latin) && rest.starts_with(latin) {
                continue;
            }
            if let Some(kind) = self.words.get(word) {
                found = Some((word, *kind));
            }
        }
        found
    }

    fn pieces<'a>(&self, title: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut rest = title;
        let mut before = None;
        // Where the stretch that is on no list began.
        let mut unlisted = title;
        let cut = |from: &'a str, to: &'a str, pieces: &mut Vec<Piece<'a>>| {
            if let Some(text) = from.len().checked_sub(to.len()).and_then(|end| from.get(..end))
                && !text.is_empty()
            {
                pieces.push(Piece::Unlisted(text));
            }
        };
        while let Some(c) = rest.chars().next() {
            let listed = self.listed(rest, before);
            let length = listed.map_or(c.len_utf8(), |(word, _)| word.len());
            let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            if listed.is_some() || !is_han(c) {
                cut(unlisted, rest, &mut pieces);
                pieces.push(match listed {
                    Some((word, kind)) => Piece::Listed(word, kind),
                    None => Piece::Gap(word),
                });
                unlisted = after;
            }
            before = word.chars().next_back();
            rest = after;
        }
        cut(unlisted, rest, &mut pieces);
        pieces
    }

    /// The names a title says, in its order. `vouched` gives the word at the end of an unlisted stretch that is known to
    /// be said by others too.
    fn said(&self, title: &str, vouched: &dyn Fn(&str) -> Option<String>) -> Vec<Noun> {
        let mut said: Vec<Noun> = Vec::new();
        let mut before: Option<Piece<'_>> = None;
        for piece in self.pieces(title) {
            match piece {
                Piece::Listed(word, Word::Name(place)) => {
                    // 衣柜 + 收纳盒: the cupboard only says where the box goes.
                    if let Some(Piece::Listed(owner, Word::Name(_))) = before
                        && ends_in(word, PARTS)
                        && owner.chars().next_back() != word.chars().next_back()
                    {
                        said.pop();
                    }
                    said.push(Noun { word: word.to_owned(), known: Known::Listed, place: Some(place) });
                }
                Piece::Listed(word, Word::Vague) => {
                    said.push(Noun { word: word.to_owned(), known: Known::Vague, place: None });
                }
                Piece::Listed(_, Word::Feature) | Piece::Gap(_) => {}
                Piece::Unlisted(text) if text.chars().nth(1).is_none() => {
                    // One character makes a name of the word it ends: 篮球 + 袜, 速干 + 裤.
                    let Some(Piece::Listed(owner, kind)) = before else {
                        before = Some(piece);
                        continue;
                    };
                    let owned = owner.chars().next_back().is_some_and(is_han);
                    if owned && kind != Word::Vague && ends_in(text, HEADS) && !text.starts_with(WITH) {
                        if matches!(kind, Word::Name(_)) {
                            said.pop();
                        }
                        said.push(Noun { word: format!("{owner}{text}"), known: Known::Listed, place: None });
                    }
                }
                Piece::Unlisted(text) => {
                    let listed_end = vouched(text);
                    if let Some(word) = listed_end.filter(|word| ends_in(word, HEADS)) {
                        said.push(Noun { word, known: Known::Vouched, place: None });
                    } else if ends_in(text, HEADS) {
                        let skipped = text.chars().count().saturating_sub(UNLISTED);
                        let word = text.chars().skip(skipped).collect();
                        said.push(Noun { word, known: Known::Shaped, place: None });
                    }
                }
            }
            before = Some(piece);
        }
        said
    }

    /// The best of the names a title says.
    fn head(&self, said: &[Noun]) -> Option<Noun> {
        let often = |noun: &Noun| said.iter().filter(|other| self.is_same(noun, other)).count();
        let first_of = |best: Known| {
            let ranked = said.iter().enumerate().filter(|(_, noun)| noun.known >= best);
            ranked
                .min_by_key(|(at, noun)| (std::cmp::Reverse(noun.known), std::cmp::Reverse(often(noun)), *at))
        };
        let (at, best) = first_of(Known::Guessed)?;
        // 吧台椅 … 椅子: an alias that only says the same less exactly stands behind what it says it of.
        let end = |noun: &Noun| noun.word.trim_end_matches('子').chars().next_back();
        let exact = said.iter().take(at).find(|noun| noun.known == Known::Vouched && end(noun) == end(best));
        Some(exact.unwrap_or(best).clone())
    }

    /// What a folded title calls the goods; `None` where nothing tells. `counts` are those of this title.
    pub fn noun(&self, title: &str, counts: &TitleCounts) -> Option<Noun> {
        let said = self.said(title, &|text| words::vouched(text, counts));
        if let Some(head) = self.head(&said) {
            return Some(head);
        }
        // What is no feature, features being blanks.
        let mut rest = String::new();
        for piece in self.pieces(title) {
            match piece {
                Piece::Listed(word, _) => rest.extend(word.chars().map(|_| ' ')),
                Piece::Unlisted(text) | Piece::Gap(text) => rest.push_str(text),
            }
        }
        let word = words::noun(&rest, counts)?;
        Some(Noun { word, known: Known::Guessed, place: None })
    }

    /// Whether a folded title of the same category calls its goods by this noun, or by another name of it.
    pub fn is_called(&self, title: &str, noun: &Noun) -> bool {
        let vouched = |text: &str| text.ends_with(noun.word.as_str()).then(|| noun.word.clone());
        let said = self.said(title, &vouched);
        let head = self.head(&said);
        if head.as_ref().is_some_and(|head| self.is_same(noun, head)) {
            return true;
        }
        // What is on no list may be said beside other words that are on none.
        match head.map(|head| head.known) {
            Some(Known::Listed) => false,
            Some(_) if matches!(noun.known, Known::Listed | Known::Vague) => false,
            Some(Known::Shaped | Known::Vouched) => said.iter().any(|other| self.is_same(noun, other)),
            _ => title.contains(noun.word.as_str()),
        }
    }

    /// Whether two names mean the same: the same word, another name of it, or the one with words before it
    /// (保温杯, 真空保温杯).
    pub fn is_same(&self, one: &Noun, other: &Noun) -> bool {
        if one.word == other.word || (one.place.is_some() && one.place == other.place) {
            return true;
        }
        if one.known == Known::Vague || other.known == Known::Vague {
            return false;
        }
        let says = |long: &Noun, short: &Noun| {
            self.names(short).iter().any(|name| name.chars().nth(1).is_some() && long.word.ends_with(name))
        };
        says(one, other) || says(other, one)
    }

    /// Its names: as it was said, and then the others of its place.
    pub fn names<'a>(&'a self, noun: &'a Noun) -> Vec<&'a str> {
        let place = noun.place.and_then(|place| self.places.get(place));
        let others = place.into_iter().flatten().map(String::as_str).filter(|name| *name != noun.word);
        std::iter::once(noun.word.as_str()).chain(others).collect()
    }
}

fn ends_in(word: &str, heads: &str) -> bool {
    word.chars().next_back().is_some_and(|last| heads.contains(last))
}

#[cfg(test)]
#[path = "noun_tests.rs"]
mod tests;
