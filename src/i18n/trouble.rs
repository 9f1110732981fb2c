//! What went wrong and what to do about it, in the buyer's language. The words of the market and of the system are
//! quoted as they came; ids and sums of money are the values themselves.

use crate::domain::trouble::Trouble;
use crate::i18n::messages::say;
use crate::i18n::{Lang, kept};

/// What happened.
pub fn sentence(lang: Lang, trouble: &Trouble) -> String {
    match trouble {
        Trouble::LedgerUnusable { .. }
        | Trouble::LedgerNewer { .. }
        | Trouble::LedgerInUse { .. }
        | Trouble::LedgerDamaged { .. }
        | Trouble::Catalog(_)
        | Trouble::Lease { .. }
        | Trouble::Badges { .. }
        | Trouble::Internal(_) => of_our_own(lang, trouble),
        Trouble::Unreachable(_)
        | Trouble::Broken(_)
        | Trouble::SignatureRefused(_)
        | Trouble::Unauthorized(_)
        | Trouble::NotOffered
        | Trouble::Denied(_)
        | Trouble::Throttled
        | Trouble::Refused { .. }
        | Trouble::BadAnswer(_)
        | Trouble::ForeignLink(_) => of_the_market(lang, trouble),
        Trouble::Kept(trouble) => kept::sentence(lang, trouble),
        Trouble::ByHand => {
            say!(lang; "手工下单：订货单由命令行写出", "手工下單：訂貨單由命令列寫出", "orders by hand leave as sheets")
        }
        Trouble::Offline => {
            say!(lang; "离线：这一步需要连接市场", "離線：這一步需要連接市場", "offline: this needs the market")
        }
        Trouble::NoOffer(key) => {
            say!(lang; "本地没有商品 {key}", "本機沒有商品 {key}", "offer {key} is not in the catalog")
        }
        Trouble::NoLine(line) => {
            say!(lang; "采购车里没有第 {line} 行", "採購車裡沒有第 {line} 行", "line {line} is not in the cart")
        }
        Trouble::CartMoved => {
            say!(lang; "采购车已变，什么都没改", "採購車已變，什麼都沒改", "the cart changed since: nothing was done")
        }
        Trouble::NoSupplier(id) => {
            say!(lang; "没有供应商 {id}", "沒有供應商 {id}", "no supplier {id} here")
        }
        Trouble::NoOrder(id) => say!(lang; "没有订单 {id}", "沒有訂單 {id}", "no order {id} here"),
        Trouble::NoGroup(id) => {
            say!(lang; "市场没有团批 {id}", "市場沒有團批 {id}", "no group-buy {id} at this market")
        }
        Trouble::NoAddress(None) => {
            say!(lang; "账号没有收货地址", "帳號沒有收貨地址", "the account has no delivery address")
        }
        Trouble::NoAddress(Some(id)) => {
            say!(lang; "账号没有地址 {id}", "帳號沒有地址 {id}", "no address {id} in the account")
        }
        Trouble::NeedsSpec(key) => {
            say!(lang; "商品 {key} 有多个规格，请选一个", "商品 {key} 有多個規格，請選一個", "offer {key} has several SKUs: name one as OFFER:SPEC")
        }
        Trouble::Unknown(what) => {
            say!(lang; "结果不明：{what}", "結果不明：{what}", "no clean answer: {what}")
        }
        Trouble::Repriced { order, old, new } => {
            say!(lang; "订单 {order} 的金额变了：{old} -> {new}", "訂單 {order} 的金額變了：{old} -> {new}", "the total of order {order} changed from {old} to {new}")
        }
        Trouble::FreightOpen(order) => {
            say!(lang; "订单 {order} 的运费卖家还没定", "訂單 {order} 的運費賣家還沒定", "the seller has not set the freight of order {order} yet")
        }
        Trouble::NotToPay { order, state } => {
            say!(lang; "订单 {order} 不待付款（{state}）", "訂單 {order} 不待付款（{state}）", "order {order} does not wait for payment: {state}")
        }
    }
}

