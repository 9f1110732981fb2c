//! The words of the world: belts, the category tree and, for each leaf of it, what its goods are called,
//! made of, sold by and worth. Read once from assets/sandbox, in the line format described in
//! assets/sandbox/README.md; lists are inherited from the top category down.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::rng::MILLION;
use super::types::WorldCategory;

/// A word and its translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    pub cn: &'static str,
    pub en: &'static str,
}

/// Shared, as leaves inherit most of their lists.
pub type Words = Arc<[Word]>;

/// One attribute with its possible values: 显色指数 of a lamp, 颜色 of its SKUs.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub name: Word,
    pub values: Words,
}

impl Axis {
    /// Whether its values come in a run for every taste (clothing sizes, figures without a measure): no listing is
    /// about one of them.
    pub fn is_run(&self) -> bool {
        ["尺码", "身高", "口径"].contains(&self.name.cn)
            || self.values.first().is_some_and(|size| size.cn.len() < 3)
    }
}

/// Everything sold in one leaf category.
#[derive(Debug, Clone)]
pub struct Kind {
    pub top: i64,
    pub second: i64,
    pub leaf: i64,
    /// What the goods are called, most usual first.
    pub nouns: Words,
    /// Shorter names that close the second part of a title (礼品杯, 水杯).
    pub aliases: Words,
    pub materials: Words,
    pub features: Words,
    /// Where or for what.
    pub uses: Words,
    /// For whom.
    pub audiences: Words,
    pub styles: Words,
    /// What sellers add at the end (批发, LOGO定制).
    pub tails: Words,
    pub units: Words,
    /// What companies in the trade call themselves (杯业).
    pub firms: Words,
    /// First SKU axis (colour, model).
    pub looks: Axis,
    /// Second SKU axis (size, capacity): raises the price along the list; may be empty.
    pub sizes: Axis,
    pub attributes: Vec<Axis>,
    /// Price of one unit in fen, lowest and highest.
    pub price_fen: (i64, i64),
    /// Weight of one unit in grams.
    pub weight_g: (i64, i64),
    /// Light for its size: pillows, lamps, toys.
    pub bulky: bool,
    /// Expected share of offers in cheaper kinds, and of its own, in parts per million.
    pub cheaper_ppm: u32,
    pub share_ppm: u32,
    /// Belts that make it, with weights; resolved into [`Vocabulary::trades`].
    made_in: Vec<(&'static str, u64)>,
}

/// An industrial cluster.
#[derive(Debug, Clone)]
pub struct Belt {
    pub name: Word,
    pub province: Word,
    pub city: Word,
    /// How company names of the place begin (永康市).
    pub company_prefix: Word,
    pub industries: Words,
    share: u64,
    /// Kinds made here: cumulated weight and index of the kind.
    pub kinds: Vec<(u64, usize)>,
}

/// One belt making one kind; `up_to` cumulates shares to 2^64.
#[derive(Debug, Clone, Copy)]
pub struct Trade {
    pub up_to: u64,
    pub belt: usize,
    pub kind: usize,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Vocabulary {
    pub belts: Vec<Belt>,
    pub kinds: Vec<Kind>,
    pub categories: Vec<WorldCategory>,
    pub trades: Vec<Trade>,
    /// Two lists of characters that company names are made of, with their pinyin.
    pub name_first: Words,
    pub name_second: Words,
    /// Titles of fee links.
    pub fee_titles: Words,
    /// What a bait SKU is called.
    pub baits: Words,
    /// What is wrong with the files; a test keeps it empty.
    pub problems: Vec<String>,
}

const FILES: [(&str, &str); 6] = [
    ("shared.txt", include_str!("../../../assets/sandbox/shared.txt")),
    ("goods/daily.txt", include_str!("../../../assets/sandbox/goods/daily.txt")),
    ("goods/home.txt", include_str!("../../../assets/sandbox/goods/home.txt")),
    ("goods/building.txt", include_str!("../../../assets/sandbox/goods/building.txt")),
    ("goods/wear.txt", include_str!("../../../assets/sandbox/goods/wear.txt")),
    ("goods/other.txt", include_str!("../../../assets/sandbox/goods/other.txt")),
];

/// The vocabulary, read at the first call.
pub fn vocabulary() -> &'static Vocabulary {
    static READ: OnceLock<Vocabulary> = OnceLock::new();
    READ.get_or_init(|| {
        let mut reader = Reader::default();
        for (name, text) in FILES {
            reader.file(name, text);
        }
        reader.finish()
    })
}

/// The lists in force at a place of the tree.
#[derive(Debug, Clone, Default)]
struct Scope {
    lists: HashMap<&'static str, Words>,
    looks: Option<Axis>,
    sizes: Option<Axis>,
    attributes: Vec<Axis>,
    made_in: Vec<(&'static str, u64)>,
}

#[derive(Default)]
struct Reader {
    book: Vocabulary,
    sets: HashMap<&'static str, Words>,
    /// Scopes of: everything, the open top category, the open second one, the open leaf.
    scopes: [Scope; 4],
    depth: usize,
    open: [i64; 3],
    /// Unfinished leaf: price, weight, bulk.
    leaf: Option<((i64, i64), (i64, i64), bool)>,
    place: String,
}

const LISTS: [&str; 9] = ["noun", "alias", "mat", "feat", "use", "aud", "style", "tail", "firm"];

impl Reader {
    fn file(&mut self, name: &str, text: &'static str) {
        for (row, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            self.place = format!("{name}:{}", row + 1);
            let (key, rest) = line.split_once(' ').unwrap_or((line, ""));
            self.line(key, rest.trim());
        }
        self.close_leaf();
        self.depth = 0;
    }

