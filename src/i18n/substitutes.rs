//! Substitutes in words: how far away one is, by which rule, what it saves.

use crate::domain::money::Money;
use crate::domain::substitute::{Candidate, Level, SkuBy};
use crate::domain::text::Clean;
use crate::i18n::Lang;
use crate::i18n::messages::say;

fn pick(lang: Lang, [zh, tw, en]: [&'static str; 3]) -> &'static str {
    match lang {
        Lang::ZhCn => zh,
        Lang::ZhTw => tw,
        Lang::En => en,
    }
}

/// How far away, in a word.
pub fn level(lang: Lang, level: Level) -> &'static str {
    pick(
        lang,
        match level {
            Level::Brand => ["国货", "國貨", "brand"],
            Level::Same => ["同款", "同款", "same"],
            Level::Purpose => ["同用途", "同用途", "purpose"],
        },
    )
}

/// The same at length.
pub fn level_in_full(lang: Lang, level: Level) -> &'static str {
    pick(
        lang,
        match level {
            Level::Brand => ["国产品牌替代", "國產品牌替代", "a domestic brand instead"],
            Level::Same => ["别家的同款货", "別家的同款貨", "the same goods from another supplier"],
            Level::Purpose => ["同用途的别种货", "同用途的別種貨", "other goods for the same purpose"],
        },
    )
}

/// What led to it, short: the rule, else how alike it is.
pub fn reason(lang: Lang, candidate: &Candidate, arrow: &str) -> String {
    match &candidate.rule {
        Some(rule) => format!("{}{arrow}{}", rule.from, rule.to),
        None => alike(lang, candidate.alike),
    }
}

/// How alike two things are.
pub fn alike(lang: Lang, percent: u32) -> String {
    say!(lang; "像 {percent}%", "像 {percent}%", "{percent}% alike")
}

/// Why it is offered, at length.
pub fn reasons(lang: Lang, candidate: &Candidate, arrow: &str) -> Vec<String> {
    let mut all = vec![level_in_full(lang, candidate.level).to_owned()];
    if let Some(rule) = &candidate.rule {
        let (from, to, at) = (&rule.from, &rule.to, &rule.at);
        all.push(say!(lang; "规则 {from} {arrow} {to}（{at}）", "規則 {from} {arrow} {to}（{at}）", "rule {from} {arrow} {to} ({at})"));
    }
    all.push(alike(lang, candidate.alike));
    if !candidate.shared.is_empty() {
        let words = candidate.shared.iter().map(Clean::as_str).collect::<Vec<_>>().join(" ");
        all.push(say!(lang; "标题都有：{words}", "標題都有：{words}", "both titles say: {words}"));
    }
    let (agree, both) = candidate.attributes;
    if both > 0 {
        all.push(say!(lang; "属性 {agree}/{both} 相同", "屬性 {agree}/{both} 相同", "{agree} of {both} attributes agree"));
    }
    all
}

/// Why that SKU.
pub fn sku_by(lang: Lang, by: SkuBy) -> &'static str {
    pick(
        lang,
        match by {
            SkuBy::Only => ["", "", ""],
            SkuBy::Words => ["按颜色尺码对上", "按顏色尺碼對上", "matched by its words"],
            SkuBy::Price => ["有货里最便宜的规格", "有貨裡最便宜的規格", "cheapest SKU in stock"],
        },
    )
}

/// Where the quantity cannot be bought: the nearest that can.
pub fn nearest(lang: Lang, quantity: &str) -> String {
    say!(lang; "可买 {quantity}", "可買 {quantity}", "buy {quantity}")
}

/// Sold in another unit.
pub fn other_unit(lang: Lang, unit: &str) -> String {
    say!(lang; "按{unit}卖", "按{unit}賣", "per {unit}")
}

/// How sure one can be that it is a factory, with at most as many cells as a column has.
pub fn factory(lang: Lang, percent: Option<u32>, is_factory: bool) -> String {
    let who = if is_factory { pick(lang, ["厂", "廠", "fac"]) } else { pick(lang, ["商", "商", "trd"]) };
    match percent {
        Some(percent) => format!("{who}{percent}"),
        None if is_factory => who.to_owned(),
        None => "?".to_owned(),
    }
}

/// How many there are.
pub fn found(lang: Lang, count: usize, factories: usize) -> String {
    say!(lang; "{count} 个，其中工厂 {factories} 个", "{count} 個，其中工廠 {factories} 個", "{count} found, {factories} from factories")
}

/// Lines of the rule files that cannot be used: the first of them, and how many others.
pub fn mistakes(lang: Lang, first: &str, others: usize) -> String {
    if others == 0 {
        say!(lang; "规则有误 {first}", "規則有誤 {first}", "bad rule {first}")
    } else {
        say!(lang; "规则有误 {first}，还有 {others} 处", "規則有誤 {first}，還有 {others} 處", "bad rule {first}, and {others} more")
    }
}

/// A swap was made in the cart.
pub fn swapped(lang: Lang, undo: &str) -> String {
    say!(lang; "已换成平替（{undo} 撤销）", "已換成平替（{undo} 復原）", "swapped ({undo} undoes)")
}

/// Something stands in the place of another thing now.
pub fn exchanged(lang: Lang, title: &Clean, saving: Option<Money>) -> String {
    let saves = match saving {
        Some(saving) if saving.is_negative() => {
            let more = -saving;
            say!(lang; "，贵 ¥{more}", "，貴 ¥{more}", ", ¥{more} dearer")
        }
        Some(saving) => say!(lang; "，省 ¥{saving}", "，省 ¥{saving}", ", saves ¥{saving}"),
        None => String::new(),
    };
    say!(lang; "换成 {title}{saves}", "換成 {title}{saves}", "now {title}{saves}")
}

/// What the goods alone cost less, or more.
pub fn goods_saving(lang: Lang, saving: Money) -> String {
    if saving.is_negative() {
        let more = -saving;
        say!(lang; "只看货款贵 ¥{more}", "只看貨款貴 ¥{more}", "goods alone ¥{more} dearer")
    } else {
        say!(lang; "只看货款省 ¥{saving}", "只看貨款省 ¥{saving}", "goods alone save ¥{saving}")
    }
}
