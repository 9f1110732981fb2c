//! Words of the grid of SKUs.

use crate::i18n::Lang;
use crate::i18n::messages::say;

/// More was typed than there are places.
pub fn run_too_long(lang: Lang, typed: usize, places: usize) -> String {
    say!(lang; "写了 {typed} 个，从这里起只有 {places} 格", "寫了 {typed} 個，從這裡起只有 {places} 格", "{typed} typed, {places} places from here on")
}

/// Units for places the offer has no SKU for.
pub fn no_such_sku(lang: Lang, count: usize) -> String {
    say!(lang; "{count} 格没有这个规格，没填", "{count} 格沒有這個規格，沒填", "{count} not filled: no such SKU")
}

/// What was typed is no number of units.
pub fn not_units(lang: Lang, word: &str) -> String {
    say!(lang; "“{word}”不是数量", "「{word}」不是數量", "\"{word}\" is no quantity")
}

/// Pasted cells that are no quantities.
pub fn bad_cells(lang: Lang, count: usize, first: &str) -> String {
    say!(lang; "{count} 格不是数量，如“{first}”，没填", "{count} 格不是數量，如「{first}」，沒填", "{count} not filled: no quantity, such as \"{first}\"")
}

/// After a block was pasted.
pub fn pasted(lang: Lang, filled: usize) -> String {
    match (lang, filled) {
        (Lang::En, 1) => "1 cell filled".to_owned(),
        _ => say!(lang; "填了 {filled} 格", "填了 {filled} 格", "{filled} cells filled"),
    }
}

/// A hand was saved.
pub fn hand_kept(lang: Lang, sizes: &str) -> String {
    say!(lang; "一手存为 {sizes}", "一手存為 {sizes}", "one hand is {sizes}")
}

/// What one hand is.
pub fn hand(lang: Lang, sizes: Option<&str>) -> String {
    match sizes {
        Some(sizes) => say!(lang; "一手 = {sizes}", "一手 = {sizes}", "hand = {sizes}"),
        None => {
            say!(lang; "一手 = 有货的每码 1 件", "一手 = 有貨的每碼 1 件", "hand = 1 of each size in stock")
        }
    }
}

/// After the grid went into the cart.
pub fn taken(lang: Lang, count: usize, undo: &str) -> String {
    match (lang, count) {
        (Lang::En, 1) => format!("1 SKU in the cart ({undo} undoes)"),
        _ => {
            say!(lang; "{count} 个规格进了采购车（{undo} 撤销）", "{count} 個規格進了採購車（{undo} 復原）", "{count} SKUs in the cart ({undo} undoes)")
        }
    }
}
