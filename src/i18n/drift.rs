//! What changed since it was bought, in words.

use crate::domain::drift::{DriftRow, Field, Sheet, Value};
use crate::domain::freight::Freight;
use crate::domain::money::Money;
use crate::i18n::Lang;
use crate::i18n::messages::say;

/// Fixed words of the sheet.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Words {
    pub biggest_first: &'static str,
    pub waiting_first: &'static str,
    pub reading: &'static str,
    pub nothing: &'static str,
    pub col_old: &'static str,
    pub col_new: &'static str,
    pub col_what: &'static str,
    pub col_choice: &'static str,
    pub choice_take: &'static str,
    pub choice_drop: &'static str,
    pub choice_keep: &'static str,
    pub choice_later: &'static str,
    pub choice_swap: &'static str,
    pub choice_open: &'static str,
}

static WORDS: [Words; 3] = [
    Words {
        biggest_first: "金额大的在前",
        waiting_first: "等你处理的在前",
        reading: "正在和今天的报价比对…",
        nothing: "一切照旧：每一行今天都买得到，价格没变",
        col_old: "原来",
        col_new: "现在",
        col_what: "变化",
        col_choice: "处理",
        choice_take: "按今天",
        choice_drop: "不要",
        choice_keep: "照旧",
        choice_later: "待换",
        choice_swap: "换平替",
        choice_open: "待定",
    },
    Words {
        biggest_first: "金額大的在前",
        waiting_first: "等你處理的在前",
        reading: "正在和今天的報價比對…",
        nothing: "一切照舊：每一行今天都買得到，價格沒變",
        col_old: "原來",
        col_new: "現在",
        col_what: "變化",
        col_choice: "處理",
        choice_take: "照今天",
        choice_drop: "不要",
        choice_keep: "照舊",
        choice_later: "待換",
        choice_swap: "換平替",
        choice_open: "待定",
    },
    Words {
        biggest_first: "the largest first",
        waiting_first: "what waits for you first",
        reading: "comparing with today's offers...",
        nothing: "nothing changed: every line can be had at the same price",
        col_old: "old",
        col_new: "new",
        col_what: "what",
        col_choice: "choice",
        choice_take: "today",
        choice_drop: "left out",
        choice_keep: "as it was",
        choice_later: "swap later",
        choice_swap: "swapped",
        choice_open: "decide",
    },
];

/// The fixed words of a language.
pub fn words(lang: Lang) -> &'static Words {
    let [zh, tw, en] = &WORDS;
    match lang {
        Lang::ZhCn => zh,
        Lang::ZhTw => tw,
        Lang::En => en,
    }
}

/// What changed.
pub fn field(lang: Lang, field: Field) -> &'static str {
    let words = match field {
        Field::Gone => ["下架", "下架", "gone"],
        Field::Spec => ["规格没了", "規格沒了", "SKU gone"],
        Field::Unit => ["单位", "單位", "unit"],
        Field::Seller => ["卖家", "賣家", "seller"],
        Field::Price => ["单价", "單價", "price"],
        Field::Tier => ["阶梯价", "階梯價", "tiers"],
        Field::Moq => ["起批量", "起批量", "MOQ"],
        Field::Lot => ["倍数", "倍數", "lot"],
        Field::Limit => ["限购", "限購", "limit"],
        Field::Stock => ["库存", "庫存", "stock"],
        Field::Mix => ["混批", "混批", "mix rule"],
        Field::Freight => ["运费", "運費", "freight"],
    };
    of(lang, words)
}

