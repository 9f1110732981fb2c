//! Clock times as a buyer reads them: today, a weekday, a date; in the zone of the screen, with Beijing's beside it
//! where they differ (DESIGN 4).

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

use crate::app::Model;
use crate::i18n::follow;

/// `today 16:30`, `Mon 12:00`, `01-15 12:00`, and with its year what is not of this one.
pub fn clock(model: &Model, then: Timestamp) -> String {
    in_zone(model, then, model.zone.clone())
}

fn in_zone(model: &Model, then: Timestamp, zone: TimeZone) -> String {
    let now = model.market_now().to_zoned(zone.clone());
    let then = then.to_zoned(zone);
    let days = (then.date() - now.date()).get_days();
    let day = match days {
        0 => model.text().today.to_owned(),
        1..=6 => {
            let from_monday = then.weekday().to_monday_zero_offset();
            follow::weekday(model.lang, usize::try_from(from_monday).unwrap_or(0)).to_owned()
        }
        _ if then.year() == now.year() => format!("{:02}-{:02}", then.month(), then.day()),
        _ => format!("{}-{:02}-{:02}", then.year(), then.month(), then.day()),
    };
    format!("{day} {:02}:{:02}", then.hour(), then.minute())
}

/// Beijing's zone: the same all year.
fn beijing() -> TimeZone {
    TimeZone::fixed(Offset::constant(8))
}

/// What the screen's zone is called, when its clocks differ from Beijing's at that time.
pub fn other_zone(model: &Model, at: Timestamp) -> Option<String> {
    let local = at.to_zoned(model.zone.clone());
    (local.offset() != Offset::constant(8)).then(|| local.strftime("%Z").to_string())
}

/// The clock time, and Beijing's where it differs: `today 16:00 UTC (Beijing Tue 00:00)`.
pub fn both(model: &Model, then: Timestamp) -> String {
    let local = clock(model, then);
    match other_zone(model, then) {
        Some(zone) => {
            let there = in_zone(model, then, beijing());
            format!("{local} {zone} ({} {there})", model.text().beijing)
        }
        None => local,
    }
}

/// A column's heading, with the zone when it is not Beijing's.
pub fn heading(model: &Model, label: &str) -> String {
    match other_zone(model, model.market_now()) {
        Some(zone) => format!("{label} {zone}"),
        None => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Keys;
    use crate::domain::quantity::Quantity;
    use crate::i18n::Lang;

    fn model(zone: TimeZone) -> Model {
        let mut model = Model::new(Lang::En, false, Keys::preset(), Quantity::ONE);
        model.now = "2026-01-05T06:00:00Z".parse().unwrap();
        model.zone = zone;
        model
    }

    #[test]
    fn days_are_named_by_how_near_they_are() {
        let model = model(beijing());
        let at = |text: &str| clock(&model, text.parse().unwrap());
        assert_eq!(at("2026-01-05T08:30:00Z"), "today 16:30");
        assert_eq!(at("2026-01-05T16:00:00Z"), "Tue 00:00");
        assert_eq!(at("2026-01-11T04:00:00Z"), "Sun 12:00");
        assert_eq!(at("2026-01-12T04:00:00Z"), "01-12 12:00");
        assert_eq!(at("2026-01-04T04:00:00Z"), "01-04 12:00");
        assert_eq!(at("2025-12-30T04:00:00Z"), "2025-12-30 12:00");
        assert_eq!(both(&model, "2026-01-05T08:30:00Z".parse().unwrap()), "today 16:30");
        assert_eq!(heading(&model, "ends"), "ends");
    }

    #[test]
    fn another_zone_is_named_and_beijing_stands_beside() {
        let model = model(TimeZone::UTC);
        let then = "2026-01-05T16:00:00Z".parse().unwrap();
        assert_eq!(both(&model, then), "today 16:00 UTC (Beijing Tue 00:00)");
        assert_eq!(heading(&model, "ends"), "ends UTC");
    }
}
