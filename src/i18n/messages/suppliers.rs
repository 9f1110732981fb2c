//! Sentences about suppliers: scores, rates, signs of a factory, the 严选 test.

use crate::domain::factory::Reason;
use crate::domain::yanxuan::{Place, Tally, Verdict};
use crate::i18n::Lang;

/// A sign of a factory or a trader, without its points.
pub fn factory_reason(lang: Lang, reason: &Reason) -> String {
    match reason {
        Reason::SuperFactory => say!(lang; "超级工厂", "超級工廠", "super factory"),
        Reason::MakerName(word) => say!(lang; "名称有“{word}”", "名稱有「{word}」", "name has {word}"),
        Reason::SellerName(word) => say!(lang; "名称有“{word}”", "名稱有「{word}」", "name has {word}"),
        Reason::Custom(share) => {
            let (yes, of) = (share.yes, share.known);
            say!(lang; "可定制 {yes}/{of}", "可訂製 {yes}/{of}", "made to order {yes}/{of}")
        }
        Reason::Invoice(share) => {
            let (yes, of) = (share.yes, share.known);
            say!(lang; "可开票 {yes}/{of}", "可開票 {yes}/{of}", "invoices {yes}/{of}")
        }
        Reason::Categories { categories, offers } => {
            let kinds = if *categories == 1 { "category" } else { "categories" };
            say!(lang; "{offers}个商品分{categories}类", "{offers}個商品分{categories}類", "{offers} offers in {categories} {kinds}")
        }
        Reason::Years(years) => say!(lang; "诚信通{years}年", "誠信通{years}年", "{years} years"),
        Reason::Pickup(percent) => {
            say!(lang; "48小时揽收{percent}%", "48小時攬收{percent}%", "48h pickup {percent}%")
        }
    }
}

/// How sure one can be of a factory.
pub fn factory_confidence(lang: Lang, percent: u32) -> String {
    say!(lang; "像工厂 {percent}%", "像工廠 {percent}%", "factory {percent}%")
}

/// Points of a sign, signed.
pub fn points(points: i32) -> String {
    if points > 0 { format!("+{points}") } else { points.to_string() }
}

/// What the 严选 test says of a supplier's offers, piece by piece; nothing is said of what there is none of.
pub fn yanxuan_tally(lang: Lang, tally: &Tally) -> Vec<String> {
    let (passed, failed, head, tail) = (tally.passed, tally.failed, tally.head, tally.tail);
    let (few, unrated) = (tally.too_few, tally.unrated);
    let mut said = Vec::new();
    if passed + failed > 0 {
        said.push(say!(lang; "严选线 {passed} 过 {failed} 不过", "嚴選線 {passed} 過 {failed} 不過", "Yanxuan line: {passed} pass, {failed} fail"));
    }
    if head > 0 {
        said.push(say!(lang; "前20% {head} 个（+）", "前20% {head} 個（+）", "{head} in the best 20 % (+)"));
    }
    if tail > 0 {
        said.push(say!(lang; "后10% {tail} 个（-），先看样", "後10% {tail} 個（-），先看樣", "{tail} in the worst 10 % (-): see a sample first"));
    }
    if few > 0 {
        said.push(say!(lang; "同类样本太少 {few} 个", "同類樣本太少 {few} 個", "{few}: too few rated in their category"));
    }
    if unrated > 0 {
        said.push(say!(lang; "无评分 {unrated} 个", "無評分 {unrated} 個", "{unrated} not rated"));
    }
    said
}

/// What the 严选 test says of one offer, piece by piece; with few ratings, of how many.
pub fn yanxuan_verdict(lang: Lang, rating: Option<rust_decimal::Decimal>, verdict: Verdict) -> Vec<String> {
    let rating = rating.map_or_else(|| "?".to_owned(), |rating| rating.normalize().to_string());
    let mut said = vec![say!(lang; "评分 {rating}", "評分 {rating}", "rated {rating}")];
    let (place, samples) = match verdict {
        Verdict::TooFew { samples } => {
            said.push(say!(lang; "同类只有 {samples} 个评分", "同類只有 {samples} 個評分", "only {samples} rated of its kind"));
            return said;
        }
        Verdict::Judged { passes, place, samples } => {
            said.push(if passes {
                say!(lang; "过严选线", "過嚴選線", "Yanxuan line passed")
            } else {
                say!(lang; "没过严选线", "沒過嚴選線", "below the Yanxuan line")
            });
            (place, samples)
        }
    };
    match place {
        Place::Head => said.push(say!(lang; "同类前20%", "同類前20%", "best 20 % of its kind")),
        Place::Tail => {
            said.push(say!(lang; "同类后10%，先看样", "同類後10%，先看樣", "worst 10 %: see a sample first"));
        }
        Place::Middle => {}
    }
    if samples < FEW_SAMPLES {
        said.push(say!(lang; "样本 {samples} 个", "樣本 {samples} 個", "of {samples} rated"));
    }
    said
}

/// Below so many the number stands beside what is said of them.
const FEW_SAMPLES: u64 = 30;

/// How many suppliers are new, for the line of the list.
pub fn new_suppliers(lang: Lang, new: usize) -> String {
    let new = super::grouped(new as u64);
    say!(lang; "新供应商 {new} 家", "新供應商 {new} 家", "{new} new suppliers")
}
