//! Sentences of the comparison (ranges taken into it, pairs, flows and what they give up) and of the buying lists.
//! They take clean text and figures already written, and give text that is safe to show.

use crate::domain::flow::{Flow, Lost, Needs, Unsaid};
use crate::i18n::messages::say;
use crate::i18n::{Lang, buying};

/// No more can be compared.
pub fn full(lang: Lang, most: usize) -> String {
    say!(lang; "最多同时比 {most} 个：先去掉一个", "最多同時比 {most} 個：先去掉一個", "{most} at most are compared: drop one first")
}

/// How many rows a range has, and the count that is being typed.
pub fn in_range(lang: Lang, rows: usize, count: &str) -> String {
    let said = match (lang, rows) {
        (Lang::En, 1) => "1 row in the range".to_owned(),
        _ => say!(lang; "选中 {rows} 行", "選中 {rows} 行", "{rows} rows in the range"),
    };
    if count.is_empty() { said } else { format!("{said}  {count}…") }
}

/// A range went into the comparison.
pub fn taken(lang: Lang, taken: usize, left_out: usize, most: usize) -> String {
    let said = say!(lang; "{taken} 个进了比价", "{taken} 個進了比價", "{taken} taken to compare");
    if left_out == 0 {
        return said;
    }
    say!(lang; "{said}，另有 {left_out} 个没进：最多同时比 {most} 个", "{said}，另有 {left_out} 個沒進：最多同時比 {most} 個", "{said}, {left_out} left out: {most} at most are compared")
}

/// Columns that are out of view on either side.
pub fn more_columns(lang: Lang, left: usize, right: usize) -> String {
    say!(lang; "左边还有 {left} 个，右边还有 {right} 个", "左邊還有 {left} 個，右邊還有 {right} 個", "{left} more to the left, {right} to the right")
}

/// Heads the pairs of one offer.
pub fn against(lang: Lang, letter: char) -> String {
    say!(lang; "{letter} 与每一个相比，谁省", "{letter} 與每一個相比，誰省", "{letter} against each of the others: who is cheaper")
}

/// Two whose freight is not known for both: goods are compared.
pub fn goods_only(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "只比货款",
        Lang::ZhTw => "只比貨款",
        Lang::En => "goods only",
    }
}

/// What the shaded part of a curve means.
pub fn shaded(lang: Lang, shade: &str) -> String {
    say!(lang; "{shade} 比多买还贵", "{shade} 比多買還貴", "{shade} dearer than buying more")
}

/// Heads the flows of one offer.
pub fn flows_of(lang: Lang, letter: char) -> String {
    say!(lang; "{letter} 的下单方式", "{letter} 的下單方式", "ways to order {letter}")
}

/// A flow in words.
pub fn flow(lang: Lang, flow: &Flow) -> String {
    let [zh, tw, en] = match flow {
        Flow::General => ["大市场批发", "大市場批發", "wholesale"],
        Flow::Fenxiao => ["分销代发", "分銷代發", "dropship"],
        Flow::Saleproxy => ["代销", "代銷", "sale proxy"],
        Flow::BoutiqueFenxiao => ["精选单件", "精選單件", "curated single"],
        Flow::BoutiquePifa => ["精选批发", "精選批發", "curated wholesale"],
        Flow::Paired => ["天天特卖", "天天特賣", "daily special"],
        Flow::Repurchase => ["复购合约", "復購合約", "repurchase contract"],
        Flow::Ttpft => ["批发团", "批發團", "group"],
        Flow::Other(word) => return word.to_string(),
    };
    match lang {
        Lang::ZhCn => zh.to_owned(),
        Lang::ZhTw => tw.to_owned(),
        Lang::En => en.to_owned(),
    }
}

/// Something a flow does not give.
pub fn lost(lang: Lang, what: Lost) -> &'static str {
    let [zh, tw, en] = match what {
        Lost::PriceTiers => {
            ["阶梯价（多买不降价）", "階梯價（多買不降價）", "price tiers (no cheaper by the hundred)"]
        }
        Lost::Promotion => ["优惠价", "優惠價", "the promotion price"],
    };
    pick(lang, zh, tw, en)
}

/// What a flow needs first.
pub fn needs(lang: Lang, what: Needs) -> &'static str {
    let [zh, tw, en] = match what {
        Needs::DistributionRelation => {
            ["与卖家的分销关系", "與賣家的分銷關係", "a distribution relation with the seller"]
        }
        Needs::OfferTag => ["商品有活动标", "商品有活動標", "the offer's tag of that action"],
        Needs::Contract => ["与卖家的合约", "與賣家的合約", "a contract with the seller"],
        Needs::RunningGroup => ["开着的团", "開著的團", "a running group"],
    };
    pick(lang, zh, tw, en)
}

