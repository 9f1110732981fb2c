//! Values of the command line, read and checked: quantities, prices, times, names.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::domain::algebra::{Expr, Op};
use crate::domain::id::{OfferKey, SpecId};
use crate::domain::money::Money;
use crate::domain::pasted;
use crate::domain::quantity::Quantity;
use crate::domain::search::Sort;

/// `OFFER[:SPEC]`; links and share texts of the marketplace are taken as they were pasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferSpec {
    /// The offer.
    pub offer: OfferKey,
    /// The SKU, where one was named.
    pub spec: Option<SpecId>,
}

pub(super) fn offer_spec(text: &str) -> Result<OfferSpec, String> {
    if let Some(named) = pasted::one(text).map_err(|error| error.to_string())? {
        return Ok(OfferSpec { offer: named.offer, spec: named.spec.as_deref().map(SpecId::new) });
    }
    // An imported key has colons of its own: L:<source>:<item>[:<spec>].
    let colons = if text.starts_with("L:") { 3 } else { 1 };
    let cut = text.match_indices(':').nth(colons - 1).map(|(at, _)| at);
    let (offer, spec) = match cut.and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?))) {
        Some((offer, spec)) => (offer, Some(spec)),
        None => (text, None),
    };
    let offer = offer.parse::<OfferKey>().map_err(|error| error.to_string())?;
    match spec {
        Some("") => Err("the SKU after the colon is missing".to_owned()),
        spec => Ok(OfferSpec { offer, spec: spec.map(SpecId::new) }),
    }
}

/// An offer without a SKU: its key, or a text with a link to its page.
pub(super) fn offer(text: &str) -> Result<OfferKey, String> {
    match pasted::one(text).map_err(|error| error.to_string())? {
        Some(named) => Ok(named.offer),
        None => text.parse::<OfferKey>().map_err(|error| error.to_string()),
    }
}

pub(super) fn line_id(text: &str) -> Result<i64, String> {
    let id = text.parse().ok().filter(|id: &i64| *id > 0);
    id.ok_or_else(|| "not a line id (`pifa cart list` shows them)".to_owned())
}

pub(super) fn quantity(text: &str) -> Result<Quantity, String> {
    let quantity: Quantity =
        text.parse().map_err(|error: crate::domain::quantity::BadQuantity| error.to_string())?;
    if quantity.is_zero() { Err("a quantity is above 0".to_owned()) } else { Ok(quantity) }
}

/// Which lines of the cart are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lines {
    /// Every one.
    All,
    /// These, as ranges of ids, first and last.
    Some(Vec<(i64, i64)>),
}

/// `all`, `4`, `4,7,9-12`
pub(super) fn lines(text: &str) -> Result<Lines, String> {
    if text == "all" {
        return Ok(Lines::All);
    }
    let range = |part: &str| match part.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (line_id(first.trim())?, line_id(last.trim())?);
            if first <= last { Ok((first, last)) } else { Err(format!("{part}: the lesser id comes first")) }
        }
        None => line_id(part.trim()).map(|id| (id, id)),
    };
    text.split(',').map(range).collect::<Result<_, _>>().map(Lines::Some)
}

/// A quantity, or a change of one.
pub(super) fn change(text: &str) -> Result<Expr, String> {
    let expr: Expr = text.parse().map_err(|error: crate::domain::algebra::BadExpr| {
        format!("not a quantity nor a change of one: {error}")
    })?;
    // A bare number is judged before the cart is looked at.
    if let [Op::Set(number), ..] = expr.ops() {
        let fits = Quantity::from_decimal(*number).is_some_and(|quantity| !quantity.is_zero());
        if !fits {
            return Err("a quantity is above 0 and at most 99,999,999".to_owned());
        }
    }
    Ok(expr)
}

pub(super) fn sort(text: &str) -> Result<Sort, String> {
    Sort::from_word(text).ok_or_else(|| {
        let words: Vec<&str> = Sort::ALL.iter().map(|sort| sort.as_str()).collect();
        format!("one of {}", words.join(", "))
    })
}

/// A factor for quantities.
pub(super) fn scale(text: &str) -> Result<Decimal, String> {
    let factor = text.parse().ok().filter(|x: &Decimal| *x > Decimal::ZERO && *x <= Decimal::ONE_THOUSAND);
    factor.ok_or_else(|| "a factor above 0 and not above 1000, such as 1.5".to_owned())
}

pub(super) fn percent(text: &str) -> Result<Decimal, String> {
    text.trim_end_matches('%')
        .parse()
        .ok()
        .filter(|percent: &Decimal| !percent.is_sign_negative() && *percent <= Decimal::ONE_THOUSAND)
        .ok_or_else(|| "a percentage such as 3".to_owned())
}

