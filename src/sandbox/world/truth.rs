//! What a seller truly is, and what leans on it: how it signs, whether it writes invoices, makes to order and
//! waits for its money. The truth leans on what was drawn before (badge, breadth of its goods, years, how soon its
//! parcels are fetched), so that each sign means something and none decides.

use super::draft::{Draft, draw as offer_draw, supplier_draw as draw};
use super::rng::{MILLION, Ppm};
use super::supplier::{Standing, loyalty};
use super::types::Truth;
use super::vocabulary::Word;
use super::{World, rng, topic};

/// Counters of the draws of [`topic::TRUTH`] (a supplier's); never renumber, or every world changes.
mod counter {
    pub const NO_FACTORY: u64 = 1;
    pub const ENDING: u64 = 2;
    pub const INVOICE: u64 = 3;
    pub const PAY_LATER: u64 = 4;
}

/// Factory, trader, or in between: about 57, 30 and 13 in a hundred.
pub(super) fn of(world: &World, number: u64) -> Truth {
    let own = world.source(topic::SUPPLIER, number);
    let factory = if Standing::of(world, number) == Standing::SuperFactory {
        // A badge is nearly always deserved.
        930_000
    } else {
        let breadth: i64 = match own.at(draw::KINDS).below(10) {
            0..4 => 190_000,
            4..8 => -40_000,
            _ => -260_000,
        };
        let years = match own.at(draw::YEARS).ppm() {
            0..250_000 => -70_000,
            250_000..700_000 => 0,
            _ => 70_000,
        };
        let step = own.at(draw::COLLECT).between(-400_000, 400_000);
        let fetched = match rng::reflect(loyalty(world, number), step) {
            0..300_000 => -50_000,
            300_000..700_000 => 0,
            _ => 50_000,
        };
        (540_000 + breadth + years + fetched).clamp(0, i64::from(MILLION)) as Ppm
    };
    let more = world.source(topic::TRUTH, number);
    if own.at(draw::FACTORY).chance(factory) {
        Truth::Factory
    } else if more.at(counter::NO_FACTORY).chance(300_000) {
        Truth::Unclear
    } else {
        Truth::Trader
    }
}

const LIMITED: Word = Word { cn: "有限公司", en: "Co., Ltd." };
const MAKERS: [Word; 3] = [
    Word { cn: "制造有限公司", en: "Manufacturing Co., Ltd." },
    Word { cn: "厂", en: "Factory" },
    Word { cn: "加工厂", en: "Processing Factory" },
];
const SELLERS: [Word; 3] = [
    Word { cn: "贸易有限公司", en: "Trading Co., Ltd." },
    Word { cn: "商行", en: "Trading Firm" },
    Word { cn: "经营部", en: "Sales Department" },
];

/// How the company signs. Most are plain 有限公司; the rest mostly say what they are.
pub(super) fn ending(world: &World, number: u64, truth: Truth, industry: &str) -> Word {
    let said = ["厂", "制造", "贸", "进出口", "商务"].iter().any(|word| industry.contains(word));
    if said {
        return LIMITED;
    }
    let (makers, sellers): (Ppm, Ppm) = match truth {
        Truth::Factory => (380_000, 40_000),
        Truth::Trader => (50_000, 430_000),
        Truth::Unclear => (150_000, 180_000),
    };
    let draw = world.source(topic::TRUTH, number).at(counter::ENDING);
    let list = match draw.ppm() {
        at if at < makers => &MAKERS,
        at if at < makers + sellers => &SELLERS,
        _ => return LIMITED,
    };
    // The draw is known to be small here; hash it again for the value.
    rng::Source::new(draw.0, 0, 0).at(0).zipf_pick(list).copied().unwrap_or(LIMITED)
}

/// What a listing promises beside the goods.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub invoice: bool,
    pub customizable: bool,
    pub pay_later: bool,
}