    fn problem(&mut self, what: &str) {
        self.book.problems.push(format!("{}: {what}", self.place));
    }

    fn line(&mut self, key: &'static str, rest: &'static str) {
        match key {
            "belt" => self.belt(rest),
            "set" => {
                let (name, list) = rest.split_once(' ').unwrap_or((rest, ""));
                let words = self.words(list);
                self.sets.insert(name, words);
            }
            "name1" => self.book.name_first = self.words(rest),
            "name2" => self.book.name_second = self.words(rest),
            "fee" => self.book.fee_titles = self.words(rest),
            "bait" => self.book.baits = self.words(rest),
            "top" => self.category(0, rest),
            "second" => self.category(1, rest),
            "leaf" => self.open_leaf(rest),
            "looks" | "sizes" | "attr" => self.axis(key, rest),
            "made" => {
                let made = self.made_in(rest);
                if let Some(scope) = self.scopes.get_mut(self.depth) {
                    scope.made_in = made;
                }
            }
            "unit" => self.list("unit", rest),
            _ => match LISTS.iter().find(|name| **name == key.trim_start_matches('+')) {
                Some(name) if key.starts_with('+') => {
                    let mut all: Vec<Word> = self.words(rest).to_vec();
                    if let Some(old) = self.scopes.get(self.depth).and_then(|scope| scope.lists.get(name)) {
                        all.extend(
                            old.iter().filter(|word| !all.contains(word)).copied().collect::<Vec<_>>(),
                        );
                    }
                    if let Some(scope) = self.scopes.get_mut(self.depth) {
                        scope.lists.insert(name, all.into());
                    }
                }
                Some(name) => self.list(name, rest),
                None => self.problem(&format!("unknown key {key}")),
            },
        }
    }

    fn list(&mut self, name: &'static str, rest: &'static str) {
        let words = self.words(rest);
        if let Some(scope) = self.scopes.get_mut(self.depth) {
            scope.lists.insert(name, words);
        }
    }

