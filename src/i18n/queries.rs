//! What was expected where a query has a mistake, in the buyer's language.

use crate::domain::mistake::Wrong;
use crate::i18n::Lang;

/// What should stand there instead.
pub fn expected(lang: Lang, wrong: &Wrong) -> String {
    let (zh, tw, en) = match wrong {
        Wrong::NotANumber { like } => (
            format!("这里要写数字，例如 {like}"),
            format!("這裡要寫數字，例如 {like}"),
            format!("a number is expected here, as in {like}"),
        ),
        Wrong::NotAQuantity { like } => (
            format!("@ 后面要写数量，例如 {like}"),
            format!("@ 後面要寫數量，例如 {like}"),
            format!("a quantity is expected after @, as in {like}"),
        ),
        Wrong::NotOneOf(choices) => match choices.as_slice() {
            [one] => (format!("是不是 {one}？"), format!("是不是 {one}？"), format!("did you mean {one}?")),
            all => (
                format!("这里可以写：{}", all.join("、")),
                format!("這裡可以寫：{}", all.join("、")),
                format!("one of these is expected: {}", all.join(", ")),
            ),
        },
        Wrong::OpenQuote => (
            "引号还没有配对".to_owned(),
            "引號還沒有配對".to_owned(),
            "the quotation mark is not closed yet".to_owned(),
        ),
        Wrong::NoValue { like } => (
            format!("后面还要写，例如 {like}"),
            format!("後面還要寫，例如 {like}"),
            format!("a value is expected here, as in {like}"),
        ),
        Wrong::WrongSign { like } => {
            (format!("要写成 {like}"), format!("要寫成 {like}"), format!("this is written like {like}"))
        }
        Wrong::TooMany => (
            "条件太多，从这里起不算".to_owned(),
            "條件太多，從這裡起不算".to_owned(),
            "too many conditions: from here on they do not count".to_owned(),
        ),
        Wrong::TooLong => (
            "太长了，从这里起没有读".to_owned(),
            "太長了，從這裡起沒有讀".to_owned(),
            "too long: from here on it was not read".to_owned(),
        ),
        Wrong::NotAnOffer { like } => (
            format!("这里要写商品编号，例如 {like}"),
            format!("這裡要寫商品編號，例如 {like}"),
            format!("an offer's number is expected here, as in {like}"),
        ),
        Wrong::NoOr => (
            "词之间没有「或」：同一个条件里用逗号，例如 belt:义乌,永康；否则分两次搜".to_owned(),
            "詞之間沒有「或」：同一個條件裡用逗號，例如 belt:义乌,永康；否則分兩次搜".to_owned(),
            "there is no OR: commas separate alternatives, as in belt:义乌,永康; else search twice"
                .to_owned(),
        ),
        Wrong::NoOfferInLink => (
            "这个链接不带商品编号：请打开它，粘贴商品页的链接".to_owned(),
            "這個連結不帶商品編號：請打開它，貼上商品頁的連結".to_owned(),
            "this link names no offer: open it and paste the link of the offer's page".to_owned(),
        ),
    };
    match lang {
        Lang::ZhCn => zh,
        Lang::ZhTw => tw,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_says_what_is_right() {
        for lang in Lang::ALL {
            let number = expected(lang, &Wrong::NotANumber { like: "price<8" });
            assert!(number.ends_with("price<8"), "{number}");
            assert!(expected(lang, &Wrong::NotOneOf(vec!["goods", "fee"])).contains("fee"));
            assert!(expected(lang, &Wrong::NotOneOf(vec!["price"])).contains("price"));
        }
    }
}
