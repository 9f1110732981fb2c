//! The history's file: what is kept, its bounds, and a file that cannot be used.

use jiff::Timestamp;

use super::*;
use crate::domain::id::{MarketId, OfferKey};
use crate::domain::money::Money;
use crate::domain::price_history::{Ladder, PricePoint, Repriced};
use crate::domain::quantity::Quantity;
use crate::domain::saved::{Hits, SavedName, SeenPrice};
use crate::domain::watch::{BAND_PERCENT, Crossed, Watch, WatchRule, WatchState};

fn day(n: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + n * 86_400).unwrap()
}

fn market() -> MarketId {
    MarketId::new("app/me")
}

fn change(id: i64, old: (i64, &str), new: (i64, &str)) -> Repriced {
    let point =
        |(at, text): (i64, &str)| PricePoint { at: day(at), ladder: Ladder::from_text(text).unwrap() };
    Repriced { key: OfferKey::Market(id), old: point(old), new: point(new) }
}

fn kept(history: &History, id: i64) -> Vec<(Timestamp, String)> {
    let points = history.prices(&market(), &OfferKey::Market(id)).unwrap();
    points.iter().map(|point| (point.at, point.ladder.to_text())).collect()
}

#[test]
fn a_change_keeps_both_prices_and_the_same_change_again_keeps_nothing() {
    let history = History::in_memory();
    let first = change(1, (0, "1:10"), (5, "1:9"));
    for _ in 0..3 {
        history.record(&market(), std::slice::from_ref(&first)).unwrap();
    }
    assert_eq!(kept(&history, 1), [(day(0), "1:10".to_owned()), (day(5), "1:9".to_owned())]);
    // The next change begins where the last one ended, whatever was read in between.
    history.record(&market(), &[change(1, (8, "1:9"), (9, "1:11"))]).unwrap();
    assert_eq!(kept(&history, 1).len(), 3);
    assert!(kept(&history, 2).is_empty());
    let other = MarketId::new("app/you");
    assert!(history.prices(&other, &OfferKey::Market(1)).unwrap().is_empty());
    // A clock set back puts nothing before what is known.
    history.record(&market(), &[change(1, (2, "1:11"), (3, "1:12"))]).unwrap();
    assert_eq!(kept(&history, 1).last().unwrap().1, "1:12");
}

#[test]
fn what_is_kept_of_an_offer_is_bounded_by_number_and_age() {
    let history = History::in_memory();
    for n in 0..MOST_POINTS + 60 {
        let (old, new) = (format!("1:{}", n + 1), format!("1:{}", n + 2));
        // Several a day, so that the number bounds and not the age.
        let mut step = change(1, (0, &old), (0, &new));
        (step.old.at, step.new.at) =
            (day(0) + jiff::SignedDuration::from_hours(n), day(0) + jiff::SignedDuration::from_hours(n + 1));
        history.record(&market(), &[step]).unwrap();
    }
    assert_eq!(kept(&history, 1).len() as i64, MOST_POINTS);
    assert_eq!(kept(&history, 1).last().unwrap().1, format!("1:{}", MOST_POINTS + 61));
    history.record(&market(), &[change(2, (0, "1:1"), (10, "1:2"))]).unwrap();
    history.record(&market(), &[change(2, (20, "1:2"), (KEPT_DAYS + 11, "1:3"))]).unwrap();
    // The price of day 10 was in force when the kept time began.
    let left: Vec<String> = kept(&history, 2).into_iter().map(|(_, text)| text).collect();
    assert_eq!(left, ["1:2", "1:3"]);
}

#[test]
fn a_look_reads_back_and_takes_the_place_of_the_last() {
    let history = History::in_memory();
    let name = SavedName::new("杯").unwrap();
    assert_eq!(history.look(&market(), &name).unwrap(), None);
    let price = |text: &str| text.parse::<Money>().ok();
    let hits = Hits::new(vec![
        (OfferKey::Market(7), SeenPrice { unit_price: price("1.25"), unit_price_max: price("2") }),
        ("L:a\tb:1".parse().unwrap(), SeenPrice { unit_price: None, unit_price_max: None }),
    ]);
    for at in [1, 2] {
        let look =
            Look { at: day(at), query: "杯".into(), quantity: Quantity::whole(300), hits: hits.clone() };
        history.set_look(&market(), &name, &look).unwrap();
        assert_eq!(history.look(&market(), &name).unwrap(), Some(look));
    }
    assert_eq!(history.looked(&market()).unwrap(), [("杯".to_owned(), day(2))]);
    history.forget_looks(&name).unwrap();
    assert_eq!(history.look(&market(), &name).unwrap(), None);
}

fn watch(line: &str) -> Watch {
    Watch {
        id: 0,
        offer: OfferKey::Market(1),
        spec: None,
        quantity: Quantity::whole(300),
        rule: WatchRule { below: line.parse().ok(), rise: None, band: BAND_PERCENT },
        state: WatchState::default(),
        created_at: day(0),
        looked_at: None,
        fired_at: None,
    }
}

#[test]
fn a_watch_rings_once_whoever_looks_and_its_number_is_never_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    let (one, two) = (History::at(&path), History::at(&path));
    let added = one.add_watch(&market(), &watch("8")).unwrap();
    assert_eq!(two.watches(&market()).unwrap(), std::slice::from_ref(&added));
    let price = |text: &'static str| move |_: &Watch| text.parse::<Money>().ok();
    assert!(one.look_at_watches(&market(), day(1), price("9")).unwrap().is_empty());
    let fired = two.look_at_watches(&market(), day(2), price("7.50")).unwrap();
    assert_eq!((fired.len(), fired[0].crossed), (1, Crossed::Below));
    assert_eq!(
        (fired[0].was.unwrap().to_string(), fired[0].price.to_string()),
        ("9.00".into(), "7.50".into())
    );
    assert!(one.look_at_watches(&market(), day(3), price("7")).unwrap().is_empty());
    let kept = one.watches(&market()).unwrap().remove(0);
    assert_eq!((kept.fired_at, kept.looked_at, kept.state.is_below), (Some(day(2)), Some(day(3)), true));
    assert_eq!(one.remove_watch(&market(), added.id).unwrap(), Some(kept));
    assert_eq!(one.remove_watch(&market(), added.id).unwrap(), None);
    assert_ne!(one.add_watch(&market(), &watch("8")).unwrap().id, added.id);
    assert!(one.watches(&MarketId::new("b/c")).unwrap().is_empty());
}

#[test]
fn a_damaged_or_foreign_file_is_set_aside_and_a_newer_one_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.db");
    // Reading alone makes no file.
    assert!(kept(&History::at(&path), 1).is_empty() && !path.exists());
    std::fs::write(&path, "this was never a database, and it is long enough to be none".repeat(20)).unwrap();
    History::at(&path).record(&market(), &[change(1, (0, "1:10"), (5, "1:9"))]).unwrap();
    assert_eq!(kept(&History::at(&path), 1).len(), 2);
    assert!(folder.path().join("history.db.bad-1").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", SCHEMA + 1).unwrap();
    drop(newer);
    let refused = History::at(&path).watches(&market()).unwrap_err();
    assert!(matches!(refused, HistoryError::Newer { found: 2, .. }), "{refused}");
    assert!(path.exists());
}
