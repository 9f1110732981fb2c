//! Sentences with numbers in them. They take values of the domain and give text that is safe to show.

use crate::domain::cart::{Measure, Violation, ViolationKind};
use crate::domain::fx::Fx;
use crate::domain::money::Money;
use crate::i18n::Lang;

/// `30 件 or ¥300.00`: the parts of a measure that are known, joined by the language's "or".
pub fn measure(lang: Lang, measure: &Measure, unit: &str) -> String {
    let pieces = measure.pieces.map(|pieces| with_unit(&pieces.to_string(), unit));
    let amount = measure.amount.map(|amount| format!("¥{amount}"));
    match (pieces, amount) {
        (Some(pieces), Some(amount)) => format!("{pieces}{}{amount}", lang.text().or),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "?".to_owned(),
    }
}

/// `12 件`; without a unit just the number.
pub fn with_unit(number: &str, unit: &str) -> String {
    if unit.is_empty() { number.to_owned() } else { format!("{number} {unit}") }
}

/// What is wrong and how much is missing, in one sentence.
///
/// `title` (of the offer, when the sentence stands alone) is put in front; `unit` is the offer's, empty
/// when unknown. Both must be clean text.
pub fn violation_message(lang: Lang, violation: &Violation, title: Option<&str>, unit: &str) -> String {
    let measured = violation.kind < ViolationKind::NoAddress && violation.kind > ViolationKind::PriceZero
        || violation.kind == ViolationKind::LineCap;
    if measured && violation.required == Measure::default() {
        // The market's word, and it tells no figures.
        let rule = super::objections::rule(lang, violation.kind);
        return match title {
            Some(title) if lang.is_chinese() => format!("{title}：{rule}"),
            Some(title) => format!("{title}: {rule}"),
            None => rule.to_owned(),
        };
    }
    let required = measure(lang, &violation.required, unit);
    let actual = measure(lang, &violation.actual, unit);
    let shortfall = measure(lang, &violation.shortfall, unit);
    let sentence = match (lang, violation.kind) {
        (Lang::ZhCn, ViolationKind::Moq) => format!("起批量 {required}，还差 {shortfall}"),
        (Lang::ZhTw, ViolationKind::Moq) => format!("起批量 {required}，還差 {shortfall}"),
        (Lang::En, ViolationKind::Moq) => format!("minimum {required}, {shortfall} short"),

        (Lang::ZhCn, ViolationKind::Lot) => format!("{actual} 不成整批，凑到 {required} 还差 {shortfall}"),
        (Lang::ZhTw, ViolationKind::Lot) => format!("{actual} 不成整批，湊到 {required} 還差 {shortfall}"),
        (Lang::En, ViolationKind::Lot) => {
            format!("{actual} is not a whole lot, {shortfall} more make {required}")
        }

        (Lang::ZhCn, ViolationKind::Stock) => format!("库存 {required}，超出 {shortfall}"),
        (Lang::ZhTw, ViolationKind::Stock) => format!("庫存 {required}，超出 {shortfall}"),
        (Lang::En, ViolationKind::Stock) => format!("{required} in stock, {shortfall} too many"),

        (Lang::ZhCn, ViolationKind::PurchaseLimit) => format!("限购 {required}，超出 {shortfall}"),
        (Lang::ZhTw, ViolationKind::PurchaseLimit) => format!("限購 {required}，超出 {shortfall}"),
        (Lang::En, ViolationKind::PurchaseLimit) => format!("limit {required}, {shortfall} too many"),

        (Lang::ZhCn, ViolationKind::Mix) => format!("混批要求 {required}，还差 {shortfall}"),
        (Lang::ZhTw, ViolationKind::Mix) => format!("混批要求 {required}，還差 {shortfall}"),
        (Lang::En, ViolationKind::Mix) => format!("mixed minimum {required}, {shortfall} short"),

        (Lang::ZhCn, ViolationKind::LineCap) => {
            let [required, shortfall] = lines([&violation.required, &violation.shortfall]);
            format!("一单最多 {required} 行，超出 {shortfall} 行")
        }
        (Lang::ZhTw, ViolationKind::LineCap) => {
            let [required, shortfall] = lines([&violation.required, &violation.shortfall]);
            format!("一單最多 {required} 項，超出 {shortfall} 項")
        }
        (Lang::En, ViolationKind::LineCap) => {
            let [required, shortfall] = lines([&violation.required, &violation.shortfall]);
            format!("one order takes {required} lines, {shortfall} too many")
        }

        (Lang::ZhCn, ViolationKind::UnknownSpec) => "未选规格，或该规格已不存在".to_owned(),
        (Lang::ZhTw, ViolationKind::UnknownSpec) => "未選規格，或該規格已不存在".to_owned(),
        (Lang::En, ViolationKind::UnknownSpec) => "no SKU chosen, or it is no longer there".to_owned(),

        (Lang::ZhCn, ViolationKind::Gone) => "已下架，或不是市场上的商品".to_owned(),
        (Lang::ZhTw, ViolationKind::Gone) => "已下架，或不是市場上的商品".to_owned(),
        (Lang::En, ViolationKind::Gone) => "no longer on sale, or not an offer of this market".to_owned(),

        (Lang::ZhCn, ViolationKind::PriceZero) => "价格未知或为零，市场会拒单".to_owned(),
        (Lang::ZhTw, ViolationKind::PriceZero) => "價格未知或為零，市場會拒單".to_owned(),
        (Lang::En, ViolationKind::PriceZero) => {
            "price unknown or zero: the market would refuse it".to_owned()
        }

        (Lang::ZhCn, ViolationKind::NoAddress) => {
            "没有收货地址：先同步，再用 pifa address use 选择".to_owned()
        }
        (Lang::ZhTw, ViolationKind::NoAddress) => {
            "沒有收貨地址：先同步，再用 pifa address use 選擇".to_owned()
        }
        (Lang::En, ViolationKind::NoAddress) => {
            "no delivery address: run pifa sync, then pifa address use ID".to_owned()
        }

        (Lang::ZhCn, ViolationKind::NoTradeType) => "市场不提供接口下单".to_owned(),
        (Lang::ZhTw, ViolationKind::NoTradeType) => "市場不提供介面下單".to_owned(),
        (Lang::En, ViolationKind::NoTradeType) => {
            "the market takes no order for it through its API".to_owned()
        }
    };
    match title {
        Some(title) if lang.is_chinese() => format!("{title}：{sentence}"),
        Some(title) => format!("{title}: {sentence}"),
        None => sentence,
    }
}

