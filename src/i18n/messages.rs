//! Sentences with numbers in them. They take values of the domain and give text that is safe to show.

use crate::domain::cart::{Measure, Violation, ViolationKind};
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
            format!("一單最多 {required} 行，超出 {shortfall} 行")
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
}