/// Shops do as they use to; a few listings are excepted, fee links always.
pub(super) fn terms(world: &World, draft: &Draft, title_says_custom: bool) -> Terms {
    if draft.fee_link {
        return Terms { invoice: false, customizable: false, pay_later: false };
    }
    let truth = of(world, draft.supplier);
    let shop = world.source(topic::TRUTH, draft.supplier);
    let (writes, makes): (Ppm, Ppm) = match truth {
        Truth::Factory => (760_000, 480_000),
        Truth::Trader => (420_000, 200_000),
        Truth::Unclear => (560_000, 330_000),
    };
    let waits: Ppm = match Standing::of(world, draft.supplier) {
        Standing::SuperFactory | Standing::Powerful => 560_000,
        Standing::Member => 280_000,
        Standing::Guest => 50_000,
    };
    let own = world.source(topic::TERMS, draft.number);
    Terms {
        invoice: own.at(0).chance(if shop.at(counter::INVOICE).chance(writes) { 930_000 } else { 40_000 }),
        customizable: title_says_custom || draft.at(offer_draw::ATTRIBUTE + 2).chance(makes),
        pay_later: own.at(1).chance(if shop.at(counter::PAY_LATER).chance(waits) { 880_000 } else { 20_000 }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Share in a hundred of suppliers of this truth that show the sign.
    fn shown(rows: &[(Truth, bool)], truth: Truth) -> usize {
        let all = rows.iter().filter(|(found, _)| *found == truth).count();
        rows.iter().filter(|(found, sign)| *found == truth && *sign).count() * 100 / all.max(1)
    }

    #[test]
    fn each_sign_leans_towards_the_truth_and_none_decides() {
        for seed in [1, 1688] {
            let world = World::new(seed, 20_000, None);
            let mut signs: Vec<(&str, usize, Vec<(Truth, bool)>)> = [
                ("badge", 8),
                ("signs as a maker", 20),
                ("one kind of goods", 15),
                ("eight years", 3),
                ("fetched within 48 hours", 2),
                ("half made to order", 12),
                ("invoices", 20),
            ]
            .map(|(name, lead)| (name, lead, Vec::new()))
            .to_vec();
            let mut trading = Vec::new();
            let mut truths = Vec::new();
            for number in 0..world.supplier_count() {
                let shop = world.supplier(number).unwrap();
                let offers: Vec<_> =
                    world.offers_of_supplier(number).into_iter().filter_map(|n| world.offer(n)).collect();
                let kinds: HashSet<i64> = offers.iter().map(|offer| offer.category_id).collect();
                let half = |is: &dyn Fn(&super::super::types::WorldOffer) -> bool| {
                    offers.iter().filter(|offer| is(offer)).count() * 2 > offers.len()
                };
                let found = [
                    shop.identities.contains(&"super_factory"),
                    shop.company.contains('厂') || shop.company.contains("制造"),
                    kinds.len() == 1,
                    shop.tp_years >= 8,
                    shop.collect_48h >= rust_decimal::Decimal::new(97, 2),
                    half(&|offer| offer.customizable == Some(true)),
                    half(&|offer| offer.invoice == Some(true)),
                ];
                for ((_, _, rows), sign) in signs.iter_mut().zip(found) {
                    rows.push((shop.truth, sign));
                }
                trading.push((
                    shop.truth,
                    ["贸易", "商行", "经营部"].iter().any(|word| shop.company.contains(word)),
                ));
                truths.push(shop.truth);
            }
            for (name, lead, rows) in &signs {
                let (makers, sellers) = (shown(rows, Truth::Factory), shown(rows, Truth::Trader));
                assert!(makers >= sellers + lead, "{name}: {makers} % of factories, {sellers} % of traders");
                assert!(makers < 97, "{name} would decide: {makers} %");
                assert!(
                    rows.iter().any(|(truth, sign)| *truth != Truth::Factory && *sign),
                    "{name} would decide"
                );
            }
            assert!(shown(&trading, Truth::Trader) >= shown(&trading, Truth::Factory) + 20);
            assert!(trading.iter().any(|(truth, sign)| *truth == Truth::Factory && *sign));
            for (truth, least, most) in
                [(Truth::Factory, 50, 66), (Truth::Trader, 22, 36), (Truth::Unclear, 8, 18)]
            {
                let share = truths.iter().filter(|found| **found == truth).count() * 100 / truths.len();
                assert!((least..=most).contains(&share), "{truth:?}: {share} %");
            }
        }
    }

    #[test]
    fn terms_have_their_shares_and_agree_with_the_page() {
        let world = World::new(7, 20_000, None);
        let offers: Vec<_> = (0..20_000).step_by(5).filter_map(|number| world.offer(number)).collect();
        let percent = |is: &dyn Fn(&super::super::types::WorldOffer) -> bool| {
            offers.iter().filter(|offer| is(offer)).count() * 100 / offers.len()
        };
        assert!((50..=66).contains(&percent(&|offer| offer.invoice == Some(true))));
        assert!((30..=60).contains(&percent(&|offer| offer.customizable == Some(true))));
        assert!((22..=38).contains(&percent(&|offer| offer.pay_later == Some(true))));
        for offer in &offers {
            let page = offer.attributes.iter().any(|a| a.name == "是否支持定制" && a.value == "是");
            assert_eq!(offer.customizable, Some(page), "{}", offer.subject);
            assert!(!offer.fee_link || offer.invoice == Some(false) && offer.pay_later == Some(false));
        }
    }

    #[test]
    fn pages_state_figures_a_buyer_filters_by() {
        let world = World::new(7, 20_000, None);
        let mut found = [0; 4];
        for number in 0..20_000 {
            let offer = world.offer(number).unwrap();
            for a in &offer.attributes {
                found[0] += u32::from(a.name == "显色指数" && a.value.starts_with("Ra"));
                found[1] +=
                    u32::from(a.name == "材质" && (a.value.contains("304") || a.value.contains("316")));
                found[2] += u32::from(a.name == "容量" && a.value.ends_with("ml"));
                found[3] += u32::from(a.name == "厚度" && a.value.ends_with("mm"));
            }
        }
        assert!(found.iter().all(|count| *count >= 100), "{found:?}");
    }
}