/// Counts of lines carry no unit.
fn lines<const N: usize>(measures: [&Measure; N]) -> [String; N] {
    measures.map(|measure| measure.pieces.map_or_else(|| "?".to_owned(), |pieces| pieces.to_string()))
}

/// The sentence of each language, in the order of [`Lang::ALL`]; all three are written at the place of use.
macro_rules! say {
    ($lang:expr; $zh:literal, $tw:literal, $en:literal) => {
        match $lang {
            Lang::ZhCn => format!($zh),
            Lang::ZhTw => format!($tw),
            Lang::En => format!($en),
        }
    };
}
pub(super) use say;

mod offers;
mod salvage;
mod suppliers;
mod sync;
pub use offers::*;
pub use salvage::*;
pub use suppliers::*;
pub use sync::*;

/// `218 of 20,000 cached`.
pub fn hits(lang: Lang, total: u64, counted: bool, cached: u64) -> String {
    let [total, cached] = [total, cached].map(grouped);
    let more = if counted { "" } else { "+" };
    say!(lang; "{total}{more} 条，本地共 {cached}", "{total}{more} 筆，本機共 {cached}", "{total}{more} of {cached} cached")
}

/// How far a sync is.
pub fn preparing(lang: Lang, done: u64, total: Option<u64>) -> String {
    let done = grouped(done);
    match total.map(grouped) {
        Some(total) => {
            say!(lang; "准备货品 {done}/{total}", "準備貨品 {done}/{total}", "preparing {done} of {total}")
        }
        None => say!(lang; "准备货品 {done}", "準備貨品 {done}", "preparing {done}"),
    }
}

