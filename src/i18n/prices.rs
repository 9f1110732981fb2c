//! Sentences of saved searches, price history, watches and packs.

use crate::domain::watch::{Crossed, WatchNews};
use crate::i18n::Lang;
use crate::i18n::messages::say;

/// A watch that rang.
pub fn rang(lang: Lang, news: &WatchNews) -> String {
    let title = match (&news.title, &news.title_en) {
        (_, Some(english)) if !lang.is_chinese() && !english.is_empty() => english.to_string(),
        (Some(title), _) => title.to_string(),
        (None, _) => news.offer_id.to_string(),
    };
    let line = news.line.map_or_else(|| "?".to_owned(), |line| line.to_string());
    let was = news.was.map_or_else(|| "?".to_owned(), |was| was.to_string());
    let (price, quantity) = (news.price, news.quantity);
    match news.crossed {
        Crossed::Below => {
            say!(lang; "降到 {line} 以下：{title} {was} -> {price} @{quantity}", "降到 {line} 以下：{title} {was} -> {price} @{quantity}", "below {line}: {title} {was} -> {price} @{quantity}")
        }
        Crossed::Rise => {
            say!(lang; "涨过 {line}：{title} {was} -> {price} @{quantity}", "漲過 {line}：{title} {was} -> {price} @{quantity}", "above {line}: {title} {was} -> {price} @{quantity}")
        }
    }
}

/// Several watches rang; the first of them is told in full.
pub fn rang_all(lang: Lang, news: &[WatchNews]) -> Option<String> {
    let first = rang(lang, news.first()?);
    let more = news.len() - 1;
    Some(match more {
        0 => first,
        _ => {
            say!(lang; "{first}（另有 {more} 个盯价到了）", "{first}（另有 {more} 個盯價到了）", "{first} (and {more} more)")
        }
    })
}

/// The lowest price of so many days; of less than one, of all that is known.
pub fn lowest_in(lang: Lang, days: i64) -> String {
    if days == 0 {
        return say!(lang; "见过的最低价", "見過的最低價", "lowest seen");
    }
    say!(lang; "近 {days} 天最低", "近 {days} 天最低", "lowest in {days} days")
}

/// The lowest of so many days, where it is not the price of now.
pub fn lowest_was(lang: Lang, days: i64, lowest: &str) -> String {
    if days == 0 {
        return say!(lang; "见过最低 {lowest}", "見過最低 {lowest}", "lowest seen {lowest}");
    }
    say!(lang; "近 {days} 天最低 {lowest}", "近 {days} 天最低 {lowest}", "{days}-day low {lowest}")
}

/// What the label claims and what our own readings say; percent, positive = cheaper. A label that claims nothing is not
/// spoken of.
pub fn discounts(lang: Lang, label: rust_decimal::Decimal, own: rust_decimal::Decimal) -> String {
    let (silent, label, own) = (label.is_zero(), signed_percent(label), signed_percent(own));
    if silent {
        return say!(lang; "比平时 {own}", "比平時 {own}", "{own} against its usual");
    }
    say!(lang; "标价说 {label}，实测 {own}", "標價說 {label}，實測 {own}", "label {label}, really {own}")
}

/// A discount or rise, percent, with its sign: -30 %.
fn signed_percent(discount: rust_decimal::Decimal) -> String {
    let change = -discount;
    let sign = if change > rust_decimal::Decimal::ZERO { "+" } else { "" };
    format!("{sign}{} %", change.normalize())
}

/// A saved search was kept.
pub fn saved(lang: Lang, name: &str) -> String {
    say!(lang; "已存为“{name}”", "已存為「{name}」", "saved as {name}")
}

/// A saved search is on the screen.
pub fn loaded(lang: Lang, name: &str) -> String {
    say!(lang; "搜索“{name}”", "搜尋「{name}」", "search {name}")
}

/// A saved search that was deleted is there again.
pub fn restored(lang: Lang, name: &str) -> String {
    say!(lang; "已恢复“{name}”", "已復原「{name}」", "{name} is back")
}

/// A saved search was deleted; the key brings it back.
pub fn forgotten(lang: Lang, name: &str, key: &str) -> String {
    say!(lang; "已删除“{name}”，{key} 恢复", "已刪除「{name}」，{key} 復原", "{name} deleted, {key} brings it back")
}

/// The price lies beyond the line of a watch from the beginning.
pub fn beyond_already(lang: Lang) -> String {
    say!(lang; "现在就已越线：退回去再越线时提醒", "現在就已越線：退回去再越線時提醒", "it is beyond that line already: you are told when it crosses it again")
}

/// A watch was set.
pub fn watching(lang: Lang, title: &str, line: &str, quantity: &str) -> String {
    say!(lang; "{title} 低于 {line} 时提醒（{quantity} 件价）", "{title} 低於 {line} 時提醒（{quantity} 件價）", "you are told when {title} costs less than {line} at {quantity}")
}

/// Below which price the buyer is told, as it stands beside the offer.
pub fn watched(lang: Lang, line: &str) -> String {
    say!(lang; "低于 {line} 时提醒", "低於 {line} 時提醒", "told below {line}")
}

/// A watch was ended.
pub fn unwatched(lang: Lang) -> String {
    say!(lang; "不再提醒这个价格", "不再提醒這個價格", "that price is watched no more")
}

/// The name of a search is that of another.
pub fn name_taken(lang: Lang, name: &str) -> String {
    say!(lang; "“{name}”已有：再按 Enter 就替换，或换个名字", "「{name}」已有：再按 Enter 就取代，或換個名字", "{name} is there already: Enter again replaces it, or take another name")
}

/// How many hits are new, gone and re-priced since a look.
pub fn changes(lang: Lang, new: usize, gone: usize, repriced: usize) -> String {
    say!(lang; "新增 {new}  下架或不再符合 {gone}  改价 {repriced}", "新增 {new}  下架或不再符合 {gone}  改價 {repriced}", "{new} new  {gone} gone  {repriced} re-priced")
}

/// The first look at a search: there is nothing to compare with.
pub fn first_look(lang: Lang, hits: usize) -> String {
    say!(lang; "第一次看：记下 {hits} 个结果，下次列出变化", "第一次看：記下 {hits} 個結果，下次列出變化", "first look: {hits} hits are remembered, the next one lists what changed")
}