fn of_our_own(lang: Lang, trouble: &Trouble) -> String {
    match trouble {
        Trouble::LedgerUnusable { path, what } => {
            say!(lang; "账本 {path} 无法读写：{what}", "帳本 {path} 無法讀寫：{what}", "the ledger {path}: {what}")
        }
        Trouble::LedgerNewer { path, found } => {
            say!(lang; "账本 {path} 由更新版本写成（格式 {found}）", "帳本 {path} 由更新版本寫成（格式 {found}）", "the ledger {path} was written by a newer pifa (schema {found})")
        }
        Trouble::LedgerInUse { path } => {
            say!(lang; "账本 {path} 正由旧版 pifa 打开着", "帳本 {path} 正由舊版 pifa 開著", "the ledger {path} is open in an older pifa")
        }
        Trouble::LedgerDamaged { path, what } => {
            say!(lang; "账本 {path} 已损坏：{what}", "帳本 {path} 已損壞：{what}", "the ledger {path} is damaged: {what}")
        }
        Trouble::Catalog(what) => {
            say!(lang; "本地货品库不可用：{what}", "本機貨品庫不可用：{what}", "{what}")
        }
        Trouble::Lease { path, what } => {
            say!(lang; "取不到发送锁 {path}：{what}", "取不到發送鎖 {path}：{what}", "cannot take the sender's lease {path}: {what}")
        }
        Trouble::Badges { path, what } => {
            say!(lang; "榜单文件 {path} 不可用：{what}", "榜單檔案 {path} 不可用：{what}", "the list of badges {path} cannot be used: {what}")
        }
        Trouble::Internal(what) => {
            say!(lang; "程序内部出错：{what}", "程式內部出錯：{what}", "internal error: a worker stopped: {what}")
        }
        _ => String::new(),
    }
}

fn of_the_market(lang: Lang, trouble: &Trouble) -> String {
    match trouble {
        Trouble::Unreachable(what) => {
            say!(lang; "连不上市场：{what}", "連不上市場：{what}", "cannot reach the market: {what}")
        }
        Trouble::Broken(what) => {
            say!(lang; "市场没有给出完整答复：{what}", "市場沒有給出完整答覆：{what}", "no clean answer from the market: {what}")
        }
        Trouble::SignatureRefused(what) => {
            say!(lang; "市场不认我们的密钥或签名：“{what}”", "市場不認我們的金鑰或簽名：「{what}」", "the market refused our key or signature: {what}")
        }
        Trouble::Unauthorized(what) => {
            say!(lang; "市场要求重新授权：“{what}”", "市場要求重新授權：「{what}」", "the market wants a new authorisation: {what}")
        }
        Trouble::NotOffered => {
            say!(lang; "这个市场不提供此功能", "這個市場不提供此功能", "not offered by this marketplace")
        }
        Trouble::Denied(what) => {
            say!(lang; "应用没有此接口的权限：“{what}”", "應用沒有此介面的權限：「{what}」", "this app was not granted the call: {what}")
        }
        Trouble::Throttled => {
            say!(lang; "市场要求慢一点", "市場要求慢一點", "the market asks us to slow down")
        }
        Trouble::Refused { code, words } => {
            say!(lang; "市场拒绝：“{code} {words}”", "市場拒絕：「{code} {words}」", "refused by the market: {code} {words}")
        }
        Trouble::BadAnswer(what) => {
            say!(lang; "市场的答复无法读取：{what}", "市場的答覆無法讀取：{what}", "the market's answer cannot be read: {what}")
        }
        Trouble::ForeignLink(host) => {
            say!(lang; "付款链接指向 {host}，不是认得的收银台，没有打开", "付款連結指向 {host}，不是認得的收銀台，沒有打開", "the market's payment link leads to {host}, which is no cashier we know: it is not opened")
        }
        _ => String::new(),
    }
}