/// A sync ended.
pub fn synced(lang: Lang, fetched: u64) -> String {
    let fetched = grouped(fetched);
    say!(lang; "同步完成，读取 {fetched} 条", "同步完成，讀取 {fetched} 筆", "synced: {fetched} rows read")
}

/// What has not left yet.
pub fn unsent(lang: Lang, count: u64) -> String {
    say!(lang; "{count} 未发", "{count} 未發", "{count} unsent")
}

/// The least size of the screen.
pub fn too_small(lang: Lang, width: u16, height: u16) -> String {
    say!(lang; "窗口太小，至少要 {width}x{height}", "視窗太小，至少要 {width}x{height}", "too small: at least {width}x{height}")
}

/// Nothing fits a query.
pub fn nothing_found(lang: Lang, query: &str) -> String {
    say!(lang; "没有找到“{query}”", "沒有找到「{query}」", "nothing found for \"{query}\"")
}

/// Which key does what.
pub fn press(lang: Lang, key: &str, what: &str) -> String {
    say!(lang; "按 {key} {what}", "按 {key} {what}", "press {key}: {what}")
}

/// The nearest quantity that can be ordered.
pub fn nearest(lang: Lang, quantity: &str) -> String {
    say!(lang; "可买 {quantity}", "可買 {quantity}", "nearest {quantity}")
}

/// A search had no index to use.
pub fn unindexed(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => {
            "没有可用的索引，逐条查找会慢：运行 `pifa catalog rebuild-index`，或打开界面、下次同步时重建"
        }
        Lang::ZhTw => {
            "沒有可用的索引，逐條查找會慢：執行 `pifa catalog rebuild-index`，或打開介面、下次同步時重建"
        }
        Lang::En => {
            "there is no index to use, so all rows are looked through: `pifa catalog rebuild-index` makes it again, and so do the screens and the next sync"
        }
    }
}

/// A quantity that cannot be bought, and the nearest one that can.
pub fn not_at(lang: Lang, quantity: &str, nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => {
            say!(lang; "{quantity} 买不了，可买 {nearest}", "{quantity} 買不了，可買 {nearest}", "not at {quantity}, nearest {nearest}")
        }
        None => say!(lang; "{quantity} 买不了", "{quantity} 買不了", "not at {quantity}"),
    }
}

/// Quantities that cost more in total than a greater one.
pub fn dominated(lang: Lang, from: &str, to: &str, better: &str) -> String {
    if from == to {
        return say!(lang; "买 {from} 比买 {better} 还贵", "買 {from} 比買 {better} 還貴", "{from} costs more than {better}");
    }
    say!(lang; "{from}-{to} 比买 {better} 还贵", "{from}-{to} 比買 {better} 還貴", "{from}-{to} cost more than {better}")
}

/// A greater quantity costs less.
pub fn cheaper_at(lang: Lang, better: &str, saving: &str) -> String {
    say!(lang; "买 {better} 反而省 {saving}", "買 {better} 反而省 {saving}", "{better} cost {saving} less")
}

/// TrustPass years.
pub fn years(lang: Lang, years: u32) -> String {
    let years_en = if years == 1 { "year" } else { "years" };
    say!(lang; "{years} 年", "{years} 年", "{years} {years_en}")
}

/// A mix rule.
pub fn mix_rule(lang: Lang, measure: &str) -> String {
    say!(lang; "混批 {measure}", "混批 {measure}", "mix {measure}")
}

/// When it ships.
pub fn ships_in(lang: Lang, hours: u32) -> String {
    say!(lang; "{hours} 小时发货", "{hours} 小時發貨", "ships in {hours} h")
}

/// Landed cost of one unit.
pub fn each(lang: Lang, each: &str) -> String {
    say!(lang; "(每件 {each})", "(每件 {each})", "({each} each)")
}

/// Units sold in 30 days.
pub fn sold(lang: Lang, sold: &str) -> String {
    say!(lang; "月销 {sold}", "月銷 {sold}", "sold {sold} in 30 d")
}

