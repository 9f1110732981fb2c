//! Words of the fix: why a quantity changes, what a plan costs, what it leaves.

use crate::domain::fix::Reason;
use crate::i18n::Lang;
use crate::i18n::messages::say;

/// Why a quantity changes.
pub fn reason(lang: Lang, reason: Reason) -> &'static str {
    let [zh, tw, en] = match reason {
        Reason::Moq => ["到起批量", "到起批量", "minimum"],
        Reason::Lot => ["凑整批", "湊整批", "whole lot"],
        Reason::Mix => ["凑混批", "湊混批", "mix rule"],
        Reason::Cheaper => ["多买更省", "多買更省", "costs less"],
        Reason::Freight => ["凑包邮", "湊免運", "free freight"],
        Reason::Merge => ["合并同款", "合併同款", "one line"],
    };
    match lang {
        Lang::ZhCn => zh,
        Lang::ZhTw => tw,
        Lang::En => en,
    }
}

/// How many changes a plan has.
pub fn changes(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 change".to_owned(),
        _ => say!(lang; "{count} 处改动", "{count} 處改動", "{count} changes"),
    }
}

/// What it costs more, or saves; both sums without their sign.
pub fn extra(lang: Lang, saves: bool, sum: &str) -> String {
    if saves {
        say!(lang; "省 ¥{sum}", "省 ¥{sum}", "saves ¥{sum}")
    } else {
        say!(lang; "多 ¥{sum}", "多 ¥{sum}", "¥{sum} more")
    }
}

/// The other plan beside the one in view, and by which key.
pub fn without_new(lang: Lang, extra: &str, dearer: &str, key: &str) -> String {
    say!(lang; "不加新商品：{extra}，比这样贵 ¥{dearer}（{key} 看）", "不加新商品：{extra}，比這樣貴 ¥{dearer}（{key} 看）", "without new goods: {extra}, ¥{dearer} dearer than this ({key} shows it)")
}

/// The cheapest plan, while the one without new goods is in view.
pub fn with_new(lang: Lang, extra: &str, cheaper: &str, key: &str) -> String {
    say!(lang; "现在看的是不加新商品；加新商品：{extra}，便宜 ¥{cheaper}（{key} 看）", "現在看的是不加新商品；加新商品：{extra}，便宜 ¥{cheaper}（{key} 看）", "this is without new goods; with them: {extra}, ¥{cheaper} cheaper ({key} shows it)")
}

/// The one without new goods does not mend everything.
pub fn without_new_leaves(lang: Lang, count: usize, key: &str) -> String {
    say!(lang; "不加新商品修不全，还剩 {count} 处（{key} 看）", "不加新商品修不全，還剩 {count} 處（{key} 看）", "without new goods {count} would stay broken ({key} shows it)")
}

/// Heading of what stays broken.
pub fn no_fix(lang: Lang, count: usize) -> String {
    say!(lang; "修不了，要自己处理 ({count})", "修不了，要自己處理 ({count})", "not mended, yours to decide ({count})")
}

/// After it was done.
pub fn fixed(lang: Lang, count: usize, undo: &str) -> String {
    let all = changes(lang, count);
    if undo.is_empty() {
        return say!(lang; "已修正：{all}", "已修正：{all}", "fixed: {all}");
    }
    say!(lang; "已修正：{all}（{undo} 撤销）", "已修正：{all}（{undo} 復原）", "fixed: {all} ({undo} undoes)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words_in_every_language() {
        let all = [Reason::Moq, Reason::Lot, Reason::Mix, Reason::Cheaper, Reason::Freight, Reason::Merge];
        for lang in Lang::ALL {
            let said: std::collections::BTreeSet<&str> = all.iter().map(|of| reason(lang, *of)).collect();
            assert_eq!(said.len(), all.len());
        }
    }
}
