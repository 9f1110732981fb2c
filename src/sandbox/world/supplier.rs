//! The sellers: where they sit, what they are called, what they let a buyer mix, and how good they are.

use rust_decimal::Decimal;

use super::draft::{repeat_rate, supplier_draw as draw, trade_of};
use super::rng::{Permutation, Ppm, Sequence, mix, quantile, reflect, weyl};
use super::types::{WorldMix, WorldSupplier};
use super::{World, topic, truth};

/// Bits of a supplier number inside its key: seven characters of six bits.
pub(super) const SELLER_BITS: u32 = 42;

/// URL-safe base 64, as in the market's keys.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Every key begins so.
const KEY_START: &str = "BBB";

/// The key of a seller, such as `BBBspz8Z4AmsyZ5SmwYL4Xi_A`: the shuffled number, then a check.
fn open_id(world: &World, number: u64) -> Option<String> {
    let shuffled = world.sellers.forward(number)?;
    let mut key = String::from(KEY_START);
    let (check, more) = (mix(world.seed ^ mix(number)), mix(world.seed.rotate_left(32) ^ mix(number ^ 1)));
    let sixes = (0..7)
        .map(|k| shuffled >> (6 * k))
        .chain((0..10).map(|k| check >> (6 * k)))
        .chain((0..5).map(|k| more >> (6 * k)));
    for six in sixes {
        key.push(ALPHABET.get((six & 63) as usize).copied().map_or('A', char::from));
    }
    Some(key)
}

/// The inverse of [`open_id`].
pub(super) fn number_of(world: &World, key: &str) -> Option<u64> {
    let body = key.strip_prefix(KEY_START)?;
    let mut shuffled = 0_u64;
    for (k, letter) in body.bytes().take(7).enumerate() {
        let six = ALPHABET.iter().position(|other| *other == letter)?;
        shuffled |= (six as u64) << (6 * k);
    }
    let number = world.sellers.inverse(shuffled)?;
    (number < world.suppliers && open_id(world, number)? == key).then_some(number)
}

/// The rule for mixing, per seller: 35 % have none, 40 % a low one, 20 % a middling one, 5 % a high one.
pub(super) fn mix_rule(world: &World, number: u64) -> Option<WorldMix> {
    let offset = world.source(topic::WORLD, 0).at(Sequence::Mix as u64).0;
    let fraction = weyl(number, Sequence::Mix, offset).ppm();
    let own = world.source(topic::SUPPLIER, number).at(draw::MIX).0;
    let rules: &[(i64, i64)] = match fraction {
        0..350_000 => return None,
        350_000..750_000 => &[(2, 30), (3, 50), (1, 10), (5, 100), (2, 99), (3, 100), (1, 20), (5, 60)],
        750_000..950_000 => &[(10, 200), (20, 300), (10, 300), (30, 500), (15, 200), (20, 500)],
        _ => &[(50, 1000), (100, 1000), (100, 2000), (200, 3000), (50, 800)],
    };
    rules.get((own % rules.len() as u64) as usize).map(|&(pieces, amount)| WorldMix { pieces, amount })
}

/// What a seller pays the market to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    SuperFactory,
    Powerful,
    Member,
    Guest,
}

impl Standing {
    pub fn of(world: &World, number: u64) -> Standing {
        let offset = world.source(topic::WORLD, 0).at(Sequence::Level as u64).0;
        match weyl(number, Sequence::Level, offset).ppm() {
            0..90_000 => Standing::SuperFactory,
            90_000..330_000 => Standing::Powerful,
            330_000..850_000 => Standing::Member,
            _ => Standing::Guest,
        }
    }
}

/// How well a shop keeps its buyers, uniform over shops.
pub(super) fn loyalty(world: &World, number: u64) -> Ppm {
    let offset = world.source(topic::WORLD, 0).at(Sequence::Repeat as u64).0;
    weyl(number, Sequence::Repeat, offset).ppm()
}