/// Repeat rate in percent.
pub fn repeat(lang: Lang, percent: &str) -> String {
    say!(lang; "回头率 {percent}%", "回購率 {percent}%", "repeat {percent}%")
}

/// In stock.
pub fn stock(lang: Lang, stock: &str) -> String {
    say!(lang; "库存 {stock}", "庫存 {stock}", "stock {stock}")
}

/// When a row was read.
pub fn read_ago(lang: Lang, age: &str) -> String {
    say!(lang; "{age}前读取", "{age}前讀取", "read {age} ago")
}

/// How many offers are marked.
pub fn marked(lang: Lang, count: usize) -> String {
    say!(lang; "已标记 {count} 个比价", "已標記 {count} 個比價", "{count} marked to compare")
}

/// How many lines were added.
pub fn added(lang: Lang, lines: usize) -> String {
    match (lang, lines) {
        (Lang::ZhCn, 1) => "已加入采购车".to_owned(),
        (Lang::ZhTw, 1) => "已加入採購車".to_owned(),
        (Lang::En, 1) => "added to the cart".to_owned(),
        _ => say!(lang; "已加入 {lines} 行", "已加入 {lines} 項", "{lines} lines added"),
    }
}

/// How large the cart is.
pub fn cart_counts(lang: Lang, suppliers: usize, lines: usize) -> String {
    match (lang, suppliers, lines) {
        (Lang::En, 1, 1) => "1 supplier, 1 line".to_owned(),
        (Lang::En, 1, _) => format!("1 supplier, {lines} lines"),
        _ => {
            say!(lang; "{suppliers} 家供应商，{lines} 行", "{suppliers} 家供應商，{lines} 項", "{suppliers} suppliers, {lines} lines")
        }
    }
}

/// How many rules are broken.
pub fn problems(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 problem".to_owned(),
        _ => say!(lang; "{count} 个问题", "{count} 個問題", "{count} problems"),
    }
}

/// What is missing.
pub fn short(lang: Lang, measure: &str) -> String {
    say!(lang; "还差 {measure}", "還差 {measure}", "short {measure}")
}

/// What a line would need without a mix rule.
pub fn alone(lang: Lang, required: &str, short: &str) -> String {
    say!(lang; "单独起批 {required}，差 {short}，或凑够混批", "單獨起批 {required}，差 {short}，或湊夠混批", "minimum {required} alone: {short} short, or reach the mixed minimum")
}

/// What became of orders, counted.
pub fn outcome(lang: Lang, placed: usize, waiting: usize, unknown: usize, rejected: usize) -> String {
    let mut said = Vec::new();
    if placed + waiting + unknown + rejected == 0 {
        return lang.text().nothing_sent.to_owned();
    }
    if placed > 0 {
        said.push(match (lang, placed) {
            (Lang::En, 1) => "1 order placed".to_owned(),
            _ => say!(lang; "已下 {placed} 单", "已下 {placed} 單", "{placed} orders placed"),
        });
    }
    if waiting > 0 {
        said.push(say!(lang; "{waiting} 单排队", "{waiting} 單排隊", "{waiting} queued"));
    }
    if unknown > 0 {
        said.push(say!(lang; "{unknown} 单结果不明，会去查询，不会重发", "{unknown} 單結果不明，會去查詢，不會重發", "{unknown} unknown: looked up, never sent blindly"));
    }
    if rejected > 0 {
        said.push(say!(lang; "{rejected} 单被拒，已退回采购车", "{rejected} 單被拒，已退回採購車", "{rejected} rejected, back in the cart"));
    }
    said.join(if lang.is_chinese() { "，" } else { ", " })
}

/// What the picker does when nothing was typed.
pub fn pick_hint(lang: Lang, quantity: &str) -> String {
    say!(lang; "输入各规格数量；不输入则按 {quantity} 加入选中的", "輸入各規格數量；不輸入則按 {quantity} 加入選中的", "type a quantity a SKU; with none typed, {quantity} of the selected one")
}

/// What was typed in the picker so far.
pub fn picked(lang: Lang, total: &str, least: &str) -> String {
    say!(lang; "共 {total}，起批 {least}", "共 {total}，起批 {least}", "{total} in all, minimum {least}")
}

