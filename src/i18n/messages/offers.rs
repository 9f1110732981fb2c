//! Sentences about suppliers and the buyer's own words on them and on offers.

use super::grouped;
use crate::i18n::Lang;

/// A day as a person says it: `21 Oct`, `10月21日`; with the year where it is another one (`21 Oct 2025`,
/// `2025-10-21`).
pub fn day(lang: Lang, year: Option<i16>, month: i8, day: i8) -> String {
    let name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .get((month - 1).max(0) as usize)
        .copied()
        .unwrap_or_default();
    match year {
        Some(year) => {
            say!(lang; "{year}-{month:02}-{day:02}", "{year}-{month:02}-{day:02}", "{day} {name} {year}")
        }
        None => say!(lang; "{month}月{day}日", "{month}月{day}日", "{day} {name}"),
    }
}

/// How often something was bought, for a column.
pub fn times(lang: Lang, times: u64) -> String {
    say!(lang; "{times}次", "{times}次", "{times}x")
}

/// What was bought before, and the last price: `bought 3x, last 9.60 on 21 Oct`.
pub fn bought(lang: Lang, times: u64, price: &str, day: &str) -> String {
    say!(lang; "买过 {times} 次，上次 {price}（{day}）", "買過 {times} 次，上次 {price}（{day}）", "bought {times}x, last {price} on {day}")
}

/// Units bought in all.
pub fn in_all(lang: Lang, quantity: &str) -> String {
    say!(lang; "共 {quantity}", "共 {quantity}", "{quantity} in all")
}

/// Orders with a supplier.
pub fn ordered(lang: Lang, times: u64, day: &str) -> String {
    match (lang, times) {
        (Lang::En, 1) => format!("1 order, on {day}"),
        _ => {
            say!(lang; "下过 {times} 单，最近 {day}", "下過 {times} 單，最近 {day}", "{times} orders, the last on {day}")
        }
    }
}

/// The weight of one unit.
pub fn weight(lang: Lang, weight: &str) -> String {
    say!(lang; "重 {weight} kg", "重 {weight} kg", "{weight} kg each")
}

/// The volume of one unit, with its sign.
pub fn volume(lang: Lang, volume: &str) -> String {
    say!(lang; "体积 {volume}", "體積 {volume}", "{volume} each")
}

/// Units in a carton.
pub fn per_carton(lang: Lang, quantity: &str) -> String {
    say!(lang; "一箱 {quantity}", "一箱 {quantity}", "{quantity} per carton")
}

/// The least order.
pub fn moq(lang: Lang, quantity: &str) -> String {
    say!(lang; "起批 {quantity}", "起批 {quantity}", "MOQ {quantity}")
}

/// Multiples of what can be ordered.
pub fn lot(lang: Lang, quantity: &str) -> String {
    say!(lang; "按 {quantity} 的倍数买", "按 {quantity} 的倍數買", "in lots of {quantity}")
}

/// The most one buyer may order.
pub fn limit(lang: Lang, quantity: &str) -> String {
    say!(lang; "限购 {quantity}", "限購 {quantity}", "limit {quantity}")
}

/// Blocked, and why.
pub fn blocked_because(lang: Lang, reason: &str) -> String {
    say!(lang; "已拉黑：{reason}", "已封鎖：{reason}", "blocked: {reason}")
}

/// A note or a list of tags with its name.
pub fn named(lang: Lang, name: &str, words: &str) -> String {
    say!(lang; "{name}：{words}", "{name}：{words}", "{name}: {words}")
}

/// How many suppliers were found.
pub fn suppliers(lang: Lang, count: u64) -> String {
    let count = grouped(count);
    match (lang, count.as_str()) {
        (Lang::En, "1") => "1 supplier".to_owned(),
        _ => say!(lang; "{count} 家供应商", "{count} 家供應商", "{count} suppliers"),
    }
}

/// A list that does not show all there are: `the first 200 of 75,000 suppliers`.
pub fn first_suppliers(lang: Lang, shown: u64, total: u64) -> String {
    let [shown, total] = [shown, total].map(grouped);
    say!(lang; "{total} 家供应商的前 {shown} 家", "{total} 家供應商的前 {shown} 家", "the first {shown} of {total} suppliers")
}

/// Offers of a supplier in the catalog.
pub fn offers(lang: Lang, count: u64) -> String {
    let count = grouped(count);
    match (lang, count.as_str()) {
        (Lang::En, "1") => "1 offer cached".to_owned(),
        _ => say!(lang; "本地 {count} 个货品", "本機 {count} 個貨品", "{count} offers cached"),
    }
}

