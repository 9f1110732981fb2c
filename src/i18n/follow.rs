//! Sentences on group-buys, deals and what follows an order. Like all of them they take clean text and values of the
//! domain, and give text that is safe to show.

use crate::domain::list::LATER;
use crate::domain::order::Reordered;
use crate::i18n::Lang;
use crate::i18n::messages::{grouped, say};

/// Days of the week, Monday first.
pub fn weekday(lang: Lang, from_monday: usize) -> &'static str {
    let names = match lang {
        Lang::ZhCn => ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
        Lang::ZhTw => ["週一", "週二", "週三", "週四", "週五", "週六", "週日"],
        Lang::En => ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    };
    names.get(from_monday).copied().unwrap_or("?")
}

/// A group crossed a step; how many others did too.
pub fn step_reached(lang: Lang, title: &str, participants: u64, price: &str, others: usize) -> String {
    let title = clip(title);
    let step = grouped(participants);
    let said = say!(lang; "{title}：到了 {step} 档，现价 {price}", "{title}：到了 {step} 檔，現價 {price}", "{title}: step {step} reached, now {price}");
    match others {
        0 => said,
        _ => {
            let more =
                say!(lang; "，另有 {others} 个团到档", "，另有 {others} 個團到檔", ", and {others} more");
            format!("{said}{more}")
        }
    }
}

/// A group was joined.
pub fn joined(lang: Lang, title: &str, mine: &str) -> String {
    let title = clip(title);
    say!(lang; "已参团：{title}，共预订 {mine}", "已參團：{title}，共預訂 {mine}", "joined: {title}, {mine} reserved in all")
}

/// A group was left.
pub fn left(lang: Lang, title: &str) -> String {
    let title = clip(title);
    say!(lang; "已退团：{title}", "已退團：{title}", "left: {title}")
}

/// So much of so many: `14 of 18`.
pub fn of(lang: Lang, part: &str, whole: &str) -> String {
    say!(lang; "{part}/{whole}", "{part}/{whole}", "{part} of {whole}")
}

/// What a step still needs: buyers, or pieces.
pub fn more_people(lang: Lang, missing: u64) -> String {
    let n = grouped(missing);
    match (lang, missing) {
        (Lang::En, 1) => "1 more buyer".to_owned(),
        _ => say!(lang; "还差 {n} 人", "還差 {n} 人", "{n} more buyers"),
    }
}

/// What a step still needs where pieces count.
pub fn more_pieces(lang: Lang, missing: u64) -> String {
    let n = grouped(missing);
    match (lang, missing) {
        (Lang::En, 1) => "1 more piece".to_owned(),
        _ => say!(lang; "还差 {n} 件", "還差 {n} 件", "{n} more pieces"),
    }
}

/// How many joined.
pub fn joined_people(lang: Lang, count: u64) -> String {
    let n = grouped(count);
    match (lang, count) {
        (Lang::En, 1) => "1 buyer".to_owned(),
        _ => say!(lang; "{n} 人", "{n} 人", "{n} buyers"),
    }
}

/// How many pieces were joined with.
pub fn joined_pieces(lang: Lang, count: u64) -> String {
    let n = grouped(count);
    match (lang, count) {
        (Lang::En, 1) => "1 piece".to_owned(),
        _ => say!(lang; "{n} 件", "{n} 件", "{n} pieces"),
    }
}

/// What follows is at this quantity.
pub fn at_quantity(lang: Lang, quantity: &str) -> String {
    say!(lang; "按 {quantity} 算", "按 {quantity} 算", "at {quantity}")
}

/// What it costs more, instead of saving.
pub fn dearer(lang: Lang, sum: &str) -> String {
    say!(lang; "贵 {sum}", "貴 {sum}", "{sum} dearer")
}

/// A join on top of what is reserved already.
pub fn adds_to(lang: Lang, mine: &str) -> String {
    say!(lang; "之前已预订 {mine}，这次再加", "之前已預訂 {mine}，這次再加", "added to the {mine} you reserved before")
}

/// A deal that begins later.
pub fn from_clock(lang: Lang, clock: &str) -> String {
    say!(lang; "{clock} 起", "{clock} 起", "from {clock}")
}

/// A deal that runs.
pub fn to_clock(lang: Lang, clock: &str) -> String {
    say!(lang; "到 {clock}", "到 {clock}", "to {clock}")
}

/// Until when an order has to be paid.
pub fn pay_by(lang: Lang, clock: &str) -> String {
    say!(lang; "{clock} 前付款", "{clock} 前付款", "pay by {clock}")
}

