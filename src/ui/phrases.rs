//! Short phrases that several panes draw alike: names cut to what tells them apart, certificates as marks, days,
//! what the buyer bought before.

use jiff::Timestamp;
use ratatui::style::Style;

use crate::app::Model;
use crate::domain::id::OfferKey;
use crate::domain::mark::{Bought, Mark, Mine};
use crate::domain::supplier::{Identity, Mix};
use crate::i18n::{messages, places};
use crate::ui::pen::Pen;
use crate::ui::text;

/// A company's name without its city or belt in front and its legal form behind: what tells it apart in a narrow
/// column.
pub fn short_name<'a>(name: &'a str, belt: Option<&str>) -> &'a str {
    let mut short = name.trim();
    for form in ["股份有限公司", "有限责任公司", "有限公司", "有限公司分公司"] {
        short = short.strip_suffix(form).filter(|rest| rest.chars().count() >= 2).unwrap_or(short);
    }
    let city = short.char_indices().skip(1).take(4).find(|(_, c)| matches!(c, '市' | '县' | '縣'));
    if let Some((at, c)) = city
        && let Some(rest) = short.get(at + c.len_utf8()..)
        && rest.chars().count() >= 2
    {
        return rest;
    }
    // Belts are named after their city: 永康 or 永康五金.
    let place =
        belt.and_then(|belt| belt.char_indices().nth(1).and_then(|(at, c)| belt.get(..at + c.len_utf8())));
    let rest = place.and_then(|place| short.strip_prefix(place)).filter(|rest| rest.chars().count() >= 2);
    rest.unwrap_or(short)
}

/// The strongest certificate as a mark, with the years on the platform: `SF9`.
pub fn certificate(model: &Model, identities: &[Identity], years: Option<u32>) -> String {
    let words = model.text();
    let mark = identities.iter().filter(|identity| !matches!(identity, Identity::Other(_))).min();
    let mark = match mark {
        Some(Identity::SuperFactory) => words.mark_super_factory,
        Some(Identity::PowerfulMerchant) => words.mark_powerful_merchant,
        Some(Identity::TrustPass) => words.mark_trust_pass,
        Some(Identity::Yanxuan) => words.mark_yanxuan,
        Some(Identity::Crossborder) => words.mark_crossborder,
        Some(Identity::Other(_)) | None => "",
    };
    format!("{mark}{}", years.filter(|years| *years > 0).map(|years| years.to_string()).unwrap_or_default())
}

/// A certificate in the language of the screen.
pub fn identity_name(model: &Model, identity: &Identity) -> String {
    let words = model.text();
    match identity {
        Identity::SuperFactory => words.super_factory.to_owned(),
        Identity::PowerfulMerchant => words.powerful_merchant.to_owned(),
        Identity::TrustPass => words.trust_pass.to_owned(),
        Identity::Yanxuan => words.yanxuan.to_owned(),
        Identity::Crossborder => words.crossborder.to_owned(),
        Identity::Other(word) => word.to_string(),
    }
}

/// A day in the zone of the screen; with its year where that is not this one.
pub fn day(model: &Model, then: Timestamp) -> String {
    let local = then.to_zoned(model.zone.clone());
    let this_year = model.now.to_zoned(model.zone.clone()).year();
    let year = Some(local.year()).filter(|year| *year != this_year);
    messages::day(model.lang, year, local.month(), local.day())
}

/// A day for a column: month and day, or year and month where that is not this year.
pub fn day_short(model: &Model, then: Timestamp) -> String {
    let local = then.to_zoned(model.zone.clone());
    if local.year() == model.now.to_zoned(model.zone.clone()).year() {
        format!("{:02}-{:02}", local.month(), local.day())
    } else {
        format!("{}-{:02}", local.year(), local.month())
    }
}

/// Two cells: a star for a favourite, a mark for a note or tags; of the offer or of its supplier.
pub fn marks(pen: &Pen, of: &[&Mark]) -> String {
    let star = if of.iter().any(|mark| mark.favourite) { pen.glyphs.star } else { " " };
    let noted = of.iter().any(|mark| !mark.note.is_empty() || !mark.tags.is_empty());
    format!("{star}{}", if noted { pen.glyphs.note } else { " " })
}

/// `3x 9.60` where it fits, else `3x`.
pub fn bought_short(model: &Model, bought: &Bought, cells: usize) -> String {
    let times = messages::times(model.lang, bought.times);
    let whole = match bought.last_price {
        Some(price) => format!("{times} {}", text::money(price)),
        None => times.clone(),
    };
    if text::width(&whole) <= cells { whole } else { times }
}

/// `bought 3x, last 9.60 on 21 Oct`, and how much in all.
pub fn bought(model: &Model, bought: &Bought) -> Vec<String> {
    let unit = bought.unit.as_ref().map_or("", |unit| unit.as_str());
    let price = text::money_or(bought.last_price);
    let mut said = vec![messages::bought(model.lang, bought.times, &price, &day(model, bought.last_at))];
    said.extend(
        bought.quantity.map(|quantity| {
            messages::in_all(model.lang, &messages::with_unit(&text::quantity(quantity), unit))
        }),
    );
    said
}