/// What to do next.
pub fn hint(lang: Lang, trouble: &Trouble) -> String {
    match trouble {
        Trouble::LedgerUnusable { .. } => {
            say!(lang; "检查数据文件夹的空间和权限；已确认的都还在", "檢查資料夾的空間和權限；已確認的都還在", "check free space and permissions of the data folder; nothing that was confirmed is lost")
        }
        Trouble::LedgerNewer { .. } => {
            say!(lang; "请升级 pifa；什么都没有改动", "請升級 pifa；什麼都沒有改動", "upgrade pifa; nothing was changed")
        }
        Trouble::LedgerInUse { .. } => {
            say!(lang; "请关闭旧版再启动，账本会升级；什么都没有改动", "請關閉舊版再啟動，帳本會升級；什麼都沒有改動", "close it and start again: the ledger is brought up to date; nothing was changed")
        }
        Trouble::LedgerDamaged { .. } => {
            say!(lang; "没有改动；留好文件：`sqlite3 ledger.db .recover` 能救出可读的部分；移走后会新建一个", "沒有改動；留好檔案：`sqlite3 ledger.db .recover` 能救出可讀的部分；移走後會新建一個", "nothing was changed; keep the file: `sqlite3 ledger.db .recover` salvages what can be read; moved away, a new one is begun")
        }
        Trouble::Catalog(_) => {
            say!(lang; "货品库只是缓存：`pifa catalog clear`，再 `pifa sync`", "貨品庫只是快取：`pifa catalog clear`，再 `pifa sync`", "the catalog is a cache: `pifa catalog clear`, then `pifa sync`")
        }
        Trouble::Unreachable(_) => {
            say!(lang; "检查网络和 --market；搜索、采购车和排队的订单离线可用", "檢查網路和 --market；搜尋、採購車和排隊的訂單離線可用", "check the network and --market; searching, the cart and queued orders work offline")
        }
        Trouble::Broken(_) => {
            say!(lang; "再试一次；答复丢失的订单会去查询，不会重发", "再試一次；答覆遺失的訂單會去查詢，不會重發", "try again; an order whose answer was lost is looked up, not sent twice")
        }
        Trouble::SignatureRefused(_) => {
            say!(lang; "检查 PIFA_APP_KEY 和 PIFA_APP_SECRET 是否属于这个市场", "檢查 PIFA_APP_KEY 和 PIFA_APP_SECRET 是否屬於這個市場", "check PIFA_APP_KEY and PIFA_APP_SECRET: they belong to this market")
        }
        Trouble::Unauthorized(_) => {
            say!(lang; "把 PIFA_ACCESS_TOKEN 设为你账号的有效令牌", "把 PIFA_ACCESS_TOKEN 設為你帳號的有效權杖", "set PIFA_ACCESS_TOKEN to a valid token of your account")
        }
        Trouble::NotOffered => {
            say!(lang; "其他功能照常可用", "其他功能照常可用", "this market has no such call; other features go on without it")
        }
        Trouble::Denied(_) => {
            say!(lang; "在开放平台控制台订购含此接口的解决方案", "在開放平台控制台訂購含此介面的解決方案", "order the solution that contains this call in the open platform's console")
        }
        Trouble::Throttled => say!(lang; "等一分钟再试", "等一分鐘再試", "wait a minute and try again"),
        Trouble::Refused { .. } => {
            say!(lang; "没有下单；按市场所说的改好再试", "沒有下單；按市場所說的改好再試", "nothing was ordered; mend what the market names and try again")
        }
        Trouble::BadAnswer(_) => {
            say!(lang; "那份答复没有采用；再试一次，或检查 --market", "那份答覆沒有採用；再試一次，或檢查 --market", "nothing was taken over from that answer; try again, or check --market")
        }
        Trouble::ForeignLink(_) => {
            say!(lang; "到 1688 的“已买到的货品”里付款", "到 1688 的「已買到的貨品」裡付款", "pay on 1688's own order page instead")
        }
        Trouble::ByHand => {
            say!(lang; "退出后运行 `pifa --market hand order submit --to 文件夹`", "退出後執行 `pifa --market hand order submit --to 資料夾`", "quit, then `pifa --market hand order submit --to FOLDER`")
        }
        Trouble::Offline => {
            say!(lang; "接回网络，去掉 --offline，或设置 --market 和密钥", "接回網路，去掉 --offline，或設定 --market 和金鑰", "go online again: drop --offline, or set --market and its keys")
        }
        Trouble::Kept(trouble) => kept::hint(lang, trouble),
        other => hint_on_things(lang, other),
    }
}

/// What to do next, told in the screens: where the program can do it itself, by which keys.
pub fn hint_on_screen(lang: Lang, trouble: &Trouble, online_keys: &str) -> String {
    match trouble {
        Trouble::Offline if !online_keys.is_empty() => {
            say!(lang; "按 {online_keys} 恢复联网；以 --offline 启动的，去掉它重新打开", "按 {online_keys} 恢復連網；以 --offline 啟動的，去掉它重新開啟", "{online_keys} goes online again; if started with --offline, start without it")
        }
        other => hint(lang, other),
    }
}