pub(super) fn yuan(text: &str) -> Result<Money, String> {
    text.parse()
        .ok()
        .filter(|money: &Money| !money.is_negative())
        .ok_or_else(|| "yuan such as 50.00".to_owned())
}

pub(super) fn speed(text: &str) -> Result<Decimal, String> {
    text.parse()
        .ok()
        .filter(|speed: &Decimal| !speed.is_sign_negative() && *speed <= Decimal::from(1_000_000))
        .ok_or_else(|| "0 or more".to_owned())
}

/// Above nothing and at most a hundred of a hundred: `1`, `0.5`.
pub(super) fn share(text: &str) -> Result<Decimal, String> {
    text.trim_end_matches('%')
        .parse()
        .ok()
        .filter(|share: &Decimal| *share > Decimal::ZERO && *share <= Decimal::ONE_HUNDRED)
        .ok_or_else(|| "above 0, at most 100: 1 or 0.5".to_owned())
}

/// `+1h`, `1d`, `+90m`: forward only, and no further than a sandbox goes at once.
pub(super) fn forward(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(60 * 24 * 3600);
    let span = time(text.strip_prefix('+').unwrap_or(text)).filter(|span| *span <= MOST);
    span.ok_or_else(|| "forward by a number with s, m, h, d or w, at most 60 days: +1h, +10d".to_owned())
}

/// `7d`, `12h`: how long ago.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(100 * 366 * 24 * 3600);
    let span = time(text).filter(|span| *span <= MOST);
    span.ok_or_else(|| "a number with s, m, h, d or w: 12h, 7d".to_owned())
}

/// A number with its unit, more than none.
fn time(said: &str) -> Option<Duration> {
    let number = said.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match said.strip_prefix(number).unwrap_or_default() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        "w" => 7 * 24 * 3600,
        _ => 0,
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = number.parse::<u64>().ok().filter(|_| digits).and_then(|number| number.checked_mul(unit));
    seconds.filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

pub(super) fn profile_name(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if !text.is_empty() && text.chars().count() <= 64 && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("letters, digits, - and _".to_owned())
    }
}

pub(super) fn lang_tag(text: &str) -> Result<String, String> {
    match crate::i18n::Lang::from_tag(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("zh-CN, zh-TW or en".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_with_and_without_a_sku() {
        let read =
            |text: &str| offer_spec(text).map(|o| (o.offer.to_string(), o.spec.map(|s| s.to_string())));
        assert_eq!(read("676651652931").unwrap(), ("676651652931".into(), None));
        assert_eq!(read("676651652931:abc").unwrap(), ("676651652931".into(), Some("abc".into())));
        assert_eq!(read("L:uci:85123A").unwrap(), ("L:uci:85123A".into(), None));
        assert_eq!(read("L:uci:85123A:red").unwrap(), ("L:uci:85123A".into(), Some("red".into())));
        assert!(read("12:").is_err() && read("abc").is_err());
        let page = "https://detail.1688.com/offer/676651652931.html";
        let shared = format!("【304保温杯】{page} 点击链接打开");
        for text in [page, shared.as_str(), "detail.1688.com/offer/676651652931.html?spm=a2615.1:2"] {
            assert_eq!(read(text).unwrap(), ("676651652931".into(), None), "{text}");
            assert_eq!(offer(text).unwrap().to_string(), "676651652931");
        }
        assert_eq!(read(&format!("{page}:abc")).unwrap(), ("676651652931".into(), Some("abc".into())));
        assert!(read("https://qr.1688.com/s/aBcD").unwrap_err().contains("copy the address"));
        assert!(read(&format!("{page} https://m.1688.com/offer/2.html")).unwrap_err().contains("2 offers"));
        assert!(offer("https://example.com/offer/676651652931.html").is_err());
    }

    #[test]
    fn a_clock_goes_forward_in_plain_words_only() {
        let seconds = |text: &str| forward(text).ok().map(|by| by.as_secs());
        for (text, wanted) in [
            ("+1h", 3_600),
            ("1d", 86_400),
            ("+90m", 5_400),
            ("30s", 30),
            ("+2w", 1_209_600),
            ("60d", 5_184_000),
        ] {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
        for text in [
            "",
            "+",
            "-1h",
            "+-1h",
            "1",
            "1y",
            "1hh",
            "0d",
            "61d",
            "1.5h",
            "h",
            "99999999999999999999s",
            "１h",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
