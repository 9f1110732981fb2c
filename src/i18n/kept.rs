//! What went wrong with saved searches, the price history, watches and packs, and what to do about it.

use crate::domain::kept_trouble::KeptTrouble;
use crate::i18n::Lang;
use crate::i18n::messages::say;

/// What happened.
pub fn sentence(lang: Lang, trouble: &KeptTrouble) -> String {
    match trouble {
        KeptTrouble::HistoryUnusable { path, what } => {
            say!(lang; "价格记录 {path} 无法读写：{what}", "價格紀錄 {path} 無法讀寫：{what}", "the price history {path}: {what}")
        }
        KeptTrouble::HistoryNewer { path, found } => {
            say!(lang; "价格记录 {path} 由更新版本写成（格式 {found}）", "價格紀錄 {path} 由更新版本寫成（格式 {found}）", "the price history {path} was written by a newer pifa (schema {found})")
        }
        KeptTrouble::SavedFile { at, what } => {
            say!(lang; "{at}：存的搜索有误：{what}", "{at}：存的搜尋有誤：{what}", "{at}: {what}")
        }
        KeptTrouble::NoSaved { name, near: None } => {
            say!(lang; "没有叫“{name}”的搜索", "沒有叫「{name}」的搜尋", "no saved search is called {name}")
        }
        KeptTrouble::NoSaved { name, near: Some(near) } => {
            say!(lang; "没有叫“{name}”的搜索，是不是“{near}”？", "沒有叫「{name}」的搜尋，是不是「{near}」？", "no saved search is called {name}: did you mean {near}?")
        }
        KeptTrouble::SavedName(what) => {
            say!(lang; "这个名字不能用：{what}", "這個名字不能用：{what}", "not a name for a saved search: {what}")
        }
        KeptTrouble::SavedQuery(what) => {
            say!(lang; "这个搜索有误：{what}", "這個搜尋有誤：{what}", "the query has a mistake: {what}")
        }
        KeptTrouble::SavedTaken(name) => {
            say!(lang; "已经有叫“{name}”的搜索", "已經有叫「{name}」的搜尋", "a saved search is called {name} already")
        }
        KeptTrouble::SavedZone(name) => {
            say!(lang; "“{name}”是随程序附带的专区，没有文件可删", "「{name}」是隨程式附帶的專區，沒有檔案可刪", "{name} comes with the program: there is no file to delete")
        }
        KeptTrouble::BadPack { file, what } => {
            say!(lang; "货品包 {file} 不能用：{what}", "貨品包 {file} 不能用：{what}", "the pack {file} cannot be used: {what}")
        }
        KeptTrouble::ForeignPack { file, market, .. } => {
            say!(lang; "货品包 {file} 来自另一个应用或市场：{market}", "貨品包 {file} 來自另一個應用或市場：{market}", "the pack {file} is of another app or market: {market}")
        }
        KeptTrouble::PackTarget { file, what } => {
            say!(lang; "写不了货品包 {file}：{what}", "寫不了貨品包 {file}：{what}", "the pack {file} cannot be written: {what}")
        }
        KeptTrouble::EmptyPack => {
            say!(lang; "没有可打包的商品", "沒有可打包的商品", "there is nothing to pack")
        }
        KeptTrouble::NoWatch(id) => {
            say!(lang; "没有编号 {id} 的盯价", "沒有編號 {id} 的盯價", "no watch has the number {id}")
        }
        KeptTrouble::File { at, what } => {
            say!(lang; "{at}：文件不能用：{what}", "{at}：檔案不能用：{what}", "{at}: {what}")
        }
        KeptTrouble::NoList { name, near: None } => {
            say!(lang; "没有叫“{name}”的清单", "沒有叫「{name}」的清單", "no list is called {name}")
        }
        KeptTrouble::NoList { name, near: Some(near) } => {
            say!(lang; "没有叫“{name}”的清单，是不是“{near}”？", "沒有叫「{name}」的清單，是不是「{near}」？", "no list is called {name}: did you mean {near}?")
        }
        KeptTrouble::ListTaken(name) => {
            say!(lang; "已经有叫“{name}”的清单", "已經有叫「{name}」的清單", "a list is called {name} already")
        }
    }
}

