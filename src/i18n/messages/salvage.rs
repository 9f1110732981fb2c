//! What became of a file that was damaged: what is kept, what is lost, where the old one lies, what to do.

use std::path::Path;

use crate::domain::salvage::{Lost, Salvaged};
use crate::i18n::Lang;

/// A damaged ledger was salvaged, in one line.
pub fn salvaged(lang: Lang, salvaged: &Salvaged) -> String {
    let (bad, kept, restored) = (salvaged.bad.display(), salvaged.kept, salvaged.restored);
    let mut line = say!(lang;
        "账本损坏，已抢救：保留 {kept} 条，其中 {restored} 条取自副本",
        "帳本損壞，已搶救：保留 {kept} 筆，其中 {restored} 筆取自副本",
        "the ledger was damaged and is salvaged: {kept} records are kept, {restored} of them from their second copy"
    );
    if salvaged.unchecked > 0 {
        let unchecked = salvaged.unchecked;
        line.push_str(&say!(lang;
            "，{unchecked} 条无法核对", "，{unchecked} 筆無法核對", ", {unchecked} could not be checked"));
    }
    if salvaged.lost.is_empty() {
        line.push_str(&say!(lang; "；未发现丢失", "；未發現遺失", "; nothing is known to be lost"));
    } else {
        let each: Vec<String> = salvaged.lost.iter().map(|(of, count)| lost(lang, *of, *count)).collect();
        let (comma, colon) = if lang.is_chinese() { ("、", "；丢失：") } else { (", ", "; lost: ") };
        line.push_str(&colon.replace("丢失", &say!(lang; "丢失", "遺失", "lost")));
        line.push_str(&each.join(comma));
    }
    line.push_str(&say!(lang;
        "。坏文件留在 {bad}", "。壞檔案留在 {bad}", "; the damaged file is kept as {bad}"));
    let has_lost = |of: Lost| salvaged.lost.iter().any(|(lost, _)| *lost == of);
    if has_lost(Lost::Actions) {
        line.push_str(&say!(lang;
            "。再下单前，先到 1688 核对订单",
            "。再下單前，先到 1688 核對訂單",
            ". Look at your orders on the market before you order again"));
    } else if has_lost(Lost::Told) {
        line.push_str(&say!(lang;
            "。运行 `pifa sync` 重新读取订单",
            "。執行 `pifa sync` 重新讀取訂單",
            ". `pifa sync` reads the market's orders again"));
    } else if has_lost(Lost::Lines) {
        line.push_str(&say!(lang; "。请核对采购车", "。請核對採購車", ". Look through the cart"));
    }
    line
}

fn lost(lang: Lang, of: Lost, count: usize) -> String {
    match of {
        Lost::Actions => {
            say!(lang; "订单记录 {count}", "訂單記錄 {count}", "{count} orders or joins of yours")
        }
        Lost::Lines => say!(lang; "采购车行 {count}", "採購車行 {count}", "{count} cart lines"),
        Lost::Totals => say!(lang; "已同意金额 {count}", "已同意金額 {count}", "{count} totals agreed to"),
        Lost::Notes => say!(lang; "备注等 {count}", "備註等 {count}", "{count} notes, marks or codes"),
        Lost::Told => {
            say!(lang; "平台订单 {count}", "平台訂單 {count}", "{count} orders as the market told them")
        }
        Lost::Steps => say!(lang; "可撤销的步骤 {count}", "可復原的步驟 {count}", "{count} steps to undo"),
    }
}

/// A catalog that could not be used was set aside.
pub fn set_aside(lang: Lang, to: &Path) -> String {
    let to = to.display();
    say!(lang;
        "本地货品库不可用，已移到 {to}：`pifa sync` 会重新下载",
        "本機貨品庫不可用，已移到 {to}：`pifa sync` 會重新下載",
        "the catalog could not be used and was set aside as {to}: `pifa sync` fills a new one"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salvage_is_told_with_what_is_lost_and_what_to_do() {
        let mut told = Salvaged {
            bad: "ledger.db.bad-1".into(),
            kept: 400,
            restored: 3,
            unchecked: 0,
            lost: Vec::new(),
        };
        assert_eq!(
            salvaged(Lang::En, &told),
            "the ledger was damaged and is salvaged: 400 records are kept, 3 of them from their second copy; \
             nothing is known to be lost; the damaged file is kept as ledger.db.bad-1"
        );
        told.lost = vec![(Lost::Actions, 1), (Lost::Told, 2)];
        let line = salvaged(Lang::En, &told);
        assert!(
            line.contains("lost: 1 orders or joins of yours, 2 orders as the market told them"),
            "{line}"
        );
        assert!(line.ends_with("Look at your orders on the market before you order again"), "{line}");
        assert!(salvaged(Lang::ZhTw, &told).contains("；遺失：訂單記錄 1、平台訂單 2"));
    }
}