    /// `白色=White,500ml,@set`: a word without `=` reads the same in English.
    fn words(&mut self, list: &'static str) -> Words {
        let mut all: Vec<Word> = Vec::new();
        for item in list.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let one = [word(item)];
            let more: &[Word] = if let Some(name) = item.strip_prefix('@') {
                match self.sets.get(name) {
                    Some(set) => set,
                    None => {
                        self.book.problems.push(format!("{}: unknown set @{name}", self.place));
                        &[]
                    }
                }
            } else {
                &one
            };
            // Sets overlap; a value twice would make two SKUs alike.
            all.extend(
                more.iter()
                    .filter(|word| !all.iter().any(|old| old.cn == word.cn))
                    .copied()
                    .collect::<Vec<_>>(),
            );
        }
        all.into()
    }

    fn axis(&mut self, key: &str, rest: &'static str) {
        let (name, list) = rest.split_once(':').unwrap_or((rest, ""));
        let axis = Axis { name: word(name.trim()), values: self.words(list) };
        let Some(scope) = self.scopes.get_mut(self.depth) else { return };
        match key {
            "looks" => scope.looks = Some(axis),
            "sizes" => scope.sizes = Some(axis),
            _ => {
                scope.attributes.retain(|old| old.name != axis.name);
                scope.attributes.push(axis);
            }
        }
    }

    /// `belt 永康=Yongkang; 浙江=Zhejiang; 金华=Jinhua; 永康市=Yongkang; 90; 杯业=Cup,工贸=Trading`
    fn belt(&mut self, rest: &'static str) {
        let parts: Vec<&'static str> = rest.split(';').map(str::trim).collect();
        let [name, province, city, prefix, share, industries] = parts.as_slice() else {
            return self.problem("a belt has six parts");
        };
        let Ok(share) = share.parse() else {
            return self.problem("the fifth part of a belt is its share");
        };
        let industries = self.words(industries);
        self.book.belts.push(Belt {
            name: word(name),
            province: word(province),
            city: word(city),
            company_prefix: word(prefix),
            industries,
            share,
            kinds: Vec::new(),
        });
    }

    fn category(&mut self, level: usize, rest: &'static str) {
        self.close_leaf();
        let name = word(rest);
        let parent = if level == 0 { 0 } else { self.open.first().copied().unwrap_or(0) };
        let id = self.add_category(level, parent, name, false);
        if let Some(open) = self.open.get_mut(level) {
            *open = id;
        }
        self.enter(level + 1);
    }

    fn enter(&mut self, depth: usize) {
        self.depth = depth;
        let inherited = self.scopes.get(depth.wrapping_sub(1)).cloned().unwrap_or_default();
        if let Some(scope) = self.scopes.get_mut(depth) {
            *scope = inherited;
        }
    }

    /// Ids look like the market's own: two to five digits at the top, seven or nine below.
    fn add_category(&mut self, level: usize, parent: i64, name: Word, leaf: bool) -> i64 {
        let mut hash = 0xCBF2_9CE4_8422_2325_u64 ^ parent as u64;
        for byte in name.cn.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        let hash = super::rng::mix(hash);
        let mut id = match level {
            0 => 50 + (hash % 20_000) as i64,
            1 => 1_031_000 + (hash % 18_000) as i64,
            _ => 121_000_000 + (hash % 9_000_000) as i64,
        };
        while self.book.categories.iter().any(|other| other.id == id) {
            id += 1;
        }
        self.book.categories.push(WorldCategory {
            id,
            parent,
            name: name.cn.to_owned(),
            name_en: name.en.to_owned(),
            leaf,
        });
        id
    }

    /// `leaf 保温杯=Vacuum cups; 永康:8,潮州:1; 8-65; 220-480 bulky` (yuan, grams)
    fn open_leaf(&mut self, rest: &'static str) {
        self.close_leaf();
        let parts: Vec<&'static str> = rest.split(';').map(str::trim).collect();
        let [name, made, price, weight] = parts.as_slice() else {
            return self.problem("a leaf has four parts");
        };
        let parent = self.open.get(1).copied().unwrap_or(0);
        let id = self.add_category(2, parent, word(name), true);
        if let Some(open) = self.open.get_mut(2) {
            *open = id;
        }
        let made = self.made_in(made);
        let (weight, bulky) = weight.strip_suffix("bulky").map_or((*weight, false), |w| (w.trim(), true));
        let (Some(price), Some(weight)) = (range(price, 100), range(weight, 1)) else {
            return self.problem("price and weight are ranges such as 8-65");
        };
        self.enter(3);
        if let Some(scope) = self.scopes.get_mut(3) {
            if !made.is_empty() {
                scope.made_in = made;
            }
            // A leaf that names nothing is called by its category.
            scope.lists.insert("noun", Arc::new([word(name)]));
        }
        self.leaf = Some((price, weight, bulky));
    }