/// What to do next.
pub fn hint(lang: Lang, trouble: &KeptTrouble) -> String {
    match trouble {
        KeptTrouble::HistoryUnusable { .. } => {
            say!(lang; "检查数据文件夹的空间和权限；把这个文件移走会新建一个", "檢查資料夾的空間和權限；把這個檔案移走會新建一個", "check free space and permissions of the data folder; moved away, a new one is begun")
        }
        KeptTrouble::HistoryNewer { .. } => {
            say!(lang; "请升级 pifa；什么都没有改动", "請升級 pifa；什麼都沒有改動", "upgrade pifa; nothing was changed")
        }
        KeptTrouble::SavedFile { .. } => {
            say!(lang; "改好那一行再试；别的搜索不受影响", "改好那一行再試；別的搜尋不受影響", "mend that line; the other saved searches are not affected")
        }
        KeptTrouble::NoSaved { .. } => {
            say!(lang; "`pifa search --saved` 列出所有的", "`pifa search --saved` 列出所有的", "`pifa search --saved` lists them")
        }
        KeptTrouble::SavedName(_) => {
            say!(lang; "换一个能当文件名的名字", "換一個能當檔名的名字", "take a name that can be a file's name")
        }
        KeptTrouble::SavedQuery(_) => {
            say!(lang; "改好再存", "改好再存", "mend it and save again")
        }
        KeptTrouble::SavedTaken(_) => {
            say!(lang; "换个名字，或加 --replace 覆盖", "換個名字，或加 --replace 覆蓋", "take another name, or replace it with --replace")
        }
        KeptTrouble::SavedZone(_) => {
            say!(lang; "存一个同名的搜索就会盖过它", "存一個同名的搜尋就會蓋過它", "a search saved under its name takes its place")
        }
        KeptTrouble::BadPack { .. } => {
            say!(lang; "什么都没有导入；请对方重新打包再发一次", "什麼都沒有匯入；請對方重新打包再發一次", "nothing was taken from it; have it packed and sent again")
        }
        KeptTrouble::ForeignPack { never: true, .. } => {
            say!(lang; "每个沙盒自成一个市场；加 --as-local 当作外来清单导入：能搜能比，不能直接下单", "每個沙盒自成一個市場；加 --as-local 當作外來清單匯入：能搜能比，不能直接下單", "a sandbox is a market of its own, and packs of older versions do not say: take it in with --as-local: such goods can be searched and compared, never ordered as they are")
        }
        KeptTrouble::ForeignPack { .. } => {
            say!(lang; "对方也在这个市场采购就加 --same-market，编号照用；否则加 --as-local 当作外来清单导入：能搜能比，不能直接下单", "對方也在這個市場採購就加 --same-market，編號照用；否則加 --as-local 當作外來清單匯入：能搜能比，不能直接下單", "where they buy at your market, --same-market keeps its ids; else take it in with --as-local: such goods can be searched and compared, never ordered as they are")
        }
        KeptTrouble::PackTarget { .. } => {
            say!(lang; "换一个能写的位置", "換一個能寫的位置", "name a place that can be written to")
        }
        KeptTrouble::EmptyPack => {
            say!(lang; "先用 `pifa search` 看看能找到什么", "先用 `pifa search` 看看能找到什麼", "see with `pifa search` what is found")
        }
        KeptTrouble::NoWatch(_) => {
            say!(lang; "`pifa watch list` 列出编号", "`pifa watch list` 列出編號", "`pifa watch list` shows the numbers")
        }
        KeptTrouble::File { .. } => {
            say!(lang; "改好这个文件再试；什么都没有改动", "改好這個檔案再試；什麼都沒有改動", "mend the file and try again; nothing was changed")
        }
        KeptTrouble::NoList { .. } => {
            say!(lang; "`pifa list all` 列出所有清单", "`pifa list all` 列出所有清單", "`pifa list all` shows them")
        }
        KeptTrouble::ListTaken(_) => {
            say!(lang; "换个名字，或加 --replace 覆盖", "換個名字，或加 --replace 覆蓋", "take another name, or replace it with --replace")
        }
    }
}
