//! The two ways the gateway writes dates (GATEWAY.md 1.1).
//!
//! `java.util.Date` fields are `yyyyMMddHHmmssSSSZ` with an offset that has to be honoured; some
//! fields are `yyyy-MM-dd HH:mm:ss` without a zone and mean Beijing time.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Beijing's offset, in which zoneless dates are written all year round.
pub const BEIJING: Offset = Offset::constant(8);

/// Reads any of the gateway's forms: `20180801104333000+0800`, the same without milliseconds, and
/// `2018-08-01 10:43:33` (Beijing). `None` when it is none of them.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.contains('-') && text.contains(' ') {
        return to_timestamp(DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()?, BEIJING);
    }
    let at = text.rfind(['+', '-'])?;
    let (digits, zone) = (text.get(..at)?, text.get(at..)?);
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !(digits.len() == 14 || digits.len() == 17) {
        return None;
    }
    let seconds = DateTime::strptime("%Y%m%d%H%M%S", digits.get(..14)?).ok()?;
    let millis: i64 =
        digits.get(14..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    let whole = to_timestamp(seconds, parse_offset(zone)?)?;
    Timestamp::from_millisecond(whole.as_millisecond() + millis).ok()
}

/// `yyyyMMddHHmmssSSSZ` at +0800, as the gateway answers.
pub fn format(at: Timestamp) -> String {
    let local = BEIJING.to_datetime(at);
    format!("{}{:03}+0800", local.strftime("%Y%m%d%H%M%S"), at.as_millisecond().rem_euclid(1000))
}

/// `yyyy-MM-dd HH:mm:ss` in Beijing time.
pub fn format_local(at: Timestamp) -> String {
    BEIJING.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn to_timestamp(local: DateTime, offset: Offset) -> Option<Timestamp> {
    local.to_zoned(TimeZone::fixed(offset)).ok().map(|zoned| zoned.timestamp())
}

fn parse_offset(zone: &str) -> Option<Offset> {
    let (sign, digits) = match zone.as_bytes().first()? {
        b'+' => (1, zone.get(1..)?),
        b'-' => (-1, zone.get(1..)?),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if digits.len() != 4 {
        return None;
    }
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..)?.parse().ok()?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_honoured() {
        let beijing = parse("20180801104333000+0800").unwrap();
        let west = parse("20180731194333000-0700").unwrap();
        assert_eq!(beijing, west);
        assert_eq!(beijing.to_string(), "2018-08-01T02:43:33Z");
    }

    #[test]
    fn seconds_precision_and_local_form() {
        assert_eq!(parse("20180801104333+0800"), parse("2018-08-01 10:43:33"));
    }

    #[test]
    fn nonsense_is_none_and_never_a_panic() {
        for text in [
            "",
            "-",
            "+",
            "2018",
            "20180801104333000",
            "99999999999999999+0800",
            "2018-13-01 10:00:00",
            "一二三+0800",
            "20180801104333000+9",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let at = Timestamp::from_millisecond(1_700_000_000_123).unwrap();
        assert_eq!(parse(&format(at)), Some(at));
        assert_eq!(parse(&format_local(at)).unwrap().as_second(), at.as_second());
    }
}