pub(super) fn write(world: &World, number: u64) -> Option<WorldSupplier> {
    if number >= world.suppliers {
        return None;
    }
    let (belt, kind) = trade_of(world, number)?;
    let book = world.vocabulary;
    let kind = book.kinds.get(kind)?;
    let own = world.source(topic::SUPPLIER, number);
    // Shuffled pairs of characters: no name comes twice before all pairs are used up.
    let pairs = (book.name_first.len() * book.name_second.len()) as u64;
    let pair = Permutation::new(world.seed, topic::NAME, pairs).forward(number % pairs.max(1)).unwrap_or(0);
    let width = book.name_second.len().max(1) as u64;
    let first = book.name_first.get((pair / width) as usize)?;
    let second = book.name_second.get((pair % width) as usize)?;
    let trade = if kind.firms.is_empty() { &belt.industries } else { &kind.firms };
    let industry = own.at(draw::INDUSTRY).zipf_pick(trade)?;
    let truth = truth::of(world, number);
    let ending = truth::ending(world, number, truth, industry.cn);
    let company = format!("{}{}{}{}{}", belt.company_prefix.cn, first.cn, second.cn, industry.cn, ending.cn);
    let pinyin = format!("{}{}", first.en, second.en);
    let mut letters = pinyin.chars();
    let capital =
        letters.next().map_or_else(String::new, |c| c.to_ascii_uppercase().to_string() + letters.as_str());
    let company_en = format!("{} {capital} {} {}", belt.company_prefix.en, industry.en, ending.en);
    let login = own.at(draw::LOGIN);
    let login_id = match login.below(3) {
        0 => format!("{}{}{}", first.cn, second.cn, industry.cn),
        1 => format!("{pinyin}{}", 1_000 + login.0 % 9_000),
        _ => format!("{}{}{}{}", belt.name.cn, first.cn, second.cn, 10 + login.0 % 90),
    };

    let standing = Standing::of(world, number);
    let identities: &[&'static str] = match standing {
        Standing::SuperFactory => &["super_factory", "tp_member"],
        Standing::Powerful => &["powerful_merchants", "tp_member"],
        Standing::Member => &["tp_member"],
        Standing::Guest => &[],
    };
    let member = standing != Standing::Guest;
    let years = quantile(
        &[(0, 1), (400_000, 3), (700_000, 7), (900_000, 12), (1_000_000, 20)],
        own.at(draw::YEARS).ppm(),
    );
    let loyalty = loyalty(world, number);
    let good = |counter: u64| reflect(loyalty, own.at(counter).between(-400_000, 400_000));
    let score = |k: u64| {
        let tenths = quantile(
            &[(0, 30), (200_000, 38), (500_000, 43), (800_000, 48), (1_000_000, 51)],
            good(draw::SCORE + k),
        );
        Decimal::new(tenths.min(50), 1)
    };
    Some(WorldSupplier {
        number,
        seller_open_id: open_id(world, number)?,
        company,
        company_en,
        login_id,
        province: belt.province.cn.into(),
        city: belt.city.cn.into(),
        belt: belt.name.cn.into(),
        belt_en: belt.name.en.into(),
        identities: identities.to_vec(),
        tp_years: if member { years } else { 0 },
        truth,
        mix: mix_rule(world, number),
        scores: [score(0), score(1), score(2), score(3), score(4), score(5)],
        medal_level: if member {
            own.at(draw::MEDAL).between(1, 5)
        } else {
            own.at(draw::MEDAL).between(0, 2)
        },
        repeat_rate: Decimal::new(repeat_rate(loyalty), 4),
        collect_48h: Decimal::new(
            quantile(
                &[(0, 4_000), (200_000, 8_000), (500_000, 9_500), (1_000_000, 10_000)],
                good(draw::COLLECT),
            ),
            4,
        ),
        quality_refund_30d: Decimal::new(
            quantile(&[(0, 600), (300_000, 150), (700_000, 30), (1_000_000, 0)], good(draw::REFUND)),
            4,
        ),
    })
}
