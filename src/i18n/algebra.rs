//! Words of changing quantities: what a change would make of the cart, and why one cannot be.

use crate::domain::algebra::BadExpr;
use crate::i18n::Lang;
pub use crate::i18n::buying::lines;
use crate::i18n::messages::say;

/// Why what was typed is no change of a quantity.
pub fn bad(lang: Lang, bad: &BadExpr) -> String {
    match bad {
        BadExpr::Empty => {
            say!(lang; "请输入数量或算式", "請輸入數量或算式", "a quantity or a change is missing")
        }
        BadExpr::Unfinished(sign) => {
            say!(lang; "{sign} 后面还要一个数", "{sign} 後面還要一個數", "a number is missing after {sign}")
        }
        BadExpr::Unknown(what) => {
            say!(lang; "看不懂“{what}”", "看不懂「{what}」", "\"{what}\" is not understood")
        }
        BadExpr::Number(what) => {
            say!(lang; "{what} 不能用：数量最多三位小数、12 位整数", "{what} 不能用：數量最多三位小數、12 位整數", "{what} cannot be used: at most three decimals and 12 digits")
        }
        BadExpr::NotFirst(what) => {
            say!(lang; "{what} 要写在最前面（加减写 +{what}）", "{what} 要寫在最前面（加減寫 +{what}）", "{what} has to stand first (to add it, write +{what})")
        }
    }
}

/// It would be zero or less.
pub fn not_above(lang: Lang, value: &str) -> String {
    say!(lang; "得 {value}，数量要大于 0", "得 {value}，數量要大於 0", "gives {value}: a quantity is above 0")
}

/// It would be more than anybody orders.
pub fn too_much(lang: Lang) -> String {
    say!(lang; "超过 99,999,999，没有这么大的订单", "超過 99,999,999，沒有這麼大的訂單", "more than 99,999,999: no order is that large")
}

/// Part of what is counted.
pub fn fraction(lang: Lang, value: &str, unit: &str) -> String {
    say!(lang; "{value} {unit}：不能买零头", "{value} {unit}：不能買零頭", "{value} {unit}: not sold in parts")
}

/// Some lines cannot have it, so none is changed; the first of them by its number, and why.
pub fn refused(lang: Lang, count: usize, number: usize, why: &str) -> String {
    match (lang, count) {
        (Lang::En, 1) => format!("nothing changed: line {number} {why}"),
        _ => {
            say!(lang; "都没改：有 {count} 行不行，如第 {number} 行 {why}", "都沒改：有 {count} 行不行，如第 {number} 行 {why}", "nothing changed: {count} lines cannot, line {number} {why}")
        }
    }
}

/// A range is being chosen.
pub fn chosen(lang: Lang, count: usize, goods: &str) -> String {
    let lines = lines(lang, count);
    say!(lang; "选中 {lines}，货款 {goods}", "選中 {lines}，貨款 {goods}", "{lines} chosen, goods {goods}")
}

/// Only some lines are shown.
pub fn narrowed(lang: Lang, shown: usize, all: usize, problems: bool, words: &str) -> String {
    let mut by = Vec::new();
    if problems {
        by.push(say!(lang; "有问题的", "有問題的", "with problems"));
    }
    if !words.trim().is_empty() {
        let words = words.trim();
        by.push(say!(lang; "“{words}”", "「{words}」", "\"{words}\""));
    }
    let by = by.join(" ");
    say!(lang; "只看 {by}：{shown}/{all} 行", "只看 {by}：{shown}/{all} 行", "only {by}: {shown} of {all} lines")
}

/// After a change of several lines.
pub fn changed(lang: Lang, count: usize, undo: &str) -> String {
    let lines = lines(lang, count);
    if undo.is_empty() {
        return say!(lang; "已改 {lines}", "已改 {lines}", "{lines} changed");
    }
    say!(lang; "已改 {lines}（{undo} 撤销）", "已改 {lines}（{undo} 復原）", "{lines} changed ({undo} undoes)")
}

/// After several lines were taken out.
pub fn removed(lang: Lang, count: usize, undo: &str) -> String {
    let lines = lines(lang, count);
    say!(lang; "已移除 {lines}（{undo} 撤销）", "已移除 {lines}（{undo} 復原）", "{lines} removed ({undo} undoes)")
}

/// Of the typed change: so many lines would change, some have no tier above.
pub fn preview_lines(lang: Lang, count: usize, of: usize) -> String {
    if count == of {
        return lines(lang, of);
    }
    say!(lang; "{of} 行中改 {count} 行", "{of} 行中改 {count} 行", "{count} of {of} lines change")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_said_in_the_singular_too() {
        assert_eq!(changed(Lang::En, 1, "u"), "1 line changed (u undoes)");
        assert_eq!(changed(Lang::ZhCn, 50, "u"), "已改 50 行（u 撤销）");
        assert_eq!(narrowed(Lang::En, 3, 50, true, " 304 "), "only with problems \"304\": 3 of 50 lines");
    }
}