/// Something of which nobody says whether a flow gives it.
pub fn unsaid(lang: Lang, what: Unsaid) -> &'static str {
    let [zh, tw, en] = match what {
        Unsaid::AssuredTrade => ["担保交易", "擔保交易", "assured payment"],
        Unsaid::Return7d => ["七天退货", "七天退貨", "7-day return"],
        Unsaid::Invoice => ["发票", "發票", "invoice"],
        Unsaid::ShippingPromise => ["发货承诺", "發貨承諾", "shipping promise"],
        Unsaid::MixRule => ["混批", "混批", "mix rule"],
    };
    pick(lang, zh, tw, en)
}

fn pick(lang: Lang, zh: &'static str, tw: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::ZhCn => zh,
        Lang::ZhTw => tw,
        Lang::En => en,
    }
}

/// What is given up with a flow, for certain.
pub fn gives_up(lang: Lang, flow: &str, what: &str) -> String {
    say!(lang; "{flow}：没有{what}", "{flow}：沒有{what}", "{flow}: without {what}")
}

/// What a flow needs first.
pub fn needs_first(lang: Lang, flow: &str, what: &str) -> String {
    say!(lang; "{flow}：先要有{what}", "{flow}：先要有{what}", "{flow}: needs {what}")
}

/// What a flow may give up: nobody says.
pub fn may_give_up(lang: Lang, flows: &str, what: &str) -> String {
    say!(lang; "{flows}：{what}有没有，平台没说", "{flows}：{what}有沒有，平臺沒說", "{flows}: nobody says whether they have {what}")
}

/// Nothing besides the wholesale price.
pub fn no_flows(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "没有读到别的下单方式，只有批发价",
        Lang::ZhTw => "沒有讀到別的下單方式，只有批發價",
        Lang::En => "no other way to order it is known: wholesale only",
    }
}

/// Who decides among the flows.
pub fn flow_decides(lang: Lang) -> &'static str {
    match lang {
        Lang::ZhCn => "下单时由市场选最省的方式，询价时显示",
        Lang::ZhTw => "下單時由市場選最省的方式，詢價時顯示",
        Lang::En => "the market takes the cheapest when you order, and its preview says which",
    }
}

/// From which quantity on a flow begins.
pub fn starts_at(lang: Lang, start: &str) -> String {
    say!(lang; "{start} 起", "{start} 起", "from {start}")
}

/// The short mention of another way to order.
pub fn also(lang: Lang, flow: &str, price: &str, key: &str) -> String {
    say!(lang; "另有{flow} {price}（{key}）", "另有{flow} {price}（{key}）", "also {flow} {price} ({key})")
}

/// Days until a list is due, or since it was.
pub fn due_in(lang: Lang, over: i64) -> String {
    let days = over.unsigned_abs();
    match over {
        0 => say!(lang; "今天到期", "今天到期", "due today"),
        1.. => say!(lang; "过期 {days} 天", "過期 {days} 天", "{days} d over"),
        _ => say!(lang; "{days} 天后", "{days} 天後", "in {days} d"),
    }
}

/// A list went into the cart.
pub fn list_loaded(lang: Lang, name: &str, lines: usize, missing: usize) -> String {
    let lines = buying::lines(lang, lines);
    let said = say!(lang; "“{name}”进了采购车：{lines}", "「{name}」進了採購車：{lines}", "{name} is in the cart: {lines}");
    if missing == 0 {
        return said;
    }
    say!(lang; "{said}，{missing} 行已下架或没有", "{said}，{missing} 行已下架或沒有", "{said}, {missing} not on sale")
}

/// Nothing of a list could be loaded.
pub fn list_all_missing(lang: Lang, name: &str) -> String {
    say!(lang; "“{name}”里的都已下架或没有", "「{name}」裡的都已下架或沒有", "nothing of {name} is on sale")
}

/// A list was kept.
pub fn list_saved(lang: Lang, name: &str) -> String {
    say!(lang; "采购车已存为“{name}”", "採購車已存為「{name}」", "the cart is saved as {name}")
}

/// A list was deleted.
pub fn list_deleted(lang: Lang, name: &str) -> String {
    say!(lang; "已删除“{name}”", "已刪除「{name}」", "{name} deleted")
}

/// Before a list is deleted.
pub fn delete_list(lang: Lang, name: &str) -> String {
    say!(lang; "删除“{name}”？y 删除，其他键算了", "刪除「{name}」？y 刪除，其他鍵算了", "delete {name}? y deletes it, any other key does not")
}

/// Before a list is written over.
pub fn replace_list(lang: Lang, name: &str) -> String {
    say!(lang; "“{name}”已有，内容不同：y 覆盖，其他键算了", "「{name}」已有，內容不同：y 覆蓋，其他鍵算了", "{name} is there already and differs: y replaces it, any other key does not")
}

/// Heads the differences of a list and the cart.
pub fn list_diff(lang: Lang, name: &str) -> String {
    say!(lang; "“{name}”与采购车的差别", "「{name}」與採購車的差別", "{name} beside the cart")
}
