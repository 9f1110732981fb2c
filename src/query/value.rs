//! Numbers of a query with their units: percent or plain shares, hours and days, 万 and k.

use rust_decimal::Decimal;

use super::terms::Field;

/// Most digits before and behind the point: keeps every product inside the decimal's range.
const WHOLE_DIGITS: usize = 15;
const FRACTION_DIGITS: usize = 6;
/// 10^12: nothing that is sold comes near.
const MOST: Decimal = Decimal::from_parts(0xd4a5_1000, 0xe8, 0, false, 0);

/// A number and what stands behind it; `None` when it does not begin with one.
fn split(text: &str) -> Option<(Decimal, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    // 1,000 and 12,000,000: thousands, nothing else.
    let mut joined = first.to_owned();
    let mut grouped = false;
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        joined.push_str(group);
        grouped = true;
    }
    if !is_digits(first) || (grouped && first.len() > 3) || joined.len() > WHOLE_DIGITS {
        return None;
    }
    if let Some(fraction) = fraction {
        if !is_digits(fraction) || fraction.len() > FRACTION_DIGITS {
            return None;
        }
        joined.push('.');
        joined.push_str(fraction);
    }
    Some((joined.parse().ok()?, unit))
}

/// A value in the units of its field, from folded text.
pub(super) fn number(field: Field, text: &str) -> Option<Decimal> {
    let text = if field == Field::Price { text.strip_prefix('¥').unwrap_or(text) } else { text };
    let (number, unit) = split(text)?;
    let times = |factor: i64| number.checked_mul(Decimal::from(factor));
    let value = match (field, unit) {
        (Field::Price, "" | "元" | "块" | "块钱") => Some(number),
        // Between 1 and 2 nothing turns: 1 is a hundredth as 2 is two.
        (Field::Repeat | Field::Pickup48, "") if number < Decimal::ONE => Some(number),
        (Field::Repeat | Field::Pickup48, "" | "%") => number.checked_div(Decimal::ONE_HUNDRED),
        (Field::ShipHours, "") | (Field::ShipHours | Field::AgeHours, "h" | "小时" | "时") => Some(number),
        (Field::AgeHours, "") | (Field::ShipHours | Field::AgeHours, "d" | "天" | "日") => times(24),
        (Field::AgeHours, "w" | "周") => times(24 * 7),
        (Field::Years, "" | "y" | "年") => Some(number),
        (Field::Moq | Field::Lot | Field::Stock | Field::Sold, "" | "件" | "个") => Some(number),
        (Field::Moq | Field::Lot | Field::Stock | Field::Sold, "k" | "千") => times(1_000),
        (Field::Moq | Field::Lot | Field::Stock | Field::Sold, "w" | "万") => times(10_000),
        _ => None,
    };
    // What is written back has no more digits than are read.
    value.map(|value| value.normalize()).filter(|value| *value < MOST)
}

/// A number of an attribute, whose unit is the listing's own: none, or a percent sign that is not reckoned with.
pub(super) fn plain(text: &str) -> Option<Decimal> {
    let (number, unit) = split(text)?;
    matches!(unit, "" | "%").then(|| number.normalize())
}

/// Most characters of a unit.
const UNIT_CHARS: usize = 6;

/// A number of an attribute and its unit, letters of any script: `500ml`. Empty where there is none.
pub(super) fn measure(text: &str) -> Option<(Decimal, &str)> {
    let (number, unit) = split(text)?;
    let unit = if unit == "%" { "" } else { unit };
    // m2 and m3 are units too.
    let letters = unit.strip_suffix(['2', '3']).filter(|letters| !letters.is_empty()).unwrap_or(unit);
    let is_unit = unit.chars().count() <= UNIT_CHARS && letters.chars().all(char::is_alphabetic);
    is_unit.then(|| (number.normalize(), unit))
}

/// Whether more typing could make a number of it: nothing yet, a point at the end, the beginning of a unit.
pub(super) fn may_become(text: &str) -> bool {
    let text = text.strip_prefix('¥').unwrap_or(text);
    text.is_empty() || text.strip_suffix(['.', ',']).is_some_and(|whole| split(whole).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_become_those_of_the_field() {
        let read = |field, text| number(field, text).map(|value| value.to_string());
        for (field, text, wanted) in [
            (Field::Price, "¥8.50", "8.5"),
            (Field::Price, "8元", "8"),
            (Field::Repeat, "30%", "0.3"),
            (Field::Repeat, "30", "0.3"),
            (Field::Repeat, "0.3", "0.3"),
            (Field::Repeat, "1", "0.01"),
            (Field::Repeat, "100", "1"),
            (Field::Repeat, "0", "0"),
            (Field::Repeat, "0.5%", "0.005"),
            (Field::Pickup48, "95%", "0.95"),
            (Field::ShipHours, "48", "48"),
            (Field::ShipHours, "2d", "48"),
            (Field::AgeHours, "7", "168"),
            (Field::AgeHours, "12h", "12"),
            (Field::AgeHours, "2w", "336"),
            (Field::Sold, "1.5万", "15000"),
            (Field::Sold, "2k", "2000"),
            (Field::Stock, "12,000", "12000"),
            (Field::Years, "3年", "3"),
        ] {
            assert_eq!(read(field, text).as_deref(), Some(wanted), "{text}");
        }
        for (field, text) in [
            (Field::Price, ""),
            (Field::Price, "-1"),
            (Field::Price, "1e9"),
            (Field::Price, "8%"),
            (Field::Price, "8.5.1"),
            (Field::Price, "8."),
            (Field::Price, ".5"),
            (Field::Moq, "1,00"),
            (Field::Moq, "1000,000"),
            (Field::Sold, "9999999999999999"),
            (Field::Sold, "0.0000001"),
            (Field::ShipHours, "2x"),
        ] {
            assert_eq!(read(field, text), None, "{text}");
        }
    }
}
