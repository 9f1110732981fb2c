//! Sentences of the compare and cart panes and of the confirm layer: break-even, next tiers, loads, what changed.
//! They take clean text and figures already written, and give text that is safe to show.

use crate::i18n::Lang;
use crate::i18n::messages::say;

/// Not orderable at Q, but from more on.
pub fn not_under(lang: Lang, least: &str) -> String {
    say!(lang; "{least} 起批", "{least} 起批", "not under {least}")
}

/// Not orderable at Q, but less is.
pub fn only_up_to(lang: Lang, most: &str) -> String {
    say!(lang; "最近可买 {most}", "最近可買 {most}", "nearest is {most}")
}

/// Quantities at which an offer costs more than its next step.
pub fn dearer_at(lang: Lang, letter: char, ranges: &str) -> String {
    say!(lang; "{letter} 买 {ranges} 比多买到下一档还贵", "{letter} 買 {ranges} 比多買到下一檔還貴", "{letter} is dearer than its next step at {ranges}")
}

/// `300 on`.
pub fn from_on(lang: Lang, from: &str) -> String {
    say!(lang; "{from} 起", "{from} 起", "from {from} on")
}

/// `up to 299`.
pub fn up_to(lang: Lang, to: &str) -> String {
    say!(lang; "{to} 以内", "{to} 以內", "up to {to}")
}

/// Who is the cheapest where, in one sentence; `runs` are joined by [`joined`].
pub fn leads(lang: Lang, runs: &str) -> String {
    say!(lang; "最省：{runs}", "最省：{runs}", "cheapest: {runs}")
}

/// Parts of a list in one sentence.
pub fn joined(lang: Lang, parts: &[String]) -> String {
    parts.join(if lang.is_chinese() { "，" } else { ", " })
}

/// One run of it.
pub fn lead(lang: Lang, letter: char, range: &str) -> String {
    say!(lang; "{range} {letter}", "{range} {letter}", "{letter} {range}")
}

/// Runs that are not told here.
pub fn more_runs(lang: Lang, count: usize, key: &str) -> String {
    say!(lang; "另有 {count} 段（按 {key}）", "另有 {count} 段（按 {key}）", "{count} more ({key} shows all)")
}

/// Whose freight is unknown, and what that means.
pub fn dark_freight(lang: Lang, letters: &str) -> String {
    say!(lang; "{letters} 运费未知，只比货款", "{letters} 運費未知，只比貨款", "freight of {letters} unknown: goods only are compared")
}

/// What holds at whole lots of everybody only.
pub fn in_steps(lang: Lang, step: &str, runs: &str) -> String {
    say!(lang; "都按整批（{step} 的倍数）最省：{runs}", "都按整批（{step} 的倍數）最省：{runs}", "cheapest in whole lots of all (multiples of {step}): {runs}")
}

/// Heads a table of that.
pub fn at_lots(lang: Lang, step: &str) -> String {
    say!(lang; "都按整批：{step} 的倍数", "都按整批：{step} 的倍數", "in whole lots of all: multiples of {step}")
}

/// Whose price is there to lure.
pub fn bait_left_out(lang: Lang, letters: &str) -> String {
    say!(lang; "{letters} 是引流价，不参与比较", "{letters} 是引流價，不參與比較", "{letters} is a bait price and left out here")
}

/// The lead changes too often to be told.
pub fn too_close(lang: Lang, from: &str) -> String {
    say!(lang; "{from} 起几乎一样，不再细分", "{from} 起幾乎一樣，不再細分", "from {from} on they are too close to tell apart")
}

/// Offers in other units.
pub fn other_units(lang: Lang, letters: &str, unit: &str) -> String {
    say!(lang; "{letters} 不按 {unit} 卖，单位不同不比较；选中它看它的曲线", "{letters} 不按 {unit} 賣，單位不同不比較；選中它看它的曲線", "{letters} not sold by {unit}: unlike units are never compared; select one for its curve")
}

/// Who cannot be had at any quantity.
pub fn never(lang: Lang, letters: &str) -> String {
    say!(lang; "{letters} 现在买不到", "{letters} 現在買不到", "{letters} cannot be had at any quantity")
}

/// The next tier, and what each of the missing units costs in effect.
pub fn next_tier(lang: Lang, more: &str, each: &str, at: &str, price: &str) -> String {
    say!(lang; "再买 {more}，每件 {each}（{at} 起 {price}）", "再買 {more}，每件 {each}（{at} 起 {price}）", "{more} more cost {each} each ({at} at {price})")
}

/// Lines that do not tell a figure.
pub fn silent_lines(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::En, 1) => "(1 line ?)".to_owned(),
        _ => say!(lang; "（{count} 行未知）", "（{count} 行未知）", "({count} lines ?)"),
    }
}

/// Cartons.
pub fn cartons(lang: Lang, count: u64, shown: &str) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 carton".to_owned(),
        _ => say!(lang; "{shown} 箱", "{shown} 箱", "{shown} cartons"),
    }
}

/// How many lines.
pub fn lines(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 line".to_owned(),
        _ => say!(lang; "{count} 行", "{count} 行", "{count} lines"),
    }
}

/// What changed on a line.
pub fn line_changed(lang: Lang, line: &str, change: &str) -> String {
    say!(lang; "第 {line} 行 {change}", "第 {line} 行 {change}", "line {line} {change}")
}

/// A changed price of one unit.
pub fn price_changed(lang: Lang, old: &str, new: &str, arrow: &str) -> String {
    say!(lang; "单价 {old} {arrow} {new}", "單價 {old} {arrow} {new}", "price {old} {arrow} {new}")
}

/// A changed amount.
pub fn amount_changed(lang: Lang, old: &str, new: &str, arrow: &str) -> String {
    say!(lang; "金额 {old} {arrow} {new}", "金額 {old} {arrow} {new}", "amount {old} {arrow} {new}")
}

/// What the buyer was shown before against what the market says now.
pub fn since_last(lang: Lang, what: &str) -> String {
    say!(lang; "与上次所见不同：{what}", "與上次所見不同：{what}", "since the last preview: {what}")
}

/// Which of the account's addresses.
pub fn one_of(lang: Lang, at: usize, all: usize) -> String {
    say!(lang; "（第 {at} 个，共 {all} 个）", "（第 {at} 個，共 {all} 個）", "({at} of {all})")
}

/// How many orders, and their sum.
pub fn orders_sum(lang: Lang, orders: usize, total: &str) -> String {
    match (lang, orders) {
        (Lang::En, 1) => format!("1 order, {total}"),
        _ => say!(lang; "{orders} 个订单，{total}", "{orders} 個訂單，{total}", "{orders} orders, {total}"),
    }
}

/// Nothing is paid by sending.
pub fn payable_now(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "现在付 ¥0.00（之后去收银台付款）",
        Lang::ZhTw => "現在付 ¥0.00（之後去收銀台付款）",
        Lang::En => "payable now ¥0.00 (you pay later at the cashier)",
    }
}

/// The time of the market's figures.
pub fn asked_at(lang: Lang, clock: &str) -> String {
    say!(lang; "{clock} 询价", "{clock} 詢價", "previewed {clock}")
}