/// What the buyer has on an offer: as it came with the row, else as last read.
pub fn mine_of(model: &Model, key: &OfferKey, row: &Mine) -> Mine {
    let mut mine = row.clone();
    if mine.bought.is_none() {
        mine.bought = model.marks.as_ref().and_then(|marks| marks.bought.get(key)).cloned();
    }
    mine
}

/// A mix rule in a few cells: `30/¥300`.
pub fn mix_short(model: &Model, mix: &Mix) -> String {
    let rule = match mix {
        Mix::Rule(rule) => rule,
        Mix::None => return model.text().no_mix_short.to_owned(),
        Mix::Unknown => return "?".to_owned(),
    };
    let pieces = rule.pieces.map(text::quantity);
    let amount = rule.amount.map(|amount| {
        let shown = text::money(amount);
        format!("¥{}", shown.strip_suffix(".00").unwrap_or(&shown))
    });
    match (pieces, amount) {
        (Some(pieces), Some(amount)) => format!("{pieces}/{amount}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "?".to_owned(),
    }
}

/// A mix rule as a sentence.
pub fn mix(model: &Model, mix: &Mix, unit: &str) -> String {
    match mix {
        Mix::Rule(rule) => {
            let measure = crate::domain::cart::Measure { pieces: rule.pieces, amount: rule.amount };
            messages::mix_rule(model.lang, &messages::measure(model.lang, &measure, unit))
        }
        Mix::None => model.text().no_mix.to_owned(),
        Mix::Unknown => model.text().mix_unknown.to_owned(),
    }
}

/// Where the freight goes: `freight to Guangdong`.
pub fn freight_to(model: &Model) -> String {
    let words = model.text();
    let Some(status) = &model.status else { return words.freight.to_owned() };
    let Some(district) = &status.destination.district else { return words.no_destination.to_owned() };
    let place = places::province(model.lang, district).unwrap_or(district.as_str());
    let gap = if model.lang.is_chinese() { "" } else { " " };
    format!("{}{gap}{place}", words.freight_to)
}

/// Why it is blocked, in words.
pub fn blocked(model: &Model, mark: &Mark) -> Option<String> {
    let reason = mark.blocked.as_ref()?;
    let reason = if reason.is_empty() { model.text().no_reason } else { reason.as_str() };
    Some(messages::blocked_because(model.lang, reason))
}

/// Note and tags, each on a line of its own.
pub fn noted(model: &Model, mark: &Mark) -> Vec<String> {
    let words = model.text();
    let mut said = Vec::new();
    if !mark.note.is_empty() {
        said.push(messages::named(model.lang, words.note, mark.note.as_str()));
    }
    if !mark.tags.is_empty() {
        let tags: Vec<&str> = mark.tags.iter().map(|tag| tag.as_str()).collect();
        said.push(messages::named(model.lang, words.tags, &tags.join(" ")));
    }
    said
}

/// A rate as percent.
pub fn percent(rate: rust_decimal::Decimal) -> String {
    rate.saturating_mul(100.into()).round_dp(0).normalize().to_string()
}

/// A rate as percent with the digits that matter where it is small: `0.12`, `52.5`, `97`.
pub fn percent_fine(rate: rust_decimal::Decimal) -> String {
    let percent = rate.saturating_mul(100.into());
    let digits = if percent < rust_decimal::Decimal::TEN { 2 } else { 1 };
    percent.round_dp(digits).normalize().to_string()
}

/// Days from which figures are old enough to be pointed out: prices are rarely changed more often than weekly.
const OLD_DAYS: i64 = 7;

/// Whole days since something was read.
pub fn days_old(model: &Model, then: Timestamp) -> i64 {
    model.now.as_second().saturating_sub(then.as_second()).max(0) / 86_400
}

/// How an age is drawn: what is of today is no news, what is old is pointed out.
pub fn age_style(model: &Model, pen: &Pen, then: Timestamp) -> Style {
    match days_old(model, then) {
        0 => pen.dim,
        1..OLD_DAYS => pen.plain,
        _ => pen.warn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_what_tells_companies_apart() {
        let short =
            ["永康市恒致杯业有限公司", "晟朗日用品厂", "市有限公司", "南通梦洁家纺有限公司", "Acme Ltd"]
                .map(|name| short_name(name, Some("南通家纺")));
        assert_eq!(short, ["恒致杯业", "晟朗日用品厂", "市有限公司", "梦洁家纺", "Acme Ltd"]);
        assert_eq!(short_name("浙江省义乌市华星五金股份有限公司", None), "浙江省义乌市华星五金");
        assert_eq!(short_name("", Some("杯")), "");
    }
}