/// The price of the next step of a group.
pub fn at_step(lang: Lang, price: &str, participants: &str) -> String {
    say!(lang; "满 {participants}：{price}", "滿 {participants}：{price}", "{price} at {participants}")
}

/// What we reserved.
pub fn mine(lang: Lang, quantity: &str) -> String {
    say!(lang; "我 {quantity}", "我 {quantity}", "my {quantity}")
}

/// How much goes where, at the foot of the confirm layer.
pub fn confirm_total(lang: Lang, orders: usize, total: &str) -> String {
    match (lang, orders) {
        (Lang::En, 1) => format!("1 order, {total}   payable now ¥0.00 (you pay later at the cashier)"),
        _ => {
            say!(lang; "{orders} 个订单，{total}   现在付 ¥0.00（之后去收银台付款）", "{orders} 個訂單，{total}   現在付 ¥0.00（之後去收銀台付款）", "{orders} orders, {total}   payable now ¥0.00 (you pay later at the cashier)")
        }
    }
}

/// Lines that wait in the cart of another market.
pub fn other_market(lang: Lang, lines: u64) -> String {
    say!(lang; "这个市场的采购车是空的；另一个市场有 {lines} 行", "這個市場的採購車是空的；另一個市場有 {lines} 行", "this market's cart is empty; another market's has {lines} lines")
}

/// When the market was asked.
pub fn quoted_at(lang: Lang, clock: &str) -> String {
    say!(lang; "市场报价 {clock}", "市場報價 {clock}", "quoted by the market at {clock}")
}

/// A changed sum.
pub fn drift(lang: Lang, old: &str, new: &str, arrow: &str) -> String {
    say!(lang; "金额变动 {old} {arrow} {new}", "金額變動 {old} {arrow} {new}", "amount changed {old} {arrow} {new}")
}

// The tour: one short sentence a step, with the keys as they are bound.

/// Where a step is done, and what is done there.
pub fn tour_to(lang: Lang, keys: &str, pane: &str, said: &str) -> String {
    say!(lang; "按 {keys} 到{pane}，{said}", "按 {keys} 到{pane}，{said}", "{keys} {pane}: {said}")
}

/// Looking down the list.
pub fn tour_down(lang: Lang, keys: &str) -> String {
    say!(lang; "按 {keys} 往下看，下面是选中商品的阶梯价", "按 {keys} 往下看，下面是選取商品的階梯價", "{keys} goes down; the ladder below follows")
}

/// Marking offers to compare.
pub fn tour_mark(lang: Lang, keys: &str, marked: usize, wanted: usize) -> String {
    say!(lang; "按 {keys} 标记 {wanted} 个商品来比价（已标 {marked} 个）", "按 {keys} 標記 {wanted} 個商品來比價（已標 {marked} 個）", "{keys} marks an offer to compare ({marked} of {wanted})")
}

/// To the comparison.
pub fn tour_compare(lang: Lang, keys: &str) -> String {
    say!(lang; "按 {keys} 比较到手价", "按 {keys} 比較到手價", "{keys} compares what they cost landed")
}

/// Adding an offer.
pub fn tour_add(lang: Lang, keys: &str) -> String {
    say!(lang; "按 {keys} 把选中的商品加入采购车", "按 {keys} 把選取的商品加入採購車", "{keys} adds the selected offer to the cart")
}

/// Breaking a rule on purpose.
pub fn tour_break(lang: Lang, keys: &str, quantity: &str) -> String {
    say!(lang; "选起批量大于 {quantity} 的商品按 {keys}，采购车会指出差多少", "選起批量大於 {quantity} 的商品按 {keys}，採購車會指出差多少", "{keys} on one with MOQ over {quantity}: the cart says why")
}

/// Setting a cart right.
pub fn tour_mend(lang: Lang, next: &str, edit: &str, remove: &str) -> String {
    say!(lang; "按 {next} 到有问题的行，{edit} 改数量，或 {remove} 移除", "按 {next} 到有問題的列，{edit} 改數量，或 {remove} 移除", "{next} finds the problem, {edit} edits its quantity, {remove} drops it")
}