    fn made_in(&mut self, text: &'static str) -> Vec<(&'static str, u64)> {
        let mut all = Vec::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (belt, weight) = item.split_once(':').unwrap_or((item, "2"));
            match weight.parse() {
                Ok(weight) => all.push((belt, weight)),
                Err(_) => self.problem("belts of a leaf are written 永康:8"),
            }
        }
        all
    }

    fn close_leaf(&mut self) {
        let Some((price_fen, weight_g, bulky)) = self.leaf.take() else { return };
        let Some(scope) = self.scopes.get(3).cloned() else { return };
        let list = |name: &str| scope.lists.get(name).cloned().unwrap_or_else(|| Arc::new([]));
        let none = || Axis { name: Word { cn: "规格", en: "Specification" }, values: Arc::new([]) };
        let [top, second, leaf] = self.open;
        let kind = Kind {
            top,
            second,
            leaf,
            nouns: list("noun"),
            aliases: list("alias"),
            materials: list("mat"),
            features: list("feat"),
            uses: list("use"),
            audiences: list("aud"),
            styles: list("style"),
            tails: list("tail"),
            units: list("unit"),
            firms: list("firm"),
            looks: scope.looks.clone().unwrap_or_else(none),
            sizes: scope.sizes.clone().unwrap_or_else(none),
            attributes: scope.attributes.clone(),
            price_fen,
            weight_g,
            bulky,
            cheaper_ppm: 0,
            share_ppm: 0,
            made_in: scope.made_in.clone(),
        };
        if kind.looks.values.len() < 2
            || kind.units.is_empty()
            || kind.features.is_empty()
            || kind.tails.is_empty()
        {
            self.problem("a leaf needs two looks, a unit, features and tails");
        }
        self.book.kinds.push(kind);
    }

    fn finish(mut self) -> Vocabulary {
        self.place = "all".to_owned();
        let mut total = vec![0_u64; self.book.belts.len()];
        for index in 0..self.book.kinds.len() {
            let made = self.book.kinds.get(index).map(|kind| kind.made_in.clone()).unwrap_or_default();
            if made.is_empty() {
                self.problem(&format!("kind {index} is made nowhere"));
            }
            for (name, weight) in made {
                let found = self.book.belts.iter().position(|belt| belt.name.cn == name);
                let (Some(at), Some(sum)) = (found, found.and_then(|at| total.get_mut(at))) else {
                    self.problem(&format!("no belt {name}"));
                    continue;
                };
                *sum += weight;
                if let Some(belt) = self.book.belts.get_mut(at) {
                    belt.kinds.push((*sum, index));
                }
            }
        }
        let idle: Vec<&str> =
            self.book.belts.iter().filter(|b| b.kinds.is_empty()).map(|b| b.name.cn).collect();
        if !idle.is_empty() {
            let text = format!("belts that make nothing: {idle:?}");
            self.problem(&text);
        }
        let all: u64 = self.book.belts.iter().filter(|b| !b.kinds.is_empty()).map(|b| b.share).sum();
        let mut shares = vec![0_u128; self.book.kinds.len()];
        let mut up_to = 0_u128;
        for (at, belt) in self.book.belts.iter().enumerate() {
            let (mut before, sum) = (0, belt.kinds.last().map_or(1, |last| last.0));
            for &(to, kind) in &belt.kinds {
                let share = (1_u128 << 64) * u128::from(belt.share) * u128::from(to - before)
                    / (u128::from(all.max(1)) * u128::from(sum));
                before = to;
                up_to += share;
                if let Some(own) = shares.get_mut(kind) {
                    *own += share;
                }
                self.book.trades.push(Trade {
                    up_to: u64::try_from(up_to).unwrap_or(u64::MAX),
                    belt: at,
                    kind,
                });
            }
        }
        if let Some(last) = self.book.trades.last_mut() {
            last.up_to = u64::MAX; // what rounding left over
        }
        let mut order: Vec<usize> = (0..self.book.kinds.len()).collect();
        order.sort_by_key(|at| self.book.kinds.get(*at).map(|kind| kind.price_fen.0 * kind.price_fen.1));
        let mut before = 0_u128;
        for at in order {
            let share = shares.get(at).copied().unwrap_or(0);
            if let Some(kind) = self.book.kinds.get_mut(at) {
                kind.cheaper_ppm = ((before * u128::from(MILLION)) >> 64) as u32;
                kind.share_ppm = ((share * u128::from(MILLION)) >> 64) as u32;
            }
            before += share;
        }
        self.book
    }
}