/// The least price at Q, with its unit.
pub fn from_price(lang: Lang, price: &str, quantity: &str) -> String {
    say!(lang; "买 {quantity} 时最低 {price}", "買 {quantity} 時最低 {price}", "from {price} at {quantity}")
}

/// No supplier fits a query.
pub fn no_supplier_found(lang: Lang, query: &str) -> String {
    say!(lang; "没有找到“{query}”的供应商", "沒有找到「{query}」的供應商", "no supplier found for \"{query}\"")
}

/// Links that only collect a fee are not shown.
pub fn fees_hidden(lang: Lang, key: &str) -> String {
    say!(lang; "补差价、运费链接没有显示，按 {key} 显示", "補差價、運費連結沒有顯示，按 {key} 顯示", "fee links are hidden: {key} shows them")
}

/// What is hidden because it was blocked, and the word that shows it.
pub fn blocked_hidden(lang: Lang, offers: usize, suppliers: usize) -> String {
    match (lang, offers, suppliers) {
        (Lang::En, offers, 0) => format!(
            "{offers} blocked {} hidden: the word blocked finds them",
            plural(offers, "offer is", "offers are")
        ),
        (Lang::En, 0, suppliers) => {
            format!(
                "{suppliers} blocked {} hidden: the word blocked finds their offers",
                plural(suppliers, "supplier is", "suppliers are")
            )
        }
        (_, offers, 0) => {
            say!(lang; "{offers} 个拉黑的商品不显示，搜 blocked 可找到", "{offers} 個封鎖的商品不顯示，搜 blocked 可找到", "{offers}")
        }
        (_, 0, suppliers) => {
            say!(lang; "{suppliers} 家拉黑的供应商不显示，搜 blocked 可找到", "{suppliers} 家封鎖的供應商不顯示，搜 blocked 可找到", "{suppliers}")
        }
        _ => {
            say!(lang; "{offers} 个商品和 {suppliers} 家供应商已拉黑不显示，搜 blocked 可找到", "{offers} 個商品和 {suppliers} 家供應商已封鎖不顯示，搜 blocked 可找到", "{offers} offers and {suppliers} suppliers are blocked: the word blocked finds them")
        }
    }
}

fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// An offer was blocked; how to undo it.
pub fn blocked_offer(lang: Lang, key: &str) -> String {
    say!(lang; "已拉黑，不再出现在搜索里。搜 blocked 可找到，再按 {key} 取消", "已封鎖，不再出現在搜尋裡。搜 blocked 可找到，再按 {key} 取消", "blocked and out of all searches. The word blocked finds it; {key} on it takes it back")
}

/// A supplier was blocked; how to undo it.
pub fn blocked_supplier(lang: Lang, key: &str) -> String {
    say!(lang; "已拉黑这家供应商，TA的货不再出现在搜索里。在TA上再按 {key} 取消", "已封鎖這家供應商，TA的貨不再出現在搜尋裡。在TA上再按 {key} 取消", "supplier blocked: none of their offers is shown in searches. {key} on them takes it back")
}

/// Tags were kept; one of them can be searched.
pub fn kept_tags(lang: Lang, count: usize, first: &str) -> String {
    match (lang, count) {
        (Lang::En, 1) => format!("1 tag kept; tag:{first} finds it"),
        _ => {
            say!(lang; "已存 {count} 个标签，搜 tag:{first} 可找到", "已存 {count} 個標籤，搜 tag:{first} 可找到", "{count} tags kept; tag:{first} finds it")
        }
    }
}

/// A tag is too long.
pub fn tag_too_long(lang: Lang, tag: &str, most: usize) -> String {
    say!(lang; "标签最多 {most} 字：{tag}", "標籤最多 {most} 字：{tag}", "a tag has at most {most} characters: {tag}")
}

/// There are too many tags.
pub fn too_many_tags(lang: Lang, count: usize, most: usize) -> String {
    say!(lang; "最多 {most} 个标签，现在 {count} 个", "最多 {most} 個標籤，現在 {count} 個", "at most {most} tags, not {count}")
}

/// A text line is full.
pub fn at_most_chars(lang: Lang, most: usize) -> String {
    say!(lang; "最多 {most} 字", "最多 {most} 字", "at most {most} characters")
}

