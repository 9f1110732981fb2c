//! Sentences on where the market refuses what our own rules would have sent: its word counts, and why ours was another.
//! They take clean text and figures already written, and give text that is safe to show.

use crate::domain::cart::ViolationKind;
use crate::domain::proposal::Objection;
use crate::i18n::messages::{say, violation_message};
use crate::i18n::{Lang, buying};

/// A broken rule by name, where nobody told its figures.
pub fn rule(lang: Lang, kind: ViolationKind) -> &'static str {
    let [zh, tw, en] = match kind {
        ViolationKind::LineCap => ["一单的行数太多", "一單的項數太多", "too many lines for one order"],
        ViolationKind::UnknownSpec => ["规格不对", "規格不對", "a SKU is wrong"],
        ViolationKind::Gone => ["商品不再卖", "商品不再賣", "an offer is no longer sold"],
        ViolationKind::PriceZero => ["价格为零", "價格為零", "a price is zero"],
        ViolationKind::Mix => ["不够混批", "不夠混批", "the mixed minimum is not reached"],
        ViolationKind::Moq => ["不到起批量", "不到起批量", "below the minimum"],
        ViolationKind::Lot => ["数量不成整批", "數量不成整批", "not a whole lot"],
        ViolationKind::PurchaseLimit => ["超过限购", "超過限購", "over the purchase limit"],
        ViolationKind::Stock => ["库存不够", "庫存不夠", "not enough in stock"],
        ViolationKind::NoAddress => ["没有收货地址", "沒有收貨地址", "no delivery address"],
        ViolationKind::NoTradeType => [
            "市场不提供接口下单，只能到网页上买",
            "市場不提供介面下單，只能到網頁上買",
            "the market takes no order for it through its API: buy it on the website",
        ],
    };
    match lang {
        Lang::ZhCn => zh,
        Lang::ZhTw => tw,
        Lang::En => en,
    }
}

/// Why the market refuses an order, against our own verdict: a sentence for each broken rule.
///
/// `lines` writes the numbers of lines as they stand on the screen, `unit` is the unit of a line's offer.
pub fn explain(
    lang: Lang,
    objection: &Objection,
    lines: impl Fn(&[crate::domain::id::LineId]) -> String,
    unit: impl Fn(crate::domain::id::LineId) -> String,
) -> Vec<String> {
    if objection.kind == Some(ViolationKind::NoTradeType) {
        return vec![rule(lang, ViolationKind::NoTradeType).to_owned()];
    }
    if objection.found.is_empty() {
        let which = lines(&objection.line_ids);
        return vec![match objection.kind {
            Some(kind) => {
                let rule = rule(lang, kind);
                say!(lang; "{which}：市场说{rule}，按我们的资料没问题；以市场为准", "{which}：市場說{rule}，按我們的資料沒問題；以市場為準", "{which}: the market says {rule}; by our figures it is not: the market counts")
            }
            None => {
                say!(lang; "{which}：不是我们认识的规则；以市场为准", "{which}：不是我們認識的規則；以市場為準", "{which}: a rule we do not know: the market counts")
            }
        }];
    }
    let sentences = objection.found.iter().map(|violation| {
        let which = lines(&violation.line_ids);
        let unit = violation.line_ids.first().map(|id| unit(*id)).unwrap_or_default();
        let broken = violation_message(lang, violation, None, &unit);
        say!(lang; "{which}：{broken}（资料变了，已更新）", "{which}：{broken}（資料變了，已更新）", "{which}: {broken} (our figures were old, now read again)")
    });
    sentences.collect()
}

/// `第 3、4 行`; beyond a few only how many they are.
pub fn lines(lang: Lang, numbers: &[String]) -> String {
    const TOLD: usize = 6;
    if numbers.len() > TOLD {
        return buying::lines(lang, numbers.len());
    }
    let told = numbers.join(if lang.is_chinese() { "、" } else { ", " });
    match (lang, numbers.len()) {
        (Lang::En, 1) => format!("line {told}"),
        _ => say!(lang; "第 {told} 行", "第 {told} 行", "lines {told}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::cart::{Measure, Violation};
    use crate::domain::id::LineId;
    use crate::domain::quantity::Quantity;
    use crate::domain::text::Clean;

    fn said(lang: Lang, kind: Option<ViolationKind>, found: Vec<Violation>) -> Vec<String> {
        let line_ids = vec![LineId(3), LineId(4)];
        let objection =
            Objection { kind, line_ids, code: Clean::new("500_004"), words: Clean::new("x"), found };
        let numbers =
            |ids: &[LineId]| lines(lang, &ids.iter().map(|id| id.0.to_string()).collect::<Vec<_>>());
        explain(lang, &objection, numbers, |_| "件".to_owned())
    }

    #[test]
    fn a_changed_listing_is_told_with_its_figures_and_an_unknown_reason_as_such() {
        let pieces = |n| Measure::pieces(Quantity::whole(n));
        let stock = Violation {
            kind: ViolationKind::Stock,
            supplier_id: None,
            offer: None,
            line_ids: vec![LineId(4)],
            required: pieces(80),
            actual: pieces(100),
            shortfall: pieces(20),
        };
        let kind = Some(ViolationKind::Stock);
        assert_eq!(
            said(Lang::ZhCn, kind, vec![stock.clone()]),
            ["第 4 行：库存 80 件，超出 20 件（资料变了，已更新）"]
        );
        assert_eq!(
            said(Lang::En, kind, vec![stock]),
            ["line 4: 80 件 in stock, 20 件 too many (our figures were old, now read again)"]
        );
        assert_eq!(
            said(Lang::ZhCn, kind, vec![]),
            ["第 3、4 行：市场说库存不够，按我们的资料没问题；以市场为准"]
        );
        assert_eq!(said(Lang::En, None, vec![]), ["lines 3, 4: a rule we do not know: the market counts"]);
    }

    #[test]
    fn every_rule_has_a_name_in_every_language() {
        for kind in ViolationKind::ALL {
            let [zh, tw, en] = Lang::ALL.map(|lang| rule(lang, kind));
            assert!(zh.chars().count() > 3 && !tw.is_empty() && en != zh, "{kind:?}");
        }
    }
}