fn hint_on_things(lang: Lang, trouble: &Trouble) -> String {
    match trouble {
        Trouble::NoOffer(_) => {
            say!(lang; "用 `pifa search` 找，或用 `pifa sync` 更新", "用 `pifa search` 找，或用 `pifa sync` 更新", "search for it with `pifa search`, or refresh with `pifa sync`")
        }
        Trouble::NoLine(_) => {
            say!(lang; "`pifa cart list` 列出各行和编号", "`pifa cart list` 列出各行和編號", "`pifa cart list` shows the lines and their ids")
        }
        Trouble::CartMoved => {
            say!(lang; "重新算一遍再用", "重新算一遍再用", "have it worked out again")
        }
        Trouble::NoSupplier(_) => {
            say!(lang; "用 `pifa suppliers` 列出供应商和编号", "用 `pifa suppliers` 列出供應商和編號", "`pifa suppliers` lists them with their ids")
        }
        Trouble::NoOrder(_) => {
            say!(lang; "`pifa order list` 列出已知的；`pifa sync` 去问市场", "`pifa order list` 列出已知的；`pifa sync` 去問市場", "`pifa order list` shows what is known; `pifa sync` asks the market")
        }
        Trouble::NoGroup(_) => {
            say!(lang; "`pifa group list` 列出进行中的", "`pifa group list` 列出進行中的", "`pifa group list` shows the open ones")
        }
        Trouble::NoAddress(_) => {
            say!(lang; "`pifa address list` 列出地址；`pifa sync` 更新", "`pifa address list` 列出地址；`pifa sync` 更新", "`pifa address list` shows them; `pifa sync` refreshes")
        }
        Trouble::NeedsSpec(key) => {
            say!(lang; "`pifa show {key}` 列出规格", "`pifa show {key}` 列出規格", "`pifa show {key}` lists its SKUs")
        }
        Trouble::Lease { .. } => {
            say!(lang; "检查数据文件夹的权限；什么都没有发出", "檢查資料夾的權限；什麼都沒有發出", "check the permissions of the data folder; nothing was sent")
        }
        Trouble::Badges { .. } => {
            say!(lang; "每行一个供应商（编号或公司名）和一个称号，逗号或制表符隔开", "每行一個供應商（編號或公司名）和一個稱號，逗號或定位字元隔開", "one supplier (id or company name) and one badge a line, a comma or a tab between them")
        }
        Trouble::Unknown(_) => {
            say!(lang; "再来一次即可：先查询，绝不盲目重发", "再來一次即可：先查詢，絕不盲目重發", "run the command again: it is looked up, never sent twice blindly")
        }
        Trouble::Repriced { new, .. } => {
            say!(lang; "同意新金额再付款（--accept {new}），或联系卖家", "同意新金額再付款（--accept {new}），或聯絡賣家", "agree to the new total (--accept {new}), or talk to the seller")
        }
        Trouble::FreightOpen(_) => {
            say!(lang; "等卖家定好运费再付；可以联系卖家", "等賣家定好運費再付；可以聯絡賣家", "pay once the freight is set; the seller can be asked")
        }
        Trouble::NotToPay { .. } => {
            say!(lang; "`pifa sync` 后看 `pifa order list`", "`pifa sync` 後看 `pifa order list`", "`pifa sync`, then `pifa order list`")
        }
        Trouble::Internal(_) => {
            say!(lang; "再试一次；已确认的都在账本里", "再試一次；已確認的都在帳本裡", "run it again; what was confirmed is in the ledger")
        }
        // The others have theirs in `hint`.
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{GroupId, LineId, OfferKey, OrderId, SupplierId};
    use crate::domain::kept_trouble::KeptTrouble;
    use crate::domain::money::Money;
    use crate::domain::text::Clean;

    fn all() -> Vec<Trouble> {
        let word = || Clean::new("WORD-9");
        let order = || OrderId::new("3317081160226242182");
        vec![
            Trouble::LedgerUnusable { path: word(), what: word() },
            Trouble::LedgerNewer { path: word(), found: 9 },
            Trouble::LedgerInUse { path: word() },
            Trouble::LedgerDamaged { path: word(), what: word() },
            Trouble::Catalog(word()),
            Trouble::Unreachable(word()),
            Trouble::Broken(word()),
            Trouble::SignatureRefused(word()),
            Trouble::Unauthorized(word()),
            Trouble::NotOffered,
            Trouble::Denied(word()),
            Trouble::Throttled,
            Trouble::Refused { code: word(), words: word() },
            Trouble::BadAnswer(word()),
            Trouble::ForeignLink(word()),
            Trouble::Offline,
            Trouble::ByHand,
            Trouble::NoOffer(OfferKey::Market(9)),
            Trouble::NoLine(LineId(9)),
            Trouble::CartMoved,
            Trouble::NoSupplier(SupplierId::new("x")),
            Trouble::NoOrder(word()),
            Trouble::NoGroup(GroupId::new("9")),
            Trouble::NoAddress(None),
            Trouble::NoAddress(Some(word())),
            Trouble::NeedsSpec(OfferKey::Market(9)),
            Trouble::Lease { path: word(), what: word() },
            Trouble::Badges { path: word(), what: word() },
            Trouble::Unknown(word()),
            Trouble::Repriced { order: order(), old: Money::from_fen(4_400), new: Money::from_fen(5_201) },
            Trouble::FreightOpen(order()),
            Trouble::NotToPay { order: order(), state: word() },
            Trouble::Kept(KeptTrouble::HistoryUnusable { path: word(), what: word() }),
            Trouble::Kept(KeptTrouble::HistoryNewer { path: word(), found: 9 }),
            Trouble::Kept(KeptTrouble::SavedFile { at: word(), what: word() }),
            Trouble::Kept(KeptTrouble::NoSaved { name: word(), near: None }),
            Trouble::Kept(KeptTrouble::NoSaved { name: word(), near: Some(word()) }),
            Trouble::Kept(KeptTrouble::SavedName(word())),
            Trouble::Kept(KeptTrouble::SavedQuery(word())),
            Trouble::Kept(KeptTrouble::SavedTaken(word())),
            Trouble::Kept(KeptTrouble::SavedZone(word())),
            Trouble::Kept(KeptTrouble::BadPack { file: word(), what: word() }),
            Trouble::Kept(KeptTrouble::ForeignPack { file: word(), market: word(), never: false }),
            Trouble::Kept(KeptTrouble::PackTarget { file: word(), what: word() }),
            Trouble::Kept(KeptTrouble::EmptyPack),
            Trouble::Kept(KeptTrouble::NoWatch(9)),
            Trouble::Kept(KeptTrouble::File { at: word(), what: word() }),
            Trouble::Kept(KeptTrouble::NoList { name: word(), near: None }),
            Trouble::Kept(KeptTrouble::NoList { name: word(), near: Some(word()) }),
            Trouble::Kept(KeptTrouble::ListTaken(word())),
            Trouble::Internal(word()),
        ]
    }

    #[test]
    fn every_trouble_has_a_sentence_and_a_way_out_in_every_language() {
        for trouble in all() {
            let said: Vec<String> = Lang::ALL.map(|lang| sentence(lang, &trouble)).into();
            let hints: Vec<String> = Lang::ALL.map(|lang| hint(lang, &trouble)).into();
            for text in said.iter().chain(&hints) {
                assert!(!text.is_empty(), "{trouble:?}");
            }
            let chinese = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(chinese(&said[0]) && chinese(&said[1]) && !chinese(&said[2]), "{said:?}");
            assert!(chinese(&hints[0]) && chinese(&hints[1]) && !chinese(&hints[2]), "{hints:?}");
        }
    }

    #[test]
    fn the_screens_name_the_key_that_goes_online_again() {
        for lang in Lang::ALL {
            let said = hint_on_screen(lang, &Trouble::Offline, "Ctrl-o");
            assert!(said.contains("Ctrl-o") && said.contains("--offline"), "{said}");
            assert_eq!(hint_on_screen(lang, &Trouble::Offline, ""), hint(lang, &Trouble::Offline));
            assert_eq!(hint_on_screen(lang, &Trouble::Throttled, "Ctrl-o"), hint(lang, &Trouble::Throttled));
        }
    }

    #[test]
    fn money_and_ids_are_exact_in_every_language() {
        let order = OrderId::new("3317081160226242182");
        let repriced =
            Trouble::Repriced { order, old: Money::from_fen(4_400), new: Money::from_fen(123_456_789) };
        for lang in Lang::ALL {
            let text = sentence(lang, &repriced);
            for part in ["3317081160226242182", "44.00", "1234567.89"] {
                assert!(text.contains(part), "{text}");
            }
            assert!(hint(lang, &repriced).contains("1234567.89"));
            let refused =
                Trouble::Refused { code: Clean::new("500_005"), words: Clean::new("低于起批量 [5]") };
            assert!(sentence(lang, &refused).contains("500_005 低于起批量 [5]"), "quoted as it came");
        }
    }
}