/// Sending.
pub fn tour_send(lang: Lang, keys: &str) -> String {
    say!(lang; "按 {keys} 向市场核价，看清金额再提交", "按 {keys} 向市場核價，看清金額再送出", "{keys} asks the market what it costs, and shows it before it is sent")
}

/// In the confirm layer.
pub fn tour_confirm(lang: Lang, keys: &str) -> String {
    say!(lang; "核对金额，按 {keys} 提交订单", "核對金額，按 {keys} 送出訂單", "check the amounts, {keys} sends the orders")
}

/// Paying.
pub fn tour_pay(lang: Lang, keys: &str, state: &str) -> String {
    say!(lang; "选“{state}”的订单按 {keys}，在收银台点付款", "選「{state}」的訂單按 {keys}，在收銀台點付款", "{keys} on one \"{state}\", then Pay at the cashier")
}

/// Ordering again.
pub fn tour_again(lang: Lang, keys: &str) -> String {
    say!(lang; "选以前的一单按 {keys}，整单放回采购车", "選以前的一單按 {keys}，整單放回採購車", "{keys} on an earlier order puts it into the cart")
}

/// Going offline.
pub fn tour_offline(lang: Lang, keys: &str) -> String {
    say!(lang; "按 {keys} 断开网络", "按 {keys} 中斷網路", "{keys} goes offline")
}

/// Searching on without a network.
pub fn tour_search_on(lang: Lang, keys: &str) -> String {
    say!(lang; "离线也能搜：按 {keys} 打几个字", "離線也能搜：按 {keys} 打幾個字", "search on: {keys} and a word")
}

/// The tour was sent away.
pub fn tour_ended(lang: Lang, keys: &str) -> String {
    say!(lang; "导览已结束，{keys}tour 再看", "導覽已結束，{keys}tour 再看", "the tour is over; {keys}tour brings it back")
}

/// The tour was gone through.
pub fn tour_done(lang: Lang, keys: &str) -> String {
    say!(lang; "导览走完了。? 看所有按键，{keys}tour 再走一遍", "導覽走完了。? 看所有按鍵，{keys}tour 再走一遍", "that was the tour: ? lists every key, {keys}tour begins it again")
}

/// The sandbox's badge with how far its clock is ahead, in days, hours or minutes.
pub fn clock_ahead(lang: Lang, name: &str, ahead_ms: i64) -> String {
    let [_, m, h, d] = lang.text().age_units;
    // Asking takes a moment, so that an hour ahead reads as a little less: to the nearest minute.
    let minutes = ahead_ms.unsigned_abs().saturating_add(30_000) / 60_000;
    let sign = if ahead_ms < 0 { '-' } else { '+' };
    let (days, hours) = (minutes / 1_440, minutes % 1_440 / 60);
    match (days, hours, minutes % 60) {
        (0, 0, 0) => name.to_owned(),
        (0, 0, minutes) => format!("{name} {sign}{minutes}{m}"),
        (0, hours, _) => format!("{name} {sign}{hours}{h}"),
        (days, 0, _) => format!("{name} {sign}{days}{d}"),
        (days, hours, _) => format!("{name} {sign}{days}{d}{hours}{h}"),
    }
}

/// A count with its thousands apart.
pub(super) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

// A second currency.

/// `≈ US$412.30 (20 Nov)`: about what a sum is worth, and of which day the rate is.
pub fn converted(lang: Lang, fx: &Fx, money: Money) -> String {
    let amount = fx.show(money);
    let day = rate_day(lang, fx);
    if lang.is_chinese() { format!("≈ {amount}（{day}）") } else { format!("≈ {amount} ({day})") }
}