/// A browser was asked to open an address.
pub fn opened(lang: Lang, url: &str) -> String {
    say!(lang; "已在浏览器打开 {url}", "已在瀏覽器打開 {url}", "opened in the browser: {url}")
}

/// No browser could be asked; the address went to the clipboard.
pub fn not_opened(lang: Lang, why: &str, url: &str) -> String {
    say!(lang; "打不开浏览器（{why}），地址已复制：{url}", "打不開瀏覽器（{why}），位址已複製：{url}", "no browser ({why}); the address was copied: {url}")
}

/// Text went to the clipboard.
pub fn copied(lang: Lang, characters: usize) -> String {
    say!(lang; "已复制 {characters} 个字符", "已複製 {characters} 個字元", "copied {characters} characters")
}

/// More lines than fit, and the key that shows them.
pub fn more_lines(lang: Lang, key: &str) -> String {
    say!(lang; "按 {key} 看全部", "按 {key} 看全部", "{key} shows all")
}

// Counts, quantities and reasons in the search pane.

/// How many advertisements are left out; `None` = not counted yet.
pub fn ads_hidden(lang: Lang, count: Option<u64>) -> String {
    let Some(count) = count.map(grouped) else {
        return say!(lang; "不看广告", "不看廣告", "ads hidden");
    };
    say!(lang; "不看广告 (少 {count} 条)", "不看廣告 (少 {count} 筆)", "{count} ads hidden")
}

/// Only a part was searched: the index is being built.
pub fn searched_so_far(lang: Lang, searched: u64, cached: u64) -> String {
    let [searched, cached] = [searched, cached].map(grouped);
    say!(lang; "索引重建中，先搜了 {searched}/{cached}", "索引重建中，先搜了 {searched}/{cached}", "the index is being built: {searched} of {cached} searched")
}

/// Other words were taken than those typed.
pub fn instead(lang: Lang, typed: &str, taken: &str) -> String {
    say!(lang; "没有“{typed}”，看的是“{taken}”", "沒有「{typed}」，看的是「{taken}」", "nothing for \"{typed}\"; showing \"{taken}\"")
}

/// More offers have a quantity of their own than are kept.
pub fn too_many_own(lang: Lang, most: usize) -> String {
    say!(lang; "单独设数量的商品最多 {most} 个，先清掉一些", "單獨設數量的商品最多 {most} 個，先清掉一些", "at most {most} offers can have a quantity of their own")
}

/// What a reason is told for: a place in the list, and the order it is in.
pub fn why_place(lang: Lang, place: u64, sort: &str) -> String {
    let place = grouped(place);
    say!(lang; "第 {place} 条 · {sort}", "第 {place} 筆 · {sort}", "place {place}, {sort}")
}

/// Another order than the one that is explained holds.
pub fn why_other_order(lang: Lang, sort: &str) -> String {
    say!(lang; "现在{sort}排，位置由那个数决定；下面是综合排序会看的。", "現在{sort}排，位置由那個數決定；下面是綜合排序會看的。", "The list is sorted {sort}: that figure decides its place. Below is what the rank would say.")
}

/// What an offer is ordered by under a price: the one in the middle of its SKUs, at so many units.
pub fn why_price(lang: Lang, price: &str, at: &str) -> String {
    say!(lang; "买 {at} 时单价 ¥{price}（各规格的中位数）", "買 {at} 時單價 ¥{price}（各規格的中位數）", "¥{price} each at {at}, the median of its SKUs")
}

/// What an offer is ordered by under its landed cost: so many units at the median price, freight with it.
pub fn why_landed(lang: Lang, landed: &str, at: &str) -> String {
    say!(lang; "买 {at}、按中位价，到手 {landed}", "買 {at}、按中位價，到手 {landed}", "landed {landed} for {at}, at the median price of its SKUs")
}

/// So many cannot be bought of it: in an order by price it is never ranked as cheap.
pub fn why_not_bought(lang: Lang, at: &str) -> String {
    say!(lang; "{at} 买不了：排在买得了的后面", "{at} 買不了：排在買得了的後面", "{at} cannot be bought: it stands behind all that can")
}

/// How much of the market's offers are here.
pub fn share(lang: Lang, held: u64, offered: u64, at_least: bool) -> String {
    let [held, offered] = [held, offered].map(grouped);
    let more = if at_least { "+" } else { "" };
    say!(lang; "{held}/{offered}{more} 条", "{held}/{offered}{more} 筆", "{held} of {offered}{more}")
}