/// When a shipped order is confirmed by itself.
pub fn confirms_at(lang: Lang, clock: &str) -> String {
    say!(lang; "{clock} 自动确认", "{clock} 自動確認", "confirms {clock}")
}

/// Orders to pay and their sum.
pub fn to_pay(lang: Lang, count: usize, sum: &str) -> String {
    say!(lang; "{count} 单待付 {sum}", "{count} 單待付 {sum}", "{count} to pay {sum}")
}

/// Orders whose freight the seller has to set.
pub fn await_freight(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 waits for freight".to_owned(),
        _ => say!(lang; "{count} 单等运费", "{count} 單等運費", "{count} wait for freight"),
    }
}

/// Orders on their way.
pub fn arrive(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 arrives".to_owned(),
        _ => say!(lang; "{count} 单在途", "{count} 單在途", "{count} arrive"),
    }
}

/// Orders of which nobody knows what became.
pub fn unknown(lang: Lang, count: usize) -> String {
    say!(lang; "{count} 单结果不明", "{count} 單結果不明", "{count} unknown")
}

/// Orders kept back.
pub fn held(lang: Lang, count: usize) -> String {
    say!(lang; "{count} 单暂停", "{count} 單暫停", "{count} held")
}

/// Orders that were not sent yet.
pub fn queued(lang: Lang, count: usize) -> String {
    say!(lang; "{count} 单排队", "{count} 單排隊", "{count} queued")
}

/// Orders the seller has to ship.
pub fn to_ship(lang: Lang, count: usize) -> String {
    say!(lang; "{count} 单待发货", "{count} 單待發貨", "{count} to ship")
}

/// How many lines an order has.
pub fn lines(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 line".to_owned(),
        _ => say!(lang; "{count} 行", "{count} 行", "{count} lines"),
    }
}

/// Lines that did not come, or not in full.
pub fn short_lines(lang: Lang, count: usize) -> String {
    match (lang, count) {
        (Lang::En, 1) => "1 line has not come in full".to_owned(),
        _ => say!(lang; "{count} 行没有到齐", "{count} 行沒有到齊", "{count} lines have not come in full"),
    }
}

/// Where to pay.
pub fn pay_at(lang: Lang, url: &str) -> String {
    say!(lang; "在浏览器里付款：{url}", "在瀏覽器裡付款：{url}", "pay in the browser: {url}")
}

/// A link that does not pay for this order.
pub fn not_paid_by_link(lang: Lang, order: &str, why: &str) -> String {
    say!(lang; "订单 {order} 不能付款：{why}", "訂單 {order} 不能付款：{why}", "order {order} cannot be paid: {why}")
}

/// What putting a past order into the cart did.
pub fn reordered(lang: Lang, done: &Reordered) -> String {
    let (added, left, later) = (done.added.len(), done.left_out, done.later);
    let mut said = vec![match (lang, added) {
        (Lang::En, 1) => "1 line added".to_owned(),
        _ => say!(lang; "已加入 {added} 行", "已加入 {added} 行", "{added} lines added"),
    }];
    if left > 0 {
        said.push(say!(lang; "{left} 行没要", "{left} 行沒要", "{left} left out"));
    }
    if later > 0 {
        said.push(say!(lang; "{later} 行记入清单 {LATER}", "{later} 行記入清單 {LATER}", "{later} noted in the list {LATER}"));
    }
    said.join(if lang.is_chinese() { "；" } else { "; " })
}

/// The beginning of a title, for a sentence with more in it than that.
fn clip(title: &str) -> String {
    const MOST: usize = 24;
    let mut short: String = title.chars().take(MOST).collect();
    if title.chars().nth(MOST).is_some() {
        short.push_str("..");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::LineId;

    #[test]
    fn a_reorder_says_what_went_in_and_what_did_not() {
        let mut done = Reordered { added: (0..48).map(LineId).collect(), ..Reordered::default() };
        assert_eq!(reordered(Lang::En, &done), "48 lines added");
        (done.left_out, done.later) = (2, 1);
        assert_eq!(reordered(Lang::En, &done), "48 lines added; 2 left out; 1 noted in the list to-swap");
        assert_eq!(reordered(Lang::ZhCn, &done), "已加入 48 行；2 行没要；1 行记入清单 to-swap");
    }

    #[test]
    fn a_crossed_step_names_the_group_and_the_price() {
        assert_eq!(step_reached(Lang::En, "cup set", 18, "76.00", 0), "cup set: step 18 reached, now 76.00");
        assert_eq!(
            step_reached(Lang::ZhTw, "杯", 1688, "9.90", 2),
            "杯：到了 1,688 檔，現價 9.90，另有 2 個團到檔"
        );
    }
}