fn of(lang: Lang, words: [&'static str; 3]) -> &'static str {
    let [zh, tw, en] = words;
    match lang {
        Lang::ZhCn => zh,
        Lang::ZhTw => tw,
        Lang::En => en,
    }
}

/// One end of a change; `?` = not known, `-` = there is none.
pub fn end(lang: Lang, row: &DriftRow, value: Option<&Value>) -> String {
    match value {
        Some(Value::OnSale) => of(lang, ["在售", "在售", "on sale"]).to_owned(),
        Some(Value::Gone) => of(lang, ["下架", "下架", "gone"]).to_owned(),
        Some(Value::Mix(None)) => of(lang, ["无", "無", "none"]).to_owned(),
        Some(Value::Freight(Freight::Unknown)) => "?".to_owned(),
        Some(value) => value.to_string(),
        None if row.field == Field::Spec && row.new.is_none() && row.old.is_some() => "-".to_owned(),
        None => "?".to_owned(),
    }
}

/// How many lines, how many of them changed, and what it costs then and now.
pub fn summary(lang: Lang, sheet: &Sheet, after: Money) -> String {
    let (lines, changed) = (sheet.lines.len(), changed(sheet));
    let before = sheet.bought;
    let percent = percent(before, after);
    say!(lang;
        "{lines} 行，{changed} 行有变化   ¥{before} -> ¥{after}{percent}",
        "{lines} 行，{changed} 行有變化   ¥{before} -> ¥{after}{percent}",
        "{lines} lines, {changed} changed   ¥{before} -> ¥{after}{percent}")
}

/// By how many percent the second differs from the first, with its sign; nothing where it does not, or the first is
/// none.
pub fn percent(before: Money, after: Money) -> String {
    if before == after {
        return String::new();
    }
    let share = ((after - before).yuan() * rust_decimal::Decimal::ONE_HUNDRED).checked_div(before.yuan());
    share.map_or_else(String::new, |share| format!(" ({:+.2} %)", share.round_dp(2)))
}

/// How many lines wait for a word of the buyer.
pub fn undecided(lang: Lang, count: usize, within: &str, all: &str) -> String {
    say!(lang;
        "还有 {count} 行没定：{within} 接受限度内的，{all} 全部按今天的来",
        "還有 {count} 行沒定：{within} 接受限度內的，{all} 全部按今天的來",
        "{count} lines to decide: {within} takes those within the limit, {all} all as of today")
}

/// How many lines were taken because they are within the limit, and how many are left.
pub fn accepted(lang: Lang, taken: usize, left: usize) -> String {
    say!(lang;
        "接受了 {taken} 行，还剩 {left} 行要定",
        "接受了 {taken} 行，還剩 {left} 行要定",
        "{taken} lines taken, {left} left to decide")
}

/// How many lines of how many suppliers, and how many of them changed.
pub fn counts(lang: Lang, sheet: &Sheet, suppliers: usize) -> String {
    let (lines, changed) = (sheet.lines.len(), changed(sheet));
    say!(lang;
        "{lines} 行 · {suppliers} 家 · {changed} 行有变化",
        "{lines} 行 · {suppliers} 家 · {changed} 行有變化",
        "{lines} lines, {suppliers} suppliers, {changed} changed")
}

/// How many lines changed.
fn changed(sheet: &Sheet) -> usize {
    let mut changed: Vec<usize> = sheet.rows.iter().flat_map(|row| row.lines.iter().copied()).collect();
    changed.sort_unstable();
    changed.dedup();
    changed.len()
}

/// How many lines wait for a word, in the sheet's summary.
pub fn open(lang: Lang, count: usize) -> String {
    say!(lang; "{count} 行待定", "{count} 行待定", "{count} to decide")
}

/// What the sheet's title says.
pub fn title(lang: Lang, day: &str) -> String {
    say!(lang; "再来一单：{day}", "再來一單：{day}", "reorder of {day}")
}

/// How far a price went up or down.
pub fn rise(percent: rust_decimal::Decimal) -> String {
    format!("{:+.1} %", percent.round_dp(1))
}

/// That it is more than the buyer takes without a word.
pub fn over(lang: Lang, limit: rust_decimal::Decimal) -> String {
    say!(lang; "超过 {limit} %", "超過 {limit} %", "over {limit} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_carry_their_sign() {
        let yuan = |text: &str| text.parse::<Money>().unwrap();
        assert_eq!(percent(yuan("41204.50"), yuan("41377.90")), " (+0.42 %)");
        assert_eq!(percent(yuan("100"), yuan("99")), " (-1.00 %)");
        assert_eq!(percent(Money::ZERO, yuan("99")), "");
        assert_eq!(rise("3.0612".parse().unwrap()), "+3.1 %");
    }
}
