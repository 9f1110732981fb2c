//! What became of a list: rows that go in, and why others do not. Takes clean text, gives text that is safe to show.

use crate::domain::entry::{CutShort, Reason, Standing};
use crate::i18n::Lang;
use crate::i18n::messages::say;

/// Why a row is not taken.
pub fn reason(lang: Lang, reason: &Reason) -> String {
    match reason {
        Reason::NotARow => say!(lang; "这一行没有货号", "這一行沒有貨號", "names no goods"),
        Reason::UnknownOffer(code) => {
            say!(lang; "本地没有 {code}：不是商品号，也不是登记过的编码", "本機沒有 {code}：不是商品編號，也不是登記過的編碼", "{code} is neither an offer of the catalog nor a known code")
        }
        Reason::UnknownSpec { offer, spec } => {
            say!(lang; "商品 {offer} 没有规格 {spec}", "商品 {offer} 沒有規格 {spec}", "offer {offer} has no SKU {spec}")
        }
        Reason::NeedsSpec { offer, specs } => {
            say!(lang; "商品 {offer} 有 {specs} 个规格，要写明哪个", "商品 {offer} 有 {specs} 個規格，要寫明哪個", "offer {offer} has {specs} SKUs: name one as OFFER:SPEC")
        }
        Reason::Ambiguous(code) => {
            say!(lang; "{code} 对应好几个商品，请写商品号", "{code} 對應好幾個商品，請寫商品編號", "{code} stands for several offers: name one by its number")
        }
        Reason::BadLink(_) => {
            say!(lang; "链接里看不出是哪个商品（短链接要先在浏览器里打开）", "連結裡看不出是哪個商品（短連結要先在瀏覽器裡打開）", "the link does not tell one offer (open a short link in a browser first)")
        }
        Reason::BadQuantity(text) if text.is_empty() => {
            say!(lang; "没有数量", "沒有數量", "no quantity")
        }
        Reason::BadQuantity(text) => {
            say!(lang; "数量不对：{text}（大于 0，最多三位小数，最大 99,999,999）", "數量不對：{text}（大於 0，最多三位小數，最大 99,999,999）", "not a quantity: {text} (above 0, at most three decimals, at most 99,999,999)")
        }
        Reason::Fraction { quantity, unit } => {
            let unit = unit.as_ref().map_or_else(String::new, |unit| format!(" {unit}"));
            say!(lang; "{quantity}{unit}：按个数卖的货不能买零头", "{quantity}{unit}：按個數賣的貨不能買零頭", "{quantity}{unit}: counted goods are sold whole")
        }
        Reason::Ruined(text) => {
            say!(lang; "{text} 被 Excel 改成了科学计数法，后几位已经丢了；把这一列设为文本再导出", "{text} 被 Excel 改成了科學記號，後幾位已經丟了；把這一欄設為文字再匯出", "{text} is an id a spreadsheet rounded, its last digits are lost: export that column as text")
        }
        Reason::Duplicate { line } => {
            say!(lang; "与第 {line} 行重复，以第 {line} 行为准", "與第 {line} 行重複，以第 {line} 行為準", "the same goods stand in line {line}, which was taken")
        }
        Reason::Lowered { before } => {
            say!(lang; "这份清单之前已加入 {before}；要减少请在采购车里改", "這份清單之前已加入 {before}；要減少請在採購車裡改", "this list put in {before} before: to have fewer, change the cart")
        }
        Reason::Encoding => {
            say!(lang; "乱码：既不是 UTF-8 也不是 GB18030", "亂碼：既不是 UTF-8 也不是 GB18030", "unreadable: neither UTF-8 nor GB18030")
        }
        Reason::Quote => say!(lang; "引号没有配对", "引號沒有配對", "a quote is opened and not closed"),
        Reason::TooLong => say!(lang; "这一行太长", "這一行太長", "the row is too long"),
    }
}

/// What becomes of a good row, in a word or two.
pub fn standing(lang: Lang, standing: Standing) -> String {
    match standing {
        Standing::New => say!(lang; "加入", "加入", "add"),
        Standing::Raised { before } => say!(lang; "由 {before} 补足", "由 {before} 補足", "up from {before}"),
        Standing::Already => say!(lang; "已加过", "已加過", "in already"),
    }
}

/// What of a list was not read.
pub fn cut_short(lang: Lang, what: CutShort) -> String {
    match what {
        CutShort::Rows(rows) => {
            say!(lang; "太长，只读了前 {rows} 行", "太長，只讀了前 {rows} 行", "too long: only the first {rows} rows were read")
        }
        CutShort::Sheets(sheets) => {
            say!(lang; "只读了第一张表，还有 {sheets} 张没读", "只讀了第一張表，還有 {sheets} 張沒讀", "only the first sheet was read; {sheets} more were not")
        }
    }
}

/// A list in numbers.
pub fn counted(lang: Lang, adding: usize, already: usize, bad: usize) -> String {
    let mut said = match lang {
        Lang::En if adding == 1 => "1 row to add".to_owned(),
        _ => say!(lang; "可加入 {adding} 行", "可加入 {adding} 行", "{adding} rows to add"),
    };
    if already > 0 {
        said.push_str(
            &say!(lang; "，已加过 {already} 行", "，已加過 {already} 行", ", {already} in already"),
        );
    }
    if bad > 0 {
        said.push_str(&say!(lang; "，有问题 {bad} 行", "，有問題 {bad} 行", ", {bad} not taken"));
    }
    said
}

/// What a list put into the cart.
pub fn entered(lang: Lang, added: usize, already: usize, bad: usize) -> String {
    let mut said = match lang {
        Lang::En if added == 1 => "1 row added".to_owned(),
        _ => say!(lang; "已加入 {added} 行", "已加入 {added} 行", "{added} rows added"),
    };
    if already > 0 {
        said.push_str(&say!(lang; "，之前已加过 {already} 行", "，之前已加過 {already} 行", ", {already} were in already"));
    }
    if bad > 0 {
        said.push_str(
            &say!(lang; "，{bad} 行有问题没有加入", "，{bad} 行有問題沒有加入", ", {bad} not taken"),
        );
    }
    said
}

/// Bad rows that are not shown one by one.
pub fn more_bad(lang: Lang, more: usize) -> String {
    say!(lang; "还有 {more} 行有问题", "還有 {more} 行有問題", "{more} more are not taken")
}

/// A line of a list by its number.
pub fn line(lang: Lang, line: u64) -> String {
    say!(lang; "第 {line} 行", "第 {line} 行", "line {line}")
}