/// The day a rate is of: `20 Nov`, `11月20日`.
pub fn rate_day(lang: Lang, fx: &Fx) -> String {
    let date = fx.date();
    if lang.is_chinese() {
        format!("{}月{}日", date.month(), date.day())
    } else {
        date.strftime("%-d %b").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::quantity::Quantity;

    fn violation(kind: ViolationKind, figures: [Measure; 3]) -> Violation {
        let [required, actual, shortfall] = figures;
        Violation { kind, supplier_id: None, offer: None, line_ids: vec![], required, actual, shortfall }
    }

    fn pieces(n: u32) -> Measure {
        Measure::pieces(Quantity::whole(n))
    }

    #[test]
    fn a_minimum_names_what_is_missing() {
        let moq = violation(ViolationKind::Moq, [pieces(50), pieces(12), pieces(38)]);
        assert_eq!(violation_message(Lang::ZhCn, &moq, None, "件"), "起批量 50 件，还差 38 件");
        assert_eq!(violation_message(Lang::En, &moq, None, ""), "minimum 50, 38 short");
        assert_eq!(violation_message(Lang::En, &moq, Some("杯"), ""), "杯: minimum 50, 38 short");
    }

    #[test]
    fn a_mix_rule_names_both_ways_out() {
        let both = |n, yuan: &str| Measure { amount: Some(yuan.parse().unwrap()), ..pieces(n) };
        let mix = violation(ViolationKind::Mix, [both(30, "300.00"), both(16, "152.00"), both(14, "148.00")]);
        assert_eq!(
            violation_message(Lang::En, &mix, None, "个"),
            "mixed minimum 30 个 or ¥300.00, 14 个 or ¥148.00 short"
        );
        assert_eq!(
            violation_message(Lang::ZhTw, &mix, None, "個"),
            "混批要求 30 個或 ¥300.00，還差 14 個或 ¥148.00"
        );
    }

    #[test]
    fn every_kind_has_a_sentence_in_every_language() {
        use ViolationKind::*;
        for kind in [
            Moq,
            Lot,
            Stock,
            PurchaseLimit,
            Mix,
            LineCap,
            UnknownSpec,
            Gone,
            PriceZero,
            NoAddress,
            NoTradeType,
        ] {
            let sentences = Lang::ALL.map(|lang| {
                violation_message(lang, &violation(kind, [pieces(3), pieces(2), pieces(1)]), None, "件")
            });
            assert!(sentences.iter().all(|s| s.chars().count() >= 5), "{kind:?} {sentences:?}");
            assert!(sentences[2] != sentences[0] && sentences[0] != sentences[1], "{kind:?} {sentences:?}");
        }
    }

    #[test]
    fn how_far_a_clock_is_ahead_is_told_to_the_nearest_minute() {
        let hour = 3_600_000;
        let shown = |ahead_ms| clock_ahead(Lang::En, "SANDBOX", ahead_ms);
        assert_eq!(shown(hour), "SANDBOX +1h");
        assert_eq!(shown(hour - 1_200), "SANDBOX +1h", "the answer took a second to come");
        assert_eq!(shown(hour - 31_000), "SANDBOX +59m");
        assert_eq!(shown(24 * hour - 900), "SANDBOX +1d");
        assert_eq!(shown(26 * hour - 900), "SANDBOX +1d2h");
        assert_eq!((shown(29_000), shown(-29_000)), ("SANDBOX".to_owned(), "SANDBOX".to_owned()));
        assert_eq!(shown(-3 * 60_000), "SANDBOX -3m");
        assert_eq!(shown(i64::MIN).get(..9), Some("SANDBOX -"));
    }

    #[test]
    fn nothing_that_was_sent_is_not_called_an_order() {
        for lang in Lang::ALL {
            assert_eq!(outcome(lang, 0, 0, 0, 0), lang.text().nothing_sent);
        }
        assert_eq!(outcome(Lang::En, 1, 0, 0, 0), "1 order placed");
        assert_eq!(outcome(Lang::En, 0, 2, 0, 0), "2 queued");
    }

    #[test]
    fn a_second_currency_names_the_day_of_its_rate() {
        let fx = Fx::new("USD", "7.12", "2026-11-20").unwrap();
        let shown = |lang| converted(lang, &fx, Money::from_fen(293_558));
        assert_eq!(shown(Lang::En), "≈ US$412.30 (20 Nov)");
        assert_eq!(shown(Lang::ZhCn), "≈ US$412.30（11月20日）");
    }
}