fn word(item: &'static str) -> Word {
    let (cn, en) = item.split_once('=').unwrap_or((item, item));
    Word { cn: cn.trim(), en: en.trim() }
}

/// `8-65` or `0.35-2.8`, times `scale` (100: yuan to fen).
fn range(text: &str, scale: i64) -> Option<(i64, i64)> {
    let (low, high) = text.split_once('-')?;
    let number = |part: &str| -> Option<i64> {
        let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
        let mut value = whole.parse::<i64>().ok()? * scale;
        let mut unit = scale / 10;
        for digit in fraction.chars() {
            value += i64::from(digit.to_digit(10)?) * unit;
            unit /= 10;
        }
        Some(value)
    };
    let (low, high) = (number(low)?, number(high)?);
    (0 < low && low < high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_have_no_problems() {
        assert_eq!(vocabulary().problems, Vec::<String>::new());
    }

    #[test]
    fn the_tree_has_three_levels_and_unique_ids() {
        let book = vocabulary();
        let mut ids: Vec<i64> = book.categories.iter().map(|c| c.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), book.categories.len());
        for kind in &book.kinds {
            let parent = |id: i64| book.categories.iter().find(|c| c.id == id).unwrap().parent;
            assert_eq!(
                (parent(kind.leaf), parent(kind.second), parent(kind.top)),
                (kind.second, kind.top, 0)
            );
        }
        assert!(book.categories.iter().filter(|c| c.leaf).count() == book.kinds.len());
    }

    #[test]
    fn every_list_is_translated_into_plain_ascii() {
        for kind in &vocabulary().kinds {
            let axes = kind.attributes.iter().chain([&kind.looks, &kind.sizes]);
            let names: Vec<Word> = axes.clone().map(|axis| axis.name).collect();
            let lists = [&kind.nouns, &kind.aliases, &kind.materials, &kind.features, &kind.uses]
                .into_iter()
                .chain([&kind.audiences, &kind.styles, &kind.tails, &kind.units])
                .chain(axes.map(|axis| &axis.values));
            for word in lists.flat_map(|list| list.iter()).chain(&names) {
                assert!(word.en.is_ascii() && !word.en.is_empty(), "{word:?} in {:?}", kind.nouns.first());
                assert!(!word.cn.is_empty());
            }
            assert!(kind.price_fen.0 >= 5, "a bait SKU must stay above zero: {:?}", kind.nouns.first());
        }
    }

    #[test]
    fn ranges_are_read_exactly() {
        assert_eq!(range("8-65", 100), Some((800, 6500)));
        assert_eq!(range("0.35-2.8", 100), Some((35, 280)));
        assert_eq!(range("220-480", 1), Some((220, 480)));
        assert_eq!(range("8", 100), None);
        assert_eq!(range("9-8", 100), None);
    }
}
